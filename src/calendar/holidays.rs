//! The legal holidays of Minnesota (Minn. Stat. § 645.44, subd. 5).

use chrono::{Datelike, NaiveDate, Weekday};

/// Optional holidays a city observes; not observing one gives the earlier, and so the safe, due date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Observed {
    /// Indigenous Peoples Day (before 2023: Columbus Day), the second Monday of October.
    pub october_monday: bool,
    /// The Friday after Thanksgiving.
    pub friday_after_thanksgiving: bool,
}

/// A day on which a holiday is observed, with the holiday's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holiday {
    /// The observed day.
    pub on: NaiveDate,
    /// The name.
    pub name: &'static str,
}

/// The name of the holiday observed on a day, or `None` for a day that is no holiday.
///
/// ```
/// use chrono::NaiveDate;
/// use recordroom::calendar::{Observed, holiday_on};
/// // 1 January 2028 is a Saturday, so the holiday is observed in the year before.
/// let friday = NaiveDate::from_ymd_opt(2027, 12, 31).unwrap();
/// assert_eq!(holiday_on(friday, &Observed::default()), Some("New Year's Day"));
/// ```
pub fn holiday_on(day: NaiveDate, observed: &Observed) -> Option<&'static str> {
    moving(day, observed).or_else(|| fixed(day)).or_else(|| match day.weekday() {
        // Only the five fixed holidays shift: from Sunday to Monday, from Saturday to Friday.
        Weekday::Mon => day.pred_opt().and_then(fixed),
        Weekday::Fri => day.succ_opt().and_then(fixed),
        _ => None,
    })
}

/// Every day of a calendar year on which a holiday is observed, in order; a holiday that shifts into the year before
/// is listed there.
pub fn holidays_in(year: i32, observed: &Observed) -> Vec<Holiday> {
    let Some(first) = NaiveDate::from_ymd_opt(year, 1, 1) else {
        return Vec::new();
    };
    first
        .iter_days()
        .take_while(|day| day.year() == year)
        .filter(|day| !is_weekend(*day))
        .filter_map(|on| holiday_on(on, observed).map(|name| Holiday { on, name }))
        .collect()
}

/// Whether a day is a Saturday or Sunday.
pub(super) fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The first year in which 19 June is a holiday; an older date must not skip it.
const FIRST_JUNETEENTH: i32 = 2023;
/// The first year in which the October holiday has its present name.
const FIRST_INDIGENOUS_PEOPLES_DAY: i32 = 2023;

/// Holidays tied to a date, before any shift.
fn fixed(day: NaiveDate) -> Option<&'static str> {
    match (day.month(), day.day()) {
        (1, 1) => Some("New Year's Day"),
        (6, 19) if day.year() >= FIRST_JUNETEENTH => Some("Juneteenth"),
        (7, 4) => Some("Independence Day"),
        (11, 11) => Some("Veterans Day"),
        (12, 25) => Some("Christmas Day"),
        _ => None,
    }
}

/// Holidays tied to a weekday of a month; these never shift.
fn moving(day: NaiveDate, observed: &Observed) -> Option<&'static str> {
    let week = day.day0() / 7 + 1;
    match (day.month(), day.weekday()) {
        (1, Weekday::Mon) if week == 3 => Some("Martin Luther King's Birthday"),
        (2, Weekday::Mon) if week == 3 => Some("Washington's and Lincoln's Birthday"),
        // May has 31 days, so its last Monday is the one from the 25th on.
        (5, Weekday::Mon) if day.day() >= 25 => Some("Memorial Day"),
        (9, Weekday::Mon) if week == 1 => Some("Labor Day"),
        (10, Weekday::Mon) if week == 2 && observed.october_monday => Some(october_name(day.year())),
        (11, Weekday::Thu) if week == 4 => Some("Thanksgiving Day"),
        // The day after the fourth Thursday, which falls on the 22nd to the 28th.
        (11, Weekday::Fri) if observed.friday_after_thanksgiving && (23..=29).contains(&day.day()) => {
            Some("Friday after Thanksgiving")
        }
        _ => None,
    }
}

const fn october_name(year: i32) -> &'static str {
    if year >= FIRST_INDIGENOUS_PEOPLES_DAY { "Indigenous Peoples Day" } else { "Columbus Day" }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    const ALL: Observed = Observed { october_monday: true, friday_after_thanksgiving: false };

    fn days(year: i32, observed: &Observed) -> Vec<String> {
        holidays_in(year, observed).iter().map(|one| one.on.format("%m-%d").to_string()).collect()
    }

    #[test]
    fn three_years_of_observed_days_written_out() {
        // Minn. Stat. § 645.44, subd. 5, worked out by hand on a wall calendar.
        let expected = [
            (2026, "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25"),
            (2027, "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31"),
            (2028, "01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-10 11-23 12-25"),
        ];
        for (year, list) in expected {
            assert_eq!(days(year, &ALL).join(" "), list, "{year}");
        }
    }

    #[test]
    fn the_october_monday_and_the_november_friday_are_the_citys_choice() {
        assert!(!days(2026, &Observed::default()).contains(&"10-12".to_owned()));
        assert!(!days(2026, &Observed::default()).contains(&"11-27".to_owned()));
        let both = Observed { october_monday: true, friday_after_thanksgiving: true };
        assert!(days(2026, &both).contains(&"11-27".to_owned()));
        // November 2030 begins on a Friday: the fourth Thursday is the 28th, the Friday after it the 29th.
        assert!(days(2030, &both).contains(&"11-29".to_owned()));
        assert!(!days(2030, &both).contains(&"11-22".to_owned()));
        // November 2029 begins on a Thursday: the fourth one is the 22nd, the Friday after it the 23rd; there is a fifth.
        assert!(days(2029, &both).contains(&"11-23".to_owned()));
        assert!(!days(2029, &both).contains(&"11-30".to_owned()));
    }

    #[test]
    fn juneteenth_is_a_holiday_from_2023_on() {
        // 19 June 2023 was a Monday; 19 June 2020 a Friday; 19 June 2021 a Saturday, its Friday the 18th.
        assert!(days(2023, &ALL).contains(&"06-19".to_owned()));
        assert!(!days(2020, &ALL).contains(&"06-19".to_owned()));
        assert!(!days(2021, &ALL).contains(&"06-18".to_owned()));
        assert!(!days(2022, &ALL).contains(&"06-20".to_owned()));
    }

    #[test]
    fn the_october_holiday_is_named_for_its_year() {
        let name = |year, day| holiday_on(NaiveDate::from_ymd_opt(year, 10, day).unwrap(), &ALL);
        assert_eq!(name(2022, 10), Some("Columbus Day"));
        assert_eq!(name(2023, 9), Some("Indigenous Peoples Day"));
    }

    #[test]
    fn weekday_holidays_never_shift_and_the_ends_of_the_calendar_do_not_panic() {
        assert_eq!(holiday_on(NaiveDate::from_ymd_opt(2026, 11, 25).unwrap(), &ALL), None);
        assert_eq!(holiday_on(NaiveDate::from_ymd_opt(2026, 5, 18).unwrap(), &ALL), None);
        for day in [NaiveDate::MIN, NaiveDate::MAX] {
            let _ = holiday_on(day, &ALL);
        }
        assert!(holidays_in(i32::MAX, &ALL).is_empty());
    }
}
