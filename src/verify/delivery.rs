//! A delivered production, checked by a stranger: on a machine with only this program and the folder.

use super::{Finding, bag as any_bag, extras, load_files};
use crate::ledger::{MerkleBuilder, check_json, leaf_hash};
use crate::model::production::Extra;
use crate::package::statement::{DOMAIN, SCHEMA, Statement};
use crate::package::{bag, listing, names, sums};
use crate::render::{self, RenderError, Rendered, Rendition};
use any_bag::BagReport;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

pub use load_files::PROGRAM;

/// How a rendition is drawn: [`render::draw`], but for tests.
pub type Draw<'d> = &'d (dyn Fn(&Rendition) -> Result<Rendered, RenderError> + Sync);

/// What checking came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examination {
    /// Files that were read.
    pub checked: u64,
    /// What is not as it should be, in order.
    pub findings: Vec<Finding>,
    /// The key that signed it, in hexadecimal. It proves who signed only when it is known by another way.
    pub signed_by: Option<String>,
    /// What the production says of itself.
    pub statement: Option<Statement>,
}

/// Whether a folder looks like a delivered production or a bag, rather than a repository.
pub fn is_delivery(directory: &Path) -> bool {
    [names::STATEMENT, bag::DECLARATION, bag::MANIFEST].iter().any(|name| directory.join(name).is_file())
}

/// Everything that is not as it should be in a delivered folder; empty when it is whole.
pub fn check(directory: &Path) -> Vec<Finding> {
    match examine(directory, None) {
        Ok(examination) => examination.findings,
        Err(error) => {
            vec![Finding::new("folder-unreadable", directory.to_string_lossy(), format!("it cannot be read: {error}"))]
        }
    }
}

/// Checks a delivered folder; with `public_key` also that this city signed it.
///
/// # Errors
/// When the folder itself cannot be listed.
pub fn examine(directory: &Path, public_key: Option<&str>) -> io::Result<Examination> {
    examine_with(directory, public_key, &render::draw)
}

/// As [`examine`], with the slip sheets drawn by `draw`.
pub fn examine_with(directory: &Path, public_key: Option<&str>, draw: Draw<'_>) -> io::Result<Examination> {
    let report = any_bag::examine(directory)?;
    let mut examination = Examination { checked: report.files.len() as u64, ..Examination::default() };
    let mut findings = report.findings.clone();
    let (statement, genuine) = statement(directory, public_key, &mut examination, &mut findings);
    let signed = match (&statement, genuine) {
        (Some(statement), true) => signed_digests(statement),
        _ => BTreeMap::new(),
    };
    for (path, digest) in &signed {
        match report.files.get(path) {
            Some(file) if file.sha256 == *digest => {}
            Some(_) => findings.push(Finding::new("file-changed", path, "it is not the file that was signed")),
            None => findings.push(Finding::new("file-missing", path, "it was signed, and it is not there")),
        }
    }
    let sound = |path: &str| {
        signed.get(path).is_some_and(|digest| report.files.get(path).is_some_and(|file| file.sha256 == *digest))
    };
    let blake3 = blake3_sums(directory, &report, &mut findings);
    blame(&report, blake3.as_ref(), genuine, &sound, &mut findings);
    let extras = statement.as_ref().map(|one| one.extras.clone()).unwrap_or_default();
    tag_files(directory, &report, &extras, &mut findings);
    if let Some(statement) = &statement {
        let delivered: BTreeSet<String> =
            report.files.keys().filter(|path| path.starts_with("data/")).cloned().collect();
        findings.extend(load_files::check(directory, statement, &delivered, draw));
        findings.extend(load_files::counts(directory, statement));
        findings.extend(extras::signatures(directory, statement, examination.signed_by.as_deref()));
        merkle(directory, statement, &mut findings);
        outside_the_volume(statement, &delivered, &mut findings);
    }
    findings.sort();
    findings.dedup();
    // Several lists can miss the same file; one sentence about it is enough.
    findings.dedup_by(|one, other| {
        one.code.starts_with("file-") && (one.code, &one.subject) == (other.code, &other.subject)
    });
    Ok(Examination { findings, statement, ..examination })
}

