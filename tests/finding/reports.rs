//! Term reports and saved searches.

use super::town::Town;
use recordroom::base::id::FamilyId;
use recordroom::finding::{FindingError, again, query_lines, save, saved, term_report};
use recordroom::model::event::Act;

#[test]
fn a_term_report_counts_items_families_and_what_each_term_alone_finds() {
    let town = Town::new();
    let repository = town.open();
    let lines = query_lines("\u{feff}# agreed on 3 June\nenergy\n\nvote~\r\ndrainage AND see\neasement\n(road\n");
    let report = term_report(&repository, &lines, None).expect("made");
    let told: Vec<_> = report
        .lines
        .iter()
        .map(|line| {
            let hits = line.hits;
            (line.query.as_str(), hits.items, hits.families, hits.unique_items, hits.unique_families)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("energy", 4, 4, 2, 2),
            ("vote~", 2, 2, 1, 1),
            // A message and its attachment answer together: both count, and easement stands in the attachment too.
            ("drainage AND see", 2, 1, 1, 0),
            ("easement", 3, 3, 1, 1),
            ("(road", 0, 0, 0, 0),
        ]
    );
    assert_eq!(report.mistakes(), 1);
    assert_eq!(
        report.lines[4].mistake.as_deref(),
        Some("not understood at character 1: this parenthesis is never closed")
    );
    assert_eq!((report.total.items, report.total.families), (8, 7), "1 2 8 with its file, 10 11 13 14");
    let of = |line: usize, custodian: &str| report.lines[line].custodians.get(custodian).map(|hits| hits.families);
    assert_eq!((of(0, "Anna Lee"), of(0, "Bo Berg")), (Some(2), Some(3)), "message 1 is in both mailboxes");
    assert_eq!((of(1, "Anna Lee"), of(1, "Bo Berg")), (Some(1), Some(1)));
    assert_eq!((report.among, report.not_searchable, report.unreadable), (14, 1, 0));
    let csv = report.report("").to_csv();
    assert!(
        csv.starts_with("query,items,families,unique items,unique families,remark\r\nenergy,4,4,2,2,\r\n"),
        "{csv}"
    );
    assert!(csv.contains("\r\nenergy,Bo Berg,3,3,1,1\r\n"), "{csv}");
    let some: Vec<FamilyId> = [1, 8, 9].map(FamilyId::new).to_vec();
    let narrowed = term_report(&repository, &lines, Some(&some)).expect("made");
    assert_eq!(narrowed.lines[0].hits.families, 1, "among the collected alone");
    assert_eq!((narrowed.among, narrowed.not_searchable), (3, 1));
}

#[test]
fn a_saved_search_tells_who_ran_it_when_and_what_it_found() {
    let town = Town::new();
    let mut repository = town.open();
    let first = save(&mut repository, "Easements", "easement", 1, "clerk").expect("saved");
    assert_eq!((first.run.count, first.found.hits.len()), (3, 1), "the count is exact whatever is shown");
    assert!(first.before.is_none());
    let second = again(&mut repository, "easements", 10, "attorney").expect("run");
    let before = second.before.as_ref().expect("a run before");
    assert_eq!((before.by.as_str(), &before.families), ("clerk", &second.run.families), "the same items");
    drop(repository);
    let more = "From x Mon Mar  3 09:00:00 2025\r\nFrom: a@b.example\r\nSubject: x\r\n\r\nAnother easement.\r\n\r\n";
    town.take_in("more.mbox", more, "Bo Berg");
    let mut repository = town.open();
    let third = again(&mut repository, "Easements", 10, "clerk").expect("run");
    assert_eq!(third.run.count, 4);
    assert_ne!(third.run.families, second.run.families, "and another digest, as it found more");
    let all = saved(&repository).expect("listed");
    assert_eq!((all.len(), all[0].1.len(), all[0].0.query.as_str()), (1, 3, "easement"));
    for refused in [save(&mut repository, "EASEMENTS", "road", 1, "clerk"), again(&mut repository, "x", 1, "clerk")] {
        assert!(matches!(refused, Err(FindingError::Refused(_))), "{refused:?}");
    }
    assert!(matches!(save(&mut repository, "y", "(road", 1, "clerk"), Err(FindingError::Query(_))), "nothing is kept");
    let event = repository.catalog().reading().last_event_of(&[Act::SearchSaved]).expect("read").expect("an event");
    assert!(!event.details.contains("easement"), "the event does not tell the query: {}", event.details);
}
