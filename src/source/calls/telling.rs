//! Tells what the rows of call detail are, whichever file they lie in: headings, calls and texts, totals, other lines.

use super::cells;
use super::moments;
use super::other_lines::{Line, OtherLines};
use super::profile::{MappingProfile, OwnNumber};
use super::row::{self, Around};
use super::rows::Encoding;
use super::rule::RowKind;
use super::table::{self, Found as Headed};
use super::totals::Totals;
use crate::base::digest::Blake3Digest;
use crate::model::exception::{ItemException, Problem, ProblemCode};
use crate::model::item::{Found, Original, RawItem, Shape, Sink, Stopped};
use crate::model::provenance::CopyFacts;
use crate::source::{ReadOptions, number};
use std::collections::HashMap;
use std::rc::Rc;

/// Different rows whose repetitions are counted; behind them a row is told apart by its line.
const DIFFERENT_ROWS: usize = 2_000_000;
/// Cells of a line that may name the number of the line or the account.
const LINE_CELLS: usize = 3;
/// Totals that differ and are remarked one by one; the others are counted.
const REMARKED_TOTALS: u64 = 20;

/// One row as its file has it.
pub struct Entry {
    /// Where it is, for a person.
    pub place: String,
    /// Its line in the file, or its row in the sheet, from 1.
    pub number: u64,
    /// Its text; of a workbook's row, the cells between tabulators.
    pub text: String,
    /// Its cells.
    pub cells: Vec<String>,
    /// Its bytes, exactly; of a workbook's row, its canonical form.
    pub bytes: Vec<u8>,
    /// Whether it is several lines that a quote made one.
    pub may_be_several: bool,
}

/// What is known while the rows of one file are told.
pub struct Telling<'a> {
    profile: &'a MappingProfile,
    options: &'a ReadOptions,
    encoding: Encoding,
    sink: &'a mut dyn Sink,
    found: Option<Rc<Headed>>,
    around: Around,
    ordinal: u64,
    seen: HashMap<[u8; 16], u64>,
    others: OtherLines,
    totals: Totals,
    /// Where the table is that the rows belong to, when a file has several (the name of a sheet).
    sheet: Option<String>,
    /// The headings were the line before.
    after_headings: bool,
    /// No row of the present table was read; its headings are in no original yet.
    is_unused: bool,
}

impl<'a> Telling<'a> {
    /// Nothing told yet.
    pub fn new(
        profile: &'a MappingProfile,
        file_name: &str,
        options: &'a ReadOptions,
        encoding: Encoding,
        sink: &'a mut dyn Sink,
    ) -> Self {
        let from_name = profile.own_number.contains(&OwnNumber::FileName).then(|| number_in_name(file_name)).flatten();
        let around = Around { own: from_name.unwrap_or_default(), account: String::new() };
        Self {
            profile,
            options,
            encoding,
            sink,
            found: None,
            around,
            ordinal: 0,
            seen: HashMap::new(),
            others: OtherLines::new(encoding),
            totals: Totals::new(),
            sheet: None,
            after_headings: false,
            is_unused: false,
        }
    }

    /// Begins with a table that has no headings.
    pub fn begin(&mut self, found: Option<Headed>) {
        self.found = found.map(Rc::new);
    }

    /// Begins another sheet of a workbook: its headings, its totals and the number in its name are its own.
    pub fn begin_sheet(&mut self, name: &str, is_hidden: bool) -> Result<(), Stopped> {
        self.keep_unused_headings()?;
        self.found = None;
        self.after_headings = false;
        self.totals.begin_sheet();
        if self.profile.own_number.contains(&OwnNumber::FileName)
            && let Some(own) = number_in_name(name)
        {
            self.around.own = own;
        }
        self.sheet = Some(if is_hidden { format!("{name} (hidden)") } else { name.to_owned() });
        Ok(())
    }

    /// What stands between the cells of the present table.
    pub fn delimiter(&self) -> char {
        self.found.as_ref().map_or(',', |found| found.delimiter)
    }

    /// How many columns the present table has.
    pub fn columns(&self) -> usize {
        self.found.as_ref().map_or(0, |found| found.names.len())
    }

