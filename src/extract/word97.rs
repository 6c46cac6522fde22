//! Documents of Word 97 to 2003 (\[MS-DOC\]): the text of every range, through the piece table.

use super::charset;
use super::marks97::{Mark, Marks};
use super::ole::{Compound, LegacyError, stream};

/// UTF-16 units of one document that are read; overlapping pieces of a hostile one could claim far more than it has.
const UNITS: usize = 8_000_000;
/// The mark of a document (\[MS-DOC\] 2.5.2, `wIdent`).
const MARK: u16 = 0xA5EC;
/// The first version with this layout (`nFib` of Word 97).
const WORD_97: u16 = 0x00C1;
/// Ranges in the order in which they stand in the text (\[MS-DOC\] 2.5.4), with the offset of their length.
const RANGES: [(usize, &str); 7] = [
    (0x4C, ""),
    (0x50, "[footnotes]"),
    (0x54, "[headers and footers]"),
    (0x5C, "[comments]"),
    (0x60, "[endnotes]"),
    (0x64, "[text boxes]"),
    (0x68, "[text boxes of headers and footers]"),
];

/// The text of a document: what stands on the pages first, the other ranges under their headings.
///
/// # Errors
/// When it is encrypted, older than Word 97, or its piece table does not fit.
pub fn text(file: &mut Compound<'_>) -> Result<String, LegacyError> {
    let document = stream(file, "/WordDocument").ok_or(LegacyError::Damaged)?;
    let short = |at| short(&document, at).ok_or(LegacyError::Damaged);
    let flags = short(0x0A)?;
    if flags & 0x0100 != 0 {
        return Err(LegacyError::Encrypted);
    }
    if short(0)? != MARK || short(2)? < WORD_97 {
        return Err(LegacyError::Older);
    }
    let name = if flags & 0x0200 == 0 { "/0Table" } else { "/1Table" };
    let table = stream(file, name).ok_or(LegacyError::Damaged)?;
    let marks = Marks::read(&document, &table);
    let (units, marked) = units(&document, &table, &marks).ok_or(LegacyError::Damaged)?;
    let mut out = String::new();
    let mut rest = units.as_slice();
    let mut marked = marked.as_slice();
    for (at, heading) in RANGES {
        let count = long(&document, at).ok_or(LegacyError::Damaged)?;
        let (range, after) = rest.split_at(count.min(rest.len()));
        rest = after;
        let (changes, after) = marked.split_at(count.min(marked.len()));
        marked = after;
        let words = marked_words(range, changes);
        if words.trim().is_empty() {
            continue;
        }
        if !heading.is_empty() {
            out.push_str(heading);
            out.push('\n');
        }
        out.push_str(words.trim_end());
        out.push('\n');
    }
    Ok(out)
}

/// All characters in order, through the table of pieces (\[MS-DOC\] 2.9.38 Clx, 2.8.35 PlcPcd, 2.9.177 Pcd), and what
/// happened to each where changes were tracked.
fn units(document: &[u8], table: &[u8], marks: &Marks) -> Option<(Vec<u16>, Vec<Mark>)> {
    let (start, length) = (long(document, 0x1A2)?, long(document, 0x1A6)?);
    let mut clx = table.get(start..start.checked_add(length)?)?;
    // Property changes stand before the table.
    while clx.first() == Some(&1) {
        clx = clx.get(3 + usize::from(short(clx, 1)?)..)?;
    }
    if clx.first() != Some(&2) {
        return None;
    }
    let size = long(clx, 1)?;
    let pieces = clx.get(5..5usize.checked_add(size)?)?;
    let count = size.checked_sub(4)? / 12;
    let mut out = Vec::new();
    let mut marked = Vec::new();
    for index in 0..count {
        let (first, behind) = (long(pieces, index * 4)?, long(pieces, index * 4 + 4)?);
        let chars = behind.checked_sub(first)?;
        let place = long(pieces, (count + 1) * 4 + index * 8 + 2)?;
        if out.len().saturating_add(chars) > UNITS {
            return None;
        }
        let offset = place & 0x3FFF_FFFF;
        if place & 0x4000_0000 == 0 {
            let bytes = document.get(offset..offset.checked_add(chars.checked_mul(2)?)?)?;
            out.extend(bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])));
            if !marks.is_empty() {
                marked.extend((0..chars).map(|at| marks.at(offset + at * 2)));
            }
        } else {
            let bytes = document.get(offset / 2..(offset / 2).checked_add(chars)?)?;
            // Every byte of this code page is one unit.
            out.extend(charset::decode_code_page(bytes, 1252).text.encode_utf16());
            if !marks.is_empty() {
                marked.extend((0..chars).map(|at| marks.at(offset / 2 + at)));
            }
        }
    }
    Some((out, marked))
}

/// The characters of a range, those that were deleted or put in marked as such.
fn marked_words(units: &[u16], marks: &[Mark]) -> String {
    if marks.iter().all(|mark| *mark == Mark::None) {
        return words(units);
    }
    let mut out = String::new();
    let mut rest = units;
    for stretch in marks.chunk_by(|one, next| one == next) {
        let (these, after) = rest.split_at(stretch.len().min(rest.len()));
        rest = after;
        let said = words(these);
        let mark = stretch[0];
        if mark == Mark::None || said.trim().is_empty() {
            out.push_str(&said);
        } else {
            out.push_str(mark.heading());
            out.push_str(&said);
            out.push(']');
        }
    }
    out.push_str(&words(rest));
    out
}

/// The characters as a person reads them (\[MS-DOC\] 2.4.1 and 2.8.25: marks of cells, fields and objects).
fn words(units: &[u16]) -> String {
    let mut out = String::with_capacity(units.len());
    for one in char::decode_utf16(units.iter().copied()) {
        match one.unwrap_or(char::REPLACEMENT_CHARACTER) {
            '\r' | '\u{b}' | '\u{c}' | '\u{e}' => out.push('\n'),
            '\u{7}' | '\t' => out.push('\t'),
            // The instruction of a field is kept: the address of a link stands only there.
            '\u{13}' | '\u{14}' | '\u{15}' => out.push(' '),
            '\u{1e}' => out.push('-'),
            '\0'..='\u{1f}' => {}
            other => out.push(other),
        }
    }
    out
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?)).ok()
}
