//! The letters of a request: what each may say, and when it may not be written yet.
//!
//! *Invariant:* no letter cites what is neither verified nor confirmed by counsel; an answer is written only when
//! everything that was collected has a decision, and gives nothing to a subject of data whom nobody has identified.

mod charged;
mod rights;
mod searched;
mod told;

use super::progress::{Progress, progress};
use super::steps::not_to_be_given;
use super::{RequestError, refuse_closed};
use crate::base::id::RequestId;
use crate::catalog::{self, Reading};
use crate::citation::{self, In};
use crate::letters::{self, Letter, Shipped};
use crate::model::event::Act;
use crate::model::provenance::words;
use crate::model::request::{DataRequest, RequestStatus};
use crate::repository::Repository;
use serde_json::json;
use std::path::PathBuf;
pub use told::WithholdingLine;

words!(
    /// What a letter is for.
    RequestLetterKind {
        /// That the request was received, and by when it is answered.
        Acknowledgement = "acknowledgement",
        /// A question to the requester.
        Clarification = "clarification",
        /// What copies will cost.
        Estimate = "estimate",
        /// The answer: what is given, what is withheld and why.
        Response = "response",
        /// The answer that there is no such data.
        NoData = "no-data",
        /// The answer that everything is withheld.
        Denial = "denial",
        /// The certificate of a denial, which anybody may ask for (Minn. Stat. § 13.03, subd. 3(f)).
        CertifiedDenial = "certified-denial",
        /// That what is given may be looked at, when and where.
        Inspection = "inspection",
        /// The answer to a challenge of accuracy (Minn. Stat. § 13.04).
        Accuracy = "accuracy",
    }
);

/// The shipped templates.
const SHIPPED: &Shipped = &[
    ("request-acknowledgement.txt", include_str!("../../../assets/letters/request-acknowledgement.txt")),
    ("request-clarification.txt", include_str!("../../../assets/letters/request-clarification.txt")),
    ("request-estimate.txt", include_str!("../../../assets/letters/request-estimate.txt")),
    ("request-response.txt", include_str!("../../../assets/letters/request-response.txt")),
    ("request-no-data.txt", include_str!("../../../assets/letters/request-no-data.txt")),
    ("request-denial.txt", include_str!("../../../assets/letters/request-denial.txt")),
    ("request-certified-denial.txt", include_str!("../../../assets/letters/request-certified-denial.txt")),
    ("request-inspection.txt", include_str!("../../../assets/letters/request-inspection.txt")),
    ("request-accuracy.txt", include_str!("../../../assets/letters/request-accuracy.txt")),
];

/// To whom a letter goes, and what only the writer knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// The name above the address; empty means the requester's.
    pub to: String,
    /// Where it goes. It stands in the sealed letter alone.
    pub address: String,
    /// What was ranked automatically and how; empty where nothing was.
    pub ranking: String,
    /// When and where the data may be looked at; empty asks the requester for a day.
    pub when: String,
}

/// A letter that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenLetter {
    /// Its number.
    pub number: u64,
    /// The name under which the repository keeps it.
    pub name: String,
    /// The letter.
    pub letter: Letter,
}

/// Copies the shipped templates into the repository, to be edited there.
pub fn copy_templates(repository: &Repository) -> Result<Vec<PathBuf>, RequestError> {
    Ok(letters::copy_templates(repository, SHIPPED)?)
}

/// A letter that the repository keeps.
pub fn letter_kept(repository: &Repository, id: RequestId, number: u64) -> Result<Letter, RequestError> {
    let progress = progress(&repository.catalog().reading(), id)?;
    let row = progress.letters.iter().find(|one| one.number == number);
    let row = row.ok_or_else(|| RequestError::Refused(format!("the request {id} has no letter {number}")))?;
    Ok(letters::kept(repository, &row.name(id))?)
}

/// Writes a letter, keeps it sealed, and records it. Sending it is the city's own act.
pub fn write_letter(
    repository: &mut Repository,
    id: RequestId,
    kind: RequestLetterKind,
    named: &Named,
    actor: &str,
) -> Result<WrittenLetter, RequestError> {
    let request = repository.catalog().reading().request(id)?;
    may_be_written(repository, &request, kind)?;
    let values = told::values(repository, &request, kind, named, actor)?;
    let letter = letters::write(repository, SHIPPED, &format!("request-{kind}.txt"), &values)?;
    let reading = repository.catalog().reading();
    if let Some(message) = citation::refusal(&reading, &letter.text, In::Letter)? {
        return Err(RequestError::Refused(message));
    }
    let number = next_number(&reading, id)?;
    let name = format!("{id}-{number}");
    letters::keep(repository, &name, &letter)?;
    let (text, pdf) = letter.digests();
    let at = repository.now();
    repository.catalog_mut().write::<_, RequestError>(|writing| {
        if next_number(&writing.reading(), id)? != number {
            let message = "another letter of this request was just written; write it again".to_owned();
            return Err(RequestError::Refused(message));
        }
        if kind != RequestLetterKind::CertifiedDenial {
            refuse_closed(writing, id)?;
        }
        let details = json!({ "letter": number, "kind": kind, "sha256": text, "pdf_sha256": pdf });
        writing.record_event(at, actor, Act::RequestLetter, &id.to_string(), &details)?;
        writing.give(catalog::letters(id), number as i64);
        Ok(WrittenLetter { number, name, letter })
    })
}

