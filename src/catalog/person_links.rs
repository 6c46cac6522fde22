//! What a person has said of two addresses or numbers: one person's, or two. Keyed digests alone: no name and no
//! address stands here, and what is said of an address that is no longer anywhere says nothing to anybody (I13).

use super::{CatalogError, Reading, Writing, name};
use crate::base::digest::KeyedDigest;
use crate::base::id::EventId;

/// One such word, the smaller digest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonLink {
    /// Keyed digest of the one address or number.
    pub one: KeyedDigest,
    /// Keyed digest of the other.
    pub other: KeyedDigest,
    /// Whether they are one person's.
    pub is_one: bool,
    /// The event that says who said so, and why.
    pub event: EventId,
}

impl Writing<'_> {
    /// Writes what was said of two; the newest word stands.
    pub fn link_people(
        &self,
        one: &KeyedDigest,
        other: &KeyedDigest,
        is_one: bool,
        event: EventId,
    ) -> Result<(), CatalogError> {
        let (first, second) = if one <= other { (one, other) } else { (other, one) };
        self.connection.prepare_cached("INSERT OR REPLACE INTO person_link VALUES (?1, ?2, ?3, ?4)")?.execute((
            first.as_bytes(),
            second.as_bytes(),
            is_one,
            event.get(),
        ))?;
        Ok(())
    }
}

impl Reading<'_> {
    /// Everything that was said.
    pub fn person_links(&self) -> Result<Vec<PersonLink>, CatalogError> {
        let mut statement =
            self.connection.prepare_cached("SELECT one, other, is_one, event FROM person_link ORDER BY 1, 2")?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(PersonLink {
                one: name(&row.get::<_, Vec<u8>>(0)?)?,
                other: name(&row.get::<_, Vec<u8>>(1)?)?,
                is_one: row.get(2)?,
                event: EventId::new(row.get(3)?),
            });
        }
        Ok(all)
    }
}
