//! Reading one exported chat, and finding it in a folder or archive.

use super::line::{self, Head};
use super::order::{self, DateOrder};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::provenance::ContainerFormat;
use crate::model::record::{RecordKind, Role};
use crate::source::container::tree::{Accounted, Tree};
use crate::source::container::{Content, Reading};
use crate::source::formats::{ExportFormat, Look, Loose};
use crate::source::number;
use crate::source::texts::beside::{self, Beside};
use crate::source::texts::capsule;
use crate::source::texts::draft::{self, Attached, Draft, Equals};
use crate::source::texts::side_by_side::SideBySide;
use crate::source::{ReadStop, wide};
use std::collections::BTreeMap;

/// Bytes of a chat that is read at once; WhatsApp exports at most 40,000 messages.
const CHAT_BYTES: u64 = 128 * 1024 * 1024;
/// Lines of a head that are looked at.
const LINES_LOOKED_AT: usize = 200;
/// Authors that are told with every message as members of the conversation.
const MEMBERS: usize = 64;

const CHATS: SideBySide = SideBySide { named: chats, begins: is_chat, most: CHAT_BYTES, read };

/// Chats of WhatsApp.
pub struct WhatsApp;

impl ExportFormat for WhatsApp {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        let fits = look.media_type.starts_with("text/") && look.content.length().is_ok_and(|size| size <= CHAT_BYTES);
        (fits && is_chat(look.head, look.name)).then_some(ContainerFormat::WhatsApp)
    }

    fn read_file(
        &self,
        _format: ContainerFormat,
        name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        let mut folder = beside::folder_of(content);
        let mut files = folder.as_mut().map_or_else(Beside::nothing, |tree| Beside::level(tree));
        Ok(read(name, &content.to_bytes()?, &mut files, reading)?)
    }

    fn of_tree(&self, tree: &mut dyn Tree) -> Option<ContainerFormat> {
        CHATS.is_in(tree).then_some(ContainerFormat::WhatsApp)
    }

    fn read_tree(
        &self,
        format: ContainerFormat,
        tree: &mut dyn Tree,
        reading: &mut Reading<'_>,
    ) -> Result<Accounted, ReadStop> {
        CHATS.read_tree(format, tree, reading)
    }

    fn lies_loose(&self, _format: ContainerFormat, _tree: &mut dyn Tree) -> Option<Loose> {
        Some(Loose::Each)
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        (format == ContainerFormat::WhatsApp).then(|| capsule::part_bytes(original, part)).flatten()
    }
}

/// The files of the first level that have a name of an exported chat.
fn chats(tree: &mut dyn Tree) -> Vec<String> {
    let names = tree.top().unwrap_or_default();
    names.into_iter().filter(|name| title(name).is_some() || name == "_chat.txt").collect()
}

/// With whom a chat is, where the name of its file tells: `WhatsApp Chat with Ana Berg.txt`.
fn title(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(".txt")?;
    stem.strip_prefix("WhatsApp Chat with ").or_else(|| stem.strip_prefix("WhatsApp Chat - "))
}

/// Whether a head begins a chat: its first line begins a message, and so do others; a name tips the balance for a chat
/// of one message.
fn is_chat(head: &[u8], name: &str) -> bool {
    let text = wide::narrowed(head);
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).take(LINES_LOOKED_AT);
    if lines.next().and_then(line::head).is_none() {
        return false;
    }
    title(name).is_some() || name == "_chat.txt" || lines.filter_map(line::head).count() >= 1
}

/// One message with the lines that belong to it.
struct Message<'a> {
    offset: usize,
    bytes: &'a [u8],
    text: String,
}

/// Splits a chat into messages: a line that begins none belongs to the one above. What stands before the first is
/// given apart.
fn messages(bytes: &[u8]) -> (Vec<Message<'_>>, usize) {
    let mut starts = Vec::new();
    let mut at = 0;
    for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line::head(&String::from_utf8_lossy(piece)).is_some() {
            starts.push(at);
        }
        at += piece.len();
    }
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    let message = |(start, end): (usize, usize)| {
        let bytes = &bytes[start..end];
        Message { offset: start, bytes, text: String::from_utf8_lossy(bytes).replace("\r\n", "\n") }
    };
    let before = starts.first().copied().unwrap_or(bytes.len());
    (starts.iter().copied().zip(ends).map(message).collect(), before)
}

