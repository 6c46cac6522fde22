//! Totals and subtotals of a bill, compared with the rows above them.
//!
//! A total is compared under the columns in which every row has a number that can be summed up (minutes, charges), and
//! where it says that it counts calls, with their number. It agrees when it equals the sum since the last total, since
//! the headings, or since the beginning of the file: a bill does not say which it means.

use super::cells;
use super::profile::MappingProfile;
use super::table::Found;
use std::collections::HashMap;

/// Parts of the unit that are summed up: a bill's money has two digits behind the point, some rates four.
const PARTS: i128 = 10_000;
/// Words of a heading whose numbers name something and are no sum.
const NAMES: [&str; 14] = [
    "item", "date", "time", "day", "number", "account", "invoice", "id", "line", "ext", "code", "phone", "zip", "year",
];

/// Sums under the columns of one table.
#[derive(Debug, Clone, Default)]
struct Sums {
    rows: u64,
    columns: HashMap<usize, i128>,
}

/// What the rows come to, and how many totals agree with it.
#[derive(Debug, Default)]
pub struct Totals {
    names: Vec<String>,
    /// Columns that are durations or have only numbers so far.
    summed: Vec<bool>,
    section: Sums,
    table: Sums,
    sheet: Sums,
    /// Sums by the name of the column, over all tables of the file.
    file: HashMap<String, i128>,
    file_rows: u64,
    agreeing: u64,
    /// Totals that differ from the rows.
    pub differing: u64,
    uncompared: u64,
}

impl Totals {
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a table: its columns are others.
    pub fn begin_table(&mut self, profile: &MappingProfile, found: &Found) {
        let table = &profile.tables[found.table];
        let named = [&table.from, &table.to, &table.number, &table.own, &table.epoch, &table.unique_id, &table.account];
        let mut names: Vec<String> = found.names.iter().map(|name| cells::name(name)).collect();
        let is_same = names == self.names;
        self.summed = names.iter().map(|name| !has_word(name)).collect();
        for at in named.into_iter().flat_map(|columns| found.places(columns)) {
            self.summed[at] = false;
        }
        for at in [&table.seconds, &table.minutes].into_iter().flat_map(|columns| found.places(columns)) {
            self.summed[at] = true;
        }
        (self.section, self.table) = (Sums::default(), Sums::default());
        if !is_same {
            self.sheet = Sums::default();
        }
        std::mem::swap(&mut self.names, &mut names);
    }

    /// Begins another sheet of a workbook.
    pub fn begin_sheet(&mut self) {
        (self.section, self.table, self.sheet) = (Sums::default(), Sums::default(), Sums::default());
        self.names.clear();
        self.summed.clear();
    }

    /// Adds a row of the table.
    pub fn row(&mut self, cells: &[String]) {
        self.file_rows += 1;
        for sums in [&mut self.section, &mut self.table, &mut self.sheet] {
            sums.rows += 1;
        }
        for (at, summed) in self.summed.iter_mut().enumerate().filter(|(_, summed)| **summed) {
            let Some(value) = cells.get(at).map_or(Some(0), |cell| amount(cell)) else {
                // A column with words in it is no column of numbers.
                *summed = false;
                continue;
            };
            for sums in [&mut self.section, &mut self.table, &mut self.sheet] {
                *sums.columns.entry(at).or_default() += value;
            }
            *self.file.entry(self.names[at].clone()).or_default() += value;
        }
    }

