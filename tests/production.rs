//! The whole way over a temporary exercise repository, drawn by a small PDF writer of the tests' own.

use recordroom::base::clock::Clock;
use recordroom::base::digest::{Blake3Digest, Sha256Digest};
use recordroom::base::durable;
use recordroom::base::fault::{self, FaultKind};
use recordroom::base::id::ProductionId;
use recordroom::base::id::RequestId;
use recordroom::base::monitor::{Monitor, Progress, VoidMonitor};
use recordroom::model::event::Act;
use recordroom::model::hold::Scope;
use recordroom::model::production::BatesPrefix;
use recordroom::model::request::{RequestKind, RequestStatus};
use recordroom::model::review::Decision;
use recordroom::package::{dat, names};
use recordroom::production::{
    Outcome, ProduceOptions, Produced, ProductionError, again, again_with, produce, produce_with,
};
use recordroom::render::RenderError;
use recordroom::render::{Content, Rendered, Rendition};
use recordroom::repository::Repository;
use recordroom::request::{self, NewRequest};
use recordroom::review::{self, Members};
use recordroom::verify::Finding;
use recordroom::verify::delivery;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Lines on a page of the test's PDF files.
const LINES: usize = 40;

/// A PDF file of plain lines, one stream for each page.
fn pdf(lines: &[String], pages: u32) -> Vec<u8> {
    let escape = |line: &str| line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
    let kids: Vec<String> = (0..pages).map(|at| format!("{} 0 R", 3 + at * 2)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {pages} /MediaBox [0 0 612 792] >>", kids.join(" ")),
    ];
    for at in 0..pages {
        let shown: String = lines
            .iter()
            .skip(at as usize * LINES)
            .take(LINES)
            .map(|line| format!("({}) Tj T*\n", escape(line)))
            .collect();
        let stream = format!("BT /F1 9 Tf 11 TL 40 750 Td\n{shown}ET\n");
        objects.push(format!("<< /Type /Page /Parent 2 0 R /Contents {} 0 R /Resources << >> >>", 4 + at * 2));
        objects.push(format!("<< /Length {} >>\nstream\n{stream}endstream", stream.len()));
    }
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", at + 1).bytes());
    }
    let start = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    let size = objects.len() + 1;
    out.extend(format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").bytes());
    out
}

/// The double of `render::draw`: pages of plain lines, the same bytes for the same rendition.
fn draw(rendition: &Rendition) -> Result<Rendered, RenderError> {
    let mut lines = vec![rendition.title.as_str().to_owned(), rendition.label.as_str().to_owned()];
    lines.extend(rendition.first.iter().map(ToString::to_string));
    lines.extend(rendition.fields.iter().map(|(label, value)| format!("{}: {}", label.as_str(), value.as_str())));
    lines.push(rendition.remark.as_str().to_owned());
    match &rendition.content {
        Content::Text(text) | Content::Slip(text) => lines.extend(text.as_str().lines().map(str::to_owned)),
        Content::Picture(bytes) => lines.push(format!("picture of {} bytes", bytes.len())),
        Content::Pages(bytes) => lines.push(format!("pages of {} bytes", bytes.len())),
    }
    if lines.iter().any(|line| line.contains("cannot be drawn by anybody")) {
        return Err(RenderError::Writer("a test asked for it".to_owned()));
    }
    let pages = lines.len().div_ceil(LINES) as u32;
    Ok(Rendered { pdf: pdf(&lines, pages), pages, problems: Vec::new() })
}

const SECRET: &str = "Grievance of a fictional employee 4711";
const SECRET_NAME: &str = "grievance-4711.txt";
const ADVICE: &str = "Counsel thinks that the contractor will settle for sixty thousand dollars before the trial";
const PRIVILEGED: &str = "Advice of counsel on the Ridgeview claim";

fn message(id: &str, day: u32, subject: &str, body: &str, attachments: &[(&str, &str, &str)]) -> String {
    let mut text = format!(
        "Message-ID: <{id}@cedarbend.example>\r\nDate: Mon, {day:02} Mar 2025 09:30:00 -0600\r\n\
         From: Ana Lind <ana@cedarbend.example>\r\nTo: council@cedarbend.example\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
    );
    if attachments.is_empty() {
        return format!("{text}Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n");
    }
    text.push_str("Content-Type: multipart/mixed; boundary=b1\r\n\r\n");
    text.push_str(&format!("--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"));
    for (name, kind, content) in attachments {
        text.push_str(&format!(
            "--b1\r\nContent-Type: {kind}; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\n{content}\r\n"
        ));
    }
    format!("{text}--b1--\r\n")
}

