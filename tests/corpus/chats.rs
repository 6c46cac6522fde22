//! Real exports of chat platforms: what is found is compared with what others found in the same files.

use crate::expected::{Account, Fact, Known, facts};
use crate::held::Held;
use crate::place::corpora;
use recordroom::base::digest::Sha256Digest;
use recordroom::model::item::{Original, ParsedItem};
use recordroom::model::provenance::ContainerFormat;
use recordroom::model::record::{RecordKind, Role};
use std::collections::BTreeMap;

/// Folders that are compared.
const FOLDERS: [&str; 4] = ["teams_graph/", "slack/", "messenger/", "vcon/"];

/// Differences that are known, each with its reason: (file, fact, what we find, why).
const KNOWN: &[Known] = &[
    (
        "slack/viewer_testarchive.zip",
        "files",
        "4",
        "messages of before 2018 name one `file` each, later ones have a list `files`; the expectation counts lists only",
    ),
    (
        "messenger/msgvault/html_simple__inbox__alice_ABC123__message_1.html",
        "messages",
        "1 file kept whole",
        "its times have no zone and its messages no identifiers; the city is told to ask for the download as JSON",
    ),
];

/// Facts that are no business of these readers: (end of the fact's name, why).
const NOT_COVERED: &[(&str, &str)] = &[
    ("magic_hex", "the first bytes of a sound file beside the vCons"),
    ("size", "the length of a sound file beside the vCons"),
    ("wave_error", "another program's trouble with a sound file"),
    ("keys", "the names at the top of the JSON; the original keeps the file byte for byte"),
    ("first_time_as_written", "a time without a zone in a page that is kept whole"),
    ("timezone_in_file", "a page that is kept whole"),
];

/// What we say to a fact; `None` where the fact is not covered.
fn answer(fact: &Fact, held: &Held) -> Option<String> {
    if NOT_COVERED.iter().any(|(name, _)| fact.name.ends_with(name)) {
        return None;
    }
    let messages: Vec<&ParsedItem> = held.parsed().iter().filter(|one| one.kind != RecordKind::File).collect();
    let mut times: Vec<String> = messages.iter().map(|one| time(one)).filter(|time| !time.is_empty()).collect();
    times.sort();
    let index = fact.name.strip_prefix("message[").and_then(|rest| rest.strip_suffix(']')?.parse::<usize>().ok());
    Some(match fact.name.as_str() {
        "messages" if messages.is_empty() => format!("{} file kept whole", held.items.len()),
        "messages" => messages.len().to_string(),
        "participants" => quoted(&members(messages.first()?)),
        "first_utc" => times.first()?.clone(),
        "last_utc" => times.last()?.clone(),
        "file_order" => order(&messages),
        "channels" => {
            let mut names: Vec<String> = messages.iter().map(|one| told(one, "conversation name")).collect();
            names.sort();
            names.dedup();
            quoted(&names)
        }
        "users" => users(held)?.to_string(),
        "by_subtype" => by_subtype(&messages),
        "files" => held.parsed().iter().map(|one| one.attachments.len()).sum::<usize>().to_string(),
        "thread_replies" => messages.iter().filter(|one| !one.references.is_empty()).count().to_string(),
        "parties" => parties(held.parsed()),
        "dialog_types" => dialog_types(held.parsed()),
        name => match (index, name.strip_prefix("message ")) {
            (Some(index), _) => messenger_line(messages.get(index)?),
            (_, Some(id)) => teams_line(messages.iter().find(|one| told(one, "message id") == id)?),
            _ => return None,
        },
    })
}

fn told(item: &ParsedItem, name: &str) -> String {
    item.facts.get(name).cloned().unwrap_or_default()
}

fn time(item: &ParsedItem) -> String {
    let written = |time: &recordroom::model::record::SourceTime| time.at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    item.sent_at.as_ref().map(written).unwrap_or_default()
}

fn author(item: &ParsedItem) -> String {
    let from = item.parties.iter().find(|party| party.role == Role::From);
    from.map(|party| party.name.clone()).unwrap_or_default()
}

/// Both of a conversation, the one of this corpus' account first, as the files list them.
fn members(item: &ParsedItem) -> Vec<String> {
    let mut names: Vec<String> = item.parties.iter().map(|party| party.name.clone()).collect();
    names.sort_by_key(|name| name != "Test User");
    names
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    format!("[{}]", names.join(", "))
}

fn order(messages: &[&ParsedItem]) -> String {
    let at = |item: &ParsedItem| item.sent_at.as_ref().map(|time| time.at);
    let newest_first = messages.len() > 1 && at(messages[0]) > at(messages[1]);
    if newest_first { "newest first" } else { "oldest first/one" }.to_owned()
}

