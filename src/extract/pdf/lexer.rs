//! Bytes of a PDF cut into objects and operators (ISO 32000-1, 7.2 and 7.3), for files and for content streams.
//!
//! It never goes back and never goes deeper than [`DEPTH`], so that time and memory follow the number of bytes.

use lopdf::{Dictionary, Object, StringFormat};

/// Arrays and dictionaries inside each other that are followed.
const DEPTH: usize = 64;

/// What stands next.
#[derive(Debug, PartialEq)]
pub enum Token<'a> {
    /// A whole object.
    Value(Object),
    /// An operator, a keyword, or the end of an array or dictionary.
    Word(&'a [u8]),
}

/// Walks over the bytes.
#[derive(Debug)]
pub struct Lexer<'a> {
    bytes: &'a [u8],
    /// The byte that is read next.
    pub at: usize,
    /// Objects that may still be made; at zero the bytes count as ended.
    pub objects_left: usize,
}

impl<'a> Lexer<'a> {
    /// A walk from a place on.
    pub fn new(bytes: &'a [u8], at: usize, objects_left: usize) -> Self {
        Self { bytes, at, objects_left }
    }

    /// The next object or word; `None` at the end.
    pub fn token(&mut self) -> Option<Token<'a>> {
        self.token_at(0)
    }

    /// Objects up to a word that is no object, with that word; references are put together.
    pub fn values(&mut self) -> (Vec<Object>, &'a [u8]) {
        self.values_at(0)
    }

    fn values_at(&mut self, depth: usize) -> (Vec<Object>, &'a [u8]) {
        let mut out: Vec<Object> = Vec::new();
        loop {
            match self.token_at(depth) {
                Some(Token::Value(value)) => out.push(value),
                Some(Token::Word(b"R")) => {
                    if let [.., Object::Integer(number), Object::Integer(generation)] = out.as_slice()
                        && let (Ok(number), Ok(generation)) = (u32::try_from(*number), u16::try_from(*generation))
                    {
                        out.truncate(out.len() - 2);
                        out.push(Object::Reference((number, generation)));
                    }
                }
                Some(Token::Word(word)) => return (out, word),
                None => return (out, b""),
            }
        }
    }

    fn token_at(&mut self, depth: usize) -> Option<Token<'a>> {
        self.pass_white();
        let first = *self.bytes.get(self.at)?;
        self.objects_left = self.objects_left.checked_sub(1)?;
        self.at += 1;
        let value = match first {
            b'/' => Object::Name(self.name()),
            b'(' => Object::String(self.literal(), StringFormat::Literal),
            b'<' if self.bytes.get(self.at) == Some(&b'<') => {
                self.at += 1;
                if depth >= DEPTH {
                    return Some(Token::Value(Object::Null));
                }
                Object::Dictionary(self.dictionary(depth + 1))
            }
            b'<' => Object::String(self.hexadecimal(), StringFormat::Hexadecimal),
            b'[' if depth >= DEPTH => Object::Null,
            b'[' => Object::Array(self.array(depth + 1)),
            b'>' if self.bytes.get(self.at) == Some(&b'>') => {
                self.at += 1;
                return Some(Token::Word(b">>"));
            }
            b']' | b'>' | b')' | b'{' | b'}' => return Some(Token::Word(&self.bytes[self.at - 1..self.at])),
            b'0'..=b'9' | b'+' | b'-' | b'.' => self.number(),
            _ => {
                let start = self.at - 1;
                self.at = start + run(&self.bytes[start..]);
                match &self.bytes[start..self.at] {
                    b"true" => Object::Boolean(true),
                    b"false" => Object::Boolean(false),
                    b"null" => Object::Null,
                    word => return Some(Token::Word(word)),
                }
            }
        };
        Some(Token::Value(value))
    }

    fn pass_white(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'%' => {
                    let rest = &self.bytes[self.at..];
                    self.at += rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
                }
                byte if is_white(*byte) => self.at += 1,
                _ => return,
            }
        }
    }

    fn array(&mut self, depth: usize) -> Vec<Object> {
        let mut out = Vec::new();
        loop {
            let before = self.at;
            let (values, word) = self.values_at(depth);
            // A long list is not copied.
            if out.is_empty() {
                out = values;
            } else {
                out.extend(values);
            }
            if self.ends(word, b"]", before) {
                return out;
            }
        }
    }

    fn dictionary(&mut self, depth: usize) -> Dictionary {
        let mut out = Dictionary::new();
        let mut name = None;
        loop {
            let before = self.at;
            let (values, word) = self.values_at(depth);
            for value in values {
                match (name.take(), value) {
                    (None, Object::Name(key)) => name = Some(key),
                    (None, _) => {}
                    (Some(key), value) => out.set(key, value),
                }
            }
            if self.ends(word, b">>", before) {
                return out;
            }
        }
    }

    /// Whether a word ends an array or dictionary: its mark, or what shows that the mark was forgotten.
    fn ends(&mut self, word: &[u8], mark: &[u8], before: usize) -> bool {
        match word {
            b"" => self.at >= self.bytes.len() || self.objects_left == 0 || self.at == before,
            b"endobj" | b"stream" | b"endstream" | b"obj" | b"xref" | b"trailer" => {
                self.at -= word.len();
                true
            }
            word => word == mark,
        }
    }

    fn name(&mut self) -> Vec<u8> {
        let start = self.at;
        self.at += run(&self.bytes[start..]);
        let raw = &self.bytes[start..self.at];
        let mut out = Vec::with_capacity(raw.len());
        let mut at = 0;
        while let Some(byte) = raw.get(at) {
            let code = raw.get(at + 1..at + 3).filter(|_| *byte == b'#').and_then(hex_pair);
            out.push(code.unwrap_or(*byte));
            at += if code.is_some() { 3 } else { 1 };
        }
        out
    }

    fn number(&mut self) -> Object {
        let start = self.at - 1;
        let rest = &self.bytes[self.at..];
        let more = rest.iter().take_while(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-')).count();
        self.at += more;
        let text = std::str::from_utf8(&self.bytes[start..self.at]).unwrap_or("0").trim_start_matches('+');
        if let Ok(whole) = text.parse::<i64>() {
            return Object::Integer(whole);
        }
        // Broken writers put a second sign in front or behind; the digits before it count.
        let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
        let digits = text.trim_start_matches('-').split('-').next().unwrap_or("0");
        Object::Real(digits.parse::<f32>().map_or(0.0, |value| value * sign))
    }

    /// A string in round brackets (ISO 32000-1, 7.3.4.2).
    fn literal(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut open = 0_usize;
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' if open == 0 => return out,
                b')' => open -= 1,
                b'\\' => {
                    self.escaped(&mut out);
                    continue;
                }
                _ => {}
            }
            out.push(*byte);
        }
        out
    }

    fn escaped(&mut self, out: &mut Vec<u8>) {
        let Some(byte) = self.bytes.get(self.at) else { return };
        self.at += 1;
        match byte {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'\r' => self.at += usize::from(self.bytes.get(self.at) == Some(&b'\n')),
            b'\n' => {}
            b'0'..=b'7' => {
                let more = self.bytes[self.at..].iter().take(2).take_while(|byte| (b'0'..=b'7').contains(*byte));
                let digits = std::iter::once(byte).chain(more);
                let (code, count) =
                    digits.fold((0_u32, 0), |(code, count), digit| (code * 8 + u32::from(digit - b'0'), count + 1));
                self.at += count - 1;
                out.push((code & 0xFF) as u8);
            }
            other => out.push(*other),
        }
    }

    /// A string of hexadecimal digits (ISO 32000-1, 7.3.4.3).
    fn hexadecimal(&mut self) -> Vec<u8> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| *byte == b'>').unwrap_or(rest.len());
        self.at += (length + 1).min(rest.len());
        let digits: Vec<u8> = rest[..length].iter().copied().filter(u8::is_ascii_hexdigit).collect();
        digits.chunks(2).filter_map(|pair| hex_pair(&[pair[0], pair.get(1).copied().unwrap_or(b'0')])).collect()
    }
}

