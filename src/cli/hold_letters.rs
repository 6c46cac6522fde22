//! `hold notice`, `acknowledge`, `reminders`, `templates`, `package`: what people are told of a hold, and what a court is.

use super::output::{Failure, Output, counted, table};
use super::{DONE, repository};
use crate::base::id::HoldId;
use crate::hold::{self, LetterKind, Notice, WrittenNotice};
use crate::letters;
use crate::repository::Repository;
use crate::text::safe;
use chrono::NaiveDate;
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

// Arguments of `hold notice`.
#[derive(Debug, Args)]
pub struct NoticeTo {
    /// The hold, such as H-1
    pub hold: HoldId,
    /// The person it is for (may be given several times; with --released everybody who was told of the hold)
    #[arg(long = "to", value_name = "NAME", required_unless_present = "released")]
    pub to: Vec<String>,
    /// The letter to IT, which names what deletes by itself, instead of that to a custodian
    #[arg(long, conflicts_with = "released")]
    pub it: bool,
    /// The notice that the hold was released
    #[arg(long)]
    pub released: bool,
    /// The folder for the clear copies that are sent
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub into: PathBuf,
}

// Arguments of `hold acknowledge`.
#[derive(Debug, Args)]
pub struct Acknowledge {
    /// The hold, such as H-1
    pub hold: HoldId,
    /// Whose notice: the name, or the number of the notice
    #[arg(long, value_name = "NAME|NUMBER")]
    pub from: String,
    /// How it was acknowledged: on paper, by e-mail, by telephone
    #[arg(long)]
    pub how: String,
    /// Jobs, policies or tickets by which IT suspended deletion
    #[arg(long, default_value = "", hide_default_value = true)]
    pub jobs: String,
}

// Arguments of `hold reminders`.
#[derive(Debug, Args)]
pub struct Reminders {
    /// Write the reminders as letters, and record them
    #[arg(long)]
    pub write: bool,
    /// The folder for the clear copies that are sent
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub into: PathBuf,
}

// Arguments of `hold package`.
#[derive(Debug, Args)]
pub struct Package {
    /// A hold of the matter, such as H-1
    pub hold: HoldId,
    /// The new folder
    pub directory: PathBuf,
    /// Tell plans, refusals and destructions from this day on (default: all)
    #[arg(long, value_name = "DAY")]
    pub since: Option<NaiveDate>,
}

/// `recordroom hold notice`
pub fn notice(opened: &mut Repository, notice: &NoticeTo, actor: &str, output: &Output) -> Result<u8, Failure> {
    let kind = match (notice.released, notice.it) {
        (true, _) => LetterKind::Release,
        (false, true) => LetterKind::It,
        (false, false) => LetterKind::Custodian,
    };
    let everybody = match notice.to.as_slice() {
        [] => hold::not_told_of_release(&opened.catalog().reading(), notice.hold)?,
        named => named.to_vec(),
    };
    if everybody.is_empty() {
        let message = format!("Everybody who was told of {} knows of its release", notice.hold);
        return Err(Failure::new("refused", message, "Name somebody with --to.").with_exit(repository::REFUSED));
    }
    let (mut values, mut text) = (Vec::new(), String::new());
    for to in &everybody {
        let written = hold::write_notice(opened, notice.hold, to, kind, actor)?;
        let files = hand_out(&written, &notice.into)?;
        values.push(shape(notice.hold, to, &written, &files));
        text.push_str(&letter_line(to, &written, &files));
    }
    text.push_str(&format!(
        "The repository keeps them sealed; these copies are clear. Nothing was mailed: send or hand over the letter, and record the answer with: recordroom hold acknowledge {} \
         --from NAME --how TEXT\n",
        notice.hold
    ));
    output.result(json!({ "notices": values }), &text)?;
    Ok(DONE)
}

/// The clear copies: text and PDF.
type Files = (PathBuf, PathBuf);

fn hand_out(written: &WrittenNotice, into: &Path) -> Result<Files, Failure> {
    Ok(letters::hand_out(&written.letter, into, &written.name)?)
}

fn shape(hold: HoldId, to: &str, written: &WrittenNotice, (text, pdf): &Files) -> serde_json::Value {
    json!({ "hold": hold, "notice": written.number, "to": to, "text": text, "pdf": pdf })
}

fn letter_line(to: &str, written: &WrittenNotice, (text, pdf): &Files) -> String {
    format!("Notice {} to {} is written:\n  {}\n  {}\n", written.number, safe(to), text.display(), pdf.display())
}

/// `recordroom hold acknowledge`
pub fn acknowledge(opened: &mut Repository, from: &Acknowledge, actor: &str, output: &Output) -> Result<u8, Failure> {
    let notice = hold::acknowledge(opened, from.hold, &from.from, (&from.how, &from.jobs), actor)?;
    let value = json!({ "hold": from.hold, "notice": notice.number, "to": notice.to });
    let text =
        format!("It is recorded that {} acknowledged notice {} of {}.\n", safe(&notice.to), notice.number, from.hold);
    output.result(value, &text)?;
    Ok(DONE)
}

