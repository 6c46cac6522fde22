//! What every rule at hand says of one family, so that a person can follow the verdict: which rules were looked at, from
//! which day each counts and to which, which one decides, and why the others do not.

use super::english::{english, term_words};
use super::evaluate::Evaluator;
use super::facts::{CopyFacts, Facts};
use super::gates;
use super::grammar::spell_period;
use super::resolve::{Dates, Run, anchor, cut};
use super::survey::Line;
use crate::model::disposition::RuleRef;
use crate::model::record::RecordKind;
use crate::model::retention::{Cutoff, Term, Trigger};
use chrono::NaiveDate;
use serde::Serialize;

/// Why a rule decides, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// It keeps the item longest, so it decides.
    Decides,
    /// It counts, and another keeps the item as long or longer.
    Shorter,
    /// It is for other departments, or its edition was not adopted by the department of any copy.
    OtherDepartment,
    /// Its edition was replaced.
    Replaced,
    /// It is for other kinds or statuses.
    DoesNotFit,
}

/// Where a rule leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "leads", rename_all = "kebab-case")]
pub enum Outcome {
    /// To a last day of keeping.
    Ends {
        /// The last day; the next one is the first for destruction.
        last: NaiveDate,
    },
    /// To no day, because something is missing.
    Unknown {
        /// What, in words.
        missing: String,
    },
    /// To no day, for it keeps for ever.
    Permanent,
}

/// How one period of a rule is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// The part of the rule, in words: "3 years after it was sent".
    pub words: String,
    /// What starts it: `sent`, `received`, `created`, `last-of-conversation`, or the name of an event.
    pub trigger: String,
    /// The day it starts from, where that is known.
    pub from: Option<NaiveDate>,
    /// The end of the month or year that is closed off first, where the rule says so.
    pub closed_off_on: Option<NaiveDate>,
    /// How long: "3 years"; empty where nothing follows an event.
    pub period: String,
    /// The last day, where it is known.
    pub last: Option<NaiveDate>,
    /// Civil days from the start to the last day.
    pub days: Option<i64>,
}

/// One rule that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Considered {
    /// Its place.
    pub rule: RuleRef,
    /// The code printed in the schedule, or empty.
    pub code: String,
    /// The title of the series.
    pub title: String,
    /// The rule in English.
    pub english: String,
    /// The schedule's own words.
    pub as_written: String,
    /// Statutes the line names.
    pub statute: String,
    /// Data classification as the line words it.
    pub classification: String,
    /// Whether it is of the item's own series, and not a general rule.
    pub is_own: bool,
    /// Where it leads.
    pub outcome: Outcome,
    /// How its periods are counted, for the copy that is kept longest.
    pub counted: Vec<Counted>,
    /// Whether it decides.
    pub part: Part,
    /// Why it decides or does not, in words.
    pub because: String,
}

impl<'a> Evaluator<'a> {
    /// Every rule of the item's series and every general one, the deciding one first.
    pub fn considered(&self, facts: &Facts, today: NaiveDate) -> Vec<Considered> {
        let decided = self.evaluate(facts, today).rule;
        let unknown = [CopyFacts::default()];
        let copies = if facts.copies.is_empty() { &unknown } else { facts.copies.as_slice() };
        let mut all: Vec<Considered> = self
            .at_hand(facts)
            .into_iter()
            .map(|line| self.consider(line, facts, copies, decided.as_ref(), today))
            .collect();
        all.sort_by_key(|one| (one.part, !one.is_own, one.rule.clone()));
        all
    }

    fn consider(
        &self,
        line: Line<'a>,
        facts: &Facts,
        copies: &[CopyFacts],
        decided: Option<&RuleRef>,
        today: NaiveDate,
    ) -> Considered {
        let rule = line.rule;
        let edition = self.standings[line.place].edition;
        let place = RuleRef { edition: edition.key.clone(), series: rule.series.clone() };
        let governed = |copy: &&CopyFacts| self.governs(line, &gates::fold(&copy.department), today);
        let measured: Vec<&CopyFacts> = copies.iter().filter(governed).collect();
        let any: Vec<&CopyFacts> = if measured.is_empty() { copies.iter().collect() } else { measured.clone() };
        let runs = any.iter().map(|copy| (*copy, Run::of(&rule.term, &self.dates(facts, copy))));
        let longest = runs.max_by_key(|(_, run)| run.rank());
        let run = longest.map_or(Run::Permanent, |(_, run)| run);
        let counted = longest.map(|(copy, _)| counted(&rule.term, &self.dates(facts, copy))).unwrap_or_default();
        let (part, because) = self.part(line, facts, copies, measured.is_empty(), decided == Some(&place), today);
        Considered {
            rule: place,
            code: rule.code.clone(),
            title: rule.title.clone(),
            english: english(rule),
            as_written: rule.as_written.clone(),
            statute: rule.statute.clone(),
            classification: rule.classification.clone(),
            is_own: line.is_own(facts),
            outcome: match run {
                Run::Ends(last) => Outcome::Ends { last },
                Run::Unknown(gap) => Outcome::Unknown { missing: gap.words() },
                Run::Permanent => Outcome::Permanent,
            },
            counted,
            part,
            because,
        }
    }

