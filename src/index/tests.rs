//! The index as a whole: it answers as the search in memory does, loses nothing in a crash, and forgets what it must.

use super::change::directories;
use super::part::OpenPart;
use super::splits::Splits;
use super::{Entry, Found, Index, IndexError, Standing};
use crate::base::fault::{self, FaultKind};
use crate::base::id::{CustodianId, EventId, FamilyId};
use crate::base::tier::cases;
use crate::base::{durable, limits};
use crate::model::classification::RecordStatus;
use crate::model::item::Searchable;
use crate::model::record::RecordKind;
use crate::query::{Document, Field, Flag, Pattern, Query, matches};
use chrono::NaiveDate;
use proptest::prelude::*;
use std::path::Path;
use tempfile::TempDir;

/// Few words, so that they meet: some share a beginning, some a stem, one is an address with its parts.
const WORDS: [&str; 12] = [
    "road",
    "roads",
    "roadwork",
    "permit",
    "permits",
    "permitted",
    "Zoning",
    "zone",
    "anna@cedarbend.example",
    "café",
    "763-555-0142",
    "道路",
];

fn temporary() -> TempDir {
    durable::set_syncing(false);
    tempfile::tempdir().expect("a temporary directory")
}

/// What the catalog would say, from the documents themselves.
struct Told<'d>(&'d [Entry]);

impl Standing for Told<'_> {
    fn families(&self, part_of_query: &Query) -> Result<Vec<FamilyId>, IndexError> {
        Ok(self.0.iter().filter(|one| matches(part_of_query, &one.document)).map(|one| one.family).collect())
    }
}

fn expected(query: &Query, entries: &[Entry], limit: usize) -> Found {
    let mut hits: Vec<&Entry> = entries.iter().filter(|one| matches(query, &one.document)).collect();
    hits.sort_by_key(|one| (std::cmp::Reverse(one.sent_at), one.family));
    Found { count: hits.len() as u64, families: hits.iter().take(limit).map(|one| one.family).collect() }
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(&WORDS[..]).prop_map(str::to_owned),
        1 => "[a-z]{1,3}",
        1 => Just(", ".to_owned()),
    ];
    prop::collection::vec(piece, 0..9).prop_map(|words| words.join(" "))
}

prop_compose! {
    fn document()(
        kind in prop::sample::select(&RecordKind::ALL[..]),
        status in prop::sample::select(RecordStatus::ALL),
        series in prop::sample::select(vec!["", "ADM-1", "FIN-22"]),
        custodian in prop::option::of(prop::sample::select(vec!["Anna Lee", "Bo Berg"])),
        day in prop::option::of(0_i32..70),
        searchable in prop::sample::select(vec![Searchable::Fully, Searchable::Partly, Searchable::Not]),
        attachment_types in prop::collection::vec(prop::sample::select(vec!["application/pdf", "image/png", ""]), 0..3),
        texts in prop::collection::vec((prop::sample::select(&Field::STORED[..]), text()), 0..6),
    ) -> Document {
        let first = NaiveDate::from_ymd_opt(2025, 1, 1).expect("a day");
        Document {
            family: None,
            kind,
            status,
            series: series.to_owned(),
            custodians: custodian.map(|name: &str| (CustodianId::new(7), name.to_owned())).into_iter().collect(),
            day: day.map(|day| first + chrono::Days::new(day.unsigned_abs().into())),
            searchable,
            attachment_types: attachment_types.into_iter().map(str::to_owned).collect(),
            texts,
        }
    }
}

/// Documents as entries: numbers in order, moments on their days (a few on the same second), months of those.
fn entries(documents: Vec<Document>, first: i64) -> Vec<Entry> {
    let entry = |(number, mut document): (i64, Document)| {
        let family = FamilyId::new(number);
        document.family = Some(family);
        let noon = |day: NaiveDate| day.and_hms_opt(12, 0, 0).expect("noon").and_utc().timestamp();
        let month = document.day.map_or("undated".to_owned(), |day| day.format("%Y-%m").to_string());
        // What was only received has a month and no moment at which it was sent.
        let sent_at = document.day.filter(|_| number % 7 != 0).map(noon);
        Entry { family, month, sent_at, document }
    };
    (first..).zip(documents).map(entry).collect()
}

