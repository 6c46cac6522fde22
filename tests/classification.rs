//! Classification as acts, over a small exercise repository: Cedar Bend, with mail that the rules know what to make of.

use chrono::{DateTime, Duration, Utc};
use recordroom::base::clock::Clock;
use recordroom::base::id::EventId;
use recordroom::base::id::FamilyId;
use recordroom::base::monitor::VoidMonitor;
use recordroom::catalog::{FamilyFilter, Guard, Standing};
use recordroom::classification::{
    ClassificationError, Disagreement, Drawn, GroupedBy, Settled, Shown, ageing, draw_sample, explain,
    queue as waiting, reclassify, set, settle_group, settle_sample,
};
use recordroom::hold;
use recordroom::ingest::{IngestOptions, ingest};
use recordroom::model::classification::{RecordStatus, StatusBasis};
use recordroom::model::disposition::{Eligibility, ReasonCode};
use recordroom::model::event::Act;
use recordroom::model::hold::Scope;
use recordroom::model::request::RequestKind;
use recordroom::protection::{catch_up, stand_otherwise};
use recordroom::repository::Repository;
use recordroom::request::{self, NewRequest};
use recordroom::retention::{self, Adopted, LiveGuards};
use std::path::PathBuf;

const CLERK: &str = "Ann Lindqvist";

struct Town {
    directory: tempfile::TempDir,
    repository: Repository,
    written: u32,
}

fn start() -> DateTime<Utc> {
    "2026-03-02T18:00:00Z".parse().expect("a moment")
}

impl Town {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let at = directory.path();
        let mut profile = Repository::new_profile("Cedar Bend", &at.join("keys"), &at.join("keys-second"));
        profile.exercise = true;
        profile.domains = vec!["cedarbend.example".to_owned()];
        let repository =
            Repository::create(&at.join("town"), &profile, Clock::Exercise(start())).expect("a repository");
        Self { directory, repository, written: 0 }
    }

    fn later(&mut self, days: i64) {
        let now = self.repository.now() + Duration::days(days);
        self.repository = Repository::open(&self.directory.path().join("town"), Some(now)).expect("it opens");
    }

    fn take_in(&mut self, messages: &[String]) {
        let folder = self.directory.path().join(format!("export-{}", self.written));
        std::fs::create_dir(&folder).expect("a folder");
        for message in messages {
            self.written += 1;
            std::fs::write(folder.join(format!("{:04}.eml", self.written)), message).expect("a file");
        }
        let paths: [PathBuf; 1] = [folder];
        let report = ingest(&mut self.repository, &paths, &IngestOptions::default(), CLERK, &VoidMonitor)
            .expect("the intake succeeds");
        assert_eq!(report.totals.kept, messages.len() as u64);
    }

    /// Families of a status and basis, in order of number.
    fn with(&self, status: RecordStatus, basis: StatusBasis) -> Vec<FamilyId> {
        let mut all = Vec::new();
        self.repository
            .catalog()
            .reading()
            .each_family::<ClassificationError>(FamilyFilter::default(), |row| {
                if row.standing.status == status && row.standing.basis == basis {
                    all.push(row.id);
                }
                Ok(())
            })
            .expect("a listing");
        all
    }

    fn draw(&mut self, status: RecordStatus) -> Result<Drawn, ClassificationError> {
        draw_sample(&mut self.repository, status, CLERK)
    }
}

fn newsletter(number: usize) -> String {
    format!(
        "From: League News <news@league.example>\r\nTo: clerk@cedarbend.example\r\nSubject: Bulletin {number}\r\n\
         Date: Mon, 05 Jan 2026 09:00:00 -0600\r\nMessage-ID: <bulletin-{number}@league.example>\r\n\
         List-Id: <bulletin.league.example>\r\nList-Unsubscribe: <mailto:leave@league.example>\r\n\r\n\
         This newsletter, issue {number}. You are receiving this because you are subscribed.\r\n"
    )
}

fn undecided(number: usize, from: &str, answers: &str) -> String {
    let references = if answers.is_empty() { String::new() } else { format!("References: <{answers}>\r\n") };
    format!(
        "From: {from}\r\nTo: clerk@cedarbend.example\r\nSubject: The red barn\r\n\
         Date: Tue, 06 Jan 2026 09:00:00 -0600\r\nMessage-ID: <barn-{number}@farm.example>\r\n{references}\r\n\
         The barn stands by the creek, and it has stood there since the flood of that year. Number {number}.\r\n"
    )
}

