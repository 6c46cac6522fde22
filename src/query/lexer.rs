//! A typed query cut into what it is made of, each with its column.

use super::QueryError;
use super::field::{self, Target};
use crate::text::number_at_start;

/// Characters of the longest query: a list of a few thousand search terms.
pub const QUERY_CHARS: usize = 50_000;
/// Words of the longest distance in `w/n` and `pre/n`.
pub const NEAR_WORDS: u32 = 1_000;

/// One piece of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lexeme {
    Open,
    Close,
    And,
    Or,
    Not,
    Near {
        within: u32,
        ordered: bool,
    },
    /// A field with its colon; what it belongs to follows at once.
    Field(Target),
    Quoted(String),
    Bare(String),
    /// The ten digits of a telephone number.
    Number(String),
}

/// A piece and the column where it begins, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) lexeme: Lexeme,
    pub(super) column: usize,
}

/// Cuts a query. Every error names its column.
pub(super) fn lexemes(text: &str) -> Result<Vec<Placed>, QueryError> {
    let length = text.chars().count();
    if length > QUERY_CHARS {
        let message = format!("the query has {length} characters, more than {QUERY_CHARS}");
        return Err(QueryError::new(QUERY_CHARS + 1, message, "divide it into several searches"));
    }
    let mut lexer = Lexer { rest: text, column: 1, all: Vec::new() };
    while lexer.next()? {}
    Ok(lexer.all)
}

struct Lexer<'t> {
    rest: &'t str,
    column: usize,
    all: Vec<Placed>,
}

impl<'t> Lexer<'t> {
    fn next(&mut self) -> Result<bool, QueryError> {
        let space = self.rest.len() - self.rest.trim_start().len();
        self.advance(space);
        let Some(first) = self.rest.chars().next() else { return Ok(false) };
        let of_fact = matches!(self.all.last(), Some(Placed { lexeme: Lexeme::Field(Target::Value(_)), .. }));
        if let Some(found) = number_at_start(self.rest).filter(|_| !of_fact) {
            // As behind any word, a sign that ends a clause is no part of it.
            let rest = &self.rest[found.end..];
            let clause = rest.len() - rest.trim_start_matches([',', ';', '.', '!']).len();
            self.push(Lexeme::Number(found.digits), found.end + clause);
            return Ok(true);
        }
        match first {
            '(' if is_area_code(self.rest) => {
                let message = "this looks like a telephone number and is none";
                let hint = "check its digits, put it in quotation marks, or leave the parentheses out";
                return Err(QueryError::new(self.column, message, hint));
            }
            '(' => self.push(Lexeme::Open, 1),
            ')' => self.push(Lexeme::Close, 1),
            _ if is_quote(first) => self.quoted(first)?,
            _ => self.bare()?,
        }
        Ok(true)
    }

    fn push(&mut self, lexeme: Lexeme, bytes: usize) {
        self.all.push(Placed { lexeme, column: self.column });
        self.advance(bytes);
    }

    fn advance(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at(bytes);
        self.column += passed.chars().count();
        self.rest = rest;
    }

    fn quoted(&mut self, quote: char) -> Result<(), QueryError> {
        let inner = &self.rest[quote.len_utf8()..];
        let Some(length) = inner.find(is_quote) else {
            return Err(QueryError::new(
                self.column,
                "the quotation mark is never closed",
                "close it after the last word of the phrase",
            ));
        };
        let closing = inner[length..].chars().next().map_or(1, char::len_utf8);
        let content = inner[..length].to_owned();
        self.push(Lexeme::Quoted(content), quote.len_utf8() + length + closing);
        match self.rest.chars().next() {
            Some('~') => Err(QueryError::new(
                self.column,
                "a phrase has no `~`",
                "for words near each other write: first w/5 second",
            )),
            Some('*' | '?') => Err(QueryError::new(
                self.column,
                "a wildcard stands inside the quotation marks",
                "put it into the phrase: \"annual repor*\"",
            )),
            Some(c) if !c.is_whitespace() && c != ')' => Err(QueryError::new(
                self.column,
                "something follows a quotation mark without a space",
                "put a space between the phrase and what follows",
            )),
            _ => Ok(()),
        }
    }

    /// A word, an operator, or a field with its colon.
    fn bare(&mut self) -> Result<(), QueryError> {
        let length = self.rest.find(ends_bare).unwrap_or(self.rest.len());
        let word = &self.rest[..length];
        let after_field = matches!(self.all.last(), Some(Placed { lexeme: Lexeme::Field(_), .. }));
        if let Some(name) = field::name_of(word) {
            if let Some(target) = Target::named(name) {
                return self.field(name, target, after_field);
            }
            if !after_field {
                return Err(field::unknown(name, self.column));
            }
        }
        let next = self.rest[length..].chars().next();
        if next.is_some_and(|c| c == '(' || is_quote(c)) {
            return Err(QueryError::new(
                self.column + word.chars().count(),
                "a word and what follows it are not parted",
                "put a space before the parenthesis or quotation mark",
            ));
        }
        let lexeme = if after_field { Lexeme::Bare(word.to_owned()) } else { self.word(word)? };
        self.push(lexeme, length);
        Ok(())
    }

