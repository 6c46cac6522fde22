//! The readable text of an item: its plain text, and what only its HTML or rich text says.

use super::item::Message;
use super::property::{Property, kind};
use super::tag;
use crate::extract::rtf_html::{Unwrapped, unwrapped_soundly};
use crate::extract::{charset, compressed_rtf, rtf};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::Searchable;
use crate::text::{html_to_text, joined};

/// A text with what is wrong with it.
#[derive(Debug, Default)]
pub struct Text {
    /// The words.
    pub text: String,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// How much of it is searchable.
    pub searchable: Option<Searchable>,
}

impl Text {
    fn doubt(&mut self, code: ProblemCode, sentence: &str) {
        self.searchable = self.searchable.max(Some(Searchable::Partly));
        if !self.problems.iter().any(|problem| problem.message == sentence) {
            self.problems.push(Problem::new(code, sentence));
        }
    }
}

/// The text of an item, whichever of its three forms it has.
pub fn text(message: &Message) -> Text {
    let mut found = Text::default();
    let plain = plain(message, &mut found);
    // The HTML is wrapped in the rich text where it does not stand by itself.
    let rich = match html(message, &mut found) {
        Some(html) => Some(html_to_text(&html)),
        None => rich_text(message, &mut found),
    };
    found.text = match rich {
        Some(rich) => joined(&plain, &rich),
        None => plain,
    };
    let report = message.properties.get(tag::REPORT_TEXT).and_then(|one| decoded(one, message, &mut found));
    if let Some(report) = report.filter(|report| !report.trim().is_empty() && !found.text.contains(report.trim())) {
        found.text = if found.text.trim().is_empty() { report } else { format!("{}\n\n{report}", found.text) };
    }
    found
}

/// The HTML of an item, where it has any.
pub fn html_form(message: &Message) -> Option<String> {
    let own = html(message, &mut Text::default());
    let wrapped = || {
        let unpacked = compressed_rtf::read(message.properties.bytes(tag::RTF_COMPRESSED)?).ok()?;
        match unwrapped_soundly(&unpacked.rtf).0 {
            Unwrapped::Html(html) => Some(html),
            Unwrapped::Text(_) | Unwrapped::Rtf => None,
        }
    };
    own.or_else(wrapped).filter(|html| !html.trim().is_empty())
}

fn plain(message: &Message, found: &mut Text) -> String {
    let property = message.properties.get(tag::BODY);
    property.and_then(|one| decoded(one, message, found)).unwrap_or_default()
}

fn decoded(property: &Property, message: &Message, found: &mut Text) -> Option<String> {
    let (text, sound) = property.text(message.code_page())?;
    if !sound {
        found.doubt(ProblemCode::Undecodable, "characters of the text could not be decoded");
    }
    Some(text)
}

/// The HTML of an item in the code page it says, else in the charset the page itself names.
fn html(message: &Message, found: &mut Text) -> Option<String> {
    let property = message.properties.get(tag::HTML)?;
    if property.kind != kind::BINARY {
        return decoded(property, message, found);
    }
    let bytes = property.bytes()?;
    let page = message.properties.number(tag::INTERNET_CODEPAGE).and_then(|page| u32::try_from(page).ok());
    let decoded = match (charset::utf16(bytes), page) {
        (Some(_), _) | (None, None | Some(0)) => charset::decode(bytes, None),
        (None, Some(1200)) if bytes.len() > 1 && !bytes.contains(&0) => charset::decode(bytes, None),
        (None, Some(page)) => in_page(bytes, page),
    };
    if !decoded.sound {
        found.doubt(ProblemCode::Undecodable, "characters of the HTML text could not be decoded");
    }
    Some(decoded.text)
}

/// Bytes in a numbered code page; those of ISO 8859 and Japan have numbers of their own ([MS-UCODEREF] section 2.2.1).
fn in_page(bytes: &[u8], page: u32) -> charset::Decoded {
    let label = match page {
        20127 => "us-ascii",
        20866 => "koi8-r",
        21866 => "koi8-u",
        28591 => "iso-8859-1",
        28592 => "iso-8859-2",
        28593 => "iso-8859-3",
        28594 => "iso-8859-4",
        28595 => "iso-8859-5",
        28596 => "iso-8859-6",
        28597 => "iso-8859-7",
        28598 => "iso-8859-8",
        28599 => "iso-8859-9",
        28605 => "iso-8859-15",
        50220..=50222 => "iso-2022-jp",
        51932 => "euc-jp",
        51949 => "euc-kr",
        54936 => "gb18030",
        _ => return charset::decode_code_page(bytes, page),
    };
    charset::decode(bytes, Some(label))
}

/// The text of the compressed rich text: of the HTML or plain text in it, else its own.
fn rich_text(message: &Message, found: &mut Text) -> Option<String> {
    let bytes = message.properties.bytes(tag::RTF_COMPRESSED)?;
    if bytes.is_empty() {
        return None;
    }
    let unpacked = match compressed_rtf::read(bytes) {
        Ok(unpacked) => unpacked,
        Err(error) => {
            found.doubt(ProblemCode::Malformed, &error.to_string());
            return None;
        }
    };
    if !unpacked.is_whole {
        found.doubt(ProblemCode::Truncated, "the rich text ends before it is complete");
    }
    let (inner, sound) = unwrapped_soundly(&unpacked.rtf);
    if !sound {
        found.doubt(ProblemCode::Undecodable, "characters of the rich text could not be decoded");
    }
    Some(match inner {
        Unwrapped::Html(html) => html_to_text(&html),
        Unwrapped::Text(text) => text,
        Unwrapped::Rtf => {
            let extracted = rtf::extract(&unpacked.rtf);
            for problem in extracted.problems {
                found.doubt(problem.code, &problem.message);
            }
            extracted.text
        }
    })
}
