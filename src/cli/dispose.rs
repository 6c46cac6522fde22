//! `dispose`: plan, approve by somebody else, run, certificate.

use super::output::{Failure, Output, TerminalMonitor, table};
use super::repository::REFUSED;
use super::{DONE, args::Common, repository};
use crate::base::id::PlanId;
use crate::disposition::{self, Breaker, DispositionError};
use crate::model::disposition::DispositionPlan;
use crate::repository::{Repository, RepositoryError};
use crate::retention::RetentionError;
use crate::text::safe;
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

/// Items of a plan that the text lists; JSON has them all.
const ITEMS_SHOWN: usize = 20;
/// Bytes of the longest passphrase file that is read.
const PASSPHRASE_BYTES: u64 = 4_096;

// Destruction: planned, approved by somebody else, run, certified.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum DisposeCommand {
    /// List everything that is due, and what is held back and why; destroys nothing
    ///
    /// Example: recordroom --as "Priya Raman" dispose plan
    Plan(PlanBy),
    /// Every plan
    ///
    /// Example: recordroom dispose list
    List,
    /// One plan: what it would destroy, under which rule, and why
    ///
    /// Example: recordroom dispose show D-1
    Show(Which),
    /// Register a person who may approve plans, with a passphrase of their own
    ///
    /// Example: recordroom dispose register "Tom Halvorsen"
    Register(Register),
    /// Approve a plan that somebody else made
    ///
    /// Example: recordroom --as "Tom Halvorsen" dispose approve D-1
    Approve(Approve),
    /// The circuit breakers as they stand for a plan
    ///
    /// Example: recordroom dispose breakers D-1
    Breakers(Which),
    /// Let one plan past a breaker that tripped, as a person who may approve and did not make the plan
    ///
    /// Example: recordroom --as "Tom Halvorsen" dispose override D-1 share --reason "first year of texts, list read"
    Override(Override),
    /// Stop all destruction until it is resumed
    ///
    /// Example: recordroom --as "Priya Raman" dispose stop --reason "letter from the state auditor"
    Stop(Why),
    /// Take the stop back
    ///
    /// Example: recordroom --as "Priya Raman" dispose resume --reason "the auditor is done"
    Resume(Why),
    /// Withdraw a plan that has destroyed nothing: it is never run
    ///
    /// Example: recordroom dispose withdraw D-1 --reason "the schedule changed since"
    Withdraw(Withdraw),
    /// Run an approved plan: every item is looked at again, then destroyed for good
    ///
    /// Example: recordroom dispose run D-1
    Run(Which),
}

// Arguments of `dispose plan`.
#[derive(Debug, Args)]
pub struct PlanBy {
    /// How the passphrase of a registered person is read; outside exercises only such a plan can be approved.
    #[command(flatten)]
    pub passphrase: Passphrase,
}

// One plan.
#[derive(Debug, Args)]
pub struct Which {
    /// The plan, such as D-1
    pub plan: PlanId,
}

// Arguments of `dispose register`.
#[derive(Debug, Args)]
pub struct Register {
    /// The person's name
    pub name: String,
    /// How the passphrase is read.
    #[command(flatten)]
    pub passphrase: Passphrase,
}

// Arguments of `dispose approve`.
#[derive(Debug, Args)]
pub struct Approve {
    /// The plan, such as D-1
    pub plan: PlanId,
    /// How the passphrase is read.
    #[command(flatten)]
    pub passphrase: Passphrase,
}

// Arguments of `dispose override`.
#[derive(Debug, Args)]
pub struct Override {
    /// The plan, such as D-1
    pub plan: PlanId,
    /// share, history, clock, recent-change or backup-age
    pub breaker: String,
    /// Why the plan is right all the same, in a few words
    #[arg(long)]
    pub reason: String,
    /// How the passphrase is read.
    #[command(flatten)]
    pub passphrase: Passphrase,
}

// Arguments of `dispose withdraw`.
#[derive(Debug, Args)]
pub struct Withdraw {
    /// The plan, such as D-1
    pub plan: PlanId,
    /// Why, in a few words
    #[arg(long)]
    pub reason: String,
}

// A reason.
#[derive(Debug, Args)]
pub struct Why {
    /// Why, in a few words
    #[arg(long)]
    pub reason: String,
}

