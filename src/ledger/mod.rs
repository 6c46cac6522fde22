//! Proof that what was done stays told: the chain of events, the Merkle tree over them, checkpoints, signatures.
//!
//! Reading order: [`chain`] (events bound to each other), [`merkle`] (RFC 6962 trees and proofs), [`sign`] (Ed25519;
//! [`minisign`] and [`sshsig`] for the programs of others), [`checkpoint`] (a signed head of the chain, kept elsewhere),
//! [`proof`] (proofs that are carried away), [`json`] (canonical JSON), [`document`] (signed JSON
//! whose changed field can be named).
//!
//! *Invariant:* pure. Nothing here reads the clock, a file or a random number, and nothing here sees content: events
//! hold ids, counts and digests alone.

pub mod chain;
pub mod checkpoint;
pub mod document;
pub mod json;
pub mod merkle;
pub mod minisign;
pub mod proof;
pub mod sign;
pub mod sshsig;

pub use chain::{
    ChainBreak, ChainVerifier, EventDraft, Head, ZERO_HASH, canonical_bytes, chain_hash, next_event, verify_chain,
};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use document::{JsonSignatureError, check_json, differences, sign_json};
pub use json::{FractionError, canonical_json};
pub use merkle::{
    MerkleBuilder, consistency_proof, inclusion_proof, leaf_hash, root, verify_consistency, verify_inclusion,
};
pub use proof::{ConsistencyProof, InclusionProof, ProofError, ProvenEvent};
pub use sign::{SignatureError, SignatureText, Signer, verify};
