//! Holds: a standing duty to preserve, with its scope as a predicate.

use super::provenance::words;
use crate::base::id::{CustodianId, FamilyId, HoldId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// What a hold or request reaches. All given parts must fit (AND); explicit families are inside whatever else says.
/// An empty scope part does not narrow. Unknown custodian, unknown date and unsearchable items are inside.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Custodians; empty means all.
    pub custodians: Vec<CustodianId>,
    /// Numbers or addresses of which one must take part; empty means all.
    pub parties: Vec<String>,
    /// First civil day; `None` means from the beginning.
    pub from: Option<NaiveDate>,
    /// Last civil day, included; `None` means without end.
    pub to: Option<NaiveDate>,
    /// A query in the search language; `None` means all.
    pub query: Option<String>,
    /// Families named one by one.
    pub families: Vec<FamilyId>,
    /// Families left out one by one, whatever the rest says; only a hold has them, each confirmed by two people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded: Vec<FamilyId>,
}

words!(
    /// Why there is a duty to preserve.
    HoldBasis {
        /// Litigation is pending.
        PendingLitigation = "pending-litigation",
        /// Litigation is reasonably anticipated: a demand letter, a notice of claim, an agency's charge.
        AnticipatedLitigation = "anticipated-litigation",
        /// A court or agency ordered it, such as a discovery order.
        Order = "order",
        /// An audit or investigation.
        Audit = "audit",
        /// It was not said.
        NotStated = "not-stated",
    }
);

/// Whether a hold is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum HoldState {
    /// In force.
    Active,
    /// Released, with who, when and why. Never deleted.
    Released {
        /// Who released it.
        by: String,
        /// When.
        at: DateTime<Utc>,
        /// Why.
        reason: String,
        /// The last day of the cooling period: what it covered is not destroyed through this day.
        #[serde(default)]
        protected_until: Option<NaiveDate>,
    },
}

/// A legal hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its number.
    pub id: HoldId,
    /// The case or request behind it.
    pub matter: String,
    /// Who issued it: the attorney, who alone lets anything go.
    pub issued_by: String,
    /// When.
    pub issued_at: DateTime<Utc>,
    /// Why there is a duty to preserve.
    pub basis: HoldBasis,
    /// Why, in words.
    pub reason: String,
    /// What it reaches.
    pub scope: Scope,
    /// Whether it is in force.
    pub state: HoldState,
}
