//! What makes an item the same item in another export.
//!
//! Mail (`outlook-mail/1`): class, subject, moments of sending and delivery in seconds, author and sender, recipients,
//! Message-ID, mail header, the three forms of the text, and the attachments by name and content. Everything else
//! (entry ids, folder, flags, categories, what an index or a virus filter wrote) belongs to the copy.
//!
//! Every other item (`outlook-item/1`): all its properties but those in [`is_of_the_copy`], with its recipients and
//! attachments; two contacts that differ in one telephone number are two contacts. Items that could not be read whole
//! are identified by all they have, so that a damaged copy is never taken for the whole one.
//!
//! Text is compared as text, whether a store has it in UTF-16 or in a code page.

use super::item::{Attachment, Content, Message};
use super::property::{Property, PropertyBag, PropertyName, Value, kind};
use super::tag;
use crate::base::digest::Sha256Digest;
use crate::source::identity::Identity;

/// The identity of an item.
pub fn identity(message: &Message) -> Vec<u8> {
    let page = message.code_page();
    let mut identity = if is_mail(message) {
        let mut identity = Identity::new("outlook-mail/1");
        mail_fields(message, page, &mut identity);
        identity
    } else {
        let mut identity = Identity::new("outlook-item/1");
        bag_fields("property", &message.properties, page, &mut identity);
        identity
    };
    for recipient in sorted_recipients(message, page) {
        identity.field("recipient", recipient.as_bytes());
    }
    for attachment in &message.attachments {
        identity.field("attachment", &attachment_identity(attachment, page));
    }
    for sentence in &message.lost {
        identity.field("lost", sentence.as_bytes());
    }
    identity.into_bytes()
}

/// Whether an item is a message of a class without fields of its own, all of whose properties could be had.
fn is_mail(message: &Message) -> bool {
    let class = message.class().to_ascii_lowercase();
    let plain =
        ["ipm.note", "ipm.post", "ipm.note.microsoft.conversation.voice", "ipm.note.rules.oof.template.microsoft"];
    let families = ["ipm.note.smime", "ipm.schedule.meeting.", "report."];
    let known = plain.contains(&class.as_str()) || families.iter().any(|family| class.starts_with(family));
    known && message.lost_properties() == 0 && message.lost.is_empty()
}

fn mail_fields(message: &Message, page: u32, identity: &mut Identity) {
    let texts = [
        ("class", tag::MESSAGE_CLASS),
        ("subject", tag::SUBJECT),
        ("author", tag::REPRESENTING_NAME),
        ("author address", tag::REPRESENTING_ADDRESS),
        ("sender", tag::SENDER_NAME),
        ("sender address", tag::SENDER_ADDRESS),
        ("message id", tag::MESSAGE_ID),
        ("header", tag::TRANSPORT_HEADERS),
        ("plain", tag::BODY),
    ];
    for (name, tag) in texts {
        let text = message.properties.text(tag, page).replace("\r\n", "\n");
        if !text.is_empty() {
            identity.field(name, text.trim_end().as_bytes());
        }
    }
    for (name, tag) in [("sent", tag::SUBMIT_TIME), ("delivered", tag::DELIVERY_TIME)] {
        if let Some(at) = message.properties.time(tag) {
            identity.field(name, at.timestamp().to_string().as_bytes());
        }
    }
    for (name, tag) in [("html", tag::HTML), ("rtf", tag::RTF_COMPRESSED)] {
        if let Some(bytes) = message.properties.bytes(tag).filter(|bytes| !bytes.is_empty()) {
            identity.field(name, Sha256Digest::of(bytes).as_bytes());
        }
    }
}

fn bag_fields(name: &str, bag: &PropertyBag, page: u32, identity: &mut Identity) {
    let mut all: Vec<&Property> = bag.all().iter().filter(|one| !is_of_the_copy(&one.name)).collect();
    all.sort_by(|one, two| (&one.name, one.kind).cmp(&(&two.name, two.kind)));
    for property in all {
        identity.field(name, format!("{:?}", property.name).as_bytes());
        let base = property.kind & !kind::MULTIPLE;
        if base == kind::TEXT || base == kind::TEXT8 {
            for text in property.texts(page) {
                identity.field("text", text.as_bytes());
            }
            continue;
        }
        match &property.value {
            Value::One(bytes) => {
                identity.field("value", bytes);
            }
            Value::Many(values) => values.iter().for_each(|bytes| {
                identity.field("value", bytes);
            }),
            Value::Lost(reason) => {
                identity.field("lost", reason.as_bytes());
            }
        }
    }
}

/// Properties a store or program writes about its own copy ([MS-OXPROPS], ranges of section 1.3.3 included).
fn is_of_the_copy(name: &PropertyName) -> bool {
    let PropertyName::Tag(tag) = name else { return false };
    matches!(
        tag,
        0x0E00..=0x0E01 | 0x0E05 | 0x0E07..=0x0E0A | 0x0E17 | 0x0E1B..=0x0E2F | 0x0E33..=0x0EFF | 0x0FE0..=0x0FFF
            | 0x1080..=0x1083 | 0x1096..=0x1097 | 0x10F0..=0x10F4
            | 0x3007..=0x300B | 0x3010..=0x301F | 0x35DF..=0x36FF | 0x3D00..=0x3FFF
            | 0x6500..=0x67FF
    )
}

/// Recipients stand in another order in another store.
fn sorted_recipients(message: &Message, page: u32) -> Vec<String> {
    let mut all: Vec<String> = message
        .recipients
        .iter()
        .map(|one| {
            let role = one.number(tag::RECIPIENT_TYPE).unwrap_or(1) & 0x0F;
            format!("{role}\0{}\0{}", one.text(tag::DISPLAY_NAME, page), one.text(tag::EMAIL_ADDRESS, page))
        })
        .collect();
    all.sort_unstable();
    all
}

fn attachment_identity(attachment: &Attachment, page: u32) -> Vec<u8> {
    let mut identity = Identity::new("attachment/1");
    let long = attachment.properties.text(tag::ATTACH_LONG_FILENAME, page);
    let name = if long.is_empty() { attachment.properties.text(tag::ATTACH_FILENAME, page) } else { long };
    identity.field("name", name.as_bytes());
    match &attachment.content {
        Content::None => identity.field("path", attachment.properties.text(tag::ATTACH_LONG_PATHNAME, page).as_bytes()),
        Content::Bytes(bytes) => identity.field("content", Sha256Digest::of(bytes).as_bytes()),
        Content::Item(item) => identity.field("item", &self::identity(item)),
        Content::Lost(reason) => identity.field("lost", reason.as_bytes()),
    };
    identity.into_bytes()
}
