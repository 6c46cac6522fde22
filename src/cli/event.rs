//! `event`: what happened that retention rules wait for, to single items or to whole matters.

use super::output::{Failure, Output, counted, table};
use super::scope::family_named;
use super::{DONE, args::Common, repository};
use crate::base::id::FamilyId;
use crate::finding;
use crate::query;
use crate::repository::Repository;
use crate::retention::{
    Adopted, Happened, Listed, Whose, cancel_happening, gather_matter, happenings, record_happening,
};
use crate::text::safe;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde_json::json;

// What happened that retention rules wait for.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum EventCommand {
    /// Record the day on which something happened: a contract ended, an action was completed, a case was closed
    ///
    /// Example: recordroom event record action-completed --item R-12 --on 2026-03-01 --reason "repaired, order 118"
    Record(Record),
    /// Say that it did not happen after all; what was recorded stays in the ledger
    ///
    /// Example: recordroom event cancel contract-ended --matter "Contract 24-17" --reason "it was prolonged"
    Cancel(Cancel),
    /// What is recorded, by whom and why
    ///
    /// Example: recordroom event list --item R-12
    List(List),
    /// Put items into a matter; what happens to the matter counts for all of them, and for those put into it later
    ///
    /// Example: recordroom event gather "Contract 24-17" --query '"contract 24-17"' --reason "the contract file"
    Gather(Gather),
    /// The matters with their number of items
    ///
    /// Example: recordroom event matters
    Matters,
}

// The items, one by one or by a query.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct Items {
    /// This item (may be given several times): R-12 or F-7
    #[arg(long = "item", value_name = "ID")]
    items: Vec<String>,
    /// The items that this query finds now
    #[arg(long, value_name = "QUERY")]
    query: Option<String>,
}

// The items, or a matter.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct Subject {
    /// This item (may be given several times): R-12 or F-7
    #[arg(long = "item", value_name = "ID")]
    items: Vec<String>,
    /// The items that this query finds now
    #[arg(long, value_name = "QUERY")]
    query: Option<String>,
    /// Every item of this matter, those put into it later too
    #[arg(long, value_name = "NAME")]
    matter: Option<String>,
}

// Arguments of `event record`.
#[derive(Debug, Args)]
pub struct Record {
    /// What happened, such as action-completed, contract-ended, employee-separated, superseded, case-closed
    name: String,
    /// The day
    #[arg(long, value_name = "DAY")]
    on: NaiveDate,
    #[command(flatten)]
    subject: Subject,
    /// Why: where it is written that it happened
    #[arg(long)]
    reason: String,
}

// Arguments of `event cancel`.
#[derive(Debug, Args)]
pub struct Cancel {
    /// What did not happen
    name: String,
    #[command(flatten)]
    subject: Subject,
    /// Why
    #[arg(long)]
    reason: String,
}

// Arguments of `event list`.
#[derive(Debug, Args)]
pub struct List {
    /// Only what counts for this item
    #[arg(long, value_name = "ID")]
    item: Option<String>,
    /// Only what happened to this matter
    #[arg(long, value_name = "NAME")]
    matter: Option<String>,
    /// Only this event
    #[arg(long, value_name = "EVENT")]
    name: Option<String>,
}

// Arguments of `event gather`.
#[derive(Debug, Args)]
pub struct Gather {
    /// The matter; it is made where there is none of this name
    matter: String,
    #[command(flatten)]
    items: Items,
    /// Why these items belong to it
    #[arg(long)]
    reason: String,
}

