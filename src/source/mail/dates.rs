//! Dates of mail headers (RFC 5322 section 3.3, obsolete forms of section 4.3), with how the zone is known.

use crate::model::record::{SourceTime, ZoneBasis};
use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

/// Years that a message of a city can have been written in; a date outside is left unknown.
pub const PLAUSIBLE_YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// A date as written, whatever year it says; `None` when it cannot be read.
pub fn read(written: &str, city: Tz) -> Option<SourceTime> {
    let bare = without_comments(written);
    let words: Vec<&str> = bare.split([' ', '\t', ',', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    let (naive, rest) = day_first(&words).or_else(|| month_first(&words))?;
    let (at, zone) = match zone_of(rest) {
        Zone::Offset(minutes) => {
            (naive.checked_sub_signed(Duration::minutes(minutes))?.and_utc(), ZoneBasis::OffsetInSource)
        }
        Zone::Utc => (naive.and_utc(), ZoneBasis::FormatIsUtc),
        Zone::None => (local(naive, city)?, ZoneBasis::AssumedLocal),
    };
    Some(SourceTime { at, as_written: written.trim().to_owned(), zone })
}

/// The date of a `Received` field: what follows its last semicolon.
pub fn read_received(field: &str, city: Tz) -> Option<SourceTime> {
    let (_, date) = field.rsplit_once(';')?;
    read(date, city).filter(is_plausible)
}

/// Whether the year is one that can be.
pub fn is_plausible(time: &SourceTime) -> bool {
    PLAUSIBLE_YEARS.contains(&time.at.year())
}

enum Zone {
    Offset(i64),
    Utc,
    None,
}

/// `Mon, 16 Apr 2019 12:00:40 -0500`, the day of the week may be missing.
fn day_first<'a>(words: &'a [&'a str]) -> Option<(NaiveDateTime, &'a [&'a str])> {
    let at = words.iter().take(2).position(|word| word.bytes().all(|byte| byte.is_ascii_digit()))?;
    let [day, month, year, time, rest @ ..] = &words[at..] else { return None };
    Some((moment(year, month, day, time)?, rest))
}

/// `Tue Apr 16 12:00:40 -0500 2019`, as programs of the eighties write it.
fn month_first<'a>(words: &'a [&'a str]) -> Option<(NaiveDateTime, &'a [&'a str])> {
    let at = words.iter().take(2).position(|word| month_number(word).is_some())?;
    let [month, day, time, rest @ ..] = &words[at..] else { return None };
    let is_year = |word: &&str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let year = rest.iter().take(2).find(|word| is_year(word))?;
    Some((moment(year, month, day, time)?, rest))
}

fn moment(year: &str, month: &str, day: &str, time: &str) -> Option<NaiveDateTime> {
    let date = NaiveDate::from_ymd_opt(full_year(year)?, month_number(month)?, day.parse().ok()?)?;
    // A few programs write dots between hours and minutes.
    let mut parts = time.split([':', '.']);
    let hour: u32 = parts.next()?.parse().ok()?;
    let minute: u32 = parts.next()?.parse().ok()?;
    let second: u32 = parts.next().map_or(Some(0), |second| second.parse().ok())?;
    // A leap second is the last second of its minute here.
    date.and_hms_opt(hour, minute, second.min(59))
}

/// Two and three digits as RFC 5322 section 4.3 reads them.
fn full_year(year: &str) -> Option<i32> {
    let number: i32 = year.parse().ok()?;
    Some(match year.len() {
        2 if number < 50 => number + 2000,
        2 | 3 => number + 1900,
        4 => number,
        _ => return None,
    })
}

fn month_number(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let head = word.get(..3)?.to_ascii_lowercase();
    let valid = word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'.');
    MONTHS.iter().position(|month| valid && *month == head).map(|at| at as u32 + 1)
}

/// The zone among the last words: an offset, or a name of RFC 5322 section 4.3 and those met in practice.
fn zone_of(words: &[&str]) -> Zone {
    for word in words.iter().take(3) {
        if let Some(minutes) = offset(word) {
            return Zone::Offset(minutes);
        }
        let name = word.to_ascii_uppercase();
        let hours = match name.as_str() {
            "GMT" | "UT" | "UTC" | "Z" => 0,
            "EST" | "CDT" => -5,
            "EDT" => -4,
            "CST" | "MDT" => -6,
            "MST" | "PDT" => -7,
            "PST" | "AKDT" => -8,
            "AKST" => -9,
            "HST" => -10,
            "BST" | "WEST" | "CET" | "MET" => 1,
            "CEST" | "MEST" | "EET" => 2,
            "JST" => 9,
            // An unknown name says nothing: the time is taken as UTC, as RFC 5322 section 4.3 asks.
            _ if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic()) => return Zone::Utc,
            _ => continue,
        };
        return Zone::Offset(hours * 60);
    }
    Zone::None
}

/// `-0500`, and `-05:00` and `GMT-0500` as they are met.
fn offset(word: &str) -> Option<i64> {
    let word = word.strip_prefix("GMT").or_else(|| word.strip_prefix("UTC")).unwrap_or(word);
    let (sign, digits) = match word.as_bytes().first()? {
        b'+' => (1, &word[1..]),
        b'-' => (-1, &word[1..]),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    let (hours, minutes) = (number / 100, number % 100);
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// A local time; where the clock was set back the earlier moment, where it was set forward one hour on.
fn local(naive: NaiveDateTime, city: Tz) -> Option<DateTime<Utc>> {
    let found = city.from_local_datetime(&naive).earliest();
    let found = found.or_else(|| city.from_local_datetime(&naive.checked_add_signed(Duration::hours(1))?).earliest());
    found.map(|time| time.with_timezone(&Utc))
}

/// The text without `(comments)`, which may lie inside each other.
fn without_comments(text: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(character),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_every_form_with_the_basis_of_their_zone() {
        use ZoneBasis::{AssumedLocal, FormatIsUtc, OffsetInSource};
        let cases = [
            ("Tue, 16 Apr 2019 12:00:40 -0500", "2019-04-16T17:00:40Z", OffsetInSource),
            ("16 Apr 2019 12:00 +0530", "2019-04-16T06:30:00Z", OffsetInSource),
            ("Tue, 16 Apr 2019 12:00:40 CDT", "2019-04-16T17:00:40Z", OffsetInSource),
            ("Tue, 16 Apr 2019 12:00:40 GMT", "2019-04-16T12:00:40Z", OffsetInSource),
            ("Tue, 16 Apr 2019 12:00:40 -0500 (CDT (summer))", "2019-04-16T17:00:40Z", OffsetInSource),
            ("Tue, 16 Apr 19 12:00:60 -0500", "2019-04-16T17:00:59Z", OffsetInSource),
            ("Tue, 16 Apr 99 12:00:00 Z", "1999-04-16T12:00:00Z", OffsetInSource),
            ("Tue, 16 Apr 2019 12:00:40 QST", "2019-04-16T12:00:40Z", FormatIsUtc),
            ("Tue, 16 Apr 2019 12:00:40", "2019-04-16T17:00:40Z", AssumedLocal),
            ("Sun, 10 Mar 2019 02:30:00", "2019-03-10T08:30:00Z", AssumedLocal),
            ("Sun, 3 Nov 2019 01:30:00", "2019-11-03T06:30:00Z", AssumedLocal),
            ("Tue Apr 16 12:00:40 2019", "2019-04-16T17:00:40Z", AssumedLocal),
            ("Tue Apr 16 12:00:40 EST 2019", "2019-04-16T17:00:40Z", OffsetInSource),
            ("Tue Apr 16 12:00:40 2019 -0500", "2019-04-16T17:00:40Z", OffsetInSource),
        ];
        for (written, expected, zone) in cases {
            let time = read(written, chrono_tz::America::Chicago).unwrap_or_else(|| panic!("{written}"));
            let moment = time.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            assert_eq!((moment.as_str(), time.zone, time.as_written.as_str()), (expected, zone, written), "{written}");
        }
        for wrong in ["", "yesterday", "32 Apr 2019 12:00", "16 Apr 2019", "16 Apr 2019 25:00:00 +0000", "é é é é"]
        {
            assert_eq!(read(wrong, chrono_tz::America::Chicago), None, "{wrong}");
        }
    }
}
