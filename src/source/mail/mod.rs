//! Internet mail: splitting files of messages, and what one message says (RFC 5322, RFC 2045 and following).

pub mod apple_mail;
pub mod attachments;
pub mod body;
pub mod calendar_part;
pub mod compose;
pub mod copy_facts;
pub mod dates;
pub mod emlx;
pub mod envelope;
pub mod headers;
pub mod identity;
pub mod inside;
pub mod left_out;
pub mod maildir;
pub mod mbox;
pub mod message;
pub mod outlook_express;
pub mod splitter;

pub use message::{parse, parse_head, part_bytes};

use crate::model::item::{Original, RawItem, Shape};
use crate::model::provenance::CopyFacts;

/// A message as an item: the identity and the facts of the copy are read from its header.
pub fn item(ordinal: u64, place: String, bytes: Vec<u8>, mut copy: CopyFacts) -> RawItem {
    copy_facts::from_header(&bytes, &mut copy);
    let identity = identity::canonical(&bytes);
    RawItem { ordinal, place, original: Original::Bytes(bytes), identity, shape: Shape::Message, copy }
}

#[cfg(test)]
mod tests;
