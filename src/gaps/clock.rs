//! How far the clock of a phone export is from that of a bill: the one shift under which most rows fit.

use super::phone::{Row, Tolerance};
use serde::Serialize;
use std::collections::HashMap;

/// Differences of moments that are looked at.
const DIFFERENCES: usize = 2_000_000;
/// Rows that have to fit better under a shift than without before one is believed.
const LEAST_ROWS: usize = 3;

/// How far the clocks are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ClockOffset {
    /// Seconds to add to the bill's times to have the phone's.
    pub seconds: i64,
    /// Pairs of rows that may be the same under this shift.
    pub fitting: usize,
    /// Pairs that may be the same without a shift.
    pub unshifted: usize,
}

impl ClockOffset {
    /// No shift.
    pub const NONE: Self = Self { seconds: 0, fitting: 0, unshifted: 0 };

    /// The best constant shift, to the second: the middle of the narrowest crowd of differences between rows of the
    /// same number, kind and direction. Without a shift is preferred unless a shift fits at least twice as many rows
    /// and [`LEAST_ROWS`] more.
    pub fn find(bill: &[Row], phone: &[Row], tolerance: Tolerance) -> Self {
        let mut by_number: HashMap<(&str, super::Kind), Vec<(usize, &Row)>> = HashMap::new();
        for (at, row) in phone.iter().enumerate() {
            for other in &row.others {
                by_number.entry((other, row.kind)).or_default().push((at, row));
            }
        }
        let mut differences: Vec<(i64, usize, usize)> = Vec::new();
        for (billed, row) in bill.iter().enumerate() {
            for (kept, other) in row.others.iter().filter_map(|one| by_number.get(&(one.as_str(), row.kind))).flatten()
            {
                let apart = other.at - row.at;
                if row.way.may_be(other.way) && apart.abs() <= tolerance.shift && differences.len() < DIFFERENCES {
                    differences.push((apart, billed, *kept));
                }
            }
        }
        differences.sort_unstable();
        let unshifted = differences.iter().filter(|(apart, ..)| apart.abs() <= tolerance.seconds).collect::<Vec<_>>();
        let unshifted = distinct(unshifted.into_iter());
        let best = best_window(&differences, tolerance.seconds);
        match best {
            Some((seconds, fitting)) if fitting >= unshifted * 2 && fitting >= unshifted + LEAST_ROWS => {
                Self { seconds, fitting, unshifted }
            }
            _ => Self { seconds: 0, fitting: unshifted, unshifted },
        }
    }
}

/// How many rows of the bill, or of the phone where those are fewer, are among the pairs.
fn distinct<'a>(pairs: impl Iterator<Item = &'a (i64, usize, usize)> + Clone) -> usize {
    let count = |which: fn(&(i64, usize, usize)) -> usize| {
        let mut rows: Vec<usize> = pairs.clone().map(which).collect();
        rows.sort_unstable();
        rows.dedup();
        rows.len()
    };
    count(|pair| pair.1).min(count(|pair| pair.2))
}

/// The shift in the middle of the window of differences with the most rows; of equals the smaller shift.
fn best_window(differences: &[(i64, usize, usize)], half: i64) -> Option<(i64, usize)> {
    let (mut billed, mut kept) = (HashMap::new(), HashMap::new());
    let mut first = 0;
    let mut best: Option<(i64, usize)> = None;
    for last in 0..differences.len() {
        let (apart, row, other) = differences[last];
        *billed.entry(row).or_insert(0_usize) += 1;
        *kept.entry(other).or_insert(0_usize) += 1;
        while apart - differences[first].0 > half {
            let (_, row, other) = differences[first];
            take_one(&mut billed, row);
            take_one(&mut kept, other);
            first += 1;
        }
        let fitting = billed.len().min(kept.len());
        let middle = differences[first].0 + (apart - differences[first].0) / 2;
        let better = best.is_none_or(|(shift, most)| fitting > most || fitting == most && middle.abs() < shift.abs());
        if better {
            best = Some((middle, fitting));
        }
    }
    best
}

fn take_one(counts: &mut HashMap<usize, usize>, key: usize) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}
