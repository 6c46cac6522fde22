//! iMazing: the messages of an iPhone (iMessage, SMS, WhatsApp) in CSV or XLSX, their files beside.
//!
//! Columns are found by their names, never by position: there are editions of 14, 15 and 17 columns. Times are the
//! computer's own and have no zone. The call history in CSV is call detail like any other (`calls/profiles`).

use super::beside::{self, Beside};
use super::capsule;
use super::columns::{Columns, as_csv};
use super::draft::{self, Draft, Equals};
use super::side_by_side::SideBySide;
use crate::base::limits;
use crate::extract::workbook::{self, Sheet};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::provenance::ContainerFormat;
use crate::model::record::{Direction, RecordKind, Role};
use crate::source::calls::cells;
use crate::source::calls::rows::Encoding;
use crate::source::container::tree::{Accounted, Tree};
use crate::source::container::{Content, Reading};
use crate::source::formats::{ExportFormat, Look, Loose};
use crate::source::{ReadStop, number, wide};
use chrono::NaiveDateTime;
use std::io::Cursor;

/// Bytes of a file that is read at once.
const FILE_BYTES: u64 = 256 * 1024 * 1024;
/// Files of the first level of a folder that are looked into.
const FILES_LOOKED_AT: usize = 64;
/// Columns that every edition has.
const REQUIRED: [&str; 4] = ["message date", "type", "sender id", "text"];
/// Columns of the call history, in CSV a profile of the room of calls.
const CALLS: [&str; 4] = ["call type", "date", "duration", "number"];
/// Columns whose cells change after a message was sent, or are the phone's own names for people: not in the identity.
const IN_IDENTITY: [&str; 8] =
    ["chat session", "message date", "type", "sender id", "service", "subject", "text", "attachment"];

const TABLES: SideBySide = SideBySide {
    named: tables,
    begins: |head, _| is_messages(head),
    most: FILE_BYTES,
    read: |_, bytes, files, reading| read_csv(bytes, files, reading),
};

/// Exports of iMazing.
pub struct Imazing;

impl ExportFormat for Imazing {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        let size = look.content.length().unwrap_or(u64::MAX);
        let is = if look.media_type.starts_with("text/") {
            size <= FILE_BYTES && is_messages(look.head)
        } else {
            look.media_type.ends_with("spreadsheetml.sheet")
                && size <= workbook::WORKBOOK_BYTES as u64
                && sheets_of(look.content).is_some_and(|sheets| {
                    sheets.iter().any(|one| kind(one).is_some_and(|(_, is_messages)| is_messages))
                })
        };
        is.then_some(ContainerFormat::Imazing)
    }

    fn read_file(
        &self,
        _format: ContainerFormat,
        _name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        let mut folder = beside::folder_of(content);
        let mut files = folder.as_mut().map_or_else(Beside::nothing, |tree| Beside::level(tree));
        if is_messages(&content.head()?) {
            return Ok(read_csv(&content.to_bytes()?, &mut files, reading)?);
        }
        match sheets_of(content) {
            Some(sheets) => read_sheets(&sheets, &mut files, reading),
            None => Ok(()),
        }
    }

    fn of_tree(&self, tree: &mut dyn Tree) -> Option<ContainerFormat> {
        TABLES.is_in(tree).then_some(ContainerFormat::Imazing)
    }

    fn read_tree(
        &self,
        format: ContainerFormat,
        tree: &mut dyn Tree,
        reading: &mut Reading<'_>,
    ) -> Result<Accounted, ReadStop> {
        TABLES.read_tree(format, tree, reading)
    }

    fn lies_loose(&self, _format: ContainerFormat, _tree: &mut dyn Tree) -> Option<Loose> {
        Some(Loose::Each)
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        (format == ContainerFormat::Imazing).then(|| capsule::part_bytes(original, part)).flatten()
    }
}

fn tables(tree: &mut dyn Tree) -> Vec<String> {
    let names = tree.top().unwrap_or_default();
    names.into_iter().filter(|name| name.to_lowercase().ends_with(".csv")).take(FILES_LOOKED_AT).collect()
}

fn sheets_of(content: &Content) -> Option<Vec<Sheet>> {
    workbook::sheets(&content.to_bytes().ok()?).ok()
}

