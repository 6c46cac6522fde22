//! The certificate of destruction as a value: counts, digests and signatures, never content. It is checked here, with
//! or without the repository it came from.
//!
//! It is also the city's list of records destroyed (the general schedule asks for one), with totals for each series. The
//! events that planned, approved, decided and carried out the destruction stand in it with their proofs, and the signed
//! head of the ledger they stand in: whoever holds the file and the city's key needs nothing else.

use super::documents::{CERTIFICATE_DOMAIN, DocumentError, checked};
use crate::base::id::{EventId, FamilyId, PlanId, ProductionId};
use crate::ledger::{Checkpoint, MerkleBuilder, ProvenEvent, leaf_hash};
use crate::model::event::Act;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a certificate does not claim: it is printed with every one.
pub const NOT_COVERED: &str = "Not covered: the productions named above, as delivered and as sealed here; copies that \
still exist at the source; backups of the data taken before this destruction together with key sets of that time; older \
copies of the search index; cells that flash or copy-on-write storage keeps after they were overwritten; memory written \
to swap.";

/// What may be said of the method (and nothing beyond: NIST SP 800-88 Rev. 2 speaks of media, and a program does not see
/// those).
pub const METHOD: [&str; 3] = [
    "Cryptographically erased: each item was encrypted with a key of its own from its first write. All copies of those keys \
     known to this system, in the key set and in its second place, were destroyed by the times named with the batches.",
    "Deleted from this system's store: the parts of the search index that had the items' words were written anew without \
     them, the rows of the catalog were overwritten, and its log was emptied.",
    "The encrypted bytes were given back to the file system or overwritten with zeros in place, as far as the storage does \
     that (best effort).",
];

/// Where the items lay in this system.
pub const COVERED: [&str; 4] = [
    "the vault: originals, facts and derived text, sealed together",
    "the key set and its second place",
    "the search index",
    "the catalog and its log",
];

/// Totals of one series: a line of the city's list of records destroyed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesTotal {
    /// The edition.
    pub edition: String,
    /// The series.
    pub series: String,
    /// The code printed in the schedule, empty where none is known.
    pub code: String,
    /// The title.
    pub title: String,
    /// The authority to destroy: the approval and its acknowledgement, as the edition has them.
    pub authority: String,
    /// The rule in plain words: period, trigger, cutoff.
    pub retention: String,
    /// The rule as the schedule words it.
    pub as_written: String,
    /// Data classification as the schedule words it, or empty.
    pub classification: String,
    /// Items destroyed.
    pub items: u64,
    /// Files that were attached to them.
    pub attachments: u64,
    /// Their bytes as they were stored here, compressed and encrypted.
    pub stored_bytes: u64,
    /// The earliest day one of them was sent.
    pub sent_from: Option<NaiveDate>,
    /// The latest.
    pub sent_to: Option<NaiveDate>,
    /// Items whose day is not known.
    pub undated: u64,
    /// The earliest of the first days on which they might have been destroyed.
    pub eligible_from: Option<NaiveDate>,
    /// The latest.
    pub eligible_to: Option<NaiveDate>,
}

/// One batch: the last look at holds, requests and rules, which is the point of no return, and its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// The event of the decision.
    pub intent: EventId,
    /// When holds, requests and rules were looked at for every item, in the transaction that decided.
    pub checked_at: DateTime<Utc>,
    /// Holds and requests in force then; none of them reached any of the items.
    pub in_force: u64,
    /// The event of the completion.
    pub destroyed: EventId,
    /// When it was complete: keys, words and bytes gone.
    pub destroyed_at: DateTime<Utc>,
    /// The items.
    pub families: Vec<FamilyId>,
}

/// How long copies of the key set that the city's own backups hold may still open what was destroyed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OlderKeys {
    /// The days for which the city keeps such copies, as its profile states; `None` where it states none.
    pub kept_days: Option<u32>,
    /// The day on which the last of them expires; `None` where no days are stated.
    pub expires_on: Option<NaiveDate>,
}