fn newsletters(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(newsletter).collect()
}

#[test]
fn a_person_sets_a_status_with_a_reason_and_it_is_told_in_the_history() {
    let mut town = Town::new();
    town.take_in(&newsletters(0..2));
    let all = town.with(RecordStatus::NonRecord, StatusBasis::Proposed);
    assert_eq!(all.len(), 2, "proposed, and nothing more");
    let reason = "the bulletin announces our grant";
    let refused = set(&mut town.repository, &all[..1], RecordStatus::Official, None, "  ", CLERK);
    assert!(matches!(refused, Err(ClassificationError::Refused { .. })), "no reason, no change");
    let decided =
        set(&mut town.repository, &all[..1], RecordStatus::Official, Some("correspondence-general"), reason, CLERK)
            .expect("it is set");
    let why = explain(&town.repository, all[0]).expect("it can be explained");
    assert_eq!((why.status, why.basis, why.confirmed), (RecordStatus::Official, StatusBasis::Person, true));
    assert_eq!(why.series, "correspondence-general");
    assert!(why.evidence.iter().any(|one| one.rule == "list-id"), "{:?}", why.evidence);
    assert_eq!(why.history.len(), 1);
    assert_eq!((why.history[0].event, why.history[0].reason.as_str()), (decided.events[0], reason));
    let other = explain(&town.repository, all[1]).expect("it can be explained");
    assert!(!other.confirmed && other.history.is_empty());
    // Events hold ids and statuses, and nothing of what the items say.
    town.repository
        .catalog()
        .reading()
        .each_event::<ClassificationError>(EventId::new(1), |event| {
            for content in ["Bulletin", "league.example", "newsletter"] {
                assert!(!event.details.contains(content), "{}: {}", event.id, event.details);
            }
            Ok(())
        })
        .expect("the events are readable");
}

#[test]
fn a_class_is_confirmed_only_after_every_sampled_item_was_looked_at() {
    let mut town = Town::new();
    town.take_in(&newsletters(0..80));
    let drawn = town.draw(RecordStatus::NonRecord).expect("a sample");
    assert_eq!((drawn.families.len(), drawn.population), (59, 80));
    let again = town.draw(RecordStatus::NonRecord);
    assert!(matches!(again, Err(ClassificationError::Refused { .. })), "no drawing until a sample pleases");
    // What comes in after the drawing is not of its population.
    town.take_in(&newsletters(80..90));
    let agree: Vec<(FamilyId, RecordStatus)> =
        drawn.families.iter().map(|family| (*family, RecordStatus::NonRecord)).collect();
    let events = town.repository.catalog().reading().last_event_number().expect("a number");
    let refused = settle_sample(&mut town.repository, drawn.sample, &agree[1..], "read them", CLERK);
    let Err(ClassificationError::Refused { message, .. }) = refused else { panic!("one is missing") };
    assert!(message.contains("1 of the 59"), "{message}");
    assert_eq!(town.repository.catalog().reading().last_event_number().expect("a number"), events, "nothing written");
    assert_eq!(town.with(RecordStatus::NonRecord, StatusBasis::Proposed).len(), 90);

    // The missing one is set by itself, which counts as decided.
    set(&mut town.repository, &drawn.families[..1], RecordStatus::NonRecord, None, "a bulletin", CLERK).expect("set");
    let settled = settle_sample(&mut town.repository, drawn.sample, &agree[1..], "read them", CLERK).expect("settled");
    assert!(matches!(settled, Settled::Confirmed { confirmed: 21, looked_at: 59, .. }), "{settled:?}");
    assert_eq!(town.with(RecordStatus::NonRecord, StatusBasis::Person), drawn.families);
    assert_eq!(town.with(RecordStatus::NonRecord, StatusBasis::Sample).len(), 21);
    assert_eq!(town.with(RecordStatus::NonRecord, StatusBasis::Proposed).len(), 10, "what came after is untouched");
    let confirmed = town.with(RecordStatus::NonRecord, StatusBasis::Sample)[0];
    let why = explain(&town.repository, confirmed).expect("it can be explained");
    assert_eq!(why.history.last().map(|line| line.act.as_str()), Some("confirmed as non-record by sample 1"));
    assert!(settle_sample(&mut town.repository, drawn.sample, &agree, "again", CLERK).is_err(), "settled once");
}

