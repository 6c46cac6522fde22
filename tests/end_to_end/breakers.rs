//! Every circuit breaker tripped once, with what lets a plan past it and what does not; and the master stop.

use crate::support::*;
use chrono::Duration;
use recordroom::base::fault::{FaultKind, arm, disarm};
use recordroom::base::id::PlanId;
use recordroom::base::monitor::{Monitor, Progress};
use recordroom::disposition::{self, Breaker, DispositionError};
use recordroom::model::event::Act;
use recordroom::model::profile::BreakerLimits;
use recordroom::repository::Repository;
use std::fs;
use std::sync::Mutex;

const TODAY: &str = "2025-02-01";

/// An exercise with `items` that are due and as many that are not, and an approved plan.
fn prepared(items: usize) -> (City, PlanId) {
    prepared_under(items, |_| {})
}

/// The same under other limits.
fn prepared_under(items: usize, change: impl FnOnce(&mut BreakerLimits)) -> (City, PlanId) {
    let city = City::exercise();
    limit(&city, change);
    let mut repository = city.open(TODAY);
    let mut messages: Vec<Message> =
        (0..items).map(|n| Message::new(&format!("old{n}"), "2023-01-10", &format!("old {n}"), "Words.")).collect();
    messages.extend((0..items).map(|n| Message::new(&format!("new{n}"), "2025-01-20", &format!("new {n}"), "Stays.")));
    take_in(&mut repository, &city.export("alarson.mbox", &messages));
    confirm_all(&mut repository);
    let plan = approved_plan(&mut repository);
    (city, plan)
}

/// Changes the limits in the profile, as a person does with a text editor.
fn limit(city: &City, change: impl FnOnce(&mut BreakerLimits)) {
    let mut profile = Repository::profile_of(&city.repository_path()).expect("a profile");
    change(&mut profile.policy.breakers);
    Repository::store_profile(&city.repository_path(), &profile).expect("stored");
}

#[track_caller]
fn refused(repository: &mut Repository, plan: PlanId, words: &[&str]) {
    let before = repository.catalog().reading().family_counts().expect("counts").2;
    match run(repository, plan) {
        Err(DispositionError::Refused(message)) => {
            for word in words {
                assert!(message.contains(word), "{word:?} is not in: {message}");
            }
        }
        other => panic!("not refused: {other:?}"),
    }
    let after = repository.catalog().reading().family_counts().expect("counts").2;
    assert_eq!(before, after, "nothing was destroyed");
    let last = repository.catalog().reading().last_event_of(&[Act::Refused]).expect("read").expect("recorded");
    assert_eq!(last.subject, plan.to_string(), "the refusal is recorded");
}

/// The plan made anew under the limits as they are, approved, refused by one breaker alone, let past it, and run.
fn trips_and_is_overridden(city: &City, on: &str, breaker: Breaker, words: &[&str]) {
    let mut repository = city.open(on);
    let made = plan(&mut repository);
    let id = made.plan;
    disposition::approve(&mut repository, id, "approver", None).expect("approved");
    let found = disposition::tripped(&repository, &made).expect("looked");
    assert_eq!(found.iter().map(|one| one.breaker).collect::<Vec<_>>(), [breaker]);
    let mut all = words.to_vec();
    all.push("dispose override");
    refused(&mut repository, id, &all);
    let mut let_past = |who: &str, breaker: Breaker, reason: &str| {
        disposition::override_breaker(&mut repository, id, breaker, reason, who, None)
    };
    assert!(let_past("Planner.", breaker, "the list was read").expect_err("planner").is_refusal());
    assert!(let_past("approver", breaker, " ").expect_err("no reason").is_refusal());
    let other = if breaker == Breaker::Share { Breaker::History } else { Breaker::Share };
    assert!(let_past("approver", other, "not tripped").expect_err("another").is_refusal());
    let_past("approver", breaker, "the list was read").expect("overridden");
    let event = repository.catalog().reading().last_event_of(&[Act::BreakerOverridden]).expect("read").expect("one");
    assert!(event.details.contains("the list was read") && event.details.contains(breaker.word()));
    assert!(run(&mut repository, id).expect("executed").destroyed > 0);
    assert_clean(&repository);
}

