//! `search`

use super::args::{Common, Search};
use super::output::{Failure, Output, counted};
use super::repository::REFUSED;
use super::{DONE, EXCEPTIONS, repository};
use crate::access;
use crate::base::durable;
use crate::finding::{self, FindingError, Found, NotShown, REPORT_LINES, Recorded, TermReport, Unsearched};
use crate::finding::{query_lines, search_in, term_report};
use crate::index::{Index, IndexError};
use crate::model::item::Searchable;
use crate::query::{parse, terms};
use crate::report::BYTE_ORDER_MARK;
use crate::repository::{Layout, Repository, RepositoryError};
use crate::text::safe;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::json;
use std::path::Path;

/// Families printed of those that cannot be searched; JSON has more of them.
const FEW: usize = 5;

impl From<FindingError> for Failure {
    fn from(error: FindingError) -> Self {
        match error {
            FindingError::Repository(RepositoryError::Index(
                error @ (IndexError::TooManyWords { .. } | IndexError::TooFar { .. }),
            )) => Self::usage(repository::capitalised(&error.to_string()), "Change the query and search again."),
            FindingError::Repository(error) => error.into(),
            FindingError::People(error) => error.into(),
            FindingError::Refused(message) => Self::new(
                "refused",
                repository::capitalised(&message),
                "See what is saved with: recordroom search --saved",
            )
            .with_exit(REFUSED),
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
    let index = Index::open(&Layout::new(&common.repository).index()).map_err(RepositoryError::from)?;
    // One core opens the words while the other opens the profile, the keys and the catalog; what is wrong with the index
    // is told when it is asked.
    let mut opened = std::thread::scope(|scope| {
        scope.spawn(|| index.prepare());
        repository::open(common, output)
    })?;
    let query = arguments.query.join(" ");
    if let Some(path) = &arguments.report {
        return report(&opened, arguments, &query, path, output);
    }
    if arguments.saved {
        return saved(&opened, output);
    }
    let actor = repository::actor(common);
    let recorded = match (&arguments.save, &arguments.again) {
        (Some(name), _) => Some(finding::save(&mut opened, name, &query, arguments.limit, &actor)?),
        (None, Some(name)) => Some(finding::again(&mut opened, name, arguments.limit, &actor)?),
        (None, None) => None,
    };
    if let Some(recorded) = recorded {
        let value = json!({
            "search": recorded.search, "run": recorded.run, "before": recorded.before, "found": recorded.found,
        });
        note_hits(&mut opened, &recorded.found, &actor)?;
        let text = told(&recorded.found, opened.zone(), arguments.terms);
        output.result(value, &format!("{text}{}", told_run(&recorded, opened.zone())))?;
        return Ok(ending(&recorded.found));
    }
    let found = search_in(&opened, &index, &query, arguments.limit)?;
    note_hits(&mut opened, &found, &actor)?;
    output.result_of(&found, || told(&found, opened.zone(), arguments.terms))?;
    // The program ends, and the system lets go of the files at once more quickly than we of one after the other.
    std::mem::forget(index);
    Ok(ending(&found))
}

/// An item that could not be shown is an exception, never a failed search.
fn ending(found: &Found) -> u8 {
    if found.not_shown.is_empty() { DONE } else { EXCEPTIONS }
}

fn not_shown(all: &[NotShown]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let listed = all.iter().take(FEW).map(|one| format!("{} ({})", one.family, safe(&one.why)));
    let listed = listed.collect::<Vec<_>>().join("; ");
    let more = if all.len() > FEW { format!("; and {} more", all.len() - FEW) } else { String::new() };
    let count = counted(all.len() as u64, "item");
    format!("{count} could not be shown: {listed}{more}. What else is wrong: recordroom verify\n")
}

/// Notes that hits are shown, with their words.
fn note_hits(opened: &mut Repository, found: &Found, actor: &str) -> Result<(), RepositoryError> {
    let shown: Vec<_> = found.hits.iter().map(|hit| hit.family).collect();
    access::note(opened, "search", &shown, actor)
}

/// One line for each family: what of it cannot be searched, or only in part.
fn unsearched(all: &[Unsearched]) -> String {
    let mut text = String::new();
    for family in all.chunk_by(|one, two| one.family == two.family).take(FEW) {
        let day = family[0].day.map_or("no date".to_owned(), |day| day.to_string());
        let members = family.iter().map(|one| {
            let how = if one.searchable == Searchable::Not { "not searchable" } else { "in part" };
            format!("{} {} {how}", one.kind.word(), one.id)
        });
        text.push_str(&format!("    {day}  {}\n", members.collect::<Vec<_>>().join(", ")));
    }
    text
}

/// The last lines of a recorded search: what is recorded, and what changed since the run before.
fn told_run(recorded: &Recorded, zone: Tz) -> String {
    let (search, run) = (&recorded.search, &recorded.run);
    let when = |at: DateTime<Utc>| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
    let mut text = format!(
        "Recorded as {:?}: {} ran it at {} and found {} (event {}).\n",
        safe(&search.name),
        safe(&run.by),
        when(run.at),
        counted(run.count, "item"),
        run.event.get()
    );
    if let Some(before) = &recorded.before {
        let same = if before.families == run.families { "the same items" } else { "other items" };
        let (by, at) = (safe(&before.by), when(before.at));
        text.push_str(&format!("{by} ran it at {at} and found {}: {same}.\n", counted(before.count, "item")));
    }
    text
}

fn saved(opened: &Repository, output: &Output) -> Result<u8, Failure> {
    let all = finding::saved(opened)?;
    let when = |at: DateTime<Utc>| at.with_timezone(&opened.zone()).format("%Y-%m-%d %H:%M").to_string();
    let (mut text, mut values) = (String::new(), Vec::new());
    for (search, runs) in &all {
        text.push_str(&format!("{}\n    {}\n", safe(&search.name), safe(&search.query)));
        for run in runs {
            let found = counted(run.count, "item");
            text.push_str(&format!("    {}  {}  {found}\n", when(run.at), safe(&run.by)));
        }
        values.push(json!({ "search": search, "runs": runs }));
    }
    text.push_str(&format!("{} saved\n", counted(all.len() as u64, "search")));
    output.result(json!({ "saved": values }), &text)?;
    Ok(DONE)
}

/// The term report of a query: its words, phrases and distances, and the query as a whole; or of the lines of a file.
fn report(opened: &Repository, arguments: &Search, query: &str, path: &Path, output: &Output) -> Result<u8, Failure> {
    let queries = match &arguments.lines {
        Some(file) => lines_of(file)?,
        None => {
            let parsed = parse(query).map_err(FindingError::from)?;
            let mut all: Vec<String> = terms(&parsed).iter().map(ToString::to_string).collect();
            if all != [parsed.to_string()] {
                all.push(query.to_owned());
            }
            all
        }
    };
    let made = term_report(opened, &queries, None)?;
    write_report(opened, &made, Some(path), output)
}

/// The queries of a file.
pub(super) fn lines_of(file: &Path) -> Result<Vec<String>, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Failure::usage(
            format!("{} could not be read: {error}", file.display()),
            "Give a text file with one query a line.",
        )
    })?;
    let lines = query_lines(&text);
    if lines.is_empty() || lines.len() > REPORT_LINES {
        let message = format!("{} has {}", file.display(), counted(lines.len() as u64, "query"));
        return Err(Failure::usage(message, format!("Give between 1 and {REPORT_LINES} queries, one on each line.")));
    }
    Ok(lines)
}

