//! Every line of the purge gate (law.md 5.4), one at a time, through the plan and again through the execution.

use crate::support::*;
use recordroom::base::id::FamilyId;
use recordroom::disposition;
use recordroom::hold;
use recordroom::model::classification::{RecordStatus, StatusBasis};
use recordroom::model::disposition::DispositionPlan;
use recordroom::model::event::Act;
use recordroom::model::hold::Scope;
use recordroom::repository::Repository;
use recordroom::retention::adopt;
use recordroom::schedule::shipped;

type Shut = fn(&mut Repository, FamilyId);

fn standing(repository: &mut Repository, family: FamilyId, status: RecordStatus, basis: StatusBasis, series: &str) {
    let standing = recordroom::catalog::Standing { status, basis, series: series.to_owned(), confidence: 90 };
    repository
        .catalog_mut()
        .write::<_, recordroom::catalog::CatalogError>(|writing| {
            let event = writing.reading().last_event_number()?;
            writing.set_standing(family, &standing, event)
        })
        .expect("set");
}

fn happened(repository: &mut Repository, family: FamilyId, name: &str, on: &str) {
    let at = repository.now();
    repository
        .catalog_mut()
        .write::<_, recordroom::catalog::CatalogError>(|writing| {
            let event = writing.record_event(at, "clerk", Act::RetentionEvent, name, &serde_json::json!({}))?;
            writing.set_retention_event(family, name, Some(on.parse().expect("a day")), event.id)
        })
        .expect("recorded");
}

/// Why the one item of the city is not in a plan: the deciding reason's code, or `eligible`.
fn decided(plan: &DispositionPlan) -> String {
    assert_eq!(plan.counts.total, 1);
    match plan.counts.eligible {
        1 => "eligible".to_owned(),
        _ => plan.held_back.keys().next().expect("a reason").clone(),
    }
}

/// What shuts each gate, and the reason the plan gives. Source of every row: law.md 5.4 and design section 6.
const GATES: &[(&str, Shut, &str)] = &[
    ("classified", |r, f| standing(r, f, RecordStatus::Undetermined, StatusBasis::Person, ""), "undetermined"),
    ("and confirmed", |r, f| standing(r, f, RecordStatus::Transitory, StatusBasis::Proposed, ""), "unconfirmed"),
    (
        "rule resolvable",
        |r, f| standing(r, f, RecordStatus::Transitory, StatusBasis::Person, "unread"),
        "rule-unresolved",
    ),
    (
        "a series that no schedule knows",
        |r, f| standing(r, f, RecordStatus::Transitory, StatusBasis::Person, "unheard-of"),
        "unscheduled",
    ),
    ("kept for ever", |r, f| standing(r, f, RecordStatus::Official, StatusBasis::Person, "ordinances"), "permanent"),
    (
        "an event that nobody recorded",
        |r, f| standing(r, f, RecordStatus::Official, StatusBasis::Person, "complaints"),
        "event-missing",
    ),
    (
        "the event came too late for the period to be over",
        |r, f| {
            standing(r, f, RecordStatus::Official, StatusBasis::Person, "complaints");
            happened(r, f, "action-completed", "2025-01-25");
        },
        "period-runs",
    ),
    (
        "archival and not offered",
        |r, f| standing(r, f, RecordStatus::Official, StatusBasis::Person, "letters"),
        "archival",
    ),
    ("an audit is open", |r, f| happened(r, f, "audit-open", "2025-01-10"), "dispute-open"),
    ("an appeal is open", |r, f| happened(r, f, "appeal-open", "2025-01-10"), "dispute-open"),
    ("a data subject disputes it", |r, f| happened(r, f, "dispute-open", "2025-01-10"), "dispute-open"),
    (
        "a hold",
        |r, f| {
            let scope = Scope { families: vec![f], ..Scope::default() };
            hold::place(r, "Case 1", "because", &scope, "attorney").expect("placed");
        },
        "held",
    ),
    (
        "an open request",
        |r, _| {
            let new = recordroom::request::NewRequest {
                kind: recordroom::model::request::RequestKind::DataSubject,
                requester: "Pat".to_owned(),
                description: "all about me".to_owned(),
                received_on: None,
                litigation_days: None,
                scope: Scope::default(),
            };
            recordroom::request::open(r, new, "clerk").expect("opened");
        },
        "requested",
    ),
];

