//! What clerks call the events that periods start from, and the one name each has here.

use crate::model::retention::{Cutoff, Trigger};
use crate::schedule::grammar::event_name;

/// Words of the longest event that is made a name of its own.
const EVENT_WORDS: usize = 6;

/// What a period starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) trigger: Trigger,
    pub(super) cutoff: Cutoff,
    /// Whether the name of the event was made of the words.
    pub(super) is_made_up: bool,
    pub(super) remark: Option<&'static str>,
}

/// Dates an item itself has.
const DATES: [(&str, Trigger); 13] = [
    ("created", Trigger::Created),
    ("creation", Trigger::Created),
    ("date created", Trigger::Created),
    ("date of creation", Trigger::Created),
    ("date of record", Trigger::Created),
    ("date of message", Trigger::Sent),
    ("sent", Trigger::Sent),
    ("date sent", Trigger::Sent),
    ("transmission", Trigger::Sent),
    ("received", Trigger::Received),
    ("receipt", Trigger::Received),
    ("date received", Trigger::Received),
    ("date of receipt", Trigger::Received),
];

/// Closings of a stretch of time. "FE" and "CE" are the codes of Texas schedules (Texas State Library and Archives
/// Commission); "current year + 3" is how many city schedules write three years after the end of the year.
const CLOSINGS: [(&str, Cutoff); 26] = [
    ("end of calendar year", Cutoff::CalendarYearEnd),
    ("calendar year end", Cutoff::CalendarYearEnd),
    ("close of calendar year", Cutoff::CalendarYearEnd),
    ("calendar year", Cutoff::CalendarYearEnd),
    ("current calendar year", Cutoff::CalendarYearEnd),
    ("current year", Cutoff::CalendarYearEnd),
    ("end of year", Cutoff::CalendarYearEnd),
    ("year end", Cutoff::CalendarYearEnd),
    ("cye", Cutoff::CalendarYearEnd),
    ("cy", Cutoff::CalendarYearEnd),
    ("ce", Cutoff::CalendarYearEnd),
    ("end of fiscal year", Cutoff::FiscalYearEnd),
    ("fiscal year end", Cutoff::FiscalYearEnd),
    ("fiscal year close", Cutoff::FiscalYearEnd),
    ("close of fiscal year", Cutoff::FiscalYearEnd),
    ("closing of fiscal year", Cutoff::FiscalYearEnd),
    ("fiscal year", Cutoff::FiscalYearEnd),
    ("current fiscal year", Cutoff::FiscalYearEnd),
    ("fye", Cutoff::FiscalYearEnd),
    ("cfy", Cutoff::FiscalYearEnd),
    ("fy", Cutoff::FiscalYearEnd),
    ("fe", Cutoff::FiscalYearEnd),
    ("end of month", Cutoff::MonthEnd),
    ("month end", Cutoff::MonthEnd),
    ("close of month", Cutoff::MonthEnd),
    ("current month", Cutoff::MonthEnd),
];

/// One name for what is called differently. "AC", "US", "AV" and "LA" are codes of Texas schedules.
const EVENTS: [(&str, &[&str]); 20] = [
    (
        "audited",
        &[
            "audit",
            "audited",
            "audit completed",
            "completion of audit",
            "final audit",
            "audit is completed",
            "state audit",
        ],
    ),
    (
        "contract-ended",
        &[
            "contract ends",
            "contract ended",
            "contract end",
            "end of contract",
            "contract expires",
            "contract expired",
            "contract expiration",
            "expiration of contract",
            "contract terminated",
            "contract termination",
            "termination of contract",
            "contract completed",
            "completion of contract",
            "agreement ends",
        ],
    ),
    (
        "action-completed",
        &[
            "action completed",
            "action is completed",
            "completion of action",
            "action complete",
            "action taken",
            "final action",
        ],
    ),
    (
        "superseded",
        &[
            "superseded",
            "us",
            "obsolete",
            "superseded or obsolete",
            "superseded / obsolete",
            "obsolete or superseded",
            "superseded, obsolete, or rescinded",
            "superseded, obsolete, rescinded",
            "replaced",
            "superseded or replaced",
            "updated",
            "no longer current",
        ],
    ),
    (
        "case-closed",
        &[
            "closed",
            "case closed",
            "case is closed",
            "file closed",
            "closure",
            "case closure",
            "close of case",
            "closing of case",
            "closed case",
            "matter closed",
            "ac",
            "file is closed",
        ],
    ),
    (
        "employee-separated",
        &[
            "separation",
            "employee separation",
            "employee separates",
            "employee separated",
            "separation from employment",
            "separation of employee",
            "termination of employment",
            "employment ends",
            "end of employment",
            "employee termination",
            "employee leaves",
        ],
    ),
    (
        "project-completed",
        &["project completion", "project completed", "completion of project", "project is completed"],
    ),
    ("read", &["read", "it is read", "message is read"]),
    (
        "business-need-ends",
        &[
            "no longer needed",
            "no longer needed for business use",
            "no longer administratively useful",
            "av",
            "reference value ends",
            "administrative value ends",
            "administratively valuable",
            "no longer useful",
            "useful",
            "administrative use ends",
            "administratively useful",
            "purpose is met",
            "no longer of administrative value",
        ],
    ),
    ("expired", &["expiration", "expired", "expires", "date of expiration", "expiration date"]),
    ("terminated", &["termination", "terminated", "terminates"]),
    ("completed", &["completion", "completed", "complete", "date of completion"]),
    ("resolved", &["resolution", "resolved", "final resolution"]),
    ("settled", &["settlement", "settled", "final settlement"]),
    ("paid", &["payment", "paid", "final payment", "paid in full"]),
    ("decided", &["decision", "decided", "final decision"]),
    ("last-action", &["last action", "last activity", "date of last action", "last entry"]),
    (
        "minutes-approved",
        &[
            "minutes approved",
            "approval of minutes",
            "minutes are approved",
            "formal approval of written minutes",
            "formal approval of minutes",
            "approval of written minutes",
        ],
    ),
    (
        "office-ended",
        &[
            "leaving office",
            "end of term",
            "end of tenure",
            "term of office ends",
            "expiration of term",
            "end of term of office",
        ],
    ),
    (
        "asset-disposed",
        &[
            "life of asset",
            "la",
            "life of equipment",
            "asset disposed",
            "disposal of asset",
            "sale of property",
            "equipment, facility, or property sold or no longer in use",
            "equipment, facility, property sold or no longer in use",
            "disposition of equipment",
        ],
    ),
];

