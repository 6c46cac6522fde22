//! Text and bytes out of parts of messages, and messages inside files and messages.

use super::budget::Budget;
use super::cms::{self, Signed};
use super::{Extracted, charset, header_block};
use crate::base::limits;
use crate::model::exception::ProblemCode;
use crate::model::item::Searchable;
use crate::text::html_to_text;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::{Encoding, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use std::borrow::Cow;

/// Parts of one message that could lie inside each other: the parser keeps their nesting on the stack.
const NESTING_MARKS: usize = 256;
/// Bytes of a message that is too short to hold [`NESTING_MARKS`] of them.
const SHORT: usize = NESTING_MARKS * 8;

/// Whether a message names so many messages or multiparts that they might lie too deep inside each other.
pub fn is_nested_too_deeply(bytes: &[u8]) -> bool {
    if bytes.len() < SHORT {
        return false;
    }
    let mut marks = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'/' {
            let before = &bytes[at.saturating_sub(9)..at];
            let ends = |word: &[u8]| {
                before.len() >= word.len() && before[before.len() - word.len()..].eq_ignore_ascii_case(word)
            };
            marks += usize::from(ends(b"message") || ends(b"multipart"));
        }
    }
    marks > NESTING_MARKS
}

/// The bytes of a part as they were before they were encoded for transport.
pub fn decoded<'m>(message: &'m Message<'_>, part: &'m MessagePart<'_>) -> Option<Cow<'m, [u8]>> {
    let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize);
    match &part.body {
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => Some(Cow::Borrowed(bytes)),
        PartType::Message(nested) if part.encoding != Encoding::None => Some(Cow::Borrowed(nested.raw_message())),
        PartType::Message(_) | PartType::Multipart(_) => raw.map(Cow::Borrowed),
        // The parser has settled the charset of text already; the bytes before that are wanted.
        PartType::Text(text) | PartType::Html(text) => match (part.encoding, raw) {
            (Encoding::None, Some(raw)) => Some(Cow::Borrowed(raw)),
            (Encoding::Base64, Some(raw)) => base64_decode(raw).map(Cow::Owned),
            (Encoding::QuotedPrintable, Some(raw)) => Some(Cow::Owned(quoted_printable(raw))),
            (_, None) => Some(Cow::Borrowed(text.as_bytes())),
        },
    }
}

/// Whether a part holds something that could not be decoded from how it was encoded for transport.
pub fn is_broken(message: &Message<'_>, part: &MessagePart<'_>) -> bool {
    let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize);
    part.is_encoding_problem && raw.is_none_or(|raw| !raw.trim_ascii().is_empty())
}

/// Quoted-printable (RFC 2045 section 6.7), read as it recommends: what is no code stands for itself.
fn quoted_printable(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let content = line.trim_ascii_end();
        let ending: &[u8] = if line.ends_with(b"\r\n") {
            b"\r\n"
        } else if line.ends_with(b"\n") {
            b"\n"
        } else {
            b""
        };
        let (content, ending) = content.strip_suffix(b"=").map_or((content, ending), |soft| (soft, &b""[..]));
        let mut rest = content;
        while let Some((byte, after)) = rest.split_first() {
            let code = after.get(..2).filter(|_| *byte == b'=').and_then(|hex| std::str::from_utf8(hex).ok());
            match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                Some(code) => {
                    out.push(code);
                    rest = &after[2..];
                }
                None => {
                    out.push(*byte);
                    rest = after;
                }
            }
        }
        out.extend_from_slice(ending);
    }
    out
}

/// The text of a text part, and whether all of it could be decoded.
pub fn text_of_part<'m>(message: &'m Message<'_>, part: &'m MessagePart<'_>) -> (Cow<'m, str>, bool) {
    let text = match &part.body {
        PartType::Text(text) | PartType::Html(text) => text,
        _ => return (Cow::Borrowed(""), true),
    };
    let label = part.content_type().and_then(|kind| kind.attribute("charset"));
    let unknown = label.is_some_and(|label| !charset::is_known(label));
    if !text.contains('\u{fffd}') && !unknown {
        return (Cow::Borrowed(text), true);
    }
    // Something did not decode: the bytes are read again with a charset in which they all say something.
    match decoded(message, part) {
        Some(bytes) => {
            let again = charset::decode(&bytes, label);
            (Cow::Owned(again.text), again.sound)
        }
        None => (Cow::Borrowed(text), false),
    }
}

/// The words of a message that is a file.
pub fn text_of_bytes(bytes: &[u8], budget: &mut Budget) -> Extracted {
    if is_nested_too_deeply(bytes) {
        let flat = Extracted::all("message/rfc822", charset::decode(bytes, None).text);
        return flat.but(Searchable::Partly, ProblemCode::LimitReached, "parts lie too deep inside each other");
    }
    match MessageParser::default().parse(bytes) {
        Some(message) => gather(&message, budget),
        None => {
            let flat = Extracted::all("message/rfc822", charset::decode(bytes, None).text);
            flat.but(Searchable::Partly, ProblemCode::Malformed, "no header field was found; all is read as text")
        }
    }
}

/// The words of a message inside a message: its header, body and attachments, one after the other.
pub fn text_of_message(message: &Message<'_>, budget: &mut Budget) -> Extracted {
    if !budget.enter() {
        let sentence = "it lies too deep inside other messages and was not looked into";
        return Extracted::nothing("message/rfc822").but(Searchable::Not, ProblemCode::LimitReached, sentence);
    }
    let mut extracted = gather(message, budget);
    budget.leave();
    let (text, whole) = budget.take_text(std::mem::take(&mut extracted.text));
    extracted.text = text;
    if whole {
        return extracted;
    }
    extracted.but(Searchable::Partly, ProblemCode::LimitReached, "the text is longer than what is searchable")
}

