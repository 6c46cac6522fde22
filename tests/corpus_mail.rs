//! Real mail of many programs: what is found is compared with what others found in the same files.
//!
//! The corpora are not part of the project. Where they are is told by `RECORDROOM_CORPORA`, else they are
//! looked for beside the project; where there are none the tests say so and pass.

#[path = "support/expected.rs"]
mod expected;
#[path = "support/place.rs"]
mod place;

use expected::{Fact, facts};
use place::corpora;
use recordroom::model::exception::ProblemCode;
use recordroom::model::item::{Found, Original, ParsedItem, RawItem, Shape};
use recordroom::model::provenance::ContainerFormat;
use recordroom::source::{ReadOptions, parse, part_bytes, read, shape_word};
use std::collections::BTreeMap;
use std::path::Path;

/// Differences that are known, each with its reason: (file, fact, what we find, why).
const KNOWN: &[(&str, &str, &str, &str)] = &[
    ("stalwart-mail-parser/eml/010.eml", "subject", "Die Hasen und die Fr\u{f6}sche", RAW),
    ("stalwart-mail-parser/eml/020.eml", "subject", "Die Hasen und die Fr\u{f6}sche (Microsoft Outlook 00)", RAW),
    ("stalwart-mail-parser/eml/022.eml", "subject", "Die Hasen und die Fr\u{f6}sche (Microsoft Outlook 00)", RAW),
    ("stalwart-mail-parser/eml/027.eml", "subject", "Die Hasen und die Fr\u{f6}sche (Microsoft Outlook 00)", RAW),
    ("stalwart-mail-parser/eml/052.eml", "subject", "Die Hasen und die Fr\u{f6}sche (Microsoft Outlook 00)", RAW),
    (
        "stalwart-mail-parser/malformed/019.eml",
        "date",
        "none",
        "the first date field is cut off in the middle: unknown",
    ),
    ("node-mbox/mbox/test-attached.mbox", "messages", "0", "it begins with prose and says itself that it is no mbox"),
    (
        "mimekit/mbox/unmunged.mbox.txt",
        "messages",
        "2",
        "the other reader splits at every line that begins with \"From \": it takes two lines of prose (\"From Russia with \
         love\") for envelopes and does not see the first, which stands behind a byte order mark",
    ),
];
const RAW: &str = "bytes of windows-1252 stand bare in the header; we read them, the expectation lost them";

fn options() -> ReadOptions {
    ReadOptions::of(chrono_tz::America::Chicago)
}

/// What one file was found to hold.
#[derive(Default)]
struct Holding {
    items: Vec<RawItem>,
    /// The format of the container of each item.
    formats: Vec<ContainerFormat>,
    exceptions: u64,
    declared: Option<u64>,
    remarks: Vec<ProblemCode>,
}

fn hold(path: &Path) -> Holding {
    let mut holding = Holding::default();
    let mut open = 0_i64;
    let mut ordinals: Vec<u64> = Vec::new();
    let mut formats: Vec<ContainerFormat> = Vec::new();
    let mut sink = |found: Found| {
        match found {
            Found::Open { format, .. } => {
                open += 1;
                formats.push(format);
                ordinals.push(0);
            }
            Found::Close => {
                open -= 1;
                formats.pop();
                ordinals.pop();
            }
            Found::Declared(count) => holding.declared = Some(count),
            Found::Item(item) => {
                let next = ordinals.last_mut().expect("items lie in containers");
                assert_eq!(item.ordinal, *next, "ordinals have no gap");
                *next += 1;
                holding.items.push(item);
                holding.formats.push(*formats.last().expect("items lie in containers"));
            }
            Found::Exception(exception) => {
                let next = ordinals.last_mut().expect("exceptions lie in containers");
                assert_eq!(exception.ordinal, *next, "ordinals have no gap");
                *next += 1;
                holding.exceptions += 1;
            }
            Found::Remark(problem) => holding.remarks.push(problem.code),
        }
        Ok(())
    };
    read(path, &options(), &mut sink).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(open, 0, "{}: every container is closed", path.display());
    holding
}

/// What we say about a fact; `None` where we say nothing of the kind.
fn ours(root: &Path, fact: &Fact, read_already: &mut BTreeMap<String, Holding>) -> Option<String> {
    let kinds = ["messages", "zip_entries", "Document_count", "attachments", "subject", "date", "message_id"];
    if !kinds.contains(&fact.name.as_str()) || !root.join(&fact.file).is_file() {
        return None;
    }
    let single = fact.file.starts_with("stalwart");
    if !single && (fact.file.contains("/msg/") || fact.file.contains("/pst/") || fact.file.contains("/olm/")) {
        return None;
    }
    let holding = read_already.entry(fact.file.clone()).or_insert_with(|| hold(&root.join(&fact.file)));
    match fact.name.as_str() {
        "messages" => {
            let messages = holding.items.iter().filter(|item| item.shape == Shape::Message).count() as u64;
            Some((messages + holding.exceptions).to_string())
        }
        "zip_entries" => Some((holding.items.len() as u64 + holding.exceptions).to_string()),
        "Document_count" => {
            let folder = root.join(&fact.file);
            hold(folder.parent().expect("a folder")).declared.map(|count| count.to_string())
        }
        _ if single => {
            let item = holding.items.first()?;
            let parsed = parse(item, &options());
            said(&parsed, fact)
        }
        _ => None,
    }
}

