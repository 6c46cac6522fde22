//! The lossless serialisation of an item: what is kept as its original. The manual (`outlook`) describes every byte.
//!
//! *Invariant:* `read(&write(message))` is the message with its properties sorted, and the same item read twice is the
//! same bytes.

use super::item::{Attachment, Content, Message};
use super::property::{Property, PropertyBag, PropertyName, Value};
use crate::base::limits;

/// The first bytes of every serialised item; the last one is the version of the format.
pub const MAGIC: &[u8; 18] = b"recordroom-mapi\0\0\x01";
/// The media type of a serialised item, where one is asked for.
pub const MEDIA_TYPE: &str = "application/vnd.recordroom.outlook-item";

/// Whether bytes are a serialised item.
pub fn is_canonical(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// The bytes of an item. It is taken apart on the way, so that large attachments are not held twice for long.
pub fn write(mut message: Message) -> Vec<u8> {
    message.sort();
    let mut out = MAGIC.to_vec();
    push_message(&mut out, message);
    out
}

/// The item of its bytes; `None` when they are not one, whole and with nothing behind it.
pub fn read(bytes: &[u8]) -> Option<Message> {
    let mut reader = Reader { rest: bytes.strip_prefix(MAGIC)?, depth: 0 };
    let message = reader.message()?;
    reader.rest.is_empty().then_some(message)
}

/// The content of one attachment, counted from 0: the bytes of a file, or a serialised item. Nothing else is copied.
pub fn part(bytes: &[u8], part: u32) -> Option<Vec<u8>> {
    let mut reader = Reader { rest: bytes.strip_prefix(MAGIC)?, depth: 0 };
    reader.pass_bag()?;
    reader.pass(Reader::pass_bag)?;
    let count = reader.count()?;
    for at in 0..count {
        reader.pass_bag()?;
        let wanted = at == u64::from(part);
        match reader.byte()? {
            0 if wanted => return None,
            1 if wanted => return reader.bytes().map(<[u8]>::to_vec),
            2 if wanted => {
                let start = reader.rest;
                reader.pass_message()?;
                return Some([MAGIC, &start[..start.len() - reader.rest.len()]].concat());
            }
            3 if wanted => return None,
            content => reader.pass_content(content)?,
        }
    }
    None
}

fn push_message(out: &mut Vec<u8>, message: Message) {
    push_bag(out, message.properties);
    push_count(out, message.recipients.len());
    for recipient in message.recipients {
        push_bag(out, recipient);
    }
    push_count(out, message.attachments.len());
    for attachment in message.attachments {
        push_bag(out, attachment.properties);
        match attachment.content {
            Content::None => out.push(0),
            Content::Bytes(bytes) => {
                out.push(1);
                push_bytes(out, &bytes);
            }
            Content::Item(item) => {
                out.push(2);
                push_message(out, *item);
            }
            Content::Lost(reason) => {
                out.push(3);
                push_bytes(out, reason.as_bytes());
            }
        }
    }
    push_count(out, message.lost.len());
    for sentence in message.lost {
        push_bytes(out, sentence.as_bytes());
    }
}

fn push_bag(out: &mut Vec<u8>, mut bag: PropertyBag) {
    push_count(out, bag.all().len());
    for property in std::mem::take(bag.all_mut()) {
        match &property.name {
            PropertyName::Tag(tag) => {
                out.push(0);
                out.extend_from_slice(&tag.to_le_bytes());
            }
            PropertyName::Number { set, number } => {
                out.push(1);
                out.extend_from_slice(set);
                out.extend_from_slice(&number.to_le_bytes());
            }
            PropertyName::Word { set, word } => {
                out.push(2);
                out.extend_from_slice(set);
                push_bytes(out, word.as_bytes());
            }
        }
        out.extend_from_slice(&property.kind.to_le_bytes());
        match property.value {
            Value::One(bytes) => {
                out.push(0);
                push_bytes(out, &bytes);
            }
            Value::Many(values) => {
                out.push(1);
                push_count(out, values.len());
                values.iter().for_each(|bytes| push_bytes(out, bytes));
            }
            Value::Lost(reason) => {
                out.push(2);
                push_bytes(out, reason.as_bytes());
            }
        }
    }
}

fn push_count(out: &mut Vec<u8>, count: usize) {
    out.extend_from_slice(&(count as u64).to_le_bytes());
}

fn push_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    push_count(out, bytes.len());
    out.extend_from_slice(bytes);
}

struct Reader<'a> {
    rest: &'a [u8],
    depth: usize,
}

impl<'a> Reader<'a> {
    fn message(&mut self) -> Option<Message> {
        if self.depth > limits::NESTING_DEPTH {
            return None;
        }
        self.depth += 1;
        let properties = self.bag()?;
        let recipients = self.many(Self::bag)?;
        let attachments = self.many(Self::attachment)?;
        let lost = self.many(Self::text)?;
        self.depth -= 1;
        Some(Message { properties, recipients, attachments, lost })
    }

    fn attachment(&mut self) -> Option<Attachment> {
        let properties = self.bag()?;
        let content = match self.byte()? {
            0 => Content::None,
            1 => Content::Bytes(self.bytes()?.to_vec()),
            2 => Content::Item(Box::new(self.message()?)),
            3 => Content::Lost(self.text()?),
            _ => return None,
        };
        Some(Attachment { properties, content })
    }

    fn bag(&mut self) -> Option<PropertyBag> {
        self.many(Self::property).map(PropertyBag::from_iter)
    }

