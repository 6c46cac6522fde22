//! Words of a text, with their positions.
//!
//! The rules, which the index repeats and `manual/query.md` tells the clerk:
//! - A *word* is a run of letters and digits with their marks, folded. Each word has the next position.
//! - Words joined by single `' . - _ & @ +`, or by a comma between digits, are also found *whole*, at the position of
//!   their first word. In an e-mail address the part before the `@` and the domain are found whole as well.
//! - A North American telephone number is also found by its ten digits, at the position of its area code.
//! - Scripts without spaces: each letter has its own position, and there also stands the pair with the next one.
//! - Each pictogram is a word; skin tones and joiners are not seen.
//!
//! *Invariant:* positions never fall, and the first token at a position is the smallest piece of text there.

use super::fold::{Class, class, fold_char, is_flag_half, letter};
use super::number::{number_with_area_at, without_country_code};

/// Bytes of a text that make one word at most; a longer run of letters goes on as a new word at the next position.
const WORD_BYTES: usize = 128;
/// Bytes of the longest whole (the longest e-mail address has 254: RFC 5321, 4.5.3.1, with erratum 1690).
const WHOLE_BYTES: usize = 254;
/// Words joined into one whole.
const WHOLE_PARTS: usize = 32;

/// One word of a text as it is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The word, folded: lower case, without accents of Latin letters.
    pub word: String,
    /// Its position; words that stand at the same place (an address and its parts) share one.
    pub position: u32,
    /// Byte where it begins in the text.
    pub start: usize,
    /// Byte after it.
    pub end: usize,
}

/// What made a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A run of letters and digits.
    Word,
    /// Words with the signs that join them.
    Whole,
    /// The ten digits of a telephone number.
    Number,
    /// One letter of a script without spaces.
    Letter,
    /// Two letters that stand side by side in such a script.
    Pair,
    /// A pictogram.
    Emoji,
}

/// Cuts a text into words, in order of position.
pub fn tokens(text: &str, each: &mut dyn FnMut(Token)) {
    each_token(text, &mut |word, position, start, end| each(Token { word: word.to_owned(), position, start, end }));
}

/// Cuts a text into words without copying those that are folded already: word, position, first byte, byte after it.
pub fn each_token(text: &str, each: &mut impl FnMut(&str, u32, usize, usize)) {
    each_sorted(text, &mut |word, _, position, start, end| each(word, position, start, end));
}

/// As [`each_token`], and tells what made each token.
pub fn each_sorted(text: &str, each: &mut impl FnMut(&str, Sort, u32, usize, usize)) {
    let mut cutter = Cutter { text, position: 0, folded: String::new(), parts: Vec::new(), each };
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at = match BYTE[usize::from(*byte)] {
            Byte::Sign => at + 1,
            Byte::Small | Byte::Capital => cutter.compound(at),
            Byte::Long => cutter.beyond_ascii(at),
        };
    }
}

/// The sign that joins two words into a whole, in its plain form.
pub(super) fn joiner(c: char) -> Option<char> {
    match c {
        '\'' | '.' | '-' | '_' | '&' | '@' | '+' | ',' => Some(c),
        '\u{2019}' | '\u{2bc}' | '\u{ff07}' => Some('\''),
        '\u{2010}' | '\u{2011}' | '\u{ff0d}' => Some('-'),
        '\u{ff20}' => Some('@'),
        '\u{ff0e}' => Some('.'),
        '\u{ff06}' => Some('&'),
        _ => None,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Byte {
    Sign,
    Small,
    Capital,
    Long,
}

const BYTE: [Byte; 256] = {
    let mut table = [Byte::Sign; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' | b'0'..=b'9' => Byte::Small,
            b'A'..=b'Z' => Byte::Capital,
            0x80.. => Byte::Long,
            _ => Byte::Sign,
        };
        byte += 1;
    }
    table
};

/// How much work folding a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Folded as it stands.
    Folded,
    /// ASCII with capitals.
    Capitals,
    /// Anything else.
    Other,
}

