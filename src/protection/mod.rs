//! Protection: holds and live requests as predicates over items, the same for what is taken in and for what is here.
//!
//! *Invariant (I3):* what a guard has not looked at, cannot search or cannot date is protected. Rows are written while
//! sealing by [`GuardSet`], and from [`covered`] when a guard is placed or has to catch up ([`catch_up`]). What changes
//! under a guard (another copy, another status or series) touches the family: until the guard has looked again, the
//! family is protected. Rows are only ever added, until the guard ends.

#[cfg(test)]
mod corners;
mod document;
mod last_look;
mod scope;
mod standing;
mod whole;

pub use document::document;
pub use last_look::{has_its_row, last_look};
pub use scope::{Reach, reaches};
pub use standing::stand_otherwise;
pub use whole::whole_of;

use crate::base::id::{CustodianId, EventId, FamilyId};
use crate::catalog::{Catalog, CatalogError, FamilyFilter, FamilyRow, FamilyState, Guard, Reading, Standing};
use crate::model::hold::Scope;
use crate::model::item::ParsedItem;
use crate::query::{Query, QueryError, matches, parse, persons};
use crate::repository::{Repository, RepositoryError};
use chrono::NaiveDate;
use chrono_tz::Tz;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Families read back and looked at in one step.
const STEP: u64 = 2_000;

/// Protection could not be evaluated.
#[derive(Debug, thiserror::Error)]
pub enum ProtectionError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The query of a scope cannot be understood.
    #[error("the query of {guard} cannot be understood: {}", error.message)]
    Query {
        /// Whose query.
        guard: String,
        /// What is wrong with it.
        error: QueryError,
    },
}

/// A scope with its query read.
#[derive(Debug, Clone)]
pub struct Compiled {
    scope: Scope,
    query: Option<Query>,
    named: BTreeSet<FamilyId>,
    excluded: BTreeSet<FamilyId>,
}

impl Compiled {
    /// Reads the query of a scope. `whose` names the guard in an error.
    pub fn new(scope: &Scope, whose: &str) -> Result<Self, ProtectionError> {
        let query = scope
            .query
            .as_deref()
            .map(parse)
            .transpose()
            .map_err(|error| ProtectionError::Query { guard: whose.to_owned(), error })?;
        // The directory of people changes as people say who is who, and what a guard reaches must not.
        if query.as_ref().is_some_and(|query| !persons(query).is_empty()) {
            let text = scope.query.as_deref().unwrap_or_default().to_lowercase();
            let column = text.find("person:").map_or(1, |at| text[..at].chars().count() + 1);
            let message = "`person:` can be searched for, and not be held by".to_owned();
            let hint = "name the addresses and numbers: recordroom people show NAME lists them".to_owned();
            let error = QueryError { column, message, hint };
            return Err(ProtectionError::Query { guard: whose.to_owned(), error });
        }
        Ok(Self::with(scope, query))
    }

    /// Reads a scope that is in force. Should its query not be understood any more, the scope reaches everything that
    /// its other parts reach: a hold never covers less because the program changed.
    pub fn in_force(scope: &Scope) -> Self {
        Self::new(scope, "").unwrap_or_else(|_| Self::with(scope, None))
    }

    fn with(scope: &Scope, query: Option<Query>) -> Self {
        let named = scope.families.iter().copied().collect();
        let excluded = scope.excluded.iter().copied().collect();
        Self { scope: scope.clone(), query, named, excluded }
    }

    /// Whether the query asks for something that changes without the item: whose copies there are, its status or its
    /// series.
    pub fn asks_the_catalog(&self) -> bool {
        self.query.as_ref().is_some_and(asks_the_catalog)
    }

    /// Whether the scope covers an item.
    pub fn covers(
        &self,
        family: Option<FamilyId>,
        item: &ParsedItem,
        custodians: &[(CustodianId, String)],
        standing: &Standing,
        zone: Tz,
    ) -> bool {
        if family.is_some_and(|family| self.excluded.contains(&family)) {
            return false;
        }
        if family.is_some_and(|family| self.named.contains(&family)) {
            return true;
        }
        // A scope that only names families reaches nothing else.
        if self.names_families_only() {
            return false;
        }
        let ids: Vec<CustodianId> = custodians.iter().map(|(id, _)| *id).collect();
        let reach = Reach::of(item, &ids, zone);
        if !reaches(&self.scope, &reach) {
            return false;
        }
        match &self.query {
            Some(query) if scope::words_decide(&self.scope, &reach) => {
                matches(query, &document(family, item, custodians, standing, zone))
            }
            _ => true,
        }
    }

    fn names_families_only(&self) -> bool {
        let scope = &self.scope;
        !scope.families.is_empty()
            && scope.custodians.is_empty()
            && scope.parties.is_empty()
            && scope.from.is_none()
            && scope.to.is_none()
            && scope.query.is_none()
    }
}