// Where a passphrase comes from.
#[derive(Debug, Args)]
pub struct Passphrase {
    /// A file whose first line is the passphrase (default: it is asked for on standard input)
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

impl From<DispositionError> for Failure {
    fn from(error: DispositionError) -> Self {
        match error {
            DispositionError::Repository(error) => error.into(),
            DispositionError::Catalog(error) => error.into(),
            DispositionError::Retention(error) => error.into(),
            DispositionError::Protection(error) => error.into(),
            DispositionError::Stopped => Self::new(
                "stopped",
                repository::capitalised(&error.to_string()),
                "Run the same command again to go on.",
            ),
            DispositionError::Refused(message) => {
                let hint = "Nothing was changed or destroyed.";
                Self::new("refused", repository::capitalised(&message), hint).with_exit(REFUSED)
            }
            error @ (DispositionError::Changed { .. } | DispositionError::Unreadable { .. }) => {
                let message = repository::capitalised(&error.to_string());
                Self::new(
                    "changed",
                    message,
                    "Nothing was destroyed. Make a new plan, and find out who changed this one.",
                )
                .with_exit(repository::INTEGRITY)
            }
        }
    }
}

impl From<RetentionError> for Failure {
    fn from(error: RetentionError) -> Self {
        match error {
            RetentionError::Repository(error) => error.into(),
            RetentionError::Catalog(error) => error.into(),
            RetentionError::EditionChanged { .. } => Self::new(
                "schedule-changed",
                repository::capitalised(&error.to_string()),
                "Put the frozen copy back from a backup, or adopt the edition again.",
            )
            .with_exit(repository::INTEGRITY),
            RetentionError::Incomplete(_) => {
                Self::usage(repository::capitalised(&error.to_string()), "Nothing was recorded.")
            }
            error @ RetentionError::Schedule { .. } => {
                let hint = "Correct that line, and check the file with: recordroom schedule check FILE";
                Self::new("schedule", repository::capitalised(&error.to_string()), hint)
            }
            error @ RetentionError::Gone { .. } => {
                Self::new("gone", repository::capitalised(&error.to_string()), "").with_exit(REFUSED)
            }
            error @ (RetentionError::NoMatter { .. } | RetentionError::NotRecorded { .. }) => {
                let hint = "See what there is: recordroom event list, or: recordroom event matters";
                Self::new("not-found", repository::capitalised(&error.to_string()), hint)
            }
            error @ RetentionError::NeedsReceipt => {
                let hint = "Write it out with: recordroom file export FOLDER, and give the receipt back with: recordroom file \
                            receipt";
                Self::new("needs-receipt", repository::capitalised(&error.to_string()), hint).with_exit(REFUSED)
            }
            error @ RetentionError::KeyTaken { .. } => Self::new(
                "key-taken",
                repository::capitalised(&error.to_string()),
                "Plans and certificates name the adopted text. Give the new edition its own key and adopt that.",
            )
            .with_exit(REFUSED),
        }
    }
}

/// `recordroom dispose`
pub fn run(common: &Common, command: &DisposeCommand, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    let actor = repository::actor(common);
    match command {
        DisposeCommand::Plan(by) => plan(&mut opened, by, &actor, output),
        DisposeCommand::List => list(&opened, output),
        DisposeCommand::Show(which) => show(&opened, which.plan, output),
        DisposeCommand::Register(register) => {
            let passphrase = read_passphrase(&register.passphrase, &register.name, true)?;
            disposition::register_approver(&mut opened, &register.name, &passphrase, &actor)?;
            let text = format!(
                "{} may approve plans from now on, with this passphrase. It is kept nowhere: whoever forgets it \
                 registers anew under another name.",
                register.name
            );
            output.result(json!({ "registered": register.name }), &text)?;
            Ok(DONE)
        }
        DisposeCommand::Approve(approve) => {
            let registered = opened.catalog().reading().approver(&actor)?.is_some();
            let passphrase = if registered { Some(read_passphrase(&approve.passphrase, &actor, false)?) } else { None };
            disposition::approve(&mut opened, approve.plan, &actor, passphrase.as_deref())?;
            let text =
                format!("{} is approved by {actor}. Next: recordroom dispose run {}", approve.plan, approve.plan);
            output.result(json!({ "plan": approve.plan, "approved_by": actor }), &text)?;
            Ok(DONE)
        }
        DisposeCommand::Breakers(which) => breakers(&opened, which.plan, output),
        DisposeCommand::Override(what) => let_past(&mut opened, what, &actor, output),
        DisposeCommand::Stop(why) => {
            disposition::stop(&mut opened, &why.reason, &actor)?;
            let text = "All destruction is stopped. What runs stops before its next batch; what was decided and not \
                        finished waits. Take it back with: recordroom dispose resume --reason \"...\"";
            output.result(json!({ "stopped": true }), text)?;
            Ok(DONE)
        }
        DisposeCommand::Resume(why) => {
            disposition::resume(&mut opened, &why.reason, &actor)?;
            output.result(json!({ "stopped": false }), "Destruction is resumed. Nothing was destroyed by it.")?;
            Ok(DONE)
        }
        DisposeCommand::Withdraw(one) => {
            disposition::withdraw(&mut opened, one.plan, &one.reason, &actor)?;
            let text = format!("{} is withdrawn. It stays to be read, and is never run.\n", one.plan);
            output.result(json!({ "plan": one.plan, "state": "withdrawn" }), &text)?;
            Ok(DONE)
        }
        DisposeCommand::Run(which) => execute(&mut opened, which.plan, &actor, output),
    }
}

/// `recordroom purge`: the same as `dispose run`.
pub fn purge(common: &Common, which: &Which, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    execute(&mut opened, which.plan, &repository::actor(common), output)
}

fn plan(opened: &mut Repository, by: &PlanBy, actor: &str, output: &Output) -> Result<u8, Failure> {
    // In an exercise a name is enough, as it is for an approval by somebody who is not registered.
    let registered = opened.catalog().reading().approver(actor)?.is_some();
    let is_asked = registered && (!opened.profile().exercise || by.passphrase.passphrase_file.is_some());
    let passphrase = if is_asked { Some(read_passphrase(&by.passphrase, actor, false)?) } else { None };
    let planned = disposition::plan_as(opened, actor, passphrase.as_deref())?;
    let document: serde_json::Value = serde_json::from_str(&planned.document)
        .map_err(|error| Failure::new("output", format!("The plan could not be printed: {error}"), ""))?;
    let counts = &planned.plan.counts;
    let value = json!({
        "plan": planned.plan.plan, "total": counts.total, "eligible": counts.eligible, "held": counts.held,
        "requested": counts.requested, "undetermined": counts.undetermined, "not_yet": counts.not_yet,
        "blocked": counts.blocked, "held_back": planned.plan.held_back, "document": document,
    });
    let mut text = told(&planned.plan);
    if counts.eligible > 0 {
        text.push_str(&format!(
            "\nNothing was destroyed. What it names: recordroom dispose show {0}\nAnother person approves it with: \
             recordroom --as NAME dispose approve {0}\n",
            planned.plan.plan
        ));
        if !registered && !opened.profile().exercise {
            text.push_str(&format!(
                "{} is not registered, so nobody can approve it: it is not proved who made it. Make it again as a registered \
                 person: recordroom dispose register NAME, and then recordroom --as NAME dispose plan\n",
                safe(actor)
            ));
        }
    }
    output.result(value, &text)?;
    Ok(DONE)
}

fn list(opened: &Repository, output: &Output) -> Result<u8, Failure> {
    let reading = opened.catalog().reading();
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for id in reading.plans()? {
        let plan = disposition::read_plan(opened, id)?;
        let (_, state) = reading.plan(id)?;
        rows.push(vec![
            id.to_string(),
            state.to_string(),
            plan.on.to_string(),
            plan.planned_by.clone(),
            plan.counts.eligible.to_string(),
        ]);
        values.push(json!({
            "plan": id, "state": state.to_string(), "on": plan.on, "planned_by": plan.planned_by,
            "eligible": plan.counts.eligible,
        }));
    }
    let text = if rows.is_empty() {
        "There is no plan. Make one with: recordroom dispose plan".to_owned()
    } else {
        table(&["plan", "state", "for", "made by", "items"], &rows)
    };
    output.result(json!({ "plans": values }), &text)?;
    Ok(DONE)
}

fn show(opened: &Repository, id: PlanId, output: &Output) -> Result<u8, Failure> {
    let plan = disposition::read_plan(opened, id)?;
    let (document, state) = opened.catalog().reading().plan(id)?;
    let document: serde_json::Value = serde_json::from_str(&document)
        .map_err(|error| Failure::new("output", format!("The plan could not be printed: {error}"), ""))?;
    let mut text = format!("{id} is {state}.\n\n{}", told(&plan));
    for item in plan.items.iter().take(ITEMS_SHOWN) {
        text.push_str(&format!(
            "\n{}  {}  due since {}  under {} / {}\n",
            item.family, item.status, item.since, item.rule.edition, item.rule.series
        ));
        for reason in &item.reasons {
            text.push_str(&format!("    {}\n", reason.sentence));
        }
    }
    if plan.items.len() > ITEMS_SHOWN {
        text.push_str(&format!("\n{} more items; --json lists them all.\n", plan.items.len() - ITEMS_SHOWN));
    }
    output.result(json!({ "plan": id, "state": state.to_string(), "document": document }), &text)?;
    Ok(DONE)
}

fn breakers(opened: &Repository, id: PlanId, output: &Output) -> Result<u8, Failure> {
    let plan = disposition::read_plan(opened, id)?;
    let tripped = disposition::tripped(opened, &plan)?;
    let mut text = String::new();
    for breaker in Breaker::ALL {
        let found = tripped.iter().find(|one| one.breaker == breaker);
        let state = found.map_or("does not stand in the way".to_owned(), |one| format!("TRIPPED: {}", one.sentence));
        text.push_str(&format!("{:<14} {state}\n", breaker.word()));
    }
    output.result(json!({ "plan": id, "tripped": tripped }), &text)?;
    Ok(if tripped.is_empty() { DONE } else { REFUSED })
}

fn let_past(opened: &mut Repository, what: &Override, actor: &str, output: &Output) -> Result<u8, Failure> {
    let Some(breaker) = Breaker::parse(&what.breaker) else {
        let words: Vec<&str> =
            Breaker::ALL.into_iter().filter(|one| one.can_be_overridden()).map(Breaker::word).collect();
        let message = format!("There is no breaker named {:?}", what.breaker);
        return Err(Failure::usage(message, format!("Name one of: {}", words.join(", "))));
    };
    let registered = opened.catalog().reading().approver(actor)?.is_some();
    let passphrase = if registered { Some(read_passphrase(&what.passphrase, actor, false)?) } else { None };
    disposition::override_breaker(opened, what.plan, breaker, &what.reason, actor, passphrase.as_deref())?;
    let text = format!("{} may pass the breaker {}, by {actor}.", what.plan, breaker.word());
    output.result(json!({ "plan": what.plan, "breaker": breaker, "overridden_by": actor }), &text)?;
    Ok(DONE)
}

fn execute(opened: &mut Repository, id: PlanId, actor: &str, output: &Output) -> Result<u8, Failure> {
    let monitor = TerminalMonitor::default();
    let report = disposition::run(opened, id, actor, &monitor);
    monitor.clear();
    let report = report?;
    let dropped: u64 = report.dropped.values().sum();
    let value = json!({
        "destroyed": report.destroyed, "dropped": dropped, "dropped_by_reason": report.dropped,
        "certificate": report.written,
    });
    let told = report.certificate.told(&report.sha256.to_string());
    let text = format!("{told}\nWritten to {}, with the same as text and PDF beside it\n", report.written.display());
    output.result(value, &text)?;
    Ok(DONE)
}

/// A plan in words: what is due, and why the rest is not.
fn told(plan: &DispositionPlan) -> String {
    let mut text = String::new();
    let counts = &plan.counts;
    text.push_str(&format!(
        "Plan {} for {}, made by {}\n\n{:>9}  items were looked at\n{:>9}  are due and would be destroyed\n\
         {:>9}  are under a hold, or not yet looked at for one\n{:>9}  are protected by a request\n\
         {:>9}  have no confirmed status or rule\n{:>9}  have a period that still runs\n{:>9}  are blocked by another gate\n",
        plan.plan,
        plan.on,
        safe(&plan.planned_by),
        counts.total,
        counts.eligible,
        counts.held,
        counts.requested,
        counts.undetermined,
        counts.not_yet,
        counts.blocked
    ));
    if !plan.held_back.is_empty() {
        text.push_str("\nWhy items stay, by the first reason:\n");
        for (reason, count) in &plan.held_back {
            text.push_str(&format!("{count:>9}  {}\n", in_words(reason)));
        }
    }
    text
}

/// The code of a reason in a clerk's words.
fn in_words(code: &str) -> &str {
    match code {
        "period-runs" => "their period still runs",
        "permanent" => "they are kept for ever",
        "undetermined" => "their status is not settled: recordroom classify queue",
        "unconfirmed" => "their status is proposed and nobody confirmed it: recordroom classify sample",
        "unscheduled" => "no adopted schedule covers them: recordroom schedule list",
        "date-unknown" => "the date their period starts from is not known",
        "event-missing" => "what their period starts from is not recorded: recordroom event record",
        "rule-unresolved" => "their rule could not be applied",
        "no-authority" => "no recorded authority to destroy covers them: recordroom schedule list",
        "archival" => "they are archival and have to be offered for transfer first",
        "not-filed" => "they are official and not yet filed under their series: recordroom file export",
        "held" => "a hold covers them: recordroom hold list",
        "requested" => "a data request protects them: recordroom request list",
        "not-evaluated" => "they were not yet looked at for every hold and request: recordroom index",
        "dispute-open" => "an audit, appeal or dispute about them is open",
        other => other,
    }
}

/// The first line of the named file, or of standard input.
pub(super) fn read_passphrase(from: &Passphrase, who: &str, new: bool) -> Result<String, Failure> {
    let text = match &from.passphrase_file {
        Some(path) => {
            let size = std::fs::metadata(path).map_err(|error| RepositoryError::io(path, error))?.len();
            if size > PASSPHRASE_BYTES {
                return Err(Failure::usage("That file is too long for a passphrase", "Name the right file."));
            }
            std::fs::read_to_string(path).map_err(|error| RepositoryError::io(path, error))?
        }
        None => super::output::ask(&format!("Passphrase of {who}"), new)?,
    };
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
