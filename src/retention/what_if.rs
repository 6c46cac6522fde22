//! What another edition would change, before it is adopted: which items would go earlier, later, or never. Nothing is
//! written.

use super::overdue::STEP;
use super::{Adopted, RetentionError};
use crate::base::id::{FamilyId, RecordId};
use crate::catalog::{FamilyFilter, FamilyState};
use crate::model::disposition::{Eligibility, RuleRef, Verdict};
use crate::model::retention::Edition;
use crate::repository::Repository;
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;

/// How an item's fate moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Move {
    /// It may be destroyed on that day, and could not be before.
    NowEligible,
    /// It may not be destroyed on that day any more.
    NoLongerEligible,
    /// Its first day comes earlier, or it gets one.
    Earlier,
    /// Its first day comes later.
    Later,
    /// It has no first day any more: permanent, blocked, or something is missing.
    Never,
    /// The day is the same, and another rule decides.
    OtherRule,
}

impl Move {
    /// In words, for a heading.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NowEligible => "would become eligible",
            Self::NoLongerEligible => "would no longer be eligible",
            Self::Earlier => "could go earlier",
            Self::Later => "would stay longer",
            Self::Never => "would have no day any more",
            Self::OtherRule => "would go on the same day by another rule",
        }
    }
}

/// What becomes of an item on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fate {
    /// The result.
    #[serde(flatten)]
    pub eligibility: Eligibility,
    /// The rule that decides, where one does.
    pub rule: Option<RuleRef>,
    /// The deciding reason.
    pub because: String,
}

impl Fate {
    fn of(verdict: Verdict) -> Self {
        let because = verdict.reasons.into_iter().next().map(|reason| reason.sentence).unwrap_or_default();
        Self { eligibility: verdict.eligibility, rule: verdict.rule, because }
    }

    /// The first day for destruction, where there is one.
    fn first_day(&self) -> Option<NaiveDate> {
        match self.eligibility {
            Eligibility::Eligible { since } => Some(since),
            Eligibility::NotYet { earliest } => Some(earliest),
            Eligibility::Blocked | Eligibility::Undetermined => None,
        }
    }

    /// In words: "eligible since 2025-01-02".
    pub fn words(&self) -> String {
        match self.eligibility {
            Eligibility::Eligible { since } => format!("eligible since {since}"),
            Eligibility::NotYet { earliest } => format!("not before {earliest}"),
            Eligibility::Blocked => "kept".to_owned(),
            Eligibility::Undetermined => "kept, not settled".to_owned(),
        }
    }
}

/// One item whose fate moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Its parent record.
    pub id: Option<RecordId>,
    /// The family.
    pub family: FamilyId,
    /// Its series, or empty.
    pub series: String,
    /// How.
    pub change: Move,
    /// As it is.
    pub now: Fate,
    /// As it would be.
    pub then: Fate,
    /// Whether a hold or request covers it whatever the schedules say.
    pub is_protected: bool,
}

/// What would change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Fates {
    /// How many items move each way.
    pub counts: BTreeMap<Move, u64>,
    /// The same for each series; the empty key is for items without one.
    pub by_series: BTreeMap<String, BTreeMap<Move, u64>>,
    /// Every item that moves, in order of number.
    pub moved: Vec<Moved>,
    /// Items that were looked at.
    pub looked_at: u64,
}

/// What would change, and against what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhatIf {
    /// The edition that was tried.
    pub edition: String,
    /// The adopted edition of the same key that it stood in for, if there is one.
    pub instead_of: Option<String>,
    /// The day.
    pub on: NaiveDate,
    /// The items.
    #[serde(flatten)]
    pub fates: Fates,
}