/// `recordroom event`
pub fn run(common: &Common, command: &EventCommand, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    let actor = repository::actor(common);
    match command {
        EventCommand::Record(record) => {
            let families = families(&opened, &record.subject.items, record.subject.query.as_deref())?;
            let whose = whose(&record.subject, &families);
            let happened = record_happening(&mut opened, &record.name, record.on, &whose, &record.reason, &actor)?;
            let told = format!("{}{}", recorded(&happened), waiting(&opened, &happened.name)?);
            output.result(json!(happened), &told)?;
        }
        EventCommand::Cancel(cancel) => {
            let families = families(&opened, &cancel.subject.items, cancel.subject.query.as_deref())?;
            let whose = whose(&cancel.subject, &families);
            let happened = cancel_happening(&mut opened, &cancel.name, &whose, &cancel.reason, &actor)?;
            output.result(json!(happened), &recorded(&happened))?;
        }
        EventCommand::List(list) => return listed(&opened, list, output),
        EventCommand::Gather(gather) => {
            let families = families(&opened, &gather.items.items, gather.items.query.as_deref())?;
            let done = gather_matter(&mut opened, &gather.matter, &families, &gather.reason, &actor)?;
            let mut told = format!(
                "{} put into the {} “{}”; {} in it already.\n",
                counted(done.added, "item"),
                if done.is_new { "new matter" } else { "matter" },
                safe(&done.matter),
                if done.already == 1 { "1 was".to_owned() } else { format!("{} were", done.already) },
            );
            for (name, on) in &done.counts_for_them {
                told.push_str(&format!("For them counts now: {name} on {on}.\n"));
            }
            output.result(json!(done), &told)?;
        }
        EventCommand::Matters => {
            let all = opened.catalog().reading().matters()?;
            let rows: Vec<Vec<String>> = all.iter().map(|row| vec![row.items.to_string(), safe(&row.name)]).collect();
            let value: Vec<_> = all.iter().map(|row| json!({ "name": row.name, "items": row.items })).collect();
            output.result(json!({ "matters": value }), &table(&["items", "matter"], &rows))?;
        }
    }
    Ok(DONE)
}

/// The families that were named, or that the query finds; what is not indexed yet could be missed, so it is refused.
fn families(opened: &Repository, items: &[String], asked: Option<&str>) -> Result<Vec<FamilyId>, Failure> {
    let Some(asked) = asked else {
        return items.iter().map(|id| family_named(opened, id)).collect();
    };
    let query = query::parse(asked).map_err(finding::FindingError::from)?;
    let behind = finding::behind(opened)?;
    if behind > 0 {
        let message = format!("{} cannot be found yet", counted(behind, "item"));
        return Err(Failure::new("not-indexed", message, "Bring the index up to date first: recordroom index"));
    }
    let found = finding::families(opened, &query)?;
    if found.is_empty() {
        return Err(Failure::usage("The query finds nothing", "Try it first: recordroom search QUERY"));
    }
    Ok(found)
}

fn whose<'a>(subject: &'a Subject, families: &'a [FamilyId]) -> Whose<'a> {
    subject.matter.as_deref().map_or(Whose::Items(families), Whose::Matter)
}

fn recorded(happened: &Happened) -> String {
    let whose = match &happened.matter {
        Some(matter) => format!("the matter “{}” ({})", safe(matter), counted(happened.items, "item")),
        None => counted(happened.items, "item"),
    };
    let events: Vec<String> = happened.events.iter().map(ToString::to_string).collect();
    let events = events.join(", ");
    match happened.on {
        Some(on) => format!("{} on {on} is recorded for {whose} ({events}).\n", happened.name),
        None => {
            let others = match happened.not_recorded {
                0 => String::new(),
                count => format!(" Of {} it was not recorded.", counted(count, "other item")),
            };
            format!("{} is cancelled for {whose} ({events}).{others}\n", happened.name)
        }
    }
}

/// A word of warning where no adopted rule waits for what was recorded: the name may be mistyped.
fn waiting(opened: &Repository, name: &str) -> Result<String, Failure> {
    let adopted = Adopted::load(opened)?;
    let awaited = adopted.awaited();
    if awaited.contains(name) {
        return Ok(String::new());
    }
    let all: Vec<&str> = awaited.into_iter().collect();
    Ok(format!("Note: no adopted rule waits for that. They wait for: {}.\n", all.join(", ")))
}

fn listed(opened: &Repository, list: &List, output: &Output) -> Result<u8, Failure> {
    let family = list.item.as_deref().map(|id| family_named(opened, id)).transpose()?;
    let mut all = happenings(opened, family)?;
    all.retain(|one| list.matter.as_ref().is_none_or(|matter| one.matter.as_ref() == Some(matter)));
    all.retain(|one| list.name.as_ref().is_none_or(|name| one.name == *name));
    let row = |one: &Listed| {
        let whose = one.matter.as_ref().map_or_else(|| "single items".to_owned(), |matter| safe(matter));
        vec![
            one.on.to_string(),
            one.name.clone(),
            one.items.to_string(),
            whose,
            safe(&one.by),
            one.event.to_string(),
            safe(&one.reason),
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let text = match rows.is_empty() {
        true => "Nothing is recorded.\n".to_owned(),
        false => table(&["day", "what happened", "items", "of", "recorded by", "event", "why"], &rows),
    };
    output.result(json!({ "events": all }), &text)?;
    Ok(DONE)
}
