//! Splits a report into its models, with the exact bytes of each, as a stream.
//!
//! A tag ends at the first `>` outside of quotes; `CDATA` sections and comments are passed over as a whole. The
//! messages of a chat are given one by one, behind them the chat itself without them.

use crate::base::limits;
use std::collections::HashMap;
use std::io::{self, BufRead};

/// Bytes of messages that are held until their chat ends, since what tells who takes part may stand behind them.
const HELD_BYTES: usize = limits::ITEM_IN_MEMORY_BYTES as usize;
/// Files whose places are remembered.
const FILES: usize = 1_000_000;
/// Bytes of one tag or section; more is no report.
const TOKEN_BYTES: usize = limits::ITEM_IN_MEMORY_BYTES as usize;

/// One thing found in a report.
pub enum Piece {
    /// A model of the first level, or a chat without its messages.
    Model(Vec<u8>),
    /// Messages of a chat, and the chat around them as far as it was read.
    Messages {
        /// The chat without its messages.
        chat: Vec<u8>,
        /// The messages.
        messages: Vec<Vec<u8>>,
    },
    /// Bytes of a model that is too large, as far as they are kept.
    TooLarge(Vec<u8>),
    /// The report breaks off inside this model.
    CutOff(Vec<u8>),
}

/// Finds the models of one stream, in order.
pub struct Models<'a> {
    stream: &'a mut dyn BufRead,
    /// Places of the files of the package, by id.
    pub files: HashMap<String, String>,
    /// The beginning of the report, up to its first model: project, case, device.
    pub head: Vec<u8>,
    file: Option<String>,
    is_local_path: bool,
    in_decoded: bool,
    open: Vec<Vec<u8>>,
    /// The model of the first level, without the messages of a chat.
    outer: Vec<u8>,
    is_chat: bool,
    /// The message of a chat that is being read, from which depth.
    inner: Option<(usize, Vec<u8>)>,
    held: Vec<Vec<u8>>,
    held_bytes: usize,
    ended: bool,
}

