//! Data that may not be public, found in texts. Pure: values in, findings out. A finding proposes, and people decide: the
//! presumption is that data are public (Minn. Stat. § 13.03, subd. 1).
//!
//! Reading order: `category` (what is looked for and under which section), `runs` (groups of digits), `near` (the words
//! around a number), `numbers` with `money`, `birth` and `licence` (what has a shape and often a check digit), `cue` with
//! `of_people` and `of_office` (words that tell of a kind of data), `values` (what stands behind its name), `people` (who
//! wrote to whom), `statute` (the sections).

mod birth;
mod category;
mod cue;
mod licence;
mod money;
mod near;
mod numbers;
mod of_office;
mod of_people;
mod people;
mod runs;
pub mod statute;
mod values;

pub use category::Category;
pub use money::{is_card, is_routing};
pub use numbers::is_social_security;
pub use people::Office;

use crate::model::item::ParsedItem;
use crate::model::record::RecordKind;
use crate::model::redaction::Place;
use std::ops::Range;

/// Confidence from which a finding is put before a reviewer.
pub const PROPOSED: u8 = 50;

/// Something that may not be public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it may be.
    pub category: Category,
    /// Where in the item.
    pub place: Place,
    /// The bytes in the text of that place.
    pub range: Range<usize>,
    /// Confidence from 0 to 100.
    pub confidence: u8,
    /// What speaks for it, in plain words.
    pub why: &'static str,
}

/// Everything in one text, whatever its confidence, in order.
pub fn in_text(text: &str) -> Vec<Finding> {
    let mut all = numbers::find(text);
    all.extend(cue::find(text));
    all.extend(values::find(text));
    settled(all)
}

/// Everything in the member of an item that is this part (`None` for the parent), in order of place.
pub fn in_item(item: &ParsedItem, part: Option<u32>, office: &Office) -> Vec<Finding> {
    let mut all = Vec::new();
    for place in [Place::Subject, Place::Text, Place::Facts] {
        let text = crate::redaction::text_of(item, part, place);
        // A bill is full of numbers that belong to nobody but the call.
        if place == Place::Facts && item.kind == RecordKind::Call {
            continue;
        }
        all.extend(in_text(&text).into_iter().map(|one| Finding { place, ..one }));
    }
    if part.is_none() {
        all.extend(people::find(item, office));
    }
    all
}

/// One finding of a category for a stretch of text: the surest, then the longest.
fn settled(mut all: Vec<Finding>) -> Vec<Finding> {
    all.sort_by_key(|one| (std::cmp::Reverse(one.confidence), std::cmp::Reverse(one.range.len()), one.range.start));
    let mut kept: Vec<Finding> = Vec::new();
    for one in all {
        let overlaps = |other: &Finding| {
            let same = other.category == one.category || (other.category.is_number() && one.category.is_number());
            same && other.range.start < one.range.end && one.range.start < other.range.end
        };
        if !kept.iter().any(overlaps) {
            kept.push(one);
        }
    }
    kept.sort_by_key(|one| (one.range.start, one.range.end, one.category));
    kept
}

#[cfg(test)]
mod tests;
