//! The intake sheet: a CSV that says of each file whose it is, from which device, and who collected it when and how.
//!
//! Its columns are found by their headings: `file`, `custodian`, `device`, `collected by`, `collected on`, `method`, in
//! any order; `file` and `custodian` are needed. A row names a file or a folder, by its path below what is taken in or
//! by its bare name where only one file has it. Nothing is matched by likeness: a row that names no file, a row that
//! names several, and a file without a row are told.

use crate::base::id::CustodianId;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Bytes of the largest sheet.
const SHEET_BYTES: u64 = 4 * 1024 * 1024;
/// Files below one path that are held against a sheet.
const SHEET_FILES: usize = 1_000_000;
/// Folders inside each other that are looked into.
const DEPTH: usize = 128;

/// Why a sheet cannot be used. Nothing was taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// It cannot be read.
    #[error("the intake sheet {} cannot be read: {message}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        message: String,
    },
    /// A needed column is missing.
    #[error("the intake sheet {} has no column {column:?} in its first row", path.display())]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// The heading.
        column: &'static str,
    },
    /// A row names somebody who is not in the profile.
    #[error("line {line} of the intake sheet names {name:?}, who is no custodian of the agency profile")]
    NoCustodian {
        /// Its line, from 1.
        line: u64,
        /// The name.
        name: String,
    },
    /// Two rows say different things of one file.
    #[error("lines {first} and {second} of the intake sheet name the same file")]
    Twice {
        /// The earlier line.
        first: u64,
        /// The later one.
        second: u64,
    },
    /// Two sheets lie beside the files.
    #[error("two intake sheets lie beside the files, {} and {}", .0.display(), .1.display())]
    Several(PathBuf, PathBuf),
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// Its line in the sheet, from 1.
    pub line: u64,
    /// The file or folder, as written.
    pub file: String,
    /// Whose it is; `None` where the cell is empty.
    pub custodian: Option<CustodianId>,
    /// From which device.
    pub device: String,
    /// Who collected it.
    pub collected_by: String,
    /// When, as written.
    pub collected_on: String,
    /// How.
    pub method: String,
}

impl SheetRow {
    /// Whether the device is a person's own: its cell begins with the word *personal*.
    pub fn is_personal(&self) -> bool {
        let first = self.device.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
        first.is_some_and(|word| word.eq_ignore_ascii_case("personal"))
    }
}

/// What did not fit: rows and files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SheetReport {
    /// The sheet.
    pub sheet: String,
    /// Rows that name a file or folder here.
    pub matched: u64,
    /// Rows that name no file here: line and name.
    pub rows_without_file: Vec<String>,
    /// Rows that could mean several files here: line and name. They were not applied.
    pub rows_with_several: Vec<String>,
    /// Files here without a row.
    pub files_without_row: Vec<String>,
}

impl SheetReport {
    /// Of several paths: a row has its file when one of the paths has it.
    pub(super) fn together(reports: impl Iterator<Item = Self>) -> Option<Self> {
        reports.reduce(|mut all, one| {
            if all.sheet == one.sheet {
                all.rows_without_file.retain(|row| one.rows_without_file.contains(row));
            } else {
                all.sheet = format!("{}, {}", all.sheet, one.sheet);
                all.rows_without_file.extend(one.rows_without_file);
            }
            all.matched += one.matched;
            all.rows_with_several.extend(one.rows_with_several);
            all.rows_with_several.dedup();
            all.files_without_row.extend(one.files_without_row);
            all
        })
    }

    /// Whether every row has its file and every file its row.
    pub fn fits(&self) -> bool {
        self.rows_without_file.is_empty() && self.rows_with_several.is_empty() && self.files_without_row.is_empty()
    }
}

/// The rows of a sheet, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rows {
    path: PathBuf,
    rows: Vec<SheetRow>,
}

/// A sheet held against the files below one path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sheet {
    /// Paths below what is taken in, with `/`; a folder stands for all in it. The key of a single file is its name.
    by_path: BTreeMap<String, SheetRow>,
    pub(super) report: SheetReport,
}

