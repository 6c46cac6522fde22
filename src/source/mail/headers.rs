//! The header of one message: subject, parties, ids, and the fields that classification reads.

use crate::extract::charset;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedItem, Searchable};
use crate::model::record::{Party, Role};
use mail_parser::{Address, HeaderName, HeaderValue, Message, MessageParser};
use std::borrow::Cow;
use std::sync::OnceLock;

/// Characters of one header field that are kept.
const FIELD_CHARS: usize = 8 * 1024;
/// Message-IDs in `References` that are kept: the first and the newest.
const REFERENCES: usize = 500;

/// The fields kept by name, in byte order.
const KEPT: [&str; 46] = [
    "auto-submitted",
    "content-language",
    "content-type",
    "delivered-to",
    "disposition-notification-to",
    "envelope-to",
    "feedback-id",
    "importance",
    "in-reply-to",
    "keywords",
    "list-help",
    "list-id",
    "list-post",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "mailing-list",
    "organization",
    "precedence",
    "priority",
    "resent-from",
    "resent-to",
    "return-path",
    "sensitivity",
    "thread-index",
    "thread-topic",
    "user-agent",
    "x-auto-response-suppress",
    "x-autoreply",
    "x-autorespond",
    "x-campaign",
    "x-campaignid",
    "x-failed-recipients",
    "x-gm-thrid",
    "x-mailer",
    "x-mailing-list",
    "x-ms-exchange-calendar-series-instance-id",
    "x-ms-exchange-organization-authas",
    "x-ms-exchange-organization-scl",
    "x-ms-has-attach",
    "x-original-to",
    "x-priority",
    "x-spam-flag",
    "x-spam-level",
    "x-spam-score",
    "x-spam-status",
    "x-uid",
];

/// The one parser for messages; building it costs more than reading a small message.
pub fn parser() -> &'static MessageParser {
    static PARSER: OnceLock<MessageParser> = OnceLock::new();
    PARSER.get_or_init(|| {
        MessageParser::new().with_mime_headers().with_address_headers().header_text(HeaderName::Subject)
    })
}

/// The fields of a header as one walk over it finds them.
#[derive(Default)]
pub struct Fields {
    /// `Date`, unfolded.
    pub date: Option<String>,
    /// `Received` fields, unfolded, the newest first.
    pub received: Vec<String>,
}

/// Fills in what the header says; times are left to the caller.
pub fn fill(message: &Message<'_>, parsed: &mut ParsedItem) -> Fields {
    let raw = message.raw_message();
    let mut fields = Fields::default();
    let mut references = Vec::new();
    let mut in_reply_to = Vec::new();
    let (mut cut, mut unknown) = (false, false);
    for header in message.headers() {
        let value = raw.get(header.offset_start as usize..header.offset_end as usize).unwrap_or_default();
        match &header.name {
            HeaderName::Date if fields.date.is_none() => fields.date = Some(unfold(value)),
            HeaderName::Received if fields.received.len() < 64 => fields.received.push(unfold(value)),
            HeaderName::MessageId if parsed.message_id.is_empty() => {
                parsed.message_id = ids(value).into_iter().next().unwrap_or_default();
            }
            HeaderName::References => references.extend(ids(value)),
            HeaderName::InReplyTo => in_reply_to.extend(ids(value)),
            HeaderName::Subject
            | HeaderName::From
            | HeaderName::Sender
            | HeaderName::To
            | HeaderName::Cc
            | HeaderName::Bcc
            | HeaderName::ReplyTo => unknown |= names_unknown_charset(value),
            _ => {}
        }
        if let Some(name) = kept(header.name.as_str()) {
            cut |= value.len() > FIELD_CHARS;
            parsed.headers.entry(name.to_owned()).or_insert_with(|| unfold(value));
        }
    }
    parsed.references = join_references(references, in_reply_to);
    parsed.subject = message.subject().unwrap_or_default().trim().to_owned();
    parsed.parties = parties(message);
    let broken = |text: &str| text.contains('\u{fffd}');
    let broken_subject = broken(&parsed.subject);
    let broken_parties = parsed.parties.iter().any(|party| broken(&party.name) || broken(&party.address));
    if (broken_subject || broken_parties)
        && let Some(header) = rescue(message)
        && let Some(rescued) = parser().parse_headers(&header)
    {
        if broken_subject {
            parsed.subject = rescued.subject().unwrap_or_default().trim().to_owned();
        }
        if broken_parties {
            parsed.parties = parties(&rescued);
        }
    }
    note_hidden(cut, unknown, parsed);
    fields
}

