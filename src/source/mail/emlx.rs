//! One message of Apple Mail: its length on the first line, the message, a property list with its flags.
//!
//! The item is the message, byte for byte, so that it is the same item as from any other mail store; the line before
//! it and the list behind it are wrapping of this copy.

use crate::extract::header_block;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::provenance::CopyFacts;

/// Bytes of the first line at most.
const LENGTH_LINE: usize = 32;

/// A file of one message taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emlx<'a> {
    /// The message.
    pub message: &'a [u8],
    /// What its wrapping says.
    pub copy: CopyFacts,
    /// What is wrong with the wrapping.
    pub doubt: Option<Problem>,
}

/// Whether a head begins such a file: a line with a number, then a message; where the first line is lost, the name.
pub fn sniff(head: &[u8], name: &str) -> bool {
    match length_line(head) {
        Some((_, start)) => header_block::is_message(&head[start..], "message.eml"),
        None => is_named(name) && header_block::is_message(head, name),
    }
}

/// Whether a name is that of a message of Apple Mail.
pub fn is_named(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("emlx"))
}

/// Takes a file apart; a wrong length costs nothing but a remark.
pub fn read(bytes: &[u8]) -> Emlx<'_> {
    let (length, start) = length_line(bytes).unwrap_or((usize::MAX, 0));
    let told = start.checked_add(length).filter(|end| *end <= bytes.len());
    let is_list =
        |end: &usize| bytes[*end..].trim_ascii_start().starts_with(b"<?xml") || bytes[*end..].trim_ascii().is_empty();
    let (end, doubt) = match told.filter(is_list) {
        Some(end) => (end, None),
        None => {
            let (end, sentence) = match list_start(&bytes[start..]) {
                Some(at) => (
                    start + at,
                    "the length at its beginning is not that of the message; it was taken up to the list of its flags",
                ),
                None => (
                    bytes.len(),
                    "the length at its beginning is not that of the message, and the list of its flags is missing; all of it was taken",
                ),
            };
            (end, Some(Problem::new(ProblemCode::Malformed, sentence)))
        }
    };
    let mut copy = CopyFacts::default();
    for piece in [&bytes[..start], &bytes[end..]] {
        copy.envelope.push_str(&String::from_utf8_lossy(piece));
    }
    let flags = plist::Value::from_reader_xml(bytes[end..].trim_ascii_start()).ok();
    let flags = flags.as_ref().and_then(plist::Value::as_dictionary).and_then(|list| list.get("flags"));
    if let Some(flags) = flags.and_then(plist::Value::as_signed_integer) {
        set_flags(flags, &mut copy);
    }
    Emlx { message: &bytes[start..end], copy, doubt }
}

/// The length on the first line, and where the message begins.
fn length_line(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = bytes.iter().take(LENGTH_LINE).position(|byte| *byte == b'\n')?;
    let digits = bytes[..end].trim_ascii();
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let number = std::str::from_utf8(digits).ok().filter(|_| is_number)?.parse().ok()?;
    Some((number, end + 1))
}

/// Where the property list at the end begins.
fn list_start(bytes: &[u8]) -> Option<usize> {
    const BEGINNING: &[u8] = b"<?xml";
    if !bytes.trim_ascii_end().ends_with(b"</plist>") {
        return None;
    }
    let at = bytes.windows(BEGINNING.len()).rposition(|window| window == BEGINNING)?;
    bytes[at..].windows(6).any(|window| window == b"<plist").then_some(at)
}

/// The lowest bits of `flags`, as Apple Mail writes them: read 0, deleted 1, answered 2, flagged 4, draft 6.
fn set_flags(flags: i64, copy: &mut CopyFacts) {
    let bit = |bit: u32| Some(flags >> bit & 1 == 1);
    copy.read = bit(0);
    copy.deleted = bit(1);
    copy.answered = bit(2);
    copy.flagged = bit(4);
    copy.draft = bit(6);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MESSAGE: &str = "From: a@cedarbend.example\nSubject: s\n\nbody\n";
    const LIST: &str = "<?xml version=\"1.0\"?>\n<plist version=\"1.0\"><dict><key>flags</key><integer>8623489105</integer></dict></plist>\n";

    #[test]
    fn the_message_is_what_the_length_says_or_what_comes_before_the_list() {
        let cases = [
            (format!("{}      \n{MESSAGE}{LIST}", MESSAGE.len()), MESSAGE, true, "as it should be"),
            (format!("{}\n{MESSAGE}", MESSAGE.len()), MESSAGE, true, "no list"),
            (format!("999\n{MESSAGE}{LIST}"), MESSAGE, false, "a length too large"),
            (format!("9\n{MESSAGE}{LIST}"), MESSAGE, false, "a length too small"),
            (format!("{MESSAGE}{LIST}"), MESSAGE, false, "no length"),
            (format!("999\n{MESSAGE}"), MESSAGE, false, "cut off"),
        ];
        for (text, message, is_sound, why) in cases {
            let found = read(text.as_bytes());
            assert_eq!(String::from_utf8_lossy(found.message), message, "{why}");
            assert_eq!(found.doubt.is_none(), is_sound, "{why}");
            assert!(sniff(text.as_bytes(), "1.emlx"), "{why}");
            let has_list = text.ends_with(LIST);
            let flags = has_list.then_some(true);
            assert_eq!((found.copy.read, found.copy.flagged), (flags, flags), "{why}");
            assert_eq!(found.copy.deleted, has_list.then_some(false), "{why}");
        }
        assert!(!sniff(b"12\nwords\n", "1.emlx") && !sniff(MESSAGE.as_bytes(), "1.eml"));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), length in 0_usize..300) {
            let file = [format!("{length}\n").as_bytes(), &bytes].concat();
            let found = read(&file);
            prop_assert!(found.message.len() <= file.len());
            let _ = read(&bytes);
            let _ = sniff(&bytes, "1.emlx");
        }
    }
}
