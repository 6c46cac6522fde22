//! Compound files of old office programs (\[MS-CFB\]): the document inside, its properties, and what is packed in it.
//!
//! A file whose format is not known here, or that is too damaged to be taken apart, is read by its runs of
//! characters, so that most words can be found; such a result is never called fully searchable.

use super::budget::Budget;
use super::workbook::{self, Cell, Sheet, WorkbookError};
use super::{Extracted, notes97, objects, property_set, slides97, word97};
use crate::base::limits;
use crate::model::exception::ProblemCode;
use crate::model::item::Searchable;
use std::io::{Cursor, Read};

/// Characters in a row that count as text.
const RUN: usize = 5;

/// A compound file in memory.
pub type Compound<'a> = cfb::CompoundFile<Cursor<&'a [u8]>>;

/// Why the document in a compound file was not taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LegacyError {
    /// It asks for a password.
    #[error("the document is protected by a password")]
    Encrypted,
    /// Its structures do not fit together.
    #[error("the document is damaged; its words were read as they lie in it")]
    Damaged,
    /// It is of a program older than those whose files are taken apart.
    #[error("the document is of an old program and not taken apart; its words were read as they lie in it")]
    Older,
}

/// The text of a compound file.
pub fn extract(bytes: &[u8], budget: &mut Budget) -> Extracted {
    let Ok(mut file) = cfb::CompoundFile::open(Cursor::new(bytes)) else {
        return runs(bytes, kind_of(bytes), LegacyError::Damaged);
    };
    // A protected document of the new formats is wrapped in a compound file ([MS-OFFCRYPTO] 1.3).
    if file.exists("/EncryptedPackage") {
        return locked("application/x-encrypted-office");
    }
    let (found, result) = if file.exists("/WordDocument") {
        ("application/msword", word97::text(&mut file))
    } else if file.exists("/Workbook") || file.exists("/Book") {
        return with_the_rest(cells(bytes, &mut file), bytes, &mut file, budget);
    } else if file.exists("/PowerPoint Document") {
        ("application/vnd.ms-powerpoint", slides97::text(&mut file))
    } else if objects::is_packed(bytes) {
        let mut out = Extracted::all("application/x-ole-storage", String::new());
        objects::add_packed(bytes, &mut out, budget);
        return out;
    } else {
        return runs(bytes, kind_of(bytes), LegacyError::Older);
    };
    let out = match result {
        Ok(text) => Extracted::all(found, text),
        Err(LegacyError::Encrypted) => return locked(found),
        Err(error) => runs(bytes, found, error),
    };
    with_the_rest(out, bytes, &mut file, budget)
}

fn locked(found: &str) -> Extracted {
    let sentence = LegacyError::Encrypted.to_string();
    Extracted::nothing(found).but(Searchable::Not, ProblemCode::Encrypted, sentence)
}

/// The bytes of a stream, whole; `None` when there is no such stream, it breaks off, or it has more bytes than an item in
/// memory: what is read of a part of it would pass for all of it.
pub fn stream(file: &mut Compound<'_>, path: &str) -> Option<Vec<u8>> {
    let stream = file.open_stream(path).ok()?;
    let length = stream.len();
    let mut bytes = Vec::new();
    stream.take(limits::ITEM_IN_MEMORY_BYTES).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == length).then_some(bytes)
}

/// The bytes of a stream that may be missing; one that is there and cannot be read whole is said.
fn stream_if_any(file: &mut Compound<'_>, path: &str, out: &mut Extracted) -> Option<Vec<u8>> {
    let bytes = stream(file, path);
    if bytes.is_none() && file.exists(path) {
        let sentence = "a part of the document is damaged and was not read";
        let before = std::mem::replace(out, Extracted::nothing(""));
        *out = before.but(Searchable::Partly, ProblemCode::Malformed, sentence);
    }
    bytes
}

/// Properties and embedded objects, which all kinds of documents have in the same places.
fn with_the_rest(mut out: Extracted, bytes: &[u8], file: &mut Compound<'_>, budget: &mut Budget) -> Extracted {
    if out.problems.iter().any(|problem| problem.code == ProblemCode::Encrypted) {
        return out;
    }
    for path in ["/\u{5}SummaryInformation", "/\u{5}DocumentSummaryInformation"] {
        if let Some(bytes) = stream_if_any(file, path, &mut out) {
            property_set::tell(&bytes, &mut out.facts);
        }
    }
    property_set::add_words(&mut out);
    objects::add_storages(bytes, &mut out, budget);
    if let Some(records) = stream_if_any(file, "/PowerPoint Document", &mut out) {
        objects::add_records(&records, &mut out, budget);
    }
    out
}

