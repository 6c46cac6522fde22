//! Archives of X (formerly Twitter): `data/*.js`, each a list behind `window.YTD.<name>.part0 =`.
//!
//! Posts, deleted posts and direct messages become items; the other files of the archive stay ordinary files of it.

use super::beside::{Beside, folder, last};
use super::draft::Place;
use super::json_file::{Element, JsonFile};
use super::slices::{Lists, Piece, Splitter, TakenOut, pieces, taken_out};
use super::value::{self, text};
use super::x_message::{self, Account};
use super::{survive, tell_missing, wrapping};
use crate::model::exception::ProblemCode;
use crate::model::item::Stopped;
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::source::ReadStop;
use crate::source::container::Content;
use crate::source::container::reading::Reading;
use crate::source::container::tree::{Accounted, Tree};
use crate::source::formats::{ExportFormat, Look};
use serde_json::{Map, Value, json};

/// Reads archives of X.
pub struct XArchive;

/// What to ask for where pictures are named and not there.
const WHERE_FILES_ARE: &str = "take in the whole archive, with its folders of media";

impl ExportFormat for XArchive {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        let head = look.head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(look.head).trim_ascii_start();
        let name = variable(head)?;
        is_read(name).then_some(ContainerFormat::XArchive)
    }

    fn read_file(
        &self,
        _format: ContainerFormat,
        name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        let mut beside = Beside::nothing();
        let told = file(name, content, &Account::default(), &mut beside, reading)?;
        tell_missing(beside.missing, WHERE_FILES_ARE, reading)?;
        if told == 0 {
            reading.file(name.to_owned(), content.again()?, "text/javascript".to_owned(), CopyFacts::default())?;
        }
        Ok(())
    }

    fn of_tree(&self, tree: &mut dyn Tree) -> Option<ContainerFormat> {
        let top = tree.top().ok()?;
        let has = |name: &str| top.iter().any(|one| one == name);
        // The archive itself, or an archive of its folder.
        let may_be = has("data/") || top.len() == 1 && tree.folder().is_none();
        if !may_be {
            return None;
        }
        let files = tree.files().ok()?;
        let wrapped = if top.len() == 1 { format!("{}data", top[0]) } else { String::new() };
        let is = |path: &String| {
            let lies_there = folder(path) == "data" || folder(path) == wrapped;
            lies_there && matches!(last(path), "tweets.js" | "tweet.js" | "direct-messages.js")
        };
        files.iter().any(is).then_some(ContainerFormat::XArchive)
    }

    fn read_tree(
        &self,
        _format: ContainerFormat,
        tree: &mut dyn Tree,
        reading: &mut Reading<'_>,
    ) -> Result<Accounted, ReadStop> {
        let files = tree.files()?;
        let mut beside = Beside::of(tree, &files);
        let account = account_of(&files, &mut beside);
        for path in &files {
            if last(folder(path)) != "data" || !path.ends_with(".js") {
                continue;
            }
            // What cannot be opened, or has nothing, stays an ordinary file of the archive, which says so.
            let Ok(content) = beside.open(path) else { continue };
            if !variable(&content.head().unwrap_or_default()).is_some_and(is_read) {
                continue;
            }
            let told = file(path, &content, &account, &mut beside, reading);
            if survive(told, path, reading)? > 0 {
                beside.accounted.insert(path.clone());
            }
        }
        tell_missing(beside.missing, WHERE_FILES_ARE, reading)?;
        Ok(beside.accounted)
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        (format == ContainerFormat::XArchive).then(|| wrapping::part_bytes(original, part))?
    }
}

/// The name of the list in `window.YTD.<name>.part0`.
fn variable(head: &[u8]) -> Option<&str> {
    let rest = head.strip_prefix(b"window.YTD.")?;
    let end = rest.iter().take(64).position(|byte| *byte == b'.')?;
    std::str::from_utf8(&rest[..end]).ok()
}

