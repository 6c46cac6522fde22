//! Databases of telephones on the shelf of formats: what they are is told by their tables, never by a name.
//!
//! A folder or archive with such a database under its usual name is read together with what lies beside it, its log and
//! the files of its messages; a database alone looks for these in its own folder.

use super::android::{calls as android_calls, contacts as android_contacts, messages as android_messages};
use super::apple::{address_book, backup, calls as apple_calls, messages as apple_messages, voicemail};
use super::beside::Beside;
use super::container::content::Content;
use super::container::reading::{Reading, file_name};
use super::container::tree::{Accounted, FolderTree, Tree};
use super::database::{Database, DatabaseError, MAGIC};
use super::formats::{ExportFormat, Look, Loose};
use super::{ReadStop, rows, whatsapp_store};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::provenance::{ContainerFormat, CopyFacts};

/// The names that telephones give to the databases read here, in lower case.
const NAMES: [&str; 13] = [
    "chat.db",
    "sms.db",
    "3d0d7e5fb2ce288813306e4d4636395e047a3d28",
    "mmssms.db",
    "callhistory.storedata",
    "call_history.db",
    "voicemail.db",
    "calllog.db",
    "addressbook.sqlitedb",
    "31bb7ba8914766d4ba40d6dfb6113c8b614be442",
    "contacts2.db",
    "chatstorage.sqlite",
    "msgstore.db",
];

/// The formats of this room.
const FORMATS: [ContainerFormat; 10] = [
    ContainerFormat::AppleBackup,
    ContainerFormat::AppleMessages,
    ContainerFormat::AppleCalls,
    ContainerFormat::AppleVoicemail,
    ContainerFormat::AndroidMessages,
    ContainerFormat::AndroidCalls,
    ContainerFormat::AppleContacts,
    ContainerFormat::AndroidContacts,
    ContainerFormat::WhatsAppDatabase,
    ContainerFormat::AppDatabase,
];

/// All of them.
pub struct Databases;

impl ExportFormat for Databases {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        if look.head.starts_with(MAGIC) {
            return format_of(look.content, &mut |ending| companion_of(look.content, ending));
        }
        let is_unknown = look.media_type == "application/octet-stream";
        (is_unknown && encrypted(look.name).is_some()).then_some(ContainerFormat::AppDatabase)
    }

    fn read_file(
        &self,
        format: ContainerFormat,
        name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        let place = content.lasting_file();
        let mut folder = place.and_then(|path| path.parent()).map(FolderTree::new);
        let own =
            place.and_then(|path| path.file_name()).map_or(name.to_owned(), |own| own.to_string_lossy().into_owned());
        let mut beside = Beside::new(folder.as_mut().map(|tree| tree as &mut dyn Tree), &own);
        Ok(read(format, name, content, &mut beside, reading)?)
    }

    fn of_tree(&self, tree: &mut dyn Tree) -> Option<ContainerFormat> {
        if backup::folder_of(tree).is_some() {
            return Some(ContainerFormat::AppleBackup);
        }
        let path = known_name(tree)?;
        let content = tree.open(&path).ok()?;
        format_of(&content, &mut |ending| tree.open(&format!("{path}{ending}")).ok())
    }

    fn read_tree(
        &self,
        format: ContainerFormat,
        tree: &mut dyn Tree,
        reading: &mut Reading<'_>,
    ) -> Result<Accounted, ReadStop> {
        if format == ContainerFormat::AppleBackup {
            return backup::read(tree, reading);
        }
        let Some(path) = known_name(tree) else { return Ok(Accounted::new()) };
        let content = tree.open(&path)?;
        let mut beside = Beside::new(Some(tree), &path);
        read(format, file_name(&path), &content, &mut beside, reading)?;
        Ok(beside.accounted)
    }

    fn lies_loose(&self, format: ContainerFormat, tree: &mut dyn Tree) -> Option<Loose> {
        (format != ContainerFormat::AppleBackup).then(|| known_name(tree).map(Loose::One))?
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        if FORMATS.contains(&format) { rows::part_bytes(original, part) } else { None }
    }
}

