//! Periods of legal time, and the day on which something still has to be done.

use super::business::is_business_day;
use super::holidays::Observed;
use chrono::{Days, Months, NaiveDate};

/// A length of legal time; days, months and years are different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Span {
    /// Civil days.
    Days(u32),
    /// Calendar months, to the same numbered day or else the last day of the month.
    Months(u32),
    /// Calendar years, to the same day or else the last day of the month.
    Years(u32),
}

/// The last day of a period that begins on a day: the first day is not counted, the last one is.
///
/// Months and years end on the same numbered day, or on the last day of a month that has no such day
/// (Minn. Stat. § 645.14). `None` beyond the end of the calendar.
///
/// ```
/// use chrono::NaiveDate;
/// use recordroom::calendar::{Span, add_period};
/// let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
/// assert_eq!(add_period(day(2023, 3, 1), Span::Days(365)), Some(day(2024, 2, 29)));
/// assert_eq!(add_period(day(2023, 3, 1), Span::Years(1)), Some(day(2024, 3, 1)));
/// assert_eq!(add_period(day(2024, 2, 29), Span::Years(1)), Some(day(2025, 2, 28)));
/// ```
pub fn add_period(from: NaiveDate, span: Span) -> Option<NaiveDate> {
    match span {
        Span::Days(days) => from.checked_add_days(Days::new(u64::from(days))),
        Span::Months(months) => from.checked_add_months(Months::new(months)),
        Span::Years(years) => from.checked_add_months(Months::new(years.checked_mul(12)?)),
    }
}

/// The last day to act within a period: the first day excluded, the last included, and a last day that falls on a
/// Saturday, Sunday or legal holiday dropped (Minn. Stat. § 645.15). `None` beyond the end of the calendar.
///
/// Several days are dropped in a row where they follow each other.
pub fn last_day(from: NaiveDate, span: Span, observed: &Observed) -> Option<NaiveDate> {
    let mut day = add_period(from, span)?;
    while !is_business_day(day, observed) {
        day = day.succ_opt()?;
    }
    Some(day)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn periods_clamp_to_month_ends() {
        // Minn. Stat. § 645.14: the same numbered day, else the last day of the month.
        let vectors = [
            ("2024-02-29", Span::Years(1), "2025-02-28"),
            ("2024-02-29", Span::Years(4), "2028-02-29"),
            ("2023-02-28", Span::Years(1), "2024-02-28"),
            ("2023-03-01", Span::Days(365), "2024-02-29"),
            ("2023-03-01", Span::Years(1), "2024-03-01"),
            ("2024-03-01", Span::Days(365), "2025-03-01"),
            ("2024-01-31", Span::Months(1), "2024-02-29"),
            ("2023-01-31", Span::Months(1), "2023-02-28"),
            ("2023-08-31", Span::Months(3), "2023-11-30"),
            ("2023-12-31", Span::Months(2), "2024-02-29"),
            ("2024-02-29", Span::Months(12), "2025-02-28"),
            ("2024-05-05", Span::Days(0), "2024-05-05"),
        ];
        for (from, span, last) in vectors {
            assert_eq!(add_period(day(from), span), Some(day(last)), "{from} and {span:?}");
        }
    }

    #[test]
    fn the_last_day_moves_off_weekends_and_holidays() {
        // Minn. Stat. § 645.15.
        let vectors = [
            ("2026-06-01", Span::Days(30), "2026-07-01"),  // a Wednesday stays
            ("2026-06-04", Span::Days(30), "2026-07-06"),  // Independence Day, a Saturday
            ("2026-06-03", Span::Days(30), "2026-07-06"),  // Friday the 3rd: the observed holiday
            ("2027-11-25", Span::Days(30), "2027-12-27"),  // Christmas Day, a Saturday
            ("2027-12-01", Span::Months(1), "2028-01-03"), // 1 January 2028, a Saturday observed on the Friday
            ("2026-10-26", Span::Days(30), "2026-11-25"),  // the day before Thanksgiving
            ("2026-10-27", Span::Days(30), "2026-11-27"),  // Thanksgiving
        ];
        for (from, span, last) in vectors {
            assert_eq!(last_day(day(from), span, &Observed::default()), Some(day(last)), "{from} and {span:?}");
        }
        let friday = Observed { october_monday: false, friday_after_thanksgiving: true };
        assert_eq!(last_day(day("2026-10-27"), Span::Days(30), &friday), Some(day("2026-11-30")));
    }

    #[test]
    fn the_end_of_the_calendar_is_no_panic() {
        for span in [Span::Days(u32::MAX), Span::Months(u32::MAX), Span::Years(u32::MAX), Span::Days(1)] {
            assert_eq!(add_period(NaiveDate::MAX, span), None, "{span:?}");
            assert_eq!(last_day(NaiveDate::MAX, span, &Observed::default()), None, "{span:?}");
        }
    }

    proptest! {
        #[test]
        fn longer_periods_and_later_starts_never_end_earlier(offset in 0u64..30_000, length in 0u32..600, more in 0u32..40) {
            let from = day("1990-01-01") + Days::new(offset);
            let next = from + Days::new(1);
            for make in [Span::Days as fn(u32) -> Span, Span::Months, Span::Years] {
                prop_assert!(add_period(from, make(length)) <= add_period(from, make(length + more)));
                prop_assert!(add_period(from, make(length)) <= add_period(next, make(length)));
            }
        }
    }
}
