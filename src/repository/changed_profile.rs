//! The agency profile is edited with a text editor: that it differs from what it was is noticed when the repository is
//! opened, and recorded.

use super::RepositoryError;
use crate::base::digest::Sha256Digest;
use crate::catalog::{Catalog, Writing};
use crate::model::event::Act;
use crate::model::profile::Profile;
use chrono::{DateTime, Utc};
use std::path::PathBuf;

/// Under which the digest of the profile is remembered.
const DIGEST: &str = "profile_sha256";
/// Who changed it is not known: the file is anybody's who may write it.
const ACTOR: &str = "somebody who edited recordroom.toml";

/// The digest of what a profile decides. Where the keys lie decides nothing.
fn digest(profile: &Profile) -> String {
    let decisive = Profile { key_set: PathBuf::new(), key_set_second: PathBuf::new(), ..profile.clone() };
    let text = serde_json::to_string(&decisive).unwrap_or_default();
    Sha256Digest::of(text.as_bytes()).to_string()
}

/// Remembers the profile a repository is created with.
pub(super) fn remember(writing: &Writing<'_>, profile: &Profile) -> Result<(), RepositoryError> {
    Ok(writing.set_meta(DIGEST, &digest(profile))?)
}

/// Records that the profile differs from the one that was last seen, if it does.
pub(super) fn notice(catalog: &mut Catalog, profile: &Profile, at: DateTime<Utc>) -> Result<(), RepositoryError> {
    let now = digest(profile);
    if catalog.reading().meta(DIGEST)?.as_deref() == Some(now.as_str()) {
        return Ok(());
    }
    catalog.write::<_, RepositoryError>(|writing| {
        let before = writing.reading().meta(DIGEST)?;
        // Somebody else may have noticed it meanwhile.
        if before.as_deref() != Some(now.as_str()) {
            let details = serde_json::json!({ "sha256": now, "before": before });
            writing.record_event(at, ACTOR, Act::ProfileChanged, "recordroom.toml", &details)?;
            writing.set_meta(DIGEST, &now)?;
        }
        Ok(())
    })
}
