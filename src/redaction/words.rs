//! Texts as letters and digits alone: words are found in other letter cases, with accents or without, over line breaks,
//! hyphens, quotation marks, and blanks between their letters; a number with or without its dashes.
//!
//! What lies between two letters is not looked at, but for the signs that divide one value from the next in a list; in
//! their place stands one sign. Short words are found as whole words alone, or every `Ann` would be found in `planned`.

use crate::text::fold;
use aho_corasick::{AhoCorasick, MatchKind};
use std::ops::Range;

/// Letters and digits from which words are found inside longer ones too.
const LONG: usize = 8;
/// What stands for a divider.
const DIVIDER: char = '\u{1f}';

fn divides(c: char) -> bool {
    matches!(c, ';' | '|' | '\u{1e}' | '\u{14}' | 'þ')
}

/// A text as it is looked through.
struct Plain {
    letters: String,
    /// For each byte of `letters`: first byte of its character in the text, the byte behind it, and whether a word begins
    /// or ends there.
    from: Vec<Letter>,
}

#[derive(Clone, Copy)]
struct Letter {
    start: u32,
    end: u32,
    begins: bool,
    ends: bool,
}

impl Plain {
    fn of(text: &str) -> Self {
        let mut plain = Self { letters: String::with_capacity(text.len()), from: Vec::with_capacity(text.len()) };
        let (mut inside, mut divided) = (false, true);
        for (at, c) in text.char_indices() {
            if divides(c) {
                plain.word_ends();
                if !divided {
                    plain.push(DIVIDER, at, c.len_utf8(), true);
                    plain.word_ends();
                }
                (inside, divided) = (false, true);
            } else if c.is_ascii_alphanumeric() {
                plain.push(c.to_ascii_lowercase(), at, 1, !inside);
                (inside, divided) = (true, false);
            } else if c.is_alphanumeric() {
                let unspaced = is_unspaced(c);
                if unspaced {
                    plain.word_ends();
                }
                for folded in fold(c.encode_utf8(&mut [0; 4])).chars() {
                    plain.push(folded, at, c.len_utf8(), !inside || unspaced);
                }
                (inside, divided) = (!unspaced, false);
                if unspaced {
                    plain.word_ends();
                }
            } else if is_mark(c) {
                plain.goes_on(at, c.len_utf8());
            } else {
                plain.word_ends();
                inside = false;
            }
        }
        plain.word_ends();
        plain
    }

    fn push(&mut self, c: char, at: usize, bytes: usize, begins: bool) {
        self.letters.push(c);
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let letter = Letter { start: place(at), end: place(at + bytes), begins, ends: false };
        self.from.extend(std::iter::repeat_n(letter, c.len_utf8()));
    }

    /// A mark belongs to the letter before it.
    fn goes_on(&mut self, at: usize, bytes: usize) {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let last = self.from.last().map(|letter| (letter.start, letter.end));
        let Some((start, end)) = last.filter(|(_, end)| *end == place(at)) else { return };
        let same = self.from.iter_mut().rev().take_while(|letter| (letter.start, letter.end) == (start, end));
        same.for_each(|letter| letter.end = place(at + bytes));
    }

    /// Where the code of the country before a telephone number begins, a plus sign with it.
    fn code_before(&self, at: usize, text: &str) -> Option<u32> {
        let one = at.checked_sub(1)?;
        let code = self.from.get(one).filter(|code| code.begins && self.letters.as_bytes()[one] == b'1')?;
        let plus = text[..code.start as usize].ends_with('+');
        // A digit that ends a sentence is no code: between code and number stand a blank or a dash, or nothing.
        let between = &text[code.end as usize..self.from[at].start as usize];
        let is_near = between.chars().all(|c| matches!(c, ' ' | '-' | '.' | '(' | '\u{a0}')) && between.len() <= 3;
        is_near.then(|| code.start - u32::from(plus))
    }

    fn word_ends(&mut self) {
        if let Some(last) = self.from.last_mut() {
            last.ends = true;
        }
    }
}

/// Letters that make words without spaces between them: each may begin or end one.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// Marks above and below letters, joiners and soft hyphens, which divide nothing.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// Words to be found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Needle {
    letters: String,
    is_long: bool,
    /// Whether it is a telephone number of North America, before which the code of the country may stand.
    is_number: bool,
}

impl Needle {
    /// The words as they are looked for; `None` when no letter or digit is in them.
    pub fn of(words: &str) -> Option<Self> {
        let letters = Plain::of(words).letters;
        let letters = national(letters.trim_matches(DIVIDER)).to_owned();
        let count = letters.chars().count();
        let is_number = is_national(&letters);
        (count > 0).then_some(Self { letters, is_long: count >= LONG, is_number })
    }

    /// Whether it is long enough to be found inside longer words, and never by chance.
    pub fn is_long(&self) -> bool {
        self.is_long
    }

    /// Letters and digits in it.
    pub fn letters(&self) -> usize {
        self.letters.chars().count()
    }
}

/// A telephone number of North America without the code of the country before it: lists and bills write it with and
/// without.
fn national(letters: &str) -> &str {
    letters.strip_prefix('1').filter(|rest| is_national(rest)).unwrap_or(letters)
}

/// Whether these are ten digits whose area code and exchange begin with 2 to 9 (North American Numbering Plan).
fn is_national(letters: &str) -> bool {
    let digits = letters.as_bytes();
    digits.len() == 10
        && digits.iter().all(u8::is_ascii_digit)
        && [digits[0], digits[3]].iter().all(|one| (b'2'..=b'9').contains(one))
}

/// Many words, looked for at once.
pub struct Search {
    automaton: Option<AhoCorasick>,
    needles: Vec<Needle>,
}