/// Reads the statement, and says whether its signature holds.
fn statement(
    directory: &Path,
    public_key: Option<&str>,
    examination: &mut Examination,
    findings: &mut Vec<Finding>,
) -> (Option<Statement>, bool) {
    let mut wrong = |code, message: String| findings.push(Finding::new(code, names::STATEMENT, message));
    let bytes = match any_bag::read_bounded(&directory.join(names::STATEMENT)) {
        Ok(bytes) => bytes,
        Err(error) => {
            wrong("statement", format!("it cannot be read: {error}"));
            return (None, false);
        }
    };
    let Ok(document) = serde_json::from_slice::<serde_json::Value>(&bytes) else {
        wrong("statement", "it is not JSON".to_owned());
        return (None, false);
    };
    let key = document.pointer("/signature/public_key").and_then(serde_json::Value::as_str);
    examination.signed_by = key.map(str::to_owned);
    // The signature covers the values; whatever else stands in the file, even a blank, was changed as well.
    let as_written = bytes == format!("{document:#}\n").as_bytes();
    let genuine = match check_json(DOMAIN, &document, public_key) {
        Ok(()) => as_written,
        Err(error) => {
            wrong("signature", error.to_string());
            false
        }
    };
    match serde_json::from_value::<Statement>(document) {
        Ok(statement) if statement.schema <= SCHEMA && is_volume(&statement.volume) => (Some(statement), genuine),
        Ok(statement) if statement.schema > SCHEMA => {
            wrong("statement", "it was made by a newer program; install that one to check it".to_owned());
            (None, genuine)
        }
        Ok(_) => {
            wrong("statement", "its volume is not a name like VOL001".to_owned());
            (None, genuine)
        }
        Err(error) => {
            wrong("statement", format!("it is not the account of a production: {error}"));
            (None, genuine)
        }
    }
}

