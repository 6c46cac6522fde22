//! One e-mail of the story, and its bytes as an Internet message (RFC 5322, MIME).

use super::moment;
use super::people::Person;
use chrono::NaiveDateTime;
use std::fmt::Write as _;

/// A file attached to a message or a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its name.
    pub name: String,
    /// The media type it is sent as.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// How the date of a message stands in its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dated {
    /// As it was sent.
    Truly,
    /// There is no date at all.
    Not,
    /// Something else stands there.
    As(String),
}

/// The alternative to the plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Other {
    /// A page.
    Html(String),
    /// An invitation (RFC 5546).
    Calendar(String),
    /// The machine-readable part of a report that a message could not be delivered (RFC 3464), and that message.
    Delivery(String, Vec<u8>),
}

/// One e-mail.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Message-ID without its brackets.
    pub id: String,
    /// When it was written, by the clock on the wall.
    pub at: NaiveDateTime,
    /// What its `Date` says.
    pub dated: Dated,
    /// Who wrote it.
    pub from: &'static Person,
    /// Main recipients.
    pub to: Vec<&'static Person>,
    /// Copied recipients.
    pub cc: Vec<&'static Person>,
    /// The subject.
    pub subject: String,
    /// The plain text; every line ends with a line feed.
    pub body: String,
    /// Another form of the text, or a report.
    pub other: Option<Other>,
    /// Attachments in order.
    pub attached: Vec<Attached>,
    /// Further header fields, in order.
    pub fields: Vec<(&'static str, String)>,
    /// Ids of the messages it answers, the oldest first.
    pub references: Vec<String>,
    /// Written and never sent.
    pub draft: bool,
    /// Written in ISO-8859-1, as old programs do.
    pub latin: bool,
}

impl Mail {
    /// The bytes, with line feeds alone: each export makes its own line endings.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = self.header().into_bytes();
        let (head, text) = self.text_part();
        let mut inner = (head, text);
        if let Some(other) = &self.other {
            inner = self.with_other(inner, other);
        }
        if !self.attached.is_empty() {
            inner = self.with_attached(inner);
        }
        out.extend_from_slice(inner.0.as_bytes());
        out.push(b'\n');
        out.extend_from_slice(&inner.1);
        out
    }

    fn header(&self) -> String {
        let mut out = String::new();
        let date = moment::mail_date(self.at);
        if !self.draft {
            let host = self.from.domain();
            let mark = self.id.get(..10).unwrap_or("0");
            let _ =
                writeln!(out, "Received: from mail.{host} by mx.cedarbend.example with ESMTPS id {mark};\n\t{date}");
        }
        let _ = writeln!(out, "From: {}", mailbox(self.from));
        for (name, people) in [("To", &self.to), ("Cc", &self.cc)] {
            if !people.is_empty() {
                let all: Vec<String> = people.iter().map(|person| mailbox(person)).collect();
                let _ = writeln!(out, "{name}: {}", all.join(",\n\t"));
            }
        }
        let _ = writeln!(out, "Subject: {}", encoded(&self.subject));
        match &self.dated {
            Dated::Truly => {
                let _ = writeln!(out, "Date: {date}");
            }
            Dated::As(words) => {
                let _ = writeln!(out, "Date: {words}");
            }
            Dated::Not => {}
        }
        let _ = writeln!(out, "Message-ID: <{}>", self.id);
        if let Some(last) = self.references.last() {
            let _ = writeln!(out, "In-Reply-To: <{last}>");
            let all: Vec<String> = self.references.iter().map(|id| format!("<{id}>")).collect();
            let _ = writeln!(out, "References: {}", all.join("\n\t"));
        }
        for (name, value) in &self.fields {
            let _ = writeln!(out, "{name}: {value}");
        }
        out.push_str("MIME-Version: 1.0\n");
        out
    }

    fn boundary(&self, level: &str) -> String {
        format!("=_{level}_{}", self.id.split('@').next().unwrap_or_default())
    }

    fn text_part(&self) -> (String, Vec<u8>) {
        if self.latin {
            let bytes: Vec<u8> = self.body.chars().map(|one| u8::try_from(u32::from(one)).unwrap_or(b'?')).collect();
            let head = "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n";
            return (head.to_owned(), quoted_printable(&bytes).into_bytes());
        }
        text("plain", &self.body)
    }

    fn with_other(&self, plain: (String, Vec<u8>), other: &Other) -> (String, Vec<u8>) {
        let boundary = self.boundary("alt");
        let (kind, parts) = match other {
            Other::Html(page) => ("alternative".to_owned(), vec![text("html", page)]),
            Other::Calendar(calendar) => {
                let head = "Content-Type: text/calendar; charset=utf-8; method=REQUEST\n".to_owned();
                ("alternative".to_owned(), vec![(head, calendar.clone().into_bytes())])
            }
            Other::Delivery(report, message) => {
                let status = ("Content-Type: message/delivery-status\n".to_owned(), report.clone().into_bytes());
                let back = ("Content-Type: message/rfc822\n".to_owned(), message.clone());
                ("report; report-type=delivery-status".to_owned(), vec![status, back])
            }
        };
        let mut all = vec![plain];
        all.extend(parts);
        (format!("Content-Type: multipart/{kind};\n\tboundary=\"{boundary}\"\n"), joined(&boundary, &all))
    }

    fn with_attached(&self, body: (String, Vec<u8>)) -> (String, Vec<u8>) {
        let boundary = self.boundary("mix");
        let mut all = vec![body];
        for file in &self.attached {
            let name = file_name(&file.name);
            let disposition = format!("Content-Disposition: attachment; {name}\n");
            if file.media_type == "message/rfc822" {
                all.push((format!("Content-Type: message/rfc822\n{disposition}"), file.bytes.clone()));
            } else {
                let media = file.media_type;
                let head = format!("Content-Type: {media}\n{disposition}Content-Transfer-Encoding: base64\n");
                all.push((head, wrapped(&base64(&file.bytes)).into_bytes()));
            }
        }
        (format!("Content-Type: multipart/mixed;\n\tboundary=\"{boundary}\"\n"), joined(&boundary, &all))
    }
}

