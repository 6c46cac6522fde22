//! The fictional city: what is written is the same each time, and what is read is what was written.

use recordroom::base::digest::Sha256Digest;
use recordroom::demo::city::{self, City, Export};
use recordroom::model::exception::ProblemCode;
use recordroom::model::item::{Found, Original, ParsedItem, RawItem, Searchable, Shape};
use recordroom::model::provenance::ContainerFormat;
use recordroom::model::record::RecordKind;
use recordroom::source::{ReadOptions, parse, read};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

fn options() -> ReadOptions {
    ReadOptions::of(chrono_tz::America::Chicago)
}

/// The city, written once for all tests of this file.
fn written() -> &'static (tempfile::TempDir, City) {
    static WRITTEN: OnceLock<(tempfile::TempDir, City)> = OnceLock::new();
    WRITTEN.get_or_init(|| {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let city = city::write(directory.path()).expect("the city can be written");
        (directory, city)
    })
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut folders = vec![directory.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { all.push(path) }
        }
    }
    all.sort();
    all
}

fn digest_of_tree(directory: &Path) -> (Sha256Digest, u64) {
    let mut all = Vec::new();
    let mut bytes = 0;
    for path in files(directory) {
        let content = fs::read(&path).expect("a file");
        bytes += content.len() as u64;
        let name = path.strip_prefix(directory).expect("below").display().to_string();
        all.extend_from_slice(format!("{name} {:?}\n", Sha256Digest::of(&content)).as_bytes());
    }
    (Sha256Digest::of(&all), bytes)
}

#[test]
fn two_writings_give_the_same_bytes() {
    let (directory, _) = written();
    let again = tempfile::tempdir().expect("a temporary directory");
    city::write(again.path()).expect("the city can be written");
    let (one, bytes) = digest_of_tree(directory.path());
    assert_eq!(one, digest_of_tree(again.path()).0);
    println!("{} files, {bytes} bytes", files(directory.path()).len());
    assert!(bytes < 20_000_000, "{bytes} bytes are more than a demonstration needs");
    assert!(city::write(directory.path()).is_err(), "nothing is written over");
}

/// What one export was found to hold.
#[derive(Default)]
struct Holding {
    format: Option<ContainerFormat>,
    declared: Option<u64>,
    items: Vec<RawItem>,
    exceptions: u64,
    remarks: Vec<ProblemCode>,
}

fn hold(path: &Path) -> Holding {
    let mut holding = Holding::default();
    let mut depth = 0;
    let mut sink = |found: Found| {
        match found {
            Found::Open { format, .. } => {
                holding.format.get_or_insert(format);
                depth += 1;
            }
            // What an archive inside declares is its own.
            Found::Declared(count) if depth == 1 => holding.declared = Some(count),
            Found::Declared(_) => {}
            Found::Item(item) => holding.items.push(item),
            Found::Exception(_) => holding.exceptions += 1,
            Found::Remark(problem) => holding.remarks.push(problem.code),
            Found::Close => depth -= 1,
        }
        Ok(())
    };
    read(path, &options(), &mut sink).expect("it can be read");
    holding
}

fn identity(item: &RawItem) -> Vec<u8> {
    match (&item.identity, &item.original) {
        (Some(identity), _) => identity.clone(),
        (None, Original::Bytes(bytes)) => bytes.clone(),
        (None, other) => panic!("{other:?}"),
    }
}

