//! Google Vault exports: mbox files with a metadata file, a count file and sometimes an error file beside them.
//!
//! The files beside are not items: they describe the container. Their counts become [`Found::Declared`] and
//! remarks, their labels go to the copies of the messages they name.

use super::content::Content;
use super::folder::{self, EntryKind};
use super::reading::{Reading, file_name};
use super::vault_metadata::Expected;
use super::zip_archive;
use crate::extract::zip_table::Table;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::provenance::ContainerFormat;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

/// Bytes of the files beside the messages that are read.
const BESIDE_BYTES: u64 = 1024 * 1024 * 1024;
/// Lines of an error file that are told one by one.
const TOLD_ERRORS: usize = 100;

/// What a file in an export is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Metadata,
    Counts,
    Errors,
}

/// The files of an export that stand beside its messages, by their index in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export(Vec<(usize, Part)>);

/// What the files beside the messages say.
#[derive(Default)]
struct Beside {
    expected: Expected,
    counted: Option<u64>,
    errors: Vec<String>,
}

/// Whether a folder is an export: a file in it is the metadata of one.
pub fn is_export_folder(path: &Path) -> bool {
    folder::list(path).is_ok_and(|entries| {
        entries.iter().any(|entry| {
            entry.kind == EntryKind::File
                && part_of(&entry.name) == Some(Part::Metadata)
                && Content::File(entry.path.clone()).head().is_ok_and(|head| is_metadata(&head))
        })
    })
}

/// The parts of an export in an archive; `None` when it is another archive.
pub fn look_into<R: Read + Seek>(table: &mut Table<R>, unpack_left: u64) -> Option<Export> {
    let names: Vec<String> = table.names().map(|name| String::from_utf8_lossy(&name).into_owned()).collect();
    let parts: Vec<(usize, Part)> =
        names.iter().enumerate().filter_map(|(index, name)| Some((index, part_of(name)?))).collect();
    let is_export = parts.iter().filter(|(_, part)| *part == Part::Metadata).any(|(index, _)| {
        let mut head = Vec::new();
        let member = table.member(*index).ok();
        member.is_some_and(|member| member.take(4096.min(unpack_left)).read_to_end(&mut head).is_ok())
            && is_metadata(&head)
    });
    is_export.then_some(Export(parts))
}

/// Reads an export that lies in a folder.
pub fn read_folder(path: &Path, name: String, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    reading.nested(name, ContainerFormat::GoogleVault, |reading| {
        let entries = folder::entries(path, "", reading)?;
        let mut beside = Beside::default();
        let mut others = Vec::new();
        for entry in entries {
            match (part_of(&entry.name), entry.kind) {
                (Some(part), EntryKind::File) => beside.read_file(part, &entry.path),
                _ => others.push(entry),
            }
        }
        beside.frame(reading, |reading| {
            others.into_iter().try_for_each(|entry| folder::take_entry(entry, "", 0, reading))
        })?;
        Ok(())
    })
}

/// Reads an export that lies in an archive.
pub fn read_zip<R: Read + Seek>(
    table: &mut Table<R>,
    export: Export,
    name: String,
    reading: &mut Reading<'_>,
) -> Result<(), Stopped> {
    reading.nested(name, ContainerFormat::GoogleVault, |reading| {
        let mut beside = Beside::default();
        for (index, part) in &export.0 {
            match table.member(*index) {
                Ok(member) => beside.read_part(*part, &mut BufReader::new(member.take(BESIDE_BYTES))),
                Err(error) => beside.unreadable(&error.to_string()),
            }
        }
        let skipped: Vec<usize> = export.0.iter().map(|(index, _)| *index).collect();
        beside.frame(reading, |reading| zip_archive::read(table, &skipped, reading))?;
        Ok(())
    })
}

impl Beside {
    fn read_file(&mut self, part: Part, path: &PathBuf) {
        match File::open(path) {
            Ok(file) => self.read_part(part, &mut BufReader::new(file.take(BESIDE_BYTES))),
            Err(error) => self.unreadable(&error.to_string()),
        }
    }

    fn unreadable(&mut self, error: &str) {
        let sentence = format!("a file of the export that describes it cannot be read: {error}");
        self.expected.remarks.push(Problem::new(ProblemCode::Unreadable, sentence));
    }

    fn read_part(&mut self, part: Part, stream: &mut dyn BufRead) {
        match part {
            Part::Metadata => self.expected.read(stream),
            Part::Counts => {
                for row in rows(stream) {
                    // "account,count"; a heading has no number.
                    if let Some(count) = row.iter().next_back().and_then(|last| last.trim().parse::<u64>().ok()) {
                        self.counted = Some(self.counted.unwrap_or(0).saturating_add(count));
                    }
                }
            }
            Part::Errors => {
                let lines = rows(stream).map(|row| row.iter().collect::<Vec<_>>().join(", "));
                self.errors.extend(lines.take(TOLD_ERRORS + 2));
            }
        }
    }

    /// Tells what is declared, reads the messages, and tells what differs.
    fn frame(
        self,
        reading: &mut Reading<'_>,
        inside: impl FnOnce(&mut Reading<'_>) -> Result<(), Stopped>,
    ) -> Result<(), Stopped> {
        let declared = self.counted.or((self.expected.listed > 0).then_some(self.expected.listed));
        if let Some(declared) = declared {
            reading.tell(Found::Declared(declared))?;
        }
        let outer = reading.expected.replace(self.expected);
        inside(reading)?;
        let expected = std::mem::replace(&mut reading.expected, outer);
        let mut remarks = expected.unwrap_or_default().remarks_at_end(self.counted);
        // The first line names the columns.
        for line in self.errors.iter().skip(1).take(TOLD_ERRORS) {
            let sentence = format!("Google Vault could not export: {line}");
            remarks.push(Problem::new(ProblemCode::Missing, sentence));
        }
        if self.errors.len() > TOLD_ERRORS + 1 {
            let sentence = "Google Vault reports more items that it could not export; see its error file";
            remarks.push(Problem::new(ProblemCode::Missing, sentence));
        }
        remarks.into_iter().try_for_each(|remark| reading.tell(Found::Remark(remark)))
    }
}

fn rows(stream: &mut dyn BufRead) -> impl Iterator<Item = csv::StringRecord> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(stream).into_records().flatten()
}

/// What the name of a file in an export promises; whether the folder is an export at all, the content tells.
fn part_of(place: &str) -> Option<Part> {
    let name = file_name(place).to_ascii_lowercase();
    if name.ends_with("metadata.xml") {
        Some(Part::Metadata)
    } else if name.ends_with(".csv") && name.contains("count") {
        Some(Part::Counts)
    } else if name.ends_with(".csv") && name.contains("error") {
        Some(Part::Errors)
    } else {
        None
    }
}

fn is_metadata(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&head[..head.len().min(4096)]);
    head.contains("<Root") && head.contains("<Batch") && head.contains("<Document")
}
