//! The columns of a table of messages, found by their names.

use crate::source::calls::cells;

/// The names of the columns, as written and as they are compared.
pub struct Columns {
    /// As written.
    pub written: Vec<String>,
    /// As they are compared.
    pub normal: Vec<String>,
}

impl Columns {
    /// The columns of a row of headings.
    pub fn of(written: Vec<String>) -> Self {
        let normal = written.iter().map(|name| cells::name(name)).collect();
        Self { written, normal }
    }

    /// Whether there are all of these.
    pub fn has(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.normal.iter().any(|one| one == name))
    }

    /// The cell of a row in a column; empty where there is none.
    pub fn cell<'a>(&self, cells: &'a [String], name: &str) -> &'a str {
        let at = self.normal.iter().position(|one| one == name);
        at.and_then(|at| cells.get(at)).map_or("", |cell| cell.trim_matches('\u{feff}'))
    }
}

/// A row as RFC 4180 writes it: the form in which rows of workbooks are kept.
pub fn as_csv(cells: &[String]) -> Vec<u8> {
    let quoted = |cell: &String| {
        if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
    };
    let mut line = cells.iter().map(quoted).collect::<Vec<_>>().join(",").into_bytes();
    line.extend_from_slice(b"\r\n");
    line
}
