//! Two editions side by side: which lines were added, which removed, which changed, in plain words.

use super::english::english;
use crate::model::retention::{Authority, Edition, RetentionRule};
use serde::Serialize;
use std::collections::BTreeMap;

/// A line that only one of two editions has, or that both have and differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineChange {
    /// Key of the series.
    pub series: String,
    /// Its title, in the newer edition where that has it.
    pub title: String,
    /// What it says, or what changed, a sentence each.
    pub sentences: Vec<String>,
}

/// What differs between two editions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What differs of the editions themselves, a sentence each.
    pub edition: Vec<String>,
    /// Lines that only the second has.
    pub added: Vec<LineChange>,
    /// Lines that only the first has.
    pub removed: Vec<LineChange>,
    /// Lines that both have, and differently.
    pub changed: Vec<LineChange>,
    /// How many lines are the same in both.
    pub same: usize,
}

/// Compares two editions, line by line by the key of the series. A removed and an added line with the same code or title
/// are one line whose key changed.
pub fn compare(first: &Edition, second: &Edition) -> Difference {
    let mut difference = Difference { edition: of_editions(first, second), ..Difference::default() };
    let older: BTreeMap<&str, &RetentionRule> = first.rules.iter().map(|rule| (rule.series.as_str(), rule)).collect();
    let newer: BTreeMap<&str, &RetentionRule> = second.rules.iter().map(|rule| (rule.series.as_str(), rule)).collect();
    let mut renamed: BTreeMap<&str, &str> = BTreeMap::new();
    for rule in first.rules.iter().filter(|rule| !newer.contains_key(rule.series.as_str())) {
        let same = |one: &&RetentionRule| {
            let free = !older.contains_key(one.series.as_str()) && !renamed.contains_key(one.series.as_str());
            free && is_same_line(rule, one)
        };
        if let Some(found) = second.rules.iter().find(same) {
            renamed.insert(&found.series, &rule.series);
        }
    }
    for rule in &second.rules {
        let key = rule.series.as_str();
        match older.get(renamed.get(key).copied().unwrap_or(key)) {
            None => difference.added.push(line(rule, vec![format!("{}.", english(rule))])),
            Some(before) => {
                let sentences = of_lines(before, rule);
                if sentences.is_empty() {
                    difference.same += 1;
                } else {
                    difference.changed.push(line(rule, sentences));
                }
            }
        }
    }
    for rule in &first.rules {
        let key = rule.series.as_str();
        if !newer.contains_key(key) && !renamed.values().any(|old| *old == key) {
            difference.removed.push(line(rule, vec![format!("{}.", english(rule))]));
        }
    }
    difference
}

fn line(rule: &RetentionRule, sentences: Vec<String>) -> LineChange {
    LineChange { series: rule.series.clone(), title: rule.title.clone(), sentences }
}

fn is_same_line(one: &RetentionRule, two: &RetentionRule) -> bool {
    let title = |rule: &RetentionRule| rule.title.to_lowercase();
    (!one.code.is_empty() && one.code == two.code) || title(one) == title(two)
}

fn of_lines(before: &RetentionRule, after: &RetentionRule) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut say = |what: &str, from: &str, to: &str| {
        if from != to {
            let none = |text: &str| if text.is_empty() { "nothing".to_owned() } else { format!("“{text}”") };
            sentences.push(format!("{what}: {} before, {} now.", none(from), none(to)));
        }
    };
    say("The key", &before.series, &after.series);
    say("The code", &before.code, &after.code);
    say("The title", &before.title, &after.title);
    // Everything that decides about keeping is in the English of the rule.
    say("The rule", &english(before), &english(after));
    say("The schedule's words", &before.as_written, &after.as_written);
    say("The description", &before.description, &after.description);
    say("The statute", &before.statute, &after.statute);
    say("The data classification", &before.classification, &after.classification);
    if before.applies_without_series != after.applies_without_series {
        sentences.push(match after.applies_without_series {
            true => "It now applies to items without a series of their own.".to_owned(),
            false => "It no longer applies to items without a series of their own.".to_owned(),
        });
    }
    sentences
}

