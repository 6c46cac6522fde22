//! A bill beside a phone, and mailboxes with holes, as plain rows; and one repository from end to end.

use super::*;
use crate::gaps::months::counted;
use chrono::NaiveDate;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// 2025-11-03 14:00:00 UTC.
const NOON: i64 = 1_762_178_400;
const ANN: &str = "6125550142";
const BOB: &str = "6515550143";

fn row(kind: Kind, way: Way, minutes: i64, other: &str, duration: Option<Duration>) -> Row {
    let at = NOON + minutes * 60;
    Row { item: format!("R-{minutes}"), kind, way, at, others: vec![other.to_owned()], duration, is_carried: true }
}

fn call(way: Way, minutes: i64, other: &str, seconds: u64) -> Row {
    row(Kind::Call, way, minutes, other, Some(Duration { seconds, is_rounded: false }))
}

fn billed(way: Way, minutes: i64, other: &str, whole: u64) -> Row {
    row(Kind::Call, way, minutes, other, Some(Duration { seconds: whole * 60, is_rounded: true }))
}

fn text(way: Way, minutes: i64, other: &str) -> Row {
    row(Kind::Text, way, minutes, other, None)
}

fn at(mut row: Row, seconds: i64) -> Row {
    row.at += seconds;
    row
}

/// Positions: matched, only on the bill, only on the phone, on no bill.
type Positions<'a> = (&'a [(usize, usize)], &'a [usize], &'a [usize], &'a [usize]);

#[test]
fn rows_are_matched_one_to_one_and_the_others_are_gaps() {
    let mut imessage = text(Way::Out, 5, ANN);
    imessage.is_carried = false;
    let mut group = text(Way::Out, 9, ANN);
    group.others.push(BOB.to_owned());
    let cases: [(Vec<Row>, Vec<Row>, Positions<'_>, &str); 12] = [
        (
            vec![billed(Way::Out, 0, ANN, 3)],
            vec![at(call(Way::Out, 0, ANN, 125), 37)],
            (&[(0, 0)], &[], &[], &[]),
            "a bill has the minute and rounds up",
        ),
        (vec![text(Way::In, 0, ANN)], vec![], (&[], &[0], &[], &[]), "the phone does not have it"),
        (vec![], vec![text(Way::In, 0, ANN)], (&[], &[], &[0], &[]), "the bill does not have it"),
        (
            vec![text(Way::In, 0, ANN)],
            vec![text(Way::Out, 0, ANN)],
            (&[], &[0], &[0], &[]),
            "another direction is another text",
        ),
        (
            vec![text(Way::Unknown, 0, ANN)],
            vec![text(Way::Out, 0, ANN)],
            (&[(0, 0)], &[], &[], &[]),
            "a direction that is not told fits",
        ),
        (
            vec![text(Way::In, 0, ANN)],
            vec![text(Way::In, 0, BOB)],
            (&[], &[0], &[0], &[]),
            "another number is another text",
        ),
        (
            vec![text(Way::In, 0, ANN)],
            vec![text(Way::In, 3, ANN)],
            (&[], &[0], &[0], &[]),
            "three minutes are more than the tolerance",
        ),
        (
            vec![text(Way::In, 0, ANN); 2],
            vec![text(Way::In, 0, ANN)],
            (&[(0, 0)], &[1], &[], &[]),
            "two equal rows are two texts",
        ),
        (
            vec![],
            vec![call(Way::Unanswered, 0, ANN, 0), imessage],
            (&[], &[], &[], &[0, 1]),
            "no bill has a call nobody answered or a message of an application",
        ),
        (
            vec![billed(Way::In, 0, ANN, 1)],
            vec![call(Way::Unanswered, 0, ANN, 0)],
            (&[(0, 0)], &[], &[], &[]),
            "a missed call that went to voicemail is billed",
        ),
        (
            vec![text(Way::Out, 9, ANN), text(Way::Out, 9, BOB)],
            vec![group],
            (&[(0, 0), (1, 0)], &[], &[], &[]),
            "a text to a group is billed for each member",
        ),
        (
            vec![text(Way::Unknown, 0, ANN), text(Way::In, 0, ANN)],
            vec![text(Way::In, 0, ANN), text(Way::Out, 0, ANN)],
            (&[(0, 1), (1, 0)], &[], &[], &[]),
            "rows that tell their direction choose first",
        ),
    ];
    for (bill, phone, (matched, bill_only, phone_only, not_billed), why) in cases {
        let found = compare(&bill, &phone, Tolerance::default());
        assert_eq!(found.matched, matched, "{why}");
        assert_eq!(found.bill_only, bill_only, "{why}");
        assert_eq!(found.phone_only, phone_only, "{why}");
        assert_eq!(found.not_billed, not_billed, "{why}");
    }
}

#[test]
fn the_clock_is_found_only_where_enough_rows_fit_better() {
    let bill: Vec<Row> = (0..6).map(|n| text(Way::Out, n * 47, ANN)).collect();
    let shifted = |seconds: i64| -> Vec<Row> { bill.iter().map(|row| at(row.clone(), seconds)).collect() };
    let cases: [(Vec<Row>, i64, usize, &str); 5] = [
        (shifted(0), 0, 0, "the same clock"),
        (shifted(-6 * 3600), -6 * 3600, 0, "local times that were read as UTC"),
        (shifted(3600 + 11), 3611, 0, "an hour and some seconds"),
        (shifted(90), 0, 0, "what lies within the tolerance is no shift"),
        (shifted(20 * 3600), 0, 6, "no zone is twenty hours away"),
    ];
    for (phone, seconds, missing, why) in cases {
        let found = compare(&bill, &phone, Tolerance::default());
        assert_eq!((found.clock.seconds, found.bill_only.len()), (seconds, missing), "{why}");
    }
    let two = compare(&bill[..2], &shifted(3600)[..2], Tolerance::default());
    assert_eq!(two.clock.seconds, 0, "two rows prove no clock");
}

#[test]
fn what_is_unsure_is_said_beside_the_gaps() {
    let bill = [text(Way::In, 0, ANN), text(Way::In, 0, ANN), text(Way::In, 60, ANN), billed(Way::Out, 90, BOB, 12)];
    let phone = [text(Way::In, 0, ANN), call(Way::Out, 90, BOB, 15)];
    let found = compare(&bill, &phone, Tolerance::default());
    assert_eq!(found.bill_only, [1, 2]);
    assert_eq!(found.maybe_parts, [1], "a long text is billed in parts");
    assert_eq!(found.durations, [(3, 1)], "twelve minutes on the bill, fifteen seconds on the phone");
    let carol = "6125550199";
    let found = compare(
        &[text(Way::In, 0, carol), text(Way::In, 9, carol), text(Way::In, 1, BOB)],
        &[text(Way::In, 0, ANN)],
        Tolerance::default(),
    );
    let told: Vec<(&str, u64)> = found.unknown_to_phone.iter().map(|one| (one.number.as_str(), one.rows)).collect();
    assert_eq!(told, [(carol, 2), (BOB, 1)]);
    assert_eq!(found.unknown_to_bill.len(), 1);
}

#[test]
fn numbers_are_compared_by_their_digits() {
    let cases: [(&str, &str); 7] = [
        ("+16125550142", ANN),
        ("(612) 555-0142", ANN),
        ("1-612-555-0142", ANN),
        ("+44 20 7946 0018", "442079460018"),
        ("40404", "40404"),
        ("Restricted", "restricted"),
        ("group_8@rcs.google.com", "group_8@rcs.google.com"),
    ];
    for (written, key) in cases {
        assert_eq!(number_key(written), key);
    }
}

#[test]
fn months_without_anything_are_there_too() {
    let day = |month, day| NaiveDate::from_ymd_opt(2025, month, day).expect("a day");
    assert_eq!(
        months_of(day(11, 30), NaiveDate::from_ymd_opt(2026, 2, 1).expect("a day")),
        ["2025-11", "2025-12", "2026-01", "2026-02"]
    );
    let all: Vec<(String, u64)> =
        counted(&[day(1, 3), day(1, 4), day(4, 1)], None, Some(day(5, 1))).into_iter().collect();
    let counts: Vec<u64> = all.iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, [2, 0, 0, 1, 0]);
    assert!(counted(&[], None, None).is_empty());
}