fn joined(boundary: &str, parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (head, bytes) in parts {
        out.extend_from_slice(format!("--{boundary}\n{head}\n").as_bytes());
        out.extend_from_slice(bytes);
        if !bytes.ends_with(b"\n") {
            out.push(b'\n');
        }
    }
    out.extend_from_slice(format!("--{boundary}--\n").as_bytes());
    out
}

/// A part of text in the plainest encoding that carries it.
fn text(subtype: &str, body: &str) -> (String, Vec<u8>) {
    let plain = body.is_ascii() && body.lines().all(|line| line.len() < 900);
    if plain {
        let head = format!("Content-Type: text/{subtype}; charset=utf-8\nContent-Transfer-Encoding: 7bit\n");
        return (head, body.as_bytes().to_vec());
    }
    let foreign = body.chars().filter(|one| !one.is_ascii()).count();
    if foreign * 4 > body.chars().count() {
        let head = format!("Content-Type: text/{subtype}; charset=utf-8\nContent-Transfer-Encoding: base64\n");
        return (head, wrapped(&base64(body.as_bytes())).into_bytes());
    }
    let head = format!("Content-Type: text/{subtype}; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n");
    (head, quoted_printable(body.as_bytes()).into_bytes())
}

/// A person as an address field has them.
pub fn mailbox(person: &Person) -> String {
    let name = person.name;
    if name.is_ascii() && name.contains([',', '.', '@']) {
        return format!("\"{name}\" <{}>", person.address);
    }
    format!("{} <{}>", encoded(name), person.address)
}

/// Words of a header; what is not ASCII becomes encoded words (RFC 2047).
pub fn encoded(words: &str) -> String {
    if words.is_ascii() {
        return words.to_owned();
    }
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for one in words.chars() {
        if piece.len() + one.len_utf8() > 42 {
            pieces.push(std::mem::take(&mut piece));
        }
        piece.push(one);
    }
    pieces.push(piece);
    let words: Vec<String> = pieces.iter().map(|piece| format!("=?utf-8?B?{}?=", base64(piece.as_bytes()))).collect();
    words.join("\n ")
}

/// The name of a file as a parameter (RFC 2183, RFC 2231).
fn file_name(name: &str) -> String {
    if name.is_ascii() {
        return format!("filename=\"{name}\"");
    }
    let mut out = String::from("filename*=utf-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Base64 (RFC 4648) on one line.
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let three = [chunk[0], chunk.get(1).copied().unwrap_or(0), chunk.get(2).copied().unwrap_or(0)];
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for at in 0..4 {
            let six = (bits >> (18 - 6 * at)) & 63;
            out.push(if at <= chunk.len() { char::from(LETTERS[six as usize]) } else { '=' });
        }
    }
    out
}

/// Lines of 76 characters.
fn wrapped(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + line.len() / 76 + 1);
    for chunk in line.as_bytes().chunks(76) {
        out.push_str(&String::from_utf8_lossy(chunk));
        out.push('\n');
    }
    out
}

/// Quoted-printable (RFC 2045 section 6.7).
fn quoted_printable(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + bytes.len() / 8);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        let mut width = 0;
        for (at, byte) in content.iter().enumerate() {
            let last = at + 1 == content.len();
            let plain = (33..=126).contains(byte) && *byte != b'=' || *byte == b' ' && !last;
            let length = if plain { 1 } else { 3 };
            if width + length > 75 {
                out.push_str("=\n");
                width = 0;
            }
            width += length;
            if plain {
                out.push(char::from(*byte));
            } else {
                let _ = write!(out, "={byte:02X}");
            }
        }
        if line.len() > content.len() {
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_those_of_their_standards() {
        // RFC 4648 section 10.
        for (plain, expected) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), expected);
        }
        assert_eq!(quoted_printable("a=é \nb".as_bytes()), "a=3D=C3=A9=20\nb");
        assert!(quoted_printable(&[b'x'; 200]).lines().all(|line| line.len() <= 76));
        assert_eq!(encoded("Straße"), "=?utf-8?B?U3RyYcOfZQ==?=");
    }
}
