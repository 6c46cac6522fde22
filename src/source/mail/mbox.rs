//! Files of messages separated by `From ` lines.

use super::splitter::{Piece, Splitter};
use crate::model::exception::ProblemCode;
use crate::model::item::{Original, RawItem, Shape};
use crate::model::provenance::CopyFacts;
use crate::source::ReadStop;
use crate::source::container::Reading;
use std::io::BufRead;
use std::path::Path;

/// Reads every message of an mbox stream; `file` is the plain file it is, where it is one.
pub fn read(stream: &mut dyn BufRead, file: Option<&Path>, reading: &mut Reading<'_>) -> Result<(), ReadStop> {
    let mut splitter = Splitter::new(stream);
    let mut messages = 0_u64;
    loop {
        match splitter.next_piece() {
            Ok(None) => return Ok(()),
            Ok(Some(piece)) => {
                messages += 1;
                take(piece, messages, file, reading)?;
            }
            Err(error) => {
                if let Some(piece) = splitter.rest() {
                    take_broken(piece, messages + 1, reading)?;
                }
                return Err(ReadStop::Io(error));
            }
        }
    }
}

fn take(piece: Piece, number: u64, file: Option<&Path>, reading: &mut Reading<'_>) -> Result<(), ReadStop> {
    match piece {
        Piece::Message { offset, envelope, bytes } => {
            let ordinal = reading.ordinal();
            reading.item(super::item(ordinal, place(number, offset), bytes, copy_of(&envelope)))?;
        }
        Piece::Large { offset, length, envelope, head } => match file {
            Some(file) => {
                let mut copy = copy_of(&envelope);
                super::copy_facts::from_header(&head, &mut copy);
                let original = Original::Stretch { file: file.to_owned(), offset, length };
                let ordinal = reading.ordinal();
                let place = place(number, offset);
                reading.item(RawItem { ordinal, place, original, identity: None, shape: Shape::Message, copy })?;
            }
            None => {
                let sentence = format!(
                    "a message of {length} bytes in a packed file is too large; unpack the file and take it in again"
                );
                reading.exception(place(number, offset), ProblemCode::TooLargeToParse, sentence, head)?;
            }
        },
        Piece::Preamble(bytes) => {
            let sentence = "these bytes stand before the first message of the file";
            reading.exception("before the first message".to_owned(), ProblemCode::Malformed, sentence, bytes)?;
        }
    }
    Ok(())
}

fn take_broken(piece: Piece, number: u64, reading: &mut Reading<'_>) -> Result<(), ReadStop> {
    let (offset, bytes) = match piece {
        Piece::Message { offset, bytes, .. } => (offset, bytes),
        Piece::Large { offset, head, .. } => (offset, head),
        Piece::Preamble(bytes) => (0, bytes),
    };
    let sentence = "the file broke off inside this message";
    Ok(reading.exception(place(number, offset), ProblemCode::Truncated, sentence, bytes)?)
}

fn place(number: u64, offset: u64) -> String {
    format!("message {number}, byte {offset}")
}

fn copy_of(envelope: &[u8]) -> CopyFacts {
    CopyFacts { envelope: String::from_utf8_lossy(envelope).into_owned(), ..CopyFacts::default() }
}
