//! What somebody changed behind the program's back is found, and named.

use crate::support::*;
use recordroom::base::id::PlanId;
use recordroom::model::hold::Scope;
use recordroom::repository::Repository;
use recordroom::verify::{certificate, checkpoint};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A repository with everything in it: a purge executed, another plan approved, a hold, a request, an exception.
fn full() -> City {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let old = |n: u32| Message::new(&n.to_string(), "2024-01-10", &format!("old {n}"), "Words.");
    take_in(&mut repository, &city.export("alarson.mbox", &(0..6).map(old).collect::<Vec<_>>()));
    let folder = city.export("bstone/mail.mbox", &[old(5), Message::new("y", "2025-01-20", "young", "Young.")]);
    std::os::unix::fs::symlink("/nowhere", folder.with_file_name("link")).expect("a link, which is an exception");
    take_in(&mut repository, folder.parent().expect("a folder"));
    confirm_all(&mut repository);
    let keep: Vec<_> = ["old 3", "old 4", "old 5"].map(|subject| family_of(&repository, subject)).to_vec();
    let scope = Scope { families: keep, ..Scope::default() };
    recordroom::hold::place(&mut repository, "Case 1", "because", &scope, "attorney").expect("placed");
    let new = recordroom::request::NewRequest {
        kind: recordroom::model::request::RequestKind::DataSubject,
        requester: "Pat".to_owned(),
        description: "all about me".to_owned(),
        received_on: None,
        litigation_days: None,
        scope: Scope { query: Some("young".to_owned()), ..Scope::default() },
    };
    ask_narrowed(&mut repository, new);
    assert_eq!(purge(&mut repository).destroyed, 3);
    approved_plan(&mut repository);
    checkpoint::export(&repository).expect("exported");
    assert_clean(&repository);
    city
}

fn codes(city: &City) -> BTreeSet<&'static str> {
    report(&city.open("2025-02-01")).findings.into_iter().map(|finding| finding.code).collect()
}

fn sql(directory: &Path, statement: &str) {
    let connection = rusqlite::Connection::open(directory.join("catalog.sqlite")).expect("opened");
    let changed = connection.execute(statement, []).expect("changed");
    assert!(changed > 0, "{statement} changed something");
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("readable");
    assert!(text.contains(from), "{from} is in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).expect("written");
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).expect("readable");
    bytes[at] ^= 1;
    fs::write(path, bytes).expect("written");
}