    fn property(&mut self) -> Option<Property> {
        let name = match self.byte()? {
            0 => PropertyName::Tag(u16::from_le_bytes(self.array()?)),
            1 => PropertyName::Number { set: self.array()?, number: u32::from_le_bytes(self.array()?) },
            2 => PropertyName::Word { set: self.array()?, word: self.text()? },
            _ => return None,
        };
        let kind = u16::from_le_bytes(self.array()?);
        let value = match self.byte()? {
            0 => Value::One(self.bytes()?.to_vec()),
            1 => Value::Many(self.many(|reader| reader.bytes().map(<[u8]>::to_vec))?),
            2 => Value::Lost(self.text()?),
            _ => return None,
        };
        Some(Property { name, kind, value })
    }

    fn pass_message(&mut self) -> Option<()> {
        if self.depth > limits::NESTING_DEPTH {
            return None;
        }
        self.depth += 1;
        self.pass_bag()?;
        self.pass(Self::pass_bag)?;
        self.pass(|reader| {
            reader.pass_bag()?;
            let content = reader.byte()?;
            reader.pass_content(content)
        })?;
        self.pass(Self::pass_bytes)?;
        self.depth -= 1;
        Some(())
    }

    fn pass_content(&mut self, content: u8) -> Option<()> {
        match content {
            0 => Some(()),
            1 | 3 => self.pass_bytes(),
            2 => self.pass_message(),
            _ => None,
        }
    }

    fn pass_bag(&mut self) -> Option<()> {
        self.pass(|reader| {
            match reader.byte()? {
                0 => reader.array::<2>().map(|_| ())?,
                1 => reader.array::<20>().map(|_| ())?,
                2 => {
                    reader.array::<16>()?;
                    reader.pass_bytes()?;
                }
                _ => return None,
            }
            reader.array::<2>()?;
            match reader.byte()? {
                0 | 2 => reader.pass_bytes(),
                1 => reader.pass(Self::pass_bytes),
                _ => None,
            }
        })
    }

    fn pass(&mut self, mut one: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        for _ in 0..self.count()? {
            one(self)?;
        }
        Some(())
    }

    fn pass_bytes(&mut self) -> Option<()> {
        self.bytes().map(|_| ())
    }

    fn count(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    fn many<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.count()?;
        // A count that lies ends with the bytes; nothing is set aside for it.
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(one(self)?);
        }
        Some(all)
    }

    fn text(&mut self) -> Option<String> {
        std::str::from_utf8(self.bytes()?).ok().map(str::to_owned)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(u64::from_le_bytes(self.array()?)).ok()?;
        let (bytes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(bytes)
    }

    fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*array)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::outlook::property::kind;

    fn sample() -> Message {
        let set = [7; 16];
        let inner = Message {
            properties: PropertyBag::from_iter([Property::one(PropertyName::Tag(0x37), kind::TEXT, b"i\0".to_vec())]),
            lost: vec!["the recipients could not be read".into()],
            ..Message::default()
        };
        let attachment = |content| Attachment {
            properties: PropertyBag::from_iter([Property::one(
                PropertyName::Tag(0x3705),
                kind::INT32,
                vec![1, 0, 0, 0],
            )]),
            content,
        };
        let contents =
            [Content::None, Content::Bytes(vec![1, 2]), Content::Item(Box::new(inner)), Content::Lost("gone".into())];
        Message {
            properties: PropertyBag::from_iter([
                Property::one(PropertyName::Word { set, word: "Keywords".into() }, 0x101F, Vec::new()),
                Property {
                    name: PropertyName::Number { set, number: 9 },
                    kind: 0x101F,
                    value: Value::Many(vec![b"a\0".to_vec(), Vec::new()]),
                },
                Property::lost(PropertyName::Tag(0x1000), kind::TEXT, "its block is damaged"),
                Property::one(PropertyName::Tag(0x0E07), kind::INT32, vec![1, 0, 0, 0]),
            ]),
            recipients: vec![PropertyBag::new()],
            attachments: contents.into_iter().map(attachment).collect(),
            lost: Vec::new(),
        }
    }

    #[test]
    fn an_item_is_read_back_exactly() {
        let mut sorted = sample();
        sorted.sort();
        let bytes = write(sample());
        assert_eq!(read(&bytes).as_ref(), Some(&sorted));
        assert_eq!(part(&bytes, 0), None, "it has no content");
        assert_eq!(part(&bytes, 1), Some(vec![1, 2]));
        let inner = part(&bytes, 2).as_deref().and_then(read);
        assert!(matches!(&sorted.attachments[2].content, Content::Item(item) if inner.as_ref() == Some(item)));
        assert_eq!(part(&bytes, 3), None, "it was lost");
        assert_eq!(part(&bytes, 4), None, "there is no such part");
        assert_eq!(write(sorted), bytes, "the order of the store does not matter");
    }

    #[test]
    fn what_is_cut_off_or_changed_in_its_counts_is_no_item() {
        let bytes = write(sample());
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end]), None, "cut at {end}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(read(&longer), None);
        for at in MAGIC.len()..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0xFF;
            // Whatever it is then, it is read without a panic and without memory for counts that lie.
            let _ = read(&changed);
        }
    }

    #[test]
    fn items_inside_items_end_at_the_limit_of_depth() {
        let mut message = Message::default();
        for _ in 0..limits::NESTING_DEPTH + 1 {
            let content = Content::Item(Box::new(message));
            let attachments = vec![Attachment { properties: PropertyBag::new(), content }];
            message = Message { attachments, ..Message::default() };
        }
        assert_eq!(read(&write(message)), None);
    }
}
