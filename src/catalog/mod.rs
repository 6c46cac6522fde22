//! The catalog: ids, dates, kinds, decisions and events in SQLite. The only SQL of the program.
//!
//! *Invariants:* every change happens in one [`Writing`] together with the event that records it; nothing that tells
//! content is in clear text here; a catalog of a newer format is refused before a byte is changed.
//!
//! Reading order: `schema`, `events`, `families` (what is kept; in `steps`), `records` (its members), `places` (of its bytes),
//! `containers` and `copies` (where it came from), `guards` (holds
//! and requests as protection), `holds`, `requests`, `rankings`, `disposals`, `matters` (retention events), `screenings` (items
//! from personal devices), `saved_searches`, `source_files` (the intake register), `filings` (the document system, the
//! archives), `person_links`, `numbers` (never given twice), `waiting_keys` (after a restore).

mod containers;
mod copies;
mod disposals;
mod events;
mod families;
mod filings;
mod guards;
mod holds;
mod matters;
mod numbers;
mod person_links;
mod places;
mod rankings;
mod records;
mod redactions;
mod requests;
mod saved_searches;
mod schema;
mod screenings;
mod source_files;
mod steps;
mod waiting_keys;

pub use containers::{AccountRow, ContainerKey, ExceptionRow, IntakeRow};
pub use copies::{CopyRow, KnownPlace, ReturnedRow};
pub use disposals::{DestructionRow, PlanState, ProductionRow, SampleRow, TombstoneRow};
pub use families::{FamilyFilter, FamilyRow, FamilyState, ListedFamily, NewFamily, Standing};
pub use filings::{FiledFile, TransferRow, TransferState};
pub use guards::Guard;
pub use matters::{HappeningRow, MatterRow};
pub use numbers::{NumberGap, NumberKeeper, Sequence, letters, notices, pages, volumes};
pub use person_links::PersonLink;
pub use places::{PackExtent, SealedAt};
pub use rankings::{ReviewSample, ReviewStop};
pub use records::RecordRow;
pub use saved_searches::{SavedSearch, SearchRun};
pub use screenings::SetAside;
pub use source_files::{IntakeContainer, SourceRow};
pub use steps::Steps;
pub use waiting_keys::WaitingKeys;

use crate::base::durable;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::path::Path;
use std::time::Duration;

/// How long a connection waits for another one to finish writing, in seconds.
const BUSY_SECONDS: u64 = 30;

/// Why the catalog could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The database itself failed.
    #[error("the catalog could not be read or written: {0}")]
    Database(rusqlite::Error),
    /// The file is no SQLite database, or a damaged one.
    #[error("the catalog catalog.sqlite is no sound database: {0}")]
    NotSound(rusqlite::Error),
    /// The file is not there, or neither it nor its log can be opened.
    #[error("the catalog catalog.sqlite cannot be opened: it is missing, or it cannot be written to")]
    CannotOpen,
    /// The disk or the permissions allow no writing.
    #[error("the catalog catalog.sqlite cannot be written to: it is read-only")]
    ReadOnly,
    /// Another program kept it for too long.
    #[error("another command is just writing to this repository")]
    Busy,
    /// Made by a newer program.
    #[error("this repository has format {found}, and this program knows formats up to {known}")]
    Newer {
        /// The format found.
        found: i64,
        /// The newest format known.
        known: i64,
    },
    /// A stored value is not one that this program writes.
    #[error("the catalog holds {value:?} where {what} belongs")]
    Damaged {
        /// What was expected.
        what: &'static str,
        /// What was found.
        value: String,
    },
    /// A hold or a request protects what was to be destroyed.
    #[error("{guard} protects the item {family}, and nothing of it is destroyed")]
    Protected {
        /// The item.
        family: crate::base::id::FamilyId,
        /// What protects it.
        guard: Guard,
    },
    /// The numbers that were to be given out could not be made durable beside the keys.
    #[error("no number can be given out, because it could not be written beside the keys: {0}")]
    Numbers(String),
    /// No such row.
    #[error("there is no {0}")]
    Missing(String),
    /// A fault that a test asked for.
    #[error(transparent)]
    Fault(#[from] crate::base::fault::Fault),
}

impl From<rusqlite::Error> for CatalogError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::NotSound(error),
            Some(ErrorCode::CannotOpen) => Self::CannotOpen,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::DatabaseBusy) => Self::Busy,
            _ => Self::Database(error),
        }
    }
}

impl CatalogError {
    /// Whether the disk is full.
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::Database(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull))
    }
}

/// The open catalog of one repository.
#[derive(Debug)]
pub struct Catalog {
    connection: Connection,
    numbers: numbers::Numbers,
}

impl Catalog {
    /// Creates the catalog of a new repository.
    pub fn create(path: &Path) -> Result<Self, CatalogError> {
        let connection = Connection::open(path)?;
        prepare(&connection)?;
        connection.execute_batch(schema::TABLES)?;
        bring_up(&connection, 1)?;
        Ok(Self { connection, numbers: numbers::Numbers::default() })
    }

