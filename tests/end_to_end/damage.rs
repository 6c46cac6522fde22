//! The damage matrix: whatever is deleted, cut off, turned over, swapped or put beside, wherever it lies, `verify` names it,
//! and searching, producing, taking in and destroying make nothing worse. What opened before opens after, what is held
//! stays, and where it cannot be told any more what is right, nothing is destroyed.

use crate::is_full;
use crate::support::*;
use recordroom::base::id::{FamilyId, PlanId, RequestId};
use recordroom::base::monitor::VoidMonitor;
use recordroom::catalog::{CatalogError, FamilyFilter, FamilyState};
use recordroom::finding::search;
use recordroom::ingest::{IngestOptions, ingest};
use recordroom::model::hold::Scope;
use recordroom::model::request::RequestKind;
use recordroom::model::review::Decision;
use recordroom::production::{ProduceOptions, produce};
use recordroom::repository::Repository;
use recordroom::request::{self, NewRequest};
use recordroom::review::{self, Members};
use recordroom::vault::KeyReader;
use recordroom::verify::checkpoint;
use recordroom::verify::delivery;
use recordroom::verify::repository::verify;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const TODAY: &str = "2025-02-01";
/// The plan that waits for its run, and the request that waits for its production.
const PLAN: PlanId = PlanId::new(2);
const REQUEST: RequestId = RequestId::new(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    Delete,
    CutOff,
    TurnOver,
    Swap,
    Stray,
}

use Damage::{CutOff, Delete, Stray, Swap, TurnOver};

/// What a kind of damage does to a place: to files, or to rows.
enum Harm {
    /// Two files of a folder below the room, by the beginnings of their names.
    Files(&'static str, [&'static str; 2]),
    /// A statement.
    Row(&'static str),
}

/// A city with items of three months: three that are due and named by an approved plan, a held one, one that is produced,
/// one that is young. A first plan has been run, two checkpoints are exported, one production is delivered.
fn prepared() -> City {
    let city = City::exercise();
    let mut repository = city.open("2025-01-15");
    let one =
        |word: &str, on: &str| Message::new(word, on, word, &format!("About the {word}. {}", "and more ".repeat(40)));
    let first = [one("gone", "2023-01-10"), one("gone too", "2023-02-10"), one("held", "2023-01-11")];
    take_in(&mut repository, &city.export("alarson.mbox", &first));
    confirm_all(&mut repository);
    let held = Scope { query: Some("held".to_owned()), ..Scope::default() };
    recordroom::hold::place(&mut repository, "Case 1", "because", &held, "attorney").expect("placed");
    assert_eq!(purge(&mut repository).destroyed, 2);
    checkpoint::export(&repository).expect("exported");
    drop(repository);
    let mut repository = city.open(TODAY);
    let second = [
        one("due one", "2023-01-12"),
        one("due two", "2023-02-12"),
        one("due three", "2023-02-13"),
        one("young", "2025-01-20"),
        one("asked", "2025-01-21"),
    ];
    take_in(&mut repository, &city.export("bstone.mbox", &second));
    confirm_all(&mut repository);
    for word in ["asked", "young"] {
        let new = NewRequest {
            kind: RequestKind::Public,
            requester: String::new(),
            description: "something".to_owned(),
            received_on: None,
            litigation_days: None,
            scope: Scope { query: Some(word.to_owned()), ..Scope::default() },
        };
        let id = ask_narrowed(&mut repository, new).id;
        request::collect(&mut repository, id, None, "clerk").expect("collected");
        review::decide(&mut repository, id, &Members::Undecided, Decision::Responsive, "", "clerk").expect("decided");
        if id != REQUEST {
            let out = city.room.path().join("delivered");
            produce(&mut repository, id, &out, &ProduceOptions::default(), "clerk", &VoidMonitor).expect("produced");
        }
    }
    checkpoint::export(&repository).expect("exported");
    let planned = plan(&mut repository);
    assert_eq!((planned.plan, planned.items.len()), (PLAN, 3));
    recordroom::disposition::approve(&mut repository, PLAN, "approver", None).expect("approved");
    assert_clean(&repository);
    city
}

