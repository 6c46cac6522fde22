//! What may not be public in the collected items of a request: proposed, and turned into redactions by whoever accepts it.

use super::ReviewError;
use super::boxes;
use super::redact::{self, Grounds, Spot, Wanted};
use crate::base::id::{FamilyId, RecordId, RequestId};
use crate::model::profile::Profile;
use crate::model::redaction::{Place, Redaction};
use crate::notpublic::{self, Category, Office};
use crate::redaction::text_of;
use crate::repository::{Repository, read_item};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Families read together.
const CHUNK: usize = 64;

/// Something proposed in an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// Where, with its words.
    pub spot: Spot,
    /// What it may be.
    pub category: Category,
    /// Confidence from 0 to 100.
    pub confidence: u8,
    /// What speaks for it.
    pub why: &'static str,
    /// Whether it is the whole text of the item, which is withheld rather than redacted.
    pub is_whole: bool,
    /// Whether it is redacted already.
    pub is_redacted: bool,
}

/// The name of a proposal, `R-12@text:120-131`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    record: RecordId,
    place: Place,
    start: u64,
    end: u64,
}

/// A proposal was named in another way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no finding: write it as the list does, such as R-12@text:120-131")]
pub struct AtError(pub String);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}:{}-{}", self.record, self.place, self.start, self.end)
    }
}

impl FromStr for At {
    type Err = AtError;
    fn from_str(text: &str) -> Result<Self, AtError> {
        let read = || {
            let (record, rest) = text.split_once('@')?;
            let (place, span) = rest.split_once(':')?;
            let (start, end) = span.split_once('-')?;
            Some(Self {
                record: record.parse().ok()?,
                place: Place::parse(place)?,
                start: start.parse().ok()?,
                end: end.parse().ok()?,
            })
        };
        read().ok_or_else(|| AtError(text.to_owned()))
    }
}

impl Proposed {
    /// How it is named.
    pub fn at(&self) -> At {
        At { record: self.spot.record, place: self.spot.place, start: self.spot.start, end: self.spot.end }
    }
}

/// The people whose mail is treated apart, as the profile tells them; numbers come from a list of the city's own.
pub fn office(profile: &Profile, personal_numbers: BTreeSet<String>) -> Office {
    let lower = |text: &String| text.trim().to_lowercase();
    let elected = profile.custodians.iter().filter(|one| one.elected);
    Office {
        elected: elected.flat_map(|one| one.addresses.iter().chain(&one.numbers)).map(lower).collect(),
        attorneys: profile
            .counsel_domains
            .iter()
            .map(|one| format!("@{}", lower(one).trim_start_matches('@')))
            .collect(),
        domains: profile.domains.iter().map(lower).collect(),
        personal_numbers,
    }
}

/// Which proposals are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Only these items; empty means every collected one.
    pub records: BTreeSet<RecordId>,
    /// Only these kinds; empty means all.
    pub categories: BTreeSet<Category>,
    /// The least confidence.
    pub minimum: u8,
}

/// Everything proposed in the collected items, in order of item and place.
///
/// # Errors
/// When an item cannot be opened.
pub fn find(
    repository: &Repository,
    request: RequestId,
    office: &Office,
    asked: &Asked,
) -> Result<Vec<Proposed>, ReviewError> {
    let reading = repository.catalog().reading();
    let standing = reading.redactions(request)?;
    let families: Vec<FamilyId> = reading.collected(request)?;
    let (keys, vault) = (repository.key_reader(), repository.vault());
    let mut all = Vec::new();
    for chunk in families.chunks(CHUNK) {
        let mut rows = Vec::new();
        for family in chunk {
            let records = reading.records(*family)?;
            if asked.records.is_empty() || records.iter().any(|one| asked.records.contains(&one.id)) {
                rows.push((reading.family(*family)?, records));
            }
        }
        let found: Vec<Vec<Proposed>> = rows
            .par_iter()
            .map(|(row, records)| {
                let item = read_item(&keys, vault, row)?.item;
                let wanted = records.iter().filter(|one| asked.records.is_empty() || asked.records.contains(&one.id));
                Ok(wanted.flat_map(|one| proposals(&item, one.id, one.part, office, asked, &standing)).collect())
            })
            .collect::<Result<_, ReviewError>>()?;
        all.extend(found.into_iter().flatten());
    }
    Ok(all)
}

