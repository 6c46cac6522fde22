//! The readable text of a message: plain text first, and what only its HTML version says.

use crate::extract::budget::Budget;
use crate::extract::charset;
use crate::extract::mail as parts;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedItem, Searchable};
use crate::text::{html_to_text, lines_of_their_own};
use mail_parser::{Message, MessagePart, PartType};
use std::borrow::Cow;

/// Fills in the body, with what could not be read of it.
pub fn fill(message: &Message<'_>, parsed: &mut ParsedItem, budget: &mut Budget) {
    let mut body = String::new();
    let mut plain = false;
    for id in &message.text_body {
        let Some(part) = message.parts.get(*id as usize) else { continue };
        let text = match &part.body {
            PartType::Text(_) => {
                plain = true;
                part_text(message, part, parsed)
            }
            PartType::Html(_) => Cow::Owned(html_to_text(&part_text(message, part, parsed))),
            _ => continue,
        };
        append(&mut body, &text);
    }
    if plain {
        append_html_extra(message, parsed, &mut body);
    }
    let (body, whole) = budget.take_text(body);
    parsed.body = body;
    if !whole {
        parsed.searchable = parsed.searchable.max(Searchable::Partly);
        parsed.problems.push(Problem::new(ProblemCode::LimitReached, "the text is longer than what is searchable"));
    }
    note_encryption(message, parsed);
}

/// The text of one part, its charset settled.
fn part_text<'m>(message: &'m Message<'_>, part: &'m MessagePart<'_>, parsed: &mut ParsedItem) -> Cow<'m, str> {
    if part.is_encoding_problem && part.offset_end > part.offset_body {
        note(parsed, "a part of the text could not be decoded and is shown as it lies there");
    }
    let (text, sound) = parts::text_of_part(message, part);
    if !sound {
        note(parsed, "characters of the text could not be decoded");
    }
    text
}

fn note(parsed: &mut ParsedItem, sentence: &str) {
    parsed.searchable = parsed.searchable.max(Searchable::Partly);
    if !parsed.problems.iter().any(|problem| problem.message == sentence) {
        parsed.problems.push(Problem::new(ProblemCode::Undecodable, sentence));
    }
}

/// Adds the lines of the HTML version that have a word the plain one has not: senders hide nothing there.
fn append_html_extra(message: &Message<'_>, parsed: &mut ParsedItem, body: &mut String) {
    let only_html: Vec<u32> = message.html_body.iter().copied().filter(|id| !message.text_body.contains(id)).collect();
    if only_html.is_empty() {
        return;
    }
    let mut extra = String::new();
    for id in only_html {
        let Some(part) = message.parts.get(id as usize) else { continue };
        if !matches!(part.body, PartType::Html(_)) {
            continue;
        }
        let text = html_to_text(&part_text(message, part, parsed));
        extra.push_str(&lines_of_their_own(&text, body));
    }
    if !extra.is_empty() {
        append(body, "[only in the HTML version]");
        append(body, &extra);
    }
}

fn append(body: &mut String, text: &str) {
    if text.is_empty() {
        return;
    }
    if !body.is_empty() {
        if !body.ends_with('\n') {
            body.push('\n');
        }
        body.push('\n');
    }
    body.push_str(text);
}

/// Marks messages whose text nobody can read here: S/MIME (RFC 8551) and PGP (RFC 3156, and armour in the text).
fn note_encryption(message: &Message<'_>, parsed: &mut ParsedItem) {
    let armoured = parsed.body.contains("-----BEGIN PGP MESSAGE-----");
    let wrapped = message.parts.first().is_some_and(|root| parts::is_encrypted(message, root));
    if !armoured && !wrapped {
        return;
    }
    let rest = charset::without_armour(&parsed.body);
    let searchable = if rest.trim().is_empty() || wrapped { Searchable::Not } else { Searchable::Partly };
    parsed.searchable = parsed.searchable.max(searchable);
    parsed.problems.push(Problem::new(ProblemCode::Encrypted, "the message is encrypted"));
}