/// The places, and what each kind of damage does there.
fn harm(place: &str, damage: Damage) -> Option<Harm> {
    use Harm::{Files, Row};
    Some(match (place, damage) {
        ("pack", _) => Files("repository/vault/2023-01", ["0001", "../2023-02/0001"]),
        ("index", _) => Files("repository/index", ["*", "*"]),
        ("key month", _) => Files("keys/months", ["2023-01", "2023-02"]),
        ("second key month", _) => Files("keys-second/months", ["2023-01", "2023-02"]),
        ("numbers", Swap) => return None,
        ("numbers", _) => Files("keys", ["numbers-given", "numbers-given"]),
        ("checkpoint", _) => Files("repository/checkpoints", ["0", "1"]),
        ("certificate", Swap) => Files("repository/certificates", ["D-1.json", "D-1.txt"]),
        ("certificate", _) => Files("repository/certificates", ["D-1.json", "D-1.json"]),
        ("edition", Swap) => return None,
        ("edition", _) => Files("repository/schedules", ["cedar", "cedar"]),
        ("manifest", Swap) => Files("delivered", ["manifest-sha256.txt", "tagmanifest-sha256.txt"]),
        ("manifest", _) => Files("delivered", ["manifest-sha256.txt", "manifest-sha256.txt"]),
        ("catalog file", Swap | Stray) => return None,
        ("catalog file", _) => Files("repository", ["catalog.sqlite", "catalog.sqlite"]),
        ("item's row", Delete) => Row("DELETE FROM family WHERE id = 3"),
        ("item's row", CutOff) => Row("UPDATE family SET length = length / 2 WHERE id = 3"),
        ("item's row", TurnOver) => Row("UPDATE family SET at = at + 1 WHERE id = 3"),
        ("item's row", Swap) => Row(
            "UPDATE family SET seal = (SELECT other.seal FROM family AS other WHERE other.id = 7 - family.id) WHERE id IN (3, 4)",
        ),
        ("item's row", Stray) => Row(
            "INSERT INTO family SELECT 900, randomblob(32), NULL, state, event, month, pack, at, length, seal, kind, sent_at, \
             sent_on, received_on, searchable, status, basis, series, confidence, filed_event, touched FROM family WHERE id = 4",
        ),
        ("hold's row", Delete) => Row("DELETE FROM hold"),
        ("hold's row", CutOff) => Row("UPDATE hold SET scope = '{}'"),
        ("hold's row", TurnOver) => Row("UPDATE hold SET scope = replace(scope, 'held', 'helc')"),
        ("hold's row", Swap) => Row("UPDATE protection SET family = 4 WHERE family = 3 AND guard = 'H-1'"),
        ("hold's row", Stray) => Row("INSERT INTO protection(family, guard) VALUES (6, 'H-1')"),
        ("pack's row", Delete) => Row("DELETE FROM pack_extent WHERE month = '2023-01'"),
        ("pack's row", CutOff) => Row("UPDATE pack_extent SET end = end / 2 WHERE month = '2023-01'"),
        ("pack's row", TurnOver) => Row("UPDATE pack_extent SET living = living + 1 WHERE month = '2023-01'"),
        ("pack's row", Swap) => Row(
            "UPDATE pack_extent SET end = (SELECT other.end FROM pack_extent AS other WHERE other.month <> pack_extent.month \
             AND other.month LIKE '2023-0_') WHERE month LIKE '2023-0_'",
        ),
        ("pack's row", Stray) => Row("INSERT INTO pack_extent VALUES ('2023-01', 7, 100, 1, 100)"),
        ("event", Delete) => Row("DELETE FROM event WHERE id = 4"),
        ("event", CutOff) => Row("DELETE FROM event WHERE id > (SELECT max(id) - 2 FROM event)"),
        ("event", TurnOver) => {
            Row("UPDATE event SET details = replace(details, 'held', 'helc') WHERE act = 'hold-placed'")
        }
        ("event", Swap) => Row(
            "UPDATE event SET details = (SELECT other.details FROM event AS other WHERE other.id = 9 - event.id) WHERE id IN (4, 5)",
        ),
        ("event", Stray) => {
            Row("INSERT INTO event SELECT max(id) + 1, at, 'somebody', 'approved', 'D-9', '{}', hash, hash FROM event")
        }
        _ => return None,
    })
}

