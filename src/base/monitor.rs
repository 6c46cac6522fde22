//! One channel for counts, problems and progress: the library reports, a face shows, a test asserts.

use std::sync::Mutex;

/// How far long work has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress<'a> {
    /// What is being done, in a clerk's words.
    pub task: &'a str,
    /// Items done.
    pub items: u64,
    /// Bytes read so far, and in all where that is known.
    pub bytes: u64,
    /// Bytes in all; 0 where it is not known.
    pub total_bytes: u64,
    /// Seconds since the work began.
    pub seconds: f64,
}

/// Where the library reports while it works.
pub trait Monitor: Sync {
    /// Tells how far the work has come. Called at most a few times a second.
    fn progress(&self, progress: Progress<'_>);
    /// Tells a problem that did not stop the work, as one plain sentence without content of any item.
    fn problem(&self, sentence: &str);
    /// Whether the user asked to stop; long work asks between batches.
    fn stopped(&self) -> bool {
        false
    }
}

/// Reports to nobody.
#[derive(Debug, Default, Clone, Copy)]
pub struct VoidMonitor;

impl Monitor for VoidMonitor {
    fn progress(&self, _: Progress<'_>) {}
    fn problem(&self, _: &str) {}
}

/// Collects problems for tests to assert.
#[derive(Debug, Default)]
pub struct TestMonitor {
    problems: Mutex<Vec<String>>,
}

impl TestMonitor {
    /// The problems told so far.
    pub fn problems(&self) -> Vec<String> {
        self.problems.lock().map(|all| all.clone()).unwrap_or_default()
    }
}

impl Monitor for TestMonitor {
    fn progress(&self, _: Progress<'_>) {}
    fn problem(&self, sentence: &str) {
        if let Ok(mut all) = self.problems.lock() {
            all.push(sentence.to_owned());
        }
    }
}
