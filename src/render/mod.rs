//! Model values become PDF pages. The only room that writes a PDF.
//!
//! In: a [`Rendition`], made of text that may leave the building. Out: the bytes of a PDF file, US Letter, stamped on
//! each page with the production number, the label and its place in the item. Text, pictures and slips give PDF/A-2u
//! and PDF/UA-1 files, tagged, with the program's own fonts embedded, and for the archive PDF/A-3a with the original inside;
//! the pages of a foreign PDF are copied, made
//! harmless and stamped, and claim neither standard.
//!
//! *Invariant:* the same rendition gives the same bytes on every machine; nothing a reader could have seen is dropped
//! without a line in [`Rendered::problems`]; no stranger's bytes make [`draw`] panic.
//!
//! Reading order: `letter` and `rich` (what stands on the page), `sheet` (where), `setting` and `screen` (lines and their
//! characters), `boxed` (where words were withheld), `fonts`, `stamp`, `write` (the file), `picture`, `copied` and `harmless` (foreign PDF files), `singles` (a file
//! for each page). Tests: `tests`.

mod boxed;
mod copied;
mod count;
mod fonts;
mod harmless;
mod letter;
mod picture;
mod rich;
mod screen;
mod setting;
mod sheet;
mod singles;
mod slip;
mod stamp;
mod write;

#[cfg(test)]
mod rich_tests;
#[cfg(test)]
mod tests;

pub use count::page_count;
pub use singles::single_pages;
pub use slip::{EXERCISE, slip_sheet};

use crate::base::digest::to_hex;
use crate::model::production::{BatesNumber, PublicText};
use crate::text::{Block, words_of};
use chrono::{DateTime, Utc};
use letter::Body;
use picture::Picture;
use rich::Shown;
use screen::Gate;
use setting::Setter;
use stamp::Stamp;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use write::Form;

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
    /// When it was made: the date of the file, which is otherwise not stated. The moment of the production, so that each
    /// drawing of it has the same bytes.
    pub made_at: Option<DateTime<Utc>>,
    /// A label stamped on every page, such as EXERCISE; empty when there is none.
    pub label: PublicText,
}

/// What an item has to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Text, drawn as it stands.
    Text(PublicText),
    /// Rich text with the pictures in it.
    Rich(Rich),
    /// A picture: the bytes of a JPEG, PNG, GIF or WebP file that may leave the building whole.
    Picture(Vec<u8>),
    /// The bytes of a PDF file that may leave the building whole; its pages are copied, stamped and made harmless.
    Pages(Vec<u8>),
    /// Nothing can be shown; the text says why.
    Slip(PublicText),
}

/// What a file says of itself beside its title, for document systems that fill their fields from it. In what leaves the
/// building all of it is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties {
    /// What it is about.
    pub subject: PublicText,
    /// Who wrote it.
    pub author: PublicText,
    /// Words it is filed under.
    pub keywords: Vec<PublicText>,
}

/// Rich text that may leave the building.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rich {
    blocks: Vec<Block>,
    /// Pictures by the id of their part.
    pictures: Vec<(String, Vec<u8>)>,
}

impl Rich {
    /// Vouches that the text and the pictures were released, as [`PublicText::released`] does.
    pub fn released(blocks: Vec<Block>, pictures: Vec<(String, Vec<u8>)>) -> Self {
        Self { blocks, pictures }
    }

    /// What it says.
    pub fn words(&self) -> String {
        words_of(&self.blocks)
    }
}

/// The original that an archival file is drawn from, and that it has inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// A plain ASCII name for the file inside.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// What it is, in words.
    pub description: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
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

/// Draws an item whose file says of itself more than its title.
pub fn draw_with(rendition: &Rendition, properties: &Properties) -> Result<Rendered, RenderError> {
    let mut setter = SETTER.take().unwrap_or_else(Setter::new);
    setter.properties = properties.clone();
    SETTER.set(Some(setter));
    let drawn = draw(rendition);
    if let Some(mut setter) = SETTER.take() {
        setter.properties = Properties::default();
        SETTER.set(Some(setter));
    }
    drawn
}

