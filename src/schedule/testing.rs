//! Editions and rules for the tests of this room. Their series are made up; only their shapes are real.

use super::file::parse;
use super::grammar::parse_term;
use super::shipped::shipped;
use crate::model::retention::{Edition, RetentionRule};

/// A bare rule.
pub(super) fn rule(series: &str, term: &str) -> RetentionRule {
    RetentionRule {
        series: series.to_owned(),
        code: String::new(),
        title: series.to_owned(),
        description: String::new(),
        term: parse_term(term).unwrap(),
        as_written: term.to_owned(),
        archival: false,
        statute: String::new(),
        classification: String::new(),
        departments: Vec::new(),
        kinds: Vec::new(),
        statuses: Vec::new(),
        official_only_when_filed: false,
        applies_without_series: false,
        maximum: None,
    }
}

/// An edition by the name the goldens use.
pub(super) fn edition(name: &str) -> Edition {
    let text = match name {
        "otsego" => shipped("otsego-2024").unwrap(),
        "starter" => shipped("minnesota-cities-starter").unwrap(),
        "nara" => shipped("nara-grs").unwrap(),
        "city" => CITY,
        "police" => POLICE,
        "future" => FUTURE,
        "short" => SHORT,
        "pr1" => PR1,
        "language" => LANGUAGE,
        "newer" => NEWER,
        other => panic!("no edition {other}"),
    };
    parse(text).unwrap()
}

/// An adopted general schedule for the whole city.
const CITY: &str = r#"
key = "city"
title = "General schedule, adopted"
effective_on = "2021-03-31"
authority = { kind = "approved-schedule", citation = "Panel approval of 2021", adoption_acknowledged_on = "2021-06-01" }
series = [
  { key = "general", title = "General", keep = "3 years after sent" },
  { key = "oneyear", title = "One year", keep = "1 year after sent" },
  { key = "fouryears", title = "Four years", keep = "4 years after sent" },
  { key = "days", title = "Days", keep = "365 days after sent" },
  { key = "received", title = "Received", keep = "2 years after received" },
  { key = "messages", title = "Messages", keep = "until read" },
  { key = "historical", title = "Historical", keep = "permanent" },
  { key = "letters", title = "Letters", keep = "3 years after sent", archival = true },
  { key = "complaints", title = "Complaints", keep = "1 year after action-completed" },
  { key = "fiscal", title = "Payables", keep = "6 years after fiscal-year-end" },
  { key = "calendar", title = "Logs", keep = "0 days after calendar-year-end" },
  { key = "audited", title = "Audited", keep = "latest of 3 years after sent | until audited" },
  { key = "campaign", title = "Campaign", keep = "latest of 5 years after filed | 5 years after office-ended" },
  { key = "video", title = "Video", keep = "3 months after minutes-approved" },
  { key = "superseded", title = "Lists", keep = "until superseded" },
  { key = "packets", title = "Packets", keep = "review: the edition has to be read" },
  { key = "drone", title = "Drone data", keep = "0 days after sent", maximum = "7 days after sent" },
  { key = "clash", title = "Clash", keep = "1 year after sent", maximum = "60 days after sent" },
  { key = "texts", title = "Texts", keep = "90 days after sent", kinds = ["text"] },
  { key = "passing", title = "Passing", keep = "30 days after sent", statuses = ["transitory"], applies_without_series = true },
]
"#;

/// A schedule of the Police Department alone; departments may run another one (Columbia Heights, 2016-13).
const POLICE: &str = r#"
key = "police"
title = "Police schedule"
effective_on = "2017-01-01"
authority = { kind = "approved-schedule", citation = "Resolution 2017-109", adoption_acknowledged_on = "2017-10-01", departments = ["Police"] }
series = [
  { key = "general", title = "General", keep = "5 years after sent" },
  { key = "dispatch", title = "Dispatch", keep = "90 days after sent" },
  { key = "calls", title = "Call detail", keep = "1 year after sent", kinds = ["call"] },
]
"#;

/// An edition whose adoption was acknowledged later than it came into force.
const FUTURE: &str = r#"
key = "future"
title = "The next edition"
effective_on = "2027-01-01"
authority = { kind = "approved-schedule", citation = "Panel approval of 2026", adoption_acknowledged_on = "2026-09-01" }
series = [
  { key = "general", title = "General", keep = "4 years after sent" },
  { key = "new", title = "New", keep = "1 year after sent" },
]
"#;

/// A city policy that is shorter than the schedule.
const SHORT: &str = r#"
key = "short"
title = "A short policy"
effective_on = "2020-01-01"
authority = { kind = "policy", citation = "Resolution 2020-1" }
series = [
  { key = "general", title = "General", keep = "90 days after sent" },
  { key = "calls", title = "Call detail", keep = "90 days after sent", kinds = ["call"], applies_without_series = true },
]
"#;

/// What the language can say besides: every trigger, cutoff and way to say how long, and lines for single departments.
const LANGUAGE: &str = r#"
key = "language"
title = "A schedule of every form"
effective_on = "2021-01-01"
authority = { kind = "approved-schedule", citation = "Panel approval of 2021", adoption_acknowledged_on = "2021-02-01" }
series = [
  { key = "made", title = "Files", keep = "2 years after created" },
  { key = "threads", title = "Threads", keep = "1 year after last-of-conversation" },
  { key = "monthly", title = "Monthly", keep = "90 days after month-end" },
  { key = "monthly-receipt", title = "Monthly by receipt", keep = "0 days after month-end of received" },
  { key = "contracts", title = "Contracts", keep = "6 years after contract-ended", classification = "Public", statute = "541.05" },
  { key = "payments", title = "Payments", keep = "6 years after fiscal-year-end of paid" },
  { key = "personnel", title = "Personnel", keep = "6 years after employee-separated" },
  { key = "lists", title = "Lists", keep = "earliest of 3 years after sent | until superseded" },
  { key = "either", title = "Either", keep = "any of until superseded | until case-closed" },
  { key = "audits", title = "Audits", minimum = "latest of 6 years after fiscal-year-end | until audited" },
  { key = "drone-data", title = "Drone data", minimum = "0 days after created", maximum = "7 days after created", statute = "626.19" },
  { key = "camera", title = "Camera data", minimum = "90 days after created", maximum = "1 year after created", statute = "13.825" },
  { key = "police-notes", title = "Police notes", keep = "2 years after sent", departments = ["Police"] },
  { key = "passing", title = "Passing", keep = "60 days after sent", statuses = ["transitory", "non-record"], kinds = ["email", "text"], applies_without_series = true },
  { key = "passing-police", title = "Passing, police", keep = "180 days after sent", statuses = ["transitory"], departments = ["Police"], applies_without_series = true },
]
"#;

/// A newer edition that takes the place of [`CITY`].
const NEWER: &str = r#"
key = "newer"
title = "General schedule, next edition"
effective_on = "2026-01-01"
replaces = ["city"]
authority = { kind = "approved-schedule", citation = "Panel approval of 2025", adoption_acknowledged_on = "2026-03-01" }
series = [ { key = "general", title = "General", keep = "2 years after sent" } ]
"#;

/// A one-time authority for old call detail.
const PR1: &str = r#"
key = "pr1"
title = "One-time authority for telephone bills"
effective_on = "2024-02-01"
authority = { kind = "pr1", citation = "PR-1 of 2024", approved_on = "2024-02-01" }
series = [ { key = "old-bills", title = "Old telephone bills", keep = "1 year after sent", kinds = ["call"] } ]
"#;
