//! How much each source has of each month.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use std::collections::BTreeMap;

/// What two sources have of one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MonthCount {
    /// `2025-11`.
    pub month: String,
    /// Rows of the first source (the bill).
    pub bill: u64,
    /// Rows of the second (the phone).
    pub phone: u64,
}

/// The months between two days, those of both included, as `2025-11`.
pub fn months_of(from: NaiveDate, to: NaiveDate) -> Vec<String> {
    let mut months = Vec::new();
    let (mut year, mut month) = (from.year(), from.month());
    while (year, month) <= (to.year(), to.month()) {
        months.push(format!("{year:04}-{month:02}"));
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    months
}

/// The months of a day's list with how many of each there are, empty ones between included.
pub fn counted(days: &[NaiveDate], from: Option<NaiveDate>, to: Option<NaiveDate>) -> BTreeMap<String, u64> {
    let first = from.or_else(|| days.iter().min().copied());
    let last = to.or_else(|| days.iter().max().copied());
    let mut counts: BTreeMap<String, u64> = match (first, last) {
        (Some(first), Some(last)) => months_of(first, last).into_iter().map(|month| (month, 0)).collect(),
        _ => BTreeMap::new(),
    };
    for day in days {
        *counts.entry(format!("{:04}-{:02}", day.year(), day.month())).or_default() += 1;
    }
    counts
}
