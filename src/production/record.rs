//! The operations: build beside the final place, check, and only then use the numbers, record, and give the folder its
//! name, all in one transaction.

use super::build::{self, Built};
use super::decisions;
use super::folder::Folder;
use super::lease::{self, Lease};
use super::plan::{self, Arranged, Plan};
use super::repeats::{self, Repeat};
use super::{Outcome, ProduceOptions, Produced, ProductionError, proof};
use crate::base::durable;
use crate::base::id::{EventId, IntakeId, ProductionId, RecordId, RequestId};
use crate::base::monitor::Monitor;
use crate::catalog::ProductionRow;
use crate::model::event::Act;
use crate::model::production::{BatesNumber, Production};
use crate::model::request::RequestStatus;
use crate::package::statement::Statement;
use crate::render;
use crate::repository::Repository;
use crate::verify::delivery::{self, Draw};
use serde::Deserialize;
use std::collections::BTreeSet;
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
    let plan = plan::plan(repository, request, options)?;
    if plan.families.is_empty() {
        return nothing_to_give(repository, &plan);
    }
    let decided = decisions::now(&repository.catalog().reading(), request)?;
    let repeats = repeats::find(repository, &plan, &decided)?;
    if !repeats.is_empty() && !options.repeats_reviewed {
        return Err(ProductionError::Repeats(repeats));
    }
    lease.begin(plan.production, &temporary, &directory)?;
    let made = make(repository, &plan, &temporary, actor, monitor, draw);
    let recorded = made.and_then(|(built, statement)| {
        let row = row(&plan, &built, &statement);
        record(repository, &plan, &repeats, &row, actor, &temporary, &directory)?;
        Ok(produced(row.production, &directory, &statement))
    });
    // After a failure nothing may stay; what cannot be removed now is named in the lease, and cleared by the next one.
    if recorded.is_ok() || (lease::remove(&temporary).is_ok() && !directory.exists()) {
        lease.end();
    }
    recorded.map(|one| Outcome::Produced(Box::new(one)))
}

