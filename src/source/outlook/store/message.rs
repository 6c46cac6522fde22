//! One item of a store: its properties, recipients and attachments, items inside it included ([MS-PST] section 2.4.5
//! and 2.4.6).

use super::blocks::Inside;
use super::names::Names;
use super::pages::Store;
use super::{StoreError, context, table};
use crate::base::limits;
use crate::source::outlook::item::{Attachment, Content, Message};
use crate::source::outlook::property::{Property, PropertyBag, PropertyName, kind};
use crate::source::outlook::tag;

/// Bytes of one item that are held, its attachments and the items inside it included.
pub const ITEM_BYTES: u64 = limits::IN_FLIGHT_BYTES;

/// The lowest five bits of the number of a table of recipients.
const RECIPIENTS: u32 = 0x12;
/// Those of a table of attachments.
const ATTACHMENTS: u32 = 0x11;
/// Those of an attachment.
const ATTACHMENT: u32 = 0x05;
/// Those of an item inside an item.
const MESSAGE: u32 = 0x04;

/// An item as it was read.
pub struct Taken {
    /// The item.
    pub message: Message,
    /// What was too large to be held, by name, with its bytes.
    pub too_large: Vec<(String, u64)>,
}

/// Reads an item.
///
/// # Errors
/// When it has no properties that could be read, or the disk fails; all else is lost alone and said in the item.
pub fn read(store: &mut Store<'_>, data: u64, inside: u64, names: &Names) -> Result<Taken, StoreError> {
    let mut reading = Reading { store, names, left: ITEM_BYTES, too_large: Vec::new() };
    let message = reading.message(data, inside, 0)?;
    Ok(Taken { message, too_large: reading.too_large })
}

struct Reading<'r, 'f> {
    store: &'r mut Store<'f>,
    names: &'r Names,
    /// Bytes that may still be held.
    left: u64,
    too_large: Vec<(String, u64)>,
}

impl Reading<'_, '_> {
    fn message(&mut self, data: u64, inside: u64, depth: usize) -> Result<Message, StoreError> {
        let mut message = Message::default();
        let nodes = match self.store.inside(inside) {
            Ok(nodes) => nodes,
            Err(StoreError::Io(error)) => return Err(error.into()),
            Err(error) => {
                message.lost.push(format!("what lies in nodes inside the item is lost: {error}"));
                Vec::new()
            }
        };
        (message.properties, _) = context::read(self.store, data, &nodes, self.names, self.left, 0)?;
        self.charge(&message.properties);
        let tables = |kind: u32| nodes.iter().filter(move |one| one.id & 0x1F == kind).copied();
        for table in tables(RECIPIENTS) {
            let rows = self.table(table);
            self.keep("recipients", rows, &mut message.lost, |rows| message.recipients.extend(rows))?;
        }
        let mut ids = Vec::new();
        for table in tables(ATTACHMENTS) {
            let rows = table::row_ids(self.store, table.data);
            self.keep("list of attachments", rows, &mut message.lost, |rows| ids.extend(rows))?;
        }
        // Attachments that the list has lost are there all the same.
        let listed: Vec<u32> = ids.clone();
        ids.extend(tables(ATTACHMENT).map(|one| one.id).filter(|id| !listed.contains(id)));
        for id in ids {
            match context::find(&nodes, id) {
                Some(node) => {
                    let attachment = self.attachment(node, depth)?;
                    message.attachments.push(attachment);
                }
                None => message.lost.push(format!("attachment {id:#x} is listed and not there")),
            }
        }
        Ok(message)
    }

    fn table(&mut self, node: Inside) -> Result<Vec<PropertyBag>, StoreError> {
        let nodes = self.store.inside(node.inside)?;
        let rows = table::rows(self.store, node.data, &nodes, self.names, self.left)?;
        rows.iter().for_each(|row| self.charge(row));
        Ok(rows)
    }

    fn keep<T>(
        &self,
        what: &str,
        result: Result<T, StoreError>,
        lost: &mut Vec<String>,
        keep: impl FnOnce(T),
    ) -> Result<(), StoreError> {
        match result {
            Ok(value) => keep(value),
            Err(StoreError::Io(error)) => return Err(error.into()),
            Err(error) => lost.push(format!("the {what} of the item cannot be read: {error}")),
        }
        Ok(())
    }

