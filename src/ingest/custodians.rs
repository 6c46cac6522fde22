//! Whose export it is: named by the clerk, or told by a word in the path that the profile lists. Never guessed.

use crate::base::id::CustodianId;
use crate::model::profile::CustodianProfile;

/// The custodians with the words that tell them in a path.
#[derive(Debug, Clone, Default)]
pub(super) struct Custodians {
    named: Option<CustodianId>,
    words: Vec<(String, CustodianId)>,
}

impl Custodians {
    /// From the profile; `named` is the custodian the clerk named for the whole intake.
    pub(super) fn new(
        profiles: &[CustodianProfile],
        ids: &[(CustodianId, String)],
        named: Option<CustodianId>,
    ) -> Self {
        let mut words = Vec::new();
        for profile in profiles {
            let Some((id, _)) = ids.iter().find(|(_, name)| *name == profile.name) else { continue };
            words.extend(profile.paths.iter().map(|word| (word.to_lowercase(), *id)));
            words.extend(profile.addresses.iter().map(|word| (word.to_lowercase(), *id)));
        }
        // The longest word first: `anna.larson` before `larson`.
        words.sort_by(|one, two| two.0.len().cmp(&one.0.len()).then_with(|| one.cmp(two)));
        Self { named, words }
    }

    /// The custodian told by a path, innermost name first.
    pub(super) fn of<'p>(&self, names: impl DoubleEndedIterator<Item = &'p str>) -> Option<CustodianId> {
        if self.named.is_some() {
            return self.named;
        }
        names.rev().find_map(|name| {
            let name = name.to_lowercase();
            self.words.iter().find(|(word, _)| contains_word(&name, word)).map(|(_, id)| *id)
        })
    }
}

/// Whether `word` stands in `name` with nothing but separators beside it.
fn contains_word(name: &str, word: &str) -> bool {
    let bounded = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    !word.is_empty()
        && name.match_indices(word).any(|(at, found)| {
            bounded(name[..at].chars().next_back()) && bounded(name[at + found.len()..].chars().next())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn custodian(name: &str, paths: &[&str]) -> CustodianProfile {
        CustodianProfile {
            name: name.to_owned(),
            department: String::new(),
            addresses: Vec::new(),
            numbers: Vec::new(),
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            elected: false,
        }
    }

    #[test]
    fn the_innermost_name_with_a_whole_word_tells() {
        let profiles = [custodian("Anna Larson", &["alarson"]), custodian("Lars", &["lars"])];
        let ids = [(CustodianId::new(1), "Anna Larson".to_owned()), (CustodianId::new(2), "Lars".to_owned())];
        let custodians = Custodians::new(&profiles, &ids, None);
        assert_eq!(custodians.of(["exports/lars", "ALarson-2025.mbox"].into_iter()), Some(CustodianId::new(1)));
        assert_eq!(custodians.of(["exports/lars", "inbox.mbox"].into_iter()), Some(CustodianId::new(2)));
        assert_eq!(custodians.of(["exports/larsson.mbox"].into_iter()), None);
        let named = Custodians::new(&profiles, &ids, Some(CustodianId::new(9)));
        assert_eq!(named.of(["lars"].into_iter()), Some(CustodianId::new(9)));
    }
}
