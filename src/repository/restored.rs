//! A repository put back from a backup, and the newest key set: what each knows that the other does not.

use super::{Repository, RepositoryError, Work, lock, month_of};
use crate::base::id::{EventId, FamilyId};
use crate::catalog::{CatalogError, FamilyFilter, FamilyState, NumberGap, WaitingKeys};
use crate::model::event::Act;
use crate::vault::{KeySet, Mark, Month};
use std::collections::BTreeSet;

/// What a backup and the newest key set do not have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The newest event of the backup.
    pub backup: EventId,
    /// The newest event the key set had seen.
    pub keys: EventId,
    /// Families of the backup that have no key any more: they were destroyed after it.
    pub without_key: Vec<FamilyId>,
    /// Quarantined items and productions of the backup that have no key.
    pub others_without_key: u64,
    /// Keys of items that came in after the backup. They are kept.
    pub without_row: u64,
    /// Numbers that were given out after the backup. They are passed over. `None` when the key set does not carry which
    /// they are.
    pub numbers: Option<Vec<NumberGap>>,
}

impl Repository {
    /// Joins a repository that was put back with the newest key set: the difference is found and recorded, no number of a
    /// newer item is given out again, and no newer key is erased. The second place is written anew where it was lost.
    ///
    /// # Errors
    /// `KeysOlder` when the key set has not seen the newest event of the backup: what came in between would be taken for
    /// destroyed.
    pub fn join_newest_keys(&mut self, backup: EventId, actor: &str) -> Result<Difference, RepositoryError> {
        let _lock = lock::take(&self.layout)?;
        let profile = &self.profile;
        let mut keys = KeySet::open(&profile.key_set, &profile.key_set_second, &profile.repository)?;
        let seen = keys.mark()?.map_or(EventId::new(0), |mark| mark.event);
        if seen < backup {
            return Err(RepositoryError::KeysOlder { seen, last: backup });
        }
        if keys.check_ready().is_err() {
            keys.restore_second_place()?;
        }
        self.keys = keys.reader();
        let mut difference = Difference {
            backup,
            keys: seen,
            without_key: Vec::new(),
            others_without_key: 0,
            without_row: 0,
            numbers: None,
        };
        let waiting = self.compare(&keys, &mut difference)?;
        let given = keys.numbers().read()?;
        let (at, lost) = (self.now(), difference.without_key.len());
        let event = self.catalog.write::<_, RepositoryError>(|writing| {
            let mut all = writing.reading().waiting_keys()?;
            if let Some(waiting) = waiting {
                all.push(waiting);
                // The numbers of items that came in after the backup are theirs.
                let next = FamilyId::new(waiting.to.get() + 1).max(writing.next_family()?);
                writing.set_next_family(next)?;
            }
            writing.set_waiting_keys(&all)?;
            let mut recorded = None;
            let gaps = writing.pass_over(&given.clone().unwrap_or_default(), (at, actor), |gaps| {
                let details = serde_json::json!({
                    "backup_event": backup, "keys_event": seen, "destroyed_since": lost,
                    "came_in_since": difference.without_row, "numbers_known": given.is_some(),
                    "numbers": gaps.iter().map(|gap| (&gap.sequence, gap.from, gap.to)).collect::<Vec<_>>(),
                });
                Ok(recorded.insert(writing.record_event(at, actor, Act::Restored, "repository", &details)?).id)
            })?;
            difference.numbers = given.is_some().then_some(gaps);
            recorded.ok_or_else(|| CatalogError::Missing("event of the restore".to_owned()).into())
        })?;
        keys.set_mark(&Mark { event: event.id, hash: event.hash })?;
        Ok(difference)
    }

    /// Finds what one has and the other has not; returns the stretch of numbers that came in after the backup.
    fn compare(&self, keys: &KeySet, difference: &mut Difference) -> Result<Option<WaitingKeys>, RepositoryError> {
        let mut keyed: BTreeSet<(Month, FamilyId)> = BTreeSet::new();
        for month in keys.reader().months() {
            keyed.extend(keys.families(month)?.into_iter().map(|family| (month, family)));
        }
        let reading = self.catalog.reading();
        reading.each_family::<RepositoryError>(FamilyFilter::default(), |row| {
            let has_key = keyed.remove(&(month_of(&row.at)?, row.id));
            // What is intended already is finished by whoever destroys next.
            if !has_key && row.state == FamilyState::Live {
                difference.without_key.push(row.id);
            }
            Ok(())
        })?;
        let exceptions = reading.exceptions()?.into_iter().map(|one| (one.family, one.at));
        let productions = reading.sealed_productions()?.into_iter().map(|(_, family, at, _)| (family, at));
        for (family, at) in exceptions.chain(productions) {
            difference.others_without_key += u64::from(!keyed.remove(&(month_of(&at)?, family)));
        }
        let next: i64 = reading.meta("next_family")?.and_then(|text| text.parse().ok()).unwrap_or(1);
        let newer: Vec<FamilyId> =
            keyed.into_iter().map(|(_, family)| family).filter(|one| one.get() >= next).collect();
        difference.without_row = newer.len() as u64;
        let ends = newer.iter().min().copied().zip(newer.iter().max().copied());
        Ok(ends.map(|(from, to)| WaitingKeys { from, to, keys: newer.len() as u64 }))
    }
}

impl Work<'_> {
    /// Gives up the keys that wait for items which a backup did not have, and says how many there were: when their bytes
    /// will not turn up any more, or came in again from the exports.
    pub fn forget_waiting_keys(&mut self, reason: &str, actor: &str) -> Result<u64, RepositoryError> {
        let waiting = self.repository().catalog().reading().waiting_keys()?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let mut gone = 0;
        for month in self.keys().reader().months() {
            let mut doomed: BTreeSet<FamilyId> = BTreeSet::new();
            for family in self.keys().families(month)? {
                let has_row = self.repository().catalog().reading().sealed_place(family)?.is_some();
                if !has_row && waiting.iter().any(|one| one.has(family)) {
                    doomed.insert(family);
                }
            }
            gone += self.keys().remove_unlisted(month, &|family| !doomed.contains(&family))?;
        }
        let at = self.repository().now();
        self.repository_mut().catalog_mut().write::<_, RepositoryError>(|writing| {
            let details = serde_json::json!({ "keys": gone, "reason": reason });
            writing.record_event(at, actor, Act::KeysForgotten, "key set", &details)?;
            Ok(writing.set_waiting_keys(&[])?)
        })?;
        self.mark_keys()?;
        Ok(gone)
    }
}