/// The first database with a usual name: in a folder on its first level, in an archive at any depth.
fn known_name(tree: &mut dyn Tree) -> Option<String> {
    let is_known = |path: &&String| NAMES.contains(&file_name(path).to_lowercase().as_str());
    let names = if tree.folder().is_some() { tree.top().ok()? } else { tree.files().ok()? };
    let depth = |path: &&String| path.matches('/').count();
    let mut known: Vec<&String> = names.iter().filter(is_known).collect();
    known.sort_by_key(depth);
    known.into_iter().find(|path| !path.ends_with('/')).cloned()
}

/// What a database is by its tables; nothing where it is another's.
pub fn format_of(content: &Content, beside: &mut dyn FnMut(&str) -> Option<Content>) -> Option<ContainerFormat> {
    if !content.head().is_ok_and(|head| head.starts_with(MAGIC)) {
        return None;
    }
    // A database that was just begun may have all its tables in the log.
    let alone = Database::open(content, &mut |_| None).ok().and_then(|database| of_tables(&database));
    alone.or_else(|| Database::open(content, beside).ok().and_then(|database| of_tables(&database)))
}

fn of_tables(database: &Database) -> Option<ContainerFormat> {
    let is = [
        (apple_messages::is_messages(database), ContainerFormat::AppleMessages),
        (android_messages::is_messages(database), ContainerFormat::AndroidMessages),
        (apple_calls::is_calls(database), ContainerFormat::AppleCalls),
        (voicemail::is_voicemail(database), ContainerFormat::AppleVoicemail),
        (address_book::is_contacts(database), ContainerFormat::AppleContacts),
        // Of old, the log of calls lies among the contacts; their reader reads both.
        (android_contacts::is_contacts(database), ContainerFormat::AndroidContacts),
        (android_calls::is_calls(database), ContainerFormat::AndroidCalls),
        (whatsapp_store::is_messages(database), ContainerFormat::WhatsAppDatabase),
        (application(database).is_some(), ContainerFormat::AppDatabase),
    ];
    is.into_iter().find(|(is, _)| *is).map(|(_, format)| format)
}

/// The application of a database that is known and not read, and what to ask for.
fn application(database: &Database) -> Option<(&'static str, &'static str)> {
    const WHATSAPP: &str = "export each chat in WhatsApp itself (Export chat, with media), or ask for a report of the phone with the chats in it";
    const SIGNAL: &str = "ask for a report of the phone with the Signal messages in it";
    let is_whatsapp = database.has("zwamessage", &[])
        || database.has("message", &["key_id", "chat_row_id"])
        || database.has("messages", &["key_remote_jid"]);
    let known = [
        ("WhatsApp in a form that is not known", is_whatsapp, WHATSAPP),
        (
            "Signal",
            database.has("messages", &["conversationId", "json"])
                || database.has("message", &["recipient_id", "date_sent", "body"]),
            SIGNAL,
        ),
        (
            "Messages of iOS 5 or older",
            database.has("message", &["address", "text", "flags"]) && !database.has("handle", &[]),
            "ask for an export of the messages (iMazing) of this phone",
        ),
    ];
    known.into_iter().find(|(_, is, _)| *is).map(|(name, _, ask)| (name, ask))
}

/// Stores that only a key opens, and what to ask for: no content tells them, so the name does, and each is kept as any
/// other unknown file would be.
fn encrypted(name: &str) -> Option<&'static str> {
    const WHATSAPP: &str = "this is an encrypted backup of WhatsApp; it is kept whole and nothing in it can be found: export each chat in WhatsApp itself (Export chat, with media)";
    const SIGNAL: &str = "this is an encrypted store of Signal; it is kept whole and nothing in it can be found: ask for a report of the phone with the Signal messages in it (Signal itself writes no export that can be read), or have the conversations shown and photographed on the phone";
    let name = name.to_lowercase();
    let is_backup = [".crypt12", ".crypt14", ".crypt15"].iter().any(|ending| name.ends_with(ending));
    let is_signal = name.starts_with("signal-") && name.ends_with(".backup")
        || ["signal.sqlite", "signal.db"].contains(&name.as_str());
    if is_backup { Some(WHATSAPP) } else { is_signal.then_some(SIGNAL) }
}

