//! The conversation an item belongs to, with what in it is the same, nearly the same, or quoted in a later message.
//!
//! Mail: by references, and by the subject where that is an answer's, the two share a correspondent, and no more than 60
//! days lie between them. Texts: everything between the same people.

use super::near::{Shingles, near_pairs, quoted_in};
use super::subject::base_subject;
use super::threads::{Key, Letter, conversations, key_of};
use super::{GroupingError, STEP, alike, custodians, rows};
use crate::base::id::{FamilyId, RecordId};
use crate::catalog::FamilyRow;
use crate::model::item::ParsedItem;
use crate::model::message_id::mih;
use crate::model::record::{Party, RecordKind, Role};
use crate::people::key_of as party_key;
use crate::repository::{Repository, read_item};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

/// Seconds between two letters that a subject alone may put together: 60 days.
const SUBJECT_SECONDS: i64 = 60 * 86_400;
/// Members of a conversation whose texts are compared; the others are listed all the same.
const COMPARED: usize = 2_000;

/// One item of a conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The item; `None` for a message that is referred to and not here.
    pub id: Option<RecordId>,
    /// Its family.
    pub family: Option<FamilyId>,
    /// How many answers lie between the beginning and it.
    pub depth: usize,
    /// Whether it stands here because of its subject alone.
    pub by_subject: bool,
    /// When it was sent, else received: RFC 3339 in UTC.
    pub at: Option<String>,
    /// Who sent it, as written.
    pub from: String,
    /// Its subject; for a text its beginning.
    pub subject: String,
    /// The names of its attachments.
    pub attachments: Vec<String>,
    /// Everybody who has a copy.
    pub custodians: Vec<String>,
    /// An earlier item of the conversation that says exactly the same.
    pub same_as: Option<FamilyId>,
    /// An earlier item that says nearly the same, and how nearly, in percent.
    pub nearly: Option<(FamilyId, u32)>,
    /// A longer item that quotes this one, and how much of it, in percent.
    pub quoted_in: Option<(FamilyId, u32)>,
    /// Whether nothing else of the conversation has all of its words and attachments: who reads every inclusive item
    /// has read the conversation.
    pub inclusive: bool,
    /// The EDRM Message Identification Hash.
    pub mih: Option<String>,
}

/// A conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Conversation {
    /// The subject it began with, or the people of a text conversation.
    pub of: String,
    /// Its items, an answer behind what it answers; texts by time.
    pub lines: Vec<Line>,
    /// Items of the repository that could not be read and might belong to it.
    pub unreadable: u64,
    /// Items that are set aside and were not looked at.
    pub set_aside: u64,
    /// Items whose texts were not compared with the others, because the conversation is too long.
    pub not_compared: u64,
}

/// One item as conversations see it.
struct Seen {
    row: FamilyRow,
    letter: Letter,
    parties: Vec<Key>,
}

/// The conversation of an item. Costs a reading of all sealed facts of its kind.
pub fn conversation(repository: &Repository, of: FamilyId) -> Result<Conversation, GroupingError> {
    let kind = repository.catalog().reading().family(of)?.kind;
    if !matches!(kind, RecordKind::Email | RecordKind::Text) {
        return Err(GroupingError::Refused(format!("a {} is no part of a conversation", kind.word())));
    }
    let mut all = Conversation {
        set_aside: repository.catalog().reading().families_set_aside()?.len() as u64,
        ..Conversation::default()
    };
    let seen = look(repository, kind, &mut all)?;
    let Some(place) = seen.iter().position(|one| one.row.id == of) else {
        return Err(GroupingError::Refused(format!("{of} cannot be read, or is set aside")));
    };
    let places: Vec<(Option<usize>, usize, bool)> = match kind {
        RecordKind::Text => {
            let mut own: Vec<usize> = (0..seen.len()).filter(|at| seen[*at].parties == seen[place].parties).collect();
            own.sort_by_key(|at| (seen[*at].letter.sent_at, seen[*at].row.id));
            own.into_iter().map(|at| (Some(at), 0, false)).collect()
        }
        _ => places_of(&seen, place),
    };
    tell(repository, &seen, &places, &mut all)?;
    if kind == RecordKind::Text {
        let people: BTreeSet<String> =
            all.lines.iter().map(|line| line.from.clone()).filter(|one| !one.is_empty()).collect();
        all.of = people.into_iter().collect::<Vec<_>>().join(", ");
    }
    Ok(all)
}

