//! Text of PDF files, page by page, and what else is written in them: notes, fields, links, bookmarks, files, properties.
//!
//! *Invariant:* time and memory follow the bytes of the file and the limits of [`room::Room`], whatever points to what.

mod about;
mod beside;
mod channels;
mod cmap;
mod composite;
mod content;
mod file;
mod font;
mod lexer;
mod pages;
mod pen;
mod room;
mod spots;
mod standard;

pub use channels::{Channels, STRINGS, channels, page_count};
pub use spots::{Spots, spots};

use super::budget::Budget;
use super::{Extracted, ocr, property_set};
use crate::model::exception::ProblemCode;
use crate::model::item::Searchable;
use content::{Reader, Shown};
use file::PdfError;
use room::Room;

/// The media type.
const FOUND: &str = "application/pdf";
/// Pages of one file that are read.
const PAGES: usize = 2_000;
/// Stretches of pages that one sentence names.
const RANGES: usize = 40;
/// Letters and digits below which a page that shows a picture may be a scan with a stamp on it.
const STAMP: usize = 40;
/// Bytes of text after which no further page is read.
const TEXT_BYTES: usize = crate::base::limits::SEARCHABLE_CHARS * 4;

/// The text of all pages; a page of pictures is said.
pub fn extract(bytes: &[u8], budget: &mut Budget) -> Extracted {
    let mut room = Room::new(budget.unpack_left);
    let document = match file::open(bytes, &mut room) {
        Ok(document) => document,
        Err(error) => {
            let code = if error == PdfError::Encrypted { ProblemCode::Encrypted } else { ProblemCode::Malformed };
            return Extracted::nothing(FOUND).but(Searchable::Not, code, error.to_string());
        }
    };
    let mut out = Extracted::all(FOUND, String::new());
    let pages = pages::all(&document);
    let mut reader = Reader::new(&document);
    let mut told = Told::default();
    for (number, page) in (1..).zip(&pages).take(PAGES) {
        let shown = reader.page(*page, &mut room);
        out.text.push_str(shown.text.trim_end());
        out.text.push('\n');
        told.add(number, &shown);
        if out.text.len() > TEXT_BYTES || room.steps_left == 0 {
            room.reached |= usize::try_from(number).is_ok_and(|number| number < pages.len());
            break;
        }
    }
    about::tell(&document, &mut room, &mut out.facts);
    beside::add(&document, &mut reader, &mut room, &mut out);
    property_set::add_words(&mut out);
    budget.unpack_left = budget.unpack_left.saturating_sub(room.unpacked());
    out = beside::add_files(&document, &mut room, out, budget);
    // Programs that draw and recognise pages are given memory only when this one has given its own back.
    let count = pages.len();
    drop((reader, pages));
    drop(document);
    told.silent = ocr::add_pages(bytes, &told.silent, &mut out);
    told.pictured = ocr::add_pages(bytes, &told.pictured, &mut out);
    told.finish(out, count, &room)
}

/// What is to be said about pages.
#[derive(Default)]
struct Told {
    /// Pages on which something is drawn and no words are.
    silent: Vec<u32>,
    /// Pages with pictures and hardly a word.
    pictured: Vec<u32>,
    /// Pages with letters that nobody can know.
    unknown: Vec<u32>,
    /// Pages of which a part is missing or too large.
    broken: Vec<u32>,
    read: usize,
}

impl Told {
    fn add(&mut self, number: u32, shown: &Shown) {
        self.read += 1;
        let letters = shown.text.chars().filter(|one| one.is_alphanumeric()).count();
        // An empty page hides nothing.
        let is_blank = shown.is_whole && !shown.is_painted;
        if letters == 0 && !is_blank {
            self.silent.push(number);
        } else if shown.has_picture && letters < STAMP {
            self.pictured.push(number);
        }
        if shown.unknown > 0 {
            self.unknown.push(number);
        }
        if letters > 0 && !shown.is_whole {
            self.broken.push(number);
        }
    }

    fn finish(&self, mut out: Extracted, pages: usize, room: &Room) -> Extracted {
        let partly = Searchable::Partly;
        if !self.unknown.is_empty() {
            let sentence = format!("letters of a font could not be decoded on {}", page_ranges(&self.unknown));
            out = out.but(partly, ProblemCode::Undecodable, sentence);
        }
        if !self.pictured.is_empty() {
            let sentence = format!("pictures that may hold words are on {}", page_ranges(&self.pictured));
            out = out.but(partly, ProblemCode::Unsupported, sentence);
        }
        if !self.broken.is_empty() {
            let sentence = format!("a part of the content could not be read on {}", page_ranges(&self.broken));
            out = out.but(partly, ProblemCode::Malformed, sentence);
        }
        if room.damaged {
            out = out.but(partly, ProblemCode::Malformed, "a part of the PDF file is damaged");
        }
        if room.reached {
            let sentence = "a limit was reached, and not all of the PDF file was read";
            out = out.but(partly, ProblemCode::LimitReached, sentence);
        }
        if pages > PAGES {
            let sentence = format!("only the first {PAGES} of {pages} pages were read");
            out = out.but(partly, ProblemCode::LimitReached, sentence);
        }
        if pages == 0 {
            let sentence = "the PDF file is damaged: no page is in it";
            return out.but(Searchable::Not, ProblemCode::Malformed, sentence);
        }
        if self.silent.len() == self.read && !out.facts.contains_key("ocr pages") {
            let sentence = "no page has text; the pages may be pictures and need reading by eye or OCR";
            return out.but(Searchable::Not, ProblemCode::Unsupported, sentence);
        }
        if !self.silent.is_empty() {
            let count = self.silent.len();
            let ranges = page_ranges(&self.silent);
            let sentence = format!("{count} of {pages} pages have no text and may be pictures: {ranges}");
            out = out.but(partly, ProblemCode::Unsupported, sentence);
        }
        out
    }
}

/// Page numbers as a person writes them: `page 1, 3-5`; after [`RANGES`] stretches the rest is left out.
fn page_ranges(pages: &[u32]) -> String {
    let mut stretches: Vec<(u32, u32)> = Vec::new();
    for page in pages {
        match stretches.last_mut() {
            Some((_, last)) if *last + 1 == *page => *last = *page,
            _ => stretches.push((*page, *page)),
        }
    }
    let shown = stretches.iter().take(RANGES).map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    let mut words: Vec<String> = shown.collect();
    if stretches.len() > RANGES {
        words.push("and more".to_owned());
    }
    format!("page {}", words.join(", "))
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub use tests::{page_of_picture, page_of_words};
