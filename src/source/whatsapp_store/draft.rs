//! A message of WhatsApp under construction, whichever telephone it comes from.

use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{POSSIBLY_NOT_PUBLIC, ParsedItem};
use crate::model::provenance::CopyFacts;
use crate::model::record::{Direction, Party, RecordKind, Role, SourceTime};
use crate::source::beside::{Beside, Named};
use crate::source::database::Row;
use crate::source::identity::Identity;
use crate::source::number;
use crate::source::rows::Rows;
use crate::source::taken::Taken;
use crate::source::texts::message::set_body;

/// Somebody in a conversation: the identifier of WhatsApp, and the name this telephone has for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// `16125550142@s.whatsapp.net`, or an identifier that hides the number (`@lid`).
    pub jid: String,
    /// The name, or empty.
    pub name: String,
}

impl Person {
    fn party(&self, role: Role) -> Party {
        number::account(role, &self.name, &self.jid)
    }

    /// Whether it is a group and nobody in person.
    pub fn is_group(&self) -> bool {
        ["@g.us", "@broadcast", "@newsletter"].iter().any(|server| self.jid.ends_with(server))
    }
}

/// What the numbers of a telephone for the kinds of messages mean, as far as is certain.
pub struct Kinds {
    /// A word for each.
    pub words: &'static [(i64, &'static str)],
    /// Those of lines that the program wrote, which nobody sent.
    pub of_the_program: &'static [i64],
    /// That of a message that was deleted for everybody.
    pub deleted_for_everybody: i64,
}

/// A message under construction.
pub struct Draft {
    /// What it says so far.
    pub parsed: ParsedItem,
    /// What differs from copy to copy.
    pub copy: CopyFacts,
    identity: Identity,
    rows: Rows,
    text: Vec<String>,
}

impl Draft {
    /// Identity (`whatsapp-row/1`): conversation, sender and identifier of the message as the database has them,
    /// whether the owner sent it, its moment as written where there is no identifier, the text, and the digest of each
    /// file or that it is missing.
    pub fn new(row: &Row, chat: &Person, id: &str, sent: bool, moment: &str) -> Self {
        let mut parsed = ParsedItem::new(RecordKind::Text);
        parsed.direction = if sent { Direction::Out } else { Direction::In };
        id.clone_into(&mut parsed.message_id);
        let mut identity = Identity::new("whatsapp-row/1");
        identity.field("conversation", chat.jid.as_bytes()).field("id", id.as_bytes());
        identity.field("from me", if sent { b"1" } else { b"0" });
        if id.is_empty() {
            identity.field("moment", moment.as_bytes());
        }
        let mut rows = Rows::default();
        rows.row(row);
        let mut draft = Self { parsed, copy: CopyFacts::default(), identity, rows, text: Vec::new() };
        draft.fact("service", "WhatsApp");
        draft.fact("conversation", &chat.jid);
        draft.fact("conversation name", &chat.name);
        if chat.is_group() {
            draft.fact("group", &chat.jid);
        }
        draft
    }

    /// Keeps another row in the original.
    pub fn row(&mut self, row: &Row) {
        self.rows.row(row);
    }

    /// Says what kind of a message it is.
    pub fn kind(&mut self, kind: i64, kinds: &Kinds) {
        let word = kinds.words.iter().find(|(number, _)| *number == kind).map(|(_, word)| (*word).to_owned());
        self.fact("message kind", &format!("whatsapp {}", word.unwrap_or(format!("kind {kind}"))));
        if kinds.of_the_program.contains(&kind) {
            self.parsed.direction = Direction::Unknown;
        }
        if kind == kinds.deleted_for_everybody {
            self.fact("deleted", "for everybody");
        }
    }

    /// A fact, where it says something.
    pub fn fact(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.parsed.facts.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Notes something that is wrong with it.
    pub fn problem(&mut self, code: ProblemCode, sentence: impl Into<String>) {
        self.parsed.problems.push(Problem::new(code, sentence));
    }

    /// Words that are found and shown.
    pub fn words(&mut self, text: &str) {
        if !text.is_empty() && !self.text.iter().any(|one| one == text) {
            self.text.push(text.to_owned());
        }
    }

    /// Where it says it was written: a location that somebody sent.
    pub fn place(&mut self, row: &Row, latitude: &str, longitude: &str) {
        if let (Some(north), Some(east)) = (row.real(latitude), row.real(longitude))
            && (north, east) != (0.0, 0.0)
        {
            self.fact(&format!("place {POSSIBLY_NOT_PUBLIC}"), &format!("{north:.6}, {east:.6}"));
        }
    }

    /// When it was sent; the error tells why that is left unknown.
    pub fn sent(&mut self, time: Result<Option<SourceTime>, String>) {
        let sentence = match time {
            Ok(Some(time)) => {
                self.parsed.sent_at = Some(time);
                return;
            }
            Ok(None) => "the database does not say when it was sent".to_owned(),
            Err(sentence) => sentence,
        };
        self.problem(ProblemCode::DateUnknown, sentence);
    }

    /// Who took part: of a group everybody who is known to be in it, of two the other; the owner's number is not told.
    pub fn people(&mut self, sender: &Person, chat: &Person, members: &[Person]) {
        let sent = self.parsed.direction == Direction::Out;
        if !sent && !sender.jid.is_empty() && !sender.is_group() {
            self.parsed.parties.push(sender.party(Role::From));
        }
        self.identity.field("sender", if sent { b"" } else { sender.jid.as_bytes() });
        let role = if sent { Role::To } else { Role::Member };
        if !chat.is_group() {
            if sent && !chat.jid.is_empty() {
                self.parsed.parties.push(chat.party(Role::To));
            }
            return;
        }
        let others = members.iter().filter(|one| sent || one.jid != sender.jid);
        self.parsed.parties.extend(others.map(|one| one.party(role)));
    }

    /// A file that the message carries.
    pub fn attach(&mut self, named: &Named, beside: &mut Beside<'_>) {
        let told = beside.attach(named, &mut self.rows, &mut self.parsed);
        self.identity.field("file", told.as_bytes());
    }

    /// The item.
    pub fn finish(mut self) -> Taken {
        let text = self.text.join("\n");
        self.identity.field("text", text.as_bytes());
        set_body(text, &mut self.parsed);
        Taken {
            parsed: self.parsed,
            original: self.rows.into_bytes(),
            identity: self.identity.into_bytes(),
            copy: self.copy,
        }
    }
}
