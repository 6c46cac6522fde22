//! Steps between receipt and answer: who it is, what is meant, what is disputed, what was looked at, what was paid. Each is
//! an event; none of them moves the due date of a subject of data (Minn. Stat. § 13.04, subd. 3 knows no extension).

use super::estimate::observed;
use super::progress::{Challenge, progress};
use super::{RequestError, refuse_closed};
use crate::base::id::RequestId;
use crate::calendar::{DueKind, due};
use crate::model::event::Act;
use crate::model::request::{RequestKind, RequestStatus};
use crate::repository::Repository;
use chrono::NaiveDate;
use serde_json::{Value, json};

/// How it is known who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewIdentity {
    /// How: a license seen at the counter, a notarized form.
    pub how: String,
    /// The minor or ward, and how the relation is known, where a parent or guardian asks.
    pub guardian_of: String,
    /// Why nothing is given to them: the minor asked for it and it is in the minor's interest.
    pub withheld_for_minor: String,
}

fn refused<T>(message: impl Into<String>) -> Result<T, RequestError> {
    Err(RequestError::Refused(message.into()))
}

/// Records an act about an open request.
fn act(repository: &mut Repository, id: RequestId, act: Act, details: &Value, actor: &str) -> Result<(), RequestError> {
    let at = repository.now();
    repository.catalog_mut().write::<_, RequestError>(|writing| {
        refuse_closed(writing, id)?;
        writing.record_event(at, actor, act, &id.to_string(), details)?;
        Ok(())
    })
}

fn kind_of(repository: &Repository, id: RequestId) -> Result<RequestKind, RequestError> {
    Ok(repository.catalog().reading().request(id)?.kind)
}

/// Records that the identity of a subject of data was checked, and the standing of a parent or guardian.
pub fn identify(
    repository: &mut Repository,
    id: RequestId,
    identity: &NewIdentity,
    actor: &str,
) -> Result<(), RequestError> {
    if kind_of(repository, id)?.may_be_anonymous() {
        return refused(
            "nobody has to say who they are to get public data (Minn. Stat. § 13.05, subd. 12); it is not recorded",
        );
    }
    if identity.how.trim().is_empty() {
        return refused("say how the identity was checked: a license seen, a notarized form");
    }
    if !identity.withheld_for_minor.trim().is_empty() && identity.guardian_of.trim().is_empty() {
        return refused("only from a parent or guardian is data withheld because the minor asked for it");
    }
    let details = json!({
        "how": identity.how, "guardian_of": identity.guardian_of, "withheld_for_minor": identity.withheld_for_minor,
    });
    act(repository, id, Act::RequestIdentified, &details, actor)
}

/// Why nothing may be given for a request yet: the subject of data is not identified, or a minor's data is withheld from
/// the parent or guardian who asks. `None` where nothing stands against it.
pub fn not_to_be_given(repository: &Repository, id: RequestId) -> Result<Option<String>, RequestError> {
    if kind_of(repository, id)? != RequestKind::DataSubject {
        return Ok(None);
    }
    let identity = progress(&repository.catalog().reading(), id)?.identity;
    Ok(match identity {
        None => Some(format!(
            "nobody has checked who asks for private data in {id}: recordroom request identity {id} --how TEXT"
        )),
        Some(one) if !one.withheld_for_minor.is_empty() => Some(format!(
            "the data of a minor is withheld from the parent or guardian who asks in {id} (Minn. Stat. § 13.02, subd. 8): {}",
            one.withheld_for_minor
        )),
        Some(_) => None,
    })
}

/// Records a question to the requester.
pub fn ask(repository: &mut Repository, id: RequestId, question: &str, actor: &str) -> Result<(), RequestError> {
    if question.trim().is_empty() {
        return refused("say what was asked");
    }
    act(repository, id, Act::RequestClarificationAsked, &json!({ "question": question }), actor)
}

