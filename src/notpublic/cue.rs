//! Words that tell of a kind of data: one of them is a hint; several, or one in the setting it belongs to, are more. What is
//! found is the sentence.

use super::of_office::OF_OFFICE;
use super::of_people::OF_PEOPLE;
use super::{Category, Finding};
use crate::model::redaction::Place;
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

/// Words of one kind, and how sure a sentence with them is.
pub(super) struct Cue {
    pub(super) category: Category,
    pub(super) words: &'static [&'static str],
    /// Confidence where one of them stands.
    pub(super) one: u8,
    /// Confidence where as much stands in the sentence as it needs.
    pub(super) enough: u8,
    pub(super) needs: Needs,
    /// Words that make one of them mean what it says.
    pub(super) setting: &'static [&'static str],
    /// Words of a sentence that tells nothing, whatever else stands in it.
    pub(super) never: &'static [&'static str],
    pub(super) why: &'static str,
}

/// What has to stand in a sentence for it to be enough.
#[derive(Debug, Clone, Copy)]
pub(super) enum Needs {
    /// So many different words, or one in its setting.
    WordsOrSetting(usize),
    /// So many different words.
    Words(usize),
    /// So many different words in their setting.
    WordsAndSetting(usize),
}

/// What a word is to its cue.
#[derive(Debug, Clone, Copy)]
enum Part {
    Word,
    Setting,
    Never,
}

struct Finder {
    automaton: Option<AhoCorasick>,
    /// For each word: its cue, and what it is to it.
    told: Vec<(&'static Cue, usize, Part)>,
}

static FINDER: LazyLock<Finder> = LazyLock::new(|| {
    let (mut words, mut told) = (Vec::new(), Vec::new());
    for (at, cue) in OF_PEOPLE.iter().chain(OF_OFFICE).enumerate() {
        for (list, part) in [(cue.words, Part::Word), (cue.setting, Part::Setting), (cue.never, Part::Never)] {
            for word in list {
                words.push(*word);
                told.push((cue, at, part));
            }
        }
    }
    let built = AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::Standard).build(&words);
    Finder { automaton: built.ok(), told }
});

/// Whether a stretch of text is no part of a longer word.
pub(super) fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !letter(text[..range.start].chars().next_back()) && !letter(text[range.end..].chars().next())
}

/// The sentence around a place: to a full stop, a question, or an empty line.
fn sentence(text: &str, range: &Range<usize>) -> Range<usize> {
    let ends = |c: char| matches!(c, '\n' | '.' | '!' | '?');
    let is_end = |at: usize, c: char| {
        let rest = &text[at + c.len_utf8()..];
        match c {
            '\n' => rest.starts_with('\n') || rest.starts_with("\r\n") || text[..at].ends_with(['\n']),
            _ => rest.is_empty() || rest.starts_with(char::is_whitespace),
        }
    };
    let before = text[..range.start].char_indices().rev().filter(|(_, c)| ends(*c)).find(|(at, c)| is_end(*at, *c));
    let behind = text[range.end..]
        .char_indices()
        .map(|(at, c)| (range.end + at, c))
        .filter(|(_, c)| ends(*c))
        .find(|(at, c)| is_end(*at, *c));
    let mut start = before.map_or(0, |(at, c)| at + c.len_utf8());
    let mut end = behind.map_or(text.len(), |(at, c)| if c == '\n' { at } else { at + 1 });
    start += text[start..end].len() - text[start..end].trim_start().len();
    end = start + text[start..end].trim_end().len();
    start..end
}

/// What stands in one sentence of the words of one cue.
#[derive(Default)]
struct Seen {
    words: BTreeSet<usize>,
    setting: bool,
    never: bool,
}

impl Seen {
    fn confidence(&self, cue: &Cue) -> Option<u8> {
        if self.never || self.words.is_empty() {
            return None;
        }
        let count = self.words.len();
        let is_enough = match cue.needs {
            Needs::WordsOrSetting(least) => count >= least || self.setting,
            Needs::Words(least) => count >= least,
            Needs::WordsAndSetting(least) => count >= least && self.setting,
        };
        Some(if is_enough { cue.enough } else { cue.one })
    }
}

/// Every sentence that words tell of.
pub(super) fn find(text: &str) -> Vec<Finding> {
    let Some(automaton) = &FINDER.automaton else { return Vec::new() };
    // By sentence and cue.
    let mut seen: BTreeMap<(usize, usize, usize), (&Cue, Seen)> = BTreeMap::new();
    let mut last: Option<Range<usize>> = None;
    for found in automaton.find_overlapping_iter(text) {
        let range = found.start()..found.end();
        if !stands_alone(text, &range) {
            continue;
        }
        let around = match &last {
            Some(around) if around.start <= range.start && range.end <= around.end => around.clone(),
            _ => sentence(text, &range),
        };
        last = Some(around.clone());
        let word = found.pattern().as_usize();
        let (cue, at, part) = FINDER.told[word];
        let (_, entry) = seen.entry((around.start, around.end, at)).or_insert((cue, Seen::default()));
        match part {
            Part::Word => {
                entry.words.insert(word);
            }
            Part::Setting => entry.setting = true,
            Part::Never => entry.never = true,
        }
    }
    let finding = |((start, end, _), (cue, seen)): ((usize, usize, usize), (&Cue, Seen))| {
        let confidence = seen.confidence(cue)?;
        Some(Finding { category: cue.category, place: Place::Text, range: start..end, confidence, why: cue.why })
    };
    seen.into_iter().filter_map(finding).collect()
}
