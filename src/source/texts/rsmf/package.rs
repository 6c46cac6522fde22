//! Finding the manifest: in a mail, in an archive or folder, or loose.

use super::event::Manifest;
use crate::base::limits;
use crate::extract::zip_table::Table;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, ParsedItem, Stopped};
use crate::model::provenance::ContainerFormat;
use crate::source::container::tree::{Accounted, ArchiveTree, Tree};
use crate::source::container::{Content, Reading};
use crate::source::formats::{ExportFormat, Look};
use crate::source::texts::beside::Beside;
use crate::source::texts::capsule;
use crate::source::{ReadStop, mail};
use std::io::Cursor;

const MANIFEST: &str = "rsmf_manifest.json";
const PACKAGE: &str = "rsmf.zip";
/// Bytes of a manifest or mail that are read at once.
const PACKAGE_BYTES: u64 = 256 * 1024 * 1024;

/// Short messages in the format of Relativity.
pub struct Rsmf;

impl ExportFormat for Rsmf {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        let fits = look.content.length().is_ok_and(|size| size <= limits::ITEM_IN_MEMORY_BYTES);
        let is = is_mail(look.head) || look.name.ends_with("manifest.json") && is_manifest(look.head);
        (fits && is).then_some(ContainerFormat::Rsmf)
    }

    fn read_file(
        &self,
        _format: ContainerFormat,
        _name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        let bytes = content.to_bytes()?;
        if !is_mail(&bytes[..bytes.len().min(crate::source::detect::HEAD_BYTES)]) {
            return Ok(read("", &bytes, &mut Beside::nothing(), reading)?);
        }
        let parsed = mail::parse(&bytes, reading.options);
        let package = parsed.attachments.iter().find(|one| one.name.eq_ignore_ascii_case(PACKAGE));
        let package = package.and_then(|one| mail::part_bytes(&bytes, one.part));
        if let Some(count) = header(&bytes, "X-RSMF-EventCount").and_then(|count| count.parse().ok()) {
            reading.tell(Found::Declared(count))?;
        }
        let wrapper = wrapper(&bytes);
        let Some(package) = package else {
            let sentence = "the mail holds no rsmf.zip; ask for it to be exported again";
            return Ok(reading.exception("rsmf.zip".to_owned(), ProblemCode::Missing, sentence, bytes)?);
        };
        match Table::open(Cursor::new(package.as_slice())) {
            Err(error) => {
                let sentence = format!("the archive in the mail is damaged: {error}");
                Ok(reading.exception(PACKAGE.to_owned(), ProblemCode::Malformed, sentence, package)?)
            }
            Ok(mut table) => {
                let mut tree = ArchiveTree::new(&mut table, reading.unpack_left);
                read_package(&wrapper, &mut tree, reading)?;
                others(&parsed, &bytes, reading)
            }
        }
    }

    fn of_tree(&self, tree: &mut dyn Tree) -> Option<ContainerFormat> {
        tree.has(MANIFEST).then_some(ContainerFormat::Rsmf)
    }

    fn read_tree(
        &self,
        _format: ContainerFormat,
        tree: &mut dyn Tree,
        reading: &mut Reading<'_>,
    ) -> Result<Accounted, ReadStop> {
        let manifest = tree.open(MANIFEST)?;
        if manifest.length()? > PACKAGE_BYTES {
            return Ok(Accounted::new());
        }
        let manifest = manifest.into_bytes()?;
        let mut files = Beside::of(tree);
        read("", &manifest, &mut files, reading)?;
        files.used.insert(MANIFEST.to_owned());
        Ok(files.used)
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        (format == ContainerFormat::Rsmf).then(|| capsule::part_bytes(original, part)).flatten()
    }
}

/// The value of a field that only this format writes.
fn header(bytes: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(crate::source::detect::HEAD_BYTES)]).into_owned();
    text.lines().take_while(|line| !line.trim_end().is_empty()).find_map(|line| {
        let (field, value) = line.split_once(':')?;
        field.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

fn is_mail(head: &[u8]) -> bool {
    header(head, "X-RSMF-Version").is_some()
}

/// The fields of the wrapping mail that this format writes.
fn wrapper(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(crate::source::detect::HEAD_BYTES)]).into_owned();
    let lines = text.lines().take_while(|line| !line.trim_end().is_empty());
    lines.filter(|line| line.to_ascii_lowercase().starts_with("x-rsmf-")).collect::<Vec<_>>().join("\n")
}

fn is_manifest(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
        && text.contains("\"version\"")
        && text.contains("\"participants\"")
}

/// The archive inside a mail; what no event names is an item of its own.
fn read_package(wrapper: &str, tree: &mut dyn Tree, reading: &mut Reading<'_>) -> Result<(), ReadStop> {
    let Ok(manifest) = tree.open(MANIFEST).and_then(Content::into_bytes) else {
        let sentence = "the archive holds no rsmf_manifest.json that can be read; ask for it to be exported again";
        return Ok(reading.exception(MANIFEST.to_owned(), ProblemCode::Missing, sentence, Vec::new())?);
    };
    let names = tree.files()?;
    let mut files = Beside::of(tree);
    read(wrapper, &manifest, &mut files, reading)?;
    let used = std::mem::take(&mut files.used);
    for name in names.into_iter().filter(|name| name != MANIFEST && !used.contains(name)) {
        match files.open(&name) {
            Ok(content) => reading.member(name, content, Default::default())?,
            Err(error) => {
                let sentence = format!("the file cannot be unpacked: {error}");
                reading.exception(name, ProblemCode::Unreadable, sentence, Vec::new())?;
            }
        }
    }
    Ok(())
}

/// The format asks for one attachment; others are taken as files.
fn others(parsed: &ParsedItem, bytes: &[u8], reading: &mut Reading<'_>) -> Result<(), ReadStop> {
    for one in parsed.attachments.iter().filter(|one| !one.name.eq_ignore_ascii_case(PACKAGE)) {
        if let Some(content) = mail::part_bytes(bytes, one.part) {
            reading.member(one.name.clone(), Content::Memory(content), Default::default())?;
        }
    }
    Ok(())
}

/// Reads the events of a manifest.
fn read(wrapper: &str, bytes: &[u8], files: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let manifest = Manifest::read(bytes);
    let told = header_version(wrapper);
    if !told.is_empty() && told != manifest.version {
        let sentence =
            format!("the mail says version {told}, the manifest {}; it is read as written", manifest.version);
        reading.tell(Found::Remark(Problem::new(ProblemCode::Told, sentence)))?;
    }
    manifest.tell(wrapper, files, reading)?;
    if let Some(sentence) = &manifest.damage {
        reading.exception(MANIFEST.to_owned(), ProblemCode::Malformed, sentence.clone(), bytes.to_vec())?;
    }
    Ok(())
}

fn header_version(wrapper: &str) -> &str {
    let line = wrapper.lines().find(|line| line.to_ascii_lowercase().starts_with("x-rsmf-version:"));
    line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim())
}
