//! Cuts the elements of the lists in a JSON file (RFC 8259) out of it, byte for byte, without holding the file.
//!
//! The elements of a list at the root, of chosen lists in an object at the root, or, in files of one value a line,
//! the values themselves. Nothing recurses, so depth costs nothing here; what is cut out is parsed under the depth
//! limit of the JSON parser.
//!
//! *Invariant:* every byte that is no white space or punctuation between values is in some piece, as far as
//! [`KEPT_BYTES`] of a piece allow; a piece says how long it was.

use crate::base::limits;
use std::io::{self, Read};

/// Bytes of one piece that are kept; a longer one is told as too large.
pub const KEPT_BYTES: usize = limits::ITEM_IN_MEMORY_BYTES as usize;
/// Bytes read at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// Bytes of the name before the `=` in files that are a script (`window.YTD.tweets.part0 = [`).
const ASSIGNMENT_BYTES: usize = 256;

/// Which lists are cut into elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lists {
    /// Those of an object at the root with these names.
    Named(&'static [&'static str]),
    /// Every list of an object at the root.
    Any,
    /// None: the values at the root are the elements.
    Root,
}

/// What is wrong with a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// The file ends inside it.
    CutOff,
    /// It is longer than what is kept.
    TooLarge,
    /// It stands where no value can be.
    Stray,
}

/// One piece of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// An element of a list.
    Element {
        /// The name of the list; empty at the root.
        list: String,
        /// Bytes before it.
        offset: u64,
        /// Itself.
        bytes: Vec<u8>,
    },
    /// A member of the object at the root that is no list to be cut.
    Member {
        /// Its name.
        name: String,
        /// Bytes before its value.
        offset: u64,
        /// Its value.
        bytes: Vec<u8>,
    },
    /// Bytes that are no value.
    Broken {
        /// Bytes before them.
        offset: u64,
        /// As many as are kept.
        bytes: Vec<u8>,
        /// How many there were.
        length: u64,
        /// What is wrong.
        flaw: Flaw,
    },
}

enum State {
    Root,
    Object,
    List { name: String, in_object: bool },
    Ended,
}

/// Cuts one stream.
pub struct Splitter<'a> {
    stream: &'a mut dyn Read,
    chunk: Vec<u8>,
    at: usize,
    offset: u64,
    lists: Lists,
    keeps: bool,
    state: State,
    started: bool,
    failure: Option<io::Error>,
    /// Whether the file ended inside a list or object.
    pub is_cut: bool,
}

struct Slice {
    offset: u64,
    bytes: Vec<u8>,
    length: u64,
    is_whole: bool,
}

impl<'a> Splitter<'a> {
    /// Cuts `stream` at the elements of `lists`.
    pub fn new(stream: &'a mut dyn Read, lists: Lists) -> Self {
        Self {
            stream,
            chunk: Vec::new(),
            at: 0,
            offset: 0,
            lists,
            keeps: true,
            state: State::Root,
            started: false,
            failure: None,
            is_cut: false,
        }
    }

    /// As [`Splitter::new`], but the elements come empty: only the other members are wanted.
    pub fn skimming(stream: &'a mut dyn Read, lists: Lists) -> Self {
        Self { keeps: false, ..Self::new(stream, lists) }
    }

    /// Why the bytes broke off, when they did.
    pub fn failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// The next piece; `None` at the end.
    pub fn next_piece(&mut self) -> Option<Piece> {
        if !self.started {
            self.started = true;
            self.skip_start();
        }
        loop {
            self.skip_between();
            let Some(byte) = self.peek() else {
                self.is_cut |= matches!(self.state, State::Object | State::List { .. });
                return None;
            };
            match &self.state {
                State::Ended => return Some(self.rest()),
                State::Root => match byte {
                    b'[' if self.lists != Lists::Root => {
                        self.bump();
                        self.state = State::List { name: String::new(), in_object: false };
                    }
                    b'{' if self.lists != Lists::Root => {
                        self.bump();
                        self.state = State::Object;
                    }
                    // What follows a script's value.
                    b';' => self.bump(),
                    b'{' | b'[' => return Some(self.element(String::new())),
                    _ => return Some(self.rest()),
                },
                State::Object => match byte {
                    b'}' => {
                        self.bump();
                        self.state = State::Root;
                    }
                    b'"' => {
                        if let Some(piece) = self.member() {
                            return Some(piece);
                        }
                    }
                    _ => return Some(self.rest()),
                },
                State::List { in_object, .. } if byte == b']' => {
                    self.state = if *in_object { State::Object } else { State::Root };
                    self.bump();
                }
                State::List { name, .. } => {
                    let name = name.clone();
                    return Some(self.element(name));
                }
            }
        }
    }

