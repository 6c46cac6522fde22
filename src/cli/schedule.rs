//! `schedule`: editions adopted, rules in words, official records filed.

use super::output::{Failure, Output, counted};
use super::schedule_review::{Diff, Import, OverdueArgs, WhatIfArgs, diff, imported, late, tried};
use super::scope::family_named;
use super::{DONE, args::Common, repository};
use crate::base::trouble::plain;
use crate::model::retention::{Authority, Edition};
use crate::repository::Repository;
use crate::retention::{Adopted, RetentionError, adopt, record_filing};
use crate::schedule::{english, parse, problems, shipped, shipped_keys};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::Path;

// Retention schedules, and what happened that they wait for.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum ScheduleCommand {
    /// The adopted editions, and those that come with the program
    ///
    /// Example: recordroom schedule list
    List,
    /// One edition with every rule in words
    ///
    /// Example: recordroom schedule show otsego-2024
    Show(Named),
    /// Check a schedule file without adopting it
    ///
    /// Example: recordroom schedule check our-schedule.toml
    Check(Named),
    /// Adopt an edition: it is frozen in the repository and applied from now on
    ///
    /// Example: recordroom schedule adopt our-schedule.toml
    Adopt(Named),
    /// Make a schedule file of a clerk's table, to be reviewed; nothing is adopted
    ///
    /// Example: recordroom schedule import schedule.xlsx --to our-schedule.toml --key cedar-bend-2021 --effective 2021-03-31
    Import(Import),
    /// What differs between two editions, line by line
    ///
    /// Example: recordroom schedule diff cedar-bend-2021 our-new-schedule.toml
    Diff(Diff),
    /// Which items another edition would let go earlier, later or never; nothing is saved
    ///
    /// Example: recordroom schedule what-if our-new-schedule.toml --on 2027-01-01
    WhatIf(WhatIfArgs),
    /// What is kept longer than a maximum allows
    ///
    /// Example: recordroom schedule overdue
    Overdue(OverdueArgs),
    /// Record that official records were filed in the document system
    ///
    /// Example: recordroom schedule filed "Laserfiche 118204" --item R-12
    Filed(Filed),
}

// An edition.
#[derive(Debug, Args)]
pub struct Named {
    /// The key of a shipped or adopted edition, or a schedule file
    #[arg(value_name = "KEY|FILE")]
    pub edition: String,
}

// Arguments of `schedule filed`.
#[derive(Debug, Args)]
pub struct Filed {
    /// The entry of the document system, such as "Laserfiche 118204"
    pub entry: String,
    /// The items that were filed under it
    #[arg(long = "item", value_name = "ID", required = true)]
    pub items: Vec<String>,
}

/// `recordroom schedule`
pub fn run(common: &Common, command: &ScheduleCommand, output: &Output) -> Result<u8, Failure> {
    match command {
        ScheduleCommand::List => list(common, output),
        ScheduleCommand::Show(named) => show(common, &named.edition, output),
        ScheduleCommand::Check(named) => {
            let text = text_of(&named.edition)?;
            let wrong = problems(&text);
            if wrong.len() > 1 {
                let lines: Vec<String> = wrong.iter().map(ToString::to_string).collect();
                let message = format!("{} cannot be used:\n{}", named.edition, lines.join("\n"));
                return Err(Failure::new("schedule", message, "Correct those lines, and check the file again."));
            }
            let edition = read(&text, &named.edition)?;
            let text = format!(
                "{} can be used: {}.\n{}\nNext: recordroom schedule adopt {}",
                named.edition,
                counted(edition.rules.len() as u64, "rule"),
                authority(&edition),
                named.edition
            );
            output.result(json!({ "edition": edition.key, "rules": edition.rules.len() }), &text)?;
            Ok(DONE)
        }
        ScheduleCommand::Adopt(named) => {
            let text = text_of(&named.edition)?;
            let mut opened = repository::open(common, output)?;
            let edition = adopt(&mut opened, &text, &repository::actor(common))?;
            let told = format!(
                "{} is adopted: {}.\n{}",
                edition.key,
                counted(edition.rules.len() as u64, "rule"),
                authority(&edition)
            );
            output.result(json!({ "edition": edition.key, "rules": edition.rules.len() }), &told)?;
            Ok(DONE)
        }
        ScheduleCommand::Import(import) => imported(import, output),
        ScheduleCommand::Diff(asked) => diff(common, asked, output),
        ScheduleCommand::WhatIf(asked) => tried(common, asked, output),
        ScheduleCommand::Overdue(asked) => late(common, asked, output),
        ScheduleCommand::Filed(filed) => {
            let mut opened = repository::open(common, output)?;
            let families = families(&opened, &filed.items)?;
            record_filing(&mut opened, &families, &filed.entry, &repository::actor(common))?;
            let value = json!({ "entry": filed.entry, "families": families });
            output.result(value, &format!("Recorded as filed under {}: {}.", filed.entry, count(&families)))?;
            Ok(DONE)
        }
    }
}

