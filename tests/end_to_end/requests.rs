//! What a request protects: its whole custodian and date scope from receipt, until a decision narrows it; and cycle by cycle
//! when it is a standing one.

use crate::support::*;
use recordroom::base::id::RequestId;
use recordroom::model::hold::Scope;
use recordroom::model::request::RequestKind;
use recordroom::repository::Repository;
use recordroom::request::{self, NewRequest};
use std::collections::BTreeSet;

fn ask(repository: &mut Repository, scope: Scope) -> RequestId {
    let new = NewRequest {
        kind: RequestKind::Public,
        requester: String::new(),
        description: "the mill".to_owned(),
        received_on: None,
        litigation_days: None,
        scope,
    };
    request::open(repository, new, "clerk").expect("opened").id
}

fn protected(repository: &Repository) -> BTreeSet<String> {
    let today = repository.today();
    let reading = repository.catalog().reading();
    let all = families(repository).into_iter();
    all.filter(|(row, _)| !reading.guards_of(row.id, today).expect("read").is_empty())
        .map(|(_, item)| item.subject)
        .collect()
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn city() -> (City, Repository) {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let mut picture = Message::new("picture", "2024-01-12", "picture", "See the picture.");
    picture.attachment = Some(("scan.png".to_owned(), "image/png".to_owned(), vec![0x89, b'P', b'N', b'G', 1, 2]));
    let anna = [
        Message::new("mill", "2024-01-10", "mill", "The mill."),
        Message::new("lunch", "2024-01-11", "lunch", "Noon."),
        picture,
        Message::new("undated", "", "undated", "Some day."),
        Message::new("earlier", "2023-06-01", "earlier", "Before."),
    ];
    take_in(&mut repository, &city.export("alarson.mbox", &anna));
    take_in(&mut repository, &city.export("bstone.mbox", &[Message::new("his", "2024-01-11", "his", "His.")]));
    confirm_all(&mut repository);
    (city, repository)
}

#[test]
fn from_receipt_a_request_protects_its_whole_custodian_and_date_scope_until_it_is_narrowed() {
    let (city, mut repository) = city();
    let scope = Scope {
        custodians: vec![repository.custodian_named("Anna Larson").expect("a custodian")],
        from: "2024-01-01".parse().ok(),
        query: Some("mill".to_owned()),
        ..Scope::default()
    };
    let older = approved_plan(&mut repository);
    let id = ask(&mut repository, scope);
    assert_eq!(protected(&repository), set(&["mill", "lunch", "picture", "undated"]), "whatever words it asks for");
    assert_eq!(plan(&mut repository).counts.eligible, 2, "his, and what came before");
    // What comes in later is inside in the same way.
    take_in(&mut repository, &city.export("alarson-2.mbox", &[Message::new("late", "2024-02-01", "late", "Late.")]));
    assert!(protected(&repository).contains("late"));
    assert_clean(&repository);
    assert!(request::narrow(&mut repository, id, " ", "clerk").is_err(), "a decision has its reason");
    assert_eq!(request::narrow(&mut repository, id, "agreed", "clerk").expect("narrowed"), 3, "no mill in them");
    assert!(request::narrow(&mut repository, id, "again", "clerk").is_err());
    let asked = set(&["mill", "picture"]);
    assert_eq!(protected(&repository), asked, "what it asks for, and what cannot be searched");
    // No plan from before it reaches what was let go.
    let done = run(&mut repository, older).expect("executed");
    assert_eq!(done.destroyed, 2, "{:?}", done.dropped);
    assert!(subjects(&repository).contains("lunch"));
    confirm_all(&mut repository);
    assert_eq!(purge(&mut repository).destroyed, 2, "only one that was made since");
    let until = request::close(&mut repository, id, "answered", "clerk").expect("closed");
    assert_eq!(until.to_string(), "2025-03-03");
    assert_eq!(protected(&repository), asked);
    assert_clean(&repository);
    assert!(protected(&city.open("2025-03-04")).is_empty());
}

#[test]
fn words_alone_protect_everything_until_somebody_has_decided_what_is_meant() {
    let (_city, mut repository) = city();
    let id = ask(&mut repository, Scope { query: Some("mill".to_owned()), ..Scope::default() });
    assert_eq!(protected(&repository).len(), 6);
    request::close(&mut repository, id, "withdrawn", "clerk").expect("closed");
    assert_eq!(protected(&repository).len(), 6, "and through the city's days after it was closed");
    assert!(request::narrow(&mut repository, id, "too late", "clerk").is_err());
    assert_clean(&repository);
}

#[test]
fn a_standing_request_protects_each_cycle_until_it_is_delivered_and_is_confirmed_every_year() {
    let (city, mut repository) = city();
    let id = ask(&mut repository, Scope { query: Some("mill".to_owned()), ..Scope::default() });
    request::narrow(&mut repository, id, "agreed", "clerk").expect("narrowed");
    assert!(request::cycle_delivered(&mut repository, id, "sent", "clerk").is_err(), "not a standing one yet");
    request::make_standing(&mut repository, id, 30, "clerk").expect("standing");
    assert!(request::make_standing(&mut repository, id, 30, "clerk").is_err());
    assert!(request::make_standing(&mut repository, id, 0, "clerk").is_err());
    let due = request::standing_requests(&repository).expect("listed");
    assert_eq!(
        (due[0].deliver_from.to_string(), due[0].reconfirm_by.to_string()),
        ("2025-03-03".into(), "2026-02-01".into())
    );
    let refused = request::cycle_delivered(&mut repository, id, "sent", "clerk").expect_err("not collected");
    assert!(refused.to_string().contains("not collected"), "{refused}");
    request::collect(&mut repository, id, None, "clerk").expect("collected");
    let until = request::cycle_delivered(&mut repository, id, "sent", "clerk").expect("delivered");
    assert_eq!(until.to_string(), "2025-03-03", "the city's days");
    assert!(protected(&repository).contains("mill"));
    // The next cycle: what comes in is protected, whatever became of the last one.
    let mut repository = city.open("2025-03-10");
    assert!(!protected(&repository).contains("mill"), "delivered, and the days are over");
    let late = [Message::new("mill two", "2024-02-02", "mill two", "The mill again.")];
    take_in(&mut repository, &city.export("alarson-2.mbox", &late));
    assert!(protected(&repository).contains("mill two"));
    assert_clean(&repository);
    assert!(request::reconfirm(&mut repository, id, "", "clerk").is_err());
    let mut repository = city.open("2026-03-10");
    assert!(protected(&repository).contains("mill two"), "nothing ends by itself");
    assert!(request::standing_requests(&repository).expect("listed")[0].reconfirm_by < repository.today());
    assert_eq!(
        request::reconfirm(&mut repository, id, "by telephone", "clerk").expect("said").to_string(),
        "2027-03-10"
    );
    assert_clean(&repository);
}
