//! Decisions of a review: undone until they are told, looked at by a second person, offered on what says the same.

use crate::support::*;
use recordroom::base::id::{RecordId, RequestId};
use recordroom::base::monitor::VoidMonitor;
use recordroom::model::hold::Scope;
use recordroom::model::request::RequestKind;
use recordroom::model::review::{Decision, Determination, Ground, NotPublicClass, Privilege};
use recordroom::production::{ProduceOptions, produce};
use recordroom::repository::Repository;
use recordroom::request::{self, NewRequest, decided};
use recordroom::review::{self, Members, ReviewError, Why};
use std::fs;

const ADVICE: &str = "In my view the city should settle with the mill before the hearing in May and say nothing else.";

fn city(second: bool) -> (City, Repository, RequestId) {
    let city = City::exercise();
    if second {
        let profile = city.repository_path().join("recordroom.toml");
        let text = fs::read_to_string(&profile).expect("a profile");
        fs::write(&profile, text.replace("second_review_of_withheld = false", "second_review_of_withheld = true"))
            .expect("written");
    }
    let mut repository = city.open("2025-03-03");
    let mut with_plan = Message::new("plan", "2025-02-05", "plan", "The plan of the mill.");
    let file = || Some(("plan.txt".to_owned(), "text/plain".to_owned(), b"north wall, south wall and a door".to_vec()));
    with_plan.attachment = file();
    let mut again = Message::new("again", "2025-02-08", "again", "Once more, for the mill.");
    again.attachment = file();
    let quoted: String = ADVICE.split(". ").map(|line| format!("> {line}\n")).collect();
    let messages = [
        with_plan,
        again,
        Message::new("advice", "2025-02-06", "advice", ADVICE),
        Message::new("copy", "2025-02-07", "copy", ADVICE),
        Message::new("reply", "2025-02-09", "reply", &format!("I agree about the mill.\n\nShe wrote:\n{quoted}")),
        Message::new("lunch", "2025-02-10", "lunch", "Lunch by the mill at noon on Friday with the family?"),
    ];
    take_in(&mut repository, &city.export("alarson.mbox", &messages));
    confirm_all(&mut repository);
    let new = NewRequest {
        kind: RequestKind::Public,
        requester: "Ana Torres".to_owned(),
        description: "the mill".to_owned(),
        received_on: None,
        litigation_days: None,
        scope: Scope { query: Some("mill".to_owned()), ..Scope::default() },
    };
    let id = request::open(&mut repository, new, "clerk").expect("opened").id;
    request::collect(&mut repository, id, None, "clerk").expect("collected");
    (city, repository, id)
}

/// A member by the subject of its message: the message, or what is attached to it.
fn member(repository: &Repository, subject: &str, attached: bool) -> RecordId {
    let all = repository.catalog().reading().records(family_of(repository, subject)).expect("read");
    all.into_iter().find(|one| one.part.is_some() == attached).expect("a member").id
}

fn decide(repository: &mut Repository, id: RequestId, record: RecordId, decision: Decision, basis: &str, by: &str) {
    review::decide(repository, id, &Members::Records(vec![record]), decision, basis, by).expect("decided");
}

fn now(repository: &Repository, id: RequestId, record: RecordId) -> Option<Decision> {
    let all = repository.catalog().reading().decisions(id).expect("read");
    all.into_iter().find(|one| one.record == record).map(|one| one.decision)
}

