//! What somebody who holds the repository and its keys can forge, and what they cannot: the ledger against a checkpoint and a
//! key that were kept elsewhere, approvals against the approver's own passphrase, time stamps against their request.

use crate::support::*;
use recordroom::base::clock::Clock;
use recordroom::base::id::EventId;
use recordroom::disposition::{self, DispositionError};
use recordroom::ledger::{Checkpoint, InclusionProof, Signer, canonical_bytes, chain_hash};
use recordroom::model::event::{Act, Event};
use recordroom::model::hold::Scope;
use recordroom::repository::Repository;
use recordroom::verify::{checkpoint, timestamp};
use std::fs;
use std::path::Path;
use std::process::Command;

const WORDS: &str = "a passphrase of her own";

fn held() -> City {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let old = |n: u32| Message::new(&n.to_string(), "2024-01-10", &format!("old {n}"), "Words.");
    take_in(&mut repository, &city.export("alarson.mbox", &(0..4).map(old).collect::<Vec<_>>()));
    confirm_all(&mut repository);
    let keep = family_of(&repository, "old 3");
    let scope = Scope { families: vec![keep], ..Scope::default() };
    recordroom::hold::place(&mut repository, "Case 1", "because", &scope, "attorney").expect("placed");
    city
}

fn events(repository: &Repository) -> Vec<Event> {
    let mut all = Vec::new();
    repository
        .catalog()
        .reading()
        .each_event::<recordroom::catalog::CatalogError>(EventId::new(0), |event| {
            all.push(event);
            Ok(())
        })
        .expect("read");
    all
}

/// Writes the ledger anew from one event on, every hash computed again: what somebody does who knows the program.
fn rewrite(city: &City, change: impl Fn(&mut Event)) {
    let mut all = events(&city.open("2025-02-01"));
    let connection = rusqlite::Connection::open(city.repository_path().join("catalog.sqlite")).expect("opened");
    let mut previous = all[0].previous.clone();
    for event in &mut all {
        change(event);
        event.previous.clone_from(&previous);
        event.hash = chain_hash(&event.previous, &canonical_bytes(event));
        previous.clone_from(&event.hash);
        connection
            .execute(
                "UPDATE event SET actor = ?2, details = ?3, previous = ?4, hash = ?5 WHERE id = ?1",
                (event.id.get(), &event.actor, &event.details, &event.previous, &event.hash),
            )
            .expect("written");
    }
}

fn codes(report: &checkpoint::LedgerReport) -> Vec<&'static str> {
    report.findings.iter().map(|one| one.code).collect()
}

#[test]
fn damage_a_ledger_rewritten_and_signed_again_fails_against_what_was_kept_elsewhere() {
    let city = held();
    let (kept, key) = {
        let repository = city.open("2025-02-01");
        (checkpoint::export(&repository).expect("exported").1, repository.signer().public_key_hex())
    };
    let given = vec![("kept.txt".to_owned(), kept.clone())];
    // Everything after it is added in the usual way, and fits.
    confirm_all(&mut city.open("2025-02-02"));
    let repository = city.open("2025-02-02");
    let report = checkpoint::verify_ledger(&repository, &given, Some(&key)).expect("looked");
    assert_eq!((codes(&report), report.checkpoints), (vec![], 2));
    let (_, newer) = checkpoint::export(&repository).expect("exported");
    let proof = checkpoint::follow(&repository, &kept, &newer).expect("a proof");
    let (one, two, _) = proof.check(Some(&key)).expect("holds");
    assert!(one.events < two.events);
    drop(repository);

    // The confirmation was by somebody else, all hashes are computed again, the own checkpoints are signed again.
    rewrite(&city, |event| {
        if event.act == Act::Classified {
            event.actor = "nobody".to_owned();
        }
    });
    for entry in fs::read_dir(city.repository_path().join("checkpoints")).expect("a folder") {
        fs::remove_file(entry.expect("an entry").path()).expect("removed");
    }
    let repository = city.open("2025-02-02");
    let (_, forged) = checkpoint::export(&repository).expect("signed again");
    assert_clean(&repository);
    assert_eq!(codes(&checkpoint::verify_ledger(&repository, &[], Some(&key)).expect("looked")), [""; 0]);
    // What was kept elsewhere tells.
    let report = checkpoint::verify_ledger(&repository, &given, Some(&key)).expect("looked");
    assert_eq!(codes(&report), ["ledger-rewritten"], "{report:?}");
    assert!(checkpoint::follow(&repository, &kept, &forged).is_err(), "no proof that it follows");
    assert!(checkpoint::prove(&repository, EventId::new(2), Some(&kept)).is_err(), "no proof in what was kept");
}

