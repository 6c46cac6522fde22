//! A row of a database that was understood.

use crate::model::item::{Original, ParsedItem, RawItem, Shape, Stopped};
use crate::model::provenance::CopyFacts;
use crate::source::container::reading::Reading;

/// What a row became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// What it says.
    pub parsed: ParsedItem,
    /// Its original: rows and files in the form of [`super::rows`].
    pub original: Vec<u8>,
    /// What makes it the same item in another export.
    pub identity: Vec<u8>,
    /// What differs from export to export.
    pub copy: CopyFacts,
}

impl Reading<'_> {
    /// Hands over an item that was a row.
    pub fn row_item(&mut self, place: String, taken: Taken) -> Result<(), Stopped> {
        let ordinal = self.ordinal();
        self.item(RawItem {
            ordinal,
            place,
            original: Original::Bytes(taken.original),
            identity: Some(taken.identity),
            shape: Shape::Parsed(Box::new(taken.parsed)),
            copy: taken.copy,
        })
    }
}
