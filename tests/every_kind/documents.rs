//! Loose files: documents, archives, recordings, pictures.

use super::archives::{COPIED, gzip, seven_zip, tape};
use super::packed::{bzip2, docx, zip};
use super::sample::{Sample, one};
use super::workbook::xlsx;
use lopdf::{Document, Object, Stream, dictionary};
use std::io::{Cursor, Write as _};

fn pdf(words: &str) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier" });
    let content = format!("BT /F1 12 Tf ({words}) Tj ET").into_bytes();
    let content = document.add_object(Stream::new(dictionary! {}, content));
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
    });
    let all = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(pages, Object::Dictionary(all));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("memory");
    bytes
}

fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("a file");
    for (path, bytes) in streams {
        file.create_stream(path).expect("a stream").write_all(bytes).expect("memory");
    }
    file.flush().expect("memory");
    file.into_inner().into_inner()
}

/// A document of Word 97 of one piece of bytes ([MS-DOC] 2.5).
fn doc(words: &str) -> Vec<u8> {
    let mut document = vec![0_u8; 0x400];
    document[..2].copy_from_slice(&0xA5EC_u16.to_le_bytes());
    document[2..4].copy_from_slice(&0x00C1_u16.to_le_bytes());
    document[0x0A..0x0C].copy_from_slice(&0x0200_u16.to_le_bytes());
    let count = words.len() as u32 + 1;
    document[0x4C..0x50].copy_from_slice(&count.to_le_bytes());
    let place = (document.len() as u32 * 2) | 0x4000_0000;
    document.extend_from_slice(words.as_bytes());
    document.push(b'\r');
    let mut table = vec![2];
    table.extend_from_slice(&16_u32.to_le_bytes());
    for bound in [0, count] {
        table.extend_from_slice(&bound.to_le_bytes());
    }
    table.extend_from_slice(&[0, 0]);
    table.extend_from_slice(&place.to_le_bytes());
    table.extend_from_slice(&[0, 0]);
    document[0x1A6..0x1AA].copy_from_slice(&(table.len() as u32).to_le_bytes());
    compound(&[("/WordDocument", &document), ("/1Table", &table)])
}

/// A presentation of PowerPoint 97 with one slide ([MS-PPT] 2.3.1).
fn ppt(words: &str) -> Vec<u8> {
    let record = |kind: u16, version: u16, body: &[u8]| {
        [&version.to_le_bytes()[..], &kind.to_le_bytes(), &(body.len() as u32).to_le_bytes(), body].concat()
    };
    let wide: Vec<u8> = words.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let slide = record(0x03EE, 0xF, &record(0x0FA0, 0, &wide));
    compound(&[("/PowerPoint Document", &slide), ("/Current User", &[0; 20])])
}

fn pptx(words: &str) -> Vec<u8> {
    let slide = format!("<p><a:p><a:t>{words}</a:t></a:p></p>");
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("ppt/presentation.xml", b"<p/>"),
        ("ppt/slides/slide1.xml", slide.as_bytes()),
    ])
}

/// A document whose media type stands first and unpacked (ODF 1.3 part 2, 3.3; EPUB OCF 3.3, 4.3).
fn typed(media: &str, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    writer.start_file("mimetype", stored).expect("begun");
    writer.write_all(media.as_bytes()).expect("written");
    for (name, bytes) in members {
        writer.start_file(*name, stored).expect("begun");
        writer.write_all(bytes).expect("written");
    }
    writer.finish().expect("closed").into_inner()
}

/// A quarter of a second of silence (RIFF, PCM, 8 kHz).
fn wav() -> Vec<u8> {
    let chunk = |id: &[u8; 4], body: &[u8]| [&id[..], &(body.len() as u32).to_le_bytes(), body].concat();
    let mut format = Vec::new();
    for two in [1_u16, 1] {
        format.extend(two.to_le_bytes());
    }
    for four in [8000_u32, 8000] {
        format.extend(four.to_le_bytes());
    }
    for two in [1_u16, 8] {
        format.extend(two.to_le_bytes());
    }
    chunk(b"RIFF", &[b"WAVE".to_vec(), chunk(b"fmt ", &format), chunk(b"data", &[128; 2000])].concat())
}

