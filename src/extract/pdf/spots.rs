//! Where the words of a PDF are drawn: on its pages, and in the notes and fields that are laid over them.

use super::content::Reader;
use super::file;
use super::pages::{self, Page};
use super::pen::Place;
use super::room::Room;
use crate::extract::placed::{Bounds, PlacedText};
use lopdf::{Dictionary, Document, Object};

/// Folders of pages, or fields above a field, that are asked for what a page or field does not say itself.
const ABOVE: usize = 64;
/// Notes and fields of one page that are looked at.
const NOTES: usize = 10_000;
/// How far letters reach above and below their line and to both sides, in parts of their size: a box covers too much rather
/// than the foot of a letter too little.
const ABOVE_LINE: f64 = 1.0;
/// See [`ABOVE_LINE`].
const BELOW_LINE: f64 = 0.35;
/// See [`ABOVE_LINE`].
const BESIDE: f64 = 0.12;

/// The words of a PDF with their places.
#[derive(Debug, Default, PartialEq)]
pub struct Spots {
    /// The text of each page, exactly as the text of the file has it, in order.
    pub pages: Vec<PlacedText>,
    /// What is drawn on pages beside that: notes, fields, and glyphs that say other words than they are read as.
    pub beside: Vec<PlacedText>,
    /// Pages with pictures or with letters that nobody can know, whose words have to be read by eye.
    pub pictured: Vec<u32>,
    /// Whether all pages could be read.
    pub is_whole: bool,
}

/// Where the words of a PDF are drawn; `None` when it cannot be opened.
pub fn spots(bytes: &[u8]) -> Option<Spots> {
    let mut room = Room::new(u64::MAX);
    let document = file::open(bytes, &mut room).ok()?;
    let mut reader = Reader::with_places(&document);
    let mut out = Spots { is_whole: true, ..Spots::default() };
    for (number, page) in (1..).zip(pages::all(&document)) {
        let shown = reader.page(page, &mut room);
        out.is_whole &= shown.is_whole;
        let is_silent = shown.is_painted && !shown.text.contains(char::is_alphanumeric);
        if shown.has_picture || shown.unknown > 0 || is_silent {
            out.pictured.push(number);
        }
        let Some(entries) = page.entries else { continue };
        let sheet = Sheet::of(&document, entries);
        for (nth, written) in shown.placed.into_iter().enumerate() {
            let text = written.text.trim_end().to_owned();
            let places = written.places.iter().filter(|(stretch, _)| stretch.start < text.len());
            let places = places.map(|(stretch, place)| (stretch.clone(), sheet.glyph(place))).collect();
            let placed = PlacedText { page: number, text, places };
            if nth == 0 { out.pages.push(placed) } else { out.beside.push(placed) }
        }
        notes(&document, page, number, &sheet, &mut reader, &mut room, &mut out);
    }
    out.is_whole &= !room.reached && !room.damaged;
    Some(out)
}

/// A page as it is shown: the part of it that is seen, and how it is turned (ISO 32000-1, 7.7.3.3 and 14.11.2).
struct Sheet {
    seen: [f64; 4],
    /// Quarter turns, clockwise.
    turns: i64,
}

impl Sheet {
    fn of(document: &Document, entries: &Dictionary) -> Self {
        let boxed = |key: &[u8]| above(document, entries, key).and_then(|value| rectangle(document, value));
        let paper = boxed(b"MediaBox").unwrap_or([0.0, 0.0, 612.0, 792.0]);
        let cut = boxed(b"CropBox")
            .map(|cut| [cut[0].max(paper[0]), cut[1].max(paper[1]), cut[2].min(paper[2]), cut[3].min(paper[3])]);
        let seen = cut.filter(|cut| cut[0] < cut[2] && cut[1] < cut[3]).unwrap_or(paper);
        let degrees = above(document, entries, b"Rotate").and_then(|value| value.as_i64().ok()).unwrap_or(0);
        Self { seen, turns: (degrees / 90).rem_euclid(4) }
    }

