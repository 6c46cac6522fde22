//! Official records go into the document system before their mailbox copies may go, and archival ones are offered first.

use crate::support::*;
use recordroom::base::digest::Sha256Digest;
use recordroom::base::id::{FamilyId, FilingId, TransferId};
use recordroom::base::monitor::VoidMonitor;
use recordroom::filing::stub::Asked;
use recordroom::filing::{self, FilingError, ReceiptLine, Settlement, Wanted};
use recordroom::model::classification::RecordStatus;
use recordroom::model::event::Act;
use recordroom::model::hold::Scope;
use recordroom::repository::Repository;
use recordroom::retention::{RetentionError, adopt, record_filing};
use recordroom::verify::bag;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The Otsego policy's 365 days beside series of an approved schedule; short periods, so that filing decides.
const SCHEDULE: &str = r#"
key = "cedar-bend-filing"
title = "Cedar Bend schedule with filing"
effective_on = "2020-01-01"
authority = { kind = "approved-schedule", citation = "Panel approval of 2020", adoption_acknowledged_on = "2020-06-01" }
series = [
  { key = "mailbox", title = "Mailbox copies", keep = "365 days after sent", kinds = ["email"], applies_without_series = true, official_only_when_filed = true },
  { key = "correspondence", title = "Correspondence", keep = "30 days after sent" },
  { key = "contracts", title = "Contracts", keep = "500 days after sent" },
  { key = "minutes", title = "Minutes", keep = "30 days after sent", archival = true },
]
"#;

