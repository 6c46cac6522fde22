//! Times and durations as call detail writes them.

use super::profile::Zone;
use crate::model::record::{CallDuration, DurationBasis, SourceTime, ZoneBasis};
use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

/// Years that a call can have been in.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;
/// Forms that are tried where a profile names none. Month before day, as in the United States: a file that writes the
/// day first needs a profile that says so.
const FORMS: [&str; 14] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %I:%M%p",
    "%m/%d/%Y %I:%M:%S%p",
    "%m/%d/%Y %I:%M%p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%y %I:%M:%S%p",
    "%m/%d/%y %I:%M%p",
    "%m/%d/%y %H:%M:%S",
    "%m/%d/%y %H:%M",
    "%b %d, %Y %I:%M%p",
    "%b %d, %Y %H:%M:%S",
];

/// A time as written, in the zone that the profile names; `None` when it cannot be read.
pub fn read(written: &str, forms: &[String], zone: Zone, zone_written: &str, city: Tz) -> Option<SourceTime> {
    let as_written = written.trim();
    let told = |at: DateTime<Utc>, zone| {
        YEARS.contains(&at.year()).then(|| SourceTime { at, as_written: as_written.to_owned(), zone })
    };
    if let Ok(time) = DateTime::parse_from_rfc3339(&as_written.replacen(' ', "T", 1)) {
        return told(time.with_timezone(&Utc), ZoneBasis::OffsetInSource);
    }
    let naive = naive(as_written, forms)?;
    if let Some(minutes) = offset(zone_written) {
        return told((naive - Duration::minutes(minutes)).and_utc(), ZoneBasis::OffsetInSource);
    }
    match zone {
        Zone::Utc => told(naive.and_utc(), ZoneBasis::FormatIsUtc),
        Zone::Local | Zone::UniqueId => told(local(naive, city)?, ZoneBasis::AssumedLocal),
    }
}

/// Seconds since 1970-01-01 UTC; 0 means that there was no such moment.
pub fn read_epoch(written: &str) -> Option<SourceTime> {
    let seconds: i64 = written.trim().parse().ok()?;
    let at = DateTime::from_timestamp(seconds, 0).filter(|at| YEARS.contains(&at.year()))?;
    Some(SourceTime { at, as_written: written.trim().to_owned(), zone: ZoneBasis::FormatIsUtc })
}

/// A local time whose zone is proved by the count of seconds in the same row (Asterisk's `uniqueid` is the moment the
/// channel was made, and a sequence number): the difference of both, to the quarter of an hour, is the zone's.
pub fn read_proved(written: &str, forms: &[String], unique_id: &str) -> Option<SourceTime> {
    const QUARTER: i64 = 15 * 60;
    /// Seconds that may lie between the making of the channel and the time that is written.
    const APART: i64 = 120;
    let naive = naive(written.trim(), forms)?;
    let epoch: i64 = unique_id.rsplit('-').next()?.split('.').next()?.parse().ok()?;
    let made = DateTime::from_timestamp(epoch, 0).filter(|at| YEARS.contains(&at.year()))?;
    let difference = naive.and_utc().timestamp() - made.timestamp();
    let offset = (difference as f64 / QUARTER as f64).round() as i64 * QUARTER;
    if (difference - offset).abs() > APART || offset.abs() > 14 * 60 * 60 {
        return None;
    }
    let at = (naive - Duration::seconds(offset)).and_utc();
    Some(SourceTime { at, as_written: written.trim().to_owned(), zone: ZoneBasis::Derived })
}

/// A date and a time of two cells as one. A spreadsheet keeps each of them as a whole moment: a date has midnight
/// behind it, and a time has the same day before it, or none.
pub fn joined(date: &str, time: &str) -> String {
    let day = if time.is_empty() { date } else { date.strip_suffix(" 00:00:00").unwrap_or(date) };
    let time = match time.split_once(' ') {
        Some((before, behind)) if before == day || before == "1899-12-30" || before == "1899-12-31" => behind,
        _ => time,
    };
    match date.split_once(' ') {
        // Both cells are the whole moment.
        Some((before, behind)) if behind == time && before.len() == 10 => date.to_owned(),
        _ => format!("{day} {time}").trim().to_owned(),
    }
}

/// Whether a cell begins with a date in one of the forms.
pub fn begins_with_date(cell: &str, forms: &[String]) -> bool {
    naive(&format!("{} 00:00", cell.trim()), forms).is_some() || naive(cell.trim(), forms).is_some()
}

