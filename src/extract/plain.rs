//! Text, HTML and XML files.

use super::{Extracted, charset, xml};
use crate::model::exception::ProblemCode;
use crate::model::item::Searchable;
use crate::text::html_to_text;

/// A text file of any charset.
pub fn text(bytes: &[u8], found: &str, claimed: &str) -> Extracted {
    let decoded = charset::decode(bytes, claimed_charset(claimed).as_deref());
    finish(found, decoded.text, decoded.sound)
}

/// An HTML page; its own charset is believed where the message names none.
pub fn html(bytes: &[u8], claimed: &str) -> Extracted {
    let label = claimed_charset(claimed).or_else(|| own_charset(bytes));
    let decoded = charset::decode(bytes, label.as_deref());
    finish("text/html", html_to_text(&decoded.text), decoded.sound)
}

/// Any XML file: the text between its tags.
pub fn xml(bytes: &[u8], found: &str) -> Extracted {
    let label = own_charset(bytes);
    let decoded = charset::decode(bytes, label.as_deref());
    let mut out = String::new();
    let whole = xml::walk(&decoded.text, &mut |node| {
        if let xml::Node::Text(text) = node {
            let text = text.trim();
            if !text.is_empty() {
                out.push_str(text);
                out.push('\n');
            }
        }
    });
    if whole {
        return finish(found, out, decoded.sound);
    }
    // A file that breaks off is searched as it lies there.
    finish(found, decoded.text, decoded.sound)
}

fn finish(found: &str, text: String, sound: bool) -> Extracted {
    let extracted = Extracted::all(found, text);
    if sound {
        return extracted;
    }
    extracted.but(Searchable::Partly, ProblemCode::Undecodable, "characters could not be decoded")
}

/// The charset named in `text/plain; charset=...`.
fn claimed_charset(claimed: &str) -> Option<String> {
    let (_, label) = claimed.split_once("charset=")?;
    let label = label.split(';').next().unwrap_or_default().trim().trim_matches('"');
    (!label.is_empty()).then(|| label.to_owned())
}

/// The charset that a page or XML file names in its first bytes.
fn own_charset(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]).to_ascii_lowercase();
    let after = head.split_once("charset=").or_else(|| head.split_once("encoding="))?.1;
    let after = after.trim_start_matches(['"', '\'']);
    let label: String = after.chars().take_while(|one| one.is_ascii_alphanumeric() || "-_:.".contains(*one)).collect();
    charset::is_known(&label).then_some(label)
}
