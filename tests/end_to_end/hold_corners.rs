//! Corners of holds where one word of the program decides: what is named and what is excluded, who is told when, and how a
//! scope reads.

use crate::hold_life::{ATTORNEY, SECOND, city, covers, exclude, place, query};
use crate::support::*;
use recordroom::base::id::{CustodianId, FamilyId, HoldId};
use recordroom::hold::{self, LetterKind};
use recordroom::model::event::Act;
use recordroom::model::hold::{HoldBasis, Scope};
use recordroom::repository::Repository;
use std::collections::BTreeSet;

#[test]
fn names_and_exclusions_of_a_hold_are_kept_apart_and_never_lost() {
    let (_city, mut repository) = city();
    let [mill, road, ice, plow] = ["mill", "road", "ice", "plow"].map(|subject| family_of(&repository, subject));
    let scope = |repository: &Repository, id| repository.catalog().reading().hold(id).expect("a hold").scope;
    // Of two that are excluded one is added again, and the other stays out.
    let words = place(&mut repository, &query("mill OR road"));
    for family in [mill, road] {
        exclude(&mut repository, words, family, ATTORNEY, SECOND).expect("excluded");
    }
    hold::add(&mut repository, words, &[mill], "it matters after all", "clerk").expect("added");
    assert_eq!(scope(&repository, words).excluded, [road]);
    assert_eq!(covers(&repository, words), BTreeSet::from([mill, ice]));
    // An amendment that names what is excluded takes it back.
    let named = Scope { families: vec![road], ..query("mill") };
    let before = recorded_let_go(&repository);
    hold::amend(&mut repository, words, &named, "the road as well", ATTORNEY, None).expect("amended");
    assert_eq!(
        (scope(&repository, words).families, scope(&repository, words).excluded),
        (vec![mill, road], Vec::new())
    );
    assert_eq!(covers(&repository, words), BTreeSet::from([mill, road, ice]));
    assert_eq!(recorded_let_go(&repository), before, "and lets nothing go, so none is told of");
    // What was named and is excluded is named no more; the last one of a list cannot be excluded.
    let list = place(&mut repository, &Scope { families: vec![mill, plow], ..Scope::default() });
    exclude(&mut repository, list, mill, ATTORNEY, SECOND).expect("excluded");
    assert_eq!((scope(&repository, list).families, scope(&repository, list).excluded), (vec![plow], vec![mill]));
    let last = exclude(&mut repository, list, plow, ATTORNEY, SECOND).expect_err("refused").to_string();
    assert!(last.contains("nothing would be left"), "{last}");
    // A hold of everything has more left than any list.
    let all = place(&mut repository, &Scope::default());
    exclude(&mut repository, all, mill, ATTORNEY, SECOND).expect("excluded");
    assert_eq!(covers(&repository, all).len(), 4);
    // Neither is a hold with words beside its names only a list.
    let beside = place(&mut repository, &Scope { families: vec![plow], ..query("mill") });
    exclude(&mut repository, beside, plow, ATTORNEY, SECOND).expect("excluded");
    assert_eq!(covers(&repository, beside), BTreeSet::from([mill, ice]));
    assert_clean(&repository);
}

fn recorded_let_go(repository: &Repository) -> usize {
    crate::lives::recorded(repository).into_iter().filter(|act| *act == Act::HoldLetGo).count()
}

