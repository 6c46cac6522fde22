//! `show`

use super::args::{Common, Show};
use super::output::{Failure, Output, TerminalMonitor};
use super::{DONE, conversation, repository, why};
use crate::access;
use crate::base::id::{FamilyId, RecordId};
use crate::base::monitor::Monitor;
use crate::catalog::RecordRow;
use crate::grouping;
use crate::model::item::ParsedItem;
use crate::model::message_id::mih;
use crate::model::record::{Party, SourceTime};
use crate::production;
use crate::repository::{Repository, StoredFamily};
use crate::source;
use crate::text::{safe, safe_lines};
use serde_json::{Value, json};

/// `recordroom show`
pub fn run(common: &Common, arguments: &Show, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    if arguments.id.starts_with(['X', 'x']) {
        return super::status::exception(&opened, &arguments.id, arguments.original, output);
    }
    let record = record_named(&opened, &arguments.id)?;
    if opened.catalog().reading().is_set_aside(record.family)? {
        let message = format!("{} came from a personal device and is set aside", record.id);
        let hint = format!("Whoever sorts it may look at it: recordroom screen show {} --reason WHY", record.id);
        return Err(Failure::new("set-aside", message, hint).with_exit(repository::REFUSED));
    }
    let family = opened.family(record.family)?;
    access::record(&mut opened, "show", &[record.family], &repository::actor(common))?;
    if arguments.original {
        output.bytes(&original(&opened, &family, &record)?)?;
        return Ok(DONE);
    }
    if arguments.pdf {
        if record.part.is_some() {
            let message = format!("{} is an attachment, and is filed inside the item it belongs to", record.id);
            let hint = format!("Write that: recordroom show {} --pdf", record.family);
            return Err(Failure::new("refused", message, hint).with_exit(repository::REFUSED));
        }
        let drawn = production::archival(&opened, &family)?;
        let monitor = TerminalMonitor::default();
        drawn.problems.iter().for_each(|problem| monitor.problem(problem));
        output.bytes(&drawn.pdf)?;
        return Ok(DONE);
    }
    let mut value = shape(&opened, &family, &record)?;
    let mut text = told(&opened, &family, &record)?;
    if arguments.why {
        let found = why::of(&opened, &family.row, arguments.on.unwrap_or_else(|| opened.today()))?;
        value["why"] = json!(found);
        text = format!("{}\n{text}", safe_lines(&found.told()));
    }
    if arguments.conversation {
        let all = grouping::conversation(&opened, record.family)?;
        value["conversation"] = json!(all);
        text = format!("{text}\n{}", conversation::told(&all, opened.zone()));
    }
    output.result(value, &text)?;
    Ok(DONE)
}

/// An item by its own number, or the parent of a family by the family's.
pub(super) fn record_named(opened: &Repository, id: &str) -> Result<RecordRow, Failure> {
    let reading = opened.catalog().reading();
    if id.starts_with(['F', 'f']) {
        let family: FamilyId = id.parse().map_err(wrong_id)?;
        // A destroyed family says when it went.
        opened.family(family)?;
        let first = reading.records(family)?.into_iter().next();
        return first.ok_or_else(|| Failure::new("not-found", format!("There is no {family} here"), ""));
    }
    let record: RecordId = id.parse().map_err(wrong_id)?;
    Ok(reading.record(record)?)
}

fn wrong_id(error: crate::base::id::IdError) -> Failure {
    Failure::usage(error.to_string(), "Item numbers stand at the beginning of each hit of a search, such as R-12.")
}

fn original(opened: &Repository, family: &StoredFamily, record: &RecordRow) -> Result<Vec<u8>, Failure> {
    let bytes = opened.original(&family.row)?;
    match record.part {
        None => Ok(bytes),
        Some(part) => source::part_bytes(&bytes, &family.facts.shape, part).ok_or_else(|| {
            Failure::new(
                "undecodable",
                "This attachment could not be decoded",
                format!("Show the original of the whole instead: recordroom show {} --original", family.row.id),
            )
        }),
    }
}

