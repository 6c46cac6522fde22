//! What one entry says: a message, a contact, an appointment, a task or a note.

use crate::base::digest::Sha256Digest;
use crate::extract::budget::Budget;
use crate::extract::xml::{self, Node};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedAttachment, ParsedItem, Searchable};
use crate::model::provenance::CopyFacts;
use crate::model::record::{Party, RecordKind, Role, SourceTime, ZoneBasis};
use crate::source::bundle::FileBeside;
use crate::source::identity::Identity;
use crate::source::mail::headers;
use crate::source::number;
use crate::text::{html_to_text, joined};
use chrono::NaiveDateTime;
use std::collections::BTreeMap;

/// Characters of one fact that are kept.
const FACT_CHARS: usize = 1_000;
/// Properties that Outlook changes on its own: facts of the copy.
const OF_THE_COPY: [&str; 4] = ["ModDate", "FlagStatus", "IsRead", "InferenceClassification"];

/// The properties of an entry, before its files are looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties {
    /// Text by the name of its element; of several with one name, the lines.
    texts: BTreeMap<String, String>,
    /// People: the element they stand in, name, address, and how they answered.
    people: Vec<Person>,
    /// Files in order.
    pub files: Vec<Named>,
    /// Whether the XML was sound.
    is_sound: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Person {
    place: String,
    name: String,
    address: String,
    answer: String,
}

/// A file that an entry names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// The media type the entry claims.
    pub claimed_type: String,
    /// Its path in the archive.
    pub path: String,
    /// Whether HTML refers to it.
    pub inline: bool,
}

/// Reads the properties of an entry.
pub fn properties(entry: &str) -> Properties {
    let mut found = Properties::default();
    let mut open: Vec<String> = Vec::new();
    let sound = xml::walk(entry, &mut |node| match node {
        Node::Open(name, element) => {
            let said = |wanted: &str| {
                let mut all = element.attributes();
                let found =
                    all.with_checks(false).flatten().find(|one| one.key.local_name().into_inner().ends_with(wanted));
                found.and_then(|one| xml::attribute(element, one.key.local_name().into_inner())).unwrap_or_default()
            };
            let place = open.get(1).cloned().unwrap_or_default();
            if name.ends_with("ttachment") {
                let extension = said("ContentExtension");
                let name = Some(said("AttachmentName")).filter(|name| !name.is_empty());
                let name = name.unwrap_or(if extension.is_empty() {
                    String::new()
                } else {
                    format!("attachment.{extension}")
                });
                let (claimed_type, path) = (said("AttachmentContentType"), said("AttachmentURL"));
                found.files.push(Named { name, claimed_type, path, inline: !said("AttachmentContentID").is_empty() });
            } else if name.ends_with("ddress") || name.ends_with("ttendee") {
                let person = Person { place, name: said("Name"), address: said("Address"), answer: said("Status") };
                if !(person.name.is_empty() && person.address.is_empty()) {
                    found.people.push(person);
                }
            }
            open.push(name.to_owned());
        }
        Node::Close(_) => {
            open.pop();
        }
        Node::Text(text) => {
            if let Some(name) = open.last().filter(|_| open.len() > 1) {
                found.texts.entry(name.clone()).or_default().push_str(text);
            }
        }
    });
    found.is_sound = sound;
    found.texts.retain(|_, text| !text.trim().is_empty());
    found
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The item.
    pub parsed: ParsedItem,
    /// What makes it the same item in another archive.
    pub identity: Vec<u8>,
    /// Facts of the copy.
    pub copy: CopyFacts,
}

impl Properties {
    /// The text of the first property whose name ends so, behind the name of its kind.
    fn ending(&self, endings: &[&str]) -> Option<&str> {
        let of =
            |ending: &&str| self.texts.iter().find(|(name, _)| name.ends_with(*ending)).map(|(_, text)| text.as_str());
        endings.iter().find_map(of)
    }

    fn time(&self, ending: &str) -> Option<SourceTime> {
        let written = self.ending(&[ending])?.trim();
        // The times have no zone; those of messages whose header is there too agree with it in UTC.
        let naive = NaiveDateTime::parse_from_str(written, "%Y-%m-%dT%H:%M:%S").ok()?;
        Some(SourceTime { at: naive.and_utc(), as_written: written.to_owned(), zone: ZoneBasis::FormatIsUtc })
    }

