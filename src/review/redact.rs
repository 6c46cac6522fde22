//! Redactions of a review: which words of which item are left out, on what basis. Recorded with where the words stand and
//! their keyed digest, never with the words.

use super::{ReviewError, STEP};
use crate::base::id::{FamilyId, RecordId, RedactionId, RequestId};
use crate::catalog::CatalogError;
use crate::citation::{self, In};
use crate::model::event::Act;
use crate::model::item::ParsedItem;
use crate::model::redaction::{CourtOrder, DataClass, Place, Reach, Redaction, Region};
use crate::model::request::{DataRequest, RequestKind, RequestStatus};
use crate::model::review::{Decision, ReviewDecision};
use crate::notpublic::statute;
use crate::redaction::{Needle, Pattern, Search, SearchBuilder, chars_of, marker, text_of};
use crate::repository::Repository;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Letters and digits below which words are left out in one place alone, unless somebody asks for more: a short word stands
/// in too many other sentences.
pub const FOLLOWED_LETTERS: usize = 5;
/// Letters and digits below which words are never left out everywhere.
const FEWEST_LETTERS: usize = 3;

/// What is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// These words, wherever they stand in the item.
    Words(String),
    /// The characters between two of them, counted from 0.
    Span {
        /// Where.
        place: Place,
        /// The first character.
        start: u64,
        /// The character behind the last one.
        end: u64,
    },
    /// Whatever has this shape.
    Shape(Pattern),
    /// A box on a page or picture.
    Box(Region),
}

/// On what basis, and how far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grounds {
    /// The statute.
    pub statute: String,
    /// What stands in the box; `None` means the statute.
    pub label: Option<String>,
    /// Who may see the words.
    pub class: DataClass,
    /// Whether they are about the person who asks.
    pub about_requester: bool,
    /// The determination of a person, where the statute wants one.
    pub determination: String,
    /// Who of the city's counsel confirmed a citation that was not verified, and when; empty otherwise.
    pub counsel: String,
    /// How far; `None` means everywhere, but for short words.
    pub reach: Option<Reach>,
}

/// A place in an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The member.
    pub record: RecordId,
    /// Where in it.
    pub place: Place,
    /// The first character.
    pub start: u64,
    /// The character behind the last one.
    pub end: u64,
    /// The words.
    pub words: String,
}

/// What is left out of an item, with the grounds of each; the items are read by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The place, or the box.
    pub spot: Result<Spot, (RecordId, Region)>,
    /// On what basis.
    pub grounds: Grounds,
}

/// Redacts in these items, or in every collected one, and gives what was recorded.
///
/// # Errors
/// When an item is not collected, nothing was found, or the grounds do not do.
pub fn redact(
    repository: &mut Repository,
    request: RequestId,
    records: Option<&[RecordId]>,
    what: &What,
    grounds: &Grounds,
    actor: &str,
) -> Result<Vec<Redaction>, ReviewError> {
    let spots = match what {
        What::Box(region) => {
            let Some(records) = records else {
                return Err(refused("a box is drawn on one item: name it".to_owned()));
            };
            let boxes = records.iter().map(|record| Wanted { spot: Err((*record, *region)), grounds: grounds.clone() });
            return record_all(repository, request, boxes.collect(), actor);
        }
        _ => spots(repository, request, records, what, grounds.reach)?,
    };
    if spots.is_empty() {
        return Err(nothing_there());
    }
    let wanted = spots.into_iter().map(|spot| Wanted { spot: Ok(spot), grounds: grounds.clone() });
    record_all(repository, request, wanted.collect(), actor)
}

