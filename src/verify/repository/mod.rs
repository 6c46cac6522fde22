//! A whole repository, looked through invariant by invariant.
//!
//! Reading order: `events` (I6), `families` (I1, I2, I7), `packs` (orphan bytes, released ones), `keys` (I2, I13),
//! `destructions` (I3, I4), `holds` (I3 by predicate), `screenings` (I4), `accounts` (I11), `deadlines` (I12),
//! `productions` (I8, I9) with `redactions`, `numbers` (I8), `files` (frozen schedules, certificates), `letters`,
//! `strays` (I13), `index` (I5).

mod accounts;
mod deadlines;
mod destructions;
mod events;
mod families;
mod files;
mod guards;
mod holds;
mod index;
mod keys;
mod letters;
mod numbers;
mod packs;
mod productions;
mod redactions;
mod screenings;
mod strays;

pub use guards::guards_that_differ;
pub use holds::agrees_with_ledger;

use super::Finding;
use crate::base::clock::StopWatch;
use crate::base::id::FamilyId;
use crate::base::monitor::{Monitor, Progress};
use crate::catalog::{CatalogError, FamilyRow, Reading};
use crate::repository::{Repository, RepositoryError};
use crate::vault::VaultError;
use serde::Serialize;

/// The search for trouble itself failed; what is wrong in the repository is a finding, not this.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The user asked to stop.
    #[error("the verification was stopped")]
    Stopped,
}

/// What was looked at and what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Things looked at: families, exceptions, productions, events, packs, keys, documents.
    pub checked: u64,
    /// What is not as it should be, by code and subject.
    pub findings: Vec<Finding>,
    /// What is as it should be and has to be known: numbers that are passed over since a restore.
    pub remarks: Vec<String>,
}

impl Report {
    /// Whether everything is as it should be.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Looks through a repository. Nothing is changed and no lock is taken; while another program works in it, what that
/// one has half done is found as well.
pub fn verify(repository: &Repository, monitor: &dyn Monitor) -> Result<Report, VerifyError> {
    verify_with(repository, monitor, false)
}

/// As [`verify`]; with `all_holds` every hold is asked again of every item, and not of a random part of many.
pub fn verify_with(repository: &Repository, monitor: &dyn Monitor, all_holds: bool) -> Result<Report, VerifyError> {
    let mut check = Check { repository, monitor, clock: StopWatch::start(), report: Report::default() };
    for line in repository.catalog().integrity()? {
        check.find("catalog-damaged", "catalog.sqlite", line);
    }
    events::check(&mut check)?;
    families::check(&mut check)?;
    packs::check(&mut check)?;
    keys::check(&mut check)?;
    destructions::check(&mut check)?;
    holds::check(&mut check, all_holds)?;
    screenings::check(&mut check)?;
    accounts::check(&mut check)?;
    deadlines::check(&mut check)?;
    productions::check(&mut check)?;
    numbers::gaps(&mut check)?;
    files::check(&mut check)?;
    letters::check(&mut check)?;
    strays::check(&mut check)?;
    index::check(&mut check)?;
    check.report.findings.sort();
    check.report.findings.dedup();
    Ok(check.report)
}

/// One verification under way.
struct Check<'r> {
    repository: &'r Repository,
    monitor: &'r dyn Monitor,
    clock: StopWatch,
    report: Report,
}

impl<'r> Check<'r> {
    fn find(&mut self, code: &'static str, subject: impl ToString, message: impl Into<String>) {
        self.report.findings.push(Finding::new(code, subject, message));
    }

    fn reading(&self) -> Reading<'r> {
        self.repository.catalog().reading()
    }

    /// The row of a family that another row names; a missing one is a finding.
    fn family(&mut self, id: FamilyId) -> Result<Option<FamilyRow>, CatalogError> {
        match self.reading().family(id) {
            Ok(row) => Ok(Some(row)),
            Err(CatalogError::Missing(_)) => {
                self.find("row-missing", id, "other rows name it, and its own is not in the catalog");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Counts what was looked at, tells how far it is, and stops when the user asks to.
    fn looked_at(&mut self, task: &str, count: u64) -> Result<(), VerifyError> {
        self.report.checked += count;
        let (items, seconds) = (self.report.checked, self.clock.seconds());
        self.monitor.progress(Progress { task, items, bytes: 0, total_bytes: 0, seconds });
        if self.monitor.stopped() { Err(VerifyError::Stopped) } else { Ok(()) }
    }
}
