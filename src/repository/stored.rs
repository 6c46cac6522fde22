//! What lies in the sealed sections of a family: the facts as JSON, the texts in a small frame of their own.

use crate::base::digest::{Blake3Digest, Sha256Digest};
use crate::base::id::ProductionId;
use crate::model::classification::Evidence;
use crate::model::exception::Problem;
use crate::model::item::ParsedItem;
use crate::model::provenance::CopyFacts;
use serde::{Deserialize, Serialize};

/// Version of the stored facts; older ones are read, newer ones refused.
pub const FACTS_SCHEMA: u32 = 1;

/// The sealed facts of a family. Body and attachment texts are not in it: they have a section of their own, so that
/// the index reads words without reading facts, and a listing reads facts without reading words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFacts {
    /// Version of this value.
    pub schema: u32,
    /// How the original is to be read: `message`, `file`, or the word of the reader that found it.
    pub shape: String,
    /// BLAKE3 of the original.
    pub blake3: Blake3Digest,
    /// SHA-256 of the original.
    pub sha256: Sha256Digest,
    /// Bytes of the original.
    pub bytes: u64,
    /// What the item says, with its texts taken out.
    pub item: ParsedItem,
    /// Why the rules proposed its status, strongest first.
    pub evidence: Vec<Evidence>,
}

/// The sealed facts of one copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCopy {
    /// The place inside the container.
    pub place: String,
    /// Flags, folder, envelope.
    pub facts: CopyFacts,
}

/// The sealed facts of an exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredException {
    /// The place inside the container.
    pub place: String,
    /// What is wrong.
    pub problem: Problem,
}

/// The sealed facts of a production. Which files it has is told by the manifest among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredProduction {
    /// Version of this value, counted like [`FACTS_SCHEMA`].
    pub schema: u32,
    /// Its number.
    pub production: ProductionId,
    /// SHA-256 of its manifest, as recorded.
    pub manifest_sha256: String,
    /// Files in it.
    pub files: u64,
    /// BLAKE3 of the bundle of its files.
    pub blake3: Blake3Digest,
    /// SHA-256 of the bundle.
    pub sha256: Sha256Digest,
    /// Bytes of the bundle.
    pub bytes: u64,
}

/// Takes the texts out of an item: the body first, then one text for each attachment.
pub fn take_texts(item: &mut ParsedItem) -> Vec<String> {
    let mut texts = vec![std::mem::take(&mut item.body)];
    texts.extend(item.attachments.iter_mut().map(|one| std::mem::take(&mut one.text)));
    texts
}

/// Puts the texts back where they were taken from.
pub fn put_texts(item: &mut ParsedItem, texts: Vec<String>) {
    let mut texts = texts.into_iter();
    item.body = texts.next().unwrap_or_default();
    for (attachment, text) in item.attachments.iter_mut().zip(texts) {
        attachment.text = text;
    }
}

/// Writes texts one after the other, each after its length in bytes (32 bits, little endian).
pub fn write_texts(texts: &[String]) -> Vec<u8> {
    let mut out = Vec::with_capacity(texts.iter().map(|text| text.len() + 4).sum());
    for text in texts {
        let length = u32::try_from(text.len());
        assert!(length.is_ok(), "a searchable text is bounded far below 4 GiB");
        out.extend_from_slice(&length.unwrap_or(0).to_le_bytes());
        out.extend_from_slice(text.as_bytes());
    }
    out
}

/// Reads texts back; `None` when they are not what [`write_texts`] wrote.
pub fn read_texts(mut bytes: &[u8]) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (text, rest) = rest.split_at_checked(length)?;
        texts.push(String::from_utf8(text.to_vec()).ok()?);
        bytes = rest;
    }
    Some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::RecordKind;

    #[test]
    fn texts_come_back_and_broken_ones_are_refused() {
        let texts = vec![String::new(), "Straße 🚧".to_owned(), "b".repeat(70_000)];
        let written = write_texts(&texts);
        assert_eq!(read_texts(&written), Some(texts));
        assert_eq!(read_texts(&written[..written.len() - 1]), None);
        assert_eq!(read_texts(&[9, 0, 0]), None);
    }

    #[test]
    fn an_item_is_whole_again_after_its_texts_were_taken() {
        let mut item = ParsedItem::new(RecordKind::Email);
        item.body = "body".to_owned();
        let before = item.clone();
        let texts = take_texts(&mut item);
        assert!(item.body.is_empty());
        put_texts(&mut item, texts);
        assert_eq!(item, before);
    }
}
