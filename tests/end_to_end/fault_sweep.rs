//! Every fault point of taking in and of destroying, failing once and from then on: run again, the repository is the one
//! an undisturbed run makes (I10), and nothing is found wrong with it.

use crate::support::*;
use recordroom::base::fault::{FaultKind, arm, disarm};
use recordroom::base::monitor::VoidMonitor;
use recordroom::disposition;
use recordroom::ingest::{IngestOptions, ingest};
use recordroom::model::hold::Scope;
use recordroom::repository::Repository;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What an undisturbed run and a disturbed one have to agree on.
#[derive(Debug, PartialEq, Eq)]
struct State {
    originals: BTreeSet<String>,
    accounts: Vec<String>,
    copies: u64,
    exceptions: usize,
    destroyed: u64,
    certificates: Vec<(u64, String)>,
}

fn state(repository: &Repository) -> State {
    let reading = repository.catalog().reading();
    let mut originals = BTreeSet::new();
    let mut copies = 0;
    for (row, _) in families(repository) {
        originals.insert(repository.facts(&row).expect("facts").sha256.to_string());
        copies += reading.copies(row.id).expect("copies").len() as u64;
    }
    let accounts = reading.accounts().expect("accounts");
    let mut certificates = Vec::new();
    for plan in reading.plans().expect("plans") {
        let path = repository.layout().certificates().join(format!("{plan}.json"));
        if let Ok(text) = std::fs::read_to_string(path) {
            let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            certificates.push((value["destroyed"].as_u64().expect("a number"), value["dropped"].to_string()));
        }
    }
    State {
        originals,
        accounts: accounts
            .into_iter()
            .map(|(intake, container, account)| format!("{intake} {container} {account:?}"))
            .collect(),
        copies,
        exceptions: reading.exceptions().expect("exceptions").len(),
        destroyed: reading.family_counts().expect("counts").2,
        certificates,
    }
}

fn exports(city: &City) -> Vec<PathBuf> {
    let old = |n: u32| Message::new(&n.to_string(), &format!("2023-0{}-10", n % 3 + 1), &format!("old {n}"), "Words.");
    let first: Vec<Message> = (0..6).map(old).collect();
    // The second export has copies of the first, and young ones that stay.
    let mut second: Vec<Message> = (3..9).map(old).collect();
    second.push(Message::new("young", "2025-01-20", "young", "Stays."));
    let folder = city.export("bstone/mail.mbox", &second);
    std::os::unix::fs::symlink("/nowhere", folder.with_file_name("link")).expect("a link, which is an exception");
    vec![city.export("alarson.mbox", &first), folder.parent().expect("a folder").to_owned()]
}

/// The quick tier takes every sixth point, and those between for the other kind of fault; the full tier takes all.
fn step() -> u64 {
    if crate::is_full() { 1 } else { 6 }
}

fn first(kind: FaultKind) -> u64 {
    if crate::is_full() || kind == FaultKind::FailOnce { 1 } else { 4 }
}

fn take_all(repository: &mut Repository, paths: &[PathBuf]) -> bool {
    ingest(repository, paths, &IngestOptions::default(), "clerk", &VoidMonitor).is_ok()
}

/// Takes in what is not finished: the same command for each path, as a clerk repeats it.
fn take_again(repository: &mut Repository, paths: &[PathBuf]) {
    let done = repository.catalog().reading().accounts().expect("accounts").len();
    for path in paths {
        let name = path.to_string_lossy().into_owned();
        let cut_off = repository.catalog().reading().unfinished_intakes().expect("read").contains(&name);
        if cut_off || done == 0 || !is_taken(repository, path) {
            assert!(take_all(repository, std::slice::from_ref(path)), "{name}");
        }
    }
}

fn is_taken(repository: &Repository, path: &Path) -> bool {
    let reading = repository.catalog().reading();
    let accounts = reading.accounts().expect("accounts");
    accounts
        .iter()
        .any(|(_, container, _)| reading.container_path(*container).expect("a path") == path.to_string_lossy())
}

fn sweep_ingest(kind: FaultKind) -> u64 {
    let undisturbed = City::exercise();
    let paths = exports(&undisturbed);
    let mut repository = undisturbed.open("2025-02-01");
    assert!(take_all(&mut repository, &paths));
    let expected = state(&repository);
    assert_eq!((expected.originals.len(), expected.exceptions), (10, 1));
    let prepared = City::exercise();
    let mut nth = first(kind);
    loop {
        let city = prepared.copied();
        let paths = exports(&city);
        let mut repository = city.open("2025-02-01");
        arm(kind, nth);
        let went = take_all(&mut repository, &paths);
        let passed = disarm();
        drop(repository);
        let mut repository = city.open("2025-02-01");
        if went && passed < nth {
            eprintln!("{kind:?}: {} points", nth - 1);
            return nth - 1;
        }
        take_again(&mut repository, &paths);
        assert_eq!(state(&repository), expected, "{kind:?} at point {nth}");
        assert_clean(&repository);
        nth += step();
    }
}

