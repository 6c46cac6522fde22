//! From the export to the certificate.

use crate::support::*;
use recordroom::base::monitor::VoidMonitor;
use recordroom::catalog::FamilyState;
use recordroom::disposition;
use recordroom::hold;
use recordroom::ingest::{IngestOptions, ingest};
use recordroom::model::hold::Scope;
use recordroom::model::request::RequestKind;
use recordroom::repository::{Repository, RepositoryError};
use recordroom::request::{self, NewRequest};
use recordroom::retention::{RetentionError, adopt};
use std::collections::BTreeSet;
use std::fs;

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn held_and_requested_items_survive_and_the_others_are_gone() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let exports = [
        Message::new("1", "2024-01-10", "lunch", "See you at noon."),
        Message::new("2", "2024-01-11", "ridgeview", "The Ridgeview road project."),
        Message::new("3", "2024-01-12", "permit", "The permit of the mill."),
        Message::new("4", "2025-01-20", "young", "Not old enough."),
        Message::new("5", "", "undated", "Nobody knows when."),
    ];
    let path = city.export("alarson.mbox", &exports);
    fs::write(
        city.room.path().join("exports/bstone-note.eml"),
        Message::new("6", "2024-01-13", "note", "A note.").eml(),
    )
    .expect("written");
    let taken = take_in(&mut repository, path.parent().expect("the folder"));
    assert_eq!((taken.totals.found, taken.totals.kept, taken.totals.exceptions), (6, 6, 0));
    let before = plan(&mut repository);
    assert_eq!((before.counts.eligible, before.counts.undetermined), (0, 6), "a guess makes nothing eligible");
    confirm_all(&mut repository);
    let scope = Scope { query: Some("ridgeview".to_owned()), ..Scope::default() };
    let placed = hold::place(&mut repository, "Case 12", "the road", &scope, "attorney").expect("placed");
    assert_eq!(placed.covered, 1);
    let new = NewRequest {
        kind: RequestKind::Public,
        requester: String::new(),
        description: "the mill".to_owned(),
        received_on: None,
        litigation_days: None,
        scope: Scope { query: Some("mill".to_owned()), ..Scope::default() },
    };
    let opened = ask_narrowed(&mut repository, new);
    let planned = plan(&mut repository);
    assert_eq!((planned.counts.total, planned.counts.eligible), (6, 2));
    assert_eq!((planned.counts.held, planned.counts.requested), (1, 1));
    assert_eq!((planned.counts.not_yet, planned.counts.undetermined), (1, 1));
    let done = purge(&mut repository);
    assert_eq!(done.destroyed, 2);
    assert_eq!(subjects(&repository), set(&["permit", "ridgeview", "undated", "young"]));
    assert_clean(&repository);
    // A release destroys nothing; only a later plan does.
    hold::release(&mut repository, placed.hold, "settled", "attorney").expect("released");
    assert_eq!(subjects(&repository).len(), 4);
    assert_eq!(purge(&mut repository).destroyed, 0, "nor a plan in the cooling period");
    drop(repository);
    assert_eq!(purge(&mut city.open("2025-03-03")).destroyed, 0, "through its last day");
    let mut repository = city.open("2025-03-04");
    assert_eq!(purge(&mut repository).destroyed, 1);
    let until = request::close(&mut repository, opened.id, "answered", "clerk").expect("closed");
    assert_eq!(purge(&mut repository).destroyed, 0, "a closed request goes on protecting");
    drop(repository);
    let mut later = Repository::open(&city.repository_path(), Some(day(&until.to_string()))).expect("opened");
    assert_eq!(purge(&mut later).destroyed, 0, "through its last day");
    drop(later);
    let after = until.succ_opt().expect("a day").to_string();
    let mut later = city.open(&after);
    assert_eq!(purge(&mut later).destroyed, 1);
    assert_eq!(subjects(&later), set(&["undated", "young"]));
    assert_clean(&later);
}

#[test]
fn a_plan_is_approved_by_another_and_executed_once() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let path = city.export("alarson.mbox", &[Message::new("1", "2024-01-10", "lunch", "Noon.")]);
    take_in(&mut repository, &path);
    confirm_all(&mut repository);
    let id = plan(&mut repository).plan;
    let refused = |result: Result<_, disposition::DispositionError>| {
        let error = result.map(|_: ()| ()).expect_err("refused");
        assert!(error.is_refusal(), "{error}");
        error.to_string()
    };
    assert!(refused(run(&mut repository, id).map(|_| ())).contains("is not approved"));
    assert!(refused(disposition::approve(&mut repository, id, " Planner ", None)).contains("somebody else"));
    disposition::approve(&mut repository, id, "approver", None).expect("approved");
    assert!(refused(disposition::approve(&mut repository, id, "third", None)).contains("approved already"));
    assert_eq!(run(&mut repository, id).expect("executed").destroyed, 1);
    assert!(refused(run(&mut repository, id).map(|_| ())).contains("executed already"));
    assert_clean(&repository);
    let refusals = recordroom::model::event::Act::Refused;
    let mut count = 0;
    repository
        .catalog()
        .reading()
        .each_event::<recordroom::catalog::CatalogError>(recordroom::base::id::EventId::new(0), |event| {
            count += usize::from(event.act == refusals);
            Ok(())
        })
        .expect("events");
    assert_eq!(count, 4, "every refusal is told by the ledger");
}

