//! The room as a whole: what stands in the files, that they are the same each time, and what strangers may send.

use super::*;
use crate::base::tier::cases;
use crate::model::production::BatesPrefix;
use lopdf::{Dictionary, Document, Object, Stream, dictionary};
use proptest::prelude::*;

pub(super) fn public(text: &str) -> PublicText {
    PublicText::released(text)
}

pub(super) fn item(content: Content) -> Rendition {
    Rendition {
        title: public("Culvert at Bend Road"),
        fields: vec![
            (public("From"), public("Dana Olsen <dana.olsen@cedarbend.example>")),
            (public("To"), public("council@cedarbend.example; علي <ali@cedarbend.example>")),
            (public("Subject"), public("")),
        ],
        remark: public("Taken out of a mailbox."),
        content,
        first: Some(BatesNumber::new(BatesPrefix::new("CED").expect("a prefix"), 12)),
        made_at: None,
        label: public("EXERCISE"),
    }
}

fn text(body: &str) -> Rendition {
    item(Content::Text(public(body)))
}

/// Draws and reads back; the number of pages said is the number of pages there.
pub(super) fn drawn(rendition: &Rendition) -> (Rendered, Document) {
    let rendered = draw(rendition).expect("drawn");
    let document = Document::load_mem(&rendered.pdf).expect("a PDF file");
    assert_eq!(document.get_pages().len(), usize::try_from(rendered.pages).expect("few"));
    (rendered, document)
}

