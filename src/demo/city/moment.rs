//! The time of the story: local wall clock of Cedar Bend, no clock of the machine.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, TimeZone, Utc, Weekday};
use chrono_tz::America::Chicago;
use chrono_tz::Tz;

use super::dice::Dice;

/// The first day of the story.
pub const BEGINS: (i32, u32, u32) = (2024, 4, 15);
/// The day on which the story is told: a Wednesday two days before Juneteenth, 2026. Ten business days later is
/// 2 July 2026 (a test vector of the legal calendar), and 365 days earlier is 17 June 2025.
pub const TODAY: (i32, u32, u32) = (2026, 6, 17);

/// Days that matter to the stories, each with what happened on it.
pub const DAYS: &[((i32, u32, u32), &str)] = &[
    (BEGINS, "the first day of the exports"),
    ((2024, 6, 13), "bids for the Ridgeview Road reconstruction are opened"),
    ((2024, 6, 24), "the contract is awarded to Prairie Paving & Grading"),
    ((2024, 11, 12), "the contractor leaves for the winter"),
    ((2025, 1, 14), "Beverly Lund falls in front of the community center"),
    ((2025, 2, 10), "an employee complains about a co-worker"),
    ((2025, 3, 3), "notice of claim, Lund"),
    ((2025, 3, 4), "the clerk asks everybody to keep what concerns the Lund matter"),
    ((2025, 4, 17), "final disposition of the personnel matter"),
    ((2025, 4, 28), "change order 3 is asked for"),
    ((2025, 5, 12), "the council pays for the rock and tables the rest"),
    ((2025, 6, 17), "365 days before the story is told"),
    ((2025, 8, 20), "demand letter, Lund"),
    ((2025, 10, 1), "summons and complaint, Lund v. City of Cedar Bend"),
    ((2026, 5, 11), "final acceptance of the Ridgeview Road work"),
    ((2026, 6, 16), "the Courier asks for the data on change order 3, after hours"),
    (TODAY, "the story is told"),
];

/// A day of the calendar.
pub fn day((year, month, day): (i32, u32, u32)) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

/// Nine in the morning of the day on which the story is told.
pub fn today() -> DateTime<Utc> {
    utc(day(TODAY).and_hms_opt(9, 0, 0).unwrap_or_default())
}

/// A local time with its zone; the hour that does not exist in March is moved on by one.
pub fn zoned(local: NaiveDateTime) -> DateTime<Tz> {
    let found = Chicago.from_local_datetime(&local).earliest();
    found.unwrap_or_else(|| Chicago.from_utc_datetime(&(local + Duration::hours(6))))
}

/// A local time as UTC.
pub fn utc(local: NaiveDateTime) -> DateTime<Utc> {
    zoned(local).with_timezone(&Utc)
}

/// A day of the story that was a working day.
pub fn working_day(dice: &mut Dice) -> NaiveDate {
    loop {
        let found = any_day(dice);
        if !matches!(found.weekday(), Weekday::Sat | Weekday::Sun) {
            return found;
        }
    }
}

/// Any day of the story before the one on which it is told.
pub fn any_day(dice: &mut Dice) -> NaiveDate {
    let days = (day(TODAY) - day(BEGINS)).num_days() as u64;
    day(BEGINS) + Duration::days(dice.below(days) as i64)
}

/// A time of a day between two hours.
pub fn time_of(day: NaiveDate, from: u64, to: u64, dice: &mut Dice) -> NaiveDateTime {
    let seconds = dice.between(from * 3600, to * 3600 - 1);
    day.and_time(chrono::NaiveTime::default()) + Duration::seconds(seconds as i64)
}

/// A date as mail headers have it (RFC 5322 section 3.3).
pub fn mail_date(local: NaiveDateTime) -> String {
    zoned(local).format("%a, %d %b %Y %H:%M:%S %z").to_string()
}
