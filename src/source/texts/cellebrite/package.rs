//! Finding a report, alone or in its package, and reading it.

use super::model::Model;
use super::models::{Models, Piece};
use super::told::{self, Around};
use crate::base::digest::Sha256Digest;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::provenance::ContainerFormat;
use crate::source::container::tree::{Accounted, Tree};
use crate::source::container::{Content, Reading};
use crate::source::formats::{ExportFormat, Look};
use crate::source::texts::beside::{self, Beside};
use crate::source::texts::capsule;
use crate::source::texts::draft::Equals;
use crate::source::{ReadStop, identity::Identity};
use std::collections::HashMap;

const REPORT: &str = "report.xml";
const DUMP: &str = "DbData/database.db";

/// Reports of Cellebrite.
pub struct Cellebrite;

impl ExportFormat for Cellebrite {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        is_report(look.head).then_some(ContainerFormat::Cellebrite)
    }

    fn read_file(
        &self,
        _format: ContainerFormat,
        _name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        let mut folder = beside::folder_of(content);
        let mut files = folder.as_mut().map_or_else(Beside::nothing, |tree| Beside::level(tree));
        read(content, &mut files, reading)
    }

    fn of_tree(&self, tree: &mut dyn Tree) -> Option<ContainerFormat> {
        let begins = |tree: &mut dyn Tree, path: &str| tree.open(path).and_then(|one| one.head()).unwrap_or_default();
        let is = tree.has(REPORT) && is_report(&begins(tree, REPORT))
            || tree.has(DUMP) && begins(tree, DUMP).starts_with(b"PGDMP");
        is.then_some(ContainerFormat::Cellebrite)
    }

    fn read_tree(
        &self,
        _format: ContainerFormat,
        tree: &mut dyn Tree,
        reading: &mut Reading<'_>,
    ) -> Result<Accounted, ReadStop> {
        if !tree.has(REPORT) {
            let sentence = "this report of Physical Analyzer 10 holds a dump of its database, which is not read; its files \
                            are kept whole and can be held: ask for the report as UFDR with report.xml, as RSMF or as XLSX";
            reading.tell(Found::Remark(Problem::new(ProblemCode::Unsupported, sentence)))?;
            return Ok(Accounted::new());
        }
        let report = tree.open(REPORT)?;
        let mut files = Beside::of(tree);
        read(&report, &mut files, reading)?;
        files.used.insert(REPORT.to_owned());
        Ok(files.used)
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        (format == ContainerFormat::Cellebrite).then(|| capsule::part_bytes(original, part)).flatten()
    }
}

fn is_report(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&head[..head.len().min(4096)]);
    text.contains("<project") && text.contains("http://pa.cellebrite.com/report/")
}

/// What is known of the messages of a report that may stand in it twice: in their chat, and by themselves.
#[derive(Default)]
struct Twice(HashMap<u64, Vec<u8>>);

impl Twice {
    /// The identity of a model: that of its first appearance under the same id.
    fn settle(&mut self, id: &str, identity: Identity) -> Vec<u8> {
        let digest = Sha256Digest::of(id.as_bytes()).to_string();
        let key = u64::from_str_radix(digest.get(..16).unwrap_or_default(), 16).unwrap_or_default();
        if id.is_empty() {
            return identity.into_bytes();
        }
        // Only a digest is remembered: a report has millions of messages.
        let mut short = Identity::new("ufed/1");
        short.field("digest", Sha256Digest::of(&identity.into_bytes()).to_string().as_bytes());
        self.0.entry(key).or_insert_with(|| short.into_bytes()).clone()
    }

    fn knows(&self, id: &str) -> bool {
        let digest = Sha256Digest::of(id.as_bytes()).to_string();
        let key = u64::from_str_radix(digest.get(..16).unwrap_or_default(), 16).unwrap_or_default();
        !id.is_empty() && self.0.contains_key(&key)
    }
}

fn read(report: &Content, package: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), ReadStop> {
    let mut stream = report.open()?;
    let mut models = Models::new(&mut stream);
    let mut telling = Telling { twice: Twice::default(), equals: Equals::default(), count: 0, package, reading };
    while let Some(piece) = models.next_piece()? {
        telling.envelope_then(&models, piece)?;
    }
    let files = models.files.len();
    let sentence = format!(
        "{} things of the report were taken; its list of {files} files and its traces of sources stay in the report, which \
         is to be kept where the city keeps what a vendor delivers",
        telling.count
    );
    telling.reading.tell(Found::Remark(Problem::new(ProblemCode::Told, sentence)))?;
    Ok(())
}

struct Telling<'a, 'b, 'c> {
    twice: Twice,
    equals: Equals,
    count: u64,
    package: &'a mut Beside<'b>,
    reading: &'a mut Reading<'c>,
}

impl Telling<'_, '_, '_> {
    fn envelope_then(&mut self, models: &Models<'_>, piece: Piece) -> Result<(), Stopped> {
        match piece {
            Piece::Model(bytes) => self.model(models, &bytes, None),
            Piece::Messages { chat, messages } => {
                let around = Model::read(&chat);
                for message in &messages {
                    self.model(models, message, around.as_ref().map(|around| (around, chat.as_slice())))?;
                }
                match around {
                    Some(_) => Ok(()),
                    None => self.exception(ProblemCode::Malformed, "the head of the chat is damaged", chat),
                }
            }
            Piece::TooLarge(bytes) => self.exception(
                ProblemCode::TooLargeToParse,
                "it is larger than what is read at once; its beginning is kept",
                bytes,
            ),
            Piece::CutOff(bytes) => {
                self.exception(ProblemCode::Truncated, "the report breaks off inside of this", bytes)
            }
        }
    }

    fn exception(&mut self, code: ProblemCode, sentence: &str, raw: Vec<u8>) -> Result<(), Stopped> {
        self.count += 1;
        self.reading.exception(format!("thing {} of the report", self.count), code, sentence, raw)
    }

    fn model(&mut self, models: &Models<'_>, bytes: &[u8], chat: Option<(&Model, &[u8])>) -> Result<(), Stopped> {
        let Some(model) = Model::read(bytes) else {
            return self.exception(ProblemCode::Malformed, "the element is damaged", bytes.to_vec());
        };
        self.count += 1;
        let around = Around { files: &models.files, zone: self.reading.options.zone };
        let mut draft = told::draft(&model, chat.map(|(chat, _)| chat), &around, self.package);
        draft.capsule.put("model", bytes);
        if let Some((_, chat)) = chat {
            draft.capsule.put("chat", chat);
        }
        draft.copy.envelope = device(&models.head);
        // Found twice under one id it is one thing; two things that say the same are two.
        if !self.twice.knows(&model.id) {
            self.equals.count(&mut draft.identity);
        }
        let identity = self.twice.settle(&model.id, draft.identity.clone());
        let place = format!("{} {}, thing {} of the report", model.kind, model.id, self.count);
        draft.finish_as(identity, place, self.reading)
    }
}

/// Lines of the head of a report that tell the device and its zone.
fn device(head: &[u8]) -> String {
    const TOLD: usize = 2_000;
    let text = String::from_utf8_lossy(head);
    let lines = text.lines().filter(|line| line.contains("DeviceInfo") || line.contains("<project"));
    let all: Vec<&str> = lines.map(str::trim).collect();
    all.join("\n").chars().take(TOLD).collect()
}
