//! Whether the redaction log of a delivered production is the one that its account counts, and tells of documents that are given.

use super::Finding;
use super::load_files::{Row, read};
use crate::model::redaction::Version;
use crate::package::names;
use crate::package::redaction_log;
use crate::package::statement::Statement;
use std::collections::HashMap;
use std::path::Path;

/// Compares the log with the account and the documents.
pub(super) fn check(directory: &Path, rows: &[Row], statement: &Statement, findings: &mut Vec<Finding>) {
    let path = names::REDACTION_LOG;
    let mut wrong = |message: String| findings.push(Finding::new("redaction-log", path, message));
    let is_there = directory.join(path).exists();
    if statement.redactions == 0 {
        if is_there {
            wrong(format!("it is there, and {} counts no redaction", names::STATEMENT));
        }
        return;
    }
    if statement.version == Some(Version::CityAttorney) {
        wrong("in the version for the city's own attorney nothing is redacted".to_owned());
    }
    let told = match read(directory, path).map(|bytes| redaction_log::read(&bytes)) {
        Err(message) => return wrong(message),
        Ok(Err(line)) => return wrong(format!("its line {line} is no row of such a log")),
        Ok(Ok(told)) => told,
    };
    if told.len() as u64 != statement.redactions {
        let message = format!("it has {} rows, and {} counts {}", told.len(), names::STATEMENT, statement.redactions);
        wrong(message);
    }
    let documents: HashMap<String, &Row> = rows.iter().map(|row| (row.first.to_string(), row)).collect();
    for one in &told {
        match documents.get(&one.number.to_string()) {
            None => wrong(format!("{} of {} is in no document of the load file", one.redaction, one.number)),
            Some(row) if row.withheld.is_some() => {
                wrong(format!("{} is withheld whole, and the log tells of {} in it", one.number, one.redaction));
            }
            Some(_) => {}
        }
    }
}
