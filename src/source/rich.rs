//! The rich text of a message, for whoever draws it: its HTML, and the pictures of its own that the HTML shows.

use super::MESSAGE;
use super::mail::compose::{Enclosure, Letter};
use super::mail::{headers, left_out};
use super::outlook::{Message, canonical, rendition};
use super::outlook_item::convert;
use crate::base::limits::SECTION_IN_MEMORY_BYTES;
use crate::extract::mail as parts;
use crate::model::provenance::ContainerFormat;
use mail_parser::{MimeHeaders, PartType};

/// The rich text of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RichText {
    /// The HTML.
    pub html: String,
    /// Pictures by the id under which the HTML shows them, without brackets.
    pub pictures: Vec<(String, Vec<u8>)>,
}

/// The rich text of an item whose original is of a stored shape; `None` where it has none.
pub fn of_item(original: &[u8], shape_word: &str) -> Option<RichText> {
    let guarded = std::panic::AssertUnwindSafe(|| of_item_unguarded(original, shape_word));
    let found = std::panic::catch_unwind(guarded).unwrap_or(None)?;
    let bytes: usize = found.pictures.iter().map(|one| one.1.len()).sum();
    let fits = bytes as u64 <= SECTION_IN_MEMORY_BYTES && !found.html.trim().is_empty();
    fits.then_some(found)
}

fn of_item_unguarded(original: &[u8], shape_word: &str) -> Option<RichText> {
    if shape_word == MESSAGE {
        return of_mail(original);
    }
    match ContainerFormat::parse(shape_word)? {
        ContainerFormat::Pst | ContainerFormat::Ost if canonical::is_canonical(original) => {
            canonical::read(original).map(|message| of_outlook(&message))
        }
        ContainerFormat::Msg => convert::object_in(original).map(|object| of_outlook(&convert::message(&object))),
        ContainerFormat::AppleMail => of_mail(&left_out::whole(original)?),
        _ => None,
    }
}

/// The HTML parts that a reader of the message sees, one after the other.
fn of_mail(bytes: &[u8]) -> Option<RichText> {
    let message = headers::parser().parse(bytes)?;
    let mut rich = RichText::default();
    for id in &message.html_body {
        let part = message.parts.get(*id as usize)?;
        // Where a plain part stands between, the whole is read as text.
        if !matches!(part.body, PartType::Html(_)) {
            return None;
        }
        rich.html.push_str(&parts::text_of_part(&message, part).0);
    }
    for part in &message.parts {
        let id = part.content_id().map(|id| id.trim_matches(['<', '>']).to_owned());
        let is_picture = part.content_type().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("image"));
        if let Some(id) = id.filter(|_| is_picture)
            && let Some(bytes) = parts::decoded(&message, part)
        {
            rich.pictures.push((id, bytes.into_owned()));
        }
    }
    Some(rich)
}

fn of_outlook(message: &Message) -> RichText {
    let Letter { html, enclosed, .. } = rendition::letter(message);
    let pictures = enclosed
        .into_iter()
        .filter(|one| !one.content_id.is_empty())
        .filter_map(|one| match one.content {
            Enclosure::Bytes(bytes) => Some((one.content_id, bytes)),
            Enclosure::Letter(_) => None,
        })
        .collect();
    RichText { html, pictures }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_html_and_its_own_pictures_are_found() {
        let mail = "Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html\r\n\r\n\
                    <p>Map: <img src=\"cid:m@x\"></p>\r\n--r\r\nContent-Type: image/png\r\nContent-ID: <m@x>\r\n\
                    Content-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n--r--\r\n";
        let rich = of_item(mail.as_bytes(), "message").expect("rich text");
        assert!(rich.html.contains("cid:m@x"));
        assert_eq!(rich.pictures, [("m@x".to_owned(), vec![0x89, b'P', b'N', b'G'])]);
        assert_eq!(of_item(b"Subject: plain\r\n\r\ntext", "message"), None);
        assert_eq!(of_item(b"anything", "sms-backup-restore"), None);
    }
}
