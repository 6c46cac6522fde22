//! What a production looks like on the disk: load files, bag, checksum files, listings. Pure formats: text and bytes
//! in, text and bytes out.
//!
//! *Invariant:* everything that is written for a receiver is made from
//! [`PublicText`](crate::model::production::PublicText) and from numbers, never from an unreleased value.
//!
//! Reading order: [`names`] (where things lie), [`columns`] (what a load file tells of a document), [`dat`], [`opt`],
//! [`lfp`], [`edrm`], [`rsmf`] and [`tiff`] (how it is written), [`listing`] and [`page`] (the same for people), [`sums`] and [`bag`]
//! (what proves it), [`statement`] (the signed account of the whole), [`bundle`] (all of it as the one stream that is
//! sealed), [`age`] (a folder as one encrypted file).

use crate::model::production::News;

pub mod age;
pub mod bag;
pub mod bundle;
pub mod columns;
pub mod dat;
pub mod edrm;
pub mod lfp;
pub mod listing;
pub mod names;
pub mod opt;
pub mod page;
pub mod redaction_log;
pub mod rsmf;
pub mod statement;
pub mod sums;
pub mod tiff;
pub mod timestamp;

/// Words that stand on the page and in the text file in place of a withheld document.
pub fn withheld_words(basis: &str) -> String {
    format!("Withheld: {basis}")
}

/// What a supplement is, and why its families are in it.
pub fn supplement_words(earlier: &str, news: News) -> String {
    let one = |count: u64, words: &str, more: &str| match count {
        0 => None,
        1 => Some(format!("1 {words}")),
        _ => Some(format!("{count} {more}")),
    };
    let parts = [
        one(news.added, "item that no earlier answer told of", "items that no earlier answer told of"),
        one(news.decided_otherwise, "item that was decided otherwise since", "items that were decided otherwise since"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", and ")) };
    format!("It adds to the production {earlier} and holds only what is new{parts}.")
}

/// Words that stand in place of a member of a family that does not belong to the request.
pub const NOT_RESPONSIVE_WORDS: &str = "Not included: this part of the message does not belong to the request.";