/// The sheets of a workbook of Excel 97 to 2003.
fn cells(bytes: &[u8], file: &mut Compound<'_>) -> Extracted {
    const FOUND: &str = "application/vnd.ms-excel";
    match workbook::sheets(bytes) {
        Ok(sheets) => {
            let cut = sheets.iter().any(|sheet| sheet.is_cut);
            let mut out = Extracted::all(FOUND, String::new());
            sheets.iter().for_each(|sheet| add_sheet(sheet, &mut out.text));
            let name = if file.exists("/Workbook") { "/Workbook" } else { "/Book" };
            let book = stream_if_any(file, name, &mut out).unwrap_or_default();
            let notes = notes97::text(&book);
            if !notes.is_empty() {
                out.text.push_str("[comments and text boxes]\n");
                out.text.push_str(&notes);
            }
            if cut {
                let sentence = "a limit was reached or a sheet is damaged; cells are missing";
                return out.but(Searchable::Partly, ProblemCode::LimitReached, sentence);
            }
            out
        }
        Err(WorkbookError::Encrypted) => locked(FOUND),
        Err(_) => runs(bytes, FOUND, LegacyError::Damaged),
    }
}

fn add_sheet(sheet: &Sheet, out: &mut String) {
    out.push_str(if sheet.is_hidden { "[hidden sheet " } else { "[sheet " });
    out.push_str(&sheet.name);
    out.push_str("]\n");
    for row in sheet.rows.iter().filter(|row| !row.is_empty()) {
        if out.len() > limits::SEARCHABLE_CHARS * 4 {
            return;
        }
        let words: Vec<String> = row.iter().map(Cell::words).collect();
        out.push_str(words.join("\t").trim_end());
        out.push('\n');
    }
}

fn kind_of(bytes: &[u8]) -> &'static str {
    [
        ("WordDocument", "application/msword"),
        ("Workbook", "application/vnd.ms-excel"),
        ("PowerPoint Document", "application/vnd.ms-powerpoint"),
        ("__properties_version", "application/vnd.ms-outlook"),
    ]
    .into_iter()
    .find(|(stream, _)| contains(bytes, &wide(stream)))
    .map_or("application/x-ole-storage", |(_, media)| media)
}

/// The runs of characters in a file that is not taken apart.
fn runs(bytes: &[u8], found: &str, error: LegacyError) -> Extracted {
    let mut out = String::new();
    wide_runs(bytes, &mut out);
    narrow_runs(bytes, &mut out);
    let code = if error == LegacyError::Damaged { ProblemCode::Malformed } else { ProblemCode::Unsupported };
    Extracted::all(found, out).but(Searchable::Partly, code, error.to_string())
}

/// UTF-16 runs of letters of any script below the surrogates, at even positions as the format aligns them.
fn wide_runs(bytes: &[u8], out: &mut String) {
    let mut run = String::new();
    for pair in bytes.chunks_exact(2) {
        let unit = u16::from_le_bytes([pair[0], pair[1]]);
        // Latin, Greek, Cyrillic and general punctuation: other units are mostly other data.
        let text = matches!(unit, 9 | 10 | 13 | 32..=126 | 160..=0x52F | 0x2010..=0x2044 | 0x20AC);
        match char::from_u32(u32::from(unit)).filter(|_| text) {
            Some(one) => run.push(one),
            None => flush(&mut run, out),
        }
    }
    flush(&mut run, out);
}

/// Runs of one-byte characters, windows-1252.
fn narrow_runs(bytes: &[u8], out: &mut String) {
    for run in bytes.split(|byte| !matches!(byte, 9 | 10 | 13 | 32..=126 | 145..=151 | 160..=255)) {
        let letters = run.iter().filter(|byte| byte.is_ascii_alphanumeric() || **byte == b' ').count();
        if run.len() >= RUN && letters * 3 > run.len() * 2 {
            out.push_str(&super::charset::decode_code_page(run, 1252).text);
            out.push('\n');
        }
    }
}

fn flush(run: &mut String, out: &mut String) {
    if run.chars().count() >= RUN {
        out.push_str(run);
        out.push('\n');
    }
    run.clear();
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
