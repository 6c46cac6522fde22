//! Workbooks as rows of cells: xlsx, xlsm, xlsb, xls and ods, for readers that must know which column a value is in.
//!
//! Cells are taken one by one where the format allows it, so that a sheet that claims its last used cell is
//! XFD1048576 costs what it holds and not what it claims.

use calamine::{Data, ExcelDateTime, HeaderRow, Ods, Reader, SheetVisible, Xls, Xlsb, Xlsx};
use chrono::{NaiveDate, NaiveDateTime};
use std::io::{Cursor, Read, Seek};

/// Bytes of a workbook that are looked into, packed.
pub const WORKBOOK_BYTES: usize = 64 * 1024 * 1024;
/// Bytes that the parts of one workbook may unpack to.
const UNPACKED_BYTES: u64 = 1024 * 1024 * 1024;
/// Cells that are held at once, over all sheets of one workbook.
pub const CELLS: usize = 8_000_000;
/// Columns of one sheet that are read; the formats allow 16,384.
const COLUMNS: usize = 16_384;
/// Rows of one sheet (ISO/IEC 29500-1, 18.3.1.73: at most 1,048,576).
const ROWS: usize = 1_048_576;

/// What one cell holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Words, as written.
    Text(String),
    /// A number without a unit.
    Number(f64),
    /// True or false.
    Truth(bool),
    /// A date and time of day without a zone.
    Moment(NaiveDateTime),
    /// A length of time in days, as a workbook counts it.
    Days(f64),
    /// An error value, as `#REF!`.
    Error(String),
}

/// One sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Its name as written.
    pub name: String,
    /// Whether it does not show when the workbook is opened.
    pub is_hidden: bool,
    /// Its rows from the first one of the sheet on, empty ones too, each as long as its last cell that is not empty.
    pub rows: Vec<Vec<Cell>>,
    /// Whether a limit was reached or a part of it is damaged, so that cells are missing.
    pub is_cut: bool,
}

/// Why a workbook could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkbookError {
    /// It asks for a password.
    #[error("the workbook is protected by a password; ask for one without")]
    Encrypted,
    /// It is larger than is looked into.
    #[error("the workbook is too large to look into")]
    TooLarge,
    /// It is damaged, or no workbook.
    #[error("the workbook is damaged: {0}")]
    Damaged(String),
}

impl Cell {
    /// The cell as a person would write it: a moment as `2026-03-01 14:05:00`, a whole number without a point.
    pub fn words(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Error(text) => text.clone(),
            // Whole numbers up to 2^53 are exact, and phone numbers are read as those.
            Self::Number(value) if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 => {
                format!("{value:.0}")
            }
            Self::Number(value) => value.to_string(),
            Self::Truth(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
            Self::Moment(moment) => moment.format("%Y-%m-%d %H:%M:%S").to_string(),
            Self::Days(days) => {
                let seconds = (days * 86_400.0).round();
                let (hours, rest) = ((seconds / 3600.0).floor(), seconds % 3600.0);
                format!("{hours:.0}:{:02.0}:{:02.0}", (rest / 60.0).floor(), rest % 60.0)
            }
        }
    }

    /// Whether it holds nothing, or only blanks.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }
}

/// The sheets of a workbook in order.
///
/// # Errors
/// When it is damaged as a whole, asks for a password or is too large. A parser that panics counts as damage.
pub fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, WorkbookError> {
    if bytes.len() > WORKBOOK_BYTES {
        return Err(WorkbookError::TooLarge);
    }
    let guarded = std::panic::AssertUnwindSafe(|| open(bytes));
    std::panic::catch_unwind(guarded)
        .unwrap_or_else(|_| Err(WorkbookError::Damaged("it could not be read to the end".to_owned())))
}

fn open(bytes: &[u8]) -> Result<Vec<Sheet>, WorkbookError> {
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return legacy(bytes);
    }
    let mut archive =
        zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| WorkbookError::Damaged(error.to_string()))?;
    let mut unpacked = 0_u64;
    for index in 0..archive.len() {
        // The size the table claims is enforced by the reader of a member, so it bounds what is unpacked.
        unpacked = unpacked.saturating_add(archive.by_index_raw(index).map_or(0, |member| member.size()));
    }
    if unpacked > UNPACKED_BYTES {
        return Err(WorkbookError::TooLarge);
    }
    let names: Vec<Vec<u8>> = archive.file_names_raw().map(<[u8]>::to_vec).collect();
    if names.iter().any(|name| name == b"xl/workbook.bin") {
        let mut book: Xlsb<_> = Xlsb::new(Cursor::new(bytes)).map_err(damaged)?;
        return Ok(dense(&mut book, CELLS));
    }
    if names.iter().any(|name| name == b"content.xml") {
        let mut book: Ods<_> = Ods::new(Cursor::new(bytes)).map_err(|error| match error {
            calamine::OdsError::Password => WorkbookError::Encrypted,
            other => damaged(other),
        })?;
        return Ok(dense(&mut book, CELLS));
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
        calamine::XlsxError::Password => WorkbookError::Encrypted,
        other => damaged(other),
    })?;
    Ok(sparse(&mut book))
}

