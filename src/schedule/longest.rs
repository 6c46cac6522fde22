//! The longest of several rules, exhaustively: every sequence of up to three of the kinds of terms there are, in one
//! edition and in several, against a reference that knows no editions and no order.
//!
//! Source: the general records retention schedule sets minimum periods, so where more than one series fits, the longest
//! counts; permanent beats all, and what is unknown beats what is shorter.

use super::evaluate::{Evaluator, evaluate};
use super::facts::{CopyFacts, Facts, Settings};
use super::grammar::parse_term;
use super::testing::{edition, rule};
use crate::model::classification::{RecordStatus, StatusBasis};
use crate::model::disposition::{Eligibility, ReasonCode};
use crate::model::record::RecordKind;
use crate::model::retention::{Cutoff, Edition, Period, Term, Trigger};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// How long a term keeps: until a day, or longer than any day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Keeps {
    Until(NaiveDate),
    Unknown,
    Forever,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The terms, with where each leads for an item sent on 2024-02-29 and received on 2024-03-05, with `closed` on 2025-06-30,
/// a fiscal year that ends on 30 June, and nothing else; worked out by hand.
fn terms() -> Vec<(&'static str, Keeps)> {
    vec![
        ("0 days after sent", Keeps::Until(day("2024-02-29"))),
        ("365 days after sent", Keeps::Until(day("2025-02-28"))),
        ("1 year after created", Keeps::Until(day("2025-02-28"))),
        ("4 years after sent", Keeps::Until(day("2028-02-29"))),
        ("1 year after received", Keeps::Until(day("2025-03-05"))),
        ("3 months after month-end", Keeps::Until(day("2024-05-29"))),
        ("1 year after calendar-year-end", Keeps::Until(day("2025-12-31"))),
        ("2 years after fiscal-year-end", Keeps::Until(day("2026-06-30"))),
        ("1 year after closed", Keeps::Until(day("2026-06-30"))),
        ("until closed", Keeps::Until(day("2025-06-30"))),
        ("earliest of 4 years after sent | until superseded", Keeps::Until(day("2028-02-29"))),
        ("latest of 1 year after sent | until closed", Keeps::Until(day("2025-06-30"))),
        ("1 year after superseded", Keeps::Unknown),
        ("until read", Keeps::Unknown),
        ("1 year after last-of-conversation", Keeps::Unknown),
        ("earliest of permanent | until superseded", Keeps::Unknown),
        ("review: which edition", Keeps::Unknown),
        ("latest of permanent | until closed", Keeps::Forever),
        ("permanent", Keeps::Forever),
    ]
}

/// Every trigger with every cutoff, a year after it, with where each leads.
fn triggers_and_cutoffs() -> Vec<(String, Keeps)> {
    let cutoffs = ["", "month-end", "calendar-year-end", "fiscal-year-end"];
    let table = [
        ("sent", Some(["2025-02-28", "2025-02-28", "2025-12-31", "2025-06-30"])),
        ("created", Some(["2025-02-28", "2025-02-28", "2025-12-31", "2025-06-30"])),
        ("received", Some(["2025-03-05", "2025-03-31", "2025-12-31", "2025-06-30"])),
        ("closed", Some(["2026-06-30", "2026-06-30", "2026-12-31", "2026-06-30"])),
        ("superseded", None),
        ("last-of-conversation", None),
    ];
    let mut all = Vec::new();
    for (trigger, ends) in table {
        for (place, cutoff) in cutoffs.into_iter().enumerate() {
            let from = if cutoff.is_empty() { trigger.to_owned() } else { format!("{cutoff} of {trigger}") };
            let keeps = ends.map_or(Keeps::Unknown, |ends| Keeps::Until(day(ends[place])));
            all.push((format!("1 year after {from}"), keeps));
        }
    }
    all
}

fn facts() -> Facts {
    let mut facts = Facts::new(RecordKind::Email, RecordStatus::Official, StatusBasis::Person);
    facts.sent_on = Some(day("2024-02-29"));
    facts.copies = vec![CopyFacts { department: String::new(), received_on: Some(day("2024-03-05")) }];
    facts.events.insert("closed".to_owned(), day("2025-06-30"));
    facts
}

