//! The lives of plans and requests, complete: every act in every state, with the state it leads to or the words it is
//! refused with. Each kind of event is given to a life by name, so that a new one has to be given one too and then tried.

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

// Plans.

const TODAY: &str = "2025-02-01";

/// Where a plan stands; an approved one may have begun to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    Planned,
    Approved,
    Begun,
    Executed,
    Withdrawn,
}

/// The columns of the table of plans.
fn columns() -> Vec<Plan> {
    let of = |state: &PlanState| match state {
        PlanState::Planned => &[Plan::Planned][..],
        PlanState::Approved => &[Plan::Approved, Plan::Begun],
        PlanState::Executed => &[Plan::Executed],
        PlanState::Withdrawn => &[Plan::Withdrawn],
    };
    PlanState::ALL.iter().flat_map(of).copied().collect()
}

/// A city with three items that are due and one that is not, and a plan that stands so.
pub fn plan_that_is(stands: Plan) -> (City, PlanId) {
    let city = City::exercise();
    let mut repository = city.open(TODAY);
    let mut messages: Vec<Message> =
        (0..3).map(|n| Message::new(&format!("old{n}"), "2023-01-10", &format!("old {n}"), "Words.")).collect();
    messages.push(Message::new("new", "2025-01-20", "new", "Stays."));
    take_in(&mut repository, &city.export("alarson.mbox", &messages));
    confirm_all(&mut repository);
    let id = plan(&mut repository).plan;
    if stands == Plan::Withdrawn {
        disposition::withdraw(&mut repository, id, "another schedule is coming", "clerk").expect("withdrawn");
    } else if stands != Plan::Planned {
        disposition::approve(&mut repository, id, "approver", None).expect("approved");
    }
    if stands == Plan::Executed {
        run(&mut repository, id).expect("executed");
    }
    drop(repository);
    if stands != Plan::Begun {
        return (city, id);
    }
    for nth in 1.. {
        let here = city.copied();
        let mut repository = here.open(TODAY);
        arm(FaultKind::Crash, nth);
        let result = run(&mut repository, id);
        disarm();
        assert!(result.is_err(), "no point left it begun");
        drop(repository);
        if !here.open(TODAY).catalog().reading().destructions().expect("read").is_empty() {
            return (here, id);
        }
    }
    unreachable!("a point leaves it begun, or none does and that is told")
}

/// An act on a plan, in a city that is opened for it.
type OnPlan = fn(&City, &mut Repository, PlanId) -> Told;

/// Under a limit that trips a breaker: there is no backup.
fn let_past(city: &City, id: PlanId, breaker: Breaker, who: &str) -> Told {
    let mut profile = Repository::profile_of(&city.repository_path()).expect("a profile");
    profile.policy.breakers.backup_days = Some(1);
    Repository::store_profile(&city.repository_path(), &profile).expect("stored");
    told(disposition::override_breaker(&mut city.open(TODAY), id, breaker, "the list was read", who, None))
}

