//! Schedule files: TOML to [`Edition`], with errors that name the line.

use super::grammar::{TermError, is_key, parse_term};
use crate::base::limits::{SCHEDULE_BYTES, SCHEDULE_SERIES};
use crate::model::classification::RecordStatus;
use crate::model::record::RecordKind;
use crate::model::retention::{Authority, Edition, RetentionRule, Term};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// A schedule file could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The file is larger than any schedule.
    #[error("the schedule file has {bytes} bytes, more than the {SCHEDULE_BYTES} that are read")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The text is not TOML, or has a key that no schedule has.
    #[error("line {line}: {message}")]
    Form {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong, in words.
        message: String,
    },
    /// A term could not be read.
    #[error("line {line}: {source}")]
    Term {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        source: TermError,
    },
    /// The fiscal year's end in the profile is no day.
    #[error("{text:?} is no end of a fiscal year; write month and day, such as \"12-31\"")]
    FiscalYearEnd {
        /// What was written.
        text: String,
    },
}

/// Reads a schedule file; the error is the first thing that is wrong.
pub fn parse(text: &str) -> Result<Edition, ScheduleError> {
    Reading { text }.edition(raw(text)?)
}

/// Everything that is wrong in a schedule file, in order of lines; empty where it can be used. Where the text is not TOML
/// nothing behind that place can be read, so that is the only thing told.
pub fn problems(text: &str) -> Vec<ScheduleError> {
    let mut raw = match raw(text) {
        Ok(raw) => raw,
        Err(error) => return vec![error],
    };
    let reading = Reading { text };
    let mut found = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for series in std::mem::take(&mut raw.series) {
        let at = series.get_ref().key.span().start;
        let line = line_of(text, at);
        match reading.rule(series.clone().into_inner()) {
            Ok(rule) => {
                if let Some(first) = seen.insert(rule.series.clone(), line) {
                    found.push(reading.twice(at, &rule.series, first));
                } else {
                    raw.series.push(series);
                }
            }
            Err(error) => found.push(error),
        }
    }
    // With the sound lines alone what is left is about the edition itself.
    match reading.edition(raw) {
        Err(error) if found.is_empty() || !error.to_string().contains("no [[series]]") => found.push(error),
        _ => {}
    }
    found.sort_by_key(ScheduleError::line);
    found
}

fn raw(text: &str) -> Result<RawEdition, ScheduleError> {
    if text.len() > SCHEDULE_BYTES {
        return Err(ScheduleError::TooLarge { bytes: text.len() });
    }
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        ScheduleError::Form { line: line_of(text, at), message: error.message().replace('\n', ", ") }
    })
}

