//! Why the demonstration could not go on.

use super::city::CityError;
use crate::catalog::CatalogError;
use crate::classification::ClassificationError;
use crate::disposition::DispositionError;
use crate::finding::FindingError;
use crate::hold::HoldError;
use crate::ingest::{IngestError, RegisterError};
use crate::production::ProductionError;
use crate::repository::RepositoryError;
use crate::request::RequestError;
use crate::retention::RetentionError;
use crate::review::ReviewError;
use crate::verify::repository::VerifyError;

/// The demonstration could not go on.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The exports could not be written.
    #[error(transparent)]
    City(#[from] CityError),
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A schedule failed.
    #[error(transparent)]
    Retention(#[from] RetentionError),
    /// The intake failed.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The intake register could not be read.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// A status could not be settled.
    #[error(transparent)]
    Classification(#[from] ClassificationError),
    /// A letter failed.
    #[error(transparent)]
    Letter(#[from] crate::letters::LetterError),
    /// A citation was not confirmed.
    #[error(transparent)]
    Citation(#[from] crate::citation::CitationError),
    /// A search failed.
    #[error(transparent)]
    Finding(#[from] FindingError),
    /// A hold failed.
    #[error(transparent)]
    Hold(#[from] HoldError),
    /// A request failed.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A review failed.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// A production failed.
    #[error(transparent)]
    Production(#[from] ProductionError),
    /// A plan failed.
    #[error(transparent)]
    Disposition(#[from] DispositionError),
    /// The verification could not be done.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// Something the story counts on was not there.
    #[error("the demonstration found no trace of {0}")]
    Missing(&'static str),
}