fn asks_the_catalog(query: &Query) -> bool {
    match query {
        Query::Status(_) | Query::Series(_) | Query::Custodian(_) => true,
        Query::And(all) | Query::Or(all) => all.iter().any(asks_the_catalog),
        Query::Not(inner) => asks_the_catalog(inner),
        _ => false,
    }
}

/// Every guard in force, ready to look at items that are being taken in.
#[derive(Debug, Clone)]
pub struct GuardSet {
    guards: Vec<(Guard, Compiled)>,
    names: Vec<(CustodianId, String)>,
}

impl GuardSet {
    /// Reads the guards in force on a day.
    pub fn load(reading: &Reading<'_>, today: NaiveDate) -> Result<Self, ProtectionError> {
        let mut guards = Vec::new();
        for (guard, scope, _) in reading.live_guards(today)? {
            guards.push((guard, Compiled::in_force(&scope)));
        }
        let names = reading.custodians()?.into_iter().map(|(id, name, _)| (id, name)).collect();
        Ok(Self { guards, names })
    }

    /// Whether no guard is in force.
    pub fn is_empty(&self) -> bool {
        self.guards.is_empty()
    }

    /// The guards this set looks with, each with the scope it asks.
    pub fn guards(&self) -> Vec<(Guard, Scope)> {
        self.guards.iter().map(|(guard, compiled)| (*guard, compiled.scope.clone())).collect()
    }

    /// Of them, those whose answer on an item that is here may change with another copy of it.
    pub fn asking(&self) -> Vec<Guard> {
        self.guards.iter().filter(|(_, compiled)| compiled.asks_the_catalog()).map(|(guard, _)| *guard).collect()
    }

    /// The guards that cover an item by the copy of one custodian: a new item, or another copy of one that is here.
    pub fn covering(
        &self,
        item: &ParsedItem,
        custodian: Option<CustodianId>,
        standing: &Standing,
        zone: Tz,
    ) -> Vec<Guard> {
        if self.guards.is_empty() {
            return Vec::new();
        }
        let custodians: Vec<(CustodianId, String)> =
            self.names.iter().filter(|(id, _)| Some(*id) == custodian).cloned().collect();
        let covers = |compiled: &Compiled| compiled.covers(None, item, &custodians, standing, zone);
        self.guards.iter().filter(|(_, compiled)| covers(compiled)).map(|(guard, _)| *guard).collect()
    }
}

/// The families here that a scope covers, among those touched after an event. Each is read back
/// and looked at: this answers exactly as the evaluation at sealing does, whatever state the index is in. A family whose
/// destruction was decided before is past helping, and is left out.
pub fn covered(
    repository: &Repository,
    compiled: &Compiled,
    after_event: Option<EventId>,
) -> Result<Vec<FamilyId>, ProtectionError> {
    Ok(covered_by_each(repository, &[compiled], after_event)?.pop().unwrap_or_default())
}

/// As [`covered`], for several scopes while every family is read back once; the answers stand in the order of the scopes.
pub fn covered_by_each(
    repository: &Repository,
    scopes: &[&Compiled],
    after_event: Option<EventId>,
) -> Result<Vec<Vec<FamilyId>>, ProtectionError> {
    let mut all: Vec<Vec<FamilyId>> = vec![Vec::new(); scopes.len()];
    let filter = FamilyFilter { touched_after: after_event, ..FamilyFilter::default() };
    for rows in repository.catalog().reading().families_in_steps(filter, STEP) {
        for (family, inside) in each_asked(repository, &rows?, scopes)? {
            for (found, _) in all.iter_mut().zip(inside).filter(|(_, inside)| *inside) {
                found.push(family);
            }
        }
    }
    Ok(all)
}

/// Asks several scopes of the families of these rows that are here: each with whether each scope covers it.
pub fn each_asked(
    repository: &Repository,
    rows: &[FamilyRow],
    scopes: &[&Compiled],
) -> Result<Vec<(FamilyId, Vec<bool>)>, CatalogError> {
    let reading = repository.catalog().reading();
    let names: Vec<(CustodianId, String)> = reading.custodians()?.into_iter().map(|(id, name, _)| (id, name)).collect();
    let mut asked: Vec<(&FamilyRow, Owners)> = Vec::new();
    for row in rows.iter().filter(|row| row.state == FamilyState::Live) {
        asked.push((row, Owners::of(&reading, row.id, &names)?));
    }
    let reader = Reader::of(repository);
    let answers = asked.par_iter().map(|(row, owners)| {
        let item = reader.item(row);
        let covers = |compiled: &&Compiled| match &item {
            Some(item) => owners.reached_by(compiled, row.id, item, &row.standing, reader.zone),
            // What does not read back is inside: nothing may be lost because it could not be looked at. What two people
            // have excluded by name stays excluded.
            None => !compiled.excluded.contains(&row.id),
        };
        (row.id, scopes.iter().map(covers).collect())
    });
    Ok(answers.collect())
}