/// What a run does with the plan that waits: it destroys these of its items, or nothing.
const ALL: &[&str] = &["due one", "due two", "due three"];
const WHOLE: &[&str] = &["due two", "due three"];
const NOTHING: &[&str] = &[];

/// For each place and kind of damage: what `verify` names (the beginning of a code, or of why nothing can be looked
/// through), and what a run destroys. Where nothing is named, the reason stands beside it.
const NAMED: &[(&str, Damage, &str, &[&str])] = &[
    // What does not read back stays: nobody can say any more whether it is held.
    ("pack", Delete, "pack-missing", WHOLE),
    ("pack", CutOff, "pack-short", WHOLE),
    ("pack", TurnOver, "bytes-damaged", WHOLE),
    ("pack", Swap, "bytes-damaged", NOTHING),
    ("pack", Stray, "pack-orphaned", ALL),
    // Words that cannot be read cannot be seen to be gone.
    ("index", Delete, "cannot be looked through: the index is damaged", NOTHING),
    ("index", CutOff, "cannot be looked through: the index is damaged", NOTHING),
    ("index", TurnOver, "cannot be looked through: the index is damaged", NOTHING),
    ("index", Swap, "cannot be looked through: the index is damaged", NOTHING),
    ("index", Stray, "index-damaged", ALL),
    ("key month", Delete, "keys-damaged", NOTHING),
    // The end that an interrupted batch may leave missing is written anew from the other place, before anything goes.
    ("key month", CutOff, "second-place-differs", ALL),
    ("key month", TurnOver, "second-place-differs", NOTHING),
    ("key month", Swap, "second-place-differs", NOTHING),
    // A file that the ring does not name opens with no key there is; it is told, and the next run erases it.
    ("key month", Stray, "key-file-orphaned", ALL),
    ("second key month", Delete, "second-place-differs", NOTHING),
    ("second key month", CutOff, "second-place-differs", ALL),
    ("second key month", TurnOver, "second-place-differs", NOTHING),
    ("second key month", Swap, "second-place-differs", NOTHING),
    ("second key month", Stray, "key-file-orphaned", ALL),
    // Which numbers were given out is known at the other place as well.
    ("numbers", Delete, "numbers-behind", ALL),
    ("numbers", CutOff, "numbers-damaged", ALL),
    ("numbers", Stray, "file-stray", ALL),
    // One that is missing tells nothing wrong, and two whole ones are whole under either name: what they are compared
    // with is the ledger.
    ("checkpoint", Delete, "", ALL),
    ("checkpoint", CutOff, "checkpoint-changed", ALL),
    ("checkpoint", TurnOver, "checkpoint-changed", ALL),
    ("checkpoint", Swap, "", ALL),
    ("checkpoint", Stray, "", ALL),
    ("certificate", Delete, "certificate-missing", ALL),
    ("certificate", CutOff, "certificate-changed", ALL),
    ("certificate", TurnOver, "certificate-changed", ALL),
    ("certificate", Swap, "certificate-changed", ALL),
    // The copy of a whole one, under a number that no plan has.
    ("certificate", Stray, "", ALL),
    ("edition", Delete, "schedule-missing", NOTHING),
    ("edition", CutOff, "schedule-changed", NOTHING),
    ("edition", TurnOver, "schedule-changed", NOTHING),
    // Nobody adopted it, so nothing goes by it.
    ("edition", Stray, "", ALL),
    ("manifest", Delete, "delivery manifest-missing", ALL),
    ("manifest", CutOff, "delivery file-changed", ALL),
    ("manifest", TurnOver, "delivery file-changed", ALL),
    ("manifest", Swap, "delivery manifest-unreadable", ALL),
    ("manifest", Stray, "delivery file-extra", ALL),
    ("catalog file", Delete, "does not open", NOTHING),
    ("catalog file", CutOff, "does not open", NOTHING),
    ("item's row", Delete, "families-differ-from-ledger", NOTHING),
    ("item's row", CutOff, "bytes-damaged", ALL),
    ("item's row", TurnOver, "bytes-damaged", ALL),
    ("item's row", Swap, "bytes-damaged", ALL),
    ("item's row", Stray, "families-differ-from-ledger", NOTHING),
    ("pack's row", Delete, "pack-orphaned", NOTHING),
    ("pack's row", CutOff, "bytes-orphaned", NOTHING),
    ("pack's row", TurnOver, "pack-count-differs", ALL),
    ("pack's row", Swap, "bytes-orphaned", NOTHING),
    ("pack's row", Stray, "pack-missing", ALL),
    ("hold's row", Delete, "row-differs-from-ledger", NOTHING),
    ("hold's row", CutOff, "cannot be looked through: the catalog holds", NOTHING),
    ("hold's row", TurnOver, "row-differs-from-ledger", NOTHING),
    // The hold is asked once more of each item before it goes; here it is given a row it need not have.
    ("hold's row", Swap, "not-protected", WHOLE),
    // More is protected than has to be.
    ("hold's row", Stray, "", &["due one", "due two"]),
    ("event", Delete, "ledger-broken", NOTHING),
    ("event", CutOff, "row-differs-from-ledger", NOTHING),
    ("event", TurnOver, "ledger-broken", NOTHING),
    ("event", Swap, "ledger-broken", NOTHING),
    ("event", Stray, "ledger-broken", NOTHING),
];

