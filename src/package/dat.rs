//! Concordance load files: one row for each document, every value between `þ`, values apart by U+0014.
//!
//! ```text
//! file  = BOM header *row
//! row   = cell *(%x14 cell) CRLF
//! cell  = þ value þ      ; þ -> þþ, a line break -> ®, U+0014 and other control characters left out
//! ```
//!
//! UTF-8 with its mark: without one, review platforms read the file in the system's code page and take the delimiters
//! apart. A `®` that stands in a value is written `(R)`, because every reader takes `®` for a line break.

use crate::model::production::PublicText;

/// The value qualifier, U+00FE.
const QUOTE: char = 'þ';
/// The value separator, U+0014 (DC4).
const SEPARATOR: char = '\u{14}';
/// What stands for a line break inside a value, U+00AE.
const BREAK: char = '®';
/// The UTF-8 mark at the beginning of the file.
const MARK: char = '\u{feff}';

/// A load file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatError {
    /// A row has another number of values than the head.
    #[error("row {row} has {found} values where the head has {expected}")]
    Columns {
        /// The row, the head being row 1.
        row: usize,
        /// Values found.
        found: usize,
        /// Values of the head.
        expected: usize,
    },
    /// A value is not closed, or is followed by something else than a separator or the end of the row.
    #[error("row {row}, value {value}: {what}")]
    Value {
        /// The row, the head being row 1.
        row: usize,
        /// The value, counted from 1.
        value: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// There is no head.
    #[error("the file is empty")]
    Empty,
    /// It is neither UTF-8, UTF-16 nor single bytes with the usual delimiters.
    #[error("the file is not in UTF-8, UTF-16 or Latin-1 with the usual delimiters")]
    Encoding,
}

/// A load file as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns.
    pub head: Vec<String>,
    /// The rows; each has as many values as the head.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// The position of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.head.iter().position(|one| one == name)
    }
}

/// The beginning of a load file: the UTF-8 mark and the head.
pub fn head(names: &[&str]) -> String {
    let names: Vec<PublicText> = names.iter().map(|name| PublicText::released(*name)).collect();
    format!("{MARK}{}", row(&names))
}

/// One row with its line end.
pub fn row(values: &[PublicText]) -> String {
    let mut out = String::new();
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            out.push(SEPARATOR);
        }
        out.push(QUOTE);
        push_value(&mut out, value.as_str());
        out.push(QUOTE);
    }
    out.push_str("\r\n");
    out
}

fn push_value(out: &mut String, value: &str) {
    let mut letters = value.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            QUOTE => out.push_str("þþ"),
            BREAK => out.push_str("(R)"),
            '\r' => {
                letters.next_if_eq(&'\n');
                out.push(BREAK);
            }
            '\n' => out.push(BREAK),
            '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
}

/// What a value is after it was written and read again: what the format cannot carry is replaced or left out.
pub fn carried(value: &str) -> String {
    let mut out = String::new();
    push_value(&mut out, value);
    out.replace("þþ", "þ").replace(BREAK, "\n")
}

/// Reads a load file of ours or of others: UTF-8 with or without its mark, UTF-16 with its mark, or single bytes;
/// line breaks inside values stand as `®` or bare.
pub fn read(bytes: &[u8]) -> Result<Table, DatError> {
    let text = decode(bytes)?;
    let mut rows = Rows { letters: text.chars().peekable(), row: 0 };
    let head = rows.next_row()?.ok_or(DatError::Empty)?;
    let mut table = Table { head, rows: Vec::new() };
    while let Some(row) = rows.next_row()? {
        if row.len() != table.head.len() {
            return Err(DatError::Columns { row: rows.row, found: row.len(), expected: table.head.len() });
        }
        table.rows.push(row);
    }
    Ok(table)
}

fn decode(bytes: &[u8]) -> Result<String, DatError> {
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return utf16(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return utf16(rest, u16::from_be_bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix(MARK).unwrap_or(text).to_owned()),
        // Older exports are single bytes; Latin-1 differs from Windows-1252 in 27 punctuation marks alone.
        Err(_) if bytes.starts_with(b"\xfe") => Ok(bytes.iter().copied().map(char::from).collect()),
        Err(_) => Err(DatError::Encoding),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, DatError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(DatError::Encoding);
    }
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).map_err(|_| DatError::Encoding)
}

struct Rows<'t> {
    letters: std::iter::Peekable<std::str::Chars<'t>>,
    row: usize,
}

