//! `request`

use super::DONE;
use super::args::Common;
use super::output::{Failure, Output, counted, table};
use super::repository::{self, REFUSED};
use super::request_letters::{self, DeliveredOf, Estimate, LetterOf, Letters};
use super::request_standing;
use super::request_steps::{self, AnswerChallenge, ChallengeOf, Clarified, Clarify, IdentityOf, Inspect, Paid};
use super::scope::{self, ScopeArgs};
use crate::base::id::{FamilyId, RequestId};
use crate::finding::{self, FindingError};
use crate::model::request::{DataRequest, RequestKind, RequestOutcome, RequestStatus};
use crate::query::parse;
use crate::repository::Repository;
use crate::request::{self, NewRequest, RequestError};
use crate::text::safe;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde_json::json;

// Steps of a data request.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum RequestCommand {
    /// Open a request; what it reaches is protected from destruction
    ///
    /// Example: recordroom request open --kind public --what "Everything on Ridgeview Road" --requester "Ana Torres" --query ridgeview
    Open(Box<RequestOpen>),
    /// List all requests
    ///
    /// Example: recordroom request list
    List,
    /// Show one request: due date, counts, how its review stands
    ///
    /// Example: recordroom request show Q-1
    Show {
        /// The request, such as Q-1
        request: RequestId,
    },
    /// Collect for review what the request reaches
    ///
    /// Example: recordroom request collect Q-1
    Collect {
        /// The request, such as Q-1
        request: RequestId,
        /// Collect what this query finds instead
        #[arg(long)]
        query: Option<String>,
    },
    /// Narrow what a request protects, from its whole custodians and dates to what it asks for
    ///
    /// Example: recordroom request narrow Q-1 --reason "the search words were agreed with the requester"
    Narrow(Decided),
    /// Make a request a standing one, answered again and again
    ///
    /// Example: recordroom request standing Q-1 --every 30
    Standing {
        /// The request, such as Q-1
        request: RequestId,
        /// Days of a cycle
        #[arg(long, value_name = "DAYS")]
        every: u32,
    },
    /// Say that the present cycle of a standing request was delivered, or had nothing to deliver
    ///
    /// Example: recordroom request cycle Q-1 --reason "supplement 3 sent"
    Cycle(Decided),
    /// Record that the requester confirmed a standing request, as is asked every year
    ///
    /// Example: recordroom request reconfirm Q-1 --reason "by e-mail of 3 March"
    Reconfirm(Decided),
    /// Close a request; what it reached stays protected for the days that the profile says
    ///
    /// Example: recordroom request close Q-1 --reason "delivered on 2 July"
    Close {
        /// The request, such as Q-1
        request: RequestId,
        /// Why
        #[arg(long)]
        reason: String,
        /// How it ended (default: what its decisions and productions tell): granted, granted-in-part, denied, no-data,
        /// inspected, shown-before, withdrawn, abandoned, referred
        #[arg(long)]
        outcome: Option<String>,
    },
    /// Open a closed request again; what it reaches is protected again
    ///
    /// Example: recordroom request reopen Q-1 --reason "the requester asked for the attachments"
    Reopen(Decided),
    /// Record how the identity of a subject of data was checked, and the standing of a parent or guardian
    ///
    /// Example: recordroom request identity Q-2 --how "driver's license seen at the counter"
    Identity(IdentityOf),
    /// Record a question to the requester; it stops no clock
    ///
    /// Example: recordroom request clarify Q-1 --question "Which of the two Ridgeview projects do you mean?"
    Clarify(Clarify),
    /// Record what the requester answered
    ///
    /// Example: recordroom request clarified Q-1 --answer "the road, not the park"
    Clarified(Clarified),
    /// Record that the subject of data challenges its accuracy; the answer is due in 30 days
    ///
    /// Example: recordroom request challenge Q-2 --what "the date in the complaint of May"
    Challenge(ChallengeOf),
    /// Record the answer to a challenge of accuracy
    ///
    /// Example: recordroom request answer-challenge Q-2 --corrected --reason "date corrected, the county told"
    AnswerChallenge(AnswerChallenge),
    /// Record that the requester looked at the data, supervised or not; it is free
    ///
    /// Example: recordroom request inspect Q-1 --on 2026-03-04 --supervised-by "Maren Olstad"
    Inspect(Inspect),
    /// Compute what copies cost, line by line with the law, and record it
    ///
    /// Example: recordroom request estimate Q-1 --pages 140 --search 90 --copying 20 --hourly 28.50 --prepay
    Estimate(Box<Estimate>),
    /// Record a payment
    ///
    /// Example: recordroom request paid Q-1 --amount 52.25 --how "check 1142"
    Paid(Paid),
    /// Write a letter as text and PDF, and keep it sealed
    ///
    /// Example: recordroom request letter Q-1 acknowledgement --address "12 Mill Street, Cedar Bend" --into letters
    Letter(LetterOf),
    /// List the letters of a request, or write one out again
    ///
    /// Example: recordroom request letters Q-1 --number 2
    Letters(Letters),
    /// Copy the templates of the letters into the repository, to be edited there
    ///
    /// Example: recordroom request templates
    Templates,
    /// Everything that was done about a request, who did it and when
    ///
    /// Example: recordroom request log Q-1
    Log {
        /// The request, such as Q-1
        request: RequestId,
    },
    /// What was delivered to whom, also after the records themselves are gone
    ///
    /// Example: recordroom request delivered Q-1
    Delivered(DeliveredOf),
}