pub(super) fn shape(opened: &Repository, family: &StoredFamily, record: &RecordRow) -> Result<Value, Failure> {
    let reading = opened.catalog().reading();
    let (facts, item) = (&family.facts, &family.facts.item);
    let members: Vec<Value> = reading
        .records(family.row.id)?
        .iter()
        .map(|one| json!({ "id": one.id, "kind": one.kind, "part": one.part, "name": part_name(item, one.part) }))
        .collect();
    let mut copies = Vec::new();
    for copy in reading.copies(family.row.id)? {
        let opened_copy = opened.open_copy(&family.row, &copy)?;
        copies.push(json!({
            "container": reading.container_path(copy.container)?, "place": opened_copy.place,
            "custodian": copy.custodian, "flags": opened_copy.facts,
        }));
    }
    let guards: Vec<String> =
        reading.guards_of(family.row.id, opened.today())?.iter().map(ToString::to_string).collect();
    let standing = &family.row.standing;
    Ok(json!({
        "id": record.id, "kind": record.kind, "family": { "id": family.row.id, "members": members },
        "copies": copies, "protected_by": guards,
        "original": { "digest": facts.blake3, "sha256": facts.sha256, "bytes": facts.bytes },
        "status": standing.status, "status_basis": standing.basis, "series": standing.series,
        "mih": mih(&item.message_id), "confidence": standing.confidence, "evidence": facts.evidence,
        "text": text_of(item, record.part), "facts": without_texts(item),
    }))
}

fn without_texts(item: &ParsedItem) -> Value {
    let mut value = json!(item);
    if let Some(object) = value.as_object_mut() {
        object.remove("body");
    }
    if let Some(attachments) = value.get_mut("attachments").and_then(Value::as_array_mut) {
        for attachment in attachments.iter_mut().filter_map(Value::as_object_mut) {
            attachment.remove("text");
        }
    }
    value
}

fn part_name(item: &ParsedItem, part: Option<u32>) -> &str {
    let attachment = item.attachments.iter().find(|one| Some(one.part) == part);
    attachment.map_or("", |one| one.name.as_str())
}

fn text_of(item: &ParsedItem, part: Option<u32>) -> &str {
    match part {
        None => &item.body,
        Some(_) => item.attachments.iter().find(|one| Some(one.part) == part).map_or("", |one| one.text.as_str()),
    }
}

pub(super) fn told(opened: &Repository, family: &StoredFamily, record: &RecordRow) -> Result<String, Failure> {
    let (row, item) = (&family.row, &family.facts.item);
    let mut text = format!("{} ({}, family {})\n", record.id, record.kind.word(), row.id);
    let mut line = |label: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(&format!("{label:<12}{}\n", safe(value)));
        }
    };
    if record.part.is_some() {
        line("File", part_name(item, record.part));
    }
    for party in &item.parties {
        line(role(party), &written(party));
    }
    line("Subject", &item.subject);
    line("Sent", &item.sent_at.as_ref().map_or("not known".to_owned(), |time| when(time, opened.zone())));
    if let Some(duration) = item.duration {
        line("Lasted", &format!("{} seconds", duration.seconds));
    }
    let standing = &row.standing;
    line("Status", &format!("{} ({}, confidence {})", standing.status, standing.basis, standing.confidence));
    line("Series", &standing.series);
    for guard in opened.catalog().reading().guards_of(row.id, opened.today())? {
        line("Protected", &guard.to_string());
    }
    for attachment in &item.attachments {
        line("Attachment", &format!("{} ({}, {} bytes)", attachment.name, attachment.found_type, attachment.bytes));
    }
    for problem in &item.problems {
        line("Problem", &problem.message);
    }
    text.push('\n');
    text.push_str(&safe_lines(text_of(item, record.part)));
    text.push('\n');
    Ok(text)
}

/// A moment as it was written; one that was written as a count, in the city's own time.
fn when(time: &SourceTime, zone: chrono_tz::Tz) -> String {
    let is_count = !time.as_written.contains(|c: char| c.is_alphabetic() || matches!(c, ':' | '/'));
    if is_count && !time.as_written.trim_start_matches('-').contains('-') {
        return time.at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S %Z").to_string();
    }
    time.as_written.clone()
}

fn role(party: &Party) -> &'static str {
    use crate::model::record::Role;
    match party.role {
        Role::From => "From",
        Role::Sender => "Sender",
        Role::To => "To",
        Role::Cc => "Cc",
        Role::Bcc => "Bcc",
        Role::ReplyTo => "Reply to",
        Role::Member => "Member",
    }
}

fn written(party: &Party) -> String {
    match (party.name.is_empty(), party.address.is_empty()) {
        (false, false) => format!("{} <{}>", party.name, party.address),
        (true, _) => party.address.clone(),
        (false, true) => party.name.clone(),
    }
}
