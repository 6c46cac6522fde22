//! Messages of Apple Mail whose attachments lie in files beside them, put together again.
//!
//! The original of such an item is a *bundle*: the message as it lies on the disk, and each file with its path. It is
//! lossless; the whole message is derived from it by putting each file back where its part was left empty.

use super::message;
use crate::base::base64;
use crate::base::digest::Sha256Digest;
use crate::extract;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedAttachment, ParsedItem, Searchable};
use crate::source::ReadOptions;
use crate::source::bundle::{FileBeside, unbundled};
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};
use std::collections::BTreeSet;

/// Parts from here on are files that belong to no part of the message, in the order of the bundle.
const BESIDE: u32 = 1_000_000;

/// The number of the part that a file belongs to, as its path tells.
fn part_of(file: &FileBeside) -> &str {
    file.path.split_once('/').map_or("", |(part, _)| part)
}

fn name_of(file: &FileBeside) -> &str {
    file.path.rsplit('/').next().unwrap_or(&file.path)
}

/// What a bundle says.
pub fn parse(original: &[u8], options: &ReadOptions) -> Option<ParsedItem> {
    let (message, files) = unbundled(original)?;
    let whole = Whole::of(&message, &files);
    let mut parsed = message::parse(&whole.bytes, options);
    for at in &whole.beside {
        add(&files[*at], *at, &mut parsed);
    }
    if whole.missing > 0 {
        let sentence =
            format!("{} attachments were left out of the message, and no file of theirs lies beside it", whole.missing);
        parsed.problems.push(Problem::new(ProblemCode::Missing, sentence));
        parsed.searchable = parsed.searchable.max(Searchable::Partly);
    }
    Some(parsed)
}

/// The decoded bytes of one attachment of a bundle.
pub fn part_bytes(original: &[u8], part: u32) -> Option<Vec<u8>> {
    let (message, mut files) = unbundled(original)?;
    if let Some(at) = part.checked_sub(BESIDE) {
        let at = at as usize;
        return (at < files.len()).then(|| files.swap_remove(at).bytes);
    }
    message::part_bytes(&Whole::of(&message, &files).bytes, part)
}

/// Adds a file that belongs to no part of the message.
fn add(file: &FileBeside, at: usize, parsed: &mut ParsedItem) {
    let name = name_of(file);
    let part = BESIDE + u32::try_from(at).unwrap_or(u32::MAX - BESIDE);
    let extracted = extract::text(&file.bytes, name, "");
    for problem in extracted.problems {
        parsed.problems.push(Problem::new(problem.code, format!("attachment {name}: {}", problem.message)));
    }
    extract::add_ways(Some(part), extracted.pieces, &mut parsed.ways);
    extract::add_facts(name, extracted.facts, &mut parsed.facts);
    parsed.attachments.push(ParsedAttachment {
        name: name.to_owned(),
        claimed_type: String::new(),
        found_type: extracted.found_type,
        bytes: file.bytes.len() as u64,
        sha256: Some(Sha256Digest::of(&file.bytes)),
        inline: false,
        text: extracted.text,
        searchable: extracted.searchable,
        part,
    });
}

/// The message of a bundle with its files in it, where every file belongs to a part of it.
pub fn whole(original: &[u8]) -> Option<Vec<u8>> {
    let (message, files) = unbundled(original)?;
    let whole = Whole::of(&message, &files);
    whole.beside.is_empty().then_some(whole.bytes)
}

/// A message with its files in it.
struct Whole {
    bytes: Vec<u8>,
    /// Files that belong to no part.
    beside: Vec<usize>,
    /// Parts that were left out and have no file.
    missing: usize,
}

impl Whole {
    fn of(message: &[u8], files: &[FileBeside]) -> Self {
        let nothing = Self { bytes: message.to_vec(), beside: (0..files.len()).collect(), missing: 0 };
        if extract::mail::is_nested_too_deeply(message) {
            return nothing;
        }
        let Some(parsed) = super::headers::parser().parse(message) else { return nothing };
        let mut places = Vec::new();
        let mut used = BTreeSet::new();
        let mut missing = 0;
        for (part, number) in numbered(&parsed) {
            if !is_left_out(&parsed, part) {
                continue;
            }
            let name = part.attachment_name().unwrap_or_default();
            let free = |at: &usize| !used.contains(at);
            let by = |fits: &dyn Fn(&FileBeside) -> bool| (0..files.len()).filter(free).find(|at| fits(&files[*at]));
            let found = by(&|file| part_of(file) == number && name_of(file) == name)
                .or_else(|| by(&|file| part_of(file) == number))
                .or_else(|| by(&|file| !name.is_empty() && name_of(file) == name));
            match found {
                Some(at) => {
                    used.insert(at);
                    places.push((part.offset_body as usize, part.encoding, at));
                }
                // Parts that tell their length are said to be missing where they are listed.
                None => missing += usize::from(!is_kept_elsewhere(&parsed, part)),
            }
        }
        places.sort_unstable_by_key(|(offset, ..)| *offset);
        let mut bytes = Vec::new();
        let mut from = 0;
        for (offset, encoding, at) in places {
            bytes.extend_from_slice(message.get(from..offset).unwrap_or_default());
            push_encoded(&files[at].bytes, encoding, &mut bytes);
            from = offset;
        }
        bytes.extend_from_slice(message.get(from..).unwrap_or_default());
        let beside = (0..files.len()).filter(|at| !used.contains(at)).collect();
        Self { bytes, beside, missing }
    }
}