fn city(settings: &[(&str, &str)]) -> City {
    let city = City::new(true);
    let profile = city.repository_path().join("recordroom.toml");
    let mut text = fs::read_to_string(&profile).expect("a profile");
    for (from, to) in settings {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    fs::write(&profile, text).expect("written");
    adopt(&mut city.open("2025-01-01"), SCHEDULE, "clerk").expect("adopted");
    city
}

/// An official message with a file attached, and its family.
fn with_a_record(city: &City, export: &str, series: &str) -> (Repository, FamilyId) {
    let mut repository = city.open("2025-02-01");
    let mut message = Message::new("1", "2023-01-10", "Road <closed> & open", "The road is closed.");
    message.attachment = Some(("plan.txt".to_owned(), "text/plain".to_owned(), b"A plan of the road.".to_vec()));
    take_in(&mut repository, &city.export(export, &[message]));
    let family = families(&repository)[0].0.id;
    confirm(&mut repository, &[family], RecordStatus::Official, series);
    (repository, family)
}

fn eligible(repository: &mut Repository) -> u64 {
    plan(repository).counts.eligible
}

/// The receipt of a document system that stores what it was given.
fn stored(folder: &Path) -> Vec<ReceiptLine> {
    let form = fs::read_to_string(folder.join("receipt.csv")).expect("a form");
    let files = form.lines().skip(1).map(|line| line.split(',').next().expect("a file").to_owned());
    files
        .enumerate()
        .map(|(at, file)| {
            let bytes = fs::read(folder.join(&file)).expect("a file of the filing");
            let sha256 = Sha256Digest::of(&bytes).to_string();
            ReceiptLine { file, entry: format!("{}", 118_204 + at), sha256 }
        })
        .collect()
}

fn refusal<T: std::fmt::Debug>(result: Result<T, FilingError>) -> String {
    match result.expect_err("refused") {
        FilingError::Refused(message) => message,
        other => panic!("{other}"),
    }
}

fn export(city: &City, repository: &mut Repository, name: &str) -> (FilingId, PathBuf) {
    let folder = city.room.path().join(name);
    let done = filing::export(repository, &Wanted::default(), &folder, "clerk").expect("written out");
    (done.filing, folder)
}

#[test]
fn an_official_record_goes_only_once_the_document_system_has_given_its_receipt() {
    let city = city(&[("document_system = \"\"", "document_system = \"Laserfiche\"")]);
    let (mut repository, family) = with_a_record(&city, "alarson.mbox", "correspondence");
    assert_eq!(eligible(&mut repository), 0, "official and not filed");
    let (filing, folder) = export(&city, &mut repository, "laserfiche");
    assert_eq!(eligible(&mut repository), 0, "written out is not filed");

    // The message, its original byte for byte, its file byte for byte and as a page, and the lists.
    let here = |name: &str| folder.join("2023/correspondence").join(name);
    let original = repository.original(&repository.catalog().reading().family(family).expect("a row")).expect("bytes");
    assert_eq!(fs::read(here(&format!("{family}.eml"))).expect("the original"), original);
    assert_eq!(fs::read(here(&format!("{family}-1.txt"))).expect("the file"), b"A plan of the road.");
    for page in [format!("{family}.pdf"), format!("{family}-1.pdf")] {
        assert!(fs::read(here(&page)).expect("a page").starts_with(b"%PDF-"), "{page}");
    }
    let list = fs::read_to_string(folder.join("filing.xml")).expect("the list");
    assert!(list.contains("name=\"Road &lt;closed&gt; &amp; open\""), "{list}");
    assert_eq!(list.matches("<LF:document ").count(), 4);
    let csv = fs::read_to_string(folder.join("filing.csv")).expect("the list for people");
    assert!(csv.contains(&Sha256Digest::of(&original).to_string()), "{csv}");
    properties(&here(&format!("{family}.pdf")));
    // What waits for its receipt is not written out a second time.
    let again = city.room.path().join("again");
    assert!(
        refusal(filing::export(&mut repository, &Wanted::default(), &again, "clerk")).contains("no official record")
    );

    let lines = stored(&folder);
    let mut wrong = lines.clone();
    wrong[0].sha256 = Sha256Digest::of(b"what Laserfiche stored is another file").to_string();
    let message = refusal(filing::receipt(&mut repository, filing, &wrong, "clerk"));
    assert!(message.contains("not that of the file"), "{message}");
    let strange = [ReceiptLine { file: "2023/correspondence/F-99.pdf".to_owned(), ..lines[0].clone() }];
    assert!(refusal(filing::receipt(&mut repository, filing, &strange, "clerk")).contains("has no file"));
    let refused = repository.catalog().reading().events_about(&filing.to_string()).expect("read");
    assert_eq!(refused.iter().filter(|event| event.act == Act::Refused).count(), 2, "each is told");
    // A receipt for some of the files is no filing.
    let part = filing::receipt(&mut repository, filing, &lines[..2], "clerk").expect("taken");
    assert_eq!((part.filed.len(), part.missing.len()), (0, 2));
    assert_eq!(eligible(&mut repository), 0);
    let whole = filing::receipt(&mut repository, filing, &lines[2..], "clerk").expect("taken");
    assert_eq!((whole.filed, whole.missing.len()), (vec![family], 0));
    assert_clean(&repository);

    // The mailbox copy goes, the stub stays and may be disclosed, and the certificate says so.
    let done = purge(&mut repository);
    assert_eq!(done.destroyed, 1);
    assert_eq!(done.certificate.particulars.as_ref().map(|more| more.filed), Some(1));
    let stubs = filing::stubs(&repository, &Asked::default()).expect("read");
    assert_eq!((stubs.len(), stubs[0].receipt, stubs[0].destroyed, stubs[0].entries.len()), (1, true, true, 4));
    let told = serde_json::to_string(&stubs).expect("JSON");
    for content in ["Road", "plan", "pat@", "alarson"] {
        assert!(!told.contains(content), "{content} is in {told}");
    }
    assert!(repository.family(family).expect_err("gone").to_string().contains("document system, entry 118204"));
    let place = filing::further_place(&repository, &Asked::of(&Scope::default())).expect("looked").expect("one");
    assert!(place.sentence.contains("Laserfiche") && place.gone_here == 1, "{place:?}");
    let other = Asked { from: Some("2024-01-01".parse().expect("a day")), ..Asked::default() };
    assert_eq!(filing::further_place(&repository, &other).expect("looked").expect("one").filed, 0);
    named_in_a_production(&city, &mut repository);
    assert_clean(&repository);
}

/// Whoever receives an answer is told of the document system in the folder itself.
fn named_in_a_production(city: &City, repository: &mut Repository) {
    take_in(repository, &city.export("bstone.mbox", &[Message::new("mill", "2025-01-20", "mill", "About the mill.")]));
    let new = recordroom::request::NewRequest {
        kind: recordroom::model::request::RequestKind::Public,
        requester: String::new(),
        description: "the mill".to_owned(),
        received_on: None,
        litigation_days: None,
        scope: Scope { query: Some("mill".to_owned()), ..Scope::default() },
    };
    let id = ask_narrowed(repository, new).id;
    recordroom::request::collect(repository, id, None, "clerk").expect("collected");
    let (all, decision) = (recordroom::review::Members::Undecided, recordroom::model::review::Decision::Responsive);
    recordroom::review::decide(repository, id, &all, decision, "", "clerk").expect("decided");
    let (out, options) = (city.room.path().join("answer"), recordroom::production::ProduceOptions::default());
    recordroom::production::produce(repository, id, &out, &options, "clerk", &VoidMonitor).expect("produced");
    let sentence = "A further place to search: Laserfiche, where official records are kept. 1 official records of these dates \
                    and custodians were filed there from here, and 1 of them are here no more.";
    for name in ["data/index.html", "README.txt", "production.json"] {
        let text = fs::read_to_string(out.join(name)).expect("readable");
        assert!(text.contains(sentence), "{name}: {text}");
    }
    let outcome = recordroom::verify::delivery::check(&out);
    assert_eq!(outcome, []);
}

/// The properties of the page, as poppler reads them: with these a document system fills its fields without any list.
fn properties(page: &Path) {
    let Ok(done) = Command::new("pdfinfo").arg(page).output() else {
        eprintln!("skipped: no pdfinfo here");
        return;
    };
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    for line in [
        "Title:           Road <closed> & open",
        "Subject:         Correspondence (correspondence)",
        "Author:          pat@cedarbend.example",
        "Tagged:          yes",
    ] {
        assert!(told.contains(line), "{line:?} is not in {told}");
    }
    assert!(told.contains("Keywords:        correspondence, Correspondence, Anna Larson, 2023-01-10"), "{told}");
}

#[test]
fn damage_a_row_that_says_filed_without_an_event_is_found() {
    let city = city(&[]);
    let (mut repository, family) = with_a_record(&city, "alarson.mbox", "correspondence");
    let (filing, folder) = export(&city, &mut repository, "laserfiche");
    drop(repository);
    let connection = rusqlite::Connection::open(city.repository_path().join("catalog.sqlite")).expect("opened");
    connection.execute("UPDATE family SET filed_event = 2 WHERE id = ?1", [family.get()]).expect("changed");
    drop(connection);
    let mut repository = city.open("2025-02-01");
    assert!(report(&repository).findings.iter().any(|one| one.code == "row-differs-from-ledger"));
    filing::receipt(&mut repository, filing, &stored(&folder), "clerk").expect("taken");
    assert_clean(&repository);
}

#[test]
fn a_record_keeping_mailbox_keeps_its_records_under_their_series() {
    let designated = [("record_mailboxes = []", "record_mailboxes = [\"Cora Reed\"]")];
    let city = city(&designated);
    let (mut repository, family) = with_a_record(&city, "creed.mbox", "contracts");
    let folder = city.room.path().join("laserfiche");
    assert!(
        refusal(filing::export(&mut repository, &Wanted::default(), &folder, "clerk")).contains("no official record")
    );
    let made = plan(&mut repository);
    assert_eq!((made.items.len(), made.items[0].rule.series.as_str()), (1, "contracts"), "under its own series");
    let told: Vec<&str> = made.items[0].reasons.iter().map(|reason| reason.sentence.as_str()).collect();
    assert!(told.iter().any(|one| one.contains("record-keeping mailbox")), "{told:?}");
    // Without a series it is no mailbox copy either, and stays.
    confirm(&mut repository, &[family], RecordStatus::Official, "");
    let made = plan(&mut repository);
    assert_eq!((made.counts.eligible, made.held_back.keys().next().map(String::as_str)), (0, Some("unscheduled")));
    // The same record in another mailbox has to be filed.
    let other = self::city(&designated);
    let (mut repository, _) = with_a_record(&other, "alarson.mbox", "contracts");
    assert_eq!(plan(&mut repository).held_back.keys().next().map(String::as_str), Some("not-filed"));
}

#[test]
fn what_is_not_an_official_record_is_not_filed_and_a_clerks_word_only_where_the_city_takes_it() {
    let city = city(&[("filing_needs_receipt = false", "filing_needs_receipt = true")]);
    let (mut repository, family) = with_a_record(&city, "alarson.mbox", "correspondence");
    let folder = city.room.path().join("laserfiche");
    let wanted = Wanted { families: Some(vec![family]), ..Wanted::default() };
    let word = record_filing(&mut repository, &[family], "Laserfiche 7", "clerk");
    assert!(matches!(word, Err(RetentionError::NeedsReceipt)), "{word:?}");
    for (status, series, why) in
        [(RecordStatus::Transitory, "correspondence", "not official"), (RecordStatus::Official, "", "no series")]
    {
        confirm(&mut repository, &[family], status, series);
        let message = refusal(filing::export(&mut repository, &wanted, &folder, "clerk"));
        assert!(message.contains(why), "{message}");
        assert!(!folder.exists(), "nothing is written");
    }
    confirm(&mut repository, &[family], RecordStatus::Official, "correspondence");
    // The city's own template: a wrong word in it is found before anything is written.
    let template = filing::copy_templates(&repository).expect("copied").remove(0);
    let text = fs::read_to_string(&template).expect("readable");
    fs::write(&template, text.replace("{{from}}", "{{sender}}")).expect("written");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("mine"), "x").expect("written");
    assert!(refusal(filing::export(&mut repository, &wanted, &folder, "clerk")).contains("not empty"));
    fs::remove_file(folder.join("mine")).expect("removed");
    let error = filing::export(&mut repository, &wanted, &folder, "clerk").expect_err("refused").to_string();
    assert!(error.contains("{{sender}} is no word it knows"), "{error}");
    assert!(!folder.join("filing.xml").exists(), "without the list file no import begins");
    assert!(repository.catalog().reading().filings().expect("read").is_empty());
}