/// Every act on a plan: what it comes to when the plan is made, approved, begun to be run, executed, withdrawn.
const ON_PLANS: &[(&str, OnPlan, [Then<PlanState>; 5])] = &[
    (
        "approved by another person",
        |_, r, id| told(disposition::approve(r, id, "approver", None)),
        [
            Stands(PlanState::Approved),
            Refused("is approved already"),
            Refused("is approved already"),
            Refused("is executed already"),
            Refused("is withdrawn already"),
        ],
    ),
    (
        "approved by who made it",
        |_, r, id| told(disposition::approve(r, id, "Planner.", None)),
        [
            Refused("somebody else has to approve it"),
            Refused("is approved already"),
            Refused("is approved already"),
            Refused("is executed already"),
            Refused("is withdrawn already"),
        ],
    ),
    (
        "run",
        |_, r, id| told(run(r, id)),
        [
            Refused("is not approved"),
            Stands(PlanState::Executed),
            Stands(PlanState::Executed),
            Refused("was executed already"),
            Refused("was withdrawn"),
        ],
    ),
    (
        "run while all destruction is stopped",
        |_, r, id| {
            disposition::stop(r, "letter from the auditor", "clerk").expect("stopped");
            told(run(r, id))
        },
        [Refused("all destruction was stopped by clerk"); 5],
    ),
    (
        "run while the second place of the keys does not read back",
        |city, r, id| {
            std::fs::remove_dir_all(city.room.path().join("keys-second")).expect("lost");
            let result = told(run(r, id));
            std::fs::create_dir_all(city.room.path().join("keys-second")).expect("a folder");
            result
        },
        [
            Refused("is not approved"),
            Refused("the second place of the key set does not read back"),
            Refused("second place"),
            Refused("was executed already"),
            Refused("was withdrawn"),
        ],
    ),
    (
        "run under another policy than it was made under",
        |city, _, id| {
            let mut profile = Repository::profile_of(&city.repository_path()).expect("a profile");
            profile.policy.protect_days_after_close += 1;
            Repository::store_profile(&city.repository_path(), &profile).expect("stored");
            told(run(&mut city.open(TODAY), id))
        },
        [
            Refused("is not approved"),
            Refused("a schedule, a department or a policy switch changed"),
            Stands(PlanState::Executed),
            Refused("was executed already"),
            Refused("was withdrawn"),
        ],
    ),
    (
        "withdrawn",
        |_, r, id| told(disposition::withdraw(r, id, "thought better of it", "clerk")),
        [
            Stands(PlanState::Withdrawn),
            Stands(PlanState::Withdrawn),
            Refused("has begun to be run"),
            Refused("is executed already"),
            Refused("is withdrawn already"),
        ],
    ),
    (
        "withdrawn without a reason",
        |_, r, id| told(disposition::withdraw(r, id, " ", "clerk")),
        [Refused("needs the reason"); 5],
    ),
    (
        "let past a breaker that tripped",
        |city, _, id| let_past(city, id, Breaker::BackupAge, "approver"),
        [
            Stands(PlanState::Planned),
            Stands(PlanState::Approved),
            Stands(PlanState::Approved),
            Refused("was executed already"),
            Refused("was withdrawn"),
        ],
    ),
    (
        "let past a breaker by who made it",
        |city, _, id| let_past(city, id, Breaker::BackupAge, "Planner."),
        [
            Refused("somebody else has to let it past"),
            Refused("somebody else has to let it past"),
            Refused("somebody else has to let it past"),
            Refused("was executed already"),
            Refused("was withdrawn"),
        ],
    ),
    (
        "let past a breaker that has not tripped",
        |city, _, id| let_past(city, id, Breaker::Share, "approver"),
        [
            Refused("has not tripped"),
            Refused("has not tripped"),
            Refused("has not tripped"),
            Refused("was executed already"),
            Refused("was withdrawn"),
        ],
    ),
    (
        "let past the stop of all destruction",
        |city, _, id| let_past(city, id, Breaker::Stopped, "approver"),
        [Refused("cannot be overridden"); 5],
    ),
    (
        "another plan is made",
        |_, r, _| told(disposition::plan(r, "planner")),
        [
            Stands(PlanState::Planned),
            Stands(PlanState::Approved),
            Stands(PlanState::Approved),
            Stands(PlanState::Executed),
            Stands(PlanState::Withdrawn),
        ],
    ),
    (
        "what a run that was cut off had decided is finished",
        |_, r, _| told(disposition::finish_interrupted(r, "clerk")),
        [
            Stands(PlanState::Planned),
            Stands(PlanState::Approved),
            Stands(PlanState::Approved),
            Stands(PlanState::Executed),
            Stands(PlanState::Withdrawn),
        ],
    ),
];

/// What there is of a plan: its state, what has a decided destruction, and what is left of the store.
fn of_plan(repository: &Repository, id: PlanId) -> (PlanState, usize, u64) {
    let reading = repository.catalog().reading();
    let state = reading.plan(id).expect("a plan").1;
    (state, reading.destructions().expect("read").len(), reading.families_here().expect("read"))
}

