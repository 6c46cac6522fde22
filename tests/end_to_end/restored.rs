//! The disk is lost: yesterday's data backup and today's key set. Every kept and held item opens, no destroyed one does,
//! and nothing destroyed can be searched at any moment; whatever fails or is cut off on the way.

use crate::support::*;
use recordroom::backup::{self, BackupError, RestoreReport, Restoring};
use recordroom::base::fault::{FaultKind, arm, disarm};
use recordroom::base::monitor::VoidMonitor;
use recordroom::finding::search;
use recordroom::model::hold::Scope;
use recordroom::repository::{Repository, RepositoryError};
use recordroom::vault::{KeySet, VaultError};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const YESTERDAY: &str = "2025-02-01";
const TODAY: &str = "2025-02-02";

/// A city with a backup of yesterday. Today three were destroyed, one was held back, and one came in.
struct Lost {
    city: City,
    backups: PathBuf,
}

fn take(repository: &mut Repository, folder: &Path) -> Result<backup::BackupReport, BackupError> {
    backup::take(repository, folder, 3, "it", &VoidMonitor)
}

fn lost() -> Lost {
    let city = City::exercise();
    let backups = city.room.path().join("backups");
    let mut repository = city.open(YESTERDAY);
    let old = |n: usize| Message::new(&format!("{n}"), "2023-01-10", &format!("old {n}"), &format!("qxold{n}zq words"));
    let mut messages: Vec<Message> = (0..4).map(old).collect();
    messages.push(Message::new("young", "2025-01-20", "young", "qxyoungzq stays"));
    take_in(&mut repository, &city.export("alarson.mbox", &messages));
    confirm_all(&mut repository);
    let held = Scope { families: vec![family_of(&repository, "old 0")], ..Scope::default() };
    recordroom::hold::place(&mut repository, "Case 1", "because", &held, "attorney").expect("placed");
    let report = take(&mut repository, &backups).expect("backed up");
    assert_eq!((report.unchanged.0, report.removed), (0, 0));
    drop(repository);
    let mut repository = city.open(TODAY);
    assert_eq!(purge(&mut repository).destroyed, 3);
    let later = Message::new("later", "2025-01-30", "later", "qxlaterzq came in after the backup");
    take_in(&mut repository, &city.export("bstone.mbox", &[later]));
    assert_clean(&repository);
    drop(repository);
    Lost { city, backups }
}

impl Lost {
    fn keys(&self) -> PathBuf {
        self.city.room.path().join("keys")
    }
    fn second(&self) -> PathBuf {
        self.city.room.path().join("keys-second")
    }
    fn to(&self) -> PathBuf {
        self.city.room.path().join("restored")
    }
    fn restore(&self, keys: &Path) -> Result<RestoreReport, BackupError> {
        // In a copy of the city the backup names the places of the city it was copied from.
        let second = if keys == self.second() { self.keys() } else { self.second() };
        self.restore_with(keys, Some(&second))
    }
    fn restore_with(&self, keys: &Path, second: Option<&Path>) -> Result<RestoreReport, BackupError> {
        let to = self.to();
        let what =
            Restoring { backup: &self.backups, key_set: keys, key_set_second: second, to: &to, now: Some(day(TODAY)) };
        backup::restore(&what, "it", &VoidMonitor)
    }
    fn copied(&self) -> Self {
        let city = self.city.copied();
        let backups = city.room.path().join("backups");
        Self { city, backups }
    }
}

fn found(repository: &Repository, word: &str) -> usize {
    search(repository, word, 10).expect("searched").hits.len()
}

