//! Message files built here, read back, and damaged in every way.

use crate::extract;
use crate::extract::mapi::tnef;
use crate::model::exception::ProblemCode;
use crate::model::item::{Found, Original, ParsedItem, RawItem, Searchable, Stopped};
use crate::model::record::Role;
use crate::source::{self, ReadOptions, parse, part_bytes};
use cfb::CompoundFile;
use proptest::prelude::*;
use std::io::{Cursor, Write};
use std::path::Path;

type Builder = CompoundFile<Cursor<Vec<u8>>>;

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn put(file: &mut Builder, path: &str, bytes: &[u8]) {
    file.create_stream(path).expect("made").write_all(bytes).expect("written");
}

/// A stream of properties: a header, and entries of tag and value (MS-OXMSG 2.4).
fn properties(header: usize, entries: &[(u32, u64)]) -> Vec<u8> {
    let mut out = vec![0; header];
    for (tag, value) in entries {
        out.extend_from_slice(&tag.to_le_bytes());
        out.extend_from_slice(&6_u32.to_le_bytes());
        out.extend_from_slice(&value.to_le_bytes());
    }
    out
}

/// 2025-06-21 12:00:00 UTC in steps of 100 nanoseconds since 1601.
const NOON: u64 = 133_949_808_000_000_000;

fn texts(file: &mut Builder, at: &str, all: &[(u16, &str)]) {
    for (id, text) in all {
        put(file, &format!("{at}__substg1.0_{id:04X}001F"), &wide(text));
    }
}

/// The streams of one message below a place; `depth` messages lie inside it.
fn write_message(file: &mut Builder, at: &str, depth: usize) {
    let header = if at == "/" { 32 } else { 24 };
    put(file, &format!("{at}__properties_version1.0"), &properties(header, &[(0x0039_0040, NOON), (0x0E07_0003, 1)]));
    texts(
        file,
        at,
        &[
            (0x001A, "IPM.Note"),
            (0x0037, &format!("culvert {depth}")),
            (0x1000, &format!("words of depth{depth}")),
            (0x0C1A, "Ann Lind"),
            (0x0C1E, "SMTP"),
            (0x0C1F, "ann@cedarbend.example"),
            (0x1035, &format!("<{depth}@cedarbend.example>")),
        ],
    );
    let recipient = format!("{at}__recip_version1.0_#00000000/");
    file.create_storage(&recipient).expect("made");
    put(file, &format!("{recipient}__properties_version1.0"), &properties(8, &[(0x0C15_0003, 2)]));
    texts(file, &recipient, &[(0x3001, "Bo"), (0x3002, "SMTP"), (0x3003, "bo@cedarbend.example")]);
    let file_at = format!("{at}__attach_version1.0_#00000000/");
    file.create_storage(&file_at).expect("made");
    put(file, &format!("{file_at}__properties_version1.0"), &properties(8, &[(0x3705_0003, 1)]));
    texts(file, &file_at, &[(0x3707, "plan.txt"), (0x370E, "text/plain")]);
    put(file, &format!("{file_at}__substg1.0_37010102"), format!("plan of depth{depth}").as_bytes());
    if depth > 0 {
        let outer = format!("{at}__attach_version1.0_#00000001/");
        file.create_storage(&outer).expect("made");
        put(file, &format!("{outer}__properties_version1.0"), &properties(8, &[(0x3705_0003, 5)]));
        let inner = format!("{outer}__substg1.0_3701000D/");
        file.create_storage(&inner).expect("made");
        write_message(file, &inner, depth - 1);
    }
}

fn msg(depth: usize) -> Vec<u8> {
    let mut file = CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).expect("made");
    write_message(&mut file, "/", depth);
    file.create_storage("/__nameid_version1.0").expect("made");
    file.flush().expect("written");
    file.into_inner().into_inner()
}

/// A `.msg` with one property of a code page and one file.
fn narrow_msg(page: u64, subject: &[u8], file_type: &str, content: &[u8]) -> Vec<u8> {
    let mut file = CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).expect("made");
    put(&mut file, "/__properties_version1.0", &properties(32, &[(0x3FFD_0003, page), (0x0039_0040, NOON)]));
    put(&mut file, "/__substg1.0_0037001E", subject);
    put(&mut file, "/__substg1.0_001A001E", b"IPM.Note.SMIME.MultipartSigned");
    let at = "/__attach_version1.0_#00000000/";
    file.create_storage(at).expect("made");
    put(&mut file, &format!("{at}__properties_version1.0"), &properties(8, &[(0x3705_0003, 1)]));
    texts(&mut file, at, &[(0x3707, "smime.p7m"), (0x370E, file_type)]);
    put(&mut file, &format!("{at}__substg1.0_37010102"), content);
    file.flush().expect("written");
    file.into_inner().into_inner()
}

