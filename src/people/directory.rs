//! The directory, read from the sealed facts of every ordinary item.

use super::joining::joined;
use super::{PeopleError, refused};
use crate::base::digest::{DigestSecret, KeyedDigest};
use crate::base::id::FamilyId;
use crate::catalog::{FamilyFilter, FamilyState};
use crate::model::item::ParsedItem;
use crate::model::profile::CustodianProfile;
use crate::model::record::{Party, RecordKind};
use crate::repository::{Repository, read_item};
use crate::source::number;
use crate::text::fold;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Families read back in one step.
const STEP: u64 = 2_000;
/// Items named as the source of one fact; the others are counted.
const SOURCES: usize = 5;
/// Members of a conversation above which it is no group.
const FEWEST_MEMBERS: usize = 3;

/// What an entry is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AliasKind {
    /// An e-mail address, in lower case.
    Address,
    /// A telephone number that is valid, in its E.164 form.
    Number,
    /// A short code, a number without its area code, an identifier of an application: exactly as written.
    Other,
    /// A name alone, without any address: exactly as written.
    Name,
}

/// A name that was told for an address, and by which items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NameTold {
    /// How many items tell it.
    pub items: u64,
    /// The first of them.
    pub sources: Vec<FamilyId>,
    /// Whether a contact card tells it.
    pub by_card: bool,
}

/// One address, number or bare name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Known {
    /// The address or number in its normal form.
    pub alias: String,
    /// What it is.
    pub kind: AliasKind,
    /// Items it takes part in.
    pub items: u64,
    /// The first of them.
    pub sources: Vec<FamilyId>,
    /// The names told for it, as written.
    pub names: BTreeMap<String, NameTold>,
    /// How it was written, where that differs.
    pub written: BTreeSet<String>,
    /// Whether the agency profile names it.
    pub in_profile: bool,
    /// Other addresses and numbers that a contact card lists together with it, with the card. A hint, no fact.
    pub on_cards_with: BTreeMap<String, FamilyId>,
}

/// A group conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Circle {
    /// Everybody in it, by address or number.
    pub members: Vec<String>,
    /// Items of it.
    pub items: u64,
    /// The first of them.
    pub sources: Vec<FamilyId>,
}

/// Addresses and numbers that are one person's, as far as anybody has said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// What to call the entry on the command line. It changes when the entry is merged or split.
    pub handle: String,
    /// The custodian of the profile that it is.
    pub custodian: Option<String>,
    /// What is known of each address and number.
    pub aliases: Vec<Known>,
}

/// Everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Directory {
    /// The entries, those that take part in most items first.
    pub people: Vec<Person>,
    /// Group conversations, by size.
    pub circles: Vec<Circle>,
    /// Items that could not be read.
    pub unreadable: u64,
    /// Items that are left out because they came from personal devices and are set aside.
    pub set_aside: u64,
}

/// What a party is known by: the normal form, else what was written, else its name.
pub fn key_of(party: &Party) -> Option<(String, AliasKind)> {
    if let Some(normal) = &party.normal {
        let kind = if normal.contains('@') { AliasKind::Address } else { AliasKind::Number };
        return Some((normal.clone(), kind));
    }
    let address = party.address.trim();
    if !address.is_empty() {
        return Some((address.to_lowercase(), AliasKind::Other));
    }
    let name = party.name.trim();
    (!name.is_empty()).then(|| (name.to_owned(), AliasKind::Name))
}

/// An address or number as it was typed, in the form the directory has it.
fn key_typed(typed: &str) -> String {
    let typed = typed.trim();
    if typed.contains('@') {
        return typed.to_lowercase();
    }
    number::normal(typed).unwrap_or_else(|_| typed.to_lowercase())
}

/// The keyed digest under which something is said of an address: it tells the address to nobody without the key set.
pub(super) fn digest_of(secret: &DigestSecret, key: &str, kind: AliasKind) -> KeyedDigest {
    let kind = if kind == AliasKind::Name { "name" } else { "alias" };
    secret.name(format!("person\0{kind}\0{key}").as_bytes())
}

/// One party of one item.
struct Sighting {
    key: (String, AliasKind),
    name: String,
    written: String,
}

/// One item as the directory looks at it.
struct Seen {
    family: FamilyId,
    is_card: bool,
    sightings: Vec<Sighting>,
    members: Vec<String>,
}

