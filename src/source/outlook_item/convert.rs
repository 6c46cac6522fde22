//! A message as its file has it, as the one model of Outlook's items.

use crate::base::limits;
use crate::extract::mapi::bag::{Bag, Name, STRING8};
use crate::extract::mapi::object::{Attached, AttachedKind, Object};
use crate::extract::mapi::{msg, tnef};
use crate::source::outlook::property::{Property, PropertyBag, PropertyName, Value, kind};
use crate::source::outlook::{Attachment, Content, Message};

/// The message of an object, those inside it included.
///
/// Text in a code page becomes UTF-16 here: the file is the original, and only it tells all that settles the code page.
pub fn message(object: &Object) -> Message {
    message_at(object, 0)
}

fn message_at(object: &Object, depth: usize) -> Message {
    Message {
        properties: bag(&object.bag),
        recipients: object.recipients.iter().map(bag).collect(),
        attachments: object.attachments.iter().map(|one| attachment(one, depth)).collect(),
        lost: object.problems.iter().map(|problem| problem.message.clone()).collect(),
    }
}

/// The object in a file of either kind.
pub fn object_in(bytes: &[u8]) -> Option<Object> {
    if bytes.starts_with(tnef::MARK) { tnef::read(bytes) } else { msg::read(bytes) }
}

fn attachment(one: &Attached, depth: usize) -> Attachment {
    let content = match one.kind {
        AttachedKind::Elsewhere | AttachedKind::Nothing => Content::None,
        AttachedKind::File | AttachedKind::Ole => Content::Bytes(one.content.clone()),
        AttachedKind::Message if depth + 1 >= limits::NESTING_DEPTH => {
            Content::Lost("it lies too deep inside other items and was not looked into".to_owned())
        }
        AttachedKind::Message => match object_in(&one.content) {
            Some(inner) => Content::Item(Box::new(message_at(&inner, depth + 1))),
            None => Content::Bytes(one.content.clone()),
        },
    };
    Attachment { properties: bag(&one.bag), content }
}

fn bag(bag: &Bag) -> PropertyBag {
    let one = |property: &crate::extract::mapi::bag::Property| {
        let name = match &property.name {
            None => PropertyName::Tag(property.id),
            Some(Name::Number(set, number)) => PropertyName::Number { set: *set, number: *number },
            Some(Name::Text(set, word)) => PropertyName::Word { set: *set, word: word.clone() },
        };
        let is_narrow = property.kind == STRING8;
        let base = if is_narrow { kind::TEXT } else { property.kind };
        let widened = |bytes: &Vec<u8>| {
            if is_narrow {
                bag.narrow(bytes).text.encode_utf16().flat_map(u16::to_le_bytes).collect()
            } else {
                bytes.clone()
            }
        };
        let mut values: Vec<Vec<u8>> = property.values.iter().map(widened).collect();
        if property.is_many {
            return Property { name, kind: base | kind::MULTIPLE, value: Value::Many(values) };
        }
        Property::one(name, base, values.pop().unwrap_or_default())
    };
    bag.all.iter().map(one).collect()
}
