//! The `*-metadata.xml` of a Google Vault export: which messages it promises, with the labels of each.

use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Original, RawItem, Shape};
use crate::source::mail::{copy_facts, headers};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;
use std::io::BufRead;

/// Messages of one export whose promises are held in memory; more are counted and not compared one by one.
const DOCUMENTS: usize = 500_000;
/// Messages that are named one by one when they are missing.
const NAMED_MISSING: usize = 20;

/// The messages that an export promises.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    documents: Vec<Document>,
    /// By the file name that stands in the `From ` line of the message, or by Message-ID.
    by_key: BTreeMap<String, usize>,
    /// Documents the metadata lists.
    pub listed: u64,
    /// Messages that came.
    pub came: u64,
    /// Sentences about the metadata itself.
    pub remarks: Vec<Problem>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Document {
    name: String,
    labels: String,
    met: bool,
}

impl Expected {
    /// Reads one metadata file and adds its documents.
    pub fn read(&mut self, stream: &mut dyn BufRead) {
        let mut reader = Reader::from_reader(stream);
        let mut buffer = Vec::new();
        let mut current = Document::default();
        let mut keys: Vec<String> = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer) {
                Ok(Event::Start(element)) if element.local_name().into_inner() == "Document" => {
                    current = Document { name: attribute(&element, "DocID"), ..Document::default() };
                    keys.clear();
                }
                Ok(Event::Start(element) | Event::Empty(element)) => note(&element, &mut current, &mut keys),
                Ok(Event::End(element)) if element.local_name().into_inner() == "Document" => {
                    self.add(std::mem::take(&mut current), &keys);
                }
                Ok(Event::Eof) => return,
                Ok(_) => {}
                Err(error) => {
                    let sentence = format!("the metadata of the export cannot be read to its end: {error}");
                    self.remarks.push(Problem::new(ProblemCode::Malformed, sentence));
                    return;
                }
            }
        }
    }

    fn add(&mut self, document: Document, keys: &[String]) {
        self.listed += 1;
        if self.documents.len() >= DOCUMENTS {
            return;
        }
        for key in keys.iter().filter(|key| !key.is_empty()) {
            self.by_key.insert(key.clone(), self.documents.len());
        }
        self.documents.push(document);
    }

    /// Compares a message that came with the promises and gives it its labels.
    pub fn meet(&mut self, item: &mut RawItem) {
        if item.shape != Shape::Message {
            return;
        }
        self.came += 1;
        let Some(found) = self.find(item) else { return };
        let document = &mut self.documents[found];
        document.met = true;
        if !document.labels.is_empty() {
            copy_facts::from_labels(&document.labels, &mut item.copy);
        }
    }

    fn find(&self, item: &RawItem) -> Option<usize> {
        // "From 1630926631156851975-69497506-...mbox@xxx Tue Apr 16 12:00:40 2019"
        let word = item.copy.envelope.split(' ').nth(1).unwrap_or_default();
        let file = word.rsplit_once('@').map_or(word, |(file, _)| file);
        if let Some(found) = self.by_key.get(file) {
            return Some(*found);
        }
        let Original::Bytes(bytes) = &item.original else { return None };
        self.by_key.get(&headers::message_id(bytes)).copied()
    }

    /// What to say at the end: promised messages that did not come, and counts that differ.
    pub fn remarks_at_end(mut self, counted: Option<u64>) -> Vec<Problem> {
        let mut remarks = std::mem::take(&mut self.remarks);
        if let Some(counted) = counted.filter(|counted| *counted != self.came) {
            let sentence = format!("the count file of the export says {counted} messages, and {} came", self.came);
            remarks.push(Problem::new(ProblemCode::CountDiffers, sentence));
        }
        if self.listed > 0 && self.listed != self.came {
            let (listed, came) = (self.listed, self.came);
            let sentence = format!("the metadata of the export lists {listed} messages, and {came} came");
            remarks.push(Problem::new(ProblemCode::CountDiffers, sentence));
        }
        if self.listed > self.documents.len() as u64 {
            let sentence = format!("only the first {DOCUMENTS} messages were compared with the metadata one by one");
            remarks.push(Problem::new(ProblemCode::LimitReached, sentence));
        }
        let missing: Vec<&Document> = self.documents.iter().filter(|document| !document.met).collect();
        for document in missing.iter().take(NAMED_MISSING) {
            let sentence = format!("the metadata lists a message that did not come: {}", document.name);
            remarks.push(Problem::new(ProblemCode::Missing, sentence));
        }
        if missing.len() > NAMED_MISSING {
            let sentence = format!("{} more listed messages did not come", missing.len() - NAMED_MISSING);
            remarks.push(Problem::new(ProblemCode::Missing, sentence));
        }
        remarks
    }
}

fn note(element: &BytesStart<'_>, current: &mut Document, keys: &mut Vec<String>) {
    match element.local_name().into_inner() {
        "Tag" => {
            let name = attribute(element, "TagName").trim_start_matches('#').to_ascii_lowercase();
            match name.as_str() {
                "labels" => current.labels = attribute(element, "TagValue"),
                "messageid" | "rfcmessageid" | "rfc822messageid" => {
                    keys.push(attribute(element, "TagValue").trim_matches(['<', '>']).to_owned());
                }
                _ => {}
            }
        }
        "ExternalFile" => {
            current.name = attribute(element, "FileName");
            keys.push(current.name.clone());
        }
        _ => {}
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> String {
    let found = element.attributes().flatten().find(|one| one.key.local_name().into_inner() == name);
    let Some(found) = found else { return String::new() };
    match quick_xml::escape::unescape(&found.value) {
        Ok(text) => text.into_owned(),
        Err(_) => found.value.to_string(),
    }
}
