//! What a hold or a request reaches, as it is typed.

use super::output::Failure;
use crate::base::id::{FamilyId, RecordId};
use crate::model::hold::Scope;
use crate::repository::Repository;
use chrono::NaiveDate;
use clap::Args;

// What a hold or a request reaches: everything given has to fit; what is not known of an item counts as fitting.
#[derive(Debug, Clone, Default, Args)]
pub struct ScopeArgs {
    /// Only items of this custodian (may be given several times)
    #[arg(long = "custodian", value_name = "NAME")]
    pub custodians: Vec<String>,
    /// Only items with this address or phone number (may be given several times)
    #[arg(long = "party", value_name = "ADDRESS|NUMBER")]
    pub parties: Vec<String>,
    /// Only items from this day on, such as 2025-01-15
    #[arg(long, value_name = "DAY")]
    pub from: Option<NaiveDate>,
    /// Only items up to this day, the day included
    #[arg(long, value_name = "DAY")]
    pub to: Option<NaiveDate>,
    /// Only items that this query finds
    #[arg(long, value_name = "QUERY")]
    pub query: Option<String>,
    /// This item, whatever else is given (may be given several times): R-12 or F-7
    #[arg(long = "item", value_name = "ID")]
    pub items: Vec<String>,
}

impl ScopeArgs {
    /// Whether nothing was given at all.
    pub fn is_empty(&self) -> bool {
        self.custodians.is_empty()
            && self.parties.is_empty()
            && self.from.is_none()
            && self.to.is_none()
            && self.query.is_none()
            && self.items.is_empty()
    }

    /// The scope in this repository.
    pub fn scope(&self, opened: &Repository) -> Result<Scope, Failure> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            return Err(Failure::usage(format!("{from} is after {to}"), "Write the earlier day after --from."));
        }
        let custodians =
            self.custodians.iter().map(|name| opened.custodian_named(name)).collect::<Result<Vec<_>, _>>()?;
        let families = self.items.iter().map(|id| family_named(opened, id)).collect::<Result<Vec<_>, _>>()?;
        Ok(Scope {
            custodians,
            parties: self.parties.clone(),
            from: self.from,
            to: self.to,
            query: self.query.clone(),
            families,
            excluded: Vec::new(),
        })
    }
}

/// The family of an item, by its own number or the family's.
pub fn family_named(opened: &Repository, id: &str) -> Result<FamilyId, Failure> {
    let wrong = |error: crate::base::id::IdError| {
        Failure::usage(error.to_string(), "Items are written like R-12, families like F-7.")
    };
    let reading = opened.catalog().reading();
    if id.starts_with(['F', 'f']) {
        let family: FamilyId = id.parse().map_err(wrong)?;
        return Ok(reading.family(family)?.id);
    }
    let record: RecordId = id.parse().map_err(wrong)?;
    Ok(reading.record(record)?.family)
}

/// A scope in words.
pub fn told(opened: &Repository, scope: &Scope) -> Result<String, Failure> {
    Ok(crate::hold::told(&opened.catalog().reading(), scope)?)
}
