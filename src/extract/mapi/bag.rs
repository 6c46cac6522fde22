//! Properties of one object: each a tag, the name of a named one, and its bytes (MS-OXCDATA 2.11).

use super::code_page;
use crate::extract::charset;
use chrono::{DateTime, TimeDelta, Utc};

/// A string of 16-bit units.
pub const UNICODE: u16 = 0x001F;
/// A string of a code page.
pub const STRING8: u16 = 0x001E;
/// Bytes.
pub const BINARY: u16 = 0x0102;
/// An object: a message or one of another program.
pub const OBJECT: u16 = 0x000D;
/// The bit of a type that has several values.
pub const MULTIPLE: u16 = 0x1000;

/// A GUID as it lies in a file.
pub type Guid = [u8; 16];

/// Names with text that programs of mail share (MS-OXPROPS 1.3.2).
pub const PUBLIC_STRINGS: Guid = guid(0x0002_0329);
/// Appointments.
pub const APPOINTMENT: Guid = guid(0x0006_2002);
/// Tasks.
pub const TASK: Guid = guid(0x0006_2003);
/// Contacts.
pub const ADDRESS: Guid = guid(0x0006_2004);
/// All classes.
pub const COMMON: Guid = guid(0x0006_2008);

/// The GUIDs of Outlook differ in their first number: `xxxxxxxx-0000-0000-C000-000000000046`.
const fn guid(first: u32) -> Guid {
    let [a, b, c, d] = first.to_le_bytes();
    [a, b, c, d, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46]
}

/// The name of a property whose number differs from file to file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// A number in a set.
    Number(Guid, u32),
    /// A text in a set.
    Text(Guid, String),
}

/// One property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// Its number.
    pub id: u16,
    /// Its type, without [`MULTIPLE`].
    pub kind: u16,
    /// Its name, where it is a named one.
    pub name: Option<Name>,
    /// Its values: one, but for those of several.
    pub values: Vec<Vec<u8>>,
    /// Whether it may have several.
    pub is_many: bool,
}

impl Property {
    /// A property with a number and one value.
    pub fn one(id: u16, kind: u16, value: Vec<u8>) -> Self {
        Self { id, kind, name: None, values: vec![value], is_many: false }
    }
}

/// The properties of one object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bag {
    /// In the order of the file.
    pub all: Vec<Property>,
    /// The code page of its strings, where the file tells one.
    pub code_page: Option<u32>,
}

/// A text, and whether all of it could be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The text.
    pub text: String,
    /// Whether every byte was a character.
    pub sound: bool,
}

impl Bag {
    /// The first property of a number, of one of these types.
    pub fn find(&self, id: u16, kinds: &[u16]) -> Option<&Property> {
        self.all.iter().find(|one| one.id == id && kinds.contains(&one.kind) && !one.values.is_empty())
    }

    /// The named property of a number in a set.
    pub fn named(&self, set: Guid, number: u32) -> Option<&Property> {
        self.all.iter().find(|one| one.name == Some(Name::Number(set, number)) && !one.values.is_empty())
    }

    /// The named property of a text in a set.
    pub fn named_text(&self, set: Guid, wanted: &str) -> Option<&Property> {
        let fits =
            |one: &&Property| matches!(&one.name, Some(Name::Text(in_set, text)) if *in_set == set && text == wanted);
        self.all.iter().find(fits).filter(|one| !one.values.is_empty())
    }

    /// A text, empty where there is none.
    pub fn text(&self, id: u16) -> String {
        self.said(id).map(|said| said.text).unwrap_or_default()
    }

    /// A text with what is doubtful about it; the string of 16-bit units goes before that of a code page.
    pub fn said(&self, id: u16) -> Option<Said> {
        let found = self.find(id, &[UNICODE]).or_else(|| self.find(id, &[STRING8]))?;
        self.said_of(found).into_iter().next()
    }

    /// The texts of a property of strings.
    pub fn said_of(&self, property: &Property) -> Vec<Said> {
        let read = |bytes: &Vec<u8>| match property.kind {
            UNICODE => Some(wide(bytes)),
            STRING8 => Some(self.narrow(bytes)),
            _ => None,
        };
        property.values.iter().filter_map(read).collect()
    }

    /// Bytes of a code page as text; some writers put 16-bit units there.
    pub fn narrow(&self, bytes: &[u8]) -> Said {
        if charset::utf16(bytes).is_some_and(|encoding| encoding == encoding_rs::UTF_16LE) {
            return wide(bytes.strip_prefix(b"\xFF\xFE").unwrap_or(bytes));
        }
        let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
        let decoded = code_page::decode(bytes, self.code_page.unwrap_or(1252));
        Said { text: decoded.text, sound: decoded.sound }
    }

