//! Rich text on the page: its structure, its pictures, and what strangers may send.

use super::tests::{drawn, is_harmless, item, png, words};
use super::*;
use crate::base::tier::cases;
use crate::text::{Cell, Span, Table, html_to_blocks};
use lopdf::{Document, Object};
use proptest::prelude::*;

const HTML: &str = "<p>Dear all, <b>please read</b> before <code>Monday</code>.<h2>Agenda</h2>\
    <ol><li>Culvert<ul><li>cost<li>permits</ul><li>Plows</ol>\
    <blockquote><p>Who pays?<blockquote>The county.</blockquote></blockquote>\
    <table><tr><th>Item<th>Cost</tr><tr><td>Gravel<td>$12</tr><tr><td>\u{645}\u{644}\u{62d}<td>$7</tr></table>\
    <pre>a   b\nc   d</pre><hr><p>\u{4f1a}\u{8bae} \u{1f600} see <a href='https://cedarbend.example/m'>the map</a>: \
    <img src='cid:map' alt='Map of Bend Road'><img src='cid:gone' alt='Old map'>\
    <img src='https://tracker.example/p.gif' alt='pixel'>";

fn rich(html: &str, pictures: Vec<(String, Vec<u8>)>) -> Rendition {
    item(Content::Rich(Rich::released(html_to_blocks(html), pictures)))
}

/// Kinds of the structure elements, with how many there are of each.
fn kinds(document: &Document) -> std::collections::BTreeMap<String, usize> {
    let mut all = std::collections::BTreeMap::new();
    for object in document.objects.values() {
        if let Ok(one) = object.as_dict()
            && one.get(b"Type").and_then(Object::as_name).is_ok_and(|kind| kind == b"StructElem")
        {
            let kind = one.get(b"S").and_then(Object::as_name).map(String::from_utf8_lossy).unwrap_or_default();
            *all.entry(kind.into_owned()).or_insert(0) += 1;
        }
    }
    all
}

