//! Where sealed bytes lie, and how far each pack of the vault is committed. Families, exceptions and productions have
//! their bytes there alike.

use super::families::sealed_at;
use super::{CatalogError, Reading, Writing, optional};
use crate::base::id::FamilyId;

/// Where sealed bytes lie in the vault, in plain values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedAt {
    /// The partition: `2025-11` or `undated`.
    pub month: String,
    /// Number of the pack file in the partition.
    pub pack: u32,
    /// Bytes before the sealed stretch.
    pub offset: u64,
    /// Bytes of the stretch.
    pub length: u64,
    /// The random value the stretch was bound to when it was sealed.
    pub seal: [u8; 16],
}

/// How far a pack is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackExtent {
    /// Its partition.
    pub month: String,
    /// Its number.
    pub pack: u32,
    /// The byte after the last committed one.
    pub end: u64,
    /// Families, exceptions and productions that have bytes in it.
    pub families: u64,
}

impl Writing<'_> {
    /// Says that a family, exception or production has bytes in a pack, up to the end of its stretch.
    pub fn extend_pack(&self, at: &SealedAt) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "INSERT INTO pack_extent VALUES (?1, ?2, ?3, 1, ?4) \
                 ON CONFLICT DO UPDATE SET end = max(end, ?3), families = families + 1, living = living + ?4",
            )?
            .execute((&at.month, at.pack, (at.offset + at.length) as i64, at.length as i64))?;
        Ok(())
    }

    /// Says where the stretches of a pack lie after it was compacted (old and new place of each), and that the pack is
    /// empty: what is left of its file is a leftover.
    pub fn move_stretches(&self, month: &str, pack: u32, moved: &[(SealedAt, SealedAt)]) -> Result<(), CatalogError> {
        for table in ["family", "exception", "production"] {
            let sql = format!(
                "UPDATE {table} SET pack = ?4, at = ?5, length = ?6 WHERE month = ?1 AND pack = ?2 AND at = ?3 AND seal = ?7"
            );
            let mut update = self.connection.prepare_cached(&sql)?;
            for (old, new) in moved {
                let (from, to, length) = (old.offset as i64, new.offset as i64, new.length as i64);
                update.execute((month, pack, from, new.pack, to, length, new.seal))?;
            }
        }
        for (_, new) in moved {
            self.extend_pack(new)?;
        }
        self.connection
            .prepare_cached("DELETE FROM pack_extent WHERE month = ?1 AND pack = ?2")?
            .execute((month, pack))?;
        Ok(())
    }
}

impl Reading<'_> {
    /// How far each pack is committed, families, exceptions and productions taken together.
    pub fn pack_extents(&self) -> Result<Vec<PackExtent>, CatalogError> {
        let sql = "SELECT month, pack, max(end), sum(families) FROM pack_extent GROUP BY month, pack ORDER BY 1, 2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let all = statement
            .query_map([], |row| {
                Ok(PackExtent {
                    month: row.get(0)?,
                    pack: row.get(1)?,
                    end: row.get::<_, i64>(2)?.unsigned_abs(),
                    families: row.get::<_, i64>(3)?.unsigned_abs(),
                })
            })?
            .collect::<Result<_, _>>()?;
        Ok(all)
    }

    /// Bytes of a pack that belong to what is still here.
    pub fn living_bytes(&self, month: &str, pack: u32) -> Result<u64, CatalogError> {
        let sql = "SELECT living FROM pack_extent WHERE month = ?1 AND pack = ?2";
        let found = self.connection.prepare_cached(sql)?.query_row((month, pack), |row| row.get::<_, i64>(0));
        Ok(optional(found)?.unwrap_or(0).unsigned_abs())
    }

    /// The living stretches of a pack: families, exceptions and productions that have their bytes in it, by offset.
    pub fn stretches_of(&self, month: &str, pack: u32) -> Result<Vec<(FamilyId, SealedAt)>, CatalogError> {
        let sql = "SELECT id, month, pack, at, length, seal FROM family \
                   WHERE month = ?1 AND pack = ?2 AND state <> 'destroyed' UNION ALL \
                   SELECT family, month, pack, at, length, seal FROM exception WHERE month = ?1 AND pack = ?2 UNION ALL \
                   SELECT family, month, pack, at, length, seal FROM production WHERE month = ?1 AND pack = ?2 ORDER BY 4";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query((month, pack))?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push((FamilyId::new(row.get(0)?), sealed_at(row, 1)?));
        }
        Ok(all)
    }

    /// Where the bytes of a family, exception or production lie; `None` when it has none.
    pub fn sealed_place(&self, id: FamilyId) -> Result<Option<SealedAt>, CatalogError> {
        let sql = "SELECT month, pack, at, length, seal FROM family WHERE id = ?1 AND state <> 'destroyed' UNION ALL \
                   SELECT month, pack, at, length, seal FROM exception WHERE family = ?1 UNION ALL \
                   SELECT month, pack, at, length, seal FROM production WHERE family = ?1";
        optional(self.connection.prepare_cached(sql)?.query_row([id.get()], |row| Ok(sealed_at(row, 0))))?.transpose()
    }
}
