//! From receipt to answer: clocks that nothing moves, identity, challenges, letters with verified citations, outcomes, what
//! was delivered after it is gone, and what is asked back.

use crate::support::*;
use chrono::NaiveDate;
use recordroom::base::id::{ProductionId, RequestId};
use recordroom::base::monitor::VoidMonitor;
use recordroom::catalog::PlanState;
use recordroom::citation;
use recordroom::disposition;
use recordroom::letters::Letter;
use recordroom::model::hold::Scope;
use recordroom::model::request::{RequestKind, RequestOutcome};
use recordroom::model::review::{Decision, Determination, Ground, NotPublicClass, Privilege};
use recordroom::production::{self, BreachNotice, Outcome, ProduceOptions, Wanted, produce};
use recordroom::repository::Repository;
use recordroom::request::fee::{FeeQuestion, Medium, Work, WorkFor};
use recordroom::request::{self, Named, NewIdentity, NewInspection, NewRequest, RequestError, RequestLetterKind};
use recordroom::review::{self, Members};
use std::fs;

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn open(repository: &mut Repository, kind: RequestKind, who: &str, query: &str) -> RequestId {
    let new = NewRequest {
        kind,
        requester: who.to_owned(),
        description: format!("everything about {query}"),
        received_on: None,
        litigation_days: None,
        scope: Scope { query: Some(query.to_owned()), ..Scope::default() },
    };
    request::open(repository, new, "Maren Olstad").expect("opened").id
}

/// A city with one message about the mill, one about its alarm code, one by the attorney.
fn city() -> (City, Repository) {
    let city = City::exercise();
    let mut repository = city.open("2025-03-03");
    let messages = [
        Message::new("mill", "2025-02-05", "mill", "The permit of the mill is ready."),
        Message::new("code", "2025-02-06", "code", "The alarm code of the mill is on the board."),
        Message::new("advice", "2025-02-07", "advice", "My advice on the mill: settle."),
    ];
    take_in(&mut repository, &city.export("alarson.mbox", &messages));
    confirm_all(&mut repository);
    (city, repository)
}

fn decide(repository: &mut Repository, id: RequestId, subject: &str, decision: Decision, basis: &str, ground: &Ground) {
    let members = Members::Families(vec![family_of(repository, subject)]);
    review::decide_with(repository, id, &members, (decision, basis, ground), "Maren Olstad").expect("decided");
}

fn letter(repository: &mut Repository, id: RequestId, kind: RequestLetterKind) -> Result<Letter, RequestError> {
    let named = Named { address: "12 Mill Street".to_owned(), ..Named::default() };
    request::write_letter(repository, id, kind, &named, "Maren Olstad").map(|written| written.letter)
}

/// Words of a letter without its line ends.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn refused<T>(result: Result<T, RequestError>) -> String {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error.to_string(),
    }
}

fn produced(city: &City, repository: &mut Repository, id: RequestId, name: &str) -> ProductionId {
    let (out, options) = (city.room.path().join(name), ProduceOptions::default());
    match produce(repository, id, &out, &options, "clerk", &VoidMonitor).expect("produced") {
        Outcome::Produced(made) => made.production.id,
        other => panic!("nothing was produced: {other:?}"),
    }
}

#[test]
fn the_clock_of_a_subject_of_data_is_moved_by_nothing_on_the_eight_worked_examples() {
    // Minn. Stat. § 13.04, subd. 3 with § 645.44, subd. 5; the October Monday is observed.
    let vectors = [
        ("2026-06-17", "2026-07-02"),
        ("2026-07-01", "2026-07-16"),
        ("2026-10-02", "2026-10-19"),
        ("2026-11-10", "2026-11-25"),
        ("2026-11-20", "2026-12-07"),
        ("2026-12-18", "2027-01-05"),
        ("2027-06-10", "2027-06-25"),
        ("2027-12-20", "2028-01-05"),
    ];
    let city = City::exercise();
    let profile = city.repository_path().join("recordroom.toml");
    let text = fs::read_to_string(&profile).expect("a profile");
    fs::write(&profile, text.replace("october_monday = false", "october_monday = true")).expect("written");
    for (received, due) in vectors {
        let mut repository = city.open(received);
        let id = open(&mut repository, RequestKind::DataSubject, "Ana Torres", "mill");
        request::ask(&mut repository, id, "which mill?", "clerk").expect("asked");
        request::clarified(&mut repository, id, "both", "clerk").expect("answered");
        let how = "license seen".to_owned();
        request::identify(&mut repository, id, &NewIdentity { how, ..NewIdentity::default() }, "clerk").expect("known");
        request::collect(&mut repository, id, None, "clerk").expect("collected");
        let request = repository.catalog().reading().request(id).expect("a request");
        assert_eq!(request.due.on, date(due), "received {received}");
        assert!(request.due.basis.starts_with("law:"), "{}", request.due.basis);
        assert_clean(&repository);
    }
}

