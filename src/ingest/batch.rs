//! One batch while it is written: the transaction, what it has added so far, and what its event will say of it.

use super::IngestError;
use super::prepare::Outline;
use crate::base::digest::KeyedDigest;
use crate::base::id::{ContainerId, EventId, FamilyId};
use crate::catalog::{CopyRow, NewFamily, SealedAt, Writing};
use crate::ledger::{MerkleBuilder, leaf_hash};
use crate::model::provenance::Outcome;
use crate::repository::Store;
use crate::vault::FamilyKey;
use std::collections::BTreeMap;

/// What one batch did, for its event.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) families: u64,
    pub(super) exceptions: u64,
    pub(super) destroyed_before: u64,
    /// New items that are set aside because they came from a personal device.
    pub(super) set_aside: u64,
    /// Items that were set aside, and of which a copy came from one of the city's own systems.
    pub(super) city_copies: u64,
    /// Whether something that was here got another copy.
    pub(super) more_copies: bool,
    /// What was sealed, by number.
    pub(super) sealed: Vec<Leaf>,
    /// Copies of what is here, and what was not taken in, by place.
    pub(super) copies: BTreeMap<(ContainerId, u64, FamilyId), Leaf>,
}

/// One outcome as the event of a batch covers it.
pub(super) type Leaf = (FamilyId, KeyedDigest, Outcome);

/// RFC 6962 root over outcomes, in their order.
pub(super) fn root<'l>(leaves: impl IntoIterator<Item = &'l Leaf>) -> String {
    let mut tree = MerkleBuilder::default();
    for (family, name, outcome) in leaves {
        tree.push(leaf_hash(format!("{family} {name} {outcome}").as_bytes()));
    }
    tree.root().to_string()
}

/// One new family with everything its rows need, after its bytes were appended.
pub(super) struct Placed {
    pub(super) id: FamilyId,
    pub(super) at: SealedAt,
}

/// One transaction with what it has added so far.
pub(super) struct Batch<'b, 'w, 's> {
    pub(super) writing: &'b Writing<'w>,
    pub(super) store: &'b mut Store<'s>,
    pub(super) event: EventId,
    pub(super) tally: &'b mut Tally,
    /// The next free family number.
    pub(super) next: FamilyId,
    /// Whether anything was ever destroyed here.
    pub(super) has_tombstones: bool,
}

impl Batch<'_, '_, '_> {
    pub(super) fn family_named(&self, name: &KeyedDigest) -> Result<Option<FamilyId>, IngestError> {
        Ok(self.writing.reading().family_named(name)?)
    }

    /// Draws a number and appends the bytes under it.
    pub(super) fn place<E>(
        &mut self,
        put: impl FnOnce(&mut Store<'_>, FamilyId) -> Result<Placed, E>,
    ) -> Result<Placed, IngestError>
    where
        IngestError: From<E>,
    {
        let id = self.next;
        let placed = put(self.store, id)?;
        self.writing.extend_pack(&placed.at)?;
        self.next = FamilyId::new(id.get() + 1);
        Ok(placed)
    }

    pub(super) fn add(
        &mut self,
        placed: Placed,
        name: KeyedDigest,
        outline: Outline,
        copy: CopyRow,
    ) -> Result<(), IngestError> {
        let family = NewFamily {
            id: placed.id,
            name,
            message_key: outline.message_key,
            at: placed.at,
            kind: outline.kind,
            sent_at: outline.sent_at,
            sent_on: outline.sent_on,
            received_on: outline.received_on,
            searchable: outline.searchable,
            standing: outline.standing,
            attachments: outline.attachments,
        };
        self.writing.add_family(&family, self.event)?;
        self.writing.add_copy(&copy)?;
        for guard in outline.guards {
            self.writing.protect(guard, &[placed.id])?;
        }
        self.tally.families += 1;
        self.tally.sealed.push((placed.id, name, Outcome::Kept));
        Ok(())
    }

    pub(super) fn key_of(&mut self, family: FamilyId) -> Result<FamilyKey, IngestError> {
        let row = self.writing.reading().family(family)?;
        Ok(self.store.key(family, &row.at)?)
    }
}
