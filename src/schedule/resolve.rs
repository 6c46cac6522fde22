//! One term for one copy of one family: when does the period end?

use super::facts::Settings;
use crate::calendar::{Span, add_period};
use crate::model::disposition::ReasonCode;
use crate::model::retention::{Cutoff, Period, Term, Trigger};
use chrono::{Datelike, Months, NaiveDate};
use std::collections::BTreeMap;

/// The dates a term may count from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dates<'a> {
    pub(super) sent_on: Option<NaiveDate>,
    pub(super) received_on: Option<NaiveDate>,
    pub(super) conversation_ended_on: Option<NaiveDate>,
    pub(super) events: &'a BTreeMap<String, NaiveDate>,
    pub(super) settings: &'a Settings,
}

/// Where a term leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run<'a> {
    /// It ends with the end of a day; destruction may follow on the next one.
    Ends(NaiveDate),
    /// Something is missing, so it does not end.
    Unknown(Gap<'a>),
    /// It never ends.
    Permanent,
}

/// What is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap<'a> {
    /// The date it was sent.
    Sent,
    /// The date the copy was received.
    Received,
    /// The item's own date.
    Created,
    /// The last item of its conversation.
    Conversation,
    /// A recorded event.
    Event(&'a str),
    /// The schedule's line is marked for review.
    Review(&'a str),
    /// The end lies beyond the calendar.
    TooFar,
}

impl<'a> Run<'a> {
    /// The later of two: never beats unknown beats any day. "Unknown beats shorter" because a date that turns up may
    /// turn out to be the longest.
    pub(super) fn later(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    /// Greater means kept longer.
    pub(super) const fn rank(self) -> (u8, Option<NaiveDate>) {
        match self {
            Self::Ends(day) => (0, Some(day)),
            Self::Unknown(_) => (1, None),
            Self::Permanent => (2, None),
        }
    }

    /// Where a term leads for these dates.
    pub(super) fn of(term: &'a Term, dates: &Dates<'_>) -> Self {
        match term {
            Term::Permanent => Self::Permanent,
            Term::Unknown(text) => Self::Unknown(Gap::Review(text)),
            Term::Until(event) => until(event, dates),
            Term::After { trigger, cutoff, period } => match anchor(trigger, dates) {
                Ok(day) => {
                    let base = cut(day, *cutoff, dates.settings.fiscal_year_end);
                    ends(base.and_then(|base| add_period(base, span(*period))))
                }
                Err(gap) => Self::Unknown(gap),
            },
            Term::Latest(parts) => {
                let runs = parts.iter().map(|part| Self::of(part, dates));
                // No part at all is a term that nobody wrote down.
                runs.reduce(Self::later).unwrap_or(Self::Unknown(Gap::Review("a term without parts")))
            }
            Term::Earliest(parts) => earliest(parts, dates),
        }
    }
}

impl Gap<'_> {
    /// The code of the reason.
    pub(super) const fn code(self) -> ReasonCode {
        match self {
            Self::Sent | Self::Received | Self::Created | Self::Conversation => ReasonCode::DateUnknown,
            Self::Event(_) => ReasonCode::EventMissing,
            Self::Review(_) | Self::TooFar => ReasonCode::RuleUnresolved,
        }
    }

    /// What is missing, in words.
    pub(super) fn words(self) -> String {
        match self {
            Self::Sent => "the date it was sent is not known".to_owned(),
            Self::Received => "the date a copy of it was received is not known".to_owned(),
            Self::Created => "its own date is not known".to_owned(),
            Self::Conversation => {
                "it was put into no matter, or a date in one of its matters is not known, so the last \
                                   item of its conversation is not known"
                    .to_owned()
            }
            Self::Event(READ) => {
                "that it was read is not recorded, and the city has set no number of days instead".to_owned()
            }
            Self::Event(name) => format!("the event “{}” is not recorded", name.replace('-', " ")),
            Self::Review(text) => format!("the schedule is not settled here: {text}"),
            Self::TooFar => "the period ends beyond the calendar".to_owned(),
        }
    }
}

/// The event of *until read*, which an export cannot prove: a read flag never stands for it.
const READ: &str = "read";

/// *Until read* is met by a recorded event or by the number of days the city set, and by the later of them where both
/// are there. Any other `until` needs its event.
fn until<'a>(event: &'a str, dates: &Dates<'_>) -> Run<'a> {
    let recorded = dates.events.get(event).copied();
    let floor = dates.settings.until_read_floor_days.filter(|_| event == READ);
    match (recorded, floor) {
        (Some(day), None) => Run::Ends(day),
        (None, None) => Run::Unknown(Gap::Event(event)),
        (recorded, Some(days)) => match dates.sent_on {
            Some(sent) => ends(add_period(sent, Span::Days(days))).later(recorded.map_or(Run::Ends(sent), Run::Ends)),
            None => Run::Unknown(Gap::Sent),
        },
    }
}

/// The earliest of several. The earliest can only be earlier than what is known of it, so the earliest known day is
/// enough; a part that nobody has settled leaves everything open.
fn earliest<'a>(parts: &'a [Term], dates: &Dates<'_>) -> Run<'a> {
    let runs: Vec<Run<'a>> = parts.iter().map(|part| Run::of(part, dates)).collect();
    let unsettled = runs.iter().find(|run| matches!(run, Run::Unknown(Gap::Review(_)))).copied();
    let first = runs.into_iter().min_by_key(|run| run.rank());
    unsettled.or(first).unwrap_or(Run::Unknown(Gap::Review("a term without parts")))
}

pub(super) fn anchor<'a>(trigger: &'a Trigger, dates: &Dates<'_>) -> Result<NaiveDate, Gap<'a>> {
    match trigger {
        Trigger::Sent => dates.sent_on.ok_or(Gap::Sent),
        Trigger::Received => dates.received_on.ok_or(Gap::Received),
        Trigger::Created => dates.sent_on.ok_or(Gap::Created),
        Trigger::LastOfConversation => dates.conversation_ended_on.ok_or(Gap::Conversation),
        Trigger::Event(name) => dates.events.get(name).copied().ok_or(Gap::Event(name)),
    }
}

pub(super) fn cut(day: NaiveDate, cutoff: Cutoff, fiscal: (u32, u32)) -> Option<NaiveDate> {
    match cutoff {
        Cutoff::None => Some(day),
        Cutoff::MonthEnd => day.with_day(1)?.checked_add_months(Months::new(1))?.pred_opt(),
        Cutoff::CalendarYearEnd => NaiveDate::from_ymd_opt(day.year(), 12, 31),
        Cutoff::FiscalYearEnd => {
            let this = fiscal_end(day.year(), fiscal)?;
            if day <= this { Some(this) } else { fiscal_end(day.year().checked_add(1)?, fiscal) }
        }
    }
}

/// The end of the fiscal year in a calendar year; 29 February falls back to the 28th.
fn fiscal_end(year: i32, (month, day): (u32, u32)) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).or_else(|| NaiveDate::from_ymd_opt(year, month, day.checked_sub(1)?))
}

