//! A schedule as clerks have it, a table in a workbook or a delimited file, made into a schedule file to be reviewed.
//!
//! Nothing is adopted, and what comes out is marked as a starter set, which authorises nothing, until the clerk has written
//! down what the edition is worth. A row that cannot be understood is reported with its line and its reason; where it has
//! a title it stands in the result too, marked for review, so that nothing under it is ever eligible.
//!
//! *Invariant:* what is written reads back ([`super::parse`]) whatever stood in the table, and every row of the table is
//! a series, a heading, or a row in the report.

mod columns;
mod events;
mod phrase;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests;

pub use columns::{Column, Columns};
pub use phrase::{Phrase, read_phrase};

use super::grammar::spell;
use crate::base::limits::{KEY_CHARS, SCHEDULE_SERIES};
use crate::model::retention::Term;
use chrono::NaiveDate;
use columns::heading;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Rows above the headings: a title, a date, the city's name.
const ROWS_BEFORE_HEADINGS: usize = 40;
/// Characters of a cell that are taken over; more is cut, and said.
const CELL_CHARS: usize = 4_000;

/// One table: a sheet of a workbook, or a delimited file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The sheet's name; empty for a delimited file.
    pub name: String,
    /// Its rows, each with the line it begins on, counted from 1.
    pub rows: Vec<(usize, Vec<String>)>,
}

/// What the clerk says about the edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The key of the edition.
    pub key: String,
    /// Its title.
    pub title: String,
    /// The first day it is in force.
    pub effective_on: NaiveDate,
    /// Where it comes from, in words.
    pub source: String,
    /// Headings by what they hold, where the clerk has said so.
    pub columns: BTreeMap<Column, String>,
}

/// A row that could not be understood, or should be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Noted {
    /// The sheet; empty for a delimited file.
    pub sheet: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The title of the series, or what stands in the row.
    pub title: String,
    /// What was written.
    pub written: String,
    /// Why, in words.
    pub reason: String,
}

/// What came of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// The schedule file.
    pub toml: String,
    /// Rows below the headings that are not empty.
    pub rows: usize,
    /// Series whose retention was understood.
    pub understood: usize,
    /// Series that stand in the file marked for review.
    pub for_review: usize,
    /// Rows that are the heading of a section, or the headings once more.
    pub headings: usize,
    /// Rows that could not be understood, each with its line and reason.
    pub not_understood: Vec<Noted>,
    /// Rows that were understood and should be looked at.
    pub remarks: Vec<Noted>,
    /// The columns that were recognised: what, and under which heading.
    pub columns: BTreeMap<String, String>,
    /// Columns that were not recognised and are left out.
    pub columns_left_out: Vec<String>,
}

/// An import that cannot be begun.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// No row of headings was found.
    #[error(
        "no row names both a series (title or code) and its retention; the headings found: {found}. Say which is which, \
         for example --column retention=\"Keep for\""
    )]
    NoHeadings {
        /// The cells of the row that came nearest, as written.
        found: String,
    },
    /// A mapping names a heading that is nowhere.
    #[error("no heading reads {heading:?}")]
    NoSuchHeading {
        /// The heading.
        heading: String,
    },
    /// There are more series than a schedule may have.
    #[error("the table has more than {SCHEDULE_SERIES} series")]
    TooMany,
}

/// Makes a schedule file of tables.
pub fn import(tables: &[Table], wanted: &Wanted) -> Result<Imported, ImportError> {
    let mut import = Import { out: Imported::default(), keys: BTreeSet::new(), series: String::new() };
    let mut nearest: Option<(usize, String)> = None;
    let mut begun = false;
    for table in tables {
        match headings_of(table, &wanted.columns) {
            Ok((place, columns)) => {
                begun = true;
                import.table(table, place, &columns)?;
            }
            Err((count, cells)) if nearest.as_ref().is_none_or(|(best, _)| count > *best) => {
                nearest = Some((count, cells));
            }
            Err(_) => {}
        }
    }
    if !begun {
        return Err(ImportError::NoHeadings { found: nearest.map(|(_, cells)| cells).unwrap_or_default() });
    }
    for name in wanted.columns.values() {
        if !import.out.columns.values().any(|found| heading(found) == heading(name)) {
            return Err(ImportError::NoSuchHeading { heading: name.clone() });
        }
    }
    import.out.toml = format!("{}{}", head(wanted, &import.out), import.series);
    Ok(import.out)
}

