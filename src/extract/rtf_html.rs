//! HTML and plain text that Outlook wrapped in rich text (MS-OXRTFEX), given back as they were.
//!
//! Most mail of Outlook keeps its HTML nowhere else. What stands in `\*\htmltag` groups and what is not between
//! `\htmlrtf` and `\htmlrtf0` is the original; the rest was made for programs that show rich text.

use super::charset;
use super::rtf_tokens::{Token, Tokens};
use std::collections::HashMap;

/// Tokens of the header in which the kind of the content is told (MS-OXRTFEX 2.1.3.1: the first ten; writers differ).
const HEADER_TOKENS: usize = 40;
/// Groups inside each other that are followed.
const DEPTH: usize = 1_000;

/// What a rich text was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unwrapped {
    /// HTML, whole.
    Html(String),
    /// Plain text.
    Text(String),
    /// Nothing: it was written as rich text and is its own original.
    Rtf,
}

/// Gives back what a rich text was made from.
pub fn unwrapped(rtf: &[u8]) -> Unwrapped {
    unwrapped_soundly(rtf).0
}

/// As [`unwrapped`], and whether every character could be decoded.
pub fn unwrapped_soundly(rtf: &[u8]) -> (Unwrapped, bool) {
    let Some(kind) = kind_of(rtf) else { return (Unwrapped::Rtf, true) };
    let mut reader = Reader::new(kind);
    for token in Tokens::new(rtf) {
        reader.take(token);
    }
    reader.flush();
    let is_sound = reader.is_sound;
    match kind {
        Kind::Html => (Unwrapped::Html(reader.out), is_sound),
        Kind::Text => (Unwrapped::Text(reader.out), is_sound),
    }
}

