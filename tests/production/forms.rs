//! The further forms of a production, read back by readers that share nothing with the program.

use super::support::{City, PRIVILEGED, SECRET, SECRET_NAME, city, draw, holds, new_request, tree, unpacked};
use recordroom::base::monitor::VoidMonitor;
use recordroom::model::production::Extra;
use recordroom::model::request::RequestKind;
use recordroom::model::review::Decision;
use recordroom::package::names;
use recordroom::production::{Outcome, ProduceOptions, Produced, again_with, certificate_draft};
use recordroom::request;
use recordroom::review::{self, Members};
use std::collections::BTreeMap;
use std::fs;

/// A picture message, two texts and a call of an Android phone (SMS Backup & Restore).
const TEXTS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<smses count="3">
<sms protocol="0" address="7635550142" date="1751648700000" type="1" body="Is þe crew coming? 👍 &quot;now&quot;" read="1" status="-1" contact_name="Bo Lind"/>
<sms protocol="0" address="7635550142" date="1751648760000" type="2" body="On our way" read="1" status="0" contact_name="Bo Lind"/>
<sms protocol="0" address="7635550142" date="1751749200000" type="1" body="Thanks" read="1" status="-1" contact_name="Bo Lind"/>
</smses>
"#;
const CALLS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<calls count="2">
<call number="7635550142" duration="61" date="1751648900000" type="1" presentation="1" contact_name="Bo Lind"/>
<call number="7635550199" duration="0" date="1751649900000" type="3" presentation="1" contact_name="(Unknown)"/>
</calls>
"#;

/// The city in litigation, with texts and calls, everything asked for.
fn everything() -> (City, Produced) {
    let mut city = city(RequestKind::Litigation);
    let folder = city.path("phone");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("sms-20250706.xml"), TEXTS).expect("written");
    fs::write(folder.join("calls-20250706.xml"), CALLS).expect("written");
    let options = recordroom::ingest::IngestOptions::default();
    recordroom::ingest::ingest(&mut city.repository, &[folder], &options, "clerk", &VoidMonitor).expect("taken in");
    city.request =
        request::open(&mut city.repository, new_request(RequestKind::Litigation), "clerk").expect("opened").id;
    request::collect(&mut city.repository, city.request, None, "clerk").expect("collected");
    let mut city = city.decided();
    // One kind of image to a page is given at a time.
    let extras = Extra::ALL.into_iter().filter(|one| *one != Extra::Tiff).collect();
    let options = ProduceOptions { natives: true, extras, ..ProduceOptions::default() };
    let Outcome::Produced(produced) = city.produce_as("out", &options).expect("produced") else { panic!("nothing") };
    assert_eq!(city.findings("out"), []);
    (city, *produced)
}

/// The naive reader of a Concordance file that the format's users would write: split at the delimiters, nothing else.
fn naive_dat(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").expect("the mark of UTF-8")).expect("UTF-8");
    let mut lines = text.split("\r\n").filter(|line| !line.is_empty()).map(|line| {
        let line = line.strip_prefix('þ').and_then(|line| line.strip_suffix('þ')).expect("qualifiers at both ends");
        line.split("þ\u{14}þ").map(|cell| cell.replace("þþ", "þ").replace('®', "\n")).collect::<Vec<_>>()
    });
    let head = lines.next().expect("a head");
    lines
        .map(|cells| {
            assert_eq!(cells.len(), head.len());
            head.iter().cloned().zip(cells).collect()
        })
        .collect()
}

