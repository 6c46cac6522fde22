//! Reads one JSON file of messages, element by element, twice: first what stands around its lists, then the lists.

use super::slices::{Flaw, KEPT_BYTES, Lists, Piece, Splitter};
use super::value;
use crate::base::limits;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::source::ReadStop;
use crate::source::container::Content;
use crate::source::container::reading::Reading;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::io;

/// Bytes of what stands around the lists that go into the original of each message, all together.
const CONTEXT_BYTES: usize = 64 * 1024;
/// Bytes of one message that are parsed; as values they take up to ten times the memory.
const PARSED_BYTES: usize = 8 * 1024 * 1024;

/// A file of messages.
pub struct JsonFile<'c> {
    /// Its path in the export.
    pub path: &'c str,
    /// Its bytes.
    pub content: &'c Content,
    /// Where its messages stand.
    pub lists: Lists,
    /// Whether an element may be a whole conversation, to be cut again; a large one comes unparsed (null).
    pub nests: bool,
}

/// One element of a list.
pub struct Element {
    /// What it says.
    pub value: Value,
    /// Its exact bytes.
    pub bytes: Vec<u8>,
    /// What had to be mended.
    pub problem: Option<Problem>,
    /// The name of its list; empty at the root.
    pub list: String,
    /// Bytes before it.
    pub offset: u64,
}

/// What is done with each element.
pub type Take<'t> = dyn FnMut(&mut Reading<'_>, Element) -> Result<(), Stopped> + 't;

impl JsonFile<'_> {
    /// What stands around the lists.
    ///
    /// # Errors
    /// When the bytes cannot be had.
    pub fn context(&self) -> io::Result<Map<String, Value>> {
        let mut stream = self.content.open()?;
        let mut splitter = Splitter::skimming(&mut stream, self.lists);
        let mut context = Map::new();
        let mut taken = 0;
        while let Some(piece) = splitter.next_piece() {
            if let Piece::Member { name, bytes, .. } = piece
                && taken + name.len() + bytes.len() <= CONTEXT_BYTES
                && !context.contains_key(&name)
                && let Ok((value, _)) = value::read(&bytes)
            {
                taken += name.len() + bytes.len();
                context.insert(name, value);
            }
        }
        splitter.failure().map_or(Ok(context), Err)
    }

    /// Hands over every element that is an object; everything else is an exception, and so is what stands around the
    /// lists and is not in `context`. Tells how many finds there were.
    ///
    /// # Errors
    /// When the sink asked to stop or the bytes broke off.
    pub fn each(
        &self,
        context: &Map<String, Value>,
        reading: &mut Reading<'_>,
        take: &mut Take<'_>,
    ) -> Result<u64, ReadStop> {
        let mut known: BTreeSet<&String> = context.keys().collect();
        let mut stream = self.content.open()?;
        let mut splitter = Splitter::new(&mut stream, self.lists);
        let mut told = 0;
        while let Some(piece) = splitter.next_piece() {
            match piece {
                Piece::Element { list, offset, bytes } => {
                    told += 1;
                    self.element(list, offset, bytes, reading, take)?;
                }
                Piece::Member { name, offset, bytes } if !known.remove(&name) => {
                    told += 1;
                    let sentence =
                        format!("what the file says under {name} is too long, damaged or said twice; it is kept here");
                    reading.exception(self.place(offset), ProblemCode::LimitReached, sentence, bytes)?;
                }
                Piece::Member { .. } => {}
                Piece::Broken { offset, bytes, length, flaw } => {
                    told += 1;
                    let (code, sentence) = flaw_told(flaw, length);
                    reading.exception(self.place(offset), code, sentence, bytes)?;
                }
            }
        }
        if let Some(error) = splitter.failure() {
            return Err(ReadStop::Io(error));
        }
        if splitter.is_cut {
            let sentence = format!("{}: the file ends before its lists do; what was whole is kept", self.path);
            reading.tell(Found::Remark(Problem::new(ProblemCode::Truncated, sentence)))?;
        }
        Ok(told)
    }

    fn element(
        &self,
        list: String,
        offset: u64,
        bytes: Vec<u8>,
        reading: &mut Reading<'_>,
        take: &mut Take<'_>,
    ) -> Result<(), Stopped> {
        let length = bytes.len();
        if length > PARSED_BYTES && self.nests {
            return take(reading, Element { value: Value::Null, bytes, problem: None, list, offset });
        }
        if length > PARSED_BYTES {
            let sentence = format!("a message of {length} bytes is larger than what is read at once ({PARSED_BYTES})");
            return reading.exception(self.place(offset), ProblemCode::TooLargeToParse, sentence, bytes);
        }
        match value::read(&bytes) {
            Ok((value, problem)) if value.as_object().is_some_and(|members| !members.is_empty()) => {
                take(reading, Element { value, bytes, problem, list, offset })
            }
            Ok(_) => {
                let sentence = "this is no message of the format: it has no names and values";
                reading.exception(self.place(offset), ProblemCode::Malformed, sentence, bytes)
            }
            Err(sentence) => reading.exception(self.place(offset), ProblemCode::Malformed, sentence, bytes),
        }
    }

    fn place(&self, offset: u64) -> String {
        format!("{}, byte {offset}", self.path)
    }
}

fn flaw_told(flaw: Flaw, length: u64) -> (ProblemCode, String) {
    let kept = if length > KEPT_BYTES as u64 {
        format!("; the first {KEPT_BYTES} of its {length} bytes are kept")
    } else {
        String::new()
    };
    match flaw {
        Flaw::CutOff => (ProblemCode::Truncated, format!("the file broke off inside this message{kept}")),
        Flaw::Stray => (ProblemCode::Malformed, format!("these bytes stand where no message can{kept}")),
        Flaw::TooLarge => {
            let most = limits::ITEM_IN_MEMORY_BYTES;
            let sentence = format!("a message of {length} bytes is larger than what is read at once ({most}){kept}");
            (ProblemCode::TooLargeToParse, sentence)
        }
    }
}