#[test]
fn breaker_share_of_the_store_in_one_plan() {
    let (city, _) = prepared(10);
    limit(&city, |limits| (limits.from_items, limits.share_percent) = (10, 49));
    trips_and_is_overridden(&city, TODAY, Breaker::Share, &["10 of the 20 items", "49 percent"]);
    // A small plan is looked at by people, and exactly the limit is within it.
    let (city, plan) = prepared(10);
    for (from_items, share_percent) in [(11, 0), (10, 50)] {
        limit(&city, |limits| (limits.from_items, limits.share_percent) = (from_items, share_percent));
        let repository = city.open(TODAY);
        let made = disposition::read_plan(&repository, plan).expect("read");
        assert_eq!(disposition::tripped(&repository, &made).expect("looked"), []);
    }
}

#[test]
fn breaker_departure_from_the_history() {
    let city = City::exercise();
    for n in 0..3 {
        let mut repository = city.open(TODAY);
        let name = format!("first{n}");
        take_in(
            &mut repository,
            &city.export(&format!("alarson{n}.mbox"), &[Message::new(&name, "2023-01-10", &name, "x")]),
        );
        confirm_all(&mut repository);
        assert_eq!(purge(&mut repository).destroyed, 1);
    }
    let mut repository = city.open(TODAY);
    let many: Vec<Message> =
        (0..4).map(|n| Message::new(&format!("m{n}"), "2023-02-10", &format!("many {n}"), "x")).collect();
    take_in(&mut repository, &city.export("alarson-many.mbox", &many));
    confirm_all(&mut repository);
    drop(repository);
    limit(&city, |limits| (limits.from_items, limits.share_percent) = (1, 100));
    trips_and_is_overridden(&city, TODAY, Breaker::History, &["4 items", "the last 3 plans destroyed 1", "3 times"]);
}

#[test]
fn breaker_clock_that_went_back_or_far_forward() {
    let (city, id) = prepared(2);
    let mut repository = city.open("2025-01-31");
    refused(&mut repository, id, &["the clock went backwards"]);
    // What was recorded under the wrong clock, the refusal too, does not make it right.
    let mut repository = city.open(TODAY);
    refused(&mut repository, id, &["the clock went backwards"]);
    let let_past = |repository: &mut Repository| {
        disposition::override_breaker(repository, id, Breaker::Clock, "battery changed", "approver", None)
    };
    let_past(&mut repository).expect("overridden");
    assert_eq!(run(&mut repository, id).expect("executed").destroyed, 2);
    // Forward: the night under the wrong clock takes in and plans before it runs anything.
    let (city, id) = prepared_under(2, |limits| limits.forward_days = 60);
    let mut repository = city.open("2025-06-02");
    refused(&mut repository, id, &["the clock went forward by 121 days", "60 are allowed"]);
    take_in(&mut repository, &city.export("bstone.mbox", &[Message::new("more", "2023-01-20", "more", "x")]));
    let mut repository = city.open("2025-06-03");
    refused(&mut repository, id, &["the clock went forward"]);
    let_past(&mut repository).expect("overridden");
    assert_eq!(run(&mut repository, id).expect("executed").destroyed, 2);
    // Up to the limit nothing is wrong.
    let (city, id) = prepared_under(2, |limits| limits.forward_days = 60);
    assert_eq!(run(&mut city.open("2025-04-02"), id).expect("60 days later").destroyed, 2);
}

#[test]
fn breaker_clock_of_a_plan_that_was_made_under_a_wrong_one() {
    let jumps = |minutes: &[i64]| {
        let city = City::new(false);
        let mut repository = Repository::open(&city.repository_path(), None).expect("opened");
        let now = repository.now();
        for minutes in minutes {
            let at = now + Duration::minutes(*minutes);
            repository
                .catalog_mut()
                .write::<_, recordroom::catalog::CatalogError>(|writing| {
                    writing.record_event(at, "clerk", Act::Sampled, "an act", &serde_json::json!({}))?;
                    Ok(())
                })
                .expect("recorded");
        }
        let made = plan(&mut repository);
        disposition::tripped(&repository, &made)
            .expect("looked")
            .into_iter()
            .map(|one| one.sentence)
            .collect::<Vec<_>>()
    };
    let day = 24 * 60;
    assert_eq!(jumps(&[-2 * day, 4]), [""; 0], "a few minutes are nothing");
    for (minutes, words) in [
        // The clock had run ahead, and an act was recorded then.
        (vec![-2 * day, 30 * day], "the clock went backwards"),
        (vec![-2 * day, 7], "the clock went backwards"),
        // Ten years and a day without any act.
        (vec![-3_651 * day], "the clock went forward by 3651 days"),
        (vec![-3_651 * day, 0], "the clock went forward by 3651 days"),
    ] {
        let found = jumps(&minutes);
        assert!(found.len() == 1 && found[0].contains(words), "{minutes:?}: {found:?}");
    }
}

