//! Words on the pages of PDF files and in pictures, as boxes: proposed where the words are drawn, and recorded by whoever confirms
//! them, together with the redaction of the words, so that the same words go from everything else as well.

use super::ReviewError;
use super::redact::{self, FOLLOWED_LETTERS, Grounds, Spot, Wanted, What};
use crate::base::id::{RecordId, RequestId};
use crate::model::item::ParsedItem;
use crate::model::redaction::{Place, Redaction, Region};
use crate::redaction::{Located, Needle, SearchBuilder, chars_of, draws_pages, takes_boxes, text_of};
use crate::repository::Repository;
use crate::source;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A PDF or a picture with its words, opened once for all that is asked of it.
struct Opened {
    text: String,
    located: Located,
}

/// The boxes over each of these words: none where they are no part of the text of a PDF or picture, or are not drawn.
///
/// # Errors
/// When an item cannot be opened.
pub fn around(repository: &Repository, spots: &[Spot]) -> Result<Vec<Vec<Region>>, ReviewError> {
    let mut opened: BTreeMap<RecordId, Option<Opened>> = BTreeMap::new();
    let mut all = Vec::new();
    for spot in spots {
        if spot.place != Place::Text {
            all.push(Vec::new());
            continue;
        }
        let file = match opened.entry(spot.record) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(open(repository, spot.record)?),
        };
        all.push(file.as_ref().map_or_else(Vec::new, |file| file.boxes(spot)));
    }
    Ok(all)
}

/// The same redactions with the boxes over their words, each on the grounds of the words.
///
/// # Errors
/// When an item cannot be opened.
pub fn with_boxes(repository: &Repository, wanted: Vec<Wanted>) -> Result<Vec<Wanted>, ReviewError> {
    let spots: Vec<Spot> = wanted.iter().filter_map(|one| one.spot.clone().ok()).collect();
    let mut boxes = around(repository, &spots)?.into_iter();
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for one in wanted {
        let drawn = match &one.spot {
            Ok(spot) => boxes.next().unwrap_or_default().into_iter().map(|region| (spot.record, region)).collect(),
            Err(_) => Vec::new(),
        };
        let grounds = one.grounds.clone();
        all.push(one);
        for place in drawn {
            if seen.insert((place, grounds.statute.clone())) {
                all.push(Wanted { spot: Err(place), grounds: grounds.clone() });
            }
        }
    }
    Ok(all)
}

/// As [`redact::redact`], with boxes over the words where they are drawn on pages and in pictures.
///
/// # Errors
/// As there; and when boxes are to be drawn on pages and no program that draws them is installed.
pub fn redact(
    repository: &mut Repository,
    request: RequestId,
    records: Option<&[RecordId]>,
    what: &What,
    grounds: &Grounds,
    actor: &str,
) -> Result<Vec<Redaction>, ReviewError> {
    let spots = redact::spots(repository, request, records, what, grounds.reach)?;
    if spots.is_empty() {
        return Err(redact::nothing_there());
    }
    let wanted = spots.into_iter().map(|spot| Wanted { spot: Ok(spot), grounds: grounds.clone() }).collect();
    let wanted = with_boxes(repository, wanted)?;
    redact::record_all(repository, request, wanted, actor)
}

impl Opened {
    /// Words that are left out everywhere are covered wherever they are drawn; others in the one place.
    fn boxes(&self, spot: &Spot) -> Vec<Region> {
        let Some(needle) = Needle::of(&spot.words) else { return Vec::new() };
        let follows = needle.letters() >= FOLLOWED_LETTERS;
        if let Some(range) = self.range(spot).filter(|_| !follows) {
            let one = self.located.stretch(&range, &spot.words);
            if !one.is_empty() {
                return one;
            }
        }
        let mut builder = SearchBuilder::default();
        builder.add(needle);
        let search = builder.build();
        let found = search.map(|search| self.located.everywhere(&search)).unwrap_or_default();
        found.into_iter().map(|(_, region)| region).collect()
    }

    fn range(&self, spot: &Spot) -> Option<Range<usize>> {
        chars_of(&self.text, spot.start, spot.end)
    }
}

/// The file that a record is; `None` where no box can be drawn on it.
fn open(repository: &Repository, record: RecordId) -> Result<Option<Opened>, ReviewError> {
    let record = repository.catalog().reading().record(record)?;
    let family = repository.family(record.family)?;
    let item = &family.facts.item;
    let Some(found_type) = type_of(item, record.part).filter(|one| takes_boxes(one)) else { return Ok(None) };
    if found_type == "application/pdf" && !draws_pages() {
        let message =
            "boxes on the pages of a PDF need pdftoppm (Debian package poppler-utils), which is not installed";
        return Err(ReviewError::Refused(message.to_owned()));
    }
    let original = repository.original(&family.row)?;
    let bytes = match record.part {
        None => Some(original),
        Some(part) => source::part_bytes(&original, &family.facts.shape, part),
    };
    let located = bytes.and_then(|bytes| Located::of(&found_type, &bytes, true));
    Ok(located.map(|located| Opened { text: text_of(item, record.part, Place::Text), located }))
}

fn type_of(item: &ParsedItem, part: Option<u32>) -> Option<String> {
    match part {
        None => item.facts.get("media type").cloned(),
        Some(part) => item.attachments.iter().find(|one| one.part == part).map(|one| one.found_type.clone()),
    }
}
