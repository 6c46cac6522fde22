//! Data requests: who asked for what, by when it is due and why, and how it stands.

use super::hold::Scope;
use super::provenance::words;
use crate::base::id::RequestId;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

words!(
    /// What kind of request it is; the kind decides the clock and what a production holds.
    RequestKind {
        /// From the public (Minn. Stat. § 13.03).
        Public = "public",
        /// From the subject of the data (Minn. Stat. § 13.04, subd. 3).
        DataSubject = "data-subject",
        /// A standing request for public data, answered cycle by cycle (Opinions 96-047 and 04-007).
        Standing = "standing",
        /// For summary data: statistics from which nobody can be identified (Minn. Stat. § 13.05, subd. 7).
        SummaryData = "summary-data",
        /// Discovery in litigation.
        Litigation = "litigation",
        /// A subpoena.
        Subpoena = "subpoena",
        /// An audit, such as the state auditor's.
        Audit = "audit",
        /// An investigation inside the city.
        Investigation = "investigation",
    }
);

impl RequestKind {
    /// Whether it is a request of the Data Practices Act: anybody may make one, a denial cites the law, and nothing that
    /// was collected stays without a decision.
    pub const fn is_of_the_act(self) -> bool {
        matches!(self, Self::Public | Self::DataSubject | Self::Standing | Self::SummaryData)
    }

    /// Whether the other side of a proceeding asks: it is given original files on demand, and is told of what is withheld
    /// who wrote to whom and when, so that it can judge the claim (Fed. R. Civ. P. 26(b)(5)(A) and 45(e)(2)(A)).
    pub const fn is_discovery(self) -> bool {
        matches!(self, Self::Litigation | Self::Subpoena)
    }

    /// Whether somebody who gives no name is served (Minn. Stat. § 13.05, subd. 12: identity may not be demanded).
    pub const fn may_be_anonymous(self) -> bool {
        matches!(self, Self::Public | Self::Standing | Self::SummaryData)
    }

    /// Whether a demand, order or charge sets the days for the answer.
    pub const fn days_are_set_by_others(self) -> bool {
        matches!(self, Self::Litigation | Self::Subpoena | Self::Audit | Self::Investigation)
    }
}

words!(
    /// How a request ended. Where it stands is its status, a different thing.
    RequestOutcome {
        /// Everything that was asked for was given.
        Granted = "granted",
        /// Some was given, some withheld.
        GrantedInPart = "granted-in-part",
        /// Everything was withheld.
        Denied = "denied",
        /// There is no such data.
        NoData = "no-data",
        /// The requester looked at it.
        Inspected = "inspected",
        /// Not repeated, because it was shown within the last six months (Minn. Stat. § 13.04, subd. 3).
        ShownBefore = "shown-before",
        /// The requester took it back.
        Withdrawn = "withdrawn",
        /// The requester did not answer, pay or come.
        Abandoned = "abandoned",
        /// Another body has the data.
        Referred = "referred",
        /// It was not said.
        NotStated = "not-stated",
    }
);

words!(
    /// Where a request stands. How it ended is its outcome, a different thing.
    RequestStatus {
        /// Received, nothing collected.
        Open = "open",
        /// Items are collected and under review.
        UnderReview = "under-review",
        /// A production was delivered.
        Produced = "produced",
        /// Closed.
        Closed = "closed",
    }
);

/// When an answer is due, and on what basis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The last day.
    pub on: NaiveDate,
    /// The basis in words, with its citation, saying whether it is law or policy.
    pub basis: String,
}

/// How a standing request is answered: cycle by cycle, each protected until it is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingCycle {
    /// Days of a cycle.
    pub days: u32,
    /// The day the present cycle began.
    pub from: NaiveDate,
    /// The day the requester last said that the request goes on.
    pub confirmed_on: NaiveDate,
}

/// A data request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataRequest {
    /// Its number.
    pub id: RequestId,
    /// Its kind.
    pub kind: RequestKind,
    /// Who asks; empty for an anonymous request of public data.
    pub requester: String,
    /// What was asked for, in the requester's words.
    pub description: String,
    /// The day it was received.
    pub received_on: NaiveDate,
    /// When the answer is due.
    pub due: Due,
    /// What it reaches, and protects from destruction while it is open.
    pub scope: Scope,
    /// Where it stands.
    pub status: RequestStatus,
    /// When it was opened here.
    pub opened_at: DateTime<Utc>,
    /// Who opened it.
    pub opened_by: String,
}
