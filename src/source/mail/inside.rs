//! Messages wrapped in a part of a message: what was signed as one piece (S/MIME, RFC 8551 section 3.5.2), and what
//! Outlook packed into `winmail.dat`.
//!
//! The words of the wrapped message become the body and its attachments become attachments of the item; the part with
//! the signature stays an attachment as it is. A part inside is addressed by both: the part it is wrapped in and its
//! own number there.

use super::{attachments, body, headers};
use crate::base::digest::Sha256Digest;
use crate::base::limits;
use crate::extract::budget::Budget;
use crate::extract::mapi::object::Object;
use crate::extract::mapi::tnef;
use crate::extract::{self, cms, header_block, mail as parts};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedAttachment, ParsedItem, Searchable};
use crate::text::{joined, lines_of_their_own};
use mail_parser::{Message, PartType};
use std::borrow::Cow;

/// Set in the number of a part inside another; numbers of plain parts never reach so far.
const INSIDE: u32 = 1 << 31;
/// Bits of the number inside.
const INNER_BITS: u32 = 16;

/// The number of a part inside a part; `None` when one of them is too large to be addressed.
pub fn address(outer: u32, inner: u32) -> Option<u32> {
    (outer < 1 << (31 - INNER_BITS) && inner < 1 << INNER_BITS).then_some(INSIDE | outer << INNER_BITS | inner)
}

/// The part it is wrapped in and its own number there; `None` for a plain part.
pub const fn split(part: u32) -> Option<(u32, u32)> {
    if part & INSIDE == 0 {
        return None;
    }
    Some(((part & !INSIDE) >> INNER_BITS, part & ((1 << INNER_BITS) - 1)))
}

/// Adds what the signed parts and the `winmail.dat` of a message wrap.
pub fn fill(message: &Message<'_>, parsed: &mut ParsedItem, budget: &mut Budget) {
    for outer in message.attachments.iter().take(limits::MESSAGE_PARTS) {
        if let Some(content) = content_of(message, *outer) {
            fill_from(&content, *outer, parsed, budget);
        } else if let Some(object) = packed_by_outlook(message, *outer) {
            fill_from_outlook(&object, *outer, parsed, budget);
        }
    }
}

/// The message that Outlook packed into a part (MS-OXTNEF).
fn packed_by_outlook(message: &Message<'_>, outer: u32) -> Option<Object> {
    let part = message.parts.get(outer as usize)?;
    if !matches!(part.body, PartType::Binary(_) | PartType::InlineBinary(_)) {
        return None;
    }
    tnef::read(&parts::decoded(message, part)?)
}

/// Adds what a `winmail.dat` holds: its text, where the message says it nowhere else, and its attachments.
fn fill_from_outlook(object: &Object, outer: u32, parsed: &mut ParsedItem, budget: &mut Budget) {
    let body = object.body();
    let (text, whole) = budget.take_text(joined(&parsed.body, &body.text));
    parsed.body = text;
    let mut note = |code, sentence: String| {
        parsed.problems.push(Problem::new(code, sentence));
        parsed.searchable = parsed.searchable.max(Searchable::Partly);
    };
    if !whole {
        note(ProblemCode::LimitReached, "the text is longer than what is searchable".to_owned());
    }
    let damage = object.problems.iter().chain(&body.problems);
    damage.for_each(|problem| note(problem.code, format!("winmail.dat: {}", problem.message)));
    clear_words(outer, parsed);
    for (inner, one) in object.attachments.iter().enumerate() {
        let name = one.name();
        let place = u32::try_from(inner).ok().and_then(|inner| address(outer, inner));
        let Some(part) = place.filter(|_| parsed.attachments.len() < limits::MESSAGE_PARTS) else {
            let sentence = "more attachments are kept in winmail.dat and not listed";
            parsed.problems.push(Problem::new(ProblemCode::LimitReached, sentence));
            parsed.searchable = parsed.searchable.max(Searchable::Partly);
            return;
        };
        let mut inside = extract::text_within(&one.content, &name, &one.claimed_type(), budget);
        if !one.has_content() {
            let sentence = format!("it is not in the message{}", one.where_it_lay());
            inside = extract::Extracted::nothing("").but(Searchable::Not, ProblemCode::Missing, sentence);
        }
        for problem in inside.problems {
            parsed.problems.push(Problem::new(problem.code, format!("attachment {name}: {}", problem.message)));
        }
        extract::add_ways(Some(part), inside.pieces, &mut parsed.ways);
        extract::add_facts(&name, inside.facts, &mut parsed.facts);
        parsed.attachments.push(ParsedAttachment {
            claimed_type: one.claimed_type(),
            found_type: inside.found_type,
            bytes: one.content.len() as u64,
            sha256: one.has_content().then(|| Sha256Digest::of(&one.content)),
            inline: one.is_inline(),
            text: inside.text,
            searchable: inside.searchable,
            part,
            name,
        });
    }
}

