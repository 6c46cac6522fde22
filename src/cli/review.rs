//! `review`

use super::args::Common;
use super::output::{Failure, Output, table};
use super::ranking::{self, Next, ProgressOf, Sample, Stop};
use super::repository::{self, REFUSED};
use super::{DONE, request, search};
use crate::base::id::{FamilyId, RecordId, RequestId};
use crate::finding::term_report;
use crate::model::item::ParsedItem;
use crate::model::record::Role;
use crate::model::review::{Decision, ReviewDecision};
use crate::repository::Repository;
use crate::review::{self, Members, ReviewError};
use crate::text::safe;
use clap::{Args, Subcommand};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

// Steps of a review.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum ReviewCommand {
    /// List the collected items with their decisions
    ///
    /// Example: recordroom review list Q-1 --undecided
    List {
        /// The request, such as Q-1
        request: RequestId,
        /// Only items without a decision
        #[arg(long)]
        undecided: bool,
        /// How many items to print
        #[arg(long, default_value_t = 200)]
        limit: usize,
    },
    /// Term report over the collected items: a file with one query on each line
    ///
    /// Example: recordroom review terms Q-1 agreed-terms.txt --report terms.csv
    Terms {
        /// The request, such as Q-1
        request: RequestId,
        /// The file with the queries; empty lines and those that begin with # are left out
        file: PathBuf,
        /// Write the report to a file, as CSV where its name ends in .csv, instead of printing it
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
    /// What to read next: in an order learnt from what was decided, with the words that made it so
    ///
    /// Example: recordroom review next Q-1 --limit 10
    Next(Next),
    /// Draw a random sample: of everything before the review begins, or of what is not read
    ///
    /// Example: recordroom review sample Q-1 --kind control --size 400
    Sample(Sample),
    /// How far the review is: decided, left, found, and the rule for stopping
    ///
    /// Example: recordroom review progress Q-1 --target 80
    Progress(ProgressOf),
    /// The attorney's decision to stop before everything is read, in litigation alone
    ///
    /// Example: recordroom --as "Ann Attorney" review stop Q-1 --reason "agreed with opposing counsel on 80 percent"
    Stop(Stop),
    /// Decide on items
    ///
    /// Example: recordroom review decide Q-1 --item R-12 --decision withheld --basis "Minn. Stat. § 13.43, subd. 4"
    Decide(ReviewDecide),
}

// Arguments of `review decide`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("members").required(true))]
pub struct ReviewDecide {
    /// The request, such as Q-1
    pub request: RequestId,
    /// One item; may be given more than once
    #[arg(long = "item", value_name = "ITEM", group = "members")]
    pub items: Vec<RecordId>,
    /// Every member of a family; may be given more than once
    #[arg(long = "family", value_name = "FAMILY", group = "members")]
    pub families: Vec<FamilyId>,
    /// Every item without a decision
    #[arg(long, group = "members")]
    pub undecided: bool,
    /// Every member of the collected families that this query finds
    #[arg(long, group = "members")]
    pub query: Option<String>,
    /// responsive, not-responsive, withheld or partly-withheld
    #[arg(long)]
    pub decision: String,
    /// The legal basis, for anything withheld, such as "Minn. Stat. § 13.43, subd. 4"
    #[arg(long, default_value = "")]
    pub basis: String,
}

impl From<ReviewError> for Failure {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::Catalog(error) => error.into(),
            ReviewError::Refused(message) => {
                Self::new("refused", repository::capitalised(&message), "Nothing was decided.").with_exit(REFUSED)
            }
        }
    }
}

/// `recordroom review`
pub fn run(common: &Common, review: &ReviewCommand, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    match review {
        ReviewCommand::List { request, undecided, limit } => list(&opened, *request, *undecided, *limit, output),
        ReviewCommand::Next(next) => ranking::next(&mut opened, next, &repository::actor(common), output),
        ReviewCommand::Sample(sample) => ranking::sample(&mut opened, sample, &repository::actor(common), output),
        ReviewCommand::Progress(of) => ranking::progress_of(&opened, of, output),
        ReviewCommand::Stop(stop) => ranking::stop(&mut opened, stop, &repository::actor(common), output),
        ReviewCommand::Terms { request, file, report } => {
            opened.catalog().reading().request(*request)?;
            let collected = opened.catalog().reading().collected(*request)?;
            let made = term_report(&opened, &search::lines_of(file)?, Some(&collected))?;
            search::write_report(&opened, &made, report.as_deref(), output)
        }
        ReviewCommand::Decide(arguments) => decide(&mut opened, arguments, &repository::actor(common), output),
    }
}

/// What a list says of one member.
struct Line {
    record: RecordId,
    family: FamilyId,
    kind: &'static str,
    sent: String,
    from: String,
    what: String,
    blind_copies: usize,
}

