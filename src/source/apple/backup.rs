//! Backups of an iPhone or iPad as iTunes and Finder write them: files under the digest of their names, and
//! `Manifest.db`, which says what they were.
//!
//! A file of the backup is `aa/aabb...` (before iOS 10 `aabb...`), the SHA-1 of its domain and path. The backup is shown
//! as a tree of `domain/path`, in which the databases and their files are read as everywhere else. What is encrypted,
//! and backups older than `Manifest.db`, are kept file by file as they are, with a sentence that says what to ask for.

use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::provenance::CopyFacts;
use crate::source::ReadStop;
use crate::source::container::content::Content;
use crate::source::container::reading::Reading;
use crate::source::container::tree::{Accounted, Tree};
use crate::source::database::Database;
use crate::source::databases;
use plist::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// Bytes of the property list that says whether a backup is encrypted.
const MANIFEST_BYTES: u64 = 16 * 1024 * 1024;

/// The folder of a backup in a tree, with its slash: the first level, or one folder below in an archive.
pub fn folder_of(tree: &mut dyn Tree) -> Option<String> {
    let top = tree.top().ok()?;
    let is_index = |name: &str| matches!(name, "Manifest.db" | "Manifest.mbdb");
    if top.iter().any(|name| is_index(name)) && tree.has("Manifest.plist") {
        return Some(String::new());
    }
    // In an archive the listing is at hand, and its first level is often one folder.
    if tree.folder().is_some() {
        return None;
    }
    let [folder] = top.as_slice() else { return None };
    let has = |tree: &mut dyn Tree, name: &str| tree.has(&format!("{folder}{name}"));
    let found = has(tree, "Manifest.plist") && (has(tree, "Manifest.db") || has(tree, "Manifest.mbdb"));
    found.then(|| folder.clone())
}

/// Reads a backup.
///
/// # Errors
/// When the sink asked to stop; what is wrong inside is told to it.
pub fn read(tree: &mut dyn Tree, reading: &mut Reading<'_>) -> Result<Accounted, ReadStop> {
    let Some(folder) = folder_of(tree) else { return Ok(Accounted::new()) };
    let mut refuse = |code, sentence: String| {
        reading.tell(Found::Remark(Problem::new(code, sentence)))?;
        Ok(Accounted::new())
    };
    if is_encrypted(tree, &folder) {
        let sentence = "this backup of an iPhone is encrypted; every file is kept as it is and nothing in it can be found. Ask for a backup made with \u{201c}Encrypt local backup\u{201d} off, or for an export of the messages made with its password (iMazing or a forensic report), and take that in as well";
        return refuse(ProblemCode::Encrypted, sentence.to_owned());
    }
    let index = format!("{folder}Manifest.db");
    if !tree.has(&index) {
        let sentence = "this backup of an iPhone is older than iOS 10 (Manifest.mbdb) and is kept file by file under its own names; ask for an export of the messages (iMazing), or hand over the file 3d0d7e5fb2ce288813306e4d4636395e047a3d28 as sms.db";
        return refuse(ProblemCode::Unsupported, sentence.to_owned());
    }
    let content = tree.open(&index)?;
    let mut database = match Database::open(&content, &mut |ending| tree.open(&format!("{index}{ending}")).ok()) {
        Ok(database) => database,
        Err(error) => {
            return refuse(
                ProblemCode::Malformed,
                format!(
                    "the list of this backup of an iPhone cannot be read, so its files are kept under their own names: {error}"
                ),
            );
        }
    };
    let files = list(&mut database, &folder, tree, reading)?;
    drop(database);
    let mut backup = BackupTree { tree, files };
    Ok(read_files(&mut backup, reading)?)
}

