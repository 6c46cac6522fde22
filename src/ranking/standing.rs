//! How far a review is: what is decided, what is left, how much of what is relevant was found, and whether the rule for
//! stopping is met.
//!
//! # The rule
//! With a target such as 80 %: (1) the control sample was drawn before the review began and is read; of its relevant
//! families so many were reached that recall is at least the target, with 95 % on one side; and (2) an elusion sample of
//! what was not read was drawn after that, is read, and leaves recall at least the target. Every further elusion sample has
//! to be surer, so that trying again proves nothing: the n-th may be wrong with a chance of 5 % / n(n+1), all together
//! with 5 %. The guarantee is that of (2); (1) tells when it is worth drawing.
//!
//! A control family counts as reached when its score is above that of everything still unread: read in order, it would
//! have been read. The model never learnt from it. What was found early under another model may count as not reached,
//! so the estimate is rather too low than too high.

use super::interval::{Share, WRONG, lower, share, upper};
use super::order::rank;
use super::sample::SampleKind;
use super::{RankingError, said};
use crate::base::id::{FamilyId, RequestId};
use crate::catalog::{ReviewSample, ReviewStop};
use crate::repository::Repository;
use serde::Serialize;
use std::collections::BTreeMap;

/// The share of what is relevant that has to be found before a review may stop, in percent, when nothing else is said.
pub const TARGET_PERCENT: u32 = 80;

/// One elusion sample.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Elusion {
    /// Its number.
    pub sample: i64,
    /// Relevant families among those of it that are read, with bounds.
    pub share: Share,
    /// Families of it still to be read.
    pub open: u64,
    /// Families it was drawn from.
    pub population: u64,
    /// The chance that its bound is wrong.
    pub wrong: f64,
    /// At least so much of everything relevant was found, as a share; `None` while it is not read, or because items were
    /// collected since.
    pub recall_low: Option<f64>,
    /// And at most so much.
    pub recall_high: Option<f64>,
    /// Whether items were collected since it was drawn.
    pub stale: bool,
}

/// Whether the rule for stopping is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCheck {
    /// The target, in percent.
    pub target: u32,
    /// Whether it is met.
    pub met: bool,
    /// What is missing, sentences.
    pub missing: Vec<String>,
}

/// How far a review is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Progress {
    /// Families collected.
    pub families: u64,
    /// Of them, relevant.
    pub relevant: u64,
    /// Of them, not relevant.
    pub other: u64,
    /// Of them, with a member that has no decision: what is left to read.
    pub undecided: u64,
    /// Families of the control sample, and how many of them are still to be read.
    pub control: Option<(u64, u64)>,
    /// How much of the collection is relevant, by the control sample.
    pub richness: Option<Share>,
    /// How much of what is relevant was reached, by the control sample.
    pub recall: Option<Share>,
    /// The lower bound of that on one side, with 95 %.
    pub recall_low: Option<f64>,
    /// The elusion samples, oldest first.
    pub elusion: Vec<Elusion>,
    /// The rule for stopping.
    pub rule: RuleCheck,
    /// The decision to stop, if there is one.
    pub stopped: Option<ReviewStop>,
}

/// How far the review of a request is. Reads and scores the whole collection.
pub fn progress(repository: &Repository, request: RequestId, target: u32) -> Result<Progress, RankingError> {
    let reading = repository.catalog().reading();
    reading.request(request)?;
    let said = said(&reading, request)?;
    let count = |wanted: Option<bool>| said.values().filter(|said| **said == wanted).count() as u64;
    let samples = reading.review_samples(request)?;
    let mut all = Progress {
        families: said.len() as u64,
        relevant: count(Some(true)),
        other: count(Some(false)),
        undecided: count(None),
        control: None,
        richness: None,
        recall: None,
        recall_low: None,
        elusion: Vec::new(),
        rule: RuleCheck { target, met: false, missing: Vec::new() },
        stopped: reading.review_stop(request)?,
    };
    if let Some(control) = samples.iter().find(|sample| sample.kind == SampleKind::Control.word()) {
        by_control(repository, request, control, &said, &mut all)?;
    }
    let elusions = samples.iter().filter(|sample| sample.kind == SampleKind::Elusion.word());
    all.elusion = elusions.enumerate().map(|(at, sample)| elusion(sample, at as u64 + 1, &said, &all)).collect();
    check(&mut all);
    Ok(all)
}

