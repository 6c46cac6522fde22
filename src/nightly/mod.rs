//! The nightly work: what a city runs while everybody sleeps, and one page in the morning that says what came of it.
//!
//! ```text
//! finish what was cut off -> take in the drop folder -> holds and requests look at what is new -> run the plans that
//! people approved -> plan what is due now -> open a sample -> sign a checkpoint -> report
//! ```
//! It approves nothing: what runs was approved by a person, and every item is looked at again. It may be started twice
//! (the second says so and ends), killed anywhere and started again, and run late: nothing depends on the night before.
//!
//! Reading order: `step`, `drop_folder`, `sample`, `page`, `metrics`, this file.

mod drop_folder;
mod metrics;
mod page;
mod sample;
mod step;
mod unit;

pub use step::{Ending, Step};
pub use unit::{CRON, SERVICE, TIMER};

use crate::access;
use crate::base::clock::StopWatch;
use crate::base::durable;
use crate::base::monitor::Monitor;
use crate::catalog::{CatalogError, PlanState};
use crate::disposition::{self, DispositionError, Outlook, outlook, read_plan, standing_stop};
use crate::ingest::{IngestError, IngestOptions, bring_index_up_to_date, ingest};
use crate::model::event::Act;
use crate::protection::catch_up;
use crate::repository::{Repository, RepositoryError};
use crate::verify::checkpoint;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Days ahead that the report looks.
const SOON_DAYS: u32 = 30;

/// The nightly work could not begin, or its report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum NightlyError {
    /// Another one runs.
    #[error("another nightly work is running in this repository")]
    Running,
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// What a night came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Night {
    /// When it began, UTC.
    pub began: DateTime<Utc>,
    /// Whole seconds it took.
    pub seconds: u64,
    /// Every step.
    pub steps: Vec<Step>,
    /// Items that came in.
    pub arrived: u64,
    /// Copies of what was here already.
    pub duplicates: u64,
    /// Items that could not be processed.
    pub failed: u64,
    /// Items destroyed.
    pub destroyed: u64,
    /// Plans that were refused.
    pub refused: u64,
    /// Items opened and compared, and those that were not right.
    pub sampled: u64,
    /// Of the sample, those that did not open or differ.
    pub damaged: u64,
    /// Items due now, by a plan made now.
    pub due: u64,
    /// Items that become due within 30 days.
    pub due_soon: u64,
    /// Items that a statutory maximum would have had destroyed by now.
    pub overdue: u64,
    /// Items that are here.
    pub here: u64,
    /// Bytes that are free where the repository lies.
    pub free_bytes: Option<u64>,
    /// Bytes the vault takes.
    pub vault_bytes: u64,
    /// Whether all destruction is stopped.
    pub stopped: bool,
    /// The report as text and as HTML.
    pub reports: [PathBuf; 2],
    /// The metrics file.
    pub metrics: PathBuf,
}

impl Night {
    /// The worst ending of all steps.
    pub fn ending(&self) -> Ending {
        self.steps.iter().map(|step| step.ending).max().unwrap_or(Ending::Nothing)
    }
}

/// Does the nightly work. `metrics` is a further place for the metrics file, such as the folder a collector reads.
///
/// # Errors
/// `Running` when another one has not ended. A step that fails is no error: it stands in the report.
pub fn nightly(
    repository: &mut Repository,
    metrics: Option<&Path>,
    actor: &str,
    monitor: &dyn Monitor,
) -> Result<Night, NightlyError> {
    let _lock = repository.nightly_lock().map_err(|error| match error {
        RepositoryError::Busy => NightlyError::Running,
        error => NightlyError::Repository(error),
    })?;
    let watch = StopWatch::start();
    let mut night = begin(repository)?;
    let mut steps = Vec::new();
    steps.push(finish(repository, actor));
    steps.push(take_in(repository, &mut night, actor, monitor));
    let protected = protect(repository, monitor);
    // Nothing is destroyed when it is not known what is protected, or when what was cut off could not be finished.
    let safe = protected.ending < Ending::Refused && steps[0].ending < Ending::Refused;
    steps.push(protected);
    steps.push(run_approved(repository, &mut night, safe, actor, monitor));
    steps.push(plan(repository, &mut night, actor));
    steps.push(sample::open(repository, &mut night));
    steps.push(sign(repository));
    night.steps = steps;
    night.seconds = watch.seconds() as u64;
    survey(repository, &mut night)?;
    record(repository, &night, actor)?;
    write(repository, &mut night, metrics)?;
    Ok(night)
}

fn begin(repository: &Repository) -> Result<Night, NightlyError> {
    let reports = repository.layout().reports();
    durable::create_dir_all(&reports).map_err(|error| RepositoryError::io(&reports, error))?;
    let name = format!("nightly-{}", repository.today());
    Ok(Night {
        began: repository.now(),
        seconds: 0,
        steps: Vec::new(),
        arrived: 0,
        duplicates: 0,
        failed: 0,
        destroyed: 0,
        refused: 0,
        sampled: 0,
        damaged: 0,
        due: 0,
        due_soon: 0,
        overdue: 0,
        here: 0,
        free_bytes: None,
        vault_bytes: 0,
        stopped: false,
        reports: [reports.join(format!("{name}.txt")), reports.join(format!("{name}.html"))],
        metrics: reports.join("metrics.prom"),
    })
}

