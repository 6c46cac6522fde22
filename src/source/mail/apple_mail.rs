//! Messages of Apple Mail: single `.emlx` files, and whole `.mbox` folders as its library keeps and exports them.
//!
//! In a folder a message `Messages/N.emlx` or `Messages/N.partial.emlx` may have files of its own in
//! `Attachments/N/<part>/<name>` beside `Messages`.

use super::emlx;
use super::left_out;
use crate::base::digest::Sha256Digest;
use crate::base::limits;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Original, ParsedAttachment, RawItem, Shape};
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::source::bundle::{FileBeside, bundle};
use crate::source::container::tree::{Accounted, Tree};
use crate::source::container::{Content, Reading};
use crate::source::formats::{ExportFormat, Look};
use crate::source::{ReadOptions, ReadStop};
use std::collections::{BTreeMap, BTreeSet};

/// Apple Mail.
pub struct AppleMail;

impl ExportFormat for AppleMail {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        emlx::sniff(look.head, look.name).then_some(ContainerFormat::Emlx)
    }

    fn read_file(
        &self,
        _: ContainerFormat,
        name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        let Some(bytes) = whole(content)? else {
            // Too large to hold: it is kept as the file it is.
            let sentence =
                format!("the message is larger than {} bytes and was kept as a file", limits::ITEM_IN_MEMORY_BYTES);
            reading.tell(Found::Remark(Problem::new(ProblemCode::TooLargeToParse, sentence)))?;
            let head = content.head()?;
            return Ok(reading.exception(
                name.to_owned(),
                ProblemCode::TooLargeToParse,
                "the message is too large to take apart; export it as .eml and take it in again",
                head,
            )?);
        };
        tell(name.to_owned(), String::new(), &bytes, Vec::new(), reading)
    }

    /// A mailbox folder has `Messages`, or a `mbox` file beside a table of contents; the library keeps them one level
    /// deeper, below folders named by UUIDs.
    fn of_tree(&self, tree: &mut dyn Tree) -> Option<ContainerFormat> {
        let top = tree.top().ok()?;
        let has = |wanted: &str| top.iter().any(|name| name == wanted);
        let is_old = has("mbox") && has("table_of_contents");
        let leads_on = |name: &String| name.ends_with(".mbox/") || is_uuid(name);
        if is_old {
            return Some(ContainerFormat::AppleMail);
        }
        if !has("Messages/") && !has("Data/") && !top.iter().any(leads_on) {
            return None;
        }
        let files = tree.files().ok()?;
        files.iter().any(|path| message_of(path).is_some()).then_some(ContainerFormat::AppleMail)
    }

    fn read_tree(
        &self,
        _: ContainerFormat,
        tree: &mut dyn Tree,
        reading: &mut Reading<'_>,
    ) -> Result<Accounted, ReadStop> {
        let files = tree.files()?;
        let mut accounted = Accounted::new();
        let mut beside: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for path in &files {
            if let Some((key, _)) = file_beside(path) {
                beside.entry(key).or_default().push(path.clone());
            }
        }
        let mut index_files = 0_u64;
        for path in &files {
            if is_index(path) {
                index_files += 1;
                accounted.insert(path.clone());
                continue;
            }
            let Some(key) = message_of(path) else { continue };
            let content = tree.open(path);
            // What cannot be opened or is too large is left to be read as an ordinary file, which says so.
            let Ok(Some(bytes)) = content.and_then(|content| whole(&content)) else { continue };
            let named = beside.get(&key).map(Vec::as_slice).unwrap_or_default();
            let is_partial = path.ends_with(".partial.emlx") || left_out::has_left_out(&bytes);
            let files = take_beside(named, is_partial, &bytes, tree, reading.options, &mut accounted);
            accounted.insert(path.clone());
            tell(path.clone(), mailbox_of(path), &bytes, files, reading)?;
        }
        if index_files > 0 {
            let sentence = format!("{index_files} index files of Apple Mail were left out");
            reading.tell(Found::Remark(Problem::new(ProblemCode::Told, sentence)))?;
        }
        Ok(accounted)
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        if format == ContainerFormat::AppleMail { left_out::part_bytes(original, part) } else { None }
    }
}

/// All bytes; `None` when they are more than are held.
fn whole(content: &Content) -> std::io::Result<Option<Vec<u8>>> {
    if content.length()? > limits::ITEM_IN_MEMORY_BYTES {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut content.open()?, &mut bytes)?;
    Ok(Some(bytes))
}