/// Whether the entries of a list become items.
fn is_read(name: &str) -> bool {
    matches!(
        name,
        "tweet"
            | "tweets"
            | "deleted_tweets"
            | "community_tweet"
            | "note_tweet"
            | "direct_message"
            | "direct_messages"
            | "direct_message_group"
            | "direct_messages_group"
    )
}

/// Whose archive it is (`data/account.js`).
fn account_of(files: &[String], beside: &mut Beside<'_>) -> Account {
    let path = files.iter().find(|path| last(path) == "account.js" && last(folder(path)) == "data");
    let Some(content) = path.and_then(|path| beside.open(path).ok()) else { return Account::default() };
    let Ok(mut stream) = content.open() else { return Account::default() };
    let first = Splitter::new(&mut stream, Lists::Any).next_piece();
    let Some(Piece::Element { bytes, .. }) = first else { return Account::default() };
    let Ok((value, _)) = value::read(&bytes) else { return Account::default() };
    let told = |name: &str| text(&value, &["account", name]).to_owned();
    Account { id: told("accountId"), name: told("accountDisplayName"), handle: told("username"), email: told("email") }
}

/// Reads the entries of one file; tells how many finds there were.
fn file(
    path: &str,
    content: &Content,
    account: &Account,
    beside: &mut Beside<'_>,
    reading: &mut Reading<'_>,
) -> Result<u64, ReadStop> {
    let file = JsonFile { path, content, lists: Lists::Any, nests: true };
    let list = variable(&content.head()?).unwrap_or_default().to_owned();
    let mut take = |reading: &mut Reading<'_>, element: Element| -> Result<(), Stopped> {
        if element.value.is_null() || element.value.get("dmConversation").is_some() {
            return conversation(path, &list, &element, account, beside, reading);
        }
        let place = Place { file: path, list: &list, offset: element.offset, bytes: &element.bytes };
        let mut draft = x_message::post(&element.value, &list, account, beside);
        draft.parsed.problems.extend(element.problem);
        draft.tell(&place, context(account, None), reading)
    };
    file.each(&Map::new(), reading, &mut take)
}

/// Tells every message of a direct conversation.
fn conversation(
    path: &str,
    list: &str,
    element: &Element,
    account: &Account,
    beside: &mut Beside<'_>,
    reading: &mut Reading<'_>,
) -> Result<(), Stopped> {
    let whole = |reading: &mut Reading<'_>| {
        let at = format!("{path}, byte {}", element.offset);
        reading.exception(at, ProblemCode::Malformed, "this conversation has no messages", element.bytes.clone())
    };
    let inner = pieces(&element.bytes, Lists::Named(&[])).into_iter().find_map(|piece| match piece {
        Piece::Member { name, offset, bytes } if name == "dmConversation" => Some((offset, bytes)),
        _ => None,
    });
    let Some((start, bytes)) = inner else { return whole(reading) };
    let Some(TakenOut { rest, elements }) = taken_out(&bytes, &["messages"]) else { return whole(reading) };
    let around = value::read(&rest).map(|read| read.0).unwrap_or_default();
    for (offset, bytes) in elements {
        let offset = element.offset + start + offset;
        let place = Place { file: path, list, offset, bytes: &bytes };
        match value::read(&bytes) {
            Ok((message, problem)) if message.is_object() => {
                let mut draft = x_message::direct(&message, &around, account, beside);
                draft.parsed.problems.extend(problem);
                draft.tell(&place, context(account, Some(&around)), reading)?;
            }
            _ => {
                let at = format!("{path}, byte {offset}");
                reading.exception(at, ProblemCode::Malformed, "this is no message of the archive", bytes)?;
            }
        }
    }
    Ok(())
}

fn context(account: &Account, conversation: Option<&Value>) -> Map<String, Value> {
    let mut context = Map::new();
    let told = json!({ "id": account.id, "name": account.name, "username": account.handle, "email": account.email });
    context.insert("account".to_owned(), told);
    if let Some(around) = conversation {
        context.insert("conversation".to_owned(), around.clone());
    }
    context
}
