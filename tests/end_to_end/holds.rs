//! Holds: standing, over any copy, over what cannot be known, and in the middle of a run.

use crate::support::*;
use recordroom::base::id::{CustodianId, EventId, FamilyId};
use recordroom::base::monitor::{Monitor, Progress, VoidMonitor};
use recordroom::catalog::Guard;
use recordroom::disposition;
use recordroom::hold;
use recordroom::model::event::Act;
use recordroom::model::hold::Scope;
use recordroom::repository::Repository;
use std::collections::BTreeSet;
use std::sync::Mutex;

fn place(repository: &mut Repository, scope: Scope) -> hold::Placed {
    hold::place(repository, "Case 7", "because", &scope, "attorney").expect("placed")
}

/// What the holds in force cover; what a released one covered is protected through its cooling period, and not told here.
fn held(repository: &Repository) -> BTreeSet<FamilyId> {
    let reading = repository.catalog().reading();
    let holds = reading.holds().expect("holds");
    holds.iter().flat_map(|hold| reading.families_guarded_by(Guard::Hold(hold.id)).expect("read")).collect()
}

fn custodian(repository: &Repository, name: &str) -> CustodianId {
    repository.custodian_named(name).expect("a custodian")
}

#[test]
fn a_hold_reaches_by_custodian_number_date_query_and_name_and_preview_says_the_same() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let mut mill = Message::new("1", "2024-01-10", "mill", "The mill permit.");
    mill.from = "miller@mill.example".to_owned();
    take_in(
        &mut repository,
        &city.export("alarson.mbox", &[mill, Message::new("2", "2024-03-10", "road", "Ridgeview.")]),
    );
    take_in(&mut repository, &city.export("bstone.mbox", &[Message::new("3", "2024-02-10", "plow", "The plow.")]));
    take_in(&mut repository, &city.export("unknown.mbox", &[Message::new("4", "", "lost", "Whose, and when?")]));
    let mut picture = Message::new("5", "2022-05-05", "picture", "See the photograph.");
    picture.attachment = Some(("a.png".to_owned(), "image/png".to_owned(), b"\x89PNG\r\n\x1a\n0000".to_vec()));
    take_in(&mut repository, &city.export("creed.mbox", &[picture]));
    let (anna, bob) = (custodian(&repository, "Anna Larson"), custodian(&repository, "Bob Stone"));
    let id = |subject| family_of(&repository, subject);
    let (mill, road, plow, lost, picture) = (id("mill"), id("road"), id("plow"), id("lost"), id("picture"));
    let query = |text: &str| Scope { query: Some(text.to_owned()), ..Scope::default() };
    let cases: Vec<(Scope, Vec<FamilyId>)> = vec![
        // The message without a known custodian is inside every scope of custodians.
        (Scope { custodians: vec![anna], ..Scope::default() }, vec![mill, road, lost]),
        (Scope { custodians: vec![bob], ..Scope::default() }, vec![plow, lost]),
        (Scope { parties: vec!["MILLER@mill.example".to_owned()], ..Scope::default() }, vec![mill]),
        // The message without a date is inside every range of dates.
        (
            Scope { from: "2024-02-01".parse().ok(), to: "2024-02-29".parse().ok(), ..Scope::default() },
            vec![plow, lost],
        ),
        // What could not be searched as a whole is inside every query.
        (query("ridgeview"), vec![road, picture]),
        (Scope { custodians: vec![anna], ..query("ridgeview") }, vec![road]),
        (Scope { families: vec![plow], ..Scope::default() }, vec![plow]),
        (Scope { families: vec![plow], custodians: vec![anna], ..Scope::default() }, vec![mill, road, plow, lost]),
        (Scope::default(), vec![mill, road, plow, lost, picture]),
    ];
    for (scope, expected) in cases {
        let preview: BTreeSet<FamilyId> = hold::preview(&repository, &scope).expect("previewed").into_iter().collect();
        let expected: BTreeSet<FamilyId> = expected.into_iter().collect();
        assert_eq!(preview, expected, "{scope:?}");
        let placed = place(&mut repository, scope.clone());
        assert_eq!((placed.covered, held(&repository)), (expected.len() as u64, expected), "{scope:?}");
        hold::release(&mut repository, placed.hold, "done", "attorney").expect("released");
        assert!(held(&repository).is_empty());
    }
    assert_clean(&repository);
    assert!(hold::list(&repository).expect("listed").len() == 9, "released holds are kept");
}

