//! The entries of one XML file of an archive, each as the bytes it has there.

use quick_xml::Reader;
use quick_xml::events::Event;

/// What the entries of a file are, told by its outermost element.
const ROOTS: [(&str, &str); 7] = [
    ("emails", "email"),
    ("contacts", "contact"),
    ("appointments", "appointment"),
    ("tasks", "task"),
    ("notes", "note"),
    ("groups", "group"),
    ("distributionLists", "distributionList"),
];

/// The entries of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entries<'a> {
    /// How many the file says it has.
    pub declared: Option<u64>,
    /// Each entry from its first to its last byte, with the name of its element.
    pub all: Vec<(String, &'a str)>,
    /// What is left where the file is damaged.
    pub rest: Option<&'a str>,
}

/// Cuts a file into its entries; `None` when it is a file of something else.
pub fn entries(xml: &str) -> Option<Entries<'_>> {
    let mut reader = Reader::from_str(xml);
    let mut found = Entries::default();
    let (mut depth, mut start, mut name) = (0_usize, 0_usize, String::new());
    let mut is_known = false;
    loop {
        let before = position(&reader);
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                if depth == 0 {
                    let root: &str = element.local_name().into_inner();
                    ROOTS.iter().find(|(known, _)| *known == root)?;
                    is_known = true;
                    found.declared =
                        crate::extract::xml::attribute(&element, "elementCount").and_then(|count| count.parse().ok());
                } else if depth == 1 {
                    start = before;
                    element.local_name().into_inner().clone_into(&mut name);
                }
                depth += 1;
            }
            Ok(Event::Empty(element)) if depth == 1 => {
                let name = element.local_name().into_inner().to_owned();
                found.all.push((name, xml.get(before..position(&reader)).unwrap_or_default()));
            }
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                if depth == 1 {
                    found.all.push((name.clone(), xml.get(start..position(&reader)).unwrap_or_default()));
                    start = position(&reader);
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    if depth > 0 {
        found.rest = xml.get(start..).filter(|rest| !rest.trim().is_empty());
    }
    is_known.then_some(found)
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_cut_out_byte_for_byte() {
        let xml = "<?xml version=\"1.0\"?>\n<emails elementCount=\"2\">\n <email a=\"1\"><x>&lt;y></x></email><email/></emails>";
        let found = entries(xml).expect("mail");
        assert_eq!(found.declared, Some(2));
        let all: Vec<&str> = found.all.iter().map(|(_, xml)| *xml).collect();
        assert_eq!(all, ["<email a=\"1\"><x>&lt;y></x></email>", "<email/>"]);
        assert_eq!(found.rest, None);
        let cut = entries("<contacts><contact>a</contact><contact>b").expect("cards");
        assert_eq!((cut.all.len(), cut.rest), (1, Some("<contact>b")));
        assert_eq!(entries("<categories><category/></categories>"), None);
        assert_eq!(entries("no xml"), None);
    }
}
