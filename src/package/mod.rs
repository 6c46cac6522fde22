//! What a production looks like on the disk: load files, bag, checksum files, listings. Pure formats: text and bytes
//! in, text and bytes out.
//!
//! *Invariant:* everything that is written for a receiver is made from
//! [`PublicText`](crate::model::production::PublicText) and from numbers, never from an unreleased value.
//!
//! Reading order: [`names`] (where things lie), [`columns`] (what a load file tells of a document), [`dat`] and [`opt`]
//! (how it is written), [`listing`] and [`page`] (the same for people), [`sums`] and [`bag`] (what proves it),
//! [`statement`] (the signed account of the whole), [`bundle`] (all of it as the one stream that is sealed).

pub mod bag;
pub mod bundle;
pub mod columns;
pub mod dat;
pub mod listing;
pub mod names;
pub mod opt;
pub mod page;
pub mod redaction_log;
pub mod statement;
pub mod sums;

/// Words that stand on the page and in the text file in place of a withheld document.
pub fn withheld_words(basis: &str) -> String {
    format!("Withheld: {basis}")
}

/// Words that stand in place of a member of a family that does not belong to the request.
pub const NOT_RESPONSIVE_WORDS: &str = "Not included: this part of the message does not belong to the request.";