/// The quick tier tries one of so many kinds of damage: each place or the next one, and every kind twice.
const QUICK_STEP: usize = 6;

fn pick(folder: &Path, beginning: &str) -> Option<PathBuf> {
    if beginning == "*" {
        let mut all = crate::probe::files(folder);
        all.sort_by_key(|path| std::cmp::Reverse((fs::metadata(path).map_or(0, |one| one.len()), path.clone())));
        return all.into_iter().next();
    }
    let (folder, beginning) = match beginning.rsplit_once('/') {
        Some((sub, beginning)) => (folder.join(sub), beginning),
        None => (folder.to_owned(), beginning),
    };
    let mut all: Vec<PathBuf> = fs::read_dir(&folder).ok()?.flatten().map(|entry| entry.path()).collect();
    all.sort();
    if ["0", "1"].contains(&beginning) {
        return all.into_iter().nth(beginning.parse().ok()?);
    }
    all.into_iter().find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(beginning)))
}

fn do_harm(city: &City, harm: &Harm, damage: Damage) {
    match harm {
        Harm::Row(statement) => {
            let path = city.repository_path().join("catalog.sqlite");
            let connection = rusqlite::Connection::open(path).expect("opened");
            connection.pragma_update(None, "foreign_keys", false).expect("set");
            assert!(connection.execute(statement, []).expect("changed") > 0, "{statement}");
        }
        Harm::Files(folder, [one, two]) => {
            let folder = city.room.path().join(folder);
            let (first, second) = (pick(&folder, one).expect("a file"), pick(&folder, two).expect("a file"));
            let bytes = fs::read(&first).expect("readable");
            match damage {
                Delete => fs::remove_file(&first).expect("removed"),
                CutOff => fs::write(&first, &bytes[..bytes.len() / 2]).expect("written"),
                TurnOver => {
                    let mut turned = bytes.clone();
                    // In the middle of what is written, not in a hole.
                    let written: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
                    turned[written[written.len() / 2]] ^= 1;
                    fs::write(&first, turned).expect("written");
                }
                Swap => {
                    let second = if first == second { all_but(&folder, &first) } else { second };
                    let other = fs::read(&second).expect("readable");
                    fs::write(&first, other).expect("written");
                    fs::write(&second, bytes).expect("written");
                }
                Stray => {
                    let name = first.file_name().expect("a name").to_string_lossy().replace(['1', '3'], "7");
                    let name = if first.with_file_name(&name).exists() { format!("stray-{name}") } else { name };
                    fs::write(first.with_file_name(name), bytes).expect("written");
                }
            }
        }
    }
}

