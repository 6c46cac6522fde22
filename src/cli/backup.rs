//! `backup`, `restore`, `keys`, `export`: what is kept elsewhere, what is put back, what is taken along.

use super::args::Common;
use super::output::{Failure, Output, TerminalMonitor, counted};
use super::repository::{INTEGRITY, REFUSED, capitalised};
use super::{DONE, EXCEPTIONS, repository};
use crate::backup::{self, BackupError, Restoring};
use crate::catalog::CatalogError;
use crate::model::event::Act;
use crate::repository::{Difference, Repository, RepositoryError};
use crate::vault::{KeySet, SecondPlace};
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

// Arguments of `backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// The folder that holds the backups, on another disk
    pub folder: PathBuf,
    /// How many backups stay in it, the newest ones
    #[arg(long, default_value_t = 3, value_name = "COUNT")]
    pub keep: usize,
}

// Arguments of `restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// A backup, or the folder that holds them, of which the newest is taken
    pub backup: PathBuf,
    /// The newest key set, at either of its two places
    #[arg(long, value_name = "KEYS")]
    pub key_set: PathBuf,
    /// The other place of the keys, written anew where it is lost (default: as the backup names it)
    #[arg(long, value_name = "DIR")]
    pub key_set_second: Option<PathBuf>,
    /// The folder to be made
    pub to: PathBuf,
}

// The key set.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum KeysCommand {
    /// Write a lost place of the key set anew from the other, whichever it is
    ///
    /// Example: recordroom keys restore
    Restore,
    /// How the two places stand
    ///
    /// Example: recordroom keys status
    Status,
    /// After a restore: give up the keys of items that came in after the backup, when their bytes will not turn up
    ///
    /// Example: recordroom keys forget --reason "taken in again from the exports of 3 March"
    Forget {
        /// Why, in a few words
        #[arg(long)]
        reason: String,
    },
}

// Arguments of `export`.
#[derive(Debug, Args)]
pub struct Export {
    /// Everything that is here
    #[arg(long, required = true)]
    pub all: bool,
    /// The folder to write to; cut off, the same command goes on
    pub folder: PathBuf,
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Repository(error) => error.into(),
            BackupError::Catalog(error) => error.into(),
            BackupError::Vault(error) => RepositoryError::Vault(error).into(),
            BackupError::Disposition(error) => error.into(),
            BackupError::Protection(error) => error.into(),
            BackupError::Ingest(error) => error.into(),
            error @ BackupError::Place { .. } => Self::usage(capitalised(&error.to_string()), "Name another folder."),
            error @ BackupError::NoBackup(_) => {
                let hint = "Name a folder that was written by: recordroom backup FOLDER";
                Self::new("no-backup", capitalised(&error.to_string()), hint)
            }
            error @ BackupError::Changed { .. } => {
                let hint = "Nothing was put back. Take an older backup from the same folder.";
                Self::new("changed", capitalised(&error.to_string()), hint).with_exit(INTEGRITY)
            }
            error @ BackupError::Stopped => Self::new("stopped", capitalised(&error.to_string()), ""),
        }
    }
}

/// `recordroom backup`
pub fn take(common: &Common, arguments: &Backup, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    // Lists that were shown are in the ledger before it is copied.
    crate::access::settle(&mut opened)?;
    let monitor = TerminalMonitor::default();
    let actor = repository::actor(common);
    let report = backup::take(&mut opened, &arguments.folder, arguments.keep, &actor, &monitor);
    monitor.clear();
    let report = report?;
    let value = json!({
        "backup": report.directory, "event": report.manifest.event, "files": report.manifest.files.len(),
        "copied": { "files": report.copied.0, "bytes": report.copied.1 },
        "unchanged": { "files": report.unchanged.0, "bytes": report.unchanged.1 }, "removed": report.removed,
    });
    let text = format!(
        "{} is complete: {} with {} bytes copied, {} unchanged since the backup before.\n\nThe keys are not in it. Put back \
         with the newest key set: recordroom restore {} --key-set KEYS FOLDER\n",
        report.directory.display(),
        counted(report.copied.0, "file"),
        report.copied.1,
        counted(report.unchanged.0, "file"),
        report.directory.display()
    );
    output.result(value, &text)?;
    Ok(DONE)
}