/// A repository in a temporary directory, with five families taken in.
struct City {
    directory: tempfile::TempDir,
    repository: Repository,
    request: RequestId,
}

fn city(kind: RequestKind) -> City {
    durable::set_syncing(false);
    let directory = tempfile::tempdir().expect("a temporary directory");
    let at = |name: &str| directory.path().join(name);
    let mut profile = Repository::new_profile("Cedar Bend", &at("keys"), &at("keys-second"));
    profile.exercise = true;
    profile.production_prefix = "CB-".to_owned();
    let clock = Clock::Exercise("2026-03-02T15:00:00Z".parse().expect("a moment"));
    let mut repository = Repository::create(&at("repository"), &profile, clock).expect("created");
    let long: String = (0..100).map(|line| format!("Line {line} of the minutes\r\n")).collect();
    let mails = [
        message("later", 17, "Minutes (long)", &long, &[]),
        message(
            "family",
            3,
            "Ridgeview, \"phase 2\"",
            "See the attached.",
            &[
                ("costs.csv", "text/csv", "item,cost\r\ngravel,12"),
                (SECRET_NAME, "text/plain", SECRET),
                ("blob.bin", "application/octet-stream", "\u{1}\u{2}\u{3}"),
            ],
        ),
        message("advice", 4, PRIVILEGED, "Privileged words", &[]),
        message("lunch", 5, "Lunch", "Unrelated sandwich", &[]),
        message("broken", 10, "Odd", "cannot be drawn by anybody", &[]),
    ];
    let folder = at("export");
    fs::create_dir_all(&folder).expect("a folder");
    for (nth, mail) in mails.iter().enumerate() {
        fs::write(folder.join(format!("{nth}.eml")), mail).expect("written");
    }
    let options = recordroom::ingest::IngestOptions::default();
    recordroom::ingest::ingest(&mut repository, &[folder], &options, "clerk", &VoidMonitor).expect("taken in");
    let request = request::open(&mut repository, new_request(kind), "clerk").expect("opened").id;
    request::collect(&mut repository, request, None, "clerk").expect("collected");
    City { directory, repository, request }
}

fn new_request(kind: RequestKind) -> NewRequest {
    NewRequest {
        kind,
        requester: "R. Quist".to_owned(),
        description: "Everything on <Ridgeview>".to_owned(),
        received_on: None,
        litigation_days: None,
        scope: Scope::default(),
    }
}

impl City {
    /// Decides on one member: of the family with this subject, the attachment of this name or the parent.
    fn decide(&mut self, subject: &str, file: Option<&str>, decision: Decision, basis: &str) {
        let reading = self.repository.catalog().reading();
        let mut found = None;
        for family in reading.collected(self.request).expect("collected") {
            let item = self.repository.family(family).expect("read").facts.item;
            if item.subject == subject {
                let part =
                    file.map(|name| item.attachments.iter().find(|one| one.name == name).expect("attached").part);
                found = reading.records(family).expect("records").into_iter().find(|one| one.part == part);
            }
        }
        let record = found.expect("a member").id;
        let members = Members::Records(vec![record]);
        review::decide(&mut self.repository, self.request, &members, decision, basis, "clerk").expect("decided");
    }

    /// The usual decisions: something of everything.
    fn decided(mut self) -> Self {
        self.decide("Ridgeview, \"phase 2\"", Some(SECRET_NAME), Decision::Withheld, "Minn. Stat. § 13.43, subd. 4");
        self.decide(PRIVILEGED, None, Decision::Withheld, "Minn. Stat. § 13.393");
        self.decide("Lunch", None, Decision::NotResponsive, "");
        let (id, rest) = (self.request, Members::Undecided);
        review::decide(&mut self.repository, id, &rest, Decision::Responsive, "", "clerk").expect("decided");
        self
    }

