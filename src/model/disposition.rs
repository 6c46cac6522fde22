//! Eligibility with reasons, and the artefacts of disposal: plan, approval, execution, certificate.

use crate::base::digest::KeyedDigest;
use crate::base::id::{FamilyId, PlanId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Why something may or may not be destroyed; stable codes with a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The stable code.
    pub code: ReasonCode,
    /// One plain sentence without content of the item.
    pub sentence: String,
}

impl Reason {
    /// A reason with its sentence.
    pub fn new(code: ReasonCode, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into() }
    }
}

/// What kind of reason it is. Each but the first two and the two about a maximum is a gate of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonCode {
    /// A rule's period has run out.
    PeriodExpired,
    /// A gate was looked at and is open.
    GateOpen,
    /// The period runs until a later day.
    PeriodRuns,
    /// A rule keeps it for ever.
    Permanent,
    /// The status is not settled.
    Undetermined,
    /// The status is a proposal that nobody confirmed.
    Unconfirmed,
    /// No series and no rule covers it.
    Unscheduled,
    /// The date the clock starts from is not known.
    DateUnknown,
    /// The event the clock starts from is not recorded.
    EventMissing,
    /// The rule itself could not be resolved.
    RuleUnresolved,
    /// No recorded authority to destroy covers it.
    NoAuthority,
    /// Archival: transfer has to be offered first.
    Archival,
    /// An official item whose record has not been filed under its series.
    NotFiled,
    /// A hold covers it.
    Held,
    /// An open request protects it.
    Requested,
    /// It was not yet looked at for every live hold and request.
    NotEvaluated,
    /// It came from a personal device and nobody has sorted it.
    Unscreened,
    /// It came from a personal device and was decided to be personal.
    DecidedPersonal,
    /// An audit, appeal or data-subject dispute is open.
    DisputeOpen,
    /// A statutory maximum sets a last day for keeping it, and that day has not passed.
    MaximumRuns,
    /// Alarm: the last day a statutory maximum allows has passed.
    MaximumPassed,
}

/// The result of evaluating the rules for one family on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "eligibility", rename_all = "kebab-case")]
pub enum Eligibility {
    /// May be destroyed.
    Eligible {
        /// The first day it could have been destroyed.
        since: NaiveDate,
    },
    /// Not before a day.
    NotYet {
        /// The first day it may be destroyed.
        earliest: NaiveDate,
    },
    /// Something stands in the way, whatever the day.
    Blocked,
    /// Not enough is known.
    Undetermined,
}

/// The verdict on one family: never without its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The result.
    pub eligibility: Eligibility,
    /// The series key and edition that decided, where one did.
    pub rule: Option<RuleRef>,
    /// Why, deciding reason first.
    pub reasons: Vec<Reason>,
    /// The last day a statutory maximum allows, where one covers it and its date is known.
    #[serde(default)]
    pub must_destroy_by: Option<NaiveDate>,
}

/// A rule by its place: edition, series.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RuleRef {
    /// Edition key.
    pub edition: String,
    /// Series key.
    pub series: String,
}

/// One item of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanItem {
    /// The family.
    pub family: FamilyId,
    /// Its name in this repository.
    pub digest: KeyedDigest,
    /// The rule it goes under.
    pub rule: RuleRef,
    /// The first day it could have been destroyed.
    pub since: NaiveDate,
    /// Its status word.
    pub status: String,
    /// Why it may go.
    pub reasons: Vec<Reason>,
}

/// How many families stand where, on the day of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanCounts {
    /// Families looked at.
    pub total: u64,
    /// Listed for destruction.
    pub eligible: u64,
    /// Held back by a hold.
    pub held: u64,
    /// Held back by an open request.
    pub requested: u64,
    /// Status or date not settled.
    pub undetermined: u64,
    /// The period still runs.
    pub not_yet: u64,
    /// Blocked otherwise: no authority, archival, not filed, permanent.
    pub blocked: u64,
}

/// A disposition plan: computed, shown, approved by another person, executed once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DispositionPlan {
    /// Its number.
    pub plan: PlanId,
    /// The repository it belongs to.
    pub repository: String,
    /// Whether it comes from an exercise.
    pub exercise: bool,
    /// Who planned.
    pub planned_by: String,
    /// When.
    pub planned_at: DateTime<Utc>,
    /// The civil day it was computed for.
    pub on: NaiveDate,
    /// Digests of the schedules and profile it was computed from, by name.
    pub inputs: std::collections::BTreeMap<String, String>,
    /// The counts.
    pub counts: PlanCounts,
    /// Families held back, by the code of the deciding reason.
    pub held_back: std::collections::BTreeMap<String, u64>,
    /// Every item to be destroyed.
    pub items: Vec<PlanItem>,
    /// RFC 6962 root over the items, hexadecimal.
    pub merkle_root: String,
}
