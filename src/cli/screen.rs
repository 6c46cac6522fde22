//! `screen`: sorting what came from personal devices.

use super::output::{Failure, Output, counted, table};
use super::{DONE, args::Common, repository, show};
use crate::base::id::{CustodianId, FamilyId};
use crate::model::screening::ScreeningDecision;
use crate::repository::Repository;
use crate::screening::{self, OfCustodian, ScreeningError, Sorted};
use crate::text::safe;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

/// Characters of a group's digest that are printed.
const DIGEST_CHARS: usize = 12;

// What came from an employee's own device is set aside until it is sorted. Holds and requests cover it all the same.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum ScreenCommand {
    /// How much waits for whom; with --custodian, by correspondent and conversation for whoever may sort it
    ///
    /// Example: recordroom --as "Maren Olstad" screen list --custodian "Maren Olstad"
    List(List),
    /// Look at one item, where its correspondent does not tell what it is; the look is recorded
    ///
    /// Example: recordroom --as "Maren Olstad" screen show R-12 --reason "a shared number"
    Show(Show),
    /// Say what items are: government or personal
    ///
    /// Example: recordroom --as "Maren Olstad" screen decide R-12 R-15 --to personal --reason "family"
    Decide(Decide),
    /// Say what a group of the list is, exactly as it was shown
    ///
    /// Example: recordroom --as "Maren Olstad" screen decide-group 3fa9c1d207be --custodian "Maren Olstad" --count 14 --to personal --reason "family"
    DecideGroup(DecideGroup),
    /// Write the originals of personal items into a new folder, to give them back; they stay here until they are destroyed
    ///
    /// Example: recordroom --as "Maren Olstad" screen return olstad-personal --custodian "Maren Olstad"
    Return(Return),
}

// Arguments of `screen list`.
#[derive(Debug, Args)]
pub struct List {
    /// Whose device
    #[arg(long, value_name = "NAME")]
    pub custodian: Option<String>,
    /// What came from devices of nobody who is known
    #[arg(long, conflicts_with = "custodian")]
    pub unknown: bool,
}

// Arguments of `screen show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The item, such as R-12 or F-7
    pub id: String,
    /// Why it has to be looked at
    #[arg(long)]
    pub reason: String,
}

// A decision.
#[derive(Debug, Args)]
pub struct To {
    /// government or personal
    #[arg(long)]
    pub to: String,
    /// Why, in a few words, without quoting the item
    #[arg(long)]
    pub reason: String,
}

// Arguments of `screen decide`.
#[derive(Debug, Args)]
pub struct Decide {
    /// The items, such as R-12 or F-7
    #[arg(required = true)]
    pub ids: Vec<String>,
    #[command(flatten)]
    to: To,
}

// Arguments of `screen decide-group`.
#[derive(Debug, Args)]
pub struct DecideGroup {
    /// The group, as the list prints it
    pub group: String,
    /// How many items it had when it was shown
    #[arg(long)]
    pub count: u64,
    /// Whose device; without it, that of nobody who is known
    #[arg(long, value_name = "NAME")]
    pub custodian: Option<String>,
    #[command(flatten)]
    to: To,
}

// Arguments of `screen return`.
#[derive(Debug, Args)]
pub struct Return {
    /// The folder to create
    pub folder: PathBuf,
    /// Whose personal items
    #[arg(long, value_name = "NAME")]
    pub custodian: String,
}

impl From<ScreeningError> for Failure {
    fn from(error: ScreeningError) -> Self {
        match error {
            ScreeningError::Repository(error) => error.into(),
            ScreeningError::Catalog(error) => error.into(),
            ScreeningError::Refused { message, hint } => {
                Self::new("refused", repository::capitalised(&message), hint).with_exit(repository::REFUSED)
            }
        }
    }
}

