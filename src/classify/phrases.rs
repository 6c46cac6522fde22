//! All words and phrases of all rules, looked for in one pass over a passage.

use super::passage::fold;
use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, BuildError, Input, MatchKind, StartKind};

/// A phrase at a place of a passage.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    /// Which phrase.
    pub(super) phrase: usize,
    /// Byte where it begins.
    pub(super) start: usize,
    /// Byte after it.
    pub(super) end: usize,
}

/// The phrases, made ready.
#[derive(Debug, Clone)]
pub(super) struct Phrases {
    automaton: AhoCorasick,
    open_ended: Vec<bool>,
    beginnings: Beginnings,
}

/// How phrases begin, so that most words are passed over without asking the automaton.
#[derive(Debug, Clone)]
struct Beginnings {
    /// Whether a phrase begins with three bytes that fold to this place.
    three: Vec<bool>,
    /// Whether a phrase of fewer bytes begins with this one.
    short: [bool; 256],
}

impl Beginnings {
    /// Places for three bytes folded together; a few share one.
    const PLACES: usize = 1 << 14;

    fn of(phrases: &[String]) -> Self {
        let mut made = Self { three: vec![false; Self::PLACES], short: [false; 256] };
        for phrase in phrases {
            match phrase.as_bytes() {
                [] => {}
                [one, two, three, ..] => made.three[Self::place(*one, *two, *three)] = true,
                [one, ..] => made.short[usize::from(*one)] = true,
            }
        }
        made
    }

    fn place(one: u8, two: u8, three: u8) -> usize {
        // Five bits of each letter tell it from all others of its case.
        (usize::from(one) << 9 ^ usize::from(two) << 5 ^ usize::from(three)) % Self::PLACES
    }

    /// Whether a phrase may begin here.
    fn may_begin(&self, rest: &[u8]) -> bool {
        match rest {
            [] => false,
            [one, two, three, ..] => self.three[Self::place(*one, *two, *three)] || self.short[usize::from(*one)],
            [one, ..] => self.short[usize::from(*one)],
        }
    }
}

impl Phrases {
    /// Makes phrases ready. A phrase is words in any case; a star at its end lets its last word go on.
    pub(super) fn new(written: &[String]) -> Result<Self, BuildError> {
        let mut patterns = Vec::with_capacity(written.len());
        let mut open_ended = Vec::with_capacity(written.len());
        for phrase in written {
            let stem = phrase.strip_suffix('*');
            open_ended.push(stem.is_some());
            let mut folded = String::new();
            fold(&mut folded, stem.unwrap_or(phrase).trim());
            patterns.push(folded);
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .start_kind(StartKind::Anchored)
            .build(&patterns)?;
        Ok(Self { automaton, open_ended, beginnings: Beginnings::of(&patterns) })
    }

    /// Hands over every phrase that stands in the text as whole words (a phrase of signs alone stands anywhere), in the
    /// order in which they begin.
    ///
    /// Only where a word begins can a phrase begin, so the automaton is asked there and gives up after a few letters
    /// nearly always; walking it over every letter costs several times as much.
    pub(super) fn find(&self, text: &str, mut each: impl FnMut(Hit)) {
        let bytes = text.as_bytes();
        let mut in_word = false;
        for (start, c) in text.char_indices() {
            let (was_in_word, is_letter) = (in_word, c.is_alphanumeric());
            in_word = is_letter;
            if is_letter && was_in_word || !self.beginnings.may_begin(&bytes[start..]) {
                continue;
            }
            let input = Input::new(text).range(start..).anchored(Anchored::Yes);
            let mut state = OverlappingState::start();
            loop {
                // Standard matching with an anchored automaton allows every question asked here.
                if self.automaton.try_find_overlapping(input.clone(), &mut state).is_err() {
                    break;
                }
                let Some(found) = state.get_match() else { break };
                let (phrase, end) = (found.pattern().as_usize(), found.end());
                // A phrase that ends another one is told with it, and is found again where it begins itself.
                if found.start() == start && (self.open_ended[phrase] || ends_whole(text, start, end)) {
                    each(Hit { phrase, start, end });
                }
            }
        }
    }
}

/// Whether a stretch ends where a word ends, or with a sign.
fn ends_whole(text: &str, start: usize, end: usize) -> bool {
    let last = text[start..end].chars().next_back().is_some_and(char::is_alphanumeric);
    !(last && text[end..].chars().next().is_some_and(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_whole_words() {
        let phrases = Phrases::new(&["approv*".to_owned(), "Go  ahead".to_owned(), "bid".to_owned(), "??".to_owned()])
            .expect("they are well-formed");
        let mut found = Vec::new();
        let text = "disapproved; approved. go ahead, forbid the bid??";
        phrases.find(text, |hit| found.push((hit.phrase, &text[hit.start..hit.end])));
        let expected = [(0, "approv"), (1, "go ahead"), (2, "bid"), (3, "??")];
        assert_eq!(found, expected, "not the middle of disapproved, not the end of forbid");
    }
}
