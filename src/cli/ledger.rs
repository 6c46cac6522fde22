//! `ledger`: who did what when, signed checkpoints to keep elsewhere, and proofs against them.

use super::ledger_proof::{Key, Prove, VerifyLedger};
use super::ledger_time::Timestamp;
use super::output::{Failure, Output, counted, table};
use super::{DONE, args::Common, ledger_proof, ledger_time, repository, scope};
use crate::access;
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
    /// Example: recordroom ledger checkpoint --export /media/stick/checkpoint.txt
    Checkpoint(Export),
    /// Prove that one event stands in the ledger, for somebody who has only the proof and the city's key
    ///
    /// Example: recordroom ledger prove E-12 --export proof.json
    Prove(Prove),
    /// Check the whole ledger, and hold checkpoints that were kept elsewhere against it
    ///
    /// Example: recordroom ledger verify --against /media/stick/checkpoint.txt --pin /media/stick/key.txt
    Verify(VerifyLedger),
    /// The key this repository signs with, to be noted where nobody who can write to it can change that
    ///
    /// Example: recordroom ledger key --export /media/stick/key.txt
    Key(Key),
    /// Who opened items that are not public, or not determined to be, and by which command
    ///
    /// Example: recordroom ledger access --item F-12
    Access(Access),
    /// Ask a time-stamping authority about a file (RFC 3161), and take its answer: both on another machine, by hand
    ///
    /// Example: recordroom ledger timestamp certificates/D-1.json
    ///
    /// It writes FILE.tsq. Send that from any machine, for example with: curl -H "Content-Type: application/timestamp-query"
    /// --data-binary @FILE.tsq URL > FILE.tsr, and give the answer with --response.
    Timestamp(Timestamp),
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
    /// Also write it to this file, such as on a stick that is kept in a safe
    #[arg(long, alias = "to", value_name = "FILE")]
    pub export: Option<PathBuf>,
    /// A checkpoint that was kept before: a proof that nothing since changed what it signs is written as FILE.proof.json
    #[arg(long, value_name = "CHECKPOINT", requires = "export")]
    pub since: Option<PathBuf>,
}

// Arguments of `ledger access`.
#[derive(Debug, Args)]
pub struct Access {
    /// Only when this item or family was opened, such as R-12 or F-7
    #[arg(long, value_name = "ID")]
    pub item: Option<String>,
    /// How many of the latest times
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
}

/// `recordroom ledger`
pub fn run(common: &Common, command: &LedgerCommand, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    // Lists that were shown are in the ledger before it is looked at.
    access::settle(&mut opened)?;
    match command {
        LedgerCommand::List(list) => acts(&opened, list.limit, output),
        LedgerCommand::Checkpoint(export) => checkpoint(&opened, export, output),
        LedgerCommand::Prove(prove) => ledger_proof::prove(&opened, prove, output),
        LedgerCommand::Verify(verify) => ledger_proof::verify(&opened, verify, output),
        LedgerCommand::Key(key) => ledger_proof::key(&opened, key, output),
        LedgerCommand::Access(asked) => accesses(&opened, asked, output),
        LedgerCommand::Timestamp(asked) => ledger_time::run(opened, &repository::actor(common), asked, output),
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

fn accesses(opened: &Repository, asked: &Access, output: &Output) -> Result<u8, Failure> {
    let family = asked.item.as_deref().map(|id| scope::family_named(opened, id)).transpose()?;
    let mut all = access::accesses(&opened.catalog().reading(), family)?;
    let count = all.len() as u64;
    all.drain(..all.len().saturating_sub(asked.limit));
    let row = |one: &access::Access| {
        let when = one.at.with_timezone(&opened.zone()).format("%Y-%m-%d %H:%M:%S").to_string();
        let items = one.items.map(|items| items.to_string()).unwrap_or_default();
        let listed = if one.listed { "by number" } else { "not listed" };
        vec![
            one.event.to_string(),
            when,
            crate::text::safe(&one.by),
            crate::text::safe(&one.how),
            items,
            listed.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let told = table(&["event", "when", "who", "how", "items", "told"], &rows);
    let text = format!("{told}{}, {} shown (--limit shows more)\n", counted(count, "time"), all.len());
    output.result(json!({ "count": count, "accesses": all }), &text)?;
    Ok(DONE)
}

fn checkpoint(opened: &Repository, export: &Export, output: &Output) -> Result<u8, Failure> {
    let kept = export.since.as_deref().map(ledger_proof::text_of).transpose()?;
    let (path, signed) = checkpoint::export(opened)?;
    let mut written = vec![path.display().to_string()];
    if let Some(path) = &export.export {
        if let Some(kept) = kept {
            let proof = checkpoint::follow(opened, &kept, &signed)?;
            let mut name = path.clone().into_os_string();
            name.push(".proof.json");
            let beside = PathBuf::from(name);
            durable::replace(&beside, format!("{:#}\n", json!(proof)).as_bytes())
                .map_err(|error| RepositoryError::io(&beside, error))?;
            written.push(beside.display().to_string());
        }
        durable::replace(path, signed.as_bytes()).map_err(|error| RepositoryError::io(path, error))?;
        written.push(path.display().to_string());
    }
    let text = format!("{signed}\nWritten to {}\n", written.join(" and "));
    output.result(json!({ "checkpoint": signed, "written": written }), &text)?;
    Ok(DONE)
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        let said = repository::capitalised(&error.to_string());
        match error {
            ExportError::Repository(error) => error.into(),
            ExportError::Catalog(error) => error.into(),
            ExportError::NoEvent { .. } => Self::new("not-found", said, "What there is: recordroom ledger list"),
            ExportError::Broken(_) => {
                let hint = "Keep the repository as it is, run: recordroom verify, and ask for help.";
                Self::new("chain", said, hint).with_exit(repository::INTEGRITY)
            }
            ExportError::Checkpoint(_) | ExportError::Rewritten(_) => {
                let hint =
                    "Keep the repository and that checkpoint as they are; somebody has to find out which was changed.";
                Self::new("checkpoint", said, hint).with_exit(repository::INTEGRITY)
            }
        }
    }
}
