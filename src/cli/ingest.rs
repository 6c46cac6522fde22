//! `ingest`

use super::args::{Common, Ingest};
use super::output::{Failure, Output, TerminalMonitor, table};
use super::{DONE, EXCEPTIONS, repository};
use crate::base::trouble::plain;
use crate::disposition::finish_interrupted;
use crate::ingest::{IngestError, IngestOptions, IngestReport, ingest};
use crate::model::provenance::ContainerReport;
use crate::source::calls::profile::MappingProfile;

impl From<IngestError> for Failure {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Repository(error) => error.into(),
            IngestError::Catalog(error) => error.into(),
            IngestError::OwnFiles(_) => Self::usage(
                repository::capitalised(&error.to_string()),
                "Name the export alone, in a folder of its own.",
            ),
            IngestError::Changed => Self::new(
                "changed",
                "Something was destroyed while this export was being read",
                "Run the same command again.",
            ),
            error => Self::new(
                "ingest",
                repository::capitalised(&error.to_string()),
                "What was committed stays. Run the same command again to go on.",
            ),
        }
    }
}

/// `recordroom ingest`
pub fn run(common: &Common, arguments: &Ingest, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    let custodian = arguments.custodian.as_deref().map(|name| opened.custodian_named(name)).transpose()?;
    let call_profile = arguments.call_profile.as_deref().map(mapping_profile).transpose()?;
    let options = IngestOptions { custodian, call_profile };
    // What an interrupted destruction had decided is finished first: nothing may come in beside it.
    finish_interrupted(&mut opened, &repository::actor(common)).map_err(|error| {
        let hint = "An interrupted destruction has to be finished first. Run the same command again.";
        Failure::new("failed", repository::capitalised(&error.to_string()), hint)
    })?;
    let monitor = TerminalMonitor::default();
    let report = ingest(&mut opened, &arguments.paths, &options, &repository::actor(common), &monitor);
    monitor.clear();
    let report = report?;
    let value = serde_json::to_value(&report)
        .map_err(|error| Failure::new("output", format!("The report could not be written: {error}"), ""))?;
    output.result(value, &told(&report))?;
    Ok(if report.has_exceptions() { EXCEPTIONS } else { DONE })
}

/// A shipped mapping profile by name, or one in a file.
fn mapping_profile(named: &str) -> Result<MappingProfile, Failure> {
    if let Some(profile) = MappingProfile::by_key(named) {
        return Ok(profile);
    }
    let path = std::path::Path::new(named);
    let text = std::fs::read_to_string(path).map_err(|error| {
        let message =
            format!("{named:?} is no call profile of this program and no file that can be read: {}", plain(&error));
        Failure::usage(message, format!("The shipped ones: {}.", MappingProfile::keys().join(", ")))
    })?;
    MappingProfile::from_toml(&text).map_err(|error| {
        let message = format!("The mapping profile {named} cannot be used: {error}");
        Failure::usage(message, "Correct that line and run the command again.")
    })
}

/// Levels of nested containers that the text shows; JSON has them all.
const LEVELS_SHOWN: usize = 2;

fn told(report: &IngestReport) -> String {
    let mut rows = Vec::new();
    let mut remarks = Vec::new();
    for container in &report.containers {
        push(container, 0, &mut rows, &mut remarks);
    }
    let head = [
        "container",
        "format",
        "declared",
        "found",
        "kept",
        "duplicates",
        "destroyed before",
        "exceptions",
        "problems",
    ];
    let mut text = table(&head, &rows);
    for remark in remarks {
        text.push_str(&format!("\n{remark}"));
    }
    let totals = &report.totals;
    text.push_str(&format!(
        "\n{} found = {} kept + {} duplicates + {} destroyed before + {} exceptions\n",
        totals.found, totals.kept, totals.duplicates, totals.destroyed_before, totals.exceptions
    ));
    if totals.problems > 0 {
        text.push_str("Problems are told with their items: recordroom show ID\n");
    }
    if totals.exceptions > 0 {
        text.push_str(
            "What could not be processed is kept in quarantine, and listed by: recordroom status --exceptions\n",
        );
    }
    text
}

fn push(container: &ContainerReport, level: usize, rows: &mut Vec<Vec<String>>, remarks: &mut Vec<String>) {
    let account = &container.account;
    let path = crate::text::safe(&container.path);
    rows.push(vec![
        format!("{}{path}", "  ".repeat(level)),
        container.format.to_string(),
        account.declared.map_or(String::new(), |count| count.to_string()),
        account.found.to_string(),
        account.kept.to_string(),
        account.duplicates.to_string(),
        account.destroyed_before.to_string(),
        account.exceptions.to_string(),
        account.problems.to_string(),
    ]);
    for remark in &container.remarks {
        remarks.push(format!("{path}: {}", crate::text::safe(&remark.message)));
    }
    for inside in &container.inside {
        if level + 1 < LEVELS_SHOWN {
            push(inside, level + 1, rows, remarks);
        } else {
            deeper(inside, remarks);
        }
    }
}

fn deeper(container: &ContainerReport, remarks: &mut Vec<String>) {
    for remark in &container.remarks {
        remarks.push(format!("{}: {}", crate::text::safe(&container.path), crate::text::safe(&remark.message)));
    }
    for inside in &container.inside {
        deeper(inside, remarks);
    }
}
