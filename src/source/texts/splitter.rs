//! Splits a backup of SMS Backup & Restore into its elements, with the exact bytes of each.
//!
//! The splitter finds where an element begins and ends and nothing else, so that one damaged element costs itself
//! and not the file: when another element begins inside one, the first is given back as broken and reading goes on.
//! Definitions of a DOCTYPE are passed over and never used, so no entity can grow.
//!
//! *Invariant:* every byte of the file is in a piece, or is blank, a comment, a processing instruction or the
//! beginning or end of the root; and at most [`KEPT_BYTES`] of the file are held.

use crate::base::limits;
use std::io::{self, BufRead};

/// Bytes of a broken or oversized element that are kept with its exception.
pub const KEPT_BYTES: usize = 2 * limits::ITEM_IN_MEMORY_BYTES as usize;
/// Bytes taken from the stream at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// Bytes that are enough to tell what begins at a `<`.
const LOOK_AHEAD: usize = 10;

/// One piece of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The beginning of the root, as written.
    Root(Vec<u8>),
    /// A whole element.
    Element {
        /// Bytes before it.
        offset: u64,
        /// Its bytes, exactly.
        bytes: Vec<u8>,
    },
    /// Bytes that are no whole element.
    Broken {
        /// Bytes before it.
        offset: u64,
        /// Its bytes as far as they are kept.
        bytes: Vec<u8>,
        /// How many bytes it has.
        length: u64,
        /// What is wrong.
        flaw: Flaw,
    },
    /// The file defines entities of its own.
    Definitions,
}

/// Why bytes are no whole element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// The file ends inside it.
    CutOff,
    /// The next element begins before it ends.
    NotClosed,
    /// It is larger than what is parsed in memory.
    TooLarge,
    /// It stands between the elements.
    Stray,
}

/// Finds the pieces of one stream, in order.
pub struct Splitter<'a> {
    stream: &'a mut dyn BufRead,
    buffer: Vec<u8>,
    at: usize,
    offset: u64,
    ended: bool,
    failure: Option<io::Error>,
    root_open: bool,
}

/// Bytes collected for one piece.
#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    length: u64,
}

/// How a tag ends.
enum TagEnd {
    Open,
    Closed,
    /// Another element begins, or the file ends, before the tag does.
    Not,
}

impl<'a> Splitter<'a> {
    /// A splitter at the beginning of a stream.
    pub fn new(stream: &'a mut dyn BufRead) -> Self {
        Self { stream, buffer: Vec::new(), at: 0, offset: 0, ended: false, failure: None, root_open: false }
    }

    /// What broke the reading off, once the pieces are over.
    pub fn failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Whether the root has begun and not ended.
    pub const fn is_root_open(&self) -> bool {
        self.root_open
    }

