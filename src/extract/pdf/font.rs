//! Fonts of a PDF as what is needed to read: the characters of each code, and how wide it is.

use super::cmap::CMap;
use super::room::Room;
use super::{composite::Composite, standard};
use lopdf::{Dictionary, Document, Object};
use std::collections::BTreeMap;

/// A font.
#[derive(Debug)]
pub struct Font {
    kind: Kind,
    to_unicode: Option<CMap>,
}

#[derive(Debug)]
enum Kind {
    /// One byte is one code.
    Simple { texts: Vec<Option<String>>, widths: Vec<f64> },
    /// A code has one to four bytes.
    Composite(Box<Composite>),
}

/// A code that was shown.
#[derive(Debug, PartialEq)]
pub struct Glyph {
    /// Its characters; `None` when nobody can know them.
    pub text: Option<String>,
    /// Its width in parts of the size of the font.
    pub width: f64,
    /// Whether the spacing of words is added to it (ISO 32000-1, 9.3.3).
    pub is_word_space: bool,
}

impl Font {
    /// Reads a font.
    pub fn read(document: &Document, font: &Dictionary, room: &mut Room) -> Self {
        let table = font.get_deref(b"ToUnicode", document).and_then(Object::as_stream).ok();
        let to_unicode = table.and_then(|table| room.unpack(document, table)).map(|bytes| CMap::read(&bytes));
        let kind = match name_of(document, font, b"Subtype").as_str() {
            "Type0" => Kind::Composite(Box::new(Composite::read(document, font, room))),
            kind => Kind::Simple { texts: texts(document, font, kind, room), widths: widths(document, font, kind) },
        };
        Self { kind, to_unicode }
    }

    /// Cuts a string into what it shows.
    pub fn glyphs(&self, bytes: &[u8], visit: &mut dyn FnMut(Glyph)) {
        let known =
            |code: u32| self.to_unicode.as_ref().and_then(|table| table.text(code)).filter(|text| is_text(text));
        match &self.kind {
            Kind::Simple { texts, widths } => {
                for byte in bytes {
                    let at = usize::from(*byte);
                    let text = known(u32::from(*byte)).or_else(|| texts[at].clone());
                    visit(Glyph { text, width: widths[at], is_word_space: *byte == 32 });
                }
            }
            Kind::Composite(font) => {
                let mut rest = bytes;
                while !rest.is_empty() {
                    let (code, length) = font.code(rest);
                    let (one, after) = rest.split_at(length.clamp(1, rest.len()));
                    rest = after;
                    let text = known(code).or_else(|| font.text(code, one));
                    visit(Glyph { text, width: font.width(code), is_word_space: one == b" " });
                }
            }
        }
    }
}

/// Whether a table gives characters and not the remark that there are none.
fn is_text(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|one| one == '\u{fffd}' || one == '\0')
}

/// A name in a dictionary, or nothing.
pub fn name_of(document: &Document, dictionary: &Dictionary, key: &[u8]) -> String {
    let name = dictionary.get_deref(key, document).and_then(Object::as_name);
    name.map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default()
}