    /// What the entry says, with the files that were found of those it names, in their order.
    pub fn said(&self, element: &str, files: &[FileBeside], missing: &[String]) -> Said {
        let kind = if matches!(element, "contact" | "group" | "distributionList") {
            RecordKind::Contact
        } else {
            RecordKind::Email
        };
        let mut parsed = ParsedItem::new(kind);
        let titles = ["CopySubject", "CopySummary", "CopyTitle", "CopyDisplayName", "CopyName"];
        parsed.subject = self.ending(&titles).unwrap_or_default().trim().to_owned();
        parsed.message_id =
            self.ending(&["CopyMessageID"]).unwrap_or_default().trim().trim_matches(['<', '>']).to_owned();
        for ending in ["CopyReferences", "CopyInReplyTo"] {
            let ids = self.ending(&[ending]).unwrap_or_default().split_whitespace();
            for id in ids.map(|id| id.trim_matches(['<', '>', ','])).filter(|id| id.contains('@')) {
                if !parsed.references.iter().any(|known| known == id) {
                    parsed.references.push(id.to_owned());
                }
            }
        }
        if element == "email" {
            parsed.sent_at = self.time("CopySentTime");
            parsed.received_at = self.time("CopyReceivedTime");
            if parsed.sent_at.is_none() {
                parsed.problems.push(Problem::new(ProblemCode::DateUnknown, "the message has no date"));
            }
        }
        self.set_parties(&mut parsed);
        self.set_headers(&mut parsed);
        self.set_text(element, &mut parsed);
        self.set_facts(element, &mut parsed);
        self.set_files(files, missing, &mut parsed);
        if !self.is_sound {
            parsed.searchable = Searchable::Partly;
            parsed
                .problems
                .push(Problem::new(ProblemCode::Malformed, "the entry is damaged; what could be read of it was"));
        }
        let (identity, copy) = (self.identity(element, &parsed), self.copy());
        Said { parsed, identity, copy }
    }

    fn set_parties(&self, parsed: &mut ParsedItem) {
        for one in &self.people {
            let role = match one.place.as_str() {
                place if place.ends_with("FromAddresses") => Role::From,
                place if place.ends_with("SenderAddress") => Role::Sender,
                place if place.ends_with("ToAddresses") && place.contains("ReplyTo") => Role::ReplyTo,
                place if place.ends_with("BCCAddresses") => Role::Bcc,
                place if place.ends_with("CCAddresses") => Role::Cc,
                place if place.ends_with("ToAddresses") => Role::To,
                place if place.ends_with("Organizer") => Role::From,
                _ => Role::Member,
            };
            let normal = one.address.contains('@').then(|| one.address.to_lowercase());
            parsed.parties.push(Party { role, name: one.name.clone(), address: one.address.clone(), normal });
            if !one.answer.is_empty() {
                let answer = format!("{} ({})", one.address, one.answer);
                parsed
                    .facts
                    .entry("answers".to_owned())
                    .and_modify(|all| *all = format!("{all}, {answer}"))
                    .or_insert(answer);
            }
        }
        if parsed.kind == RecordKind::Contact {
            let is_number = |name: &str| ["Phone", "Fax", "Pager", "Mobile"].iter().any(|word| name.contains(word));
            for (_, written) in self.texts.iter().filter(|(name, _)| is_number(name)) {
                parsed.parties.push(number::party(Role::Member, &parsed.subject, written.trim(), None));
            }
            if parsed.parties.is_empty() && !parsed.subject.is_empty() {
                let name = parsed.subject.clone();
                parsed.parties.push(Party { role: Role::Member, name, address: String::new(), normal: None });
            }
        }
    }

    /// The header as it was sent, where the archive has it: only the fields that classification reads are taken.
    fn set_headers(&self, parsed: &mut ParsedItem) {
        let Some(source) = self.ending(&["CopySource"]) else { return };
        let mut other = ParsedItem::new(RecordKind::Email);
        if let Some(message) = headers::parser().parse_headers(source.trim_start().as_bytes()) {
            headers::fill(&message, &mut other);
        }
        parsed.headers = other.headers;
    }

