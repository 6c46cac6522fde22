//! The sheet that stands in the place of a document that is not given.

use super::{Content, Rendition};
use crate::model::production::{BatesNumber, PublicText};
use chrono::{DateTime, Utc};

/// The label on every page of an exercise.
pub const EXERCISE: &str = "EXERCISE";

/// A slip sheet: its number and these words, and nothing of the document it stands for. Whoever checks a production
/// makes the same sheet from the load file and compares.
pub fn slip_sheet(first: &BatesNumber, words: &str, exercise: bool, made_at: Option<DateTime<Utc>>) -> Rendition {
    Rendition {
        title: PublicText::released(first.to_string()),
        fields: Vec::new(),
        remark: PublicText::default(),
        content: Content::Slip(PublicText::released(words)),
        first: Some(first.clone()),
        made_at,
        label: PublicText::released(if exercise { EXERCISE } else { "" }),
    }
}
