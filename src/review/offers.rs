//! Decisions offered on what says the same: duplicates, messages that quote what was decided, and what is nearly the same. A
//! list to confirm; nothing is decided by it.

use super::{Members, ReviewError, decide_with};
use crate::base::id::{RecordId, RequestId};
use crate::grouping::{Shingles, near_pairs};
use crate::model::item::ParsedItem;
use crate::model::provenance::words;
use crate::model::review::{Decision, Ground};
use crate::repository::Repository;
use crate::request::{Decided, decided};
use crate::text::{each_token, own_words};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Words in a row that tell one text from another; closing formulas are shorter.
const RUN: usize = 10;
/// A text of fewer words tells nothing.
const SHORTEST: usize = 5;

words!(
    /// Why a decision is offered.
    Why {
        /// The same words, all of them.
        Duplicate = "duplicate",
        /// The same file, byte for byte.
        SameFile = "same-file",
        /// It repeats words of the decided item, as a reply does.
        Quotes = "quotes",
        /// Most of its words in a row are those of the decided item; what differs has to be looked at.
        NearlySame = "nearly-same",
    }
);

/// A decision that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The member it is offered on.
    pub record: RecordId,
    /// The decided member that it says the same as.
    pub like: RecordId,
    /// Why.
    pub why: Why,
    /// Words in a row that both have, in percent of all of both; 100 for the same file, the same words and quotations.
    pub percent: u32,
    /// The decision.
    pub decision: Decision,
    /// Its basis.
    pub basis: String,
    /// What it rests on beside that.
    pub ground: Ground,
    /// What is decided on the member now; `None` where nothing is.
    pub now: Option<Decision>,
}

/// One member with its words.
struct Member {
    record: RecordId,
    words: Vec<String>,
    /// Without what it only quotes: the quoted item has its own decision.
    own: Vec<String>,
    shingles: Shingles,
    file: Option<crate::base::digest::Sha256Digest>,
}

/// What is offered for a request: each member at most once, for the closest decided item. What is kept from the requester
/// is offered on quotations as well; every decision on duplicates, and on what is nearly the same and has none yet.
pub fn offers(repository: &Repository, request: RequestId) -> Result<Vec<Offer>, ReviewError> {
    let reading = repository.catalog().reading();
    let standing: BTreeMap<RecordId, Decided> = decided(&reading, request)?
        .into_iter()
        .filter_map(|(record, mut stack)| stack.pop().map(|one| (record, one)))
        .collect();
    let mut members = Vec::new();
    for family in reading.collected(request)? {
        let item = repository.family(family)?.facts.item;
        for record in reading.records(family)? {
            members.push(member(record.id, record.part, &item));
        }
    }
    let known = Known::of(&members, &standing);
    let near = nearly(&members, &standing);
    let mut all = Vec::new();
    for one in &members {
        let now = standing.get(&one.record);
        let nearly = || near.get(&one.record).map(|(like, percent)| (*like, Why::NearlySame, *percent));
        let Some((like, why, percent)) = known.like(one, now).map(|(like, why)| (like, why, 100)).or_else(nearly)
        else {
            continue;
        };
        let Some(decided) = standing.get(&like) else { continue };
        all.push(Offer {
            record: one.record,
            like,
            why,
            percent,
            decision: decided.decision,
            basis: decided.basis.clone(),
            ground: decided.ground.clone(),
            now: now.map(|one| one.decision),
        });
    }
    Ok(all)
}

/// Takes the decisions that are offered on some members, and says on how many.
pub fn accept(
    repository: &mut Repository,
    request: RequestId,
    records: &[RecordId],
    actor: &str,
) -> Result<u64, ReviewError> {
    let offered = offers(repository, request)?;
    let mut groups: Vec<(Offer, Vec<RecordId>)> = Vec::new();
    for record in records {
        let Some(offer) = offered.iter().find(|one| one.record == *record) else {
            return Err(ReviewError::Refused(format!("no decision is offered on {record}")));
        };
        let same = |one: &&mut (Offer, Vec<RecordId>)| {
            one.0.decision == offer.decision && one.0.basis == offer.basis && one.0.ground == offer.ground
        };
        match groups.iter_mut().find(same) {
            Some((_, members)) => members.push(*record),
            None => groups.push((offer.clone(), vec![*record])),
        }
    }
    let mut count = 0;
    for (offer, members) in groups {
        let what = (offer.decision, offer.basis.as_str(), &offer.ground);
        count += decide_with(repository, request, &Members::Records(members), what, actor)?;
    }
    Ok(count)
}

