//! The work lock: ingest, index, dispose and the sealing of a production never run at the same time.

use super::{Layout, RepositoryError};
use crate::base::clock::StopWatch;
use crate::base::durable;
use crate::base::monitor::{Monitor, Progress};
use std::fs::File;
use std::path::Path;
use std::time::Duration;

/// Between two looks whether the lock is free, in milliseconds.
const LOOK_AGAIN_MILLISECONDS: u64 = 250;

/// How often, and how many milliseconds apart, a lock that looks taken is looked at again before it counts as taken.
const GLANCES: u32 = 10;
const GLANCE_MILLISECONDS: u64 = 20;

/// Held while one of them works; the operating system lets go of it when the program ends, however.
#[derive(Debug)]
pub struct WorkLock {
    _file: File,
}

/// Takes the work lock, or says that somebody else has it.
pub fn take(layout: &Layout) -> Result<WorkLock, RepositoryError> {
    take_file(&layout.work_lock())
}

/// Takes the lock of a file, or says that somebody else has it. A helper that is just being started (one that draws pages,
/// or reads pictures) has a copy of every open file until it runs: for that moment a lock that was let go looks taken.
pub(super) fn take_file(path: &Path) -> Result<WorkLock, RepositoryError> {
    let file = durable::append(path).map_err(|error| RepositoryError::io(path, error))?;
    for glance in 0..=GLANCES {
        match file.try_lock() {
            Ok(()) => return Ok(WorkLock { _file: file }),
            Err(std::fs::TryLockError::WouldBlock) if glance < GLANCES => {
                std::thread::sleep(Duration::from_millis(GLANCE_MILLISECONDS));
            }
            Err(std::fs::TryLockError::WouldBlock) => break,
            Err(std::fs::TryLockError::Error(error)) => return Err(RepositoryError::io(path, error)),
        }
    }
    Err(RepositoryError::Busy)
}

/// Takes the work lock once it is free; `None` when the user asked to stop before.
pub fn wait(layout: &Layout, monitor: &dyn Monitor) -> Result<Option<WorkLock>, RepositoryError> {
    let watch = StopWatch::start();
    loop {
        match take(layout) {
            Err(RepositoryError::Busy) => {}
            taken => return taken.map(Some),
        }
        if monitor.stopped() {
            return Ok(None);
        }
        let (task, seconds) = ("Waiting for other work in this repository", watch.seconds());
        monitor.progress(Progress { task, items: 0, bytes: 0, total_bytes: 0, seconds });
        std::thread::sleep(Duration::from_millis(LOOK_AGAIN_MILLISECONDS));
    }
}
