//! The copy that the repository keeps, and what it is delivered from again.

use super::support::{city, draw, tree};
use recordroom::base::fault::{self, FaultKind};
use recordroom::base::id::ProductionId;
use recordroom::base::monitor::{Monitor, Progress, VoidMonitor};
use recordroom::model::hold::Scope;
use recordroom::model::request::RequestKind;
use recordroom::model::review::Decision;
use recordroom::production::{Outcome, ProduceOptions, ProductionError, again_with, produce_with};
use recordroom::repository::Repository;
use std::fs;
use std::path::PathBuf;

#[test]
fn delivered_again_it_has_the_same_bytes_whatever_was_decided_since() {
    let mut city = city(RequestKind::Public).decided();
    let id = city.produced("out").production.id;
    city.decide("Lunch", None, Decision::Responsive, "");
    city.decide("Odd", None, Decision::Withheld, "Minn. Stat. § 13.37");
    again_with(&city.repository, id, &city.path("again"), &VoidMonitor, &draw).expect("delivered again");
    assert!(tree(&city.path("out")) == tree(&city.path("again")));
    assert_eq!(city.next_number(), 9, "no number was used");
    let missing = again_with(&city.repository, ProductionId::new(7), &city.path("third"), &VoidMonitor, &draw);
    assert!(missing.expect_err("no such production").to_string().contains("P-7"));
}

#[test]
fn the_sealed_copy_is_verified_byte_by_byte_and_against_what_was_recorded() {
    let mut city = city(RequestKind::Public).decided();
    let id = city.produced("out").production.id;
    assert_eq!(city.verified(), []);
    let (row, event) = city.repository.catalog().reading().production(id).expect("recorded");
    assert_eq!(row.at.month, "2026-03", "the month in which it was made");
    let details = city.repository.catalog().reading().event(event).expect("the event").details;
    assert!(details.contains(&format!("\"sealed\":\"{}\"", row.family)), "{details}");
    let pack = city.path("repository/vault/2026-03").join(format!("{:04}.pack", row.at.pack));
    let whole = fs::read(&pack).expect("a pack");
    // The last but one lies in the facts, which a delivery does not need.
    let end = row.at.length;
    for (at, needed) in [(0, true), (30, true), (end / 3, true), (end / 2, true), (end - 300, false), (end - 1, true)] {
        let mut changed = whole.clone();
        changed[(row.at.offset + at) as usize] ^= 1;
        fs::write(&pack, &changed).expect("written");
        let found = city.verified();
        assert!(found.iter().any(|one| one.subject == "P-1" && one.code == "bytes-damaged"), "byte {at}: {found:?}");
        let refused = again_with(&city.repository, id, &city.path("again"), &VoidMonitor, &draw);
        assert_eq!(refused.is_err(), needed, "byte {at}");
        assert_eq!(city.path("again").exists(), !needed, "byte {at}");
        if !needed {
            assert!(tree(&city.path("out")) == tree(&city.path("again")));
            fs::remove_dir_all(city.path("again")).expect("removed");
        }
        assert!(!city.path(".again.unfinished").exists(), "byte {at} left a folder");
    }
    fs::write(&pack, &whole).expect("written back");
    assert_eq!(city.verified(), []);
    let catalog = city.path("repository/catalog.sqlite");
    let connection = rusqlite::Connection::open(catalog).expect("opened");
    for (statement, code) in [
        ("UPDATE production SET manifest_sha256 = replace(manifest_sha256, 'a', 'b')", "production-changed"),
        ("UPDATE production SET family = family + 1", "key-missing"),
        ("UPDATE production SET length = length - 1", "bytes-damaged"),
    ] {
        let text = |sql: &str| -> (String, i64, i64) {
            connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("a row")
        };
        let (manifest, family, length) = text("SELECT manifest_sha256, family, length FROM production");
        connection.execute(statement, []).expect("changed");
        let found = city.verified();
        assert!(found.iter().any(|one| one.subject == "P-1" && one.code == code), "{statement}: {found:?}");
        assert!(again_with(&city.repository, id, &city.path("again"), &VoidMonitor, &draw).is_err(), "{statement}");
        let back = "UPDATE production SET manifest_sha256 = ?1, family = ?2, length = ?3";
        connection.execute(back, (manifest, family, length)).expect("put back");
    }
    assert_eq!(city.verified(), []);
}

/// Lets go of the work lock, or asks to stop, once it is told that the lock is waited for.
struct Waiting {
    lock: std::sync::Mutex<Option<fs::File>>,
    stops: bool,
    told: std::sync::atomic::AtomicU64,
}

impl Monitor for Waiting {
    fn progress(&self, progress: Progress<'_>) {
        if progress.task.starts_with("Waiting") {
            self.told.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if !self.stops {
                self.lock.lock().expect("a lock").take();
            }
        }
    }
    fn problem(&self, _: &str) {}
    fn stopped(&self) -> bool {
        self.stops && self.told.load(std::sync::atomic::Ordering::Relaxed) > 0
    }
}