fn of_editions(first: &Edition, second: &Edition) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut say = |what: &str, from: String, to: String| {
        if from != to {
            sentences.push(format!("{what}: {from} before, {to} now."));
        }
    };
    say("The key", first.key.clone(), second.key.clone());
    say("The title", first.title.clone(), second.title.clone());
    say("In force from", first.effective_on.to_string(), second.effective_on.to_string());
    say("The authority", authority(&first.authority), authority(&second.authority));
    say("It replaces", list(&first.replaces), list(&second.replaces));
    sentences
}

fn list(keys: &[String]) -> String {
    if keys.is_empty() { "no edition".to_owned() } else { keys.join(", ") }
}

fn authority(authority: &Authority) -> String {
    match authority {
        Authority::ApprovedSchedule { citation, adoption_acknowledged_on, departments } => {
            let whom = if departments.is_empty() { "the whole city".to_owned() } else { departments.join(", ") };
            format!("an approved schedule ({citation}), acknowledged on {adoption_acknowledged_on}, for {whom}")
        }
        Authority::Pr1 { citation, approved_on } => format!("a PR-1 ({citation}), approved on {approved_on}"),
        Authority::Policy { citation } => format!("a policy ({citation})"),
        Authority::Starter { citation } => format!("a starter set ({citation})"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{edition, rule};
    use super::*;

    #[test]
    fn an_edition_and_itself_do_not_differ() {
        let city = edition("city");
        let same = city.rules.len();
        assert_eq!(compare(&city, &city), Difference { same, ..Difference::default() });
    }

    #[test]
    fn added_removed_changed_and_renamed_lines_are_told_in_words() {
        let mut first = edition("city");
        first.rules = vec![
            rule("general", "3 years after sent"),
            rule("video", "3 months after minutes-approved"),
            rule("lists", "until superseded"),
        ];
        first.rules[2].code = "ADM 1".to_owned();
        let mut second = first.clone();
        second.key = "city-2".to_owned();
        second.replaces = vec!["city".to_owned()];
        second.rules = vec![
            rule("general", "4 years after sent"),
            rule("mailing-lists", "until superseded"),
            rule("texts", "90 days after sent"),
        ];
        second.rules[1].code = "ADM 1".to_owned();
        second.rules[0].archival = true;
        let found = compare(&first, &second);
        assert_eq!(found.edition, ["The key: city before, city-2 now.", "It replaces: no edition before, city now."]);
        assert_eq!(found.added.iter().map(|one| one.series.as_str()).collect::<Vec<_>>(), ["texts"]);
        assert_eq!(found.removed.iter().map(|one| one.series.as_str()).collect::<Vec<_>>(), ["video"]);
        assert_eq!(found.same, 0);
        assert_eq!(
            found.changed[0].sentences,
            [
                "The rule: “Keep 3 years after it was sent; it may be destroyed from the day after” before, “Keep 4 years after \
                 it was sent; it may be destroyed from the day after. The series is archival: offer it to the State Archives \
                 first” now.",
                "The schedule's words: “3 years after sent” before, “4 years after sent” now.",
            ]
        );
        assert_eq!(found.changed[1].series, "mailing-lists");
        assert!(found.changed[1].sentences[0].starts_with("The key: “lists” before"), "{:?}", found.changed[1]);
    }

    /// A line with another code, title and words.
    fn named(series: &str, code: &str, title: &str) -> RetentionRule {
        RetentionRule { code: code.to_owned(), title: title.to_owned(), ..rule(series, "1 year after sent") }
    }

    fn with(rules: Vec<RetentionRule>) -> Edition {
        Edition { rules, ..edition("city") }
    }

    #[test]
    fn a_line_is_the_same_under_another_key_only_by_its_code_or_title_and_only_once() {
        let keys = |lines: &[LineChange]| lines.iter().map(|line| line.series.clone()).collect::<Vec<_>>();
        let table = [
            (vec![named("a", "", "Maps")], vec![named("b", "", "MAPS")], 1, 0, 0, "the same title"),
            (vec![named("a", "7", "Maps")], vec![named("b", "7", "Plats")], 1, 0, 0, "the same code"),
            (vec![named("a", "7", "Maps")], vec![named("b", "8", "Plats")], 0, 1, 1, "neither"),
            (vec![named("a", "", "Maps")], vec![named("b", "", "Plats")], 0, 1, 1, "no code is no same code"),
            (
                vec![named("a", "", "Maps"), named("b", "", "Maps")],
                vec![named("b", "", "Maps")],
                0,
                0,
                1,
                "the other one was there before, so it is nobody's new name",
            ),
            (
                vec![named("a", "", "Maps"), named("b", "", "Maps")],
                vec![named("c", "", "Maps")],
                1,
                0,
                1,
                "one new line stands for one old line",
            ),
            (
                vec![named("a", "", "Maps"), named("b", "", "Plats")],
                vec![named("c", "", "Maps"), named("d", "", "Plats")],
                2,
                0,
                0,
                "two lines, each with its own new key",
            ),
            (
                vec![named("a", "", "Maps"), named("b", "", "Plats")],
                vec![named("a", "", "Maps"), named("c", "", "Maps")],
                0,
                1,
                1,
                "a line that kept its key is not looked for under another",
            ),
        ];
        for (first, second, changed, added, removed, why) in table {
            let found = compare(&with(first), &with(second));
            let counts = (found.changed.len(), found.added.len(), found.removed.len());
            assert_eq!(counts, (changed, added, removed), "{why}: {:?}", keys(&found.changed));
        }
    }

    #[test]
    fn everything_a_line_says_is_compared() {
        let before = rule("maps", "1 year after sent");
        let with = |change: fn(&mut RetentionRule)| {
            let mut after = before.clone();
            change(&mut after);
            of_lines(&before, &after)
        };
        type Changed = fn(&mut RetentionRule);
        let table: [(Changed, &str); 9] = [
            (|rule| rule.series = "plats".to_owned(), "The key: “maps” before, “plats” now."),
            (|rule| rule.code = "7".to_owned(), "The code: nothing before, “7” now."),
            (|rule| rule.title = "Plats".to_owned(), "The title: “maps” before, “Plats” now."),
            (
                |rule| rule.as_written = "one year".to_owned(),
                "The schedule's words: “1 year after sent” before, “one year” now.",
            ),
            (|rule| rule.description = "Rolled".to_owned(), "The description: nothing before, “Rolled” now."),
            (|rule| rule.statute = "505.01".to_owned(), "The statute: nothing before, “505.01” now."),
            (
                |rule| rule.classification = "Public".to_owned(),
                "The data classification: nothing before, “Public” now.",
            ),
            (|rule| rule.archival = true, "The rule: "),
            (|rule| rule.applies_without_series = true, "It now applies to items without a series of their own."),
        ];
        for (change, words) in table {
            let told = with(change);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].starts_with(words), "{words}: {told:?}");
        }
        let mut general = before.clone();
        general.applies_without_series = true;
        let told = of_lines(&general, &before);
        assert_eq!(told, ["It no longer applies to items without a series of their own."]);
    }

    #[test]
    fn everything_an_edition_says_of_itself_is_compared() {
        let approved = |departments: &[&str]| Authority::ApprovedSchedule {
            citation: "Panel approval".to_owned(),
            adoption_acknowledged_on: "2021-06-01".parse().expect("a day"),
            departments: departments.iter().map(|name| (*name).to_owned()).collect(),
        };
        let with = |authority: Authority| Edition { authority, ..edition("city") };
        let first = with(approved(&[]));
        let mut second = with(approved(&["Police", "Fire"]));
        second.title = "Another".to_owned();
        second.effective_on = "2022-01-01".parse().expect("a day");
        let told = compare(&first, &second).edition;
        let all = [
            "The title: General schedule, adopted before, Another now.",
            "In force from: 2021-03-31 before, 2022-01-01 now.",
            "The authority: an approved schedule (Panel approval), acknowledged on 2021-06-01, for the whole city before, an \
             approved schedule (Panel approval), acknowledged on 2021-06-01, for Police, Fire now.",
        ];
        assert_eq!(told, all);
        let citation = "No. 1".to_owned();
        let table = [
            (
                Authority::Pr1 { citation: citation.clone(), approved_on: "2024-02-01".parse().expect("a day") },
                "a PR-1 (No. 1), approved on 2024-02-01 now.",
            ),
            (Authority::Policy { citation: citation.clone() }, "a policy (No. 1) now."),
            (Authority::Starter { citation }, "a starter set (No. 1) now."),
        ];
        for (authority, words) in table {
            let told = compare(&first, &with(authority)).edition;
            assert!(told.len() == 1 && told[0].ends_with(words), "{told:?}");
        }
    }
}