#[test]
fn load_files_are_read_back_by_naive_readers() {
    let (city, produced) = everything();
    let files = tree(&city.path("out"));
    let rows = naive_dat(&files["data/VOL001/DATA/VOL001.dat"]);
    assert_eq!(rows.len() as u64, produced.production.documents);
    let mut next = 1;
    for row in &rows {
        let page = |name: &str| row[name].strip_prefix("CB-").expect("a prefix").parse::<u32>().expect("a number");
        assert_eq!(page("BEGBATES"), next, "without a gap");
        assert_eq!(page("ENDBATES") + 1 - next, row["PGCOUNT"].parse::<u32>().expect("a count"));
        next = page("ENDBATES") + 1;
        for path in ["PDFPATH", "TEXTPATH", "NATIVEPATH"].map(|name| row[name].replace('\\', "/")) {
            assert!(path.is_empty() || files.contains_key(&format!("data/VOL001/{path}")), "{path}");
        }
    }
    // The other load files name the same documents and pages.
    let text = |path: &str| String::from_utf8(files[path].clone()).expect("text");
    let opt = text("data/VOL001/DATA/VOL001.opt");
    assert!(opt.is_ascii());
    let opt: Vec<Vec<&str>> = opt.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(opt.len() as u64, produced.pages, "an image to a page");
    assert!(opt.iter().all(|line| files.contains_key(&format!("data/VOL001/{}", line[2].replace('\\', "/")))));
    let opt: Vec<Vec<&str>> = opt.into_iter().filter(|line| line[3] == "Y").collect();
    assert_eq!(opt.len(), rows.len());
    let lfp = text("data/VOL001/DATA/VOL001.lfp");
    let pages: Vec<Vec<&str>> =
        lfp.lines().filter(|line| line.starts_with("IM,")).map(|line| line.split(',').collect()).collect();
    assert_eq!(pages.len() as u64, produced.pages, "a line for each page");
    for (row, line) in rows.iter().zip(&opt) {
        assert_eq!((line[0], line[3], line[6]), (row["BEGBATES"].as_str(), "Y", row["PGCOUNT"].as_str()));
        let begins = pages.iter().find(|page| page[1] == row["BEGBATES"]).expect("its first page");
        assert_eq!(begins[2], if row["PARENTID"].is_empty() { "D" } else { "C" });
        assert!(begins[4].replace([';'], "\\").contains(row["PDFPATH"].as_str()), "{begins:?}");
    }
    let natives = lfp.lines().filter(|line| line.starts_with("OF,")).count();
    assert_eq!(natives, rows.iter().filter(|row| !row["NATIVEPATH"].is_empty()).count());
    let xml = text("data/VOL001/DATA/VOL001.xml");
    assert_eq!(xml.matches("<Document ").count(), rows.len());
    assert_eq!(xml.matches("<Relationship ").count(), rows.iter().filter(|row| !row["PARENTID"].is_empty()).count());
    let first = Sha::of(&files["data/VOL001/PDF/0001/CB-00000001.pdf"]);
    assert!(xml.contains(&format!(
        "FileName=\"CB-00000001.pdf\" FileSize=\"{}\" Hash=\"{first}\"",
        files["data/VOL001/PDF/0001/CB-00000001.pdf"].len()
    )));
    assert!(text(names::INDEX_CSV).contains("VOL001/NATIVES/0001/CB-00000002.csv"), "the column of original files");
    // A text has þ in it, which every form carries.
    assert!(text("data/VOL001/DATA/VOL001.dat").contains("þþ") || xml.contains("þe crew") || !xml.contains("crew"));
}

use recordroom::base::digest::Sha256Digest as Sha;

#[test]
fn what_only_its_own_format_shows_has_a_sheet_that_names_its_file() {
    let (city, _) = everything();
    let files = tree(&city.path("out"));
    let text = String::from_utf8(files["data/VOL001/TEXT/0001/CB-00000004.txt"].clone()).expect("text");
    assert!(text.contains("Produced in its own format.\nFile: blob.bin\nSHA-256 of the original: "), "{text}");
    let remarks = String::from_utf8(files[names::REMARKS].clone()).expect("text");
    assert!(remarks.contains("slip sheet and original file"), "{remarks}");
    let log = String::from_utf8(files[names::WITHHOLDING_LOG].clone()).expect("text");
    assert!(log.lines().next().is_some_and(|head| head.ends_with("sent,from,to,copied to")), "{log}");
    let summary = String::from_utf8(files[names::WITHHOLDING_SUMMARY].clone()).expect("text");
    assert!(summary.contains("Minn. Stat. § 13.393,email,1,2025-03-04,2025-03-04"), "{summary}");
}

#[test]
fn conversations_are_given_by_day_and_hold_only_what_is_given() {
    let (city, _) = everything();
    let files = tree(&city.path("out"));
    let found: Vec<&String> = files.keys().filter(|path| path.ends_with(".rsmf")).collect();
    // 4 July has two messages of the conversation, 5 July one.
    assert_eq!(found.len(), 2, "{found:?}");
    let message = mail(&files[found[0]]);
    assert_eq!(message.0, 2);
    assert!(
        message.1.contains("Is þe crew coming? 👍 \"now\"") && message.1.contains("sent from this phone: On our way")
    );
    for path in found {
        for words in [SECRET, SECRET_NAME, PRIVILEGED] {
            assert!(!holds(&unpacked(&files[path]), words), "{path}");
        }
    }
}

#[test]
fn conversations_and_calls_are_pages_for_people_too() {
    let (city, _) = everything();
    let root = city.path("out");
    let files = tree(&root);
    let found = |folder: &str| files.keys().filter(|path| path.contains(folder)).count();
    assert_eq!((found("/THREADS/"), found("/CALLS/")), (2, 1), "two days of one conversation, one custodian's calls");
    let shown = |folder: &str| -> String {
        let path = files.keys().find(|path| path.contains(folder)).expect("a file");
        String::from_utf8_lossy(&unpacked(&files[path])).into_owned()
    };
    for words in ["Is", "crew coming", "On our way", "2025-07-04", "12:05:00"] {
        assert!(shown("/THREADS/").contains(words), "{words}");
    }
    for words in ["Calls", "7635550142", "incoming", "61 seconds"] {
        assert!(shown("/CALLS/").contains(words), "{words}: {}", shown("/CALLS/"));
    }
}

