//! `schedule import`, `diff`, `what-if` and `overdue`: a schedule looked at before anything hangs on it.

use super::output::{Failure, Output, counted, table};
use super::schedule::{read, text_of};
use super::{DONE, EXCEPTIONS, args::Common, repository};
use crate::base::durable;
use crate::base::trouble::plain;
use crate::model::retention::Edition;
use crate::repository::Repository;
use crate::retention::{Adopted, Moved, TableError, overdue, read_tables, what_if};
use crate::schedule::{Column, Difference, ImportError, Imported, LineChange, Noted, Wanted, compare, import};
use crate::text::safe;
use chrono::NaiveDate;
use clap::Args;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;

// Arguments of `schedule import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The table: XLSX, XLS, ODS, or CSV with commas, semicolons or tabs
    #[arg(value_name = "FILE")]
    table: PathBuf,
    /// The schedule file to write; it must not be there yet
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// The key of the edition, such as cedar-bend-2021
    #[arg(long)]
    key: String,
    /// Its title (default: the key)
    #[arg(long)]
    title: Option<String>,
    /// The first day it is in force
    #[arg(long, value_name = "DAY")]
    effective: NaiveDate,
    /// What a heading holds, where it is not recognised (may be given several times): code, title, description, retention,
    /// maximum, trigger, classification, statute, archival, department
    #[arg(long = "column", value_name = "WHAT=HEADING")]
    columns: Vec<String>,
}

// Arguments of `schedule diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The older edition: the key of a shipped or adopted one, or a schedule file
    #[arg(value_name = "KEY|FILE")]
    first: String,
    /// The newer one
    #[arg(value_name = "KEY|FILE")]
    second: String,
}

// Arguments of `schedule what-if`.
#[derive(Debug, Args)]
pub struct WhatIfArgs {
    /// The edition to try: a schedule file, or the key of a shipped edition
    #[arg(value_name = "FILE|KEY")]
    edition: String,
    /// The day for which it is asked (default: today)
    #[arg(long, value_name = "DAY")]
    on: Option<NaiveDate>,
    /// How many items to print; JSON has all of them
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

// Arguments of `schedule overdue`.
#[derive(Debug, Args)]
pub struct OverdueArgs {
    /// The day for which it is asked (default: today)
    #[arg(long, value_name = "DAY")]
    on: Option<NaiveDate>,
}

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        Self::new("table", repository::capitalised(&error.to_string()), "")
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        Self::new("columns", repository::capitalised(&error.to_string()), "")
    }
}

/// `recordroom schedule import`
pub fn imported(arguments: &Import, output: &Output) -> Result<u8, Failure> {
    let path = &arguments.table;
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::new(
            "table",
            format!("{} cannot be read: {}", path.display(), plain(&error)),
            "Name a CSV or XLSX file.",
        )
    })?;
    if arguments.to.exists() {
        let message = format!("{} is there already", arguments.to.display());
        return Err(Failure::new("exists", message, "Name a file that is not there yet; nothing was written."));
    }
    let wanted = Wanted {
        key: arguments.key.clone(),
        title: arguments.title.clone().unwrap_or_else(|| arguments.key.clone()),
        effective_on: arguments.effective,
        source: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        columns: mapping(&arguments.columns)?,
    };
    let made = import(&read_tables(&bytes)?, &wanted)?;
    // A wrong key or title of the clerk's is found here; what stood in the table is always written so that it reads back.
    read(&made.toml, &arguments.to.display().to_string())?;
    durable::replace(&arguments.to, made.toml.as_bytes()).map_err(|error| {
        Failure::new("output", format!("{} cannot be written: {}", arguments.to.display(), plain(&error)), "")
    })?;
    let mut value = json!(made);
    value["file"] = json!(arguments.to);
    output.result(value, &import_told(&made, &arguments.to.display().to_string()))?;
    Ok(if made.not_understood.is_empty() { DONE } else { EXCEPTIONS })
}

fn mapping(pairs: &[String]) -> Result<BTreeMap<Column, String>, Failure> {
    let all = Column::ALL.map(Column::word).join(", ");
    let mut columns = BTreeMap::new();
    for pair in pairs {
        let found = pair.split_once('=').and_then(|(word, name)| Some((Column::parse(word.trim())?, name.trim())));
        let Some((column, heading)) = found else {
            let hint = format!("Write it like retention=\"Keep for\"; what a column can hold: {all}.");
            return Err(Failure::usage(format!("{pair:?} maps no column"), hint));
        };
        columns.insert(column, heading.to_owned());
    }
    Ok(columns)
}

fn import_told(made: &Imported, to: &str) -> String {
    let mut text = format!(
        "{to} is written and nothing is adopted: {} series with a retention that was understood, {} marked for review, of {}.\n",
        made.understood,
        made.for_review,
        counted(made.rows as u64, "row"),
    );
    if made.headings > 0 {
        text.push_str(&format!("{} headings of a section.\n", made.headings));
    }
    let columns: Vec<String> =
        made.columns.iter().map(|(what, heading)| format!("{what} under “{}”", safe(heading))).collect();
    text.push_str(&format!("Columns: {}.\n", columns.join(", ")));
    if !made.columns_left_out.is_empty() {
        text.push_str(&format!("Left out: {}.\n", safe(&made.columns_left_out.join(", "))));
    }
    let mut part = |heading: &str, rows: &[Noted]| {
        if !rows.is_empty() {
            text.push_str(&format!("\n{heading} ({}):\n", rows.len()));
        }
        for row in rows {
            let sheet = if row.sheet.is_empty() { String::new() } else { format!("{}, ", safe(&row.sheet)) };
            let (title, written) = (safe(&row.title), safe(&row.written));
            text.push_str(&format!("  {sheet}line {}: {title}: “{written}”: {}\n", row.line, row.reason));
        }
    };
    part("Not understood, to be settled by hand", &made.not_understood);
    part("Understood, and to be looked at", &made.remarks);
    text.push_str(&format!("\nNext: look at every line of {to}, and then: recordroom schedule check {to}\n"));
    text
}