/// What was changed in the catalog, and the codes of which one at least has to be found.
const ROWS: &[(&str, &str)] = &[
    ("UPDATE event SET actor = 'nobody' WHERE id = 3", "ledger-broken"),
    ("DELETE FROM event WHERE id = (SELECT max(id) FROM event)", "ledger-rewritten"),
    ("UPDATE family SET name = randomblob(32) WHERE state = 'live'", "sealed-batch-changed"),
    ("UPDATE family SET name = randomblob(32) WHERE state = 'destroyed'", "sealed-batch-changed"),
    ("DELETE FROM family WHERE state = 'destroyed' AND id = 2", "families-differ-from-ledger"),
    ("UPDATE family SET event = 1 WHERE id = 3", "sealed-batch-changed"),
    ("DELETE FROM copy WHERE outcome = 'duplicate'", "copies-changed"),
    ("DELETE FROM copy WHERE outcome = 'kept'", "no-copy"),
    ("UPDATE copy SET sealed = randomblob(60) WHERE outcome = 'kept'", "copy-damaged"),
    ("UPDATE hold SET scope = replace(scope, 'F-', 'F-1')", "row-differs-from-ledger"),
    (
        "UPDATE event SET details = replace(details, '[\"F-', '[\"F-1\",\"F-') WHERE act = 'hold-placed'",
        "destroyed-under-hold",
    ),
    (
        "UPDATE hold SET released_at = '2025-01-01T00:00:00.000000Z', released_by = 'x', release_reason = 'x'",
        "row-differs-from-ledger",
    ),
    ("UPDATE hold SET issued_by = 'somebody'", "row-differs-from-ledger"),
    ("UPDATE hold SET basis = 'audit'", "row-differs-from-ledger"),
    ("DELETE FROM protection WHERE guard LIKE 'H-%'", "not-protected"),
    ("UPDATE protection SET until = '2025-01-01' WHERE guard LIKE 'H-%'", "not-protected"),
    ("UPDATE protection SET excluded = 1, until = '2025-01-01' WHERE guard LIKE 'H-%'", "not-protected"),
    ("DELETE FROM protection WHERE guard LIKE 'Q-%'", "not-protected"),
    ("UPDATE request SET due_on = '2025-12-01'", "due-date-differs"),
    ("UPDATE request SET status = 'closed'", "row-differs-from-ledger"),
    ("UPDATE plan SET document = replace(document, 'planner', 'somebody') WHERE id = 1", "plan-changed"),
    ("UPDATE plan SET document = (SELECT document FROM plan WHERE id = 1) WHERE id = 2", "plan-changed"),
    ("UPDATE plan SET state = 'planned' WHERE id = 2", "plan-state-differs"),
    ("UPDATE plan SET state = 'executed' WHERE id = 2", "plan-state-differs"),
    ("UPDATE approval SET approved_by = 'planner' WHERE plan = 1", "approval-changed"),
    ("UPDATE approval SET document = replace(document, '2025', '2024') WHERE plan = 1", "approval-changed"),
    ("DELETE FROM approval WHERE plan = 1", "destroyed-without-plan"),
    ("UPDATE tombstone SET family = 4 WHERE family = 1", "destroyed-without-plan"),
    ("UPDATE family SET state = 'destroyed' WHERE id = 4", "destroyed-without-plan"),
    ("UPDATE destruction SET finished_event = NULL", "intent-open"),
    ("UPDATE account SET kept = kept + 1", "account-does-not-add-up"),
    ("UPDATE account SET kept = kept + 1, found = found + 1", "accounts-differ"),
    ("UPDATE account SET kept = kept + 1, duplicates = duplicates - 1 WHERE duplicates > 0", "accounts-differ"),
    (
        "INSERT INTO production VALUES (1, 1, 'V', 'CITY-', 2, 5, 1, '2025-01-01T00:00:00.000000Z', 'x', 'x', 1, 99, \
         '2025-01', 9, 0, 0, x'00000000000000000000000000000000')",
        "numbers-differ",
    ),
    ("UPDATE edition SET digest = '00'", "schedule-changed"),
    ("UPDATE family SET at = at + 1 WHERE state = 'live'", "bytes-damaged"),
    ("UPDATE exception SET seal = randomblob(16)", "bytes-damaged"),
    ("UPDATE exception SET code = 'malformed'", "name-differs"),
    ("DELETE FROM record WHERE part IS NULL AND family = 4", "members-differ"),
    ("UPDATE pack_extent SET families = families + 1", "pack-count-differs"),
    ("UPDATE pack_extent SET end = end + 1", "pack-short"),
];

#[test]
fn every_changed_row_is_found() {
    let city = full();
    let directory = city.repository_path();
    let saved = city.room.path().join("saved.sqlite");
    fs::copy(directory.join("catalog.sqlite"), &saved).expect("saved");
    for (statement, code) in ROWS {
        sql(&directory, statement);
        let found = codes(&city);
        assert!(found.contains(code), "{statement}: {found:?}");
        for ending in ["-wal", "-shm"] {
            let _ = fs::remove_file(directory.join(format!("catalog.sqlite{ending}")));
        }
        fs::copy(&saved, directory.join("catalog.sqlite")).expect("put back");
    }
    assert!(codes(&city).is_empty());
}

