//! Which number of a date is the day, decided over the whole file or left open: never guessed.

use super::line::Numbers;
use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};

/// The first year in which there was WhatsApp.
const FIRST_YEAR: i32 = 2009;
/// The last year that is plausible.
const LAST_YEAR: i32 = 2100;
/// Hours that a message may lie before the one above it: messages arrive late.
const BACKWARDS: i64 = 48;

/// The order of the numbers of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// Day, month, year.
    DayFirst,
    /// Month, day, year.
    MonthFirst,
    /// Year, month, day.
    YearFirst,
}

impl DateOrder {
    /// Every order.
    pub const ALL: [Self; 3] = [Self::DayFirst, Self::MonthFirst, Self::YearFirst];

    /// In words.
    pub const fn word(self) -> &'static str {
        match self {
            Self::DayFirst => "day, month, year",
            Self::MonthFirst => "month, day, year",
            Self::YearFirst => "year, month, day",
        }
    }

    /// The date that these numbers are in this order.
    pub fn date(self, numbers: Numbers) -> Option<NaiveDate> {
        let [one, two, three] = numbers.parts;
        let (year, digits, month, day) = match self {
            Self::DayFirst => (three, numbers.digits[2], two, one),
            Self::MonthFirst => (three, numbers.digits[2], one, two),
            Self::YearFirst => (one, numbers.digits[0], two, three),
        };
        let year = match digits {
            2 => 2000 + year,
            4 => year,
            _ => return None,
        };
        let year = i32::try_from(year).ok().filter(|year| (FIRST_YEAR..=LAST_YEAR).contains(year))?;
        NaiveDate::from_ymd_opt(year, month, day)
    }
}

/// The order of all the dates of a file where somebody has told it: what was told, unless a date of the file is none in
/// it; then the file knows better.
pub fn told_or_decided(dates: &[(Numbers, NaiveTime)], told: Option<DateOrder>) -> Option<DateOrder> {
    told.filter(|order| dates.iter().all(|(date, _)| order.date(*date).is_some())).or_else(|| decided(dates))
}

/// The order of all the dates of a file; `None` while more than one is possible, or none.
///
/// An order is possible when every date of the file is one in it. Of several the one is taken in which no message
/// lies far before the one above it, when it is the only one; where all give the same dates, any.
pub fn decided(dates: &[(Numbers, NaiveTime)]) -> Option<DateOrder> {
    let read = |order: DateOrder| -> Option<Vec<NaiveDateTime>> {
        dates.iter().map(|(date, time)| Some(order.date(*date)?.and_time(*time))).collect()
    };
    let possible: Vec<(DateOrder, Vec<NaiveDateTime>)> =
        DateOrder::ALL.into_iter().filter_map(|order| Some((order, read(order)?))).collect();
    let (first, moments) = possible.first()?;
    if possible.iter().all(|(_, others)| others == moments) {
        return Some(*first);
    }
    let rising =
        |moments: &[NaiveDateTime]| moments.windows(2).all(|pair| pair[1] >= pair[0] - Duration::hours(BACKWARDS));
    let mut ordered = possible.iter().filter(|(_, moments)| rising(moments));
    match (ordered.next(), ordered.next()) {
        (Some((order, _)), None) => Some(*order),
        _ => None,
    }
}