// A decision on a request, with its reason.
#[derive(Debug, Args)]
pub struct Decided {
    /// The request, such as Q-1
    pub request: RequestId,
    /// Why, or how
    #[arg(long)]
    pub reason: String,
}

// Arguments of `request open`.
#[derive(Debug, Args)]
pub struct RequestOpen {
    /// public, data-subject, standing, summary-data, litigation, subpoena, audit or investigation: the kind decides the
    /// clock
    #[arg(long, value_name = "KIND")]
    pub kind: String,
    /// What was asked for, in the requester's words
    #[arg(long, value_name = "TEXT")]
    pub what: String,
    /// Who asks; a request for public data may be anonymous
    #[arg(long, value_name = "NAME", default_value = "")]
    pub requester: String,
    /// The day it was received (default: today)
    #[arg(long, value_name = "DATE")]
    pub received: Option<NaiveDate>,
    /// Days for the answer that a demand, order, subpoena or audit sets
    #[arg(long, value_name = "DAYS")]
    pub days: Option<u32>,
    /// Days of a cycle of a standing request
    #[arg(long, value_name = "DAYS")]
    pub every: Option<u32>,
    /// What it reaches.
    #[command(flatten)]
    pub scope: ScopeArgs,
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Catalog(error) => error.into(),
            RequestError::Refused(message) => {
                Self::new("refused", repository::capitalised(&message), "Nothing was changed.").with_exit(REFUSED)
            }
            RequestError::Letter(error) => error.into(),
            error => Self::new("request", repository::capitalised(&error.to_string()), "Nothing was changed."),
        }
    }
}

