//! A person says that entries are one person's, or two.

use super::directory::digest_of;
use super::{Directory, PeopleError, Person, refused};
use crate::base::digest::KeyedDigest;
use crate::base::fault;
use crate::catalog::CatalogError;
use crate::model::event::Act;
use crate::repository::Repository;

/// Joins two entries. The event has their handles and the reason, and no name.
pub fn merge(
    repository: &mut Repository,
    one: &str,
    other: &str,
    reason: &str,
    actor: &str,
) -> Result<(), PeopleError> {
    check_reason(reason)?;
    let directory = Directory::read(repository)?;
    let (one, other) = (directory.only(one)?, directory.only(other)?);
    if one == other {
        return Err(refused("they are one entry already", "Show it with: recordroom people show"));
    }
    let pairs = [(first(repository, one), first(repository, other))];
    let details = serde_json::json!({ "one": one.handle, "other": other.handle, "reason": reason });
    say(repository, &pairs, true, Act::PeopleMerged, &details, actor)
}

/// Takes one address or number out of an entry.
pub fn split(
    repository: &mut Repository,
    person: &str,
    alias: &str,
    reason: &str,
    actor: &str,
) -> Result<(), PeopleError> {
    check_reason(reason)?;
    let directory = Directory::read(repository)?;
    let person = directory.only(person)?;
    let with = directory.find(alias);
    let known =
        person.aliases.iter().find(|known| known.alias == alias || with == [person] && matches(&known.alias, alias));
    let Some(known) = known else {
        let message = format!("{alias:?} is no address or number of {}", person.handle);
        return Err(refused(message, "Show the entry with: recordroom people show"));
    };
    if person.aliases.len() < 2 {
        return Err(refused("the entry has only this one", "There is nothing to split."));
    }
    let secret = repository.keys().digest_secret();
    let out = digest_of(secret, &known.alias, known.kind);
    let pairs: Vec<(KeyedDigest, KeyedDigest)> = person
        .aliases
        .iter()
        .filter(|other| *other != known)
        .map(|other| (out, digest_of(secret, &other.alias, other.kind)))
        .collect();
    let details = serde_json::json!({ "person": person.handle, "reason": reason });
    say(repository, &pairs, false, Act::PeopleSplit, &details, actor)
}

fn matches(alias: &str, typed: &str) -> bool {
    alias.eq_ignore_ascii_case(typed.trim()) || crate::source::number::normal(typed).is_ok_and(|number| number == alias)
}

fn check_reason(reason: &str) -> Result<(), PeopleError> {
    if reason.trim().is_empty() {
        return Err(refused("this needs its reason", "Say how you know, in a few words, without names: --reason"));
    }
    Ok(())
}

/// The digest that stands for an entry: the smallest of its addresses'.
fn first(repository: &Repository, person: &Person) -> KeyedDigest {
    let secret = repository.keys().digest_secret();
    let all = person.aliases.iter().map(|known| digest_of(secret, &known.alias, known.kind));
    let smallest = all.min();
    assert!(smallest.is_some(), "an entry has an address");
    smallest.unwrap_or_else(|| secret.name(b""))
}

fn say(
    repository: &mut Repository,
    pairs: &[(KeyedDigest, KeyedDigest)],
    is_one: bool,
    act: Act,
    details: &serde_json::Value,
    actor: &str,
) -> Result<(), PeopleError> {
    let at = repository.now();
    repository.catalog_mut().write::<_, PeopleError>(|writing| {
        let event = writing.record_event(at, actor, act, "people", details)?;
        fault::point("link people").map_err(CatalogError::from)?;
        for (one, other) in pairs {
            writing.link_people(one, other, is_one, event.id)?;
        }
        Ok(())
    })
}