#[test]
fn one_disagreement_refuses_the_class_and_the_next_sample_is_twice_as_large() {
    let mut town = Town::new();
    town.take_in(&newsletters(0..150));
    let drawn = town.draw(RecordStatus::NonRecord).expect("a sample");
    let mut said: Vec<(FamilyId, RecordStatus)> =
        drawn.families.iter().map(|family| (*family, RecordStatus::NonRecord)).collect();
    said[7].1 = RecordStatus::Official;
    let settled = settle_sample(&mut town.repository, drawn.sample, &said, "read them", CLERK).expect("settled");
    let Settled::Refused { disagreements, looked_at: 59, .. } = settled else { panic!("{settled:?}") };
    assert_eq!(disagreements, [Disagreement { family: said[7].0, status: RecordStatus::Official }]);
    assert!(town.with(RecordStatus::NonRecord, StatusBasis::Sample).is_empty(), "nothing is confirmed by it");
    assert_eq!(town.with(RecordStatus::NonRecord, StatusBasis::Proposed).len(), 91);
    assert_eq!(town.with(RecordStatus::Official, StatusBasis::Person), [said[7].0], "what the person said stands");
    let next = town.draw(RecordStatus::NonRecord).expect("a sample");
    assert_eq!((next.families.len(), next.population), (91, 91), "118 are more than there are: all of them");
}

#[test]
fn a_sample_that_is_looked_at_and_voided_counts_as_a_try() {
    let mut town = Town::new();
    town.take_in(&newsletters(0..200));
    assert_eq!(town.draw(RecordStatus::NonRecord).expect("a sample").families.len(), 59);
    reclassify(&mut town.repository, CLERK, &VoidMonitor).expect("reclassified");
    assert_eq!(town.draw(RecordStatus::NonRecord).expect("a sample").families.len(), 118);
}

#[test]
fn the_queue_groups_what_is_undetermined_and_settles_exactly_what_was_shown() {
    let mut town = Town::new();
    let mut messages: Vec<String> = (0..5).map(|number| undecided(number, "ole@farm.example", "")).collect();
    messages.push(undecided(5, "kari@creek.example", "barn-0@farm.example"));
    messages.extend(newsletters(0..2));
    town.take_in(&messages);
    let shown = waiting(&town.repository, Some(RecordStatus::Undetermined)).expect("a queue");
    assert_eq!((shown.items, shown.not_looked_at, shown.unreadable), (6, 0, 0));
    let first = &shown.groups[0];
    assert_eq!((first.by, first.count, first.name.as_str()), (GroupedBy::Correspondent, 5, "ole@farm.example"));
    let conversation = shown.groups.iter().find(|one| one.by == GroupedBy::Conversation).expect("one conversation");
    assert_eq!((conversation.count, conversation.name.as_str()), (2, "The red barn"));

    // Somebody else settles one of them in between: the list shown is not the list that is there.
    let seen = Shown { count: first.count, digest: first.digest.clone() };
    let fewer = &first.families[1..];
    let (status, reason) = (RecordStatus::Personal, "the clerk's uncle");
    let refused = settle_group(&mut town.repository, fewer, &seen, status, None, reason, CLERK);
    assert!(matches!(refused, Err(ClassificationError::Refused { .. })));
    assert_eq!(town.with(RecordStatus::Personal, StatusBasis::Person).len(), 0);
    settle_group(&mut town.repository, &first.families, &seen, status, None, reason, CLERK).expect("settled");
    assert_eq!(town.with(RecordStatus::Personal, StatusBasis::Group), first.families);
    assert_eq!(waiting(&town.repository, Some(RecordStatus::Undetermined)).expect("a queue").items, 1);
    assert_eq!(waiting(&town.repository, None).expect("a queue").items, 3, "unconfirmed proposals wait as well");
}

