//! What a production holds only when it is asked for: further load files, conversations, tables of calls.

use super::ProductionError;
use super::folder::{Folder, Stream, Written};
use super::plan::Plan;
use super::sheets;
use super::talk::{Line, Talks};
use crate::model::conversation::{Conversation, FileSaid};
use crate::model::production::{BatesNumber, Extra, ProducedItem, PublicText};
use crate::package::edrm::{self, FileOf};
use crate::package::lfp::{self, Pages};
use crate::package::names::{self, Beside};
use crate::package::page::Link;
use crate::package::rsmf;
use crate::render::Rendition;
use crate::verify::delivery::Draw;
use std::path::Path;

/// The extras of a production while its documents are written.
pub(super) struct Extras {
    lfp: Option<Stream>,
    edrm: Option<Stream>,
    children: Vec<(BatesNumber, BatesNumber)>,
    talks: Option<Talks>,
}

impl Extras {
    /// Opens what is asked for.
    pub(super) fn begin(plan: &Plan, folder: &Folder) -> Result<Self, ProductionError> {
        let wants = |extra| plan.extras.contains(&extra);
        let open = |extra, path: String| if wants(extra) { folder.open(&path).map(Some) } else { Ok(None) };
        let lfp = open(Extra::Lfp, names::lfp(&plan.volume))?;
        let mut edrm = open(Extra::Edrm, names::edrm(&plan.volume))?;
        if let Some(stream) = &mut edrm {
            stream.push(edrm::beginning().as_bytes())?;
        }
        let talks = [Extra::Rsmf, Extra::Threads, Extra::CallTables].into_iter().any(wants).then(Talks::default);
        Ok(Self { lfp, edrm, children: Vec::new(), talks })
    }

    /// Adds a document with its files as they were written.
    pub(super) fn document(
        &mut self,
        item: &ProducedItem,
        files: &[Written],
        volume: &str,
    ) -> Result<(), ProductionError> {
        if let Some(stream) = &mut self.lfp {
            let pages = Pages {
                first: &item.first,
                pages: item.pages,
                child: item.parent.is_some(),
                pdf: &item.pdf_path,
                native: item.native_path.as_deref(),
            };
            stream.push(lfp::lines(&pages, volume).as_bytes())?;
        }
        if let Some(stream) = &mut self.edrm {
            let kind = |path: &str| match path {
                path if path == item.pdf_path => "Image",
                path if path == item.text_path => "Text",
                _ => "Native",
            };
            let files: Vec<FileOf<'_>> = files
                .iter()
                .map(|one| FileOf { kind: kind(&one.path), path: &one.path, bytes: one.bytes, sha256: &one.sha256 })
                .collect();
            stream.push(edrm::document(item, &files, volume).as_bytes())?;
            if let Some(parent) = &item.parent {
                self.children.push((parent.clone(), item.first.clone()));
            }
        }
        Ok(())
    }

    /// Adds a text or a call with the files of it that are given.
    pub(super) fn line(&mut self, line: Line, number: &BatesNumber, custodian: &PublicText, files: Vec<FileSaid>) {
        if let Some(talks) = &mut self.talks {
            talks.add(line, number, custodian, files);
        }
    }

    /// Writes what could not be written before the last document was, and says what a reader is led to.
    pub(super) fn finish(
        self,
        plan: &Plan,
        label: &PublicText,
        draw: Draw<'_>,
        folder: &mut Folder,
    ) -> Result<Vec<Link>, ProductionError> {
        let mut links = Vec::new();
        if let Some(stream) = self.lfp {
            folder.close(stream)?;
        }
        if let Some(mut stream) = self.edrm {
            stream.push(edrm::end(&self.children).as_bytes())?;
            folder.close(stream)?;
        }
        let Some(talks) = self.talks else { return Ok(links) };
        if plan.extras.contains(&Extra::Rsmf) {
            for (nth, conversation) in (0..).zip(talks.conversations()) {
                rsmf_file(plan, conversation, nth, folder)?;
            }
        }
        let mut put = |kind, nth, first: Option<&BatesNumber>, rendition: &Rendition| {
            let Some(first) = first else { return Ok(()) };
            let drawn = draw(rendition)?;
            let path = names::beside(&plan.volume, kind, nth, first);
            folder.write(&path, &drawn.pdf)?;
            links.push(Link { words: rendition.title.clone(), path });
            Ok::<(), ProductionError>(())
        };
        if plan.extras.contains(&Extra::Threads) {
            for (nth, one) in (0..).zip(talks.conversations()) {
                let first = one.said.first().map(|said| &said.number);
                put(Beside::Thread, nth, first, &sheets::thread(one, label.clone(), plan.made_at))?;
            }
        }
        if plan.extras.contains(&Extra::CallTables) {
            for (nth, one) in (0..).zip(talks.calls()) {
                let first = one.calls.first().map(|call| &call.0);
                put(Beside::Calls, nth, first, &sheets::calls(one, label.clone(), plan.made_at))?;
            }
        }
        Ok(links)
    }
}

fn rsmf_file(plan: &Plan, conversation: &Conversation, nth: u64, folder: &mut Folder) -> Result<(), ProductionError> {
    let Some(first) = conversation.said.first() else { return Ok(()) };
    let mut files = Vec::new();
    let mut bytes = 0;
    for file in conversation.said.iter().flat_map(|one| &one.files) {
        let size = folder.written.iter().rev().find(|one| one.path == file.path).map_or(0, |one| one.bytes);
        if bytes + size <= rsmf::FILE_BYTES {
            bytes += size;
            files.push((rsmf::file_name(&file.number.to_string()), folder.read(&file.path)?));
        }
    }
    let path = names::beside(&plan.volume, Beside::Rsmf, nth, &first.number);
    let written = rsmf::write(conversation, &files).map_err(|error| ProductionError::io(Path::new(&path), error))?;
    folder.write(&path, &written)
}