#[test]
fn every_export_holds_what_the_city_says() {
    let (directory, city) = written();
    let all: Vec<(&Export, Holding)> =
        city.exports.iter().map(|export| (export, hold(&directory.path().join(&export.path)))).collect();
    let mut distinct: BTreeMap<RecordKind, BTreeSet<Vec<u8>>> = BTreeMap::new();
    let mut calls = 0;
    for (export, holding) in &all {
        let path = &export.path;
        assert_eq!(holding.format, Some(export.format), "{path}");
        // A bill has lines that are no calls; they are counted in a remark and kept as one file.
        let is_bill = path.contains("att-");
        let remarks: &[ProblemCode] = if is_bill { &[ProblemCode::Told] } else { &[] };
        assert_eq!(holding.remarks, remarks, "{path}");
        let is_other = |item: &&RawItem| item.place == "lines that are no calls";
        assert_eq!(holding.items.iter().filter(is_other).count(), usize::from(is_bill), "{path}");
        let items: Vec<&RawItem> = holding.items.iter().filter(|item| !is_other(item)).collect();
        assert_eq!((items.len() as u64, holding.exceptions), (export.found, 0), "{path}");
        assert!(holding.declared.is_none_or(|declared| declared == export.found), "{path}");
        if export.kind != RecordKind::Email {
            for item in &items {
                let parsed = parse(item, &options());
                assert_eq!((parsed.kind, parsed.problems), (export.kind, vec![]), "{path}: {}", item.place);
                assert!(parsed.sent_at.is_some() || export.kind == RecordKind::Contact, "{path}: {}", item.place);
            }
        }
        if export.kind == RecordKind::Call {
            calls += items.len() as u64;
        }
        distinct.entry(export.kind).or_default().extend(items.into_iter().map(identity));
    }
    let count = |kind| distinct.get(&kind).map_or(0, |all| all.len() as u64);
    println!("{} e-mails, {} texts, {} calls, {} contacts", city.emails, city.texts, city.calls, city.contacts);
    assert_eq!(count(RecordKind::Email), city.emails);
    assert_eq!(count(RecordKind::Text), city.texts);
    // Each row of each bill is a call, the equal ones too, so calls are counted and not compared.
    assert_eq!(calls, city.calls);
    let contacts: u64 = all.iter().filter(|(one, _)| one.kind == RecordKind::Contact).map(|(one, _)| one.found).sum();
    assert_eq!(contacts, city.contacts);
    assert!(city.emails >= 1_500 && city.texts >= 800 && city.calls >= 1_500);
    let custodians: BTreeSet<&str> = city.exports.iter().filter_map(|one| one.custodian).collect();
    assert!(custodians.len() >= 6 && city.custodians.len() >= 6);
    assert!(city.custodians.iter().any(|one| one.elected));
}

fn emails() -> &'static [ParsedItem] {
    static EMAILS: OnceLock<Vec<ParsedItem>> = OnceLock::new();
    EMAILS.get_or_init(|| {
        let (directory, city) = written();
        let mut seen = BTreeSet::new();
        let mut all = Vec::new();
        for export in city.exports.iter().filter(|one| one.kind == RecordKind::Email) {
            for item in hold(&directory.path().join(&export.path)).items {
                if seen.insert(identity(&item)) {
                    all.push(parse(&item, &options()));
                }
            }
        }
        all
    })
}

