//! The nightly work: what it does and what it leaves alone, two at once, killed anywhere, run late.

use crate::support::*;
use recordroom::base::fault::{FaultKind, arm, disarm};
use recordroom::base::monitor::VoidMonitor;
use recordroom::catalog::PlanState;
use recordroom::disposition;
use recordroom::model::hold::Scope;
use recordroom::nightly::{Ending, Night, NightlyError, nightly};
use recordroom::repository::Repository;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const TODAY: &str = "2025-02-01";

/// An exercise with a drop folder that has `items` old messages in one file and a young one in another.
fn prepared(items: usize) -> (City, PathBuf) {
    let city = City::exercise();
    let folder = city.room.path().join("drop");
    fs::create_dir(&folder).expect("a folder");
    let old: Vec<Message> =
        (0..items).map(|n| Message::new(&format!("old{n}"), "2023-01-10", &format!("old {n}"), "Words.")).collect();
    fs::write(folder.join("alarson.mbox"), mbox(&old)).expect("written");
    fs::write(folder.join("bstone.mbox"), mbox(&[Message::new("young", "2025-01-20", "young", "Stays.")]))
        .expect("written");
    let mut profile = Repository::profile_of(&city.repository_path()).expect("a profile");
    profile.nightly.drop_folder = Some(folder.clone());
    profile.nightly.settle_minutes = 0;
    Repository::store_profile(&city.repository_path(), &profile).expect("stored");
    (city, folder)
}

fn night(city: &City, on: &str) -> Night {
    nightly(&mut city.open(on), None, "nightly", &VoidMonitor).expect("done")
}

#[track_caller]
fn said(night: &Night, words: &str) {
    let all: Vec<&String> = night.steps.iter().flat_map(|step| &step.said).collect();
    assert!(all.iter().any(|one| one.contains(words)), "{words:?} is not in {all:#?}");
}

#[test]
fn a_night_takes_in_plans_and_runs_only_what_was_approved() {
    let (city, folder) = prepared(3);
    let first = night(&city, TODAY);
    assert_eq!((first.arrived, first.destroyed, first.due, first.ending()), (4, 0, 0, Ending::Done));
    confirm_all(&mut city.open(TODAY));
    let second = night(&city, TODAY);
    assert_eq!((second.arrived, second.duplicates, second.due), (0, 0, 3), "nothing is read twice");
    said(&second, "D-1 lists 3 items");
    assert_eq!((second.destroyed, second.sampled, second.damaged), (0, 4, 0), "nobody approved it");
    said(&night(&city, TODAY), "D-1 lists exactly those");
    // Approved, it runs; what a hold placed meanwhile covers stays, and the report says why.
    let mut repository = city.open(TODAY);
    disposition::approve(&mut repository, "D-1".parse().expect("a plan"), "approver", None).expect("approved");
    let held = Scope { families: vec![family_of(&repository, "old 0")], ..Scope::default() };
    recordroom::hold::place(&mut repository, "Case 1", "because", &held, "attorney").expect("placed");
    drop(repository);
    let more = Message::new("more", "2023-03-10", "more", "Came later.");
    fs::write(folder.join("creed.mbox"), mbox(&[more])).expect("written");
    let third = night(&city, "2025-02-02");
    assert_eq!((third.arrived, third.destroyed, third.refused, third.ending()), (1, 2, 0, Ending::Done));
    said(&third, "1 kept, because");
    let repository = city.open("2025-02-02");
    assert_clean(&repository);
    assert_eq!(repository.catalog().reading().family_counts().expect("counts").2, 2);
    for path in &third.reports {
        let page = fs::read_to_string(path).expect("a report");
        for word in ["destroyed", "due within 30 days", "EXERCISE", "newest backup", "free where they lie"] {
            assert!(page.contains(word), "{word} is not in {}", path.display());
        }
        assert!(!page.contains("Came later"), "no content");
    }
    // A night late by months does the same work once.
    let late = night(&city, "2025-06-02");
    assert_eq!((late.arrived, late.destroyed), (0, 0));
}

