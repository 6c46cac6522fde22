//! Every format through the one door.

use super::*;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).expect("a member");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("an archive").into_inner()
}

fn codes(extracted: &Extracted) -> Vec<ProblemCode> {
    extracted.problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn a_document_gives_headers_notes_comments_and_what_was_deleted() {
    let bytes = zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "word/document.xml",
            br#"<w:document xmlns:w="w"><w:p><w:r><w:t>One &amp; two</w:t><w:tab/><w:t>three</w:t></w:r></w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:document>"#,
        ),
        ("word/header1.xml", b"<w:hdr><w:p><w:t>Head</w:t></w:p></w:hdr>"),
        ("word/footnotes.xml", b"<w:f><w:p><w:t>Foot</w:t></w:p></w:f>"),
        ("word/comments.xml", b"<w:c><w:p><w:t>Remark</w:t></w:p></w:c>"),
        ("word/embeddings/o.txt", b"inside text"),
        ("docProps/core.xml", b"<c><dc:title>The title</dc:title></c>"),
    ]);
    let marked = zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "word/document.xml",
            br#"<w:d><w:p><w:pPr><w:rPr><w:ins w:author="Ann"/></w:rPr></w:pPr><w:ins w:author="Ann"><w:r><w:t>new</w:t></w:r></w:ins></w:p></w:d>"#,
        ),
        ("word/comments.xml", br#"<w:c><w:comment w:author="Bo"><w:p><w:t>why</w:t></w:p></w:comment></w:c>"#),
        ("docProps/core.xml", b"<c><dc:creator>Ann</dc:creator><cp:lastModifiedBy>Bo</cp:lastModifiedBy></c>"),
        ("docProps/app.xml", b"<P><Company>Cedar Bend</Company><Pages>2</Pages></P>"),
        ("docProps/custom.xml", br#"<P><property name="Case"><vt:lpwstr>7</vt:lpwstr></property></P>"#),
    ]);
    let marked = text(&marked, "", "");
    let expected = "[inserted by Ann: new]\n[comments]\nBo: why\n[properties]\nauthor: Ann\ncompany: Cedar Bend\n\
                    custom property Case: 7\nlast saved by: Bo\n";
    assert_eq!(marked.text, expected);
    assert_eq!(marked.facts.get("company").map(String::as_str), Some("Cedar Bend"));
    let extracted = text(&bytes, "a.zip", "application/zip");
    assert!(extracted.found_type.ends_with("wordprocessingml.document"));
    assert_eq!(extracted.searchable, Searchable::Fully);
    assert!(extracted.text.starts_with("One & two\tthree\n[deleted: gone]"), "{}", extracted.text);
    for words in [
        "[header]\nHead",
        "[footnotes]\nFoot",
        "[comments]\nRemark",
        "[embedded]\no.txt\ninside text",
        "[properties]\ntitle: The title",
    ] {
        assert!(extracted.text.contains(words), "{words}: {}", extracted.text);
    }
}

#[test]
fn a_document_gives_rows_of_tables_words_of_pictures_and_where_links_lead() {
    let bytes = zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "word/document.xml",
            br#"<w:document><w:tbl><w:tr><w:tc><w:p><w:r><w:t>Who</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>What</w:t></w:r></w:p></w:tc></w:tr>
<w:tr><w:tc><w:p><w:r><w:t>Ann </w:t></w:r><w:r><w:t>Lind</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>
<w:p><w:r><w:drawing><wp:docPr id="1" name="P" descr="A broken culvert"/><pic:cNvPr id="2" name="P" descr="A broken culvert"/></w:drawing></w:r></w:p></w:document>"#,
        ),
        (
            "word/_rels/document.xml.rels",
            br#"<Relationships><Relationship Id="r1" Target="styles.xml"/><Relationship Id="r2" Target="mailto:ann@x.example" TargetMode="External"/></Relationships>"#,
        ),
    ]);
    let extracted = text(&bytes, "a.docx", "");
    assert_eq!(extracted.text, "Who\tWhat\nAnn Lind\n[picture: A broken culvert]\n[links]\nmailto:ann@x.example\n");
    assert_eq!(extracted.searchable, Searchable::Fully);
}