/// The facts of every ordinary item of a kind, as conversations see them.
fn look(repository: &Repository, kind: RecordKind, all: &mut Conversation) -> Result<Vec<Seen>, GroupingError> {
    let rows: Vec<FamilyRow> = rows(repository, None)?.into_iter().filter(|row| row.kind == kind).collect();
    let mut seen = Vec::with_capacity(rows.len());
    let (keys, vault) = (repository.key_reader(), repository.vault());
    for step in rows.chunks(STEP) {
        let read: Vec<Option<(Letter, Vec<Key>)>> =
            step.par_iter().map(|row| read_item(&keys, vault, row).ok().map(|facts| letter_of(&facts.item))).collect();
        for (row, one) in step.iter().zip(read) {
            match one {
                Some((letter, parties)) => seen.push(Seen { row: row.clone(), letter, parties }),
                None => all.unreadable += 1,
            }
        }
    }
    Ok(seen)
}

fn letter_of(item: &ParsedItem) -> (Letter, Vec<Key>) {
    let base = base_subject(&item.subject);
    let moment = item.sent_at.as_ref().or(item.received_at.as_ref());
    let letter = Letter {
        id: (!item.message_id.is_empty()).then(|| key_of(&item.message_id)),
        references: item.references.iter().map(|id| key_of(id)).collect(),
        sent_at: moment.map(|time| time.at.timestamp()),
        subject: (!base.text.is_empty()).then(|| key_of(&base.text)),
        is_answer: base.is_answer,
    };
    let mut parties: Vec<Key> = item.parties.iter().filter_map(party_key).map(|(key, _)| key_of(&key)).collect();
    parties.sort_unstable();
    parties.dedup();
    (letter, parties)
}

/// The places of one item's conversation: the item, its depth, and whether the subject alone put it there.
fn places_of(seen: &[Seen], of: usize) -> Vec<(Option<usize>, usize, bool)> {
    // A message that is here twice, as two stores kept it, has one Message-ID and one place in its conversation.
    let mut first_of: HashMap<Key, usize> = HashMap::new();
    let mut once: Vec<usize> = Vec::new();
    let mut again: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, one) in seen.iter().enumerate() {
        match one.letter.id.map(|id| *first_of.entry(id).or_insert(at)).filter(|first| *first != at) {
            Some(first) => again.entry(first).or_default().push(at),
            None => once.push(at),
        }
    }
    let of = seen[of].letter.id.and_then(|id| first_of.get(&id).copied()).unwrap_or(of);
    let letters: Vec<Letter> = once.iter().map(|at| seen[*at].letter.clone()).collect();
    let may_join = |one: usize, other: usize| {
        let (one, other) = (&seen[once[one]], &seen[once[other]]);
        let near = match (one.letter.sent_at, other.letter.sent_at) {
            (Some(one), Some(other)) => one.abs_diff(other) <= SUBJECT_SECONDS.unsigned_abs(),
            _ => false,
        };
        let shares = one.parties.iter().any(|party| other.parties.binary_search(party).is_ok());
        near && shares && (one.letter.is_answer || other.letter.is_answer)
    };
    let forest = conversations(&letters, &may_join);
    let here = |at: usize| forest.places[at].letter.map(|letter| once[letter]);
    let has = |root: &&usize| forest.walk(**root).iter().any(|(at, _)| here(*at) == Some(of));
    let Some(root) = forest.roots.iter().find(has) else { return vec![(Some(of), 0, false)] };
    let mut all = Vec::new();
    for (at, depth) in forest.walk(*root) {
        all.push((here(at), depth, forest.places[at].by_subject));
        let more = here(at).and_then(|at| again.get(&at)).into_iter().flatten();
        all.extend(more.map(|more| (Some(*more), depth, false)));
    }
    all
}

