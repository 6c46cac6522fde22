//! The program killed in the middle of taking in, at moments drawn from a seed: run again, it comes to the same end.

use crate::support::*;
use recordroom::base::durable;
use recordroom::repository::Repository;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Messages of the export in the quick tier, one batch, and in the full one, more than two (`limits::BATCH_ITEMS`).
const MESSAGES: (usize, usize) = (600, 11_000);
/// Kills of the quick tier and of the full one (`RECORDROOM_FULL_TESTS=1`).
const KILLS: (usize, usize) = (3, 20);

fn program(repository: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_recordroom"));
    command.arg("--repository").arg(repository).args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn init(room: &Path) -> std::path::PathBuf {
    let repository = room.join("repository");
    let made = Command::new(env!("CARGO_BIN_EXE_recordroom"))
        .args(["init", "--exercise"])
        .arg(&repository)
        .stdout(Stdio::null())
        .status();
    assert!(made.expect("started").success());
    repository
}

#[derive(Debug, PartialEq, Eq)]
struct State {
    originals: BTreeSet<String>,
    accounts: Vec<String>,
}

fn state(directory: &Path) -> State {
    let repository = Repository::open(directory, None).expect("opened");
    assert_clean(&repository);
    let mut originals = BTreeSet::new();
    let reading = repository.catalog().reading();
    reading
        .each_family::<recordroom::repository::RepositoryError>(Default::default(), |row| {
            originals.insert(repository.facts(&row)?.sha256.to_string());
            Ok(())
        })
        .expect("facts");
    let accounts = reading.accounts().expect("accounts");
    State { originals, accounts: accounts.into_iter().map(|(_, _, account)| format!("{account:?}")).collect() }
}

#[test]
fn killed_while_taking_in_and_run_again_it_comes_to_the_same_end() {
    durable::set_syncing(false);
    let room = tempfile::tempdir().expect("a temporary directory");
    let count = if crate::is_full() { MESSAGES.1 } else { MESSAGES.0 };
    let messages: Vec<Message> = (0..count)
        .map(|n| {
            let on = format!("2024-{:02}-{:02}", n % 12 + 1, n % 28 + 1);
            Message::new(&(n % (count - 500)).to_string(), &on, &format!("subject {n}"), &"Some words. ".repeat(20))
        })
        .collect();
    let export = room.path().join("export.mbox");
    let export_name = export.to_string_lossy().into_owned();
    std::fs::write(&export, mbox(&messages)).expect("written");
    let undisturbed = room.path().join("undisturbed");
    std::fs::create_dir(&undisturbed).expect("a folder");
    let repository = init(&undisturbed);
    let start = Instant::now();
    assert!(program(&repository, &["ingest", &export_name]).status().expect("started").success());
    let whole = start.elapsed();
    let expected = state(&repository);
    assert_eq!(expected.originals.len(), count);
    let kills = if crate::is_full() { KILLS.1 } else { KILLS.0 };
    let mut random = Random::new(20_261_125);
    let mut cut_off = 0;
    for kill in 0..kills {
        let here = room.path().join(format!("killed-{kill}"));
        std::fs::create_dir(&here).expect("a folder");
        let repository = init(&here);
        // Killed up to three times before it is left alone.
        for _ in 0..=random.below(3) {
            let mut child = program(&repository, &["ingest", &export_name]).spawn().expect("started");
            let moment = whole.mul_f64(random.below(1_000) as f64 / 1_000.0);
            std::thread::sleep(moment.max(Duration::from_millis(5)));
            child.kill().expect("killed");
            cut_off += usize::from(!child.wait().expect("ended").success());
        }
        let finished = Repository::open(&repository, None).expect("opened");
        let unfinished = !finished.catalog().reading().unfinished_intakes().expect("read").is_empty();
        let begun = !finished.catalog().reading().accounts().expect("read").is_empty();
        drop(finished);
        if unfinished || !begun {
            assert!(program(&repository, &["ingest", &export_name]).status().expect("started").success());
        }
        let found = state(&repository);
        assert_eq!(found.originals, expected.originals, "kill {kill}");
        assert_eq!(found.accounts.first(), expected.accounts.first(), "kill {kill}");
    }
    assert!(cut_off > 0, "at least one run was really cut off");
    eprintln!("{cut_off} runs cut off; an undisturbed one took {whole:?}");
}
