//! A message under construction, whatever program it is from.

use super::beside::Beside;
use super::value;
use super::wrapping::{self, FileBeside, Stood};
use crate::base::limits;
use crate::extract::budget::Budget;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Original, ParsedItem, RawItem, Searchable, Shape, Stopped};
use crate::model::provenance::CopyFacts;
use crate::model::record::{Party, RecordKind, Role, SourceTime};
use crate::source::attached;
use crate::source::container::reading::{Reading, file_name};
use crate::source::identity::Identity;
use crate::source::number;
use serde_json::{Map, Value};

/// Members of a conversation that are listed as parties of each message; a larger conversation is told by its number
/// of members, and the list of the export, which is kept too, names them.
pub const MEMBERS_LISTED: usize = 250;
/// Bytes of the files beside a message that are taken into its original; larger ones stay items of their own.
const BESIDE_BYTES: u64 = limits::ITEM_IN_MEMORY_BYTES;
/// Bytes of one fact.
const FACT_BYTES: usize = 64 * 1024;
/// Facts of one message that have the names of its source; a message of an honest program has a few dozen.
const FACTS_AS_NAMED: usize = 250;
/// Bytes of such a name.
const NAME_BYTES: usize = 100;
/// Parties of one message.
const PARTIES: usize = 2_000;

/// A message under construction.
pub struct Draft {
    /// What it says.
    pub parsed: ParsedItem,
    /// What makes it the same message in another export.
    pub identity: Identity,
    /// What differs from export to export.
    pub copy: CopyFacts,
    files: Vec<FileBeside>,
    taken: u64,
}

/// Where a message stood, for [`Draft::tell`].
pub struct Place<'a> {
    /// Path of its file in the export.
    pub file: &'a str,
    /// Name of its list; empty at the root.
    pub list: &'a str,
    /// Bytes before it in the file.
    pub offset: u64,
    /// Its exact bytes.
    pub bytes: &'a [u8],
}

impl Draft {
    /// A message of a kind; `list` names the list of fields of its identity.
    pub fn new(kind: RecordKind, list: &str) -> Self {
        Self {
            parsed: ParsedItem::new(kind),
            identity: Identity::new(list),
            copy: CopyFacts::default(),
            files: Vec::new(),
            taken: 0,
        }
    }

    /// Keeps what the source tells under a name; nothing is kept of nothing.
    pub fn fact(&mut self, name: &str, value: impl Into<String>) {
        let mut value: String = value.into();
        if value.is_empty() {
            return;
        }
        if value.len() > FACT_BYTES {
            let end = (0..=FACT_BYTES).rev().find(|at| value.is_char_boundary(*at)).unwrap_or(0);
            value.truncate(end);
            self.partly(
                ProblemCode::LimitReached,
                format!("its {name} is longer than what is listed; it is kept whole"),
            );
        }
        self.parsed.facts.insert(name.to_owned(), value);
    }

    /// Keeps the simple values of a message that were not told otherwise, under their own names. A name that is taken
    /// by what was understood does not replace it.
    pub fn rest(&mut self, message: &Value, told: &[&str]) {
        let Some(members) = message.as_object() else { return };
        for (count, (name, value)) in value::rest(members, told).enumerate() {
            if count >= FACTS_AS_NAMED || name.len() > NAME_BYTES {
                let sentence = "it has more names, or longer ones, than are listed; its original has all";
                return self.partly(ProblemCode::LimitReached, sentence.to_owned());
            }
            let is_taken = self.parsed.facts.contains_key(&name);
            self.fact(&if is_taken { format!("{name} as written") } else { name }, value);
        }
    }

    /// Says which conversation the message is of.
    pub fn conversation(&mut self, id: &str, name: &str, kind: &str) {
        self.fact("conversation", id);
        self.fact("conversation name", name);
        self.fact("conversation kind", kind);
    }

    /// Sets when it was sent, or says why that is not known.
    pub fn sent(&mut self, time: Result<SourceTime, String>, written: &str) {
        match time {
            Ok(time) => self.parsed.sent_at = Some(time),
            Err(sentence) => {
                self.fact("date as written", written);
                self.parsed.problems.push(Problem::new(ProblemCode::DateUnknown, sentence));
            }
        }
    }

    /// Adds somebody who took part: an e-mail address, a number or a program's own identifier.
    pub fn party(&mut self, role: Role, name: &str, address: &str) {
        if name.is_empty() && address.is_empty() {
            return;
        }
        if self.parsed.parties.len() == PARTIES {
            self.partly(
                ProblemCode::LimitReached,
                "more people took part than are listed; its original has all".to_owned(),
            );
            self.parsed.parties.push(Party {
                role,
                name: "and others".to_owned(),
                address: String::new(),
                normal: None,
            });
        }
        if self.parsed.parties.len() > PARTIES {
            return;
        }
        self.parsed.parties.push(party(role, name, address));
    }

