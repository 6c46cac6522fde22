//! Verification: every invariant derived again from what lies on the disk, trusting no row that can be recomputed; and
//! what was delivered compared with what it says of itself.
//!
//! [`repository`] goes through a whole repository, [`documents`] and [`certificate`] check the signed documents of a
//! destruction (also where there is no repository), [`checkpoint`] the head of the ledger that is kept elsewhere and the
//! proofs that go with it, [`timestamp`] an outside authority's word on when a file was there,
//! [`delivery`] a production on a machine that has only the folder, [`bag`] any bag.

pub mod bag;
pub mod certificate;
mod certificate_page;
pub mod checkpoint;
pub mod delivery;
pub mod documents;
mod extras;
mod images;
mod load_files;
pub mod matter;
mod redactions;
pub mod repository;
pub mod timestamp;

use serde::Serialize;

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// A stable code. Codes are added, never renamed.
    pub code: &'static str,
    /// What it is about: an id, a path, a field.
    pub subject: String,
    /// One plain sentence.
    pub message: String,
}

impl Finding {
    /// A finding.
    pub fn new(code: &'static str, subject: impl ToString, message: impl Into<String>) -> Self {
        Self { code, subject: subject.to_string(), message: message.into() }
    }
}