fn tell(
    repository: &Repository,
    seen: &[Seen],
    places: &[(Option<usize>, usize, bool)],
    all: &mut Conversation,
) -> Result<(), GroupingError> {
    let (keys, vault) = (repository.key_reader(), repository.vault());
    let mut items: Vec<ParsedItem> = Vec::new();
    let mut line_of: Vec<usize> = Vec::new();
    for (letter, depth, by_subject) in places {
        let mut line = Line { depth: *depth, by_subject: *by_subject, inclusive: letter.is_some(), ..Line::default() };
        if let Some(letter) = letter {
            let row = &seen[*letter].row;
            let item = read_item(&keys, vault, row)?.item;
            line.fill(repository, row, &item)?;
            if items.len() < COMPARED {
                line_of.push(all.lines.len());
                items.push(item);
            } else {
                all.not_compared += 1;
            }
        }
        all.lines.push(line);
    }
    all.of = all.lines.iter().find(|line| line.id.is_some()).map(|line| line.subject.clone()).unwrap_or_default();
    compare(&items, &line_of, &mut all.lines);
    Ok(())
}

/// Marks what is the same, nearly the same, and quoted.
fn compare(items: &[ParsedItem], line_of: &[usize], lines: &mut [Line]) {
    let digests: Vec<_> = items.iter().map(alike::content_digest).collect();
    for at in 0..items.len() {
        let first = (0..at).find(|before| digests[*before] == digests[at]);
        lines[line_of[at]].same_as = first.and_then(|first| lines[line_of[first]].family);
    }
    let texts: Vec<Shingles> = items.iter().map(|item| Shingles::of(&item.body)).collect();
    for pair in near_pairs(&texts) {
        let earlier = lines[line_of[pair.one]].family;
        let line = &mut lines[line_of[pair.other]];
        if line.same_as.is_none() && line.nearly.is_none() {
            line.nearly = earlier.map(|family| (family, pair.percent));
        }
    }
    for (at, found) in quoted_in(&texts).into_iter().enumerate() {
        let Some((other, percent)) = found else { continue };
        let attached = |item: &ParsedItem| -> BTreeSet<_> { item.attachments.iter().map(|one| one.sha256).collect() };
        // An attachment that could not be decoded has no digest, and is in no other message.
        let has_all = !items[at].attachments.iter().any(|one| one.sha256.is_none())
            && attached(&items[at]).is_subset(&attached(&items[other]));
        let other = lines[line_of[other]].family;
        let line = &mut lines[line_of[at]];
        line.quoted_in = other.map(|family| (family, percent));
        // Of a passage that is only nearly all there, a word may be the one that counts.
        line.inclusive = !(has_all && percent == 100);
    }
    lines.iter_mut().filter(|line| line.same_as.is_some()).for_each(|line| line.inclusive = false);
}

impl Line {
    fn fill(&mut self, repository: &Repository, row: &FamilyRow, item: &ParsedItem) -> Result<(), GroupingError> {
        let parent = repository.catalog().reading().records(row.id)?.into_iter().next();
        let moment = item.sent_at.as_ref().or(item.received_at.as_ref());
        let words = |text: &str| text.split_whitespace().take(12).collect::<Vec<_>>().join(" ");
        self.id = parent.map(|record| record.id);
        self.family = Some(row.id);
        self.at = moment.map(|time| time.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        self.from = item.parties.iter().find(|party| party.role == Role::From).map(written).unwrap_or_default();
        self.subject = if item.subject.trim().is_empty() { words(&item.body) } else { item.subject.clone() };
        self.attachments = item.attachments.iter().map(|one| one.name.clone()).collect();
        self.custodians = custodians(repository, row.id)?;
        self.mih = if item.kind == RecordKind::Email { mih(&item.message_id) } else { None };
        Ok(())
    }
}

/// A party as it was written: the name with the address behind it.
pub(super) fn written(party: &Party) -> String {
    match (party.name.is_empty(), party.address.is_empty()) {
        (true, _) => party.address.clone(),
        (false, true) => party.name.clone(),
        (false, false) => format!("{} <{}>", party.name, party.address),
    }
}
