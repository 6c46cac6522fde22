//! What the index asks the catalog while it searches: status, series and custodians as they stand now.

use crate::base::id::FamilyId;
use crate::catalog::CatalogError;
use crate::index::{IndexError, Standing};
use crate::query::{Flag, Query, custodian_fits};
use crate::repository::Repository;

/// Answers from the catalog of a repository.
pub(super) struct Catalogued<'r> {
    repository: &'r Repository,
}

impl<'r> Catalogued<'r> {
    pub(super) fn of(repository: &'r Repository) -> Self {
        Self { repository }
    }

    fn asked(&self, part_of_query: &Query) -> Result<Vec<i64>, CatalogError> {
        let reading = self.repository.catalog().reading();
        let mut all = Vec::new();
        match part_of_query {
            Query::Status(status) => all = reading.families_with_status(status.word())?,
            Query::Series(wanted) => {
                for series in reading.series_in_use()? {
                    if series.to_lowercase() == wanted.to_lowercase() {
                        all.extend(reading.families_with_series(&series)?);
                    }
                }
            }
            Query::Custodian(wanted) => {
                for (id, name, _) in reading.custodians()? {
                    if custodian_fits(wanted, id, &name) {
                        all.extend(reading.families_of_custodian(id)?);
                    }
                }
            }
            Query::Is(Flag::SetAside) => {
                all = reading.families_set_aside()?.into_iter().map(|family| family.get()).collect();
            }
            _ => {}
        }
        Ok(all)
    }
}

impl Standing for Catalogued<'_> {
    fn families(&self, part_of_query: &Query) -> Result<Vec<FamilyId>, IndexError> {
        let numbers = self.asked(part_of_query).map_err(|error| IndexError::Standing(error.to_string()))?;
        Ok(numbers.into_iter().map(FamilyId::new).collect())
    }
}