    /// Another request, for which nothing is collected.
    fn second_request(&mut self) -> RequestId {
        let id = request::open(&mut self.repository, new_request(RequestKind::Public), "clerk").expect("opened").id;
        request::collect(&mut self.repository, id, Some(&[]), "clerk").expect("collected nothing");
        id
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn produce(&mut self, name: &str) -> Result<Outcome, ProductionError> {
        self.produce_as(name, &ProduceOptions::default())
    }

    fn produce_as(&mut self, name: &str, options: &ProduceOptions) -> Result<Outcome, ProductionError> {
        let (path, request) = (self.path(name), self.request);
        produce_with(&mut self.repository, request, &path, options, "clerk", &VoidMonitor, &draw)
    }

    fn produced(&mut self, name: &str) -> Produced {
        match self.produce(name).expect("a production") {
            Outcome::Produced(produced) => *produced,
            other => panic!("no production: {other:?}"),
        }
    }

    fn next_number(&self) -> u32 {
        let prefix = BatesPrefix::new("CB-").expect("a prefix");
        self.repository.catalog().reading().next_number(&prefix).expect("a number")
    }

    /// What is wrong with the repository.
    fn verified(&self) -> Vec<Finding> {
        recordroom::verify::repository::verify(&self.repository, &VoidMonitor).expect("looked through").findings
    }

    fn findings(&self, name: &str) -> Vec<Finding> {
        delivery::examine_with(&self.path(name), None, &draw).expect("examined").findings
    }
}

/// Every file of a folder, by its path with `/`.
fn tree(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, directory: &Path, all: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(directory).expect("listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(root, &path, all);
            } else {
                let name = path.strip_prefix(root).expect("below").to_string_lossy().replace('\\', "/");
                all.insert(name, fs::read(&path).expect("read"));
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(directory, directory, &mut all);
    all
}

/// The bytes of a file with every deflated stream in it unpacked behind them.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    use std::io::Read;
    let mut all = bytes.to_vec();
    let marker = b"stream";
    for at in 0..bytes.len().saturating_sub(marker.len()) {
        if bytes[at..].starts_with(marker) {
            let start = at + marker.len();
            let start = start + bytes[start..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
            let mut stream = Vec::new();
            // What is no deflated stream unpacks to nothing.
            let _ = flate2::read::ZlibDecoder::new(&bytes[start..]).read_to_end(&mut stream);
            all.extend(stream);
        }
    }
    all
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window.eq_ignore_ascii_case(words.as_bytes()))
}

#[test]
fn what_was_decided_is_delivered_numbered_and_checks_clean() {
    let mut city = city(RequestKind::Public).decided();
    let produced = city.produced("out");
    assert_eq!(city.findings("out"), []);
    // Four members of the family of 3 March, then 10 March, then the three pages of 17 March.
    assert_eq!(produced.production.documents, 6);
    assert_eq!(
        (produced.production.first.to_string(), produced.production.last.to_string()),
        ("CB-00000001".into(), "CB-00000008".into())
    );
    assert_eq!((produced.pages, produced.withheld), (8, 2));
    assert_eq!(city.next_number(), 9);
    let files = tree(&city.path("out"));
    let table = dat::read(&files["data/VOL001/DATA/VOL001.dat"]).expect("a load file");
    let column = |name: &str| -> Vec<&str> {
        let at = table.column(name).expect("a column");
        table.rows.iter().map(|row| row[at].as_str()).collect()
    };
    assert_eq!(column("PGCOUNT"), ["1", "1", "1", "1", "1", "3"]);
    assert_eq!(column("WITHHELD"), ["N", "N", "Y", "N", "N", "N"]);
    assert_eq!(column("ENDATTACH")[..4], ["CB-00000004"; 4]);
    assert_eq!(column("PARENTID")[..5], ["", "CB-00000001", "CB-00000001", "CB-00000001", ""]);
    assert_eq!(column("FILENAME")[1..4], ["costs.csv", "", "blob.bin"]);
    assert_eq!(column("SUBJECT")[0], "Ridgeview, \"phase 2\"");
    // -06:00 was written; 3 March 2025 is before the change to daylight time.
    assert_eq!(
        (column("DATESENT")[0], column("TIMESENT")[0], column("TIMEZONE")[0]),
        ("03/03/2025", "09:30:00", "UTC-06:00")
    );
    let log = String::from_utf8(files[names::WITHHOLDING_LOG].clone()).expect("text");
    assert!(log.contains("CB-00000003,attachment,\"Minn. Stat. § 13.43, subd. 4\""), "{log}");
    assert!(log.contains("not numbered,email,Minn. Stat. § 13.393"), "{log}");
    let text = String::from_utf8(files["data/VOL001/TEXT/0001/CB-00000001.txt"].clone()).expect("text");
    assert!(
        text.contains("Attachments: costs.csv; one withheld; blob.bin") && text.contains("See the attached."),
        "{text}"
    );
    let remarks = String::from_utf8(files[names::REMARKS].clone()).expect("text");
    for (number, told) in [("CB-00000004", "has no text"), ("CB-00000005", "could not be drawn")] {
        assert!(remarks.lines().any(|line| line.starts_with(number) && line.contains(told)), "{number}: {remarks}");
    }
    assert!(!remarks.contains("CB-00000002"), "plain text is shown as it is: {remarks}");
    assert!(files.keys().all(|path| !path.contains("NATIVES")), "originals are given in litigation alone");
    let reading = city.repository.catalog().reading();
    assert_eq!(reading.request(city.request).expect("there").status, RequestStatus::Produced);
    let event = reading.last_event().expect("read").expect("an event");
    assert_eq!((event.act, event.subject.as_str()), (Act::Produced, "P-1"));
    let (row, _) = reading.production(produced.production.id).expect("recorded");
    assert_eq!(row.production, produced.production);
    assert_eq!(row.items.len(), 6);
    assert!(!city.path(".out.unfinished").exists());
}

#[test]
fn withheld_words_are_in_none_of_the_files() {
    let mut city = city(RequestKind::Public).decided();
    city.produced("out");
    for (path, bytes) in tree(&city.path("out")) {
        let bytes = unpacked(&bytes);
        for words in [SECRET, SECRET_NAME, "4711", PRIVILEGED, "Privileged words", "sandwich"] {
            assert!(!holds(&bytes, words), "{path} holds {words:?}");
        }
    }
    let files = tree(&city.path("out"));
    assert!(files.values().any(|bytes| holds(&unpacked(bytes), "gravel")), "the search itself finds what was given");
}

#[test]
fn an_item_that_repeats_withheld_words_is_given_only_after_somebody_looked() {
    let mut city = city(RequestKind::Public);
    let quoted = format!("No.\r\n\r\nShe wrote:\r\n> {ADVICE}\r\n");
    let mails = [message("opinion", 6, "Opinion", ADVICE, &[]), message("answer", 7, "Answer", &quoted, &[])];
    let folder = city.path("second-export");
    fs::create_dir_all(&folder).expect("a folder");
    for (nth, mail) in mails.iter().enumerate() {
        fs::write(folder.join(format!("{nth}.eml")), mail).expect("written");
    }
    let options = recordroom::ingest::IngestOptions::default();
    recordroom::ingest::ingest(&mut city.repository, &[folder], &options, "clerk", &VoidMonitor).expect("taken in");
    // Nobody collected them yet, and whoever plans is told.
    let reading = city.repository.catalog().reading();
    assert_eq!(recordroom::production::not_collected(&reading, city.request).expect("counted"), 2);
    request::collect(&mut city.repository, city.request, None, "clerk").expect("collected");
    let reading = city.repository.catalog().reading();
    assert_eq!(recordroom::production::not_collected(&reading, city.request).expect("counted"), 0);
    let all = Members::Undecided;
    let (id, basis) = (city.request, "attorney-client privilege");
    let vague = review::decide(&mut city.repository, id, &all, Decision::Withheld, basis, "clerk");
    assert!(vague.expect_err("refused").to_string().contains("names no section of law"));
    city.decide("Opinion", None, Decision::Withheld, "attorney-client privilege; Minn. Stat. § 13.393");
    let mut city = city.decided();
    let error = city.produce("out").expect_err("refused").to_string();
    assert!(error.starts_with("1 items to be given repeat words of withheld ones: R-"), "{error}");
    assert!(!city.path("out").exists() && city.next_number() == 1);
    // Somebody answers for it: the event names each pair.
    let looked = ProduceOptions { repeats_reviewed: true, ..ProduceOptions::default() };
    let Outcome::Produced(one) = city.produce_as("out", &looked).expect("produced") else { panic!("nothing") };
    let reading = city.repository.catalog().reading();
    let details = reading.last_event().expect("read").expect("an event").details;
    assert!(details.contains("\"repeats_reviewed\":[[\"R-"), "{details}");
    assert_eq!(one.production.documents, 7);
}

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

#[test]
fn a_supplement_holds_what_is_new_and_goes_on_with_the_numbers() {
    let mut city = city(RequestKind::Public).decided();
    city.produced("out");
    let error = city.produce("nothing new").expect_err("nothing is new");
    assert!(error.to_string().contains("P-1"), "{error}");
    assert!(!city.path("nothing new").exists());
    city.decide("Lunch", None, Decision::Responsive, "");
    let produced = city.produced("supplement");
    assert_eq!((produced.production.first.page(), produced.production.documents), (9, 1));
    assert_eq!((produced.production.volume.as_str(), produced.adds_to), ("VOL002", Some(ProductionId::new(1))));
    assert_eq!(city.findings("supplement"), []);
    again_with(&city.repository, ProductionId::new(2), &city.path("again"), &VoidMonitor, &draw).expect("again");
    assert!(tree(&city.path("supplement")) == tree(&city.path("again")));
}

#[test]
fn one_changed_byte_in_any_file_is_named() {
    let mut city = city(RequestKind::Public).decided();
    city.produced("out");
    let root = city.path("out");
    for (path, bytes) in tree(&root) {
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            fs::write(root.join(&path), &changed).expect("written");
            let findings = city.findings("out");
            assert!(findings.iter().any(|one| one.subject == path), "byte {at} of {path}: {findings:?}");
        }
        fs::remove_file(root.join(&path)).expect("removed");
        let findings = city.findings("out");
        assert!(findings.iter().any(|one| one.subject == path), "{path} taken away: {findings:?}");
        fs::write(root.join(&path), &bytes).expect("written back");
    }
    for extra in ["extra.txt", "data/extra.txt", "data/VOL001/PDF/0001/CB-00000099.pdf"] {
        fs::write(root.join(extra), "more").expect("written");
        assert!(city.findings("out").iter().any(|one| one.subject == extra), "{extra}");
        fs::remove_file(root.join(extra)).expect("removed");
    }
    assert_eq!(city.findings("out"), [], "whole again");
}

