//! `ledger`: who did what when, and signed checkpoints to keep elsewhere.

use super::output::{Failure, Output, table};
use super::{DONE, args::Common, repository};
use crate::base::durable;
use crate::base::id::EventId;
use crate::model::event::Event;
use crate::repository::{Repository, RepositoryError};
use crate::verify::checkpoint::{self, ExportError};
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

// The ledger: every act that changed something, each bound to the one before it.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum LedgerCommand {
    /// The latest acts, by the city's own clock
    ///
    /// Example: recordroom ledger list --limit 20
    List(List),
    /// Write a signed checkpoint, to be kept outside of the repository
    ///
    /// Example: recordroom ledger checkpoint --to /media/stick/checkpoint.txt
    Checkpoint(Export),
}

// Arguments of `ledger list`.
#[derive(Debug, Args)]
pub struct List {
    /// How many of the latest acts
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
}

// Arguments of `ledger checkpoint`.
#[derive(Debug, Args)]
pub struct Export {
    /// Also write it to this file, such as on a stick that is kept in the vault
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
}

/// `recordroom ledger`
pub fn run(common: &Common, command: &LedgerCommand, output: &Output) -> Result<u8, Failure> {
    let opened = repository::open(common, output)?;
    match command {
        LedgerCommand::List(list) => acts(&opened, list.limit, output),
        LedgerCommand::Checkpoint(export) => checkpoint(&opened, export, output),
    }
}

fn acts(opened: &Repository, limit: usize, output: &Output) -> Result<u8, Failure> {
    let reading = opened.catalog().reading();
    let last = reading.last_event_number()?.get();
    let from = last.saturating_sub(i64::try_from(limit).unwrap_or(i64::MAX)).saturating_add(1).max(1);
    let mut latest: Vec<Event> = Vec::new();
    reading.each_event::<Failure>(EventId::new(from), |event| {
        latest.push(event);
        Ok(())
    })?;
    let rows: Vec<Vec<String>> = latest
        .iter()
        .map(|event| {
            let when = event.at.with_timezone(&opened.zone()).format("%Y-%m-%d %H:%M:%S");
            let (who, about) = (crate::text::safe(&event.actor), crate::text::safe(&event.subject));
            vec![event.id.to_string(), when.to_string(), event.act.word().to_owned(), about, who]
        })
        .collect();
    output.result(json!({ "events": latest }), &table(&["event", "when", "act", "about", "who"], &rows))?;
    Ok(DONE)
}

fn checkpoint(opened: &Repository, export: &Export, output: &Output) -> Result<u8, Failure> {
    let (path, signed) = checkpoint::export(opened).map_err(|error| match error {
        ExportError::Repository(error) => error.into(),
        ExportError::Catalog(error) => error.into(),
        ExportError::Broken(broken) => {
            let hint = "Keep the repository as it is, run: recordroom verify, and ask for help.";
            Failure::new("chain", repository::capitalised(&broken.to_string()), hint).with_exit(repository::INTEGRITY)
        }
    })?;
    let mut written = vec![path.display().to_string()];
    if let Some(path) = &export.to {
        durable::replace(path, signed.as_bytes()).map_err(|error| RepositoryError::io(path, error))?;
        written.push(path.display().to_string());
    }
    let text = format!("{signed}\nWritten to {}\n", written.join(" and "));
    output.result(json!({ "checkpoint": signed, "written": written }), &text)?;
    Ok(DONE)
}