    fn element(&mut self, list: String) -> Piece {
        let slice = self.value(self.keeps);
        match flaw_of(&slice) {
            Some(flaw) => broken(slice, flaw),
            None => Piece::Element { list, offset: slice.offset, bytes: slice.bytes },
        }
    }

    /// A member of the object at the root; `None` when it is a list that is cut.
    fn member(&mut self) -> Option<Piece> {
        let key = self.value(true);
        let name: Option<String> = serde_json::from_slice(&key.bytes).ok();
        self.skip_between();
        let Some(name) = name.filter(|_| self.peek() == Some(b':')) else {
            self.state = State::Ended;
            return Some(broken(key, Flaw::Stray));
        };
        self.bump();
        self.skip_between();
        let is_cut_here = match self.lists {
            Lists::Named(names) => names.contains(&name.as_str()),
            Lists::Any => true,
            Lists::Root => false,
        };
        if self.peek() == Some(b'[') && is_cut_here {
            self.bump();
            self.state = State::List { name, in_object: true };
            return None;
        }
        let slice = self.value(true);
        Some(match flaw_of(&slice) {
            Some(flaw) => broken(slice, flaw),
            None => Piece::Member { name, offset: slice.offset, bytes: slice.bytes },
        })
    }

    /// Reads one value as it stands.
    fn value(&mut self, keep: bool) -> Slice {
        let mut slice = Slice { offset: self.offset, bytes: Vec::new(), length: 0, is_whole: false };
        if matches!(self.peek(), Some(b'{' | b'[' | b'"')) {
            self.enclosed(keep, &mut slice);
        } else {
            self.scalar(&mut slice);
        }
        if !keep && slice.is_whole {
            // Only that it is there is wanted.
            slice.length = slice.bytes.len() as u64;
        }
        slice
    }

    /// Reads up to the bracket or quotation mark that ends what the first byte begins.
    fn enclosed(&mut self, keep: bool, slice: &mut Slice) {
        let (mut depth, mut in_string, mut escaped) = (0_u64, false, false);
        while self.peek().is_some() && !slice.is_whole {
            let ready = &self.chunk[self.at..];
            let mut taken = 0;
            for byte in ready {
                taken += 1;
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if in_string => escaped = true,
                    b'"' => in_string = !in_string,
                    b'{' | b'[' if !in_string => depth += 1,
                    b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if depth == 0 && !in_string {
                    slice.is_whole = true;
                    break;
                }
            }
            let most = if keep { KEPT_BYTES } else { 1 };
            let room = most.saturating_sub(slice.bytes.len()).min(taken);
            slice.bytes.extend_from_slice(&ready[..room]);
            slice.length += taken as u64;
            self.at += taken;
            self.offset += taken as u64;
        }
    }

    /// Reads a number or word; at least one byte, so that the reading goes on.
    fn scalar(&mut self, slice: &mut Slice) {
        while let Some(byte) = self.peek() {
            if slice.length > 0 && (byte.is_ascii_whitespace() || b",]}:".contains(&byte)) {
                slice.is_whole = true;
                return;
            }
            self.bump();
            slice.length += 1;
            if slice.bytes.len() < KEPT_BYTES {
                slice.bytes.push(byte);
            }
        }
    }

    /// All that is left, as one broken piece.
    fn rest(&mut self) -> Piece {
        let mut slice = Slice { offset: self.offset, bytes: Vec::new(), length: 0, is_whole: false };
        while let Some(byte) = self.peek() {
            self.bump();
            slice.length += 1;
            if slice.bytes.len() < KEPT_BYTES {
                slice.bytes.push(byte);
            }
        }
        self.state = State::Ended;
        broken(slice, Flaw::Stray)
    }

