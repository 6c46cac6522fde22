//! The attachments of a message: every part that is not its body, decoded, hashed and searched.

use super::{calendar_part, inside, left_out};
use crate::base::digest::Sha256Digest;
use crate::base::limits;
use crate::extract::budget::Budget;
use crate::extract::{self, Extracted, mail as parts};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedAttachment, ParsedItem, Searchable};
use crate::source::contacts::vcard;
use mail_parser::{Message, MessagePart, MimeHeaders, PartType};
use std::borrow::Cow;

/// Contact cards of one attachment that are told as facts.
const CARDS: usize = 50;

/// Fills in the attachments in the order of their parts.
pub fn fill(message: &Message<'_>, parsed: &mut ParsedItem, budget: &mut Budget) {
    let ids: std::collections::BTreeSet<u32> = message.attachments.iter().copied().collect();
    for id in ids.iter().take(limits::MESSAGE_PARTS) {
        if let Some(part) = message.parts.get(*id as usize) {
            let attachment = attachment(message, part, *id, *id, parsed, budget);
            parsed.attachments.push(attachment);
        }
    }
    if ids.len() > limits::MESSAGE_PARTS {
        let more = ids.len() - limits::MESSAGE_PARTS;
        let sentence = format!("{more} more attachments are kept in the message and not listed");
        parsed.problems.push(Problem::new(ProblemCode::LimitReached, sentence));
        parsed.searchable = parsed.searchable.max(Searchable::Partly);
    }
}

/// Fills in the attachments of a message that is wrapped in a part of another.
pub fn fill_inside(inner: &Message<'_>, outer: u32, parsed: &mut ParsedItem, budget: &mut Budget) {
    let ids: std::collections::BTreeSet<u32> = inner.attachments.iter().copied().collect();
    let mut unlisted = 0_usize;
    for id in &ids {
        let room = parsed.attachments.len() < limits::MESSAGE_PARTS;
        let address = inside::address(outer, *id).filter(|_| room);
        match (inner.parts.get(*id as usize), address) {
            (Some(part), Some(address)) => {
                let attachment = attachment(inner, part, *id, address, parsed, budget);
                parsed.attachments.push(attachment);
            }
            _ => unlisted += 1,
        }
    }
    if unlisted > 0 {
        let sentence = format!("{unlisted} more attachments are kept in the signed message and not listed");
        parsed.problems.push(Problem::new(ProblemCode::LimitReached, sentence));
        parsed.searchable = parsed.searchable.max(Searchable::Partly);
    }
}

fn attachment(
    message: &Message<'_>,
    part: &MessagePart<'_>,
    id: u32,
    address: u32,
    parsed: &mut ParsedItem,
    budget: &mut Budget,
) -> ParsedAttachment {
    let name = part.attachment_name().unwrap_or_default().to_owned();
    let claimed = claimed_type(part);
    let decoded = parts::decoded(message, part);
    let broken = decoded.is_none() || parts::is_broken(message, part);
    let bytes = decoded.unwrap_or(Cow::Borrowed(&[]));
    let shown = if name.is_empty() { format!("part {id}") } else { name.clone() };
    let mut extracted = extract(part, &bytes, &name, &claimed, budget);
    if broken {
        let sentence = "it could not be decoded and is kept as it lies in the message";
        extracted.problems.push(Problem::new(ProblemCode::Undecodable, sentence));
        extracted.searchable = extracted.searchable.max(Searchable::Partly);
    }
    if left_out::is_kept_elsewhere(message, part) {
        let sentence = "Apple Mail keeps its bytes in a file beside the message, which is not here; take in the whole mailbox folder";
        extracted = extracted.but(Searchable::Not, ProblemCode::Missing, sentence);
    }
    if extracted.found_type == "text/calendar" {
        let calendar = calendar_part::read(&extracted.text);
        if calendar.has_file {
            let sentence = "a file is packed into the calendar and was not looked into";
            extracted = extracted.but(Searchable::Partly, ProblemCode::Unsupported, sentence);
        }
        calendar.tell(parsed);
    }
    if extracted.found_type == "text/vcard" {
        card_facts(&bytes, &mut parsed.facts);
    }
    extract::add_ways(Some(address), extracted.pieces, &mut parsed.ways);
    extract::add_facts(&shown, extracted.facts, &mut parsed.facts);
    for problem in extracted.problems {
        // The problems of attachments stand with the message, each with the name of its attachment.
        parsed.problems.push(Problem::new(problem.code, format!("attachment {shown}: {}", problem.message)));
    }
    ParsedAttachment {
        name,
        claimed_type: claimed.split(';').next().unwrap_or_default().trim().to_owned(),
        found_type: extracted.found_type,
        bytes: bytes.len() as u64,
        sha256: (!broken).then(|| Sha256Digest::of(&bytes)),
        inline: is_inline(part),
        text: extracted.text,
        searchable: extracted.searchable,
        part: address,
    }
}

/// What the contact cards of an attachment say: whose they are, with every address and number. They took no part.
fn card_facts(bytes: &[u8], facts: &mut std::collections::BTreeMap<String, String>) {
    let said = vcard::summaries(bytes, CARDS).join("; ");
    if !said.is_empty() {
        facts.entry("contact cards".to_owned()).and_modify(|all| *all = format!("{all}; {said}")).or_insert(said);
    }
}

fn extract(part: &MessagePart<'_>, bytes: &[u8], name: &str, claimed: &str, budget: &mut Budget) -> Extracted {
    match &part.body {
        PartType::Message(nested) => parts::text_of_message(nested, budget),
        _ => extract::text_within(bytes, name, claimed, budget),
    }
}

/// The media type a part claims, lowercase, with its charset.
fn claimed_type(part: &MessagePart<'_>) -> String {
    let Some(claimed) = part.content_type() else {
        return if part.is_message() { "message/rfc822".to_owned() } else { "text/plain".to_owned() };
    };
    let mut out = claimed.ctype().to_ascii_lowercase();
    if let Some(subtype) = claimed.subtype() {
        out.push('/');
        out.push_str(&subtype.to_ascii_lowercase());
    }
    if let Some(charset) = claimed.attribute("charset") {
        out.push_str("; charset=");
        out.push_str(charset);
    }
    out
}

/// Whether a part is shown inside the text: it says so, or it has an id that HTML refers to and no other wish.
fn is_inline(part: &MessagePart<'_>) -> bool {
    match part.content_disposition() {
        Some(disposition) => disposition.is_inline(),
        None => part.content_id().is_some() || matches!(part.body, PartType::InlineBinary(_)),
    }
}
