//! How long items have stood undetermined.

use super::ClassificationError;
use crate::base::clock::local_date;
use crate::base::id::EventId;
use crate::catalog::FamilyFilter;
use crate::model::classification::{RecordStatus, StatusBasis};
use crate::repository::Repository;
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;

/// Days at which a band ends, and how it is called.
const BANDS: [(i64, &str); 4] =
    [(30, "0-30 days"), (90, "31-90 days"), (365, "91-365 days"), (i64::MAX, "more than 365 days")];

/// One band of age.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Band {
    /// What it is called.
    pub age: &'static str,
    /// Undetermined items sealed so long ago.
    pub undetermined_by_sealing: u64,
    /// Undetermined items sent so long ago.
    pub undetermined_by_sending: u64,
    /// Items with a proposed status that nobody has confirmed, sealed so long ago.
    pub unconfirmed_by_sealing: u64,
}

/// The ageing report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ageing {
    /// The day it is of.
    pub today: NaiveDate,
    /// The bands, the youngest first.
    pub bands: Vec<Band>,
    /// Undetermined items in all.
    pub undetermined: u64,
    /// Of them, without a known day of sending.
    pub undated: u64,
    /// Items with a proposed status that nobody has confirmed.
    pub unconfirmed: u64,
}

/// Undetermined items by age, in the city's civil days; a day in the future counts as age 0.
pub fn ageing(repository: &Repository) -> Result<Ageing, ClassificationError> {
    let reading = repository.catalog().reading();
    let (today, zone) = (repository.today(), repository.zone());
    let bands = BANDS.iter().map(|(_, age)| Band { age, ..Band::default() }).collect();
    let mut report = Ageing { today, bands, undetermined: 0, undated: 0, unconfirmed: 0 };
    let mut sealed: BTreeMap<EventId, NaiveDate> = BTreeMap::new();
    let filter = FamilyFilter { ordinary: true, ..FamilyFilter::default() };
    reading.each_family::<ClassificationError>(filter, |row| {
        let undetermined = row.standing.status == RecordStatus::Undetermined;
        if !undetermined && row.standing.basis != StatusBasis::Proposed {
            return Ok(());
        }
        let sealed_on = match sealed.get(&row.event) {
            Some(day) => *day,
            None => {
                let day = local_date(reading.event(row.event)?.at, zone);
                sealed.insert(row.event, day);
                day
            }
        };
        let band = &mut report.bands[band_of(today, sealed_on)];
        if !undetermined {
            band.unconfirmed_by_sealing += 1;
            report.unconfirmed += 1;
            return Ok(());
        }
        band.undetermined_by_sealing += 1;
        report.undetermined += 1;
        match row.sent_on {
            Some(day) => report.bands[band_of(today, day)].undetermined_by_sending += 1,
            None => report.undated += 1,
        }
        Ok(())
    })?;
    Ok(report)
}

fn band_of(today: NaiveDate, day: NaiveDate) -> usize {
    let days = (today - day).num_days();
    BANDS.iter().position(|(end, _)| days <= *end).unwrap_or(BANDS.len() - 1)
}
