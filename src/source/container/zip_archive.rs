//! ZIP archives (PKWARE APPNOTE), nested, with limits on members, ratio, size and depth.

use super::content::Content;
use super::loose_file::{Unpacking, is_limit};
use super::reading::Reading;
use super::tree::ArchiveTree;
use super::vault_export;
use crate::base::limits;
use crate::extract;
use crate::extract::zip_table::Table;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::source::formats;
use std::io::{self, Read, Seek};
use zip::ZipArchive;
use zip::result::ZipError;

/// The media type of a document that is a ZIP archive; `None` for an archive or what cannot be opened.
pub fn document_type(content: &Content) -> Option<&'static str> {
    let archive = ZipArchive::new(content.open().ok()?).ok()?;
    extract::document_type(archive.file_names_raw())
}

/// Reads an archive as a container; a Google Vault export is recognised by what lies in it.
pub fn read_nested(name: String, content: Content, copy: CopyFacts, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let error = match content.open().and_then(|stream| Table::open(stream).map_err(io::Error::from)) {
        Ok(mut table) => {
            if let Some(export) = vault_export::look_into(&mut table, reading.unpack_left) {
                return vault_export::read_zip(&mut table, export, name, reading);
            }
            return read_known(&mut table, name, reading);
        }
        Err(error) => error,
    };
    // What cannot be opened is kept whole, and said.
    reading.nested(name.clone(), ContainerFormat::Zip, |reading| {
        let sentence = format!("the archive is damaged and was kept whole: {error}");
        reading.tell(Found::Remark(Problem::new(ProblemCode::Malformed, sentence)))?;
        let place = super::reading::file_name(&name).to_owned();
        Ok(reading.file(place, content, "application/zip".to_owned(), copy)?)
    })
}

/// Reads an archive whose layout may be that of an export.
fn read_known<R: Read + Seek>(table: &mut Table<R>, name: String, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let mut tree = ArchiveTree::new(table, reading.unpack_left);
    let Some((format, reader)) = formats::of_tree(&mut tree) else {
        return reading.nested(name, ContainerFormat::Zip, |reading| Ok(read_counted(table, reading)?));
    };
    reading.nested(name, format, move |reading| {
        let before = tree.unpack_left;
        let accounted = reader.read_tree(format, &mut tree, reading)?;
        reading.unpack_left = reading.unpack_left.saturating_sub(before - tree.unpack_left);
        let entries = tree.entries_of(&accounted);
        Ok(read(tree.into_table(), &entries, reading)?)
    })
}

/// Reads all members and tells how many the table declares: its entries that are no folders.
///
/// Where a member is a container itself, what is found in it is counted too and no number is declared.
fn read_counted<R: Read + Seek>(table: &mut Table<R>, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let opened = reading.opened;
    read(table, &[], reading)?;
    if reading.opened != opened {
        return Ok(());
    }
    let files = (0..table.len()).filter(|index| table.entry(*index).is_ok_and(|entry| !entry.is_dir())).count();
    reading.tell(Found::Declared(files as u64))
}

/// Reads all members but those in `but`, in the order of the archive's table.
pub fn read<R: Read + Seek>(table: &mut Table<R>, but: &[usize], reading: &mut Reading<'_>) -> Result<(), Stopped> {
    if table.repeats_names() {
        let (code, sentence) = if table.is_short() {
            let sentence =
                "several members have the same name, and the table is damaged; of those, only the last was reached";
            (ProblemCode::Repeated, sentence)
        } else {
            (ProblemCode::Told, "several members have the same name; each of them was taken")
        };
        reading.tell(Found::Remark(Problem::new(code, sentence)))?;
    }
    for index in 0..table.len() {
        if index as u64 >= limits::ARCHIVE_MEMBERS {
            let sentence = format!("the archive has more than {} members", limits::ARCHIVE_MEMBERS);
            return reading.tell(Found::Remark(Problem::new(ProblemCode::LimitReached, sentence)));
        }
        if !but.contains(&index) {
            read_member(table, index, reading)?;
        }
    }
    Ok(())
}

/// What a member is before it is unpacked.
struct Facts {
    place: String,
    packed: u64,
    safe: bool,
    encrypted: bool,
    link: bool,
}

fn read_member<R: Read + Seek>(table: &mut Table<R>, index: usize, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let facts = match table.entry(index) {
        Ok(entry) if entry.is_dir() => return Ok(()),
        Ok(entry) => Facts {
            place: extract::charset::decode(entry.name_raw(), None).text,
            packed: entry.compressed_size(),
            safe: entry.enclosed_name().is_some(),
            encrypted: entry.encrypted(),
            link: entry.is_symlink(),
        },
        Err(error) => {
            let place = format!("member {}", index + 1);
            let sentence = format!("the member cannot be read: {error}");
            return reading.exception(place, ProblemCode::Unreadable, sentence, Vec::new());
        }
    };
    let refused = if !facts.safe {
        Some((ProblemCode::UnsafeName, "the name of the member would leave the archive"))
    } else if facts.encrypted {
        Some((ProblemCode::Encrypted, "the member is encrypted; ask for the password and unpack it"))
    } else if facts.link {
        Some((ProblemCode::UnsafeName, "the member is a link to another place and is not followed"))
    } else {
        None
    };
    if let Some((code, sentence)) = refused {
        let raw = if facts.encrypted { table.packed(index) } else { unpacked_bytes(table, index) };
        return reading.exception(facts.place, code, sentence, raw);
    }
    let mut left = reading.unpack_left;
    let unpacked = match table.member(index) {
        Ok(member) => Content::unpack(&mut Unpacking::new(member, facts.packed, &mut left)).map_err(member_problem),
        Err(error) => Err(open_problem(&error)),
    };
    reading.unpack_left = left;
    match unpacked {
        Ok(content) => {
            let folder = facts.place.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default();
            reading.member(facts.place, content, CopyFacts { folder, ..CopyFacts::default() })
        }
        Err((code, sentence)) => {
            let raw = table.packed(index);
            reading.exception(facts.place, code, sentence, raw)
        }
    }
}

fn member_problem(error: io::Error) -> (ProblemCode, String) {
    let code = match error.kind() {
        _ if is_limit(&error) => ProblemCode::LimitReached,
        io::ErrorKind::UnexpectedEof => ProblemCode::Truncated,
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => ProblemCode::Malformed,
        _ => ProblemCode::Unreadable,
    };
    (code, format!("the member cannot be unpacked: {error}"))
}

fn open_problem(error: &ZipError) -> (ProblemCode, String) {
    let code = match error {
        ZipError::UnsupportedArchive(_) => ProblemCode::Unsupported,
        ZipError::InvalidArchive(_) => ProblemCode::Malformed,
        _ => ProblemCode::Unreadable,
    };
    (code, format!("the member cannot be unpacked: {error}"))
}

/// The bytes of a member whose name is refused, as far as they are held; packed where they cannot be unpacked.
fn unpacked_bytes<R: Read + Seek>(table: &mut Table<R>, index: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let whole = match table.member(index) {
        Ok(member) => member.take(limits::ITEM_IN_MEMORY_BYTES).read_to_end(&mut bytes).is_ok(),
        Err(_) => false,
    };
    if whole { bytes } else { table.packed(index) }
}