#[test]
fn each_kind_has_its_clock_its_names_and_its_basis() {
    let (_city, mut repository) = city();
    use RequestKind::{Audit, DataSubject, Investigation, Litigation, Public, Standing, Subpoena, SummaryData};
    let rows: [(RequestKind, Option<u32>, &str, &str, bool); 9] = [
        (Public, None, "2025-03-17", "policy:", true),
        (Standing, None, "2025-03-17", "policy:", true),
        (SummaryData, None, "2025-03-13", "policy:", true),
        (DataSubject, None, "2025-03-17", "law:", false),
        (Litigation, Some(30), "2025-04-02", "30 days set by", false),
        (Subpoena, Some(14), "2025-03-17", "14 days set by", false),
        (Subpoena, None, "2025-04-02", "assumption of this program", false),
        (Audit, None, "2025-03-17", "policy:", false),
        (Investigation, Some(7), "2025-03-10", "7 days set by", false),
    ];
    for (kind, days, due, basis, anonymous) in rows {
        let ask = |who: &str| NewRequest {
            kind,
            requester: who.to_owned(),
            description: "the mill".to_owned(),
            received_on: None,
            litigation_days: days,
            scope: Scope { query: Some("mill".to_owned()), ..Scope::default() },
        };
        let made = request::open(&mut repository, ask("Ana Torres"), "clerk").expect("opened");
        assert_eq!(made.due.on, date(due), "{kind} {days:?}");
        assert!(made.due.basis.starts_with(basis), "{kind}: {}", made.due.basis);
        assert_eq!(request::open(&mut repository, ask(""), "clerk").is_ok(), anonymous, "{kind} without a name");
    }
    let wrong = NewRequest {
        kind: Public,
        requester: String::new(),
        description: "the mill".to_owned(),
        received_on: None,
        litigation_days: Some(5),
        scope: Scope::default(),
    };
    assert!(refused(request::open(&mut repository, wrong, "clerk")).contains("sets the days"));
    assert_clean(&repository);
}

