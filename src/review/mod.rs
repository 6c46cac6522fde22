//! Review: decisions member by member, one at a time or in bulk, each with who, when and on what basis; and the words of a
//! member that are left out where the rest of it is given (`redact`).
//!
//! *Invariant:* decisions are events. The newest one counts; one that no production has told yet can be undone, and then
//! the one before it counts again.
//!
//! Reading order: this file (deciding, standing), `undo`, `second` (a second person), `offers` (duplicates and quotations),
//! `redact` (words left out), `findings` (proposed), `boxes` (the same on pages), `ready` (what still stands against an answer),
//! `determined` (what wants a determination).

pub mod boxes;
mod determined;
pub mod findings;
mod offers;
mod ready;
pub mod redact;
mod second;
mod undo;

pub use offers::{Offer, Why, accept, offers};
pub use ready::not_ready;
pub use second::{second, without_second};
pub use undo::{Undone, undo};

use crate::base::id::{FamilyId, RecordId, RequestId};
use crate::catalog::{CatalogError, Writing};
use crate::model::event::Act;
use crate::model::request::RequestStatus;
use crate::model::review::{Decision, Ground, ReviewDecision};
use crate::repository::{Repository, RepositoryError};
use crate::request::RequestError;
use std::collections::{BTreeMap, BTreeSet};

/// Members decided in one transaction and told by one event.
const STEP: usize = 5_000;

/// Why a decision was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// An item could not be read.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The request could not be read.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The decision does not fit.
    #[error("{0}")]
    Refused(String),
}

/// What is decided on.
#[derive(Debug, Clone)]
pub enum Members {
    /// These records alone.
    Records(Vec<RecordId>),
    /// Every member of these families.
    Families(Vec<FamilyId>),
    /// Every collected member without a decision.
    Undecided,
}

/// How the review of a request stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Members by decision.
    pub decided: BTreeMap<String, u64>,
    /// Members without one.
    pub undecided: Vec<RecordId>,
}

/// Decides on members of a request's collection, and says on how many.
pub fn decide(
    repository: &mut Repository,
    request: RequestId,
    members: &Members,
    decision: Decision,
    basis: &str,
    actor: &str,
) -> Result<u64, ReviewError> {
    decide_with(repository, request, members, (decision, basis, &Ground::default()), actor)
}

/// As [`decide`], with all that the decision rests on: classification, determination, privilege.
pub fn decide_with(
    repository: &mut Repository,
    request: RequestId,
    members: &Members,
    (decision, basis, ground): (Decision, &str, &Ground),
    actor: &str,
) -> Result<u64, ReviewError> {
    fits(repository, request, (decision, basis, ground))?;
    let records = records_of(repository, request, members)?;
    let at = repository.now();
    for step in records.chunks(STEP) {
        repository.catalog_mut().write::<_, ReviewError>(|writing| {
            let mut details = serde_json::json!({ "decision": decision, "basis": basis, "members": step });
            if *ground != Ground::default() {
                details["ground"] = serde_json::json!(ground);
            }
            let event = writing.record_event(at, actor, Act::Reviewed, &request.to_string(), &details)?;
            for record in step {
                let one = ReviewDecision {
                    request,
                    record: *record,
                    decision,
                    basis: basis.to_owned(),
                    by: actor.to_owned(),
                    at,
                };
                writing.decide(&one, event.id)?;
            }
            Ok(())
        })?;
    }
    Ok(records.len() as u64)
}

/// Refuses a decision without what it has to rest on.
fn fits(
    repository: &Repository,
    request: RequestId,
    (decision, basis, ground): (Decision, &str, &Ground),
) -> Result<(), ReviewError> {
    let refused = |message: String| Err(ReviewError::Refused(message));
    let withheld = matches!(decision, Decision::Withheld | Decision::PartlyWithheld);
    if withheld && basis.trim().is_empty() {
        return refused(
            "withholding needs its basis: the statute, such as \"Minn. Stat. § 13.43, subd. 4\"".to_owned(),
        );
    }
    let kind = repository.catalog().reading().request(request)?.kind;
    // Under the Data Practices Act a denial cites the section, the temporary classification or the federal law it rests
    // on; each of them has a number.
    if withheld && kind.is_of_the_act() && !basis.contains(|c: char| c.is_ascii_digit()) {
        return refused(format!(
            "{basis:?} names no section of law; write for example \"Minn. Stat. § 13.43, subd. 4\""
        ));
    }
    if !withheld && *ground != Ground::default() {
        return refused("a classification, a determination or a privilege belongs to what is withheld".to_owned());
    }
    if let Some(one) = &ground.determination
        && (one.by.trim().is_empty() || one.reason.trim().is_empty())
    {
        return refused("a determination names who determined it and why".to_owned());
    }
    Ok(())
}

fn records_of(repository: &Repository, request: RequestId, members: &Members) -> Result<Vec<RecordId>, ReviewError> {
    let reading = repository.catalog().reading();
    let standing = reading.request(request)?.status;
    if standing == RequestStatus::Closed {
        return Err(ReviewError::Refused(format!("the request {request} is closed")));
    }
    let collected: BTreeSet<FamilyId> = reading.collected(request)?.into_iter().collect();
    let outside = |what: String| Err(ReviewError::Refused(format!("{what} is not collected for {request}")));
    match members {
        Members::Undecided => Ok(stand(repository, request)?.undecided),
        Members::Records(records) => {
            for record in records {
                if !collected.contains(&reading.record(*record)?.family) {
                    return outside(record.to_string());
                }
            }
            Ok(records.clone())
        }
        Members::Families(families) => {
            let mut all = Vec::new();
            for family in families {
                if !collected.contains(family) {
                    return outside(family.to_string());
                }
                all.extend(reading.records(*family)?.into_iter().map(|record| record.id));
            }
            Ok(all)
        }
    }
}

fn refuse_closed(writing: &Writing<'_>, request: RequestId) -> Result<(), ReviewError> {
    if writing.reading().request(request)?.status == RequestStatus::Closed {
        return Err(ReviewError::Refused(format!("the request {request} is closed")));
    }
    Ok(())
}

/// How the review of a request stands, member by member.
pub fn stand(repository: &Repository, request: RequestId) -> Result<Standing, ReviewError> {
    let reading = repository.catalog().reading();
    let decisions: BTreeMap<RecordId, Decision> =
        reading.decisions(request)?.into_iter().map(|one| (one.record, one.decision)).collect();
    let mut standing = Standing::default();
    for family in reading.collected(request)? {
        for record in reading.records(family)? {
            match decisions.get(&record.id) {
                Some(decision) => *standing.decided.entry(decision.word().to_owned()).or_default() += 1,
                None => standing.undecided.push(record.id),
            }
        }
    }
    Ok(standing)
}