impl<'a> Models<'a> {
    /// Models from the beginning of a stream.
    pub fn new(stream: &'a mut dyn BufRead) -> Self {
        Self {
            stream,
            files: HashMap::new(),
            head: Vec::new(),
            file: None,
            is_local_path: false,
            in_decoded: false,
            open: Vec::new(),
            outer: Vec::new(),
            is_chat: false,
            inner: None,
            held: Vec::new(),
            held_bytes: 0,
            ended: false,
        }
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// When the bytes could not be had.
    pub fn next_piece(&mut self) -> io::Result<Option<Piece>> {
        while !self.ended {
            let token = self.token()?;
            let Some(token) = token else {
                // Whole messages of a chat that the report breaks off in are given before what is not whole.
                if !self.held.is_empty() {
                    return Ok(self.hand_over(true));
                }
                self.ended = true;
                let mut left = std::mem::take(&mut self.outer);
                left.extend(self.inner.take().map(|(_, bytes)| bytes).unwrap_or_default());
                return Ok((!left.is_empty()).then_some(Piece::CutOff(left)));
            };
            if let Some(piece) = self.take(&token) {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }

    /// Text and the tag behind it; `None` when no tag follows.
    fn token(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut token = Vec::new();
        loop {
            let before = token.len();
            let limit = TOKEN_BYTES.saturating_sub(before) as u64;
            io::Read::take(&mut *self.stream, limit).read_until(b'>', &mut token)?;
            if token.len() == before || token.last() != Some(&b'>') {
                return Ok(None);
            }
            let tag = token.iter().position(|byte| *byte == b'<').map_or(&token[..], |at| &token[at..]);
            let is_whole = if tag.starts_with(b"<![CDATA[") {
                tag.ends_with(b"]]>")
            } else if tag.starts_with(b"<!--") {
                tag.len() > 6 && tag.ends_with(b"-->")
            } else {
                tag.iter().filter(|byte| **byte == b'"').count() % 2 == 0
            };
            if is_whole {
                return Ok(Some(token));
            }
        }
    }

    fn take(&mut self, token: &[u8]) -> Option<Piece> {
        let at = token.iter().position(|byte| *byte == b'<').unwrap_or(0);
        let tag = &token[at..];
        let name = tag_name(tag);
        let (is_end, is_empty) = (tag.starts_with(b"</"), tag.ends_with(b"/>"));
        match (name, is_end) {
            (b"decodedData", _) => {
                self.in_decoded = !is_end && !is_empty;
                return None;
            }
            _ if !self.in_decoded => {
                self.around(tag, &token[..at], name, is_end);
                const HEAD_BYTES: usize = 1024 * 1024;
                if self.file.is_none() && self.head.len() < HEAD_BYTES && name != b"extraInfo" {
                    self.head.extend_from_slice(token);
                }
                return None;
            }
            (b"model", false) => self.begin(tag),
            _ => {}
        }
        if self.open.is_empty() {
            return None;
        }
        // The text before the tag of the first level belongs to nothing.
        let bytes = if self.open.len() == 1 && name == b"model" && !is_end { tag } else { token };
        self.push(bytes);
        if name == b"model" && (is_end || is_empty) { self.end() } else { None }
    }

    /// What stands around the models: the files of the package.
    fn around(&mut self, tag: &[u8], text: &[u8], name: &[u8], is_end: bool) {
        match (name, is_end) {
            (b"file", false) => {
                self.file = attribute(tag, "id").filter(|_| !tag.ends_with(b"/>"));
                if let (Some(id), Some(path), true) =
                    (attribute(tag, "id"), attribute(tag, "path"), self.files.len() < FILES)
                {
                    self.files.insert(id, path);
                }
            }
            (b"file", true) => self.file = None,
            (b"item", false) => self.is_local_path = attribute(tag, "name").as_deref() == Some("Local Path"),
            _ => {
                // `<item name="Local Path"><![CDATA[files\Image\a.jpg]]></item>`
                let said = tag.strip_prefix(b"<![CDATA[").and_then(|rest| rest.strip_suffix(b"]]>")).unwrap_or(text);
                let said = String::from_utf8_lossy(said).trim().to_owned();
                if let (true, Some(id), false) = (self.is_local_path, self.file.as_ref(), said.is_empty()) {
                    if self.files.contains_key(id) || self.files.len() < FILES {
                        self.files.insert(id.clone(), said.replace('\\', "/"));
                    }
                    self.is_local_path = false;
                }
            }
        }
    }

    fn begin(&mut self, tag: &[u8]) {
        let kind = attribute(tag, "type").unwrap_or_default().into_bytes();
        if self.open.is_empty() {
            self.outer.clear();
            self.is_chat = kind == b"Chat";
        } else if self.is_chat && self.inner.is_none() && self.open.len() == 1 && kind == b"InstantMessage" {
            self.inner = Some((self.open.len(), Vec::new()));
        }
        self.open.push(kind);
    }

    fn push(&mut self, bytes: &[u8]) {
        let into = match &mut self.inner {
            Some((_, inner)) => inner,
            None => &mut self.outer,
        };
        // One byte more than is allowed tells that it is too large.
        let most = limits::ITEM_IN_MEMORY_BYTES as usize + 1;
        let room = most.saturating_sub(into.len()).min(bytes.len());
        into.extend_from_slice(&bytes[..room]);
    }

    fn end(&mut self) -> Option<Piece> {
        self.open.pop();
        let is_too_large = |bytes: &[u8]| bytes.len() as u64 > limits::ITEM_IN_MEMORY_BYTES;
        if let Some((depth, _)) = &self.inner {
            if self.open.len() > *depth {
                return None;
            }
            let message = self.inner.take().map(|(_, bytes)| bytes).unwrap_or_default();
            if is_too_large(&message) {
                return Some(Piece::TooLarge(message));
            }
            self.held_bytes += message.len();
            self.held.push(message);
            return if self.held_bytes > HELD_BYTES { self.hand_over(true) } else { None };
        }
        if !self.open.is_empty() {
            return None;
        }
        if !self.held.is_empty() {
            return self.hand_over(false);
        }
        let outer = std::mem::take(&mut self.outer);
        Some(if is_too_large(&outer) { Piece::TooLarge(outer) } else { Piece::Model(outer) })
    }

    /// Gives the messages that are held; a chat that goes on is closed as far as it was read.
    fn hand_over(&mut self, goes_on: bool) -> Option<Piece> {
        self.held_bytes = 0;
        let messages = std::mem::take(&mut self.held);
        let chat = if goes_on {
            let mut chat = self.outer.clone();
            chat.extend_from_slice(b"</multiModelField></model>");
            chat
        } else {
            std::mem::take(&mut self.outer)
        };
        Some(Piece::Messages { chat, messages })
    }
}

fn tag_name(tag: &[u8]) -> &[u8] {
    let rest = tag.strip_prefix(b"</").or_else(|| tag.strip_prefix(b"<")).unwrap_or(tag);
    let end = rest.iter().position(|byte| byte.is_ascii_whitespace() || b"/>".contains(byte)).unwrap_or(rest.len());
    &rest[..end]
}

fn attribute(tag: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(tag);
    let mark = format!(" {name}=\"");
    let start = text.find(&mark)? + mark.len();
    let raw = &text[start..start + text[start..].find('"')?];
    Some(quick_xml::escape::unescape(raw).map_or_else(|_| raw.to_owned(), |value| value.into_owned()))
}
