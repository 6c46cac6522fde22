//! What is the same, nearly the same, or quoted whole in another, among what was found or collected.

use super::conversation::written;
use super::near::{Shingles, groups_of, near_pairs, quoted_in};
use super::{GroupingError, STEP, custodians, rows};
use crate::base::digest::Blake3Digest;
use crate::base::id::{FamilyId, RecordId};
use crate::model::item::ParsedItem;
use crate::model::record::Role;
use crate::people::key_of as party_key;
use crate::report::{Cell, Column, Table};
use crate::repository::{Repository, read_item};
use crate::text::tokens;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Families that are compared in one go.
pub const ALIKE_FAMILIES: usize = 50_000;

/// Why items stand in one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// They say exactly the same: sender, recipients, minute, subject, words and attachments.
    Same,
    /// Their texts share most of their words in a row.
    Nearly,
    /// The first has the texts of all others in it.
    Quoted,
}

/// An item of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// The item.
    pub id: Option<RecordId>,
    /// Its family.
    pub family: FamilyId,
    /// When it was sent, else received: RFC 3339 in UTC.
    pub at: Option<String>,
    /// Who sent it, as written.
    pub from: String,
    /// Its subject.
    pub subject: String,
    /// Everybody who has a copy.
    pub custodians: Vec<String>,
    /// How much of its text it shares with the first of the group, in percent; for what is quoted: how much of it.
    pub percent: u32,
}

/// Items that belong together, the first of them the one to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlikeGroup {
    /// Why.
    pub sort: Sort,
    /// Everybody who has a copy of one of them.
    pub custodians: Vec<String>,
    /// The items.
    pub members: Vec<Member>,
}

/// Groups among some items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Alike {
    /// Families compared.
    pub families: u64,
    /// The groups: the same, then nearly the same, then quoted.
    pub groups: Vec<AlikeGroup>,
    /// Families that could not be read.
    pub unreadable: u64,
    /// Families whose text is too short to be nearly like another.
    pub too_short: u64,
}

/// What an item says, in one digest: two with the same digest differ in nothing a reader sees.
pub(super) fn content_digest(item: &ParsedItem) -> Blake3Digest {
    let mut text = format!("{}\n", item.kind.word());
    let moment = item.sent_at.as_ref().or(item.received_at.as_ref());
    // Stores keep seconds differently; nobody reads them.
    text.push_str(&moment.map_or(String::new(), |time| (time.at.timestamp() / 60).to_string()));
    let parties: BTreeSet<String> = item
        .parties
        .iter()
        .filter_map(|party| party_key(party).map(|(key, _)| format!("\n{:?} {key}", party.role)))
        .collect();
    parties.iter().for_each(|party| text.push_str(party));
    for part in [&item.subject, &item.body] {
        text.push('\n');
        tokens(part, &mut |token| {
            text.push_str(&token.word);
            text.push(' ');
        });
    }
    for attachment in &item.attachments {
        let digest = attachment.sha256.map_or_else(|| format!("{}?", attachment.bytes), |digest| digest.to_string());
        text.push_str(&format!("\n{} {digest}", attachment.name));
    }
    if let Some(duration) = item.duration {
        text.push_str(&format!("\n{} seconds", duration.seconds));
    }
    Blake3Digest::of(text.as_bytes())
}

/// One item as it is compared.
struct Compared {
    member: Member,
    digest: Blake3Digest,
    shingles: Shingles,
}

