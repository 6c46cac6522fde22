//! The history of an edited or unsent message (`message_summary_info`), a property list.
//!
//! `ec` has for each part of the message its versions, oldest first: `d` the time in Apple's seconds, `t` the text as a
//! typed stream. `rp` lists the parts that were unsent.

use super::{moment, typedstream};
use crate::model::record::SourceTime;
use plist::{Dictionary, Value};
use std::io::Cursor;

/// Versions that are listed; all are kept in the original.
const VERSIONS: usize = 1_000;

/// One version of a part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The part, as written.
    pub part: String,
    /// When it was written, where that is told.
    pub at: Option<SourceTime>,
    /// Its text, where it can be read.
    pub text: Option<String>,
}

/// What is told of a message's past.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Versions of its parts, the oldest first; the last of a part is what the message says now.
    pub versions: Vec<Version>,
    /// Parts that were unsent.
    pub unsent: Vec<String>,
}

/// Reads the property list; `None` when it is none.
pub fn read(bytes: &[u8]) -> Option<Summary> {
    let value = Value::from_reader(Cursor::new(bytes)).ok()?;
    let root = value.as_dictionary()?;
    let mut summary = Summary::default();
    if let Some(parts) = root.get("ec").and_then(Value::as_dictionary) {
        for (part, versions) in parts {
            let listed = versions.as_array().map(Vec::as_slice).unwrap_or_default();
            let left = VERSIONS.saturating_sub(summary.versions.len());
            summary
                .versions
                .extend(listed.iter().filter_map(Value::as_dictionary).take(left).map(|one| version(part, one)));
        }
    }
    if let Some(parts) = root.get("rp").and_then(Value::as_array) {
        summary.unsent = parts.iter().take(VERSIONS).filter_map(number).map(|one| one.to_string()).collect();
    }
    Some(summary)
}

fn version(part: &str, one: &Dictionary) -> Version {
    let seconds = one.get("d").and_then(|value| value.as_real().or_else(|| number(value).map(|whole| whole as f64)));
    let text = one.get("t").and_then(Value::as_data).and_then(typedstream::text);
    Version { part: part.to_owned(), at: moment::of_seconds(seconds).ok().flatten(), text }
}

fn number(value: &Value) -> Option<i64> {
    value.as_signed_integer().or_else(|| value.as_unsigned_integer().and_then(|one| i64::try_from(one).ok()))
}
