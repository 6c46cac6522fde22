//! Broken and odd files: for each, what is found, what is kept, what is said of it, and which words can be found.
//!
//! The files lie in `fixtures/broken`, what is expected of them in `fixtures/EXPECTED.toml`, with the reason.

use recordroom::demo::city::odd::{self, Expected, Odd};
use recordroom::model::exception::ProblemCode;
use recordroom::model::item::{Found, Original, ParsedItem, RawItem, Searchable};
use recordroom::source::{ReadOptions, parse, read};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

fn options() -> ReadOptions {
    ReadOptions::of(chrono_tz::America::Chicago)
}

/// What was found, in the words of the table.
fn outcome(path: &Path, expected: &Expected) -> Expected {
    let mut format = None;
    let mut open = 0_i64;
    let mut declared = None;
    let mut items: Vec<RawItem> = Vec::new();
    let mut exceptions: Vec<String> = Vec::new();
    let mut remarks: BTreeSet<ProblemCode> = BTreeSet::new();
    let mut sink = |found: Found| {
        match found {
            Found::Open { format: one, .. } => {
                format.get_or_insert(one);
                open += 1;
            }
            Found::Close => open -= 1,
            Found::Declared(count) => declared = Some(count),
            Found::Item(item) => items.push(item),
            Found::Exception(exception) => exceptions.push(exception.problem.code.word().to_owned()),
            Found::Remark(problem) => {
                remarks.insert(problem.code);
            }
        }
        Ok(())
    };
    read(path, &options(), &mut sink).expect("a broken file is no reason to fail");
    assert_eq!(open, 0, "every container is closed: {}", expected.name);
    exceptions.sort();
    let found = (items.len() + exceptions.len()) as u64;
    let distinct: BTreeSet<Vec<u8>> = items.iter().map(identity).collect();
    let parsed: Vec<ParsedItem> = items.iter().map(|item| parse(item, &options())).collect();
    let problems: BTreeSet<ProblemCode> =
        parsed.iter().flat_map(|item| &item.problems).map(|problem| problem.code).collect();
    let least = parsed.iter().map(ParsedItem::family_searchable).max().unwrap_or(Searchable::Fully);
    let text: String = parsed.iter().map(words_of).collect::<String>().to_lowercase();
    let words = |codes: BTreeSet<ProblemCode>| {
        let mut words: Vec<String> = codes.into_iter().map(|code| code.word().to_owned()).collect();
        words.sort();
        words
    };
    let seen = |words: &[String], there: bool| {
        words.iter().filter(|word| text.contains(&word.to_lowercase()) == there).cloned().collect()
    };
    Expected {
        name: expected.name.clone(),
        why: expected.why.clone(),
        format: format.map_or("none", |format| format.word()).to_owned(),
        declared: expected.declared.and(declared),
        found,
        kept: distinct.len() as u64,
        duplicates: items.len() as u64 - distinct.len() as u64,
        exceptions,
        problems: words(problems),
        remarks: words(remarks),
        searchable: match least {
            Searchable::Fully => "fully",
            Searchable::Partly => "partly",
            Searchable::Not => "not",
        }
        .to_owned(),
        finds: seen(&expected.finds, true),
        hides: seen(&expected.hides, false),
    }
}

fn identity(item: &RawItem) -> Vec<u8> {
    match (&item.identity, &item.original) {
        (Some(identity), _) => identity.clone(),
        (None, Original::Bytes(bytes)) => bytes.clone(),
        (None, other) => format!("{other:?}").into_bytes(),
    }
}

/// All that can be searched in an item.
fn words_of(item: &ParsedItem) -> String {
    let mut all = format!("{}\n{}\n", item.subject, item.body);
    for party in &item.parties {
        all.push_str(&format!("{} {}\n", party.name, party.address));
    }
    for (name, value) in &item.facts {
        all.push_str(&format!("{name} {value}\n"));
    }
    for attachment in &item.attachments {
        all.push_str(&format!("{}\n{}\n", attachment.name, attachment.text));
    }
    all
}

#[test]
fn every_odd_file_has_the_outcome_of_its_row() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let files: BTreeMap<String, Odd> =
        odd::all().expect("the files can be made").into_iter().map(|odd| (odd.name.clone(), odd)).collect();
    let rows = odd::expected().expect("the table is well written");
    let names: BTreeSet<&String> = rows.iter().map(|row| &row.name).collect();
    assert_eq!(names.len(), rows.len(), "each file has one row");
    assert_eq!(names, files.keys().collect::<BTreeSet<_>>(), "each file has a row and each row a file");
    assert!(rows.len() >= 40);
    let mut wrong = Vec::new();
    for row in &rows {
        let odd = &files[&row.name];
        let path = directory.path().join(&odd.file_name);
        fs::write(&path, &odd.bytes).expect("a file");
        let found = outcome(&path, row);
        if found != *row {
            wrong.push(format!("expected {row:?}\n   found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_folder_of_odd_files_is_the_carried_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/broken");
    for entry in fs::read_dir(folder).expect("the fixtures") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        let all = odd::all().expect("the files can be made");
        let odd = all.iter().find(|odd| odd.name == name).unwrap_or_else(|| panic!("{name} is not carried"));
        assert_eq!(odd.bytes, fs::read(entry.path()).expect("a file"), "{name}");
    }
}