/// What a destruction had decided and not finished is finished before anything else.
fn finish(repository: &mut Repository, actor: &str) -> Step {
    let mut step = Step::new("Finish what was cut off");
    match disposition::finish_interrupted(repository, actor) {
        Ok(0) => {}
        Ok(gone) => step.say(Ending::Done, format!("A destruction that was cut off is finished: {gone} items.")),
        Err(error) => step.say(ending_of(&error), sentence(&error)),
    }
    step
}

fn take_in(repository: &mut Repository, night: &mut Night, actor: &str, monitor: &dyn Monitor) -> Step {
    let mut step = Step::new("Take in the drop folder");
    let nightly = repository.profile().nightly.clone();
    let Some(folder) = nightly.drop_folder else {
        step.said.push("No drop_folder is named in recordroom.toml.".to_owned());
        return step;
    };
    let secret = repository.keys().digest_secret().clone();
    let found = match drop_folder::look(&folder, &secret, nightly.settle_minutes, &repository.catalog().reading()) {
        Ok(found) => found,
        Err(error) => {
            let why = crate::base::trouble::plain(&error);
            step.say(Ending::Failed, format!("The drop folder {} cannot be read: {why}.", folder.display()));
            return step;
        }
    };
    if found.unsettled > 0 {
        step.said.push(format!("{} are still being copied, and wait for the next night.", found.unsettled));
    }
    for one in found.new {
        let name = crate::text::safe(&one.path.file_name().unwrap_or_default().to_string_lossy());
        // Each export by itself: one that cannot be read does not keep the others out.
        match ingest(repository, std::slice::from_ref(&one.path), &IngestOptions::default(), actor, monitor) {
            Ok(report) => {
                night.arrived += report.totals.kept;
                night.duplicates += report.totals.duplicates;
                night.failed += report.totals.exceptions;
                let totals = &report.totals;
                let counts = format!(
                    "{name}: {} found, {} new, {} here already, {} could not be processed.",
                    totals.found, totals.kept, totals.duplicates, totals.exceptions
                );
                step.say(if report.has_exceptions() { Ending::Remarked } else { Ending::Done }, counts);
                let remembered =
                    repository.catalog_mut().write::<_, CatalogError>(|writing| one.remember(writing, &secret));
                if let Err(error) = remembered {
                    step.say(Ending::Failed, sentence(&error));
                }
            }
            Err(error) => {
                night.failed += 1;
                let refused =
                    matches!(error, IngestError::Repository(RepositoryError::Busy) | IngestError::OpenDestruction);
                let ending = if refused { Ending::Refused } else { Ending::Failed };
                step.say(ending, format!("{name}: {}", sentence(&error)));
            }
        }
    }
    step
}

/// Holds and requests look at everything that is new to them, and the index follows.
fn protect(repository: &mut Repository, monitor: &dyn Monitor) -> Step {
    let mut step = Step::new("Holds and requests look at what is new");
    match catch_up(repository) {
        Ok(0) => step.ends(Ending::Done),
        Ok(more) => step.say(Ending::Done, format!("They protect {more} more items.")),
        Err(error) => step.say(Ending::Failed, sentence(&error)),
    }
    let indexed =
        repository.work().map_err(IngestError::from).and_then(|mut work| bring_index_up_to_date(&mut work, monitor));
    match indexed {
        Ok(()) => {}
        Err(IngestError::Repository(RepositoryError::Busy)) => {
            step.say(Ending::Remarked, "The index is brought up to date by what else is working here.");
        }
        Err(error) => step.say(Ending::Failed, sentence(&error)),
    }
    step
}

/// Runs what people approved, each plan once; what is stale or stopped is refused, and the refusal recorded.
fn run_approved(
    repository: &mut Repository,
    night: &mut Night,
    safe: bool,
    actor: &str,
    monitor: &dyn Monitor,
) -> Step {
    let mut step = Step::new("Run the approved plans");
    let approved = repository.catalog().reading().plans().and_then(|plans| {
        let mut approved = Vec::new();
        for plan in plans {
            if repository.catalog().reading().plan(plan)?.1 == PlanState::Approved {
                approved.push(plan);
            }
        }
        Ok(approved)
    });
    let approved = match approved {
        Ok(approved) => approved,
        Err(error) => {
            step.say(Ending::Failed, sentence(&error));
            return step;
        }
    };
    if !safe && !approved.is_empty() {
        night.refused += approved.len() as u64;
        step.say(Ending::Refused, "Nothing is destroyed tonight, because a step before this one did not succeed.");
        return step;
    }
    for plan in approved {
        match disposition::run(repository, plan, actor, monitor) {
            Ok(report) => {
                night.destroyed += report.destroyed;
                let dropped: u64 = report.dropped.values().sum();
                step.say(
                    Ending::Done,
                    format!("{plan}: {} destroyed, {dropped} kept after a last look.", report.destroyed),
                );
                for (reason, count) in &report.dropped {
                    step.said.push(format!("{plan}: {count} kept, because {reason}."));
                }
            }
            Err(error) => {
                night.refused += u64::from(error.is_refusal());
                step.say(ending_of(&error), format!("{plan}: {}", sentence(&error)));
            }
        }
    }
    step
}

