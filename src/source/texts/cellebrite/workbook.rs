//! The report of Cellebrite UFED as a workbook: a sheet for each kind of thing, a title above the headings, several
//! people in one cell line by line, and dates in the language of the examiner's computer.
//!
//! Headings as other people's programs read them: `Participants`, `From`, `Body`, `Timestamp: Time` of chats and
//! messages; `Parties`, `Direction`, `Duration` of calls; `Name`, `Entries` of contacts. A row of any other sheet is an
//! item too, as a file of words, so that nothing of a report is dropped.

use super::moment::{self, Dates};
use crate::extract::workbook::{self, Cell, Sheet};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::Found;
use crate::model::provenance::ContainerFormat;
use crate::model::record::{CallDuration, Direction, DurationBasis, Party, RecordKind, Role};
use crate::source::container::{Content, Reading};
use crate::source::formats::{ExportFormat, Look};
use crate::source::texts::beside::{self, Beside};
use crate::source::texts::columns::{Columns, as_csv};
use crate::source::texts::draft::{Attached, Draft, Equals};
use crate::source::{ReadStop, number};
use std::io::Read;

/// Rows of a sheet within which its headings stand.
const HEADINGS_WITHIN: usize = 8;
/// Columns that number the rows of a report and tell nothing of the thing itself.
const NUMBERS: [&str; 4] = ["#", "chat #", "instant message #", "_id"];
/// Columns of a moment, the best first.
const TIMES: [&str; 5] = ["timestamp: time", "timestamp-time", "timestamp", "date/time", "time"];
/// Columns of a day, where the moment tells only the hour.
const DAYS: [&str; 3] = ["timestamp: date", "timestamp-date", "date"];

/// Reports as workbooks.
pub struct CellebriteWorkbook;

impl ExportFormat for CellebriteWorkbook {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        let is_workbook = look.media_type.ends_with("spreadsheetml.sheet")
            && look.content.length().is_ok_and(|length| length <= workbook::WORKBOOK_BYTES as u64);
        let sheets = if is_workbook { sheets_of(look.content)? } else { return None };
        sheets
            .iter()
            .any(|sheet| table(sheet).is_some_and(|(_, kind)| kind.is_certain()))
            .then_some(ContainerFormat::Cellebrite)
    }

    fn read_file(
        &self,
        _format: ContainerFormat,
        _name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        let Some(sheets) = sheets_of(content) else { return Ok(()) };
        let mut folder = beside::folder_of(content);
        let mut files = folder.as_mut().map_or_else(Beside::nothing, |tree| Beside::of(tree));
        read(&sheets, &mut files, reading)
    }
}

fn sheets_of(content: &Content) -> Option<Vec<Sheet>> {
    let mut bytes = Vec::new();
    content.open().ok()?.take(workbook::WORKBOOK_BYTES as u64 + 1).read_to_end(&mut bytes).ok()?;
    workbook::sheets(&bytes).ok()
}

/// What the rows of a sheet are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Message,
    Call,
    Contact,
    Other,
}

impl Kind {
    fn of(columns: &Columns) -> Self {
        let has = |name: &str| columns.has(&[name]);
        let dated = columns.normal.iter().any(|name| name.starts_with("timestamp"));
        let people = has("participants") || has("parties") || has("party") || has("from");
        if has("body") && people && dated {
            Self::Message
        } else if (has("parties") || has("party")) && has("direction") && has("duration") {
            Self::Call
        } else if has("name") && has("entries") && has("source") {
            Self::Contact
        } else {
            Self::Other
        }
    }

    /// Whether no other program's workbook has such columns.
    fn is_certain(self) -> bool {
        self != Self::Other
    }
}

/// Where the headings of a sheet stand and what its rows are; nothing for a sheet of words alone.
fn table(sheet: &Sheet) -> Option<(usize, Kind)> {
    const FEWEST: usize = 3;
    let rows = sheet.rows.iter().take(HEADINGS_WITHIN).enumerate();
    let headings: Vec<(usize, Kind)> = rows
        .filter(|(_, row)| row.iter().filter(|cell| !cell.is_empty()).count() >= FEWEST)
        .map(|(at, row)| (at, Kind::of(&Columns::of(row.iter().map(words).collect()))))
        .collect();
    headings.iter().find(|(_, kind)| kind.is_certain()).or(headings.first()).copied()
}

