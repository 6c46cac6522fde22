//! Holds and open requests follow a status that changes: a scope may ask for one (`status:official`).
//!
//! An item is looked at for every guard when it is sealed, with the status it had then. When its status or series is
//! about to change, the guards that ask for such a thing look again, and what they cover now is protected in the same
//! transaction. Coverage only grows here: what was covered under the old status stays covered.

use super::{ClassificationError, refused};
use crate::base::id::FamilyId;
use crate::catalog::{FamilyRow, Guard, Standing, Writing};
use crate::protection::{Compiled, Lookout};
use crate::repository::Repository;
use chrono::NaiveDate;

/// What the guards cover once a change of status is made.
pub(super) struct Following {
    today: NaiveDate,
    /// The guards in force when they looked.
    live: Vec<Guard>,
    covered: Vec<(Guard, FamilyId)>,
}

impl Following {
    /// Lets the guards look at families as they are about to stand.
    pub(super) fn of(repository: &Repository, changes: &[(FamilyRow, Standing)]) -> Result<Self, ClassificationError> {
        let reading = repository.catalog().reading();
        let today = repository.today();
        let guards = reading.live_guards(today)?;
        let live = guards.iter().map(|(guard, ..)| *guard).collect();
        let mut asking: Vec<(Guard, Compiled)> = Vec::new();
        for (guard, scope, _) in guards {
            let query = scope.query.as_deref().unwrap_or_default().to_lowercase();
            if query.contains("status") || query.contains("series") {
                asking.push((guard, Compiled::new(&scope, &guard.to_string())?));
            }
        }
        let mut covered = Vec::new();
        if !asking.is_empty() {
            let lookout = Lookout::over(repository)?;
            let changed = |row: &FamilyRow, standing: &Standing| {
                row.standing.status != standing.status || row.standing.series != standing.series
            };
            for (row, standing) in changes.iter().filter(|(row, standing)| changed(row, standing)) {
                let guards = lookout.covering(row, standing, &asking)?;
                covered.extend(guards.into_iter().map(|guard| (guard, row.id)));
            }
        }
        Ok(Self { today, live, covered })
    }

    /// Protects what is covered. A guard that came in between has not looked: then the act is refused.
    pub(super) fn write(&self, writing: &Writing<'_>) -> Result<(), ClassificationError> {
        let now: Vec<Guard> = writing.reading().live_guards(self.today)?.iter().map(|(guard, ..)| *guard).collect();
        if now.iter().any(|guard| !self.live.contains(guard)) {
            return Err(refused("a hold or a request came in at this moment", "Run the same command again."));
        }
        for (guard, family) in self.covered.iter().filter(|(guard, _)| now.contains(guard)) {
            writing.protect(*guard, &[*family])?;
        }
        Ok(())
    }
}