#[test]
fn private_data_waits_for_the_identity_and_a_minor_may_have_it_withheld() {
    let (city, mut repository) = city();
    let public = open(&mut repository, RequestKind::Public, "", "mill");
    let id = NewIdentity { how: "license seen".to_owned(), ..NewIdentity::default() };
    let told = refused(request::identify(&mut repository, public, &id, "clerk"));
    assert!(told.contains("nobody has to say who they are"), "{told}");
    let own = open(&mut repository, RequestKind::DataSubject, "Ana Torres", "mill");
    request::collect(&mut repository, own, None, "clerk").expect("collected");
    review::decide(&mut repository, own, &Members::Undecided, Decision::Responsive, "", "clerk").expect("decided");
    let options = ProduceOptions::default();
    let out = city.room.path().join("out");
    let error = produce(&mut repository, own, &out, &options, "clerk", &VoidMonitor).expect_err("refused");
    assert!(error.to_string().contains("nobody has checked who asks"), "{error}");
    assert!(refused(request::inspect(&mut repository, own, &NewInspection::default(), "clerk")).contains("nobody"));
    assert!(refused(letter(&mut repository, own, RequestLetterKind::NoData)).contains("nobody has checked"));
    request::identify(&mut repository, own, &id, "clerk").expect("known");
    produced(&city, &mut repository, own, "out");
    let told = letter(&mut repository, own, RequestLetterKind::Response).expect("written").text;
    for words in ["of which you are the subject", "30 days to correct", "six months", "§ 13.04, subd. 3"] {
        assert!(flat(&told).contains(words), "{words}: {told}");
    }
    // Looking costs nothing, and is offered with a day or asks for one.
    let when = Named { when: "Mondays from 9 to 12 at the counter.".to_owned(), ..Named::default() };
    let offer = request::write_letter(&mut repository, own, RequestLetterKind::Inspection, &when, "clerk");
    let offer = flat(&offer.expect("written").letter.text);
    for words in ["free of charge", "When and where: Mondays from 9 to 12 at the counter.", "license seen", "§ 13.08"]
    {
        assert!(offer.contains(words), "{words}: {offer}");
    }
    // A challenge is answered by letter once it is decided.
    let accuracy = |repository: &mut Repository| letter(repository, own, RequestLetterKind::Accuracy);
    assert!(refused(accuracy(&mut repository)).contains("no accuracy was challenged"));
    request::challenge(&mut repository, own, "the date of the call", None, "clerk").expect("challenged");
    assert!(refused(accuracy(&mut repository)).contains("has no answer yet"));
    request::answer_challenge(&mut repository, own, 1, (false, "the bill says the same"), "clerk").expect("answered");
    let told = flat(&accuracy(&mut repository).expect("written").text);
    for words in ["the date of the call", "30 days", "right as it stands", "Why: the bill says the same.", "§ 13.072"]
    {
        assert!(told.contains(words), "{words}: {told}");
    }
    // A parent asks, and the minor asked before.
    let minor = open(&mut repository, RequestKind::DataSubject, "Pat Torres", "mill");
    request::collect(&mut repository, minor, None, "clerk").expect("collected");
    review::decide(&mut repository, minor, &Members::Undecided, Decision::Responsive, "", "clerk").expect("decided");
    let guardian = NewIdentity {
        how: "license seen".to_owned(),
        guardian_of: "Kim Torres, birth certificate seen".to_owned(),
        withheld_for_minor: "The minor asked in writing on March 1.".to_owned(),
    };
    request::identify(&mut repository, minor, &guardian, "clerk").expect("known");
    let error = produce(&mut repository, minor, &city.room.path().join("no"), &options, "clerk", &VoidMonitor);
    assert!(error.expect_err("refused").to_string().contains("§ 13.02, subd. 8"));
    let denial = letter(&mut repository, minor, RequestLetterKind::Denial).expect("written").text;
    assert!(denial.contains("Minn. Stat. § 13.02, subd. 8") && denial.contains("in the minor's interest"), "{denial}");
    assert_clean(&repository);
}

#[test]
fn a_challenge_keeps_the_request_open_and_its_data_protected() {
    let (city, mut repository) = city();
    let id = open(&mut repository, RequestKind::DataSubject, "Ana Torres", "mill");
    request::narrow(&mut repository, id, "agreed", "clerk").expect("narrowed");
    let what = (true, "corrected, the county told");
    assert!(refused(request::answer_challenge(&mut repository, id, 1, what, "clerk")).contains("no challenge 1"));
    request::close_as(&mut repository, id, Some(RequestOutcome::Inspected), "looked at", "clerk").expect("closed");
    drop(repository);
    let mut repository = city.open("2027-06-04");
    assert!(
        repository
            .catalog()
            .reading()
            .guards_of(family_of(&repository, "mill"), date("2027-06-04"))
            .expect("read")
            .is_empty()
    );
    let challenge = request::challenge(&mut repository, id, "the date", None, "clerk").expect("recorded");
    assert_eq!(challenge.due_on, date("2027-07-06"), "30 days, and off the fourth of July and its Monday");
    let guards = repository.catalog().reading().guards_of(family_of(&repository, "mill"), date("2027-06-04"));
    assert_eq!(guards.expect("read").len(), 1, "opened again, it protects again");
    assert_eq!(purge(&mut repository).destroyed, 0, "while its accuracy is disputed it is not destroyed");
    assert!(refused(request::close(&mut repository, id, "done", "clerk")).contains("waits for its answer"));
    request::answer_challenge(&mut repository, id, 1, what, "clerk").expect("answered");
    assert!(refused(request::answer_challenge(&mut repository, id, 1, what, "clerk")).contains("already"));
    request::close(&mut repository, id, "answered", "clerk").expect("closed");
    let public = open(&mut repository, RequestKind::Public, "Ana Torres", "mill");
    assert!(refused(request::challenge(&mut repository, public, "x", None, "clerk")).contains("only the subject"));
    assert_clean(&repository);
}