/// Reads a chat.
fn read(name: &str, bytes: &[u8], files: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let narrow = wide::narrowed(bytes);
    let (messages, before) = messages(&narrow);
    if !narrow[..before].trim_ascii().is_empty() {
        let sentence = "these lines stand before the first message";
        reading.exception("beginning".to_owned(), ProblemCode::Malformed, sentence, narrow[..before].to_vec())?;
    }
    let heads: Vec<Head<'_>> = messages.iter().filter_map(|one| line::head(&one.text)).collect();
    let dates: Vec<_> = heads.iter().map(|head| (head.date, head.time)).collect();
    let told = reading.options.date_order;
    let order = order::told_or_decided(&dates, told);
    if order.is_none() && !heads.is_empty() {
        let sentence = "nothing in the chat tells which number of its dates is the day and which the month; its messages \
                        are kept without a date: ask the owner of the phone, and take the chat in again with \
                        --date-order dmy or --date-order mdy";
        reading.tell(Found::Remark(Problem::new(ProblemCode::DateUnknown, sentence)))?;
    }
    if let (Some(told), Some(order)) = (told, order)
        && told != order
    {
        let sentence =
            format!("the dates of the chat cannot be {}, as was told; they are {}", told.word(), order.word());
        reading.tell(Found::Remark(Problem::new(ProblemCode::Told, sentence)))?;
    }
    let chat = Chat { title: title(name).unwrap_or_default(), order, authors: authors(&heads), first: heads.first() };
    let (mut equals, mut system) = (Equals::default(), 0_u64);
    for (message, head) in messages.iter().zip(&heads) {
        let mut draft = chat.draft(message, head, files, reading);
        system += u64::from(draft.parsed.facts.contains_key("line of the program"));
        equals.count(&mut draft.identity);
        draft.finish(format!("message at byte {}", message.offset), reading)?;
    }
    if system > 0 {
        let sentence = format!("{system} of the lines were written by the program and by nobody; they are kept too");
        reading.tell(Found::Remark(Problem::new(ProblemCode::Told, sentence)))?;
    }
    Ok(())
}

/// Who writes in a chat, with how many messages each.
fn authors(heads: &[Head<'_>]) -> BTreeMap<String, u64> {
    let (mut short, mut long): (BTreeMap<String, u64>, BTreeMap<String, u64>) = Default::default();
    for head in heads.iter().filter(|head| !is_of_the_program(head.rest)) {
        let rest = first_line(head.rest);
        let mut ends = rest.match_indices(": ").map(|(at, _)| at);
        if let Some(end) = ends.next() {
            *short.entry(line::without_marks(&rest[..end])).or_default() += 1;
        }
        if let Some(end) = ends.next() {
            *long.entry(line::without_marks(&rest[..end])).or_default() += 1;
        }
    }
    // A name may hold a colon itself: then all that begins with its first half goes on with the second.
    const OFTEN: u64 = 3;
    for (name, count) in long {
        let half = name.split(": ").next().unwrap_or_default().to_owned();
        if count >= OFTEN && short.get(&half) == Some(&count) {
            short.remove(&half);
            short.insert(name, count);
        }
    }
    short
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or(text)
}

/// Whether a line without its date was written by the program: a name in it may hold a colon.
fn is_of_the_program(rest: &str) -> bool {
    let rest = first_line(rest);
    const SAYS: [&str; 14] = [
        " created group \"",
        " created this group",
        " changed the subject ",
        " changed the group ",
        " changed this group",
        " changed their phone number",
        " changed to +",
        "end-to-end encrypted",
        " added ",
        " removed ",
        " left",
        " joined using ",
        "security code",
        " turned on disappearing",
    ];
    // What an author wrote stands behind the colon.
    let before = rest.split(": ").next().unwrap_or(rest);
    let quoted = before.contains('"');
    match rest.split_once(": ") {
        // Without a colon the line has no author that is known; see [`Chat::author`].
        None => false,
        Some(_) if quoted => SAYS.iter().any(|said| before.contains(said)),
        Some((_, text)) => {
            // An iPhone puts the name of the group before its own lines, and a mark before the words.
            text.starts_with(line::is_mark) && !text.contains('<') && SAYS.iter().any(|said| text.contains(said))
        }
    }
}

/// What is told of a whole chat.
struct Chat<'a> {
    title: &'a str,
    order: Option<DateOrder>,
    authors: BTreeMap<String, u64>,
    first: Option<&'a Head<'a>>,
}

