//! The one place where a stranger's SQLite database is opened.
//!
//! *Invariants:* the original and its folder are never written to: a database alone is opened as an unchanging file,
//! one with a write-ahead log or a rollback journal is copied with it into private temporary files that are erased.
//! Nothing in it runs: only stored columns of plain tables are read, in the order they lie there, without its views,
//! triggers, indexes, virtual tables, generated columns or extensions (<https://www.sqlite.org/security.html>). Every
//! statement has a limit of steps, every value one of length. Of a damaged database the rows that can be reached from
//! either end of a table are given and the break is told. Deleted rows in its free pages are not looked for; that there
//! are such pages is told.

use super::container::content::{Content, Spool};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

/// The first bytes of a database (<https://www.sqlite.org/fileformat.html>, section 1.3).
pub const MAGIC: &[u8] = b"SQLite format 3\0";
/// Bytes of one value that are read; a longer one is a break in its table.
const VALUE_BYTES: i32 = 64 * 1024 * 1024;
/// Bytes of one definition in the schema.
const SQL_BYTES: i32 = 256 * 1024;
/// Columns of one table.
const COLUMNS: i32 = 2_000;
/// Tables that are looked at.
const TABLES: usize = 4_000;
/// Steps of SQLite's machine between two looks at the limit.
const STEPS_AT_ONCE: i32 = 100_000;
/// Looks after which one opened database is read no further: 10,000,000,000 steps are a hundred million rows of a
/// hundred columns, and minutes of time.
const LOOKS: u64 = 100_000;

/// Why a database cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The bytes could not be had or copied.
    #[error("the database cannot be copied for reading: {0}")]
    Io(#[from] std::io::Error),
    /// It is none, is encrypted, or its first pages are damaged.
    #[error("the database cannot be opened: {0}")]
    Damaged(String),
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Damaged(plain(&error))
    }
}

/// A value as SQLite stores it, with its type.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A floating point number.
    Real(f64),
    /// Text; its bytes, which need not be UTF-8.
    Text(Vec<u8>),
    /// Bytes.
    Blob(Vec<u8>),
}

/// One row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its table.
    pub table: Rc<str>,
    /// The names of its columns.
    pub columns: Rc<[String]>,
    /// Its values in the same order.
    pub values: Vec<Value>,
    /// Its number in the table; 0 where the table has none.
    pub rowid: i64,
}

impl Row {
    /// The value of a column; nothing where this generation of the format has no such column.
    pub fn get(&self, column: &str) -> &Value {
        let at = self.columns.iter().position(|name| name.eq_ignore_ascii_case(column));
        at.and_then(|at| self.values.get(at)).unwrap_or(&Value::Null)
    }

    /// A whole number; a number that was written as text is one too.
    pub fn integer(&self, column: &str) -> Option<i64> {
        match self.get(column) {
            Value::Integer(number) => Some(*number),
            Value::Real(number) if number.is_finite() && number.abs() < 9.0e18 => Some(*number as i64),
            Value::Text(text) => std::str::from_utf8(text).ok()?.trim().parse().ok(),
            _ => None,
        }
    }

    /// A number of either type.
    pub fn real(&self, column: &str) -> Option<f64> {
        match self.get(column) {
            Value::Integer(number) => Some(*number as f64),
            Value::Real(number) => Some(*number),
            _ => None,
        }
    }

    /// Text; a number as it is written, bytes that are UTF-8 as text, and nothing as no text.
    pub fn text(&self, column: &str) -> String {
        match self.get(column) {
            Value::Null => String::new(),
            Value::Integer(number) => number.to_string(),
            Value::Real(number) => number.to_string(),
            Value::Text(bytes) | Value::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        }
    }

    /// Bytes, where there are some.
    pub fn bytes(&self, column: &str) -> Option<&[u8]> {
        match self.get(column) {
            Value::Text(bytes) | Value::Blob(bytes) if !bytes.is_empty() => Some(bytes),
            _ => None,
        }
    }

