//! Old office documents, made here byte by byte after their specifications, and files inside files.

use super::*;
use archives::{COPIED, gzip, seven_zip, tape};
use std::io::{Cursor, Write};

#[path = "../../tests/writers/archives.rs"]
mod archives;

/// A compound file with the given streams.
fn compound(streams: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("a file");
    for (path, bytes) in streams {
        if let Some((folder, _)) = path.rsplit_once('/').filter(|(folder, _)| !folder.is_empty()) {
            file.create_storage_all(folder).expect("a storage");
        }
        file.create_stream(path).expect("a stream").write_all(bytes).expect("memory");
    }
    file.flush().expect("memory");
    file.into_inner().into_inner()
}

fn put(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

/// A document of Word 97 of two pieces, one of bytes and one of UTF-16, with a range of every kind ([MS-DOC] 2.5).
fn word(flags: u16) -> Vec<(&'static str, Vec<u8>)> {
    let narrow = b"Caf\xE9 road\r";
    let wide = "Straße cell\u{7}\rnoted\rheaded\rremarked\rended\rboxed\r";
    let units: Vec<u16> = wide.encode_utf16().collect();
    let mut document = vec![0_u8; 0x400];
    document[..2].copy_from_slice(&0xA5EC_u16.to_le_bytes());
    document[2..4].copy_from_slice(&0x00C1_u16.to_le_bytes());
    document[0x0A..0x0C].copy_from_slice(&flags.to_le_bytes());
    let body = narrow.len() as u32 + 13;
    for (at, count) in [(0x4C, body), (0x50, 6), (0x54, 7), (0x5C, 9), (0x60, 6), (0x64, 6)] {
        put(&mut document, at, count);
    }
    let narrow_at = document.len() as u32;
    document.extend_from_slice(narrow);
    let wide_at = document.len() as u32;
    document.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    // A property change before the table, then three bounds and two pieces.
    let mut table = vec![1, 2, 0, 9, 9, 2];
    table.extend_from_slice(&28_u32.to_le_bytes());
    for bound in [0, narrow.len(), narrow.len() + units.len()] {
        table.extend_from_slice(&(bound as u32).to_le_bytes());
    }
    for place in [(narrow_at * 2) | 0x4000_0000, wide_at] {
        table.extend_from_slice(&[0, 0]);
        table.extend_from_slice(&place.to_le_bytes());
        table.extend_from_slice(&[0, 0]);
    }
    put(&mut document, 0x1A6, table.len() as u32);
    vec![("/WordDocument", document), ("/1Table", table)]
}

/// The summary with an author and the moment of saving ([MS-OLEPS] 2.20).
fn summary() -> Vec<u8> {
    let mut set = vec![0; 8];
    let author = b"Ann Lee\0";
    put(&mut set, 4, 2);
    for (id, offset) in [(4_u32, 24_u32), (13, 40)] {
        set.extend_from_slice(&id.to_le_bytes());
        set.extend_from_slice(&offset.to_le_bytes());
    }
    set.extend_from_slice(&[0x1E, 0, 0, 0, author.len() as u8, 0, 0, 0]);
    set.extend_from_slice(author);
    // 2026-03-01 12:00 UTC in ticks of 100 ns since 1601.
    let ticks = (1_772_366_400_u64 + 11_644_473_600) * 10_000_000;
    set.extend_from_slice(&[0x40, 0, 0, 0]);
    set.extend_from_slice(&ticks.to_le_bytes());
    let mut bytes = vec![0_u8; 48];
    put(&mut bytes, 24, 1);
    bytes[28..32].copy_from_slice(&[0xE0, 0x85, 0x9F, 0xF2]);
    put(&mut bytes, 44, 48);
    bytes.extend_from_slice(&set);
    bytes
}

fn record(kind: u16, version: u16, body: &[u8]) -> Vec<u8> {
    let mut out = version.to_le_bytes().to_vec();
    out.extend_from_slice(&kind.to_le_bytes());
    out.extend_from_slice(&(body.len() as u32).to_le_bytes());
    out.extend_from_slice(body);
    out
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn presentation() -> Vec<u8> {
    let slide = record(0x03EE, 0xF, &record(0x0FA0, 0, &wide("Straße")));
    let notes = record(0x03F0, 0xF, &record(0x0FA8, 0, b"say this"));
    let comment = record(0x2EE0, 0xF, &record(0x0FBA, 0x10, &wide("a remark")));
    compound(&[("/PowerPoint Document", [slide, notes, comment].concat()), ("/Current User", vec![0; 20])])
}

fn packed_object() -> Vec<u8> {
    let mut body = vec![0_u8; 4];
    body.extend_from_slice(b"\x02\0plan.txt\0C:\\plan.txt\0\0\0\x03\0");
    body.extend_from_slice(&3_u32.to_le_bytes());
    body.extend_from_slice(b"C:\0");
    body.extend_from_slice(&12_u32.to_le_bytes());
    body.extend_from_slice(b"culvert plan");
    body
}

/// A workbook of Excel 97 of one sheet with one cell ([MS-XLS] 2.4.21 BOF, 2.4.28 BoundSheet8, 2.4.148 Label).
fn book(words: &str) -> Vec<u8> {
    let record = |kind: u16, body: &[u8]| {
        let mut out = kind.to_le_bytes().to_vec();
        out.extend_from_slice(&u16::try_from(body.len()).expect("a short record").to_le_bytes());
        out.extend_from_slice(body);
        out
    };
    let begin = |kind: u8| record(0x0809, &[0, 6, kind, 0, 0xDB, 0x0D, 0xCC, 7, 0, 0, 0, 0, 6, 0, 0, 0]);
    let sheet = |at: u32| {
        let mut body = at.to_le_bytes().to_vec();
        body.extend_from_slice(&[0, 0, 4, 0]);
        body.extend_from_slice(b"Plan");
        record(0x0085, &body)
    };
    let head = begin(5).len() + sheet(0).len() + 4;
    let mut cell = vec![0, 0, 0, 0, 0, 0];
    cell.extend_from_slice(&u16::try_from(words.len()).expect("short words").to_le_bytes());
    cell.push(0);
    cell.extend_from_slice(words.as_bytes());
    [
        begin(5),
        sheet(u32::try_from(head).expect("a short book")),
        record(0x000A, &[]),
        begin(0x10),
        record(0x0204, &cell),
        record(0x000A, &[]),
    ]
    .concat()
}

fn workbook_file() -> Vec<u8> {
    compound(&[("/Workbook", book("culvert cell")), ("/MBD0001/\u{1}Ole10Native", packed_object())])
}

/// An object as a rich text has it ([MS-OLEDS] 2.2.5).
fn old_object(class: &str, data: &[u8]) -> String {
    let mut bytes = vec![1, 5, 0, 0, 2, 0, 0, 0];
    bytes.extend_from_slice(&(class.len() as u32 + 1).to_le_bytes());
    bytes.extend_from_slice(class.as_bytes());
    bytes.extend_from_slice(&[0; 9]);
    bytes.extend_from_slice(&(data.len() as u32).to_le_bytes());
    bytes.extend_from_slice(data);
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{{\\object\\objemb{{\\*\\objclass {class}}}{{\\*\\objdata {digits}}}{{\\result shown}}}}")
}

#[test]
fn objects_of_other_programs_are_looked_into_wherever_a_format_puts_them() {
    let letter = compound(&word(0x0200));
    let mut document = word(0x0200);
    document.push(("/ObjectPool/_1/Workbook", book("culvert cell")));
    let mut in_book = vec![("/Workbook", book("outer"))];
    in_book.extend(word(0x0200).into_iter().map(|(name, bytes)| {
        (if name == "/WordDocument" { "/MBD0001/WordDocument" } else { "/MBD0001/1Table" }, bytes)
    }));
    let plain = record(0x1011, 0, &letter);
    let mut stored = (letter.len() as u32).to_le_bytes().to_vec();
    let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(&letter).expect("memory");
    stored.extend(writer.finish().expect("memory"));
    let slides = |object: Vec<u8>| {
        let slide = record(0x03EE, 0xF, &record(0x0FA0, 0, &wide("Plan")));
        compound(&[("/PowerPoint Document", [slide, object].concat()), ("/Current User", vec![0; 20])])
    };
    let rich = |object: &str| format!("{{\\rtf1 road {object}}}").into_bytes();
    let package = packed_object();
    let cases: [(Vec<u8>, &str, &str, &str); 7] = [
        (compound(&document), "culvert cell", "_1", "a workbook in a document"),
        (compound(&in_book), "remarked", "MBD0001", "a document in a workbook"),
        (slides(plain), "remarked", "object 1", "a document in a presentation"),
        (slides(record(0x1011, 0x10, &stored)), "remarked", "object 1", "a packed one in a presentation"),
        (rich(&old_object("Word.Document.8", &letter)), "remarked", "object 1", "a document in a rich text"),
        (rich(&old_object("Package", &package[4..])), "culvert plan", "plan.txt", "a file in a rich text"),
        (compound(&[("/\u{1}Ole10Native", package)]), "culvert plan", "plan.txt", "nothing but a packed file"),
    ];
    for (bytes, words, way, why) in cases {
        let extracted = text(&bytes, "", "");
        assert!(extracted.text.contains(words), "{why}: {}", extracted.text);
        assert_eq!(extracted.searchable, Searchable::Fully, "{why}: {:?}", extracted.problems);
        assert_eq!(extracted.pieces[0].names, [way], "{why}");
    }
}

fn full_document() -> Vec<u8> {
    let mut streams = word(0x0200);
    streams.push(("/\u{5}SummaryInformation", summary()));
    streams.push(("/ObjectPool/_1/\u{1}Ole10Native", packed_object()));
    compound(&streams)
}

#[test]
fn a_document_of_word_97_gives_every_range_its_properties_and_the_file_packed_in_it() {
    let extracted = text(&full_document(), "a.doc", "");
    assert_eq!(extracted.found_type, "application/msword");
    assert_eq!((extracted.searchable, &extracted.problems), (Searchable::Fully, &Vec::new()));
    let expected = "Café road\nStraße cell\n[footnotes]\nnoted\n[headers and footers]\nheaded\n[comments]\nremarked\n\
                    [endnotes]\nended\n[text boxes]\nboxed\n[properties]\nauthor: Ann Lee\n\
                    last saved: 2026-03-01 12:00:00 UTC\nplan.txt\nculvert plan\n";
    assert_eq!(extracted.text, expected);
    assert_eq!(extracted.pieces.len(), 1);
    assert_eq!(extracted.pieces[0].names, ["plan.txt"]);
    assert_eq!(&extracted.text[extracted.pieces[0].start..extracted.pieces[0].end], "plan.txt\nculvert plan\n");
}

#[test]
fn words_that_were_deleted_or_put_in_are_marked_in_a_document_of_word_97() {
    let mut streams = word(0x0200);
    let document = &mut streams[0].1;
    // The text begins at 0x400; a page of properties lies behind all of it ([MS-DOC] 2.9.33).
    let at = document.len().div_ceil(512) * 512;
    document.resize(at + 512, 0);
    let page = &mut document[at..];
    for (index, bound) in [0x400_u32, 0x405, 0x409, 0x40A].into_iter().enumerate() {
        put(page, index * 4, bound);
    }
    // The first run is plain, the second was deleted, the third put in; other properties stand before the mark.
    page[16..19].copy_from_slice(&[0, 200, 210]);
    page[400..408].copy_from_slice(&[7, 0x43, 0x4A, 24, 0, 0x00, 0x08, 1]);
    page[420..424].copy_from_slice(&[3, 0x01, 0x08, 1]);
    page[511] = 3;
    let table = &mut streams[1].1;
    let start = table.len() as u32;
    for value in [0x400_u32, 0x40A, (at / 512) as u32] {
        table.extend_from_slice(&value.to_le_bytes());
    }
    put(&mut streams[0].1, 0xFA, start);
    put(&mut streams[0].1, 0xFE, 12);
    let extracted = text(&compound(&streams), "a.doc", "");
    assert!(extracted.text.starts_with("Café [deleted: road]\nStraße cell\n[footnotes]"), "{}", extracted.text);
}

#[test]
fn a_locked_document_is_said_to_be_locked_and_an_older_one_is_read_as_it_lies() {
    let locked = text(&compound(&word(0x0300)), "a.doc", "");
    assert_eq!((locked.text.as_str(), locked.problems[0].code), ("", ProblemCode::Encrypted));
    let mut older = word(0x0200);
    older[0].1[2] = 0x65;
    let older = text(&compound(&older), "a.doc", "");
    assert_eq!((older.searchable, older.problems[0].code), (Searchable::Partly, ProblemCode::Unsupported));
    assert!(older.text.contains("remarked"), "{}", older.text);
    let package = text(&compound(&[("/EncryptedPackage", vec![1; 64])]), "a.docx", "");
    assert_eq!(package.problems[0].code, ProblemCode::Encrypted);
}

#[test]
fn a_presentation_of_powerpoint_97_marks_notes_and_comments() {
    let extracted = text(&presentation(), "a.ppt", "");
    assert_eq!(extracted.found_type, "application/vnd.ms-powerpoint");
    assert_eq!(extracted.text, "[slide]\nStraße\n[notes]\nsay this\n[comments]\na remark\n");
    let user = [vec![0; 12], vec![0xDF, 0xC4, 0xD1, 0xF3]].concat();
    let locked = text(&compound(&[("/PowerPoint Document", vec![0; 8]), ("/Current User", user)]), "", "");
    assert_eq!(locked.problems[0].code, ProblemCode::Encrypted);
}

#[test]
fn comments_of_an_old_workbook_are_read_over_their_continuation() {
    let mut book = vec![0xB6, 0x01, 18, 0];
    let mut body = [0_u8; 18];
    body[10] = 9;
    book.extend_from_slice(&body);
    book.extend_from_slice(&[0x3C, 0, 7, 0, 0]);
    book.extend_from_slice(b"remark");
    book.extend_from_slice(&[0x3C, 0, 7, 0, 1]);
    book.extend_from_slice(&wide(" ß!"));
    assert_eq!(notes97::text(&book), "remark ß!\n");
    assert_eq!(notes97::text(&book[..30]), "", "a record that is cut off ends it");
}

#[test]
fn a_7z_archive_is_looked_into_and_a_locked_one_said() {
    let extracted = text(&seven_zip("memo.txt", b"culvert words", COPIED), "a.7z", "");
    assert_eq!((extracted.searchable, extracted.text.as_str()), (Searchable::Fully, "memo.txt\nculvert words\n"));
    assert_eq!(extracted.pieces[0].names, ["memo.txt"]);
    // The coder 06F10701 is AES-256 with SHA-256.
    let locked = text(&seven_zip("memo.txt", &[7; 16], &[0x24, 6, 0xF1, 7, 1, 2, 0, 0]), "a.7z", "");
    assert_eq!((locked.searchable, locked.text.contains("memo")), (Searchable::Not, false), "{:?}", locked.problems);
    assert_eq!(locked.problems[0].code, ProblemCode::Encrypted, "{:?}", locked.problems);
}

#[test]
fn the_way_to_a_word_leads_through_every_file() {
    let inner = tape(&[("deep/memo.txt", b"a culvert".as_slice()), ("other.txt", b"none")]);
    let letter = "From: a@cedarbend.example\r\nSubject: Plans\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; \
                  boundary=x\r\n\r\n--x\r\n\r\nbody\r\n--x\r\nContent-Type: message/rfc822\r\n\r\nFrom: b@cedarbend.example\r\n\
                  Subject: Bridge\r\n\r\nabutment\r\n--x--\r\n";
    let outer = tape(&[("plans.tgz", &gzip(&inner)), ("letter.eml", letter.as_bytes())]);
    let extracted = text(&outer, "all.tar", "");
    assert_eq!(extracted.searchable, Searchable::Fully, "{:?}", extracted.problems);
    let way = |word: &str| {
        let at = extracted.text.find(word).expect(word);
        let piece = extracted.pieces.iter().rev().find(|piece| piece.start <= at && at < piece.end);
        piece.map(|piece| piece.names.join(" > ")).unwrap_or_default()
    };
    assert_eq!(way("culvert"), "plans.tgz > deep/memo.txt");
    assert_eq!(way("none"), "plans.tgz > other.txt");
    assert_eq!(way("abutment"), "letter.eml > Bridge");
    assert_eq!(way("body"), "letter.eml");
    let cut = text(&outer[..700], "all.tar", "");
    assert_ne!(cut.searchable, Searchable::Fully);
}

#[test]
fn no_cut_or_flipped_old_document_makes_it_fail() {
    let fixtures = [
        full_document(),
        workbook_file(),
        presentation(),
        tape(&[("a.txt", b"words".as_slice())]),
        seven_zip("a", b"words", COPIED),
    ];
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    for bytes in &fixtures {
        for step in 0..150_usize {
            let mut changed = bytes.clone();
            let at = step.wrapping_mul(7919) % changed.len();
            changed[at] ^= 1 << (step % 8);
            let extracted = text(&changed, "", "");
            assert!(extracted.pieces.iter().all(|piece| piece.start <= piece.end));
            text(&bytes[..at], "", "");
        }
    }
    std::panic::set_hook(quiet);
}

/// A stream that breaks off anywhere never passes for all of it: the text is the same, or the file says that it was not
/// read whole.
#[test]
fn a_broken_stream_is_never_taken_for_a_whole_one() {
    // Records of their own long enough that the stream has sectors of its own ([MS-CFB] 2.2: 4,096 bytes).
    let filler = record(0x03F8, 0, &vec![7; 9_000]);
    let slide = record(0x03EE, 0xF, &record(0x0FA0, 0, &wide("parsonage")));
    let whole = compound(&[("/PowerPoint Document", [filler, slide].concat()), ("/Current User", vec![0; 20])]);
    let sound = text(&whole, "a.ppt", "");
    assert!(sound.text.contains("parsonage") && sound.searchable == Searchable::Fully, "{sound:?}");
    let mut broken = 0;
    let links = 1..u32::try_from(whole.len() / 512).expect("a small file");
    for at in (512..whole.len()).step_by(4) {
        let mut bytes = whole.clone();
        let link = u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        if !links.contains(&link) {
            continue;
        }
        // The end of a chain of sectors, wherever a link of one may stand.
        put(&mut bytes, at, 0xFFFF_FFFE);
        let said = text(&bytes, "a.ppt", "");
        if said.text != sound.text {
            broken += 1;
            assert_ne!(said.searchable, Searchable::Fully, "it reads otherwise after a change at byte {at}");
        }
    }
    assert!(broken > 0, "some of the changes break the stream");
}
