//! What one message says.

use super::attachments;
use super::body;
use super::dates;
use super::headers::{self, Fields};
use super::inside;
use crate::base::limits;
use crate::extract;
use crate::extract::budget::Budget;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedItem, Searchable};
use crate::model::record::RecordKind;
use crate::source::ReadOptions;
use chrono::Duration;
use mail_parser::Message;
use std::borrow::Cow;

/// Days a sent date may lie before the oldest `Received` line: late queues and messages sent again are real.
const DAYS_BEFORE_RECEIVED: i64 = 366;
/// Days a sent date may lie after the newest `Received` line: clocks go wrong.
const DAYS_AFTER_RECEIVED: i64 = 31;

/// What a message says, as far as it can be read.
pub fn parse(bytes: &[u8], options: &ReadOptions) -> ParsedItem {
    let mut parsed = ParsedItem::new(RecordKind::Email);
    if bytes.len() as u64 > limits::ITEM_IN_MEMORY_BYTES {
        return parse_head(&bytes[..bytes.len().min(1024 * 1024)], options);
    }
    let bytes = &*with_line_feeds(bytes);
    if extract::mail::is_nested_too_deeply(bytes) {
        let sentence = "parts lie too deep inside each other; the message is read as plain text and not taken apart";
        return parse_flat(bytes, Problem::new(ProblemCode::LimitReached, sentence), options);
    }
    // A panic in the parser costs the message its parts, not its text.
    let parsing = std::panic::AssertUnwindSafe(|| headers::parser().parse(bytes));
    let Ok(message) = std::panic::catch_unwind(parsing) else {
        let sentence = "its parts are damaged; the message is read as plain text and not taken apart";
        return parse_flat(bytes, Problem::new(ProblemCode::Malformed, sentence), options);
    };
    let Some(message) = message else {
        parsed.body = Budget::new().take_text(extract::charset::decode(bytes, None).text).0;
        parsed.problems.push(Problem::new(ProblemCode::Malformed, "no header field was found; all is read as text"));
        // What its parts would be, nobody says: words may be encoded for transport, or cut off.
        if !parsed.body.trim().is_empty() {
            parsed.searchable = Searchable::Partly;
        }
        return parsed;
    };
    let fields = headers::fill(&message, &mut parsed);
    set_times(&fields, options, &mut parsed);
    let mut budget = Budget::new();
    body::fill(&message, &mut parsed, &mut budget);
    attachments::fill(&message, &mut parsed, &mut budget);
    inside::fill(&message, &mut parsed, &mut budget);
    parsed
}

/// What the head of a message says that is too large to hold.
pub fn parse_head(head: &[u8], options: &ReadOptions) -> ParsedItem {
    let mut parsed = header_only(head, options);
    parsed.searchable = Searchable::Not;
    let sentence = "the message is too large to look into; it is kept whole and found by its header";
    parsed.problems.push(Problem::new(ProblemCode::TooLargeToParse, sentence));
    parsed
}

/// The decoded bytes of one part, as they were before they were encoded for transport.
pub fn part_bytes(original: &[u8], part: u32) -> Option<Vec<u8>> {
    let original = &*with_line_feeds(original);
    if extract::mail::is_nested_too_deeply(original) {
        return None;
    }
    let message = headers::parser().parse(original)?;
    if let Some((outer, inner)) = inside::split(part) {
        return inside::part_bytes(&message, outer, inner);
    }
    let index = part as usize;
    if !message.attachments.contains(&part) {
        return None;
    }
    extract::mail::decoded(&message, message.parts.get(index)?).map(Cow::into_owned)
}

/// A message whose lines all end with a carriage return alone, as very old computers wrote them, with line feeds.
fn with_line_feeds(bytes: &[u8]) -> Cow<'_, [u8]> {
    if bytes.contains(&b'\n') || !bytes.contains(&b'\r') {
        return Cow::Borrowed(bytes);
    }
    Cow::Owned(bytes.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect())
}

/// What a message says that cannot be taken apart: its header, and all of it as plain text.
fn parse_flat(bytes: &[u8], problem: Problem, options: &ReadOptions) -> ParsedItem {
    let mut parsed = header_only(bytes, options);
    let mut budget = Budget::new();
    parsed.body = budget.take_text(extract::charset::decode(bytes, None).text).0;
    parsed.searchable = Searchable::Partly;
    parsed.problems.push(problem);
    parsed
}

fn header_only(head: &[u8], options: &ReadOptions) -> ParsedItem {
    let mut parsed = ParsedItem::new(RecordKind::Email);
    if let Some(message) = headers::parser().parse_headers(head) {
        let message: Message<'_> = message;
        let fields = headers::fill(&message, &mut parsed);
        set_times(&fields, options, &mut parsed);
    }
    parsed
}

/// Sets when it was sent and received; a date that cannot be is left unknown, and said.
fn set_times(fields: &Fields, options: &ReadOptions, parsed: &mut ParsedItem) {
    let received: Vec<_> =
        fields.received.iter().filter_map(|field| dates::read_received(field, options.zone)).collect();
    let sent = fields.date.as_deref().and_then(|date| dates::read(date, options.zone));
    let doubt = match (&fields.date, &sent) {
        (None, _) => Some("the message has no date".to_owned()),
        (Some(written), None) => Some(format!("the date cannot be read: {written}")),
        (Some(written), Some(sent)) if !dates::is_plausible(sent) => {
            Some(format!("the date cannot be right: {written}"))
        }
        (Some(written), Some(sent)) => {
            let oldest = received.iter().map(|time| time.at).min();
            let newest = received.iter().map(|time| time.at).max();
            let early = oldest.is_some_and(|oldest| sent.at < oldest - Duration::days(DAYS_BEFORE_RECEIVED));
            let late = newest.is_some_and(|newest| sent.at > newest + Duration::days(DAYS_AFTER_RECEIVED));
            (early || late).then(|| format!("the date is far from when the message was received: {written}"))
        }
    };
    parsed.received_at = received.into_iter().max_by_key(|time| time.at);
    match doubt {
        None => parsed.sent_at = sent,
        Some(sentence) => {
            if let Some(written) = &fields.date {
                parsed.facts.insert("date as written".to_owned(), written.clone());
            }
            parsed.problems.push(Problem::new(ProblemCode::DateUnknown, sentence));
        }
    }
}
