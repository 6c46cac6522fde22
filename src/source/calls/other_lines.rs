//! The lines of a file of call detail that are no calls or texts: they are counted, and kept together as one file.

use super::rows::Encoding;
use crate::base::limits;
use crate::model::item::{Original, RawItem, Shape};
use crate::model::provenance::CopyFacts;

/// Bytes after which another item is begun, so that every word of each can be searched.
const ITEM_BYTES: usize = limits::SEARCHABLE_CHARS;
/// What the item is called, for a person.
pub const PLACE: &str = "lines that are no calls";

/// What a line is that is no call and no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// It stands above the first table.
    Above,
    /// It stands between the tables: a title, the number of a line, an account.
    Between,
    /// A total or subtotal.
    Total,
    /// A row of data use.
    Data,
    /// A row of another record that is no call.
    Other,
    /// Headings of a table in which no row could be read.
    Headings,
}

impl Line {
    const ALL: [Self; 6] = [Self::Above, Self::Between, Self::Total, Self::Data, Self::Other, Self::Headings];

    const fn words(self) -> &'static str {
        match self {
            Self::Above => "above the first table",
            Self::Between => "between the tables",
            Self::Total => "of totals",
            Self::Data => "of data use",
            Self::Other => "of records that are no calls",
            Self::Headings => "of headings without a row",
        }
    }
}

/// Collects these lines in the order of the file.
///
/// The original of the item is the bytes of the lines as they lie in the file, line endings included, one behind the
/// other; in a file of UTF-16 the mark that tells it stands before them. It is a file of plain text: its own identity,
/// searched by all its words, and undated, so that no hold misses it by its date. Blank lines say nothing and are
/// not kept.
pub struct OtherLines {
    encoding: Encoding,
    counts: [u64; Line::ALL.len()],
    bytes: Vec<u8>,
    items: u64,
}

impl OtherLines {
    /// None so far.
    pub fn new(encoding: Encoding) -> Self {
        Self { encoding, counts: [0; Line::ALL.len()], bytes: Vec::new(), items: 0 }
    }

    /// Takes a line; gives back the item that is full before it.
    pub fn take(&mut self, line: Line, bytes: &[u8], ordinal: u64) -> Option<RawItem> {
        let full = !self.bytes.is_empty() && self.bytes.len() + bytes.len() > ITEM_BYTES;
        let item = if full { self.item(ordinal) } else { None };
        if self.bytes.is_empty() {
            self.bytes.extend_from_slice(self.encoding.mark());
        }
        self.bytes.extend_from_slice(bytes);
        if let Some(at) = Line::ALL.iter().position(|one| *one == line) {
            self.counts[at] += 1;
        }
        item
    }

    /// The item of the lines that were taken since the last one.
    pub fn item(&mut self, ordinal: u64) -> Option<RawItem> {
        if self.bytes.is_empty() {
            return None;
        }
        self.items += 1;
        let place = if self.items == 1 { PLACE.to_owned() } else { format!("{PLACE}, part {}", self.items) };
        Some(RawItem {
            ordinal,
            place,
            original: Original::Bytes(std::mem::take(&mut self.bytes)),
            identity: None,
            shape: Shape::File { media_type: "text/plain".to_owned() },
            copy: CopyFacts::default(),
        })
    }

    /// How many lines of each kind there were, in words; `None` when there was none.
    pub fn told(&self) -> Option<String> {
        let told: Vec<String> = Line::ALL
            .iter()
            .zip(self.counts)
            .filter(|(_, count)| *count > 0)
            .map(|(line, count)| format!("{count} {}", line.words()))
            .collect();
        (!told.is_empty()).then(|| format!("lines that are no calls or texts were kept together: {}", told.join(", ")))
    }
}
