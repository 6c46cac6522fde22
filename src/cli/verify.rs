//! `verify`

use super::DONE;
use super::args::Common;
use super::output::{Failure, Output, table};
use super::repository::INTEGRITY;
use crate::repository::RepositoryError;
use crate::text::safe;
use crate::verify::delivery::{self, Examination};
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The folder of a delivered production
    pub directory: Option<PathBuf>,
    /// The city's key, as it is known by another way than the folder
    #[arg(long, value_name = "HEX")]
    pub key: Option<String>,
}

/// `recordroom verify`: a folder that looks like a delivered production is checked as one, with nothing but itself.
pub fn run(_common: &Common, arguments: &Verify, output: &Output) -> Result<u8, Failure> {
    match &arguments.directory {
        Some(directory) if delivery::is_delivery(directory) => delivered(directory, arguments.key.as_deref(), output),
        Some(directory) => {
            let message = format!("{} is not a delivered production: there is no production.json", directory.display());
            Err(Failure::new("not-a-delivery", message, "Name the folder that holds README.txt and production.json."))
        }
        None => Err(Failure::usage("The folder to check is missing", "Write: recordroom verify DIR")),
    }
}

fn delivered(directory: &Path, key: Option<&str>, output: &Output) -> Result<u8, Failure> {
    let examination = delivery::examine(directory, key).map_err(|error| RepositoryError::io(directory, error))?;
    let ok = examination.findings.is_empty();
    let statement = examination.statement.as_ref();
    let value = json!({
        "ok": ok, "checked": examination.checked, "findings": examination.findings,
        "production": statement.map(|one| one.production), "signed_by": examination.signed_by,
        "exercise": statement.is_some_and(|one| one.exercise),
    });
    output.result(value, &told(&examination, key))?;
    Ok(if ok { DONE } else { INTEGRITY })
}

fn told(examination: &Examination, key: Option<&str>) -> String {
    let mut text = String::new();
    if let Some(one) = &examination.statement {
        if one.exercise {
            text.push_str("EXERCISE\n");
        }
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
        text.push_str(&format!(
            "All {} files are as they were delivered; none is missing and none was added.\n",
            examination.checked
        ));
        let signed_by = examination.signed_by.as_deref().unwrap_or("");
        text.push_str(&match key {
            Some(_) => "It is signed with the key that was given.\n".to_owned(),
            None => format!(
                "It is signed with the key {}\nThat proves who made it once the city has told its key by another way: \
                 compare, or give it with --key.\n",
                safe(signed_by)
            ),
        });
        return text;
    }
    let rows: Vec<Vec<String>> = examination
        .findings
        .iter()
        .map(|one| vec![one.code.to_owned(), safe(&one.subject), safe(&one.message)])
        .collect();
    text.push_str(&format!(
        "{} of the {} files are not as they were delivered, or something is missing or was added:\n\n{}\nAsk the city \
         for a new copy; it can deliver the same production again.\n",
        rows.len(),
        examination.checked,
        table(&["finding", "file", "what is wrong"], &rows)
    ));
    text
}
