//! Reads call detail out of a delimited file: preambles, one or more tables, totals, and rows.
//!
//! Every line is accounted for: it is an item, an exception, or one of those that are kept together in one file and
//! counted by the closing remark (lines above and between the tables, totals, rows of data use;
//! [`super::other_lines`]). The
//! headings of a table are in the original of each of its rows. Only blank lines are nothing.

use super::cells;
use super::profile::MappingProfile;
use super::rows::{Encoding, Row, Rows};
use super::table;
use super::telling::{Entry, Telling};
use crate::base::limits;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Sink, Stopped};
use crate::source::detect::HEAD_BYTES;
use crate::source::{ReadOptions, ReadStop};
use std::io::BufRead;

/// Rows that are looked at to find a table, or to see that one without headings is what it seems.
pub const SNIFFED_ROWS: usize = 200;
/// Rows of a table without headings that are checked.
const CHECKED_ROWS: usize = 5;

/// Whether a file is call detail that the named profile, or a shipped one, can read.
pub fn sniff(head: &[u8], _file_name: &str, options: &ReadOptions) -> bool {
    profile_for(head, options).is_some()
}

/// What to say of a file that no profile reads and that looks like call detail all the same.
pub fn hint(head: &[u8], options: &ReadOptions) -> Option<Problem> {
    let resembles = texts(head).iter().any(|text| {
        [',', '\t', ';', '|'].iter().any(|delimiter| table::resembles_headings(&cells::split(text, *delimiter)))
    });
    resembles.then(|| unknown_layout(options))
}

/// What to say of call detail that no profile reads.
pub fn unknown_layout(options: &ReadOptions) -> Problem {
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
    Problem::new(ProblemCode::Unsupported, sentence)
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
    telling.begin(table::positioned(&profile, &first(&head)));
    while let Some(row) = rows.next_row() {
        tell(&mut telling, row, encoding)?;
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

/// Tells one row of the file, or where its quotes do not fit its cells each of its lines.
fn tell(telling: &mut Telling<'_>, row: Row, encoding: Encoding) -> Result<(), Stopped> {
    let place = format!("line {}", row.line);
    if row.length > limits::LINE_BYTES as u64 {
        let sentence = format!("a line of {} bytes is longer than what is read at once", row.length);
        return telling.exception(place, row.bytes, ProblemCode::LimitReached, sentence);
    }
    let text = cells::text(&row.bytes, encoding);
    let cells = cells::split(&text, telling.delimiter());
    let entry = Entry { place, number: row.line, text, cells, bytes: row.bytes, may_be_several: row.breaks > 0 };
    let Some(several) = telling.entry(entry)? else { return Ok(()) };
    // A quote that something far below closed made one row of several lines: each line is read alone.
    let mut bytes = several.bytes.as_slice();
    let mut lines = Rows::inside(&mut bytes, encoding);
    while let Some(line) = lines.next_row() {
        let (number, offset) = (row.line + line.line - 1, row.offset + line.offset);
        tell(telling, Row { line: number, offset, ..line }, encoding)?;
    }
    Ok(())
}
