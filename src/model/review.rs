//! Review decisions: member by member of each family.

use super::provenance::words;
use crate::base::id::{RecordId, RequestId};
use chrono::{DateTime, NaiveDate, Utc};
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
        /// Not government data: private life that has nothing to do with the city (Minn. Stat. § 13.02, subd. 7).
        NotGovernmentData = "not-government-data",
    }
);

words!(
    /// How data that is withheld is classified (Minn. Stat. § 13.02). The word on a letter depends on whether it is on
    /// individuals.
    NotPublicClass {
        /// On individuals; its subject may see it (subd. 12).
        Private = "private",
        /// On individuals; not even its subject may see it (subd. 3).
        Confidential = "confidential",
        /// Not on individuals; its subject, if there is one, may see it (subd. 9).
        Nonpublic = "nonpublic",
        /// Not on individuals; not even its subject may see it (subd. 13).
        ProtectedNonpublic = "protected-nonpublic",
    }
);

impl NotPublicClass {
    /// As a letter says it.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Private => "private data on individuals",
            Self::Confidential => "confidential data on individuals",
            Self::Nonpublic => "nonpublic data",
            Self::ProtectedNonpublic => "protected nonpublic data",
        }
    }
}

words!(
    /// The privilege that is claimed.
    Privilege {
        /// Between attorney and client.
        AttorneyClient = "attorney-client",
        /// Made in anticipation of litigation.
        WorkProduct = "work-product",
        /// Shared with others of the same legal interest.
        CommonInterest = "common-interest",
    }
);

/// What the responsible authority, or the chief attorney, determined where the law wants a determination: security
/// information and trade secrets (Minn. Stat. § 13.37), a pending civil action (§ 13.39).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Determination {
    /// Who.
    pub by: String,
    /// The day.
    pub on: NaiveDate,
    /// Why, in a few words that may be told on request.
    pub reason: String,
}

/// What a decision rests on beside its basis.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// How the data is classified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<NotPublicClass>,
    /// The determination, where the law wants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub determination: Option<Determination>,
    /// The privilege, where one is claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privilege: Option<Privilege>,
}

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