#[test]
fn every_message_is_read_whole_and_only_the_chosen_ones_have_problems() {
    let mut problems: BTreeMap<ProblemCode, u64> = BTreeMap::new();
    for email in emails() {
        for problem in &email.problems {
            *problems.entry(problem.code).or_default() += 1;
            println!("{}: {:?}", email.subject, problem);
        }
        assert!(!email.subject.is_empty() && !email.body.trim().is_empty());
        assert!(!email.parties.is_empty());
        assert!(!email.body.contains(['[', '{']) || email.body.contains("[only in"), "{}", email.body);
    }
    // Two scans without a date, a fax of 1970 and a statement of 2098; and the archive whose password is forgotten.
    assert_eq!(problems.get(&ProblemCode::DateUnknown), Some(&4));
    assert_eq!(problems.get(&ProblemCode::Encrypted), Some(&1));
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn the_mail_has_attachments_of_a_dozen_types_and_they_are_what_they_claim() {
    let mut types: BTreeMap<&str, u64> = BTreeMap::new();
    for attachment in emails().iter().flat_map(|email| &email.attachments) {
        *types.entry(&attachment.found_type).or_default() += 1;
        if attachment.claimed_type != attachment.found_type {
            println!("{} claims {}, is {}", attachment.name, attachment.claimed_type, attachment.found_type);
        }
        assert!(attachment.bytes > 0 && attachment.sha256.is_some(), "{}", attachment.name);
    }
    println!("{types:?}");
    assert!(types.len() >= 16, "{types:?}");
    let words = [("lilac hedge", "docx"), ("66,0", "none"), ("Settlement at culvert", "xlsx"), ("Street salt", "xlsx")];
    for (words, ending) in words {
        let found = emails().iter().flat_map(|email| &email.attachments).any(|one| one.text.contains(words));
        assert_eq!(found, ending != "none", "{words}");
    }
}

#[test]
fn the_stories_are_there_with_their_kinds_of_mail() {
    let header = |name: &str| emails().iter().filter(|email| email.headers.contains_key(name)).count();
    let body = |word: &str| emails().iter().filter(|email| email.body.to_lowercase().contains(word)).count();
    let subject = |word: &str| emails().iter().filter(|email| email.subject.contains(word)).count();
    println!(
        "list {}, automatic {}, failed {}, ridgeview {}, change order 3 {}, privileged {}",
        header("list-id"),
        header("auto-submitted"),
        header("x-failed-recipients"),
        body("ridgeview"),
        body("change order 3"),
        body("privileged")
    );
    assert!(header("list-id") >= 250, "the newsletters flood");
    assert!(header("auto-submitted") >= 60);
    assert_eq!(header("x-failed-recipients"), 24);
    assert_eq!(subject("Invitation: "), 3);
    for word in &written().1.words {
        assert!(body(word.query.trim_matches('"')) > 0, "{}", word.query);
    }
    assert!(written().1.days.is_sorted(), "days stand in their order");
    assert_eq!(written().1.today.date_naive(), written().1.days.last().expect("today").0);
    for word in ["mahadsanid", "muchas gracias", "ua tsaug", "谢谢", "شكرا"] {
        assert!(body(word) > 0, "{word}");
    }
    let old = emails().iter().filter(|email| {
        email.sent_at.as_ref().is_some_and(|sent| written().1.today - sent.at > chrono::TimeDelta::days(365))
    });
    let old = old.count();
    println!("{old} of {} are older than 365 days", emails().len());
    assert!(old > 500 && old < emails().len() - 500, "the 365 days matter");
    assert!(emails().iter().filter(|email| email.searchable != Searchable::Fully).count() == 0);
    assert!(emails().iter().all(|email| email.kind == RecordKind::Email));
}

#[test]
fn the_profile_names_the_city_and_its_people() {
    let base = recordroom::repository::Repository::new_profile("x", Path::new("/k/one"), Path::new("/k/two"));
    let profile = city::profile(base.clone());
    assert_eq!((profile.repository.as_str(), &profile.key_set), (base.repository.as_str(), &base.key_set));
    assert_eq!(profile.counsel_domains, ["hegdahlmoe.example"]);
    let (_, city) = written();
    // Each export of a custodian lies in a folder whose name tells them.
    for export in &city.exports {
        let Some(name) = export.custodian else { continue };
        let custodian = profile.custodians.iter().find(|one| one.name == name).expect("in the profile");
        let folder = export.path.split('/').next().expect("a folder");
        assert!(custodian.paths.iter().any(|word| word == folder), "{}", export.path);
    }
    let numbers: Vec<&String> = profile.custodians.iter().flat_map(|one| &one.numbers).collect();
    assert!(numbers.iter().all(|number| number.contains("55501")), "{numbers:?}");
    let shape = |item: &RawItem| matches!(item.shape, Shape::Message);
    assert!(hold(&written().0.path().join("quist-renata")).items.iter().filter(|item| shape(item)).count() > 50);
}
