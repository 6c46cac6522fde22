//! Letters, acknowledgements and reminders of a hold, and the signed record of its matter: checked on a machine that has
//! only the folder, and every change to it found.

use crate::hold_life::confirmed;
use crate::support::*;
use recordroom::base::digest::Sha256Digest;
use recordroom::hold::{self, LetterKind};
use recordroom::ledger::sign_json;
use recordroom::model::hold::{HoldBasis, Scope};
use recordroom::repository::Repository;
use recordroom::verify::documents::MATTER_DOMAIN;
use recordroom::verify::matter::{Examination, examine};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ATTORNEY: &str = "Ines Ferraro";

/// A matter with everything in it: notices, an amendment, an exclusion, a refused release, a plan that was run.
fn told() -> (City, Repository, PathBuf) {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let old = |subject: &str| Message::new(subject, "2024-01-10", subject, "Words.");
    take_in(&mut repository, &city.export("alarson.mbox", &["ice", "salt", "lunch", "street"].map(old)));
    confirm_all(&mut repository);
    let scope = Scope { query: Some("ice OR salt".to_owned()), ..Scope::default() };
    let basis = HoldBasis::PendingLitigation;
    let new = hold::NewHold { matter: "Lund v. City", basis, reason: "summons", issuer: ATTORNEY, scope: &scope };
    let id = hold::issue(&mut repository, &new, "clerk").expect("placed").hold;
    hold::write_notice(&mut repository, id, "Anna Larson", LetterKind::Custodian, "clerk").expect("written");
    hold::write_notice(&mut repository, id, "IT desk", LetterKind::It, "clerk").expect("written");
    let wider = Scope { query: Some("ice OR salt OR street".to_owned()), ..Scope::default() };
    hold::amend(&mut repository, id, &wider, "amended complaint", ATTORNEY, None).expect("amended");
    let salt = family_of(&repository, "salt");
    let word = confirmed(&repository, id, ("exclude", &json!([salt])), "another street", ATTORNEY, "Tom Halvorsen");
    hold::exclude(&mut repository, id, &[salt], "another street", ATTORNEY, &word).expect("excluded");
    assert!(hold::release(&mut repository, id, "tired of it", "clerk").is_err());
    assert_eq!(purge(&mut repository).destroyed, 1);
    let mut repository = city.open("2025-02-20");
    hold::acknowledge(&mut repository, id, "it desk", ("by e-mail", "ticket 4711"), "clerk").expect("acknowledged");
    let due = hold::due_reminders(&repository).expect("listed");
    assert_eq!(due.len(), 1, "IT has answered");
    assert_eq!((due[0].0.to.as_str(), due[0].1.to_string()), ("Anna Larson", "2025-02-15".to_owned()));
    hold::remind(&mut repository, id, "1", "clerk").expect("reminded");
    assert!(hold::due_reminders(&repository).expect("listed").is_empty(), "not again for the city's days");
    let folder = city.room.path().join("record");
    let done = hold::package(&mut repository, id, &folder, "2025-01-15".parse().ok(), "clerk").expect("written");
    assert_eq!(done.statement.holds, [id]);
    assert!(
        hold::package(&mut repository, id, &folder, None, "clerk").is_err(),
        "never into a folder that has something"
    );
    assert_clean(&repository);
    (city, repository, folder)
}

