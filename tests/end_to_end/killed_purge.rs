//! The program killed in the middle of destroying, at moments drawn from a seed: run again, everything that was approved
//! is gone, the certificate counts all of it, and nothing of it can be found.

use crate::probe::probe;
use crate::support::*;
use recordroom::base::id::PlanId;
use recordroom::catalog::PlanState;
use recordroom::vault::FamilyKey;
use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Items that are due, in several months: more than one batch of a destruction.
const DUE: usize = 640;
/// Items too young to be due, in the same export.
const YOUNG: usize = 60;
/// Kills of the quick tier and of the full one (`RECORDROOM_FULL_TESTS=1`).
const KILLS: (usize, usize) = (3, 20);
/// The day of the exercise.
const TODAY: &str = "2025-02-01";

fn message(n: usize) -> Message {
    let (word, on) = match n < DUE {
        true => ("gone", format!("2023-{:02}-{:02}", n % 5 + 1, n % 28 + 1)),
        false => ("stay", "2025-01-20".to_owned()),
    };
    let subject = format!("{word} {n} qx{word}subjectzq");
    let mut message = Message::new(&n.to_string(), &on, &subject, &format!("qx{word}bodyzq {}", "and more ".repeat(9)));
    message.from = format!("qx{word}addresszq@cedarbend.example");
    if n.is_multiple_of(40) {
        let text = format!("Attached: qx{word}insidezq.");
        message.attachment = Some((format!("qx{word}namezq.txt"), "text/plain".to_owned(), text.into_bytes()));
    }
    message
}

fn words(word: &str) -> Vec<String> {
    ["subject", "body", "address", "inside", "name"].iter().map(|place| format!("qx{word}{place}zq")).collect()
}

/// A city with an approved plan, to be copied for every kill.
fn prepared() -> (City, PlanId, Vec<FamilyKey>) {
    let city = City::exercise();
    let mut repository = city.open(TODAY);
    let messages: Vec<Message> = (0..DUE + YOUNG).map(message).collect();
    take_in(&mut repository, &city.export("alarson.mbox", &messages));
    confirm_all(&mut repository);
    let plan = approved_plan(&mut repository);
    let keys = repository.key_reader().export_all().expect("keys").into_iter().map(|(_, _, key)| key).collect();
    (city, plan, keys)
}

fn dispose(city: &City, plan: PlanId) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_recordroom"));
    command
        .arg("--repository")
        .arg(city.repository_path())
        .args(["--now", TODAY, "--as", "operator", "dispose", "run"]);
    command.arg(plan.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
fn killed_while_destroying_and_run_again_everything_approved_is_gone_and_certified() {
    let (city, plan, keys) = prepared();
    let all = [words("gone"), words("stay")].concat();
    assert_eq!(probe(&city, &keys, &all), all.iter().cloned().collect(), "before, every word is found");
    let undisturbed = city.copied();
    let start = Instant::now();
    assert!(dispose(&undisturbed, plan).status().expect("started").success());
    let whole = start.elapsed();
    let kills = if crate::is_full() { KILLS.1 } else { KILLS.0 };
    let mut random = Random::new(20_261_126);
    let (mut cut_off, mut half_done) = (0, 0);
    for kill in 0..kills {
        let here = city.copied();
        // Killed up to three times before it is left alone.
        for _ in 0..=random.below(3) {
            let mut child = dispose(&here, plan).spawn().expect("started");
            std::thread::sleep(whole.mul_f64(random.below(1_000) as f64 / 1_000.0).max(Duration::from_millis(5)));
            child.kill().expect("killed");
            cut_off += usize::from(!child.wait().expect("ended").success());
        }
        let repository = here.open(TODAY);
        let reading = repository.catalog().reading();
        let open = reading.open_destructions().expect("read").len();
        half_done += usize::from(open > 0 || reading.family_counts().expect("counts").2 > 0);
        let executed = reading.plan(plan).expect("the plan").1 == PlanState::Executed;
        drop(repository);
        if !executed {
            assert!(dispose(&here, plan).status().expect("started").success(), "kill {kill}");
        }
        let repository = here.open(TODAY);
        assert_clean(&repository);
        assert_eq!(repository.catalog().reading().family_counts().expect("counts").2, DUE as u64, "kill {kill}");
        assert_eq!(subjects(&repository).len(), YOUNG);
        let certificate = repository.layout().certificates().join(format!("{plan}.json"));
        let text = fs::read_to_string(certificate).expect("a certificate");
        let certificate: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(certificate["destroyed"], DUE, "kill {kill}");
        drop(repository);
        let stays: BTreeSet<String> = words("stay").into_iter().collect();
        assert_eq!(probe(&here, &keys, &all), stays, "kill {kill}");
    }
    assert!(cut_off > 0, "at least one run was really cut off");
    eprintln!(
        "{cut_off} runs cut off, {half_done} of {kills} with a destruction begun; an undisturbed one took {whole:?}"
    );
}
