//! The life of a hold: every act in every state, coverage that only grows, two persons for what lets go, and the one way
//! there is to destroy anything.

use crate::support::*;
use recordroom::base::id::{CustodianId, FamilyId, HoldId};
use recordroom::base::monitor::VoidMonitor;
use recordroom::catalog::{CatalogError, FamilyState, Guard};
use recordroom::hold::{self, Confirmation, HoldError, LetterKind};
use recordroom::ledger::sign_json;
use recordroom::model::classification::RecordStatus;
use recordroom::model::disposition::RuleRef;
use recordroom::model::event::Act;
use recordroom::model::hold::{HoldBasis, HoldState, Scope};
use recordroom::repository::Repository;
use recordroom::verify::documents::CONFIRMATION_DOMAIN;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub const ATTORNEY: &str = "Ines Ferraro";
pub const SECOND: &str = "Tom Halvorsen";

pub fn query(text: &str) -> Scope {
    Scope { query: Some(text.to_owned()), ..Scope::default() }
}

pub fn place(repository: &mut Repository, scope: &Scope) -> HoldId {
    let basis = HoldBasis::AnticipatedLitigation;
    let new = hold::NewHold { matter: "Lund v. City", basis, reason: "demand letter", issuer: ATTORNEY, scope };
    hold::issue(repository, &new, "clerk").expect("placed").hold
}

/// The word of a second person, which in an exercise the repository's key signs.
pub fn confirmed(
    repository: &Repository,
    id: HoldId,
    (act, what): (&str, &Value),
    reason: &str,
    actor: &str,
    by: &str,
) -> Confirmation {
    let statement = hold::statement(repository, id, act, what, reason, actor, by);
    let document = sign_json(CONFIRMATION_DOMAIN, &statement, repository.signer()).expect("signed");
    Confirmation { by: by.to_owned(), document }
}

pub fn covers(repository: &Repository, id: HoldId) -> BTreeSet<FamilyId> {
    repository.catalog().reading().families_guarded_by(Guard::Hold(id)).expect("read").into_iter().collect()
}

/// Five messages in two mailboxes, all old enough to go.
pub fn city() -> (City, Repository) {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let one = |n: &str, words: &str| Message::new(n, "2024-01-10", n, words);
    let anna = [one("mill", "The mill."), one("road", "Ridgeview Road."), one("plow", "The plow.")];
    take_in(&mut repository, &city.export("alarson.mbox", &anna));
    take_in(&mut repository, &city.export("bstone.mbox", &[one("salt", "Salt."), one("ice", "Ice and the mill.")]));
    confirm_all(&mut repository);
    (city, repository)
}

type Step = fn(&mut Repository, HoldId, FamilyId) -> Result<(), HoldError>;

pub fn exclude(
    repository: &mut Repository,
    id: HoldId,
    family: FamilyId,
    actor: &str,
    by: &str,
) -> Result<(), HoldError> {
    let word = confirmed(repository, id, ("exclude", &json!([family])), "another street", actor, by);
    hold::exclude(repository, id, &[family], "another street", actor, &word).map(drop)
}

/// An act is done.
const DONE: &str = "";
/// It is refused, because the hold is released.
const OVER: &str = "is released already";