#[test]
fn a_production_waits_for_an_intake_and_can_be_stopped_meanwhile() {
    let mut city = city(RequestKind::Public).decided();
    let (request, options) = (city.request, ProduceOptions::default());
    for stops in [true, false] {
        let file = fs::File::open(city.path("repository/work.lock")).expect("a lock");
        file.try_lock().expect("free");
        let monitor = Waiting { lock: Some(file).into(), stops, told: 0.into() };
        let path = city.path("out");
        let outcome = produce_with(&mut city.repository, request, &path, &options, "clerk", &monitor, &draw);
        assert!(monitor.told.into_inner() > 0, "it said that it waits");
        if stops {
            assert!(matches!(outcome, Err(ProductionError::Stopped)), "{outcome:?}");
            assert!(!path.exists() && city.next_number() == 1);
        } else {
            assert!(matches!(outcome, Ok(Outcome::Produced(_))), "{outcome:?}");
        }
    }
    assert_eq!(city.verified(), []);
}

/// Looks, while a production is sealed, what others may do in the repository.
struct Beside {
    repository: PathBuf,
    seen: std::sync::atomic::AtomicU64,
}

impl Monitor for Beside {
    fn progress(&self, progress: Progress<'_>) {
        if progress.task.starts_with("Sealing") {
            let now = "2026-03-02T15:00:00Z".parse().expect("a moment");
            let mut other = Repository::open(&self.repository, Some(now)).expect("opened");
            let error = other.work().map(|_| ()).expect_err("an intake is told to come back").to_string();
            assert!(error.contains("another ingest, index, dispose or produce"), "{error}");
            let all = Scope::default();
            recordroom::hold::place(&mut other, "Case 9", "now", &all, "attorney").expect("a hold never waits");
            self.seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }
    fn problem(&self, _: &str) {}
}

#[test]
fn while_a_production_is_sealed_an_intake_is_told_and_a_hold_is_placed() {
    let mut city = city(RequestKind::Public).decided();
    let (path, request, options) = (city.path("out"), city.request, ProduceOptions::default());
    let monitor = Beside { repository: city.path("repository"), seen: 0.into() };
    let outcome = produce_with(&mut city.repository, request, &path, &options, "clerk", &monitor, &draw);
    assert!(matches!(outcome, Ok(Outcome::Produced(_))), "{outcome:?}");
    assert_eq!(monitor.seen.into_inner(), 1, "it was looked at while it was sealed");
    assert_eq!(city.verified(), []);
}

#[test]
fn a_failure_while_delivering_again_leaves_no_folder() {
    let mut city = city(RequestKind::Public).decided();
    let id = city.produced("out").production.id;
    let mut failed = 0;
    for nth in 1.. {
        fault::arm(FaultKind::FailOnce, nth);
        let outcome = again_with(&city.repository, id, &city.path("again"), &VoidMonitor, &draw);
        fault::disarm();
        if outcome.is_ok() {
            break;
        }
        failed = nth;
        assert!(!city.path("again").exists() && !city.path(".again.unfinished").exists(), "point {nth}");
    }
    assert!(failed > 20, "the walk reached every file: {failed}");
    assert!(tree(&city.path("out")) == tree(&city.path("again")));
    assert_eq!((city.next_number(), city.verified()), (9, Vec::new()));
}

/// Bytes that do not compress, which look how much of what was asked for before is in the pack already.
struct Long {
    left: u64,
    given: u64,
    state: u64,
    vault: PathBuf,
    most_behind: u64,
}

impl std::io::Read for Long {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let written: u64 = tree(&self.vault).values().map(|bytes| bytes.len() as u64).sum();
        self.most_behind = self.most_behind.max(self.given.saturating_sub(written));
        let step = out.len().min(self.left as usize);
        for byte in &mut out[..step] {
            self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (self.state >> 56) as u8;
        }
        self.left -= step as u64;
        self.given += step as u64;
        Ok(step)
    }
}

#[test]
fn a_long_delivery_is_sealed_as_it_is_read_and_not_gathered_in_memory() {
    const BYTES: u64 = 24 * 1024 * 1024;
    const BEHIND: u64 = 4 * recordroom::base::limits::FRAME_BYTES as u64;
    let mut city = city(RequestKind::Public);
    let vault = city.path("repository/vault");
    let mut work = city.repository.work().expect("the lock");
    let mut long = Long { left: BYTES, given: 0, state: 1, vault, most_behind: 0 };
    let month = recordroom::vault::Month::new(2026, 3).expect("a month");
    let key = recordroom::vault::FamilyKey::random();
    let at = work.seal_ahead(month, &key, &mut long, |streamed| streamed.bytes.to_string().into_bytes());
    assert!(at.expect("sealed").length > BYTES);
    println!("{} bytes were read and not yet written, of {BYTES}", long.most_behind);
    assert!(long.most_behind <= BEHIND, "{} bytes were read and not yet written", long.most_behind);
    drop(work);
    assert!(!city.verified().is_empty(), "no row names it");
    drop(city.repository.work().expect("the lock"));
    assert_eq!(city.verified(), [], "the next one who takes the lock clears it");
}
