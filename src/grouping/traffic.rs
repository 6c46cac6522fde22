//! Who wrote to whom how often: by domain, and by person.

use super::{GroupingError, STEP, rows};
use crate::base::clock::local_date;
use crate::base::id::FamilyId;
use crate::model::item::ParsedItem;
use crate::model::record::Role;
use crate::people::{Directory, key_of};
use crate::report::{Cell, Column, Table};
use crate::repository::{Repository, read_item};
use chrono::NaiveDate;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One domain or person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TrafficLine {
    /// The domain, or the person's name or address.
    pub name: String,
    /// The addresses and numbers that count for it; of a domain how many there are.
    pub aliases: Vec<String>,
    /// Whether it is the city's own: a domain of the profile, or a custodian.
    pub own: bool,
    /// Families it sent.
    pub sent: u64,
    /// Families it received, as a main recipient or a copy.
    pub received: u64,
    /// Families it takes part in, each once.
    pub families: u64,
    /// The first day.
    pub first: Option<NaiveDate>,
    /// The last day.
    pub last: Option<NaiveDate>,
}

/// A report of domains or of people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Traffic {
    /// The lines, those that take part in most families first.
    pub lines: Vec<TrafficLine>,
    /// Families looked at.
    pub families: u64,
    /// Families that could not be read.
    pub unreadable: u64,
    /// Families that are set aside; nothing of them is counted.
    pub set_aside: u64,
}

/// The parties of one family: each name with whether it sent and received.
struct Parties {
    day: Option<NaiveDate>,
    all: BTreeMap<String, (bool, bool, BTreeSet<String>)>,
}

/// By the domain of each address, among some families or all of them.
pub fn by_domain(repository: &Repository, among: Option<&[FamilyId]>) -> Result<Traffic, GroupingError> {
    let domains: Vec<String> = repository.profile().domains.iter().map(|one| one.to_lowercase()).collect();
    let own = |name: &str| {
        domains.iter().any(|one| name == one || name.strip_suffix(one.as_str()).is_some_and(|rest| rest.ends_with('.')))
    };
    let name_of = |key: &str| key.rsplit_once('@').map(|(_, domain)| domain.trim_end_matches('.').to_owned());
    gather(repository, among, &name_of, &own)
}

/// By person, as the directory of people knows them.
pub fn by_person(repository: &Repository, among: Option<&[FamilyId]>) -> Result<Traffic, GroupingError> {
    let directory = Directory::read(repository)?;
    let (mut names, mut own) = (BTreeMap::new(), BTreeSet::new());
    for person in &directory.people {
        let first = person.aliases.first().map_or("", |known| known.alias.as_str());
        let name = match person.name() {
            // Two people may have one name; the handle tells them apart.
            Some(name) => format!("{name} ({})", person.handle),
            None => first.to_owned(),
        };
        if person.custodian.is_some() {
            own.insert(name.clone());
        }
        person.aliases.iter().for_each(|known| {
            names.insert(known.alias.clone(), name.clone());
        });
    }
    gather(repository, among, &|key| names.get(key).cloned(), &|name| own.contains(name))
}

fn gather(
    repository: &Repository,
    among: Option<&[FamilyId]>,
    name_of: &(dyn Fn(&str) -> Option<String> + Sync),
    own: &dyn Fn(&str) -> bool,
) -> Result<Traffic, GroupingError> {
    let mut traffic =
        Traffic { set_aside: repository.catalog().reading().families_set_aside()?.len() as u64, ..Traffic::default() };
    let mut lines: BTreeMap<String, (TrafficLine, BTreeSet<String>)> = BTreeMap::new();
    let (keys, vault, zone) = (repository.key_reader(), repository.vault(), repository.zone());
    for step in rows(repository, among)?.chunks(STEP) {
        let read: Vec<Option<Parties>> = step
            .par_iter()
            .map(|row| {
                let item = read_item(&keys, vault, row).ok()?.item;
                let moment = item.sent_at.as_ref().or(item.received_at.as_ref());
                Some(parties(&item, moment.map(|time| local_date(time.at, zone)), name_of))
            })
            .collect();
        for one in read {
            let Some(one) = one else {
                traffic.unreadable += 1;
                continue;
            };
            traffic.families += 1;
            for (name, (sent, received, keys)) in one.all {
                let (line, aliases) = lines.entry(name).or_default();
                line.sent += u64::from(sent);
                line.received += u64::from(received);
                line.families += 1;
                line.first = line.first.into_iter().chain(one.day).min();
                line.last = line.last.into_iter().chain(one.day).max();
                aliases.extend(keys);
            }
        }
    }
    let line = |(name, (line, aliases)): (String, (TrafficLine, BTreeSet<String>))| TrafficLine {
        own: own(&name),
        name,
        aliases: aliases.into_iter().collect(),
        ..line
    };
    traffic.lines = lines.into_iter().map(line).collect();
    traffic.lines.sort_by(|one, two| two.families.cmp(&one.families).then_with(|| one.name.cmp(&two.name)));
    Ok(traffic)
}

fn parties(item: &ParsedItem, day: Option<NaiveDate>, name_of: &dyn Fn(&str) -> Option<String>) -> Parties {
    let mut all: BTreeMap<String, (bool, bool, BTreeSet<String>)> = BTreeMap::new();
    for party in item.parties.iter().filter(|party| party.role != Role::ReplyTo) {
        let Some((key, _)) = key_of(party) else { continue };
        let Some(name) = name_of(&key) else { continue };
        let (sent, received, keys) = all.entry(name).or_default();
        match party.role {
            Role::From | Role::Sender => *sent = true,
            _ => *received = true,
        }
        keys.insert(key);
    }
    Parties { day, all }
}

/// The report as a table, for CSV and the screen.
pub fn traffic_table(traffic: &Traffic, caption: &str) -> Table {
    let words = ["name", "own", "addresses and numbers"].into_iter().map(Column::words);
    let numbers = ["families", "sent", "received"].into_iter().map(Column::numbers);
    let mut table = Table::new(caption, words.chain(numbers).chain(["first", "last"].into_iter().map(Column::words)));
    let day = |day: Option<NaiveDate>| day.map_or(String::new(), |day| day.to_string());
    for line in &traffic.lines {
        let cells = [
            line.name.clone(),
            if line.own { "yes".to_owned() } else { String::new() },
            line.aliases.join("; "),
            line.families.to_string(),
            line.sent.to_string(),
            line.received.to_string(),
            day(line.first),
            day(line.last),
        ];
        table.push(cells.into_iter().map(Cell::new));
    }
    table
}
