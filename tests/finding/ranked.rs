//! The order of a review, its samples, and the decision to stop, in a repository.

use super::town::Town;
use recordroom::base::id::{FamilyId, RequestId};
use recordroom::model::hold::Scope;
use recordroom::model::request::RequestKind;
use recordroom::model::review::Decision;
use recordroom::ranking::{RankingError, SampleKind, draw, next, progress, stop};
use recordroom::repository::Repository;
use recordroom::request::{self, NewRequest};
use recordroom::review::{self, Members};

/// Families of the mailbox, and every how many of them are about drainage.
const LETTERS: usize = 120;
const EVERY: usize = 6;

/// A mailbox in which every sixth letter is about drainage, in words of its own, and the others are not.
fn mailbox() -> Town {
    let town = Town::empty();
    let (things, others) = (
        ["culvert", "ditch", "easement", "outlet", "catch basin"],
        ["lunch", "parking", "payroll", "printer", "picnic"],
    );
    let mut mbox = String::new();
    for number in 1..=LETTERS {
        let (one, two) = (number % 5, (number / 5) % 5);
        let (subject, body) = if number % EVERY == 0 {
            (
                format!("Drainage {number}"),
                format!("The {} and the {} carry the storm water of letter {number} away.", things[one], things[two]),
            )
        } else {
            (
                format!("Letter {number}"),
                format!("About the {} and the {} of our office in letter {number}.", others[one], others[two]),
            )
        };
        mbox.push_str(&format!(
            "From x@y Mon Mar  3 09:00:00 2025\r\nFrom: anna@cedarbend.example\r\nTo: bo@cedarbend.example\r\n\
             Subject: {subject}\r\nDate: Mon, 03 Mar 2025 09:00:00 -0600\r\nMessage-ID: <{number}@a>\r\n\r\n{body}\r\n\r\n"
        ));
    }
    town.take_in("anna.mbox", &mbox, "Anna Lee");
    town
}

fn is_relevant(family: FamilyId) -> bool {
    (family.get() as usize).is_multiple_of(EVERY)
}

fn ask(repository: &mut Repository, kind: RequestKind) -> RequestId {
    let new = NewRequest {
        kind,
        requester: "Pat Berg".to_owned(),
        description: "Everything on storm water and drainage".to_owned(),
        received_on: None,
        litigation_days: None,
        scope: Scope::default(),
    };
    let id = request::open(repository, new, "clerk").expect("opened").id;
    let all: Vec<FamilyId> = (1..=LETTERS as i64).map(FamilyId::new).collect();
    request::collect(repository, id, Some(&all), "clerk").expect("collected");
    id
}

fn decide(repository: &mut Repository, id: RequestId, families: &[FamilyId]) {
    for family in families {
        let decision = if is_relevant(*family) { Decision::Responsive } else { Decision::NotResponsive };
        review::decide(repository, id, &Members::Families(vec![*family]), decision, "", "reviewer").expect("decided");
    }
}

fn read_next(repository: &mut Repository, id: RequestId, limit: usize) -> Vec<FamilyId> {
    let order = next(repository, id, limit).expect("ranked");
    let families: Vec<FamilyId> = order.next.iter().map(|one| one.family).collect();
    decide(repository, id, &families);
    families
}

#[test]
fn what_is_asked_for_comes_first_and_the_words_say_why() {
    let town = mailbox();
    let mut repository = town.open();
    let id = ask(&mut repository, RequestKind::Public);
    let mut found = 0;
    for _ in 0..4 {
        found += read_next(&mut repository, id, 5).into_iter().filter(|one| is_relevant(*one)).count();
    }
    assert!(found >= 16, "{found} of 20 among the first 20 of {LETTERS}");
    let order = next(&repository, id, 3).expect("ranked");
    assert_eq!(order.undecided, LETTERS as u64 - 20, "the remainder is counted");
    assert_eq!(order, next(&repository, id, 3).expect("ranked"), "the same decisions give the same order");
    assert!(
        order.words.iter().any(|word| ["storm", "storm water", "water", "the storm"].contains(&word.as_str())),
        "{:?}",
        order.words
    );
}

