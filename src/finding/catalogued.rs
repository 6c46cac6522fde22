//! What the index asks the catalog while it searches: status, series and custodians as they stand now.

use crate::base::id::FamilyId;
use crate::catalog::CatalogError;
use crate::index::{IndexError, Standing};
use crate::people::{Directory, PeopleError, items_of};
use crate::query::{Flag, Query, custodian_fits, persons};
use crate::repository::Repository;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Answers from the catalog of a repository.
pub(super) struct Catalogued<'r> {
    repository: &'r Repository,
    /// The items of each person that was asked for: reading the directory costs a reading of all facts.
    people: RefCell<BTreeMap<String, Vec<i64>>>,
}

impl<'r> Catalogued<'r> {
    pub(super) fn of(repository: &'r Repository) -> Self {
        Self { repository, people: RefCell::default() }
    }

    /// Looks up the persons of a query before it is asked, so that one who is nobody is told as a mistake.
    pub(super) fn prepare(&self, query: &Query) -> Result<(), PeopleError> {
        let wanted = persons(query);
        if wanted.is_empty() {
            return Ok(());
        }
        let directory = Directory::read(self.repository)?;
        for one in wanted {
            let (items, _) = items_of(self.repository, directory.only(one)?)?;
            self.people.borrow_mut().insert(one.to_owned(), items.into_iter().map(|family| family.get()).collect());
        }
        Ok(())
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
            Query::Person(wanted) => all = self.people.borrow().get(wanted).cloned().unwrap_or_default(),
            Query::Family(family) => all.push(family.get()),
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
