//! What was destroyed comes in again: the live mailbox was exported once more.

use crate::support::*;
use recordroom::base::id::FamilyId;
use recordroom::catalog::FamilyState;
use recordroom::disposition;
use recordroom::hold;
use recordroom::model::exception::ProblemCode;
use recordroom::model::hold::Scope;
use recordroom::repository::Repository;
use recordroom::retention::adopt;

fn destroyed_once(city: &City, repository: &mut Repository) -> std::path::PathBuf {
    let path = city.export("alarson.mbox", &[Message::new("1", "2024-01-10", "lunch", "Noon at the mill.")]);
    assert_eq!(take_in(repository, &path).totals.kept, 1);
    confirm_all(repository);
    let id = disposition::plan_as(repository, "planner", Some("a planner's passphrase")).expect("planned").plan.plan;
    disposition::approve(repository, id, "approver", Some("a long passphrase")).expect("approved");
    assert_eq!(run(repository, id).expect("executed").destroyed, 1);
    path
}

#[test]
fn it_is_counted_and_stays_away_however_often_it_comes() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let path = destroyed_once(&city, &mut repository);
    // In the same place, in another export of another custodian, and twice in one file.
    let lunch = Message::new("1", "2024-01-10", "lunch", "Noon at the mill.");
    let again = city.export("creed.mbox", &[lunch.clone(), Message::new("2", "2025-01-20", "new", "New."), lunch]);
    for (path, returned, kept) in [(&path, 1, 0), (&again, 2, 1), (&again, 2, 0)] {
        let report = take_in(&mut repository, path);
        assert_eq!((report.totals.destroyed_before, report.totals.kept), (returned, kept));
        assert_eq!(report.containers[0].remarks[0].code, ProblemCode::DestroyedBefore);
        assert!(!report.has_exceptions(), "it is told, and nothing went wrong");
    }
    let listed = repository.catalog().reading().returned().expect("listed");
    assert_eq!(listed.len(), 3, "each place once");
    assert!(listed.iter().all(|one| one.tombstone == FamilyId::new(1) && one.kept.is_none()));
    assert_eq!(subjects(&repository).len(), 1);
    assert_clean(&repository);
}

#[test]
fn a_hold_or_an_open_request_takes_it_in_again_under_a_new_number_and_key() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let path = destroyed_once(&city, &mut repository);
    let keys = repository.key_reader().export_all().expect("keys");
    assert!(keys.is_empty());
    let scope = Scope { query: Some("mill".to_owned()), ..Scope::default() };
    hold::place(&mut repository, "Case 2", "because", &scope, "attorney").expect("placed");
    let report = take_in(&mut repository, &path);
    assert_eq!((report.totals.destroyed_before, report.totals.kept), (0, 1));
    let again = family_of(&repository, "lunch");
    assert_ne!(again, FamilyId::new(1));
    let tombstone = repository.catalog().reading().family(FamilyId::new(1)).expect("the tombstone");
    assert_eq!(tombstone.state, FamilyState::Destroyed);
    let listed = repository.catalog().reading().returned().expect("listed");
    assert_eq!((listed[0].tombstone, listed[0].kept), (FamilyId::new(1), Some(again)));
    assert_eq!(report.containers[0].remarks[0].code, ProblemCode::DestroyedBefore);
    // Its status has to be settled anew, and while the hold stands it stays.
    confirm_all(&mut repository);
    assert_eq!(purge(&mut repository).destroyed, 0);
    assert_clean(&repository);
}

#[test]
fn the_new_copy_is_measured_by_its_own_department() {
    let city = City::new(false);
    let mut repository = Repository::open(&city.repository_path(), None).expect("opened");
    let clerk = APPROVED.replace("\"2020-06-01\" }", "\"2020-06-01\", departments = [\"Clerk\"] }");
    adopt(&mut repository, &clerk, "clerk").expect("adopted");
    disposition::register_approver(&mut repository, "approver", "a long passphrase", "clerk").expect("registered");
    disposition::register_approver(&mut repository, "planner", "a planner's passphrase", "clerk").expect("registered");
    destroyed_once(&city, &mut repository);
    let lunch = [Message::new("1", "2024-01-10", "lunch", "Noon at the mill.")];
    // Cora is in the department that adopted the schedule; Bob is not, and nobody knows whose the third is.
    for (name, away) in [("creed.mbox", true), ("bstone.mbox", false)] {
        let totals = take_in(&mut repository, &city.export(name, &lunch)).totals;
        assert_eq!((totals.destroyed_before == 1, totals.kept == 1), (away, !away), "{name}");
    }
    assert_clean(&repository);
    let other = City::new(false);
    let mut repository = Repository::open(&other.repository_path(), None).expect("opened");
    adopt(&mut repository, &clerk, "clerk").expect("adopted");
    disposition::register_approver(&mut repository, "approver", "a long passphrase", "clerk").expect("registered");
    disposition::register_approver(&mut repository, "planner", "a planner's passphrase", "clerk").expect("registered");
    destroyed_once(&other, &mut repository);
    assert_eq!(take_in(&mut repository, &other.export("whose.mbox", &lunch)).totals.kept, 1);
}

#[test]
fn the_same_message_with_other_bytes_is_kept_and_remarked() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    destroyed_once(&city, &mut repository);
    // The archive's exporter added a line of its own: another identity, the same message.
    let message = Message::new("1", "2024-01-10", "lunch", "Noon at the mill.");
    let path = city.room.path().join("exports/archive-alarson.eml");
    std::fs::write(&path, format!("X-Archive: 7\n{}", message.eml())).expect("written");
    let report = take_in(&mut repository, &path);
    assert_eq!((report.totals.kept, report.totals.destroyed_before), (1, 0));
    assert_eq!(report.containers[0].remarks[0].code, ProblemCode::PossiblyDestroyedBefore);
    let listed = repository.catalog().reading().returned().expect("listed");
    assert_eq!((listed.len(), listed[0].kept), (1, Some(family_of(&repository, "lunch"))));
    assert_clean(&repository);
}
