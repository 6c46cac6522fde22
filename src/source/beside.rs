//! The files that lie beside a database and belong to its rows: pictures of messages, recordings of voicemail.
//!
//! A row names its file by a path of the telephone. What follows the folder the telephone keeps such files in is looked
//! up in the listing of what the clerk handed over; a path is never followed by itself, so it can lead nowhere else.

use super::attached;
use super::container::content::Content;
use super::container::reading::file_name;
use super::container::tree::{Accounted, Tree};
use crate::base::digest::Sha256Digest;
use crate::base::limits;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedAttachment, ParsedItem};
use crate::source::rows::Rows;
use std::collections::{BTreeMap, BTreeSet};

/// Folders in which telephones keep the files of messages.
const FOLDERS: [&str; 6] = ["Attachments/", "StickerCache/", "app_parts/", "parts/", "Parts/", "Media/"];
/// Bytes of an item's rows that are left free for what comes after its files.
const MARGIN: u64 = 1024 * 1024;

/// A file that a row names.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// The path as the row has it, or empty.
    pub written: String,
    /// The name it is shown by; empty when it is that of the path.
    pub shown: String,
    /// The media type the row claims, or empty.
    pub claimed_type: String,
    /// Whether it is shown inside the text.
    pub inline: bool,
}

/// What lies beside one database.
pub struct Beside<'a> {
    tree: Option<&'a mut dyn Tree>,
    database: String,
    by_tail: BTreeMap<String, Vec<String>>,
    /// Files that became part of an item, the database and its logs.
    pub accounted: Accounted,
    /// Files that rows name and that are not there.
    pub missing: u64,
}

impl<'a> Beside<'a> {
    /// What lies beside the database of this path in a tree.
    pub fn new(tree: Option<&'a mut dyn Tree>, database: &str) -> Self {
        let mut beside = Self {
            tree,
            database: database.to_owned(),
            by_tail: BTreeMap::new(),
            accounted: Accounted::new(),
            missing: 0,
        };
        beside.accounted.insert(database.to_owned());
        if let Some(tree) = &mut beside.tree {
            for path in tree.files().unwrap_or_default() {
                if let Some(tail) = tail(&path) {
                    beside.by_tail.entry(tail.to_owned()).or_default().push(path);
                }
            }
        }
        beside
    }

    /// The file that has the database's own name with an ending.
    pub fn companion(&mut self, ending: &str) -> Option<Content> {
        let path = format!("{}{ending}", self.database);
        let tree = self.tree.as_mut()?;
        let content = if tree.has(&path) { tree.open(&path).ok()? } else { return None };
        self.accounted.insert(path);
        Some(content)
    }

    /// Accounts for the shared memory of a log, which says nothing by itself.
    pub fn account_for_shared_memory(&mut self) {
        let path = format!("{}-shm", self.database);
        if self.tree.as_mut().is_some_and(|tree| tree.has(&path)) {
            self.accounted.insert(path);
        }
    }

    /// The folder of the database, with its slash.
    fn folder(&self) -> &str {
        self.database.rsplit_once('/').map_or("", |(folder, _)| &self.database[..=folder.len()])
    }

    /// The path of a file that a row names, when exactly one can be meant.
    fn find(&mut self, written: &str) -> Option<String> {
        let folder = self.folder().to_owned();
        if !written.contains('/') {
            let path = format!("{folder}{written}");
            return self.tree.as_mut()?.has(&path).then_some(path);
        }
        let found = self.by_tail.get(tail(written)?)?;
        let near: BTreeSet<&String> = found.iter().filter(|path| path.starts_with(&folder)).collect();
        match (near.len(), found.as_slice()) {
            (1, _) => near.first().map(|path| (*path).clone()),
            (_, [only]) => Some(only.clone()),
            _ => None,
        }
    }

    /// Whether a file that a row may have is there.
    pub fn holds(&mut self, written: &str) -> bool {
        self.find(written).is_some()
    }

    /// Makes a file part of an item and says so; gives what tells it in the item's identity.
    pub fn attach(&mut self, named: &Named, rows: &mut Rows, parsed: &mut ParsedItem) -> String {
        let own = file_name(&named.written).to_owned();
        let name = if named.shown.is_empty() { own } else { file_name(&named.shown).to_owned() };
        let shown = if name.is_empty() { "without a name" } else { name.as_str() };
        let found = if named.written.is_empty() { None } else { self.find(&named.written) };
        let content = found.as_ref().and_then(|path| Some((path, self.tree.as_mut()?.open(path).ok()?)));
        let (bytes, digest) = match content {
            None => {
                self.missing += 1;
                let sentence = format!("attachment {shown}: the database names it and it does not lie beside it");
                parsed.problems.push(Problem::new(ProblemCode::Missing, sentence));
                (None, "missing".to_owned())
            }
            Some((path, content)) => {
                let left = limits::ITEM_IN_MEMORY_BYTES.saturating_sub(rows.length() + MARGIN);
                match content.length() {
                    Ok(length) if length > left => {
                        let sentence = format!(
                            "attachment {shown}: {length} bytes are too large to be kept with the message; the file is taken in as an item of its own"
                        );
                        parsed.problems.push(Problem::new(ProblemCode::LimitReached, sentence));
                        parsed.facts.insert(format!("attachment {shown} lies in"), path.clone());
                        (None, format!("apart {length}"))
                    }
                    _ => match content.into_bytes() {
                        Ok(bytes) => {
                            self.accounted.insert(path.clone());
                            let digest = Sha256Digest::of(&bytes).to_string();
                            (Some(bytes), digest)
                        }
                        Err(error) => {
                            let sentence = format!("attachment {shown}: it cannot be read: {error}");
                            parsed.problems.push(Problem::new(ProblemCode::Unreadable, sentence));
                            (None, "unreadable".to_owned())
                        }
                    },
                }
            }
        };
        if parsed.attachments.len() >= limits::MESSAGE_PARTS {
            let sentence = "it has more attachments than are listed; all are kept in it".to_owned();
            if !parsed.problems.iter().any(|one| one.message == sentence) {
                parsed.problems.push(Problem::new(ProblemCode::LimitReached, sentence));
            }
        }
        let part = match &bytes {
            Some(bytes) => rows.file(&name, bytes),
            None => rows.missing(&name),
        };
        if parsed.attachments.len() < limits::MESSAGE_PARTS {
            let listed = attached::listed(name, &named.claimed_type, bytes.as_deref(), part);
            parsed.attachments.push(ParsedAttachment { inline: named.inline, ..listed });
        }
        digest
    }
}

/// What follows the last folder before it that telephones keep such files in, that folder included.
fn tail(path: &str) -> Option<&str> {
    let starts = |at: usize| at == 0 || path.as_bytes()[at - 1] == b'/';
    FOLDERS
        .iter()
        .find_map(|folder| path.match_indices(folder).map(|(at, _)| at).find(|at| starts(*at)))
        .map(|at| &path[at..])
}
