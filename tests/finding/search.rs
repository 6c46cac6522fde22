//! Searching a whole repository: what was taken in is found, counted, shown, and found again after the index was
//! lost, cut off half-way, or made again (I5).

use super::town::{Town, mbox};
use recordroom::base::durable;
use recordroom::base::fault::{self, FaultKind};
use recordroom::base::monitor::{TestMonitor, VoidMonitor};
use recordroom::catalog::{CatalogError, Standing};
use recordroom::finding::{Found, behind, families, search};
use recordroom::index::Index;
use recordroom::ingest::{IngestOptions, bring_index_up_to_date, ingest, rebuild_index};
use recordroom::model::classification::{RecordStatus, StatusBasis};
use recordroom::query::{parse, terms};
use recordroom::repository::Repository;
use std::path::{Path, PathBuf};

/// From, subject, date, body: in the order of their numbers.
const LETTERS: [(&str, &str, &str, &str); 6] = [
    (
        "Anna Lee <anna@cedarbend.example>",
        "Permit 7",
        "Mon, 03 Mar 2025 09:00:00 -0600",
        "The permit for the road is ready.",
    ),
    ("bo@cedarbend.example", "Lunch", "Tue, 04 Mar 2025 12:00:00 -0600", "Sandwiches at noon?"),
    (
        "clerk@cedarbend.example",
        "Road work",
        "Wed, 02 Apr 2025 08:00:00 -0500",
        "Elm Road is closed.\r\nCall 763-555-0142.",
    ),
    (
        "anna@cedarbend.example",
        "Zoning",
        "Thu, 15 May 2025 10:00:00 -0500",
        "Zoning variances and road permits, Café Elm.",
    ),
    ("bo@cedarbend.example", "No date", "", "A road letter without any date."),
    ("old@cedarbend.example", "Old", "Fri, 05 Jan 2018 10:00:00 -0600", "Old road permit file."),
];

/// A town whose mailboxes are made of letters, with what a search over it says.
struct City(Town);

impl City {
    fn new() -> Self {
        Self(Town::empty())
    }

    fn open(&self) -> Repository {
        self.0.open()
    }

    fn index(&self) -> PathBuf {
        self.0.path("room/index")
    }

    fn take_in(&self, name: &str, letters: &[(&str, &str, &str, &str)], custodian: &str) {
        let rows: Vec<[&str; 6]> = letters
            .iter()
            .map(|(from, subject, date, body)| {
                [*from, "Records <records@cedarbend.example>", "", *subject, *date, *body]
            })
            .collect();
        self.0.take_in(&format!("{name}.mbox"), &mbox(name, (0..).zip(&rows)), custodian);
    }

    fn found(&self, query: &str) -> Found {
        search(&self.open(), query, 100).unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    fn subjects(&self, query: &str) -> Vec<String> {
        self.found(query).hits.into_iter().map(|hit| hit.subject).collect()
    }
}

const QUERIES: [&str; 9] = [
    "road",
    "permit*",
    "\"the road\"",
    "road w/5 permit",
    "NOT road",
    "from:anna",
    "date:2025-03..2025-04",
    "is:undated",
    "",
];

fn answers(city: &City) -> Vec<Found> {
    QUERIES.iter().map(|query| city.found(query)).collect()
}

#[test]
fn what_was_taken_in_is_found_the_newest_first() {
    let city = City::new();
    city.take_in("anna", &LETTERS, "Anna Lee");
    assert_eq!(city.subjects("road"), ["Zoning", "Road work", "Permit 7", "Old", "No date"]);
    assert_eq!(city.subjects("from:anna@cedarbend.example AND permit*"), ["Zoning", "Permit 7"]);
    assert_eq!(city.subjects("7635550142"), ["Road work"]);
    assert_eq!(city.subjects("cafe"), ["Zoning"]);
    assert_eq!(city.subjects("NOT road"), ["Lunch"]);
    assert_eq!(city.subjects("date:2025-03..2025-04 road"), ["Road work", "Permit 7"]);
    let found = search(&city.open(), "road", 2).expect("found");
    assert_eq!((found.count, found.hits.len(), found.not_indexed), (5, 2, 0), "the count is exact whatever is shown");
    let hit = &city.found("\"permit for\"").hits[0];
    assert_eq!(hit.from, ["Anna Lee <anna@cedarbend.example>"]);
    assert_eq!(hit.to, ["Records <records@cedarbend.example>"]);
    assert_eq!(hit.sent_at.as_deref(), Some("2025-03-03T15:00:00Z"));
    assert_eq!((hit.snippet.as_str(), hit.kind.word()), ("The permit for the road is ready.", "email"));
    assert_eq!(hit.custodians, ["Anna Lee"]);
    let report = city.found("road AND permit*").terms;
    assert_eq!(report.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [5, 3]);
    assert_eq!(report.len(), terms(&parse("road AND permit*").expect("a query")).len());
}

/// Base64 (RFC 4648 section 4), in one line: short enough for a mail header and body of a test.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = char::from(LETTERS[(bits >> (18 - 6 * place)) as usize & 63]);
            out.push(if place <= three.len() { letter } else { '=' });
        }
        if out.len() % 77 == 76 {
            out.push('\n');
        }
    }
    out
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a member");
        std::io::Write::write_all(&mut writer, bytes).expect("memory");
    }
    writer.finish().expect("an archive").into_inner()
}

