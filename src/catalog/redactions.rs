//! Redactions, the version a production was made for, and orders of courts.

use super::{CatalogError, Reading, Sequence, Writing, day, moment, optional, word, written};
use crate::base::digest::KeyedDigest;
use crate::base::id::{EventId, ProductionId, RecordId, RedactionId, RequestId};
use crate::model::redaction::{CourtOrder, DataClass, Place, Reach, Redaction, Version};

const COLUMNS: &str = "id, request, record, place, start, behind, digest, region, statute, label, class, \
                       about_requester, determination, reach, decided_by, decided_at";

impl Writing<'_> {
    /// The number the next redaction will have.
    pub fn next_redaction(&self) -> Result<RedactionId, CatalogError> {
        Ok(RedactionId::new(self.reading().next_of(Sequence::Redaction)?))
    }

    /// Writes a redaction.
    pub fn add_redaction(&self, one: &Redaction, event: EventId) -> Result<(), CatalogError> {
        let sql = "INSERT INTO redaction VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, NULL)";
        let region = one.region.map(|region| region.to_string());
        self.connection.prepare_cached(sql)?.execute(rusqlite::params![
            one.id.get(),
            one.request.get(),
            one.record.get(),
            one.place.word(),
            one.start as i64,
            one.end as i64,
            one.digest.as_bytes(),
            region,
            one.statute,
            one.label,
            one.class.word(),
            one.about_requester,
            one.determination,
            one.reach.word(),
            one.by,
            written(one.at),
            event.get(),
        ])?;
        Ok(())
    }

    /// Takes a redaction back.
    pub fn lift_redaction(&self, id: RedactionId, event: EventId) -> Result<(), CatalogError> {
        let sql = "UPDATE redaction SET lifted = ?2 WHERE id = ?1 AND lifted IS NULL";
        self.connection.prepare_cached(sql)?.execute((id.get(), event.get()))?;
        Ok(())
    }

    /// Says for whom a production was made.
    pub fn set_version(&self, production: ProductionId, version: Version) -> Result<(), CatalogError> {
        let sql = "INSERT OR REPLACE INTO production_version VALUES (?1, ?2)";
        self.connection.prepare_cached(sql)?.execute((production.get(), version.word()))?;
        Ok(())
    }

    /// Writes an order of a court.
    pub fn add_court_order(&self, one: &CourtOrder, event: EventId) -> Result<(), CatalogError> {
        let sql = "INSERT INTO court_order(request, court, file_number, dated, releases, event, id) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let releases = serde_json::json!(one.releases).to_string();
        self.connection.prepare_cached(sql)?.execute((
            one.request.get(),
            &one.court,
            &one.file_number,
            one.dated.to_string(),
            releases,
            event.get(),
            self.reading().next_of(Sequence::CourtOrder)?,
        ))?;
        Ok(())
    }
}

impl Reading<'_> {
    /// The redactions of a request that stand, in order of record and place.
    pub fn redactions(&self, request: RequestId) -> Result<Vec<Redaction>, CatalogError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM redaction WHERE request = ?1 AND lifted IS NULL ORDER BY record, place, start, id"
        );
        self.redactions_by(&sql, [request.get()])
    }

    /// The redactions of a request that stood before an event.
    pub fn redactions_before(&self, request: RequestId, event: EventId) -> Result<Vec<Redaction>, CatalogError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM redaction WHERE request = ?1 AND event < ?2 AND (lifted IS NULL OR lifted > ?2) \
             ORDER BY record, place, start, id"
        );
        self.redactions_by(&sql, [request.get(), event.get()])
    }

    /// Every redaction of a request, those that were taken back too, with the event of its decision.
    pub fn redactions_decided(&self, request: RequestId) -> Result<Vec<(Redaction, EventId)>, CatalogError> {
        let sql = format!("SELECT {COLUMNS} FROM redaction WHERE request = ?1 ORDER BY id");
        let all = self.redactions_by(&sql, [request.get()])?;
        let sql = "SELECT event FROM redaction WHERE id = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        all.into_iter()
            .map(|one| {
                let event = statement.query_row([one.id.get()], |row| row.get(0))?;
                Ok((one, EventId::new(event)))
            })
            .collect()
    }

    fn redactions_by(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<Vec<Redaction>, CatalogError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(parameters)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let text = |at: usize| row.get::<_, String>(at);
            let region: Option<String> = row.get(7)?;
            all.push(Redaction {
                id: RedactionId::new(row.get(0)?),
                request: RequestId::new(row.get(1)?),
                record: RecordId::new(row.get(2)?),
                place: word("a place", &text(3)?, Place::parse)?,
                start: row.get::<_, i64>(4)?.unsigned_abs(),
                end: row.get::<_, i64>(5)?.unsigned_abs(),
                digest: KeyedDigest::from_slice(&row.get::<_, Vec<u8>>(6)?).ok_or_else(|| CatalogError::Damaged {
                    what: "a digest",
                    value: format!("redaction {}", row.get::<_, i64>(0).unwrap_or(0)),
                })?,
                region: region.map(|region| word("a region", &region, |text| text.parse().ok())).transpose()?,
                statute: text(8)?,
                label: text(9)?,
                class: word("a class of data", &text(10)?, DataClass::parse)?,
                about_requester: row.get(11)?,
                determination: text(12)?,
                reach: word("a reach", &text(13)?, Reach::parse)?,
                by: text(14)?,
                at: moment(&text(15)?)?,
            });
        }
        Ok(all)
    }

    /// For whom a production was made; `None` where that follows from its request.
    pub fn version_of(&self, production: ProductionId) -> Result<Option<Version>, CatalogError> {
        let sql = "SELECT version FROM production_version WHERE production = ?1";
        let found: Option<String> =
            optional(self.connection.prepare_cached(sql)?.query_row([production.get()], |row| row.get(0)))?;
        found.map(|text| word("a version", &text, Version::parse)).transpose()
    }

    /// The orders of courts recorded for a request.
    pub fn court_orders(&self, request: RequestId) -> Result<Vec<CourtOrder>, CatalogError> {
        let sql = "SELECT court, file_number, dated, releases FROM court_order WHERE request = ?1 ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([request.get()])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(CourtOrder {
                request,
                court: row.get(0)?,
                file_number: row.get(1)?,
                dated: day(&row.get::<_, String>(2)?)?,
                releases: word("a list of statutes", &row.get::<_, String>(3)?, |text| {
                    serde_json::from_str(text).ok()
                })?,
            });
        }
        Ok(all)
    }
}
