//! The partition of packs and key files: one UTC month, or undated.

use chrono::{DateTime, Datelike, Utc};
use std::fmt;
use std::str::FromStr;

/// A UTC month, or `undated` for items whose own date is absent or implausible. Orders undated first, then by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month(u16);

/// A text does not name a month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a month: these are written like 2025-11, or undated")]
pub struct MonthError(pub String);

/// Years a partition may have; anything else is undated.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2199;

impl Month {
    /// The partition of items without a date.
    pub const UNDATED: Self = Self(0);

    /// The month of a moment, undated when there is none or its year is not plausible.
    pub fn of(moment: Option<DateTime<Utc>>) -> Self {
        moment.and_then(|at| Self::new(at.year(), at.month())).unwrap_or(Self::UNDATED)
    }

    /// The month with this year (1970 to 2199) and number (1 to 12).
    pub fn new(year: i32, month: u32) -> Option<Self> {
        if !YEARS.contains(&year) || !(1..=12).contains(&month) {
            return None;
        }
        u16::try_from((year - YEARS.start()) * 12).ok().map(|first| Self(first + month as u16))
    }

    /// Its number for stores: 0 for undated, else months since December 1969.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// Reads the number back.
    pub fn from_number(number: u16) -> Option<Self> {
        let last = (YEARS.end() - YEARS.start() + 1) * 12;
        (i32::from(number) <= last).then_some(Self(number))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::UNDATED {
            return f.write_str("undated");
        }
        let months = i32::from(self.0) - 1;
        write!(f, "{:04}-{:02}", YEARS.start() + months / 12, months % 12 + 1)
    }
}

impl FromStr for Month {
    type Err = MonthError;
    fn from_str(text: &str) -> Result<Self, MonthError> {
        if text == "undated" {
            return Ok(Self::UNDATED);
        }
        let read = || {
            let (year, month) = text.split_once('-')?;
            let digits = |part: &str, count| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
            if !digits(year, 4) || !digits(month, 2) {
                return None;
            }
            Self::new(year.parse().ok()?, month.parse().ok()?)
        };
        read().ok_or_else(|| MonthError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn months_print_parse_and_order_by_time() {
        let november = Month::of(Utc.with_ymd_and_hms(2025, 11, 30, 23, 59, 59).single());
        assert_eq!(november.to_string(), "2025-11");
        for month in
            [Month::UNDATED, november, Month::new(1970, 1).expect("first"), Month::new(2199, 12).expect("last")]
        {
            assert_eq!(month.to_string().parse(), Ok(month));
            assert_eq!(Month::from_number(month.number()), Some(month));
        }
        assert!(Month::UNDATED < Month::new(1999, 12).expect("a month"));
        assert!(Month::new(1999, 12) < Month::new(2000, 1));
        assert_eq!(Month::from_number(u16::MAX), None);
    }

    #[test]
    fn implausible_dates_are_undated_and_bad_text_is_refused() {
        assert_eq!(Month::of(None), Month::UNDATED);
        assert_eq!(Month::of(Utc.with_ymd_and_hms(1601, 1, 1, 0, 0, 0).single()), Month::UNDATED);
        for wrong in ["2025-13", "2025-1", "25-01", "2025-00", "../etc", "2025-11/x", "", "+025-11"] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong:?}");
        }
    }
}