#[test]
fn a_catalog_of_the_first_version_is_brought_up_and_loses_nothing() {
    let city = full();
    let older = rusqlite::Connection::open(city.repository_path().join("catalog.sqlite")).expect("opened");
    for (table, columns) in [
        ("hold", &["basis", "protect_until"][..]),
        ("request", &["whole_scope", "whole_through", "whole_until", "cycle_days", "cycle_from", "confirmed_on"]),
        ("protection", &["until", "excluded"]),
    ] {
        for column in columns {
            older.execute_batch(&format!("ALTER TABLE {table} DROP COLUMN {column}")).expect("dropped");
        }
    }
    for table in ["matter_event", "matter_item", "matter"] {
        older.execute_batch(&format!("DROP TABLE {table}")).expect("dropped");
    }
    older.pragma_update(None, "user_version", 1).expect("set");
    drop(older);
    let found = codes(&city);
    // The hold of this city says its basis in the ledger; one that the first version placed would not.
    assert!(found.is_subset(&BTreeSet::from(["row-differs-from-ledger"])), "{found:?}");
    let repository = city.open("2025-02-01");
    assert_eq!(repository.catalog().reading().holds().expect("read").len(), 1);
    drop(repository);
    assert_eq!(purge(&mut city.open("2025-02-01")).destroyed, 0, "what it held is held");
}

#[test]
fn every_changed_file_is_found() {
    type Change = fn(&City, &Path);
    fn pack(directory: &Path) -> std::path::PathBuf {
        let month = directory.join("vault/2025-01");
        fs::read_dir(month).expect("a month").next().expect("a pack").expect("readable").path()
    }
    let changes: &[(&str, Change, &str)] = &[
        ("a byte of an item", |_, d| flip(&pack(d), 200), "bytes-damaged"),
        ("a pack is gone", |_, d| fs::remove_file(pack(d)).expect("removed"), "pack-missing"),
        (
            "a stranger's pack",
            |_, d| {
                fs::create_dir_all(d.join("vault/2019-01")).expect("a month");
                fs::write(d.join("vault/2019-01/0001.pack"), b"left").expect("written");
            },
            "pack-orphaned",
        ),
        (
            "bytes behind the last item",
            |_, d| {
                let mut bytes = fs::read(pack(d)).expect("readable");
                bytes.extend_from_slice(b"left behind");
                fs::write(pack(d), bytes).expect("written");
            },
            "bytes-orphaned",
        ),
        (
            "the frozen schedule",
            |_, d| edit(&d.join("schedules/cedar-bend-2024.toml"), "365 days", "1 days"),
            "schedule-changed",
        ),
        ("the certificate", |_, d| edit(&d.join("certificates/D-1.json"), "operator", "nobody"), "certificate-changed"),
        ("its text", |_, d| edit(&d.join("certificates/D-1.txt"), "operator", "nobody"), "certificate-changed"),
        (
            "the certificate is gone",
            |_, d| fs::remove_file(d.join("certificates/D-1.json")).expect("removed"),
            "certificate-missing",
        ),
        (
            "the checkpoint",
            |_, d| {
                let path = fs::read_dir(d.join("checkpoints")).expect("a folder").next().expect("one").expect("one");
                edit(&path.path(), "events: ", "events: 1");
            },
            "checkpoint-changed",
        ),
        (
            "a key of the second place",
            |city, _| {
                let months = city.room.path().join("keys-second/months");
                let file = fs::read_dir(months).expect("a folder").next().expect("a month").expect("one").path();
                flip(&file, 20 + 30);
            },
            "second-place-differs",
        ),
    ];
    for (what, change, code) in changes {
        let city = full();
        change(&city, &city.repository_path());
        let found = codes(&city);
        assert!(found.contains(code), "{what}: {found:?}");
    }
}

#[test]
fn an_older_catalog_beside_a_newer_vault_is_refused_and_nothing_is_cleared() {
    use recordroom::base::id::FamilyId;
    use recordroom::vault::{FamilyKey, KeySet, Month};
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    take_in(&mut repository, &city.export("alarson.mbox", &[Message::new("1", "2024-01-10", "old", "Words.")]));
    // More keys than one interrupted batch can leave: the rest of the catalog is missing.
    let month = Month::new(2024, 2).expect("a month");
    let keys: Vec<_> = (10..5_020).map(|n| (month, FamilyId::new(n), FamilyKey::random())).collect();
    let profile = repository.profile().clone();
    let mut set = KeySet::open(&profile.key_set, &profile.key_set_second, &profile.repository).expect("opened");
    set.add_batch(&keys).expect("added");
    drop(set);
    let error = repository.work().map(|_| ()).expect_err("refused");
    assert!(error.is_integrity() && error.to_string().contains("older than the vault"), "{error}");
    assert_eq!(repository.key_reader().families(month).expect("read").len(), keys.len(), "nothing was erased");
    let found = codes(&city);
    assert!(found.contains("key-orphaned"), "{found:?}");
}

