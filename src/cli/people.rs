//! `people`: the directory of parties.

use super::output::{Failure, Output, counted, table};
use super::{DONE, args::Common, conversation, repository};
use crate::base::id::RequestId;
use crate::grouping::{by_domain, by_person, traffic_table};
use crate::people::{AliasKind, Directory, Known, PeopleError, Person, merge, split};
use crate::repository::Repository;
use crate::text::safe;
use clap::{Args, Subcommand};
use serde_json::json;

// The directory is read from the sealed items each time; nothing of it is stored.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum PeopleCommand {
    /// Everybody, or those whom a word names
    ///
    /// Example: recordroom people list smith
    List(List),
    /// One entry: its addresses and numbers, names and groups, each with the items that tell it
    ///
    /// Example: recordroom people show "(763) 555-0142"
    Show(Show),
    /// Who wrote how often: by person, or by mail domain
    ///
    /// Example: recordroom people report --by domain --request Q-1
    Report(Report),
    /// Say that two entries are one person
    ///
    /// Example: recordroom people merge lee@mill.example "(763) 555-0142" --reason "she gave both numbers to the clerk"
    Merge(Merge),
    /// Say that an address or number is not this person's
    ///
    /// Example: recordroom people split 3fa9c1d207 "(763) 555-0142" --reason "the number was given to somebody else"
    Split(Split),
}

// Arguments of `people list`.
#[derive(Debug, Args)]
pub struct List {
    /// An address, a number, or a part of a name
    pub wanted: Option<String>,
    /// How many to print
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
}

// Arguments of `people show`.
#[derive(Debug, Args)]
pub struct Show {
    /// An address, a number, a name, or the handle that the list prints
    pub person: String,
}

// Arguments of `people report`.
#[derive(Debug, Args)]
pub struct Report {
    /// person or domain
    #[arg(long, default_value = "person")]
    pub by: String,
    /// Among what was collected for a request, such as Q-1
    #[arg(long, conflicts_with = "query")]
    pub request: Option<RequestId>,
    /// Among what a query finds
    #[arg(long)]
    pub query: Option<String>,
    /// How many to print
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
    /// Write a CSV table of all of them to standard output
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}

// Arguments of `people merge`.
#[derive(Debug, Args)]
pub struct Merge {
    /// The one entry
    pub one: String,
    /// The other
    pub other: String,
    /// How you know, without names
    #[arg(long)]
    pub reason: String,
}

// Arguments of `people split`.
#[derive(Debug, Args)]
pub struct Split {
    /// The entry
    pub person: String,
    /// The address or number that is somebody else's
    pub alias: String,
    /// How you know, without names
    #[arg(long)]
    pub reason: String,
}

impl From<PeopleError> for Failure {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Repository(error) => error.into(),
            PeopleError::Catalog(error) => error.into(),
            PeopleError::Refused { message, hint } => Self::usage(repository::capitalised(&message), hint),
        }
    }
}

/// `recordroom people`
pub fn run(common: &Common, command: &PeopleCommand, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    let actor = repository::actor(common);
    match command {
        PeopleCommand::List(list) => listed(&Directory::read(&opened)?, list, output)?,
        PeopleCommand::Show(show) => {
            let directory = Directory::read(&opened)?;
            shown(&directory, directory.only(&show.person)?, output)?;
        }
        PeopleCommand::Report(arguments) => report(&opened, arguments, output)?,
        PeopleCommand::Merge(two) => {
            merge(&mut opened, &two.one, &two.other, &two.reason, &actor)?;
            let directory = Directory::read(&opened)?;
            shown(&directory, directory.only(&two.one)?, output)?;
        }
        PeopleCommand::Split(one) => {
            split(&mut opened, &one.person, &one.alias, &one.reason, &actor)?;
            let directory = Directory::read(&opened)?;
            shown(&directory, directory.only(&one.alias)?, output)?;
        }
    }
    Ok(DONE)
}

