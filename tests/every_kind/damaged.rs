//! Every sample damaged in many ways from a fixed seed: nothing panics, nothing takes long, and every account adds up.
//!
//! A little with every `cargo test`; with `RECORDROOM_FULL_TESTS=1` each file many times, and a folder of damaged files
//! through the whole intake.

use super::mixed::{check_sums, json, program};
use super::sample::{Sample, write};
use super::samples;
use recordroom::model::item::{Found, Original};
use recordroom::source::{ReadOptions, parse, part_bytes, read, shape_word};
use std::path::Path;
use std::time::{Duration, Instant};

/// Damaged copies of each sample that are read: in the quick tier, and in the full one.
const ROUNDS: (usize, usize) = (3, 100);
/// The longest that reading one damaged sample of a few kilobytes may take on a loaded machine.
const LONGEST: Duration = Duration::from_secs(20);
/// Finds of one damaged sample; an honest one has less than ten.
const MOST_FINDS: u64 = 20_000;

fn is_full() -> bool {
    std::env::var_os("RECORDROOM_FULL_TESTS").is_some_and(|value| value != "0")
}

/// Numbers that look random and are the same in every run (xorshift64, Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn of(place: &str, round: usize) -> Self {
        let seed = place
            .bytes()
            .fold(0x9E37_79B9_7F4A_7C15_u64, |all, byte| (all ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3));
        Self((seed ^ (round as u64 + 1).wrapping_mul(0x2545_F491_4F6C_DD1D)) | 1)
    }

    /// A number below `most`, or zero.
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 1).unwrap_or(0) % most.max(1)
    }
}

/// One file, damaged: bytes changed, a stretch doubled, taken out, zeroed or moved from another place, the end cut off.
fn damaged(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=dice.below(3) {
        let length = out.len();
        let at = dice.below(length);
        let end = length.min(at + 1 + dice.below(64));
        match dice.below(8) {
            0 => out.truncate(at),
            1 => out[at..end].fill(0),
            2 => out[at..end].fill(0xFF),
            3 => drop(out.drain(at..end)),
            4 => {
                let stretch = out[at..end].to_vec();
                let to = dice.below(length);
                out.splice(to..to, stretch);
            }
            _ => {
                for _ in 0..=dice.below(8) {
                    let at = dice.below(length);
                    if let Some(byte) = out.get_mut(at) {
                        *byte ^= 1 << dice.below(8);
                    }
                }
            }
        }
    }
    out
}

/// The files of a sample, one of them damaged.
fn spoiled(sample: &Sample, round: usize) -> Vec<(String, Vec<u8>)> {
    let mut dice = Dice::of(sample.place, round);
    let which = dice.below(sample.files.len());
    let spoil = |(at, (path, bytes)): (usize, &(String, Vec<u8>))| {
        (path.clone(), if at == which { damaged(bytes, &mut dice) } else { bytes.clone() })
    };
    sample.files.iter().enumerate().map(spoil).collect()
}

/// Reads a folder and looks into everything found; checks that positions have no gap and what is opened is closed.
fn look_through(folder: &Path, about: &str) -> u64 {
    let options = ReadOptions::of(chrono_tz::America::Chicago);
    let mut open = Vec::new();
    let mut finds = 0;
    let mut sink = |found: Found| {
        let mut next = |ordinal: u64| {
            let (_, next) = open.last_mut().expect("finds lie in containers");
            assert_eq!(ordinal, *next, "{about}: positions have no gap");
            *next += 1;
            finds += 1;
        };
        match found {
            Found::Open { format, .. } => open.push((format, 0)),
            Found::Close => assert!(open.pop().is_some(), "{about}: what is closed was open"),
            Found::Exception(one) => next(one.ordinal),
            Found::Item(item) => {
                next(item.ordinal);
                let word = shape_word(&item.shape, open.last().expect("open").0);
                let parsed = parse(&item, &options);
                for way in &parsed.ways {
                    assert!(way.start <= way.end && !way.names.is_empty(), "{about}: {way:?}");
                }
                if let Original::Bytes(bytes) = &item.original {
                    for one in &parsed.attachments {
                        let found = part_bytes(bytes, word, one.part);
                        assert!(one.sha256.is_none() || found.is_some(), "{about}: {} is found again", one.name);
                    }
                    let _ = recordroom::source::native::of_item(&parsed, bytes, word);
                }
            }
            Found::Declared(_) | Found::Remark(_) => {}
        }
        Ok(())
    };
    read(folder, &options, &mut sink).expect("it can be opened");
    assert!(open.is_empty(), "{about}: every container is closed");
    finds
}

#[test]
fn damage_from_a_seed_never_stops_the_reading() {
    let rounds = if is_full() { ROUNDS.1 } else { ROUNDS.0 };
    // The parsers of other hands are guarded; their panics are told by what is found, not on the screen.
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut slowest = (Duration::ZERO, String::new());
    let mut wrong = Vec::new();
    for sample in samples() {
        for round in 0..rounds {
            let about = format!("{} in round {round}", sample.place);
            let folder = tempfile::tempdir().expect("a folder");
            write(folder.path(), &spoiled(&sample, round));
            let begun = Instant::now();
            let reading = std::panic::AssertUnwindSafe(|| look_through(folder.path(), &about));
            let finds = std::panic::catch_unwind(reading);
            let took = begun.elapsed();
            match finds {
                Err(panic) => {
                    let words = panic.downcast_ref::<String>().cloned();
                    let words = words.or_else(|| panic.downcast_ref::<&str>().map(|one| (*one).to_owned()));
                    wrong.push(format!("{about}: {}", words.unwrap_or_default()));
                }
                Ok(0) => wrong.push(format!("{about}: nothing is kept of it")),
                Ok(finds) if finds > MOST_FINDS => wrong.push(format!("{about}: {finds} finds")),
                Ok(_) if took > LONGEST => wrong.push(format!("{about}: {took:?}")),
                Ok(_) => {}
            }
            if took > slowest.0 {
                slowest = (took, about);
            }
        }
    }
    std::panic::set_hook(quiet);
    assert!(wrong.is_empty(), "{} of them: {:#?}", wrong.len(), &wrong[..wrong.len().min(40)]);
    println!("{rounds} rounds of each; the slowest took {:?}: {}", slowest.0, slowest.1);
}

#[test]
fn a_folder_of_damaged_files_is_taken_in_whole() {
    for round in 0..if is_full() { 20 } else { 1 } {
        let city = tempfile::tempdir().expect("a temporary directory");
        let at = city.path();
        assert!(program(at, &["init", "repository", "--exercise", "--city", "Cedar Bend"]).status.success());
        for sample in samples() {
            write(&at.join("export"), &spoiled(&sample, 1_000 + round));
        }
        let (code, report) = json(at, &["ingest", "export"]);
        assert!(code == 0 || code == 2, "round {round}: {code}");
        let totals = check_sums(&report["containers"][0]);
        assert_eq!(report["totals"]["found"], totals, "round {round}");
        let (code, verified) = json(at, &["verify"]);
        assert_eq!((code, &verified["ok"]), (0, &true.into()), "round {round}: {verified:#}");
        let (_, again) = json(at, &["ingest", "export"]);
        assert_eq!(again["totals"]["kept"], 0, "round {round}: the same once more brings nothing new");
    }
}
