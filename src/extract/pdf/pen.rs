//! Glyphs with their places become lines of words: a gap is a space, another height a new line.

use std::ops::Range;

/// The gap between two glyphs that parts words, in parts of the size of the font.
const WORD_GAP: f64 = 0.12;
/// The gap that parts columns, in parts of the size of the font.
const COLUMN_GAP: f64 = 2.0;
/// How far a line lies from the one before, in parts of the size of the font.
const LINE: f64 = 0.5;

/// A glyph's place on the page.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Where it begins.
    pub start: (f64, f64),
    /// Where the next one would begin.
    pub end: (f64, f64),
    /// The direction of writing, of length 1.
    pub along: (f64, f64),
    /// The size of the font on the page.
    pub size: f64,
    /// The direction in which letters stand up, of length 1.
    pub up: (f64, f64),
}

/// What was written so far.
#[derive(Debug, Default)]
pub struct Pen {
    /// The words.
    pub out: String,
    /// First halves of words that a hyphen cuts at the end of a line, with the byte behind the hyphen.
    halves: Vec<(String, usize)>,
    last: Option<Place>,
    /// Stretches of the words, in bytes, with the glyphs that draw them; `None` where nobody asks for them.
    pub places: Option<Vec<(Range<usize>, Place)>>,
}

impl Pen {
    /// A pen that also notes which glyphs draw the words.
    pub fn with_places() -> Self {
        Self { places: Some(Vec::new()), ..Self::default() }
    }

    /// Writes a glyph where it stands.
    pub fn put(&mut self, text: &str, place: Place) {
        self.part(place);
        self.last = Some(place);
        let before = self.out.len();
        for one in text.chars() {
            // Letters that are cast together are searched as letters.
            match one {
                '\u{fb00}' => self.out.push_str("ff"),
                '\u{fb01}' => self.out.push_str("fi"),
                '\u{fb02}' => self.out.push_str("fl"),
                '\u{fb03}' => self.out.push_str("ffi"),
                '\u{fb04}' => self.out.push_str("ffl"),
                '\u{fb05}' | '\u{fb06}' => self.out.push_str("st"),
                ' ' if self.out.ends_with([' ', '\n']) => {}
                other => self.out.push(other),
            }
        }
        if let Some(places) = &mut self.places {
            places.push((before..self.out.len(), place));
        }
    }

    /// Says that the words written last are drawn by these glyphs.
    pub fn drawn_by(&mut self, glyphs: &[Place]) {
        if let Some(places) = &mut self.places
            && let Some((stretch, _)) = places.pop()
        {
            places.extend(glyphs.iter().map(|one| (stretch.clone(), *one)));
        }
    }

    /// All that was written; words that a hyphen cuts stand once more at the end, whole, so that they are found.
    pub fn finish(mut self) -> String {
        self.end_line();
        let mut whole = Vec::new();
        for (first, behind) in &self.halves {
            let second: String =
                self.out[*behind..].trim_start().chars().take_while(|one| one.is_alphabetic()).collect();
            if second.starts_with(char::is_lowercase) {
                whole.push(format!("{first}{second}"));
            }
        }
        if !whole.is_empty() {
            self.out.push_str(&format!("[words cut at line ends] {}\n", whole.join(" ")));
        }
        self.out
    }

    /// Goes to a line of its own.
    pub fn end_line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.last = None;
    }

    fn part(&mut self, place: Place) {
        let Some(last) = self.last else { return };
        let size = place.size.max(last.size * 0.5).max(f64::MIN_POSITIVE);
        let gap = (place.start.0 - last.end.0, place.start.1 - last.end.1);
        let along = gap.0 * place.along.0 + gap.1 * place.along.1;
        let across = gap.1 * place.along.0 - gap.0 * place.along.1;
        let turned = place.along.0 * last.along.0 + place.along.1 * last.along.1 < 0.9;
        if turned || across.abs() > LINE * size || along < -size {
            self.new_line(across.abs() < 3.0 * size);
        } else if along > WORD_GAP * size && !self.out.ends_with([' ', '\n', '\t']) {
            self.out.push(if along > COLUMN_GAP * size { '\t' } else { ' ' });
        }
    }

    fn new_line(&mut self, is_near: bool) {
        if self.out.ends_with('\n') {
            return;
        }
        while self.out.ends_with(' ') {
            self.out.pop();
        }
        self.join(is_near);
        self.out.push('\n');
    }

    /// Remembers the first half of a word that a hyphen cuts; [`Pen::finish`] looks for the second.
    fn join(&mut self, is_near: bool) {
        let cut = self.out.strip_suffix(['-', '\u{ad}', '\u{2010}']);
        if let Some(before) = cut.filter(|_| is_near)
            && before.ends_with(char::is_alphabetic)
        {
            let start = before
                .rfind(|one: char| !one.is_alphabetic())
                .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
            self.halves.push((before[start..].to_owned(), self.out.len()));
        }
    }
}
