//! The hash chain: each event's hash covers its fields and the hash before it.

use super::merkle::{self, MerkleBuilder};
use crate::base::digest::{Sha256Digest, from_hex, to_hex};
use crate::base::id::EventId;
use crate::model::event::{Act, Event};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// What stands as the previous hash of the first event.
pub const ZERO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// An event that has not been given its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventDraft {
    /// When, UTC.
    pub at: DateTime<Utc>,
    /// Who acted.
    pub actor: String,
    /// What was done.
    pub act: Act,
    /// On what: an id or a fixed word.
    pub subject: String,
    /// Details as canonical JSON.
    pub details: String,
}

/// Where a chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// How many events it has.
    pub events: u64,
    /// The hash of the last, [`ZERO_HASH`] when there is none.
    pub hash: String,
    /// The RFC 6962 root over the events' hashes.
    pub root: Sha256Digest,
}

/// The first place where a chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the chain of events breaks at {event}: {what}")]
pub struct ChainBreak {
    /// The event that does not fit.
    pub event: EventId,
    /// What does not fit.
    pub what: String,
}

/// The bytes of an event that its hash covers, without the previous hash:
///
/// ```text
/// "recordroom event 1\n"  id i64  seconds i64  nanoseconds u32  actor  act  subject  details
/// ```
/// Numbers are big-endian; each text is its length in bytes (u64) and its UTF-8, so no two events share their bytes.
pub fn canonical_bytes(event: &Event) -> Vec<u8> {
    let texts = [event.actor.as_str(), event.act.word(), event.subject.as_str(), event.details.as_str()];
    let mut out = b"recordroom event 1\n".to_vec();
    out.extend_from_slice(&event.id.get().to_be_bytes());
    out.extend_from_slice(&event.at.timestamp().to_be_bytes());
    out.extend_from_slice(&event.at.timestamp_subsec_nanos().to_be_bytes());
    for text in texts {
        out.extend_from_slice(&(text.len() as u64).to_be_bytes());
        out.extend_from_slice(text.as_bytes());
    }
    out
}

/// BLAKE3 over the previous hash (its 64 characters) and an event's canonical bytes, in hexadecimal.
pub fn chain_hash(previous: &str, canonical: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(previous.len() as u64).to_be_bytes());
    hasher.update(previous.as_bytes());
    hasher.update(canonical);
    to_hex(hasher.finalize().as_bytes())
}

/// Gives a draft its number, its previous hash and its hash. Times are cut to whole milliseconds, so that every store
/// and every text form gives back what was hashed.
pub fn next_event(previous: Option<&Event>, draft: EventDraft) -> Event {
    let EventDraft { at, actor, act, subject, details } = draft;
    let mut event = Event {
        id: EventId::new(previous.map_or(1, |one| one.id.get() + 1)),
        // Cutting fails only for times centuries away, which are kept as they are.
        at: at.duration_trunc(TimeDelta::milliseconds(1)).unwrap_or(at),
        actor,
        act,
        subject,
        details,
        previous: previous.map_or_else(|| ZERO_HASH.to_owned(), |one| one.hash.clone()),
        hash: String::new(),
    };
    event.hash = chain_hash(&event.previous, &canonical_bytes(&event));
    event
}

/// Checks a chain event by event, in memory that grows with the logarithm of its length.
#[derive(Debug, Clone)]
pub struct ChainVerifier {
    events: u64,
    hash: String,
    tree: MerkleBuilder,
}

impl Default for ChainVerifier {
    fn default() -> Self {
        Self { events: 0, hash: ZERO_HASH.to_owned(), tree: MerkleBuilder::default() }
    }
}

impl ChainVerifier {
    /// Takes the next event.
    pub fn push(&mut self, event: &Event) -> Result<(), ChainBreak> {
        let broken = |what: String| Err(ChainBreak { event: event.id, what });
        let expected = EventId::new(self.events as i64 + 1);
        if event.id != expected {
            return broken(format!("{expected} should stand here"));
        }
        if event.previous != self.hash {
            return broken("it does not follow the event before it".to_owned());
        }
        if event.hash != chain_hash(&event.previous, &canonical_bytes(event)) {
            return broken("its fields are not the ones that were hashed".to_owned());
        }
        self.tree.push(event_leaf(event));
        self.events += 1;
        self.hash.clone_from(&event.hash);
        Ok(())
    }

    /// How many events it took.
    pub fn head_count(&self) -> u64 {
        self.events
    }

