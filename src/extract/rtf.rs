//! Text of RTF files (Rich Text Format 1.9.1): a small reader that keeps words and drops looks.

use super::budget::Budget;
use super::rtf_tokens::{Token, Tokens};
use super::{Extracted, charset, objects};
use crate::model::exception::ProblemCode;
use crate::model::item::Searchable;

/// Groups inside each other that are followed.
const DEPTH: usize = 1_000;

/// The text of a rich text, notes, headers and comments included; files embedded in it are only said to be there.
pub fn extract(bytes: &[u8]) -> Extracted {
    let (mut extracted, objects) = read(bytes);
    if !objects.is_empty() {
        let sentence = "files are embedded in it and were not looked into";
        extracted = extracted.but(Searchable::Partly, ProblemCode::Unsupported, sentence);
    }
    extracted
}

/// The text of an RTF file, and that of the files embedded in it.
pub fn extract_within(bytes: &[u8], budget: &mut Budget) -> Extracted {
    let (mut extracted, found) = read(bytes);
    objects::add_old(found, &mut extracted, budget);
    extracted
}

fn read(bytes: &[u8]) -> (Extracted, Vec<Vec<u8>>) {
    let mut reader = Rtf { code_page: 1252, ..Rtf::default() };
    reader.read(bytes);
    reader.end_object();
    reader.flush();
    let (unsound, objects) = (reader.unsound || reader.out.contains('\u{fffd}'), reader.objects);
    let mut extracted = Extracted::all("application/rtf", reader.out);
    if unsound {
        let sentence = "characters could not be decoded, or groups lie too deep inside each other";
        extracted = extracted.but(Searchable::Partly, ProblemCode::Undecodable, sentence);
    }
    (extracted, objects)
}

/// What a group inherits.
#[derive(Clone, Copy)]
struct Group {
    skip: bool,
    /// Characters that stand for one `\u` in readers without Unicode.
    fallback: usize,
    html_rtf: bool,
}

impl Default for Group {
    fn default() -> Self {
        Self { skip: false, fallback: 1, html_rtf: false }
    }
}

#[derive(Default)]
struct Rtf {
    out: String,
    /// Bytes of the code page not yet read as text: a character may have two.
    bytes: Vec<u8>,
    /// UTF-16 units not yet joined.
    units: Vec<u16>,
    code_page: u32,
    group: Group,
    outer: Vec<Group>,
    /// Characters still to be passed over after `\u`.
    pass: usize,
    starred: bool,
    /// Something was not read as what it is.
    unsound: bool,
    /// The digits of the object that is being read, and how deep its group lies.
    object: Option<(usize, Vec<u8>)>,
    /// Objects of other programs.
    objects: Vec<Vec<u8>>,
}

impl Rtf {
    fn read(&mut self, bytes: &[u8]) {
        for token in Tokens::new(bytes) {
            match token {
                Token::Open => self.open(),
                Token::Close => self.close(),
                // The letters of a control word are ASCII.
                Token::Word(word, number) => self.word(std::str::from_utf8(word).unwrap_or_default(), number),
                Token::Symbol(symbol) => self.symbol(symbol),
                Token::Hex(byte) | Token::Byte(byte) => self.push_byte(byte),
                Token::Binary => self.starred = false,
            }
        }
    }

    fn open(&mut self) {
        if self.outer.len() < DEPTH {
            self.outer.push(self.group);
        } else {
            self.unsound = true;
        }
        self.starred = false;
    }