impl Rows {
    /// Reads a sheet.
    pub(super) fn read(path: &Path, custodians: &[(CustodianId, String)]) -> Result<Self, SheetError> {
        let wrong = |message: String| SheetError::Unreadable { path: path.to_owned(), message };
        let size = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?.len();
        if size > SHEET_BYTES {
            return Err(wrong("it is larger than 4 MiB".to_owned()));
        }
        let bytes = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let text = crate::extract::charset::decode(&bytes, None).text;
        let mut reader = reader(&text);
        let mut records = reader.records();
        let head = match records.next() {
            Some(head) => head.map_err(|error| wrong(error.to_string()))?,
            None => return Err(wrong("it is empty".to_owned())),
        };
        let column = |wanted: &str| head.iter().position(|cell| heading(cell) == wanted);
        let needed =
            |wanted: &'static str| column(wanted).ok_or(SheetError::NoColumn { path: path.to_owned(), column: wanted });
        let (file, whose) = (needed("file")?, needed("custodian")?);
        let others = ["device", "collected by", "collected on", "method"].map(column);
        let mut rows = Vec::new();
        for record in records {
            let record = record.map_err(|error| wrong(error.to_string()))?;
            let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or("").trim().to_owned();
            let line = record.position().map_or(0, csv::Position::line);
            let (named, name) = (cell(Some(file)), cell(Some(whose)));
            if named.is_empty() {
                continue;
            }
            let custodian = custodians.iter().find(|(_, one)| one.eq_ignore_ascii_case(&name)).map(|(id, _)| *id);
            if custodian.is_none() && !name.is_empty() {
                return Err(SheetError::NoCustodian { line, name });
            }
            let [device, collected_by, collected_on, method] = others.map(cell);
            rows.push(SheetRow { line, file: named, custodian, device, collected_by, collected_on, method });
        }
        Ok(Self { path: path.to_owned(), rows })
    }

    /// The sheet that lies beside the files of a path: a CSV in the folder, or in the folder of the file, whose first
    /// row has the headings.
    pub(super) fn beside(path: &Path) -> Result<Option<PathBuf>, SheetError> {
        let folder = if path.is_dir() { Some(path) } else { path.parent() };
        let folder = folder.filter(|one| !one.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut found: Option<PathBuf> = None;
        let mut names: Vec<PathBuf> =
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        names.sort();
        for one in names.into_iter().filter(|one| one != path && is_sheet(one)) {
            match found {
                Some(first) => return Err(SheetError::Several(first, one)),
                None => found = Some(one),
            }
        }
        Ok(found)
    }

    /// Holds the rows against the files below a path. Of a single file only its own row is asked.
    pub(super) fn against(&self, path: &Path) -> Result<Sheet, SheetError> {
        let single = !path.is_dir();
        let (files, folders) = below(path);
        let mut sheet = Sheet::default();
        sheet.report.sheet = self.path.display().to_string();
        for row in &self.rows {
            let named = clean(&row.file);
            let exact: Vec<&String> = files.iter().chain(&folders).filter(|one| same(one, &named)).collect();
            let ends = |one: &&String| {
                one.len() > named.len()
                    && one.is_char_boundary(one.len() - named.len())
                    && same(&one[one.len() - named.len()..], &named)
                    && one[..one.len() - named.len()].ends_with('/')
            };
            // A row may also be written from further out, as the folder lay on the collector's disk.
            let within = |one: &&String| {
                single && named.len() > one.len() && same(&named[named.len().saturating_sub(one.len())..], one)
            };
            let found = if exact.is_empty() {
                files.iter().chain(&folders).filter(|one| ends(one) || within(one)).collect()
            } else {
                exact
            };
            match found.as_slice() {
                [] if single => {}
                [] => sheet.report.rows_without_file.push(format!("line {}: {}", row.line, row.file)),
                [one] => {
                    if let Some(first) = sheet.by_path.insert((*one).clone(), row.clone()) {
                        return Err(SheetError::Twice { first: first.line, second: row.line });
                    }
                    sheet.report.matched += 1;
                }
                _ => sheet.report.rows_with_several.push(format!("line {}: {}", row.line, row.file)),
            }
        }
        let own = self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_own = |file: &String| *file == own && path.join(file) == self.path;
        sheet.report.files_without_row =
            files.iter().filter(|file| sheet.row_of(file).is_none() && !is_own(file)).cloned().collect();
        Ok(sheet)
    }
}

impl Sheet {
    /// The row of a place: its own, or that of the innermost file or folder around it that has one. `names` begins with
    /// what the clerk named.
    pub(super) fn of<'p>(&self, mut names: impl Iterator<Item = &'p str>) -> Option<&SheetRow> {
        let root = names.next()?;
        let inside: Vec<&str> = names.collect();
        let inner = self.row_of(&inside.join("/"));
        inner.or_else(|| self.by_path.get(root.rsplit(['/', '\\']).next().unwrap_or(root)))
    }