#[test]
fn every_block_is_drawn_and_has_its_place_in_the_structure() {
    let (rendered, document) = drawn(&rich(HTML, vec![("map".to_owned(), png(40, 30))]));
    assert_eq!(rendered.problems, Vec::<String>::new());
    let said = words(&document, 1);
    for wanted in
        ["please read", "Agenda", "1.", "2.", "•", "permits", "The county.", "$12", "<https://cedarbend.example/m>"]
    {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    assert!(said.contains("[The picture Old map is not shown here"), "{said}");
    assert!(said.contains("[pixel]"), "nothing is fetched: {said}");
    let kinds = kinds(&document);
    for (kind, count) in
        [("H1", 1), ("H2", 1), ("L", 2), ("LI", 4), ("Lbl", 4), ("LBody", 4), ("BlockQuote", 2), ("Figure", 1)]
    {
        assert_eq!(kinds.get(kind), Some(&count), "{kind}: {kinds:?}");
    }
    // Three fields above, three rows below; two column heads and three labels.
    assert_eq!((kinds.get("Table"), kinds.get("TR"), kinds.get("TH")), (Some(&2), Some(&6), Some(&5)), "{kinds:?}");
    is_harmless(&document);
}

#[test]
fn what_is_filed_has_its_original_inside_and_what_goes_out_has_not() {
    let source = Source {
        name: "message.eml".to_owned(),
        media_type: "message/rfc822".to_owned(),
        description: "The original".to_owned(),
        bytes: b"Subject: Agenda\r\n\r\nx\r\n".to_vec(),
    };
    let one = Rendition { made_at: "2026-03-02T15:00:07Z".parse().ok(), ..rich(HTML, Vec::new()) };
    let filed = draw_archival(&one, &source).expect("drawn");
    assert_eq!(draw_archival(&one, &source).expect("drawn again"), filed);
    let text = String::from_utf8_lossy(&filed.pdf).into_owned();
    for claim in
        ["<pdfaid:part>3</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>", "<pdfuaid:part>1</pdfuaid:part>"]
    {
        assert!(text.contains(claim), "{claim}");
    }
    let document = Document::load_mem(&filed.pdf).expect("a PDF file");
    assert!(document.catalog().expect("a catalog").has(b"AF"), "the original is an associated file");
    let inside = document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .any(|stream| stream.decompressed_content().unwrap_or_else(|_| stream.content.clone()) == source.bytes);
    assert!(inside, "its bytes are exactly those of the original");
    let public = draw(&one).expect("drawn");
    assert!(String::from_utf8_lossy(&public.pdf).contains("2026-03-02T15:00:07"), "the date of the production");
    is_harmless(&Document::load_mem(&public.pdf).expect("a PDF file"));
}

#[test]
fn a_long_table_has_its_head_on_each_page_and_loses_no_row() {
    let mut rows = vec![vec![Cell::heading("Number"), Cell::heading("What was said")]];
    rows.extend((0..200).map(|nth| vec![Cell::plain(format!("row {nth}.")), Cell::plain("long words ".repeat(30))]));
    let blocks = vec![Block::Table(Table { summary: "Rows".to_owned(), rows })];
    let (rendered, document) = drawn(&item(Content::Rich(Rich::released(blocks, Vec::new()))));
    assert!(rendered.pages > 10, "{} pages", rendered.pages);
    let mut all = String::new();
    for page in 1..=rendered.pages {
        let words = words(&document, page);
        assert!(words.contains("What was said"), "page {page}");
        all.push_str(&words);
    }
    assert!((0..200).all(|nth| all.contains(&format!("row {nth}."))));
    // Too long for the pages there are: what is left out is said.
    let blocks = vec![Block::Paragraph(vec![Span::plain("word ".repeat(20_000))])];
    let short = draw_on(&item(Content::Rich(Rich::released(blocks, Vec::new()))), 3).expect("drawn");
    assert!(short.pages <= 3 && short.problems[0].contains("longer than 3 pages"), "{:?}", short.problems);
}

#[test]
fn a_picture_that_no_file_can_hold_leaves_the_words() {
    let one = rich("<p>before<img src='cid:a' alt='plan'>after", vec![("a".to_owned(), b"no picture".to_vec())]);
    let (rendered, document) = drawn(&one);
    assert!(rendered.problems[0].contains("is not shown"), "{:?}", rendered.problems);
    let said = words(&document, 1);
    assert!(said.contains("before") && said.contains("after") && said.contains("plan"), "{said}");
}

proptest! {
    #![proptest_config(cases(24, 400))]
    /// Whatever a stranger writes is drawn.
    #[test]
    fn any_markup_is_drawn(
        pieces in prop::collection::vec(prop_oneof![
            "\\PC{0,20}", Just("<p>".to_owned()), Just("<ul><li>".to_owned()), Just("<li>".to_owned()), Just("</ul>".to_owned()),
            Just("<table><tr><th>".to_owned()), Just("<td>".to_owned()), Just("<tr>".to_owned()), Just("</table>".to_owned()),
            Just("<blockquote>".to_owned()), Just("<b>".to_owned()), Just("</b>".to_owned()), Just("<h5>".to_owned()),
            Just("</h5>".to_owned()), Just("<pre>\t".to_owned()), Just("</pre>".to_owned()), Just("<br>".to_owned()),
            Just("&#x301;&#xE000;&#7;\u{e000}\u{1F469}\u{200D}\u{1F4BB}".to_owned()), Just("\u{645}\u{301}".to_owned()),
            Just("<img src=cid:x alt=''>".to_owned()),
        ], 0..40)
    ) {
        let rendered = draw(&rich(&pieces.concat(), vec![("x".to_owned(), png(3, 2))])).expect("drawn");
        prop_assert!(Document::load_mem(&rendered.pdf).is_ok());
        prop_assert!(!rendered.problems.iter().any(|one| one.contains("plain text")), "{:?}", rendered.problems);
    }
}
