//! Families in steps: so many rows at a time, for whatever looks at each of them.

use super::{CatalogError, FamilyFilter, FamilyRow, Reading};

/// The families of a filter, step by step.
#[derive(Debug)]
pub struct Steps<'c> {
    reading: Reading<'c>,
    filter: FamilyFilter,
    is_over: bool,
}

impl<'c> Reading<'c> {
    /// The families of a filter, by number, at most so many in one step. Between two steps nothing of the catalog is being
    /// read, and what was destroyed meanwhile does not come.
    pub fn families_in_steps(&self, filter: FamilyFilter, families: u64) -> Steps<'c> {
        assert!(families > 0, "a step has room for something");
        Steps { reading: *self, filter: FamilyFilter { limit: Some(families), ..filter }, is_over: false }
    }
}

impl Iterator for Steps<'_> {
    type Item = Result<Vec<FamilyRow>, CatalogError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let mut rows: Vec<FamilyRow> = Vec::new();
        let read = self.reading.each_family::<CatalogError>(self.filter, |row| {
            rows.push(row);
            Ok(())
        });
        if let Err(error) = read {
            self.is_over = true;
            return Some(Err(error));
        }
        self.filter.after = Some(rows.last()?.id);
        Some(Ok(rows))
    }
}
