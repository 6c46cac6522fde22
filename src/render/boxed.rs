//! Where words were withheld: a black box with its label in white. The box is as wide as its label and as high as the line,
//! and nothing lies under it: the words were cut before anything was set.

use crate::redaction::marker;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{Font, KrillaGlyph};
use std::ops::Range;

/// The boxes of a text, in bytes.
pub(super) struct Boxes(Vec<Range<usize>>);

impl Boxes {
    /// Where the markers stand.
    pub(super) fn of(text: &str) -> Self {
        Self(if text.contains(marker::OPEN) { marker::markers(text) } else { Vec::new() })
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn around(&self, glyph: &KrillaGlyph) -> Option<usize> {
        self.0.iter().position(|one| one.contains(&glyph.text_range.start))
    }

    /// Paints the boxes of one line: its runs with their glyphs, size and width, from a place on.
    pub(super) fn paint(
        &self,
        surface: &mut Surface<'_>,
        runs: impl Iterator<Item = (Vec<KrillaGlyph>, f32, f32)>,
        left: f32,
        top: f32,
        height: f32,
    ) {
        let mut edges: Vec<Option<(f32, f32)>> = vec![None; self.0.len()];
        let mut begin = left;
        for (glyphs, size, advance) in runs {
            let mut x = begin;
            for glyph in glyphs {
                let end = x + glyph.x_advance * size;
                if let Some(at) = self.around(&glyph) {
                    let (first, last) = edges[at].unwrap_or((x, end));
                    edges[at] = Some((first.min(x), last.max(end)));
                }
                x = end;
            }
            begin += advance;
        }
        let before = surface.get_fill().cloned();
        for (first, last) in edges.into_iter().flatten() {
            let mut path = PathBuilder::new();
            if let Some(rectangle) = Rect::from_xywh(first, top + 0.75, last - first, height - 1.5) {
                path.push_rect(rectangle);
            }
            if let Some(path) = path.finish() {
                surface.set_fill(Some(shade(0)));
                surface.draw_path(&path);
            }
        }
        surface.set_fill(before);
    }

    /// Writes the glyphs of a run: labels white, the signs at their ends as black as the box.
    pub(super) fn write(
        &self,
        surface: &mut Surface<'_>,
        at: Point,
        glyphs: &[KrillaGlyph],
        font: &Font,
        text: &str,
        size: f32,
    ) {
        let before = surface.get_fill().cloned();
        let level = |glyph: &KrillaGlyph| {
            let is_end = text[glyph.text_range.clone()].starts_with([marker::OPEN, marker::CLOSE]);
            self.around(glyph).map(|_| if is_end { 0 } else { u8::MAX })
        };
        let mut x = at.x;
        for alike in glyphs.chunk_by(|one, next| level(one) == level(next)) {
            let ink = alike.first().and_then(level).map_or(before.clone(), |level| Some(shade(level)));
            surface.set_fill(ink);
            surface.draw_glyphs(Point::from_xy(x, at.y), alike, font.clone(), text, size, false);
            x += alike.iter().map(|glyph| glyph.x_advance * size).sum::<f32>();
        }
        surface.set_fill(before);
    }
}

fn shade(level: u8) -> Fill {
    Fill { paint: rgb::Color::new(level, level, level).into(), ..Fill::default() }
}
