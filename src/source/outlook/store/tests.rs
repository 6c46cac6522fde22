//! Stores that the tests write themselves, read back; and the same stores cut off and damaged.

use super::cipher::Cipher;
use super::layout::Variant;
use crate::model::item::{Found, Original, ParsedItem, RawItem, Shape};
use crate::source::outlook::{Content, canonical, part_of};
use crate::source::{ReadOptions, read};
use pst::{Attached, Writer, binary, number, text, text8, time};
use std::io::Write as _;

#[path = "../../../../tests/writers/pst.rs"]
mod pst;

/// 16 April 2019, 17:00:40 UTC.
const SENT: u64 = (1_555_434_040 + 11_644_473_600) * 10_000_000;

/// A mailbox: a message with a file and an item inside, a contact, and a note that no folder lists.
fn mailbox(variant: Variant, cipher: Cipher, packed: bool) -> Vec<u8> {
    let mut writer = Writer::new(variant, cipher, packed, Cipher::encode);
    let wide = variant != Variant::Ansi;
    let put = |tag: u16, words: &str| if wide { text(tag, words) } else { text8(tag, words) };
    writer.folder(0x122, 0x122, "", &[0x8022], &[]);
    writer.folder(0x8022, 0x122, "Inbox", &[], &[0x20_0024, 0x20_0044, 0x20_0064]);
    let inner = writer.message(&[put(0x1A, "IPM.Note"), put(0x37, "inner"), put(0x1000, "The minutes")], &[], &[]);
    let large: Vec<u8> = (0..40_000_u32).flat_map(u32::to_le_bytes).collect();
    let attachments = [
        Attached {
            properties: vec![number(0x3705, 1), put(0x3707, "figures.bin"), binary(0x3701, &large)],
            item: None,
        },
        Attached { properties: vec![number(0x3705, 5), put(0x3001, "inner")], item: Some(inner) },
        Attached { properties: vec![number(0x3705, 4), put(0x370D, r"\\server\plan.doc")], item: None },
    ];
    let recipients = [
        vec![number(0x0C15, 1), put(0x3001, "Ann Lind"), put(0x39FE, "ann@cedarbend.example"), put(0x3003, "/o=CITY")],
        vec![number(0x0C15, 2), put(0x3001, "Bo Berg"), put(0x3003, "/o=CITY/cn=BO"), put(0x3002, "EX")],
    ];
    let message = writer.message(
        &[
            put(0x1A, "IPM.Note"),
            put(0x37, "\u{1}\u{4}RE: Water main"),
            put(0x42, "Clerk"),
            put(0x65, "clerk@cedarbend.example"),
            put(0x1000, "It broke."),
            put(0x1035, "<1@cedarbend.example>"),
            time(0x39, SENT),
            number(0x0E07, 1),
        ],
        &recipients,
        &attachments,
    );
    writer.node(0x20_0024, message, 0x8022);
    let contact =
        writer.message(&[put(0x1A, "IPM.Contact"), put(0x3001, "Di Dahl"), put(0x3A1C, "612-555-0142")], &[], &[]);
    writer.node(0x20_0044, contact, 0x8022);
    let orphan =
        writer.message(&[put(0x1A, "IPM.StickyNote"), put(0x37, "call back"), put(0x1000, "call back")], &[], &[]);
    writer.node(0x20_0084, orphan, 0x8022);
    writer.finish()
}

#[derive(Default)]
struct Holding {
    items: Vec<RawItem>,
    exceptions: Vec<String>,
    declared: Option<u64>,
    remarks: Vec<String>,
}

fn hold(bytes: &[u8]) -> Holding {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mail.pst");
    let mut file = std::fs::File::options().write(true).create_new(true).open(&path).expect("a file");
    file.write_all(bytes).expect("written");
    let options = ReadOptions::of(chrono_tz::America::Chicago);
    let mut holding = Holding::default();
    let mut depth = 0;
    let mut sink = |found: Found| {
        match found {
            Found::Open { .. } => depth += 1,
            Found::Close => depth -= 1,
            Found::Declared(count) => holding.declared = Some(count),
            Found::Item(item) => holding.items.push(item),
            Found::Exception(one) => holding.exceptions.push(one.problem.message),
            Found::Remark(problem) => holding.remarks.push(problem.message),
        }
        Ok(())
    };
    read(&path, &options, &mut sink).expect("whatever it holds");
    assert_eq!(depth, 0, "every container is closed");
    holding
}

fn parsed(item: &RawItem) -> &ParsedItem {
    let Shape::Parsed(parsed) = &item.shape else { panic!("it is read when it is found") };
    parsed
}