#[test]
fn a_key_that_came_back_from_an_old_copy_is_found_at_either_place() {
    // The key set as it was before the purge, put in the place of the one after it: what a careless restore does.
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let old = |n: u32| Message::new(&n.to_string(), "2024-01-10", &format!("old {n}"), "Words.");
    take_in(&mut repository, &city.export("alarson.mbox", &(0..3).map(old).collect::<Vec<_>>()));
    confirm_all(&mut repository);
    let copy = |from: &str, to: &str| {
        let (from, to) = (city.room.path().join(from), city.room.path().join(to));
        let _ = fs::remove_dir_all(&to);
        fs::create_dir_all(to.join("months")).expect("a folder");
        for name in ["root.key", "wrapped.json"] {
            fs::copy(from.join(name), to.join(name)).expect("copied");
        }
        for entry in fs::read_dir(from.join("months")).expect("a folder") {
            let entry = entry.expect("an entry");
            fs::copy(entry.path(), to.join("months").join(entry.file_name())).expect("copied");
        }
    };
    copy("keys", "old-keys");
    assert_eq!(purge(&mut repository).destroyed, 3);
    assert_clean(&repository);
    drop(repository);
    copy("keys", "new-keys");
    copy("old-keys", "keys");
    let found = codes(&city);
    assert!(found.contains("key-of-destroyed") && found.contains("second-place-differs"), "{found:?}");
    copy("new-keys", "keys");
    copy("old-keys", "keys-second");
    let found = codes(&city);
    assert!(found.contains("second-place-differs"), "{found:?}");
}

#[test]
fn an_edited_plan_approval_or_certificate_is_refused_and_says_what_changed() {
    let city = full();
    let directory = city.repository_path();
    let told = |result: Result<recordroom::disposition::RunReport, recordroom::disposition::DispositionError>| {
        result.expect_err("refused").to_string()
    };
    let saved = city.room.path().join("saved.sqlite");
    fs::copy(directory.join("catalog.sqlite"), &saved).expect("saved");
    sql(
        &directory,
        "UPDATE plan SET document = replace(document, '\"planned_by\":\"planner\"', '\"planned_by\":\"x\"')",
    );
    let message = told(run(&mut city.open("2025-02-01"), PlanId::new(2)));
    assert!(message.contains("plan was changed") && message.ends_with(": planned_by"), "{message}");
    fs::copy(&saved, directory.join("catalog.sqlite")).expect("put back");
    sql(&directory, "UPDATE approval SET document = replace(document, '\"exercise\":true', '\"exercise\":false')");
    let message = told(run(&mut city.open("2025-02-01"), PlanId::new(2)));
    assert!(message.contains("approval was changed") && message.ends_with(": exercise"), "{message}");
    // The certificate is checked where there is nothing but the file.
    let text = fs::read_to_string(directory.join("certificates/D-1.json")).expect("readable");
    let mut document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let key = city.open("2025-02-01").signer().public_key_hex();
    assert_eq!(certificate::check(&document, Some(&key)).expect("as it was signed").destroyed, 3);
    assert!(certificate::check(&document, Some(&"00".repeat(32))).is_err(), "another city's key");
    document["items"][0][0] = serde_json::json!("F-9");
    let error = certificate::check(&document, Some(&key)).expect_err("changed").to_string();
    assert!(error.ends_with("changed after it was signed: items"), "{error}");
}