/// Words that make more than one thing of an event, or none.
const NO_EVENT: [&str; 22] = [
    "yes",
    "no",
    "y",
    "n",
    "x",
    "or",
    "and",
    "and/or",
    "if",
    "then",
    "note",
    "years",
    "year",
    "months",
    "days",
    "record",
    "records",
    "file",
    "copies",
    "retention",
    "from",
    "is",
];

/// Whether the words are an event or a closing that is known.
pub(super) fn is_known(words: &str) -> bool {
    let words = trimmed(words);
    known_event(words).is_some() || CLOSINGS.iter().any(|(name, _)| *name == words)
}

/// What the words of a phrase start from. The error says why they cannot be used.
pub(super) fn start_of(words: &str) -> Result<Start, String> {
    let words = trimmed(words);
    let known = |trigger, cutoff| Start { trigger, cutoff, is_made_up: false, remark: None };
    if let Some((_, trigger)) = DATES.iter().find(|(name, _)| *name == words) {
        return Ok(known(trigger.clone(), Cutoff::None));
    }
    if let Some((name, cutoff)) = CLOSINGS.iter().find(|(name, _)| *name == words) {
        let remark = matches!(*name, "end of year" | "year end" | "current year")
            .then_some("the year was read as the calendar year");
        return Ok(Start { remark, ..known(Trigger::Created, *cutoff) });
    }
    // "end of fiscal year of final payment", "calendar year in which closed".
    for joint in [" of ", " in which ", " after "] {
        if let Some((closing, event)) = words.rsplit_once(joint)
            && let Some((_, cutoff)) = CLOSINGS.iter().find(|(name, _)| *name == closing)
        {
            let event = event.trim_start_matches("it was ").trim_start_matches("it is ");
            return Ok(Start { cutoff: *cutoff, ..start_of(event)? });
        }
    }
    if let Some(name) = known_event(words) {
        return Ok(known(Trigger::Event(name.to_owned()), Cutoff::None));
    }
    let count = words.split_whitespace().count();
    let plain = words.chars().all(|c| c.is_ascii_alphabetic() || c == ' ' || c == '-');
    let single = !words.split([' ', '-']).any(|word| NO_EVENT.contains(&word));
    match event_name(words).filter(|_| plain && single && (1..=EVENT_WORDS).contains(&count)) {
        Some(name) => Ok(Start { trigger: Trigger::Event(name), cutoff: Cutoff::None, is_made_up: true, remark: None }),
        None => Err(format!("“{words}” is no date of an item and no single event")),
    }
}

fn known_event(words: &str) -> Option<&'static str> {
    EVENTS.iter().find(|(_, spellings)| spellings.contains(&words)).map(|(name, _)| *name)
}

const LITTLE: [&str; 6] = ["the ", "date of the ", "it is ", "it was ", "its ", "all "];

/// Without the little words in front: "the date of the audit" is the audit.
fn trimmed(words: &str) -> &str {
    let mut rest = words.trim().trim_end_matches([',', '.', ';']).trim();
    while let Some(shorter) = LITTLE.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = shorter;
    }
    // "date of audit" is the audit, while "date of receipt" is a date of its own.
    match rest.strip_prefix("date of ") {
        Some(event) if known_event(event).is_some() => event,
        _ => rest,
    }
}
