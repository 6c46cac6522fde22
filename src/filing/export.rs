//! Writing official records out for the document system.

use super::list::{self, Line};
use super::page::{self, Told};
use super::select::{Wanted, official};
use super::{FilingError, must_be_new};
use crate::base::digest::Sha256Digest;
use crate::base::durable;
use crate::base::id::{FamilyId, FilingId};
use crate::catalog::{FamilyRow, FiledFile};
use crate::ledger::{MerkleBuilder, leaf_hash};
use crate::model::event::Act;
use crate::model::item::ParsedAttachment;
use crate::render::{Rendition, draw, draw_with};
use crate::repository::{Repository, StoredFacts};
use crate::retention::Adopted;
use crate::source;
use crate::source::native;
use crate::vault::VaultError;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Characters of the ending of a file's name that are kept.
const ENDING_CHARS: usize = 8;

/// Files, each with what follows the family's number in its name.
pub(super) type Suffixed = Vec<(String, Vec<u8>)>;

/// What was written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The filing.
    pub filing: FilingId,
    /// Where it lies.
    pub directory: PathBuf,
    /// The records.
    pub families: Vec<FamilyId>,
    /// Files of them.
    pub files: u64,
    /// Records that could not be written out whole, and why: nothing of them was.
    pub left_out: Vec<(FamilyId, String)>,
}

/// Writes records into a new folder, records that, and writes the list file last.
pub fn export(
    repository: &mut Repository,
    wanted: &Wanted,
    directory: &Path,
    actor: &str,
) -> Result<Exported, FilingError> {
    must_be_new(directory)?;
    let template = list::template(repository)?;
    // A template that cannot be filled is found before anything is written.
    list::filled(&template, &[])?;
    let rows = official(repository, wanted)?;
    if rows.is_empty() {
        let message =
            "there is no official record to be filed: confirmed, under a series, and not filed or waiting already";
        return Err(FilingError::Refused(message.to_owned()));
    }
    let titles = titles(repository)?;
    let mut writer = Writer { directory, lines: Vec::new() };
    let (mut families, mut left_out) = (Vec::new(), Vec::new());
    for row in &rows {
        let title = titles.get(&row.standing.series).map_or(row.standing.series.as_str(), String::as_str);
        match whole(repository, row, title)? {
            Ok(files) => {
                writer.record(row, files)?;
                families.push(row.id);
            }
            Err(why) => left_out.push((row.id, why)),
        }
    }
    if families.is_empty() {
        let (family, why) = left_out.first().cloned().unwrap_or((FamilyId::new(1), String::new()));
        return Err(FilingError::Refused(format!("nothing could be written out whole; {family}: {why}")));
    }
    let lines = writer.lines;
    let filled = list::filled(&template, &lines)?;
    let put = |name: &str, text: &str| {
        let path = directory.join(name);
        durable::replace(&path, text.as_bytes()).map_err(|error| FilingError::io(&path, error))
    };
    put("filing.csv", &list::csv(&lines))?;
    put("receipt.csv", &list::receipt_form(&lines))?;
    let filing = recorded(repository, &lines, &families, actor)?;
    put("README.txt", &readme(repository, filing, families.len(), lines.len()))?;
    put("filing.xml", &filled)?;
    Ok(Exported { filing, directory: directory.to_owned(), families, files: lines.len() as u64, left_out })
}

/// The titles of the adopted series, by key.
fn titles(repository: &Repository) -> Result<BTreeMap<String, String>, FilingError> {
    let adopted = Adopted::load(repository)?;
    let rules = adopted.editions.into_iter().flat_map(|edition| edition.rules);
    Ok(rules.map(|rule| (rule.series, rule.title)).collect())
}

/// One file of a record, before it has a name.
struct File {
    /// What follows the family's number in its name.
    suffix: String,
    part: String,
    title: String,
    bytes: Vec<u8>,
    told: Told,
}

/// Every file of a record; the reason in words where one of them cannot be had.
fn whole(repository: &Repository, row: &FamilyRow, title: &str) -> Result<Result<Vec<File>, String>, FilingError> {
    let facts = repository.family(row.id)?.facts;
    let original = match repository.original(row) {
        Ok(original) => original,
        Err(crate::repository::RepositoryError::Vault(VaultError::TooLarge { .. })) => {
            return Ok(Err("its original is too large to be written out in one piece".to_owned()));
        }
        Err(error) => return Err(error.into()),
    };
    let told = page::told(repository, row, &facts.item, title)?;
    let pages = page::parent(repository, row, &facts, &told)?;
    let drawn = match draw_with(&pages, &page::properties(&told, row.id)) {
        Ok(drawn) => drawn.pdf,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let file = |suffix: String, part: &str, title: &str, bytes: Vec<u8>| File {
        suffix,
        part: part.to_owned(),
        title: title.to_owned(),
        bytes,
        told: told.clone(),
    };
    let mut files = vec![file(".pdf".to_owned(), "the record", &told.title, drawn)];
    if let Some(native) = native::of_item(&facts.item, &original, &facts.shape) {
        let part = if native.is_rendition { "the record as an Internet message" } else { "the original" };
        let suffix = format!(".{}", ending(&native.ending));
        // A loose PDF file is the record itself, and its own page.
        if suffix == ".pdf" {
            files.clear();
        }
        files.push(file(suffix, part, &told.title, native.bytes));
    }
    for (number, attached) in facts.item.attachments.iter().enumerate() {
        let Some(bytes) = source::part_bytes(&original, &facts.shape, attached.part) else {
            return Ok(Err(format!("its attachment {} could not be taken out of it", page::named(attached))));
        };
        let part = format!("attachment {}", number + 1);
        let pages = page::attachment(repository, row, attached, &bytes);
        for (suffix, bytes) in of_attachment(number + 1, attached, bytes, pages) {
            files.push(file(suffix, &part, &page::named(attached), bytes));
        }
    }
    Ok(Ok(files))
}

/// An attached file byte for byte, and its pages where it can be drawn.
fn of_attachment(number: usize, attached: &ParsedAttachment, bytes: Vec<u8>, pages: Option<Rendition>) -> Suffixed {
    let native = native::of_part(attached, bytes);
    let mut ending = ending(&native.ending);
    let pages = pages.and_then(|pages| draw(&pages).ok());
    if pages.is_some() && ending == "pdf" {
        // Something that only calls itself a PDF file.
        ending = "bin".to_owned();
    }
    let mut files = vec![(format!("-{number}.{ending}"), native.bytes)];
    files.extend(pages.map(|pages| (format!("-{number}.pdf"), pages.pdf)));
    files
}

/// A short plain ending, or `bin`.
fn ending(text: &str) -> String {
    let plain = text.len() <= ENDING_CHARS && !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
    if plain { text.to_ascii_lowercase() } else { "bin".to_owned() }
}

/// Writes the files of records below the folder.
struct Writer<'d> {
    directory: &'d Path,
    lines: Vec<Line>,
}

