//! What a sceptic would try: ways around a hold, a plan or an approval that need no tool but patience.

use crate::support::*;
use recordroom::base::id::{CustodianId, FamilyId};
use recordroom::base::monitor::{Monitor, Progress};
use recordroom::catalog::Guard;
use recordroom::classification;
use recordroom::disposition::{self, DispositionError};
use recordroom::hold;
use recordroom::model::classification::RecordStatus;
use recordroom::model::hold::Scope;
use recordroom::model::request::RequestKind;
use recordroom::repository::Repository;
use recordroom::request::{self, NewRequest};
use recordroom::retention::adopt;
use std::sync::Mutex;

fn custodian(repository: &Repository, name: &str) -> CustodianId {
    repository.custodian_named(name).expect("a custodian")
}

fn place(repository: &mut Repository, scope: Scope) -> hold::Placed {
    hold::place(repository, "Case 7", "because", &scope, "attorney").expect("placed")
}

fn guards(repository: &Repository, family: FamilyId) -> Vec<Guard> {
    repository.catalog().reading().guards_of(family, repository.today()).expect("read")
}

fn query(text: &str) -> Scope {
    Scope { query: Some(text.to_owned()), ..Scope::default() }
}

fn everything(description: &str) -> NewRequest {
    NewRequest {
        kind: RequestKind::Public,
        requester: String::new(),
        description: description.to_owned(),
        received_on: None,
        litigation_days: None,
        scope: Scope::default(),
    }
}

#[test]
fn a_released_hold_frees_nothing_that_an_older_plan_names() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let old = [Message::new("1", "2024-01-10", "mill", "Mill."), Message::new("2", "2024-01-10", "road", "Road.")];
    take_in(&mut repository, &city.export("alarson.mbox", &old));
    confirm_all(&mut repository);
    // Approved before the hold came; the hold is released before the plan is run.
    let id = approved_plan(&mut repository);
    let mut repository = city.open("2025-02-02");
    let placed = place(&mut repository, query("mill"));
    hold::release(&mut repository, placed.hold, "settled", "attorney").expect("released");
    let done = run(&mut repository, id).expect("executed");
    assert_eq!((done.destroyed, done.dropped.values().sum::<u64>()), (1, 1), "{:?}", done.dropped);
    assert_eq!(subjects(&repository).into_iter().collect::<Vec<_>>(), ["mill"]);
    assert_eq!(hold::list(&repository).expect("listed")[0].1, 0, "a released hold covers nothing");
    // A plan that is made once the cooling period is over may name it.
    let mut repository = city.open("2025-03-05");
    assert_eq!(purge(&mut repository).destroyed, 1);
    assert_clean(&repository);
}

#[test]
fn a_request_that_came_and_went_frees_nothing_that_an_older_plan_names() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    take_in(&mut repository, &city.export("alarson.mbox", &[Message::new("1", "2024-01-10", "mill", "Mill.")]));
    confirm_all(&mut repository);
    let id = approved_plan(&mut repository);
    let opened = request::open(&mut repository, everything("all of it"), "clerk").expect("opened").id;
    request::close(&mut repository, opened, "answered", "clerk").expect("closed");
    let mut repository = city.open("2025-04-01");
    assert!(guards(&repository, FamilyId::new(1)).is_empty(), "the days after the closing are over");
    assert_eq!(run(&mut repository, id).expect("executed").destroyed, 0);
    assert_eq!(purge(&mut repository).destroyed, 1);
    assert_clean(&repository);
}

#[test]
fn a_copy_of_nobody_known_is_inside_when_a_status_changes_too() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let shared = [Message::new("1", "2024-01-10", "shared", "Words.")];
    take_in(&mut repository, &city.export("bstone.mbox", &shared));
    take_in(&mut repository, &city.export("whose.mbox", &shared));
    let id = family_of(&repository, "shared");
    confirm(&mut repository, &[id], RecordStatus::Transitory, "");
    let anna = custodian(&repository, "Anna Larson");
    let scope = Scope { custodians: vec![anna], ..query("status:official") };
    let placed = place(&mut repository, scope.clone());
    assert_eq!(placed.covered, 0, "it is not official");
    classification::set(&mut repository, &[id], RecordStatus::Official, None, "a permit", "clerk").expect("set");
    assert_eq!(hold::preview(&repository, &scope).expect("previewed"), [id], "a hold placed now would cover it");
    assert_eq!(guards(&repository, id), [Guard::Hold(placed.hold)], "and so does the one placed before");
}

#[test]
fn a_second_copy_is_looked_at_with_the_first_one() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let shared = [Message::new("1", "2024-01-10", "shared", "Words.")];
    take_in(&mut repository, &city.export("alarson.mbox", &shared));
    let id = family_of(&repository, "shared");
    let scope = query("custodian:larson custodian:stone");
    let placed = place(&mut repository, scope.clone());
    assert_eq!(placed.covered, 0, "only Anna has it");
    take_in(&mut repository, &city.export("bstone.mbox", &shared));
    assert_eq!(hold::preview(&repository, &scope).expect("previewed"), [id]);
    confirm_all(&mut repository);
    assert_eq!(plan(&mut repository).counts.held, 1, "the hold placed before says the same");
    assert_eq!(guards(&repository, id), [Guard::Hold(placed.hold)]);
    assert_clean(&repository);
}

