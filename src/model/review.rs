//! Review decisions: member by member of each family.

use super::provenance::words;
use crate::base::id::{RecordId, RequestId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

words!(
    /// What a reviewer decided on one member.
    Decision {
        /// Belongs to the request and is given out.
        Responsive = "responsive",
        /// Does not belong to the request.
        NotResponsive = "not-responsive",
        /// Belongs to the request and is withheld, with its basis.
        Withheld = "withheld",
        /// Belongs to the request and is withheld in part; it cannot be produced before it is redacted.
        PartlyWithheld = "partly-withheld",
    }
);

/// A decision on one member of a family for one request. The newest one counts; older ones stay as events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewDecision {
    /// The request.
    pub request: RequestId,
    /// The member.
    pub record: RecordId,
    /// What was decided.
    pub decision: Decision,
    /// The statute or other basis; never empty for anything withheld.
    pub basis: String,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}
