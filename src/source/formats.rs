//! The shelf of export formats: how each is recognised and who reads it.
//!
//! A format recognises a file by its content or a whole folder or archive by its layout, reads it into items, and
//! finds the parts of its items again. The first that recognises a thing reads it, so a format claims only what
//! no other writes.

use super::calls::workbook::CallWorkbook;
use super::container::tree::{Accounted, Tree};
use super::container::{Content, Reading};
use super::databases::Databases;
use super::texts::cellebrite::{Cellebrite, CellebriteWorkbook};
use super::texts::google::{GoogleChat, GoogleVoice};
use super::texts::imazing::Imazing;
use super::texts::rsmf::Rsmf;
use super::texts::smarsh::Smarsh;
use super::texts::whatsapp::WhatsApp;
use super::{ReadOptions, ReadStop, chats, mail, outlook, outlook_item, outlook_mac};
use crate::model::provenance::ContainerFormat;

/// What is known of a file before it is read.
pub struct Look<'a> {
    /// Its first [`super::detect::HEAD_BYTES`].
    pub head: &'a [u8],
    /// Its name without folders.
    pub name: &'a str,
    /// Its media type, found by content; of a document in a ZIP archive, that of the document.
    pub media_type: &'a str,
    /// All its bytes, for formats whose head does not tell.
    pub content: &'a Content,
    /// The city's facts.
    pub options: &'a ReadOptions,
}

/// How files of an export lie in a folder of many things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loose {
    /// The items are all of the file of this name.
    One(String),
    /// Each file is a container of its own, which its reader opens.
    Each,
}

/// One format, or several of one maker.
pub trait ExportFormat: Sync {
    /// The format of a file, when it is one of these.
    fn of_file(&self, _look: &Look<'_>) -> Option<ContainerFormat> {
        None
    }

    /// Reads a file that [`ExportFormat::of_file`] has recognised, inside its opened container.
    ///
    /// # Errors
    /// When the sink asked to stop or the bytes could not be had; what is wrong inside is told to the sink.
    fn read_file(
        &self,
        _format: ContainerFormat,
        _name: &str,
        _content: &Content,
        _reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        Ok(())
    }

    /// The format of a folder or archive, when its layout is one of these. Asked for every folder: look at the first
    /// level before anything deeper.
    fn of_tree(&self, _tree: &mut dyn Tree) -> Option<ContainerFormat> {
        None
    }

    /// Reads a tree that [`ExportFormat::of_tree`] has recognised, inside its opened container, and names the files it
    /// has accounted for; the others are read as ordinary files of the same container.
    ///
    /// # Errors
    /// When the sink asked to stop or the bytes could not be had; what is wrong inside is told to the sink.
    fn read_tree(
        &self,
        _format: ContainerFormat,
        _tree: &mut dyn Tree,
        _reading: &mut Reading<'_>,
    ) -> Result<Accounted, ReadStop> {
        Ok(Accounted::new())
    }

    /// How the files of a tree lie in it where it is recognised by files that may lie in any folder, beside exports of
    /// other formats; `None` when the whole tree is one export.
    fn lies_loose(&self, _format: ContainerFormat, _tree: &mut dyn Tree) -> Option<Loose> {
        None
    }

    /// The decoded bytes of an attachment of an item of this format; `None` when the format is another's or there is
    /// no such part.
    fn part_bytes(&self, _format: ContainerFormat, _original: &[u8], _part: u32) -> Option<Vec<u8>> {
        None
    }
}

/// Every format, in the order in which they are asked.
const SHELF: &[&dyn ExportFormat] = &[
    &outlook::store::read::Stores,
    &outlook_item::file::OutlookFiles,
    &mail::apple_mail::AppleMail,
    &outlook_mac::archive::OutlookMac,
    &mail::outlook_express::OutlookExpress,
    &Databases,
    &chats::teams::Teams,
    &chats::skype::Skype,
    &chats::slack::Slack,
    &chats::meta::Meta,
    &chats::x_archive::XArchive,
    &chats::warc::Warc,
    &chats::vcon::VCon,
    // Its sheets of calls have columns that profiles of call detail read too.
    &CellebriteWorkbook,
    // Any workbook whose columns are those of calls, iMazing's call history too.
    &CallWorkbook,
    &Imazing,
    &WhatsApp,
    &GoogleVoice,
    &GoogleChat,
    &Rsmf,
    &Cellebrite,
    &Smarsh,
];

/// The format of a file and who reads it.
pub fn of_file(look: &Look<'_>) -> Option<ContainerFormat> {
    SHELF.iter().find_map(|format| format.of_file(look))
}

/// Reads a file of a format that [`of_file`] gave; false when nobody here does.
///
/// # Errors
/// As [`ExportFormat::read_file`].
pub fn read_file(
    format: ContainerFormat,
    look: &Look<'_>,
    name: &str,
    reading: &mut Reading<'_>,
) -> Result<bool, ReadStop> {
    match SHELF.iter().find(|one| one.of_file(look) == Some(format)) {
        Some(reader) => reader.read_file(format, name, look.content, reading).map(|()| true),
        None => Ok(false),
    }
}

/// Who reads a folder or archive, when its layout is known, and its format.
pub fn of_tree(tree: &mut dyn Tree) -> Option<(ContainerFormat, &'static dyn ExportFormat)> {
    SHELF.iter().find_map(|format| Some((format.of_tree(tree)?, *format)))
}

/// The decoded bytes of an attachment of an item of a format of this shelf.
pub fn part_bytes(format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
    SHELF.iter().find_map(|one| one.part_bytes(format, original, part))
}
