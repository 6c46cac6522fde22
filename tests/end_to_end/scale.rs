//! A night over a large store, of which one day in a year is due: how long it takes and how much it writes, against the
//! size of the store; and the decoded probe for the words that only the destroyed items have.
//!
//! Run by hand: `RECORDROOM_BINARY=target/release/recordroom RECORDROOM_SCALE=50000,200000 cargo test --test end_to_end
//! scale -- --ignored --nocapture`. The program under measurement is that binary; the test only looks.

use crate::probe::words_of_pattern;
use crate::support::*;
use recordroom::base::id::FamilyId;
use recordroom::index::Index;
use recordroom::repository::Repository;
use recordroom::vault::{FamilyKey, decrypt_everything};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Destroyed items that are looked for afterwards.
const PROBED: usize = 100;
/// The day on which those of the first day are due: 365 days after it, the year being a leap year.
const TODAY: &str = "2025-01-01";
const FIRST: &str = "2024-01-01";

/// Mail of 365 days, evenly: about a page of words each, and a word of its own in subject and text.
fn generate(folder: &Path, count: usize) {
    fs::create_dir_all(folder).expect("a folder");
    let mut random = Random::new(20_260_101);
    let vocabulary: Vec<String> =
        (0..20_000).map(|n| format!("{}{}", ["ra", "ter", "mon", "li"][n % 4], n * 7)).collect();
    let first: chrono::NaiveDate = FIRST.parse().expect("a day");
    let mut file: Option<(usize, BufWriter<File>)> = None;
    for n in 0..count {
        let (day, owner) = (n * 365 / count, ["alarson", "bstone", "creed"][n % 3]);
        if file.as_ref().is_none_or(|(month, _)| *month != day / 30) {
            let name = folder.join(format!("alarson-{:02}.mbox", day / 30));
            file = Some((day / 30, BufWriter::new(File::create(name).expect("a file"))));
        }
        let (_, out) = file.as_mut().expect("opened");
        let on = (first + chrono::Days::new(day as u64)).format("%a, %d %b %Y 12:00:00 -0600");
        write!(
            out,
            "From {owner} Mon Jan  1 00:00:00 2024\nFrom: <{owner}{}@cedarbend.example>\nTo: <office@cedarbend.example>\n\
             Subject: About qx{n}zq\nDate: {on}\nMessage-ID: <{n}@cedarbend.example>\n\nqx{n}zq",
            random.below(200)
        )
        .expect("written");
        // Frequent words and rare ones, as in any language.
        for _ in 0..40 + random.below(200) {
            let rank = random.below(vocabulary.len());
            let word = &vocabulary[random.below(rank + 1) % vocabulary.len()];
            write!(out, " {word}").expect("written");
        }
        write!(out, "\n\n").expect("written");
    }
}

struct Program {
    binary: PathBuf,
    repository: PathBuf,
}

impl Program {
    /// Runs a command; returns what it printed, the seconds, and the bytes it wrote (told to the system, to the disk).
    fn run(&self, on: &str, who: &str, arguments: &[&str]) -> (String, f64, [u64; 2]) {
        let (before, start) = (written(), Instant::now());
        let mut command = Command::new(&self.binary);
        command.arg("--repository").arg(&self.repository).args(["--now", on, "--as", who, "--json"]).args(arguments);
        let done = command.output().expect("started");
        let (seconds, after) = (start.elapsed().as_secs_f64(), written());
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!([Some(0), Some(2)].contains(&done.status.code()), "{arguments:?}: {told}");
        let out = String::from_utf8_lossy(&done.stdout).into_owned();
        (out, seconds, [after[0] - before[0], after[1] - before[1]])
    }
}

/// Bytes written by this process and all that it waited for, as Linux counts them: `write` calls, and blocks.
fn written() -> [u64; 2] {
    let text = fs::read_to_string("/proc/self/io").unwrap_or_default();
    ["wchar: ", "write_bytes: "].map(|name| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|number| number.parse().ok()).unwrap_or(0)
    })
}

fn bytes_under(folder: &Path) -> u64 {
    let mut all = 0;
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("an entry").path();
        all += if path.is_dir() { bytes_under(&path) } else { fs::metadata(&path).map_or(0, |one| one.len()) };
    }
    all
}

/// Which of the numbers have their word somewhere under the repository: in packs, with the keys there were, in the
/// dictionaries of the index, and in every file as it lies there, zstd frames decoded.
fn found(repository: &Path, keys: &[FamilyKey], numbers: &BTreeSet<usize>) -> [usize; 3] {
    let mut plain = Vec::new();
    decrypt_everything(&repository.join("vault"), keys, &mut |bytes| plain.extend_from_slice(bytes)).expect("scanned");
    let mut dictionary = BTreeSet::new();
    let index = Index::open(&repository.join("index")).expect("opened");
    index.every_term(&mut |term| words_of_pattern(term.as_bytes(), &mut dictionary)).expect("read");
    let (mut packs, mut files) = (BTreeSet::new(), BTreeSet::new());
    words_of_pattern(&plain, &mut packs);
    for path in crate::probe::files(repository) {
        crate::probe::every_frame(&path, &mut |bytes| words_of_pattern(bytes, &mut files));
    }
    [packs, dictionary, files].map(|found| found.intersection(numbers).count())
}

