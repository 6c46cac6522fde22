//! PDFs made here object by object: what they say, and what they cannot make the reader do.

use super::*;
use crate::base::clock::StopWatch;
use crate::extract::text;
use std::io::Write;

/// Seconds that any of these files may take, in a build that is not optimised, on a machine that does other things too.
const SECONDS: f64 = 20.0;

/// A file of the given objects, numbered from 1; the first is the catalog.
pub fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    for (number, object) in (1..).zip(objects) {
        out.extend(format!("{number} 0 obj\n").bytes());
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    out.extend_from_slice(b"trailer\n<</Root 1 0 R>>\n%%EOF\n");
    out
}

pub fn stream(entries: &str, content: &[u8]) -> Vec<u8> {
    let mut out = format!("<<{entries}/Length {}>>stream\n", content.len()).into_bytes();
    out.extend_from_slice(content);
    out.extend_from_slice(b"\nendstream");
    out
}

fn packed(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(content).expect("memory");
    stream("/Filter/FlateDecode", &writer.finish().expect("memory"))
}

/// A stream that unpacks to this many mebibytes of spaces.
fn packed_spaces(mebibytes: usize) -> Vec<u8> {
    let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..mebibytes {
        writer.write_all(&[b' '; 1024 * 1024]).expect("memory");
    }
    stream("/Filter/FlateDecode", &writer.finish().expect("memory"))
}

/// The file with the first such bytes replaced.
fn replaced(bytes: Vec<u8>, from: &[u8], to: &str) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).expect("it is there");
    [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
}

/// One page with this content, these resources, and more objects from number 5 on.
fn page(content: Vec<u8>, resources: &str, more: &[Vec<u8>]) -> Vec<u8> {
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        format!("<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<{resources}>>>>").into_bytes(),
        content,
    ];
    objects.extend_from_slice(more);
    file(&objects)
}

const HELVETICA: &str = "/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>";

/// A page with a line of words on it.
pub fn page_of_words(words: &str) -> Vec<u8> {
    let content = format!("BT /F1 24 Tf 72 700 Td ({words}) Tj ET");
    let bytes = page(stream("", content.as_bytes()), HELVETICA, &[]);
    String::from_utf8(bytes).expect("text").replace("/Type/Page/", "/Type/Page/MediaBox[0 0 612 792]/").into_bytes()
}

/// A page of letter paper that shows a grey picture (a PGM file) and nothing else, as a scanner makes it.
pub fn page_of_picture(picture: &[u8]) -> Vec<u8> {
    let head: Vec<&[u8]> = picture.splitn(4, |byte| byte.is_ascii_whitespace()).collect();
    let (width, height) = (String::from_utf8_lossy(head[1]), String::from_utf8_lossy(head[2]));
    // The last line of the head is the deepest grey.
    let dots = &head[3][4..];
    let entries = format!("/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceGray/BitsPerComponent 8");
    let content = stream("", b"q 612 0 0 792 0 0 cm /P Do Q");
    let bytes = page(content, "/XObject<</P 5 0 R>>", &[stream(&entries, dots)]);
    replaced(bytes, b"/Type/Page/", "/Type/Page/MediaBox[0 0 612 792]/")
}

fn said(content: &str) -> String {
    let extracted = text(&page(stream("", content.as_bytes()), HELVETICA, &[]), "", "");
    extracted.text.trim_end().to_owned()
}

#[test]
fn operators_of_text_give_words_and_lines() {
    let cases = [
        ("BT /F1 10 Tf (Road repair) Tj ET", "Road repair", "a string"),
        ("BT /F1 10 Tf [(Ro) -20 (ad) -400 (re) 10 (pair)] TJ ET", "Road repair", "kerning is no space, a gap is one"),
        ("BT /F1 10 Tf (Road) Tj 0 -12 Td (repair) Tj ET", "Road\nrepair", "a next line"),
        ("BT /F1 10 Tf 12 TL (Road) Tj (repair) ' 1 0 (now) \" ET", "Road\nrepair\nnow", "quotes begin lines"),
        ("BT /F1 10 Tf 12 TL (Road) Tj T* (repair) Tj ET", "Road\nrepair", "the leading"),
        ("BT /F1 10 Tf 1 0 0 1 50 700 Tm (Road) Tj 1 0 0 1 72.24 700 Tm (way) Tj ET", "Roadway", "pieces that touch"),
        ("BT /F1 10 Tf 1 0 0 1 50 700 Tm (Road) Tj 1 0 0 1 78 700 Tm (way) Tj ET", "Road way", "pieces apart"),
        ("BT /F1 10 Tf 0 1 -1 0 50 50 Tm (Road) Tj ( repair) Tj ET", "Road repair", "turned by a right angle"),
        ("q 2 0 0 2 0 0 cm BT /F1 5 Tf (Caf\\351) Tj ET Q", "Café", "an accent of the encoding"),
        ("BT /F1 10 Tf 3 Tr (unseen) Tj ET", "unseen", "words laid invisibly over a scan"),
        ("BT /F1 10 Tf <526F6164> Tj ET", "Road", "hexadecimal"),
        ("BI /W 1 /H 1 ID xEI (no) Tj EI BT /F1 10 Tf (Road) Tj ET", "Road", "a picture in the content"),
        (
            "BT /F1 10 Tf (commu-) Tj 0 -12 Td (nity) Tj ET",
            "commu-\nnity\n[words cut at line ends] community",
            "a cut word is found whole",
        ),
        (
            "/Span <</ActualText (office)>> BDC BT /F1 10 Tf (o) Tj (ce) Tj ET EMC",
            "office\n[as drawn] oce",
            "both are found",
        ),
        ("/Span <</ActualText (fi)>> BDC BT /F1 10 Tf (fi) Tj ET EMC", "fi", "it reads as it is drawn"),
    ];
    for (content, expected, why) in cases {
        assert_eq!(said(content), expected, "{why}: {content}");
    }
}

