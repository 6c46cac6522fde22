//! Numbers of a certain shape: checked where they have a check digit, and weighed by the words around them.

use super::near::Near;
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
const OTHER: &[&str] = &[
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
const BANK: &[&str] = &[
    "routing",
    "aba",
    "rtn",
    "transit",
    "ach",
    "wire",
    "bank",
    "deposit",
    "direct deposit",
    "voided check",
    "checking",
    "savings",
];
const ACCOUNT: &[&str] = &["account", "acct", "a/c", "account number", "account no"];
const CARD: &[&str] = &[
    "card",
    "credit",
    "debit",
    "visa",
    "mastercard",
    "master card",
    "amex",
    "american express",
    "discover",
    "cvv",
    "cvc",
    "exp",
    "expires",
    "payment",
    "diners",
    "jcb",
    "maestro",
];
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
const BIRTH: &[&str] = &["dob", "d.o.b", "date of birth", "birth date", "birthdate", "birthday", "born", "born on"];
const PLATE: &[&str] =
    &["plate", "license plate", "licence plate", "plate number", "lpr", "alpr", "tag number", "lic plate"];

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Groups of digits that stand together, with what stands between them.
struct Run {
    groups: Vec<Range<usize>>,
    signs: Vec<char>,
}

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

fn found(all: &mut Vec<Finding>, category: Category, range: Range<usize>, confidence: u8, why: &'static str) {
    all.push(Finding { category, place: Place::Text, range, confidence, why });
}

fn digits(text: &str, groups: &[Range<usize>]) -> Vec<u8> {
    groups.iter().flat_map(|group| text[group.clone()].bytes().map(|byte| byte - b'0')).collect()
}

fn runs(text: &str) -> Vec<Run> {
    let mut all: Vec<Run> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let lettered = |c: Option<char>| c.is_some_and(|c| c.is_alphabetic());
        let is_word = lettered(text[..at].chars().next_back()) || lettered(text[end..].chars().next());
        let joins = all.last().and_then(|run| run.groups.last()).and_then(|before| {
            let mut between = text[before.end..at].chars();
            let sign = between.next()?;
            (between.next().is_none() && matches!(sign, '-' | ' ' | '.' | '/' | '\u{2013}' | '\u{2011}' | '\u{a0}'))
                .then_some(sign)
        });
        match (joins, is_word) {
            (_, true) => all.push(Run { groups: Vec::new(), signs: Vec::new() }),
            (Some(sign), false) => {
                if let Some(run) = all.last_mut() {
                    run.groups.push(at..end);
                    run.signs.push(sign);
                }
            }
            (None, false) => all.push(Run { groups: std::iter::once(at..end).collect(), signs: Vec::new() }),
        }
        at = end;
    }
    all.retain(|run| !run.groups.is_empty());
    all
}

impl Run {
    /// Every stretch of groups of these lengths, joined by one and the same sign, that no such sign joins to more.
    fn of_shape<'r>(&'r self, shape: &'r [usize]) -> impl Iterator<Item = (&'r [Range<usize>], char)> + 'r {
        let count = shape.len();
        (0..(self.groups.len() + 1).saturating_sub(count)).filter_map(move |at| {
            let groups = &self.groups[at..at + count];
            let fits = groups.iter().zip(shape).all(|(group, length)| group.len() == *length);
            let signs = &self.signs[at..at + count - 1];
            let sign = signs.first().copied().unwrap_or('\0');
            let joined = |sign: Option<&char>| sign.is_some_and(|sign| !matches!(sign, ' ' | '\u{a0}'));
            let apart = !joined(at.checked_sub(1).and_then(|before| self.signs.get(before)))
                && !joined(self.signs.get(at + count - 1));
            (fits && apart && signs.iter().all(|one| *one == sign)).then_some((groups, sign))
        })
    }
}

