//! Moments in a workbook of Cellebrite: `6/1/2025 12:00:00 PM(UTC-5)`, in the order of day and month of the examiner's
//! computer, which is decided over the whole workbook or asked, never guessed.

use crate::model::record::{SourceTime, ZoneBasis};
use crate::source::ReadOptions;
use crate::source::texts::draft;
use crate::source::texts::whatsapp::DateOrder;
use crate::source::texts::whatsapp::line::Numbers;
use chrono::{FixedOffset, NaiveDateTime, NaiveTime, TimeZone, Utc};

/// Which orders fit every date of a workbook so far, then the one that is taken.
#[derive(Debug, Clone)]
pub struct Dates {
    possible: Vec<DateOrder>,
    /// Whether two orders give different days for some date.
    differ: bool,
    order: Option<DateOrder>,
}

impl Default for Dates {
    fn default() -> Self {
        Self { possible: DateOrder::ALL.to_vec(), differ: false, order: None }
    }
}

impl Dates {
    /// Leaves out the orders in which a moment is none.
    pub fn look_at(&mut self, written: &str) {
        let Some(numbers) = numbers(written) else { return };
        if DateOrder::ALL.iter().all(|order| order.date(numbers).is_none()) {
            return;
        }
        self.possible.retain(|order| order.date(numbers).is_some());
        let mut days = self.possible.iter().filter_map(|order| order.date(numbers));
        let first = days.next();
        self.differ |= days.any(|day| Some(day) != first);
    }

    /// Takes the only order that fits, or the one that was told.
    pub fn settled(mut self, options: &ReadOptions) -> Self {
        let told = options.date_order.filter(|order| self.possible.contains(order));
        self.order = match self.possible.as_slice() {
            [only] => Some(*only),
            [first, ..] if !self.differ => Some(*first),
            _ => told,
        };
        self
    }

    /// What to ask, where nothing tells the day from the month.
    pub fn open_question(&self) -> Option<&'static str> {
        (self.order.is_none()).then_some(
            "nothing in the report tells which number of its dates is the day and which the month; its items are kept without \
             a date: ask who made the report, and take it in again with --date-order dmy or --date-order mdy",
        )
    }

    /// A moment; without a zone it is the city's own.
    pub fn read(&self, written: &str, city: chrono_tz::Tz) -> Option<SourceTime> {
        let (clock, zone) = split_zone(written);
        let naive = iso(clock).or_else(|| {
            let date = self.order?.date(numbers(clock)?)?;
            Some(date.and_time(time(clock)?))
        })?;
        match zone {
            Some(offset) => {
                let at = offset.from_local_datetime(&naive).single()?.with_timezone(&Utc);
                draft::told(at, written, ZoneBasis::OffsetInSource)
            }
            None => draft::local(naive, written, city),
        }
    }
}

/// Whether words have a day in them, not only an hour.
pub fn has_day(written: &str) -> bool {
    numbers(written).is_some() || iso(split_zone(written).0).is_some()
}

/// `HH:MM:SS`, with a fraction or without.
pub fn seconds(written: &str) -> Option<u64> {
    let whole = written.split('.').next()?;
    let parts: Vec<u64> = whole.split(':').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    match parts.as_slice() {
        [hours, minutes, seconds] if *hours < 10_000 && *minutes < 60 && *seconds < 60 => {
            Some(hours * 3600 + minutes * 60 + seconds)
        }
        _ => None,
    }
}

/// The moment before `(UTC-5)`, and the zone in it.
fn split_zone(written: &str) -> (&str, Option<FixedOffset>) {
    let Some((clock, zone)) = written.split_once('(') else { return (written.trim(), None) };
    let zone = zone.trim_end_matches(')').trim();
    let offset = zone.strip_prefix("UTC").and_then(|rest| {
        let (sign, digits) = match rest.trim().split_at_checked(1) {
            None => (1, "0"),
            Some(("+", digits)) => (1, digits),
            Some(("-", digits)) => (-1, digits),
            Some(_) => return None,
        };
        let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
        let seconds = hours.trim().parse::<i32>().ok()? * 3600 + minutes.trim().parse::<i32>().ok()? * 60;
        FixedOffset::east_opt(sign * seconds)
    });
    (clock.trim(), offset)
}

fn iso(clock: &str) -> Option<NaiveDateTime> {
    const FORMS: [&str; 4] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %I:%M:%S %p", "%Y-%m-%d %H:%M"];
    FORMS.iter().find_map(|form| NaiveDateTime::parse_from_str(clock, form).ok())
}

/// The three numbers of a date with slashes or points.
fn numbers(written: &str) -> Option<Numbers> {
    let date = written.split_whitespace().next()?;
    let mut parts = date.split(['/', '.']);
    let (mut numbers, mut digits) = ([0; 3], [0; 3]);
    for at in 0..3 {
        let part = parts.next()?;
        numbers[at] = part.parse().ok()?;
        digits[at] = part.len();
    }
    parts.next().is_none().then_some(Numbers { parts: numbers, digits })
}

fn time(clock: &str) -> Option<NaiveTime> {
    let (_, time) = clock.split_once(char::is_whitespace)?;
    const FORMS: [&str; 4] = ["%I:%M:%S %p", "%I:%M %p", "%H:%M:%S%.f", "%H:%M"];
    FORMS.iter().find_map(|form| NaiveTime::parse_from_str(time.trim(), form).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(all: &[&str], told: Option<DateOrder>) -> Dates {
        let mut dates = Dates::default();
        all.iter().for_each(|one| dates.look_at(one));
        let options = ReadOptions { date_order: told, ..ReadOptions::of(chrono_tz::America::Chicago) };
        dates.settled(&options)
    }

    #[test]
    fn the_order_is_decided_or_asked() {
        type Case<'a> = (&'a [&'a str], Option<DateOrder>, Option<&'a str>, &'a str);
        let cases: [Case<'_>; 6] = [
            (&["6/13/2025 1:00:00 PM(UTC-5)"], None, Some("2025-06-13T18:00:00+00:00"), "there is no month 13"),
            (&["13/06/2025 13:00:00(UTC+0)"], None, Some("2025-06-13T13:00:00+00:00"), "nor here"),
            (&["6/1/2025 1:00:00 PM(UTC-5)"], None, None, "one date can be both"),
            (&["6/1/2025 1:00:00 PM(UTC-5)"], Some(DateOrder::MonthFirst), Some("2025-06-01T18:00:00+00:00"), "told"),
            (&["6/6/2025 1:00:00 PM(UTC+5:30)"], None, Some("2025-06-06T07:30:00+00:00"), "both are the same day"),
            (&["2025-06-01 13:00:00"], None, Some("2025-06-01T18:00:00+00:00"), "the city's own zone"),
        ];
        for (all, told, expected, why) in cases {
            let dates = dates(all, told);
            let found = dates.read(all[0], chrono_tz::America::Chicago).map(|time| time.at.to_rfc3339());
            assert_eq!(found.as_deref(), expected, "{why}");
        }
        assert!(dates(&["6/1/2025 1:00 PM"], None).open_question().is_some());
        assert!(dates(&["6/13/2025 1:00 PM"], None).open_question().is_none());
        assert!(!has_day("1:00:00 PM(UTC-5)") && has_day("6/1/2025"));
    }

    #[test]
    fn a_duration_is_hours_minutes_and_seconds() {
        for (written, expected) in
            [("00:01:05", Some(65)), ("01:00:00.5", Some(3600)), ("", None), ("1:61:00", None), ("65", None)]
        {
            assert_eq!(seconds(written), expected, "{written}");
        }
    }
}