/// Every act on a hold: whether it is done, or words of its refusal, while the hold is in force, in its cooling period, and
/// after that.
const ACTS: &[(&str, Step, [&str; 3])] = &[
    (
        "amended by the issuer",
        |r, id, _| hold::amend(r, id, &query("road"), "new claim", ATTORNEY, None).map(drop),
        [DONE, OVER, OVER],
    ),
    (
        "amended by the issuer, written otherwise",
        |r, id, _| hold::amend(r, id, &query("road"), "x", "FERRARO, Ines", None).map(drop),
        [DONE, OVER, OVER],
    ),
    (
        "amended by somebody else",
        |r, id, _| hold::amend(r, id, &query("road"), "because", "clerk", None).map(drop),
        ["was issued by Ines Ferraro", OVER, OVER],
    ),
    (
        "amended by nobody",
        |r, id, _| hold::amend(r, id, &query("road"), "because", " . ", None).map(drop),
        ["was issued by Ines Ferraro", OVER, OVER],
    ),
    (
        "amended without a reason",
        |r, id, _| hold::amend(r, id, &query("road"), " ", ATTORNEY, None).map(drop),
        ["an amendment needs its reason"; 3],
    ),
    (
        "amended with a query nobody understands",
        |r, id, _| hold::amend(r, id, &query("(road"), "x", ATTORNEY, None).map(drop),
        ["cannot be understood", OVER, OVER],
    ),
    (
        "amended by somebody else, confirmed by a second person",
        |r, id, _| {
            let word = confirmed(r, id, ("amend", &json!(query("road"))), "left the city", "clerk", SECOND);
            hold::amend(r, id, &query("road"), "left the city", "clerk", Some(&word)).map(drop)
        },
        [DONE, OVER, OVER],
    ),
    (
        "amended with the confirmation of something else",
        |r, id, _| {
            let word = confirmed(r, id, ("amend", &json!(query("road"))), "left the city", "clerk", SECOND);
            hold::amend(r, id, &query("plow"), "left the city", "clerk", Some(&word)).map(drop)
        },
        ["confirmed something else", OVER, OVER],
    ),
    (
        "an item added by anybody",
        |r, id, f| hold::add(r, id, &[f], "named in a deposition", "clerk").map(drop),
        [DONE, OVER, OVER],
    ),
    (
        "an item added that is not there",
        |r, id, _| hold::add(r, id, &[FamilyId::new(99)], "x", "clerk").map(drop),
        ["99", OVER, OVER],
    ),
    (
        "an item excluded by the issuer and a second person",
        |r, id, f| exclude(r, id, f, ATTORNEY, SECOND),
        [DONE, OVER, OVER],
    ),
    (
        "an item added without a reason",
        |r, id, f| hold::add(r, id, &[f], " ", "clerk").map(drop),
        ["name the items to add, and the reason"; 3],
    ),
    ("no item added", |r, id, _| hold::add(r, id, &[], "x", "clerk").map(drop), ["name the items to add"; 3]),
    (
        "an item excluded without a reason",
        |r, id, f| {
            let word = confirmed(r, id, ("exclude", &json!([f])), " ", ATTORNEY, SECOND);
            hold::exclude(r, id, &[f], " ", ATTORNEY, &word).map(drop)
        },
        ["name the items to exclude, and the reason"; 3],
    ),
    (
        "no item excluded",
        |r, id, _| {
            let word = confirmed(r, id, ("exclude", &json!([])), "x", ATTORNEY, SECOND);
            hold::exclude(r, id, &[], "x", ATTORNEY, &word).map(drop)
        },
        ["name the items to exclude"; 3],
    ),
    (
        "an item excluded that is not there",
        |r, id, _| exclude(r, id, FamilyId::new(99), ATTORNEY, SECOND),
        ["99", OVER, OVER],
    ),
    (
        "an item excluded with the confirmation of another",
        |r, id, f| {
            let word = confirmed(r, id, ("exclude", &json!([99])), "another street", ATTORNEY, SECOND);
            hold::exclude(r, id, &[f], "another street", ATTORNEY, &word).map(drop)
        },
        ["confirmed something else", OVER, OVER],
    ),
    (
        "an item excluded by the issuer twice",
        |r, id, f| exclude(r, id, f, ATTORNEY, "Ferraro Ines"),
        ["somebody else has to confirm", OVER, OVER],
    ),
    (
        "an item excluded by two who did not issue it",
        |r, id, f| exclude(r, id, f, "clerk", SECOND),
        ["only Ines Ferraro", OVER, OVER],
    ),
    (
        "an item excluded, the issuer being the second",
        |r, id, f| exclude(r, id, f, "clerk", ATTORNEY),
        ["only Ines Ferraro", OVER, OVER],
    ),
    ("released by the issuer", |r, id, _| hold::release(r, id, "settled", ATTORNEY).map(drop), [DONE, OVER, OVER]),
    (
        "released by somebody else",
        |r, id, _| hold::release(r, id, "settled", "clerk").map(drop),
        ["was issued by Ines Ferraro", OVER, OVER],
    ),
    (
        "released without a reason",
        |r, id, _| hold::release(r, id, "", ATTORNEY).map(drop),
        ["a release needs its reason"; 3],
    ),
    (
        "released by somebody else, confirmed by a second person",
        |r, id, _| {
            let word = confirmed(r, id, ("release", &Value::Null), "settled", "clerk", SECOND);
            hold::release_confirmed(r, id, "settled", "clerk", Some(&word)).map(drop)
        },
        [DONE, OVER, OVER],
    ),
    (
        "a notice written",
        |r, id, _| hold::write_notice(r, id, "Bob Stone", LetterKind::Custodian, "clerk").map(drop),
        [DONE, OVER, OVER],
    ),
    (
        "a notice acknowledged without saying how",
        |r, id, _| hold::acknowledge(r, id, "Anna Larson", (" ", ""), "clerk").map(drop),
        ["say how the notice was acknowledged"; 3],
    ),
    (
        "a notice acknowledged twice",
        |r, id, _| {
            hold::acknowledge(r, id, "1", ("on paper", ""), "clerk")?;
            hold::acknowledge(r, id, "1", ("by telephone", ""), "clerk").map(drop)
        },
        ["is acknowledged already"; 3],
    ),
    (
        "a reminder of what is acknowledged",
        |r, id, _| {
            hold::acknowledge(r, id, "1", ("on paper", ""), "clerk")?;
            hold::remind(r, id, "1", "clerk").map(drop)
        },
        ["is acknowledged", OVER, OVER],
    ),
    (
        "a notice to nobody",
        |r, id, _| hold::write_notice(r, id, " ", LetterKind::Custodian, "clerk").map(drop),
        ["a notice needs the person it is for"; 3],
    ),
    (
        "a notice acknowledged",
        |r, id, _| hold::acknowledge(r, id, "Anna Larson", ("on paper", ""), "clerk").map(drop),
        [DONE; 3],
    ),
    (
        "the notice of the release written",
        |r, id, _| hold::write_notice(r, id, "Anna Larson", LetterKind::Release, "clerk").map(drop),
        ["is in force", DONE, DONE],
    ),
    ("a reminder written", |r, id, _| hold::remind(r, id, "1", "clerk").map(drop), [DONE, OVER, OVER]),
    ("previewed", |r, id, _| hold::preview_amendment(r, id, &query("road")).map(drop), [DONE, OVER, OVER]),
];