#[test]
fn what_a_hold_names_and_the_source_still_has_is_taken_in_again() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let path = city.export("alarson.mbox", &[Message::new("1", "2024-01-10", "mill", "Mill.")]);
    take_in(&mut repository, &path);
    confirm_all(&mut repository);
    assert_eq!(purge(&mut repository).destroyed, 1);
    let placed = place(&mut repository, Scope { families: vec![FamilyId::new(1)], ..Scope::default() });
    assert_eq!(placed.too_late, [FamilyId::new(1)], "it came too late for this one");
    let report = take_in(&mut repository, &path);
    assert_eq!((report.totals.kept, report.totals.destroyed_before), (1, 0), "but the mailbox still has it");
    let again = family_of(&repository, "mill");
    assert_eq!(guards(&repository, again), [Guard::Hold(placed.hold)]);
    confirm_all(&mut repository);
    assert_eq!(purge(&mut repository).destroyed, 0);
    assert_clean(&repository);
}

#[test]
fn a_closed_request_protects_for_ever_when_the_city_says_so() {
    let city = City::exercise();
    let path = city.repository_path().join("recordroom.toml");
    let text = std::fs::read_to_string(&path).expect("a profile");
    let text = text.replace("protect_days_after_close = 30", "protect_days_after_close = 4000000000");
    std::fs::write(&path, text).expect("written");
    let mut repository = city.open("2025-02-01");
    take_in(&mut repository, &city.export("alarson.mbox", &[Message::new("1", "2024-01-10", "mill", "Mill.")]));
    confirm_all(&mut repository);
    let opened = request::open(&mut repository, everything("all of it"), "clerk").expect("opened").id;
    request::close(&mut repository, opened, "answered", "clerk").expect("closed");
    assert_eq!(guards(&repository, FamilyId::new(1)), [Guard::Request(opened)]);
    assert_eq!(purge(&mut repository).destroyed, 0);
}

/// Adopts a longer schedule, or moves a custodian to another department, when the first batch of a run is done.
struct Manager<'c> {
    city: &'c City,
    change: fn(&City),
    done: Mutex<bool>,
}

impl Monitor for Manager<'_> {
    fn progress(&self, progress: Progress<'_>) {
        let mut done = self.done.lock().expect("not poisoned");
        if progress.task == "Destroying" && !*done {
            *done = true;
            (self.change)(self.city);
        }
    }
    fn problem(&self, _: &str) {}
}

#[test]
fn a_schedule_or_department_that_changes_while_a_run_is_going_on_stops_what_is_left() {
    let longer = |city: &City| {
        let longer = APPROVED.replace("cedar-bend-2024", "cedar-bend-2025").replace("365 days", "10 years");
        adopt(&mut city.open("2025-02-01"), &longer, "manager").expect("adopted");
    };
    let moved = |city: &City| {
        let path = city.repository_path().join("recordroom.toml");
        let text = std::fs::read_to_string(&path).expect("a profile");
        std::fs::write(&path, text.replacen("\"Clerk\"", "\"Police\"", 1)).expect("written");
        city.open("2025-02-01");
    };
    for change in [longer as fn(&City), moved] {
        let city = City::exercise();
        let mut repository = city.open("2025-02-01");
        let many: Vec<Message> =
            (0..600).map(|n| Message::new(&n.to_string(), "2024-01-10", &format!("old {n}"), "Words.")).collect();
        take_in(&mut repository, &city.export("alarson.mbox", &many));
        confirm_all(&mut repository);
        let id = approved_plan(&mut repository);
        let manager = Manager { city: &city, change, done: Mutex::new(false) };
        let done = disposition::run(&mut repository, id, "operator", &manager).expect("executed");
        assert_eq!((done.destroyed, done.dropped.values().sum::<u64>()), (500, 100), "{:?}", done.dropped);
        assert_eq!(families(&repository).len(), 100, "one batch had been decided");
        assert_clean(&repository);
    }
}

#[test]
fn the_same_person_is_the_same_however_the_name_is_written() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    take_in(&mut repository, &city.export("alarson.mbox", &[Message::new("1", "2024-01-10", "mill", "Mill.")]));
    confirm_all(&mut repository);
    for (planner, approver) in [
        ("Åsa Lind", "åsa lind"),
        ("Åsa Lind", "A\u{30a}sa  Lind"),
        ("Åsa Lind", "Asa Lind"),
        ("Åsa Lind", "Åsa\u{a0}Lind"),
        ("Åsa Lind", "Lind, Åsa"),
        ("Åsa Lind", "\u{200b}Åsa Lind."),
    ] {
        let id = disposition::plan(&mut repository, planner).expect("planned").plan.plan;
        let result = disposition::approve(&mut repository, id, approver, None);
        assert!(matches!(result, Err(DispositionError::Refused(_))), "{planner:?} and {approver:?}");
    }
}

#[test]
fn an_older_catalog_in_the_place_of_the_newest_erases_nothing() {
    let city = City::exercise();
    let (file, older, newest) = (
        city.repository_path().join("catalog.sqlite"),
        city.room.path().join("older"),
        city.room.path().join("newest"),
    );
    let put = |from: &std::path::Path, to: &std::path::Path| {
        for end in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", file.display()));
        }
        std::fs::copy(from, to).expect("copied");
    };
    let taken_in = |name: &str, subject: &str, copy: &std::path::Path| {
        let mut repository = city.open("2025-02-01");
        take_in(&mut repository, &city.export(name, &[Message::new(subject, "2024-01-10", subject, "Words.")]));
        place(&mut repository, Scope::default());
        assert!(repository.catalog().checkpoint().expect("written back"));
        drop(repository);
        put(&file, copy);
    };
    taken_in("alarson.mbox", "mill", &older);
    taken_in("bstone.mbox", "road", &newest);
    put(&older, &file);
    assert!(
        city.open("2025-02-01").work().is_err_and(|error| error.is_integrity()),
        "refused before anything is erased"
    );
    put(&newest, &file);
    let mut repository = city.open("2025-02-01");
    assert!(repository.work().is_ok());
    assert_eq!(subjects(&repository).len(), 2);
    assert_clean(&repository);
}