/// Tells one message, with the files beside it where it has some.
fn tell(
    place: String,
    mailbox: String,
    bytes: &[u8],
    files: Vec<FileBeside>,
    reading: &mut Reading<'_>,
) -> Result<(), ReadStop> {
    let found = emlx::read(bytes);
    let copy = CopyFacts { folder: mailbox, ..found.copy };
    if let Some(doubt) = found.doubt {
        reading.tell(Found::Remark(Problem::new(doubt.code, format!("{place}: {}", doubt.message))))?;
    }
    let ordinal = reading.ordinal();
    if files.is_empty() {
        return Ok(reading.item(super::item(ordinal, place, found.message.to_vec(), copy))?);
    }
    let original = bundle(found.message, &files);
    let shape = match left_out::parse(&original, reading.options) {
        Some(parsed) => Shape::Parsed(Box::new(parsed)),
        None => Shape::File { media_type: "application/octet-stream".to_owned() },
    };
    Ok(reading.item(RawItem { ordinal, place, original: Original::Bytes(original), identity: None, shape, copy })?)
}

/// The files beside a message that belong to it: all of a partial one, and none of a whole one, since those that it
/// has are in it already. Which of them are accounted for is noted; the others are read as ordinary files.
fn take_beside(
    named: &[String],
    is_partial: bool,
    message: &[u8],
    tree: &mut dyn Tree,
    options: &ReadOptions,
    accounted: &mut Accounted,
) -> Vec<FileBeside> {
    let mut taken = Vec::new();
    let mut left = limits::ITEM_IN_MEMORY_BYTES;
    let mut inside: Option<BTreeSet<Option<Sha256Digest>>> = None;
    for path in named {
        let Ok(Some(bytes)) = tree.open(path).and_then(|content| whole(&content)) else { continue };
        if is_partial {
            if bytes.len() as u64 > left {
                continue;
            }
            left -= bytes.len() as u64;
            accounted.insert(path.clone());
            let below = file_beside(path).map_or(path.clone(), |(_, below)| below);
            taken.push(FileBeside { path: below, bytes });
            continue;
        }
        let inside = inside.get_or_insert_with(|| {
            let parsed = super::parse(emlx::read(message).message, options);
            parsed.attachments.iter().map(|one: &ParsedAttachment| one.sha256).collect()
        });
        if inside.contains(&Some(Sha256Digest::of(&bytes))) {
            accounted.insert(path.clone());
        }
    }
    taken
}

/// Folder and number of the message that a path is: `…/Messages/12.emlx`, `…/Messages/12.partial.emlx`.
fn message_of(path: &str) -> Option<(String, String)> {
    let (folder, name) = path.rsplit_once('/')?;
    let above = if folder == "Messages" { "" } else { folder.strip_suffix("/Messages")? };
    let number = name.split('.').next()?;
    emlx::is_named(name).then(|| (above.to_owned(), number.to_owned()))
}

/// Folder and number of the message that a file lies beside, and its path from there: `…/Attachments/12/2/a.pdf`.
fn file_beside(path: &str) -> Option<((String, String), String)> {
    let (above, below) = match path.strip_prefix("Attachments/") {
        Some(below) => ("", below),
        None => path.rsplit_once("/Attachments/")?,
    };
    let (number, rest) = below.split_once('/')?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then(|| ((above.to_owned(), number.to_owned()), rest.to_owned()))
}

/// The mailboxes on the way to a message: `Work.mbox/Plans.mbox/…` is `Work/Plans`.
fn mailbox_of(path: &str) -> String {
    let names: Vec<&str> = path.split('/').filter_map(|part| part.strip_suffix(".mbox")).collect();
    names.join("/")
}

/// What Apple Mail keeps beside the messages of a mailbox for itself; never a file that lies beside a message.
fn is_index(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let last = folder.rsplit('/').next().unwrap_or_default();
    let is_mailbox = last.is_empty() || last.ends_with(".mbox") || is_uuid(last);
    is_mailbox && matches!(name, "Info.plist" | "table_of_contents" | ".DS_Store" | ".mboxCache.plist")
}

