//! What has to hold for any facts: rules only ever lengthen, time only ever opens, and doubt never destroys.

use super::evaluate::{Evaluator, evaluate};
use super::facts::{ArchivalOutcome, CopyFacts, Facts, OpenMatter, Settings};
use super::testing::{edition, rule};
use crate::base::clock::StopWatch;
use crate::base::tier::cases;
use crate::model::classification::{RecordStatus, StatusBasis};
use crate::model::disposition::{Eligibility, Verdict};
use crate::model::record::RecordKind;
use crate::model::retention::{Authority, Edition};
use chrono::{Days, NaiveDate};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const EDITIONS: [&str; 8] = ["otsego", "starter", "nara", "city", "police", "future", "short", "pr1"];
const SERIES: [&str; 24] = [
    "general",
    "oneyear",
    "fouryears",
    "days",
    "received",
    "messages",
    "historical",
    "letters",
    "complaints",
    "fiscal",
    "calendar",
    "audited",
    "campaign",
    "video",
    "superseded",
    "packets",
    "drone",
    "clash",
    "texts",
    "passing",
    "dispatch",
    "calls",
    "old-bills",
    "lost",
];
const EVENTS: [&str; 7] =
    ["read", "action-completed", "audited", "filed", "office-ended", "minutes-approved", "superseded"];

fn date() -> impl Strategy<Value = NaiveDate> {
    (0u64..9_000).prop_map(|offset| NaiveDate::from_ymd_opt(2012, 1, 1).unwrap() + Days::new(offset))
}

fn copy() -> impl Strategy<Value = CopyFacts> {
    (select(vec!["Police", "Finance", ""]), option::of(date()))
        .prop_map(|(department, received_on)| CopyFacts { department: department.to_owned(), received_on })
}

prop_compose! {
    fn facts()(
        kind in select(RecordKind::ALL.to_vec()),
        status in select(RecordStatus::ALL.to_vec()),
        status_basis in select(StatusBasis::ALL.to_vec()),
        series in option::of(select(SERIES.to_vec())),
        sent_on in option::weighted(0.9, date()),
        copies in vec(copy(), 0..3),
        events in btree_map(select(EVENTS.to_vec()).prop_map(str::to_owned), date(), 0..5),
        filed in any::<bool>(),
        record_keeping in prop::bool::weighted(0.1),
        archival in option::of(date().prop_map(ArchivalOutcome::Declined)),
        open in prop::bool::weighted(0.1),
    ) -> Facts {
        let open_matters = if open { vec![OpenMatter::Appeal] } else { Vec::new() };
        let series = series.map(str::to_owned);
        let conversation_ended_on = sent_on;
        Facts {
            kind, status, status_basis, series, sent_on, copies, events, conversation_ended_on, filed, record_keeping,
            archival, open_matters,
        }
    }
}

prop_compose! {
    fn settings()(june in any::<bool>(), floor in option::of(1u32..400), exercise in any::<bool>()) -> Settings {
        Settings {
            fiscal_year_end: if june { (6, 30) } else { (12, 31) },
            until_read_floor_days: floor,
            exercise_authority: exercise.then(|| "drill".to_owned()),
        }
    }
}

/// Names and not editions, so that a failing example stays short enough to read.
fn names() -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(EDITIONS.to_vec(), 0..=EDITIONS.len())
}

fn editions_of(names: &[&str]) -> Vec<Edition> {
    names.iter().map(|name| edition(name)).collect()
}

fn since(verdict: &Verdict) -> Option<NaiveDate> {
    match verdict.eligibility {
        Eligibility::Eligible { since } => Some(since),
        Eligibility::NotYet { .. } | Eligibility::Blocked | Eligibility::Undetermined => None,
    }
}

/// Long after every date the other strategies make.
fn late() -> NaiveDate {
    NaiveDate::from_ymd_opt(2090, 1, 1).unwrap()
}

#[test]
#[ignore = "slow: measures a million families"]
fn a_million_families_take_seconds() {
    let editions = editions_of(&EDITIONS);
    let settings = Settings::default();
    let evaluator = Evaluator::new(&editions, &settings);
    let today = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let mut facts = Facts::new(RecordKind::Email, RecordStatus::Transitory, StatusBasis::Sample);
    facts.series = Some("general".to_owned());
    facts.copies = vec![CopyFacts { department: "Finance".to_owned(), received_on: None }; 2];
    let watch = StopWatch::start();
    let mut eligible = 0u32;
    for offset in 0..1_000_000u64 {
        facts.sent_on = Some(today - Days::new(offset % 3_650));
        eligible += u32::from(since(&evaluator.evaluate(&facts, today)).is_some());
    }
    let seconds = watch.seconds();
    assert!((1..1_000_000).contains(&eligible), "{eligible}");
    assert!(seconds < 60.0, "{seconds} seconds");
}

