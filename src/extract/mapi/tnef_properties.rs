//! Lists of properties in a TNEF stream (MS-OXTNEF 2.1.3.4 and 2.1.3.5).

use super::bag::{BINARY, Guid, MULTIPLE, Name, OBJECT, Property, STRING8, UNICODE, wide};
use super::msg::width_of;

/// Properties of one list that are read.
const MOST: u32 = 20_000;

/// Reads one list; false when it breaks off. What was whole before is there either way.
pub fn list(bytes: &mut &[u8], into: &mut Vec<Property>) -> bool {
    let Some(count) = u32(bytes) else { return false };
    for _ in 0..count.min(MOST) {
        match property(bytes) {
            Some(property) => into.push(property),
            None => return false,
        }
    }
    count <= MOST
}

/// Reads lists one after the other, those of recipients; false when they break off.
pub fn rows(mut bytes: &[u8]) -> (Vec<Vec<Property>>, bool) {
    let mut all = Vec::new();
    let Some(count) = u32(&mut bytes) else { return (all, false) };
    for _ in 0..count.min(MOST) {
        let mut row = Vec::new();
        let is_whole = list(&mut bytes, &mut row);
        if !row.is_empty() {
            all.push(row);
        }
        if !is_whole {
            return (all, false);
        }
    }
    (all, count <= MOST)
}

fn property(bytes: &mut &[u8]) -> Option<Property> {
    let tag = u32(bytes)?;
    let (kind, id) = ((tag & 0xFFFF) as u16, (tag >> 16) as u16);
    let name = if id >= 0x8000 { Some(name(bytes)?) } else { None };
    let single = kind & !MULTIPLE;
    let is_long = matches!(single, UNICODE | STRING8 | BINARY | OBJECT);
    // A value that has always as many bytes stands there alone; all others tell how many they are.
    let count = if kind & MULTIPLE != 0 || is_long { u32(bytes)? } else { 1 };
    let mut values = Vec::new();
    for _ in 0..count {
        let length = if is_long { u32(bytes)? as usize } else { width_of(single)? };
        let value = take(bytes, length)?.to_vec();
        padding(bytes, length);
        values.push(value);
    }
    Some(Property { id, kind: single, name, values, is_many: kind & MULTIPLE != 0 })
}

fn name(bytes: &mut &[u8]) -> Option<Name> {
    let set: Guid = *take(bytes, 16)?.first_chunk()?;
    if u32(bytes)? == 0 {
        return Some(Name::Number(set, u32(bytes)?));
    }
    let length = u32(bytes)? as usize;
    let text = wide(take(bytes, length)?).text;
    padding(bytes, length);
    Some(Name::Text(set, text))
}

/// Values end at a multiple of four bytes; that of the last one may be missing.
fn padding(bytes: &mut &[u8], length: usize) {
    let rest = (4 - length % 4) % 4;
    *bytes = bytes.get(rest..).unwrap_or_default();
}

fn u32(bytes: &mut &[u8]) -> Option<u32> {
    let (four, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*four))
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let found = bytes.get(..length)?;
    *bytes = &bytes[length..];
    Some(found)
}