#[test]
fn undetermined_items_are_counted_by_age() {
    let mut town = Town::new();
    town.take_in(&[undecided(0, "ole@farm.example", ""), newsletter(0)]);
    town.later(100);
    town.take_in(&[
        undecided(1, "ole@farm.example", ""),
        undecided(2, "ole@farm.example", "").replace("Date:", "X-Date:"),
    ]);
    let report = ageing(&town.repository).expect("a report");
    let sealed: Vec<u64> = report.bands.iter().map(|band| band.undetermined_by_sealing).collect();
    assert_eq!(sealed, [2, 0, 1, 0]);
    // Sent on 6 January, looked at on 10 June.
    let sent: Vec<u64> = report.bands.iter().map(|band| band.undetermined_by_sending).collect();
    assert_eq!((sent, report.undated), (vec![0, 0, 2, 0], 1));
    assert_eq!((report.undetermined, report.unconfirmed), (3, 1));
}

#[test]
fn rules_that_change_touch_no_confirmed_status_and_void_an_open_sample() {
    let mut town = Town::new();
    town.take_in(&newsletters(0..3));
    let all = town.with(RecordStatus::NonRecord, StatusBasis::Proposed);
    set(&mut town.repository, &all[..1], RecordStatus::Official, None, "our grant", CLERK).expect("set");
    // A proposal as an older rule set left it.
    town.repository
        .catalog_mut()
        .write::<_, ClassificationError>(|writing| {
            let mut standing = writing.reading().family(all[1])?.standing;
            standing.status = RecordStatus::Personal;
            let event = writing.reading().last_event_number()?;
            Ok(writing.set_standing(all[1], &standing, event)?)
        })
        .expect("written");
    let drawn = town.draw(RecordStatus::NonRecord).expect("a sample");
    let report = reclassify(&mut town.repository, CLERK, &VoidMonitor).expect("reclassified");
    assert_eq!((report.looked_at, report.changed), (2, 1), "the confirmed one is not looked at");
    assert_eq!(report.moves.get("personal to non-record"), Some(&1));
    assert_eq!(town.with(RecordStatus::Official, StatusBasis::Person), all[..1]);
    assert_eq!(town.with(RecordStatus::NonRecord, StatusBasis::Proposed), all[1..]);
    let agree: Vec<(FamilyId, RecordStatus)> =
        drawn.families.iter().map(|one| (*one, RecordStatus::NonRecord)).collect();
    let void = settle_sample(&mut town.repository, drawn.sample, &agree, "read them", CLERK);
    let Err(ClassificationError::Refused { message, .. }) = void else { panic!("it is void") };
    assert!(message.contains("reclassified"), "{message}");
    assert_eq!(reclassify(&mut town.repository, CLERK, &VoidMonitor).expect("again").changed, 0);
    assert_eq!(town.draw(RecordStatus::NonRecord).expect("a new sample").population, 2);
    let acts = town.repository.catalog().reading();
    let mut classified = 0;
    acts.each_event::<ClassificationError>(EventId::new(1), |event| {
        classified += u32::from(event.act == Act::Classified);
        Ok(())
    })
    .expect("readable");
    assert_eq!(classified, 4, "one override, two beginnings, one batch that changed something");
}

#[test]
fn undetermined_is_never_confirmed_in_bulk_and_nothing_is_sampled_from_nothing() {
    let mut town = Town::new();
    town.take_in(&[undecided(0, "ole@farm.example", "")]);
    for status in [RecordStatus::Undetermined, RecordStatus::Personal] {
        assert!(matches!(town.draw(status), Err(ClassificationError::Refused { .. })), "{status}");
    }
    let row = town.with(RecordStatus::Undetermined, StatusBasis::Proposed);
    let basis = town.repository.catalog().reading().family(row[0]).expect("it is here").standing.basis;
    assert!(!basis.is_confirmed(), "retention acts on confirmed statuses alone");
}

#[test]
fn what_nobody_confirmed_is_never_eligible_however_old() {
    let mut town = Town::new();
    town.take_in(&[newsletter(0), newsletter(1), undecided(0, "ole@farm.example", "")]);
    let schedule = include_str!("../schedules/otsego-2024.toml");
    retention::adopt(&mut town.repository, schedule, CLERK).expect("adopted");
    let all = town.with(RecordStatus::NonRecord, StatusBasis::Proposed);
    set(&mut town.repository, &all[..1], RecordStatus::NonRecord, None, "a bulletin", CLERK).expect("set");
    town.later(3_650);
    let adopted = Adopted::load(&town.repository).expect("the schedule");
    let reading = town.repository.catalog().reading();
    let mut seen = Vec::new();
    reading
        .each_family::<ClassificationError>(FamilyFilter::default(), |row| {
            let facts = adopted.facts(&reading, &row)?;
            let verdict = adopted.evaluator().evaluate(&facts, town.repository.today());
            seen.push((row.standing.basis, matches!(verdict.eligibility, Eligibility::Eligible { .. })));
            Ok(())
        })
        .expect("verdicts");
    seen.sort_by_key(|(basis, _)| *basis);
    let expected = [(StatusBasis::Proposed, false), (StatusBasis::Proposed, false), (StatusBasis::Person, true)];
    assert_eq!(seen, expected);
}