    fn charge(&mut self, bag: &PropertyBag) {
        let bytes: u64 = bag.all().iter().map(|one| one.value.size()).sum();
        self.left = self.left.saturating_sub(bytes);
    }

    fn attachment(&mut self, node: Inside, depth: usize) -> Result<Attachment, StoreError> {
        let lost = |reason: String| Attachment { properties: PropertyBag::new(), content: Content::Lost(reason) };
        let nodes = match self.store.inside(node.inside) {
            Ok(nodes) => nodes,
            Err(StoreError::Io(error)) => return Err(error.into()),
            Err(error) => return Ok(lost(format!("its parts cannot be had: {error}"))),
        };
        let read = context::read(self.store, node.data, &nodes, self.names, self.left, tag::ATTACH_DATA);
        let (mut properties, left) = match read {
            Ok(read) => read,
            Err(StoreError::Io(error)) => return Err(error.into()),
            Err(error) => return Ok(lost(format!("its properties cannot be had: {error}"))),
        };
        self.charge(&properties);
        let content = match left {
            None => Content::None,
            Some(left) if left.kind == kind::OBJECT => self.object(node, &nodes, left.reference, &properties, depth)?,
            Some(left) if left.kind == kind::BINARY => {
                let heap = context::heap(self.store, node.data)?;
                let bytes = context::referred(self.store, &heap, &nodes, left.reference, self.left);
                self.content(bytes, &properties)?
            }
            Some(left) => {
                // Content of another kind is kept as a property like any other.
                properties.push(Property::one(
                    PropertyName::Tag(tag::ATTACH_DATA),
                    left.kind,
                    left.reference.to_le_bytes().to_vec(),
                ));
                Content::None
            }
        };
        Ok(Attachment { properties, content })
    }

    /// An item inside, or an object of another program ([MS-PST] section 2.4.6.2.1: eight bytes, the first four are the
    /// number of the node that holds it).
    fn object(
        &mut self,
        node: Inside,
        nodes: &[Inside],
        reference: u32,
        properties: &PropertyBag,
        depth: usize,
    ) -> Result<Content, StoreError> {
        let heap = context::heap(self.store, node.data)?;
        let told = context::referred(self.store, &heap, nodes, reference, 64).ok();
        let told = told.as_deref().and_then(|told| super::u32_at(told, 0));
        // Where the number is lost, the one item inside is the one meant.
        let named = told.and_then(|id| context::find(nodes, id));
        let Some(inner) = named.or_else(|| nodes.iter().find(|one| one.id & 0x1F == MESSAGE).copied()) else {
            return Ok(Content::Lost("the item inside is not there".to_owned()));
        };
        let is_item = inner.id & 0x1F == MESSAGE || properties.number(tag::ATTACH_METHOD) == Some(5);
        if !is_item {
            let bytes = self.store.data(inner.data, self.left).map(context::joined);
            return self.content(bytes, properties);
        }
        // The canonical form ends at this depth too.
        if depth + 1 >= limits::NESTING_DEPTH {
            return Ok(Content::Lost(format!("items lie more than {} deep inside each other", limits::NESTING_DEPTH)));
        }
        match self.message(inner.data, inner.inside, depth + 1) {
            Ok(message) => Ok(Content::Item(Box::new(message))),
            Err(StoreError::Io(error)) => Err(error.into()),
            Err(error) => Ok(Content::Lost(format!("the item inside cannot be read: {error}"))),
        }
    }

    fn content(&mut self, bytes: Result<Vec<u8>, StoreError>, properties: &PropertyBag) -> Result<Content, StoreError> {
        match bytes {
            Ok(bytes) => {
                self.left = self.left.saturating_sub(bytes.len() as u64);
                Ok(Content::Bytes(bytes))
            }
            Err(StoreError::Io(error)) => Err(error.into()),
            Err(StoreError::TooLarge { bytes, most }) => {
                let name = properties.text(tag::ATTACH_LONG_FILENAME, 1252);
                self.too_large.push((name, bytes));
                let error = StoreError::TooLarge { bytes, most };
                Ok(Content::Lost(format!("{error}; save it out of the mailbox and take it in by itself")))
            }
            Err(error) => Ok(Content::Lost(format!("its content cannot be had: {error}"))),
        }
    }
}
