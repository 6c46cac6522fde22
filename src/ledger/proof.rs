//! Proofs that are carried away: that one event stands in a ledger, and that one ledger is the beginning of another.
//!
//! Each is a JSON document with the signed checkpoints it is about in it, so that it is checked with this file, a public
//! key known by another way, and nothing else. Events hold ids and counts, so neither tells the content of any item.

use super::chain::{canonical_bytes, chain_hash, event_leaf};
use super::checkpoint::{Checkpoint, CheckpointError};
use super::merkle::{consistency_proof, inclusion_proof, verify_consistency, verify_inclusion};
use crate::base::digest::Sha256Digest;
use crate::base::id::EventId;
use crate::model::event::Event;
use serde::{Deserialize, Serialize};

/// What a proof of inclusion says it is.
pub const INCLUSION: &str = "recordroom proof of inclusion 1";
/// What a proof of consistency says it is.
pub const CONSISTENCY: &str = "recordroom proof of consistency 1";
/// Hashes of the longest proof that is read: a tree of 2^64 leaves has no longer one.
const HASHES: usize = 128;

/// A proof does not prove what it says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// It is another kind of document.
    #[error("it is not {0}")]
    Kind(&'static str),
    /// One of its hashes cannot be read.
    #[error("one of its hashes is not 64 hexadecimal characters, or it has too many of them")]
    Form,
    /// A checkpoint in it is not as it was signed, or not signed with the right key.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The event is not the one that was hashed.
    #[error("the fields of {0} are not the ones that were hashed")]
    Event(EventId),
    /// The event does not stand in the tree.
    #[error("{event} does not stand in the ledger of {events} events that the checkpoint signs")]
    NotIncluded {
        /// The event.
        event: EventId,
        /// Events of the checkpoint.
        events: u64,
    },
    /// The later ledger does not begin with the earlier one.
    #[error("the ledger of {newer} events does not begin with the {older} events that were signed before")]
    NotConsistent {
        /// Events of the older checkpoint.
        older: u64,
        /// Events of the newer one.
        newer: u64,
    },
}

/// An event with the hashes that prove its place in a signed ledger (RFC 9162 2.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvenEvent {
    /// The event.
    pub event: Event,
    /// The hashes from its leaf to the root, hexadecimal.
    pub proof: Vec<String>,
}

impl ProvenEvent {
    /// The proof of an event over the leaves of a ledger; `None` when the event is not among them.
    pub fn of(event: Event, leaves: &[Sha256Digest]) -> Option<Self> {
        let proof = inclusion_proof(leaves, place(event.id)?)?;
        Some(Self { event, proof: proof.iter().map(ToString::to_string).collect() })
    }

    /// Whether the event hashes to its hash, and stands in the ledger that a checkpoint signs.
    pub fn stands_in(&self, checkpoint: &Checkpoint) -> Result<(), ProofError> {
        let Self { event, proof } = self;
        if event.hash != chain_hash(&event.previous, &canonical_bytes(event)) {
            return Err(ProofError::Event(event.id));
        }
        let (hashes, index) = (hashes(proof)?, place(event.id).and_then(|place| u64::try_from(place).ok()));
        let stands = index.is_some_and(|index| {
            verify_inclusion(&event_leaf(event), index, checkpoint.events, &hashes, &checkpoint.root)
        });
        if stands { Ok(()) } else { Err(ProofError::NotIncluded { event: event.id, events: checkpoint.events }) }
    }
}

/// That one event stands in the ledger that a checkpoint signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InclusionProof {
    /// [`INCLUSION`].
    pub document: String,
    /// The event and its hashes.
    #[serde(flatten)]
    pub proven: ProvenEvent,
    /// The signed checkpoint.
    pub checkpoint: String,
}

impl InclusionProof {
    /// The proof of an event over the leaves of the ledger that a signed checkpoint is of.
    pub fn of(event: Event, leaves: &[Sha256Digest], signed: &str) -> Option<Self> {
        let proven = ProvenEvent::of(event, leaves)?;
        Some(Self { document: INCLUSION.to_owned(), proven, checkpoint: signed.to_owned() })
    }

    /// Checks it; without an expected key only that it fits itself, because anybody can sign.
    pub fn check(&self, expected_key: Option<&str>) -> Result<(Checkpoint, String), ProofError> {
        if self.document != INCLUSION {
            return Err(ProofError::Kind("a proof of inclusion"));
        }
        let (checkpoint, key) = Checkpoint::read(&self.checkpoint, expected_key)?;
        self.proven.stands_in(&checkpoint)?;
        Ok((checkpoint, key))
    }
}

/// That the ledger of one checkpoint is the beginning of another's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsistencyProof {
    /// [`CONSISTENCY`].
    pub document: String,
    /// The older signed checkpoint.
    pub older: String,
    /// The newer one.
    pub newer: String,
    /// The hashes, hexadecimal (RFC 9162 2.1.4).
    pub proof: Vec<String>,
}