fn pattern() -> impl Strategy<Value = Pattern> {
    prop_oneof![
        6 => prop::sample::select(vec![
            "road", "roads", "permit", "zoning", "zone", "anna", "cedarbend", "cafe", "7635550142", "道路",
            "anna@cedarbend.example", "nowhere",
        ]).prop_map(|word: &str| Pattern::Exact(word.to_owned())),
        2 => prop::sample::select(vec!["road*", "*mit*", "r?ad", "*work", "zon*", "??"])
            .prop_map(|shape: &str| Pattern::Wildcard(shape.to_owned())),
        1 => prop::sample::select(vec!["permit", "road", "zone", "permitting"])
            .prop_map(|word: &str| Pattern::Stem(word.to_owned())),
    ]
}

fn field() -> impl Strategy<Value = Field> {
    prop_oneof![3 => Just(Field::Any), 2 => Just(Field::Body), 2 => prop::sample::select(&Field::STORED[..])]
}

fn words_query() -> impl Strategy<Value = Query> {
    let group = || prop::collection::vec(prop::collection::vec(pattern(), 1..3), 1..3);
    prop_oneof![
        3 => (field(), pattern()).prop_map(|(field, pattern)| Query::Word(field, pattern)),
        3 => (field(), prop::collection::vec(pattern(), 1..4)).prop_map(|(field, words)| Query::Phrase(field, words)),
        3 => (field(), 1_u32..6, any::<bool>(), group(), group()).prop_map(|(field, within, ordered, left, right)| {
            Query::Near { field, within, ordered, left, right }
        }),
    ]
}

fn leaf() -> impl Strategy<Value = Query> {
    let first = NaiveDate::from_ymd_opt(2025, 1, 1).expect("a day");
    let day = move || prop::option::of((0_u64..70).prop_map(move |day| first + chrono::Days::new(day)));
    let custodians = vec!["anna", "berg", "o", "C-7"];
    let types = vec!["pdf", "image", "application/pdf"];
    let series = vec!["ADM-1", "fin-22", "ADM", ""];
    prop_oneof![
        10 => words_query(),
        1 => Just(Query::Everything),
        1 => prop::sample::select(&RecordKind::ALL[..]).prop_map(Query::Kind),
        1 => prop::sample::select(RecordStatus::ALL).prop_map(Query::Status),
        1 => prop::sample::select(series).prop_map(|key: &str| Query::Series(key.to_owned())),
        1 => prop::sample::select(custodians).prop_map(|name: &str| Query::Custodian(name.to_owned())),
        2 => (day(), day()).prop_map(|(from, to)| Query::Date(from, to)),
        1 => prop::sample::select(types).prop_map(|one: &str| Query::AttachmentType(one.to_owned())),
        1 => prop::sample::select(vec![Flag::Unsearchable, Flag::Undated, Flag::HasAttachment]).prop_map(Query::Is),
    ]
}

fn query() -> impl Strategy<Value = Query> {
    leaf().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Query::And),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Query::Or),
            inner.prop_map(|one| Query::Not(Box::new(one))),
        ]
    })
}

proptest! {
    #![proptest_config(cases(24, 200))]

    /// The central promise: the index answers as `query::matches` does, however it came to be divided.
    #[test]
    fn the_index_answers_as_the_search_in_memory(
        documents in prop::collection::vec(document(), 0..40),
        split_items in prop::sample::select(vec![3_usize, 10, 1_000]),
        batches in 1_usize..6,
        queries in prop::collection::vec(query(), 1..12),
        removed in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        limit in 0_usize..12,
    ) {
        let directory = temporary();
        let mut all = entries(documents, 1);
        let mut index = Index::with_split_items(directory.path(), split_items);
        for batch in all.chunks(all.len().div_ceil(batches).max(1)) {
            index.add(batch.to_vec()).expect("added");
        }
        prop_assert_eq!(index.check().expect("checked"), Vec::<String>::new());
        for round in 0..2 {
            for query in &queries {
                let found = index.search(query, &Told(&all), limit).expect("answered");
                prop_assert_eq!(&found, &expected(query, &all, limit), "round {}: {:?}", round, query);
                let mut families = expected(query, &all, usize::MAX).families;
                families.sort();
                prop_assert_eq!(index.families(query, &Told(&all)).expect("answered"), families);
            }
            if round == 0 && !all.is_empty() {
                let mut gone: Vec<usize> = removed.iter().map(|one| one.index(all.len())).collect();
                gone.sort_unstable();
                gone.dedup();
                let doomed: Vec<(FamilyId, String)> =
                    gone.iter().map(|at| (all[*at].family, all[*at].month.clone())).collect();
                index.remove(&doomed).expect("removed");
                gone.iter().rev().for_each(|at| { all.remove(*at); });
                prop_assert_eq!(index.check().expect("checked"), Vec::<String>::new());
                prop_assert_eq!(index.families_in().expect("counted"), all.len() as u64);
            }
        }
    }
}

