//! Intakes, containers, accounts and exceptions: where everything came from (I10, I11).

use super::copies::{custodian, custodian_number};
use super::families::sealed_at;
use super::{CatalogError, Reading, SealedAt, Sequence, Writing, name, optional, word, written};
use crate::base::digest::KeyedDigest;
use crate::base::id::{ContainerId, CustodianId, EventId, ExceptionId, FamilyId, IntakeId};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::profile::CustodianProfile;
use crate::model::provenance::{Account, ContainerFormat, ContainerReport};
use chrono::{DateTime, Utc};

/// One receipt of a file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeRow {
    /// Its number.
    pub id: IntakeId,
    /// What the clerk named.
    pub path: String,
    /// Whether an earlier run of it was cut off and this one goes on.
    pub resumed: bool,
}

/// What makes a container the same one when it is taken in again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContainerKey {
    /// The container it lies in; `None` for what the clerk named.
    pub parent: Option<ContainerId>,
    /// The path the clerk named, or the name inside the outer container.
    pub path: String,
    /// Its format.
    pub format: ContainerFormat,
}

/// The account of one container in one intake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// The intake.
    pub intake: IntakeId,
    /// The container.
    pub container: ContainerId,
    /// Its account, without containers nested in it.
    pub account: Account,
    /// Remarks on the container as a whole: codes and sentences without content.
    pub remarks: Vec<Problem>,
}

/// An exception as stored: counted, listed, and its bytes quarantined under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionRow {
    /// Its number.
    pub id: ExceptionId,
    /// The container.
    pub container: ContainerId,
    /// The position in it.
    pub ordinal: u64,
    /// The intake that first saw it.
    pub intake: IntakeId,
    /// What is wrong.
    pub code: ProblemCode,
    /// Keyed digest of its bytes and code.
    pub name: KeyedDigest,
    /// The number its key is kept under.
    pub family: FamilyId,
    /// Where its bytes lie.
    pub at: SealedAt,
    /// The event that sealed it.
    pub event: EventId,
    /// Whose export it was in, where that is known.
    pub custodian: Option<CustodianId>,
}

impl Writing<'_> {
    /// Brings the custodians of the profile in, by name; nobody is ever removed.
    pub fn sync_custodians(&self, custodians: &[CustodianProfile]) -> Result<(), CatalogError> {
        for custodian in custodians {
            let next = self.reading().next_of(Sequence::Custodian)?;
            self.connection
                .prepare_cached(
                    "INSERT INTO custodian(name, department, elected, id) VALUES (?1, ?2, ?3, ?4) \
                     ON CONFLICT(name) DO UPDATE SET department = ?2, elected = ?3",
                )?
                .execute((&custodian.name, &custodian.department, custodian.elected, next))?;
        }
        Ok(())
    }

    /// Begins the intake of a path, or goes on with one that was cut off.
    pub fn begin_intake(&self, path: &str, at: DateTime<Utc>, actor: &str) -> Result<IntakeRow, CatalogError> {
        let sql = "SELECT id FROM intake WHERE path = ?1 AND finished_event IS NULL";
        let open = optional(self.connection.prepare_cached(sql)?.query_row([path], |row| row.get(0)))?;
        if let Some(id) = open {
            return Ok(IntakeRow { id: IntakeId::new(id), path: path.to_owned(), resumed: true });
        }
        let id = self.reading().next_of(Sequence::Intake)?;
        self.connection
            .prepare_cached("INSERT INTO intake(id, path, started_at, actor) VALUES (?1, ?2, ?3, ?4)")?
            .execute((id, path, written(at), actor))?;
        Ok(IntakeRow { id: IntakeId::new(id), path: path.to_owned(), resumed: false })
    }

    /// Ends an intake.
    pub fn finish_intake(&self, intake: IntakeId, event: EventId) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("UPDATE intake SET finished_event = ?2 WHERE id = ?1")?
            .execute((intake.get(), event.get()))?;
        Ok(())
    }

    /// The number of a container, given to it the first time it is seen.
    pub fn container(&self, key: &ContainerKey) -> Result<ContainerId, CatalogError> {
        let parent = key.parent.map_or(0, ContainerId::get);
        let sql = "SELECT id FROM container WHERE parent = ?1 AND path = ?2 AND format = ?3";
        let known =
            self.connection.prepare_cached(sql)?.query_row((parent, &key.path, key.format.word()), |r| r.get(0));
        if let Some(id) = optional(known)? {
            return Ok(ContainerId::new(id));
        }
        let id = self.reading().next_of(Sequence::Container)?;
        self.connection
            .prepare_cached("INSERT INTO container(id, parent, path, format) VALUES (?1, ?2, ?3, ?4)")?
            .execute((id, parent, &key.path, key.format.word()))?;
        Ok(ContainerId::new(id))
    }

    /// Writes the account of a container in an intake.
    pub fn set_account(&self, row: &AccountRow) -> Result<(), CatalogError> {
        let account = &row.account;
        let remarks: Vec<(&str, &str)> =
            row.remarks.iter().map(|remark| (remark.code.word(), remark.message.as_str())).collect();
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO account VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?
            .execute((
                row.intake.get(),
                row.container.get(),
                account.declared.map(|count| count as i64),
                account.found as i64,
                account.kept as i64,
                account.duplicates as i64,
                account.destroyed_before as i64,
                account.exceptions as i64,
                account.problems as i64,
                serde_json::json!(remarks).to_string(),
            ))?;
        Ok(())
    }

    /// Adds an exception; the same one at the same place again changes nothing and says so.
    pub fn add_exception(&self, row: &ExceptionRow) -> Result<bool, CatalogError> {
        let id = self.reading().next_of(Sequence::Exception)?;
        let changed = self
            .connection
            .prepare_cached(
                "INSERT OR IGNORE INTO exception(container, ordinal, intake, code, name, family, month, pack, at, \
                 length, seal, event, custodian, id) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute(rusqlite::params![
                row.container.get(),
                row.ordinal as i64,
                row.intake.get(),
                row.code.word(),
                row.name.as_bytes(),
                row.family.get(),
                row.at.month,
                row.at.pack,
                row.at.offset as i64,
                row.at.length as i64,
                row.at.seal,
                row.event.get(),
                custodian_number(row.custodian),
                id,
            ])?;
        Ok(changed > 0)
    }
}