fn with_one_item() -> (City, Repository, FamilyId) {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let path = city.export("alarson.mbox", &[Message::new("1", "2024-01-10", "lunch", "Noon.")]);
    take_in(&mut repository, &path);
    confirm_all(&mut repository);
    let family = family_of(&repository, "lunch");
    (city, repository, family)
}

#[test]
fn every_gate_is_shut_in_the_plan() {
    let (_city, mut repository, _) = with_one_item();
    assert_eq!(decided(&plan(&mut repository)), "eligible", "with every gate open");
    for (gate, shut, reason) in GATES {
        let (_city, mut repository, family) = with_one_item();
        shut(&mut repository, family);
        assert_eq!(decided(&plan(&mut repository)), *reason, "{gate}");
    }
}

#[test]
fn every_gate_is_looked_at_again_when_the_plan_is_executed() {
    for (gate, shut, reason) in GATES {
        let (_city, mut repository, family) = with_one_item();
        let id = approved_plan(&mut repository);
        shut(&mut repository, family);
        let done = run(&mut repository, id).expect("executed");
        assert_eq!((done.destroyed, done.dropped.values().sum::<u64>()), (0, 1), "{gate}");
        let told = done.dropped.keys().next().expect("a reason");
        let expected = match *reason {
            "held" => "the hold H-1 covers it".to_owned(),
            "requested" => "the request Q-1 protects it".to_owned(),
            code => format!("not eligible any more: {code}"),
        };
        assert_eq!(*told, expected, "{gate}");
        assert_clean(&repository);
    }
}

#[test]
fn archival_items_go_once_they_were_transferred_or_declined() {
    for outcome in ["transferred-to-archives", "declined-by-archives"] {
        let (_city, mut repository, family) = with_one_item();
        standing(&mut repository, family, RecordStatus::Official, StatusBasis::Person, "letters");
        happened(&mut repository, family, outcome, "2025-01-20");
        assert_eq!(decided(&plan(&mut repository)), "eligible", "{outcome}");
    }
}

#[test]
fn the_period_ends_with_its_last_day() {
    // 2024-01-10 and 365 days: the last day is 2025-01-09, in a leap year one day earlier than a year (law.md 5.3).
    for (on, expected) in [("2025-01-09", "period-runs"), ("2025-01-10", "eligible")] {
        let (city, repository, _) = with_one_item();
        drop(repository);
        assert_eq!(decided(&plan(&mut city.open(on))), expected, "{on}");
    }
}

#[test]
fn outside_exercises_a_policy_a_starter_or_a_federal_set_never_authorises() {
    let unacknowledged = APPROVED.replace("2020-06-01", "2099-01-01").replace("2020-01-01", "2020-01-02");
    let by_others = APPROVED.replace("\"2020-06-01\" }", "\"2020-06-01\", departments = [\"Police\"] }");
    let starter = APPROVED.replace("kind = \"approved-schedule\"", "kind = \"starter\"");
    let starter = starter.replace(", adoption_acknowledged_on = \"2020-06-01\"", "");
    let shipped = |key: &str| shipped(key).expect("shipped").to_owned();
    let editions: &[(&str, String, &str)] = &[
        ("Resolution 2024-41 alone", shipped("otsego-2024"), "no-authority"),
        ("a starter set", starter, "no-authority"),
        ("the shipped starter set", shipped("minnesota-cities-starter"), "unscheduled"),
        ("the federal schedule", shipped("nara-grs"), "unscheduled"),
        ("an adoption nobody has acknowledged", unacknowledged, "no-authority"),
        ("another department's schedule", by_others, "no-authority"),
        ("an approved and adopted schedule", APPROVED.to_owned(), "eligible"),
    ];
    for (what, text, expected) in editions {
        let city = City::new(false);
        let mut repository = Repository::open(&city.repository_path(), None).expect("opened");
        adopt(&mut repository, text, "clerk").expect("adopted");
        let path = city.export("alarson.mbox", &[Message::new("1", "2024-01-10", "lunch", "Noon.")]);
        take_in(&mut repository, &path);
        confirm_all(&mut repository);
        let plan = plan(&mut repository);
        assert_eq!(decided(&plan), *expected, "{what}");
        // Outside exercises an approval needs a registered person's own key.
        let error = disposition::approve(&mut repository, plan.plan, "approver", None).expect_err("refused");
        assert!(error.is_refusal() && error.to_string().contains("not registered"), "{error}");
        if *expected == "eligible" {
            really(&mut repository, plan.plan);
        }
    }
}

