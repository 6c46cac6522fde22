//! The page of a night: what came in, what failed, what was destroyed, what was refused and why, what comes.

use super::Night;
use crate::model::event::Act;
use crate::report::{Column, Report, Table};
use crate::repository::Repository;

/// Bytes of a gibibyte.
const GIB: f64 = 1_073_741_824.0;

pub(super) fn page(repository: &Repository, night: &Night) -> Report {
    let profile = repository.profile();
    let local = night.began.with_timezone(&repository.zone()).format("%Y-%m-%d %H:%M");
    let mut report = Report::new(format!("Nightly work of {local}"));
    if profile.exercise {
        report.label = "EXERCISE".to_owned();
    }
    report.note(format!("{}. It took {} seconds and ended: {}.", profile.city, night.seconds, night.ending().word()));
    if night.stopped {
        report.note("All destruction is stopped. It is resumed with: recordroom dispose resume --reason \"...\"");
    }
    let mut counts = Table::new("In figures", [Column::words("what"), Column::numbers("items")]);
    for (what, count) in [
        ("arrived", night.arrived),
        ("arrived as copies of what was here", night.duplicates),
        ("could not be processed", night.failed),
        ("destroyed", night.destroyed),
        ("approved plans refused", night.refused),
        ("opened as a sample", night.sampled),
        ("of the sample not right", night.damaged),
        ("due now", night.due),
        ("due within 30 days", night.due_soon),
        ("past a statutory maximum", night.overdue),
        ("here", night.here),
    ] {
        counts.push([what.into(), count.to_string().into()]);
    }
    report.tables.push(counts);
    let mut steps =
        Table::new("Step by step", [Column::words("step"), Column::words("ended"), Column::words("what came of it")]);
    for step in &night.steps {
        let mut said = step.said.iter();
        let first = said.next().cloned().unwrap_or_default();
        steps.push([step.name.into(), step.ending.word().into(), first.into()]);
        for more in said {
            steps.push(["".into(), "".into(), more.clone().into()]);
        }
    }
    report.tables.push(steps);
    report.tables.push(disk(repository, night));
    report
}

fn disk(repository: &Repository, night: &Night) -> Table {
    let mut table = Table::new("Disk and backup", [Column::words("what"), Column::words("how it stands")]);
    let gib = |bytes: u64| format!("{:.1} GiB", bytes as f64 / GIB);
    table.push(["sealed items".into(), gib(night.vault_bytes).into()]);
    table.push(["free where they lie".into(), night.free_bytes.map_or("not known".to_owned(), gib).into()]);
    let last = repository.catalog().reading().last_event_of(&[Act::BackedUp]).ok().flatten();
    let backup = last.map_or("none was made with: recordroom backup FOLDER".to_owned(), |event| {
        event.at.with_timezone(&repository.zone()).format("%Y-%m-%d %H:%M").to_string()
    });
    table.push(["newest backup".into(), backup.into()]);
    table
}
