//! A whole archive: which of its files hold items, and which lie beside one.

use super::entry;
use super::item;
use crate::base::limits;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Original, RawItem, Shape};
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::source::ReadStop;
use crate::source::bundle::{FileBeside, bundle, unbundled};
use crate::source::container::Reading;
use crate::source::container::tree::{Accounted, Tree};
use crate::source::formats::ExportFormat;
use std::io::Read;

/// Outlook for Mac.
pub struct OutlookMac;

impl ExportFormat for OutlookMac {
    fn of_tree(&self, tree: &mut dyn Tree) -> Option<ContainerFormat> {
        let top = tree.top().ok()?;
        if !top.iter().any(|name| name == "Local/" || name == "Accounts/") {
            return None;
        }
        let is_mark = |path: &String| path.contains("com.microsoft.__Messages/") || is_card_file(path);
        tree.files().ok()?.iter().any(is_mark).then_some(ContainerFormat::OutlookMac)
    }

    fn read_tree(
        &self,
        _: ContainerFormat,
        tree: &mut dyn Tree,
        reading: &mut Reading<'_>,
    ) -> Result<Accounted, ReadStop> {
        let mut accounted = Accounted::new();
        let files = tree.files()?;
        for path in files.iter().filter(|path| path.ends_with(".xml") && !path.contains("com.microsoft.__Attachments/"))
        {
            if path == "Categories.xml" {
                let sentence = "the list of the categories' colours was left out";
                reading.tell(Found::Remark(Problem::new(ProblemCode::Told, sentence)))?;
                accounted.insert(path.clone());
                continue;
            }
            // What is too large or cannot be opened is read as an ordinary file, which says so.
            let Some(bytes) = bytes_of(tree, path, limits::ITEM_IN_MEMORY_BYTES) else { continue };
            let text = String::from_utf8_lossy(&bytes);
            let Some(entries) = entry::entries(&text) else { continue };
            accounted.insert(path.clone());
            read_entries(path, &entries, tree, reading, &mut accounted)?;
        }
        Ok(accounted)
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        if format != ContainerFormat::OutlookMac {
            return None;
        }
        let (_, mut files) = unbundled(original)?;
        let at = part as usize;
        (at < files.len()).then(|| files.swap_remove(at).bytes)
    }
}

fn read_entries(
    path: &str,
    entries: &entry::Entries<'_>,
    tree: &mut dyn Tree,
    reading: &mut Reading<'_>,
    accounted: &mut Accounted,
) -> Result<(), ReadStop> {
    let found = entries.all.len() as u64;
    if entries.declared.is_some_and(|declared| declared != found) {
        let sentence =
            format!("{path} says it has {} entries; {found} were found", entries.declared.unwrap_or_default());
        reading.tell(Found::Remark(Problem::new(ProblemCode::CountDiffers, sentence)))?;
    }
    for (at, (element, xml)) in entries.all.iter().enumerate() {
        let properties = item::properties(xml);
        let (files, missing) = files_of(&properties, tree, accounted);
        let said = properties.said(element, &files, &missing);
        let place = if entries.all.len() == 1 { path.to_owned() } else { format!("{path}, entry {}", at + 1) };
        let raw = RawItem {
            ordinal: reading.ordinal(),
            place,
            original: Original::Bytes(bundle(xml.as_bytes(), &files)),
            identity: Some(said.identity),
            shape: Shape::Parsed(Box::new(said.parsed)),
            copy: CopyFacts { folder: folder_of(path), ..said.copy },
        };
        reading.item(raw)?;
    }
    if let Some(rest) = entries.rest {
        let place = format!("{path}, entry {}", entries.all.len() + 1);
        reading.exception(
            place,
            ProblemCode::Truncated,
            "the file broke off inside this entry",
            rest.as_bytes().to_vec(),
        )?;
    }
    Ok(())
}

/// The files that an entry names, as far as they can be had and held, and the paths of the others.
fn files_of(
    properties: &item::Properties,
    tree: &mut dyn Tree,
    accounted: &mut Accounted,
) -> (Vec<FileBeside>, Vec<String>) {
    let (mut files, mut missing) = (Vec::new(), Vec::new());
    let mut left = limits::ITEM_IN_MEMORY_BYTES;
    for named in &properties.files {
        let path = named.path.trim_start_matches('/');
        match bytes_of(tree, path, left).filter(|_| files.len() < limits::MESSAGE_PARTS) {
            Some(bytes) => {
                left -= bytes.len() as u64;
                accounted.insert(path.to_owned());
                files.push(FileBeside { path: named.path.clone(), bytes });
            }
            None => missing.push(if named.name.is_empty() { path.to_owned() } else { named.name.clone() }),
        }
    }
    (files, missing)
}