/// Looks at families one by one for guards that ask, with all their copies, as [`covered`] does.
pub struct Lookout<'r> {
    repository: &'r Repository,
    names: Vec<(CustodianId, String)>,
}

impl<'r> Lookout<'r> {
    /// Over a repository as it is now.
    pub fn over(repository: &'r Repository) -> Result<Self, CatalogError> {
        let custodians = repository.catalog().reading().custodians()?;
        Ok(Self { repository, names: custodians.into_iter().map(|(id, name, _)| (id, name)).collect() })
    }

    /// The guards that cover a family as it would stand.
    pub fn covering(
        &self,
        row: &FamilyRow,
        standing: &Standing,
        guards: &[(Guard, Compiled)],
    ) -> Result<Vec<Guard>, CatalogError> {
        let owners = Owners::of(&self.repository.catalog().reading(), row.id, &self.names)?;
        let reader = Reader::of(self.repository);
        // What does not read back is inside: nothing may be lost because it could not be looked at.
        let item = reader.item(row);
        let covers = |compiled: &Compiled| match &item {
            Some(item) => owners.reached_by(compiled, row.id, item, standing, reader.zone),
            None => !compiled.excluded.contains(&row.id),
        };
        Ok(guards.iter().filter(|(_, compiled)| covers(compiled)).map(|(guard, _)| *guard).collect())
    }
}

/// Whose copies a family has.
struct Owners {
    all: Vec<(CustodianId, String)>,
    /// Whether the custodian of some copy is not known: that copy is looked at alone, and is inside whatever is asked.
    some_unknown: bool,
}

impl Owners {
    fn of(reading: &Reading<'_>, family: FamilyId, names: &[(CustodianId, String)]) -> Result<Self, CatalogError> {
        let custodians = reading.copy_custodians(family)?;
        let all = names.iter().filter(|(id, _)| custodians.contains(&Some(*id))).cloned().collect();
        Ok(Self { all, some_unknown: custodians.contains(&None) || custodians.is_empty() })
    }

    /// Whether a scope covers the family by any of its copies.
    fn reached_by(
        &self,
        compiled: &Compiled,
        family: FamilyId,
        item: &ParsedItem,
        standing: &Standing,
        zone: Tz,
    ) -> bool {
        self.each().any(|custodians| compiled.covers(Some(family), item, custodians, standing, zone))
    }

    /// The custodians to look with: all together, each alone as they were looked at while sealing, and the unknown one.
    fn each(&self) -> impl Iterator<Item = &[(CustodianId, String)]> {
        let together = (!self.all.is_empty()).then_some(self.all.as_slice());
        let alone = if self.all.len() > 1 { self.all.as_slice() } else { &[] };
        let unknown: Option<&[(CustodianId, String)]> = self.some_unknown.then_some(&[]);
        together.into_iter().chain(alone.chunks(1)).chain(unknown)
    }
}

/// What reading families back needs, without the catalog, so that several threads can share it.
struct Reader<'r> {
    keys: std::sync::Arc<crate::vault::KeyReader>,
    vault: &'r crate::vault::Vault,
    zone: Tz,
}

impl<'r> Reader<'r> {
    fn of(repository: &'r Repository) -> Self {
        Self { keys: repository.key_reader(), vault: repository.vault(), zone: repository.zone() }
    }

    fn item(&self, row: &FamilyRow) -> Option<ParsedItem> {
        crate::repository::read_item(&self.keys, self.vault, row).ok().map(|facts| facts.item)
    }
}

/// Lets every guard in force that has fallen behind look at what was touched since.
pub fn catch_up(repository: &mut Repository) -> Result<u64, ProtectionError> {
    let today = repository.today();
    let reading = repository.catalog().reading();
    let last = reading.last_touched()?;
    let behind: Vec<(Guard, Scope, EventId)> =
        reading.live_guards(today)?.into_iter().filter(|(_, _, through)| *through < last).collect();
    let mut added = 0;
    for (guard, scope, through) in behind {
        let compiled = Compiled::in_force(&scope);
        let families = covered(repository, &compiled, Some(through))?;
        added += families.len() as u64;
        write_rows(repository.catalog_mut(), guard, &scope, &families, last)?;
    }
    Ok(added)
}

/// Writes what was found for a guard. Should it have been given another scope meanwhile, the rows protect all the same,
/// and the guard stays behind: what was found was found with the earlier one.
fn write_rows(
    catalog: &mut Catalog,
    guard: Guard,
    asked: &Scope,
    families: &[FamilyId],
    through: EventId,
) -> Result<(), ProtectionError> {
    catalog.write::<_, ProtectionError>(|writing| {
        writing.protect(guard, families)?;
        let now = writing.reading().live_guards(NaiveDate::MIN)?;
        if now.iter().any(|(one, scope, _)| *one == guard && scope == asked) {
            writing.set_guard_through(guard, through)?;
        }
        Ok(())
    })
}