fn nothing_to_give(repository: &Repository, plan: &Plan) -> Result<Outcome, ProductionError> {
    if let (true, Some(earlier)) = (plan.given_before > 0 && plan.withheld.is_empty(), plan.adds_to) {
        let message = format!("everything decided for {} is in the production {earlier} already", plan.request.id);
        let hint = format!("Deliver it again with: recordroom produce --again {earlier} DIR");
        return Err(ProductionError::refused(message, hint));
    }
    if plan.withheld.is_empty() {
        return Ok(Outcome::NothingResponsive);
    }
    Ok(Outcome::AllWithheld(build::withheld_families(repository, &plan.withheld, plan)?))
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

/// Builds and checks.
fn make(
    repository: &Repository,
    plan: &Plan,
    temporary: &Path,
    made_by: &str,
    monitor: &dyn Monitor,
    draw: Draw<'_>,
) -> Result<(Built, Statement), ProductionError> {
    lease::remove(temporary)?;
    let mut folder = Folder::create(temporary)?;
    let built = build::build(repository, plan, &mut folder, draw, monitor)?;
    let statement = proof::write(repository, plan, &built, made_by, &mut folder)?;
    let key = repository.signer().public_key_hex();
    let examination =
        delivery::examine_with(temporary, Some(&key), draw).map_err(|error| ProductionError::io(temporary, error))?;
    if examination.findings.is_empty() {
        Ok((built, statement))
    } else {
        Err(ProductionError::NotClean(examination.findings))
    }
}

fn row(plan: &Plan, built: &Built, statement: &Statement) -> ProductionRow {
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
    ProductionRow { production, items: built.items.clone() }
}

fn produced(production: Production, directory: &Path, statement: &Statement) -> Produced {
    Produced {
        production,
        directory: directory.to_owned(),
        pages: statement.pages,
        withheld: statement.withheld,
        remarks: statement.remarks,
        adds_to: statement.adds_to,
    }
}

/// Uses the numbers, records the event and gives the folder its final name; all of it or nothing.
fn record(
    repository: &mut Repository,
    plan: &Plan,
    repeats: &[Repeat],
    row: &ProductionRow,
    actor: &str,
    temporary: &Path,
    directory: &Path,
) -> Result<(), ProductionError> {
    let mut named = false;
    let done = repository.catalog_mut().write::<_, ProductionError>(|writing| {
        unchanged(&writing.reading(), plan)?;
        let one = &row.production;
        // Who gave out words of a withheld item on purpose is answerable for it.
        let repeats: Vec<_> = repeats.iter().map(|one| [one.given, one.withheld]).collect();
        let details = serde_json::json!({
            "request": one.request, "volume": one.volume, "first": one.first, "last": one.last,
            "documents": one.documents, "manifest_sha256": one.manifest_sha256, "program": plan.program,
            "natives": plan.natives, "adds_to": plan.adds_to, "intake": plan.last_intake,
            "repeats_reviewed": repeats, "not_collected": plan.not_collected,
        });
        let event = writing.record_event(plan.made_at, actor, Act::Produced, &one.id.to_string(), &details)?;
        let id = writing.add_production(row, event.id)?;
        assert!(id == one.id, "the number in a delivered production is the one it is recorded under");
        writing.set_request_status(one.request, RequestStatus::Produced)?;
        durable::rename_new(temporary, directory).map_err(|error| ProductionError::io(directory, error))?;
        named = true;
        Ok(())
    });
    if done.is_err() && named {
        // The numbers were not used, so nothing may stand under the final name.
        let _ = lease::remove(directory);
    }
    done
}

/// Whether what was planned still holds: the numbers are free, the request is open, the decisions are the same.
fn unchanged(reading: &crate::catalog::Reading<'_>, plan: &Plan) -> Result<(), ProductionError> {
    let id = plan.request.id;
    let free = reading.next_production()? == plan.production && reading.next_number(&plan.prefix)? == plan.first;
    let open = reading.request(id)?.status != RequestStatus::Closed;
    let decided = decisions::now(reading, id)?;
    let earlier = plan::earlier(reading, id, None)?;
    let arranged = plan::arrange(reading, id, &decided, &earlier, true)?;
    if free && open && arranged.families == plan.families && arranged.withheld == plan.withheld {
        return Ok(());
    }
    let message = format!("the decisions of {id} were changed while the production was being made");
    Err(ProductionError::refused(message, "Run the same command again."))
}

/// What the event of a production tells beside its row.
#[derive(Deserialize)]
struct Recorded {
    program: String,
    natives: bool,
    adds_to: Option<ProductionId>,
    intake: IntakeId,
    #[serde(default)]
    not_collected: u64,
}

/// Delivers a recorded production once more: the same numbers, the same bytes.
pub fn again(
    repository: &Repository,
    production: ProductionId,
    directory: &Path,
    monitor: &dyn Monitor,
) -> Result<Produced, ProductionError> {
    again_with(repository, production, directory, monitor, &render::draw)
}

/// As [`again`], drawn by `draw`.
pub fn again_with(
    repository: &Repository,
    production: ProductionId,
    directory: &Path,
    monitor: &dyn Monitor,
    draw: Draw<'_>,
) -> Result<Produced, ProductionError> {
    let directory = new_folder(directory)?;
    let temporary = beside(&directory);
    let (row, event) = repository.catalog().reading().production(production)?;
    let plan = plan_again(repository, &row, event)?;
    let made = make(repository, &plan, &temporary, &row.production.made_by, monitor, draw);
    let delivered = made.and_then(|(_, statement)| {
        if statement.manifest_sha256 != row.production.manifest_sha256 {
            return Err(differs(production, &plan.program));
        }
        durable::rename_new(&temporary, &directory).map_err(|error| ProductionError::io(&directory, error))?;
        Ok(produced(row.production.clone(), &directory, &statement))
    });
    if delivered.is_err() {
        // Nothing is recorded of it; the next try begins by removing what is left.
        let _ = lease::remove(&temporary);
    }
    delivered
}

fn differs(production: ProductionId, program: &str) -> ProductionError {
    let other = if program == delivery::PROGRAM { "" } else { "the program is another version, or " };
    let message = format!(
        "{production} does not come out with the bytes that were recorded: {other}the profile or the stored items changed"
    );
    let hint = format!("The copy that was delivered is the record. {production} was made by {program}.");
    ProductionError::refused(message, hint)
}

/// The plan of a recorded production, from what its event and the events before it tell.
fn plan_again(repository: &Repository, row: &ProductionRow, event: EventId) -> Result<Plan, ProductionError> {
    let reading = repository.catalog().reading();
    let one = &row.production;
    let details = reading.event(event)?.details;
    let recorded: Recorded = serde_json::from_str(&details).map_err(|_| crate::catalog::CatalogError::Damaged {
        what: "the event of a production",
        value: event.to_string(),
    })?;
    let decided = decisions::before(&reading, one.request, event)?;
    let earlier = plan::earlier(&reading, one.request, Some(one.id))?;
    let Arranged { families, withheld, given_before } =
        plan::arrange(&reading, one.request, &decided, &earlier, false)?;
    let planned: BTreeSet<RecordId> =
        families.iter().flat_map(|family| family.members.iter().map(|member| member.record)).collect();
    let gone: Vec<RecordId> = row.items.iter().map(|item| item.0).filter(|id| !planned.contains(id)).collect();
    if !gone.is_empty() {
        let message = format!("items of {} are not here any more: {}", one.id, super::some_of(&gone));
        let hint = "They were destroyed after it was delivered; the delivered copy is what there is.";
        return Err(ProductionError::refused(message, hint));
    }
    Ok(Plan {
        production: one.id,
        request: reading.request(one.request)?,
        volume: one.volume.clone(),
        prefix: one.first.prefix().clone(),
        first: one.first.page(),
        adds_to: recorded.adds_to,
        natives: recorded.natives,
        last_intake: recorded.intake,
        made_at: one.made_at,
        program: recorded.program,
        families,
        withheld,
        given_before,
        not_collected: recorded.not_collected,
    })
}