#[test]
fn what_was_shown_in_the_last_six_months_is_told_and_new_or_disputed_data_is_shown_again() {
    let (city, mut repository) = city();
    let how = NewIdentity { how: "license seen".to_owned(), ..NewIdentity::default() };
    let first = open(&mut repository, RequestKind::DataSubject, "Ana Torres", "mill");
    request::collect(&mut repository, first, None, "clerk").expect("collected");
    request::identify(&mut repository, first, &how, "clerk").expect("known");
    request::inspect(&mut repository, first, &NewInspection::default(), "clerk").expect("looked at");
    let mut repository = city.open("2025-09-03");
    let again = open(&mut repository, RequestKind::DataSubject, "ana torres", "mill");
    let memo = request::six_month_memo(&repository, again).expect("read").expect("shown in March");
    assert_eq!((memo.earlier, memo.until, memo.need_not_repeat()), (first, date("2025-09-03"), true));
    let other = open(&mut repository, RequestKind::DataSubject, "Bo Torres", "mill");
    assert_eq!(request::six_month_memo(&repository, other).expect("read"), None, "somebody else");
    let late = [Message::new("new", "2025-09-01", "new", "The mill burned.")];
    take_in(&mut repository, &city.export("alarson-2.mbox", &late));
    let memo = request::six_month_memo(&repository, again).expect("read").expect("shown");
    assert_eq!((memo.new_items, memo.need_not_repeat()), (1, false), "what is new is shown");
    request::challenge(&mut repository, first, "the date", None, "clerk").expect("challenged");
    assert!(request::six_month_memo(&repository, again).expect("read").expect("shown").disputed);
    let mut repository = city.open("2025-09-04");
    let later = open(&mut repository, RequestKind::DataSubject, "Ana Torres", "mill");
    assert_eq!(request::six_month_memo(&repository, later).expect("read"), None, "a day more than six months");
}

#[test]
fn an_answer_cites_each_withholding_and_nothing_that_nobody_has_verified() {
    let (city, mut repository) = city();
    let id = open(&mut repository, RequestKind::Public, "", "mill");
    let first = letter(&mut repository, id, RequestLetterKind::Acknowledgement).expect("written");
    for words in
        ["sets no number of days", "the city's own target", "March 17, 2025", "need not give one", "12 Mill Street"]
    {
        assert!(flat(&first.text).contains(words), "{words}: {}", first.text);
    }
    assert!(first.pdf.starts_with(b"%PDF-"));
    assert!(refused(letter(&mut repository, id, RequestLetterKind::Response)).contains("nothing was collected"));
    request::collect(&mut repository, id, None, "clerk").expect("collected");
    assert!(refused(letter(&mut repository, id, RequestLetterKind::NoData)).contains("no decision"));
    decide(&mut repository, id, "mill", Decision::Responsive, "", &Ground::default());
    let private = Ground { class: Some(NotPublicClass::Private), ..Ground::default() };
    decide(&mut repository, id, "code", Decision::Withheld, "Minn. Stat. § 13.355", &private);
    let advice = Ground { privilege: Some(Privilege::AttorneyClient), ..Ground::default() };
    decide(&mut repository, id, "advice", Decision::Withheld, "Minn. Stat. § 13.393", &advice);
    // Not verified: neither the log of a production nor a letter says it.
    let (out, options) = (city.room.path().join("out"), ProduceOptions::default());
    let error = produce(&mut repository, id, &out, &options, "clerk", &VoidMonitor).expect_err("refused");
    assert!(error.to_string().contains("counsel has to confirm") && !out.exists(), "{error}");
    let found = citation::confirm(&mut repository, "13.355 and 13.43", "revisor", "Elaine Hegdahl");
    assert!(found.expect_err("refused").to_string().contains("is not one citation"));
    citation::confirm(&mut repository, "Minn. Stat. § 13.355", "revisor.mn.gov of today", "Elaine Hegdahl")
        .expect("confirmed");
    produced(&city, &mut repository, id, "out");
    let told = letter(&mut repository, id, RequestLetterKind::Response).expect("written").text;
    for words in [
        "1 item withheld: Minn. Stat. § 13.355 (Social Security numbers, whole or in part; private data on individuals).",
        "1 item withheld: Minn. Stat. § 13.393",
        "attorney-client privilege is claimed",
        "P-1: 1 document on 1 page",
        "Where a program helped",
        "Nothing was ranked by a program",
        "Minn. Stat. § 13.072",
        "There is no charge",
    ] {
        assert!(flat(&told).contains(words), "{words}: {told}");
    }
    // Nor is a bare section one that nobody has to look up.
    decide(&mut repository, id, "code", Decision::Withheld, "13.384", &Ground::default());
    assert!(refused(letter(&mut repository, id, RequestLetterKind::Response)).contains("Minn. Stat. § 13.384"));
    // Security information wants a determination.
    decide(&mut repository, id, "code", Decision::Withheld, "Minn. Stat. § 13.37, subd. 1(a)", &Ground::default());
    assert!(refused(letter(&mut repository, id, RequestLetterKind::Response)).contains("wants a determination"));
    let determination = Determination {
        by: "Tom Halvorsen".to_owned(),
        on: date("2025-03-03"),
        reason: "the code opens the pump house".to_owned(),
    };
    let ground = Ground { determination: Some(determination), class: Some(NotPublicClass::Nonpublic), privilege: None };
    decide(&mut repository, id, "code", Decision::Withheld, "Minn. Stat. § 13.37, subd. 1(a)", &ground);
    let told = letter(&mut repository, id, RequestLetterKind::Response).expect("written").text;
    let told = flat(&told);
    assert!(told.contains("Tom Halvorsen determined this on March 3, 2025: the code opens the pump house."), "{told}");
    assert!(told.contains("ask us for a short written description"), "{told}");
    let all = request::progress(&repository.catalog().reading(), id).expect("read").letters;
    assert_eq!(all.len(), 3);
    let kept = request::letter_kept(&repository, id, 3).expect("kept").text;
    let kept = flat(&kept);
    assert_eq!(kept, told);
    assert_clean(&repository);
}

