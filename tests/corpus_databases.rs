//! Real and other people's databases of telephones, and the archives inside them: what is found is compared with what
//! others found in the same files.
//!
//! The corpora are not part of the project. Where they are is told by `RECORDROOM_CORPORA`, else they are
//! looked for beside the project; where there are none the tests say so and pass.

#[path = "support/place.rs"]
mod place;

use place::corpora;
use recordroom::model::item::{Found, ParsedItem, RawItem};
use recordroom::model::provenance::ContainerFormat;
use recordroom::model::record::{Direction, SourceTime};
use recordroom::source::apple::{moment, summary, typedstream};
use recordroom::source::{ReadOptions, parse, read};
use std::collections::BTreeMap;
use std::path::Path;

/// Folders that are read from end to end.
const FOLDERS: [&str; 3] = ["imessage/", "ios_app_db/", "android_db/"];

/// What one database was found to hold: its rows by their numbers.
#[derive(Default)]
struct Holding {
    rows: Vec<(String, ParsedItem)>,
    others: usize,
    exceptions: usize,
    remarks: Vec<String>,
    formats: Vec<ContainerFormat>,
}

impl Holding {
    fn of(path: &Path) -> Self {
        let options = ReadOptions::of(chrono_tz::America::Chicago);
        let mut holding = Self::default();
        let mut items: Vec<RawItem> = Vec::new();
        let mut sink = |found: Found| {
            match found {
                Found::Item(item) => items.push(item),
                Found::Exception(_) => holding.exceptions += 1,
                Found::Remark(problem) => holding.remarks.push(problem.message),
                Found::Open { format, .. } => holding.formats.push(format),
                Found::Declared(_) | Found::Close => {}
            }
            Ok(())
        };
        read(path, &options, &mut sink).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for item in items {
            match item.identity {
                Some(_) => holding.rows.push((item.place.clone(), parse(&item, &options))),
                None => holding.others += 1,
            }
        }
        holding
    }

    fn row(&self, place: &str) -> Option<&ParsedItem> {
        self.rows.iter().find(|(one, _)| one == place).map(|(_, parsed)| parsed)
    }

    fn times(&self) -> Vec<&SourceTime> {
        let mut all: Vec<&SourceTime> = self.rows.iter().filter_map(|(_, one)| one.sent_at.as_ref()).collect();
        all.sort_by_key(|time| time.at);
        all
    }
}

fn counted<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    let told: Vec<String> = counts.iter().map(|(word, count)| format!("\"{word}\": {count}")).collect();
    format!("{{{}}}", told.join(", "))
}

fn way(one: &ParsedItem) -> &'static str {
    if one.direction == Direction::In { "in" } else { "out" }
}

fn message_line(one: &ParsedItem) -> String {
    let fact = |name: &str| one.facts.get(name).map_or("", String::as_str);
    let whom = if one.direction == Direction::In { one.parties[0].address.as_str() } else { "None" };
    let sent = one.sent_at.as_ref().map_or(String::new(), moment::words);
    format!(
        "{}|{sent}|{whom}|{}|read {}|delivered {}|{}",
        way(one),
        fact("service"),
        fact("read at"),
        fact("delivered at"),
        one.body
    )
}

fn sms_line(one: &ParsedItem) -> String {
    let party = &one.parties[0];
    let own = one.received_at.as_ref().or(one.sent_at.as_ref()).map_or(String::new(), moment::words);
    format!("{}|{own}|{} -> {}|{}", way(one), party.address, party.normal.as_deref().unwrap_or("invalid"), one.body)
}

/// What we say about a row of a database; `None` where we say nothing of the kind.
fn of_database(holding: &Holding, name: &str, index: usize) -> Option<String> {
    let rows = || holding.rows.iter().map(|(_, one)| one);
    Some(match name {
        "messages" | "sms" if index == 0 => holding.rows.len().to_string(),
        "attachments" => rows().map(|one| one.attachments.len()).sum::<usize>().to_string(),
        "from_me" | "sent" => rows().filter(|one| one.direction == Direction::Out).count().to_string(),
        "by_service" => counted(rows().map(|one| one.facts["service"].as_str())),
        "first_date_utc" => holding.times().first().map(|time| moment::words(time))?,
        "last_date_utc" => holding.times().last().map(|time| moment::words(time))?,
        "attributedBody_unreadable_by_pytypedstream" => {
            let unread = |one: &&ParsedItem| one.problems.iter().any(|one| one.message.contains("formatted text"));
            rows().filter(unread).count().to_string()
        }
        "messages_without_chat" => rows().filter(|one| !one.facts.contains_key("conversation")).count().to_string(),
        "message" => message_line(holding.row(&format!("message {index}"))?),
        "sms" => sms_line(holding.row(&format!("sms {index}"))?),
        _ => return None,
    })
}

