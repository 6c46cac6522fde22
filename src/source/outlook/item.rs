//! One item of Outlook as a value: its properties, recipients and attachments, messages inside it included.

use super::property::{PropertyBag, Value};
use super::tag;

/// The code page of text when nothing says which (Western European).
const DEFAULT_CODE_PAGE: u32 = 1252;

/// A message, appointment, contact, task or any other item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Its own properties.
    pub properties: PropertyBag,
    /// The properties of each recipient, in the order of the store.
    pub recipients: Vec<PropertyBag>,
    /// Its attachments, in the order of the store.
    pub attachments: Vec<Attachment>,
    /// What of it could not be read, one sentence each.
    pub lost: Vec<String>,
}

/// A file or item attached to an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its properties, without the content.
    pub properties: PropertyBag,
    /// What is attached.
    pub content: Content,
}

/// What an attachment holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing: a reference to a file elsewhere, or an attachment without content.
    None,
    /// The bytes of a file (by value), or of an object of another program (OLE) as the store has them.
    Bytes(Vec<u8>),
    /// An item.
    Item(Box<Message>),
    /// There is content and it could not be had, for this reason.
    Lost(String),
}

/// How a file is attached ([MS-OXCMSG] section 2.2.2.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// It is not.
    None,
    /// Its bytes are in the item.
    ByValue,
    /// Only the place where it lies is in the item.
    ByReference,
    /// It is an item itself.
    Embedded,
    /// It is an object of another program.
    Ole,
    /// Only the address of a file on the web is in the item.
    WebReference,
    /// The store does not say, or says something unknown.
    Unknown,
}

impl Attachment {
    /// How it is attached.
    pub fn method(&self) -> Method {
        match self.properties.number(tag::ATTACH_METHOD) {
            Some(0) => Method::None,
            Some(1) => Method::ByValue,
            Some(2..=4) => Method::ByReference,
            Some(5) => Method::Embedded,
            Some(6) => Method::Ole,
            Some(7) => Method::WebReference,
            _ => Method::Unknown,
        }
    }
}

impl Message {
    /// The class (`IPM.Note`), as written, or empty.
    pub fn class(&self) -> String {
        self.properties.text(tag::MESSAGE_CLASS, DEFAULT_CODE_PAGE)
    }

    /// The code page of its 8-bit text: its own, else that of its Internet text, else Western European.
    pub fn code_page(&self) -> u32 {
        // 1200 is UTF-16, which 8-bit text is never in.
        let named = |tag| self.properties.number(tag).and_then(|page| u32::try_from(page).ok());
        let usable = |page: &u32| !matches!(page, 0 | 1200 | 1201);
        let page = named(tag::MESSAGE_CODEPAGE).filter(usable).or_else(|| named(tag::INTERNET_CODEPAGE).filter(usable));
        page.unwrap_or(DEFAULT_CODE_PAGE)
    }

    /// Puts every list of properties, embedded items included, into the one order of the canonical form.
    pub fn sort(&mut self) {
        self.properties.sort();
        self.recipients.iter_mut().for_each(PropertyBag::sort);
        for attachment in &mut self.attachments {
            attachment.properties.sort();
            if let Content::Item(item) = &mut attachment.content {
                item.sort();
            }
        }
    }

    /// How many properties could not be had, those of recipients and attachments included, not those of embedded items.
    pub fn lost_properties(&self) -> usize {
        let lost = |bag: &PropertyBag| bag.all().iter().filter(|one| matches!(one.value, Value::Lost(_))).count();
        lost(&self.properties)
            + self.recipients.iter().map(lost).sum::<usize>()
            + self.attachments.iter().map(|one| lost(&one.properties)).sum::<usize>()
    }
}
