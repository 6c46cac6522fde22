//! Logistic regression over hashed words, trained on the decisions of the reviewers.
//!
//! The relevant and the irrelevant weigh the same in all, so that a few of the one count as much as many of the other.
//! The same decisions give the same order on every machine of one kind: nothing is drawn while learning.

use super::features::{DIMENSIONS, Features};

/// Steps of the training. A step shrinks what is wrong by 1 - 1/sqrt(items / 2), so that after so many of them a
/// thousand items are learnt to within a thousandth.
const STEPS: usize = 150;

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
    pub fn train(relevant: &[&Features], other: &[&Features]) -> Self {
        let mut weights = vec![0.0_f32; DIMENSIONS];
        if relevant.is_empty() || other.is_empty() {
            return Self { weights };
        }
        let examples = Examples::of(relevant, other);
        let (learnt, _) = examples.learn();
        examples.places.iter().zip(learnt).for_each(|(place, weight)| weights[*place as usize] = weight);
        Self { weights }
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

/// The examples over the places that occur in them.
struct Examples {
    places: Vec<u32>,
    /// For each example its places, by their position above, with their weights.
    rows: Vec<Vec<(u32, f32)>>,
    relevant: usize,
}

impl Examples {
    fn of(relevant: &[&Features], other: &[&Features]) -> Self {
        let all = || relevant.iter().chain(other);
        let mut places: Vec<u32> = all().flat_map(|one| one.0.iter().map(|(place, _)| *place)).collect();
        places.sort_unstable();
        places.dedup();
        let row = |one: &&Features| {
            let own =
                one.0.iter().filter_map(|(place, weight)| Some((places.binary_search(place).ok()? as u32, *weight)));
            own.collect()
        };
        let rows = all().map(row).collect();
        Self { places, rows, relevant: relevant.len() }
    }

    /// Gradient descent with Nesterov's momentum for strongly convex functions (Introductory Lectures on Convex
    /// Optimization, 2004, section 2.2): the weights and the threshold.
    fn learn(&self) -> (Vec<f32>, f32) {
        // As much pull towards nothing as one example has, shared among all: the usual C = 1.
        let pull = 1.0 / self.rows.len() as f32;
        // Items have length 1, and so has what stands for the threshold; the curve of the logistic is at most 1/4.
        let curve = 0.5 + pull;
        let ratio = (pull / curve).sqrt();
        let momentum = (1.0 - ratio) / (1.0 + ratio);
        let (mut weights, mut threshold) = (vec![0.0_f32; self.places.len()], 0.0_f32);
        let (mut ahead, mut threshold_ahead) = (weights.clone(), threshold);
        for _ in 0..STEPS {
            let mut slope: Vec<f32> = ahead.iter().map(|weight| pull * weight).collect();
            let mut threshold_slope = 0.0;
            for (at, row) in self.rows.iter().enumerate() {
                let is_relevant = at < self.relevant;
                let side = if is_relevant { 1.0 } else { -1.0 };
                let of_side = if is_relevant { self.relevant } else { self.rows.len() - self.relevant };
                let sum = row.iter().map(|(place, weight)| ahead[*place as usize] * weight).sum::<f32>();
                let margin = side * (sum + threshold_ahead);
                // Both sides weigh the same in all.
                let push = -side / (1.0 + margin.exp()) / (2 * of_side) as f32;
                row.iter().for_each(|(place, weight)| slope[*place as usize] += push * weight);
                threshold_slope += push;
            }
            for (at, slope) in slope.into_iter().enumerate() {
                let next = ahead[at] - slope / curve;
                ahead[at] = next + momentum * (next - weights[at]);
                weights[at] = next;
            }
            let next = threshold_ahead - threshold_slope / curve;
            threshold_ahead = next + momentum * (next - threshold);
            threshold = next;
        }
        (weights, threshold)
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
        let model = Model::train(&[&all[0], &all[1], &all[2]], &[&all[3], &all[4], &all[5]]);
        assert!(model.score(&all[6]) > 0.5 && model.score(&all[7]) < 0.5);
        let again = Model::train(&[&all[0], &all[1], &all[2]], &[&all[3], &all[4], &all[5]]);
        assert_eq!(model.weights, again.weights);
        let nothing = Model::train(&[], &[&all[3]]);
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