pub(super) fn words(document: &Document, page: u32) -> String {
    let text = document.extract_text(&[page]).expect("text");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every dictionary of a file, the ones inside others too.
fn dictionaries(document: &Document) -> Vec<Dictionary> {
    fn inside(object: &Object, all: &mut Vec<Dictionary>) {
        match object {
            Object::Array(values) => values.iter().for_each(|value| inside(value, all)),
            Object::Dictionary(dictionary) => {
                all.push(dictionary.clone());
                dictionary.iter().for_each(|(_, value)| inside(value, all));
            }
            Object::Stream(stream) => inside(&Object::Dictionary(stream.dict.clone()), all),
            _ => {}
        }
    }
    let mut all = Vec::new();
    document.objects.values().for_each(|object| inside(object, &mut all));
    all
}

/// Nothing in the file acts, is attached or can be filled in.
pub(super) fn is_harmless(document: &Document) {
    for dictionary in dictionaries(document) {
        for key in
            [&b"JS"[..], b"JavaScript", b"OpenAction", b"AA", b"EF", b"EmbeddedFiles", b"AcroForm", b"Annots", b"URI"]
        {
            assert!(!dictionary.has(key), "{} is in {dictionary:?}", String::from_utf8_lossy(key));
        }
        let kind = dictionary.get(b"S").and_then(Object::as_name).unwrap_or(b"");
        assert!(!matches!(kind, b"JavaScript" | b"Launch" | b"URI" | b"SubmitForm"), "an action: {dictionary:?}");
    }
}

#[test]
fn a_message_has_its_fields_its_words_and_a_stamp_on_each_page() {
    let body = "The culvert washed out again last night.\n\n> quoted words stay\n\n".repeat(40);
    let (rendered, document) = drawn(&text(&body));
    assert_eq!(rendered.problems, Vec::<String>::new());
    assert!(rendered.pages >= 3);
    let first = words(&document, 1);
    for wanted in [
        "Culvert at Bend Road",
        "dana.olsen@cedarbend.example",
        "(none)",
        "Taken out of a mailbox.",
        "> quoted words stay",
    ] {
        assert!(first.contains(wanted), "{wanted} is in {first}");
    }
    for page in 1..=rendered.pages {
        let words = words(&document, page);
        let stamps =
            ["EXERCISE".to_owned(), format!("Page {page} of {}", rendered.pages), format!("CED{:08}", 11 + page)];
        for stamp in stamps {
            assert!(words.contains(&stamp), "{stamp} is on page {page}");
        }
    }
    is_harmless(&document);
}

/// ISO 19005-2 (PDF/A-2u) and ISO 14289-1 (PDF/UA-1): the marks by which a validator knows what is claimed.
#[test]
fn a_drawn_file_claims_what_it_is() {
    let (rendered, document) = drawn(&text("Words"));
    let catalog = document.catalog().expect("a catalog");
    for key in [&b"StructTreeRoot"[..], b"MarkInfo", b"Metadata", b"OutputIntents", b"Outlines", b"PageLabels"] {
        assert!(catalog.has(key), "{} is in the catalog", String::from_utf8_lossy(key));
    }
    assert_eq!(catalog.get(b"Lang").and_then(Object::as_str).expect("a language"), b"en-US");
    let pdf = String::from_utf8_lossy(&rendered.pdf);
    for claim in
        ["<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>U</pdfaid:conformance>", "<pdfuaid:part>1</pdfuaid:part>"]
    {
        assert!(pdf.contains(claim), "{claim}");
    }
    let kinds: Vec<Vec<u8>> = dictionaries(&document)
        .iter()
        .filter(|one| one.get(b"Type").and_then(Object::as_name).is_ok_and(|kind| kind == b"StructElem"))
        .filter_map(|one| one.get(b"S").and_then(Object::as_name).map(<[u8]>::to_vec).ok())
        .collect();
    for wanted in [&b"H1"[..], b"Table", b"TR", b"TH", b"TD", b"P"] {
        assert!(kinds.iter().any(|kind| kind == wanted), "{} is in the structure", String::from_utf8_lossy(wanted));
    }
}

#[test]
fn the_same_item_gives_the_same_bytes_in_any_thread() {
    let items = [text("Привет 世界 مرحبا 😀"), item(Content::Picture(png(3, 2))), item(Content::Pages(foreign(2)))];
    for item in items {
        let here = draw(&item).expect("drawn");
        assert_eq!(draw(&item).expect("drawn"), here);
        // Another item in between leaves no trace in this one.
        draw(&text("한국어 தமிழ்")).expect("drawn");
        let there = std::thread::spawn({
            let item = item.clone();
            move || draw(&item).expect("drawn")
        });
        assert_eq!(there.join().expect("no panic"), here);
    }
}

#[test]
fn another_item_is_another_file() {
    assert_ne!(draw(&text("a")).expect("drawn").pdf, draw(&text("b")).expect("drawn").pdf);
}

#[test]
fn what_no_font_has_is_counted_and_said() {
    let (rendered, document) = drawn(&text("left \u{E000} right \u{10FFFF}"));
    assert_eq!(rendered.problems.len(), 1);
    assert!(rendered.problems[0].starts_with("2 characters"), "{}", rendered.problems[0]);
    assert!(words(&document, 1).contains("left [U+E000] right [U+10FFFF]"));
}

#[test]
fn a_letter_and_a_mark_of_two_fonts_are_both_drawn() {
    // Pairs that no single face has, and the one at which the shaper of parley 0.12 is known to panic.
    for pair in ["क\u{301}", "א\u{308}", "ل\u{301}", "각\u{302E}", "각\u{302F}", "각a\u{302E}"] {
        let (rendered, _) = drawn(&text(&format!("before {pair} after")));
        assert_eq!(rendered.pages, 1, "{pair}");
    }
}

#[test]
fn a_longer_item_ends_with_a_sentence() {
    let body = "A line of text.\n".repeat(1_000);
    let rendered = draw_on(&text(&body), 4).expect("drawn");
    assert_eq!(rendered.pages, 4);
    let document = Document::load_mem(&rendered.pdf).expect("a PDF file");
    let last = words(&document, 4);
    assert!(last.contains("at most 4 pages") && last.contains("text file"), "{last}");
    assert!(last.contains("CED00000015") && last.contains("Page 4 of 4"), "{last}");
    assert!(rendered.problems[0].contains("longer than 4 pages"), "{:?}", rendered.problems);
}

#[test]
fn numbers_that_do_not_reach_are_refused() {
    let mut last = text(&"A line of text.\n".repeat(200));
    last.first = Some(BatesNumber::new(BatesPrefix::new("CED").expect("a prefix"), 99_999_999));
    assert!(matches!(draw(&last), Err(RenderError::Numbers { .. })));
    last.content = Content::Text(public("one page"));
    assert_eq!(draw(&last).expect("the last number").pages, 1);
}

#[test]
fn a_slip_says_why() {
    let (rendered, document) = drawn(&item(Content::Slip(public("Withheld: Minn. Stat. 13.39, subd. 2."))));
    assert_eq!((rendered.pages, rendered.problems.len()), (1, 0));
    assert!(words(&document, 1).contains("Withheld: Minn. Stat. 13.39, subd. 2."));
}

#[test]
fn odd_items_are_drawn() {
    let mut odd = text("");
    odd.title = public(" \u{7}\n");
    odd.fields = vec![(public(&"Label ".repeat(60)), public(&"value, ".repeat(3_000))), (public(""), public("x\ny"))];
    odd.label = public(&"A LABEL THAT GOES ON ".repeat(20));
    odd.remark = public("");
    odd.first = None;
    let (rendered, document) = drawn(&odd);
    assert!(rendered.pages >= 3);
    assert!(words(&document, 1).contains(&format!("Page 1 of {}", rendered.pages)));
}

/// A PNG of one colour.
pub(super) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut rows = Vec::new();
    for _ in 0..height {
        rows.push(0);
        rows.extend(std::iter::repeat_n([200u8, 100, 50], usize::try_from(width).expect("small")).flatten());
    }
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &rows).expect("packed");
    let mut head = [width.to_be_bytes(), height.to_be_bytes()].concat();
    head.extend([8, 2, 0, 0, 0]);
    png_of(&[(b"IHDR", &head), (b"IDAT", &packed.finish().expect("packed")), (b"IEND", &[])])
}

