//! Setting a line: shaping, bidirectional order and line breaking, with the two guards a stranger's text needs.

use super::boxed;
use super::fonts::{self, Face};
use super::screen::{self, Coverage, Gate, Screened};
use krilla::geom::Point;
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};
use parley::{
    Alignment, AlignmentOptions, BaseDirection, FontContext, FontFamily, FontFamilyName, IndentOptions, Layout,
    LayoutContext, LineHeight, OverflowWrap, StyleProperty,
};
use std::borrow::Cow;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How a line is set; lengths in points.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// The face asked first.
    pub(super) face: Face,
    /// Font size.
    pub(super) size: f32,
    /// Width in which it is broken.
    pub(super) width: f32,
    /// Indent of the second and later lines.
    pub(super) hanging: f32,
    /// Whether the line begins at the left whatever its script: for field values, where a name in Arabic must not
    /// turn a whole row of addresses around.
    pub(super) from_left: bool,
}

/// Height of a line over its font size: fixed, so that a fallback face does not move the lines apart.
pub(super) const LEADING: f32 = 1.4;

/// A text set in one or more lines.
pub(super) struct Laid {
    screened: Screened,
    /// Stretches of the text in another face than the style's.
    faces: Vec<(Range<usize>, Face)>,
    style: Style,
    lines: usize,
    /// The lines; not kept in a long item, which is then set a second time when it is written.
    layout: Option<Layout<()>>,
    /// Tells it from every other one of the same setter.
    name: u64,
}

/// What sets lines; one for each thread.
pub(super) struct Setter {
    fonts: FontContext,
    layouts: LayoutContext<()>,
    coverage: Coverage,
    /// Which characters are let through.
    pub(super) gate: Gate,
    /// Characters drawn as placeholders so far.
    pub(super) replaced: u64,
    /// Texts set so far.
    set: u64,
    /// The text that was set again last, by its name.
    again: Option<(u64, Layout<()>)>,
    /// What the next file says of itself beside its title.
    pub(super) properties: super::Properties,
}

impl Setter {
    /// A setter over the fonts of the program.
    pub(super) fn new() -> Self {
        Self {
            fonts: fonts::context(),
            layouts: LayoutContext::new(),
            coverage: Coverage::default(),
            gate: Gate::Fonts,
            replaced: 0,
            set: 0,
            again: None,
            properties: super::Properties::default(),
        }
    }

    /// Sets one line of the text, which has no line breaks of its own.
    pub(super) fn set(&mut self, line: &str, style: Style) -> Laid {
        let screened = screen::screen(line, style.face, self.gate, &mut self.coverage);
        let laid = self.guarded(screened, style).and_then(|mut laid| {
            let holes = laid.holes();
            if holes.is_empty() {
                return Some(laid);
            }
            // A letter and its mark are shaped with one face; apart, each may have its own.
            laid.screened.text = rewritten(&laid.screened.text, &holes, |text, out| {
                for character in text.chars() {
                    out.text.push(character);
                    out.text.push('\u{200B}');
                }
            })
            .text;
            let laid = self.guarded(laid.screened, style)?;
            let holes = laid.holes();
            if holes.is_empty() {
                return Some(laid);
            }
            let mut again = rewritten(&laid.screened.text, &holes, |text, out| {
                text.chars().filter(|c| *c != '\u{200B}').for_each(|c| screen::placeholder(out, c));
            });
            again.faces = laid.screened.faces;
            again.replaced += laid.screened.replaced;
            self.guarded(again, style).filter(|laid| laid.holes().is_empty())
        });
        let laid = laid.unwrap_or_else(|| {
            let plain = screen::screen(line, style.face, Gate::Ascii, &mut self.coverage);
            let layout = self.layout(&plain, &[], style);
            self.laid(plain, Vec::new(), style, layout)
        });
        self.replaced += laid.screened.replaced;
        laid
    }

    /// Sets one line of stretches in faces of their own. Where a letter and its mark need faces of their own the whole line
    /// has the style's.
    pub(super) fn set_spans(&mut self, spans: &[(&str, Face)], style: Style) -> Laid {
        let mut line = Screened::default();
        let mut faces = Vec::new();
        for (text, face) in spans {
            let screened = screen::screen(text, *face, self.gate, &mut self.coverage);
            let from = line.text.len();
            line.text.push_str(&screened.text);
            line.faces = line.faces.with(screened.faces);
            line.replaced += screened.replaced;
            if *face != style.face {
                faces.push((from..line.text.len(), *face));
            }
        }
        let whole = || spans.iter().map(|span| span.0).collect::<String>();
        if faces.is_empty() {
            return self.set(&whole(), style);
        }
        let replaced = line.replaced;
        match self.guarded_in(line, faces, style).filter(|laid| laid.holes().is_empty()) {
            Some(laid) => {
                self.replaced += replaced;
                laid
            }
            None => self.set(&whole(), style),
        }
    }