fn letter(number: i64, month: &str, body: &str) -> Entry {
    let day: Option<NaiveDate> = format!("{month}-05").parse().ok();
    let mut document = super::shape::blank();
    document.family = Some(FamilyId::new(number));
    document.day = day;
    document.texts = vec![(Field::Body, body.to_owned())];
    let sent_at = day.and_then(|day| day.and_hms_opt(9, 0, 0)).map(|at| at.and_utc().timestamp());
    Entry { family: FamilyId::new(number), month: month.to_owned(), sent_at, document }
}

fn word(word: &str) -> Query {
    Query::Word(Field::Any, Pattern::Exact(word.to_owned()))
}

fn found(index: &Index, query: &Query) -> Vec<i64> {
    let found = index.search(query, &Told(&[]), 1_000).expect("answered");
    assert_eq!(found.count, found.families.len() as u64);
    found.families.into_iter().map(FamilyId::get).collect()
}

/// Every word of every word list of every directory, named or not.
fn dictionary(directory: &Path) -> Vec<String> {
    let splits = Splits::read(directory).expect("read").unwrap_or_default();
    let mut all = Vec::new();
    for part in splits.parts() {
        let opened = OpenPart::open(directory, part).expect("opened");
        for (field, _) in opened.reader.schema().fields() {
            let Ok(index) = opened.reader.inverted_index(field) else { continue };
            let mut stream = index.terms().stream().expect("a stream");
            while stream.advance() {
                all.push(String::from_utf8_lossy(stream.key()).into_owned());
            }
        }
    }
    all
}

/// The files of every directory that is there.
fn files(directory: &Path) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for (_, path) in directories(directory).expect("listed") {
        for entry in std::fs::read_dir(path).expect("listed") {
            all.push(std::fs::read(entry.expect("an entry").path()).expect("read"));
        }
    }
    all
}

#[test]
fn what_was_removed_is_in_no_file() {
    let directory = temporary();
    let mut index = Index::with_split_items(directory.path(), 2);
    let mut letters: Vec<Entry> =
        (1..=12).map(|number| letter(number, &format!("2025-{number:02}"), "the road is closed")).collect();
    letters[4].document.texts[0].1 = "the road is closed for zqxmarker and only zqxhere".to_owned();
    letters[5].document.texts[0].1 = "zqxshared road".to_owned();
    letters[6].document.texts[0].1 = "zqxshared permit".to_owned();
    index.add(letters.clone()).expect("added");
    let known = dictionary(directory.path());
    assert!(["zqxmarker", "zqxhere", "zqxshared", "permit"].iter().all(|one| known.contains(&(*one).to_owned())));
    let before = directories(directory.path()).expect("listed");
    assert!(before.len() > 3, "several splits: {before:?}");

    index
        .remove(&[(FamilyId::new(5), "2025-05".to_owned()), (FamilyId::new(6), "2025-06".to_owned())])
        .expect("removed");
    let known = dictionary(directory.path());
    assert!(!known.contains(&"zqxmarker".to_owned()) && !known.contains(&"zqxhere".to_owned()));
    assert!(known.contains(&"zqxshared".to_owned()), "a word that another item has stays");
    let after = directories(directory.path()).expect("listed");
    assert!(
        after.iter().filter(|one| before.contains(one)).count() >= before.len() - 2,
        "other splits are not touched"
    );
    let named = Splits::read(directory.path()).expect("read").expect("a file").parts().count();
    assert_eq!(after.len(), named, "nothing without a name is left");
    for bytes in files(directory.path()) {
        assert!(!bytes.windows(9).any(|window| window == b"zqxmarker" || window == b"zqxmarke\0"));
    }
    assert_eq!(found(&index, &word("road")), [12, 11, 10, 9, 8, 4, 3, 2, 1]);
    assert_eq!(found(&index, &word("zqxshared")), [7]);

    let all: Vec<(FamilyId, String)> = letters.iter().map(|one| (one.family, one.month.clone())).collect();
    index.remove(&all).expect("removed");
    assert_eq!(directories(directory.path()).expect("listed"), [], "an empty index has no directories");
    assert_eq!(found(&index, &Query::Everything), [0_i64; 0]);
}