fn damaged(error: impl std::fmt::Display) -> WorkbookError {
    WorkbookError::Damaged(error.to_string())
}

/// Workbooks of Excel 97 to 2003 ([MS-XLS]); a newer one in the same wrapping is encrypted ([MS-OFFCRYPTO] 2.3.4).
fn legacy(bytes: &[u8]) -> Result<Vec<Sheet>, WorkbookError> {
    if let Ok(file) = cfb::CompoundFile::open(Cursor::new(bytes))
        && file.exists("/EncryptedPackage")
    {
        return Err(WorkbookError::Encrypted);
    }
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        calamine::XlsError::Password => WorkbookError::Encrypted,
        other => damaged(other),
    })?;
    Ok(dense(&mut book, CELLS))
}

/// Reads a book whose library gives whole rectangles.
fn dense<RS: Read + Seek, R: Reader<RS>>(book: &mut R, mut cells_left: usize) -> Vec<Sheet> {
    let _ = book.with_header_row(HeaderRow::Row(0));
    let metadata = book.sheets_metadata().to_vec();
    let mut sheets = Vec::new();
    for one in metadata {
        let mut sheet = empty(&one.name, one.visible);
        match book.worksheet_range(&one.name) {
            Ok(range) => {
                for row in range.rows().take(ROWS) {
                    let mut cells: Vec<Cell> = row.iter().take(COLUMNS).map(cell_of).collect();
                    cells.truncate(cells.iter().rposition(|cell| *cell != Cell::Empty).map_or(0, |last| last + 1));
                    if cells.len() > cells_left {
                        sheet.is_cut = true;
                        break;
                    }
                    cells_left -= cells.len();
                    sheet.rows.push(cells);
                }
                while sheet.rows.last().is_some_and(Vec::is_empty) {
                    sheet.rows.pop();
                }
            }
            Err(_) => sheet.is_cut = true,
        }
        sheets.push(sheet);
    }
    sheets
}

/// Reads a book cell by cell.
fn sparse(book: &mut Xlsx<Cursor<&[u8]>>) -> Vec<Sheet> {
    let metadata = book.sheets_metadata().to_vec();
    let mut cells_left = CELLS;
    let mut sheets = Vec::new();
    for one in metadata {
        let mut sheet = empty(&one.name, one.visible);
        match book.worksheet_cells_reader(&one.name) {
            Ok(mut reader) => loop {
                match reader.next_cell() {
                    Ok(None) => break,
                    Err(_) => {
                        sheet.is_cut = true;
                        break;
                    }
                    Ok(Some(cell)) => {
                        let (row, column) = cell.get_position();
                        let value = cell_of(&Data::from(cell.get_value().clone()));
                        if value != Cell::Empty && !place(&mut sheet.rows, row, column, value, &mut cells_left) {
                            sheet.is_cut = true;
                            break;
                        }
                    }
                }
            },
            // A chart sheet has no cells.
            Err(_) => sheet.is_cut = one.typ == calamine::SheetType::WorkSheet,
        }
        sheets.push(sheet);
    }
    sheets
}

/// Puts a value where it belongs; false when that would be more than is held.
fn place(rows: &mut Vec<Vec<Cell>>, row: u32, column: u32, value: Cell, cells_left: &mut usize) -> bool {
    let (row, column) = (row as usize, column as usize);
    if row >= ROWS || column >= COLUMNS {
        return false;
    }
    if rows.len() <= row {
        rows.resize_with(row + 1, Vec::new);
    }
    let cells = &mut rows[row];
    let more = (column + 1).saturating_sub(cells.len());
    if more > *cells_left {
        return false;
    }
    *cells_left -= more;
    if more > 0 {
        cells.resize(column + 1, Cell::Empty);
    }
    cells[column] = value;
    true
}

fn empty(name: &str, visible: SheetVisible) -> Sheet {
    let is_hidden = visible != SheetVisible::Visible;
    Sheet { name: name.to_owned(), is_hidden, rows: Vec::new(), is_cut: false }
}