    fn row_of(&self, place: &str) -> Option<&SheetRow> {
        let mut place = place;
        loop {
            if let Some(row) = self.by_path.get(place) {
                return Some(row);
            }
            place = place.rsplit_once('/')?.0;
        }
    }
}

/// Files and folders below a path, as paths with `/`; of a single file its name. Links are not followed.
fn below(path: &Path) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut files, mut folders) = (BTreeSet::new(), BTreeSet::new());
    if !path.is_dir() {
        files.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
        return (files, folders);
    }
    let mut open = vec![(path.to_owned(), String::new(), 0)];
    while let Some((folder, prefix, depth)) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let place = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < DEPTH => {
                    folders.insert(place.clone());
                    open.push((entry.path(), place, depth + 1));
                }
                Ok(kind) if kind.is_file() && files.len() < SHEET_FILES => {
                    files.insert(place);
                }
                _ => {}
            }
        }
    }
    (files, folders)
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    // Spreadsheets of some countries separate with semicolons.
    let first = text.lines().next().unwrap_or("");
    let delimiter = if first.contains(';') && !first.contains(',') { b';' } else { b',' };
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes())
}

/// Whether a file is an intake sheet, by its first row: `file`, `custodian`, and one of the other headings.
fn is_sheet(path: &Path) -> bool {
    let is_csv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let small = std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() <= SHEET_BYTES);
    if !is_csv || !small {
        return false;
    }
    let Ok(bytes) = std::fs::read(path) else { return false };
    let text = crate::extract::charset::decode(&bytes, None).text;
    let Some(Ok(head)) = reader(&text).into_records().next() else { return false };
    let has = |wanted: &str| head.iter().any(|cell| heading(cell) == wanted);
    has("file") && has("custodian") && ["device", "collected by", "collected on", "method"].into_iter().any(has)
}