#[test]
fn nothing_responsive_and_all_withheld_have_letters_of_their_own_and_outcomes() {
    let (city, mut repository) = city();
    let none = open(&mut repository, RequestKind::Public, "Ana Torres", "zeppelin");
    request::collect(&mut repository, none, None, "clerk").expect("collected");
    let told = letter(&mut repository, none, RequestLetterKind::NoData).expect("written").text;
    assert!(told.contains("have no data that answers"), "{told}");
    assert!(refused(letter(&mut repository, none, RequestLetterKind::Denial)).contains("nothing is withheld"));
    let denied = open(&mut repository, RequestKind::Public, "Ana Torres", "advice");
    request::collect(&mut repository, denied, None, "clerk").expect("collected");
    let error = refused(request::close(&mut repository, denied, "done", "clerk"));
    assert!(error.contains("have no decision"), "{error}");
    decide(&mut repository, denied, "advice", Decision::Withheld, "Minn. Stat. § 13.393", &Ground::default());
    assert!(refused(letter(&mut repository, denied, RequestLetterKind::NoData)).contains("there is data"));
    let told = letter(&mut repository, denied, RequestLetterKind::Denial).expect("written").text;
    assert!(told.contains("1 item withheld: Minn. Stat. § 13.393"), "{told}");
    let (_, outcome) = request::close_as(&mut repository, denied, None, "denied", "clerk").expect("closed");
    assert_eq!(outcome, RequestOutcome::Denied);
    let certified =
        letter(&mut repository, denied, RequestLetterKind::CertifiedDenial).expect("also once it is closed");
    assert!(certified.text.contains("I certify") && certified.text.contains("§ 13.393"), "{}", certified.text);
    let progress = request::progress(&repository.catalog().reading(), denied).expect("read");
    let steps: Vec<&str> = progress.milestones.iter().map(|one| one.what).collect();
    assert_eq!(steps, ["opened", "collected", "first decision", "answered", "closed"]);
    let log = request::log(&repository.catalog().reading(), denied).expect("a log");
    assert!(log.len() >= 6 && log.windows(2).all(|two| two[0].event < two[1].event), "{}", log.len());
    // A letter that is not the one that was recorded, or is gone, is found.
    let name = "Q-2-1.sealed";
    let path = city.repository_path().join("letters").join(name);
    let sealed = fs::read(&path).expect("sealed");
    fs::copy(city.repository_path().join("letters/Q-1-1.sealed"), &path).expect("another in its place");
    assert!(report(&repository).findings.iter().any(|one| one.code == "letter-missing"), "bound to its name");
    fs::remove_file(&path).expect("removed");
    assert!(report(&repository).findings.iter().any(|one| one.code == "letter-missing" && one.subject == "Q-2"));
    fs::write(&path, sealed).expect("put back");
    // A withdrawn one closes as it stands.
    let open = open(&mut repository, RequestKind::Public, "", "mill");
    request::collect(&mut repository, open, None, "clerk").expect("collected");
    request::close_as(&mut repository, open, Some(RequestOutcome::Withdrawn), "taken back", "clerk").expect("closed");
    assert_clean(&repository);
}