/// `recordroom restore`
pub fn restore(common: &Common, arguments: &Restore, output: &Output) -> Result<u8, Failure> {
    let monitor = TerminalMonitor::default();
    let what = Restoring {
        backup: &arguments.backup,
        key_set: &arguments.key_set,
        key_set_second: arguments.key_set_second.as_deref(),
        to: &arguments.to,
        now: repository::now(common)?,
    };
    let report = backup::restore(&what, &repository::actor(common), &monitor);
    monitor.clear();
    let report = report?;
    output.about(report.manifest.exercise);
    let difference = &report.difference;
    let value = json!({
        "repository": arguments.to, "backup": report.backup, "backup_event": difference.backup,
        "keys_event": difference.keys, "destroyed_since": report.destroyed_since,
        "numbers_known": difference.numbers.is_some(),
        "numbers": difference.numbers.iter().flatten().map(|gap| json!({
            "sequence": gap.sequence, "from": gap.from, "to": gap.to, "told": gap.told(),
        })).collect::<Vec<_>>(),
        "came_in_since": difference.without_row, "protected_then": report.protected_then,
        "key_set": report.key_sets[0], "key_set_second": report.key_sets[1],
    });
    let mut text = format!(
        "{} is put back as it was at event {}.\n\n{:>9}  items were destroyed after the backup, and stay destroyed\n{:>9}  \
         items came in after the backup and are not in it; their keys are kept\n",
        arguments.to.display(),
        difference.backup,
        report.destroyed_since,
        difference.without_row
    );
    if difference.without_row > 0 {
        text.push_str(
            "\nTake the exports of that time in again. Then give the old keys up: recordroom keys forget --reason \"...\"\n",
        );
    }
    if !report.protected_then.is_empty() {
        text.push_str(&format!(
            "\n{} of what was destroyed was under a hold or request of the backup, which must have ended after it: ask for the \
             newest certificates.\n",
            report.protected_then.len()
        ));
    }
    if difference.others_without_key > 0 {
        text.push_str(&format!(
            "\n{} quarantined items or productions have no key. Run: recordroom verify\n",
            difference.others_without_key
        ));
    }
    text.push_str(&numbers_told(difference));
    text.push_str(&format!(
        "\nHolds, requests and decisions made after event {} are not in it: look for them on paper and enter them again. \
         Until then all destruction is stopped; it goes on after: recordroom dispose resume --reason \"...\"\nIts keys are in {} and {}.\n",
        difference.backup,
        report.key_sets[0].display(),
        report.key_sets[1].display()
    ));
    output.result(value, &text)?;
    let is_whole =
        report.protected_then.is_empty() && difference.others_without_key == 0 && difference.numbers.is_some();
    Ok(if is_whole { DONE } else { EXCEPTIONS })
}

/// Which numbers are passed over.
fn numbers_told(difference: &Difference) -> String {
    let Some(gaps) = &difference.numbers else {
        return "\nThis key set does not carry which numbers were given out. Numbers of holds, requests, plans and productions \
                made after the backup can be given again: look for the highest ones on paper before anything is entered.\n"
            .to_owned();
    };
    if gaps.is_empty() {
        return String::new();
    }
    let lines: String = gaps.iter().map(|gap| format!("- {}\n", gap.told())).collect();
    format!("\nNumbers that are passed over:\n{lines}")
}

/// `recordroom keys`
pub fn keys(common: &Common, command: &KeysCommand, output: &Output) -> Result<u8, Failure> {
    match command {
        KeysCommand::Restore => restore_keys(common, output),
        KeysCommand::Status => keys_status(common, output),
        KeysCommand::Forget { reason } => {
            let mut opened = repository::open(common, output)?;
            let actor = repository::actor(common);
            if reason.trim().is_empty() {
                return Err(Failure::usage("A reason is needed", "Nothing was changed."));
            }
            let gone = opened.work()?.forget_waiting_keys(reason, &actor)?;
            output.result(json!({ "forgotten": gone }), &format!("{} given up.", counted(gone, "key")))?;
            Ok(DONE)
        }
    }
}