/// Records redactions whose places are known, and the decision that the items are withheld in part.
pub fn record_all(
    repository: &mut Repository,
    request: RequestId,
    wanted: Vec<Wanted>,
    actor: &str,
) -> Result<Vec<Redaction>, ReviewError> {
    let asked = open_request(repository, request)?;
    for one in &wanted {
        confirm(repository, &one.grounds, actor)?;
    }
    let mut new = Vec::new();
    for one in wanted {
        new.push(redaction(repository, &asked, one, actor)?);
    }
    let collected: BTreeSet<FamilyId> = repository.catalog().reading().collected(request)?.into_iter().collect();
    for one in &new {
        if !collected.contains(&repository.catalog().reading().record(one.record)?.family) {
            return Err(refused(format!("{} is not collected for {request}", one.record)));
        }
    }
    let standing = repository.catalog().reading().redactions(request)?;
    new.retain(|one| !standing.iter().any(|other| is_same(one, other)));
    for step in new.chunks_mut(STEP) {
        repository.catalog_mut().write::<_, ReviewError>(|writing| {
            let mut id = writing.next_redaction()?;
            for one in step.iter_mut() {
                one.id = id;
                id = RedactionId::new(id.get() + 1);
            }
            let at = step.first().map(|one| one.at).unwrap_or_default();
            let details = serde_json::json!({ "redactions": step.iter().map(told).collect::<Vec<_>>() });
            let event = writing.record_event(at, actor, Act::Redacted, &request.to_string(), &details)?;
            for one in step.iter() {
                writing.add_redaction(one, event.id)?;
            }
            for (decision, basis, members) in decisions(writing.reading().decisions(request)?, step) {
                let details = serde_json::json!({ "decision": decision, "basis": basis, "members": members });
                let event = writing.record_event(at, actor, Act::Reviewed, &request.to_string(), &details)?;
                for record in members {
                    let (basis, by) = (basis.clone(), actor.to_owned());
                    writing.decide(&ReviewDecision { request, record, decision, basis, by, at }, event.id)?;
                }
            }
            Ok(())
        })?;
    }
    Ok(new)
}

/// What counsel confirmed with a redaction is confirmed as `citation confirm` does it: for every log and letter.
fn confirm(repository: &mut Repository, grounds: &Grounds, actor: &str) -> Result<(), ReviewError> {
    if grounds.counsel.trim().is_empty() {
        return Ok(());
    }
    let reason = format!("confirmed by {}", grounds.counsel.trim());
    for citation in citation::unconfirmed(&repository.catalog().reading(), &grounds.statute, In::Basis)? {
        citation::confirm(repository, &citation.to_string(), &reason, actor)
            .map_err(|error| refused(error.to_string()))?;
    }
    Ok(())
}

fn is_same(one: &Redaction, other: &Redaction) -> bool {
    (one.record, one.place, one.start, one.end, one.region)
        == (other.record, other.place, other.start, other.end, other.region)
        && one.statute == other.statute
}

/// A redaction as an event tells it: numbers and the basis, and no digest, which would outlive the item.
fn told(one: &Redaction) -> serde_json::Value {
    serde_json::json!({
        "id": one.id, "record": one.record, "place": one.place, "start": one.start, "end": one.end, "region": one.region,
        "statute": one.statute, "class": one.class, "about_requester": one.about_requester, "reach": one.reach,
        "determination": one.determination,
    })
}

/// What the members of new redactions are decided to be from now on: withheld in part, on the basis of all of them.
fn decisions(standing: Vec<ReviewDecision>, new: &[Redaction]) -> Vec<(Decision, String, Vec<RecordId>)> {
    let standing: BTreeMap<RecordId, ReviewDecision> = standing.into_iter().map(|one| (one.record, one)).collect();
    let mut bases: BTreeMap<RecordId, Vec<String>> = BTreeMap::new();
    for one in new {
        let before = standing.get(&one.record);
        if before.is_some_and(|one| matches!(one.decision, Decision::Withheld | Decision::NotResponsive)) {
            continue;
        }
        let all = bases.entry(one.record).or_insert_with(|| {
            let partly = before.filter(|one| one.decision == Decision::PartlyWithheld);
            partly.map_or_else(Vec::new, |one| one.basis.split("; ").map(str::to_owned).collect())
        });
        for part in one.statute.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            if !all.iter().any(|one| one == part) {
                all.push(part.to_owned());
            }
        }
    }
    let mut grouped: BTreeMap<String, Vec<RecordId>> = BTreeMap::new();
    for (record, all) in bases {
        let basis = all.join("; ");
        let changed = standing
            .get(&record)
            .is_none_or(|before| before.decision != Decision::PartlyWithheld || before.basis != basis);
        if changed {
            grouped.entry(basis).or_default().push(record);
        }
    }
    grouped.into_iter().map(|(basis, members)| (Decision::PartlyWithheld, basis, members)).collect()
}

