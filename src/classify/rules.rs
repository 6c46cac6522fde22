//! The rules, read once and made ready to be applied to item after item.

use super::Context;
use super::correspondents::Correspondents;
use super::file::{Mail, Place, RuleEntry, RulesError, RulesFile, SeriesEntry, Settings};
use super::passage::{Part, Passage};
use super::phrases::Phrases;
use super::weigh::Weighed;
use crate::base::digest::Blake3Digest;
use crate::model::classification::{Evidence, RecordStatus};
use crate::model::item::{ParsedItem, Searchable};
use crate::model::provenance::CopyFacts;
use crate::model::record::Direction;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Characters of matched text that are kept with a piece of evidence.
const MATCHED_CHARS: usize = 120;
/// Characters of a digest that name an edition of the rules.
const VERSION_CHARS: usize = 16;

const SHIPPED: &str = include_str!("rules.toml");

/// The rules, read once. Copies share what is in them.
#[derive(Debug, Clone)]
pub struct Rules {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    file: RulesFile,
    settings: Settings,
    version: String,
    phrases: Phrases,
    /// For each phrase, the rules that look for it.
    wanted_by: Vec<Vec<usize>>,
}

/// One rule as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleLine {
    /// Its id.
    pub id: String,
    /// The status it argues for.
    pub argues: RecordStatus,
    /// Its weight.
    pub weight: u8,
    /// What it looks at.
    pub looks_at: String,
    /// Why.
    pub why: String,
}

/// What a rule found of its phrases so far.
#[derive(Debug, Clone, Default)]
struct Seen {
    first: Option<(usize, usize)>,
    distinct: Vec<usize>,
}

impl Rules {
    /// The rules that come with the program.
    ///
    /// # Panics
    /// When they are not well-formed: a program that was built with such rules is wrong.
    pub fn shipped() -> Self {
        static SHIPPED_RULES: OnceLock<Rules> = OnceLock::new();
        let read = || match Self::from_toml(SHIPPED) {
            Ok(rules) => rules,
            Err(error) => panic!("the shipped rules are well-formed: {error}"),
        };
        SHIPPED_RULES.get_or_init(read).clone()
    }

    /// A rule set of its own, in the format that `rules.toml` describes at its head.
    pub fn from_toml(text: &str) -> Result<Self, RulesError> {
        Self::made(RulesFile::read(text)?, text.to_owned())
    }

    /// These rules with a city's own added. Ids must differ; settings are those of these rules.
    pub fn with_additional(&self, text: &str) -> Result<Self, RulesError> {
        let mut file = self.inner.file.clone();
        file.add(RulesFile::read(text)?);
        Self::made(file, format!("{}\0{text}", self.inner.version))
    }

    fn made(file: RulesFile, named_by: String) -> Result<Self, RulesError> {
        let settings = file.check()?;
        let mut written: Vec<String> = Vec::new();
        let mut wanted_by: Vec<Vec<usize>> = Vec::new();
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for (rule, entry) in file.rules.iter().enumerate() {
            for phrase in &entry.phrases {
                let at = *known.entry(phrase.to_lowercase()).or_insert_with(|| {
                    written.push(phrase.clone());
                    wanted_by.push(Vec::new());
                    written.len() - 1
                });
                if !wanted_by[at].contains(&rule) {
                    wanted_by[at].push(rule);
                }
            }
        }
        let phrases = Phrases::new(&written).map_err(|error| RulesError::File(error.to_string()))?;
        let mut version = Blake3Digest::of(named_by.as_bytes()).to_string();
        version.truncate(VERSION_CHARS);
        Ok(Self { inner: Arc::new(Inner { file, settings, version, phrases, wanted_by }) })
    }

    /// A name for exactly these rules; it changes whenever one of them does.
    pub fn version(&self) -> &str {
        &self.inner.version
    }

    /// How evidence becomes a proposal.
    pub(super) fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The rules, in the order of the file.
    pub fn list(&self) -> Vec<RuleLine> {
        let line = |rule: &RuleEntry| RuleLine {
            id: rule.id.clone(),
            argues: rule.argues,
            weight: rule.weight,
            looks_at: looks_at(rule),
            why: rule.why.clone(),
        };
        self.inner.file.rules.iter().map(line).collect()
    }

    /// The series that the rules propose: schedule and key.
    pub fn series_keys(&self) -> Vec<(&str, &str)> {
        self.inner.file.series.iter().map(|line| (line.schedule.as_str(), line.key.as_str())).collect()
    }

