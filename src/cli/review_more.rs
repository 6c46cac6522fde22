//! `review family`, `undo`, `second`, `offers`: decisions looked at together, taken back, agreed with, carried over.

use super::DONE;
use super::output::{Failure, Output, counted, table};
use super::review::{UndoOf, line};
use super::scope::family_named;
use crate::base::clock::local_date;
use crate::base::id::{RecordId, RequestId};
use crate::repository::Repository;
use crate::request::{Decided, decided};
use crate::review::{self, Offer, Why};
use crate::text::safe;
use serde_json::json;

/// Characters of a subject in a table.
const SUBJECT_CHARS: usize = 50;

fn shortened(text: &str) -> String {
    safe(&text.chars().take(SUBJECT_CHARS).collect::<String>())
}

/// What a decision says in one cell.
fn told(one: &Decided, opened: &Repository) -> String {
    let mut text = format!("{} by {} on {}", one.decision, safe(&one.by), local_date(one.at, opened.zone()));
    if !one.basis.is_empty() {
        text.push_str(&format!(", {}", safe(&one.basis)));
    }
    if let Some(class) = one.ground.class {
        text.push_str(&format!(", {class}"));
    }
    if let Some(privilege) = one.ground.privilege {
        text.push_str(&format!(", {privilege}"));
    }
    if let Some(it) = &one.ground.determination {
        text.push_str(&format!(", determined by {} on {}: {}", safe(&it.by), it.on, safe(&it.reason)));
    }
    if let Some(second) = &one.seconded_by {
        text.push_str(&format!(", seen by {}", safe(second)));
    }
    text
}

/// `recordroom review family`
pub fn family(opened: &Repository, request: RequestId, id: &str, output: &Output) -> Result<u8, Failure> {
    let family = family_named(opened, id)?;
    let reading = opened.catalog().reading();
    reading.request(request)?;
    let stacks = decided(&reading, request)?;
    let item = opened.facts(&reading.family(family)?)?.item;
    let (mut text, mut values) = (String::new(), Vec::new());
    for record in reading.records(family)? {
        let one = line(opened, family, &record, &item);
        let place = if record.part.is_none() { "" } else { "  attached: " };
        text.push_str(&format!(
            "{}{place}  {}  {}  {}  {}\n",
            record.id,
            one.kind,
            one.sent,
            safe(&one.from),
            safe(&one.what)
        ));
        let stack = stacks.get(&record.id).map(Vec::as_slice).unwrap_or_default();
        match stack.split_last() {
            None => text.push_str("        no decision\n"),
            Some((newest, before)) => {
                text.push_str(&format!("        {}\n", told(newest, opened)));
                for one in before.iter().rev() {
                    text.push_str(&format!("        before: {}\n", told(one, opened)));
                }
            }
        }
        values.push(json!({ "id": record.id, "kind": one.kind, "subject": one.what, "decisions": stack }));
    }
    output.result(json!({ "request": request, "family": family, "members": values }), &text)?;
    Ok(DONE)
}

/// `recordroom review undo`
pub fn undo(opened: &mut Repository, one: &UndoOf, actor: &str, output: &Output) -> Result<u8, Failure> {
    let undone = review::undo(opened, one.request, &one.items, &one.reason, actor)?;
    let text = format!(
        "The newest decision on {} is taken back; {} of them have no decision now. What was decided stays in: recordroom \
         request log {}\n",
        counted(undone.members.len() as u64, "item"),
        undone.undecided,
        one.request
    );
    output.result(json!({ "request": one.request, "items": undone.members, "undecided": undone.undecided }), &text)?;
    Ok(DONE)
}

/// `recordroom review second`
pub fn second(
    opened: &mut Repository,
    request: RequestId,
    items: &[RecordId],
    actor: &str,
    output: &Output,
) -> Result<u8, Failure> {
    let count = review::second(opened, request, items, actor)?;
    let left = review::without_second(&opened.catalog().reading(), request)?;
    let text = format!(
        "It is recorded that {} looked at {} and agrees; {} wait for a second person.\n",
        safe(actor),
        counted(count, "decision"),
        left.len()
    );
    output.result(json!({ "request": request, "items": count, "waiting": left }), &text)?;
    Ok(DONE)
}

/// Why a decision is offered, in a cell.
fn because(offer: &Offer) -> String {
    match offer.why {
        Why::Quotes => format!("quotes {}", offer.like),
        Why::NearlySame => format!("nearly the same as {} ({} %)", offer.like, offer.percent),
        Why::Duplicate | Why::SameFile => format!("{} of {}", offer.why, offer.like),
    }
}

/// `recordroom review offers`
pub fn offers(
    opened: &mut Repository,
    request: RequestId,
    accept: &[RecordId],
    actor: &str,
    output: &Output,
) -> Result<u8, Failure> {
    if !accept.is_empty() {
        let count = review::accept(opened, request, accept, actor)?;
        let text = format!("The offered decisions are taken on {}.\n", counted(count, "item"));
        output.result(json!({ "request": request, "accepted": count }), &text)?;
        return Ok(DONE);
    }
    let reading = opened.catalog().reading();
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for offer in review::offers(opened, request)? {
        let record = reading.record(offer.record)?;
        let item = opened.facts(&reading.family(record.family)?)?.item;
        let one = line(opened, record.family, &record, &item);
        let now = offer.now.map_or("none", |one| one.word());
        rows.push(vec![
            offer.record.to_string(),
            shortened(&one.what),
            now.to_owned(),
            because(&offer),
            format!("{} {}", offer.decision, safe(&offer.basis)).trim().to_owned(),
        ]);
        values.push(json!({
            "id": offer.record, "now": offer.now, "why": offer.why, "like": offer.like, "percent": offer.percent,
            "decision": offer.decision, "basis": offer.basis, "subject": one.what,
        }));
    }
    let text = if rows.is_empty() {
        "Nothing says the same as what is decided, quotes it or is nearly the same, and is decided otherwise.\n"
            .to_owned()
    } else {
        format!(
            "{}Look at each, above all where words differ, then take them with: recordroom review offers {request} --accept \
             ITEM ...\n",
            table(&["item", "subject or file", "decided now", "why", "offered"], &rows)
        )
    };
    output.result(json!({ "request": request, "offers": values }), &text)?;
    Ok(DONE)
}