#[test]
fn a_hold_that_asks_for_a_status_covers_an_item_as_soon_as_it_has_it() {
    let mut town = Town::new();
    town.take_in(&newsletters(0..2));
    let scope = Scope { query: Some("status:official".to_owned()), ..Scope::default() };
    let placed = hold::place(&mut town.repository, "Barn v. Cedar Bend", "served today", &scope, "the city attorney");
    let id = placed.expect("placed").hold;
    let all = town.with(RecordStatus::NonRecord, StatusBasis::Proposed);
    let guards = |town: &Town, family: FamilyId| {
        town.repository.catalog().reading().guards_of(family, town.repository.today()).expect("guards")
    };
    assert!(guards(&town, all[0]).is_empty(), "a newsletter is not asked for");
    set(&mut town.repository, &all[..1], RecordStatus::Official, None, "our grant", CLERK).expect("set");
    assert_eq!(guards(&town, all[0]), [Guard::Hold(id)]);
    set(&mut town.repository, &all[..1], RecordStatus::NonRecord, None, "not ours after all", CLERK).expect("set");
    assert_eq!(guards(&town, all[0]), [Guard::Hold(id)], "coverage only grows");
    assert!(guards(&town, all[1]).is_empty());
}

fn held(town: &Town, family: FamilyId) -> Vec<Guard> {
    town.repository.catalog().reading().guards_of(family, town.repository.today()).expect("guards")
}

fn hold(town: &mut Town, query: &str) -> Guard {
    let scope = Scope { query: Some(query.to_owned()), ..Scope::default() };
    Guard::Hold(
        hold::place(&mut town.repository, "Barn v. Cedar Bend", "served", &scope, "attorney").expect("placed").hold,
    )
}

#[test]
fn every_way_a_status_changes_is_followed_by_what_asks_for_it_and_coverage_only_grows() {
    let mut town = Town::new();
    town.take_in(&newsletters(0..70));
    town.take_in(&[undecided(0, "ole@farm.example", ""), undecided(1, "ole@farm.example", "")]);
    let official = hold(&mut town, "status:official OR series:adm-1");
    let bulletins = hold(&mut town, "status:non-record");
    let words = hold(&mut town, "barn");
    let letters = town.with(RecordStatus::NonRecord, StatusBasis::Proposed);
    assert_eq!(held(&town, letters[0]), [bulletins]);

    // A sample that is agreed with confirms; the hold on the class it confirms still covers every one of them.
    let drawn = town.draw(RecordStatus::NonRecord).expect("a sample");
    let agree: Vec<_> = drawn.families.iter().map(|one| (*one, RecordStatus::NonRecord)).collect();
    settle_sample(&mut town.repository, drawn.sample, &agree, "read them", CLERK).expect("settled");
    assert!(letters.iter().all(|family| held(&town, *family) == [bulletins]), "confirming uncovers nothing");

    // Set by a person, with a series; what was covered stays covered.
    set(&mut town.repository, &letters[..1], RecordStatus::Official, None, "our grant", CLERK).expect("set");
    assert_eq!(held(&town, letters[0]), [official, bulletins]);
    set(&mut town.repository, &letters[1..2], RecordStatus::NonRecord, Some("ADM-1"), "filed", CLERK).expect("set");
    assert_eq!(held(&town, letters[1]), [official, bulletins], "a series is asked for as well");

    // A group that is settled.
    let shown = waiting(&town.repository, Some(RecordStatus::Undetermined)).expect("a queue");
    let group = &shown.groups[0];
    let seen = Shown { count: group.count, digest: group.digest.clone() };
    let (families, status) = (group.families.clone(), RecordStatus::Official);
    assert!(families.iter().all(|family| held(&town, *family) == [words]));
    settle_group(&mut town.repository, &families, &seen, status, None, "the road", CLERK).expect("settled");
    assert!(families.iter().all(|family| held(&town, *family) == [official, words]));

    // A sample that is not agreed with sets what the person said.
    town.take_in(&newsletters(70..75));
    let drawn = town.draw(RecordStatus::NonRecord).expect("a sample");
    let said: Vec<_> = drawn.families.iter().map(|one| (*one, RecordStatus::Official)).collect();
    settle_sample(&mut town.repository, drawn.sample, &said, "ours", CLERK).expect("settled");
    assert!(drawn.families.iter().all(|family| held(&town, *family) == [official, bulletins]));
    let reading = town.repository.catalog().reading();
    let last = reading.last_touched().expect("a number");
    for (guard, _, through) in reading.live_guards(town.repository.today()).expect("guards") {
        assert_eq!(through, last, "{guard} has looked at everything");
    }
}

