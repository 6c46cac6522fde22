//! Days of birth, in digits and written out.

use super::near::Near;
use super::numbers::found;
use super::runs::{Run, whole};
use super::{Category, Finding};

const BIRTH: &[&str] = &["dob", "d.o.b", "date of birth", "birth date", "birthdate", "birthday", "born", "born on"];

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// `1/2/1980`, `1-2-80`, `1980-01-02` behind words that speak of a birth.
pub(super) fn birth(text: &str, run: &Run, all: &mut Vec<Finding>) {
    for (at, groups) in run.groups.windows(3).enumerate() {
        let number = |at: usize| text[groups[at].clone()].parse::<u32>().unwrap_or(u32::MAX);
        let lengths = [groups[0].len(), groups[1].len(), groups[2].len()];
        let day = |month: u32, day: u32| (1..=12).contains(&month) && (1..=31).contains(&day);
        let signs = &run.signs[at..at + 2];
        let is_date = signs[0] == signs[1]
            && matches!(signs[0], '/' | '-' | '.')
            && match lengths {
                [1..=2, 1..=2, 2] => day(number(0), number(1)),
                [1..=2, 1..=2, 4] => day(number(0), number(1)) && (1900..2100).contains(&number(2)),
                [4, 1..=2, 1..=2] => day(number(1), number(2)) && (1900..2100).contains(&number(0)),
                _ => false,
            };
        let range = whole(groups);
        if is_date && Near::of(text, range.start, range.end).is_called(BIRTH) {
            found(all, Category::BirthDate, range, 85, "a day, and words of a birth before it");
        }
    }
}

/// `January 2, 1980` and `2 Jan 1980` behind words that speak of a birth.
pub(super) fn written_birth(text: &str, all: &mut Vec<Finding>) {
    let lower = text.to_ascii_lowercase();
    for (at, _) in lower.match_indices(|c: char| c.is_ascii_alphabetic()) {
        let begins = !lower[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric());
        if !begins || !MONTHS.iter().any(|month| lower[at..].starts_with(month)) {
            continue;
        }
        let word = lower[at..].find(|c: char| !c.is_ascii_alphabetic()).map_or(lower.len(), |more| at + more);
        let tail: String = lower[word..].chars().take(12).collect();
        let tail = tail.trim_start_matches(['.', ' ']);
        let day: String = tail.chars().take_while(char::is_ascii_digit).collect();
        let rest = &tail[day.len()..];
        let year: String = rest
            .trim_start_matches(|c: char| c.is_ascii_alphabetic())
            .trim_start_matches([',', ' '])
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        let (year, from) = if year.is_empty() && day.len() == 4 {
            let before: String = lower[..at].trim_end().chars().rev().take_while(char::is_ascii_digit).collect();
            (day.clone(), lower[..at].trim_end().len() - before.len())
        } else {
            (year, at)
        };
        let is_year = year.len() == 4 && (year.starts_with("19") || year.starts_with("20"));
        if !is_year || day.is_empty() {
            continue;
        }
        let Some(end) = lower[word..].find(&year).map(|more| word + more + year.len()) else { continue };
        if Near::of(text, from, end).is_called(BIRTH) {
            found(all, Category::BirthDate, from..end, 85, "a day, and words of a birth before it");
        }
    }
}
