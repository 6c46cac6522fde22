//! Texts that vendors and tools wrote: what is found is compared with what others found in the same files.

use crate::expected::{Account, Fact, Known, facts};
use crate::held::Held;
use crate::place::corpora;
use recordroom::model::item::ParsedItem;
use recordroom::model::record::{Direction, RecordKind, Role};
use std::collections::{BTreeMap, BTreeSet};

/// Folders of vendors and tools.
const FOLDERS: [&str; 7] =
    ["imazing", "cellebrite_ufed", "rsmf", "google_voice", "sms_backup_plus_eml", "whatsapp", "vcon"];

/// Differences that are known: (folder, fact, what we find, why).
const KNOWN: &[Known] = &[
    (
        "whatsapp",
        "user_messages_upstream_target",
        "7",
        "the message whose text is a dot is kept; the other reader drops it",
    ),
    (
        "google_voice",
        "message[4]",
        "2022-06-30T18:07:28.190-07:00|tel:+333|Tony Smehrik|Thank you \u{1f64f}|att=[]",
        "a blank at the end of a text stands in the original only",
    ),
];

fn fact<'a>(one: &'a ParsedItem, name: &str) -> &'a str {
    one.facts.get(name).map_or("", String::as_str)
}

/// `{"a": 1, "b": 2}` in the order of appearance, as others print counts.
fn counted<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut all: Vec<(&str, u64)> = Vec::new();
    for word in words {
        match all.iter_mut().find(|(one, _)| *one == word) {
            Some((_, count)) => *count += 1,
            None => all.push((word, 1)),
        }
    }
    format!("{{{}}}", all.iter().map(|(word, count)| format!("\"{word}\": {count}")).collect::<Vec<_>>().join(", "))
}

fn listed(words: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", words.into_iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", "))
}

