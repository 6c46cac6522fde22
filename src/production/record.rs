//! The operations: build beside the final place, check, seal what the repository keeps, and only then use the numbers,
//! record, and give the folder its name, all in one transaction.

use super::build::{self, Built};
use super::folder::{Folder, Written};
use super::lease::{self, Lease};
use super::plan::{self, Plan};
use super::redacted::{self, LeftOut};
use super::repeats::{self, Repeat};
use super::{Outcome, ProduceOptions, Produced, ProductionError, proof, sealed};
use crate::base::durable;
use crate::base::id::{FamilyId, ProductionId, RequestId};
use crate::base::monitor::Monitor;
use crate::catalog::{ProductionRow, SealedAt, Writing};
use crate::model::event::Act;
use crate::model::production::{BatesNumber, Production};
use crate::model::redaction::Version;
use crate::model::request::RequestStatus;
use crate::package::statement::Statement;
use crate::render;
use crate::repository::{Repository, RepositoryError};
use crate::verify::Finding;
use crate::verify::delivery::{self, Draw};
use std::path::{Path, PathBuf};

/// Produces what is decided for a request and not yet given, into a new folder.
pub fn produce(
    repository: &mut Repository,
    request: RequestId,
    directory: &Path,
    options: &ProduceOptions,
    actor: &str,
    monitor: &dyn Monitor,
) -> Result<Outcome, ProductionError> {
    produce_with(repository, request, directory, options, actor, monitor, &render::draw)
}

/// As [`produce`], drawn by `draw`.
pub fn produce_with(
    repository: &mut Repository,
    request: RequestId,
    directory: &Path,
    options: &ProduceOptions,
    actor: &str,
    monitor: &dyn Monitor,
    draw: Draw<'_>,
) -> Result<Outcome, ProductionError> {
    let directory = new_folder(directory)?;
    let temporary = beside(&directory);
    let lease = Lease::take(repository)?;
    // What a killed production sealed goes, and trouble with the key set is told before the hours of drawing.
    match repository.work() {
        Ok(_) | Err(RepositoryError::Busy) => {}
        Err(error) => return Err(error.into()),
    }
    if let Some(message) = crate::review::not_ready(repository, request).map_err(of_review)? {
        return Err(ProductionError::refused(message, "Nothing was produced and no number used."));
    }
    let plan = plan::plan(repository, request, options)?;
    if plan.families.is_empty() {
        let left_out = LeftOut::of(repository, &plan.redactions)?;
        return nothing_to_give(repository, &plan, &left_out);
    }
    let left_out = LeftOut::of(repository, &plan.redactions)?;
    let repeats = repeats::find(repository, &plan, &left_out.redactor)?;
    if !repeats.is_empty() && !options.repeats_reviewed {
        return Err(ProductionError::Repeats(repeats));
    }
    lease.begin(plan.production, &temporary, &directory)?;
    let made = make(repository, &plan, &left_out, &temporary, actor, monitor, draw);
    let recorded = made.and_then(|made| {
        let production = record(repository, &plan, &repeats, &made, actor, &temporary, &directory, monitor)?;
        Ok(produced(production, &directory, &made.statement))
    });
    // After a failure nothing may stay; what cannot be removed now is named in the lease, and cleared by the next one.
    if recorded.is_ok() || (lease::remove(&temporary).is_ok() && !directory.exists()) {
        lease.end();
    }
    recorded.map(|one| Outcome::Produced(Box::new(one)))
}

fn of_review(error: crate::review::ReviewError) -> ProductionError {
    match error {
        crate::review::ReviewError::Catalog(error) => error.into(),
        crate::review::ReviewError::Repository(error) => error.into(),
        error => ProductionError::refused(error.to_string(), "Nothing was produced and no number used."),
    }
}

fn nothing_to_give(repository: &Repository, plan: &Plan, left_out: &LeftOut) -> Result<Outcome, ProductionError> {
    if let (true, Some(earlier)) = (plan.given_before > 0 && plan.withheld.is_empty(), plan.adds_to) {
        let message = format!("everything decided for {} is in the production {earlier} already", plan.request.id);
        let hint = format!("Deliver it again with: recordroom produce --again {earlier} DIR");
        return Err(ProductionError::refused(message, hint));
    }
    if plan.withheld.is_empty() {
        return Ok(Outcome::NothingResponsive);
    }
    Ok(Outcome::AllWithheld(build::withheld_families(repository, &plan.withheld, plan, &left_out.redactor)?))
}

/// The folder as an absolute path; it must not be there yet.
fn new_folder(directory: &Path) -> Result<PathBuf, ProductionError> {
    let absolute = std::path::absolute(directory).map_err(|error| ProductionError::io(directory, error))?;
    // A trailing slash or dot would make the temporary name lie inside the folder.
    let absolute: PathBuf = absolute.components().collect();
    if absolute.exists() || absolute.file_name().is_none() {
        let message = format!("{} is there already", absolute.display());
        return Err(ProductionError::refused(message, "Name a folder that does not exist yet."));
    }
    if let Some(parent) = absolute.parent().filter(|parent| !parent.is_dir()) {
        let message = format!("there is no folder {}", parent.display());
        return Err(ProductionError::refused(message, "Create it, or name another place."));
    }
    Ok(absolute)
}