/// The number of the next letter; those given out after a backup that was put back are passed over.
fn next_number(reading: &Reading<'_>, id: RequestId) -> Result<u64, RequestError> {
    let highest = progress(reading, id)?.letters.iter().map(|one| one.number).max().unwrap_or(0);
    Ok(highest.max(reading.passed_over(&catalog::letters(id))?.unsigned_abs()) + 1)
}

/// Refuses a letter that would say what is not so yet.
fn may_be_written(repository: &Repository, request: &DataRequest, kind: RequestLetterKind) -> Result<(), RequestError> {
    let refused = |message: String| Err(RequestError::Refused(message));
    let reading = repository.catalog().reading();
    let id = request.id;
    let progress = progress(&reading, id)?;
    if let Some(said) = before_the_review(repository, request, kind, &progress) {
        return said;
    }
    if request.status == RequestStatus::Open {
        return refused(format!("nothing was collected for {id} yet: recordroom request collect {id}"));
    }
    let review = told::Review::of(repository, id)?;
    if review.undecided > 0 {
        return refused(format!("{} items collected for {id} have no decision", review.undecided));
    }
    for line in &review.lines {
        // A bare "13.355" is a citation in a basis, and in the line that a letter makes of it.
        if let Some(message) = citation::refusal(&reading, &line.basis, In::Basis)? {
            return refused(message);
        }
    }
    if let Some(record) = review.without_determination {
        return refused(format!(
            "{record} is withheld under a section that wants a determination: recordroom review decide {id} --item {record} \
             --determined-by NAME --determination TEXT ..."
        ));
    }
    let withheld = review.withheld > 0;
    let denial = matches!(kind, RequestLetterKind::Denial | RequestLetterKind::CertifiedDenial);
    let for_minor = progress.identity.as_ref().is_some_and(|one| !one.withheld_for_minor.is_empty());
    // Also that there is no such data tells something of the subject.
    if let Some(message) = not_to_be_given(repository, id)?.filter(|_| !(denial && for_minor)) {
        return refused(message);
    }
    match kind {
        RequestLetterKind::Response => {
            if progress.productions.is_empty() && progress.inspections.is_empty() {
                return refused(format!(
                    "nothing was produced for {id} or looked at; produce it first, or write the letter no-data or denial"
                ));
            }
            Ok(())
        }
        RequestLetterKind::Inspection if review.given > 0 => Ok(()),
        RequestLetterKind::Inspection => refused(format!(
            "nothing of {id} is given, so there is nothing to look at; write the letter no-data or denial"
        )),
        RequestLetterKind::NoData if withheld || review.given > 0 => {
            refused(format!("there is data that answers {id}: {} given, {} withheld", review.given, review.withheld))
        }
        RequestLetterKind::NoData => Ok(()),
        _ if for_minor => Ok(()),
        _ if review.given > 0 => refused(format!(
            "{} items of {id} are given, so it is no denial; the letter response tells what is withheld beside them",
            review.given
        )),
        _ if !withheld => refused(format!("nothing is withheld from {id}; write the letter no-data")),
        _ => Ok(()),
    }
}

/// Whether a letter may be written that does not wait for the review; `None` for those that do.
fn before_the_review(
    repository: &Repository,
    request: &DataRequest,
    kind: RequestLetterKind,
    progress: &Progress,
) -> Option<Result<(), RequestError>> {
    let id = request.id;
    let refused = |message: String| Some(Err(RequestError::Refused(message)));
    match kind {
        RequestLetterKind::Acknowledgement => Some(Ok(())),
        RequestLetterKind::Clarification if progress.waits_for_requester() => Some(Ok(())),
        RequestLetterKind::Clarification => {
            refused(format!("no question is open: recordroom request clarify {id} --question TEXT"))
        }
        RequestLetterKind::Estimate if !progress.fees.is_empty() => Some(Ok(())),
        RequestLetterKind::Estimate => refused(format!("nothing is estimated: recordroom request estimate {id}")),
        RequestLetterKind::Accuracy => Some(accuracy_may_be_answered(repository, id, progress)),
        RequestLetterKind::Inspection if !request.kind.is_of_the_act() => {
            refused(format!("{id} is no request of the Data Practices Act; what it is given is produced"))
        }
        _ => None,
    }
}

/// Whether the newest challenge of accuracy has an answer that a letter can tell, to somebody whose identity is known.
fn accuracy_may_be_answered(repository: &Repository, id: RequestId, progress: &Progress) -> Result<(), RequestError> {
    let refused = |message: String| Err(RequestError::Refused(message));
    match progress.challenges.last() {
        None => refused(format!("no accuracy was challenged in {id}: recordroom request challenge {id} --what TEXT")),
        Some(one) if one.decided.is_none() => refused(format!(
            "challenge {} of {id} has no answer yet: recordroom request answer-challenge {id} --number {} --corrected|--right --reason TEXT",
            one.number, one.number
        )),
        Some(_) => not_to_be_given(repository, id)?.map_or(Ok(()), refused),
    }
}