#[test]
fn fonts_tell_their_characters() {
    let table = stream(
        "",
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0003> <0005> <0061> endbfrange",
    );
    let wide = "/Font<</F1<</Type/Font/Subtype/Type0/Encoding/Identity-H/ToUnicode 5 0 R/DescendantFonts[<</W[3[500 500 500]]>>]>>>>";
    let extracted =
        text(&page(stream("", b"BT /F1 10 Tf <000300040005> Tj ET"), wide, std::slice::from_ref(&table)), "", "");
    assert_eq!((extracted.text.trim(), extracted.searchable), ("abc", Searchable::Fully));
    let unknown = text(&page(stream("", b"BT /F1 10 Tf <00030009> Tj ET"), wide, &[table]), "", "");
    assert_eq!((unknown.searchable, unknown.problems[0].code), (Searchable::Partly, ProblemCode::Undecodable));
    let utf16 = "/Font<</F1<</Type/Font/Subtype/Type0/Encoding/UniJIS-UTF16-H/DescendantFonts[<<>>]>>>>";
    assert_eq!(
        text(&page(stream("", b"BT /F1 10 Tf <90535C02> Tj ET"), utf16, &[]), "", "").text.trim(),
        "\u{9053}\u{5c02}"
    );
    let own = "/Font<</F1<</Type/Font/Subtype/Type1/Encoding<</Differences[65/eacute/f_i/uni00DF]>>>>>>";
    assert_eq!(text(&page(stream("", b"BT /F1 10 Tf (ABC) Tj ET"), own, &[]), "", "").text.trim(), "éfiß");
}

#[test]
fn what_stands_beside_the_pages_is_told_under_its_heading() {
    let more = [
        b"<</Type/Annot/Subtype/Text/Rect[0 0 1 1]/T(Ann Lee)/Contents(Ask Bo)>>".to_vec(),
        b"<</FT/Tx/T(Street)/V(Elm)>>".to_vec(),
        b"<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/A<</S/URI/URI(https://cedarbend.example/plan)>>>>".to_vec(),
        b"<</Title(Chapter one)/Parent 1 0 R/Dest[3 0 R/Fit]>>".to_vec(),
        b"<</Type/Filespec/F(memo.txt)/EF<</F 10 0 R>>>>".to_vec(),
        stream("", b"culvert words"),
        b"<</XFA[(datasets) 12 0 R]>>".to_vec(),
        stream("", b"<d><name>Cy Poe</name></d>"),
    ];
    let bytes = page(stream("", b"BT /F1 10 Tf (Road) Tj ET"), HELVETICA, &more);
    let mut bytes = String::from_utf8(bytes).expect("text");
    bytes.push_str("13 0 obj <</Title(Plan)/Author(Ann Lee)/CreationDate(D:20260301120000Z)>> endobj trailer <</Root 1 0 R/Info 13 0 R>>");
    let extracted = text(bytes.as_bytes(), "", "");
    let expected = "Road\n[notes]\nAnn Lee: Ask Bo\n[form fields]\nStreet: Elm\n[form data]\nCy Poe\n[links]\n\
                    https://cedarbend.example/plan\n[bookmarks]\nChapter one\n[properties]\nauthor: Ann Lee\n\
                    created: 2026-03-01 12:00:00 UTC\ntitle: Plan\n[embedded]\nmemo.txt\nculvert words\n";
    assert_eq!(extracted.text, expected);
    assert_eq!((extracted.searchable, extracted.pieces.len()), (Searchable::Fully, 1), "{:?}", extracted.problems);
    assert_eq!(extracted.pieces[0].names, ["memo.txt"]);
    assert_eq!(extracted.facts.get("author").map(String::as_str), Some("Ann Lee"));
}