/// What stands in certificates from version 2 on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Particulars {
    /// Its number, which no other certificate of any city has.
    pub number: String,
    /// The responsible authority of the city.
    pub responsible_authority: String,
    /// When the plan was made.
    pub planned_at: Option<DateTime<Utc>>,
    /// When it was approved.
    pub approved_at: Option<DateTime<Utc>>,
    /// The public key the approver signed with.
    pub approver_key: String,
    /// Items by kind: email, text, call ...
    pub by_kind: BTreeMap<String, u64>,
    /// Files that were attached to them.
    pub attachments: u64,
    /// Bytes as stored here.
    pub stored_bytes: u64,
    /// Totals for each series.
    pub series: Vec<SeriesTotal>,
    /// The batches, in order.
    pub batches: Vec<Batch>,
    /// What was done, in the words that may be used.
    pub method: Vec<String>,
    /// The city's own wording for its hardware, quoted; empty where it has none.
    pub hardware_wording: String,
    /// The places this covers.
    pub covered: Vec<String>,
    /// Source files that had some of the items and whose disposal is not recorded.
    pub sources_left: u64,
    /// Items whose record was filed in the document system before.
    pub filed: u64,
    /// Older copies of the keys.
    pub older_keys: OlderKeys,
    /// The events of the plan, its approval and its batches, each with its proof.
    pub events: Vec<ProvenEvent>,
    /// The signed head of the ledger in which they stand.
    pub checkpoint: String,
    /// The program and its version.
    pub program: String,
}

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
    /// What a certificate says from version 2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub particulars: Option<Box<Particulars>>,
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
    let key = document.pointer("/signature/public_key").and_then(Value::as_str).unwrap_or_default();
    match &certificate.particulars {
        Some(particulars) => particulars.check(&certificate, key).map_err(DocumentError::Contradiction)?,
        None if certificate.schema < 2 => {}
        None => return contradiction("it says nothing of series, events and method"),
    }
    Ok(certificate)
}

impl Particulars {
    /// Whether the totals add up, and whether the signed ledger tells of just this destruction.
    fn check(&self, certificate: &Certificate, key: &str) -> Result<(), String> {
        let sum = |count: fn(&SeriesTotal) -> u64| self.series.iter().map(count).fold(0, u64::saturating_add);
        if sum(|one| one.items) != certificate.destroyed
            || self.by_kind.values().copied().fold(0, u64::saturating_add) != certificate.destroyed
            || sum(|one| one.attachments) != self.attachments
            || sum(|one| one.stored_bytes) != self.stored_bytes
        {
            return Err("its totals do not add up".to_owned());
        }
        let (checkpoint, _) = Checkpoint::read(&self.checkpoint, Some(key)).map_err(|error| error.to_string())?;
        if checkpoint.repository != certificate.repository {
            return Err("the ledger in it is that of another repository".to_owned());
        }
        for one in &self.events {
            one.stands_in(&checkpoint).map_err(|error| error.to_string())?;
        }
        let plan = certificate.plan.to_string();
        let told = |act: Act, subject: &str| {
            self.events.iter().map(|one| &one.event).find(|event| event.act == act && event.subject == subject)
        };
        if certificate.destroyed > 0 {
            let approved = told(Act::Approved, &plan).is_some_and(|event| event.actor == certificate.approved_by);
            if told(Act::Planned, &plan).is_none() || !approved {
                return Err("the ledger in it does not tell of the plan and its approval".to_owned());
            }
        }
        self.check_batches(certificate)
    }

    /// Every item is in one batch, and every batch is the one that was decided and completed in the ledger.
    fn check_batches(&self, certificate: &Certificate) -> Result<(), String> {
        let names: BTreeMap<FamilyId, &String> =
            certificate.items.iter().map(|(family, name)| (*family, name)).collect();
        let event = |id: EventId| self.events.iter().map(|one| &one.event).find(|event| event.id == id);
        let mut seen: Vec<FamilyId> = Vec::new();
        for batch in &self.batches {
            let mut families = batch.families.clone();
            families.sort();
            let items: Option<Vec<(FamilyId, String)>> =
                families.iter().map(|family| Some((*family, (*names.get(family)?).clone()))).collect();
            let Some(items) = items else { return Err("a batch has an item that is not on its list".to_owned()) };
            let root = destroyed_root(&items);
            let fits = |id: EventId, act: Act, at: DateTime<Utc>| {
                event(id).is_some_and(|event| {
                    let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
                    event.act == act && event.at == at && details["merkle_root"] == root.as_str()
                })
            };
            if !fits(batch.intent, Act::DestructionIntended, batch.checked_at)
                || !fits(batch.destroyed, Act::Destroyed, batch.destroyed_at)
            {
                return Err(format!("the ledger in it does not tell of the batch {} as it does", batch.intent));
            }
            seen.append(&mut families);
        }
        seen.sort();
        let listed = certificate.items.iter().map(|(family, _)| *family);
        if seen.into_iter().eq(listed) { Ok(()) } else { Err("its batches are not its list".to_owned()) }
    }
}
