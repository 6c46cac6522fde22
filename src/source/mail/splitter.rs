//! Splits a stream of mbox bytes into messages, exactly and with bounded memory (RFC 4155).
//!
//! Which `From ` lines separate messages is told in [`envelope`]. All four dialects are read: mboxo and mboxrd
//! quote body lines and need only that rule; mboxcl and mboxcl2 give a `Content-Length`, which is believed
//! only when a `From ` line or the end of the file stands where it points.

use super::envelope;
use crate::base::limits;
use std::io::{self, BufRead, Read};

/// One stretch of an mbox file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A message that fits into memory.
    Message {
        /// Bytes before it in the stream.
        offset: u64,
        /// Its `From ` line, without the line ending.
        envelope: Vec<u8>,
        /// Its bytes, exactly, without the blank line that the format puts after it.
        bytes: Vec<u8>,
    },
    /// A message larger than [`limits::ITEM_IN_MEMORY_BYTES`].
    Large {
        /// Bytes before it in the stream.
        offset: u64,
        /// Bytes it has.
        length: u64,
        /// Its `From ` line, without the line ending.
        envelope: Vec<u8>,
        /// Its first bytes.
        head: Vec<u8>,
    },
    /// Bytes before the first `From ` line that are not blank.
    Preamble(Vec<u8>),
}

/// The splitter; call [`Splitter::next_piece`] until it gives `None`.
pub struct Splitter<R> {
    reader: R,
    /// Bytes read and not yet handed out.
    buffer: Vec<u8>,
    /// Position in the stream of the first byte of `buffer`.
    base: u64,
    /// Start of the present message in `buffer` (of what is left of it, when it is large).
    start: usize,
    /// Up to where lines have been looked at.
    scan: usize,
    /// Position in the stream where the present message began.
    message_offset: u64,
    envelope: Option<Vec<u8>>,
    /// First bytes of a message that has become too large to hold.
    large_head: Option<Vec<u8>>,
    in_header: bool,
    content_length: Option<u64>,
    /// Where `Content-Length` proved to end the present message.
    proved_end: Option<u64>,
    /// Bytes of the blank line just seen, 0 when the line just seen was not blank.
    blank: usize,
    /// Whether the last blank line was the one that ends the header.
    ends_header: bool,
    pending: Option<Candidate>,
    continues: bool,
    ended: bool,
    first: bool,
}

/// A line that may separate messages; the line after it decides.
struct Candidate {
    start: usize,
    end: usize,
    /// Bytes of the blank line before it that belong to the format.
    blank: usize,
    after_blank: bool,
}

/// Bytes that are read at once when a line does not end.
const LINE_STEP: u64 = limits::LINE_BYTES as u64;
/// Bytes of a large message that are kept as its head.
const LARGE_HEAD: usize = 64 * 1024;
/// Handed-out bytes that are let go at once.
const SLACK: usize = 1024 * 1024;

