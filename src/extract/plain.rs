//! Text, HTML and XML files.

use super::{Extracted, charset, xml};
use crate::model::exception::ProblemCode;
use crate::model::item::Searchable;
use crate::text::html_to_text;

/// A text file of any charset.
pub fn text(bytes: &[u8], found: &str, claimed: &str) -> Extracted {
    let decoded = charset::decode(bytes, claimed_charset(claimed).as_deref());
    if !matches!(found, "text/vcard" | "text/calendar") {
        return finish(found, decoded.text, decoded.sound);
    }
    // Long lines are folded in the middle of words (RFC 5545 section 3.1; RFC 6350 section 3.2).
    let mut text = decoded.text;
    for fold in ["\r\n ", "\r\n\t", "\n ", "\n\t"] {
        text = text.replace(fold, "");
    }
    let upper = text.to_ascii_uppercase();
    let encoded = ["QUOTED-PRINTABLE", "BASE64", "ENCODING=B"].iter().any(|word| upper.contains(word));
    let extracted = finish(found, text, decoded.sound);
    if !encoded {
        return extracted;
    }
    let sentence = "some of its lines are encoded and were not read";
    extracted.but(Searchable::Partly, ProblemCode::Unsupported, sentence)
}

/// An HTML page; its own charset is believed where the message names none.
pub fn html(bytes: &[u8], claimed: &str) -> Extracted {
    let label = claimed_charset(claimed).or_else(|| own_charset(bytes));
    let decoded = charset::decode(bytes, label.as_deref());
    finish("text/html", html_to_text(&decoded.text), decoded.sound)
}

/// Any XML file: the text between its tags and the values of attributes, in which many formats say everything.
pub fn xml(bytes: &[u8], found: &str) -> Extracted {
    let label = own_charset(bytes);
    let decoded = charset::decode(bytes, label.as_deref());
    let mut out = String::new();
    let mut add = |text: &str| {
        let text = text.trim();
        if !text.is_empty() {
            out.push_str(text);
            out.push('\n');
        }
    };
    let whole = xml::walk(&decoded.text, &mut |node| match node {
        xml::Node::Text(text) => add(text),
        xml::Node::Open(_, element) => xml::attributes(element).iter().for_each(|value| add(value)),
        xml::Node::Close(_) => {}
    });
    if whole {
        return finish(found, out, decoded.sound);
    }
    // A file that breaks off, or says things by names that it defines itself, is searched as it lies there too.
    out.push_str(&decoded.text);
    let sentence = "the file breaks off, or uses words that it defines itself; not all of it could be read";
    finish(found, out, decoded.sound).but(Searchable::Partly, ProblemCode::Malformed, sentence)
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
