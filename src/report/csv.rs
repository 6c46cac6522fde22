//! Tables as CSV.

use super::Table;

/// The table with its headings, lines ended by CRLF (RFC 4180, 2).
pub(super) fn write(table: &Table) -> String {
    let mut out = String::new();
    record(&mut out, table.columns.iter().map(|column| column.heading.as_str()));
    for row in &table.rows {
        record(&mut out, row.iter().map(|cell| cell.text.as_str()));
    }
    out
}

fn record<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(',');
        }
        field(out, cell);
    }
    out.push_str("\r\n");
}

/// Writes one field, quoted where it must be.
fn field(out: &mut String, cell: &str) {
    let guard = if is_formula(cell) { "'" } else { "" };
    if cell.contains(['"', ',', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ') {
        out.push('"');
        out.push_str(guard);
        out.push_str(&cell.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(guard);
        out.push_str(cell);
    }
}

/// Whether a spreadsheet might compute the cell (OWASP, CSV injection). A number with its sign is no danger.
fn is_formula(cell: &str) -> bool {
    // Full-width signs are taken for the ASCII ones by spreadsheets in Japanese and Chinese.
    let signs = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    let number = || {
        let digits = cell.strip_prefix(['+', '-']).unwrap_or(cell);
        digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && digits.matches('.').count() <= 1
    };
    cell.trim_start_matches(' ').starts_with(signs) && !number()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cells_are_quoted_and_formulas_disarmed() {
        let rows: &[(&str, &str, &str)] = &[
            ("plain", "plain", "nothing to do"),
            ("a,b", "\"a,b\"", "a separator"),
            ("say \"hi\"", "\"say \"\"hi\"\"\"", "a quote"),
            ("two\nlines", "\"two\nlines\"", "a line break"),
            ("=1+1", "'=1+1", "a formula"),
            ("+1 555 0142", "'+1 555 0142", "a plus is a formula to Excel"),
            ("@SUM(A1)", "'@SUM(A1)", "as is an at sign"),
            ("-2+3", "'-2+3", "as is a minus"),
            ("-12.50", "-12.50", "a number is a number"),
            ("+15555550142", "+15555550142", "a number with its sign is not computed"),
            ("\tx", "'\tx", "a tab is skipped by Excel"),
            (" =1", "\"' =1\"", "so are spaces"),
            ("＝1", "'＝1", "the full-width sign too"),
            ("a=b", "a=b", "only at the beginning"),
        ];
        for (cell, wanted, why) in rows {
            let mut out = String::new();
            field(&mut out, cell);
            assert_eq!(out, *wanted, "{why}");
        }
    }

    #[test]
    fn a_table_is_its_headings_and_its_rows() {
        let wanted = "Subject,Pages\r\n\"'=HYPERLINK(\"\"x\"\")\",2\r\n\"預算 \"\"draft\"\", <b>\nsecond line\",-12\r\ntrick,\r\n";
        assert_eq!(write(&sample::report().tables[0]), wanted);
    }

    proptest! {
        /// Whatever stands in the cells, another program reads the same number of them, each the same but for its guard.
        #[test]
        fn any_cells_are_read_back(cells in prop::collection::vec("\\PC*|[=+\\-@,\"\r\n ]{0,6}", 2..5)) {
            let mut out = String::new();
            record(&mut out, cells.iter().map(String::as_str));
            let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(out.as_bytes());
            let read = reader.records().next();
            if let Some(read) = read {
                let read = read.expect("well-formed");
                prop_assert_eq!(read.len(), cells.len());
                for (read, cell) in read.iter().zip(&cells) {
                    prop_assert!(read == cell || read.strip_prefix('\'') == Some(cell.as_str()));
                    prop_assert!(!read.starts_with(['=', '@', '\t', '\r']));
                }
            } else {
                prop_assert!(cells.iter().all(String::is_empty));
            }
        }
    }
}
