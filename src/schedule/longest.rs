//! The longest of several rules, exhaustively: every sequence of up to three of the kinds of terms there are, in one
//! edition and in several, against a reference that knows no editions and no order.
//!
//! Source: the general records retention schedule sets minimum periods, so where more than one series fits, the longest
//! counts; permanent beats all, and what is unknown beats what is shorter.

use super::evaluate::evaluate;
use super::facts::{Facts, Settings};
use super::testing::{edition, rule};
use crate::model::classification::{RecordStatus, StatusBasis};
use crate::model::disposition::{Eligibility, ReasonCode};
use crate::model::record::RecordKind;
use crate::model::retention::Edition;
use chrono::NaiveDate;

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

/// The terms, with where each leads for an item sent on 2024-02-29, with `closed` on 2025-06-30 and nothing else; worked
/// out by hand.
fn terms() -> Vec<(&'static str, Keeps)> {
    vec![
        ("0 days after sent", Keeps::Until(day("2024-02-29"))),
        ("365 days after sent", Keeps::Until(day("2025-02-28"))),
        ("1 year after created", Keeps::Until(day("2025-02-28"))),
        ("4 years after sent", Keeps::Until(day("2028-02-29"))),
        ("3 months after month-end", Keeps::Until(day("2024-05-29"))),
        ("1 year after calendar-year-end", Keeps::Until(day("2025-12-31"))),
        ("1 year after closed", Keeps::Until(day("2026-06-30"))),
        ("until closed", Keeps::Until(day("2025-06-30"))),
        ("earliest of 4 years after sent | until superseded", Keeps::Until(day("2028-02-29"))),
        ("latest of 1 year after sent | until closed", Keeps::Until(day("2025-06-30"))),
        ("1 year after superseded", Keeps::Unknown),
        ("1 year after received", Keeps::Unknown),
        ("1 year after last-of-conversation", Keeps::Unknown),
        ("review: which edition", Keeps::Unknown),
        ("latest of permanent | until closed", Keeps::Forever),
        ("permanent", Keeps::Forever),
    ]
}

fn facts() -> Facts {
    let mut facts = Facts::new(RecordKind::Email, RecordStatus::Official, StatusBasis::Person);
    facts.sent_on = Some(day("2024-02-29"));
    facts.events.insert("closed".to_owned(), day("2025-06-30"));
    facts
}

/// One edition of the whole city with these general rules.
fn city(key: &str, terms: &[&str]) -> Edition {
    let mut city = edition("city");
    city.key = key.to_owned();
    city.rules = terms.iter().enumerate().map(|(place, term)| rule(&format!("line-{place}"), term)).collect();
    city.rules.iter_mut().for_each(|rule| rule.applies_without_series = true);
    city
}

#[track_caller]
fn assert_keeps(editions: &[Edition], expected: Keeps, what: &str) {
    let verdict = |today| evaluate(&facts(), editions, today, &Settings::default());
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

#[test]
fn every_sequence_of_up_to_three_rules_keeps_as_long_as_its_longest() {
    let terms = terms();
    let mut tried = 0;
    let mut sequences: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..3 {
        let longer: Vec<Vec<usize>> = sequences
            .iter()
            .filter(|one| one.len() < 3)
            .flat_map(|one| (0..terms.len()).map(move |next| [one.as_slice(), &[next]].concat()))
            .collect();
        for sequence in &longer {
            let words: Vec<&str> = sequence.iter().map(|place| terms[*place].0).collect();
            let expected = sequence.iter().map(|place| terms[*place].1).max().unwrap();
            let what = words.join(" & ");
            assert_keeps(&[city("city", &words)], expected, &what);
            let apart: Vec<Edition> =
                words.iter().enumerate().map(|(place, word)| city(&format!("city-{place}"), &[word])).collect();
            assert_keeps(&apart, expected, &format!("{what}, each in an edition of its own"));
            tried += 2;
        }
        sequences = longer;
    }
    assert_eq!(tried, 2 * (16 + 16 * 16 + 16 * 16 * 16));
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
        facts.copies = vec![super::facts::CopyFacts { department: department.to_owned(), received_on: None }];
        evaluate(&facts, editions, day("2090-01-01"), &Settings::default()).eligibility
    };
    assert_eq!(since("Finance", &[all.clone()]), Eligibility::Eligible { since: day("2025-03-01") });
    assert_eq!(since("police", &[all.clone()]), Eligibility::Eligible { since: day("2028-03-01") });
    assert_eq!(since("", &[all.clone()]), Eligibility::Eligible { since: day("2028-03-01") }, "an unknown department");
    all.rules.remove(0);
    assert_eq!(since("Finance", &[all]), Eligibility::Blocked, "the line of the Police gives Finance no authority");
}