    /// Tells one row; gives it back when it has to be read line by line.
    pub fn entry(&mut self, row: Entry) -> Result<Option<Entry>, Stopped> {
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(None);
        }
        if let Some(found) = self.headings(&row) {
            self.keep_unused_headings()?;
            self.totals.begin_table(self.profile, &found);
            self.found = Some(Rc::new(found));
            (self.after_headings, self.is_unused) = (true, true);
            return Ok(None);
        }
        if std::mem::take(&mut self.after_headings)
            && table::is_types(&row.cells)
            && let Some(found) = &mut self.found
        {
            // The line of types belongs to the headings and stands with them in the original of every row.
            Rc::make_mut(found).headings.extend_from_slice(&row.bytes);
            return Ok(None);
        }
        let Some(found) = self.found.clone() else {
            self.notice(&row.text);
            return self.other(Line::Above, &row).map(|()| None);
        };
        if self.is_total(&row.cells) {
            self.check_total(&row)?;
            return self.other(Line::Total, &row).map(|()| None);
        }
        let said: Vec<&String> = row.cells.iter().filter(|cell| !cell.trim().is_empty()).collect();
        let is_title = said.len() < LINE_CELLS && !said[0].trim().starts_with(|c: char| c.is_ascii_digit());
        let fits = found.fits(&row.cells);
        // A merged row above a section has one cell that says something and as many empty ones as the table.
        let is_section = said.len() < LINE_CELLS && !row::has_moment(self.profile, &found, &row.cells);
        if fits && !(is_section && (self.notice(&row.text) || is_title)) {
            return self.table_row(row, &found).map(|()| None);
        }
        if row.may_be_several {
            return Ok(Some(row));
        }
        if fits || self.notice(&row.text) || is_title {
            return self.other(Line::Between, &row).map(|()| None);
        }
        let sentence = format!("the row has {} cells and the table {} columns", row.cells.len(), found.names.len());
        self.exception(row.place, row.bytes, ProblemCode::Malformed, sentence).map(|()| None)
    }

    /// The table that a row of headings begins.
    fn headings(&self, row: &Entry) -> Option<Headed> {
        // No heading begins with a digit, and nearly every row does.
        let begins = row.text.trim_start_matches(['"', '=', '\'', ' ', '\t']);
        if begins.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        match self.sheet {
            Some(_) => {
                let said = row.cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |at| at + 1);
                table::headed_by(self.profile, row.cells[..said].to_vec(), '\t', &row.bytes)
            }
            None => table::headed(self.profile, &row.text, &row.bytes),
        }
    }

    fn table_row(&mut self, row: Entry, found: &Headed) -> Result<(), Stopped> {
        let cells = row.cells.as_slice();
        self.totals.row(cells);
        let kind = row::kind(self.profile, found, cells);
        let Some(record) = kind.record() else {
            let line = if kind == RowKind::Data { Line::Data } else { Line::Other };
            return self.other(line, &row);
        };
        let mut parsed = row::parse(self.profile, found, cells, &self.around, record, self.options.zone);
        if let Some(sheet) = &self.sheet {
            parsed.facts.insert("sheet".to_owned(), sheet.clone());
        }
        let mut identity = row::identity(found, cells, &self.around);
        let repeated = self.repeated(&identity.clone().into_bytes(), row.number);
        identity.field("ordinal", repeated.to_string().as_bytes());
        let original = row::original(self.profile, found, &self.around, self.encoding, repeated, &row.bytes);
        let item = RawItem {
            ordinal: self.ordinal,
            place: row.place,
            original: Original::Bytes(original),
            identity: Some(identity.into_bytes()),
            shape: Shape::Parsed(Box::new(parsed)),
            copy: CopyFacts::default(),
        };
        self.is_unused = false;
        self.ordinal += 1;
        self.sink.found(Found::Item(item))
    }

    /// Keeps a line that is no call or text.
    fn other(&mut self, line: Line, row: &Entry) -> Result<(), Stopped> {
        // The lines of a workbook are kept as a person reads them; cells have no bytes of their own.
        match &self.sheet {
            Some(_) => self.other_bytes(line, format!("{}\n", row.text).as_bytes()),
            None => self.other_bytes(line, &row.bytes),
        }
    }

    fn other_bytes(&mut self, line: Line, bytes: &[u8]) -> Result<(), Stopped> {
        match self.others.take(line, bytes, self.ordinal) {
            Some(full) => {
                self.ordinal += 1;
                self.sink.found(Found::Item(full))
            }
            None => Ok(()),
        }
    }

    /// Keeps the headings of a table whose rows do not keep them.
    fn keep_unused_headings(&mut self) -> Result<(), Stopped> {
        let unused = if std::mem::take(&mut self.is_unused) { self.found.clone() } else { None };
        unused.map_or(Ok(()), |found| self.other_bytes(Line::Headings, &found.headings))
    }

    /// How many equal rows came before: two equal lines of a bill are two calls.
    fn repeated(&mut self, identity: &[u8], line: u64) -> u64 {
        let mut key = [0; 16];
        key.copy_from_slice(&Blake3Digest::of(identity).as_bytes()[..16]);
        let full = self.seen.len() >= DIFFERENT_ROWS;
        match self.seen.get_mut(&key) {
            Some(count) => {
                *count += 1;
                *count
            }
            // Too many to remember: its line tells it apart, which is as stable as the file.
            None if full => line,
            None => {
                self.seen.insert(key, 0);
                0
            }
        }
    }

    fn is_total(&self, cells: &[String]) -> bool {
        let first = cells.iter().map(|cell| cells::name(cell)).find(|cell| !cell.is_empty()).unwrap_or_default();
        self.profile.totals.iter().any(|word| first.starts_with(&word.to_lowercase()))
    }

    /// Takes the account or the number of the line from a line outside of the rows; false when it names neither.
    fn notice(&mut self, text: &str) -> bool {
        let parts: Vec<&str> = text
            .split([',', '\t', ';', '|', ':'])
            .map(|part| cells::plain(part.trim_matches(['"', ' '])))
            .filter(|part| !part.is_empty())
            .collect();
        let Some(first) = parts.first() else { return false };
        let is_account =
            self.profile.account_lines.iter().any(|word| first.to_lowercase().starts_with(&word.to_lowercase()));
        if is_account {
            self.around.account = parts.join(" ");
        }
        let numbers: Vec<&str> =
            parts.iter().map(|part| behind_words(part)).filter(|part| number::normal(part).is_ok()).collect();
        let takes = self.profile.own_number.contains(&OwnNumber::Lines) && parts.len() <= LINE_CELLS;
        // A line that begins with a date is a damaged row, whatever number it has.
        let cell =
            text.split([',', '\t', ';', '|']).map(cells::plain).find(|cell| !cell.is_empty()).unwrap_or_default();
        let is_row = moments::begins_with_date(cell.trim_matches('"'), &self.profile.date_forms);
        match numbers[..] {
            [own] if takes && !is_row && !is_account => {
                self.around.own = own.to_owned();
                true
            }
            _ => is_account,
        }
    }

    /// Compares a total with the rows above it.
    fn check_total(&mut self, row: &Entry) -> Result<(), Stopped> {
        let Some(differs) = self.totals.check(&row.cells) else { return Ok(()) };
        if self.totals.differing > REMARKED_TOTALS {
            return Ok(());
        }
        let sentence = format!("{}: {differs}", row.place);
        self.sink.found(Found::Remark(Problem::new(ProblemCode::Malformed, sentence)))
    }

    /// Hands over a row that could not become an item.
    pub fn exception(
        &mut self,
        place: String,
        raw: Vec<u8>,
        code: ProblemCode,
        sentence: String,
    ) -> Result<(), Stopped> {
        let exception = ItemException { ordinal: self.ordinal, place, problem: Problem::new(code, sentence), raw };
        self.ordinal += 1;
        self.sink.found(Found::Exception(exception))
    }

    /// Hands over the lines that were no calls or texts, and says how many there were.
    pub fn close(&mut self) -> Result<(), Stopped> {
        self.keep_unused_headings()?;
        if let Some(item) = self.others.item(self.ordinal) {
            self.ordinal += 1;
            self.sink.found(Found::Item(item))?;
        }
        if let Some(mut sentence) = self.others.told() {
            if let Some(totals) = self.totals.told(REMARKED_TOTALS) {
                sentence.push_str("; ");
                sentence.push_str(&totals);
            }
            self.sink.found(Found::Remark(Problem::new(ProblemCode::Told, sentence)))?;
        }
        if self.seen.len() >= DIFFERENT_ROWS {
            let sentence = format!("the file has more than {DIFFERENT_ROWS} different rows; split it by month");
            self.sink.found(Found::Remark(Problem::new(ProblemCode::LimitReached, sentence)))?;
        }
        Ok(())
    }
}

/// What stands behind the words that call a number that of a line (`Wireless number 612-555-0140`); else the whole.
fn behind_words(part: &str) -> &str {
    const WORDS: [&str; 12] = [
        "line",
        "number",
        "no",
        "phone",
        "telephone",
        "wireless",
        "mobile",
        "cell",
        "usage",
        "detail",
        "details",
        "for",
    ];
    let Some(at) = part.find(|c: char| c.is_ascii_digit() || c == '+' || c == '(') else { return part };
    let mut words = part[..at].split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    if words.all(|word| WORDS.contains(&word.to_lowercase().as_str())) { &part[at..] } else { part }
}

/// Ten digits in the name of a file, as the number of a line.
fn number_in_name(name: &str) -> Option<String> {
    let runs = name.split(|c: char| !c.is_ascii_digit());
    runs.filter(|run| run.len() == 10 || run.len() == 11).find(|run| number::normal(run).is_ok()).map(str::to_owned)
}
