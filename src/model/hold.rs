//! Holds: a standing duty to preserve, with its scope as a predicate.

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
}

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
    },
}

/// A legal hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its number.
    pub id: HoldId,
    /// The case or request behind it.
    pub matter: String,
    /// Who issued it.
    pub issued_by: String,
    /// When.
    pub issued_at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// What it reaches.
    pub scope: Scope,
    /// Whether it is in force.
    pub state: HoldState,
}
