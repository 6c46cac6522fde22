//! I3 by predicate: every guard in force is asked again, and what it covers has its row; what was destroyed is held
//! against every scope that a hold had at that moment, as far as the catalog still knows the item.

use super::{Check, VerifyError};
use crate::base::clock::local_date;
use crate::base::id::{CustodianId, EventId, FamilyId};
use crate::base::random;
use crate::catalog::{CatalogError, FamilyFilter, FamilyRow, FamilyState, Guard, Reading, TombstoneRow};
use crate::model::event::{Act, Event};
use crate::model::hold::{Hold, HoldState, Scope};
use crate::protection::{Compiled, each_asked, has_its_row};
use crate::verify::matter::confirmation_trouble;
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Families looked at in one step.
const STEP: u64 = 2_000;
/// Up to so many families all are asked; of more, about so many drawn at random.
const SAMPLE: u64 = 2_000;

/// Whether a hold is as the events about it left it.
pub fn agrees_with_ledger(hold: &Hold, events: &[&Event]) -> bool {
    let details = |event: &Event| serde_json::from_str::<Value>(&event.details).unwrap_or_default();
    let Some(placed) = events.iter().find(|event| event.act == Act::HoldPlaced).map(|event| details(event)) else {
        return false;
    };
    let mut scopes = events
        .iter()
        .filter(|event| matches!(event.act, Act::HoldPlaced | Act::HoldAmended | Act::HoldExcluded))
        .map(|event| details(event)["scope"].clone());
    let scope = serde_json::to_value(&hold.scope).unwrap_or_default();
    // A hold placed by an earlier version names no issuer and no basis.
    let says = |name: &str, value: &str| placed.get(name).is_none_or(|one| *one == value);
    let same = scopes.next_back() == Some(scope)
        && placed["matter"] == hold.matter.as_str()
        && says("issuer", &hold.issued_by)
        && says("basis", hold.basis.word());
    let released = events.iter().find(|event| event.act == Act::HoldReleased).map(|event| details(event));
    let ended = match (&hold.state, released) {
        (HoldState::Active, None) => true,
        (HoldState::Released { reason, protected_until, .. }, Some(told)) => {
            let until = told.get("protected_until").and_then(Value::as_str).and_then(|day| day.parse().ok());
            told["reason"] == reason.as_str() && until == *protected_until
        }
        _ => false,
    };
    same && ended
}

/// Asks every guard in force of the items that are here: all of them, or a random part of many.
pub(super) fn check(check: &mut Check<'_>, all: bool) -> Result<(), VerifyError> {
    let reading = check.reading();
    let today = check.repository.today();
    confirmations(check)?;
    let mut guards: Vec<(Guard, EventId, Compiled)> = Vec::new();
    for (guard, scope, through) in reading.live_guards(today)? {
        guards.push((guard, through, Compiled::in_force(&scope)));
    }
    if guards.is_empty() {
        return Ok(());
    }
    let here = reading.family_counts()?.0;
    let stride = if all { 1 } else { (here / SAMPLE).max(1) };
    let offset = u64::from_le_bytes(random::bytes::<8>()) % stride;
    for rows in reading.families_in_steps(FamilyFilter::default(), STEP) {
        let mut rows = rows?;
        rows.retain(|row| row.id.get().unsigned_abs() % stride == offset);
        asked(check, &rows, &guards, today)?;
        check.looked_at("Verifying holds", rows.len() as u64)?;
    }
    Ok(())
}

fn asked(
    check: &mut Check<'_>,
    rows: &[FamilyRow],
    guards: &[(Guard, EventId, Compiled)],
    today: NaiveDate,
) -> Result<(), VerifyError> {
    let reading = check.reading();
    let touched: BTreeMap<FamilyId, EventId> = rows.iter().map(|row| (row.id, row.touched)).collect();
    let scopes: Vec<&Compiled> = guards.iter().map(|(.., compiled)| compiled).collect();
    for (family, covered) in each_asked(check.repository, rows, &scopes)? {
        let protecting = reading.guards_of(family, today)?;
        for ((guard, through, _), _) in guards.iter().zip(covered).filter(|(_, covered)| *covered) {
            // What it has not looked at yet counts as covered without a row.
            let waits = touched.get(&family).is_some_and(|touched| through < touched);
            let has_row = has_its_row(&reading, family, *guard, &protecting)?;
            if !waits && !has_row {
                check.find("not-protected", family, format!("{guard} covers it, and no row protects it (I3)"));
            }
        }
    }
    Ok(())
}