/// The code page of a charset of the font table (RTF 1.9.1, `\fcharset`); `None` where it is that of the document.
pub fn code_page_of_charset(charset: i64) -> Option<u32> {
    Some(match charset {
        0 => 1252,
        77 => 10_000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Html,
    Text,
}

fn kind_of(rtf: &[u8]) -> Option<Kind> {
    Tokens::new(rtf).take(HEADER_TOKENS).find_map(|token| match token {
        Token::Word(b"fromhtml", number) if number != Some(0) => Some(Kind::Html),
        Token::Word(b"fromtext", _) => Some(Kind::Text),
        _ => None,
    })
}

/// Where the characters of a group go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Content,
    /// A piece of the HTML itself: `\*\htmltag`.
    Tag,
    FontTable,
    Nowhere,
}

/// What a group inherits.
#[derive(Clone, Copy)]
struct Group {
    place: Place,
    /// Inside `\htmlrtf`: made for programs that show rich text.
    for_rtf: bool,
    /// Characters that stand for one `\u` in readers without Unicode.
    fallback: usize,
    font: Option<i64>,
}

struct Reader {
    kind: Kind,
    out: String,
    /// Bytes of a code page not yet read as text: a character may have two.
    bytes: Vec<u8>,
    /// UTF-16 units not yet joined.
    units: Vec<u16>,
    group: Group,
    outer: Vec<Group>,
    /// Groups too deep to be followed.
    too_deep: usize,
    starred: bool,
    /// Fallback characters still to be passed over.
    pass: usize,
    code_page: u32,
    default_font: Option<i64>,
    fonts: HashMap<i64, u32>,
    is_sound: bool,
}

impl Reader {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            out: String::new(),
            bytes: Vec::new(),
            units: Vec::new(),
            group: Group { place: Place::Content, for_rtf: false, fallback: 1, font: None },
            outer: Vec::new(),
            too_deep: 0,
            starred: false,
            pass: 0,
            code_page: 1252,
            default_font: None,
            fonts: HashMap::new(),
            is_sound: true,
        }
    }

    fn take(&mut self, token: Token<'_>) {
        let starred = std::mem::take(&mut self.starred);
        match token {
            Token::Open => self.open(),
            Token::Close => self.close(),
            Token::Byte(byte) | Token::Hex(byte) => self.push_byte(byte),
            Token::Binary => self.pass = self.pass.saturating_sub(1),
            Token::Symbol(b'*') => self.starred = true,
            Token::Symbol(symbol) => self.symbol(symbol),
            Token::Word(word, number) => self.word(word, number, starred),
        }
    }

    fn open(&mut self) {
        self.pass = 0;
        if self.outer.len() < DEPTH {
            self.outer.push(self.group);
        } else {
            self.too_deep += 1;
            self.is_sound = false;
        }
    }

    fn close(&mut self) {
        self.pass = 0;
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if let Some(group) = self.outer.pop() {
            self.set(group);
        }
    }

    /// Bytes that came before are of the font of before.
    fn set(&mut self, group: Group) {
        if group.font != self.group.font {
            self.flush_bytes();
        }
        self.group = group;
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'~' => self.push_named("&nbsp;", "\u{a0}"),
            b'_' => self.push_named("&shy;", "\u{ad}"),
            b'\r' | b'\n' => self.push_text("\r\n"),
            _ => {}
        }
    }

    fn word(&mut self, word: &[u8], number: Option<i64>, starred: bool) {
        if self.pass > 0 {
            // A control word counts as one character of a fallback (RTF 1.9.1, `\uc`).
            self.pass -= 1;
            return;
        }
        match word {
            b"htmltag" => self.enter(Place::Tag),
            b"htmlrtf" => self.group.for_rtf = number != Some(0),
            b"fonttbl" => self.enter(Place::FontTable),
            b"colortbl" | b"stylesheet" | b"info" | b"pict" | b"object" | b"pntext" | b"listtext" | b"fldinst"
            | b"mhtmltag" | b"header" | b"footer" | b"nonesttables" => self.enter(Place::Nowhere),
            _ if starred => self.enter(Place::Nowhere),
            b"ansicpg" => self.code_page = number.and_then(|page| u32::try_from(page).ok()).unwrap_or(1252),
            b"mac" => self.code_page = 10_000,
            b"deff" => self.default_font = number,
            b"f" => self.set(Group { font: number, ..self.group }),
            b"plain" => self.set(Group { font: None, ..self.group }),
            b"fcharset" => self.font_charset(number.unwrap_or(1)),
            b"cpg" => self.font_code_page(number),
            b"uc" => {
                self.group.fallback = number.and_then(|count| usize::try_from(count).ok()).unwrap_or(1).min(16);
            }
            b"u" => self.unicode(number.unwrap_or(0)),
            _ => self.sign(word),
        }
    }

    /// Control words that stand for characters (MS-OXRTFEX 2.1.3.3).
    fn sign(&mut self, word: &[u8]) {
        match word {
            b"par" | b"line" => self.push_text("\r\n"),
            b"tab" => self.push_text("\t"),
            b"lquote" => self.push_named("&lsquo;", "\u{2018}"),
            b"rquote" => self.push_named("&rsquo;", "\u{2019}"),
            b"ldblquote" => self.push_named("&ldquo;", "\u{201c}"),
            b"rdblquote" => self.push_named("&rdquo;", "\u{201d}"),
            b"bullet" => self.push_named("&bull;", "\u{2022}"),
            b"endash" => self.push_named("&ndash;", "\u{2013}"),
            b"emdash" => self.push_named("&mdash;", "\u{2014}"),
            _ => {}
        }
    }

    /// A destination inside one that goes nowhere goes nowhere too.
    fn enter(&mut self, place: Place) {
        if self.group.place != Place::Nowhere {
            self.group.place = place;
        }
    }

    fn font_charset(&mut self, charset: i64) {
        if self.group.place == Place::FontTable
            && let (Some(font), Some(page)) = (self.group.font, code_page_of_charset(charset))
        {
            self.fonts.insert(font, page);
        }
    }

    fn font_code_page(&mut self, page: Option<i64>) {
        if self.group.place == Place::FontTable
            && let (Some(font), Some(page)) = (self.group.font, page.and_then(|page| u32::try_from(page).ok()))
        {
            self.fonts.insert(font, page);
        }
    }

    fn unicode(&mut self, number: i64) {
        if !self.is_silent() {
            self.flush_bytes();
            self.units.push((number.rem_euclid(65_536)) as u16);
        }
        self.pass = self.group.fallback;
    }

    fn push_byte(&mut self, byte: u8) {
        if self.pass > 0 {
            self.pass -= 1;
        } else if !self.is_silent() {
            self.flush_units();
            self.bytes.push(byte);
        }
    }

    fn push_named(&mut self, html: &str, text: &str) {
        self.push_text(if self.kind == Kind::Html { html } else { text });
    }

    fn push_text(&mut self, text: &str) {
        if self.pass > 0 {
            self.pass -= 1;
        } else if !self.is_silent() {
            self.flush();
            self.out.push_str(text);
        }
    }

    fn is_silent(&self) -> bool {
        match self.group.place {
            Place::Content | Place::Tag => self.group.for_rtf,
            Place::FontTable | Place::Nowhere => true,
        }
    }

    fn flush(&mut self) {
        self.flush_bytes();
        self.flush_units();
    }

    fn flush_bytes(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        // The pieces of the HTML are in the code page of the document; a font says nothing of them (MS-OXRTFEX 2.1.3.1.6).
        let font = self.group.font.or(self.default_font).filter(|_| self.group.place == Place::Content);
        let page = font.and_then(|font| self.fonts.get(&font).copied()).unwrap_or(self.code_page);
        let decoded = charset::decode_code_page(&self.bytes, page);
        self.out.push_str(&decoded.text);
        self.is_sound &= decoded.sound;
        self.bytes.clear();
    }

    fn flush_units(&mut self) {
        if !self.units.is_empty() {
            let text = String::from_utf16_lossy(&self.units);
            self.is_sound &= !text.contains('\u{fffd}');
            self.out.push_str(&text);
            self.units.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn html(rtf: &str) -> String {
        match unwrapped(rtf.as_bytes()) {
            Unwrapped::Html(html) => html,
            other => panic!("{rtf}: {other:?}"),
        }
    }

    #[test]
    fn html_is_given_back_as_it_was() {
        let head = r"{\rtf1\ansi\ansicpg1251\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fmodern\fcharset128 MS Gothic;}{\f2\fnil\fcharset238 Times;}}{\colortbl\red0;}";
        let cases = [
            (r"{\*\htmltag64 <p>}\htmlrtf \par\htmlrtf0 one{\*\htmltag72 </p>}", "<p>one</p>", "a piece and its text"),
            (
                r"{\*\htmltag84 <b>}\htmlrtf {\b \htmlrtf0 bold\htmlrtf }\htmlrtf0{\*\htmltag92 </b>}",
                "<b>bold</b>",
                "MS-OXRTFEX 4.1: the group made for rich text",
            ),
            (r"{\*\htmltag84 &lt;}\htmlrtf <\htmlrtf0 x", "&lt;x", "an entity, and what rich text shows for it"),
            (
                r"{\*\mhtmltag84 <img src='cid:x'>}{\*\htmltag84 <img src='y'>}",
                "<img src='y'>",
                "a link that was rewritten",
            ),
            (
                r"a\par b\line c\tab d\lquote e\rquote\ldblquote\rdblquote\bullet\endash\emdash\~\_",
                "a\r\nb\r\nc\td&lsquo;e&rsquo;&ldquo;&rdquo;&bull;&ndash;&mdash;&nbsp;&shy;",
                "signs",
            ),
            (
                r"\'cf\'f0{\f1 \'82\'a0\'83A}{\f2 \'e8}\'e8",
                "\u{41f}\u{440}\u{3042}\u{30a2}\u{10d}\u{438}",
                "fonts of other charsets, trail bytes that are letters",
            ),
            (r"{\*\htmltag64 \'cf\u8364?\{\}\\ }", "\u{41f}\u{20ac}{}\\ ", "escapes inside a piece"),
            (
                r"\uc2\u8364\'20\'20x{\uc0\u-4051 y}\u55357??\u56832??",
                "\u{20ac}x\u{f02d}y\u{1f600}",
                "fallbacks and pairs",
            ),
            (r"{\pntext\f2\'b7\tab}{\*\unknown gone}{\*\htmltag0}x", "x", "what is no content"),
            (r"{\*\htmltag64{\*\htmltag64 <a>}<b>}", "<a><b>", "pieces in pieces"),
            (
                "{\\*\\htmltag241 <style>\\par\r\n a\\{\\}\\par </style>}",
                "<style>\r\n a{}\r\n</style>",
                "lines of a style, wrapped lines of the file",
            ),
        ];
        for (body, expected, why) in cases {
            assert_eq!(html(&format!("{head}{body}}}")), expected, "{why}");
        }
    }

    #[test]
    fn plain_text_and_rich_text_are_told_apart() {
        let text = unwrapped(
            br"{\rtf1\ansi\ansicpg1252\fromtext \deff0{\fonttbl{\f0 Courier;}}caf\'e9\par \ldblquote a\rdblquote\~b}",
        );
        assert_eq!(text, Unwrapped::Text("caf\u{e9}\r\n\u{201c}a\u{201d}\u{a0}b".into()));
        assert_eq!(unwrapped(br"{\rtf1\ansi plain}"), Unwrapped::Rtf);
        assert_eq!(unwrapped(b""), Unwrapped::Rtf);
        let (_, is_sound) = unwrapped_soundly(br"{\rtf1\ansi\ansicpg932\fromhtml1 \'82}");
        assert!(!is_sound, "half a character");
    }

    proptest! {
        #[test]
        fn pieces_in_any_order_never_panic(pieces in proptest::collection::vec(prop::sample::select(vec![
            "{", "}", "\\*", "\\htmltag64 ", "\\htmlrtf ", "\\htmlrtf0 ", "\\'8", "\\'", "\\u", "\\u-1?", "\\uc99 ", "\\bin9 ",
            "\\f1", "{\\fonttbl{\\f1\\fcharset128 x;}}", "\\", "text", "\r\n", "\\par", "\u{e9}", "\\bin-5 ", "\\ansicpg99999999999 ",
        ]), 0..60)) {
            let rtf = format!("{{\\rtf1\\fromhtml1 {}", pieces.concat());
            let _ = unwrapped(rtf.as_bytes());
        }
    }
}
