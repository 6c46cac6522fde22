//! Model values become PDF pages. The only room that writes a PDF.
//!
//! In: a [`Rendition`], made of text that may leave the building. Out: the bytes of a PDF file, US Letter, stamped on
//! each page with the production number, the label and its place in the item. Text, pictures and slips give PDF/A-2u
//! and PDF/UA-1 files, tagged, with the program's own fonts embedded; the pages of a foreign PDF are copied, made
//! harmless and stamped, and claim neither standard.
//!
//! *Invariant:* the same rendition gives the same bytes on every machine; nothing a reader could have seen is dropped
//! without a line in [`Rendered::problems`]; no stranger's bytes make [`draw`] panic.
//!
//! Reading order: `letter` (what stands on the page), `sheet` (where), `setting` and `screen` (lines and their
//! characters), `boxed` (where words were withheld), `fonts`, `stamp`, `write` (the file), `picture`, `copied` and `harmless` (foreign PDF files). Tests: `tests`.

mod boxed;
mod copied;
mod count;
mod fonts;
mod harmless;
mod letter;
mod picture;
mod screen;
mod setting;
mod sheet;
mod slip;
mod stamp;
mod write;

#[cfg(test)]
mod tests;

pub use count::page_count;
pub use slip::{EXERCISE, slip_sheet};

use crate::base::digest::to_hex;
use crate::model::production::{BatesNumber, PublicText};
use letter::Body;
use picture::Picture;
use screen::Gate;
use setting::Setter;
use stamp::Stamp;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One item, ready to be drawn: everything in it may leave the building.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// What the pages are called in the document's own title.
    pub title: PublicText,
    /// Label and value, in order: From, To, Sent, Subject ...
    pub fields: Vec<(PublicText, PublicText)>,
    /// A line above the body, such as how the text was taken out of a spreadsheet; empty when there is nothing to say.
    pub remark: PublicText,
    /// What the item has to show.
    pub content: Content,
    /// The number stamped on the first page; the next pages follow.
    pub first: Option<BatesNumber>,
    /// A label stamped on every page, such as EXERCISE; empty when there is none.
    pub label: PublicText,
}

/// What an item has to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Text, drawn as it stands.
    Text(PublicText),
    /// A picture: the bytes of a JPEG, PNG, GIF or WebP file that may leave the building whole.
    Picture(Vec<u8>),
    /// The bytes of a PDF file that may leave the building whole; its pages are copied, stamped and made harmless.
    Pages(Vec<u8>),
    /// Nothing can be shown; the text says why.
    Slip(PublicText),
}

/// A drawn item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The PDF file; the same rendition always gives the same bytes.
    pub pdf: Vec<u8>,
    /// Its pages.
    pub pages: u32,
    /// What could not be drawn as asked, in plain words: the caller lists it.
    pub problems: Vec<String>,
}

/// A rendition could not be drawn at all.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The PDF writer failed.
    #[error("the PDF could not be written: {0}")]
    Writer(String),
    /// The production numbers do not reach to the last page.
    #[error("the item has {pages} pages from {first} on, and production numbers end at 99,999,999")]
    Numbers {
        /// Number of the first page.
        first: BatesNumber,
        /// Pages of the item.
        pages: usize,
    },
}

thread_local! {
    /// Fonts and scratch memory, made once for each thread.
    static SETTER: RefCell<Option<Setter>> = const { RefCell::new(None) };
}

/// Draws an item. A picture or PDF that cannot be used becomes a slip that says so.
pub fn draw(rendition: &Rendition) -> Result<Rendered, RenderError> {
    draw_on(rendition, sheet::PAGES)
}

/// Draws an item on at most so many pages.
fn draw_on(rendition: &Rendition, pages: usize) -> Result<Rendered, RenderError> {
    // The setter is taken out while it is in use: what a panic left behind is not used again.
    let mut setter = SETTER.take().unwrap_or_else(Setter::new);
    let drawn = match &rendition.content {
        Content::Text(text) => draw_text(rendition, text.as_str(), &mut setter, pages),
        Content::Slip(why) => draw_body(rendition, &Body::Slip(why.as_str()), &mut setter, pages),
        Content::Picture(bytes) => draw_picture(rendition, bytes, &mut setter, pages),
        Content::Pages(bytes) => draw_pages(rendition, bytes, &mut setter, pages),
    };
    SETTER.set(Some(setter));
    drawn
}

/// Draws text; when the PDF writer refuses it, once more in ASCII with everything else spelled out.
fn draw_text(r: &Rendition, text: &str, setter: &mut Setter, pages: usize) -> Result<Rendered, RenderError> {
    match draw_body(r, &Body::Text(text), setter, pages) {
        Err(RenderError::Writer(why)) => {
            *setter = Setter::new();
            setter.gate = Gate::Ascii;
            let again = draw_body(r, &Body::Text(text), setter, pages);
            setter.gate = Gate::Fonts;
            let mut again = again?;
            again.problems.push(format!("the fonts could not be used as asked ({why}); the text is drawn in ASCII"));
            Ok(again)
        }
        other => other,
    }
}

