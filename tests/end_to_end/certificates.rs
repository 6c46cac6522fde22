//! The certificate of destruction: what it says, what it never says, and what can be forged in it.

use crate::support::*;
use recordroom::ledger::{Signer, sign_json};
use recordroom::model::event::Act;
use recordroom::model::hold::Scope;
use recordroom::repository::Repository;
use recordroom::verify::certificate::{self, Certificate};
use recordroom::verify::documents::CERTIFICATE_DOMAIN;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Five items destroyed, one of them with two attachments, under two series; one held.
fn certified() -> (City, PathBuf) {
    let city = City::exercise();
    let profile = city.repository_path().join("recordroom.toml");
    let text = fs::read_to_string(&profile).expect("a profile");
    let text = text.replace("# key_copy_days = 90", "key_copy_days = 90");
    let wording = "hardware_wording = \"all data will be destroyed following the DoD 5220.22-M Standard\"";
    fs::write(&profile, text.replace("hardware_wording = \"\"", wording)).expect("written");
    let mut repository = city.open("2025-02-01");
    let mut messages: Vec<Message> = (1..=6)
        .map(|n| Message::new(&n.to_string(), &format!("2023-0{n}-10"), &format!("old {n}"), "Words."))
        .collect();
    messages[1].attachment = Some(("plan.txt".to_owned(), "text/plain".to_owned(), b"A plan of the road.".to_vec()));
    take_in(&mut repository, &city.export("alarson.mbox", &messages));
    confirm_all(&mut repository);
    let complaint = family_of(&repository, "old 5");
    confirm(&mut repository, &[complaint], recordroom::model::classification::RecordStatus::Official, "complaints");
    let whose = recordroom::retention::Whose::Items(&[complaint]);
    let ended = "2024-12-01".parse().expect("a day");
    recordroom::retention::record_happening(&mut repository, "action-completed", ended, &whose, "letter", "clerk")
        .expect("recorded");
    let keep = family_of(&repository, "old 6");
    let scope = Scope { families: vec![keep], ..Scope::default() };
    recordroom::hold::place(&mut repository, "Case 1", "because", &scope, "attorney").expect("placed");
    let done = purge(&mut repository);
    assert_eq!(done.destroyed, 5);
    (city, done.written)
}

fn document(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("readable")).expect("JSON")
}

fn key(city: &City) -> String {
    city.open("2025-02-01").signer().public_key_hex()
}

#[test]
fn a_certificate_says_everything_that_is_asked_of_it() {
    let (city, path) = certified();
    let certificate = certificate::check(&document(&path), Some(&key(&city))).expect("as it was signed");
    let more = certificate.particulars.as_ref().expect("a certificate of version 2");
    assert!(more.number.ends_with("-D-1") && more.program.starts_with("Recordroom "), "{more:?}");
    assert_eq!((more.attachments, more.by_kind.get("email")), (1, Some(&5)));
    assert!(more.stored_bytes > 500 && more.planned_at <= more.approved_at);
    // One line for each series: the city's list of records destroyed.
    let lines: Vec<_> = more.series.iter().map(|one| (one.series.as_str(), one.items, one.attachments)).collect();
    assert_eq!(lines, [("complaints", 1, 0), ("messages", 4, 1)]);
    let messages = &more.series[1];
    assert!(messages.authority.contains("Panel approval of 2020") && messages.authority.contains("2020-06-01"));
    assert!(messages.retention.contains("365 days after it was sent"), "{}", messages.retention);
    let day = |text: &str| Some(text.parse::<chrono::NaiveDate>().expect("a day"));
    assert_eq!((messages.sent_from, messages.sent_to), (day("2023-01-10"), day("2023-04-10")));
    // 2023-01-10 and 365 days end on 2024-01-10; the first day is the next one (law.md 5.3).
    assert_eq!(messages.eligible_from, day("2024-01-11"));
    // Holds were looked at in the transaction that decided, one of them in force.
    assert_eq!((more.batches.len(), more.batches[0].in_force, more.batches[0].families.len()), (1, 1, 5));
    let acts: Vec<Act> = more.events.iter().map(|one| one.event.act).collect();
    assert_eq!(acts, [Act::Planned, Act::Approved, Act::DestructionIntended, Act::Destroyed]);
    // 90 days after 1 February 2025.
    assert_eq!((more.older_keys.kept_days, more.older_keys.expires_on), (Some(90), day("2025-05-02")));
    assert_eq!(more.sources_left, 1, "the export itself lies where it lay");
    assert_clean(&city.open("2025-02-01"));
}