fn sweep_dispose(kind: FaultKind) -> u64 {
    let prepared = City::exercise();
    let paths = exports(&prepared);
    let mut repository = prepared.open("2025-02-01");
    assert!(take_all(&mut repository, &paths));
    confirm_all(&mut repository);
    // One of its month stays, so that keys are rewritten and a pack is compacted with something living in it.
    let held = Scope { families: vec![family_of(&repository, "old 0")], ..Scope::default() };
    recordroom::hold::place(&mut repository, "Case 1", "because", &held, "attorney").expect("placed");
    let id = approved_plan(&mut repository);
    drop(repository);
    let undisturbed = prepared.copied();
    let mut repository = undisturbed.open("2025-02-01");
    run(&mut repository, id).expect("executed");
    let expected = state(&repository);
    assert_eq!((expected.destroyed, expected.originals.len()), (8, 2));
    let mut nth = first(kind);
    loop {
        let city = prepared.copied();
        let mut repository = city.open("2025-02-01");
        arm(kind, nth);
        let result = run(&mut repository, id);
        let passed = disarm();
        drop(repository);
        let mut repository = city.open("2025-02-01");
        if result.is_ok() && passed < nth {
            eprintln!("{kind:?}: {} points", nth - 1);
            return nth - 1;
        }
        match run(&mut repository, id) {
            Ok(_) => {}
            // The fault hit something that the run could do without.
            Err(error) => assert!(result.is_ok() && error.is_refusal(), "{kind:?} at point {nth}: {error}"),
        }
        assert_eq!(disposition::finish_interrupted(&mut repository, "clerk").expect("nothing is left"), 0);
        assert_eq!(state(&repository), expected, "{kind:?} at point {nth}");
        assert_clean(&repository);
        nth += step();
    }
}

#[test]
fn fault_sweep_of_ingest_failing_once() {
    let points = sweep_ingest(FaultKind::FailOnce);
    assert!(points > 20, "{points} points");
}

#[test]
fn fault_sweep_of_ingest_crashing() {
    let points = sweep_ingest(FaultKind::Crash);
    assert!(points > 20, "{points} points");
}

#[test]
fn fault_sweep_of_dispose_failing_once() {
    let points = sweep_dispose(FaultKind::FailOnce);
    assert!(points > 40, "{points} points");
}

#[test]
fn fault_sweep_of_dispose_crashing() {
    let points = sweep_dispose(FaultKind::Crash);
    assert!(points > 40, "{points} points");
}

/// One item of a pack goes and the others stay, so nothing is written anew: what is left of it lies where it lay.
#[test]
fn fault_sweep_of_a_destruction_whose_pack_stays() {
    let prepared = City::exercise();
    let mut repository = prepared.open("2025-02-01");
    let one = |n: u32| Message::new(&n.to_string(), "2023-01-10", &format!("old {n}"), &format!("qxpack{n}zq words"));
    take_in(&mut repository, &prepared.export("alarson.mbox", &(0..8).map(one).collect::<Vec<_>>()));
    confirm_all(&mut repository);
    let keys: Vec<_> = repository.key_reader().export_all().expect("keys").into_iter().map(|(_, _, key)| key).collect();
    let families = (1..8).map(|n| family_of(&repository, &format!("old {n}"))).collect();
    let held = Scope { families, ..Scope::default() };
    recordroom::hold::place(&mut repository, "Case 1", "because", &held, "attorney").expect("placed");
    let id = approved_plan(&mut repository);
    drop(repository);
    for kind in [FaultKind::FailOnce, FaultKind::Crash] {
        // A single failure that nobody hears of is looked for at every point.
        let every = if kind == FaultKind::FailOnce { 1 } else { step() };
        for nth in (first(kind)..).step_by(every as usize) {
            let city = prepared.copied();
            let mut repository = city.open("2025-02-01");
            arm(kind, nth);
            let result = run(&mut repository, id);
            let passed = disarm();
            drop(repository);
            let mut repository = city.open("2025-02-01");
            let again = run(&mut repository, id);
            assert!(again.is_ok() || result.is_ok(), "{kind:?} at point {nth}: {again:?}");
            let report = report(&repository);
            assert!(report.is_clean(), "{kind:?} at point {nth}: {:#?}", report.findings);
            let mut found = Vec::new();
            let vault = repository.layout().vault();
            recordroom::vault::decrypt_everything(&vault, &keys, &mut |bytes| found.extend_from_slice(bytes))
                .expect("scanned");
            let found = String::from_utf8_lossy(&found).into_owned();
            let which: Vec<u32> = (0..8).filter(|n| found.contains(&format!("qxpack{n}zq"))).collect();
            assert_eq!(which, (1..8).collect::<Vec<_>>(), "{kind:?} at point {nth}");
            if result.is_ok() && passed < nth {
                eprintln!("{kind:?}: {} points", nth - 1);
                assert!(nth > 30, "{nth} points");
                break;
            }
        }
    }
}
