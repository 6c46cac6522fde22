//! Classification as acts: a person sets or confirms a status, a sample confirms a class, and what is not settled is
//! listed. The rules themselves are in `classify`; they only propose.
//!
//! *Invariants:* only these acts make a status confirmed, and each is an event with ids, statuses and the reason and
//! never content. A bulk confirmation never reaches an item that was sealed after its sample was drawn, nor one
//! proposed under other rules. Rules that change never touch what a person or a sample has confirmed.
//!
//! Names and subjects are sealed: they are read from the vault when the queue is shown, and written nowhere.

mod ageing;
mod decide;
mod edition;
mod explain;
mod list;
mod queue;
mod reclassify;
mod sample;

pub use ageing::{Ageing, Band, ageing};
pub use decide::{Changed, Decided, set, settle_group};
pub use explain::{Explanation, HistoryLine, explain};
pub use list::{Shown, list_digest};
pub use queue::{Group, GroupedBy, Queue, groups, queue};
pub use reclassify::{Reclassified, reclassify};
pub use sample::{Disagreement, Drawn, Settled, draw_sample, settle_sample};

use crate::catalog::CatalogError;
use crate::protection::ProtectionError;
use crate::repository::RepositoryError;
use crate::retention::RetentionError;

/// An act of classification failed or was refused.
#[derive(Debug, thiserror::Error)]
pub enum ClassificationError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The adopted schedules could not be read.
    #[error(transparent)]
    Retention(#[from] RetentionError),
    /// The holds and requests could not be looked at.
    #[error(transparent)]
    Protection(#[from] ProtectionError),
    /// The act is not allowed as things stand; nothing was changed.
    #[error("{message}")]
    Refused {
        /// Why, a fragment.
        message: String,
        /// What to do next, a sentence.
        hint: String,
    },
}

fn refused(message: impl Into<String>, hint: impl Into<String>) -> ClassificationError {
    ClassificationError::Refused { message: message.into(), hint: hint.into() }
}
