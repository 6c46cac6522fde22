//! The character gate: what may go to the fonts, and what is shown as a visible `[U+XXXX]` instead.
//!
//! PDF/A-2u wants a glyph and a Unicode value for every character drawn (ISO 19005-2, 6.2.11.7 and 6.2.11.8); one
//! that no font has would stop the whole file. Nothing a reader could have seen is dropped without a count.

use super::fonts::{self, Face, Faces, REGULAR};
use std::collections::HashMap;

/// Combining marks upon one letter; more are drawn as placeholders, since a tall pile hides its neighbours.
const MARKS_ON_A_LETTER: usize = 3;
/// Columns of a tab stop.
const TAB_COLUMNS: usize = 8;

/// A line of text that the fonts can draw.
#[derive(Debug, Clone, Default)]
pub(super) struct Screened {
    /// The text, with placeholders.
    pub(super) text: String,
    /// The faces it needs besides its own.
    pub(super) faces: Faces,
    /// The characters that became placeholders.
    pub(super) replaced: u64,
}

/// Which characters are let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// Everything some face has.
    Fonts,
    /// ASCII only: the second try when a shaper or the PDF writer gave up.
    Ascii,
}

/// Remembers which face has which character; one for each thread.
#[derive(Debug, Default)]
pub(super) struct Coverage(HashMap<(u8, char), Option<Face>>);

impl Coverage {
    /// The face that draws a character when the line's own face is `own`.
    fn face(&mut self, own: Face, key: u8, character: char) -> Option<Face> {
        *self.0.entry((key, character)).or_insert_with(|| {
            [own, REGULAR]
                .into_iter()
                .find(|face| fonts::covers(*face, character))
                .or_else(|| fonts::fallback(character))
        })
    }
}

/// Screens one line, which has no line breaks.
pub(super) fn screen(line: &str, own: Face, gate: Gate, coverage: &mut Coverage) -> Screened {
    let key = if own == fonts::MONO { 2 } else { u8::from(own == fonts::BOLD) };
    let mut out = Screened { text: String::with_capacity(line.len()), ..Screened::default() };
    let mut columns = 0;
    let mut marks = 0;
    for character in line.chars() {
        columns += 1;
        marks = if is_mark(character) { marks + 1 } else { 0 };
        match character {
            ' '..='~' => out.text.push(character),
            '\t' => {
                let spaces = TAB_COLUMNS - (columns - 1) % TAB_COLUMNS;
                out.text.extend(std::iter::repeat_n(' ', spaces));
                columns += spaces - 1;
            }
            // A byte order mark in the middle of a text is invisible and means nothing (Unicode 23.8).
            '\u{FEFF}' => {}
            // Other spaces, when no face has them, are spaces.
            '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
                if gate == Gate::Ascii || coverage.face(own, key, character).is_none() =>
            {
                out.text.push(' ');
            }
            _ if gate == Gate::Ascii || marks > MARKS_ON_A_LETTER || is_never_drawn(character) => {
                placeholder(&mut out, character);
            }
            _ if is_unseen(character) => out.text.push(character),
            _ => match coverage.face(own, key, character) {
                Some(face) => {
                    out.faces.insert(face);
                    out.text.push(character);
                }
                None => placeholder(&mut out, character),
            },
        }
    }
    out
}

/// Writes the visible stand-in for a character.
pub(super) fn placeholder(out: &mut Screened, character: char) {
    out.replaced += 1;
    out.text.push_str(&format!("[U+{:04X}]", u32::from(character)));
}

/// Characters that are shown as what they are even if a font has a glyph for them: control characters, private use,
/// and the marks that force the direction of letters, with which a line can be made to read as what it is not.
fn is_never_drawn(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{202D}' | '\u{202E}' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

/// Characters that have no picture by definition and are drawn as nothing by every shaper: joiners, direction
/// marks and isolates, soft hyphens, variation selectors, tags (Unicode, Default_Ignorable_Code_Point).
fn is_unseen(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180B}'..='\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202C}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0020}'..='\u{E007F}'
        | '\u{E0100}'..='\u{E01EF}')
}

/// Combining marks that can be piled upon any letter.
fn is_mark(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// The language a line is in, guessed from its script where one language is by far the likeliest: screen readers
/// choose their voice by it (WCAG 2.1, 3.1.2).
pub(super) fn language(line: &str) -> Option<&'static str> {
    let mut found = None;
    for character in line.chars() {
        let here = match character {
            '\u{3040}'..='\u{30FF}' => return Some("ja"),
            '\u{AC00}'..='\u{D7A3}' => return Some("ko"),
            '\u{4E00}'..='\u{9FFF}' => "zh",
            '\u{600}'..='\u{6FF}' => "ar",
            '\u{590}'..='\u{5FF}' => "he",
            '\u{E00}'..='\u{E7F}' => "th",
            '\u{E80}'..='\u{EFF}' => "lo",
            '\u{370}'..='\u{3FF}' => "el",
            '\u{900}'..='\u{97F}' => "hi",
            '\u{1200}'..='\u{137F}' => "am",
            '\u{1780}'..='\u{17FF}' => "km",
            // Latin and Cyrillic are shared by many languages: nothing is said.
            _ if character.is_ascii_alphabetic() => return None,
            _ => continue,
        };
        found = found.or(Some(here));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_drawn_is_seen_and_counted() {
        let rows: &[(&str, &str, u64, &str)] = &[
            ("plain", "plain", 0, "ASCII goes through"),
            ("a\tb", "a       b", 0, "a tab goes to the next stop of eight"),
            ("12345678\tb", "12345678        b", 0, "also from a stop"),
            ("bell\u{7}", "bell[U+0007]", 1, "a control character has no glyph"),
            ("x\u{E000}", "x[U+E000]", 1, "private use means nothing to a reader"),
            ("\u{FEFF}x", "x", 0, "a byte order mark is no content"),
            ("a\u{202E}txt.exe", "a[U+202E]txt.exe", 1, "an override could disguise a name"),
            ("\u{1F600}", "\u{1F600}", 0, "emoji are covered"),
            ("a\u{ad}b", "a\u{ad}b", 0, "a soft hyphen stays"),
            (
                "각\u{302E}",
                "각[U+302E]",
                1,
                "no face has the old tone marks, at which the shaper of parley 0.12 panics",
            ),
            ("a\u{301}\u{301}\u{301}\u{301}", "a\u{301}\u{301}\u{301}[U+0301]", 1, "a pile ends"),
        ];
        for (given, wanted, replaced, why) in rows {
            let out = screen(given, REGULAR, Gate::Fonts, &mut Coverage::default());
            assert_eq!((out.text.as_str(), out.replaced), (*wanted, *replaced), "{why}");
        }
        let ascii = screen("né", REGULAR, Gate::Ascii, &mut Coverage::default());
        assert_eq!(ascii.text, "n[U+00E9]");
    }

    #[test]
    fn the_language_is_guessed_only_from_scripts_of_one() {
        let rows = [
            ("こんにちは 世界", Some("ja")),
            ("会议", Some("zh")),
            ("مرحبا", Some("ar")),
            ("Hello 会议", None),
            ("Привет", None),
        ];
        for (line, wanted) in rows {
            assert_eq!(language(line), wanted, "{line}");
        }
    }
}