/// Records what the requester answered to the oldest open question, or said by themselves.
pub fn clarified(repository: &mut Repository, id: RequestId, answer: &str, actor: &str) -> Result<(), RequestError> {
    if answer.trim().is_empty() {
        return refused("say what was answered");
    }
    act(repository, id, Act::RequestClarified, &json!({ "answer": answer }), actor)
}

/// Records that the subject of data challenges its accuracy or completeness, and says by when that is to be answered. A
/// request that was closed already is opened again: while data is disputed it is not destroyed.
pub fn challenge(
    repository: &mut Repository,
    id: RequestId,
    what: &str,
    received_on: Option<NaiveDate>,
    actor: &str,
) -> Result<Challenge, RequestError> {
    if kind_of(repository, id)? != RequestKind::DataSubject {
        return refused("only the subject of data challenges its accuracy; open a data-subject request for it");
    }
    if what.trim().is_empty() {
        return refused("say which data is challenged, without quoting it");
    }
    let today = repository.today();
    let received_on = received_on.unwrap_or(today);
    if received_on > today {
        return refused("a challenge cannot have been received after today");
    }
    let due = due(DueKind::AccuracyChallenge, received_on, &observed(repository))?;
    if repository.catalog().reading().request(id)?.status == RequestStatus::Closed {
        super::reopen(repository, id, "its accuracy is challenged", actor)?;
    }
    let at = repository.now();
    let what = what.to_owned();
    repository.catalog_mut().write::<_, RequestError>(|writing| {
        let number = progress(&writing.reading(), id)?.challenges.len() as u64 + 1;
        let details = json!({
            "challenge": number, "what": what, "received_on": received_on, "due_on": due.on, "due_basis": due.basis,
        });
        writing.record_event(at, actor, Act::AccuracyChallenged, &id.to_string(), &details)?;
        Ok(Challenge { number, what, received_on, due_on: due.on, due_basis: due.basis, decided: None })
    })
}

/// Records the answer to a challenge: the data was corrected and former recipients told, or it was found to be right.
pub fn answer_challenge(
    repository: &mut Repository,
    id: RequestId,
    number: u64,
    (corrected, reason): (bool, &str),
    actor: &str,
) -> Result<(), RequestError> {
    if reason.trim().is_empty() {
        return refused("say what was corrected and who was told, or why the data is right");
    }
    let progress = progress(&repository.catalog().reading(), id)?;
    match progress.challenges.iter().find(|one| one.number == number) {
        None => return refused(format!("the request {id} has no challenge {number}")),
        Some(one) if one.decided.is_some() => {
            return refused(format!("challenge {number} of {id} is answered already"));
        }
        Some(_) => {}
    }
    let details = json!({ "challenge": number, "corrected": corrected, "reason": reason });
    act(repository, id, Act::AccuracyDecided, &details, actor)
}

/// What was looked at, when and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewInspection {
    /// The day; `None` means today.
    pub on: Option<NaiveDate>,
    /// Who sat by; empty where nobody did.
    pub supervised_by: String,
    /// Whether it was looked at from elsewhere.
    pub remote: bool,
    /// What was looked at.
    pub what: String,
}

/// Records that the requester looked at the data. It costs nothing, and counts as shown.
pub fn inspect(
    repository: &mut Repository,
    id: RequestId,
    inspection: &NewInspection,
    actor: &str,
) -> Result<(), RequestError> {
    if let Some(message) = not_to_be_given(repository, id)? {
        return refused(message);
    }
    let today = repository.today();
    let on = inspection.on.unwrap_or(today);
    if on > today {
        return refused("an inspection is recorded once it took place");
    }
    let details = json!({
        "on": on, "supervised_by": inspection.supervised_by, "remote": inspection.remote, "what": inspection.what,
    });
    act(repository, id, Act::RequestInspected, &details, actor)
}

/// Records a payment.
pub fn paid(
    repository: &mut Repository,
    id: RequestId,
    cents: u64,
    how: &str,
    actor: &str,
) -> Result<(), RequestError> {
    if cents == 0 {
        return refused("a payment has at least one cent");
    }
    act(repository, id, Act::RequestPaid, &json!({ "cents": cents, "how": how }), actor)
}
