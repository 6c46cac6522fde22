//! Whole key sets: adding, erasing, crashing at every point, losing a place.

use super::place::Place;
use super::{KeyReader, KeySet, SecondPlace};
use crate::base::digest::to_hex;
use crate::base::fault::{self, FaultKind};
use crate::base::id::FamilyId;
use crate::vault::cipher::FamilyKey;
use crate::vault::error::VaultError;
use crate::vault::month::Month;
use std::fs;
use std::path::{Path, PathBuf};

type Keys = Vec<(Month, FamilyId, FamilyKey)>;

struct House {
    _directory: tempfile::TempDir,
    primary: PathBuf,
    second: PathBuf,
}

impl House {
    fn new() -> Self {
        crate::base::durable::set_syncing(false);
        let directory = tempfile::tempdir().expect("a temporary directory");
        let (primary, second) = (directory.path().join("keys"), directory.path().join("stick/keys"));
        Self { _directory: directory, primary, second }
    }
    fn create(&self) -> KeySet {
        KeySet::create(&self.primary, &self.second, "otsego-1").expect("created")
    }
    fn open(&self) -> Result<KeySet, VaultError> {
        KeySet::open(&self.primary, &self.second, "otsego-1")
    }
    /// The keys as a program sees them that has one place alone.
    fn at(&self, place: &Path) -> Keys {
        KeyReader::open(place, "otsego-1").and_then(|reader| reader.export_all()).expect("reads")
    }
    fn both_hold(&self, expected: &Keys) -> bool {
        let (one, two) = (self.at(&self.primary), self.at(&self.second));
        one == two && one == *expected
    }
}

fn month(number: u32) -> Month {
    Month::new(2025, number).expect("a month")
}

fn keys(months: std::ops::Range<u32>, families: std::ops::Range<i64>) -> Keys {
    let families =
        |m: u32| families.clone().map(move |f| (month(m), FamilyId::new(i64::from(m) * 1000 + f), FamilyKey::random()));
    months.flat_map(families).collect()
}

fn names(keys: &Keys) -> Vec<(Month, FamilyId)> {
    keys.iter().map(|(month, family, _)| (*month, *family)).collect()
}

/// Every file below a directory, with its bytes.
fn files(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            let bytes = fs::read(&path).expect("readable");
            all.push((path, bytes));
        }
    }
    all.sort();
    all
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("months")).expect("directories");
    for (path, bytes) in files(from) {
        fs::write(to.join(path.strip_prefix(from).expect("below")), bytes).expect("written");
    }
}