#[test]
fn every_act_on_a_hold_is_done_or_refused_as_its_state_says_and_refusals_change_nothing() {
    let days = ["2025-02-01", "2025-02-10", "2025-06-01"];
    let mut recorded = Vec::new();
    for (state, day) in days.into_iter().enumerate() {
        let (prepared, mut repository) = city();
        let id = place(&mut repository, &query("mill OR road"));
        let family = family_of(&repository, "mill");
        hold::write_notice(&mut repository, id, "Anna Larson", LetterKind::Custodian, "clerk").expect("written");
        if state > 0 {
            hold::release(&mut repository, id, "settled", ATTORNEY).expect("released");
        }
        drop(repository);
        // Each act has a city of its own: some of those that are refused do something before.
        for (act, step, expected) in ACTS {
            let words = expected[state];
            let city = prepared.copied();
            let mut repository = city.open(day);
            let before = (repository.catalog().reading().hold(id).expect("a hold"), covers(&repository, id));
            // Each state of a hold is a column; a released one has two.
            let column = match &before.0.state {
                HoldState::Active => 0,
                HoldState::Released { protected_until: Some(until), .. } if *until >= repository.today() => 1,
                HoldState::Released { .. } => 2,
            };
            assert_eq!(column, state);
            let result = step(&mut repository, id, family);
            let after = (repository.catalog().reading().hold(id).expect("a hold"), covers(&repository, id));
            match result {
                Ok(()) => {
                    assert_eq!(words, DONE, "{act}, state {state}");
                    let is_over = act.starts_with("released") || state > 0;
                    assert_eq!(after.0.state != HoldState::Active, is_over, "{act}, state {state}");
                }
                Err(error) => {
                    assert_ne!(words, DONE, "{act}, state {state}: {error}");
                    assert!(error.to_string().contains(words), "{act}, state {state}: {error}");
                    assert_eq!(after, before, "{act}, state {state}");
                }
            }
            assert_clean(&repository);
            recorded.extend(crate::lives::recorded(&repository));
        }
    }
    crate::lives::assert_complete(&recorded, crate::lives::Life::Hold);
}

