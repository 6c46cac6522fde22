//! Maildir folder trees (cr.yp.to/proto/maildir.html) with Maildir++ subfolders.

use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::provenance::CopyFacts;
use crate::source::container::folder::{self, Entry, EntryKind};
use crate::source::container::{Content, Reading};
use std::path::Path;

/// Whether a folder is a Maildir: it has both `cur` and `new`.
pub fn is_maildir(folder: &Path) -> bool {
    ["cur", "new"].iter().all(|name| folder.join(name).symlink_metadata().is_ok_and(|data| data.is_dir()))
}

/// Reads a Maildir and the Maildirs nested in it as one container; its messages name their folder.
pub fn read(root: &Path, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let mut control_files = 0_u64;
    read_level(root, "", 0, reading, &mut control_files)?;
    if control_files > 0 {
        let sentence = format!("{control_files} index files of the mail server were left out");
        reading.tell(Found::Remark(Problem::new(ProblemCode::Told, sentence)))?;
    }
    Ok(())
}

fn read_level(
    path: &Path,
    name: &str,
    depth: usize,
    reading: &mut Reading<'_>,
    control_files: &mut u64,
) -> Result<(), Stopped> {
    for entry in folder::entries(path, name, reading)? {
        match entry.kind {
            EntryKind::Folder if matches!(entry.name.as_str(), "cur" | "new" | "tmp") => {
                read_messages(&entry, name, reading)?;
            }
            EntryKind::Folder if depth < folder::FOLDER_DEPTH && is_maildir(&entry.path) => {
                read_level(&entry.path, &folder::join(name, &entry.name), depth + 1, reading, control_files)?;
            }
            EntryKind::File if is_control(&entry.name) => *control_files += 1,
            _ => folder::take_entry(entry, name, depth, reading)?,
        }
    }
    Ok(())
}

/// Reads the messages of `cur`, `new` or `tmp`: each file is one, whatever it looks like.
fn read_messages(directory: &Entry, name: &str, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let place = folder::join(name, &directory.name);
    for entry in folder::entries(&directory.path, &place, reading)? {
        let here = folder::join(&place, &entry.name);
        // Names with a dot in front are no messages (maildir.html).
        if entry.kind != EntryKind::File || entry.name.starts_with('.') {
            folder::take_entry(entry, &place, 0, reading)?;
            continue;
        }
        let mut copy = CopyFacts { folder: folder_name(name), ..CopyFacts::default() };
        flags(&directory.name, &entry.name, &mut copy);
        reading.message(here, Content::File(entry.path), copy)?;
    }
    Ok(())
}

/// Reads the flags in a file name: `:2,` (or `;2,` and `!2,` on Windows) and letters.
fn flags(directory: &str, file_name: &str, copy: &mut CopyFacts) {
    let info = file_name.rfind("2,").filter(|at| *at > 0 && matches!(file_name.as_bytes()[at - 1], b':' | b';' | b'!'));
    match info {
        Some(at) => {
            let letters = &file_name[at + 2..];
            copy.read = Some(letters.contains('S'));
            copy.answered = Some(letters.contains('R'));
            copy.flagged = Some(letters.contains('F'));
            copy.draft = Some(letters.contains('D'));
            copy.deleted = Some(letters.contains('T'));
            // P, passed on, has no field of its own; the letters stand here as written.
            copy.envelope = file_name[at - 1..].to_owned();
        }
        None if directory == "new" => copy.read = Some(false),
        None => {}
    }
}

/// `.Archive.2019` is the folder `Archive/2019` (Maildir++).
fn folder_name(name: &str) -> String {
    let parts: Vec<String> = name
        .split('/')
        .map(|part| part.strip_prefix('.').map_or_else(|| part.to_owned(), |rest| rest.replace('.', "/")))
        .collect();
    parts.join("/")
}

/// Files that mail servers keep beside the messages.
fn is_control(name: &str) -> bool {
    const NAMES: [&str; 5] = ["maildirfolder", "maildirsize", "subscriptions", ".uidvalidity", ".mbsyncstate"];
    const BEGINNINGS: [&str; 2] = ["dovecot", "courierimap"];
    NAMES.contains(&name) || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_from_the_name() {
        let cases = [
            ("cur", "1.M2.h:2,FRS", [Some(true), Some(true), Some(true), Some(false), Some(false)]),
            ("cur", "1.M2.h;2,DT", [Some(false), Some(false), Some(false), Some(true), Some(true)]),
            ("cur", "1.M2.h", [None; 5]),
            ("new", "1.M2.h", [Some(false), None, None, None, None]),
        ];
        for (directory, name, expected) in cases {
            let mut copy = CopyFacts::default();
            flags(directory, name, &mut copy);
            assert_eq!([copy.read, copy.answered, copy.flagged, copy.draft, copy.deleted], expected, "{name}");
        }
        assert_eq!(folder_name(".Archive.2019"), "Archive/2019");
    }
}
