//! The attachments of an item: files, objects of other programs, and items inside it.

use super::canonical;
use super::item::{Attachment, Content, Message, Method};
use super::parse::subject;
use super::property::PropertyBag;
use super::{body, facts, people, tag};
use crate::base::digest::Sha256Digest;
use crate::base::limits;
use crate::extract::budget::Budget;
use crate::extract::{self, Extracted, inside};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedAttachment, ParsedItem, Searchable};

/// Fills in the attachments. The text of files is left to whoever has the original and a free core
/// ([`ParsedAttachment::searchable`] is then [`Searchable::Not`] and the text empty); that of items is read here, with the
/// ways to the files in them.
pub fn fill(message: &Message, parsed: &mut ParsedItem, budget: &mut Budget) {
    for (at, one) in message.attachments.iter().take(limits::MESSAGE_PARTS).enumerate() {
        let (attachment, inside) = attachment(message, one, at, budget);
        extract::add_ways(Some(attachment.part), inside.pieces, &mut parsed.ways);
        for problem in inside.problems {
            let shown = if attachment.name.is_empty() { format!("part {at}") } else { attachment.name.clone() };
            parsed.problems.push(Problem::new(problem.code, format!("attachment {shown}: {}", problem.message)));
        }
        parsed.attachments.push(attachment);
    }
    if message.attachments.len() > limits::MESSAGE_PARTS {
        let more = message.attachments.len() - limits::MESSAGE_PARTS;
        let sentence = format!("{more} more attachments are kept in the item and not listed");
        parsed.problems.push(Problem::new(ProblemCode::LimitReached, sentence));
        parsed.searchable = parsed.searchable.max(Searchable::Partly);
    }
}

/// The content of an attachment of an item in memory: the bytes of a file, or a serialised item.
pub fn part_of(message: &Message, part: u32) -> Option<Vec<u8>> {
    match &message.attachments.get(usize::try_from(part).ok()?)?.content {
        Content::Bytes(bytes) => Some(bytes.clone()),
        Content::Item(item) => Some(canonical::write((**item).clone())),
        Content::None | Content::Lost(_) => None,
    }
}

/// An attachment as it is listed; and what is wrong with it, and the ways inside it.
fn attachment(message: &Message, one: &Attachment, at: usize, budget: &mut Budget) -> (ParsedAttachment, Extracted) {
    let page = message.code_page();
    let mut inside = Extracted::nothing("");
    let claimed = one.properties.text(tag::ATTACH_MIME, page).to_ascii_lowercase();
    let mut found = ParsedAttachment {
        name: name(one, page),
        found_type: claimed.clone(),
        claimed_type: claimed,
        bytes: 0,
        sha256: None,
        inline: is_inline(message, &one.properties, page),
        text: String::new(),
        searchable: Searchable::Not,
        part: u32::try_from(at).unwrap_or(u32::MAX),
    };
    match &one.content {
        Content::Bytes(bytes) => {
            found.bytes = bytes.len() as u64;
            found.sha256 = Some(Sha256Digest::of(bytes));
            found.found_type = extract::media_type(bytes, &found.name);
        }
        Content::Item(item) => {
            let serialised = canonical::write((**item).clone());
            found.bytes = serialised.len() as u64;
            found.sha256 = Some(Sha256Digest::of(&serialised));
            drop(serialised);
            canonical::MEDIA_TYPE.clone_into(&mut found.found_type);
            if found.claimed_type.is_empty() {
                canonical::MEDIA_TYPE.clone_into(&mut found.claimed_type);
            }
            inside = text_of_item(item, budget);
            (found.text, found.searchable) = (std::mem::take(&mut inside.text), inside.searchable);
        }
        Content::None => inside.problems.push(missing(one, page)),
        Content::Lost(reason) => inside.problems.push(Problem::new(ProblemCode::Unreadable, reason.clone())),
    }
    (found, inside)
}

fn missing(one: &Attachment, page: u32) -> Problem {
    let place = [tag::ATTACH_LONG_PATHNAME, tag::ATTACH_PATHNAME].map(|tag| one.properties.text(tag, page));
    let place = place.into_iter().find(|path| !path.is_empty());
    match (one.method(), place) {
        (Method::ByReference | Method::WebReference, Some(place)) => {
            Problem::new(ProblemCode::Missing, format!("the file is not in the item, it lies at {place}"))
        }
        (Method::ByReference | Method::WebReference, None) => {
            Problem::new(ProblemCode::Missing, "the file is not in the item, and where it lies is not said")
        }
        _ => Problem::new(ProblemCode::Missing, "the item names an attachment that has no content"),
    }
}

