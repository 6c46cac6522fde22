//! Splits a delimited file into its rows, with the exact bytes of each.
//!
//! A quoted cell may hold line breaks (RFC 4180 section 2). A quote that nothing closes would swallow the rest of the
//! file, so a row of more than [`QUOTED_LINES`] lines, or one that the file's end leaves open, is cut at its first
//! line break and reading goes on behind it.

use crate::base::limits;
use std::io::{self, BufRead};

/// Bytes of a line too long to read that are kept with its exception.
pub const KEPT_BYTES: usize = 16 * limits::LINE_BYTES;
/// Lines that one quoted cell may have.
pub const QUOTED_LINES: usize = 64;
/// Bytes taken from the stream at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// How the characters of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, or another charset of single bytes where a row is no UTF-8.
    Bytes,
    /// UTF-16, little end first.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// No characters: the cells of a workbook, in their canonical form.
    Cells,
}

impl Encoding {
    /// The word in originals.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bytes => "utf-8 or windows-1252",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Cells => "cells of a workbook",
        }
    }

    /// The mark of a text that stands by itself; none where a reader finds out without.
    pub const fn mark(self) -> &'static [u8] {
        match self {
            Self::Bytes | Self::Cells => &[],
            Self::Utf16Le => &[0xFF, 0xFE],
            Self::Utf16Be => &[0xFE, 0xFF],
        }
    }

    const fn step(self) -> usize {
        match self {
            Self::Bytes | Self::Cells => 1,
            Self::Utf16Le | Self::Utf16Be => 2,
        }
    }

    /// The mark at the head of a file (Unicode 15 section 23.8), and how long it is.
    fn of(head: &[u8]) -> (Self, usize) {
        match head {
            [0xEF, 0xBB, 0xBF, ..] => (Self::Bytes, 3),
            [0xFF, 0xFE, ..] => (Self::Utf16Le, 2),
            [0xFE, 0xFF, ..] => (Self::Utf16Be, 2),
            _ => (Self::Bytes, 0),
        }
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Bytes before it.
    pub offset: u64,
    /// Its bytes, the line ending included, as far as they are kept.
    pub bytes: Vec<u8>,
    /// How many bytes it has; more than [`limits::LINE_BYTES`] is too long to read.
    pub length: u64,
    /// How many line breaks stand inside it.
    pub breaks: usize,
}

/// Finds the rows of one stream, in order.
pub struct Rows<'a> {
    stream: &'a mut dyn BufRead,
    buffer: Vec<u8>,
    at: usize,
    offset: u64,
    line: u64,
    ended: bool,
    failure: Option<io::Error>,
    encoding: Encoding,
    /// Characters after which a quote opens a cell.
    pub delimiters: Vec<char>,
    /// Whether a quoted cell may hold line breaks.
    quoted_breaks: bool,
}

/// What ends a row.
enum End {
    /// The row has this many bytes and this many line breaks inside.
    At(usize, usize),
    /// There is no end within the limit.
    TooFar,
}

impl<'a> Rows<'a> {
    /// Rows from the beginning of a stream.
    pub fn new(stream: &'a mut dyn BufRead) -> Self {
        let mut rows = Self::inside(stream, Encoding::Bytes);
        rows.quoted_breaks = true;
        rows.fill(3);
        let (encoding, mark) = Encoding::of(&rows.buffer);
        rows.encoding = encoding;
        rows.drop_bytes(mark);
        rows
    }

