//! The pages of a PDF in their order (ISO 32000-1, 7.7.3).

use lopdf::{Dictionary, Document, Object, ObjectId};
use std::collections::HashSet;

/// One page.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Its own entries; `None` when it is named and not in the file.
    pub entries: Option<&'a Dictionary>,
    /// Its fonts and forms, its own or those of the folder of pages it lies in.
    pub resources: Option<&'a Dictionary>,
}

/// Every page, each once: whatever points back to where the walk has been is passed over.
pub fn all(document: &Document) -> Vec<Page<'_>> {
    let mut out = Vec::new();
    let mut seen: HashSet<ObjectId> = HashSet::new();
    let mut waiting: Vec<(&Object, Option<&Dictionary>)> = Vec::new();
    if let Ok(root) = document.catalog().and_then(|catalog| catalog.get(b"Pages")) {
        waiting.push((root, None));
    }
    while let Some((node, inherited)) = waiting.pop() {
        if let Ok(id) = node.as_reference()
            && !seen.insert(id)
        {
            continue;
        }
        let Some(entries) = document.dereference(node).ok().and_then(|(_, node)| node.as_dict().ok()) else {
            out.push(Page { entries: None, resources: None });
            continue;
        };
        let resources = entries.get_deref(b"Resources", document).and_then(Object::as_dict).ok().or(inherited);
        match entries.get_deref(b"Kids", document).and_then(Object::as_array) {
            Ok(kids) if !entries.has_type(b"Page") => {
                waiting.extend(kids.iter().rev().map(|kid| (kid, resources)));
            }
            _ => out.push(Page { entries: Some(entries), resources }),
        }
    }
    if out.iter().all(|page| page.entries.is_none()) {
        // The tree is broken: pages are taken as they lie in the file.
        let lying = document.objects.values().filter_map(|object| object.as_dict().ok());
        let lying: Vec<Page<'_>> = lying
            .filter(|entries| entries.has_type(b"Page"))
            .map(|entries| Page {
                entries: Some(entries),
                resources: entries.get_deref(b"Resources", document).and_then(Object::as_dict).ok(),
            })
            .collect();
        if !lying.is_empty() {
            return lying;
        }
    }
    out
}
