//! What a reader of the pages sees: boxes that came from findings, nothing of what is left out elsewhere, masked numbers in a table of
//! calls; and a redaction log that fits the decisions.

use super::exercise::{City, asked, tree};
use super::made::{self, pdf_with};
use super::rules::{COMPLAINT, grounds};
use recordroom::base::id::RecordId;
use recordroom::base::monitor::VoidMonitor;
use recordroom::ingest::{self, IngestOptions};
use recordroom::model::production::Extra;
use recordroom::model::redaction::{DataClass, Place, Region};
use recordroom::model::request::RequestKind;
use recordroom::model::review::Decision;
use recordroom::notpublic::{Category, PROPOSED};
use recordroom::package::{listing, names};
use recordroom::production::{ProduceOptions, produce};
use recordroom::request;
use recordroom::review::findings::{self, Acceptance, Asked};
use recordroom::review::redact::{self, What};
use recordroom::review::{self, Members, boxes};
use recordroom::verify::delivery;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

fn letter(nth: u32, subject: &str, body: &str, files: &[(String, &str, Vec<u8>)]) -> (String, Vec<u8>) {
    let head = format!(
        "Date: {nth:02} Mar 2025 09:00:00 -0600\r\nFrom: Inspector <inspector@cedarbend.example>\r\nSubject: {subject}\r\n"
    );
    (format!("{nth}.eml"), made::message(&format!("s{nth}"), &head, body, files))
}

impl City {
    fn attached(&self, subject: &str) -> RecordId {
        self.member_that(subject, |one, _| one.part.is_some())
    }

    fn settled(&mut self, name: &str, extras: &[Extra]) -> BTreeMap<String, Vec<u8>> {
        let (request, path) = (self.request, self.path(name));
        review::decide(&mut self.repository, request, &Members::Undecided, Decision::Responsive, "", "clerk")
            .expect("decided");
        let options = ProduceOptions { extras: extras.iter().copied().collect(), ..ProduceOptions::default() };
        produce(&mut self.repository, request, &path, &options, "clerk", &VoidMonitor).expect("produced");
        tree(&path)
    }
}

/// The page of a PDF as a reader of pictures reads it; `None` where no such program is installed.
fn seen(pdf: &[u8]) -> Option<String> {
    let picture = made::run("pdftoppm", &["-r", "150", "-gray", "-png", "-singlefile", "-"], pdf)?;
    made::run("tesseract", &["stdin", "stdout"], &picture).map(|text| String::from_utf8_lossy(&text).into_owned())
}

fn document<'f>(files: &'f BTreeMap<String, Vec<u8>>, ending: &str) -> &'f [u8] {
    files.iter().find(|(path, _)| path.ends_with(ending)).unwrap_or_else(|| panic!("no {ending}")).1
}

#[test]
fn a_finding_on_a_page_is_proposed_as_a_box_and_painted_when_somebody_takes_it() {
    let words = "The card of the applicant: SSN 123-45-6789, paid in March";
    let mut files = vec![letter(
        3,
        "Application",
        "See the form.",
        &[("form.pdf".to_owned(), "application/pdf", made::pdf(words))],
    )];
    files.push(letter(4, "Gravel", "The gravel was delivered.", &[]));
    let mut city = City::of(asked(RequestKind::Public, "R. Roe", "Applications"), &files);
    let has_scan = made::run("tesseract", &["--version"], b"").is_some();
    if let (true, Some(picture)) = (has_scan, made::picture("SSN 478-12-3490")) {
        let folder = city.path("scans");
        fs::create_dir_all(&folder).expect("a folder");
        let (name, mail) = letter(5, "Scan", "See the scan.", &[("scan.png".to_owned(), "image/png", picture)]);
        fs::write(folder.join(name), mail).expect("written");
        let options = IngestOptions { ocr: true, ..IngestOptions::default() };
        ingest::ingest(&mut city.repository, &[folder], &options, "clerk", &VoidMonitor).expect("taken in");
        request::collect(&mut city.repository, city.request, None, "clerk").expect("collected");
    }
    if made::run("pdftoppm", &["-v"], b"").is_none() {
        println!("skipped: pdftoppm is not installed");
        return;
    }
    let office = findings::office(city.repository.profile(), BTreeSet::new());
    let asked = Asked {
        categories: BTreeSet::from([Category::parse("ssn").expect("a kind")]),
        minimum: PROPOSED,
        ..Asked::default()
    };
    let found = findings::find(&city.repository, city.request, &office, &asked).expect("looked");
    let spots: Vec<_> = found.iter().map(|one| one.spot.clone()).collect();
    let drawn = boxes::around(&city.repository, &spots).expect("located");
    for (one, boxes) in found.iter().zip(&drawn) {
        println!(
            "{} {:?}: {}",
            one.at(),
            one.spot.words,
            boxes.iter().map(Region::to_string).collect::<Vec<_>>().join(" ")
        );
        assert_eq!(boxes.len(), 1, "drawn once: {one:?}");
    }
    assert_eq!(found.len(), if has_scan { 2 } else { 1 });
    // Helvetica of 14 points at 72, 700: the number begins behind "The card of the applicant: SSN ".
    let Region { page, left, top, width, height } = drawn[0][0];
    assert!(
        page == 1
            && (430..475).contains(&left)
            && (93..103).contains(&top)
            && (130..165).contains(&width)
            && (20..30).contains(&height),
        "{:?}",
        drawn[0]
    );
    let acceptance = Acceptance { boxes: true, counsel: "A. Lind, 2026-03-01".into(), ..Acceptance::default() };
    let new = findings::accept(&mut city.repository, city.request, &found, &acceptance, "clerk").expect("taken");
    assert_eq!(new.iter().filter(|one| one.place == Place::Region).count(), found.len());
    let files = city.settled("out", &[]);
    let form = document(&files, "CB-00000002.pdf");
    let text = recordroom::extract::text(form, "x.pdf", "").text;
    assert!(!text.contains("6789"), "{text}");
    if let Some(read) = seen(form) {
        assert!(read.contains("applicant") && read.contains("paid in March") && !read.contains("6789"), "{read}");
    }
    if has_scan {
        let scan = document(&files, "CB-00000005.pdf");
        let read = seen(scan).expect("read");
        assert!(read.contains("Permit granted") && !read.contains("3490"), "{read}");
    }
}

