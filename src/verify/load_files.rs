//! Whether the load files, the numbers and the delivered files agree with each other.

use super::Finding;
use super::delivery::Draw;
use super::extras;
use super::images;
use crate::model::production::{BatesNumber, Extra};
use crate::package::dat::{self, Table};
use crate::package::names::Beside;
use crate::package::statement::Statement;
use crate::package::{columns, names, opt, withheld_words};
use crate::render;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The program that made a production, as its statement names it.
pub const PROGRAM: &str = concat!("recordroom ", env!("CARGO_PKG_VERSION"));

/// One document as the load file tells it.
pub(super) struct Row {
    pub(super) first: BatesNumber,
    last: BatesNumber,
    family: (BatesNumber, BatesNumber),
    pub(super) parent: Option<BatesNumber>,
    pub(super) pages: u32,
    pub(super) withheld: Option<String>,
    telling: bool,
    pub(super) pdf: String,
    pub(super) text: String,
    pub(super) native: Option<String>,
}

/// Checks the load files of a production against its files. `delivered` are the paths that are there.
pub(super) fn check(
    directory: &Path,
    statement: &Statement,
    delivered: &BTreeSet<String>,
    draw: Draw<'_>,
) -> Vec<Finding> {
    let dat_path = names::dat(&statement.volume);
    let mut findings = Vec::new();
    let table = match read(directory, &dat_path).and_then(|bytes| dat::read(&bytes).map_err(|error| error.to_string()))
    {
        Ok(table) => table,
        Err(message) => return vec![Finding::new("load-file", dat_path, message)],
    };
    let mut rows = Vec::new();
    for (at, cells) in table.rows.iter().enumerate() {
        match row(&table, cells, statement) {
            Ok(row) => rows.push(row),
            Err(message) => findings.push(Finding::new("load-file", &dat_path, format!("row {}: {message}", at + 2))),
        }
    }
    if !findings.is_empty() {
        return findings;
    }
    numbers(&rows, statement, &dat_path, &mut findings);
    families(&rows, &dat_path, &mut findings);
    paths(&rows, statement, delivered, &dat_path, &mut findings);
    image_lines(directory, &rows, statement, &mut findings);
    images::check(directory, &rows, statement, delivered, &mut findings);
    index(directory, &rows, &mut findings);
    extras::check(directory, &rows, statement, delivered, &mut findings);
    findings.extend(rows.par_iter().flat_map_iter(|row| document(directory, row, statement, draw)).collect::<Vec<_>>());
    findings
}

pub(super) fn read(directory: &Path, path: &str) -> Result<Vec<u8>, String> {
    super::bag::read_bounded(&directory.join(path)).map_err(|error| format!("it cannot be read: {error}"))
}

fn row(table: &Table, cells: &[String], statement: &Statement) -> Result<Row, String> {
    let cell = |name: &str| -> Result<&str, String> {
        let at = table.column(name).ok_or_else(|| format!("there is no column {name}"))?;
        Ok(cells.get(at).map_or("", String::as_str))
    };
    let number = |name: &str| cell(name)?.parse::<BatesNumber>().map_err(|error| format!("{name}: {error}"));
    let path = |name: &str| {
        let written = cell(name)?;
        names::from_volume(&statement.volume, written).ok_or_else(|| format!("{name}: {written:?} is not a path"))
    };
    let withheld = match cell("WITHHELD")? {
        "Y" => Some(cell("WITHHOLDINGBASIS")?.to_owned()),
        "N" => None,
        other => return Err(format!("WITHHELD is {other:?}, not Y or N")),
    };
    let mut telling = false;
    for name in columns::TELLING {
        telling |= !cell(name)?.is_empty();
    }
    Ok(Row {
        first: number("BEGBATES")?,
        last: number("ENDBATES")?,
        family: (number("BEGATTACH")?, number("ENDATTACH")?),
        parent: if cell("PARENTID")?.is_empty() { None } else { Some(number("PARENTID")?) },
        pages: cell("PGCOUNT")?.parse().map_err(|_| "PGCOUNT is not a number".to_owned())?,
        withheld,
        telling,
        pdf: path("PDFPATH")?,
        text: path("TEXTPATH")?,
        native: if cell("NATIVEPATH")?.is_empty() { None } else { Some(path("NATIVEPATH")?) },
    })
}

