//! Why an item is still here: four worked examples, as the command prints them; events of items and matters; and an
//! edition that is tried before it is adopted.

use crate::support::*;
use recordroom::base::id::FamilyId;
use recordroom::hold;
use recordroom::model::classification::RecordStatus;
use recordroom::model::disposition::Eligibility;
use recordroom::model::hold::Scope;
use recordroom::repository::Repository;
use recordroom::retention::{
    Adopted, Move, RetentionError, Whose, adopt, cancel_happening, gather_matter, happenings, overdue, record_filing,
    record_happening, what_if, why,
};
use recordroom::schedule::{parse, shipped};
use std::fs;
use std::process::Command;

const CONTRACTS: &str = r#"
key = "cedar-bend-2021"
title = "Cedar Bend general schedule, 2021"
effective_on = "2021-03-31"
authority = { kind = "approved-schedule", citation = "Panel approval of 2021", adoption_acknowledged_on = "2021-06-01" }
series = [
  { key = "contracts", code = "FIN 12", title = "Contracts", keep = "6 years after contract-ended", as_written = "6 years after contract ends", statute = "541.05", classification = "Public" },
  { key = "passing", title = "Messages of passing interest", keep = "90 days after sent", statuses = ["transitory"], kinds = ["email", "text"], applies_without_series = true },
  { key = "recordings", title = "Recordings", keep = "0 days after sent", maximum = "60 days after sent" },
]
"#;

/// What the command prints about an item, without the item itself; paths of the room are written ROOM.
fn asked(city: &City, on: &str, arguments: &[&str]) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_recordroom"))
        .args(["--repository", &city.repository_path().to_string_lossy(), "--now", on, "--as", "clerk"])
        .args(arguments)
        .output()
        .expect("run");
    let text = String::from_utf8_lossy(&out.stdout).replace(&*city.room.path().to_string_lossy(), "ROOM");
    assert!(out.status.success(), "{text}{}", String::from_utf8_lossy(&out.stderr));
    text.split("\n\nR-").next().unwrap_or_default().trim_end().to_owned()
}

fn city_of(schedules: &[&str]) -> City {
    let city = City::new(true);
    for text in schedules {
        adopt(&mut city.open("2025-01-01"), text, "clerk").expect("adopted");
    }
    city
}

fn take(city: &City, on: &str, name: &str, text: &str) -> (Repository, FamilyId) {
    let path = city.room.path().join("exports").join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fs::write(&path, text).expect("written");
    let mut repository = city.open(on);
    take_in(&mut repository, &path);
    let family = families(&repository)[0].0.id;
    (repository, family)
}

#[test]
fn an_official_e_mail_waits_for_the_end_of_its_contract() {
    let city = city_of(&[CONTRACTS, shipped("otsego-2024").expect("shipped")]);
    let letter = mbox(&[Message::new("1", "2019-04-02", "Contract 24-17", "Signed copy.")]);
    let (mut repository, family) = take(&city, "2026-02-01", "alarson/contracts.mbox", &letter);
    confirm(&mut repository, &[family], RecordStatus::Official, "contracts");
    let on = "2019-12-31".parse().expect("a day");
    gather_matter(&mut repository, "Contract 24-17", &[family], "the contract file", "clerk").expect("gathered");
    record_happening(&mut repository, "contract ended", on, &Whose::Matter("Contract 24-17"), "final payment", "clerk")
        .expect("recorded");
    record_filing(&mut repository, &[family], "Laserfiche 118204", "clerk").expect("filed");
    drop(repository);
    assert_eq!(asked(&city, "2026-03-01", &["show", "R-1", "--why"]), include_str!("why/contract.txt").trim_end());
    let earlier = asked(&city, "2026-03-01", &["show", "R-1", "--why", "--on", "2025-12-31"]);
    assert!(earlier.contains("On 2025-12-31: R-1 may be destroyed from 2026-01-01 on, not earlier."), "{earlier}");
    let json: serde_json::Value =
        serde_json::from_str(&asked(&city, "2026-03-01", &["show", "R-1", "--why", "--json"])).expect("JSON");
    assert_eq!(json["why"]["rules"][0]["counted"][0]["from"], "2019-12-31");
    assert_eq!(json["why"]["events"][0]["matter"], "Contract 24-17");
}

