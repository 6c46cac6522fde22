//! Files of contact cards: vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), many cards in one file, versions mixed.
//!
//! The original of an item is its card, byte for byte, from `BEGIN:VCARD` to the end of the line `END:VCARD`.

use super::card;
use crate::base::limits;
use crate::model::exception::{ItemException, Problem, ProblemCode};
use crate::model::item::{Found, Original, RawItem, Shape, Sink, Stopped};
use crate::source::detect::HEAD_BYTES;
use crate::source::{ReadOptions, ReadStop, wide};
use std::io::{self, BufRead, Read};

/// Bytes of a damaged card that are kept with its exception.
const KEPT_BYTES: usize = 2 * limits::ITEM_IN_MEMORY_BYTES as usize;

/// Whether a head begins a file of cards.
pub fn sniff(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    is_line(text.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default(), b"BEGIN:VCARD")
}

/// Reads every card of a file.
///
/// # Errors
/// When the sink asked to stop, or the bytes broke off; what was whole before is told either way.
pub fn read(stream: &mut dyn BufRead, _options: &ReadOptions, sink: &mut dyn Sink) -> Result<(), ReadStop> {
    read_cards(stream, sink)
}

/// Whose the cards of a file are, with their addresses and numbers, one sentence each; at most so many.
pub fn summaries(bytes: &[u8], most: usize) -> Vec<String> {
    let mut said = Vec::new();
    let mut sink = |found: Found| {
        if let Found::Item(RawItem { shape: Shape::Parsed(card), .. }) = found {
            let addresses: Vec<&str> = card.parties.iter().map(|one| one.address.as_str()).collect();
            let addresses = addresses.join(", ");
            said.push(format!("{} ({addresses})", card.subject).replace(" ()", ""));
        }
        if said.len() >= most { Err(Stopped) } else { Ok(()) }
    };
    // It stops when there are enough; bytes in memory do not break off.
    let _ = read_cards(&mut &*wide::narrowed(bytes), &mut sink);
    said
}

fn read_cards(stream: &mut dyn BufRead, sink: &mut dyn Sink) -> Result<(), ReadStop> {
    let mut telling = Telling { sink, ordinal: 0, open: Open::default(), offset: 0 };
    let mut head = Vec::new();
    let mut failure = (&mut *stream).take(HEAD_BYTES as u64).read_to_end(&mut head).err();
    // Old computers of Apple end a line with a carriage return alone.
    let ending = if head.contains(&b'\n') || !head.contains(&b'\r') { b'\n' } else { b'\r' };
    let mut nothing = io::empty();
    let rest: &mut dyn BufRead = if failure.is_some() { &mut nothing } else { stream };
    let mut lines = head.chain(rest);
    loop {
        let mut line = Vec::new();
        // A line is taken in pieces where it is very long; a piece that is no whole line is never a delimiter.
        let taken = (&mut lines).take(limits::LINE_BYTES as u64).read_until(ending, &mut line);
        match taken {
            Ok(0) => break,
            Ok(_) => telling.line(&line)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => telling.line(&line)?,
            Err(error) => {
                telling.open.push(&line);
                failure = Some(error);
                break;
            }
        }
    }
    telling.end()?;
    failure.map_or(Ok(()), |error| Err(ReadStop::Io(error)))
}

/// The decoded file of one property of a card, such as its photo.
pub fn part_bytes(original: &[u8], part: u32) -> Option<Vec<u8>> {
    card::part_bytes(original, part)
}

/// Lines collected for one card, or between cards.
#[derive(Default)]
struct Open {
    start: u64,
    bytes: Vec<u8>,
    length: u64,
    /// Cards that have begun and not ended: the card itself and its agent's.
    depth: u32,
    /// Whether a line but the beginning was seen.
    has_lines: bool,
    /// Whether the last line was `AGENT:`, behind which a card may begin.
    after_agent: bool,
}

