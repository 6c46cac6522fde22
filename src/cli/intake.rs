//! `intake`: the register of what was handed over.

use super::output::{Failure, Output, counted};
use super::{DONE, args::Common, repository};
use crate::ingest::{RegisterError, SourceLine, record_disposal, sources};
use crate::text::safe;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

// The register of source files.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum IntakeCommand {
    /// Every file that was handed over: where it lies, its digest, whose it is, and whether it may be disposed of
    ///
    /// Example: recordroom intake list
    List(List),
    /// Record that a source file is gone from where it lay: deleted, or given back
    ///
    /// Example: recordroom intake disposed exports/olstad.mbox --reason "deleted from the share, backup expired"
    Disposed(Disposed),
}

// Arguments of `intake list`.
#[derive(Debug, Args)]
pub struct List {
    /// Only what is still to be disposed of
    #[arg(long)]
    pub waiting: bool,
}

// Arguments of `intake disposed`.
#[derive(Debug, Args)]
pub struct Disposed {
    /// The file or folder, as the list names it
    pub file: PathBuf,
    /// How it was disposed of
    #[arg(long)]
    pub reason: String,
    /// Record it although something of it is held or asked for
    #[arg(long)]
    pub although_held: bool,
}

impl From<RegisterError> for Failure {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Repository(error) => error.into(),
            RegisterError::Catalog(error) => error.into(),
            RegisterError::Refused { message, hint } => {
                Self::new("refused", repository::capitalised(&message), hint).with_exit(repository::REFUSED)
            }
        }
    }
}

/// `recordroom intake`
pub fn run(common: &Common, command: &IntakeCommand, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    match command {
        IntakeCommand::List(list) => {
            let mut lines = sources(&opened)?;
            lines.retain(|line| !list.waiting || line.is_due());
            let text: String = lines.iter().map(|line| told(line, opened.today())).collect();
            let text = if lines.is_empty() { "Nothing stands in the register.\n".to_owned() } else { text };
            output.result(json!({ "sources": lines }), &text)?;
        }
        IntakeCommand::Disposed(disposed) => {
            let (file, reason) = (&disposed.file, &disposed.reason);
            let actor = repository::actor(common);
            let lines = record_disposal(&mut opened, file, reason, disposed.although_held, &actor)?;
            let text = format!("{} of the register closed.", counted(lines, "line"));
            output.result(json!({ "disposed": lines }), &text)?;
        }
    }
    Ok(DONE)
}

fn told(line: &SourceLine, today: chrono::NaiveDate) -> String {
    let whose = line.custodian.as_deref().unwrap_or("nobody known");
    let personal = if line.personal { ", personal device" } else { "" };
    let mut text = format!("{}\n    of {}{personal}", safe(&line.path), safe(whose));
    for (label, value) in [
        ("device", &line.device),
        ("collected by", &line.collected_by),
        ("on", &line.collected_on),
        ("method", &line.method),
    ] {
        if !value.is_empty() {
            text.push_str(&format!(", {label} {}", safe(value)));
        }
    }
    let day = line.taken_in_at.format("%Y-%m-%d");
    text.push_str(&format!("\n    taken in on {day} (UTC)"));
    match &line.sha256 {
        Some(sha256) => {
            text.push_str(&format!(", {}, {} bytes, sha256 {sha256}\n", counted(line.files, "file"), line.bytes));
        }
        None => text.push_str(", every item of it is gone, and its digest with them\n"),
    }
    let there = if line.still_there { "It still lies there" } else { "It does not lie there any more" };
    let state = match (&line.disposed_at, line.due_on) {
        (Some(at), _) => format!(
            "disposed of on {} (UTC), as {} said",
            at.format("%Y-%m-%d"),
            safe(line.disposed_by.as_deref().unwrap_or(""))
        ),
        (None, _) if line.protected > 0 => {
            format!("{there}. KEEP IT: {} of it held or asked for", counted(line.protected, "item"))
        }
        (None, Some(due)) if due < today => format!("{there}. OVERDUE: it was to be disposed of by {due}"),
        (None, due) => {
            format!("{there}. To be disposed of{}", due.map_or(String::new(), |due| format!(" by {due}")))
        }
    };
    text.push_str(&format!("    {state}\n"));
    text
}
