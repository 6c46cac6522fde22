//! What was filed in the document system, file by file, and what was offered to the archives.

use super::{CatalogError, Reading, Sequence, Writing, name, optional, word};
use crate::base::digest::KeyedDigest;
use crate::base::id::{EventId, FamilyId, FilingId, TransferId};
use crate::model::provenance::words;

words!(
    /// Where a transfer stands.
    TransferState {
        /// Written out, and nothing heard.
        Offered = "offered",
        /// The archives have it.
        Received = "received",
        /// The archives do not want it.
        Declined = "declined",
    }
);

/// One file of a filing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiledFile {
    /// The filing.
    pub filing: FilingId,
    /// The family it shows.
    pub family: FamilyId,
    /// Its name below the folder of the filing.
    pub name: String,
    /// The keyed digest of its SHA-256.
    pub digest: KeyedDigest,
    /// The entry of the document system and the event that recorded it; `None` before the receipt.
    pub entry: Option<(String, EventId)>,
}

/// A transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferRow {
    /// Its number.
    pub id: TransferId,
    /// The event of the offer.
    pub event: EventId,
    /// The keyed digest of the SHA-256 of its manifest.
    pub manifest: KeyedDigest,
    /// Where it stands.
    pub state: TransferState,
    /// The event that settled it.
    pub settled: Option<EventId>,
}

impl Writing<'_> {
    /// The number of the next filing.
    pub fn next_filing(&self) -> Result<FilingId, CatalogError> {
        Ok(FilingId::new(self.reading().next_of(Sequence::Filing)?))
    }

    /// Records a filing with its files.
    pub fn add_filing(&self, filing: FilingId, files: &[FiledFile], event: EventId) -> Result<(), CatalogError> {
        self.connection.prepare_cached("INSERT INTO filing VALUES (?1, ?2)")?.execute((filing.get(), event.get()))?;
        let mut insert =
            self.connection.prepare_cached("INSERT INTO filed_file VALUES (?1, ?2, ?3, ?4, NULL, NULL)")?;
        for file in files {
            insert.execute((filing.get(), file.family.get(), &file.name, file.digest.as_bytes()))?;
        }
        Ok(())
    }

    /// Records the entry of the document system for a file.
    pub fn set_filed_entry(
        &self,
        filing: FilingId,
        file: &str,
        entry: &str,
        event: EventId,
    ) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("UPDATE filed_file SET entry = ?3, entry_event = ?4 WHERE filing = ?1 AND name = ?2")?
            .execute((filing.get(), file, entry, event.get()))?;
        Ok(())
    }

    /// Records an offer.
    pub fn add_transfer(
        &self,
        transfer: TransferId,
        manifest: &KeyedDigest,
        families: &[FamilyId],
        event: EventId,
    ) -> Result<(), CatalogError> {
        self.connection.prepare_cached("INSERT INTO transfer VALUES (?1, ?2, ?3, 'offered', NULL)")?.execute((
            transfer.get(),
            event.get(),
            manifest.as_bytes(),
        ))?;
        let mut insert = self.connection.prepare_cached("INSERT INTO transfer_item VALUES (?1, ?2)")?;
        for family in families {
            insert.execute((transfer.get(), family.get()))?;
        }
        Ok(())
    }

    /// Records what came of an offer.
    pub fn settle_transfer(
        &self,
        transfer: TransferId,
        state: TransferState,
        event: EventId,
    ) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("UPDATE transfer SET state = ?2, settled_event = ?3 WHERE id = ?1")?
            .execute((transfer.get(), state.word(), event.get()))?;
        Ok(())
    }
}

impl Reading<'_> {
    /// The number of the next transfer.
    pub fn next_transfer(&self) -> Result<TransferId, CatalogError> {
        Ok(TransferId::new(self.next_of(Sequence::Transfer)?))
    }

    /// The filings, oldest first, each with its event.
    pub fn filings(&self) -> Result<Vec<(FilingId, EventId)>, CatalogError> {
        let mut statement = self.connection.prepare_cached("SELECT id, event FROM filing ORDER BY id")?;
        let rows = statement.query_map([], |row| Ok((FilingId::new(row.get(0)?), EventId::new(row.get(1)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The files of a filing, by name.
    pub fn filed_files(&self, filing: FilingId) -> Result<Vec<FiledFile>, CatalogError> {
        self.filed_rows("filing = ?1 ORDER BY name", filing.get())
    }

    /// The files that show a family, of every filing.
    pub fn filed_files_of(&self, family: FamilyId) -> Result<Vec<FiledFile>, CatalogError> {
        self.filed_rows("family = ?1 ORDER BY filing, name", family.get())
    }

    /// The families that have an entry in the document system or were filed by hand, destroyed ones too.
    pub fn families_filed(&self) -> Result<Vec<FamilyId>, CatalogError> {
        let sql = "SELECT id FROM family WHERE filed_event IS NOT NULL AND id > ?1 ORDER BY id";
        Ok(self.numbers(sql, 0)?.into_iter().map(FamilyId::new).collect())
    }

    fn filed_rows(&self, which: &str, of: i64) -> Result<Vec<FiledFile>, CatalogError> {
        let sql = format!("SELECT filing, family, name, digest, entry, entry_event FROM filed_file WHERE {which}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([of])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let (entry, event): (Option<String>, Option<i64>) = (row.get(4)?, row.get(5)?);
            all.push(FiledFile {
                filing: FilingId::new(row.get(0)?),
                family: FamilyId::new(row.get(1)?),
                name: row.get(2)?,
                digest: name(&row.get::<_, Vec<u8>>(3)?)?,
                entry: entry.zip(event.map(EventId::new)),
            });
        }
        Ok(all)
    }

    /// The transfers, oldest first.
    pub fn transfers(&self) -> Result<Vec<TransferRow>, CatalogError> {
        let sql = "SELECT id, event, manifest, state, settled_event FROM transfer ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(TransferRow {
                id: TransferId::new(row.get(0)?),
                event: EventId::new(row.get(1)?),
                manifest: name(&row.get::<_, Vec<u8>>(2)?)?,
                state: word("a state of a transfer", &row.get::<_, String>(3)?, TransferState::parse)?,
                settled: row.get::<_, Option<i64>>(4)?.map(EventId::new),
            });
        }
        Ok(all)
    }

    /// The families of a transfer.
    pub fn transfer_items(&self, transfer: TransferId) -> Result<Vec<FamilyId>, CatalogError> {
        let sql = "SELECT family FROM transfer_item WHERE transfer = ?1 ORDER BY family";
        Ok(self.numbers(sql, transfer.get())?.into_iter().map(FamilyId::new).collect())
    }

    /// The latest transfer a family was offered in, and where that stands.
    pub fn transfer_of(&self, family: FamilyId) -> Result<Option<(TransferId, TransferState)>, CatalogError> {
        let sql = "SELECT id, state FROM transfer JOIN transfer_item ON transfer = id WHERE family = ?1 \
                   ORDER BY id DESC LIMIT 1";
        let found = self
            .connection
            .prepare_cached(sql)?
            .query_row([family.get()], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)));
        optional(found)?
            .map(|(id, state)| Ok((TransferId::new(id), word("a state of a transfer", &state, TransferState::parse)?)))
            .transpose()
    }
}
