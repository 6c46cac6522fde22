//! EDRM XML 1.2: the load file as XML, for the programs that want it.
//!
//! The official schema is not to be had; the shape is that of the table of contents of the standard (31 October 2010)
//! and of what Nuix writes: `Root/Batch/Documents/Document`, tags with a `#` before their names, dates in UTC.

use super::columns;
use super::names;
use crate::model::production::{BatesNumber, ProducedItem, PublicText};
use chrono::{DateTime, SecondsFormat, Utc};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::HashMap;

/// A file of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOf<'f> {
    /// `Image`, `Text` or `Native`.
    pub kind: &'static str,
    /// The path inside the bag.
    pub path: &'f str,
    /// Its bytes.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: &'f str,
}

/// The beginning of the file.
pub fn beginning() -> String {
    let field = |(nth, (name, data)): (usize, (&str, &str))| {
        format!("<Field Name=\"{name}\" DataType=\"{data}\" Key=\"field_{nth}\"/>\n")
    };
    let fields: Vec<String> = FIELDS.into_iter().enumerate().map(field).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
     <Root MajorVersion=\"1\" MinorVersion=\"2\" Description=\"EDRM XML load file\" Locale=\"US\" DataInterchangeType=\"Update\">\n\
     <Fields>\n{}</Fields>\n<Batch>\n<Documents>\n",
        fields.concat()
    )
}

/// The fields beside the standard tags: their names, their types, and the keys under which a document has them.
const FIELDS: [(&str, &str); 10] = [
    ("BegBates", "Text"),
    ("EndBates", "Text"),
    ("BegAttach", "Text"),
    ("EndAttach", "Text"),
    ("PageCount", "Integer"),
    ("TimeZone", "Text"),
    ("EDRM MIH", "Text"),
    ("MD5", "Text"),
    ("Withheld", "Boolean"),
    ("Withholding Basis", "LongText"),
];

/// One document with its files.
pub fn document(item: &ProducedItem, files: &[FileOf<'_>], volume: &str) -> String {
    let kind = if item.kind.as_str() == "email" || item.kind.as_str() == "text" { "Message" } else { "File" };
    let mut out = format!("<Document DocID=\"{}\" DocType=\"{kind}\">\n", item.first);
    out.push_str(&field_values(item));
    out.push_str("<Tags>\n");
    let mut tag = |name: &str, data: &str, value: &str| {
        if !value.is_empty() {
            let value = escaped(value);
            out.push_str(&format!("<Tag TagName=\"{name}\" TagValue=\"{value}\" TagDataType=\"{data}\"/>\n"));
        }
    };
    for (name, value) in [
        ("#From", &item.from),
        ("#To", &item.to),
        ("#CC", &item.cc),
        ("#BCC", &item.bcc),
        ("#Subject", &item.subject),
        ("#FileName", &item.file_name),
    ] {
        tag(name, "Text", value.as_str());
    }
    tag("#DateSent", "DateTime", &in_utc(&item.sent));
    tag("#DateReceived", "DateTime", &in_utc(&item.received));
    tag("#MessageID", "Text", item.message_id.as_str());
    tag("#InReplyTo", "Text", item.answers.as_str());
    out.push_str("</Tags>\n<Files>\n");
    for file in files {
        let path = names::in_volume(volume, file.path);
        let (folder, name) = path.rsplit_once('\\').unwrap_or(("", &path));
        out.push_str(&format!(
            "<File FileType=\"{}\"><ExternalFile FilePath=\"{}\" FileName=\"{}\" FileSize=\"{}\" Hash=\"{}\" HashType=\"SHA-256\"/></File>\n",
            file.kind,
            escaped(folder),
            escaped(name),
            file.bytes,
            file.sha256
        ));
    }
    out.push_str("</Files>\n<Locations>\n");
    let custodians = item.all_custodians.as_str().split("; ").filter(|one| !one.is_empty());
    for custodian in custodians {
        let custodian = escaped(custodian);
        out.push_str(&format!("<Location><Custodian>{custodian}</Custodian><Description/><LocationURI/></Location>\n"));
    }
    out.push_str("</Locations>\n</Document>\n");
    out
}

/// What a document has in the fields of ours.
fn field_values(item: &ProducedItem) -> String {
    let known = columns::values(item, "");
    let column = |name: &str| columns::COLUMNS.iter().position(|one| *one == name).map(|at| known[at].as_str());
    let mut out = "<FieldValues>".to_owned();
    for (nth, (name, _)) in FIELDS.into_iter().enumerate() {
        let value = match name {
            "BegBates" => column("BEGBATES"),
            "EndBates" => column("ENDBATES"),
            "BegAttach" => column("BEGATTACH"),
            "EndAttach" => column("ENDATTACH"),
            "PageCount" => column("PGCOUNT"),
            "TimeZone" => column("TIMEZONE"),
            "EDRM MIH" => column("EDRMMIH"),
            "MD5" => column("MD5HASH"),
            "Withheld" => Some(if item.withheld.is_some() { "true" } else { "false" }),
            _ => item.withheld.as_ref().map(PublicText::as_str),
        };
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            out.push_str(&format!("<field_{nth}>{}</field_{nth}>", escaped(value)));
        }
    }
    out.push_str("</FieldValues>\n");
    out
}