/// A volume is part of paths, so only a plain name is followed.
fn is_volume(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn signed_digests(statement: &Statement) -> BTreeMap<String, String> {
    let mut signed = statement.files_sha256.clone();
    signed.insert(bag::MANIFEST.to_owned(), statement.manifest_sha256.clone());
    signed
}

/// Paths that BLAKE3SUMS lists with another digest than the file has; `None` when it cannot be read.
fn blake3_sums(directory: &Path, report: &BagReport, findings: &mut Vec<Finding>) -> Option<BTreeSet<String>> {
    let mut wrong = |path: &str, code, message: String| findings.push(Finding::new(code, path, message));
    let text = any_bag::read_bounded(&directory.join(names::BLAKE3_SUMS)).ok();
    let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
    let listed = match text.as_deref().map(sums::read) {
        Some(Ok(listed)) => listed,
        Some(Err(error)) => {
            wrong(names::BLAKE3_SUMS, "manifest-unreadable", error.to_string());
            return None;
        }
        None => {
            wrong(names::BLAKE3_SUMS, "manifest-unreadable", "it is not there, or is not text".to_owned());
            return None;
        }
    };
    let mut differing = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for (digest, path) in listed {
        match report.files.get(&path) {
            Some(file) if file.blake3 == digest => {}
            Some(_) => drop(differing.insert(path.clone())),
            None => wrong(&path, "file-missing", format!("{} lists it, and it is not there", names::BLAKE3_SUMS)),
        }
        if !seen.insert(path.clone()) {
            wrong(names::BLAKE3_SUMS, "manifest-unreadable", format!("{path} is listed twice"));
        }
    }
    for path in report.files.keys().filter(|path| path.starts_with("data/") && !seen.contains(*path)) {
        wrong(path, "file-extra", format!("{} does not list it", names::BLAKE3_SUMS));
    }
    Some(differing)
}

/// Names what changed: the file when both manifests say so, a manifest when it stands alone against the rest.
fn blame(
    report: &BagReport,
    blake3: Option<&BTreeSet<String>>,
    genuine: bool,
    sound: &dyn Fn(&str) -> bool,
    findings: &mut Vec<Finding>,
) {
    let sha256: BTreeSet<&str> =
        report.mismatches.iter().filter(|one| one.manifest == bag::MANIFEST).map(|one| one.path.as_str()).collect();
    let changed = "it is not the file that was delivered";
    for path in &sha256 {
        let alone = blake3.is_some_and(|differing| !differing.contains(*path)) && !sound(bag::MANIFEST);
        let (subject, message) = if alone {
            (bag::MANIFEST, format!("its line for {path} does not fit the file, which {} knows", names::BLAKE3_SUMS))
        } else {
            (*path, changed.to_owned())
        };
        findings.push(Finding::new("file-changed", subject, message));
    }
    for path in blake3.into_iter().flatten().filter(|path| !sha256.contains(path.as_str())) {
        let message = format!("its line for {path} does not fit the file, which {} knows", bag::MANIFEST);
        findings.push(Finding::new("file-changed", names::BLAKE3_SUMS, message));
    }
    for one in report.mismatches.iter().filter(|one| one.manifest != bag::MANIFEST) {
        let as_signed = if one.path == names::STATEMENT { genuine } else { sound(&one.path) };
        let (subject, message) = if as_signed {
            (one.manifest.as_str(), format!("its line for {} does not fit the file, which is as signed", one.path))
        } else {
            (one.path.as_str(), changed.to_owned())
        };
        findings.push(Finding::new("file-changed", subject, message));
    }
}

/// A production has these files beside its payload and no others, and its tag manifest lists them all.
fn tag_files(directory: &Path, report: &BagReport, extras: &BTreeSet<Extra>, findings: &mut Vec<Finding>) {
    let mut expected = vec![
        bag::DECLARATION,
        bag::INFO,
        bag::MANIFEST,
        bag::TAG_MANIFEST,
        names::BLAKE3_SUMS,
        names::README,
        names::STATEMENT,
    ];
    expected.extend(names::MINISIGN.into_iter().filter(|_| extras.contains(&Extra::Minisign)));
    expected.extend(names::SSH.into_iter().filter(|_| extras.contains(&Extra::Ssh)));
    let expected = expected;
    for name in expected.iter().copied() {
        if !report.files.contains_key(name) {
            findings.push(Finding::new("file-missing", name, "every production has it, and it is not there"));
        }
    }
    let text = any_bag::read_bounded(&directory.join(bag::TAG_MANIFEST)).unwrap_or_default();
    let listed = String::from_utf8(text).ok().and_then(|text| bag::manifest(&text).ok()).unwrap_or_default();
    for path in report.files.keys().filter(|path| !path.starts_with("data/")) {
        if !expected.contains(&path.as_str()) {
            findings.push(Finding::new("file-extra", path, "no production has such a file"));
        } else if path != bag::TAG_MANIFEST && !listed.contains_key(path) {
            let message = format!("it does not list {path}");
            findings.push(Finding::new("manifest-unreadable", bag::TAG_MANIFEST, message));
        }
    }
}

/// The root of the Merkle tree (RFC 6962) over the lines of a manifest, each without its line feed.
pub fn merkle_root(manifest: &str) -> String {
    let mut tree = MerkleBuilder::default();
    manifest.lines().for_each(|line| tree.push(leaf_hash(line.as_bytes())));
    tree.root().to_string()
}

fn merkle(directory: &Path, statement: &Statement, findings: &mut Vec<Finding>) {
    let manifest = any_bag::read_bounded(&directory.join(bag::MANIFEST)).ok();
    let Some(manifest) = manifest.and_then(|bytes| String::from_utf8(bytes).ok()) else { return };
    // A production of an earlier program names no root.
    if !statement.merkle_root.is_empty() && merkle_root(&manifest) != statement.merkle_root {
        let message = format!("its lines do not have the Merkle root that {} names", names::STATEMENT);
        findings.push(Finding::new("file-changed", bag::MANIFEST, message));
    }
}

fn outside_the_volume(statement: &Statement, delivered: &BTreeSet<String>, findings: &mut Vec<Finding>) {
    let volume = format!("{}/", names::volume_folder(&statement.volume));
    for path in delivered.iter().filter(|path| !path.starts_with(&volume)) {
        let extra = [names::WITHHOLDING_SUMMARY, names::REDACTION_LOG];
        if !listing::LISTINGS.contains(&path.as_str()) && !extra.contains(&path.as_str()) {
            findings.push(Finding::new("file-extra", path, "no production has such a file"));
        }
    }
    for path in listing::LISTINGS.iter().filter(|path| !delivered.contains(**path)) {
        findings.push(Finding::new("file-missing", *path, "every production has it, and it is not there"));
    }
}