/// A destruction outside exercises, with a registered approver.
fn really(repository: &mut Repository, id: recordroom::base::id::PlanId) {
    let short = disposition::register_approver(repository, "approver", "too short", "clerk").expect_err("refused");
    assert!(short.is_refusal());
    disposition::register_approver(repository, "approver", "a long passphrase", "clerk").expect("registered");
    for (wrong, what) in [(None, "is needed"), (Some("another passphrase"), "is not the passphrase")] {
        let error = disposition::approve(repository, id, "approver", wrong).expect_err("refused");
        assert!(error.is_refusal() && error.to_string().contains(what), "{error}");
    }
    // A name after --as made the plan: the approver could have written it.
    let error = disposition::approve(repository, id, "approver", Some("a long passphrase")).expect_err("refused");
    assert!(error.is_refusal() && error.to_string().contains("it is not proved who made the plan"), "{error}");
    disposition::register_approver(repository, "planner", "a planner's passphrase", "clerk").expect("registered");
    for (wrong, what) in [(None, "is made with the passphrase"), (Some("a long passphrase"), "is not the passphrase")] {
        let error = disposition::plan_as(repository, "planner", wrong).expect_err("refused");
        assert!(error.is_refusal() && error.to_string().contains(what), "{error}");
    }
    let id = disposition::plan_as(repository, "planner", Some("a planner's passphrase")).expect("planned").plan.plan;
    disposition::approve(repository, id, "approver", Some("a long passphrase")).expect("approved");
    let done = run(repository, id).expect("executed");
    assert_eq!((done.destroyed, done.certificate.exercise), (1, false));
    assert!(!done.certificate.told("").contains("EXERCISE"));
    assert_clean(repository);
}

#[test]
fn otsego_official_items_go_only_as_filed_copies_and_calls_never() {
    let city = City::new(true);
    let mut repository = city.open("2025-02-01");
    adopt(&mut repository, shipped("otsego-2024").expect("shipped"), "clerk").expect("adopted");
    let path = city.export("alarson.mbox", &[Message::new("1", "2024-01-10", "lunch", "Noon.")]);
    take_in(&mut repository, &path);
    let family = family_of(&repository, "lunch");
    confirm(&mut repository, &[family], RecordStatus::Official, "");
    assert_eq!(decided(&plan(&mut repository)), "not-filed");
    let at = repository.now();
    repository
        .catalog_mut()
        .write::<_, recordroom::catalog::CatalogError>(|writing| {
            let event = writing.record_event(at, "clerk", Act::Filed, &family.to_string(), &serde_json::json!({}))?;
            writing.set_filed(family, event.id)
        })
        .expect("filed");
    assert_eq!(decided(&plan(&mut repository)), "eligible");
    // The same verdict for a call, whatever its status: no Minnesota series for call detail was found.
    let adopted = recordroom::retention::Adopted::load(&repository).expect("adopted");
    for status in [RecordStatus::Transitory, RecordStatus::NonRecord, RecordStatus::Personal, RecordStatus::Official] {
        let row = repository.catalog().reading().family(family).expect("a row");
        let mut facts = adopted.facts(&repository.catalog().reading(), &row).expect("facts");
        (facts.kind, facts.status) = (recordroom::model::record::RecordKind::Call, status);
        let verdict = adopted.evaluator().evaluate(&facts, repository.today());
        assert_eq!(verdict.eligibility, recordroom::model::disposition::Eligibility::Blocked, "{status}");
    }
}