#[test]
fn a_fee_is_recorded_told_prepaid_and_not_waived_by_asking_in_slices() {
    let (city, _) = city();
    let profile = city.repository_path().join("recordroom.toml");
    let text = fs::read_to_string(&profile).expect("a profile");
    fs::write(&profile, text.replace("waive_up_to_cents = 0", "waive_up_to_cents = 1000")).expect("written");
    let mut repository = city.open("2025-03-03");
    let question = |pages| FeeQuestion {
        kind: RequestKind::Public,
        medium: Medium::Paper,
        pages,
        work: vec![Work { purpose: WorkFor::Redaction, minutes: 60, cents_per_hour: 3_000 }],
        materials: Vec::new(),
        vendors: Vec::new(),
        waived_lately_cents: 0,
    };
    let first = open(&mut repository, RequestKind::Public, "Ana Torres", "mill");
    assert!(refused(letter(&mut repository, first, RequestLetterKind::Estimate)).contains("nothing is estimated"));
    let fee = request::estimate(&mut repository, first, question(30), (true, true), "clerk").expect("a fee");
    assert_eq!((fee.total_cents, fee.due_cents()), (750, 0), "the city asks for nothing up to ten dollars");
    let second = open(&mut repository, RequestKind::Public, "ana torres", "mill");
    let fee = request::estimate(&mut repository, second, question(30), (true, true), "clerk").expect("a fee");
    assert_eq!(fee.due_cents(), 750, "the same requester a short while later");
    let told = letter(&mut repository, second, RequestLetterKind::Estimate).expect("written").text;
    let told = flat(&told);
    for words in
        ["30 pages at $0.25 each: $7.50 (Minn. Stat. § 13.03, subd. 3(c))", "never charged: $0.00", "Please pay $7.50"]
    {
        assert!(flat(&told).contains(words), "{words}: {told}");
    }
    request::paid(&mut repository, second, 500, "cash", "clerk").expect("paid");
    assert_eq!(request::progress(&repository.catalog().reading(), second).expect("read").unpaid_cents(), 250);
    let suit = open(&mut repository, RequestKind::Litigation, "Ana Torres", "mill");
    let error = refused(request::estimate(&mut repository, suit, question(30), (true, false), "clerk"));
    assert!(error.contains("ask the attorney"), "{error}");
    // By the following year it is another matter.
    let mut repository = city.open("2026-03-03");
    let third = open(&mut repository, RequestKind::Public, "Ana Torres", "mill");
    let fee = request::estimate(&mut repository, third, question(30), (true, true), "clerk").expect("a fee");
    assert_eq!(fee.due_cents(), 0);
    assert_clean(&repository);
}