/// One attribute of a TNEF stream with its checksum.
fn attribute(level: u8, id: u32, data: &[u8]) -> Vec<u8> {
    let sum = data.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    [&[level][..], &id.to_le_bytes(), &(data.len() as u32).to_le_bytes(), data, &sum.to_le_bytes()].concat()
}

fn winmail(inner: Option<&[u8]>) -> Vec<u8> {
    let mut out = [tnef::MARK, &[1, 0]].concat();
    out.extend(attribute(1, 0x0006_9007, &1251_u64.to_le_bytes()));
    out.extend(attribute(1, 0x0001_8004, b"\xcf\xf0\0"));
    out.extend(attribute(1, 0x0002_800C, b"packed words\0"));
    out.extend(attribute(2, 0x0006_9002, &[0; 14]));
    out.extend(attribute(2, 0x0001_8010, b"PLAN~1.TXT\0"));
    out.extend(attribute(2, 0x0006_800F, b"plan of the culvert"));
    let name = wide("plan.txt");
    let long =
        [&1_u32.to_le_bytes()[..], &0x3707_001F_u32.to_le_bytes(), &1_u32.to_le_bytes(), &16_u32.to_le_bytes(), &name];
    out.extend(attribute(2, 0x0006_9005, &long.concat()));
    if let Some(inner) = inner {
        let interface = [7, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
        let length = (inner.len() as u32 + 16).to_le_bytes();
        let object = [
            &1_u32.to_le_bytes()[..],
            &0x3701_000D_u32.to_le_bytes(),
            &1_u32.to_le_bytes(),
            &length,
            &interface,
            inner,
        ];
        out.extend(attribute(2, 0x0006_9002, &[0; 14]));
        out.extend(attribute(2, 0x0006_9005, &object.concat()));
    }
    out
}

fn options() -> ReadOptions {
    ReadOptions::of(chrono_tz::America::Chicago)
}

/// Items, and how many exceptions there were.
fn read(name: &str, bytes: &[u8]) -> (Vec<(RawItem, ParsedItem)>, usize) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    let (mut items, mut exceptions) = (Vec::new(), 0);
    let mut sink = |found: Found| -> Result<(), Stopped> {
        match found {
            Found::Item(item) => {
                let parsed = parse(&item, &options());
                items.push((item, parsed));
            }
            Found::Exception(_) => exceptions += 1,
            _ => {}
        }
        Ok(())
    };
    source::read(Path::new(&path), &options(), &mut sink).expect("readable");
    (items, exceptions)
}

fn one(name: &str, bytes: &[u8]) -> ParsedItem {
    let (mut items, exceptions) = read(name, bytes);
    assert_eq!((items.len(), exceptions), (1, 0), "{name}");
    let (raw, parsed) = items.remove(0);
    assert_eq!(raw.original, Original::Bytes(bytes.to_vec()), "the original is the file");
    parsed
}

#[test]
fn a_message_in_messages_is_told_and_given_as_a_file_that_is_one() {
    let bytes = msg(3);
    let parsed = one("a.msg", &bytes);
    assert_eq!((parsed.subject.as_str(), parsed.message_id.as_str()), ("culvert 3", "3@cedarbend.example"));
    assert_eq!(parsed.body.trim(), "words of depth3");
    assert_eq!(parsed.sent_at.as_ref().map(|time| time.at.to_rfc3339()), Some("2025-06-21T12:00:00+00:00".into()));
    let parties: Vec<_> = parsed.parties.iter().map(|one| (one.role, one.address.as_str())).collect();
    assert_eq!(parties, [(Role::From, "ann@cedarbend.example"), (Role::Cc, "bo@cedarbend.example")]);
    assert_eq!((parsed.problems.as_slice(), parsed.searchable), (&[][..], Searchable::Fully));
    let names: Vec<_> = parsed.attachments.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["plan.txt", "culvert 2.msg"]);
    assert_eq!(part_bytes(&bytes, "msg", 0).as_deref(), Some(&b"plan of depth3"[..]));
    let inner = part_bytes(&bytes, "msg", 1).expect("the message inside");
    assert_eq!(part_bytes(&bytes, "msg", 1), Some(inner.clone()), "always the same bytes");
    assert_eq!(inner.len() as u64, parsed.attachments[1].bytes);
    assert_eq!(part_bytes(&bytes, "msg", 2), None);
    // What was inside is a message by itself, and says the same as when it lay inside.
    let again = one("b.msg", &inner);
    assert_eq!((again.subject.as_str(), again.attachments.len()), ("culvert 2", 2));
    // A word in a file three messages deep is found, in a message and in a file that is attached to anything.
    let words = extract::text(&bytes, "a.msg", "");
    assert_eq!((words.found_type.as_str(), words.searchable), ("application/vnd.ms-outlook", Searchable::Fully));
    for word in ["depth0", "plan of depth0", "Bo", "culvert 1"] {
        assert!(words.text.contains(word), "{word}: {}", words.text);
    }
    assert!(parsed.attachments[1].text.contains("plan of depth0"), "{}", parsed.attachments[1].text);
}