    /// Bytes, also of what is written as a string.
    pub fn bytes(&self, id: u16) -> Option<&[u8]> {
        self.find(id, &[BINARY, OBJECT]).and_then(|found| found.values.first()).map(Vec::as_slice)
    }

    /// A whole number of 16 or 32 bits, or yes and no as 1 and 0.
    pub fn number(&self, id: u16) -> Option<u32> {
        number_of(self.find(id, &[0x0002, 0x0003, 0x000B])?)
    }

    /// A moment.
    pub fn moment(&self, id: u16) -> Option<DateTime<Utc>> {
        moment_of(self.find(id, &[0x0040])?)
    }

    /// Settles the code page of its strings by what its own properties tell.
    pub fn settle_code_page(&mut self, from_outside: Option<u32>) {
        // PidTagMessageCodepage, the locale of the message, the code page of the HTML (MS-OXCMSG 2.2.1.4, 2.2.1.5).
        let own = self.number(0x3FFD).filter(|page| !matches!(page, 0 | 1_200 | 1_201));
        let locale = self.number(0x3FF1).and_then(code_page::of_locale);
        let internet = self.number(0x3FDE).filter(|page| !matches!(page, 0 | 1_200 | 1_201));
        self.code_page = own.or(from_outside).or(locale).or(internet);
    }
}

/// The whole number of a property.
pub fn number_of(property: &Property) -> Option<u32> {
    let bytes = property.values.first()?;
    match property.kind {
        0x0002 | 0x000B => bytes.first_chunk().map(|two| u32::from(u16::from_le_bytes(*two))),
        0x0003 => bytes.first_chunk().map(|four| u32::from_le_bytes(*four)),
        _ => None,
    }
}

/// The moment of a property: steps of 100 nanoseconds since 1601 in UTC (MS-DTYP 2.3.3); `None` outside 1900 to 4500.
pub fn moment_of(property: &Property) -> Option<DateTime<Utc>> {
    /// Seconds from 1601 to 1970.
    const TO_UNIX: i64 = 11_644_473_600;
    let steps = i64::from_le_bytes(*property.values.first()?.first_chunk()?);
    let since = DateTime::from_timestamp(-TO_UNIX, 0)?;
    let at = since.checked_add_signed(TimeDelta::microseconds(steps / 10))?;
    // Zero and 4501 stand for *none* (MS-OXOCAL 2.2.1.5 and practice).
    let year = chrono::Datelike::year(&at);
    (1900..4500).contains(&year).then_some(at)
}

/// 16-bit units as text, up to the first zero.
pub fn wide(bytes: &[u8]) -> Said {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).take_while(|unit| *unit != 0);
    let mut sound = true;
    let one = |found: Result<char, std::char::DecodeUtf16Error>| {
        found.unwrap_or_else(|_| {
            sound = false;
            char::REPLACEMENT_CHARACTER
        })
    };
    let text: String = char::decode_utf16(units).map(one).collect();
    Said { text, sound }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bag(properties: &[(u16, u16, &[u8])]) -> Bag {
        let one = |(id, kind, value): &(u16, u16, &[u8])| Property::one(*id, *kind, value.to_vec());
        Bag { all: properties.iter().map(one).collect(), code_page: None }
    }

    #[test]
    fn values_are_read_by_their_types() {
        let mut found = bag(&[
            (0x0037, STRING8, b"\xcf\xf0\0rest"),
            (0x3FF1, 0x0003, &0x0419_u32.to_le_bytes()),
            (0x1000, UNICODE, b"a\0\xe9\0\0\0b\0"),
            (0x0039, 0x0040, &132_538_464_000_000_000_i64.to_le_bytes()),
            (0x003A, 0x0040, &0_i64.to_le_bytes()),
            (0x7FFE, 0x000B, &[1, 0]),
        ]);
        found.settle_code_page(None);
        assert_eq!(found.text(0x0037), "\u{41f}\u{440}", "the code page of the locale");
        assert_eq!((found.text(0x1000).as_str(), found.number(0x7FFE)), ("a\u{e9}", Some(1)));
        assert_eq!(found.moment(0x0039).map(|at| at.to_rfc3339()), Some("2020-12-31T00:00:00+00:00".into()));
        assert_eq!(found.moment(0x003A), None, "1601 stands for none");
        assert_eq!(wide(b"\x00\xd8a\0"), Said { text: "\u{fffd}a".into(), sound: false });
    }
}
