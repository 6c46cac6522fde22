//! Reads call detail out of a delimited file: preambles, one or more tables, totals, and rows.
//!
//! Every line is accounted for: it is an item, an exception, or one of those that are kept together in one file and
//! counted by the closing remark (lines above and between the tables, totals, rows of data use; [`OtherLines`]). The
//! headings of a table are in the original of each of its rows. Only blank lines are nothing.

use super::other_lines::{Line, OtherLines};
use super::profile::{MappingProfile, OwnNumber, RowKind};
use super::row::{self, Around};
use super::rows::{Encoding, Row, Rows};
use super::table::{self, Found as Headed};
use super::{cells, moments};
use crate::base::digest::Blake3Digest;
use crate::base::limits;
use crate::model::exception::{ItemException, Problem, ProblemCode};
use crate::model::item::{Found, Original, RawItem, Shape, Sink, Stopped};
use crate::model::provenance::CopyFacts;
use crate::source::detect::HEAD_BYTES;
use crate::source::{ReadOptions, ReadStop, number};
use std::collections::HashMap;
use std::io::BufRead;
use std::rc::Rc;

/// Rows that are looked at to find a table, or to see that one without headings is what it seems.
const SNIFFED_ROWS: usize = 200;
/// Rows of a table without headings that are checked.
const CHECKED_ROWS: usize = 5;
/// Different rows whose repetitions are counted; behind them a row is told apart by its line.
const DIFFERENT_ROWS: usize = 2_000_000;
/// Cells of a line that may name the number of the line or the account.
const LINE_CELLS: usize = 3;

/// Whether a file is call detail that the named profile, or a shipped one, can read.
pub fn sniff(head: &[u8], _file_name: &str, options: &ReadOptions) -> bool {
    profile_for(head, options).is_some()
}

/// What to say of a file that no profile reads and that looks like call detail all the same.
pub fn hint(head: &[u8], options: &ReadOptions) -> Option<Problem> {
    let resembles = texts(head).iter().any(|text| {
        [',', '\t', ';', '|'].iter().any(|delimiter| table::resembles_headings(&cells::split(text, *delimiter)))
    });
    if !resembles {
        return None;
    }
    let named = options.call_profile.as_ref().map(|profile| profile.key.as_str());
    let sentence = match named {
        Some(key) => format!(
            "this looks like call detail, and the profile {key} does not fit its headings; it is kept whole as a file"
        ),
        None => format!(
            "this looks like call detail of an unknown layout; it is kept whole as a file. Name a profile with \
             --call-profile ({}, or a file of your own)",
            MappingProfile::keys().join(", ")
        ),
    };
    Some(Problem::new(ProblemCode::Unsupported, sentence))
}

/// Reads every row of a file.
///
/// # Errors
/// When the sink asked to stop, or the bytes broke off.
pub fn read(
    stream: &mut dyn BufRead,
    file_name: &str,
    options: &ReadOptions,
    sink: &mut dyn Sink,
) -> Result<(), ReadStop> {
    let mut rows = Rows::new(stream);
    let encoding = rows.encoding();
    let head = marked(rows.head(HEAD_BYTES), encoding);
    let Some(profile) = profile_for(&head, options) else {
        let sentence = "no mapping profile fits the headings of this file";
        sink.found(Found::Remark(Problem::new(ProblemCode::Unsupported, sentence)))?;
        return Ok(());
    };
    rows.delimiters = profile.delimiters.iter().map(|one| one.character()).collect();
    let mut telling = Telling::new(&profile, file_name, options, encoding, sink);
    telling.found = table::positioned(&profile, &first(&head)).map(Rc::new);
    while let Some(row) = rows.next_row() {
        telling.row(row)?;
    }
    telling.close()?;
    match rows.failure() {
        Some(error) => Err(ReadStop::Io(error)),
        None => Ok(()),
    }
}

