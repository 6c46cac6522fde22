//! vCon: one conversation as JSON (IETF draft-ietf-vcon-vcon-core): parties, dialog, attachments, analysis.
//!
//! A vCon is one item, as it may be signed and has one identifier: its text is that of every message, note and
//! transcript in it, its attachments are the recordings and files it holds. The original is the file, byte for byte.
//! A signed vCon (JSON Web Signature) is read through its payload; an encrypted one is kept whole.

use super::draft::Draft;
use super::moment;
use super::value::{self, at, first_text, list, text, written};
use crate::base::base64;
use crate::base::limits;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Original, RawItem, Shape};
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::model::record::{CallDuration, DurationBasis, RecordKind, Role};
use crate::source::ReadStop;
use crate::source::attached;
use crate::source::container::Content;
use crate::source::container::reading::{Reading, file_name};
use crate::source::formats::{ExportFormat, Look};
use serde_json::Value;

/// Reads vCons.
pub struct VCon;

/// The lists of a vCon whose entries may hold a file, in the order in which their parts are counted.
const LISTS: [&str; 3] = ["dialog", "attachments", "analysis"];

impl ExportFormat for VCon {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        let text = look.head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(look.head).trim_ascii_start();
        let has = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
        let plain = has(b"\"parties\"") && has(b"\"dialog\"");
        let named = look.name.to_ascii_lowercase().ends_with(".vcon");
        // Recordings written into the file may stand before the names that tell.
        let names: [&[u8]; 6] =
            [b"\"parties\"", b"\"dialog\"", b"\"vcon\"", b"\"signatures\"", b"\"payload\"", b"\"ciphertext\""];
        let wrapped = named && names.iter().any(|name| has(name));
        (text.first() == Some(&b'{') && (plain || wrapped)).then_some(ContainerFormat::VCon)
    }

    fn read_file(
        &self,
        _format: ContainerFormat,
        name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        let opened = match content.length()? {
            length if length <= limits::ITEM_IN_MEMORY_BYTES => {
                let bytes = content.again()?.into_bytes()?;
                opened(&bytes).map(|(value, problem)| (bytes, value, problem))
            }
            length => Err(format!("a vCon of {length} bytes is larger than what is read at once")),
        };
        match opened {
            Ok((bytes, value, problem)) => {
                let mut draft = draft(&value);
                draft.parsed.problems.extend(problem);
                let ordinal = reading.ordinal();
                reading.item(RawItem {
                    ordinal,
                    place: name.to_owned(),
                    original: Original::Bytes(bytes),
                    identity: None,
                    shape: Shape::Parsed(Box::new(draft.parsed)),
                    copy: CopyFacts::default(),
                })?;
            }
            Err(sentence) => {
                let sentence = format!("{sentence}; it was kept whole");
                reading.tell(Found::Remark(Problem::new(ProblemCode::Unsupported, sentence)))?;
                reading.file(name.to_owned(), content.again()?, "application/json".to_owned(), CopyFacts::default())?;
            }
        }
        Ok(())
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        if format != ContainerFormat::VCon {
            return None;
        }
        let (value, _) = opened(original).ok()?;
        holding(&value).nth(usize::try_from(part).ok()?).and_then(bytes_of)
    }
}

/// The vCon itself, out of its signature where it has one.
fn opened(bytes: &[u8]) -> Result<(Value, Option<Problem>), String> {
    let (value, problem) = value::read(bytes)?;
    if value.get("ciphertext").is_some() {
        let sentence = "this vCon is encrypted; ask for it in the clear, or for the key";
        return Err(sentence.to_owned());
    }
    match at(&value, &["payload"]) {
        Some(Value::String(payload)) => {
            let inside = base64url(payload).ok_or("the payload of this signed vCon cannot be decoded")?;
            value::read(&inside)
        }
        Some(inside) => Ok((inside.clone(), problem)),
        None => Ok((value, problem)),
    }
}

