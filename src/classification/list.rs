//! Lists of families: what was shown, and how a list stands in an event.

use crate::base::digest::Blake3Digest;
use crate::base::id::FamilyId;
use std::collections::BTreeSet;

/// What a person was shown: how many families, and a digest of exactly which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// How many.
    pub count: u64,
    /// [`list_digest`] of them.
    pub digest: String,
}

impl Shown {
    /// Of a list.
    pub fn of(families: &[FamilyId]) -> Self {
        Self { count: families.len() as u64, digest: list_digest(families) }
    }
}

/// BLAKE3 over the ids in order of number, one on each line, 64 hexadecimal characters.
pub fn list_digest(families: &[FamilyId]) -> String {
    let sorted: BTreeSet<FamilyId> = families.iter().copied().collect();
    let text: String = sorted.iter().map(|family| format!("{family}\n")).collect();
    Blake3Digest::of(text.as_bytes()).to_string()
}

/// A list as it stands in an event: `1-40,43`.
pub(super) fn ranges(families: &[FamilyId]) -> String {
    let sorted: BTreeSet<i64> = families.iter().map(|family| family.get()).collect();
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for number in sorted {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let written: Vec<String> =
        runs.iter().map(|(a, b)| if a == b { a.to_string() } else { format!("{a}-{b}") }).collect();
    written.join(",")
}

/// Whether a family is in a list as it stands in an event.
pub(super) fn in_ranges(text: &str, family: FamilyId) -> bool {
    text.split(',').any(|run| {
        let (first, last) = run.split_once('-').unwrap_or((run, run));
        match (first.parse::<i64>(), last.parse::<i64>()) {
            (Ok(first), Ok(last)) => (first..=last).contains(&family.get()),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_list_in_an_event_holds_exactly_its_families(numbers in proptest::collection::btree_set(1_i64..60, 0..40)) {
            let families: Vec<FamilyId> = numbers.iter().map(|number| FamilyId::new(*number)).collect();
            let text = ranges(&families);
            for number in 1..60 {
                prop_assert_eq!(in_ranges(&text, FamilyId::new(number)), numbers.contains(&number), "{}", text);
            }
        }
    }

    #[test]
    fn the_digest_is_of_the_set() {
        let (one, two) = (FamilyId::new(1), FamilyId::new(2));
        assert_eq!(list_digest(&[two, one, one]), list_digest(&[one, two]));
        assert_ne!(list_digest(&[one]), list_digest(&[one, two]));
        assert_eq!(ranges(&[two, one, FamilyId::new(9)]), "1-2,9");
    }
}