fn by_control(
    repository: &Repository,
    request: RequestId,
    control: &ReviewSample,
    said: &BTreeMap<FamilyId, Option<bool>>,
    all: &mut Progress,
) -> Result<(), RankingError> {
    let of = |family: &FamilyId| said.get(family).copied().flatten();
    let open = control.families.iter().filter(|family| of(family).is_none()).count() as u64;
    all.control = Some((control.families.len() as u64, open));
    if open > 0 {
        return Ok(());
    }
    let relevant: Vec<FamilyId> = control.families.iter().copied().filter(|family| of(family) == Some(true)).collect();
    all.richness = Some(share(relevant.len() as u64, control.families.len() as u64, WRONG));
    let ranked = rank(repository, request)?;
    let unread = (0..ranked.families.len()).filter(|at| ranked.said[*at].is_none()).map(|at| ranked.scores[at]);
    let line = unread.fold(f32::NEG_INFINITY, f32::max);
    let reached = (0..ranked.families.len())
        .filter(|at| relevant.binary_search(&ranked.families[*at]).is_ok() && ranked.scores[*at] > line)
        .count() as u64;
    all.recall = Some(share(reached, relevant.len() as u64, WRONG));
    all.recall_low = Some(lower(reached, relevant.len() as u64, WRONG));
    Ok(())
}

fn elusion(sample: &ReviewSample, nth: u64, said: &BTreeMap<FamilyId, Option<bool>>, all: &Progress) -> Elusion {
    let of = |family: &FamilyId| said.get(family).copied().flatten();
    let read: Vec<bool> = sample.families.iter().filter_map(of).collect();
    let found = read.iter().filter(|relevant| **relevant).count() as u64;
    let open = sample.families.iter().filter(|family| said.get(family) == Some(&None)).count() as u64;
    let wrong = WRONG / (nth * (nth + 1)) as f64;
    let stale = sample.collected != all.families;
    let of_sample = share(found, read.len() as u64, 2.0 * wrong);
    let recall = |left: f64| {
        // What was left when it was drawn, without what was found since.
        let since = all.relevant.saturating_sub(sample.relevant) as f64;
        let missed = (left * sample.population as f64 - since).max(0.0);
        if all.relevant == 0 { 0.0 } else { all.relevant as f64 / (all.relevant as f64 + missed) }
    };
    let known = open == 0 && !stale && !read.is_empty();
    Elusion {
        sample: sample.id,
        share: of_sample,
        open,
        population: sample.population,
        wrong,
        recall_low: known.then(|| recall(upper(found, read.len() as u64, wrong))),
        recall_high: known.then(|| recall(lower(found, read.len() as u64, wrong))),
        stale,
    }
}

fn check(all: &mut Progress) {
    let target = f64::from(all.rule.target) / 100.0;
    let mut missing = Vec::new();
    match (&all.control, all.recall_low) {
        (None, _) => missing.push("There is no control sample; it is drawn before the review begins.".to_owned()),
        (Some((_, open)), None) => missing.push(format!("{open} families of the control sample are not read.")),
        (Some(_), Some(low)) if low < target => {
            let (reached, of) = all.recall.map_or((0, 0), |recall| (recall.found, recall.of));
            missing.push(format!(
                "The control sample tells a recall of at least {:.1} % ({reached} of {of} relevant families reached), \
                 below {} %.",
                low * 100.0,
                all.rule.target
            ));
        }
        _ => {}
    }
    match all.elusion.last() {
        None => missing.push("There is no elusion sample of what is not read.".to_owned()),
        Some(last) if last.stale => missing.push("Items were collected since the last elusion sample.".to_owned()),
        Some(last) => match last.recall_low {
            None => missing.push(format!("{} families of the elusion sample are not read.", last.open)),
            Some(low) if low < target => missing.push(format!(
                "The elusion sample tells a recall of at least {:.1} %, below {} %.",
                low * 100.0,
                all.rule.target
            )),
            Some(_) => {}
        },
    }
    all.rule.met = missing.is_empty();
    all.rule.missing = missing;
}
