//! Verification: what is stored and what was delivered is derived again and compared, and whatever differs is named.

pub mod bag;
pub mod delivery;
mod load_files;

use serde::Serialize;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// A stable code. Codes are added, never renamed.
    pub code: &'static str,
    /// What it is about: a path, an id.
    pub subject: String,
    /// One plain sentence.
    pub message: String,
}

impl Finding {
    /// A finding.
    pub fn new(code: &'static str, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, subject: subject.into(), message: message.into() }
    }
}
