//! Keys without rows that are kept on purpose: a repository was put back from a backup, and they belong to items that
//! came in after it. Their bytes may turn up yet.

use super::{CatalogError, Reading, Writing, word};
use crate::base::id::FamilyId;

/// Under which they are remembered.
const WAITING: &str = "waiting_keys";

/// A stretch of family numbers that a backup did not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct WaitingKeys {
    /// The first number.
    pub from: FamilyId,
    /// The last one.
    pub to: FamilyId,
    /// How many of them had a key when the backup was put back.
    pub keys: u64,
}

impl WaitingKeys {
    /// Whether a family is one of them.
    pub fn has(&self, family: FamilyId) -> bool {
        (self.from..=self.to).contains(&family)
    }
}

impl Writing<'_> {
    /// Says which keys wait; an empty list when none do any more.
    pub fn set_waiting_keys(&self, waiting: &[WaitingKeys]) -> Result<(), CatalogError> {
        let text = serde_json::to_string(waiting).unwrap_or_default();
        assert!(!text.is_empty(), "a list of numbers always becomes JSON");
        self.set_meta(WAITING, &text)
    }
}

impl Reading<'_> {
    /// The keys that wait for items which a backup did not have.
    pub fn waiting_keys(&self) -> Result<Vec<WaitingKeys>, CatalogError> {
        match self.meta(WAITING)? {
            Some(text) => word("a list of waiting keys", &text, |text| serde_json::from_str(text).ok()),
            None => Ok(Vec::new()),
        }
    }
}