/// What has to be true of a repository that was put back.
#[track_caller]
fn assert_put_back(lost: &Lost) {
    let mut repository = Repository::open(&lost.to(), Some(day(TODAY))).expect("opens");
    assert_clean(&repository);
    let here: BTreeSet<String> = subjects(&repository).into_iter().collect();
    assert_eq!(here, BTreeSet::from(["old 0".to_owned(), "young".to_owned()]), "kept and held ones open");
    assert_eq!(repository.catalog().reading().family_counts().expect("counts").2, 3, "destroyed ones stay destroyed");
    for (word, hits) in [("qxold0zq", 1), ("qxyoungzq", 1), ("qxold1zq", 0), ("qxold2zq", 0), ("qxold3zq", 0)] {
        assert_eq!(found(&repository, word), hits, "{word}");
    }
    // The hold still stands: nothing of it goes.
    let next = plan(&mut repository);
    assert_eq!((next.counts.eligible, next.counts.held), (0, 1));
    // Nothing runs until a person has entered what the backup does not have.
    let stop =
        recordroom::disposition::standing_stop(&repository.catalog().reading()).expect("read").expect("it stands");
    assert!(stop.reason.contains("put back from a backup"));
    // What came in after the backup comes in again, under a number of its own, and its old key is not erased by it.
    let waiting: u64 = repository.catalog().reading().waiting_keys().expect("read").iter().map(|one| one.keys).sum();
    assert_eq!(waiting, 1);
    let keys = |repository: &Repository| repository.key_reader().export_all().expect("keys").len();
    assert_eq!(keys(&repository), 3, "two that open, and one that waits");
    let again = lost.city.room.path().join("exports/bstone.mbox");
    assert_eq!(take_in(&mut repository, &again).totals.kept, 1);
    assert_eq!((found(&repository, "qxlaterzq"), keys(&repository)), (1, 4));
    assert_eq!(repository.work().expect("work").forget_waiting_keys("taken in again", "it").expect("forgotten"), 1);
    assert_eq!(keys(&repository), 3);
    assert_clean(&repository);
}

#[test]
fn disk_lost_and_put_back_with_the_newest_keys() {
    for second in [false, true] {
        let lost = lost();
        let keys = if second { lost.second() } else { lost.keys() };
        let report = lost.restore_with(&keys, None).expect("put back");
        assert_eq!((report.destroyed_since, report.difference.without_row), (3, 1));
        assert_eq!(report.protected_then, []);
        assert_put_back(&lost);
    }
}

#[test]
fn with_one_place_of_the_keys_lost_too_it_is_written_anew() {
    let lost = lost();
    fs::remove_dir_all(lost.keys()).expect("lost");
    lost.restore(&lost.second()).expect("put back");
    assert_put_back(&lost);
    assert!(lost.keys().join("root.key").is_file(), "the lost place is there again");
}

#[test]
fn an_older_key_set_and_a_changed_backup_are_refused() {
    let city = City::exercise();
    let mut repository = city.open(YESTERDAY);
    take_in(&mut repository, &city.export("alarson.mbox", &[Message::new("1", "2023-01-10", "one", "x")]));
    let old_keys = city.room.path().join("old-keys");
    copy_tree(&city.room.path().join("keys"), &old_keys);
    take_in(&mut repository, &city.export("bstone.mbox", &[Message::new("2", "2023-01-11", "two", "x")]));
    let backups = city.room.path().join("backups");
    take(&mut repository, &backups).expect("backed up");
    drop(repository);
    let lost = Lost { city, backups };
    fs::remove_dir_all(lost.keys()).expect("lost");
    fs::remove_dir_all(lost.second()).expect("lost");
    let error = lost.restore(&old_keys).expect_err("older than the backup");
    assert!(matches!(error, BackupError::Repository(RepositoryError::KeysOlder { .. })), "{error}");
    assert!(!lost.to().exists(), "nothing was put back");
    copy_tree(&old_keys, &lost.keys());
    // Each file in turn: a byte turned over, the end cut off, gone.
    let lost = self::lost();
    let backup = fs::read_dir(&lost.backups).expect("backups").next().expect("one").expect("readable").path();
    for path in all_files(&backup) {
        let whole = fs::read(&path).expect("readable");
        let mut turned = whole.clone();
        let middle = turned.len() / 2;
        turned[middle] ^= 1;
        // What follows the last line of the list means nothing; half of it is no list.
        let cut = if path.ends_with("backup.json") { middle } else { whole.len() - 1 };
        for damaged in [Some(&turned[..]), Some(&whole[..cut]), None] {
            match damaged {
                Some(bytes) => fs::write(&path, bytes).expect("written"),
                None => fs::remove_file(&path).expect("removed"),
            }
            let error = lost.restore(&lost.keys()).expect_err("damaged");
            let is_told = match damaged {
                Some(_) => matches!(error, BackupError::Changed { .. }),
                None => matches!(error, BackupError::Repository(RepositoryError::Io { .. }) | BackupError::NoBackup(_)),
            };
            assert!(is_told, "{}: {error}", path.display());
            assert!(!lost.to().exists(), "nothing was put back");
        }
        fs::write(&path, whole).expect("written");
    }
    lost.restore(&lost.keys()).expect("whole again");
}