fn draft(vcon: &Value) -> Draft {
    let recorded = list(vcon, &["dialog"]).iter().any(|one| matches!(text(one, &["type"]), "recording" | "incomplete"));
    let mut draft = Draft::new(if recorded { RecordKind::Call } else { RecordKind::Text }, "vcon/1");
    draft.parsed.subject = text(vcon, &["subject"]).to_owned();
    draft.parsed.message_id = text(vcon, &["uuid"]).to_owned();
    draft.fact("message kind", "vcon");
    draft.fact("conversation", text(vcon, &["uuid"]));
    for name in ["vcon", "created_at", "updated_at"] {
        draft.fact(name, written(vcon.get(name)));
    }
    for (name, what) in [("redacted", "a version with parts left out"), ("appended", "a version with parts added")] {
        draft.fact(name, if vcon.get(name).is_some_and(|one| !is_empty(one)) { what } else { "" });
    }
    set_parties(vcon, &mut draft);
    set_time(vcon, &mut draft);
    let lines = LISTS.iter().flat_map(|name| list(vcon, &[name])).filter_map(|entry| line(vcon, entry));
    draft.body(lines.collect::<Vec<_>>().join("\n"));
    for (part, entry) in holding(vcon).enumerate() {
        attach(entry, part, &mut draft);
    }
    draft
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// Sets who took part. The first party of a dialog began it, unless it names another (`originator`).
fn set_parties(vcon: &Value, draft: &mut Draft) {
    let first = list(vcon, &["dialog"]).first();
    let named = |one: &Value| at(one, &["parties"]).and_then(|all| all.get(0).unwrap_or(all).as_u64());
    let began = first.and_then(|one| at(one, &["originator"]).and_then(Value::as_u64).or_else(|| named(one)));
    let all = list(vcon, &["parties"]);
    for (index, one) in all.iter().enumerate() {
        let role = match began {
            Some(began) if began == index as u64 => Role::From,
            Some(_) if all.len() == 2 => Role::To,
            _ => Role::Member,
        };
        let address = first_text(one, &["tel", "mailto", "sip", "did"]);
        let address = address.trim_start_matches("tel:").trim_start_matches("mailto:");
        draft.party(role, text(one, &["name"]), address);
        draft.fact(&format!("party {}", index + 1), first_text(one, &["role", "validation", "gmlpos"]));
    }
}

/// Sets when the first dialog began, and how long all recordings last together.
fn set_time(vcon: &Value, draft: &mut Draft) {
    let starts =
        list(vcon, &["dialog"]).iter().map(|one| first_text(one, &["start"])).filter(|start| !start.is_empty());
    let first = starts.filter_map(|start| moment::rfc3339(start).ok()).min_by_key(|time| time.at);
    match first {
        Some(time) => draft.parsed.sent_at = Some(time),
        None => {
            let created = text(vcon, &["created_at"]);
            draft.sent(moment::rfc3339(created), created);
        }
    }
    let seconds: f64 = list(vcon, &["dialog"]).iter().filter_map(|one| one.get("duration")?.as_f64()).sum();
    if seconds.is_finite() && seconds > 0.0 && seconds < 1e9 {
        draft.fact("duration as written", format!("{seconds} seconds"));
        // Whole seconds are what a duration has here; the exact figure is the fact.
        let seconds = seconds.round() as u64;
        draft.parsed.duration = Some(CallDuration { seconds, basis: DurationBasis::Exact });
    }
}

/// One line of the conversation, where an entry has words.
fn line(vcon: &Value, entry: &Value) -> Option<String> {
    let encoding = text(entry, &["encoding"]);
    let body = match at(entry, &["body"])? {
        Value::String(body) if encoding == "json" => {
            let inside = value::read(body.as_bytes()).map(|read| read.0).unwrap_or_default();
            words_of(&inside).unwrap_or_else(|| body.clone())
        }
        Value::String(body) if encoding != "base64url" => body.clone(),
        Value::String(_) => return None,
        other => words_of(other)?,
    };
    let index = at(entry, &["originator"]).or_else(|| at(entry, &["parties"]).map(|all| all.get(0).unwrap_or(all)));
    let who =
        index.and_then(Value::as_u64).and_then(|index| list(vcon, &["parties"]).get(usize::try_from(index).ok()?));
    let name = who.map(|one| first_text(one, &["name", "tel", "mailto"])).unwrap_or_default();
    let said = if name.is_empty() { text(entry, &["type"]) } else { name };
    let when = first_text(entry, &["start"]);
    Some(format!("{when} {said}: {body}").trim_start_matches([' ', ':']).to_owned())
}

fn words_of(value: &Value) -> Option<String> {
    let names = ["text", "transcript", "body", "summary", "content", "message", "words", "value"];
    let words = value::texts_under(value, &names);
    (!words.is_empty()).then(|| words.join("\n"))
}

/// The entries that hold a file or name one elsewhere, in the order in which parts are counted.
fn holding(vcon: &Value) -> impl Iterator<Item = &Value> {
    LISTS.iter().flat_map(|name| list(vcon, &[name])).filter(|entry| {
        let coded = text(entry, &["encoding"]) == "base64url" && at(entry, &["body"]).is_some();
        coded || at(entry, &["url"]).is_some()
    })
}

fn bytes_of(entry: &Value) -> Option<Vec<u8>> {
    (text(entry, &["encoding"]) == "base64url").then(|| base64url(text(entry, &["body"])))?
}

fn attach(entry: &Value, part: usize, draft: &mut Draft) {
    if part >= limits::MESSAGE_PARTS {
        return;
    }
    let bytes = bytes_of(entry);
    let claimed = first_text(entry, &["mediatype", "mimetype"]);
    let written = first_text(entry, &["filename", "url"]);
    let name = file_name(written).to_owned();
    if bytes.is_none() {
        let (code, sentence) = match at(entry, &["url"]) {
            Some(_) => (ProblemCode::Missing, "lies at another place and not in the vCon; ask for it as well"),
            None => (ProblemCode::Undecodable, "could not be decoded and is kept as written"),
        };
        draft.partly(code, format!("the attachment {name} {sentence}"));
    }
    let part = u32::try_from(part).unwrap_or(u32::MAX);
    draft.parsed.attachments.push(attached::listed(name, claimed, bytes.as_deref(), part));
}

/// Base64 with the letters for addresses (RFC 4648, section 5), with or without its end.
fn base64url(text: &str) -> Option<Vec<u8>> {
    let mut plain: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=')
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        })
        .collect();
    while !plain.len().is_multiple_of(4) {
        plain.push(b'=');
    }
    base64::decode(&plain)
}
