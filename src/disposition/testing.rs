//! A family and the item of a plan that names it, for the tests of this room.

use crate::base::digest::DigestSecret;
use crate::base::id::{EventId, FamilyId};
use crate::catalog::{FamilyRow, FamilyState, SealedAt, Standing};
use crate::model::classification::{RecordStatus, StatusBasis};
use crate::model::disposition::{Eligibility, PlanItem, Reason, ReasonCode, RuleRef, Verdict};
use crate::model::item::Searchable;
use crate::model::record::RecordKind;
use chrono::NaiveDate;

/// The day since which the item of [`item`] was due.
pub(super) fn since() -> NaiveDate {
    "2025-01-01".parse().expect("a day")
}

/// A transitory message that is here.
pub(super) fn row() -> FamilyRow {
    FamilyRow {
        id: FamilyId::new(7),
        name: DigestSecret::new([1; 32]).name(b"seven"),
        state: FamilyState::Live,
        event: EventId::new(2),
        at: SealedAt { month: "2024-01".to_owned(), pack: 1, offset: 0, length: 10, seal: [0; 16] },
        kind: RecordKind::Email,
        sent_at: None,
        sent_on: None,
        received_on: None,
        searchable: Searchable::Fully,
        standing: Standing {
            status: RecordStatus::Transitory,
            basis: StatusBasis::Person,
            series: String::new(),
            confidence: 100,
        },
        filed: None,
        touched: EventId::new(2),
    }
}

/// The rule it goes under.
pub(super) fn rule() -> RuleRef {
    RuleRef { edition: "city".to_owned(), series: "messages".to_owned() }
}

/// Its verdict with these reasons, the deciding one first.
pub(super) fn verdict(eligibility: Eligibility, codes: &[ReasonCode]) -> Verdict {
    let reasons = codes.iter().map(|code| Reason::new(*code, "because")).collect();
    Verdict { eligibility, rule: Some(rule()), reasons, must_destroy_by: None }
}

/// It as a plan names it.
pub(super) fn item() -> PlanItem {
    let status = RecordStatus::Transitory.word().to_owned();
    PlanItem { family: row().id, digest: row().name, rule: rule(), since: since(), status, reasons: Vec::new() }
}