#[test]
fn a_personal_text_on_a_city_phone_goes_by_the_working_period_and_needs_an_authority() {
    let city = city_of(&[CONTRACTS, shipped("otsego-2024").expect("shipped")]);
    let backup = "<?xml version='1.0' encoding='UTF-8'?>\n<smses count=\"1\">\n\
        <sms protocol=\"0\" address=\"6125550143\" date=\"1759500000000\" type=\"1\" body=\"Milk and eggs please\" read=\"1\" status=\"-1\" date_sent=\"1759500000000\" contact_name=\"Home\" />\n</smses>\n";
    let (mut repository, family) = take(&city, "2026-02-01", "bstone/sms.xml", backup);
    confirm(&mut repository, &[family], RecordStatus::Personal, "");
    drop(repository);
    assert_eq!(asked(&city, "2026-03-01", &["show", "R-1", "--why"]), include_str!("why/personal.txt").trim_end());
}

#[test]
fn a_held_transitory_message_stays_although_its_period_is_over() {
    let city = city_of(&[CONTRACTS]);
    let message = mbox(&[Message::new("1", "2025-03-04", "Donuts", "In the break room.")]);
    let (mut repository, family) = take(&city, "2025-04-01", "alarson/inbox.mbox", &message);
    confirm(&mut repository, &[family], RecordStatus::Transitory, "");
    drop(repository);
    let mut repository = city.open("2025-07-01");
    plan(&mut repository);
    let scope = Scope { families: vec![family], ..Scope::default() };
    hold::place(&mut repository, "Hanson v. City", "notice of claim", &scope, "attorney").expect("placed");
    drop(repository);
    assert_eq!(asked(&city, "2025-07-02", &["show", "R-1", "--why"]), include_str!("why/held.txt").trim_end());
}

#[test]
fn a_call_row_is_kept_because_no_schedule_reaches_it() {
    let city = city_of(&[CONTRACTS, shipped("otsego-2024").expect("shipped")]);
    let calls = "<?xml version='1.0' encoding='UTF-8'?>\n<calls count=\"1\">\n\
        <call number=\"6125550143\" duration=\"63\" date=\"1709305200000\" type=\"1\" contact_name=\"Home\" />\n</calls>\n";
    let (mut repository, family) = take(&city, "2026-02-01", "bstone/calls.xml", calls);
    confirm(&mut repository, &[family], RecordStatus::Transitory, "");
    drop(repository);
    assert_eq!(asked(&city, "2026-03-01", &["show", "R-1", "--why"]), include_str!("why/call.txt").trim_end());
}

fn verdict(repository: &Repository, family: FamilyId) -> Eligibility {
    let row = repository.catalog().reading().family(family).expect("here");
    why(repository, &row, repository.today(), Vec::new()).expect("answered").verdict.eligibility
}

fn contract(on: &str) -> (City, Repository, Vec<FamilyId>) {
    let city = city_of(&[CONTRACTS]);
    let letters: Vec<Message> =
        (1..=3).map(|n| Message::new(&n.to_string(), "2015-04-02", &format!("letter {n}"), "Signed.")).collect();
    let path = city.export("alarson/contracts.mbox", &letters);
    let mut repository = city.open(on);
    take_in(&mut repository, &path);
    let all: Vec<FamilyId> = families(&repository).into_iter().map(|(row, _)| row.id).collect();
    confirm(&mut repository, &all, RecordStatus::Official, "contracts");
    (city, repository, all)
}

