//! Captured web pages: WARC 1.0 and 1.1 (ISO 28500), plain or packed record by record.
//!
//! Each answer of a server, and each resource or conversion, is an item of the kind *file*: its address, when it was
//! captured, its readable text. Its original is the record, byte for byte. Records that only describe the capture
//! (requests, metadata, the line about the file) and those that say that a page had not changed are counted in a
//! remark; they are no items.

use super::http::{self, Answer};
use super::moment;
use crate::base::limits;
use crate::extract;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Original, ParsedItem, RawItem, Searchable, Shape, Stopped};
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::model::record::RecordKind;
use crate::source::ReadStop;
use crate::source::container::Content;
use crate::source::container::loose_file::Unpacking;
use crate::source::container::reading::Reading;
use crate::source::formats::{ExportFormat, Look};
use crate::source::identity::Identity;
use flate2::bufread::MultiGzDecoder;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Reads captures of web pages.
pub struct Warc;

/// Bytes of the head of one record.
const HEAD_BYTES: usize = 256 * 1024;
/// Bytes passed over between records before the rest of the file is given up.
const STRAY_BYTES: usize = limits::ITEM_IN_MEMORY_BYTES as usize;

impl ExportFormat for Warc {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        let is =
            look.head.starts_with(b"WARC/1.") || unpacked_start(look.head).is_some_and(|start| &start == b"WARC/1.");
        is.then_some(ContainerFormat::Warc)
    }

    fn read_file(
        &self,
        _format: ContainerFormat,
        name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        let is_packed = content.head()?.starts_with(&[0x1F, 0x8B]);
        let told = if is_packed {
            let packed = content.length()?;
            let mut left = reading.unpack_left;
            let unpacking = Unpacking::new(MultiGzDecoder::new(content.open()?), packed, &mut left);
            let told = Records::new(&mut BufReader::new(unpacking), None).each(reading);
            reading.unpack_left = left;
            told?
        } else {
            Records::new(&mut content.open()?, content.lasting_file()).each(reading)?
        };
        if told == 0 {
            reading.file(name.to_owned(), content.again()?, "application/warc".to_owned(), CopyFacts::default())?;
        }
        Ok(())
    }
}

fn unpacked_start(head: &[u8]) -> Option<[u8; 7]> {
    let mut start = [0; 7];
    head.starts_with(&[0x1F, 0x8B]).then(|| MultiGzDecoder::new(head).read_exact(&mut start).ok())??;
    Some(start)
}

struct Records<'s> {
    stream: &'s mut dyn BufRead,
    file: Option<&'s Path>,
    offset: u64,
    told: u64,
    others: BTreeMap<String, u64>,
}

/// The head of a record.
struct Head {
    offset: u64,
    bytes: Vec<u8>,
    fields: Vec<(String, String)>,
    length: u64,
}

impl Head {
    fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|field| field.0 == name).map(|field| field.1.as_str()).unwrap_or_default()
    }

    /// The address; version 1.0 was often written with angle brackets around it.
    fn address(&self) -> &str {
        self.field("warc-target-uri").trim_matches(['<', '>'])
    }

    fn place(&self) -> String {
        format!("record at byte {}", self.offset)
    }
}

impl<'s> Records<'s> {
    fn new(stream: &'s mut dyn BufRead, file: Option<&'s Path>) -> Self {
        Self { stream, file, offset: 0, told: 0, others: BTreeMap::new() }
    }

    /// Tells every record; how many items and exceptions there were.
    fn each(mut self, reading: &mut Reading<'_>) -> Result<u64, ReadStop> {
        let result = loop {
            match self.next(reading) {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(stop) => break Err(stop),
            }
        };
        if let Err(ReadStop::Stopped(stopped)) = result {
            return Err(ReadStop::Stopped(stopped));
        }
        if !self.others.is_empty() {
            let counts: Vec<String> = self.others.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
            let sentence = format!(
                "records that describe the capture, or say that a page had not changed, are no items: {}",
                counts.join(", ")
            );
            reading.tell(Found::Remark(Problem::new(ProblemCode::Told, sentence)))?;
        }
        result.map(|()| self.told)
    }

