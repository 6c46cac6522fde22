//! Which entries are one person's: those that the agency profile names together, and those that a person has said to be one.

use super::directory::{AliasKind, Known, Person, digest_of, keys_of_profile};
use crate::base::digest::{DigestSecret, KeyedDigest};
use crate::catalog::PersonLink;
use crate::model::profile::CustodianProfile;
use std::collections::BTreeMap;

/// Hexadecimal digits of a handle.
const HANDLE_CHARS: usize = 10;

/// Puts entries together where the profile or a person says that they are one person's.
pub(super) fn joined(
    known: BTreeMap<(String, AliasKind), Known>,
    profiles: &[CustodianProfile],
    links: &[PersonLink],
    secret: &DigestSecret,
) -> Vec<Person> {
    let digests: Vec<KeyedDigest> = known.keys().map(|(key, kind)| digest_of(secret, key, *kind)).collect();
    let place: BTreeMap<KeyedDigest, usize> = digests.iter().enumerate().map(|(at, one)| (*one, at)).collect();
    let mut roots: Vec<usize> = (0..digests.len()).collect();
    let is_two = |one: KeyedDigest, other: KeyedDigest| {
        let pair = (one.min(other), one.max(other));
        links.iter().any(|link| !link.is_one && (link.one, link.other) == pair)
    };
    let mut custodian_at: BTreeMap<usize, &str> = BTreeMap::new();
    for profile in profiles {
        let own: Vec<KeyedDigest> =
            keys_of_profile(profile).iter().map(|(key, kind)| digest_of(secret, key, *kind)).collect();
        for (at, one) in own.iter().enumerate() {
            let Some(here) = place.get(one) else { continue };
            custodian_at.entry(*here).or_insert(&profile.name);
            for other in own[..at].iter().filter(|other| !is_two(*one, **other)) {
                place.get(other).into_iter().for_each(|there| union(&mut roots, *here, *there));
            }
        }
    }
    for link in links.iter().filter(|link| link.is_one) {
        if let (Some(one), Some(other)) = (place.get(&link.one), place.get(&link.other)) {
            union(&mut roots, *one, *other);
        }
    }
    let mut people: BTreeMap<usize, (KeyedDigest, Person)> = BTreeMap::new();
    for (at, one) in known.into_values().enumerate() {
        let empty = Person { handle: String::new(), custodian: None, aliases: Vec::new() };
        let entry = people.entry(root(&roots, at)).or_insert((digests[at], empty));
        entry.0 = entry.0.min(digests[at]);
        entry.1.aliases.push(one);
        if entry.1.custodian.is_none() {
            entry.1.custodian = custodian_at.get(&at).map(|name| (*name).to_owned());
        }
    }
    let mut people: Vec<Person> = people
        .into_values()
        .map(|(digest, person)| Person { handle: handle(&digest), ..person })
        .filter(|person| person.items() > 0 || person.custodian.is_some())
        .collect();
    people.sort_by(|one, two| two.items().cmp(&one.items()).then_with(|| one.handle.cmp(&two.handle)));
    people
}

fn handle(digest: &KeyedDigest) -> String {
    digest.to_string().chars().take(HANDLE_CHARS).collect()
}

fn root(roots: &[usize], at: usize) -> usize {
    let mut at = at;
    while roots[at] != at {
        at = roots[at];
    }
    at
}

fn union(roots: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(roots, one), root(roots, other));
    roots[one.max(other)] = one.min(other);
}
