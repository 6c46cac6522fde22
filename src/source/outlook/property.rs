//! Properties of Outlook items, as every one of its formats has them ([MS-OXCDATA] section 2.11, [MS-OXPROPS]).
//!
//! *Invariant:* a value is kept as the bytes its store has for it, so nothing is lost by reading it; what it means is
//! read on demand. Numbers, times and identifiers are little-endian; text of kind [`kind::TEXT`] is UTF-16 without a
//! byte order mark and without an end mark, text of kind [`kind::TEXT8`] is in the code page of its message.

use crate::extract::charset;
use chrono::{DateTime, Utc};
use std::borrow::Cow;

/// The 16 bytes of a set of named properties, as stored (the first three groups little-endian).
pub type Guid = [u8; 16];

/// The kinds of values that are read by name here; every other kind is kept too ([MS-OXCDATA] section 2.11.1).
pub mod kind {
    /// A whole number of two bytes.
    pub const INT16: u16 = 0x0002;
    /// A whole number of four bytes.
    pub const INT32: u16 = 0x0003;
    /// A broken number of four bytes.
    pub const FLOAT32: u16 = 0x0004;
    /// A broken number of eight bytes.
    pub const FLOAT64: u16 = 0x0005;
    /// Ten-thousandths of a currency unit, eight bytes.
    pub const CURRENCY: u16 = 0x0006;
    /// Days since the end of 1899, a broken number of eight bytes.
    pub const APP_TIME: u16 = 0x0007;
    /// An error code in place of a value.
    pub const ERROR: u16 = 0x000A;
    /// Yes or no.
    pub const BOOLEAN: u16 = 0x000B;
    /// An object: an embedded message or a file of another program.
    pub const OBJECT: u16 = 0x000D;
    /// A whole number of eight bytes.
    pub const INT64: u16 = 0x0014;
    /// Text in a code page.
    pub const TEXT8: u16 = 0x001E;
    /// Text in UTF-16.
    pub const TEXT: u16 = 0x001F;
    /// Tenths of microseconds since the beginning of 1601, UTC.
    pub const TIME: u16 = 0x0040;
    /// An identifier of 16 bytes.
    pub const GUID: u16 = 0x0048;
    /// Bytes.
    pub const BINARY: u16 = 0x0102;
    /// Added to a kind: there are several values.
    pub const MULTIPLE: u16 = 0x1000;
}

/// What a property is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PropertyName {
    /// By a number all stores share; from 0x8000 on, by a number of its own store whose name could not be had.
    Tag(u16),
    /// By a number in a set.
    Number {
        /// The set.
        set: Guid,
        /// The number.
        number: u32,
    },
    /// By a word in a set.
    Word {
        /// The set.
        set: Guid,
        /// The word.
        word: String,
    },
}

/// The bytes of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// One value.
    One(Vec<u8>),
    /// Several values, for kinds with [`kind::MULTIPLE`].
    Many(Vec<Vec<u8>>),
    /// The store names the property and its value could not be had, for this reason.
    Lost(String),
}

impl Value {
    /// Bytes it holds.
    pub fn size(&self) -> u64 {
        match self {
            Self::One(bytes) => bytes.len() as u64,
            Self::Many(values) => values.iter().map(|bytes| bytes.len() as u64).sum(),
            Self::Lost(reason) => reason.len() as u64,
        }
    }
}

/// One property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// What it is called.
    pub name: PropertyName,
    /// The kind of its value.
    pub kind: u16,
    /// Its value.
    pub value: Value,
}

impl Property {
    /// A property with one value.
    pub fn one(name: PropertyName, kind: u16, bytes: Vec<u8>) -> Self {
        Self { name, kind, value: Value::One(bytes) }
    }

    /// A property whose value could not be had.
    pub fn lost(name: PropertyName, kind: u16, reason: impl Into<String>) -> Self {
        Self { name, kind, value: Value::Lost(reason.into()) }
    }