/// Reads a database as a container nested in an open one; gives the names of its files that are part of it.
///
/// # Errors
/// When the sink asked to stop.
pub fn read_nested(
    path: &str,
    format: ContainerFormat,
    content: Content,
    tree: &mut dyn Tree,
    reading: &mut Reading<'_>,
) -> Result<Accounted, Stopped> {
    let mut beside = Beside::new(Some(tree), path);
    reading.nested(path.to_owned(), format, |reading| {
        Ok(read(format, file_name(path), &content, &mut beside, reading)?)
    })?;
    Ok(beside.accounted)
}

fn read(
    format: ContainerFormat,
    name: &str,
    content: &Content,
    beside: &mut Beside<'_>,
    reading: &mut Reading<'_>,
) -> Result<(), Stopped> {
    if format == ContainerFormat::AppDatabase {
        return keep_whole(name, content, reading);
    }
    let opened = Database::open(content, &mut |ending| beside.companion(ending));
    beside.account_for_shared_memory();
    let mut database = match opened {
        Ok(database) => database,
        Err(error) => return keep_damaged(name, content, &error, reading),
    };
    let (finds, doubts) = reading.told_so_far();
    match format {
        ContainerFormat::AppleMessages => apple_messages::read(&mut database, beside, reading)?,
        ContainerFormat::AppleCalls => apple_calls::read(&mut database, reading)?,
        ContainerFormat::AppleVoicemail => voicemail::read(&mut database, beside, reading)?,
        ContainerFormat::AndroidMessages => android_messages::read(&mut database, beside, reading)?,
        ContainerFormat::AppleContacts => address_book::read(&mut database, reading)?,
        ContainerFormat::AndroidContacts => android_contacts::read(&mut database, reading)?,
        ContainerFormat::WhatsAppDatabase => whatsapp_store::read(&mut database, beside, reading)?,
        _ => android_calls::read(&mut database, reading)?,
    }
    for sentence in std::mem::take(&mut database.remarks) {
        reading.tell(Found::Remark(Problem::new(ProblemCode::Malformed, sentence)))?;
    }
    for sentence in std::mem::take(&mut database.notes) {
        reading.tell(Found::Remark(Problem::new(ProblemCode::Told, sentence)))?;
    }
    // Tables without a row say so themselves; of damaged ones in which nothing was found, the file is kept.
    match reading.told_so_far() {
        now if now == (finds, doubts) => reading.tell(Found::Declared(0)),
        (now, _) if now == finds => keep(name, content, reading),
        _ => Ok(()),
    }
}

/// Keeps the database of an application whose rows are not read, and says what to ask for.
fn keep_whole(name: &str, content: &Content, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let opened = Database::open(content, &mut |_| None).ok();
    let (code, sentence) = match opened.as_ref().and_then(application) {
        Some((application, ask)) => (
            ProblemCode::Unsupported,
            format!(
                "this is a database of {application}; it is kept whole and its messages cannot be found in it: {ask}"
            ),
        ),
        None => {
            let sentence = encrypted(name).unwrap_or("this database cannot be opened; it is kept whole");
            (ProblemCode::Encrypted, sentence.to_owned())
        }
    };
    reading.tell(Found::Remark(Problem::new(code, sentence)))?;
    keep(name, content, reading)
}

fn keep_damaged(
    name: &str,
    content: &Content,
    error: &DatabaseError,
    reading: &mut Reading<'_>,
) -> Result<(), Stopped> {
    reading.tell(Found::Remark(Problem::new(ProblemCode::Malformed, format!("it is kept whole: {error}"))))?;
    keep(name, content, reading)
}

fn keep(name: &str, content: &Content, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    match content.again() {
        Ok(content) => {
            reading.file(name.to_owned(), content, "application/vnd.sqlite3".to_owned(), CopyFacts::default())
        }
        Err(error) => {
            let sentence = format!("the file cannot be read: {error}");
            reading.exception(name.to_owned(), ProblemCode::Unreadable, sentence, Vec::new())
        }
    }
}

/// What lies beside a file of the disk under its own name with an ending.
fn companion_of(content: &Content, ending: &str) -> Option<Content> {
    let path = content.lasting_file()?;
    let mut name = path.file_name()?.to_owned();
    name.push(ending);
    let beside = path.with_file_name(name);
    let is_plain = beside.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
    is_plain.then_some(Content::File(beside))
}

#[cfg(test)]
mod contact_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod whatsapp_tests;