#[test]
fn a_workbook_gives_hidden_sheets_and_marks_them() {
    let bytes = zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "xl/workbook.xml",
            br#"<workbook><sheets><sheet name="Open" r:id="r1"/><sheet name="Pay" state="veryHidden" r:id="r2"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            br#"<R><Relationship Id="r1" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Target="/xl/worksheets/sheet2.xml"/></R>"#,
        ),
        ("xl/sharedStrings.xml", b"<sst><si><t>Shared</t></si><si><r><t>rich </t></r><r><t>text</t></r></si></sst>"),
        ("xl/worksheets/sheet1.xml", br#"<w><row><c t="s"><v>1</v></c><c><v>42</v></c></row></w>"#),
        ("xl/worksheets/sheet2.xml", br#"<w><row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>inline</t></is></c></row></w>"#),
    ]);
    let extracted = text(&bytes, "", "");
    assert_eq!(extracted.text, "[sheet Open]\nrich text\t42\n[hidden sheet Pay]\nShared\tinline\n");
}

#[test]
fn a_sheet_of_millions_of_cells_is_bounded() {
    let millions = crate::base::tier::cases(1, 10).cases as usize;
    let mut sheet = b"<w>".to_vec();
    sheet.extend_from_slice(&b"<row><c t=\"s\"><v>0</v></c></row>".repeat(10_000));
    let many = zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/sharedStrings.xml", format!("<sst><si><t>{}</t></si></sst>", "road ".repeat(20_000)).as_bytes()),
        ("xl/worksheets/sheet1.xml", &sheet),
    ]);
    let extracted = text(&many, "", "");
    assert_eq!(extracted.searchable, Searchable::Partly, "a long string in every cell");
    assert!(extracted.text.len() <= limits::SEARCHABLE_CHARS, "{}", extracted.text.len());
    let mut sheet = b"<w><row>".to_vec();
    sheet.extend_from_slice(&b"<c><v>7</v></c>".repeat(millions * 1_000_000));
    let long = zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/worksheets/sheet1.xml", &sheet),
    ]);
    let watch = crate::base::clock::StopWatch::start();
    let extracted = text(&long, "", "");
    println!("{millions} million cells: {:.1} s", watch.seconds());
    assert!(watch.seconds() < 60.0);
    assert_eq!(codes(&extracted)[0], ProblemCode::LimitReached, "{:?}", extracted.problems);
    assert!(extracted.text.contains("7\t7\t7"), "what fits is read");
}

#[test]
fn a_book_is_read_chapter_by_chapter() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in [
        ("mimetype", &b"application/epub+zip"[..]),
        ("META-INF/container.xml", b"<?xml version='1.0'?><container><rootfiles/></container>"),
        ("OEBPS/one.xhtml", b"<?xml version='1.0'?><html><body><p>Culvert&#32;one</p></body></html>"),
    ] {
        writer.start_file(name, stored).expect("a member");
        writer.write_all(bytes).expect("memory");
    }
    let book = writer.finish().expect("an archive").into_inner();
    let extracted = text(&book, "manual.epub", "");
    assert_eq!((extracted.found_type.as_str(), extracted.searchable), ("application/epub+zip", Searchable::Fully));
    let at = extracted.text.find("Culvert one").expect("its words");
    let piece = extracted.pieces.iter().rev().find(|piece| piece.start <= at && at < piece.end);
    assert_eq!(piece.map(|piece| piece.names.clone()), Some(vec!["OEBPS/one.xhtml".to_owned()]));
}

#[test]
fn a_presentation_gives_notes_and_hidden_slides_in_order() {
    let bytes = zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("ppt/presentation.xml", b"<p/>"),
        ("ppt/slides/slide10.xml", b"<p><a:p><a:t>ten</a:t></a:p></p>"),
        ("ppt/slides/slide2.xml", br#"<p show="0"><a:p><a:t>two</a:t></a:p></p>"#),
        ("ppt/notesSlides/notesSlide1.xml", b"<p><a:p><a:t>say this</a:t></a:p></p>"),
    ]);
    assert_eq!(text(&bytes, "", "").text, "[notes]\nsay this\n[hidden slide]\ntwo\n[slide]\nten\n");
}

