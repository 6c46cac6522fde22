//! How long, in the words of a schedule file: text to [`Term`] and back.
//!
//! | written | meaning |
//! |---|---|
//! | `permanent` | keep for ever |
//! | `365 days after sent`, `3 months after received` | a period from a date of the item |
//! | `1 year after action-completed` | a period from a recorded event |
//! | `2 years after created` | from the item's own date, whatever its kind: sent, begun, made |
//! | `1 year after last-of-conversation` | from the last item of the matters it was put into |
//! | `6 years after fiscal-year-end` | from the end of the fiscal year in which it was sent |
//! | `2 years after calendar-year-end of closed` | from the end of the year of a recorded event |
//! | `90 days after month-end of received` | from the end of a month |
//! | `until superseded` | until a recorded event, with nothing after it |
//! | `latest of 3 years after sent \| until audited` | the latest of several |
//! | `earliest of 3 years after sent \| until superseded` | the earliest; `any of` says the same |
//! | `review: text` | not resolved; nothing under it is ever eligible |
//!
//! Any other name after `after` or `until` is the name of an event. A mistyped name is an event that nobody records,
//! and without its event nothing is eligible.

use crate::base::limits::{KEY_CHARS, RETENTION_YEARS, TERM_PARTS};
use crate::model::retention::{Cutoff, Period, Term, Trigger};

/// Why a term could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TermError {
    /// Nothing is written.
    #[error("the term is empty")]
    Empty,
    /// The words follow no known form.
    #[error(
        "{text:?} is no term; write for example \"365 days after sent\", \"6 years after fiscal-year-end\", \
         \"1 year after action-completed\", \"until superseded\", \"permanent\", or \"review: what has to be settled\""
    )]
    Unreadable {
        /// What was written.
        text: String,
    },
    /// The period is longer than any real one.
    #[error("{text:?} is longer than {RETENTION_YEARS} years; write \"permanent\" for what is kept for ever")]
    TooLong {
        /// What was written.
        text: String,
    },
    /// A name of an event has letters it may not have, or a meaning of its own.
    #[error(
        "{name:?} cannot name an event: use small letters, digits and hyphens, and none of the grammar's own words"
    )]
    EventName {
        /// The name.
        name: String,
    },
    /// The parts of a `latest of` or `earliest of` are too few or too many.
    #[error(
        "\"latest of\" and \"earliest of\" take from 2 to {TERM_PARTS} parts with | between them, and none is such a list \
         itself"
    )]
    Parts,
}

/// Reads a term.
pub fn parse_term(text: &str) -> Result<Term, TermError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TermError::Empty);
    }
    if let Some(rest) = strip_word(text, "review:") {
        let rest = rest.trim();
        return if rest.is_empty() { Err(unreadable(text)) } else { Ok(Term::Unknown(rest.to_owned())) };
    }
    match list(text) {
        Some((List::Latest, rest)) => parts(rest).map(Term::Latest),
        Some((List::Earliest, rest)) => parts(rest).map(Term::Earliest),
        None => single(&text.to_lowercase()),
    }
}

/// Which of several.
enum List {
    Latest,
    Earliest,
}

fn list(text: &str) -> Option<(List, &str)> {
    if let Some(rest) = strip_word(text, "latest of ") {
        return Some((List::Latest, rest));
    }
    let rest = strip_word(text, "earliest of ").or_else(|| strip_word(text, "any of "))?;
    Some((List::Earliest, rest))
}

/// Writes a term so that [`parse_term`] reads it back.
pub fn spell(term: &Term) -> String {
    match term {
        Term::Permanent => "permanent".to_owned(),
        Term::Until(event) => format!("until {event}"),
        Term::Unknown(text) => format!("review: {text}"),
        Term::After { trigger, cutoff, period } => {
            let from = match (cutoff, trigger) {
                (Cutoff::None, trigger) => trigger_word(trigger).to_owned(),
                (cutoff, Trigger::Sent) => cutoff_word(*cutoff).to_owned(),
                (cutoff, trigger) => format!("{} of {}", cutoff_word(*cutoff), trigger_word(trigger)),
            };
            format!("{} after {from}", spell_period(*period))
        }
        Term::Latest(parts) => format!("latest of {}", spell_parts(parts)),
        Term::Earliest(parts) => format!("earliest of {}", spell_parts(parts)),
    }
}

