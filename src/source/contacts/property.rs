//! The properties of one card: unfolded, split and decoded (vCard 2.1; RFC 2426; RFC 6350).

use crate::base::base64;
use crate::extract::charset;

/// One property of a card.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Property {
    /// Its name in capitals, without its group.
    pub name: String,
    /// Its parameters: name in capitals (empty for the bare words of vCard 2.1) and value.
    pub parameters: Vec<(String, String)>,
    /// Its value as written, lines joined.
    pub raw: String,
    /// How many cards it lies inside of: a card may hold the card of somebody's agent.
    pub depth: u32,
}

/// What a card's lines are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties {
    /// The properties in order, those of nested cards among them.
    pub all: Vec<Property>,
    /// Lines that are no property.
    pub damaged: usize,
    /// Whether every byte was a character.
    pub sound: bool,
    /// Whether the card is no UTF-8 and was read as windows-1252.
    pub guessed: bool,
}

/// Reads the properties of a card.
pub fn read(bytes: &[u8]) -> Properties {
    let (text, sound, guessed) = text_of(bytes);
    let mut out = Properties { sound, guessed, ..Properties::default() };
    let mut depth = 0_u32;
    let mut just_begun = false;
    for line in unfold(&text) {
        let line = line.trim_matches(['\u{feff}', '\r']);
        if line.trim().is_empty() {
            continue;
        }
        let found = property(line);
        let begins = found.as_ref().is_some_and(|found| found.is("BEGIN", "VCARD"));
        // A beginning straight after another one is the same beginning.
        depth += u32::from(begins && !just_begun);
        just_begun = begins;
        match found {
            _ if begins => {}
            Some(found) if found.is("END", "VCARD") => depth = depth.saturating_sub(1),
            Some(found) => out.all.push(Property { depth: depth.saturating_sub(1), ..found }),
            None => out.damaged += 1,
        }
    }
    out
}

/// The text of a card with line feeds; whether all of it is sound; whether its charset was guessed.
fn text_of(bytes: &[u8]) -> (String, bool, bool) {
    let marked = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let (text, sound, guessed) = match std::str::from_utf8(bytes) {
        Ok(text) if !marked => (text.to_owned(), true, false),
        _ => {
            let label = (!marked).then_some("windows-1252");
            let decoded = charset::decode(bytes, label);
            (decoded.text, decoded.sound, !marked)
        }
    };
    // Old computers of Apple end a line with a carriage return alone.
    let text = if text.contains('\n') { text } else { text.replace('\r', "\n") };
    (text, sound, guessed)
}

/// Joins the lines of each property: by the blank that begins a continued line, by the `=` that ends a line of
/// quoted-printable text, and, where base64 follows without either, by having no colon.
fn unfold(text: &str) -> Vec<String> {
    // RFC 2426 takes the blank away that folding put in; vCard 2.1 folds where a blank already is.
    let keeps_blank = text.to_ascii_uppercase().contains("VERSION:2.1");
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)) {
        let Some(last) = lines.last_mut() else {
            lines.push(line.to_owned());
            continue;
        };
        let head = last.split(':').next().unwrap_or_default().to_ascii_uppercase();
        let is_encoded = |word: &str| head.split([';', '=', ',']).skip(1).any(|one| one == word);
        if is_encoded("QUOTED-PRINTABLE") && last.ends_with('=') {
            last.pop();
            last.push_str(line);
        } else if let Some(rest) = line.strip_prefix([' ', '\t']) {
            last.push_str(if keeps_blank { line } else { rest });
        } else if (is_encoded("BASE64") || is_encoded("B")) && !line.is_empty() && !line.contains(':') {
            last.push_str(line);
        } else {
            lines.push(line.to_owned());
        }
    }
    lines
}

fn property(line: &str) -> Option<Property> {
    let mut quoted = false;
    let colon = line.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == ':' && !quoted
    });
    let (head, raw) = (&line[..colon?.0], &line[colon?.0 + 1..]);
    let mut words = split_outside_quotes(head).into_iter();
    let name = words.next()?.trim().to_owned();
    let name = name.rsplit('.').next()?.to_ascii_uppercase();
    let sound = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || !name.chars().all(sound) {
        return None;
    }
    let parameters = words
        .map(|word| match word.split_once('=') {
            Some((name, value)) => (name.trim().to_ascii_uppercase(), value.trim().trim_matches('"').to_owned()),
            None => (String::new(), word.trim().to_owned()),
        })
        .collect();
    Some(Property { name, parameters, raw: raw.to_owned(), depth: 0 })
}

fn split_outside_quotes(head: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in head.chars() {
        quoted ^= c == '"';
        match words.last_mut() {
            Some(last) if c != ';' || quoted => last.push(c),
            _ => words.push(String::new()),
        }
    }
    words
}

impl Property {
    /// Whether it has this name and value, in letters of either case.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.name == name && self.raw.trim().eq_ignore_ascii_case(value)
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// The types (`CELL`, `WORK`) as written, for a person.
    pub fn types(&self) -> String {
        let types = self.parameters.iter().filter(|(name, value)| {
            let encoding = ["QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"];
            name == "TYPE" || name.is_empty() && !encoding.iter().any(|one| value.eq_ignore_ascii_case(one))
        });
        types.map(|(_, value)| value.to_lowercase()).collect::<Vec<_>>().join(", ")
    }