    /// Whether a flag is set.
    pub fn is_set(&self, column: &str) -> bool {
        self.integer(column).is_some_and(|number| number != 0)
    }
}

struct Table {
    name: Rc<str>,
    columns: Rc<[String]>,
    has_rowid: bool,
}

/// An opened database.
pub struct Database {
    connection: Connection,
    tables: BTreeMap<String, Table>,
    /// What is wrong with the database as a whole.
    pub remarks: Vec<String>,
    /// What is to be known of it, where nothing is wrong.
    pub notes: Vec<String>,
    // The connection is closed before these go: fields go in the order of their declaration.
    _copies: Vec<Spool>,
}

impl Database {
    /// Opens a database. `beside` gives what lies beside it under its own name with an ending (`-wal`, `-journal`).
    ///
    /// # Errors
    /// When the bytes cannot be had, or it is no database that can be opened.
    pub fn open(content: &Content, beside: &mut dyn FnMut(&str) -> Option<Content>) -> Result<Self, DatabaseError> {
        let companions: Vec<(&str, Content)> = ["-wal", "-journal"]
            .into_iter()
            .filter_map(|ending| Some((ending, beside(ending)?)))
            .filter(|(_, content)| content.length().is_ok_and(|length| length > 0))
            .collect();
        let mut copies = Vec::new();
        let connection = match content.file().filter(|_| companions.is_empty()) {
            Some(path) => unchanging(path)?,
            None => {
                let copy = content.spooled()?;
                for (ending, companion) in &companions {
                    copies.push(copy.beside(ending, companion)?);
                }
                let connection = Connection::open_with_flags(
                    copy.path(),
                    OpenFlags::SQLITE_OPEN_READ_WRITE
                        | OpenFlags::SQLITE_OPEN_NO_MUTEX
                        | OpenFlags::SQLITE_OPEN_NOFOLLOW,
                )?;
                copies.push(copy);
                connection
            }
        };
        let mut database =
            Self { connection, tables: BTreeMap::new(), remarks: Vec::new(), notes: Vec::new(), _copies: copies };
        database.guard()?;
        database.look_around()?;
        database.remark(content, !companions.is_empty());
        Ok(database)
    }

    /// Takes from the schema the power to do anything.
    fn guard(&mut self) -> Result<(), DatabaseError> {
        let connection = &mut self.connection;
        for (switch, on) in [
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, false),
            (DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_ATTACH_CREATE, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_ATTACH_WRITE, false),
            // The copy of a log is erased by its owner, not only unlinked.
            (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
        ] {
            connection.set_db_config(switch, on)?;
        }
        for (limit, most) in [
            (Limit::SQLITE_LIMIT_LENGTH, VALUE_BYTES),
            (Limit::SQLITE_LIMIT_SQL_LENGTH, SQL_BYTES),
            (Limit::SQLITE_LIMIT_COLUMN, COLUMNS),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
            (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 10),
            (Limit::SQLITE_LIMIT_VDBE_OP, 250_000),
            (Limit::SQLITE_LIMIT_FUNCTION_ARG, 16),
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 0),
            (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
        ] {
            connection.set_limit(limit, most)?;
        }
        let mut looks = 0_u64;
        connection.progress_handler(
            STEPS_AT_ONCE,
            Some(move || {
                looks += 1;
                looks > LOOKS
            }),
        )?;
        // Without shared memory beside the copy; nothing is sorted on the disk; damaged cells are noticed.
        connection.execute_batch(
            "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA cell_size_check=ON;
             PRAGMA secure_delete=ON; PRAGMA query_only=ON;",
        )?;
        Ok(())
    }

