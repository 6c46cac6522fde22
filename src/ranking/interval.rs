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
}