#[test]
fn damage_a_checkpoint_forged_with_another_key_fails_against_the_pinned_one() {
    let city = held();
    let repository = city.open("2025-02-01");
    let (_, kept) = checkpoint::export(&repository).expect("exported");
    let key = repository.signer().public_key_hex();
    let (read, _) = Checkpoint::read(&kept, Some(&key)).expect("reads");
    let stranger = Signer::from_seed(&[9; 32]);
    let given = vec![("kept.txt".to_owned(), read.signed(&stranger))];
    let report = checkpoint::verify_ledger(&repository, &given, Some(&key)).expect("looked");
    assert_eq!(codes(&report), ["checkpoint-changed"]);
    // The whole repository under another key: the key that was noted is not the one it signs with now.
    let report = checkpoint::verify_ledger(&repository, &given, Some(&stranger.public_key_hex())).expect("looked");
    assert!(codes(&report).contains(&"key-differs"), "{report:?}");
    // Every line of the kept checkpoint is signed.
    for (at, line) in kept.lines().enumerate() {
        let edited = kept.replace(line, &line.replace(['1', '2', 'a'], "7"));
        if edited != kept {
            let given = vec![("kept.txt".to_owned(), edited)];
            let report = checkpoint::verify_ledger(&repository, &given, Some(&key)).expect("looked");
            assert_eq!(codes(&report), ["checkpoint-changed"], "line {at}");
        }
    }
    // Events taken away at the end.
    drop(repository);
    let connection = rusqlite::Connection::open(city.repository_path().join("catalog.sqlite")).expect("opened");
    connection.execute("DELETE FROM event WHERE id = (SELECT max(id) FROM event)", []).expect("deleted");
    drop(connection);
    let report = checkpoint::verify_ledger(&city.open("2025-02-01"), &[("kept.txt".to_owned(), kept)], Some(&key))
        .expect("looked");
    assert!(codes(&report).contains(&"ledger-rewritten"), "{report:?}");
}

#[test]
fn damage_a_proof_of_an_event_is_checked_without_the_repository_and_no_member_of_it_can_be_changed() {
    let city = held();
    let repository = city.open("2025-02-01");
    let key = repository.signer().public_key_hex();
    let (_, kept) = checkpoint::export(&repository).expect("exported");
    for event in events(&repository) {
        for against in [None, Some(kept.as_str())] {
            let proof = checkpoint::prove(&repository, event.id, against).expect("proved");
            assert_eq!(proof.proven.event, event);
            let document = serde_json::to_value(&proof).expect("JSON");
            checkpoint::check_proof(&document, Some(&key), against, "proof.json").expect("proved");
        }
    }
    let last = repository.catalog().reading().last_event_number().expect("a number").get();
    assert!(checkpoint::prove(&repository, EventId::new(last + 1), None).is_err());
    let proof = checkpoint::prove(&repository, EventId::new(3), None).expect("proved");
    let document = serde_json::to_value(&proof).expect("JSON");
    for (path, wrong) in [
        ("/event/actor", serde_json::json!("nobody")),
        ("/event/id", serde_json::json!("E-2")),
        ("/event/at", serde_json::json!("2025-01-01T00:00:00Z")),
        ("/proof/0", serde_json::json!("00".repeat(32))),
        ("/checkpoint", serde_json::json!(kept.replace("events: ", "events: 1"))),
        ("/document", serde_json::json!(recordroom::ledger::proof::CONSISTENCY)),
    ] {
        let mut edited = document.clone();
        *edited.pointer_mut(path).expect(path) = wrong;
        assert!(checkpoint::check_proof(&edited, Some(&key), None, "proof.json").is_err(), "{path}");
    }
    let stranger = Signer::from_seed(&[9; 32]).public_key_hex();
    assert!(checkpoint::check_proof(&document, Some(&stranger), None, "proof.json").is_err(), "another city's key");
    let elsewhere = checkpoint::export(&held().open("2025-02-01")).expect("exported").1;
    let other = checkpoint::check_proof(&document, Some(&key), Some(&elsewhere), "proof.json");
    assert!(other.expect_err("another checkpoint").message.contains("another checkpoint"));
    let back: InclusionProof = serde_json::from_value(document).expect("reads back");
    assert_eq!(back, proof);
}