fn is_messages(head: &[u8]) -> bool {
    let narrow = wide::narrowed(head);
    let first = narrow.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let text = cells::text(first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first), Encoding::Bytes);
    Columns::of(cells::split(&text, ',')).has(&REQUIRED)
}

/// The exact bytes of each row and where it begins. A quoted cell may hold line breaks; a quote that nothing closes
/// would swallow the rest of the file, so from such a row on every line is a row.
fn rows(bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let mut rows = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                rows.push((start, &bytes[start..=at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    if quoted {
        for line in bytes[start..].split_inclusive(|byte| *byte == b'\n') {
            rows.push((start, line));
            start += line.len();
        }
    } else if start < bytes.len() {
        rows.push((start, &bytes[start..]));
    }
    rows
}

fn read_csv(bytes: &[u8], files: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let narrow = wide::narrowed(bytes);
    let narrow = narrow.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&narrow);
    let mut rows = rows(narrow).into_iter();
    let Some((_, headings)) = rows.next() else { return Ok(()) };
    let table = Table {
        columns: Columns::of(cells::split(&cells::text(headings, Encoding::Bytes), ',')),
        headings: headings.to_vec(),
    };
    let mut equals = Equals::default();
    for (line, (offset, row)) in rows.enumerate() {
        if row.trim_ascii().is_empty() {
            continue;
        }
        let place = format!("row {}, byte {offset}", line + 2);
        if row.len() as u64 > limits::ITEM_IN_MEMORY_BYTES / 2 {
            let sentence = "the row is larger than what is read at once";
            reading.exception(place, ProblemCode::TooLargeToParse, sentence, row.to_vec())?;
            continue;
        }
        let cells = cells::split(&cells::text(row, Encoding::Bytes), ',');
        table.item(&cells, row, place, &mut equals, files, reading)?;
    }
    Ok(())
}

/// What the rows of a sheet are, and where its headings stand.
fn kind(sheet: &Sheet) -> Option<(usize, bool)> {
    const HEADINGS_WITHIN: usize = 8;
    sheet.rows.iter().take(HEADINGS_WITHIN).enumerate().find_map(|(at, row)| {
        let columns = Columns::of(row.iter().map(workbook::Cell::words).collect());
        match (columns.has(&REQUIRED), columns.has(&CALLS)) {
            (true, _) => Some((at, true)),
            (false, true) => Some((at, false)),
            (false, false) => None,
        }
    })
}

fn read_sheets(sheets: &[Sheet], files: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), ReadStop> {
    for sheet in sheets {
        let words: Vec<Vec<String>> =
            sheet.rows.iter().map(|row| row.iter().map(workbook::Cell::words).collect()).collect();
        let is_said = |row: &&Vec<String>| row.iter().any(|cell| !cell.trim().is_empty());
        if sheet.is_cut {
            let sentence = format!("the sheet {} is damaged or too large; rows are missing", sheet.name);
            reading.tell(Found::Remark(Problem::new(ProblemCode::Truncated, sentence)))?;
        }
        let Some((at, is_messages)) = kind(sheet) else {
            let rows = words.iter().filter(is_said).count();
            if rows > 0 {
                let raw: Vec<u8> = words.iter().flat_map(|row| as_csv(row)).collect();
                let sentence = format!("the sheet {} holds {rows} rows that are no messages and no calls", sheet.name);
                reading.exception(format!("sheet {}", sheet.name), ProblemCode::Unsupported, sentence, raw)?;
            }
            continue;
        };
        if !is_messages {
            let table: Vec<u8> = words[at..].iter().filter(is_said).flat_map(|row| as_csv(row)).collect();
            reading.nested(sheet.name.clone(), ContainerFormat::CallDetail, |reading| {
                reading.stream(ContainerFormat::CallDetail, &sheet.name, &mut Cursor::new(table), None)
            })?;
            continue;
        }
        let table = Table { columns: Columns::of(words[at].clone()), headings: as_csv(&words[at]) };
        let mut equals = Equals::default();
        for (line, row) in words.iter().enumerate().skip(at + 1).filter(|(_, row)| is_said(row)) {
            let place = format!("sheet {}, row {}", sheet.name, line + 1);
            table.item(row, &as_csv(row), place, &mut equals, files, reading)?;
        }
    }
    Ok(())
}

/// A table of messages.
struct Table {
    columns: Columns,
    headings: Vec<u8>,
}

impl Table {
    /// Identity (`imazing-message/1`): the cells of [`IN_IDENTITY`], and how many equal rows came before. The original
    /// is the headings and the row as written, and the files that it names.
    fn item(
        &self,
        cells: &[String],
        row: &[u8],
        place: String,
        equals: &mut Equals,
        files: &mut Beside<'_>,
        reading: &mut Reading<'_>,
    ) -> Result<(), Stopped> {
        let cell = |name: &str| self.columns.cell(cells, name);
        let mut draft = Draft::new(RecordKind::Text, "imazing", "imazing-message/1");
        draft.capsule.put("headings", &self.headings).put("row", row);
        for name in IN_IDENTITY {
            draft.identity.field(name, cell(name).as_bytes());
        }
        equals.count(&mut draft.identity);
        for (at, name) in self.columns.written.iter().enumerate().filter(|(at, _)| self.columns.normal[*at] != "text") {
            draft.fact(name, cells.get(at).map_or("", String::as_str));
        }
        if cells.len() > self.columns.written.len() {
            draft.problem(ProblemCode::Malformed, "the row has more cells than the table has columns");
            let rest = cells[self.columns.written.len()..].join(" | ");
            draft.fact("cells without a column", &rest);
        }
        draft.parsed.subject = cell("subject").to_owned();
        draft.body(cell("text").to_owned());
        let time = |written: &str| moment(written).and_then(|at| draft::local(at, written, reading.options.zone));
        draft.sent(cell("message date"), time(cell("message date")));
        self.parties(cells, &mut draft);
        if draft.parsed.direction == Direction::In {
            draft.parsed.received_at = time(cell("delivered date"));
        }
        // A read date is a fact of the phone; a copy that says *read* satisfies nothing.
        draft.copy.read = (!cell("read date").is_empty()).then_some(true);
        draft.copy.deleted = (!cell("deleted date").is_empty()).then_some(true);
        let named = cell("attachment").trim();
        if !named.is_empty() {
            let attached = match files.named(named) {
                // On the disk iMazing may put date and sender before the name.
                draft::Attached::Missing => {
                    let end = format!(" - {}", named.to_lowercase());
                    files.only(&|name| name.ends_with(&end))
                }
                found => found,
            };
            draft.attach(named, cell("attachment type"), attached);
        }
        draft.finish(place, reading)
    }

    /// Outgoing rows have no sender: the other side is the session.
    fn parties(&self, cells: &[String], draft: &mut Draft) {
        let cell = |name: &str| self.columns.cell(cells, name).trim();
        let session = cell("chat session");
        let (sender, name) = (cell("sender id"), cell("sender name"));
        match cell("type").to_lowercase().as_str() {
            "incoming" => draft.parsed.direction = Direction::In,
            "outgoing" => draft.parsed.direction = Direction::Out,
            "notification" => draft.fact("line of the program", "yes"),
            other => {
                let sentence = format!("the type of the row is not known: {other}");
                draft.problem(ProblemCode::Malformed, sentence);
            }
        }
        if !sender.is_empty() || !name.is_empty() {
            draft.parsed.parties.push(number::party(Role::From, name, sender, None));
        }
        if !session.is_empty() && draft.parsed.direction != Direction::In {
            let role = if draft.parsed.direction == Direction::Out { Role::To } else { Role::Member };
            let is_address = session.contains('@') || number::normal(session).is_ok() || session.starts_with('+');
            let (name, address) = if is_address { ("", session) } else { (session, "") };
            draft.parsed.parties.push(number::party(role, name, address, None));
        }
    }
}

fn moment(written: &str) -> Option<NaiveDateTime> {
    const FORMS: [&str; 3] = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"];
    FORMS.iter().find_map(|form| NaiveDateTime::parse_from_str(written.trim(), form).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::texts::trial_tests as trial;

    const NEWEST: &str = "Chat Session,Message Date,Delivered Date,Read Date,Edited Date,Deleted Date,Service,Type,\
        Sender ID,Sender Name,Status,Replying to,Subject,Text,Reactions,Attachment,Attachment type\r\n";

    #[test]
    fn every_row_is_kept_with_its_facts_and_files() {
        let rows = "Ana Berg,2024-07-10 15:20:00,,2024-07-10 15:21:00,,,iMessage,Incoming,+16125550142,Ana Berg,Read,,,\
             \"two\r\nlines, \"\"quoted\"\"\",,IMG_1.jpg,Image\r\n\
             Ana Berg,2024-07-10 15:22:30,2024-07-10 15:22:35,,,,iMessage,Outgoing,,,Sent,,,ok,,,\r\n\
             Ana Berg,2024-07-10 15:22:30,2024-07-10 15:22:35,,,,iMessage,Outgoing,,,Sent,,,ok,,,\r\n\
             Ana Berg,sometime,,,,2024-07-11 10:00:00,SMS,Incoming,262966,,,,,code,,gone.pdf,PDF\r\n\
             Roads,2024-07-10 16:00:00,,,,,iMessage,Notification,,,,,,Ben left the conversation,,,\r\n";
        let csv = format!("\u{feff}{NEWEST}{rows}");
        let photo: &[u8] = b"\xFF\xD8\xFFphoto";
        let told =
            trial::read(&[("Messages - Ana.csv", csv.as_bytes()), ("2024-07-10 15 20 00 - Ana - IMG_1.jpg", photo)]);
        assert_eq!((told.items.len(), told.exceptions.len()), (5, 0), "the photo lies in its message");
        let one = &told.parsed[0];
        assert_eq!(one.body, "two\r\nlines, \"quoted\"");
        assert_eq!(one.sent_at.as_ref().expect("dated").at.to_rfc3339(), "2024-07-10T20:20:00+00:00", "local, no UTC");
        assert_eq!((one.attachments[0].name.as_str(), one.attachments[0].bytes), ("IMG_1.jpg", 8));
        assert_eq!(one.parties[0].normal.as_deref(), Some("+16125550142"));
        assert_eq!(told.parsed[1].direction, Direction::Out);
        assert_eq!(told.parsed[1].parties[0].name, "Ana Berg");
        assert_ne!(told.items[1].identity, told.items[2].identity, "two equal rows are two messages");
        let junk: Vec<ProblemCode> = told.parsed[3].problems.iter().map(|one| one.code).collect();
        assert_eq!(junk, [ProblemCode::DateUnknown, ProblemCode::Missing]);
        assert_eq!(told.items[3].copy.deleted, Some(true));
        assert_eq!(told.parsed[4].facts["line of the program"], "yes");
        told.every_attachment_is_found_again();
    }

    /// An older edition without the newer columns gives the same messages.
    #[test]
    fn editions_of_the_columns_give_the_same_identity() {
        let newest = format!("{NEWEST}Ana,2024-07-10 15:22:30,,x,,,SMS,Outgoing,,,Sent,,,ok,Loved,,\r\n");
        let older = "Message Date,Chat Session,Type,Service,Sender ID,Sender Name,Subject,Text,Attachment\n\
                     2024-07-10 15:22:30,Ana,Outgoing,SMS,,,,ok,\n";
        let (one, two) = (trial::read(&[("a.csv", newest.as_bytes())]), trial::read(&[("b.csv", older.as_bytes())]));
        assert_eq!(one.items[0].identity, two.items[0].identity);
    }

    #[test]
    fn a_quote_that_nothing_closes_costs_one_row_and_not_the_file() {
        let found: Vec<&[u8]> = rows(b"a,b\n1,\"x\ny\"\n2,\"open\n3,z\n").into_iter().map(|(_, row)| row).collect();
        assert_eq!(found, [&b"a,b\n"[..], b"1,\"x\ny\"\n", b"2,\"open\n", b"3,z\n"]);
    }

    #[test]
    fn damaged_tables_never_fail() {
        let csv = format!("{NEWEST}Ana,2024-07-10 15:22:30,,x,,,SMS,Outgoing,,,Sent,,,\"o,\nk\",Loved,a.jpg,Image\r\n");
        trial::mutate("a.csv", csv.as_bytes());
    }
}
