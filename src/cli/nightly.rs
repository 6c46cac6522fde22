//! `nightly`

use super::args::Common;
use super::backup::ANOTHER_RUNS;
use super::output::{Failure, Output, TerminalMonitor};
use super::repository::{INTEGRITY, REFUSED, capitalised};
use super::{DONE, EXCEPTIONS, repository};
use crate::nightly::{self, CRON, Ending, Night, NightlyError, SERVICE, TIMER};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

// Arguments of `nightly`.
#[derive(Debug, Args)]
pub struct Nightly {
    /// Also write the metrics to this file, in the folder that a collector reads
    #[arg(long, value_name = "FILE")]
    pub metrics: Option<PathBuf>,
    /// Print the units for systemd and the line for cron, and do nothing
    #[arg(long)]
    pub show_unit: bool,
}

impl From<NightlyError> for Failure {
    fn from(error: NightlyError) -> Self {
        match error {
            NightlyError::Repository(error) => error.into(),
            NightlyError::Catalog(error) => error.into(),
            error @ NightlyError::Running => {
                let hint = "Nothing was done. Its report will lie in the folder reports.";
                Self::new("busy", capitalised(&error.to_string()), hint).with_exit(ANOTHER_RUNS)
            }
        }
    }
}

/// `recordroom nightly`
pub fn run(common: &Common, arguments: &Nightly, output: &Output) -> Result<u8, Failure> {
    if arguments.show_unit {
        let value = json!({ "service": SERVICE, "timer": TIMER, "cron": CRON });
        output.result(value, &format!("{SERVICE}\n{TIMER}\n{CRON}"))?;
        return Ok(DONE);
    }
    let mut opened = repository::open(common, output)?;
    let monitor = TerminalMonitor::default();
    let night = nightly::nightly(&mut opened, arguments.metrics.as_deref(), &repository::actor(common), &monitor);
    monitor.clear();
    let night = night?;
    let mut value = serde_json::to_value(&night).map_err(|_| Failure::internal())?;
    value["ending"] = json!(night.ending());
    output.result(value, &told(&night))?;
    Ok(match night.ending() {
        Ending::Nothing | Ending::Done => DONE,
        Ending::Remarked => EXCEPTIONS,
        Ending::Refused => REFUSED,
        Ending::Failed => 1,
        Ending::Integrity => INTEGRITY,
    })
}

fn told(night: &Night) -> String {
    let mut text = String::new();
    for step in &night.steps {
        text.push_str(&format!("{}: {}\n", step.name, step.ending.word()));
        for said in &step.said {
            text.push_str(&format!("    {said}\n"));
        }
    }
    text.push_str(&format!(
        "\n{} arrived, {} failed, {} destroyed, {} refused, {} due within 30 days\nReport: {}\n",
        night.arrived,
        night.failed,
        night.destroyed,
        night.refused,
        night.due_soon,
        night.reports[0].display()
    ));
    text
}