#[test]
fn a_plan_is_stale_once_a_schedule_or_a_switch_changes() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let path = city.export("alarson.mbox", &[Message::new("1", "2024-01-10", "lunch", "Noon.")]);
    take_in(&mut repository, &path);
    confirm_all(&mut repository);
    let id = approved_plan(&mut repository);
    // An adopted edition never changes, since plans and certificates name its text.
    let longer = APPROVED.replace("365 days after sent\", kinds", "400 days after sent\", kinds");
    let events = repository.catalog().reading().last_event_number().expect("a number");
    let error = adopt(&mut repository, &longer, "clerk").expect_err("its key is taken");
    assert!(matches!(error, RetentionError::KeyTaken { .. }), "{error}");
    assert_eq!(repository.catalog().reading().last_event_number().expect("a number"), events);
    let frozen = repository.layout().edition("cedar-bend-2024");
    assert_eq!(fs::read_to_string(&frozen).expect("frozen"), APPROVED);
    // The same text again is no change, and puts a lost copy back.
    fs::remove_file(&frozen).expect("removed");
    adopt(&mut repository, APPROVED, "clerk").expect("adopted again");
    assert_eq!(fs::read_to_string(&frozen).expect("frozen"), APPROVED);
    let edition = longer.replace("cedar-bend-2024", "cedar-bend-2025");
    adopt(&mut repository, &edition, "clerk").expect("adopted under a key of its own");
    let error = run(&mut repository, id).expect_err("stale");
    assert!(error.is_refusal() && error.to_string().contains("make a new plan"), "{error}");
    // The longest of several rules wins: 400 days are not over, and nothing is due before they are.
    assert_eq!(plan(&mut repository).items.len(), 0);
    drop(repository);
    let mut repository = city.open("2025-03-01");
    let id = approved_plan(&mut repository);
    drop(repository);
    let profile = city.repository_path().join("recordroom.toml");
    let text = fs::read_to_string(&profile).expect("a profile");
    fs::write(&profile, text.replace("protect_days_after_close = 30", "protect_days_after_close = 60"))
        .expect("edited");
    let error = run(&mut city.open("2025-03-01"), id).expect_err("stale");
    assert!(error.is_refusal() && error.to_string().contains("make a new plan"), "{error}");
    assert_eq!(subjects(&city.open("2025-03-01")), set(&["lunch"]));
}

#[test]
fn nothing_is_destroyed_while_the_second_place_does_not_read_back() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let path = city.export("alarson.mbox", &[Message::new("1", "2024-01-10", "lunch", "Noon.")]);
    take_in(&mut repository, &path);
    confirm_all(&mut repository);
    let id = approved_plan(&mut repository);
    let (second, away) = (city.room.path().join("keys-second"), city.room.path().join("away"));
    fs::rename(&second, &away).expect("taken away");
    let error = run(&mut repository, id).expect_err("refused");
    assert!(error.is_refusal(), "{error}");
    assert_eq!(subjects(&repository), set(&["lunch"]));
    let codes: Vec<&str> = report(&repository).findings.iter().map(|one| one.code).collect();
    assert_eq!(codes, ["second-place-unreadable"]);
    fs::rename(&away, &second).expect("put back");
    assert_eq!(run(&mut repository, id).expect("executed").destroyed, 1);
    assert_clean(&repository);
}

#[test]
fn an_item_too_large_for_memory_is_streamed_in_known_again_and_destroyed() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    // Above 32 MiB an item is not parsed in memory; lines that do not repeat, so that it is not packed to nothing.
    let mut random = Random::new(7);
    let mut text = Message::new("big", "2024-01-10", "big", "Plans of the mill.").eml();
    while text.len() < 33 * 1024 * 1024 {
        text.push_str(&format!("{:016x}{:016x}\n", random.next(), random.next()));
    }
    let path = city.room.path().join("exports/alarson-big.eml");
    fs::write(&path, &text).expect("written");
    let taken = take_in(&mut repository, &path);
    assert_eq!((taken.totals.kept, taken.totals.exceptions), (1, 0));
    let row = families(&repository).remove(0).0;
    assert!(repository.original(&row).expect("reads back") == text.as_bytes(), "the exact bytes");
    assert_eq!(row.sent_on, "2024-01-10".parse().ok());
    assert_clean(&repository);
    let again = city.room.path().join("exports/creed-big.eml");
    fs::copy(&path, &again).expect("copied");
    assert_eq!(take_in(&mut repository, &again).totals.duplicates, 1);
    confirm_all(&mut repository);
    assert_eq!(purge(&mut repository).destroyed, 1);
    assert_eq!(take_in(&mut repository, &again).totals.destroyed_before, 1);
    assert_clean(&repository);
}

