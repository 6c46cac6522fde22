//! What is in a store, told item by item; and the account of it.

use super::folders::{self, Nodes};
use super::names::Names;
use super::pages::{Node, Store};
use super::{StoreError, context, layout, message};
use crate::base::limits;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Original, ParsedItem, RawItem, Searchable, Shape};
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::source::container::{Content, Reading};
use crate::source::formats::{ExportFormat, Look};
use crate::source::outlook::{self, Message, canonical, identity};
use crate::source::{ReadOptions, ReadStop};
use std::collections::HashSet;

/// The node of the store's own properties.
const STORE_NODE: u32 = 0x21;
/// The checksum of a password, in the store's own properties ([MS-PST] section 2.4.3.3).
const PASSWORD: u16 = 0x67FF;
/// Bytes kept of an item that cannot be read.
const RAW_BYTES: u64 = 4 * 1024 * 1024;
/// Sentences about lost pages and folders that are told one by one.
const SENTENCES: usize = 50;

/// Stores of Outlook.
pub struct Stores;

impl ExportFormat for Stores {
    fn of_file(&self, look: &Look<'_>) -> Option<ContainerFormat> {
        if !layout::is_store(look.head) {
            return None;
        }
        Some(if &look.head[8..10] == b"SO" { ContainerFormat::Ost } else { ContainerFormat::Pst })
    }

    fn read_file(
        &self,
        _format: ContainerFormat,
        name: &str,
        content: &Content,
        reading: &mut Reading<'_>,
    ) -> Result<(), ReadStop> {
        match Store::open(content.open_bare()?) {
            Ok(mut store) => telling(&mut store, reading),
            Err(StoreError::Io(error)) => Err(error.into()),
            Err(error) => whole(name, content, &error, reading),
        }
    }

    fn part_bytes(&self, format: ContainerFormat, original: &[u8], part: u32) -> Option<Vec<u8>> {
        matches!(format, ContainerFormat::Pst | ContainerFormat::Ost).then(|| canonical::part(original, part))?
    }
}

/// A store that cannot be opened is kept whole, as a file that cannot be searched.
fn whole(name: &str, content: &Content, error: &StoreError, reading: &mut Reading<'_>) -> Result<(), ReadStop> {
    let length = content.length()?;
    let original = match content.lasting_file() {
        Some(file) => Original::Stretch { file: file.to_owned(), offset: 0, length },
        None if length <= limits::IN_FLIGHT_BYTES => Original::Bytes(content.to_bytes()?),
        None => {
            let sentence = format!("the mailbox file cannot be read: {error}; take it in by itself");
            return Ok(reading.exception(name.to_owned(), ProblemCode::Unsupported, sentence, content.head()?)?);
        }
    };
    let mut parsed = ParsedItem::new(crate::model::record::RecordKind::File);
    name.clone_into(&mut parsed.subject);
    parsed.searchable = Searchable::Not;
    let code =
        if matches!(error, StoreError::Unsupported(_)) { ProblemCode::Unsupported } else { ProblemCode::Malformed };
    let sentence = format!("the mailbox file cannot be read and is kept whole: {error}");
    parsed.problems.push(Problem::new(code, sentence.clone()));
    let ordinal = reading.ordinal();
    reading.item(RawItem {
        ordinal,
        place: name.to_owned(),
        original,
        identity: None,
        shape: Shape::Parsed(Box::new(parsed)),
        copy: CopyFacts::default(),
    })?;
    Ok(reading.tell(Found::Remark(Problem::new(code, sentence)))?)
}

