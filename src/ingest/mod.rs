//! Ingest: exported files and folders go in, and every item found in them has exactly one outcome (I10, I11).
//!
//! ```text
//! reader thread      splits containers into raw items, in order, within a byte budget
//! worker thread      looks up what is known, then parses, classifies, seals on all cores, chunk by chunk
//! this thread        commits batches in the reader's order, then brings the index up to date
//! ```
//!
//! Killed anywhere and run again, the same records, copies and accounts come out: what a batch committed is found
//! again by its name and place, and what it did not is cleared away before the next run begins.

mod batch;
mod commit;
mod courier;
mod custodians;
mod follow;
mod pipeline;
mod prepare;
mod register;
mod sheet;

pub use follow::{bring_index_up_to_date, rebuild_index};
pub use register::{RegisterError, SourceLine, record_disposal, sources};
pub use sheet::{SheetError, SheetReport};

use crate::base::id::{CustodianId, IntakeId};
use crate::base::monitor::Monitor;
use crate::catalog::CatalogError;
use crate::classify::{Context, Rules};
use crate::model::event::Act;
use crate::model::provenance::{Account, ContainerReport};
use crate::protection::{GuardSet, ProtectionError};
use crate::repository::{Repository, RepositoryError};
use crate::retention::Adopted;
use crate::source::calls::profile::MappingProfile;
use crate::source::{DateOrder, ReadOptions, SourceError};
use custodians::Custodians;
use prepare::Bench;
use serde::Serialize;
use sheet::{Rows, Sheet};
use std::path::{Path, PathBuf};

/// Why an intake could not be finished. What it had committed stays, and the same command goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The named file or folder could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The holds and requests could not be read.
    #[error(transparent)]
    Protection(#[from] ProtectionError),
    /// The repository or its keys would be taken into itself.
    #[error("the export {} holds this repository or its keys, and would be sealed into itself", .0.display())]
    OwnFiles(PathBuf),
    /// A destruction was decided and not carried to its end.
    #[error("a destruction was interrupted, and what it had decided has to be finished before anything is taken in")]
    OpenDestruction,
    /// Something was destroyed while this intake was reading.
    #[error("an item was destroyed while it was being taken in again")]
    Changed,
    /// The intake sheet cannot be used.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// The user asked to stop.
    #[error("the intake was stopped; what was committed stays")]
    Stopped,
}

/// What to take in and how.
#[derive(Debug, Clone, Default)]
pub struct IngestOptions {
    /// Whose export it is; `None` when the paths tell.
    pub custodian: Option<CustodianId>,
    /// How to read call detail in a layout that no shipped profile knows.
    pub call_profile: Option<MappingProfile>,
    /// The intake sheet; without it one that lies beside the files is used.
    pub intake_sheet: Option<PathBuf>,
    /// Whether everything comes from a device of a person's own: it is set aside until somebody has sorted it.
    pub personal_device: bool,
    /// Which number of a date is the day in chats that do not tell it.
    pub date_order: Option<DateOrder>,
    /// Whether pictures are read by OCR even where the agency profile does not say so.
    pub ocr: bool,
}

/// What an intake came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IngestReport {
    /// The containers the clerk named, with those nested in them.
    pub containers: Vec<ContainerReport>,
    /// Their counts together.
    pub totals: Account,
    /// How the files fit the intake sheet, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intake_sheet: Option<SheetReport>,
    /// Items of this repository that are set aside, because they came from personal devices.
    pub set_aside: u64,
    /// Whether pictures were read by OCR, as a sentence, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ocr: Option<String>,
}

impl IngestReport {
    /// Whether something needs a look: exceptions, or a remark that asks for one.
    pub fn has_exceptions(&self) -> bool {
        fn remarked(report: &ContainerReport) -> bool {
            report.remarks.iter().any(|remark| remark.code.asks_for_a_look()) || report.inside.iter().any(remarked)
        }
        let fits = self.intake_sheet.as_ref().is_none_or(SheetReport::fits);
        !fits || self.totals.exceptions > 0 || self.containers.iter().any(remarked)
    }
}

