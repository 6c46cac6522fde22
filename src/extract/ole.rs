//! Compound files of old office programs and Outlook (MS-CFB): their words as they lie there.
//!
//! The formats inside are not taken apart. Runs of characters are read, so that most words can be found; the
//! result is never called fully searchable.

use super::Extracted;
use crate::model::exception::ProblemCode;
use crate::model::item::Searchable;

/// Characters in a row that count as text.
const RUN: usize = 5;

/// The runs of characters in a compound file.
pub fn extract(bytes: &[u8]) -> Extracted {
    let found = "application/x-ole-storage";
    // A protected document of the new formats is wrapped in a compound file (MS-OFFCRYPTO 1.3).
    if contains(bytes, &wide("EncryptedPackage")) {
        let sentence = "the document is protected by a password";
        return Extracted::nothing("application/x-encrypted-office").but(
            Searchable::Not,
            ProblemCode::Encrypted,
            sentence,
        );
    }
    let found = [
        ("WordDocument", "application/msword"),
        ("Workbook", "application/vnd.ms-excel"),
        ("PowerPoint Document", "application/vnd.ms-powerpoint"),
        ("__properties_version", "application/vnd.ms-outlook"),
    ]
    .into_iter()
    .find(|(stream, _)| contains(bytes, &wide(stream)))
    .map_or(found, |(_, media)| media);
    let mut out = String::new();
    wide_runs(bytes, &mut out);
    narrow_runs(bytes, &mut out);
    let sentence = "this format is not taken apart; its words were read as they lie in it";
    Extracted::all(found, out).but(Searchable::Partly, ProblemCode::Unsupported, sentence)
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