#[test]
#[ignore = "takes many minutes; see above"]
fn scale_of_a_night_over_one_day_of_a_year() {
    let binary = std::env::var_os("RECORDROOM_BINARY").map_or(env!("CARGO_BIN_EXE_recordroom").into(), PathBuf::from);
    let sizes = std::env::var("RECORDROOM_SCALE").unwrap_or_else(|_| "2000,8000".to_owned());
    for count in sizes.split(',').map(|size| size.parse::<usize>().expect("a number")) {
        let room = tempfile::tempdir().expect("a temporary directory");
        let exports = room.path().join("exports");
        generate(&exports, count);
        let program =
            Program { binary: fs::canonicalize(&binary).expect("a binary"), repository: room.path().join("room") };
        let path = exports.to_string_lossy().into_owned();
        let edition = room.path().join("edition.toml");
        fs::write(&edition, APPROVED).expect("written");
        program.run(
            "2024-06-01",
            "clerk",
            &["init", &program.repository.to_string_lossy(), "--exercise", "--city", "Cedar Bend"],
        );
        program.run("2024-06-01", "clerk", &["schedule", "adopt", &edition.to_string_lossy()]);
        let (_, taking, put) = program.run(TODAY, "clerk", &["ingest", &path]);
        let (out, ..) = program.run(TODAY, "clerk", &["search", "--limit", "5000", &format!("date:{FIRST}")]);
        let value: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        let hits = value["hits"].as_array().expect("hits");
        let ids: Vec<&str> = hits.iter().map(|hit| hit["id"].as_str().expect("an id")).collect();
        let number = |hit: &serde_json::Value| {
            let subject = hit["subject"].as_str().expect("a subject");
            subject.trim_start_matches("About qx").trim_end_matches("zq").parse().expect("a number")
        };
        let due: BTreeSet<usize> = hits.iter().map(number).collect();
        assert_eq!(due.len(), (0..count).filter(|n| n * 365 / count == 0).count());
        let mut set = vec!["classify", "set", "--status", "transitory", "--reason", "looked at one by one"];
        set.extend(&ids);
        program.run(TODAY, "clerk", &set);
        let (_, planning, _) = program.run(TODAY, "nightly", &["nightly"]);
        program.run(TODAY, "approver", &["dispose", "approve", "D-1"]);
        let repository = Repository::open(&program.repository, Some(day(TODAY))).expect("opens");
        let families: BTreeSet<FamilyId> = disposed(&repository);
        let all = repository.key_reader().export_all().expect("keys");
        let keys: Vec<FamilyKey> =
            all.into_iter().filter(|(_, family, _)| families.contains(family)).map(|(_, _, key)| key).collect();
        drop(repository);
        let probed: BTreeSet<usize> = due.iter().copied().take(PROBED).collect();
        let before = found(&program.repository, &keys, &probed);
        let (store, bytes_of_vault) =
            (bytes_under(&program.repository), bytes_under(&program.repository.join("vault")));
        let (out, night, [told, disk]) = program.run(TODAY, "nightly", &["nightly"]);
        let value: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!(value["destroyed"], due.len(), "{out}");
        let after = found(&program.repository, &keys, &probed);
        println!(
            "{count} items: taken in {taking:.1} s ({:.0} MB written); the store has {:.1} MB, of it {:.1} MB packs; a night that plans {planning:.2} s; \
             the night that destroys {} items {night:.2} s, {:.2} MB written ({:.2} MB to the disk), {:.2} % of the store; \
             of {} words found before {before:?} (packs, dictionaries, files), after {after:?}",
            put[0] as f64 / 1e6,
            store as f64 / 1e6,
            bytes_of_vault as f64 / 1e6,
            due.len(),
            told as f64 / 1e6,
            disk as f64 / 1e6,
            100.0 * told as f64 / store as f64,
            probed.len(),
        );
        assert_eq!((before[0], before[1]), (probed.len(), probed.len()), "all are found before");
        assert_eq!(after, [0, 0, 0], "none is found after");
    }
}

/// The families the first plan lists.
fn disposed(repository: &Repository) -> BTreeSet<FamilyId> {
    let plan = recordroom::disposition::read_plan(repository, "D-1".parse().expect("a number")).expect("a plan");
    plan.items.iter().map(|item| item.family).collect()
}
