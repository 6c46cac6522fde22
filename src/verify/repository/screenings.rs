//! What was set aside stays so until a person has decided, and a decision is the one that was recorded (I4): personal
//! items go by nothing else.

use super::{Check, VerifyError};
use crate::base::id::{EventId, FamilyId};
use crate::model::event::Act;
use crate::model::screening::{Screening, ScreeningDecision};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let reading = check.reading();
    let mut set_aside = 0;
    let mut decided: BTreeMap<EventId, (String, BTreeSet<FamilyId>)> = BTreeMap::new();
    let (mut sealed, mut copied): (BTreeSet<EventId>, BTreeSet<EventId>) = Default::default();
    reading.each_event::<VerifyError>(EventId::new(0), |event| {
        let details: serde_json::Value = serde_json::from_str(&event.details).unwrap_or_default();
        match event.act {
            Act::Sealed => {
                set_aside += details["set_aside"].as_u64().unwrap_or(0);
                sealed.insert(event.id);
                if details["city_copies"].as_u64().unwrap_or(0) > 0 {
                    copied.insert(event.id);
                }
            }
            Act::Screened => {
                let families = serde_json::from_value(details["families"].clone()).unwrap_or_default();
                decided.insert(event.id, (details["decision"].as_str().unwrap_or_default().to_owned(), families));
            }
            _ => {}
        }
        Ok(())
    })?;
    let rows = reading.screenings()?;
    for (family, state, event) in &rows {
        let by_person = |decision: ScreeningDecision| {
            decided.get(event).is_some_and(|(word, families)| word == decision.word() && families.contains(family))
        };
        let is_sound = match state {
            Screening::Undecided => sealed.contains(event),
            // A copy from one of the city's own systems came in with a batch.
            Screening::Government => by_person(ScreeningDecision::Government) || copied.contains(event),
            Screening::Personal { .. } => by_person(ScreeningDecision::Personal),
        };
        if !is_sound {
            check.find("screening-differs", family, "how it stands as to a personal device is recorded by no event");
        }
    }
    if rows.len() as u64 != set_aside {
        let message = format!("{set_aside} items were set aside when they came in, and {} are told to be", rows.len());
        check.find("screening-differs", "repository", message);
    }
    check.looked_at("Verifying what was set aside", rows.len() as u64)
}