    /// Why a rule argues as it does; `None` when these rules have none of that id.
    pub fn why(&self, id: &str) -> Option<&str> {
        self.inner.file.rules.iter().find(|rule| rule.id == id).map(|rule| rule.why.as_str())
    }

    /// Every rule that holds for an item, with what it matched.
    pub(super) fn evidence(
        &self,
        item: &ParsedItem,
        copy: &CopyFacts,
        passage: &Passage,
        correspondents: &Correspondents<'_>,
    ) -> Vec<Weighed> {
        let inner = &*self.inner;
        let mut seen: Vec<Seen> = vec![Seen::default(); inner.file.rules.len()];
        inner.phrases.find(&passage.text, |hit| {
            for at in &inner.wanted_by[hit.phrase] {
                let rule = &inner.file.rules[*at];
                if !stands_where_asked(rule, passage, hit.start) {
                    continue;
                }
                let seen = &mut seen[*at];
                seen.first.get_or_insert((hit.start, hit.end));
                if rule.at_least.is_some() && !seen.distinct.contains(&hit.phrase) {
                    seen.distinct.push(hit.phrase);
                }
            }
        });
        let mut found = Vec::new();
        for (rule, seen) in inner.file.rules.iter().zip(&seen) {
            let Some((place, matched)) = self.holds(rule, seen, item, copy, passage, correspondents) else { continue };
            let evidence = Evidence {
                rule: rule.id.clone(),
                place,
                matched: matched.chars().take(MATCHED_CHARS).collect(),
                argues: rule.argues,
                weight: rule.weight,
            };
            found.push(Weighed { evidence, group: rule.group.clone() });
        }
        found
    }

    /// The place and the words if every condition of a rule holds.
    fn holds(
        &self,
        rule: &RuleEntry,
        seen: &Seen,
        item: &ParsedItem,
        copy: &CopyFacts,
        passage: &Passage,
        correspondents: &Correspondents<'_>,
    ) -> Option<(String, String)> {
        if !is_meant_for(rule, item, correspondents) {
            return None;
        }
        let mut told: Option<(String, String)> = None;
        let mut tell = |place: String, matched: String| {
            told.get_or_insert((place, matched));
        };
        if !rule.phrases.is_empty() {
            let (start, end) = seen.first?;
            if rule.at_least.is_some_and(|least| seen.distinct.len() < least) {
                return None;
            }
            tell(part_name(passage.part_at(start)).to_owned(), passage.excerpt(start, end));
        }
        if !rule.header.is_empty() {
            tell(format!("the header {}", rule.header), value_that(item.headers.get(&rule.header)?, rule)?);
        }
        if !rule.fact.is_empty() {
            tell(format!("the fact “{}”", rule.fact), value_that(item.facts.get(&rule.fact)?, rule)?);
        }
        if !rule.folder.is_empty() {
            let folder = copy.folder.to_lowercase();
            rule.folder.iter().find(|one| has_word(&folder, one))?;
            tell("the folder".to_owned(), copy.folder.clone());
        }
        if !rule.attachment.is_empty() {
            let file = item.attachments.iter().find(|one| {
                let ending = one.name.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
                !one.inline && rule.attachment.contains(&ending)
            })?;
            tell("the attachments".to_owned(), file.name.clone());
        }
        let asked = !rule.from_name.is_empty()
            || !rule.from_list.is_empty()
            || !rule.outside_list.is_empty()
            || !rule.between.is_empty();
        if asked {
            self.correspondents_hold(rule, correspondents).then_some(())?;
            tell("the correspondents".to_owned(), correspondents.author().to_owned());
        }
        if rule.unanswered {
            let missed = matches!(item.direction, Direction::MissedIn | Direction::RejectedIn | Direction::BlockedIn);
            (missed && item.duration.is_none_or(|lasted| lasted.seconds == 0)).then_some(())?;
            tell("the call".to_owned(), "not answered".to_owned());
        }
        if rule.unread {
            tell("the item".to_owned(), unread(item)?);
        }
        if !is_of_such_a_shape(rule, passage) {
            return None;
        }
        told.or_else(|| Some(("the item".to_owned(), String::new())))
    }

    fn correspondents_hold(&self, rule: &RuleEntry, correspondents: &Correspondents<'_>) -> bool {
        let list = |name: &str| self.inner.file.lists.get(name).map_or(&[][..], Vec::as_slice);
        (rule.from_name.is_empty() || correspondents.author_named(&rule.from_name))
            && (rule.from_list.is_empty() || correspondents.author_in(list(&rule.from_list)))
            && (rule.outside_list.is_empty() || correspondents.outside_in(list(&rule.outside_list)))
            && rule.between.iter().all(|one| correspondents.are(*one))
    }

