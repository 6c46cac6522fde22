//! Words with where they stand on a page or in a picture, so that a stretch of them can be covered.

use std::ops::Range;

/// How much two stretches have to share of their height or width to lie in one line.
const SHARED: f64 = 0.6;

/// A rectangle on a page as it is seen, in parts of its width and height from the top left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Bottom edge.
    pub bottom: f64,
}

/// A text of one page with the places of its letters.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedText {
    /// The page, counted from 1; a picture has one.
    pub page: u32,
    /// The words.
    pub text: String,
    /// Stretches of the words, in bytes, and what each covers; in order, and a stretch may have several.
    pub places: Vec<(Range<usize>, Bounds)>,
}

impl Bounds {
    /// The smallest rectangle around both.
    pub fn with(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// The smallest rectangle around points.
    pub fn around(points: &[(f64, f64)]) -> Option<Self> {
        let one = |(x, y): &(f64, f64)| Self { left: *x, top: *y, right: *x, bottom: *y };
        points.iter().map(one).reduce(Self::with)
    }

    /// Whether both lie in one line of writing, whichever way it runs.
    fn is_in_line_with(self, other: Self) -> bool {
        let shared = |from: f64, to: f64, a: f64, b: f64| to - from >= SHARED * a.min(b);
        let down = (self.top.max(other.top), self.bottom.min(other.bottom));
        let across = (self.left.max(other.left), self.right.min(other.right));
        shared(down.0, down.1, self.bottom - self.top, other.bottom - other.top)
            || shared(across.0, across.1, self.right - self.left, other.right - other.left)
    }
}

impl PlacedText {
    /// What covers a stretch of the words: one rectangle for each line of it; none where nothing of it is drawn.
    pub fn around(&self, range: &Range<usize>) -> Vec<Bounds> {
        let mut lines: Vec<Bounds> = Vec::new();
        let touched = self.places.iter().filter(|(part, _)| part.start < range.end && range.start < part.end);
        for (_, bounds) in touched {
            match lines.last_mut() {
                Some(line) if line.is_in_line_with(*bounds) => *line = line.with(*bounds),
                _ => lines.push(*bounds),
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_over_two_lines_is_covered_by_two_rectangles() {
        let letter =
            |at: usize, left: f64, top: f64| (at..at + 1, Bounds { left, top, right: left + 0.02, bottom: top + 0.03 });
        let text = PlacedText {
            page: 1,
            text: "ab cd\nef".to_owned(),
            places: vec![
                letter(0, 0.10, 0.1),
                letter(1, 0.12, 0.1),
                letter(3, 0.16, 0.1),
                letter(4, 0.18, 0.1),
                letter(6, 0.10, 0.2),
                letter(7, 0.12, 0.2),
            ],
        };
        let found = text.around(&(3..8));
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!((found[0].left, found[0].top, found[1].left, found[1].top), (0.16, 0.1, 0.10, 0.2));
        assert!(found[0].right > 0.199 && found[1].right > 0.139);
        assert_eq!(text.around(&(2..3)), [], "a blank that nobody draws");
    }
}
