//! What a sceptic would try: ways around a hold, a plan or an approval that need no tool but patience.

use crate::support::*;
use recordroom::base::id::{CustodianId, FamilyId};
use recordroom::catalog::Guard;
use recordroom::classification;
use recordroom::hold;
use recordroom::model::classification::RecordStatus;
use recordroom::model::hold::Scope;
use recordroom::model::request::RequestKind;
use recordroom::repository::Repository;
use recordroom::request::{self, NewRequest};

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