    /// The series proposed with a status: the first line of a schedule in force that fits.
    pub(super) fn series(&self, status: RecordStatus, found: &[Weighed], context: &Context) -> Option<String> {
        let fits = |line: &&SeriesEntry| {
            line.status == status
                && (context.schedules.contains(&line.schedule) || context.series.contains(&line.key))
                && (line.rules.is_empty() || found.iter().any(|one| line.rules.contains(&one.evidence.rule)))
        };
        self.inner.file.series.iter().find(fits).map(|line| line.key.clone())
    }
}

/// Whether a rule is meant for such an item at all: its kind, and how it was sent.
fn is_meant_for(rule: &RuleEntry, item: &ParsedItem, correspondents: &Correspondents<'_>) -> bool {
    let mail_fits = match rule.mail {
        None => true,
        Some(Mail::ForeignList) => correspondents.is_foreign_list(),
        Some(Mail::Direct) => correspondents.is_direct(),
    };
    mail_fits && (rule.kinds.is_empty() || rule.kinds.contains(&item.kind))
}

/// Whether a text is as long as a rule asks, and quotes or does not quote.
fn is_of_such_a_shape(rule: &RuleEntry, passage: &Passage) -> bool {
    rule.at_most_chars.is_none_or(|most| passage.own_length() <= most)
        && rule.at_least_chars.is_none_or(|least| passage.own_length() >= least)
        && rule.quotes.is_none_or(|quotes| quotes == passage.has_quote())
}

/// What of an item could not be read: its text, or an attached file (pictures inside the text are not meant).
fn unread(item: &ParsedItem) -> Option<String> {
    if item.searchable != Searchable::Fully {
        return Some("a part of its text".to_owned());
    }
    let file = item.attachments.iter().find(|one| !one.inline && one.searchable == Searchable::Not)?;
    Some(format!("the attached file {}", file.name))
}

/// Whether a phrase of a rule counts at this byte.
fn stands_where_asked(rule: &RuleEntry, passage: &Passage, start: usize) -> bool {
    let place = match passage.part_at(start) {
        Part::Subject => Place::Subject,
        Part::Own => Place::Text,
        Part::Quoted => Place::Quoted,
    };
    let asked = if rule.places.is_empty() { place != Place::Quoted } else { rule.places.contains(&place) };
    asked && (!rule.at_start || passage.begins_at(start))
}

/// The value of a header or fact, if it is as the rule asks.
fn value_that(value: &str, rule: &RuleEntry) -> Option<String> {
    let lower = value.to_lowercase();
    let fits = (rule.has.is_empty() || rule.has.iter().any(|one| lower.contains(one.as_str())))
        && !rule.lacks.iter().any(|one| lower.contains(one.as_str()));
    fits.then(|| value.to_owned())
}

/// Whether a folder path has a word, not a part of one.
fn has_word(path: &str, word: &str) -> bool {
    path.match_indices(word).any(|(at, _)| {
        let before = path[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        let after = path[at + word.len()..].chars().next().is_some_and(char::is_alphanumeric);
        !before && !after
    })
}

fn part_name(part: Part) -> &'static str {
    match part {
        Part::Subject => "the subject",
        Part::Own => "the text",
        Part::Quoted => "the quoted text",
    }
}

fn looks_at(rule: &RuleEntry) -> String {
    let mut all: Vec<String> = Vec::new();
    if !rule.kinds.is_empty() {
        let kinds: Vec<&str> = rule.kinds.iter().map(|kind| kind.word()).collect();
        all.push(format!("kind {}", kinds.join(" or ")));
    }
    if !rule.header.is_empty() {
        all.push(format!("header {}", rule.header));
    }
    if !rule.fact.is_empty() {
        all.push(format!("fact “{}”", rule.fact));
    }
    if !rule.phrases.is_empty() {
        all.push(format!("{} phrases", rule.phrases.len()));
    }
    if !rule.folder.is_empty() {
        all.push("folder".to_owned());
    }
    if !rule.attachment.is_empty() {
        all.push("attachments".to_owned());
    }
    let people = [&rule.from_list, &rule.outside_list].iter().any(|one| !one.is_empty());
    if people || !rule.from_name.is_empty() || !rule.between.is_empty() {
        all.push("correspondents".to_owned());
    }
    if rule.at_most_chars.is_some() || rule.at_least_chars.is_some() {
        all.push("length".to_owned());
    }
    if rule.unanswered {
        all.push("answered or not".to_owned());
    }
    if rule.unread {
        all.push("what could not be read".to_owned());
    }
    all.join(", ")
}
