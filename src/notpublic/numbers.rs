//! Numbers of a certain shape: checked where they have a check digit, and weighed by the words around them.

use super::birth::{birth, written_birth};
use super::licence::letters_and_digits;
use super::money::{bank, cards};
use super::near::Near;
use super::runs::{Run, digits, runs, whole};
use super::{Category, Finding};
use crate::model::redaction::Place;
use std::ops::Range;

const SOCIAL: &[&str] = &[
    "ssn",
    "social security",
    "social sec",
    "soc sec",
    "social insurance",
    "social",
    "ss#",
    "ss #",
    "tin",
    "taxpayer",
    "national id",
    "employee number",
    "participant id",
    "sin",
    "codice fiscale",
];
/// What a number is called that has the shape of another and is none.
pub(super) const OTHER: &[&str] = &[
    "account",
    "acct",
    "barcode",
    "invoice",
    "order",
    "part",
    "part number",
    "phone",
    "fax",
    "cell",
    "tel",
    "product",
    "quantity",
    "count",
    "routing",
    "serial",
    "sku",
    "tracking",
    "transaction",
    "zip",
    "zip code",
    "ticket",
    "case",
    "permit",
    "parcel",
    "pid",
    "reference",
    "ref",
    "po",
    "purchase order",
    "model",
    "confirmation",
    "docket",
    "bid",
    "contract",
    "meeting id",
    "icr",
    "isbn",
    "upc",
];

/// Every number of interest in a text.
pub(super) fn find(text: &str) -> Vec<Finding> {
    let mut all = Vec::new();
    for run in runs(text) {
        social(text, &run, &mut all);
        bank(text, &run, &mut all);
        cards(text, &run, &mut all);
        birth(text, &run, &mut all);
    }
    masked(text, &mut all);
    written_birth(text, &mut all);
    letters_and_digits(text, &mut all);
    all
}

/// Adds what was found in a text.
pub(super) fn found(
    all: &mut Vec<Finding>,
    category: Category,
    range: Range<usize>,
    confidence: u8,
    why: &'static str,
) {
    all.push(Finding { category, place: Place::Text, range, confidence, why });
}

/// Whether nine digits can be a Social Security number: area 000, 666 and 900 to 999, group 00 and serial 0000 are never
/// given out (Social Security Administration, since 2011), and two were printed on samples and are void.
pub fn is_social_security(digits: &[u8]) -> bool {
    const VOID: [[u8; 9]; 2] = [[0, 7, 8, 0, 5, 1, 1, 2, 0], [2, 1, 9, 0, 9, 9, 9, 9, 9]];
    let &[a, b, c, d, e, f, g, h, i] = digits else { return false };
    if VOID.iter().any(|void| digits == void) {
        return false;
    }
    let area = u32::from(a) * 100 + u32::from(b) * 10 + u32::from(c);
    area != 0 && area != 666 && area < 900 && (d, e) != (0, 0) && [f, g, h, i] != [0; 4]
}

fn social(text: &str, run: &Run, all: &mut Vec<Finding>) {
    for (groups, sign) in run.of_shape(&[3, 2, 4]) {
        let range = whole(groups);
        if sign == '/' || !is_social_security(&digits(text, groups)) {
            continue;
        }
        let near = Near::of(text, range.start, range.end);
        let (confidence, why) = match (near.says(SOCIAL), near.is_called(OTHER), sign) {
            (true, _, _) => (92, "its shape, and words before it"),
            (false, true, _) => (30, "its shape; it is called something else"),
            (false, false, '-' | '\u{2013}' | '\u{2011}') => (75, "its shape"),
            _ => (60, "its shape"),
        };
        found(all, Category::SocialSecurity, range, confidence, why);
    }
    for (groups, _) in run.of_shape(&[9]) {
        let range = whole(groups);
        let near = Near::of(text, range.start, range.end);
        if is_social_security(&digits(text, groups)) && near.says(SOCIAL) && !near.is_called(OTHER) {
            found(all, Category::SocialSecurity, range, 72, "nine digits, and words before them");
        }
    }
    // A part of it is not public either.
    for group in run.groups.iter().filter(|group| group.len() == 4) {
        let near = Near::of(text, group.start, group.end);
        let part = ["last four", "last 4", "final four", "last four digits", "last 4 digits"];
        if run.groups.len() == 1 && near.says(&part) && near.says(SOCIAL) {
            found(all, Category::SocialSecurity, group.clone(), 80, "the last four digits of one");
        }
    }
}

/// `XXX-XX-1234` and the like.
fn masked(text: &str, all: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let mask = |byte: u8| matches!(byte, b'X' | b'x' | b'*' | b'#');
    for at in 0..bytes.len().saturating_sub(10) {
        let window = &bytes[at..at + 11];
        let before = at.checked_sub(1).map(|before| bytes[before]);
        let behind = bytes.get(at + 11);
        let fits = window[..3].iter().chain(&window[4..6]).all(|byte| mask(*byte))
            && matches!(window[3], b'-' | b' ' | b'.')
            && window[6] == window[3]
            && window[7..].iter().all(u8::is_ascii_digit)
            && !before.is_some_and(|byte| byte.is_ascii_alphanumeric())
            && !behind.is_some_and(u8::is_ascii_digit);
        if fits {
            found(all, Category::SocialSecurity, at..at + 11, 85, "a part of one");
        }
    }
}
