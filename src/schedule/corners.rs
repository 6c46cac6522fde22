//! Corners of the evaluation where one word of the program decides: who governs a copy, what an edition that was replaced
//! still says, which rule waits for filing. Each case says why, and differs from its neighbour in one thing.

use super::evaluate::evaluate;
use super::facts::{ArchivalOutcome, CopyFacts, Facts, OpenMatter, Settings};
use super::gates;
use super::testing::rule;
use crate::model::classification::{RecordStatus, StatusBasis};
use crate::model::disposition::{Eligibility, ReasonCode, Verdict};
use crate::model::record::RecordKind;
use crate::model::retention::{Authority, Edition, RetentionRule};
use chrono::NaiveDate;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn adopted(on: &str, departments: &[&str]) -> Authority {
    let departments = departments.iter().map(|name| (*name).to_owned()).collect();
    Authority::ApprovedSchedule { citation: "Panel".to_owned(), adoption_acknowledged_on: day(on), departments }
}

fn policy() -> Authority {
    Authority::Policy { citation: "Resolution 1".to_owned() }
}

fn edition(key: &str, authority: Authority, rules: &[(&str, &str)]) -> Edition {
    Edition {
        key: key.to_owned(),
        title: key.to_owned(),
        authority,
        effective_on: day("2020-01-01"),
        replaces: Vec::new(),
        rules: rules.iter().map(|(series, term)| rule(series, term)).collect(),
    }
}

fn replacing(older: &[&str], edition: Edition) -> Edition {
    Edition { replaces: older.iter().map(|key| (*key).to_owned()).collect(), ..edition }
}

/// An official letter sent on the leap day of 2024, of which the Finance department has a copy.
fn letter() -> Facts {
    let mut facts = Facts::new(RecordKind::Email, RecordStatus::Official, StatusBasis::Person);
    facts.sent_on = Some(day("2024-02-29"));
    facts.series = Some("letters".to_owned());
    of("Finance", facts)
}

fn of(department: &str, facts: Facts) -> Facts {
    let copies = vec![CopyFacts { department: department.to_owned(), received_on: None }];
    Facts { copies, ..facts }
}

fn on(today: &str, facts: &Facts, editions: &[Edition]) -> Verdict {
    evaluate(facts, editions, day(today), &Settings::default())
}

/// Under an authority that is only practised, so that the periods alone decide.
fn practised(today: &str, facts: &Facts, editions: &[Edition]) -> Eligibility {
    let settings = Settings { exercise_authority: Some("exercise".to_owned()), ..Settings::default() };
    evaluate(facts, editions, day(today), &settings).eligibility
}

fn since(text: &str) -> Eligibility {
    Eligibility::Eligible { since: day(text) }
}

fn not_before(text: &str) -> Eligibility {
    Eligibility::NotYet { earliest: day(text) }
}

fn code(verdict: &Verdict) -> ReasonCode {
    verdict.reasons[0].code
}

#[test]
fn what_no_schedule_names_has_no_rule_though_a_general_one_fits() {
    let mut all = edition("city", adopted("2021-06-01", &[]), &[("passing", "30 days after sent")]);
    all.rules[0].applies_without_series = true;
    let verdict = on("2090-01-01", &letter(), &[all.clone()]);
    assert_eq!((code(&verdict), verdict.rule.clone()), (ReasonCode::Unscheduled, None));
    assert!(!verdict.reasons[0].sentence.contains("call detail"), "it is no call: {}", verdict.reasons[0].sentence);
    // A general rule of its own series is one rule.
    let mut facts = letter();
    facts.series = Some("passing".to_owned());
    let told = on("2090-01-01", &facts, &[all]).reasons[0].sentence.clone();
    assert!(!told.contains("the longest of"), "{told}");
}

