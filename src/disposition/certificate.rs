//! The certificate of destruction: counts, digests and signatures, never content; as JSON for programs and as text
//! for people.

use super::{CERTIFICATE_DOMAIN, DispositionError};
use super::{checked, signed_document};
use crate::base::durable;
use crate::base::id::{EventId, FamilyId, PlanId, ProductionId};
use crate::ledger::{JsonSignatureError, MerkleBuilder, leaf_hash};
use crate::model::disposition::DispositionPlan;
use crate::repository::{Repository, RepositoryError};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a certificate does not claim: it is printed with every one.
const NOT_COVERED: &str = "Not covered: delivered productions named above; copies that still exist at the source; \
backups of the data taken before this destruction together with key sets of that time; memory written to swap.";

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

/// Makes, signs and writes the certificate of an executed plan.
pub(super) fn issue(
    repository: &Repository,
    plan: &DispositionPlan,
    approved_by: &str,
    actor: &str,
    dropped: &BTreeMap<String, u64>,
    at: DateTime<Utc>,
) -> Result<(Certificate, PathBuf), DispositionError> {
    let reading = repository.catalog().reading();
    let mut certificate = Certificate {
        schema: 1,
        repository: plan.repository.clone(),
        city: repository.profile().city.clone(),
        exercise: plan.exercise,
        plan: plan.plan,
        planned_by: plan.planned_by.clone(),
        approved_by: approved_by.to_owned(),
        executed_by: actor.to_owned(),
        executed_at: at,
        destroyed: 0,
        by_rule: BTreeMap::new(),
        dropped: dropped.clone(),
        merkle_root: String::new(),
        items: Vec::new(),
        productions: Vec::new(),
        ledger: (EventId::new(0), String::new()),
        not_covered: NOT_COVERED.to_owned(),
    };
    let mut tree = MerkleBuilder::default();
    for destruction in reading.destructions()?.into_iter().filter(|one| one.plan == plan.plan) {
        for tombstone in reading.tombstones(destruction.id)? {
            let name = reading.family(tombstone.family)?.name.to_string();
            tree.push(leaf_hash(format!("{} {name} destroyed", tombstone.family).as_bytes()));
            let rule = format!("{} / {}", tombstone.rule.edition, tombstone.rule.series);
            *certificate.by_rule.entry(rule).or_default() += 1;
            certificate.productions.extend(reading.productions_with(tombstone.family)?);
            certificate.items.push((tombstone.family, name));
        }
    }
    certificate.destroyed = certificate.items.len() as u64;
    certificate.merkle_root = tree.root().to_string();
    certificate.productions.sort();
    certificate.productions.dedup();
    if let Some(event) = reading.last_event()? {
        certificate.ledger = (event.id, event.hash);
    }
    let path = write(repository, &certificate)?;
    Ok((certificate, path))
}

fn write(repository: &Repository, certificate: &Certificate) -> Result<PathBuf, DispositionError> {
    let value = serde_json::to_value(certificate)
        .map_err(|error| DispositionError::Unreadable { what: "certificate", message: error.to_string() })?;
    let signed = signed_document(CERTIFICATE_DOMAIN, &value, repository.signer())?;
    let path = repository.layout().certificates().join(format!("{}.json", certificate.plan));
    let io = |path: &std::path::Path| {
        let path = path.to_owned();
        move |error| RepositoryError::Io { path, error }
    };
    durable::replace(&path, format!("{signed:#}\n").as_bytes()).map_err(io(&path))?;
    let text = path.with_extension("txt");
    durable::replace(&text, certificate.told().as_bytes()).map_err(io(&text))?;
    Ok(path)
}

/// Checks a certificate by its own signature; with `public_key` also that it comes from that repository. An edited one
/// fails, naming what changed.
pub fn check_certificate(
    document: &serde_json::Value,
    public_key: Option<&str>,
) -> Result<serde_json::Value, JsonSignatureError> {
    checked(CERTIFICATE_DOMAIN, document, public_key)
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
