//! The pages of a drawn item, each as a file of its own, for review platforms that take one image to a page.
//!
//! Such a page is an image and no document: it has neither tags nor bookmarks nor links, and claims no standard. The
//! document that it is a page of has them.

use super::RenderError;
use lopdf::{Document, Object, ObjectId, dictionary};

/// What the catalog of a whole document has and a single page cannot keep: it would speak of other pages, or claim a
/// standard that a page without tags does not meet.
const OF_THE_WHOLE: [&[u8]; 8] =
    [b"StructTreeRoot", b"MarkInfo", b"Outlines", b"Metadata", b"PageLabels", b"Names", b"Dests", b"ViewerPreferences"];

/// The pages of a PDF file that this program drew or copied, in order.
///
/// # Errors
/// When the file cannot be read back; it was written a moment ago, so that is a failure of the writer.
pub fn single_pages(pdf: &[u8]) -> Result<Vec<Vec<u8>>, RenderError> {
    let wrong = |error: &dyn std::fmt::Display| RenderError::Writer(error.to_string());
    let whole = Document::load_mem(pdf).map_err(|error| wrong(&error))?;
    let pages: Vec<ObjectId> = whole.get_pages().into_values().collect();
    pages.into_iter().map(|page| single(&whole, page).map_err(|error| wrong(&error))).collect()
}

/// What a page has from the nodes above it (ISO 32000-1, 7.7.3.4).
fn inherited(whole: &Document, page: ObjectId) -> Vec<(&'static [u8], Object)> {
    const ABOVE: usize = 64;
    let mut found: Vec<(&'static [u8], Object)> = Vec::new();
    let mut node = whole.get_dictionary(page).ok();
    for _ in 0..ABOVE {
        let Some(here) = node else { break };
        for key in [&b"Resources"[..], b"MediaBox", b"CropBox", b"Rotate"] {
            if let Ok(value) = here.get(key)
                && found.iter().all(|one| one.0 != key)
            {
                found.push((key, value.clone()));
            }
        }
        node = here.get_deref(b"Parent", whole).and_then(Object::as_dict).ok();
    }
    found
}

fn single(whole: &Document, page: ObjectId) -> Result<Vec<u8>, lopdf::Error> {
    let mut out = whole.clone();
    let tree = out.new_object_id();
    let kids = vec![Object::Reference(page)];
    out.objects.insert(tree, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => 1 }.into());
    let inherited = inherited(whole, page);
    let own = out.get_object_mut(page)?.as_dict_mut()?;
    for (key, value) in inherited {
        own.set(key, value);
    }
    own.set("Parent", tree);
    for key in [&b"StructParents"[..], b"Annots", b"Tabs"] {
        own.remove(key);
    }
    let catalog = out.catalog_mut()?;
    catalog.set("Pages", tree);
    for key in OF_THE_WHOLE {
        catalog.remove(key);
    }
    out.prune_objects();
    let mut bytes = Vec::new();
    out.save_to(&mut bytes).map_err(lopdf::Error::from)?;
    Ok(bytes)
}