#[test]
fn a_word_in_a_document_in_an_archive_in_a_message_in_a_message_is_found_with_the_way_to_it() {
    let document = zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", b"<w:document><w:p><w:r><w:t>the zephyrine culvert</w:t></w:r></w:p></w:document>"),
    ]);
    let archive = base64(&zipped(&[("plans/memo.docx", &document)]));
    let letter = format!(
        "From: bo@cedarbend.example\nSubject: Plans\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=in\n\n\
         --in\n\nSee the plans.\n--in\nContent-Type: application/zip; name=plans.zip\n\
         Content-Disposition: attachment; filename=plans.zip\nContent-Transfer-Encoding: base64\n\n{archive}\n--in--\n"
    );
    let message = format!(
        "From: anna@cedarbend.example\nSubject: Fwd\nDate: Mon, 03 Mar 2025 09:00:00 -0600\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=out\n\n--out\n\nForwarded.\n--out\nContent-Type: message/rfc822; \
         name=letter.eml\nContent-Disposition: attachment; filename=letter.eml\n\n{letter}\n--out--\n"
    );
    let city = City::new();
    let path = city.0.path("forwarded.eml");
    durable::replace(&path, message.as_bytes()).expect("written");
    let report = ingest(&mut city.open(), &[path], &IngestOptions::default(), "clerk", &VoidMonitor);
    assert_eq!(report.expect("taken in").totals.kept, 1);
    let hits = city.found("zephyrine").hits;
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].way, ["letter.eml", "plans.zip", "plans/memo.docx"]);
    assert!(hits[0].snippet.contains("the zephyrine culvert"), "{}", hits[0].snippet);
    assert_eq!(city.found("see plans").hits[0].way, ["letter.eml"]);
    assert!(city.found("forwarded").hits[0].way.is_empty());
}

#[test]
fn what_changes_later_is_asked_of_the_catalog() {
    let city = City::new();
    city.take_in("anna", &LETTERS, "Anna Lee");
    city.take_in("anna", &LETTERS, "Anna Lee");
    assert_eq!(city.found("road").count, 5, "taken in twice is found once");
    assert_eq!(city.found("custodian:berg").count, 0);
    // The same letters again in another mailbox: copies of the same items.
    let path = city.0.path("anna.mbox");
    let copy = city.0.path("bo.mbox");
    durable::replace(&copy, &std::fs::read(path).expect("read")).expect("written");
    let mut repository = city.open();
    let custodian = Some(repository.custodian_named("Bo Berg").expect("a custodian"));
    let options = IngestOptions { custodian, ..IngestOptions::default() };
    ingest(&mut repository, &[copy], &options, "clerk", &VoidMonitor).expect("taken in");
    assert_eq!(city.found("custodian:berg AND road").count, 5);
    assert_eq!(city.found("custodian:anna").hits[0].custodians, ["Anna Lee", "Bo Berg"]);
    let family = city.found("zoning").hits[0].family;
    let standing = Standing {
        status: RecordStatus::Personal,
        basis: StatusBasis::Person,
        series: "ADM-1".to_owned(),
        confidence: 100,
    };
    let event = repository.catalog().reading().last_event_number().expect("a number");
    repository
        .catalog_mut()
        .write::<_, CatalogError>(|writing| writing.set_standing(family, &standing, event))
        .expect("set");
    assert_eq!(city.subjects("status:personal AND road"), ["Zoning"]);
    assert_eq!(city.subjects("series:adm-1"), ["Zoning"]);
    assert_eq!(families(&city.open(), &parse("series:ADM-1").expect("a query")).expect("found"), [family]);
}