#[derive(Default)]
struct Gathering {
    known: BTreeMap<(String, AliasKind), Known>,
    circles: BTreeMap<Vec<String>, Circle>,
}

impl Directory {
    /// Reads every ordinary item. Costs a reading of all sealed facts.
    pub fn read(repository: &Repository) -> Result<Self, PeopleError> {
        let reading = repository.catalog().reading();
        let (keys, vault) = (repository.key_reader(), repository.vault());
        let mut gathering = Gathering::default();
        let mut directory = Self { set_aside: reading.families_set_aside()?.len() as u64, ..Self::default() };
        for rows in reading.families_in_steps(FamilyFilter { ordinary: true, ..FamilyFilter::default() }, STEP) {
            let mut rows = rows?;
            rows.retain(|row| row.state == FamilyState::Live);
            let seen: Vec<Option<Seen>> = rows
                .par_iter()
                .map(|row| read_item(&keys, vault, row).ok().map(|facts| Seen::of(row.id, &facts.item)))
                .collect();
            for one in seen {
                match one {
                    Some(one) => gathering.take(one),
                    None => directory.unreadable += 1,
                }
            }
        }
        let profiles = &repository.profile().custodians;
        gathering.add_profile(profiles);
        let secret = repository.keys().digest_secret();
        directory.people = joined(gathering.known, profiles, &reading.person_links()?, secret);
        directory.circles = gathering.circles.into_values().collect();
        directory.circles.sort_by_key(|circle| std::cmp::Reverse(circle.items));
        Ok(directory)
    }

    /// The entries that a word names: a handle, an address or number, or a part of a name.
    pub fn find(&self, wanted: &str) -> Vec<&Person> {
        let key = key_typed(wanted);
        let by = |fits: &dyn Fn(&Person) -> bool| self.people.iter().filter(|one| fits(one)).collect::<Vec<_>>();
        let exact = by(&|one| one.handle == wanted.trim().to_lowercase() || one.has(&key));
        if !exact.is_empty() {
            return exact;
        }
        let folded = fold(wanted.trim());
        if folded.is_empty() {
            return Vec::new();
        }
        by(&|one| {
            let names = one.aliases.iter().flat_map(|known| known.names.keys().chain([&known.alias]));
            names.chain(&one.custodian).any(|name| fold(name).contains(&folded))
        })
    }

    /// The one entry that a word names.
    pub fn only(&self, wanted: &str) -> Result<&Person, PeopleError> {
        match self.find(wanted).as_slice() {
            [] => Err(refused(format!("nobody here is known as {wanted:?}"), "List them with: recordroom people list")),
            [one] => Ok(one),
            several => {
                let message = format!("{} entries answer to {wanted:?}", several.len());
                Err(refused(message, "Name one by its address, its number or its handle: recordroom people list"))
            }
        }
    }
}

impl Person {
    /// Whether an address or number is one of the person's.
    pub fn has(&self, key: &str) -> bool {
        self.aliases.iter().any(|known| known.alias == key && known.kind != AliasKind::Name)
    }

    /// The name that is told most often, the custodian's before all.
    pub fn name(&self) -> Option<&str> {
        let told = self.aliases.iter().flat_map(|known| &known.names);
        let most = told.max_by_key(|(name, told)| (told.items, std::cmp::Reverse((*name).clone())));
        self.custodian.as_deref().or(most.map(|(name, _)| name.as_str()))
    }

    /// Items the person takes part in, by address and number; an item with two of them counts twice.
    pub fn items(&self) -> u64 {
        self.aliases.iter().map(|known| known.items).sum()
    }
}

impl Seen {
    fn of(family: FamilyId, item: &ParsedItem) -> Self {
        let mut sightings = Vec::new();
        let mut members = BTreeSet::new();
        for party in &item.parties {
            let Some(key) = key_of(party) else { continue };
            let name = if key.1 == AliasKind::Name { String::new() } else { party.name.trim().to_owned() };
            members.insert(key.0.clone());
            sightings.push(Sighting { key, name, written: party.address.trim().to_owned() });
        }
        let is_group = item.kind == RecordKind::Text && members.len() >= FEWEST_MEMBERS;
        let members = if is_group { members.into_iter().collect() } else { Vec::new() };
        Self { family, is_card: item.kind == RecordKind::Contact, sightings, members }
    }
}

