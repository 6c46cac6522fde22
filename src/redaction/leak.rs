//! A made file, looked through in every channel it has: its name, its bytes, what it says when it is
//! unpacked, and of a PDF every page, string, note, property and stream.
//!
//! *Invariant:* what cannot be looked through is a leak: it fails closed.

use super::words::Search;
use crate::extract::budget::Budget;
use crate::extract::{mail, pdf};
use crate::text::html_to_text;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

/// Files inside files that are followed.
const DEPTH: usize = 4;
/// Bytes that one file may unpack to.
const UNPACKED: u64 = 512 * 1024 * 1024;
/// Bytes of a binary file that are read as letters.
const BINARY: usize = 64 * 1024 * 1024;

/// Where in a file words were found, in plain words.
pub type Channel = &'static str;

/// Words that must not be in a file, or a part that nobody could look through.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leak {
    /// Words by their number, and where they were found.
    Words {
        /// The number of the words.
        needle: usize,
        /// Where.
        channel: Channel,
    },
    /// Why it cannot be said that nothing is in it.
    Unclear(Channel),
}

/// A text of a file.
struct Said {
    channel: Channel,
    text: String,
    /// Letters that may stand there by chance: short words mean nothing among them.
    by_chance: bool,
}

/// Every text of a file with its channel, for other checks.
pub fn every_text(path: &str, bytes: &[u8]) -> Vec<(Channel, String)> {
    let (said, _) = through(path, bytes);
    said.into_iter().filter(|one| !one.by_chance).map(|one| (one.channel, one.text)).collect()
}

/// Looks through a file for words.
pub fn look(path: &str, bytes: &[u8], search: &Search) -> Vec<Leak> {
    let (said, unclear) = through(path, bytes);
    let mut found: BTreeMap<usize, Channel> = BTreeMap::new();
    for one in said {
        for (needle, _) in search.find(&one.text) {
            if !one.by_chance || search.needles()[needle].is_long() {
                found.entry(needle).or_insert(one.channel);
            }
        }
    }
    let words = found.into_iter().map(|(needle, channel)| Leak::Words { needle, channel });
    words.chain(unclear.into_iter().map(Leak::Unclear)).collect()
}

fn through(path: &str, bytes: &[u8]) -> (Vec<Said>, Vec<Channel>) {
    let mut walk = Walk { said: Vec::new(), unclear: Vec::new(), unpack_left: UNPACKED };
    walk.say("its name", path.rsplit('/').next().unwrap_or(path).to_owned());
    walk.file(bytes, 0);
    walk.unclear.sort_unstable();
    walk.unclear.dedup();
    (walk.said, walk.unclear)
}

struct Walk {
    said: Vec<Said>,
    unclear: Vec<Channel>,
    unpack_left: u64,
}

impl Walk {
    fn say(&mut self, channel: Channel, text: String) {
        if !text.is_empty() {
            self.said.push(Said { channel, text, by_chance: false });
        }
    }

    fn file(&mut self, bytes: &[u8], depth: usize) {
        if depth > DEPTH {
            self.unclear.push("files lie too deep inside each other");
        } else if bytes.starts_with(b"%PDF")
            || bytes.get(..1024).unwrap_or(bytes).windows(5).any(|window| window == b"%PDF-")
        {
            self.pdf(bytes, depth);
        } else if bytes.starts_with(b"PK\x03\x04") {
            self.archive(bytes, depth);
        } else if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut inside = Vec::new();
            let read = flate2::read::MultiGzDecoder::new(bytes).take(self.unpack_left + 1).read_to_end(&mut inside);
            self.inside(read.is_ok(), &inside, depth);
        } else if let Ok(text) = std::str::from_utf8(bytes) {
            self.text(text);
        } else {
            self.binary(bytes);
        }
    }

    fn inside(&mut self, is_read: bool, bytes: &[u8], depth: usize) {
        if !is_read || bytes.len() as u64 > self.unpack_left {
            self.unclear.push("a file inside it could not be unpacked");
            return;
        }
        self.unpack_left -= bytes.len() as u64;
        self.file(bytes, depth + 1);
    }

    fn text(&mut self, text: &str) {
        if text.contains('\0') {
            self.binary(text.as_bytes());
        }
        if text.contains('<') && text.contains('>') {
            // Words may be divided by signs of the mark-up, and letters written by their numbers.
            self.say("its text as a page", html_to_text(text));
            let bare: String =
                text.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, rest)| rest)).collect();
            self.say("its text without mark-up", bare);
        }
        if text.contains("=\n") || text.contains("=\r\n") || text.contains("base64") {
            self.message(text);
        }
        self.say("its text", text.to_owned());
    }

    /// A message with its parts as they read.
    fn message(&mut self, text: &str) {
        let extracted = mail::text_of_bytes(text.as_bytes(), &mut Budget::new());
        self.say("a part of the message", extracted.text);
    }

    fn binary(&mut self, bytes: &[u8]) {
        let bytes = &bytes[..bytes.len().min(BINARY)];
        let mut say = |text: String| self.said.push(Said { channel: "its bytes", text, by_chance: true });
        say(String::from_utf8_lossy(bytes).into_owned());
        // Letters of two bytes: most of them are a letter and a zero, whichever comes first.
        let zeros = bytes.windows(8).any(|eight| {
            let zero = |from: usize| eight.iter().skip(from).step_by(2).all(|byte| *byte == 0);
            let letter = |from: usize| eight.iter().skip(from).step_by(2).all(|byte| byte.is_ascii_graphic());
            (zero(0) && letter(1)) || (zero(1) && letter(0))
        });
        if zeros {
            for odd in 0..2 {
                let pairs = bytes.get(odd..).unwrap_or_default().chunks_exact(2);
                let units: Vec<u16> = pairs.map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
                say(String::from_utf16_lossy(&units));
            }
        }
    }

    fn archive(&mut self, bytes: &[u8], depth: usize) {
        let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
            self.unclear.push("an archive could not be opened");
            return self.binary(bytes);
        };
        for at in 0..archive.len() {
            let Ok(member) = archive.by_index(at) else {
                self.unclear.push("a file in an archive could not be opened");
                continue;
            };
            let name = String::from_utf8_lossy(member.name_raw()).into_owned();
            self.said.push(Said { channel: "the name of a file inside", text: name, by_chance: false });
            let mut inside = Vec::new();
            let read = member.take(self.unpack_left + 1).read_to_end(&mut inside);
            self.inside(read.is_ok(), &inside, depth);
        }
    }

    fn pdf(&mut self, bytes: &[u8], depth: usize) {
        let Some(channels) = pdf::channels(bytes) else {
            self.unclear.push("the PDF file cannot be opened");
            return self.binary(bytes);
        };
        if !channels.is_whole {
            self.unclear.push("not all of the PDF file could be looked through");
        }
        self.unclear.extend(channels.marks);
        for (channel, text) in channels.texts {
            // Numbers of glyphs read as letters say something by chance; what they draw is told by the page.
            let by_chance = channel == pdf::STRINGS;
            self.said.push(Said { channel, text, by_chance });
        }
        for file in channels.files {
            self.inside(true, &file, depth);
        }
        // Letters between the objects of the file, behind its end, or in an object that another one took the place of.
        self.binary(bytes);
    }
}

#[cfg(test)]
mod tests;