/// Crashes a change at each of its fault points in turn. Afterwards the index answers as before or as after, and
/// doing the change again brings it to the end.
fn crash_everywhere(change: impl Fn(&mut Index) -> Result<(), IndexError>, before: &[i64], after: &[i64]) {
    let mut points = 0;
    for nth in 1.. {
        let directory = temporary();
        let open = || Index::with_split_items(directory.path(), 3);
        open().add((1..=6).map(|number| letter(number, "2025-03", "the road")).collect()).expect("added");
        fault::arm(FaultKind::Crash, nth);
        let result = change(&mut open());
        let passed = fault::disarm();
        let state = found(&open(), &word("road"));
        assert!(state == before || state == after, "{nth}: {state:?}");
        change(&mut open()).expect("done again");
        assert_eq!(found(&open(), &word("road")), after, "{nth}");
        assert_eq!(open().check().expect("checked"), Vec::<String>::new(), "{nth}");
        if result.is_ok() && passed < nth {
            break;
        }
        points += 1;
    }
    assert!(points > 5, "the change passes fault points: {points}");
}

#[test]
fn a_crash_while_adding_or_removing_leaves_the_old_answers_or_the_new() {
    let more = |index: &mut Index| index.add(vec![letter(7, "2025-03", "another road"), letter(8, "2024-01", "road")]);
    crash_everywhere(more, &[1, 2, 3, 4, 5, 6], &[1, 2, 3, 4, 5, 6, 7, 8]);
    let less = |index: &mut Index| {
        index.remove(&[(FamilyId::new(2), "2025-03".to_owned()), (FamilyId::new(3), "2025-03".to_owned())])
    };
    crash_everywhere(less, &[1, 2, 3, 4, 5, 6], &[1, 4, 5, 6]);
}

#[test]
fn a_search_in_the_middle_of_a_change_keeps_what_it_began_with() {
    let directory = temporary();
    let mut index = Index::with_split_items(directory.path(), 10);
    index.add((1..=6).map(|number| letter(number, "2025-03", "the road")).collect()).expect("added");
    let reader = Index::open(directory.path()).expect("opened");
    assert_eq!(reader.families_in().expect("counted"), 6);
    // The eraser waits for the reader on another thread; the reader goes on reading whole files until it ends.
    std::thread::scope(|scope| {
        let eraser = scope.spawn(|| index.remove(&[(FamilyId::new(1), "2025-03".to_owned())]));
        while Splits::read(directory.path()).expect("read").expect("a file").generation < 2 {
            std::thread::yield_now();
        }
        assert_eq!(found(&reader, &word("road")).len(), 6);
        assert_eq!(found(&Index::open(directory.path()).expect("opened"), &word("road")).len(), 5);
        assert!(!eraser.is_finished(), "the eraser waits");
        drop(reader);
        eraser.join().expect("no panic").expect("removed");
    });
    assert_eq!(directories(directory.path()).expect("listed").len(), 1);
}

#[test]
fn an_addition_does_not_wait_long_for_a_search_and_what_it_left_goes_later() {
    let directory = temporary();
    let mut index = Index::with_split_items(directory.path(), 100);
    for number in 1..=4 {
        index.add(vec![letter(number, "2025-03", "the road")]).expect("added");
    }
    let reader = Index::open(directory.path()).expect("opened");
    assert_eq!(reader.families_in().expect("counted"), 4);
    // The fifth part is one too many: they are written together, and the reader still has the four.
    for number in 5..=8 {
        index.add(vec![letter(number, "2025-03", "the road")]).expect("added");
    }
    assert!(directories(directory.path()).expect("listed").len() > 4, "the old ones are still there");
    assert_eq!(found(&reader, &word("road")).len(), 4);
    drop(reader);
    index.begin().expect("cleared");
    let named = Splits::read(directory.path()).expect("read").expect("a file").parts().count();
    assert_eq!(directories(directory.path()).expect("listed").len(), named);
    assert_eq!(found(&Index::open(directory.path()).expect("opened"), &word("road")).len(), 8);
}

