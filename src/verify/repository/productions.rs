//! I8: production numbers are unique, in order and gapless, over all productions of a prefix and inside each.

use super::{Check, VerifyError};

pub(super) fn check(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let reading = check.reading();
    let ranges = reading.production_ranges()?;
    let mut before: Option<(&str, u32)> = None;
    for (id, prefix, first, last) in &ranges {
        let expected = match before {
            Some((one, last)) if one == prefix => last + 1,
            _ => 1,
        };
        if *first != expected || last < first {
            let message = format!("its numbers run from {first} to {last}, and {expected} is the next free one (I8)");
            check.find("numbers-differ", id, message);
        }
        let mut next = *first;
        for (record, from, to) in reading.production_pages(*id)? {
            if from != next || to < from {
                check.find("numbers-differ", id, format!("{record} has {from} to {to}, and {next} is next (I8)"));
            }
            next = to.saturating_add(1);
        }
        if next != last.saturating_add(1) {
            check.find(
                "numbers-differ",
                id,
                format!("its items end at {}, not at {last} (I8)", next.saturating_sub(1)),
            );
        }
        before = Some((prefix, *last));
    }
    check.looked_at("Verifying productions", ranges.len() as u64)
}