/// `recordroom hold reminders`
pub fn reminders(opened: &mut Repository, wanted: &Reminders, actor: &str, output: &Output) -> Result<u8, Failure> {
    let write = wanted.write;
    let due = hold::due_reminders(opened)?;
    let (mut values, mut rows, mut told) = (Vec::new(), Vec::new(), String::new());
    for (notice, since) in &due {
        let mut value = json!({ "notice": notice, "due_since": since });
        if write {
            let written = hold::remind(opened, notice.hold, &notice.number.to_string(), actor)?;
            let files = hand_out(&written, &wanted.into)?;
            value["text"] = json!(files.0);
            told.push_str(&letter_line(&notice.to, &written, &files));
        }
        values.push(value);
        rows.push(vec![
            notice.hold.to_string(),
            notice.number.to_string(),
            safe(&notice.to),
            notice.kind.to_string(),
            since.to_string(),
        ]);
    }
    let text = match (due.is_empty(), write) {
        (true, _) => "No notice waits for its acknowledgement longer than the city's days.\n".to_owned(),
        (false, true) => format!("{told}Nothing was mailed.\n"),
        (false, false) => format!(
            "{}\nWrite the letters with: recordroom hold reminders --write\n",
            table(&["hold", "notice", "to", "as", "due since"], &rows)
        ),
    };
    output.result(json!({ "reminders": values }), &text)?;
    Ok(DONE)
}

/// `recordroom hold templates`
pub fn templates(opened: &Repository, output: &Output) -> Result<u8, Failure> {
    copied(&hold::copy_templates(opened)?, output)
}

/// Tells which templates of letters were copied into the repository.
pub(super) fn copied(written: &[PathBuf], output: &Output) -> Result<u8, Failure> {
    let text = if written.is_empty() {
        "The templates are in the repository already; what was changed in them was left alone.\n".to_owned()
    } else {
        let list: Vec<String> = written.iter().map(|path| format!("  {}\n", path.display())).collect();
        format!("{}Change them with any text editor; letters are written from them from now on.\n", list.concat())
    };
    output.result(json!({ "written": written }), &text)?;
    Ok(DONE)
}

/// `recordroom hold package`
pub fn package(opened: &mut Repository, wanted: &Package, actor: &str, output: &Output) -> Result<u8, Failure> {
    let done = hold::package(opened, wanted.hold, &wanted.directory, wanted.since, actor)?;
    let one = &done.statement;
    let key = opened.signer().public_key_hex();
    let value = json!({
        "directory": done.directory, "matter": one.matter, "holds": one.holds, "files": one.files.len(),
        "events": one.events, "ledger_events": one.ledger_events, "public_key": key,
    });
    let text = format!(
        "The record of {:?} is written to {}: {}, {}, signed.\nWhoever gets it checks it with: recordroom verify {} --key \
         {key}\nTell them the key by another way than the folder.\n",
        safe(&one.matter),
        done.directory.display(),
        counted(one.files.len() as u64, "file"),
        counted(one.events, "event"),
        done.directory.display()
    );
    output.result(value, &text)?;
    Ok(DONE)
}

/// A notice in one line of `hold show`.
pub fn line(notice: &Notice) -> String {
    let answered = match &notice.acknowledged {
        Some(one) => format!("acknowledged {} ({})", one.at.format("%Y-%m-%d"), safe(&one.how)),
        None => format!("not acknowledged, reminded {} times", notice.reminded_at.len()),
    };
    format!(
        "    notice {} to {} ({}), written {}, {answered}\n",
        notice.number,
        safe(&notice.to),
        notice.kind,
        notice.written_at.format("%Y-%m-%d")
    )
}

/// What `status` says of notices that wait.
pub fn waiting(opened: &Repository) -> Result<(serde_json::Value, String), Failure> {
    let due = hold::due_reminders(opened)?;
    let text = if due.is_empty() {
        String::new()
    } else {
        format!("{:>9}  notices of holds wait for their acknowledgement: recordroom hold reminders\n", due.len())
    };
    Ok((json!(due.len()), text))
}

impl From<hold::HoldError> for Failure {
    fn from(error: hold::HoldError) -> Self {
        use hold::HoldError;
        match error {
            HoldError::Protection(error) => error.into(),
            HoldError::Catalog(error) => error.into(),
            HoldError::Repository(error) => error.into(),
            HoldError::Incomplete(message) => Self::usage(repository::capitalised(message), "Nothing was changed."),
            HoldError::Letter(error) => error.into(),
            HoldError::Refused(message) => {
                Self::new("refused", repository::capitalised(&message), "Nothing was changed.")
                    .with_exit(repository::REFUSED)
            }
        }
    }
}
