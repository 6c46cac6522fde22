//! Times of Apple's databases: counts since 2001-01-01 UTC, in nanoseconds or seconds.

use crate::model::record::{SourceTime, ZoneBasis};
use chrono::{DateTime, Datelike, Utc};

/// Seconds from 1970-01-01 to 2001-01-01, UTC (Foundation, `NSDate.timeIntervalBetween1970AndReferenceDate`).
const EPOCH: i64 = 978_307_200;
/// From this on a count is in nanoseconds: as seconds it would be the year 33658, as nanoseconds it is a quarter of an
/// hour into 2001. The unit is told value by value, since one row may have both.
const FEWEST_NANOSECONDS: i64 = 1_000_000_000_000;
/// Years in which a message or call of a city can have been: the first SMS was sent in 1992.
const YEARS: std::ops::RangeInclusive<i32> = 1992..=2100;

/// A count of seconds or nanoseconds; nothing for 0, which stands for no time.
///
/// # Errors
/// A plain sentence when the count is no time that can be right.
pub fn read(count: Option<i64>) -> Result<Option<SourceTime>, String> {
    let Some(count) = count.filter(|count| *count != 0) else { return Ok(None) };
    let found = if count.unsigned_abs() >= FEWEST_NANOSECONDS.unsigned_abs() {
        DateTime::from_timestamp(
            EPOCH + count.div_euclid(1_000_000_000),
            u32::try_from(count.rem_euclid(1_000_000_000)).unwrap_or(0),
        )
    } else {
        DateTime::from_timestamp(EPOCH + count, 0)
    };
    told(found, count.to_string()).map(Some)
}

/// A count of seconds with a fraction, as Core Data and property lists write it; nothing for 0.
///
/// # Errors
/// As [`read`].
pub fn of_seconds(seconds: Option<f64>) -> Result<Option<SourceTime>, String> {
    let Some(seconds) = seconds.filter(|seconds| *seconds != 0.0) else { return Ok(None) };
    // Of a time of this size 64 bits hold the microsecond and no more.
    let microseconds = (seconds * 1.0e6).round();
    let found = if microseconds.abs() < 1.0e18 {
        DateTime::from_timestamp_micros(EPOCH * 1_000_000 + microseconds as i64)
    } else {
        None
    };
    told(found, format!("{seconds:?}")).map(Some)
}

/// A count of seconds since 1970-01-01 UTC; nothing for 0.
///
/// # Errors
/// As [`read`].
pub fn of_unix(seconds: Option<i64>) -> Result<Option<SourceTime>, String> {
    let Some(seconds) = seconds.filter(|seconds| *seconds != 0) else { return Ok(None) };
    told(DateTime::from_timestamp(seconds, 0), seconds.to_string()).map(Some)
}

fn told(found: Option<DateTime<Utc>>, as_written: String) -> Result<SourceTime, String> {
    match found.filter(|at| YEARS.contains(&at.year())) {
        Some(at) => Ok(SourceTime { at, as_written, zone: ZoneBasis::FormatIsUtc }),
        None => Err(format!("the date cannot be right: {as_written}")),
    }
}

/// A moment in words for a fact.
pub fn words(time: &SourceTime) -> String {
    time.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_is_told_by_the_size_of_each_value() {
        let cases: [(i64, &str); 4] = [
            (768_996_000_000_000_000, "2025-05-15T10:00:00.000Z"),
            (768_996_000, "2025-05-15T10:00:00.000Z"),
            // Seconds pass a thousand million in September 2032; a rule at that size would be wrong from then on.
            (1_000_000_001, "2032-09-09T01:46:41.000Z"),
            (590_000_000_123_000_000, "2019-09-12T16:53:20.123Z"),
        ];
        for (count, expected) in cases {
            let time = read(Some(count)).expect("a time").expect("not absent");
            assert_eq!(words(&time), expected, "{count}");
        }
        assert_eq!(read(Some(0)), Ok(None));
        assert_eq!(read(None), Ok(None));
        for wrong in [i64::MAX, i64::MIN, -978_307_200, 999_999_999_999] {
            assert!(read(Some(wrong)).is_err(), "{wrong}");
        }
        for wrong in [f64::NAN, f64::INFINITY, -1.0e300] {
            assert!(of_seconds(Some(wrong)).is_err(), "{wrong}");
        }
        let time = of_seconds(Some(690_513_474.272)).expect("a time").expect("not absent");
        assert_eq!(words(&time), "2022-11-19T01:17:54.272Z");
    }
}