    /// Compares a line of totals; a sentence when it differs.
    pub fn check(&mut self, cells: &[String]) -> Option<String> {
        let mut compared = false;
        let mut differs = None;
        let words = cells.iter().map(|cell| cells::name(cell)).collect::<Vec<_>>().join(" ");
        for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.bytes().any(|byte| byte.is_ascii_digit())) {
            let Some(told) = amount(cell) else { continue };
            let aligned = cells.len() >= self.names.len().min(4) && self.summed.get(at) == Some(&true);
            let (sums, what) = match aligned {
                true => (self.sums(at), format!("under {}", self.names[at])),
                // A line of its own form says in words what it counts.
                false if ["call", "message", "text", "item", "record"].iter().any(|word| words.contains(word)) => {
                    let rows = [self.section.rows, self.table.rows, self.sheet.rows, self.file_rows];
                    (rows.map(|count| i128::from(count) * PARTS).to_vec(), "rows".to_owned())
                }
                false => continue,
            };
            compared = true;
            if !sums.contains(&told) {
                let made = sums.get(1).map_or_else(String::new, |sum| shown(*sum));
                differs.get_or_insert(format!(
                    "a total says {} {what}, and the rows above it come to {made}; rows may be missing",
                    cells::plain(cell)
                ));
            }
        }
        self.section = Sums::default();
        match (&differs, compared) {
            (Some(_), _) => self.differing += 1,
            (None, true) => self.agreeing += 1,
            (None, false) => self.uncompared += 1,
        }
        differs
    }

    fn sums(&self, at: usize) -> Vec<i128> {
        let of = |sums: &Sums| sums.columns.get(&at).copied().unwrap_or(0);
        let file = self.file.get(&self.names[at]).copied().unwrap_or(0);
        vec![of(&self.section), of(&self.table), of(&self.sheet), file]
    }

    /// How many totals there were and what came of comparing them; `None` when there was none.
    pub fn told(&self, remarked: u64) -> Option<String> {
        let parts = [
            (self.agreeing, "right"),
            (self.differing, "different"),
            (self.uncompared, "of something that the rows do not tell"),
        ];
        let told: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}")).collect();
        let more = self.differing.saturating_sub(remarked);
        let more = if more > 0 { format!("; {more} of these are not listed one by one") } else { String::new() };
        (!told.is_empty()).then(|| format!("totals compared with the rows above them: {}{more}", told.join(", ")))
    }
}

fn has_word(name: &str) -> bool {
    let mut words = name.split(|c: char| !c.is_alphanumeric());
    name.is_empty() || words.any(|word| NAMES.contains(&word))
}

/// A number that can be summed up, in ten thousandths: `1,234.50`, `$0.25`, `(1.00)`, `12 Min`, `0:05:12` in seconds,
/// `--` and nothing as nought; `None` for words.
fn amount(cell: &str) -> Option<i128> {
    let cell = cells::plain(cell).trim();
    if cell.is_empty() || cell.bytes().all(|byte| byte == b'-') || cell.eq_ignore_ascii_case("n/a") {
        return Some(0);
    }
    if cell.contains(':') {
        let seconds = cell.split(':').try_fold(0_i128, |sum, part| {
            let part: i128 = part.trim().parse::<u32>().ok()?.into();
            Some(sum * 60 + part)
        })?;
        return Some(seconds * PARTS);
    }
    let inner = cell.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let negative = inner.is_some() || cell.starts_with('-');
    let bare = inner.unwrap_or(cell).trim_start_matches(['-', '$', ' ']);
    let bare = bare.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '.' || c == ' ').replace(',', "");
    let (whole, part) = bare.split_once('.').unwrap_or((bare.as_str(), ""));
    if whole.is_empty() && part.is_empty() || part.len() > 4 || whole.len() > 15 {
        return None;
    }
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return None;
    }
    let value = whole.parse::<i128>().unwrap_or(0) * PARTS + format!("{part:0<4}").parse::<i128>().ok()?;
    Some(if negative { -value } else { value })
}

fn shown(value: i128) -> String {
    let (whole, part) = (value / PARTS, (value % PARTS).abs());
    let sign = if value < 0 && whole == 0 { "-" } else { "" };
    let part = format!("{part:04}");
    let part = part.trim_end_matches('0');
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_bills_write_them() {
        let cases: [(&str, Option<i128>); 12] = [
            ("1,234.50", Some(12_345_000)),
            ("$0.25", Some(2500)),
            ("(1.00)", Some(-10_000)),
            ("-3", Some(-30_000)),
            ("12 Min", Some(120_000)),
            ("0:05:12", Some(3_120_000)),
            ("--", Some(0)),
            ("", Some(0)),
            ("N/A", Some(0)),
            ("Edina", None),
            ("1.23456", None),
            ("6.1E9", None),
        ];
        for (cell, expected) in cases {
            assert_eq!(amount(cell), expected, "{cell}");
        }
        assert_eq!([shown(12_345_000), shown(-2500), shown(30_000)], ["1234.5", "-0.25", "3"]);
    }
}
