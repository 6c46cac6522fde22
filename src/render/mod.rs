//! Model values become PDF pages. The only room that writes a PDF.

mod count;
mod slip;

pub use count::page_count;
pub use slip::{EXERCISE, slip_sheet};

use crate::model::production::{BatesNumber, PublicText};

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
}

/// Draws an item. A picture or PDF that cannot be used becomes a slip that says so.
pub fn draw(_rendition: &Rendition) -> Result<Rendered, RenderError> {
    Err(RenderError::Writer("not drawn".to_owned()))
}
