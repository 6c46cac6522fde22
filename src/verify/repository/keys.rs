//! The key set: every catalogued family has its key at both places, no other has one, and what was destroyed least of
//! all (I2, I13).

use super::{Check, VerifyError, numbers};
use crate::base::id::FamilyId;
use crate::catalog::{FamilyFilter, FamilyState};
use crate::vault::{GivenNumbers, KeyReader, Month};
use std::collections::BTreeMap;

/// Families that have a key, by month, in order.
type Listed = BTreeMap<Month, Vec<FamilyId>>;

pub(super) fn check(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let profile = check.repository.profile();
    let (first_place, second_place) =
        (profile.key_set.display().to_string(), profile.key_set_second.display().to_string());
    let first = match KeyReader::open(&profile.key_set, &profile.repository) {
        Ok(reader) => reader,
        Err(error) => {
            check.find("key-set-unreadable", first_place, error.to_string());
            return Ok(());
        }
    };
    mark(check, &first, &first_place)?;
    let [numbers, second_numbers] =
        GivenNumbers::new(&profile.key_set, &profile.key_set_second, &profile.repository).by_place();
    numbers::place(check, &first_place, numbers)?;
    let listed = listed(check, &first, &first_place)?;
    orphans(check, &listed)?;
    match KeyReader::open(&profile.key_set_second, &profile.repository) {
        Ok(second) => {
            numbers::place(check, &second_place, second_numbers)?;
            compare(check, &first, &second, &listed, &second_place)
        }
        Err(error) => {
            let message = format!("the second place of the key set does not read back: {error}");
            check.find("second-place-unreadable", second_place, message);
            Ok(())
        }
    }
}

/// What the key set has seen stands in the catalog.
fn mark(check: &mut Check<'_>, reader: &KeyReader, place: &str) -> Result<(), VerifyError> {
    let mark = match reader.mark() {
        Ok(Some(mark)) => mark,
        Ok(None) => return Ok(()),
        Err(error) => {
            check.find("keys-damaged", place, error.to_string());
            return Ok(());
        }
    };
    let reading = check.reading();
    let is_there = mark.event <= reading.last_event_number()? && reading.event(mark.event)?.hash == mark.hash;
    if !is_there {
        let message =
            format!("the key set has seen {}, which is not in the catalog: the catalog is an older one", mark.event);
        check.find("catalog-older-than-keys", "catalog.sqlite", message);
    }
    Ok(())
}

fn listed(check: &mut Check<'_>, reader: &KeyReader, place: &str) -> Result<Listed, VerifyError> {
    let mut all = Listed::new();
    for month in reader.months() {
        match reader.families(month) {
            Ok(families) => {
                check.looked_at("Verifying keys", families.len() as u64)?;
                all.insert(month, families);
            }
            Err(error) => check.find("keys-damaged", place, error.to_string()),
        }
    }
    Ok(all)
}

/// Keys that no row names, and keys of what was destroyed.
fn orphans(check: &mut Check<'_>, listed: &Listed) -> Result<(), VerifyError> {
    let reading = check.reading();
    let mut known: BTreeMap<Month, Vec<FamilyId>> = BTreeMap::new();
    let mut destroyed: Vec<FamilyId> = Vec::new();
    let filter = FamilyFilter { with_destroyed: true, ..FamilyFilter::default() };
    reading.each_family::<VerifyError>(filter, |row| {
        if row.state == FamilyState::Destroyed {
            destroyed.push(row.id);
        } else {
            known.entry(crate::repository::month_of(&row.at)?).or_default().push(row.id);
        }
        Ok(())
    })?;
    for exception in reading.exceptions()? {
        known.entry(crate::repository::month_of(&exception.at)?).or_default().push(exception.family);
    }
    for (_, family, at, _) in reading.sealed_productions()? {
        known.entry(crate::repository::month_of(&at)?).or_default().push(family);
    }
    for families in known.values_mut() {
        families.sort();
    }
    let none = Vec::new();
    let waiting = reading.waiting_keys()?;
    let next = FamilyId::new(reading.meta("next_family")?.and_then(|text| text.parse().ok()).unwrap_or(1));
    for (month, families) in listed {
        let known = known.get(month).unwrap_or(&none);
        for family in families.iter().filter(|family| known.binary_search(family).is_err()) {
            if destroyed.binary_search(family).is_ok() {
                check.find("key-of-destroyed", family, "it was destroyed, and its key is still in the key set (I13)");
            } else if waiting.iter().any(|one| one.has(*family)) {
                continue;
            } else if *family < next {
                let message = "its row is gone although nothing destroyed it, and its key is still there";
                check.find("key-without-row", family, message);
            } else {
                let message =
                    "no row names the family of this key; the next run that takes in, produces or destroys clears it";
                check.find("key-orphaned", family, message);
            }
        }
    }
    Ok(())
}

/// Both places hold the same keys.
fn compare(
    check: &mut Check<'_>,
    first: &KeyReader,
    second: &KeyReader,
    listed_first: &Listed,
    place: &str,
) -> Result<(), VerifyError> {
    let listed_second = listed(check, second, place)?;
    let months: std::collections::BTreeSet<Month> = listed_first.keys().chain(listed_second.keys()).copied().collect();
    for month in months {
        let (one, two) = (listed_first.get(&month), listed_second.get(&month));
        if one != two {
            let count = |listed: Option<&Vec<FamilyId>>| listed.map_or(0, Vec::len);
            let message = format!(
                "the first place has {} keys of {month}, the second {}, and they are not the same",
                count(one),
                count(two)
            );
            check.find("second-place-differs", place, message);
            continue;
        }
        for family in one.into_iter().flatten() {
            let same = match (first.key(month, *family), second.key(month, *family)) {
                (Ok(Some(one)), Ok(Some(two))) => one == two,
                _ => false,
            };
            if !same {
                check.find("second-place-differs", family, "its key differs between the two places or does not open");
            }
        }
    }
    Ok(())
}