#[test]
fn what_happened_to_a_matter_counts_for_what_is_put_into_it_later_and_the_latest_day_counts() {
    let (_city, mut repository, all) = contract("2026-03-01");
    let day = |text: &str| text.parse::<chrono::NaiveDate>().expect("a day");
    let reason = "the file says so";
    let nowhere =
        record_happening(&mut repository, "contract-ended", day("2018-01-01"), &Whose::Matter("A"), reason, "clerk");
    assert!(matches!(nowhere, Err(RetentionError::NoMatter { .. })));
    gather_matter(&mut repository, "A", &all[..1], reason, "clerk").expect("gathered");
    record_happening(&mut repository, "contract-ended", day("2018-01-01"), &Whose::Matter("A"), reason, "clerk")
        .expect("recorded");
    assert_eq!(verdict(&repository, all[0]), Eligibility::Eligible { since: day("2024-01-02") });
    assert_eq!(verdict(&repository, all[1]), Eligibility::Undetermined, "without its event it never starts");

    let gathered = gather_matter(&mut repository, "A", &all[..2], reason, "clerk").expect("gathered");
    assert_eq!((gathered.is_new, gathered.added, gathered.already), (false, 1, 1));
    assert_eq!(verdict(&repository, all[1]), Eligibility::Eligible { since: day("2024-01-02") });

    // A later day of the item itself keeps it longer; an earlier one would shorten, and does not.
    for on in ["2021-05-05", "2010-01-01"] {
        record_happening(&mut repository, "Contract Ended", day(on), &Whose::Items(&all[1..2]), reason, "clerk")
            .expect("recorded");
    }
    assert_eq!(
        verdict(&repository, all[1]),
        Eligibility::Eligible { since: day("2024-01-02") },
        "the correction counts"
    );
    record_happening(&mut repository, "contract-ended", day("2021-05-05"), &Whose::Items(&all[1..2]), reason, "clerk")
        .expect("recorded");
    assert_eq!(verdict(&repository, all[1]), Eligibility::NotYet { earliest: day("2027-05-06") });

    let cancelled = cancel_happening(&mut repository, "contract-ended", &Whose::Items(&all), "a mistake", "clerk");
    let cancelled = cancelled.expect("cancelled");
    assert_eq!((cancelled.items, cancelled.not_recorded), (1, 2));
    cancel_happening(&mut repository, "contract-ended", &Whose::Matter("A"), "prolonged", "clerk").expect("cancelled");
    assert_eq!(verdict(&repository, all[1]), Eligibility::Undetermined);
    let nothing = cancel_happening(&mut repository, "contract-ended", &Whose::Matter("A"), "again", "clerk");
    assert!(matches!(nothing, Err(RetentionError::NotRecorded { .. })));
    assert!(happenings(&repository, None).expect("listed").is_empty());
    assert_clean(&repository);
}

#[test]
fn nothing_is_recorded_without_a_reason_in_the_future_or_about_what_is_gone() {
    let city = City::exercise();
    let path = city.export("alarson.mbox", &[Message::new("1", "2020-01-10", "lunch", "Noon.")]);
    let mut repository = city.open("2025-02-01");
    take_in(&mut repository, &path);
    confirm_all(&mut repository);
    let gone = family_of(&repository, "lunch");
    let (on, later) = ("2024-01-01".parse().expect("a day"), "2025-02-02".parse().expect("a day"));
    let whose = Whose::Items(&[gone]);
    for (day, name, reason) in [(on, "closed", " "), (later, "closed", "why"), (on, "§", "why"), (on, "", "why")] {
        let refused = record_happening(&mut repository, name, day, &whose, reason, "clerk");
        assert!(matches!(refused, Err(RetentionError::Incomplete(_))), "{name:?} {reason:?} {refused:?}");
    }
    purge(&mut repository);
    let events = repository.catalog().reading().last_event_number().expect("a number");
    let refused = [
        record_happening(&mut repository, "closed", on, &whose, "why", "clerk").map(|_| ()),
        cancel_happening(&mut repository, "closed", &whose, "why", "clerk").map(|_| ()),
        gather_matter(&mut repository, "A", &[gone], "why", "clerk").map(|_| ()),
        record_filing(&mut repository, &[gone], "Laserfiche 1", "clerk"),
    ];
    for one in refused {
        assert!(matches!(one, Err(RetentionError::Gone { .. })), "{one:?}");
    }
    assert_eq!(repository.catalog().reading().last_event_number().expect("a number"), events, "nothing was written");
}

