//! RSMF 2.0: a stretch of a conversation as review platforms show it.
//!
//! An Internet message (RFC 5322) whose text is the conversation for people and whose one attachment `rsmf.zip` has
//! `rsmf_manifest.json` and the files, each of which the manifest names (Relativity's schema 2.0.0). The files are the
//! numbered PDF files of the production and not the originals, so that nothing goes out here that does not go out there.

use crate::base::base64;
use crate::model::conversation::{Conversation, Said};
use crate::model::production::PublicText;
use serde_json::{Value, json};
use std::io::{self, Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Events of one file: platforms advise against more than 10,000.
pub const EVENTS: usize = 5_000;
/// Bytes of the files inside one file; larger conversations name their files by number alone.
pub const FILE_BYTES: u64 = 64 * 1024 * 1024;
/// The name of the manifest in the archive.
const MANIFEST: &str = "rsmf_manifest.json";
/// The boundary of the parts; no line of the parts begins like it.
const BOUNDARY: &str = "=_recordroom_rsmf";
/// Bytes on one line of base64 (RFC 2045 section 6.8).
const LINE_BYTES: usize = 57;
/// Bytes that are encoded in one word of a header (RFC 2047 section 2).
const WORD_BYTES: usize = 45;
/// Characters of a header's value; RSMF allows 255 for its own.
const VALUE_CHARS: usize = 200;

/// Writes a conversation; `files` has the name in the archive and the bytes of each file that goes in.
///
/// # Errors
/// When the archive cannot be written, which happens in memory alone.
pub fn write(conversation: &Conversation, files: &[(String, Vec<u8>)]) -> io::Result<Vec<u8>> {
    let manifest = manifest(conversation, files);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // A fixed time: the same conversation always gives the same bytes.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    archive.start_file(MANIFEST, options)?;
    archive.write_all(format!("{manifest:#}\n").as_bytes())?;
    for (name, bytes) in files {
        archive.start_file(name.as_str(), options)?;
        archive.write_all(bytes)?;
    }
    let archive = archive.finish()?.into_inner();
    let mut out = header(conversation).into_bytes();
    out.extend(format!("--{BOUNDARY}\r\nContent-Type: text/plain; charset=utf-8\r\n").bytes());
    out.extend(b"Content-Transfer-Encoding: base64\r\n\r\n");
    push_base64(&mut out, transcript(conversation).as_bytes());
    out.extend(format!("--{BOUNDARY}\r\nContent-Type: application/zip; name=\"rsmf.zip\"\r\n").bytes());
    out.extend(b"Content-Disposition: attachment; filename=\"rsmf.zip\"\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    push_base64(&mut out, &archive);
    out.extend(format!("--{BOUNDARY}--\r\n").bytes());
    Ok(out)
}

fn push_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    for line in bytes.chunks(LINE_BYTES) {
        out.extend(base64::encode(line));
        out.extend(b"\r\n");
    }
}

fn header(conversation: &Conversation) -> String {
    let mut out = String::new();
    let mut field = |name: &str, value: &str| {
        let value: String = value.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(VALUE_CHARS).collect();
        if !value.is_empty() {
            out.push_str(&format!("{name}: {}\r\n", worded(&value)));
        }
    };
    let times: Vec<_> = conversation.said.iter().filter_map(|one| one.at).collect();
    let (first, last) = (times.iter().min(), times.iter().max());
    field("Subject", &format!("{}, {}", conversation.name.as_str(), conversation.day.as_str()));
    field("Date", &first.map(|at| at.to_rfc2822()).unwrap_or_default());
    field("X-RSMF-Version", "2.0.0");
    field("X-RSMF-Generator", "Recordroom");
    field("X-RSMF-BeginDate", &first.map(|at| at.to_rfc3339()).unwrap_or_default());
    field("X-RSMF-EndDate", &last.map(|at| at.to_rfc3339()).unwrap_or_default());
    field("X-RSMF-EventCount", &conversation.said.len().to_string());
    field("X-RSMF-Application", conversation.platform.as_str());
    field("X-RSMF-Custodian", conversation.custodian.as_str());
    let people: Vec<&str> = conversation.people.iter().map(PublicText::as_str).collect();
    field("X-RSMF-Participants", &people.join("; "));
    let files: usize = conversation.said.iter().map(|one| one.files.len()).sum();
    field("X-RSMF-AttachmentCount", &files.to_string());
    out.push_str(&format!("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\r\n\r\n"));
    out
}

/// A value in ASCII: as it stands, or in encoded words (RFC 2047).
fn worded(value: &str) -> String {
    if value.is_ascii() && !value.contains("=?") {
        return value.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    let mut rest = value;
    while !rest.is_empty() {
        let mut end = rest.len().min(WORD_BYTES);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let coded = base64::encode(&rest.as_bytes()[..end]);
        words.push(format!("=?utf-8?B?{}?=", String::from_utf8_lossy(&coded)));
        rest = &rest[end..];
    }
    words.join("\r\n ")
}

fn manifest(conversation: &Conversation, files: &[(String, Vec<u8>)]) -> Value {
    let id = |at: usize| format!("P{}", at + 1);
    let participants: Vec<Value> =
        conversation.people.iter().enumerate().map(|(at, name)| json!({ "id": id(at), "display": name })).collect();
    let everybody: Vec<String> = (0..conversation.people.len()).map(id).collect();
    let kind = if conversation.people.len() > 2 { "channel" } else { "direct" };
    let mut one = json!({
        "id": "C1", "platform": conversation.platform, "display": conversation.name, "participants": everybody,
        "type": kind,
    });
    if conversation.platform.is_empty() {
        one["platform"] = json!("text");
    }
    let events: Vec<Value> = conversation.said.iter().map(|said| event(said, files)).collect();
    json!({ "version": "2.0.0", "participants": participants, "conversations": [one], "events": events })
}

fn event(said: &Said, files: &[(String, Vec<u8>)]) -> Value {
    let mut event = json!({
        "id": said.number, "type": "message", "conversation": "C1", "body": said.body, "deleted": said.deleted,
    });
    if let Some(author) = said.author {
        event["participant"] = json!(format!("P{}", author + 1));
    }
    if let Some(at) = said.at {
        event["timestamp"] = json!(at.to_rfc3339());
    }
    if let Some(incoming) = said.incoming {
        event["direction"] = json!(if incoming { "incoming" } else { "outgoing" });
    }
    let mut attachments = Vec::new();
    let mut custom = vec![json!({ "name": "production number", "value": said.number })];
    for file in &said.files {
        let id = file_name(&file.number.to_string());
        match files.iter().find(|(name, _)| *name == id) {
            Some((_, bytes)) => attachments.push(json!({ "id": id, "display": file.name, "size": bytes.len() })),
            // It is in the production and too large for this file.
            None => custom.push(json!({ "name": "file given apart", "value": file.number })),
        }
    }
    if !attachments.is_empty() {
        event["attachments"] = json!(attachments);
    }
    let told = said.told.iter().filter(|(name, value)| !name.is_empty() && !value.is_empty());
    custom.extend(told.map(|(name, value)| json!({ "name": name, "value": value })));
    event["custom"] = json!(custom);
    event
}

/// The name in the archive of the PDF file of a document.
pub fn file_name(number: &str) -> String {
    format!("{number}.pdf")
}

/// The conversation for people.
fn transcript(conversation: &Conversation) -> String {
    let mut out = format!("{}\r\n{}\r\n\r\n", conversation.name.as_str(), conversation.day.as_str());
    for said in &conversation.said {
        let when = said.at.map_or("time not known".to_owned(), |at| at.format("%Y-%m-%d %H:%M:%S %:z").to_string());
        let who = said.author.and_then(|at| conversation.people.get(at)).unwrap_or(&said.author_words);
        let body = said.body.as_str().replace('\n', "\r\n");
        out.push_str(&format!("{} [{when}] {}: {body}\r\n", said.number, who.as_str()));
    }
    out
}

/// The manifest of a file of ours and the names in its archive, for checking; `None` when it is not one.
pub fn read(bytes: &[u8]) -> Option<(Value, Vec<String>)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (_, coded) = text.rsplit_once("filename=\"rsmf.zip\"")?;
    let (_, coded) = coded.split_once("\r\n\r\n")?;
    let (coded, _) = coded.split_once(&format!("--{BOUNDARY}--"))?;
    let mut archive = ZipArchive::new(Cursor::new(base64::decode(coded.as_bytes())?)).ok()?;
    let names: Vec<String> = archive
        .file_names()
        .filter_map(|name| name.ok().map(|name| name.into_owned()))
        .filter(|name| name != MANIFEST)
        .collect();
    let mut manifest = String::new();
    archive.by_name(MANIFEST).ok()?.take(FILE_BYTES).read_to_string(&mut manifest).ok()?;
    Some((serde_json::from_str(&manifest).ok()?, names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::conversation::FileSaid;

    fn conversation() -> Conversation {
        let own = PublicText::released;
        let number = |text: &str| text.parse().expect("a number");
        Conversation {
            name: own("Ana Muñoz, J. Boyd"),
            platform: own("sms"),
            custodian: own("Muñoz, Ana"),
            day: own("2025-07-04"),
            people: vec![own("Ana Muñoz"), own("763-555-0142")],
            said: vec![Said {
                number: number("CB-00000001"),
                at: DateTimeOf::parse_from_rfc3339("2025-07-04T12:05:00-05:00").ok(),
                author: Some(1),
                author_words: PublicText::default(),
                body: own("On my way 👍"),
                deleted: true,
                incoming: Some(true),
                files: vec![
                    FileSaid { number: number("CB-00000002"), name: own("a.jpg"), path: String::new() },
                    FileSaid { number: number("CB-00000003"), name: own("large.mov"), path: String::new() },
                ],
                told: vec![(own("Reactions"), own("👍 by Ana"))],
            }],
        }
    }

    use chrono::DateTime as DateTimeOf;

    #[test]
    fn every_file_is_named_and_every_named_file_is_there() {
        let files = vec![("CB-00000002.pdf".to_owned(), b"%PDF".to_vec())];
        let written = write(&conversation(), &files).expect("written");
        assert_eq!(written, write(&conversation(), &files).expect("written again"), "the same bytes");
        let (manifest, names) = read(&written).expect("read");
        assert_eq!(names, ["CB-00000002.pdf"]);
        let event = &manifest["events"][0];
        assert_eq!(event["attachments"], json!([{ "id": "CB-00000002.pdf", "display": "a.jpg", "size": 4 }]));
        assert_eq!(
            (&event["deleted"], &event["participant"], &event["id"]),
            (&json!(true), &json!("P2"), &json!("CB-00000001"))
        );
        assert_eq!(event["custom"][1], json!({ "name": "file given apart", "value": "CB-00000003" }));
        assert_eq!(event["custom"][2], json!({ "name": "Reactions", "value": "👍 by Ana" }));
        let head = String::from_utf8(written).expect("ASCII");
        assert!(
            head.is_ascii() && head.contains("X-RSMF-Version: 2.0.0\r\n") && head.contains("X-RSMF-EventCount: 1\r\n")
        );
        assert!(head.lines().all(|line| line.len() <= 255), "no line is longer than the format allows");
    }
}
