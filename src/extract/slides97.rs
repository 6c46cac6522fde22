//! Presentations of PowerPoint 97 to 2003 (\[MS-PPT\]): the text atoms of slides, notes, comments, headers and footers.
//!
//! Every record of the stream is walked, so that words of an earlier version that was not cleared away are found too.

use super::ole::{Compound, LegacyError, stream};
use crate::base::limits;

/// The user's record says that the rest is encrypted (\[MS-PPT\] 2.3.2, `headerToken`).
const ENCRYPTED: [u8; 4] = [0xDF, 0xC4, 0xD1, 0xF3];

/// The text of a presentation, notes and comments marked.
///
/// # Errors
/// When it is encrypted, or has no record at all.
pub fn text(file: &mut Compound<'_>) -> Result<String, LegacyError> {
    let user = stream(file, "/Current User").unwrap_or_default();
    if user.get(12..16) == Some(&ENCRYPTED) {
        return Err(LegacyError::Encrypted);
    }
    let records = stream(file, "/PowerPoint Document").ok_or(LegacyError::Damaged)?;
    walk(&records).ok_or(LegacyError::Damaged)
}

/// Walks over the records (\[MS-PPT\] 2.3.1): a container is entered, everything else is passed over by its length.
fn walk(records: &[u8]) -> Option<String> {
    let mut out = String::new();
    let mut shown = "";
    // The innermost container that gives its words a heading, with the byte behind it.
    let mut headings: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    while let Some(header) = records.get(at..at + 8) {
        let kind = u16::from_le_bytes([header[2], header[3]]);
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        let instance = u16::from_le_bytes([header[0], header[1]]) >> 4;
        while headings.last().is_some_and(|(end, _)| at >= *end) {
            headings.pop();
        }
        let body = at + 8;
        let end = body.checked_add(length)?.min(records.len());
        if header[0] & 0x0F == 0x0F {
            if let Some(heading) = heading_of(kind, instance) {
                headings.push((end, heading));
            }
            at = body;
            continue;
        }
        let heading = headings.last().map_or("", |(_, heading)| *heading);
        if let Some(words) = words(kind, heading, &records[body..end]) {
            if heading != shown && !heading.is_empty() {
                out.push_str(heading);
                out.push('\n');
            }
            shown = heading;
            out.push_str(words.trim());
            out.push('\n');
        }
        if out.len() > limits::SEARCHABLE_CHARS * 4 {
            return Some(out);
        }
        at = end;
    }
    (at > 0).then_some(out)
}

/// Containers by their kind (\[MS-PPT\] 2.13.24).
fn heading_of(kind: u16, instance: u16) -> Option<&'static str> {
    match (kind, instance) {
        (0x03EE, _) | (0x0FF0, 0) => Some("[slide]"),
        (0x03F0, _) | (0x0FF0, 2) => Some("[notes]"),
        (0x03F8, _) | (0x0FF0, 1) => Some("[master]"),
        (0x2EE0, _) => Some("[comments]"),
        (0x0FD9, _) => Some("[headers and footers]"),
        _ => None,
    }
}

/// The words of an atom: TextCharsAtom (0x0FA0), TextBytesAtom (0x0FA8), and CString (0x0FBA) where it holds words.
fn words(kind: u16, heading: &str, body: &[u8]) -> Option<String> {
    let units: Vec<u16> = match kind {
        0x0FA0 => body.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect(),
        0x0FBA if matches!(heading, "[comments]" | "[headers and footers]") => {
            body.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()
        }
        0x0FA8 => body.iter().map(|byte| u16::from(*byte)).collect(),
        _ => return None,
    };
    let text = String::from_utf16_lossy(&units).replace(['\r', '\u{b}'], "\n");
    (!text.trim().is_empty()).then_some(text)
}