fn letter(item: &str, day: Option<NaiveDate>, id: &str, references: &[&str], is_ours: bool) -> Letter {
    Letter {
        item: item.to_owned(),
        day,
        custodians: vec!["Anna Lee".to_owned()],
        id: id.to_owned(),
        references: references.iter().map(|one| (*one).to_owned()).collect(),
        is_ours,
    }
}

#[test]
fn messages_that_are_answered_and_not_here_come_first() {
    let letters = [
        letter("R-1", None, "a@x.example", &["gone@x.example"], false),
        letter("R-2", None, "b@cedarbend.example", &["a@x.example", "asked@x.example"], true),
        letter("R-3", None, "c@x.example", &["sent@mail.cedarbend.example"], false),
        letter("R-4", None, "d@x.example", &["gone@x.example", "gone@x.example"], false),
        letter("R-5", None, "e@cedarbend.example", &["old@y.example", "a@x.example"], true),
    ];
    let known: BTreeSet<String> = letters.iter().map(|one| one.id.clone()).collect();
    let gaps = look(
        &letters,
        &known,
        &["Anna Lee".to_owned(), "Bo Berg".to_owned()],
        &["cedarbend.example".to_owned()],
        None,
        None,
    );
    let told: Vec<(&str, &[String], bool, bool)> = gaps
        .absent
        .iter()
        .map(|one| (one.id.as_str(), one.cited_by.as_slice(), one.was_answered, one.was_ours))
        .collect();
    let items = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        told,
        [
            ("asked@x.example", items(&["R-2"]).as_slice(), true, false),
            ("sent@mail.cedarbend.example", items(&["R-3"]).as_slice(), false, true),
            ("gone@x.example", items(&["R-1", "R-4"]).as_slice(), false, false),
            ("old@y.example", items(&["R-5"]).as_slice(), false, false),
        ],
        "what the city answered, what it sent, then by how often it is cited"
    );
    assert_eq!(
        (gaps.messages, gaps.undated, gaps.without_any),
        (5, 5, vec!["Anna Lee".to_owned(), "Bo Berg".to_owned()])
    );
}