    /// A point of the page in parts of what is seen, from the top left corner.
    fn point(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let [left, bottom, right, top] = self.seen;
        let across = (x - left) / (right - left).max(f64::MIN_POSITIVE);
        let down = (top - y) / (top - bottom).max(f64::MIN_POSITIVE);
        match self.turns {
            1 => (1.0 - down, across),
            2 => (1.0 - across, 1.0 - down),
            3 => (down, 1.0 - across),
            _ => (across, down),
        }
    }

    fn glyph(&self, place: &Place) -> Bounds {
        let Place { start, end, along, size, up } = *place;
        let at = |from: (f64, f64), forth: f64, high: f64| {
            let (forth, high) = (forth * size, high * size);
            self.point((from.0 + along.0 * forth + up.0 * high, from.1 + along.1 * forth + up.1 * high))
        };
        let corners = [
            at(start, -BESIDE, ABOVE_LINE),
            at(start, -BESIDE, -BELOW_LINE),
            at(end, BESIDE, ABOVE_LINE),
            at(end, BESIDE, -BELOW_LINE),
        ];
        let first = corners[0];
        Bounds::around(&corners).unwrap_or(Bounds { left: first.0, top: first.1, right: first.0, bottom: first.1 })
    }

    fn rectangle(&self, [left, bottom, right, top]: [f64; 4]) -> Option<Bounds> {
        Bounds::around(&[self.point((left, bottom)), self.point((right, top))])
    }
}

/// The value of an entry, its own or that of what lies above it.
fn above<'a>(document: &'a Document, entries: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
    let mut entries = entries;
    for _ in 0..ABOVE {
        if let Ok(value) = entries.get_deref(key, document) {
            return Some(value);
        }
        entries = entries.get_deref(b"Parent", document).and_then(Object::as_dict).ok()?;
    }
    None
}

/// A rectangle by any two opposite corners (ISO 32000-1, 7.9.5), as left, bottom, right, top.
fn rectangle(document: &Document, value: &Object) -> Option<[f64; 4]> {
    let numbers: Vec<f64> = value
        .as_array()
        .ok()?
        .iter()
        .filter_map(|one| document.dereference(one).ok()?.1.as_float().ok().map(f64::from))
        .collect();
    let &[a, b, c, d] = numbers.as_slice() else { return None };
    Some([a.min(c), b.min(d), a.max(c), b.max(d)])
}

