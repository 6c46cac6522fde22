//! Text of OpenDocument files (ISO/IEC 26300): content, headers and footers, notes, comments, properties.

use super::archive;
use super::budget::Budget;
use super::xml::{self, Node};
use super::{Extracted, charset, property_set};
use crate::model::exception::ProblemCode;
use crate::model::item::Searchable;
use std::collections::BTreeSet;
use std::io::Cursor;
use zip::ZipArchive;

/// The part with the properties.
const META: &str = "meta.xml";
/// Embedded documents of one document that are looked into.
const EMBEDDED: usize = 1_000;

/// The text of an OpenDocument file.
pub fn extract(bytes: &[u8], found: &str, budget: &mut Budget) -> Extracted {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else {
        return Extracted::nothing(found).but(Searchable::Not, ProblemCode::Malformed, "the document is damaged");
    };
    let manifest = archive::member(&mut archive, "META-INF/manifest.xml", budget).unwrap_or_default();
    if charset::utf8(&manifest).contains("encryption-data") {
        let sentence = "the document is protected by a password";
        return Extracted::nothing(found).but(Searchable::Not, ProblemCode::Encrypted, sentence);
    }
    let mut out = Extracted::all(found, String::new());
    let fixed = [("content.xml", ""), ("styles.xml", "[headers and footers]"), (META, "")];
    let names: Vec<String> = archive.file_names_raw().map(|name| charset::decode(name, None).text).collect();
    let embedded = names.iter().filter(|name| name.ends_with("/content.xml")).take(EMBEDDED);
    let parts = fixed.into_iter().chain(embedded.map(|name| (name.as_str(), "[embedded]")));
    if archive.has_duplicate_names() {
        let sentence = "several parts have one name, and not all of them were read";
        out = out.but(Searchable::Partly, ProblemCode::Repeated, sentence);
    }
    for (part, heading) in parts {
        let Some(bytes) = archive::member(&mut archive, part, budget) else {
            if part == "content.xml" {
                let sentence = "the content of the document cannot be read";
                out = out.but(Searchable::Not, ProblemCode::Malformed, sentence);
            } else if names.iter().any(|name| name == part) {
                let sentence = format!("the part {part} cannot be read");
                out = out.but(Searchable::Partly, ProblemCode::Malformed, sentence);
            }
            continue;
        };
        let decoded = charset::decode(&bytes, Some("utf-8"));
        let (text, whole) = if part == META {
            (String::new(), xml::properties(&decoded.text, "last saved by", &mut out.facts))
        } else {
            text_of(&decoded.text)
        };
        let whole = whole && decoded.sound;
        if !text.trim().is_empty() {
            if !heading.is_empty() {
                out.text.push_str(heading);
                out.text.push('\n');
            }
            out.text.push_str(text.trim());
            out.text.push('\n');
        }
        if !whole {
            out = out.but(Searchable::Partly, ProblemCode::Malformed, format!("the part {part} is damaged"));
        }
    }
    property_set::add_words(&mut out);
    out
}

fn text_of(source: &str) -> (String, bool) {
    let mut out = String::new();
    let mut inside = 0_usize;
    let mut style = String::new();
    let mut hidden = BTreeSet::new();
    let (mut region, mut inserted) = (String::new(), BTreeSet::new());
    let whole = xml::walk(source, &mut |node| match node {
        Node::Open("style", element) => style = xml::attribute(element, "name").unwrap_or_default(),
        Node::Open("table-properties", element) if xml::attribute(element, "display").as_deref() == Some("false") => {
            hidden.insert(style.clone());
        }
        Node::Open("table", element) => {
            let title = xml::attribute(element, "name").unwrap_or_default();
            let is_hidden = xml::attribute(element, "style-name").is_some_and(|name| hidden.contains(&name));
            out.push_str(if is_hidden { "[hidden sheet " } else { "[table " });
            out.push_str(&title);
            out.push_str("]\n");
        }
        // Tracked changes (ODF 1.3 part 3, 5.5): deleted words lie in the list of changes, inserted ones in the text.
        Node::Open("changed-region", element) => region = xml::attribute(element, "id").unwrap_or_default(),
        Node::Open("deletion", _) => out.push_str("[deleted: "),
        Node::Close("deletion") => out.push_str("]\n"),
        Node::Open("insertion", _) => {
            inserted.insert(region.clone());
        }
        Node::Open(kind @ ("change-start" | "change-end"), element)
            if xml::attribute(element, "change-id").is_some_and(|id| inserted.contains(&id)) =>
        {
            out.push_str(if kind == "change-start" { "[inserted: " } else { "]" });
        }
        Node::Open("annotation", _) => out.push_str(" [comment: "),
        Node::Close("annotation") => out.push(']'),
        Node::Open("note-body", _) => out.push_str(" [note: "),
        Node::Close("note-body") => out.push(']'),
        Node::Open("p" | "h" | "title" | "subject" | "keyword" | "description" | "creator", _) => inside += 1,
        Node::Close("p" | "h" | "title" | "subject" | "keyword" | "description" | "creator") => {
            inside = inside.saturating_sub(1);
            out.push('\n');
        }
        Node::Close("table-cell") => out.push('\t'),
        Node::Open("tab", _) => out.push('\t'),
        Node::Open("line-break", _) => out.push('\n'),
        Node::Open("s", _) => out.push(' '),
        Node::Text(text) if inside > 0 => out.push_str(text),
        _ => {}
    });
    (out, whole)
}