/// A repository that is no exercise, with one item that is due and a plan of Priya's for it.
fn planned() -> (City, Repository) {
    let city = City::new(false);
    let mut repository = Repository::open(&city.repository_path(), None).expect("opened");
    recordroom::retention::adopt(&mut repository, APPROVED, "clerk").expect("adopted");
    take_in(&mut repository, &city.export("alarson.mbox", &[Message::new("1", "2024-01-10", "old", "Words.")]));
    confirm_all(&mut repository);
    for name in ["Priya Raman", "Tom Halvorsen"] {
        disposition::register_approver(&mut repository, name, &format!("{WORDS}: {name}"), "clerk")
            .expect("registered");
    }
    let own = format!("{WORDS}: Priya Raman");
    assert_eq!(
        disposition::plan_as(&mut repository, "Priya Raman", Some(&own)).expect("planned").plan.counts.eligible,
        1
    );
    (city, repository)
}

fn refusal(result: Result<(), DispositionError>) -> String {
    match result.expect_err("refused") {
        DispositionError::Refused(message) => message,
        other => panic!("{other}"),
    }
}

#[test]
fn forgery_an_approval_needs_another_person_and_that_persons_own_passphrase() {
    let (_city, mut repository) = planned();
    let id = repository.catalog().reading().plans().expect("read")[0];
    let own = |name: &str| format!("{WORDS}: {name}");
    let cases: &[(&str, &str, Option<String>, &str)] = &[
        ("the planner, with her own passphrase", "Priya Raman", Some(own("Priya Raman")), "somebody else"),
        ("the planner, written otherwise", "priya  RAMAN", Some(own("Priya Raman")), "somebody else"),
        ("a name alone", "Tom Halvorsen", None, "passphrase of Tom Halvorsen is needed"),
        ("a wrong passphrase", "Tom Halvorsen", Some("a passphrase that is wrong".to_owned()), "not the passphrase"),
        ("the planner's passphrase", "Tom Halvorsen", Some(own("Priya Raman")), "not the passphrase"),
        ("an empty passphrase", "Tom Halvorsen", Some(String::new()), "not the passphrase"),
        ("somebody unknown", "Nobody At All", Some(own("Tom Halvorsen")), "not registered"),
    ];
    for (what, who, words, expected) in cases {
        let message = refusal(disposition::approve(&mut repository, id, who, words.as_deref()));
        assert!(message.contains(expected), "{what}: {message}");
        assert!(repository.catalog().reading().approval(id).expect("read").is_none(), "{what}");
    }
    let refused = events(&repository).into_iter().filter(|event| event.act == Act::Refused).count();
    assert_eq!(refused, cases.len(), "each try is told in the ledger");
    assert!(run(&mut repository, id).is_err(), "nothing runs without an approval");
    disposition::approve(&mut repository, id, "Tom Halvorsen", Some(&own("Tom Halvorsen"))).expect("approved");
    assert_eq!(run(&mut repository, id).expect("executed").destroyed, 1);
    assert_clean(&repository);
}