#[test]
fn every_act_on_a_plan_in_every_state_leads_on_or_is_refused_and_a_refusal_destroys_nothing() {
    let mut all = Vec::new();
    for (place, stands) in columns().into_iter().enumerate() {
        let (prepared, id) = plan_that_is(stands);
        for (act, step, expected) in ON_PLANS {
            let what = format!("{act}, {stands:?}");
            let city = prepared.copied();
            let mut repository = city.open(TODAY);
            let before = of_plan(&repository, id);
            let result = step(&city, &mut repository, id);
            drop(repository);
            let repository = city.open(TODAY);
            let after = of_plan(&repository, id);
            match (expected[place], result) {
                (Stands(state), Ok(())) => assert_eq!(after.0, state, "{what}"),
                (Refused(words), Err(message)) => {
                    assert!(message.contains(words), "{what}: {message}");
                    assert_eq!(after, before, "{what}");
                }
                (expected, result) => panic!("{what}: expected {expected:?}, and it was {result:?}"),
            }
            assert_eq!(before.1 > 0, matches!(stands, Plan::Begun | Plan::Executed), "{what}");
            if after.0 == PlanState::Executed {
                assert_eq!(subjects(&repository), ["new".to_owned()].into(), "{what}: what is not due stays");
            }
            all.extend(recorded(&repository));
        }
    }
    assert_complete(&all, Life::Plan);
}

// Requests.

const STATES: usize = RequestStatus::ALL.len();
const OPEN: Then<RequestStatus> = Stands(RequestStatus::Open);
const REVIEW: Then<RequestStatus> = Stands(RequestStatus::UnderReview);
const PRODUCED: Then<RequestStatus> = Stands(RequestStatus::Produced);
const CLOSED: Then<RequestStatus> = Stands(RequestStatus::Closed);
const OVER: Then<RequestStatus> = Refused("is closed");

/// Nothing changes where it stands; a closed one refuses it.
const STAYS: [Then<RequestStatus>; STATES] = [OPEN, REVIEW, PRODUCED, OVER];

/// A city with three messages about a mill, and the request of a subject of data, or of a party in litigation, that
/// stands so. What was collected is decided: one message is withheld, the others are given.
fn request_that_is(status: RequestStatus, kind: RequestKind) -> (City, RequestId) {
    let city = City::exercise();
    let mut repository = city.open("2025-03-03");
    let messages = [
        Message::new("mill", "2025-02-05", "mill", "The permit of the mill is ready."),
        Message::new("code", "2025-02-06", "code", "The alarm code of the mill is on the board."),
        Message::new("advice", "2025-02-07", "advice", "My advice on the mill: settle."),
    ];
    take_in(&mut repository, &city.export("alarson.mbox", &messages));
    confirm_all(&mut repository);
    let new = NewRequest {
        kind,
        requester: "Ana Torres".to_owned(),
        description: "the mill".to_owned(),
        received_on: None,
        litigation_days: None,
        scope: Scope { query: Some("mill".to_owned()), ..Scope::default() },
    };
    let id = request::open(&mut repository, new, "clerk").expect("opened").id;
    told(identify(&mut repository, id)).expect("known");
    let steps = RequestStatus::ALL.iter().position(|one| *one == status).expect("one of them");
    if steps > 0 {
        request::collect(&mut repository, id, None, "clerk").expect("collected");
        let advice = Members::Families(vec![family_of(&repository, "advice")]);
        review::decide(&mut repository, id, &advice, Decision::Withheld, "Minn. Stat. § 13.393", "clerk")
            .expect("decided");
        review::decide(&mut repository, id, &Members::Undecided, Decision::Responsive, "", "clerk").expect("decided");
    }
    if steps > 1 {
        produced(&city, &mut repository, id).expect("produced");
    }
    if steps > 2 {
        request::close(&mut repository, id, "answered", "clerk").expect("closed");
    }
    assert_eq!(repository.catalog().reading().request(id).expect("a request").status, status, "brought there");
    drop(repository);
    (city, id)
}

fn identify(repository: &mut Repository, id: RequestId) -> Result<(), request::RequestError> {
    let how = "license seen".to_owned();
    request::identify(repository, id, &NewIdentity { how, ..NewIdentity::default() }, "clerk")
}

fn produced(city: &City, repository: &mut Repository, id: RequestId) -> Told {
    let here = format!("out-{}", repository.catalog().reading().productions_of(id).expect("read").len());
    told(produce(repository, id, &city.room.path().join(here), &ProduceOptions::default(), "clerk", &VoidMonitor))
}