    fn part(
        &self,
        line: Line<'a>,
        facts: &Facts,
        copies: &[CopyFacts],
        no_copy: bool,
        decides: bool,
        today: NaiveDate,
    ) -> (Part, String) {
        if line.is_for_copies_alone(facts) {
            let why = "it is for copies of filed records, and this is the record itself, in a record-keeping mailbox and without a series";
            return (Part::DoesNotFit, why.to_owned());
        }
        if !line.fits(facts) {
            let what = format!("{} items of status {}", facts.kind.word(), facts.status);
            return (Part::DoesNotFit, format!("it is not for {what}"));
        }
        if !self.reaches_calls(line, facts.kind) {
            debug_assert!(facts.kind == RecordKind::Call, "only calls are out of reach");
            return (Part::DoesNotFit, "a policy or starter set does not reach call detail".to_owned());
        }
        if decides {
            return (Part::Decides, "it keeps the item longest".to_owned());
        }
        let standing = &self.standings[line.place];
        let replaced = copies.iter().find_map(|copy| standing.replaced(&gates::fold(&copy.department), today));
        match replaced {
            Some((by, on)) if no_copy => (Part::Replaced, format!("{by} has replaced its edition since {on}")),
            _ if no_copy => (Part::OtherDepartment, "it is not for the department of any copy".to_owned()),
            _ => (Part::Shorter, "another rule keeps the item as long or longer".to_owned()),
        }
    }
}

fn counted(term: &Term, dates: &Dates<'_>) -> Vec<Counted> {
    match term {
        Term::After { trigger, cutoff, period } => {
            let from = anchor(trigger, dates).ok();
            let closed = from.and_then(|from| cut(from, *cutoff, dates.settings.fiscal_year_end));
            let last = match Run::of(term, dates) {
                Run::Ends(last) => Some(last),
                Run::Unknown(_) | Run::Permanent => None,
            };
            vec![Counted {
                words: term_words(term),
                trigger: trigger_key(trigger),
                from,
                closed_off_on: closed.filter(|_| *cutoff != Cutoff::None),
                period: spell_period(*period),
                last,
                days: from.zip(last).map(|(from, last)| (last - from).num_days()),
            }]
        }
        Term::Until(event) => {
            let last = match Run::of(term, dates) {
                Run::Ends(last) => Some(last),
                Run::Unknown(_) | Run::Permanent => None,
            };
            let from = dates.events.get(event).copied();
            vec![Counted {
                words: term_words(term),
                trigger: event.clone(),
                from,
                closed_off_on: None,
                period: String::new(),
                last,
                days: from.zip(last).map(|(from, last)| (last - from).num_days()),
            }]
        }
        Term::Latest(parts) | Term::Earliest(parts) => parts.iter().flat_map(|part| counted(part, dates)).collect(),
        Term::Permanent | Term::Unknown(_) => Vec::new(),
    }
}

fn trigger_key(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Sent => "sent".to_owned(),
        Trigger::Received => "received".to_owned(),
        Trigger::Created => "created".to_owned(),
        Trigger::LastOfConversation => "last-of-conversation".to_owned(),
        Trigger::Event(name) => name.clone(),
    }
}

impl Counted {
    /// The count in one sentence: from which day to which, and where today stands in it.
    pub fn sentence(&self, today: NaiveDate) -> String {
        let Some(from) = self.from else {
            return format!("{}: not counted, because that day is not known", capital(&self.words));
        };
        let closed = self.closed_off_on.map(|day| format!(", closed off on {day}")).unwrap_or_default();
        let Some(last) = self.last else {
            return format!("{}: from {from}{closed}, without an end", capital(&self.words));
        };
        let days = self.days.unwrap_or_default();
        let gone = (today - from).num_days();
        let stands = if today > last {
            format!("{today} is {} after it", days_words((today - last).num_days()))
        } else {
            format!("{today} is day {gone} of {days}, {} are left", days_words((last - today).num_days()))
        };
        format!("{}: from {from}{closed} to {last}, {}; {stands}", capital(&self.words), days_words(days))
    }
}

fn days_words(days: i64) -> String {
    format!("{days} day{}", if days == 1 { "" } else { "s" })
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
