//! Searching: exact counts, the newest first, and only as many read as are asked for.

use super::answer::{Answer, Plan, Standing};
use super::{Index, IndexError};
use crate::base::id::FamilyId;
use crate::query::Query;
use std::cmp::Reverse;

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// All that answer, exactly counted.
    pub count: u64,
    /// The newest first, then by number; items without a moment last.
    pub families: Vec<FamilyId>,
}

/// The order of hits: `None` is before every moment, so it comes last when the order is turned round.
type Rank = (Reverse<Option<i64>>, FamilyId);

impl Index {
    /// Finds what answers a query, at most `limit` of it.
    pub fn search(&self, query: &Query, standing: &dyn Standing, limit: usize) -> Result<Found, IndexError> {
        let plan = Plan::of(query, standing)?;
        let mut count = 0;
        let mut best: Vec<Rank> = Vec::new();
        let snapshot = self.snapshot()?;
        for part in &snapshot.parts {
            let bits = Answer::new(part, &snapshot.expansions).bits(&plan)?;
            count += u64::from(bits.count());
            let worst = if best.len() == limit { best.last().map(|(sent, _)| sent.0) } else { None };
            // Parts come with the newest first: when this one has nothing as new as the last hit, none after it has.
            if limit == 0 || worst.is_some_and(|worst| part.newest < worst) || bits.is_empty() {
                continue;
            }
            let sent = part.sent()?;
            for document in bits.iter() {
                let moment = sent.first(document);
                if worst.is_none_or(|worst| moment >= worst) {
                    best.push((Reverse(moment), part.family(document)?));
                }
            }
            if best.len() > limit {
                best.select_nth_unstable(limit);
                best.truncate(limit);
            }
            best.sort_unstable();
        }
        Ok(Found { count, families: best.into_iter().map(|(_, family)| family).collect() })
    }

    /// How many families answer a query.
    pub fn count(&self, query: &Query, standing: &dyn Standing) -> Result<u64, IndexError> {
        Ok(self.search(query, standing, 0)?.count)
    }

    /// Every family that answers a query, by number.
    pub fn families(&self, query: &Query, standing: &dyn Standing) -> Result<Vec<FamilyId>, IndexError> {
        let plan = Plan::of(query, standing)?;
        let mut all = Vec::new();
        let snapshot = self.snapshot()?;
        for part in &snapshot.parts {
            for document in Answer::new(part, &snapshot.expansions).bits(&plan)?.iter() {
                all.push(part.family(document)?);
            }
        }
        all.sort_unstable();
        Ok(all)
    }
}