/// Which place is lost is found by looking; one that reads back is never written over.
fn restore_keys(common: &Common, output: &Output) -> Result<u8, Failure> {
    let profile = Repository::profile_of(&common.repository)?;
    output.about(profile.exercise);
    let (first, second, id) = (&profile.key_set, &profile.key_set_second, profile.repository.as_str());
    let lost = match KeySet::restore_first_place(first, second, id) {
        Ok(()) => Some(first),
        Err(crate::vault::VaultError::KeySetExists { .. }) => None,
        Err(error) => return Err(RepositoryError::Vault(error).into()),
    };
    let mut opened = repository::open(common, output)?;
    let restored = match lost {
        Some(place) => Some(place.clone()),
        None => {
            let mut work = opened.work()?;
            let reads_back = work.keys().second_place_reads_back(&[]).is_ok();
            if reads_back {
                None
            } else {
                work.keys().restore_second_place().map_err(RepositoryError::from)?;
                Some(second.clone())
            }
        }
    };
    let Some(place) = restored else {
        let text = "Both places of the key set read back; nothing was changed.";
        output.result(json!({ "restored": null }), text)?;
        return Ok(DONE);
    };
    let (at, actor) = (opened.now(), repository::actor(common));
    let which = if place == *first { "first" } else { "second" };
    opened.catalog_mut().write::<_, CatalogError>(|writing| {
        writing.record_event(at, &actor, Act::KeysRestored, "key set", &json!({ "place": which }))?;
        Ok(())
    })?;
    opened.work()?.mark_keys()?;
    let text = format!("The {which} place of the key set is written anew: {}", place.display());
    output.result(json!({ "restored": which, "place": place }), &text)?;
    Ok(DONE)
}

fn keys_status(common: &Common, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    let profile = opened.profile().clone();
    let waiting: u64 = opened.catalog().reading().waiting_keys()?.iter().map(|one| one.keys).sum();
    let mut work = opened.work()?;
    let state = match work.keys().second_place_reads_back(&[]) {
        Ok(()) => SecondPlace::Ready,
        Err(error) => SecondPlace::Unusable(error.to_string()),
    };
    let seen = work.keys().mark().map_err(RepositoryError::from)?.map(|mark| mark.event);
    let (ok, words) = match &state {
        SecondPlace::Ready => (true, "reads back".to_owned()),
        SecondPlace::Unusable(why) => (false, why.clone()),
    };
    let value = json!({
        "key_set": profile.key_set, "key_set_second": profile.key_set_second, "second_ok": ok, "second": words,
        "last_event": seen, "waiting": waiting,
    });
    let mut text = format!(
        "First place   {}\nSecond place  {}: {words}\n",
        profile.key_set.display(),
        profile.key_set_second.display()
    );
    if let Some(seen) = seen {
        text.push_str(&format!("Last event    {seen}\n"));
    }
    if waiting > 0 {
        text.push_str(&format!(
            "{} of items that came in after the backup that was put back\n",
            counted(waiting, "key")
        ));
    }
    output.result(value, &text)?;
    Ok(if ok { DONE } else { INTEGRITY })
}

/// `recordroom export`
pub fn export(common: &Common, arguments: &Export, output: &Output) -> Result<u8, Failure> {
    if !arguments.all {
        return Err(Failure::usage("Say what is to be written out", "recordroom export --all FOLDER"));
    }
    let mut opened = repository::open(common, output)?;
    let monitor = TerminalMonitor::default();
    let report = backup::export_all(&mut opened, &arguments.folder, &repository::actor(common), &monitor);
    monitor.clear();
    let report = report?;
    let unreadable: Vec<_> = report.unreadable.iter().map(|(id, why)| json!({ "item": id, "why": why })).collect();
    let value = json!({
        "directory": arguments.folder, "items": report.items, "there_already": report.there_already,
        "bytes": report.bytes, "set_aside": report.set_aside, "quarantined": report.quarantined,
        "unreadable": unreadable,
    });
    let text = format!(
        "{:>9}  items are written out, {} bytes of originals; {} lay there already\n{:>9}  quarantined items\n{:>9}  items are \
         left out, because they came from personal devices\n{:>9}  could not be read back\n\nWhat each column means stands in \
         {}\n",
        report.items,
        report.bytes,
        report.there_already,
        report.quarantined,
        report.set_aside,
        report.unreadable.len(),
        arguments.folder.join("README.txt").display()
    );
    output.result(value, &text)?;
    Ok(if report.unreadable.is_empty() { DONE } else { INTEGRITY })
}

/// The exit code of another nightly work, or of a refusal.
pub const ANOTHER_RUNS: u8 = REFUSED;
