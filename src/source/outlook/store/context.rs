//! The properties of a node ([MS-PST] section 2.3.3), each read for itself: one that is damaged is lost alone.

use super::blocks::Inside;
use super::heap::Heap;
use super::names::Names;
use super::pages::Store;
use super::{StoreError, damaged, u16_at, u32_at};
use crate::source::outlook::property::{Property, PropertyBag, Value, kind};

/// Bytes of the heap of one node: all its properties but the large ones.
const HEAP_BYTES: u64 = 64 * 1024 * 1024;

/// Properties of one node: there are no more numbers than these.
const PROPERTIES: usize = 65_536;

/// The data of a node as a heap.
///
/// # Errors
/// When it cannot be had or is none.
pub fn heap(store: &mut Store<'_>, data: u64) -> Result<Heap, StoreError> {
    let blocks = store.data(data, HEAP_BYTES)?;
    Heap::new(blocks, store.variant())
}

/// Reads the properties of a node, but those the caller does not want: they are handed to it with their reference.
///
/// # Errors
/// When the node holds no properties at all.
pub fn read(
    store: &mut Store<'_>,
    data: u64,
    inside: &[Inside],
    names: &Names,
    most: u64,
    leave: u16,
) -> Result<(PropertyBag, Option<Left>), StoreError> {
    let heap = heap(store, data)?;
    if heap.client != 0xBC {
        return Err(damaged("its data does not hold properties"));
    }
    let mut bag = PropertyBag::new();
    let mut left = None;
    let mut allowance = Allowance::new(most);
    for (key, rest) in heap.records(heap.root)?.into_iter().take(PROPERTIES) {
        let (Some(tag), Some(kind), Some(reference)) = (u16_at(key, 0), u16_at(rest, 0), u32_at(rest, 2)) else {
            continue;
        };
        let name = names.name(tag);
        if tag == leave {
            left = Some(Left { kind, reference });
            continue;
        }
        let value = value(store, &heap, inside, kind, reference, allowance.left());
        bag.push(match value.and_then(|value| allowance.admit(value)) {
            Ok(value) => Property { name, kind, value },
            Err(StoreError::Io(error)) => return Err(error.into()),
            Err(error) => Property::lost(name, kind, error.to_string()),
        });
    }
    Ok((bag, left))
}

/// A property that was left for the caller.
#[derive(Debug, Clone, Copy)]
pub struct Left {
    /// Its kind.
    pub kind: u16,
    /// Where its value is.
    pub reference: u32,
}

/// The bytes of a value that lies in the heap or in a node inside.
///
/// # Errors
/// When they are not there or too many.
pub fn referred(
    store: &mut Store<'_>,
    heap: &Heap,
    inside: &[Inside],
    reference: u32,
    most: u64,
) -> Result<Vec<u8>, StoreError> {
    if reference & 0x1F == 0 {
        return heap.piece(reference).map(<[u8]>::to_vec).ok_or_else(|| damaged("its value is not in the heap"));
    }
    let node = find(inside, reference).ok_or_else(|| damaged("the node that holds its value is not there"))?;
    Ok(joined(store.data(node.data, most)?))
}

/// Blocks as one; each is let go as soon as it is copied.
pub fn joined(blocks: Vec<Vec<u8>>) -> Vec<u8> {
    let mut all = Vec::with_capacity(blocks.iter().map(Vec::len).sum());
    for block in blocks {
        all.extend_from_slice(&block);
    }
    all
}

/// What may still be held: many properties may name one and the same piece of a heap.
pub struct Allowance(u64);

impl Allowance {
    /// Bytes a property costs besides its value.
    const OVERHEAD: u64 = 64;

    /// So many bytes.
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// Bytes that are left.
    pub const fn left(&self) -> u64 {
        self.0
    }

    /// The value, when there is room for it.
    ///
    /// # Errors
    /// When there is none.
    pub fn admit(&mut self, value: Value) -> Result<Value, StoreError> {
        let bytes = value.size() + Self::OVERHEAD;
        match self.0.checked_sub(bytes) {
            Some(left) => self.0 = left,
            None => return Err(StoreError::TooLarge { bytes, most: self.0 }),
        }
        Ok(value)
    }
}

/// The node of a number among those inside.
pub fn find(inside: &[Inside], id: u32) -> Option<Inside> {
    inside.iter().find(|one| one.id == id).copied()
}

/// Bytes a value of a kind has, where all values of that kind have as many.
pub const fn fixed(kind: u16) -> Option<usize> {
    match kind {
        kind::BOOLEAN => Some(1),
        kind::INT16 => Some(2),
        kind::INT32 | kind::FLOAT32 | kind::ERROR => Some(4),
        kind::FLOAT64 | kind::CURRENCY | kind::APP_TIME | kind::INT64 | kind::TIME => Some(8),
        kind::GUID => Some(16),
        0x0000 | 0x0001 => Some(0),
        _ => None,
    }
}

fn value(
    store: &mut Store<'_>,
    heap: &Heap,
    inside: &[Inside],
    kind: u16,
    reference: u32,
    most: u64,
) -> Result<Value, StoreError> {
    if let Some(length @ 0..=4) = fixed(kind) {
        // Small values stand in the record itself ([MS-PST] section 2.3.3.3).
        return Ok(Value::One(reference.to_le_bytes()[..length].to_vec()));
    }
    let bytes = referred(store, heap, inside, reference, most)?;
    Ok(if kind & kind::MULTIPLE != 0 { many(kind & !kind::MULTIPLE, &bytes)? } else { Value::One(bytes) })
}

/// Takes several values apart ([MS-PST] section 2.3.3.4).
pub fn many(kind: u16, bytes: &[u8]) -> Result<Value, StoreError> {
    if bytes.is_empty() {
        return Ok(Value::Many(Vec::new()));
    }
    if let Some(length @ 1..) = fixed(kind) {
        return Ok(Value::Many(bytes.chunks_exact(length).map(<[u8]>::to_vec).collect()));
    }
    let count = u32_at(bytes, 0).and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
    if count > bytes.len() / 4 {
        return Err(damaged("it says to have more values than there is room for"));
    }
    let place = |at: usize| u32_at(bytes, 4 + 4 * at).and_then(|place| usize::try_from(place).ok());
    let mut values = Vec::new();
    for at in 0..count {
        let end = if at + 1 < count { place(at + 1) } else { Some(bytes.len()) };
        let value = place(at).zip(end).and_then(|(start, end)| bytes.get(start..end));
        values.push(value.ok_or_else(|| damaged("the places of its values contradict each other"))?.to_vec());
    }
    Ok(Value::Many(values))
}