fn proposals(
    item: &crate::model::item::ParsedItem,
    record: RecordId,
    part: Option<u32>,
    office: &Office,
    asked: &Asked,
    standing: &[Redaction],
) -> Vec<Proposed> {
    let all = notpublic::in_item(item, part, office).into_iter();
    let wanted = all.filter(|one| {
        one.confidence >= asked.minimum && (asked.categories.is_empty() || asked.categories.contains(&one.category))
    });
    wanted
        .map(|one| {
            let text = text_of(item, part, one.place);
            let is_whole =
                one.range.len() == text.len() && one.place == Place::Text && one.category.is_of_whole_items();
            let spot = redact::spot(&text, record, one.place, one.range);
            let covers = |other: &Redaction| {
                (other.record, other.place) == (record, one.place) && other.start <= spot.start && spot.end <= other.end
            };
            let is_redacted = standing.iter().any(covers);
            Proposed { spot, category: one.category, confidence: one.confidence, why: one.why, is_whole, is_redacted }
        })
        .collect()
}

/// What whoever accepts says beside the proposals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acceptance {
    /// The statute, where the one of the kind is not meant.
    pub statute: Option<String>,
    /// The determination, where the statute wants one.
    pub determination: String,
    /// Who of counsel confirmed a citation that was not verified, and when.
    pub counsel: String,
    /// Whether the data are about the person who asks.
    pub about_requester: bool,
    /// Whether boxes are drawn over the words on pages and in pictures as well.
    pub boxes: bool,
}

/// Turns proposals into redactions, each on the ground of its kind.
///
/// # Errors
/// When one is of a whole item, has no statute, or its grounds do not do; then none is recorded.
pub fn accept(
    repository: &mut Repository,
    request: RequestId,
    proposed: &[Proposed],
    acceptance: &Acceptance,
    actor: &str,
) -> Result<Vec<Redaction>, ReviewError> {
    let mut wanted = Vec::new();
    for one in proposed.iter().filter(|one| !one.is_redacted) {
        if one.is_whole {
            let message = format!(
                "{} is about the whole of {}: withhold it with `review decide`, or redact its words",
                one.category, one.spot.record
            );
            return Err(ReviewError::Refused(message));
        }
        let known = one.category.statute();
        let statute = match (&acceptance.statute, known) {
            (Some(statute), _) => statute.clone(),
            (None, Some(known)) => known.citation.to_owned(),
            (None, None) => {
                let message = format!("no section closes {} by itself: say which does (--statute)", one.category);
                return Err(ReviewError::Refused(message));
            }
        };
        let class = notpublic::statute::of(&statute).or(known).map(|known| known.of_individuals);
        let class = class.unwrap_or(crate::model::redaction::DataClass::Private);
        wanted.push(Wanted {
            spot: Ok(one.spot.clone()),
            grounds: Grounds {
                statute,
                label: None,
                class,
                about_requester: acceptance.about_requester,
                determination: acceptance.determination.clone(),
                counsel: acceptance.counsel.clone(),
                reach: None,
            },
        });
    }
    if acceptance.boxes {
        wanted = boxes::with_boxes(repository, wanted)?;
    }
    redact::record_all(repository, request, wanted, actor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_named_as_it_is_listed() {
        let at: At = "R-12@text:120-131".parse().expect("a finding");
        assert_eq!(at, At { record: RecordId::new(12), place: Place::Text, start: 120, end: 131 });
        assert_eq!(at.to_string().parse(), Ok(at));
        for wrong in ["", "R-12", "R-12@text", "R-12@body:1-2", "R-12@text:1", "Q-12@text:1-2"] {
            assert!(wrong.parse::<At>().is_err(), "{wrong:?}");
        }
    }
}