#[test]
fn words_left_out_elsewhere_are_not_seen_on_painted_pages() {
    let plan = pdf_with(12, ["Wilhelmina", "Quist", "Ridgeview"]);
    let files = [
        letter(3, "Complaint", "By Wilhelmina of Ridge Way.", &[]),
        letter(4, "Plan", "See the plan.", &[("plan.pdf".to_owned(), "application/pdf", plan)]),
    ];
    let mut city = City::of(asked(RequestKind::Public, "R. Roe", "Plans"), &files);
    let (request, plan) = (city.request, city.attached("Plan"));
    let complaint = city.member_that("Complaint", |_, _| true);
    let grounds = grounds(COMPLAINT, DataClass::Confidential);
    let mut redact = |record, what| {
        redact::redact(&mut city.repository, request, Some(&[record]), &what, &grounds, "clerk").expect("redacted")
    };
    redact(complaint, What::Words("Wilhelmina".into()));
    // A box somewhere else: the page becomes a picture, and the name stands on it in another place.
    redact(plan, What::Box("1:100,600,400,100".parse().expect("a region")));
    // And a word of the plan itself, in one place alone.
    redact(plan, What::Words("Quist".into()));
    let files = city.settled("out", &[]);
    let page = document(&files, "CB-00000003.pdf");
    let text = recordroom::extract::text(page, "x.pdf", "").text;
    assert!(!text.contains("Wilhelmina") && !text.contains("Quist"), "{text}");
    let given = String::from_utf8_lossy(document(&files, "CB-00000003.txt"));
    assert!(!given.contains("Wilhelmina") && !given.contains("Quist"), "{given}");
    match seen(page) {
        None => println!("not read by eye: pdftoppm or tesseract is not installed"),
        Some(read) => {
            println!("{read}\n{given}");
            for words in ["Site plan", "second copy", "seen by", "Ridgeview"] {
                assert!(given.contains(words), "its text was read before the boxes had letters, {words}: {given}");
            }
            for words in ["second copy", "today", "Ridgeview"] {
                assert!(read.contains(words), "{words}: {read}");
            }
            assert!(!read.contains("Wilhelmina") && !read.contains("Quist"), "{read}");
        }
    }
}