/// Tries an edition beside the adopted ones, or in the place of the one with its key, on a day. Holds and requests are
/// looked at apart: they protect whatever the schedules say, and they end.
pub fn what_if(repository: &Repository, edition: &Edition, on: NaiveDate) -> Result<WhatIf, RetentionError> {
    let adopted = Adopted::load(repository)?;
    let mut tried = adopted.clone();
    let same = tried.editions.iter().position(|one| one.key == edition.key);
    match same {
        Some(place) => tried.editions[place] = edition.clone(),
        None => tried.editions.push(edition.clone()),
    }
    let (now, then) = (adopted.evaluator(), tried.evaluator());
    let mut fates = Fates::default();
    repository.catalog().at_one_moment::<_, RetentionError>(|reading| {
        for rows in reading.families_in_steps(FamilyFilter::default(), STEP) {
            for row in rows?.iter().filter(|row| row.state == FamilyState::Live) {
                fates.looked_at += 1;
                let before = Fate::of(adopted.verdict_without_guards(&now, &reading, row, on)?);
                let after = Fate::of(tried.verdict_without_guards(&then, &reading, row, on)?);
                let Some(change) = moved(&before, &after) else { continue };
                *fates.counts.entry(change).or_default() += 1;
                let series = row.standing.series.clone();
                *fates.by_series.entry(series.clone()).or_default().entry(change).or_default() += 1;
                let id = reading.records(row.id)?.first().map(|record| record.id);
                let is_protected = !reading.guards_of(row.id, on)?.is_empty();
                fates.moved.push(Moved { id, family: row.id, series, change, now: before, then: after, is_protected });
            }
        }
        Ok(())
    })?;
    let instead_of = same.map(|place| adopted.editions[place].title.clone());
    Ok(WhatIf { edition: edition.key.clone(), instead_of, on, fates })
}

fn moved(now: &Fate, then: &Fate) -> Option<Move> {
    let is_eligible = |fate: &Fate| matches!(fate.eligibility, Eligibility::Eligible { .. });
    match (is_eligible(now), is_eligible(then)) {
        (false, true) => return Some(Move::NowEligible),
        (true, false) => return Some(Move::NoLongerEligible),
        _ => {}
    }
    match (now.first_day(), then.first_day()) {
        (Some(before), Some(after)) if after < before => Some(Move::Earlier),
        (Some(before), Some(after)) if after > before => Some(Move::Later),
        (None, Some(_)) => Some(Move::Earlier),
        (Some(_), None) => Some(Move::Never),
        // Whether it is kept by this or that reason makes no difference to when it goes.
        (Some(_), Some(_)) if now.rule != then.rule => Some(Move::OtherRule),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_fates_is_one_move_or_none() {
        let day = |number| NaiveDate::from_ymd_opt(2026, 1, number).unwrap_or_default();
        let rule = |series: &str| Some(RuleRef { edition: "city".to_owned(), series: series.to_owned() });
        let fate = |eligibility, series| Fate { eligibility, rule: rule(series), because: String::new() };
        let eligible = |number| Eligibility::Eligible { since: day(number) };
        let not_yet = |number| Eligibility::NotYet { earliest: day(number) };
        let cases = [
            (eligible(1), "a", eligible(1), "a", None),
            (eligible(1), "a", eligible(1), "b", Some(Move::OtherRule)),
            (eligible(5), "a", eligible(1), "a", Some(Move::Earlier)),
            (eligible(1), "a", eligible(5), "a", Some(Move::Later)),
            (eligible(1), "a", not_yet(9), "a", Some(Move::NoLongerEligible)),
            (eligible(1), "a", Eligibility::Blocked, "a", Some(Move::NoLongerEligible)),
            (not_yet(9), "a", eligible(1), "a", Some(Move::NowEligible)),
            (Eligibility::Undetermined, "a", eligible(1), "a", Some(Move::NowEligible)),
            (not_yet(9), "a", not_yet(8), "a", Some(Move::Earlier)),
            (not_yet(8), "a", not_yet(9), "a", Some(Move::Later)),
            (not_yet(8), "a", Eligibility::Blocked, "a", Some(Move::Never)),
            (not_yet(8), "a", Eligibility::Undetermined, "a", Some(Move::Never)),
            (Eligibility::Blocked, "a", not_yet(8), "a", Some(Move::Earlier)),
            (Eligibility::Blocked, "a", Eligibility::Undetermined, "b", None),
        ];
        for (now, from, then, to, expected) in cases {
            assert_eq!(moved(&fate(now.clone(), from), &fate(then.clone(), to)), expected, "{now:?} to {then:?}");
        }
    }
}