#[test]
fn a_request_of_the_public_is_read_to_its_end() {
    let town = mailbox();
    let mut repository = town.open();
    for kind in [RequestKind::Public, RequestKind::DataSubject] {
        let id = ask(&mut repository, kind);
        read_next(&mut repository, id, 30);
        let refused = stop(&mut repository, id, 80, true, "enough", "attorney");
        assert!(
            matches!(&refused, Err(RankingError::Refused { message, .. }) if message.contains("no request in litigation")),
            "{refused:?}"
        );
        let error = request::close(&mut repository, id, "answered", "clerk").expect_err("90 are not read").to_string();
        assert!(error.contains("90 families"), "{error}");
        review::decide(&mut repository, id, &Members::Undecided, Decision::NotResponsive, "", "reviewer")
            .expect("decided");
        request::close(&mut repository, id, "answered", "clerk").expect("closed");
    }
}

#[test]
fn a_review_in_litigation_stops_by_the_attorneys_decision_and_the_rest_stays_open() {
    let town = mailbox();
    let mut repository = town.open();
    let id = ask(&mut repository, RequestKind::Litigation);
    let control = draw(&mut repository, id, SampleKind::Control, 90, "attorney").expect("drawn");
    assert_eq!((control.families.len(), control.population), (90, LETTERS as u64));
    let refused = |result: Result<_, RankingError>, words: &str| match result {
        Err(RankingError::Refused { message, .. }) => assert!(message.contains(words), "{message}"),
        other => panic!("{words}: {other:?}"),
    };
    refused(draw(&mut repository, id, SampleKind::Elusion, 5, "attorney"), "is not read yet");
    assert_eq!(read_next(&mut repository, id, 90), control.families, "what was drawn is read first");
    refused(draw(&mut repository, id, SampleKind::Control, 9, "attorney"), "has its control sample");
    let now = progress(&repository, id, 80).expect("read");
    assert_eq!(now.control, Some((90, 0)));
    let richness = now.richness.expect("known");
    assert!(richness.low < 1.0 / EVERY as f64 && richness.high > 1.0 / EVERY as f64, "{richness:?}");
    let missing = stop(&mut repository, id, 80, false, "agreed", "attorney");
    assert!(
        matches!(&missing, Err(RankingError::Refused { message, .. }) if message.contains("rule for stopping is not met"))
    );
    read_next(&mut repository, id, 12);
    let elusion = draw(&mut repository, id, SampleKind::Elusion, 12, "attorney").expect("drawn");
    assert_eq!(elusion.population, 18);
    assert_eq!(read_next(&mut repository, id, 12), elusion.families);
    let now = progress(&repository, id, 50).expect("read");
    assert_eq!((now.undecided, now.families), (6, LETTERS as u64));
    assert!(now.elusion[0].recall_low.is_some_and(|low| low > 0.5), "{:?}", now.elusion);
    let stopped =
        stop(&mut repository, id, 50, !now.rule.met, "agreed with opposing counsel", "attorney").expect("stopped");
    assert_eq!((stopped.undecided, stopped.rule_met), (6, now.rule.met));
    assert_eq!(review::stand(&repository, id).expect("read").undecided.len(), 6, "what is left stays listed");
    assert_eq!(progress(&repository, id, 50).expect("read").stopped.expect("recorded").by, "attorney");
    // What is collected later is not covered by what was decided before.
    drop(repository);
    let more = "From x@y Mon Mar  3 09:00:00 2025\r\nFrom: a@b.example\r\nSubject: later\r\nMessage-ID: <later@a>\r\n\r\nLater.\r\n\r\n";
    town.take_in("later.mbox", more, "Anna Lee");
    let mut repository = town.open();
    let later = FamilyId::new(LETTERS as i64 + 1);
    request::collect(&mut repository, id, Some(&[later]), "clerk").expect("collected");
    assert!(request::close(&mut repository, id, "settled", "clerk").is_err());
    assert!(progress(&repository, id, 50).expect("read").elusion[0].stale);
    decide(&mut repository, id, &[later]);
    request::close(&mut repository, id, "settled", "clerk").expect("closed");
}