impl Chat<'_> {
    /// The author of a message and its text; no author for a line of the program.
    fn author<'b>(&self, rest: &'b str) -> Option<(String, &'b str)> {
        let ends = first_line(rest).match_indices(':').map(|(at, _)| at);
        let known = ends
            .filter_map(|at| {
                let author = line::without_marks(&rest[..at]);
                self.authors.contains_key(&author).then(|| (author, &rest[at + 1..]))
            })
            .next_back()?;
        let (author, text) = known;
        Some((author, text.strip_prefix(' ').unwrap_or(text)))
    }

    /// Identity (`whatsapp-message/1`): with whom the chat is, or else how its first message begins; date and time in
    /// one form, or as written where their order is open; author; text without marks of direction; how many equal
    /// ones came before.
    fn draft(&self, message: &Message<'_>, head: &Head<'_>, files: &mut Beside<'_>, reading: &Reading<'_>) -> Draft {
        let mut draft = Draft::new(RecordKind::Text, "whatsapp", "whatsapp-message/1");
        draft.capsule.put("message", message.bytes);
        let moment = self.order.and_then(|order| order.date(head.date)).map(|date| date.and_time(head.time));
        let in_one_form = moment.map_or_else(|| head.written.to_owned(), |moment| moment.to_string());
        match (moment, self.order) {
            (Some(moment), _) => draft.sent(head.written, draft::local(moment, head.written, reading.options.zone)),
            (None, _) => {
                draft.fact("date as written", head.written);
                draft.problem(
                    ProblemCode::DateUnknown,
                    format!("nothing in the chat tells the day from the month: {}", head.written),
                );
            }
        }
        draft.fact("order of the date", self.order.map_or("", DateOrder::word));
        draft.fact("conversation", self.title);
        let program = is_of_the_program(head.rest);
        let (author, text) = match self.author(head.rest) {
            Some((author, text)) if !program => (author, text),
            _ => {
                draft.fact("line of the program", "yes");
                (String::new(), head.rest)
            }
        };
        for name in self.authors.keys().take(MEMBERS) {
            let role = if *name == author { Role::From } else { Role::Member };
            let (name, address) = if number::normal(name).is_ok() { ("", name.as_str()) } else { (name.as_str(), "") };
            draft.parsed.parties.push(number::party(role, name, address, None));
        }
        let text = text.trim_end_matches(['\n', '\r']);
        let plain = line::without_marks(text);
        attach(text, files, &mut draft);
        mark(&plain, &mut draft);
        let first = self.first.map_or("", |first| first.rest);
        let chat = if self.title.is_empty() {
            format!("beginning: {}", line::without_marks(first))
        } else {
            self.title.to_owned()
        };
        draft.identity.field("chat", chat.as_bytes()).field("moment", in_one_form.as_bytes());
        draft.identity.field("author", author.as_bytes()).field("text", plain.as_bytes());
        draft.body(plain);
        draft
    }
}

/// Attaches the file that a message names: `<attached: 0001-PHOTO.jpg>` (iPhone) or `IMG-1.jpg (file attached)`.
fn attach(text: &str, files: &mut Beside<'_>, draft: &mut Draft) {
    let plain = line::without_marks(text);
    let first = plain.lines().next().unwrap_or_default();
    if let Some(inside) = plain.rfind('<').and_then(|at| plain[at..].strip_prefix('<')?.split('>').next())
        && let Some((_, name)) = inside.split_once(": ")
        && text.contains('\u{200e}')
        && has_extension(name)
    {
        let attached = files.named(name);
        draft.attach(name, "", attached);
    } else if let Some((name, note)) = first.rsplit_once(" (")
        && note.ends_with(')')
        && has_extension(name)
    {
        // The note is in the language of the phone; of a note that is no English the file has to be there.
        match files.named(name) {
            Attached::Missing if note != "file attached)" => {}
            attached => draft.attach(name, "", attached),
        }
    }
}

fn has_extension(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    (1..=5).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Notes what stands in place of a text: a file left out, a message that was deleted or edited.
fn mark(plain: &str, draft: &mut Draft) {
    let said = plain.trim().trim_matches(['<', '>']).to_lowercase();
    const OMITTED: [&str; 12] = [
        "media omitted",
        "image omitted",
        "video omitted",
        "audio omitted",
        "sticker omitted",
        "document omitted",
        "gif omitted",
        "contact card omitted",
        "video note omitted",
        "medien ausgeschlossen",
        "multimedia omitido",
        "m\u{e9}dias omis",
    ];
    if OMITTED.iter().any(|word| said == *word || said.ends_with(&format!(" {word}"))) {
        draft.fact("file", "left out by the export");
        draft
            .problem(ProblemCode::Missing, "its file was left out of the export; ask for the chat exported with media");
    }
    if matches!(
        said.as_str(),
        "this message was deleted"
            | "you deleted this message"
            | "this message was deleted."
            | "you deleted this message."
    ) {
        draft.fact("deleted", "yes, by its author; the text is gone");
    }
    if plain.contains("<This message was edited>") {
        draft.fact("edited", "yes; the text before is not in the export");
    }
}