impl Writer<'_> {
    fn record(&mut self, row: &FamilyRow, files: Vec<File>) -> Result<(), FilingError> {
        let year = row.sent_on.map_or("undated".to_owned(), |day| day.format("%Y").to_string());
        // Keys of series are made of letters, digits and hyphens; whatever else stands in one is no part of a path.
        let series: String = row
            .standing
            .series
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '-' })
            .collect();
        let folder = format!("{year}/{series}");
        let place = self.directory.join(&folder);
        durable::create_dir_all(&place).map_err(|error| FilingError::io(&place, error))?;
        for file in files {
            let path = format!("{folder}/{}{}", row.id, file.suffix);
            let target = self.directory.join(&path);
            durable::create_new(&target, &file.bytes).map_err(|error| FilingError::io(&target, error))?;
            self.lines.push(Line {
                family: row.id,
                part: file.part,
                path,
                sha256: Sha256Digest::of(&file.bytes).to_string(),
                bytes: file.bytes.len() as u64,
                title: file.title,
                told: file.told,
            });
        }
        Ok(())
    }
}

/// Records the filing: every file with the keyed digest of its SHA-256, so that a short text is not confirmed by guessing.
fn recorded(
    repository: &mut Repository,
    lines: &[Line],
    families: &[FamilyId],
    actor: &str,
) -> Result<FilingId, FilingError> {
    let at = repository.now();
    let secret = repository.keys().digest_secret();
    let digests: Vec<_> = lines.iter().map(|line| secret.name(line.sha256.as_bytes())).collect();
    repository.catalog_mut().write::<_, FilingError>(|writing| {
        let filing = writing.next_filing()?;
        let mut tree = MerkleBuilder::default();
        let mut files = Vec::new();
        for (line, digest) in lines.iter().zip(digests) {
            tree.push(leaf_hash(format!("{} {digest} {}", line.family, line.path).as_bytes()));
            files.push(FiledFile { filing, family: line.family, name: line.path.clone(), digest, entry: None });
        }
        let details = serde_json::json!({
            "items": families.len(), "files": files.len(), "families": families, "merkle_root": tree.root(),
        });
        let event = writing.record_event(at, actor, Act::FilingExported, &filing.to_string(), &details)?;
        writing.add_filing(filing, &files, event.id)?;
        Ok(filing)
    })
}

fn readme(repository: &Repository, filing: FilingId, records: usize, files: usize) -> String {
    let exercise = if repository.profile().exercise { "EXERCISE\n\n" } else { "" };
    let system = super::stub::system_name(repository);
    format!(
        "{exercise}FILING {filing}\n{}\n\n{records} official records in {files} files, for {system}. They are whole records and \
         nothing in them is redacted: treat this folder as you treat the mailboxes they came from, and remove it once the \
         receipt is there.\n\nfiling.xml    the list file for the import, written last\nfiling.csv    the same for people\n\
         receipt.csv   the form of the receipt: fill in the entry of {system} and the SHA-256 of the file as it is stored \
         there, for every file (Windows: Get-FileHash -Algorithm SHA256 FILE)\n\nThen: recordroom file receipt {filing} --from \
         receipt.csv\nUntil that is done, no mailbox copy of these records goes where the schedule asks for filing first.\n",
        repository.profile().city
    )
}

/// An item as it is given to the archives: its file where it is one, else the exact original and what was read of it.
pub(super) fn natives(repository: &Repository, row: &FamilyRow) -> Result<(StoredFacts, Suffixed), FilingError> {
    let facts = repository.family(row.id)?.facts;
    let original = repository.original(row)?;
    let files = match native::of_item(&facts.item, &original, &facts.shape) {
        Some(native) => vec![(format!(".{}", ending(&native.ending)), native.bytes)],
        None => {
            let read = format!("{:#}\n", serde_json::json!(facts.item));
            vec![(".original".to_owned(), original), (".json".to_owned(), read.into_bytes())]
        }
    };
    Ok((facts, files))
}