    /// Opens an existing catalog for reading and writing.
    pub fn open(path: &Path) -> Result<Self, CatalogError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if found > schema::VERSION {
            return Err(CatalogError::Newer { found, known: schema::VERSION });
        }
        prepare(&connection)?;
        if found < schema::VERSION {
            bring_up(&connection, found)?;
        }
        Ok(Self { connection, numbers: numbers::Numbers::default() })
    }

    /// Reads rows; what is read in one call of a method is one snapshot.
    pub fn reading(&self) -> Reading<'_> {
        Reading { connection: &self.connection }
    }

    /// Reads many rows as they stand at one moment, which is also quicker than asking for each by itself.
    pub fn at_one_moment<T, E: From<CatalogError>>(
        &self,
        read: impl FnOnce(Reading<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction = self.connection.unchecked_transaction().map_err(CatalogError::from)?;
        read(Reading { connection: &transaction })
    }

    /// Runs `change` in one transaction. Nothing of it stays when it fails. The numbers it gives out are durable beside
    /// the keys before it ends.
    pub fn write<T, E: From<CatalogError>>(
        &mut self,
        change: impl FnOnce(&Writing<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(CatalogError::from)?;
        self.numbers.begin();
        let writing = Writing { connection: &transaction, numbers: &self.numbers };
        let result = change(&writing)?;
        writing.keep_numbers()?;
        crate::base::fault::point("commit catalog").map_err(CatalogError::from)?;
        transaction.commit().map_err(CatalogError::from)?;
        Ok(result)
    }

    /// Writes the log back into the database and empties it, so that nothing destroyed stays in it (I13). Waits for
    /// readers that still look at an older state; `false` when they did not leave in time and the log is not empty.
    pub fn checkpoint(&self) -> Result<bool, CatalogError> {
        crate::base::fault::point("empty the log").map_err(CatalogError::from)?;
        let busy: i64 = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(busy == 0)
    }

    /// Writes a copy of the catalog as it stands at one moment into a new file, and makes it durable. Nothing that was
    /// overwritten in the database is in it.
    pub fn copy_to(&self, path: &Path) -> Result<(), CatalogError> {
        crate::base::fault::point("copy catalog").map_err(CatalogError::from)?;
        self.connection.execute("VACUUM INTO ?1", [path.to_string_lossy()])?;
        let synced = std::fs::File::open(path).and_then(|file| durable::sync_file(&file));
        synced.map_err(|_| CatalogError::CannotOpen)
    }

    /// SQLite's own check of the database file; empty when it is sound.
    pub fn integrity(&self) -> Result<Vec<String>, CatalogError> {
        let mut statement = self.connection.prepare("PRAGMA integrity_check")?;
        let lines: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }
}

/// Reads the catalog.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'c> {
    connection: &'c Connection,
}

/// Changes the catalog inside one transaction.
#[derive(Debug, Clone, Copy)]
pub struct Writing<'c> {
    connection: &'c Connection,
    numbers: &'c numbers::Numbers,
}

impl<'c> Writing<'c> {
    /// Reads what this transaction sees.
    pub fn reading(&self) -> Reading<'c> {
        Reading { connection: self.connection }
    }

    /// Remembers a value under a key.
    pub fn set_meta(&self, key: &str, value: &str) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("INSERT INTO meta(key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2")?
            .execute((key, value))?;
        Ok(())
    }
}

impl Reading<'_> {
    /// The value remembered under a key.
    pub fn meta(&self, key: &str) -> Result<Option<String>, CatalogError> {
        optional(
            self.connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |r| r.get(0)),
        )
    }

    fn count(&self, sql: &str) -> Result<u64, CatalogError> {
        let count: i64 = self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }
}

fn prepare(connection: &Connection) -> Result<(), CatalogError> {
    connection.busy_timeout(Duration::from_secs(BUSY_SECONDS))?;
    connection.execute_batch(schema::SETTINGS)?;
    if !durable::is_syncing() {
        connection.pragma_update(None, "synchronous", "OFF")?;
    }
    // A statement keeps its plan whatever is asked with it; otherwise SQLite makes many of them anew for every value.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Brings the tables from an older version to the present one, whole or not at all.
fn bring_up(connection: &Connection, from: i64) -> Result<(), CatalogError> {
    let done = usize::try_from(from - 1).unwrap_or(0);
    connection.execute_batch("BEGIN IMMEDIATE")?;
    // Another command may have done it while this one waited.
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found < schema::VERSION {
        for addition in schema::ADDITIONS.iter().skip(done) {
            connection.execute_batch(addition)?;
        }
        connection.pragma_update(None, "user_version", schema::VERSION)?;
    }
    Ok(connection.execute_batch("COMMIT")?)
}

/// Turns "no row" into `None`.
fn optional<T>(result: Result<T, rusqlite::Error>) -> Result<Option<T>, CatalogError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Reads a stored word back into its type.
fn word<T>(what: &'static str, value: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, CatalogError> {
    parse(value).ok_or_else(|| CatalogError::Damaged { what, value: value.to_owned() })
}

/// Reads a stored moment back.
fn moment(value: &str) -> Result<chrono::DateTime<chrono::Utc>, CatalogError> {
    word("a moment", value, |text| chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()))
}

/// Writes a moment: UTC, RFC 3339, microseconds, so that text order is time order.
fn written(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

/// Reads a stored civil day back.
fn day(value: &str) -> Result<chrono::NaiveDate, CatalogError> {
    word("a date", value, |text| text.parse().ok())
}

/// Reads a stored keyed digest back.
fn name(bytes: &[u8]) -> Result<crate::base::digest::KeyedDigest, CatalogError> {
    crate::base::digest::KeyedDigest::from_slice(bytes)
        .ok_or_else(|| CatalogError::Damaged { what: "a digest", value: crate::base::digest::to_hex(bytes) })
}