#[derive(Debug, Clone, Copy)]
struct Part {
    /// The sign before it.
    joiner: Option<char>,
    start: usize,
    end: usize,
    form: Form,
}

struct Cutter<'t, 'e, F> {
    text: &'t str,
    position: u32,
    folded: String,
    parts: Vec<Part>,
    each: &'e mut F,
}

impl<F: FnMut(&str, Sort, u32, usize, usize)> Cutter<'_, '_, F> {
    fn char_at(&self, at: usize) -> Option<char> {
        self.text[at..].chars().next()
    }

    /// A word or words joined together; answers the byte after them.
    fn compound(&mut self, at: usize) -> usize {
        let (mut end, form) = self.word_end(at);
        let Some(mut next) = self.joined(end) else {
            self.word(Part { joiner: None, start: at, end, form });
            return end;
        };
        self.parts.clear();
        self.parts.push(Part { joiner: None, start: at, end, form });
        let mut complete = true;
        loop {
            if self.parts.len() == WHOLE_PARTS {
                complete = false;
                break;
            }
            let (joiner, start) = next;
            let (part_end, form) = self.word_end(start);
            end = part_end;
            self.parts.push(Part { joiner: Some(joiner), start, end, form });
            match self.joined(end) {
                Some(more) => next = more,
                None => break,
            }
        }
        self.emit_parts(complete);
        end
    }

    fn emit_parts(&mut self, complete: bool) {
        let parts = std::mem::take(&mut self.parts);
        let mut ats = parts.iter().enumerate().filter(|(_, part)| part.joiner == Some('@')).map(|(index, _)| index);
        let domain = match (ats.next(), ats.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        };
        let complete = complete && parts.last().is_some_and(|last| last.end - parts[0].start <= WHOLE_BYTES);
        for (index, part) in parts.iter().enumerate() {
            let position = self.position;
            self.word(*part);
            if !complete || position == self.position {
                continue;
            }
            if let Some(domain) = domain {
                if index == 0 && domain > 1 {
                    self.whole(&parts[..domain], position);
                }
                if index == domain && parts.len() - domain > 1 {
                    self.whole(&parts[domain..], position);
                }
            }
            if index == 0 {
                self.whole(&parts, position);
            }
        }
        self.parts = parts;
    }

    /// One word at the next position, and the telephone number that begins with it.
    fn word(&mut self, part: Part) {
        let Part { start, end, form, .. } = part;
        let word = match form {
            Form::Folded => &self.text[start..end],
            Form::Capitals => {
                self.folded.clear();
                self.folded.push_str(&self.text[start..end]);
                self.folded.make_ascii_lowercase();
                &self.folded
            }
            Form::Other => {
                self.folded.clear();
                self.text[start..end].chars().for_each(|c| fold_char(c, &mut self.folded));
                &self.folded
            }
        };
        if word.is_empty() {
            return;
        }
        (self.each)(word, Sort::Word, self.position, start, end);
        if form == Form::Folded && self.text.as_bytes()[start].is_ascii_digit() {
            self.number(start, end);
        }
        self.position = self.position.saturating_add(1);
    }

    fn number(&mut self, start: usize, end: usize) {
        match end - start {
            3 => {
                if let Some(found) = number_with_area_at(self.text, start) {
                    (self.each)(&found.digits, Sort::Number, self.position, found.start, found.end);
                }
            }
            11 => {
                if let Some(digits) = without_country_code(&self.text[start..end]) {
                    (self.each)(digits, Sort::Number, self.position, start, end);
                }
            }
            _ => {}
        }
    }

    fn whole(&mut self, parts: &[Part], position: u32) {
        self.folded.clear();
        for (index, part) in parts.iter().enumerate() {
            if let (true, Some(joiner)) = (index > 0, part.joiner) {
                self.folded.push(joiner);
            }
            let text = &self.text[part.start..part.end];
            match part.form {
                Form::Folded => self.folded.push_str(text),
                _ => text.chars().for_each(|c| fold_char(c, &mut self.folded)),
            }
        }
        let (start, end) = (parts[0].start, parts[parts.len() - 1].end);
        (self.each)(&self.folded, Sort::Whole, position, start, end);
    }

