//! Retention rules as values: what starts the clock, how long, and what stands beside the period.

use super::classification::RecordStatus;
use super::record::RecordKind;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A length of legal time. Days, months and years are different things: 365 days is not one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// Civil days.
    Days(u32),
    /// Calendar months, clamped to month ends (Minn. Stat. § 645.14).
    Months(u32),
    /// Calendar years, clamped to month ends.
    Years(u32),
}

/// Where a period starts counting.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// The local date the item was sent (for calls: began).
    Sent,
    /// The local date it was received.
    Received,
    /// The item's own local date: a message was sent, a call began, a file was made.
    Created,
    /// The local date of the last item of the matters (conversations, cases) it was put into; in none it is not known.
    LastOfConversation,
    /// A recorded event by name; without its date nothing is eligible.
    Event(String),
}

/// Closing off before the period counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cutoff {
    /// None: the period counts from the trigger.
    None,
    /// The last day of the trigger's month.
    MonthEnd,
    /// 31 December of the trigger's year.
    CalendarYearEnd,
    /// The last day of the trigger's fiscal year, as the profile sets it.
    FiscalYearEnd,
}

/// One way to say how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Term {
    /// Keep for ever.
    Permanent,
    /// A period after a trigger, perhaps from a cutoff.
    After {
        /// What starts the clock.
        trigger: Trigger,
        /// Closing off first.
        cutoff: Cutoff,
        /// How long.
        period: Period,
    },
    /// Until a recorded human or system event, with no period after it.
    Until(String),
    /// The latest of several.
    Latest(Vec<Term>),
    /// The earliest of several ("whichever comes first"): what is known of them is enough.
    Earliest(Vec<Term>),
    /// Not resolvable (marked for review in the schedule); nothing under it is eligible.
    Unknown(String),
}

/// What a schedule edition is worth as authority to destroy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Authority {
    /// An approved general or own schedule that the city has adopted (Minn. Stat. § 138.17).
    ApprovedSchedule {
        /// The approval, as printed.
        citation: String,
        /// The date the city's adoption notice was acknowledged by the State Archives.
        adoption_acknowledged_on: NaiveDate,
        /// Departments that adopted it; empty means the whole city.
        departments: Vec<String>,
    },
    /// A one-time authority on form PR-1.
    Pr1 {
        /// Its reference.
        citation: String,
        /// When it was approved.
        approved_on: NaiveDate,
    },
    /// A city policy: it sets working periods and is no disposal authority by itself.
    Policy {
        /// The resolution or policy.
        citation: String,
    },
    /// A starter or foreign set: for breadth and testing, never an authority.
    Starter {
        /// Where it was taken from.
        citation: String,
    },
}

/// One line of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionRule {
    /// Key of the series inside its edition ("correspondence-general").
    pub series: String,
    /// The code printed in the schedule, empty where none was found.
    pub code: String,
    /// The title.
    pub title: String,
    /// What belongs to it.
    pub description: String,
    /// How long, as a value.
    pub term: Term,
    /// How long, as the schedule words it.
    pub as_written: String,
    /// Whether the series is archival (transfer offered before anything is destroyed).
    pub archival: bool,
    /// Statutes named in the line.
    pub statute: String,
    /// Data classification as the schedule words it ("Public", "Private: 13.43"); it never decides who sees an item.
    #[serde(default)]
    pub classification: String,
    /// Departments whose copies the line is for; empty means every department of the edition.
    #[serde(default)]
    pub departments: Vec<String>,
    /// Kinds it applies to; empty means every kind.
    pub kinds: Vec<RecordKind>,
    /// Statuses it applies to; empty means every settled status.
    pub statuses: Vec<RecordStatus>,
    /// Official items only as mailbox copies whose record has been filed under its own series.
    pub official_only_when_filed: bool,
    /// For status rules that apply without an assigned series (Otsego's 365 days).
    pub applies_without_series: bool,
    /// A statutory maximum: its last day is the last day the item may still be kept. `None` where there is none.
    #[serde(default)]
    pub maximum: Option<Term>,
}

/// An edition of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// Key of the schedule ("otsego-2024").
    pub key: String,
    /// The title.
    pub title: String,
    /// What it is worth.
    pub authority: Authority,
    /// The first day it is in force.
    pub effective_on: NaiveDate,
    /// Keys of older editions that end for its departments once it is in force and adopted.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// Its lines.
    pub rules: Vec<RetentionRule>,
}
