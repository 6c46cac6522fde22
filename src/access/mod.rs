//! Access: who opened what that is not public, or of which nobody has determined that it is (Minn. Stat. § 13.05, subd. 5).
//!
//! *What counts as public* is what a person has determined to be: every member of the family was given out whole in answer
//! to a request from the public, and none was ever withheld. Everything else is not public or undetermined, and opening it
//! is an event. A schedule's column of data classifications decides nothing here: it speaks of a series, not of an item.
//!
//! *One event for each command*, not one for each item: it names the command, how many items it opened, and the Merkle root
//! over them; up to a bound it lists them by number too. What was searched for is not told: words of a query are content. The
//! event is written before anything is shown, so nothing is shown that is not told. Acts with an event of their own (a
//! production, an export, a look at what came from a personal device) need no second one.
//!
//! *A list of hits is noted first* (`noted`): a search neither waits for somebody who writes the catalog nor for the disk.
//! The notes become events with the next act here, the nightly work, and before the ledger is looked at.

mod noted;

pub use noted::{note, settle};

use crate::base::id::{EventId, FamilyId};
use crate::catalog::{CatalogError, Reading};
use crate::ledger::{MerkleBuilder, leaf_hash};
use crate::model::event::{Act, Event};
use crate::repository::{Repository, RepositoryError};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// Items that one event lists by number; of more it tells the count and the root alone.
const LISTED: usize = 1_000;

/// Acts that open items.
const OPENING: [Act; 7] = [
    Act::Opened,
    Act::ScreeningViewed,
    Act::Produced,
    Act::Exported,
    Act::FilingExported,
    Act::TransferOffered,
    Act::ScreeningReturned,
];

/// Records that a command opens items, and says by which event; `None` when all of them are determined to be public.
pub fn record(
    repository: &mut Repository,
    command: &str,
    families: &[FamilyId],
    actor: &str,
) -> Result<Option<EventId>, RepositoryError> {
    // What was noted before comes before it.
    settle(repository)?;
    let Some(details) = details(&repository.catalog().reading(), command, families)? else { return Ok(None) };
    let at = repository.now();
    repository.catalog_mut().write::<_, RepositoryError>(|writing| {
        Ok(Some(writing.record_event(at, actor, Act::Opened, "items", &details)?.id))
    })
}

/// What an event tells of the items that are not determined to be public; `None` when all of them are.
fn details(reading: &Reading<'_>, command: &str, families: &[FamilyId]) -> Result<Option<Value>, CatalogError> {
    let mut opened: BTreeSet<FamilyId> = BTreeSet::new();
    for family in families {
        if !reading.is_determined_public(*family)? {
            opened.insert(*family);
        }
    }
    if opened.is_empty() {
        return Ok(None);
    }
    let mut tree = MerkleBuilder::default();
    for family in &opened {
        // A row that is lost meanwhile does not keep the others from being told.
        let name = match reading.family(*family) {
            Ok(row) => row.name.to_string(),
            Err(CatalogError::Missing(_)) => "not in the catalog".to_owned(),
            Err(error) => return Err(error),
        };
        tree.push(leaf_hash(format!("{family} {name} opened").as_bytes()));
    }
    let listed = (opened.len() <= LISTED).then_some(&opened);
    Ok(Some(serde_json::json!({
        "command": command, "items": opened.len(), "merkle_root": tree.root(), "families": listed,
    })))
}

/// One time that items were opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Access {
    /// The event.
    pub event: EventId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// By which command or act.
    pub how: String,
    /// How many items, where the event tells that.
    pub items: Option<u64>,
    /// Whether the event lists the items by number.
    pub listed: bool,
}

/// Every time that items were opened, oldest first; of one family those whose events name it, and those that list nothing.
pub fn accesses(reading: &Reading<'_>, of: Option<FamilyId>) -> Result<Vec<Access>, CatalogError> {
    let mut all = Vec::new();
    reading.each_event::<CatalogError>(EventId::new(0), |event| {
        if OPENING.contains(&event.act) {
            all.extend(access(event, of));
        }
        Ok(())
    })?;
    Ok(all)
}

fn access(event: Event, of: Option<FamilyId>) -> Option<Access> {
    let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
    let families = details["families"].as_array();
    let named = event.subject.parse::<FamilyId>().ok().filter(|id| id.to_string() == event.subject);
    let names = |wanted: FamilyId| {
        let wanted = wanted.to_string();
        families.is_none_or(|all| all.iter().any(|one| *one == wanted.as_str()))
    };
    let concerns = of.is_none_or(|wanted| match named {
        Some(family) => family == wanted,
        None => names(wanted),
    });
    let how = details["command"].as_str().map_or_else(|| format!("{} {}", event.act, event.subject), str::to_owned);
    let items = ["items", "documents"].iter().find_map(|name| details[*name].as_u64());
    let listed = families.is_some() || named.is_some();
    // What was noted first tells when that was.
    let noted = details["noted_at"].as_str().and_then(|at| DateTime::parse_from_rfc3339(at).ok());
    let at = noted.map_or(event.at, |at| at.to_utc());
    concerns.then_some(Access { event: event.id, at, by: event.actor, how, items, listed })
}
