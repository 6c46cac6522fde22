//! What comes from an employee's own device: set aside, protected all the same, sorted, and gone with proof.

use crate::probe::probe;
use crate::support::*;
use recordroom::base::fault::{FaultKind, arm, disarm};
use recordroom::base::id::FamilyId;
use recordroom::base::monitor::VoidMonitor;
use recordroom::classification;
use recordroom::finding::search;
use recordroom::hold;
use recordroom::ingest::{IngestOptions, ingest};
use recordroom::model::classification::RecordStatus;
use recordroom::model::hold::Scope;
use recordroom::model::screening::{Screening, ScreeningDecision};
use recordroom::people::{self, Directory};
use recordroom::repository::Repository;
use recordroom::screening::{self, Sorted};
use recordroom::timeline::{Subject, timeline};

const ANNA: &str = "Anna Larson";

/// Three messages from Anna's own phone and one from the city's server, all old enough to go.
fn city() -> (City, Repository) {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let mut own = [
        Message::new("1", "2023-01-10", "family", "The Quillfeather reunion."),
        Message::new("2", "2023-01-11", "cousin", "Marzipanworth, and who brings it."),
        Message::new("3", "2023-01-12", "permit", "The mill permit."),
    ];
    for (message, from) in own.iter_mut().zip(["aunt@quill.example", "cousin@marzipan.example", "miller@mill.example"])
    {
        message.from = from.to_owned();
    }
    take_in(&mut repository, &city.export("alarson-own-phone/mail.mbox", &own));
    take_in(&mut repository, &city.export("alarson.mbox", &[Message::new("4", "2023-01-13", "office", "The office.")]));
    (city, repository)
}

fn decide(repository: &mut Repository, family: FamilyId, to: ScreeningDecision) -> Sorted {
    screening::decide(repository, &[family], to, "as she said", ANNA).expect("sorted")
}

#[test]
fn what_is_set_aside_is_in_no_list_and_under_every_hold() {
    let (_city, mut repository) = city();
    let found = search(&repository, "permit OR office OR quillfeather", 10).expect("searched");
    assert_eq!((found.count, found.set_aside, found.hits.len()), (1, 3, 1), "only the city's own is a hit");
    assert_eq!(found.not_searchable, 0);
    let found = search(&repository, "NOT zebra", 10).expect("searched");
    assert_eq!(found.count, 1, "nor by what it does not say");
    let report = search(&repository, "permit", 10).expect("searched");
    assert_eq!((report.count, report.terms[0].1), (0, 0), "how often a word is in it is not told either");
    let reading = repository.catalog().reading();
    assert_eq!(reading.family_counts().expect("counts").0, 1);
    assert_eq!(reading.status_counts().expect("counts").iter().map(|(_, _, count)| count).sum::<u64>(), 1);
    let queue = classification::queue(&repository, None).expect("listed");
    let all = classification::queue(&repository, Some(RecordStatus::Personal)).expect("listed");
    assert!(queue.items + all.items <= 1, "the queue of everybody does not show it");
    let directory = Directory::read(&repository).expect("read");
    assert!(directory.find("aunt@quill.example").is_empty(), "nor the directory");
    assert_eq!(directory.set_aside, 3);
    // A hold by words, by custodian and by party reaches it as if it were nowhere else.
    let (permit, office) = (family_of(&repository, "permit"), family_of(&repository, "office"));
    let anna = repository.custodian_named(ANNA).expect("a custodian");
    for (scope, covered) in [
        (Scope { query: Some("permit".to_owned()), ..Scope::default() }, vec![permit]),
        (Scope { parties: vec!["miller@mill.example".to_owned()], ..Scope::default() }, vec![permit]),
        (Scope { query: Some("permit OR subject:office".to_owned()), ..Scope::default() }, vec![permit, office]),
    ] {
        assert_eq!(hold::preview(&repository, &scope).expect("previewed"), covered, "{scope:?}");
    }
    let everything = Scope { custodians: vec![anna], ..Scope::default() };
    let placed = hold::place(&mut repository, "Case 7", "because", &everything, "attorney").expect("placed");
    assert_eq!(placed.covered, 4);
    let matter = Subject::Matter(recordroom::catalog::Guard::Hold(placed.hold));
    let lines = timeline(&repository, &matter, (None, None)).expect("made");
    assert_eq!((lines.lines.len(), lines.set_aside), (1, 3), "the timeline of the matter says what it leaves out");
    assert_clean(&repository);
}