fn letter(repository: &mut Repository, id: RequestId, kind: RequestLetterKind) -> Told {
    let named = Named { address: "12 Mill Street".to_owned(), ..Named::default() };
    told(request::write_letter(repository, id, kind, &named, "clerk"))
}

fn redacted(
    repository: &mut Repository,
    id: RequestId,
) -> Result<Vec<recordroom::model::redaction::Redaction>, String> {
    let grounds = Grounds {
        statute: "Minn. Stat. § 13.44, subd. 1".to_owned(),
        label: None,
        class: DataClass::Confidential,
        about_requester: false,
        determination: String::new(),
        counsel: String::new(),
        reach: None,
    };
    let what = What::Words("alarm code".to_owned());
    redact::redact(repository, id, None, &what, &grounds, "clerk").map_err(|error| error.to_string())
}

fn estimate() -> FeeQuestion {
    FeeQuestion {
        kind: RequestKind::Public,
        medium: Medium::Paper,
        pages: 30,
        work: Vec::new(),
        materials: Vec::new(),
        vendors: Vec::new(),
        waived_lately_cents: 0,
    }
}

/// An act on a request, in its city.
type OnRequest = fn(&City, &mut Repository, RequestId) -> Told;

/// Every act on a request of a subject of data: what it comes to when the request is open, under review, produced, closed.
const ON_REQUESTS: &[(&str, OnRequest, [Then<RequestStatus>; STATES])] = &[
    ("the requester is identified", |_, r, id| told(identify(r, id)), STAYS),
    ("a question to the requester", |_, r, id| told(request::ask(r, id, "which mill?", "clerk")), STAYS),
    ("an answer of the requester", |_, r, id| told(request::clarified(r, id, "both", "clerk")), STAYS),
    (
        // While data is disputed it is not destroyed, so a closed request is opened again, where it stood.
        "its accuracy is challenged",
        |_, r, id| told(request::challenge(r, id, "the address", None, "Ana Torres")),
        [OPEN, REVIEW, PRODUCED, PRODUCED],
    ),
    (
        "a challenge answered that nobody made",
        |_, r, id| told(request::answer_challenge(r, id, 1, (true, "corrected"), "clerk")),
        [Refused("has no challenge 1"); STATES],
    ),
    (
        "a challenge answered",
        |_, r, id| {
            request::challenge(r, id, "the address", None, "Ana Torres").expect("challenged");
            told(request::answer_challenge(r, id, 1, (false, "it is right"), "clerk"))
        },
        [OPEN, REVIEW, PRODUCED, PRODUCED],
    ),
    ("inspected", |_, r, id| told(request::inspect(r, id, &NewInspection::default(), "clerk")), STAYS),
    ("a fee estimated", |_, r, id| told(request::estimate(r, id, estimate(), (true, true), "clerk")), STAYS),
    ("a payment", |_, r, id| told(request::paid(r, id, 500, "cash", "clerk")), STAYS),
    ("an acknowledgement written", |_, r, id| letter(r, id, RequestLetterKind::Acknowledgement), STAYS),
    (
        "the answer written",
        |_, r, id| letter(r, id, RequestLetterKind::Response),
        [Refused("nothing was collected"), Refused("nothing was produced"), PRODUCED, OVER],
    ),
    (
        "the denial of something that is given",
        |_, r, id| letter(r, id, RequestLetterKind::Denial),
        [
            Refused("nothing was collected"),
            Refused("so it is no denial"),
            Refused("so it is no denial"),
            Refused("so it is no denial"),
        ],
    ),
    ("collected", |_, r, id| told(request::collect(r, id, None, "clerk")), [REVIEW, REVIEW, REVIEW, OVER]),
    ("narrowed", |_, r, id| told(request::narrow(r, id, "agreed", "clerk")), STAYS),
    (
        "narrowed twice",
        |_, r, id| {
            request::narrow(r, id, "agreed", "clerk").map_err(|error| error.to_string())?;
            told(request::narrow(r, id, "again", "clerk"))
        },
        [
            Refused("protects no more than it asks for"),
            Refused("protects no more than it asks for"),
            Refused("protects no more than it asks for"),
            OVER,
        ],
    ),
    (
        "decided",
        |_, r, id| {
            let members = Members::Families(vec![family_of(r, "mill")]);
            told(review::decide(r, id, &members, Decision::Withheld, "Minn. Stat. § 13.37", "clerk"))
        },
        [Refused("is not collected"), REVIEW, PRODUCED, OVER],
    ),
    (
        "a decision undone",
        |_, r, id| told(review::undo(r, id, &[], "misread", "clerk")),
        [Refused("nothing is decided"), REVIEW, Refused("told by a production already"), OVER],
    ),
    (
        "a decision seconded",
        |_, r, id| told(review::second(r, id, &[], "attorney")),
        [Refused("waits for a second person"), REVIEW, PRODUCED, OVER],
    ),
    (
        "a decision seconded by who made it",
        |_, r, id| told(review::second(r, id, &[], "Clerk")),
        [
            Refused("waits for a second person"),
            Refused("somebody else has to look at it"),
            Refused("somebody else has to look at it"),
            OVER,
        ],
    ),
    (
        "redacted",
        |_, r, id| redacted(r, id).map(drop),
        [Refused("nothing of the kind stands in these items"), REVIEW, PRODUCED, OVER],
    ),
    (
        "redacted and taken back",
        |_, r, id| {
            let all: Vec<_> = redacted(r, id)?.into_iter().map(|one| one.id).collect();
            told(redact::lift(r, id, &all, "", "clerk"))
        },
        [Refused("nothing of the kind stands in these items"), REVIEW, PRODUCED, OVER],
    ),
    (
        "a court's order recorded",
        |_, r, request| {
            let (court, file_number) = ("District Court, Sherburne County".to_owned(), "71-CV-25-1".to_owned());
            let (dated, releases) = (r.today(), vec!["Minn. Stat. § 13.393".to_owned()]);
            told(redact::court_order(r, &CourtOrder { request, court, file_number, dated, releases }, "clerk"))
        },
        STAYS,
    ),
    (
        "produced",
        |city, r, id| produced(city, r, id),
        [Refused("nothing was collected"), PRODUCED, Refused("already"), OVER],
    ),
    (
        "closed",
        |_, r, id| told(request::close(r, id, "answered", "clerk")),
        [CLOSED, CLOSED, CLOSED, Refused("is closed already")],
    ),
    (
        "closed without a reason",
        |_, r, id| told(request::close(r, id, " ", "clerk")),
        [Refused("closing a request needs the reason"); STATES],
    ),
    (
        "closed with something undecided",
        |_, r, id| {
            told(review::undo(r, id, &[], "misread", "clerk"))?;
            told(request::close(r, id, "answered", "clerk"))
        },
        [Refused("nothing is decided"), Refused("no decision"), Refused("told by a production already"), OVER],
    ),
    (
        "closed while a challenge waits",
        |_, r, id| {
            request::challenge(r, id, "the address", None, "Ana Torres").expect("challenged");
            told(request::close(r, id, "answered", "clerk"))
        },
        // A challenge opens a closed one again, so that one does not stay as it was.
        [
            Refused("waits for its answer"),
            Refused("waits for its answer"),
            Refused("waits for its answer"),
            Refused("waits for its answer"),
        ],
    ),
    (
        "opened again",
        |_, r, id| told(request::reopen(r, id, "more came up", "clerk")),
        [Refused("is open"), Refused("is open"), Refused("is open"), PRODUCED],
    ),
    (
        "opened again without a reason",
        |_, r, id| told(request::reopen(r, id, "", "clerk")),
        [Refused("opening a request again needs the reason"); STATES],
    ),
    ("made a standing one", |_, r, id| told(request::make_standing(r, id, 30, "clerk")), STAYS),
    (
        "a cycle delivered of what is no standing one",
        |_, r, id| told(request::cycle_delivered(r, id, "sent", "clerk")),
        [Refused("is not a standing one"), Refused("is not a standing one"), Refused("is not a standing one"), OVER],
    ),
    (
        "a cycle of a standing one delivered",
        |_, r, id| {
            told(request::make_standing(r, id, 30, "clerk"))?;
            told(request::cycle_delivered(r, id, "sent", "clerk"))
        },
        [Refused("are not collected yet"), REVIEW, PRODUCED, OVER],
    ),
    (
        "confirmed that what is no standing one goes on",
        |_, r, id| told(request::reconfirm(r, id, "by telephone", "clerk")),
        [Refused("is not a standing one"), Refused("is not a standing one"), Refused("is not a standing one"), OVER],
    ),
    (
        "confirmed that a standing one goes on",
        |_, r, id| {
            told(request::make_standing(r, id, 30, "clerk"))?;
            told(request::reconfirm(r, id, "by telephone", "clerk"))
        },
        STAYS,
    ),
    (
        // What was read and in which order is recorded whenever somebody reads; it decides nothing.
        "given out in a computed order",
        |_, r, id| {
            let order = ranking::next(r, id, 10).map_err(|error| error.to_string())?;
            told(ranking::record_order(r, id, &order, "clerk"))
        },
        [Refused("nothing is collected"), REVIEW, PRODUCED, CLOSED],
    ),
    (
        "a review stopped that is no litigation",
        |_, r, id| told(ranking::stop(r, id, 80, true, "enough", "attorney")),
        [Refused("is no request in litigation"); STATES],
    ),
];