fn report(opened: &Repository, arguments: &Report, output: &Output) -> Result<(), Failure> {
    let among = conversation::among(opened, arguments.request, arguments.query.as_deref())?;
    let mut traffic = match arguments.by.as_str() {
        "person" => by_person(opened, among.as_deref())?,
        "domain" => by_domain(opened, among.as_deref())?,
        other => return Err(Failure::usage(format!("{other:?} is no report"), "Write --by person or --by domain.")),
    };
    if arguments.csv {
        return output.bytes(traffic_table(&traffic, "Traffic").to_csv().as_bytes());
    }
    let value = json!(traffic);
    let all = traffic.lines.len();
    traffic.lines.truncate(arguments.limit);
    // On the screen the first address is enough; the CSV table and the JSON have them all.
    for line in &mut traffic.lines {
        let more = line.aliases.len().saturating_sub(1);
        line.aliases.truncate(1);
        line.aliases.iter_mut().filter(|_| more > 0).for_each(|one| one.push_str(&format!(" and {more} more")));
    }
    let shown = traffic.lines.len();
    let mut text = traffic_table(&traffic, "Traffic").to_text();
    let more = if all > shown { format!(", {shown} shown (--limit shows more)") } else { String::new() };
    let noun = if arguments.by == "domain" { "domain" } else { "entry" };
    text.push_str(&format!("{} in {}{more}\n", counted(all as u64, noun), counted(traffic.families, "family")));
    if traffic.set_aside > 0 {
        let items = counted(traffic.set_aside, "item");
        text.push_str(&format!("{items} from personal devices left out: recordroom screen list\n"));
    }
    if traffic.unreadable > 0 {
        text.push_str(&format!("{} cannot be read: recordroom verify\n", counted(traffic.unreadable, "item")));
    }
    output.result(value, &text)
}

fn left_out(directory: &Directory) -> String {
    let mut text = String::new();
    if directory.set_aside > 0 {
        let items = counted(directory.set_aside, "item");
        text.push_str(&format!("{items} from personal devices left out: recordroom screen list\n"));
    }
    if directory.unreadable > 0 {
        text.push_str(&format!("{} cannot be read: recordroom verify\n", counted(directory.unreadable, "item")));
    }
    text
}

fn listed(directory: &Directory, list: &List, output: &Output) -> Result<(), Failure> {
    let found: Vec<&Person> = match &list.wanted {
        Some(wanted) => directory.find(wanted),
        None => directory.people.iter().collect(),
    };
    let rows: Vec<Vec<String>> = found
        .iter()
        .take(list.limit)
        .map(|one| {
            let aliases: Vec<&str> = one.aliases.iter().map(|known| known.alias.as_str()).collect();
            let name = safe(one.name().unwrap_or(""));
            vec![one.handle.clone(), one.items().to_string(), name, safe(&aliases.join(", "))]
        })
        .collect();
    let mut text = table(&["handle", "items", "name", "addresses and numbers"], &rows);
    let (all, printed) = (found.len() as u64, rows.len());
    let more = if all > printed as u64 { format!(", {printed} shown (--limit shows more)") } else { String::new() };
    text.push_str(&format!("{}{more}\n{}", counted(all, "entry"), left_out(directory)));
    let people: Vec<&Person> = found.into_iter().take(list.limit).collect();
    let value = json!({
        "count": all, "people": people, "set_aside": directory.set_aside, "unreadable": directory.unreadable,
    });
    output.result(value, &text)
}

fn shown(directory: &Directory, person: &Person, output: &Output) -> Result<(), Failure> {
    let circles: Vec<_> = directory
        .circles
        .iter()
        .filter(|circle| circle.members.iter().any(|member| person.aliases.iter().any(|known| known.alias == *member)))
        .collect();
    let mut text = format!("{}  {}\n", person.handle, safe(person.name().unwrap_or("no name is told")));
    if let Some(custodian) = &person.custodian {
        text.push_str(&format!("    the custodian {}, as the agency profile says\n", safe(custodian)));
    }
    person.aliases.iter().for_each(|known| text.push_str(&told(known)));
    for circle in &circles {
        let (members, items) = (safe(&circle.members.join(", ")), counted(circle.items, "item"));
        text.push_str(&format!("In a group with {members}: {items}{}\n", sources(&circle.sources)));
    }
    text.push_str(&left_out(directory));
    output.result(json!({ "person": person, "groups": circles, "set_aside": directory.set_aside }), &text)
}

fn told(known: &Known) -> String {
    let kind = match known.kind {
        AliasKind::Address | AliasKind::Number => "",
        AliasKind::Other => " (as written; no full number or address)",
        AliasKind::Name => " (a name without an address)",
    };
    let profile = if known.in_profile { ", in the agency profile" } else { "" };
    let mut text =
        format!("{}{kind}: {}{profile}{}\n", safe(&known.alias), counted(known.items, "item"), sources(&known.sources));
    for written in &known.written {
        text.push_str(&format!("    written {}\n", safe(written)));
    }
    for (name, by) in &known.names {
        let card = if by.by_card { ", a contact card among them" } else { "" };
        text.push_str(&format!(
            "    called {} by {}{card}{}\n",
            safe(name),
            counted(by.items, "item"),
            sources(&by.sources)
        ));
    }
    for (other, card) in &known.on_cards_with {
        text.push_str(&format!("    the contact card {card} also lists {}; nobody has confirmed it\n", safe(other)));
    }
    text
}

fn sources(all: &[crate::base::id::FamilyId]) -> String {
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    if all.is_empty() { String::new() } else { format!(" ({})", all.join(" ")) }
}