fn settings() -> Settings {
    Settings { fiscal_year_end: (6, 30), ..Settings::default() }
}

/// One edition of the whole city with these general rules.
fn city(key: &str, terms: &[&str]) -> Edition {
    static BARE: LazyLock<Edition> = LazyLock::new(|| Edition { rules: Vec::new(), ..edition("city") });
    let mut city = BARE.clone();
    city.key = key.to_owned();
    city.rules = terms.iter().enumerate().map(|(place, term)| rule(&format!("line-{place}"), term)).collect();
    city.rules.iter_mut().for_each(|rule| rule.applies_without_series = true);
    city
}

/// Every sequence of one up to `longest` of the numbers below `of`.
fn sequences(of: usize, longest: usize) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = Vec::new();
    let mut last: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..longest {
        last = last.iter().flat_map(|one| (0..of).map(move |next| [one.as_slice(), &[next]].concat())).collect();
        all.extend(last.iter().cloned());
    }
    all
}

#[track_caller]
fn assert_keeps(editions: &[Edition], expected: Keeps, what: &str) {
    let (facts, settings) = (facts(), settings());
    let evaluator = Evaluator::new(editions, &settings);
    let verdict = |today| evaluator.evaluate(&facts, today);
    let far = verdict(day("2090-01-01"));
    match expected {
        Keeps::Forever => {
            assert_eq!((far.eligibility, far.reasons[0].code), (Eligibility::Blocked, ReasonCode::Permanent), "{what}");
        }
        Keeps::Unknown => assert_eq!(far.eligibility, Eligibility::Undetermined, "{what}"),
        Keeps::Until(last) => {
            let first = last.succ_opt().unwrap();
            assert_eq!(far.eligibility, Eligibility::Eligible { since: first }, "{what}");
            assert_eq!(verdict(first).eligibility, Eligibility::Eligible { since: first }, "{what}");
            assert_eq!(verdict(last).eligibility, Eligibility::NotYet { earliest: first }, "{what}");
        }
    }
}

/// Tries each sequence in one edition, and with an edition for each rule; returns how many times that was.
fn try_all(terms: &[(&str, Keeps)], longest: usize) -> usize {
    let mut tried = 0;
    for sequence in sequences(terms.len(), longest) {
        let words: Vec<&str> = sequence.iter().map(|place| terms[*place].0).collect();
        let expected = sequence.iter().map(|place| terms[*place].1).max().unwrap();
        let what = words.join(" & ");
        assert_keeps(&[city("city", &words)], expected, &what);
        let apart: Vec<Edition> =
            words.iter().enumerate().map(|(place, word)| city(&format!("city-{place}"), &[word])).collect();
        assert_keeps(&apart, expected, &format!("{what}, each in an edition of its own"));
        tried += 2;
    }
    tried
}

#[test]
fn every_sequence_of_up_to_three_rules_keeps_as_long_as_its_longest() {
    assert_eq!(try_all(&terms(), 3), 2 * (19 + 19 * 19 + 19 * 19 * 19));
}

#[test]
fn every_trigger_with_every_cutoff_keeps_beside_every_other_as_long_as_the_longer() {
    let all = triggers_and_cutoffs();
    let all: Vec<(&str, Keeps)> = all.iter().map(|(term, keeps)| (term.as_str(), *keeps)).collect();
    assert_eq!(try_all(&all, 2), 2 * (24 + 24 * 24));
}

/// What a term is made of, by name: a new way to say how long has to be named here, and tried above.
fn made_of(term: &Term, found: &mut BTreeSet<String>) {
    match term {
        Term::Permanent => found.insert("permanent".to_owned()),
        Term::Until(event) => found.insert(if event == "read" { "until read" } else { "until" }.to_owned()),
        Term::Unknown(_) => found.insert("review".to_owned()),
        Term::Latest(parts) | Term::Earliest(parts) => {
            parts.iter().for_each(|part| made_of(part, found));
            found.insert(if matches!(term, Term::Latest(_)) { "latest" } else { "earliest" }.to_owned())
        }
        Term::After { trigger, cutoff, period } => {
            let period = match period {
                Period::Days(_) => "days",
                Period::Months(_) => "months",
                Period::Years(_) => "years",
            };
            let trigger = match trigger {
                Trigger::Sent => "sent",
                Trigger::Received => "received",
                Trigger::Created => "created",
                Trigger::LastOfConversation => "conversation",
                Trigger::Event(_) => "event",
            };
            let cutoff = match cutoff {
                Cutoff::None => "day",
                Cutoff::MonthEnd => "month",
                Cutoff::CalendarYearEnd => "calendar year",
                Cutoff::FiscalYearEnd => "fiscal year",
            };
            found.insert(period.to_owned());
            found.insert(format!("{cutoff} of {trigger}"))
        }
    };
}