#[test]
fn breaker_schedule_or_profile_changed_a_short_while_ago() {
    let (city, _) = prepared(2);
    limit(&city, |limits| limits.settle_days = 7);
    // The edit is noticed by the next command, whatever it is, and recorded with the digest.
    let repository = city.open(TODAY);
    let changed = repository.catalog().reading().last_event_of(&[Act::ProfileChanged]).expect("read").expect("noticed");
    assert!(changed.details.contains("sha256") && changed.details.contains("before"), "{}", changed.details);
    let count = repository.catalog().reading().last_event_number().expect("read");
    drop(repository);
    let repository = city.open(TODAY);
    assert_eq!(repository.catalog().reading().last_event_number().expect("read"), count, "noticed once");
    drop(repository);
    trips_and_is_overridden(&city, "2025-02-02", Breaker::RecentChange, &["recordroom.toml was changed", "7 days"]);
    // A week later nothing stands in the way, until a schedule is adopted.
    let mut repository = city.open("2025-02-09");
    let later = plan(&mut repository);
    assert_eq!(disposition::tripped(&repository, &later).expect("looked"), []);
    let other = APPROVED.replace("cedar-bend-2024", "cedar-bend-2025");
    recordroom::retention::adopt(&mut repository, &other, "clerk").expect("adopted");
    let found = disposition::tripped(&repository, &later).expect("looked");
    assert!(found.len() == 1 && found[0].sentence.contains("the schedule cedar-bend-2025 was adopted"), "{found:?}");
}

#[test]
fn breaker_backup_too_old() {
    let (city, _) = prepared(2);
    limit(&city, |limits| limits.backup_days = Some(8));
    let mut repository = city.open(TODAY);
    let id = approved_plan(&mut repository);
    refused(&mut repository, id, &["there is no backup"]);
    let folder = city.room.path().join("backups");
    recordroom::backup::take(&mut repository, &folder, 3, "it", &recordroom::base::monitor::VoidMonitor)
        .expect("taken");
    let made = disposition::read_plan(&repository, id).expect("read");
    assert_eq!(disposition::tripped(&repository, &made).expect("looked"), []);
    drop(repository);
    trips_and_is_overridden(&city, "2025-02-10", Breaker::BackupAge, &["the newest backup is of 2025-02-01", "8 days"]);
}

#[test]
fn breaker_index_or_ledger_not_consistent() {
    // A word list that names an item too few: the directory of the index is that of an earlier day.
    let (city, id) = prepared(4);
    let older = city.copied();
    let mut repository = city.open(TODAY);
    take_in(&mut repository, &city.export("bstone.mbox", &[Message::new("more", "2025-01-20", "more", "x")]));
    drop(repository);
    let index = city.repository_path().join("index");
    fs::rename(&index, city.room.path().join("newer-index")).expect("moved");
    copy_tree(&older.repository_path().join("index"), &index);
    let mut repository = city.open(TODAY);
    let made = disposition::read_plan(&repository, id).expect("read");
    // Behind is not inconsistent: what it lacks is indexed by the next run.
    assert_eq!(disposition::tripped(&repository, &made).expect("looked"), []);
    fs::write(index.join("splits"), "not a list of splits").expect("damaged");
    refused(&mut repository, id, &["the index cannot be read", "index --rebuild"]);
    let no = disposition::override_breaker(&mut repository, id, Breaker::Inconsistent, "hurry", "approver", None);
    assert!(no.expect_err("never").is_refusal());
    // A name in an event was changed behind the program's back.
    let (city, id) = prepared(2);
    let connection = rusqlite::Connection::open(city.repository_path().join("catalog.sqlite")).expect("opened");
    let changed = connection.execute("UPDATE event SET actor = 'nobody' WHERE act = 'sealed'", []).expect("changed");
    assert!(changed > 0);
    drop(connection);
    refused(&mut city.open(TODAY), id, &["the ledger is not consistent", "recordroom verify"]);
}