#[test]
fn forgery_one_person_neither_plans_under_another_name_nor_edits_who_made_a_plan() {
    let (city, mut repository) = planned();
    let own = |name: &str| format!("{WORDS}: {name}");
    // Tom makes plans under names that are not his, and approves them with his own passphrase.
    for name in ["Somebody Else", "priya raman", "Priya Raman "] {
        let id = disposition::plan(&mut repository, name).expect("anybody may look").plan.plan;
        let message = refusal(disposition::approve(&mut repository, id, "Tom Halvorsen", Some(&own("Tom Halvorsen"))));
        let expected = format!(
            "it is not proved who made the plan {id}: {name:?} is a name that anybody can write after --as. Make a new one"
        );
        assert!(message.starts_with(&expected), "{message}");
    }
    let message = match disposition::plan(&mut repository, "Priya Raman").expect_err("her name is hers") {
        DispositionError::Refused(message) => message,
        other => panic!("{other}"),
    };
    assert_eq!(message, "Priya Raman is registered to approve, and a plan under that name is made with the passphrase");
    // The night's plan has no maker, and one registered person answers for it.
    let id = disposition::plan_of_the_night(&mut repository, "recordroom").expect("planned").plan.plan;
    disposition::approve(&mut repository, id, "Tom Halvorsen", Some(&own("Tom Halvorsen"))).expect("approved");
    assert_clean(&repository);
    // Who edits the ledger so that a label counts as proved is found by its hashes, and by the signature.
    let id = disposition::plan(&mut repository, "Nobody").expect("planned").plan.plan;
    drop(repository);
    let connection = rusqlite::Connection::open(city.repository_path().join("catalog.sqlite")).expect("opened");
    let sql =
        "UPDATE event SET details = replace(details, '\"label\"', '\"night\"') WHERE subject = ?1 AND act = 'planned'";
    assert_eq!(connection.execute(sql, [id.to_string()]).expect("changed"), 1);
    drop(connection);
    let repository = Repository::open(&city.repository_path(), None).expect("opened");
    assert!(report(&repository).findings.iter().any(|one| one.code == "ledger-broken"));
}