#[test]
fn its_text_and_page_say_the_same_and_claim_nothing_about_media() {
    let (city, path) = certified();
    let text = fs::read_to_string(path.with_extension("txt")).expect("a text");
    for words in [
        "CERTIFICATE OF DESTRUCTION",
        "list of records destroyed",
        "EXERCISE",
        "RECORDS DESTROYED, BY SERIES",
        "Cryptographically erased",
        "NOT COVERED",
        "expires on 2025-05-02",
        "quoted and not claimed here: \u{201c}all data will be destroyed following the DoD 5220.22-M Standard\u{201d}",
        "recordroom verify D-1.json --key KEY",
        "recordroom checkpoint 1",
    ] {
        assert!(text.contains(words), "{words:?} is in {text}");
    }
    // What software may never say (the three words stand in the one sentence that denies them).
    for word in ["sanitised", "unrecoverable", "wiped"] {
        assert_eq!(text.matches(word).count(), 1, "{word}");
    }
    assert!(text.contains("nothing is said to be sanitised, wiped or unrecoverable"), "{text}");
    let pdf = fs::read(path.with_extension("pdf")).expect("a page");
    let certificate: Certificate = certificate::check(&document(&path), None).expect("as it was signed");
    let bytes = fs::read(&path).expect("readable");
    let sha256 = recordroom::base::digest::Sha256Digest::of(&bytes).to_string();
    assert_eq!(certificate.pdf(&sha256).expect("drawn"), pdf, "drawn again, it is the same");
    assert_eq!(certificate.told(&sha256), text);
    assert!(text.contains(&sha256) && text.contains(&certificate.merkle_root));
    // Tagged, and made for keeping.
    let says = |word: &[u8]| pdf.windows(word.len()).any(|window| window == word);
    assert!(says(b"/MarkInfo") && says(b"/StructTreeRoot") && says(b"pdfuaid") && says(b"pdfaid"));
    drop(city);
}

#[test]
fn damage_no_member_of_a_certificate_can_be_changed() {
    let (city, path) = certified();
    let (document, key) = (document(&path), key(&city));
    let members: Vec<String> = document.as_object().expect("an object").keys().cloned().collect();
    for member in members.iter().filter(|member| *member != "signature") {
        let mut edited = document.clone();
        edited[member] = json!("something else");
        assert!(certificate::check(&edited, Some(&key)).is_err(), "{member}");
    }
    // The files beside it.
    for (ending, code) in [("txt", "certificate-changed"), ("pdf", "certificate-changed")] {
        let file = path.with_extension(ending);
        let before = fs::read(&file).expect("readable");
        fs::write(&file, [before.as_slice(), b" "].concat()).expect("written");
        let found = report(&city.open("2025-02-01")).findings;
        assert!(found.iter().any(|one| one.code == code), "{ending}: {found:?}");
        fs::write(&file, before).expect("put back");
    }
    fs::write(path.with_extension("json.tsq"), b"no request").expect("written");
    fs::write(path.with_extension("json.tsr"), b"no answer").expect("written");
    let found = report(&city.open("2025-02-01")).findings;
    assert!(found.iter().any(|one| one.code == "timestamp-differs"), "{found:?}");
}