fn naive(written: &str, forms: &[String]) -> Option<NaiveDateTime> {
    let plausible = |found: &NaiveDateTime| YEARS.contains(&found.year());
    let own = forms.iter().find_map(|form| {
        let moment = NaiveDateTime::parse_from_str(written, form).ok();
        let day = || NaiveDate::parse_from_str(written, form).ok().and_then(|day| day.and_hms_opt(0, 0, 0));
        moment.or_else(day).filter(plausible)
    });
    if own.is_some() || !forms.is_empty() {
        return own;
    }
    let text = half_day_joined(written);
    FORMS.iter().find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok().filter(plausible))
}

/// `9:47 a.m.`, `9:47 AM` and `9:47A` alike as `9:47AM`.
fn half_day_joined(written: &str) -> String {
    let upper: String = written.to_ascii_uppercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let upper = upper.replace("A.M.", "AM").replace("P.M.", "PM").replace(" AM", "AM").replace(" PM", "PM");
    let bytes = upper.as_bytes();
    let short = matches!(bytes, [.., b'0'..=b'9', b'A' | b'P']);
    if short { format!("{upper}M") } else { upper }
}

/// An offset in a column of its own: `-0500`, `-05:00`, `UTC`, and the names of the zones of the United States.
fn offset(written: &str) -> Option<i64> {
    let text = written.trim().to_ascii_uppercase();
    let hours = match text.as_str() {
        "UTC" | "GMT" | "Z" => 0,
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" | "AKDT" => -8,
        "AKST" => -9,
        "HST" => -10,
        _ => {
            let digits: String = text.get(1..)?.chars().filter(|c| *c != ':').collect();
            let number: i64 = digits.parse().ok().filter(|_| digits.len() == 4)?;
            let minutes = number / 100 * 60 + number % 100;
            return match text.as_bytes()[0] {
                b'-' => Some(-minutes),
                b'+' => Some(minutes),
                _ => None,
            };
        }
    };
    Some(hours * 60)
}

/// A local time of the city; of two equal ones in autumn the first, of one skipped in spring the hour after.
pub fn local(naive: NaiveDateTime, city: Tz) -> Option<DateTime<Utc>> {
    let found = city.from_local_datetime(&naive).earliest();
    let found = found.or_else(|| city.from_local_datetime(&(naive + Duration::hours(1))).earliest());
    found.map(|time| time.with_timezone(&Utc))
}

/// In which unit a bare number counts a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// A bill's whole minutes, rounded up.
    Minutes,
    /// The cell itself has to tell: `0:05:12`, `3 min`.
    Told,
}

/// A duration; `None` when it cannot be read, or a bare number says no unit.
pub fn duration(written: &str, unit: Unit) -> Option<CallDuration> {
    let text = written.trim().to_ascii_lowercase();
    let exact = |seconds| Some(CallDuration { seconds, basis: DurationBasis::Exact });
    let minutes =
        |count: u64| Some(CallDuration { seconds: count.checked_mul(60)?, basis: DurationBasis::RoundedUpMinutes });
    if text.contains(':') {
        return exact(clock(&text)?);
    }
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ' || c == '.');
    let word = text[number.len()..].trim_matches([' ', '.']);
    // A whole number that a spreadsheet wrote with a fraction of nothing.
    let whole = number
        .split_once('.')
        .map_or(number, |(whole, rest)| if rest.bytes().all(|b| b == b'0') { whole } else { number });
    let count: u64 = whole.parse().ok()?;
    match (word, unit) {
        ("min" | "mins" | "minute" | "minutes" | "m", _) | ("", Unit::Minutes) => minutes(count),
        ("s" | "sec" | "secs" | "second" | "seconds", _) | ("", Unit::Seconds) => exact(count),
        _ => None,
    }
}

/// `hh:mm:ss` or `mm:ss`.
fn clock(text: &str) -> Option<u64> {
    let parts: Vec<u64> =
        text.split(':').map(|part| part.split('.').next()?.trim().parse().ok()).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match parts[..] {
        [minutes, seconds] => (0, minutes, seconds),
        [hours, minutes, seconds] if minutes < 60 => (hours, minutes, seconds),
        _ => return None,
    };
    (seconds < 60).then(|| hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds))?
}

#[cfg(test)]
mod tests {
    use super::*;

    const CITY: Tz = chrono_tz::America::Chicago;

