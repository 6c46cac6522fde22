//! A query answered over one part: exactly as `query::matches` answers it for each document.

use super::IndexError;
use super::bits::{Bits, Families};
use super::part::OpenPart;
use super::places::{Places, follows, phrase_starts};
use super::shape::{FIELDS, KIND, SEARCHABLE, TEXT_GAP, TYPE, blank, searchable_word};
use super::words::Expansions;
use crate::base::id::FamilyId;
use crate::model::item::Searchable;
use crate::model::record::RecordKind;
use crate::query::{Document, Field, Flag, Pattern, Query, matches};
use chrono::NaiveDate;
use std::collections::HashMap;
use tantivy::postings::TermInfo;
use tantivy::schema::{self, IndexRecordOption};

/// Answers what changes after an item was indexed: which families have a status, a series, a custodian.
pub trait Standing {
    /// The families that answer one of `Query::Status`, `Query::Series`, `Query::Custodian`, `Query::Person`,
    /// `Query::Family` and `Flag::SetAside`.
    fn families(&self, part_of_query: &Query) -> Result<Vec<FamilyId>, IndexError>;
}

/// A query with the parts that change already answered.
pub(super) enum Plan<'q> {
    Fixed(&'q Query),
    Families(Families),
    All(Vec<Plan<'q>>),
    Any(Vec<Plan<'q>>),
    Not(Box<Plan<'q>>),
}

impl<'q> Plan<'q> {
    /// Asks `standing` once for each part of the query that changes.
    pub(super) fn of(query: &'q Query, standing: &dyn Standing) -> Result<Self, IndexError> {
        let each = |all: &'q [Query]| all.iter().map(|one| Plan::of(one, standing)).collect::<Result<Vec<_>, _>>();
        Ok(match query {
            Query::And(all) => Plan::All(each(all)?),
            Query::Or(any) => Plan::Any(each(any)?),
            Query::Not(one) => Plan::Not(Box::new(Plan::of(one, standing)?)),
            Query::Status(_)
            | Query::Series(_)
            | Query::Custodian(_)
            | Query::Person(_)
            | Query::Family(_)
            | Query::Is(Flag::SetAside) => Plan::Families(standing.families(query)?.into_iter().collect()),
            Query::Near { within, .. } if *within > TEXT_GAP => return Err(IndexError::TooFar { limit: TEXT_GAP }),
            fixed => Plan::Fixed(fixed),
        })
    }
}

/// Answers plans over one part.
pub(super) struct Answer<'p> {
    part: &'p OpenPart,
    expansions: &'p Expansions,
}

impl<'p> Answer<'p> {
    pub(super) fn new(part: &'p OpenPart, expansions: &'p Expansions) -> Self {
        Self { part, expansions }
    }

    /// The documents that answer.
    pub(super) fn bits(&self, plan: &Plan<'_>) -> Result<Bits, IndexError> {
        match plan {
            Plan::Families(families) => Ok(self.part.documents_of(families)),
            Plan::Not(one) => Ok(self.bits(one)?.complement()),
            Plan::Any(any) => {
                let mut found = self.none();
                for one in any {
                    found.unite(&self.bits(one)?);
                }
                Ok(found)
            }
            Plan::All(all) => {
                let mut found = Bits::all(self.part.documents());
                for one in all {
                    // Every one of them is looked at even when nothing is left, so that a pattern that stands for too
                    // many words is refused whatever stands beside it.
                    found.intersect(&self.bits(one)?);
                }
                Ok(found)
            }
            Plan::Fixed(query) => {
                if let Some(known) = self.part.known(query) {
                    return Ok(known);
                }
                let found = self.fixed(query)?;
                self.part.remember(query, &found);
                Ok(found)
            }
        }
    }

    fn none(&self) -> Bits {
        Bits::none(self.part.documents())
    }

    fn fixed(&self, query: &Query) -> Result<Bits, IndexError> {
        match query {
            Query::Everything => Ok(Bits::all(self.part.documents())),
            Query::Word(field, pattern) => self.in_fields(*field, |stored| self.word(stored, pattern)),
            Query::Phrase(field, words) => self.in_fields(*field, |stored| self.phrase(stored, words)),
            Query::Near { field, within, ordered, left, right } => {
                self.in_fields(*field, |stored| self.near(stored, (left, right), *within, *ordered))
            }
            Query::Kind(_) => self.kinds(query),
            Query::AttachmentType(_) => self.types(query),
            Query::Date(..) => self.days(query),
            Query::Is(_) => self.flags(query),
            Query::Status(_)
            | Query::Series(_)
            | Query::Custodian(_)
            | Query::Person(_)
            | Query::Family(_)
            | Query::And(_)
            | Query::Or(_)
            | Query::Not(_) => {
                unreachable!("a plan has taken these apart")
            }
        }
    }

    fn in_fields(
        &self,
        field: Field,
        find: impl Fn(schema::Field) -> Result<Bits, IndexError>,
    ) -> Result<Bits, IndexError> {
        let mut found = self.none();
        for (name, stored) in FIELDS.named(field) {
            if self.part.part.has_words(name) {
                found.unite(&find(stored)?);
            }
        }
        Ok(found)
    }

    fn index(&self, stored: schema::Field) -> Result<std::sync::Arc<tantivy::InvertedIndexReader>, IndexError> {
        self.part.reader.inverted_index(stored).map_err(|error| self.part.wrong(error))
    }

    fn expand(&self, stored: schema::Field, pattern: &Pattern) -> Result<Vec<TermInfo>, IndexError> {
        self.expansions.of(self.index(stored)?.terms(), stored.field_id(), pattern)
    }

    /// The documents that have one of these words.
    fn having(&self, stored: schema::Field, words: &[TermInfo]) -> Result<Bits, IndexError> {
        let index = self.index(stored)?;
        let mut found = self.none();
        for word in words {
            let mut blocks = index.read_block_postings_from_terminfo(word, IndexRecordOption::Basic)?;
            while !blocks.docs().is_empty() {
                blocks.docs().iter().for_each(|document| found.insert(*document));
                blocks.advance();
            }
        }
        Ok(found)
    }

    fn word(&self, stored: schema::Field, pattern: &Pattern) -> Result<Bits, IndexError> {
        self.having(stored, &self.expand(stored, pattern)?)
    }

    fn phrase(&self, stored: schema::Field, words: &[Pattern]) -> Result<Bits, IndexError> {
        let (mut places, candidates) = self.phrase_places(stored, words)?;
        if words.len() < 2 {
            return Ok(candidates);
        }
        let (mut found, mut starts) = (self.none(), Vec::new());
        for document in candidates.iter() {
            starts.clear();
            phrase_starts(&mut places, document, &mut starts);
            if !starts.is_empty() {
                found.insert(document);
            }
        }
        Ok(found)
    }

    /// The places of each word of a phrase, and the documents that have them all.
    fn phrase_places(&self, stored: schema::Field, words: &[Pattern]) -> Result<(Vec<Places>, Bits), IndexError> {
        let mut candidates = if words.is_empty() { self.none() } else { Bits::all(self.part.documents()) };
        let mut expanded = Vec::new();
        for pattern in words {
            let one = self.expand(stored, pattern)?;
            candidates.intersect(&self.having(stored, &one)?);
            expanded.push(one);
        }
        if candidates.is_empty() {
            return Ok((Vec::new(), candidates));
        }
        let index = self.index(stored)?;
        let places = expanded.iter().map(|one| Places::of(one, &index)).collect::<Result<_, _>>()?;
        Ok((places, candidates))
    }

    fn near(
        &self,
        stored: schema::Field,
        (left, right): (&[Vec<Pattern>], &[Vec<Pattern>]),
        within: u32,
        ordered: bool,
    ) -> Result<Bits, IndexError> {
        let (mut left, mut candidates) = self.group(stored, left)?;
        let (mut right, other) = self.group(stored, right)?;
        candidates.intersect(&other);
        let mut found = self.none();
        let (mut one, mut two) = (Finds::default(), Finds::default());
        for document in candidates.iter() {
            one.look(&mut left, document);
            two.look(&mut right, document);
            if follows(&one.ends, &two.starts, within) || (!ordered && follows(&two.ends, &one.starts, within)) {
                found.insert(document);
            }
        }
        Ok(found)
    }

    /// The phrases of a group with the documents of each, and the documents that may have one of them.
    fn group(&self, stored: schema::Field, group: &[Vec<Pattern>]) -> Result<(Group, Bits), IndexError> {
        let (mut all, mut candidates) = (Vec::new(), self.none());
        for phrase in group {
            let (places, one) = self.phrase_places(stored, phrase)?;
            candidates.unite(&one);
            if !one.is_empty() {
                all.push((places, one));
            }
        }
        Ok((all, candidates))
    }

    /// The keywords of the part with a sign that answer, each with its postings: those of the others are not read.
    fn keywords(&self, sign: &str, answers: impl Fn(String) -> bool) -> Result<Vec<TermInfo>, IndexError> {
        let index = self.index(FIELDS.facts)?;
        let mut stream = index.terms().range().ge(sign).into_stream()?;
        let mut all = Vec::new();
        while stream.advance() {
            let Some(word) = std::str::from_utf8(stream.key()).ok().and_then(|word| word.strip_prefix(sign)) else {
                break;
            };
            if answers(word.to_owned()) {
                all.push(stream.value().clone());
            }
        }
        Ok(all)
    }

    /// Asks the search in memory about each value that occurs, and takes the documents of those that answer.
    fn by_keyword(&self, sign: &str, answers: impl Fn(String) -> bool) -> Result<Bits, IndexError> {
        self.having(FIELDS.facts, &self.keywords(sign, answers)?)
    }

    fn kinds(&self, query: &Query) -> Result<Bits, IndexError> {
        self.by_keyword(KIND, |word| {
            RecordKind::parse(&word).is_some_and(|kind| matches(query, &Document { kind, ..blank() }))
        })
    }

    fn types(&self, query: &Query) -> Result<Bits, IndexError> {
        self.by_keyword(TYPE, |word| matches(query, &Document { attachment_types: vec![word], ..blank() }))
    }

    fn days(&self, query: &Query) -> Result<Bits, IndexError> {
        let days = self.part.days()?;
        let mut known: HashMap<Option<i64>, bool> = HashMap::new();
        let mut found = self.none();
        for document in 0..self.part.documents() {
            let number = days.first(document);
            let answers = *known.entry(number).or_insert_with(|| {
                let day = number.and_then(|day| i32::try_from(day).ok()).and_then(NaiveDate::from_num_days_from_ce_opt);
                matches(query, &Document { day, ..blank() })
            });
            if answers {
                found.insert(document);
            }
        }
        Ok(found)
    }

    /// What an item is depends on three facts; each combination of them is asked about once.
    fn flags(&self, query: &Query) -> Result<Bits, IndexError> {
        let mut found = self.none();
        for searchable in [Searchable::Fully, Searchable::Partly, Searchable::Not] {
            let asked: Vec<(bool, bool, bool)> = [(false, false), (false, true), (true, false), (true, true)]
                .into_iter()
                .map(|(dated, attached)| {
                    let day = dated.then_some(NaiveDate::MIN);
                    let attachment_types = if attached { vec![String::new()] } else { Vec::new() };
                    (dated, attached, matches(query, &Document { searchable, day, attachment_types, ..blank() }))
                })
                .collect();
            if asked.iter().all(|(_, _, answers)| !answers) {
                continue;
            }
            let documents = self.by_keyword(SEARCHABLE, |word| word == searchable_word(searchable))?;
            if documents.is_empty() {
                continue;
            }
            if asked.iter().all(|(_, _, answers)| *answers) {
                found.unite(&documents);
                continue;
            }
            let (all_dated, all_attached) = (self.dated()?, self.by_keyword(TYPE, |_| true)?);
            for (dated, attached, _) in asked.into_iter().filter(|(_, _, answers)| *answers) {
                let mut these = documents.clone();
                these.intersect(&if dated { all_dated.clone() } else { all_dated.clone().complement() });
                these.intersect(&if attached { all_attached.clone() } else { all_attached.clone().complement() });
                found.unite(&these);
            }
        }
        Ok(found)
    }

    /// The documents that have a civil day.
    fn dated(&self) -> Result<Bits, IndexError> {
        let days = self.part.days()?;
        let mut dated = self.none();
        (0..self.part.documents()).filter(|one| days.first(*one).is_some()).for_each(|one| dated.insert(one));
        Ok(dated)
    }
}

/// The phrases of a group: the places of their words, and the documents that have all of those.
type Group = Vec<(Vec<Places>, Bits)>;

/// Where the phrases of a group begin and end in one document, in order.
#[derive(Default)]
struct Finds {
    starts: Vec<u32>,
    ends: Vec<u32>,
}

impl Finds {
    fn look(&mut self, group: &mut Group, document: u32) {
        self.starts.clear();
        self.ends.clear();
        for (places, documents) in group {
            if documents.contains(document) {
                let before = self.starts.len();
                phrase_starts(places, document, &mut self.starts);
                let length = places.len() as u32 - 1;
                self.ends.extend(self.starts[before..].iter().map(|start| start + length));
            }
        }
        self.starts.sort_unstable();
        self.ends.sort_unstable();
    }
}
