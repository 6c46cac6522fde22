//! A bill beside the export of a phone: which rows of the one are in the other.
//!
//! Two rows may be the same call or text when the number, the kind and, as far as both tell it, the direction agree and
//! their moments lie within the tolerance, the clocks' difference taken off. A bill counts from the minute and rounds a
//! duration up, so a duration never tells two rows apart: one that does not fit is told beside the match.

use super::clock::ClockOffset;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A call.
    Call,
    /// A text message.
    Text,
}

/// Which way it went, seen from the number that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Came in.
    In,
    /// Came in and was not answered: a bill may not have it.
    Unanswered,
    /// Went out.
    Out,
    /// Not told.
    Unknown,
}

impl Way {
    /// Whether two rows that say this may be the same.
    pub fn may_be(self, other: Self) -> bool {
        let side = |way| match way {
            Self::In | Self::Unanswered => Some(true),
            Self::Out => Some(false),
            Self::Unknown => None,
        };
        match (side(self), side(other)) {
            (Some(one), Some(two)) => one == two,
            _ => true,
        }
    }
}

/// How long a call was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Duration {
    /// Seconds.
    pub seconds: u64,
    /// Whether they are whole minutes, rounded up.
    pub is_rounded: bool,
}

impl Duration {
    /// Whether two durations may be those of one call: a phone counts from the first ring or from the answer, a bill
    /// rounds up.
    fn fits(self, other: Self, slack: u64) -> bool {
        let minutes = |one: Self| one.seconds.div_ceil(60);
        match self.is_rounded || other.is_rounded {
            true => minutes(self).abs_diff(minutes(other)) <= slack.div_ceil(60),
            false => self.seconds.abs_diff(other.seconds) <= slack,
        }
    }
}

/// One call or text, of either source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The item it is, for a person.
    pub item: String,
    /// What it is.
    pub kind: Kind,
    /// Which way it went.
    pub way: Way,
    /// When: seconds since 1970-01-01 UTC.
    pub at: i64,
    /// The other numbers, as [`number_key`] writes them; a text to a group has several.
    pub others: Vec<String>,
    /// How long it was.
    pub duration: Option<Duration>,
    /// Whether the carrier sees it: a message over the network of an application is on no bill.
    pub is_carried: bool,
}

/// How far two rows may differ and still be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tolerance {
    /// Seconds between their moments.
    pub seconds: i64,
    /// Seconds between their durations.
    pub duration: u64,
    /// Seconds by which the clocks may be apart.
    pub shift: i64,
}

impl Default for Tolerance {
    /// Two minutes: a bill has the minute, and a text is delivered a little later than it is sent. Clocks are apart
    /// by their zone, at most half a day and a little.
    fn default() -> Self {
        Self { seconds: 120, duration: 60, shift: 14 * 60 * 60 }
    }
}

/// A number of the bill of which the phone has nothing, or the reverse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dialled {
    /// The number.
    pub number: String,
    /// How many rows there are with it.
    pub rows: u64,
}

/// What came of comparing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// How far the clocks are apart.
    pub clock: ClockOffset,
    /// Pairs of positions, in the bill and in the phone.
    pub matched: Vec<(usize, usize)>,
    /// Rows of the bill that the phone does not have.
    pub bill_only: Vec<usize>,
    /// Of those, texts that stand within the tolerance of one the phone has: a long text is billed in several parts.
    pub maybe_parts: Vec<usize>,
    /// Rows of the phone that the bill should have and does not.
    pub phone_only: Vec<usize>,
    /// Rows of the phone that no bill would have: calls nobody answered, messages of applications.
    pub not_billed: Vec<usize>,
    /// Pairs whose durations do not fit each other.
    pub durations: Vec<(usize, usize)>,
    /// Numbers of the bill that the phone does not know at all.
    pub unknown_to_phone: Vec<Dialled>,
    /// Numbers of the phone that the bill does not know at all.
    pub unknown_to_bill: Vec<Dialled>,
}

/// A number as it is compared: ten digits of North America, all digits of another, or what stands there.
pub fn number_key(written: &str) -> String {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.len() {
        11 if digits.starts_with('1') => digits[1..].to_owned(),
        _ => digits,
    };
    if digits.len() >= 3 && !written.contains('@') { digits } else { written.trim().to_lowercase() }
}

