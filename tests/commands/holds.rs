//! Holds at the command line: every act of the program tried on a held item, which is still there after each; and the
//! ways of a hold from its placing to its record.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

const SCHEDULE: &str = r#"
key = "cedar-bend-2024"
title = "Cedar Bend general schedule"
effective_on = "2020-01-01"
authority = { kind = "approved-schedule", citation = "Panel approval of 2020", adoption_acknowledged_on = "2020-06-01" }
series = [
  { key = "messages", title = "Messages", keep = "365 days after sent", kinds = ["email"], applies_without_series = true },
]
"#;

fn run_on(directory: &Path, day: &str, who: &str, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_recordroom"))
        .current_dir(directory)
        .args(["--repository", "repository", "--now", day, "--as", who])
        .args(arguments)
        .output()
        .expect("the program runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}

fn works(directory: &Path, who: &str, arguments: &[&str]) -> String {
    let (code, said) = run_on(directory, "2026-03-02", who, arguments);
    assert_eq!(code, 0, "{arguments:?}: {said}");
    said
}

fn json(directory: &Path, who: &str, arguments: &[&str]) -> (i32, Value) {
    let (code, text) = run_on(directory, "2026-03-02", who, &[arguments, &["--json"]].concat());
    (code, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}")))
}

/// One held message that the schedule would let go, and the attorney's hold on it.
fn city() -> tempfile::TempDir {
    let city = tempfile::tempdir().expect("a temporary directory");
    let at = city.path();
    fs::create_dir(at.join("exports")).expect("a folder");
    let message = "Message-ID: <1@cedarbend.example>\r\nDate: Mon, 8 Jan 2024 09:30:00 -0600\r\nFrom: ana@cedarbend.example\r\n\
                   To: lee@mill.example\r\nSubject: Ice\r\n\r\nThe sidewalk is all ice.\r\n";
    fs::write(at.join("exports/ice.eml"), message).expect("written");
    fs::write(at.join("schedule.toml"), SCHEDULE).expect("written");
    let made = Command::new(env!("CARGO_BIN_EXE_recordroom"))
        .current_dir(at)
        .args(["init", "repository", "--exercise", "--city", "Cedar Bend"])
        .output()
        .expect("the program runs");
    assert!(made.status.success());
    works(at, "clerk", &["schedule", "adopt", "schedule.toml"]);
    works(at, "clerk", &["ingest", "exports", "--json"]);
    works(at, "clerk", &["classify", "set", "F-1", "--status", "transitory", "--reason", "routine"]);
    let place = ["hold", "place", "--matter", "Lund v. City", "--reason", "demand letter", "--query", "ice"];
    works(at, "clerk", &[&place[..], &["--issuer", "Ines Ferraro", "--basis", "anticipated-litigation"]].concat());
    city
}

/// What every act is tried with. `None`: it changes nothing in a repository, or makes another one.
const ACTS: &[(&str, Option<&[&[&str]]>)] = &[
    ("init", None),
    ("ingest", Some(&[&["ingest", "exports"], &["ingest", "schedule.toml"]])),
    ("status", Some(&[&["status"]])),
    ("search", Some(&[&["search", "ice"]])),
    ("show", Some(&[&["show", "F-1", "--why"]])),
    ("gaps", Some(&[&["gaps", "612-555-0140"]])),
    (
        "classify",
        Some(&[
            &["classify", "set", "F-1", "--status", "non-record", "--reason", "x"],
            &["classify", "reclassify"],
            &["classify", "set", "F-1", "--status", "transitory", "--reason", "x"],
        ]),
    ),
    (
        "request",
        Some(&[
            &["request", "open", "--kind", "public", "--what", "ice", "--query", "ice"],
            &["request", "collect", "Q-1"],
            &["request", "narrow", "Q-1", "--reason", "x"],
            &["request", "standing", "Q-1", "--every", "30"],
            &["request", "cycle", "Q-1", "--reason", "x"],
            &["request", "delivered", "Q-1"],
            &["request", "log", "Q-1"],
            &["request", "reconfirm", "Q-1", "--reason", "x"],
        ]),
    ),
    ("file", Some(&[&["file", "export", "filed"], &["file", "list"]])),
    ("transfer", Some(&[&["transfer", "offer", "offered"], &["transfer", "list"]])),
    ("citation", Some(&[&["citation", "list"]])),
    (
        "review",
        Some(&[
            &["review", "list", "Q-1"],
            &["review", "sample", "Q-1", "--size", "1"],
            &["review", "next", "Q-1"],
            &["review", "progress", "Q-1"],
            &["review", "stop", "Q-1", "--reason", "x", "--rule-not-met"],
        ]),
    ),
    ("conversation", Some(&[&["conversation", "F-1"]])),
    ("duplicates", Some(&[&["duplicates", "--request", "Q-1"]])),
    ("produce", Some(&[&["produce", "Q-1", "answer"]])),
    ("verify", Some(&[&["verify", "--all-holds"]])),
    ("schedule", Some(&[&["schedule", "list"], &["schedule", "adopt", "schedule.toml"]])),
    ("screen", Some(&[&["screen", "list"]])),
    ("intake", Some(&[&["intake", "list"]])),
    ("people", Some(&[&["people", "list"]])),
    ("timeline", Some(&[&["timeline", "ana@cedarbend.example"]])),
    (
        "hold",
        Some(&[
            &["hold", "release", "H-1", "--reason", "tired of it"],
            &["hold", "amend", "H-1", "--query", "salt", "--reason", "less"],
            &["hold", "exclude", "H-1", "F-1", "--reason", "x", "--confirmed-by", "Tom Halvorsen"],
            &["hold", "add", "H-1", "F-1", "--reason", "to be sure"],
            &["hold", "list"],
            &["hold", "show", "H-1"],
            &["hold", "preview", "H-1"],
            &["hold", "notice", "H-1", "--to", "Ana"],
            &["hold", "acknowledge", "H-1", "--from", "Ana", "--how", "on paper"],
            &["hold", "reminders", "--write"],
            &["hold", "templates"],
            &["hold", "package", "H-1", "record"],
        ]),
    ),
    (
        "dispose",
        Some(&[&["dispose", "plan"], &["dispose", "approve", "D-1"], &["dispose", "run", "D-1"], &["dispose", "list"]]),
    ),
    ("purge", Some(&[&["purge", "D-1"]])),
    ("demo", None),
    ("backup", Some(&[&["backup", "saved"]])),
    ("export", Some(&[&["export", "--all", "taken-out"]])),
    ("keys", Some(&[&["keys", "status"]])),
    ("nightly", Some(&[&["nightly"]])),
    ("event", Some(&[&["event", "list"], &["event", "matters"]])),
    // It makes a repository of its own out of a backup.
    ("restore", None),
    (
        "file",
        Some(&[
            &["file", "export", "for-filing"],
            &["file", "receipt", "L-1", "--file", "x", "--entry", "1", "--sha256", "00"],
            &["file", "stubs"],
            &["file", "list"],
            &["file", "templates"],
        ]),
    ),
    (
        "transfer",
        Some(&[
            &["transfer", "offer", "for-the-archives"],
            &["transfer", "declined", "T-1", "--reference", "letter", "--on", "2026-03-02"],
            &["transfer", "receipt", "T-1", "--reference", "receipt", "--sha256", "00", "--on", "2026-03-02"],
            &["transfer", "list"],
        ]),
    ),
    (
        "ledger",
        Some(&[
            &["ledger", "checkpoint", "--export", "checkpoint.txt"],
            &["ledger", "prove", "E-3", "--export", "proof.json"],
            &["ledger", "verify", "--against", "checkpoint.txt"],
            &["ledger", "key"],
            &["ledger", "access", "--item", "F-1"],
            &["ledger", "timestamp", "checkpoint.txt"],
        ]),
    ),
    ("index", Some(&[&["index", "--rebuild"]])),
];

/// The commands that `--help` lists.
fn commands(directory: &Path) -> BTreeSet<String> {
    let help = works(directory, "clerk", &["--help"]);
    let list = help.split("Commands:").nth(1).expect("a list of commands");
    let list = list.split("Options").next().unwrap_or_default();
    list.lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn whatever_act_is_tried_on_a_held_item_it_is_still_there() {
    let city = city();
    let at = city.path();
    let known: BTreeSet<String> = ACTS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(commands(at), known, "every command is tried here, or said to touch no repository");
    for act in ACTS.iter().filter_map(|(_, acts)| *acts).flatten() {
        // An approval is somebody else's.
        let who = if act.contains(&"approve") { "Tom Halvorsen" } else { "clerk" };
        let (code, said) = run_on(at, "2026-03-02", who, act);
        assert!([0, 1, 2, 3].contains(&code), "{act:?} is understood: {code} {said}");
        let (code, original) = run_on(at, "2026-03-02", "clerk", &["show", "F-1", "--original"]);
        assert!(code == 0 && original.contains("The sidewalk is all ice."), "after {act:?}: {original}");
    }
    works(at, "clerk", &["verify", "--all-holds"]);
    let (_, shown) = json(at, "clerk", &["hold", "show", "H-1"]);
    assert_eq!((shown["covered"].as_u64(), shown["issued_by"].as_str()), (Some(1), Some("Ines Ferraro")));
    let refusals: Vec<&Value> =
        shown["history"].as_array().expect("a history").iter().filter(|line| line["act"] == "refused").collect();
    assert_eq!(refusals.len(), 3, "the release, the amendment and the exclusion by somebody else");
    // The control: once the issuer has released it and the cooling period is over, the same acts destroy it.
    works(at, "Ines Ferraro", &["hold", "release", "H-1", "--reason", "settled"]);
    works(at, "clerk", &["request", "close", "Q-1", "--reason", "taken back", "--outcome", "withdrawn"]);
    let later = |who: &str, arguments: &[&str]| run_on(at, "2026-04-02", who, arguments);
    assert_eq!(later("clerk", &["dispose", "plan"]).0, 0);
    assert_eq!(later("Tom Halvorsen", &["dispose", "approve", "D-2"]).0, 0);
    let (code, said) = later("clerk", &["dispose", "run", "D-2", "--json"]);
    let done: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!((code, done["destroyed"].as_u64()), (0, Some(1)), "{said}");
    assert_ne!(later("clerk", &["show", "F-1", "--original"]).0, 0);
    // The record of the matter, taken away, proves itself.
    let (_, repository) = json(at, "Ines Ferraro", &["hold", "package", "H-1", "record-2"]);
    let key = repository["public_key"].as_str().expect("a key").to_owned();
    fs::rename(at.join("repository"), at.join("away")).expect("moved away");
    let (code, said) = run_on(at, "2026-04-02", "x", &["verify", "record-2", "--key", &key]);
    assert!(code == 0 && said.contains("Every file is as it was signed"), "{said}");
    fs::write(at.join("record-2/README.txt"), "nothing").expect("written");
    assert_eq!(run_on(at, "2026-04-02", "x", &["verify", "record-2", "--key", &key]).0, 4);
}

#[test]
fn a_hold_is_told_in_words_from_its_placing_to_its_release() {
    let city = city();
    let at = city.path();
    let said = works(at, "clerk", &["hold", "amend", "H-1", "--query", "salt", "--reason", "x", "--preview"]);
    assert!(said.contains("let 1 item go: F-1"), "{said}");
    let said = works(at, "clerk", &["hold", "preview", "H-1"]);
    assert!(said.contains("could name 1 of them") && said.contains("no series, transitory"), "{said}");
    let (code, said) = run_on(at, "2026-03-02", "clerk", &["hold", "release", "H-1", "--reason", "x"]);
    assert!(code == 3 && said.contains("Ines Ferraro"), "{said}");
    works(at, "clerk", &["hold", "notice", "H-1", "--to", "IT desk", "--it"]);
    let (_, status) = run_on(at, "2026-03-20", "clerk", &["status"]);
    assert!(status.contains("notices of holds wait"), "{status}");
    let release = ["hold", "release", "H-1", "--reason", "settled", "--confirmed-by", "Tom Halvorsen"];
    let said = works(at, "clerk", &release);
    assert!(said.contains("through 2026-04-01"), "{said}");
    let said = works(at, "clerk", &["hold", "show", "H-1"]);
    for words in ["cooling through 2026-04-01", "confirmed by Tom Halvorsen", "hold-placed", "notice 1 to IT desk (it)"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    let (_, why) = json(at, "clerk", &["show", "F-1", "--why"]);
    assert!(why.to_string().contains("H-1"), "the hold still covers it: {why}");
}