/// The words of a cell; line breaks are written in three ways.
fn words(cell: &Cell) -> String {
    cell.words()
        .replace("_x000D_", "")
        .replace("_x000d_", "")
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .trim()
        .to_owned()
}

fn read(sheets: &[Sheet], files: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), ReadStop> {
    let mut dates = Dates::default();
    let tables: Vec<Option<Rows>> =
        sheets.iter().map(|sheet| table(sheet).map(|found| Rows::of(sheet, found))).collect();
    for rows in tables.iter().flatten() {
        rows.all.iter().for_each(|(_, cells)| dates.look_at(&rows.moment(cells)));
    }
    let dates = dates.settled(reading.options);
    if let Some(sentence) = dates.open_question() {
        reading.tell(Found::Remark(Problem::new(ProblemCode::DateUnknown, sentence)))?;
    }
    let mut equals = Equals::default();
    for (sheet, rows) in sheets.iter().zip(tables) {
        if sheet.is_cut {
            let sentence = format!("the sheet {} is damaged or too large; rows are missing", sheet.name);
            reading.tell(Found::Remark(Problem::new(ProblemCode::Truncated, sentence)))?;
        }
        match rows {
            Some(rows) => {
                for (line, cells) in &rows.all {
                    let mut draft = rows.draft(cells, &dates, files, reading);
                    equals.count(&mut draft.identity);
                    draft.finish(format!("sheet {}, row {}", sheet.name, line + 1), reading)?;
                }
            }
            None => page(sheet, reading)?,
        }
    }
    Ok(())
}

/// A sheet that is no table, such as the summary of the device: one file of words.
fn page(sheet: &Sheet, reading: &mut Reading<'_>) -> Result<(), ReadStop> {
    let lines: Vec<Vec<String>> = sheet.rows.iter().map(|row| row.iter().map(words).collect()).collect();
    let raw: Vec<u8> = lines.iter().flat_map(|row| as_csv(row)).collect();
    if lines.iter().flatten().all(String::is_empty) {
        return Ok(());
    }
    let mut draft = Draft::new(RecordKind::File, "cellebrite", "ufed-page/1");
    draft.identity.field("sheet", sheet.name.as_bytes()).field("rows", &raw);
    draft.capsule.put("rows", &raw);
    draft.parsed.subject = format!("{} in a report of Cellebrite", sheet.name);
    let text = lines.iter().map(|row| row.join(" ").trim().to_owned()).filter(|line| !line.is_empty());
    draft.body(text.collect::<Vec<_>>().join("\n"));
    Ok(draft.finish(format!("sheet {}", sheet.name), reading)?)
}

/// The rows of one sheet.
struct Rows {
    sheet: String,
    kind: Kind,
    columns: Columns,
    /// The number of each row in the sheet, and its cells.
    all: Vec<(usize, Vec<String>)>,
}

impl Rows {
    fn of(sheet: &Sheet, (at, kind): (usize, Kind)) -> Self {
        let said = |(_, row): &(usize, Vec<String>)| row.iter().any(|cell| !cell.is_empty());
        let rows = sheet.rows.iter().map(|row| row.iter().map(words).collect::<Vec<String>>()).enumerate();
        let columns = Columns::of(sheet.rows[at].iter().map(words).collect());
        Self { sheet: sheet.name.clone(), kind, columns, all: rows.skip(at + 1).filter(said).collect() }
    }

