//! A file from which something is left out: never its own bytes, always something made of what remains.
//!
//! Words are left out of the text, and the text is drawn. Boxes are burned into the dots of a picture. The pages of a PDF
//! are drawn from their text as well: what lies under a box stays in a copied page (`redaction::leak` shows the ways).

use super::draft::Shown;
use super::words::released;
use crate::model::production::PublicText;
use crate::model::redaction::Region;
use crate::redaction::{Redactor, burn, burn_pages};
use crate::render::Content;

const TEXT_ONLY: &str = "A part of this file is withheld. What remains is drawn from its text as the program read it, hidden \
                         parts included; its layout and pictures are not shown.";
const BURNED: &str = "A part of this picture is withheld and was painted over.";
const BURNED_PAGES: &str =
    "A part of these pages is withheld and was painted over; they are pictures of the pages.";

/// What is shown of a file from which words or boxes are left out; `text` is without the words already.
pub(super) fn redacted_file(found_type: &str, bytes: Option<&[u8]>, text: &str, regions: &[Region], redactor: &Redactor) -> Shown {
    let is_picture = matches!(found_type, "image/jpeg" | "image/png");
    match bytes {
        Some(bytes) if is_picture && !regions.is_empty() => match burn(bytes, regions) {
            // Words that a program had read in the picture may be those under the box.
            Ok(burned) => Shown {
                content: Content::Picture(burned),
                text: PublicText::released(BURNED),
                remark: BURNED,
                listed: true,
            },
            Err(error) => slip(&format!("A part of this picture is withheld, and it could not be painted over: {error}.")),
        },
        Some(bytes) if found_type == "application/pdf" && !regions.is_empty() => match burn_pages(bytes, regions) {
            Ok(pages) => {
                // Words in what is left are read again: those that are withheld elsewhere go from them as well.
                let read = released(&redactor.text(&pages.words));
                let text = if read.is_empty() { PublicText::released(BURNED_PAGES) } else { read };
                Shown { content: Content::Pages(pages.pdf), text, remark: BURNED_PAGES, listed: true }
            }
            Err(error) => slip(&format!("A part of this file is withheld, and its pages could not be painted over: {error}.")),
        },
        _ if !regions.is_empty() => {
            slip("A part of this file is withheld; boxes can be painted into pictures and PDF pages alone.")
        }
        _ if text.trim().is_empty() => slip("A part of this file is withheld, and it has no text from which the rest could be drawn."),
        _ => {
            let text = released(text);
            Shown { content: Content::Text(text.clone()), text, remark: TEXT_ONLY, listed: true }
        }
    }
}

fn slip(words: &str) -> Shown {
    let words = released(words);
    Shown { content: Content::Slip(words.clone()), text: words, remark: "", listed: true }
}