impl<R: BufRead> Splitter<R> {
    /// Splits a stream from its beginning.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
            base: 0,
            start: 0,
            scan: 0,
            message_offset: 0,
            envelope: None,
            large_head: None,
            in_header: true,
            content_length: None,
            proved_end: None,
            blank: 0,
            ends_header: false,
            pending: None,
            continues: false,
            ended: false,
            first: true,
        }
    }

    /// The next piece. After an error, [`Splitter::rest`] gives what was read of the message it broke.
    pub fn next_piece(&mut self) -> io::Result<Option<Piece>> {
        if self.ended {
            return Ok(None);
        }
        loop {
            let Some((from, to)) = self.next_line()? else {
                self.ended = true;
                return Ok(self.finish());
            };
            if let Some(candidate) = self.pending.take() {
                if self.separates(&candidate, Some((from, to))) {
                    // The present line is looked at again, as the first line of the new message.
                    self.scan = from;
                    self.continues = false;
                    if let Some(piece) = self.cut(&candidate) {
                        return Ok(Some(piece));
                    }
                    continue;
                }
                self.blank = 0;
            }
            if !self.look_at(from, to)? {
                self.drop_large();
            }
        }
    }

    /// What was read of a message whose end could not be read: its offset, envelope and bytes.
    pub fn rest(&mut self) -> Option<Piece> {
        self.ended = true;
        self.pending = None;
        self.take_message(self.buffer.len(), 0)
    }

    /// Looks at one line of a message; true when it is a candidate that waits for the next line.
    fn look_at(&mut self, from: usize, to: usize) -> io::Result<bool> {
        // A byte order mark before the first line is no part of it.
        let marked = self.base == 0 && from == 0 && self.buffer[..to].starts_with(b"\xEF\xBB\xBF");
        let from = if marked { from + 3 } else { from };
        let continued = std::mem::replace(&mut self.continues, self.buffer[to - 1] != b'\n');
        if continued {
            self.blank = 0;
            return Ok(false);
        }
        let line = &self.buffer[from..to];
        if envelope::begins(line) {
            // A blank line that ends the header belongs to the message, another to the format.
            let blank = if self.ends_header { 0 } else { self.blank };
            self.pending = Some(Candidate { start: from, end: to, blank, after_blank: self.blank > 0 });
            return Ok(true);
        }
        let content = envelope::without_ending(line);
        if content.is_empty() {
            self.blank = line.len();
            self.ends_header = std::mem::replace(&mut self.in_header, false);
            if self.ends_header {
                self.try_content_length(to)?;
            }
            return Ok(false);
        }
        if self.in_header && content[0] | 32 == b'c' {
            self.content_length = content_length(content).or(self.content_length);
        }
        self.blank = 0;
        Ok(false)
    }

    /// Whether a candidate separates messages (the rule in [`envelope`]); `next` is the line after it.
    fn separates(&self, candidate: &Candidate, next: Option<(usize, usize)>) -> bool {
        let line = &self.buffer[candidate.start..candidate.end];
        let next = next.map_or(&b""[..], |(from, to)| &self.buffer[from..to]);
        let at = self.base + candidate.start as u64;
        if self.first && self.envelope.is_none() {
            return true;
        }
        if self.proved_end.is_some_and(|end| (end..=end + 4).contains(&at)) {
            return true;
        }
        if envelope::is_dated(line) {
            return (candidate.after_blank && envelope::may_follow(next)) || is_header(next);
        }
        envelope::is_bare(line) && envelope::is_known_header(next)
    }

    /// Ends the present message before the candidate and begins a new one after it.
    fn cut(&mut self, candidate: &Candidate) -> Option<Piece> {
        let piece = self.take_message(candidate.start, candidate.blank);
        let line = envelope::without_ending(&self.buffer[candidate.start..candidate.end]);
        self.envelope = Some(line.to_vec());
        self.start = candidate.end;
        self.message_offset = self.base + candidate.end as u64;
        self.large_head = None;
        self.in_header = true;
        self.content_length = None;
        self.proved_end = None;
        self.blank = 0;
        self.ends_header = false;
        self.first = false;
        if self.start > SLACK && self.start > self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
            self.base += self.start as u64;
            self.scan -= self.start;
            self.start = 0;
        }
        piece
    }

    fn finish(&mut self) -> Option<Piece> {
        if let Some(candidate) = self.pending.take()
            && self.separates(&candidate, None)
        {
            // An envelope line at the very end stands for a message without a byte.
            let before = self.cut(&candidate);
            self.ended = before.is_none();
            return before.or_else(|| self.take_message(self.buffer.len(), 0));
        }
        let blank = if self.in_header || self.ends_header { 0 } else { self.blank };
        self.take_message(self.buffer.len(), blank)
    }

    fn take_message(&mut self, end: usize, blank: usize) -> Option<Piece> {
        let end = end.max(self.start);
        let stop = end.saturating_sub(blank).max(self.start);
        let offset = self.message_offset;
        let Some(envelope) = self.envelope.take() else {
            let bytes = self.buffer[self.start..end].to_vec();
            let blank = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes).trim_ascii().is_empty();
            return (!blank).then_some(Piece::Preamble(bytes));
        };
        match self.large_head.take() {
            Some(head) => Some(Piece::Large { offset, length: self.base + stop as u64 - offset, envelope, head }),
            None => Some(Piece::Message { offset, envelope, bytes: self.buffer[self.start..stop].to_vec() }),
        }
    }

    /// Lets the looked-at bytes of a message go that has become too large to hold.
    fn drop_large(&mut self) {
        let held = (self.scan - self.start) as u64;
        if held <= limits::ITEM_IN_MEMORY_BYTES && (self.large_head.is_none() || held < LINE_STEP) {
            return;
        }
        if self.large_head.is_none() {
            self.large_head = Some(self.buffer[self.start..self.start + LARGE_HEAD].to_vec());
        }
        // The blank line just seen may turn out to belong to the format, so it stays.
        let keep = self.scan - self.blank;
        self.buffer.drain(..keep);
        self.base += keep as u64;
        self.scan -= keep;
        self.start = 0;
    }

    /// The next line, its ending included; a line longer than [`LINE_STEP`] comes in several steps.
    fn next_line(&mut self) -> io::Result<Option<(usize, usize)>> {
        let from = self.scan;
        let known = self.buffer[from..].iter().take(LINE_STEP as usize).position(|byte| *byte == b'\n');
        if let Some(at) = known {
            self.scan = from + at + 1;
        } else {
            let missing = LINE_STEP.saturating_sub((self.buffer.len() - from) as u64);
            (&mut self.reader).take(missing).read_until(b'\n', &mut self.buffer)?;
            self.scan = self.buffer.len().min(from + LINE_STEP as usize);
        }
        Ok((self.scan > from).then_some((from, self.scan)))
    }

    /// Believes `Content-Length` when a `From ` line or the end of the stream stands where it points.
    fn try_content_length(&mut self, body: usize) -> io::Result<()> {
        let Some(length) = self.content_length.filter(|length| *length <= limits::ITEM_IN_MEMORY_BYTES) else {
            return Ok(());
        };
        let end = body + length as usize;
        // Enough to see a blank line or two and the `From ` after them.
        let wanted = (end + 16).saturating_sub(self.buffer.len()) as u64;
        (&mut self.reader).take(wanted).read_to_end(&mut self.buffer)?;
        let Some(after) = self.buffer.get(end..) else { return Ok(()) };
        let line_before =
            end == body || self.buffer[end - 1] == b'\n' || after.first().is_none_or(|b| b"\r\n".contains(b));
        let breaks = after.iter().take(4).take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        if line_before && (after.len() == breaks || envelope::begins(&after[breaks..])) {
            self.proved_end = Some(self.base + end as u64);
            self.scan = end;
            self.blank = 0;
            self.ends_header = false;
        }
        Ok(())
    }
}

