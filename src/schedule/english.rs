//! A rule in plain English, for the clerk and the council.

use super::grammar::spell_period;
use crate::model::retention::{Cutoff, Period, RetentionRule, Term, Trigger};

/// A rule as sentences: how long to keep, from when it may go, and what has to happen first.
///
/// The first sentence is the period, for example "Keep 365 days after it was sent; it may be destroyed from the 366th
/// day". What stands beside the period follows in sentences of its own.
pub fn english(rule: &RetentionRule) -> String {
    let mut text = keep_sentence(&rule.term);
    if let Some(maximum) = &rule.maximum {
        text.push_str(&format!(". It must be destroyed at the latest {}", maximum_words(maximum)));
    }
    if rule.official_only_when_filed {
        text.push_str(". An official item may go only as a copy whose record has been filed under its own series");
    }
    if rule.archival {
        text.push_str(". The series is archival: offer it to the State Archives first");
    }
    if let Some(scope) = scope_words(rule) {
        text.push_str(&format!(". {scope}"));
    }
    text
}

/// For what a rule is, where it is not for everything: "For e-mail and text items, official, of the Police only".
fn scope_words(rule: &RetentionRule) -> Option<String> {
    let mut parts = Vec::new();
    if !rule.kinds.is_empty() {
        let kinds: Vec<&str> = rule.kinds.iter().map(|kind| kind.word()).collect();
        parts.push(format!("items of kind {}", kinds.join(", ")));
    }
    if !rule.statuses.is_empty() {
        let statuses: Vec<&str> = rule.statuses.iter().map(|status| status.word()).collect();
        parts.push(format!("status {}", statuses.join(", ")));
    }
    if !rule.departments.is_empty() {
        parts.push(format!("copies of {}", rule.departments.join(", ")));
    }
    (!parts.is_empty()).then(|| format!("It is for {} only", parts.join("; ")))
}

/// A term inside a sentence: "365 days after it was sent".
pub(super) fn term_words(term: &Term) -> String {
    match term {
        Term::Permanent => "permanently".to_owned(),
        Term::After { trigger, cutoff, period } => {
            format!("{} after {}", spell_period(*period), start_words(trigger, *cutoff))
        }
        Term::Until(event) => until_words(event),
        Term::Latest(parts) => format!("the latest of: {}", parts_words(parts)),
        Term::Earliest(parts) => format!("the earliest of: {}", parts_words(parts)),
        Term::Unknown(text) => format!("for a time that is not settled ({text})"),
    }
}

fn parts_words(parts: &[Term]) -> String {
    parts.iter().map(term_words).collect::<Vec<_>>().join("; ")
}

fn keep_sentence(term: &Term) -> String {
    match term {
        Term::Permanent => "Keep permanently; it is never destroyed".to_owned(),
        Term::Unknown(text) => format!("Keep until the schedule is settled: {text}"),
        Term::After { cutoff: Cutoff::None, period: Period::Days(days), .. } => {
            let next = ordinal(u64::from(*days) + 1);
            format!("Keep {}; it may be destroyed from the {next} day", term_words(term))
        }
        _ => format!("Keep {}; it may be destroyed from the day after", term_words(term)),
    }
}

fn maximum_words(term: &Term) -> String {
    match term {
        Term::After { .. } | Term::Latest(_) | Term::Earliest(_) => format!("on the last day of {}", term_words(term)),
        Term::Until(event) => format!("on the day recorded as “{}”", plain(event)),
        Term::Permanent | Term::Unknown(_) => "on a day that is not settled".to_owned(),
    }
}

fn start_words(trigger: &Trigger, cutoff: Cutoff) -> String {
    let stretch = match cutoff {
        Cutoff::None => return trigger_words(trigger),
        Cutoff::MonthEnd => "month",
        Cutoff::CalendarYearEnd => "calendar year",
        Cutoff::FiscalYearEnd => "fiscal year",
    };
    match trigger {
        Trigger::Sent | Trigger::Received | Trigger::Created => {
            format!("the end of the {stretch} in which {}", trigger_words(trigger))
        }
        Trigger::LastOfConversation | Trigger::Event(_) => {
            format!("the end of the {stretch} of {}", trigger_words(trigger))
        }
    }
}

