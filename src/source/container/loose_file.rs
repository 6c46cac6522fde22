//! Files that are no message and no container, kept whole; and the limit on what a packed one may become.

use super::reading::file_name;
use crate::base::limits;
use crate::extract;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Original, ParsedItem, Searchable};
use crate::model::record::RecordKind;
use crate::source::mail::calendar_part;
use std::io::{self, Read};

/// What a loose file says: its name as the subject, its text where there is any.
pub fn parse(place: &str, media_type: &str, original: &Original) -> ParsedItem {
    let mut parsed = ParsedItem::new(RecordKind::File);
    parsed.subject = file_name(place).to_owned();
    parsed.facts.insert("media type".to_owned(), media_type.to_owned());
    match original {
        Original::Bytes(bytes) if bytes.len() as u64 <= limits::ITEM_IN_MEMORY_BYTES => {
            let extracted = extract::text(bytes, &parsed.subject, media_type);
            if extracted.found_type == "text/calendar" {
                calendar_part::read(&extracted.text).tell(&mut parsed);
            }
            parsed.body = extracted.text;
            parsed.searchable = extracted.searchable;
            parsed.problems = extracted.problems;
            parsed.facts.extend(extracted.facts);
            extract::add_ways(None, extracted.pieces, &mut parsed.ways);
        }
        _ => {
            parsed.searchable = Searchable::Not;
            let sentence = "the file is too large to look into; it is kept whole and found by its name";
            parsed.problems.push(Problem::new(ProblemCode::TooLargeToParse, sentence));
        }
    }
    parsed
}

/// A limit on unpacking was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LimitError(pub &'static str);

/// Whether an error says that a limit was reached.
pub fn is_limit(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<LimitError>())
}

/// Gives on what another reader unpacks until the ratio or the total is exceeded.
pub struct Unpacking<'a, R> {
    inner: R,
    packed: u64,
    unpacked: u64,
    left: &'a mut u64,
}

impl<'a, R: Read> Unpacking<'a, R> {
    /// Unpacks `packed` bytes; `left` is what the whole reading may still unpack.
    pub fn new(inner: R, packed: u64, left: &'a mut u64) -> Self {
        Self { inner, packed, unpacked: 0, left }
    }
}

impl<R: Read> Read for Unpacking<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        const FREE: u64 = 1024 * 1024;
        let count = self.inner.read(buffer)?;
        self.unpacked += count as u64;
        if self.unpacked > FREE && self.unpacked - FREE > self.packed.saturating_mul(limits::ARCHIVE_RATIO) {
            return Err(io::Error::other(LimitError("the file unpacks to far more than an honest one would")));
        }
        if count as u64 > *self.left {
            return Err(io::Error::other(LimitError("the archives unpack to more than is allowed for one intake")));
        }
        *self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_unpacks_too_far_stops() {
        let mut left = u64::MAX;
        let mut bomb = Unpacking::new(io::repeat(0), 100, &mut left);
        let error = io::copy(&mut bomb, &mut io::sink()).expect_err("it has no end");
        assert!(is_limit(&error));
        let mut left = 10;
        let mut total = Unpacking::new(&[0_u8; 11][..], 11, &mut left);
        assert!(is_limit(&io::copy(&mut total, &mut io::sink()).expect_err("one too many")));
        let mut left = 11;
        assert_eq!(io::copy(&mut Unpacking::new(&[0_u8; 11][..], 11, &mut left), &mut io::sink()).ok(), Some(11));
        assert_eq!(left, 0);
    }
}
