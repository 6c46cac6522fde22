//! Reading JSON that other programs wrote, not always well.

use crate::model::exception::{Problem, ProblemCode};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Values inside each other that are looked through for words.
const DEPTH: usize = 64;

/// Reads a value; what is no JSON but can be mended is mended and said.
///
/// # Errors
/// A plain sentence when it cannot be read at all.
pub fn read(bytes: &[u8]) -> Result<(Value, Option<Problem>), String> {
    match serde_json::from_slice(bytes) {
        Ok(value) => Ok((value, None)),
        Err(error) => {
            let value = serde_json::from_slice(&mended(bytes)).map_err(|_| format!("it is no JSON: {error}"))?;
            let sentence = "some of its characters are damaged (half a pair, bare control characters or no UTF-8); \
                            the original has them as they stood";
            Ok((value, Some(Problem::new(ProblemCode::Undecodable, sentence))))
        }
    }
}

/// The same JSON with U+FFFD for what stands for no character, and bare control characters in strings escaped.
fn mended(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len() + 16);
    let (mut at, mut in_string) = (0, false);
    while let Some(byte) = bytes.get(at).copied() {
        if in_string && byte == b'\\' {
            let (piece, length) = escape(&bytes[at..]);
            out.extend_from_slice(&piece);
            at += length;
            continue;
        }
        if byte == b'"' {
            in_string = !in_string;
        }
        if in_string && byte < 0x20 {
            out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
        } else {
            out.push(byte);
        }
        at += 1;
    }
    out
}

/// One escape or pair of surrogates, mended, and how many bytes it took.
fn escape(rest: &[u8]) -> (Cow<'_, [u8]>, usize) {
    let length = 2.min(rest.len());
    match unit(rest) {
        None if matches!(rest.get(1), Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't')) => {
            (Cow::Borrowed(&rest[..length]), length)
        }
        // A backslash before anything else stands for itself.
        None => (Cow::Borrowed(b"\\\\"), 1),
        Some(0xD800..=0xDBFF) => match rest.get(6..).and_then(unit) {
            Some(0xDC00..=0xDFFF) => (Cow::Borrowed(&rest[..12]), 12),
            _ => (Cow::Borrowed(b"\\ufffd"), 6),
        },
        Some(0xDC00..=0xDFFF) => (Cow::Borrowed(b"\\ufffd"), 6),
        Some(_) => (Cow::Borrowed(&rest[..6]), 6),
    }
}

fn unit(rest: &[u8]) -> Option<u16> {
    let digits = rest.strip_prefix(b"\\u")?.get(..4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// The text at a path of names, empty when there is none.
pub fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    at(value, path).and_then(Value::as_str).unwrap_or_default()
}

/// The first of several names that has text.
pub fn first_text<'v>(value: &'v Value, names: &[&str]) -> &'v str {
    names.iter().map(|name| text(value, &[name])).find(|text| !text.is_empty()).unwrap_or_default()
}

/// The value at a path of names; null counts as none.
pub fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| value.get(name)).filter(|value| !value.is_null())
}

/// The list at a path of names, empty when there is none.
pub fn list<'v>(value: &'v Value, path: &[&str]) -> &'v [Value] {
    at(value, path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Text or number as it was written.
pub fn written(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(flag)) => if *flag { "yes" } else { "no" }.to_owned(),
        _ => String::new(),
    }
}

/// Whether a flag is set.
pub fn is_true(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool) == Some(true)
}

/// The texts under the given names at any depth, in order.
pub fn texts_under(value: &Value, names: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    collect(value, names, DEPTH, &mut found);
    found
}

fn collect(value: &Value, names: &[&str], depth: usize, found: &mut Vec<String>) {
    if depth == 0 {
        return;
    }
    match value {
        Value::Array(all) => all.iter().for_each(|one| collect(one, names, depth - 1, found)),
        Value::Object(members) => {
            for (name, one) in members {
                match one {
                    Value::String(text) if names.contains(&name.as_str()) && !text.trim().is_empty() => {
                        found.push(text.clone());
                    }
                    _ => collect(one, names, depth - 1, found),
                }
            }
        }
        _ => {}
    }
}

