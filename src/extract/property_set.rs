//! Properties of old office documents (\[MS-OLEPS\]; \[MS-OSHARED\] 2.3.3): title, author, dates, company, custom ones.

use super::{Extracted, charset};
use std::collections::BTreeMap;

/// Properties of one set that are read.
const PROPERTIES: usize = 1_000;
/// Seconds between 1601-01-01 and 1970-01-01.
const EPOCH: i64 = 11_644_473_600;
/// The set of the summary (\[MS-OLEPS\] 3.1.2 FMTID_SummaryInformation), its first bytes.
const SUMMARY: [u8; 4] = [0xE0, 0x85, 0x9F, 0xF2];
/// FMTID_DocSummaryInformation, its first bytes.
const DOCUMENT: [u8; 4] = [0x02, 0xD5, 0xCD, 0xD5];
/// FMTID_UserDefinedProperties, its first bytes.
const CUSTOM: [u8; 4] = [0x05, 0xD5, 0xCD, 0xD5];

/// Tells the properties of a stream, by the names the glossary of facts uses.
pub fn tell(bytes: &[u8], facts: &mut BTreeMap<String, String>) {
    let sets = long(bytes, 24).unwrap_or(0).min(2);
    for index in 0..sets {
        let place = 28 + index * 20;
        let (Some(format), Some(offset)) = (bytes.get(place..place + 4), long(bytes, place + 16)) else { return };
        if let Some(set) = bytes.get(offset..) {
            tell_set(set, format, facts);
        }
    }
}

/// Adds the facts of a document to its words, under a heading that says what they are.
pub fn add_words(out: &mut Extracted) {
    if out.facts.is_empty() {
        return;
    }
    out.text.push_str("[properties]\n");
    for (name, value) in &out.facts {
        out.text.push_str(&format!("{name}: {value}\n"));
    }
}

fn tell_set(set: &[u8], format: &[u8], facts: &mut BTreeMap<String, String>) {
    let count = long(set, 4).unwrap_or(0).min(PROPERTIES);
    let entries: Vec<(usize, &[u8])> = (0..count)
        .filter_map(|index| Some((long(set, 8 + index * 8)?, set.get(long(set, 12 + index * 8)?..)?)))
        .collect();
    let code_page = entries.iter().find(|(id, _)| *id == 1).and_then(|(_, value)| value.get(4..6));
    let code_page = code_page.map_or(1252, |two| u32::from(u16::from_le_bytes([two[0], two[1]])));
    let names = entries.iter().find(|(id, _)| *id == 0).map(|(_, value)| dictionary(value, code_page));
    for (id, value) in entries.iter().filter(|(id, _)| *id > 1) {
        let name = match (format, id) {
            (f, 2) if f == SUMMARY => "title".to_owned(),
            (f, 3) if f == SUMMARY => "subject".to_owned(),
            (f, 4) if f == SUMMARY => "author".to_owned(),
            (f, 5) if f == SUMMARY => "keywords".to_owned(),
            (f, 6) if f == SUMMARY => "comments".to_owned(),
            (f, 8) if f == SUMMARY => "last saved by".to_owned(),
            (f, 11) if f == SUMMARY => "printed".to_owned(),
            (f, 12) if f == SUMMARY => "created".to_owned(),
            (f, 13) if f == SUMMARY => "last saved".to_owned(),
            (f, 2) if f == DOCUMENT => "category".to_owned(),
            (f, 14) if f == DOCUMENT => "manager".to_owned(),
            (f, 15) if f == DOCUMENT => "company".to_owned(),
            (f, id) if f == CUSTOM => match names.as_ref().and_then(|names| names.get(id)) {
                Some(name) => format!("custom property {name}"),
                None => continue,
            },
            _ => continue,
        };
        if let Some(words) = words(value, code_page).filter(|words| !words.trim().is_empty()) {
            facts.insert(name, words.trim().to_owned());
        }
    }
}

/// A typed value (\[MS-OLEPS\] 2.15): strings, moments and whole numbers.
fn words(value: &[u8], code_page: u32) -> Option<String> {
    match value.first()? {
        0x1E => Some(string(value.get(8..8usize.checked_add(long(value, 4)?)?)?, code_page)),
        0x1F => Some(string(value.get(8..8usize.checked_add(long(value, 4)?.checked_mul(2)?)?)?, 1200)),
        0x40 => {
            let ticks = u64::from_le_bytes(value.get(4..12)?.try_into().ok()?);
            let seconds = i64::try_from(ticks / 10_000_000).ok()?.checked_sub(EPOCH)?;
            // Zero stands for a time that was never set, and a printing that never was.
            let moment = chrono::DateTime::from_timestamp(seconds, 0).filter(|_| ticks > 0)?;
            Some(moment.format("%Y-%m-%d %H:%M:%S UTC").to_string())
        }
        0x03 => Some(i32::from_le_bytes(value.get(4..8)?.try_into().ok()?).to_string()),
        _ => None,
    }
}

fn string(bytes: &[u8], code_page: u32) -> String {
    let text = if code_page == 1200 {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    } else {
        charset::decode_code_page(bytes, code_page).text
    };
    text.split('\0').next().unwrap_or_default().to_owned()
}

/// Names of custom properties by their number (\[MS-OLEPS\] 2.17).
fn dictionary(value: &[u8], code_page: u32) -> BTreeMap<usize, String> {
    let mut names = BTreeMap::new();
    let mut at = 4;
    for _ in 0..long(value, 0).unwrap_or(0).min(PROPERTIES) {
        let (Some(id), Some(length)) = (long(value, at), long(value, at + 4)) else { break };
        let wide = code_page == 1200;
        let size = if wide { length.saturating_mul(2) } else { length };
        let Some(bytes) = value.get(at + 8..(at + 8).saturating_add(size)) else { break };
        names.insert(id, string(bytes, code_page));
        // Wide names are padded to four bytes.
        at += 8 + if wide { size.div_ceil(4) * 4 } else { size };
    }
    names
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?)).ok()
}
