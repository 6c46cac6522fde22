//! `verify`

use super::args::Common;
use super::output::{Failure, Output, TerminalMonitor, table};
use super::repository::INTEGRITY;
use super::{DONE, document, repository};
use crate::repository::{Repository, RepositoryError};
use crate::text::safe;
use crate::verify::Finding;
use crate::verify::delivery::{self, Examination};
use crate::verify::matter;
use crate::verify::repository::VerifyError;
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// A delivered production, the record of a matter, a certificate, a plan, a checkpoint or a proof; nothing, for the
    /// whole repository
    #[arg(value_name = "FOLDER|FILE")]
    pub directory: Option<PathBuf>,
    /// The city's key, as it is known by another way than the folder: in hexadecimal, or a file with it
    #[arg(long, value_name = "KEY|FILE")]
    pub key: Option<String>,
    /// For a proof: the checkpoint that was kept, which it has to be about
    #[arg(long, value_name = "CHECKPOINT")]
    pub against: Option<PathBuf>,
    /// Ask every hold and request again of every item, and not of a random part of many
    #[arg(long)]
    pub all_holds: bool,
}

/// `recordroom verify`: a delivered production is checked with nothing but itself, a signed document with its key, and
/// without a path the whole repository.
pub fn run(common: &Common, arguments: &Verify, output: &Output) -> Result<u8, Failure> {
    let key = arguments.key.as_deref().map(super::ledger_proof::key_of).transpose()?;
    let key = key.as_deref();
    match &arguments.directory {
        None => stored(&repository::open(common, output)?, arguments.all_holds, output),
        Some(path) if matter::is_matter(path) => record_of_matter(path, key, output),
        Some(path) if delivery::is_delivery(path) => delivered(path, key, output),
        Some(path) if path.join("recordroom.toml").is_file() => {
            let there = Common { repository: path.clone(), ..common.clone() };
            stored(&repository::open(&there, output)?, arguments.all_holds, output)
        }
        Some(path) if path.is_file() => document::run(common, path, key, arguments.against.as_deref(), output),
        Some(path) => {
            let (message, hint) = if path.exists() {
                let hint = "Name the folder of a delivered production, which holds README.txt and production.json; or a \
                            certificate, plan or checkpoint file; or nothing, for the whole repository.";
                (format!("The folder {} is no delivered production and no repository", path.display()), hint)
            } else {
                (format!("There is no file or folder {}", path.display()), "Check the path.")
            };
            Err(Failure::new("not-a-delivery", message, hint))
        }
    }
}

fn stored(opened: &Repository, all_holds: bool, output: &Output) -> Result<u8, Failure> {
    let monitor = TerminalMonitor::default();
    let report = crate::verify::repository::verify_with(opened, &monitor, all_holds);
    monitor.clear();
    let report = report.map_err(|error| match error {
        VerifyError::Repository(error) => error.into(),
        VerifyError::Catalog(error) => error.into(),
        error => Failure::new("failed", repository::capitalised(&error.to_string()), "Run the same command again."),
    })?;
    let value = json!({ "ok": report.is_clean(), "checked": report.checked, "findings": report.findings, "remarks": report.remarks });
    let mut text = String::new();
    if report.is_clean() {
        text.push_str(&format!("Everything is as it should be: {} things were looked at.\n", report.checked));
    } else {
        text.push_str(&format!(
            "{} in {} things that were looked at:\n\n{}\nChange nothing. What an interrupted run left behind is finished by \
             the next ingest or dispose run; everything else needs the newest backup, or help.\n",
            super::output::counted(report.findings.len() as u64, "finding"),
            report.checked,
            listed(&report.findings)
        ));
    }
    if !report.remarks.is_empty() {
        text.push_str("\nKnown since this repository was put back from a backup:\n");
        report.remarks.iter().for_each(|remark| text.push_str(&format!("- {}\n", safe(remark))));
    }
    output.result(value, &text)?;
    Ok(if report.is_clean() { DONE } else { INTEGRITY })
}

