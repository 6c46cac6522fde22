//! Conversations and calls as pages: tables that are read from the top, by the eye and by a screen reader.
//!
//! They have no production numbers of their own: each row names that of the document it stands for.

use super::talk::Calls;
use super::words::Field;
use crate::model::conversation::{Conversation, Said};
use crate::model::production::PublicText;
use crate::render::{Content, Rendition, Rich};
use crate::text::{Block, Cell, Span, Table};
use chrono::{DateTime, Utc};

/// The columns of a table of calls that have a place of their own.
const CALL_COLUMNS: [&str; 6] = ["Began", "From", "Called", "Lasted", "Direction", "Outcome"];
/// What a conversation shows of all that its source tells, by how its name begins; the rest is in the documents.
const SHOWN: &[&str] = &[
    "Reaction",
    "Edited",
    "Version",
    "Deleted",
    "Unsent",
    "Taken down",
    "Delivered",
    "Delivery",
    "Read",
    "Opened",
    "Receipts",
    "Was played",
    "Reply to",
    "Answers",
    "Forwarded",
    "Importance",
    "Event",
    "People added",
    "Left the conversation",
    "Sections",
];

/// A conversation, for people.
pub(super) fn thread(one: &Conversation, label: PublicText, made_at: DateTime<Utc>) -> Rendition {
    let own = |text: &str| PublicText::released(text);
    let people: Vec<&str> = one.people.iter().map(PublicText::as_str).collect();
    let day = if one.day.is_empty() { "date not known" } else { one.day.as_str() };
    let mut fields = vec![(own("Day"), own(day)), (own("Takes part"), PublicText::released(people.join("; ")))];
    for (name, value) in [("Program", &one.platform), ("Custodian", &one.custodian)] {
        if !value.is_empty() {
            fields.push((own(name), value.clone()));
        }
    }
    let head = ["Number", "Time", "Who", "What was said"].map(Cell::heading).to_vec();
    let mut rows = vec![head];
    rows.extend(one.said.iter().map(|said| row(said, one)));
    let summary = "The messages of a conversation in the order in which they were sent".to_owned();
    let zone = one.said.iter().find_map(|said| said.at).map(|at| at.format("%:z").to_string());
    let remark = zone.map_or(String::new(), |zone| format!("Times are local; the first of them is at UTC{zone}."));
    page(
        PublicText::released(format!("{}, {day}", one.name.as_str())),
        fields,
        PublicText::released(remark),
        vec![Block::Table(Table { summary, rows })],
        label,
        made_at,
    )
}

fn row(said: &Said, one: &Conversation) -> Vec<Cell> {
    let number = Cell { head: true, ..Cell::plain(said.number.to_string()) };
    let time = said.at.map_or("not known".to_owned(), |at| at.format("%H:%M:%S").to_string());
    let who = said.author.and_then(|at| one.people.get(at)).unwrap_or(&said.author_words);
    let mut spans = Vec::new();
    if said.deleted {
        spans.push(Span::strong("Marked as deleted by its source. "));
    }
    spans.push(Span::plain(said.body.as_str()));
    for file in &said.files {
        let name = if file.name.is_empty() { String::new() } else { format!("{}: ", file.name.as_str()) };
        spans.push(Span::plain(format!("\n[File {name}{}]", file.number)));
    }
    let shown = |name: &str| SHOWN.iter().any(|one| name.starts_with(one));
    for (name, value) in said.told.iter().filter(|one| shown(one.0.as_str())) {
        spans.push(Span::plain(format!("\n{}: {}", name.as_str(), value.as_str())));
    }
    vec![number, Cell::plain(time), Cell::plain(who.as_str()), Cell { head: false, spans }]
}

/// The calls of a custodian, for people.
pub(super) fn calls(one: &Calls, label: PublicText, made_at: DateTime<Utc>) -> Rendition {
    let custodian = if one.custodian.is_empty() { "custodian not known" } else { one.custodian.as_str() };
    let mut head = vec![Cell::heading("Number")];
    head.extend(CALL_COLUMNS.map(Cell::heading));
    let mut rows = vec![head];
    for (number, fields) in &one.calls {
        let value = |label: &str| {
            let found: Vec<&str> =
                fields.iter().filter(|one| one.0.as_str() == label).map(|one| one.1.as_str()).collect();
            found.join("; ")
        };
        let mut row = vec![Cell { head: true, ..Cell::plain(number.to_string()) }];
        row.extend(CALL_COLUMNS.map(|label| Cell::plain(value(label))));
        rows.push(row);
    }
    let summary = "Calls in the order in which they began".to_owned();
    page(
        PublicText::released(format!("Calls, {custodian}")),
        vec![
            (PublicText::released("Custodian"), PublicText::released(custodian)),
            (PublicText::released("Calls"), PublicText::released(one.calls.len().to_string())),
        ],
        PublicText::released("What else their sources tell is in the document of each call."),
        vec![Block::Table(Table { summary, rows })],
        label,
        made_at,
    )
}

fn page(
    title: PublicText,
    fields: Vec<Field>,
    remark: PublicText,
    blocks: Vec<Block>,
    label: PublicText,
    made_at: DateTime<Utc>,
) -> Rendition {
    // Every word comes from released fields, so that the vouching is only repeated here.
    let content = Content::Rich(Rich::released(blocks, Vec::new()));
    Rendition { title, fields, remark, content, first: None, made_at: Some(made_at), label }
}
