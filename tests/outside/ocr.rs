//! Pictures are read only where the city or the clerk asks for it, and what was read is marked.

use recordroom::base::clock::Clock;
use recordroom::base::durable;
use recordroom::base::monitor::VoidMonitor;
use recordroom::extract::ocr::Engine;
use recordroom::finding::search;
use recordroom::ingest::{IngestOptions, IngestReport, ingest};
use recordroom::repository::Repository;
use std::process::Command;

/// A picture of words, drawn by the program that draws pages; `None` when it is not installed.
fn picture() -> Option<Vec<u8>> {
    let content = "BT /F1 24 Tf 20 40 Td (Culvert inspection report) Tj ET";
    let file = format!(
        "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n\
         3 0 obj\n<</Type/Page/MediaBox[0 0 360 100]/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1<</Type/Font\
         /Subtype/Type1/BaseFont/Helvetica>>>>>>>>\nendobj\n4 0 obj\n<</Length {}>>stream\n{content}\nendstream\nendobj\n\
         trailer\n<</Root 1 0 R/Size 5>>\n%%EOF\n",
        content.len()
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("words.pdf");
    durable::replace(&path, file.as_bytes()).expect("written");
    let drawn = Command::new("pdftoppm").args(["-png", "-r", "200"]).arg(&path).output().ok()?;
    (!drawn.stdout.is_empty()).then_some(drawn.stdout)
}

fn taken_in(picture: &[u8], asked: bool, by_profile: bool) -> (Repository, IngestReport, tempfile::TempDir) {
    durable::set_syncing(false);
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let mut profile = Repository::new_profile("Cedar Bend", &root.join("keys"), &root.join("keys-second"));
    profile.policy.ocr = by_profile;
    Repository::create(&root.join("repository"), &profile, Clock::System).expect("a repository");
    let export = root.join("scan.png");
    durable::replace(&export, picture).expect("written");
    let mut repository = Repository::open(&root.join("repository"), None).expect("opened");
    let options = IngestOptions { ocr: asked, ..IngestOptions::default() };
    let report = ingest(&mut repository, &[export], &options, "clerk", &VoidMonitor).expect("taken in");
    (repository, report, folder)
}

#[test]
fn a_picture_is_read_by_flag_or_by_profile_and_otherwise_not() {
    let engine = Engine::find();
    let Some(picture) = picture() else {
        println!("skipped: pdftoppm (package poppler-utils) is not installed");
        return;
    };
    for (asked, by_profile) in [(false, false), (true, false), (false, true)] {
        let (repository, report, _folder) = taken_in(&picture, asked, by_profile);
        let hits = search(&repository, "culvert", 10).expect("searched").hits;
        match (&engine, asked || by_profile) {
            (_, false) => {
                assert_eq!((report.ocr, hits.len()), (None, 0), "nobody asked");
            }
            (Ok(engine), true) => {
                assert!(report.ocr.is_some_and(|said| said.contains(&engine.version)));
                assert_eq!(hits.len(), 1, "by flag {asked}, by profile {by_profile}");
            }
            (Err(error), true) => {
                println!("not tried with the program: {error}");
                assert!(report.ocr.is_some_and(|said| said.contains(&error.to_string())), "the clerk is told");
            }
        }
    }
}
