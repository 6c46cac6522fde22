//! Reports as plain text.

use super::width::columns;
use super::{Align, Report, Table};

/// Columns a cell takes at most; a longer one is cut with an ellipsis, since the whole of it is in the CSV.
const CELL_COLUMNS: usize = 60;

/// The report: title, notes, tables.
pub(super) fn write(report: &Report) -> String {
    let mut out = String::new();
    let title = one_line(&report.title);
    if !report.label.is_empty() {
        out.push_str(&one_line(&report.label));
        out.push('\n');
    }
    out.push_str(&title);
    out.push('\n');
    out.push_str(&"=".repeat(columns(&title)));
    out.push('\n');
    for note in &report.notes {
        out.push('\n');
        out.push_str(&one_line(note));
        out.push('\n');
    }
    for table in &report.tables {
        out.push('\n');
        if !table.caption.is_empty() {
            out.push_str(&one_line(&table.caption));
            out.push_str("\n\n");
        }
        out.push_str(&self::table(table));
    }
    out
}

/// The lines of a table; one without rows says so.
pub(super) fn table(table: &Table) -> String {
    let headings: Vec<String> = table.columns.iter().map(|column| cut(&column.heading)).collect();
    let rows: Vec<Vec<String>> =
        table.rows.iter().map(|row| row.iter().map(|cell| cut(&cell.text)).collect()).collect();
    let widths: Vec<usize> = (0..headings.len())
        .map(|at| rows.iter().chain([&headings]).map(|row| columns(&row[at])).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    line(&mut out, table, &headings, &widths);
    let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    line(&mut out, table, &rules, &widths);
    for row in &rows {
        line(&mut out, table, row, &widths);
    }
    if rows.is_empty() {
        out.push_str("(none)\n");
    }
    out
}

fn line(out: &mut String, table: &Table, cells: &[String], widths: &[usize]) {
    let mut text = String::new();
    for ((cell, width), column) in cells.iter().zip(widths).zip(&table.columns) {
        let padding = " ".repeat(width.saturating_sub(columns(cell)));
        match column.align {
            Align::Left => text.extend([cell.as_str(), &padding]),
            Align::Right => text.extend([padding.as_str(), cell]),
        }
        text.push_str("  ");
    }
    out.push_str(text.trim_end());
    out.push('\n');
}

/// A text on one line, without what a terminal would obey: control characters and marks that turn the direction.
fn one_line(text: &str) -> String {
    let seen = text.chars().filter_map(|character| match character {
        '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => None,
        other if other.is_control() => Some('\u{FFFD}'),
        other => Some(other),
    });
    seen.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(text: &str) -> String {
    let text = one_line(text);
    if columns(&text) <= CELL_COLUMNS {
        return text;
    }
    let mut out = String::new();
    let mut taken = 0;
    for character in text.chars() {
        taken += columns(character.encode_utf8(&mut [0; 4]));
        if taken >= CELL_COLUMNS {
            break;
        }
        out.push(character);
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn columns_line_up_and_numbers_stand_right() {
        let wanted = "\
EXERCISE
Index <of> items
================

Two items & a slip.

Items

Subject                        Pages
-----------------------------  -----
=HYPERLINK(\"x\")                    2
預算 \"draft\", <b> second line    -12
trick
";
        assert_eq!(write(&sample::report()), wanted);
    }

    #[test]
    fn a_stranger_cannot_command_the_terminal() {
        assert_eq!(one_line("a\u{1B}[2Jb\u{202E}c\r\nd"), "a\u{FFFD}[2Jbc d");
        assert_eq!(columns(&cut(&"長".repeat(100))), 59);
        assert_eq!(cut(&"x".repeat(61)).chars().count(), 60);
    }
}