#[test]
fn calls_keep_their_row_and_lose_their_number() {
    let calls = r#"<?xml version="1.0" encoding="UTF-8"?>
<calls count="3">
<call number="+17635550142" duration="61" date="1741000000000" type="1" presentation="1" contact_name="(Unknown)"/>
<call number="7635550199" duration="125" date="1741003600000" type="2" presentation="1" contact_name="(Unknown)"/>
<call number="763-555-0142" duration="0" date="1741007200000" type="3" presentation="1" contact_name="(Unknown)"/>
</calls>"#;
    let files = [("calls-20250401.xml".to_owned(), calls.as_bytes().to_vec())];
    let mut city = City::of(asked(RequestKind::Litigation, "R. Roe", "Calls"), &files);
    let request = city.request;
    let basis = "Minn. Stat. § 13.82, subd. 17";
    let determination = "The chief determined that the caller is protected".to_owned();
    let grounds = redact::Grounds { determination, ..grounds(basis, DataClass::Confidential) };
    // One number, however a bill writes it: with the code of its country, and without.
    redact::redact(&mut city.repository, request, None, &What::Words("+1 763-555-0142".into()), &grounds, "clerk")
        .expect("redacted");
    let files = city.settled("out", &[Extra::CallTables, Extra::Rsmf]);
    let table = files.iter().find(|(path, _)| path.contains("/CALLS/")).expect("a table").1;
    let text = recordroom::extract::text(table, "x.pdf", "").text;
    println!("{text}");
    // A narrow column breaks the box; it stands in the rows of the first and the third call.
    let plain = text.replace('\u{a0}', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(plain.matches("[ Withheld: § 13.").count(), 2, "{plain}");
    assert!(!plain.contains("+1"), "nothing of the number stays: {plain}");
    for words in ["61 seconds", "125 seconds", "7635550199"] {
        assert!(plain.contains(words), "the rest of the rows is given, {words}: {plain}");
    }
    for (path, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains("5550142") && !text.contains("555-0142"), "{path}");
    }
    let log = listing::read(&files[names::REDACTION_LOG]).expect("CSV");
    let cited: BTreeSet<&str> = log.iter().filter(|row| row[2] == basis).map(|row| row[0].as_str()).collect();
    assert_eq!(cited, BTreeSet::from(["CB-00000001", "CB-00000003"]), "each masked row is cited: {log:?}");
}

#[test]
fn a_redaction_log_fits_its_account_and_the_decisions() {
    let files = [
        letter(3, "Complaint", "By Wilhelmina of Ridge Way.", &[]),
        letter(4, "Reply", "Wilhelmina was called.", &[]),
        letter(5, "Notes", "About Quistenberg.", &[]),
    ];
    let mut city = City::of(asked(RequestKind::Public, "R. Roe", "Plans"), &files);
    let request = city.request;
    let grounds = grounds(COMPLAINT, DataClass::Confidential);
    for (subject, words) in [("Complaint", "Wilhelmina"), ("Notes", "Quistenberg")] {
        let record = city.member_that(subject, |_, _| true);
        redact::redact(&mut city.repository, request, Some(&[record]), &What::Words(words.into()), &grounds, "clerk")
            .expect("redacted");
    }
    city.settled("out", &[]);
    let verified = |city: &City| {
        let report = recordroom::verify::repository::verify(&city.repository, &VoidMonitor).expect("looked");
        report
            .findings
            .into_iter()
            .map(|one| format!("{} {}: {}", one.code, one.subject, one.message))
            .collect::<Vec<_>>()
    };
    assert_eq!((verified(&city), delivery::check(&city.path("out"))), (Vec::new(), Vec::new()));
    // A row taken out of the delivered log: it is not the signed file, and not the number of rows that were counted.
    let path = city.path("out").join(names::REDACTION_LOG);
    let log = fs::read_to_string(&path).expect("read");
    assert_eq!(log.lines().count(), 4, "{log}");
    for (changed, told) in [
        (
            log.lines().take(3).map(|line| format!("{line}\r\n")).collect::<String>(),
            "it has 2 rows, and production.json counts 3",
        ),
        (log.replace("CB-00000002", "CB-00000009"), "of CB-00000009 is in no document of the load file"),
        (log.replace("confidential", "open"), "its line 2 is no row of such a log"),
    ] {
        fs::write(&path, changed).expect("changed");
        let findings = delivery::check(&city.path("out"));
        println!("{findings:?}");
        assert!(findings.iter().any(|one| one.code == "redaction-log" && one.message.contains(told)), "{findings:?}");
        assert!(
            findings.iter().any(|one| one.code == "file-changed" && one.subject == names::REDACTION_LOG),
            "{findings:?}"
        );
    }
    // Rows of the catalog that are not what was decided, and documents that are not those of the log.
    let tampered = |sql: &str, undo: &str| {
        let connection = rusqlite::Connection::open(city.path("repository/catalog.sqlite")).expect("opened");
        assert!(connection.execute(sql, []).expect("changed") > 0);
        let found = verified(&city);
        connection.execute(undo, []).expect("undone");
        found
    };
    let found = tampered(
        "UPDATE redaction SET statute = 'Minn. Stat. § 13.43' WHERE id = 1",
        &format!("UPDATE redaction SET statute = '{COMPLAINT}' WHERE id = 1"),
    );
    println!("{found:#?}");
    assert!(
        found.iter().any(|one| one.starts_with("redaction-undecided W-1: it is not what was decided in event")),
        "{found:?}"
    );
    let found = tampered(
        "UPDATE production_item SET record = 100 - record WHERE first IN (1, 3)",
        "UPDATE production_item SET record = 100 - record WHERE first IN (1, 3)",
    );
    println!("{found:#?}");
    let told = "redaction-log P-1: its redaction log has W-1 in CB-00000001: event";
    assert!(
        found.iter().any(|one| one.starts_with(told) && one.contains("decided it on another document")),
        "{found:?}"
    );
    assert_eq!(verified(&city), Vec::<String>::new());
}