fn member(record: RecordId, part: Option<u32>, item: &ParsedItem) -> Member {
    let attachment = part.and_then(|part| item.attachments.iter().find(|one| one.part == part));
    let text = match (part, attachment) {
        (None, _) => item.body.as_str(),
        (Some(_), Some(one)) => one.text.as_str(),
        (Some(_), None) => "",
    };
    let own = if part.is_none() { words(&own_words(text)) } else { words(text) };
    Member {
        record,
        words: words(text),
        own,
        shingles: Shingles::of(text),
        file: attachment.and_then(|one| one.sha256),
    }
}

fn words(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    each_token(text, &mut |word, _, _, _| all.push(word.to_owned()));
    all
}

/// For each member without a decision the decided one that is most nearly the same, with how much they share in percent: of
/// several the one that shares most, then one that is kept back, then the first. Whoever decided on a member has read it.
fn nearly(members: &[Member], standing: &BTreeMap<RecordId, Decided>) -> BTreeMap<RecordId, (RecordId, u32)> {
    let texts: Vec<Shingles> = members.iter().map(|one| one.shingles.clone()).collect();
    let mut best: BTreeMap<RecordId, (u32, bool, std::cmp::Reverse<RecordId>)> = BTreeMap::new();
    for pair in near_pairs(&texts) {
        for (open, decided) in [(pair.one, pair.other), (pair.other, pair.one)] {
            let (open, decided) = (members[open].record, members[decided].record);
            let Some(said) = standing.get(&decided).filter(|_| !standing.contains_key(&open)) else { continue };
            let closeness = (pair.percent, keeps(said), std::cmp::Reverse(decided));
            let known = best.entry(open).or_insert(closeness);
            *known = (*known).max(closeness);
        }
    }
    best.into_iter().map(|(open, (percent, _, decided))| (open, (decided.0, percent))).collect()
}

/// Whether a decision keeps something from the requester.
fn keeps(one: &Decided) -> bool {
    matches!(one.decision, Decision::Withheld | Decision::PartlyWithheld | Decision::NotGovernmentData)
}

/// What was decided, by its words and files.
#[derive(Default)]
struct Known {
    whole: HashMap<u64, RecordId>,
    files: HashMap<crate::base::digest::Sha256Digest, RecordId>,
    runs: HashMap<(usize, u64), RecordId>,
    lengths: HashSet<usize>,
    decisions: HashMap<RecordId, (Decision, String)>,
}

impl Known {
    fn of(members: &[Member], standing: &BTreeMap<RecordId, Decided>) -> Self {
        let mut known = Self::default();
        // What is kept back is looked at first: where two decided items say the same, it is the one that is offered.
        let mut decided: Vec<(&Member, &Decided)> =
            members.iter().filter_map(|one| standing.get(&one.record).map(|it| (one, it))).collect();
        decided.sort_by_key(|(one, it)| (!keeps(it), one.record));
        for (one, it) in decided {
            known.decisions.insert(one.record, (it.decision, it.basis.clone()));
            if let Some(file) = one.file {
                known.files.entry(file).or_insert(one.record);
            }
            if one.words.len() < SHORTEST {
                continue;
            }
            known.whole.entry(digest(&one.words)).or_insert(one.record);
            if keeps(it) && one.own.len() >= SHORTEST {
                let length = one.own.len().min(RUN);
                known.lengths.insert(length);
                for run in one.own.windows(length) {
                    known.runs.entry((length, digest(run))).or_insert(one.record);
                }
            }
        }
        known
    }

    /// The decided item that a member says the same as, unless the same was decided on it.
    fn like(&self, one: &Member, now: Option<&Decided>) -> Option<(RecordId, Why)> {
        let differs = |like: &RecordId| {
            *like != one.record
                && self.decisions.get(like).is_some_and(|(decision, basis)| {
                    now.is_none_or(|now| now.decision != *decision || now.basis != *basis)
                })
        };
        if let Some(like) = one.file.and_then(|file| self.files.get(&file)).filter(|like| **like != one.record) {
            return differs(like).then_some((*like, Why::SameFile));
        }
        if one.words.len() < SHORTEST {
            return None;
        }
        if let Some(like) = self.whole.get(&digest(&one.words)).filter(|like| **like != one.record) {
            return differs(like).then_some((*like, Why::Duplicate));
        }
        // Whoever decided on a quotation has seen it; it is offered where nothing is decided yet, or it would be given.
        if now.is_some_and(|now| now.decision != Decision::Responsive) {
            return None;
        }
        let mut lengths: Vec<&usize> = self.lengths.iter().collect();
        lengths.sort_unstable();
        lengths.into_iter().find_map(|length| {
            let hit = one.words.windows(*length).find_map(|run| self.runs.get(&(*length, digest(run))));
            hit.filter(|like| differs(like)).map(|like| (*like, Why::Quotes))
        })
    }
}

fn digest(run: &[String]) -> u64 {
    let mut hasher = DefaultHasher::new();
    run.hash(&mut hasher);
    hasher.finish()
}
