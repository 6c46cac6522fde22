//! What stands against an answer although every item has a decision.

use super::{ReviewError, determined, without_second};
use crate::base::id::RequestId;
use crate::citation::{self, In};
use crate::model::review::Decision;
use crate::repository::Repository;
use crate::request::not_to_be_given;
use std::collections::BTreeSet;

/// Why nothing may be produced for a request yet: a citation that counsel has to confirm, a determination that nobody
/// recorded, a second person who has not
/// looked, a subject of data whom nobody has identified. `None` where nothing stands against it.
pub fn not_ready(repository: &Repository, request: RequestId) -> Result<Option<String>, ReviewError> {
    if let Some(message) = not_to_be_given(repository, request)? {
        return Ok(Some(message));
    }
    let reading = repository.catalog().reading();
    let decisions = reading.decisions(request)?;
    let withheld = decisions.iter().filter(|one| matches!(one.decision, Decision::Withheld | Decision::PartlyWithheld));
    let redactions = reading.redactions(request)?;
    let bases = withheld.map(|one| one.basis.as_str()).chain(redactions.iter().map(|one| one.statute.as_str()));
    let bases: BTreeSet<&str> = bases.collect();
    for basis in bases {
        if let Some(message) = citation::refusal(&reading, basis, In::Basis)? {
            return Ok(Some(message));
        }
    }
    if let Some(message) = determined::refusal(&reading, request)? {
        return Ok(Some(message));
    }
    if repository.profile().policy.second_review_of_withheld {
        let open = without_second(&reading, request)?;
        if let Some(first) = open.first() {
            return Ok(Some(format!(
                "{} items are kept from the requester and no second person has looked at them, {first} among them: recordroom \
                 review second {request}",
                open.len()
            )));
        }
    }
    Ok(None)
}
