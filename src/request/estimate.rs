//! Fees of a request, recorded: an estimate before the work, or the charge after it.

use super::fee::{Fee, FeeQuestion, fee};
use super::progress::progress;
use super::{RequestError, refuse_closed};
use crate::base::id::RequestId;
use crate::calendar::{Observed, add_business_days};
use crate::model::event::Act;
use crate::repository::Repository;
use crate::text::is_same_person;
use serde_json::json;

/// Business days in which what the same requester was not asked for counts with a new fee.
const WAIVER_BUSINESS_DAYS: u32 = 30;

/// The holidays the city observes.
pub(super) fn observed(repository: &Repository) -> Observed {
    let chosen = &repository.profile().holidays;
    Observed { october_monday: chosen.october_monday, friday_after_thanksgiving: chosen.friday_after_thanksgiving }
}

/// Cents waived for the requester of a request by other requests of the last 30 business days.
pub fn waived_lately(repository: &Repository, id: RequestId) -> Result<u64, RequestError> {
    let reading = repository.catalog().reading();
    let (today, observed) = (repository.today(), observed(repository));
    let who = reading.request(id)?.requester;
    let mut cents = 0_u64;
    for other in reading.requests()?.iter().filter(|one| one.id != id && !who.is_empty()) {
        if !is_same_person(&other.requester, &who) {
            continue;
        }
        if let Some(last) = progress(&reading, other.id)?.fees.last() {
            let until = add_business_days(last.at.date_naive(), WAIVER_BUSINESS_DAYS, &observed);
            if until.is_some_and(|until| until >= today) {
                cents = cents.saturating_add(last.fee.waived_cents);
            }
        }
    }
    Ok(cents)
}

/// Computes a fee and records it. `prepay`: it is to be paid before copies are made.
pub fn estimate(
    repository: &mut Repository,
    id: RequestId,
    question: FeeQuestion,
    (is_estimate, prepay): (bool, bool),
    actor: &str,
) -> Result<Fee, RequestError> {
    let waived_lately_cents = waived_lately(repository, id)?;
    let kind = repository.catalog().reading().request(id)?.kind;
    let question = FeeQuestion { kind, waived_lately_cents, ..question };
    let fee = fee(&question, &repository.profile().policy.fees).map_err(RequestError::Refused)?;
    let at = repository.now();
    repository.catalog_mut().write::<_, RequestError>(|writing| {
        refuse_closed(writing, id)?;
        let details = json!({
            "estimate": is_estimate, "medium": question.medium, "pages": question.pages, "work": question.work,
            "fee": fee, "prepay_cents": if prepay { fee.due_cents() } else { 0 },
        });
        writing.record_event(at, actor, Act::RequestFee, &id.to_string(), &details)?;
        Ok(fee)
    })
}