/// Takes in files and folders, one after the other, then brings the index up to date.
pub fn ingest(
    repository: &mut Repository,
    paths: &[PathBuf],
    options: &IngestOptions,
    actor: &str,
    monitor: &dyn Monitor,
) -> Result<IngestReport, IngestError> {
    let mut report = IngestReport {
        containers: Vec::new(),
        totals: Account::default(),
        intake_sheet: None,
        set_aside: 0,
        ocr: None,
    };
    for path in paths {
        // A path that cannot be opened is told before anything is written.
        if let Err(error) = std::fs::metadata(path) {
            return Err(RepositoryError::io(path, error).into());
        }
        if is_own(repository, path) {
            return Err(IngestError::OwnFiles(path.clone()));
        }
    }
    let mut work = repository.work()?;
    if !work.repository().catalog().reading().open_destructions()?.is_empty() {
        return Err(IngestError::OpenDestruction);
    }
    work.keys().check_ready().map_err(RepositoryError::from)?;
    let mut bench = bench(work.repository(), options)?;
    if options.ocr || work.repository().profile().policy.ocr {
        report.ocr = Some(bench.switch_ocr_on());
    }
    // Every sheet is read before anything is written: one that cannot be used refuses the whole intake.
    let sheets = sheets(work.repository(), paths, options)?;
    let mut intakes = Vec::new();
    for (path, sheet) in paths.iter().zip(&sheets) {
        bench.custodians = bench.custodians.with_sheet(sheet.clone());
        intakes.push(one_path(&mut work, path, &bench, actor, monitor)?);
    }
    report.intake_sheet = SheetReport::together(sheets.into_iter().flatten().map(|sheet| sheet.report));
    // An intake is finished when its words can be found: cut off before, the same command goes on with the same intake.
    bring_index_up_to_date(&mut work, monitor)?;
    for intake in intakes {
        finish(&mut work, intake, actor)?;
        let containers = work.repository().catalog().reading().container_reports(intake)?;
        for container in containers {
            assert!(container.account.adds_up(), "an account that does not add up is never reported as success (I11)");
            report.totals.add(&container.account);
            report.containers.push(container);
        }
    }
    report.set_aside = work.repository().catalog().reading().families_set_aside()?.len() as u64;
    Ok(report)
}

/// Whether a path lies in the repository or in a place of its key set, or has one of them in it.
fn is_own(repository: &Repository, path: &Path) -> bool {
    let whole = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let named = whole(path);
    let profile = repository.profile();
    [repository.layout().root(), &profile.key_set, &profile.key_set_second]
        .into_iter()
        .map(whole)
        .any(|own| named.starts_with(&own) || own.starts_with(&named))
}

fn one_path(
    work: &mut crate::repository::Work<'_>,
    path: &Path,
    bench: &Bench,
    actor: &str,
    monitor: &dyn Monitor,
) -> Result<IntakeId, IngestError> {
    let named = path.to_string_lossy().into_owned();
    let at = work.repository().now();
    let intake = work
        .repository_mut()
        .catalog_mut()
        .write::<_, IngestError>(|writing| Ok(writing.begin_intake(&named, at, actor)?))?;
    pipeline::run(work, path, bench, intake.id, actor, monitor)?;
    register::register(work, path, &bench.custodians, intake.id)?;
    Ok(intake.id)
}

/// The sheet of each path: the one the clerk named, or one that lies beside its files.
fn sheets(
    repository: &Repository,
    paths: &[PathBuf],
    options: &IngestOptions,
) -> Result<Vec<Option<Sheet>>, IngestError> {
    let custodians = repository.catalog().reading().custodians()?;
    let names: Vec<(CustodianId, String)> = custodians.into_iter().map(|(id, name, _)| (id, name)).collect();
    let mut all = Vec::new();
    for path in paths {
        let beside = || Rows::beside(path);
        let file = options.intake_sheet.clone().map_or_else(beside, |named| Ok(Some(named)))?;
        let sheet = file.map(|file| Rows::read(&file, &names)?.against(path)).transpose()?;
        all.push(sheet);
    }
    Ok(all)
}

fn finish(work: &mut crate::repository::Work<'_>, intake: IntakeId, actor: &str) -> Result<(), IngestError> {
    let at = work.repository().now();
    work.repository_mut().catalog_mut().write::<_, IngestError>(|writing| {
        let mut totals = Account::default();
        for container in writing.reading().container_reports(intake)? {
            totals.add(&container.account);
        }
        let details = serde_json::json!({ "account": totals });
        let event = writing.record_event(at, actor, Act::IntakeFinished, &intake.to_string(), &details)?;
        Ok(writing.finish_intake(intake, event.id)?)
    })
}

fn bench(repository: &Repository, options: &IngestOptions) -> Result<Bench, IngestError> {
    let profile = repository.profile();
    let reading = repository.catalog().reading();
    let ids: Vec<(CustodianId, String)> = reading.custodians()?.into_iter().map(|(id, name, _)| (id, name)).collect();
    Ok(Bench {
        options: ReadOptions {
            call_profile: options.call_profile.clone(),
            date_order: options.date_order,
            ..ReadOptions::of(repository.zone())
        },
        rules: Rules::shipped(),
        secret: repository.keys().digest_secret().clone(),
        guards: GuardSet::load(&reading, repository.today())?,
        custodians: Custodians::new(&profile.custodians, &ids, options.custodian).all_personal(options.personal_device),
        // An edition that cannot be read back says nothing; `verify` and the next plan tell of it.
        context: Context::of(profile, &Adopted::load(repository).map(|one| one.editions).unwrap_or_default()),
        ocr: None,
    })
}
