//! Times of a handset's backup: counts since 1970-01-01 UTC, in milliseconds or, in some files, in seconds.

use crate::model::record::{SourceTime, ZoneBasis};
use chrono::{DateTime, Datelike, Duration, Utc};

/// Years in which a text or call of a city can have been: the first SMS was sent in 1992, and a phone that lost its
/// clock says 1970 or 1980.
const YEARS: std::ops::RangeInclusive<i32> = 1992..=2100;
/// Below this a count is in seconds: as milliseconds it would be before March 1973, as seconds it is up to the year
/// 5138. The unit is told value by value, since one file may have both.
const FEWEST_MILLISECONDS: i64 = 100_000_000_000;
/// Hours that a message may be newer than the backup that holds it: two clocks differ, and time zones are mistaken.
const HOURS_AFTER_BACKUP: i64 = 36;

/// Reads a count.
///
/// # Errors
/// A plain sentence that says why the time is left unknown.
pub fn read(written: &str, made_at: Option<DateTime<Utc>>) -> Result<SourceTime, String> {
    let count: i64 = written.trim().parse().map_err(|_| format!("the date cannot be read: {written}"))?;
    let found = if count.abs() < FEWEST_MILLISECONDS {
        DateTime::from_timestamp(count, 0)
    } else {
        DateTime::from_timestamp_millis(count)
    };
    let at = found.filter(|at| YEARS.contains(&at.year())).ok_or(format!("the date cannot be right: {written}"))?;
    if made_at.is_some_and(|made_at| at > made_at + Duration::hours(HOURS_AFTER_BACKUP)) {
        return Err(format!("the date is later than the backup itself: {written}"));
    }
    Ok(SourceTime { at, as_written: written.to_owned(), zone: ZoneBasis::FormatIsUtc })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_is_told_by_the_size_of_each_value() {
        let good: [(&str, &str); 4] = [
            ("1609459200000", "2021-01-01T00:00:00+00:00"),
            ("1609459200", "2021-01-01T00:00:00+00:00"),
            ("1512226167463", "2017-12-02T14:49:27.463+00:00"),
            (" 1609459200000 ", "2021-01-01T00:00:00+00:00"),
        ];
        for (written, expected) in good {
            assert_eq!(read(written, None).map(|time| time.at.to_rfc3339()).as_deref(), Ok(expected), "{written}");
        }
        let bad: [(&str, &str); 8] = [
            ("", "nothing"),
            ("bad", "no number"),
            ("0", "absent"),
            ("315964800000", "1980: a phone that lost its clock"),
            ("1609459200000000", "microseconds are not of this format"),
            ("-1609459200000", "before 1970"),
            ("9223372036854775807", "beyond the calendar"),
            ("99999999999999999999", "beyond the number"),
        ];
        for (written, why) in bad {
            assert!(read(written, None).is_err(), "{written}: {why}");
        }
    }

    #[test]
    fn nothing_is_newer_than_the_backup_that_holds_it() {
        let made_at = read("1609459200000", None).map(|time| time.at).ok();
        assert!(read("1609462800000", made_at).is_ok(), "an hour is a difference between clocks");
        assert!(read("1609718400000", made_at).is_err(), "three days are not");
    }
}
