//! The original of an item out of a database: its rows with every column and type, and the files that belong to it.
//!
//! The form (`recordroom-rows/1`): a first line with that name; then one line of JSON for each row, `{"table": name,
//! "columns": [[name, value], ...]}` in the order of the table, the item's own row first, then the rows joined to it;
//! then for each file a line `{"file": name, "bytes": n}` followed by exactly `n` bytes and a line feed, or a line
//! `{"missing": name}` for one that was not there. A value is
//! `null`, a whole number, a string (text that is UTF-8), `{"real": "<number>"}` (the shortest digits that give the same
//! 64 bits), `{"text": "<hex>"}` (text that is not UTF-8) or `{"blob": "<hex>"}`. Nothing is left out, so the rows can
//! be built again.

use crate::source::database::{Row, Value};
use serde_json::{Value as Json, json};

/// The first line.
const FIRST_LINE: &[u8] = b"recordroom-rows/1\n";

/// The rows of one item under construction.
#[derive(Debug, Clone)]
pub struct Rows {
    bytes: Vec<u8>,
    files: u32,
}

impl Default for Rows {
    fn default() -> Self {
        Self { bytes: FIRST_LINE.to_vec(), files: 0 }
    }
}

impl Rows {
    /// Adds a row.
    pub fn row(&mut self, row: &Row) {
        let columns: Vec<Json> =
            row.columns.iter().zip(&row.values).map(|(name, value)| json!([name, json_of(value)])).collect();
        self.line(&json!({"table": &*row.table, "columns": columns}));
    }

    /// Adds a file and gives its number.
    pub fn file(&mut self, name: &str, bytes: &[u8]) -> u32 {
        self.line(&json!({"bytes": bytes.len(), "file": name}));
        self.bytes.extend_from_slice(bytes);
        self.bytes.push(b'\n');
        self.files += 1;
        self.files - 1
    }

    /// Notes a file that is not there and gives its number.
    pub fn missing(&mut self, name: &str) -> u32 {
        self.line(&json!({"missing": name}));
        self.files += 1;
        self.files - 1
    }

    /// The bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// How many bytes there are so far.
    pub fn length(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn line(&mut self, line: &Json) {
        self.bytes.extend_from_slice(line.to_string().as_bytes());
        self.bytes.push(b'\n');
    }
}

/// The bytes of one file, counted from 0; `None` for one that was not there.
pub fn part_bytes(original: &[u8], part: u32) -> Option<Vec<u8>> {
    let mut rest = original.strip_prefix(FIRST_LINE)?;
    let mut at = 0;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let line: Json = serde_json::from_slice(&rest[..end]).ok()?;
        rest = &rest[end + 1..];
        if line.get("missing").is_some() {
            if at == part {
                return None;
            }
            at += 1;
        }
        if line.get("file").is_none() {
            continue;
        }
        let length = usize::try_from(line.get("bytes")?.as_u64()?).ok()?;
        let bytes = rest.get(..length)?;
        if at == part {
            return Some(bytes.to_vec());
        }
        rest = rest.get(length + 1..)?;
        at += 1;
    }
    None
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Integer(number) => json!(number),
        Value::Real(number) => json!({"real": format!("{number:?}")}),
        Value::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => json!(text),
            Err(_) => json!({"text": hex(bytes)}),
        },
        Value::Blob(bytes) => json!({"blob": hex(bytes)}),
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |at: u8| char::from(DIGITS[usize::from(at & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_kept_and_files_are_found_again() {
        let columns: Vec<String> = ["a", "b", "c", "d", "e", "f"].map(str::to_owned).to_vec();
        let values = vec![
            Value::Null,
            Value::Integer(i64::MIN),
            Value::Real(0.1 + 0.2),
            Value::Text("\u{1f355}\n\"".into()),
            Value::Text(vec![0xff, b'a']),
            Value::Blob(vec![0, 0x1f]),
        ];
        let row = Row { table: "t".into(), columns: columns.into(), values, rowid: 1 };
        let mut rows = Rows::default();
        rows.row(&row);
        assert_eq!(rows.file("one\n.jpg", b"{\"file\":\n"), 0);
        assert_eq!(rows.missing("gone.jpg"), 1);
        assert_eq!(rows.file("", b""), 2);
        let bytes = rows.into_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let expected = "[[\"a\",null],[\"b\",-9223372036854775808],[\"c\",{\"real\":\"0.30000000000000004\"}],[\"d\",\"\u{1f355}\\n\\\"\"],[\"e\",{\"text\":\"ff61\"}],[\"f\",{\"blob\":\"001f\"}]]";
        assert!(text.contains(expected), "{text}");
        assert_eq!(part_bytes(&bytes, 0).as_deref(), Some(b"{\"file\":\n".as_slice()));
        assert_eq!(part_bytes(&bytes, 1), None);
        assert_eq!(part_bytes(&bytes, 2).as_deref(), Some(b"".as_slice()));
        assert_eq!(part_bytes(&bytes, 3), None);
        for end in 0..bytes.len() {
            part_bytes(&bytes[..end], 0);
        }
    }
}
