//! What is recorded about items and moves their retention: events, and the filing of official records.

use super::RetentionError;
use crate::base::id::FamilyId;
use crate::model::event::Act;
use crate::repository::Repository;
use chrono::NaiveDate;

/// Characters of the longest name of a retention event, and of the entry of the document system.
const NAME_CHARS: usize = 120;

/// Records the day on which something happened that a schedule waits for, or cancels it with `None`.
pub fn record_happening(
    repository: &mut Repository,
    families: &[FamilyId],
    name: &str,
    on: Option<NaiveDate>,
    actor: &str,
) -> Result<(), RetentionError> {
    let name = name.trim().to_lowercase().replace(' ', "-");
    if name.is_empty() || name.chars().count() > NAME_CHARS {
        return Err(RetentionError::Incomplete("name what happened, such as action-completed"));
    }
    if on.is_some_and(|on| on > repository.today()) {
        return Err(RetentionError::Incomplete("what happened cannot lie in the future"));
    }
    let at = repository.now();
    repository.catalog_mut().write::<_, RetentionError>(|writing| {
        let details = serde_json::json!({ "event": name, "on": on, "families": families });
        let event = writing.record_event(at, actor, Act::RetentionEvent, &name, &details)?;
        for family in families {
            // The row must be there: an event of a destroyed or unknown item is a mistake of the caller.
            writing.reading().family(*family)?;
            writing.set_retention_event(*family, &name, on, event.id)?;
        }
        Ok(())
    })
}

/// Records that official records were filed in the document system, each under its own series: only then may the
/// mailbox copy go (Otsego Information Technology Policy, "Employee Responsibilities").
pub fn record_filing(
    repository: &mut Repository,
    families: &[FamilyId],
    entry: &str,
    actor: &str,
) -> Result<(), RetentionError> {
    let entry = entry.trim();
    if entry.is_empty() || entry.chars().count() > NAME_CHARS {
        return Err(RetentionError::Incomplete("name the entry of the document system under which it was filed"));
    }
    let at = repository.now();
    repository.catalog_mut().write::<_, RetentionError>(|writing| {
        let details = serde_json::json!({ "entry": entry, "families": families });
        let event = writing.record_event(at, actor, Act::Filed, entry, &details)?;
        for family in families {
            writing.reading().family(*family)?;
            writing.set_filed(*family, event.id)?;
        }
        Ok(())
    })
}