/// Where a production is built until it is whole.
fn beside(directory: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(directory.file_name().unwrap_or_default());
    name.push(".unfinished");
    directory.with_file_name(name)
}

/// A production that was built and checked clean.
struct Made {
    built: Built,
    statement: Statement,
    /// Its files, by path.
    files: Vec<Written>,
}

/// Builds and checks.
fn make(
    repository: &Repository,
    plan: &Plan,
    left_out: &LeftOut,
    temporary: &Path,
    made_by: &str,
    monitor: &dyn Monitor,
    draw: Draw<'_>,
) -> Result<Made, ProductionError> {
    lease::remove(temporary)?;
    let mut folder = Folder::create(temporary)?;
    let built = build::build(repository, plan, left_out, &mut folder, draw, monitor)?;
    let statement = proof::write(repository, plan, &built, made_by, &mut folder)?;
    let files: Vec<String> = folder.written.iter().map(|one| one.path.clone()).collect();
    let mut leaks = left_out.leaks(temporary, &files)?;
    leaks.extend(left_out.local_leaks(temporary, &built.here)?);
    if !leaks.is_empty() {
        return Err(ProductionError::NotClean(leaks));
    }
    examine(repository, temporary, draw)?;
    Ok(Made { built, statement, files: folder.written })
}

/// Checks a folder as a stranger would who knows the city's key, and returns what it says of itself.
fn examine(repository: &Repository, directory: &Path, draw: Draw<'_>) -> Result<Option<Statement>, ProductionError> {
    let key = repository.signer().public_key_hex();
    let examination =
        delivery::examine_with(directory, Some(&key), draw).map_err(|error| ProductionError::io(directory, error))?;
    if examination.findings.is_empty() {
        Ok(examination.statement)
    } else {
        Err(ProductionError::NotClean(examination.findings))
    }
}

fn row(plan: &Plan, made: &Made, family: FamilyId, at: SealedAt) -> ProductionRow {
    let Made { built, statement, .. } = made;
    let production = Production {
        id: plan.production,
        request: plan.request.id,
        volume: plan.volume.clone(),
        first: BatesNumber::new(plan.prefix.clone(), plan.first),
        last: built.last.clone(),
        documents: built.items.len() as u64,
        made_at: plan.made_at,
        made_by: statement.made_by.clone(),
        manifest_sha256: statement.manifest_sha256.clone(),
    };
    // To the public the log tells nothing of such a family but its kind and the basis.
    let told = plan.request.kind.is_discovery();
    let logged = plan.withheld.iter().filter(|_| told).map(|one| one.family).collect();
    ProductionRow { production, family, at, items: built.items.clone(), logged }
}

fn produced(production: Production, directory: &Path, statement: &Statement) -> Produced {
    Produced {
        production,
        directory: directory.to_owned(),
        pages: statement.pages,
        withheld: statement.withheld,
        remarks: statement.remarks,
        adds_to: statement.adds_to,
        redactions: statement.redactions,
        version: statement.version.unwrap_or_else(|| redacted::usual_version(statement.kind)),
    }
}

/// Seals the copy that the repository keeps, uses the numbers, records the event and gives the folder its final name;
/// all of it or nothing. It waits until no other work holds the lock: nobody wants to draw everything once more.
#[expect(clippy::too_many_arguments, reason = "what is recorded, by whom, and the two places of the folder")]
fn record(
    repository: &mut Repository,
    plan: &Plan,
    repeats: &[Repeat],
    made: &Made,
    actor: &str,
    temporary: &Path,
    directory: &Path,
    monitor: &dyn Monitor,
) -> Result<Production, ProductionError> {
    let mut named = false;
    let done = match repository.work_when_free(monitor)? {
        None => return Err(ProductionError::Stopped),
        Some(mut work) => {
            let sealed = sealed::seal(&mut work, plan, &made.statement, temporary, &made.files, monitor);
            sealed.and_then(|(key, at)| {
                work.add(|writing, store| {
                    unchanged(&writing.reading(), plan)?;
                    let family = writing.next_family()?;
                    writing.set_next_family(FamilyId::new(family.get() + 1))?;
                    store.name(family, &key, &at)?;
                    store.sync()?;
                    let row = row(plan, made, family, at);
                    add(writing, plan, repeats, &row, &made.statement, actor)?;
                    // What stands under its final name can be read, and its numbers are never given again.
                    writing.keep_numbers()?;
                    durable::rename_new(temporary, directory).map_err(|error| ProductionError::io(directory, error))?;
                    named = true;
                    Ok(row.production)
                })
            })
        }
    };
    if done.is_err() {
        if named {
            // The numbers were not used, so nothing may stand under the final name.
            let _ = lease::remove(directory);
        }
        // What was sealed for nothing goes now; if that fails too, with the next one who takes the lock.
        let _ = repository.work();
    }
    done
}