#[test]
fn a_lost_index_is_noticed_and_made_again_with_the_same_answers() {
    let city = City::new();
    city.take_in("anna", &LETTERS[..3], "Anna Lee");
    city.take_in("bo", &LETTERS[3..], "Bo Berg");
    let before = answers(&city);
    assert_eq!(behind(&city.open()).expect("counted"), 0);
    durable::remove_dir_all(&city.index()).expect("removed");
    let found = city.found("road");
    assert_eq!((found.count, found.not_indexed), (0, 6), "what is missing is said, not hidden");
    let mut repository = city.open();
    bring_index_up_to_date(&mut repository.work().expect("the lock"), &VoidMonitor).expect("followed");
    assert_eq!(answers(&city), before);
    rebuild_index(&mut repository.work().expect("the lock"), &VoidMonitor).expect("rebuilt");
    assert_eq!(answers(&city), before);
    assert_eq!(Index::open(&city.index()).expect("opened").check().expect("checked"), Vec::<String>::new());
}

#[test]
fn a_crash_while_following_changes_nothing_that_a_second_run_does_not_mend() {
    let city = City::new();
    city.take_in("anna", &LETTERS[..3], "Anna Lee");
    city.take_in("bo", &LETTERS[3..], "Bo Berg");
    let before = answers(&city);
    for nth in 1.. {
        durable::remove_dir_all(&city.index()).expect("removed");
        let mut repository = city.open();
        let mut work = repository.work().expect("the lock");
        fault::arm(FaultKind::Crash, nth);
        let result = bring_index_up_to_date(&mut work, &VoidMonitor);
        fault::disarm();
        let found = city.found("road");
        assert!(
            (found.count, found.not_indexed) == (0, 6) || (found.count, found.not_indexed) == (5, 0),
            "{nth}: {} {}",
            found.count,
            found.not_indexed
        );
        let done = result.is_ok();
        bring_index_up_to_date(&mut work, &VoidMonitor).expect("the second run");
        assert_eq!(answers(&city), before, "{nth}");
        if done {
            assert!(nth > 4, "following passes fault points");
            break;
        }
    }
}

#[test]
fn an_item_that_does_not_read_back_stops_nothing_and_is_told() {
    let city = City::new();
    city.take_in("anna", &LETTERS, "Anna Lee");
    durable::remove_dir_all(&city.index()).expect("removed");
    let mut repository = city.open();
    let pack = newest_pack(&city.0.path("room/vault/2025-05"));
    let bytes = std::fs::read(&pack).expect("read");
    durable::overwrite(&pack, bytes.len() as u64 / 2, &vec![0; bytes.len() / 2]).expect("damaged");
    let monitor = TestMonitor::default();
    bring_index_up_to_date(&mut repository.work().expect("the lock"), &monitor).expect("followed");
    assert_eq!(monitor.problems().len(), 1, "{:?}", monitor.problems());
    let found = city.found("road");
    assert_eq!((found.count, found.not_indexed), (4, 1));
    durable::overwrite(&pack, 0, &bytes).expect("mended");
    bring_index_up_to_date(&mut repository.work().expect("the lock"), &VoidMonitor).expect("followed");
    let found = city.found("road");
    assert_eq!((found.count, found.not_indexed), (5, 0), "it is tried again");
}

fn newest_pack(month: &Path) -> PathBuf {
    std::fs::read_dir(month).expect("a month").map(|entry| entry.expect("an entry").path()).max().expect("a pack")
}