#[test]
fn forgery_as_is_a_label_and_no_approval() {
    let (city, repository) = planned();
    drop(repository);
    let words = city.room.path().join("words");
    let ask = |who: &str, passphrase: &str| {
        fs::write(&words, format!("{passphrase}\n")).expect("written");
        let done = Command::new(env!("CARGO_BIN_EXE_recordroom"))
            .args(["--as", who, "dispose", "approve", "D-1", "--passphrase-file"])
            .arg(&words)
            .env("RECORDROOM_REPOSITORY", city.repository_path())
            .output()
            .expect("the program runs");
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    for (who, passphrase, said) in [
        ("Priya Raman", format!("{WORDS}: Priya Raman"), "somebody else"),
        ("Tom Halvorsen", format!("{WORDS}: Priya Raman"), "not the passphrase of Tom Halvorsen"),
        ("Tom Halvorsen", "twelve letters".to_owned(), "not the passphrase of Tom Halvorsen"),
        ("Somebody Else", format!("{WORDS}: Tom Halvorsen"), "not registered"),
    ] {
        let (code, told) = ask(who, &passphrase);
        assert!(code == Some(3) && told.contains(said), "{who}: {code:?} {told}");
    }
    let (code, told) = ask("Tom Halvorsen", &format!("{WORDS}: Tom Halvorsen"));
    assert_eq!(code, Some(0), "{told}");
}

#[test]
fn forgery_an_approver_put_into_the_table_behind_the_ledgers_back_approves_nothing() {
    let (city, mut repository) = planned();
    let id = repository.catalog().reading().plans().expect("read")[0];
    // Mallory knows the tables: a person of her own is registered in another city, and its row is put into this one.
    let other = City::new(false);
    let mut elsewhere = Repository::open(&other.repository_path(), None).expect("opened");
    disposition::register_approver(&mut elsewhere, "Tom Halvorsen", "what Mallory knows", "Mallory")
        .expect("registered");
    let (public, sealed) = elsewhere.catalog().reading().approver("Tom Halvorsen").expect("read").expect("there");
    let connection = rusqlite::Connection::open(city.repository_path().join("catalog.sqlite")).expect("opened");
    let row = (&public, &sealed);
    connection
        .execute("UPDATE approver SET public_key = ?1, sealed_key = ?2 WHERE name = 'Tom Halvorsen'", row)
        .expect("changed");
    drop(connection);
    let message = refusal(disposition::approve(&mut repository, id, "Tom Halvorsen", Some("what Mallory knows")));
    assert!(message.contains("ledger"), "{message}");
    assert!(report(&repository).findings.iter().any(|one| one.code == "row-differs-from-ledger"));
}

/// A time-stamping authority of openssl's own, in a folder; `None` where there is no openssl.
fn authority(folder: &Path) -> Option<()> {
    let settings = format!(
        "[tsa]\ndefault_tsa = one\n[one]\ndir = {0}\nserial = {0}/serial\ncrypto_device = builtin\nsigner_cert = {0}/tsa.pem\n\
         certs = {0}/tsa.pem\nsigner_key = {0}/tsa.key\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\n\
         digests = sha256, sha512\naccuracy = secs:1\nordering = yes\ntsa_name = yes\ness_cert_id_alg = sha256\n",
        folder.display()
    );
    fs::write(folder.join("tsa.cnf"), settings).expect("written");
    fs::write(folder.join("serial"), "0101\n").expect("written");
    let made = Command::new("openssl")
        .current_dir(folder)
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.pem", "-days", "2"])
        .args(["-subj", "/CN=Time of Cedar Bend", "-addext", "extendedKeyUsage=critical,timeStamping"])
        .output();
    made.ok().filter(|done| done.status.success()).map(|_| ())
}

fn stamped_by_openssl(folder: &Path, request: &Path, response: &Path) {
    let done = Command::new("openssl")
        .current_dir(folder)
        .args(["ts", "-reply", "-config", "tsa.cnf", "-queryfile"])
        .arg(request)
        .arg("-out")
        .arg(response)
        .output()
        .expect("openssl runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn a_time_stamp_of_openssl_is_accepted_for_its_own_request_alone() {
    let city = held();
    let tools = city.room.path().join("tsa");
    fs::create_dir(&tools).expect("a folder");
    if authority(&tools).is_none() {
        eprintln!("skipped: no openssl here");
        return;
    }
    let mut repository = city.open("2025-02-01");
    let (file, _) = checkpoint::export(&repository).expect("exported");
    let request = timestamp::ask(&file).expect("asked");
    let told = Command::new("openssl").args(["ts", "-query", "-text", "-in"]).arg(&request).output().expect("openssl");
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("sha256") && told.contains("Certificate required: yes"), "{told}");
    let answer = tools.join("answer.tsr");
    stamped_by_openssl(&tools, &request, &answer);
    // Somebody else's answer, then the right one.
    let other = city.room.path().join("other.txt");
    fs::write(&other, "another file").expect("written");
    let elsewhere = tools.join("other.tsr");
    stamped_by_openssl(&tools, &timestamp::ask(&other).expect("asked"), &elsewhere);
    assert!(timestamp::take(&mut repository, &file, &elsewhere, "clerk").is_err());
    assert!(!timestamp::beside(&file, ".tsr").exists(), "nothing is kept of what does not fit");
    let stamp = timestamp::take(&mut repository, &file, &answer, "clerk").expect("accepted");
    assert_eq!(stamp.policy, "1.2.3.4.1");
    let bytes = fs::read(&file).expect("readable");
    assert_eq!(timestamp::of_file(&file, &bytes).expect("one").expect("fits"), stamp);
    let verified = Command::new("openssl")
        .args(["ts", "-verify", "-in"])
        .arg(timestamp::beside(&file, ".tsr"))
        .arg("-queryfile")
        .arg(&request)
        .arg("-CAfile")
        .arg(tools.join("tsa.pem"))
        .output()
        .expect("openssl runs");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    // A file that was changed after it was asked about.
    fs::write(&file, [bytes.as_slice(), b" "].concat()).expect("written");
    assert!(timestamp::of_file(&file, &fs::read(&file).expect("readable")).expect("one").is_err());
    assert!(Clock::System.now().timestamp() - stamp.at.timestamp() < 600, "by the clock of this machine");
}
