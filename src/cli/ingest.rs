//! `ingest`

use super::args::{Common, Ingest, WrittenOrder};
use super::output::{Failure, Output, TerminalMonitor, counted, table};
use super::{DONE, EXCEPTIONS, repository};
use crate::base::trouble::plain;
use crate::disposition::finish_interrupted;
use crate::ingest::{IngestError, IngestOptions, IngestReport, ingest};
use crate::model::provenance::ContainerReport;
use crate::source::DateOrder;
use crate::source::calls::profile::MappingProfile;
use crate::text::safe;

impl From<IngestError> for Failure {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Repository(error) => error.into(),
            IngestError::Catalog(error) => error.into(),
            IngestError::OwnFiles(_) => Self::usage(
                repository::capitalised(&error.to_string()),
                "Name the export alone, in a folder of its own.",
            ),
            IngestError::Sheet(_) => Self::usage(
                repository::capitalised(&error.to_string()),
                "Correct the sheet, or name the right one with --intake-sheet. Nothing was taken in.",
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
    let options = IngestOptions {
        custodian,
        call_profile,
        intake_sheet: arguments.intake_sheet.clone(),
        personal_device: arguments.personal_device,
        ocr: arguments.ocr,
        date_order: arguments.date_order.map(|order| match order {
            WrittenOrder::Dmy => DateOrder::DayFirst,
            WrittenOrder::Mdy => DateOrder::MonthFirst,
        }),
    };
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
    if let Some(sheet) = &report.intake_sheet {
        text.push_str(&format!("\nIntake sheet {}: {} fit\n", safe(&sheet.sheet), counted(sheet.matched, "row")));
        for (what, all) in [
            ("names no file here", &sheet.rows_without_file),
            ("could mean several files here, and was not applied", &sheet.rows_with_several),
        ] {
            all.iter().for_each(|row| text.push_str(&format!("    {}: {what}\n", safe(row))));
        }
        sheet.files_without_row.iter().for_each(|file| text.push_str(&format!("    {}: has no row\n", safe(file))));
    }
    if let Some(ocr) = &report.ocr {
        text.push_str(&format!("\n{}\n", safe(ocr)));
    }
    if report.set_aside > 0 {
        text.push_str(&format!(
            "\n{} set aside, because they came from personal devices. Sort them: recordroom screen list\n",
            counted(report.set_aside, "item")
        ));
    }
    text
}

fn push(container: &ContainerReport, level: usize, rows: &mut Vec<Vec<String>>, remarks: &mut Vec<String>) {
    let account = &container.account;
    let path = safe(&container.path);
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
        remarks.push(format!("{path}: {}", safe(&remark.message)));
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
        remarks.push(format!("{}: {}", safe(&container.path), safe(&remark.message)));
    }
    for inside in &container.inside {
        deeper(inside, remarks);
    }
}