    fn cell<'a>(&self, cells: &'a [String], name: &str) -> &'a str {
        self.columns.cell(cells, name)
    }

    fn first<'a>(&self, cells: &'a [String], names: &[&str]) -> &'a str {
        names.iter().map(|name| self.cell(cells, name)).find(|cell| !cell.is_empty()).unwrap_or_default()
    }

    /// The moment as written: an hour alone is given its day.
    fn moment(&self, cells: &[String]) -> String {
        let (time, day) = (self.first(cells, &TIMES), self.first(cells, &DAYS));
        match moment::has_day(time) {
            true => time.to_owned(),
            false => format!("{day} {time}").trim().to_owned(),
        }
    }

    /// Identity (`ufed-row/1`): name of the sheet, then heading and cell of every column but [`NUMBERS`], and how many
    /// equal rows came before.
    fn draft(&self, cells: &[String], dates: &Dates, files: &mut Beside<'_>, reading: &Reading<'_>) -> Draft {
        let kind = match self.kind {
            Kind::Message => RecordKind::Text,
            Kind::Call => RecordKind::Call,
            Kind::Contact => RecordKind::Contact,
            Kind::Other => RecordKind::File,
        };
        let mut draft = Draft::new(kind, "cellebrite", "ufed-row/1");
        draft.capsule.put("headings", &as_csv(&self.columns.written)).put("row", &as_csv(cells));
        draft.identity.field("sheet", self.sheet.as_bytes());
        draft.fact("kind of thing", &self.sheet);
        for (at, name) in self.columns.normal.iter().enumerate() {
            let cell = cells.get(at).map_or("", String::as_str);
            if !NUMBERS.contains(&name.as_str()) {
                draft.identity.field(name, cell.as_bytes());
            }
            if name != "body" && name != "entries" {
                draft.fact(&self.columns.written[at], cell);
            }
        }
        draft.fact("application", self.cell(cells, "source"));
        let state = self.cell(cells, "deleted").to_lowercase();
        draft.copy.deleted = (!state.is_empty()).then_some(state == "yes" || state == "deleted" || state == "true");
        match self.kind {
            Kind::Message => self.message(cells, dates, &mut draft, reading),
            Kind::Call => self.call(cells, dates, &mut draft, reading),
            Kind::Contact => self.contact(cells, &mut draft),
            Kind::Other => self.other(cells, &mut draft),
        }
        self.attach(cells, files, &mut draft);
        draft
    }

    fn message(&self, cells: &[String], dates: &Dates, draft: &mut Draft, reading: &Reading<'_>) {
        let written = self.moment(cells);
        draft.sent(&written, dates.read(&written, reading.options.zone));
        draft.parsed.subject = self.cell(cells, "subject").to_owned();
        let people = self.first(cells, &["participants", "parties", "party"]);
        set_people(self.cell(cells, "from"), self.cell(cells, "to"), people, draft);
        draft.parsed.direction =
            direction(self.first(cells, &["direction", "folder", "status"])).unwrap_or(draft.parsed.direction);
        draft.body(self.cell(cells, "body").to_owned());
    }

    fn call(&self, cells: &[String], dates: &Dates, draft: &mut Draft, reading: &Reading<'_>) {
        let written = self.moment(cells);
        draft.sent(&written, dates.read(&written, reading.options.zone));
        set_people("", "", self.first(cells, &["parties", "party"]), draft);
        let status = self.cell(cells, "status").to_lowercase();
        draft.parsed.direction = match direction(self.cell(cells, "direction")) {
            Some(Direction::In) if status.contains("missed") => Direction::MissedIn,
            Some(Direction::In) if status.contains("rejected") => Direction::RejectedIn,
            Some(Direction::In) if status.contains("blocked") => Direction::BlockedIn,
            Some(direction) => direction,
            None if self.cell(cells, "direction").eq_ignore_ascii_case("missed") => Direction::MissedIn,
            None => Direction::Unknown,
        };
        let duration = self.cell(cells, "duration");
        match moment::seconds(duration) {
            Some(seconds) => draft.parsed.duration = Some(CallDuration { seconds, basis: DurationBasis::Exact }),
            None if duration.is_empty() => {}
            None => draft.problem(ProblemCode::Malformed, format!("the duration cannot be read: {duration}")),
        }
    }

    /// `Phone-Mobile: +16125550142` and the like, line by line.
    fn contact(&self, cells: &[String], draft: &mut Draft) {
        let name = self.cell(cells, "name").to_owned();
        let entries = self.cell(cells, "entries");
        for line in entries.lines() {
            let Some((what, value)) = line.split_once(':') else { continue };
            let (what, value) = (what.trim().to_lowercase(), value.trim());
            if !value.is_empty() && ["phone", "email", "user id"].iter().any(|word| what.starts_with(word)) {
                draft.parsed.parties.push(number::account(Role::Member, &name, value));
            }
        }
        if draft.parsed.parties.is_empty() && !name.is_empty() {
            draft.parsed.parties.push(number::party(Role::Member, &name, "", None));
        }
        draft.parsed.subject = name;
        draft.body(entries.to_owned());
    }

    fn other(&self, cells: &[String], draft: &mut Draft) {
        draft.parsed.subject = format!("{} in a report of Cellebrite", self.sheet);
        let told = self.columns.written.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
        draft.body(told.map(|(name, cell)| format!("{name}: {cell}")).collect::<Vec<_>>().join("\n"));
    }

    /// Files stand in columns `Attachment #1`, as paths beside the workbook.
    fn attach(&self, cells: &[String], files: &mut Beside<'_>, draft: &mut Draft) {
        for (at, name) in self.columns.normal.iter().enumerate() {
            let is_file =
                name.strip_prefix("attachment #").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
            let cell = cells.get(at).map_or("", String::as_str);
            if is_file && !cell.is_empty() {
                let attached = files.named(cell);
                let shown = cell.rsplit(['/', '\\']).next().unwrap_or(cell);
                if let Attached::Missing = attached
                    && !shown.contains('.')
                {
                    // A word such as `Location` names no file.
                    continue;
                }
                draft.attach(shown, "", attached);
            }
        }
    }
}