#[test]
fn every_way_to_say_how_long_is_among_what_is_tried() {
    let mut found = BTreeSet::new();
    let more = triggers_and_cutoffs();
    for text in terms().iter().map(|one| one.0).chain(more.iter().map(|one| one.0.as_str())) {
        made_of(&parse_term(text).unwrap(), &mut found);
    }
    let mut all: BTreeSet<String> =
        ["permanent", "until", "until read", "review", "latest", "earliest", "days", "months", "years"]
            .map(str::to_owned)
            .into();
    for cutoff in ["day", "month", "calendar year", "fiscal year"] {
        for trigger in ["sent", "received", "created", "conversation", "event"] {
            all.insert(format!("{cutoff} of {trigger}"));
        }
    }
    assert_eq!(found, all);
}

/// A minimum and a maximum, each with the last day it names.
type Bounds = (&'static str, Keeps, Option<(&'static str, Keeps)>);

/// Minimums from a week to for ever, with maximums of every outcome.
fn bounds() -> Vec<Bounds> {
    let minimums = [
        ("7 days after sent", Keeps::Until(day("2024-03-07"))),
        ("1 year after sent", Keeps::Until(day("2025-02-28"))),
        ("permanent", Keeps::Forever),
    ];
    let maximums = [
        None,
        Some(("7 days after sent", Keeps::Until(day("2024-03-07")))),
        Some(("2 years after sent", Keeps::Until(day("2026-02-28")))),
        Some(("7 days after superseded", Keeps::Unknown)),
        Some(("permanent", Keeps::Forever)),
    ];
    let with = |(term, keeps): (&'static str, Keeps)| maximums.map(|maximum| (term, keeps, maximum));
    minimums.into_iter().flat_map(with).collect()
}

/// Of several maximums the earliest day counts, a known one before an unknown one; it never lets anything go earlier than
/// the longest minimum, and says so where the two cannot both be kept.
#[track_caller]
fn assert_bounds(editions: &[Edition], rules: &[Bounds]) {
    let what = format!("{rules:?}, {} editions", editions.len());
    let keeps = rules.iter().map(|one| one.1).max().unwrap();
    assert_keeps(editions, keeps, &what);
    let maximum = rules.iter().filter_map(|one| one.2).map(|one| one.1).min();
    let (facts, settings) = (facts(), settings());
    let evaluator = Evaluator::new(editions, &settings);
    for (today, is_past) in [("2024-03-07", false), ("2024-03-08", true), ("2026-02-28", true), ("2026-03-01", true)] {
        let verdict = evaluator.evaluate(&facts, day(today));
        let told = verdict.reasons.iter().rfind(|reason| {
            matches!(reason.code, ReasonCode::MaximumRuns | ReasonCode::MaximumPassed)
                || reason.sentence.contains("has a maximum whose last day cannot be told")
        });
        let Some(Keeps::Until(last)) = maximum else {
            assert_eq!(verdict.must_destroy_by, None, "{what}");
            assert_eq!(told.is_some(), maximum == Some(Keeps::Unknown), "{what}: {told:?}");
            continue;
        };
        assert_eq!(verdict.must_destroy_by, Some(last), "{what}");
        let told = told.unwrap_or_else(|| panic!("{what}: nothing is told on {today}"));
        let passed = if last == day("2024-03-07") { is_past } else { today == "2026-03-01" };
        assert_eq!(told.code == ReasonCode::MaximumPassed, passed, "{what}, {today}: {}", told.sentence);
        assert_eq!(told.sentence.contains("city attorney"), keeps >= Keeps::Until(last), "{what}: {}", told.sentence);
    }
}

#[test]
fn every_sequence_of_up_to_three_minimums_and_maximums_has_its_longest_and_its_earliest() {
    let bounds = bounds();
    let with = |key: &str, rules: &[Bounds]| {
        let terms: Vec<&str> = rules.iter().map(|one| one.0).collect();
        let mut city = city(key, &terms);
        for (rule, (.., maximum)) in city.rules.iter_mut().zip(rules) {
            rule.maximum = maximum.map(|(term, _)| parse_term(term).unwrap());
        }
        city
    };
    let mut tried = 0;
    for sequence in sequences(bounds.len(), 3) {
        let rules: Vec<Bounds> = sequence.iter().map(|place| bounds[*place]).collect();
        assert_bounds(&[with("city", &rules)], &rules);
        let apart: Vec<Edition> =
            rules.iter().enumerate().map(|(place, one)| with(&format!("city-{place}"), &[*one])).collect();
        assert_bounds(&apart, &rules);
        tried += 2;
    }
    assert_eq!(tried, 2 * (15 + 15 * 15 + 15 * 15 * 15));
}

#[test]
fn an_edition_that_is_replaced_ends_on_the_day_the_newer_one_is_acknowledged() {
    let older = city("city-2021", &["4 years after sent"]);
    let mut newer = city("city-2026", &["1 year after sent"]);
    newer.replaces = vec!["city-2021".to_owned()];
    newer.effective_on = day("2026-01-01");
    if let crate::model::retention::Authority::ApprovedSchedule { adoption_acknowledged_on, .. } = &mut newer.authority
    {
        *adoption_acknowledged_on = day("2026-03-01");
    }
    let editions = [older, newer];
    let on = |today| evaluate(&facts(), &editions, day(today), &Settings::default());
    // Until then the longer of both counts; from then on the shorter one, but not for the time before.
    assert_eq!(on("2026-02-28").eligibility, Eligibility::NotYet { earliest: day("2028-03-01") });
    assert_eq!(on("2026-03-01").eligibility, Eligibility::Eligible { since: day("2026-03-01") });
    assert_eq!(on("2026-03-01").rule.unwrap().edition, "city-2026");
}

#[test]
fn what_the_newer_edition_left_out_is_kept_and_a_policy_replaces_no_schedule() {
    let mut older = city("city-2021", &["1 year after sent"]);
    older.rules[0].series = "letters".to_owned();
    let mut newer = city("city-2026", &["1 year after sent"]);
    newer.replaces = vec!["city-2021".to_owned()];
    let mut facts = facts();
    facts.series = Some("letters".to_owned());
    let on = |editions: &[Edition]| evaluate(&facts, editions, day("2090-01-01"), &Settings::default());
    let left = on(&[older.clone(), newer]);
    assert_eq!((left.eligibility, left.reasons[0].code), (Eligibility::Blocked, ReasonCode::NoAuthority));
    assert!(
        left.reasons[0].sentence.starts_with("city-2021 was replaced on 2021-06-01"),
        "{}",
        left.reasons[0].sentence
    );
    let mut policy = edition("short");
    policy.replaces = vec!["city-2021".to_owned()];
    assert_eq!(on(&[older, policy]).eligibility, Eligibility::Eligible { since: day("2025-03-01") });
}

#[test]
fn a_line_for_one_department_neither_keeps_nor_frees_the_copies_of_others() {
    let mut all = city("city", &["1 year after sent", "4 years after sent"]);
    all.rules[1].departments = vec![" Police".to_owned()];
    let since = |department: &str, editions: &[Edition]| {
        let mut facts = facts();
        facts.copies = vec![CopyFacts { department: department.to_owned(), received_on: None }];
        evaluate(&facts, editions, day("2090-01-01"), &Settings::default()).eligibility
    };
    assert_eq!(since("Finance", &[all.clone()]), Eligibility::Eligible { since: day("2025-03-01") });
    assert_eq!(since("police", &[all.clone()]), Eligibility::Eligible { since: day("2028-03-01") });
    assert_eq!(since("", &[all.clone()]), Eligibility::Eligible { since: day("2028-03-01") }, "an unknown department");
    all.rules.remove(0);
    assert_eq!(since("Finance", &[all]), Eligibility::Blocked, "the line of the Police gives Finance no authority");
}