#[test]
fn a_store_of_every_layout_and_cipher_gives_all_it_holds() {
    let variants = [(Variant::Ansi, false), (Variant::Unicode, false), (Variant::Large, false), (Variant::Large, true)];
    for (variant, packed) in variants {
        for cipher in [Cipher::None, Cipher::Permute, Cipher::Cyclic] {
            let about = format!("{variant:?} {cipher:?} packed {packed}");
            let holding = hold(&mailbox(variant, cipher, packed));
            assert_eq!(holding.declared, Some(3), "{about}");
            assert_eq!(
                holding.exceptions,
                ["the folder lists the item and it is not in the store any more"],
                "{about}"
            );
            assert_eq!(holding.items.len(), 3, "{about}: two that are listed, one that is not");
            let remarks: Vec<&str> = holding.remarks.iter().map(String::as_str).collect();
            assert_eq!(
                remarks,
                ["1 items are in the store and no folder lists them; they were taken in too"],
                "{about}"
            );
            let message = parsed(&holding.items[0]);
            assert_eq!(message.subject, "RE: Water main", "{about}");
            assert_eq!((message.body.as_str(), message.message_id.as_str()), ("It broke.", "1@cedarbend.example"));
            assert_eq!(message.sent_at.as_ref().map(|time| time.at.timestamp()), Some(1_555_434_040));
            let people: Vec<(&str, Option<&str>)> =
                message.parties.iter().map(|one| (one.address.as_str(), one.normal.as_deref())).collect();
            let expected = [
                ("clerk@cedarbend.example", Some("clerk@cedarbend.example")),
                ("ann@cedarbend.example", Some("ann@cedarbend.example")),
                ("/o=CITY/cn=BO", None),
            ];
            assert_eq!(people, expected, "{about}");
            assert_eq!(holding.items[0].copy.folder, "Inbox");
            assert_eq!(holding.items[0].copy.read, Some(true));
            assert_eq!(holding.items[2].copy.envelope, "no folder lists this item");
            let Original::Bytes(original) = &holding.items[0].original else { panic!("it is in memory") };
            let read_back = canonical::read(original).expect("an item");
            assert_eq!(message.attachments.len(), 3, "{about}");
            let figures = part_of(&read_back, 0).expect("the file");
            assert_eq!((figures.len(), message.attachments[0].bytes), (160_000, 160_000), "{about}");
            assert_eq!(canonical::part(original, 0), Some(figures));
            assert!(matches!(&read_back.attachments[1].content, Content::Item(_)), "{about}");
            assert!(message.attachments[1].text.contains("The minutes"), "{about}: its words are found");
            let told: Vec<&str> = message.problems.iter().map(|one| one.message.as_str()).collect();
            assert_eq!(told, [r"attachment part 2: the file is not in the item, it lies at \\server\plan.doc"]);
        }
    }
}

#[test]
fn an_item_is_the_same_in_every_layout() {
    let identities: Vec<Vec<Option<Vec<u8>>>> = [Variant::Ansi, Variant::Unicode, Variant::Large]
        .into_iter()
        .map(|variant| {
            hold(&mailbox(variant, Cipher::Permute, false)).items.into_iter().map(|one| one.identity).collect()
        })
        .collect();
    assert_eq!(identities[0], identities[1], "text in a code page and in UTF-16");
    assert_eq!(identities[1], identities[2]);
    assert_ne!(identities[0][0], identities[0][1]);
}

#[test]
fn a_store_that_is_cut_off_or_damaged_gives_what_is_left_and_never_fails() {
    for (variant, packed) in [(Variant::Ansi, false), (Variant::Unicode, false), (Variant::Large, true)] {
        let whole = mailbox(variant, Cipher::Permute, packed);
        for step in 0..30 {
            hold(&whole[..whole.len() * step / 30]);
        }
        // A small generator with a fixed seed: the same damage in every run.
        let mut seed = 0x2545_F491_4F6C_DD1D_u64;
        let mut next = |most: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed % most as u64).expect("small")
        };
        for _ in 0..100 {
            let mut bytes = whole.clone();
            for _ in 0..1 + next(40) {
                let at = next(bytes.len());
                bytes[at] = u8::try_from(next(256)).expect("a byte");
            }
            let holding = hold(&bytes);
            assert!(holding.items.len() + holding.exceptions.len() <= 16, "nothing is told twice");
        }
    }
}

#[test]
fn damage_to_one_block_costs_what_it_holds_and_is_said() {
    let mut bytes = mailbox(Variant::Unicode, Cipher::None, false);
    let words: Vec<u8> = "It broke.".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let at = bytes.windows(words.len()).position(|window| window == words).expect("it is not hidden");
    bytes[at] = b'X';
    let holding = hold(&bytes);
    assert_eq!(parsed(&holding.items[0]).body, "Xt broke.");
    assert!(
        holding.remarks.iter().any(|one| one.starts_with("1 pages or blocks do not match")),
        "{:?}",
        holding.remarks
    );
}

#[test]
fn a_store_of_an_unknown_version_is_kept_whole() {
    let mut bytes = mailbox(Variant::Unicode, Cipher::None, false);
    bytes[10] = 99;
    let holding = hold(&bytes);
    assert_eq!(holding.items.len(), 1);
    assert_eq!(holding.items[0].original.length(), bytes.len() as u64);
    assert_eq!(
        holding.remarks,
        ["the mailbox file cannot be read and is kept whole: version 99 of the store is not known"]
    );
}
