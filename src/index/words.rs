//! Patterns over the word lists of the index: which words a wildcard or a stem stands for.

use super::IndexError;
use crate::base::limits;
use crate::query::{Pattern, fits};
use crate::text;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use tantivy::postings::TermInfo;
use tantivy::termdict::TermDictionary;

/// What patterns stood for so far in one state of the index, counted for each field over all parts: the limit is on different
/// words, so that it does not depend on how the index is divided.
#[derive(Debug, Default)]
pub(super) struct Expansions {
    seen: Mutex<HashMap<(u32, String), Seen>>,
}

/// Different words.
type Seen = HashSet<Box<[u8]>>;

impl Expansions {
    /// The entries of a word list that a pattern stands for.
    pub(super) fn of(
        &self,
        words: &TermDictionary,
        field: u32,
        pattern: &Pattern,
    ) -> Result<Vec<TermInfo>, IndexError> {
        if let Pattern::Exact(word) = pattern {
            return Ok(words.get(word)?.into_iter().collect());
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let known = seen.entry((field, told(pattern))).or_default();
        let (start, chosen) = (common_start(pattern), Chosen::by(pattern));
        let mut range = words.range().ge(&start);
        if let Some(end) = after(&start) {
            range = range.lt(&end);
        }
        let mut stream = range.into_stream()?;
        let mut found = Vec::new();
        while stream.advance() {
            if std::str::from_utf8(stream.key()).is_ok_and(|word| chosen.includes(word)) {
                found.push(stream.value().clone());
                if !known.contains(stream.key()) {
                    known.insert(stream.key().into());
                }
                if known.len() > limits::WILDCARD_TERMS {
                    return Err(IndexError::TooManyWords { pattern: told(pattern), limit: limits::WILDCARD_TERMS });
                }
            }
        }
        Ok(found)
    }
}

/// A pattern made ready to look at many words.
enum Chosen<'p> {
    Same(&'p str),
    Shaped { shape: &'p str, end: &'p str },
    Stemmed(String),
}

impl<'p> Chosen<'p> {
    fn by(pattern: &'p Pattern) -> Self {
        match pattern {
            Pattern::Exact(word) => Self::Same(word),
            Pattern::Wildcard(shape) => {
                Self::Shaped { shape, end: shape.rsplit(['*', '?']).next().unwrap_or_default() }
            }
            Pattern::Stem(word) => Self::Stemmed(text::stem(word)),
        }
    }

    fn includes(&self, word: &str) -> bool {
        match self {
            Self::Same(wanted) => *wanted == word,
            // The end is cheap to look at, and most words do not have it.
            Self::Shaped { shape, end } => word.ends_with(end) && fits(shape, word),
            Self::Stemmed(wanted) => text::stem(word) == *wanted,
        }
    }
}

/// A pattern as it is told to a person.
fn told(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Exact(word) | Pattern::Wildcard(word) => word.clone(),
        Pattern::Stem(word) => format!("{word}~"),
    }
}

/// Letters that a word and its English stem certainly share: stems are cut or changed at their end, and the few
/// irregular ones of three letters (*dying*, *die*) keep the first. `stems_keep_their_beginning` holds this.
const STEM_LETTERS: Range<usize> = 1..3;

/// How every word that a pattern stands for begins.
fn common_start(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Exact(word) => word.clone(),
        Pattern::Wildcard(shape) => shape.chars().take_while(|c| !matches!(c, '*' | '?')).collect(),
        Pattern::Stem(word) => {
            let stem = text::stem(word);
            let letters = stem.chars().count().saturating_sub(2).clamp(STEM_LETTERS.start, STEM_LETTERS.end - 1);
            stem.chars().take(letters).collect()
        }
    }
}

/// The least bytes after every word that begins with these; `None` when there are none.
fn after(start: &str) -> Option<Vec<u8>> {
    let mut bytes = start.as_bytes().to_vec();
    // No byte of UTF-8 is 255, so adding one to the last never overflows.
    *bytes.last_mut()? += 1;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_pattern_lies_in_its_range() {
        assert_eq!(common_start(&Pattern::Wildcard("ro?d*".to_owned())), "ro");
        assert_eq!(common_start(&Pattern::Wildcard("*ad".to_owned())), "");
        assert_eq!(after(""), None);
        assert_eq!(after("ro"), Some(b"rp".to_vec()));
        assert!("道路".as_bytes() < after("道").expect("an end").as_slice());
    }

    #[test]
    fn stems_keep_their_beginning() {
        let words = "dying lying tying skies skis idly gently ugly early only singly news howe atlas cosmos bias andes \
                     hoping hopping happily relational sensibility possibilities ability stability generously agreed \
                     bleeding inning outing proceed exceed succeed cries ties permits permitting zoning variances \
                     ordinances utilities assessed being seeing died owed used ed ing s ss y ying";
        for word in words.split_whitespace() {
            let start = common_start(&Pattern::Stem(word.to_owned()));
            assert!(word.starts_with(&start), "{word}: {start}");
        }
    }
}