/// Every text of a value whose letters were written one byte each (each byte of UTF-8 as a letter of ISO 8859-1), as
/// the downloads of Facebook and Instagram do, restored. Says whether any was.
///
/// A text with a letter beyond ISO 8859-1 was written rightly, and then so was all that stands beside it.
pub fn restore_letters(value: &mut Value) -> bool {
    if has_wide(value, DEPTH) {
        return false;
    }
    restore(value, DEPTH)
}

fn has_wide(value: &Value, depth: usize) -> bool {
    match value {
        _ if depth == 0 => false,
        Value::String(text) => text.chars().any(|letter| letter > '\u{ff}'),
        Value::Array(all) => all.iter().any(|one| has_wide(one, depth - 1)),
        Value::Object(members) => members.values().any(|one| has_wide(one, depth - 1)),
        _ => false,
    }
}

fn restore(value: &mut Value, depth: usize) -> bool {
    match value {
        _ if depth == 0 => false,
        Value::String(text) => match restored(text) {
            Some(right) => {
                *text = right;
                true
            }
            None => false,
        },
        Value::Array(all) => all.iter_mut().fold(false, |any, one| restore(one, depth - 1) | any),
        Value::Object(members) => members.values_mut().fold(false, |any, one| restore(one, depth - 1) | any),
        _ => false,
    }
}

/// The text whose bytes of UTF-8 the letters of this one are; `None` when it is plain or no such text.
pub fn restored(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
    String::from_utf8(bytes?).ok()
}

/// The scalar members that were not told otherwise, by name as written.
pub fn rest<'v>(members: &'v Map<String, Value>, told: &'v [&str]) -> impl Iterator<Item = (String, String)> + 'v {
    members
        .iter()
        .filter(|(name, _)| !told.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), written(Some(value))))
        .filter(|(_, value)| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn damaged_characters_cost_themselves_only() {
        let cases: &[(&[u8], &str, &str)] = &[
            (br#"{"a":"x\ud83dy"}"#, "x\u{fffd}y", "half a pair"),
            (br#"{"a":"\udc00"}"#, "\u{fffd}", "the other half"),
            (br#"{"a":"\ud83d\ude00\ud83d"}"#, "\u{1f600}\u{fffd}", "a pair and a half"),
            (b"{\"a\":\"x\ny\"}", "x\ny", "a bare line feed"),
            (b"{\"a\":\"x\xFFy\"}", "x\u{fffd}y", "no UTF-8"),
            (br#"{"a":"\q"}"#, "\\q", "an escape that is none"),
        ];
        for (bytes, expected, why) in cases {
            let (value, problem) = read(bytes).expect("it can be mended");
            assert_eq!(text(&value, &["a"]), *expected, "{why}");
            assert!(problem.is_some(), "{why}: it is said");
        }
        assert!(read(b"{\"a\":").is_err());
        assert!(read("[".repeat(100_000).as_bytes()).is_err(), "depth is limited");
        assert!(read(format!("{}{}", "[".repeat(1_000), "]".repeat(1_000)).as_bytes()).is_err(), "depth is limited");
    }

    #[test]
    fn letters_are_restored_where_they_were_torn_and_nowhere_else() {
        let cases: &[(&str, Option<&str>, &str)] = &[
            ("caf\u{c3}\u{a9}", Some("café"), "torn"),
            ("\u{f0}\u{9f}\u{91}\u{8d}", Some("👍"), "torn in four"),
            ("café", None, "right already"),
            ("plain", None, "plain"),
            ("👍 caf\u{c3}\u{a9}", None, "a letter beyond says that it is right"),
        ];
        for (written, expected, why) in cases {
            assert_eq!(restored(written).as_deref(), *expected, "{why}");
        }
        let mut mixed = json!({"text": "👍", "name": "caf\u{c3}\u{a9}"});
        assert!(!restore_letters(&mut mixed), "what stands beside right letters is right");
    }

    proptest! {
        #[test]
        fn torn_letters_always_come_back(text in "\\PC{0,40}") {
            let torn: String = text.bytes().map(char::from).collect();
            prop_assert_eq!(restored(&torn).unwrap_or_else(|| torn.clone()), text);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
            let mut quoted = b"{\"a\":\"".to_vec();
            quoted.extend_from_slice(&bytes);
            quoted.extend_from_slice(b"\"}");
            let _ = read(&quoted);
        }
    }
}