/// The named profile or the first shipped one that fits the head of a file.
fn profile_for(head: &[u8], options: &ReadOptions) -> Option<MappingProfile> {
    let texts = texts(head);
    let first = first(head);
    let fits = |profile: &&MappingProfile| {
        texts.iter().any(|text| table::headed(profile, text, &[]).is_some())
            || table::positioned(profile, &first).is_some()
    };
    match &options.call_profile {
        Some(profile) => Some(profile).filter(fits).cloned(),
        None => MappingProfile::tried().find(fits).cloned(),
    }
}

/// The head with the mark that tells its encoding, which [`Rows`] has passed over.
fn marked(head: &[u8], encoding: Encoding) -> Vec<u8> {
    [encoding.mark(), head].concat()
}

/// The first rows of a head as text; the last one may be cut off and is left out where there are others.
fn texts(head: &[u8]) -> Vec<String> {
    let mut stream = head;
    let mut rows = Rows::new(&mut stream);
    let encoding = rows.encoding();
    let all = std::iter::from_fn(|| rows.next_row()).take(SNIFFED_ROWS);
    let mut texts: Vec<String> = all.map(|row| cells::text(&row.bytes, encoding)).collect();
    if texts.len() > 1 && texts.len() < SNIFFED_ROWS && head.len() >= HEAD_BYTES {
        texts.pop();
    }
    texts
}

fn first(head: &[u8]) -> Vec<String> {
    texts(head).into_iter().filter(|text| !text.trim().is_empty()).take(CHECKED_ROWS).collect()
}

struct Telling<'a> {
    profile: &'a MappingProfile,
    options: &'a ReadOptions,
    encoding: Encoding,
    sink: &'a mut dyn Sink,
    found: Option<Rc<Headed>>,
    around: Around,
    ordinal: u64,
    seen: HashMap<[u8; 16], u64>,
    others: OtherLines,
    /// The headings were the line before.
    after_headings: bool,
    /// No row of the present table was read; its headings are in no original yet.
    is_unused: bool,
}