    /// The bytes of its one value.
    pub fn bytes(&self) -> Option<&[u8]> {
        match &self.value {
            Value::One(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// A whole number, or yes (1) and no (0).
    pub fn number(&self) -> Option<i64> {
        let bytes = self.bytes()?;
        match self.kind {
            kind::INT16 => Some(i16::from_le_bytes(*bytes.first_chunk()?).into()),
            kind::INT32 | kind::ERROR => Some(i32::from_le_bytes(*bytes.first_chunk()?).into()),
            kind::INT64 | kind::CURRENCY => Some(i64::from_le_bytes(*bytes.first_chunk()?)),
            kind::BOOLEAN => Some(i64::from(*bytes.first()? != 0)),
            _ => None,
        }
    }

    /// A broken number.
    pub fn fraction(&self) -> Option<f64> {
        let bytes = self.bytes()?;
        match self.kind {
            kind::FLOAT32 => Some(f32::from_le_bytes(*bytes.first_chunk()?).into()),
            kind::FLOAT64 | kind::APP_TIME => Some(f64::from_le_bytes(*bytes.first_chunk()?)),
            _ => None,
        }
    }

    /// A moment, UTC; `None` also for the moments that stand for none.
    pub fn time(&self) -> Option<DateTime<Utc>> {
        if self.kind != kind::TIME {
            return None;
        }
        moment(u64::from_le_bytes(*self.bytes()?.first_chunk()?))
    }

    /// Text, and whether all of it could be decoded.
    pub fn text(&self, code_page: u32) -> Option<(String, bool)> {
        text_of(self.kind, self.bytes()?, code_page)
    }

    /// Several texts, or one.
    pub fn texts(&self, code_page: u32) -> Vec<String> {
        let kind = self.kind & !kind::MULTIPLE;
        let values: &[Vec<u8>] = match &self.value {
            Value::Many(values) => values,
            Value::One(bytes) => std::slice::from_ref(bytes),
            Value::Lost(_) => &[],
        };
        values.iter().filter_map(|bytes| text_of(kind, bytes, code_page)).map(|(text, _)| text).collect()
    }
}

fn text_of(kind: u16, bytes: &[u8], code_page: u32) -> Option<(String, bool)> {
    let (mut text, sound) = match kind {
        kind::TEXT => {
            let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            let mut sound = bytes.len().is_multiple_of(2);
            let text = char::decode_utf16(units)
                .map(|one| {
                    one.unwrap_or_else(|_| {
                        sound = false;
                        char::REPLACEMENT_CHARACTER
                    })
                })
                .collect();
            (text, sound)
        }
        kind::TEXT8 => {
            let decoded = charset::decode_code_page(bytes, code_page);
            (decoded.text, decoded.sound)
        }
        _ => return None,
    };
    // Programs write an end mark behind their text, or a whole buffer.
    let length =
        text.find('\0').map_or(text.len(), |at| if text[at..].trim_matches('\0').is_empty() { at } else { text.len() });
    text.truncate(length);
    Some((text, sound))
}

/// The moment of a count of tenths of microseconds since 1601; the least and the greatest count stand for none.
pub fn moment(count: u64) -> Option<DateTime<Utc>> {
    /// Seconds from the beginning of 1601 to that of 1970.
    const EPOCH_SECONDS: i64 = 11_644_473_600;
    /// Outlook writes this count for "none" (1 January 4501 begins a little before it).
    const NONE_FROM: u64 = 0x0CB3_4557_A3DD_4000;
    if count == 0 || count >= NONE_FROM {
        return None;
    }
    let seconds = i64::try_from(count / 10_000_000).ok()? - EPOCH_SECONDS;
    DateTime::from_timestamp(seconds, u32::try_from(count % 10_000_000).ok()? * 100)
}

/// Properties in the order of a store, or in canonical order when [`PropertyBag::sort`] was called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PropertyBag(Vec<Property>);

impl PropertyBag {
    /// No properties.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a property.
    pub fn push(&mut self, property: Property) {
        self.0.push(property);
    }

    /// All of them.
    pub fn all(&self) -> &[Property] {
        &self.0
    }

    /// All of them, to change.
    pub fn all_mut(&mut self) -> &mut Vec<Property> {
        &mut self.0
    }

    /// Puts them in the one order in which they are serialised: by name, then by kind.
    pub fn sort(&mut self) {
        self.0.sort_by(|one, two| (&one.name, one.kind).cmp(&(&two.name, two.kind)));
    }

    /// The first property of a tag that has a value.
    pub fn get(&self, tag: u16) -> Option<&Property> {
        self.0.iter().find(|one| one.name == PropertyName::Tag(tag) && !matches!(one.value, Value::Lost(_)))
    }

    /// The first property of a number in a set that has a value.
    pub fn numbered(&self, set: &Guid, wanted: u32) -> Option<&Property> {
        self.0.iter().find(|one| {
            matches!(&one.name, PropertyName::Number { set: of, number } if of == set && *number == wanted)
                && !matches!(one.value, Value::Lost(_))
        })
    }

    /// The first property of a word in a set that has a value; case does not count.
    pub fn worded(&self, set: &Guid, wanted: &str) -> Option<&Property> {
        self.0.iter().find(|one| {
            matches!(&one.name, PropertyName::Word { set: of, word } if of == set && word.eq_ignore_ascii_case(wanted))
                && !matches!(one.value, Value::Lost(_))
        })
    }

    /// The text of a tag, trimmed; empty when there is none.
    pub fn text(&self, tag: u16, code_page: u32) -> String {
        let found = self.get(tag).and_then(|one| one.text(code_page));
        found.map_or(String::new(), |(text, _)| text.trim().to_owned())
    }

    /// The number of a tag.
    pub fn number(&self, tag: u16) -> Option<i64> {
        self.get(tag)?.number()
    }

    /// The moment of a tag.
    pub fn time(&self, tag: u16) -> Option<DateTime<Utc>> {
        self.get(tag)?.time()
    }

    /// The bytes of a tag.
    pub fn bytes(&self, tag: u16) -> Option<&[u8]> {
        self.get(tag)?.bytes()
    }
}

impl FromIterator<Property> for PropertyBag {
    fn from_iter<I: IntoIterator<Item = Property>>(properties: I) -> Self {
        Self(properties.into_iter().collect())
    }
}

/// A property's name for a person: `0x0037`, or the set and the number or word.
pub fn shown(name: &PropertyName) -> Cow<'static, str> {
    let hex = |set: &Guid| crate::base::digest::to_hex(&set[..4].iter().rev().copied().collect::<Vec<u8>>());
    match name {
        PropertyName::Tag(tag) => format!("0x{tag:04x}").into(),
        PropertyName::Number { set, number } => format!("0x{number:04x} of set {}", hex(set)).into(),
        PropertyName::Word { set, word } => format!("{word} of set {}", hex(set)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(kind: u16, bytes: &[u8]) -> Property {
        Property::one(PropertyName::Tag(1), kind, bytes.to_vec())
    }

    #[test]
    fn values_are_read_as_their_kind_says_and_never_fail() {
        assert_eq!(property(kind::INT16, &[0xFE, 0xFF]).number(), Some(-2));
        assert_eq!(property(kind::INT32, &[1, 0, 0]).number(), None, "a byte is missing");
        assert_eq!(property(kind::BOOLEAN, &[1]).number(), Some(1));
        assert_eq!(property(kind::TEXT, b"a\0b\0\0\0").text(1252), Some(("ab".into(), true)));
        assert_eq!(property(kind::TEXT, &[0, 0xD8, 97, 0]).text(1252), Some(("\u{fffd}a".into(), false)));
        assert_eq!(property(kind::TEXT8, &[0xCF, 0xF0]).text(1251), Some(("\u{41f}\u{440}".into(), true)));
        assert_eq!(property(kind::INT32, b"abcd").text(1252), None);
        let many = Property { value: Value::Many(vec![b"a".to_vec(), b"b".to_vec()]), ..property(0x101E, b"") };
        assert_eq!(many.texts(1252), ["a", "b"]);
    }

    #[test]
    fn moments_count_from_1601_and_the_great_ones_are_none() {
        // The example of [MS-DTYP] 2.3.3 counts 100-nanosecond steps; 1970 begins at this one.
        let epoch = 116_444_736_000_000_000_u64;
        assert_eq!(moment(epoch).map(|at| at.timestamp()), Some(0));
        assert_eq!(moment(epoch + 15_000_000).map(|at| at.timestamp_millis()), Some(1_500));
        assert_eq!(moment(0), None);
        assert_eq!(moment(u64::MAX), None);
        assert_eq!(moment(0x0CB3_4557_A3DD_4000), None, "1 January 4501");
    }
}
