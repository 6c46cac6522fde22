//! An item as the city files it: PDF/A-3a with the original inside. It never goes out to anybody; it is not redacted, has
//! no production number and is not recorded.

use super::ProductionError;
use super::draft;
use crate::base::limits::SECTION_IN_MEMORY_BYTES;
use crate::render::{self, Rendered, Source};
use crate::repository::{Repository, StoredFamily};
use crate::source::native;

/// Draws an item for the archive. The same item always gives the same bytes: the date of the file is the moment at which
/// the item was taken in.
///
/// # Errors
/// When the item is too large to be embedded, is a PDF file itself (it is filed as it is), or cannot be drawn.
pub fn archival(repository: &Repository, family: &StoredFamily) -> Result<Rendered, ProductionError> {
    let facts = &family.facts;
    if facts.bytes > SECTION_IN_MEMORY_BYTES {
        let message = "the item is too large to be put into a PDF file";
        return Err(ProductionError::refused(message, "File its original: recordroom show ITEM --original > FILE"));
    }
    let original = repository.original(&family.row)?;
    let taken_in = repository.catalog().reading().event(family.row.event)?.at;
    let zone = repository.zone();
    let exercise = repository.profile().exercise;
    let Some(rendition) = draft::for_filing(facts, &original, zone, exercise, taken_in) else {
        let message = "the item is a PDF file itself, and is filed as it is";
        return Err(ProductionError::refused(message, "Write it with: recordroom show ITEM --original > FILE.pdf"));
    };
    let source = match native::of_item(&facts.item, &original, &facts.shape) {
        Some(native) => Source {
            name: format!("original.{}", plain(&native.ending)),
            media_type: media_type(&native.ending).to_owned(),
            description: match native.is_rendition {
                true => "The item as an Internet message, written from the item of the mailbox store it came from"
                    .to_owned(),
                false => "The original of this item, exactly as it was taken in".to_owned(),
            },
            bytes: native.bytes,
        },
        None => Source {
            name: "original.bin".to_owned(),
            media_type: "application/octet-stream".to_owned(),
            description: "The original of this item as it stood in its source".to_owned(),
            bytes: original,
        },
    };
    Ok(render::draw_archival(&rendition, &source)?)
}

/// An ending that a file name may have.
fn plain(ending: &str) -> String {
    let plain = (1..=8).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    if plain { ending.to_ascii_lowercase() } else { "bin".to_owned() }
}

fn media_type(ending: &str) -> &'static str {
    match ending {
        "eml" => "message/rfc822",
        "msg" => "application/vnd.ms-outlook",
        _ => "application/octet-stream",
    }
}
