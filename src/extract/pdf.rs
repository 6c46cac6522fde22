//! Text of PDF files, page by page.

use super::Extracted;
use crate::model::exception::ProblemCode;
use crate::model::item::Searchable;
use lopdf::{Document, LoadOptions, Object};

/// Pages of one file that are read.
const PAGES: usize = 2_000;
/// Stretches of pages that one sentence names.
const RANGES: usize = 40;
/// Bytes one stream may unpack to.
const STREAM_BYTES: usize = 32 * 1024 * 1024;
/// Bytes of text after which no further page is read.
const TEXT_BYTES: usize = crate::base::limits::SEARCHABLE_CHARS * 4;

/// The text of all pages; a page of pictures is said.
pub fn extract(bytes: &[u8]) -> Extracted {
    const FOUND: &str = "application/pdf";
    let options = LoadOptions { max_decompressed_size: Some(STREAM_BYTES), ..LoadOptions::default() };
    let document = match Document::load_mem_with_options(bytes, options) {
        Ok(document) => document,
        Err(error) if is_locked(&error) => return encrypted(),
        Err(error) => {
            let sentence = format!("the PDF file is damaged: {error}");
            return Extracted::nothing(FOUND).but(Searchable::Not, ProblemCode::Malformed, sentence);
        }
    };
    // A file that opens with the empty password is only marked as not to be changed.
    if document.is_encrypted() && document.encryption_state.is_none() {
        return encrypted();
    }
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    let mut out = Extracted::all(FOUND, information(&document));
    let mut silent = Vec::new();
    for page in pages.iter().take(PAGES) {
        let text = document.extract_text_with_limit(&[*page], STREAM_BYTES).unwrap_or_default();
        if text.trim().is_empty() {
            silent.push(*page);
        }
        out.text.push_str(text.trim_end());
        out.text.push('\n');
        if out.text.len() > TEXT_BYTES {
            break;
        }
    }
    annotations(&document, &mut out.text);
    // The library writes a remark in place of the letters of a font whose table it does not know.
    if out.text.contains('\u{fffd}') || out.text.contains("Unimplemented?") {
        let sentence = "letters of a font could not be decoded";
        out = out.but(Searchable::Partly, ProblemCode::Undecodable, sentence);
    }
    if holds_more(&document) {
        let sentence = "files or forms are embedded in it and were not looked into";
        out = out.but(Searchable::Partly, ProblemCode::Unsupported, sentence);
    }
    if silent.len() == pages.len() {
        let sentence = "no page has text; the pages may be pictures and need reading by eye or OCR";
        return out.but(Searchable::Not, ProblemCode::Unsupported, sentence);
    }
    if !silent.is_empty() {
        let sentence = format!(
            "{} of {} pages have no text and may be pictures: {}",
            silent.len(),
            pages.len(),
            page_ranges(&silent)
        );
        out = out.but(Searchable::Partly, ProblemCode::Unsupported, sentence);
    }
    if pages.len() > PAGES {
        let sentence = format!("only the first {PAGES} of {} pages were read", pages.len());
        out = out.but(Searchable::Partly, ProblemCode::LimitReached, sentence);
    }
    out
}

/// Page numbers as a person writes them: `1, 3-5`; after [`RANGES`] stretches the rest is left out.
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

fn encrypted() -> Extracted {
    let nothing = Extracted::nothing("application/pdf");
    nothing.but(Searchable::Not, ProblemCode::Encrypted, "the PDF file is protected by a password")
}

fn is_locked(error: &lopdf::Error) -> bool {
    matches!(error, lopdf::Error::Decryption(_) | lopdf::Error::InvalidPassword)
}

/// Title, subject and the like.
fn information(document: &Document) -> String {
    let mut out = String::new();
    let info = document.trailer.get(b"Info").ok().and_then(|info| document.dereference(info).ok());
    if let Some((_, Object::Dictionary(info))) = info {
        for name in [&b"Title"[..], b"Subject", b"Keywords"] {
            if let Ok(text) = info.get(name).and_then(lopdf::decode_text_string)
                && !text.trim().is_empty()
            {
                out.push_str(text.trim());
                out.push('\n');
            }
        }
    }
    out
}

/// Whether files (ISO 32000-1 section 7.11.4) or a form of its own language (section 12.7.8) lie in it.
fn holds_more(document: &Document) -> bool {
    document.objects.values().any(|object| match object {
        Object::Dictionary(dictionary) => dictionary.has(b"EF") || dictionary.has(b"XFA"),
        _ => false,
    })
}

/// What is written in notes and filled into fields: it stands on the page and not in its content.
fn annotations(document: &Document, out: &mut String) {
    for object in document.objects.values() {
        let Object::Dictionary(dictionary) = object else { continue };
        let shown = dictionary.has(b"Subtype") && dictionary.has(b"Rect");
        if !shown && !dictionary.has(b"FT") {
            continue;
        }
        for name in [&b"Contents"[..], b"V"] {
            if let Ok(text) = dictionary.get(name).and_then(lopdf::decode_text_string)
                && !text.trim().is_empty()
                && out.len() < TEXT_BYTES
            {
                out.push_str(text.trim());
                out.push('\n');
            }
        }
    }
}