#[test]
fn an_edition_or_a_line_for_several_departments_is_for_each_of_them() {
    let several = edition("fire", adopted("2021-06-01", &["Police", "Fire"]), &[("letters", "1 year after sent")]);
    for (department, expected) in
        [("Police", since("2025-03-01")), ("fire ", since("2025-03-01")), ("Finance", Eligibility::Blocked)]
    {
        let found = on("2090-01-01", &of(department, letter()), std::slice::from_ref(&several));
        assert_eq!(found.eligibility, expected, "{department}");
    }
    let mut line = edition("city", adopted("2021-06-01", &[]), &[("letters", "1 year after sent")]);
    line.rules[0].departments = vec!["Police".to_owned(), "Fire".to_owned()];
    assert_eq!(on("2090-01-01", &of("Fire", letter()), &[line]).eligibility, since("2025-03-01"), "a line for two");
}

#[test]
fn an_edition_is_replaced_for_the_departments_that_adopted_the_newer_one() {
    let older = edition("old", adopted("2021-06-01", &[]), &[("letters", "4 years after sent")]);
    let newer = edition("new", adopted("2026-03-01", &["Police", "Fire"]), &[("letters", "1 year after sent")]);
    let editions = [older, replacing(&["old"], newer)];
    let at = |department: &str| on("2026-06-01", &of(department, letter()), &editions).eligibility;
    assert_eq!(at("Finance"), not_before("2028-03-01"), "not for others");
    assert_eq!(at("Fire"), since("2026-03-01"));
    assert_eq!(at("Police"), since("2026-03-01"));
}

#[test]
fn of_two_newer_editions_the_first_ends_the_older_and_none_ends_itself() {
    let older = edition("old", adopted("2021-06-01", &[]), &[("letters", "1 year after sent")]);
    let one = replacing(&["old"], edition("one", adopted("2026-03-01", &[]), &[("maps", "1 year after sent")]));
    let two = replacing(&["old"], edition("two", adopted("2027-03-01", &[]), &[("maps", "1 year after sent")]));
    for editions in [[older.clone(), one.clone(), two.clone()], [two, one, older.clone()]] {
        let verdict = on("2090-01-01", &letter(), &editions);
        assert_eq!(code(&verdict), ReasonCode::NoAuthority);
        assert!(verdict.reasons[0].sentence.starts_with("old was replaced on 2026-03-01"), "{:?}", verdict.reasons[0]);
    }
    assert_eq!(on("2090-01-01", &letter(), &[replacing(&["old"], older)]).eligibility, since("2025-03-01"));
}

#[test]
fn nothing_could_go_before_the_replaced_edition_let_go() {
    let newer = || replacing(&["old"], edition("new", adopted("2026-03-01", &[]), &[("letters", "1 year after sent")]));
    let table = [
        ("4 years after sent", "2026-03-01", "it kept the item when it was replaced"),
        ("permanent", "2026-03-01", "so it did for ever"),
        ("1 year after superseded", "2026-03-01", "and without its event"),
        ("2 years after sent", "2026-03-01", "its last day was the day before: then both let go together"),
        ("18 months after sent", "2025-08-30", "it had let go before, and not earlier than that"),
        ("30 days after sent", "2025-03-01", "it let go before the newer one does"),
    ];
    for (term, first, why) in table {
        let editions = [edition("old", adopted("2021-06-01", &[]), &[("letters", term)]), newer()];
        assert_eq!(practised("2026-06-01", &letter(), &editions), since(first), "{term}: {why}");
    }
    // Of several, the last one counts.
    let first = edition("old", adopted("2021-06-01", &[]), &[("letters", "4 years after sent")]);
    let second = edition("older", adopted("2021-06-01", &[]), &[("letters", "4 years after sent")]);
    let third = replacing(&["older"], edition("next", adopted("2026-01-01", &[]), &[("maps", "1 year after sent")]));
    for editions in [[first.clone(), second.clone(), newer(), third.clone()], [second, first, third, newer()]] {
        assert_eq!(practised("2026-06-01", &letter(), &editions), since("2026-03-01"));
    }
}

