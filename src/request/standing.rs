//! Standing requests: one request for what will come, answered cycle by cycle (Commissioner of Administration, Opinions
//! 96-047 and 04-007, treat them as repeated requests and let a city ask whether the interest goes on).
//!
//! Each cycle is protected until it is delivered and the city's days after a closed request are over. Nothing ends by
//! itself: a cycle that nobody delivered and a request that nobody confirmed again stay protected, and are told.

use super::{LAST_DAY, RequestError, refuse_closed};
use crate::base::id::RequestId;
use crate::catalog::Guard;
use crate::model::event::Act;
use crate::model::request::{RequestStatus, StandingCycle};
use crate::protection::catch_up;
use crate::repository::Repository;
use chrono::{Days, Months, NaiveDate};

/// Months after which the requester is asked whether a standing request goes on.
const RECONFIRM_MONTHS: u32 = 12;
/// Days of the longest cycle.
const CYCLE_DAYS: u32 = 366;

/// A standing request and what it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CycleDue {
    /// The request.
    pub request: RequestId,
    /// The cycle it is in.
    pub cycle: StandingCycle,
    /// The first day of the next cycle: from then on the present one is to be delivered.
    pub deliver_from: NaiveDate,
    /// The day by which the requester is to be asked again.
    pub reconfirm_by: NaiveDate,
}

/// Makes an open request a standing one, whose first cycle begins today.
pub fn make_standing(
    repository: &mut Repository,
    id: RequestId,
    cycle_days: u32,
    actor: &str,
) -> Result<StandingCycle, RequestError> {
    if cycle_days == 0 || cycle_days > CYCLE_DAYS {
        return Err(RequestError::Refused(format!("a cycle has 1 to {CYCLE_DAYS} days")));
    }
    let (at, today) = (repository.now(), repository.today());
    let cycle = StandingCycle { days: cycle_days, from: today, confirmed_on: today };
    repository.catalog_mut().write::<_, RequestError>(|writing| {
        refuse_closed(writing, id)?;
        if writing.reading().cycle(id)?.is_some() {
            return Err(RequestError::Refused(format!("the request {id} is a standing one already")));
        }
        writing.set_cycle(id, &cycle)?;
        let details = serde_json::json!({ "cycle_days": cycle_days, "from": today });
        writing.record_event(at, actor, Act::RequestMadeStanding, &id.to_string(), &details)?;
        Ok(cycle)
    })
}

/// Says that the present cycle was delivered, or that there was nothing to deliver, and begins the next. Refused while
/// something it reached was not collected: that would be let go without anybody having looked at it. What was protected
/// stays protected for the days after a closed request; returns the last of them.
pub fn cycle_delivered(
    repository: &mut Repository,
    id: RequestId,
    reason: &str,
    actor: &str,
) -> Result<NaiveDate, RequestError> {
    if reason.trim().is_empty() {
        let message = "say how the cycle was delivered, or that there was nothing to deliver".to_owned();
        return Err(RequestError::Refused(message));
    }
    // What it has not looked at yet would be let go without anybody having looked at it: so it looks first.
    catch_up(repository)?;
    let (at, today) = (repository.now(), repository.today());
    let days = u64::from(repository.profile().policy.protect_days_after_close);
    let until = today.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX).min(LAST_DAY);
    repository.catalog_mut().write::<_, RequestError>(|writing| {
        refuse_closed(writing, id)?;
        let reading = writing.reading();
        let Some(cycle) = reading.cycle(id)? else {
            return Err(RequestError::Refused(format!("the request {id} is not a standing one")));
        };
        let collected: std::collections::BTreeSet<_> = reading.collected(id)?.into_iter().collect();
        let reached = reading.families_guarded_by(Guard::Request(id))?;
        let left = reached.iter().filter(|family| !collected.contains(family)).count();
        if left > 0 {
            let message = format!("{left} items that the request {id} reaches are not collected yet");
            return Err(RequestError::Refused(message));
        }
        let let_go = writing.let_all_go(Guard::Request(id), until)?;
        writing.let_all_go(Guard::WholeRequest(id), until)?;
        writing.set_cycle(id, &StandingCycle { from: today, ..cycle })?;
        let details = serde_json::json!({
            "reason": reason, "from": cycle.from, "items": let_go, "protected_until": until,
        });
        writing.record_event(at, actor, Act::RequestCycleDelivered, &id.to_string(), &details)?;
        Ok(until)
    })
}

/// Records that the requester was asked and wants the request to go on; returns the day to ask again.
pub fn reconfirm(
    repository: &mut Repository,
    id: RequestId,
    reason: &str,
    actor: &str,
) -> Result<NaiveDate, RequestError> {
    if reason.trim().is_empty() {
        return Err(RequestError::Refused("say how the requester confirmed the request".to_owned()));
    }
    let (at, today) = (repository.now(), repository.today());
    repository.catalog_mut().write::<_, RequestError>(|writing| {
        refuse_closed(writing, id)?;
        let Some(cycle) = writing.reading().cycle(id)? else {
            return Err(RequestError::Refused(format!("the request {id} is not a standing one")));
        };
        writing.set_cycle(id, &StandingCycle { confirmed_on: today, ..cycle })?;
        let details = serde_json::json!({ "reason": reason });
        writing.record_event(at, actor, Act::RequestReconfirmed, &id.to_string(), &details)?;
        Ok(reconfirm_by(today))
    })
}

/// Every standing request that is open, with what it waits for.
pub fn standing_requests(repository: &Repository) -> Result<Vec<CycleDue>, RequestError> {
    let reading = repository.catalog().reading();
    let mut all = Vec::new();
    for request in reading.requests()?.into_iter().filter(|one| one.status != RequestStatus::Closed) {
        if let Some(cycle) = reading.cycle(request.id)? {
            let deliver_from = cycle.from.checked_add_days(Days::new(u64::from(cycle.days))).unwrap_or(LAST_DAY);
            let reconfirm_by = reconfirm_by(cycle.confirmed_on);
            all.push(CycleDue { request: request.id, cycle, deliver_from, reconfirm_by });
        }
    }
    Ok(all)
}

fn reconfirm_by(confirmed_on: NaiveDate) -> NaiveDate {
    confirmed_on.checked_add_months(Months::new(RECONFIRM_MONTHS)).unwrap_or(LAST_DAY)
}
