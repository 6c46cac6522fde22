//! Every way in which words stay in a page that does not show them, made here and looked for.

use super::super::words::{Needle, SearchBuilder};
use super::*;
use std::io::Write;

const SSN: &str = "123-45-6789";

fn search(words: &[&str]) -> Search {
    let mut builder = SearchBuilder::default();
    for one in words {
        builder.add(Needle::of(one).expect("letters"));
    }
    builder.build().expect("built")
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

/// A file of one page with this content, further entries of the page, and further objects from number 6 on.
fn page(content: &str, entries: &str, further: &[Vec<u8>]) -> Vec<u8> {
    let stream = |entries: &str, bytes: &[u8]| {
        let mut object = format!("<< {entries} /Length {} >>\nstream\n", bytes.len()).into_bytes();
        object.extend(bytes);
        object.extend(b"\nendstream");
        object
    };
    let mut objects: Vec<Vec<u8>> = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> {entries} >>"
        )
        .into_bytes(),
        stream("/Filter /FlateDecode", &deflated(content.as_bytes())),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec(),
    ];
    objects.extend(further.iter().cloned());
    let mut out = b"%PDF-1.7\n".to_vec();
    for (at, object) in objects.iter().enumerate() {
        out.extend(format!("{} 0 obj\n", at + 1).into_bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    out.extend(format!("trailer\n<< /Root 1 0 R /Size {} >>\nstartxref\n0\n%%EOF\n", objects.len() + 1).into_bytes());
    out
}

fn packed(entries: &str, bytes: &[u8]) -> Vec<u8> {
    let bytes = deflated(bytes);
    let mut object = format!("<< {entries} /Filter /FlateDecode /Length {} >>\nstream\n", bytes.len()).into_bytes();
    object.extend(bytes);
    object.extend(b"\nendstream");
    object
}

fn leaks(file: &[u8]) -> Vec<Leak> {
    look("data/VOL001/PDF/0001/CB-00000001.pdf", file, &search(&[SSN, "Roe"]))
}

fn is_caught(file: &[u8]) -> bool {
    leaks(file).iter().any(|leak| matches!(leak, Leak::Words { .. }))
}

const SHOWN: &str = "BT /F1 18 Tf 72 700 Td (SSN 123-45-6789 secret) Tj ET";

#[test]
fn a_page_that_says_nothing_of_it_is_clean() {
    let clean = page("BT /F1 12 Tf 72 700 Td (Withheld: 13.44) Tj ET", "", &[]);
    assert_eq!(leaks(&clean), []);
}

#[test]
fn a_box_of_black_over_the_words_is_caught() {
    assert!(is_caught(&page(&format!("{SHOWN}\n0 g 70 690 240 30 re f"), "", &[])));
}

#[test]
fn white_words_are_caught() {
    assert!(is_caught(&page(&format!("1 g {SHOWN}"), "", &[])));
}

#[test]
fn words_drawn_invisibly_are_caught() {
    assert!(is_caught(&page(&SHOWN.replace("BT", "BT 3 Tr"), "", &[])));
}

#[test]
fn words_beside_the_page_are_caught() {
    assert!(is_caught(&page(&SHOWN.replace("700", "-200"), "", &[])));
}

#[test]
fn a_redaction_that_was_only_marked_is_caught() {
    let note = b"<< /Type /Annot /Subtype /Redact /Rect [70 690 310 720] >>".to_vec();
    let file = page(SHOWN, "/Annots [6 0 R]", &[note]);
    assert!(is_caught(&file));
    let mark = Leak::Unclear("a redaction is marked in it and was not carried out");
    assert!(leaks(&file).contains(&mark), "{:?}", leaks(&file));
}

#[test]
fn a_square_laid_over_the_words_is_caught() {
    let note = b"<< /Type /Annot /Subtype /Square /IC [0 0 0] /Rect [70 690 310 720] >>".to_vec();
    assert!(is_caught(&page(SHOWN, "/Annots [6 0 R]", &[note])));
}

#[test]
fn words_that_are_clipped_away_are_caught() {
    assert!(is_caught(&page(&format!("q 0 0 10 10 re W n {SHOWN} Q"), "", &[])));
}

#[test]
fn words_that_only_a_screen_reader_hears_are_caught() {
    let content = "/Span <</ActualText (SSN 123-45-6789)>> BDC BT /F1 18 Tf 72 700 Td (XXXX) Tj ET EMC";
    assert!(is_caught(&page(content, "", &[])));
    let alternative = b"<< /Type /StructElem /S /Figure /Alt (Scan of 123-45-6789) >>".to_vec();
    assert!(is_caught(&page("", "", &[alternative])));
}

#[test]
fn a_grey_box_over_the_words_is_caught() {
    assert!(is_caught(&page(&format!("{SHOWN}\n0.2 g 70 690 240 30 re f"), "", &[])));
}

#[test]
fn a_tight_box_with_its_own_label_is_caught() {
    let label = "0 g 70 690 240 30 re f 1 g BT /F1 9 Tf 80 700 Td (13.43) Tj ET";
    assert!(is_caught(&page(&format!("{SHOWN}\n{label}"), "", &[])));
}

/// Beyond the ten: the other channels that `7.3` of the city's list of checks names.
#[test]
fn every_other_channel_of_a_pdf_is_looked_through() {
    let wide: String = SSN.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    let map = format!("beginbfchar\n<0001> <{wide}>\nendbfchar");
    let rows: Vec<(&str, Vec<u8>)> = vec![
        ("letters placed one by one", page("BT /F1 9 Tf [(12) -20 (3-4) 30 (5-67) (89)] TJ ET", "", &[])),
        ("letters far apart", page("BT /F1 9 Tf (1) Tj 50 0 Td (2) Tj (3) Tj (45678) Tj 0 -30 Td (9) Tj ET", "", &[])),
        ("a string in hexadecimal", page("BT /F1 9 Tf <3132332D34352D36373839> Tj ET", "", &[])),
        ("a bookmark in UTF-16", page("", "", &[format!("<< /Title <FEFF{wide}> /Parent 1 0 R >>").into_bytes()])),
        ("a form field", page("", "", &[b"<< /FT /Tx /T (ssn) /V (123 45 6789) >>".to_vec()])),
        ("a property", page("", "", &[b"<< /Subject (about 123456789) >>".to_vec()])),
        ("a named place", page("", "", &[b"<< /Names [(123-45-6789) 3 0 R] >>".to_vec()])),
        ("XMP metadata", page("", "", &[packed("/Type /Metadata", b"<rdf>123-45-6789</rdf>")])),
        ("a form that no page uses", page("", "", &[packed("/Subtype /Form", SHOWN.as_bytes())])),
        ("an embedded text", page("", "", &[packed("/Type /EmbeddedFile", b"name,ssn\nRoe,123-45-6789\n")])),
        ("an embedded PDF", page("", "", &[packed("/Type /EmbeddedFile", &page(SHOWN, "", &[]))])),
        ("a character map", page("", "", &[packed("", map.as_bytes())])),
        ("behind the end of the file", [page("", "", &[]), b"old: 123-45-6789".to_vec()].concat()),
        ("a comment", [b"%PDF-1.7\n%123-45-6789\n".to_vec(), page("", "", &[])].concat()),
        ("a short word on the page", page("BT /F1 9 Tf (Mary Roe) Tj ET", "", &[])),
    ];
    for (what, file) in rows {
        assert!(is_caught(&file), "{what}");
    }
    let twice = [page(SHOWN, "", &[]), page("", "", &[])].concat();
    assert!(leaks(&twice).contains(&Leak::Unclear("an older version of the file is in it")));
    let private = page("", "/PieceInfo << /Editor << /Private (x) >> >>", &[]);
    assert_eq!(leaks(&private), [Leak::Unclear("private data of another program are in it")]);
    assert_eq!(leaks(b"%PDF-1.7\n broken")[0], Leak::Unclear("the PDF file cannot be opened"));
}

#[test]
fn files_of_other_kinds_are_looked_through() {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("xl/worksheets/sheet2.xml", options).expect("begun");
    archive.write_all(b"<c><v>123456789</v></c>").expect("written");
    let workbook = archive.finish().expect("finished").into_inner();
    let wide: Vec<u8> = SSN.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let rows: Vec<(&str, Vec<u8>, bool)> = vec![
        ("index.csv", b"first,subject\r\nCB-00000001,\"About 123-45-6789\"\r\n".to_vec(), true),
        ("index.html", b"<p>123<b>-45</b>-67&#56;9</p>".to_vec(), true),
        ("CB-1.txt", "a quotation\n> 123-45-\n> 6789".into(), true),
        ("VOL001.dat", "\u{fe}BEGBATES\u{fe}\u{14}\u{fe}Mary Roe\u{fe}".into(), true),
        ("book.xlsx", workbook, true),
        ("wide.bin", [&[0xffu8, 0x00, 0x80][..], &wide].concat(), true),
        ("mail.eml", b"Content-Transfer-Encoding: base64\r\n\r\nMTIzLTQ1LTY3ODk=\r\n".to_vec(), true),
        ("mail.eml", b"Content-Transfer-Encoding: quoted-printable\r\n\r\n123-4=\r\n5-6789\r\n".to_vec(), true),
        ("123-45-6789.pdf", page("", "", &[]), true),
        ("clean.csv", b"first,subject\r\nCB-00000001,Gravel\r\n".to_vec(), false),
        ("clean.bin", vec![0x80, b'R', b'o', b'e', 0x81], false),
    ];
    for (name, bytes, caught) in rows {
        let found = look(&format!("data/{name}"), &bytes, &search(&[SSN, "Roe"]));
        assert_eq!(!found.is_empty(), caught, "{name}: {found:?}");
    }
}

/// The same ten patterns as others made them, where their files are at hand.
#[test]
fn the_patterns_of_the_corpora_are_caught() {
    let folders = ["../shared/corpora/productions/redaction", "/work/shared/corpora/productions/redaction"];
    let Some(folder) = folders.iter().map(std::path::Path::new).find(|folder| folder.is_dir()) else {
        return;
    };
    let mut caught = 0;
    for entry in std::fs::read_dir(folder).expect("listed") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.starts_with('c') || !name.ends_with(".pdf") {
            continue;
        }
        let found = look(&name, &std::fs::read(&path).expect("read"), &search(&[SSN]));
        assert!(found.iter().any(|leak| matches!(leak, Leak::Words { .. })), "{name}: {found:?}");
        caught += 1;
    }
    assert_eq!(caught, 10);
}