impl<'a> Telling<'a> {
    fn new(
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
            after_headings: false,
            is_unused: false,
        }
    }

    fn row(&mut self, row: Row) -> Result<(), Stopped> {
        if row.length > limits::LINE_BYTES as u64 {
            let sentence = format!("a line of {} bytes is longer than what is read at once", row.length);
            return self.exception(row, ProblemCode::LimitReached, sentence);
        }
        let text = cells::text(&row.bytes, self.encoding);
        let delimiter = self.found.as_ref().map_or(',', |found| found.delimiter);
        let cells = cells::split(&text, delimiter);
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        // No heading begins with a digit, and nearly every row does.
        let may_head = !text.trim_start_matches(['"', '=', '\'', ' ']).starts_with(|c: char| c.is_ascii_digit());
        if may_head && let Some(found) = table::headed(self.profile, &text, &row.bytes) {
            self.keep_unused_headings()?;
            self.found = Some(Rc::new(found));
            (self.after_headings, self.is_unused) = (true, true);
            return Ok(());
        }
        if std::mem::take(&mut self.after_headings)
            && table::is_types(&cells)
            && let Some(found) = &mut self.found
        {
            // The line of types belongs to the headings and stands with them in the original of every row.
            Rc::make_mut(found).headings.extend_from_slice(&row.bytes);
            return Ok(());
        }
        let Some(found) = self.found.clone() else {
            self.notice(&text);
            return self.other(Line::Above, &row.bytes);
        };
        if self.is_total(&cells) {
            return self.other(Line::Total, &row.bytes);
        }
        if found.fits(&cells) {
            return self.table_row(row, &found, &cells);
        }
        if row.breaks > 0 {
            return self.single_lines(&row);
        }
        let said: Vec<&String> = cells.iter().filter(|cell| !cell.trim().is_empty()).collect();
        let is_title = said.len() < LINE_CELLS && !said[0].trim().starts_with(|c: char| c.is_ascii_digit());
        if self.notice(&text) || is_title {
            return self.other(Line::Between, &row.bytes);
        }
        let sentence = format!("the row has {} cells and the table {} columns", cells.len(), found.names.len());
        self.exception(row, ProblemCode::Malformed, sentence)
    }

    /// A quote that something far below closed made one row of several lines: each line is read alone.
    fn single_lines(&mut self, row: &Row) -> Result<(), Stopped> {
        let mut bytes = row.bytes.as_slice();
        let mut lines = Rows::inside(&mut bytes, self.encoding);
        while let Some(line) = lines.next_row() {
            let (number, offset) = (row.line + line.line - 1, row.offset + line.offset);
            self.row(Row { line: number, offset, ..line })?;
        }
        Ok(())
    }

    fn table_row(&mut self, row: Row, found: &Headed, cells: &[String]) -> Result<(), Stopped> {
        let kind = row::kind(self.profile, found, cells);
        let Some(record) = kind.record() else {
            let line = if kind == RowKind::Data { Line::Data } else { Line::Other };
            return self.other(line, &row.bytes);
        };
        let parsed = row::parse(self.profile, found, cells, &self.around, record, self.options.zone);
        let mut identity = row::identity(found, cells, &self.around);
        let repeated = self.repeated(&identity.clone().into_bytes(), row.line);
        identity.field("ordinal", repeated.to_string().as_bytes());
        let original = row::original(self.profile, found, &self.around, self.encoding, repeated, &row.bytes);
        let item = RawItem {
            ordinal: self.ordinal,
            place: format!("line {}", row.line),
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
    fn other(&mut self, line: Line, bytes: &[u8]) -> Result<(), Stopped> {
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
        unused.map_or(Ok(()), |found| self.other(Line::Headings, &found.headings))
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
        let numbers: Vec<&&str> = parts.iter().filter(|part| number::normal(part).is_ok()).collect();
        let takes = self.profile.own_number.contains(&OwnNumber::Lines) && parts.len() <= LINE_CELLS;
        // A line that begins with a date is a damaged row, whatever number it has.
        let cell =
            text.split([',', '\t', ';', '|']).map(cells::plain).find(|cell| !cell.is_empty()).unwrap_or_default();
        let is_row = moments::begins_with_date(cell.trim_matches('"'), &self.profile.date_forms);
        match numbers[..] {
            [own] if takes && !is_row && !is_account => {
                self.around.own = (*own).to_owned();
                true
            }
            _ => is_account,
        }
    }

    fn exception(&mut self, row: Row, code: ProblemCode, sentence: String) -> Result<(), Stopped> {
        let place = format!("line {}", row.line);
        let exception =
            ItemException { ordinal: self.ordinal, place, problem: Problem::new(code, sentence), raw: row.bytes };
        self.ordinal += 1;
        self.sink.found(Found::Exception(exception))
    }

    /// Hands over the lines that were no calls or texts, and says how many there were.
    fn close(&mut self) -> Result<(), Stopped> {
        self.keep_unused_headings()?;
        if let Some(item) = self.others.item(self.ordinal) {
            self.ordinal += 1;
            self.sink.found(Found::Item(item))?;
        }
        if let Some(sentence) = self.others.told() {
            self.sink.found(Found::Remark(Problem::new(ProblemCode::Unsupported, sentence)))?;
        }
        if self.seen.len() >= DIFFERENT_ROWS {
            let sentence = format!("the file has more than {DIFFERENT_ROWS} different rows; split it by month");
            self.sink.found(Found::Remark(Problem::new(ProblemCode::LimitReached, sentence)))?;
        }
        Ok(())
    }
}

/// Ten digits in the name of a file, as the number of a line.
fn number_in_name(name: &str) -> Option<String> {
    let runs = name.split(|c: char| !c.is_ascii_digit());
    runs.filter(|run| run.len() == 10 || run.len() == 11).find(|run| number::normal(run).is_ok()).map(str::to_owned)
}
