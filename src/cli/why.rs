//! `show --why`: the answer of the retention room, with the plans that list the item.

use super::output::Failure;
use crate::catalog::FamilyRow;
use crate::disposition::read_plan;
use crate::repository::Repository;
use crate::retention::{Listing, Why, why};
use chrono::NaiveDate;

/// Why an item is still here on a day, and when it may go.
pub fn of(opened: &Repository, row: &FamilyRow, on: NaiveDate) -> Result<Why, Failure> {
    Ok(why(opened, row, on, plans(opened, row)?)?)
}

/// The plans that list a family, each read back and its signature checked.
fn plans(opened: &Repository, row: &FamilyRow) -> Result<Vec<Listing>, Failure> {
    let reading = opened.catalog().reading();
    let mut listings = Vec::new();
    for id in reading.plans()? {
        let plan = read_plan(opened, id)?;
        let Some(item) = plan.items.iter().find(|item| item.family == row.id) else { continue };
        let (_, state) = reading.plan(id)?;
        listings.push(Listing { plan: id, state: state.word().to_owned(), on: plan.on, since: item.since });
    }
    Ok(listings)
}
