//! Named fault points: a test arms a countdown on its own thread, and the n-th point reached fails or "crashes".
//!
//! In a program that nobody armed, a point costs one thread-local read. Worker threads are never armed, so
//! points belong on the thread that commits.

use std::cell::Cell;

/// What an armed fault point does when its turn comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The operation is told that the disk failed once.
    FailOnce,
    /// This point and all after it fail, as after a pulled plug: nothing more is written.
    Crash,
}

/// A fault that a test asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("fault point {0} was armed by a test")]
pub struct Fault(pub &'static str);

impl From<Fault> for std::io::Error {
    fn from(fault: Fault) -> Self {
        std::io::Error::other(fault.to_string())
    }
}

thread_local! {
    static ARMED: Cell<Option<(FaultKind, u64)>> = const { Cell::new(None) };
    static PASSED: Cell<u64> = const { Cell::new(0) };
}

/// Arms the `nth` point (counted from 1) that this thread reaches.
pub fn arm(kind: FaultKind, nth: u64) {
    ARMED.with(|armed| armed.set(Some((kind, nth))));
    PASSED.with(|passed| passed.set(0));
}

/// Disarms this thread and returns how many points were reached since arming.
pub fn disarm() -> u64 {
    ARMED.with(|armed| armed.set(None));
    PASSED.with(Cell::get)
}

/// A named point where things can go wrong.
pub fn point(name: &'static str) -> Result<(), Fault> {
    ARMED.with(|armed| match armed.get() {
        None => Ok(()),
        Some((kind, nth)) => {
            let count = PASSED.with(|passed| {
                passed.set(passed.get() + 1);
                passed.get()
            });
            let hit = match kind {
                FaultKind::FailOnce => count == nth,
                FaultKind::Crash => count >= nth,
            };
            if hit { Err(Fault(name)) } else { Ok(()) }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_point_fails_once_or_from_then_on() {
        arm(FaultKind::FailOnce, 2);
        let seen: Vec<bool> = (0..4).map(|_| point("p").is_ok()).collect();
        assert_eq!((seen, disarm()), (vec![true, false, true, true], 4));
        arm(FaultKind::Crash, 2);
        let seen: Vec<bool> = (0..4).map(|_| point("p").is_ok()).collect();
        assert_eq!((seen, disarm()), (vec![true, false, false, false], 4));
        assert!(point("p").is_ok());
    }
}
