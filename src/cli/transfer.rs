//! `transfer`: archival items offered to the archives, and what came of it.

use super::output::{Failure, Output, counted, table};
use super::scope::family_named;
use super::{DONE, EXCEPTIONS, args::Common, repository};
use crate::base::id::TransferId;
use crate::filing::transfer::Wanted;
use crate::filing::{self, Settlement};
use crate::repository::Repository;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

// Archival items and the archives.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum TransferCommand {
    /// Write what is archival and has reached the end of its period into a bag, to be offered to the archives
    ///
    /// Example: recordroom transfer offer /media/disk/for-the-archives
    Offer(Offer),
    /// Record that the archives have it: their receipt, and the digest they computed over the manifest
    ///
    /// Example: recordroom transfer receipt T-1 --reference "MHS accession 2026-117" --sha256 3f7a... --on 2026-11-20
    Receipt(Receipt),
    /// Record that the archives do not want it
    ///
    /// Example: recordroom transfer declined T-1 --reference "letter of the State Archives" --on 2026-11-20
    Declined(Declined),
    /// Every transfer
    ///
    /// Example: recordroom transfer list
    List,
}

// Arguments of `transfer offer`.
#[derive(Debug, Args)]
pub struct Offer {
    /// A new folder
    pub folder: PathBuf,
    /// Only this item, due or not (may be given several times): R-12 or F-7
    #[arg(long = "item", value_name = "ID")]
    pub items: Vec<String>,
    /// Only items of this series
    #[arg(long, value_name = "KEY")]
    pub series: Option<String>,
}

// Arguments of `transfer receipt`.
#[derive(Debug, Args)]
pub struct Receipt {
    /// The transfer, such as T-1
    pub transfer: TransferId,
    /// The receipt, as the archives name it
    #[arg(long)]
    pub reference: String,
    /// SHA-256 of manifest-sha256.txt, as the archives computed it
    #[arg(long, value_name = "HEX")]
    pub sha256: String,
    /// The day of the receipt
    #[arg(long, value_name = "DAY")]
    pub on: NaiveDate,
}

// Arguments of `transfer declined`.
#[derive(Debug, Args)]
pub struct Declined {
    /// The transfer, such as T-1
    pub transfer: TransferId,
    /// The letter, as the archives name it
    #[arg(long)]
    pub reference: String,
    /// Its day
    #[arg(long, value_name = "DAY")]
    pub on: NaiveDate,
}

/// `recordroom transfer`
pub fn run(common: &Common, command: &TransferCommand, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    let actor = repository::actor(common);
    match command {
        TransferCommand::Offer(what) => offer(&mut opened, what, &actor, output),
        TransferCommand::Receipt(what) => {
            let settlement = Settlement::Received { manifest_sha256: what.sha256.clone() };
            let event = filing::settle(&mut opened, what.transfer, &settlement, &what.reference, what.on, &actor)?;
            let text = format!(
                "{} was received by the archives on {}: the digest is that of the bag that was offered. Its items may go once \
                 everything else allows it.",
                what.transfer, what.on
            );
            output.result(json!({ "transfer": what.transfer, "state": "received", "event": event }), &text)?;
            Ok(DONE)
        }
        TransferCommand::Declined(what) => {
            let declined = Settlement::Declined;
            let event = filing::settle(&mut opened, what.transfer, &declined, &what.reference, what.on, &actor)?;
            let text = format!(
                "{} was declined by the archives on {}. Its items may go once everything else allows it.",
                what.transfer, what.on
            );
            output.result(json!({ "transfer": what.transfer, "state": "declined", "event": event }), &text)?;
            Ok(DONE)
        }
        TransferCommand::List => list(&opened, output),
    }
}

fn offer(opened: &mut Repository, what: &Offer, actor: &str, output: &Output) -> Result<u8, Failure> {
    let families = match what.items.as_slice() {
        [] => None,
        items => Some(items.iter().map(|id| family_named(opened, id)).collect::<Result<Vec<_>, _>>()?),
    };
    let done = filing::offer(opened, &Wanted { families, series: what.series.clone() }, &what.folder, actor)?;
    let value = json!({
        "transfer": done.transfer, "directory": done.directory, "items": done.families.len(), "families": done.families,
        "manifest_sha256": done.manifest_sha256, "left_out": done.left_out,
    });
    let mut text = format!(
        "{}: {} for the archives, in {}\nSHA-256 of its manifest: {}\nNothing of it is destroyed before: recordroom transfer \
         receipt {}, or: recordroom transfer declined {}\n",
        done.transfer,
        counted(done.families.len() as u64, "item"),
        done.directory.display(),
        done.manifest_sha256,
        done.transfer,
        done.transfer
    );
    for family in &done.left_out {
        text.push_str(&format!("{family} was left out: it is too large to be written out in one piece\n"));
    }
    output.result(value, &text)?;
    Ok(if done.left_out.is_empty() { DONE } else { EXCEPTIONS })
}

fn list(opened: &Repository, output: &Output) -> Result<u8, Failure> {
    let reading = opened.catalog().reading();
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for transfer in reading.transfers()? {
        let (event, items) = (reading.event(transfer.event)?, reading.transfer_items(transfer.id)?.len());
        let day = event.at.with_timezone(&opened.zone()).format("%Y-%m-%d").to_string();
        values.push(json!({
            "transfer": transfer.id, "offered_on": day, "by": event.actor, "items": items, "state": transfer.state,
        }));
        rows.push(vec![
            transfer.id.to_string(),
            day,
            crate::text::safe(&event.actor),
            items.to_string(),
            transfer.state.to_string(),
        ]);
    }
    let text = if rows.is_empty() {
        "Nothing was offered. Offer what is archival and due with: recordroom transfer offer FOLDER".to_owned()
    } else {
        table(&["transfer", "offered on", "by", "items", "state"], &rows)
    };
    output.result(json!({ "transfers": values }), &text)?;
    Ok(DONE)
}
