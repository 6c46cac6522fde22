//! Plain report values become text, CSV or HTML: indexes, logs, plans, status.
//!
//! A [`Report`] knows nothing of what it reports; it is filled by an operation and written by one of three faces.
//! In: words and rows, already fit for the reader. Out: one `String`. *Invariant:* the same report gives the same
//! bytes; no cell of a stranger becomes a formula, a mark-up element or a terminal command.
//!
//! Reading order: this file, `plain`, `csv`, `html`. Tests are in each file.

mod csv;
mod html;
mod plain;
mod width;

/// On which side the cells of a column line up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Align {
    /// Words.
    #[default]
    Left,
    /// Numbers.
    Right,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// How its cells line up.
    pub align: Align,
}

/// A cell of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// What stands in it.
    pub text: String,
    /// Where it leads, relative to the report and `/` separated; only HTML follows it.
    pub link: Option<String>,
}

/// A table: columns, and rows with one cell for each of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// What the table shows; its caption.
    pub caption: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

/// A report: a title, sentences, and tables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The title.
    pub title: String,
    /// A label that stands on every page, such as EXERCISE; empty for none.
    pub label: String,
    /// Sentences above the tables, one paragraph each.
    pub notes: Vec<String>,
    /// The tables, in order.
    pub tables: Vec<Table>,
}

impl Column {
    /// A column of words.
    pub fn words(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), align: Align::Left }
    }
    /// A column of numbers.
    pub fn numbers(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), align: Align::Right }
    }
}

impl Cell {
    /// A cell with a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), link: None }
    }
    /// A cell that leads to a file beside the report.
    pub fn linked(text: impl Into<String>, link: impl Into<String>) -> Self {
        Self { text: text.into(), link: Some(link.into()) }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl Table {
    /// A table without rows.
    pub fn new(caption: impl Into<String>, columns: impl IntoIterator<Item = Column>) -> Self {
        Self { caption: caption.into(), columns: columns.into_iter().collect(), rows: Vec::new() }
    }
    /// Adds a row.
    ///
    /// # Panics
    /// When it has not one cell for each column: the program is wrong.
    pub fn push(&mut self, row: impl IntoIterator<Item = Cell>) {
        let row: Vec<Cell> = row.into_iter().collect();
        assert_eq!(row.len(), self.columns.len(), "a row of the table {:?} has one cell for each column", self.caption);
        self.rows.push(row);
    }
    /// The table as CSV (RFC 4180), headings first. See [`csv`](Report::to_csv) for the guard against formulas.
    pub fn to_csv(&self) -> String {
        csv::write(self)
    }
    /// The table as lines of padded columns, for a screen or a text file.
    pub fn to_text(&self) -> String {
        plain::table(self)
    }
}

impl Report {
    /// A report with a title and nothing in it.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }
    /// Adds a paragraph above the tables.
    pub fn note(&mut self, sentence: impl Into<String>) {
        self.notes.push(sentence.into());
    }
    /// The report as plain text.
    pub fn to_text(&self) -> String {
        plain::write(self)
    }
    /// The rows of all tables as CSV, one table after the other with an empty line between (RFC 4180).
    ///
    /// A cell that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a carriage
    /// return, as OWASP lists them) gets an apostrophe before it, unless it is a plain number. Title and notes are
    /// not in it, so that a program can read it.
    pub fn to_csv(&self) -> String {
        self.tables.iter().map(Table::to_csv).collect::<Vec<_>>().join("\r\n")
    }
    /// The report as one HTML file: no script, nothing fetched, readable on paper and by a screen reader.
    pub fn to_html(&self) -> String {
        html::write(self)
    }
}

/// A byte order mark: put before CSV it makes Excel read UTF-8.
pub const BYTE_ORDER_MARK: &str = "\u{FEFF}";

#[cfg(test)]
pub(crate) mod sample {
    use super::*;

    /// A report with everything a stranger might put into a cell.
    pub(crate) fn report() -> Report {
        let mut report = Report::new("Index <of> items");
        report.label = "EXERCISE".to_owned();
        report.note("Two items & a slip.");
        let mut table = Table::new("Items", [Column::words("Subject"), Column::numbers("Pages")]);
        table.push([Cell::linked("=HYPERLINK(\"x\")", "PDF/a b.pdf"), "2".into()]);
        table.push(["預算 \"draft\", <b>\nsecond line".into(), "-12".into()]);
        table.push([Cell::linked("trick", "javascript:alert(1)"), "".into()]);
        report.tables.push(table);
        report
    }
}
