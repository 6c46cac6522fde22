//! `wrapped.json`: everything that the root key wraps, in one small file that is swapped whole.

use super::root::{RootFile, RootKey};
use crate::base::digest::{from_hex, to_hex};
use crate::vault::cipher::{open_bytes, seal_bytes};
use crate::vault::month::Month;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const FORMAT: u32 = 1;

/// The key of one month, and the id in the name and head of the file it belongs to.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct MonthKey {
    /// A random id, new with every rewriting.
    pub id: [u8; 16],
    /// The key.
    pub key: [u8; 32],
}

/// What the root key wraps.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Ring {
    /// Counts the swaps of this file.
    pub generation: u64,
    /// Which root slot wraps it, 0 or 1.
    pub slot: usize,
    /// The secret of keyed digests.
    pub digest_secret: [u8; 32],
    /// The seed of the repository's signing key.
    pub signing_seed: [u8; 32],
    /// The months that have keys.
    pub months: BTreeMap<Month, MonthKey>,
}

/// Why a ring could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RingError {
    /// A newer program wrote it.
    Newer,
    /// It names another repository.
    OtherRepository(String),
    /// Its root slot is empty in the given root file: perhaps a rotation passed in between.
    NoSuchSlot,
    /// It is damaged.
    Damaged(&'static str),
}

#[derive(Deserialize)]
struct StoredFormat {
    format: u32,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    format: u32,
    repository: String,
    generation: u64,
    slot: u8,
    digest_secret: String,
    signing_seed: String,
    months: Vec<StoredMonth>,
}

#[derive(Serialize, Deserialize)]
struct StoredMonth {
    month: String,
    id: String,
    key: String,
}

impl Ring {
    /// The file's bytes, wrapped under the root key.
    pub(super) fn encode(&self, repository: &str, root: &RootKey) -> Vec<u8> {
        let wrap = |label: &str, secret: &[u8; 32]| to_hex(&seal_bytes(root, &context(repository, label), secret));
        let month = |(month, key): (&Month, &MonthKey)| {
            let (month, id) = (month.to_string(), to_hex(&key.id));
            let key = wrap(&month_label(&month, &id), &key.key);
            StoredMonth { month, id, key }
        };
        let stored = Stored {
            format: FORMAT,
            repository: repository.to_owned(),
            generation: self.generation,
            slot: self.slot as u8 + 1,
            digest_secret: wrap("digest secret", &self.digest_secret),
            signing_seed: wrap("signing seed", &self.signing_seed),
            months: self.months.iter().map(month).collect(),
        };
        let mut bytes = serde_json::to_vec_pretty(&stored).unwrap_or_default();
        assert!(!bytes.is_empty(), "a struct of strings and numbers always becomes JSON");
        bytes.push(b'\n');
        bytes
    }

    /// Reads the file's bytes with the keys of a root file.
    pub(super) fn decode(bytes: &[u8], root: &RootFile) -> Result<Self, RingError> {
        let format: StoredFormat =
            serde_json::from_slice(bytes).map_err(|_| RingError::Damaged("it is not in the expected form"))?;
        if format.format > FORMAT {
            return Err(RingError::Newer);
        }
        let stored: Stored =
            serde_json::from_slice(bytes).map_err(|_| RingError::Damaged("it is not in the expected form"))?;
        if stored.repository != root.repository {
            return Err(RingError::OtherRepository(stored.repository));
        }
        let slot = match stored.slot {
            1 | 2 => usize::from(stored.slot) - 1,
            _ => return Err(RingError::Damaged("it names an impossible slot")),
        };
        let key = root.slots[slot].ok_or(RingError::NoSuchSlot)?;
        let unwrap = |label: &str, text: &str| {
            from_hex(text)
                .and_then(|sealed| open_bytes(&key, &context(&root.repository, label), &sealed).ok())
                .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
                .ok_or(RingError::Damaged("the root key does not open it"))
        };
        let mut months = BTreeMap::new();
        for one in &stored.months {
            let month = one.month.parse().map_err(|_| RingError::Damaged("it names an impossible month"))?;
            let id = from_hex(&one.id).and_then(|id| id.try_into().ok());
            let id = id.ok_or(RingError::Damaged("it names an impossible month file"))?;
            months.insert(month, MonthKey { id, key: unwrap(&month_label(&one.month, &one.id), &one.key)? });
        }
        Ok(Self {
            generation: stored.generation,
            slot,
            digest_secret: unwrap("digest secret", &stored.digest_secret)?,
            signing_seed: unwrap("signing seed", &stored.signing_seed)?,
            months,
        })
    }
}

fn context(repository: &str, label: &str) -> Vec<u8> {
    format!("recordroom wrapped key 1\n{repository}\n{label}").into_bytes()
}

fn month_label(month: &str, id: &str) -> String {
    format!("month {month} {id}")
}