/// Says what of a header may hide words: characters and encoded words (RFC 2047) that could not be decoded, and fields
/// that were cut off. The message is then searchable in part only, so that a hold does not miss it.
fn note_hidden(cut: bool, unknown: bool, parsed: &mut ParsedItem) {
    let lost = |text: &str| {
        let word = text.find("=?").is_some_and(|at| text[at..].contains("?="));
        text.contains('\u{fffd}') || word
    };
    let undecoded = unknown
        || lost(&parsed.subject)
        || parsed.parties.iter().any(|party| lost(&party.name) || lost(&party.address));
    if undecoded {
        let sentence = "characters of the header could not be decoded";
        parsed.problems.push(Problem::new(ProblemCode::Undecodable, sentence));
    }
    if cut {
        let sentence = format!("a field of the header is longer than the {FIELD_CHARS} characters that are searchable");
        parsed.problems.push(Problem::new(ProblemCode::LimitReached, sentence));
    }
    if undecoded || cut {
        parsed.searchable = parsed.searchable.max(Searchable::Partly);
    }
}

/// Whether an encoded word is in a charset that nobody here knows: the parser reads it as another one.
fn names_unknown_charset(value: &[u8]) -> bool {
    let text = String::from_utf8_lossy(value);
    text.split("=?").skip(1).any(|word| match word.split_once('?') {
        // RFC 2231 section 5 puts the language behind an asterisk.
        Some((label, _)) => !charset::is_known(label.split('*').next().unwrap_or_default()),
        None => false,
    })
}

/// The Message-ID of raw bytes, without brackets, or empty.
pub fn message_id(bytes: &[u8]) -> String {
    let header = parser().parse_headers(bytes);
    let value = header.as_ref().and_then(|message| {
        let field = message.headers().iter().find(|header| header.name == HeaderName::MessageId)?;
        bytes.get(field.offset_start as usize..field.offset_end as usize)
    });
    value.and_then(|value| ids(value).into_iter().next()).unwrap_or_default()
}

/// Decodes the encoded words of one field (RFC 2047).
pub fn decode_words(value: &[u8]) -> String {
    let mut field = b"Subject: ".to_vec();
    field.extend_from_slice(value);
    field.extend_from_slice(b"\n\n");
    match parser().parse_headers(&field).as_ref().and_then(Message::subject) {
        Some(decoded) => decoded.to_owned(),
        None => String::from_utf8_lossy(value).into_owned(),
    }
}

/// One field on one line, as written otherwise.
pub fn unfold(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    let mut out = String::with_capacity(text.len().min(FIELD_CHARS));
    for line in text.trim().lines() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(line.trim());
        if out.len() > FIELD_CHARS {
            let end = (0..=FIELD_CHARS).rev().find(|at| out.is_char_boundary(*at)).unwrap_or(0);
            out.truncate(end);
            break;
        }
    }
    out
}

/// Addresses in a fixed order of roles, names decoded, addresses exactly as written.
pub fn parties(message: &Message<'_>) -> Vec<Party> {
    let roles = [
        (Role::From, HeaderName::From),
        (Role::Sender, HeaderName::Sender),
        (Role::To, HeaderName::To),
        (Role::Cc, HeaderName::Cc),
        (Role::Bcc, HeaderName::Bcc),
        (Role::ReplyTo, HeaderName::ReplyTo),
    ];
    let mut parties = Vec::new();
    for (role, wanted) in roles {
        for header in message.headers().iter().filter(|header| header.name == wanted) {
            if let HeaderValue::Address(address) = &header.value {
                add_parties(role, address, &mut parties);
            }
        }
    }
    parties
}

