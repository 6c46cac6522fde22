//! Archives as attachments: the names of their members and the text of each.

use super::budget::Budget;
use super::zip_table::Table;
use super::{Extracted, charset, inside};
use crate::base::limits;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::Searchable;
use std::io::{Cursor, Read, Seek};
use zip::ZipArchive;

/// Members of an attached archive that are looked into.
pub(super) const MEMBERS: usize = 10_000;
/// Unpacked bytes of one member that are looked into.
pub const MEMBER_BYTES: u64 = 64 * 1024 * 1024;

/// The members of a ZIP archive.
pub fn extract(bytes: &[u8], budget: &mut Budget) -> Extracted {
    extract_as(bytes, "application/zip", budget)
}

/// The members of a file that is a ZIP archive of readable members, as a book is (EPUB 3.3, section 4).
pub fn extract_as(bytes: &[u8], found: &str, budget: &mut Budget) -> Extracted {
    let mut out = Extracted::all(found, String::new());
    let mut archive = match Table::open(Cursor::new(bytes)) {
        Ok(archive) => archive,
        Err(error) => {
            let sentence = format!("the archive is damaged: {error}");
            return Extracted::nothing(found).but(Searchable::Not, ProblemCode::Malformed, sentence);
        }
    };
    if archive.is_short() {
        let sentence = "several members have one name, and not all of them were reached";
        out = out.but(Searchable::Partly, ProblemCode::Repeated, sentence);
    }
    if archive.len() > MEMBERS {
        let sentence = format!("the archive has more than {MEMBERS} members; the rest was not looked into");
        out = out.but(Searchable::Partly, ProblemCode::LimitReached, sentence);
    }
    for index in 0..archive.len().min(MEMBERS) {
        add_member(&mut archive, index, &mut out, budget);
        if out.text.len() > limits::SEARCHABLE_CHARS * 4 {
            let sentence = "the text is longer than what is searchable";
            return out.but(Searchable::Partly, ProblemCode::LimitReached, sentence);
        }
    }
    out
}

/// Reads one member whole, by its name; `None` when it is not there or too large.
pub fn member<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &str, budget: &mut Budget) -> Option<Vec<u8>> {
    let member = archive.by_name(name).ok()?;
    let packed = member.compressed_size();
    bounded(member, packed, budget).ok()
}

/// Reads as much of one member as is looked into, by its name, and whether that is all; `None` when it is not there.
pub fn member_start<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    name: &str,
    budget: &mut Budget,
) -> Option<(Vec<u8>, bool)> {
    let member = archive.by_name(name).ok()?;
    let most = most(member.compressed_size(), budget);
    let mut bytes = Vec::new();
    let result = member.take(most + 1).read_to_end(&mut bytes);
    budget.unpack_left = budget.unpack_left.saturating_sub(bytes.len() as u64);
    let is_whole = bytes.len() as u64 <= most;
    bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    result.is_ok().then_some((bytes, is_whole))
}

fn add_member(archive: &mut Table<Cursor<&[u8]>>, index: usize, out: &mut Extracted, budget: &mut Budget) {
    let (name, packed, problem) = match archive.entry(index) {
        Ok(entry) if entry.is_dir() => return,
        Ok(entry) => {
            let name = charset::decode(entry.name_raw(), None).text;
            let locked = entry.encrypted().then(|| Problem::new(ProblemCode::Encrypted, "the member is encrypted"));
            (name, entry.compressed_size(), locked)
        }
        Err(error) => (format!("member {index}"), 0, Some(Problem::new(ProblemCode::Unreadable, error.to_string()))),
    };
    let unpacked = match problem {
        Some(problem) => Err(problem),
        None => match archive.member(index) {
            Ok(member) => bounded(member, packed, budget),
            Err(error) => Err(Problem::new(ProblemCode::Unreadable, error.to_string())),
        },
    };
    add_unpacked(&name, unpacked, out, budget);
}

/// Adds what was unpacked, or why it was not.
pub(super) fn add_unpacked(name: &str, unpacked: Result<Vec<u8>, Problem>, out: &mut Extracted, budget: &mut Budget) {
    match unpacked {
        Ok(bytes) => {
            let inside = super::text_within(&bytes, name, "", budget);
            inside::add(out, name, inside);
        }
        Err(problem) => {
            let mut inside = Extracted::nothing("application/octet-stream");
            inside.problems.push(problem);
            inside::add(out, name, inside);
        }
    }
}

/// Unpacks within the limits of size and ratio and what the family may still unpack.
pub(super) fn bounded(stream: impl Read, packed: u64, budget: &mut Budget) -> Result<Vec<u8>, Problem> {
    let most = most(packed, budget);
    let mut bytes = Vec::new();
    let result = stream.take(most + 1).read_to_end(&mut bytes);
    budget.unpack_left = budget.unpack_left.saturating_sub(bytes.len() as u64);
    if bytes.len() as u64 > most {
        return Err(Problem::new(ProblemCode::LimitReached, "it unpacks to more than is looked into"));
    }
    match result {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Problem::new(ProblemCode::Malformed, format!("it cannot be unpacked: {error}"))),
    }
}

/// Bytes that something packed may unpack to.
fn most(packed: u64, budget: &Budget) -> u64 {
    const FREE: u64 = 1024 * 1024;
    MEMBER_BYTES.min(budget.unpack_left).min(FREE + packed.saturating_mul(limits::ARCHIVE_RATIO))
}