#[test]
fn keys_are_there_after_opening_again_at_either_place() {
    let house = House::new();
    let mut set = house.create();
    let (secret, seed) = (*set.digest_secret().expose(), *set.signing_seed());
    let (one, two) = (keys(1..4, 1..6), keys(2..6, 6..9));
    set.add_batch(&one).expect("added");
    set.add_batch(&two).expect("added");
    set.sync().expect("synced");
    let mut all: Keys = one.into_iter().chain(two).collect();
    all.sort_by_key(|(month, family, _)| (*month, *family));
    drop(set);
    let set = house.open().expect("opens");
    assert!(house.both_hold(&all));
    assert_eq!((*set.digest_secret().expose(), *set.signing_seed()), (secret, seed));
    assert_eq!(set.key(month(2), FamilyId::new(1001)).expect("asked"), None, "another month's family");
    assert_eq!(set.key(month(9), FamilyId::new(9001)).expect("asked"), None);
    let counts: Vec<u64> = set.counts().expect("counted").into_iter().map(|(_, count)| count).collect();
    assert_eq!(counts, [5, 8, 8, 3, 3]);
    assert_eq!(files(&house.primary).len(), files(&house.second).len());
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let house = House::new();
    house.create().add_batch(&keys(1..3, 1..2)).expect("added");
    for (path, _) in files(&house.primary) {
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}

#[test]
fn erased_keys_and_what_wrapped_them_are_in_no_file_of_either_place() {
    let house = House::new();
    let mut set = house.create();
    let all = keys(1..5, 1..20);
    set.add_batch(&all).expect("added");
    let (before, old) = (files(&house.primary), Place::new(&house.primary).load("otsego-1").expect("loads"));
    let (gone, kept): (Keys, Keys) =
        all.into_iter().partition(|(m, family, _)| *m == month(1) || (*m == month(2) && family.get() % 2 == 0));
    assert_eq!(set.erase(&names(&gone)).expect("erased"), gone.len() as u64);
    assert!(house.both_hold(&kept));
    for (_, family, _) in &gone {
        assert_eq!(set.key(month(2), *family).expect("asked"), None);
    }
    let root = old.0.slots[old.1.slot].expect("the old root key");
    let touched = |path: &Path| ["2025-01", "2025-02"].iter().any(|name| path.to_string_lossy().contains(name));
    for place in [&house.primary, &house.second] {
        for (path, bytes) in files(place) {
            let has = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
            assert!(!has(&root) && !has(to_hex(&root).as_bytes()), "the old root key is in {}", path.display());
            for (_, _, key) in &gone {
                assert!(!has(key.expose()) && !has(to_hex(key.expose()).as_bytes()));
            }
            for (old_path, old_bytes) in before.iter().filter(|(path, _)| touched(path)) {
                for record in super::month_keys::records(old_bytes) {
                    assert!(!has(record), "a record of {} is in {}", old_path.display(), path.display());
                }
            }
        }
    }
    // A thief with every older wrapped file and the newest root key opens nothing that was erased.
    let thief = house.primary.with_file_name("thief");
    copy_all(&house.primary, &thief);
    for (path, bytes) in before.iter().filter(|(path, _)| !path.ends_with("root.key")) {
        fs::write(thief.join(path.strip_prefix(&house.primary).expect("below")), bytes).expect("written");
    }
    assert!(KeyReader::open(&thief, "otsego-1").is_err());
}

#[test]
fn erasing_twice_or_what_never_was_changes_nothing() {
    let house = House::new();
    let mut set = house.create();
    let all = keys(1..3, 1..5);
    set.add_batch(&all).expect("added");
    let doomed = [(month(1), FamilyId::new(1001)), (month(7), FamilyId::new(7))];
    assert_eq!(set.erase(&doomed).expect("erased"), 1);
    let before = files(&house.primary);
    assert_eq!(set.erase(&doomed).expect("nothing to do"), 0);
    assert_eq!(files(&house.primary), before);
    assert_eq!(set.remove_unlisted(month(2), &|family| family.get() != 2003).expect("removed"), 1);
    assert_eq!(set.families(month(2)).expect("listed").len(), 3);
}

#[test]
fn a_rotation_interrupted_anywhere_is_finished_by_opening() {
    let mut nth = 0;
    loop {
        nth += 1;
        let house = House::new();
        let mut set = house.create();
        let all = keys(1..4, 1..6);
        set.add_batch(&all).expect("added");
        let (gone, kept): (Keys, Keys) =
            all.clone().into_iter().partition(|(m, family, _)| *m == month(1) || family.get() == 2003);
        fault::arm(FaultKind::Crash, nth);
        let result = set.erase(&names(&gone));
        let reached = fault::disarm();
        if result.is_err() {
            assert!(matches!(set.erase(&names(&gone)), Err(VaultError::Interrupted)), "point {nth}");
        }
        drop(set);
        // A reader that comes before the repair sees everything that must stay.
        let reader = KeyReader::open(&house.primary, "otsego-1").expect("readable");
        for (month, family, key) in &kept {
            assert_eq!(reader.key(*month, *family).expect("opens").as_ref(), Some(key), "point {nth}");
        }
        let mut set = house.open().unwrap_or_else(|error| panic!("point {nth}: {error}"));
        assert_eq!(*set.second_place(), SecondPlace::Ready);
        assert!(house.both_hold(&all) || house.both_hold(&kept), "point {nth}: all or nothing");
        for place in [&house.primary, &house.second] {
            let (root, ring) = Place::new(place).load("otsego-1").expect("loads");
            assert_eq!(root.slots.iter().flatten().count(), 1, "point {nth}: one root key");
            assert_eq!(files(place).len(), 2 + ring.months.len(), "point {nth}: nothing stray");
        }
        set.erase(&names(&gone)).expect("the destruction is run again");
        assert!(house.both_hold(&kept), "point {nth}");
        if result.is_ok() {
            assert!(reached < nth && nth > 15, "every point was tried: {nth}");
            return;
        }
    }
}

#[test]
fn a_batch_interrupted_anywhere_loses_no_committed_key() {
    let mut nth = 0;
    loop {
        nth += 1;
        let house = House::new();
        let mut set = house.create();
        let committed = keys(1..3, 1..4);
        set.add_batch(&committed).expect("added");
        set.sync().expect("synced");
        let batch = keys(2..5, 10..13);
        fault::arm(FaultKind::Crash, nth);
        let result = set.add_batch(&batch).and_then(|()| set.sync());
        fault::disarm();
        drop(set);
        let mut set = house.open().unwrap_or_else(|error| panic!("point {nth}: {error}"));
        for m in set.reader().months() {
            // Opening the repository erases what has no catalog row.
            set.remove_unlisted(m, &|family| family.get() % 1000 < 10)
                .unwrap_or_else(|error| panic!("point {nth}: {error}"));
        }
        assert!(house.both_hold(&committed), "point {nth}");
        set.add_batch(&keys(2..5, 10..13)).expect("the batch is run again");
        if result.is_ok() {
            assert!(nth > 10);
            return;
        }
    }
}

#[test]
fn torn_and_missing_tails_are_made_equal_before_the_next_append() {
    let house = House::new();
    let mut set = house.create();
    let all = keys(1..2, 1..5);
    set.add_batch(&all).expect("added");
    drop(set);
    let path = |place: &Path| {
        files(place).into_iter().find(|(path, _)| path.to_string_lossy().ends_with(".keys")).expect("one")
    };
    // The first place ends with half a record and zeros, as after a pulled plug; the second lacks its last record.
    let (one, mut bytes) = path(&house.primary);
    bytes.extend([0; 100]);
    fs::write(one, bytes).expect("written");
    let (two, bytes) = path(&house.second);
    fs::write(two, &bytes[..bytes.len() - 64]).expect("written");
    let mut set = house.open().expect("opens");
    let more = keys(1..2, 7..9);
    set.add_batch(&more).expect("added");
    assert!(house.both_hold(&all.into_iter().chain(more).collect()));
    assert_eq!(path(&house.primary).1, path(&house.second).1);
}

#[test]
fn a_key_set_of_another_repository_is_told_apart() {
    let (house, other) = (House::new(), House::new());
    house.create();
    KeySet::create(&other.primary, &other.second, "elk-river-2").expect("created");
    let error = KeySet::open(&other.primary, &other.second, "otsego-1").expect_err("another's");
    assert!(error.to_string().contains("belongs to repository elk-river-2, not to otsego-1"), "{error}");
    let error = KeySet::open(&house.primary, &other.second, "otsego-1").expect_err("another's second place");
    assert!(matches!(error, VaultError::OtherRepository { .. }), "{error}");
    // Files of two sets mixed by hand.
    fs::copy(other.primary.join("wrapped.json"), house.primary.join("wrapped.json")).expect("copied");
    assert!(matches!(house.open(), Err(VaultError::OtherRepository { .. })));
    assert!(matches!(KeySet::create(&house.primary, &house.second, "x"), Err(VaultError::KeySetExists { .. })));
}

#[test]
fn a_missing_or_foreign_root_key_is_said_plainly() {
    let house = House::new();
    house.create();
    fs::rename(house.primary.join("root.key"), house.primary.join("root.old")).expect("renamed");
    let error = house.open().expect_err("no root key");
    assert!(matches!(error, VaultError::MissingRootKey { .. }), "{error}");
    let text = fs::read_to_string(house.primary.join("root.old")).expect("text");
    fs::write(house.primary.join("root.key"), text.replace("key 1", "key 2")).expect("written");
    assert!(matches!(house.open(), Err(VaultError::NewerFormat { .. })));
    let mut wrong = text.into_bytes();
    let at = wrong.windows(7).position(|window| window == b"slot 1 ").expect("a slot") + 7;
    wrong[at] = if wrong[at] == b'0' { b'1' } else { b'0' };
    fs::write(house.primary.join("root.key"), wrong).expect("written");
    let error = house.open().expect_err("another key");
    assert!(error.to_string().contains("the root key does not open it"), "{error}");
}

#[test]
fn without_a_second_place_that_reads_back_nothing_is_erased_or_added() {
    let house = House::new();
    let mut set = house.create();
    let all = keys(1..3, 1..5);
    set.add_batch(&all).expect("added");
    let doomed = names(&all)[..1].to_vec();
    let outdated = house.second.with_file_name("outdated");
    copy_all(&house.second, &outdated);

    // Lost while the program runs.
    fs::rename(&house.second, house.second.with_file_name("unplugged")).expect("renamed");
    let error = set.erase(&doomed).expect_err("refused");
    assert!(matches!(error, VaultError::SecondPlace { .. }), "{error}");
    assert_eq!(house.at(&house.primary), all);
    // Lost before it starts: reading goes on.
    let mut set = house.open().expect("opens");
    assert!(matches!(set.second_place(), SecondPlace::Unusable(_)));
    assert!(set.key(all[0].0, all[0].1).expect("asked").is_some());
    assert!(matches!(set.erase(&doomed), Err(VaultError::SecondPlace { .. })));
    assert!(matches!(set.add_batch(&keys(5..6, 1..2)), Err(VaultError::SecondPlace { .. })));
    // A new disk, filled from the first place.
    set.restore_second_place().expect("restored");
    assert!(house.both_hold(&all));
    set.erase(&doomed).expect("erased");
    set.erase(&names(&all)[1..2]).expect("erased");
    drop(set);

    // An old copy put back in its place does not pass, and what was erased does not come back from it.
    fs::rename(&house.second, house.second.with_file_name("newest")).expect("renamed");
    copy_all(&outdated, &house.second);
    let mut set = house.open().expect("opens");
    let error = set.erase(&names(&all)[2..3]).expect_err("refused");
    assert!(error.to_string().contains("older than the first place"), "{error}");
    set.restore_second_place().expect("restored");
    assert!(house.both_hold(&all[2..].to_vec()));
    // An old copy in the first place is refused outright.
    copy_all(&outdated, &house.primary);
    assert!(matches!(house.open(), Err(VaultError::PrimaryOutdated { .. })));
}

#[test]
fn a_damaged_second_place_is_noticed_before_anything_is_erased() {
    let house = House::new();
    let mut set = house.create();
    let all = keys(1..3, 1..5);
    set.add_batch(&all).expect("added");
    let (path, bytes) =
        files(&house.second).into_iter().find(|(path, _)| path.to_string_lossy().contains("2025-01")).expect("one");
    for at in [0, 10, 30, 100, bytes.len() - 1] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        fs::write(&path, &damaged).expect("written");
        let mut set = house.open().expect("opens");
        let error = match set.erase(&names(&all)[..1]) {
            Err(error) => error,
            // A last record that does not open is taken for an interrupted append and written again from the first place.
            Ok(_) => {
                assert_eq!(at, bytes.len() - 1);
                assert!(house.both_hold(&all[1..].to_vec()));
                return;
            }
        };
        assert!(matches!(error, VaultError::SecondPlace { .. }), "byte {at}: {error}");
        assert_eq!(house.at(&house.primary), all, "byte {at}");
    }
    panic!("the last byte was not tried");
}

#[test]
fn a_reader_follows_what_a_writer_adds_and_erases() {
    let house = House::new();
    let mut set = house.create();
    let first = keys(1..2, 1..3);
    set.add_batch(&first).expect("added");
    let reader = KeyReader::open(&house.primary, "otsego-1").expect("opens");
    assert!(reader.key(month(1), first[0].1).expect("asked").is_some());
    let more = keys(1..4, 5..7);
    set.add_batch(&more).expect("added");
    for (month, family, key) in &more {
        assert_eq!(reader.key(*month, *family).expect("asked").as_ref(), Some(key));
    }
    set.erase(&names(&first)).expect("erased");
    reader.forget();
    assert_eq!(reader.key(month(1), first[0].1).expect("asked"), None);
    assert!(reader.key(month(1), more[0].1).expect("asked").is_some());
}