fn redaction(
    repository: &Repository,
    asked: &DataRequest,
    wanted: Wanted,
    actor: &str,
) -> Result<Redaction, ReviewError> {
    let Grounds { statute, label, class, about_requester, determination, counsel, reach } = wanted.grounds;
    let is_confirmed = citation::unconfirmed(&repository.catalog().reading(), &statute, In::Basis)?.is_empty();
    let determination = grounds(asked.kind, &statute, determination, (&counsel, is_confirmed))?;
    let label = label.unwrap_or_else(|| marker::label_of(&statute));
    if label.trim().is_empty() || label.chars().count() > marker::LABEL_CHARS {
        return Err(refused(format!("a label has 1 to {} characters", marker::LABEL_CHARS)));
    }
    let (record, place, start, end, words, region) = match wanted.spot {
        Ok(spot) => (spot.record, spot.place, spot.start, spot.end, spot.words, None),
        Err((record, region)) => (record, Place::Region, 0, 0, String::new(), Some(region)),
    };
    let letters = Needle::of(&words).map_or(0, |needle| needle.letters());
    let reach = match reach {
        None if letters >= FOLLOWED_LETTERS => Reach::Everywhere,
        None => Reach::Here,
        Some(Reach::Everywhere) if region.is_none() && letters < FEWEST_LETTERS => {
            let message =
                format!("words of fewer than {FEWEST_LETTERS} letters cannot be left out everywhere: use --here");
            return Err(refused(message));
        }
        Some(reach) => reach,
    };
    Ok(Redaction {
        id: RedactionId::new(1),
        request: asked.id,
        record,
        place,
        start,
        end,
        digest: repository.keys().digest_secret().name(words.as_bytes()),
        region,
        statute,
        label,
        class,
        about_requester,
        determination,
        reach,
        by: actor.to_owned(),
        at: repository.now(),
    })
}

/// Whether the grounds do; gives the determination with what counsel confirmed.
fn grounds(
    kind: RequestKind,
    basis: &str,
    determination: String,
    (counsel, is_confirmed): (&str, bool),
) -> Result<String, ReviewError> {
    if basis.trim().is_empty() || (kind != RequestKind::Litigation && !basis.contains(|c: char| c.is_ascii_digit())) {
        let message = format!("{basis:?} names no section of law; write for example \"Minn. Stat. § 13.43, subd. 4\"");
        return Err(refused(message));
    }
    let standing = statute::standing(basis);
    if standing.is_unverified && counsel.trim().is_empty() && !is_confirmed {
        let message = format!(
            "the citation {basis:?} was not verified: it reaches no log before counsel confirms it (--counsel \"NAME, DATE\")"
        );
        return Err(refused(message));
    }
    if standing.wants_determination && determination.trim().is_empty() {
        let message = format!("{basis:?} wants a determination by a person: say whose and why (--determination TEXT)");
        return Err(refused(message));
    }
    match (determination.trim(), counsel.trim()) {
        (told, "") => Ok(told.to_owned()),
        ("", counsel) => Ok(format!("citation confirmed by {counsel}")),
        (told, counsel) => Ok(format!("{told}; citation confirmed by {counsel}")),
    }
}

pub(super) fn nothing_there() -> ReviewError {
    refused("nothing of the kind stands in these items: look at one with `show ITEM`".to_owned())
}

fn refused(message: String) -> ReviewError {
    ReviewError::Refused(message)
}

fn open_request(repository: &Repository, request: RequestId) -> Result<DataRequest, ReviewError> {
    let asked = repository.catalog().reading().request(request)?;
    if asked.status == RequestStatus::Closed {
        return Err(refused(format!("the request {request} is closed")));
    }
    Ok(asked)
}

/// Where something stands in the named items, or in every collected one.
pub fn spots(
    repository: &Repository,
    request: RequestId,
    records: Option<&[RecordId]>,
    what: &What,
    reach: Option<Reach>,
) -> Result<Vec<Spot>, ReviewError> {
    let reading = repository.catalog().reading();
    let wanted: Option<BTreeSet<RecordId>> = records.map(|all| all.iter().copied().collect());
    let families: BTreeSet<FamilyId> = match &wanted {
        Some(records) => {
            records.iter().map(|one| Ok(reading.record(*one)?.family)).collect::<Result<_, CatalogError>>()?
        }
        None => reading.collected(request)?.into_iter().collect(),
    };
    let search = match what {
        What::Words(words) => Some(search_of(words)?),
        _ => None,
    };
    let mut all = Vec::new();
    for family in families {
        let item = repository.family(family)?.facts.item;
        for record in reading.records(family)? {
            if wanted.as_ref().is_none_or(|wanted| wanted.contains(&record.id)) {
                let found = spots_in(&item, record.id, record.part, what, search.as_ref())?;
                all.extend(distinct(found, reach));
            }
        }
    }
    Ok(all)
}

fn search_of(words: &str) -> Result<Search, ReviewError> {
    let needle = Needle::of(words).ok_or_else(|| refused(format!("{words:?} has no letter or digit")))?;
    let mut builder = SearchBuilder::default();
    builder.add(needle);
    builder.build().ok_or_else(|| refused("these words are too long to be looked for".to_owned()))
}