    /// How wide a line would be, without counting what stands in for its characters.
    pub(super) fn measured(&mut self, line: &str, style: Style) -> f32 {
        let replaced = self.replaced;
        let width = self.set(line, style).width();
        self.replaced = replaced;
        width
    }

    fn laid(&mut self, screened: Screened, faces: Vec<(Range<usize>, Face)>, style: Style, layout: Layout<()>) -> Laid {
        self.set += 1;
        Laid { screened, faces, style, lines: layout.len(), layout: Some(layout), name: self.set }
    }

    /// A line as it can be drawn, without setting it; its placeholders are not counted.
    pub(super) fn screened(&mut self, line: &str) -> String {
        screen::screen(line, fonts::REGULAR, self.gate, &mut self.coverage).text
    }

    /// Sets a screened line; `None` when the shaper panicked, in which case its scratch memory is thrown away.
    fn guarded(&mut self, screened: Screened, style: Style) -> Option<Laid> {
        self.guarded_in(screened, Vec::new(), style)
    }

    fn guarded_in(&mut self, screened: Screened, faces: Vec<(Range<usize>, Face)>, style: Style) -> Option<Laid> {
        match catch_unwind(AssertUnwindSafe(|| self.layout(&screened, &faces, style))) {
            Ok(layout) => Some(self.laid(screened, faces, style, layout)),
            Err(_) => {
                self.layouts = LayoutContext::new();
                self.fonts = fonts::context();
                None
            }
        }
    }

    fn layout(&mut self, screened: &Screened, faces: &[(Range<usize>, Face)], style: Style) -> Layout<()> {
        let names: Vec<FontFamilyName<'_>> =
            screened.faces.names(style.face).map(|name| FontFamilyName::Named(Cow::Borrowed(name))).collect();
        let mut builder = self.layouts.ranged_builder(&mut self.fonts, &screened.text, 1.0, false);
        builder.push_default(StyleProperty::FontFamily(FontFamily::List(Cow::Borrowed(&names))));
        builder.push_default(StyleProperty::FontSize(style.size));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(LEADING)));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        for (range, face) in faces {
            let names: Vec<FontFamilyName<'_>> =
                screened.faces.names(*face).map(|name| FontFamilyName::Named(Cow::Borrowed(name))).collect();
            builder.push(StyleProperty::FontFamily(FontFamily::List(Cow::Owned(names))), range.clone());
        }
        builder.set_base_direction(if style.from_left { BaseDirection::Ltr } else { BaseDirection::Auto });
        let mut layout = builder.build(&screened.text);
        if style.hanging > 0.0 {
            layout.set_text_indent(style.hanging, IndentOptions { each_line: false, hanging: true });
        }
        layout.break_all_lines(Some(style.width));
        layout.align(Alignment::Start, AlignmentOptions::default());
        layout
    }
}

/// A text with the given byte ranges written anew.
fn rewritten(text: &str, ranges: &[Range<usize>], write: impl Fn(&str, &mut Screened)) -> Screened {
    let mut out = Screened::default();
    let mut at = 0;
    for range in ranges {
        if range.start < at {
            continue;
        }
        out.text.push_str(&text[at..range.start]);
        write(&text[range.clone()], &mut out);
        at = range.end;
    }
    out.text.push_str(&text[at..]);
    out
}

impl Laid {
    /// Lines it takes.
    pub(super) fn lines(&self) -> usize {
        self.lines
    }

    /// Height of each of its lines.
    pub(super) fn line_height(&self) -> f32 {
        self.style.size * LEADING
    }

    /// Width of the widest line.
    pub(super) fn width(&self) -> f32 {
        self.layout.as_ref().map_or(0.0, Layout::width)
    }

    /// Width of the widest line, spaces at its end included.
    pub(super) fn full_width(&self) -> f32 {
        self.layout.as_ref().map_or(0.0, Layout::full_width)
    }

    /// Gives back the memory of the lines, several times that of the text.
    pub(super) fn forget(&mut self) {
        self.layout = None;
    }

    /// Byte ranges of the clusters that no face could draw, in order.
    fn holes(&self) -> Vec<Range<usize>> {
        let lines = self.layout.iter().flat_map(Layout::lines);
        let clusters = lines.flat_map(|line| line.runs()).flat_map(|run| run.clusters());
        let mut holes: Vec<Range<usize>> = clusters
            .filter(|cluster| cluster.glyphs().any(|glyph| glyph.id == 0))
            .map(|cluster| cluster.text_range())
            .filter(|range| !range.is_empty())
            .collect();
        holes.sort_by_key(|range| range.start);
        holes
    }

