//! What to read next, and why.

use super::features::{Features, Rarity, each_feature};
use super::model::{Draws, Model};
use super::{RankingError, refused, said};
use crate::base::id::{FamilyId, RequestId};
use crate::model::event::Act;
use crate::model::item::ParsedItem;
use crate::repository::{Repository, read_item};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Families that are ranked at once; about 3 kB of memory each.
pub const RANKED_FAMILIES: usize = 100_000;
/// Undecided items that are taken for irrelevant while training, because most are (AutoTAR's 100).
pub const PRESUMED: usize = 100;
/// Families read back in one step.
const STEP: usize = 2_000;
/// Words told of an item, and of the model.
const WORDS_OF_ITEM: usize = 6;
const WORDS_OF_MODEL: usize = 15;

/// One family to read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NextFamily {
    /// The family.
    pub family: FamilyId,
    /// Whether it is read because it was drawn, and not because of its score.
    pub drawn: bool,
    /// Its score between 0 and 1: an order, no probability.
    pub score: f32,
    /// The words that lift it most, the strongest first. They are content: for the screen alone.
    pub words: Vec<String>,
}

/// The order of what is not decided.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Order {
    /// Families to read, the next one first.
    pub next: Vec<NextFamily>,
    /// Families not decided, whether listed or not.
    pub undecided: u64,
    /// Families it learnt from: relevant, and not.
    pub learnt_from: (u64, u64),
    /// The words that weigh most for relevance.
    pub words: Vec<String>,
    /// Families that do not read back; they stand at the beginning of the order.
    pub unreadable: u64,
}

/// A collection with its features and what was said.
pub(super) struct Ranked {
    pub(super) families: Vec<FamilyId>,
    pub(super) said: Vec<Option<bool>>,
    pub(super) scores: Vec<f32>,
    features: Vec<Features>,
    readable: Vec<bool>,
    model: Model,
    learnt_from: (u64, u64),
}

/// What a request has to be read next. Nothing is recorded; [`record_order`] does that.
pub fn next(repository: &Repository, request: RequestId, limit: usize) -> Result<Order, RankingError> {
    let ranked = rank(repository, request)?;
    let drawn = open_samples(repository, request)?;
    let mut waiting: Vec<usize> = (0..ranked.families.len()).filter(|at| ranked.said[*at].is_none()).collect();
    // What was drawn first, by number, so that its place tells nothing; then what nobody can score; then by score.
    waiting.sort_by(|one, two| {
        let key = |at: usize| (!drawn.contains(&ranked.families[at]), ranked.readable[at]);
        let by_score = ranked.scores[*two].total_cmp(&ranked.scores[*one]);
        let by_score = if drawn.contains(&ranked.families[*one]) { std::cmp::Ordering::Equal } else { by_score };
        key(*one).cmp(&key(*two)).then(by_score).then(ranked.families[*one].cmp(&ranked.families[*two]))
    });
    let mut order = Order {
        undecided: waiting.len() as u64,
        learnt_from: ranked.learnt_from,
        unreadable: ranked.readable.iter().filter(|one| !**one).count() as u64,
        words: words_of_model(repository, &ranked)?,
        ..Order::default()
    };
    for at in waiting.into_iter().take(limit) {
        let words = strongest(repository, &ranked, &[at], WORDS_OF_ITEM)?;
        let family = ranked.families[at];
        order.next.push(NextFamily { family, drawn: drawn.contains(&family), score: ranked.scores[at], words });
    }
    Ok(order)
}

/// Records that a reviewer was given the collection in this order: how much it was learnt from, and no content. Whoever
/// answers the request can tell from it that the order of reading was computed.
pub fn record_order(
    repository: &mut Repository,
    request: RequestId,
    order: &Order,
    actor: &str,
) -> Result<(), RankingError> {
    let at = repository.now();
    let details = serde_json::json!({
        "relevant": order.learnt_from.0, "other": order.learnt_from.1, "undecided": order.undecided,
        "listed": order.next.iter().map(|one| one.family).collect::<Vec<_>>(),
    });
    repository.catalog_mut().write::<_, RankingError>(|writing| {
        writing.record_event(at, actor, Act::ReviewOrdered, &request.to_string(), &details)?;
        Ok(())
    })
}

/// Families of drawn samples that wait to be read.
fn open_samples(repository: &Repository, request: RequestId) -> Result<BTreeSet<FamilyId>, RankingError> {
    let samples = repository.catalog().reading().review_samples(request)?;
    Ok(samples.into_iter().flat_map(|sample| sample.families).collect())
}

