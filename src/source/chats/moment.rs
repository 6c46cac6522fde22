//! The ways in which chats write a moment.

use crate::model::record::{SourceTime, ZoneBasis};
use chrono::{DateTime, Datelike, Utc};

/// Years in which a message of a city can have been; a clock that lost itself says 1970.
const YEARS: std::ops::RangeInclusive<i32> = 1992..=2100;
/// How X writes the moment of a post.
const OF_X: &str = "%a %b %d %H:%M:%S %z %Y";

/// A moment with its offset (RFC 3339), as Graph, vCon, WARC and newer parts of an X archive write it.
///
/// # Errors
/// A plain sentence that says why the time is left unknown.
pub fn rfc3339(written: &str) -> Result<SourceTime, String> {
    let at = DateTime::parse_from_rfc3339(written.trim()).map_err(|_| unread(written))?;
    plausible(Some(at.with_timezone(&Utc)), written, ZoneBasis::OffsetInSource)
}

/// A moment of X: `Wed Oct 10 20:19:24 +0000 2018`, or as [`rfc3339`].
///
/// # Errors
/// As [`rfc3339`].
pub fn of_x(written: &str) -> Result<SourceTime, String> {
    match DateTime::parse_from_str(written.trim(), OF_X) {
        Ok(at) => plausible(Some(at.with_timezone(&Utc)), written, ZoneBasis::OffsetInSource),
        Err(_) => rfc3339(written),
    }
}

/// Milliseconds since 1970-01-01 UTC.
///
/// # Errors
/// As [`rfc3339`].
pub fn milliseconds(written: &str) -> Result<SourceTime, String> {
    let count: i64 = written.trim().parse().map_err(|_| unread(written))?;
    plausible(DateTime::from_timestamp_millis(count), written, ZoneBasis::FormatIsUtc)
}

/// Seconds since 1970-01-01 UTC, with or without a fraction (Slack: `1512085950.000216`, exact to the microsecond).
///
/// # Errors
/// As [`rfc3339`].
pub fn seconds(written: &str) -> Result<SourceTime, String> {
    let text = written.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let count: i64 = whole.parse().map_err(|_| unread(written))?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(unread(written));
    }
    let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let nanoseconds: u32 = digits.parse().map_err(|_| unread(written))?;
    plausible(DateTime::from_timestamp(count, nanoseconds), written, ZoneBasis::FormatIsUtc)
}

fn plausible(at: Option<DateTime<Utc>>, written: &str, zone: ZoneBasis) -> Result<SourceTime, String> {
    match at.filter(|at| YEARS.contains(&at.year())) {
        Some(at) => Ok(SourceTime { at, as_written: written.to_owned(), zone }),
        None => Err(format!("the date cannot be right: {written}")),
    }
}

fn unread(written: &str) -> String {
    if written.trim().is_empty() {
        "there is no date".to_owned()
    } else {
        format!("the date cannot be read: {written}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_is_read_exactly() {
        type Read = fn(&str) -> Result<SourceTime, String>;
        let good: [(Read, &str, &str); 6] = [
            (rfc3339, "2021-05-25T20:12:14.864Z", "2021-05-25T20:12:14.864+00:00"),
            (rfc3339, "2022-06-21T17:53:26.000-05:00", "2022-06-21T22:53:26+00:00"),
            (of_x, "Wed Oct 10 20:19:24 +0000 2018", "2018-10-10T20:19:24+00:00"),
            (milliseconds, "1600000120000", "2020-09-13T12:28:40+00:00"),
            (seconds, "1512085950.000216", "2017-11-30T23:52:30.000216+00:00"),
            (seconds, "1600000000", "2020-09-13T12:26:40+00:00"),
        ];
        for (read, written, expected) in good {
            assert_eq!(read(written).map(|time| time.at.to_rfc3339()).as_deref(), Ok(expected), "{written}");
        }
        let bad: [(Read, &str); 7] = [
            (rfc3339, ""),
            (rfc3339, "2021-05-25"),
            (milliseconds, "0"),
            (milliseconds, "99999999999999999999"),
            (seconds, "1e9"),
            (seconds, "12.x"),
            (of_x, "yesterday"),
        ];
        for (read, written) in bad {
            assert!(read(written).is_err(), "{written}");
        }
    }
}