    /// Where the chain ends so far.
    pub fn head(&self) -> Head {
        Head { events: self.events, hash: self.hash.clone(), root: self.tree.root() }
    }
}

/// The leaf of an event in the tree of a checkpoint: its hash's 32 bytes.
pub fn event_leaf(event: &Event) -> Sha256Digest {
    merkle::leaf_hash(&from_hex(&event.hash).unwrap_or_default())
}

/// Checks a whole chain, from its first event, and tells its head or the first place where it breaks.
pub fn verify_chain<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Head, ChainBreak> {
    let mut verifier = ChainVerifier::default();
    for event in events {
        verifier.push(event)?;
    }
    Ok(verifier.head())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use chrono::TimeZone;

    pub(in crate::ledger) fn chain(count: usize) -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        for number in 0..count {
            let at = Utc.timestamp_opt(1_763_000_000 + number as i64, 123_456_789).single().expect("a time");
            let (actor, subject) = (format!("clerk {number}"), format!("I-{number}"));
            let draft = EventDraft { at, actor, act: Act::Sealed, subject, details: r#"{"count":3}"#.to_owned() };
            events.push(next_event(events.last(), draft));
        }
        events
    }

    #[test]
    fn a_chain_verifies_and_tells_its_head() {
        let events = chain(9);
        let head = verify_chain(&events).expect("holds");
        assert_eq!((head.events, &head.hash), (9, &events[8].hash));
        let leaves: Vec<_> = events.iter().map(event_leaf).collect();
        assert_eq!(head.root, merkle::root(&leaves));
        let none = verify_chain(&[]).expect("an empty chain holds");
        assert_eq!((none.events, none.hash.as_str()), (0, ZERO_HASH));
        assert_eq!(events[0].at.timestamp_subsec_nanos(), 123_000_000, "cut to milliseconds");
    }

    #[test]
    fn every_changed_field_breaks_the_chain_where_it_was_changed() {
        type Change = fn(&mut Event);
        let changes: [(Change, i64); 9] = [
            (|e| e.actor.push('x'), 4),
            (|e| e.act = Act::Destroyed, 4),
            (|e| e.subject = "I-9".into(), 4),
            (|e| e.details = "{}".into(), 4),
            (|e| e.at += TimeDelta::nanoseconds(1), 4),
            (|e| e.id = EventId::new(7), 7),
            (|e| e.previous = ZERO_HASH.into(), 4),
            (|e| e.hash = ZERO_HASH.into(), 4),
            // Moving a character from one field into the next must show.
            (
                |e| {
                    e.actor.pop();
                    e.subject.insert(0, '3')
                },
                4,
            ),
        ];
        for (number, (change, at)) in changes.into_iter().enumerate() {
            let mut events = chain(6);
            change(&mut events[3]);
            let broken = verify_chain(&events).expect_err("breaks");
            assert_eq!(broken.event, EventId::new(at), "change {number}");
        }
    }

    #[test]
    fn an_event_left_out_put_in_or_rehashed_breaks_the_chain() {
        let mut events = chain(6);
        events.remove(2);
        assert_eq!(verify_chain(&events).expect_err("left out").event, EventId::new(4));
        let mut events = chain(6);
        events.swap(1, 2);
        assert!(verify_chain(&events).is_err());
        // Whoever changes an event and its hash must change every hash after it, and so the head.
        let mut events = chain(6);
        events[3].subject = "I-9".into();
        events[3].hash = chain_hash(&events[3].previous, &canonical_bytes(&events[3]));
        assert_eq!(verify_chain(&events).expect_err("rehashed").event, EventId::new(5));
    }

    #[test]
    fn the_canonical_form_does_not_change_between_versions() {
        let at = Utc.timestamp_opt(0, 0).single().expect("a time");
        let draft = EventDraft { at, actor: "a".into(), act: Act::Sealed, subject: "s".into(), details: "{}".into() };
        let event = next_event(None, draft);
        let mut expected = b"recordroom event 1\n".to_vec();
        expected.extend([0, 0, 0, 0, 0, 0, 0, 1]);
        expected.extend([0; 12]);
        for text in ["a", "sealed", "s", "{}"] {
            expected.extend((text.len() as u64).to_be_bytes());
            expected.extend(text.as_bytes());
        }
        assert_eq!(canonical_bytes(&event), expected);
        assert_eq!(event.previous, ZERO_HASH);
    }
}