/// A fact of one message in the words of the expectations, which are values of mail-parser's own tests.
fn said(parsed: &ParsedItem, fact: &Fact) -> Option<String> {
    let expected: serde_json::Value = serde_json::from_str(&fact.value).ok()?;
    match fact.name.as_str() {
        "attachments" => Some(parsed.attachments.len().to_string()),
        "subject" => expected["Text"]
            .as_str()
            .map(|text| if text.trim() == parsed.subject { fact.value.clone() } else { parsed.subject.clone() }),
        "message_id" => expected["Text"]
            .as_str()
            .map(|text| if text == parsed.message_id { fact.value.clone() } else { parsed.message_id.clone() }),
        "date" => {
            let value = &expected["DateTime"];
            let number = |name: &str| value[name].as_i64().unwrap_or(0);
            let sign = if value["tz_before_gmt"].as_bool() == Some(true) { 1 } else { -1 };
            let local =
                chrono::NaiveDate::from_ymd_opt(number("year") as i32, number("month") as u32, number("day") as u32)?
                    .and_hms_opt(number("hour") as u32, number("minute") as u32, number("second") as u32)?;
            let minutes = sign * (number("tz_hour") * 60 + number("tz_minute"));
            let expected = (local + chrono::Duration::minutes(minutes)).and_utc();
            let found = parsed.sent_at.as_ref().map(|time| time.at);
            Some(if found == Some(expected) {
                fact.value.clone()
            } else {
                found.map_or("none".to_owned(), |time| time.to_rfc3339())
            })
        }
        _ => None,
    }
}

#[test]
fn what_is_found_agrees_with_what_others_found() {
    let Some(root) = corpora("mail") else { return };
    let mut table: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    let mut unexplained = Vec::new();
    let mut explained = 0;
    let mut met = std::collections::BTreeSet::new();
    let mut read_already = BTreeMap::new();
    for fact in facts(&root, &[]) {
        let kind = format!("{} {}", fact.file.split('/').take(2).collect::<Vec<_>>().join("/"), fact.name);
        let kind = kind.split('[').next().unwrap_or_default().to_owned();
        let row = table.entry(kind).or_default();
        match ours(&root, &fact, &mut read_already) {
            None => row[2] += 1,
            Some(found) if found == fact.value => row[0] += 1,
            Some(found) => {
                row[1] += 1;
                let known = KNOWN
                    .iter()
                    .any(|(file, name, value, _)| *file == fact.file && *name == fact.name && *value == found);
                if known {
                    met.insert((fact.file.clone(), fact.name.clone()));
                    explained += 1;
                } else {
                    unexplained.push(format!("{} {}: expected {}, found {found}", fact.file, fact.name, fact.value));
                }
            }
        }
    }
    println!("{:<60} {:>6} {:>6} {:>11}", "corpus and fact", "agree", "differ", "not covered");
    for (kind, [agree, differ, silent]) in &table {
        if agree + differ > 0 {
            println!("{kind:<60} {agree:>6} {differ:>6} {silent:>11}");
        }
    }
    let silent: u64 = table.values().filter(|row| row[0] + row[1] == 0).map(|row| row[2]).sum();
    println!("facts of kinds and formats that this room does not read: {silent}; known differences: {explained}");
    for (file, name, _, why) in KNOWN {
        let still = met.contains(&((*file).to_owned(), (*name).to_owned()));
        assert!(still, "{file} {name} differs no longer, take the reason away: {why}");
    }
    assert!(unexplained.is_empty(), "{} differences without a reason:\n{}", unexplained.len(), unexplained.join("\n"));
}

#[test]
fn every_file_is_read_and_parsed_and_every_attachment_found_again() {
    let Some(root) = corpora("mail") else { return };
    let holding = hold(&root);
    let (mut messages, mut files, mut attachments, mut problems) = (0, 0, 0, BTreeMap::<&str, u64>::new());
    let mut sentences = BTreeMap::new();
    for (item, format) in holding.items.iter().zip(&holding.formats) {
        let parsed = parse(item, &options());
        match item.shape {
            Shape::Message => messages += 1,
            _ => files += 1,
        }
        for problem in &parsed.problems {
            *problems.entry(problem.code.word()).or_default() += 1;
            let sentence = problem.message.split([':', ';']).next().unwrap_or_default().to_owned();
            *sentences.entry(sentence).or_insert(0_u64) += 1;
            assert!(!problem.message.starts_with("the item could not be read"), "{}: a parser failed", item.place);
        }
        let Original::Bytes(bytes) = &item.original else { continue };
        for attachment in &parsed.attachments {
            attachments += 1;
            let found = part_bytes(bytes, shape_word(&item.shape, *format), attachment.part);
            let digest = found.as_deref().map(recordroom::base::digest::Sha256Digest::of);
            assert!(attachment.sha256.is_none() || attachment.sha256 == digest, "{}: {}", item.place, attachment.name);
        }
    }
    println!("{messages} messages, {files} other files, {attachments} attachments, {} exceptions", holding.exceptions);
    println!("problems by sentence: {sentences:#?}");
    println!("problems by code: {problems:?}");
    assert!(messages > 1_000, "the corpora hold thousands of messages");
}
