//! Writes an Internet message (RFC 5322, MIME of RFC 2045 to 2047, RFC 2231) for an item that has no such form itself.
//!
//! What is written is ASCII in lines of a bounded length and always the same for the same letter. Nothing is invented: a
//! person without an Internet address stands in the header as a group without members (RFC 5322 section 3.4).

use crate::base::base64;
use crate::model::record::{Party, Role};
use chrono::{DateTime, Utc};

/// Characters of a header line at which it is folded (RFC 5322 section 2.1.1).
const LINE_CHARS: usize = 76;
/// Bytes of one word that may stand in a header as it is; a line may have 998.
const WORD_BYTES: usize = 900;
/// Bytes that are encoded in one word (RFC 2047 section 2: 75 characters with its marks).
const ENCODED_BYTES: usize = 45;
/// Bytes on one line of base64.
const BASE64_BYTES: usize = 57;

/// A message to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// The fields of its header, in order; a value is text, or ASCII as it stood in a header.
    pub fields: Vec<(String, String)>,
    /// The plain text.
    pub plain: String,
    /// The HTML text, or empty.
    pub html: String,
    /// Files and messages.
    pub enclosed: Vec<Enclosed>,
}

/// Something enclosed in a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosed {
    /// Its name, or empty.
    pub name: String,
    /// The media type, where it is told.
    pub media_type: String,
    /// The id by which the HTML shows it, without brackets; or empty.
    pub content_id: String,
    /// What it is.
    pub content: Enclosure,
}

/// What is enclosed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enclosure {
    /// The bytes of a file.
    Bytes(Vec<u8>),
    /// Another message.
    Letter(Box<Letter>),
}

impl Letter {
    /// Whether the header has a field.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(own, _)| own.eq_ignore_ascii_case(name))
    }

    /// Adds a field that is not there and has a value.
    pub fn add(&mut self, name: &str, value: String) {
        if !value.trim().is_empty() && !self.has(name) {
            self.fields.push((name.to_owned(), value));
        }
    }

    /// Adds who took part, in every role that the header does not tell already.
    pub fn add_parties(&mut self, parties: &[Party]) {
        const NAMES: [(Role, &str); 6] = [
            (Role::From, "From"),
            (Role::Sender, "Sender"),
            (Role::To, "To"),
            (Role::Cc, "Cc"),
            (Role::Bcc, "Bcc"),
            (Role::ReplyTo, "Reply-To"),
        ];
        for (role, name) in NAMES {
            let of_role = |one: &&Party| one.role == role || role == Role::To && one.role == Role::Member;
            let all: Vec<String> = parties.iter().filter(of_role).map(mailbox).collect();
            self.add(name, all.join(", "));
        }
    }

    /// Adds when it was sent.
    pub fn add_date(&mut self, sent: Option<DateTime<Utc>>) {
        self.add("Date", sent.map(|at| at.format("%a, %d %b %Y %H:%M:%S +0000").to_string()).unwrap_or_default());
    }

    /// The message.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.push(&mut out, &mut 0);
        out
    }

    fn push(&self, out: &mut Vec<u8>, parts: &mut u32) {
        self.fields.iter().for_each(|(name, value)| push_field(out, name, value));
        push_field(out, "MIME-Version", "1.0");
        let (shown, apart): (Vec<_>, Vec<_>) =
            self.enclosed.iter().partition(|one| !self.html.is_empty() && !one.content_id.is_empty());
        if apart.is_empty() {
            return self.push_related(&shown, out, parts);
        }
        let boundary = begin(out, "mixed", parts);
        next(out, &boundary);
        self.push_related(&shown, out, parts);
        apart.into_iter().for_each(|one| {
            next(out, &boundary);
            one.push(out, parts);
        });
        end(out, &boundary);
    }

    /// The text, with what its HTML shows.
    fn push_related(&self, shown: &[&Enclosed], out: &mut Vec<u8>, parts: &mut u32) {
        if shown.is_empty() {
            return self.push_text(out, parts);
        }
        let boundary = begin(out, "related", parts);
        next(out, &boundary);
        self.push_text(out, parts);
        shown.iter().for_each(|one| {
            next(out, &boundary);
            one.push(out, parts);
        });
        end(out, &boundary);
    }

    fn push_text(&self, out: &mut Vec<u8>, parts: &mut u32) {
        if self.html.is_empty() {
            return push_words(out, "plain", &self.plain);
        }
        let boundary = begin(out, "alternative", parts);
        for (kind, words) in [("plain", &self.plain), ("html", &self.html)] {
            next(out, &boundary);
            push_words(out, kind, words);
        }
        end(out, &boundary);
    }
}