fn all_files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { all.extend(all_files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

fn copy_tree(from: &Path, to: &Path) {
    for path in all_files(from) {
        let target = to.join(path.strip_prefix(from).expect("below"));
        fs::create_dir_all(target.parent().expect("a folder")).expect("folders");
        fs::copy(&path, target).expect("copied");
    }
}

#[test]
fn an_older_catalog_without_its_index_erases_no_newer_key() {
    let city = City::exercise();
    let mut repository = city.open(YESTERDAY);
    take_in(&mut repository, &city.export("alarson.mbox", &[Message::new("1", "2023-01-10", "one", "x")]));
    drop(repository);
    let older = city.copied();
    let mut repository = city.open(YESTERDAY);
    take_in(&mut repository, &city.export("bstone.mbox", &[Message::new("2", "2023-01-11", "two", "x")]));
    let keys = repository.key_reader().export_all().expect("keys");
    drop(repository);
    // The catalog of the day before is put in its place, and the index is gone, as a restore by hand does it.
    for name in ["catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm"] {
        let _ = fs::remove_file(city.repository_path().join(name));
        let from = older.repository_path().join(name);
        if from.exists() {
            fs::copy(from, city.repository_path().join(name)).expect("copied");
        }
    }
    fs::remove_dir_all(city.repository_path().join("index")).expect("no index");
    fs::create_dir(city.repository_path().join("index")).expect("an empty one");
    let mut repository = city.open(YESTERDAY);
    let error = repository.work().map(|_| ()).expect_err("refused");
    assert!(matches!(error, RepositoryError::CatalogOlderThanKeys { .. }), "{error}");
    assert_eq!(repository.key_reader().export_all().expect("keys"), keys, "no newer key was erased");
    // One that went another way has as many events, and is told apart by their hashes.
    let id = plan(&mut repository).plan;
    for _ in 0..20 {
        let _ = recordroom::disposition::approve(&mut repository, id, "planner", None);
    }
    let error = repository.work().map(|_| ()).expect_err("refused");
    assert!(error.to_string().contains("has another event in its place"), "{error}");
}

#[test]
fn a_second_backup_copies_only_what_changed_and_old_ones_go() {
    let city = City::exercise();
    let folder = city.room.path().join("backups");
    let mut repository = city.open(YESTERDAY);
    for n in 0..5 {
        let one = Message::new(&n.to_string(), &format!("2023-0{}-10", n + 1), &format!("one {n}"), "x");
        take_in(&mut repository, &city.export(&format!("alarson{n}.mbox"), &[one]));
        let report = take(&mut repository, &folder).expect("backed up");
        assert_eq!(report.unchanged.0, n, "a pack of each month before");
        assert_eq!(report.removed, u64::from(n >= 3));
    }
    assert_eq!(fs::read_dir(&folder).expect("readable").count(), 3);
    for inside in
        [city.repository_path().join("backups"), city.room.path().join("keys/backups"), city.room.path().to_owned()]
    {
        let error = take(&mut repository, &inside).expect_err("refused");
        assert!(matches!(error, BackupError::Place { .. }), "{}: {error}", inside.display());
    }
}

#[test]
fn what_was_freed_and_destroyed_after_the_backup_is_told_and_is_no_finding() {
    let city = City::exercise();
    let backups = city.room.path().join("backups");
    let mut repository = city.open(YESTERDAY);
    take_in(&mut repository, &city.export("alarson.mbox", &[Message::new("1", "2023-01-10", "old 0", "words")]));
    confirm_all(&mut repository);
    let family = family_of(&repository, "old 0");
    let everything = Scope { from: "2020-01-01".parse().ok(), ..Scope::default() };
    let hold =
        recordroom::hold::place(&mut repository, "Case 1", "because", &everything, "attorney").expect("placed").hold;
    take(&mut repository, &backups).expect("backed up");
    // Released after the backup, cooled down, and destroyed as it should be.
    recordroom::hold::release(&mut repository, hold, "settled", "attorney").expect("released");
    drop(repository);
    assert_eq!(purge(&mut city.open("2025-03-20")).destroyed, 1);
    let lost = Lost { city, backups };
    let report = lost.restore(&lost.keys()).expect("put back");
    assert_eq!((report.destroyed_since, report.protected_then), (1, vec![family]), "a person is told of it");
    assert_clean(&Repository::open(&lost.to(), Some(day(TODAY))).expect("opens"));
}

#[test]
fn a_backup_made_after_an_older_one_was_put_back_is_the_newest_and_stays() {
    let city = City::exercise();
    let folder = city.room.path().join("backups");
    let mut repository = city.open(YESTERDAY);
    let older = backup::take(&mut repository, &folder, 9, "it", &VoidMonitor).expect("backed up").directory;
    for n in 0..8 {
        let one = Message::new(&n.to_string(), "2023-01-10", &format!("one {n}"), "x");
        take_in(&mut repository, &city.export(&format!("alarson{n}.mbox"), &[one]));
    }
    let abandoned = backup::take(&mut repository, &folder, 9, "it", &VoidMonitor).expect("backed up");
    drop(repository);
    // The older one is put back, and the work goes on from there with fewer events than the other one has.
    let (keys, second) = (city.room.path().join("keys"), city.room.path().join("keys-second"));
    let restore = |from: &Path, to: &str| {
        let to = city.room.path().join(to);
        let now = Some(day(TODAY));
        let what = Restoring { backup: from, key_set: &keys, key_set_second: Some(&second), to: &to, now };
        let report = backup::restore(&what, "it", &VoidMonitor).expect("put back");
        (report, Repository::open(&to, now).expect("opens"))
    };
    let (_, mut repository) = restore(&older, "again");
    let made = backup::take(&mut repository, &folder, 2, "it", &VoidMonitor).expect("backed up");
    assert!(made.manifest.event > abandoned.manifest.event, "no event has a number that one of the other line had");
    assert!(made.directory.is_dir() && abandoned.directory.is_dir() && !older.is_dir(), "the oldest one went");
    // Made once more of the same event, it takes its own place.
    drop(repository);
    let (report, repository) = restore(&folder, "once-more");
    assert_eq!((report.backup, report.manifest), (made.directory, made.manifest));
    assert_clean(&repository);
}

#[test]
fn either_place_of_the_keys_is_written_anew_and_a_good_one_never_over() {
    let lost = lost();
    let id = city_id(&lost.city);
    let error = KeySet::restore_first_place(&lost.keys(), &lost.second(), &id).expect_err("it opens");
    assert!(matches!(error, VaultError::KeySetExists { .. }), "{error}");
    for (gone, word) in [(lost.keys(), "first"), (lost.second(), "second")] {
        let before = all_files(&gone).len();
        fs::remove_dir_all(&gone).expect("lost");
        let said = recordroom(&lost.city, &["keys", "restore"]);
        assert!(said.contains(&format!("The {word} place")), "{said}");
        assert_eq!(all_files(&gone).len(), before);
        assert!(recordroom(&lost.city, &["keys", "status"]).contains("reads back"));
        assert!(recordroom(&lost.city, &["keys", "restore"]).contains("nothing was changed"));
        assert_clean(&lost.city.open(TODAY));
    }
}

fn city_id(city: &City) -> String {
    Repository::profile_of(&city.repository_path()).expect("a profile").repository
}

fn recordroom(city: &City, arguments: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_recordroom"))
        .arg("--repository")
        .arg(city.repository_path())
        .args(["--now", TODAY, "--as", "it"])
        .args(arguments)
        .output()
        .expect("started");
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

fn step() -> u64 {
    if crate::is_full() { 1 } else { 9 }
}

#[test]
fn fault_sweep_of_backup() {
    let prepared = lost();
    for kind in [FaultKind::FailOnce, FaultKind::Crash] {
        let mut nth = 1;
        loop {
            let here = prepared.copied();
            let mut repository = here.city.open(TODAY);
            arm(kind, nth);
            let result = take(&mut repository, &here.backups);
            let passed = disarm();
            drop(repository);
            if result.is_ok() && passed < nth {
                eprintln!("backup, {kind:?}: {} points", nth - 1);
                assert!(nth > 15, "{nth} points");
                break;
            }
            // Whatever happened, the newest backup that is there is whole and can be put back.
            let report = here.restore(&here.keys()).unwrap_or_else(|error| panic!("{kind:?} at point {nth}: {error}"));
            assert!(report.destroyed_since == 3 || report.destroyed_since == 0);
            let repository = Repository::open(&here.to(), Some(day(TODAY))).expect("opens");
            assert_clean(&repository);
            // And the next backup is made as if nothing had been.
            let again = prepared.copied();
            let mut repository = again.city.open(TODAY);
            arm(kind, nth);
            let _ = take(&mut repository, &again.backups);
            disarm();
            drop(repository);
            take(&mut again.city.open(TODAY), &again.backups).unwrap_or_else(|error| panic!("{kind:?} {nth}: {error}"));
            assert_clean(&again.city.open(TODAY));
            // Either place of the keys alone puts it back: a crash between the two leaves neither behind.
            let seen = |place: PathBuf| fs::read_to_string(place.join("last-event")).expect("a mark");
            assert_eq!(seen(again.keys()), seen(again.second()), "{kind:?} at point {nth}");
            nth += step();
        }
    }
}

#[test]
fn fault_sweep_of_restore() {
    let prepared = lost();
    for kind in [FaultKind::FailOnce, FaultKind::Crash] {
        let mut nth = if kind == FaultKind::Crash { 2 } else { 1 };
        loop {
            let here = prepared.copied();
            arm(kind, nth);
            let result = here.restore(&here.keys());
            let passed = disarm();
            if result.is_ok() && passed < nth {
                eprintln!("restore, {kind:?}: {} points", nth - 1);
                assert!(nth > 40, "{nth} points");
                break;
            }
            if here.to().exists() {
                // It got its name as the last step, so it is whole.
                assert_clean(&Repository::open(&here.to(), Some(day(TODAY))).expect("opens"));
            } else {
                assert!(result.is_err());
                here.restore(&here.keys()).unwrap_or_else(|error| panic!("{kind:?} at point {nth}: {error}"));
            }
            assert_put_back(&here);
            nth += step();
        }
    }
}

#[test]
fn killed_while_backing_up_and_putting_back() {
    let prepared = lost();
    let run = |here: &Lost, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_recordroom"));
        command
            .arg("--repository")
            .arg(here.city.repository_path())
            .args(["--now", TODAY, "--as", "it"])
            .args(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let mut random = Random::new(20_251_125);
    let kills = if crate::is_full() { 20 } else { 3 };
    let (mut whole, mut cut_off) = (Duration::from_millis(400), 0);
    for kill in 0..kills {
        let here = prepared.copied();
        let (backups, keys, second, to) = (here.backups.clone(), here.keys(), here.second(), here.to());
        let name = |path: &Path| path.to_string_lossy().into_owned();
        let backup = ["backup".to_owned(), name(&backups)];
        let (one, two) = ("--key-set".to_owned(), "--key-set-second".to_owned());
        let restore = ["restore".to_owned(), name(&backups), one, name(&keys), two, name(&second), name(&to)];
        for arguments in [&backup[..], &restore[..]] {
            let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
            // Killed up to twice before it is left alone. A restore that came to its end is not asked for again.
            for _ in 0..=random.below(2) {
                let begun = Instant::now();
                let mut child = run(&here, &words).spawn().expect("started");
                std::thread::sleep(whole.mul_f64(random.below(1_000) as f64 / 1_000.0));
                child.kill().expect("killed");
                if child.wait().expect("ended").success() {
                    whole = begun.elapsed();
                } else {
                    cut_off += 1;
                }
            }
            let is_there = words[0] == "restore" && to.exists();
            assert!(is_there || run(&here, &words).status().expect("started").success(), "kill {kill}: {words:?}");
        }
        let repository = Repository::open(&to, Some(day(TODAY))).expect("opens");
        assert_clean(&repository);
        let (hits, gone) = (found(&repository, "qxold0zq"), found(&repository, "qxold1zq"));
        assert_eq!((hits, gone), (1, 0), "kill {kill}");
    }
    assert!(cut_off > 0, "at least one run was really cut off");
    eprintln!("{cut_off} runs cut off");
}

#[test]
fn everything_is_written_out_and_goes_on_where_it_was_cut_off() {
    let city = City::exercise();
    let mut repository = city.open(TODAY);
    let subject = "=HYPERLINK(\"x\")";
    let messages = [Message::new("1", "2023-01-10", subject, "one"), Message::new("2", "2025-01-20", "two", "two")];
    take_in(&mut repository, &city.export("alarson.mbox", &messages));
    let own = Message::new("3", "2025-01-21", "family photo", "from her own phone");
    take_in(&mut repository, &city.export("bstone-own-phone.mbox", &[own]));
    let folder = city.room.path().join("everything");
    let mut nth = 1;
    loop {
        arm(FaultKind::Crash, nth);
        let result = backup::export_all(&mut repository, &folder, "it", &VoidMonitor);
        disarm();
        if result.is_ok() {
            break;
        }
        nth += 1;
    }
    assert!(nth > 10, "{nth}");
    let report = backup::export_all(&mut repository, &folder, "it", &VoidMonitor).expect("written");
    assert_eq!((report.items, report.there_already, report.set_aside, report.unreadable.len()), (2, 2, 1, 0));
    let table = fs::read_to_string(folder.join("items.csv")).expect("a table");
    let mut reader = csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
    let heads: Vec<String> = reader.headers().expect("headings").iter().map(str::to_owned).collect();
    let column = |name: &str| heads.iter().position(|head| head == name).expect("a column");
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("rows");
    assert_eq!(rows.len(), 2);
    assert_eq!(&rows[0][column("subject")], format!("'{subject}"), "no cell is a formula");
    let readme = fs::read_to_string(folder.join("README.txt")).expect("a readme");
    for (row, message) in rows.iter().zip(&messages) {
        let bytes = fs::read(folder.join(&row[column("native")])).expect("the original");
        assert!(String::from_utf8_lossy(&bytes).contains(&message.body));
        let digest = recordroom::base::digest::Sha256Digest::of(&bytes).to_string();
        assert_eq!(
            (row[column("sha256")].to_owned(), row[column("bytes")].to_owned()),
            (digest, bytes.len().to_string())
        );
    }
    for head in &heads {
        assert!(readme.contains(head.as_str()), "{head} is documented");
    }
    for path in all_files(&folder) {
        let bytes = fs::read(&path).expect("readable");
        assert!(!String::from_utf8_lossy(&bytes).contains("own phone"), "{}", path.display());
        assert!(path.extension().is_none_or(|ending| ending != "partial"), "{}", path.display());
    }
}