/// Writes a file anew and makes both manifests agree with it, as somebody would who knows how they are made.
fn forge(root: &Path, path: &str, bytes: &[u8]) {
    fs::write(root.join(path), bytes).expect("written");
    for (manifest, digest) in [
        ("manifest-sha256.txt", Sha256Digest::of(bytes).to_string()),
        ("BLAKE3SUMS", Blake3Digest::of(bytes).to_string()),
    ] {
        let lines = fs::read_to_string(root.join(manifest)).expect("a manifest");
        let ending = format!("  {path}");
        let line =
            |line: &str| if line.ends_with(&ending) { format!("{digest}{ending}\n") } else { format!("{line}\n") };
        fs::write(root.join(manifest), lines.lines().map(line).collect::<String>()).expect("written");
    }
}

#[test]
fn load_files_that_disagree_are_named_even_when_every_digest_was_made_to_fit() {
    let dat = "data/VOL001/DATA/VOL001.dat";
    let cases = [
        (dat, "CB-00000005", "CB-00000006", "numbers", dat),
        (dat, "þ3þ", "þ4þ", "numbers", dat),
        (dat, "CB-00000002þ\u{14}þCB-00000001", "CB-00000002þ\u{14}þCB-00000002", "family", dat),
        (
            dat,
            "þþ\u{14}þattachmentþ\u{14}þþ\u{14}þYþ",
            "þname.txtþ\u{14}þattachmentþ\u{14}þþ\u{14}þYþ",
            "withheld",
            dat,
        ),
        (dat, "TEXT\\0001\\CB-00000003.txt", "TEXT\\0001\\CB-00000004.txt", "load-file", dat),
        ("data/VOL001/DATA/VOL001.opt", ",3\r\n", ",2\r\n", "load-file", "data/VOL001/DATA/VOL001.opt"),
        ("data/index.csv", "CB-00000002,", "CB-00000009,", "index", "data/index.csv"),
        (
            "data/withholding-log.csv",
            "not numbered,email,Minn. Stat. § 13.393\r\n",
            "",
            "index",
            "data/withholding-log.csv",
        ),
        (
            "data/VOL001/TEXT/0001/CB-00000003.txt",
            "Withheld",
            "It says more. Withheld",
            "withheld",
            "data/VOL001/TEXT/0001/CB-00000003.txt",
        ),
    ];
    let mut city = city(RequestKind::Public).decided();
    city.produced("out");
    let root = city.path("out");
    let before = tree(&root);
    for (path, from, to, code, subject) in cases {
        assert!(holds(&before[path], from), "{path} has {from:?}");
        let text = String::from_utf8(before[path].clone()).expect("text").replace(from, to);
        forge(&root, path, text.as_bytes());
        let findings = city.findings("out");
        assert!(findings.iter().any(|one| one.code == code && one.subject == subject), "{from:?}: {findings:?}");
        let signed = findings.iter().any(|one| one.subject == "manifest-sha256.txt");
        assert!(signed, "the signed digest of the manifest does not fit: {findings:?}");
        restore(&root, &before);
    }
    // Another page in the place of a slip sheet.
    let slip = "data/VOL001/PDF/0001/CB-00000003.pdf";
    forge(&root, slip, &before["data/VOL001/PDF/0001/CB-00000001.pdf"]);
    let findings = city.findings("out");
    assert!(findings.iter().any(|one| one.code == "withheld" && one.subject == slip), "{findings:?}");
    restore(&root, &before);
    assert_eq!(city.findings("out"), []);
}

