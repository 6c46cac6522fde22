//! Texts that are nearly the same, and texts that stand whole in another.
//!
//! A text is its *shingles*: every five words in a row. Two texts are compared by how many they share. So that not every
//! pair has to be compared, only those are that agree in one of 32 bands of their *minhash* (Broder 1997): of two texts
//! that share 80 % of their shingles the chance to be missed is below 0.0001 %.

use crate::text::each_token;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Words of a shingle.
const SHINGLE_WORDS: usize = 5;
/// Words of a text that is looked at; what is behind them is not compared.
const TEXT_WORDS: usize = 200_000;
/// Bands of a minhash, and values in each.
const BANDS: usize = 32;
const ROWS: usize = 4;
/// Texts that are compared with each other because of one band; those beyond are compared with the first of them.
const BAND_TEXTS: usize = 64;
/// Shingles that a text needs to be compared at all: shorter ones say the same by chance ("Thanks, Anna").
const FEWEST_SHINGLES: usize = 8;
/// The share of shingles in common, in percent, from which on two texts are nearly the same.
pub const NEAR_PERCENT: u32 = 80;
/// The share of a text's shingles that stand in another, in percent, from which on it is quoted there.
pub const QUOTED_PERCENT: u32 = 90;

/// A text as it is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shingles(HashSet<u64>);

/// Two texts that are nearly the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NearPair {
    /// The one, by its position.
    pub one: usize,
    /// The other.
    pub other: usize,
    /// Shingles in common, in percent of all, rounded down.
    pub percent: u32,
}

impl Shingles {
    /// The shingles of a text. Signs, line breaks and marks of quoting are no words, so they make no difference.
    pub fn of(text: &str) -> Self {
        let mut words: Vec<u64> = Vec::new();
        let mut last = None;
        each_token(text, &mut |word, position, _, _| {
            // The first token at a position is the smallest piece there; what is also found whole is left out.
            if last != Some(position) && words.len() < TEXT_WORDS {
                words.push(hash(word));
            }
            last = Some(position);
        });
        Self(words.windows(SHINGLE_WORDS).map(|five| five.iter().fold(0, |all, word| mixed(all ^ word))).collect())
    }

    /// Whether there is enough of it to compare.
    pub fn is_enough(&self) -> bool {
        self.0.len() >= FEWEST_SHINGLES
    }

    /// Shingles in common in percent of all of both, rounded down.
    pub fn alike(&self, other: &Self) -> u32 {
        let common = self.common(other);
        percent(common, self.0.len() + other.0.len() - common)
    }

    /// Shingles of this text that stand in the other, in percent, rounded down.
    pub fn within(&self, other: &Self) -> u32 {
        percent(self.common(other), self.0.len())
    }

    fn common(&self, other: &Self) -> usize {
        let (small, large) = if self.0.len() <= other.0.len() { (self, other) } else { (other, self) };
        small.0.iter().filter(|one| large.0.contains(one)).count()
    }

    fn bands(&self) -> impl Iterator<Item = u64> + '_ {
        (0..BANDS).map(move |band| {
            (0..ROWS).fold(band as u64, |all, row| {
                let seed = mixed((band * ROWS + row) as u64 + 1);
                let smallest = self.0.iter().map(|one| mixed(one ^ seed)).min().unwrap_or(0);
                mixed(all ^ smallest)
            })
        })
    }
}

/// Every pair of texts that are nearly the same, by position. Texts too short to compare are in none.
pub fn near_pairs(texts: &[Shingles]) -> Vec<NearPair> {
    let mut bands: HashMap<(usize, u64), Vec<usize>> = HashMap::new();
    let mut candidates: HashSet<(usize, usize)> = HashSet::new();
    for (at, text) in texts.iter().enumerate().filter(|(_, text)| text.is_enough()) {
        for (band, value) in text.bands().enumerate() {
            let same = bands.entry((band, value)).or_default();
            if same.len() < BAND_TEXTS {
                candidates.extend(same.iter().map(|other| (*other, at)));
                same.push(at);
            } else {
                candidates.insert((same[0], at));
            }
        }
    }
    let mut pairs: Vec<NearPair> = candidates
        .into_iter()
        .map(|(one, other)| NearPair { one, other, percent: texts[one].alike(&texts[other]) })
        .filter(|pair| pair.percent >= NEAR_PERCENT)
        .collect();
    pairs.sort_by_key(|pair| (pair.one, pair.other));
    pairs
}

/// For each text the one it is quoted in, by position with the percent: a longer text that has nearly all of its
/// shingles; of several the one that has most, then the shortest. `None` where there is no such text.
pub fn quoted_in(texts: &[Shingles]) -> Vec<Option<(usize, u32)>> {
    // Where each shingle stands, so that only texts that share the rarest of a text's shingles are looked at.
    let mut standing: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, text) in texts.iter().enumerate() {
        text.0.iter().for_each(|one| standing.entry(*one).or_default().push(at));
    }
    let found = |(at, text): (usize, &Shingles)| {
        if !text.is_enough() {
            return None;
        }
        // Of the text's shingles at most a tenth is missing in the other, so one of the rarest tenth and one more is there.
        let mut rarest: Vec<u64> = text.0.iter().copied().collect();
        rarest.sort_by_key(|one| (standing.get(one).map_or(0, Vec::len), *one));
        rarest.truncate(text.0.len() / 10 + 1);
        let mut others: Vec<usize> = rarest.iter().filter_map(|one| standing.get(one)).flatten().copied().collect();
        others.sort_unstable();
        others.dedup();
        let mut best: Option<(u32, usize, usize)> = None;
        for other in others.into_iter().filter(|other| *other != at && texts[*other].0.len() > text.0.len()) {
            let share = text.within(&texts[other]);
            let length = texts[other].0.len();
            let better = best.is_none_or(|(most, _, shortest)| share > most || (share == most && length < shortest));
            if share >= QUOTED_PERCENT && better {
                best = Some((share, other, length));
            }
        }
        best.map(|(share, other, _)| (other, share))
    };
    texts.iter().enumerate().map(found).collect()
}