    /// Passes over the mark of UTF-8 and the name of a script's variable.
    fn skip_start(&mut self) {
        if self.peek() == Some(0xEF) && self.chunk[self.at..].starts_with(b"\xEF\xBB\xBF") {
            self.at += 3;
            self.offset += 3;
        }
        self.skip_between();
        if self.peek().is_some_and(|byte| byte.is_ascii_alphabetic()) {
            let ready = &self.chunk[self.at..];
            let end = ready.len().min(ASSIGNMENT_BYTES);
            if let Some(equals) = ready[..end].iter().position(|byte| *byte == b'=') {
                self.at += equals + 1;
                self.offset += equals as u64 + 1;
            }
        }
    }

    fn skip_between(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace() || byte == b',') {
            self.bump();
        }
    }

    fn peek(&mut self) -> Option<u8> {
        if self.at == self.chunk.len() {
            self.fill();
        }
        self.chunk.get(self.at).copied()
    }

    fn bump(&mut self) {
        self.at += 1;
        self.offset += 1;
    }

    fn fill(&mut self) {
        if self.failure.is_some() {
            return;
        }
        self.at = 0;
        self.chunk.clear();
        if let Err(error) = (&mut *self.stream).take(CHUNK_BYTES as u64).read_to_end(&mut self.chunk) {
            self.failure = Some(error);
        }
    }
}

fn flaw_of(slice: &Slice) -> Option<Flaw> {
    if !slice.is_whole {
        return Some(Flaw::CutOff);
    }
    (slice.length > slice.bytes.len() as u64).then_some(Flaw::TooLarge)
}

fn broken(slice: Slice, flaw: Flaw) -> Piece {
    Piece::Broken { offset: slice.offset, bytes: slice.bytes, length: slice.length, flaw }
}

/// The pieces of bytes in memory.
pub fn pieces(bytes: &[u8], lists: Lists) -> Vec<Piece> {
    let mut stream = bytes;
    let mut splitter = Splitter::new(&mut stream, lists);
    std::iter::from_fn(|| splitter.next_piece()).collect()
}

/// A value without the elements of one of its lists, and those elements.
pub struct TakenOut {
    /// The value; an empty list stands where the list was.
    pub rest: Vec<u8>,
    /// The elements, each with the bytes before it.
    pub elements: Vec<(u64, Vec<u8>)>,
}

