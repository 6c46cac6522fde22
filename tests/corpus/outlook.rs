//! Real mailbox files of Outlook: every item and attachment that another reader (libpff) found in them is found.
//!
//! The corpora are not part of the project. Where they are is told by `RECORDROOM_CORPORA`, else they are looked for
//! beside the project; where there are none the tests say so and pass. What libpff found is in `expected-pst`, one
//! line of JSON for each item, messages inside messages included.

use crate::held::{Held, options};
use crate::place::corpora;
use chrono::NaiveDateTime;
use recordroom::base::digest::Sha256Digest;
use recordroom::model::item::{Original, ParsedItem, RawItem, Shape};
use recordroom::model::provenance::ContainerFormat;
use recordroom::source::outlook::{Content, Message, canonical, parse, tag};
use recordroom::source::part_bytes;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn message_of(item: &RawItem) -> Message {
    let Original::Bytes(bytes) = &item.original else { panic!("{}: its original is in memory", item.place) };
    canonical::read(bytes).unwrap_or_else(|| panic!("{}: the original is read back", item.place))
}

fn parsed_of(item: &RawItem) -> &ParsedItem {
    let Shape::Parsed(parsed) = &item.shape else { panic!("{}: it is read when it is found", item.place) };
    parsed
}

/// Every store of the corpora.
fn stores(root: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                open.push(entry);
            } else if entry.extension().is_some_and(|ending| ending == "pst" || ending == "ost") {
                all.push(entry);
            }
        }
    }
    all.sort();
    all
}

/// The number of the node an item was read from.
fn node_of(item: &RawItem) -> u64 {
    let (_, after) = item.place.rsplit_once("item 0x").expect("the place names the node");
    u64::from_str_radix(after.split(' ').next().unwrap_or_default(), 16).expect("a number")
}

/// A fact of the other reader and ours, in the same words.
fn compare(theirs: &Value, item: &RawItem) -> Vec<(&'static str, String, String)> {
    let (message, parsed) = (message_of(item), parsed_of(item));
    let words = |name: &str| theirs[name].as_str().unwrap_or_default().to_owned();
    let moment = |tag: u16| message.properties.time(tag).map(|at| at.naive_utc());
    let told = |name: &str| NaiveDateTime::parse_from_str(&words(name), "%Y-%m-%d %H:%M:%S%.f").ok();
    // The other reader counts microseconds.
    let micros =
        |at: Option<NaiveDateTime>| at.map_or("none".to_owned(), |at| at.and_utc().timestamp_micros().to_string());
    let mut facts = vec![
        ("class", words("message_class"), message.class()),
        ("folder", words("folder").trim_start_matches('/').to_owned(), item.copy.folder.clone()),
        ("sent", micros(told("submit")), micros(moment(tag::SUBMIT_TIME))),
        ("delivered", micros(told("delivery")), micros(moment(tag::DELIVERY_TIME))),
        ("message id", words("message_id").trim_matches(['<', '>']).to_owned(), parsed.message_id.clone()),
    ];
    // Of what is no message to it (free and busy times), the other reader does not tell the subject.
    if let Some(subject) = theirs["subject"].as_str() {
        facts.push(("subject", subject.trim().to_owned(), parsed.subject.clone()));
    }
    let files = theirs["attachments"].as_array().map(Vec::as_slice).unwrap_or_default();
    facts.push(("attachments", files.len().to_string(), parsed.attachments.len().to_string()));
    for (file, (own, parsed)) in files.iter().zip(message.attachments.iter().zip(&parsed.attachments)) {
        let is_item = matches!(own.content, Content::Item(_));
        facts.push(("item inside", (file["method"] == 5).to_string(), is_item.to_string()));
        if let Some(sha256) = file["sha256"].as_str() {
            facts.push(("attachment bytes", file["size"].to_string(), parsed.bytes.to_string()));
            let own = parsed.sha256.map_or(String::new(), |digest| digest.to_string());
            facts.push(("attachment sha256", sha256.to_owned(), own));
        }
    }
    facts
}