/// One frame of silence (RFC 4867 section 5: mode 7, 31 bytes and their head).
pub fn amr() -> Vec<u8> {
    [b"#!AMR\n".to_vec(), vec![0x3C], vec![0; 31]].concat()
}

/// A photograph whose camera is told (TIFF 6.0, Exif 2.3).
fn jpeg() -> Vec<u8> {
    let maker = b"Daylily\0";
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x0F\0\x02".to_vec();
    tiff.extend((maker.len() as u32).to_be_bytes());
    tiff.extend(26_u32.to_be_bytes());
    tiff.extend([0; 4]);
    tiff.extend_from_slice(maker);
    let length = (tiff.len() as u16 + 8).to_be_bytes();
    [&b"\xFF\xD8\xFF\xE1"[..], &length, b"Exif\0\0", &tiff, b"\xFF\xD9"].concat()
}

fn utf16(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    [0xFF, 0xFE].into_iter().chain(units).collect()
}

/// Loose files of every kind; each is an item of the folder. Archives that hold exports are containers.
/// `printf 'the chicory memo\\n' | xz -9`.
fn xz() -> Vec<u8> {
    const XZ: &str = "fd377a585a000004e6d6b446020021011c00000010cf58cc01001074686520636869636f7279206d656d6f0a00000000564e97c70ce0677000012911320a700e1fb6f37d010000000004595a";
    (0..XZ.len() / 2).map(|at| u8::from_str_radix(&XZ[2 * at..2 * at + 2], 16).expect("hexadecimal")).collect()
}

pub fn samples() -> Vec<Sample> {
    let odt = b"<o><text:h>Head</text:h><text:p>the pansy minutes</text:p></o>";
    let chapter = b"<html><body><p>a book of primrose</p></body></html>";
    let roster: [&[&str]; 2] = [&["Name", "Street"], &["Begonia", "1 Main"]];
    let ics = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1@cedarbend.example\r\nDTSTART:20250601T150000Z\r\nSUMMARY:jonquil walk\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    vec![
        one("agenda.pdf", "folder", 1, "magnolia", pdf("the magnolia agenda")),
        one("memo.docx", "folder", 1, "dahlia", docx("the dahlia memo")),
        one("roster.xlsx", "folder", 1, "begonia", xlsx("Roster", &roster)),
        one("slides.pptx", "folder", 1, "petunia", pptx("the petunia slides")),
        one(
            "minutes.odt",
            "folder",
            1,
            "pansy",
            typed("application/vnd.oasis.opendocument.text", &[("content.xml", odt)]),
        ),
        one("book.epub", "folder", 1, "primrose", typed("application/epub+zip", &[("a.xhtml", chapter)])),
        one("old.doc", "folder", 1, "delphinium", doc("the delphinium report")),
        one("old.ppt", "folder", 1, "poppy", ppt("the poppy show")),
        one("letter.rtf", "folder", 1, "ranunculus", b"{\\rtf1\\ansi\\ansicpg1252 a {\\b ranunculus} letter}".to_vec()),
        one(
            "page.html",
            "folder",
            1,
            "hawthorn",
            b"<html><body><p>the <b>hawthorn</b> page</p></body></html>".to_vec(),
        ),
        one("note.txt", "folder", 1, "nasturtium", b"a note about nasturtium\n".to_vec()),
        one("wide.txt", "folder", 1, "wallflower", utf16("words of wallflower\r\n")),
        one("table.csv", "folder", 1, "tulip", b"name,street\r\ntulip,1 Main\r\n".to_vec()),
        one("walk.ics", "folder", 1, "jonquil", ics.into()),
        one("stored.7z", "folder", 1, "sedum", seven_zip("memo.txt", b"the sedum memo", COPIED)),
        one("stored.tar", "folder", 1, "thyme", tape(&[("a/memo.txt", b"the thyme memo")])),
        one("stored.tgz", "gzip", 1, "tarragon", gzip(&tape(&[("a/memo.txt", b"the tarragon memo")]))),
        one("stored.txt.xz", "xz", 1, "chicory", xz()),
        one("stored.txt.bz2", "bzip2", 1, "comfrey", bzip2(b"the comfrey memo\n")),
        one("siren.wav", "folder", 1, "siren", wav()),
        one("voicebox.amr", "folder", 1, "voicebox", amr()),
        one("photo.jpg", "folder", 1, "daylily", jpeg()),
    ]
}