fn spell_parts(parts: &[Term]) -> String {
    parts.iter().map(spell).collect::<Vec<_>>().join(" | ")
}

/// A period in words: "365 days", "1 year".
pub fn spell_period(period: Period) -> String {
    let (count, unit) = match period {
        Period::Days(count) => (count, "day"),
        Period::Months(count) => (count, "month"),
        Period::Years(count) => (count, "year"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// The key made of words: "Action Completed" and "action_completed" are both `action-completed`. `None` for anything
/// that has other characters, is too long, or has a meaning of its own in the grammar.
pub(super) fn event_name(words: &str) -> Option<String> {
    let name = words.split([' ', '_']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-").to_lowercase();
    (is_key(&name) && !RESERVED.contains(&name.as_str())).then_some(name)
}

/// Whether a text is a key: small letters and digits in groups with single hyphens between them.
pub(super) fn is_key(text: &str) -> bool {
    text.len() <= KEY_CHARS
        && text.split('-').all(|group| {
            !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

/// Whether a period is longer than any real one.
pub(super) const fn is_too_long(period: Period) -> bool {
    match period {
        Period::Days(count) => count > RETENTION_YEARS * 366,
        Period::Months(count) => count > RETENTION_YEARS * 12,
        Period::Years(count) => count > RETENTION_YEARS,
    }
}

const CREATED: &str = "created";
const LAST_OF_CONVERSATION: &str = "last-of-conversation";
const MONTH_END: &str = "month-end";
const CALENDAR_YEAR_END: &str = "calendar-year-end";
const FISCAL_YEAR_END: &str = "fiscal-year-end";
/// Words that cannot name an event, so that `until sent` is an error and not an event that never comes.
const RESERVED: [&str; 11] = [
    "sent",
    "received",
    CREATED,
    LAST_OF_CONVERSATION,
    MONTH_END,
    CALENDAR_YEAR_END,
    FISCAL_YEAR_END,
    "permanent",
    "review",
    "until",
    "unknown",
];
const CUTOFFS: [(&str, Cutoff); 3] = [
    (MONTH_END, Cutoff::MonthEnd),
    (CALENDAR_YEAR_END, Cutoff::CalendarYearEnd),
    (FISCAL_YEAR_END, Cutoff::FiscalYearEnd),
];

fn parts(text: &str) -> Result<Vec<Term>, TermError> {
    let parts: Vec<&str> = text.split('|').map(str::trim).collect();
    if !(2..=TERM_PARTS).contains(&parts.len()) {
        return Err(TermError::Parts);
    }
    let mut terms = Vec::with_capacity(parts.len());
    for part in parts {
        // A part that is a list itself has a single part, since none is left with a | in it: it is refused there.
        terms.push(parse_term(part)?);
    }
    Ok(terms)
}

fn single(text: &str) -> Result<Term, TermError> {
    if text == "permanent" {
        return Ok(Term::Permanent);
    }
    if let Some(event) = text.strip_prefix("until ") {
        return named(event).map(Term::Until);
    }
    let (length, from) = text.split_once(" after ").ok_or_else(|| unreadable(text))?;
    let period = period(length).ok_or_else(|| unreadable(text))?;
    if is_too_long(period) {
        return Err(TermError::TooLong { text: length.to_owned() });
    }
    let (cutoff, trigger) = start(from)?;
    Ok(Term::After { trigger, cutoff, period })
}

fn period(text: &str) -> Option<Period> {
    let mut words = text.split_whitespace();
    let count = words.next().filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()?;
    let period = match words.next()? {
        "day" | "days" => Period::Days(count),
        "month" | "months" => Period::Months(count),
        "year" | "years" => Period::Years(count),
        _ => return None,
    };
    words.next().is_none().then_some(period)
}

fn start(text: &str) -> Result<(Cutoff, Trigger), TermError> {
    let joined = text.split_whitespace().collect::<Vec<_>>().join("-");
    for (word, cutoff) in CUTOFFS {
        if joined == word {
            return Ok((cutoff, Trigger::Sent));
        }
        if let Some(rest) = joined.strip_prefix(word).and_then(|rest| rest.strip_prefix("-of-")) {
            return Ok((cutoff, trigger(rest)?));
        }
    }
    Ok((Cutoff::None, trigger(&joined)?))
}

fn trigger(word: &str) -> Result<Trigger, TermError> {
    match word {
        "sent" => Ok(Trigger::Sent),
        "received" => Ok(Trigger::Received),
        CREATED => Ok(Trigger::Created),
        LAST_OF_CONVERSATION => Ok(Trigger::LastOfConversation),
        event => named(event).map(Trigger::Event),
    }
}

fn named(words: &str) -> Result<String, TermError> {
    event_name(words).ok_or_else(|| TermError::EventName { name: words.trim().to_owned() })
}

fn trigger_word(trigger: &Trigger) -> &str {
    match trigger {
        Trigger::Sent => "sent",
        Trigger::Received => "received",
        Trigger::Created => CREATED,
        Trigger::LastOfConversation => LAST_OF_CONVERSATION,
        Trigger::Event(name) => name,
    }
}

const fn cutoff_word(cutoff: Cutoff) -> &'static str {
    match cutoff {
        Cutoff::None => "",
        Cutoff::MonthEnd => MONTH_END,
        Cutoff::CalendarYearEnd => CALENDAR_YEAR_END,
        Cutoff::FiscalYearEnd => FISCAL_YEAR_END,
    }
}

/// The rest after a beginning, whatever its case.
fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let head = text.get(..word.len())?;
    head.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

fn unreadable(text: &str) -> TermError {
    TermError::Unreadable { text: text.chars().take(KEY_CHARS).collect() }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn after(trigger: Trigger, cutoff: Cutoff, period: Period) -> Term {
        Term::After { trigger, cutoff, period }
    }

    #[test]
    fn every_form_of_the_grammar() {
        let event = |name: &str| Trigger::Event(name.to_owned());
        let cases = [
            ("permanent", Term::Permanent),
            ("365 days after sent", after(Trigger::Sent, Cutoff::None, Period::Days(365))),
            ("1 year after sent", after(Trigger::Sent, Cutoff::None, Period::Years(1))),
            ("3 months after minutes-approved", after(event("minutes-approved"), Cutoff::None, Period::Months(3))),
            ("2 years after received", after(Trigger::Received, Cutoff::None, Period::Years(2))),
            ("6 years after fiscal-year-end", after(Trigger::Sent, Cutoff::FiscalYearEnd, Period::Years(6))),
            ("0 days after calendar-year-end", after(Trigger::Sent, Cutoff::CalendarYearEnd, Period::Days(0))),
            (
                "2 years after calendar-year-end of closed",
                after(event("closed"), Cutoff::CalendarYearEnd, Period::Years(2)),
            ),
            ("3 years after end-of-tenure", after(event("end-of-tenure"), Cutoff::None, Period::Years(3))),
            ("2 years after created", after(Trigger::Created, Cutoff::None, Period::Years(2))),
            ("1 year after last-of-conversation", after(Trigger::LastOfConversation, Cutoff::None, Period::Years(1))),
            ("90 days after month-end", after(Trigger::Sent, Cutoff::MonthEnd, Period::Days(90))),
            ("90 days after month-end of received", after(Trigger::Received, Cutoff::MonthEnd, Period::Days(90))),
            ("until superseded", Term::Until("superseded".to_owned())),
            ("review: Which edition?", Term::Unknown("Which edition?".to_owned())),
        ];
        for (text, term) in cases {
            assert_eq!(parse_term(text).as_ref(), Ok(&term), "{text}");
            assert_eq!(spell(&term), text);
        }
        let latest = parse_term("latest of 3 years after sent | until audited").unwrap();
        let three = after(Trigger::Sent, Cutoff::None, Period::Years(3));
        assert_eq!(latest, Term::Latest(vec![three.clone(), Term::Until("audited".to_owned())]));
        let earliest = Term::Earliest(vec![three, Term::Until("superseded".to_owned())]);
        assert_eq!(parse_term("any of 3 years after sent | until superseded").as_ref(), Ok(&earliest));
        assert_eq!(spell(&earliest), "earliest of 3 years after sent | until superseded");
    }

    #[test]
    fn case_and_spaces_are_forgiven() {
        assert_eq!(parse_term(" Permanent "), Ok(Term::Permanent));
        assert_eq!(
            spell(&parse_term("6  Years after Fiscal year end of Action Completed").unwrap()),
            "6 years after fiscal-year-end of action-completed"
        );
    }

    #[test]
    fn what_is_not_a_term_is_refused() {
        let unreadable = [
            "3 years",
            "years after sent",
            "three years after sent",
            "-3 days after sent",
            "+3 days after sent",
            "1.5 years after sent",
            "365days after sent",
            "3 weeks after sent",
            "forever",
            "review:",
            "4294967296 days after sent",
        ];
        for text in unreadable {
            assert!(matches!(parse_term(text), Err(TermError::Unreadable { .. })), "{text}");
        }
        for text in [
            "until sent",
            "until created",
            "until received",
            "until §",
            "3 days after ",
            "3 years after a/b",
            "until permanent",
        ] {
            let error = parse_term(text).unwrap_err();
            assert!(matches!(error, TermError::EventName { .. } | TermError::Unreadable { .. }), "{text}: {error}");
        }
        for text in ["999 years after sent", "73201 days after sent", "2401 months after sent"] {
            assert!(matches!(parse_term(text), Err(TermError::TooLong { .. })), "{text}");
        }
        for text in [
            "latest of permanent",
            "latest of permanent | latest of permanent | permanent",
            "earliest of until a | latest of until b | until c",
            "any of until a",
        ] {
            assert_eq!(parse_term(text), Err(TermError::Parts), "{text}");
        }
        assert_eq!(parse_term("  "), Err(TermError::Empty));
        assert_eq!(
            parse_term(&format!("latest of {}", ["permanent"; TERM_PARTS + 1].join("|"))),
            Err(TermError::Parts)
        );
    }

    #[test]
    fn names_of_events_are_keys_however_they_are_typed() {
        let longest = "a".repeat(KEY_CHARS);
        let table = [
            ("Action Completed", Some("action-completed")),
            (" action__completed ", Some("action-completed")),
            (longest.as_str(), Some(longest.as_str())),
            ("9-11", Some("9-11")),
            ("action--completed", None),
            ("action-§", None),
            ("§-action", None),
            ("-", None),
            ("", None),
            ("Month End", None),
        ];
        for (words, name) in table {
            assert_eq!(event_name(words).as_deref(), name, "{words:?}");
        }
        assert_eq!(event_name(&"a".repeat(KEY_CHARS + 1)), None, "too long");
        assert_eq!(parse_term("until  § "), Err(TermError::EventName { name: "§".to_owned() }));
        // Whatever stands behind the first "after" is the name, with another "after" in it or not.
        let closing = Trigger::Event("week-after-closing".to_owned());
        assert_eq!(parse_term("1 year after week after closing"), Ok(after(closing, Cutoff::None, Period::Years(1))));
        let most = format!("latest of {}", ["permanent"; TERM_PARTS].join("|"));
        assert_eq!(
            parse_term(&most),
            Ok(Term::Latest(vec![Term::Permanent; TERM_PARTS])),
            "as many parts as there may be"
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,60}") {
            let _ = parse_term(&text);
        }

        #[test]
        fn what_is_read_is_written_so_that_it_reads_the_same(
            count in 0u32..200, unit in 0usize..3, from in 0usize..5, end in 0usize..4, shape in 0usize..4
        ) {
            let period = [Period::Days(count), Period::Months(count), Period::Years(count)][unit];
            let event = Trigger::Event("case-closed".to_owned());
            let all = [Trigger::Sent, Trigger::Received, Trigger::Created, Trigger::LastOfConversation, event];
            let trigger = all[from].clone();
            let cutoff = [Cutoff::None, Cutoff::MonthEnd, Cutoff::CalendarYearEnd, Cutoff::FiscalYearEnd][end];
            let single = after(trigger, cutoff, period);
            let term = match shape {
                0 => single,
                1 => Term::Latest(vec![single, Term::Permanent]),
                2 => Term::Earliest(vec![single, Term::Until("superseded".to_owned())]),
                _ => Term::Latest(vec![Term::Until("audited".to_owned()), Term::Unknown("x".to_owned()), single]),
            };
            prop_assert_eq!(parse_term(&spell(&term)), Ok(term));
        }
    }
}