    fn next(&mut self, reading: &mut Reading<'_>) -> Result<bool, ReadStop> {
        let Some(head) = self.head(reading)? else { return Ok(false) };
        let kind = head.field("warc-type").to_ascii_lowercase();
        let is_item = matches!(kind.as_str(), "response" | "resource" | "conversion");
        let whole = head.bytes.len() as u64 + head.length;
        if !is_item {
            let passed = io::copy(&mut (&mut *self.stream).take(head.length), &mut io::sink())?;
            self.offset += passed;
            *self.others.entry(if kind.is_empty() { "without a kind".to_owned() } else { kind }).or_default() += 1;
            return Ok(true);
        }
        let room = limits::ITEM_IN_MEMORY_BYTES;
        let mut bytes = head.bytes.clone();
        let got = (&mut *self.stream).take(head.length.min(room)).read_to_end(&mut bytes)? as u64;
        let passed = if got == room && head.length > room {
            io::copy(&mut (&mut *self.stream).take(head.length - got), &mut io::sink())?
        } else {
            0
        };
        self.offset += got + passed;
        self.told += 1;
        if got + passed < head.length {
            let sentence = "the file broke off inside this record";
            reading.exception(head.place(), ProblemCode::Truncated, sentence, bytes)?;
        } else if passed > 0 {
            self.large(&head, &kind, bytes, whole, reading)?;
        } else {
            tell(&head, &kind, Original::Bytes(bytes), reading)?;
        }
        Ok(true)
    }

    /// A record that is too large to hold is sealed from where it lies; out of a packed file that cannot be done.
    fn large(
        &self,
        head: &Head,
        kind: &str,
        bytes: Vec<u8>,
        length: u64,
        reading: &mut Reading<'_>,
    ) -> Result<(), Stopped> {
        match self.file {
            Some(file) => {
                let original = Original::Stretch { file: file.to_owned(), offset: head.offset, length };
                tell(head, kind, original, reading)
            }
            None => {
                let sentence = format!(
                    "the record of {} has {length} bytes, too many for a packed file; unpack it and take it in again",
                    head.address()
                );
                reading.exception(head.place(), ProblemCode::TooLargeToParse, sentence, bytes)
            }
        }
    }

    /// The next head. What stands between the records is an exception.
    fn head(&mut self, reading: &mut Reading<'_>) -> Result<Option<Head>, ReadStop> {
        let mut stray = Vec::new();
        let mut length = 0;
        let mut stray_at = self.offset;
        let mut line = Vec::new();
        loop {
            line.clear();
            let start = self.offset;
            let taken = self.line(&mut line)?;
            let begins = line.starts_with(b"WARC/1.");
            if (taken == 0 || begins) && !stray.is_empty() {
                self.told += 1;
                let place = format!("bytes from {stray_at}");
                let kept = if length > stray.len() { ", of which the first are kept" } else { "" };
                let sentence = format!("{length} bytes stand between the records{kept}");
                length = 0;
                reading.exception(place, ProblemCode::Malformed, sentence, std::mem::take(&mut stray))?;
            }
            if taken == 0 {
                return Ok(None);
            }
            if begins {
                let bytes = self.rest_of_head(std::mem::take(&mut line))?;
                let (_, fields, _) = http::split_head(&bytes);
                let mut head = Head { offset: start, bytes, fields, length: 0 };
                match head.field("content-length").trim().parse() {
                    Ok(length) => head.length = length,
                    Err(_) => {
                        self.told += 1;
                        let sentence = "the record does not say how long it is";
                        reading.exception(head.place(), ProblemCode::Malformed, sentence, head.bytes)?;
                        continue;
                    }
                }
                return Ok(Some(head));
            }
            if stray.is_empty() && line.trim_ascii().is_empty() {
                continue;
            }
            if stray.is_empty() {
                stray_at = start;
            }
            let room = STRAY_BYTES.saturating_sub(stray.len()).min(line.len());
            stray.extend_from_slice(&line[..room]);
            length += line.len();
        }
    }

    fn rest_of_head(&mut self, mut bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        while bytes.len() < HEAD_BYTES {
            line.clear();
            if self.line(&mut line)? == 0 {
                break;
            }
            bytes.extend_from_slice(&line);
            if line.trim_ascii().is_empty() {
                break;
            }
        }
        Ok(bytes)
    }

    fn line(&mut self, line: &mut Vec<u8>) -> io::Result<usize> {
        let taken = (&mut *self.stream).take(limits::LINE_BYTES as u64).read_until(b'\n', line)?;
        self.offset += taken as u64;
        Ok(taken)
    }
}