    fn encoding(&self) -> String {
        let bare = || self.parameters.iter().find(|(name, _)| name.is_empty()).map(|(_, value)| value.as_str());
        let named = self.parameter("ENCODING");
        let bare_encoding =
            bare().filter(|value| matches!(value.to_ascii_uppercase().as_str(), "QUOTED-PRINTABLE" | "BASE64"));
        named.or(bare_encoding).unwrap_or_default().to_ascii_uppercase()
    }

    /// Whether the value is a file and no text.
    pub fn is_file(&self) -> bool {
        matches!(self.encoding().as_str(), "B" | "BASE64") || self.data_uri().is_some()
    }

    /// The decoded file; `None` when it is damaged or the value is a text.
    pub fn file(&self) -> Option<Vec<u8>> {
        match self.data_uri() {
            Some(data) => base64::decode(data.as_bytes()),
            None if self.is_file() => base64::decode(self.raw.as_bytes()),
            None => None,
        }
    }

    /// What follows `data:image/jpeg;base64,` (RFC 2397).
    fn data_uri(&self) -> Option<&str> {
        let head = self.raw.get(..5)?;
        let (about, data) = self.raw.get(5..)?.split_once(',')?;
        (head.eq_ignore_ascii_case("data:") && about.to_ascii_lowercase().ends_with(";base64")).then_some(data)
    }

    /// The media type the card claims for a file.
    pub fn media_type(&self) -> String {
        if self.data_uri().is_some() {
            return self.raw[5..].split([';', ',']).next().unwrap_or_default().to_lowercase();
        }
        let kind = self.parameters.iter().find(|(name, value)| {
            (name == "TYPE" || name.is_empty()) && !["BASE64", "B"].iter().any(|one| value.eq_ignore_ascii_case(one))
        });
        let kind = kind.map(|(_, value)| value.to_lowercase()).unwrap_or_default();
        match (self.name.as_str(), kind.as_str()) {
            (_, "") => "application/octet-stream".to_owned(),
            (_, kind) if kind.contains('/') => kind.to_owned(),
            ("PHOTO" | "LOGO", kind) => format!("image/{kind}"),
            ("SOUND", kind) => format!("audio/{kind}"),
            (_, kind) => format!("application/{kind}"),
        }
    }

    /// The value as text: quoted-printable and charset decoded, escapes taken away.
    pub fn text(&self) -> String {
        unescape(&self.decoded())
    }

    /// The fields of a value of several, each as text (`N`, `ORG`, `ADR`).
    pub fn fields(&self) -> Vec<String> {
        let decoded = self.decoded();
        let mut fields = vec![String::new()];
        let mut escaped = false;
        for c in decoded.chars() {
            match fields.last_mut() {
                Some(last) if c != ';' || escaped => last.push(c),
                _ => fields.push(String::new()),
            }
            escaped = c == '\\' && !escaped;
        }
        fields.iter().map(|field| unescape(field).trim().to_owned()).collect()
    }

    /// Whether its value was read as what it is. `guessed` says that the whole card is no UTF-8: a property that names
    /// another charset than the one it was read in is then not sound.
    pub fn is_sound(&self, guessed: bool) -> bool {
        if self.is_file() {
            return true;
        }
        let label = self.parameter("CHARSET");
        if self.encoding() == "QUOTED-PRINTABLE" {
            let bytes = quoted_printable(&self.raw);
            return label.is_none_or(|label| charset::decode(&bytes, Some(label)).sound);
        }
        let western = ["windows-1252", "iso-8859-1", "us-ascii", "latin1"];
        let other = label.is_some_and(|label| !western.iter().any(|one| label.eq_ignore_ascii_case(one)));
        !self.raw.contains('\u{fffd}') && (self.raw.is_ascii() || !guessed || !other)
    }

    fn decoded(&self) -> String {
        if self.encoding() != "QUOTED-PRINTABLE" {
            return self.raw.clone();
        }
        let bytes = quoted_printable(&self.raw);
        match self.parameter("CHARSET") {
            Some(label) => charset::decode(&bytes, Some(label)).text,
            None => String::from_utf8(bytes)
                .unwrap_or_else(|error| charset::decode(error.as_bytes(), Some("windows-1252")).text),
        }
    }
}

/// Quoted-printable (RFC 2045 section 6.7); what is no code stays as written.
fn quoted_printable(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = text.get(at + 1..at + 3).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match (bytes[at], code.and_then(|code| u8::from_str_radix(code, 16).ok())) {
            (b'=', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (c, if c == '\\' { characters.clone().next() } else { None }) {
            ('\\', Some('n' | 'N')) => {
                out.push('\n');
                characters.next();
            }
            ('\\', Some(escaped @ (',' | ';' | ':' | '\\'))) => {
                out.push(escaped);
                characters.next();
            }
            _ => out.push(c),
        }
    }
    out
}