    fn field(&mut self, name: &str, target: Target, after_field: bool) -> Result<(), QueryError> {
        if after_field {
            let message = format!("`{name}:` follows another field");
            return Err(QueryError::new(self.column, message, "give each field its own word: from:anna to:lee"));
        }
        self.push(Lexeme::Field(target), name.len() + 1);
        match self.rest.chars().next() {
            None | Some(')') => {
                let message = format!("nothing follows `{name}:`");
                Err(QueryError::new(self.column, message, "write what to look for right behind the colon"))
            }
            Some(c) if c.is_whitespace() => {
                let message = format!("a space follows `{name}:`");
                Err(QueryError::new(self.column, message, "write what to look for right behind the colon"))
            }
            _ => Ok(()),
        }
    }

    fn word(&self, word: &str) -> Result<Lexeme, QueryError> {
        match word {
            "AND" => return Ok(Lexeme::And),
            "OR" => return Ok(Lexeme::Or),
            "NOT" => return Ok(Lexeme::Not),
            _ => {}
        }
        if let Some((before, distance)) = word.split_once('/')
            && let Some(near) = self.near(before, distance)?
        {
            return Ok(near);
        }
        self.foreign(word)?;
        Ok(Lexeme::Bare(word.to_owned()))
    }

    /// `w/5` and `pre/5`, and what other programs write for them.
    fn near(&self, before: &str, distance: &str) -> Result<Option<Lexeme>, QueryError> {
        let before = before.to_ascii_lowercase();
        let digits = !distance.is_empty() && distance.bytes().all(|byte| byte.is_ascii_digit());
        let ordered = match before.as_str() {
            "w" => false,
            "pre" => true,
            "near" | "within" | "adj" | "onear" | "" if digits => {
                let hint = format!("write w/{distance}, or pre/{distance} when the order matters");
                return Err(QueryError::new(self.column, format!("`{before}/{distance}` is not known here"), hint));
            }
            _ => return Ok(None),
        };
        if !digits {
            return Err(QueryError::new(
                self.column,
                format!("`{before}/` needs a number of words"),
                format!("write {before}/5 between two words; to search the text itself put it in quotation marks"),
            ));
        }
        match distance.parse::<u32>() {
            Ok(within) if (1..=NEAR_WORDS).contains(&within) => Ok(Some(Lexeme::Near { within, ordered })),
            _ => Err(QueryError::new(
                self.column,
                format!("the distance in `{before}/{distance}` is not between 1 and {NEAR_WORDS} words"),
                format!("write {before}/5"),
            )),
        }
    }

    /// Signs that mean something in other search programs, and would be lost here without a word.
    fn foreign(&self, word: &str) -> Result<(), QueryError> {
        let hint = match word {
            "&&" | "&" => "write AND",
            "||" | "|" => "write OR",
            "!" => "write NOT",
            _ => "",
        };
        if !hint.is_empty() {
            return Err(QueryError::new(self.column, format!("`{word}` is not known here"), hint));
        }
        let mut chars = word.chars();
        let (first, second) = (chars.next().unwrap_or(' '), chars.next().unwrap_or(' '));
        if matches!(first, '-' | '+' | '!') && (second.is_alphanumeric() || matches!(second, '*' | '?')) {
            let hint = match first {
                '+' => "every word is asked for without a sign; put the text in quotation marks to search it as it is",
                _ => "write NOT before the word; put the text in quotation marks to search it as it is",
            };
            let number = first == '+' && word[1..].bytes().all(|byte| byte.is_ascii_digit());
            if !number {
                return Err(QueryError::new(self.column, format!("`{first}` before a word is not known here"), hint));
            }
        }
        if word.len() > 2 && word.starts_with('/') && word.ends_with('/') {
            let message = "regular expressions are not understood";
            return Err(QueryError::new(self.column, message, "use * for any letters and ? for one"));
        }
        if let Some((_, after)) = word.split_once(['~', '^'])
            && !after.is_empty()
        {
            let at = word.chars().position(|c| c == '~' || c == '^').unwrap_or(0);
            let message = "a number or letter after `~` or `^` is not known here";
            return Err(QueryError::new(self.column + at, message, "vote~ alone finds vote, votes, voted, voting"));
        }
        Ok(())
    }
}

/// Straight and typographic double quotation marks: word processors change one into the other.
fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}')
}

/// Whether three digits stand in parentheses with more digits behind: no group that anybody would mean.
fn is_area_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = bytes.len() > 5 && bytes[1..4].iter().all(u8::is_ascii_digit) && bytes[4] == b')';
    digits && text[5..].trim_start_matches(' ').starts_with(|c: char| c.is_ascii_digit())
}

fn ends_bare(c: char) -> bool {
    c.is_whitespace() || c == '(' || c == ')' || is_quote(c)
}