    /// The single lines of a row whose quotes do not fit its cells.
    pub fn inside(stream: &'a mut dyn BufRead, encoding: Encoding) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
            at: 0,
            offset: 0,
            line: 1,
            ended: false,
            failure: None,
            encoding,
            delimiters: vec![',', '\t', ';', '|'],
            quoted_breaks: false,
        }
    }

    /// How the characters are written.
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The next bytes, at most `count`, without taking them.
    pub fn head(&mut self, count: usize) -> &[u8] {
        self.fill(count);
        let rest = &self.buffer[self.at..];
        &rest[..rest.len().min(count)]
    }

    /// What broke the reading off, once the rows are over.
    pub fn failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// The next row, `None` at the end.
    pub fn next_row(&mut self) -> Option<Row> {
        self.fill(1);
        if self.at == self.buffer.len() {
            return None;
        }
        let (line, offset) = (self.line, self.offset);
        let (bytes, length, breaks) = match self.end() {
            End::At(length, breaks) => {
                let bytes = self.buffer[self.at..self.at + length].to_vec();
                self.drop_bytes(length);
                (bytes, length as u64, breaks)
            }
            End::TooFar => {
                let (bytes, length) = self.take_long();
                (bytes, length, 0)
            }
        };
        self.line += breaks as u64 + 1;
        Some(Row { line, offset, bytes, length, breaks })
    }

    fn end(&mut self) -> End {
        let step = self.encoding.step();
        let (mut position, mut quoted, mut cell_begins) = (0, false, true);
        let mut first_break = None;
        let mut breaks = 0;
        loop {
            let Some(unit) = self.unit(position) else {
                let whole = self.buffer.len() - self.at;
                return if quoted {
                    first_break.map_or(End::At(whole, 0), |end| End::At(end, 0))
                } else {
                    End::At(whole, breaks)
                };
            };
            position += step;
            if position > limits::LINE_BYTES {
                return first_break.map_or(End::TooFar, |end| End::At(end, 0));
            }
            match unit {
                '"' if quoted && self.unit(position) == Some('"') => position += step,
                '"' if quoted => {
                    quoted = false;
                    // A quote that closes a cell stands before a delimiter or the end of the line; another one
                    // belongs to the next row, and the cell was never closed.
                    let next = self.unit(position);
                    let closes = next.is_none_or(|next| matches!(next, '\r' | '\n') || self.delimiters.contains(&next));
                    if let (Some(end), false) = (first_break, closes) {
                        return End::At(end, 0);
                    }
                }
                '"' if cell_begins => quoted = self.quoted_breaks,
                '\r' | '\n' => {
                    if unit == '\r' && self.unit(position) == Some('\n') {
                        position += step;
                    }
                    if !quoted {
                        return End::At(position, breaks);
                    }
                    first_break = first_break.or(Some(position));
                    breaks += 1;
                    if breaks >= QUOTED_LINES {
                        return End::At(first_break.unwrap_or(position), 0);
                    }
                }
                _ => {}
            }
            cell_begins = self.delimiters.contains(&unit);
        }
    }

    /// Takes a line that is too long to read; its end is the next line break of any kind.
    fn take_long(&mut self) -> (Vec<u8>, u64) {
        let step = self.encoding.step();
        let (mut kept, mut length) = (Vec::new(), 0_u64);
        loop {
            self.fill(step);
            let available = (self.buffer.len() - self.at).min(CHUNK_BYTES) / step * step;
            if available == 0 {
                let rest = self.buffer.len() - self.at;
                self.keep(rest, &mut kept);
                return (kept, length + rest as u64);
            }
            let mut position = 0;
            let mut ended = false;
            while position < available && !ended {
                ended = self.unit(position) == Some('\n');
                position += step;
            }
            self.keep(position, &mut kept);
            length += position as u64;
            if ended {
                return (kept, length);
            }
        }
    }

    fn keep(&mut self, count: usize, kept: &mut Vec<u8>) {
        let room = KEPT_BYTES.saturating_sub(kept.len()).min(count);
        kept.extend_from_slice(&self.buffer[self.at..self.at + room]);
        self.drop_bytes(count);
    }

    /// The character unit at a position; `None` at the end.
    fn unit(&mut self, position: usize) -> Option<char> {
        let step = self.encoding.step();
        if self.buffer.len() - self.at < position + step {
            self.fill(position + step);
        }
        let rest = &self.buffer[self.at..];
        let pair = rest.get(position..position + step)?;
        Some(match self.encoding {
            Encoding::Bytes | Encoding::Cells => char::from(pair[0]),
            Encoding::Utf16Le => char::from_u32(u16::from_le_bytes([pair[0], pair[1]]).into()).unwrap_or('\u{fffd}'),
            Encoding::Utf16Be => char::from_u32(u16::from_be_bytes([pair[0], pair[1]]).into()).unwrap_or('\u{fffd}'),
        })
    }

    fn drop_bytes(&mut self, count: usize) {
        self.at += count;
        self.offset += count as u64;
    }

    /// Has at least `count` bytes in the buffer unless the stream ends.
    fn fill(&mut self, count: usize) {
        while self.buffer.len() - self.at < count && !self.ended {
            if self.at > CHUNK_BYTES {
                self.buffer.drain(..self.at);
                self.at = 0;
            }
            match self.stream.fill_buf() {
                Ok([]) => self.ended = true,
                Ok(chunk) => {
                    let count = chunk.len().min(CHUNK_BYTES);
                    self.buffer.extend_from_slice(&chunk[..count]);
                    self.stream.consume(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure = Some(error);
                    self.ended = true;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::BufReader;

    fn rows_in(bytes: &[u8], chunk: usize) -> Vec<Row> {
        let mut stream = BufReader::with_capacity(chunk, bytes);
        let mut rows = Rows::new(&mut stream);
        std::iter::from_fn(|| rows.next_row()).collect()
    }

    fn texts(text: &str) -> Vec<String> {
        rows_in(text.as_bytes(), 8192).into_iter().map(|row| String::from_utf8_lossy(&row.bytes).into_owned()).collect()
    }

    #[test]
    fn rows_end_where_they_end() {
        let cases: [(&str, &[&str], &str); 9] = [
            ("a,b\r\nc,d\n", &["a,b\r\n", "c,d\n"], "endings mixed in one file"),
            ("a\rb\rc", &["a\r", "b\r", "c"], "old endings, none at the end"),
            ("\"x\ny\",2\nz", &["\"x\ny\",2\n", "z"], "a line break in a quoted cell"),
            ("\"a \"\"q\"\"\n\",2\nz", &["\"a \"\"q\"\"\n\",2\n", "z"], "doubled quotes"),
            ("5\" pipe,1\nz", &["5\" pipe,1\n", "z"], "a quote inside a cell opens nothing"),
            ("\"open,1\na,2\nb,3", &["\"open,1\n", "a,2\n", "b,3"], "a quote that nothing closes costs its own line"),
            ("1;\"x\n\";2\n", &["1;\"x\n\";2\n"], "semicolons"),
            ("\n\na", &["\n", "\n", "a"], "blank lines are rows"),
            ("", &[], "nothing"),
        ];
        for (text, expected, why) in cases {
            assert_eq!(texts(text), expected, "{why}");
        }
    }

    #[test]
    fn utf_16_is_split_at_its_own_line_breaks() {
        let mut bytes = vec![0xFF, 0xFE];
        // U+0A0D and U+2C0A have the bytes of line breaks in them.
        bytes.extend("a,\u{a0d}\r\n\u{2c0a},b\n".encode_utf16().flat_map(u16::to_le_bytes));
        let rows = rows_in(&bytes, 3);
        assert_eq!(rows.iter().map(|row| (row.offset, row.length)).collect::<Vec<_>>(), [(2, 10), (12, 8)]);
    }

    #[test]
    fn a_line_that_is_too_long_is_one_row_and_told_by_its_length() {
        let long = format!("{}\nshort", "x".repeat(limits::LINE_BYTES * 2));
        let rows = rows_in(long.as_bytes(), 8192);
        assert_eq!(rows.iter().map(|row| row.length).collect::<Vec<_>>(), [limits::LINE_BYTES as u64 * 2 + 1, 5]);
        let open = format!("\"open\n{}", "x\n".repeat(QUOTED_LINES * 2));
        assert_eq!(texts(&open)[..2], ["\"open\n", "x\n"], "a cell of too many lines is none");
    }

    proptest! {
        #[test]
        fn every_byte_is_in_one_row(bytes in proptest::collection::vec(prop::sample::select(b"ab\",\n\r\0\xff\xfe;".to_vec()), 0..200), chunk in 1_usize..9) {
            let rows = rows_in(&bytes, chunk);
            let (_, mark) = Encoding::of(&bytes);
            let all: Vec<u8> = rows.iter().flat_map(|row| row.bytes.clone()).collect();
            prop_assert_eq!(&all, &bytes[mark..]);
            prop_assert_eq!(rows, rows_in(&bytes, 8192));
        }
    }
}