/// Collects words to be looked for at once.
#[derive(Default)]
pub struct SearchBuilder {
    needles: Vec<Needle>,
}

impl SearchBuilder {
    /// A search for the same words, to which others are added.
    pub fn more_than(search: &Search) -> Self {
        Self { needles: search.needles.clone() }
    }

    /// Adds words, and says under which number they are found.
    pub fn add(&mut self, needle: Needle) -> usize {
        match self.needles.iter().position(|one| *one == needle) {
            Some(at) => at,
            None => {
                self.needles.push(needle);
                self.needles.len() - 1
            }
        }
    }

    /// The search; `None` when the words together are more than can be looked for at once.
    pub fn build(self) -> Option<Search> {
        if self.needles.is_empty() {
            return Some(Search { automaton: None, needles: self.needles });
        }
        let letters = self.needles.iter().map(|one| one.letters.as_bytes());
        let built = AhoCorasick::builder().match_kind(MatchKind::Standard).build(letters).ok()?;
        Some(Search { automaton: Some(built), needles: self.needles })
    }
}

impl Search {
    /// Where words stand in a text: their number, and the bytes from their first letter to behind their last.
    pub fn find(&self, text: &str) -> Vec<(usize, Range<usize>)> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let plain = Plain::of(text);
        let mut all = Vec::new();
        for found in automaton.find_overlapping_iter(plain.letters.as_bytes()) {
            let at = found.pattern().as_usize();
            let (Some(first), Some(last)) = (plain.from.get(found.start()), plain.from.get(found.end() - 1)) else {
                continue;
            };
            // A letter that folds into two of them is not a word of one of the two.
            let is_cut = |one: usize, other: Option<usize>| {
                other.and_then(|other| plain.from.get(other)).is_some_and(|next| next.start == plain.from[one].start)
            };
            let is_whole = first.begins
                && last.ends
                && !is_cut(found.start(), found.start().checked_sub(1))
                && !is_cut(found.end() - 1, Some(found.end()));
            if self.needles[at].is_long || is_whole {
                let start = match self.needles[at].is_number {
                    true => plain.code_before(found.start(), text).unwrap_or(first.start),
                    false => first.start,
                };
                all.push((at, start as usize..last.end as usize));
            }
        }
        all
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.automaton.is_none()
    }

    /// The words by number.
    pub fn needles(&self) -> &[Needle] {
        &self.needles
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(words: &str, text: &str) -> Option<String> {
        let mut builder = SearchBuilder::default();
        builder.add(Needle::of(words)?);
        let search = builder.build()?;
        search.find(text).into_iter().next().map(|(_, range)| text[range].to_owned())
    }

    #[test]
    fn words_are_found_however_they_stand_there() {
        let rows = [
            ("Jane Roe", "Dear JANE ROE,", Some("JANE ROE"), "other letters"),
            ("Jane Roe", "> Jane\n> Roe", Some("Jane\n> Roe"), "over the line of a quotation"),
            ("Jane Roe", "J a n e  R o e", Some("J a n e  R o e"), "spaced out"),
            ("confidential", "confiden-\ntial", Some("confiden-\ntial"), "hyphenated"),
            ("José", "Jose\u{301} said", Some("Jose\u{301}"), "accents written apart"),
            ("office", "the o\u{fb03}ce", Some("o\u{fb03}ce"), "a ligature"),
            ("123-45-6789", "SSN 123456789.", Some("123456789"), "digits alone"),
            ("123456789", "123 45 6789", Some("123 45 6789"), "with blanks"),
            ("Jane Roe", "Doe, Jane; Roe, Mary", None, "two people in a list"),
            ("Ann", "planned", None, "inside another word"),
            ("Ann", "Ann's", Some("Ann"), "a whole word"),
            ("ann@x.example", "<ann@x.example>", Some("ann@x.example"), "an address"),
            ("13", "1.3", Some("1.3"), "a decimal point divides no number"),
            ("東京", "彼は東京に", Some("東京"), "a script without spaces"),
            (
                "+1 763-555-0142",
                "call (763) 555 0142",
                Some("763) 555 0142"),
                "a number without the code of its country",
            ),
            ("763-555-0142", "to +17635550142.", Some("+17635550142"), "a number with it"),
            ("763-555-0142", "1 (763) 555-0142", Some("1 (763) 555-0142"), "a number with it"),
            ("763-555-0142", "Ward 1, 763-555-0142", Some("763-555-0142"), "a one that belongs to something else"),
            ("10012345678", "0012345678", None, "eleven digits that are no telephone number"),
            ("...", "...", None, "nothing to look for"),
            ("a; b", "a;b", Some("a;b"), "the divider is part of the words"),
        ];
        for (words, text, expected, why) in rows {
            assert_eq!(found(words, text).as_deref(), expected, "{why}");
        }
    }

    proptest! {
        #[test]
        fn what_is_found_is_made_of_the_same_letters(words in "[a-zé ]{1,12}", text in "(\\PC|[\n;]){0,60}") {
            let whole = format!("{text} {words} {text}");
            if let Some(needle) = Needle::of(&words) {
                let mut builder = SearchBuilder::default();
                builder.add(needle.clone());
                let search = builder.build().expect("built");
                let all = search.find(&whole);
                prop_assert!(!all.is_empty(), "what was put there is found");
                for (_, range) in all {
                    let same = Needle::of(&whole[range]).expect("letters");
                    let is_found = same == needle || (needle.is_long && same.letters.contains(&needle.letters));
                    prop_assert!(is_found, "{same:?} for {needle:?}");
                }
            }
        }
    }
}
