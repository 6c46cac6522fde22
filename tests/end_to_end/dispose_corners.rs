//! Corners of disposition where one word of the program decides: who may approve, which breaker counts for which plan, what
//! an outlook says, and what the release of a hold would let go.

use crate::lives::plans::{Plan, plan_that_is};
use crate::support::*;
use recordroom::base::id::PlanId;
use recordroom::disposition::{self, Breaker};
use recordroom::hold;
use recordroom::model::event::Act;
use recordroom::model::hold::Scope;
use recordroom::model::profile::BreakerLimits;
use recordroom::repository::Repository;
use serde_json::json;

const TODAY: &str = "2025-02-01";

fn limit(city: &City, change: impl FnOnce(&mut BreakerLimits)) {
    let mut profile = Repository::profile_of(&city.repository_path()).expect("a profile");
    change(&mut profile.policy.breakers);
    Repository::store_profile(&city.repository_path(), &profile).expect("stored");
}

/// Records an act as it might stand in a ledger, or as somebody might have put it there.
fn tell(repository: &mut Repository, act: Act, subject: &str, details: &serde_json::Value) {
    let at = repository.now();
    repository
        .catalog_mut()
        .write::<_, recordroom::catalog::CatalogError>(|writing| {
            writing.record_event(at, "somebody", act, subject, details).map(drop)
        })
        .expect("recorded");
}

fn tripped(repository: &Repository, id: PlanId) -> Vec<Breaker> {
    let plan = disposition::read_plan(repository, id).expect("read");
    disposition::tripped(repository, &plan).expect("looked").into_iter().map(|one| one.breaker).collect()
}

#[test]
fn a_passphrase_has_twelve_characters_and_a_person_is_registered_once() {
    let city = City::exercise();
    let mut repository = city.open(TODAY);
    let mut register = |name: &str, words: &str| disposition::register_approver(&mut repository, name, words, "clerk");
    assert!(register("Tom Halvorsen", "eleven char").expect_err("short").is_refusal());
    register("Tom Halvorsen", "twelve chars").expect("long enough");
    register("Priya Raman", "zwölf Zeichen").expect("characters, and not bytes");
    let again = register("Tom Halvorsen", "another passphrase").expect_err("twice").to_string();
    assert!(again.contains("is registered already"), "{again}");
}

/// What was decided under a breaker goes on; what was not true when it was decided holds it up.
#[test]
fn a_run_that_was_cut_off_goes_on_past_its_size_and_not_past_a_wrong_clock() {
    let (city, id) = plan_that_is(Plan::Begun);
    limit(&city, |limits| (limits.from_items, limits.share_percent) = (1, 1));
    assert_eq!(tripped(&city.open(TODAY), id), [Breaker::Share]);
    let ahead = city.copied();
    assert_eq!(run(&mut city.open(TODAY), id).expect("executed").destroyed, 3, "the size was looked at before");
    let error = run(&mut ahead.open("2036-02-01"), id).expect_err("refused").to_string();
    assert!(error.contains("the clock went forward"), "{error}");
}

/// Only the word for this plan and this breaker lets it past, and nothing lets anybody past what is not consistent.
#[test]
fn an_override_counts_for_its_plan_and_its_breaker_alone() {
    let (city, id) = plan_that_is(Plan::Approved);
    limit(&city, |limits| limits.backup_days = Some(1));
    let mut repository = city.open(TODAY);
    let other = disposition::plan(&mut repository, "planner").expect("planned").plan.plan;
    disposition::approve(&mut repository, other, "approver", None).expect("approved");
    assert_eq!(tripped(&repository, other), [Breaker::BackupAge]);
    let refused = |repository: &mut Repository| {
        let error = run(repository, other).expect_err("refused").to_string();
        assert!(error.contains("there is no backup") && error.contains("dispose override"), "{error}");
    };
    refused(&mut repository);
    disposition::override_breaker(&mut repository, id, Breaker::BackupAge, "read", "approver", None).expect("let past");
    refused(&mut repository);
    tell(&mut repository, Act::Refused, &other.to_string(), &json!({ "breaker": "backup-age" }));
    refused(&mut repository);
    tell(&mut repository, Act::BreakerOverridden, &other.to_string(), &json!({ "breaker": "share" }));
    refused(&mut repository);
    disposition::override_breaker(&mut repository, other, Breaker::BackupAge, "read", "approver", None).expect("past");
    assert_eq!(run(&mut repository, other).expect("executed").destroyed, 3);
    // Who is told off is told in the ledger.
    let before = crate::lives::recorded(&repository).len();
    let again = disposition::override_breaker(&mut repository, other, Breaker::BackupAge, "again", "approver", None);
    assert!(again.expect_err("executed").is_refusal());
    assert_eq!(crate::lives::recorded(&repository)[before..], [Act::Refused]);
}