fn json(text: &str) -> String {
    serde_json::to_string(text).expect("text")
}

/// What we say about an archive or property list.
fn of_blob(bytes: &[u8], name: &str) -> Option<String> {
    let summary = || summary::read(bytes);
    let list = |all: Vec<String>| format!("[{}]", all.join(", "));
    Some(match name {
        "attributed_string_text" => typedstream::text(bytes).unwrap_or("none".to_owned()),
        "edit_times_utc_part_0" => {
            let times =
                summary()?.versions.into_iter().map(|one| one.at.map_or("none".into(), |at| moment::words(&at)));
            list(times.map(|one| json(&one)).collect())
        }
        "edit_texts_part_0" => {
            list(summary()?.versions.into_iter().map(|one| json(&one.text.unwrap_or_default())).collect())
        }
        "unsent_part_indexes" => list(summary()?.unsent),
        _ => return None,
    })
}

/// An expectation in the words in which we answer: the library's number of a wrong number is left out, and text that is
/// written as JSON is read.
fn asked(name: &str, value: &str) -> String {
    let mut value = value.to_owned();
    while let Some(at) = value.find(" (invalid)") {
        let start = value[..at].rfind(' ').map_or(0, |space| space + 1);
        value.replace_range(start..at + " (invalid)".len(), "invalid");
    }
    if name == "attributed_string_text" {
        return serde_json::from_str(&value).expect("a JSON text");
    }
    value
}

#[test]
fn what_is_found_agrees_with_what_others_found() {
    let Some(root) = corpora("mobile") else { return };
    let mut reader = csv::Reader::from_path(root.join("EXPECTED.csv")).expect("the expectations");
    let mut table: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    let mut holdings: BTreeMap<String, Holding> = BTreeMap::new();
    let mut differences = Vec::new();
    for row in reader.records().map(|row| row.expect("a row")) {
        let (file, fact, value) = (&row[0], &row[1], &row[2]);
        let path = root.join(file);
        if !FOLDERS.iter().any(|folder| file.starts_with(folder)) || !path.is_file() {
            continue;
        }
        let (name, index) = match fact.split_once('[') {
            Some((name, rest)) => {
                let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
                (name, digits.parse().expect("a number"))
            }
            None => (fact, 0),
        };
        let ours = if file.ends_with(".db") {
            of_database(holdings.entry(file.to_owned()).or_insert_with(|| Holding::of(&path)), name, index)
        } else {
            of_blob(&std::fs::read(&path).expect("readable"), name)
        };
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        let counts = table.entry(format!("{folder} {name}")).or_default();
        match ours {
            None => counts[1] += 1,
            Some(found) if found == asked(name, value) => counts[0] += 1,
            Some(found) => differences.push(format!("{file} {fact}: expected {}, found {found}", asked(name, value))),
        }
    }
    println!("{:<60} {:>6} {:>11}", "corpus and fact", "agree", "not covered");
    for (kind, [agree, silent]) in &table {
        println!("{kind:<60} {agree:>6} {silent:>11}");
    }
    let total = |at: usize| table.values().map(|row| row[at]).sum::<u64>();
    println!("{:<60} {:>6} {:>11}", "all", total(0), total(1));
    for (file, holding) in &holdings {
        println!("{file}: {} rows, {} exceptions, {:?}", holding.rows.len(), holding.exceptions, holding.remarks);
        assert_eq!(holding.others, 0, "{file}: every item is a row");
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert!(total(0) >= 45, "the expectations were met with: {}", total(0));
}

/// An archive of a phone with a database of voicemail that has no messages, and every archive of text cut and turned.
#[test]
fn empty_and_damaged_ones_are_quiet() {
    let Some(root) = corpora("mobile") else { return };
    for entry in std::fs::read_dir(root.join("ios_app_db")).expect("listed") {
        let path = entry.expect("an entry").path();
        let holding = Holding::of(&path);
        println!("{}: {} rows, {:?}, {:?}", path.display(), holding.rows.len(), holding.formats, holding.remarks);
        assert_eq!((holding.rows.len(), holding.others, holding.exceptions), (0, 0, 0));
        assert!(holding.formats.contains(&ContainerFormat::AppleVoicemail), "an empty one is known by its tables");
    }
    for folder in ["imessage/typedstream", "imessage/plists"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("listed") {
            let bytes = std::fs::read(entry.expect("an entry").path()).expect("read");
            for at in 0..bytes.len() {
                let mut turned = bytes.clone();
                turned[at] ^= 0x55;
                for one in [&turned[..], &bytes[..at]] {
                    let _ = (typedstream::text(one), summary::read(one));
                }
            }
        }
    }
}