#[test]
fn objects_in_streams_updates_and_forms_are_followed() {
    let form = stream(&format!("/Subtype/Form/Resources<<{HELVETICA}>>"), b"BT /F1 10 Tf (inside a form) Tj ET");
    let bytes = page(stream("", b"/X Do"), "/XObject<</X 5 0 R>>", &[form]);
    assert_eq!(text(&bytes, "", "").text.trim(), "inside a form");
    // The content stands in the file a second time, as an update, and the page in an object stream.
    let members = format!("3 0 2 99 <</Type/Page/Contents 4 0 R/Resources<<{HELVETICA}>>>>");
    let members = stream("/Type/ObjStm/N 2/First 8", members.replacen("99 ", "0 ", 1).as_bytes());
    let mut bytes = page(stream("", b"BT /F1 10 Tf (old) Tj ET"), "", &[members]);
    bytes.extend_from_slice(b"4 0 obj\n");
    bytes.extend_from_slice(&packed(b"BT /F1 10 Tf (new) Tj ET"));
    bytes.extend_from_slice(b"\nendobj\n");
    assert_eq!(text(&bytes, "", "").text.trim(), "new");
}

#[test]
fn pages_of_pictures_are_named_and_blank_ones_are_not() {
    let cases: [(&str, Searchable, &str); 4] = [
        ("", Searchable::Fully, "a blank page hides nothing"),
        ("0 0 m 9 9 l S", Searchable::Not, "letters can be drawn as lines"),
        ("BI /W 1 /H 1 ID x EI", Searchable::Not, "a picture alone"),
        ("BI /W 1 /H 1 ID x EI BT /F1 10 Tf (CB-0001) Tj ET", Searchable::Partly, "a scan with a stamp"),
    ];
    for (content, searchable, why) in cases {
        let extracted = text(&page(stream("", content.as_bytes()), HELVETICA, &[]), "", "");
        assert_eq!(extracted.searchable, searchable, "{why}: {:?}", extracted.problems);
    }
    assert_eq!(page_ranges(&[1, 3, 4, 5, 9]), "page 1, 3-5, 9");
}

#[test]
fn a_hostile_file_takes_neither_long_nor_much() {
    let fork = |from: usize| {
        let next = from + 1;
        stream(
            &format!("/Subtype/Form/Resources<</XObject<</X {next} 0 R>>{HELVETICA}>>"),
            b"/X Do /X Do BT /F1 1 Tf (a) Tj ET",
        )
    };
    let itself = stream("/Subtype/Form/Resources<</XObject<</X 5 0 R>>>>", b"/X Do /X Do");
    let forks: Vec<Vec<u8>> = (5..45).map(fork).collect();
    let bomb = packed_spaces(1024);
    let many: Vec<Vec<u8>> = std::iter::repeat_n(packed_spaces(30), 40).collect();
    let contents: String = (5..45).map(|number| format!("{number} 0 R ")).collect();
    let mut pages = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        format!("<</Kids[{}]>>", (3..100_003).map(|number| format!("{number} 0 R ")).collect::<String>()).into_bytes(),
    ];
    pages.extend(std::iter::repeat_n(b"<</Type/Page>>".to_vec(), 100_000));
    let cycle =
        vec![b"<</Pages 2 0 R>>".to_vec(), b"<</Kids[2 0 R 3 0 R 9 0 R]>>".to_vec(), b"<</Kids[2 0 R]>>".to_vec()];
    let index: String = (0..200_000).map(|number| format!("{number} 0 ")).collect();
    let mut one = format!("{index}[");
    one.push_str(&"0 ".repeat(200_000));
    let overlapping = stream(&format!("/Type/ObjStm/N 200000/First {}", index.len()), one.as_bytes());
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (page(stream("", b"/X Do"), "/XObject<</X 5 0 R>>", &[itself]), "a form that draws itself"),
        (page(stream("", b"/X Do"), "/XObject<</X 5 0 R>>", &forks), "forms that draw the next one twice"),
        (file(&cycle), "a folder of pages in itself"),
        (file(&pages), "100,000 pages"),
        (page(bomb, "", &[]), "a stream that unpacks to 1 GB"),
        (page(b"null".to_vec(), "", &many), "forty of 30 MB that nobody looks at"),
        (
            replaced(page(b"null".to_vec(), "", &many), b"4 0 R", &format!("[{contents}]")),
            "a page of forty parts of 30 MB",
        ),
        (page(stream("", &b"0 0 m ".repeat(3_000_000)), "", &[]), "a content of 18 MB"),
        (page(stream("", &b"0 ".repeat(3_000_000)), "", &[]), "operands without an operator"),
        (page(overlapping, "", &[]), "objects that all lie in one place"),
        (b"%PDF-1.4 ".iter().copied().chain(b"1 0 obj<<>>stream ".repeat(200_000)).collect(), "streams without an end"),
        (b"%PDF-1.4 1 0 obj ".iter().copied().chain(b"[".repeat(2_000_000)).collect(), "brackets"),
        (b"%PDF-1.4 ".iter().copied().chain(b"1 0 obj 2 ".repeat(200_000)).collect(), "objects without an end"),
    ];
    for (bytes, why) in cases {
        let watch = StopWatch::start();
        let extracted = text(&bytes, "", "");
        let seconds = watch.seconds();
        assert!(seconds < SECONDS, "{why}: {seconds} s");
        assert_ne!(extracted.searchable, Searchable::Fully, "{why}");
        assert!(extracted.text.len() < 1_000_000, "{why}");
        println!("{why}: {seconds:.2} s, {:?}", extracted.problems);
    }
}