/// `recordroom request`
pub fn run(common: &Common, request: &RequestCommand, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    let actor = repository::actor(common);
    match request {
        RequestCommand::Open(arguments) => open(&mut opened, arguments, &actor, output),
        RequestCommand::List => list(&opened, output),
        RequestCommand::Show { request } => show(&opened, *request, output),
        RequestCommand::Collect { request, query } => collect(&mut opened, *request, query.as_deref(), &actor, output),
        RequestCommand::Narrow(one) => request_standing::narrow(&mut opened, one, &actor, output),
        RequestCommand::Standing { request, every } => {
            request_standing::begin(&mut opened, *request, *every, &actor, output)
        }
        RequestCommand::Cycle(one) => request_standing::delivered(&mut opened, one, &actor, output),
        RequestCommand::Reconfirm(one) => request_standing::reconfirm(&mut opened, one, &actor, output),
        RequestCommand::Close { request, reason, outcome } => {
            close(&mut opened, *request, outcome.as_deref(), reason, &actor, output)
        }
        RequestCommand::Reopen(one) => request_steps::reopen(&mut opened, one.request, &one.reason, &actor, output),
        RequestCommand::Identity(one) => request_steps::identity(&mut opened, one, &actor, output),
        RequestCommand::Clarify(one) => request_steps::clarify(&mut opened, one, &actor, output),
        RequestCommand::Clarified(one) => request_steps::clarified(&mut opened, one, &actor, output),
        RequestCommand::Challenge(one) => request_steps::challenge(&mut opened, one, &actor, output),
        RequestCommand::AnswerChallenge(one) => request_steps::answer_challenge(&mut opened, one, &actor, output),
        RequestCommand::Inspect(one) => request_steps::inspect(&mut opened, one, &actor, output),
        RequestCommand::Paid(one) => request_steps::paid(&mut opened, one, &actor, output),
        RequestCommand::Estimate(one) => request_letters::estimate(&mut opened, one, &actor, output),
        RequestCommand::Letter(one) => request_letters::letter(&mut opened, one, &actor, output),
        RequestCommand::Letters(one) => request_letters::letters(&opened, one, output),
        RequestCommand::Templates => request_letters::templates(&opened, output),
        RequestCommand::Log { request } => request_letters::log(&opened, *request, output),
        RequestCommand::Delivered(one) => request_letters::delivered(&opened, one, output),
    }
}

/// The families that a query finds.
pub fn families(opened: &Repository, query: &str) -> Result<Vec<FamilyId>, Failure> {
    let tree = parse(query).map_err(FindingError::from)?;
    Ok(finding::families(opened, &tree)?)
}

/// What a query may have missed: items that cannot be searched, and items that are not in the index yet.
fn missed(opened: &Repository, query: Option<&str>) -> Result<(u64, u64), Failure> {
    let found = query.map(|query| finding::search(opened, query, 1)).transpose()?;
    Ok(found.map_or((0, 0), |found| (found.not_searchable, found.not_indexed)))
}

fn open(opened: &mut Repository, arguments: &RequestOpen, actor: &str, output: &Output) -> Result<u8, Failure> {
    let kind = RequestKind::parse(&arguments.kind).ok_or_else(|| {
        Failure::usage(
            format!("{:?} is not a kind of request", arguments.kind),
            "Write public, data-subject, standing, summary-data, litigation, subpoena, audit or investigation.",
        )
    })?;
    if (kind == RequestKind::Standing) != arguments.every.is_some() {
        let message = "A standing request says every how many days it is answered, and no other request does";
        return Err(Failure::usage(message, "Write for example: --kind standing --every 30"));
    }
    let scope = arguments.scope.scope(opened)?;
    let new = NewRequest {
        kind,
        requester: arguments.requester.clone(),
        description: arguments.what.clone(),
        received_on: arguments.received,
        litigation_days: arguments.days,
        scope,
    };
    let request = request::open(opened, new, actor)?;
    if let Some(days) = arguments.every {
        request::make_standing(opened, request.id, days, actor)?;
    }
    let value = json!({ "request": request.id, "due_on": request.due.on, "due_basis": request.due.basis });
    let wider = opened.catalog().reading().whole_scope(request.id, opened.today())?;
    let whole = wider.as_ref().map(|scope| scope::told(opened, scope)).transpose()?;
    let reach = if let Some(whole) = &whole {
        &format!(
            "Until somebody has decided what is meant, it protects more than it asks for: {whole}. Narrow that, with the \
             reason: recordroom request narrow {} --reason TEXT",
            request.id
        )
    } else if arguments.scope.is_empty() {
        "Nothing narrows it, so everything in the repository is protected from destruction while it is open. If less is \
         meant, close it and open it again with --custodian, --party, --from, --to, --query or --item."
    } else {
        "What it reaches is protected from destruction while it is open."
    };
    let more = request_steps::on_opening(opened, &request)?;
    let text = format!(
        "Opened {}. The answer is due on {}: {}.\n{more}{reach}\n\
         Next: recordroom request collect {}\n",
        request.id,
        request.due.on,
        safe(request.due.basis.trim_end_matches('.')),
        request.id
    );
    output.result(value, &text)?;
    Ok(DONE)
}