impl Enclosed {
    fn push(&self, out: &mut Vec<u8>, parts: &mut u32) {
        let is_shown = !self.content_id.is_empty();
        let id: String = self.content_id.chars().filter(|c| c.is_ascii_graphic() && !"<>".contains(*c)).collect();
        match &self.content {
            Enclosure::Letter(letter) => {
                push_field(out, "Content-Type", "message/rfc822");
                push_disposition(out, false, &self.name);
                out.extend_from_slice(b"\r\n");
                letter.push(out, parts);
            }
            Enclosure::Bytes(bytes) => {
                push_field(out, "Content-Type", media_type(&self.media_type));
                push_field(out, "Content-Transfer-Encoding", "base64");
                if !id.is_empty() {
                    push_field(out, "Content-ID", &format!("<{id}>"));
                }
                push_disposition(out, is_shown, &self.name);
                out.extend_from_slice(b"\r\n");
                for line in bytes.chunks(BASE64_BYTES) {
                    out.extend_from_slice(&base64::encode(line));
                    out.extend_from_slice(b"\r\n");
                }
            }
        }
    }
}

/// A part's type as it may be written; messages and multiparts are never encoded (RFC 2046 section 5.2.1).
fn media_type(told: &str) -> &str {
    let bare = told.split(';').next().unwrap_or_default().trim();
    let is_token =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    match bare.split_once('/') {
        Some((kind, subtype)) if is_token(kind) && is_token(subtype) => match kind.to_ascii_lowercase().as_str() {
            "message" | "multipart" => "application/octet-stream",
            _ => bare,
        },
        _ => "application/octet-stream",
    }
}

/// A boundary that stands in no encoded text: there, an underscore never follows an equals sign.
fn begin(out: &mut Vec<u8>, kind: &str, parts: &mut u32) -> String {
    *parts += 1;
    let boundary = format!("=_recordroom_{parts:06}_");
    push_field(out, "Content-Type", &format!("multipart/{kind}; boundary=\"{boundary}\""));
    out.extend_from_slice(b"\r\n");
    boundary
}

fn next(out: &mut Vec<u8>, boundary: &str) {
    out.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
}

fn end(out: &mut Vec<u8>, boundary: &str) {
    out.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
}

fn push_words(out: &mut Vec<u8>, kind: &str, words: &str) {
    push_field(out, "Content-Type", &format!("text/{kind}; charset=utf-8"));
    push_field(out, "Content-Transfer-Encoding", "quoted-printable");
    out.extend_from_slice(b"\r\n");
    for line in words.trim_end().split('\n') {
        push_quoted(out, line.strip_suffix('\r').unwrap_or(line));
    }
}

/// One line in quoted-printable (RFC 2045 section 6.7).
fn push_quoted(out: &mut Vec<u8>, line: &str) {
    let mut width = 0;
    for (at, byte) in line.bytes().enumerate() {
        let is_last = at + 1 == line.len();
        let is_plain = (b'!'..=b'~').contains(&byte) && byte != b'=' || matches!(byte, b' ' | b'\t') && !is_last;
        let piece = if is_plain { vec![byte] } else { format!("={byte:02X}").into_bytes() };
        if width + piece.len() >= LINE_CHARS {
            out.extend_from_slice(b"=\r\n");
            width = 0;
        }
        width += piece.len();
        out.extend(piece);
    }
    out.extend_from_slice(b"\r\n");
}

fn push_disposition(out: &mut Vec<u8>, is_inline: bool, name: &str) {
    let kind = if is_inline { "inline" } else { "attachment" };
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let value = match (name.is_empty(), name.is_ascii()) {
        (true, _) => kind.to_owned(),
        (false, true) => format!("{kind}; filename={}", quoted(&name)),
        // RFC 2231 section 4.
        (false, false) => {
            let coded: String = name
                .bytes()
                .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
                .collect();
            format!("{kind}; filename*=UTF-8''{coded}")
        }
    };
    push_field(out, "Content-Disposition", &value);
}