    fn close(&mut self) {
        if self.object.as_ref().is_some_and(|(depth, _)| self.outer.len() <= *depth) {
            self.end_object();
        }
        self.group = self.outer.pop().unwrap_or_default();
        self.pass = 0;
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'*' => self.starred = true,
            b'~' => self.push_text(" "),
            b'_' => self.push_text("-"),
            b'\r' | b'\n' => self.push_text("\n"),
            _ => {}
        }
    }

    fn word(&mut self, word: &str, number: Option<i64>) {
        const SKIPPED: [&str; 17] = [
            "fonttbl",
            "colortbl",
            "stylesheet",
            "pict",
            "object",
            "objdata",
            "themedata",
            "colorschememapping",
            "datastore",
            "latentstyles",
            "listtable",
            "listoverridetable",
            "rsidtbl",
            "generator",
            "xmlnstbl",
            "fldinst",
            "filetbl",
        ];
        let starred = std::mem::take(&mut self.starred);
        if word == "objdata" {
            self.end_object();
            self.object = Some((self.outer.len(), Vec::new()));
        }
        match word {
            "par" | "line" | "sect" | "page" | "row" => self.push_text("\n"),
            "tab" | "cell" => self.push_text("\t"),
            "emdash" => self.push_text("\u{2014}"),
            "endash" => self.push_text("\u{2013}"),
            "lquote" | "rquote" => self.push_text("'"),
            "ldblquote" | "rdblquote" => self.push_text("\""),
            "bullet" => self.push_text("\u{2022}"),
            "ansicpg" => self.code_page = number.and_then(|page| u32::try_from(page).ok()).unwrap_or(1252),
            "mac" => self.code_page = 10000,
            "uc" => self.group.fallback = number.and_then(|count| usize::try_from(count).ok()).unwrap_or(1).min(16),
            "u" => self.unicode(number.unwrap_or(0)),
            // Text that an RTF reader shows and the HTML it was made from has not (MS-OXRTFEX 2.1.3.2).
            "htmlrtf" => self.group.html_rtf = number != Some(0),
            // Comments stand in starred groups and are said to somebody.
            "annotation" | "atnauthor" => {}
            _ if starred || SKIPPED.contains(&word) => self.group.skip = true,
            _ => {}
        }
    }

    fn unicode(&mut self, number: i64) {
        let unit = (number.rem_euclid(65_536)) as u16;
        if !self.silent() {
            self.flush_bytes();
            self.units.push(unit);
        }
        self.pass = self.group.fallback;
    }

    /// Two hexadecimal digits make a byte of an object.
    fn end_object(&mut self) {
        if let Some((_, digits)) = self.object.take() {
            let value = |digit: u8| char::from(digit).to_digit(16).unwrap_or(0) as u8;
            self.objects.push(digits.chunks_exact(2).map(|pair| value(pair[0]) << 4 | value(pair[1])).collect());
        }
    }

    fn push_byte(&mut self, byte: u8) {
        if let Some((_, digits)) = &mut self.object {
            if byte.is_ascii_hexdigit() {
                digits.push(byte);
            }
        } else if self.pass > 0 {
            self.pass -= 1;
        } else if !self.silent() {
            self.flush_units();
            self.bytes.push(byte);
        }
    }

    fn push_text(&mut self, text: &str) {
        self.pass = 0;
        if !self.silent() {
            self.flush();
            self.out.push_str(text);
        }
    }

    fn silent(&self) -> bool {
        self.group.skip || self.group.html_rtf
    }

    fn flush(&mut self) {
        self.flush_bytes();
        self.flush_units();
    }

    fn flush_bytes(&mut self) {
        if !self.bytes.is_empty() {
            let decoded = charset::decode_code_page(&self.bytes, self.code_page);
            self.out.push_str(&decoded.text);
            self.unsound |= !decoded.sound;
            self.bytes.clear();
        }
    }

    fn flush_units(&mut self) {
        if !self.units.is_empty() {
            self.out.push_str(&String::from_utf16_lossy(&self.units));
            self.units.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_and_looks_dropped() {
        let cases = [
            (r"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 Hello\par caf\'e9 \b bold\b0 .}", "Hello\ncaf\u{e9} bold."),
            (r"{\rtf1 a\u8364?b\uc2\u21834\'83\'83c\{x\}}", "a\u{20ac}b\u{554a}c{x}"),
            (r"{\rtf1\ansicpg1251 \'cf\'f0\'e8}", "\u{41f}\u{440}\u{438}"),
            (r"{\rtf1{\*\generator X;}one{\*\unknown two}{\footnote three}}", "onethree"),
            (r"{\rtf1 a{\*\htmltag64 <p>}\htmlrtf b\htmlrtf0 c}", "ac"),
            (r"{\rtf1 a{\pict\bin3 }}}b}c}", "ac"),
            (r"{\rtf1 \u55357?\u56832?}", "\u{1f600}"),
            (r"\\x", "\\x"),
        ];
        for (rtf, text) in cases {
            assert_eq!(extract(rtf.as_bytes()).text.trim_end(), text, "{rtf}");
        }
    }
}
