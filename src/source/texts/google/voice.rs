//! Google Voice (Takeout): `Voice/Calls/<name> - <Text|Placed|Received|Missed|Voicemail> - <time>.html`, their
//! pictures and recordings beside, `Phones.vcf`.
//!
//! Each message of a conversation is an item of its own, and so is each call: a text is kept and destroyed by its own
//! date. The original of a message is its block and the frame of the page around all blocks, byte for byte.

use super::chat::GoogleChat;
use super::page::{self, Kind, Person};
use crate::base::limits;
use crate::model::exception::ProblemCode;
use crate::model::item::Stopped;
use crate::model::provenance::ContainerFormat;
use crate::model::record::{CallDuration, Direction, DurationBasis, RecordKind, Role};
use crate::source::container::tree::{Accounted, Tree};
use crate::source::container::{Content, Reading};
use crate::source::formats::{ExportFormat, Look, Loose};
use crate::source::texts::beside::{self, Beside};
use crate::source::texts::capsule;
use crate::source::texts::draft::{self, Attached, Draft, Equals};
use crate::source::{ReadStop, number};

/// Folders that hold the pages, from where the clerk may have begun.
const FOLDERS: [&str; 4] = ["Takeout/Voice/Calls/", "Voice/Calls/", "Calls/", ""];
/// Pages of a folder that are looked into before it is called one of these.
const PAGES_LOOKED_AT: usize = 8;

/// Exports of Google Voice.
pub struct GoogleVoice;

impl ExportFormat for GoogleVoice {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        let fits = look.media_type.starts_with("text/")
            && look.content.length().is_ok_and(|size| size <= limits::ITEM_IN_MEMORY_BYTES);
        (fits && page::kind(look.head).is_some()).then_some(ContainerFormat::GoogleVoice)
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
        let top = tree.top().ok()?;
        let may_be = |name: &str| name == "Takeout/" || name == "Voice/" || name == "Calls/" || is_page_name(name);
        if !top.iter().any(|name| may_be(name)) {
            return None;
        }
        let pages = pages(tree, PAGES_LOOKED_AT);
        let is =
            |name: &String| tree.open(name).and_then(|one| one.head()).is_ok_and(|head| page::kind(&head).is_some());
        pages.iter().any(is).then_some(ContainerFormat::GoogleVoice)
    }

    fn read_tree(
        &self,
        format: ContainerFormat,
        tree: &mut dyn Tree,
        reading: &mut Reading<'_>,
    ) -> Result<Accounted, ReadStop> {
        let mut accounted = Accounted::new();
        let pages = pages(tree, usize::MAX);
        // The names are listed once for all pages.
        let mut files = Beside::of(tree);
        for name in pages {
            let Ok(content) = files.open(&name) else { continue };
            if content.length()? > limits::ITEM_IN_MEMORY_BYTES || page::kind(&content.head()?).is_none() {
                continue;
            }
            let bytes = content.to_bytes()?;
            reading.nested(name.clone(), format, |reading| Ok(read(&name, &bytes, &mut files, reading)?))?;
            accounted.insert(name);
        }
        accounted.append(&mut files.used);
        // An account's export holds the chats as well.
        accounted.append(&mut GoogleChat.read_tree(ContainerFormat::GoogleChat, tree, reading)?);
        Ok(accounted)
    }

    fn lies_loose(&self, _format: ContainerFormat, _tree: &mut dyn Tree) -> Option<Loose> {
        Some(Loose::Each)
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        (format == ContainerFormat::GoogleVoice).then(|| capsule::part_bytes(original, part)).flatten()
    }
}

fn is_page_name(name: &str) -> bool {
    name.ends_with(".html") && name.contains(" - ")
}