/// `recordroom schedule diff`
pub fn diff(common: &Common, arguments: &Diff, output: &Output) -> Result<u8, Failure> {
    let (first, second) = (edition(common, &arguments.first, output)?, edition(common, &arguments.second, output)?);
    let difference = compare(&first, &second);
    output.result(json!(difference), &diff_told(&first, &second, &difference))?;
    Ok(DONE)
}

/// An edition by its key (an adopted one before a shipped one), or from a file.
fn edition(common: &Common, named: &str, output: &Output) -> Result<Edition, Failure> {
    if let Ok(opened) = repository::open(common, output)
        && let Some(found) = Adopted::load(&opened)?.editions.into_iter().find(|edition| edition.key == named)
    {
        return Ok(found);
    }
    read(&text_of(named)?, named)
}

fn diff_told(first: &Edition, second: &Edition, difference: &Difference) -> String {
    let mut text = format!(
        "{} and {}: {} added, {} removed, {} changed, {} the same.\n",
        first.key,
        second.key,
        counted(difference.added.len() as u64, "line"),
        difference.removed.len(),
        difference.changed.len(),
        difference.same
    );
    for sentence in &difference.edition {
        text.push_str(&format!("{}\n", safe(sentence)));
    }
    let mut part = |heading: &str, lines: &[LineChange]| {
        for line in lines {
            text.push_str(&format!("\n{heading}: {} ({})\n", safe(&line.title), line.series));
            for sentence in &line.sentences {
                text.push_str(&format!("    {}\n", safe(sentence)));
            }
        }
    };
    part("Added", &difference.added);
    part("Removed", &difference.removed);
    part("Changed", &difference.changed);
    text
}

/// `recordroom schedule what-if`
pub fn tried(common: &Common, arguments: &WhatIfArgs, output: &Output) -> Result<u8, Failure> {
    let opened = repository::open(common, output)?;
    let edition = read(&text_of(&arguments.edition)?, &arguments.edition)?;
    let on = arguments.on.unwrap_or_else(|| opened.today());
    let found = what_if(&opened, &edition, on)?;
    let fates = &found.fates;
    let instead = match &found.instead_of {
        Some(_) => "in the place of the adopted edition of that key",
        None => "beside the adopted editions",
    };
    let mut text = format!(
        "{} {instead}, on {on}: {} of {} would have another fate. Nothing was saved.\n",
        found.edition,
        counted(fates.moved.len() as u64, "item"),
        fates.looked_at
    );
    for (change, count) in &fates.counts {
        text.push_str(&format!("{count:>8}  {}\n", change.words()));
    }
    for (series, counts) in &fates.by_series {
        let name = if series.is_empty() { "without a series" } else { series };
        let told: Vec<String> = counts.iter().map(|(change, count)| format!("{count} {}", change.words())).collect();
        text.push_str(&format!("\n{}: {}", safe(name), told.join(", ")));
    }
    if !fates.moved.is_empty() {
        let rows: Vec<Vec<String>> = fates.moved.iter().take(arguments.limit).map(moved_row).collect();
        text.push_str(&format!("\n\n{}", table(&["item", "series", "now", "then", "", "why then"], &rows)));
    }
    let more = fates.moved.len().saturating_sub(arguments.limit);
    if more > 0 {
        text.push_str(&format!("{more} more items (--limit shows more, --json all of them)\n"));
    }
    output.result(json!(found), &text)?;
    Ok(DONE)
}

fn moved_row(moved: &Moved) -> Vec<String> {
    let id = moved.id.map_or_else(|| moved.family.to_string(), |id| id.to_string());
    let protected = if moved.is_protected { "protected" } else { "" }.to_owned();
    vec![id, safe(&moved.series), moved.now.words(), moved.then.words(), protected, moved.then.because.clone()]
}

/// `recordroom schedule overdue`
pub fn late(common: &Common, arguments: &OverdueArgs, output: &Output) -> Result<u8, Failure> {
    let opened: Repository = repository::open(common, output)?;
    let on = arguments.on.unwrap_or_else(|| opened.today());
    let found = overdue(&opened, on)?;
    let mut text = format!("On {on}, {} kept longer than a maximum allows.\n", counted(found.len() as u64, "item"));
    for one in &found {
        let may = if one.is_eligible { "it may be destroyed: plan it" } else { "something stands in the way" };
        text.push_str(&format!("{}  had to be destroyed by {}; {may}\n", one.family, one.must_destroy_by));
        for reason in &one.reasons {
            text.push_str(&format!("          {}\n", reason.sentence));
        }
    }
    output.result(json!({ "on": on, "overdue": found }), &text)?;
    Ok(if found.is_empty() { DONE } else { EXCEPTIONS })
}
