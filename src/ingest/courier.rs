//! The reader's thread and the byte budget between it and the workers.

use crate::base::limits;
use crate::model::item::{Found, Original, RawItem, Sink, Stopped};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex};

/// Finds that wait between reader and workers, at most; bytes are bounded apart.
const WAITING_FINDS: usize = 4_096;

/// What is in flight.
#[derive(Debug, Default)]
struct InFlight {
    bytes: u64,
    /// Nobody will give bytes back any more.
    closed: bool,
}

/// Bytes in flight: the reader waits when there are too many, the committer gives them back.
#[derive(Debug, Clone, Default)]
pub(super) struct Budget {
    state: Arc<(Mutex<InFlight>, Condvar)>,
}

impl Budget {
    /// Waits until there is room. An item larger than the whole budget goes alone.
    fn take(&self, bytes: u64) {
        let (used, changed) = &*self.state;
        let Ok(mut used) = used.lock() else { return };
        while !used.closed && used.bytes > 0 && used.bytes + bytes > limits::IN_FLIGHT_BYTES {
            match changed.wait(used) {
                Ok(again) => used = again,
                Err(_) => return,
            }
        }
        used.bytes += bytes;
    }

    /// Gives bytes back.
    pub(super) fn give_back(&self, bytes: u64) {
        let (used, changed) = &*self.state;
        if let Ok(mut used) = used.lock() {
            used.bytes = used.bytes.saturating_sub(bytes);
            changed.notify_all();
        }
    }

    /// Lets a waiting reader go: the one who gives bytes back has stopped, and the next find it sends tells it so.
    pub(super) fn close(&self) {
        let (used, changed) = &*self.state;
        if let Ok(mut used) = used.lock() {
            used.closed = true;
            changed.notify_all();
        }
    }
}

/// What a find weighs while it is in flight: its bytes, and what parsing makes of them.
pub(super) fn weight(found: &Found) -> u64 {
    const PARSED_SHARE: u64 = 2;
    match found {
        Found::Item(RawItem { original: Original::Bytes(bytes), .. }) => bytes.len() as u64 * PARSED_SHARE,
        Found::Exception(exception) => exception.raw.len() as u64,
        Found::Item(_) | Found::Open { .. } | Found::Declared(_) | Found::Remark(_) | Found::Close => 0,
    }
}

/// The reader's end.
pub(super) struct Courier {
    sender: SyncSender<Found>,
    budget: Budget,
}

impl Courier {
    /// A courier and the other end of its way.
    pub(super) fn new() -> (Self, Receiver<Found>, Budget) {
        let (sender, receiver) = sync_channel(WAITING_FINDS);
        let budget = Budget::default();
        (Self { sender, budget: budget.clone() }, receiver, budget)
    }
}

impl Sink for Courier {
    fn found(&mut self, found: Found) -> Result<(), Stopped> {
        self.budget.take(weight(&found));
        self.sender.send(found).map_err(|_| Stopped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_waits_for_room_and_goes_on_when_bytes_come_back() {
        let budget = Budget::default();
        budget.take(limits::IN_FLIGHT_BYTES);
        let waiting = budget.clone();
        let reader = std::thread::spawn(move || waiting.take(1));
        budget.give_back(limits::IN_FLIGHT_BYTES);
        assert!(reader.join().is_ok());
        budget.give_back(1);
        // Larger than everything: alone it may go.
        budget.take(limits::IN_FLIGHT_BYTES * 2);
    }

    #[test]
    fn a_waiting_reader_is_let_go_when_the_workers_stop() {
        let budget = Budget::default();
        budget.take(limits::IN_FLIGHT_BYTES);
        let waiting = budget.clone();
        let reader = std::thread::spawn(move || waiting.take(1));
        budget.close();
        assert!(reader.join().is_ok());
    }
}