fn list(opened: &Repository, output: &Output) -> Result<u8, Failure> {
    let requests = opened.catalog().reading().requests()?;
    let rows: Vec<Vec<String>> = requests
        .iter()
        .map(|one| {
            let (received, due) = (one.received_on.to_string(), one.due.on.to_string());
            let what = safe(&one.description.chars().take(60).collect::<String>());
            vec![one.id.to_string(), one.kind.to_string(), one.status.to_string(), received, due, what]
        })
        .collect();
    let head = ["request", "kind", "status", "received", "due", "asked for"];
    let text = if rows.is_empty() {
        "There is no request. Open one with: recordroom request open\n".to_owned()
    } else {
        table(&head, &rows)
    };
    output.result(json!({ "requests": requests.iter().map(shape).collect::<Vec<_>>() }), &text)?;
    Ok(DONE)
}

fn shape(request: &DataRequest) -> serde_json::Value {
    json!({
        "request": request.id, "kind": request.kind, "status": request.status, "requester": request.requester,
        "what": request.description, "received_on": request.received_on, "due_on": request.due.on,
        "due_basis": request.due.basis, "scope": request.scope,
    })
}

fn show(opened: &Repository, id: RequestId, output: &Output) -> Result<u8, Failure> {
    let reading = opened.catalog().reading();
    let request = reading.request(id)?;
    let collected = reading.collected(id)?.len();
    let standing = crate::review::stand(opened, id)?;
    let productions = reading.productions_of(id)?;
    let left = not_collected(opened, id)?;
    let mut value = shape(&request);
    if let Some(object) = value.as_object_mut() {
        object.insert("families".to_owned(), json!(collected));
        object.insert("not_collected".to_owned(), json!(left));
        object.insert("decided".to_owned(), json!(standing.decided));
        object.insert("undecided".to_owned(), json!(standing.undecided.len()));
        let numbers: Vec<_> = productions.iter().map(|one| one.0).collect();
        object.insert("productions".to_owned(), json!(numbers));
    }
    let who = if request.requester.is_empty() { "somebody who gave no name" } else { &request.requester };
    let mut text = format!(
        "{id} ({}, {})\nAsked by    {}\nAsked for   {}\nReceived    {}\nDue         {}: {}\nReaches     {}\nCollected   {collected} \
         messages, texts and calls with their attachments\n",
        request.kind,
        request.status,
        safe(who),
        safe(&request.description),
        request.received_on,
        request.due.on,
        safe(&request.due.basis),
        scope::told(opened, &request.scope)?,
    );
    if let Some(whole) = reading.whole_scope(id, opened.today())?.filter(|_| request.status != RequestStatus::Closed) {
        text.push_str(&format!("Protects    {}, until it is narrowed\n", scope::told(opened, &whole)?));
        value["protects"] = json!(whole);
    }
    let (further, line) = super::file::further(opened, &request.scope)?;
    value["further_places"] = further;
    text.push_str(&line);
    if let Some(cycle) = reading.cycle(id)? {
        text.push_str(&format!("Standing    every {} days, this cycle since {}\n", cycle.days, cycle.from));
        value["cycle"] = json!(cycle);
    }
    let (steps, lines) = request_steps::so_far(opened, id)?;
    text.push_str(&lines);
    value["progress"] = steps;
    for (decision, count) in &standing.decided {
        text.push_str(&format!("{count:>8}  {decision}\n"));
    }
    text.push_str(&format!("{:>8}  without a decision\n", standing.undecided.len()));
    for (production, prefix, first, last) in &productions {
        text.push_str(&format!("Produced    {production}: {prefix}{first:08} to {prefix}{last:08}\n"));
    }
    if request.status != RequestStatus::Closed {
        text.push_str(&left_out(id, left));
    }
    text.push_str(&match request.status {
        RequestStatus::Produced => format!("Next, once it is delivered: recordroom request close {id} --reason TEXT\n"),
        RequestStatus::Closed => String::new(),
        _ => next_step(id, collected, standing.undecided.len()),
    });
    output.result(value, &text)?;
    Ok(DONE)
}

