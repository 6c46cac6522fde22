//! Shapes of words and numbers, to be found over a whole review set: `###-##-####`, `Permit ####*`.

use std::ops::Range;

/// A shape: `#` is a digit, `?` a letter or digit, `*` the rest of a word, a blank any blanks; every other character is
/// itself, in either letter case. It begins and ends with a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Piece>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Digit,
    Letter,
    Rest,
    Blank,
    Exactly(char),
}

/// A shape that would find everything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is too short to be a pattern: it needs three characters other than *, such as ###-##-####")]
pub struct PatternError(String);

impl Pattern {
    /// Reads a shape.
    ///
    /// # Errors
    /// When it has fewer than three characters that say anything.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let mut pieces = Vec::new();
        for c in text.trim().chars() {
            let piece = match c {
                '#' => Piece::Digit,
                '?' => Piece::Letter,
                '*' => Piece::Rest,
                c if c.is_whitespace() => Piece::Blank,
                c => Piece::Exactly(c),
            };
            let again = matches!(piece, Piece::Rest | Piece::Blank) && pieces.last() == Some(&piece);
            if !again {
                pieces.push(piece);
            }
        }
        let telling = pieces.iter().filter(|one| !matches!(one, Piece::Rest | Piece::Blank)).count();
        if telling < 3 { Err(PatternError(text.to_owned())) } else { Ok(Self(pieces)) }
    }

    /// Where it stands in a text, in bytes; no two places overlap.
    pub fn find(&self, text: &str) -> Vec<Range<usize>> {
        let mut all = Vec::new();
        let mut before = None;
        let mut free_from = 0;
        for (at, c) in text.char_indices() {
            let begins = !before.is_some_and(char::is_alphanumeric) || !c.is_alphanumeric();
            before = Some(c);
            if at < free_from || !begins {
                continue;
            }
            if let Some(end) = self.end_at(text, at) {
                all.push(at..end);
                free_from = end;
            }
        }
        all
    }

    fn end_at(&self, text: &str, start: usize) -> Option<usize> {
        let mut at = start;
        for piece in &self.0 {
            let mut rest = text[at..].chars();
            match piece {
                Piece::Rest => at += text[at..].find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len() - at),
                Piece::Blank => {
                    let more = text[at..].find(|c: char| !c.is_whitespace()).unwrap_or(text.len() - at);
                    if more == 0 {
                        return None;
                    }
                    at += more;
                }
                _ => {
                    let c = rest.next()?;
                    let fits = match piece {
                        Piece::Digit => c.is_ascii_digit(),
                        Piece::Letter => c.is_alphanumeric(),
                        Piece::Exactly(wanted) => c == *wanted || c.to_lowercase().eq(wanted.to_lowercase()),
                        Piece::Rest | Piece::Blank => false,
                    };
                    if !fits {
                        return None;
                    }
                    at += c.len_utf8();
                }
            }
        }
        let inside = text[..at].chars().next_back().is_some_and(char::is_alphanumeric)
            && text[at..].chars().next().is_some_and(char::is_alphanumeric);
        (!inside).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_found_as_whole_words() {
        let rows: [(&str, &str, &[&str]); 7] = [
            ("###-##-####", "SSN 123-45-6789, not 1123-45-6789 nor 123-45-67890", &["123-45-6789"]),
            ("permit ####", "Permit   1234 and permit\n99", &["Permit   1234"]),
            ("Ridge*", "RIDGEVIEW, ridge, bridge", &["RIDGEVIEW", "ridge"]),
            ("W-##??", "W-12ab W-1234x", &["W-12ab"]),
            ("jane roe", "Jane\nRoe; jane  roe's", &["Jane\nRoe", "jane  roe"]),
            ("(###) ###-####", "call (763) 555-0142.", &["(763) 555-0142"]),
            ("###", "12 1234 999", &["999"]),
        ];
        for (shape, text, expected) in rows {
            let pattern = Pattern::parse(shape).expect("a pattern");
            let found: Vec<&str> = pattern.find(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expected, "{shape}");
        }
        for wrong in ["", "*", "#*", "a b", "**##"] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
