//! Corners of protection where one word of the program decides what is inside. Each row differs from its neighbour in one
//! thing and says why.

use super::{Compiled, Owners, asks_the_catalog};
use crate::base::id::{CustodianId, FamilyId};
use crate::catalog::Standing;
use crate::model::classification::{RecordStatus, StatusBasis};
use crate::model::hold::Scope;
use crate::model::item::{ParsedItem, Searchable};
use crate::model::record::{RecordKind, SourceTime, ZoneBasis};
use crate::query::parse;

fn standing() -> Standing {
    let status = RecordStatus::Transitory;
    Standing { status, basis: StatusBasis::Proposed, series: "texts".to_owned(), confidence: 50 }
}

/// A message about the mill, sent by nobody known on a day of 2025.
fn item() -> ParsedItem {
    let mut item = ParsedItem::new(RecordKind::Email);
    item.body = "The mill.".to_owned();
    let at = "2025-02-01T18:00:00Z".parse().expect("a moment");
    item.sent_at = Some(SourceTime { at, as_written: String::new(), zone: ZoneBasis::FormatIsUtc });
    item
}

fn custodian(id: i64) -> (CustodianId, String) {
    (CustodianId::new(id), format!("Custodian {id}"))
}

#[test]
fn a_scope_that_names_items_reaches_those_and_beside_another_part_what_that_reaches() {
    let (named, other, new) = (Some(FamilyId::new(7)), Some(FamilyId::new(8)), None);
    let seven = || Scope { families: vec![FamilyId::new(7)], ..Scope::default() };
    let reached = |scope: &Scope, family| {
        let compiled = Compiled::new(scope, "the hold").expect("a scope");
        compiled.covers(family, &item(), &[custodian(1)], &standing(), chrono_tz::America::Chicago)
    };
    let beside: [(Scope, bool, &str); 10] = [
        (seven(), false, "items alone"),
        (Scope { custodians: vec![CustodianId::new(1)], ..seven() }, true, "her mailbox beside them"),
        (Scope { custodians: vec![CustodianId::new(2)], ..seven() }, false, "his mailbox beside them"),
        (Scope { parties: vec!["x@y.example".to_owned()], ..seven() }, true, "a party, of an item that names none"),
        (Scope { from: "2025-01-01".parse().ok(), ..seven() }, true, "a first day"),
        (Scope { from: "2025-03-01".parse().ok(), ..seven() }, false, "a later one"),
        (Scope { to: "2025-03-01".parse().ok(), ..seven() }, true, "a last day"),
        (Scope { to: "2025-01-01".parse().ok(), ..seven() }, false, "an earlier one"),
        (Scope { query: Some("mill".to_owned()), ..seven() }, true, "words"),
        (Scope { query: Some("road".to_owned()), ..seven() }, false, "other words"),
    ];
    for (scope, expected, why) in beside {
        assert!(reached(&scope, named), "named: {why}");
        assert_eq!(reached(&scope, other), expected, "another item: {why}");
        assert_eq!(reached(&scope, new), expected, "an item that has no number yet: {why}");
    }
    let all_but = Scope { excluded: vec![FamilyId::new(7)], ..Scope::default() };
    assert!(!reached(&all_but, named), "excluded by name");
    assert!(reached(&all_but, other) && reached(&all_but, new), "and nothing else");
    let both = Scope { excluded: vec![FamilyId::new(7)], ..seven() };
    assert!(!reached(&both, named), "an exclusion counts before a name");
}

#[test]
fn words_are_asked_only_of_what_is_fully_searchable() {
    let road = Scope { query: Some("road".to_owned()), ..Scope::default() };
    let compiled = Compiled::new(&road, "the hold").expect("a scope");
    let mut item = item();
    for (searchable, expected) in [(Searchable::Fully, false), (Searchable::Partly, true), (Searchable::Not, true)] {
        item.searchable = searchable;
        let reached = compiled.covers(None, &item, &[], &standing(), chrono_tz::America::Chicago);
        assert_eq!(reached, expected, "{searchable:?}");
    }
}

#[test]
fn a_query_that_asks_for_what_changes_without_the_item_is_known_wherever_that_stands() {
    let table = [
        ("status:official", true),
        ("series:texts", true),
        ("custodian:lee", true),
        ("mill AND custodian:lee", true),
        ("custodian:lee OR mill", true),
        ("NOT status:personal", true),
        ("mill AND (road OR NOT series:adm-1)", true),
        ("mill", false),
        ("mill AND NOT road", false),
        ("kind:email OR date:2025-02-01", false),
        ("\"status series custodian\"", false),
    ];
    for (query, asks) in table {
        assert_eq!(asks_the_catalog(&parse(query).expect("a query")), asks, "{query}");
        let scope = Scope { query: Some(query.to_owned()), ..Scope::default() };
        assert_eq!(Compiled::in_force(&scope).asks_the_catalog(), asks, "{query}");
    }
    assert!(!Compiled::in_force(&Scope::default()).asks_the_catalog(), "no words ask for nothing");
}

#[test]
fn a_hold_is_by_no_directory_of_people_and_one_that_is_not_understood_any_more_reaches_more_and_not_less() {
    let with = |query: &str| Scope { query: Some(query.to_owned()), ..Scope::default() };
    let error = Compiled::new(&with("mill AND Person:lee"), "the hold H-1").expect_err("refused").to_string();
    assert!(error.contains("H-1") && error.contains("not be held by"), "{error}");
    for query in ["person:lee", "(mill"] {
        let compiled = Compiled::in_force(&with(query));
        let reached = compiled.covers(None, &item(), &[], &standing(), chrono_tz::America::Chicago);
        assert!(reached, "{query}: without its words the scope reaches everything");
    }
}

/// The copies of a family are looked at together, each alone as they came, and one of an unknown mailbox as such.
#[test]
fn every_copy_is_looked_at_with_the_others_and_alone() {
    let looks = |all: &[i64], some_unknown| -> Vec<Vec<i64>> {
        let owners = Owners { all: all.iter().map(|id| custodian(*id)).collect(), some_unknown };
        owners.each().map(|one| one.iter().map(|(id, _)| id.get()).collect()).collect()
    };
    let none: Vec<i64> = Vec::new();
    assert_eq!(looks(&[], true), std::slice::from_ref(&none));
    assert_eq!(looks(&[1], false), [vec![1]]);
    assert_eq!(looks(&[1], true), [vec![1], none.clone()]);
    assert_eq!(looks(&[1, 2], false), [vec![1, 2], vec![1], vec![2]]);
    assert_eq!(looks(&[1, 2, 3], true), [vec![1, 2, 3], vec![1], vec![2], vec![3], none]);
    // What one copy alone answers differently is inside: her words are in his mailbox as well.
    let scope = Scope { query: Some("NOT custodian:\"Custodian 2\"".to_owned()), ..Scope::default() };
    let compiled = Compiled::new(&scope, "the hold").expect("a scope");
    let reached = |all: &[i64]| {
        let owners = Owners { all: all.iter().map(|id| custodian(*id)).collect(), some_unknown: false };
        owners.reached_by(&compiled, FamilyId::new(7), &item(), &standing(), chrono_tz::America::Chicago)
    };
    assert!(reached(&[1]) && reached(&[1, 2]), "by the copy of the first");
    assert!(!reached(&[2]), "and not by the copy of the second");
}