/// A field, folded; what is not ASCII is encoded (RFC 2047).
fn push_field(out: &mut Vec<u8>, name: &str, value: &str) {
    let clean: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let is_plain = clean.is_ascii() && clean.split(' ').all(|word| word.len() <= WORD_BYTES);
    let value = if is_plain { clean } else { encoded(&clean) };
    let mut line = format!("{name}:");
    let mut has_word = false;
    for word in value.trim().split(' ') {
        if has_word && !word.is_empty() && line.len() + word.len() >= LINE_CHARS {
            out.extend_from_slice(line.as_bytes());
            out.extend_from_slice(b"\r\n");
            line.clear();
            has_word = false;
        }
        line.push(' ');
        line.push_str(word);
        has_word |= !word.is_empty();
    }
    out.extend_from_slice(line.as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Text as encoded words, each of whole characters.
fn encoded(text: &str) -> String {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = rest.len().min(ENCODED_BYTES);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let coded = base64::encode(&rest.as_bytes()[..end]);
        words.push(format!("=?UTF-8?B?{}?=", String::from_utf8_lossy(&coded)));
        rest = &rest[end..];
    }
    words.join(" ")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A name as a phrase.
fn phrase(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    if name.is_ascii() { quoted(&name) } else { encoded(&name) }
}

/// Somebody as the header names people.
fn mailbox(party: &Party) -> String {
    let is_address = |text: &&str| {
        let inner = |c: char| c.is_ascii_graphic() && !"<>\",;:()[]\\@".contains(c);
        text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && local.chars().chain(domain.chars()).all(inner)
        })
    };
    let written = party.address.trim().trim_matches(['<', '>', '\'']);
    let address = [written, party.normal.as_deref().unwrap_or_default()].into_iter().find(is_address);
    let name = party.name.trim();
    match address {
        Some(address) if name.is_empty() || name.eq_ignore_ascii_case(address) => address.to_owned(),
        Some(address) => format!("{} <{address}>", phrase(name)),
        None if party.address.is_empty() || party.address == name => format!("{}:;", phrase(name)),
        None if name.is_empty() => format!("{}:;", phrase(&party.address)),
        None => format!("{}:;", phrase(&format!("{name} ({})", party.address))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::mail::decoded;
    use mail_parser::{MessageParser, MimeHeaders};
    use proptest::prelude::*;

    fn party(role: Role, name: &str, address: &str) -> Party {
        Party { role, name: name.to_owned(), address: address.to_owned(), normal: None }
    }

    #[test]
    fn people_stand_in_the_header_with_their_address_or_as_a_group_of_nobody() {
        let cases = [
            (
                party(Role::To, "Ann \"A\" Lind", "ann@cedarbend.example"),
                "\"Ann \\\"A\\\" Lind\" <ann@cedarbend.example>",
            ),
            (party(Role::To, "", "ann@cedarbend.example"), "ann@cedarbend.example"),
            (party(Role::To, "Bo Berg", "/o=CITY/cn=BO"), "\"Bo Berg (/o=CITY/cn=BO)\":;"),
            (party(Role::To, "Bo Berg", ""), "\"Bo Berg\":;"),
            (party(Role::To, "x", "a@b\r\nBcc: c@d"), "\"x (a@bBcc: c@d)\":;"),
            (party(Role::To, "Zoë", "z@b.example"), "=?UTF-8?B?Wm/Dqw==?= <z@b.example>"),
        ];
        for (party, expected) in cases {
            assert_eq!(mailbox(&party), expected);
        }
    }

    proptest! {
        #![proptest_config(crate::base::tier::cases(60, 2_000))]
        /// Whatever the words, names and bytes are, a reader of mail gets them back, and every line is short and ASCII.
        #[test]
        fn what_is_written_is_read_again(
            subject in "\\PC{0,200}", plain in "[\\PC\\n\\t]{0,300}", html in prop_oneof![Just(String::new()), "[\\PC\\n]{1,200}"],
            name in "[\\PC\"\\\\]{1,60}", bytes in prop::collection::vec(any::<u8>(), 0..300), inner in "\\PC{1,100}", is_shown in any::<bool>(),
        ) {
            let nested = Letter { plain: inner.clone(), ..Letter::default() };
            let content_id = if is_shown { "a@b".to_owned() } else { String::new() };
            let mut letter = Letter {
                plain: plain.clone(),
                html: html.clone(),
                enclosed: vec![
                    Enclosed { name: name.clone(), media_type: "text/csv; x".into(), content_id, content: Enclosure::Bytes(bytes.clone()) },
                    Enclosed { name: "in.eml".into(), media_type: String::new(), content_id: String::new(), content: Enclosure::Letter(nested.into()) },
                ],
                ..Letter::default()
            };
            letter.add("Subject", subject.clone());
            letter.add_parties(&[party(Role::From, &name, "ann@cedarbend.example")]);
            let written = letter.write();
            prop_assert!(written.is_ascii());
            prop_assert!(written.split(|byte| *byte == b'\n').all(|line| line.len() <= 999));
            let message = MessageParser::default().parse(&written).expect("a message");
            let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            if !subject.trim().is_empty() {
                prop_assert_eq!(squeezed(message.subject().unwrap_or_default()), squeezed(&subject));
            }
            prop_assert_eq!(squeezed(&message.body_text(0).unwrap_or_default()), squeezed(&plain));
            if !html.is_empty() {
                prop_assert_eq!(squeezed(&message.body_html(0).unwrap_or_default()), squeezed(&html));
            }
            let file = message.attachments().find(|part| part.attachment_name() != Some("in.eml")).expect("the file");
            prop_assert_eq!(decoded(&message, file).expect("bytes").into_owned(), bytes);
            let inside = message.attachments().find_map(|part| part.message()).expect("the message inside");
            prop_assert_eq!(squeezed(&inside.body_text(0).unwrap_or_default()), squeezed(&inner));
        }
    }
}