/// Draws an item for the archive: PDF/A-3a and PDF/UA-1, with the original inside as its source (EA-PDF's advice). Nothing
/// that goes out is drawn like this. Pages of a foreign PDF file cannot be: they are no PDF/A.
pub fn draw_archival(rendition: &Rendition, source: &Source) -> Result<Rendered, RenderError> {
    draw_for(rendition, sheet::PAGES, Form::Archival(source))
}

/// Draws an item on at most so many pages.
fn draw_on(rendition: &Rendition, pages: usize) -> Result<Rendered, RenderError> {
    draw_for(rendition, pages, Form::Public)
}

fn draw_for(rendition: &Rendition, pages: usize, form: Form<'_>) -> Result<Rendered, RenderError> {
    // The setter is taken out while it is in use: what a panic left behind is not used again.
    let mut setter = SETTER.take().unwrap_or_else(Setter::new);
    let drawn = match &rendition.content {
        Content::Text(text) => draw_text(rendition, text.as_str(), &mut setter, pages, form),
        Content::Rich(rich) => draw_rich(rendition, rich, &mut setter, pages, form),
        Content::Slip(why) => draw_as(rendition, &Body::Slip(why.as_str()), &mut setter, pages, form),
        Content::Picture(bytes) => draw_picture(rendition, bytes, &mut setter, pages, form),
        Content::Pages(bytes) => draw_pages(rendition, bytes, &mut setter, pages, form),
    };
    SETTER.set(Some(setter));
    drawn
}

/// Draws text; when the PDF writer refuses it, once more in ASCII with everything else spelled out.
fn draw_text(
    r: &Rendition,
    text: &str,
    setter: &mut Setter,
    pages: usize,
    form: Form<'_>,
) -> Result<Rendered, RenderError> {
    match draw_as(r, &Body::Text(text), setter, pages, form) {
        Err(RenderError::Writer(why)) => {
            *setter = Setter::new();
            setter.gate = Gate::Ascii;
            let again = draw_as(r, &Body::Text(text), setter, pages, form);
            setter.gate = Gate::Fonts;
            let mut again = again?;
            again.problems.push(format!("the fonts could not be used as asked ({why}); the text is drawn in ASCII"));
            Ok(again)
        }
        other => other,
    }
}

/// Draws rich text with its pictures; when the PDF writer refuses it, its words as plain text.
fn draw_rich(
    r: &Rendition,
    rich: &Rich,
    setter: &mut Setter,
    pages: usize,
    form: Form<'_>,
) -> Result<Rendered, RenderError> {
    let open = |bytes: &Vec<u8>| {
        let opened = catch_unwind(AssertUnwindSafe(|| picture::open(bytes)));
        opened.unwrap_or_else(|_| Err("the picture file is damaged".to_owned()))
    };
    let shown: Vec<Shown> = rich.pictures.iter().map(|(id, bytes)| (id.clone(), open(bytes))).collect();
    let problems = shown.iter().filter_map(|(_, picture)| match picture {
        Ok(picture) => picture.remarks.first().cloned(),
        Err(why) => Some(format!("a picture in the message is not shown: {why}")),
    });
    let problems: Vec<String> = problems.collect();
    match draw_as(r, &Body::Rich(&rich.blocks, &shown), setter, pages, form) {
        Ok(mut drawn) => {
            drawn.problems.extend(problems);
            Ok(drawn)
        }
        // Printing colours in a picture, or what no writer knows: the words stay.
        Err(RenderError::Writer(why)) => {
            *setter = Setter::new();
            let mut drawn = draw_text(r, &rich.words(), setter, pages, form)?;
            drawn.problems.push(format!("the message is drawn as plain text without its pictures: {why}"));
            Ok(drawn)
        }
        Err(other) => Err(other),
    }
}