#[test]
fn an_edition_is_tried_and_nothing_is_saved() {
    let (_city, mut repository, all) = contract("2026-03-01");
    let on = "2017-01-01".parse().expect("a day");
    record_happening(&mut repository, "contract-ended", on, &Whose::Items(&all[..2]), "why", "clerk")
        .expect("recorded");
    let events = repository.catalog().reading().last_event_number().expect("a number");
    let today = repository.today();
    let tried = |text: &str| what_if(&repository, &parse(text).expect("a schedule"), today).expect("tried");
    let same = tried(CONTRACTS);
    assert!(same.instead_of.is_some() && same.fates.moved.is_empty() && same.fates.looked_at == 3, "{same:?}");

    let longer = tried(&CONTRACTS.replace("6 years after contract-ended", "10 years after contract-ended"));
    assert_eq!(longer.fates.counts, [(Move::NoLongerEligible, 2)].into());
    let kept = tried(&CONTRACTS.replace("6 years after contract-ended", "permanent"));
    assert_eq!(kept.fates.counts, [(Move::NoLongerEligible, 2)].into());
    let shorter = tried(&CONTRACTS.replace("6 years after contract-ended", "5 years after contract-ended"));
    assert_eq!(shorter.fates.counts, [(Move::Earlier, 2)].into());
    let other = tried(&CONTRACTS.replace("6 years after contract-ended", "4 years after sent"));
    assert_eq!(other.fates.counts, [(Move::NowEligible, 1), (Move::Earlier, 2)].into());
    assert_eq!(other.fates.by_series["contracts"].len(), 2);
    let newly = other.fates.moved.iter().find(|one| one.change == Move::NowEligible).expect("one");
    assert_eq!((newly.family, newly.then.words().as_str()), (all[2], "eligible since 2019-04-03"));
    let beside =
        tried(&CONTRACTS.replace("key = \"cedar-bend-2021\"", "key = \"other\"").replace("6 years", "8 years"));
    assert!(beside.instead_of.is_none());
    assert_eq!(beside.fates.counts, [(Move::Later, 2)].into());

    assert_eq!(repository.catalog().reading().last_event_number().expect("a number"), events);
    assert_eq!(Adopted::load(&repository).expect("adopted").editions.len(), 1);
}

#[test]
fn what_is_kept_longer_than_a_maximum_allows_is_listed_with_what_stands_in_the_way() {
    let (_city, mut repository, all) = contract("2026-03-01");
    confirm(&mut repository, &all[..2], RecordStatus::NonRecord, "recordings");
    let scope = Scope { families: vec![all[0]], ..Scope::default() };
    hold::place(&mut repository, "Case 1", "because", &scope, "attorney").expect("placed");
    let found = overdue(&repository, repository.today()).expect("looked");
    let told: Vec<(FamilyId, bool)> = found.iter().map(|one| (one.family, one.is_eligible)).collect();
    assert_eq!(told, [(all[0], false), (all[1], true)]);
    assert!(found[0].reasons[0].sentence.contains("hold"), "{:?}", found[0]);
    assert!(found[1].reasons.iter().any(|reason| reason.sentence.starts_with("ALARM")), "{:?}", found[1]);
    assert!(
        overdue(&repository, "2015-06-01".parse().expect("a day")).expect("looked").is_empty(),
        "the last day is allowed"
    );
}