/// Notes and fields of a page: the whole of their rectangle stands for whatever they say.
fn notes<'a>(
    document: &'a Document,
    page: Page<'a>,
    number: u32,
    sheet: &Sheet,
    reader: &mut Reader<'a>,
    room: &mut Room,
    out: &mut Spots,
) {
    let all = page.entries.and_then(|entries| entries.get_deref(b"Annots", document).and_then(Object::as_array).ok());
    for note in all.into_iter().flatten().take(NOTES) {
        let Some(entries) = document.dereference(note).ok().and_then(|(_, note)| note.as_dict().ok()) else {
            continue;
        };
        let place = entries.get_deref(b"Rect", document).ok().and_then(|value| rectangle(document, value));
        let Some(bounds) = place.and_then(|place| sheet.rectangle(place)) else { continue };
        let mut text = String::new();
        for key in [&b"Contents"[..], b"V", b"DV"] {
            let said = above(document, entries, key).and_then(|value| lopdf::decode_text_string(value).ok());
            text.push_str(&said.unwrap_or_default());
            text.push('\n');
        }
        let looks = entries.get_deref(b"AP", document).and_then(Object::as_dict).ok();
        match looks.and_then(|looks| looks.get_deref(b"N", document).ok()) {
            Some(Object::Stream(form)) => text.push_str(&reader.form(form, room).text),
            // A box to tick has a look for each state.
            Some(Object::Dictionary(states)) => {
                for (_, state) in states {
                    if let Ok((_, Object::Stream(form))) = document.dereference(state) {
                        text.push_str(&reader.form(form, room).text);
                    }
                }
            }
            _ => {}
        }
        let places = vec![(0..text.len(), bounds)];
        out.beside.push(PlacedText { page: number, text, places });
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{file, stream};
    use super::*;

    const FONT: &str = "/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>";

    fn page(entries: &str, content: &str, more: &[Vec<u8>]) -> Vec<u8> {
        let mut objects = vec![
            b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
            format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<{FONT}>>{entries}>>").into_bytes(),
            stream("", content.as_bytes()),
        ];
        objects.extend_from_slice(more);
        file(&objects)
    }

    /// Where these words are, in whole hundredths: left, top, right, bottom.
    fn place(file: &[u8], words: &str) -> Option<[i64; 4]> {
        let spots = spots(file).expect("opened");
        let all = spots.pages.iter().chain(&spots.beside);
        // Words that are listed at the end of a page once more have no place there.
        let bounds = all
            .filter_map(|one| {
                let at = one.text.find(words)?;
                one.around(&(at..at + words.len())).into_iter().reduce(Bounds::with)
            })
            .next()?;
        Some([bounds.left, bounds.top, bounds.right, bounds.bottom].map(|part| (part * 100.0).round() as i64))
    }

    #[test]
    fn words_are_where_a_reader_sees_them() {
        let paper = "/MediaBox[0 0 1000 1000]";
        let words = "BT /F1 20 Tf 100 700 Td (call Roe today) Tj ET";
        // Helvetica, 20: "call " is 36.7 wide, "Roe" 36.7; 20 above the line and 7 below it, 2.4 to each side.
        let upright = [13, 28, 18, 31];
        let rows: Vec<(&str, Vec<u8>, [i64; 4])> = vec![
            ("as written", page(paper, words, &[]), upright),
            (
                "a picture that is moved and made twice as large",
                page(paper, "q 2 0 0 2 -100 -700 cm BT /F1 10 Tf 100 700 Td (call Roe today) Tj ET Q", &[]),
                upright,
            ),
            ("letters apart", page(paper, "BT /F1 20 Tf 136.7 700 Td [(R) 0 (o) 0 (e)] TJ ET", &[]), upright),
            (
                "only a part of the paper is seen",
                page("/MediaBox[0 0 1000 1000]/CropBox[100 600 600 1100]", words, &[]),
                [7, 70, 15, 77],
            ),
            ("a quarter turn", page(&format!("{paper}/Rotate 90"), words, &[]), [69, 13, 72, 18]),
            ("half a turn", page(&format!("{paper}/Rotate -180"), words, &[]), [82, 69, 87, 72]),
            ("three quarters", page(&format!("{paper}/Rotate 270"), words, &[]), [28, 82, 31, 87]),
            (
                "what a screen reader reads",
                page(paper, "/Span<</ActualText(Roe)>>BDC BT /F1 20 Tf 136.7 700 Td (XXX) Tj ET EMC", &[]),
                [13, 28, 18, 31],
            ),
        ];
        for (why, file, expected) in rows {
            let found = place(&file, "Roe").expect(why);
            let near = found.iter().zip(expected).all(|(one, other)| (one - other).abs() <= 1);
            assert!(near, "{why}: {found:?} and not {expected:?}");
        }
    }

    #[test]
    fn notes_fields_and_what_is_drawn_in_place_of_what_is_read_are_found() {
        let looks = stream("/Subtype/Form/Resources<<>>", b"");
        let note = b"<</Type/Annot/Subtype/FreeText/Rect[100 100 300 200]/Contents(ask Roe)>>".to_vec();
        let field = b"<</Subtype/Widget/FT/Tx/T(name)/V(Quist)/Rect[400 100 600 200]/AP<</N 5 0 R>>>>".to_vec();
        let content = "/Span<</ActualText(nobody)>>BDC BT /F1 20 Tf 100 700 Td (Lind) Tj ET EMC";
        let file = page("/MediaBox[0 0 1000 1000]/Annots[6 0 R 7 0 R]", content, &[looks, note, field]);
        assert_eq!(place(&file, "Roe"), Some([10, 80, 30, 90]));
        assert_eq!(place(&file, "Quist"), Some([40, 80, 60, 90]));
        assert_eq!(place(&file, "Lind").expect("drawn")[..2], [10, 28]);
        assert_eq!(place(&file, "Nobody Else"), None);
        assert_eq!(spots(&file).expect("opened").pictured, Vec::<u32>::new());
        assert_eq!(spots(b"no file"), None);
    }
}