/// The acts that litigation alone knows, or that need something undecided.
const ON_LITIGATION: &[(&str, OnRequest, [Then<RequestStatus>; STATES])] = &[
    (
        "a sample drawn",
        |_, r, id| {
            review::undo(r, id, &[], "to be read again", "clerk").map_err(|error| error.to_string())?;
            told(ranking::draw(r, id, ranking::SampleKind::Elusion, 1, "clerk"))
        },
        [Refused("nothing is decided"), REVIEW, Refused("told by a production already"), OVER],
    ),
    (
        "a review stopped before everything is read",
        |_, r, id| {
            review::undo(r, id, &[], "to be read again", "clerk").map_err(|error| error.to_string())?;
            told(ranking::stop(r, id, 80, true, "the rest is alike", "attorney"))
        },
        [Refused("nothing is decided"), REVIEW, Refused("told by a production already"), OVER],
    ),
    (
        "a review stopped when everything is read",
        |_, r, id| told(ranking::stop(r, id, 80, true, "enough", "attorney")),
        [Refused("everything is read"), Refused("everything is read"), Refused("everything is read"), OVER],
    ),
    (
        "its accuracy is challenged",
        |_, r, id| told(request::challenge(r, id, "the address", None, "Ana Torres")),
        [Refused("only the subject of data"); STATES],
    ),
];

