//! Plans, approvals, destructions and tombstones; editions, samples and productions.

use super::families::sealed_at;
use super::{CatalogError, Reading, SealedAt, Sequence, Writing, moment, optional, pages, word, written};
use crate::base::id::{EventId, FamilyId, PlanId, ProductionId, RecordId, RequestId};
use crate::model::classification::RecordStatus;
use crate::model::disposition::RuleRef;
use crate::model::production::{BatesNumber, BatesPrefix, Production};
use crate::model::provenance::words;
use chrono::{DateTime, NaiveDate, Utc};

words!(
    /// Where a plan stands.
    PlanState {
        /// Made, not approved.
        Planned = "planned",
        /// Approved, not executed.
        Approved = "approved",
        /// Executed; it cannot be executed again.
        Executed = "executed",
        /// Withdrawn before anything was destroyed; it is never executed.
        Withdrawn = "withdrawn",
    }
);

/// One batch of a destruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestructionRow {
    /// Its number.
    pub id: i64,
    /// The plan it carries out.
    pub plan: PlanId,
    /// The event from which there is no way back.
    pub intent: EventId,
    /// The event that says it is complete; `None` while it is not.
    pub finished: Option<EventId>,
}

/// What is left of a destroyed family, beside its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TombstoneRow {
    /// The family.
    pub family: FamilyId,
    /// The rule it went under.
    pub rule: RuleRef,
    /// When.
    pub destroyed_at: DateTime<Utc>,
}

/// A random sample drawn before a class is confirmed in bulk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleRow {
    /// Its number.
    pub id: i64,
    /// The status it is to confirm.
    pub status: RecordStatus,
    /// The random seed it was drawn with, hexadecimal.
    pub seed: String,
    /// The families to look at.
    pub families: Vec<FamilyId>,
    /// How many families it was drawn from.
    pub population: u64,
    /// The event of the drawing.
    pub drawn: EventId,
    /// The event that settled it; `None` while it is open.
    pub settled: Option<EventId>,
}

/// A production as stored, with the first and last number of each item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductionRow {
    /// The production.
    pub production: Production,
    /// The number the key of its sealed copy is kept under.
    pub family: FamilyId,
    /// Where its sealed copy lies.
    pub at: SealedAt,
    /// Its items: record, family, first and last page number.
    pub items: Vec<(RecordId, FamilyId, u32, u32)>,
    /// Families withheld whole of which its log tells parties and date.
    pub logged: Vec<FamilyId>,
}

