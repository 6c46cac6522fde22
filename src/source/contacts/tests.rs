//! Contact cards: every trap of the format, each with the reason beside it.

use super::vcard::{part_bytes, read, sniff};
use crate::model::exception::ProblemCode;
use crate::model::item::{Found, Original, ParsedItem, RawItem, Shape};
use crate::source::ReadOptions;
use proptest::prelude::*;
use std::io::BufReader;

fn finds_in(bytes: &[u8], chunk: usize) -> Vec<Found> {
    let options = ReadOptions::of(chrono_tz::America::Chicago);
    let mut all = Vec::new();
    let mut sink = |found: Found| {
        all.push(found);
        Ok(())
    };
    read(&mut BufReader::with_capacity(chunk, bytes), &options, &mut sink).expect("memory can be read");
    all
}

fn items(text: &str) -> Vec<RawItem> {
    let item = |found| if let Found::Item(item) = found { Some(item) } else { None };
    finds_in(text.as_bytes(), 8192).into_iter().filter_map(item).collect()
}

fn parsed(item: &RawItem) -> &ParsedItem {
    let Shape::Parsed(parsed) = &item.shape else { panic!("cards are parsed by their reader") };
    parsed
}

fn one(lines: &str) -> ParsedItem {
    let all = items(&format!("BEGIN:VCARD\r\n{lines}\r\nEND:VCARD\r\n"));
    assert_eq!(all.len(), 1, "{lines}");
    parsed(&all[0]).clone()
}

/// The finds as short lines.
fn told(text: &str) -> Vec<String> {
    let line = |found: Found| match found {
        Found::Item(item) => format!("{} {}", item.ordinal, parsed(&item).subject),
        Found::Exception(one) => format!("{} !{}", one.ordinal, one.problem.code.word()),
        other => format!("{other:?}"),
    };
    finds_in(text.as_bytes(), 8192).into_iter().map(line).collect()
}

#[test]
fn names_and_numbers_are_read_in_every_version() {
    type Address = (&'static str, Option<&'static str>);
    let cases: [(&str, &str, &[Address], &str); 13] = [
        (
            "VERSION:3.0\nFN:Ann Lind\nTEL;TYPE=CELL:612-555-0142",
            "Ann Lind",
            &[("612-555-0142", Some("+16125550142"))],
            "3.0",
        ),
        (
            "VERSION:2.1\nFN:Ann\nTEL;CELL;PREF:6125550142",
            "Ann",
            &[("6125550142", Some("+16125550142"))],
            "2.1: bare words",
        ),
        (
            "VERSION:4.0\nFN:Ann\nTEL;VALUE=uri;TYPE=\"work,voice\":tel:+1-612-555-0142;ext=102",
            "Ann",
            &[("tel:+1-612-555-0142;ext=102", Some("+16125550142"))],
            "4.0: an address of its own kind, kept as written",
        ),
        (
            "VERSION:2.1\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=91and=C3=\n=BA",
            "\u{d1}and\u{fa}",
            &[("", None)],
            "quoted-printable over two lines",
        ),
        ("VERSION:2.1\nFN;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Jos=E9", "Jos\u{e9}", &[("", None)], "another charset"),
        (
            "VERSION:2.1\nFN;ENCODING=QUOTED-PRINTABLE:a=\n\nTEL:911",
            "a",
            &[("911", None)],
            "a soft break before an empty line",
        ),
        ("VERSION:3.0\nFN:Ann\n  Lin\n d\nTEL:555-0142", "Ann Lind", &[("555-0142", None)], "folded: one blank goes"),
        (
            "VERSION:3.0\nFN:Lind\\, Ann\\; Dr.\\\\\nEMAIL:Ann@CedarBend.example",
            "Lind, Ann; Dr.\\",
            &[("Ann@CedarBend.example", Some("ann@cedarbend.example"))],
            "escapes",
        ),
        ("VERSION:3.0\nFN:\nN:Lind;Ann;B.;Dr.;Jr.", "Dr. Ann B. Lind Jr.", &[("", None)], "no display name"),
        (
            "VERSION:3.0\nFN:\nORG:Public Works;Streets\nitem1.TEL:651-555-0143",
            "Public Works",
            &[("651-555-0143", Some("+16515550143"))],
            "a group before the name",
        ),
        ("VERSION:3.0\nTEL:6515550143", "6515550143", &[("6515550143", Some("+16515550143"))], "no name at all"),
        ("version:3.0\nfn:Ann\ntel:6515550143", "Ann", &[("6515550143", Some("+16515550143"))], "names have no case"),
        (
            "VERSION:3.0\nFN:Ann\nTEL;X-ID=\"a:b;c\":6515550143",
            "Ann",
            &[("6515550143", Some("+16515550143"))],
            "colons in quotes",
        ),
    ];
    for (lines, name, parties, why) in cases {
        let card = one(lines);
        let found: Vec<_> = card.parties.iter().map(|one| (one.address.as_str(), one.normal.as_deref())).collect();
        assert_eq!((card.subject.as_str(), found.as_slice()), (name, parties), "{why}");
        assert_eq!(card.problems, [], "{why}");
    }
}