/// The parts of a mail as a reader of mail counts them, and its text.
fn mail(bytes: &[u8]) -> (usize, String) {
    let text = String::from_utf8(bytes.to_vec()).expect("ASCII");
    let parts: Vec<&str> = text.split("--=_recordroom_rsmf\r\n").skip(1).collect();
    let coded = parts[0].split_once("\r\n\r\n").expect("a body").1;
    let plain = recordroom::base::base64::decode(coded.as_bytes()).expect("base64");
    (parts.len(), String::from_utf8(plain).expect("UTF-8"))
}

#[test]
fn delivered_again_every_form_has_the_same_bytes() {
    let (city, produced) = everything();
    again_with(&city.repository, produced.production.id, &city.path("again"), &VoidMonitor, &draw).expect("again");
    assert!(tree(&city.path("out")) == tree(&city.path("again")));
    assert_eq!(city.findings("again"), []);
}

#[test]
fn a_form_that_was_changed_is_named_even_when_every_digest_fits() {
    let (city, _) = everything();
    let root = city.path("out");
    for (path, from, to) in [
        ("data/VOL001/DATA/VOL001.lfp", "IM,CB-00000002,C", "IM,CB-00000002,D"),
        ("data/VOL001/DATA/VOL001.xml", "FileName=\"CB-00000002.pdf\"", "FileName=\"CB-00000001.pdf\""),
        ("production.json.minisig", "trusted comment: P-1", "trusted comment: P-2"),
        ("production.json.sig", "-----BEGIN SSH", "-----BEGIN XSH"),
    ] {
        let before = fs::read_to_string(root.join(path)).expect("read");
        assert!(before.contains(from), "{path} has {from}");
        super::tampered::forge(&root, path, before.replacen(from, to, 1).as_bytes());
        let code = if path.starts_with("data/") { "load-file" } else { "signature" };
        let findings = city.findings("out");
        assert!(findings.iter().any(|one| one.code == code && one.subject == path), "{path}: {findings:?}");
        super::tampered::forge(&root, path, before.as_bytes());
    }
}

#[test]
fn a_supplement_says_why_its_items_are_in_it() {
    let mut city = city(RequestKind::Public).decided();
    city.produced("out");
    city.decide(PRIVILEGED, None, Decision::Responsive, "");
    city.decide("Lunch", None, Decision::Responsive, "");
    city.produced("supplement");
    let files = tree(&city.path("supplement"));
    let index = String::from_utf8(files[names::INDEX_CSV].clone()).expect("text");
    let why: Vec<&str> = index.lines().skip(1).map(|line| line.rsplit(',').next().unwrap_or_default()).collect();
    // The message of counsel was in the log of the first answer, lunch was told of nowhere.
    assert_eq!(why, ["decided otherwise since", "in no earlier answer"], "{index}");
    let page = String::from_utf8(files[names::INDEX_HTML].clone()).expect("text");
    let words = "It adds to the production P-1 and holds only what is new: 1 item that no earlier answer told of, and 1 item \
                 that was decided otherwise since.";
    assert!(page.contains(words), "{page}");
    assert!(String::from_utf8(files[names::README].clone()).expect("text").contains(words));
    let id = city.request;
    review::decide(&mut city.repository, id, &Members::Undecided, Decision::Responsive, "", "clerk")
        .expect("none left");
}

#[test]
fn the_programs_of_others_accept_the_signatures() {
    let (city, _) = everything();
    let root = city.path("out");
    let statement = fs::File::open(root.join("production.json")).expect("opened");
    let ssh = std::process::Command::new("ssh-keygen")
        .args(["-Y", "verify", "-f", "allowed_signers", "-I", "recordroom", "-n", "recordroom-production"])
        .args(["-s", "production.json.sig"])
        .current_dir(&root)
        .stdin(statement)
        .output();
    match ssh {
        Err(_) => println!("skipped: there is no ssh-keygen here"),
        Ok(run) => assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr)),
    }
    let minisign = std::process::Command::new("minisign")
        .args(["-V", "-p", "minisign.pub", "-m", "production.json"])
        .current_dir(&root)
        .output();
    match minisign {
        Err(_) => println!("skipped: there is no minisign here"),
        Ok(run) => assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr)),
    }
}

#[test]
fn the_draft_of_a_certificate_tells_what_is_recorded_and_is_not_signed() {
    let (city, produced) = everything();
    let draft = certificate_draft(&city.repository, produced.production.id).expect("a draft");
    let statement = fs::read_to_string(city.path("out/production.json")).expect("read");
    let statement: serde_json::Value = serde_json::from_str(&statement).expect("JSON");
    for told in [
        "DRAFT, NOT SIGNED",
        "Fed. R. Evid. 902(11), (13) and (14)",
        "28 U.S.C. § 1746",
        produced.production.manifest_sha256.as_str(),
        statement["merkle_root"].as_str().expect("a root"),
        "produced, by clerk",
        "export: ",
        "calls-20250706.xml",
    ] {
        assert!(draft.contains(told), "{told}: {draft}");
    }
}
