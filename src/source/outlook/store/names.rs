//! The names of named properties: each store numbers them for itself ([MS-PST] section 2.4.7).

use super::pages::Store;
use super::{StoreError, context, u16_at, u32_at};
use crate::source::outlook::property::{Guid, PropertyBag, PropertyName};
use crate::source::outlook::set;
use std::collections::HashMap;

/// The node that holds them.
const NODE: u32 = 0x61;
/// Bytes of each of its lists.
const LIST_BYTES: u64 = 32 * 1024 * 1024;
/// The least number of a named property.
const FIRST: u16 = 0x8000;

/// The names of a store's own numbers.
#[derive(Debug, Default)]
pub struct Names(HashMap<u16, PropertyName>);

impl Names {
    /// Reads the names of a store.
    ///
    /// # Errors
    /// When they cannot be had; the properties then keep the numbers of the store.
    pub fn read(store: &mut Store<'_>) -> Result<Self, StoreError> {
        let Some(node) = store.node(NODE)? else { return Ok(Self::default()) };
        let inside = store.inside(node.inside)?;
        let (bag, _) = context::read(store, node.data, &inside, &Self::default(), LIST_BYTES, 0)?;
        Ok(Self(names(&bag)))
    }

    /// What the property of a number is called.
    pub fn name(&self, tag: u16) -> PropertyName {
        self.0.get(&tag).cloned().unwrap_or(PropertyName::Tag(tag))
    }
}

fn names(bag: &PropertyBag) -> HashMap<u16, PropertyName> {
    let bytes = |tag| bag.bytes(tag).unwrap_or_default();
    let (sets, entries, words) = (bytes(2), bytes(3), bytes(4));
    let mut names = HashMap::new();
    for entry in entries.chunks_exact(8) {
        let (Some(id), Some(about), Some(at)) = (u32_at(entry, 0), u16_at(entry, 4), u16_at(entry, 6)) else {
            continue;
        };
        let Some(tag) = FIRST.checked_add(at) else { continue };
        let Some(set) = set_of(about >> 1, sets) else { continue };
        let name = if about & 1 == 0 {
            // A number of the set all stores share is a plain tag.
            match u16::try_from(id) {
                Ok(tag) if set == set::MAPI => PropertyName::Tag(tag),
                _ => PropertyName::Number { set, number: id },
            }
        } else {
            let Some(word) = word_at(words, id) else { continue };
            PropertyName::Word { set, word }
        };
        names.insert(tag, name);
    }
    names
}

fn set_of(index: u16, sets: &[u8]) -> Option<Guid> {
    match index {
        0 => Some([0; 16]),
        1 => Some(set::MAPI),
        2 => Some(set::PUBLIC_STRINGS),
        _ => sets.get(usize::from(index - 3) * 16..)?.first_chunk().copied(),
    }
}

fn word_at(words: &[u8], at: u32) -> Option<String> {
    let at = usize::try_from(at).ok()?;
    let length = usize::try_from(u32_at(words, at)?).ok()?;
    let bytes = words.get(at + 4..)?.get(..length)?;
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).ok()
}