#[test]
fn a_hold_is_standing_over_what_comes_in_later_and_over_every_copy() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let shared = Message::new("1", "2024-01-10", "shared", "Both have it.");
    take_in(&mut repository, &city.export("bstone.mbox", std::slice::from_ref(&shared)));
    let anna = custodian(&repository, "Anna Larson");
    let placed = place(&mut repository, Scope { custodians: vec![anna], ..Scope::default() });
    assert_eq!(placed.covered, 0);
    // A second copy, in her mailbox, of what was only Bob's; and something new of hers and of his.
    let hers = [shared, Message::new("2", "2024-01-11", "hers", "Hers alone.")];
    take_in(&mut repository, &city.export("alarson.mbox", &hers));
    take_in(&mut repository, &city.export("bstone-2.mbox", &[Message::new("3", "2024-01-12", "his", "His alone.")]));
    let (shared, hers) = (family_of(&repository, "shared"), family_of(&repository, "hers"));
    assert_eq!(held(&repository), BTreeSet::from([shared, hers]));
    confirm_all(&mut repository);
    assert_eq!(purge(&mut repository).destroyed, 1);
    assert_eq!(subjects(&repository), BTreeSet::from(["hers".to_owned(), "shared".to_owned()]));
    assert_clean(&repository);
}

#[test]
fn what_a_guard_has_not_looked_at_is_protected_and_caught_up_before_a_plan() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let path = city.export("alarson.mbox", &[Message::new("1", "2024-01-10", "mill", "Mill.")]);
    take_in(&mut repository, &path);
    confirm_all(&mut repository);
    let id = approved_plan(&mut repository);
    // A hold whose placing was cut off after its first transaction: in force, nothing looked at.
    let scope = Scope { query: Some("elsewhere".to_owned()), ..Scope::default() };
    let at = repository.now();
    let unfinished = |repository: &mut Repository, scope: &Scope| {
        repository
            .catalog_mut()
            .write::<_, recordroom::catalog::CatalogError>(|writing| {
                let hold = writing.add_hold("Case 8", "attorney", at, "because", scope, EventId::new(-1))?;
                let details = serde_json::json!({ "matter": "Case 8", "reason": "because", "scope": scope });
                writing.record_event(at, "attorney", Act::HoldPlaced, &hold.to_string(), &details)?;
                Ok(hold)
            })
            .expect("placed")
    };
    unfinished(&mut repository, &scope);
    let today = repository.today();
    let adopted = recordroom::retention::Adopted::load(&repository).expect("adopted");
    let reading = repository.catalog().reading();
    let guards = recordroom::retention::LiveGuards::load(&reading, today).expect("guards");
    let row = reading.family(FamilyId::new(1)).expect("a row");
    let verdict = adopted.verdict(&adopted.evaluator(), &reading, &row, &guards, today).expect("a verdict");
    assert_eq!(verdict.reasons[0].code, recordroom::model::disposition::ReasonCode::NotEvaluated);
    // Planning and executing let the hold look first; it does not reach the item, which goes.
    assert_eq!(plan(&mut repository).counts.eligible, 1);
    let mill = Scope { query: Some("mill".to_owned()), ..Scope::default() };
    let hold = unfinished(&mut repository, &mill);
    let done = run(&mut repository, id).expect("executed");
    assert_eq!(done.dropped.get(&format!("the hold {hold} covers it")), Some(&1));
    assert_clean(&repository);
}

/// Places a hold over everything when the first batch of a run is done.
struct Attorney<'c> {
    city: &'c City,
    placed: Mutex<Option<hold::Placed>>,
}

impl Monitor for Attorney<'_> {
    fn progress(&self, progress: Progress<'_>) {
        let mut placed = self.placed.lock().expect("not poisoned");
        if progress.task == "Destroying" && placed.is_none() {
            // Another process, in truth: the hold needs no lock and is never refused because something else runs.
            let mut repository = self.city.open("2025-02-01");
            *placed = Some(place(&mut repository, Scope::default()));
        }
    }
    fn problem(&self, _: &str) {}
}