#[test]
fn nobody_is_let_past_what_is_not_consistent_whatever_the_ledger_says() {
    let (city, id) = plan_that_is(Plan::Approved);
    let mut repository = city.open(TODAY);
    tell(&mut repository, Act::BreakerOverridden, &id.to_string(), &json!({ "breaker": "inconsistent" }));
    drop(repository);
    let connection = rusqlite::Connection::open(city.repository_path().join("catalog.sqlite")).expect("opened");
    connection.execute("UPDATE event SET actor = 'nobody' WHERE id = 3", []).expect("changed");
    drop(connection);
    let error = run(&mut city.open(TODAY), id).expect_err("refused").to_string();
    assert!(error.contains("the breaker inconsistent tripped") && !error.contains("dispose override"), "{error}");
}

/// Takes in and destroys this many items by a plan of their own.
fn executed(city: &City, n: usize, items: usize) {
    let mut repository = city.open(TODAY);
    let messages: Vec<Message> = (0..items)
        .map(|one| Message::new(&format!("m{n}-{one}"), "2023-01-10", &format!("m{n}-{one}"), "Words."))
        .collect();
    take_in(&mut repository, &city.export(&format!("alarson-{n}.mbox"), &messages));
    confirm_all(&mut repository);
    assert_eq!(purge(&mut repository).destroyed, items as u64);
}

/// Whether a plan for this many items more departs from the history.
fn departs(city: &City, items: usize) -> bool {
    let here = city.copied();
    let mut repository = here.open(TODAY);
    let messages: Vec<Message> = (0..items)
        .map(|one| Message::new(&format!("new-{one}"), "2023-01-10", &format!("new-{one}"), "Words."))
        .collect();
    take_in(&mut repository, &here.export("bstone-new.mbox", &messages));
    confirm_all(&mut repository);
    let id = plan(&mut repository).plan;
    drop(repository);
    limit(&here, |limits| (limits.from_items, limits.times_largest, limits.share_percent) = (3, 2, 100));
    tripped(&here.open(TODAY), id) == [Breaker::History]
}

#[test]
fn a_plan_is_measured_by_the_largest_of_the_last_twelve_once_there_are_three() {
    let city = City::exercise();
    executed(&city, 0, 2);
    executed(&city, 1, 1);
    assert!(!departs(&city, 5), "two plans are no history");
    executed(&city, 2, 1);
    assert!(!departs(&city, 4), "twice the largest is usual");
    assert!(departs(&city, 5), "more is not");
    for n in 3..12 {
        executed(&city, n, 1);
    }
    assert!(!departs(&city, 4), "the largest is the twelfth before");
    executed(&city, 12, 1);
    assert!(departs(&city, 4), "and now the thirteenth, which is not looked at");
    assert!(!departs(&city, 2), "a plan below the least size is looked at by people");
    assert!(departs(&city, 3), "one of the least size is not");
}

