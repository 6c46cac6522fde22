//! The certificate of destruction as a value: counts, digests and signatures, never content. It is checked here, with
//! or without the repository it came from.

use super::documents::{CERTIFICATE_DOMAIN, DocumentError, checked};
use crate::base::id::{EventId, FamilyId, PlanId, ProductionId};
use crate::ledger::{MerkleBuilder, leaf_hash};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a certificate does not claim: it is printed with every one.
pub const NOT_COVERED: &str = "Not covered: the productions named above, as delivered and as sealed here; copies that \
still exist at the source; backups of the data taken before this destruction together with key sets of that time; older \
copies of the search index; cells that flash or copy-on-write storage keeps after they were overwritten; memory written \
to swap.";

/// A certificate of destruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Version of this document.
    pub schema: u32,
    /// The repository.
    pub repository: String,
    /// The city.
    pub city: String,
    /// Whether it comes from an exercise.
    pub exercise: bool,
    /// The plan that was executed.
    pub plan: PlanId,
    /// Who planned.
    pub planned_by: String,
    /// Who approved.
    pub approved_by: String,
    /// Who executed.
    pub executed_by: String,
    /// When the execution was complete.
    pub executed_at: DateTime<Utc>,
    /// Families destroyed.
    pub destroyed: u64,
    /// Families destroyed, by edition and series.
    pub by_rule: BTreeMap<String, u64>,
    /// Families of the plan that stayed, by the reason.
    pub dropped: BTreeMap<String, u64>,
    /// RFC 6962 root over the keyed digests of what was destroyed, by number.
    pub merkle_root: String,
    /// The items: number and name in this repository.
    pub items: Vec<(FamilyId, String)>,
    /// Productions that contain some of it and were not touched.
    pub productions: Vec<ProductionId>,
    /// The newest event when this was issued, and its hash.
    pub ledger: (EventId, String),
    /// What is not claimed.
    pub not_covered: String,
}

/// RFC 6962 root over what was destroyed, in the order given: number, name, outcome.
pub fn destroyed_root<'i>(items: impl IntoIterator<Item = &'i (FamilyId, String)>) -> String {
    let mut tree = MerkleBuilder::default();
    for (family, name) in items {
        tree.push(leaf_hash(format!("{family} {name} destroyed").as_bytes()));
    }
    tree.root().to_string()
}

/// Checks a certificate by its own signature, its list and its counts; with `public_key` also that it comes from that
/// repository. An edited one fails, naming what changed.
pub fn check(document: &Value, public_key: Option<&str>) -> Result<Certificate, DocumentError> {
    let body = checked(CERTIFICATE_DOMAIN, document, public_key)?;
    let certificate: Certificate =
        serde_json::from_value(body).map_err(|error| DocumentError::Unreadable(error.to_string()))?;
    let contradiction = |text: &str| Err(DocumentError::Contradiction(text.to_owned()));
    if certificate.merkle_root != destroyed_root(&certificate.items) {
        return contradiction("its list does not have the root it names");
    }
    if certificate.destroyed != certificate.items.len() as u64
        || certificate.destroyed != certificate.by_rule.values().sum::<u64>()
    {
        return contradiction("it lists another number of items than it counts");
    }
    if !certificate.items.is_sorted_by(|one, two| one.0 < two.0) {
        return contradiction("its list is not in order, or names an item twice");
    }
    Ok(certificate)
}

impl Certificate {
    /// The certificate in words.
    pub fn told(&self) -> String {
        let mut text = String::new();
        if self.exercise {
            text.push_str("EXERCISE  EXERCISE  EXERCISE\n\n");
        }
        text.push_str(&format!(
            "CERTIFICATE OF DESTRUCTION\n\n{}\nRepository {}\n\nPlan {} was made by {}, approved by {}, and executed by \
             {} at {}.\n\nItems destroyed: {}\n",
            self.city,
            self.repository,
            self.plan,
            self.planned_by,
            self.approved_by,
            self.executed_by,
            self.executed_at.format("%Y-%m-%d %H:%M UTC"),
            self.destroyed
        ));
        for (rule, count) in &self.by_rule {
            text.push_str(&format!("  {count:>8}  under {rule}\n"));
        }
        if !self.dropped.is_empty() {
            text.push_str("\nItems of the plan that stayed:\n");
            for (reason, count) in &self.dropped {
                text.push_str(&format!("  {count:>8}  {reason}\n"));
            }
        }
        if !self.productions.is_empty() {
            let list: Vec<String> = self.productions.iter().map(ToString::to_string).collect();
            text.push_str(&format!("\nProductions that contain some of them: {}\n", list.join(", ")));
        }
        text.push_str(&format!(
            "\nRoot of the list (RFC 6962): {}\nLedger at {} with hash {}\n\n{}\n",
            self.merkle_root, self.ledger.0, self.ledger.1, self.not_covered
        ));
        text
    }
}