#[test]
fn a_code_page_settles_strings_and_a_signed_message_is_unwrapped() {
    let signed = b"Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/plain\r\n\r\nsigned words\r\n--m\r\nContent-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\ninner file\r\n--m--\r\n--s\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx\r\n--s--\r\n";
    let bytes = narrow_msg(1251, b"\xcf\xf0\xe8", "multipart/signed", signed);
    let parsed = one("a.msg", &bytes);
    assert_eq!((parsed.subject.as_str(), parsed.body.trim()), ("\u{41f}\u{440}\u{438}", "signed words"));
    let inner = parsed.attachments.iter().find(|one| one.name == "a.txt").expect("the file inside");
    assert_eq!(part_bytes(&bytes, "msg", inner.part).as_deref(), Some(&b"inner file"[..]));
    assert_eq!(part_bytes(&bytes, "msg", 0).as_deref(), Some(&signed[..]), "the signature is kept with what it signs");
    let encrypted = [0x30, 0x80, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x03, 0xA0, 0x80];
    let parsed = one("b.msg", &narrow_msg(1252, b"secret", "application/pkcs7-mime", &encrypted));
    assert_eq!(parsed.searchable, Searchable::Not);
    assert!(parsed.problems.iter().any(|one| one.code == ProblemCode::Encrypted), "{:?}", parsed.problems);
}

#[test]
fn winmail_is_read_as_a_file_and_inside_a_message() {
    let inner = winmail(None);
    let bytes = winmail(Some(&inner));
    let parsed = one("winmail.dat", &bytes);
    assert_eq!((parsed.subject.as_str(), parsed.body.trim()), ("\u{41f}\u{440}", "packed words"));
    let names: Vec<_> = parsed.attachments.iter().map(|one| (one.name.as_str(), one.bytes)).collect();
    assert_eq!(names, [("plan.txt", 19), ("", inner.len() as u64)]);
    assert_eq!(part_bytes(&bytes, "tnef", 0).as_deref(), Some(&b"plan of the culvert"[..]));
    assert_eq!(part_bytes(&bytes, "tnef", 1), Some(inner));
    let mut mail = b"From: a@cedarbend.example\r\nDate: Sat, 21 Jun 2025 12:00:00 -0500\r\nSubject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nseen words\r\n--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: binary\r\n\r\n".to_vec();
    mail.extend_from_slice(&bytes);
    mail.extend_from_slice(b"\r\n--b--\r\n");
    let parsed = one("a.eml", &mail);
    assert!(parsed.body.contains("seen words") && parsed.body.contains("packed words"), "{}", parsed.body);
    let plan = parsed.attachments.iter().find(|one| one.name == "plan.txt").expect("the file inside");
    assert_eq!((plan.text.as_str(), plan.searchable), ("plan of the culvert", Searchable::Fully));
    assert_eq!(part_bytes(&mail, "message", plan.part).as_deref(), Some(&b"plan of the culvert"[..]));
}

#[test]
fn what_is_cut_off_or_changed_is_one_item_still() {
    for (name, bytes) in [("a.msg", msg(2)), ("b.dat", winmail(Some(&winmail(None))))] {
        for end in (0..bytes.len()).step_by(bytes.len() / 97 + 1) {
            let (items, exceptions) = read(name, &bytes[..end]);
            assert_eq!(items.len() + exceptions, 1, "{name} cut at {end}");
        }
    }
    // Of a message whose file was cut off, what is there is told, and that it is not all.
    let bytes = msg(0);
    let parsed = one("a.msg", &bytes[..bytes.len() - 600]);
    assert!(!parsed.problems.is_empty(), "{parsed:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_never_panic(places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), packed in any::<bool>()) {
        let mut bytes = if packed { winmail(Some(&winmail(None))) } else { msg(1) };
        for (place, value) in places {
            let at = place.index(bytes.len());
            bytes[at] = value;
        }
        let _ = extract::text(&bytes, "a", "");
        for word in ["msg", "tnef"] {
            for part in [0, 1, 1 << 31, u32::MAX] {
                let _ = part_bytes(&bytes, word, part);
            }
        }
        if let Some(object) = super::convert::object_in(&bytes) {
            let _ = super::item::said(&object, &options());
        }
    }
}