fn add(
    writing: &Writing<'_>,
    plan: &Plan,
    repeats: &[Repeat],
    row: &ProductionRow,
    statement: &Statement,
    actor: &str,
) -> Result<(), ProductionError> {
    let one = &row.production;
    // Who gave out words of a withheld item on purpose is answerable for it.
    let repeats: Vec<_> = repeats.iter().map(|one| [one.given, one.withheld]).collect();
    let details = serde_json::json!({
        "request": one.request, "volume": one.volume, "first": one.first, "last": one.last,
        "documents": one.documents, "manifest_sha256": one.manifest_sha256, "program": plan.program,
        "merkle_root": statement.merkle_root, "extras": plan.extras, "news": plan.news(),
        "natives": plan.natives, "adds_to": plan.adds_to, "sealed": row.family,
        "repeats_reviewed": repeats, "not_collected": plan.not_collected, "version": plan.version,
        "redactions": plan.redactions.iter().map(|one| one.id).collect::<Vec<_>>(),
    });
    let event = writing.record_event(plan.made_at, actor, Act::Produced, &one.id.to_string(), &details)?;
    writing.extend_pack(&row.at)?;
    let id = writing.add_production(row, event.id)?;
    assert!(id == one.id, "the number in a delivered production is the one it is recorded under");
    if plan.version != redacted::usual_version(plan.request.kind) {
        writing.set_version(id, plan.version)?;
    }
    // What the city's own attorney reads is no answer to anybody.
    if plan.version != Version::CityAttorney {
        writing.set_request_status(one.request, RequestStatus::Produced)?;
    }
    Ok(())
}

/// Whether what was planned still holds: the numbers are free, the request is open, the decisions are the same.
fn unchanged(reading: &crate::catalog::Reading<'_>, plan: &Plan) -> Result<(), ProductionError> {
    let id = plan.request.id;
    let free = reading.next_production()? == plan.production && reading.next_number(&plan.prefix)? == plan.first;
    let open = reading.request(id)?.status != RequestStatus::Closed;
    let arranged = plan::arrange(reading, &plan.request, plan.version)?;
    let redactions = redacted::counting(reading, &plan.request, plan.version)?;
    let same =
        arranged.families == plan.families && arranged.withheld == plan.withheld && redactions == plan.redactions;
    if free && open && same {
        return Ok(());
    }
    let message = format!("the decisions of {id} were changed while the production was being made");
    Err(ProductionError::refused(message, "Run the same command again."))
}

/// Delivers a recorded production once more from its sealed copy: the same numbers, the same bytes, whatever became of
/// its items.
pub fn again(
    repository: &Repository,
    production: ProductionId,
    directory: &Path,
    monitor: &dyn Monitor,
) -> Result<Produced, ProductionError> {
    again_with(repository, production, directory, monitor, &render::draw)
}

/// As [`again`], with the slip sheets compared with those of `draw`.
pub fn again_with(
    repository: &Repository,
    production: ProductionId,
    directory: &Path,
    monitor: &dyn Monitor,
    draw: Draw<'_>,
) -> Result<Produced, ProductionError> {
    let directory = new_folder(directory)?;
    let temporary = beside(&directory);
    let (row, _) = repository.catalog().reading().production(production)?;
    let delivered = open_again(repository, &row, &temporary, monitor, draw).and_then(|statement| {
        durable::rename_new(&temporary, &directory).map_err(|error| ProductionError::io(&directory, error))?;
        Ok(produced(row.production, &directory, &statement))
    });
    if delivered.is_err() {
        // Nothing is recorded of it; the next try begins by removing what is left.
        let _ = lease::remove(&temporary);
    }
    delivered
}

/// Whether a folder is a recorded production, whole and unchanged.
pub(super) fn is_recorded(
    repository: &Repository,
    row: &ProductionRow,
    directory: &Path,
    draw: Draw<'_>,
) -> Result<(), ProductionError> {
    let one = &row.production;
    let statement = examine(repository, directory, draw)?;
    if statement.is_some_and(|it| it.production == one.id && it.manifest_sha256 == one.manifest_sha256) {
        return Ok(());
    }
    let message = format!("{} is not the production {}", directory.display(), one.id);
    let hint = format!("Deliver it again with: recordroom produce --again {} DIR", one.id);
    Err(ProductionError::refused(message, hint))
}

/// Opens the sealed copy, and checks that it is whole and the one that was recorded.
fn open_again(
    repository: &Repository,
    row: &ProductionRow,
    temporary: &Path,
    monitor: &dyn Monitor,
    draw: Draw<'_>,
) -> Result<Statement, ProductionError> {
    lease::remove(temporary)?;
    sealed::open(repository, row, temporary, monitor)?;
    let one = &row.production;
    let statement = examine(repository, temporary, draw)?;
    let recorded = |it: &Statement| it.production == one.id && it.manifest_sha256 == one.manifest_sha256;
    statement.filter(recorded).ok_or_else(|| {
        let message = "its sealed copy is not the production that was recorded";
        ProductionError::NotClean(vec![Finding::new("production-changed", one.id, message)])
    })
}