/// Numbers are of one prefix, in order, unique and without a gap (I8).
fn numbers(rows: &[Row], statement: &Statement, dat: &str, findings: &mut Vec<Finding>) {
    let mut next = statement.first_number.clone();
    let mut pages = 0;
    for row in rows {
        if row.first != next {
            let message = format!("{} stands where {next} should follow", row.first);
            findings.push(Finding::new("numbers", dat, message));
        }
        let pages_there = u64::from(row.last.page()) + 1;
        if row.first.prefix() != row.last.prefix() || pages_there != u64::from(row.first.page()) + u64::from(row.pages)
        {
            let message = format!("{} to {} are not the {} pages of its row", row.first, row.last, row.pages);
            findings.push(Finding::new("numbers", dat, message));
        }
        pages += u64::from(row.pages);
        if row.last.page() < 99_999_999 {
            next = row.last.plus(1);
        }
    }
    let last = rows.last().map(|row| row.last.clone());
    let agrees = last.as_ref() == Some(&statement.last_number)
        && rows.len() as u64 == statement.documents
        && pages == statement.pages;
    if !agrees {
        let message = format!(
            "it has {} documents with {pages} pages, and {} says {} with {}, to {}",
            rows.len(),
            names::STATEMENT,
            statement.documents,
            statement.pages,
            statement.last_number
        );
        findings.push(Finding::new("numbers", dat, message));
    }
}

/// A family is contiguous, and every member names the same first and last number.
fn families(rows: &[Row], dat: &str, findings: &mut Vec<Finding>) {
    let mut at = 0;
    while let Some(head) = rows.get(at) {
        let size = rows[at..].iter().take_while(|row| row.family == head.family).count();
        let members = &rows[at..at + size];
        let last = members.last().map(|row| &row.last);
        let whole = head.family.0 == head.first && Some(&head.family.1) == last && head.parent.is_none();
        let children = members.iter().skip(1).all(|row| row.parent.as_ref() == Some(&head.first));
        if !whole || !children {
            let message = format!("the family of {} is not one stretch of numbers with its parent first", head.first);
            findings.push(Finding::new("family", dat, message));
        }
        at += size;
    }
}

/// Every named file is there, each is named once, and no other lies beside them.
fn paths(rows: &[Row], statement: &Statement, delivered: &BTreeSet<String>, dat: &str, findings: &mut Vec<Finding>) {
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for row in rows {
        for path in [Some(&row.pdf), Some(&row.text), row.native.as_ref()].into_iter().flatten() {
            if !delivered.contains(path) {
                findings.push(Finding::new("file-missing", path, format!("{dat} names it, and it is not there")));
            }
            if !named.insert(path) {
                findings.push(Finding::new("load-file", dat, format!("{path} is named twice")));
            }
            let stem = path.rsplit('/').next().and_then(|name| name.split('.').next());
            if stem != Some(row.first.to_string().as_str()) {
                findings.push(Finding::new("load-file", dat, format!("{path} is not named by {}", row.first)));
            }
        }
    }
    let volume = format!("{}/", names::volume_folder(&statement.volume));
    let load_files = load_files(statement);
    for path in delivered.iter().filter(|path| path.starts_with(&volume)) {
        let beside = Beside::of(&statement.volume, path);
        let asked_for = beside.is_some_and(|kind| statement.extras.contains(&kind.extra()));
        // The images of pages are looked at with the load file that names them.
        let is_image = names::is_image(&statement.volume, path) && names::image_ending(&statement.extras).is_some();
        if !named.contains(path.as_str()) && !load_files.contains(path) && !asked_for && !is_image {
            findings.push(Finding::new("file-extra", path, "no document of the load file names it"));
        }
    }
}

fn load_files(statement: &Statement) -> Vec<String> {
    let volume = &statement.volume;
    let mut all = vec![names::dat(volume), names::opt(volume)];
    all.extend(statement.extras.contains(&Extra::Lfp).then(|| names::lfp(volume)));
    all.extend(statement.extras.contains(&Extra::Edrm).then(|| names::edrm(volume)));
    all
}

