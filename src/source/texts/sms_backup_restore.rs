//! SMS Backup & Restore (SyncTech, Android): messages in one file, calls in another.
//!
//! The original of an item is its element, byte for byte. What makes two elements the same item stands at
//! [`super::message::sms`], [`super::mms::mms`] and [`super::handset_call::call`]; what differs from export to export
//! (read flags, the name in the phone's contacts, the date in the phone's language) belongs to the copy.

use super::element::Element;
use super::message::{Backup, Taken};
use super::splitter::{Flaw, KEPT_BYTES, Piece, Splitter};
use super::{handset_call, handset_time, message, mms};
use crate::base::limits;
use crate::model::exception::{ItemException, Problem, ProblemCode};
use crate::model::item::{Found, Original, RawItem, Shape, Sink, Stopped};
use crate::model::provenance::ContainerFormat;
use crate::source::{ReadOptions, ReadStop};
use std::io::BufRead;

/// Which of the two files a head begins, if it does: the root tells, behind comments and stylesheet lines.
pub fn sniff(head: &[u8]) -> Option<ContainerFormat> {
    let mut rest = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    loop {
        let end: &[u8] = match rest {
            [b'<', b'?', ..] => b"?>",
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            // A DOCTYPE is no part of the format; it is passed over to see what follows.
            [b'<', b'!', ..] => {
                let roots: [&[u8]; 2] = [b"<smses", b"<calls"];
                let at = rest.windows(6).position(|window| roots.contains(&window))?;
                rest = &rest[at..];
                continue;
            }
            _ => break,
        };
        let at = rest.windows(end.len()).position(|window| window == end)?;
        rest = rest[at + end.len()..].trim_ascii_start();
    }
    let ends_name = |rest: &[u8]| rest.first().is_none_or(|byte| byte.is_ascii_whitespace() || b"/>".contains(byte));
    match (rest.strip_prefix(b"<smses"), rest.strip_prefix(b"<calls")) {
        (Some(rest), _) if ends_name(rest) => Some(ContainerFormat::SmsBackupRestore),
        (_, Some(rest)) if ends_name(rest) => Some(ContainerFormat::SmsBackupRestoreCalls),
        _ => None,
    }
}

/// Reads every message or call of a backup.
///
/// # Errors
/// When the sink asked to stop, or the bytes broke off; what was whole before is told either way.
pub fn read(stream: &mut dyn BufRead, _options: &ReadOptions, sink: &mut dyn Sink) -> Result<(), ReadStop> {
    let mut splitter = Splitter::new(stream);
    let mut telling = Telling { sink, ordinal: 0, backup: Backup::default(), declared: None };
    while let Some(piece) = splitter.next_piece() {
        telling.piece(piece)?;
    }
    if let Some(error) = splitter.failure() {
        return Err(ReadStop::Io(error));
    }
    if splitter.is_root_open() {
        let sentence = "the file ends before its last line; what was whole is kept";
        telling.sink.found(Found::Remark(Problem::new(ProblemCode::Truncated, sentence)))?;
    }
    Ok(())
}

/// The decoded bytes of one part of an MMS, counted from 0 over all its `part` elements.
pub fn part_bytes(original: &[u8], part: u32) -> Option<Vec<u8>> {
    mms::part_bytes(&Element::read(original).ok()?, part)
}

struct Telling<'a> {
    sink: &'a mut dyn Sink,
    ordinal: u64,
    backup: Backup,
    declared: Option<u64>,
}

impl Telling<'_> {
    fn piece(&mut self, piece: Piece) -> Result<(), Stopped> {
        match piece {
            Piece::Root(bytes) => self.root(&bytes),
            Piece::Definitions => {
                let sentence = "the file defines words of its own (DOCTYPE); they were not followed";
                self.sink.found(Found::Remark(Problem::new(ProblemCode::Unsupported, sentence)))
            }
            Piece::Broken { offset, bytes, length, flaw } => {
                let (code, sentence) = flaw_told(flaw, length);
                self.exception(offset, code, sentence, bytes)
            }
            Piece::Element { offset, bytes } => self.element(offset, bytes),
        }
    }

    /// Two backups put into one file declare what both hold.
    fn root(&mut self, bytes: &[u8]) -> Result<(), Stopped> {
        let root = String::from_utf8_lossy(bytes).trim().to_owned();
        // The root is an element that has no end yet.
        let closed = format!("{}/>", root.trim_end_matches(['>', '/']));
        let element = Element::read(closed.as_bytes()).unwrap_or_default();
        let made_at = handset_time::read(&element.text("backup_date"), None).ok().map(|time| time.at);
        self.backup = Backup { root, made_at };
        if let Ok(count) = element.text("count").trim().parse::<u64>() {
            let total = self.declared.unwrap_or(0).saturating_add(count);
            self.declared = Some(total);
            self.sink.found(Found::Declared(total))?;
        }
        Ok(())
    }

    fn element(&mut self, offset: u64, bytes: Vec<u8>) -> Result<(), Stopped> {
        let element = match Element::read(&bytes) {
            Ok(element) => element,
            Err(sentence) => return self.exception(offset, ProblemCode::Malformed, sentence, bytes),
        };
        let taken: Taken = match element.name.as_str() {
            "sms" => message::sms(&element, &self.backup),
            "mms" => mms::mms(&element, &self.backup),
            "call" => handset_call::call(&element, &self.backup),
            other => {
                let sentence = format!("an element {other} is no message and no call of this format");
                return self.exception(offset, ProblemCode::Unsupported, sentence, bytes);
            }
        };
        if element.attributes.iter().all(|(name, _)| element.text(name).is_empty()) && element.children.is_empty() {
            return self.exception(offset, ProblemCode::Malformed, "the element says nothing".to_owned(), bytes);
        }
        let item = RawItem {
            ordinal: self.ordinal,
            place: place(&element.name, self.ordinal, offset),
            original: Original::Bytes(bytes),
            identity: Some(taken.identity),
            shape: Shape::Parsed(Box::new(taken.parsed)),
            copy: taken.copy,
        };
        self.ordinal += 1;
        self.sink.found(Found::Item(item))
    }

    fn exception(&mut self, offset: u64, code: ProblemCode, sentence: String, raw: Vec<u8>) -> Result<(), Stopped> {
        let place = place("element", self.ordinal, offset);
        let problem = Problem::new(code, sentence);
        let exception = ItemException { ordinal: self.ordinal, place, problem, raw };
        self.ordinal += 1;
        self.sink.found(Found::Exception(exception))
    }
}

fn place(name: &str, ordinal: u64, offset: u64) -> String {
    format!("{name} {}, byte {offset}", ordinal + 1)
}

fn flaw_told(flaw: Flaw, length: u64) -> (ProblemCode, String) {
    let kept = if length > KEPT_BYTES as u64 {
        format!("; the first {KEPT_BYTES} of its {length} bytes are kept")
    } else {
        String::new()
    };
    match flaw {
        Flaw::CutOff => (ProblemCode::Truncated, format!("the file broke off inside this element{kept}")),
        Flaw::NotClosed => (ProblemCode::Malformed, format!("another element begins before this one ends{kept}")),
        Flaw::Stray => (ProblemCode::Malformed, format!("these bytes stand between the elements{kept}")),
        Flaw::TooLarge => {
            let most = limits::ITEM_IN_MEMORY_BYTES;
            let sentence = format!("a message of {length} bytes is larger than what is read at once ({most}){kept}");
            (ProblemCode::TooLargeToParse, sentence)
        }
    }
}