impl ConsistencyProof {
    /// The proof over the leaves of the newer ledger; `None` when the older one has no event, or more than the newer.
    pub fn of(older: &str, old_size: u64, newer: &str, leaves: &[Sha256Digest]) -> Option<Self> {
        let proof = consistency_proof(leaves, usize::try_from(old_size).ok()?)?;
        let proof = proof.iter().map(ToString::to_string).collect();
        Some(Self { document: CONSISTENCY.to_owned(), older: older.to_owned(), newer: newer.to_owned(), proof })
    }

    /// Checks it, and gives the older and the newer checkpoint; both have to be signed with the expected key.
    pub fn check(&self, expected_key: Option<&str>) -> Result<(Checkpoint, Checkpoint, String), ProofError> {
        if self.document != CONSISTENCY {
            return Err(ProofError::Kind("a proof of consistency"));
        }
        let (older, key) = Checkpoint::read(&self.older, expected_key)?;
        let (newer, _) = Checkpoint::read(&self.newer, Some(&key))?;
        let hashes = hashes(&self.proof)?;
        let begins = older.repository == newer.repository
            && verify_consistency(older.events, newer.events, &hashes, &older.root, &newer.root);
        if begins {
            Ok((older, newer, key))
        } else {
            Err(ProofError::NotConsistent { older: older.events, newer: newer.events })
        }
    }
}

/// The place of an event in the tree: the first event is the first leaf.
fn place(event: EventId) -> Option<usize> {
    usize::try_from(event.get()).ok()?.checked_sub(1)
}

fn hashes(texts: &[String]) -> Result<Vec<Sha256Digest>, ProofError> {
    if texts.len() > HASHES {
        return Err(ProofError::Form);
    }
    texts.iter().map(|text| text.parse().map_err(|_| ProofError::Form)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::chain::{tests::chain, verify_chain};
    use crate::ledger::sign::Signer;
    use chrono::{TimeZone, Utc};

    fn signed(events: &[Event], signer: &Signer) -> String {
        let at = Utc.with_ymd_and_hms(2026, 11, 24, 6, 0, 7).single().expect("a time");
        Checkpoint::of("cedar-bend", &verify_chain(events).expect("holds"), at).signed(signer)
    }

    #[test]
    fn every_event_of_a_ledger_is_proven_and_no_other_passes_for_it() {
        let (events, signer) = (chain(13), Signer::from_seed(&[7; 32]));
        let (text, key) = (signed(&events, &signer), signer.public_key_hex());
        let leaves: Vec<_> = events.iter().map(event_leaf).collect();
        for event in &events {
            let proof = InclusionProof::of(event.clone(), &leaves, &text).expect("a proof");
            assert_eq!(proof.check(Some(&key)).expect("holds").0.events, 13);
            let back: InclusionProof =
                serde_json::from_str(&serde_json::to_string(&proof).expect("JSON")).expect("reads back");
            assert_eq!(back, proof);
            let mut edited = proof.clone();
            edited.proven.event.actor.push('x');
            assert_eq!(edited.check(Some(&key)), Err(ProofError::Event(event.id)));
            // Whoever hashes the edited event again has an event that is not in the tree.
            let hash = chain_hash(&edited.proven.event.previous, &canonical_bytes(&edited.proven.event));
            edited.proven.event.hash = hash;
            assert!(matches!(edited.check(Some(&key)), Err(ProofError::NotIncluded { .. })));
            let mut longer = proof.clone();
            longer.proven.proof = vec!["00".repeat(32); HASHES + 1];
            assert_eq!(longer.check(Some(&key)), Err(ProofError::Form));
            let other = Signer::from_seed(&[8; 32]).public_key_hex();
            assert!(matches!(proof.check(Some(&other)), Err(ProofError::Checkpoint(_))));
        }
        let mut stranger = events[3].clone();
        stranger.id = EventId::new(14);
        assert_eq!(InclusionProof::of(stranger, &leaves, &text), None);
    }

    #[test]
    fn a_ledger_that_grew_is_proven_to_begin_with_the_older_one_and_a_rewritten_one_is_not() {
        let (events, signer) = (chain(21), Signer::from_seed(&[7; 32]));
        let key = signer.public_key_hex();
        let leaves: Vec<_> = events.iter().map(event_leaf).collect();
        let newer = signed(&events, &signer);
        for size in 1..=21 {
            let older = signed(&events[..size], &signer);
            let proof = ConsistencyProof::of(&older, size as u64, &newer, &leaves).expect("a proof");
            let (one, two, _) = proof.check(Some(&key)).expect("holds");
            assert_eq!((one.events, two.events), (size as u64, 21));
        }
        // The same number of events, one of them another: signed with the right key, and no beginning of it.
        let mut rewritten = chain(9);
        rewritten[8].subject = "I-99".into();
        rewritten[8].hash = chain_hash(&rewritten[8].previous, &canonical_bytes(&rewritten[8]));
        let older = signed(&rewritten, &signer);
        let proof = ConsistencyProof::of(&older, 9, &newer, &leaves).expect("hashes");
        assert_eq!(proof.check(Some(&key)), Err(ProofError::NotConsistent { older: 9, newer: 21 }));
        assert_eq!(ConsistencyProof::of(&older, 0, &newer, &leaves), None);
        assert_eq!(ConsistencyProof::of(&older, 22, &newer, &leaves), None);
    }
}