/// `recordroom screen`
pub fn run(common: &Common, command: &ScreenCommand, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    let actor = repository::actor(common);
    match command {
        ScreenCommand::List(list) if list.custodian.is_some() || list.unknown => {
            let whose = named(&opened, list.custodian.as_deref())?;
            groups(&opened, whose, &actor, output)?;
        }
        ScreenCommand::List(_) => counts(&screening::counts(&opened)?, output)?,
        ScreenCommand::Show(wanted) => {
            let record = show::record_named(&opened, &wanted.id)?;
            let family = screening::view(&mut opened, record.family, &wanted.reason, &actor)?;
            let value = show::shape(&opened, &family, &record)?;
            output.result(value, &show::told(&opened, &family, &record)?)?;
        }
        ScreenCommand::Decide(decide) => {
            let mut families: Vec<FamilyId> = Vec::new();
            for id in &decide.ids {
                families.push(show::record_named(&opened, id)?.family);
            }
            let to = decision(&decide.to)?;
            sorted(&screening::decide(&mut opened, &families, to, &decide.to.reason, &actor)?, output)?;
        }
        ScreenCommand::DecideGroup(group) => {
            let (whose, to) = (named(&opened, group.custodian.as_deref())?, decision(&group.to)?);
            let shown = (group.group.as_str(), group.count);
            sorted(&screening::decide_group(&mut opened, whose, shown, to, &group.to.reason, &actor)?, output)?;
        }
        ScreenCommand::Return(wanted) => {
            let whose = opened.custodian_named(&wanted.custodian)?;
            let items = screening::give_back(&mut opened, whose, &wanted.folder, &actor)?;
            let text = format!(
                "{} written into {}. They stay here until a plan destroys them.",
                counted(items, "original"),
                wanted.folder.display()
            );
            output.result(json!({ "items": items, "folder": wanted.folder }), &text)?;
        }
    }
    Ok(DONE)
}

fn named(opened: &Repository, name: Option<&str>) -> Result<Option<CustodianId>, Failure> {
    Ok(name.map(|name| opened.custodian_named(name)).transpose()?)
}

fn decision(to: &To) -> Result<ScreeningDecision, Failure> {
    ScreeningDecision::parse(&to.to.to_lowercase())
        .ok_or_else(|| Failure::usage(format!("{:?} is no decision", to.to), "Write --to government or --to personal."))
}

fn counts(all: &[OfCustodian], output: &Output) -> Result<(), Failure> {
    let total = |one: &OfCustodian| one.undecided.values().sum::<u64>();
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|one| {
            let kinds: Vec<String> = one.undecided.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
            vec![
                safe(one.custodian.as_deref().unwrap_or("nobody known")),
                total(one).to_string(),
                kinds.join(", "),
                one.personal.to_string(),
                one.destroy_by.map_or(String::new(), |day| day.to_string()),
                one.protected.to_string(),
                safe(&one.sorted_by.join(", ")),
            ]
        })
        .collect();
    let head = ["custodian", "to sort", "kinds", "personal", "gone by", "held or asked for", "sorted by"];
    let text = if all.is_empty() {
        "Nothing is set aside.\n".to_owned()
    } else {
        format!("{}\nSort with: recordroom --as NAME screen list --custodian NAME\n", table(&head, &rows))
    };
    output.result(json!({ "custodians": all }), &text)
}

fn groups(opened: &Repository, whose: Option<CustodianId>, actor: &str, output: &Output) -> Result<(), Failure> {
    let (all, unreadable) = screening::list(opened, whose, actor)?;
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|group| {
            let proposed: Vec<String> = group.proposed.iter().map(|(word, count)| format!("{count} {word}")).collect();
            let name = if group.name.is_empty() { "a conversation".to_owned() } else { safe(&group.name) };
            vec![
                group.digest.chars().take(DIGEST_CHARS).collect(),
                group.count.to_string(),
                name,
                group.sent.map_or(String::new(), |(first, last)| format!("{first} to {last}")),
                proposed.join(", "),
            ]
        })
        .collect();
    let mut text = table(&["group", "items", "with", "sent", "proposed"], &rows);
    if unreadable > 0 {
        text.push_str(&format!("{} cannot be read: recordroom verify\n", counted(unreadable, "item")));
    }
    output.result(json!({ "groups": all, "unreadable": unreadable }), &text)
}

fn sorted(done: &Sorted, output: &Output) -> Result<(), Failure> {
    let mut text = format!("{} sorted as {}.", counted(done.items, "item"), done.decision.word());
    match done.decision {
        ScreeningDecision::Government => text.push_str(" They are ordinary items now, and can be searched."),
        ScreeningDecision::Personal => {
            if let Some(day) = done.destroy_by {
                text.push_str(&format!(" They have to be gone by {day}: recordroom dispose plan"));
            }
            if done.protected > 0 {
                text.push_str(&format!(
                    "\n{} held or asked for, and stay until that ends.",
                    counted(done.protected, "item")
                ));
            }
        }
    }
    output.result(json!(done), &text)
}
