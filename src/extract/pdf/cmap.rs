//! Tables of a composite font: codes to characters and codes to glyphs (ISO 32000-1, 9.7.5 and 9.10.3; Adobe note 5014).

use super::lexer::{Lexer, Token};
use lopdf::Object;
use std::collections::HashMap;

/// Entries of one table that are kept.
const ENTRIES: usize = 200_000;

/// A table.
#[derive(Debug, Default)]
pub struct CMap {
    /// Lengths of codes in bytes, each with its first and last code.
    spaces: Vec<(usize, u32, u32)>,
    texts: HashMap<u32, String>,
    /// First and last code, with the characters of the first.
    text_ranges: Vec<(u32, u32, Vec<u16>)>,
    /// First and last code, with the glyph of the first.
    glyph_ranges: Vec<(u32, u32, u32)>,
}

impl CMap {
    /// Reads a table; what is no part of it is passed over.
    pub fn read(bytes: &[u8]) -> Self {
        let mut out = Self::default();
        let mut lexer = Lexer::new(bytes, 0, ENTRIES * 4);
        let mut values: Vec<Object> = Vec::new();
        while let Some(token) = lexer.token() {
            match token {
                Token::Value(value) => values.push(value),
                Token::Word(word) => {
                    out.section(word, &values);
                    values.clear();
                }
            }
        }
        out.text_ranges.sort_by_key(|range| range.0);
        out.glyph_ranges.sort_by_key(|range| range.0);
        out
    }

    fn section(&mut self, word: &[u8], values: &[Object]) {
        match word {
            b"endcodespacerange" => {
                for pair in values.chunks_exact(2).take(100) {
                    if let [Object::String(low, _), Object::String(high, _)] = pair
                        && (1..=4).contains(&low.len())
                    {
                        self.spaces.push((low.len(), number(low), number(high)));
                    }
                }
            }
            b"endbfchar" => {
                for pair in values.chunks_exact(2) {
                    if let [Object::String(code, _), Object::String(text, _)] = pair {
                        self.texts.insert(number(code), String::from_utf16_lossy(&units(text)));
                    }
                }
            }
            b"endbfrange" => values.chunks_exact(3).for_each(|three| self.text_range(three)),
            b"endcidchar" => {
                for pair in values.chunks_exact(2) {
                    if let [Object::String(code, _), Object::Integer(glyph)] = pair {
                        self.glyph_ranges.push((number(code), number(code), u32::try_from(*glyph).unwrap_or(0)));
                    }
                }
            }
            b"endcidrange" => {
                for three in values.chunks_exact(3) {
                    if let [Object::String(low, _), Object::String(high, _), Object::Integer(glyph)] = three {
                        self.glyph_ranges.push((number(low), number(high), u32::try_from(*glyph).unwrap_or(0)));
                    }
                }
            }
            _ => {}
        }
    }

    fn text_range(&mut self, three: &[Object]) {
        match three {
            [Object::String(low, _), Object::String(high, _), Object::String(text, _)] => {
                self.text_ranges.push((number(low), number(high), units(text)));
            }
            [Object::String(low, _), Object::String(_, _), Object::Array(texts)] => {
                for (code, text) in (number(low)..).zip(texts) {
                    if let Object::String(text, _) = text {
                        self.texts.insert(code, String::from_utf16_lossy(&units(text)));
                    }
                }
            }
            _ => {}
        }
    }

    /// The characters of a code.
    pub fn text(&self, code: u32) -> Option<String> {
        if let Some(text) = self.texts.get(&code) {
            return Some(text.clone());
        }
        let behind = self.text_ranges.partition_point(|range| range.0 <= code);
        let (low, high, units) = self.text_ranges.get(behind.checked_sub(1)?)?;
        if code > *high {
            return None;
        }
        let mut units = units.clone();
        let last = units.last_mut()?;
        *last = last.wrapping_add((code - low) as u16);
        Some(String::from_utf16_lossy(&units))
    }

    /// The glyph of a code.
    pub fn glyph(&self, code: u32) -> Option<u32> {
        let behind = self.glyph_ranges.partition_point(|range| range.0 <= code);
        let (low, high, glyph) = self.glyph_ranges.get(behind.checked_sub(1)?)?;
        (code <= *high).then(|| glyph.wrapping_add(code - low))
    }

    /// The first code of some bytes and how many it has.
    pub fn code(&self, bytes: &[u8]) -> (u32, usize) {
        for length in 1..=bytes.len().min(4) {
            let code = number(&bytes[..length]);
            if self.spaces.iter().any(|(size, low, high)| *size == length && (*low..=*high).contains(&code)) {
                return (code, length);
            }
        }
        let shortest = self.spaces.iter().map(|(size, ..)| *size).min().unwrap_or(2).min(bytes.len().max(1));
        (number(&bytes[..shortest.min(bytes.len())]), shortest)
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |all, byte| (all << 8) | u32::from(*byte))
}

fn units(bytes: &[u8]) -> Vec<u16> {
    match bytes {
        // Some writers give one byte.
        [one] => vec![u16::from(*one)],
        _ => bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_characters_and_glyphs() {
        let table = CMap::read(
            b"1 begincodespacerange <00> <7F> <8000> <FFFF> endcodespacerange 1 beginbfchar <41> <00660069> endbfchar \
              2 beginbfrange <8000> <8002> <0061> <8010> <8011> [<0078> <D83DDE00>] endbfrange \
              1 begincidrange <8000> <80FF> 5 endcidrange",
        );
        let cases = [(0x41, Some("fi")), (0x8001, Some("b")), (0x8011, Some("\u{1f600}")), (0x8003, None), (1, None)];
        for (code, text) in cases {
            assert_eq!(table.text(code).as_deref(), text, "{code:x}");
        }
        assert_eq!((table.glyph(0x8003), table.glyph(0x8100)), (Some(8), None));
        assert_eq!((table.code(b"A\x80"), table.code(b"\x80\x01")), ((0x41, 1), (0x8001, 2)));
    }
}
