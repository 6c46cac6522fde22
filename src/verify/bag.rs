//! Any bag (RFC 8493), ours or another's: every file that belongs in it is there, as it was, and no other.

use super::Finding;
use crate::base::digest::{PairHasher, to_hex};
use crate::package::bag::{self, Declaration};
use rayon::prelude::*;
use sha2::{Digest, Sha512};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Bytes read in one step.
const STEP: usize = 256 * 1024;
/// Bytes of the largest tag file that is read whole.
const TAG_FILE_BYTES: u64 = 1024 * 1024 * 1024;
/// Depth of folders that is followed.
const DEPTH: usize = 32;

/// What a file is, in digests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDigests {
    /// Its length.
    pub bytes: u64,
    /// BLAKE3, hexadecimal.
    pub blake3: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// SHA-512, hexadecimal; empty when no manifest asks for it.
    pub sha512: String,
}

/// A file that is not what a manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The manifest.
    pub manifest: String,
    /// The file.
    pub path: String,
}

/// A bag as found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BagReport {
    /// Every file, by its path with `/`.
    pub files: BTreeMap<String, FileDigests>,
    /// Files that are not what a manifest says.
    pub mismatches: Vec<Mismatch>,
    /// Everything else that is wrong.
    pub findings: Vec<Finding>,
}

impl BagReport {
    /// All findings, mismatches among them.
    pub fn all_findings(&self) -> Vec<Finding> {
        let mut all = self.findings.clone();
        for one in &self.mismatches {
            let message = format!("it is not the file that {} lists", one.manifest);
            all.push(Finding::new("file-changed", &one.path, message));
        }
        all.sort();
        all.dedup();
        all
    }

    fn found(&mut self, code: &'static str, subject: &str, message: impl Into<String>) {
        self.findings.push(Finding::new(code, subject, message));
    }
}

/// Reads and checks the bag in a folder.
///
/// # Errors
/// When the folder itself cannot be listed; a file in it that cannot be read is a finding.
pub fn examine(directory: &Path) -> io::Result<BagReport> {
    let mut report = BagReport::default();
    let mut paths = BTreeSet::new();
    walk(directory, "", 0, &mut paths, &mut report)?;
    let manifests: Vec<String> = paths.iter().filter(|path| algorithm(path).is_some()).cloned().collect();
    let wide = manifests.iter().any(|path| algorithm(path) == Some("sha512"));
    let digests: Vec<(String, io::Result<FileDigests>)> =
        paths.par_iter().map(|path| (path.clone(), digest(&directory.join(path), wide))).collect();
    for (path, digest) in digests {
        match digest {
            Ok(digest) => drop(report.files.insert(path, digest)),
            Err(error) => report.found("file-unreadable", &path, format!("it cannot be read: {error}")),
        }
    }
    let declared = declaration(directory, &mut report);
    if report.files.contains_key("fetch.txt") {
        report.found("fetch", "fetch.txt", "it names files to be fetched from a network; nothing is fetched here");
    }
    let encoding = declared.as_ref().map_or("UTF-8", |one| one.encoding.as_str()).to_owned();
    let mut payload_lists = Vec::new();
    for manifest in &manifests {
        let Some(listed) = read_manifest(directory, manifest, &encoding, &mut report) else { continue };
        compare(manifest, &listed, &mut report);
        if manifest.starts_with("manifest-") {
            payload_lists.push((manifest.clone(), listed));
        }
    }
    completeness(&payload_lists, declared.is_none_or(|one| one.version >= (1, 0)), &mut report);
    payload_oxum(directory, &encoding, &mut report);
    Ok(report)
}

/// The algorithm in the name of a manifest.
fn algorithm(path: &str) -> Option<&str> {
    let name = path.strip_suffix(".txt")?;
    name.strip_prefix("manifest-").or_else(|| name.strip_prefix("tagmanifest-"))
}

fn walk(
    directory: &Path,
    below: &str,
    depth: usize,
    paths: &mut BTreeSet<String>,
    report: &mut BagReport,
) -> io::Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let path = format!("{below}{}", name.to_string_lossy());
        let kind = entry.file_type()?;
        if name.to_str().is_none() {
            report.found("file-extra", &path, "its name is not text, so no manifest can list it");
        } else if kind.is_dir() && depth < DEPTH {
            walk(&entry.path(), &format!("{path}/"), depth + 1, paths, report)?;
        } else if kind.is_file() {
            paths.insert(path);
        } else {
            report.found("file-extra", &path, "it is neither a file nor a folder, or lies too deep");
        }
    }
    Ok(())
}