/// The characters of the codes of a simple font (ISO 32000-1, 9.6.6).
fn texts(document: &Document, font: &Dictionary, kind: &str, room: &mut Room) -> Vec<Option<String>> {
    let base_font = name_of(document, font, b"BaseFont");
    let encoding = font.get_deref(b"Encoding", document).ok();
    let named = match encoding {
        Some(Object::Name(name)) => Some(String::from_utf8_lossy(name).into_owned()),
        Some(Object::Dictionary(one)) => Some(name_of(document, one, b"BaseEncoding")).filter(|name| !name.is_empty()),
        _ => None,
    };
    let pictures = ["Dingbats", "Wingdings", "Webdings"].iter().any(|name| base_font.contains(name));
    let mut table = match named {
        Some(name) => standard::encoding(&name),
        None if base_font.contains("Symbol") => standard::symbol(),
        None if kind == "TrueType" => standard::encoding("WinAnsiEncoding"),
        None => standard::encoding("StandardEncoding"),
    };
    if pictures {
        // Their glyphs are pictures that have no letters.
        table = vec![" ".to_owned(); 256];
    }
    let mut out: Vec<Option<String>> =
        table.into_iter().map(|text| Some(text).filter(|text| !text.is_empty())).collect();
    if let (true, Some((_, Object::Stream(program)))) =
        (encoding.is_none_or(|one| one.as_dict().is_ok()), program(document, font))
    {
        for (code, name) in own_encoding(document, program, room) {
            out[usize::from(code)] = standard::glyph(&name);
        }
    }
    if let Some(Object::Dictionary(one)) = encoding
        && let Ok(differences) = one.get_deref(b"Differences", document).and_then(Object::as_array)
    {
        let mut code = 0_usize;
        for value in differences {
            match document.dereference(value).map(|(_, value)| value) {
                Ok(Object::Integer(number)) => code = usize::try_from(*number).unwrap_or(256),
                Ok(Object::Name(name)) => {
                    if let Some(text) = out.get_mut(code) {
                        *text = standard::glyph(&String::from_utf8_lossy(name));
                    }
                    code = code.saturating_add(1);
                }
                _ => {}
            }
        }
    }
    out
}

/// The program of a font of type 1, which says its own encoding in clear.
fn program<'a>(document: &'a Document, font: &Dictionary) -> Option<(Option<lopdf::ObjectId>, &'a Object)> {
    let about = font.get_deref(b"FontDescriptor", document).and_then(Object::as_dict).ok()?;
    let file = about.get(b"FontFile").ok()?.as_reference().ok()?;
    Some((Some(file), document.get_object(file).ok()?))
}

/// The encoding that a font program of type 1 declares: `dup 65 /A put` (Adobe Type 1 Font Format, 2.2).
fn own_encoding(document: &Document, program: &lopdf::Stream, room: &mut Room) -> BTreeMap<u8, String> {
    let mut out = BTreeMap::new();
    let Some(bytes) = room.unpack(document, program) else { return out };
    let length = program.dict.get_deref(b"Length1", document).and_then(Object::as_i64).unwrap_or(0);
    let clear = &bytes[..usize::try_from(length).unwrap_or(0).min(bytes.len())];
    let clear = String::from_utf8_lossy(clear);
    let Some((_, after)) = clear.split_once("/Encoding") else { return out };
    let words: Vec<&str> = after.split_whitespace().take(2_000).take_while(|word| *word != "def").collect();
    for four in words.windows(4) {
        if let ["dup", code, name, "put"] = four
            && let (Ok(code), Some(name)) = (code.parse::<u8>(), name.strip_prefix('/'))
        {
            out.insert(code, name.to_owned());
        }
    }
    out
}

/// The widths of the codes of a simple font (ISO 32000-1, 9.2.4 and 9.6.2).
fn widths(document: &Document, font: &Dictionary, kind: &str) -> Vec<f64> {
    let base_font = name_of(document, font, b"BaseFont");
    let number = |from: &Dictionary, key: &[u8]| {
        let value = from.get_deref(key, document).and_then(Object::as_float);
        value.map(f64::from).ok()
    };
    // Type 3 fonts have their own unit (ISO 32000-1, 9.6.5).
    let unit = match font.get_deref(b"FontMatrix", document).and_then(Object::as_array) {
        Ok(matrix) if kind == "Type3" => matrix.first().and_then(|one| one.as_float().ok()).map_or(0.001, f64::from),
        _ => 0.001,
    };
    let Ok(listed) = font.get_deref(b"Widths", document).and_then(Object::as_array) else {
        return (0..=255).map(|code| standard::width(&base_font, code)).collect();
    };
    let about = font.get_deref(b"FontDescriptor", document).and_then(Object::as_dict).ok();
    let missing = about.and_then(|about| number(about, b"MissingWidth")).unwrap_or(0.0);
    let first = number(font, b"FirstChar").unwrap_or(0.0).clamp(0.0, 255.0) as usize;
    let mut out = vec![missing * unit; 256];
    for (place, width) in out.iter_mut().skip(first).zip(listed) {
        if let Ok(width) = document.dereference(width).and_then(|(_, width)| width.as_float()) {
            *place = f64::from(width) * unit;
        }
    }
    out
}