/// The largest file that is another one.
fn all_but(folder: &Path, first: &Path) -> PathBuf {
    let mut all = crate::probe::files(folder);
    all.retain(|path| path != first);
    all.sort_by_key(|path| std::cmp::Reverse((fs::metadata(path).map_or(0, |one| one.len()), path.clone())));
    all.into_iter().next().expect("another file")
}

/// What is found wrong, by code; that it does not even open is a finding too.
fn found(city: &City) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    match Repository::open(&city.repository_path(), Some(day(TODAY))) {
        Err(error) => {
            all.insert(format!("does not open: {error}").chars().take(40).collect());
        }
        Ok(repository) => match verify(&repository, &VoidMonitor) {
            Ok(report) => all.extend(report.findings.into_iter().map(|one| one.code.to_owned())),
            Err(error) => {
                all.insert(format!("cannot be looked through: {error}").chars().take(60).collect());
            }
        },
    }
    let delivered = delivery::check(&city.room.path().join("delivered"));
    all.extend(delivered.into_iter().map(|one| format!("delivery {}", one.code)));
    all
}

/// What opens, by subject: its original, as it was.
fn opens(city: &City) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let Ok(repository) = Repository::open(&city.repository_path(), Some(day(TODAY))) else { return all };
    let mut rows = Vec::new();
    let _ = repository.catalog().reading().each_family::<CatalogError>(FamilyFilter::default(), |row| {
        rows.push(row);
        Ok(())
    });
    for row in rows.into_iter().filter(|row| row.state == FamilyState::Live) {
        if let (Ok(facts), Ok(original)) = (repository.facts(&row), repository.original(&row)) {
            all.insert(facts.item.subject, original);
        }
    }
    all
}

type Operation = fn(&mut Repository, &City) -> Result<u64, String>;

const OPERATIONS: [(&str, Operation); 4] = [
    ("search", |repository, _| {
        search(repository, "about", 50).map(|found| found.count).map_err(|error| error.to_string())
    }),
    ("produce", |repository, city| {
        let out = city.room.path().join("again");
        let made = produce(repository, REQUEST, &out, &ProduceOptions::default(), "clerk", &VoidMonitor);
        made.map(|_| 1).map_err(|error| error.to_string())
    }),
    ("ingest", |repository, city| {
        let one = [Message::new("new", "2025-01-25", "new", "Something new.")];
        let paths = [city.export("creed.mbox", &one)];
        let done = ingest(repository, &paths, &IngestOptions::default(), "clerk", &VoidMonitor);
        done.map(|report| report.totals.kept).map_err(|error| error.to_string())
    }),
    ("dispose", |repository, _| run(repository, PLAN).map(|done| done.destroyed).map_err(|error| error.to_string())),
];

/// The items that are not of the plan and have a key, at either place.
fn keys_that_stay(city: &City) -> BTreeSet<FamilyId> {
    let id = Repository::profile_of(&city.repository_path()).expect("a profile").repository;
    let mut all = BTreeSet::new();
    for place in ["keys", "keys-second"] {
        let Ok(reader) = KeyReader::open(&city.room.path().join(place), &id) else { continue };
        for month in reader.months() {
            all.extend(reader.families(month).unwrap_or_default());
        }
    }
    // The plan lists the numbers 4 to 6.
    all.retain(|family| !(4..=6).contains(&family.get()));
    all
}

/// The damaged city, and what is so before anything is done in it.
struct Before<'c> {
    city: &'c City,
    findings: BTreeSet<String>,
    opened: BTreeMap<String, Vec<u8>>,
    keys: BTreeSet<FamilyId>,
}