impl Open {
    fn push(&mut self, line: &[u8]) {
        let room = KEPT_BYTES.saturating_sub(self.bytes.len()).min(line.len());
        self.bytes.extend_from_slice(&line[..room]);
        self.length += line.len() as u64;
    }
}

struct Telling<'a> {
    sink: &'a mut dyn Sink,
    ordinal: u64,
    open: Open,
    offset: u64,
}

impl Telling<'_> {
    fn line(&mut self, line: &[u8]) -> Result<(), Stopped> {
        let start = self.offset;
        self.offset += line.len() as u64;
        let bare = if start == 0 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) } else { line };
        if is_line(bare, b"BEGIN:VCARD") {
            // A second beginning straight after the first (Lotus Notes writes one) belongs to the same card.
            let doubled = self.open.depth > 0 && !self.open.has_lines;
            if self.open.depth > 0 && !doubled && !self.open.after_agent {
                self.broken(ProblemCode::Malformed, "another card begins before this one ends")?;
            }
            if self.open.depth == 0 {
                self.broken(ProblemCode::Malformed, "these bytes stand between the cards")?;
                self.open.start = start + (line.len() - bare.len()) as u64;
            }
            self.open.push(bare);
            self.open.depth += u32::from(!doubled);
            self.open.after_agent = false;
            return Ok(());
        }
        if self.open.length == 0 {
            self.open.start = start;
        }
        self.open.push(bare);
        if self.open.depth == 0 {
            return Ok(());
        }
        let said = bare.trim_ascii();
        self.open.has_lines |= !said.is_empty();
        self.open.after_agent = said.len() < 64
            && said.ends_with(b":")
            && said.get(..5).is_some_and(|head| head.eq_ignore_ascii_case(b"AGENT"));
        if is_line(bare, b"END:VCARD") {
            self.open.depth -= 1;
            if self.open.depth == 0 {
                return self.card();
            }
        }
        Ok(())
    }

    fn card(&mut self) -> Result<(), Stopped> {
        if self.open.length > limits::ITEM_IN_MEMORY_BYTES {
            return self.broken(ProblemCode::TooLargeToParse, "the card is larger than what is read at once");
        }
        let Some(card) = card::read(&self.open.bytes) else {
            return self.broken(ProblemCode::Malformed, "the card says nothing");
        };
        let open = std::mem::take(&mut self.open);
        let item = RawItem {
            ordinal: self.ordinal,
            place: format!("card {}, byte {}", self.ordinal + 1, open.start),
            original: Original::Bytes(open.bytes),
            identity: Some(card.identity),
            shape: Shape::Parsed(Box::new(card.parsed)),
            copy: card.copy,
        };
        self.ordinal += 1;
        self.sink.found(Found::Item(item))
    }

    fn end(&mut self) -> Result<(), Stopped> {
        if self.open.depth > 0 {
            self.broken(ProblemCode::Truncated, "the file broke off inside this card")
        } else {
            self.broken(ProblemCode::Malformed, "these bytes stand between the cards")
        }
    }

    /// Tells what was collected as an exception; blank lines are nothing.
    fn broken(&mut self, code: ProblemCode, sentence: &str) -> Result<(), Stopped> {
        let open = std::mem::take(&mut self.open);
        if open.depth == 0 && open.bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let kept = if open.length > KEPT_BYTES as u64 {
            format!("; the first {KEPT_BYTES} of its {} bytes are kept", open.length)
        } else {
            String::new()
        };
        let problem = Problem::new(code, format!("{sentence}{kept}"));
        let place = format!("card {}, byte {}", self.ordinal + 1, open.start);
        let exception = ItemException { ordinal: self.ordinal, place, problem, raw: open.bytes };
        self.ordinal += 1;
        self.sink.found(Found::Exception(exception))
    }
}

fn is_line(line: &[u8], word: &[u8]) -> bool {
    let said: Vec<u8> =
        line.trim_ascii().iter().filter(|byte| !matches!(byte, b' ' | b'\t')).copied().take(32).collect();
    said.eq_ignore_ascii_case(word)
}
