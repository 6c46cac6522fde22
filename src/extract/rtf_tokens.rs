//! Rich text cut into its tokens (RTF 1.9.1, "Formal Syntax").

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// A group begins.
    Open,
    /// A group ends.
    Close,
    /// A control word with its number.
    Word(&'a [u8], Option<i64>),
    /// A control symbol, but those that stand for a character.
    Symbol(u8),
    /// A byte written as `\'hh`.
    Hex(u8),
    /// A byte as it lies there.
    Byte(u8),
    /// Data that are no text.
    Binary,
}

/// Walks over the tokens; whatever the bytes are, it ends with them.
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    /// The tokens of a rich text.
    pub fn new(rtf: &'a [u8]) -> Self {
        Self { rest: rtf }
    }

    fn control(&mut self) -> Option<Token<'a>> {
        let first = *self.rest.first()?;
        if first.is_ascii_alphabetic() {
            return Some(self.word());
        }
        self.rest = &self.rest[1..];
        match first {
            b'\'' => {
                let digits = self.rest.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
                match digits.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                    Some(byte) => {
                        self.rest = &self.rest[2..];
                        Some(Token::Hex(byte))
                    }
                    None => Some(Token::Symbol(b'\'')),
                }
            }
            b'\\' | b'{' | b'}' => Some(Token::Byte(first)),
            other => Some(Token::Symbol(other)),
        }
    }

    fn word(&mut self) -> Token<'a> {
        let rest = self.rest;
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = &rest[..length];
        let is_negative = rest.get(length) == Some(&b'-');
        let start = length + usize::from(is_negative);
        let digits = rest[start..].iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let number = std::str::from_utf8(&rest[start..start + digits]).ok().and_then(|text| text.parse::<i64>().ok());
        let number = number.map(|number| if is_negative { -number } else { number });
        // A hyphen without digits belongs to the text.
        let mut end = if digits == 0 { length } else { start + digits };
        end += usize::from(rest.get(end) == Some(&b' '));
        if word == b"bin" {
            let data = usize::try_from(number.unwrap_or(0)).unwrap_or(0).min(rest.len() - end);
            self.rest = &rest[end + data..];
            return Token::Binary;
        }
        self.rest = &rest[end..];
        Token::Word(word, number)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let (first, rest) = self.rest.split_first()?;
            self.rest = rest;
            match first {
                b'{' => return Some(Token::Open),
                b'}' => return Some(Token::Close),
                b'\\' => return self.control(),
                // Ends of lines are for the eyes of programmers.
                b'\r' | b'\n' => {}
                other => return Some(Token::Byte(*other)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_token_is_met() {
        let found: Vec<Token<'_>> = Tokens::new(b"{\\rtf1\\u-3 x\\'e9\\~\\\\\\b-\\bin3 }}}\r\n\\'x}\\").collect();
        let expected = [
            Token::Open,
            Token::Word(b"rtf", Some(1)),
            Token::Word(b"u", Some(-3)),
            Token::Byte(b'x'),
            Token::Hex(0xE9),
            Token::Symbol(b'~'),
            Token::Byte(b'\\'),
            Token::Word(b"b", None),
            Token::Byte(b'-'),
            Token::Binary,
            Token::Symbol(b'\''),
            Token::Byte(b'x'),
            Token::Close,
        ];
        assert_eq!(found, expected);
    }
}