fn pages(tree: &mut dyn Tree, most: usize) -> Vec<String> {
    let files = tree.files().unwrap_or_default();
    for folder in FOLDERS {
        let inside = |path: &&String| {
            path.strip_prefix(folder).is_some_and(|name| !name.contains('/') && name.ends_with(".html"))
        };
        let found: Vec<String> = files.iter().filter(inside).take(most).cloned().collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// Reads one page.
fn read(name: &str, bytes: &[u8], files: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        let sentence = "the page is no UTF-8; it is damaged";
        return reading.exception(name.to_owned(), ProblemCode::Undecodable, sentence, bytes.to_vec());
    };
    match page::kind(bytes) {
        Some(Kind::Call) => call(name, text, files, reading),
        _ => conversation(name, text, files, reading),
    }
}

fn conversation(name: &str, text: &str, files: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let stretches = page::messages(text);
    let (Some(first), Some(last)) = (stretches.first(), stretches.last()) else {
        let sentence = "the page of a conversation holds no message";
        return reading.exception(name.to_owned(), ProblemCode::Malformed, sentence, text.as_bytes().to_vec());
    };
    let (above, below) = (&text[..first.start], &text[last.end..]);
    let listed = page::people(page::between(above, "<div class=\"participants\">", "</div>").unwrap_or_default());
    let mut others: Vec<Person> = listed.clone();
    for person in stretches.iter().flat_map(|one| page::people(&text[one.clone()])).filter(|one| !one.is_owner) {
        if !others.iter().any(|one| one.number == person.number) {
            others.push(person);
        }
    }
    let thread = Thread {
        others,
        is_group: !listed.is_empty(),
        file_says: file_says(name),
        begins: page::title(&text[first.clone()], "dt").unwrap_or_default(),
        above,
        below,
    };
    let mut equals = Equals::default();
    for stretch in &stretches {
        let mut draft = thread.draft(&text[stretch.clone()], files);
        equals.count(&mut draft.identity);
        draft.finish(format!("message at byte {}", stretch.start), reading)?;
    }
    Ok(())
}

/// With whom the file is, by its name: `<name or number> - <Text> - <time>.html`.
fn file_says(name: &str) -> &str {
    let short = name.rsplit('/').next().unwrap_or(name);
    short.split(" - ").next().filter(|first| first.len() < short.len()).unwrap_or_default()
}

/// What is told of a whole conversation.
struct Thread<'a> {
    others: Vec<Person>,
    is_group: bool,
    file_says: &'a str,
    begins: &'a str,
    above: &'a str,
    below: &'a str,
}

impl Thread<'_> {
    /// Identity (`google-voice-text/1`): moment of the first message of the page, moment, number of the sender, text,
    /// names of its files, and how many equal ones came before.
    fn draft(&self, block: &str, files: &mut Beside<'_>) -> Draft {
        let mut draft = Draft::new(RecordKind::Text, "google-voice", "google-voice-text/1");
        draft.capsule.put("page above", self.above.as_bytes()).put("message", block.as_bytes());
        draft.capsule.put("page below", self.below.as_bytes());
        let written = page::title(block, "dt").unwrap_or_default();
        draft.sent(written, draft::with_offset(written));
        let sender = page::people(block).into_iter().next().unwrap_or_default();
        draft.parsed.direction = match (sender.is_owner, sender.number.is_empty() && sender.name.is_empty()) {
            (true, _) => Direction::Out,
            (false, false) => Direction::In,
            (false, true) => Direction::Unknown,
        };
        draft.parsed.parties.push(number::party(Role::From, &sender.name, &sender.number, None));
        for other in self.others.iter().filter(|one| one.number != sender.number) {
            let role = if sender.is_owner { Role::To } else { Role::Member };
            draft.parsed.parties.push(number::party(role, &other.name, &other.number, None));
        }
        if self.others.is_empty() && sender.is_owner {
            self.only_the_owner(&mut draft);
        }
        draft.fact("conversation", if self.is_group { "group" } else { self.file_says });
        draft.fact("labels", &page::shown_labels(self.below).join(", "));
        draft.copy.deleted = is_deleted(self.below);
        let body = page::between(block, "<q>", "</q>").map(page::plain).unwrap_or_default();
        let named = page::files(block);
        draft.identity.field("page begins", self.begins.as_bytes()).field("moment", written.as_bytes());
        draft.identity.field("sender", sender.number.as_bytes()).field("text", body.as_bytes());
        for name in &named {
            draft.identity.field("file", name.as_bytes());
        }
        attach(&named, files, &mut draft);
        draft.body(body);
        draft
    }

    /// A page where only the owner wrote does not hold the other number; the name of the file may.
    fn only_the_owner(&self, draft: &mut Draft) {
        if self.file_says.is_empty() || self.file_says == "Group Conversation" {
            draft.fact("other side", "not in the export");
            draft.problem(
                ProblemCode::Missing,
                "only the owner wrote in this conversation, and the page does not tell to whom",
            );
            return;
        }
        let is_number = number::normal(self.file_says).is_ok() || self.file_says.starts_with('+');
        let (name, address) = if is_number { ("", self.file_says) } else { (self.file_says, "") };
        draft.parsed.parties.push(number::party(Role::To, name, address, None));
        draft.fact("other side", "told by the name of the file only");
    }
}