fn messenger_line(item: &ParsedItem) -> String {
    let kind = told(item, "message kind");
    let kind = kind.split(' ').nth(1).unwrap_or_default();
    let reactions = told(item, "reactions");
    let signs: Vec<String> = reactions
        .split("; ")
        .filter_map(|one| one.split(" by ").next())
        .filter(|sign| !sign.is_empty())
        .map(|sign| format!("'{sign}'"))
        .collect();
    format!("{}|{}|{kind}|{}|reactions=[{}]", time(item), author(item), item.body, signs.join(", "))
}

fn teams_line(item: &ParsedItem) -> String {
    format!("{}|{}|{}|{}", time(item), author(item), told(item, "conversation"), item.body)
}

fn by_subtype(messages: &[&ParsedItem]) -> String {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for message in messages {
        let kind = told(message, "message kind").trim_start_matches("slack ").to_owned();
        *counts.entry(if kind == "message" { "-".to_owned() } else { kind }).or_default() += 1;
    }
    let told: Vec<String> = counts.iter().map(|(kind, count)| format!("\"{kind}\": {count}")).collect();
    format!("{{{}}}", told.join(", "))
}

/// The people in the list of users, which stays a file of the export.
fn users(held: &Held) -> Option<usize> {
    let list = held.items.iter().find(|item| item.place == "users.json")?;
    let Original::Bytes(bytes) = &list.original else { return None };
    serde_json::from_slice::<Vec<serde_json::Value>>(bytes).ok().map(|list| list.len())
}

fn parties(items: &[ParsedItem]) -> String {
    let told: Vec<String> = items
        .iter()
        .flat_map(|item| &item.parties)
        .map(|party| format!("{{\"tel\": \"{}\", \"name\": \"{}\"}}", party.address, party.name))
        .collect();
    format!("[{}]", told.join(", "))
}

fn dialog_types(items: &[ParsedItem]) -> String {
    let recordings = items.iter().filter(|item| item.kind == RecordKind::Call);
    let told: Vec<&str> = recordings.map(|_| "\"recording\"").collect();
    format!("[{}]", told.join(", "))
}

#[test]
fn what_others_found_in_exports_of_chats_is_found() {
    let Some(root) = corpora("mobile") else { return };
    let mut held: BTreeMap<String, Held> = BTreeMap::new();
    let mut account = Account::new(KNOWN);
    for fact in facts(&root, &FOLDERS) {
        let one = held.entry(fact.file.clone()).or_insert_with(|| Held::of(&root.join(&fact.file)));
        let folder = fact.file.split('/').next().unwrap_or_default();
        let is_covered = !NOT_COVERED.iter().any(|(name, _)| fact.name.ends_with(name));
        // A fact of which nothing is said differs, unless it is none of our business.
        let ours = answer(&fact, one).or(is_covered.then(|| "nothing".to_owned()));
        account.take(folder, &fact, &fact.value, ours);
    }
    for (name, why) in NOT_COVERED {
        println!("not covered: {name}: {why}");
    }
    assert!(account.close() > 0, "some facts are there");
}

#[test]
fn every_export_of_chats_adds_up() {
    let Some(root) = corpora("mobile") else { return };
    let expected: [(&str, ContainerFormat, usize, usize); 5] = [
        ("teams_graph/getAllMessages_v1.0_doc.json", ContainerFormat::TeamsGraph, 2, 0),
        // 158 messages; the lists of channels and users and the log of integrations stay files.
        ("slack/viewer_testarchive.zip", ContainerFormat::SlackExport, 161, 0),
        ("messenger/msgvault/e2ee_simple__alice_1.json", ContainerFormat::MetaDownload, 4, 0),
        ("vcon/ab.vcon", ContainerFormat::VCon, 1, 0),
        ("vcon/ab_call_int_rec.vcon", ContainerFormat::VCon, 1, 0),
    ];
    for (file, format, items, exceptions) in expected {
        let held = Held::of(&root.join(file));
        held.check_parts(file);
        assert_eq!(held.opened, [format], "{file}");
        assert_eq!((held.items.len(), held.exceptions.len()), (items, exceptions), "{file}: {:?}", held.remarks);
        println!("{file}: {items} items, {exceptions} exceptions, declared {:?}, {:?}", held.declared, held.remarks);
    }
    // The recording inside the vCon is the sound file that lies beside it.
    let held = Held::of(&root.join("vcon/ab_call_int_rec.vcon"));
    let beside = std::fs::read(root.join("vcon/ab_call.wav")).expect("it lies there");
    assert_eq!(held.parsed()[0].attachments[0].sha256, Some(Sha256Digest::of(&beside)));
}