    /// Lists the plain tables with their stored columns.
    fn look_around(&mut self) -> Result<(), DatabaseError> {
        let mut names: Vec<(String, String)> = Vec::new();
        {
            let mut statement = self.connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let text = |at| match row.get_ref(at) {
                    Ok(ValueRef::Text(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
                    _ => String::new(),
                };
                let sql = text(1).trim_start().to_ascii_uppercase();
                if sql.starts_with("CREATE TABLE") && names.len() < TABLES {
                    names.push((text(0), sql));
                }
            }
        }
        for (name, sql) in names {
            let mut statement = match self.connection.prepare(&format!("PRAGMA table_xinfo({})", quoted(&name))) {
                Ok(statement) => statement,
                Err(_) => continue,
            };
            let mut columns = Vec::new();
            let mut rows = statement.query([])?;
            while let Ok(Some(row)) = rows.next() {
                // Hidden 0 are stored columns; the others are computed by expressions of the schema.
                if let (Ok(column), Ok(0)) = (row.get::<_, String>(1), row.get::<_, i64>(6)) {
                    columns.push(column);
                }
            }
            let has_rowid = !sql.contains("WITHOUT ROWID");
            let table = Table { name: name.as_str().into(), columns: columns.into(), has_rowid };
            self.tables.insert(name.to_lowercase(), table);
        }
        Ok(())
    }

    fn remark(&mut self, content: &Content, had_log: bool) {
        let free: i64 = self.connection.query_row("PRAGMA freelist_count", [], |row| row.get(0)).unwrap_or(0);
        if free > 0 {
            self.notes.push(format!(
                "{free} pages of the database are free and may still hold deleted rows; they are not looked into, so keep the file where deleted texts matter"
            ));
        }
        // Bytes 18 and 19 are 2 where the last writer used a log (file format, section 1.3.3).
        let is_logged = content.head().is_ok_and(|head| head.get(18) == Some(&2));
        if is_logged && !had_log {
            self.notes.push(
                "the database was written with a log (its name and -wal) that does not lie beside it; if there was one, the newest rows are missing here".to_owned(),
            );
        }
    }

    /// Whether there is a table with these columns.
    pub fn has(&self, table: &str, columns: &[&str]) -> bool {
        let known = |column: &&str| {
            self.tables.get(table).is_some_and(|one| one.columns.iter().any(|name| name.eq_ignore_ascii_case(column)))
        };
        self.tables.contains_key(table) && columns.iter().all(known)
    }

    /// The names of the plain tables, in lower case.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }

    /// Gives every row of a table in the order of its numbers; a table that is not there has none. Of a damaged table
    /// the rows that are reached from its end follow those reached from its start, and the sentence is given back.
    ///
    /// # Errors
    /// Those of `take`; it ends the reading.
    pub fn each<E>(&self, table: &str, mut take: impl FnMut(Row) -> Result<(), E>) -> Result<Option<String>, E> {
        let Some(table) = self.tables.get(table) else { return Ok(None) };
        let mut last = i64::MIN;
        let forward = format!("{} NOT INDEXED{}", select(table), if table.has_rowid { " ORDER BY rowid" } else { "" });
        let broken = self.run(table, &forward, &mut |row| {
            last = row.rowid;
            take(row)
        })?;
        let Some(reason) = broken else { return Ok(None) };
        let mut rescued: Vec<Row> = Vec::new();
        if table.has_rowid {
            let backward = format!("{} NOT INDEXED WHERE rowid > {last} ORDER BY rowid DESC", select(table));
            let kept = &mut rescued;
            self.run::<E>(table, &backward, &mut |row| {
                // Damaged pages can lead in a circle; numbers then stop falling.
                if kept.last().is_none_or(|one| one.rowid > row.rowid) && kept.len() < RESCUED_ROWS {
                    kept.push(row);
                }
                Ok(())
            })?;
        }
        let count = rescued.len();
        for row in rescued.into_iter().rev() {
            take(row)?;
        }
        Ok(Some(format!(
            "the table {} is damaged ({reason}); rows in the damaged place are lost, {count} rows behind it were reached from its end",
            table.name
        )))
    }

    /// All rows of a table, up to a number; what is damaged is told in the remarks.
    pub fn all(&mut self, table: &str, most: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        let result = self.each(table, |row| {
            rows.push(row);
            if rows.len() < most { Ok(()) } else { Err(()) }
        });
        match result {
            Ok(None) => {}
            Ok(Some(sentence)) => self.remarks.push(sentence),
            Err(()) => self.remarks.push(format!("the table {table} has more rows than are read ({most})")),
        }
        rows
    }

    /// The row of a number, where it is there and whole.
    pub fn row(&self, table: &str, rowid: i64) -> Option<Row> {
        let table = self.tables.get(table).filter(|table| table.has_rowid)?;
        let mut found = None;
        let sql = format!("{} NOT INDEXED WHERE rowid = {rowid}", select(table));
        let result = self.run::<()>(table, &sql, &mut |row| {
            found = Some(row);
            Ok(())
        });
        result.ok().and(found)
    }

    /// Runs a statement of ours; gives back why it broke off.
    fn run<E>(
        &self,
        table: &Table,
        sql: &str,
        take: &mut dyn FnMut(Row) -> Result<(), E>,
    ) -> Result<Option<String>, E> {
        let mut statement = match self.connection.prepare(sql) {
            Ok(statement) => statement,
            Err(error) => return Ok(Some(plain(&error))),
        };
        let mut rows = match statement.query([]) {
            Ok(rows) => rows,
            Err(error) => return Ok(Some(plain(&error))),
        };
        loop {
            match rows.next() {
                Ok(Some(row)) => take(row_of(table, row))?,
                Ok(None) => return Ok(None),
                Err(error) => return Ok(Some(plain(&error))),
            }
        }
    }
}

/// Rows behind a break that are held to be put in order.
const RESCUED_ROWS: usize = 200_000;

/// Opens a file that nobody may change, without locks and without anything beside it.
fn unchanging(path: &Path) -> Result<Connection, DatabaseError> {
    let path = std::path::absolute(path)?;
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri.push_str("?mode=ro&immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(uri, flags)?)
}

fn select(table: &Table) -> String {
    let mut columns: Vec<String> = table.columns.iter().map(|name| quoted(name)).collect();
    columns.insert(0, if table.has_rowid { "rowid".to_owned() } else { "0".to_owned() });
    format!("SELECT {} FROM {}", columns.join(", "), quoted(&table.name))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn row_of(table: &Table, row: &rusqlite::Row<'_>) -> Row {
    let value = |at: usize| match row.get_ref(at) {
        Ok(ValueRef::Integer(number)) => Value::Integer(number),
        Ok(ValueRef::Real(number)) => Value::Real(number),
        Ok(ValueRef::Text(bytes)) => Value::Text(bytes.to_vec()),
        Ok(ValueRef::Blob(bytes)) => Value::Blob(bytes.to_vec()),
        Ok(ValueRef::Null) | Err(_) => Value::Null,
    };
    let rowid = if let Value::Integer(number) = value(0) { number } else { 0 };
    let values = (1..=table.columns.len()).map(value).collect();
    Row { table: table.name.clone(), columns: table.columns.clone(), values, rowid }
}

/// What SQLite says, without codes.
fn plain(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(failure, told) => match failure.code {
            rusqlite::ErrorCode::DatabaseCorrupt => "its pages contradict each other".to_owned(),
            rusqlite::ErrorCode::NotADatabase => "it is no SQLite database, or it is encrypted".to_owned(),
            rusqlite::ErrorCode::OperationInterrupted => "reading it took more steps than are allowed".to_owned(),
            rusqlite::ErrorCode::TooBig => "a value is longer than what is read".to_owned(),
            _ => told.clone().unwrap_or_else(|| failure.to_string()),
        },
        other => other.to_string(),
    }
}