/// How long each is, and what is usual.
type Silences<'a> = &'a [(i64, i64)];

#[test]
fn a_silence_is_told_by_what_is_usual_in_the_mailbox() {
    let start = NaiveDate::from_ymd_opt(2025, 1, 1).expect("a day");
    let daily = |skip: std::ops::Range<i64>| -> Vec<Letter> {
        (0..120)
            .filter(|day| !skip.contains(day))
            .map(|day| letter("R-1", Some(start + chrono::TimeDelta::days(day)), "", &[], false))
            .collect()
    };
    let cases: [(Vec<Letter>, Silences<'_>, &[&str], &str); 4] = [
        (daily(0..0), &[], &[], "mail every day"),
        (daily(20..27), &[(8, 1)], &[], "eight days in a mailbox of every day"),
        (daily(25..27), &[], &[], "a long weekend"),
        (daily(31..59), &[(29, 1)], &["2025-02"], "February is missing"),
    ];
    for (letters, silences, months, why) in cases {
        let gaps = look(&letters, &BTreeSet::new(), &[], &[], None, None);
        let told: Vec<(i64, i64)> = gaps.silences.iter().map(|one| (one.days, one.usual)).collect();
        assert_eq!(told, silences, "{why}");
        assert_eq!(gaps.empty_months.get("Anna Lee").map_or(&[][..], Vec::as_slice), months, "{why}");
    }
    let few: Vec<Letter> = daily(0..0).into_iter().step_by(30).collect();
    assert!(look(&few, &BTreeSet::new(), &[], &[], None, None).silences.is_empty(), "four messages make nothing usual");
    let april = NaiveDate::from_ymd_opt(2025, 6, 30);
    let gaps = look(&daily(0..0), &BTreeSet::new(), &[], &[], Some(start), april);
    assert_eq!(
        gaps.empty_months["Anna Lee"],
        ["2025-05", "2025-06"],
        "the months of the period count, not only those of the mail"
    );
}

fn any_row() -> impl Strategy<Value = Row> {
    let way = prop::sample::select(vec![Way::In, Way::Out]);
    let kind = prop::sample::select(vec![Kind::Call, Kind::Text]);
    let number = prop::sample::select(vec![ANN, BOB, "6125550199"]);
    (kind, way, -5000_i64..5000, number, 1_u64..900).prop_map(|(kind, way, minutes, number, seconds)| {
        let duration = (kind == Kind::Call).then_some(Duration { seconds, is_rounded: false });
        row(kind, way, minutes, number, duration)
    })
}

proptest! {
    #[test]
    fn a_phone_that_lost_some_rows_has_exactly_so_many_gaps(
        rows in proptest::collection::vec(any_row(), 0..60),
        lost in proptest::collection::vec(any::<bool>(), 60),
        hours in -3_i64..3,
        late in 0_i64..60,
    ) {
        // What is lost may not turn the best shift into another one: it is a minority.
        let kept: Vec<Row> = rows
            .iter()
            .zip(&lost)
            .enumerate()
            .filter(|(at, (_, lost))| !**lost || at % 3 > 0)
            .map(|(_, (row, _))| at(row.clone(), hours * 3600 + late))
            .collect();
        let found = compare(&rows, &kept, Tolerance::default());
        prop_assert_eq!(found.matched.len() + found.bill_only.len(), rows.len());
        prop_assert_eq!(kept.len() - found.matched.len(), found.phone_only.len() + found.not_billed.len());
        if hours == 0 {
            prop_assert_eq!(found.bill_only.len(), rows.len() - kept.len(), "clock {:?}", found.clock);
        }
        // One to one: nothing is used twice.
        let (bill, phone): (BTreeSet<usize>, BTreeSet<usize>) = found.matched.iter().copied().unzip();
        prop_assert_eq!((bill.len(), phone.len()), (found.matched.len(), found.matched.len()));
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter(
        rows in proptest::collection::vec(any_row(), 0..40),
        others in proptest::collection::vec(any_row(), 0..40),
    ) {
        let reversed = |rows: &[Row]| rows.iter().rev().cloned().collect::<Vec<_>>();
        let one = compare(&rows, &others, Tolerance::default());
        let two = compare(&reversed(&rows), &reversed(&others), Tolerance::default());
        prop_assert_eq!((one.clock.seconds.abs(), one.clock.fitting), (two.clock.seconds.abs(), two.clock.fitting));
        prop_assert_eq!(one.matched.len(), two.matched.len());
    }
}