#[test]
fn every_item_and_attachment_that_libpff_sees_is_found() {
    let Some(root) = corpora("mail") else { return };
    let mut table: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    let (mut differences, mut theirs_all) = (Vec::new(), 0);
    for path in stores(&root) {
        let name = path.strip_prefix(&root).expect("inside").display().to_string();
        let expected = root.join("expected-pst").join(format!("{}.jsonl", name.replace('/', "__")));
        let Ok(lines) = std::fs::read_to_string(&expected) else {
            println!("{name}: nobody said what it holds");
            continue;
        };
        let holding = Held::of(&path);
        let ours: BTreeMap<u64, &RawItem> = holding.items.iter().map(|item| (node_of(item), item)).collect();
        let theirs: Vec<Value> =
            lines.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
        assert_eq!(ours.len(), theirs.len(), "{name}: as many items as libpff sees");
        assert_eq!(holding.declared, Some(theirs.len() as u64), "{name}: as many as its folders say");
        assert!(holding.exceptions.is_empty(), "{name}: it is well-formed: {:?}", holding.exceptions[0].problem);
        for one in &theirs {
            theirs_all += 1;
            let Some(item) = ours.get(&one["nid"].as_u64().expect("a node")) else {
                differences.push(format!("{name}: {} is missing", one["nid"]));
                continue;
            };
            for (fact, theirs, ours) in compare(one, item) {
                let row = table.entry(fact).or_default();
                if theirs == ours {
                    row[0] += 1;
                } else {
                    row[1] += 1;
                    differences.push(format!("{name} {}: {fact}: libpff {theirs:?}, ours {ours:?}", item.place));
                }
            }
        }
    }
    println!("{theirs_all} items; facts that agree and differ:");
    for (fact, [agree, differ]) in &table {
        println!("{fact:<20} {agree:>6} {differ:>6}");
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert!(theirs_all > 200, "the corpora hold hundreds of items");
}

#[test]
fn every_original_says_the_same_when_it_is_read_back() {
    let Some(root) = corpora("mail") else { return };
    let (mut items, mut attachments, mut problems) = (0, 0, BTreeMap::<String, u64>::new());
    for path in stores(&root) {
        let holding = Held::of(&path);
        for item in &holding.items {
            items += 1;
            let Original::Bytes(original) = &item.original else { panic!("it is in memory") };
            let message = message_of(item);
            assert_eq!(canonical::write(message.clone()), *original, "{}", item.place);
            assert_eq!(&parse(&message, &options()), parsed_of(item), "{}: the original says the same", item.place);
            for attachment in &parsed_of(item).attachments {
                attachments += 1;
                let bytes = part_bytes(original, ContainerFormat::Pst.word(), attachment.part);
                assert_eq!(
                    bytes.as_deref().map(Sha256Digest::of),
                    attachment.sha256,
                    "{}: {}",
                    item.place,
                    attachment.name
                );
            }
            for problem in &parsed_of(item).problems {
                *problems.entry(format!("{}: {}", problem.code.word(), problem.message)).or_default() += 1;
            }
        }
        for remark in &holding.remarks {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            println!("{name}: {}: {}", remark.code.word(), remark.message);
        }
    }
    println!("{items} items, {attachments} attachments; problems of items: {problems:#?}");
}

#[test]
fn one_mailbox_exported_twice_is_the_same_items() {
    let Some(root) = corpora("mail") else { return };
    let identities = |name: &str| -> BTreeSet<Vec<u8>> {
        let holding = Held::of(&root.join("aspose-net/pst").join(name));
        let all: BTreeSet<Vec<u8>> =
            holding.items.iter().map(|one| one.identity.clone().expect("an identity")).collect();
        println!("{name}: {} items, {} different ones", holding.items.len(), all.len());
        all
    };
    let (one, two) = (identities("Outlook.pst"), identities("Outlook_1.pst"));
    println!("{} of {} are in both", one.intersection(&two).count(), one.len());
    assert_eq!(one.intersection(&two).count(), one.len(), "the second file is the first, made smaller");
}

#[test]
fn damaged_stores_give_what_is_left_and_never_fail() {
    let Some(root) = corpora("mail") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let damaged = folder.path().join("damaged.pst");
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = |most: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % most as u64).expect("small")
    };
    let (mut runs, mut items, mut exceptions) = (0, 0, 0);
    for path in stores(&root) {
        let whole = std::fs::read(&path).expect("a file");
        if whole.len() > 3_000_000 {
            continue;
        }
        for round in 0..6 {
            let mut bytes = whole.clone();
            if round < 2 {
                bytes.truncate(next(whole.len()));
            } else {
                for _ in 0..1 + next(2_000) {
                    let at = next(bytes.len());
                    bytes[at] = u8::try_from(next(256)).expect("a byte");
                }
            }
            std::fs::write(&damaged, &bytes).expect("written");
            let holding = Held::of(&damaged);
            runs += 1;
            items += holding.items.len();
            exceptions += holding.exceptions.len();
        }
    }
    println!("{runs} damaged stores gave {items} items and {exceptions} exceptions");
}
