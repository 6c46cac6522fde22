//! `review`

use super::args::Common;
use super::findings::{self, Findings};
use super::output::{Failure, Output, table};
use super::ranking::{self, Next, ProgressOf, Sample, Stop};
use super::redact::{self, CourtOrderArgs, LookThrough, PreviewArgs, Redact, Unredact};
use super::repository::{self, REFUSED};
use super::{DONE, request, review_more, search};
use crate::base::id::{FamilyId, RecordId, RequestId};
use crate::citation::{self, In};
use crate::finding::term_report;
use crate::model::item::ParsedItem;
use crate::model::record::Role;
use crate::model::review::{Decision, Determination, Ground, NotPublicClass, Privilege, ReviewDecision};
use crate::repository::Repository;
use crate::review::{self, Members, ReviewError};
use crate::text::safe;
use chrono::NaiveDate;
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
    Decide(Box<ReviewDecide>),
    /// Show a family with what is decided on each member, and what stood before
    ///
    /// Example: recordroom review family Q-1 F-7
    Family {
        /// The request, such as Q-1
        request: RequestId,
        /// The family, or an item of it
        id: String,
    },
    /// Take back the newest decision of items, or the last act of deciding; the decision before it counts again
    ///
    /// Example: recordroom review undo Q-1 --item R-12 --reason "misread"
    Undo(UndoOf),
    /// Say, as a second person, that you looked at what is kept from the requester and agree
    ///
    /// Example: recordroom --as "Elaine Hegdahl" review second Q-1
    Second {
        /// The request, such as Q-1
        request: RequestId,
        /// One item; may be given more than once (default: all that wait for it)
        #[arg(long = "item", value_name = "ITEM")]
        items: Vec<RecordId>,
    },
    /// List decisions offered on duplicates of what was decided, on messages that quote it and on what is nearly the same, or take them
    ///
    /// Example: recordroom review offers Q-1 --accept R-9 R-14
    Offers {
        /// The request, such as Q-1
        request: RequestId,
        /// Take the decision that is offered on these items
        #[arg(long, num_args = 1.., value_name = "ITEM")]
        accept: Vec<RecordId>,
    },
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
    /// Look through a folder for the words that are withheld in a review, such as a production that another program worked on
    ///
    /// Example: recordroom review look-through Q-1 /media/answer
    LookThrough(LookThrough),
    /// Record a court's order to give data that a statute closes to the other side of a lawsuit
    ///
    /// Example: recordroom review court-order Q-2 --court "District Court" --file 27-CV-25-1 --dated 2026-02-03 --releases "13.43"
    CourtOrder(CourtOrderArgs),
}

// Arguments of `review undo`.
#[derive(Debug, Args)]
pub struct UndoOf {
    /// The request, such as Q-1
    pub request: RequestId,
    /// One item; may be given more than once (default: all of the last act of deciding)
    #[arg(long = "item", value_name = "ITEM")]
    pub items: Vec<RecordId>,
    /// Why
    #[arg(long)]
    pub reason: String,
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
    /// responsive, not-responsive, withheld, partly-withheld or not-government-data
    #[arg(long)]
    pub decision: String,
    /// The legal basis, for anything withheld, such as "Minn. Stat. § 13.43, subd. 4"
    #[arg(long, default_value = "")]
    pub basis: String,
    /// How withheld data is classified: private, confidential, nonpublic or protected-nonpublic
    #[arg(long, value_name = "CLASS")]
    pub class: Option<String>,
    /// The privilege that is claimed: attorney-client, work-product or common-interest
    #[arg(long)]
    pub privilege: Option<String>,
    /// Who determined it, where the law wants a determination (Minn. Stat. §§ 13.37, 13.39)
    #[arg(long, value_name = "NAME", requires = "determination")]
    pub determined_by: Option<String>,
    /// Why it was determined, in a few words that may be told on request
    #[arg(long, value_name = "TEXT", requires = "determined_by")]
    pub determination: Option<String>,
    /// The day of the determination (default: today)
    #[arg(long, value_name = "DATE", requires = "determination")]
    pub determined_on: Option<NaiveDate>,
}

