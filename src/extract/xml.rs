//! A walk over XML that forgives what broken writers do.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;

/// One thing met on the walk. Names are without their prefix.
pub enum Node<'a> {
    /// An element begins.
    Open(&'a str, &'a BytesStart<'a>),
    /// An element ends.
    Close(&'a str),
    /// Text, its references resolved.
    Text(&'a str),
}

/// Walks over a document; false when it breaks off, or refers to words that are not in it as text.
pub fn walk(text: &str, visit: &mut dyn FnMut(Node<'_>)) -> bool {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut whole = true;
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => visit(Node::Open(element.local_name().into_inner(), &element)),
            Ok(Event::Empty(element)) => {
                visit(Node::Open(element.local_name().into_inner(), &element));
                visit(Node::Close(element.local_name().into_inner()));
            }
            Ok(Event::End(element)) => visit(Node::Close(element.local_name().into_inner())),
            Ok(Event::Text(piece)) => visit(Node::Text(&piece)),
            Ok(Event::CData(piece)) => visit(Node::Text(&piece)),
            Ok(Event::GeneralRef(reference)) => {
                let found = reference.resolve_char_ref().ok().flatten();
                let name: &str = &reference;
                let mut buffer = [0; 4];
                let text = match (found, name) {
                    (Some(one), _) => &*one.encode_utf8(&mut buffer),
                    (_, "amp") => "&",
                    (_, "lt") => "<",
                    (_, "gt") => ">",
                    (_, "quot") => "\"",
                    (_, "apos") => "'",
                    (_, other) => {
                        // An entity that the file defines itself is never followed; its words are hidden.
                        whole = false;
                        other
                    }
                };
                visit(Node::Text(text));
            }
            Ok(Event::Eof) => return whole,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// The value of an attribute, by its name without prefix.
pub fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let value = attributes.with_checks(false).flatten().find(|one| one.key.local_name().into_inner() == name)?;
    Some(quick_xml::escape::unescape(&value.value).map_or_else(|_| value.value.to_string(), |text| text.into_owned()))
}

/// The values of all attributes but those that name name spaces; one that cannot be resolved stands as written.
pub fn attributes(element: &BytesStart<'_>) -> Vec<String> {
    let mut attributes = element.attributes();
    let said = attributes.with_checks(false).flatten().filter(|one| !one.key.into_inner().starts_with("xmlns"));
    said.map(|one| match quick_xml::escape::unescape(&one.value) {
        Ok(text) => text.into_owned(),
        Err(_) => one.value.to_string(),
    })
    .collect()
}

/// Properties of a document (ISO/IEC 29500-2 clause 11, 29500-1 clause 22; ODF 1.3 part 3 clause 4.3), by the names
/// of the facts; false when the part breaks off. Both formats write Dublin Core's `creator`, OpenDocument for who saved it
/// last, so that the caller names it.
pub fn properties(text: &str, creator: &'static str, facts: &mut BTreeMap<String, String>) -> bool {
    let mut name = String::new();
    let mut value = String::new();
    let mut is_custom = false;
    walk(text, &mut |node| match node {
        Node::Open("property" | "user-defined", element) => {
            name = format!("custom property {}", attribute(element, "name").unwrap_or_default());
            is_custom = true;
            value.clear();
        }
        Node::Open(other, _) if !is_custom => {
            let known = if other == "creator" { creator } else { property_name(other) };
            known.clone_into(&mut name);
            value.clear();
        }
        Node::Text(piece) => value.push_str(piece),
        Node::Close(closed) => {
            let ends = matches!(closed, "property" | "user-defined");
            if (!is_custom || ends) && !name.is_empty() && !value.trim().is_empty() {
                value.trim().clone_into(facts.entry(std::mem::take(&mut name)).or_default());
            }
            if !is_custom || ends {
                is_custom = false;
                value.clear();
                name.clear();
            }
        }
        Node::Open(..) => {}
    })
}

fn property_name(element: &str) -> &'static str {
    match element {
        "title" => "title",
        "subject" => "subject",
        "initial-creator" => "author",
        "lastModifiedBy" => "last saved by",
        "created" | "creation-date" => "created",
        "modified" | "date" => "last saved",
        "lastPrinted" | "print-date" => "printed",
        "keywords" | "keyword" => "keywords",
        "description" => "comments",
        "category" => "category",
        "Company" => "company",
        "Manager" => "manager",
        _ => "",
    }
}
