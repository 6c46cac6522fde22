//! Data requests: opened with their due date, collected, answered, closed. From its receipt a request protects its whole
//! custodian and date scope, until a recorded decision narrows that (`narrow`); a standing one is answered cycle by cycle
//! (`standing`).
//!
//! *Invariant:* a due date is computed once, from the kind and the day of receipt, and nothing moves it.
//!
//! Reading order: this file (opening, collecting), `steps` (identity, clarification, challenge, inspection, payment),
//! `memo` (six months), `fee` and `estimate`, `letter`, `outcome` (closing), `progress` (all of it read back, and the log),
//! `delivered` (what was given to whom).

mod decided;
mod delivered;
mod estimate;
pub mod fee;
mod letter;
mod memo;
mod narrow;
mod outcome;
mod progress;
mod standing;
mod steps;

pub use decided::{Decided, decided, decided_before};
pub use delivered::{Delivered, DeliveredItem, delivered, delivered_with};
pub use estimate::{estimate, waived_lately};
pub use letter::{Named, RequestLetterKind, WithholdingLine, WrittenLetter, copy_templates, letter_kept, write_letter};
pub use memo::{SixMonthMemo, six_month_memo};
pub use narrow::narrow;
pub use outcome::{close, close_as, reopen};
pub use progress::{
    Challenge, Clarification, FeeRow, Identity, Inspection, LetterRow, LogLine, Milestone, Progress, log, progress,
};
pub use standing::{CycleDue, cycle_delivered, make_standing, reconfirm, standing_requests};
pub use steps::{
    NewIdentity, NewInspection, answer_challenge, ask, challenge, clarified, identify, inspect, not_to_be_given, paid,
};

use crate::base::id::{EventId, FamilyId, RequestId};
use crate::calendar::{DeadlineError, DueKind, due};
use crate::catalog::{CatalogError, Guard, Writing};
use crate::model::event::Act;
use crate::model::hold::Scope;
use crate::model::request::{DataRequest, Due, RequestKind, RequestStatus};
use crate::protection::{Compiled, ProtectionError, covered, covered_by_each, whole_of};
use crate::repository::Repository;
use chrono::NaiveDate;

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
    /// A letter could not be written.
    #[error(transparent)]
    Letter(#[from] crate::letters::LetterError),
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
    if !new.kind.may_be_anonymous() && new.requester.trim().is_empty() {
        let message = "only a request for public data can be anonymous; name who asks".to_owned();
        return Err(RequestError::Refused(message));
    }
    let today = repository.today();
    let received_on = new.received_on.unwrap_or(today);
    if received_on > today {
        return Err(RequestError::Refused("a request cannot have been received after today".to_owned()));
    }
    if !new.kind.days_are_set_by_others() && new.litigation_days.is_some() {
        let message = "only a demand, order, subpoena or audit sets the days for its answer".to_owned();
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
    let observed = estimate::observed(repository);
    let target_business_days = repository.profile().policy.public_request_target_business_days;
    let kind = match (kind, litigation_days) {
        (RequestKind::Public | RequestKind::Standing, _) => DueKind::PublicRequest { target_business_days },
        (RequestKind::DataSubject, _) => DueKind::DataSubject,
        (RequestKind::SummaryData, _) => DueKind::SummaryData,
        (_, Some(days)) => DueKind::Litigation { days },
        (RequestKind::Audit | RequestKind::Investigation, None) => DueKind::OwnTarget { target_business_days },
        (RequestKind::Litigation | RequestKind::Subpoena, None) => {
            DueKind::LitigationUnstated { days: LITIGATION_DAYS }
        }
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

fn refuse_closed(writing: &Writing<'_>, id: RequestId) -> Result<(), RequestError> {
    if writing.reading().request(id)?.status == RequestStatus::Closed {
        return Err(RequestError::Refused(format!("the request {id} is closed")));
    }
    Ok(())
}
