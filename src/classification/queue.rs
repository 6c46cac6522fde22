//! The queue: what is not settled, grouped so that a person can settle many at once.

use super::ClassificationError;
use super::list::list_digest;
use crate::base::id::FamilyId;
use crate::catalog::{FamilyFilter, FamilyRow, FamilyState};
use crate::model::classification::{RecordStatus, StatusBasis};
use crate::model::item::ParsedItem;
use crate::model::record::{Direction, Party, RecordKind, Role};
use crate::repository::Repository;
use serde::Serialize;
use std::collections::BTreeMap;

/// Families that one queue reads from the vault, to bound its time; the rest is counted.
const QUEUE_FAMILIES: usize = 200_000;
/// Characters of a `Thread-Index` that name a conversation (22 bytes; what follows is one child each).
const THREAD_INDEX_CHARS: usize = 29;

/// By what a group is formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupedBy {
    /// One address or number.
    Correspondent,
    /// One conversation.
    Conversation,
}

/// Items that can be settled together. Its name is sealed content: for the screen alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// By what it is formed.
    pub by: GroupedBy,
    /// The address or number, or the subject of the conversation.
    pub name: String,
    /// How many families.
    pub count: u64,
    /// Which, exactly.
    pub digest: String,
    /// The families, in order of number.
    pub families: Vec<FamilyId>,
    /// How many of each proposed status.
    pub proposed: BTreeMap<String, u64>,
    /// The first and the last day one of them was sent.
    pub sent: Option<(chrono::NaiveDate, chrono::NaiveDate)>,
}

/// The queue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// Families waiting.
    pub items: u64,
    /// Of them, not looked at this time: the queue shows so many at once.
    pub not_looked_at: u64,
    /// Of them, unreadable; `verify` says why.
    pub unreadable: u64,
    /// Groups, the biggest first. A family stands under its correspondent and under its conversation.
    pub groups: Vec<Group>,
}

#[derive(Default)]
struct Gathered {
    name: String,
    families: Vec<FamilyId>,
    proposed: BTreeMap<String, u64>,
    sent: Option<(chrono::NaiveDate, chrono::NaiveDate)>,
}

/// What waits to be settled: the undetermined, or every unconfirmed proposal of a status, or all of them with `None`.
pub fn queue(repository: &Repository, status: Option<RecordStatus>) -> Result<Queue, ClassificationError> {
    let mut queue = Queue::default();
    let mut rows: Vec<FamilyRow> = Vec::new();
    let filter = FamilyFilter { status, ordinary: true, ..FamilyFilter::default() };
    repository.catalog().reading().each_family::<ClassificationError>(filter, |row| {
        if row.standing.basis == StatusBasis::Proposed && row.state == FamilyState::Live {
            queue.items += 1;
            if rows.len() < QUEUE_FAMILIES {
                rows.push(row);
            } else {
                queue.not_looked_at += 1;
            }
        }
        Ok(())
    })?;
    (queue.groups, queue.unreadable) = groups(repository, &rows);
    Ok(queue)
}

/// Families by correspondent and by conversation, the biggest group first, and how many could not be read.
pub fn groups(repository: &Repository, rows: &[FamilyRow]) -> (Vec<Group>, u64) {
    let own = &repository.profile().domains;
    let mut unreadable = 0;
    let mut groups: BTreeMap<(GroupedBy, String), Gathered> = BTreeMap::new();
    for row in rows {
        let Ok(facts) = repository.facts(row) else {
            unreadable += 1;
            continue;
        };
        let item = &facts.item;
        if let Some((key, name)) = correspondent(item, own) {
            gather(groups.entry((GroupedBy::Correspondent, key)).or_default(), row, name);
        }
        if let Some(key) = conversation(item) {
            gather(groups.entry((GroupedBy::Conversation, key)).or_default(), row, item.subject.clone());
        }
    }
    let mut groups: Vec<Group> = groups
        .into_iter()
        .filter(|((by, _), one)| *by == GroupedBy::Correspondent || one.families.len() > 1)
        .map(|((by, _), one)| Group {
            by,
            name: one.name,
            count: one.families.len() as u64,
            digest: list_digest(&one.families),
            families: one.families,
            proposed: one.proposed,
            sent: one.sent,
        })
        .collect();
    groups
        .sort_by(|one, two| two.count.cmp(&one.count).then(one.by.cmp(&two.by)).then_with(|| one.name.cmp(&two.name)));
    (groups, unreadable)
}

fn gather(group: &mut Gathered, row: &FamilyRow, name: String) {
    if group.name.is_empty() {
        group.name = name;
    }
    group.families.push(row.id);
    *group.proposed.entry(row.standing.status.to_string()).or_default() += 1;
    if let Some(day) = row.sent_on {
        group.sent = Some(group.sent.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
    }
}

/// The other side: the author if outside, else the first recipient outside, else the author. For texts and calls the
/// side that is not the custodian's.
fn correspondent(item: &ParsedItem, own: &[String]) -> Option<(String, String)> {
    let has = |party: &&Party| !party.address.is_empty() || !party.name.is_empty();
    let of = |role: Role| item.parties.iter().filter(has).find(move |party| party.role == role);
    let numbers = matches!(item.kind, RecordKind::Text | RecordKind::Call | RecordKind::Voicemail);
    let party = if numbers {
        match item.direction {
            Direction::Out => of(Role::To).or(of(Role::Member)).or(of(Role::From)),
            _ => of(Role::From).or(of(Role::Member)).or(of(Role::To)),
        }
    } else {
        let outside = |party: &&Party| {
            let address = party.normal.as_deref().unwrap_or(&party.address).to_lowercase();
            let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
            !own.iter().any(|one| {
                let one = one.to_lowercase();
                domain == one || domain.strip_suffix(one.as_str()).is_some_and(|rest| rest.ends_with('.'))
            })
        };
        of(Role::From)
            .filter(outside)
            .or_else(|| {
                item.parties.iter().filter(has).filter(outside).find(|party| matches!(party.role, Role::To | Role::Cc))
            })
            .or(of(Role::From))
            .or_else(|| item.parties.iter().find(has))
    }?;
    let key = party.normal.clone().unwrap_or_else(|| party.address.to_lowercase());
    let key = if key.is_empty() { party.name.to_lowercase() } else { key };
    let name = match (party.name.is_empty(), party.address.is_empty()) {
        (false, false) => format!("{} <{}>", party.name, party.address),
        (true, _) => party.address.clone(),
        (false, true) => party.name.clone(),
    };
    Some((key, name))
}

/// What names the conversation: the oldest message referred to, Outlook's thread index, or the message itself; for
/// texts everybody who takes part.
fn conversation(item: &ParsedItem) -> Option<String> {
    match item.kind {
        RecordKind::Email => {
            let index = || {
                let index = item.headers.get("thread-index")?;
                Some(index.chars().take(THREAD_INDEX_CHARS).collect::<String>())
            };
            let own = || Some(item.message_id.clone()).filter(|id| !id.is_empty());
            item.references.first().cloned().or_else(index).or_else(own)
        }
        RecordKind::Text => {
            let mut all: Vec<String> = item
                .parties
                .iter()
                .map(|party| party.normal.clone().unwrap_or_else(|| party.address.to_lowercase()))
                .filter(|one| !one.is_empty())
                .collect();
            all.sort();
            all.dedup();
            (all.len() > 2).then(|| all.join("\n"))
        }
        _ => None,
    }
}
