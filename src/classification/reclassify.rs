//! Proposals renewed after the rules have changed. What is confirmed stays as it is.

use super::list::{list_digest, ranges};
use super::{ClassificationError, edition};
use crate::base::clock::StopWatch;
use crate::base::id::FamilyId;
use crate::base::limits;
use crate::base::monitor::{Monitor, Progress};
use crate::catalog::{FamilyFilter, FamilyRow, FamilyState, Standing};
use crate::classify::{Context, Rules, classify};
use crate::model::classification::{Proposal, StatusBasis};
use crate::model::event::Act;
use crate::protection::{catch_up, stand_otherwise};
use crate::repository::Repository;
use crate::retention::Adopted;
use serde::Serialize;
use std::collections::BTreeMap;

/// The subject of the events of a reclassification.
pub(super) const SUBJECT: &str = "reclassify";

/// What a reclassification came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reclassified {
    /// The edition of the rules.
    pub rules: String,
    /// Unconfirmed families looked at.
    pub looked_at: u64,
    /// Families whose proposal is another one now.
    pub changed: u64,
    /// How many went from one status to another: "undetermined to transitory".
    pub moves: BTreeMap<String, u64>,
    /// Families that could not be read; their proposal stays, and `verify` says why.
    pub unreadable: u64,
}

/// Applies the present rules to everything unconfirmed. Cut off and run again, it comes to the same.
pub fn reclassify(
    repository: &mut Repository,
    actor: &str,
    monitor: &dyn Monitor,
) -> Result<Reclassified, ClassificationError> {
    let rules = Rules::shipped();
    let context = context(repository)?;
    let at = repository.now();
    let through = repository.catalog().reading().last_event_number()?;
    repository.catalog_mut().write::<_, ClassificationError>(|writing| {
        edition::begin(writing, through)?;
        // The event stands before the first change, so that an open sample is void from here on.
        let details = serde_json::json!({ "rules": rules.version(), "begins": true });
        writing.record_event(at, actor, Act::Classified, SUBJECT, &details)?;
        Ok(())
    })?;
    let mut report = Reclassified { rules: rules.version().to_owned(), ..Reclassified::default() };
    let watch = StopWatch::start();
    let mut rows: Vec<FamilyRow> = Vec::new();
    repository.catalog().reading().each_family::<ClassificationError>(FamilyFilter::default(), |row| {
        if is_open(&row) && row.event <= through {
            rows.push(row);
        }
        Ok(())
    })?;
    for batch in rows.chunks(limits::BATCH_ITEMS) {
        let mut proposals: Vec<(FamilyId, Proposal)> = Vec::new();
        for row in batch {
            match propose(repository, row, &context, &rules) {
                Ok(proposal) => proposals.push((row.id, proposal)),
                Err(_) => report.unreadable += 1,
            }
            report.looked_at += 1;
        }
        write_batch(repository, &proposals, &rules, actor, &mut report)?;
        let seconds = watch.seconds();
        monitor.progress(Progress {
            task: "Reclassifying",
            items: report.looked_at,
            bytes: 0,
            total_bytes: 0,
            seconds,
        });
    }
    repository.catalog_mut().write(|writing| edition::finish(writing, rules.version(), through))?;
    catch_up(repository)?;
    Ok(report)
}

/// What the profile and the adopted schedules tell the rules.
pub(super) fn context(repository: &Repository) -> Result<Context, ClassificationError> {
    Ok(Context::of(repository.profile(), &Adopted::load(repository)?.editions))
}

fn is_open(row: &FamilyRow) -> bool {
    row.standing.basis == StatusBasis::Proposed && row.state == FamilyState::Live
}

/// The proposal of the present rules for a family, with the facts of its first copy.
pub(super) fn propose(
    repository: &Repository,
    row: &FamilyRow,
    context: &Context,
    rules: &Rules,
) -> Result<Proposal, ClassificationError> {
    let family = repository.family(row.id)?;
    let first = repository.catalog().reading().copies(row.id)?.into_iter().next();
    let copy = match first {
        Some(copy) => repository.open_copy(row, &copy)?.facts,
        None => Default::default(),
    };
    Ok(classify(&family.facts.item, &copy, context, rules))
}

fn proposed(proposal: &Proposal) -> Standing {
    Standing {
        status: proposal.status,
        basis: StatusBasis::Proposed,
        series: proposal.series.clone().unwrap_or_default(),
        confidence: proposal.confidence,
    }
}

fn write_batch(
    repository: &mut Repository,
    proposals: &[(FamilyId, Proposal)],
    rules: &Rules,
    actor: &str,
    report: &mut Reclassified,
) -> Result<(), ClassificationError> {
    let at = repository.now();
    repository.catalog_mut().write(|writing| {
        let before = writing.reading().last_touched()?;
        let mut changed: Vec<FamilyId> = Vec::new();
        let mut standings: Vec<Standing> = Vec::new();
        for (family, proposal) in proposals {
            let row = writing.reading().family(*family)?;
            // A person may have settled it while it was being read.
            if !is_open(&row) {
                continue;
            }
            let standing = proposed(proposal);
            if standing == row.standing {
                continue;
            }
            if standing.status != row.standing.status {
                *report.moves.entry(format!("{} to {}", row.standing.status, standing.status)).or_default() += 1;
            }
            changed.push(*family);
            standings.push(standing);
        }
        if changed.is_empty() {
            return Ok(());
        }
        report.changed += changed.len() as u64;
        let details = serde_json::json!({
            "rules": rules.version(), "basis": StatusBasis::Proposed, "count": changed.len(),
            "digest": list_digest(&changed), "families": ranges(&changed),
        });
        let event = writing.record_event(at, actor, Act::Classified, SUBJECT, &details)?;
        for (family, standing) in changed.iter().zip(&standings) {
            writing.set_standing(*family, standing, event.id)?;
        }
        stand_otherwise(writing, before, event.id)?;
        Ok(())
    })
}