fn bytes_of(tree: &mut dyn Tree, path: &str, most: u64) -> Option<Vec<u8>> {
    let content = tree.open(path).ok()?;
    if content.length().ok()? > most {
        return None;
    }
    let mut bytes = Vec::new();
    content.open().ok()?.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// `Local/com.microsoft.__Messages/Inbox/Plans/message_00000.xml` lies in `Inbox/Plans`.
fn folder_of(path: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.split_once("com.microsoft.__Messages/").map_or(folder, |(_, below)| below).to_owned()
}

fn is_card_file(path: &str) -> bool {
    path.ends_with("/Contacts.xml")
        || path.ends_with("/Calendar.xml")
        || path.ends_with("/Tasks.xml")
        || path.ends_with("/Notes.xml")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::item::Stopped;
    use crate::source::{self, ReadOptions};
    use std::io::{Cursor, Write};

    #[test]
    fn an_archive_is_read_and_every_file_of_it_is_accounted_for() {
        let message = "<emails elementCount=\"1\"><email><OPFMessageCopySubject>plans</OPFMessageCopySubject><OPFMessageCopyAttachmentList><messageAttachment OPFAttachmentName=\"a.txt\" OPFAttachmentURL=\"Local/com.microsoft.__Messages/Inbox/com.microsoft.__Attachments/1_0000\"/><messageAttachment OPFAttachmentName=\"gone.txt\" OPFAttachmentURL=\"Local/nowhere\"/></OPFMessageCopyAttachmentList></email></emails>";
        let files = [
            ("Categories.xml", "<categories/>"),
            ("Local/com.microsoft.__Messages/Inbox/message_00000.xml", message),
            ("Local/com.microsoft.__Messages/Inbox/com.microsoft.__Attachments/1_0000", "attached words"),
            ("Local/com.microsoft.__Messages/Inbox/com.microsoft.__Attachments/9_0000", "stray words"),
            (
                "Local/Address Book/Contacts.xml",
                "<contacts elementCount=\"3\"><contact><OPFContactCopyDisplayName>Ann</OPFContactCopyDisplayName></contact><contact><OPFContactCopy",
            ),
        ];
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (path, text) in files {
            zip.start_file(path, zip::write::SimpleFileOptions::default()).expect("begun");
            zip.write_all(text.as_bytes()).expect("written");
        }
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("ann.olm");
        std::fs::write(&path, zip.finish().expect("closed").into_inner()).expect("written");
        let options = ReadOptions::of(chrono_tz::America::Chicago);
        let mut told = Vec::new();
        let mut sink = |found: Found| -> Result<(), Stopped> {
            match found {
                Found::Open { format, .. } => told.push(format!("open {format}")),
                Found::Item(item) => {
                    let parsed = source::parse(&item, &options);
                    told.push(format!("{} {} {}", parsed.subject, item.copy.folder, parsed.attachments.len()));
                    if let (Original::Bytes(bytes), Some(one)) = (&item.original, parsed.attachments.first()) {
                        let found = source::part_bytes(bytes, "outlook-mac", one.part);
                        assert_eq!(found.as_deref(), Some(&b"attached words"[..]));
                        assert_eq!(parsed.problems.iter().filter(|one| one.code == ProblemCode::Missing).count(), 1);
                    }
                }
                Found::Exception(one) => told.push(format!("!{}", one.problem.code.word())),
                Found::Remark(one) => told.push(format!("?{}", one.code.word())),
                Found::Close | Found::Declared(_) => {}
            }
            Ok(())
        };
        source::read(&path, &options, &mut sink).expect("readable");
        let stray = "Local/com.microsoft.__Messages/Inbox/com.microsoft.__Attachments";
        let expected =
            ["open outlook-mac", "?told", "plans Inbox 1", "?count-differs", "Ann Local/Address Book 0", "!truncated"];
        assert_eq!(told[..6], expected);
        assert_eq!(told[6..], [format!("9_0000 {stray} 0")]);
    }
}