/// Draws a picture, or the slip that says why not.
fn draw_picture(
    r: &Rendition,
    bytes: &[u8],
    setter: &mut Setter,
    pages: usize,
    form: Form<'_>,
) -> Result<Rendered, RenderError> {
    let opened = catch_unwind(AssertUnwindSafe(|| picture::open(bytes)));
    let picture = match opened.unwrap_or_else(|_| Err("the picture file is damaged".to_owned())) {
        Ok(picture) => picture,
        Err(why) => return draw_slip(r, &why, setter, pages, form),
    };
    let body = Body::Picture(&picture);
    let mut drawn = match draw_as(r, &body, setter, pages, form) {
        Ok(drawn) => drawn,
        Err(RenderError::Writer(_)) => match draw_as(r, &body, setter, pages, Form::Plain) {
            Ok(mut drawn) => {
                drawn.problems.push("the picture has printing colours: the file is not PDF/A".to_owned());
                drawn
            }
            Err(RenderError::Writer(why)) => {
                return draw_slip(r, &format!("the picture file is damaged: {why}"), setter, pages, form);
            }
            Err(other) => return Err(other),
        },
        Err(other) => return Err(other),
    };
    drawn.problems.extend(picture.remarks.iter().cloned());
    Ok(drawn)
}

/// Copies the pages of a PDF file, or draws the slip that says why not.
fn draw_pages(
    r: &Rendition,
    bytes: &[u8],
    setter: &mut Setter,
    pages: usize,
    form: Form<'_>,
) -> Result<Rendered, RenderError> {
    let opened = catch_unwind(|| copied::open(bytes));
    let source = match opened.unwrap_or_else(|_| Err("the PDF file is damaged".to_owned())) {
        Ok(source) => source,
        Err(why) => return draw_slip(r, &why, setter, pages, form),
    };
    let stamp = stamp_for(r, source.pages())?;
    let replaced = setter.replaced;
    let title = letter::title(r, setter);
    let copied = catch_unwind(AssertUnwindSafe(|| copied::copy(&source, &stamp, &title, &identifier(r), setter)));
    setter.replaced = replaced;
    match copied.unwrap_or_else(|_| Err("the PDF file is damaged".to_owned())) {
        Ok((pdf, problems)) => Ok(Rendered { pdf, pages: counted(source.pages()), problems }),
        Err(why) => draw_slip(r, &why, setter, pages, form),
    }
}

/// A slip in the place of what could not be shown.
fn draw_slip(
    r: &Rendition,
    why: &str,
    setter: &mut Setter,
    pages: usize,
    form: Form<'_>,
) -> Result<Rendered, RenderError> {
    let words = format!("This item cannot be shown on paper: {why}.");
    let mut drawn = draw_as(r, &Body::Slip(&words), setter, pages, form)?;
    drawn.problems.push(why.to_owned());
    Ok(drawn)
}

/// Composes and writes. A panic of the PDF writer is a failure of the writer.
fn draw_as(
    rendition: &Rendition,
    body: &Body<'_>,
    setter: &mut Setter,
    pages: usize,
    form: Form<'_>,
) -> Result<Rendered, RenderError> {
    let (title, properties) = (letter::title(rendition, setter), setter.properties.clone());
    let imprint = write::Imprint { title, id: identifier(rendition), form, made_at: rendition.made_at, properties };
    // A picture that cannot be shown keeps its place, so that the others are found by theirs.
    let pictures: Vec<Option<&Picture>> = match body {
        Body::Picture(picture) => vec![Some(picture)],
        Body::Rich(_, shown) => shown.iter().map(|one| one.1.as_ref().ok()).collect(),
        _ => Vec::new(),
    };
    setter.replaced = 0;
    let written = catch_unwind(AssertUnwindSafe(|| {
        let (sheet, left_out) = letter::compose(rendition, body, setter, pages);
        let stamp = stamp_for(rendition, sheet.pages.len())?;
        let replaced = setter.replaced;
        let pdf = write::write(&sheet, &pictures, &stamp, &imprint, setter).map_err(RenderError::Writer)?;
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
        Content::Rich(rich) => {
            add(format!("{:?}", rich.blocks).as_bytes());
            rich.pictures.iter().for_each(|one| add(&one.1));
        }
        Content::Picture(bytes) | Content::Pages(bytes) => add(bytes),
        Content::Slip(why) => add(why.as_str().as_bytes()),
    }
    add(rendition.first.as_ref().map(ToString::to_string).unwrap_or_default().as_bytes());
    add(rendition.made_at.map(|at| at.to_rfc3339()).unwrap_or_default().as_bytes());
    add(rendition.label.as_str().as_bytes());
    to_hex(hasher.finalize().as_bytes())
}
