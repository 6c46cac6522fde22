//! 7z archives (7zFormat.txt of the LZMA SDK): the members with their names.

use super::budget::Budget;
use super::{Extracted, archive};
use crate::base::limits;
use crate::model::exception::ProblemCode;
use crate::model::item::Searchable;
use sevenz_rust2::{ArchiveReader, Error, Password};
use std::io::{Cursor, Read};

/// KiB that the tables or the dictionary of one archive may take.
const MEMORY_KIB: usize = 64 * 1024;

/// The members of a 7z archive.
pub fn extract(bytes: &[u8], budget: &mut Budget) -> Extracted {
    const FOUND: &str = "application/x-7z-compressed";
    let opened = ArchiveReader::new_with_memory_limit(Cursor::new(bytes), Password::empty(), MEMORY_KIB);
    let mut reader = match opened {
        Ok(reader) => reader,
        Err(error) => return refused(&error),
    };
    reader.set_thread_count(1);
    let mut out = Extracted::all(FOUND, String::new());
    let packed = bytes.len() as u64;
    let mut seen = 0;
    let mut reached = false;
    let result = reader.for_each_entries(&mut |entry: &sevenz_rust2::ArchiveEntry, stream: &mut dyn Read| {
        if entry.is_directory() {
            return Ok(true);
        }
        seen += 1;
        let unpacked = archive::bounded(stream, packed, budget);
        let limit = unpacked.as_ref().is_err_and(|problem| problem.code == ProblemCode::LimitReached);
        archive::add_unpacked(entry.name(), unpacked, &mut out, budget);
        // The members of a block lie packed behind each other, so that none can be passed over.
        reached = limit || seen >= archive::MEMBERS || out.text.len() > limits::SEARCHABLE_CHARS * 4;
        Ok(!reached)
    });
    if reached {
        let sentence = "a limit was reached; what lies behind it in the archive was not looked into";
        return out.but(Searchable::Partly, ProblemCode::LimitReached, sentence);
    }
    match result {
        Ok(_) => out,
        Err(error) if seen == 0 => refused(&error),
        Err(error) => {
            let sentence = format!("the archive cannot be unpacked to its end: {error}");
            out.but(Searchable::Partly, ProblemCode::Malformed, sentence)
        }
    }
}

fn refused(error: &Error) -> Extracted {
    let nothing = Extracted::nothing("application/x-7z-compressed");
    match error {
        // Its cipher is left out of the program: an archive that asks for it is locked.
        Error::PasswordRequired | Error::MaybeBadPassword(_) => {
            nothing.but(Searchable::Not, ProblemCode::Encrypted, "the archive is protected by a password")
        }
        Error::UnsupportedCompressionMethod(method) if method.contains("AES") => {
            nothing.but(Searchable::Not, ProblemCode::Encrypted, "the archive is protected by a password")
        }
        other => {
            let sentence = format!("the archive cannot be unpacked: {other}");
            nothing.but(Searchable::Not, ProblemCode::Malformed, sentence)
        }
    }
}