#[test]
fn a_checkpoint_kept_elsewhere_tells_when_the_ledger_was_rewritten() {
    let city = full();
    let repository: Repository = city.open("2025-02-01");
    let (_, kept) = checkpoint::export(&repository).expect("exported");
    assert_eq!(checkpoint::check(&repository, &kept, None).expect("looked"), []);
    let elsewhere = full().open("2025-02-01").signer().public_key_hex();
    assert_eq!(checkpoint::check(&repository, &kept, Some(&elsewhere)).expect("looked")[0].code, "checkpoint-changed");
    drop(repository);
    // The last events taken away: the chain that is left holds, and is not the one that was signed.
    sql(&city.repository_path(), "DELETE FROM event WHERE id > 8");
    let repository = city.open("2025-02-01");
    assert_eq!(checkpoint::check(&repository, &kept, None).expect("looked")[0].code, "ledger-rewritten");
}

#[test]
fn a_file_that_nothing_names_is_told_wherever_it_lies() {
    let city = full();
    let month =
        fs::read_dir(city.room.path().join("keys/months")).expect("readable").flatten().next().expect("one").path();
    let month = month.file_name().expect("a name").to_string_lossy().replace(".keys", "-copy.keys");
    for (folder, name, code, words) in [
        ("keys/months", month.as_str(), "key-file-orphaned", "erases it"),
        ("keys-second/months", month.as_str(), "key-file-orphaned", "erases it"),
        ("keys", "root.key.old", "file-stray", "nothing names this file"),
        ("keys-second", "root.key (1)", "file-stray", "nothing names this file"),
        ("repository/vault", "notes.txt", "file-stray", "nothing names this file"),
        ("repository/vault/2024-01", "1.pack.bak", "file-stray", "nothing names this file"),
        ("repository/index", "s1.old", "file-stray", "nothing names this file"),
    ] {
        let city = city.copied();
        let path = city.room.path().join(folder).join(name);
        fs::write(&path, "whatever").expect("written");
        let found = report(&city.open("2025-02-01")).findings;
        assert_eq!(found.iter().map(|one| one.code).collect::<Vec<_>>(), [code], "{found:?}");
        assert_eq!(found[0].subject, path.display().to_string());
        assert!(found[0].message.contains(words), "{found:?}");
        // What opening for work clears is gone then; everything else is for a person to look at.
        drop(city.open("2025-02-01").work().expect("work"));
        assert_eq!(path.exists(), code == "file-stray", "{folder}/{name}");
    }
}

#[test]
fn a_lost_row_is_told_by_a_search_and_keeps_nobody_from_the_rest() {
    let city = full();
    let young = family_of(&city.open("2025-02-01"), "young");
    let before = recordroom::finding::search(&city.open("2025-02-01"), "words OR young", 50).expect("searched");
    let connection = rusqlite::Connection::open(city.repository_path().join("catalog.sqlite")).expect("opened");
    connection.pragma_update(None, "foreign_keys", false).expect("set");
    assert_eq!(connection.execute("DELETE FROM family WHERE id = ?1", [young.get()]).expect("deleted"), 1);
    drop(connection);
    let found = recordroom::finding::search(&city.open("2025-02-01"), "words OR young", 50).expect("searched");
    assert_eq!((found.hits.len(), found.count), (before.hits.len() - 1, before.count));
    assert_eq!(found.unreadable, [young]);
    assert_eq!(found.not_shown.iter().map(|one| one.family).collect::<Vec<_>>(), [young]);
    let searched = std::process::Command::new(env!("CARGO_BIN_EXE_recordroom"))
        .arg("--repository")
        .arg(city.repository_path())
        .args(["--now", "2025-02-01", "--as", "it", "search", "words OR young"])
        .output()
        .expect("started");
    let told = String::from_utf8_lossy(&searched.stdout).into_owned();
    assert_eq!(searched.status.code(), Some(2), "done with exceptions: {told}");
    let sentence = format!(
        "1 item could not be shown: {young} (the index knows it, and its row is not in the catalog). What else is wrong: \
         recordroom verify"
    );
    assert!(told.contains(&sentence) && told.contains("old 3"), "{told}");
}