fn is_deleted(page: &str) -> Option<bool> {
    let said = page::plain(page::between(page, "<div class=\"deletedStatusContainer\">", "</div>")?);
    match said.split_whitespace().last()? {
        "True" => Some(true),
        "False" => Some(false),
        _ => None,
    }
}

/// Pictures are named without the end of their name, and some characters are written otherwise on the disk.
fn attach(named: &[String], files: &mut Beside<'_>, draft: &mut Draft) {
    let on_disk = |name: &str| name.to_lowercase().replace(['?', ':', '*', '"', '<', '>', '|'], "_");
    for name in named {
        let wanted = on_disk(name);
        let attached = match files.named(name) {
            Attached::Missing => files.only(&|file| {
                let file = on_disk(file);
                file == wanted || file.rsplit_once('.').is_some_and(|(stem, _)| stem == wanted)
            }),
            found => found,
        };
        draft.attach(name, "", attached);
    }
}

/// A call, voicemail or recording. Identity (`google-voice-call/1`): moment, number, kind, duration.
fn call(name: &str, text: &str, files: &mut Beside<'_>, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let labels = page::labels(text);
    let (direction, outcome) = outcome(&labels);
    let kind = if outcome == "voicemail" { RecordKind::Voicemail } else { RecordKind::Call };
    let mut draft = Draft::new(kind, "google-voice", "google-voice-call/1");
    draft.capsule.put("page", text.as_bytes());
    let written = page::title(text, "published").unwrap_or_default();
    draft.sent(written, draft::with_offset(written));
    draft.parsed.direction = direction;
    draft.fact("outcome", outcome);
    draft.fact("labels", &page::shown_labels(text).join(", "));
    let other = page::people(text).into_iter().next().unwrap_or_default();
    if other == Person::default() {
        draft.fact("caller's number", "withheld");
    } else {
        let role = match direction {
            Direction::Out => Role::To,
            Direction::Unknown => Role::Member,
            _ => Role::From,
        };
        draft.parsed.parties.push(number::party(role, &other.name, &other.number, None));
    }
    let duration = page::title(text, "duration").unwrap_or_default();
    draft.parsed.duration =
        page::seconds(duration).map(|seconds| CallDuration { seconds, basis: DurationBasis::Exact });
    if !duration.is_empty() && draft.parsed.duration.is_none() {
        draft.problem(ProblemCode::Malformed, format!("the duration cannot be read: {duration}"));
    }
    draft.parsed.subject =
        page::between(text, "<title>", "</title>").map(page::plain).unwrap_or_default().replace('\n', " ");
    draft.copy.deleted = is_deleted(text);
    draft.identity.field("moment", written.as_bytes()).field("number", other.number.as_bytes());
    draft.identity.field("kind", outcome.as_bytes()).field("duration", duration.as_bytes());
    let named = page::files(text.split("<body").nth(1).unwrap_or(text));
    attach(&named, files, &mut draft);
    let transcript = page::between(text, "<span class=\"full-text\">", "</span>").map(page::plain).unwrap_or_default();
    draft.body(transcript);
    draft.finish(name.to_owned(), reading)
}

/// What became of a call, by the ends of the links of its labels.
fn outcome(labels: &[String]) -> (Direction, &'static str) {
    let has = |word: &str| labels.iter().any(|label| label == word);
    match () {
        () if has("voicemail") => (Direction::In, "voicemail"),
        () if has("missed") => (Direction::MissedIn, "missed"),
        () if has("placed") => (Direction::Out, "outgoing"),
        () if has("received") => (Direction::In, "incoming"),
        () if has("recorded") => (Direction::Unknown, "recorded"),
        () => (Direction::Unknown, "not told"),
    }
}
