//! Every letter that was written opens, and is the one that its event tells.

use super::{Check, VerifyError};
use crate::base::id::EventId;
use crate::letters;
use crate::model::event::{Act, Event};
use serde_json::Value;

pub(super) fn check(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let mut written: Vec<(String, String, String)> = Vec::new();
    check.reading().each_event::<VerifyError>(EventId::new(1), |event| {
        written.extend(named(&event));
        Ok(())
    })?;
    for (subject, name, sha256) in &written {
        match letters::kept(check.repository, name) {
            Ok(letter) if letter.digests().0.to_string() == *sha256 => {}
            Ok(_) => {
                check.find("letter-differs", subject, format!("the letter {name} is not the one that was recorded"))
            }
            Err(error) => check.find("letter-missing", subject, format!("the letter {name} does not open: {error}")),
        }
    }
    check.looked_at("Verifying letters", written.len() as u64)
}

/// What an event tells of a letter: what it is about, the name it is kept under, the SHA-256 of its text.
fn named(event: &Event) -> Option<(String, String, String)> {
    let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
    let number = |name: &str| details.get(name).and_then(Value::as_u64).unwrap_or_default();
    let text = |name: &str| details.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let subject = &event.subject;
    let name = match event.act {
        Act::HoldNoticed => format!("{subject}-{}", number("notice")),
        Act::HoldReminded => format!("{subject}-{}-reminder-{}", number("notice"), number("reminder")),
        Act::RequestLetter => format!("{subject}-{}", number("letter")),
        Act::ClawedBack | Act::BreachNoticed => text("letter"),
        _ => return None,
    };
    Some((subject.clone(), name, text("sha256")))
}
