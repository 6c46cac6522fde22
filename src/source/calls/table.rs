//! Finding the tables of a file: headings of a profile's table, or cells that look as a table without headings should.

use super::cells;
use super::moments::{self, Unit};
use super::profile::{MappingProfile, Table};
use super::rule::{Check, Wanted};

/// A table that was found, with its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Which of the profile's tables it is.
    pub table: usize,
    /// The columns' names as written, or as the profile calls them.
    pub names: Vec<String>,
    /// The names as they are compared.
    normal: Vec<String>,
    /// How many columns may be missing at the end.
    pub optional: usize,
    /// What stands between the cells.
    pub delimiter: char,
    /// The headings as written, line ending and line of types included; empty where there are none.
    pub headings: Vec<u8>,
}

impl Found {
    fn new(table: usize, names: Vec<String>, optional: usize, delimiter: char, headings: &[u8]) -> Self {
        let normal = names.iter().map(|name| cells::name(name)).collect();
        Self { table, names, normal, optional, delimiter, headings: headings.to_vec() }
    }

    /// The first cell that says something among the columns of these names, written as they are compared.
    pub fn cell<'a>(&self, cells: &'a [String], columns: &[String]) -> &'a str {
        let found = columns.iter().filter_map(|column| {
            let at = self.normal.iter().position(|name| name == column)?;
            cells.get(at).map(|cell| cells::plain(cell)).filter(|cell| !cell.is_empty())
        });
        found.into_iter().next().unwrap_or_default()
    }

    /// Where the columns of these names are, written as they are compared.
    pub fn places(&self, columns: &[String]) -> Vec<usize> {
        columns.iter().filter_map(|column| self.normal.iter().position(|name| name == column)).collect()
    }

    /// Whether a row has as many cells as the table has columns; empty ones at the end do not count.
    pub fn fits(&self, cells: &[String]) -> bool {
        let least = self.names.len() - self.optional;
        let said = cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |at| at + 1);
        cells.len() >= least && said <= self.names.len()
    }
}

/// The table that a row of headings begins.
pub fn headed(profile: &MappingProfile, text: &str, raw: &[u8]) -> Option<Found> {
    for delimiter in &profile.delimiters {
        let delimiter = delimiter.character();
        if !text.contains(delimiter) {
            continue;
        }
        let found = headed_by(profile, cells::split(text, delimiter), delimiter, raw);
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The table that the cells of a row of headings begin.
pub fn headed_by(profile: &MappingProfile, names: Vec<String>, delimiter: char, raw: &[u8]) -> Option<Found> {
    let normal: Vec<String> = names.iter().map(|name| cells::name(name)).collect();
    let (at, table) = profile
        .tables
        .iter()
        .enumerate()
        .filter(|(_, table)| !table.required.is_empty() && table.required.iter().all(|one| has(&normal, one)))
        // Of two that fit the one that asks for more; of equals the first.
        .max_by_key(|(at, table)| (table.required.len(), usize::MAX - at))?;
    Some(Found::new(at, with_unnamed(names, table), 0, delimiter, raw))
}

/// Whether one of the alternatives `a|b` is among the names.
fn has(normal: &[String], required: &str) -> bool {
    required.split('|').any(|one| normal.contains(&cells::name(one)))
}

/// The names with the column that the headings lack.
fn with_unnamed(mut names: Vec<String>, table: &Table) -> Vec<String> {
    if let Some(unnamed) = &table.unnamed_column {
        let position = |wanted: &str| names.iter().position(|name| cells::name(name) == cells::name(wanted));
        if let (None, Some(at)) = (position(&unnamed.name), position(&unnamed.before)) {
            names.insert(at, unnamed.name.clone());
        }
    }
    names
}

/// The table without headings that these first rows belong to: every one of them passes every check.
pub fn positioned(profile: &MappingProfile, texts: &[String]) -> Option<Found> {
    let said: Vec<&String> = texts.iter().filter(|text| !text.trim().is_empty()).collect();
    for (at, table) in profile.tables.iter().enumerate().filter(|(_, table)| !table.positions.is_empty()) {
        for delimiter in profile.delimiters.iter().map(|one| one.character()) {
            let found = Found::new(at, table.positions.clone(), table.optional_positions, delimiter, &[]);
            let passes = |text: &&String| {
                let cells = cells::split(text, delimiter);
                found.fits(&cells) && table.checks.iter().all(|check| passes(check, &found, &cells, profile))
            };
            if !said.is_empty() && said.iter().all(passes) {
                return Some(found);
            }
        }
    }
    None
}

fn passes(check: &Check, found: &Found, cells: &[String], profile: &MappingProfile) -> bool {
    let cell = found.cell(cells, std::slice::from_ref(&check.column));
    let asked = |wanted: Option<Wanted>, good: bool| match wanted {
        None => true,
        Some(Wanted::OrEmpty) => good || cell.is_empty(),
        Some(Wanted::Required) => good,
    };
    asked(check.whole_number, moments::duration(cell, Unit::Seconds).is_some())
        && asked(check.moment, !cell.is_empty() && moments::begins_with_date(cell, &profile.date_forms))
        && (check.one_of.is_empty() || check.one_of.iter().any(|word| word.eq_ignore_ascii_case(cell)))
}

/// Whether a row is the line of SQL types that follows the headings of some phone systems.
pub fn is_types(cells: &[String]) -> bool {
    const TYPES: [&str; 9] =
        ["INTEGER", "INT", "BIGINT", "SMALLINT", "VARCHAR", "CHAR", "TIMESTAMP", "DATETIME", "UNIQUEIDENTIFIER"];
    let is_type = |cell: &String| {
        let word = cell.split('(').next().unwrap_or_default().trim().to_ascii_uppercase();
        TYPES.contains(&word.as_str())
    };
    cells.len() > 1
        && cells.iter().filter(|cell| !cell.trim().is_empty()).all(is_type)
        && cells.iter().any(|cell| !cell.trim().is_empty())
}

/// Whether a row of an unknown layout reads like the headings of call detail: it names a time, a number, and how long
/// or which way.
pub fn resembles_headings(cells: &[String]) -> bool {
    let names: Vec<String> = cells.iter().map(|cell| cells::name(cell)).collect();
    let named =
        |words: &[&str]| names.iter().any(|name| name.len() < 40 && words.iter().any(|word| name.contains(word)));
    cells.len() >= 3
        && named(&["date", "time", "start"])
        && named(&["number", "phone", "caller", "calling", "called", "msisdn", "dnis", "ani"])
        && named(&["duration", "min", "sec", "direction", "in/out", "talk", "call type", "elapsed"])
}