    fn set_text(&self, element: &str, parsed: &mut ParsedItem) {
        let html = self.ending(&["CopyHTMLBody"]).unwrap_or_default();
        let written =
            self.ending(&["CopyBody", "CopyDescriptionPlain", "CopyDescription", "CopyNotes", "CopyText", "CopyNote"]);
        let written = written.unwrap_or_default();
        let is_markup = written.trim_start().starts_with('<');
        let html_text = html_to_text(if html.is_empty() && is_markup { written } else { html });
        let mut text = joined(if is_markup { "" } else { written }, &html_text);
        if element != "email" {
            // Every property of the others is said, as a card is.
            let untold = self.texts.iter().filter(|(_, value)| !text.contains(value.trim()));
            let lines: Vec<String> =
                untold.map(|(name, value)| format!("\n{}: {}", words_of(name), value.trim())).collect();
            text.extend(lines);
        }
        let (text, whole) = Budget::new().take_text(text.trim_start_matches('\n').to_owned());
        parsed.body = text;
        if !whole {
            parsed.searchable = Searchable::Partly;
            parsed.problems.push(Problem::new(ProblemCode::LimitReached, "the text is longer than what is searchable"));
        }
    }

    fn set_facts(&self, element: &str, parsed: &mut ParsedItem) {
        parsed.facts.insert("outlook class".to_owned(), element.to_owned());
        const TEXTS: [&str; 8] =
            ["Body", "Subject", "Source", "MessageID", "Description", "DescriptionPlain", "References", "Notes"];
        for (name, value) in &self.texts {
            let is_told =
                TEXTS.iter().any(|text| name.ends_with(text)) || OF_THE_COPY.iter().any(|one| name.ends_with(one));
            if !is_told {
                parsed.facts.insert(words_of(name), value.trim().chars().take(FACT_CHARS).collect());
            }
        }
    }

    fn set_files(&self, files: &[FileBeside], missing: &[String], parsed: &mut ParsedItem) {
        for (at, file) in files.iter().enumerate() {
            let named = self.files.iter().find(|one| one.path == file.path);
            parsed.attachments.push(ParsedAttachment {
                name: named.map(|one| one.name.clone()).unwrap_or_default(),
                claimed_type: named.map(|one| one.claimed_type.clone()).unwrap_or_default(),
                found_type: String::new(),
                bytes: file.bytes.len() as u64,
                sha256: Some(Sha256Digest::of(&file.bytes)),
                inline: named.is_some_and(|one| one.inline),
                // Its words are read later, on any core.
                text: String::new(),
                searchable: Searchable::Not,
                part: u32::try_from(at).unwrap_or(u32::MAX),
            });
        }
        for path in missing {
            let sentence = format!("the attachment {path} could not be had with the message");
            parsed.problems.push(Problem::new(ProblemCode::Missing, sentence));
            parsed.searchable = parsed.searchable.max(Searchable::Partly);
        }
    }

    /// Identity (`olm/1`): what was written, to whom and when, and the digests of the files; not what Outlook changes.
    fn identity(&self, element: &str, parsed: &ParsedItem) -> Vec<u8> {
        let mut identity = Identity::new("olm/1");
        identity.field("element", element.as_bytes());
        for (name, text) in &self.texts {
            if !OF_THE_COPY.iter().any(|one| name.ends_with(one)) {
                identity.field(name, text.as_bytes());
            }
        }
        for one in &self.people {
            identity.field(&one.place, format!("{}\0{}\0{}", one.name, one.address, one.answer).as_bytes());
        }
        for file in &parsed.attachments {
            identity.field("file", file.name.as_bytes());
            identity.field("sha256", file.sha256.map(|digest| digest.to_string()).unwrap_or_default().as_bytes());
        }
        identity.into_bytes()
    }

    fn copy(&self) -> CopyFacts {
        // Numbers are written with an exponent: `1E0` is yes.
        let yes = |ending: &str| self.ending(&[ending]).map(|text| text.trim().starts_with('1'));
        let mut copy = CopyFacts {
            read: yes("GetIsRead"),
            flagged: self.ending(&["FlagStatus"]).map(|text| !text.trim().starts_with('0')),
            ..CopyFacts::default()
        };
        for (name, value) in self.texts.iter().filter(|(name, _)| OF_THE_COPY.iter().any(|one| name.ends_with(one))) {
            copy.envelope.push_str(&format!("{name}: {}\n", value.trim()));
        }
        copy
    }
}