const fn span(period: Period) -> Span {
    match period {
        Period::Days(count) => Span::Days(count),
        Period::Months(count) => Span::Months(count),
        Period::Years(count) => Span::Years(count),
    }
}

/// The last day of the calendar has no day after it, so a period that ends there has no end either.
fn ends<'a>(last: Option<NaiveDate>) -> Run<'a> {
    match last {
        Some(day) if day < NaiveDate::MAX => Run::Ends(day),
        _ => Run::Unknown(Gap::TooFar),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::super::grammar::parse_term;
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn run(term: &str, sent: &str, events: &[(&str, &str)], settings: &Settings) -> Result<NaiveDate, String> {
        let events = events.iter().map(|(name, on)| ((*name).to_owned(), day(on))).collect();
        let dates = Dates {
            sent_on: sent.parse().ok(),
            received_on: None,
            conversation_ended_on: None,
            events: &events,
            settings,
        };
        match Run::of(&parse_term(term).unwrap(), &dates) {
            Run::Ends(day) => Ok(day),
            Run::Unknown(gap) => Err(gap.words()),
            Run::Permanent => Err("permanent".to_owned()),
        }
    }

    #[test]
    fn cutoffs_close_off_the_year_before_the_period_counts() {
        let june = Settings { fiscal_year_end: (6, 30), ..Settings::default() };
        let leap = Settings { fiscal_year_end: (2, 29), ..Settings::default() };
        let cases = [
            ("6 years after calendar-year-end", "2020-01-01", &june, "2026-12-31"),
            ("0 days after calendar-year-end", "2020-12-31", &june, "2020-12-31"),
            ("6 years after fiscal-year-end", "2020-06-30", &june, "2026-06-30"),
            ("6 years after fiscal-year-end", "2020-07-01", &june, "2027-06-30"),
            ("3 months after fiscal-year-end", "2020-07-01", &Settings::default(), "2021-03-31"),
            ("1 year after fiscal-year-end", "2023-03-01", &leap, "2025-02-28"),
            ("1 day after fiscal-year-end", "2022-03-01", &leap, "2023-03-01"),
            ("0 days after month-end", "2024-02-10", &june, "2024-02-29"),
            ("90 days after month-end", "2025-12-31", &june, "2026-03-31"),
            ("1 year after created", "2024-02-29", &june, "2025-02-28"),
        ];
        for (term, sent, settings, last) in cases {
            assert_eq!(run(term, sent, &[], settings), Ok(day(last)), "{term}, sent {sent}");
        }
    }

    #[test]
    fn until_read_takes_an_event_or_the_citys_number_of_days() {
        let floor = Settings { until_read_floor_days: Some(30), ..Settings::default() };
        let none = Settings::default();
        let read = [("read", "2024-05-03")];
        assert_eq!(run("until read", "2024-05-01", &read, &none), Ok(day("2024-05-03")));
        assert!(run("until read", "2024-05-01", &[], &none).unwrap_err().contains("is not recorded"));
        assert_eq!(run("until read", "2024-05-01", &[], &floor), Ok(day("2024-05-31")));
        assert_eq!(run("until read", "2024-05-01", &read, &floor), Ok(day("2024-05-31")));
        assert_eq!(run("until read", "2024-05-01", &[("read", "2024-07-01")], &floor), Ok(day("2024-07-01")));
        assert!(run("until read", "", &read, &floor).unwrap_err().contains("sent is not known"));
        // The number of days is for *until read* alone.
        assert!(run("until superseded", "2024-05-01", &read, &floor).is_err());
    }

    #[test]
    fn of_several_the_latest_wins_and_what_is_unknown_beats_any_day() {
        let none = Settings::default();
        let term = "latest of 3 years after sent | 1 year after closed";
        assert_eq!(run(term, "2020-01-01", &[("closed", "2021-01-01")], &none), Ok(day("2023-01-01")));
        assert_eq!(run(term, "2020-01-01", &[("closed", "2023-01-01")], &none), Ok(day("2024-01-01")));
        assert!(run(term, "2020-01-01", &[], &none).unwrap_err().contains("“closed”"));
        assert_eq!(run("latest of until x | permanent", "", &[], &none), Err("permanent".to_owned()));
    }

    #[test]
    fn the_earliest_needs_no_more_than_one_known_day() {
        let none = Settings::default();
        let term = "earliest of 3 years after sent | until superseded";
        assert_eq!(run(term, "2020-01-01", &[], &none), Ok(day("2023-01-01")));
        assert_eq!(run(term, "2020-01-01", &[("superseded", "2021-05-05")], &none), Ok(day("2021-05-05")));
        assert_eq!(run(term, "", &[("superseded", "2021-05-05")], &none), Ok(day("2021-05-05")));
        assert!(run(term, "", &[], &none).is_err());
        assert_eq!(
            run("earliest of permanent | until superseded", "", &[], &none).unwrap_err(),
            "the event “superseded” is not recorded"
        );
        let open = run("any of 3 years after sent | review: which edition", "2020-01-01", &[], &none);
        assert!(open.unwrap_err().contains("which edition"));
    }

    #[test]
    fn a_conversation_that_is_not_known_never_ends() {
        let none = Settings::default();
        assert!(run("1 year after last-of-conversation", "2000-01-01", &[], &none).unwrap_err().contains("no matter"));
    }

    #[test]
    fn the_end_of_the_calendar_is_unknown_and_not_a_panic() {
        let none = Settings::default();
        let last = NaiveDate::MAX;
        let events = BTreeMap::new();
        let dates = Dates {
            sent_on: Some(last),
            received_on: None,
            conversation_ended_on: None,
            events: &events,
            settings: &none,
        };
        for text in [
            "0 days after sent",
            "0 days after month-end",
            "1 year after fiscal-year-end",
            "1 month after calendar-year-end",
        ] {
            assert_eq!(Run::of(&parse_term(text).unwrap(), &dates), Run::Unknown(Gap::TooFar), "{text}");
        }
        assert!(matches!(Run::of(&Term::Latest(Vec::new()), &dates), Run::Unknown(Gap::Review(_))));
    }
}
