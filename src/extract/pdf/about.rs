//! Properties of a PDF: the information dictionary (ISO 32000-1, 14.3.3) and the XMP packet (ISO 16684-1).

use super::room::Room;
use crate::extract::charset;
use crate::extract::xml::{self, Node};
use lopdf::{Document, Object};
use std::collections::BTreeMap;

/// Entries of the information dictionary, by the names that facts have.
const ENTRIES: [(&[u8], &str); 8] = [
    (b"Title", "title"),
    (b"Author", "author"),
    (b"Subject", "subject"),
    (b"Keywords", "keywords"),
    (b"CreationDate", "created"),
    (b"ModDate", "last saved"),
    (b"Creator", "program"),
    (b"Producer", "producer"),
];

/// Tells both; where they say different things, the packet's stands beside the other.
pub fn tell(document: &Document, room: &mut Room, facts: &mut BTreeMap<String, String>) {
    if let Ok(Object::Dictionary(info)) = document.trailer.get_deref(b"Info", document) {
        for (key, name) in ENTRIES {
            let text = info.get_deref(key, document).and_then(lopdf::decode_text_string).unwrap_or_default();
            let text = if key.ends_with(b"Date") { date(&text) } else { text.trim().to_owned() };
            if !text.is_empty() {
                facts.insert(name.to_owned(), text);
            }
        }
    }
    let packet = document.catalog().and_then(|catalog| catalog.get_deref(b"Metadata", document));
    if let Ok(Object::Stream(packet)) = packet
        && let Some(bytes) = room.unpack(document, packet)
    {
        for (name, value) in packet_facts(&charset::decode(&bytes, None).text) {
            match facts.get(name) {
                Some(known) if *known == value => {}
                Some(_) => {
                    facts.insert(format!("{name} (XMP)"), value);
                }
                None => {
                    facts.insert(name.to_owned(), value);
                }
            }
        }
    }
}

/// The facts of an XMP packet: elements, and attributes of a description.
fn packet_facts(packet: &str) -> BTreeMap<&'static str, String> {
    let mut out: BTreeMap<&'static str, String> = BTreeMap::new();
    let mut open: Option<&'static str> = None;
    let mut add = |name: &'static str, value: &str| {
        let value = value.trim();
        if !value.is_empty() {
            let value = if matches!(name, "created" | "last saved") { date(value) } else { value.to_owned() };
            let known = out.entry(name).or_default();
            if !known.is_empty() {
                known.push_str("; ");
            }
            known.push_str(&value);
        }
    };
    xml::walk(packet, &mut |node| match node {
        Node::Open("Description", element) => {
            for (key, name) in ["CreateDate", "ModifyDate", "CreatorTool", "Producer", "Keywords"]
                .into_iter()
                .filter_map(|key| Some((key, fact_of(key)?)))
            {
                if let Some(value) = xml::attribute(element, key) {
                    add(name, &value);
                }
            }
        }
        Node::Open(element, _) => open = fact_of(element).or(open),
        Node::Close(element) if fact_of(element).is_some() => open = None,
        Node::Text(text) => {
            if let Some(name) = open {
                add(name, text);
            }
        }
        Node::Close(_) => {}
    });
    out
}

/// Names of Dublin Core, XMP and PDF properties by the names that facts have.
fn fact_of(element: &str) -> Option<&'static str> {
    Some(match element {
        "title" => "title",
        "creator" => "author",
        "description" => "subject",
        "Keywords" => "keywords",
        "CreateDate" => "created",
        "ModifyDate" => "last saved",
        "CreatorTool" => "program",
        "Producer" => "producer",
        _ => return None,
    })
}

/// A date of either kind as `2026-03-01 12:00:00 -06:00`: `D:20260301120000-06'00'` (ISO 32000-1, 7.9.4) or ISO 8601. What
/// is neither stands as written; a zone that is not named is not invented.
fn date(written: &str) -> String {
    let written = written.trim();
    let bare = written.trim_start_matches("D:");
    let digits: String = bare.chars().filter(char::is_ascii_digit).collect();
    let zone_at = bare.char_indices().skip(8).find(|(at, one)| {
        matches!(one, 'Z' | '+') || (*one == '-' && bare[..*at].chars().filter(char::is_ascii_digit).count() >= 12)
    });
    let (moment, zone) = match zone_at {
        Some((at, _)) => (bare[..at].chars().filter(char::is_ascii_digit).count(), &bare[at..]),
        None => (digits.len(), ""),
    };
    let Some(shown) = digits.get(..moment.min(14)).filter(|shown| shown.len() >= 8 && shown.len() % 2 == 0) else {
        return written.to_owned();
    };
    let part = |at: usize| shown.get(at..at + 2).unwrap_or("00");
    let zone: String = match zone.chars().next() {
        Some('Z') => " UTC".to_owned(),
        Some(sign @ ('+' | '-')) => {
            let digits: String = zone.chars().filter(char::is_ascii_digit).take(4).collect();
            format!(" {sign}{}:{}", digits.get(..2).unwrap_or("00"), digits.get(2..4).unwrap_or("00"))
        }
        _ => String::new(),
    };
    format!("{}-{}-{} {}:{}:{}{zone}", &shown[..4], part(4), part(6), part(8), part(10), part(12))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_both_kinds_are_told_alike() {
        let cases = [
            ("D:20260301120005-06'00'", "2026-03-01 12:00:05 -06:00"),
            ("D:20260301120005Z", "2026-03-01 12:00:05 UTC"),
            ("D:20260301", "2026-03-01 00:00:00"),
            ("2026-03-01T12:00:05-06:00", "2026-03-01 12:00:05 -06:00"),
            ("2026-03-01T12:00:05Z", "2026-03-01 12:00:05 UTC"),
            ("2026-03-01", "2026-03-01 00:00:00"),
            ("last spring", "last spring"),
            ("", ""),
        ];
        for (written, expected) in cases {
            assert_eq!(date(written), expected, "{written}");
        }
    }

    #[test]
    fn a_packet_tells_elements_lists_and_attributes() {
        let packet = "<x><rdf:Description xmp:CreateDate='2026-03-01'><dc:title><rdf:Alt><rdf:li>Road plan</rdf:li></rdf:Alt>\
                      </dc:title><dc:creator><rdf:Seq><rdf:li>Ann</rdf:li><rdf:li>Bo</rdf:li></rdf:Seq></dc:creator></x>";
        let facts = packet_facts(packet);
        assert_eq!(facts.get("title").map(String::as_str), Some("Road plan"));
        assert_eq!(facts.get("author").map(String::as_str), Some("Ann; Bo"));
        assert_eq!(facts.get("created").map(String::as_str), Some("2026-03-01 00:00:00"));
    }
}