fn is_uuid(name: &str) -> bool {
    let name = name.strip_suffix('/').unwrap_or(name);
    name.len() == 36 && name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::item::Stopped;
    use crate::source;
    use std::io::{Cursor, Write};
    use std::path::Path;

    const LIST: &str =
        "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>flags</key><integer>1</integer></dict></plist>";
    const PARTIAL: &str = "From: a@cedarbend.example\nTo: b@cedarbend.example\nSubject: plans\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nbody\n--b\nContent-Type: text/plain; name=culvert.txt\nContent-Transfer-Encoding: base64\nX-Apple-Content-Length: 9\n\n--b--\n";
    const WHOLE: &str = "From: a@cedarbend.example\nSubject: whole\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment; filename=x.txt\n\nsame\n--b--\n";

    fn emlx(message: &str) -> Vec<u8> {
        format!("{}\n{message}{LIST}", message.len()).into_bytes()
    }

    fn library() -> Vec<(String, Vec<u8>)> {
        let base = "Work.mbox/6B29FC40-CA47-1067-B31D-00DD010662DA/Data/4";
        vec![
            ("Work.mbox/Info.plist".into(), LIST.into()),
            (format!("{base}/Attachments/7/2/culvert.txt"), b"culvert under Main".to_vec()),
            (format!("{base}/Attachments/8/2/Info.plist"), b"a plan that is called so".to_vec()),
            (format!("{base}/Attachments/8/2/x.txt"), b"same".to_vec()),
            (format!("{base}/Messages/7.partial.emlx"), emlx(PARTIAL)),
            (format!("{base}/Messages/8.emlx"), emlx(WHOLE)),
        ]
    }

    fn read(path: &Path) -> Vec<String> {
        let mut told = Vec::new();
        let options = ReadOptions::of(chrono_tz::America::Chicago);
        let mut sink = |found: Found| -> Result<(), Stopped> {
            match found {
                Found::Open { format, .. } => told.push(format!("open {format}")),
                Found::Item(item) => {
                    let parsed = source::parse(&item, &options);
                    let words: Vec<_> = parsed.attachments.iter().map(|one| one.text.trim().to_owned()).collect();
                    told.push(format!(
                        "{} {} {:?} {words:?} {}",
                        parsed.subject,
                        item.copy.folder,
                        item.copy.read,
                        parsed.problems.len()
                    ));
                }
                Found::Remark(problem) => told.push(problem.message),
                Found::Exception(one) => told.push(format!("!{}", one.problem.message)),
                Found::Close | Found::Declared(_) => {}
            }
            Ok(())
        };
        source::read(path, &options, &mut sink).expect("readable");
        told
    }

    #[test]
    fn a_library_is_read_packed_and_unpacked_and_loses_no_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (path, bytes) in library() {
            let place = dir.path().join("Mail").join(&path);
            std::fs::create_dir_all(place.parent().expect("has one")).expect("made");
            std::fs::write(&place, &bytes).expect("written");
            zip.start_file(path, zip::write::SimpleFileOptions::default()).expect("begun");
            zip.write_all(&bytes).expect("written");
        }
        let packed = dir.path().join("mail.zip");
        std::fs::write(&packed, zip.finish().expect("closed").into_inner()).expect("written");
        let folder = "Work.mbox/6B29FC40-CA47-1067-B31D-00DD010662DA/Data/4/Attachments/8/2";
        let expected = [
            "open apple-mail".to_owned(),
            "plans Work Some(true) [\"culvert under Main\"] 1".to_owned(),
            "whole Work Some(true) [\"same\"] 1".to_owned(),
            "1 index files of Apple Mail were left out".to_owned(),
            format!("Info.plist {folder} None [] 0"),
        ];
        assert_eq!(read(&dir.path().join("Mail")), expected);
        assert_eq!(read(&packed), expected);
    }

    #[test]
    fn an_old_export_is_its_mbox_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join("Old.mbox");
        std::fs::create_dir_all(&folder).expect("made");
        std::fs::write(folder.join("mbox"), "From a Tue Apr 16 12:00:40 2019\nFrom: a@b\nSubject: old\n\nx\n")
            .expect("written");
        std::fs::write(folder.join("table_of_contents"), [0, 1, 2]).expect("written");
        let told = read(&folder);
        assert_eq!(told[..2], ["open apple-mail", "1 index files of Apple Mail were left out"]);
        assert!(told[2..].iter().any(|line| line.starts_with("old ")), "{told:?}");
    }
}
