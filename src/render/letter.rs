//! The page of an item as a reader expects it: title, fields, rule, body.

use super::Rendition;
use super::fonts::{BOLD, MONO, REGULAR};
use super::picture::Picture;
use super::rich::{self, Shown};
use super::screen;
use super::setting::{Setter, Style};
use super::sheet::{Ink, MEASURE, PAGES, Part, SIDE, Sheet};
use crate::text::{Block, words_of};
use std::collections::HashMap;

/// Font size of the body, in points.
pub(super) const BODY: f32 = 10.0;
/// Font size of columns in a fixed width, in points: 80 of them fit the page.
pub(super) const FIXED: f32 = 8.5;
/// Font size of the title, in points.
const HEADING: f32 = 14.0;
/// Font size of the program's remarks, in points.
const SMALL: f32 = 9.0;
/// Width of the column of labels, in points.
const LABELS: f32 = 96.0;
/// Characters set at once; a longer line is cut there, so that the memory for it stays bounded.
pub(super) const LINE_CHARS: usize = 50_000;
/// Blank lines kept in a row.
const BLANK_LINES: usize = 3;
/// Most columns a hanging indent may take, in characters.
const HANGING_CHARS: usize = 24;

/// The style of running text.
pub(super) const PLAIN: Style = Style { face: REGULAR, size: BODY, width: MEASURE, hanging: 0.0, from_left: false };

