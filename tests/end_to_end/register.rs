//! The intake register: every source file from its receipt until it is gone, and never while something of it is held.

use crate::support::*;
use recordroom::base::digest::Sha256Digest;
use recordroom::base::monitor::VoidMonitor;
use recordroom::hold;
use recordroom::ingest::{IngestError, IngestOptions, IngestReport, ingest, record_disposal, sources};
use recordroom::model::hold::Scope;
use recordroom::repository::Repository;
use std::fs;
use std::path::Path;

fn take(repository: &mut Repository, path: &Path) -> Result<IngestReport, IngestError> {
    ingest(repository, &[path.to_owned()], &IngestOptions::default(), "clerk", &VoidMonitor)
}

#[test]
fn a_source_file_is_followed_from_its_receipt_to_its_end() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let old = [Message::new("1", "2023-01-10", "road", "The road.")];
    let path = city.export("box/mail-1.mbox", &old);
    let text = old[0].eml().replace("road", "bridge").replace("<1@", "<2@");
    fs::write(path.with_file_name("loose.eml"), &text).expect("written");
    let sheet = "file,custodian,device,collected by,collected on,method\n\
                 mail-1.mbox,Anna Larson,server,Dana Whitcomb,2025-01-31,export\n\
                 loose.eml,Bob Stone,personal phone,Dana Whitcomb,2025-01-31,copied\n\
                 lost.zip,Bob Stone,server,,,\n";
    fs::write(path.with_file_name("receipt.csv"), sheet).expect("written");
    let folder = path.parent().expect("a folder");
    let report = take(&mut repository, folder).expect("taken in");
    let fit = report.intake_sheet.as_ref().expect("the sheet lies beside the files");
    assert_eq!((fit.matched, fit.rows_without_file.as_slice()), (2, ["line 4: lost.zip".to_owned()].as_slice()));
    assert!(fit.files_without_row.is_empty(), "the sheet itself needs no row: {fit:?}");
    assert!(report.has_exceptions(), "a row without its file is told by the exit code as well");
    assert_eq!(report.set_aside, 1, "what the sheet calls a personal phone");
    let whose = |subject: &str| {
        let family = family_of(&repository, subject);
        repository.catalog().reading().copy_custodians(family).expect("read")
    };
    assert_eq!(whose("road"), [repository.custodian_named("Anna Larson").ok()]);
    assert_eq!(whose("bridge"), [repository.custodian_named("Bob Stone").ok()]);

    let lines = sources(&repository).expect("listed");
    let whole = fs::canonicalize(&path).expect("there").to_string_lossy().into_owned();
    let line = lines.iter().find(|line| line.path == whole).expect("the mailbox has a line");
    assert_eq!(line.sha256, Some(Sha256Digest::of(&fs::read(&path).expect("read"))), "as sha256sum tells it");
    assert_eq!((line.custodian.as_deref(), line.collected_by.as_str()), (Some("Anna Larson"), "Dana Whitcomb"));
    assert_eq!((line.items, line.protected, line.still_there, line.is_due()), (1, 0, true, true));
    assert_eq!(line.due_on, "2025-03-03".parse().ok(), "30 days, the city's choice");
    assert_eq!(lines.len(), 2, "the mailbox, and the folder of loose files in one line");

    // Not while it lies there, not while it is held, and then once.
    let dispose = |repository: &mut Repository, held| record_disposal(repository, &path, "shredded", held, "clerk");
    assert!(dispose(&mut repository, false).expect_err("refused").to_string().contains("still lies there"));
    fs::remove_file(&path).expect("deleted");
    let scope = Scope { query: Some("road".to_owned()), ..Scope::default() };
    let placed = hold::place(&mut repository, "Case 7", "because", &scope, "attorney").expect("placed");
    assert!(dispose(&mut repository, false).expect_err("refused").to_string().contains("held or asked for"));
    let lines = sources(&repository).expect("listed");
    assert!(!lines.iter().find(|line| line.path == whole).expect("a line").is_due(), "nobody is reminded of it");
    hold::release(&mut repository, placed.hold, "settled", "attorney").expect("released");
    assert!(dispose(&mut repository, false).expect_err("refused").to_string().contains("held or asked for"), "cooling");
    let mut repository = city.open("2025-03-04");
    assert_eq!(dispose(&mut repository, false).expect("recorded"), 1);
    assert!(dispose(&mut repository, false).is_err(), "it waits no longer");
    let lines = sources(&repository).expect("listed");
    let line = lines.iter().find(|line| line.path == whole).expect("the line stays");
    assert_eq!(line.disposed_by.as_deref(), Some("clerk"));

    // When its items are gone, so is its digest; that there was such a file stays.
    confirm_all(&mut repository);
    purge(&mut repository);
    let lines = sources(&repository).expect("listed");
    assert!(
        lines.iter().any(|line| line.sha256.is_none() && line.disposed_by.as_deref() == Some("clerk")),
        "{lines:?}"
    );
    assert_clean(&repository);
}

#[test]
fn a_sheet_that_names_a_stranger_refuses_the_intake_before_anything_is_written() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let path = city.export("box/mail.mbox", &[Message::new("1", "2023-01-10", "road", "The road.")]);
    let sheet = "file,custodian,device\nmail.mbox,Nobody Known,server\n";
    fs::write(path.with_file_name("receipt.csv"), sheet).expect("written");
    let before = repository.catalog().reading().last_event_number().expect("read");
    let error = take(&mut repository, path.parent().expect("a folder")).expect_err("refused");
    assert!(matches!(error, IngestError::Sheet(_)), "{error}");
    assert_eq!(repository.catalog().reading().last_event_number().expect("read"), before);
    assert!(repository.catalog().reading().unfinished_intakes().expect("read").is_empty());
}
