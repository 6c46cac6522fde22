//! Where words are drawn on the pages of a PDF or in a picture, as boxes that cover them.
//!
//! Letters are placed by this program's own reader of PDF files; what is a picture is read by `tesseract` where that is
//! installed, and nothing is known of it elsewhere.

use super::picture;
use super::words::Search;
use crate::extract::pdf::{self, Spots};
use crate::extract::placed::{Bounds, PlacedText};
use crate::extract::raster;
use crate::model::redaction::Region;
use std::collections::BTreeSet;
use std::ops::Range;

/// How far a box reaches beyond what it covers, in thousandths of the page.
const MARGIN: f64 = 1.0;

/// Whether boxes can be drawn on files of this type.
pub fn takes_boxes(found_type: &str) -> bool {
    matches!(found_type, "application/pdf" | "image/jpeg" | "image/png")
}

/// Whether pages of a PDF can be made pictures here, which boxes on them need.
pub fn draws_pages() -> bool {
    raster::draws_pages()
}

/// The words of a file with their places.
#[derive(Debug, PartialEq)]
pub struct Located {
    spots: Spots,
    /// Words that were read in pictures.
    read: Vec<PlacedText>,
    /// Pages that are pictures and that nobody read here.
    unread: Vec<u32>,
}

impl Located {
    /// The words of a PDF or a picture; with `reads_pictures` also those that are pictures. `None` when the file cannot be
    /// opened or is of another type.
    pub fn of(found_type: &str, bytes: &[u8], reads_pictures: bool) -> Option<Self> {
        match found_type {
            "application/pdf" => {
                let spots = pdf::spots(bytes)?;
                let (mut read, mut unread) = (Vec::new(), Vec::new());
                for page in &spots.pictured {
                    match reads_pictures.then(|| page_read(bytes, *page)).flatten() {
                        Some(words) => read.push(PlacedText { page: *page, ..words }),
                        None => unread.push(*page),
                    }
                }
                Some(Self { spots, read, unread })
            }
            "image/jpeg" | "image/png" => {
                let upright = picture::upright_png(bytes).ok()?;
                let words = reads_pictures.then(|| raster::words(&upright).ok().flatten()).flatten();
                let unread = if words.is_none() { vec![1] } else { Vec::new() };
                Some(Self { spots: Spots::default(), read: words.into_iter().collect(), unread })
            }
            _ => None,
        }
    }

    /// Pages that are pictures and that nobody read here: words on them are not found.
    pub fn unread(&self) -> &[u32] {
        &self.unread
    }

    /// Boxes over words wherever they are drawn, with the number of the words.
    pub fn everywhere(&self, search: &Search) -> Vec<(usize, Region)> {
        let all = self.spots.pages.iter().chain(&self.spots.beside).chain(&self.read);
        let mut found = BTreeSet::new();
        for text in all {
            found.extend(in_text(text, search));
        }
        found.into_iter().collect()
    }

    /// Boxes over one stretch of the text of the file, in bytes; none when these words are not drawn there.
    pub fn stretch(&self, range: &Range<usize>, words: &str) -> Vec<Region> {
        let mut begins = 0;
        for page in &self.spots.pages {
            let ends = begins + page.text.len();
            if begins <= range.start && range.end <= ends {
                let local = range.start - begins..range.end - begins;
                if page.text.get(local.clone()) != Some(words) {
                    return Vec::new();
                }
                return page.around(&local).into_iter().filter_map(|one| region(page.page, one)).collect();
            }
            // The text of a file has a line end behind each page.
            begins = ends + 1;
        }
        Vec::new()
    }
}

/// Boxes over words in one placed text.
pub(super) fn in_text(text: &PlacedText, search: &Search) -> Vec<(usize, Region)> {
    let found = search.find(&text.text).into_iter();
    found
        .flat_map(|(needle, range)| text.around(&range).into_iter().map(move |one| (needle, one)))
        .filter_map(|(needle, bounds)| Some((needle, region(text.page, bounds)?)))
        .collect()
}

fn page_read(bytes: &[u8], page: u32) -> Option<PlacedText> {
    let dots = raster::page(bytes, page as usize).ok()?;
    raster::words(&picture::write(&dots).ok()?).ok()?
}

/// A box in whole thousandths that covers all of it; `None` when nothing of it is on the page.
fn region(page: u32, bounds: Bounds) -> Option<Region> {
    let low = |at: f64| (at * 1_000.0 - MARGIN).floor().clamp(0.0, 1_000.0) as u32;
    let high = |at: f64| (at * 1_000.0 + MARGIN).ceil().clamp(0.0, 1_000.0) as u32;
    let (left, right) = (low(bounds.left), high(bounds.right));
    let (top, bottom) = (low(bounds.top), high(bounds.bottom));
    (left < right && top < bottom).then(|| Region { page, left, top, width: right - left, height: bottom - top })
}

#[cfg(test)]
mod tests {
    use super::super::words::{Needle, SearchBuilder};
    use super::*;

    fn search(words: &[&str]) -> Search {
        let mut builder = SearchBuilder::default();
        for needle in words.iter().filter_map(|one| Needle::of(one)) {
            builder.add(needle);
        }
        builder.build().expect("built")
    }

    #[test]
    fn words_are_covered_wherever_they_are_drawn_or_in_one_place() {
        let file = pdf::page_of_words("Roe called; Ann Roe came");
        let located = Located::of("application/pdf", &file, false).expect("opened");
        let all = located.everywhere(&search(&["ROE", "Quist"]));
        assert_eq!(all.iter().map(|(needle, _)| *needle).collect::<Vec<_>>(), [0, 0]);
        let text = crate::extract::text(&file, "a.pdf", "").text;
        let second = text.rfind("Roe").expect("there");
        let one = located.stretch(&(second..second + 3), "Roe");
        assert_eq!(one, [all[1].1], "the second of the two");
        assert_eq!(located.stretch(&(second..second + 3), "Ann"), [], "other words stand there");
        assert_eq!(located.stretch(&(5_000..5_003), "Roe"), []);
        assert!(all[0].1.left > 110 && all[0].1.left < 120 && all[0].1.top > 80 && all[0].1.top < 90, "{all:?}");
        assert_eq!(Located::of("text/plain", b"Roe", false), None);
        assert!(region(1, Bounds { left: 1.2, top: 0.1, right: 1.4, bottom: 0.2 }).is_none(), "beside the page");
    }
}
