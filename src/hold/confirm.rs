//! The second person: whoever confirms what lets items go signs for it with a key that only their passphrase opens.

use super::HoldError;
use crate::base::id::HoldId;
use crate::repository::Repository;
use crate::text::is_same_person;
use crate::verify::documents::{CONFIRMATION_DOMAIN, checked};
use serde_json::{Value, json};

/// The signed word of a second person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// Who gives it.
    pub by: String,
    /// The [`statement`] with that person's signature.
    pub document: Value,
}

/// What a second person signs: the hold, the act with what it is about, and the two names. `what` holds the families of an
/// exclusion, the scope of an amendment, and nothing for a release.
pub fn statement(
    repository: &Repository,
    hold: HoldId,
    act: &str,
    what: &Value,
    reason: &str,
    requested_by: &str,
    confirmed_by: &str,
) -> Value {
    json!({
        "repository": repository.profile().repository, "hold": hold, "act": act, "what": what, "reason": reason,
        "requested_by": requested_by, "confirmed_by": confirmed_by,
    })
}

/// Refuses a confirmation that is not by a registered second person, or not for this.
pub(super) fn check(
    repository: &Repository,
    hold: HoldId,
    (act, what): (&str, &Value),
    reason: &str,
    requested_by: &str,
    confirmation: &Confirmation,
) -> Result<(), HoldError> {
    let by = &confirmation.by;
    if is_same_person(by, requested_by) {
        return Err(HoldError::Refused(format!("{by} cannot be the second person as well")));
    }
    let registered = repository.catalog().reading().approver(by)?.map(|(key, _)| key);
    // In an exercise the repository's key stands for a person who is not registered.
    let key = registered.or_else(|| repository.profile().exercise.then(|| repository.signer().public_key_hex()));
    let Some(key) = key else {
        return Err(HoldError::Refused(format!(
            "{by} is not registered; register with: recordroom dispose register NAME"
        )));
    };
    let signed = checked(CONFIRMATION_DOMAIN, &confirmation.document, Some(&key))
        .map_err(|error| HoldError::Refused(format!("the confirmation by {by} does not hold: {error}")))?;
    if signed != statement(repository, hold, act, what, reason, requested_by, by) {
        return Err(HoldError::Refused(format!("{by} confirmed something else")));
    }
    Ok(())
}
