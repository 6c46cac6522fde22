//! From evidence to a proposal.
//!
//! The weights for each status are added up (of the rules in one group only the strongest counts, so that one fact
//! told three ways is one fact). Ten points double the odds: the confidence in a status is
//! `2^(its points / 10)` as a share of the sum over the four statuses, in percent. *Official* starts with points of
//! its own, because what is not known should be kept. The costs are not alike: calling an official item something
//! shorter-lived is the expensive error, so
//!
//! - *official* is proposed from `official_from` percent on,
//! - a shorter-lived status only from `shorter_from` percent on, and never beside evidence for *official* (or for
//!   leaving it *undetermined*) that weighs
//!   `veto_from` points or more,
//! - everything else is *undetermined*: kept, listed, and put into the queue.

use super::file::Settings;
use crate::model::classification::{Evidence, RecordStatus};

/// Evidence with the group in which only the strongest counts.
#[derive(Debug, Clone)]
pub(super) struct Weighed {
    /// The evidence.
    pub(super) evidence: Evidence,
    /// Its group, or empty.
    pub(super) group: String,
}

/// The four statuses a rule can argue for, the longest-lived first: a tie goes to the longer life.
pub(super) const ARGUED: [RecordStatus; 4] =
    [RecordStatus::Official, RecordStatus::Transitory, RecordStatus::NonRecord, RecordStatus::Personal];

/// Points that double the odds.
const DOUBLING: f64 = 10.0;

/// The status and the confidence in it, from 0 to 100.
pub(super) fn outcome(found: &[Weighed], settings: &Settings) -> (RecordStatus, u8) {
    if found.iter().all(|one| one.evidence.argues == RecordStatus::Undetermined) {
        return (RecordStatus::Undetermined, 0);
    }
    let points = points(found, settings);
    let odds = points.map(|points| (points / DOUBLING).exp2());
    let sum: f64 = odds.iter().sum();
    let mut best = 0;
    for (at, one) in odds.iter().enumerate() {
        if *one > odds[best] {
            best = at;
        }
    }
    let confidence = (odds[best] / sum * 100.0).floor().clamp(0.0, 100.0) as u8;
    let status = ARGUED[best];
    let vetoed = found
        .iter()
        .filter(|one| matches!(one.evidence.argues, RecordStatus::Official | RecordStatus::Undetermined))
        .any(|one| one.evidence.weight >= settings.veto_from);
    let enough = match status {
        RecordStatus::Official => confidence >= settings.official_from,
        _ => confidence >= settings.shorter_from && !vetoed,
    };
    if enough { (status, confidence) } else { (RecordStatus::Undetermined, 0) }
}

fn points(found: &[Weighed], settings: &Settings) -> [f64; 4] {
    ARGUED.map(|status| {
        let mut points = if status == RecordStatus::Official { f64::from(settings.official_points) } else { 0.0 };
        let mut groups: Vec<(&str, u8)> = Vec::new();
        for one in found.iter().filter(|one| one.evidence.argues == status) {
            let weight = one.evidence.weight;
            if one.group.is_empty() {
                points += f64::from(weight);
                continue;
            }
            match groups.iter_mut().find(|(group, _)| *group == one.group) {
                Some((_, strongest)) => *strongest = (*strongest).max(weight),
                None => groups.push((&one.group, weight)),
            }
        }
        points + groups.iter().map(|(_, weight)| f64::from(*weight)).sum::<f64>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn settings() -> Settings {
        Settings { official_points: 10, official_from: 50, shorter_from: 85, veto_from: 40 }
    }

    fn one(argues: RecordStatus, weight: u8, group: &str) -> Weighed {
        let evidence =
            Evidence { rule: "r".to_owned(), place: "the text".to_owned(), matched: String::new(), argues, weight };
        Weighed { evidence, group: group.to_owned() }
    }

    fn life(status: RecordStatus) -> u8 {
        match status {
            RecordStatus::Official | RecordStatus::Undetermined => 1,
            _ => 0,
        }
    }

    #[test]
    fn weights_become_a_status_or_are_not_enough() {
        use RecordStatus::{NonRecord, Official, Personal, Transitory, Undetermined};
        // 60 points against 10: 64 of 64 + 2 + 1 + 1.
        assert_eq!(outcome(&[one(NonRecord, 60, "")], &settings()), (NonRecord, 94));
        // Thirty points alone are 8 of 12: not enough to shorten a life.
        assert_eq!(outcome(&[one(Transitory, 30, "")], &settings()), (Undetermined, 0));
        // The same thirty points are enough for the status that keeps: 16 of 19.
        assert_eq!(outcome(&[one(Official, 30, "")], &settings()), (Official, 84));
        // A strong cue for official stands in the way, however much the other side has.
        assert_eq!(outcome(&[one(Personal, 100, ""), one(Official, 40, "")], &settings()), (Undetermined, 0));
        // What could not be read stands in the way of a shorter life, not of a longer one.
        assert_eq!(outcome(&[one(NonRecord, 90, ""), one(Undetermined, 40, "")], &settings()), (Undetermined, 0));
        assert_eq!(outcome(&[one(Official, 30, ""), one(Undetermined, 40, "")], &settings()), (Official, 84));
        // One fact told three ways is one fact.
        let thrice = [one(Transitory, 30, "g"), one(Transitory, 25, "g"), one(Transitory, 20, "g")];
        assert_eq!(outcome(&thrice, &settings()), (Undetermined, 0));
        assert_eq!(outcome(&[], &settings()), (Undetermined, 0));
    }

    proptest! {
        #[test]
        fn more_evidence_for_official_never_makes_a_life_shorter(
            found in proptest::collection::vec((0_usize..4, 1_u8..=100, 0_u8..3), 0..12),
            added in (1_u8..=100, 0_u8..3),
        ) {
            let name = |group: u8| if group == 0 { String::new() } else { format!("g{group}") };
            let mut all: Vec<Weighed> =
                found.iter().map(|(at, weight, group)| one(ARGUED[*at], *weight, &name(*group))).collect();
            let before = outcome(&all, &settings()).0;
            all.push(one(RecordStatus::Official, added.0, &name(added.1)));
            let after = outcome(&all, &settings()).0;
            prop_assert!(life(after) >= life(before), "{before} became {after}");
            prop_assert!(after == before || life(after) == 1, "one short life became another: {before}, {after}");
        }
    }
}