impl From<ReviewError> for Failure {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::Catalog(error) => error.into(),
            ReviewError::Repository(error) => error.into(),
            ReviewError::Request(error) => error.into(),
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
        ReviewCommand::List { request, undecided, limit } => {
            list(&mut opened, (*request, *undecided, *limit), &repository::actor(common), output)
        }
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
        ReviewCommand::Family { request, id } => review_more::family(&opened, *request, id, output),
        ReviewCommand::Undo(one) => review_more::undo(&mut opened, one, &repository::actor(common), output),
        ReviewCommand::Second { request, items } => {
            review_more::second(&mut opened, *request, items, &repository::actor(common), output)
        }
        ReviewCommand::Offers { request, accept } => {
            review_more::offers(&mut opened, *request, accept, &repository::actor(common), output)
        }
        ReviewCommand::Redact(arguments) => redact::redact(&mut opened, arguments, &repository::actor(common), output),
        ReviewCommand::Findings(arguments) => findings::run(&mut opened, arguments, &repository::actor(common), output),
        ReviewCommand::Redactions { request, item } => redact::list(&opened, *request, *item, output),
        ReviewCommand::Unredact(arguments) => {
            redact::unredact(&mut opened, arguments, &repository::actor(common), output)
        }
        ReviewCommand::LookThrough(arguments) => redact::look_through(&opened, arguments, output),
        ReviewCommand::Preview(arguments) => {
            redact::preview(&mut opened, arguments, &repository::actor(common), output)
        }
        ReviewCommand::CourtOrder(arguments) => {
            redact::court_order(&mut opened, arguments, &repository::actor(common), output)
        }
    }
}

/// What a list says of one member.
pub struct Line {
    record: RecordId,
    family: FamilyId,
    /// Its kind.
    pub kind: &'static str,
    /// When it was sent.
    pub sent: String,
    /// Who sent it.
    pub from: String,
    /// Subject, or name of the file.
    pub what: String,
    blind_copies: usize,
}

fn list(
    opened: &mut Repository,
    (id, undecided, limit): (RequestId, bool, usize),
    actor: &str,
    output: &Output,
) -> Result<u8, Failure> {
    let reading = opened.catalog().reading();
    reading.request(id)?;
    let decisions: BTreeMap<RecordId, ReviewDecision> =
        reading.decisions(id)?.into_iter().map(|one| (one.record, one)).collect();
    let (mut rows, mut items, mut count, mut blind) = (Vec::new(), Vec::new(), 0_usize, false);
    let mut shown_families = Vec::new();
    for family in reading.collected(id)? {
        let records = reading.records(family)?;
        let records: Vec<_> =
            records.into_iter().filter(|record| !undecided || !decisions.contains_key(&record.id)).collect();
        count += records.len();
        if records.is_empty() || rows.len() >= limit {
            continue;
        }
        let item = opened.facts(&reading.family(family)?)?.item;
        shown_families.push(family);
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
    crate::access::record(opened, "review list", &shown_families, actor)?;
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

/// A member as a list shows it.
pub fn line(opened: &Repository, family: FamilyId, record: &crate::catalog::RecordRow, item: &ParsedItem) -> Line {
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
            "Write responsive, not-responsive, withheld, partly-withheld or not-government-data.",
        )
    })?;
    let ground = ground(opened, arguments)?;
    let members = members(opened, id, arguments)?;
    let count = review::decide_with(opened, id, &members, (decision, &arguments.basis, &ground), actor)?;
    let open = citation::refusal(&opened.catalog().reading(), &arguments.basis, In::Basis)?;
    let offered = review::offers(opened, id)?.len();
    let undecided = review::stand(opened, id)?.undecided.len();
    let value = json!({ "request": id, "decision": decision, "items": count, "undecided": undecided, "to_confirm": open, "offers": offered });
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
    let open = open.map_or(String::new(), |message| format!("{}\n", repository::capitalised(&message)));
    let offered = match offered {
        0 => String::new(),
        1 => format!("1 item says the same as a decided one, nearly so, or quotes it: recordroom review offers {id}\n"),
        count => format!(
            "{count} items say the same as decided ones, nearly so, or quote them: recordroom review offers {id}\n"
        ),
    };
    let (are, have) = (if count == 1 { "item is" } else { "items are" }, if undecided == 1 { "has" } else { "have" });
    let text =
        format!("{count} {are} {decision} for {id}; {undecided} {have} no decision.\n{partly}{open}{offered}{next}");
    output.result(value, &text)?;
    Ok(DONE)
}

fn ground(opened: &Repository, arguments: &ReviewDecide) -> Result<Ground, Failure> {
    let wrong = |word: &str, what: &str, words: &[&str]| {
        Failure::usage(format!("{word:?} is not a {what}"), format!("Write {}.", words.join(", ")))
    };
    let class = arguments.class.as_deref().map(|word| {
        let words: Vec<&str> = NotPublicClass::ALL.iter().map(|one| one.word()).collect();
        NotPublicClass::parse(word).ok_or_else(|| wrong(word, "classification", &words))
    });
    let privilege = arguments.privilege.as_deref().map(|word| {
        let words: Vec<&str> = Privilege::ALL.iter().map(|one| one.word()).collect();
        Privilege::parse(word).ok_or_else(|| wrong(word, "privilege", &words))
    });
    let determination = match (&arguments.determined_by, &arguments.determination) {
        (Some(by), Some(reason)) => Some(Determination {
            by: by.clone(),
            on: arguments.determined_on.unwrap_or_else(|| opened.today()),
            reason: reason.clone(),
        }),
        _ => None,
    };
    Ok(Ground { class: class.transpose()?, privilege: privilege.transpose()?, determination })
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
