//! Whether what a production holds beside the usual files agrees with them.

use super::Finding;
use super::load_files::{Row, read};
use crate::ledger::{minisign, sshsig};
use crate::model::production::{BatesNumber, Extra};
use crate::package::lfp::{self, Pages};
use crate::package::names::{self, Beside};
use crate::package::statement::{SSH_NAMESPACE, Statement};
use crate::package::{edrm, rsmf};
use crate::render;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// Compares the further load files, conversations and tables with the documents.
pub(super) fn check(
    directory: &Path,
    rows: &[Row],
    statement: &Statement,
    delivered: &BTreeSet<String>,
    findings: &mut Vec<Finding>,
) {
    if statement.extras.contains(&Extra::Lfp) {
        ipro(directory, rows, statement, findings);
    }
    if statement.extras.contains(&Extra::Edrm) {
        xml(directory, rows, statement, findings);
    }
    let given: HashMap<String, &Row> =
        rows.iter().filter(|row| row.withheld.is_none()).map(|row| (row.first.to_string(), row)).collect();
    for path in delivered {
        let Some(kind) = Beside::of(&statement.volume, path) else { continue };
        if !statement.extras.contains(&kind.extra()) {
            continue;
        }
        let number = path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
        let result = match kind {
            _ if !given.contains_key(number) => Err("it is not named by a document that is given".to_owned()),
            Beside::Rsmf => conversation(directory, path, &given),
            Beside::Thread | Beside::Calls => pages(directory, path),
        };
        if let Err(message) = result {
            findings.push(Finding::new("load-file", path, message));
        }
    }
}

/// The file is made again from the rows and compared.
fn ipro(directory: &Path, rows: &[Row], statement: &Statement, findings: &mut Vec<Finding>) {
    let path = names::lfp(&statement.volume);
    let expected: String = rows
        .iter()
        .map(|row| {
            let native = row.native.as_deref();
            let child = row.parent.is_some();
            let pages = Pages { first: &row.first, pages: row.pages, child, pdf: &row.pdf, native };
            lfp::lines(&pages, &statement.volume)
        })
        .collect();
    if read(directory, &path) != Ok(expected.into_bytes()) {
        let message = "it does not name the same documents, pages and files as the Concordance load file";
        findings.push(Finding::new("load-file", path, message));
    }
}

fn xml(directory: &Path, rows: &[Row], statement: &Statement, findings: &mut Vec<Finding>) {
    let path = names::edrm(&statement.volume);
    let Some(listed) = read(directory, &path).ok().and_then(|bytes| edrm::read(&bytes)) else {
        return findings.push(Finding::new("load-file", path, "it cannot be read as EDRM XML"));
    };
    let same = listed.len() == rows.len()
        && listed.iter().zip(rows).all(|(one, row)| {
            let paths = [Some(&row.pdf), Some(&row.text), row.native.as_ref()];
            let paths: Vec<String> =
                paths.into_iter().flatten().map(|path| names::in_volume(&statement.volume, path)).collect();
            let found: Vec<&String> = one.files.iter().map(|file| &file.1).collect();
            one.id == row.first.to_string()
                && one.parent == row.parent.as_ref().map(BatesNumber::to_string)
                && found == paths.iter().collect::<Vec<_>>()
                && (row.withheld.is_none() || one.tags.iter().all(|tag| !tag.0.starts_with('#')))
        });
    if !same {
        let message = "it does not name the same documents and files as the Concordance load file";
        findings.push(Finding::new("load-file", path, message));
    }
}

/// Every event and file of a conversation is a document that is given, and every file is named.
fn conversation(directory: &Path, path: &str, given: &HashMap<String, &Row>) -> Result<(), String> {
    let (manifest, names) = rsmf::read(&read(directory, path)?).ok_or("it cannot be read as RSMF")?;
    let known = |number: &str| given.contains_key(number);
    let mut attached = BTreeSet::new();
    let events = manifest["events"].as_array().ok_or("its manifest has no events")?;
    for event in events {
        let number = event["id"].as_str().unwrap_or_default();
        if !known(number) {
            return Err(format!("it tells of {number:?}, which is no document that is given"));
        }
        for file in event["attachments"].as_array().into_iter().flatten() {
            let id = file["id"].as_str().unwrap_or_default();
            if !id.strip_suffix(".pdf").is_some_and(known) {
                return Err(format!("it has {id:?}, which is no document that is given"));
            }
            attached.insert(id.to_owned());
        }
    }
    if attached != names.into_iter().collect() {
        return Err("the files in it are not those that its manifest names".to_owned());
    }
    Ok(())
}

fn pages(directory: &Path, path: &str) -> Result<(), String> {
    render::page_count(&read(directory, path)?).map(drop).ok_or_else(|| "it cannot be read as a PDF file".to_owned())
}

/// Whether the signatures for the programs of others are by the key that signed the account.
pub(super) fn signatures(directory: &Path, statement: &Statement, key: Option<&str>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(key) = key else { return findings };
    let file = |path: &str| read(directory, path).ok();
    let text = |path: &str| file(path).and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let signed = file(names::STATEMENT).unwrap_or_default();
    let mut find = |path: &str, checked: Result<(), crate::ledger::SignatureError>| {
        if let Err(error) = checked {
            findings.push(Finding::new("signature", path, error.to_string()));
        }
    };
    if statement.extras.contains(&Extra::Minisign) {
        let [path, _] = names::MINISIGN;
        find(path, minisign::check(key, &signed, &text(path)).map(drop));
    }
    if statement.extras.contains(&Extra::Ssh) {
        let [path, _] = names::SSH;
        find(path, sshsig::check(key, &signed, SSH_NAMESPACE, &text(path)));
    }
    findings
}