/// Notes an item as a source, once.
fn note(items: &mut u64, sources: &mut Vec<FamilyId>, family: FamilyId) {
    *items += 1;
    if sources.len() < SOURCES {
        sources.push(family);
    }
}

impl Gathering {
    fn take(&mut self, seen: Seen) {
        let mut counted = BTreeSet::new();
        let mut named = BTreeSet::new();
        for one in &seen.sightings {
            let known = self.known(&one.key);
            if counted.insert(&one.key) {
                note(&mut known.items, &mut known.sources, seen.family);
            }
            if !one.written.is_empty() && one.written != known.alias {
                known.written.insert(one.written.clone());
            }
            // An address that stands in the place of its name tells no name.
            let is_name = !one.name.is_empty() && one.name.to_lowercase() != known.alias && one.name != one.written;
            if is_name && named.insert((&one.key, &one.name)) {
                let told = known.names.entry(one.name.clone()).or_default();
                note(&mut told.items, &mut told.sources, seen.family);
                told.by_card |= seen.is_card;
            }
            if seen.is_card {
                for other in seen.sightings.iter().filter(|other| other.key != one.key) {
                    self.known(&one.key).on_cards_with.entry(other.key.0.clone()).or_insert(seen.family);
                }
            }
        }
        if !seen.members.is_empty() {
            let empty = || Circle { members: seen.members.clone(), items: 0, sources: Vec::new() };
            let circle = self.circles.entry(seen.members.clone()).or_insert_with(empty);
            note(&mut circle.items, &mut circle.sources, seen.family);
        }
    }

    fn known(&mut self, key: &(String, AliasKind)) -> &mut Known {
        self.known.entry(key.clone()).or_insert_with(|| Known {
            alias: key.0.clone(),
            kind: key.1,
            items: 0,
            sources: Vec::new(),
            names: BTreeMap::new(),
            written: BTreeSet::new(),
            in_profile: false,
            on_cards_with: BTreeMap::new(),
        })
    }

    fn add_profile(&mut self, profiles: &[CustodianProfile]) {
        for key in profiles.iter().flat_map(keys_of_profile) {
            self.known(&key).in_profile = true;
        }
    }
}