    /// The byte after a word that begins here.
    fn word_end(&self, start: usize) -> (usize, Form) {
        let bytes = self.text.as_bytes();
        let mut form = Form::Folded;
        let mut at = start;
        let bound = start + WORD_BYTES;
        loop {
            match bytes.get(at).map(|byte| BYTE[usize::from(*byte)]) {
                _ if at >= bound => return (at, form),
                Some(Byte::Small) => at += 1,
                Some(Byte::Capital) => {
                    at += 1;
                    form = Form::Capitals;
                }
                Some(Byte::Long) => break,
                Some(Byte::Sign) | None => return (at, form),
            }
        }
        // A letter beyond ASCII, or a sign: a word may go on after characters that are not seen.
        let mut end = at;
        for (offset, c) in self.text[at..].char_indices() {
            if at + offset >= bound {
                break;
            }
            match class(c) {
                Class::Word | Class::Mark => end = at + offset + c.len_utf8(),
                Class::Unseen => {}
                Class::Unspaced | Class::Emoji | Class::Other => break,
            }
        }
        let form = if end == at { form } else { Form::Other };
        (end, form)
    }

    /// The sign after a word and the word right behind it, if the sign joins them.
    fn joined(&self, end: usize) -> Option<(char, usize)> {
        let bytes = self.text.as_bytes();
        let byte = *bytes.get(end)?;
        if !(byte >= 0x80 || matches!(byte, b'\'' | b'.' | b'-' | b'_' | b'&' | b'@' | b'+' | b',')) {
            return None;
        }
        let sign = self.char_at(end)?;
        let joiner = joiner(sign)?;
        let start = end + sign.len_utf8();
        let next = *bytes.get(start)?;
        if joiner == ',' && !(bytes[end - 1].is_ascii_digit() && next.is_ascii_digit()) {
            return None;
        }
        let word = match BYTE[usize::from(next)] {
            Byte::Small | Byte::Capital => true,
            Byte::Sign => false,
            Byte::Long => self.char_at(start).is_some_and(|c| class(c) == Class::Word),
        };
        word.then_some((joiner, start))
    }

    fn beyond_ascii(&mut self, at: usize) -> usize {
        let Some(c) = self.char_at(at) else { return self.text.len() };
        let end = at + c.len_utf8();
        match class(c) {
            Class::Word => self.compound(at),
            Class::Unspaced => self.unspaced(at),
            Class::Emoji => {
                let pair = is_flag_half(c) && self.char_at(end).is_some_and(is_flag_half);
                let end = if pair { end + c.len_utf8() } else { end };
                (self.each)(&self.text[at..end], Sort::Emoji, self.position, at, end);
                self.position = self.position.saturating_add(1);
                end
            }
            Class::Mark | Class::Unseen | Class::Other => end,
        }
    }

    /// One letter of a script without spaces, and its pair with the next.
    fn unspaced(&mut self, at: usize) -> usize {
        let Some((c, bytes)) = letter(&self.text[at..]) else { return self.text.len() };
        let end = at + bytes;
        self.folded.clear();
        fold_char(c, &mut self.folded);
        if self.folded.is_empty() {
            return end;
        }
        (self.each)(&self.folded, Sort::Letter, self.position, at, end);
        let mut unseen = end;
        while let Some(next) = self.char_at(unseen) {
            match class(next) {
                Class::Unseen => unseen += next.len_utf8(),
                Class::Unspaced => {
                    let (next, bytes) = letter(&self.text[unseen..]).unwrap_or((next, next.len_utf8()));
                    fold_char(next, &mut self.folded);
                    (self.each)(&self.folded, Sort::Pair, self.position, at, unseen + bytes);
                    break;
                }
                _ => break,
            }
        }
        self.position = self.position.saturating_add(1);
        end
    }
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
