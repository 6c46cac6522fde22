//! Reads call detail out of a workbook: every sheet, hidden ones too, through the same mapping profiles as a delimited
//! file.
//!
//! The original of a row is its cells as the workbook holds them (JSON, one line; [`canonical`]), with the headings of
//! its table: values, without fonts and formulas. A row that is no call is kept with the others as a person reads it.

use super::delimited::{SNIFFED_ROWS, unknown_layout};
use super::profile::MappingProfile;
use super::rows::Encoding;
use super::table;
use super::telling::{Entry, Telling};
use crate::extract::workbook::{self, Cell, Sheet, WORKBOOK_BYTES};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::Found;
use crate::model::provenance::ContainerFormat;
use crate::source::container::{Content, Reading};
use crate::source::formats::{ExportFormat, Look};
use crate::source::{ReadOptions, ReadStop};
use std::io::{Cursor, Read};

/// Media types of workbooks, found by content.
const SHEETS: [&str; 2] = [
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
];
/// Media type of what Excel 97 to 2003 wrote, and many others.
const OLE: &str = "application/x-ole-storage";

/// Workbooks whose headings fit a mapping profile.
pub struct CallWorkbook;

impl ExportFormat for CallWorkbook {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        let sheets = sheets(look.media_type, look.content)?;
        profile_for(&sheets, look.options).map(|_| ContainerFormat::CallDetailWorkbook)
    }

    fn read_file(
        &self,
        _format: ContainerFormat,
        name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        let Ok(sheets) = workbook::sheets(&bytes_of(content)?) else { return Ok(()) };
        let options = reading.options;
        let Some(profile) = profile_for(&sheets, options) else { return Ok(()) };
        let mut sink = |found: Found| reading.tell(found);
        read(&sheets, &profile, name, options, &mut sink)
    }
}

/// What to say of a workbook that no profile reads and that looks like call detail all the same.
pub fn hint(media_type: &str, content: &Content, options: &ReadOptions) -> Option<Problem> {
    let sheets = sheets(media_type, content)?;
    let mut rows = sheets.iter().flat_map(|sheet| sheet.rows.iter().take(SNIFFED_ROWS));
    rows.any(|row| table::resembles_headings(&words(row))).then(|| unknown_layout(options))
}

/// The sheets of a file that is a workbook.
fn sheets(media_type: &str, content: &Content) -> Option<Vec<Sheet>> {
    if !SHEETS.contains(&media_type) && media_type != OLE || content.length().ok()? > WORKBOOK_BYTES as u64 {
        return None;
    }
    let bytes = bytes_of(content).ok()?;
    if media_type == OLE {
        // Documents, messages and databases lie in the same wrapping ([MS-XLS] 2.1.2: the stream `Workbook`).
        let file = cfb::CompoundFile::open(Cursor::new(&bytes)).ok()?;
        if !file.exists("/Workbook") && !file.exists("/Book") {
            return None;
        }
    }
    workbook::sheets(&bytes).ok()
}

fn bytes_of(content: &Content) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    content.open()?.take(WORKBOOK_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The named profile or the first shipped one whose headings stand in one of the sheets.
fn profile_for(sheets: &[Sheet], options: &ReadOptions) -> Option<MappingProfile> {
    let rows: Vec<Vec<String>> =
        sheets.iter().flat_map(|sheet| sheet.rows.iter().take(SNIFFED_ROWS)).map(|row| words(row)).collect();
    let fits =
        |profile: &&MappingProfile| rows.iter().any(|row| table::headed_by(profile, row.clone(), '\t', &[]).is_some());
    match &options.call_profile {
        Some(profile) => Some(profile).filter(fits).cloned(),
        None => MappingProfile::tried().find(fits).cloned(),
    }
}

fn words(row: &[Cell]) -> Vec<String> {
    row.iter().map(Cell::words).collect()
}

/// Reads every row of every sheet.
///
/// # Errors
/// When the sink asked to stop.
pub fn read(
    sheets: &[Sheet],
    profile: &MappingProfile,
    file_name: &str,
    options: &ReadOptions,
    sink: &mut dyn crate::model::item::Sink,
) -> Result<(), ReadStop> {
    for sheet in sheets {
        let name = &sheet.name;
        if sheet.is_hidden && !sheet.rows.is_empty() {
            let sentence = format!("the sheet {name} is hidden in the workbook; its rows were taken in too");
            sink.found(Found::Remark(Problem::new(ProblemCode::Told, sentence)))?;
        }
        if sheet.is_cut {
            let sentence = format!("the sheet {name} is damaged or too large and could be read only in part");
            sink.found(Found::Remark(Problem::new(ProblemCode::Truncated, sentence)))?;
        }
    }
    let mut telling = Telling::new(profile, file_name, options, Encoding::Cells, sink);
    for sheet in sheets {
        telling.begin_sheet(&sheet.name, sheet.is_hidden)?;
        for (at, row) in sheet.rows.iter().enumerate() {
            let mut cells = words(row);
            // A workbook does not write empty cells at the end of a row.
            cells.resize(cells.len().max(telling.columns()), String::new());
            let number = at as u64 + 1;
            let entry = Entry {
                place: format!("sheet {}, row {number}", sheet.name),
                number,
                text: cells.join("\t").trim_end().to_owned(),
                cells,
                bytes: canonical(row),
                may_be_several: false,
            };
            telling.entry(entry)?;
        }
    }
    telling.close()?;
    Ok(())
}

/// The cells of a row as one line of JSON: `null`, a string, a number, `true`, `{"moment": "2025-11-03T14:01:00"}`,
/// `{"days": 0.5}` or `{"error": "#REF!"}`.
fn canonical(row: &[Cell]) -> Vec<u8> {
    let cells: Vec<serde_json::Value> = row
        .iter()
        .map(|cell| match cell {
            Cell::Empty => serde_json::Value::Null,
            Cell::Text(text) => text.as_str().into(),
            Cell::Number(number) => (*number).into(),
            Cell::Truth(truth) => (*truth).into(),
            Cell::Moment(moment) => serde_json::json!({ "moment": moment }),
            Cell::Days(days) => serde_json::json!({ "days": days }),
            Cell::Error(error) => serde_json::json!({ "error": error }),
        })
        .collect();
    let mut line = serde_json::Value::Array(cells).to_string().into_bytes();
    line.push(b'\n');
    line
}