fn add_parties(role: Role, address: &Address<'_>, parties: &mut Vec<Party>) {
    for one in address.iter() {
        let name = one.name.as_deref().unwrap_or_default().trim();
        let written = one.address.as_deref().unwrap_or_default().trim();
        if name.is_empty() && written.is_empty() {
            continue;
        }
        let normal = written.contains('@').then(|| written.to_lowercase());
        parties.push(Party { role, name: name.to_owned(), address: written.to_owned(), normal });
    }
}

/// A header that is not UTF-8, read again by the charset old programs wrote without saying so.
fn rescue(message: &Message<'_>) -> Option<Vec<u8>> {
    let root = message.parts.first()?;
    let header = message.raw_message().get(..root.offset_body as usize)?;
    if std::str::from_utf8(header).is_ok() {
        return None;
    }
    // One field may be in UTF-8 and the next in something else.
    let lines = header.split_inclusive(|byte| *byte == b'\n');
    Some(lines.flat_map(|line| charset::decode(line, None).text.into_bytes()).collect())
}

/// Message-IDs in a field: what stands in angle brackets, or else words with an `@`.
fn ids(value: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(value);
    let clean = |id: &str| id.chars().filter(|one| !one.is_whitespace()).collect::<String>();
    let mut found: Vec<String> = Vec::new();
    let mut rest: &str = &text;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((id, next)) = after.split_once('>') else { break };
        found.push(clean(id));
        rest = next;
    }
    if found.is_empty() {
        let words = text.split_whitespace().filter(|word| word.contains('@'));
        found.extend(words.map(|word| word.trim_matches(['<', '>', ',', ';']).to_owned()));
        if found.is_empty() {
            found.push(text.trim().to_owned());
        }
    }
    found.retain(|id| !id.is_empty());
    found
}

/// Oldest first: `References`, then what `In-Reply-To` names and they do not.
fn join_references(references: Vec<String>, in_reply_to: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    let mut all: Vec<String> = references
        .into_iter()
        .chain(in_reply_to.into_iter().filter(|id| id.contains('@')))
        .filter(|id| seen.insert(id.clone()))
        .collect();
    if all.len() > REFERENCES {
        // The first begins the conversation, the newest are nearest.
        all.drain(1..=all.len() - REFERENCES);
    }
    all
}

/// Whether a field of this name is kept; case does not count.
pub fn is_kept(name: &str) -> bool {
    kept(name).is_some()
}

fn kept(name: &str) -> Option<&'static str> {
    let lower: Cow<'_, str> =
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) { name.to_ascii_lowercase().into() } else { name.into() };
    KEPT.binary_search(&&*lower).ok().map(|at| KEPT[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_kept_fields_is_in_order() {
        assert!(KEPT.is_sorted(), "binary search needs it");
        assert_eq!(kept("X-Spam-Flag"), Some("x-spam-flag"));
        assert_eq!(kept("Received"), None);
    }

    #[test]
    fn ids_are_read_with_and_without_brackets() {
        let cases: [(&str, &[&str]); 6] = [
            (" <a@b>", &["a@b"]),
            (" <a@b> <c@d>\r\n\t<e@f>", &["a@b", "c@d", "e@f"]),
            (" a@b, c@d", &["a@b", "c@d"]),
            (" Your message of Monday <a@b>", &["a@b"]),
            (" <a\r\n @b>", &["a@b"]),
            (" plain", &["plain"]),
        ];
        for (value, expected) in cases {
            assert_eq!(ids(value.as_bytes()), expected, "{value}");
        }
        let joined =
            join_references(vec!["a@x".into(), "b@x".into()], vec!["b@x".into(), "c@x".into(), "Monday".into()]);
        assert_eq!(joined, ["a@x", "b@x", "c@x"]);
    }
}