#[test]
fn many_small_additions_stay_few_directories_of_a_good_size() {
    let directory = temporary();
    let mut index = Index::with_split_items(directory.path(), 20);
    let mut number = 0;
    for round in 0..30 {
        let batch = (0..5).map(|step| {
            number += 1;
            letter(number, &format!("2025-{:02}", 1 + (round + step) % 12), "road")
        });
        index.add(batch.collect()).expect("added");
        assert_eq!(index.check().expect("checked"), Vec::<String>::new());
    }
    let splits = Splits::read(directory.path()).expect("read").expect("a file");
    assert_eq!(splits.parts().map(super::splits::Part::families).sum::<u64>(), 150);
    for split in &splits.splits {
        assert!(split.families() < 40, "a doubled split was divided: {split:?}");
        assert!(split.parts.len() <= 8, "its directories are few: {split:?}");
    }
    assert_eq!(found(&index, &word("road")).len(), 150);
}

#[test]
fn damage_is_told_and_the_index_can_be_dropped() {
    let directory = temporary();
    let mut index = Index::with_split_items(directory.path(), 10);
    index.add((1..=6).map(|number| letter(number, "2025-03", "the road")).collect()).expect("added");
    index.publish(Vec::new(), EventId::new(17), Vec::new()).expect("published");
    assert_eq!(Index::open(directory.path()).expect("opened").through().expect("read"), EventId::new(17));
    let (_, part) = directories(directory.path()).expect("listed").remove(0);
    let words = std::fs::read_dir(&part)
        .expect("listed")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.extension().is_some_and(|extension| extension == "pos"))
        .expect("positions");
    let bytes = std::fs::read(&words).expect("read");
    durable::overwrite(&words, 0, &[bytes[0] ^ 1]).expect("a bit is turned");
    let findings = Index::open(directory.path()).expect("opened").check().expect("checked");
    assert_eq!(findings.len(), 1, "{findings:?}");
    durable::remove_dir_all(&part).expect("removed");
    let lost = Index::open(directory.path()).expect("opened");
    assert!(matches!(lost.search(&word("road"), &Told(&[]), 1), Err(IndexError::Damaged(_))));
    assert_eq!(lost.check().expect("checked").len(), 1);
    let mut index = Index::open(directory.path()).expect("opened");
    index.forget_everything().expect("erased");
    assert_eq!(index.through().expect("read"), EventId::new(0), "it has to be followed from the beginning");
    assert_eq!(found(&index, &word("road")), [0_i64; 0]);
    assert!(directory.path().join("CACHEDIR.TAG").exists());
}

#[test]
fn too_much_is_refused_and_never_cut() {
    let directory = temporary();
    let mut index = Index::with_split_items(directory.path(), 2);
    let many: Vec<String> = (0..=limits::WILDCARD_TERMS).map(|number| format!("x{number}")).collect();
    let half = many.len() / 2;
    index
        .add(vec![letter(1, "2025-03", &many[..half].join(" ")), letter(2, "2025-04", &many[half..].join(" "))])
        .expect("added");
    let wild = |shape: &str| Query::Word(Field::Any, Pattern::Wildcard(shape.to_owned()));
    assert_eq!(found(&index, &wild("x1*")), [2, 1]);
    let error = index.search(&wild("x*"), &Told(&[]), 10).expect_err("too many");
    assert!(matches!(error, IndexError::TooManyWords { .. }), "{error}");
    let group = || vec![vec![Pattern::Exact("x1".to_owned())]];
    let far = Query::Near { field: Field::Any, within: 10_001, ordered: false, left: group(), right: group() };
    assert!(matches!(index.search(&far, &Told(&[]), 10), Err(IndexError::TooFar { .. })));
}