fn restore(root: &Path, files: &BTreeMap<String, Vec<u8>>) {
    for (path, bytes) in files {
        fs::write(root.join(path), bytes).expect("written back");
    }
}

#[test]
fn what_is_not_ready_is_refused_and_leaves_nothing() {
    let mut city = city(RequestKind::Public);
    let fresh = request::open(&mut city.repository, new_request(RequestKind::Public), "clerk").expect("opened").id;
    let (path, options) = (city.path("out"), ProduceOptions::default());
    let early = produce_with(&mut city.repository, fresh, &path, &options, "clerk", &VoidMonitor, &draw);
    assert!(early.expect_err("never collected").to_string().contains("nothing was collected"));
    let refused = |city: &mut City, words: &str| {
        let error = city.produce("out").expect_err("refused").to_string();
        assert!(error.contains(words), "{error}");
        assert!(!city.path("out").exists() && city.next_number() == 1);
    };
    city.decide("Lunch", None, Decision::NotResponsive, "");
    refused(&mut city, "7 collected items have no decision yet");
    let mut city = city.decided();
    city.decide("Odd", None, Decision::PartlyWithheld, "Minn. Stat. § 13.37");
    refused(&mut city, "withheld in part");
    city.decide("Odd", None, Decision::Responsive, "");
    fs::create_dir(city.path("taken")).expect("a folder");
    assert!(city.produce("taken").expect_err("taken").to_string().contains("there already"));
    assert!(city.produce("no/such/parent").expect_err("no parent").to_string().contains("no folder"));
    let options = ProduceOptions { prefix: Some("cb".to_owned()), ..ProduceOptions::default() };
    assert!(matches!(city.produce_as("out", &options), Err(ProductionError::Prefix(_))));
    let options = ProduceOptions { natives: true, ..ProduceOptions::default() };
    assert!(city.produce_as("out", &options).expect_err("public").to_string().contains("litigation alone"));
    request::close(&mut city.repository, city.request, "withdrawn", "clerk").expect("closed");
    refused(&mut city, "is closed");
}

