//! Photos made here byte by byte; those of real cameras are in the test over the corpora.

use super::*;
use proptest::prelude::*;

/// One entry of a table of facts: tag, type, and the value's bytes.
type Entry = (u16, u16, Vec<u8>);

fn ascii_entry(tag: u16, text: &str) -> Entry {
    (tag, 2, [text.as_bytes(), &[0]].concat())
}

fn rational_entry(tag: u16, parts: &[(u32, u32)]) -> Entry {
    let bytes = parts.iter().flat_map(|(over, under)| [over.to_be_bytes(), under.to_be_bytes()].concat()).collect();
    (tag, 5, bytes)
}

/// A table at an offset (TIFF 6.0 section 2, big end first).
fn table(entries: &[Entry], offset: u32) -> Vec<u8> {
    let mut head = (entries.len() as u16).to_be_bytes().to_vec();
    let mut data = Vec::new();
    let after = offset + 2 + 12 * entries.len() as u32 + 4;
    for (tag, kind, value) in entries {
        let size = match kind {
            2 => 1,
            3 => 2,
            4 => 4,
            _ => 8,
        };
        head.extend(tag.to_be_bytes());
        head.extend(kind.to_be_bytes());
        head.extend((value.len() as u32 / size).to_be_bytes());
        if value.len() <= 4 {
            let mut inside = value.clone();
            inside.resize(4, 0);
            head.extend(inside);
        } else {
            head.extend((after + data.len() as u32).to_be_bytes());
            data.extend(value);
            data.resize(data.len().next_multiple_of(2), 0);
        }
    }
    head.extend([0; 4]);
    [head, data].concat()
}

/// The facts of a camera: a main table, that of the exposure, and that of the place.
fn tiff(main: &[Entry], exposure: &[Entry], place: &[Entry]) -> Vec<u8> {
    let pointers = |one: u32, two: u32| {
        let mut entries = main.to_vec();
        entries.push((0x8769, 4, one.to_be_bytes().to_vec()));
        entries.push((0x8825, 4, two.to_be_bytes().to_vec()));
        entries
    };
    let first = table(&pointers(0, 0), 8).len() as u32 + 8;
    let second = table(exposure, first).len() as u32 + first;
    [&b"MM\0*\0\0\0\x08"[..], &table(&pointers(first, second), 8), &table(exposure, first), &table(place, second)]
        .concat()
}

fn jpeg(tiff: &[u8]) -> Vec<u8> {
    let length = (tiff.len() as u16 + 8).to_be_bytes();
    [&b"\xFF\xD8\xFF\xE1"[..], &length, b"Exif\0\0", tiff, b"\xFF\xD9"].concat()
}

fn png(tiff: &[u8]) -> Vec<u8> {
    let chunk = |kind: &[u8], body: &[u8]| [&(body.len() as u32).to_be_bytes()[..], kind, body, &[0; 4]].concat();
    let head = chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    [b"\x89PNG\r\n\x1a\n".to_vec(), head, chunk(b"eXIf", tiff), chunk(b"IEND", b"")].concat()
}

/// The facts as an item of a HEIF file (ISO/IEC 23008-12, annex A): the item's data lie in the box `idat`.
fn heic(tiff: &[u8]) -> Vec<u8> {
    let piece = |kind: &[u8], body: &[u8]| [&(body.len() as u32 + 8).to_be_bytes()[..], kind, body].concat();
    let item = [&[0; 4][..], tiff].concat();
    let entry = piece(b"infe", &[&[2, 0, 0, 0, 0, 1, 0, 0][..], b"Exif\0"].concat());
    let length = (item.len() as u32).to_be_bytes();
    let place = [&[1, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0][..], &length].concat();
    let inside = [
        vec![0; 4],
        piece(b"iinf", &[&[0, 0, 0, 0, 0, 1][..], &entry].concat()),
        piece(b"iloc", &place),
        piece(b"idat", &item),
    ];
    [piece(b"ftyp", b"heic\0\0\0\0mif1heic"), piece(b"meta", &inside.concat())].concat()
}

const TAKEN: u16 = 0x9003;
const OFFSET: u16 = 0x9011;

fn place() -> Vec<Entry> {
    vec![
        ascii_entry(1, "N"),
        rational_entry(2, &[(44, 1), (30, 1), (36, 10)]),
        ascii_entry(3, "W"),
        rational_entry(4, &[(93, 1), (15, 1), (0, 1)]),
        rational_entry(7, &[(20, 1), (1, 1), (30, 1)]),
        ascii_entry(29, "2025:11:03"),
    ]
}

fn told(bytes: &[u8]) -> Extracted {
    super::super::text(bytes, "photo", "")
}

fn fact<'a>(extracted: &'a Extracted, name: &str) -> &'a str {
    extracted.facts.get(name).map_or("", String::as_str)
}