/// Hands over one record.
///
/// Identity (`warc/1`): the identifier of the record, its kind, address, date, and its block's digest as written; where
/// one of the first and the last is not written, the whole record as well.
fn tell(head: &Head, kind: &str, original: Original, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let mut identity = Identity::new("warc/1");
    for name in ["warc-record-id", "warc-type", "warc-target-uri", "warc-date", "warc-block-digest"] {
        identity.field(name, head.field(name).as_bytes());
    }
    if (head.field("warc-record-id").is_empty() || head.field("warc-block-digest").is_empty())
        && let Original::Bytes(bytes) = &original
    {
        identity.field("record", bytes);
    }
    let parsed = parsed(head, kind, &original);
    let ordinal = reading.ordinal();
    reading.item(RawItem {
        ordinal,
        place: head.place(),
        original,
        identity: Some(identity.into_bytes()),
        shape: Shape::Parsed(Box::new(parsed)),
        copy: CopyFacts::default(),
    })
}

fn parsed(head: &Head, kind: &str, original: &Original) -> ParsedItem {
    let mut parsed = ParsedItem::new(RecordKind::File);
    let address = head.address();
    parsed.subject = address.to_owned();
    let mut fact = |name: &str, value: &str| {
        if !value.is_empty() {
            parsed.facts.insert(name.to_owned(), value.to_owned());
        }
    };
    fact("address", address);
    fact("captured", head.field("warc-date"));
    fact("record", kind);
    fact("server", head.field("warc-ip-address"));
    let bytes = match original {
        Original::Bytes(bytes) => bytes.get(head.bytes.len()..).unwrap_or_default(),
        Original::Stretch { .. } => {
            parsed.searchable = Searchable::Not;
            let sentence = "the page is too large to look into; it is kept whole and found by its address";
            parsed.problems.push(Problem::new(ProblemCode::TooLargeToParse, sentence));
            &[]
        }
    };
    match moment::rfc3339(head.field("warc-date")) {
        // A page has no moment of being sent; the archive received it when it was captured.
        Ok(time) => parsed.received_at = Some(time),
        Err(sentence) => parsed.problems.push(Problem::new(ProblemCode::DateUnknown, sentence)),
    }
    let of_server = kind == "response" && head.field("content-type").to_ascii_lowercase().contains("http");
    let answer = if of_server {
        http::read(bytes)
    } else {
        let media = ("content-type".to_owned(), head.field("content-type").to_owned());
        Answer { body: bytes.to_vec(), fields: vec![media], ..Answer::default() }
    };
    if matches!(original, Original::Bytes(_)) {
        read_body(address, &answer, &mut parsed);
    }
    parsed
}

fn read_body(address: &str, answer: &Answer, parsed: &mut ParsedItem) {
    for (fact, value) in [
        ("status", answer.status.as_str()),
        ("last changed", answer.field("last-modified")),
        ("leads to", answer.field("location")),
        ("media type", answer.field("content-type")),
    ] {
        if !value.is_empty() {
            parsed.facts.insert(fact.to_owned(), value.to_owned());
        }
    }
    if let Some(sentence) = &answer.trouble {
        parsed.searchable = Searchable::Not;
        parsed.problems.push(Problem::new(ProblemCode::Unsupported, sentence.clone()));
        return;
    }
    let name = address.split(['?', '#']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let extracted = extract::text(&answer.body, name, answer.field("content-type"));
    // Extraction has cut the text to what is searchable already.
    parsed.body = extracted.text;
    parsed.searchable = extracted.searchable;
    parsed.problems.extend(extracted.problems);
    extract::add_ways(None, extracted.pieces, &mut parsed.ways);
    if let Some(title) = title_of(&answer.body).filter(|_| extracted.found_type.contains("html")) {
        parsed.facts.insert("title".to_owned(), title);
    }
}

/// The title of a page.
fn title_of(body: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&body[..body.len().min(64 * 1024)]);
    let lower = head.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let open = start + lower[start..].find('>')? + 1;
    let end = open + lower[open..].find("</title")?;
    let title = crate::text::html_to_text(&head[open..end]);
    (!title.trim().is_empty()).then(|| title.trim().to_owned())
}