fn copy_tree(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("readable") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() { copy_tree(&path, &target) } else { fs::copy(&path, &target).map(|_| ()).expect("copied") }
    }
}

#[test]
fn nothing_is_destroyed_while_the_stop_stands() {
    let (city, id) = prepared(3);
    let mut repository = city.open(TODAY);
    assert!(disposition::stop(&mut repository, "  ", "clerk").expect_err("no reason").is_refusal());
    disposition::stop(&mut repository, "letter from the auditor", "clerk").expect("stopped");
    assert!(disposition::stop(&mut repository, "again", "clerk").expect_err("stands").is_refusal());
    refused(&mut repository, id, &["stopped by clerk", "letter from the auditor", "dispose resume"]);
    let no = disposition::override_breaker(&mut repository, id, Breaker::Stopped, "hurry", "approver", None);
    assert!(no.expect_err("never").is_refusal());
    disposition::resume(&mut repository, "the auditor is done", "clerk").expect("resumed");
    assert!(disposition::resume(&mut repository, "again", "clerk").expect_err("no stop").is_refusal());
    assert_eq!(run(&mut repository, id).expect("executed").destroyed, 3);
    assert_clean(&repository);
}

/// Stops all destruction between two batches of a run.
struct Auditor<'c> {
    city: &'c City,
    stopped: Mutex<bool>,
}

impl Monitor for Auditor<'_> {
    fn progress(&self, _: Progress<'_>) {
        let mut stopped = self.stopped.lock().expect("not poisoned");
        if !*stopped {
            *stopped = true;
            disposition::stop(&mut self.city.open(TODAY), "wait", "auditor").expect("stopped");
        }
    }
    fn problem(&self, _: &str) {}
}

#[test]
fn a_stop_while_a_run_is_going_on_stops_what_is_left() {
    let (city, id) = prepared(510);
    let mut repository = city.open(TODAY);
    let auditor = Auditor { city: &city, stopped: Mutex::new(false) };
    let error = disposition::run(&mut repository, id, "operator", &auditor).expect_err("stopped");
    assert!(error.is_refusal() && error.to_string().contains("stopped by auditor"), "{error}");
    drop(repository);
    let mut repository = city.open(TODAY);
    let open = repository.catalog().reading().open_destructions().expect("read");
    assert_eq!(open.len(), 1, "one batch had been decided");
    disposition::resume(&mut repository, "go on", "auditor").expect("resumed");
    assert_eq!(run(&mut repository, id).expect("executed").destroyed, 510);
    assert_clean(&repository);
}

#[test]
fn what_was_decided_before_the_stop_waits_for_its_end() {
    let (city, id) = prepared(3);
    // Cut off right after the intent: some point of the run leaves it open.
    let mut nth = 1;
    loop {
        let here = city.copied();
        let mut repository = here.open(TODAY);
        arm(FaultKind::Crash, nth);
        let result = run(&mut repository, id);
        disarm();
        assert!(result.is_err(), "no point left an intent open");
        drop(repository);
        let mut repository = here.open(TODAY);
        nth += 1;
        if repository.catalog().reading().open_destructions().expect("read").is_empty() {
            continue;
        }
        disposition::stop(&mut repository, "wait", "clerk").expect("stopped");
        assert!(disposition::finish_interrupted(&mut repository, "clerk").expect_err("stopped").is_refusal());
        refused(&mut repository, id, &["stopped by clerk"]);
        assert_eq!(repository.catalog().reading().open_destructions().expect("read").len(), 1, "it waits");
        disposition::resume(&mut repository, "go on", "clerk").expect("resumed");
        run(&mut repository, id).expect("executed");
        assert_clean(&repository);
        return;
    }
}