fn digest(path: &Path, wide: bool) -> io::Result<FileDigests> {
    let mut file = File::open(path)?;
    let mut pair = PairHasher::default();
    let mut sha512 = Sha512::new();
    let mut buffer = vec![0; STEP];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        pair.update(&buffer[..read]);
        if wide {
            sha512.update(&buffer[..read]);
        }
    }
    let (blake3, sha256, bytes) = pair.finish();
    let sha512 = if wide { to_hex(&sha512.finalize()) } else { String::new() };
    Ok(FileDigests { bytes, blake3: blake3.to_string(), sha256: sha256.to_string(), sha512 })
}

fn declaration(directory: &Path, report: &mut BagReport) -> Option<Declaration> {
    let read = read_bounded(&directory.join(bag::DECLARATION));
    match read
        .map_err(|error| error.to_string())
        .and_then(|bytes| bag::declaration(&bytes).map_err(|error| error.to_string()))
    {
        Ok(declared) if declared.version <= (1, 0) => Some(declared),
        Ok(_) => {
            report.found("bag-declaration", bag::DECLARATION, "it declares a version that is not known");
            None
        }
        Err(error) => {
            report.found("bag-declaration", bag::DECLARATION, error);
            None
        }
    }
}

/// Reads a tag file whole, within its bound.
pub(super) fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    if std::fs::metadata(path)?.len() > TAG_FILE_BYTES {
        return Err(io::Error::other("it is larger than any such file"));
    }
    std::fs::read(path)
}

fn decode(bytes: &[u8], encoding: &str) -> Option<String> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        if rest.is_empty() { String::from_utf16(&units).ok() } else { None }
    };
    match encoding.to_ascii_uppercase().as_str() {
        "ISO-8859-1" => Some(bytes.iter().copied().map(char::from).collect()),
        "UTF-16" => match bytes {
            [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
            rest => wide(rest, u16::from_be_bytes),
        },
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

fn read_manifest(
    directory: &Path,
    manifest: &str,
    encoding: &str,
    report: &mut BagReport,
) -> Option<BTreeMap<String, String>> {
    let text = read_bounded(&directory.join(manifest)).ok().and_then(|bytes| decode(&bytes, encoding));
    let Some(text) = text else {
        report.found("manifest-unreadable", manifest, format!("it is not text in {encoding}"));
        return None;
    };
    match bag::manifest(&text) {
        Ok(listed) => Some(listed),
        Err(error) => {
            report.found("manifest-unreadable", manifest, error.to_string());
            None
        }
    }
}

fn compare(manifest: &str, listed: &BTreeMap<String, String>, report: &mut BagReport) {
    let algorithm = algorithm(manifest).unwrap_or("");
    if !matches!(algorithm, "sha256" | "sha512") {
        let message =
            format!("digests of the kind {algorithm} are not checked here; they are too weak to prove anything");
        report.found("algorithm-unsupported", manifest, message);
    }
    for (path, expected) in listed {
        let Some(file) = report.files.get(path) else {
            let message = format!("{manifest} lists it, and it is not there");
            report.found("file-missing", path, message);
            continue;
        };
        let actual = match algorithm {
            "sha256" => &file.sha256,
            "sha512" => &file.sha512,
            _ => continue,
        };
        if actual != expected {
            report.mismatches.push(Mismatch { manifest: manifest.to_owned(), path: path.clone() });
        }
    }
}

/// From version 1.0 every manifest lists every file of the payload; before, one of them had to (section 3).
fn completeness(lists: &[(String, BTreeMap<String, String>)], each: bool, report: &mut BagReport) {
    if lists.is_empty() {
        report.found("manifest-missing", bag::MANIFEST, "there is no manifest of the payload that can be read");
        return;
    }
    let payload: Vec<String> = report.files.keys().filter(|path| path.starts_with("data/")).cloned().collect();
    for path in payload {
        let listing = lists.iter().filter(|(_, listed)| listed.contains_key(&path)).count();
        if listing == 0 {
            report.found("file-extra", &path, "no manifest lists it");
        } else if each && listing < lists.len() {
            report.found("file-unlisted", &path, "one of the manifests does not list it");
        }
    }
}

fn payload_oxum(directory: &Path, encoding: &str, report: &mut BagReport) {
    let text = read_bounded(&directory.join(bag::INFO)).ok().and_then(|bytes| decode(&bytes, encoding));
    let Some((bytes, files)) = text.as_deref().and_then(bag::oxum) else { return };
    let payload = report.files.iter().filter(|(path, _)| path.starts_with("data/"));
    let found = payload.fold((0, 0), |(bytes, files), (_, file)| (bytes + file.bytes, files + 1));
    if found != (bytes, files) {
        let message =
            format!("it says {files} files with {bytes} bytes, and there are {} files with {} bytes", found.1, found.0);
        report.found("payload-total", bag::INFO, message);
    }
}
