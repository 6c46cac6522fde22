//! The metrics of a night in the text format of Prometheus, for the *textfile collector* of its node exporter
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use super::{Ending, Night};
use crate::repository::Repository;
use std::fmt::Write;

/// The metrics as one file.
pub(super) fn written(repository: &Repository, night: &Night) -> String {
    let mut text = String::new();
    let exercise = if repository.profile().exercise { "{exercise=\"true\"}" } else { "" };
    let mut one = |name: &str, about: &str, value: u64| {
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "# HELP recordroom_{name} {about}\n# TYPE recordroom_{name} gauge\nrecordroom_{name}{exercise} {value}\n"
        );
    };
    let began = u64::try_from(night.began.timestamp()).unwrap_or(0);
    one("nightly_began_timestamp_seconds", "When the last nightly work began, seconds since 1970.", began);
    one("nightly_duration_seconds", "How long it took.", night.seconds);
    let succeeded = night.ending() <= Ending::Remarked;
    one("nightly_success", "1 when no step failed or was refused, else 0.", succeeded.into());
    let failed = night.steps.iter().filter(|step| step.ending == Ending::Failed).count() as u64;
    one("nightly_failed_steps", "Steps that failed.", failed);
    one("nightly_arrived_items", "Items that came in.", night.arrived);
    one("nightly_failed_items", "Items that could not be processed.", night.failed);
    one("nightly_destroyed_items", "Items destroyed.", night.destroyed);
    one("nightly_refused_plans", "Approved plans that were refused.", night.refused);
    one("nightly_sampled_items", "Items opened and compared.", night.sampled);
    one("nightly_damaged_items", "Items of the sample that were not right.", night.damaged);
    one("items", "Items that are here.", night.here);
    one("due_items", "Items that are due now.", night.due);
    one("due_soon_items", "Items that become due within 30 days.", night.due_soon);
    one("overdue_items", "Items that a statutory maximum would have had destroyed.", night.overdue);
    one("destruction_stopped", "1 while all destruction is stopped.", night.stopped.into());
    one("vault_bytes", "Bytes of the sealed items.", night.vault_bytes);
    if let Some(free) = night.free_bytes {
        one("disk_free_bytes", "Bytes free where the repository lies.", free);
    }
    text
}