fn spots_in(
    item: &ParsedItem,
    record: RecordId,
    part: Option<u32>,
    what: &What,
    search: Option<&Search>,
) -> Result<Vec<Spot>, ReviewError> {
    let mut all = Vec::new();
    for place in [Place::Text, Place::Subject, Place::People, Place::Facts] {
        let text = text_of(item, part, place);
        let ranges: Vec<Range<usize>> = match what {
            What::Words(_) => search.iter().flat_map(|one| one.find(&text)).map(|(_, range)| range).collect(),
            What::Shape(pattern) => pattern.find(&text),
            What::Span { place: wanted, start, end } if *wanted == place => {
                let range = chars_of(&text, *start, *end).ok_or_else(|| {
                    let length = text.chars().count();
                    refused(format!(
                        "the {place} of {record} has {length} characters; {start} to {end} are not all in it"
                    ))
                })?;
                vec![range]
            }
            What::Span { .. } | What::Box(_) => Vec::new(),
        };
        all.extend(ranges.into_iter().map(|range| spot(&text, record, place, range)));
    }
    Ok(all)
}

/// A place by its bytes.
pub fn spot(text: &str, record: RecordId, place: Place, range: Range<usize>) -> Spot {
    let start = text[..range.start].chars().count() as u64;
    let words = text[range].to_owned();
    Spot { record, place, start, end: start + words.chars().count() as u64, words }
}

/// Words that are left out everywhere need to be named once in an item; the others follow.
fn distinct(found: Vec<Spot>, reach: Option<Reach>) -> Vec<Spot> {
    let mut seen = BTreeSet::new();
    found
        .into_iter()
        .filter(|one| {
            let Some(needle) = Needle::of(&one.words) else { return true };
            let follows = match reach {
                Some(reach) => reach == Reach::Everywhere,
                None => needle.letters() >= FOLLOWED_LETTERS,
            };
            !follows || seen.insert(needle)
        })
        .collect()
}

/// Takes redactions back. Those that a production was made with need a reason.
pub fn lift(
    repository: &mut Repository,
    request: RequestId,
    redactions: &[RedactionId],
    reason: &str,
    actor: &str,
) -> Result<u64, ReviewError> {
    open_request(repository, request)?;
    let reading = repository.catalog().reading();
    let standing: BTreeSet<RedactionId> = reading.redactions(request)?.into_iter().map(|one| one.id).collect();
    let mut produced = BTreeSet::new();
    for (id, ..) in reading.productions_of(request)? {
        let (_, event) = reading.production(id)?;
        produced.extend(reading.redactions_before(request, event)?.into_iter().map(|one| one.id));
    }
    for one in redactions {
        if !standing.contains(one) {
            return Err(refused(format!("{one} is no standing redaction of {request}")));
        }
        if produced.contains(one) && reason.trim().is_empty() {
            let message =
                format!("a production was made with {one}: it is taken back only with a reason (--reason TEXT)");
            return Err(refused(message));
        }
    }
    let at = repository.now();
    repository.catalog_mut().write::<_, ReviewError>(|writing| {
        let details = serde_json::json!({ "redactions": redactions, "reason": reason });
        let event = writing.record_event(at, actor, Act::RedactionLifted, &request.to_string(), &details)?;
        for one in redactions {
            writing.lift_redaction(*one, event.id)?;
        }
        Ok(())
    })?;
    Ok(redactions.len() as u64)
}

/// Records a court's order to give data of a request that statutes close.
pub fn court_order(repository: &mut Repository, order: &CourtOrder, actor: &str) -> Result<(), ReviewError> {
    open_request(repository, order.request)?;
    let named = !order.court.trim().is_empty() && !order.file_number.trim().is_empty();
    if !named || order.releases.iter().all(|one| !one.contains(|c: char| c.is_ascii_digit())) {
        let message = "an order has a court, a file number, and the sections whose data it opens".to_owned();
        return Err(refused(message));
    }
    if order.dated > repository.today() {
        return Err(refused(format!("the day of the order, {}, is yet to come", order.dated)));
    }
    let at = repository.now();
    repository.catalog_mut().write::<_, ReviewError>(|writing| {
        let event = writing.record_event(
            at,
            actor,
            Act::CourtOrderRecorded,
            &order.request.to_string(),
            &serde_json::json!(order),
        )?;
        Ok(writing.add_court_order(order, event.id)?)
    })
}