fn image_lines(directory: &Path, rows: &[Row], statement: &Statement, findings: &mut Vec<Finding>) {
    let path = names::opt(&statement.volume);
    let lines = read(directory, &path)
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is not text".to_owned()))
        .and_then(|text| opt::read(&text).map_err(|error| error.to_string()));
    let lines = match lines {
        Ok(lines) => lines,
        Err(message) => return findings.push(Finding::new("load-file", path, message)),
    };
    let found: Vec<_> = lines.iter().map(|one| (one.key.clone(), one.pages, one.document, one.path.clone())).collect();
    let volume = &statement.volume;
    let expected: Vec<_> = match names::image_ending(&statement.extras) {
        None => rows
            .iter()
            .map(|row| (row.first.to_string(), Some(row.pages), true, names::in_volume(volume, &row.pdf)))
            .collect(),
        Some(ending) => images::pages(rows)
            .map(|(number, pages)| {
                let path = names::image(volume, &statement.first_number, &number, ending);
                (number.to_string(), pages, pages.is_some(), names::in_volume(volume, &path))
            })
            .collect(),
    };
    if found != expected || lines.iter().any(|line| line.volume != statement.volume) {
        let message = "it does not name the same documents, pages and files as the other load file";
        findings.push(Finding::new("load-file", path, message));
    }
}

fn index(directory: &Path, rows: &[Row], findings: &mut Vec<Finding>) {
    let listed = read(directory, names::INDEX_CSV).ok().and_then(|bytes| crate::package::listing::read(&bytes));
    let numbers: Option<Vec<String>> =
        listed.map(|rows| rows.into_iter().skip(1).map(|row| row.into_iter().next().unwrap_or_default()).collect());
    if numbers != Some(rows.iter().map(|row| row.first.to_string()).collect()) {
        let message = "it does not list the same documents as the load file";
        findings.push(Finding::new("index", names::INDEX_CSV, message));
    }
}

/// One document: the PDF has the pages of its row, and what is withheld shows nothing but its slip sheet (I9).
fn document(directory: &Path, row: &Row, statement: &Statement, draw: Draw<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    // A file that is not there was told already.
    let Ok(pdf) = std::fs::read(directory.join(&row.pdf)) else { return findings };
    match render::page_count(&pdf) {
        Some(pages) if pages == row.pages => {}
        Some(pages) => {
            let message = format!("it has {pages} pages, and the load file says {}", row.pages);
            findings.push(Finding::new("pages", &row.pdf, message));
        }
        None => findings.push(Finding::new("pages", &row.pdf, "it cannot be read as a PDF file")),
    }
    let Some(basis) = &row.withheld else { return findings };
    let words = withheld_words(basis);
    if row.telling {
        let message = format!("{} is withheld, and the load file tells of it", row.first);
        findings.push(Finding::new("withheld", names::dat(&statement.volume), message));
    }
    if basis.is_empty() {
        let message = format!("{} is withheld without a basis", row.first);
        findings.push(Finding::new("withheld", names::dat(&statement.volume), message));
    }
    if std::fs::read(directory.join(&row.text)).is_ok_and(|text| text != format!("{words}\n").as_bytes()) {
        findings.push(Finding::new("withheld", &row.text, "it says more than that the document is withheld"));
    }
    // The same program makes the same sheet; another version may draw it otherwise.
    if statement.program == PROGRAM {
        let sheet = draw(&render::slip_sheet(&row.first, &words, statement.exercise, Some(statement.made_at)));
        if sheet.is_ok_and(|sheet| sheet.pdf != pdf) {
            findings.push(Finding::new("withheld", &row.pdf, "it is not the slip sheet of a withheld document"));
        }
    }
    findings
}

/// Rows of the withholding log and of the remarks, as the statement counts them.
pub(super) fn counts(directory: &Path, statement: &Statement) -> Vec<Finding> {
    let expected: BTreeMap<&str, u64> =
        BTreeMap::from([(names::WITHHOLDING_LOG, statement.withheld), (names::REMARKS, statement.remarks)]);
    let mut findings = Vec::new();
    for (path, count) in expected {
        let rows = read(directory, path).ok().and_then(|bytes| crate::package::listing::read(&bytes));
        if rows.map(|rows| rows.len() as u64) != Some(count + 1) {
            let message = format!("it does not have the {count} rows that {} counts", names::STATEMENT);
            findings.push(Finding::new("index", path, message));
        }
    }
    findings
}