#[test]
fn cards_end_where_they_end_and_a_broken_one_costs_itself() {
    let ann = "BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEND:VCARD\n";
    let bo = "begin:vcard\r\nversion:2.1\r\nfn:Bo\r\nend:vcard\r\n";
    let cases: [(String, &[&str], &str); 10] = [
        (format!("{ann}\n\n{bo}"), &["0 Ann", "1 Bo"], "two versions in one file"),
        (format!("\u{feff}{ann}"), &["0 Ann"], "a mark at the head"),
        (format!("{ann}BEGIN:VCARD\nFN:Cy\n{bo}"), &["0 Ann", "1 !malformed", "2 Bo"], "no end"),
        (format!("{ann}BEGIN:VCARD\nFN:Cy\n"), &["0 Ann", "1 !truncated"], "the file ends"),
        (format!("BEGIN:VCARD\n{ann}"), &["0 Ann"], "a beginning doubled, as Lotus Notes writes it"),
        (
            format!("{ann}words\nmore words\n{bo}"),
            &["0 Ann", "1 !malformed", "2 Bo"],
            "bytes between cards are one exception",
        ),
        (format!("BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n{bo}"), &["0 !malformed", "1 Bo"], "a card that says nothing"),
        (
            format!("BEGIN:VCARD\nFN:Boss\nAGENT:\nBEGIN:VCARD\nFN:Agent\nTEL:911\nEND:VCARD\nEND:VCARD\n{bo}"),
            &["0 Boss", "1 Bo"],
            "a card inside a card",
        ),
        (String::new(), &[], "nothing"),
        ("END:VCARD\n".to_owned(), &["0 !malformed"], "an end alone"),
    ];
    for (text, expected, why) in cases {
        assert_eq!(told(&text), expected, "{why}");
    }
    let all = items(&format!("{ann}{bo}"));
    assert_eq!(all[1].original, Original::Bytes(bo.as_bytes().to_vec()), "the original is the card, byte for byte");
}

#[test]
fn an_agent_is_text_of_the_card_and_no_party_of_it() {
    let card = one("VERSION:2.1\nFN:Boss\nAGENT:\nBEGIN:VCARD\nFN:Agent\nTEL:6125550142\nEND:VCARD");
    assert_eq!(card.parties.len(), 1);
    assert!(card.body.contains("AGENT TEL: 6125550142"), "{}", card.body);
}

#[test]
fn a_photo_is_an_attachment() {
    let photos = [
        "PHOTO;ENCODING=b;TYPE=JPEG:Zm9v\n YmFy",
        "PHOTO;ENCODING=BASE64;JPEG:Zm9v\n YmFy\n",
        "PHOTO;BASE64;JPEG:Zm9v\nYmFy",
        "PHOTO:data:image/jpeg;base64,Zm9vYmFy",
    ];
    for photo in photos {
        let text = format!("BEGIN:VCARD\nFN:Ann\n{photo}\nTEL:911\nEND:VCARD\n");
        let all = items(&text);
        let card = parsed(&all[0]);
        let file = &card.attachments[0];
        assert_eq!((file.claimed_type.as_str(), file.bytes, file.part), ("image/jpeg", 6, 1), "{photo}");
        assert_eq!(part_bytes(text.as_bytes(), file.part).as_deref(), Some(&b"foobar"[..]), "{photo}");
        assert!(!card.body.contains("Zm9v"), "no base64 among the words");
        assert_eq!(card.parties.len(), 1, "what follows the photo is read");
    }
    let damaged = one("FN:Ann\nPHOTO;ENCODING=b:not base64!");
    assert_eq!((damaged.attachments[0].sha256, damaged.problems[0].code), (None, ProblemCode::Undecodable));
    assert_eq!(one("FN:Ann\nPHOTO;JPEG:http://example.com/photo.jpg").attachments, [], "a link is no file");
}

