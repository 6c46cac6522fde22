//! An item of Outlook as an Internet message: a rendition for people and their mail programs. The item itself, with
//! every property, stays the original.

use super::item::{Content, Message};
use super::parse::subject;
use super::{body, facts, files, people, tag};
use crate::base::limits;
use crate::source::mail::compose::{Enclosed, Enclosure, Letter};

/// Fields of a stored mail header that are written again.
const FIELDS: usize = 2_000;

/// The letter that an item is, with the items inside it.
pub fn letter(message: &Message) -> Letter {
    letter_at(message, 0)
}

fn letter_at(message: &Message, depth: usize) -> Letter {
    let page = message.code_page();
    let header = message.properties.text(tag::TRANSPORT_HEADERS, page);
    let mut letter = Letter { fields: fields(&header), ..Letter::default() };
    let told = facts::told(message);
    let mut parties = people::parties(message, &[]);
    parties.extend(told.members);
    letter.add_parties(&parties);
    letter.add("Subject", subject(message));
    letter.add_date(message.properties.time(tag::SUBMIT_TIME).or_else(|| message.properties.time(tag::DELIVERY_TIME)));
    for (name, tag) in
        [("Message-ID", tag::MESSAGE_ID), ("In-Reply-To", tag::IN_REPLY_TO), ("References", tag::REFERENCES)]
    {
        letter.add(name, message.properties.text(tag, page));
    }
    letter.plain = body::text(message).text;
    for (name, value) in &told.of_class {
        letter.plain.push_str(&format!("\n{name}: {value}"));
    }
    letter.html = body::html_form(message).unwrap_or_default();
    for (at, one) in message.attachments.iter().enumerate() {
        let name = files::name(one, page);
        let id = one.properties.text(tag::ATTACH_CONTENT_ID, page);
        let content = match &one.content {
            Content::Bytes(bytes) => Some(Enclosure::Bytes(bytes.clone())),
            Content::Item(item) if depth + 1 < limits::NESTING_DEPTH => {
                Some(Enclosure::Letter(Box::new(letter_at(item, depth + 1))))
            }
            Content::Item(_) | Content::None | Content::Lost(_) => None,
        };
        match content {
            Some(content) => {
                let is_letter = matches!(content, Enclosure::Letter(_));
                letter.enclosed.push(Enclosed {
                    name: if is_letter { format!("{name}.eml") } else { name },
                    media_type: one.properties.text(tag::ATTACH_MIME, page),
                    content_id: if is_letter { String::new() } else { id.trim_matches(['<', '>']).to_owned() },
                    content,
                });
            }
            None => {
                let shown = if name.is_empty() { format!("part {at}") } else { name };
                letter.plain.push_str(&format!("\n[The attachment {shown} has no content in the item.]"));
            }
        }
    }
    letter
}

/// The fields of a stored header but those of its parts, which are written anew.
fn fields(header: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for line in header.lines().take(FIELDS) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = all.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            // RFC 5322 section 3.6.8: printable characters without a colon.
            if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()) {
                all.push((name.to_owned(), value.trim().to_owned()));
            }
        }
    }
    all.retain(|(name, value)| {
        let name = name.to_ascii_lowercase();
        // What is not encoded as a header wants it is taken from the item, which has it as text.
        !name.starts_with("content-") && name != "mime-version" && value.is_ascii()
    });
    all
}