#[test]
fn a_repository_and_its_keys_are_never_sealed_into_itself() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let room = city.room.path();
    for own in
        [room, &room.join("repository"), &room.join("repository/vault"), &room.join("keys"), &room.join("keys-second")]
    {
        let options = IngestOptions::default();
        let error =
            ingest(&mut repository, &[own.to_path_buf()], &options, "clerk", &VoidMonitor).expect_err("refused");
        assert!(error.to_string().contains("into itself"), "{error}");
    }
    assert!(repository.catalog().reading().accounts().expect("read").is_empty());
}

#[test]
fn a_real_repository_is_never_made_an_exercise() {
    let city = City::new(false);
    let profile = city.repository_path().join("recordroom.toml");
    let text = fs::read_to_string(&profile).expect("a profile");
    fs::write(&profile, text.replace("exercise = false", "exercise = true")).expect("edited");
    let opened = Repository::open(&city.repository_path(), None);
    assert!(matches!(opened, Err(RepositoryError::Profile { .. })));
}

#[test]
fn an_interrupted_destruction_is_finished_before_anything_is_taken_in() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let path = city.export("alarson.mbox", &[Message::new("1", "2024-01-10", "lunch", "Noon.")]);
    take_in(&mut repository, &path);
    confirm_all(&mut repository);
    let id = approved_plan(&mut repository);
    // The first catalog transaction of a run that is after its intent: the keys are gone, the tombstones are not there.
    let points = recordroom::base::fault::FaultKind::Crash;
    let mut nth = 1;
    loop {
        recordroom::base::fault::arm(points, nth);
        let result = run(&mut repository, id);
        recordroom::base::fault::disarm();
        assert!(result.is_err());
        drop(repository);
        repository = city.open("2025-02-01");
        if !repository.catalog().reading().open_destructions().expect("read").is_empty() {
            break;
        }
        nth += 1;
    }
    let codes: BTreeSet<&str> = report(&repository).findings.iter().map(|one| one.code).collect();
    assert!(codes.contains("intent-open"), "{codes:?}");
    let options = IngestOptions::default();
    let error =
        ingest(&mut repository, std::slice::from_ref(&path), &options, "clerk", &VoidMonitor).expect_err("refused");
    assert!(error.to_string().contains("has to be finished"), "{error}");
    assert_eq!(disposition::finish_interrupted(&mut repository, "clerk").expect("finished"), 1);
    let row = repository.catalog().reading().family(recordroom::base::id::FamilyId::new(1)).expect("a tombstone");
    assert_eq!(row.state, FamilyState::Destroyed);
    assert_eq!(run(&mut repository, id).expect("carried to its end").destroyed, 1);
    assert_clean(&repository);
}

#[test]
fn a_pack_that_is_half_dead_is_written_anew() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let big: String = (0..40_000).map(|n| format!("{:x} ", n * 7919 % 65_521)).collect();
    let mut messages = vec![Message::new("keep", "2024-01-10", "keep", "The small one that stays.")];
    messages.extend((0..4).map(|n| Message::new(&n.to_string(), "2024-01-11", "go", &format!("{n} {big}"))));
    let path = city.export("alarson.mbox", &messages);
    take_in(&mut repository, &path);
    let broken = city.export("bstone-broken.mbox", &[]);
    fs::write(&broken, b"\x1f\x8b\x08\x00broken").expect("written");
    confirm_all(&mut repository);
    let keep = family_of(&repository, "keep");
    confirm(&mut repository, &[keep], recordroom::model::classification::RecordStatus::Undetermined, "");
    let month = city.repository_path().join("vault/2024-01");
    assert!(month.join("0001.pack").exists());
    assert_eq!(purge(&mut repository).destroyed, 4);
    assert!(!month.join("0001.pack").exists() && month.join("0002.pack").exists());
    let size = fs::metadata(month.join("0002.pack")).expect("a pack").len();
    assert!(size < 4_000, "{size} bytes hold one short message");
    assert_eq!(subjects(&repository), set(&["keep"]));
    assert_clean(&repository);
    // And more goes in behind it.
    take_in(&mut repository, &city.export("creed.mbox", &[Message::new("n", "2024-01-12", "new", "New.")]));
    assert_clean(&repository);
}