#[test]
fn rules_that_change_a_proposal_are_followed_too() {
    let mut town = Town::new();
    town.take_in(&newsletters(0..2));
    let all = town.with(RecordStatus::NonRecord, StatusBasis::Proposed);
    // A proposal as an older rule set left it.
    town.repository
        .catalog_mut()
        .write::<_, ClassificationError>(|writing| {
            let mut standing = writing.reading().family(all[0])?.standing;
            standing.status = RecordStatus::Personal;
            let event = writing.reading().last_event_number()?;
            Ok(writing.set_standing(all[0], &standing, event)?)
        })
        .expect("written");
    let bulletins = hold(&mut town, "status:non-record");
    assert!(held(&town, all[0]).is_empty());
    let report = reclassify(&mut town.repository, CLERK, &VoidMonitor).expect("reclassified");
    assert_eq!(report.moves.get("personal to non-record"), Some(&1));
    assert_eq!(held(&town, all[0]), [bulletins]);
}

#[test]
fn until_a_hold_has_looked_at_a_changed_status_the_item_is_protected() {
    let mut town = Town::new();
    town.take_in(&newsletters(0..3));
    let schedule = include_str!("../schedules/otsego-2024.toml");
    retention::adopt(&mut town.repository, schedule, CLERK).expect("adopted");
    let all = town.with(RecordStatus::NonRecord, StatusBasis::Proposed);
    set(&mut town.repository, &all, RecordStatus::NonRecord, None, "bulletins", CLERK).expect("set");
    town.later(3_650);
    let asks = hold(&mut town, "status:personal");
    let words = hold(&mut town, "creek");
    let blocked = |town: &Town, family: FamilyId| -> Vec<String> {
        let (adopted, today) = (Adopted::load(&town.repository).expect("the schedule"), town.repository.today());
        let reading = town.repository.catalog().reading();
        let guards = LiveGuards::load(&reading, today).expect("guards");
        let row = reading.family(family).expect("it is here");
        let verdict = adopted.verdict(&adopted.evaluator(), &reading, &row, &guards, today).expect("a verdict");
        let gates = [ReasonCode::Held, ReasonCode::NotEvaluated];
        let shut = verdict.reasons.iter().filter(|one| gates.contains(&one.code));
        let shut: Vec<String> = shut.map(|one| one.sentence.clone()).collect();
        assert_eq!(matches!(verdict.eligibility, Eligibility::Blocked), !shut.is_empty());
        shut
    };
    assert!(blocked(&town, all[0]).is_empty());
    // The status changes, and the program is cut off before the holds have looked.
    town.repository
        .catalog_mut()
        .write::<_, ClassificationError>(|writing| {
            let before = writing.reading().last_touched()?;
            let event = writing.record_event(start(), CLERK, Act::Classified, "items", &serde_json::json!({}))?;
            for (family, status) in [(all[0], RecordStatus::Personal), (all[1], RecordStatus::Transitory)] {
                let standing = writing.reading().family(family)?.standing;
                writing.set_standing(family, &Standing { status, ..standing }, event.id)?;
            }
            Ok(stand_otherwise(writing, before, event.id)?)
        })
        .expect("written");
    let unseen = [format!("it was not yet looked at for {asks}")];
    assert_eq!((blocked(&town, all[0]), blocked(&town, all[1])), (unseen.to_vec(), unseen.to_vec()));
    assert!(blocked(&town, all[2]).is_empty(), "what did not change is not touched");
    assert_eq!(catch_up(&mut town.repository).expect("caught up"), 1);
    assert_eq!(blocked(&town, all[0]), [format!("the hold {} covers it", asks)]);
    assert!(blocked(&town, all[1]).is_empty());
    assert!(held(&town, all[0]) == [asks] && words != asks);
}

