//! The six months in which private data that was shown need not be shown again (Minn. Stat. § 13.04, subd. 3).

use super::RequestError;
use super::progress::progress;
use crate::base::clock::local_date;
use crate::base::id::{FamilyId, RequestId};
use crate::catalog::{Guard, Reading};
use crate::model::request::{DataRequest, RequestKind};
use crate::repository::Repository;
use crate::text::is_same_person;
use chrono::{Months, NaiveDate};
use serde::Serialize;
use std::collections::BTreeSet;

/// Months in which data that was shown need not be shown again.
const MONTHS: u32 = 6;

/// That the same person was shown data a short while ago.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SixMonthMemo {
    /// The earlier request.
    pub earlier: RequestId,
    /// The day it was shown.
    pub shown_on: NaiveDate,
    /// The last day on which it need not be shown again.
    pub until: NaiveDate,
    /// Whether its accuracy is disputed: then it is shown again.
    pub disputed: bool,
    /// Items that the new request reaches and that the earlier one did not give: these are shown in any case.
    pub new_items: u64,
}

impl SixMonthMemo {
    /// Whether the city may answer that the data was shown already.
    pub fn need_not_repeat(&self) -> bool {
        !self.disputed && self.new_items == 0
    }
}

/// The memo of a request by the subject of data; `None` where nothing was shown to them in the six months before it was
/// received. What is new in it counts as it stands now.
pub fn six_month_memo(repository: &Repository, id: RequestId) -> Result<Option<SixMonthMemo>, RequestError> {
    let reading = repository.catalog().reading();
    let request = reading.request(id)?;
    if request.kind != RequestKind::DataSubject {
        return Ok(None);
    }
    let mut newest: Option<SixMonthMemo> = None;
    let mut disputed = false;
    for earlier in reading.requests()?.iter().filter(|one| is_earlier(one, &request)) {
        let progress = progress(&reading, earlier.id)?;
        disputed |= progress.disputed();
        let produced = progress.productions.iter().map(|(_, at)| local_date(*at, repository.zone()));
        let inspected = progress.inspections.iter().map(|one| one.on);
        let Some(shown_on) = produced.chain(inspected).filter(|on| *on <= request.received_on).max() else { continue };
        let until = shown_on.checked_add_months(Months::new(MONTHS)).unwrap_or(NaiveDate::MAX);
        if until < request.received_on || newest.as_ref().is_some_and(|one| one.shown_on > shown_on) {
            continue;
        }
        let new_items = new_items(&reading, &request, earlier)?;
        newest = Some(SixMonthMemo { earlier: earlier.id, shown_on, until, disputed: false, new_items });
    }
    Ok(newest.map(|memo| SixMonthMemo { disputed, ..memo }))
}

fn is_earlier(one: &DataRequest, request: &DataRequest) -> bool {
    one.id < request.id && one.kind == RequestKind::DataSubject && is_same_person(&one.requester, &request.requester)
}

fn new_items(reading: &Reading<'_>, request: &DataRequest, earlier: &DataRequest) -> Result<u64, RequestError> {
    let before: BTreeSet<FamilyId> = reading.collected(earlier.id)?.into_iter().collect();
    let mut now: BTreeSet<FamilyId> = reading.families_guarded_by(Guard::Request(request.id))?.into_iter().collect();
    now.extend(reading.collected(request.id)?);
    Ok(now.difference(&before).count() as u64)
}
