//! Three threads and two channels: reader, workers, committer.

use super::IngestError;
use super::commit::{Committer, Step};
use super::courier::{Budget, Courier, weight};
use super::custodians::Whose;
use super::prepare::{Bench, Body, Placed, Ready};
use crate::base::clock::StopWatch;
use crate::base::digest::KeyedDigest;
use crate::base::id::{CustodianId, IntakeId};
use crate::base::limits;
use crate::base::monitor::{Monitor, Progress};
use crate::catalog::{Catalog, Standing};
use crate::model::exception::{ItemException, Problem, ProblemCode};
use crate::model::item::{Found, Original, RawItem};
use crate::model::provenance::ContainerFormat;
use crate::repository::{StoredCopy, Work, stretch_digests};
use crate::retention::Adopted;
use crate::source;
use rayon::prelude::*;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// Finds that are prepared together, at most.
const CHUNK_FINDS: usize = 512;
/// Weight of finds that are prepared together, at most, in bytes.
const CHUNK_BYTES: u64 = 8 * 1024 * 1024;
/// Prepared chunks that wait for the committer: enough that the workers go on while it waits for the disk.
const WAITING_CHUNKS: usize = 8;
/// Seconds after which a batch is committed however small it is.
const BATCH_SECONDS: f64 = 20.0;
/// How long the committer waits for a chunk before it looks at its clock, in milliseconds.
const PATIENCE_MILLISECONDS: u64 = 500;
/// Seconds between two reports of progress.
const REPORT_SECONDS: f64 = 0.2;

/// What was prepared together, and how many bytes of the export it was.
struct Chunk {
    steps: Vec<Step>,
    bytes: u64,
}

/// Reads one path and commits all that is in it.
pub(super) fn run(
    work: &mut Work<'_>,
    path: &Path,
    bench: &Bench,
    intake: IntakeId,
    actor: &str,
    monitor: &dyn Monitor,
) -> Result<(), IngestError> {
    let (mut courier, finds, budget) = Courier::new();
    let (chunks, ready) = sync_channel::<Result<Chunk, IngestError>>(WAITING_CHUNKS);
    let lookup = Catalog::open(&work.repository().layout().catalog())?;
    let adopted = Adopted::load(work.repository()).ok();
    let evaluator = adopted.as_ref().map(|adopted| (adopted, adopted.evaluator()));
    let today = work.repository().today();
    let committer = Committer::new(intake, actor, &bench.guards, bench.rules.version(), evaluator, today);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || source::read(path, &bench.options, &mut courier));
        let worker = scope.spawn(move || Workshop { bench, lookup, budget, open: Vec::new() }.run(&finds, &chunks));
        let committed = commit_all(work, &ready, committer, bytes_of(path), monitor);
        // Letting go of the channel makes the worker stop, which makes the reader stop.
        drop(ready);
        let worked = worker.join();
        let read = reader.join();
        committed?;
        assert!(worked.is_ok(), "the worker thread does not panic");
        match read {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(error.into()),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn commit_all(
    work: &mut Work<'_>,
    ready: &Receiver<Result<Chunk, IngestError>>,
    mut committer: Committer<'_>,
    total_bytes: u64,
    monitor: &dyn Monitor,
) -> Result<(), IngestError> {
    let (start, mut reported) = (StopWatch::start(), StopWatch::start());
    let (mut batch, mut batch_bytes, mut batch_finds, mut began) = (Vec::new(), 0, 0, StopWatch::start());
    let (mut items, mut bytes) = (0, 0);
    loop {
        let ended = match ready.recv_timeout(Duration::from_millis(PATIENCE_MILLISECONDS)) {
            Ok(chunk) => {
                let chunk = chunk?;
                bytes += chunk.bytes;
                for step in chunk.steps {
                    batch_bytes += step.bytes();
                    batch_finds += usize::from(step.is_find());
                    items += u64::from(step.is_find());
                    batch.push(step);
                }
                false
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => true,
        };
        let full = batch_bytes >= limits::BATCH_BYTES
            || batch_finds + CHUNK_FINDS > limits::BATCH_ITEMS
            || batch.len() > limits::BATCH_ITEMS
            || began.seconds() > BATCH_SECONDS;
        if (full || ended) && !batch.is_empty() {
            committer.commit(work, std::mem::take(&mut batch))?;
            (batch_bytes, batch_finds, began) = (0, 0, StopWatch::start());
            if monitor.stopped() {
                return Err(IngestError::Stopped);
            }
        }
        if reported.seconds() > REPORT_SECONDS {
            let seconds = start.seconds();
            // What is packed grows when it is read: then nobody can say how much is left.
            let total_bytes = if bytes > total_bytes { 0 } else { total_bytes };
            monitor.progress(Progress { task: "Taking in", items, bytes, total_bytes, seconds });
            reported = StopWatch::start();
        }
        if ended {
            return Ok(());
        }
    }
}

/// Bytes of a file, or of all files below a folder; links are not followed. For progress alone.
fn bytes_of(path: &Path) -> u64 {
    let Ok(metadata) = std::fs::metadata(path) else { return 0 };
    if !metadata.is_dir() {
        return metadata.len();
    }
    let (mut total, mut folders) = (0, vec![path.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(found) if found.is_dir() => folders.push(entry.path()),
                Ok(found) if found.is_file() => total += found.len(),
                _ => {}
            }
        }
    }
    total
}

/// The worker thread: it keeps the reader's order and spreads the labour over all cores.
struct Workshop<'b> {
    bench: &'b Bench,
    lookup: Catalog,
    budget: Budget,
    /// Names of the open containers with the custodian each tells.
    open: Vec<(String, ContainerFormat)>,
}

