//! What is delivered, and what of it is in the supplement.

use super::support::{ADVICE, PRIVILEGED, SECRET, SECRET_NAME, city, draw, holds, message, tree, unpacked};
use recordroom::base::id::ProductionId;
use recordroom::base::monitor::VoidMonitor;
use recordroom::model::event::Act;
use recordroom::model::request::{RequestKind, RequestStatus};
use recordroom::model::review::Decision;
use recordroom::package::{dat, names};
use recordroom::production::{Outcome, ProduceOptions, again, again_with, produce};
use recordroom::request;
use recordroom::review::{self, Members};
use recordroom::verify::delivery;
use std::fs;

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