fn png_of(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, body) in chunks {
        out.extend(u32::try_from(body.len()).expect("small").to_be_bytes());
        let mut checked = flate2::Crc::new();
        checked.update(*kind);
        checked.update(body);
        out.extend_from_slice(*kind);
        out.extend_from_slice(body);
        out.extend(checked.sum().to_be_bytes());
    }
    out
}

/// A grey JPEG of 8 by 16 pixels, with an EXIF segment that says it lies on its side.
fn jpeg() -> Vec<u8> {
    let plain = "ffd8ffe000104a46494600010100000100010000ffdb004300100b0c0e0c0a100e0d0e1211101318281a181616183123251d28\
                 3a333d3c3933383740485c4e404457453738506d51575f626768673e4d71797064785c656763ffc0000b080010000801011100ff\
                 c4001500010100000000000000000000000000000006ffc40014100100000000000000000000000000000000ffda0008010100003f\
                 00a41fffd9";
    let plain = crate::base::digest::from_hex(plain).expect("hexadecimal");
    let mut exif = vec![0xFF, 0xE1, 0, 48];
    exif.extend(b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0");
    exif.extend(b"near 45.27 N  ");
    exif.resize(50, b' ');
    [&plain[..2], &exif, &plain[2..]].concat()
}

#[test]
fn pictures_are_drawn_and_what_is_wrong_with_them_said() {
    let gif = "474946383761020003008100000102030000000000000000002c00000000020003000008060001081c1810003b";
    let webp = "5249464620000000574542505650384c140000002f01800000075081540820000a9afec78888fe07";
    let hex = |text: &str| crate::base::digest::from_hex(text).expect("hexadecimal");
    for (picture, why) in [(png(30, 20), "PNG"), (jpeg(), "JPEG"), (hex(gif), "GIF"), (hex(webp), "WebP")] {
        let (rendered, document) = drawn(&item(Content::Picture(picture)));
        assert_eq!((rendered.pages, rendered.problems), (1, vec![]), "{why}");
        let images = dictionaries(&document);
        let images =
            images.iter().filter(|one| one.get(b"Subtype").and_then(Object::as_name).is_ok_and(|n| n == b"Image"));
        assert_eq!(images.count(), 1, "{why}");
    }
    let pdf = draw(&item(Content::Picture(jpeg()))).expect("drawn").pdf;
    assert!(!pdf.windows(7).any(|seven| seven == b"45.27 N"), "the place is not in the file");
    let mut bomb = [100_000u32.to_be_bytes(), 100_000u32.to_be_bytes()].concat();
    bomb.extend([8, 2, 0, 0, 0]);
    let bomb = png_of(&[(b"IHDR", &bomb), (b"IDAT", &[]), (b"IEND", &[])]);
    let mut cut = png(30, 20);
    cut.truncate(50);
    for (picture, words_of_it) in
        [(bomb, "100000 x 100000 pixels"), (cut, "damaged"), (b"BM rubbish".to_vec(), "no JPEG")]
    {
        let (rendered, document) = drawn(&item(Content::Picture(picture)));
        assert!(rendered.problems.iter().any(|problem| problem.contains(words_of_it)), "{:?}", rendered.problems);
        assert!(words(&document, 1).contains("cannot be shown on paper"), "{words_of_it}");
    }
}

/// A foreign PDF file of some pages, with a word on each, that a test makes worse.
fn foreign_document(pages: u32) -> Document {
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    let mut kids = Vec::new();
    for page in 1..=pages {
        let content = format!("BT /F1 24 Tf 72 700 Td (Foreign page {page}) Tj ET");
        let content = document.add_object(Stream::new(Dictionary::new(), content.into_bytes()));
        kids.push(Object::Reference(document.add_object(dictionary! {
            "Type" => "Page", "Parent" => tree, "Contents" => content,
        })));
    }
    document.objects.insert(
        tree,
        dictionary! {
            "Type" => "Pages", "Kids" => kids, "Count" => i64::from(pages),
            "MediaBox" => vec![0.into(), 0.into(), 612.into(), 792.into()],
            "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
        }
        .into(),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    let information = document.add_object(dictionary! { "Author" => Object::string_literal("Secret Author") });
    document.trailer.set("Root", catalog);
    document.trailer.set("Info", information);
    document
}

fn saved(mut document: Document) -> Vec<u8> {
    let mut out = Vec::new();
    document.save_to(&mut out).expect("saved");
    out
}

fn foreign(pages: u32) -> Vec<u8> {
    saved(foreign_document(pages))
}

fn first_page(document: &mut Document) -> &mut Dictionary {
    let id = document.get_pages()[&1];
    document.get_dictionary_mut(id).expect("a page")
}

fn pages_of(document: Document) -> Rendition {
    item(Content::Pages(saved(document)))
}

/// The foreign file names Helvetica, as the standard fonts were once used, and has no font in it.
const FONT_NOT_CARRIED: &str = "the PDF file does not carry one of its fonts; a viewer draws it with its own";

#[test]
fn foreign_pages_are_copied_and_stamped() {
    let (rendered, document) = drawn(&item(Content::Pages(foreign(3))));
    assert_eq!((rendered.pages, rendered.problems.as_slice()), (3, &[FONT_NOT_CARRIED.to_owned()][..]));
    is_harmless(&document);
    assert!(!rendered.pdf.windows(13).any(|some| some == b"Secret Author"));
    let forms: Vec<String> = document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .filter_map(|stream| stream.get_plain_content().ok())
        .map(|content| String::from_utf8_lossy(&content).into_owned())
        .collect();
    for page in 1..=3 {
        assert!(forms.iter().any(|form| form.contains(&format!("(Foreign page {page})"))), "page {page}");
    }
    // Each page draws the old page and a stamp of its own, and is called by its number.
    for (number, id) in document.get_pages() {
        let content = String::from_utf8(document.get_page_content(id)).expect("ASCII");
        assert!(
            content.contains("/Page Do") && content.trim_end().ends_with("/Stamp Do Q"),
            "page {number}: {content}"
        );
    }
    let labels = dictionaries(&document);
    let labels: Vec<&[u8]> = labels.iter().filter_map(|one| one.get(b"P").and_then(Object::as_str).ok()).collect();
    for label in [&b"CED00000012"[..], b"CED00000013", b"CED00000014"] {
        assert!(labels.contains(&label), "{}", String::from_utf8_lossy(label));
    }
}

/// Actions, scripts and files of ISO 32000-1, 12.6 and 7.11, where they are usually hidden.
#[test]
fn whatever_acts_or_is_attached_stays_behind() {
    let mut document = foreign_document(1);
    let script = dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") };
    let launch = dictionary! { "S" => "Launch", "F" => Object::string_literal("cmd.exe") };
    let file =
        document.add_object(Stream::new(dictionary! { "Type" => "EmbeddedFile" }, b"MZ the hidden file".to_vec()));
    let names = dictionary! {
        "EmbeddedFiles" => dictionary! { "Names" => vec![Object::string_literal("x.exe"),
            dictionary! { "Type" => "Filespec", "EF" => dictionary! { "F" => file } }.into()] },
        "JavaScript" => dictionary! { "Names" => vec![Object::string_literal("x"), script.clone().into()] },
    };
    let catalog = document.catalog_mut().expect("a catalog");
    catalog.set("OpenAction", script.clone());
    catalog.set("AA", dictionary! { "WC" => script.clone() });
    catalog.set("Names", names);
    let link = dictionary! {
        "Type" => "Annot", "Subtype" => "Link", "A" => launch.clone(),
        "Rect" => vec![0.into(), 0.into(), 9.into(), 9.into()],
    };
    let page = first_page(&mut document);
    page.set("AA", dictionary! { "O" => script.clone() });
    page.set("Annots", vec![link.into()]);
    // A resource whose name is that of an action is a name and nothing else.
    page.set("Resources", dictionary! { "XObject" => dictionary! { "AA" => dictionary! { "S" => "Launch" } } });
    let (rendered, document) = drawn(&pages_of(document));
    let pdf = String::from_utf8_lossy(&rendered.pdf);
    for word in ["app.alert", "cmd.exe", "MZ the hidden", "x.exe"] {
        assert!(!pdf.contains(word), "{word} is left out");
    }
    assert_eq!(rendered.problems, ["not copied from the PDF file: scripts, actions, embedded files"]);
    let acting = dictionaries(&document).iter().any(|one| one.has(b"JS") || one.has(b"OpenAction") || one.has(b"EF"));
    assert!(!acting);
}

#[test]
fn filled_in_fields_are_drawn_and_are_no_fields_any_more() {
    let mut document = foreign_document(1);
    let look = document.add_object(Stream::new(
        dictionary! { "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 100.into(), 20.into()] },
        b"(the filled-in value) Tj".to_vec(),
    ));
    let field = |look: Option<Object>, flags: i64, said: &str| {
        let mut note = dictionary! {
            "Type" => "Annot", "Subtype" => "Widget", "FT" => "Tx", "F" => flags, "V" => Object::string_literal(said),
            "Rect" => vec![72.into(), 500.into(), 272.into(), 540.into()],
        };
        if let Some(look) = look {
            note.set("AP", dictionary! { "N" => look });
        }
        Object::Dictionary(note)
    };
    let notes =
        vec![field(Some(look.into()), 4, "seen"), field(Some(look.into()), 2, "hidden"), field(None, 4, "bare")];
    first_page(&mut document).set("Annots", notes);
    let (rendered, document) = drawn(&pages_of(document));
    is_harmless(&document);
    let id = document.get_pages()[&1];
    let content = String::from_utf8(document.get_page_content(id)).expect("ASCII");
    assert!(content.contains("q 2.0000 0.0000 0.0000 2.0000 72.0000 500.0000 cm /Note0 Do Q"), "{content}");
    assert!(!content.contains("/Note1"), "{content}");
    assert_eq!(
        rendered.problems,
        ["2 notes or fields of the PDF file are hidden or have no picture, and are not shown", FONT_NOT_CARRIED]
    );
}

#[test]
fn a_copy_never_lays_bare_what_a_mark_covers() {
    let black = |kind: &str| {
        Object::Dictionary(dictionary! {
            "Type" => "Annot", "Subtype" => kind, "IC" => vec![0.into(), 0.into(), 0.into()],
            "Rect" => vec![72.into(), 690.into(), 300.into(), 730.into()],
        })
    };
    for kind in ["Redact", "Square", "Polygon"] {
        let mut document = foreign_document(1);
        first_page(&mut document).set("Annots", vec![black(kind)]);
        let (rendered, document) = drawn(&pages_of(document));
        assert!(rendered.problems[0].contains("cover"), "{kind}: {:?}", rendered.problems);
        assert!(words(&document, 1).contains("cannot be shown on paper"), "{kind}");
    }
}

#[test]
fn pages_lie_the_right_way_up_on_paper_with_a_band() {
    // Rotation, box of the page, and the paper wanted (ISO 32000-1, 7.7.3.3).
    let rows: &[(i64, [i64; 4], [f32; 2])] = &[
        (0, [0, 0, 612, 792], [612.0, 792.0]),
        (90, [0, 0, 612, 792], [792.0, 612.0]),
        (-90, [0, 0, 612, 792], [792.0, 612.0]),
        (450, [10, 20, 410, 620], [600.0, 400.0]),
        (0, [100, 100, 110, 110], [288.0, 288.0]),
        (0, [0, 0, 3000, 2000], [3000.0, 2000.0]),
        (0, [612, 792, 0, 0], [612.0, 792.0]),
        (0, [0, 0, 0, 0], [612.0, 792.0]),
        (0, [0, 0, 99_999_999, 5], [612.0, 792.0]),
    ];
    for (turn, media, paper) in rows {
        let mut document = foreign_document(1);
        let page = first_page(&mut document);
        page.set("Rotate", *turn);
        page.set("MediaBox", media.map(Object::Integer).to_vec());
        let (_, document) = drawn(&pages_of(document));
        let id = document.get_pages()[&1];
        let page = document.get_dictionary(id).expect("a page");
        let media = page.get(b"MediaBox").and_then(Object::as_array).expect("a box");
        let media: Vec<f32> = media.iter().filter_map(|number| number.as_float().ok()).collect();
        assert_eq!(media, [0.0, 0.0, paper[0], paper[1]], "{turn} {media:?}");
    }
}

#[test]
fn broken_and_hostile_files_become_slips_or_are_walked_once() {
    let mut round = foreign_document(2);
    let tree =
        round.catalog().and_then(|catalog| catalog.get(b"Pages")).and_then(Object::as_reference).expect("a tree");
    let kids = round.get_dictionary_mut(tree).and_then(|tree| tree.get_mut(b"Kids")).expect("kids");
    kids.as_array_mut().expect("kids").push(Object::Reference(tree));
    let (rendered, _) = drawn(&pages_of(round));
    assert_eq!(rendered.pages, 2, "a tree in which a node is its own child");

    let mut empty = foreign_document(0);
    empty.compress();
    let mut locked = foreign_document(1);
    locked.trailer.set(
        "Encrypt",
        dictionary! { "Filter" => "Standard", "V" => 2, "R" => 3, "Length" => 128, "P" => -4,
        "O" => Object::string_literal(vec![7; 32]), "U" => Object::string_literal(vec![9; 32]) },
    );
    locked.trailer.set("ID", vec![Object::string_literal("1"), Object::string_literal("1")]);
    let mut odd = foreign_document(1);
    let content = odd.add_object(Stream::new(dictionary! { "Filter" => "FlateDecode" }, b"not packed".to_vec()));
    first_page(&mut odd).set("Contents", content);
    let cut = foreign(1)[..200].to_vec();
    let rows: &[(Vec<u8>, &str)] = &[
        (saved(empty), "no pages"),
        (saved(locked), "protected by a password"),
        (b"%PDF-1.7\nrubbish".to_vec(), "damaged"),
        (Vec::new(), "damaged"),
        (cut, "damaged"),
    ];
    for (bytes, wanted) in rows {
        let (rendered, document) = drawn(&item(Content::Pages(bytes.clone())));
        assert_eq!(rendered.pages, 1);
        assert!(rendered.problems[0].contains(wanted), "{wanted}: {:?}", rendered.problems);
        assert!(words(&document, 1).contains("cannot be shown on paper"), "{wanted}");
    }
    // Whether a reader gives up on a stream that is not what it says or takes what it finds, the item has its page.
    assert_eq!(drawn(&pages_of(odd)).0.pages, 1);
}

#[test]
fn objects_that_refer_to_themselves_are_copied_once() {
    let mut document = foreign_document(1);
    let id = document.new_object_id();
    document
        .objects
        .insert(id, dictionary! { "Self" => id, "Deep" => vec![vec![Object::Reference(id)].into()] }.into());
    first_page(&mut document)
        .set("Resources", dictionary! { "Properties" => dictionary! { "P" => id }, "Gone" => (999, 0) });
    let (rendered, _) = drawn(&pages_of(document));
    assert_eq!(rendered.pages, 1);
}

proptest! {
    #![proptest_config(cases(16, 128))]

    /// Whatever the text, there is a file with at most the pages allowed, and a second drawing is the same.
    #[test]
    fn any_text_is_drawn(text in "(\\PC|[\u{0}-\u{2F}\u{300}-\u{36F}\u{590}-\u{6FF}\u{900}-\u{97F}\u{E00}-\u{EFF}\u{1780}-\u{17FF}\u{202A}-\u{202E}\u{302E}\u{302F}\u{AC00}-\u{AC20}\u{1F300}-\u{1F6FF}\u{E0000}-\u{E007F}]){0,300}") {
        let rendition = self::text(&text);
        let rendered = draw_on(&rendition, 3).expect("drawn");
        prop_assert!(rendered.pages <= 3);
        let document = Document::load_mem(&rendered.pdf).expect("a PDF file");
        prop_assert_eq!(document.get_pages().len(), usize::try_from(rendered.pages).expect("few"));
        prop_assert_eq!(draw_on(&rendition, 3).expect("drawn").pdf, rendered.pdf);
    }

    /// A PDF file with bytes changed at random is copied or becomes a slip.
    #[test]
    fn a_damaged_file_is_survived(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30)) {
        let mut bytes = foreign(2);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let rendered = draw(&item(Content::Pages(bytes))).expect("drawn");
        prop_assert!(rendered.pages >= 1);
        prop_assert!(Document::load_mem(&rendered.pdf).is_ok());
    }

    /// A picture with bytes changed at random is drawn or becomes a slip.
    #[test]
    fn a_damaged_picture_is_survived(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20), which in any::<bool>()) {
        let mut bytes = if which { png(20, 20) } else { jpeg() };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let rendered = draw(&item(Content::Picture(bytes))).expect("drawn");
        prop_assert_eq!(rendered.pages, 1);
    }
}

#[test]
fn each_page_alone_has_the_words_of_that_page_and_speaks_of_no_other() {
    let lines: String = (0..200).map(|line| format!("Line {line} of the minutes\n")).collect();
    let (rendered, _) = drawn(&item(Content::Text(PublicText::released(lines))));
    assert!(rendered.pages > 2, "{}", rendered.pages);
    assert!(!rendered.pdf.windows(9).any(|some| some == b"/Suspects"), "poppler complains of it, and it says nothing");
    let singles = single_pages(&rendered.pdf).expect("split");
    assert_eq!(singles.len(), rendered.pages as usize);
    assert_eq!(singles, single_pages(&rendered.pdf).expect("split"), "always the same bytes");
    for (single, id) in singles.iter().zip(Document::load_mem(&rendered.pdf).expect("read").get_pages().into_values()) {
        let whole = Document::load_mem(&rendered.pdf).expect("read");
        let alone = Document::load_mem(single).expect("read");
        let page = *alone.get_pages().get(&1).expect("one page");
        assert_eq!(alone.get_pages().len(), 1);
        assert_eq!(alone.get_page_content(page), whole.get_page_content(id));
        let catalog = alone.catalog().expect("a catalog");
        for key in [&b"StructTreeRoot"[..], b"MarkInfo", b"Outlines", b"Metadata", b"Names"] {
            assert!(!catalog.has(key), "{}", String::from_utf8_lossy(key));
        }
        assert!(single.len() < rendered.pdf.len(), "what belongs to other pages is not in it");
    }
}