/// Whether a message has parts that Apple Mail left out, whatever its file is called.
pub fn has_left_out(message: &[u8]) -> bool {
    const FIELD: &[u8] = b"x-apple-content-length";
    message.windows(FIELD.len()).any(|window| window.eq_ignore_ascii_case(FIELD))
}

/// Whether Apple Mail keeps the bytes of a part elsewhere: it tells their length, and nothing stands in it.
pub fn is_kept_elsewhere(message: &Message<'_>, part: &MessagePart<'_>) -> bool {
    let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
    raw.trim_ascii().is_empty() && tells_length(part)
}

fn tells_length(part: &MessagePart<'_>) -> bool {
    part.headers.iter().any(|header| header.name.as_str().eq_ignore_ascii_case("x-apple-content-length"))
}

/// Whether Apple Mail left a part out: it tells the length that its bytes have elsewhere, or nothing stands in it.
fn is_left_out(message: &Message<'_>, part: &MessagePart<'_>) -> bool {
    let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
    let tells = tells_length(part);
    let is_leaf = !matches!(part.body, PartType::Multipart(_) | PartType::Message(_));
    raw.trim_ascii().is_empty() && (tells || is_leaf && part.attachment_name().is_some())
}

/// The leaves of a message with their numbers (RFC 3501 section 6.4.5).
fn numbered<'m>(message: &'m Message<'_>) -> Vec<(&'m MessagePart<'m>, String)> {
    let mut found = Vec::new();
    let mut open = vec![(0_u32, String::new())];
    while let Some((id, number)) = open.pop() {
        let Some(part) = message.parts.get(id as usize) else { continue };
        match &part.body {
            PartType::Multipart(children) => {
                let prefix = if number.is_empty() { String::new() } else { format!("{number}.") };
                let below = children.iter().enumerate();
                // A part names later ones only, or a damaged message would go round and round.
                let below = below.filter(|(_, child)| **child > id);
                open.extend(below.map(|(at, child)| (*child, format!("{prefix}{}", at + 1))));
            }
            _ => found.push((part, if number.is_empty() { "1".to_owned() } else { number })),
        }
    }
    found.sort_by_key(|(part, _)| part.offset_body);
    found
}

fn push_encoded(bytes: &[u8], encoding: Encoding, out: &mut Vec<u8>) {
    const LINE: usize = 57;
    match encoding {
        Encoding::Base64 => {
            for line in bytes.chunks(LINE) {
                out.extend_from_slice(&base64::encode(line));
                out.extend_from_slice(b"\n");
            }
        }
        Encoding::QuotedPrintable => {
            for line in bytes.chunks(LINE / 3) {
                out.extend(line.iter().flat_map(|byte| format!("={byte:02X}").into_bytes()));
                out.extend_from_slice(b"=\n");
            }
            out.extend_from_slice(b"\n");
        }
        Encoding::None => {
            out.extend_from_slice(bytes);
            out.extend_from_slice(b"\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::bundle::bundle;

    const PARTIAL: &str = "From: a@cedarbend.example\nSubject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nbody\n--b\nContent-Type: application/octet-stream; name=one.bin\nContent-Transfer-Encoding: base64\nX-Apple-Content-Length: 9\n\n--b\nContent-Type: text/plain; name=two.txt\nContent-Transfer-Encoding: quoted-printable\nX-Apple-Content-Length: 9\n\n--b\nContent-Type: image/png; name=gone.png\nContent-Transfer-Encoding: base64\nX-Apple-Content-Length: 9\n\n--b--\n";

    fn options() -> ReadOptions {
        ReadOptions::of(chrono_tz::America::Chicago)
    }

    #[test]
    fn files_beside_go_back_where_they_were_left_out() {
        let file = |path: &str, bytes: &[u8]| FileBeside { path: path.to_owned(), bytes: bytes.to_vec() };
        let long: Vec<u8> = (0..=255).cycle().take(1001).collect();
        let files =
            [file("2/one.bin", &long), file("9/two.txt", b"caf\xc3\xa9 = two\n"), file("7/stray.txt", b"stray words")];
        let original = bundle(PARTIAL.as_bytes(), &files);
        assert_eq!(unbundled(&original), Some((PARTIAL.as_bytes().to_vec(), files.to_vec())));
        let parsed = parse(&original, &options()).expect("a bundle");
        let names: Vec<_> = parsed.attachments.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["one.bin", "two.txt", "gone.png", "stray.txt"]);
        for (at, expected) in [(0, &long[..]), (1, "caf\u{e9} = two\n".as_bytes()), (2, b""), (3, b"stray words")] {
            let found = part_bytes(&original, parsed.attachments[at].part).expect("a part");
            assert_eq!(
                found.strip_suffix(b"\n").unwrap_or(&found),
                expected.strip_suffix(b"\n").unwrap_or(expected),
                "{at}"
            );
        }
        assert!(parsed.attachments[1].text.contains("two") && parsed.attachments[3].text.contains("stray"));
        assert_eq!(parsed.problems.iter().filter(|one| one.code == ProblemCode::Missing).count(), 1);
        assert_eq!(parsed.family_searchable(), Searchable::Partly);
    }

    #[test]
    fn damaged_bundles_give_nothing_and_never_panic() {
        let whole = bundle(PARTIAL.as_bytes(), &[FileBeside { path: "2/x".into(), bytes: vec![1; 99] }]);
        for end in 0..whole.len() {
            let _ = parse(&whole[..end], &options());
            let _ = part_bytes(&whole[..end], BESIDE);
        }
        assert_eq!(part_bytes(&whole, BESIDE + 1), None);
        assert_eq!(part_bytes(&whole, u32::MAX), None);
    }
}