/// Does one thing in a copy of the damaged city: whatever comes of it, nothing is worse afterwards.
fn no_worse(before: &Before<'_>, name: &str, operation: Operation, what: &str) -> BTreeSet<String> {
    let Before { city, findings, opened, keys } = before;
    let here = city.copied();
    let attempt = || {
        let mut repository = Repository::open(&here.repository_path(), Some(day(TODAY))).map_err(|e| e.to_string())?;
        operation(&mut repository, &here)
    };
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(attempt));
    let result = result.unwrap_or_else(|_| panic!("{what}, {name}: it gave up"));
    let after = opens(&here);
    let lost: BTreeSet<String> = opened.keys().filter(|one| after.get(*one) != opened.get(*one)).cloned().collect();
    assert!(lost.iter().all(|one| name == "dispose" && ALL.contains(&one.as_str())), "{what}, {name}: lost {lost:?}");
    let now = keys_that_stay(&here);
    assert!(keys.is_subset(&now), "{what}, {name}: of the keys {keys:?} only {now:?} are left");
    // What was begun and failed is told, and cleared by the next work.
    let new: Vec<String> =
        found(&here).difference(findings).filter(|one| !one.ends_with("-orphaned")).cloned().collect();
    assert!(new.is_empty(), "{what}, {name}: {result:?} made it worse: {new:?}");
    lost
}

#[test]
fn damage_matrix_is_named_and_nothing_makes_it_worse() {
    let prepared = prepared();
    let whole = opens(&prepared);
    assert_eq!(whole.len(), 6);
    let (mut cells, mut wrong) = (0, Vec::new());
    for (place, damage, code, destroyed) in NAMED.iter().step_by(if is_full() { 1 } else { QUICK_STEP }) {
        let what = format!("{place}, {damage:?}");
        let city = prepared.copied();
        do_harm(&city, &harm(place, *damage).expect("it can be done there"), *damage);
        // Looking is done in a copy as well: nothing of it is where something is done.
        let looked_at = city.copied();
        let (findings, opened, keys) = (found(&looked_at), opens(&looked_at), keys_that_stay(&looked_at));
        let is_named = findings.iter().any(|one| one.starts_with(code));
        if !(if code.is_empty() { findings.is_empty() } else { is_named }) {
            wrong.push(format!("{what}: {findings:?} and not {code:?}"));
        }
        let before = Before { city: &city, findings, opened, keys };
        for (name, operation) in OPERATIONS {
            let lost = no_worse(&before, name, operation, &what);
            if name == "dispose" {
                let expected: BTreeSet<String> = destroyed.iter().map(|one| (*one).to_owned()).collect();
                let expected: BTreeSet<String> =
                    expected.into_iter().filter(|one| before.opened.contains_key(one)).collect();
                if lost != expected {
                    wrong.push(format!("{what}: a run destroys {lost:?} and not {expected:?}"));
                }
            }
            cells += 1;
        }
    }
    eprintln!("{} places and kinds of damage, {cells} operations", NAMED.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn damage_to_the_rows_that_protect_destroys_nothing_that_is_held() {
    // The hold reaches one of the items that are due; its row is taken away, ended, or called excluded.
    let statements = [
        "DELETE FROM protection WHERE guard = 'H-1'",
        "UPDATE protection SET until = '2025-01-01' WHERE guard = 'H-1'",
        "UPDATE protection SET until = '2025-01-01', excluded = 1 WHERE guard = 'H-1'",
        "UPDATE protection SET guard = 'H-2' WHERE guard = 'H-1'",
    ];
    for statement in statements {
        let city = City::exercise();
        let mut repository = city.open(TODAY);
        let one = |word: &str| Message::new(word, "2023-01-10", word, &format!("About the {word}."));
        take_in(&mut repository, &city.export("alarson.mbox", &[one("mill"), one("road")]));
        confirm_all(&mut repository);
        let id = approved_plan(&mut repository);
        let scope = Scope { query: Some("mill".to_owned()), ..Scope::default() };
        recordroom::hold::place(&mut repository, "Case 1", "because", &scope, "attorney").expect("placed");
        drop(repository);
        do_harm(&city, &Harm::Row(statement), Delete);
        let done = run(&mut city.open(TODAY), id).expect("executed");
        assert_eq!((done.destroyed, done.dropped.values().sum::<u64>()), (1, 1), "{statement}: {:?}", done.dropped);
        assert_eq!(subjects(&city.open(TODAY)), ["mill".to_owned()].into(), "{statement}");
    }
}
