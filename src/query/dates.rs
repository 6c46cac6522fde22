//! Days, months and years as they are typed.

use super::QueryError;
use chrono::{Days, Months, NaiveDate};

/// Years a query may name: nothing a city holds electronically lies outside.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

const FORMS: &str = "write 2025, 2025-03, 2025-03-14, or two of them with .. between: 2025-01..2025-03";

/// `2025`, `2025-03`, `2025-03-14`, `A..B`, `A..`, `..B`: first and last day, both included.
pub(super) fn range(text: &str, column: usize) -> Result<(Option<NaiveDate>, Option<NaiveDate>), QueryError> {
    let Some((left, right)) = text.split_once("..") else {
        let (first, last) = stretch(text, column)?;
        return Ok((Some(first), Some(last)));
    };
    let right_column = column + left.chars().count() + 2;
    let from = if left.is_empty() { None } else { Some(stretch(left, column)?.0) };
    let to = if right.is_empty() { None } else { Some(stretch(right, right_column)?.1) };
    match (from, to) {
        (None, None) => Err(QueryError::new(column, "the range has neither a first nor a last day", FORMS)),
        (Some(from), Some(to)) if from > to => {
            let hint = format!("write the earlier day first: {right}..{left}");
            Err(QueryError::new(column, "the range ends before it begins", hint))
        }
        _ => Ok((from, to)),
    }
}

/// The first day after a day, month or year.
pub(super) fn after(text: &str, column: usize) -> Result<NaiveDate, QueryError> {
    let (_, last) = stretch(text, column)?;
    last.checked_add_days(Days::new(1)).ok_or_else(|| impossible(text, column))
}

/// The last day before a day, month or year.
pub(super) fn before(text: &str, column: usize) -> Result<NaiveDate, QueryError> {
    let (first, _) = stretch(text, column)?;
    first.checked_sub_days(Days::new(1)).ok_or_else(|| impossible(text, column))
}

/// First and last day of a day, month or year.
fn stretch(text: &str, column: usize) -> Result<(NaiveDate, NaiveDate), QueryError> {
    let parts: Vec<&str> = text.split('-').collect();
    let widths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let digits = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if !digits || !matches!(widths.as_slice(), [4] | [4, 2] | [4, 2, 2]) {
        return Err(QueryError::new(column, format!("`{text}` is not a date as it is written here"), FORMS));
    }
    let number = |at: usize| parts.get(at).and_then(|part| part.parse::<u32>().ok());
    let year = parts[0].parse::<i32>().unwrap_or(0);
    if !YEARS.contains(&year) {
        let message = format!("the year {year} is not between {} and {}", YEARS.start(), YEARS.end());
        return Err(QueryError::new(column, message, FORMS));
    }
    let first = NaiveDate::from_ymd_opt(year, number(1).unwrap_or(1), number(2).unwrap_or(1))
        .ok_or_else(|| impossible(text, column))?;
    let length = match parts.len() {
        1 => Months::new(12),
        2 => Months::new(1),
        _ => return Ok((first, first)),
    };
    let last = first.checked_add_months(length).and_then(|next| next.pred_opt());
    last.map(|last| (first, last)).ok_or_else(|| impossible(text, column))
}

fn impossible(text: &str, column: usize) -> QueryError {
    QueryError::new(column, format!("there is no day `{text}`"), "check the month and the day")
}