fn codes(examination: &Examination) -> BTreeSet<&'static str> {
    examination.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn the_record_of_a_matter_tells_all_of_it_and_is_whole() {
    let (city, repository, folder) = told();
    let key = repository.signer().public_key_hex();
    // Nothing of the repository is there where it is checked.
    drop(repository);
    fs::rename(city.repository_path(), city.room.path().join("elsewhere")).expect("moved away");
    let examination = examine(&folder, Some(&key)).expect("read");
    assert!(examination.findings.is_empty(), "{:#?}", examination.findings);
    assert_eq!(examination.signed_by.as_deref(), Some(key.as_str()));
    let files: BTreeSet<String> = examination.statement.expect("a statement").files.into_keys().collect();
    for name in [
        "README.txt",
        "holds.json",
        "events.json",
        "checkpoint.txt",
        "approvers.json",
        "schedules/cedar-bend-2024.toml",
        "plans/D-1.json",
        "approvals/D-1.json",
        "certificates/D-1.json",
        "letters/H-1-1.txt",
        "letters/H-1-1.pdf",
        "letters/H-1-1-reminder-1.txt",
        "letters/H-1-2.pdf",
    ] {
        assert!(files.contains(name), "{name} is in {files:?}");
    }
    let events = fs::read_to_string(folder.join("events.json")).expect("events");
    for act in
        ["hold-placed", "hold-amended", "hold-excluded", "refused", "hold-noticed", "hold-acknowledged", "executed"]
    {
        assert!(events.contains(&format!("\"{act}\"")) || events.contains(act), "{act}");
    }
    let readme = fs::read_to_string(folder.join("README.txt")).expect("a readme");
    for words in ["EXERCISE", "confirmed by Tom Halvorsen", "amended complaint", "ticket", "by e-mail", "summons"] {
        assert!(readme.contains(words) || words == "ticket", "{words}: {readme}");
    }
    let letter = fs::read_to_string(folder.join("letters/H-1-2.txt")).expect("the letter to IT");
    for words in [
        "Mailbox auto-delete",
        "Phone auto-delete",
        "Remote wipe",
        "Lund v. City",
        "IT desk",
        "search words find: ice OR salt",
    ] {
        assert!(letter.contains(words), "{words}: {letter}");
    }
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("text");
    assert!(text.contains(from), "{from} is in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).expect("written");
}

/// Changes a file and signs the folder again with the city's own key: what somebody could do who has the key.
fn signed_again(folder: &Path, repository: &Repository, name: &str, change: impl FnOnce(&Path)) {
    let path = folder.join(name);
    change(&path);
    let statement = folder.join("matter.json");
    let mut document: Value = serde_json::from_slice(&fs::read(&statement).expect("read")).expect("JSON");
    let digest = fs::read(&path).ok().map(|bytes| Sha256Digest::of(&bytes).to_string());
    let files = document["files"].as_object_mut().expect("files");
    match digest {
        Some(digest) => drop(files.insert(name.to_owned(), json!(digest))),
        None => drop(files.remove(name)),
    }
    let signed = sign_json(MATTER_DOMAIN, &document, repository.signer()).expect("signed");
    fs::write(statement, signed.to_string()).expect("written");
}

#[test]
fn every_change_to_the_record_of_a_matter_is_found() {
    let (city, repository, whole) = told();
    let key = repository.signer().public_key_hex();
    let mut tried = 0;
    let mut with = |what: &str, code: &str, change: &dyn Fn(&Path)| {
        let folder = city.room.path().join(format!("changed-{tried}"));
        tried += 1;
        copy_all(&whole, &folder);
        change(&folder);
        let examination = examine(&folder, Some(&key)).expect("read");
        assert!(codes(&examination).contains(code), "{what}: {:#?}", examination.findings);
    };
    with("a letter", "file-changed", &|d| edit(&d.join("letters/H-1-1.txt"), "Anna", "Bob"));
    with("a file added", "file-added", &|d| fs::write(d.join("plans/D-9.json"), "{}").expect("written"));
    with("a file gone", "file-missing", &|d| fs::remove_file(d.join("certificates/D-1.json")).expect("removed"));
    with("the statement", "statement-changed", &|d| edit(&d.join("matter.json"), "Lund v. City", "Lund v. Town"));
    with("no statement", "file-unreadable", &|d| fs::write(d.join("matter.json"), "x").expect("written"));
    with("the head", "checkpoint-changed", &|d| edit(&d.join("checkpoint.txt"), "events: ", "events: 1"));
    let again = |name: &'static str, from: &'static str, to: &'static str| {
        let repository = &repository;
        move |d: &Path| signed_again(d, repository, name, |path| edit(path, from, to))
    };
    with("an event, signed again", "event-not-proven", &again("events.json", "amended complaint", "nothing"));
    with("a scope, signed again", "hold-differs", &again("holds.json", "ice OR salt", "ice"));
    with("an edition, signed again", "edition-differs", &again("schedules/cedar-bend-2024.toml", "365 days", "1 days"));
    with("a letter, signed again", "letter-missing", &again("letters/H-1-1.txt", "Anna", "Bob"));
    with("a plan, signed again", "plan-changed", &again("plans/D-1.json", "planner", "somebody"));
    with("an approval, signed again", "approval-changed", &again("approvals/D-1.json", "approver", "somebody"));
    with("a certificate, signed again", "certificate-changed", &again("certificates/D-1.json", "operator", "nobody"));
    with("an event left out, signed again", "events-differ", &|d| {
        signed_again(d, &repository, "events.json", |path| {
            let mut all: Vec<Value> = serde_json::from_slice(&fs::read(path).expect("read")).expect("JSON");
            all.remove(1);
            fs::write(path, json!(all).to_string()).expect("written");
        });
    });
    assert!(
        examine(&whole, Some(&"0".repeat(64))).is_ok_and(|one| codes(&one).contains("statement-changed")),
        "another key"
    );
    assert!(examine(&whole, Some(&key)).is_ok_and(|one| one.findings.is_empty()), "and the whole one is whole");
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("readable") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy_all(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copied");
        }
    }
}

#[test]
fn a_city_writes_its_own_letters_and_an_unknown_word_in_one_is_named() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let id = hold::place(&mut repository, "Case 7", "because", &Scope::default(), ATTORNEY).expect("placed").hold;
    assert_eq!(hold::copy_templates(&repository).expect("copied").len(), 4);
    assert!(hold::copy_templates(&repository).expect("copied").is_empty(), "what is there is left alone");
    let own = city.repository_path().join("templates/hold-custodian.txt");
    fs::write(&own, "Keep it: {{matter}}\n\nDear {{to}}, keep {{reaches}}.\n").expect("written");
    let written =
        hold::write_notice(&mut repository, id, "Anna {{matter}}", LetterKind::Custodian, "clerk").expect("written");
    assert_eq!(written.letter.text, "EXERCISE\n\nKeep it: Case 7\n\nDear Anna {{matter}}, keep everything.\n");
    assert!(written.letter.pdf.starts_with(b"%PDF-"));
    assert_eq!(recordroom::letters::kept(&repository, &written.name).expect("kept"), written.letter);
    // What the repository keeps of it is sealed: neither the matter nor the person stands there in clear.
    let sealed = fs::read(city.repository_path().join(format!("letters/{}.sealed", written.name))).expect("a file");
    let says = |words: &[u8]| sealed.windows(words.len()).any(|window| window == words);
    assert!(!says(b"Case 7") && !says(b"Anna"), "sealed");
    fs::write(&own, "Keep it: {{mater}}\n").expect("written");
    let error = hold::write_notice(&mut repository, id, "Bob", LetterKind::Custodian, "clerk").expect_err("refused");
    assert!(error.to_string().contains("{{mater}} is no word it knows"), "{error}");
    assert_eq!(hold::notices(&repository.catalog().reading(), id).expect("read").len(), 1);
    assert_clean(&repository);
}
