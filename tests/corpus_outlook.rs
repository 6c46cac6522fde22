//! Real mailbox files of Outlook: every item and attachment that another reader (libpff) found in them is found.
//!
//! The corpora are not part of the project. Where they are is told by `RECORDROOM_CORPORA`, else they are looked for
//! beside the project; where there are none the tests say so and pass. What libpff found is in `expected-pst`, one
//! line of JSON for each item, messages inside messages included.

use recordroom::base::digest::Sha256Digest;
use recordroom::model::item::{Found, Original, ParsedItem, RawItem, Shape};
use recordroom::model::provenance::ContainerFormat;
use recordroom::source::outlook::{Content, Message, Method, canonical, parse, tag};
use recordroom::source::{ReadOptions, part_bytes, read};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn corpora() -> Option<PathBuf> {
    let named = std::env::var_os("RECORDROOM_CORPORA").map(PathBuf::from);
    let beside = [
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora"),
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora"),
    ];
    let found = named.into_iter().chain(beside).map(|path| path.join("mail")).find(|path| path.is_dir());
    if found.is_none() {
        println!("skipped: no corpora are there (set RECORDROOM_CORPORA to their folder)");
    }
    found
}

fn options() -> ReadOptions {
    ReadOptions { zone: chrono_tz::America::Chicago, call_profile: None }
}

/// What one file was found to hold.
#[derive(Default)]
struct Holding {
    items: Vec<RawItem>,
    exceptions: Vec<String>,
    declared: Option<u64>,
    remarks: Vec<String>,
}

fn hold(path: &Path) -> Holding {
    let mut holding = Holding::default();
    let mut sink = |found: Found| {
        let next = (holding.items.len() + holding.exceptions.len()) as u64;
        match found {
            Found::Declared(count) => holding.declared = Some(count),
            Found::Item(item) => {
                assert_eq!(item.ordinal, next, "ordinals have no gap");
                holding.items.push(item);
            }
            Found::Exception(one) => {
                assert_eq!(one.ordinal, next, "ordinals have no gap");
                holding.exceptions.push(format!("{}: {}", one.place, one.problem.message));
            }
            Found::Remark(problem) => holding.remarks.push(format!("{}: {}", problem.code.word(), problem.message)),
            Found::Open { .. } | Found::Close => {}
        }
        Ok(())
    };
    read(path, &options(), &mut sink).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    holding
}

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

#[test]
fn dump() {
    let Some(root) = corpora() else { return };
    let Some(out) = std::env::var_os("OUTLOOK_DUMP") else { return };
    let mut text = String::new();
    for path in stores(&root) {
        let holding = hold(&path);
        let name = path.strip_prefix(&root).expect("inside").display().to_string();
        println!(
            "== {name}: declared {:?}, items {}, exceptions {}",
            holding.declared,
            holding.items.len(),
            holding.exceptions.len()
        );
        for one in holding.remarks.iter().chain(&holding.exceptions) {
            println!("   {one}");
        }
        for item in &holding.items {
            let parsed = parsed_of(item);
            for problem in &parsed.problems {
                println!("   {}: problem {}: {}", item.place, problem.code.word(), problem.message);
            }
            let message = message_of(item);
            assert_eq!(&parse(&message, &options()), parsed, "{}: the original says the same", item.place);
            let attachments: Vec<_> = parsed.attachments.iter().map(|one| serde_json::json!({"name": one.name, "bytes": one.bytes, "sha": one.sha256.map(|one| one.to_string()), "inline": one.inline})).collect();
            text.push_str(&serde_json::json!({"file": name, "place": item.place, "folder": item.copy.folder, "class": message.class(), "subject": parsed.subject, "sent": parsed.sent_at.as_ref().map(|one| one.as_written.clone()), "parties": parsed.parties, "body": parsed.body, "facts": parsed.facts, "message_id": parsed.message_id, "attachments": attachments}).to_string());
            text.push('\n');
        }
    }
    std::fs::write(out, text).expect("written");
}
