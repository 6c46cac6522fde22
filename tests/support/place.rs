//! Where the corpora of real files lie, for the tests that read them.

use std::path::{Path, PathBuf};

/// The folder or file of a name in the corpora; where there is none, the test is skipped and says so.
pub fn corpora(name: &str) -> Option<PathBuf> {
    let named = std::env::var_os("RECORDROOM_CORPORA").map(PathBuf::from);
    let beside = [
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora"),
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora"),
    ];
    let found = named.into_iter().chain(beside).map(|path| path.join(name)).find(|path| path.exists());
    if found.is_none() {
        println!("skipped: no corpora are there (set RECORDROOM_CORPORA to their folder)");
    }
    found
}
