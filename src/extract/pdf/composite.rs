//! Composite fonts of a PDF (ISO 32000-1, 9.7): codes of several bytes.

use super::cmap::CMap;
use super::room::Room;
use crate::extract::charset;
use lopdf::{Dictionary, Document, Object};
use std::collections::HashMap;

/// Widths of one font that are kept.
const WIDTHS: usize = 200_000;

/// What is needed of such a font.
#[derive(Debug)]
pub struct Composite {
    codes: Codes,
    /// The width of glyphs that are not listed, in thousandths.
    default: f64,
    widths: HashMap<u32, f64>,
    /// First and last glyph of one width.
    ranges: Vec<(u32, u32, f64)>,
}

/// How bytes become codes (ISO 32000-1, table 118).
#[derive(Debug)]
enum Codes {
    /// Two bytes, which are the glyph.
    Identity,
    /// Two bytes, which are UTF-16.
    Utf16,
    /// An East Asian charset of one or two bytes.
    Charset(&'static str),
    /// A table of the file's own.
    Table(CMap),
}

impl Composite {
    /// Reads the encoding of a font and the widths of its only descendant.
    pub fn read(document: &Document, font: &Dictionary, room: &mut Room) -> Self {
        let codes = match font.get_deref(b"Encoding", document) {
            Ok(Object::Stream(table)) => match room.unpack(document, table) {
                Some(bytes) => Codes::Table(CMap::read(&bytes)),
                None => Codes::Identity,
            },
            Ok(Object::Name(name)) => named(&String::from_utf8_lossy(name)),
            _ => Codes::Identity,
        };
        let mut out = Self { codes, default: 1000.0, widths: HashMap::new(), ranges: Vec::new() };
        let below = font.get_deref(b"DescendantFonts", document).and_then(Object::as_array).ok();
        let below = below.and_then(|all| document.dereference(all.first()?).ok());
        if let Some((_, Object::Dictionary(below))) = below {
            if let Ok(width) = below.get_deref(b"DW", document).and_then(Object::as_float) {
                out.default = f64::from(width);
            }
            if let Ok(listed) = below.get_deref(b"W", document).and_then(Object::as_array) {
                out.list(document, listed);
            }
        }
        out
    }

    /// The list of widths (ISO 32000-1, 9.7.4.3): `first [w w w]` or `first last w`.
    fn list(&mut self, document: &Document, listed: &[Object]) {
        let value = |object: &Object| document.dereference(object).map(|(_, object)| object.clone());
        let mut numbers: Vec<f64> = Vec::new();
        for object in listed {
            match value(object) {
                Ok(Object::Array(widths)) => {
                    let first = numbers.pop().unwrap_or(0.0) as u32;
                    for (glyph, width) in (first..).zip(&widths) {
                        if let Ok(width) = value(width).and_then(|width| width.as_float())
                            && self.widths.len() < WIDTHS
                        {
                            self.widths.insert(glyph, f64::from(width));
                        }
                    }
                    numbers.clear();
                }
                Ok(number) => numbers.push(f64::from(number.as_float().unwrap_or(0.0))),
                Err(_) => numbers.push(0.0),
            }
            if let [first, last, width] = numbers[..] {
                self.ranges.push((first as u32, last as u32, width));
                numbers.clear();
            }
        }
        self.ranges.sort_by_key(|range| range.0);
    }

    /// The first code of some bytes and how many it has.
    pub fn code(&self, bytes: &[u8]) -> (u32, usize) {
        let length = match &self.codes {
            Codes::Table(table) => return table.code(bytes),
            Codes::Identity | Codes::Utf16 => 2,
            Codes::Charset(_) if bytes.first().is_some_and(|byte| *byte < 0x81) => 1,
            Codes::Charset(_) => 2,
        };
        let length = length.min(bytes.len());
        (bytes[..length].iter().fold(0, |all, byte| (all << 8) | u32::from(*byte)), length)
    }

    /// The characters of a code, where its encoding tells them.
    pub fn text(&self, code: u32, bytes: &[u8]) -> Option<String> {
        match &self.codes {
            Codes::Utf16 => char::from_u32(code).map(String::from),
            Codes::Charset(label) => Some(charset::decode(bytes, Some(label)).text),
            Codes::Identity | Codes::Table(_) => None,
        }
    }

    /// The width of a code in parts of the size of the font.
    pub fn width(&self, code: u32) -> f64 {
        let glyph = match &self.codes {
            Codes::Table(table) => table.glyph(code).unwrap_or(code),
            _ => code,
        };
        if let Some(width) = self.widths.get(&glyph) {
            return width / 1000.0;
        }
        let behind = self.ranges.partition_point(|range| range.0 <= glyph);
        let range = behind.checked_sub(1).and_then(|at| self.ranges.get(at)).filter(|range| glyph <= range.1);
        range.map_or(self.default, |range| range.2) / 1000.0
    }
}

fn named(name: &str) -> Codes {
    let has = |word: &str| name.contains(word);
    if name.starts_with("Identity") {
        Codes::Identity
    } else if has("UCS2") || has("UTF16") {
        Codes::Utf16
    } else if has("RKSJ") {
        Codes::Charset("shift_jis")
    } else if has("GBK") || has("GB-EUC") || has("GBpc") {
        Codes::Charset("gbk")
    } else if has("B5") || has("ETen") || has("HKscs") {
        Codes::Charset("big5")
    } else if has("KSC") {
        Codes::Charset("euc-kr")
    } else if has("EUC") {
        Codes::Charset("euc-jp")
    } else {
        Codes::Identity
    }
}
