//! A contact out of the database of a telephone, put together from its rows.

use crate::base::limits;
use crate::extract::budget::Budget;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedAttachment, ParsedItem, Searchable};
use crate::model::provenance::CopyFacts;
use crate::model::record::{Party, RecordKind, Role};
use crate::source::attached;
use crate::source::database::Row;
use crate::source::identity::Identity;
use crate::source::number;
use crate::source::rows::Rows;
use crate::source::taken::Taken;

/// A contact under construction.
pub struct Entry {
    /// What it says so far.
    pub parsed: ParsedItem,
    /// What makes it the same contact in another export.
    pub identity: Identity,
    name: String,
    lines: Vec<String>,
    rows: Rows,
}

impl Entry {
    /// A contact of a name, which may be empty, and the name of its list of identity fields.
    pub fn new(list: &str, name: String) -> Self {
        let mut parsed = ParsedItem::new(RecordKind::Contact);
        parsed.subject.clone_from(&name);
        Self { parsed, identity: Identity::new(list), name, lines: Vec::new(), rows: Rows::default() }
    }

    /// Keeps a row in the original.
    pub fn row(&mut self, row: &Row) {
        self.rows.row(row);
    }

    /// A line that is found and shown: what it is, which kind of it, and the value.
    pub fn line(&mut self, what: &str, kind: &str, value: &str) {
        let value = value.trim();
        if !value.is_empty() {
            let kind = if kind.is_empty() { String::new() } else { format!(" ({kind})") };
            self.lines.push(format!("{what}{kind}: {value}"));
        }
    }

    /// A telephone number.
    pub fn number(&mut self, kind: &str, written: &str) {
        self.line("TEL", kind, written);
        if !written.trim().is_empty() {
            self.parsed.parties.push(number::party(Role::Member, &self.name, written.trim(), None));
        }
    }

    /// An address for mail.
    pub fn address(&mut self, kind: &str, written: &str) {
        self.line("EMAIL", kind, written);
        let (name, address) = (self.name.clone(), written.trim().to_owned());
        if !address.is_empty() {
            let normal = address.contains('@').then(|| address.to_lowercase());
            self.parsed.parties.push(Party { role: Role::Member, name, address, normal });
        }
    }

    /// A fact, where it says something; several of one name are told together.
    pub fn fact(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let told = self.parsed.facts.entry(name.to_owned()).or_default();
        *told = if told.is_empty() { value.to_owned() } else { format!("{told}; {value}") };
    }

    /// A picture that lies in the database.
    pub fn picture(&mut self, bytes: &[u8]) {
        if self.parsed.attachments.len() >= limits::MESSAGE_PARTS {
            return;
        }
        let part = self.rows.file("photo", bytes);
        let photo = attached::listed("photo", "", Some(bytes), part);
        self.parsed.attachments.push(ParsedAttachment { inline: true, ..photo });
    }

    /// Notes something that is wrong with it.
    pub fn problem(&mut self, code: ProblemCode, sentence: impl Into<String>) {
        self.parsed.problems.push(Problem::new(code, sentence));
    }

    /// The contact.
    pub fn finish(mut self, copy: CopyFacts) -> Taken {
        if self.parsed.parties.is_empty() && !self.name.is_empty() {
            let (name, address) = (self.name.clone(), String::new());
            self.parsed.parties.push(Party { role: Role::Member, name, address, normal: None });
        }
        if self.parsed.subject.is_empty() {
            self.parsed.subject = self.parsed.parties.first().map_or(String::new(), |one| one.address.clone());
        }
        let (text, whole) = Budget::new().take_text(self.lines.join("\n"));
        self.parsed.body = text;
        if !whole {
            self.parsed.searchable = Searchable::Partly;
            self.problem(ProblemCode::LimitReached, "the text is longer than what is searchable");
        }
        Taken { parsed: self.parsed, original: self.rows.into_bytes(), identity: self.identity.into_bytes(), copy }
    }
}