#[test]
fn nothing_goes_before_it_is_sorted_and_personal_things_go_by_a_plan_unless_they_are_held() {
    let (city, mut repository) = city();
    confirm_all(&mut repository);
    let first = plan(&mut repository);
    assert_eq!((first.counts.total, first.counts.eligible), (4, 1), "what nobody has sorted is not eligible");
    assert_eq!(first.held_back.get("unscreened"), Some(&3));
    let (family, cousin, permit) =
        (family_of(&repository, "family"), family_of(&repository, "cousin"), family_of(&repository, "permit"));
    let held = Scope { query: Some("marzipanworth".to_owned()), ..Scope::default() };
    let placed = hold::place(&mut repository, "Case 7", "because", &held, "attorney").expect("placed");
    assert_eq!(placed.covered, 1, "a word that no search finds");
    let sorted = decide(&mut repository, family, ScreeningDecision::Personal);
    assert_eq!((sorted.protected, sorted.destroy_by), (0, "2025-03-03".parse().ok()), "30 days, the city's limit");
    assert_eq!(decide(&mut repository, cousin, ScreeningDecision::Personal).protected, 1);
    decide(&mut repository, permit, ScreeningDecision::Government);
    assert_eq!(search(&repository, "permit", 10).expect("searched").count, 1, "an ordinary item now");
    let report = purge(&mut repository);
    assert_eq!(report.destroyed, 3, "the office, the permit by the schedule, the family by the decision");
    assert_eq!(subjects(&repository), ["cousin".to_owned()].into(), "the held one stays, personal or not");
    assert_clean(&repository);
    // The hold is released: only a plan made since may name it.
    hold::release(&mut repository, placed.hold, "settled", "attorney").expect("released");
    assert_eq!(purge(&mut repository).destroyed, 0, "and not in the cooling period");
    drop(repository);
    let mut repository = city.open("2025-03-04");
    assert_eq!(purge(&mut repository).destroyed, 1);
    assert!(subjects(&repository).is_empty());
    assert_clean(&repository);
}

#[test]
fn whoever_sorts_is_the_employee_or_the_named_screener_and_every_look_is_recorded() {
    let (city, mut repository) = city();
    let anna = repository.custodian_named(ANNA).ok();
    let family = family_of(&repository, "family");
    assert!(screening::list(&repository, anna, "clerk").is_err(), "correspondents are shown to no one else");
    assert!(screening::view(&mut repository, family, "curious", "clerk").is_err());
    let kept = screening::decide(&mut repository, &[family], ScreeningDecision::Personal, "because", "clerk");
    assert!(kept.is_err());
    assert!(screening::decide(&mut repository, &[family], ScreeningDecision::Personal, " ", ANNA).is_err());
    assert_eq!(repository.catalog().reading().screening(family).expect("read"), Some(Screening::Undecided));
    let counts = screening::counts(&repository).expect("counted");
    assert_eq!(counts.len(), 1);
    assert_eq!((counts[0].custodian.as_deref(), &counts[0].undecided), (Some(ANNA), &[("email".to_owned(), 3)].into()));
    assert_eq!(counts[0].sorted_by, [ANNA, "Dana Whitcomb"]);
    let (groups, unreadable) = screening::list(&repository, anna, "dana whitcomb").expect("listed");
    assert_eq!((groups.len(), unreadable), (3, 0), "one for each correspondent");
    let aunt = groups.iter().find(|group| group.name.contains("aunt@quill.example")).expect("hers");
    let shown = (&aunt.digest[..12], aunt.count);
    let wrong = (&aunt.digest[..12], aunt.count + 1);
    let to = ScreeningDecision::Personal;
    assert!(screening::decide_group(&mut repository, anna, wrong, to, "family", ANNA).is_err(), "not what was shown");
    assert_eq!(screening::decide_group(&mut repository, anna, shown, to, "family", ANNA).expect("sorted").items, 1);
    let permit = family_of(&repository, "permit");
    let before = repository.catalog().reading().last_event_number().expect("read").get();
    let seen = screening::view(&mut repository, permit, "the mill is a neighbour too", ANNA).expect("shown");
    assert_eq!(seen.facts.item.subject, "permit");
    assert_eq!(repository.catalog().reading().last_event_number().expect("read").get(), before + 1);
    // Given back: the exact original, and it is still here.
    let folder = city.room.path().join("given-back");
    let anna = anna.expect("a custodian");
    assert_eq!(screening::give_back(&mut repository, anna, &folder, ANNA).expect("written"), 1);
    let written = std::fs::read(folder.join(format!("{family}.eml"))).expect("there");
    let row = repository.catalog().reading().family(family).expect("a row");
    assert_eq!(written, repository.original(&row).expect("the original"));
    assert!(screening::give_back(&mut repository, anna, &folder, ANNA).is_err(), "never into a folder that is there");
    assert_clean(&repository);
}

#[test]
fn a_copy_from_the_citys_own_system_makes_an_item_ordinary_and_the_same_place_told_otherwise_does_not() {
    let (city, mut repository) = city();
    let path = city.export("creed.mbox", &[Message::new("5", "2023-01-14", "garden", "The garden.")]);
    let personal = IngestOptions { personal_device: true, ..IngestOptions::default() };
    ingest(&mut repository, std::slice::from_ref(&path), &personal, "clerk", &VoidMonitor).expect("taken in");
    take_in(&mut repository, &path);
    assert_eq!(
        repository.catalog().reading().families_set_aside().expect("read").len(),
        4,
        "only a person takes it out"
    );
    let garden = family_of(&repository, "garden");
    screening::decide(&mut repository, &[garden], ScreeningDecision::Government, "work", "Cora Reed").expect("sorted");
    let mut permit = Message::new("3", "2023-01-12", "permit", "The mill permit.");
    permit.from = "miller@mill.example".to_owned();
    take_in(&mut repository, &city.export("bstone.mbox", &[permit]));
    assert_eq!(repository.catalog().reading().families_set_aside().expect("read").len(), 2);
    assert_eq!(search(&repository, "permit", 10).expect("searched").count, 1);
    // The other way round nothing is set aside that was ordinary.
    let office = [Message::new("4", "2023-01-13", "office", "The office.")];
    take_in(&mut repository, &city.export("alarson-own-phone/second.mbox", &office));
    assert_eq!(search(&repository, "subject:office", 10).expect("searched").count, 1);
    assert_clean(&repository);
}