#[test]
fn nothing_responsive_and_everything_withheld_are_answers_without_numbers() {
    let mut city = city(RequestKind::Public);
    let (id, all) = (city.request, Members::Undecided);
    review::decide(&mut city.repository, id, &all, Decision::NotResponsive, "", "clerk").expect("decided");
    assert_eq!(city.produce("out").expect("an answer"), Outcome::NothingResponsive);
    city.decide(PRIVILEGED, None, Decision::Withheld, "Minn. Stat. § 13.393");
    let Outcome::AllWithheld(rows) = city.produce("out").expect("an answer") else { panic!("not withheld") };
    assert_eq!(rows.iter().map(|one| one.basis.as_str()).collect::<Vec<_>>(), ["Minn. Stat. § 13.393"]);
    assert!(rows.iter().all(|one| one.from.is_empty() && one.sent.is_empty()), "the public log tells no parties");
    assert!(!city.path("out").exists() && city.next_number() == 1);
}

#[test]
fn originals_are_given_in_litigation_but_never_around_a_withheld_part() {
    let mut city = city(RequestKind::Litigation).decided();
    let options = ProduceOptions { prefix: Some("CB-LIT-".to_owned()), natives: true, ..ProduceOptions::default() };
    let Outcome::Produced(produced) = city.produce_as("out", &options).expect("produced") else { panic!("nothing") };
    assert_eq!(produced.production.first.to_string(), "CB-LIT-00000001");
    assert_eq!(city.findings("out"), []);
    let files = tree(&city.path("out"));
    let natives: Vec<&str> = files.keys().filter_map(|path| path.strip_prefix("data/VOL001/NATIVES/0001/")).collect();
    // The message of 3 March holds the withheld attachment, so its own original is not among them.
    assert_eq!(natives, ["CB-LIT-00000002.csv", "CB-LIT-00000004.bin", "CB-LIT-00000005.eml", "CB-LIT-00000006.eml"]);
    assert_eq!(
        files["data/VOL001/NATIVES/0001/CB-LIT-00000006.eml"],
        fs::read(city.path("export/0.eml")).expect("read")
    );
    for (path, bytes) in &files {
        for words in [SECRET, SECRET_NAME] {
            assert!(!holds(&unpacked(bytes), words), "{path} holds {words:?}");
        }
    }
    let log = String::from_utf8(files[names::WITHHOLDING_LOG].clone()).expect("text");
    assert!(
        log.contains("ana@cedarbend.example") && log.contains("2025-03-04"),
        "a privilege log names parties: {log}"
    );
    assert!(!log.contains(PRIVILEGED));
    let slip = log.lines().find(|line| line.starts_with("CB-LIT-00000003,attachment,")).expect("a row");
    assert!(
        slip.contains("2025-03-03") && slip.contains("ana@cedarbend.example"),
        "a slip sheet is logged alike: {slip}"
    );
    let remarks = String::from_utf8(files[names::REMARKS].clone()).expect("text");
    assert!(remarks.contains("CB-LIT-00000001,The original file is not given: it holds a part that is kept back."));
    let readme = String::from_utf8(files[names::README].clone()).expect("text");
    assert!(readme.contains("data/VOL001/NATIVES"), "{readme}");
    // What is told of it there stays when it is destroyed, so its certificate will name the production.
    let told = |city: &City| {
        let reading = city.repository.catalog().reading();
        let all = reading.collected(city.request).expect("collected");
        let subject = |id| city.repository.family(id).expect("read").facts.item.subject;
        let family = all.into_iter().find(|id| subject(*id) == PRIVILEGED).expect("there");
        reading.productions_with(family).expect("read")
    };
    assert_eq!(told(&city), [produced.production.id]);
    let mut public = self::city(RequestKind::Public).decided();
    public.produced("out");
    assert_eq!(told(&public), [], "the public log tells its kind and the basis alone");
}

