//! The policy, case by case, with every reason as it is printed (`policy.txt`).
//!
//! Each case is a heading with its source, a line of editions, facts and day as in `goldens.txt`, and the answer: the
//! verdict, the rule in English, and the sentences of every gate, the deciding one first.

use super::english::english;
use super::goldens::{golden, told, verdict, word};
use std::collections::BTreeSet;

const CASES: usize = 60;

/// A case as it stands in the file: its two lines of question, and the answer.
fn cases() -> Vec<(String, String, String)> {
    let blocks = include_str!("policy.txt").split("\n\n").map(str::trim).filter(|block| !block.is_empty());
    let case = |block: &str| {
        let mut lines = block.lines().skip_while(|line| line.starts_with("##"));
        let (why, question) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        (why.to_owned(), question.to_owned(), lines.map(|line| format!("{line}\n")).collect())
    };
    blocks.filter(|block| block.contains("\n| ")).map(case).collect()
}

fn answer(question: &str) -> String {
    let golden = golden(&format!("x {question} | x | x"));
    let verdict = verdict(&golden);
    let mut text = format!("  {}\n", told(&verdict));
    if let Some(place) = &verdict.rule {
        let edition = golden.editions.iter().find(|edition| edition.key == place.edition).unwrap();
        let rule = edition.rules.iter().find(|rule| rule.series == place.series).unwrap();
        text.push_str(&format!("  rule {} / {}: {}\n", place.edition, place.series, english(rule)));
    }
    for reason in &verdict.reasons {
        text.push_str(&format!("  {}: {}\n", word(reason.code), reason.sentence));
    }
    text
}

#[test]
fn every_case_of_the_policy_is_answered_as_written() {
    let cases = cases();
    assert_eq!(cases.len(), CASES);
    let headings: BTreeSet<&str> = cases.iter().map(|(why, ..)| why.as_str()).collect();
    assert_eq!(headings.len(), CASES, "each case has a heading of its own");
    let mut wrong = String::new();
    for (why, question, expected) in &cases {
        assert!(why.starts_with("# ") && question.starts_with("| "), "{why}\n{question}");
        let found = answer(question);
        if found != *expected {
            wrong.push_str(&format!("{why}\n{question}\n{found}\n"));
        }
    }
    assert!(wrong.is_empty(), "answered otherwise:\n{wrong}");
}
