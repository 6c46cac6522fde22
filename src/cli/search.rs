//! `search`

use super::args::{Common, Search};
use super::output::{Failure, Output, counted};
use super::{DONE, repository};
use crate::access;
use crate::finding::{FindingError, Found, search};
use crate::index::IndexError;
use crate::repository::RepositoryError;
use crate::text::safe;
use chrono::DateTime;
use chrono_tz::Tz;

impl From<FindingError> for Failure {
    fn from(error: FindingError) -> Self {
        match error {
            FindingError::Repository(RepositoryError::Index(
                error @ (IndexError::TooManyWords { .. } | IndexError::TooFar { .. }),
            )) => Self::usage(repository::capitalised(&error.to_string()), "Change the query and search again."),
            FindingError::Repository(error) => error.into(),
            FindingError::Query(error) => {
                let message =
                    format!("The query cannot be understood at character {}: {}", error.column, error.message);
                Self::usage(message, error.hint)
            }
        }
    }
}

/// `recordroom search`
pub fn run(common: &Common, arguments: &Search, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    let query = arguments.query.join(" ");
    let found = search(&opened, &query, arguments.limit)?;
    let shown: Vec<_> = found.hits.iter().map(|hit| hit.family).collect();
    access::record(&mut opened, "search", &shown, &repository::actor(common))?;
    let value = serde_json::to_value(&found)
        .map_err(|error| Failure::new("output", format!("The hits could not be written: {error}"), ""))?;
    output.result(value, &told(&found, opened.zone(), arguments.terms))?;
    Ok(DONE)
}

fn told(found: &Found, zone: Tz, terms: bool) -> String {
    let mut text = String::new();
    for hit in &found.hits {
        let sent = hit.sent_at.as_deref().and_then(|sent| DateTime::parse_from_rfc3339(sent).ok());
        let when = sent.map_or_else(
            || format!("{:<16}", "no date"),
            |sent| sent.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string(),
        );
        let from = hit.from.first().map_or("", String::as_str);
        text.push_str(&format!("{}  {}  {}  {}\n", hit.id, when, safe(from), safe(&hit.subject)));
        if !hit.way.is_empty() {
            text.push_str(&format!("    in {}\n", safe(&hit.way.join(" > "))));
        }
        if !hit.snippet.is_empty() {
            text.push_str(&format!("    {}\n", safe(&hit.snippet)));
        }
    }
    let shown = found.hits.len() as u64;
    let more = if found.count > shown { format!(", {shown} shown (--limit shows more)") } else { String::new() };
    text.push_str(&format!("{}{more}\n", counted(found.count, "item")));
    if found.set_aside > 0 {
        text.push_str(&format!(
            "{} not searched: they came from personal devices and are set aside (recordroom screen list)\n",
            counted(found.set_aside, "item")
        ));
    }
    if found.count > 0 {
        text.push_str("Read one with: recordroom show R-...\n");
    }
    if found.not_searchable > 0 {
        text.push_str(&format!(
            "{} more could be meant and cannot be searched, or only in part; see them with: recordroom search \
             is:unsearchable\n",
            found.not_searchable
        ));
    }
    if found.not_indexed > 0 {
        text.push_str(&format!(
            "{} items are not indexed yet and are not among these; run: recordroom index\n",
            found.not_indexed
        ));
    }
    if !found.unreadable.is_empty() {
        text.push_str(&format!(
            "{} hits do not read back and are not listed; run: recordroom verify\n",
            found.unreadable.len()
        ));
    }
    if terms {
        for (term, count) in &found.terms {
            text.push_str(&format!("{count:>8}  {}\n", safe(term)));
        }
    }
    text
}
