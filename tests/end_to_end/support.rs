//! A fictional city to try everything on: Cedar Bend, with three custodians in two departments.

use chrono::{DateTime, Utc};
use recordroom::base::clock::Clock;
use recordroom::base::durable;
use recordroom::base::id::{FamilyId, PlanId};
use recordroom::base::monitor::VoidMonitor;
use recordroom::catalog::{FamilyFilter, FamilyRow, Standing};
use recordroom::disposition::{self, DispositionError, RunReport};
use recordroom::ingest::{IngestOptions, IngestReport, ingest};
use recordroom::model::classification::{RecordStatus, StatusBasis};
use recordroom::model::disposition::DispositionPlan;
use recordroom::model::event::Act;
use recordroom::model::item::ParsedItem;
use recordroom::model::profile::CustodianProfile;
use recordroom::repository::Repository;
use recordroom::retention::adopt;
use recordroom::verify::repository::{Report, verify};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A period of 365 days over messages, as an approved schedule that the whole city adopted.
pub const APPROVED: &str = r#"
key = "cedar-bend-2024"
title = "Cedar Bend general schedule"
effective_on = "2020-01-01"
authority = { kind = "approved-schedule", citation = "Panel approval of 2020", adoption_acknowledged_on = "2020-06-01" }
series = [
  { key = "messages", title = "Messages", keep = "365 days after sent", kinds = ["email"], applies_without_series = true },
  { key = "letters", title = "Letters", keep = "365 days after sent", archival = true },
  { key = "complaints", title = "Complaints", keep = "30 days after action-completed" },
  { key = "ordinances", title = "Ordinances", keep = "permanent" },
  { key = "unread", title = "Unread edition", keep = "review: the edition has to be read" },
]
"#;

/// A temporary city.
pub struct City {
    pub room: tempfile::TempDir,
}

pub fn day(text: &str) -> DateTime<Utc> {
    format!("{text}T18:00:00Z").parse().expect("a day")
}

impl City {
    /// An exercise, or a real repository.
    pub fn new(exercise: bool) -> Self {
        durable::set_syncing(false);
        let city = Self { room: tempfile::tempdir().expect("a temporary directory") };
        fs::create_dir(city.room.path().join("exports")).expect("a folder");
        let (keys, second) = (city.room.path().join("keys"), city.room.path().join("keys-second"));
        let mut profile = Repository::new_profile("Cedar Bend", &keys, &second);
        profile.exercise = exercise;
        profile.domains = vec!["cedarbend.example".to_owned()];
        // The tests play months in milliseconds; what waits for days has tests of its own.
        profile.policy.breakers.settle_days = 0;
        profile.policy.breakers.forward_days = 3_650;
        profile.policy.breakers.from_items = 1_000_000;
        let one = |name: &str, department: &str, word: &str| CustodianProfile {
            name: name.to_owned(),
            department: department.to_owned(),
            addresses: Vec::new(),
            numbers: Vec::new(),
            paths: vec![word.to_owned()],
            personal_devices: vec![format!("{word}-own-phone")],
            screener: "Dana Whitcomb".to_owned(),
            elected: false,
        };
        profile.custodians = vec![
            one("Anna Larson", "Clerk", "alarson"),
            one("Bob Stone", "Public Works", "bstone"),
            one("Cora Reed", "Clerk", "creed"),
        ];
        Repository::create(&city.repository_path(), &profile, Clock::System).expect("created");
        city
    }

    /// An exercise with the approved schedule adopted.
    pub fn exercise() -> Self {
        let city = Self::new(true);
        adopt(&mut city.open("2025-01-01"), APPROVED, "clerk").expect("adopted");
        city
    }

    /// The same city in another room.
    pub fn copied(&self) -> Self {
        let other = Self { room: tempfile::tempdir().expect("a temporary directory") };
        copy(self.room.path(), other.room.path());
        let profile = other.repository_path().join("recordroom.toml");
        let text = fs::read_to_string(&profile).expect("a profile");
        let (there, here) = (self.room.path().to_string_lossy(), other.room.path().to_string_lossy());
        fs::write(&profile, text.replace(&*there, &here)).expect("written");
        other
    }

    pub fn repository_path(&self) -> PathBuf {
        self.room.path().join("repository")
    }

    /// Opens an exercise on a day.
    pub fn open(&self, on: &str) -> Repository {
        Repository::open(&self.repository_path(), Some(day(on))).expect("opened")
    }

    /// Writes an export: one file of messages for a custodian.
    pub fn export(&self, name: &str, messages: &[Message]) -> PathBuf {
        let path = self.room.path().join("exports").join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(&path, mbox(messages)).expect("written");
        path
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("readable") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_symlink() {
            continue;
        } else if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copied");
        }
    }
}

/// One message of an export.
#[derive(Debug, Clone)]
pub struct Message {
    pub id: String,
    pub from: String,
    pub subject: String,
    pub body: String,
    /// RFC 5322 date; empty where there is none.
    pub date: String,
    /// Name, media type, bytes.
    pub attachment: Option<(String, String, Vec<u8>)>,
}

impl Message {
    pub fn new(id: &str, on: &str, subject: &str, body: &str) -> Self {
        let date = chrono::NaiveDate::parse_from_str(on, "%Y-%m-%d")
            .map(|day| day.format("%a, %d %b %Y 12:00:00 -0600").to_string())
            .unwrap_or_default();
        Self {
            id: id.to_owned(),
            from: "pat@cedarbend.example".to_owned(),
            subject: subject.to_owned(),
            body: body.to_owned(),
            date,
            attachment: None,
        }
    }

