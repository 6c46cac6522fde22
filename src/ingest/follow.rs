//! The index follows the catalogue: what was sealed since it was last brought up to date is read back and indexed.
//!
//! How far it has come stands in the index itself, so that a lost or older index is noticed and catches up. The
//! families that are due are put in the order of their months and cut into parts, which all cores write at the same
//! time; nothing can be found before the whole stretch of events is named at once, so a crash leaves the old answers
//! and the same stretch is done again.

use super::IngestError;
use crate::base::clock::StopWatch;
use crate::base::id::{EventId, FamilyId};
use crate::base::limits;
use crate::base::monitor::{Monitor, Progress};
use crate::catalog::{FamilyFilter, FamilyRow, FamilyState};
use crate::index::{Entry, Index, IndexError, WrittenPart};
use crate::protection::document;
use crate::repository::{Repository, RepositoryError, Work, read_item};
use rayon::prelude::*;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Families that are indexed at once, at most: their rows are in memory, and a crash loses the work on them.
const STRETCH_FAMILIES: u64 = 100_000;
/// Families below which a part is not divided among cores.
const SMALL_PIECE: usize = 2_000;
/// Bytes of memory of all parts that are being written.
const MEMORY_BYTES: usize = 384 * 1024 * 1024;
/// Bytes of memory of one part that is being written, at most.
const PART_BYTES: usize = 160 * 1024 * 1024;
/// Seconds between two reports of progress.
const REPORT_SECONDS: f64 = 0.2;

/// Brings the index up to date with the catalogue.
pub fn bring_index_up_to_date(work: &mut Work<'_>, monitor: &dyn Monitor) -> Result<(), IngestError> {
    let repository = work.repository();
    let mut index = Index::open(&repository.layout().index()).map_err(failed)?;
    index.begin().map_err(failed)?;
    let mut again = index.unread().map_err(failed)?;
    let progress = Follower { monitor, clock: StopWatch::start(), done: AtomicU64::new(0), reported: Mutex::default() };
    loop {
        let through = index.through().map_err(failed)?;
        let (mut rows, reached) = due(repository, through)?;
        if rows.is_empty() && again.is_empty() {
            return Ok(());
        }
        for family in std::mem::take(&mut again) {
            rows.push(repository.catalog().reading().family(family)?);
        }
        stretch(repository, &mut index, rows, reached, &progress)?;
    }
}

/// Drops the index and makes it again from the sealed items.
pub fn rebuild_index(work: &mut Work<'_>, monitor: &dyn Monitor) -> Result<(), IngestError> {
    Index::open(&work.repository().layout().index()).and_then(|mut index| index.forget_everything()).map_err(failed)?;
    bring_index_up_to_date(work, monitor)
}

fn failed(error: IndexError) -> IngestError {
    IngestError::Repository(RepositoryError::Index(error))
}

/// The next families after an event, whole batches of them, and the event they reach to.
fn due(repository: &Repository, through: EventId) -> Result<(Vec<FamilyRow>, EventId), IngestError> {
    let reading = repository.catalog().reading();
    let Some(first) = reading.first_family_after(through)? else { return Ok((Vec::new(), through)) };
    let filter = FamilyFilter {
        after_event: Some(through),
        after: Some(FamilyId::new(first.get() - 1)),
        limit: Some(STRETCH_FAMILIES),
        ..FamilyFilter::default()
    };
    let mut rows: Vec<FamilyRow> = Vec::new();
    reading.each_family::<IngestError>(filter, |row| {
        rows.push(row);
        Ok(())
    })?;
    if rows.len() as u64 == STRETCH_FAMILIES {
        // The last batch may go on behind the limit, so it waits for the next stretch.
        let last = rows.last().map(|row| row.event);
        rows.retain(|row| Some(row.event) != last);
        assert!(!rows.is_empty(), "a batch is far smaller than a stretch");
    }
    // When everything after the event was destroyed, nothing is due and the same stretch is asked for again.
    let reached = rows.last().map_or(through, |row| row.event);
    Ok((rows, reached))
}

struct Follower<'m> {
    monitor: &'m dyn Monitor,
    clock: StopWatch,
    done: AtomicU64,
    reported: Mutex<f64>,
}