/// The end of the file: which document is part of which.
pub fn end(children: &[(BatesNumber, BatesNumber)]) -> String {
    let mut out = "</Documents>\n<Relationships>\n".to_owned();
    for (parent, child) in children {
        out.push_str(&format!("<Relationship Type=\"Attachment\" ParentDocId=\"{parent}\" ChildDocId=\"{child}\"/>\n"));
    }
    out.push_str("</Relationships>\n<Folders/>\n</Batch>\n</Root>\n");
    out
}

/// The moment of `YYYY-MM-DD HH:MM:SS ±HH:MM` in UTC, or nothing.
fn in_utc(sent: &PublicText) -> String {
    DateTime::parse_from_str(sent.as_str(), "%Y-%m-%d %H:%M:%S %:z")
        .map(|at| at.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Millis, true))
        .unwrap_or_default()
}

/// Text inside a value; what XML 1.0 cannot carry (section 2.2) is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A document as it is read back for checking.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Its tags by name.
    pub tags: Vec<(String, String)>,
    /// Its files: the kind, the path from the volume's folder with backslashes, the digest.
    pub files: Vec<(String, String, String)>,
    /// The document that it is part of.
    pub parent: Option<String>,
}

/// The documents of a file of ours; `None` when it is not one. Attribute names are taken in any case, as they occur.
pub fn read(bytes: &[u8]) -> Option<Vec<Listed>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut reader = Reader::from_str(text);
    let mut all: Vec<Listed> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut kind = String::new();
    let mut ended = false;
    loop {
        let event = reader.read_event().ok()?;
        let (Event::Start(element) | Event::Empty(element)) = &event else {
            match event {
                Event::End(end) if end.name().as_ref() == "Root" => ended = true,
                Event::Eof => return Some(all).filter(|_| ended),
                _ => {}
            }
            continue;
        };
        let value = |name: &str| -> Option<String> {
            let found = element.attributes().flatten().find(|one| one.key.as_ref().eq_ignore_ascii_case(name));
            let raw = found.map(|one| one.value.into_owned())?;
            quick_xml::escape::unescape(&raw).ok().map(|text| text.into_owned())
        };
        match element.name().as_ref() {
            "Document" => {
                let id = value("DocID")?;
                places.insert(id.clone(), all.len());
                all.push(Listed { id, ..Listed::default() });
            }
            "Tag" => all.last_mut()?.tags.push((value("TagName")?, value("TagValue")?)),
            "File" => kind = value("FileType")?,
            "ExternalFile" => {
                let path = format!("{}\\{}", value("FilePath")?, value("FileName")?);
                all.last_mut()?.files.push((kind.clone(), path, value("Hash")?));
            }
            "Relationship" => {
                let (parent, child) = (value("ParentDocId")?, value("ChildDocId")?);
                all.get_mut(*places.get(&child)?)?.parent = Some(parent);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns::tests::sample;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_document_comes_back_with_its_files_and_its_parent() {
        let (parent, mut child) = (sample(1, 2), sample(3, 1));
        child.parent = Some(parent.first.clone());
        child.withheld = Some(PublicText::released("Minn. Stat. § 13.43, subd. 4"));
        let file = FileOf { kind: "Image", path: &parent.pdf_path, bytes: 7, sha256: "00ff" };
        let text = format!(
            "{}{}{}{}",
            beginning(),
            document(&parent, &[file], "VOL001"),
            document(&child, &[], "VOL001"),
            end(&[(parent.first.clone(), child.first.clone())])
        );
        let read = read(text.as_bytes()).expect("XML");
        assert_eq!(read.len(), 2);
        let tag = |name: &str| read[0].tags.iter().find(|one| one.0 == name).map(|one| one.1.as_str());
        assert_eq!(tag("#Subject"), Some("Ridgeview, \"phase 2\"\n=cost"));
        assert_eq!(tag("#DateSent"), Some("2025-03-02T20:05:11.000Z"));
        assert_eq!(read[0].files, [("Image".into(), "PDF\\0001\\CB-00000001.pdf".into(), "00ff".into())]);
        assert_eq!(read[1].parent.as_deref(), Some("CB-00000001"));
        assert!(text.contains("<Custodian>Boyd, J.</Custodian>"));
        // Every value stands under the key that the head declares for it.
        for (key, name, value) in [("0", "BegBates", "CB-00000001"), ("4", "PageCount", "2"), ("8", "Withheld", "true")]
        {
            assert!(text.contains(&format!("<Field Name=\"{name}\"")), "{name}");
            let declared = text.lines().find(|line| line.contains(&format!("Name=\"{name}\""))).expect("declared");
            assert!(declared.contains(&format!("Key=\"field_{key}\"")), "{declared}");
            assert!(text.contains(&format!("<field_{key}>{value}</field_{key}>")), "{name}: {text}");
        }
        assert!(text.contains("<field_9>Minn. Stat. § 13.43, subd. 4</field_9>"));
    }

    proptest! {
        #[test]
        fn any_subject_comes_back_but_for_control_characters(subject in "(\\PC|[\u{0}-\u{1f}\n\t&<>\"'])*") {
            let mut item = sample(1, 1);
            item.subject = PublicText::released(subject.clone());
            let text = format!("{}{}{}", beginning(), document(&item, &[], "VOL001"), end(&[]));
            let read = read(text.as_bytes()).expect("XML");
            let expected: String = subject.chars()
                .filter(|c| (matches!(c, '\n' | '\t') || !c.is_control()) && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
            let found = read[0].tags.iter().find(|one| one.0 == "#Subject").map(|one| one.1.clone()).unwrap_or_default();
            prop_assert_eq!(found, expected);
        }
    }
}