/// `OPFMessageGetWasSent` is *was sent*.
fn words_of(name: &str) -> String {
    let mut rest = name.strip_prefix("OPF").unwrap_or(name);
    for kind in ["Message", "Contact", "CalendarEvent", "Calendar", "Task", "Note"] {
        rest = rest.strip_prefix(kind).unwrap_or(rest);
    }
    for verb in ["Copy", "Get"] {
        rest = rest.strip_prefix(verb).unwrap_or(rest);
    }
    let mut words = String::new();
    let mut before = ' ';
    for one in rest.chars() {
        if one.is_ascii_uppercase() && before.is_ascii_lowercase() {
            words.push(' ');
        }
        words.push(one.to_ascii_lowercase());
        before = one;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_told_with_its_people_and_files() {
        let entry = "<email><OPFMessageCopySubject>Culvert &amp; plans</OPFMessageCopySubject><OPFMessageCopyBody>&lt;html&gt;&lt;p&gt;see file&lt;/p&gt;&lt;/html&gt;</OPFMessageCopyBody><OPFMessageCopyFromAddresses><emailAddress OPFContactEmailAddressAddress=\"Ann@CedarBend.example\" OPFContactEmailAddressName=\"Ann\"/></OPFMessageCopyFromAddresses><OPFMessageCopyBCCAddresses><emailAddress OPFContactEmailAddressAddress=\"b@cedarbend.example\"/></OPFMessageCopyBCCAddresses><OPFMessageCopySentTime>2025-06-21T23:46:39</OPFMessageCopySentTime><OPFMessageCopyMessageID>1@x.example</OPFMessageCopyMessageID><OPFMessageGetIsRead>1E0</OPFMessageGetIsRead><OPFMessageCopyAttachmentList><messageAttachment OPFAttachmentName=\"a.txt\" OPFAttachmentContentType=\"text/plain\" OPFAttachmentURL=\"Local/x_0000\"/></OPFMessageCopyAttachmentList></email>";
        let properties = properties(entry);
        let files = [FileBeside { path: "Local/x_0000".into(), bytes: b"words".to_vec() }];
        let said = properties.said("email", &files, &[]);
        let parsed = &said.parsed;
        assert_eq!(
            (parsed.subject.as_str(), parsed.body.trim(), parsed.message_id.as_str()),
            ("Culvert & plans", "see file", "1@x.example")
        );
        let parties: Vec<_> = parsed.parties.iter().map(|one| (one.role, one.address.as_str())).collect();
        assert_eq!(parties, [(Role::From, "Ann@CedarBend.example"), (Role::Bcc, "b@cedarbend.example")]);
        assert_eq!(parsed.sent_at.as_ref().map(|time| time.at.to_rfc3339()), Some("2025-06-21T23:46:39+00:00".into()));
        assert_eq!(
            (parsed.attachments[0].name.as_str(), parsed.attachments[0].bytes, said.copy.read),
            ("a.txt", 5, Some(true))
        );
        assert!(parsed.problems.is_empty());
        let read_since = entry.replace("1E0", "0E0");
        let again = super::properties(&read_since).said("email", &files, &[]);
        assert_eq!((again.identity, again.copy.read), (said.identity, Some(false)), "a flag is of the copy");
    }

    #[test]
    fn contacts_and_appointments_say_all_they_have() {
        let contact = properties(
            "<contact><OPFContactCopyDisplayName>Ann Lind</OPFContactCopyDisplayName><OPFContactCopyMobilePhone>612-555-0142</OPFContactCopyMobilePhone><OPFContactCopyNotesPlain>plows</OPFContactCopyNotesPlain></contact>",
        );
        let said = contact.said("contact", &[], &[]).parsed;
        assert_eq!((said.kind, said.subject.as_str()), (RecordKind::Contact, "Ann Lind"));
        assert_eq!(said.parties[0].normal.as_deref(), Some("+16125550142"));
        assert!(said.body.contains("plows"), "{}", said.body);
        let meeting = properties(
            "<appointment><OPFCalendarEventCopySummary>Council</OPFCalendarEventCopySummary><OPFCalendarEventCopyStartTime>2025-06-21T23:46:39</OPFCalendarEventCopyStartTime><OPFCalendarEventCopyAttendeeList><appointmentAttendee OPFCalendarAttendeeAddress=\"bo@x.example\" OPFCalendarAttendeeName=\"Bo\" OPFCalendarAttendeeStatus=\"2\"/></OPFCalendarEventCopyAttendeeList></appointment>",
        );
        let said = meeting.said("appointment", &[], &[]).parsed;
        assert_eq!((said.subject.as_str(), said.facts["start time"].as_str()), ("Council", "2025-06-21T23:46:39"));
        assert_eq!((said.parties[0].role, said.facts["answers"].as_str()), (Role::Member, "bo@x.example (2)"));
    }
}