/// Groups of positions that pairs hold together, each in order, the groups by their first.
pub fn groups_of(pairs: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut group_of: BTreeMap<usize, usize> = BTreeMap::new();
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (one, other) in pairs {
        let first = *group_of.entry(*one).or_insert(*one);
        groups.entry(first).or_insert_with(|| vec![*one]);
        let second = *group_of.entry(*other).or_insert(*other);
        groups.entry(second).or_insert_with(|| vec![*other]);
        if first != second {
            let (stays, goes) = (first.min(second), first.max(second));
            let moved = groups.remove(&goes).unwrap_or_default();
            moved.iter().for_each(|at| {
                group_of.insert(*at, stays);
            });
            groups.entry(stays).or_default().extend(moved);
        }
    }
    let mut all: Vec<Vec<usize>> = groups.into_values().collect();
    all.iter_mut().for_each(|group| group.sort_unstable());
    all.sort();
    all
}

fn percent(part: usize, whole: usize) -> u32 {
    (part * 100).checked_div(whole).map_or(0, |share| u32::try_from(share).unwrap_or(100))
}

/// FNV-1a, 64 bits.
fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The finisher of SplitMix64 (Steele, Lea, Flood 2014): every bit of the result depends on every bit of the number.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::tier::cases;
    use proptest::prelude::*;

    const LETTER: &str = "The council will hear the report on the drainage of Oak Street at its meeting in March. The \
                          engineer has asked for a second estimate, and the mill has given one that is lower by a tenth.";

    fn shingles(text: &str) -> Shingles {
        Shingles::of(text)
    }

    #[test]
    fn quoting_marks_and_breaks_make_no_difference() {
        let quoted: String = LETTER.split(". ").map(|line| format!("> {line}.\r\n")).collect();
        assert_eq!(shingles(LETTER).alike(&shingles(&quoted)), 100);
        let reply = format!(
            "Thank you, I will be there and bring the estimate with me on that day.\r\n\r\nOn Monday Anna wrote:\r\n{quoted}"
        );
        assert_eq!(shingles(LETTER).within(&shingles(&reply)), 100);
        assert!(shingles(&reply).within(&shingles(LETTER)) < 80, "the answer is not quoted in what it answers");
    }

    #[test]
    fn near_and_quoted_are_found_and_short_texts_are_not() {
        let reply =
            format!("I agree with all of it and will say so to the council when it comes to that item. {LETTER}");
        let texts = [
            LETTER.to_owned(),
            LETTER.replace("tenth", "fifth"),
            reply,
            "Thanks, Anna".to_owned(),
            "Thanks, Anna".to_owned(),
            "Something else entirely about a dog licence that was paid for twice by the same person in one year."
                .to_owned(),
        ];
        let texts: Vec<Shingles> = texts.iter().map(|text| shingles(text)).collect();
        let near = near_pairs(&texts);
        assert_eq!(near.iter().map(|pair| (pair.one, pair.other)).collect::<Vec<_>>(), [(0, 1)]);
        assert!(near[0].percent >= 90, "{near:?}");
        let quoted = quoted_in(&texts);
        assert_eq!(quoted[0], Some((2, 100)));
        assert_eq!(quoted[2..], [None, None, None, None]);
    }

    #[test]
    fn many_equal_texts_are_one_group_and_not_a_pair_each() {
        let texts: Vec<Shingles> = (0..500).map(|_| shingles(LETTER)).collect();
        let near = near_pairs(&texts);
        assert!(near.len() < 500 * BAND_TEXTS, "bounded: {}", near.len());
        let pairs: Vec<(usize, usize)> = near.iter().map(|pair| (pair.one, pair.other)).collect();
        assert_eq!(groups_of(&pairs), [(0..500).collect::<Vec<_>>()]);
    }

    proptest! {
        #![proptest_config(cases(20, 200))]

        /// Against comparing every pair: nothing near is missed, and nothing else is found.
        #[test]
        fn near_pairs_are_those_of_a_naive_comparison(
            texts in prop::collection::vec((0_usize..3, prop::collection::vec(any::<prop::sample::Index>(), 0..3)), 2..8),
        ) {
            let bases = [LETTER.to_owned(), LETTER.split(' ').rev().collect::<Vec<_>>().join(" "), LETTER.repeat(2)];
            let texts: Vec<Shingles> = texts
                .into_iter()
                .map(|(base, changes)| {
                    let mut words: Vec<&str> = bases[base].split(' ').collect();
                    changes.iter().for_each(|at| { let at = at.index(words.len()); words[at] = "other"; });
                    shingles(&words.join(" "))
                })
                .collect();
            let found: Vec<(usize, usize)> = near_pairs(&texts).iter().map(|pair| (pair.one, pair.other)).collect();
            let mut naive = Vec::new();
            for other in 0..texts.len() {
                naive.extend((0..other).filter(|one| texts[*one].alike(&texts[other]) >= NEAR_PERCENT).map(|one| (one, other)));
            }
            naive.sort_unstable();
            prop_assert_eq!(found, naive);
        }
    }
}
