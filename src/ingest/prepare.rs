//! What a worker makes of a raw item, on any core: parsed, extracted, classified, compared with every hold and open
//! request, compressed and encrypted. Nothing here writes.

use super::custodians::Custodians;
use crate::base::clock::local_date;
use crate::base::digest::{Blake3Digest, DigestSecret, KeyedDigest, Sha256Digest};
use crate::base::id::CustodianId;
use crate::catalog::{Guard, Standing};
use crate::classify::{Context, Rules, classify};
use crate::extract;
use crate::extract::budget::Budget;
use crate::extract::ocr::{self, Engine};
use crate::model::classification::StatusBasis;
use crate::model::exception::{ItemException, Problem};
use crate::model::item::{Original, ParsedItem, RawItem, Searchable};
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::model::record::{RecordKind, Role};
use crate::protection::GuardSet;
use crate::repository::{FACTS_SCHEMA, StoredCopy, StoredException, StoredFacts, take_texts, write_texts};
use crate::source::{self, ReadOptions};
use crate::vault::{FamilyKey, Month, SealedFamily, Section, seal_family};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// What every worker needs; nothing in it changes during an intake.
pub(super) struct Bench {
    pub(super) options: ReadOptions,
    pub(super) rules: Rules,
    pub(super) secret: DigestSecret,
    pub(super) guards: GuardSet,
    pub(super) custodians: Custodians,
    pub(super) context: Context,
    /// Reads pictures, where the city asks for it.
    pub(super) ocr: Option<Arc<Engine>>,
}

/// An item with where it stood.
pub(super) struct Placed {
    pub(super) item: RawItem,
    pub(super) format: ContainerFormat,
    pub(super) custodian: Option<CustodianId>,
    /// Whether it comes from a device of the person's own.
    pub(super) personal: bool,
}

/// An item ready to be committed.
pub(super) struct Ready {
    pub(super) ordinal: u64,
    pub(super) name: KeyedDigest,
    pub(super) copy: StoredCopy,
    pub(super) custodian: Option<CustodianId>,
    pub(super) personal: bool,
    pub(super) problems: u32,
    pub(super) body: Body,
}

/// The sealed part of a [`Ready`] item.
pub(super) enum Body {
    /// The item is here already; only this copy is new. The guards that cover it by this copy.
    Known(Vec<Guard>),
    /// Sealed in memory.
    Sealed(Box<Sealed>),
}

/// A family sealed in memory, with the facts the catalog keeps in clear.
pub(super) struct Sealed {
    pub(super) key: FamilyKey,
    pub(super) month: Month,
    pub(super) family: SealedFamily,
    pub(super) outline: Outline,
}

/// The clear facts of a family.
pub(super) struct Outline {
    pub(super) message_key: Option<KeyedDigest>,
    pub(super) kind: RecordKind,
    pub(super) sent_at: Option<i64>,
    pub(super) sent_on: Option<NaiveDate>,
    pub(super) received_on: Option<NaiveDate>,
    pub(super) searchable: Searchable,
    pub(super) standing: Standing,
    pub(super) attachments: Vec<(u32, Searchable)>,
    pub(super) guards: Vec<Guard>,
}

/// An item larger than memory allows: everything but its original is ready, which the committer streams.
pub(super) struct Large {
    pub(super) file: PathBuf,
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) key: FamilyKey,
    pub(super) month: Month,
    pub(super) facts: StoredFacts,
    pub(super) texts: Vec<u8>,
    pub(super) outline: Outline,
}

/// An exception with its bytes sealed.
pub(super) struct ReadyException {
    pub(super) ordinal: u64,
    pub(super) code: crate::model::exception::ProblemCode,
    pub(super) name: KeyedDigest,
    pub(super) key: FamilyKey,
    pub(super) family: SealedFamily,
    pub(super) custodian: Option<CustodianId>,
}

impl Bench {
    /// The name of an item in this repository: the keyed digest of its identity.
    pub(super) fn name(&self, item: &RawItem) -> Option<KeyedDigest> {
        match (&item.identity, &item.original) {
            (Some(identity), _) => Some(self.secret.name(identity)),
            (None, Original::Bytes(bytes)) => Some(self.secret.name(bytes)),
            (None, Original::Stretch { .. }) => None,
        }
    }