#[test]
fn a_failure_anywhere_uses_no_number_and_leaves_no_folder() {
    let mut city = city(RequestKind::Public).decided();
    for nth in 1.. {
        fault::arm(FaultKind::FailOnce, nth);
        let outcome = city.produce("out");
        let reached = fault::disarm();
        if outcome.is_ok() {
            // Only what comes after the record may fail without harm: the mark of the newest event, which the next work
            // writes again, and the note that is taken away at the very end.
            assert!(nth + 1 >= reached, "point {nth} of {reached} was swallowed");
            break;
        }
        assert!(!city.path("out").exists(), "point {nth} left a folder");
        assert!(!city.path(".out.unfinished").exists(), "point {nth} left an unfinished folder");
        assert_eq!(city.next_number(), 1, "point {nth} used a number");
        assert_eq!(city.repository.catalog().reading().next_production().expect("read"), ProductionId::new(1));
        assert_eq!(city.verified(), [], "point {nth} left bytes or a key");
    }
    assert_eq!(city.findings("out"), []);
}

#[test]
fn what_a_crash_left_is_cleared_by_the_next_production() {
    let mut crashed = city(RequestKind::Public).decided();
    let empty = crashed.second_request();
    let (mut points, mut left, mut sealed) = (0, 0, 0);
    for nth in 1.. {
        fault::arm(FaultKind::Crash, nth);
        let outcome = crashed.produce("out");
        fault::disarm();
        if outcome.is_ok() {
            break;
        }
        points = nth;
        assert_eq!(crashed.next_number(), 1, "point {nth} used a number");
        // The next production goes elsewhere, and still clears what the crash left here.
        left += u32::from(crashed.path("out").exists());
        let before = crashed.verified();
        let elsewhere = crashed.path("elsewhere");
        let (options, nothing) = (ProduceOptions::default(), Ok(Outcome::NothingResponsive));
        let answer = produce_with(&mut crashed.repository, empty, &elsewhere, &options, "clerk", &VoidMonitor, &draw);
        assert_eq!(answer.map_err(|error| error.to_string()), nothing);
        assert!(!crashed.path("out").exists() && !crashed.path(".out.unfinished").exists(), "point {nth}");
        sealed += u32::from(!before.is_empty());
        assert_eq!(crashed.verified(), [], "point {nth} left bytes or a key");
    }
    assert!(sealed > 3, "some of the crashes left bytes or a key until then: {sealed}");
    assert!(points > 20, "the walk reached the points of the whole build: {points}");
    assert_eq!(left, 1, "once the crash came between the final name and the commit");
    assert_eq!(crashed.findings("out"), []);
    assert_eq!(crashed.next_number(), 9);
    assert_eq!(crashed.verified(), []);
}

