//! The worked examples of `goldens.txt`, each with its source.

use super::evaluate::evaluate;
use super::facts::{ArchivalOutcome, CopyFacts, Facts, OpenMatter, Settings};
use super::shipped::shipped_keys;
use super::testing::edition;
use crate::model::classification::{RecordStatus, StatusBasis};
use crate::model::disposition::{Eligibility, ReasonCode, Verdict};
use crate::model::profile::Policy;
use crate::model::record::RecordKind;
use crate::model::retention::Edition;
use chrono::NaiveDate;

pub(super) struct Golden {
    why: String,
    pub(super) editions: Vec<Edition>,
    pub(super) facts: Facts,
    pub(super) settings: Settings,
    pub(super) today: NaiveDate,
    expected: String,
    code: String,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap_or_else(|_| panic!("{text} is no day"))
}

fn goldens() -> Vec<Golden> {
    include_str!("goldens.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(golden).collect()
}

pub(super) fn golden(line: &str) -> Golden {
    let columns: Vec<&str> = line.split('|').map(str::trim).collect();
    let [why, editions, facts, today, expected, code] = columns[..] else { panic!("six columns: {line}") };
    let (facts, settings) = facts_of(facts);
    Golden {
        why: why.to_owned(),
        editions: editions.split(',').filter(|name| !name.is_empty()).map(edition).collect(),
        facts,
        settings,
        today: day(today),
        expected: expected.to_owned(),
        code: code.to_owned(),
    }
}

fn facts_of(text: &str) -> (Facts, Settings) {
    let mut words = text.split_whitespace();
    let kind = RecordKind::parse(words.next().unwrap()).unwrap();
    let (status, basis) = words.next().unwrap().split_once('/').unwrap();
    let mut facts = Facts::new(kind, RecordStatus::parse(status).unwrap(), StatusBasis::parse(basis).unwrap());
    let mut settings = Settings::default();
    for word in words {
        let (name, value) = word.split_once('=').unwrap();
        match name {
            "series" => facts.series = Some(value.to_owned()),
            "sent" => facts.sent_on = Some(day(value)),
            "conversation" => facts.conversation_ended_on = Some(day(value)),
            "filed" => facts.filed = value == "yes",
            "record-keeping" => facts.record_keeping = value == "yes",
            "copy" => facts.copies.push(copy(value)),
            "archival" => facts.archival = Some(archival(value)),
            "open" => facts.open_matters.push(matter(value)),
            "floor" => settings.until_read_floor_days = Some(value.parse().unwrap()),
            "exercise" => settings.exercise_authority = Some(value.to_owned()),
            "fye" => {
                let policy = Policy { fiscal_year_end: value.to_owned(), ..Policy::default() };
                settings.fiscal_year_end = Settings::from_policy(&policy).unwrap().fiscal_year_end;
            }
            _ => {
                let event = name.strip_prefix("event.").unwrap_or_else(|| panic!("unknown fact {name}"));
                facts.events.insert(event.to_owned(), day(value));
            }
        }
    }
    (facts, settings)
}

fn copy(value: &str) -> CopyFacts {
    let (department, received) = value.split_once(':').unwrap();
    CopyFacts { department: department.replace('_', " "), received_on: (received != "-").then(|| day(received)) }
}

fn archival(value: &str) -> ArchivalOutcome {
    match value.split_once(':').unwrap() {
        ("transferred", on) => ArchivalOutcome::Transferred(day(on)),
        ("declined", on) => ArchivalOutcome::Declined(day(on)),
        (other, _) => panic!("{other}"),
    }
}

fn matter(value: &str) -> OpenMatter {
    match value {
        "audit" => OpenMatter::Audit,
        "appeal" => OpenMatter::Appeal,
        "dispute" => OpenMatter::DataSubjectDispute,
        other => panic!("{other}"),
    }
}

pub(super) fn told(verdict: &Verdict) -> String {
    match verdict.eligibility {
        Eligibility::Eligible { since } => format!("eligible {since}"),
        Eligibility::NotYet { earliest } => format!("not-yet {earliest}"),
        Eligibility::Blocked => "blocked".to_owned(),
        Eligibility::Undetermined => "undetermined".to_owned(),
    }
}

pub(super) fn word(code: ReasonCode) -> String {
    serde_json::to_value(code).unwrap().as_str().unwrap().to_owned()
}

pub(super) fn verdict(golden: &Golden) -> Verdict {
    evaluate(&golden.facts, &golden.editions, golden.today, &golden.settings)
}

#[test]
fn every_worked_example_holds() {
    let goldens = goldens();
    assert!(goldens.len() >= 100, "{} examples", goldens.len());
    let mut wrong = Vec::new();
    for golden in &goldens {
        let verdict = verdict(golden);
        let (told, code) = (told(&verdict), word(verdict.reasons[0].code));
        if (told.as_str(), code.as_str()) != (golden.expected.as_str(), golden.code.as_str()) {
            wrong.push(format!("{}: {told}, {code} instead of {}, {}", golden.why, golden.expected, golden.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_gate_is_listed_and_the_first_closed_one_decides() {
    for golden in goldens() {
        let verdict = verdict(&golden);
        let gates = if golden.facts.status == RecordStatus::Undetermined { 2 } else { 6 };
        let extra = matches!(golden.facts.series.as_deref(), Some("drone" | "clash"));
        assert_eq!(verdict.reasons.len(), gates + usize::from(extra), "{}", golden.why);
        let eligible = matches!(verdict.eligibility, Eligibility::Eligible { .. });
        let opens =
            [ReasonCode::GateOpen, ReasonCode::PeriodExpired, ReasonCode::MaximumRuns, ReasonCode::MaximumPassed];
        let all_open = verdict.reasons.iter().all(|reason| opens.contains(&reason.code));
        assert_eq!(eligible, all_open, "{}: {:?}", golden.why, verdict.reasons);
        for reason in &verdict.reasons {
            assert!(!reason.sentence.is_empty() && !reason.sentence.ends_with('.'), "{}", reason.sentence);
        }
    }
}

#[test]
fn every_eligible_item_names_its_rule_and_the_day_before_it_was_not_eligible() {
    for golden in goldens() {
        let now = verdict(&golden);
        let Eligibility::Eligible { since } = now.eligibility else { continue };
        assert!(now.rule.is_some(), "{}", golden.why);
        let on = |today| evaluate(&golden.facts, &golden.editions, today, &golden.settings).eligibility;
        assert_eq!(on(since), now.eligibility, "{}", golden.why);
        let before = on(since.pred_opt().unwrap());
        assert!(!matches!(before, Eligibility::Eligible { .. }), "{}: {before:?}", golden.why);
    }
}

#[test]
fn a_call_is_never_eligible_under_the_shipped_schedules() {
    let editions: Vec<Edition> = ["otsego", "starter", "nara"].map(edition).into();
    assert_eq!(editions.len(), shipped_keys().len());
    let settings = Settings { exercise_authority: Some("drill".to_owned()), ..Settings::default() };
    let named = editions.iter().flat_map(|edition| &edition.rules).map(|rule| Some(rule.series.clone()));
    for series in named.chain([None]) {
        for status in RecordStatus::ALL {
            let mut facts = Facts::new(RecordKind::Call, *status, StatusBasis::Person);
            facts.series.clone_from(&series);
            facts.sent_on = Some(day("1990-01-01"));
            let verdict = evaluate(&facts, &editions, day("2099-01-01"), &settings);
            assert!(matches!(verdict.eligibility, Eligibility::Blocked | Eligibility::Undetermined), "{series:?}");
        }
    }
}

#[test]
fn a_maximum_alarms_when_it_has_passed_and_names_a_conflict() {
    let case = |series: &str, today: &str| {
        let line = format!("x | city | file non-record/person series={series} sent=2026-03-01 | {today} | x | x");
        verdict(&golden(&line))
    };
    let runs = case("drone", "2026-03-08");
    assert_eq!(runs.must_destroy_by, Some(day("2026-03-08")));
    assert_eq!(runs.reasons.last().unwrap().code, ReasonCode::MaximumRuns);
    let passed = case("drone", "2026-03-09");
    let alarm = passed.reasons.last().unwrap();
    assert_eq!((alarm.code, passed.must_destroy_by), (ReasonCode::MaximumPassed, Some(day("2026-03-08"))));
    assert!(alarm.sentence.starts_with("ALARM") && !alarm.sentence.contains("attorney"), "{}", alarm.sentence);
    let clash = case("clash", "2026-05-01");
    assert!(clash.reasons.last().unwrap().sentence.contains("city attorney"), "{:?}", clash.reasons);
    assert_eq!(case("general", "2026-05-01").must_destroy_by, None);
    let undated = verdict(&golden("x | city | file undetermined/person series=drone | 2026-05-01 | x | x"));
    assert_eq!(undated.reasons.last().unwrap().code, ReasonCode::DateUnknown);
}

#[test]
fn sentences_say_what_decided_and_by_what_authority() {
    let said = |line: &str| {
        verdict(&golden(line)).reasons.iter().map(|reason| reason.sentence.clone()).collect::<Vec<_>>().join("\n")
    };
    let eligible = said("x | city | email official/person series=general sent=2023-05-01 | 2026-05-02 | x | x");
    assert_eq!(
        eligible,
        "“General” (city): keep 3 years after it was sent; that ended on 2026-05-01, and 2026-05-02 was the first day for \
         destruction\n\
         its status (official) was confirmed by a person\n\
         approved schedule city: Panel approval of 2021; adoption acknowledged on 2021-06-01\n\
         no series that covers it is archival\n\
         no rule asks for its record to be filed first\n\
         no audit, appeal or data-subject dispute about it is open"
    );
    let exercise = said("x | otsego | email transitory/person sent=2024-06-11 exercise=drill | 2026-06-12 | x | x");
    assert!(exercise.contains("\nEXERCISE authority drill\n"), "{exercise}");
    let policy = said("x | otsego | email transitory/person sent=2024-06-11 | 2026-06-12 | x | x");
    assert!(policy.starts_with("no approved schedule and no PR-1 covers it; a policy"), "{policy}");
}