impl Writing<'_> {
    /// The number the next plan will have.
    pub fn next_plan(&self) -> Result<PlanId, CatalogError> {
        Ok(PlanId::new(self.reading().next_of(Sequence::Plan)?))
    }

    /// Keeps a plan as the signed document it is.
    pub fn add_plan(&self, plan: PlanId, document: &str, event: EventId) -> Result<(), CatalogError> {
        self.connection.prepare_cached("INSERT INTO plan VALUES (?1, ?2, 'planned', ?3)")?.execute((
            plan.get(),
            document,
            event.get(),
        ))?;
        Ok(())
    }

    /// Records the approval of a plan.
    pub fn approve_plan(&self, plan: PlanId, document: &str, by: &str, event: EventId) -> Result<(), CatalogError> {
        self.connection.prepare_cached("INSERT INTO approval VALUES (?1, ?2, ?3, ?4)")?.execute((
            plan.get(),
            document,
            by,
            event.get(),
        ))?;
        self.set_plan_state(plan, PlanState::Approved)
    }

    /// Says where a plan stands.
    pub fn set_plan_state(&self, plan: PlanId, state: PlanState) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("UPDATE plan SET state = ?2 WHERE id = ?1")?
            .execute((plan.get(), state.word()))?;
        Ok(())
    }

    /// Registers who may approve, with the public key and the private one under a passphrase.
    pub fn add_approver(&self, who: &str, public: &str, sealed: &str, event: EventId) -> Result<(), CatalogError> {
        self.connection.prepare_cached("INSERT OR REPLACE INTO approver VALUES (?1, ?2, ?3, ?4)")?.execute((
            who,
            public,
            sealed,
            event.get(),
        ))?;
        Ok(())
    }

    /// Marks families as about to be destroyed: the point of no return, and the only way there is to destroy anything.
    /// Whoever calls it, a family that a hold or request protects on this day, or that one of them has not looked at, is
    /// refused with everything else of the call (I3).
    pub fn intend_destruction(
        &self,
        plan: PlanId,
        families: &[(FamilyId, RuleRef)],
        event: EventId,
        (at, today): (DateTime<Utc>, NaiveDate),
    ) -> Result<i64, CatalogError> {
        let reading = self.reading();
        let guards = reading.live_guards(today)?;
        for (family, _) in families {
            let touched = reading.family(*family)?.touched;
            let protecting = reading.guards_of(*family, today)?.first().copied();
            let unlooked = guards.iter().find(|(.., through)| *through < touched).map(|(guard, ..)| *guard);
            if let Some(guard) = protecting.or(unlooked) {
                return Err(CatalogError::Protected { family: *family, guard });
            }
        }
        self.mark_intended(plan, families, event, at)
    }

    /// Marks families whose keys are gone already: a restore found them in an older backup, and nobody can open them
    /// whatever protects them. It destroys nothing; what is marked gets its tombstone.
    pub fn intend_what_is_gone(
        &self,
        plan: PlanId,
        families: &[(FamilyId, RuleRef)],
        event: EventId,
        at: DateTime<Utc>,
    ) -> Result<i64, CatalogError> {
        self.mark_intended(plan, families, event, at)
    }

    fn mark_intended(
        &self,
        plan: PlanId,
        families: &[(FamilyId, RuleRef)],
        event: EventId,
        at: DateTime<Utc>,
    ) -> Result<i64, CatalogError> {
        let destruction = self.reading().next_of(Sequence::Destruction)?;
        self.connection
            .prepare_cached("INSERT INTO destruction(id, plan, intent_event) VALUES (?1, ?2, ?3)")?
            .execute((destruction, plan.get(), event.get()))?;
        let mut mark =
            self.connection.prepare_cached("UPDATE family SET state = 'intended' WHERE id = ?1 AND state = 'live'")?;
        let mut tombstone = self.connection.prepare_cached("INSERT INTO tombstone VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for (family, rule) in families {
            let changed = mark.execute([family.get()])?;
            assert!(changed == 1, "only a family that is here can be destroyed, and only once (I4)");
            tombstone.execute((family.get(), destruction, &rule.edition, &rule.series, written(at)))?;
        }
        Ok(destruction)
    }

    /// Completes a destruction: what remains of each family is its tombstone.
    pub fn finish_destruction(&self, destruction: i64, event: EventId) -> Result<(), CatalogError> {
        let gone = "(SELECT family FROM tombstone WHERE destruction = ?1)";
        for sql in [
            // Whose copies they were stays told, and so the outcomes of every batch can be computed again.
            format!("UPDATE copy SET sealed = x'' WHERE family IN {gone}"),
            format!("DELETE FROM record WHERE family IN {gone}"),
            format!("DELETE FROM retention_event WHERE family IN {gone}"),
            format!("DELETE FROM protection WHERE family IN {gone}"),
            format!(
                "UPDATE pack_extent SET families = families - dead.count, living = living - dead.bytes FROM \
                 (SELECT month, pack, count(*) AS count, sum(length) AS bytes FROM family WHERE id IN {gone} \
                 GROUP BY month, pack) AS dead WHERE dead.month = pack_extent.month AND dead.pack = pack_extent.pack"
            ),
            format!(
                "UPDATE family SET state = 'destroyed', pack = 0, at = 0, length = 0, seal = zeroblob(16), sent_at = NULL \
                 WHERE id IN {gone}"
            ),
        ] {
            self.connection.prepare_cached(&sql)?.execute([destruction])?;
        }
        self.connection
            .prepare_cached("UPDATE destruction SET finished_event = ?2 WHERE id = ?1")?
            .execute((destruction, event.get()))?;
        self.forget_emptied_sources(destruction)
    }

    /// Records an adopted edition by the digest of its frozen file.
    pub fn adopt_edition(&self, key: &str, digest: &str, event: EventId) -> Result<(), CatalogError> {
        self.connection.prepare_cached("INSERT OR REPLACE INTO edition VALUES (?1, ?2, ?3)")?.execute((
            key,
            digest,
            event.get(),
        ))?;
        Ok(())
    }

    /// Records a drawn sample.
    pub fn add_sample(
        &self,
        status: &str,
        seed: &str,
        families: &[i64],
        population: u64,
        event: EventId,
    ) -> Result<i64, CatalogError> {
        let families = serde_json::json!(families).to_string();
        let id = self.reading().next_of(Sequence::Sample)?;
        self.connection
            .prepare_cached(
                "INSERT INTO sample(id, status, seed, families, population, drawn_event) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((id, status, seed, families, population as i64, event.get()))?;
        Ok(id)
    }

    /// Settles a sample.
    pub fn settle_sample(&self, sample: i64, event: EventId) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("UPDATE sample SET settled_event = ?2 WHERE id = ?1")?
            .execute((sample, event.get()))?;
        Ok(())
    }

    /// Records a verified production with its numbers; numbers are unique, gapless and never reused (I8).
    pub fn add_production(&self, row: &ProductionRow, event: EventId) -> Result<ProductionId, CatalogError> {
        let one = &row.production;
        let prefix = one.first.prefix();
        let next = self.reading().next_number(prefix)?;
        let id = self.reading().next_production()?;
        assert!(one.first.page() == next, "production numbers follow on each other without a gap (I8)");
        self.connection
            .prepare_cached(
                "INSERT INTO production(request, volume, prefix, first, last, documents, made_at, made_by, \
                 manifest_sha256, event, family, month, pack, at, length, seal, id) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
            )?
            .execute(rusqlite::params![
                one.request.get(),
                &one.volume,
                prefix.as_str(),
                one.first.page(),
                one.last.page(),
                one.documents as i64,
                written(one.made_at),
                &one.made_by,
                &one.manifest_sha256,
                event.get(),
                row.family.get(),
                row.at.month,
                row.at.pack,
                row.at.offset as i64,
                row.at.length as i64,
                row.at.seal,
                id.get(),
            ])?;
        let mut insert = self.connection.prepare_cached("INSERT INTO production_item VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for (record, family, first, last) in &row.items {
            insert.execute((id.get(), record.get(), family.get(), first, last))?;
        }
        let mut insert = self.connection.prepare_cached("INSERT INTO production_logged VALUES (?1, ?2)")?;
        for family in &row.logged {
            insert.execute((id.get(), family.get()))?;
        }
        Ok(id)
    }
}

