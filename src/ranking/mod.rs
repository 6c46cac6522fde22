//! Ranking: the order in which a collection is read, learnt from the reviewers' own decisions; how much of what is
//! relevant has been found, with an interval; and the attorney's decision to stop.
//!
//! Only the order is learnt. No decision is ever taken here: what is not read has no decision, stays listed and counted,
//! and stopping before the end is for litigation alone. A request of the public or of a data subject is read to its end.
//!
//! The unit is the family: it is relevant when one of its members is responsive or withheld, and not when every member is
//! decided and none of them is.
//!
//! Reading order: `features`, `model`, `interval` (pure), `order`, `sample`, `standing`, `stop`.

mod features;
mod interval;
mod model;
mod order;
mod sample;
mod standing;
mod stop;

pub use features::{Features, Rarity, each_feature};
pub use interval::{Share, WRONG, lower, share, upper};
pub use model::{Draws, Model};
pub use order::{NextFamily, Order, PRESUMED, RANKED_FAMILIES, next, record_order};
pub use sample::{SampleKind, draw};
pub use standing::{Elusion, Progress, RuleCheck, TARGET_PERCENT, progress};
pub use stop::stop;

use crate::base::id::FamilyId;
use crate::catalog::{CatalogError, Reading};
use crate::model::review::Decision;
use crate::repository::RepositoryError;
use std::collections::BTreeMap;

/// Ranking failed or was refused.
#[derive(Debug, thiserror::Error)]
pub enum RankingError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The step does not fit where the review stands; nothing was changed.
    #[error("{message}")]
    Refused {
        /// Why, a fragment.
        message: String,
        /// What to do next, a sentence.
        hint: String,
    },
}

fn refused(message: impl Into<String>, hint: impl Into<String>) -> RankingError {
    RankingError::Refused { message: message.into(), hint: hint.into() }
}

/// What the reviewers said of each collected family: `Some(true)` relevant, `Some(false)` not, `None` not decided yet.
fn said(
    reading: &Reading<'_>,
    request: crate::base::id::RequestId,
) -> Result<BTreeMap<FamilyId, Option<bool>>, CatalogError> {
    let decisions: BTreeMap<_, _> =
        reading.decisions(request)?.into_iter().map(|one| (one.record, one.decision)).collect();
    let mut all = BTreeMap::new();
    for family in reading.collected(request)? {
        let records = reading.records(family)?;
        let of_members: Vec<Option<&Decision>> = records.iter().map(|record| decisions.get(&record.id)).collect();
        let is_relevant = of_members.iter().flatten().any(|decision| **decision != Decision::NotResponsive);
        let is_open = of_members.iter().any(Option::is_none);
        all.insert(family, if is_open { None } else { Some(is_relevant) });
    }
    Ok(all)
}