    /// Adds the members of the conversation but the author. Of two, the other one was written to.
    pub fn members(&mut self, members: &[(String, String)], author: &str) {
        if members.len() > MEMBERS_LISTED {
            self.fact("members", format!("{}, listed in the export's own lists", members.len()));
            return;
        }
        let role = if members.len() == 2 { Role::To } else { Role::Member };
        for (name, address) in members {
            let is_author = address == author || address.is_empty() && name == author;
            if !is_author || author.is_empty() {
                self.party(if author.is_empty() { Role::Member } else { role }, name, address);
            }
        }
    }

    /// Sets the body, cut to what may be searchable.
    pub fn body(&mut self, text: String) {
        let (text, whole) = Budget::new().take_text(text);
        self.parsed.body = text;
        if !whole {
            let sentence = "the text is longer than what is made searchable; it is kept whole";
            self.partly(ProblemCode::LimitReached, sentence.to_owned());
        }
    }

    /// Adds a problem that keeps words from being found.
    pub fn partly(&mut self, code: ProblemCode, sentence: String) {
        self.parsed.searchable = self.parsed.searchable.max(Searchable::Partly);
        self.parsed.problems.push(Problem::new(code, sentence));
    }

    /// Adds an attachment: the file of `path` where it lies beside the message, else `missing` says why it is not there.
    pub fn attach(&mut self, beside: &mut Beside<'_>, path: Option<String>, name: &str, claimed: &str, missing: &str) {
        if self.parsed.attachments.len() >= limits::MESSAGE_PARTS {
            let sentence = "it has more attachments than are listed; its original names all";
            if !self.parsed.problems.iter().any(|problem| problem.message == sentence) {
                self.partly(ProblemCode::LimitReached, sentence.to_owned());
            }
            return;
        }
        let written = name;
        let name = file_name(written).to_owned();
        let shown = if name.is_empty() { "without a name" } else { name.as_str() };
        let part = u32::try_from(self.parsed.attachments.len()).unwrap_or(u32::MAX);
        let room = BESIDE_BYTES.saturating_sub(self.taken);
        let bytes = match path.as_deref().map(|path| beside.take(path, room)) {
            Some(Ok(Some(bytes))) => Some(bytes),
            Some(Ok(None)) => {
                let sentence = "is too large to be kept inside the message and is an item of its own";
                self.problem(ProblemCode::LimitReached, format!("the attachment {shown} {sentence}"));
                None
            }
            Some(Err(error)) => {
                self.problem(ProblemCode::Unreadable, format!("the attachment {shown} cannot be read: {error}"));
                None
            }
            None => {
                beside.missing += 1;
                self.problem(ProblemCode::Missing, format!("the attachment {shown} {missing}"));
                None
            }
        };
        self.parsed.attachments.push(attached::listed(name, claimed, bytes.as_deref(), part));
        if let (Some(bytes), Some(path)) = (bytes, path) {
            self.taken += bytes.len() as u64;
            self.files.push(FileBeside { part, path, bytes });
        }
    }

    fn problem(&mut self, code: ProblemCode, sentence: String) {
        self.parsed.problems.push(Problem::new(code, sentence));
    }

    /// Hands the message over, wrapped with `context`.
    ///
    /// # Errors
    /// When the sink asked to stop.
    pub fn tell(
        self,
        place: &Place<'_>,
        context: Map<String, Value>,
        reading: &mut Reading<'_>,
    ) -> Result<(), Stopped> {
        let Self { parsed, identity, mut copy, files, .. } = self;
        if copy.folder.is_empty() {
            copy.folder = place.file.to_owned();
        }
        let stood = Stood { file: place.file, list: place.list, context };
        let ordinal = reading.ordinal();
        reading.item(RawItem {
            ordinal,
            place: format!("{}, byte {}", place.file, place.offset),
            original: Original::Bytes(wrapping::wrap(stood, place.bytes, &files)),
            identity: Some(identity.into_bytes()),
            shape: Shape::Parsed(Box::new(parsed)),
            copy,
        })
    }
}

/// Somebody who took part.
pub fn party(role: Role, name: &str, address: &str) -> Party {
    let mut party = number::party(role, name, address, None);
    let is_address = address.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'));
    if is_address && !address.contains(char::is_whitespace) {
        party.normal = Some(address.to_lowercase());
    } else if !address.starts_with('+') {
        // The identifier of an account is no phone number, even where it is ten digits.
        party.normal = None;
    }
    party
}