impl ScheduleError {
    /// The line it is about, counted from 1; 0 where it is about no line.
    pub const fn line(&self) -> usize {
        match self {
            Self::Form { line, .. } | Self::Term { line, .. } => *line,
            Self::TooLarge { .. } | Self::FiscalYearEnd { .. } => 0,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEdition {
    key: Spanned<String>,
    title: Spanned<String>,
    effective_on: Spanned<toml::Value>,
    authority: Spanned<RawAuthority>,
    #[serde(default)]
    replaces: Vec<Spanned<String>>,
    series: Vec<Spanned<RawSeries>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAuthority {
    kind: Spanned<String>,
    citation: Spanned<String>,
    adoption_acknowledged_on: Option<Spanned<toml::Value>>,
    departments: Option<Spanned<Vec<String>>>,
    approved_on: Option<Spanned<toml::Value>>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSeries {
    key: Spanned<String>,
    #[serde(default)]
    code: String,
    title: Spanned<String>,
    #[serde(default)]
    description: String,
    #[serde(alias = "minimum")]
    keep: Spanned<String>,
    maximum: Option<Spanned<String>>,
    as_written: Option<String>,
    #[serde(default)]
    statute: String,
    #[serde(default)]
    classification: String,
    #[serde(default)]
    archival: bool,
    #[serde(default)]
    kinds: Vec<Spanned<String>>,
    #[serde(default)]
    statuses: Vec<Spanned<String>>,
    #[serde(default)]
    departments: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    official_only_when_filed: bool,
    #[serde(default)]
    applies_without_series: bool,
}

/// The text being read, for line numbers.
struct Reading<'a> {
    text: &'a str,
}

impl Reading<'_> {
    fn edition(&self, raw: RawEdition) -> Result<Edition, ScheduleError> {
        let authority_at = raw.authority.span().start;
        if raw.series.len() > SCHEDULE_SERIES {
            return Err(self.wrong(0, format!("the schedule has more than {SCHEDULE_SERIES} series")));
        }
        let mut seen = BTreeMap::new();
        let mut rules = Vec::with_capacity(raw.series.len());
        for series in raw.series {
            let at = series.get_ref().key.span().start;
            let rule = self.rule(series.into_inner())?;
            let line = line_of(self.text, at);
            if let Some(first) = seen.insert(rule.series.clone(), line) {
                return Err(self.twice(at, &rule.series, first));
            }
            rules.push(rule);
        }
        let key = self.key(&raw.key)?;
        let mut replaces = Vec::with_capacity(raw.replaces.len());
        for older in &raw.replaces {
            if *older.get_ref() == key {
                return Err(
                    self.wrong(older.span().start, "an edition cannot replace itself; a new one has its own key")
                );
            }
            replaces.push(self.key(older)?);
        }
        let edition = Edition {
            key,
            title: self.words(&raw.title, "title")?,
            authority: self.authority(raw.authority.into_inner(), authority_at)?,
            effective_on: self.date(&raw.effective_on)?,
            replaces,
            rules,
        };
        if edition.rules.is_empty() {
            return Err(self.wrong(0, "the schedule has no [[series]]"));
        }
        Ok(edition)
    }

    fn authority(&self, raw: RawAuthority, at: usize) -> Result<Authority, ScheduleError> {
        let citation = self.words(&raw.citation, "citation")?;
        let kind = raw.kind.get_ref().as_str();
        // A date that has no meaning for the kind is refused: it would look like an authority that is not there.
        self.only_for("approved-schedule", kind, "adoption_acknowledged_on", raw.adoption_acknowledged_on.as_ref())?;
        self.only_for("approved-schedule", kind, "departments", raw.departments.as_ref())?;
        self.only_for("pr1", kind, "approved_on", raw.approved_on.as_ref())?;
        match kind {
            "approved-schedule" => {
                let on = raw.adoption_acknowledged_on.ok_or_else(|| {
                    self.wrong(at, "an approved schedule needs adoption_acknowledged_on, the day the State Archives acknowledged the city's adoption")
                })?;
                let departments = self.departments(raw.departments)?;
                Ok(Authority::ApprovedSchedule { citation, adoption_acknowledged_on: self.date(&on)?, departments })
            }
            "pr1" => {
                let on = raw
                    .approved_on
                    .ok_or_else(|| self.wrong(at, "a PR-1 needs approved_on, the day it was approved"))?;
                Ok(Authority::Pr1 { citation, approved_on: self.date(&on)? })
            }
            "policy" => Ok(Authority::Policy { citation }),
            "starter" => Ok(Authority::Starter { citation }),
            other => Err(self.wrong(
                raw.kind.span().start,
                format!("{other:?} is no kind of authority: approved-schedule, pr1, policy or starter"),
            )),
        }
    }

    fn departments(&self, raw: Option<Spanned<Vec<String>>>) -> Result<Vec<String>, ScheduleError> {
        let Some(raw) = raw else { return Ok(Vec::new()) };
        let at = raw.span().start;
        let names: Vec<String> = raw.into_inner().iter().map(|name| name.trim().to_owned()).collect();
        // An empty list means the whole city, so a list of blanks must not be taken for one.
        if names.iter().any(String::is_empty) {
            return Err(self.wrong(at, "a department without a name"));
        }
        Ok(names)
    }

    fn only_for<T>(
        &self,
        wanted: &str,
        kind: &str,
        field: &str,
        value: Option<&Spanned<T>>,
    ) -> Result<(), ScheduleError> {
        match value {
            Some(value) if kind != wanted => {
                Err(self.wrong(value.span().start, format!("{field} belongs to an authority of kind {wanted:?} only")))
            }
            _ => Ok(()),
        }
    }

    fn rule(&self, raw: RawSeries) -> Result<RetentionRule, ScheduleError> {
        let term = self.term(&raw.keep)?;
        let maximum = raw.maximum.as_ref().map(|maximum| self.maximum(maximum)).transpose()?;
        Ok(RetentionRule {
            series: self.key(&raw.key)?,
            code: raw.code,
            title: self.words(&raw.title, "title")?,
            description: raw.description,
            as_written: raw.as_written.unwrap_or_else(|| raw.keep.get_ref().clone()),
            term,
            archival: raw.archival,
            statute: raw.statute,
            classification: raw.classification,
            departments: self.departments(raw.departments)?,
            kinds: raw.kinds.iter().map(|kind| self.kind(kind)).collect::<Result<_, _>>()?,
            statuses: raw.statuses.iter().map(|status| self.status(status)).collect::<Result<_, _>>()?,
            official_only_when_filed: raw.official_only_when_filed,
            applies_without_series: raw.applies_without_series,
            maximum,
        })
    }

    fn term(&self, raw: &Spanned<String>) -> Result<Term, ScheduleError> {
        let line = line_of(self.text, raw.span().start);
        parse_term(raw.get_ref()).map_err(|source| ScheduleError::Term { line, source })
    }

    fn maximum(&self, raw: &Spanned<String>) -> Result<Term, ScheduleError> {
        match self.term(raw)? {
            Term::Permanent => Err(self.wrong(raw.span().start, "a maximum cannot be permanent; leave it out")),
            term => Ok(term),
        }
    }

    fn kind(&self, raw: &Spanned<String>) -> Result<RecordKind, ScheduleError> {
        RecordKind::parse(raw.get_ref()).ok_or_else(|| {
            let all = RecordKind::ALL.map(RecordKind::word).join(", ");
            self.wrong(raw.span().start, format!("{:?} is no kind of item: {all}", raw.get_ref()))
        })
    }

    fn status(&self, raw: &Spanned<String>) -> Result<RecordStatus, ScheduleError> {
        let settled = RecordStatus::parse(raw.get_ref()).filter(|status| *status != RecordStatus::Undetermined);
        settled.ok_or_else(|| {
            let message =
                format!("{:?} is no settled status: official, transitory, non-record or personal", raw.get_ref());
            self.wrong(raw.span().start, message)
        })
    }

    fn key(&self, raw: &Spanned<String>) -> Result<String, ScheduleError> {
        if is_key(raw.get_ref()) {
            return Ok(raw.get_ref().clone());
        }
        let message = format!("{:?} is no key: use small letters, digits and single hyphens", raw.get_ref());
        Err(self.wrong(raw.span().start, message))
    }

    fn words(&self, raw: &Spanned<String>, what: &str) -> Result<String, ScheduleError> {
        let words = raw.get_ref().trim();
        if words.is_empty() {
            return Err(self.wrong(raw.span().start, format!("the {what} is empty")));
        }
        Ok(words.to_owned())
    }

    /// A day, written with or without quotation marks.
    fn date(&self, raw: &Spanned<toml::Value>) -> Result<NaiveDate, ScheduleError> {
        let written = match raw.get_ref() {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        NaiveDate::parse_from_str(&written, "%Y-%m-%d")
            .map_err(|_| self.wrong(raw.span().start, format!("{written:?} is no day; write it like 2024-06-10")))
    }

    fn twice(&self, at: usize, series: &str, first: usize) -> ScheduleError {
        self.wrong(at, format!("the series {series:?} was given before, in line {first}"))
    }

    fn wrong(&self, at: usize, message: impl Into<String>) -> ScheduleError {
        ScheduleError::Form { line: line_of(self.text, at), message: message.into() }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = r#"key = "city"
title = "The city's schedule"
effective_on = 2021-03-31
[authority]
kind = "approved-schedule"
citation = "Panel approval of 2021"
adoption_acknowledged_on = "2021-06-01"
departments = ["Police", " Fire "]
[[series]]
key = "general"
title = "Correspondence"
keep = "3 years after sent"
[[series]]
key = "drone"
code = "X 1"
title = "Drone data"
keep = "0 days after sent"
maximum = "7 days after sent"
as_written = "no later than 7 days"
kinds = ["file", "attachment"]
statuses = ["non-record"]
"#;

    #[test]
    fn a_file_becomes_an_edition() {
        let edition = parse(GOOD).unwrap();
        assert_eq!((edition.key.as_str(), edition.effective_on), ("city", "2021-03-31".parse().unwrap()));
        assert_eq!(
            edition.authority,
            Authority::ApprovedSchedule {
                citation: "Panel approval of 2021".to_owned(),
                adoption_acknowledged_on: "2021-06-01".parse().unwrap(),
                departments: vec!["Police".to_owned(), "Fire".to_owned()],
            }
        );
        assert_eq!(edition.rules[0].as_written, "3 years after sent");
        assert!(edition.rules[0].kinds.is_empty() && edition.rules[0].maximum.is_none());
        assert_eq!(edition.rules[1].kinds, [RecordKind::File, RecordKind::Attachment]);
        assert_eq!(edition.rules[1].statuses, [RecordStatus::NonRecord]);
        assert_eq!(edition.rules[1].maximum, parse_term("7 days after sent").ok());
    }

    #[test]
    fn what_a_line_is_for_and_what_an_edition_replaces_is_read() {
        let text = GOOD.replacen("effective_on", "replaces = [\"city-2017\"]\neffective_on", 1).replacen(
            "keep = \"3 years after sent\"",
            "minimum = \"3 years after sent\"\nclassification = \"Public\"\ndepartments = [\"Police \"]",
            1,
        );
        let edition = parse(&text).unwrap();
        assert_eq!(edition.replaces, ["city-2017"]);
        let general = &edition.rules[0];
        assert_eq!(
            (general.classification.as_str(), general.departments.as_slice()),
            ("Public", ["Police".to_owned()].as_slice())
        );
        assert_eq!(general.term, parse_term("3 years after sent").unwrap());
    }

    #[test]
    fn errors_name_the_line_and_say_what_to_write() {
        let cases = [
            ("keep = \"3 years after sent\"", "keep = \"3 yaers after sent\"", 12, "is no term"),
            ("keep = \"3 years after sent\"", "keep = \"999 years after sent\"", 12, "write \"permanent\""),
            ("keep = \"3 years after sent\"", "kepe = \"3 years after sent\"", 12, "unknown field"),
            ("keep = \"3 years after sent\"", "keep = 3", 12, "invalid type"),
            ("keep = \"3 years after sent\"", "keep = \"3 years", 12, ""),
            ("effective_on = 2021-03-31", "effective_on = \"2021-02-30\"", 3, "is no day"),
            ("effective_on = 2021-03-31", "effective_on = 2021", 3, "is no day"),
            ("effective_on = 2021-03-31", "effective_on = 2021-03-31T10:00:00Z", 3, "is no day"),
            ("kind = \"approved-schedule\"", "kind = \"law\"", 7, "belongs to"),
            ("kind = \"approved-schedule\"", "kind = \"policy\"", 7, "belongs to"),
            ("adoption_acknowledged_on = \"2021-06-01\"", "", 4, "needs adoption_acknowledged_on"),
            ("adoption_acknowledged_on", "approved_on", 7, "belongs to"),
            ("departments = [\"Police\", \" Fire \"]", "departments = [\" \"]", 8, "without a name"),
            ("departments = [\"Police\", \" Fire \"]", "departments = [\"Police\", \" \"]", 8, "without a name"),
            (
                "kind = \"approved-schedule\"\ncitation = \"Panel approval of 2021\"\nadoption_acknowledged_on = \"2021-06-01\"",
                "kind = \"policy\"\ncitation = \"Resolution 1\"",
                7,
                "departments belongs to",
            ),
            (
                "effective_on = 2021-03-31",
                "effective_on = 2021-03-31\nreplaces = [\"city\"]",
                4,
                "cannot replace itself",
            ),
            ("effective_on = 2021-03-31", "effective_on = 2021-03-31\nreplaces = [\"The old one\"]", 4, "is no key"),
            ("statuses = [\"non-record\"]", "departments = [\"\"]", 21, "without a name"),
            ("key = \"drone\"", "key = \"general\"", 14, "was given before, in line 10"),
            ("key = \"drone\"", "key = \"Drone Data\"", 14, "is no key"),
            ("title = \"Drone data\"", "title = \" \"", 16, "the title is empty"),
            ("maximum = \"7 days after sent\"", "maximum = \"permanent\"", 18, "cannot be permanent"),
            ("[\"file\", \"attachment\"]", "[\"file\", \"fax\"]", 20, "is no kind of item"),
            ("[\"non-record\"]", "[\"undetermined\"]", 21, "is no settled status"),
        ];
        for (from, to, line, words) in cases {
            let error = parse(&GOOD.replacen(from, to, 1)).unwrap_err();
            let text = error.to_string();
            assert!(text.starts_with(&format!("line {line}: ")) && text.contains(words), "{to}: {text}");
            assert!(!text.contains('\n') && !text.ends_with('.'), "{text}");
        }
    }

    #[test]
    fn a_check_tells_everything_that_is_wrong_in_order_of_lines() {
        assert_eq!(problems(GOOD), []);
        let text = GOOD
            .replace("keep = \"3 years after sent\"", "keep = \"3 yaers after sent\"")
            .replace("maximum = \"7 days after sent\"", "maximum = \"permanent\"")
            .replace("effective_on = 2021-03-31", "effective_on = \"soon\"");
        let told: Vec<usize> = problems(&text).iter().map(ScheduleError::line).collect();
        assert_eq!(told, [3, 12, 18]);
        let twice = GOOD.replace("key = \"drone\"", "key = \"general\"");
        assert_eq!(problems(&twice).len(), 1);
        // Where every line is wrong, that no sound one is left is no trouble of its own.
        let all_wrong = GOOD.replace("keep = \"", "keep = \"about ");
        assert_eq!(problems(&all_wrong).iter().map(ScheduleError::line).collect::<Vec<_>>(), [12, 17]);
        // Where there is none at all, it is.
        let none = format!("series = []\n{}", GOOD.split("[[series]]").next().unwrap());
        assert!(matches!(&problems(&none)[..], [one] if one.to_string().contains("no [[series]]")));
        assert_eq!(problems("key = ").len(), 1);
    }

    #[test]
    fn a_schedule_without_series_and_one_of_unknown_authority_are_refused() {
        let head = GOOD.split("[[series]]").next().unwrap();
        assert!(parse(&format!("series = []\n{head}")).unwrap_err().to_string().contains("no [[series]]"));
        assert!(parse(head).unwrap_err().to_string().contains("series"));
        let law = "key=\"a\"\ntitle=\"a\"\neffective_on=2021-01-01\nauthority={kind=\"law\",citation=\"x\"}\n[[series]]\nkey=\"a\"\ntitle=\"a\"\nkeep=\"permanent\"";
        assert!(parse(law).unwrap_err().to_string().starts_with("line 4: \"law\" is no kind of authority"));
        assert_eq!(
            parse(&law.replace("law", "pr1")).unwrap_err().to_string(),
            "line 4: a PR-1 needs approved_on, the day it was approved"
        );
        assert!(matches!(parse(&" ".repeat(SCHEDULE_BYTES + 1)), Err(ScheduleError::TooLarge { .. })));
        let largest = parse(&" ".repeat(SCHEDULE_BYTES)).unwrap_err();
        assert!(matches!(largest, ScheduleError::Form { .. }), "as large as it may be, and read: {largest}");
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic(at in 0usize..500, with in "\\PC{0,6}") {
            let mut cut = at.min(GOOD.len());
            while !GOOD.is_char_boundary(cut) { cut -= 1; }
            let _ = parse(&format!("{}{with}{}", &GOOD[..cut], &GOOD[cut..]));
            let _ = parse(&GOOD[..cut]);
            prop_assert_eq!(problems(&GOOD[..cut]).is_empty(), parse(&GOOD[..cut]).is_ok());
        }
    }
}