/// Whether `Manifest.plist` says so.
fn is_encrypted(tree: &mut dyn Tree, folder: &str) -> bool {
    let Ok(content) = tree.open(&format!("{folder}Manifest.plist")) else { return false };
    if content.length().map_or(true, |length| length > MANIFEST_BYTES) {
        return false;
    }
    let Ok(bytes) = content.into_bytes() else { return false };
    let value = Value::from_reader(io::Cursor::new(bytes)).ok();
    let told = value.as_ref().and_then(Value::as_dictionary).and_then(|root| root.get("IsEncrypted"));
    told.is_some_and(|value| {
        value.as_boolean() == Some(true) || value.as_signed_integer().is_some_and(|number| number != 0)
    })
}

/// The files of the backup by domain and path; one that is listed and not there is an exception.
fn list(
    database: &mut Database,
    folder: &str,
    tree: &mut dyn Tree,
    reading: &mut Reading<'_>,
) -> Result<BTreeMap<String, String>, Stopped> {
    let mut files = BTreeMap::new();
    let mut broken: Vec<String> = Vec::new();
    let result = database.each("files", |row| {
        // 1 is a file, 2 a folder, 4 a link.
        if row.integer("flags") != Some(1) {
            return Ok(());
        }
        let id = row.text("fileID");
        let name = format!("{}/{}", row.text("domain"), row.text("relativePath"));
        let is_id = id.len() >= 2 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let places =
            if is_id { vec![format!("{folder}{}/{id}", &id[..2]), format!("{folder}{id}")] } else { Vec::new() };
        match places.into_iter().find(|place| tree.has(place)) {
            Some(place) => {
                files.insert(name, place);
                Ok(())
            }
            None => {
                let sentence = "the list of the backup names this file and it is not there";
                reading.exception(name, ProblemCode::Missing, sentence, Vec::new())
            }
        }
    })?;
    broken.extend(result);
    broken.append(&mut database.remarks);
    for sentence in broken {
        reading.tell(Found::Remark(Problem::new(ProblemCode::Malformed, format!("Manifest.db: {sentence}"))))?;
    }
    Ok(files)
}

/// Reads the databases with their files first, then what is left.
fn read_files(backup: &mut BackupTree<'_>, reading: &mut Reading<'_>) -> Result<Accounted, Stopped> {
    let names: Vec<String> = backup.files.keys().cloned().collect();
    let mut told = Accounted::new();
    for name in &names {
        let Ok(content) = backup.open(name) else { continue };
        let Some(format) = databases::format_of(&content, &mut |_| None) else { continue };
        told.extend(databases::read_nested(name, format, content, backup, reading)?);
    }
    for name in &names {
        if told.contains(name) {
            continue;
        }
        let folder = name.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default();
        match backup.open(name) {
            Ok(content) => reading.member(name.clone(), content, CopyFacts { folder, ..CopyFacts::default() })?,
            Err(error) => {
                let sentence = format!("the file cannot be read: {error}");
                reading.exception(name.clone(), ProblemCode::Unreadable, sentence, Vec::new())?;
            }
        }
    }
    Ok(backup.files.values().cloned().collect())
}

/// The files of a backup by their names on the phone.
struct BackupTree<'a> {
    tree: &'a mut dyn Tree,
    files: BTreeMap<String, String>,
}

impl Tree for BackupTree<'_> {
    fn top(&mut self) -> io::Result<Vec<String>> {
        let mut domains: Vec<String> =
            self.files.keys().filter_map(|name| Some(format!("{}/", name.split_once('/')?.0))).collect();
        domains.dedup();
        Ok(domains)
    }

    fn files(&mut self) -> io::Result<Vec<String>> {
        Ok(self.files.keys().cloned().collect())
    }

    fn has(&mut self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    fn open(&mut self, path: &str) -> io::Result<Content> {
        match self.files.get(path) {
            Some(place) => self.tree.open(place),
            None => Err(io::Error::new(io::ErrorKind::NotFound, "the backup has no such file")),
        }
    }

    fn folder(&self) -> Option<&Path> {
        None
    }
}