#[test]
fn what_was_given_by_mistake_is_asked_for_again_and_stays_told_after_it_is_gone() {
    let (city, mut repository) = city();
    let id = open(&mut repository, RequestKind::Public, "Ana Torres", "mill");
    request::collect(&mut repository, id, None, "clerk").expect("collected");
    review::decide(&mut repository, id, &Members::Undecided, Decision::Responsive, "", "clerk").expect("decided");
    let production = produced(&city, &mut repository, id, "out");
    let advice = family_of(&repository, "advice");
    let record = repository.catalog().reading().records(advice).expect("read")[0].id;
    let wanted = Wanted { records: vec![record], reason: "it was privileged".to_owned(), ..Wanted::default() };
    let nothing = Wanted { reason: "because".to_owned(), ..Wanted::default() };
    assert!(production::claw_back(&mut repository, production, &nothing, "clerk").is_err());
    let outside = Wanted { numbers: vec!["CITY-00000099".parse().expect("a number")], ..wanted.clone() };
    let error = production::claw_back(&mut repository, production, &outside, "clerk").expect_err("refused");
    assert!(error.to_string().contains("CITY-00000099 is not in P-1"), "{error}");
    let done = production::claw_back(&mut repository, production, &wanted, "clerk").expect("written");
    let text = flat(&done.letter.text);
    for words in ["To: Ana Torres", "- CITY-00000003", "it was privileged", "Return or destroy every copy", "§ 13.055"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("settle"), "the notice tells nothing of what stands on the page");
    let open = production::claw_backs(&repository.catalog().reading(), production).expect("read");
    assert!(matches!(&open[..], [one] if one.assessed.is_none() && one.records == [record]));
    let found = (true, 1, "read by one person");
    production::assess(&mut repository, production, 1, found, "Elaine Hegdahl").expect("assessed");
    assert!(production::assess(&mut repository, production, 1, found, "Elaine Hegdahl").is_err(), "once");
    // Whose data it was is told, what kind of data, and nothing of the data; the ledger does not know whom.
    let mut tell = |number, notice: &BreachNotice| {
        production::tell_of_breach(&mut repository, production, number, notice, "clerk")
    };
    let notice = BreachNotice { to: "Ann Lee".to_owned(), data: "your address".to_owned(), ..BreachNotice::default() };
    assert!(tell(2, &notice).is_err(), "there is no such claw-back");
    assert!(tell(1, &BreachNotice { data: String::new(), ..notice.clone() }).is_err());
    let told = tell(1, &notice).expect("written");
    assert_eq!((told.number, told.name.as_str()), (1, "P-1-breach-1-1"));
    let text = flat(&told.letter.text);
    for words in ["To: Ann Lee", "your address.", "§ 13.055", "The city will make a report", "by mail or by e-mail"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let events = repository.catalog().reading().events_about(&production.to_string()).expect("events");
    assert!(events.iter().all(|event| !event.details.contains("Ann Lee")));
    request::close(&mut repository, id, "answered", "clerk").expect("closed");
    let mut repository = city.open("2028-03-03");
    assert_eq!(purge(&mut repository).destroyed, 3);
    let reading = repository.catalog().reading();
    let told = request::delivered(&reading, id).expect("told");
    let [one] = &told[..] else { panic!("one production") };
    assert_eq!((one.to.as_str(), one.items.len()), ("Ana Torres", 3));
    assert!(one.items.iter().all(|item| item.destroyed_at.is_some()), "the records are gone");
    assert_eq!(one.items.iter().filter(|item| item.clawed_back == Some(done.event)).count(), 1);
    let of_one = request::delivered_with(&reading, advice).expect("told");
    assert!(matches!(&of_one[..], [one] if one.items.len() == 1 && one.items[0].record == record));
    assert_clean(&repository);
}

#[test]
fn a_plan_that_is_not_to_be_run_is_withdrawn_and_not_refused_every_night() {
    let city = City::exercise();
    let mut repository = city.open("2027-01-01");
    take_in(&mut repository, &city.export("alarson.mbox", &[Message::new("old", "2024-01-10", "old", "Old.")]));
    confirm_all(&mut repository);
    let id = approved_plan(&mut repository);
    assert!(disposition::withdraw(&mut repository, id, " ", "clerk").is_err(), "a reason is needed");
    disposition::withdraw(&mut repository, id, "the schedule is being changed", "clerk").expect("withdrawn");
    assert_eq!(repository.catalog().reading().plan(id).expect("read").1, PlanState::Withdrawn);
    assert!(run(&mut repository, id).expect_err("refused").to_string().contains("was withdrawn"));
    assert!(disposition::withdraw(&mut repository, id, "again", "clerk").is_err());
    assert_clean(&repository);
    let next = approved_plan(&mut repository);
    assert_eq!(run(&mut repository, next).expect("executed").destroyed, 1);
    assert!(disposition::withdraw(&mut repository, next, "too late", "clerk").is_err(), "it was executed");
    assert_clean(&repository);
}
