//! The folders of a store, and which of its items they list ([MS-PST] section 2.4.4).

use super::names::Names;
use super::pages::{Node, Store};
use super::{StoreError, context, table};
use crate::source::outlook::tag;
use std::collections::{HashMap, HashSet};

/// The topmost folder.
const ROOT: u32 = 0x122;
/// What the lowest five bits of the number of a folder are.
const FOLDER: u32 = 0x02;
/// Those of an item.
pub const MESSAGE: u32 = 0x04;
/// Those of an item that belongs to a folder's settings.
pub const ASSOCIATED: u32 = 0x08;
/// Those of the table of the folders in a folder.
const HIERARCHY: u32 = 0x0D;
/// Those of the table of the items in a folder.
const CONTENTS: u32 = 0x0E;
/// Bytes of the properties of a folder.
const FOLDER_BYTES: u64 = 8 * 1024 * 1024;
/// Folders inside each other in a path.
const DEPTH: usize = 128;
/// The code page of names in stores of Outlook 97.
const CODE_PAGE: u32 = 1252;

/// A folder with the items it lists.
#[derive(Debug)]
pub struct Folder {
    /// Its number.
    pub id: u32,
    /// Its name and those of the folders around it, outermost first.
    pub path: String,
    /// How many items it says it has.
    pub declared: Option<u64>,
    /// The numbers of its items.
    pub items: Vec<u32>,
    /// What of it could not be read, one sentence each.
    pub troubles: Vec<String>,
}

/// All nodes of a store, by number.
pub struct Nodes(Vec<Node>);

impl Nodes {
    /// Nodes in order of their numbers.
    pub const fn new(sorted: Vec<Node>) -> Self {
        Self(sorted)
    }

    /// The node of a number.
    pub fn get(&self, id: u32) -> Option<Node> {
        self.0.binary_search_by_key(&id, |node| node.id).ok().map(|at| self.0[at])
    }

    /// The nodes whose lowest five bits are these.
    pub fn of_kind(&self, kind: u32) -> impl Iterator<Item = Node> + '_ {
        self.0.iter().filter(move |node| node.id & 0x1F == kind).copied()
    }
}

/// Every folder of a store: those reached from the topmost in their order, then those that no other folder lists.
///
/// # Errors
/// When the disk fails.
pub fn all(store: &mut Store<'_>, nodes: &Nodes, names: &Names) -> Result<Vec<Folder>, StoreError> {
    let mut folders = Vec::new();
    let mut seen = HashSet::new();
    let mut paths: HashMap<u32, String> = HashMap::new();
    let mut open = vec![(ROOT, None::<u32>, 0)];
    let mut rest = nodes.of_kind(FOLDER).map(|node| node.id).collect::<Vec<_>>().into_iter();
    loop {
        let Some((id, parent, depth)) = open.pop() else {
            match rest.find(|id| !seen.contains(id)) {
                Some(id) => open.push((id, nodes.get(id).map(|node| node.parent).filter(|parent| *parent != id), 0)),
                None => return Ok(folders),
            }
            continue;
        };
        if depth > DEPTH || id & 0x1F != FOLDER || !seen.insert(id) {
            continue;
        }
        let Some(node) = nodes.get(id) else { continue };
        let (name, mut folder) = folder(store, node, names)?;
        let around = parent.and_then(|parent| paths.get(&parent)).map_or("", String::as_str);
        folder.path = match (around.is_empty(), id == ROOT && name.is_empty()) {
            (_, true) => String::new(),
            (true, false) => name,
            (false, false) => format!("{around}/{name}"),
        };
        paths.insert(id, folder.path.clone());
        folder.items = listed(store, nodes, (id & !0x1F) | CONTENTS, &mut folder.troubles)?;
        let inner = listed(store, nodes, (id & !0x1F) | HIERARCHY, &mut folder.troubles)?;
        open.extend(inner.into_iter().rev().map(|inner| (inner, Some(id), depth + 1)));
        folders.push(folder);
    }
}

fn folder(store: &mut Store<'_>, node: Node, names: &Names) -> Result<(String, Folder), StoreError> {
    let mut folder =
        Folder { id: node.id, path: String::new(), declared: None, items: Vec::new(), troubles: Vec::new() };
    let read =
        store.inside(node.inside).and_then(|inside| context::read(store, node.data, &inside, names, FOLDER_BYTES, 0));
    let name = match read {
        Ok((bag, _)) => {
            folder.declared = bag.number(tag::CONTENT_COUNT).and_then(|count| u64::try_from(count).ok());
            bag.text(tag::DISPLAY_NAME, CODE_PAGE)
        }
        Err(StoreError::Io(error)) => return Err(error.into()),
        Err(error) => {
            folder.troubles.push(format!("its name is lost: {error}"));
            String::new()
        }
    };
    // A slash in a name would read as a folder inside a folder.
    let name = name.replace('/', "\u{2215}");
    Ok((if name.is_empty() && node.id != ROOT { format!("folder {:#x}", node.id) } else { name }, folder))
}

/// The rows of one of the tables of a folder; none where it has no such table.
fn listed(
    store: &mut Store<'_>,
    nodes: &Nodes,
    table: u32,
    troubles: &mut Vec<String>,
) -> Result<Vec<u32>, StoreError> {
    let Some(node) = nodes.get(table) else { return Ok(Vec::new()) };
    match table::row_ids(store, node.data) {
        Ok(ids) => Ok(ids),
        Err(StoreError::Io(error)) => Err(error.into()),
        Err(error) => {
            let what = if table & 0x1F == CONTENTS { "items" } else { "folders" };
            troubles.push(format!("its list of {what} is lost: {error}"));
            Ok(Vec::new())
        }
    }
}
