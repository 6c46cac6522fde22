//! Real and other people's databases of telephones, and the archives inside them: what is found is compared with what
//! others found in the same files.

use crate::expected::{Account, facts};
use crate::held::Held;
use crate::place::corpora;
use recordroom::model::item::ParsedItem;
use recordroom::model::provenance::ContainerFormat;
use recordroom::model::record::{Direction, SourceTime};
use recordroom::source::apple::{moment, summary, typedstream};
use std::collections::BTreeMap;

/// Folders that are read from end to end.
const FOLDERS: [&str; 3] = ["imessage/", "ios_app_db/", "android_db/"];

/// What was read out of rows, with the place of each.
fn rows(held: &Held) -> impl Iterator<Item = (&str, &ParsedItem)> {
    let each = held.items.iter().zip(held.parsed()).filter(|(item, _)| item.identity.is_some());
    each.map(|(item, parsed)| (item.place.as_str(), parsed))
}

fn times(held: &Held) -> Vec<&SourceTime> {
    let mut all: Vec<&SourceTime> = rows(held).filter_map(|(_, one)| one.sent_at.as_ref()).collect();
    all.sort_by_key(|time| time.at);
    all
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
fn of_database(held: &Held, name: &str, index: usize) -> Option<String> {
    let all = || rows(held).map(|(_, one)| one);
    let row = |place: String| rows(held).find(|(one, _)| *one == place).map(|(_, one)| one);
    Some(match name {
        "messages" | "sms" if index == 0 => all().count().to_string(),
        "attachments" => all().map(|one| one.attachments.len()).sum::<usize>().to_string(),
        "from_me" | "sent" => all().filter(|one| one.direction == Direction::Out).count().to_string(),
        "by_service" => counted(all().map(|one| one.facts["service"].as_str())),
        "first_date_utc" => times(held).first().map(|time| moment::words(time))?,
        "last_date_utc" => times(held).last().map(|time| moment::words(time))?,
        "attributedBody_unreadable_by_pytypedstream" => {
            let unread = |one: &&ParsedItem| one.problems.iter().any(|one| one.message.contains("formatted text"));
            all().filter(unread).count().to_string()
        }
        "messages_without_chat" => all().filter(|one| !one.facts.contains_key("conversation")).count().to_string(),
        "message" => message_line(row(format!("message {index}"))?),
        "sms" => sms_line(row(format!("sms {index}"))?),
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
    let mut held: BTreeMap<String, Held> = BTreeMap::new();
    let mut account = Account::new(&[]);
    for fact in facts(&root, &FOLDERS).into_iter().filter(|fact| root.join(&fact.file).is_file()) {
        let (path, (name, index)) = (root.join(&fact.file), fact.numbered());
        let ours = if fact.file.ends_with(".db") {
            of_database(held.entry(fact.file.clone()).or_insert_with(|| Held::of(&path)), name, index)
        } else {
            of_blob(&std::fs::read(&path).expect("readable"), name)
        };
        let folder = fact.file.rsplit_once('/').map_or("", |(folder, _)| folder);
        account.take(folder, &fact, &asked(name, &fact.value), ours);
    }
    for (file, held) in &held {
        let rows = rows(held).count();
        println!("{file}: {rows} rows, {} exceptions, {:?}", held.exceptions.len(), held.remarks);
        assert_eq!(held.items.len(), rows, "{file}: every item is a row");
    }
    let agree = account.close();
    assert!(agree >= 45, "the expectations were met with: {agree}");
}

/// An archive of a phone with a database of voicemail that has no messages, and every archive of text cut and turned.
#[test]
fn empty_and_damaged_ones_are_quiet() {
    let Some(root) = corpora("mobile") else { return };
    for entry in std::fs::read_dir(root.join("ios_app_db")).expect("listed") {
        let path = entry.expect("an entry").path();
        let held = Held::of(&path);
        println!("{}: {:?}, {:?}", path.display(), held.opened, held.remarks);
        assert_eq!((held.items.len(), held.exceptions.len()), (0, 0));
        assert!(held.opened.contains(&ContainerFormat::AppleVoicemail), "an empty one is known by its tables");
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