/// Takes the elements of one list out of a value. `None` when there is no such list, or it is empty or damaged.
pub fn taken_out(bytes: &[u8], list: &'static [&'static str]) -> Option<TakenOut> {
    let mut elements = Vec::new();
    let mut is_past = false;
    for piece in pieces(bytes, Lists::Named(list)) {
        match piece {
            // The same list twice: what stands between would be lost.
            Piece::Element { .. } if is_past => return None,
            Piece::Element { offset, bytes, .. } => elements.push((offset, bytes)),
            Piece::Member { .. } => is_past = !elements.is_empty(),
            Piece::Broken { .. } => return None,
        }
    }
    let (first, last) = (elements.first()?, elements.last()?);
    let start = usize::try_from(first.0).ok()?;
    let end = usize::try_from(last.0).ok()? + last.1.len();
    let mut rest = bytes.get(..start)?.to_vec();
    rest.extend_from_slice(bytes.get(end..)?);
    Some(TakenOut { rest, elements })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(text: &str, lists: Lists) -> Vec<String> {
        let show = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        pieces(text.as_bytes(), lists)
            .into_iter()
            .map(|piece| match piece {
                Piece::Element { list, offset, bytes } => {
                    assert_eq!(&text.as_bytes()[offset as usize..][..bytes.len()], bytes, "an element is exact");
                    format!("{list}:{}", show(&bytes))
                }
                Piece::Member { name, bytes, .. } => format!("{name}={}", show(&bytes)),
                Piece::Broken { bytes, flaw, .. } => format!("{flaw:?} {}", show(&bytes)),
            })
            .collect()
    }

    #[test]
    fn values_are_cut_where_they_stand() {
        let named = Lists::Named(&["messages"]);
        let cases: &[(&str, Lists, &[&str], &str)] = &[
            ("[]", named, &[], "nothing"),
            (" [ {\"a\":1} ,{\"b\":[2]}]", named, &[":{\"a\":1}", ":{\"b\":[2]}"], "a list at the root"),
            (
                r#"{"t":"x","messages":[{"a":"]}"},3],"z":[1]}"#,
                named,
                &["t=\"x\"", r#"messages:{"a":"]}"}"#, "messages:3", "z=[1]"],
                "a named list; the others stay whole",
            ),
            (r#"{"a":[1],"b":[2]}"#, Lists::Any, &["a:1", "b:2"], "every list"),
            ("{\"a\":1}\n{\"b\":2}\n", Lists::Root, &[":{\"a\":1}", ":{\"b\":2}"], "one value a line"),
            ("window.YTD.tweets.part0 = [ {\"a\":1} ];\n", named, &[":{\"a\":1}"], "a script"),
            ("\u{feff}[{\"a\":1}]", named, &[":{\"a\":1}"], "the mark of UTF-8"),
            (r#"[{"a":"\"}"}]"#, named, &[r#":{"a":"\"}"}"#], "an escaped quotation mark"),
            ("[{\"a\":1},{\"b\":", named, &[":{\"a\":1}", "CutOff {\"b\":"], "the end is missing"),
            ("[{\"a\":1}] trailing", named, &[":{\"a\":1}", "Stray trailing"], "bytes behind the end"),
            ("{\"a\" 1}", named, &["Stray \"a\"", "Stray 1}"], "no colon"),
            ("{\"messages\":{\"a\":1}}", named, &["messages={\"a\":1}"], "a list that is none"),
            ("not json", named, &["Stray not json"], "no JSON"),
        ];
        for (text, lists, expected, why) in cases {
            assert_eq!(&told(text, *lists), expected, "{why}: {text}");
        }
    }

    #[test]
    fn a_list_inside_a_value_is_taken_out() {
        let replies = br#"{"id":1,"replies":[{"id":2},{"id":3}],"z":0}"#;
        let TakenOut { rest, elements } = taken_out(replies, &["replies"]).expect("one");
        assert_eq!(rest, br#"{"id":1,"replies":[],"z":0}"#);
        assert_eq!(elements.iter().map(|one| one.1.as_slice()).collect::<Vec<_>>(), [br#"{"id":2}"#, br#"{"id":3}"#]);
        assert!(taken_out(br#"{"id":1,"replies":[]}"#, &["replies"]).is_none());
    }

    #[test]
    fn depth_and_length_cost_nothing() {
        let deep = format!("[{}1{}]", "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(pieces(deep.as_bytes(), Lists::Any).len(), 1);
        let large = format!("[\"{}\",2]", "x".repeat(KEPT_BYTES + 5));
        let found = pieces(large.as_bytes(), Lists::Any);
        assert!(matches!(&found[0], Piece::Broken { length, bytes, flaw: Flaw::TooLarge, .. }
                if *length == KEPT_BYTES as u64 + 7 && bytes.len() == KEPT_BYTES));
        assert!(matches!(&found[1], Piece::Element { bytes, .. } if bytes == b"2"), "the next one is whole");
    }

    proptest! {
        #[test]
        fn any_bytes_end_and_every_digit_is_kept(text in "[\\[\\]{},:1 ]{0,80}") {
            let kept: usize = pieces(text.as_bytes(), Lists::Any).iter().map(|piece| match piece {
                Piece::Element { bytes, .. } | Piece::Member { bytes, .. } | Piece::Broken { bytes, .. } => {
                    bytes.iter().filter(|byte| **byte == b'1').count()
                }
            }).sum();
            prop_assert_eq!(kept, text.bytes().filter(|byte| *byte == b'1').count(), "{}", text);
        }

        #[test]
        fn any_bytes_at_all_end(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            for lists in [Lists::Any, Lists::Root, Lists::Named(&["messages"])] {
                prop_assert!(pieces(&bytes, lists).len() <= bytes.len() + 1);
            }
        }
    }
}