fn utc(one: &ParsedItem) -> String {
    one.sent_at.as_ref().map_or("unknown".into(), |time| time.at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

fn written(one: &ParsedItem) -> String {
    one.sent_at.as_ref().map_or_else(|| fact(one, "date as written").to_owned(), |time| time.as_written.clone())
}

fn sender(one: &ParsedItem) -> (&str, &str) {
    let from = one.parties.iter().find(|one| one.role == Role::From);
    from.map_or(("", ""), |one| (one.name.as_str(), one.address.as_str()))
}

fn of_imazing(holding: &Held, name: &str, index: usize) -> Option<String> {
    let rows: Vec<&ParsedItem> = holding.parsed().iter().filter(|one| one.kind != RecordKind::File).collect();
    match name {
        "rows" => Some(rows.len().to_string()),
        "by_Type" => Some(counted(rows.iter().map(|one| fact(one, "Type")))),
        "by_Call type" => Some(counted(rows.iter().map(|one| fact(one, "Call type")))),
        "timezone_in_file" => {
            let is_assumed = |one: &&ParsedItem| {
                one.sent_at.as_ref().is_some_and(|time| time.zone == recordroom::model::record::ZoneBasis::AssumedLocal)
            };
            (rows.iter().all(is_assumed) && !rows.is_empty()).then(|| "none (naive local time)".to_owned())
        }
        "row" => {
            let one = rows.get(index)?;
            let columns: &[&str] = if one.kind == RecordKind::Call {
                &["Call type", "Date", "Duration", "Number", "Contact", "Location", "Service"]
            } else {
                &[
                    "Chat Session",
                    "Message Date",
                    "Delivered Date",
                    "Read Date",
                    "Edited Date",
                    "Service",
                    "Type",
                    "Sender ID",
                    "Sender Name",
                    "Status",
                    "Replying to",
                    "Subject",
                ]
            };
            let mut cells: Vec<String> = columns
                .iter()
                .map(|name| (name, fact(one, name)))
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            if one.kind == RecordKind::Text && !one.body.is_empty() {
                cells.push(format!("Text={}", one.body));
            }
            Some(cells.join("|"))
        }
        _ => None,
    }
}

fn of_rsmf(holding: &Held, name: &str) -> Option<String> {
    let events: Vec<&ParsedItem> = holding.parsed().iter().filter(|one| one.facts.contains_key("event")).collect();
    let count = |name: &str| events.iter().filter(|one| one.facts.contains_key(name)).count().to_string();
    let undeclared = || {
        let says = |one: &&ParsedItem| {
            let sentence = |sentence: &str| {
                let id =
                    sentence.strip_prefix("the manifest does not tell who the participant ")?.strip_suffix(" is")?;
                Some(id.to_owned())
            };
            one.problems.iter().filter_map(|one| sentence(&one.message)).collect::<Vec<_>>()
        };
        listed(events.iter().flat_map(says).collect::<BTreeSet<String>>())
    };
    match name {
        "events" => Some(events.len().to_string()),
        "events_by_type" => Some(counted(events.iter().map(|one| fact(one, "event")))),
        "platforms" => {
            Some(listed(events.iter().map(|one| fact(one, "platform").to_owned()).collect::<BTreeSet<String>>()))
        }
        "attachments_refs" => Some(events.iter().map(|one| one.attachments.len()).sum::<usize>().to_string()),
        "edits" => Some(count("edit 1")),
        "deleted_events" => Some(count("deleted")),
        "reactions" => Some(count("reactions")),
        "events_with_parent" => Some(count("answers event")),
        "event_participants_not_declared" | "conversation_participants_not_declared" => Some(undeclared()),
        "first_timestamp_as_written" => events.first().map(|one| written(one)),
        "last_timestamp_as_written" => events.last().map(|one| written(one)),
        "timestamps_with_offset_or_Z" => {
            let has = |one: &&ParsedItem| {
                one.sent_at
                    .as_ref()
                    .is_some_and(|time| time.zone == recordroom::model::record::ZoneBasis::OffsetInSource)
            };
            Some(events.iter().copied().filter(|one| has(one)).count().to_string())
        }
        _ => None,
    }
}

fn of_google(holding: &Held, name: &str, index: usize) -> Option<String> {
    let (all, first) = (holding.parsed(), holding.parsed().first()?);
    let other = || first.parties.iter().map(|one| format!("tel:{}", one.address));
    match name {
        // Voicemail stands on a page of calls.
        "kind" => Some(if first.kind == RecordKind::Text { "text" } else { "call" }.to_owned()),
        "labels" => Some(listed(fact(first, "labels").split(", ").map(str::to_owned))),
        "user_deleted" => holding.items[0]
            .copy
            .deleted
            .map(|deleted| format!("User Deleted: {}", if deleted { "True" } else { "False" })),
        "messages" => Some(all.len().to_string()),
        "participants_block" if fact(first, "conversation") != "group" => Some("[]".to_owned()),
        "participants_block" => {
            // The others of the conversation, in the order of the page: those that no *Me* wrote to.
            let out = all.iter().find(|one| one.direction == Direction::Out)?;
            let to = out.parties.iter().filter(|one| one.role == Role::To);
            Some(listed(to.map(|one| format!("tel:{}", one.address))))
        }
        "message" => {
            let one = all.get(index)?;
            let (name, number) = sender(one);
            let names = one.attachments.iter().map(|one| one.name.clone());
            Some(format!("{}|tel:{number}|{name}|{}|att={}", written(one), one.body, listed(names)))
        }
        "first_utc" | "published_utc" => Some(utc(first)),
        "tel" => Some(listed(other())),
        "duration" => Some(match first.duration {
            Some(duration) => format!("[\"PT{}S\"]", duration.seconds),
            None => "[]".to_owned(),
        }),
        "audio" => Some(listed(first.attachments.iter().map(|one| one.name.clone()))),
        "transcript" => Some(first.body.clone()),
        "heading" => {
            let (name, _) = sender(first);
            let word = if fact(first, "outcome") == "missed" { "Missed call" } else { "Voicemail" };
            Some(format!("{word} from {name}"))
        }
        _ => None,
    }
}

fn of_mail(holding: &Held, name: &str) -> Option<String> {
    let one = holding.parsed().first()?;
    match name {
        "Subject" => Some(one.subject.clone()),
        "From" => Some(sender(one).1.to_owned()),
        "To" => {
            let to = one.parties.iter().find(|one| one.role == Role::To)?;
            Some(format!("{0} <{0}@unknown.email>", to.address))
        }
        "date_utc_from_X-smssync-date" => Some(utc(one)),
        "body" => Some(one.body.trim().to_owned()),
        other if other.starts_with("X-") => {
            let found = one.facts.get(&other.to_lowercase());
            Some(found.cloned().unwrap_or_else(|| "(absent)".to_owned()))
        }
        _ => None,
    }
}

fn of_whatsapp(holding: &Held, name: &str, value: &str) -> Option<String> {
    let (program, people): (Vec<&ParsedItem>, Vec<&ParsedItem>) =
        holding.parsed().iter().partition(|one| one.facts.contains_key("line of the program"));
    match name {
        "user_messages_upstream_target" => Some(people.len().to_string()),
        "system_lines" => Some(format!("{} (group created; You were added)", program.len())),
        "multi_line_messages" => Some(people.iter().filter(|one| one.body.contains('\n')).count().to_string()),
        "message" => {
            let line = |one: &&ParsedItem| {
                let zone = chrono_tz::America::Chicago;
                let local = one.sent_at.as_ref().map(|time| time.at.with_timezone(&zone).format("%Y-%m-%dT%H:%M:%S"));
                let text = one.body.replace('\n', " ");
                format!("{} local|{}|{text}", local.map(|time| time.to_string()).unwrap_or_default(), sender(one).0)
            };
            let lines: Vec<String> = people.iter().map(line).collect();
            Some(if lines.iter().any(|one| one == value) { value.to_owned() } else { lines.join(" // ") })
        }
        _ => None,
    }
}

fn of_cellebrite(holding: &Held, name: &str, index: usize) -> Option<String> {
    match name {
        "models_top_level" => Some(counted(holding.parsed().iter().map(|one| fact(one, "kind of thing")))),
        "call" => {
            let one = holding.parsed().iter().filter(|one| one.kind == RecordKind::Call).nth(index)?;
            let way = fact(one, "direction as written");
            Some(format!("{{\"direction\": \"{way}\", \"party\": \"{}\"}}", one.parties.first()?.address))
        }
        _ => None,
    }
}

/// Counts in one order: others print theirs in several.
fn in_order(value: &str) -> String {
    match value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(inside) => {
            let mut parts: Vec<&str> = inside.split(", ").collect();
            parts.sort_unstable();
            parts.join(", ")
        }
        None => value.to_owned(),
    }
}

/// What we say about a fact; `None` where we say nothing of the kind.
fn ours(holding: &Held, fact: &Fact) -> Option<String> {
    let (name, index) = fact.numbered();
    match fact.file.split('/').next()? {
        "imazing" => of_imazing(holding, name, index),
        "rsmf" => of_rsmf(holding, name),
        "google_voice" => of_google(holding, name, index),
        "sms_backup_plus_eml" => of_mail(holding, name),
        "whatsapp" => of_whatsapp(holding, name, &fact.value),
        "cellebrite_ufed" => of_cellebrite(holding, name, index),
        _ => None,
    }
}

#[test]
fn what_is_found_agrees_with_what_others_found() {
    let Some(root) = corpora("mobile") else { return };
    let mut held: BTreeMap<String, Held> = BTreeMap::new();
    let mut account = Account::new(KNOWN);
    for fact in facts(&root, &FOLDERS).into_iter().filter(|fact| root.join(&fact.file).is_file()) {
        let one = held.entry(fact.file.clone()).or_insert_with(|| Held::of(&root.join(&fact.file)));
        let folder = fact.file.split('/').next().unwrap_or_default();
        account.take(folder, &fact, &in_order(&fact.value), ours(one, &fact).map(|found| in_order(&found)));
    }
    assert!(account.close() > 100, "the expectations were met with");
}

#[test]
fn every_item_has_an_identity_and_every_attachment_is_found_again() {
    let Some(root) = corpora("mobile") else { return };
    for folder in FOLDERS {
        let holding = Held::of(&root.join(folder));
        let understood = holding.parsed().iter().filter(|one| one.kind != RecordKind::File).count();
        println!(
            "{folder:<24} items {:>4} understood {understood:>4} exceptions {:>2}",
            holding.items.len(),
            holding.exceptions.len()
        );
        holding.check_parts(folder);
    }
}