    /// Has pictures read by OCR from now on, where that can be done; a sentence that says whether it can.
    pub(super) fn switch_ocr_on(&mut self) -> String {
        match Engine::find() {
            Ok(engine) => {
                let mut sentence = format!("Pictures are read by OCR ({}).", engine.version);
                if !engine.draws_pages() {
                    sentence.push_str(
                        " Pages of PDF files that are pictures are not: pdftoppm is not installed (Debian package \
                         poppler-utils).",
                    );
                }
                self.ocr = Some(Arc::new(engine));
                sentence
            }
            Err(error) => format!("OCR is asked for and no picture was read: {error}."),
        }
    }

    /// What an item says, with the words of its attachments.
    fn parse(&self, raw: &RawItem, word: &str) -> ParsedItem {
        ocr::with(self.ocr.as_ref(), || {
            let mut parsed = source::parse(raw, &self.options);
            if let Original::Bytes(bytes) = &raw.original {
                self.extract_missing(&mut parsed, bytes, word);
            }
            parsed
        })
    }

    /// Prepares one item that is not known yet.
    pub(super) fn prepare(&self, placed: Placed, name: KeyedDigest) -> Ready {
        let Placed { item: raw, format, custodian, personal } = placed;
        let word = source::shape_word(&raw.shape, format);
        let mut parsed = self.parse(&raw, word);
        let bytes: &[u8] = match &raw.original {
            Original::Bytes(bytes) => bytes,
            Original::Stretch { .. } => &[],
        };
        let problems = u32::try_from(parsed.problems.len()).unwrap_or(u32::MAX);
        let (outline, evidence) = self.outline(&parsed, &raw.copy, custodian);
        let texts = write_texts(&take_texts(&mut parsed));
        let month = Month::of(moment(&parsed));
        let facts = StoredFacts {
            schema: FACTS_SCHEMA,
            shape: word.to_owned(),
            blake3: Blake3Digest::of(bytes),
            sha256: Sha256Digest::of(bytes),
            bytes: bytes.len() as u64,
            item: parsed,
            evidence,
        };
        let key = FamilyKey::random();
        let facts = json(&facts);
        let family = seal_family(
            &key,
            &[(Section::Original, 0, bytes), (Section::Facts, 0, &facts), (Section::Text, 0, &texts)],
        );
        let copy = StoredCopy { place: raw.place, facts: raw.copy };
        let sealed = Sealed { key, month, family, outline };
        Ready { ordinal: raw.ordinal, name, copy, custodian, personal, problems, body: Body::Sealed(Box::new(sealed)) }
    }

    /// The guards that cover an item that is here by another copy of it: its custodian may be the one a hold names.
    pub(super) fn guards_of_copy(&self, placed: &Placed, standing: &Standing) -> Vec<Guard> {
        if self.guards.is_empty() {
            return Vec::new();
        }
        let raw = &placed.item;
        let parsed = self.parse(raw, source::shape_word(&raw.shape, placed.format));
        self.guards.covering(&parsed, placed.custodian, standing, self.options.zone)
    }

    /// Prepares an item whose original stays on the disk until the committer streams it.
    pub(super) fn prepare_large(&self, placed: &Placed, digests: (Blake3Digest, Sha256Digest)) -> Option<Large> {
        let raw = &placed.item;
        let Original::Stretch { file, offset, length } = &raw.original else { return None };
        let mut parsed = source::parse(raw, &self.options);
        let (outline, evidence) = self.outline(&parsed, &raw.copy, placed.custodian);
        let texts = write_texts(&take_texts(&mut parsed));
        let month = Month::of(moment(&parsed));
        let facts = StoredFacts {
            schema: FACTS_SCHEMA,
            shape: source::shape_word(&raw.shape, placed.format).to_owned(),
            blake3: digests.0,
            sha256: digests.1,
            bytes: *length,
            item: parsed,
            evidence,
        };
        let (file, offset, length) = (file.clone(), *offset, *length);
        Some(Large { file, offset, length, key: FamilyKey::random(), month, facts, texts, outline })
    }

