//! Filing: official records written out for the city's document system, and its receipt taken back; archival items offered
//! to the archives, and theirs.
//!
//! The mailbox is not the record store (Otsego Information Technology Policy, "Employee Responsibilities": the preferred
//! method is a PDF in Laserfiche). An official record's mailbox copy may go only once the record is in the document system:
//! written out here, taken in there, and told back with the entry's number and a digest that is the one of the file that was
//! written. What stays afterwards is a *stub*: dates, series and entry, which may be disclosed.
//!
//! ```text
//! <folder>/2025/<series>/F-12.pdf      the message: its fields, what is known of its copies, its text
//!                        F-12.eml      the message itself, byte for byte where it is a file
//!                        F-12-1.docx   an attachment, byte for byte; F-12-1.pdf as pages, where it can be drawn
//! <folder>/filing.csv receipt.csv README.txt
//! <folder>/filing.xml                  the list file, written last: an import that watches the folder begins with it
//! ```
//! What is filed stays inside the city, so it is the whole record and nothing of it is redacted; the folder is opened to
//! nobody else, and goes once the receipt is there.
//!
//! Reading order: [`select`] (which records), `page` (how one looks), `list` (metadata and the city's own template),
//! [`export`](mod@export), [`receipt`](mod@receipt), [`stub`] (what stays, and where else to search), [`transfer`] (archives),
//! `production` (what was given out, in the document system as well).

pub mod export;
mod list;
mod page;
mod production;
pub mod receipt;
pub mod select;
pub mod stub;
pub mod transfer;

pub use export::{Exported, export};
pub use list::copy_templates;
pub use production::list_production;
pub use receipt::{ReceiptLine, Received, receipt};
pub use select::Wanted;
pub use stub::{FurtherPlace, Stub, further_place, stubs};
pub use transfer::{Offered, Settlement, offer, settle};

use crate::catalog::CatalogError;
use crate::repository::RepositoryError;
use crate::retention::RetentionError;

/// Something was not filed or transferred.
#[derive(Debug, thiserror::Error)]
pub enum FilingError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The rules could not be applied.
    #[error(transparent)]
    Retention(#[from] RetentionError),
    /// The city's template cannot be filled.
    #[error("the template {name} cannot be filled: {message}")]
    Template {
        /// Its file.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// The step is not allowed, or does not fit.
    #[error("{0}")]
    Refused(String),
}

impl FilingError {
    fn io(path: &std::path::Path, error: std::io::Error) -> Self {
        Self::Repository(RepositoryError::io(path, error))
    }
}

/// Refuses a folder with something in it: what lies there could be taken for part of this.
fn must_be_new(directory: &std::path::Path) -> Result<(), FilingError> {
    let empty = std::fs::read_dir(directory).map(|mut entries| entries.next().is_none()).unwrap_or(true);
    if empty {
        return Ok(());
    }
    Err(FilingError::Refused(format!("{} is not empty; name a new folder", directory.display())))
}