#[test]
fn a_production_that_fails_its_check_is_not_recorded() {
    let mut city = city(RequestKind::Public).decided();
    let lying = |rendition: &Rendition| draw(rendition).map(|drawn| Rendered { pages: drawn.pages + 1, ..drawn });
    let (path, request, options) = (city.path("out"), city.request, ProduceOptions::default());
    let outcome = produce_with(&mut city.repository, request, &path, &options, "clerk", &VoidMonitor, &lying);
    let Err(ProductionError::NotClean(findings)) = outcome else { panic!("it passed: {outcome:?}") };
    assert!(findings.iter().all(|one| one.code == "pages"), "{findings:?}");
    assert!(!path.exists() && city.next_number() == 1);
}

#[test]
fn the_usual_tools_agree() {
    let mut city = city(RequestKind::Public).decided();
    city.produced("out");
    for (tool, manifest) in
        [("sha256sum", "manifest-sha256.txt"), ("sha256sum", "tagmanifest-sha256.txt"), ("b3sum", "BLAKE3SUMS")]
    {
        let run = std::process::Command::new(tool).arg("-c").arg(manifest).current_dir(city.path("out")).output();
        match run {
            Err(_) => println!("skipped: there is no {tool} here"),
            Ok(run) => assert!(run.status.success(), "{tool} {manifest}: {}", String::from_utf8_lossy(&run.stdout)),
        }
    }
}

#[test]
fn drawn_by_the_program_itself_it_is_as_clean_and_holds_nothing_withheld() {
    let mut city = city(RequestKind::Public).decided();
    let (path, request, options) = (city.path("out"), city.request, ProduceOptions::default());
    let outcome = produce(&mut city.repository, request, &path, &options, "clerk", &VoidMonitor).expect("produced");
    let Outcome::Produced(produced) = outcome else { panic!("nothing was produced: {outcome:?}") };
    let examination = delivery::examine(&path, Some(&city.repository.signer().public_key_hex())).expect("examined");
    assert_eq!((examination.findings, produced.production.documents), (Vec::new(), 6));
    assert_eq!(delivery::check(&path), []);
    for (path, bytes) in tree(&path) {
        for words in [SECRET, SECRET_NAME, "4711", PRIVILEGED, "Privileged words", "sandwich"] {
            assert!(!holds(&unpacked(&bytes), words), "{path} holds {words:?}");
            let drawn = recordroom::extract::text(&bytes, &path, "").text;
            assert!(!holds(drawn.as_bytes(), words), "{path} shows {words:?}");
        }
    }
    let parent = fs::read(path.join("data/VOL001/PDF/0001/CB-00000001.pdf")).expect("read");
    let drawn = recordroom::extract::text(&parent, "", "application/pdf").text;
    assert!(drawn.contains("See the attached") && drawn.contains("EXERCISE"), "the search itself reads pages: {drawn}");
    again(&city.repository, produced.production.id, &city.path("again"), &VoidMonitor).expect("delivered again");
    assert!(tree(&path) == tree(&city.path("again")));
    let other = delivery::examine(&path, Some(&"00".repeat(32))).expect("examined");
    assert!(other.findings.iter().any(|one| one.code == "signature"), "another city's key: {:?}", other.findings);
}