#[test]
fn what_was_destroyed_as_personal_leaves_no_name_and_stays_away_when_the_phone_comes_again() {
    let (city, mut repository) = city();
    let path = city.room.path().join("exports/alarson-own-phone/mail.mbox");
    for subject in ["family", "cousin"] {
        let family = family_of(&repository, subject);
        decide(&mut repository, family, ScreeningDecision::Government);
    }
    // As ordinary items their senders stand in the directory, and a person joins the two.
    people::merge(&mut repository, "aunt@quill.example", "cousin@marzipan.example", "one person", "clerk")
        .expect("one");
    let directory = Directory::read(&repository).expect("read");
    assert_eq!(directory.only("aunt@quill.example").expect("known").aliases.len(), 2);
    // It was a mistake: they are set aside no more, so the schedule has them go.
    confirm_all(&mut repository);
    let keys: Vec<_> = repository.keys().export_all().expect("keys").into_iter().map(|(_, _, key)| key).collect();
    let words = ["quillfeather", "marzipanworth", "quill.example", "marzipan.example"].map(str::to_owned);
    assert_eq!(probe(&city, &keys, &words).len(), 4, "before, every word is found somewhere");
    let permit = family_of(&repository, "permit");
    decide(&mut repository, permit, ScreeningDecision::Personal);
    assert_eq!(purge(&mut repository).destroyed, 4);
    assert!(Directory::read(&repository).expect("read").people.iter().all(|one| one.custodian.is_some()));
    drop(repository);
    std::fs::remove_dir_all(city.room.path().join("exports")).expect("the exports are gone");
    assert!(probe(&city, &keys, &words).is_empty(), "neither words nor names, the words about two people included");
    let mut repository = city.open("2025-02-01");
    assert!(repository.catalog().reading().source_files().expect("read").iter().all(|row| row.sealed.is_empty()));
    // The same phone once more: what was decided to be personal is not taken in again.
    let mut mill = Message::new("3", "2023-01-12", "permit", "The mill permit.");
    mill.from = "miller@mill.example".to_owned();
    assert_eq!(path, city.export("alarson-own-phone/mail.mbox", &[mill]));
    let report = take_in(&mut repository, &path);
    assert_eq!((report.totals.destroyed_before, report.totals.kept), (1, 0));
    assert!(repository.catalog().reading().source_files().expect("read").iter().all(|row| row.sealed.is_empty()));
    assert_clean(&repository);
}

#[test]
fn a_decision_that_is_cut_off_is_whole_or_not_there() {
    let (prepared, mut repository) = city();
    let families: Vec<FamilyId> = ["family", "cousin"].iter().map(|one| family_of(&repository, one)).collect();
    let events = repository.catalog().reading().last_event_number().expect("read").get();
    drop(repository);
    let mut nth = 1;
    loop {
        let city = prepared.copied();
        repository = city.open("2025-02-01");
        arm(FaultKind::Crash, nth);
        let to = ScreeningDecision::Personal;
        let result = screening::decide(&mut repository, &families, to, "family", ANNA);
        let passed = disarm();
        drop(repository);
        let repository = city.open("2025-02-01");
        let reading = repository.catalog().reading();
        let personal = reading.set_aside_counts().expect("counted").personal;
        let recorded = reading.last_event_number().expect("read").get() - events;
        assert_eq!((personal, recorded), if result.is_ok() { (2, 1) } else { (0, 0) }, "at point {nth}");
        assert_clean(&repository);
        if result.is_ok() && passed < nth {
            assert!(nth > 2, "{nth}");
            return;
        }
        nth += 1;
    }
}

#[test]
fn a_decision_that_nobody_made_is_found() {
    let (city, repository) = city();
    drop(repository);
    for (change, why) in [
        ("UPDATE screening SET state = 'personal', decided_on = '2025-01-01'", "as if somebody had decided"),
        ("UPDATE screening SET state = 'government' WHERE event <> 0", "taken out by the event that set it aside"),
        ("DELETE FROM screening WHERE family = 1", "as if it had never been set aside"),
    ] {
        let tampered = city.copied();
        let connection = rusqlite::Connection::open(tampered.repository_path().join("catalog.sqlite")).expect("opened");
        connection.execute(change, []).expect("changed");
        drop(connection);
        let report = report(&tampered.open("2025-02-01"));
        assert!(report.findings.iter().any(|one| one.code == "screening-differs"), "{why}: {report:?}");
    }
}
