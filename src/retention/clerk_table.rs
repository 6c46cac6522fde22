//! The file a clerk has, a workbook or a delimited file, as tables of words for the import of a schedule.

use crate::extract::charset::decode;
use crate::extract::workbook::{WorkbookError, sheets};
use crate::schedule::Table;

/// Bytes of the largest file that is read.
const TABLE_BYTES: usize = 64 * 1024 * 1024;
/// Rows of one table that are looked at for the separator.
const SAMPLE_LINES: usize = 20;

/// A file could not be read as tables.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// It is larger than any schedule.
    #[error("the file has {bytes} bytes, more than the {TABLE_BYTES} that are read")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The workbook could not be read.
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
    /// A sheet is larger than is read, or damaged, so that rows would be missing without a word.
    #[error(
        "the sheet {sheet:?} is damaged or too large, so rows of it would be missing; save it as CSV and import that"
    )]
    Cut {
        /// Its name.
        sheet: String,
    },
    /// It holds characters that are none.
    #[error("the file is no text and no workbook that is known; save it as CSV or XLSX")]
    NotText,
    /// A row could not be read as cells.
    #[error("line {line}: the row cannot be read: {message}")]
    Row {
        /// The line, counted from 1.
        line: u64,
        /// Why.
        message: String,
    },
}

/// Reads a workbook (xlsx, xls, ods; every sheet, hidden ones too) or a file delimited by commas, semicolons or tabs.
pub fn read_tables(bytes: &[u8]) -> Result<Vec<Table>, TableError> {
    if bytes.len() > TABLE_BYTES {
        return Err(TableError::TooLarge { bytes: bytes.len() });
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return sheets(bytes)?
            .into_iter()
            .map(|sheet| {
                if sheet.is_cut {
                    return Err(TableError::Cut { sheet: sheet.name });
                }
                let rows = sheet.rows.iter().enumerate();
                let rows = rows.map(|(at, row)| (at + 1, row.iter().map(|cell| cell.words()).collect())).collect();
                Ok(Table { name: sheet.name, rows })
            })
            .collect();
    }
    let decoded = decode(bytes, None);
    if decoded.text.contains('\0') {
        return Err(TableError::NotText);
    }
    // The line of a row is counted right only where lines end in one character.
    Ok(vec![delimited(&decoded.text.replace("\r\n", "\n").replace('\r', "\n"))?])
}

fn delimited(text: &str) -> Result<Table, TableError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(text))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            TableError::Row { line, message: error.to_string() }
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        rows.push((line as usize, record.iter().map(str::to_owned).collect()));
    }
    Ok(Table { name: String::new(), rows })
}

/// The separator that the first lines have most of.
fn separator(text: &str) -> u8 {
    let count = |separator: char| -> usize {
        text.lines().take(SAMPLE_LINES).map(|line| line.matches(separator).count()).sum()
    };
    [',', ';', '\t'].into_iter().max_by_key(|one| (count(*one), *one == ',')).map_or(b',', |one| one as u8)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_the_file_and_quoted_cells_may_run_over_several() {
        let tables =
            read_tables(b"Title,Retention\r\n\"Minutes,\nsigned\",Permanent\r\nLists,Until superseded\r\n").unwrap();
        assert_eq!(tables.len(), 1);
        let lines: Vec<usize> = tables[0].rows.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 2, 4]);
        assert_eq!(tables[0].rows[1].1, ["Minutes,\nsigned", "Permanent"]);
    }

    #[test]
    fn separators_and_charsets_are_found() {
        for (bytes, second) in [
            (b"Title;Retention\nA, B;3 years\n".as_slice(), "3 years"),
            (b"Title\tRetention\nA\t3 years\n".as_slice(), "3 years"),
            // Windows-1252, as Excel saves CSV on many desks.
            (b"Title,Retention\nR\xe9sum\xe9s,3 years\n".as_slice(), "3 years"),
            (b"\xff\xfeT\0i\0t\0l\0e\0,\0R\0\n\0A\0,\x003\0 \0y\0\n\0".as_slice(), "3 y"),
        ] {
            assert_eq!(read_tables(bytes).unwrap()[0].rows[1].1[1], second);
        }
        assert!(matches!(read_tables(b"a,b\n\0\x01,\n"), Err(TableError::NotText)));
        assert!(matches!(read_tables(b"PK\x03\x04broken"), Err(TableError::Workbook(_))));
    }
}