/// What the request reaches and nobody collected: it came in later, or a query left it out.
pub fn not_collected(opened: &Repository, id: RequestId) -> Result<usize, Failure> {
    Ok(crate::production::not_collected(&opened.catalog().reading(), id)? as usize)
}

/// The sentence for what was not collected, or nothing.
pub fn left_out(id: RequestId, count: usize) -> String {
    if count == 0 {
        return String::new();
    }
    format!(
        "{count} more messages, texts and calls are within its reach and not collected: recordroom request collect {id}\n"
    )
}

fn next_step(id: RequestId, collected: usize, undecided: usize) -> String {
    match (collected, undecided) {
        (0, _) => format!("Next: recordroom request collect {id}\n"),
        (_, 0) => format!("Next: recordroom produce {id} DIR\n"),
        _ => format!("Next: recordroom review list {id} --undecided\n"),
    }
}

fn collect(
    opened: &mut Repository,
    id: RequestId,
    query: Option<&str>,
    actor: &str,
    output: &Output,
) -> Result<u8, Failure> {
    let found = query.map(|query| families(opened, query)).transpose()?;
    let collected = request::collect(opened, id, found.as_deref(), actor)?;
    let undecided = crate::review::stand(opened, id)?.undecided.len();
    let (not_searchable, not_indexed) = missed(opened, query)?;
    let value = json!({
        "request": id, "families": collected.families, "added": collected.added, "undecided": undecided,
        "not_searchable": not_searchable, "not_indexed": not_indexed, "set_aside": collected.set_aside,
    });
    let mut told = String::new();
    if not_searchable > 0 {
        told.push_str(&format!(
            "{not_searchable} more could be meant and cannot be searched, or only in part; collect them as well with: \
             recordroom request collect {id} --query is:unsearchable\n"
        ));
    }
    if collected.set_aside > 0 {
        told.push_str(&format!(
            "{} that {id} reaches came from personal devices and have to be sorted first (recordroom screen list); collect \
             again then.\n",
            counted(collected.set_aside, "item")
        ));
    }
    if not_indexed > 0 {
        told.push_str(&format!("{not_indexed} items are not in the index yet; collect again once they are.\n"));
    }
    let text = format!(
        "{} messages, texts and calls are collected for {id}, {} of them new; {undecided} items have no decision.\n{told}{}",
        collected.families,
        collected.added,
        next_step(id, collected.families as usize, undecided)
    );
    output.result(value, &text)?;
    Ok(DONE)
}

fn close(
    opened: &mut Repository,
    id: RequestId,
    outcome: Option<&str>,
    reason: &str,
    actor: &str,
    output: &Output,
) -> Result<u8, Failure> {
    let outcome = outcome.map(|word| {
        RequestOutcome::parse(word).ok_or_else(|| {
            let words: Vec<&str> = RequestOutcome::ALL.iter().map(|one| one.word()).collect();
            Failure::usage(format!("{word:?} is not an outcome"), format!("Write one of {}.", words.join(", ")))
        })
    });
    let (until, outcome) = request::close_as(opened, id, outcome.transpose()?, reason, actor)?;
    let value = json!({ "request": id, "protected_until": until, "outcome": outcome });
    let text = format!("Closed {id} ({outcome}). What it reached stays protected until {until}.\n");
    output.result(value, &text)?;
    Ok(DONE)
}