/// White space (ISO 32000-1, table 1).
pub fn is_white(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

/// Bytes up to the next white space or delimiter.
fn run(bytes: &[u8]) -> usize {
    let ends = |byte: &u8| is_white(*byte) || b"()<>[]{}/%".contains(byte);
    bytes.iter().position(ends).unwrap_or(bytes.len())
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(pair).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u8::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_object_is_read_and_broken_ones_end() {
        let cases: [(&[u8], &str); 12] = [
            (b"(a\\(b\\)(c)\\101\\\r\nd)", "[(a(b)(c)Ad)]"),
            (b"<48 656C6c6F7>", "[<48656c6c6f70>]"),
            (b"/A#20b%remark\n/c", "[/A b /c]"),
            (b"[1 -2.5 .5 --3 +4]", "[[1 -2.5 0.5 -3 4]]"),
            (b"<</A 12 0 R/B[3 0 R 4]>>", "[<</A 12 0 R/B[3 0 R 4]>>]"),
            (b"<</A 1/B>>", "[<</A 1>>]"),
            (b"<</A<</B 1 endobj", "[<</A<</B 1>>>>]"),
            (b"[1 2", "[[1 2]]"),
            (b"true null", "[true Null]"),
            (b"[", "[[]]"),
            (b"(", "[()]"),
            (b"<", "[<>]"),
        ];
        for (bytes, expected) in cases {
            let (values, _) = Lexer::new(bytes, 0, 1_000).values();
            let shown = format!("{:?}", Object::Array(values)).replace(" [", "[").replace(" <", "<");
            assert_eq!(shown, expected, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn nesting_and_the_number_of_objects_are_bounded() {
        let deep = vec![b'['; 200_000];
        let mut lexer = Lexer::new(&deep, 0, 1_000_000);
        assert!(matches!(lexer.token(), Some(Token::Value(Object::Array(_)))));
        assert_eq!(lexer.at, deep.len());
        let many = b"1 ".repeat(1_000);
        assert_eq!(Lexer::new(&many, 0, 10).values().0.len(), 10);
    }
}