/// In an exercise every command may be given another moment, so the acts before the plan do not count.
#[test]
fn in_an_exercise_a_clock_that_jumped_before_the_plan_is_no_trouble() {
    let city = City::exercise();
    let mut repository = city.open("2025-01-10");
    take_in(&mut repository, &city.export("alarson.mbox", &[Message::new("old", "2023-01-10", "old", "Words.")]));
    confirm_all(&mut repository);
    plan(&mut repository);
    disposition::stop(&mut city.open("2025-01-25"), "wait", "clerk").expect("stopped");
    disposition::resume(&mut city.open("2025-01-25"), "go on", "clerk").expect("resumed");
    let id = plan(&mut city.open("2025-01-20")).plan;
    assert_eq!(tripped(&city.open("2025-01-20"), id), []);
    disposition::stop(&mut city.open("2025-01-25"), "wait", "clerk").expect("stopped");
    disposition::resume(&mut city.open("2025-01-25"), "go on", "clerk").expect("resumed");
    assert_eq!(tripped(&city.open("2025-01-20"), id), [Breaker::Clock], "after it they do");
}

#[test]
fn an_outlook_counts_what_ends_by_the_last_day_asked_for_and_what_is_overdue_from_the_day_after() {
    const SHORT: &str = r#"
key = "short"
title = "Short"
effective_on = "2020-01-01"
authority = { kind = "approved-schedule", citation = "Panel approval of 2020", adoption_acknowledged_on = "2020-06-01" }
series = [ { key = "drone", title = "Drone data", keep = "7 days after sent", maximum = "30 days after sent" } ]
"#;
    let city = City::exercise();
    let mut repository = city.open(TODAY);
    recordroom::retention::adopt(&mut repository, SHORT, "clerk").expect("adopted");
    let messages = [
        // 365 days end on 1 March 2025; it may go from the second on.
        Message::new("soon", "2024-03-01", "soon", "Words."),
        Message::new("drone", "2025-01-20", "drone", "Words."),
    ];
    take_in(&mut repository, &city.export("alarson.mbox", &messages));
    confirm_all(&mut repository);
    let drone = family_of(&repository, "drone");
    confirm(&mut repository, &[drone], recordroom::model::classification::RecordStatus::Official, "drone");
    let soon = |on: &str, days: u32| disposition::outlook(&mut city.open(on), days).expect("looked").soon;
    let settled = soon(TODAY, 0);
    assert_eq!(soon(TODAY, 28) - settled, 0, "the first of March");
    assert_eq!(soon(TODAY, 29) - settled, 1, "the second");
    let overdue = |on: &str| disposition::outlook(&mut city.open(on), 30).expect("looked").overdue;
    assert_eq!(overdue("2025-02-19"), 0, "the last day of the maximum");
    assert_eq!(overdue("2025-02-20"), 1, "the day after");
    // What an interrupted run had decided is nobody's to plan any more.
    let (begun, _) = plan_that_is(Plan::Begun);
    let counts = plan(&mut begun.open(TODAY)).counts;
    assert_eq!((counts.total, counts.eligible), (1, 0), "{counts:?}");
}

#[test]
fn the_release_of_a_hold_frees_what_is_due_and_nothing_else_keeps() {
    let city = City::exercise();
    let mut repository = city.open(TODAY);
    let messages = [
        Message::new("due", "2023-01-10", "due", "The mill."),
        Message::new("both", "2023-01-10", "both", "The mill and the road."),
        Message::new("young", "2025-01-20", "young", "The mill again."),
    ];
    take_in(&mut repository, &city.export("alarson.mbox", &messages));
    confirm_all(&mut repository);
    let query = |text: &str| Scope { query: Some(text.to_owned()), ..Scope::default() };
    let mill = hold::place(&mut repository, "Mill", "letter", &query("mill"), "attorney").expect("placed").hold;
    let due = family_of(&repository, "due");
    let freed = |repository: &Repository, id| disposition::freed_by_release(repository, id).expect("looked");
    assert_eq!(freed(&repository, mill).len(), 2, "what is due; nothing else holds it");
    let road = hold::place(&mut repository, "Road", "letter", &query("road"), "attorney").expect("placed").hold;
    assert_eq!(freed(&repository, mill), [due], "the other one is held for the road as well");
    assert_eq!(freed(&repository, road), [], "and by the mill");
}