/// The addresses and numbers of a custodian in the forms of the directory.
pub(super) fn keys_of_profile(profile: &CustodianProfile) -> Vec<(String, AliasKind)> {
    let addresses = profile.addresses.iter().map(|one| (one.trim().to_lowercase(), AliasKind::Address));
    let numbers = profile.numbers.iter().map(|one| match number::normal(one) {
        Ok(number) => (number, AliasKind::Number),
        Err(_) => (one.trim().to_lowercase(), AliasKind::Other),
    });
    addresses.chain(numbers).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::EventId;
    use crate::catalog::PersonLink;
    use crate::model::record::Role;
    use proptest::prelude::*;

    fn secret() -> DigestSecret {
        DigestSecret::new([7; 32])
    }

    fn party(name: &str, address: &str) -> Party {
        let normal = if address.contains('@') { Some(address.to_lowercase()) } else { number::normal(address).ok() };
        Party { role: Role::Member, name: name.to_owned(), address: address.to_owned(), normal }
    }

    fn gather(items: &[(RecordKind, &[(&str, &str)])]) -> Gathering {
        let mut gathering = Gathering::default();
        for (at, (kind, parties)) in items.iter().enumerate() {
            let mut item = ParsedItem::new(*kind);
            item.parties = parties.iter().map(|(name, address)| party(name, address)).collect();
            gathering.take(Seen::of(FamilyId::new(at as i64 + 1), &item));
        }
        gathering
    }

    #[test]
    fn only_the_same_address_or_valid_number_is_the_same_entry() {
        let gathering = gather(&[
            (RecordKind::Text, &[("Lee", "763-555-0142"), ("", "(763) 555-0143")]),
            (RecordKind::Call, &[("L. Vang", "+1 763 555 0142")]),
            (RecordKind::Email, &[("Lee", "Lee@Mill.example"), ("lee@mill.example", "lee@mill.example")]),
            (RecordKind::Text, &[("Lee", ""), ("Lee", "555-0142")]),
            (RecordKind::Contact, &[("Lee Vang", "763-555-0142"), ("Lee Vang", "lee@mill.example")]),
        ]);
        let found: Vec<(&str, AliasKind, u64)> =
            gathering.known.values().map(|one| (one.alias.as_str(), one.kind, one.items)).collect();
        assert_eq!(
            found,
            [
                ("+17635550142", AliasKind::Number, 3),
                ("+17635550143", AliasKind::Number, 1),
                ("555-0142", AliasKind::Other, 1),
                ("Lee", AliasKind::Name, 1),
                ("lee@mill.example", AliasKind::Address, 2),
            ],
            "a number without its area code, a name alone and a number are three entries"
        );
        let number = &gathering.known[&("+17635550142".to_owned(), AliasKind::Number)];
        let names: Vec<(&str, bool)> = number.names.iter().map(|(name, told)| (name.as_str(), told.by_card)).collect();
        assert_eq!(names, [("L. Vang", false), ("Lee", false), ("Lee Vang", true)], "each with who told it");
        assert_eq!(number.on_cards_with["lee@mill.example"], FamilyId::new(5), "a card is a hint");
        let people = joined(gathering.known, &[], &[], &secret());
        assert_eq!(people.len(), 5, "and merges nobody");
    }

    #[test]
    fn the_profile_joins_its_own_and_a_person_may_join_and_part() {
        let items: &[(RecordKind, &[(&str, &str)])] = &[
            (RecordKind::Email, &[("", "anna@cedarbend.example")]),
            (RecordKind::Text, &[("", "763-555-0142"), ("", "763-555-0143"), ("", "763-555-0144")]),
        ];
        let profile = CustodianProfile {
            name: "Anna Larson".to_owned(),
            addresses: vec!["Anna@CedarBend.example".to_owned()],
            numbers: vec!["(763) 555-0142".to_owned()],
            ..CustodianProfile::default()
        };
        let digest = |key: &str| digest_of(&secret(), key, AliasKind::Number);
        let link = |one: KeyedDigest, other: KeyedDigest, is_one| PersonLink {
            one: one.min(other),
            other: one.max(other),
            is_one,
            event: EventId::new(1),
        };
        let sizes = |links: &[PersonLink]| {
            let gathering = gather(items);
            assert_eq!(gathering.circles.len(), 1, "three in one conversation are a group");
            let mut sizes: Vec<usize> = joined(gathering.known, std::slice::from_ref(&profile), links, &secret())
                .iter()
                .map(|one| one.aliases.len())
                .collect();
            sizes.sort_unstable();
            sizes
        };
        assert_eq!(sizes(&[]), [1, 1, 2], "hers are joined by the profile");
        let (a, b, c) = (digest("+17635550142"), digest("+17635550143"), digest("+17635550144"));
        assert_eq!(sizes(&[link(b, c, true)]), [2, 2]);
        assert_eq!(sizes(&[link(b, c, true), link(a, b, true)]), [4], "what is joined to the joined is joined");
        let address = digest_of(&secret(), "anna@cedarbend.example", AliasKind::Address);
        assert_eq!(sizes(&[link(a, address, false)]), [1, 1, 1, 1], "a person knows better than the profile");
        let gone = digest("+17635550199");
        assert_eq!(sizes(&[link(gone, b, true)]), [1, 1, 2], "what is said of somebody who is nowhere says nothing");
    }

    proptest! {
        /// Whatever was said, every address is in exactly one entry.
        #[test]
        fn nobody_is_lost_and_nobody_is_twice(pairs in prop::collection::vec((0_u32..8, 0_u32..8, any::<bool>()), 0..20)) {
            let number = |at: u32| format!("+1763555010{at}");
            let mut gathering = Gathering::default();
            for at in 0..8 {
                gathering.known(&(number(at), AliasKind::Number)).items = 1;
            }
            let links: Vec<PersonLink> = pairs
                .iter()
                .map(|(one, other, is_one)| {
                    let one = digest_of(&secret(), &number(*one), AliasKind::Number);
                    let other = digest_of(&secret(), &number(*other), AliasKind::Number);
                    PersonLink { one: one.min(other), other: one.max(other), is_one: *is_one, event: EventId::new(1) }
                })
                .collect();
            let people = joined(gathering.known, &[], &links, &secret());
            let mut all: Vec<String> =
                people.iter().flat_map(|one| one.aliases.iter().map(|known| known.alias.clone())).collect();
            all.sort();
            prop_assert_eq!(all, (0..8).map(number).collect::<Vec<_>>());
            let handles: BTreeSet<&String> = people.iter().map(|one| &one.handle).collect();
            prop_assert_eq!(handles.len(), people.len());
        }
    }
}