#[test]
fn the_metrics_are_in_the_text_format_of_prometheus() {
    let (city, _) = prepared(1);
    let further = city.room.path().join("collector.prom");
    let done = nightly(&mut city.open(TODAY), Some(&further), "nightly", &VoidMonitor).expect("done");
    let text = fs::read_to_string(&done.metrics).expect("metrics");
    assert_eq!(fs::read_to_string(&further).expect("there too"), text);
    let mut names = std::collections::BTreeSet::new();
    for lines in text.lines().collect::<Vec<_>>().chunks(3) {
        let [help, kind, value] = lines else { panic!("three lines for each: {lines:?}") };
        let name = help.strip_prefix("# HELP ").and_then(|rest| rest.split(' ').next()).expect("a name");
        assert!(names.insert(name) && name.starts_with("recordroom_"));
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'));
        assert_eq!(*kind, format!("# TYPE {name} gauge"));
        let number = value.strip_prefix(&format!("{name}{{exercise=\"true\"}} ")).expect("the value");
        assert!(number.parse::<u64>().is_ok(), "{value}");
    }
    assert!(text.contains("recordroom_nightly_arrived_items{exercise=\"true\"} 2\n"));
    assert!(text.contains("recordroom_nightly_success{exercise=\"true\"} 1\n"));
}

#[test]
fn what_is_still_being_copied_waits_and_what_cannot_be_read_keeps_nothing_out() {
    let (city, folder) = prepared(1);
    let mut profile = Repository::profile_of(&city.repository_path()).expect("a profile");
    profile.nightly.settle_minutes = 10;
    Repository::store_profile(&city.repository_path(), &profile).expect("stored");
    let waits = night(&city, TODAY);
    assert_eq!((waits.arrived, waits.failed), (0, 0));
    said(&waits, "2 are still being copied");
    profile.nightly.settle_minutes = 0;
    Repository::store_profile(&city.repository_path(), &profile).expect("stored");
    fs::write(folder.join("aaa.zip"), b"PK\x03\x04 not really an archive").expect("written");
    let done = night(&city, TODAY);
    assert!(done.arrived >= 2, "the others came in: {:#?}", done.steps);
    // The file grew: it is read again, and what was there is known.
    let more =
        [Message::new("old0", "2023-01-10", "old 0", "Words."), Message::new("grown", "2025-01-21", "grown", "x")];
    fs::write(folder.join("alarson.mbox"), mbox(&more)).expect("written");
    let grown = night(&city, TODAY);
    assert_eq!(grown.arrived, 1, "{:#?}", grown.steps);
    fs::remove_dir_all(&folder).expect("gone");
    let gone = night(&city, TODAY);
    assert_eq!(gone.ending(), Ending::Failed);
    assert_clean(&city.open(TODAY));
}

#[test]
fn a_stop_a_stale_plan_and_a_damaged_item_are_told() {
    let (city, _) = prepared(2);
    night(&city, TODAY);
    let mut repository = city.open(TODAY);
    confirm_all(&mut repository);
    let id = approved_plan(&mut repository);
    disposition::stop(&mut repository, "letter", "clerk").expect("stopped");
    drop(repository);
    let stopped = night(&city, TODAY);
    assert_eq!((stopped.destroyed, stopped.refused, stopped.stopped, stopped.ending()), (0, 1, true, Ending::Refused));
    said(&stopped, "All destruction was stopped by clerk");
    let mut repository = city.open(TODAY);
    disposition::resume(&mut repository, "done", "clerk").expect("resumed");
    let other = APPROVED.replace("cedar-bend-2024", "cedar-bend-2025");
    recordroom::retention::adopt(&mut repository, &other, "clerk").expect("adopted");
    drop(repository);
    let stale = night(&city, TODAY);
    assert_eq!((stale.destroyed, stale.refused, stale.ending()), (0, 1, Ending::Refused));
    said(&stale, "make a new plan");
    assert_eq!(city.open(TODAY).catalog().reading().plan(id).expect("read").1, PlanState::Approved);
    // A byte of a pack is turned over.
    for entry in fs::read_dir(city.repository_path().join("vault/2025-01")).expect("a month") {
        let path = entry.expect("an entry").path();
        let mut bytes = fs::read(&path).expect("readable");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).expect("written");
    }
    let damaged = night(&city, TODAY);
    assert_eq!((damaged.damaged, damaged.ending()), (1, Ending::Integrity));
}

#[test]
fn two_nights_at_once() {
    let (city, _) = prepared(2);
    let repository = city.open(TODAY);
    let lock = repository.nightly_lock().expect("taken");
    let second = nightly(&mut city.open(TODAY), None, "nightly", &VoidMonitor);
    assert!(matches!(second, Err(NightlyError::Running)));
    let done = program(&city).output().expect("started");
    assert_eq!(done.status.code(), Some(3), "refused, and said so");
    assert!(String::from_utf8_lossy(&done.stderr).contains("Another nightly work is running"));
    drop(lock);
    // Really at once: one does everything, the other nothing, or all of it once more when it came after.
    let children: Vec<_> = (0..3).map(|_| program(&city).spawn().expect("started")).collect();
    let codes: Vec<i32> =
        children.into_iter().map(|mut child| child.wait().expect("ended").code().expect("a code")).collect();
    assert!(codes.contains(&0) && codes.iter().all(|code| [0, 3].contains(code)), "{codes:?}");
    let repository = city.open(TODAY);
    assert_clean(&repository);
    assert_eq!(subjects(&repository).len(), 3);
}

