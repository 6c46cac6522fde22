//! Disposition: a plan that lists everything, an approval by somebody else, an execution that looks again at every
//! item, and a certificate. The only room that destroys.
//!
//! *Steps of a destruction:* the intent (with the check of guards and rules in the same transaction), the key, the
//! words, the bytes, the tombstone with the completion event. Interrupted anywhere, the next run finishes it.

mod approve;
mod breaker;
mod certificate;
mod gone;
mod plan;
mod planner;
mod release;
mod run;
mod stop;
#[cfg(test)]
mod testing;
mod withdraw;

pub use crate::verify::certificate::Certificate;
pub use approve::{approve, register_approver, signer_of};
pub use breaker::{Breaker, Tripped, override_breaker, tripped};
pub use gone::record_gone;
pub use plan::{Outlook, Planned, outlook, plan, plan_as, plan_of_the_night, read_plan};
pub use planner::can_be_approved;
pub use release::freed_by_release;
pub use run::{RunReport, finish_interrupted, run};
pub use stop::{Stop, resume, standing_stop, stop};
pub use withdraw::withdraw;

use crate::base::id::PlanId;
use crate::catalog::CatalogError;
use crate::ledger::JsonSignatureError;
use crate::model::event::Act;
use crate::protection::ProtectionError;
use crate::repository::{Repository, RepositoryError};
use crate::retention::RetentionError;
use crate::verify::documents::{DocumentError, signed};

/// Why something was not planned, approved or destroyed.
#[derive(Debug, thiserror::Error)]
pub enum DispositionError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The rules could not be applied.
    #[error(transparent)]
    Retention(#[from] RetentionError),
    /// The holds and requests could not be read.
    #[error(transparent)]
    Protection(#[from] ProtectionError),
    /// A signed document was changed, or is not what it should be.
    #[error("the {what} was changed after it was signed: {error}")]
    Changed {
        /// Which document.
        what: &'static str,
        /// What differs.
        error: JsonSignatureError,
    },
    /// A document cannot be read at all.
    #[error("the {what} cannot be read: {message}")]
    Unreadable {
        /// Which document.
        what: &'static str,
        /// Why.
        message: String,
    },
    /// The user asked to stop.
    #[error("the destruction was stopped; what was decided is finished, and the same command goes on with the rest")]
    Stopped,
    /// The step is not allowed now.
    #[error("{0}")]
    Refused(String),
}

impl DispositionError {
    /// A document that is not what was signed.
    fn document(what: &'static str, error: DocumentError) -> Self {
        match error {
            DocumentError::Signature(error) => Self::Changed { what, error },
            DocumentError::Unreadable(message) | DocumentError::Contradiction(message) => {
                Self::Unreadable { what, message }
            }
        }
    }

    /// Whether the step was refused, rather than failed.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

/// Signs a document of this room.
fn signed_document(
    domain: &'static str,
    value: &serde_json::Value,
    signer: &crate::ledger::Signer,
) -> Result<serde_json::Value, DispositionError> {
    signed(domain, value, signer).map_err(|error| DispositionError::document("document to sign", error))
}

/// Records that something was refused: whoever asks in four years is told that it was tried.
fn record_refusal(repository: &mut Repository, id: PlanId, actor: &str, message: &str) -> Result<(), DispositionError> {
    let at = repository.now();
    repository.catalog_mut().write::<_, DispositionError>(|writing| {
        let details = serde_json::json!({ "reason": message });
        writing.record_event(at, actor, Act::Refused, &id.to_string(), &details)?;
        Ok(())
    })
}
