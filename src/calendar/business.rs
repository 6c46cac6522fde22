//! Business days: neither Saturday nor Sunday nor a legal holiday.

use super::holidays::{Observed, holiday_on, is_weekend};
use crate::base::limits::DEADLINE_BUSINESS_DAYS;
use chrono::NaiveDate;

/// Whether public business is done on a day: neither Saturday nor Sunday nor an observed legal holiday.
pub fn is_business_day(day: NaiveDate, observed: &Observed) -> bool {
    !is_weekend(day) && holiday_on(day, observed).is_none()
}

/// The day that is a number of business days after another, the first day not counted.
///
/// `None` above [`DEADLINE_BUSINESS_DAYS`] or beyond the end of the calendar.
pub fn add_business_days(from: NaiveDate, days: u32, observed: &Observed) -> Option<NaiveDate> {
    if days > DEADLINE_BUSINESS_DAYS {
        return None;
    }
    let mut day = from;
    let mut left = days;
    while left > 0 {
        day = day.succ_opt()?;
        if is_business_day(day, observed) {
            left -= 1;
        }
    }
    Some(day)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::super::holidays::holidays_in;
    use super::*;
    use chrono::Datelike;
    use proptest::prelude::*;

    const ALL: Observed = Observed { october_monday: true, friday_after_thanksgiving: false };

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn ten_business_days_by_the_worked_examples() {
        // Minn. Stat. § 13.04, subd. 3 with § 645.44, subd. 5: day of receipt excluded, October Monday observed.
        let vectors = [
            ("2026-06-17", "2026-07-02"),
            ("2026-07-01", "2026-07-16"),
            ("2026-10-02", "2026-10-19"),
            ("2026-11-10", "2026-11-25"),
            ("2026-11-20", "2026-12-07"),
            ("2026-12-18", "2027-01-05"),
            ("2027-06-10", "2027-06-25"),
            ("2027-12-20", "2028-01-05"),
        ];
        for (received, last) in vectors {
            assert_eq!(add_business_days(day(received), 10, &ALL), Some(day(last)), "received {received}");
        }
    }

    #[test]
    fn the_october_monday_as_a_working_day_gives_the_earlier_date() {
        assert_eq!(add_business_days(day("2026-10-02"), 10, &Observed::default()), Some(day("2026-10-16")));
    }

    #[test]
    fn no_days_is_the_day_itself_and_bounds_hold() {
        assert_eq!(add_business_days(day("2026-07-04"), 0, &ALL), Some(day("2026-07-04")));
        assert_eq!(add_business_days(day("2026-07-04"), DEADLINE_BUSINESS_DAYS + 1, &ALL), None);
        assert!(add_business_days(day("2026-07-04"), DEADLINE_BUSINESS_DAYS, &ALL).is_some());
        assert_eq!(add_business_days(NaiveDate::MAX, 1, &ALL), None);
    }

    proptest! {
        #[test]
        fn exactly_so_many_business_days_lie_in_between(offset in 0u64..20_000, count in 1u32..60, both in any::<bool>()) {
            let observed = Observed { october_monday: both, friday_after_thanksgiving: !both };
            let from = day("2000-01-01") + chrono::Days::new(offset);
            let last = add_business_days(from, count, &observed).unwrap();
            // Counted a second way: weekdays less the listed holidays.
            let listed: Vec<NaiveDate> =
                (from.year()..=last.year()).flat_map(|year| holidays_in(year, &observed)).map(|one| one.on).collect();
            let counted = from.iter_days().skip(1).take_while(|one| *one <= last)
                .filter(|one| one.weekday().num_days_from_monday() < 5 && !listed.contains(one)).count();
            prop_assert_eq!(counted, count as usize);
            prop_assert!(is_business_day(last, &observed));
        }
    }
}