impl Rows<'_> {
    fn next_row(&mut self) -> Result<Option<Vec<String>>, DatError> {
        if self.letters.peek().is_none() {
            return Ok(None);
        }
        self.row += 1;
        let mut values = Vec::new();
        loop {
            values.push(self.value(values.len() + 1)?);
            match self.letters.next() {
                Some(SEPARATOR) => {}
                Some('\r') => {
                    self.letters.next_if_eq(&'\n');
                    return Ok(Some(values));
                }
                Some('\n') | None => return Ok(Some(values)),
                Some(_) => return Err(self.wrong(values.len(), "something stands behind the closing þ")),
            }
        }
    }

    fn value(&mut self, nth: usize) -> Result<String, DatError> {
        if self.letters.next() != Some(QUOTE) {
            return Err(self.wrong(nth, "a value does not begin with þ"));
        }
        let mut value = String::new();
        loop {
            match self.letters.next() {
                None => return Err(self.wrong(nth, "the value is not closed")),
                Some(QUOTE) if self.letters.next_if_eq(&QUOTE).is_some() => value.push(QUOTE),
                Some(QUOTE) => return Ok(value),
                Some(BREAK) => value.push('\n'),
                Some('\r') => {
                    self.letters.next_if_eq(&'\n');
                    value.push('\n');
                }
                Some(c) => value.push(c),
            }
        }
    }

    fn wrong(&self, value: usize, what: &'static str) -> DatError {
        DatError::Value { row: self.row, value, what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(values: &[&str]) -> String {
        row(&values.iter().map(|value| PublicText::released(*value)).collect::<Vec<_>>())
    }

    #[test]
    fn values_are_written_as_the_format_wants() {
        // Rules of the Relativity cell formatter: qualifier doubled, every kind of line break one U+00AE.
        for (value, cell) in [
            ("", "þþ"),
            ("plain", "þplainþ"),
            ("a þ thorn", "þa þþ thornþ"),
            ("two\r\nlines\rand\nmore", "þtwo®lines®and®moreþ"),
            ("cut\u{14}here\0and\u{7}there", "þcuthereandthereþ"),
            ("a;b,\"c\"\ttab", "þa;b,\"c\"\ttabþ"),
            ("Widget®", "þWidget(R)þ"),
            ("سلام 🚧 \u{2028}", "þسلام 🚧 \u{2028}þ"),
            ("=SUM(A1)", "þ=SUM(A1)þ"),
        ] {
            assert_eq!(written(&[value]), format!("{cell}\r\n"), "{value:?}");
        }
        assert_eq!(written(&["a", "b"]).as_bytes(), b"\xc3\xbea\xc3\xbe\x14\xc3\xbeb\xc3\xbe\r\n");
        assert!(head(&["A"]).as_bytes().starts_with(b"\xef\xbb\xbf\xc3\xbeA"));
    }

    #[test]
    fn older_encodings_are_read_and_broken_files_are_named_by_row() {
        let single = b"\xfeA\xfe\x14\xfeB\xfe\r\n\xfe1\xfe\x14\xfetwo\xaelines\xfe\r\n";
        let table = read(single).expect("single bytes");
        assert_eq!(table.rows, vec![vec!["1".to_owned(), "two\nlines".to_owned()]]);
        let wide: Vec<u8> =
            [0xff, 0xfe].into_iter().chain("þAþ\nþ1þ".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(read(&wide).expect("UTF-16").rows, vec![vec!["1".to_owned()]]);
        let short = "þAþ\u{14}þBþ\r\nþ1þ\r\n".as_bytes();
        assert_eq!(read(short), Err(DatError::Columns { row: 2, found: 1, expected: 2 }));
        assert_eq!(read(b""), Err(DatError::Empty));
        for broken in ["þA", "A,B\n", "þAþx", "þAþ\u{14}"] {
            assert!(matches!(read(broken.as_bytes()), Err(DatError::Value { row: 1, .. })), "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_back_as_documented(values in prop::collection::vec("(\\PC|[þ®\r\n\u{14}\0\t])*", 1..6)) {
            let names: Vec<String> = (0..values.len()).map(|at| format!("C{at}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let cells: Vec<PublicText> = values.iter().map(PublicText::released).collect();
            let file = format!("{}{}{}", head(&names), row(&cells), row(&cells));
            let table = read(file.as_bytes()).expect("our own file");
            let expected: Vec<String> = values.iter().map(|value| carried(value)).collect();
            prop_assert_eq!(&table.rows, &vec![expected.clone(), expected]);
        }

        #[test]
        fn a_value_without_breaks_and_controls_is_unchanged(value in "[^®\\p{Cc}]*") {
            prop_assert_eq!(carried(&value), value);
        }

        #[test]
        fn no_bytes_upset_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