/// Scores every family of a collection. What was drawn as a control sample is scored and never learnt from, so that it
/// tells how well the rest is found.
pub(super) fn rank(repository: &Repository, request: RequestId) -> Result<Ranked, RankingError> {
    let reading = repository.catalog().reading();
    let asked = reading.request(request)?;
    let said = said(&reading, request)?;
    if said.is_empty() {
        return Err(refused(
            format!("nothing is collected for {request}"),
            format!("Collect with: recordroom request collect {request}"),
        ));
    }
    if said.len() > RANKED_FAMILIES {
        let message = format!("{} families are more than the {RANKED_FAMILIES} that are ranked at once", said.len());
        return Err(refused(message, "Collect less, or read them in the order of their dates: recordroom review list"));
    }
    let control: BTreeSet<FamilyId> = reading.control_families(request)?.into_iter().collect();
    let families: Vec<FamilyId> = said.keys().copied().collect();
    let (mut counted, mut readable) = (Vec::with_capacity(families.len()), Vec::with_capacity(families.len()));
    for step in families.chunks(STEP) {
        for features in count(repository, step)? {
            readable.push(features.is_some());
            counted.push(features.unwrap_or_default());
        }
    }
    let rarity = Rarity::of(&counted);
    let features: Vec<Features> = counted.par_iter().map(|one| rarity.weigh(one)).collect();
    drop(counted);
    let said: Vec<Option<bool>> = said.into_values().collect();
    let query = asked.scope.query.clone().unwrap_or_default();
    let wanted = rarity.weigh(&Features::counted([('t', asked.description.as_str()), ('t', query.as_str())]));
    let decided = |wanted: bool| -> Vec<&Features> {
        let of_control = |at: usize| control.contains(&families[at]);
        (0..families.len()).filter(|at| said[*at] == Some(wanted) && !of_control(*at)).map(|at| &features[at]).collect()
    };
    let (mut relevant, mut other) = (decided(true), decided(false));
    let learnt_from = (relevant.len() as u64, other.len() as u64);
    // The seed changes with every decision and with nothing else.
    let seed = (request.get().unsigned_abs() << 32) ^ (learnt_from.0 << 16) ^ learnt_from.1;
    // What was asked for is an example of it.
    if !wanted.is_empty() {
        relevant.push(&wanted);
    }
    let open: Vec<usize> =
        (0..families.len()).filter(|at| said[*at].is_none() && !control.contains(&families[*at])).collect();
    let mut draws = Draws::new(seed);
    if !open.is_empty() {
        other.extend((0..PRESUMED.min(open.len())).map(|_| &features[open[draws.below(open.len())]]));
    }
    let model = Model::train(&relevant, &other);
    let scores = features.par_iter().map(|one| model.score(one)).collect();
    Ok(Ranked { families, said, scores, features, readable, model, learnt_from })
}

fn count(repository: &Repository, step: &[FamilyId]) -> Result<Vec<Option<Features>>, RankingError> {
    let reading = repository.catalog().reading();
    let rows = step.iter().map(|family| reading.family(*family)).collect::<Result<Vec<_>, _>>()?;
    let (keys, vault) = (repository.key_reader(), repository.vault());
    let counted = rows.par_iter().map(|row| {
        let item = read_item(&keys, vault, row).ok()?.item;
        let parties = party_words(&item);
        Some(Features::counted(texts(&item, &parties)))
    });
    Ok(counted.collect())
}

fn party_words(item: &ParsedItem) -> Vec<String> {
    item.parties.iter().map(|party| format!("{} {}", party.name, party.address)).collect()
}

/// The texts of an item, each after its sign: `t` what it says, `f` names of files, `p` who takes part.
fn texts<'i>(item: &'i ParsedItem, parties: &'i [String]) -> impl Iterator<Item = (char, &'i str)> {
    let own = [('t', item.subject.as_str()), ('t', item.body.as_str())].into_iter();
    let files = item.attachments.iter().flat_map(|one| [('f', one.name.as_str()), ('t', one.text.as_str())]);
    own.chain(files).chain(parties.iter().map(|party| ('p', party.as_str())))
}

/// The words that weigh most in what was found relevant.
fn words_of_model(repository: &Repository, ranked: &Ranked) -> Result<Vec<String>, RankingError> {
    let relevant: Vec<usize> =
        (0..ranked.families.len()).filter(|at| ranked.said[*at] == Some(true)).take(STEP).collect();
    strongest(repository, ranked, &relevant, WORDS_OF_MODEL)
}

/// The words of some families that lift their scores most, with the places read back into words.
fn strongest(
    repository: &Repository,
    ranked: &Ranked,
    which: &[usize],
    most: usize,
) -> Result<Vec<String>, RankingError> {
    let mut lifts: BTreeMap<u32, f32> = BTreeMap::new();
    for at in which {
        for (place, weight) in &ranked.features[*at].0 {
            *lifts.entry(*place).or_default() += ranked.model.part(*place, *weight);
        }
    }
    let mut lifts: Vec<(u32, f32)> = lifts.into_iter().filter(|(_, lift)| *lift > 0.0).collect();
    lifts.sort_by(|one, two| two.1.total_cmp(&one.1).then(one.0.cmp(&two.0)));
    lifts.truncate(most);
    let mut names: HashMap<u32, String> = HashMap::new();
    let reading = repository.catalog().reading();
    let (keys, vault) = (repository.key_reader(), repository.vault());
    for at in which {
        if names.len() == lifts.len() {
            break;
        }
        let Ok(facts) = read_item(&keys, vault, &reading.family(ranked.families[*at])?) else { continue };
        let parties = party_words(&facts.item);
        for (sign, text) in texts(&facts.item, &parties) {
            each_feature(sign, text, &mut |place, word| {
                if lifts.iter().any(|(wanted, _)| *wanted == place) {
                    names.entry(place).or_insert_with(word);
                }
            });
        }
    }
    Ok(lifts.into_iter().filter_map(|(place, _)| names.remove(&place)).collect())
}