#[test]
fn a_policy_frees_no_copy_from_the_schedule_of_others_unless_that_was_replaced() {
    let police = edition("police", adopted("2021-06-01", &["Police"]), &[("letters", "5 years after sent")]);
    let short = edition("short", policy(), &[("letters", "90 days after sent")]);
    let editions = [police, short.clone()];
    assert_eq!(
        practised("2026-06-01", &letter(), &editions),
        not_before("2029-03-01"),
        "at least as long as the Police"
    );
    let older = edition("old", adopted("2021-06-01", &[]), &[("letters", "5 years after sent")]);
    let newer = replacing(&["old"], edition("new", adopted("2026-03-01", &[]), &[("maps", "1 year after sent")]));
    assert_eq!(
        practised("2026-06-01", &letter(), &[older, newer, short]),
        since("2026-03-01"),
        "what is not in force any more does not count beside what is"
    );
}

#[test]
fn a_pr1_reaches_nothing_whose_sent_date_is_not_known() {
    let authority = Authority::Pr1 { citation: "PR-1".to_owned(), approved_on: day("2025-02-01") };
    let once = edition("pr1", authority, &[("letters", "1 month after closed")]);
    let mut facts = letter();
    facts.events.insert("closed".to_owned(), day("2024-03-01"));
    let known = on("2090-01-01", &facts, std::slice::from_ref(&once));
    assert_eq!(known.eligibility, since("2025-02-01"));
    facts.sent_on = None;
    let unknown = on("2090-01-01", &facts, &[once]);
    assert_eq!(code(&unknown), ReasonCode::NoAuthority);
    assert!(unknown.reasons[0].sentence.contains("known to have been sent by 2025-02-01"), "{:?}", unknown.reasons[0]);
}

#[test]
fn what_the_archives_took_or_declined_today_opens_today() {
    let mut all = edition("city", adopted("2021-06-01", &[]), &[("letters", "1 year after sent")]);
    all.rules[0].archival = true;
    for outcome in [ArchivalOutcome::Transferred, ArchivalOutcome::Declined] {
        let mut facts = letter();
        facts.archival = Some(outcome(day("2026-06-01")));
        assert_eq!(on("2026-06-01", &facts, std::slice::from_ref(&all)).eligibility, since("2026-06-01"));
        assert_eq!(code(&on("2026-05-31", &facts, std::slice::from_ref(&all))), ReasonCode::Archival);
    }
}

/// A rule for mailbox copies of filed records.
fn for_copies(series: &str, term: &str) -> RetentionRule {
    RetentionRule { official_only_when_filed: true, ..rule(series, term) }
}

fn general(rule: RetentionRule) -> RetentionRule {
    RetentionRule { applies_without_series: true, ..rule }
}

#[test]
fn a_rule_for_copies_of_filed_records_reaches_the_record_itself_only_beside_its_series() {
    let with = |rules: Vec<RetentionRule>| [Edition { rules, ..edition("city", adopted("2021-06-01", &[]), &[]) }];
    let copies = || general(for_copies("copies", "365 days after sent"));
    let record = |series: Option<&str>, status| {
        let mut facts = letter();
        facts.series = series.map(str::to_owned);
        (facts.record_keeping, facts.status) = (true, status);
        facts
    };
    let (official, passing) = (RecordStatus::Official, RecordStatus::Transitory);
    let alone = on("2090-01-01", &record(None, official), &with(vec![copies()]));
    assert_eq!(code(&alone), ReasonCode::Unscheduled, "without a series it would let the record itself go");
    let other = on("2090-01-01", &record(None, passing), &with(vec![copies()]));
    assert_eq!(other.eligibility, since("2025-03-01"), "what is not official there is no record to be kept");
    let plain = with(vec![general(rule("plain", "365 days after sent"))]);
    assert_eq!(on("2090-01-01", &record(None, official), &plain).eligibility, since("2025-03-01"), "another rule");
    let beside = with(vec![copies(), rule("letters", "0 days after sent")]);
    let found = on("2024-06-01", &record(Some("letters"), official), &beside);
    assert_eq!(found.eligibility, not_before("2025-03-01"), "beside its series the period counts");
    let own = with(vec![for_copies("letters", "365 days after sent")]);
    let found = on("2090-01-01", &record(Some("letters"), official), &own);
    assert_eq!(found.eligibility, since("2025-03-01"), "the record waits for no filing of itself");
    let mut copy = record(Some("letters"), official);
    copy.record_keeping = false;
    assert_eq!(code(&on("2090-01-01", &copy, &own)), ReasonCode::NotFiled, "its copy elsewhere does");
    // Where one rule asks for filing and another does not, the period is what is told first.
    let mixed = with(vec![copies(), general(rule("plain", "0 days after sent"))]);
    copy.series = None;
    assert_eq!(on("2024-06-01", &copy, &mixed).eligibility, not_before("2025-03-01"));
    assert_eq!(code(&on("2090-01-01", &copy, &mixed)), ReasonCode::NotFiled);
}