/// The row of headings, or how near the nearest row came and its cells.
fn headings_of(table: &Table, given: &BTreeMap<Column, String>) -> Result<(usize, Columns), (usize, String)> {
    let mut nearest = (0, String::new());
    for (place, (_, row)) in table.rows.iter().enumerate().take(ROWS_BEFORE_HEADINGS) {
        let columns = Columns::of_headings(row, given);
        if columns.suffice() {
            return Ok((place, columns));
        }
        let filled: Vec<&str> = row.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
        let score = columns.places.len() * 100 + filled.len().min(99);
        if score > nearest.0 {
            nearest = (score, filled.join(", ").chars().take(KEY_CHARS * 2).collect());
        }
    }
    Err(nearest)
}

struct Import {
    out: Imported,
    keys: BTreeSet<String>,
    series: String,
}

impl Import {
    fn table(&mut self, table: &Table, place: usize, columns: &Columns) -> Result<(), ImportError> {
        let (_, headings) = &table.rows[place];
        for (column, at) in &columns.places {
            self.out.columns.insert(column.word().to_owned(), headings[*at].trim().to_owned());
        }
        for name in &columns.unknown {
            if !self.out.columns_left_out.contains(name) {
                self.out.columns_left_out.push(name.clone());
            }
        }
        for (line, row) in &table.rows[place + 1..] {
            let filled = row.iter().filter(|cell| !cell.trim().is_empty()).count();
            if filled == 0 {
                continue;
            }
            self.out.rows += 1;
            let again = row.iter().map(|cell| heading(cell)).eq(headings.iter().map(|cell| heading(cell)));
            if again {
                self.out.headings += 1;
                continue;
            }
            let row = Row { sheet: &table.name, line: *line, cells: row, columns };
            self.row(&row, filled)?;
        }
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>, filled: usize) -> Result<(), ImportError> {
        let (code, title) = (row.cell(Column::Code), row.cell(Column::Title));
        let title = if title.is_empty() { code.clone() } else { title };
        let written = row.cell(Column::Retention);
        if title.is_empty() {
            let all: Vec<String> =
                row.cells.iter().map(|cell| one_line(cell)).filter(|cell| !cell.is_empty()).collect();
            let reason = "it has neither a title nor a code, so it is not in the file";
            self.out.not_understood.push(row.noted(&all.join(" | "), &written, reason));
            return Ok(());
        }
        if written.is_empty() && filled == 1 {
            self.out.headings += 1;
            self.series.push_str(&format!("\n# {title}\n"));
            return Ok(());
        }
        if self.keys.len() >= SCHEDULE_SERIES {
            return Err(ImportError::TooMany);
        }
        let from = row.cell(Column::Trigger);
        let phrase = read_phrase(&written, row.columns.unit, Some(from.as_str()).filter(|from| !from.is_empty()));
        let phrase = phrase.unwrap_or_else(|reason| {
            self.out.not_understood.push(row.noted(&title, &written, &reason));
            let written = if written.is_empty() { "nothing is written".to_owned() } else { written.clone() };
            let keep = Term::Unknown(format!("{written} ({reason})"));
            Phrase { keep, maximum: None, archival: false, remarks: Vec::new() }
        });
        match phrase.keep {
            Term::Unknown(_) => self.out.for_review += 1,
            _ => self.out.understood += 1,
        }
        let maximum = self.maximum(row, &title, phrase.maximum);
        let archival = self.archival(row, &title) || phrase.archival;
        for remark in &phrase.remarks {
            self.out.remarks.push(row.noted(&title, &written, remark));
        }
        let key = self.key(&title, &code);
        self.series.push_str("\n[[series]]\n");
        let mut line = |name: &str, value: &str| {
            if !value.is_empty() {
                self.series.push_str(&format!("{name} = {}\n", quoted(value)));
            }
        };
        line("key", &key);
        line("code", &code);
        line("title", &title);
        line("description", &row.cell(Column::Description));
        line("keep", &spell(&phrase.keep));
        line("maximum", &maximum.map(|maximum| spell(&maximum)).unwrap_or_default());
        line("as_written", &if from.is_empty() { written } else { format!("{written}; from: {from}") });
        line("statute", &row.cell(Column::Statute));
        line("classification", &row.cell(Column::Classification));
        if archival {
            self.series.push_str("archival = true\n");
        }
        let departments: Vec<String> = row
            .cell(Column::Department)
            .split([';', ','])
            .map(str::trim)
            .filter(|one| !one.is_empty())
            .map(quoted)
            .collect();
        if !departments.is_empty() {
            self.series.push_str(&format!("departments = [{}]\n", departments.join(", ")));
        }
        Ok(())
    }