/// The name of an attachment: that of its file, or the subject of the item.
pub fn name(one: &Attachment, page: u32) -> String {
    let tags = [tag::ATTACH_LONG_FILENAME, tag::ATTACH_FILENAME, tag::DISPLAY_NAME];
    let written = tags.into_iter().map(|tag| one.properties.text(tag, page)).find(|name| !name.is_empty());
    match (written, &one.content) {
        (Some(name), _) => name,
        (None, Content::Item(item)) => subject(item),
        (None, _) => String::new(),
    }
}

/// Whether it is shown inside the text: it is hidden from the list, marked as shown, or the HTML names its id.
fn is_inline(message: &Message, properties: &PropertyBag, page: u32) -> bool {
    let hidden = properties.number(tag::ATTACH_HIDDEN) == Some(1);
    let shown = properties.number(tag::ATTACH_FLAGS).is_some_and(|flags| flags & 4 != 0);
    let named = || {
        let id = properties.text(tag::ATTACH_CONTENT_ID, page);
        let wanted = format!("cid:{}", id.trim_matches(['<', '>']));
        let html = message.properties.bytes(tag::HTML).unwrap_or_default();
        !id.is_empty() && html.windows(wanted.len()).any(|window| window == wanted.as_bytes())
    };
    hidden || shown || named()
}

/// The words of an item inside another: who and what, its text, its attachments, one after the other.
pub fn text_of_item(item: &Message, budget: &mut Budget) -> Extracted {
    if !budget.enter() {
        let sentence = "it lies too deep inside other items and was not looked into";
        return Extracted::nothing(canonical::MEDIA_TYPE).but(Searchable::Not, ProblemCode::LimitReached, sentence);
    }
    let mut extracted = gather(item, budget);
    budget.leave();
    let (text, whole) = budget.take_text(std::mem::take(&mut extracted.text));
    extracted.text = text;
    if whole {
        return extracted;
    }
    extracted.but(Searchable::Partly, ProblemCode::LimitReached, "the text is longer than what is searchable")
}

fn gather(item: &Message, budget: &mut Budget) -> Extracted {
    let page = item.code_page();
    let mut lines = vec![subject(item)];
    for party in people::parties(item, &[]) {
        lines.push(format!("{} {}", party.name, party.address).trim().to_owned());
    }
    let told = facts::told(item);
    lines.extend(told.of_class.iter().map(|(name, value)| format!("{name}: {value}")));
    let body = body::text(item);
    lines.push(body.text);
    lines.retain(|line| !line.is_empty());
    let mut extracted = Extracted::all(canonical::MEDIA_TYPE, lines.join("\n"));
    extracted.text.push('\n');
    extracted.problems = body.problems;
    extracted.searchable = body.searchable.unwrap_or(Searchable::Fully);
    if !item.lost.is_empty() || item.lost_properties() > 0 {
        let sentence = "a part of the item inside could not be read";
        extracted = extracted.but(Searchable::Partly, ProblemCode::Malformed, sentence);
    }
    for (at, one) in item.attachments.iter().enumerate() {
        let name = name(one, page);
        let found = match &one.content {
            Content::Bytes(bytes) if at < limits::MESSAGE_PARTS => {
                let claimed = one.properties.text(tag::ATTACH_MIME, page);
                extract::text_within(bytes, &name, &claimed, budget)
            }
            Content::Item(item) if at < limits::MESSAGE_PARTS => text_of_item(item, budget),
            Content::Bytes(_) | Content::Item(_) => Extracted::nothing("").but(
                Searchable::Not,
                ProblemCode::LimitReached,
                "more attachments than are looked into",
            ),
            Content::None | Content::Lost(_) => {
                Extracted::nothing("").but(Searchable::Not, ProblemCode::Missing, "its content is not there")
            }
        };
        let is_item = matches!(one.content, Content::Item(_));
        inside::add(
            &mut extracted,
            if is_item && name.is_empty() { "a message without a subject" } else { &name },
            found,
        );
    }
    extracted
}
