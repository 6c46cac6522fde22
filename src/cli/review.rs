//! `review`

use super::args::Common;
use super::findings::{self, Findings};
use super::output::{Failure, Output, table};
use super::redact::{self, CourtOrderArgs, PreviewArgs, Redact, Unredact};
use super::repository::{self, REFUSED};
use super::{DONE, request};
use crate::base::id::{FamilyId, RecordId, RequestId};
use crate::model::item::ParsedItem;
use crate::model::record::Role;
use crate::model::review::{Decision, ReviewDecision};
use crate::repository::Repository;
use crate::review::{self, Members, ReviewError};
use crate::text::safe;
use clap::{Args, Subcommand};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Steps of a review.
#[derive(Debug, Subcommand)]
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
    /// Decide on items
    ///
    /// Example: recordroom review decide Q-1 --item R-12 --decision withheld --basis "Minn. Stat. § 13.43, subd. 4"
    Decide(ReviewDecide),
    /// Leave words out of items that are given in part
    ///
    /// Example: recordroom review redact Q-1 --item R-12 --words "Jane Roe" --statute "Minn. Stat. § 13.44, subd. 1" --class
    /// confidential
    Redact(Redact),
    /// List what may not be public in the collected items, and redact what is accepted
    ///
    /// Example: recordroom review findings Q-1 --category complainant
    Findings(Findings),
    /// List the redactions of a request, without their words
    ///
    /// Example: recordroom review redactions Q-1
    Redactions {
        /// The request, such as Q-1
        request: RequestId,
        /// Only those of this item
        #[arg(long)]
        item: Option<RecordId>,
    },
    /// Take redactions back
    ///
    /// Example: recordroom review unredact Q-1 --redaction W-3 --reason "released by the complainant"
    Unredact(Unredact),
    /// Show an item as it would be given
    ///
    /// Example: recordroom review preview Q-1 R-12 --version data-subject
    Preview(PreviewArgs),
    /// Record a court's order to give data that a statute closes to the other side of a lawsuit
    ///
    /// Example: recordroom review court-order Q-2 --court "District Court" --file 27-CV-25-1 --dated 2026-02-03 --releases "13.43"
    CourtOrder(CourtOrderArgs),
}

/// Arguments of `review decide`.
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
            ReviewError::Repository(error) => error.into(),
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
        ReviewCommand::Decide(arguments) => decide(&mut opened, arguments, &repository::actor(common), output),
        ReviewCommand::Redact(arguments) => redact::redact(&mut opened, arguments, &repository::actor(common), output),
        ReviewCommand::Findings(arguments) => findings::run(&mut opened, arguments, &repository::actor(common), output),
        ReviewCommand::Redactions { request, item } => redact::list(&opened, *request, *item, output),
        ReviewCommand::Unredact(arguments) => {
            redact::unredact(&mut opened, arguments, &repository::actor(common), output)
        }
        ReviewCommand::Preview(arguments) => redact::preview(&opened, arguments, output),
        ReviewCommand::CourtOrder(arguments) => {
            redact::court_order(&mut opened, arguments, &repository::actor(common), output)
        }
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
        "Say which words are left out with: recordroom review redact\n"
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