/// A heading as it is compared: in lower case, with single spaces.
fn heading(cell: &str) -> String {
    let words = cell.trim_start_matches('\u{feff}').replace('_', " ").to_lowercase();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A path as written in a sheet, with `/` and without what says "here".
fn clean(written: &str) -> String {
    let path = written.trim().replace('\\', "/");
    let path = path.trim_start_matches("./").trim_matches('/');
    path.to_owned()
}

/// File systems of the collectors' computers do not tell cases apart.
fn same(one: &str, two: &str) -> bool {
    one == two || one.to_lowercase() == two.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::durable;

    fn room(files: &[(&str, &str)]) -> tempfile::TempDir {
        durable::set_syncing(false);
        let room = tempfile::tempdir().expect("a temporary directory");
        for (name, text) in files {
            let path = room.path().join(name);
            durable::create_dir_all(path.parent().expect("a folder")).expect("folders");
            durable::replace(&path, text.as_bytes()).expect("written");
        }
        room
    }

    fn ids() -> Vec<(CustodianId, String)> {
        vec![(CustodianId::new(1), "Anna Larson".to_owned()), (CustodianId::new(2), "Bob Stone".to_owned())]
    }

    #[test]
    fn rows_files_and_folders_are_held_against_each_other() {
        let sheet = "\u{feff}File,Custodian,Device,Collected_by,COLLECTED ON,method\n\
                     phones\\own\\sms.xml,anna larson,Personal phone,D. Whitcomb,2025-03-01,app export\n\
                     Mail.mbox,Bob Stone,server,,,\n\
                     same.eml,Bob Stone,server,,,\n\
                     gone.zip,Bob Stone,city phone,,,\n\
                     scans,Bob Stone,scanner,,,\n\
                     ,,,,,\n";
        let room = room(&[
            ("sheet.csv", sheet),
            ("phones/own/sms.xml", ""),
            ("mail/mail.MBOX", ""),
            ("a/same.eml", ""),
            ("b/same.eml", ""),
            ("scans/deep/1.pdf", ""),
            ("notes.csv", "file,size\nx,1\n"),
        ]);
        let found = Rows::beside(room.path()).expect("one sheet").expect("found by its headings");
        assert_eq!(found, room.path().join("sheet.csv"));
        let sheet = Rows::read(&found, &ids()).expect("read").against(room.path()).expect("held against");
        let row = |names: &[&str]| sheet.of(["export"].into_iter().chain(names.iter().copied())).map(|row| row.line);
        assert_eq!(row(&["phones/own/sms.xml"]), Some(2), "a path of another system");
        assert_eq!(
            row(&["mail/mail.MBOX", "message 3"]),
            Some(3),
            "a bare name, in whatever case; what lies in it too"
        );
        assert_eq!(row(&["a/same.eml"]), None, "a name that two files have is applied to none");
        assert_eq!(row(&["scans/deep/1.pdf"]), Some(6), "a folder stands for all in it");
        let phone = sheet.of(["export", "phones/own/sms.xml"].into_iter()).expect("a row");
        assert!(phone.is_personal());
        assert_eq!((phone.collected_by.as_str(), phone.method.as_str()), ("D. Whitcomb", "app export"));
        let report = &sheet.report;
        assert_eq!(report.matched, 3);
        assert_eq!(report.rows_without_file, ["line 5: gone.zip"]);
        assert_eq!(report.rows_with_several, ["line 4: same.eml"]);
        assert_eq!(report.files_without_row, ["a/same.eml", "b/same.eml", "notes.csv"]);
        assert!(!report.fits());
        // Of a single file only its own row is asked.
        let single = room.path().join("phones/own/sms.xml");
        let sheet = Rows::read(&found, &ids()).expect("read").against(&single).expect("held against");
        assert_eq!(sheet.of([single.to_str().expect("text")].into_iter()).map(|row| row.line), Some(2));
        assert!(sheet.report.fits());
    }

    #[test]
    fn a_sheet_that_cannot_be_trusted_is_refused_before_anything_is_taken_in() {
        let table = [
            ("custodian,device\nAnna Larson,phone\n", "has no column \"file\""),
            ("file,device\nx,phone\n", "has no column \"custodian\""),
            ("file,custodian\nx.xml,Cora Reed\n", "line 2 of the intake sheet names \"Cora Reed\""),
            ("file;custodian\nx.xml;Anna Larson\nX.xml;Bob Stone\n", "lines 2 and 3"),
            ("", "is empty"),
        ];
        for (text, said) in table {
            let room = room(&[("s.csv", text), ("x.xml", "")]);
            let read = Rows::read(&room.path().join("s.csv"), &ids()).and_then(|rows| rows.against(room.path()));
            let error = read.expect_err(text).to_string();
            assert!(error.contains(said), "{error}");
        }
        let heads = "file,custodian,device\n";
        let room = room(&[("one.csv", heads), ("two.csv", heads)]);
        assert!(matches!(Rows::beside(room.path()), Err(SheetError::Several(..))));
    }
}