/// Takes the signature off, changes the document, and signs it with a key.
fn signed_again(document: &Value, signer: &Signer, change: impl Fn(&mut Value)) -> Value {
    let mut edited = document.clone();
    edited.as_object_mut().expect("an object").remove("signature");
    change(&mut edited);
    sign_json(CERTIFICATE_DOMAIN, &edited, signer).expect("signed")
}

#[test]
fn forgery_a_certificate_signed_again_still_has_to_fit_the_signed_ledger_in_it() {
    let (city, path) = certified();
    let document = document(&path);
    let repository: Repository = city.open("2025-02-01");
    let own = repository.signer();
    type Change = fn(&mut Value);
    let count = |document: &mut Value, path: &str, to: u64| *document.pointer_mut(path).expect("there") = json!(to);
    assert!(certificate::check(&signed_again(&document, own, |_| {}), Some(&own.public_key_hex())).is_ok());
    let changes: &[(&str, Change)] = &[
        ("an item left out, root and counts made to fit", |one| {
            let mut items = one["items"].as_array().expect("a list").clone();
            let gone = items.pop().expect("an item");
            let told: Vec<_> = items
                .iter()
                .map(|item| {
                    (serde_json::from_value(item[0].clone()).expect("an id"), item[1].as_str().expect("a name").into())
                })
                .collect();
            one["merkle_root"] = json!(certificate::destroyed_root(&told));
            one["items"] = json!(items);
            one["destroyed"] = json!(4);
            one["by_rule"] = json!({ "cedar-bend-2024 / messages": 4 });
            let more = &mut one["particulars"];
            more["by_kind"] = json!({ "email": 4 });
            more["series"] = json!([more["series"][1]]);
            more["attachments"] = more["series"][0]["attachments"].clone();
            more["stored_bytes"] = more["series"][0]["stored_bytes"].clone();
            let families = more["batches"][0]["families"].as_array().expect("a list");
            let families: Vec<_> = families.iter().filter(|family| **family != gone[0]).cloned().collect();
            more["batches"][0]["families"] = json!(families);
        }),
        ("another approver", |one| one["approved_by"] = json!("Somebody Else")),
        ("an earlier look at the holds", |one| {
            one["particulars"]["batches"][0]["checked_at"] = json!("2025-01-01T00:00:00Z");
        }),
        ("no approval among its events", |one| {
            one["particulars"]["events"].as_array_mut().expect("a list").remove(1);
        }),
        ("an event by somebody else", |one| one["particulars"]["events"][1]["event"]["actor"] = json!("nobody")),
        ("nothing but the old members", |one| {
            one.as_object_mut().expect("an object").remove("particulars");
        }),
    ];
    for (what, change) in changes {
        let forged = signed_again(&document, own, change);
        let error = certificate::check(&forged, Some(&own.public_key_hex())).expect_err(what).to_string();
        let told = ["ledger", "hashed", "says nothing"].iter().any(|word| error.contains(word));
        assert!(told, "{what}: {error}");
    }
    let mut more = document.clone();
    count(&mut more, "/particulars/attachments", 7);
    let forged = signed_again(&more, own, |_| {});
    assert!(certificate::check(&forged, None).is_err(), "totals that do not add up");
    // Signed by a stranger it fits itself, and not the city's key.
    let stranger = Signer::from_seed(&[5; 32]);
    assert!(certificate::check(&signed_again(&document, &stranger, |_| {}), Some(&own.public_key_hex())).is_err());
}

#[test]
fn a_city_that_has_not_stated_how_long_copies_of_keys_are_kept_is_told_no_day() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    take_in(&mut repository, &city.export("alarson.mbox", &[Message::new("1", "2023-01-10", "old", "Words.")]));
    confirm_all(&mut repository);
    let done = purge(&mut repository);
    let more = done.certificate.particulars.as_ref().expect("version 2");
    assert_eq!(more.older_keys.expires_on, None);
    let text = fs::read_to_string(done.written.with_extension("txt")).expect("a text");
    assert!(text.contains("has not stated for how long") && !text.contains("DoD"), "{text}");
}
