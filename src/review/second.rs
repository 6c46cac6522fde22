//! The second level: another person looks at what is kept from a requester, and agrees. Whoever disagrees decides anew.

use super::{ReviewError, refuse_closed};
use crate::base::id::{RecordId, RequestId};
use crate::catalog::Reading;
use crate::model::event::Act;
use crate::model::review::Decision;
use crate::repository::Repository;
use crate::request::{Decided, decided};
use crate::text::is_same_person;

/// Whether a decision keeps something from the requester.
fn keeps_back(one: &Decided) -> bool {
    matches!(one.decision, Decision::Withheld | Decision::PartlyWithheld | Decision::NotGovernmentData)
}

/// Members kept from the requester that no second person has looked at, in order.
pub fn without_second(reading: &Reading<'_>, request: RequestId) -> Result<Vec<RecordId>, ReviewError> {
    let all = decided(reading, request)?;
    let newest = all.into_iter().filter_map(|(record, mut stack)| stack.pop().map(|one| (record, one)));
    Ok(newest.filter(|(_, one)| keeps_back(one) && one.seconded_by.is_none()).map(|(record, _)| record).collect())
}

/// Records that a second person looked at decisions and agrees; without records, at all that wait for it. Nobody is the
/// second person to a decision of their own.
pub fn second(
    repository: &mut Repository,
    request: RequestId,
    records: &[RecordId],
    actor: &str,
) -> Result<u64, ReviewError> {
    let at = repository.now();
    repository.catalog_mut().write::<_, ReviewError>(|writing| {
        refuse_closed(writing, request)?;
        let reading = writing.reading();
        let all = decided(&reading, request)?;
        let members: Vec<RecordId> =
            if records.is_empty() { without_second(&reading, request)? } else { records.to_vec() };
        if members.is_empty() {
            return Err(ReviewError::Refused(format!("nothing in {request} waits for a second person")));
        }
        for record in &members {
            let Some(one) = all.get(record).and_then(|stack| stack.last()) else {
                return Err(ReviewError::Refused(format!("{record} has no decision for {request}")));
            };
            if is_same_person(&one.by, actor) {
                let message = format!("{actor} decided on {record}, and somebody else has to look at it");
                return Err(ReviewError::Refused(message));
            }
        }
        let details = serde_json::json!({ "members": members });
        writing.record_event(at, actor, Act::ReviewSeconded, &request.to_string(), &details)?;
        Ok(members.len() as u64)
    })
}