fn program(city: &City) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_recordroom"));
    command.arg("--repository").arg(city.repository_path()).args(["--now", TODAY, "--as", "nightly", "nightly"]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// A night that has everything to do: something to take in, something approved to destroy, something to plan.
fn full_night() -> City {
    let (city, folder) = prepared(4);
    night(&city, TODAY);
    let mut repository = city.open(TODAY);
    confirm_all(&mut repository);
    approved_plan(&mut repository);
    drop(repository);
    let more = Message::new("more", "2025-01-22", "more", "Came later.");
    fs::write(folder.join("creed.mbox"), mbox(&[more])).expect("written");
    city
}

/// Copies the city; its drop folder is the copied one.
fn copied(city: &City) -> City {
    let here = city.copied();
    let mut profile = Repository::profile_of(&here.repository_path()).expect("a profile");
    profile.nightly.drop_folder = Some(here.room.path().join("drop"));
    Repository::store_profile(&here.repository_path(), &profile).expect("stored");
    here
}

#[track_caller]
fn assert_done(city: &City, what: &str) {
    let repository = city.open(TODAY);
    assert_clean(&repository);
    assert_eq!(repository.catalog().reading().family_counts().expect("counts").2, 4, "{what}");
    let here: Vec<String> = subjects(&repository).into_iter().collect();
    assert_eq!(here, ["more", "young"], "{what}");
}

#[test]
fn fault_sweep_of_a_night() {
    let prepared = full_night();
    let step = if crate::is_full() { 1 } else { 13 };
    for kind in [FaultKind::FailOnce, FaultKind::Crash] {
        let mut nth = if kind == FaultKind::Crash { 3 } else { 1 };
        loop {
            let here = copied(&prepared);
            let mut repository = here.open(TODAY);
            arm(kind, nth);
            let result = nightly(&mut repository, None, "nightly", &VoidMonitor);
            let passed = disarm();
            drop(repository);
            if passed < nth {
                assert!(result.is_ok());
                eprintln!("night, {kind:?}: {} points", nth - 1);
                assert!(nth > 60, "{nth} points");
                break;
            }
            // The next night does what this one could not.
            let again = nightly(&mut here.open(TODAY), None, "nightly", &VoidMonitor);
            again.unwrap_or_else(|error| panic!("{kind:?} at point {nth}: {error}"));
            assert_done(&here, &format!("{kind:?} at point {nth}"));
            nth += step;
        }
    }
}

#[test]
fn killed_in_the_night_and_started_again() {
    let prepared = full_night();
    let undisturbed = copied(&prepared);
    let start = Instant::now();
    assert!(program(&undisturbed).status().expect("started").success());
    let whole = start.elapsed();
    assert_done(&undisturbed, "undisturbed");
    let (kills, mut random, mut cut_off) = (if crate::is_full() { 20 } else { 4 }, Random::new(20_251_126), 0);
    for kill in 0..kills {
        let here = copied(&prepared);
        for _ in 0..=random.below(2) {
            let mut child = program(&here).spawn().expect("started");
            std::thread::sleep(whole.mul_f64(random.below(1_000) as f64 / 1_000.0).max(Duration::from_millis(5)));
            child.kill().expect("killed");
            cut_off += usize::from(!child.wait().expect("ended").success());
        }
        assert!(program(&here).status().expect("started").success(), "kill {kill}");
        assert_done(&here, &format!("kill {kill}"));
    }
    assert!(cut_off > 0, "at least one was really cut off");
    eprintln!("{cut_off} nights cut off; an undisturbed one took {whole:?}");
}

#[test]
fn the_units_are_printed() {
    let done =
        Command::new(env!("CARGO_BIN_EXE_recordroom")).args(["nightly", "--show-unit"]).output().expect("started");
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success());
    for word in ["Type=oneshot", "SuccessExitStatus=2 3", "OnCalendar=", "Persistent=true", "30 2 * * *"] {
        assert!(said.contains(word), "{word}");
    }
}
