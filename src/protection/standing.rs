//! Guards follow a status or a series that changes: a scope may ask for one (`status:official`).

use super::{Compiled, ProtectionError};
use crate::base::id::EventId;
use crate::catalog::Writing;
use crate::query::Query;
use chrono::NaiveDate;

/// After an event gave families another status or series, moves on the guards that ask for neither and had looked at
/// everything before. The others have fallen behind, and what was touched is protected until they catch up.
/// `before` is [`crate::catalog::Reading::last_touched`] before the event.
pub fn stand_otherwise(writing: &Writing<'_>, before: EventId, event: EventId) -> Result<(), ProtectionError> {
    let reading = writing.reading();
    if reading.last_touched()? != event {
        return Ok(());
    }
    // Every guard, also one that protects for no more than the past.
    for (guard, scope, through) in reading.live_guards(NaiveDate::MIN)? {
        if through >= before && !Compiled::in_force(&scope).query.as_ref().is_some_and(asks_for_standing) {
            writing.set_guard_through(guard, event)?;
        }
    }
    Ok(())
}

/// Whether the answer for an item may change with its status or its series.
fn asks_for_standing(query: &Query) -> bool {
    match query {
        Query::Status(_) | Query::Series(_) => true,
        Query::And(all) | Query::Or(all) => all.iter().any(asks_for_standing),
        Query::Not(inner) => asks_for_standing(inner),
        Query::Everything
        | Query::Word(..)
        | Query::Phrase(..)
        | Query::Near { .. }
        | Query::Kind(_)
        | Query::Custodian(_)
        | Query::Person(_)
        | Query::Family(_)
        | Query::Date(..)
        | Query::AttachmentType(_)
        | Query::Is(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::parse;

    #[test]
    fn a_status_or_series_is_found_wherever_it_stands() {
        for (query, asks) in [
            ("status:official", true),
            ("barn AND (road OR NOT series:adm-1)", true),
            ("NOT status:personal", true),
            // The words alone are words.
            ("status AND \"series official\"", false),
            ("kind:email AND custodian:lee", false),
        ] {
            assert_eq!(asks_for_standing(&parse(query).expect("a query")), asks, "{query}");
        }
    }
}