/// Compares a bill with a phone. Rows are matched one to one; the order in which they come does not matter.
pub fn compare(bill: &[Row], phone: &[Row], tolerance: Tolerance) -> Comparison {
    let clock = ClockOffset::find(bill, phone, tolerance);
    let mut slots: HashMap<(&str, Kind), Vec<Slot>> = HashMap::new();
    for (at, row) in phone.iter().enumerate() {
        for other in &row.others {
            slots.entry((other, row.kind)).or_default().push(Slot { at: row.at, row: at, is_taken: false });
        }
    }
    slots.values_mut().for_each(|all| all.sort_unstable_by_key(|slot| (slot.at, slot.row)));
    let mut order: Vec<usize> = (0..bill.len()).collect();
    order.sort_by_key(|at| (bill[*at].at, *at));
    let mut matched = Vec::new();
    // Rows whose direction is told on both sides are matched before those that could be either way.
    for exact in [true, false] {
        order.retain(|at| match take(&bill[*at], phone, &mut slots, clock.seconds, tolerance.seconds, exact) {
            Some(kept) => {
                matched.push((*at, kept));
                false
            }
            None => true,
        });
    }
    matched.sort_unstable();
    let mut is_matched = vec![false; phone.len()];
    matched.iter().for_each(|(_, kept)| is_matched[*kept] = true);
    let (mut phone_only, mut not_billed) = (Vec::new(), Vec::new());
    for (at, row) in phone.iter().enumerate().filter(|(at, _)| !is_matched[*at]) {
        let silent =
            row.kind == Kind::Call && (row.way == Way::Unanswered || row.duration.is_some_and(|one| one.seconds == 0));
        if silent || !row.is_carried { not_billed.push(at) } else { phone_only.push(at) }
    }
    let maybe_parts = order
        .iter()
        .copied()
        .filter(|at| {
            bill[*at].kind == Kind::Text && is_near(&bill[*at], phone, &slots, clock.seconds, tolerance.seconds)
        })
        .collect();
    let durations = matched
        .iter()
        .copied()
        .filter(|(billed, kept)| match (bill[*billed].duration, phone[*kept].duration) {
            (Some(one), Some(two)) => !one.fits(two, tolerance.duration),
            _ => false,
        })
        .collect();
    Comparison {
        clock,
        matched,
        maybe_parts,
        phone_only,
        not_billed,
        durations,
        unknown_to_phone: unknown(bill, phone),
        unknown_to_bill: unknown(phone, bill),
        bill_only: order,
    }
}

/// A row of the phone under one of its numbers.
struct Slot {
    at: i64,
    row: usize,
    is_taken: bool,
}

/// Takes the earliest row of the phone that may be this row of the bill.
fn take<'a>(
    row: &'a Row,
    phone: &[Row],
    slots: &mut HashMap<(&'a str, Kind), Vec<Slot>>,
    shift: i64,
    tolerance: i64,
    exact: bool,
) -> Option<usize> {
    for other in &row.others {
        let Some(all) = slots.get_mut(&(other.as_str(), row.kind)) else { continue };
        let from = all.partition_point(|slot| slot.at < row.at + shift - tolerance);
        let within = all[from..].iter_mut().take_while(|slot| slot.at <= row.at + shift + tolerance);
        for slot in within.filter(|slot| !slot.is_taken) {
            let way = phone[slot.row].way;
            let told = row.way != Way::Unknown && way != Way::Unknown;
            if row.way.may_be(way) && (told || !exact) {
                slot.is_taken = true;
                return Some(slot.row);
            }
        }
    }
    None
}

/// Whether the phone has a text with the same number around the moment, matched with another row.
fn is_near<'a>(
    row: &'a Row,
    phone: &[Row],
    slots: &HashMap<(&'a str, Kind), Vec<Slot>>,
    shift: i64,
    tolerance: i64,
) -> bool {
    row.others.iter().filter_map(|other| slots.get(&(other.as_str(), row.kind))).any(|all| {
        let from = all.partition_point(|slot| slot.at < row.at + shift - tolerance);
        all[from..]
            .iter()
            .take_while(|slot| slot.at <= row.at + shift + tolerance)
            .any(|slot| slot.is_taken && row.way.may_be(phone[slot.row].way))
    })
}

/// Numbers of one side that the other does not have at all, the most frequent first.
fn unknown(one: &[Row], other: &[Row]) -> Vec<Dialled> {
    let known: std::collections::HashSet<&str> = other.iter().flat_map(|row| &row.others).map(String::as_str).collect();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let carried = one.iter().filter(|row| row.is_carried);
    for number in carried.flat_map(|row| &row.others).filter(|number| !known.contains(number.as_str())) {
        *counts.entry(number).or_default() += 1;
    }
    let mut all: Vec<Dialled> =
        counts.into_iter().map(|(number, rows)| Dialled { number: number.to_owned(), rows }).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.rows));
    all
}