    /// Draws one line with its top left corner at a point; the fill is the surface's.
    pub(super) fn draw(&self, surface: &mut Surface<'_>, setter: &mut Setter, line: usize, left: f32, top: f32) {
        if let Some(layout) = &self.layout {
            return self.draw_of(layout, surface, line, left, top);
        }
        // The lines of one text are drawn one after the other, so only the last text set again is remembered.
        let again = setter.again.take().filter(|(name, _)| *name == self.name);
        let (name, layout) =
            again.unwrap_or_else(|| (self.name, setter.layout(&self.screened, &self.faces, self.style)));
        self.draw_of(&layout, surface, line, left, top);
        setter.again = Some((name, layout));
    }

    fn draw_of(&self, layout: &Layout<()>, surface: &mut Surface<'_>, line: usize, left: f32, top: f32) {
        let Some(line) = layout.get(line) else { return };
        // The baseline of one line within its own box: the layout counts from the top of the first one.
        let metrics = line.metrics();
        let baseline = top + (metrics.baseline - metrics.block_min_coord);
        let text = &self.screened.text;
        let boxes = boxed::Boxes::of(text);
        let mut x = left + metrics.offset;
        if !boxes.is_empty() {
            let runs = line.runs().map(|run| (glyphs_of(&run, run.font_size()), run.font_size(), run.advance()));
            boxes.paint(surface, runs, x, top, self.line_height());
        }
        for run in line.runs() {
            let size = run.font_size();
            let glyphs = glyphs_of(&run, size);
            if let Some(font) = fonts::for_writing(run.font()) {
                let at = Point::from_xy(x, baseline);
                if boxes.is_empty() {
                    surface.draw_glyphs(at, &glyphs, font, text, size, false);
                } else {
                    boxes.write(surface, at, &glyphs, &font, text, size);
                }
            }
            x += run.advance();
        }
    }
}

/// The glyphs of a run, each with the text it stands for.
fn glyphs_of(run: &parley::Run<'_, ()>, size: f32) -> Vec<KrillaGlyph> {
    let mut glyphs: Vec<KrillaGlyph> = Vec::with_capacity(run.len());
    let mut end_of_ligature = None;
    for cluster in run.visual_clusters() {
        let mut range = cluster.text_range();
        if cluster.is_ligature_continuation() {
            // From right to left the rest of a ligature is met before its beginning.
            if run.is_rtl() {
                end_of_ligature = end_of_ligature.max(Some(range.end));
            } else if let Some(start) = glyphs.last().map(|glyph| glyph.text_range.start) {
                let same = glyphs.iter_mut().rev().take_while(|glyph| glyph.text_range.start == start);
                same.for_each(|glyph| glyph.text_range.end = range.end);
            }
            continue;
        }
        range.end = range.end.max(end_of_ligature.take().unwrap_or(0));
        for glyph in cluster.glyphs() {
            // The layout counts heights downwards, the PDF writer upwards.
            let (x, y) = (glyph.x / size, -glyph.y / size);
            let id = GlyphId::new(glyph.id);
            glyphs.push(KrillaGlyph::new(id, glyph.advance / size, x, y, 0.0, range.clone(), None));
        }
    }
    glyphs
}

#[cfg(test)]
mod tests {
    use super::*;
    use krilla::page::PageSettings;

    /// A file with all lines of a text.
    fn file(laid: &Laid, setter: &mut Setter) -> Vec<u8> {
        let mut document = krilla::Document::new();
        let mut page = document.start_page_with(PageSettings::from_wh(300.0, 300.0).expect("a size"));
        let mut surface = page.surface();
        for line in (0u8..).take(laid.lines()) {
            laid.draw(&mut surface, setter, usize::from(line), 10.0, 10.0 + 14.0 * f32::from(line));
        }
        surface.finish();
        page.finish();
        document.finish().expect("written")
    }

    #[test]
    fn a_text_set_a_second_time_is_the_same() {
        let mut setter = Setter::new();
        let style = Style { face: fonts::REGULAR, size: 10.0, width: 120.0, hanging: 12.0, from_left: false };
        for text in ["one two three four five six seven eight nine ten", "مرحبا بالعالم 😀 世界 क\u{301} \u{E000}"]
        {
            let kept = setter.set(text, style);
            let mut forgotten = setter.set(text, style);
            forgotten.forget();
            assert_eq!(file(&kept, &mut setter), file(&forgotten, &mut setter), "{text}");
        }
    }
}