proptest! {
    #![proptest_config(cases(300, 3_000))]

    #[test]
    fn once_eligible_always_eligible(facts in facts(), names in names(), settings in settings(), today in date(), more in 0u64..20_000) {
        let editions = editions_of(&names);
        let now = evaluate(&facts, &editions, today, &settings);
        if let Some(first) = since(&now) {
            prop_assert!(first <= today);
            let later = evaluate(&facts, &editions, today + Days::new(more), &settings);
            prop_assert_eq!(since(&later), Some(first));
            let before = evaluate(&facts, &editions, first - Days::new(1), &settings);
            prop_assert_eq!(since(&before), None);
        }
        if let Eligibility::NotYet { earliest } = now.eligibility {
            prop_assert!(earliest > today);
            let eve = evaluate(&facts, &editions, earliest - Days::new(1), &settings);
            prop_assert_eq!(since(&eve), None);
        }
    }

    #[test]
    fn another_rule_never_makes_it_earlier(
        facts in facts(), names in names(), settings in settings(), place in any::<prop::sample::Index>(),
        term in select(vec!["10 days after sent", "9 years after sent", "permanent", "until closed", "1 month after received"]),
        general in any::<bool>(), archival in any::<bool>(), own in any::<bool>()
    ) {
        let editions = editions_of(&names);
        prop_assume!(!editions.is_empty());
        let Some(first) = since(&evaluate(&facts, &editions, late(), &settings)) else { return Ok(()) };
        let mut more = editions.clone();
        let series = if own { facts.series.clone() } else { None }.unwrap_or_else(|| "added".to_owned());
        let mut added = rule(&series, term);
        added.applies_without_series = general;
        added.archival = archival;
        // A rule of an authorising edition could bring an earlier authority with it, which is not what is asked here.
        let place = place.index(more.len());
        match more[place].authority {
            Authority::Policy { .. } | Authority::Starter { .. } => more[place].rules.push(added),
            Authority::ApprovedSchedule { .. } | Authority::Pr1 { .. } => {
                let mut policy = more[place].clone();
                policy.authority = Authority::Policy { citation: "added".to_owned() };
                policy.rules = vec![added];
                more.push(policy);
            }
        }
        let changed = evaluate(&facts, &more, late(), &settings);
        prop_assert!(since(&changed).is_none_or(|day| day >= first), "{:?} after {}", changed, first);
    }

    #[test]
    fn doubt_about_the_status_never_destroys(mut facts in facts(), names in names(), settings in settings(), unsettled in any::<bool>()) {
        let editions = editions_of(&names);
        if unsettled { facts.status = RecordStatus::Undetermined } else { facts.status_basis = StatusBasis::Proposed }
        let verdict = evaluate(&facts, &editions, late(), &settings);
        prop_assert_eq!(verdict.eligibility, Eligibility::Undetermined);
    }

    #[test]
    fn without_an_approved_schedule_or_pr1_nothing_goes(facts in facts(), names in subsequence(vec!["otsego", "starter", "nara", "short"], 0..=4)) {
        let editions: Vec<Edition> = names.into_iter().map(edition).collect();
        let verdict = evaluate(&facts, &editions, late(), &Settings::default());
        prop_assert_eq!(since(&verdict), None);
    }

    #[test]
    fn another_copy_never_makes_it_earlier(mut facts in facts(), one in copy(), two in copy(), names in names(), settings in settings()) {
        let editions = editions_of(&names);
        facts.copies = vec![one];
        let first = since(&evaluate(&facts, &editions, late(), &settings));
        facts.copies.push(two);
        let both = since(&evaluate(&facts, &editions, late(), &settings));
        prop_assert!(both.is_none() || (first.is_some() && both >= first), "{:?} then {:?}", first, both);
    }

    #[test]
    fn an_open_matter_never_opens_anything(mut facts in facts(), names in names(), settings in settings()) {
        let editions = editions_of(&names);
        facts.open_matters = vec![OpenMatter::DataSubjectDispute];
        prop_assert_eq!(since(&evaluate(&facts, &editions, late(), &settings)), None);
    }

    #[test]
    fn the_order_of_the_editions_decides_nothing(facts in facts(), names in names(), settings in settings(), today in date()) {
        let editions = editions_of(&names);
        let turned: Vec<Edition> = editions.iter().rev().cloned().collect();
        let (one, two) = (evaluate(&facts, &editions, today, &settings), evaluate(&facts, &turned, today, &settings));
        prop_assert_eq!(one.eligibility, two.eligibility);
        prop_assert_eq!(one.must_destroy_by, two.must_destroy_by);
        prop_assert_eq!(one.reasons[0].code, two.reasons[0].code);
    }
}