/// Tries acts on a request in every state, and gives the kinds of events that were recorded.
fn try_on_requests(kind: RequestKind, table: &[(&str, OnRequest, [Then<RequestStatus>; STATES])]) -> Vec<Act> {
    let mut all = Vec::new();
    for (place, status) in RequestStatus::ALL.iter().enumerate() {
        let (prepared, id) = request_that_is(*status, kind);
        for (act, step, expected) in table {
            let what = format!("{act}, {status}");
            let city = prepared.copied();
            let mut repository = city.open("2025-03-03");
            let result = step(&city, &mut repository, id);
            let after = repository.catalog().reading().request(id).expect("a request").status;
            match (expected[place], result) {
                (Stands(state), Ok(())) => assert_eq!(after, state, "{what}"),
                (Refused(words), Err(message)) => {
                    assert!(message.contains(words), "{what}: {message}");
                    // A challenge opens a closed request again, whatever is refused after it.
                    let opened_again = *act == "closed while a challenge waits" && *status == RequestStatus::Closed;
                    assert_eq!(after == *status, !opened_again, "{what}");
                }
                (expected, result) => panic!("{what}: expected {expected:?}, and it was {result:?}"),
            }
            assert_clean(&repository);
            all.extend(recorded(&repository));
        }
    }
    all
}

#[test]
fn every_act_on_a_request_in_every_state_leads_on_or_is_refused() {
    let mut all = try_on_requests(RequestKind::DataSubject, ON_REQUESTS);
    all.extend(try_on_requests(RequestKind::Litigation, ON_LITIGATION));
    assert_complete(&all, Life::Request);
}
