//! A message of Outlook as an object: its properties, recipients and attachments, whichever file it came in.

use super::bag::{Bag, STRING8, UNICODE};
use super::code_page;
use crate::extract::rtf_html::{self, Unwrapped};
use crate::extract::{charset, compressed_rtf, plain, rtf};
use crate::model::exception::{Problem, ProblemCode};
use crate::text::{html_to_text, joined};

/// A message with all that hangs on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object {
    /// Its own properties.
    pub bag: Bag,
    /// Those of its recipients, in order.
    pub recipients: Vec<Bag>,
    /// Its attachments, in order; a part of the item is counted by its place here.
    pub attachments: Vec<Attached>,
    /// What could not be read of it.
    pub problems: Vec<Problem>,
}

/// What an attachment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachedKind {
    /// A file.
    File,
    /// A message of Outlook, given as a file of its own.
    Message,
    /// An object of another program, given as a compound file.
    Ole,
    /// A file that lay somewhere else: only its place is told.
    Elsewhere,
    /// Nothing is there.
    Nothing,
}

/// An attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its properties, without its content.
    pub bag: Bag,
    /// Its content.
    pub content: Vec<u8>,
    /// What it is.
    pub kind: AttachedKind,
    /// The subject of a message, where the file tells it.
    pub subject: String,
}

impl Attached {
    /// The name as written: the long one, else the short one, else what is shown (MS-OXCMSG 2.2.2); of a message what
    /// is shown goes first, then its subject.
    pub fn name(&self) -> String {
        let told = |ids: &[u16]| ids.iter().map(|id| self.bag.text(*id)).find(|name| !name.trim().is_empty());
        let subject = || Some(self.subject.clone()).filter(|subject| !subject.trim().is_empty());
        let found = match self.kind {
            // The short name of a message is made up by Outlook; what it shows is the subject.
            AttachedKind::Message => told(&[0x3707, 0x3001]).or_else(subject).or_else(|| told(&[0x3704])),
            _ => told(&[0x3707, 0x3704, 0x3001]),
        };
        let found = found.unwrap_or_default();
        match self.kind {
            AttachedKind::Message if !self.is_tnef() && !found.to_ascii_lowercase().ends_with(".msg") => {
                format!("{found}.msg")
            }
            AttachedKind::Elsewhere if found.is_empty() => self.place(),
            _ => found,
        }
    }

    /// Whether its content is there.
    pub fn has_content(&self) -> bool {
        !matches!(self.kind, AttachedKind::Elsewhere | AttachedKind::Nothing)
    }

    /// Where a file lies that is not here, as the end of a sentence.
    pub fn where_it_lay(&self) -> String {
        let place = self.place();
        if place.is_empty() { String::new() } else { format!(", which tells where it lay: {place}") }
    }

    fn is_tnef(&self) -> bool {
        self.content.starts_with(super::tnef::MARK)
    }

    /// Where a file lies that is not here.
    pub fn place(&self) -> String {
        [0x370D, 0x3708].into_iter().map(|id| self.bag.text(id)).find(|place| !place.is_empty()).unwrap_or_default()
    }

    /// The media type it claims, lowercase.
    pub fn claimed_type(&self) -> String {
        match self.kind {
            AttachedKind::Message if self.is_tnef() => super::text::TNEF.to_owned(),
            AttachedKind::Message => super::text::MSG.to_owned(),
            _ => self.bag.text(0x370E).trim().to_ascii_lowercase(),
        }
    }

    /// Whether it is shown inside the text: it is hidden, or HTML refers to it.
    pub fn is_inline(&self) -> bool {
        // PidTagAttachmentHidden, PidTagAttachFlags attRenderedInBody.
        self.bag.number(0x7FFE) == Some(1) || self.bag.number(0x3714).is_some_and(|flags| flags & 4 != 0)
    }
}

/// The text of a message in all its versions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    /// The readable text: the plain version, and what only the others say.
    pub text: String,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl Object {
    /// The content of the attachment at a place.
    pub fn into_content(self, at: u32) -> Option<Vec<u8>> {
        let attached = self.attachments.into_iter().nth(at as usize)?;
        attached.has_content().then_some(attached.content)
    }

    /// The readable text of the message.
    pub fn body(&self) -> Body {
        let mut body = Body::default();
        let plain = match self.bag.said(0x1000) {
            Some(said) => {
                body.note(said.sound);
                said.text
            }
            None => String::new(),
        };
        let html = self.html(&mut body).or_else(|| self.rich_text(&mut body)).unwrap_or_default();
        body.text = joined(&plain, &html);
        body
    }

    /// The text of the HTML version.
    fn html(&self, body: &mut Body) -> Option<String> {
        if let Some(said) = self.bag.said(0x1013) {
            body.note(said.sound);
            return Some(html_to_text(&said.text));
        }
        let bytes = self.bag.bytes(0x1013).filter(|bytes| !bytes.is_empty())?;
        let page = self.bag.number(0x3FDE).filter(|page| *page != 0);
        let decoded = match page {
            Some(page) => code_page::decode(bytes, page),
            None => {
                let extracted = plain::html(bytes, "");
                body.problems.extend(extracted.problems);
                return Some(extracted.text);
            }
        };
        // A wrong code page is common; the HTML may name its own.
        let decoded = if decoded.sound { decoded } else { charset::decode(bytes, None) };
        body.note(decoded.sound);
        Some(html_to_text(&decoded.text))
    }

    /// The text of the rich text, or of the HTML or plain text that it wraps.
    fn rich_text(&self, body: &mut Body) -> Option<String> {
        let packed = self.bag.bytes(0x1009).filter(|bytes| !bytes.is_empty())?;
        let found = match compressed_rtf::read(packed) {
            Ok(found) => found,
            Err(error) => {
                body.problems.push(Problem::new(ProblemCode::Undecodable, error.to_string()));
                return None;
            }
        };
        if !found.is_intact || !found.is_whole {
            let sentence = "the rich text of the message is damaged; what could be read of it was";
            body.problems.push(Problem::new(ProblemCode::Malformed, sentence));
        }
        let (unwrapped, is_sound) = rtf_html::unwrapped_soundly(&found.rtf);
        body.note(is_sound);
        Some(match unwrapped {
            Unwrapped::Html(html) => html_to_text(&html),
            Unwrapped::Text(text) => text,
            Unwrapped::Rtf => {
                // Objects of a rich text are attachments of the message, so that they are looked into there.
                let extracted = rtf::extract(&found.rtf);
                let is_hidden = |one: &Problem| one.code != ProblemCode::Unsupported;
                body.problems.extend(extracted.problems.into_iter().filter(is_hidden));
                extracted.text
            }
        })
    }

    /// Every text of the properties of the message, for words that stand nowhere else.
    pub fn texts(&self) -> impl Iterator<Item = (u16, String)> {
        let strings = self.bag.all.iter().filter(|one| matches!(one.kind, UNICODE | STRING8));
        strings.flat_map(|one| self.bag.said_of(one).into_iter().map(|said| (one.id, said.text)))
    }
}

impl Body {
    fn note(&mut self, is_sound: bool) {
        let sentence = "characters of the text could not be decoded";
        if !is_sound && !self.problems.iter().any(|one| one.message == sentence) {
            self.problems.push(Problem::new(ProblemCode::Undecodable, sentence));
        }
    }
}
