//! Sections that close data only once a person determined something: security information and trade secrets (Minn. Stat.
//! § 13.37, subd. 1(a) and (b), 2), a pending or anticipated civil action (§ 13.39, subd. 2). What is kept back under one
//! of them without a determination is kept back without a basis.

use super::ReviewError;
use crate::base::id::RequestId;
use crate::catalog::Reading;
use crate::citation::{In, citations};
use crate::model::review::Decision;
use crate::notpublic::statute;
use crate::request::decided;
use std::collections::BTreeSet;

/// Whether a basis rests on a section that wants a determination. A part in words no table knows is read for the citations
/// in it.
fn wants_determination(basis: &str) -> bool {
    let wants = |text: &str| statute::of(text).map(|row| row.wants_determination);
    basis.split(';').any(|part| {
        wants(part)
            .unwrap_or_else(|| citations(part, In::Basis).iter().any(|one| wants(&one.to_string()).unwrap_or_default()))
    })
}

/// The sentence that refuses to give out what rests on a determination that nobody recorded, with the command that records
/// it; `None` where nothing does.
pub(super) fn refusal(reading: &Reading<'_>, request: RequestId) -> Result<Option<String>, ReviewError> {
    let mut here = BTreeSet::new();
    for family in reading.collected(request)? {
        here.extend(reading.records(family)?.into_iter().map(|record| record.id));
    }
    let mut redactions = reading.redactions(request)?;
    redactions.retain(|one| here.contains(&one.record));
    for one in &redactions {
        if one.determination.trim().is_empty() && wants_determination(&one.statute) {
            return Ok(Some(format!(
                "words of {record} are left out under {statute}, which wants a determination by a person, and none is recorded: \
                 recordroom review unredact {request} --redaction {id} --reason TEXT, and then leave them out again with \
                 --determination TEXT",
                record = one.record,
                statute = one.statute,
                id = one.id
            )));
        }
    }
    for (record, all) in decided(reading, request)?.into_iter().filter(|(record, _)| here.contains(record)) {
        let Some(last) = all.last() else { continue };
        let is_kept_back = matches!(last.decision, Decision::Withheld | Decision::PartlyWithheld);
        if !is_kept_back || last.ground.determination.is_some() || !wants_determination(&last.basis) {
            continue;
        }
        // In part: what is left out tells for each place whose determination it rests on.
        let told_by_redactions = last.decision == Decision::PartlyWithheld
            && redactions.iter().any(|one| one.record == record && wants_determination(&one.statute));
        if !told_by_redactions {
            return Ok(Some(format!(
                "{record} is kept from the requester under {basis}, which wants a determination by a person, and none is \
                 recorded: recordroom review decide {request} --item {record} --decision {decision} --basis {basis:?} \
                 --determined-by NAME --determination TEXT",
                basis = last.basis,
                decision = last.decision
            )));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_bases_want_a_determination() {
        for (basis, wanted, why) in [
            ("Minn. Stat. § 13.37, subd. 1(a)", true, "security information"),
            ("Minn. Stat. § 13.37, subd. 1(b)", true, "trade secrets"),
            ("Minn. Stat. § 13.37, subd. 1(c)", false, "labor relations information is closed by what it is"),
            ("13.37", true, "the section as a whole may be either"),
            ("Minn. Stat. § 13.39, subd. 2", true, "whether an action is pending is for the chief attorney to say"),
            ("security information, see 13.37", true, "a citation in other words"),
            ("Minn. Stat. § 13.43; Minn. Stat. § 13.39, subd. 2", true, "one of two"),
            ("Minn. Stat. § 13.43, subd. 4", false, "personnel data are private by the section alone"),
            ("Minn. Stat. § 13.393", false, "not § 13.39"),
            ("attorney-client privilege", false, "no section"),
        ] {
            assert_eq!(wants_determination(basis), wanted, "{basis}: {why}");
        }
    }
}