/// The body of an item.
pub(super) enum Body<'a> {
    /// Text.
    Text(&'a str),
    /// Rich text with its pictures.
    Rich(&'a [Block], &'a [Shown]),
    /// A picture.
    Picture(&'a Picture),
    /// Why there is nothing to show.
    Slip(&'a str),
}

/// Fills the pages; gives them and the characters of the body that found no room.
pub(super) fn compose(rendition: &Rendition, body: &Body<'_>, setter: &mut Setter, pages: usize) -> (Sheet, usize) {
    let pages = pages.clamp(2, PAGES);
    let mut sheet = Sheet::new(pages - 1);
    let title = title(rendition, setter);
    let part = sheet.part(Part::Title(title.clone()));
    let mut fits =
        sheet.text(setter.set(&title, Style { face: BOLD, size: HEADING, ..PLAIN }), SIDE, Ink::Black, part, 0);
    sheet.space(6.0);
    for (label, value) in &rendition.fields {
        fits = fits && field(&mut sheet, setter, label.as_str(), value.as_str());
    }
    sheet.rule();
    if !rendition.remark.is_empty() {
        let part = sheet.part(Part::Paragraph(None));
        for line in lines(rendition.remark.as_str()) {
            let laid = setter.set(line, Style { size: SMALL, ..PLAIN });
            fits = fits && sheet.text(laid, SIDE, Ink::Grey, part, 0);
        }
        sheet.space(8.0);
    }
    let mut left_out = 0;
    match body {
        Body::Text(text) => left_out = paragraphs(&mut sheet, setter, text, fits),
        Body::Rich(blocks, pictures) => {
            left_out = match fits {
                true => rich::place(&mut sheet, setter, blocks, pictures),
                false => words_of(blocks).chars().count(),
            };
        }
        Body::Picture(picture) => {
            let (width, height) = picture.size();
            let part = sheet.part(Part::Picture(format!("The picture {title}")));
            sheet.picture(width, height, part);
        }
        Body::Slip(why) => {
            sheet.space(30.0);
            let part = sheet.part(Part::Paragraph(None));
            for line in lines(why) {
                sheet.text(setter.set(line, Style { face: BOLD, size: 12.0, ..PLAIN }), SIDE, Ink::Black, part, 0);
            }
        }
    }
    if !fits || left_out > 0 {
        sheet.closing_page();
        let part = sheet.part(Part::Paragraph(None));
        let words = sentence(pages, left_out);
        sheet.text(setter.set(&words, Style { face: BOLD, ..PLAIN }), SIDE, Ink::Black, part, 0);
        left_out = left_out.max(1);
    }
    (sheet, left_out)
}

/// Says that a text was longer than an item may be drawn.
fn sentence(pages: usize, left_out: usize) -> String {
    format!(
        "An item is drawn on at most {pages} pages. {left_out} more characters of this one are not drawn here; they stand in its text file."
    )
}

/// The title as it can be drawn and as it stands in the file's own metadata.
pub(super) fn title(rendition: &Rendition, setter: &mut Setter) -> String {
    const CHARS: usize = 300;
    let line: String = rendition.title.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(CHARS).collect();
    let shown = setter.screened(&short);
    if shown.trim().is_empty() { "Item without a title".to_owned() } else { shown }
}

/// A row of the table of fields.
fn field(sheet: &mut Sheet, setter: &mut Setter, label: &str, value: &str) -> bool {
    let parts = (sheet.part(Part::Label), sheet.part(Part::Value));
    let heading = setter.set(label, Style { face: BOLD, width: LABELS - 8.0, from_left: true, ..PLAIN });
    let style = Style { width: MEASURE - LABELS, from_left: true, ..PLAIN };
    let mut values: Vec<_> = lines(value).into_iter().flat_map(pieces).map(|line| setter.set(line, style)).collect();
    if value.trim().is_empty() {
        values = vec![setter.set("(none)", style)];
    }
    let fits = sheet.row(heading, values, SIDE + LABELS, parts);
    sheet.space(1.5);
    fits
}

/// The lines of a text, whatever ends them; white space at their ends is not seen and not kept.
fn lines(text: &str) -> Vec<&str> {
    let text = text.trim_end();
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\n', '\r', '\u{B}', '\u{C}', '\u{85}', '\u{2028}', '\u{2029}']) {
        all.push(rest[..at].trim_end());
        let ending =
            if rest[at..].starts_with("\r\n") { 2 } else { rest[at..].chars().next().map_or(1, char::len_utf8) };
        rest = &rest[at + ending..];
    }
    all.push(rest);
    all
}

/// A line in pieces of bounded length.
pub(super) fn pieces(line: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut rest = line;
    while let Some((at, _)) = rest.char_indices().nth(LINE_CHARS) {
        let cut = rest[..at].rfind(' ').map_or(at, |space| space + 1);
        all.push(&rest[..cut]);
        rest = &rest[cut..];
    }
    all.push(rest);
    all
}

/// Places the body; gives the characters that found no room.
fn paragraphs(sheet: &mut Sheet, setter: &mut Setter, text: &str, fits: bool) -> usize {
    if !fits {
        return text.chars().count();
    }
    let lines = lines(text);
    let mut widths: HashMap<String, f32> = HashMap::new();
    let mut blank = 0;
    // Blank lines above the first words say nothing.
    let mut at = lines.iter().take_while(|line| line.trim().is_empty()).count();
    while at < lines.len() {
        if lines[at].trim().is_empty() {
            blank += 1;
            at += 1;
            continue;
        }
        sheet.space(BODY * 1.4 * f32::from(u8::try_from(blank.min(BLANK_LINES)).unwrap_or(0)));
        blank = 0;
        let length = lines[at..].iter().take_while(|line| !line.trim().is_empty()).count();
        let block = &lines[at..at + length];
        let fixed = in_columns(block);
        let part = sheet.part(Part::Paragraph(block.iter().find_map(|line| screen::language(line))));
        for (further, line) in block.iter().enumerate() {
            if !body_line(sheet, setter, &mut widths, line, fixed, part) {
                return lines[at + further..].iter().map(|line| line.chars().count()).sum::<usize>().max(1);
            }
        }
        at += length;
    }
    0
}

/// Places one line of the body.
fn body_line(
    sheet: &mut Sheet,
    setter: &mut Setter,
    widths: &mut HashMap<String, f32>,
    line: &str,
    fixed: bool,
    part: usize,
) -> bool {
    let (quotes, prefix) = beginning(line);
    let mut style = if fixed { Style { face: MONO, size: FIXED, from_left: true, ..PLAIN } } else { PLAIN };
    if !prefix.is_empty() {
        let width = widths.entry(format!("{fixed} {prefix}"));
        style.hanging = *width.or_insert_with(|| setter.set(prefix, style).full_width());
        style.from_left = style.from_left || quotes > 0;
    }
    let ink = if quotes > 0 { Ink::Grey } else { Ink::Black };
    pieces(line).into_iter().all(|piece| {
        let laid = setter.set(piece, style);
        sheet.text(laid, SIDE, ink, part, quotes.min(1))
    })
}

/// How deep a line is quoted, and what stands before its own words: `> > `, or spaces and the sign of a list.
fn beginning(line: &str) -> (usize, &str) {
    let signs = line.find(|c| !matches!(c, '>' | ' ')).unwrap_or(line.len());
    let quotes = if line.trim_start().starts_with('>') { line[..signs].matches('>').count() } else { 0 };
    let rest = &line[signs..];
    let number = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let list = match rest[number..].chars().next() {
        Some('.' | ')') if (1..=3).contains(&number) && rest[number + 1..].starts_with(' ') => number + 2,
        Some(sign @ ('-' | '*' | '+' | '•' | '–')) if number == 0 && rest[sign.len_utf8()..].starts_with(' ') => {
            sign.len_utf8() + 1
        }
        _ => 0,
    };
    let prefix = &line[..signs + list];
    let long = prefix.chars().count() > HANGING_CHARS;
    (quotes, if long || prefix.len() == line.len() { "" } else { prefix })
}

/// Whether a block was lined up by its sender, who saw it in a fixed width: two lines or more of it have tabs, wide
/// gaps, bars or line-drawing characters.
fn in_columns(block: &[&str]) -> bool {
    let lined_up = |line: &&&str| {
        let inner = line.trim_start_matches(['>', ' ']);
        inner.contains('\t')
            || inner.contains("   ")
            || inner.matches('|').count() >= 2
            || inner.chars().any(|c| ('\u{2500}'..='\u{257F}').contains(&c))
    };
    // Letters of other scripts have no fixed width anyway.
    block.iter().filter(lined_up).count() >= 2 && block.iter().all(|line| screen::language(line).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_any_of_the_ways_there_are() {
        assert_eq!(lines("a\r\nb\rc\nd\u{2028}e \u{C}f\n\n"), ["a", "b", "c", "d", "e", "f"]);
        assert_eq!(lines(""), [""]);
    }

    #[test]
    fn the_beginning_of_a_line_hangs() {
        let rows: &[(&str, usize, &str)] = &[
            ("> > text", 2, "> > "),
            (">text", 1, ">"),
            ("  - item", 0, "  - "),
            ("12. item", 0, "12. "),
            ("2024. A year", 0, ""),
            ("-dash", 0, ""),
            ("a > b", 0, ""),
            ("> ", 1, ""),
            ("> • item", 1, "> • "),
        ];
        for (line, quotes, prefix) in rows {
            assert_eq!(beginning(line), (*quotes, *prefix), "{line}");
        }
    }

    #[test]
    fn a_long_line_is_cut_and_nothing_is_lost() {
        let line = "word ".repeat(30_000);
        let pieces = pieces(&line);
        assert!(pieces.len() == 4 || pieces.len() == 3, "{}", pieces.len());
        assert_eq!(pieces.concat(), line);
    }

    #[test]
    fn only_what_was_lined_up_is_set_in_a_fixed_width() {
        assert!(in_columns(&["Item     Cost", "Salt     $12"]));
        assert!(in_columns(&["a\tb", "c\td"]));
        assert!(!in_columns(&["Dear all,", "see   below"]));
        assert!(!in_columns(&["One line   only"]));
    }
}