impl Reading<'_> {
    /// Every custodian: number, name, department.
    pub fn custodians(&self) -> Result<Vec<(CustodianId, String, String)>, CatalogError> {
        let mut statement = self.connection.prepare_cached("SELECT id, name, department FROM custodian ORDER BY id")?;
        let all = statement
            .query_map([], |row| Ok((CustodianId::new(row.get(0)?), row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        Ok(all)
    }

    /// Whether this exception was already found at this place of the container, for this custodian where one is known.
    pub fn exception_at(
        &self,
        container: ContainerId,
        ordinal: u64,
        wanted: &KeyedDigest,
        whose: Option<CustodianId>,
    ) -> Result<bool, CatalogError> {
        let sql = "SELECT count(*) FROM exception \
                   WHERE container = ?1 AND ordinal = ?2 AND name = ?3 AND (?4 = 0 OR custodian = ?4)";
        let key = (container.get(), ordinal as i64, wanted.as_bytes(), custodian_number(whose));
        let found: i64 = self.connection.prepare_cached(sql)?.query_row(key, |row| row.get(0))?;
        Ok(found > 0)
    }

    /// A container's path as a person would say it, outermost first, joined by ` > `.
    pub fn container_path(&self, container: ContainerId) -> Result<String, CatalogError> {
        let mut names = Vec::new();
        let mut at = container.get();
        let mut statement = self.connection.prepare_cached("SELECT parent, path FROM container WHERE id = ?1")?;
        while at != 0 && names.len() <= crate::base::limits::NESTING_DEPTH {
            let (parent, path): (i64, String) = statement.query_row([at], |row| Ok((row.get(0)?, row.get(1)?)))?;
            names.push(path);
            at = parent;
        }
        names.reverse();
        Ok(names.join(" > "))
    }

    /// The reports of an intake, as the containers lie in each other.
    pub fn container_reports(&self, intake: IntakeId) -> Result<Vec<ContainerReport>, CatalogError> {
        let sql = "SELECT container.id, container.parent, container.path, container.format, declared, found, kept, \
                   duplicates, destroyed_before, exceptions, problems, remarks FROM account \
                   JOIN container ON container.id = account.container WHERE intake = ?1 ORDER BY container.id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([intake.get()])?;
        let mut flat: Vec<(i64, i64, ContainerReport)> = Vec::new();
        while let Some(row) = rows.next()? {
            let count = |column: usize| row.get::<_, i64>(column).map(i64::unsigned_abs);
            let account = Account {
                declared: row.get::<_, Option<i64>>(4)?.map(i64::unsigned_abs),
                found: count(5)?,
                kept: count(6)?,
                duplicates: count(7)?,
                destroyed_before: count(8)?,
                exceptions: count(9)?,
                problems: count(10)?,
            };
            let report = ContainerReport {
                path: row.get(2)?,
                format: word("a format", &row.get::<_, String>(3)?, ContainerFormat::parse)?,
                account,
                remarks: remarks(&row.get::<_, String>(11)?)?,
                inside: Vec::new(),
            };
            flat.push((row.get(0)?, row.get(1)?, report));
        }
        Ok(nest(flat))
    }

    /// Every account of a container, as stored.
    pub fn accounts(&self) -> Result<Vec<(IntakeId, ContainerId, Account)>, CatalogError> {
        let sql = "SELECT intake, container, declared, found, kept, duplicates, destroyed_before, exceptions, problems \
                   FROM account ORDER BY intake, container";
        let mut statement = self.connection.prepare_cached(sql)?;
        let all = statement
            .query_map([], |row| {
                let count = |column: usize| row.get::<_, i64>(column).map(i64::unsigned_abs);
                let account = Account {
                    declared: row.get::<_, Option<i64>>(2)?.map(i64::unsigned_abs),
                    found: count(3)?,
                    kept: count(4)?,
                    duplicates: count(5)?,
                    destroyed_before: count(6)?,
                    exceptions: count(7)?,
                    problems: count(8)?,
                };
                Ok((IntakeId::new(row.get(0)?), ContainerId::new(row.get(1)?), account))
            })?
            .collect::<Result<_, _>>()?;
        Ok(all)
    }

    /// Intakes that were cut off.
    pub fn unfinished_intakes(&self) -> Result<Vec<String>, CatalogError> {
        let mut statement =
            self.connection.prepare_cached("SELECT path FROM intake WHERE finished_event IS NULL ORDER BY id")?;
        let all = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(all)
    }

    /// Every exception, oldest first.
    pub fn exceptions(&self) -> Result<Vec<ExceptionRow>, CatalogError> {
        let sql = "SELECT id, container, ordinal, intake, code, name, family, month, pack, at, length, seal, event, \
                   custodian FROM exception ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(ExceptionRow {
                id: ExceptionId::new(row.get(0)?),
                container: ContainerId::new(row.get(1)?),
                ordinal: row.get::<_, i64>(2)?.unsigned_abs(),
                intake: IntakeId::new(row.get(3)?),
                code: word("a problem code", &row.get::<_, String>(4)?, ProblemCode::parse)?,
                name: name(&row.get::<_, Vec<u8>>(5)?)?,
                family: FamilyId::new(row.get(6)?),
                at: sealed_at(row, 7)?,
                event: EventId::new(row.get(12)?),
                custodian: custodian(row.get(13)?),
            });
        }
        Ok(all)
    }
}

fn remarks(stored: &str) -> Result<Vec<Problem>, CatalogError> {
    let damaged = || CatalogError::Damaged { what: "a list of remarks", value: stored.to_owned() };
    let pairs: Vec<(String, String)> = serde_json::from_str(stored).map_err(|_| damaged())?;
    pairs
        .into_iter()
        .map(|(code, message)| Ok(Problem::new(word("a problem code", &code, ProblemCode::parse)?, message)))
        .collect()
}

/// Puts nested containers into their outer ones and adds their accounts up. A container has a lower number than
/// what lies in it, so one pass from the end is enough.
fn nest(mut flat: Vec<(i64, i64, ContainerReport)>) -> Vec<ContainerReport> {
    let mut roots = Vec::new();
    while let Some((_, parent, mut report)) = flat.pop() {
        report.inside.reverse();
        match flat.iter_mut().find(|(id, ..)| *id == parent) {
            Some((.., outer)) => {
                outer.account.add(&report.account);
                outer.inside.push(report);
            }
            None => roots.push(report),
        }
    }
    roots.reverse();
    roots
}