fn whole(groups: &[Range<usize>]) -> Range<usize> {
    match (groups.first(), groups.last()) {
        (Some(first), Some(last)) => first.start..last.end,
        _ => 0..0,
    }
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

/// Whether nine digits are the number of a bank: the weights 3, 7 and 1 give a multiple of ten, and the first two digits are
/// those of a Federal Reserve district, thrift, electronic or traveller's number (American Bankers Association).
pub fn is_routing(digits: &[u8]) -> bool {
    if digits.len() != 9 || digits.iter().all(|one| *one == 0) {
        return false;
    }
    let sum: u32 = digits.iter().zip([3, 7, 1].iter().cycle()).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    is_district(digits) && sum.is_multiple_of(10)
}

/// Whether the first two digits are those of a district.
fn is_district(digits: &[u8]) -> bool {
    let first = digits.iter().take(2).fold(0, |sum, digit| sum * 10 + u32::from(*digit));
    matches!(first, 0..=12 | 21..=32 | 61..=72 | 80)
}

fn bank(text: &str, run: &Run, all: &mut Vec<Finding>) {
    for shape in [&[9][..], &[4, 4, 1]] {
        for (groups, _) in run.of_shape(shape) {
            let range = whole(groups);
            let near = Near::of(text, range.start, range.end);
            if !is_routing(&digits(text, groups)) {
                continue;
            }
            let (confidence, why) = match (near.says(BANK), groups.len()) {
                (true, _) => (88, "its check digit, and words around it"),
                (false, 3) => (65, "its check digit and its shape"),
                _ => (35, "its check digit"),
            };
            found(all, Category::BankAccount, range, confidence, why);
        }
    }
    // A routing number with the account behind it, as on a check.
    for (at, pair) in run.groups.windows(2).enumerate() {
        let alone = at == 0 && run.groups.len() == 2 && matches!(run.signs[0], '-' | ' ');
        if alone && pair[0].len() == 9 && (5..=17).contains(&pair[1].len()) && is_district(&digits(text, &pair[..1])) {
            found(all, Category::BankAccount, whole(pair), 55, "its shape: a bank and an account");
        }
    }
    for shape in 5..=17 {
        for (groups, _) in run.of_shape(&[4, 4, 1, shape]) {
            if is_district(&digits(text, &groups[..1])) {
                found(all, Category::BankAccount, whole(groups), 55, "its shape: a bank and an account");
            }
        }
    }
    let range = whole(&run.groups);
    let count = digits(text, &run.groups).len();
    let near = Near::of(text, range.start, range.end);
    if (6..=17).contains(&count) && !run.signs.contains(&'/') && !run.signs.contains(&'.') && near.is_called(ACCOUNT) {
        let (confidence, why) = if near.says(BANK) {
            (80, "it is called an account, with words of a bank")
        } else {
            (55, "it is called an account")
        };
        found(all, Category::BankAccount, range, confidence, why);
    }
}

/// Whether digits are the number of a payment card: a known issuer, its length, and Luhn's check digit (ISO/IEC 7812-1).
pub fn is_card(digits: &[u8]) -> bool {
    let value = |count: usize| digits.iter().take(count).fold(0_u32, |sum, digit| sum * 10 + u32::from(*digit));
    let length = digits.len();
    let issued = match (value(1), value(2), value(4)) {
        (4, ..) => matches!(length, 13 | 16 | 19),
        (_, 51..=55, _) | (_, _, 2221..=2720) => length == 16,
        (_, 34 | 37, _) | (_, _, 1800 | 2131) => length == 15,
        (_, 30 | 36 | 38 | 39, _) => (14..=19).contains(&length),
        (_, 35, _) | (_, _, 6011) => (16..=19).contains(&length),
        (_, 50 | 56..=69, _) => (12..=19).contains(&length),
        (1, ..) => length == 15,
        _ => false,
    };
    let first = digits.first();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let doubled = u32::from(*digit) << (at % 2);
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    issued && sum.is_multiple_of(10) && !digits.iter().all(|digit| Some(digit) == first)
}

fn cards(text: &str, run: &Run, all: &mut Vec<Finding>) {
    let shapes: [&[usize]; 15] = [
        &[12],
        &[4, 4, 4, 3],
        &[4, 4, 4, 2],
        &[13],
        &[14],
        &[15],
        &[16],
        &[17],
        &[18],
        &[19],
        &[4, 4, 4, 4],
        &[4, 6, 5],
        &[4, 6, 4],
        &[4, 4, 4, 4, 3],
        &[4, 4, 4, 1],
    ];
    for shape in shapes {
        for (groups, sign) in run.of_shape(shape) {
            let number = digits(text, groups);
            let range = whole(groups);
            if matches!(sign, '/') || !is_card(&number) {
                continue;
            }
            let near = Near::of(text, range.start, range.end);
            let (confidence, why) = match (near.says(CARD), near.is_called(OTHER), groups.len()) {
                (true, ..) => (90, "its check digit, and words around it"),
                (false, true, _) => (30, "its check digit; it is called something else"),
                (false, false, 1) if number.len() == 12 => (30, "its check digit"),
                (false, false, 1) if number.first() == Some(&1) => (52, "its check digit"),
                (false, false, 1) => (65, "its check digit and issuer"),
                _ => (75, "its check digit and its shape"),
            };
            found(all, Category::PaymentCard, range, confidence, why);
        }
    }
}

/// `1/2/1980`, `1-2-80`, `1980-01-02` behind words that speak of a birth.
fn birth(text: &str, run: &Run, all: &mut Vec<Finding>) {
    for (at, groups) in run.groups.windows(3).enumerate() {
        let number = |at: usize| text[groups[at].clone()].parse::<u32>().unwrap_or(u32::MAX);
        let lengths = [groups[0].len(), groups[1].len(), groups[2].len()];
        let day = |month: u32, day: u32| (1..=12).contains(&month) && (1..=31).contains(&day);
        let signs = &run.signs[at..at + 2];
        let is_date = signs[0] == signs[1]
            && matches!(signs[0], '/' | '-' | '.')
            && match lengths {
                [1..=2, 1..=2, 2] => day(number(0), number(1)),
                [1..=2, 1..=2, 4] => day(number(0), number(1)) && (1900..2100).contains(&number(2)),
                [4, 1..=2, 1..=2] => day(number(1), number(2)) && (1900..2100).contains(&number(0)),
                _ => false,
            };
        let range = whole(groups);
        if is_date && Near::of(text, range.start, range.end).is_called(BIRTH) {
            found(all, Category::BirthDate, range, 85, "a day, and words of a birth before it");
        }
    }
}

/// `January 2, 1980` and `2 Jan 1980` behind words that speak of a birth.
fn written_birth(text: &str, all: &mut Vec<Finding>) {
    let lower = text.to_ascii_lowercase();
    for (at, _) in lower.match_indices(|c: char| c.is_ascii_alphabetic()) {
        let begins = !lower[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric());
        if !begins || !MONTHS.iter().any(|month| lower[at..].starts_with(month)) {
            continue;
        }
        let word = lower[at..].find(|c: char| !c.is_ascii_alphabetic()).map_or(lower.len(), |more| at + more);
        let tail: String = lower[word..].chars().take(12).collect();
        let tail = tail.trim_start_matches(['.', ' ']);
        let day: String = tail.chars().take_while(char::is_ascii_digit).collect();
        let rest = &tail[day.len()..];
        let year: String = rest
            .trim_start_matches(|c: char| c.is_ascii_alphabetic())
            .trim_start_matches([',', ' '])
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        let (year, from) = if year.is_empty() && day.len() == 4 {
            let before: String = lower[..at].trim_end().chars().rev().take_while(char::is_ascii_digit).collect();
            (day.clone(), lower[..at].trim_end().len() - before.len())
        } else {
            (year, at)
        };
        let is_year = year.len() == 4 && (year.starts_with("19") || year.starts_with("20"));
        if !is_year || day.is_empty() {
            continue;
        }
        let Some(end) = lower[word..].find(&year).map(|more| word + more + year.len()) else { continue };
        if Near::of(text, from, end).is_called(BIRTH) {
            found(all, Category::BirthDate, from..end, 85, "a day, and words of a birth before it");
        }
    }
}

/// Licences and plates: words of letters and digits.
fn letters_and_digits(text: &str, all: &mut Vec<Finding>) {
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
