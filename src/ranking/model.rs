//! Logistic regression over hashed words, trained on the decisions of the reviewers.
//!
//! Stochastic gradient descent that draws a relevant and an irrelevant item in turn, so that a few relevant ones weigh as
//! much as many others (the balanced sampling of the baseline of TREC 2015, Cormack and Grossman's AutoTAR). The draws
//! come from a generator with a fixed seed: the same decisions give the same order on every machine.

use super::features::{DIMENSIONS, Features};

/// Steps of the training for each item, and the bounds of their number.
const STEPS_OF_ITEM: usize = 30;
const FEWEST_STEPS: usize = 3_000;
const MOST_STEPS: usize = 60_000;
/// The first step's length.
const FIRST_STEP: f32 = 4.0;
/// How much all weights are drawn towards nothing, to be shared among the items learnt from. A weaker pull learns each of
/// a few examples by heart, and finds less with the first hundred items read (`tests/finding/effort.rs`).
const PULL: f32 = 5.0;
/// The strongest pull, for very few items.
const STRONGEST_PULL: f32 = 0.05;

/// A trained model.
#[derive(Debug, Clone)]
pub struct Model {
    weights: Vec<f32>,
}

/// Draws numbers one after the other, the same for the same seed (SplitMix64; Steele, Lea, Flood 2014).
#[derive(Debug, Clone)]
pub struct Draws(u64);

impl Draws {
    /// From a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let number = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let number = number ^ (number >> 31);
        // The remainder is uneven by less than one part in a billion for any number of items.
        (number % bound.max(1) as u64) as usize
    }
}

impl Model {
    /// Trains on items that are relevant and items that are not. Without one of them nothing can be learnt, and every
    /// score is the same.
    pub fn train(relevant: &[&Features], other: &[&Features], seed: u64) -> Self {
        // The weights are `scale` times what is stored, so that pulling all of them is one multiplication.
        let (mut stored, mut scale) = (vec![0.0_f32; DIMENSIONS], 1.0_f32);
        if relevant.is_empty() || other.is_empty() {
            return Self { weights: stored };
        }
        let steps = ((relevant.len() + other.len()) * STEPS_OF_ITEM).clamp(FEWEST_STEPS, MOST_STEPS);
        let pull = (PULL / (relevant.len() + other.len()) as f32).min(STRONGEST_PULL);
        let mut draws = Draws::new(seed);
        for step in 0..steps {
            let is_relevant = step % 2 == 0;
            let from = if is_relevant { relevant } else { other };
            let item = from[draws.below(from.len())];
            let side = if is_relevant { 1.0 } else { -1.0 };
            let length = FIRST_STEP / (1.0 + pull * FIRST_STEP * step as f32);
            let margin = side * scale * dot(&stored, item);
            let gain = side / (1.0 + margin.exp());
            scale *= 1.0 - length * pull;
            let add = length * gain / scale;
            item.0.iter().for_each(|(place, weight)| stored[*place as usize] += add * weight);
            if scale < 1e-6 {
                stored.iter_mut().for_each(|weight| *weight *= scale);
                scale = 1.0;
            }
        }
        stored.iter_mut().for_each(|weight| *weight *= scale);
        Self { weights: stored }
    }

    /// The score of an item between 0 and 1: an order, and no probability.
    pub fn score(&self, item: &Features) -> f32 {
        1.0 / (1.0 + (-dot(&self.weights, item)).exp())
    }

    /// What one place of an item adds to its score, before it is squeezed.
    pub(super) fn part(&self, place: u32, weight: f32) -> f32 {
        self.weights[place as usize] * weight
    }
}

fn dot(weights: &[f32], item: &Features) -> f32 {
    item.0.iter().map(|(place, weight)| weights[*place as usize] * weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::features::Rarity;

    #[test]
    fn it_learns_which_words_count_and_always_the_same() {
        let texts = [
            "drainage of oak street",
            "the drainage easement",
            "easement for the drainage at the mill",
            "lunch at noon",
            "lunch on monday",
            "the mill picnic at noon",
            "a drainage question for monday",
            "noon lunch for the picnic",
        ];
        let counted = texts.map(|text| Features::counted([('t', text)]));
        let rarity = Rarity::of(&counted);
        let all: Vec<Features> = counted.iter().map(|one| rarity.weigh(one)).collect();
        let model = Model::train(&[&all[0], &all[1], &all[2]], &[&all[3], &all[4], &all[5]], 7);
        assert!(model.score(&all[6]) > 0.5 && model.score(&all[7]) < 0.5);
        let again = Model::train(&[&all[0], &all[1], &all[2]], &[&all[3], &all[4], &all[5]], 7);
        assert_eq!(model.weights, again.weights);
        let nothing = Model::train(&[], &[&all[3]], 7);
        assert_eq!(nothing.score(&all[0]), nothing.score(&all[3]), "nothing was said that could be learnt");
    }

    #[test]
    fn draws_are_even() {
        let (mut draws, mut counts) = (Draws::new(1), [0_u32; 10]);
        (0..10_000).for_each(|_| counts[draws.below(10)] += 1);
        // 1,000 each in expectation, standard deviation 30.
        assert!(counts.iter().all(|count| (850..1_150).contains(count)), "{counts:?}");
    }
}
