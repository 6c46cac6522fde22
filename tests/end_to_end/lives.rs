//! The lives of plans and requests, complete: every act in every state, with the state it leads to or the words it is
//! refused with. Each kind of event is given to a life by name, so that a new one has to be given one too and then tried.

pub mod plans;
mod requests;

use crate::support::*;
use recordroom::base::fault::{FaultKind, arm, disarm};
use recordroom::base::id::{EventId, PlanId, RequestId};
use recordroom::base::monitor::VoidMonitor;
use recordroom::catalog::{CatalogError, PlanState};
use recordroom::disposition::{self, Breaker};
use recordroom::model::event::Act;
use recordroom::model::hold::Scope;
use recordroom::model::redaction::{CourtOrder, DataClass};
use recordroom::model::request::{RequestKind, RequestStatus};
use recordroom::model::review::Decision;
use recordroom::production::{ProduceOptions, produce};
use recordroom::ranking;
use recordroom::repository::Repository;
use recordroom::request::fee::{FeeQuestion, Medium};
use recordroom::request::{self, Named, NewIdentity, NewInspection, NewRequest, RequestLetterKind};
use recordroom::review::redact::{self, Grounds, What};
use recordroom::review::{self, Members};
use std::collections::BTreeSet;

/// Whose life an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    Hold,
    Plan,
    Request,
    /// Of none of the three: of the store, an item, a production, a person, or of several.
    Other,
}

/// The life of each kind of event. There is no arm for the rest, so that whoever adds a kind has to decide here.
pub fn life(act: Act) -> Life {
    match act {
        Act::HoldPlaced
        | Act::HoldAmended
        | Act::HoldLetGo
        | Act::HoldExcluded
        | Act::HoldNoticed
        | Act::HoldAcknowledged
        | Act::HoldReminded
        | Act::HoldReleased => Life::Hold,
        Act::Planned
        | Act::Approved
        | Act::PlanWithdrawn
        | Act::BreakerOverridden
        | Act::DestructionIntended
        | Act::Destroyed
        | Act::Executed => Life::Plan,
        Act::RequestOpened
        | Act::RequestNarrowed
        | Act::RequestMadeStanding
        | Act::RequestCycleDelivered
        | Act::RequestReconfirmed
        | Act::Collected
        | Act::Reviewed
        | Act::Redacted
        | Act::RedactionLifted
        | Act::CourtOrderRecorded
        | Act::Produced
        | Act::RequestClosed
        | Act::RequestIdentified
        | Act::RequestClarificationAsked
        | Act::RequestClarified
        | Act::AccuracyChallenged
        | Act::AccuracyDecided
        | Act::RequestInspected
        | Act::RequestFee
        | Act::RequestPaid
        | Act::RequestLetter
        | Act::RequestReopened
        | Act::ReviewSeconded
        | Act::ReviewUndone
        | Act::ReviewOrdered
        | Act::ReviewSampled
        | Act::ReviewStopped => Life::Request,
        Act::RepositoryCreated
        | Act::Sealed
        | Act::IntakeFinished
        | Act::Indexed
        | Act::Classified
        | Act::Sampled
        | Act::ScheduleAdopted
        | Act::RetentionEvent
        | Act::MatterGathered
        | Act::MatterPackaged
        | Act::CitationConfirmed
        | Act::ClawedBack
        | Act::BreachAssessed
        | Act::BreachNoticed
        | Act::ProductionEncrypted
        | Act::Refused
        | Act::DestructionStopped
        | Act::DestructionResumed
        | Act::ProfileChanged
        | Act::BackedUp
        | Act::Restored
        | Act::EventNotKnown
        | Act::KeysRestored
        | Act::KeysForgotten
        | Act::Exported
        | Act::NightlyDone
        | Act::TimeStamped
        | Act::Opened
        | Act::FilingExported
        | Act::TransferOffered
        | Act::TransferSettled
        | Act::ApproverRegistered
        | Act::Filed
        | Act::Screened
        | Act::ScreeningViewed
        | Act::ScreeningReturned
        | Act::SourceDisposed
        | Act::PeopleMerged
        | Act::PeopleSplit
        | Act::SearchSaved
        | Act::SearchRun => Life::Other,
    }
}

/// Fails where a table of acts leaves out a kind of event of its life. `recorded` is what the acts of the table recorded.
#[track_caller]
pub fn assert_complete(recorded: &[Act], of: Life) {
    let found: BTreeSet<Act> = recorded.iter().copied().filter(|act| life(*act) == of).collect();
    let all: BTreeSet<Act> = Act::ALL.iter().copied().filter(|act| life(*act) == of).collect();
    assert_eq!(found, all, "every kind of event of a {of:?} is made by an act of the table");
}

/// The kinds of all events.
pub fn recorded(repository: &Repository) -> Vec<Act> {
    let mut all = Vec::new();
    let reading = repository.catalog().reading();
    reading
        .each_event::<CatalogError>(EventId::new(0), |event| {
            all.push(event.act);
            Ok(())
        })
        .expect("read");
    all
}

/// What an act comes to: the state after it, or words of the refusal.
#[derive(Debug, Clone, Copy)]
enum Then<S> {
    Stands(S),
    Refused(&'static str),
}
use Then::{Refused, Stands};

type Told = Result<(), String>;

fn told<T, E: std::fmt::Display>(result: Result<T, E>) -> Told {
    result.map(drop).map_err(|error| error.to_string())
}

const TODAY: &str = "2025-02-01";
