//! Sets as bits: documents of one part, and families of the repository.

use crate::base::id::FamilyId;
use tantivy::directory::OwnedBytes;
use tantivy::fastfield::AliveBitSet;

/// Documents by their number in a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
    documents: u32,
}

impl Bits {
    /// None of `documents`.
    pub(super) fn none(documents: u32) -> Self {
        Self { words: vec![0; documents.div_ceil(64) as usize], documents }
    }

    /// All of `documents`.
    pub(super) fn all(documents: u32) -> Self {
        Self::none(documents).complement()
    }

    /// Adds a document.
    pub(super) fn insert(&mut self, document: u32) {
        self.words[(document / 64) as usize] |= 1 << (document % 64);
    }

    /// Whether a document is in it.
    pub(super) fn contains(&self, document: u32) -> bool {
        self.words[(document / 64) as usize] & (1 << (document % 64)) != 0
    }

    /// How many are in it.
    pub(super) fn count(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Keeps what is also in the other.
    pub(super) fn intersect(&mut self, other: &Self) {
        for (one, two) in self.words.iter_mut().zip(&other.words) {
            *one &= two;
        }
    }

    /// Adds what is in the other.
    pub(super) fn unite(&mut self, other: &Self) {
        for (one, two) in self.words.iter_mut().zip(&other.words) {
            *one |= two;
        }
    }

    /// What is not in it.
    pub(super) fn complement(mut self) -> Self {
        for word in &mut self.words {
            *word = !*word;
        }
        if let (Some(last), rest @ 1..) = (self.words.last_mut(), self.documents % 64) {
            *last &= (1 << rest) - 1;
        }
        self
    }

    /// The documents in it, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut word = *word;
            std::iter::from_fn(move || {
                if word == 0 {
                    return None;
                }
                let bit = word.trailing_zeros();
                word &= word - 1;
                Some(at as u32 * 64 + bit)
            })
        })
    }

    /// The same set in the form the search engine's merge takes: its length and its words, little endian.
    pub(super) fn alive(&self) -> AliveBitSet {
        let mut bytes = self.documents.to_le_bytes().to_vec();
        for word in &self.words {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        AliveBitSet::open(OwnedBytes::new(bytes))
    }
}

/// Families by their numbers, which are given out one after the other and so lie densely.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Families {
    words: Vec<u64>,
}

impl FromIterator<FamilyId> for Families {
    fn from_iter<I: IntoIterator<Item = FamilyId>>(families: I) -> Self {
        let mut words = Vec::new();
        for family in families {
            let number = family.get().unsigned_abs();
            let at = usize::try_from(number / 64).unwrap_or(usize::MAX);
            if at >= words.len() {
                words.resize(at + 1, 0_u64);
            }
            words[at] |= 1 << (number % 64);
        }
        Self { words }
    }
}

impl Families {
    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Whether a family of this number is in it.
    pub(super) fn contains(&self, number: u64) -> bool {
        let word = usize::try_from(number / 64).ok().and_then(|at| self.words.get(at));
        word.is_some_and(|word| word & (1 << (number % 64)) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_found_by_their_numbers() {
        let some: Families = [1, 64, 200].into_iter().map(FamilyId::new).collect();
        let found: Vec<u64> = (0..1_000).filter(|number| some.contains(*number)).collect();
        assert_eq!(found, [1, 64, 200]);
        assert!(!some.contains(u64::MAX));
    }

    #[test]
    fn sets_behave_as_sets_at_word_boundaries() {
        for documents in [0, 1, 63, 64, 65, 200] {
            let mut odd = Bits::none(documents);
            (0..documents).filter(|one| one % 2 == 1).for_each(|one| odd.insert(one));
            assert_eq!(odd.count(), documents / 2);
            let even = odd.clone().complement();
            assert_eq!(even.iter().collect::<Vec<_>>(), (0..documents).step_by(2).collect::<Vec<_>>());
            let mut both = odd.clone();
            both.unite(&even);
            assert_eq!(both, Bits::all(documents));
            both.intersect(&odd);
            assert_eq!(both, odd);
            both.intersect(&even);
            assert!(both.is_empty());
            assert_eq!(odd.alive().num_alive_docs(), odd.count() as usize);
            assert!(odd.iter().all(|one| odd.alive().is_alive(one) && odd.contains(one)));
        }
    }
}