/// Draws a picture, or the slip that says why not.
fn draw_picture(r: &Rendition, bytes: &[u8], setter: &mut Setter, pages: usize) -> Result<Rendered, RenderError> {
    let opened = catch_unwind(AssertUnwindSafe(|| picture::open(bytes)));
    let picture = match opened.unwrap_or_else(|_| Err("the picture file is damaged".to_owned())) {
        Ok(picture) => picture,
        Err(why) => return draw_slip(r, &why, setter, pages),
    };
    let body = Body::Picture(&picture);
    let mut drawn = match draw_as(r, &body, setter, pages, true) {
        Ok(drawn) => drawn,
        Err(RenderError::Writer(_)) => match draw_as(r, &body, setter, pages, false) {
            Ok(mut drawn) => {
                drawn.problems.push("the picture has printing colours: the file is not PDF/A".to_owned());
                drawn
            }
            Err(RenderError::Writer(why)) => {
                return draw_slip(r, &format!("the picture file is damaged: {why}"), setter, pages);
            }
            Err(other) => return Err(other),
        },
        Err(other) => return Err(other),
    };
    drawn.problems.extend(picture.remarks.iter().cloned());
    Ok(drawn)
}

/// Copies the pages of a PDF file, or draws the slip that says why not.
fn draw_pages(r: &Rendition, bytes: &[u8], setter: &mut Setter, pages: usize) -> Result<Rendered, RenderError> {
    let opened = catch_unwind(|| copied::open(bytes));
    let source = match opened.unwrap_or_else(|_| Err("the PDF file is damaged".to_owned())) {
        Ok(source) => source,
        Err(why) => return draw_slip(r, &why, setter, pages),
    };
    let stamp = stamp_for(r, source.pages())?;
    let replaced = setter.replaced;
    let title = letter::title(r, setter);
    let copied = catch_unwind(AssertUnwindSafe(|| copied::copy(&source, &stamp, &title, &identifier(r), setter)));
    setter.replaced = replaced;
    match copied.unwrap_or_else(|_| Err("the PDF file is damaged".to_owned())) {
        Ok((pdf, problems)) => Ok(Rendered { pdf, pages: counted(source.pages()), problems }),
        Err(why) => draw_slip(r, &why, setter, pages),
    }
}

/// A slip in the place of what could not be shown.
fn draw_slip(r: &Rendition, why: &str, setter: &mut Setter, pages: usize) -> Result<Rendered, RenderError> {
    let words = format!("This item cannot be shown on paper: {why}.");
    let mut drawn = draw_body(r, &Body::Slip(&words), setter, pages)?;
    drawn.problems.push(why.to_owned());
    Ok(drawn)
}

fn draw_body(r: &Rendition, body: &Body<'_>, setter: &mut Setter, pages: usize) -> Result<Rendered, RenderError> {
    draw_as(r, body, setter, pages, true)
}

/// Composes and writes. A panic of the PDF writer is a failure of the writer.
fn draw_as(
    rendition: &Rendition,
    body: &Body<'_>,
    setter: &mut Setter,
    pages: usize,
    archival: bool,
) -> Result<Rendered, RenderError> {
    let imprint = write::Imprint { title: letter::title(rendition, setter), id: identifier(rendition), archival };
    let picture: Option<&Picture> = if let Body::Picture(picture) = body { Some(picture) } else { None };
    setter.replaced = 0;
    let written = catch_unwind(AssertUnwindSafe(|| {
        let (sheet, left_out) = letter::compose(rendition, body, setter, pages);
        let stamp = stamp_for(rendition, sheet.pages.len())?;
        let replaced = setter.replaced;
        let pdf = write::write(&sheet, picture, &stamp, &imprint, setter).map_err(RenderError::Writer)?;
        Ok((pdf, sheet.pages.len(), left_out, replaced))
    }));
    let (pdf, drawn, left_out, replaced) =
        written.unwrap_or_else(|_| Err(RenderError::Writer("it stopped in the middle".to_owned())))?;
    let mut problems = Vec::new();
    if replaced > 0 {
        problems.push(format!("{replaced} characters cannot be drawn and stand as [U+...]; the text file has them"));
    }
    if left_out > 0 {
        problems
            .push(format!("the item is longer than {pages} pages; {left_out} characters are only in the text file"));
    }
    Ok(Rendered { pdf, pages: counted(drawn), problems })
}

/// The stamp of an item with so many pages.
fn stamp_for(rendition: &Rendition, pages: usize) -> Result<Stamp<'_>, RenderError> {
    const LAST: usize = 99_999_999;
    if let Some(first) = &rendition.first
        && usize::try_from(first.page()).unwrap_or(LAST) + pages - 1 > LAST
    {
        return Err(RenderError::Numbers { first: first.clone(), pages });
    }
    Ok(Stamp { first: rendition.first.as_ref(), label: rendition.label.as_str(), pages })
}

/// Pages as they are counted; their number is bounded by constants of this room.
fn counted(pages: usize) -> u32 {
    u32::try_from(pages).unwrap_or(u32::MAX)
}

/// A name for the file made from everything in the rendition.
fn identifier(rendition: &Rendition) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |bytes: &[u8]| {
        hasher.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(bytes);
    };
    add(rendition.title.as_str().as_bytes());
    for (label, value) in &rendition.fields {
        add(label.as_str().as_bytes());
        add(value.as_str().as_bytes());
    }
    add(rendition.remark.as_str().as_bytes());
    match &rendition.content {
        Content::Text(text) => add(text.as_str().as_bytes()),
        Content::Picture(bytes) | Content::Pages(bytes) => add(bytes),
        Content::Slip(why) => add(why.as_str().as_bytes()),
    }
    add(rendition.first.as_ref().map(ToString::to_string).unwrap_or_default().as_bytes());
    add(rendition.label.as_str().as_bytes());
    to_hex(hasher.finalize().as_bytes())
}