fn is_header(line: &[u8]) -> bool {
    envelope::header_name(line).is_some()
}

fn content_length(line: &[u8]) -> Option<u64> {
    let name = envelope::header_name(line).filter(|name| name.eq_ignore_ascii_case(b"content-length"))?;
    let colon = name.len() + line[name.len()..].iter().position(|byte| *byte == b':')?;
    std::str::from_utf8(&line[colon + 1..]).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const F: &str = "From a@b.us Tue Apr 16 12:00:40 2019\n";

    fn bodies(mbox: &str) -> Vec<String> {
        // A tiny buffer makes every line cross an edge.
        let mut splitter = Splitter::new(io::BufReader::with_capacity(3, mbox.as_bytes()));
        let mut out = Vec::new();
        while let Some(piece) = splitter.next_piece().expect("memory does not fail") {
            match piece {
                Piece::Message { bytes, offset, .. } => {
                    let at = offset as usize;
                    assert_eq!(&mbox.as_bytes()[at..at + bytes.len()], &bytes[..], "the offset is exact");
                    out.push(String::from_utf8(bytes).expect("test text"));
                }
                other => out.push(format!("{other:?}")),
            }
        }
        out
    }

    #[test]
    fn every_dialect_and_trap_splits_as_it_was_written() {
        let cases: Vec<(&str, String, Vec<&str>)> = vec![
            ("plain", format!("{F}A: 1\n\none\n\n{F}A: 2\n\ntwo\n"), vec!["A: 1\n\none\n", "A: 2\n\ntwo\n"]),
            (
                "no blank line between",
                format!("{F}A: 1\n\none\n{F}A: 2\n\ntwo\n\n"),
                vec!["A: 1\n\none\n", "A: 2\n\ntwo\n"],
            ),
            ("quoted stays quoted", format!("{F}A: 1\n\n>From x\n>>From y\n\n"), vec!["A: 1\n\n>From x\n>>From y\n"]),
            (
                "prose",
                format!("{F}A: 1\n\nhello\n\nFrom Monday on: rain\nTo: be\n\n"),
                vec!["A: 1\n\nhello\n\nFrom Monday on: rain\nTo: be\n"],
            ),
            (
                "dated prose",
                format!("{F}A: 1\n\nx\n\n{F}then he wrote\n"),
                vec![Box::leak(format!("A: 1\n\nx\n\n{F}then he wrote\n").into_boxed_str())],
            ),
            ("empty messages", format!("{F}\n{F}\n{F}"), vec!["\n", "\n", ""]),
            ("header only", format!("{F}A: 1\n\n{F}A: 2\n"), vec!["A: 1\n\n", "A: 2\n"]),
            (
                "mozilla",
                "From - \nA: 1\nSubject: x\n\nb\n\nFrom - \nDate: x\n\nc\n".into(),
                vec!["A: 1\nSubject: x\n\nb\n", "Date: x\n\nc\n"],
            ),
            (
                "crlf",
                F.replace('\n', "\r\n") + "A: 1\r\n\r\nx\r\n\r\n" + &F.replace('\n', "\r\n") + "A: 2\r\n\r\n",
                vec!["A: 1\r\n\r\nx\r\n", "A: 2\r\n\r\n"],
            ),
            ("no newline at the end", format!("{F}A: 1\n\nx"), vec!["A: 1\n\nx"]),
            ("byte order mark", format!("\u{feff}{F}A: 1\n\nx\n\n"), vec!["A: 1\n\nx\n"]),
            ("two blank lines", format!("{F}A: 1\n\nx\n\n\n{F}A: 2\n\n"), vec!["A: 1\n\nx\n\n", "A: 2\n\n"]),
        ];
        for (name, mbox, expected) in cases {
            assert_eq!(bodies(&mbox), expected, "{name}");
        }
    }

    #[test]
    fn content_length_is_believed_only_where_it_points_at_an_end() {
        let body = format!("forwarded:\n\n{F}Subject: inner\n\ntext\n");
        let right = format!("{F}Content-Length: {}\n\n{body}\n{F}A: 2\n\ntwo\n", body.len());
        assert_eq!(bodies(&right), vec![format!("Content-Length: {}\n\n{body}", body.len()), "A: 2\n\ntwo\n".into()]);
        let last = format!("{F}Content-Length: {}\n\n{body}", body.len());
        assert_eq!(bodies(&last).len(), 1);
        let wrong = format!("{F}Content-Length: {}\n\n{body}\n{F}A: 2\n\ntwo\n", body.len() + 3);
        assert_eq!(bodies(&wrong).len(), 3, "a wrong length is not believed");
        let far = format!("{F}Content-Length: 99999\n\none\n\n{F}A: 2\n\ntwo\n");
        assert_eq!(bodies(&far).len(), 2);
    }

    #[test]
    fn a_message_too_large_to_hold_is_a_stretch_and_the_next_is_exact() {
        let line = "x".repeat(999) + "\n";
        let count = limits::ITEM_IN_MEMORY_BYTES as usize / line.len() + 2000;
        let body = line.repeat(count);
        let mbox = format!("{F}A: 1\n\n{body}\n{F}A: 2\n\ntwo\n");
        let mut splitter = Splitter::new(mbox.as_bytes());
        let Some(Piece::Large { offset, length, head, .. }) = splitter.next_piece().expect("memory") else {
            panic!("the first message is large")
        };
        assert_eq!((offset as usize, length as usize), (F.len(), 6 + body.len()));
        assert!(head.starts_with(b"A: 1\n\nxxx"));
        let Some(Piece::Message { bytes, .. }) = splitter.next_piece().expect("memory") else { panic!("small") };
        assert_eq!(bytes, b"A: 2\n\ntwo\n");
        assert_eq!(splitter.next_piece().expect("memory"), None);
    }
}
