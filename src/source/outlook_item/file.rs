//! How such files are recognised and read: each is a container of one item.

use super::{convert, item};
use crate::base::limits;
use crate::extract::mapi::{compound, msg, tnef};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Original, RawItem, Shape};
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::source::ReadStop;
use crate::source::container::{Content, Reading};
use crate::source::formats::{ExportFormat, Look};
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Bytes of a file that are read to find what it is.
const READ_BYTES: u64 = 4 * limits::ITEM_IN_MEMORY_BYTES;

/// Messages of Outlook that are files.
pub struct OutlookFiles;

impl ExportFormat for OutlookFiles {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        if look.head.starts_with(tnef::MARK) {
            return Some(ContainerFormat::Tnef);
        }
        if !look.head.starts_with(compound::MARK) {
            return None;
        }
        // The directory, which tells, may lie anywhere in the file.
        let bytes = bytes_of(look.content).ok()?;
        msg::is_msg(&bytes).then_some(ContainerFormat::Msg)
    }

    fn read_file(
        &self,
        _: ContainerFormat,
        name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        if content.length()? > limits::ITEM_IN_MEMORY_BYTES {
            let sentence =
                "the message is larger than what is read at once; it was kept as a file, and its parts are not listed";
            reading.tell(Found::Remark(Problem::new(ProblemCode::TooLargeToParse, sentence)))?;
            return keep_whole(name, content, reading);
        }
        let bytes = bytes_of(content)?;
        let options = reading.options;
        let guarded = AssertUnwindSafe(|| Some(item::said(&convert::object_in(&bytes)?, options)));
        let Ok(Some(said)) = catch_unwind(guarded) else {
            let sentence = "the message is damaged; it was kept whole as a file";
            reading.tell(Found::Remark(Problem::new(ProblemCode::Malformed, sentence)))?;
            return keep_whole(name, content, reading);
        };
        let shape = Shape::Parsed(Box::new(said.parsed));
        let (ordinal, place) = (reading.ordinal(), name.to_owned());
        let raw = RawItem {
            ordinal,
            place,
            original: Original::Bytes(bytes),
            identity: Some(said.identity),
            shape,
            copy: said.copy,
        };
        Ok(reading.item(raw)?)
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        let is_ours = matches!(format, ContainerFormat::Msg | ContainerFormat::Tnef);
        item::part_bytes(convert::object_in(original).filter(|_| is_ours)?, part)
    }
}

/// Hands the file over as it is.
fn keep_whole(name: &str, content: &Content, reading: &mut Reading<'_>) -> Result<(), ReadStop> {
    let media = "application/vnd.ms-outlook".to_owned();
    let copy = CopyFacts::default();
    Ok(reading.file(name.to_owned(), content.again()?, media, copy)?)
}

/// The bytes of a file, as many as are read at most.
fn bytes_of(content: &Content) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    content.open()?.take(READ_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}
