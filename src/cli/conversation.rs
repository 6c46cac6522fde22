//! `conversation` and `duplicates`: what belongs together.

use super::args::Common;
use super::output::{Failure, Output, counted};
use super::repository::{self, REFUSED};
use super::{DONE, request, show};
use crate::base::id::{FamilyId, RequestId};
use crate::grouping::{self, AlikeGroup, GroupingError, Line, alike};
use crate::repository::Repository;
use crate::text::safe;
use chrono::DateTime;
use chrono_tz::Tz;
use clap::Args;
use serde_json::json;

// Arguments of `conversation`.
#[derive(Debug, Args)]
pub struct Conversation {
    /// An item of it, such as R-12, or a family, such as F-7
    pub id: String,
}

// Arguments of `duplicates`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("among").required(true))]
pub struct Duplicates {
    /// Among what was collected for a request, such as Q-1
    #[arg(long, group = "among")]
    pub request: Option<RequestId>,
    /// Among what a query finds
    #[arg(long, group = "among")]
    pub query: Option<String>,
    /// Write a CSV table to standard output
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}

impl From<GroupingError> for Failure {
    fn from(error: GroupingError) -> Self {
        match error {
            GroupingError::Repository(error) => error.into(),
            GroupingError::Catalog(error) => error.into(),
            GroupingError::People(error) => error.into(),
            GroupingError::Refused(message) => {
                Self::new("refused", repository::capitalised(&message), "Ask for less, or for another item.")
                    .with_exit(REFUSED)
            }
        }
    }
}

/// `recordroom conversation`
pub fn run(common: &Common, arguments: &Conversation, output: &Output) -> Result<u8, Failure> {
    let opened = repository::open(common, output)?;
    let record = show::record_named(&opened, &arguments.id)?;
    let all = grouping::conversation(&opened, record.family)?;
    output.result(json!(all), &told(&all, opened.zone()))?;
    Ok(DONE)
}

/// A conversation as lines, answers under what they answer.
pub(super) fn told(all: &grouping::Conversation, zone: Tz) -> String {
    let mut text = format!("Conversation: {}\n\n", safe(&all.of));
    for line in &all.lines {
        let pad = "  ".repeat(line.depth.min(12));
        let (Some(id), Some(family)) = (line.id, line.family) else {
            text.push_str(&format!("{pad}(a message that is not here)\n"));
            continue;
        };
        let sent = line.at.as_deref().and_then(|at| DateTime::parse_from_rfc3339(at).ok());
        let when = sent.map_or("no date".to_owned(), |at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string());
        text.push_str(&format!("{pad}{id}  {when}  {}  {}\n", safe(&line.from), safe(&line.subject)));
        for note in notes(line) {
            text.push_str(&format!("{pad}    {}\n", safe(&note)));
        }
        if line.inclusive {
            text.push_str(&format!("{pad}    read this one: nothing else has all of {family}\n"));
        }
    }
    let here = all.lines.iter().filter(|line| line.id.is_some()).count() as u64;
    let inclusive = all.lines.iter().filter(|line| line.inclusive).count();
    text.push_str(&format!("\n{}; whoever has read {inclusive} of them has read all\n", counted(here, "item")));
    let left = [
        (all.set_aside, "from personal devices set aside and not looked at"),
        (all.unreadable, "that cannot be read and might belong to it: recordroom verify"),
        (all.not_compared, "not compared with the others, because there are too many"),
    ];
    for (count, what) in left.into_iter().filter(|(count, _)| *count > 0) {
        text.push_str(&format!("{} {what}\n", counted(count, "item")));
    }
    text
}

/// What is to be said of a line beside who, when and what.
fn notes(line: &Line) -> Vec<String> {
    let mut notes = Vec::new();
    if line.by_subject {
        notes.push("here by its subject alone".to_owned());
    }
    if !line.attachments.is_empty() {
        notes.push(format!("with {}", line.attachments.join(", ")));
    }
    if !line.custodians.is_empty() {
        notes.push(format!("copies of {}", line.custodians.join(", ")));
    }
    if let Some(same) = line.same_as {
        notes.push(format!("the same as {same}"));
    }
    if let Some((family, percent)) = line.nearly {
        notes.push(format!("nearly the same as {family} ({percent} %)"));
    }
    if let Some((family, percent)) = line.quoted_in {
        notes.push(format!("quoted in {family} ({percent} %)"));
    }
    notes
}

/// `recordroom duplicates`
pub fn duplicates(common: &Common, arguments: &Duplicates, output: &Output) -> Result<u8, Failure> {
    let opened = repository::open(common, output)?;
    let among = among(&opened, arguments.request, arguments.query.as_deref())?.unwrap_or_default();
    let found = alike(&opened, &among)?;
    if arguments.csv {
        output.bytes(found.table().to_csv().as_bytes())?;
        return Ok(DONE);
    }
    let mut text = String::new();
    for group in &found.groups {
        text.push_str(&told_group(group, opened.zone()));
    }
    text.push_str(&format!(
        "{} compared, {} found\n",
        counted(found.families, "family"),
        counted(found.groups.len() as u64, "group")
    ));
    if found.too_short > 0 {
        let many = counted(found.too_short, "family");
        text.push_str(&format!("{many} too short to be nearly like another; the same ones are told all the same\n"));
    }
    if found.unreadable > 0 {
        text.push_str(&format!("{} cannot be read: recordroom verify\n", counted(found.unreadable, "family")));
    }
    output.result(json!(found), &text)?;
    Ok(DONE)
}

fn told_group(group: &AlikeGroup, zone: Tz) -> String {
    let mut text =
        format!("{} (copies of {})\n", repository::capitalised(group.sort.word()), safe(&group.custodians.join(", ")));
    for member in &group.members {
        let id = member.id.map_or_else(|| member.family.to_string(), |id| id.to_string());
        let sent = member.at.as_deref().and_then(|at| DateTime::parse_from_rfc3339(at).ok());
        let when = sent.map_or("no date".to_owned(), |at| at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string());
        let (from, subject) = (safe(&member.from), safe(&member.subject));
        text.push_str(&format!("    {id}  {when}  {:>3} %  {from}  {subject}\n", member.percent));
    }
    text
}

/// The families a command is about: what was collected for a request, what a query finds, or `None` for all of them.
pub(super) fn among(
    opened: &Repository,
    id: Option<RequestId>,
    query: Option<&str>,
) -> Result<Option<Vec<FamilyId>>, Failure> {
    if let Some(id) = id {
        opened.catalog().reading().request(id)?;
        return Ok(Some(opened.catalog().reading().collected(id)?));
    }
    query.map(|query| request::families(opened, query)).transpose()
}