    /// Prepares an exception: its bytes are quarantined under a key of their own.
    pub(super) fn prepare_exception(&self, one: ItemException, custodian: Option<CustodianId>) -> ReadyException {
        let mut identity = one.problem.code.word().as_bytes().to_vec();
        identity.push(0);
        identity.extend_from_slice(&one.raw);
        let key = FamilyKey::random();
        let code = one.problem.code;
        let facts = json(&StoredException { place: one.place, problem: one.problem });
        let family = seal_family(&key, &[(Section::Original, 0, &one.raw), (Section::Facts, 0, &facts)]);
        ReadyException { ordinal: one.ordinal, code, name: self.secret.name(&identity), key, family, custodian }
    }

    /// Readers of rows and elements leave the text of attachments to extraction.
    fn extract_missing(&self, parsed: &mut ParsedItem, original: &[u8], word: &str) {
        if word == "message" || word == "file" {
            return;
        }
        let mut budget = Budget::new();
        let mut told: BTreeSet<String> = parsed.problems.iter().map(|one| one.message.clone()).collect();
        for attachment in &mut parsed.attachments {
            if attachment.searchable != Searchable::Not || !attachment.text.is_empty() {
                continue;
            }
            let Some(bytes) = source::part_bytes(original, word, attachment.part) else { continue };
            let extracted = extract::text_within(&bytes, &attachment.name, &attachment.claimed_type, &mut budget);
            attachment.found_type = extracted.found_type;
            attachment.text = extracted.text;
            attachment.searchable = extracted.searchable;
            let shown = match attachment.name.is_empty() {
                true => format!("part {}", attachment.part),
                false => attachment.name.clone(),
            };
            for problem in extracted.problems {
                // Problems stand with the item, each with the name of its attachment, and none twice.
                let message = format!("attachment {shown}: {}", problem.message);
                if told.insert(message.clone()) {
                    parsed.problems.push(Problem::new(problem.code, message));
                }
            }
            extract::add_ways(Some(attachment.part), extracted.pieces, &mut parsed.ways);
            extract::add_facts(&shown, extracted.facts, &mut parsed.facts);
        }
    }

    fn outline(
        &self,
        parsed: &ParsedItem,
        copy: &CopyFacts,
        custodian: Option<CustodianId>,
    ) -> (Outline, Vec<crate::model::classification::Evidence>) {
        let proposal = classify(parsed, copy, &self.context, &self.rules);
        let standing = Standing {
            status: proposal.status,
            basis: StatusBasis::Proposed,
            series: proposal.series.unwrap_or_default(),
            confidence: proposal.confidence,
        };
        let zone = self.options.zone;
        let outline = Outline {
            message_key: self.message_key(parsed),
            kind: parsed.kind,
            sent_at: parsed.sent_at.as_ref().map(|time| time.at.timestamp()),
            sent_on: parsed.sent_at.as_ref().map(|time| local_date(time.at, zone)),
            received_on: parsed.received_at.as_ref().map(|time| local_date(time.at, zone)),
            searchable: parsed.family_searchable(),
            attachments: parsed.attachments.iter().map(|one| (one.part, one.searchable)).collect(),
            guards: self.guards.covering(parsed, custodian, &standing, zone),
            standing,
        };
        (outline, proposal.evidence)
    }

    /// What a mail system calls the same message: Message-ID, moment, author and body. Used to *notice* that an item
    /// was possibly destroyed before, never to decide anything.
    fn message_key(&self, parsed: &ParsedItem) -> Option<KeyedDigest> {
        if parsed.message_id.is_empty() {
            return None;
        }
        let author = parsed.parties.iter().find(|party| party.role == Role::From);
        let author = author.and_then(|party| party.normal.as_deref()).unwrap_or("");
        let moment = parsed.sent_at.as_ref().map_or(0, |time| time.at.timestamp());
        let text = format!("{}\0{moment}\0{author}\0{}", parsed.message_id, parsed.body);
        Some(self.secret.name(text.as_bytes()))
    }
}

/// The item's own moment: when it was sent, else when it was received.
fn moment(parsed: &ParsedItem) -> Option<chrono::DateTime<chrono::Utc>> {
    parsed.sent_at.as_ref().or(parsed.received_at.as_ref()).map(|time| time.at)
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    let written = serde_json::to_vec(value);
    assert!(written.is_ok(), "plain values with text keys always become JSON");
    written.unwrap_or_default()
}