#[test]
fn an_amendment_lets_go_only_what_it_says_and_only_after_the_cooling_period() {
    let (city, mut repository) = city();
    let id = place(&mut repository, &query("mill OR road"));
    let [mill, road, ice, plow] = ["mill", "road", "ice", "plow"].map(|subject| family_of(&repository, subject));
    assert_eq!(covers(&repository, id), BTreeSet::from([mill, road, ice]));
    let changed = hold::preview_amendment(&repository, id, &query("road OR plow")).expect("previewed");
    assert_eq!((changed.added, changed.let_go), (vec![plow], vec![mill, ice]));
    let done =
        hold::amend(&mut repository, id, &query("road OR plow"), "second claim", ATTORNEY, None).expect("amended");
    assert_eq!((done.covered, done.added, done.let_go), (2, 1, 2));
    assert_eq!(covers(&repository, id), BTreeSet::from([road, plow]));
    // The earlier scope is readable, and who changed it when.
    let history = hold::history(&repository.catalog().reading(), id).expect("a history");
    let scopes: Vec<_> = history.iter().filter_map(|line| line.scope.clone()).collect();
    assert_eq!(scopes, [query("mill OR road"), query("road OR plow")]);
    assert_eq!(history[1].by, ATTORNEY);
    assert_eq!(purge(&mut repository).destroyed, 1, "the salt alone, which no scope ever reached");
    assert_eq!(purge(&mut city.open("2025-03-03")).destroyed, 0, "what was let go cools down");
    let mut repository = city.open("2025-03-04");
    assert_eq!(purge(&mut repository).destroyed, 2);
    assert_eq!(subjects(&repository), ["plow", "road"].map(str::to_owned).into());
    assert_clean(&repository);
}

#[test]
fn an_excluded_item_stays_excluded_until_it_is_added_again() {
    let (city, mut repository) = city();
    let id = place(&mut repository, &query("mill"));
    let mill = family_of(&repository, "mill");
    exclude(&mut repository, id, mill, ATTORNEY, SECOND).expect("excluded");
    assert!(!covers(&repository, id).contains(&mill));
    // Another copy, another status, a catching up: none of them takes the word of two people back.
    let again = [Message::new("mill", "2024-01-10", "mill", "The mill.")];
    take_in(&mut repository, &city.export("creed.mbox", &again));
    confirm(&mut repository, &[mill], RecordStatus::Transitory, "");
    recordroom::protection::catch_up(&mut repository).expect("caught up");
    assert!(!covers(&repository, id).contains(&mill));
    assert_clean(&repository);
    let today = repository.today();
    let guards = repository.catalog().reading().guards_of(mill, today).expect("read");
    assert_eq!(guards, [Guard::Hold(id)], "it cools down all the same");
    hold::add(&mut repository, id, &[mill], "it matters after all", "clerk").expect("added");
    assert!(covers(&repository, id).contains(&mill));
    let scope = repository.catalog().reading().hold(id).expect("a hold").scope;
    assert_eq!((scope.families, scope.excluded), (vec![mill], Vec::new()));
    assert_clean(&repository);
    // An item added to a hold of everything does not make it a hold of that item.
    let all = place(&mut repository, &Scope::default());
    hold::add(&mut repository, all, &[mill], "to be sure", "clerk").expect("added");
    assert_eq!(covers(&repository, all).len(), 5);
    assert_clean(&repository);
}

