//! Who and which conversations the lists of a Slack export name.

use super::beside::{Beside, folder, last};
use super::slices::{Lists, Piece, Splitter};
use super::value::{self, list, text};
use crate::model::exception::{Problem, ProblemCode};
use serde_json::Value;
use std::collections::BTreeMap;

/// One person or program of the workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct User {
    /// The name that people see, or the one of the account.
    pub name: String,
    /// The e-mail address, where the export has it.
    pub email: String,
    /// Whether it is a program.
    pub is_bot: bool,
    /// Whether the account was closed.
    pub deleted: bool,
}

/// One conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversation {
    /// Slack's identifier.
    pub id: String,
    /// Its name; of direct messages, empty.
    pub name: String,
    /// `channel`, `private channel`, `direct message`, `group message`.
    pub kind: &'static str,
    /// The identifiers of its members.
    pub members: Vec<String>,
    /// Topic and purpose.
    pub about: String,
}

/// Everything that the lists tell.
#[derive(Debug, Default)]
pub struct Workspace {
    users: BTreeMap<String, User>,
    /// By the folder of its messages.
    conversations: BTreeMap<String, Conversation>,
    /// Names of channels by identifier.
    names: BTreeMap<String, String>,
}

/// The lists of conversations, and what those in them are.
const LISTS: [(&str, &str); 4] = [
    ("channels.json", "channel"),
    ("groups.json", "private channel"),
    ("mpims.json", "group message"),
    ("dms.json", "direct message"),
];

impl Workspace {
    /// Reads every list of an export, at whatever depth, with what is wrong with them.
    pub fn read(files: &[String], beside: &mut Beside<'_>) -> (Self, Vec<Problem>) {
        let (mut workspace, mut problems) = (Self::default(), Vec::new());
        for path in files {
            let name = last(path);
            let kind = LISTS.iter().find(|list| list.0 == name).map(|list| list.1);
            if kind.is_none() && !matches!(name, "users.json" | "org_users.json") {
                continue;
            }
            let whole = each(path, beside, &mut |entry| match kind {
                Some(kind) => workspace.add_conversation(folder(path), kind, entry),
                None => workspace.add_user(entry),
            });
            if !whole {
                let sentence = format!("the list {path} is damaged; what could be read of it was used");
                problems.push(Problem::new(ProblemCode::Malformed, sentence));
            }
        }
        (workspace, problems)
    }

    fn add_user(&mut self, entry: &Value) {
        let profile = entry.get("profile").unwrap_or(&Value::Null);
        let names = [
            text(entry, &["real_name"]),
            value::first_text(profile, &["real_name", "display_name"]),
            text(entry, &["name"]),
        ];
        let user = User {
            name: names.into_iter().find(|name| !name.is_empty()).unwrap_or_default().to_owned(),
            email: text(profile, &["email"]).to_owned(),
            is_bot: value::is_true(entry, "is_bot"),
            deleted: value::is_true(entry, "deleted"),
        };
        let known = self.users.entry(text(entry, &["id"]).to_owned()).or_default();
        // The list of a workspace may have no address where that of the organisation has one.
        if known.email.is_empty() {
            *known = user;
        }
    }

    fn add_conversation(&mut self, folder: &str, kind: &'static str, entry: &Value) {
        let members = list(entry, &["members"]).iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let about = [text(entry, &["topic", "value"]), text(entry, &["purpose", "value"])];
        let (id, name) = (text(entry, &["id"]), text(entry, &["name"]));
        let conversation = Conversation {
            id: id.to_owned(),
            name: name.to_owned(),
            kind,
            members,
            about: about.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; "),
        };
        self.names.insert(id.to_owned(), name.to_owned());
        for of_folder in [name, id].into_iter().filter(|name| !name.is_empty()) {
            let path = if folder.is_empty() { of_folder.to_owned() } else { format!("{folder}/{of_folder}") };
            self.conversations.entry(path).or_insert_with(|| conversation.clone());
        }
    }

    /// The conversation whose messages lie in a folder; one of no list has the name of its folder.
    pub fn conversation(&self, folder: &str) -> Conversation {
        self.conversations.get(folder).cloned().unwrap_or_else(|| Conversation {
            id: last(folder).to_owned(),
            name: last(folder).to_owned(),
            kind: "not told",
            ..Conversation::default()
        })
    }

    /// Whether a list names the conversation of a folder.
    pub fn lists(&self, folder: &str) -> bool {
        self.conversations.contains_key(folder)
    }

    /// Who has an identifier.
    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.get(id)
    }

    /// Name and address of who has an identifier; the identifier where no list tells more.
    pub fn named(&self, id: &str) -> (String, String) {
        match self.users.get(id) {
            Some(user) if !user.email.is_empty() => (user.name.clone(), user.email.clone()),
            Some(user) => (user.name.clone(), id.to_owned()),
            None => (String::new(), id.to_owned()),
        }
    }

    /// The name of a channel.
    pub fn channel_name(&self, id: &str) -> Option<&str> {
        self.names.get(id).map(String::as_str).filter(|name| !name.is_empty())
    }
}

/// Hands over each entry of a list; false when some of it could not be read.
fn each(path: &str, beside: &mut Beside<'_>, take: &mut dyn FnMut(&Value)) -> bool {
    let Ok(content) = beside.open(path) else { return false };
    let Ok(mut stream) = content.open() else { return false };
    let mut splitter = Splitter::new(&mut stream, Lists::Any);
    let mut whole = true;
    while let Some(piece) = splitter.next_piece() {
        match piece {
            Piece::Element { bytes, .. } => match value::read(&bytes) {
                Ok((entry, _)) => take(&entry),
                Err(_) => whole = false,
            },
            Piece::Member { .. } => {}
            Piece::Broken { .. } => whole = false,
        }
    }
    whole && splitter.failure().is_none() && !splitter.is_cut
}