#[track_caller]
fn refused<T>(result: Result<T, ReviewError>) -> String {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn decisions_are_undone_one_behind_the_other_until_a_production_tells_them() {
    let (city, mut repository, id) = city(false);
    let advice = member(&repository, "advice", false);
    assert!(refused(review::undo(&mut repository, id, &[], "why", "clerk")).contains("nothing is decided"));
    decide(&mut repository, id, advice, Decision::Responsive, "", "clerk");
    decide(&mut repository, id, advice, Decision::Withheld, "Minn. Stat. § 13.393", "attorney");
    assert!(refused(review::undo(&mut repository, id, &[advice], " ", "clerk")).contains("needs the reason"));
    review::undo(&mut repository, id, &[advice], "misread", "clerk").expect("undone");
    assert_eq!(now(&repository, id, advice), Some(Decision::Responsive), "the one before counts again");
    let undone = review::undo(&mut repository, id, &[advice], "misread", "clerk").expect("undone");
    assert_eq!((undone.undecided, now(&repository, id, advice)), (1, None));
    assert!(refused(review::undo(&mut repository, id, &[advice], "again", "clerk")).contains("has no decision"));
    // Without items: all that was decided in one act.
    review::decide(&mut repository, id, &Members::Undecided, Decision::Responsive, "", "clerk").expect("decided");
    let undone = review::undo(&mut repository, id, &[], "too fast", "clerk").expect("undone");
    assert_eq!((undone.members.len(), undone.undecided), (8, 8));
    assert_eq!(review::stand(&repository, id).expect("read").undecided.len(), 8);
    assert_clean(&repository);
    review::decide(&mut repository, id, &Members::Undecided, Decision::Responsive, "", "clerk").expect("decided");
    let (out, options) = (city.room.path().join("out"), ProduceOptions::default());
    produce(&mut repository, id, &out, &options, "clerk", &VoidMonitor).expect("produced");
    let told = refused(review::undo(&mut repository, id, &[advice], "late", "clerk"));
    assert!(told.contains("told by a production already"), "{told}");
    // A decision after it can be undone; what was told then is what counts again, and nothing new is to be produced.
    decide(&mut repository, id, advice, Decision::Withheld, "Minn. Stat. § 13.393", "attorney");
    review::undo(&mut repository, id, &[advice], "it stays public", "attorney").expect("undone");
    assert_eq!(now(&repository, id, advice), Some(Decision::Responsive));
    let again = produce(&mut repository, id, &city.room.path().join("two"), &options, "clerk", &VoidMonitor);
    assert!(again.expect_err("nothing new").to_string().contains("already"));
    let all = decided(&repository.catalog().reading(), id).expect("read");
    assert_eq!(all[&advice].len(), 1, "what was undone is told by the log alone");
    assert_clean(&repository);
}

#[test]
fn a_second_person_looks_at_what_is_kept_back_where_the_city_wants_it() {
    let (city, mut repository, id) = city(true);
    let advice = member(&repository, "advice", false);
    let lunch = member(&repository, "lunch", false);
    decide(&mut repository, id, advice, Decision::Withheld, "Minn. Stat. § 13.393", "Elaine Hegdahl");
    decide(&mut repository, id, lunch, Decision::NotGovernmentData, "", "Maren Olstad");
    review::decide(&mut repository, id, &Members::Undecided, Decision::Responsive, "", "Maren Olstad")
        .expect("decided");
    let (out, options) =
        (city.room.path().join("out"), ProduceOptions { repeats_reviewed: true, ..ProduceOptions::default() });
    let error = produce(&mut repository, id, &out, &options, "clerk", &VoidMonitor).expect_err("refused");
    assert!(error.to_string().contains("no second person has looked"), "{error}");
    assert!(refused(review::second(&mut repository, id, &[advice], "elaine hegdahl")).contains("somebody else"));
    assert_eq!(review::second(&mut repository, id, &[advice], "Maren Olstad").expect("agreed"), 1);
    assert_eq!(review::without_second(&repository.catalog().reading(), id).expect("read"), [lunch]);
    assert_eq!(review::second(&mut repository, id, &[], "Elaine Hegdahl").expect("agreed"), 1);
    // Whoever decides anew needs another second person.
    decide(&mut repository, id, advice, Decision::Withheld, "Minn. Stat. § 13.393", "Maren Olstad");
    assert_eq!(review::without_second(&repository.catalog().reading(), id).expect("read"), [advice]);
    review::second(&mut repository, id, &[], "Elaine Hegdahl").expect("agreed");
    produce(&mut repository, id, &out, &options, "clerk", &VoidMonitor).expect("produced");
    let page = fs::read_to_string(out.join("data/index.html")).expect("a page");
    assert!(!page.contains("Lunch"), "what is no government data is not given");
    assert_clean(&repository);
}

#[test]
fn decisions_are_offered_on_the_same_file_the_same_words_and_quotations() {
    let (_city, mut repository, id) = city(false);
    let all = |repository: &Repository| review::offers(repository, id).expect("read");
    assert!(all(&repository).is_empty(), "nothing is decided");
    let [advice, copy, reply] = ["advice", "copy", "reply"].map(|subject| member(&repository, subject, false));
    let [plan, again] = ["plan", "again"].map(|subject| member(&repository, subject, true));
    let ground = Ground { privilege: Some(Privilege::AttorneyClient), ..Ground::default() };
    let what = (Decision::Withheld, "Minn. Stat. § 13.393", &ground);
    review::decide_with(&mut repository, id, &Members::Records(vec![advice]), what, "attorney").expect("decided");
    let nonpublic = Ground { class: Some(NotPublicClass::Nonpublic), ..Ground::default() };
    let what = (Decision::Withheld, "Minn. Stat. § 13.37", &nonpublic);
    review::decide_with(&mut repository, id, &Members::Records(vec![plan]), what, "attorney").expect("decided");
    let offered: Vec<(RecordId, RecordId, Why)> =
        all(&repository).into_iter().map(|one| (one.record, one.like, one.why)).collect();
    for expected in [(copy, advice, Why::Duplicate), (reply, advice, Why::Quotes), (again, plan, Why::SameFile)] {
        assert!(offered.contains(&expected), "{expected:?} in {offered:?}");
    }
    assert_eq!(offered.len(), 3, "and on nothing else: {offered:?}");
    assert_eq!(now(&repository, id, copy), None, "an offer decides nothing");
    assert_eq!(review::accept(&mut repository, id, &[copy, again], "Maren Olstad").expect("taken"), 2);
    let stacks = decided(&repository.catalog().reading(), id).expect("read");
    let taken = stacks[&copy].last().expect("decided");
    assert_eq!((taken.decision, taken.by.as_str(), &taken.ground), (Decision::Withheld, "Maren Olstad", &ground));
    let lunch = member(&repository, "lunch", false);
    assert!(refused(review::accept(&mut repository, id, &[lunch], "clerk")).contains("no decision is offered"));
    let left: Vec<RecordId> = all(&repository).into_iter().map(|one| one.record).collect();
    assert_eq!(left, [reply]);
    // Given although it quotes: offered still, until somebody has decided otherwise.
    decide(&mut repository, id, reply, Decision::Responsive, "", "clerk");
    assert_eq!(all(&repository).len(), 1);
    decide(&mut repository, id, reply, Decision::NotResponsive, "", "clerk");
    assert!(all(&repository).is_empty(), "{:?}", all(&repository));
    assert_clean(&repository);
}

#[test]
fn decisions_are_offered_on_what_is_nearly_the_same_until_somebody_decides() {
    let city = City::exercise();
    let mut repository = city.open("2025-03-03");
    let notice = |day: &str, price: &str| {
        format!(
            "The mill will close the bridge on {day} for the repair of its deck. Residents of Oak Street are asked to park on \
             the north side and to call the clerk with questions about the detour. The work costs {price} dollars, which the \
             council approved at its last meeting, and it ends within two weeks if the weather allows it."
        )
    };
    let messages = [
        Message::new("first", "2025-02-05", "first", &notice("Monday", "9,000")),
        Message::new("second", "2025-02-06", "second", &notice("Tuesday", "9,000")),
        Message::new("third", "2025-02-07", "third", &notice("Tuesday", "9,500")),
        Message::new(
            "other",
            "2025-02-08",
            "other",
            "The mill asks for another date of its own hearing, as it did in May.",
        ),
    ];
    take_in(&mut repository, &city.export("alarson.mbox", &messages));
    confirm_all(&mut repository);
    let new = NewRequest {
        kind: RequestKind::Public,
        requester: "Ana Torres".to_owned(),
        description: "the mill".to_owned(),
        received_on: None,
        litigation_days: None,
        scope: Scope { query: Some("mill".to_owned()), ..Scope::default() },
    };
    let id = request::open(&mut repository, new, "clerk").expect("opened").id;
    request::collect(&mut repository, id, None, "clerk").expect("collected");
    let [first, second, third] = ["first", "second", "third"].map(|subject| member(&repository, subject, false));
    decide(&mut repository, id, first, Decision::NotResponsive, "", "clerk");
    let all = |repository: &Repository| -> Vec<(RecordId, RecordId, Why, Decision)> {
        let offers = review::offers(repository, id).expect("read");
        assert!(offers.iter().all(|one| (80..100).contains(&one.percent)), "{offers:?}");
        offers.into_iter().map(|one| (one.record, one.like, one.why, one.decision)).collect()
    };
    assert!(
        all(&repository).contains(&(second, first, Why::NearlySame, Decision::NotResponsive)),
        "{:?}",
        all(&repository)
    );
    assert_eq!(now(&repository, id, second), None, "an offer decides nothing");
    assert_eq!(review::accept(&mut repository, id, &[second], "Maren Olstad").expect("taken"), 1);
    assert_eq!(now(&repository, id, second), Some(Decision::NotResponsive));
    assert_eq!(all(&repository), [(third, second, Why::NearlySame, Decision::NotResponsive)], "the closest is offered");
    decide(&mut repository, id, third, Decision::Responsive, "", "clerk");
    assert!(all(&repository).is_empty(), "whoever decided has read it");
    assert_clean(&repository);
}

#[test]
fn what_a_decision_rests_on_fits_it() {
    let (_city, mut repository, id) = city(false);
    let advice = Members::Records(vec![member(&repository, "advice", false)]);
    let class = Ground { class: Some(NotPublicClass::Private), ..Ground::default() };
    let nobody = Determination { by: " ".to_owned(), on: "2025-03-03".parse().expect("a day"), reason: "x".to_owned() };
    let vague = Ground { determination: Some(nobody), ..Ground::default() };
    let rows: [(Decision, &str, &Ground, &str); 4] = [
        (Decision::Responsive, "", &class, "belongs to what is withheld"),
        (Decision::Withheld, "", &class, "needs its basis"),
        (Decision::PartlyWithheld, "because", &class, "names no section of law"),
        (Decision::Withheld, "Minn. Stat. § 13.37", &vague, "names who determined it"),
    ];
    for (decision, basis, ground, words) in rows {
        let told = refused(review::decide_with(&mut repository, id, &advice, (decision, basis, ground), "clerk"));
        assert!(told.contains(words), "{decision}: {told}");
    }
}