fn list(opened: &Repository, id: RequestId, undecided: bool, limit: usize, output: &Output) -> Result<u8, Failure> {
    let reading = opened.catalog().reading();
    reading.request(id)?;
    let decisions: BTreeMap<RecordId, ReviewDecision> =
        reading.decisions(id)?.into_iter().map(|one| (one.record, one)).collect();
    let (mut rows, mut items, mut count, mut blind) = (Vec::new(), Vec::new(), 0_usize, false);
    for family in reading.collected(id)? {
        let records = reading.records(family)?;
        let records: Vec<_> =
            records.into_iter().filter(|record| !undecided || !decisions.contains_key(&record.id)).collect();
        count += records.len();
        if records.is_empty() || rows.len() >= limit {
            continue;
        }
        let item = opened.facts(&reading.family(family)?)?.item;
        for record in records.into_iter().take(limit - rows.len()) {
            let line = line(opened, family, &record, &item);
            let decided = decisions.get(&line.record);
            let (decision, basis) = decided.map_or(("", ""), |one| (one.decision.word(), one.basis.as_str()));
            blind |= line.blind_copies > 0;
            items.push(json!({
                "id": line.record, "family": line.family, "kind": line.kind, "sent_at": line.sent, "from": line.from,
                "subject": line.what, "blind_copies": line.blind_copies,
                "decision": decided.map(|one| one.decision), "basis": basis,
            }));
            let mark = if line.blind_copies > 0 { "*" } else { "" };
            let what = safe(&line.what.chars().take(60).collect::<String>());
            let cells = [line.record.to_string(), line.family.to_string(), format!("{}{mark}", line.kind), line.sent];
            let rest = [safe(&line.from), what, decision.to_owned(), safe(basis)];
            rows.push(cells.into_iter().chain(rest).collect());
        }
    }
    let head = ["item", "family", "kind", "sent", "from", "subject or file", "decision", "basis"];
    let mut text = format!("{}{count} items", table(&head, &rows));
    let shown = rows.len();
    text.push_str(&if count > shown { format!(", {shown} shown (--limit shows more)\n") } else { "\n".to_owned() });
    if blind {
        text.push_str("* has blind-copied recipients, who are shown in a production like all others.\n");
    }
    text.push_str("Read an item with: recordroom show ITEM\n");
    output.result(json!({ "request": id, "count": count, "items": items }), &text)?;
    Ok(DONE)
}

fn line(opened: &Repository, family: FamilyId, record: &crate::catalog::RecordRow, item: &ParsedItem) -> Line {
    let of = |role: Role| item.parties.iter().filter(move |party| party.role == role);
    let sent =
        item.sent_at.as_ref().map(|sent| sent.at.with_timezone(&opened.zone()).format("%Y-%m-%d %H:%M").to_string());
    let from = of(Role::From).next().map(|one| if one.name.is_empty() { &one.address } else { &one.name });
    let part = record.part.and_then(|part| item.attachments.iter().find(|one| one.part == part));
    Line {
        record: record.id,
        family,
        kind: record.kind.word(),
        sent: sent.unwrap_or_default(),
        from: from.cloned().unwrap_or_default(),
        what: part.map_or(&item.subject, |one| &one.name).clone(),
        blind_copies: if record.part.is_none() { of(Role::Bcc).count() } else { 0 },
    }
}

/// A family in one line: what it is, when, from whom and about what.
pub(super) fn outline(opened: &Repository, family: FamilyId) -> Result<String, Failure> {
    let reading = opened.catalog().reading();
    let Some(parent) = reading.records(family)?.into_iter().next() else { return Ok(String::new()) };
    let item = opened.facts(&reading.family(family)?)?.item;
    let line = line(opened, family, &parent, &item);
    let what: String = line.what.chars().take(60).collect();
    Ok(format!("{}  {}  {}  {}  {}", line.record, line.kind, line.sent, safe(&line.from), safe(&what)))
}

fn decide(opened: &mut Repository, arguments: &ReviewDecide, actor: &str, output: &Output) -> Result<u8, Failure> {
    let id = arguments.request;
    let decision = Decision::parse(&arguments.decision).ok_or_else(|| {
        Failure::usage(
            format!("{:?} is not a decision", arguments.decision),
            "Write responsive, not-responsive, withheld or partly-withheld.",
        )
    })?;
    let members = members(opened, id, arguments)?;
    let count = review::decide(opened, id, &members, decision, &arguments.basis, actor)?;
    let undecided = review::stand(opened, id)?.undecided.len();
    let value = json!({ "request": id, "decision": decision, "items": count, "undecided": undecided });
    let next = if undecided == 0 {
        format!("Next: recordroom produce {id} DIR\n")
    } else {
        format!("Next: recordroom review list {id} --undecided\n")
    };
    let partly = if decision == Decision::PartlyWithheld {
        "Parts of an item cannot be taken out yet: it has to be withheld or given whole before it can be produced.\n"
    } else {
        ""
    };
    let text = format!("{count} items are {decision} for {id}; {undecided} have no decision.\n{partly}{next}");
    output.result(value, &text)?;
    Ok(DONE)
}

fn members(opened: &Repository, id: RequestId, arguments: &ReviewDecide) -> Result<Members, Failure> {
    if let Some(query) = &arguments.query {
        let collected: BTreeSet<FamilyId> = opened.catalog().reading().collected(id)?.into_iter().collect();
        let found = request::families(opened, query)?;
        return Ok(Members::Families(found.into_iter().filter(|family| collected.contains(family)).collect()));
    }
    if !arguments.items.is_empty() {
        return Ok(Members::Records(arguments.items.clone()));
    }
    if !arguments.families.is_empty() {
        return Ok(Members::Families(arguments.families.clone()));
    }
    Ok(Members::Undecided)
}
