//! What is refused or fails leaves no folder and uses no number.

use super::support::{City, city, draw, new_request};
use recordroom::base::fault::{self, FaultKind};
use recordroom::base::id::{ProductionId, RequestId};
use recordroom::base::monitor::VoidMonitor;
use recordroom::model::request::RequestKind;
use recordroom::model::review::Decision;
use recordroom::production::{Outcome, ProduceOptions, ProductionError, produce_with};
use recordroom::render::{Rendered, Rendition};
use recordroom::request;
use std::fs;

#[test]
fn what_is_not_ready_is_refused_and_leaves_nothing() {
    let mut city = city(RequestKind::Public);
    let fresh = request::open(&mut city.repository, new_request(RequestKind::Public), "clerk").expect("opened").id;
    let (path, options) = (city.path("out"), ProduceOptions::default());
    let early = produce_with(&mut city.repository, fresh, &path, &options, "clerk", &VoidMonitor, &draw);
    assert!(early.expect_err("never collected").to_string().contains("nothing was collected"));
    let refused = |city: &mut City, words: &str| {
        let error = city.produce("out").expect_err("refused").to_string();
        assert!(error.contains(words), "{error}");
        assert!(!city.path("out").exists() && city.next_number() == 1);
    };
    city.decide("Lunch", None, Decision::NotResponsive, "");
    refused(&mut city, "7 collected items have no decision yet");
    let mut city = city.decided();
    city.decide("Odd", None, Decision::Withheld, "Minn. Stat. § 13.37, subd. 1(a)");
    refused(&mut city, "wants a determination by a person");
    city.decide("Odd", None, Decision::PartlyWithheld, "Minn. Stat. § 13.43");
    refused(&mut city, "withheld in part");
    city.decide("Odd", None, Decision::Responsive, "");
    fs::create_dir(city.path("taken")).expect("a folder");
    assert!(city.produce("taken").expect_err("taken").to_string().contains("there already"));
    assert!(city.produce("no/such/parent").expect_err("no parent").to_string().contains("no folder"));
    let options = ProduceOptions { prefix: Some("cb".to_owned()), ..ProduceOptions::default() };
    assert!(matches!(city.produce_as("out", &options), Err(ProductionError::Prefix(_))));
    let options = ProduceOptions { natives: true, ..ProduceOptions::default() };
    assert!(city.produce_as("out", &options).expect_err("public").to_string().contains("to a subpoena alone"));
    request::close(&mut city.repository, city.request, "withdrawn", "clerk").expect("closed");
    refused(&mut city, "is closed");
}

#[test]
fn a_failure_anywhere_uses_no_number_and_leaves_no_folder() {
    let mut city = city(RequestKind::Public).decided();
    for nth in 1.. {
        fault::arm(FaultKind::FailOnce, nth);
        let outcome = city.produce("out");
        let reached = fault::disarm();
        if outcome.is_ok() {
            // Only what comes after the record may fail without harm: the mark of the newest event, which the next work
            // writes again, and the note that is taken away at the very end.
            assert!(nth + 1 >= reached, "point {nth} of {reached} was swallowed");
            break;
        }
        assert!(!city.path("out").exists(), "point {nth} left a folder");
        assert!(!city.path(".out.unfinished").exists(), "point {nth} left an unfinished folder");
        assert_eq!(city.next_number(), 1, "point {nth} used a number");
        assert_eq!(city.repository.catalog().reading().next_production().expect("read"), ProductionId::new(1));
        assert_eq!(city.verified(), [], "point {nth} left bytes or a key");
    }
    assert_eq!(city.findings("out"), []);
}

#[test]
fn what_a_crash_left_is_cleared_by_the_next_production() {
    let mut crashed = city(RequestKind::Public).decided();
    let empty = crashed.second_request();
    let (mut points, mut left, mut sealed) = (0, 0, 0);
    // Numbers are set aside once: what a crashed attempt wrote down the next one need not. So that every attempt has the
    // same points, they are set aside before the first.
    let set_aside = crashed.repository.catalog_mut().write::<_, recordroom::catalog::CatalogError>(|writing| {
        writing.give("production".to_owned(), 9);
        writing.give(recordroom::catalog::volumes(RequestId::new(1)), 9);
        for prefix in ["CB-", "CITY-"] {
            writing.give(format!("pages {prefix}"), 99);
        }
        Ok(())
    });
    set_aside.expect("written down");
    for nth in 1.. {
        fault::arm(FaultKind::Crash, nth);
        let outcome = crashed.produce("out");
        fault::disarm();
        if outcome.is_ok() {
            break;
        }
        points = nth;
        assert_eq!(crashed.next_number(), 1, "point {nth} used a number");
        // The next production goes elsewhere, and still clears what the crash left here.
        left += u32::from(crashed.path("out").exists());
        let before = crashed.verified();
        let elsewhere = crashed.path("elsewhere");
        let (options, nothing) = (ProduceOptions::default(), Ok(Outcome::NothingResponsive));
        let answer = produce_with(&mut crashed.repository, empty, &elsewhere, &options, "clerk", &VoidMonitor, &draw);
        assert_eq!(answer.map_err(|error| error.to_string()), nothing);
        assert!(!crashed.path("out").exists() && !crashed.path(".out.unfinished").exists(), "point {nth}");
        sealed += u32::from(!before.is_empty());
        assert_eq!(crashed.verified(), [], "point {nth} left bytes or a key");
    }
    assert!(sealed > 3, "some of the crashes left bytes or a key until then: {sealed}");
    assert!(points > 20, "the walk reached the points of the whole build: {points}");
    assert_eq!(left, 1, "once the crash came between the final name and the commit");
    assert_eq!(crashed.findings("out"), []);
    assert_eq!(crashed.next_number(), 9);
    assert_eq!(crashed.verified(), []);
}

#[test]
fn a_production_that_fails_its_check_is_not_recorded() {
    let mut city = city(RequestKind::Public).decided();
    let lying = |rendition: &Rendition| draw(rendition).map(|drawn| Rendered { pages: drawn.pages + 1, ..drawn });
    let (path, request, options) = (city.path("out"), city.request, ProduceOptions::default());
    let outcome = produce_with(&mut city.repository, request, &path, &options, "clerk", &VoidMonitor, &lying);
    let Err(ProductionError::NotClean(findings)) = outcome else { panic!("it passed: {outcome:?}") };
    assert!(findings.iter().all(|one| one.code == "pages"), "{findings:?}");
    assert!(!path.exists() && city.next_number() == 1);
}