fn telling(store: &mut Store<'_>, reading: &mut Reading<'_>) -> Result<(), ReadStop> {
    let mut troubles = Vec::new();
    if !store.header.is_intact {
        troubles.push("the header does not match its checksum".to_owned());
    }
    if store.header.file_bytes > store.length {
        troubles
            .push(format!("the file was cut off: it has {} of its {} bytes", store.length, store.header.file_bytes));
    }
    let names = match Names::read(store) {
        Ok(names) => names,
        Err(StoreError::Io(error)) => return Err(error.into()),
        Err(error) => {
            troubles.push(format!("the names of named properties are lost: {error}"));
            Names::default()
        }
    };
    note_password(store, &names, reading)?;
    let (nodes, lost_pages) = store.all_nodes();
    troubles.extend(lost_pages);
    let nodes = Nodes::new(nodes);
    let folders = stop(folders::all(store, &nodes, &names))?;
    let declared: u64 = folders.iter().filter_map(|folder| folder.declared).sum();
    reading.tell(Found::Declared(declared))?;
    let mut taking = Taking { store, names: &names, reading, reached: HashSet::new() };
    for folder in &folders {
        for sentence in &folder.troubles {
            troubles.push(format!("folder {}: {sentence}", folder.path));
        }
        for id in &folder.items {
            taking.listed(*id, &nodes, &folder.path)?;
        }
        let count = folder.items.len() as u64;
        if let Some(declared) = folder.declared.filter(|declared| *declared != count) {
            let sentence = format!("folder {}: it says it holds {declared} items and lists {count}", folder.path);
            taking.reading.tell(Found::Remark(Problem::new(ProblemCode::CountDiffers, sentence)))?;
        }
    }
    taking.orphans(&nodes, &folders)?;
    note_rest(store, &nodes, troubles, reading)
}

/// Says that a password is asked for by Outlook; it hides nothing.
fn note_password(store: &mut Store<'_>, names: &Names, reading: &mut Reading<'_>) -> Result<(), ReadStop> {
    let Some(node) = stop(store.node(STORE_NODE).or_else(lenient))? else { return Ok(()) };
    let read =
        store.inside(node.inside).and_then(|inside| context::read(store, node.data, &inside, names, RAW_BYTES, 0));
    if let Ok((bag, _)) = read
        && bag.number(PASSWORD).is_some_and(|checksum| checksum != 0)
    {
        let sentence = "the mailbox file has a password; it protects nothing that is in it, and all of it was read";
        reading.tell(Found::Remark(Problem::new(ProblemCode::Told, sentence)))?;
    }
    Ok(())
}

/// What is damaged costs what hangs on it; only a disk that fails stops.
fn lenient<T>(error: StoreError) -> Result<Option<T>, StoreError> {
    match error {
        StoreError::Io(error) => Err(error.into()),
        _ => Ok(None),
    }
}

fn stop<T>(result: Result<T, StoreError>) -> Result<T, ReadStop> {
    result.map_err(|error| match error {
        StoreError::Io(error) => ReadStop::Io(error),
        other => ReadStop::Io(std::io::Error::other(other.to_string())),
    })
}

/// Remarks on the store as a whole.
fn note_rest(
    store: &Store<'_>,
    nodes: &Nodes,
    mut troubles: Vec<String>,
    reading: &mut Reading<'_>,
) -> Result<(), ReadStop> {
    let more = troubles.len().saturating_sub(SENTENCES);
    troubles.truncate(SENTENCES);
    if more > 0 {
        troubles.push(format!("{more} more parts of the store are damaged"));
    }
    if store.bad_checksums > 0 {
        let count = store.bad_checksums;
        troubles
            .push(format!("{count} pages or blocks do not match their checksums; what they hold was taken as it is"));
    }
    for sentence in troubles {
        reading.tell(Found::Remark(Problem::new(ProblemCode::Malformed, sentence)))?;
    }
    let settings = nodes.of_kind(folders::ASSOCIATED).count();
    if settings > 0 {
        let sentence = format!(
            "{settings} hidden items hold settings of folders (views, rules, forms); they are no messages and were not \
             taken in"
        );
        reading.tell(Found::Remark(Problem::new(ProblemCode::Told, sentence)))?;
    }
    Ok(())
}