/// The content of an opaque signed message (RFC 5652 section 5): the octets that were signed, read as a message, or as
/// a file of another kind. A signature that stands apart has no words to be searched.
pub fn text_of_signed(bytes: &[u8], budget: &mut Budget) -> Extracted {
    let found = "application/pkcs7-mime";
    match cms::signed(bytes) {
        Signed::Content(content) => {
            let mut extracted = if header_block::begins_with_field(&content) {
                text_of_bytes(&content, budget)
            } else {
                super::text_within(&content, "", "", budget)
            };
            found.clone_into(&mut extracted.found_type);
            extracted
        }
        Signed::Apart => Extracted::all("application/pkcs7-signature", String::new()),
        Signed::Unreadable => {
            let sentence = "what was signed could not be told from the signature";
            Extracted::nothing(found).but(Searchable::Not, ProblemCode::Unsupported, sentence)
        }
    }
}

/// Whether a part is encrypted: S/MIME enveloped data (RFC 8551) or PGP/MIME (RFC 3156).
pub fn is_encrypted(message: &Message<'_>, part: &MessagePart<'_>) -> bool {
    let Some(kind) = part.content_type() else { return false };
    let subtype = kind.subtype().unwrap_or_default().to_ascii_lowercase();
    match (kind.ctype().to_ascii_lowercase().as_str(), subtype.as_str()) {
        ("multipart", "encrypted") => true,
        ("application", "pkcs7-mime" | "x-pkcs7-mime") => match kind.attribute("smime-type") {
            Some(smime) => smime.to_ascii_lowercase().contains("enveloped"),
            None => decoded(message, part)
                .is_some_and(|bytes| super::media_type(&bytes, "") == "application/pkcs7-enveloped"),
        },
        _ => false,
    }
}

fn gather(message: &Message<'_>, budget: &mut Budget) -> Extracted {
    let mut out = Extracted::all("message/rfc822", String::new());
    header_words(message, &mut out.text);
    let mut sound = !out.text.contains('\u{fffd}');
    for id in &message.text_body {
        let Some(part) = message.parts.get(*id as usize) else { continue };
        let (text, whole) = text_of_part(message, part);
        sound &= whole && !is_broken(message, part);
        match part.body {
            PartType::Html(_) => out.text.push_str(&html_to_text(&text)),
            _ => out.text.push_str(&text),
        }
        out.text.push('\n');
    }
    for id in message.html_body.iter().filter(|id| !message.text_body.contains(id)) {
        if let Some(part) = message.parts.get(*id as usize)
            && let PartType::Html(_) = part.body
        {
            let (text, whole) = text_of_part(message, part);
            sound &= whole && !is_broken(message, part);
            out.text.push_str(&html_to_text(&text));
            out.text.push('\n');
        }
    }
    if !sound {
        out = out.but(Searchable::Partly, ProblemCode::Undecodable, "characters could not be decoded");
    }
    if message.attachments.len() > limits::MESSAGE_PARTS {
        let sentence = format!("only the first {} attachments were looked into", limits::MESSAGE_PARTS);
        out = out.but(Searchable::Partly, ProblemCode::LimitReached, sentence);
    }
    for id in message.attachments.iter().take(limits::MESSAGE_PARTS) {
        if let Some(part) = message.parts.get(*id as usize) {
            add_attachment(message, part, &mut out, budget);
        }
        if out.text.len() > limits::SEARCHABLE_CHARS * 4 {
            return out.but(
                Searchable::Partly,
                ProblemCode::LimitReached,
                "the text is longer than what is searchable",
            );
        }
    }
    out
}

fn add_attachment(message: &Message<'_>, part: &MessagePart<'_>, out: &mut Extracted, budget: &mut Budget) {
    let name = part.attachment_name().unwrap_or_default();
    let inside = match &part.body {
        PartType::Message(nested) => text_of_message(nested, budget),
        _ => {
            let label = part.content_type().and_then(|kind| kind.attribute("charset")).unwrap_or_default();
            let claimed = format!("; charset={label}");
            let bytes = decoded(message, part);
            let broken = bytes.is_none() || is_broken(message, part);
            let inside = super::text_within(&bytes.unwrap_or_default(), name, &claimed, budget);
            if broken {
                inside.but(Searchable::Partly, ProblemCode::Undecodable, "an attachment could not be decoded")
            } else {
                inside
            }
        }
    };
    if is_encrypted(message, part) {
        out.problems.push(crate::model::exception::Problem::new(ProblemCode::Encrypted, "an attachment is encrypted"));
    }
    let name = match &part.body {
        // A message inside a message mostly has no file name; its subject is what a person knows it by.
        PartType::Message(nested) if name.is_empty() => nested.subject().unwrap_or("a message without a subject"),
        _ => name,
    };
    super::inside::add(out, name, inside);
}

fn header_words(message: &Message<'_>, out: &mut String) {
    for (label, address) in [("From", message.from()), ("To", message.to()), ("Cc", message.cc())] {
        let Some(address) = address else { continue };
        out.push_str(label);
        out.push(':');
        for one in address.iter() {
            for word in [one.name.as_deref(), one.address.as_deref()].into_iter().flatten() {
                out.push(' ');
                out.push_str(word);
            }
        }
        out.push('\n');
    }
    if let Some(date) = message.header_raw("Date") {
        out.push_str(&format!("Date: {}\n", date.trim()));
    }
    if let Some(subject) = message.subject() {
        out.push_str(&format!("Subject: {subject}\n\n"));
    }
}