fn count(families: &[crate::base::id::FamilyId]) -> String {
    counted(families.len() as u64, "item")
}

fn families(opened: &Repository, items: &[String]) -> Result<Vec<crate::base::id::FamilyId>, Failure> {
    items.iter().map(|id| family_named(opened, id)).collect()
}

fn list(common: &Common, output: &Output) -> Result<u8, Failure> {
    let opened = repository::open(common, output)?;
    let adopted = Adopted::load(&opened)?;
    let mut text = String::new();
    for edition in &adopted.editions {
        text.push_str(&format!("adopted  {}  {}\n         {}\n", edition.key, edition.title, authority(edition)));
    }
    if adopted.editions.is_empty() {
        text.push_str(
            "No edition is adopted, so nothing is ever due. Read one with: recordroom schedule show KEY, and adopt it with: \
             recordroom schedule adopt KEY\n",
        );
    }
    for key in shipped_keys() {
        if !adopted.editions.iter().any(|edition| edition.key == key) {
            text.push_str(&format!("shipped  {key}\n"));
        }
    }
    let value = json!({ "adopted": adopted.editions.iter().map(shape).collect::<Vec<_>>(), "shipped": shipped_keys() });
    output.result(value, &text)?;
    Ok(DONE)
}

fn show(common: &Common, key: &str, output: &Output) -> Result<u8, Failure> {
    let adopted = match repository::open(common, output) {
        Ok(opened) => Adopted::load(&opened)?.editions,
        // A shipped edition can be read without a repository.
        Err(_) if shipped(key).is_some() => Vec::new(),
        Err(failure) => return Err(failure),
    };
    let edition = match adopted.into_iter().find(|edition| edition.key == key) {
        Some(edition) => edition,
        None => read(&text_of(key)?, key)?,
    };
    let mut text = format!("{}\n{}\nin force from {}\n", edition.title, authority(&edition), edition.effective_on);
    for rule in &edition.rules {
        let code = if rule.code.is_empty() { String::new() } else { format!("{}  ", rule.code) };
        text.push_str(&format!("\n{code}{} ({})\n    {}\n", rule.title, rule.series, english(rule)));
    }
    output.result(shape(&edition), &text)?;
    Ok(DONE)
}

fn shape(edition: &Edition) -> Value {
    let rules: Vec<Value> =
        edition.rules.iter().map(|rule| json!({ "rule": rule, "english": english(rule) })).collect();
    json!({
        "edition": edition.key, "title": edition.title, "authority": edition.authority,
        "effective_on": edition.effective_on, "rules": rules,
    })
}

fn authority(edition: &Edition) -> String {
    match &edition.authority {
        Authority::ApprovedSchedule { citation, adoption_acknowledged_on, departments } => format!(
            "Authority: approved schedule ({citation}), adoption acknowledged {adoption_acknowledged_on}, for {}.",
            if departments.is_empty() { "every department".to_owned() } else { departments.join(", ") }
        ),
        Authority::Pr1 { citation, approved_on } => format!("Authority: PR-1 ({citation}), approved {approved_on}."),
        Authority::Policy { citation } => {
            format!("A policy ({citation}): it sets periods and is no authority to destroy by itself.")
        }
        Authority::Starter { citation } => format!("A STARTER SET ({citation}): it never authorises a destruction."),
    }
}

/// The text of a shipped edition by key, or of a file.
pub(super) fn text_of(named: &str) -> Result<String, Failure> {
    match shipped(named) {
        Some(text) => Ok(text.to_owned()),
        None => {
            let path = Path::new(named);
            std::fs::read_to_string(path).map_err(|error| {
                let message =
                    format!("{named:?} is no schedule of this program and no file that can be read: {}", plain(&error));
                Failure::new("schedule", message, format!("The shipped ones: {}.", shipped_keys().join(", ")))
            })
        }
    }
}

/// Reads a schedule; an error names the file.
pub(super) fn read(text: &str, named: &str) -> Result<Edition, Failure> {
    Ok(parse(text).map_err(|error| RetentionError::Schedule { key: named.to_owned(), error })?)
}