struct Taking<'t, 'f, 'r> {
    store: &'t mut Store<'f>,
    names: &'t Names,
    reading: &'t mut Reading<'r>,
    reached: HashSet<u32>,
}

impl Taking<'_, '_, '_> {
    /// Takes an item that a folder lists.
    fn listed(&mut self, id: u32, nodes: &Nodes, folder: &str) -> Result<(), ReadStop> {
        if !self.reached.insert(id) {
            let sentence = format!("item {id:#x} is listed twice, again in {folder}; it was taken once");
            return Ok(self.reading.tell(Found::Remark(Problem::new(ProblemCode::Told, sentence)))?);
        }
        let place = format!("{folder}, item {id:#x}");
        match nodes.get(id) {
            Some(node) => self.item(node, place, folder, ""),
            None => {
                let sentence = "the folder lists the item and it is not in the store any more";
                Ok(self.reading.exception(place, ProblemCode::Missing, sentence, Vec::new())?)
            }
        }
    }

    /// Takes the items that no folder lists.
    fn orphans(&mut self, nodes: &Nodes, folders: &[folders::Folder]) -> Result<(), ReadStop> {
        let mut count = 0;
        for node in nodes.of_kind(folders::MESSAGE).filter(|node| node.data != 0) {
            if self.reached.contains(&node.id) {
                continue;
            }
            count += 1;
            let folder = folders.iter().find(|folder| folder.id == node.parent);
            let path = folder.map_or("", |folder| folder.path.as_str());
            let place = format!("{path}, item {:#x} that no folder lists", node.id);
            self.item(node, place, path, "no folder lists this item")?;
        }
        if count > 0 {
            let sentence = format!("{count} items are in the store and no folder lists them; they were taken in too");
            self.reading.tell(Found::Remark(Problem::new(ProblemCode::Told, sentence)))?;
        }
        Ok(())
    }

    fn item(&mut self, node: Node, place: String, folder: &str, envelope: &str) -> Result<(), ReadStop> {
        let taken = match message::read(self.store, node.data, node.inside, self.names) {
            Ok(taken) => taken,
            Err(StoreError::Io(error)) => return Err(error.into()),
            Err(error) => {
                let raw = self.store.data(node.data, RAW_BYTES).map(|blocks| blocks.concat()).unwrap_or_default();
                let sentence = format!("the item cannot be read: {error}");
                return Ok(self.reading.exception(place, ProblemCode::Malformed, sentence, raw)?);
            }
        };
        let message = taken.message;
        let parsed = guarded(&message, self.reading.options);
        let mut copy = outlook::copy_facts(&message, folder);
        envelope.clone_into(&mut copy.envelope);
        let identity = Some(identity::identity(&message));
        let original = Original::Bytes(canonical::write(message));
        let ordinal = self.reading.ordinal();
        let shape = Shape::Parsed(Box::new(parsed));
        self.reading.item(RawItem { ordinal, place: place.clone(), original, identity, shape, copy })?;
        for (name, bytes) in taken.too_large {
            let sentence = format!(
                "attachment {name} has {bytes} bytes, more than fit; the item is kept without it, save it out of the \
                 mailbox and take it in by itself"
            );
            self.reading.exception(place.clone(), ProblemCode::TooLargeToParse, sentence, Vec::new())?;
        }
        Ok(())
    }
}

/// What an item says; a panic in a parser of other hands costs it its text, never the batch.
fn guarded(message: &Message, options: &ReadOptions) -> ParsedItem {
    let parsing = std::panic::AssertUnwindSafe(|| outlook::parse(message, options));
    std::panic::catch_unwind(parsing).unwrap_or_else(|_| {
        let mut parsed = ParsedItem::new(outlook::parse::kind_of(message));
        parsed.searchable = Searchable::Not;
        parsed.problems.push(Problem::new(ProblemCode::Malformed, "the item could not be read; it is kept whole"));
        parsed
    })
}
