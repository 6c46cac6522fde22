//! Whether one item in memory answers a query: the reference for what the index answers.

use super::Document;
use super::tree::{Field, Flag, Pattern, Query};
use super::types::type_fits;
use crate::base::id::CustodianId;
use crate::model::item::Searchable;
use crate::text::{each_token, fold, stem};
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// Whether a document answers a query.
pub fn matches(query: &Query, document: &Document) -> bool {
    View::of(document).matches(query)
}

/// A document with its words, cut once however many queries are asked.
#[derive(Debug)]
pub struct View<'d> {
    document: &'d Document,
    texts: OnceCell<Vec<Words>>,
}

/// The words of one text with the positions at which each stands, rising.
#[derive(Debug)]
struct Words {
    field: Field,
    positions: BTreeMap<String, Vec<u32>>,
}

/// The first and last position of one find.
type Stretch = (u32, u32);

impl<'d> View<'d> {
    /// Looks at a document; its texts are cut when the first query asks for a word.
    pub fn of(document: &'d Document) -> Self {
        Self { document, texts: OnceCell::new() }
    }

    /// Whether the document answers a query.
    pub fn matches(&self, query: &Query) -> bool {
        let document = self.document;
        match query {
            Query::Everything => true,
            Query::Word(field, pattern) => self.any_text(*field, |text| !text.places(pattern).is_empty()),
            Query::Phrase(field, patterns) => self.any_text(*field, |text| !text.stretches(patterns).is_empty()),
            Query::Near { field, within, ordered, left, right } => self.any_text(*field, |text| {
                let (left, right) = (text.of_any(left), text.of_any(right));
                near(&left, &right, *within) || (!*ordered && near(&right, &left, *within))
            }),
            Query::Kind(kind) => document.kind == *kind,
            Query::Status(status) => document.status == *status,
            Query::Series(series) => document.series.to_lowercase() == series.to_lowercase(),
            Query::Custodian(wanted) => document.custodians.iter().any(|(id, name)| custodian_fits(wanted, *id, name)),
            // The directory is read from all items, so only a search over a repository can answer this.
            Query::Person(_) => false,
            Query::Family(wanted) => document.family == Some(*wanted),
            Query::Date(from, to) => {
                document.day.is_some_and(|day| from.is_none_or(|from| day >= from) && to.is_none_or(|to| day <= to))
            }
            Query::AttachmentType(wanted) => document.attachment_types.iter().any(|found| type_fits(wanted, found)),
            Query::Is(Flag::Unsearchable) => document.searchable != Searchable::Fully,
            Query::Is(Flag::Undated) => document.day.is_none(),
            Query::Is(Flag::HasAttachment) => !document.attachment_types.is_empty(),
            // Only a hold or a request looks at an item in memory, and being set aside never takes it out of their reach.
            Query::Is(Flag::SetAside) => false,
            Query::And(all) => all.iter().all(|one| self.matches(one)),
            Query::Or(all) => all.iter().any(|one| self.matches(one)),
            Query::Not(inner) => !self.matches(inner),
        }
    }

    fn any_text(&self, field: Field, answers: impl Fn(&Words) -> bool) -> bool {
        self.texts().iter().any(|text| (field == Field::Any || text.field == field) && answers(text))
    }

    fn texts(&self) -> &[Words] {
        self.texts.get_or_init(|| {
            let texts = self.document.texts.iter();
            texts.map(|(field, text)| Words { field: *field, positions: positions_in(text) }).collect()
        })
    }
}

fn positions_in(text: &str) -> BTreeMap<String, Vec<u32>> {
    let mut positions: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    each_token(text, &mut |word, position, _, _| match positions.get_mut(word) {
        Some(places) => places.push(position),
        None => {
            positions.insert(word.to_owned(), vec![position]);
        }
    });
    positions
}

impl Words {
    /// The positions of a pattern, rising, each once.
    fn places(&self, pattern: &Pattern) -> Vec<u32> {
        let of = |fits: &dyn Fn(&str) -> bool| {
            let mut places: Vec<u32> =
                self.positions.iter().filter(|(word, _)| fits(word)).flat_map(|(_, places)| places.clone()).collect();
            places.sort_unstable();
            places.dedup();
            places
        };
        match pattern {
            Pattern::Exact(word) => self.positions.get(word).cloned().unwrap_or_default(),
            Pattern::Wildcard(shape) => of(&|word| fits(shape, word)),
            Pattern::Stem(word) => {
                let wanted = stem(word);
                of(&|word| stem(word) == wanted)
            }
        }
    }

    /// Where the patterns stand one after the other.
    fn stretches(&self, patterns: &[Pattern]) -> Vec<Stretch> {
        let places: Vec<Vec<u32>> = patterns.iter().map(|pattern| self.places(pattern)).collect();
        let Some(first) = places.first() else { return Vec::new() };
        let follows =
            |start: u32| (start..).zip(&places).all(|(position, places)| places.binary_search(&position).is_ok());
        let length = patterns.len() as u32 - 1;
        first.iter().filter(|start| follows(**start)).map(|start| (*start, start + length)).collect()
    }

    fn of_any(&self, alternatives: &[Vec<Pattern>]) -> Vec<Stretch> {
        alternatives.iter().flat_map(|patterns| self.stretches(patterns)).collect()
    }
}

/// Whether one of the later stretches begins at most so many positions after the end of one of the earlier. The
/// nearest is the first that begins after the end, so stretches that overlap never count.
fn near(earlier: &[Stretch], later: &[Stretch], within: u32) -> bool {
    let mut starts: Vec<u32> = later.iter().map(|(start, _)| *start).collect();
    starts.sort_unstable();
    earlier.iter().any(|(_, end)| {
        let nearest = starts.partition_point(|start| start <= end);
        starts.get(nearest).is_some_and(|start| start - end <= within)
    })
}

/// Whether a word has a shape: `*` stands for any letters or none, `?` for exactly one.
pub fn fits(shape: &str, word: &str) -> bool {
    // What is left of both; and, at the last star, what follows it and where it was last tried.
    let (mut shape, mut word) = (shape, word);
    let mut star: Option<(&str, &str)> = None;
    loop {
        let (mut shape_chars, mut word_chars) = (shape.chars(), word.chars());
        match (shape_chars.next(), word_chars.next()) {
            (Some('*'), _) => {
                shape = shape_chars.as_str();
                star = Some((shape, word));
            }
            (None, None) => return true,
            (Some(c), Some(letter)) if c == '?' || c == letter => {
                shape = shape_chars.as_str();
                word = word_chars.as_str();
            }
            _ => {
                // The star takes one letter more.
                let Some((after, tried)) = star else { return false };
                let mut rest = tried.chars();
                if rest.next().is_none() {
                    return false;
                }
                shape = after;
                word = rest.as_str();
                star = Some((after, word));
            }
        }
    }
}

/// Whether a custodian is meant: by a part of the name, folded, or by the number (`C-3`).
pub fn custodian_fits(wanted: &str, id: CustodianId, name: &str) -> bool {
    let wanted = fold(wanted.trim());
    !wanted.is_empty() && (fold(name).contains(&wanted) || fold(&id.to_string()) == wanted)
}