#[test]
fn the_filing_gate_says_why_it_is_open() {
    let gate = |status, record_keeping| {
        let mut facts = letter();
        (facts.status, facts.record_keeping) = (status, record_keeping);
        gates::filing(&facts, false).reason.sentence
    };
    assert!(gate(RecordStatus::Official, true).starts_with("it lies in a record-keeping mailbox"));
    assert!(gate(RecordStatus::Transitory, true).starts_with("no rule asks"), "a mailbox keeps official items alone");
    assert!(gate(RecordStatus::Official, false).starts_with("no rule asks"));
}

#[test]
fn of_several_things_that_are_open_or_missing_the_first_is_told() {
    let mut facts = letter();
    facts.open_matters = vec![OpenMatter::Appeal, OpenMatter::Audit];
    assert_eq!(gates::open_matters(&facts).reason.sentence, "an appeal about it is open");
    let both = edition("city", adopted("2021-06-01", &[]), &[("letters", "latest of until audited | until closed")]);
    let told = on("2090-01-01", &letter(), &[both]).reasons[0].sentence.clone();
    assert!(told.contains("“audited”"), "{told}");
}

#[test]
fn the_earliest_authority_over_a_copy_counts_and_the_latest_copy_for_the_item() {
    let of_all = |key: &str, on: &str| edition(key, adopted(on, &[]), &[("letters", "1 year after sent")]);
    let (early, late) = (of_all("early", "2025-06-01"), of_all("late", "2025-09-01"));
    for editions in [[early.clone(), late.clone()], [late, early.clone()]] {
        assert_eq!(
            on("2090-01-01", &letter(), &editions).eligibility,
            since("2025-06-01"),
            "one copy, two authorities"
        );
    }
    let of_one = |key: &str, on: &str, department: &str| {
        edition(key, adopted(on, &[department]), &[("letters", "1 year after sent")])
    };
    let (fire, police) = (of_one("fire", "2025-06-01", "Fire"), of_one("police", "2025-09-01", "Police"));
    let mut facts = letter();
    for departments in [["Fire", "Police"], ["Police", "Fire"]] {
        facts.copies = departments.map(|one| CopyFacts { department: one.to_owned(), received_on: None }).to_vec();
        let found = on("2090-01-01", &facts, &[fire.clone(), police.clone()]);
        assert_eq!(found.eligibility, since("2025-09-01"), "two copies, each with its own: {departments:?}");
    }
    // Where nothing tells them apart, the one that stands first is named, as rule and as authority.
    let editions = [of_all("one", "2025-06-01"), of_all("two", "2025-06-01")];
    let verdict = on("2090-01-01", &letter(), &editions);
    assert_eq!(verdict.rule.unwrap().edition, "one");
    assert!(verdict.reasons.iter().any(|reason| reason.sentence.starts_with("approved schedule one: ")));
    facts.copies = ["Fire", "Police"].map(|one| CopyFacts { department: one.to_owned(), received_on: None }).to_vec();
    let same = [of_one("fire", "2025-06-01", "Fire"), of_one("police", "2025-06-01", "Police")];
    let verdict = on("2090-01-01", &facts, &same);
    assert!(verdict.reasons.iter().any(|reason| reason.sentence.starts_with("approved schedule fire: ")));
}
