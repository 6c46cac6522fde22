//! `produce encrypt`, `claw-back`, `assess`, `breach-notice`, `claw-backs`: what is done with a production that was delivered.

use super::DONE;
use super::dispose::{Passphrase, read_passphrase};
use super::output::{Failure, Output, TerminalMonitor, counted, table};
use crate::base::clock::local_date;
use crate::base::id::{ProductionId, RecordId};
use crate::letters;
use crate::model::production::BatesNumber;
use crate::production::{self, BreachNotice, ClawBackRow, For, Wanted};
use crate::repository::Repository;
use crate::text::safe;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

/// People above which consumer reporting agencies are told of a breach (Minn. Stat. § 13.055).
const AGENCIES_FROM: u64 = 1_000;

// What can be done about a production that was delivered.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum ProduceCommand {
    /// Write a delivered folder as one file that only its receiver opens (age), beside the folder
    ///
    /// Example: recordroom produce encrypt P-1 out/ridgeview --recipient age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p
    Encrypt(EncryptOf),
    /// Ask for documents again that were given by mistake: writes the notice and opens the breach assessment
    ///
    /// Example: recordroom produce claw-back P-1 --number CB-00000004 --reason "privileged; the reply quotes the attorney"
    ClawBack(ClawBackOf),
    /// Finish the assessment whether it was a breach
    ///
    /// Example: recordroom produce assess P-1 --no-breach --reason "returned unread the same day"
    Assess(Assess),
    /// Write the notice to a person whose data was in a breach (Minn. Stat. § 13.055); nothing is mailed
    ///
    /// Example: recordroom produce breach-notice P-1 --to "Ann Lee" --data "your date of birth" --into letters
    BreachNotice(BreachNoticeOf),
    /// List what was asked for again, and which assessments are open
    ///
    /// Example: recordroom produce claw-backs
    ClawBacks,
}

// Arguments of `produce encrypt`.
#[derive(Debug, Args)]
pub struct EncryptOf {
    /// The production, such as P-1
    pub production: ProductionId,
    /// The folder in which it was delivered
    pub directory: PathBuf,
    /// The age key of a receiver (may be given several times; default: a passphrase)
    #[arg(long = "recipient", value_name = "KEY")]
    pub recipients: Vec<String>,
    /// Where the passphrase comes from
    #[command(flatten)]
    pub passphrase: Passphrase,
}

// Arguments of `produce claw-back`.
#[derive(Debug, Args)]
pub struct ClawBackOf {
    /// The production, such as P-1
    pub production: ProductionId,
    /// One item; may be given more than once
    #[arg(long = "item", value_name = "ITEM")]
    pub items: Vec<RecordId>,
    /// The document on which this number stands; may be given more than once
    #[arg(long = "number", value_name = "NUMBER")]
    pub numbers: Vec<BatesNumber>,
    /// Why; it stands in the letter
    #[arg(long)]
    pub reason: String,
    /// Who received it (default: the requester)
    #[arg(long, default_value = "", hide_default_value = true, value_name = "NAME")]
    pub to: String,
    /// Where the letter goes; it stands in the letter alone
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub address: String,
    /// The folder for the clear copies that are sent
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub into: PathBuf,
}

// Arguments of `produce assess`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("finding").required(true))]
pub struct Assess {
    /// The production, such as P-1
    pub production: ProductionId,
    /// The number of the claw-back
    #[arg(long, default_value_t = 1)]
    pub number: u64,
    /// It was a breach in the security of data
    #[arg(long, group = "finding")]
    pub breach: bool,
    /// It was none
    #[arg(long, group = "finding")]
    pub no_breach: bool,
    /// How many people it concerns
    #[arg(long, default_value_t = 0)]
    pub people: u64,
    /// Why, and what was done
    #[arg(long)]
    pub reason: String,
}

// Arguments of `produce breach-notice`.
#[derive(Debug, Args)]
pub struct BreachNoticeOf {
    /// The production, such as P-1
    pub production: ProductionId,
    /// The number of the claw-back
    #[arg(long, default_value_t = 1)]
    pub number: u64,
    /// The person; it stands in the letter alone
    #[arg(long, value_name = "NAME")]
    pub to: String,
    /// Where the letter goes; it stands in the letter alone
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub address: String,
    /// What kind of data it was, without quoting it
    #[arg(long, value_name = "TEXT")]
    pub data: String,
    /// What was done since, and what the person can do
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub done: String,
    /// The folder for the clear copies that are sent
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub into: PathBuf,
}

/// `recordroom produce claw-back` and its like
pub fn run(opened: &mut Repository, command: &ProduceCommand, actor: &str, output: &Output) -> Result<u8, Failure> {
    match command {
        ProduceCommand::Encrypt(one) => encrypt(opened, one, actor, output),
        ProduceCommand::ClawBack(one) => claw_back(opened, one, actor, output),
        ProduceCommand::Assess(one) => assess(opened, one, actor, output),
        ProduceCommand::BreachNotice(one) => breach_notice(opened, one, actor, output),
        ProduceCommand::ClawBacks => list(opened, output),
    }
}

