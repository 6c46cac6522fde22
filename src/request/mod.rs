//! Data requests: opened with their due date, collected, closed. From its receipt a request protects its whole custodian
//! and date scope, until a recorded decision narrows that (`narrow`); a standing one is answered cycle by cycle
//! (`standing`).

mod narrow;
mod standing;

pub use narrow::narrow;
pub use standing::{CycleDue, cycle_delivered, make_standing, reconfirm, standing_requests};

use crate::base::id::{EventId, FamilyId, RequestId};
use crate::calendar::{DeadlineError, DueKind, Observed, due};
use crate::catalog::{CatalogError, Guard};
use crate::model::event::Act;
use crate::model::hold::Scope;
use crate::model::request::{DataRequest, Due, RequestKind, RequestStatus};
use crate::protection::{Compiled, ProtectionError, catch_up, covered, covered_by_each, whole_of};
use crate::repository::Repository;
use chrono::{Days, NaiveDate};

/// Why a request was not opened, collected or closed.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The scope could not be evaluated.
    #[error(transparent)]
    Protection(#[from] ProtectionError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The due date could not be computed.
    #[error(transparent)]
    Deadline(#[from] DeadlineError),
    /// Something that a request needs is missing, or the step does not fit where it stands.
    #[error("{0}")]
    Refused(String),
}

/// What a new request says.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// Its kind.
    pub kind: RequestKind,
    /// Who asks; empty for an anonymous request of public data.
    pub requester: String,
    /// What was asked for.
    pub description: String,
    /// The day it was received; `None` means today.
    pub received_on: Option<NaiveDate>,
    /// Days that a demand or order in litigation sets.
    pub litigation_days: Option<u32>,
    /// What it reaches.
    pub scope: Scope,
}

/// The last day a request can protect until: a later one has more than four digits in its year, and the catalog
/// compares days as text.
const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => panic!("every year has a last day"),
};
/// Days counted for an answer in litigation as long as nobody has entered what the demand or order sets.
const LITIGATION_DAYS: u32 = 30;

/// Opens a request: its due date is computed, and what it reaches is protected.
pub fn open(repository: &mut Repository, new: NewRequest, actor: &str) -> Result<DataRequest, RequestError> {
    if new.description.trim().is_empty() {
        return Err(RequestError::Refused("a request needs what was asked for".to_owned()));
    }
    if new.kind != RequestKind::Public && new.requester.trim().is_empty() {
        let message = "only a request for public data can be anonymous; name who asks".to_owned();
        return Err(RequestError::Refused(message));
    }
    let today = repository.today();
    let received_on = new.received_on.unwrap_or(today);
    if received_on > today {
        return Err(RequestError::Refused("a request cannot have been received after today".to_owned()));
    }
    if new.kind != RequestKind::Litigation && new.litigation_days.is_some() {
        let message = "only a demand or order in litigation sets the days for its answer".to_owned();
        return Err(RequestError::Refused(message));
    }
    let compiled = Compiled::new(&new.scope, "the request")?;
    let due = due_on(repository, new.kind, new.litigation_days, received_on)?;
    let at = repository.now();
    let mut request = DataRequest {
        id: RequestId::new(1),
        kind: new.kind,
        requester: new.requester,
        description: new.description,
        received_on,
        due,
        scope: new.scope,
        status: RequestStatus::Open,
        opened_at: at,
        opened_by: actor.to_owned(),
    };
    request.id = repository.catalog_mut().write::<_, RequestError>(|writing| {
        let id = writing.add_request(&request, EventId::new(-1))?;
        let details = serde_json::json!({
            "kind": request.kind, "received_on": received_on, "due_on": request.due.on, "scope": request.scope,
            "whole": whole_of(&request.scope),
        });
        writing.record_event(at, actor, Act::RequestOpened, &id.to_string(), &details)?;
        // From receipt it protects its whole custodian and date scope: nobody has looked yet for what is meant.
        if let Some(whole) = whole_of(&request.scope) {
            writing.set_whole_scope(id, &whole)?;
        }
        Ok(id)
    })?;
    protect(repository, request.id, &compiled)?;
    Ok(request)
}