    #[test]
    fn times_are_read_in_the_forms_met_and_the_zone_is_told() {
        let cases: [(&str, Zone, &str, &str, ZoneBasis); 12] = [
            ("02/18/2022 09:47 AM", Zone::Local, "", "2022-02-18T15:47:00", ZoneBasis::AssumedLocal),
            ("07/18/2022 9:47A", Zone::Local, "", "2022-07-18T14:47:00", ZoneBasis::AssumedLocal),
            ("7/8/22 9:47 p.m.", Zone::Local, "", "2022-07-09T02:47:00", ZoneBasis::AssumedLocal),
            ("2023-07-26 01:51:32", Zone::Utc, "", "2023-07-26T01:51:32", ZoneBasis::FormatIsUtc),
            ("2023-07-26T01:51:32Z", Zone::Local, "", "2023-07-26T01:51:32", ZoneBasis::OffsetInSource),
            ("2023-07-26T01:51:32.1234567-05:00", Zone::Local, "", "2023-07-26T06:51:32", ZoneBasis::OffsetInSource),
            ("2023-07-26 01:51:32+00:00", Zone::Local, "", "2023-07-26T01:51:32", ZoneBasis::OffsetInSource),
            ("01/31/2026 14:05", Zone::Local, "CST", "2026-01-31T20:05:00", ZoneBasis::OffsetInSource),
            ("01/31/2026 14:05", Zone::Local, "-0500", "2026-01-31T19:05:00", ZoneBasis::OffsetInSource),
            ("Jan 31, 2026 2:05 PM", Zone::Local, "", "2026-01-31T20:05:00", ZoneBasis::AssumedLocal),
            // 2025-11-02: 01:30 comes twice, the first is daylight time. 2026-03-08: 02:30 does not come.
            ("11/02/2025 01:30 AM", Zone::Local, "", "2025-11-02T06:30:00", ZoneBasis::AssumedLocal),
            ("03/08/2026 02:30 AM", Zone::Local, "", "2026-03-08T08:30:00", ZoneBasis::AssumedLocal),
        ];
        for (written, zone, zone_written, expected, basis) in cases {
            let found = read(written, &[], zone, zone_written, CITY).unwrap_or_else(|| panic!("{written}"));
            let shown = found.at.format("%Y-%m-%dT%H:%M:%S").to_string();
            assert_eq!((shown.as_str(), found.zone, found.as_written.as_str()), (expected, basis, written));
        }
        for written in ["", "sometime", "02/18", "13/45/2022 09:47 AM", "02/18/1822 09:47 AM", "45000.5"] {
            assert_eq!(read(written, &[], Zone::Local, "", CITY), None, "{written}");
        }
    }

    #[test]
    fn a_profile_may_name_its_own_forms() {
        let forms = ["%d.%m.%Y %H:%M".to_owned()];
        let found = read("03.04.2025 10:00", &forms, Zone::Utc, "", CITY).expect("day first");
        assert_eq!(found.at.to_rfc3339(), "2025-04-03T10:00:00+00:00");
        assert_eq!(read("04/03/2025 10:00", &forms, Zone::Utc, "", CITY), None, "and then no others are tried");
    }

    #[test]
    fn the_zone_of_a_phone_system_is_proved_by_its_own_count() {
        let found = read_proved("2023-07-26 01:51:32", &[], "1690325492.2").expect("three hours east");
        assert_eq!((found.at.timestamp(), found.zone), (1_690_325_492, ZoneBasis::Derived));
        let named = read_proved("2023-07-26 01:51:40", &[], "pbx-1690325492.2").expect("eight seconds later");
        assert_eq!(named.at.timestamp(), 1_690_325_500);
        assert_eq!(read_proved("2023-07-26 01:57:32", &[], "1690325492.2"), None, "six minutes are no zone");
        assert_eq!(read_proved("2023-07-26 01:51:32", &[], ""), None);
    }

    #[test]
    fn durations_say_how_exact_they_are() {
        use DurationBasis::{Exact, RoundedUpMinutes};
        type Told = Option<(u64, DurationBasis)>;
        let cases: [(&str, Unit, Told); 16] = [
            ("15", Unit::Seconds, Some((15, Exact))),
            ("15.0", Unit::Seconds, Some((15, Exact))),
            ("3", Unit::Minutes, Some((180, RoundedUpMinutes))),
            ("1 Min", Unit::Told, Some((60, RoundedUpMinutes))),
            ("35 sec", Unit::Told, Some((35, Exact))),
            ("0:05:12", Unit::Told, Some((312, Exact))),
            ("05:12", Unit::Minutes, Some((312, Exact))),
            ("120:05", Unit::Told, Some((7205, Exact))),
            ("00:02:45.6", Unit::Told, Some((165, Exact))),
            ("15", Unit::Told, None),
            ("1.5", Unit::Minutes, None),
            ("--", Unit::Minutes, None),
            ("", Unit::Seconds, None),
            ("5:75", Unit::Told, None),
            ("-3", Unit::Seconds, None),
            ("99999999999999999999", Unit::Seconds, None),
        ];
        for (written, unit, expected) in cases {
            assert_eq!(duration(written, unit).map(|one| (one.seconds, one.basis)), expected, "{written} {unit:?}");
        }
    }
}