#[test]
fn open_document_text_is_read_and_a_locked_one_said() {
    let content = br#"<o><text:h>Head</text:h><text:p>a<text:s/>b<office:annotation><text:p>mind</text:p></office:annotation></text:p></o>"#;
    let odt = zipped(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", content)]);
    let extracted = text(&odt, "", "");
    // The writer packs the first member, so only a real one is recognised by its first bytes.
    let direct = odf::extract(&odt, "application/vnd.oasis.opendocument.text", &mut Budget::new());
    assert_eq!(direct.text, "Head\na b [comment: mind\n]\n", "{}", extracted.found_type);
    let changed = zipped(&[
        (
            "content.xml",
            br#"<o><t:changed-region t:id="c1"><t:insertion/></t:changed-region><t:changed-region t:id="c2"><t:deletion><t:p>gone</t:p></t:deletion></t:changed-region><t:p>a<t:change-start t:change-id="c1"/>new<t:change-end t:change-id="c1"/></t:p></o>"#,
        ),
        ("meta.xml", b"<o><m:initial-creator>Ann</m:initial-creator><dc:creator>Bo</dc:creator><m:user-defined m:name=\"Case\">7</m:user-defined></o>"),
    ]);
    let changed = odf::extract(&changed, "application/vnd.oasis.opendocument.text", &mut Budget::new());
    let expected =
        "[deleted: gone\n]\na[inserted: new]\n[properties]\nauthor: Ann\ncustom property Case: 7\nlast saved by: Bo\n";
    assert_eq!(changed.text, expected);
    let locked = zipped(&[("META-INF/manifest.xml", b"<m:encryption-data/>"), ("content.xml", b"\x01\x02")]);
    let locked = odf::extract(&locked, "application/vnd.oasis.opendocument.text", &mut Budget::new());
    assert_eq!((locked.searchable, codes(&locked)), (Searchable::Not, vec![ProblemCode::Encrypted]));
}

#[test]
fn archives_are_listed_and_read_and_bombs_are_said() {
    let inner = zipped(&[("deep.txt", b"found in the deep")]);
    let outer = zipped(&[("photo.png", b"\x89PNG\r\n\x1a\n"), ("inner.zip", &inner)]);
    let extracted = text(&outer, "", "");
    assert!(extracted.text.contains("photo.png") && extracted.text.contains("found in the deep"));
    assert_eq!(extracted.searchable, Searchable::Partly, "the picture has no words");
    let bomb = zipped(&[("zeros.txt", &vec![b'0'; 30_000_000])]);
    assert_eq!(codes(&text(&bomb, "", "")), vec![ProblemCode::LimitReached]);
    let mut nested = zipped(&[("core.txt", b"core")]);
    for _ in 0..20 {
        nested = zipped(&[("a.zip", &nested)]);
    }
    assert_eq!(codes(&text(&nested, "", "")), vec![ProblemCode::LimitReached]);
    assert_eq!(codes(&text(b"PK\x03\x04garbage", "", "")), vec![ProblemCode::Malformed]);
}

#[test]
fn text_pages_and_messages_are_read_in_their_charset() {
    let cases: [(&[u8], &str, &str, &str, &str); 6] = [
        (b"caf\xE9", "a.txt", "text/plain; charset=iso-8859-1", "text/plain", "caf\u{e9}"),
        (b"a,b\r\nc,d", "a.csv", "", "text/csv", "a,b\r\nc,d"),
        (b"<?xml version='1.0'?><a>x<b>y</b></a>", "a", "", "text/xml", "x\ny\n"),
        (b"{\\rtf1 road}", "a.doc", "application/msword", "application/rtf", "road"),
        (b"", "a", "", "application/x-empty", ""),
        (b"\x89PNG\r\n\x1a\n", "a.txt", "text/plain", "image/png", ""),
    ];
    for (bytes, name, claimed, found, expected) in cases {
        let extracted = text(bytes, name, claimed);
        assert_eq!((extracted.found_type.as_str(), extracted.text.as_str()), (found, expected));
    }
    let message = b"Message-ID: <a@b>\nFrom: Ann <a@b.us>\nSubject: =?utf-8?q?Stra=C3=9Fe?=\n\nbody words\n";
    let extracted = text(message, "", "");
    for words in ["Ann a@b.us", "Stra\u{df}e", "body words"] {
        assert!(extracted.text.contains(words), "{}", extracted.text);
    }
}

#[test]
fn a_page_tells_its_words_and_a_page_of_pictures_that_it_has_none() {
    let extracted = text(&pdf(b"BT /F1 12 Tf (Road repair) Tj ET"), "", "");
    assert_eq!((extracted.found_type.as_str(), extracted.searchable), ("application/pdf", Searchable::Fully));
    assert!(extracted.text.contains("Road repair"), "{}", extracted.text);
    let picture = text(&pdf(b"0 0 m 9 9 l S"), "", "");
    assert_eq!((picture.searchable, codes(&picture)), (Searchable::Not, vec![ProblemCode::Unsupported]));
    let damaged = text(b"%PDF-1.4 nothing else", "", "");
    assert_eq!((damaged.searchable, codes(&damaged)), (Searchable::Not, vec![ProblemCode::Malformed]));
}

#[test]
fn no_cut_or_flipped_file_makes_it_fail() {
    let samples = [
        zipped(&[("[Content_Types].xml", b"<T/>"), ("word/document.xml", b"<w:p><w:t>x</w:t></w:p>")]),
        pdf(b"BT /F1 12 Tf (x) Tj ET"),
        b"{\\rtf1\\ansi {\\b x}\\u1234?}".to_vec(),
        b"Message-ID: <a>\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\nContent-Type: message/rfc822\n\nSubject: y\n\nz\n--b--\n".to_vec(),
    ];
    for sample in &samples {
        for at in 0..sample.len() {
            text(&sample[..at], "a", "");
            let mut flipped = sample.clone();
            flipped[at] ^= 0x55;
            text(&flipped, "a", "");
        }
    }
}

fn pdf(content: &[u8]) -> Vec<u8> {
    use lopdf::{Document, Object, Stream, dictionary};
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier" });
    let content = document.add_object(Stream::new(dictionary! {}, content.to_vec()));
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

#[test]
fn what_may_hide_words_makes_a_file_searchable_in_part() {
    let workbook = |sheet: &'static [u8], strings: &'static [u8]| {
        zipped(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("xl/workbook.xml", b"<workbook/>"),
            ("xl/sharedStrings.xml", strings),
            ("xl/worksheets/sheet1.xml", sheet),
        ])
    };
    let cell = br#"<w><row><c t="s"><v>0</v></c></row></w>"#;
    let (all, part) = (Searchable::Fully, Searchable::Partly);
    let cases: Vec<(Vec<u8>, Searchable, &str, &str)> = vec![
        (b"<?xml version='1.0'?><a b='road' xmlns='u'>x</a>".to_vec(), all, "road", "attributes say things"),
        (b"<?xml version='1.0'?><a>&own;</a>".to_vec(), part, "own", "an entity of the file's own"),
        (b"<?xml version='1.0'?><a>road<b".to_vec(), part, "road", "it breaks off"),
        (b"{\\rtf1\\ansicpg1252 road \\'e9}".to_vec(), all, "road \u{e9}", "a code page that is known"),
        (b"{\\rtf1\\ansicpg9999 road \\'e9}".to_vec(), part, "road", "a code page nobody knows"),
        (b"{\\rtf1 road{\\object{\\*\\objdata 00}}}".to_vec(), part, "road", "an embedded file that is cut off"),
        (workbook(cell, b"<sst><si><t>road</t></si></sst>"), all, "road", "a sound workbook"),
        (workbook(cell, b"<sst><si><t>road</t></si><si"), part, "road", "its words break off"),
        (workbook(cell, b"<sst></sst>"), part, "0", "a cell whose words are not there"),
        (b"BEGIN:VCALENDAR\r\nSUMMARY:coun\r\n cil\r\n".to_vec(), all, "council", "a folded line"),
        (b"BEGIN:VCARD\r\nFN;ENCODING=QUOTED-PRINTABLE:=41\r\n".to_vec(), part, "=41", "an encoded line"),
    ];
    for (bytes, searchable, words, why) in cases {
        let extracted = text(&bytes, "", "");
        assert_eq!(extracted.searchable, searchable, "{why}: {extracted:?}");
        assert_eq!(extracted.problems.is_empty(), searchable == Searchable::Fully, "{why}");
        assert!(extracted.text.contains(words), "{why}: {}", extracted.text);
    }
}

#[test]
fn both_members_of_one_name_are_looked_into() {
    let mut bytes = zipped(&[("1.txt", b"chives"), ("2.txt", b"leeks")]);
    while let Some(at) = bytes.windows(5).position(|window| window == b"2.txt") {
        bytes[at] = b'1';
    }
    let extracted = text(&bytes, "a.zip", "");
    assert!(extracted.text.contains("chives") && extracted.text.contains("leeks"), "{}", extracted.text);
    assert_eq!(extracted.searchable, Searchable::Fully);
}