#[test]
fn the_same_card_exported_twice_is_the_same_item() {
    let text = "BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nTEL;TYPE=CELL:6125550142\nREV:20250101T000000Z\nUID:1\nEND:VCARD\n";
    let first = items(text)[0].clone();
    let again = [
        text.replace("20250101", "20260101"),
        text.replace("UID:1", "UID:2"),
        text.replace('\n', "\r\n"),
        text.replace("VERSION:3.0", "VERSION:2.1").replace("TYPE=CELL", "CELL"),
        text.replace("FN:Ann", "FN;ENCODING=QUOTED-PRINTABLE:=41nn"),
    ];
    for other in again {
        assert_eq!(items(&other)[0].identity, first.identity, "{other}");
    }
    assert_ne!(items(&text.replace("0142", "0143"))[0].identity, first.identity);
    assert!(first.copy.envelope.contains("REV:20250101T000000Z"));
}

#[test]
fn the_beginning_tells() {
    for (head, expected) in [
        ("BEGIN:VCARD\r\n", true),
        ("\u{feff}\n begin : vcard\n", true),
        ("BEGIN:VCALENDAR\n", false),
        ("BEGIN:VCARDS\n", false),
        ("x\nBEGIN:VCARD", false),
        ("", false),
    ] {
        assert_eq!(sniff(head.as_bytes()), expected, "{head}");
    }
}

#[test]
fn what_may_hide_words_makes_a_card_searchable_in_part() {
    use crate::model::item::Searchable::{Fully, Partly};
    let cases: [(&[u8], _, &str); 6] = [
        (b"FN:Ren\xC3\xA9", Fully, "UTF-8"),
        (b"FN:Ren\xE9", Fully, "windows-1252, which old phones write"),
        (b"FN;CHARSET=SHIFT_JIS:\x93\xFA", Partly, "another charset, unencoded"),
        (b"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Ren=E9", Partly, "it says UTF-8 and is not"),
        (b"FN;CHARSET=X-NOBODY;ENCODING=QUOTED-PRINTABLE:Ren=E9", Partly, "a charset nobody knows"),
        (b"FN:Ann\nthis is no property", Partly, "a line that is no property"),
    ];
    for (line, searchable, why) in cases {
        let bytes = [b"BEGIN:VCARD\nVERSION:2.1\n", line, b"\nEND:VCARD\n"].concat();
        let found = finds_in(&bytes, 8192);
        let Some(Found::Item(item)) = found.first() else { panic!("{why}") };
        assert_eq!(parsed(item).searchable, searchable, "{why}: {:?}", parsed(item));
        assert_eq!(parsed(item).problems.is_empty(), searchable == Fully, "{why}");
    }
}

proptest! {
    #[test]
    fn cards_in_pieces_never_panic_and_are_accounted_for(
        pieces in proptest::collection::vec(
            prop::sample::select(vec![
                "BEGIN:VCARD\n", "END:VCARD\r\n", "FN:Ann\n", "TEL;CELL:612\n", "AGENT:\n", "PHOTO;ENCODING=b:Zm9v\n", " YmFy\n",
                "N;ENCODING=QUOTED-PRINTABLE:=C3=\n", "=\n", ";:\n", "\\", "\u{feff}", "\"", "\r", "\n", "x", "data:,\n", "é",
            ]),
            0..40,
        ),
        chunk in 1_usize..9,
    ) {
        let text = pieces.concat();
        let found = finds_in(text.as_bytes(), chunk);
        prop_assert_eq!(format!("{found:?}"), format!("{:?}", finds_in(text.as_bytes(), 8192)));
        for (at, one) in found.iter().enumerate() {
            match one {
                Found::Item(item) => prop_assert_eq!(item.ordinal, at as u64),
                Found::Exception(one) => prop_assert_eq!(one.ordinal, at as u64),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = finds_in(&[b"BEGIN:VCARD\n", bytes.as_slice(), b"\nEND:VCARD"].concat(), 7);
        let _ = part_bytes(&bytes, 0);
        let _ = sniff(&bytes);
    }
}
