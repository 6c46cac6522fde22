//! What was destroyed after a backup: it came back as rows, and its keys did not. Each becomes a tombstone again.

use super::run::finish_gone;
use super::{DispositionError, signed_document};
use crate::base::id::FamilyId;
use crate::base::limits::DESTROY_BATCH;
use crate::catalog::FamilyState;
use crate::model::disposition::{DispositionPlan, PlanCounts, PlanItem, Reason, ReasonCode, RuleRef};
use crate::model::event::Act;
use crate::repository::{Repository, month_of};
use crate::verify::certificate::destroyed_root;
use crate::verify::documents::{PLAN_DOMAIN, plan_root};
use std::collections::BTreeMap;

/// The place of an edition in the tombstones of what was destroyed after a backup: which rule it went under stands in
/// the certificate that was written then.
const EDITION: &str = "restored";
/// The same for the series.
const SERIES: &str = "destroyed-after-the-backup";

/// Makes tombstones of families whose keys are gone from the newest key set, and says how many there were.
///
/// # Panics
/// When one of them still has its key: only what nobody can open any more is gone already.
pub fn record_gone(
    repository: &mut Repository,
    families: &[FamilyId],
    reason: &str,
    actor: &str,
) -> Result<u64, DispositionError> {
    let (mut items, at, today) = (Vec::new(), repository.now(), repository.today());
    let rule = RuleRef { edition: EDITION.to_owned(), series: SERIES.to_owned() };
    for family in families {
        let row = repository.catalog().reading().family(*family)?;
        if row.state != FamilyState::Live {
            continue;
        }
        let key = repository.keys().key(month_of(&row.at)?, row.id);
        let key = key.map_err(crate::repository::RepositoryError::from)?;
        assert!(key.is_none(), "what still has its key is not gone, and goes by a plan alone (I4)");
        items.push(PlanItem {
            family: row.id,
            digest: row.name,
            rule: rule.clone(),
            since: today,
            status: row.standing.status.word().to_owned(),
            reasons: vec![Reason::new(ReasonCode::PeriodExpired, reason)],
        });
    }
    if items.is_empty() {
        return Ok(0);
    }
    let (profile, signer) = (repository.profile().clone(), repository.signer().clone());
    let plan = repository.catalog_mut().write::<_, DispositionError>(|writing| {
        let id = writing.next_plan()?;
        let counts = PlanCounts { total: items.len() as u64, eligible: items.len() as u64, ..PlanCounts::default() };
        let plan = DispositionPlan {
            plan: id,
            repository: profile.repository.clone(),
            exercise: profile.exercise,
            planned_by: actor.to_owned(),
            planned_at: at,
            on: today,
            inputs: BTreeMap::from([(EDITION.to_owned(), reason.to_owned())]),
            counts,
            held_back: BTreeMap::new(),
            merkle_root: plan_root(&items),
            items,
        };
        let value = serde_json::to_value(&plan)
            .map_err(|error| DispositionError::Unreadable { what: "list", message: error.to_string() })?;
        let document = signed_document(PLAN_DOMAIN, &value, &signer)?.to_string();
        let details = serde_json::json!({
            "total": plan.counts.total, "eligible": plan.counts.eligible, "restored": true,
            "merkle_root": plan.merkle_root,
        });
        let event = writing.record_event(at, actor, Act::Planned, &id.to_string(), &details)?;
        writing.add_plan(id, &document, event.id)?;
        for batch in plan.items.chunks(DESTROY_BATCH) {
            let mut leaves: Vec<_> = batch.iter().map(|one| (one.family, one.digest.to_string())).collect();
            leaves.sort();
            let details = serde_json::json!({
                "plan": id, "items": batch.len(), "merkle_root": destroyed_root(&leaves), "restored": true,
            });
            let event = writing.record_event(at, actor, Act::DestructionIntended, &id.to_string(), &details)?;
            let doomed: Vec<_> = batch.iter().map(|one| (one.family, one.rule.clone())).collect();
            writing.intend_what_is_gone(id, &doomed, event.id, at)?;
        }
        Ok(id)
    })?;
    finish_gone(repository, plan, actor)
}