#[test]
fn a_hold_placed_while_a_run_is_going_on_stops_what_is_left() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let many: Vec<Message> =
        (0..540).map(|n| Message::new(&n.to_string(), "2024-01-10", &format!("old {n}"), "Words.")).collect();
    take_in(&mut repository, &city.export("alarson.mbox", &many));
    confirm_all(&mut repository);
    let id = approved_plan(&mut repository);
    let attorney = Attorney { city: &city, placed: Mutex::new(None) };
    let done = disposition::run(&mut repository, id, "operator", &attorney).expect("executed");
    let placed = attorney.placed.into_inner().expect("not poisoned").expect("placed");
    assert_eq!((done.destroyed, done.dropped.values().sum::<u64>()), (500, 40), "one batch had been decided");
    assert_eq!((placed.covered, placed.too_late.len()), (40, 500), "and the hold is told so");
    assert_eq!(hold::list(&repository).expect("listed")[0].1, 40);
    assert_clean(&repository);
}

/// Places a hold on Anna's mailbox between two batches of an intake.
struct Between<'c> {
    city: &'c City,
    placed: Mutex<Option<hold::Placed>>,
}

impl Monitor for Between<'_> {
    fn progress(&self, _: Progress<'_>) {}
    fn problem(&self, _: &str) {}
    fn stopped(&self) -> bool {
        let mut placed = self.placed.lock().expect("not poisoned");
        if placed.is_none() {
            let mut repository = self.city.open("2025-02-01");
            let anna = custodian(&repository, "Anna Larson");
            *placed = Some(place(&mut repository, Scope { custodians: vec![anna], ..Scope::default() }));
        }
        false
    }
}

#[test]
fn a_hold_placed_while_an_intake_is_going_on_is_asked_before_anything_is_destroyed() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let shared = Message::new("1", "2024-01-10", "shared", "Both have it.");
    let first = city.export("bstone.mbox", &[shared.clone(), Message::new("2", "2024-01-10", "his", "His.")]);
    let second = city.export("alarson.mbox", &[shared, Message::new("3", "2024-01-10", "hers", "Hers.")]);
    let between = Between { city: &city, placed: Mutex::new(None) };
    let options = recordroom::ingest::IngestOptions::default();
    recordroom::ingest::ingest(&mut repository, &[first, second], &options, "clerk", &between).expect("taken in");
    let placed = between.placed.into_inner().expect("not poisoned").expect("placed");
    assert_eq!(placed.covered, 0, "nothing of hers was here yet");
    confirm_all(&mut repository);
    // The copy of the old item came in after the hold had looked at it.
    assert_eq!(plan(&mut repository).counts.held, 2);
    assert_eq!(purge(&mut repository).destroyed, 1);
    assert_eq!(subjects(&repository), BTreeSet::from(["hers".to_owned(), "shared".to_owned()]));
    assert_clean(&repository);
}

#[test]
fn a_run_that_is_stopped_goes_on_where_it_was() {
    struct Stopping;
    impl Monitor for Stopping {
        fn progress(&self, _: Progress<'_>) {}
        fn problem(&self, _: &str) {}
        fn stopped(&self) -> bool {
            true
        }
    }
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    take_in(&mut repository, &city.export("alarson.mbox", &[Message::new("1", "2024-01-10", "old", "Words.")]));
    confirm_all(&mut repository);
    let id = approved_plan(&mut repository);
    let stopped = disposition::run(&mut repository, id, "operator", &Stopping);
    assert!(matches!(stopped, Err(disposition::DispositionError::Stopped)));
    assert_eq!(disposition::run(&mut repository, id, "operator", &VoidMonitor).expect("executed").destroyed, 1);
}

#[test]
fn quarantined_exceptions_are_told_with_a_hold_and_never_destroyed() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let folder = city.export("alarson/mail.mbox", &[Message::new("1", "2024-01-10", "old", "Words.")]);
    std::os::unix::fs::symlink("/nowhere", folder.with_file_name("link")).expect("a link, which is an exception");
    let taken = take_in(&mut repository, folder.parent().expect("a folder"));
    assert_eq!(taken.totals.exceptions, 1);
    let (anna, bob) = (custodian(&repository, "Anna Larson"), custodian(&repository, "Bob Stone"));
    let old = family_of(&repository, "old");
    for (scope, exceptions) in [
        (Scope { custodians: vec![anna], ..Scope::default() }, 1),
        (Scope { custodians: vec![bob], ..Scope::default() }, 0),
        (Scope { query: Some("nothing".to_owned()), ..Scope::default() }, 1),
        (Scope { families: vec![old], ..Scope::default() }, 0),
    ] {
        let placed = place(&mut repository, scope.clone());
        assert_eq!(placed.exceptions, exceptions, "{scope:?}");
        hold::release(&mut repository, placed.hold, "done", "attorney").expect("released");
    }
    let mut repository = city.open("2025-03-04");
    confirm_all(&mut repository);
    assert_eq!(purge(&mut repository).destroyed, 1);
    assert_eq!(repository.catalog().reading().exceptions().expect("read").len(), 1);
    assert_clean(&repository);
}