impl Follower<'_> {
    fn tell(&self) {
        let items = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if !items.is_multiple_of(64) {
            return;
        }
        let seconds = self.clock.seconds();
        if let Ok(mut reported) = self.reported.try_lock()
            && seconds - *reported > REPORT_SECONDS
        {
            *reported = seconds;
            self.monitor.progress(Progress { task: "Indexing", items, bytes: 0, total_bytes: 0, seconds });
        }
    }
}

fn stretch(
    repository: &Repository,
    index: &mut Index,
    mut rows: Vec<FamilyRow>,
    through: EventId,
    follower: &Follower<'_>,
) -> Result<(), IngestError> {
    let listed: Vec<(FamilyId, String)> = rows.iter().map(|row| (row.id, row.at.month.clone())).collect();
    let here = index.holding(&listed).map_err(failed)?;
    let mut unread = index.unread().map_err(failed)?;
    unread.retain(|family| !listed.iter().any(|(tried, _)| tried == family));
    // What is about to be destroyed is not made findable once more.
    rows.retain(|row| row.state == FamilyState::Live && !here.contains(&row.id));
    // Undated items come first, as they do in the index.
    rows.sort_by(|one, two| month_order(one).cmp(&month_order(two)));
    let months: Vec<String> = rows.iter().map(|row| row.at.month.clone()).collect();
    let cores = rayon::current_num_threads().max(1);
    // As many pieces as keep all cores busy to the end: a whole round of them for each core.
    let rounds = rows.len().div_ceil(cores * limits::SPLIT_ITEMS).max(1);
    let most = rows.len().div_ceil(cores * rounds).max(SMALL_PIECE);
    let pieces = index.pieces(&months, most).map_err(failed)?;
    let desk = Desk {
        index,
        keys: repository.key_reader(),
        vault: repository.vault(),
        zone: repository.zone(),
        memory: (MEMORY_BYTES / cores).min(PART_BYTES),
        unread: Mutex::default(),
        follower,
    };
    let parts: Vec<Vec<WrittenPart>> =
        pieces.into_par_iter().map(|piece| desk.piece(&rows[piece])).collect::<Result<_, IngestError>>()?;
    unread.extend(desk.unread.into_inner().unwrap_or_default());
    unread.sort();
    index.publish(parts.into_iter().flatten().collect(), through, unread).map_err(failed)
}

fn month_order(row: &FamilyRow) -> (bool, &str, FamilyId) {
    (row.at.month != "undated", row.at.month.as_str(), row.id)
}

/// What reading families back and writing parts needs, shared by all cores.
struct Desk<'d> {
    index: &'d Index,
    keys: std::sync::Arc<crate::vault::KeyReader>,
    vault: &'d crate::vault::Vault,
    zone: chrono_tz::Tz,
    memory: usize,
    unread: Mutex<Vec<FamilyId>>,
    follower: &'d Follower<'d>,
}

impl Desk<'_> {
    fn piece(&self, rows: &[FamilyRow]) -> Result<Vec<WrittenPart>, IngestError> {
        let mut written = Vec::new();
        let mut part = self.index.part().map_err(failed)?;
        for row in rows {
            if self.follower.monitor.stopped() {
                return Err(IngestError::Stopped);
            }
            match read_item(&self.keys, self.vault, row) {
                Ok(facts) => {
                    // Custodians and standing change later, and the index asks the catalog about them.
                    let document = document(Some(row.id), &facts.item, &[], &row.standing, self.zone);
                    let entry = Entry { family: row.id, month: row.at.month.clone(), sent_at: row.sent_at, document };
                    part.add(&entry).map_err(failed)?;
                }
                Err(error) => self.miss(row.id, &error),
            }
            if part.memory() > self.memory {
                let full = std::mem::replace(&mut part, self.index.part().map_err(failed)?);
                written.push(full.finish().map_err(failed)?);
            }
            self.follower.tell();
        }
        written.push(part.finish().map_err(failed)?);
        Ok(written)
    }

    /// One family that does not read back never stops the others; the index remembers it and it is tried again.
    fn miss(&self, family: FamilyId, error: &RepositoryError) {
        self.follower.monitor.problem(&format!("{family} cannot be found by its words: {error}"));
        if let Ok(mut unread) = self.unread.lock() {
            unread.push(family);
        }
    }
}
