//! A walk over XML that forgives what broken writers do.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

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