#[test]
fn a_hold_is_issued_by_somebody_over_items_that_are_there_and_its_history_tells_changes_alone() {
    let (_city, mut repository) = city();
    let mill = family_of(&repository, "mill");
    let mut refused = |issuer: &str, scope: &Scope| {
        let basis = HoldBasis::Order;
        let new = hold::NewHold { matter: "Lund v. City", basis, reason: "order", issuer, scope };
        hold::issue(&mut repository, &new, "clerk").expect_err("refused").to_string()
    };
    assert!(refused(" ", &query("mill")).contains("needs the person who issues it"));
    let excluding = Scope { excluded: vec![mill], ..Scope::default() };
    assert!(refused(ATTORNEY, &excluding).contains("excluded from a hold that is there"));
    assert!(refused(ATTORNEY, &Scope { families: vec![FamilyId::new(99)], ..Scope::default() }).contains("99"));
    let named = Scope { families: vec![mill], ..Scope::default() };
    let placed = hold::place(&mut repository, "Lund v. City", "order", &named, ATTORNEY).expect("placed");
    assert_eq!((placed.covered, placed.too_late), (1, Vec::new()), "what is here is not too late");
    let id = placed.hold;
    hold::write_notice(&mut repository, id, "Anna Larson", LetterKind::Custodian, "clerk").expect("written");
    hold::remind(&mut repository, id, "1", "clerk").expect("reminded");
    hold::acknowledge(&mut repository, id, "1", ("on paper", ""), "clerk").expect("acknowledged");
    hold::release(&mut repository, id, "settled", ATTORNEY).expect("released");
    let told = hold::history(&repository.catalog().reading(), id).expect("a history");
    let acts: Vec<Act> = told.iter().map(|line| line.act).collect();
    assert_eq!(acts, [Act::HoldPlaced, Act::HoldReleased], "letters are told elsewhere");
}

#[test]
fn every_part_of_a_scope_is_told_in_words() {
    let (_city, repository) = city();
    let reading = repository.catalog().reading();
    let (families, excluded) = (vec![FamilyId::new(1), FamilyId::new(2)], vec![FamilyId::new(3)]);
    let day = |text: &str| text.parse().ok();
    let table = [
        (Scope::default(), "everything"),
        (Scope { custodians: vec![CustodianId::new(1)], ..Scope::default() }, "custodians Anna Larson"),
        (
            Scope { parties: vec!["a@b.example".to_owned(), "555-0142".to_owned()], ..Scope::default() },
            "parties a@b.example, 555-0142",
        ),
        (Scope { from: day("2025-01-01"), to: day("2025-03-31"), ..Scope::default() }, "2025-01-01 to 2025-03-31"),
        (Scope { from: day("2025-01-01"), ..Scope::default() }, "from 2025-01-01 on"),
        (Scope { to: day("2025-03-31"), ..Scope::default() }, "up to 2025-03-31"),
        (query("mill"), "what these search words find: mill"),
        (Scope { families: families.clone(), ..Scope::default() }, "items F-1, F-2"),
        (Scope { excluded: excluded.clone(), ..Scope::default() }, "everything; without F-3"),
        (
            Scope { families, excluded, ..query("mill") },
            "what these search words find: mill; items F-1, F-2; without F-3",
        ),
    ];
    for (scope, words) in table {
        assert_eq!(hold::told(&reading, &scope).expect("told"), words);
    }
}

#[test]
fn a_reminder_is_due_on_the_last_of_the_citys_days_counted_from_the_last_letter_of_a_hold_in_force() {
    let (city, mut repository) = city();
    let days = repository.profile().policy.hold_reminder_days;
    let id = place(&mut repository, &query("mill"));
    let released = place(&mut repository, &query("road"));
    for hold in [id, released] {
        hold::write_notice(&mut repository, hold, "Anna Larson", LetterKind::Custodian, "clerk").expect("written");
    }
    hold::release(&mut repository, released, "settled", ATTORNEY).expect("released");
    let first: chrono::NaiveDate = "2025-02-01".parse().expect("a day");
    let on = |days: u32| (first + chrono::Days::new(u64::from(days))).to_string();
    let due = |repository: &Repository| -> Vec<(HoldId, String)> {
        let all = hold::due_reminders(repository).expect("looked").into_iter();
        all.map(|(notice, since)| (notice.hold, since.to_string())).collect()
    };
    assert_eq!(due(&city.open(&on(days - 1))), []);
    let mut later = city.open(&on(days));
    assert_eq!(due(&later), [(id, on(days))], "not of the hold that was released");
    hold::remind(&mut later, id, "1", "clerk").expect("reminded");
    assert_eq!(due(&later), []);
    assert_eq!(due(&city.open(&on(2 * days))), [(id, on(2 * days))], "counted from the reminder");
}