/// Plans what is due now, unless a plan of exactly that waits for approval.
fn plan(repository: &mut Repository, night: &mut Night, actor: &str) -> Step {
    let mut step = Step::new("Plan what is due");
    match plan_due(repository, night, actor) {
        Ok(Some(said)) => step.say(Ending::Done, said),
        Ok(None) => step.said.push("Nothing is due.".to_owned()),
        Err(error) => step.say(ending_of(&error), sentence(&error)),
    }
    if night.overdue > 0 {
        step.say(Ending::Remarked, format!("{} items should be gone by a statutory maximum.", night.overdue));
    }
    step
}

fn plan_due(repository: &mut Repository, night: &mut Night, actor: &str) -> Result<Option<String>, DispositionError> {
    let Outlook { counts, soon, overdue, merkle_root } = outlook(repository, SOON_DAYS)?;
    (night.due, night.due_soon, night.overdue) = (counts.eligible, soon, overdue);
    if counts.eligible == 0 {
        return Ok(None);
    }
    let reading = repository.catalog().reading();
    if let Some(newest) = reading.plans()?.last().copied() {
        let waits = matches!(reading.plan(newest)?.1, PlanState::Planned | PlanState::Approved);
        // What somebody planned under a name alone nobody can approve, and it keeps the night's from nothing.
        let is_same = waits && read_plan(repository, newest)?.merkle_root == merkle_root;
        if is_same && disposition::can_be_approved(repository, newest)? {
            return Ok(Some(format!("{} items are due, and {newest} lists exactly those.", counts.eligible)));
        }
    }
    let planned = disposition::plan_of_the_night(repository, actor)?.plan;
    let (id, items) = (planned.plan, planned.counts.eligible);
    Ok(Some(format!(
        "{id} lists {items} items. Another person approves it with: recordroom --as NAME dispose approve {id}"
    )))
}

fn sign(repository: &mut Repository) -> Step {
    let mut step = Step::new("Sign a checkpoint of the ledger");
    if let Err(error) = access::settle(repository) {
        step.say(Ending::Failed, sentence(&error));
        return step;
    }
    match checkpoint::export(repository) {
        Ok((path, _)) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            step.say(Ending::Done, format!("checkpoints/{name}. Keep a copy elsewhere."));
        }
        Err(error @ checkpoint::ExportError::Broken(_)) => step.say(Ending::Integrity, sentence(&error)),
        Err(error) => step.say(Ending::Failed, sentence(&error)),
    }
    step
}

fn survey(repository: &Repository, night: &mut Night) -> Result<(), NightlyError> {
    let reading = repository.catalog().reading();
    night.here = reading.families_here()?;
    night.stopped = standing_stop(&reading)?.is_some();
    night.free_bytes = durable::free_bytes(repository.layout().root());
    let packs = repository.vault().packs().map_err(RepositoryError::from)?;
    night.vault_bytes = packs.iter().map(|pack| pack.bytes).sum();
    Ok(())
}

fn record(repository: &mut Repository, night: &Night, actor: &str) -> Result<(), NightlyError> {
    let at = repository.now();
    repository.catalog_mut().write::<_, NightlyError>(|writing| {
        let details = serde_json::json!({
            "arrived": night.arrived, "failed": night.failed, "destroyed": night.destroyed, "refused": night.refused,
            "sampled": night.sampled, "damaged": night.damaged, "ending": night.ending(),
        });
        writing.record_event(at, actor, Act::NightlyDone, "nightly", &details)?;
        Ok(())
    })
}

fn write(repository: &Repository, night: &mut Night, metrics: Option<&Path>) -> Result<(), NightlyError> {
    let page = page::page(repository, night);
    let [text, html] = &night.reports;
    let put = |path: &Path, text: &str| {
        durable::replace(path, text.as_bytes()).map_err(|error| RepositoryError::io(path, error))
    };
    put(text, &page.to_text())?;
    put(html, &page.to_html())?;
    let measured = metrics::written(repository, night);
    put(&night.metrics, &measured)?;
    if let Some(further) = metrics {
        put(further, &measured)?;
    }
    Ok(())
}

/// How a step ends that disposition refused or failed.
fn ending_of(error: &DispositionError) -> Ending {
    match error {
        DispositionError::Refused(_)
        | DispositionError::Stopped
        | DispositionError::Repository(RepositoryError::Busy) => Ending::Refused,
        DispositionError::Changed { .. } | DispositionError::Unreadable { .. } => Ending::Integrity,
        DispositionError::Repository(error) if error.is_integrity() => Ending::Integrity,
        _ => Ending::Failed,
    }
}

/// An error as a sentence.
fn sentence(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}
