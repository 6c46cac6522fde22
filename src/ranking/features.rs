//! An item as numbers: its words and pairs of words, hashed, weighed by how rare they are.
//!
//! A word is what the search calls one, folded; a pair is two words in a row. Words of parties and file names are told
//! apart from those of the text. Each weighs (1 + ln of how often) times ln of how rare it is among the items ranked;
//! what stands in one item alone says nothing about another and is left out. Every item has length 1.

use crate::text::each_token;
use std::collections::BTreeMap;

/// Places of the table into which words are hashed. Two words may share one; among a million places few do.
pub const DIMENSIONS: usize = 1 << 20;
/// Words of an item that are looked at; of a longer one the first.
const ITEM_WORDS: usize = 20_000;

/// One item: places with weights, in order of place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Features(pub(super) Vec<(u32, f32)>);

/// How many items have each place.
#[derive(Debug, Clone)]
pub struct Rarity {
    items: u32,
    having: Vec<u32>,
}

/// Hands over each word and pair of a text, after a sign that tells where it stands.
pub fn each_feature(sign: char, text: &str, each: &mut impl FnMut(u32, &dyn Fn() -> String)) {
    let mut last: Option<u32> = None;
    let mut before = String::new();
    let mut words = 0;
    each_token(text, &mut |word, position, _, _| {
        // The first token at a position is the smallest piece there.
        if last == Some(position) || words >= ITEM_WORDS {
            return;
        }
        words += 1;
        each(place(sign, "", word), &|| word.to_owned());
        if last.is_some_and(|last| last + 1 == position) {
            each(place(sign, &before, word), &|| format!("{before} {word}"));
        }
        last = Some(position);
        before.clear();
        before.push_str(word);
    });
}

/// FNV-1a over sign, words and a separator, folded into the table.
fn place(sign: char, before: &str, word: &str) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(u32::from(sign));
    for byte in before.bytes().chain([0]).chain(word.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    ((hash ^ (hash >> 20) ^ (hash >> 40)) % DIMENSIONS as u64) as u32
}

impl Features {
    /// Counts the words of some texts, each after its sign.
    pub fn counted<'t>(texts: impl IntoIterator<Item = (char, &'t str)>) -> Self {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        for (sign, text) in texts {
            each_feature(sign, text, &mut |place, _| *counts.entry(place).or_default() += 1);
        }
        Self(counts.into_iter().map(|(place, count)| (place, count as f32)).collect())
    }

    /// Whether there is a word in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Rarity {
    /// Of items whose words are counted.
    pub fn of<'f>(items: impl IntoIterator<Item = &'f Features>) -> Self {
        let mut rarity = Self { items: 0, having: vec![0; DIMENSIONS] };
        for item in items {
            rarity.items += 1;
            item.0.iter().for_each(|(place, _)| rarity.having[*place as usize] += 1);
        }
        rarity
    }

    /// Turns counts into weights of length 1.
    pub fn weigh(&self, counts: &Features) -> Features {
        let weight = |(place, count): &(u32, f32)| {
            let having = self.having[*place as usize];
            let rare = (self.items as f32 / having.max(1) as f32).ln();
            (having > 1 && rare > 0.0).then(|| (*place, (1.0 + count.ln()) * rare))
        };
        let mut weighed: Vec<(u32, f32)> = counts.0.iter().filter_map(weight).collect();
        let length = weighed.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
        if length > 0.0 {
            weighed.iter_mut().for_each(|(_, weight)| *weight /= length);
        }
        Features(weighed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_pairs_are_told_apart_by_where_they_stand() {
        let text = Features::counted([('t', "road crew road")]);
        assert_eq!(text.0.len(), 4, "road, crew, road crew, crew road");
        assert_eq!(text.0.iter().map(|(_, count)| *count).sum::<f32>(), 5.0);
        let party = Features::counted([('p', "road crew road")]);
        assert!(text.0.iter().all(|(place, _)| party.0.iter().all(|(other, _)| other != place)));
        assert!(Features::counted([('t', " ... ")]).is_empty());
    }

    #[test]
    fn what_everything_has_and_what_one_alone_has_weighs_nothing() {
        let all = [('t', "road crew"), ('t', "road mill crew"), ('t', "road mill"), ('t', "road unique")]
            .map(|text| Features::counted([text]));
        let rarity = Rarity::of(&all);
        let weighed = rarity.weigh(&all[1]);
        let names = |text: &str| {
            let mut places = Vec::new();
            each_feature('t', text, &mut |place, _| places.push(place));
            places[0]
        };
        let has = |word: &str| weighed.0.iter().any(|(place, _)| *place == names(word));
        assert!(!has("road") && has("mill") && has("crew"));
        assert!((weighed.0.iter().map(|(_, weight)| weight * weight).sum::<f32>() - 1.0).abs() < 1e-5);
        assert!(rarity.weigh(&Features::counted([('t', "unique")])).is_empty());
    }
}
