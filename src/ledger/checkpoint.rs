//! Checkpoints: a signed head of the chain that is kept elsewhere, so that nobody can rewrite the whole ledger.
//!
//! ```text
//! recordroom checkpoint 1
//! repository: <id>
//! events: <number>
//! head: <hash of the last event>
//! root: <RFC 6962 root over the events' hashes>
//! at: <RFC 3339, UTC, seconds>
//! key: <public key>
//! signature: <over all lines above, each with its line feed>
//! ```

use super::chain::Head;
use super::merkle::verify_consistency;
use super::sign::{SignatureError, SignatureText, Signer, verify};
use crate::base::digest::{Blake3Digest, Sha256Digest};
use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};

const TITLE: &str = "recordroom checkpoint 1";
const DOMAIN: &str = "checkpoint";

/// A head of the chain at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The repository's id: one line.
    pub repository: String,
    /// How many events there were.
    pub events: u64,
    /// The hash of the last.
    pub head_hash: String,
    /// The Merkle root over all of them.
    pub root: Sha256Digest,
    /// When, to the second.
    pub at: DateTime<Utc>,
}

/// A checkpoint is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It is not in the expected form.
    #[error("this is not a checkpoint: {0}")]
    Form(&'static str),
    /// Its signature is wrong.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Another key signed it.
    #[error("the checkpoint was signed with key {found}, not with {expected}")]
    OtherKey {
        /// The key it names.
        found: String,
        /// The key it should name.
        expected: String,
    },
}

impl Checkpoint {
    /// A checkpoint of a verified chain.
    pub fn of(repository: &str, head: &Head, at: DateTime<Utc>) -> Self {
        let (events, head_hash, root) = (head.events, head.hash.clone(), head.root);
        Self { repository: repository.to_owned(), events, head_hash, root, at: at.trunc_subsecs(0) }
    }

    /// The signed text.
    pub fn signed(&self, signer: &Signer) -> String {
        let text = self.text(&signer.public_key_hex());
        let signature = signer.sign(DOMAIN, text.as_bytes());
        format!("{text}signature: {signature}\n")
    }

    /// Reads a signed text, checks its signature, and tells the key that made it. Without an expected key the signature
    /// only proves that the text is whole; line endings of other systems are accepted.
    pub fn read(signed: &str, expected_key: Option<&str>) -> Result<(Self, String), CheckpointError> {
        let mut lines = signed.lines();
        if lines.next() != Some(TITLE) {
            return Err(CheckpointError::Form("its first line is another"));
        }
        let mut field = |name: &'static str, missing: &'static str| {
            let line = lines.next().unwrap_or_default();
            let value = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(": "));
            value.ok_or(CheckpointError::Form(missing))
        };
        let repository = field("repository", "it names no repository")?.to_owned();
        let events = field("events", "it has no count of events")?;
        let head = field("head", "it has no head")?;
        let root = field("root", "it has no root")?;
        let at = field("at", "it has no time")?;
        let key = field("key", "it names no key")?.to_owned();
        let signature: SignatureText = field("signature", "it has no signature")?.parse()?;
        if lines.next().is_some() {
            return Err(CheckpointError::Form("something follows its signature"));
        }
        head.parse::<Blake3Digest>().map_err(|_| CheckpointError::Form("its head is no hash"))?;
        let checkpoint = Self {
            repository,
            events: events.parse().map_err(|_| CheckpointError::Form("its count of events is no number"))?,
            head_hash: head.to_owned(),
            root: root.parse().map_err(|_| CheckpointError::Form("its root is no hash"))?,
            at: at.parse().map_err(|_| CheckpointError::Form("its time is no time"))?,
        };
        // The text is made again from the values, so there is one text for each checkpoint.
        verify(&key, DOMAIN, checkpoint.text(&key).as_bytes(), &signature)?;
        match expected_key {
            Some(expected) if expected != key => {
                Err(CheckpointError::OtherKey { found: key, expected: expected.to_owned() })
            }
            _ => Ok((checkpoint, key)),
        }
    }

    /// Whether this checkpoint's ledger is a beginning of a later one's, shown by a consistency proof.
    pub fn precedes(&self, later: &Self, proof: &[Sha256Digest]) -> bool {
        let begins = self.events == 0 || verify_consistency(self.events, later.events, proof, &self.root, &later.root);
        self.repository == later.repository && begins
    }

    fn text(&self, key: &str) -> String {
        let Self { repository, events, head_hash, root, at } = self;
        let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        format!(
            "{TITLE}\nrepository: {repository}\nevents: {events}\nhead: {head_hash}\nroot: {root}\nat: {at}\nkey: {key}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::chain::{event_leaf, tests::chain, verify_chain};
    use crate::ledger::merkle::consistency_proof;
    use chrono::TimeZone;

    fn at() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 24, 6, 0, 7).single().expect("a time") + chrono::TimeDelta::milliseconds(5)
    }

    #[test]
    fn a_checkpoint_reads_back_and_no_line_can_be_changed() {
        let signer = Signer::from_seed(&[7; 32]);
        let head = verify_chain(&chain(5)).expect("holds");
        let checkpoint = Checkpoint::of("otsego-1", &head, at());
        let text = checkpoint.signed(&signer);
        let key = signer.public_key_hex();
        assert_eq!(Checkpoint::read(&text, Some(&key)), Ok((checkpoint.clone(), key.clone())));
        assert_eq!(Checkpoint::read(&text.replace('\n', "\r\n"), Some(&key)), Ok((checkpoint, key.clone())));
        for (at, character) in text.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()) {
            let other = if character == '1' { '2' } else { '1' };
            let mut changed = text.clone();
            changed.replace_range(at..at + 1, &other.to_string());
            assert!(Checkpoint::read(&changed, Some(&key)).is_err(), "character {at}: {changed}");
        }
        let forged = Checkpoint::of("otsego-1", &head, at()).signed(&Signer::from_seed(&[8; 32]));
        assert!(matches!(Checkpoint::read(&forged, Some(&key)), Err(CheckpointError::OtherKey { .. })));
        assert!(Checkpoint::read(&format!("{text}more\n"), Some(&key)).is_err());
    }

    #[test]
    fn a_rewritten_ledger_does_not_follow_an_old_checkpoint() {
        let events = chain(9);
        let point = |events: &[_]| Checkpoint::of("otsego-1", &verify_chain(events).expect("holds"), at());
        let leaves: Vec<_> = events.iter().map(event_leaf).collect();
        let proof = consistency_proof(&leaves, 5).expect("a proof");
        assert!(point(&events[..5]).precedes(&point(&events), &proof));
        let mut rewritten = chain(3);
        rewritten[2].subject = "I-99".into();
        rewritten[2].hash =
            crate::ledger::chain_hash(&rewritten[2].previous, &crate::ledger::canonical_bytes(&rewritten[2]));
        assert!(!point(&rewritten).precedes(&point(&events), &proof));
    }
}
