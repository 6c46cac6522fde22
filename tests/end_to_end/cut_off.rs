//! Holds and requests that were cut off before they had looked at anything: they are in force all the same, and what they
//! had not looked at is let go like the rest, never at once.

use crate::support::*;
use recordroom::base::fault::{FaultKind, arm, disarm};
use recordroom::base::id::{HoldId, PlanId, RequestId};
use recordroom::hold;
use recordroom::model::hold::Scope;
use recordroom::model::request::RequestKind;
use recordroom::repository::Repository;
use recordroom::request::{self, NewRequest};

const TODAY: &str = "2025-02-01";
/// 40 days later: every cooling period that began today is over.
const LATER: &str = "2025-03-13";

fn query(text: &str) -> Scope {
    Scope { query: Some(text.to_owned()), ..Scope::default() }
}

/// Two items that are due, and an approved plan that names both.
fn city() -> (City, PlanId) {
    let city = City::exercise();
    let mut repository = city.open(TODAY);
    let one = |word: &str| Message::new(word, "2024-01-10", word, &format!("About the {word}."));
    take_in(&mut repository, &city.export("alarson.mbox", &[one("mill"), one("road")]));
    confirm_all(&mut repository);
    let id = approved_plan(&mut repository);
    (city, id)
}

/// Does something that is cut off as soon as it is recorded, before anything was looked at.
fn cut_off<T: std::fmt::Debug, E: std::fmt::Debug>(
    repository: &mut Repository,
    recorded: impl Fn(&Repository) -> usize,
    mut act: impl FnMut(&mut Repository) -> Result<T, E>,
) {
    // A number that was written beside the keys is not written again: then its points are not passed any more.
    let profile = repository.profile();
    let places = [&profile.key_set, &profile.key_set_second].map(|place| place.join("numbers-given"));
    let numbers = || places.each_ref().map(|path| std::fs::read(path).ok());
    let mut nth = 1;
    loop {
        let before = numbers();
        arm(FaultKind::Crash, nth);
        let result = act(repository);
        disarm();
        assert!(result.is_err(), "it is cut off");
        if recorded(repository) > 0 {
            return;
        }
        nth = if numbers() == before { nth + 1 } else { 1 };
    }
}

fn placed(repository: &mut Repository, scope: &Scope) -> HoldId {
    let holds = |repository: &Repository| repository.catalog().reading().holds().expect("read").len();
    cut_off(repository, holds, |repository| hold::place(repository, "Case", "because", scope, "attorney"));
    repository.catalog().reading().holds().expect("read")[0].id
}

fn opened(repository: &mut Repository, scope: &Scope) -> RequestId {
    let requests = |repository: &Repository| repository.catalog().reading().requests().expect("read").len();
    let new = NewRequest {
        kind: RequestKind::Public,
        requester: String::new(),
        description: "something".to_owned(),
        received_on: None,
        litigation_days: None,
        scope: scope.clone(),
    };
    cut_off(repository, requests, |repository| request::open(repository, new.clone(), "clerk"));
    repository.catalog().reading().requests().expect("read")[0].id
}

#[test]
fn a_hold_cut_off_and_amended_lets_go_only_after_the_cooling_period() {
    let (city, _) = city();
    let mut repository = city.open(TODAY);
    let id = placed(&mut repository, &query("mill"));
    let amended = hold::amend(&mut repository, id, &query("road"), "another claim", "attorney", None).expect("amended");
    assert_eq!((amended.covered, amended.let_go), (1, 1));
    assert_eq!(purge(&mut repository).destroyed, 0, "the mill cools down, the road is held");
    let mut repository = city.open(LATER);
    assert_eq!(purge(&mut repository).destroyed, 1);
    assert_eq!(subjects(&repository), ["road".to_owned()].into());
    assert_clean(&repository);
}

#[test]
fn a_hold_cut_off_and_released_frees_nothing_that_an_older_plan_names() {
    let (city, plan) = city();
    let mut repository = city.open(TODAY);
    let id = placed(&mut repository, &query("mill"));
    assert_eq!(hold::release(&mut repository, id, "settled", "attorney").expect("released"), 1);
    let done = run(&mut city.open(LATER), plan).expect("executed");
    assert_eq!(done.destroyed, 1, "{:?}", done.dropped);
    assert_eq!(subjects(&city.open(LATER)), ["mill".to_owned()].into(), "only a plan made since can name it");
    assert_clean(&city.open(LATER));
}

#[test]
fn a_request_cut_off_and_narrowed_or_closed_frees_nothing_that_an_older_plan_names() {
    for narrows in [true, false] {
        let (city, plan) = city();
        let mut repository = city.open(TODAY);
        let id = opened(&mut repository, &query("mill"));
        if narrows {
            // It asks for the mill; until then it had protected everything.
            assert_eq!(request::narrow(&mut repository, id, "agreed", "clerk").expect("narrowed"), 1);
        } else {
            request::close(&mut repository, id, "answered", "clerk").expect("closed");
        }
        let done = run(&mut city.open(LATER), plan).expect("executed");
        assert_eq!(done.destroyed, 0, "{:?}", done.dropped);
        assert_clean(&city.open(LATER));
    }
}