/// Whoever confirmed that a hold lets something go was a second person, and signed for just that.
fn confirmations(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let reading = check.reading();
    let profile = check.repository.profile();
    let approvers: BTreeMap<String, String> = reading.approvers()?.into_iter().collect();
    let own = check.repository.signer().public_key_hex();
    let mut found = Vec::new();
    for hold in reading.holds()? {
        for event in reading.events_about(&hold.id.to_string())? {
            let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
            let document = details.get("confirmation").cloned().unwrap_or_default();
            if document.is_null() && event.act != Act::HoldExcluded {
                continue;
            }
            let own = profile.exercise.then_some(own.as_str());
            if let Some(message) = confirmation_trouble(&document, &event, &profile.repository, &approvers, own) {
                found.push((hold.id, message));
            }
        }
    }
    for (hold, message) in found {
        check.find("confirmation-differs", hold, message);
    }
    Ok(())
}

/// One scope that a hold had, with the events between which it was in force.
pub(super) struct Period {
    from: EventId,
    to: Option<EventId>,
    /// The last day of the cooling period after a release.
    cooling: Option<NaiveDate>,
    scope: Scope,
    names_only: bool,
}

/// Every scope every hold ever had.
pub(super) fn periods(reading: &Reading<'_>) -> Result<Vec<Period>, CatalogError> {
    let mut all = Vec::new();
    for hold in reading.holds()? {
        let mut open: Option<Period> = None;
        for event in reading.events_about(&hold.id.to_string())? {
            if !matches!(event.act, Act::HoldPlaced | Act::HoldAmended | Act::HoldExcluded | Act::HoldReleased) {
                continue;
            }
            let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
            if let Some(mut ended) = open.take() {
                ended.to = Some(event.id);
                let until = details.get("protected_until").and_then(Value::as_str).and_then(|day| day.parse().ok());
                ended.cooling = until.filter(|_| event.act == Act::HoldReleased);
                all.push(ended);
            }
            if let Some(scope) = details.get("scope").cloned().and_then(|scope| serde_json::from_value(scope).ok()) {
                open = Some(Period::new(event.id, scope));
            }
        }
        all.extend(open);
    }
    Ok(all)
}

impl Period {
    fn new(from: EventId, scope: Scope) -> Self {
        let families = (scope.families.clone(), scope.excluded.clone());
        let bare = Scope { families: families.0, excluded: families.1, ..Scope::default() };
        let names_only = !scope.families.is_empty() && scope == bare;
        Self { from, to: None, cooling: None, scope, names_only }
    }

    /// Whether this scope forbade the destruction, as far as the catalog tells: words and parties went with the item.
    pub(super) fn forbade(
        &self,
        row: &FamilyRow,
        custodians: &[Option<CustodianId>],
        (intent, tombstone): (EventId, &TombstoneRow),
        zone: Tz,
    ) -> bool {
        let in_force = self.from < intent && self.to.is_none_or(|to| to > intent);
        let cooling = self.to.is_some_and(|to| to < intent)
            && self.cooling.is_some_and(|until| local_date(tombstone.destroyed_at, zone) <= until);
        if !(in_force || cooling) || self.scope.excluded.contains(&row.id) {
            return false;
        }
        self.scope.families.contains(&row.id) || self.reaches(row, custodians)
    }

    fn reaches(&self, row: &FamilyRow, custodians: &[Option<CustodianId>]) -> bool {
        let scope = &self.scope;
        if self.names_only || scope.query.is_some() || !scope.parties.is_empty() {
            return false;
        }
        let named: BTreeSet<CustodianId> = scope.custodians.iter().copied().collect();
        let custodian = named.is_empty()
            || custodians.is_empty()
            || custodians.iter().any(|one| one.is_none_or(|one| named.contains(&one)));
        let day = row.sent_on.or(row.received_on);
        let in_days =
            day.is_none_or(|day| scope.from.is_none_or(|from| day >= from) && scope.to.is_none_or(|to| day <= to));
        custodian && in_days && row.state != FamilyState::Live
    }
}
