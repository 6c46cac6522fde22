//! Outside time stamps of signed files (RFC 3161): the request written beside the file, the authority's answer checked
//! against it and kept beside both.
//!
//! This program asks nobody by itself: the request is carried to a machine with a connection and the answer back.

use super::Finding;
use crate::base::digest::Sha256Digest;
use crate::base::durable;
use crate::base::random;
use crate::model::event::Act;
use crate::package::timestamp::{RESPONSE_BYTES, Request, Stamp, TimestampError, accept};
use crate::repository::{Repository, RepositoryError};
use std::path::{Path, PathBuf};

/// What is said with every time stamp.
pub const NOT_CHECKED: &str = "The authority's answer, the digest, the number used once and the time were read. Its \
signature and its certificate were not checked: do that with the certificates it publishes, by openssl ts -verify.";

/// A time stamp was not asked for, or not accepted.
#[derive(Debug, thiserror::Error)]
pub enum StampError {
    /// A file could not be read or written.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// There is no request to which it could be the answer.
    #[error("there is no request {}: ask first", .0.display())]
    NotAsked(PathBuf),
    /// The file was changed since it was asked about.
    #[error("the file is not the one that was asked about")]
    FileChanged,
    /// The response is not what it should be.
    #[error(transparent)]
    Response(#[from] TimestampError),
}

/// The path of the request, or of the response, of a file.
pub fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Writes the request about a file beside it. One that is there already for the same bytes stays: an answer to it may be
/// on its way.
pub fn ask(file: &Path) -> Result<PathBuf, StampError> {
    let digest = Sha256Digest::of(&read(file)?);
    let path = beside(file, ".tsq");
    let there = std::fs::read(&path).ok().and_then(|bytes| Request::read(&bytes).ok());
    if there.is_none_or(|request| request.digest != digest) {
        let request = Request::new(digest, random::bytes());
        durable::replace(&path, &request.der()).map_err(|error| RepositoryError::io(&path, error))?;
    }
    Ok(path)
}

/// Takes the authority's answer about a file, keeps it beside the file, and records that.
pub fn take(repository: &mut Repository, file: &Path, response: &Path, actor: &str) -> Result<Stamp, StampError> {
    let about = std::fs::metadata(response).map_err(|error| RepositoryError::io(response, error))?;
    if about.len() > RESPONSE_BYTES {
        return Err(TimestampError::Form("it is too large").into());
    }
    let (bytes, answer) = (read(file)?, read(response)?);
    let stamp = check(file, &bytes, &answer)?;
    let path = beside(file, ".tsr");
    durable::replace(&path, &answer).map_err(|error| RepositoryError::io(&path, error))?;
    let at = repository.now();
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    repository.catalog_mut().write::<_, RepositoryError>(|writing| {
        let details = serde_json::json!({
            "sha256": Sha256Digest::of(&bytes), "response_sha256": Sha256Digest::of(&answer), "stamped_at": stamp.at,
            "policy": stamp.policy, "serial": stamp.serial,
        });
        writing.record_event(at, actor, Act::TimeStamped, &name, &details)?;
        Ok(())
    })?;
    Ok(stamp)
}

/// The time stamp that lies beside a file, when there is one; a finding when it is not for this file.
pub fn of_file(file: &Path, bytes: &[u8]) -> Option<Result<Stamp, Finding>> {
    let path = beside(file, ".tsr");
    let about = std::fs::metadata(&path).ok()?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let wrong = |message: String| Finding::new("timestamp-differs", &name, message);
    if about.len() > RESPONSE_BYTES {
        return Some(Err(wrong("it is too large".to_owned())));
    }
    let answer = match std::fs::read(&path) {
        Ok(answer) => answer,
        Err(error) => return Some(Err(wrong(error.to_string()))),
    };
    Some(check(file, bytes, &answer).map_err(|error| wrong(error.to_string())))
}

fn check(file: &Path, bytes: &[u8], answer: &[u8]) -> Result<Stamp, StampError> {
    let path = beside(file, ".tsq");
    let request = std::fs::read(&path).map_err(|_| StampError::NotAsked(path))?;
    let request = Request::read(&request)?;
    if request.digest != Sha256Digest::of(bytes) {
        return Err(StampError::FileChanged);
    }
    Ok(accept(answer, &request)?)
}

fn read(path: &Path) -> Result<Vec<u8>, RepositoryError> {
    std::fs::read(path).map_err(|error| RepositoryError::io(path, error))
}