/// The record of a matter, checked with nothing but itself.
fn record_of_matter(directory: &Path, key: Option<&str>, output: &Output) -> Result<u8, Failure> {
    let examination = matter::examine(directory, key).map_err(|error| RepositoryError::io(directory, error))?;
    let ok = examination.findings.is_empty();
    let statement = examination.statement.as_ref();
    output.about(statement.is_some_and(|one| one.exercise));
    let value = json!({
        "ok": ok, "checked": examination.checked, "findings": examination.findings,
        "matter": statement.map(|one| &one.matter), "holds": statement.map(|one| &one.holds),
        "signed_by": examination.signed_by, "signer_checked": key.is_some(),
    });
    let mut text = String::new();
    if let Some(one) = statement {
        text.push_str(&format!(
            "Record of {:?} by {}, made on {} by {}: {} of {} events of the ledger, {} files.\n",
            safe(&one.matter),
            safe(&one.city),
            one.made_at.format("%Y-%m-%d"),
            safe(&one.made_by),
            one.events,
            one.ledger_events,
            one.files.len()
        ));
    }
    if !ok {
        text.push_str(&format!("It is not as it was signed:\n\n{}\n", listed(&examination.findings)));
    } else {
        text.push_str("Every file is as it was signed, and every event stands in the signed ledger.\n");
        text.push_str(&match key {
            Some(_) => "It is signed with the key that was given.\n".to_owned(),
            None => format!(
                "It is signed with the key {}\nAsk the city for its key by another way than this folder, and give it with \
                 --key.\n",
                safe(examination.signed_by.as_deref().unwrap_or(""))
            ),
        });
    }
    output.result(value, &text)?;
    Ok(if ok { DONE } else { INTEGRITY })
}

/// Findings as a table.
pub(super) fn listed(findings: &[Finding]) -> String {
    let rows: Vec<Vec<String>> =
        findings.iter().map(|one| vec![one.code.to_owned(), safe(&one.subject), safe(&one.message)]).collect();
    table(&["finding", "about", "what is wrong"], &rows)
}

fn delivered(directory: &Path, key: Option<&str>, output: &Output) -> Result<u8, Failure> {
    let examination = delivery::examine(directory, key).map_err(|error| RepositoryError::io(directory, error))?;
    let ok = examination.findings.is_empty();
    let statement = examination.statement.as_ref();
    output.about(statement.is_some_and(|one| one.exercise));
    let value = json!({
        "ok": ok, "checked": examination.checked, "findings": examination.findings,
        "production": statement.map(|one| one.production), "signed_by": examination.signed_by,
        "signer_checked": key.is_some(),
        "exercise": statement.is_some_and(|one| one.exercise),
    });
    output.result(value, &told(&examination, key))?;
    Ok(if ok { DONE } else { INTEGRITY })
}

fn told(examination: &Examination, key: Option<&str>) -> String {
    let mut text = String::new();
    if let Some(one) = &examination.statement {
        text.push_str(&format!(
            "Production {} of {}, answer to {}: documents {} to {}, made on {} by {}.\n",
            one.production,
            safe(one.city.as_str()),
            one.request,
            one.first_number,
            one.last_number,
            one.made_at.format("%Y-%m-%d"),
            safe(&one.made_by)
        ));
    }
    if examination.findings.is_empty() {
        // Without a key only this is known: the folder fits itself, and whoever made it could sign it.
        let as_what = if key.is_some() { "are as they were delivered" } else { "fit the signed account among them" };
        text.push_str(&format!("All {} files {as_what}; none is missing and none was added.\n", examination.checked));
        let signed_by = examination.signed_by.as_deref().unwrap_or("");
        text.push_str(&match key {
            Some(_) => "It is signed with the key that was given.\n".to_owned(),
            None => format!(
                "That account is signed with the key {}\nWho signed it is not checked: anybody can make such a folder \
                 and sign it. Ask the city for its key by another way than this folder, and give it with --key.\n",
                safe(signed_by)
            ),
        });
        return text;
    }
    text.push_str(&format!(
        "{} of the {} files are not as they were delivered, or something is missing or was added:\n\n{}\nAsk the city \
         for a new copy; it can deliver the same production again.\n",
        examination.findings.len(),
        examination.checked,
        listed(&examination.findings)
    ));
    text
}