    /// The maximum of a column of its own counts before one in the phrase.
    fn maximum(&mut self, row: &Row<'_>, title: &str, in_phrase: Option<Term>) -> Option<Term> {
        let written = row.cell(Column::Maximum);
        if written.is_empty() {
            return in_phrase;
        }
        let reason = match read_phrase(&written, row.columns.unit, None) {
            Ok(Phrase { maximum: Some(maximum), .. }) => return Some(maximum),
            Ok(Phrase { keep: Term::Permanent, .. }) => "a maximum cannot be permanent".to_owned(),
            Ok(Phrase { keep, .. }) => return Some(keep),
            Err(reason) => reason,
        };
        self.out.not_understood.push(row.noted(title, &written, &format!("the maximum is left out: {reason}")));
        in_phrase
    }

    /// What is unclear counts as archival: then nothing goes before the State Archives have been asked.
    fn archival(&mut self, row: &Row<'_>, title: &str) -> bool {
        let written = row.cell(Column::Archival);
        match written.to_lowercase().split([' ', '(', ',']).next().unwrap_or_default() {
            "" | "n" | "no" | "false" | "0" | "-" | "none" => false,
            "y" | "yes" | "true" | "1" | "x" | "archival" | "historical" | "permanent" => true,
            _ => {
                let reason = "whether it is archival is not clear, so it was taken as archival";
                self.out.remarks.push(row.noted(title, &written, reason));
                true
            }
        }
    }

    /// A key made of the title, and where that is taken of title and code, or with a number behind it.
    fn key(&mut self, title: &str, code: &str) -> String {
        let plain = slug(title);
        let plain = if plain.is_empty() { slug(code) } else { plain };
        let plain = if plain.is_empty() { "series".to_owned() } else { plain };
        let with_code = slug(&format!("{plain} {code}"));
        let numbered = (2..).map(|number| {
            let ending = format!("-{number}");
            format!("{}{ending}", cut(&plain, KEY_CHARS - ending.len()))
        });
        let mut names = [plain.clone(), with_code].into_iter().chain(numbered);
        // The numbers never end, so a free one is always found.
        let key = names.find(|name| !self.keys.contains(name)).unwrap_or(plain);
        self.keys.insert(key.clone());
        key
    }
}

struct Row<'a> {
    sheet: &'a str,
    line: usize,
    cells: &'a [String],
    columns: &'a Columns,
}

impl Row<'_> {
    fn cell(&self, column: Column) -> String {
        let place = self.columns.places.get(&column);
        place.and_then(|place| self.cells.get(*place)).map(|cell| one_line(cell)).unwrap_or_default()
    }

    fn noted(&self, title: &str, written: &str, reason: &str) -> Noted {
        Noted {
            sheet: self.sheet.to_owned(),
            line: self.line,
            title: title.to_owned(),
            written: written.to_owned(),
            reason: reason.to_owned(),
        }
    }
}

/// A cell on one line, without control characters, cut to a bearable length.
fn one_line(cell: &str) -> String {
    let plain: String = cell.chars().map(|c| if c.is_control() || c == '\u{feff}' { ' ' } else { c }).collect();
    let joined = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    joined.chars().take(CELL_CHARS).collect()
}

/// Small letters and digits with single hyphens between them.
fn slug(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    cut(&plain.split_whitespace().collect::<Vec<_>>().join("-"), KEY_CHARS).to_owned()
}

/// The first characters of an ASCII key, without a hyphen at the end.
fn cut(key: &str, length: usize) -> &str {
    key.get(..length).unwrap_or(key).trim_end_matches('-')
}

/// A TOML basic string (toml.io, v1.0.0, "String"); the text is on one line and has no control characters.
fn quoted(text: impl AsRef<str>) -> String {
    format!("\"{}\"", text.as_ref().replace('\\', "\\\\").replace('"', "\\\""))
}

fn head(wanted: &Wanted, out: &Imported) -> String {
    let source = one_line(&wanted.source);
    format!(
        "# Made of {source}: {} series, {} of them marked for review.\n\
         # Look at every line before this is adopted. It is marked as a starter set, which authorises no destruction. Once the\n\
         # adoption has been acknowledged by the State Archives, write instead:\n\
         #   kind = \"approved-schedule\"\n\
         #   citation = \"the approval, as printed\"\n\
         #   adoption_acknowledged_on = \"the day, such as 2021-06-01\"\n\
         #   departments = [\"only where not the whole city adopted it\"]\n\
         # An older edition that this one takes the place of is named with: replaces = [\"its-key\"]\n\n\
         key = {}\ntitle = {}\neffective_on = {}\n\n[authority]\nkind = \"starter\"\ncitation = {}\n",
        out.understood + out.for_review,
        out.for_review,
        quoted(&wanted.key),
        quoted(one_line(&wanted.title)),
        quoted(wanted.effective_on.to_string()),
        quoted(format!("imported from {source}; not reviewed, and no authority")),
    )
}