fn direction(written: &str) -> Option<Direction> {
    match written.to_lowercase().as_str() {
        "incoming" | "inbox" | "received" => Some(Direction::In),
        "outgoing" | "sent" | "outbox" => Some(Direction::Out),
        _ => None,
    }
}

/// One line of a cell of people: an address, then a name, `(owner)` behind the owner of the telephone.
fn person(role: Role, line: &str) -> (Party, bool) {
    let bare = line.trim();
    let is_owner = bare.to_lowercase().ends_with("(owner)");
    let bare = if is_owner { bare[..bare.len() - "(owner)".len()].trim() } else { bare };
    let (first, rest) = bare.split_once(' ').unwrap_or((bare, ""));
    let is_address = first.contains('@') || first.bytes().any(|byte| byte.is_ascii_digit());
    let (address, name) = if is_address { (first, rest.trim()) } else { ("", bare) };
    (number::account(role, name, address), is_owner)
}

/// Sets who took part. `people` are all of them, or those of a call, each line with `From:` or `To:` before it.
fn set_people(from: &str, to: &str, people: &str, draft: &mut Draft) {
    let mut all: Vec<(Party, bool)> = Vec::new();
    let mut push = |role: Role, line: &str| {
        if line.trim().is_empty() {
            return;
        }
        let (party, is_owner) = person(role, line);
        let same = |(one, _): &(Party, bool)| one.address == party.address && one.name == party.name;
        match all.iter_mut().find(|one| same(one)) {
            Some(known) => known.1 |= is_owner,
            None => all.push((party, is_owner)),
        }
    };
    from.lines().for_each(|line| push(Role::From, line));
    to.lines().for_each(|line| push(Role::To, line));
    for line in people.lines() {
        match (line.trim().strip_prefix("From:"), line.trim().strip_prefix("To:")) {
            (Some(line), _) => push(Role::From, line),
            (_, Some(line)) => push(Role::To, line),
            _ => push(Role::Member, line),
        }
    }
    let sender_is_owner = all.iter().any(|(party, is_owner)| *is_owner && party.role == Role::From);
    let has_sender = all.iter().any(|(party, _)| party.role == Role::From);
    draft.parsed.direction = match all.iter().any(|(_, is_owner)| *is_owner) {
        true if sender_is_owner => Direction::Out,
        true if has_sender => Direction::In,
        _ => Direction::Unknown,
    };
    draft.parsed.parties = all.into_iter().map(|(party, _)| party).collect();
}