/// A trigger inside a sentence: "it was sent".
fn trigger_words(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Sent => "it was sent".to_owned(),
        Trigger::Received => "it was received".to_owned(),
        Trigger::Created => "it was made".to_owned(),
        Trigger::LastOfConversation => "the last item of its conversation".to_owned(),
        Trigger::Event(name) => format!("the day recorded as “{}”", plain(name)),
    }
}

fn until_words(event: &str) -> String {
    format!("until a day is recorded as “{}”", plain(event))
}

fn plain(event: &str) -> String {
    event.replace('-', " ")
}

fn ordinal(number: u64) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::super::grammar::parse_term;
    use super::super::testing::rule;
    use super::*;
    use crate::model::classification::RecordStatus;
    use crate::model::record::RecordKind;

    #[test]
    fn numbers_have_their_endings() {
        let table = [
            (1, "1st"),
            (2, "2nd"),
            (3, "3rd"),
            (4, "4th"),
            (11, "11th"),
            (12, "12th"),
            (13, "13th"),
            (14, "14th"),
            (21, "21st"),
            (101, "101st"),
            (111, "111th"),
            (113, "113th"),
            (122, "122nd"),
        ];
        for (number, words) in table {
            assert_eq!(ordinal(number), words);
        }
    }

    #[test]
    fn rules_read_as_sentences() {
        let cases = [
            ("365 days after sent", "Keep 365 days after it was sent; it may be destroyed from the 366th day"),
            ("0 days after sent", "Keep 0 days after it was sent; it may be destroyed from the 1st day"),
            ("10 days after received", "Keep 10 days after it was received; it may be destroyed from the 11th day"),
            ("3 years after sent", "Keep 3 years after it was sent; it may be destroyed from the day after"),
            (
                "1 year after action-completed",
                "Keep 1 year after the day recorded as “action completed”; it may be destroyed from the day after",
            ),
            (
                "6 years after fiscal-year-end",
                "Keep 6 years after the end of the fiscal year in which it was sent; it may be destroyed from the day after",
            ),
            ("2 years after created", "Keep 2 years after it was made; it may be destroyed from the day after"),
            (
                "1 year after last-of-conversation",
                "Keep 1 year after the last item of its conversation; it may be destroyed from the day after",
            ),
            (
                "90 days after month-end of received",
                "Keep 90 days after the end of the month in which it was received; it may be destroyed from the day after",
            ),
            (
                "3 years after calendar-year-end of case-closed",
                "Keep 3 years after the end of the calendar year of the day recorded as “case closed”; it may be destroyed \
                 from the day after",
            ),
            (
                "earliest of 3 years after sent | until superseded",
                "Keep the earliest of: 3 years after it was sent; until a day is recorded as “superseded”; it may be \
                 destroyed from the day after",
            ),
            (
                "latest of 3 years after sent | until audited",
                "Keep the latest of: 3 years after it was sent; until a day is recorded as “audited”; it may be destroyed \
                 from the day after",
            ),
            (
                "until superseded",
                "Keep until a day is recorded as “superseded”; it may be destroyed from the day after",
            ),
            ("permanent", "Keep permanently; it is never destroyed"),
            ("review: which edition", "Keep until the schedule is settled: which edition"),
        ];
        for (term, sentence) in cases {
            assert_eq!(english(&rule("x", term)), sentence);
        }
    }

    #[test]
    fn what_stands_beside_the_period_is_said() {
        let mut one = rule("x", "90 days after sent");
        one.maximum = parse_term("1 year after sent").ok();
        one.archival = true;
        one.official_only_when_filed = true;
        one.kinds = vec![RecordKind::Email, RecordKind::Text];
        one.statuses = vec![RecordStatus::Official];
        one.departments = vec!["Police".to_owned()];
        assert_eq!(
            english(&one),
            "Keep 90 days after it was sent; it may be destroyed from the 91st day. It must be destroyed at the latest on \
             the last day of 1 year after it was sent. An official item may go only as a copy whose record has been filed \
             under its own series. The series is archival: offer it to the State Archives first. It is \
             for items of kind email, text; status official; copies of Police only"
        );
    }

    #[test]
    fn ordinals() {
        let words: Vec<String> = [1, 2, 3, 4, 11, 12, 13, 21, 91, 102, 112, 366].into_iter().map(ordinal).collect();
        assert_eq!(words.join(" "), "1st 2nd 3rd 4th 11th 12th 13th 21st 91st 102nd 112th 366th");
    }
}
