//! Files that belong to an item, as every reader lists them.

use crate::base::digest::Sha256Digest;
use crate::extract;
use crate::model::item::{ParsedAttachment, Searchable};

/// An attached file of which nothing was extracted: its text is extracted where there is time for it. Without bytes it is
/// listed all the same, as what the source claims it to be.
pub fn listed(name: impl Into<String>, claimed_type: &str, bytes: Option<&[u8]>, part: u32) -> ParsedAttachment {
    let name = name.into();
    ParsedAttachment {
        found_type: bytes.map_or_else(|| claimed_type.to_owned(), |bytes| extract::media_type(bytes, &name)),
        name,
        claimed_type: claimed_type.to_owned(),
        bytes: bytes.map_or(0, |bytes| bytes.len() as u64),
        sha256: bytes.map(Sha256Digest::of),
        inline: false,
        text: String::new(),
        searchable: Searchable::Not,
        part,
    }
}