fn cell_of(data: &Data) -> Cell {
    match data {
        Data::Empty => Cell::Empty,
        // Whole numbers beyond 2^53 are not written by workbooks, which count in doubles.
        Data::Int(value) => Cell::Number(*value as f64),
        Data::Float(value) => Cell::Number(*value),
        Data::String(text) if text.is_empty() => Cell::Empty,
        Data::String(text) => Cell::Text(text.clone()),
        Data::Bool(value) => Cell::Truth(*value),
        Data::DateTime(moment) => moment_of(moment),
        Data::DateTimeIso(text) => match text.parse::<NaiveDateTime>() {
            Ok(moment) => Cell::Moment(moment),
            Err(_) => match text.parse::<NaiveDate>().ok().and_then(|date| date.and_hms_opt(0, 0, 0)) {
                Some(moment) => Cell::Moment(moment),
                None => Cell::Text(text.clone()),
            },
        },
        Data::DurationIso(text) => Cell::Text(text.clone()),
        Data::Error(error) => Cell::Error(error.to_string()),
    }
}

/// A serial day number as a moment, rounded to the second that the workbook shows; a length of time stays one.
fn moment_of(moment: &ExcelDateTime) -> Cell {
    if moment.is_duration() {
        return Cell::Days(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let date = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day));
    let time = date.and_then(|date| {
        date.and_hms_milli_opt(u32::from(hour), u32::from(minute), u32::from(second), u32::from(milli))
    });
    match time {
        // Serial numbers below 1 are times of day without a date.
        Some(_) if moment.as_f64() < 1.0 => Cell::Days(moment.as_f64()),
        Some(time) => {
            let up = i64::from(milli >= 500);
            let whole = time - chrono::TimeDelta::milliseconds(i64::from(milli)) + chrono::TimeDelta::seconds(up);
            Cell::Moment(whole)
        }
        None => Cell::Number(moment.as_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// A workbook of one sheet with the given rows, as the smallest valid file (ISO/IEC 29500-1, annex L).
    fn workbook(rows: &str, state: &str) -> Vec<u8> {
        let styles = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>"#;
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let parts = [
            ("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#.to_owned()),
            (
                "_rels/.rels",
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned(),
            ),
            (
                "xl/workbook.xml",
                format!(r#"<workbook xmlns="{main}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Calls" sheetId="1"{state} r:id="rId1"/></sheets></workbook>"#),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#.to_owned(),
            ),
            ("xl/styles.xml", styles.to_owned()),
            ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="{main}"><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>"#)),
        ];
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("begun");
            zip.write_all(text.as_bytes()).expect("written");
        }
        zip.finish().expect("closed").into_inner()
    }

    #[test]
    fn cells_keep_their_columns_and_kinds() {
        // 45000.5 is 2023-03-15 12:00 in the 1900 system (ISO/IEC 29500-1, 18.17.4.1).
        let rows = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>When</t></is></c><c r="C1" t="inlineStr"><is><t>To</t></is></c></row>
            <row r="3"><c r="A3" s="1"><v>45000.5</v></c><c r="C3"><v>6125550143</v></c><c r="D3" t="b"><v>1</v></c></row>"#;
        let sheets = sheets(&workbook(rows, r#" state="hidden""#)).expect("a workbook");
        assert_eq!(sheets.len(), 1);
        assert!(sheets[0].is_hidden && !sheets[0].is_cut);
        assert_eq!(sheets[0].rows.len(), 3, "empty rows keep their place");
        let words: Vec<Vec<String>> = sheets[0].rows.iter().map(|row| row.iter().map(Cell::words).collect()).collect();
        assert_eq!(words[0], ["When", "", "To"]);
        assert_eq!(words[1], Vec::<String>::new());
        assert_eq!(words[2], ["2023-03-15 12:00:00", "", "6125550143", "TRUE"]);
    }

    #[test]
    fn a_cell_at_the_far_corner_costs_what_it_holds() {
        let rows = r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
        let sheets = sheets(&workbook(rows, "")).expect("a workbook");
        assert_eq!(sheets[0].rows.len(), ROWS);
        assert_eq!(sheets[0].rows.iter().map(Vec::len).sum::<usize>(), COLUMNS);
    }

    #[test]
    fn what_is_no_workbook_says_so() {
        assert!(matches!(sheets(b"PK\x03\x04broken"), Err(WorkbookError::Damaged(_))));
        assert!(matches!(sheets(b"\xD0\xCF\x11\xE0broken"), Err(WorkbookError::Damaged(_))));
        assert!(matches!(sheets(b""), Err(WorkbookError::Damaged(_))));
    }

    #[test]
    fn a_length_of_time_is_written_in_hours() {
        assert_eq!(Cell::Days(1.5).words(), "36:00:00");
        assert_eq!(Cell::Days(0.000_694_44).words(), "0:01:00");
        assert_eq!(Cell::Number(2.5).words(), "2.5");
    }
}