/// Writes a term report to a file, as CSV where its name ends so, or prints it.
pub(super) fn write_report(
    opened: &Repository,
    made: &TermReport,
    path: Option<&Path>,
    output: &Output,
) -> Result<u8, Failure> {
    let label = if opened.profile().exercise { "EXERCISE" } else { "" };
    let report = made.report(label);
    let mut text = report.to_text();
    if let Some(path) = path {
        let csv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        let written = if csv { format!("{BYTE_ORDER_MARK}{}", report.to_csv()) } else { text };
        durable::replace(path, written.as_bytes()).map_err(|error| RepositoryError::io(path, error))?;
        text = format!(
            "{} with {} in {}\nThe report is in {}\n",
            counted(made.lines.len() as u64, "query"),
            counted(made.total.items, "item"),
            counted(made.total.families, "family"),
            path.display()
        );
        if made.mistakes() > 0 {
            text.push_str(&format!("Not understood and not asked: {}\n", counted(made.mistakes(), "query")));
        }
    }
    let value = serde_json::to_value(made)
        .map_err(|error| Failure::new("output", format!("The report could not be written: {error}"), ""))?;
    output.result(value, &text)?;
    Ok(if made.mistakes() > 0 { EXCEPTIONS } else { DONE })
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
            "{} more could be meant and cannot be searched, or only in part (recordroom search is:unsearchable lists \
             all such); the newest:\n",
            found.not_searchable
        ));
        text.push_str(&unsearched(&found.unsearched));
    }
    if found.not_indexed > 0 {
        text.push_str(&format!(
            "{} items are not indexed yet and are not among these; run: recordroom index\n",
            found.not_indexed
        ));
    }
    text.push_str(&not_shown(&found.not_shown));
    if terms {
        for (term, count) in &found.terms {
            text.push_str(&format!("{count:>8}  {}\n", safe(term)));
        }
    }
    text
}