#[test]
fn a_series_is_proposed_once_its_schedule_is_adopted() {
    let complaint = |number: u32| {
        format!(
            "From: Ole Dahl <ole@farm.example>\r\nTo: clerk@cedarbend.example\r\nSubject: Barking dog\r\n\
             Date: Mon, 05 Jan 2026 09:00:00 -0600\r\nMessage-ID: <dog-{number}@farm.example>\r\n\r\n\
             I would like to complain about the barking dog. Number {number}.\r\n"
        )
    };
    let mut town = Town::new();
    town.take_in(&[complaint(0)]);
    let all = town.with(RecordStatus::Official, StatusBasis::Proposed);
    let series = |town: &Town, family: FamilyId| {
        town.repository.catalog().reading().family(family).expect("it is here").standing.series
    };
    assert_eq!(series(&town, all[0]), "", "no schedule is adopted, so no series is known");
    let starter = include_str!("../schedules/minnesota-cities-starter.toml");
    retention::adopt(&mut town.repository, starter, CLERK).expect("adopted");
    town.take_in(&[complaint(1)]);
    let all = town.with(RecordStatus::Official, StatusBasis::Proposed);
    assert_eq!((series(&town, all[0]).as_str(), series(&town, all[1]).as_str()), ("", "complaints-general"));
    let report = reclassify(&mut town.repository, CLERK, &VoidMonitor).expect("reclassified");
    assert_eq!((report.changed, series(&town, all[0]).as_str()), (1, "complaints-general"));
}

#[test]
fn an_open_request_follows_a_status_as_a_hold_does() {
    let mut town = Town::new();
    town.take_in(&newsletters(0..2));
    let new = NewRequest {
        kind: RequestKind::Public,
        requester: String::new(),
        description: "everything official".to_owned(),
        received_on: None,
        litigation_days: None,
        scope: Scope { query: Some("status:official".to_owned()), ..Scope::default() },
    };
    let opened = request::open(&mut town.repository, new, CLERK).expect("opened").id;
    request::narrow(&mut town.repository, opened, "agreed", CLERK).expect("narrowed");
    let asked = Guard::Request(opened);
    let all = town.with(RecordStatus::NonRecord, StatusBasis::Proposed);
    assert!(all.iter().all(|family| held(&town, *family).is_empty()));
    set(&mut town.repository, &all[..1], RecordStatus::Official, None, "our grant", CLERK).expect("set");
    assert_eq!((held(&town, all[0]), held(&town, all[1])), (vec![asked], vec![]));
    set(&mut town.repository, &all[..1], RecordStatus::NonRecord, None, "not ours after all", CLERK).expect("set");
    assert_eq!(held(&town, all[0]), [asked], "coverage only grows");
}

#[test]
fn an_item_that_was_settled_with_its_group_still_has_to_be_looked_at_in_a_sample() {
    let mut town = Town::new();
    town.take_in(&newsletters(0..70));
    let drawn = town.draw(RecordStatus::NonRecord).expect("a sample");
    let group = &drawn.families[..10];
    let (status, reason) = (RecordStatus::NonRecord, "all of one sender");
    settle_group(&mut town.repository, group, &Shown::of(group), status, None, reason, CLERK).expect("settled");
    assert_eq!(town.with(status, StatusBasis::Group), group);
    let rest: Vec<(FamilyId, RecordStatus)> = drawn.families[10..].iter().map(|family| (*family, status)).collect();
    let refused = settle_sample(&mut town.repository, drawn.sample, &rest, "read them", CLERK);
    let Err(ClassificationError::Refused { message, .. }) = refused else { panic!("ten were not looked at") };
    assert!(message.contains("10 of the 59"), "{message}");
    let all: Vec<(FamilyId, RecordStatus)> = drawn.families.iter().map(|family| (*family, status)).collect();
    let settled = settle_sample(&mut town.repository, drawn.sample, &all, "read them", CLERK).expect("settled");
    assert!(matches!(settled, Settled::Confirmed { confirmed: 11, looked_at: 59, .. }), "{settled:?}");
}