fn due_on(
    repository: &Repository,
    kind: RequestKind,
    litigation_days: Option<u32>,
    received_on: NaiveDate,
) -> Result<Due, RequestError> {
    let profile = repository.profile();
    let observed = Observed {
        october_monday: profile.holidays.october_monday,
        friday_after_thanksgiving: profile.holidays.friday_after_thanksgiving,
    };
    let kind = match kind {
        RequestKind::Public => {
            DueKind::PublicRequest { target_business_days: profile.policy.public_request_target_business_days }
        }
        RequestKind::DataSubject => DueKind::DataSubject,
        RequestKind::Litigation => match litigation_days {
            Some(days) => DueKind::Litigation { days },
            None => DueKind::LitigationUnstated { days: LITIGATION_DAYS },
        },
    };
    let due = due(kind, received_on, &observed)?;
    Ok(Due { on: due.on, basis: due.basis })
}

fn protect(repository: &mut Repository, id: RequestId, compiled: &Compiled) -> Result<(), RequestError> {
    let reading = repository.catalog().reading();
    let through = reading.last_touched()?;
    let whole = reading.whole_scope(id, repository.today())?.map(|scope| Compiled::in_force(&scope));
    let scopes: Vec<&Compiled> = std::iter::once(compiled).chain(&whole).collect();
    let found = covered_by_each(repository, &scopes, None)?;
    repository.catalog_mut().write::<_, RequestError>(|writing| {
        for (guard, families) in [Guard::Request(id), Guard::WholeRequest(id)].into_iter().zip(&found) {
            writing.protect(guard, families)?;
            writing.set_guard_through(guard, through)?;
        }
        Ok(())
    })
}

/// What a collection came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collected {
    /// Families collected in all.
    pub families: u64,
    /// Of them, new this time.
    pub added: u64,
    /// Families it reaches that are set aside, because they came from personal devices: sorted first, collected then.
    pub set_aside: u64,
}

/// Collects for review what the request reaches now, or the families a search found.
pub fn collect(
    repository: &mut Repository,
    id: RequestId,
    found: Option<&[FamilyId]>,
    actor: &str,
) -> Result<Collected, RequestError> {
    let request = repository.catalog().reading().request(id)?;
    if request.status == RequestStatus::Closed {
        return Err(RequestError::Refused(format!("the request {id} is closed")));
    }
    let reached = match found {
        Some(found) => found.to_vec(),
        None => covered(repository, &Compiled::new(&request.scope, &id.to_string())?, None)?,
    };
    let at = repository.now();
    repository.catalog_mut().write::<_, RequestError>(|writing| {
        // What came from a personal device is protected by the request and looked at by nobody before it is sorted.
        let (mut families, mut set_aside) = (Vec::new(), Vec::new());
        for family in &reached {
            let to = if writing.reading().is_set_aside(*family)? { &mut set_aside } else { &mut families };
            to.push(*family);
        }
        let details = serde_json::json!({ "families": families.len() });
        let event = writing.record_event(at, actor, Act::Collected, &id.to_string(), &details)?;
        let added = writing.collect(id, &families, event.id)?;
        // What is under review is protected by the request as well, however it was found.
        writing.protect(Guard::Request(id), &reached)?;
        writing.set_request_status(id, RequestStatus::UnderReview)?;
        let all = writing.reading().collected(id)?.len() as u64;
        Ok(Collected { families: all, added, set_aside: set_aside.len() as u64 })
    })
}

/// Closes a request. Its scope stays protected for the days the profile sets.
pub fn close(repository: &mut Repository, id: RequestId, reason: &str, actor: &str) -> Result<NaiveDate, RequestError> {
    if reason.trim().is_empty() {
        return Err(RequestError::Refused("closing a request needs the reason".to_owned()));
    }
    // What it has not looked at yet counts as protected, and no plan from before may name that either: so it looks first.
    catch_up(repository)?;
    let (at, today) = (repository.now(), repository.today());
    let days = u64::from(repository.profile().policy.protect_days_after_close);
    let until = today.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX).min(LAST_DAY);
    repository.catalog_mut().write::<_, RequestError>(|writing| {
        if writing.reading().request(id)?.status == RequestStatus::Closed {
            return Err(RequestError::Refused(format!("the request {id} is closed already")));
        }
        writing.close_request(id, today, until)?;
        let details = serde_json::json!({ "reason": reason, "protected_until": until });
        writing.record_event(at, actor, Act::RequestClosed, &id.to_string(), &details)?;
        Ok(until)
    })
}