/// Takes the words of a part away, and the ways in them: they stand in the body and in the attachments now.
fn clear_words(outer: u32, parsed: &mut ParsedItem) {
    for one in parsed.attachments.iter_mut().filter(|one| one.part == outer) {
        one.text.clear();
        one.searchable = Searchable::Fully;
    }
    parsed.ways.retain(|way| way.part != Some(outer));
}

/// Adds what one wrapped message says.
pub fn fill_from(content: &[u8], outer: u32, parsed: &mut ParsedItem, budget: &mut Budget) {
    let Some(inner) = headers::parser().parse(content) else { return };
    let before = std::mem::take(&mut parsed.body);
    body::fill(&inner, parsed, budget);
    let own = lines_of_their_own(&before, &parsed.body);
    if !own.is_empty() {
        parsed.body = format!("{before}\n\n{}", parsed.body);
    }
    clear_words(outer, parsed);
    attachments::fill_inside(&inner, outer, parsed, budget);
}

/// The decoded bytes of a part inside a part.
pub fn part_bytes(message: &Message<'_>, outer: u32, inner: u32) -> Option<Vec<u8>> {
    match content_of(message, outer) {
        Some(content) => part_of(&content, inner),
        None => packed_by_outlook(message, outer)?.into_content(inner),
    }
}

/// The decoded bytes of a part of a wrapped message.
pub fn part_of(content: &[u8], inner: u32) -> Option<Vec<u8>> {
    let wrapped = headers::parser().parse(content)?;
    if !wrapped.attachments.contains(&inner) {
        return None;
    }
    parts::decoded(&wrapped, wrapped.parts.get(inner as usize)?).map(Cow::into_owned)
}

/// The message that a file wraps with its signature; of Outlook's, the whole message as it was sent.
pub fn wrapped(bytes: &[u8], claimed_type: &str) -> Option<Vec<u8>> {
    let content = match cms::signed_message(bytes) {
        Some(content) => content,
        None if claimed_type.starts_with("multipart/signed") => bytes.to_vec(),
        None => return None,
    };
    let is_sound = header_block::begins_with_field(&content) && !parts::is_nested_too_deeply(&content);
    is_sound.then_some(content)
}

fn content_of(message: &Message<'_>, outer: u32) -> Option<Vec<u8>> {
    let part = message.parts.get(outer as usize)?;
    if !matches!(part.body, PartType::Binary(_) | PartType::InlineBinary(_)) {
        return None;
    }
    wrapped(&parts::decoded(message, part)?, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_inside_is_addressed_by_both() {
        for (outer, inner) in [(0, 0), (1, 2), (32_767, 65_535)] {
            assert_eq!(address(outer, inner).and_then(split), Some((outer, inner)));
        }
        assert_eq!((address(32_768, 0), address(0, 65_536), split(7)), (None, None, None));
    }
}
