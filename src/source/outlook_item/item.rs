//! What such a file says, and where its parts are found again.

use super::convert;
use crate::base::digest::Sha256Digest;
use crate::extract;
use crate::extract::budget::Budget;
use crate::extract::mapi::object::{AttachedKind, Object};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedItem, Searchable};
use crate::model::provenance::CopyFacts;
use crate::source::ReadOptions;
use crate::source::mail::inside;
use crate::source::outlook::{self, identity};

/// What a file says.
pub struct Said {
    /// The item.
    pub parsed: ParsedItem,
    /// What makes it the same item in another export.
    pub identity: Vec<u8>,
    /// Flags of the copy.
    pub copy: CopyFacts,
}

/// Reads what an object says. The words of its attachments are left to be read later, on any core; those of messages
/// inside it are read.
pub fn said(object: &Object, options: &ReadOptions) -> Said {
    let message = convert::message(object);
    let mut parsed = outlook::parse(&message, options);
    // A message inside is given as the kind of file it came in, which other programs open.
    for (one, told) in object.attachments.iter().zip(&mut parsed.attachments) {
        told.name = one.name();
        if one.kind == AttachedKind::Message {
            told.claimed_type = one.claimed_type();
            told.found_type.clone_from(&told.claimed_type);
            told.bytes = one.content.len() as u64;
            told.sha256 = Some(Sha256Digest::of(&one.content));
        }
    }
    unwrap_signed(object, &mut parsed);
    Said { parsed, identity: identity::identity(&message), copy: outlook::copy_facts(&message, "") }
}

/// The decoded bytes of a part of an item.
pub fn part_bytes(object: Object, part: u32) -> Option<Vec<u8>> {
    if let Some((outer, inner)) = inside::split(part) {
        let attached = object.attachments.get(outer as usize)?;
        return inside::part_of(&inside::wrapped(&attached.content, &attached.claimed_type())?, inner);
    }
    object.into_content(part)
}

/// A signed message of Outlook has one attachment: the message as it was sent, with its signature. Its words are the
/// body, its attachments are attachments of the item (MS-OXOSMIME 2.1). One that is encrypted stays as it is.
fn unwrap_signed(object: &Object, parsed: &mut ParsedItem) {
    let mut budget = Budget::new();
    for (outer, one) in object.attachments.iter().enumerate() {
        let Ok(outer) = u32::try_from(outer) else { return };
        if let Some(content) = inside::wrapped(&one.content, &one.claimed_type()) {
            inside::fill_from(&content, outer, parsed, &mut budget);
        } else if extract::media_type(&one.content, "") == "application/pkcs7-enveloped" {
            parsed.problems.push(Problem::new(ProblemCode::Encrypted, "the message is encrypted"));
            let has_words = !parsed.body.trim().is_empty();
            parsed.searchable = parsed.searchable.max(if has_words { Searchable::Partly } else { Searchable::Not });
        }
    }
}
