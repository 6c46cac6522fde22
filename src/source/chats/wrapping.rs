//! The original of a message that was cut out of a larger file: its exact bytes, with what it needs to be understood.
//!
//! One line of JSON, a line feed, the bytes of the message as they stood in the file, then the bytes of the files that
//! lay beside it, one after the other. The line tells the path of the file it stood in, the name of the list, the
//! members of the file around the list (conversation, participants), what was looked up for it (users, channel), and
//! the length of everything behind it, so that each byte can be had again. The line is canonical: names in the order
//! of their bytes, no white space.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The word that begins the line, with the version of the wrapping.
const WORD: &str = "chat-item/1";

/// A file that lay beside a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileBeside {
    /// Position among the attachments of the item.
    pub part: u32,
    /// Its path in the export.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    context: Map<String, Value>,
    file: String,
    files: Vec<LineFile>,
    list: String,
    message_bytes: u64,
    recordroom: String,
}

#[derive(Serialize, Deserialize)]
struct LineFile {
    bytes: u64,
    part: u32,
    path: String,
}

/// Where a message stood.
#[derive(Debug, Clone, PartialEq)]
pub struct Stood<'a> {
    /// Path of its file in the export.
    pub file: &'a str,
    /// Name of its list; empty at the root.
    pub list: &'a str,
    /// What was around it and what was looked up for it.
    pub context: Map<String, Value>,
}

/// The original of a message.
pub fn wrap(stood: Stood<'_>, message: &[u8], files: &[FileBeside]) -> Vec<u8> {
    let line = Line {
        context: stood.context,
        file: stood.file.to_owned(),
        files: files
            .iter()
            .map(|one| LineFile { bytes: one.bytes.len() as u64, part: one.part, path: one.path.clone() })
            .collect(),
        list: stood.list.to_owned(),
        message_bytes: message.len() as u64,
        recordroom: WORD.to_owned(),
    };
    let written = serde_json::to_vec(&line);
    assert!(written.is_ok(), "plain values with text keys always become JSON");
    let mut original = written.unwrap_or_default();
    original.push(b'\n');
    original.extend_from_slice(message);
    files.iter().for_each(|file| original.extend_from_slice(&file.bytes));
    original
}

/// The exact bytes of the message in an original.
pub fn message_of(original: &[u8]) -> Option<&[u8]> {
    let (line, rest) = opened(original)?;
    rest.get(..usize::try_from(line.message_bytes).ok()?)
}

/// The bytes of the file of one attachment.
pub fn part_bytes(original: &[u8], part: u32) -> Option<Vec<u8>> {
    let (line, rest) = opened(original)?;
    let mut at = usize::try_from(line.message_bytes).ok()?;
    for file in line.files {
        let end = at.checked_add(usize::try_from(file.bytes).ok()?)?;
        if file.part == part {
            return rest.get(at..end).map(<[u8]>::to_vec);
        }
        at = end;
    }
    None
}

fn opened(original: &[u8]) -> Option<(Line, &[u8])> {
    let end = original.iter().position(|byte| *byte == b'\n')?;
    let line: Line = serde_json::from_slice(&original[..end]).ok()?;
    (line.recordroom == WORD).then_some((line, &original[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_out_again() {
        let file = |part, text: &str| FileBeside { part, path: format!("{part}.txt"), bytes: text.as_bytes().to_vec() };
        let stood = Stood { file: "a.json", list: "messages", context: Map::new() };
        let message = b"{\n \"a\": 1.0 }";
        let original = wrap(stood, message, &[file(0, "one"), file(2, "\nthree")]);
        assert_eq!(message_of(&original), Some(&message[..]));
        assert_eq!(part_bytes(&original, 0).as_deref(), Some(&b"one"[..]));
        assert_eq!(part_bytes(&original, 1), None);
        assert_eq!(part_bytes(&original, 2).as_deref(), Some(&b"\nthree"[..]));
        assert_eq!(part_bytes(b"{}\n", 0), None);
        assert_eq!(part_bytes(b"", 0), None);
        let short = &original[..original.len() - 1];
        assert_eq!(part_bytes(short, 2), None, "what is cut off is not given in part");
    }
}
