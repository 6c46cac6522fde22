//! What a random sample says about all: bounds by Clopper and Pearson (1934), which are never too narrow.

/// The chance that an interval, or a bound on one side, is wrong: 5 %.
pub const WRONG: f64 = 0.05;

/// A share with its bounds, each between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Share {
    /// How many of the sample.
    pub found: u64,
    /// The sample.
    pub of: u64,
    /// The share.
    pub share: f64,
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
}

/// A share of a sample with bounds that hold together with a chance of 1 - `wrong`.
pub fn share(found: u64, of: u64, wrong: f64) -> Share {
    assert!(found <= of, "a part is not more than the whole");
    let share = if of == 0 { 0.0 } else { found as f64 / of as f64 };
    Share { found, of, share, low: lower(found, of, wrong / 2.0), high: upper(found, of, wrong / 2.0) }
}

/// The lower bound on one side: the smallest share under which so many or more have a chance of at least `wrong`.
pub fn lower(found: u64, of: u64, wrong: f64) -> f64 {
    if found == 0 {
        return 0.0;
    }
    bisect(|share| 1.0 - at_most(found - 1, of, share) < wrong)
}

/// The upper bound on one side.
pub fn upper(found: u64, of: u64, wrong: f64) -> f64 {
    if found == of {
        return 1.0;
    }
    bisect(|share| at_most(found, of, share) > wrong)
}

/// The share at which `below` turns false.
fn bisect(below: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if below(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The chance of at most `found` among `of` when each has the chance `share` (binomial), summed in logarithms so that no
/// power of a large sample vanishes.
fn at_most(found: u64, of: u64, share: f64) -> f64 {
    if share <= 0.0 {
        return 1.0;
    }
    if share >= 1.0 {
        return if found >= of { 1.0 } else { 0.0 };
    }
    let (with, without) = (share.ln(), (-share).ln_1p());
    let (mut term, mut sum) = (of as f64 * without, 0.0);
    for number in 0..=found {
        sum += term.exp();
        term += ((of - number) as f64).ln() - ((number + 1) as f64).ln() + with - without;
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranking::model::Draws;
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    fn near(one: f64, other: f64) -> bool {
        (one - other).abs() < 0.0005
    }

    #[test]
    fn bounds_are_those_of_the_tables() {
        // Found, sample, lower and upper bound of 95 %: Clopper and Pearson's intervals as in common statistical tables.
        let table = [
            (0, 10, 0.0, 0.3085),
            (5, 10, 0.1871, 0.8129),
            (1, 20, 0.0013, 0.2487),
            (10, 10, 0.6915, 1.0),
            (8, 100, 0.0352, 0.1516),
        ];
        for (found, of, low, high) in table {
            let share = share(found, of, WRONG);
            assert!(near(share.low, low) && near(share.high, high), "{share:?}");
        }
        assert_eq!((share(0, 0, WRONG).low, share(0, 0, WRONG).high), (0.0, 1.0), "nothing drawn, nothing known");
    }

    #[test]
    fn one_sided_bounds_are_those_that_can_be_computed_by_hand() {
        // None among n: the bound is 1 - 0.05^(1/n); all of n: 0.05^(1/n).
        for of in [59, 299, 1_500] {
            let by_hand = 0.05_f64.powf(1.0 / of as f64);
            assert!(near(upper(0, of, 0.05), 1.0 - by_hand) && near(lower(of, of, 0.05), by_hand), "{of}");
        }
        assert!(upper(0, 299, 0.05) < 0.01, "299 without a find: below 1 %");
        assert!(lower(59, 59, 0.05) > 0.95, "59 of 59: above 95 %");
    }

    /// How often, in percent, what is true lies within what a random sample tells, over a thousand draws.
    fn covered(population: &[u8], sample: usize, holds: impl Fn(&[u8]) -> bool) -> f64 {
        let mut shuffled = population.to_vec();
        let mut right = 0;
        for seed in 0..1_000 {
            let mut draws = Draws::new(seed * 7_919 + 1);
            for at in 0..sample {
                let other = at + draws.below(shuffled.len() - at);
                shuffled.swap(at, other);
            }
            right += u32::from(holds(&shuffled[..sample]));
        }
        f64::from(right) / 10.0
    }

    /// Of a thousand samples in each setting at least 95 % have to hold; 93 allows for the draws themselves (three
    /// standard deviations of 0.7).
    #[test]
    fn what_is_true_lies_within_what_samples_tell() {
        let (other, missed, reached) = (0_u8, 1_u8, 2_u8);
        for (of_thousand, percent, sample) in [
            (20, 50, 400),
            (20, 80, 1_500),
            (50, 80, 400),
            (100, 80, 400),
            (100, 95, 400),
            (300, 70, 300),
            (300, 95, 1_000),
        ] {
            let relevant = 6 * of_thousand;
            let found = relevant * percent / 100;
            let population: Vec<u8> = (0..6_000)
                .map(|at| {
                    if at < found {
                        reached
                    } else if at < relevant {
                        missed
                    } else {
                        other
                    }
                })
                .collect();
            let truth = found as f64 / relevant as f64;
            let count = |drawn: &[u8], what: u8| drawn.iter().filter(|one| **one == what).count() as u64;
            let known: RefCell<BTreeMap<(u64, u64), (Share, f64)>> = RefCell::default();
            let told = |drawn: &[u8]| {
                let of = (count(drawn, reached), count(drawn, reached) + count(drawn, missed));
                *known.borrow_mut().entry(of).or_insert_with(|| (share(of.0, of.1, WRONG), lower(of.0, of.1, WRONG)))
            };
            let both = covered(&population, sample, |drawn| {
                let (share, _) = told(drawn);
                share.low <= truth && truth <= share.high
            });
            let low = covered(&population, sample, |drawn| told(drawn).1 <= truth);
            // What is left when the reached are read; its sample bounds what was missed.
            let left: Vec<u8> = population.iter().copied().filter(|one| *one != reached).collect();
            let uppers: RefCell<BTreeMap<u64, f64>> = RefCell::default();
            let elusion = covered(&left, sample, |drawn| {
                let hits = count(drawn, missed);
                let most = *uppers.borrow_mut().entry(hits).or_insert_with(|| upper(hits, sample as u64, WRONG));
                found as f64 / (found as f64 + most * left.len() as f64) <= truth
            });
            println!(
                "{of_thousand} of 1000 relevant, recall {truth:.2}, sample {sample}: interval {both:.1} %, lower bound \
                 {low:.1} %, elusion bound {elusion:.1} %"
            );
            assert!(both >= 93.0 && low >= 93.0 && elusion >= 93.0, "{of_thousand} {percent} {sample}");
        }
    }
}
