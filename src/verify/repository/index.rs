//! I5, as far as it can be told without rebuilding: the index finds as many items as are catalogued.

use super::{Check, VerifyError};
use crate::index::Index;
use crate::repository::RepositoryError;

/// Compares the count of everything the index finds with the catalog's. An index that was never built (a restored
/// repository, before its first work) is no finding: it is rebuilt, and holds no word that is gone.
pub(super) fn check(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let directory = check.repository.layout().index();
    let is_built = std::fs::read_dir(&directory).is_ok_and(|mut entries| entries.next().is_some());
    if !is_built {
        return Ok(());
    }
    let index = Index::open(&directory).map_err(RepositoryError::from)?;
    for message in index.check().map_err(RepositoryError::from)? {
        check.find("index-damaged", "index", message);
    }
    let unread = index.unread().map_err(RepositoryError::from)?.len() as u64;
    let found = index.families_in().map_err(RepositoryError::from)? + unread;
    let here = check.reading().families_here()?;
    if found != here {
        let message =
            format!("{here} items are catalogued, and {found} can be searched; the next ingest mends it (I5)");
        check.find("index-differs", "index", message);
    }
    check.looked_at("Verifying the index", 1)
}