/// A find on its way through the workshop.
enum Labour {
    Step(Step),
    Known(Placed, KeyedDigest, Box<Standing>),
    New(Placed, KeyedDigest),
    Large(Placed),
    Exception(ItemException, Option<CustodianId>),
}

impl Drop for Workshop<'_> {
    fn drop(&mut self) {
        self.budget.close();
    }
}

impl Workshop<'_> {
    fn run(mut self, finds: &Receiver<Found>, chunks: &SyncSender<Result<Chunk, IngestError>>) {
        while let Ok(first) = finds.recv() {
            let mut chunk_weight = weight(&first);
            let mut chunk = vec![first];
            while chunk.len() < CHUNK_FINDS && chunk_weight < CHUNK_BYTES {
                let Ok(next) = finds.recv_timeout(Duration::from_millis(2)) else { break };
                chunk_weight += weight(&next);
                chunk.push(next);
            }
            let prepared = self.prepare(chunk);
            self.budget.give_back(chunk_weight);
            let failed = prepared.is_err();
            if chunks.send(prepared).is_err() || failed {
                return;
            }
        }
    }

    fn prepare(&mut self, chunk: Vec<Found>) -> Result<Chunk, IngestError> {
        let mut labours = Vec::with_capacity(chunk.len());
        let mut bytes = 0;
        for found in chunk {
            if let Found::Item(item) = &found {
                bytes += item.original.length();
            }
            labours.push(self.sort(found)?);
        }
        let bench = self.bench;
        let steps = labours.into_par_iter().map(|labour| labour.perform(bench)).collect();
        Ok(Chunk { steps, bytes })
    }

    /// Decides what a find needs, in order: the stack of open containers tells whose it is.
    fn sort(&mut self, found: Found) -> Result<Labour, IngestError> {
        Ok(match found {
            Found::Open { name, format } => {
                self.open.push((name.clone(), format));
                Labour::Step(Step::Open { name, format })
            }
            Found::Close => {
                self.open.pop();
                Labour::Step(Step::Close)
            }
            Found::Declared(count) => Labour::Step(Step::Declared(count)),
            Found::Remark(problem) => Labour::Step(Step::Remark(problem)),
            Found::Exception(one) => {
                let custodian = self.whose(&one.place).custodian;
                Labour::Exception(one, custodian)
            }
            Found::Item(item) => self.sort_item(item)?,
        })
    }

    fn sort_item(&self, item: RawItem) -> Result<Labour, IngestError> {
        let Whose { custodian, personal } = self.whose(&item.place);
        let custodian = custodian.or_else(|| self.bench.custodians.of_item(&item));
        let format = self.open.last().map_or(ContainerFormat::File, |(_, format)| *format);
        let placed = Placed { item, format, custodian, personal };
        Ok(match self.bench.name(&placed.item) {
            None => Labour::Large(placed),
            Some(name) => match self.lookup.reading().family_named(&name)? {
                Some(family) => {
                    let standing = self.lookup.reading().family(family)?.standing;
                    Labour::Known(placed, name, Box::new(standing))
                }
                None => Labour::New(placed, name),
            },
        })
    }

    fn whose(&self, place: &str) -> Whose {
        let names = self.open.iter().map(|(name, _)| name.as_str());
        // Inside a folder the place is a path and tells as well as the names of the containers do.
        let in_folder = matches!(self.open.last(), Some((_, ContainerFormat::Folder | ContainerFormat::Zip)));
        let place = in_folder.then_some(place);
        let all: Vec<&str> = names.chain(place).collect();
        self.bench.custodians.of(all.into_iter())
    }
}

impl Labour {
    fn perform(self, bench: &Bench) -> Step {
        match self {
            Self::Step(step) => step,
            Self::Exception(one, custodian) => Step::Exception(bench.prepare_exception(one, custodian)),
            Self::New(placed, name) => Step::Item(bench.prepare(placed, name)),
            Self::Known(placed, name, standing) => {
                let guards = bench.guards_of_copy(&placed, &standing);
                let Placed { item, custodian, personal, .. } = placed;
                let copy = StoredCopy { place: item.place, facts: item.copy };
                let body = Body::Known(guards);
                Step::Item(Ready { ordinal: item.ordinal, name, copy, custodian, personal, problems: 0, body })
            }
            Self::Large(placed) => large(bench, placed),
        }
    }
}

/// Reads a stretch once for its digests; it is read again when it is sealed, and must not have changed.
fn large(bench: &Bench, placed: Placed) -> Step {
    let Original::Stretch { file, offset, length } = &placed.item.original else {
        unreachable!("only a stretch comes without a name")
    };
    let digests = stretch_digests(&bench.secret, file, *offset, *length);
    match digests.map(|(name, blake3, sha256)| (name, bench.prepare_large(&placed, (blake3, sha256)))) {
        Ok((name, Some(large))) => {
            let problems = u32::try_from(large.facts.item.problems.len()).unwrap_or(u32::MAX);
            let Placed { item, custodian, personal, .. } = placed;
            let copy = StoredCopy { place: item.place, facts: item.copy };
            let (ordinal, body) = (item.ordinal, Body::Known(Vec::new()));
            let ready = Ready { ordinal, name, copy, custodian, personal, problems, body };
            Step::Large(Box::new((ready, large)))
        }
        Ok((_, None)) | Err(_) => {
            let message = "the file could not be read again, or changed meanwhile";
            let problem = Problem::new(ProblemCode::Unreadable, message);
            let Placed { item, custodian, .. } = placed;
            let one = ItemException { ordinal: item.ordinal, place: item.place, problem, raw: Vec::new() };
            Step::Exception(bench.prepare_exception(one, custodian))
        }
    }
}
