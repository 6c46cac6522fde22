//! Files in the folders of the vault, the keys and the index that nothing names: what lies there unseen is neither rotated
//! nor erased with what it may hold (I13).

use super::{Check, VerifyError};
use crate::index::Index;
use crate::repository::RepositoryError;
use crate::vault::KeyReader;
use std::path::PathBuf;

/// What is told of a file that nobody clears.
const FOREIGN: &str = "nothing names this file, so no destruction reaches what is in it; look at what it is, and take it away \
                       if nobody needs it (I13)";
/// What is told of a key file that the next opening for work erases.
const UNNAMED: &str = "the key set does not name this file of keys, so no destruction reaches the keys in it; the next run that \
                       takes in, produces or destroys erases it (I13)";

pub(super) fn check(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let profile = check.repository.profile();
    for place in [&profile.key_set, &profile.key_set_second] {
        // A place that cannot be read has a finding of its own.
        let Ok(reader) = KeyReader::open(place, &profile.repository) else { continue };
        let (unnamed, foreign) = reader.strays()?;
        found(check, "key-file-orphaned", unnamed, UNNAMED);
        found(check, "file-stray", foreign, FOREIGN);
    }
    let in_vault = check.repository.vault().strays()?;
    found(check, "file-stray", in_vault, FOREIGN);
    let directory = check.repository.layout().index();
    if directory.is_dir()
        && let Ok(index) = Index::open(&directory)
    {
        let in_index = index.strays().map_err(RepositoryError::from)?;
        found(check, "file-stray", in_index, FOREIGN);
    }
    check.looked_at("Verifying files", 1)
}

fn found(check: &mut Check<'_>, code: &'static str, paths: Vec<PathBuf>, message: &str) {
    for path in paths {
        check.find(code, path.display(), message);
    }
}
