//! Tape archives (POSIX.1-2017 pax and ustar, GNU tar): the members with their names.

use super::budget::Budget;
use super::{Extracted, archive, charset};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::Searchable;

/// The members of a tape archive.
pub fn extract(bytes: &[u8], budget: &mut Budget) -> Extracted {
    const FOUND: &str = "application/x-tar";
    let mut out = Extracted::all(FOUND, String::new());
    let mut tape = tar::Archive::new(bytes);
    let Ok(entries) = tape.entries() else {
        return Extracted::nothing(FOUND).but(Searchable::Not, ProblemCode::Malformed, "the archive is damaged");
    };
    for (count, entry) in entries.enumerate() {
        if count >= archive::MEMBERS {
            let sentence =
                format!("the archive has more than {} members; the rest was not looked into", archive::MEMBERS);
            return out.but(Searchable::Partly, ProblemCode::LimitReached, sentence);
        }
        match entry {
            // Links and folders have no bytes of their own.
            Ok(entry) if !entry.header().entry_type().is_file() => {}
            Ok(entry) => {
                let name = charset::decode(&entry.path_bytes(), None).text;
                let size = entry.size();
                let unpacked = archive::bounded(entry, size, budget);
                archive::add_unpacked(&name, whole(unpacked, size), &mut out, budget);
            }
            Err(error) => {
                let sentence = format!("the archive breaks off: {error}");
                return out.but(Searchable::Partly, ProblemCode::Truncated, sentence);
            }
        }
        if out.text.len() > crate::base::limits::SEARCHABLE_CHARS * 4 {
            let sentence = "the text is longer than what is searchable";
            return out.but(Searchable::Partly, ProblemCode::LimitReached, sentence);
        }
    }
    out
}

fn whole(unpacked: Result<Vec<u8>, Problem>, size: u64) -> Result<Vec<u8>, Problem> {
    let bytes = unpacked?;
    if (bytes.len() as u64) < size {
        return Err(Problem::new(ProblemCode::Truncated, "it is cut off"));
    }
    Ok(bytes)
}