#[test]
fn a_hold_needs_its_matter_and_a_release_its_reason() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let scope = Scope::default();
    assert!(hold::place(&mut repository, " ", "because", &scope, "attorney").is_err());
    let unknown = Scope { families: vec![FamilyId::new(99)], ..Scope::default() };
    assert!(hold::place(&mut repository, "Case", "because", &unknown, "attorney").is_err(), "there is no such family");
    let placed = place(&mut repository, scope);
    assert!(hold::release(&mut repository, placed.hold, "", "attorney").is_err());
    assert_eq!(hold::release(&mut repository, placed.hold, "done", "attorney").expect("released"), 0);
    assert!(hold::release(&mut repository, placed.hold, "again", "attorney").is_err());
    let guard = Guard::Hold(placed.hold);
    assert!(repository.catalog().reading().families_guarded_by(guard).expect("read").is_empty());
}

/// Takes a file in for one custodian, as `ingest --custodian` does.
fn take_in_for(repository: &mut Repository, path: &std::path::Path, whose: CustodianId) {
    use recordroom::ingest::{IngestOptions, ingest};
    let options = IngestOptions { custodian: Some(whose), ..IngestOptions::default() };
    ingest(repository, &[path.to_owned()], &options, "clerk", &VoidMonitor).expect("taken in");
}

#[test]
fn the_same_file_taken_in_for_two_custodians_is_held_by_a_hold_that_names_either_one() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let path = city.export("shared.mbox", &[Message::new("1", "2024-01-10", "shared", "Both have it.")]);
    let (anna, bob) = (custodian(&repository, "Anna Larson"), custodian(&repository, "Bob Stone"));
    take_in_for(&mut repository, &path, anna);
    take_in_for(&mut repository, &path, bob);
    let family = family_of(&repository, "shared");
    let mut whose: Vec<_> = repository.catalog().reading().copy_custodians(family).expect("read");
    whose.sort();
    assert_eq!(whose, [Some(anna), Some(bob)], "each has a copy of their own at the same place");
    for one in [anna, bob] {
        let placed = place(&mut repository, Scope { custodians: vec![one], ..Scope::default() });
        assert_eq!((placed.covered, held(&repository)), (1, BTreeSet::from([family])), "{one}");
        hold::release(&mut repository, placed.hold, "done", "attorney").expect("released");
    }
    // Again for either, and for nobody by name: the same copies, and nothing that would be everybody's.
    take_in_for(&mut repository, &path, anna);
    take_in_for(&mut repository, &path, bob);
    take_in(&mut repository, &path);
    assert_eq!(repository.catalog().reading().copies(family).expect("read").len(), 2);
    assert_clean(&repository);
}

#[test]
fn a_hold_placed_before_a_second_custodian_is_named_reaches_the_copy_at_the_known_place() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let path = city.export("shared.mbox", &[Message::new("1", "2024-01-10", "shared", "Both have it.")]);
    let (anna, bob) = (custodian(&repository, "Anna Larson"), custodian(&repository, "Bob Stone"));
    take_in_for(&mut repository, &path, anna);
    place(&mut repository, Scope { custodians: vec![bob], ..Scope::default() });
    assert!(held(&repository).is_empty());
    take_in_for(&mut repository, &path, bob);
    confirm_all(&mut repository);
    assert_eq!(held(&repository).len(), 1);
    assert_eq!(purge(&mut repository).destroyed, 0, "a hold on any copy holds the item");
    assert_clean(&repository);
}
