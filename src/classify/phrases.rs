//! All words and phrases of all rules, looked for in one pass over a passage.

use super::passage::fold;
use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};

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
        let automaton =
            AhoCorasick::builder().match_kind(MatchKind::Standard).kind(Some(AhoCorasickKind::DFA)).build(&patterns)?;
        Ok(Self { automaton, open_ended })
    }

    /// Hands over every phrase that stands in the text as whole words.
    pub(super) fn find(&self, text: &str, mut each: impl FnMut(Hit)) {
        for found in self.automaton.find_overlapping_iter(text) {
            let phrase = found.pattern().as_usize();
            let (start, end) = (found.start(), found.end());
            if is_whole(text, start, end, self.open_ended[phrase]) {
                each(Hit { phrase, start, end });
            }
        }
    }
}

/// Whether a stretch begins and ends with a word's beginning and end (a phrase of signs alone stands anywhere).
fn is_whole(text: &str, start: usize, end: usize, open_ended: bool) -> bool {
    let inside = &text[start..end];
    let first = inside.chars().next().is_some_and(char::is_alphanumeric);
    let last = inside.chars().next_back().is_some_and(char::is_alphanumeric);
    let before = text[..start].chars().next_back().is_some_and(char::is_alphanumeric);
    let after = text[end..].chars().next().is_some_and(char::is_alphanumeric);
    !(first && before) && (open_ended || !(last && after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_whole_words() {
        let phrases = Phrases::new(&["approv*".to_owned(), "Go  ahead".to_owned(), "bid".to_owned(), "??".to_owned()])
            .expect("they are well-formed");
        let mut found = Vec::new();
        phrases.find("disapproved; approved. go ahead, forbid the bid??", |hit| found.push(hit.phrase));
        assert_eq!(found, [0, 1, 2, 3], "not the middle of disapproved, not the end of forbid");
    }
}
