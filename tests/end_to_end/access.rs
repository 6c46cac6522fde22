//! Who opened what is not public is an event, one for each command, and is written before anything is shown.

use crate::support::*;
use recordroom::access;
use recordroom::base::id::FamilyId;
use recordroom::model::event::Act;
use recordroom::model::review::Decision;
use recordroom::repository::Repository;
use serde_json::Value;
use std::process::Command;

fn city() -> (City, Vec<FamilyId>) {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let one = |n: u32| Message::new(&n.to_string(), "2024-12-10", &format!("road {n}"), "The road is closed.");
    take_in(&mut repository, &city.export("alarson.mbox", &(1..=3).map(one).collect::<Vec<_>>()));
    let families = families(&repository).into_iter().map(|(row, _)| row.id).collect();
    (city, families)
}

/// Runs a command as a person and gives back what it printed.
fn ask(city: &City, arguments: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_recordroom"))
        .args(["--as", "Maren Olstad", "--now", "2025-02-02"])
        .args(arguments)
        .env("RECORDROOM_REPOSITORY", city.repository_path())
        .output()
        .expect("the program runs");
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

fn opened(city: &City) -> Vec<(String, Value)> {
    let mut repository = city.open("2025-02-02");
    access::settle(&mut repository).expect("settled");
    let reading = repository.catalog().reading();
    let events = reading.events_about("items").expect("read").into_iter().filter(|event| event.act == Act::Opened);
    events.map(|event| (event.actor, serde_json::from_str(&event.details).expect("JSON"))).collect()
}

#[test]
fn each_command_is_one_event_with_count_root_and_numbers_and_without_what_was_searched_for() {
    let (city, families) = city();
    ask(&city, &["search", "road"]);
    ask(&city, &["show", "R-2"]);
    ask(&city, &["show", "F-3", "--original"]);
    ask(&city, &["search", "nothinglikethis"]);
    ask(&city, &["timeline", "pat@cedarbend.example"]);
    let all = opened(&city);
    let told: Vec<(&str, u64)> = all
        .iter()
        .map(|(_, one)| (one["command"].as_str().expect("a command"), one["items"].as_u64().expect("a count")))
        .collect();
    assert_eq!(told, [("search", 3), ("show", 1), ("show", 1), ("timeline", 3)], "what shows nothing is no access");
    assert!(all.iter().all(|(who, _)| who == "Maren Olstad"));
    assert_eq!(all[0].1["families"], serde_json::json!(families));
    assert_eq!(all[0].1["merkle_root"].as_str().map(str::len), Some(64));
    for (_, one) in &all {
        assert!(!one.to_string().contains("road"), "the words of a query are content: {one}");
    }
    let listed: Value =
        serde_json::from_str(&ask(&city, &["ledger", "access", "--item", "F-2", "--json"])).expect("JSON");
    assert_eq!(listed["count"], 3, "{listed}");
    assert_clean(&city.open("2025-02-02"));
}

fn decide(repository: &mut Repository, request: recordroom::base::id::RequestId, families: &[FamilyId], to: Decision) {
    let members = recordroom::review::Members::Families(families.to_vec());
    let basis = if to == Decision::Withheld { "Minn. Stat. \u{a7} 13.43, subd. 4" } else { "" };
    recordroom::review::decide(repository, request, &members, to, basis, "clerk").expect("decided");
}

#[test]
fn what_a_person_has_determined_to_be_public_is_opened_without_an_event() {
    let (city, families) = city();
    let mut repository = city.open("2025-02-01");
    let new = recordroom::request::NewRequest {
        kind: recordroom::model::request::RequestKind::Public,
        requester: String::new(),
        description: "roads".to_owned(),
        received_on: None,
        litigation_days: None,
        scope: recordroom::model::hold::Scope::default(),
    };
    let request = recordroom::request::open(&mut repository, new, "clerk").expect("opened").id;
    recordroom::request::collect(&mut repository, request, Some(&families), "clerk").expect("collected");
    decide(&mut repository, request, &families[..2], Decision::Responsive);
    decide(&mut repository, request, &families[2..], Decision::NotResponsive);
    let public = |repository: &Repository| -> Vec<bool> {
        let reading = repository.catalog().reading();
        families.iter().map(|family| reading.is_determined_public(*family).expect("read")).collect()
    };
    assert_eq!(public(&repository), [true, true, false], "what was only left out is not determined");
    assert_eq!(access::record(&mut repository, "show", &families[..2], "clerk").expect("looked"), None);
    assert!(access::record(&mut repository, "search", &families, "clerk").expect("recorded").is_some());
    // The reviewer changes a decision: what is withheld now is not public.
    decide(&mut repository, request, &families[1..2], Decision::Withheld);
    assert_eq!(public(&repository), [true, false, false]);
    let all = access::accesses(&repository.catalog().reading(), Some(families[2])).expect("read");
    assert_eq!((all.len(), all[0].items, all[0].listed), (1, Some(1), true));
}

#[test]
fn a_note_that_does_not_read_back_and_an_item_without_a_row_are_told_all_the_same() {
    let (city, families) = city();
    let mut repository = city.open("2025-02-02");
    access::note(&mut repository, "search", &[families[0], FamilyId::new(99)], "clerk").expect("noted");
    let path = repository.layout().opened_notes();
    let mut notes = std::fs::read_to_string(&path).expect("read");
    notes.push_str("{\"at\":\"2025");
    std::fs::write(&path, notes).expect("written");
    assert_eq!(access::settle(&mut repository).expect("settled"), 2);
    assert_eq!(access::settle(&mut repository).expect("settled"), 0, "each note once");
    let all = opened(&city);
    assert_eq!((all[0].0.as_str(), all[0].1["items"].as_u64()), ("clerk", Some(2)));
    assert_eq!(all[1].0, "unknown");
}