/// Finds what is alike among some families.
pub fn alike(repository: &Repository, among: &[FamilyId]) -> Result<Alike, GroupingError> {
    if among.len() > ALIKE_FAMILIES {
        let message = format!("{} families are more than the {ALIKE_FAMILIES} that are compared at once", among.len());
        return Err(GroupingError::Refused(message));
    }
    let mut found = Alike::default();
    let mut all: Vec<Compared> = Vec::new();
    let (keys, vault) = (repository.key_reader(), repository.vault());
    for step in rows(repository, Some(among))?.chunks(STEP) {
        let read: Vec<Option<(Compared, FamilyId)>> = step
            .par_iter()
            .map(|row| {
                let item = read_item(&keys, vault, row).ok()?.item;
                let moment = item.sent_at.as_ref().or(item.received_at.as_ref());
                let member = Member {
                    id: None,
                    family: row.id,
                    at: moment.map(|time| time.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
                    from: item.parties.iter().find(|one| one.role == Role::From).map(written).unwrap_or_default(),
                    subject: item.subject.clone(),
                    custodians: Vec::new(),
                    percent: 100,
                };
                let (digest, shingles) = (content_digest(&item), Shingles::of(&item.body));
                Some((Compared { member, digest, shingles }, row.id))
            })
            .collect();
        for one in read {
            let Some((mut one, family)) = one else {
                found.unreadable += 1;
                continue;
            };
            one.member.custodians = custodians(repository, family)?;
            one.member.id = repository.catalog().reading().records(family)?.first().map(|record| record.id);
            found.families += 1;
            found.too_short += u64::from(!one.shingles.is_enough());
            all.push(one);
        }
    }
    // The earliest first, so that it is the one to read.
    all.sort_by(|one, two| (&one.member.at, one.member.family).cmp(&(&two.member.at, two.member.family)));
    found.groups = groups(&all);
    Ok(found)
}

fn groups(all: &[Compared]) -> Vec<AlikeGroup> {
    let mut groups = Vec::new();
    let mut same: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, one) in all.iter().enumerate() {
        same.entry(one.digest.to_string()).or_default().push(at);
    }
    let mut same: Vec<Vec<usize>> = same.into_values().collect();
    same.sort();
    // Of what is the same, one is compared further.
    let firsts: Vec<usize> = same.iter().map(|group| group[0]).collect();
    groups.extend(same.iter().filter(|group| group.len() > 1).map(|group| group_of(all, Sort::Same, group, &|_| 100)));
    let texts: Vec<Shingles> = firsts.iter().map(|at| all[*at].shingles.clone()).collect();
    let pairs: Vec<(usize, usize)> = near_pairs(&texts).iter().map(|pair| (pair.one, pair.other)).collect();
    for group in groups_of(&pairs) {
        let members: Vec<usize> = group.iter().map(|at| firsts[*at]).collect();
        let first = &all[members[0]].shingles;
        groups.push(group_of(all, Sort::Nearly, &members, &|at| first.alike(&all[at].shingles)));
    }
    let mut quotes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, quoted) in quoted_in(&texts).into_iter().enumerate() {
        if let Some((other, _)) = quoted {
            quotes.entry(firsts[other]).or_default().push(firsts[at]);
        }
    }
    for (holder, quoted) in quotes {
        let members: Vec<usize> = std::iter::once(holder).chain(quoted).collect();
        let within = |at: usize| if at == holder { 100 } else { all[at].shingles.within(&all[holder].shingles) };
        groups.push(group_of(all, Sort::Quoted, &members, &within));
    }
    groups
}

fn group_of(all: &[Compared], sort: Sort, members: &[usize], percent: &dyn Fn(usize) -> u32) -> AlikeGroup {
    let member = |at: &usize| Member { percent: percent(*at), ..all[*at].member.clone() };
    let members: Vec<Member> = members.iter().map(member).collect();
    let custodians: BTreeSet<String> = members.iter().flat_map(|one| one.custodians.clone()).collect();
    AlikeGroup { sort, custodians: custodians.into_iter().collect(), members }
}

impl Sort {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Nearly => "nearly the same",
            Self::Quoted => "quoted in the first",
        }
    }
}

impl Alike {
    /// The groups as a table, for CSV: one row for each item.
    pub fn table(&self) -> Table {
        let heads = ["group", "why", "item", "family", "utc", "from", "subject", "custodians", "all custodians"];
        let columns = heads.into_iter().map(Column::words).chain([Column::numbers("percent")]);
        let mut table = Table::new("Alike", columns);
        for (number, group) in self.groups.iter().enumerate() {
            for member in &group.members {
                let cells = [
                    (number + 1).to_string(),
                    group.sort.word().to_owned(),
                    member.id.map_or(String::new(), |id| id.to_string()),
                    member.family.to_string(),
                    member.at.clone().unwrap_or_default(),
                    member.from.clone(),
                    member.subject.clone(),
                    member.custodians.join("; "),
                    group.custodians.join("; "),
                    member.percent.to_string(),
                ];
                table.push(cells.into_iter().map(Cell::new));
            }
        }
        table
    }
}
