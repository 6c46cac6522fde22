//! Driver's licences and licence plates: words of letters and digits.

use super::near::Near;
use super::numbers::found;
use super::{Category, Finding};
use std::ops::Range;

const LICENCE: &[&str] = &[
    "driver's license",
    "drivers license",
    "driver license",
    "driver's licence",
    "drivers licence",
    "driver's lic",
    "driver s license",
    "dl",
    "dl#",
    "dln",
    "oln",
    "license number",
    "licence number",
    "license no",
    "dvs",
    "lic#",
];
const PLATE: &[&str] =
    &["plate", "license plate", "licence plate", "plate number", "lpr", "alpr", "tag number", "lic plate"];

/// Licences and plates: words of letters and digits.
pub(super) fn letters_and_digits(text: &str, all: &mut Vec<Finding>) {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut at = 0;
    while let Some(more) = text[at..].find(inside) {
        let start = at + more;
        let end = text[start..].find(|c| !inside(c)).map_or(text.len(), |more| start + more);
        at = end;
        let word = text[start..end].trim_matches('-');
        let start = start + text[start..end].find(word).unwrap_or(0);
        let range = start..start + word.len();
        let plain: Vec<u8> = word.bytes().filter(u8::is_ascii_alphanumeric).collect();
        let numbers = plain.iter().filter(|byte| byte.is_ascii_digit()).count();
        if numbers == 0 || plain.len() > 15 {
            continue;
        }
        licence(text, word, &plain, numbers, range.clone(), all);
        let is_plate =
            (5..=7).contains(&plain.len()) && numbers < 7 && plain.iter().all(|byte| !byte.is_ascii_lowercase());
        if is_plate && word.matches('-').count() <= 1 && Near::of(text, range.start, range.end).is_called(PLATE) {
            found(all, Category::LicencePlate, range, 70, "it is called a plate");
        }
    }
}

/// A licence of Minnesota is a letter and twelve digits, of which the first three are the Soundex code of the family name.
fn licence(text: &str, word: &str, plain: &[u8], numbers: usize, range: Range<usize>, all: &mut Vec<Finding>) {
    let is_minnesotan = plain.len() == 13 && numbers == 12 && plain[0].is_ascii_uppercase();
    let pieces: Vec<usize> = word.split('-').map(str::len).collect();
    let is_grouped = matches!(pieces.as_slice(), [1, 3, 3, 3, 3] | [4, 3, 3, 3]);
    if is_minnesotan && !is_grouped && word.contains('-') {
        return;
    }
    let near = Near::of(text, range.start, range.end);
    let is_soundex = is_minnesotan && plain[1..4].iter().all(|byte| (b'0'..=b'6').contains(byte));
    let (confidence, why) = match (near.is_called(LICENCE), is_minnesotan, is_grouped || is_soundex) {
        (true, true, _) => (92, "its shape, and words before it"),
        (true, false, _) if numbers >= 5 && (6..=14).contains(&plain.len()) => (65, "it is called a licence"),
        (false, true, true) => (68, "its shape"),
        (false, true, false) => (52, "a letter and twelve digits"),
        _ => return,
    };
    found(all, Category::DriversLicence, range, confidence, why);
}