fn encrypt(opened: &mut Repository, one: &EncryptOf, actor: &str, output: &Output) -> Result<u8, Failure> {
    let receivers = match one.recipients.as_slice() {
        [] => For::Passphrase(read_passphrase(&one.passphrase, "this delivery", true)?),
        _ if one.passphrase.passphrase_file.is_some() => {
            let hint = "Name the receivers' keys, or a passphrase.";
            return Err(Failure::usage("A file for keys has no passphrase beside them", hint));
        }
        keys => For::Keys(keys.to_vec()),
    };
    let monitor = TerminalMonitor::default();
    let done = production::encrypt(opened, one.production, &one.directory, &receivers, actor, &monitor)?;
    monitor.clear();
    let value = json!({
        "production": one.production, "file": done.file, "bytes": done.bytes, "sha256": done.sha256, "event": done.event,
        "keys": one.recipients,
    });
    let by = match &receivers {
        For::Keys(keys) => format!("It opens with the secret half of {}", counted(keys.len() as u64, "key")),
        For::Passphrase(_) => "It opens with the passphrase; tell it by another way than the file".to_owned(),
    };
    let text = format!(
        "{} is encrypted in {} ({} bytes).\n{by}: age -d {} | tar x\nSHA-256: {}\n",
        one.production,
        done.file.display(),
        done.bytes,
        done.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        done.sha256
    );
    output.result(value, &text)?;
    Ok(DONE)
}

fn claw_back(opened: &mut Repository, one: &ClawBackOf, actor: &str, output: &Output) -> Result<u8, Failure> {
    let wanted = Wanted {
        records: one.items.clone(),
        numbers: one.numbers.clone(),
        reason: one.reason.clone(),
        to: one.to.clone(),
        address: one.address.clone(),
    };
    let done = production::claw_back(opened, one.production, &wanted, actor)?;
    let (text, pdf) = letters::hand_out(&done.letter, &one.into, &done.name)?;
    let value = json!({
        "production": one.production, "claw_back": done.number, "event": done.event, "documents": done.documents,
        "text": text, "pdf": pdf,
    });
    let told = format!(
        "{} of {} are asked for again:\n  {}\n  {}\nNothing was mailed. Withhold them (recordroom review decide) and produce \
         again for a replacement. The breach assessment is open: recordroom produce assess {} --number {} \
         --breach|--no-breach --reason TEXT\n",
        counted(done.documents.len() as u64, "document"),
        one.production,
        text.display(),
        pdf.display(),
        one.production,
        done.number
    );
    output.result(value, &told)?;
    Ok(DONE)
}

fn assess(opened: &mut Repository, one: &Assess, actor: &str, output: &Output) -> Result<u8, Failure> {
    production::assess(opened, one.production, one.number, (one.breach, one.people, &one.reason), actor)?;
    let mut text = format!("The assessment {} of {} is finished.\n", one.number, one.production);
    if one.breach {
        text.push_str(
            "Now (Minn. Stat. § 13.055): tell each person whom it concerns in writing, without unreasonable delay, that a report \
             will be made and how to get it; make the report once the investigation is done.\n",
        );
        text.push_str(&format!(
            "Write each notice with: recordroom produce breach-notice {} --number {} --to NAME --data TEXT\n",
            one.production, one.number
        ));
        if one.people > AGENCIES_FROM {
            text.push_str("More than 1,000 people: tell the consumer reporting agencies as well.\n");
        }
    }
    output.result(json!({ "production": one.production, "claw_back": one.number, "breach": one.breach }), &text)?;
    Ok(DONE)
}

fn breach_notice(opened: &mut Repository, one: &BreachNoticeOf, actor: &str, output: &Output) -> Result<u8, Failure> {
    let notice = BreachNotice {
        to: one.to.clone(),
        address: one.address.clone(),
        data: one.data.clone(),
        done: one.done.clone(),
    };
    let done = production::tell_of_breach(opened, one.production, one.number, &notice, actor)?;
    let (text, pdf) = letters::hand_out(&done.letter, &one.into, &done.name)?;
    let value = json!({
        "production": one.production, "claw_back": one.number, "notice": done.number, "event": done.event, "text": text,
        "pdf": pdf,
    });
    let told = format!(
        "Notice {} of the breach is written:\n  {}\n  {}\nThe repository keeps it sealed; these copies are clear. Nothing was \
         mailed.\n",
        done.number,
        text.display(),
        pdf.display()
    );
    output.result(value, &told)?;
    Ok(DONE)
}

fn list(opened: &Repository, output: &Output) -> Result<u8, Failure> {
    let rows = production::all_claw_backs(&opened.catalog().reading())?;
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let assessed = match &row.assessed {
                None => "open".to_owned(),
                Some(one) if one.breach && one.people == 1 => "breach, 1 person".to_owned(),
                Some(one) if one.breach => format!("breach, {} people", one.people),
                Some(_) => "no breach".to_owned(),
            };
            vec![
                row.production.to_string(),
                row.number.to_string(),
                local_date(row.at, opened.zone()).to_string(),
                safe(&row.documents.join(", ")),
                safe(&row.reason),
                assessed,
            ]
        })
        .collect();
    let text = if rows.is_empty() {
        "Nothing was asked for again.\n".to_owned()
    } else {
        table(&["production", "claw-back", "on", "documents", "why", "assessment"], &cells)
    };
    output.result(json!({ "claw_backs": rows }), &text)?;
    Ok(DONE)
}

/// What `status` says of assessments that are open.
pub fn waiting(opened: &Repository) -> Result<Vec<ClawBackRow>, Failure> {
    let rows = production::all_claw_backs(&opened.catalog().reading())?;
    Ok(rows.into_iter().filter(|row| row.assessed.is_none()).collect())
}