#[test]
fn the_time_is_told_with_how_its_zone_is_known() {
    let at = |text: &str| ascii_entry(TAKEN, text);
    let clock = "not written; the time is the camera's own clock";
    let cases: [(Vec<Entry>, Vec<Entry>, &str, &str); 6] = [
        (vec![at("2025:11:03 14:01:00")], vec![], "2025-11-03 14:01:00", clock),
        (
            vec![at("2025:11:03 14:01:00"), ascii_entry(OFFSET, "-06:00")],
            place(),
            "2025-11-03 14:01:00 -06:00",
            "the camera wrote the offset beside the time",
        ),
        (
            vec![at("2025:11:03 14:01:00")],
            place(),
            "2025-11-03 14:01:00",
            "not written; UTC-06:00 follows from the satellite time",
        ),
        (
            vec![at("2025:11:03 14:08:00")],
            place(),
            "2025-11-03 14:08:00",
            "not written; the time is the camera's own clock, which does not fit the satellite time",
        ),
        (vec![at("2025:11:03 14:01:00"), ascii_entry(OFFSET, "local ")], vec![], "2025-11-03 14:01:00", clock),
        (vec![at("0000:00:00 00:00:00")], vec![], "", ""),
    ];
    for (exposure, place, taken, zone) in cases {
        let extracted = told(&jpeg(&tiff(&[], &exposure, &place)));
        assert_eq!((fact(&extracted, "taken"), fact(&extracted, "taken: zone")), (taken, zone));
        assert!(extracted.problems.is_empty(), "{:?}", extracted.problems);
    }
    let never = told(&jpeg(&tiff(&[], &[ascii_entry(TAKEN, "0000:00:00 00:00:00")], &[])));
    assert_eq!(fact(&never, "taken (not a date)"), "0000:00:00 00:00:00", "a clock that was never set");
}

#[test]
fn the_place_is_marked_and_the_camera_named() {
    let main = [ascii_entry(0x10F, "Example"), ascii_entry(0x110, "Pocket 1")];
    let inside = tiff(&main, &[ascii_entry(TAKEN, "2025:11:03 14:01:00")], &place());
    let all = [
        (jpeg(&inside), "image/jpeg"),
        (png(&inside), "image/png"),
        (heic(&inside), "image/heic"),
        (inside.clone(), "image/tiff"),
    ];
    for (bytes, media) in all {
        let extracted = told(&bytes);
        assert_eq!(extracted.found_type, media);
        assert_eq!(fact(&extracted, "place (possibly not public)"), "44.501000, -93.250000", "{media}");
        assert!(fact(&extracted, "place: basis").contains("13.37"), "{media}");
        assert_eq!((fact(&extracted, "camera maker"), fact(&extracted, "camera")), ("Example", "Pocket 1"), "{media}");
        assert_eq!(fact(&extracted, "satellite time"), "2025-11-03 20:01:30 UTC", "{media}");
        assert_eq!(extracted.searchable, Searchable::Not, "{media}");
    }
}

#[test]
fn a_place_that_is_none_and_a_picture_without_facts_say_nothing() {
    let mut nowhere = place();
    nowhere[1] = rational_entry(2, &[(144, 1), (0, 1), (0, 1)]);
    let mut divided = place();
    divided[1] = rational_entry(2, &[(44, 0), (0, 0), (0, 0)]);
    for place in [nowhere, divided] {
        assert_eq!(fact(&told(&jpeg(&tiff(&[], &[], &place))), "place (possibly not public)"), "");
    }
    for bytes in [&b"\xFF\xD8\xFF\xDB\0\x04\0\0\xFF\xD9"[..], b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xAE\x42\x60\x82"] {
        let extracted = told(bytes);
        assert!(extracted.facts.is_empty() && extracted.problems.is_empty(), "{extracted:?}");
    }
}

#[test]
fn damaged_facts_are_said_and_the_rest_is_told() {
    let whole = jpeg(&tiff(&[ascii_entry(0x10F, "Example")], &[ascii_entry(TAKEN, "2025:11:03 14:01:00")], &[]));
    let mut broken = whole.clone();
    // The offset of the table of the exposure points beyond the end.
    let at = broken.windows(4).position(|four| four == [0x87, 0x69, 0, 4]).expect("the pointer");
    broken[at + 8..at + 12].copy_from_slice(&[0, 0xFF, 0xFF, 0xFF]);
    let extracted = told(&broken);
    assert_eq!(fact(&extracted, "camera maker"), "Example");
    assert_eq!(extracted.problems.first().map(|one| one.code), Some(ProblemCode::Malformed));
}

proptest! {
    #[test]
    fn whatever_is_changed_in_a_photo_nothing_panics(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
        which in 0_usize..4,
    ) {
        let inside = tiff(&[ascii_entry(0x10F, "Example")], &[ascii_entry(TAKEN, "2025:11:03 14:01:00")], &place());
        let mut bytes = [jpeg(&inside), png(&inside), heic(&inside), inside][which].clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        let _ = extract(&bytes, "image/jpeg");
    }
}
