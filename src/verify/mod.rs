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
    pub fn new(code: &'static str, subject: impl ToString, message: impl Into<String>) -> Self {
        Self { code, subject: subject.to_string(), message: message.into() }
    }
}