#[test]
fn the_release_of_one_hold_leaves_the_other() {
    let (city, mut repository) = city();
    let (one, two) = (place(&mut repository, &query("mill")), place(&mut repository, &query("ice")));
    let (mill, ice) = (family_of(&repository, "mill"), family_of(&repository, "ice"));
    assert_eq!(recordroom::disposition::freed_by_release(&repository, one).expect("previewed"), [mill]);
    hold::write_notice(&mut repository, one, "IT desk", LetterKind::It, "clerk").expect("written");
    hold::acknowledge(&mut repository, one, "IT desk", ("by e-mail", "retention policy R2 off"), "clerk")
        .expect("answered");
    hold::release(&mut repository, one, "settled", ATTORNEY).expect("released");
    // Who was told of the hold is told of its release, once; IT may start again what it suspended for it.
    let untold =
        |repository: &Repository| hold::not_told_of_release(&repository.catalog().reading(), one).expect("read");
    assert_eq!(untold(&repository), ["IT desk"]);
    let told = hold::write_notice(&mut repository, one, "IT desk", LetterKind::Release, "clerk").expect("written");
    let text = told.letter.text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in
        ["was released on", "Why it is released: settled.", "start again", "retention policy R2 off", "stays in force"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(untold(&repository).is_empty());
    assert_eq!(covers(&repository, two), BTreeSet::from([ice]));
    let mut repository = city.open("2025-04-01");
    assert_eq!(purge(&mut repository).destroyed, 4);
    assert_eq!(subjects(&repository), ["ice".to_owned()].into());
    assert_clean(&repository);
}

#[test]
fn a_changed_classification_custodian_or_index_drops_nothing() {
    let (_city, mut repository) = city();
    let all: Vec<FamilyId> = families(&repository).into_iter().map(|(row, _)| row.id).collect();
    let id = place(&mut repository, &query("status:transitory AND mill"));
    let (mill, ice) = (family_of(&repository, "mill"), family_of(&repository, "ice"));
    assert_eq!(covers(&repository, id), BTreeSet::from([mill, ice]));
    confirm(&mut repository, &all, RecordStatus::Official, "ordinances");
    recordroom::protection::catch_up(&mut repository).expect("caught up");
    assert_eq!(covers(&repository, id), BTreeSet::from([mill, ice]), "another status");
    std::fs::remove_dir_all(repository.layout().index()).expect("the index is lost");
    recordroom::protection::catch_up(&mut repository).expect("caught up");
    assert_eq!(covers(&repository, id), BTreeSet::from([mill, ice]), "no index at all");
    let mut work = repository.work().expect("the lock is free");
    recordroom::ingest::rebuild_index(&mut work, &VoidMonitor).expect("made again");
    drop(work);
    assert_eq!(covers(&repository, id), BTreeSet::from([mill, ice]), "another index");
    // An amendment that says nothing of the status lets nothing go because of it.
    let done = hold::amend(&mut repository, id, &query("status:transitory AND road"), "more", ATTORNEY, None);
    assert_eq!(done.expect("amended").let_go, 0);
    assert_eq!(covers(&repository, id), BTreeSet::from([mill, ice]));
}

/// Random acts against a naive model: a hold covers what it covered, and what its scope reaches when it looks.
#[test]
fn what_a_hold_covers_only_grows_but_for_its_issuer() {
    const WORDS: [&str; 4] = ["mill", "road", "status:official", "status:transitory AND mill"];
    for seed in 1..=if crate::is_full() { 40 } else { 6 } {
        let mut random = Random::new(seed);
        let (city, mut repository) = city();
        let mut model: Vec<(HoldId, Scope, BTreeSet<FamilyId>)> = Vec::new();
        let reached = |repository: &Repository, scope: &Scope| -> BTreeSet<FamilyId> {
            hold::preview(repository, scope).expect("previewed").into_iter().collect()
        };
        for step in 0..14 {
            let all: Vec<FamilyId> = families(&repository).into_iter().map(|(row, _)| row.id).collect();
            let custodians =
                if random.chance(2) { vec![CustodianId::new(1 + random.below(2) as i64)] } else { Vec::new() };
            let scope = Scope { custodians, ..query(WORDS[random.below(WORDS.len())]) };
            match random.below(6) {
                0 => {
                    let id = place(&mut repository, &scope);
                    let covered = reached(&repository, &scope);
                    model.push((id, scope, covered));
                }
                1 => {
                    let message =
                        Message::new(&format!("n{step}"), "2024-01-11", &format!("n{step}"), "Mill and road.");
                    let file = ["alarson", "bstone", "nobody"][random.below(3)];
                    take_in(&mut repository, &city.export(&format!("{file}-{seed}-{step}.mbox"), &[message]));
                }
                2 | 3 => {
                    let chosen: Vec<FamilyId> = all.iter().copied().filter(|_| random.chance(2)).collect();
                    let status = [RecordStatus::Official, RecordStatus::Transitory][random.below(2)];
                    confirm(&mut repository, &chosen, status, "ordinances");
                }
                4 if !model.is_empty() => {
                    let nth = random.below(model.len());
                    let (id, old, covered) = &mut model[nth];
                    let (was, is) = (reached(&repository, old), reached(&repository, &scope));
                    hold::amend(&mut repository, *id, &scope, "amended", ATTORNEY, None).expect("amended");
                    covered.retain(|family| !was.contains(family) || is.contains(family));
                    covered.extend(is);
                    *old = scope;
                }
                5 if !model.is_empty() => {
                    let (id, ..) = model.swap_remove(random.below(model.len()));
                    hold::release(&mut repository, id, "over", ATTORNEY).expect("released");
                    assert!(covers(&repository, id).is_empty());
                }
                _ => {}
            }
            recordroom::protection::catch_up(&mut repository).expect("caught up");
            for (id, scope, covered) in &mut model {
                covered.extend(reached(&repository, scope));
                assert_eq!(covers(&repository, *id), *covered, "seed {seed}, step {step}, {id} {scope:?}");
            }
        }
        assert_clean(&repository);
    }
}

/// Items of the quick tier, three batches of a run (`limits::DESTROY_BATCH`), and of the full one, three batches of taking
/// in (`limits::BATCH_ITEMS`) and more than programs like to list.
const MANY: (u64, u64) = (1_050, 10_050);

#[test]
fn however_many_items_are_held_to_the_last_one() {
    let count = if crate::is_full() { MANY.1 } else { MANY.0 };
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let many: Vec<Message> =
        (0..count).map(|n| Message::new(&n.to_string(), "2024-01-10", &format!("old {n}"), "The sidewalk.")).collect();
    take_in(&mut repository, &city.export("alarson.mbox", &many));
    let rows = here(&repository);
    confirm(&mut repository, &rows, RecordStatus::Transitory, "");
    let older = approved_plan(&mut repository);
    let id = place(&mut repository, &query("sidewalk"));
    assert_eq!(covers(&repository, id).len() as u64, count, "complete, however many");
    let counts = plan(&mut repository).counts;
    assert_eq!((counts.held, counts.eligible), (count, 0));
    let done = run(&mut repository, older).expect("executed");
    assert_eq!((done.destroyed, done.dropped.values().sum::<u64>()), (0, count), "batch after batch");
}

/// Every family that is here, without reading it back.
fn here(repository: &Repository) -> Vec<FamilyId> {
    let mut all = Vec::new();
    let take = |row: recordroom::catalog::FamilyRow| {
        all.push(row.id);
        Ok(())
    };
    let filter = recordroom::catalog::FamilyFilter::default();
    repository.catalog().reading().each_family::<CatalogError>(filter, take).expect("listed");
    all
}

#[test]
fn the_catalog_itself_refuses_to_mark_a_held_item_whoever_asks() {
    let (city, mut repository) = city();
    let id = place(&mut repository, &query("mill"));
    let (mill, road) = (family_of(&repository, "mill"), family_of(&repository, "road"));
    let number = approved_plan(&mut repository);
    let rule = RuleRef { edition: "cedar-bend-2024".to_owned(), series: "messages".to_owned() };
    let ask = |repository: &mut Repository| {
        let (at, today) = (repository.now(), repository.today());
        let doomed = [(road, rule.clone()), (mill, rule.clone())];
        repository.catalog_mut().write::<_, CatalogError>(|writing| {
            let event = writing.record_event(at, "somebody", Act::DestructionIntended, "D-1", &json!({}))?;
            writing.intend_destruction(number, &doomed, event.id, (at, today))
        })
    };
    let refused = ask(&mut repository).expect_err("refused");
    assert_eq!(refused.to_string(), format!("{} protects the item {mill}, and nothing of it is destroyed", id));
    let reading = repository.catalog().reading();
    assert_eq!(reading.family(road).expect("a row").state, FamilyState::Live, "with everything else of the call");
    // In the cooling period as well; and what a hold has not looked at yet.
    hold::release(&mut repository, id, "settled", ATTORNEY).expect("released");
    assert!(ask(&mut city.open("2025-02-20")).is_err());
    assert_clean(&city.open("2025-02-20"));
    assert!(matches!(
        city.open("2025-02-20").catalog().reading().hold(id).expect("a hold").state,
        HoldState::Released { protected_until: Some(_), .. }
    ));
}

/// What destroys, and the only files that may call it: whoever adds a second way has to come by here.
const DESTROYING: &[(&str, &[&str])] = &[
    (".intend_destruction(", &["disposition/run.rs"]),
    (".finish_destruction(", &["disposition/run.rs"]),
    ("keys().erase(", &["disposition/run.rs"]),
    ("index.remove(", &["disposition/run.rs"]),
    ("vault().release(", &["disposition/run.rs"]),
    ("SET state = 'intended'", &["catalog/disposals.rs"]),
    ("SET state = 'destroyed'", &["catalog/disposals.rs"]),
    ("DELETE FROM family", &[]),
    ("DELETE FROM record", &["catalog/disposals.rs"]),
    ("DELETE FROM copy", &[]),
    ("DELETE FROM protection", &["catalog/disposals.rs"]),
    ("DELETE FROM hold", &[]),
    ("DELETE FROM request", &[]),
    ("DELETE FROM event", &[]),
    // What an interrupted run left without a row, and packs of which everything that lives was moved.
    (".erase_pack(", &["repository/recover.rs", "repository/compact.rs", "vault/pack.rs"]),
    (".remove_unlisted(", &["repository/recover.rs", "repository/restored.rs"]),
    ("durable::release_ranges(", &["vault/pack.rs"]),
];

#[test]
fn there_is_one_way_to_destroy() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![root.clone()];
    let (mut wrong, mut found) = (Vec::new(), BTreeSet::new());
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("readable") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).expect("below").to_string_lossy().into_owned();
            if !name.ends_with(".rs") || name.ends_with("tests.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a source");
            let program = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (word, allowed) in DESTROYING {
                if program.contains(word) {
                    found.insert(*word);
                    if !allowed.contains(&name.as_str()) {
                        wrong.push(format!("{name} has {word}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let gone: Vec<_> = DESTROYING.iter().filter(|(word, files)| !files.is_empty() && !found.contains(word)).collect();
    assert!(gone.is_empty(), "the list is out of date: {gone:?}");
}