impl Reading<'_> {
    /// A plan's signed document and where it stands.
    pub fn plan(&self, plan: PlanId) -> Result<(String, PlanState), CatalogError> {
        let sql = "SELECT document, state FROM plan WHERE id = ?1";
        let found = self
            .connection
            .prepare_cached(sql)?
            .query_row([plan.get()], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
        let (document, state) =
            optional(found)?.ok_or_else(|| CatalogError::Missing(format!("disposition plan {plan}")))?;
        Ok((document, word("a plan state", &state, PlanState::parse)?))
    }

    /// The numbers of all plans, oldest first.
    pub fn plans(&self) -> Result<Vec<PlanId>, CatalogError> {
        Ok(self.numbers("SELECT id FROM plan WHERE id > ?1 ORDER BY id", 0)?.into_iter().map(PlanId::new).collect())
    }

    /// The approval of a plan: document and who approved.
    pub fn approval(&self, plan: PlanId) -> Result<Option<(String, String)>, CatalogError> {
        let sql = "SELECT document, approved_by FROM approval WHERE plan = ?1";
        optional(self.connection.prepare_cached(sql)?.query_row([plan.get()], |row| Ok((row.get(0)?, row.get(1)?))))
    }

    /// A registered approver's public key and sealed private key.
    pub fn approver(&self, who: &str) -> Result<Option<(String, String)>, CatalogError> {
        let sql = "SELECT public_key, sealed_key FROM approver WHERE name = ?1";
        optional(self.connection.prepare_cached(sql)?.query_row([who], |row| Ok((row.get(0)?, row.get(1)?))))
    }

    /// Every registered approver with the public key.
    pub fn approvers(&self) -> Result<Vec<(String, String)>, CatalogError> {
        let mut statement = self.connection.prepare_cached("SELECT name, public_key FROM approver ORDER BY name")?;
        let all = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        Ok(all)
    }

    /// Every batch of destruction, oldest first.
    pub fn destructions(&self) -> Result<Vec<DestructionRow>, CatalogError> {
        self.destruction_rows("SELECT id, plan, intent_event, finished_event FROM destruction ORDER BY id")
    }

    fn destruction_rows(&self, sql: &str) -> Result<Vec<DestructionRow>, CatalogError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let all = statement.query_map([], destruction_row)?.collect::<Result<_, _>>()?;
        Ok(all)
    }

    /// The batches of destruction that were decided and are not complete, oldest first.
    pub fn open_destructions(&self) -> Result<Vec<DestructionRow>, CatalogError> {
        let sql =
            "SELECT id, plan, intent_event, finished_event FROM destruction WHERE finished_event IS NULL ORDER BY id";
        self.destruction_rows(sql)
    }

    /// The families of one batch of destruction, in order.
    pub fn tombstones(&self, destruction: i64) -> Result<Vec<TombstoneRow>, CatalogError> {
        let sql = "SELECT family, edition, series, destroyed_at FROM tombstone WHERE destruction = ?1 ORDER BY family";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([destruction])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(TombstoneRow {
                family: FamilyId::new(row.get(0)?),
                rule: RuleRef { edition: row.get(1)?, series: row.get(2)? },
                destroyed_at: moment(&row.get::<_, String>(3)?)?,
            });
        }
        Ok(all)
    }

    /// The batch of destruction a family went in; `None` when it did not.
    pub fn destruction_of(&self, family: FamilyId) -> Result<Option<DestructionRow>, CatalogError> {
        let sql = "SELECT id, plan, intent_event, finished_event FROM destruction \
                   WHERE id = (SELECT destruction FROM tombstone WHERE family = ?1)";
        let found = self.connection.prepare_cached(sql)?.query_row([family.get()], destruction_row);
        optional(found)
    }

    /// The digests of the adopted editions, by key.
    pub fn editions(&self) -> Result<std::collections::BTreeMap<String, String>, CatalogError> {
        let mut statement = self.connection.prepare_cached("SELECT key, digest FROM edition ORDER BY key")?;
        let all = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        Ok(all)
    }

    /// A drawn sample.
    pub fn sample(&self, sample: i64) -> Result<SampleRow, CatalogError> {
        let all = self.sample_rows("WHERE id = ?1", sample)?;
        all.into_iter().next().ok_or_else(|| CatalogError::Missing(format!("sample {sample}")))
    }

    /// Every drawn sample of a status, oldest first.
    pub fn samples_of(&self, status: RecordStatus) -> Result<Vec<SampleRow>, CatalogError> {
        self.sample_rows("WHERE status = ?1 ORDER BY id", status.word())
    }

    /// The number the next sample will have.
    pub fn next_sample(&self) -> Result<i64, CatalogError> {
        self.next_of(Sequence::Sample)
    }

    fn sample_rows(&self, which: &str, parameter: impl rusqlite::ToSql) -> Result<Vec<SampleRow>, CatalogError> {
        let sql =
            format!("SELECT id, status, seed, families, population, drawn_event, settled_event FROM sample {which}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([parameter])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let families: Vec<i64> =
                word("a list of numbers", &row.get::<_, String>(3)?, |text| serde_json::from_str(text).ok())?;
            all.push(SampleRow {
                id: row.get(0)?,
                status: word("a status", &row.get::<_, String>(1)?, RecordStatus::parse)?,
                seed: row.get(2)?,
                families: families.into_iter().map(FamilyId::new).collect(),
                population: row.get::<_, i64>(4)?.unsigned_abs(),
                drawn: EventId::new(row.get(5)?),
                settled: row.get::<_, Option<i64>>(6)?.map(EventId::new),
            });
        }
        Ok(all)
    }

    /// The next free page number of a prefix.
    pub fn next_number(&self, prefix: &BatesPrefix) -> Result<u32, CatalogError> {
        let sql = "SELECT coalesce(max(last), 0) FROM production WHERE prefix = ?1";
        let last: i64 = self.connection.prepare_cached(sql)?.query_row([prefix.as_str()], |row| row.get(0))?;
        let next = last.max(self.passed_over(&pages(prefix))?) + 1;
        word("a page number", &next.to_string(), |text| text.parse().ok())
    }

    /// Every production's number, prefix, first and last page, by prefix and first page.
    pub fn production_ranges(&self) -> Result<Vec<(ProductionId, String, u32, u32)>, CatalogError> {
        let sql = "SELECT id, prefix, first, last FROM production ORDER BY prefix, first, id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let all = statement
            .query_map([], |row| Ok((ProductionId::new(row.get(0)?), row.get(1)?, row.get(2)?, row.get(3)?)))?
            .collect::<Result<_, _>>()?;
        Ok(all)
    }

    /// Every production with the number of its key, the place of its sealed copy and the SHA-256 of its manifest.
    pub fn sealed_productions(&self) -> Result<Vec<(ProductionId, FamilyId, SealedAt, String)>, CatalogError> {
        let sql = "SELECT id, family, month, pack, at, length, seal, manifest_sha256 FROM production ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let (id, family) = (ProductionId::new(row.get(0)?), FamilyId::new(row.get(1)?));
            all.push((id, family, sealed_at(row, 2)?, row.get(7)?));
        }
        Ok(all)
    }

    /// The first and last page of every item of a production, by first page.
    pub fn production_pages(&self, production: ProductionId) -> Result<Vec<(RecordId, u32, u32)>, CatalogError> {
        let sql = "SELECT record, first, last FROM production_item WHERE production = ?1 ORDER BY first, last";
        let mut statement = self.connection.prepare_cached(sql)?;
        let all = statement
            .query_map([production.get()], |row| Ok((RecordId::new(row.get(0)?), row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        Ok(all)
    }

    /// The productions that contain a family or tell of it in their log, oldest first.
    pub fn productions_with(&self, family: FamilyId) -> Result<Vec<ProductionId>, CatalogError> {
        let sql = "SELECT production FROM production_item WHERE family = ?1 UNION \
                   SELECT production FROM production_logged WHERE family = ?1 ORDER BY 1";
        Ok(self.numbers(sql, family.get())?.into_iter().map(ProductionId::new).collect())
    }

    /// Every production of a request: number, first and last page, prefix.
    pub fn productions_of(&self, request: RequestId) -> Result<Vec<(ProductionId, String, u32, u32)>, CatalogError> {
        let sql = "SELECT id, prefix, first, last FROM production WHERE request = ?1 ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let all = statement
            .query_map([request.get()], |row| {
                Ok((ProductionId::new(row.get(0)?), row.get(1)?, row.get(2)?, row.get(3)?))
            })?
            .collect::<Result<_, _>>()?;
        Ok(all)
    }

    /// The number the next production will have.
    pub fn next_production(&self) -> Result<ProductionId, CatalogError> {
        Ok(ProductionId::new(self.next_of(Sequence::Production)?))
    }

    /// One production with its items, and the event that recorded it.
    pub fn production(&self, id: ProductionId) -> Result<(ProductionRow, EventId), CatalogError> {
        let sql = "SELECT request, volume, prefix, first, last, documents, made_at, made_by, manifest_sha256, event, \
                   family, month, pack, at, length, seal FROM production WHERE id = ?1";
        let found = self.connection.prepare_cached(sql)?.query_row([id.get()], |row| {
            let texts: [String; 5] = [row.get(1)?, row.get(2)?, row.get(6)?, row.get(7)?, row.get(8)?];
            let pages: [u32; 2] = [row.get(3)?, row.get(4)?];
            let numbers: [i64; 4] = [row.get(0)?, row.get(5)?, row.get(9)?, row.get(10)?];
            Ok((texts, pages, numbers, sealed_at(row, 11)))
        });
        let (texts, [first, last], [request, documents, event, family], at) =
            optional(found)?.ok_or_else(|| CatalogError::Missing(format!("production {id}")))?;
        let [volume, prefix, made_at, made_by, manifest_sha256] = texts;
        let prefix = word("a prefix", &prefix, |text| BatesPrefix::new(text).ok())?;
        let production = Production {
            id,
            request: RequestId::new(request),
            volume,
            first: BatesNumber::new(prefix.clone(), first),
            last: BatesNumber::new(prefix, last),
            documents: documents.unsigned_abs(),
            made_at: moment(&made_at)?,
            made_by,
            manifest_sha256,
        };
        let sql = "SELECT record, family, first, last FROM production_item WHERE production = ?1 ORDER BY first";
        let mut statement = self.connection.prepare_cached(sql)?;
        let items = statement
            .query_map([id.get()], |row| {
                Ok((RecordId::new(row.get(0)?), FamilyId::new(row.get(1)?), row.get(2)?, row.get(3)?))
            })?
            .collect::<Result<_, _>>()?;
        let sql = "SELECT family FROM production_logged WHERE production = ?1 ORDER BY 1";
        let logged = self.numbers(sql, id.get())?.into_iter().map(FamilyId::new).collect();
        let row = ProductionRow { production, family: FamilyId::new(family), at: at?, items, logged };
        Ok((row, EventId::new(event)))
    }
}

fn destruction_row(row: &rusqlite::Row<'_>) -> Result<DestructionRow, rusqlite::Error> {
    Ok(DestructionRow {
        id: row.get(0)?,
        plan: PlanId::new(row.get(1)?),
        intent: EventId::new(row.get(2)?),
        finished: row.get::<_, Option<i64>>(3)?.map(EventId::new),
    })
}