#[test]
fn archival_items_are_offered_in_a_bag_and_go_only_after_the_archives_receipt() {
    let city = city(&[]);
    let (mut repository, family) = with_a_record(&city, "creed.mbox", "minutes");
    confirm(&mut repository, &[family], RecordStatus::Official, "minutes");
    record_filing(&mut repository, &[family], "Laserfiche 7", "clerk").expect("filed");
    assert_eq!(plan(&mut repository).held_back.keys().next().map(String::as_str), Some("archival"));
    let folder = city.room.path().join("archives");
    let done = filing::offer(&mut repository, &filing::transfer::Wanted::default(), &folder, "clerk").expect("offered");
    assert_eq!((done.transfer, done.families.as_slice()), (TransferId::new(1), &[family][..]));
    assert_eq!(eligible(&mut repository), 0, "an offer is no receipt");
    // A bag as RFC 8493 wants it, and the manifest is the one whose digest the receipt has to name.
    let checked = bag::examine(&folder).expect("readable");
    assert_eq!((checked.all_findings(), checked.files.len()), (vec![], 8), "{:?}", checked.files.keys());
    let manifest = fs::read(folder.join("manifest-sha256.txt")).expect("a manifest");
    assert_eq!(Sha256Digest::of(&manifest).to_string(), done.manifest_sha256);
    let names: BTreeSet<String> = fs::read_dir(folder.join("data"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, BTreeSet::from([format!("{family}.eml"), "items.csv".to_owned()]));
    // Offered once, it is not offered again by itself.
    let again = city.room.path().join("again");
    assert!(filing::offer(&mut repository, &filing::transfer::Wanted::default(), &again, "clerk").is_err());

    let on = |text: &str| text.parse::<chrono::NaiveDate>().expect("a day");
    let received = |sha256: &str| Settlement::Received { manifest_sha256: sha256.to_owned() };
    let mut later = city.open("2025-02-10");
    let wrong = received(&"00".repeat(32));
    let message = refusal(filing::settle(&mut later, done.transfer, &wrong, "MHS 2025-7", on("2025-02-05"), "clerk"));
    assert!(message.contains("digest"), "{message}");
    let right = received(&done.manifest_sha256);
    for (day, reference, why) in [
        ("2025-01-05", "MHS 2025-7", "before the offer"),
        ("2025-03-01", "MHS 2025-7", "future"),
        ("2025-02-05", " ", "receipt or letter"),
    ] {
        let message = refusal(filing::settle(&mut later, done.transfer, &right, reference, on(day), "clerk"));
        assert!(message.contains(why), "{message}");
    }
    assert_eq!(eligible(&mut later), 0);
    filing::settle(&mut later, done.transfer, &right, "MHS 2025-7", on("2025-02-05"), "clerk").expect("settled");
    let message =
        refusal(filing::settle(&mut later, done.transfer, &Settlement::Declined, "x", on("2025-02-05"), "clerk"));
    assert!(message.contains("received already"), "{message}");
    assert_eq!(purge(&mut later).destroyed, 1);
    assert_clean(&later);
}

#[test]
fn what_the_archives_decline_goes_by_its_own_period() {
    let city = city(&[]);
    let (mut repository, family) = with_a_record(&city, "creed.mbox", "minutes");
    record_filing(&mut repository, &[family], "Laserfiche 7", "clerk").expect("filed");
    let folder = city.room.path().join("archives");
    let wanted = filing::transfer::Wanted { families: Some(vec![family]), ..filing::transfer::Wanted::default() };
    let done = filing::offer(&mut repository, &wanted, &folder, "clerk").expect("offered");
    let on = "2025-02-01".parse().expect("a day");
    filing::settle(&mut repository, done.transfer, &Settlement::Declined, "letter", on, "clerk").expect("settled");
    assert_eq!(purge(&mut repository).destroyed, 1);
    assert_clean(&repository);
}