    pub fn eml(&self) -> String {
        let mut head = format!("From: <{}>\nTo: <office@cedarbend.example>\nSubject: {}\n", self.from, self.subject);
        if !self.date.is_empty() {
            head.push_str(&format!("Date: {}\n", self.date));
        }
        head.push_str(&format!("Message-ID: <{}@cedarbend.example>\nMIME-Version: 1.0\n", self.id));
        match &self.attachment {
            None => format!("{head}Content-Type: text/plain; charset=utf-8\n\n{}\n", self.body),
            Some((name, media, bytes)) => format!(
                "{head}Content-Type: multipart/mixed; boundary=\"sep\"\n\n--sep\nContent-Type: text/plain; charset=utf-8\n\n\
                 {}\n\n--sep\nContent-Type: {media}; name=\"{name}\"\nContent-Transfer-Encoding: base64\n\
                 Content-Disposition: attachment; filename=\"{name}\"\n\n{}\n--sep--\n",
                self.body,
                base64(bytes)
            ),
        }
    }
}

pub fn mbox(messages: &[Message]) -> String {
    messages.iter().map(|one| format!("From pat@cedarbend.example Mon Jan  1 00:00:00 2024\n{}\n", one.eml())).collect()
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for (at, group) in bytes.chunks(3).enumerate() {
        if at > 0 && at % 19 == 0 {
            out.push('\n');
        }
        let value = group.iter().fold(0u32, |all, byte| all << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let letter = LETTERS[(value >> (18 - 6 * place) & 63) as usize] as char;
            out.push(if place <= group.len() { letter } else { '=' });
        }
    }
    out
}

pub fn take_in(repository: &mut Repository, path: &Path) -> IngestReport {
    ingest(repository, &[path.to_owned()], &IngestOptions::default(), "clerk", &VoidMonitor).expect("taken in")
}

/// Every family that is here, with its item.
pub fn families(repository: &Repository) -> Vec<(FamilyRow, ParsedItem)> {
    let mut rows = Vec::new();
    let reading = repository.catalog().reading();
    reading
        .each_family::<recordroom::catalog::CatalogError>(FamilyFilter::default(), |row| {
            rows.push(row);
            Ok(())
        })
        .expect("listed");
    rows.into_iter()
        .map(|row| {
            let item = repository.family(row.id).expect("reads back").facts.item;
            (row, item)
        })
        .collect()
}

pub fn subjects(repository: &Repository) -> BTreeSet<String> {
    families(repository).into_iter().map(|(_, item)| item.subject).collect()
}

pub fn family_of(repository: &Repository, subject: &str) -> FamilyId {
    let found = families(repository).into_iter().find(|(_, item)| item.subject == subject);
    found.unwrap_or_else(|| panic!("no item has the subject {subject:?}")).0.id
}

/// Confirms the status of families, as a person does.
pub fn confirm(repository: &mut Repository, families: &[FamilyId], status: RecordStatus, series: &str) {
    let at = repository.now();
    repository
        .catalog_mut()
        .write::<_, recordroom::catalog::CatalogError>(|writing| {
            let details = serde_json::json!({ "families": families.len(), "status": status });
            let event = writing.record_event(at, "clerk", Act::Classified, "items", &details)?.id;
            for family in families {
                let (basis, series) = (StatusBasis::Person, series.to_owned());
                writing.set_standing(*family, &Standing { status, basis, series, confidence: 100 }, event)?;
            }
            Ok(())
        })
        .expect("confirmed");
}

pub fn confirm_all(repository: &mut Repository) {
    let all: Vec<FamilyId> = families(repository).into_iter().map(|(row, _)| row.id).collect();
    confirm(repository, &all, RecordStatus::Transitory, "");
}

pub fn plan(repository: &mut Repository) -> DispositionPlan {
    disposition::plan(repository, "planner").expect("planned").plan
}

pub fn approved_plan(repository: &mut Repository) -> PlanId {
    let id = plan(repository).plan;
    disposition::approve(repository, id, "approver", None).expect("approved");
    id
}

pub fn run(repository: &mut Repository, id: PlanId) -> Result<RunReport, DispositionError> {
    disposition::run(repository, id, "operator", &VoidMonitor)
}

pub fn purge(repository: &mut Repository) -> RunReport {
    let id = approved_plan(repository);
    run(repository, id).expect("executed")
}

pub fn report(repository: &Repository) -> Report {
    verify(repository, &VoidMonitor).expect("looked through")
}

/// Opens a request and narrows what it protects to what it asks for, as a clerk does once that is agreed.
pub fn ask_narrowed(
    repository: &mut Repository,
    new: recordroom::request::NewRequest,
) -> recordroom::model::request::DataRequest {
    let opened = recordroom::request::open(repository, new, "clerk").expect("opened");
    recordroom::request::narrow(repository, opened.id, "agreed with the requester", "clerk").expect("narrowed");
    opened
}

#[track_caller]
pub fn assert_clean(repository: &Repository) {
    let report = report(repository);
    assert!(report.is_clean(), "{:#?}", report.findings);
    assert!(report.checked > 0);
}

/// A small deterministic generator (SplitMix64), so that a failing seed can be run again.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}
