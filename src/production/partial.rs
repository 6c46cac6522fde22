//! A file from which something is left out: never its own bytes, always something made of what remains.
//!
//! Words are left out of the text, and the text is drawn; of a workbook cell by cell, hidden sheets and comments included. Boxes are burned into the dots of a picture. The pages of a PDF
//! are drawn from their text as well: what lies under a box stays in a copied page (`redaction::leak` shows the ways).

use super::draft::Shown;
use super::words::released;
use crate::base::id::RecordId;
use crate::extract::workbook;
use crate::model::production::PublicText;
use crate::model::redaction::{Place, Reach, Region};
use crate::redaction::marker;
use crate::redaction::{Covered, Located, Needle, Redactor, SearchBuilder, Taken, burn, burn_pages, takes_boxes};
use crate::render::Content;

const TEXT_ONLY: &str = "A part of this file is withheld. What remains is drawn from its text as the program read it, hidden \
                         parts included; its layout and pictures are not shown.";
const CELLS: &str = "A part of this workbook is withheld. What remains is drawn cell by cell, hidden sheets and comments included; \
                     formulas, charts and colours are not shown.";
const BURNED: &str = "A part of this picture is withheld and was painted over.";
const BURNED_PAGES: &str = "A part of these pages is withheld and was painted over; they are pictures of the pages.";

/// What is shown of a file from which words or boxes are left out; `text` is without the words already.
pub(super) fn redacted_file(
    found_type: &str,
    bytes: Option<&[u8]>,
    text: &str,
    regions: &[(Region, String)],
    record: RecordId,
    redactor: &Redactor,
) -> Shown {
    match bytes {
        Some(bytes) if takes_boxes(found_type) && !regions.is_empty() => {
            painted(found_type, bytes, regions, record, redactor)
        }
        _ if !regions.is_empty() => {
            slip("A part of this file is withheld; boxes can be painted into pictures and PDF pages alone.")
        }
        Some(bytes)
            if is_workbook(found_type)
                && let Some(cells) = cells(bytes, text, record, redactor) =>
        {
            let text = released(&cells);
            Shown { content: Content::Text(text.clone()), text, remark: CELLS, listed: true }
        }
        _ if text.trim().is_empty() => {
            slip("A part of this file is withheld, and it has no text from which the rest could be drawn.")
        }
        _ => {
            let text = released(text);
            Shown { content: Content::Text(text.clone()), text, remark: TEXT_ONLY, listed: true }
        }
    }
}

/// A picture, or pages as pictures, with boxes painted in: those that were decided on, and others over words that are left out
/// of the text of this file, because what is left out of the text must not be seen in the picture.
fn painted(
    found_type: &str,
    bytes: &[u8],
    regions: &[(Region, String)],
    record: RecordId,
    redactor: &Redactor,
) -> Shown {
    let is_picture = found_type != "application/pdf";
    let what = if is_picture { "picture" } else { "file" };
    let failed =
        |why: &str| slip(&format!("A part of this {what} is withheld, and it could not be painted over: {why}."));
    let Some(covered) = covered(found_type, bytes, regions, record, redactor) else {
        return failed("nobody can say where all of the withheld words are seen in it");
    };
    if is_picture {
        // Words that a program had read in the picture may be those under the box.
        let text = PublicText::released(BURNED);
        return match burn(bytes, &covered) {
            Ok(burned) => Shown { content: Content::Picture(burned), text, remark: BURNED, listed: true },
            Err(error) => failed(&error.to_string()),
        };
    }
    match burn_pages(bytes, &covered) {
        Ok(pages) => {
            let read = released(&redactor.text(&pages.words));
            let text = if read.is_empty() { PublicText::released(BURNED_PAGES) } else { read };
            Shown { content: Content::Pages(pages.pdf), text, remark: BURNED_PAGES, listed: true }
        }
        Err(error) => failed(&error.to_string()),
    }
}

/// What is painted over in a file: the boxes that were decided on, those over words that are left out in one place alone, and
/// the words that may not be seen. `None` when words were taken out of its text and nobody can say where they are drawn.
fn covered(
    found_type: &str,
    bytes: &[u8],
    boxes: &[(Region, String)],
    record: RecordId,
    redactor: &Redactor,
) -> Option<Covered> {
    let mut builder = SearchBuilder::more_than(redactor.everywhere());
    let mut labels = redactor.markers();
    let mut boxes = boxes.to_vec();
    let own: Vec<&Taken> = redactor.on(record).filter(|one| one.place == Place::Text).collect();
    if own.is_empty() {
        return Some(Covered { boxes, search: builder.build()?, labels });
    }
    let located = Located::of(found_type, bytes, true)?;
    for one in own.iter().filter(|one| one.reach == Reach::Here) {
        let drawn = located.stretch(&one.range, &one.words);
        if drawn.is_empty() && builder.add(Needle::of(&one.words)?) == labels.len() {
            labels.push(one.marker.clone());
        }
        boxes.extend(drawn.into_iter().map(|region| (region, one.marker.clone())));
    }
    let search = builder.build()?;
    // On a page that is a picture and that nobody can read here, the words may be anywhere.
    if !located.unread().is_empty() {
        let found: Vec<usize> = located.everywhere(&search).into_iter().map(|(needle, _)| needle).collect();
        let is_found = |needle: Needle| {
            search.needles().iter().position(|one| *one == needle).is_none_or(|at| found.contains(&at))
        };
        if !own.iter().filter_map(|one| Needle::of(&one.words)).all(is_found) {
            return None;
        }
    }
    Some(Covered { boxes, search, labels })
}

fn is_workbook(found_type: &str) -> bool {
    found_type.contains("spreadsheet") || found_type.contains("ms-excel")
}

/// The cells of a workbook by their rows, without what is left out, and behind them what its text has beside the cells;
/// `None` when the cells cannot be read, or words that are left out are not found in them.
fn cells(bytes: &[u8], text: &str, record: RecordId, redactor: &Redactor) -> Option<String> {
    let mut grid = String::new();
    for sheet in workbook::sheets(bytes).ok()? {
        if sheet.is_cut {
            return None;
        }
        let hidden = if sheet.is_hidden { "hidden sheet" } else { "sheet" };
        grid.push_str(&format!("[{hidden} {}]\n", sheet.name));
        for (row, cells) in (1..).zip(&sheet.rows) {
            if cells.iter().any(|cell| !cell.is_empty()) {
                let words: Vec<String> =
                    cells.iter().map(|cell| cell.words().replace(['\t', '\n', '\r'], " ")).collect();
                grid.push_str(&format!("{row}\t{}\n", words.join("\t")));
            }
        }
        grid.push('\n');
    }
    let mut out = redactor.other_form(&grid, record)?;
    // Comments, properties and the like have headings of their own in the text, which is without the words already.
    let mut beside = false;
    for line in text.lines() {
        // A row that begins with a marker is no heading.
        if line.starts_with('[') && marker::markers(line).first().is_none_or(|range| range.start > 0) {
            beside = !line.starts_with("[sheet ") && !line.starts_with("[hidden sheet ");
        }
        if beside {
            out.push_str(line);
            out.push('\n');
        }
    }
    Some(out)
}

fn slip(words: &str) -> Shown {
    let words = released(words);
    Shown { content: Content::Slip(words.clone()), text: words, remark: "", listed: true }
}
