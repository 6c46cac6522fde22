//! The decision to stop a review before everything is read.

use super::standing::progress;
use super::{RankingError, refused};
use crate::base::id::RequestId;
use crate::catalog::ReviewStop;
use crate::model::event::Act;
use crate::model::request::{RequestKind, RequestStatus};
use crate::repository::Repository;

/// Records the attorney's decision to stop the review of a request in litigation. What is not read keeps no decision, is
/// not produced, and stays listed and counted; what is collected later is not covered. With `despite` it is recorded even
/// where the rule is not met, and that it was not.
pub fn stop(
    repository: &mut Repository,
    request: RequestId,
    target: u32,
    despite: bool,
    reason: &str,
    actor: &str,
) -> Result<ReviewStop, RankingError> {
    if reason.trim().is_empty() {
        return Err(refused("stopping a review needs the reason", "Say why the rest need not be read."));
    }
    if !(1..=100).contains(&target) {
        return Err(refused("the target is between 1 and 100 percent", "80 is usual."));
    }
    let asked = repository.catalog().reading().request(request)?;
    // Minn. Stat. 13.03 and 13.04 give the data asked for, and not most of it.
    if asked.kind != RequestKind::Litigation {
        let message = format!("{request} is no request in litigation: everything collected for it is read");
        return Err(refused(message, format!("What is left: recordroom review list {request} --undecided")));
    }
    if asked.status == RequestStatus::Closed {
        return Err(refused(format!("the request {request} is closed"), ""));
    }
    let now = progress(repository, request, target)?;
    if now.undecided == 0 {
        return Err(refused("everything is read", format!("Next: recordroom produce {request} DIR")));
    }
    if !now.rule.met && !despite {
        let hint =
            "Read on: recordroom review next. The attorney may decide otherwise, with the reason: --rule-not-met";
        return Err(refused(format!("the rule for stopping is not met: {}", now.rule.missing.join(" ")), hint));
    }
    let at = repository.now();
    let facts = serde_json::json!({
        "target_percent": target, "rule_met": now.rule.met, "missing": now.rule.missing, "families": now.families,
        "relevant": now.relevant, "other": now.other, "undecided": now.undecided, "control": now.control,
        "recall": now.recall, "recall_low": now.recall_low, "elusion": now.elusion,
    });
    repository.catalog_mut().write(|writing| {
        let details = serde_json::json!({ "reason": reason, "facts": facts });
        let event = writing.record_event(at, actor, Act::ReviewStopped, &request.to_string(), &details)?;
        let stop = ReviewStop {
            request,
            event: event.id,
            by: actor.to_owned(),
            at,
            reason: reason.to_owned(),
            rule_met: now.rule.met,
            undecided: now.undecided,
            facts: facts.to_string(),
        };
        writing.add_review_stop(&stop)?;
        Ok(stop)
    })
}
