//! Disposition: a plan that lists everything, an approval by somebody else, an execution that looks again at every
//! item, and a certificate. The only room that destroys.
//!
//! *Steps of a destruction:* the intent (with the check of guards and rules in the same transaction), the key, the
//! words, the bytes, the tombstone with the completion event. Interrupted anywhere, the next run finishes it.

mod approve;
mod certificate;
mod plan;
mod release;
mod run;

pub use approve::{approve, register_approver};
pub use certificate::{Certificate, check_certificate};
pub use plan::{Planned, plan, read_plan};
pub use release::freed_by_release;
pub use run::{RunReport, finish_open_intents, run};

use crate::catalog::CatalogError;
use crate::ledger::JsonSignatureError;
use crate::repository::RepositoryError;
use crate::retention::RetentionError;

/// Domains of the signatures this room makes, so that one kind of document can never pass for another.
pub(crate) const PLAN_DOMAIN: &str = "recordroom disposition plan 1";
pub(crate) const APPROVAL_DOMAIN: &str = "recordroom disposition approval 1";
pub(crate) const CERTIFICATE_DOMAIN: &str = "recordroom certificate of destruction 1";

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
    /// The step is not allowed now.
    #[error("{0}")]
    Refused(String),
}

impl DispositionError {
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
    crate::ledger::sign_json(domain, value, signer)
        .map_err(|error| DispositionError::Unreadable { what: "document to sign", message: error.to_string() })
}

/// The members of a signed document, when they are as they were signed.
fn checked(
    domain: &'static str,
    document: &serde_json::Value,
    public_key: Option<&str>,
) -> Result<serde_json::Value, JsonSignatureError> {
    crate::ledger::check_json(domain, document, public_key)?;
    let mut body = document.clone();
    if let Some(members) = body.as_object_mut() {
        members.remove("signature");
    }
    Ok(body)
}