    /// The next piece, `None` at the end.
    pub fn next_piece(&mut self) -> Option<Piece> {
        loop {
            if self.offset == 0 && self.peek(3).starts_with(b"\xEF\xBB\xBF") {
                self.drop_bytes(3);
            }
            let start = self.offset;
            let mut kept = Kept::default();
            self.take_until_tag(&mut kept);
            if !kept.bytes.iter().all(u8::is_ascii_whitespace) {
                return Some(kept.broken(start, Flaw::Stray));
            }
            let start = self.offset;
            let mut kept = Kept::default();
            let head = self.peek(LOOK_AHEAD).to_vec();
            if head.is_empty() {
                return None;
            } else if head.starts_with(b"<!--") {
                self.take_past(b"-->", &mut kept);
            } else if head.starts_with(b"<?") {
                self.take_past(b"?>", &mut kept);
            } else if head.starts_with(b"<!") {
                self.take_definitions();
                return Some(Piece::Definitions);
            } else if ends_root(&head) {
                self.take_past(b">", &mut kept);
                self.root_open = false;
            } else if begins(&head, b"smses") || begins(&head, b"calls") {
                let end = self.take_tag(&mut kept);
                self.root_open |= matches!(end, TagEnd::Open);
                return Some(match end {
                    TagEnd::Not => kept.broken(start, self.cut()),
                    TagEnd::Open | TagEnd::Closed => Piece::Root(kept.bytes),
                });
            } else if head.get(1).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_') {
                return Some(self.element(start));
            } else {
                self.take(1, &mut kept);
                self.take_until_tag(&mut kept);
                return Some(kept.broken(start, Flaw::Stray));
            }
        }
    }

    /// The element that begins here: whole, or broken.
    fn element(&mut self, start: u64) -> Piece {
        let mut kept = Kept::default();
        let head = self.peek(LOOK_AHEAD + 64).to_vec();
        let name = name_of(&head[1..]).to_vec();
        let whole = match self.take_tag(&mut kept) {
            TagEnd::Closed => true,
            TagEnd::Open => self.take_content(&name, &mut kept),
            TagEnd::Not => false,
        };
        if whole && kept.length <= limits::ITEM_IN_MEMORY_BYTES {
            return Piece::Element { offset: start, bytes: kept.bytes };
        }
        if whole {
            return kept.broken(start, Flaw::TooLarge);
        }
        // The rest of the damaged element goes with it, up to where the next one begins.
        loop {
            self.take_until_tag(&mut kept);
            let head = self.peek(LOOK_AHEAD);
            if head.is_empty() || ends_root(head) || is_record(head) {
                break;
            }
            self.take(1, &mut kept);
        }
        kept.broken(start, self.cut())
    }

    /// Takes everything up to the end tag of the element; false when it does not come.
    fn take_content(&mut self, name: &[u8], kept: &mut Kept) -> bool {
        let mut depth = 0_u32;
        loop {
            self.take_until_tag(kept);
            let head = self.peek(LOOK_AHEAD + 64).to_vec();
            if head.is_empty() || is_record(&head) || ends_root(&head) {
                return false;
            }
            if head.starts_with(b"<!--") {
                self.take_past(b"-->", kept);
            } else if head.starts_with(b"<![CDATA[") {
                self.take_past(b"]]>", kept);
            } else if head.starts_with(b"<?") {
                self.take_past(b"?>", kept);
            } else if head.starts_with(b"</") {
                let ends = name_of(&head[2..]) == name;
                self.take_past(b">", kept);
                if ends && depth == 0 {
                    return !self.is_over() || kept.bytes.ends_with(b">");
                }
                depth -= u32::from(ends);
            } else {
                let nested = name_of(&head[1..]) == name;
                match self.take_tag(kept) {
                    TagEnd::Open => depth += u32::from(nested),
                    TagEnd::Closed => {}
                    TagEnd::Not => return false,
                }
            }
        }
    }

    /// Takes a tag, quoted values and all.
    fn take_tag(&mut self, kept: &mut Kept) -> TagEnd {
        self.take(1, kept);
        let (mut quote, mut last) = (None, 0_u8);
        loop {
            if self.peek(LOOK_AHEAD).is_empty() {
                return TagEnd::Not;
            }
            let rest = &self.buffer[self.at..];
            let stop = |byte: &u8| match quote {
                Some(quote) => *byte == quote || *byte == b'<',
                None => matches!(byte, b'"' | b'\'' | b'<' | b'>'),
            };
            let run = rest.iter().position(stop).unwrap_or(rest.len());
            if run > 0 {
                last = rest[run - 1];
                self.take(run, kept);
                continue;
            }
            let byte = rest[0];
            if byte == b'<' {
                // A bare `<` is wrong in XML; inside a value it is let pass unless a record begins with it.
                let head = self.peek(LOOK_AHEAD);
                if quote.is_none() || is_record(head) || ends_root(head) {
                    return TagEnd::Not;
                }
            } else if byte == b'>' {
                self.take(1, kept);
                return if last == b'/' { TagEnd::Closed } else { TagEnd::Open };
            } else {
                quote = if quote.is_some() { None } else { Some(byte) };
            }
            last = byte;
            self.take(1, kept);
        }
    }

    /// Passes over a DOCTYPE with what it defines.
    fn take_definitions(&mut self) {
        let (mut depth, mut quote) = (0_i32, None);
        while let Some(byte) = self.peek(1).first().copied() {
            self.drop_bytes(1);
            match (quote, byte) {
                (Some(open), _) if open == byte => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'[' | b'<') => depth += 1,
                (None, b']') => depth -= 1,
                (None, b'>') => {
                    depth -= 1;
                    if depth <= 0 {
                        return;
                    }
                }
                (None, _) => {}
            }
        }
    }

    fn take_until_tag(&mut self, kept: &mut Kept) {
        while !self.peek(1).is_empty() {
            let rest = &self.buffer[self.at..];
            let run = rest.iter().position(|byte| *byte == b'<');
            self.take(run.unwrap_or(rest.len()), kept);
            if run.is_some() {
                return;
            }
        }
    }

    fn take_past(&mut self, end: &[u8], kept: &mut Kept) {
        while self.peek(end.len()).len() >= end.len() {
            let rest = &self.buffer[self.at..];
            if rest.starts_with(end) {
                self.take(end.len(), kept);
                return;
            }
            let next = rest[1..].iter().position(|byte| *byte == end[0]).map_or(rest.len(), |at| at + 1);
            self.take(next, kept);
        }
        let rest = self.buffer.len() - self.at;
        self.take(rest, kept);
    }

    fn cut(&mut self) -> Flaw {
        if self.is_over() { Flaw::CutOff } else { Flaw::NotClosed }
    }

    fn is_over(&mut self) -> bool {
        self.peek(1).is_empty()
    }

    fn take(&mut self, count: usize, kept: &mut Kept) {
        let bytes = &self.buffer[self.at..self.at + count];
        let room = KEPT_BYTES.saturating_sub(kept.bytes.len());
        kept.bytes.extend_from_slice(&bytes[..count.min(room)]);
        kept.length += count as u64;
        self.drop_bytes(count);
    }

    fn drop_bytes(&mut self, count: usize) {
        self.at += count;
        self.offset += count as u64;
    }

    /// The next bytes, at least `count` of them unless the stream ends.
    fn peek(&mut self, count: usize) -> &[u8] {
        while self.buffer.len() - self.at < count && !self.ended {
            if self.at > CHUNK_BYTES || self.at == self.buffer.len() {
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
        let rest = &self.buffer[self.at..];
        &rest[..rest.len().min(count)]
    }
}

impl Kept {
    fn broken(self, offset: u64, flaw: Flaw) -> Piece {
        Piece::Broken { offset, bytes: self.bytes, length: self.length, flaw }
    }
}

/// Whether a message or call begins here.
fn is_record(head: &[u8]) -> bool {
    begins(head, b"sms") || begins(head, b"mms") || begins(head, b"call")
}

fn begins(head: &[u8], name: &[u8]) -> bool {
    let after = head.strip_prefix(b"<").and_then(|rest| rest.strip_prefix(name)).and_then(<[u8]>::first);
    after.is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))
}

fn ends_root(head: &[u8]) -> bool {
    head.starts_with(b"</smses") || head.starts_with(b"</calls")
}

fn name_of(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/' | b'<'));
    &bytes[..end.unwrap_or(bytes.len())]
}
