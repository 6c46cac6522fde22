//! I8: the key set carries every number that was given out, at both places, so that a restore does not give it again; and
//! what a restore passed over is told.

use super::{Check, VerifyError};
use crate::base::id::{EventId, NumbersGiven};
use crate::catalog::NumberGap;
use crate::model::event::Act;
use crate::vault::VaultError;
use std::collections::BTreeSet;

/// Holds what one place of the key set carries against what the catalog gave out.
pub(super) fn place(
    check: &mut Check<'_>,
    place: &str,
    carried: Result<Option<NumbersGiven>, VaultError>,
) -> Result<(), VerifyError> {
    let carried = match carried {
        Ok(carried) => carried.unwrap_or_default(),
        Err(error) => {
            check.find("numbers-damaged", place, error.to_string());
            return Ok(());
        }
    };
    let given = check.reading().numbers_given()?;
    let behind: Vec<_> = given.iter().filter(|(name, number)| carried.get(*name) < Some(number)).collect();
    if let Some((name, number)) = behind.first() {
        let known = carried.get(*name).copied().unwrap_or(0);
        let message = format!(
            "it does not carry the newest number of {} of the sequences that were given out (of {name:?} {number} was given, \
             and it knows of {known}); after a restore they could be given again. The next command that writes puts them there",
            behind.len()
        );
        check.find("numbers-behind", place, message);
    }
    check.looked_at("Verifying numbers", given.len() as u64)
}

/// What was passed over after a restore is what its event recorded, and is told.
pub(super) fn gaps(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let reading = check.reading();
    let mut recorded: BTreeSet<(String, i64, i64, EventId)> = BTreeSet::new();
    reading.each_event::<VerifyError>(EventId::new(0), |event| {
        if event.act == Act::Restored {
            let details: serde_json::Value = serde_json::from_str(&event.details).unwrap_or_default();
            let numbers: Vec<(String, i64, i64)> =
                serde_json::from_value(details["numbers"].clone()).unwrap_or_default();
            recorded.extend(numbers.into_iter().map(|(name, from, to)| (name, from, to, event.id)));
        }
        Ok(())
    })?;
    let gaps = reading.number_gaps()?;
    let listed = gaps.iter().map(|gap| (gap.sequence.clone(), gap.from, gap.to, gap.event)).collect::<BTreeSet<_>>();
    if listed != recorded {
        let message = "the numbers that are passed over are not those which the restores recorded (I8)";
        check.find("row-differs-from-ledger", "numbers", message);
    }
    check.report.remarks.extend(gaps.iter().map(NumberGap::told));
    Ok(())
}
