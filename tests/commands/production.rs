//! Requests, reviews, productions and their check at the command line: the JSON that others rely on, and exit codes.

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs the program in an exercise repository, and returns its exit code and what it printed.
fn run(directory: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_recordroom"))
        .current_dir(directory)
        .args(["--repository", "repository", "--now", "2026-03-02", "--as", "clerk"])
        .args(arguments)
        .output()
        .expect("the program runs");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
}

fn json(directory: &Path, arguments: &[&str]) -> (i32, Value) {
    let (code, text) = run(directory, &[arguments, &["--json"]].concat());
    let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"));
    assert_eq!(value["schema"], 1, "{arguments:?}");
    (code, value)
}

#[test]
fn a_request_is_answered_and_its_answer_checked() {
    let city = tempfile::tempdir().expect("a temporary directory");
    let at = city.path();
    fs::create_dir(at.join("export")).expect("a folder");
    for (nth, subject) in ["Ridgeview", "Lunch"].iter().enumerate() {
        let message = format!(
            "Message-ID: <{nth}@cedarbend.example>\r\nDate: Mon, 3 Mar 2025 09:3{nth}:00 -0600\r\n\
             From: ana@cedarbend.example\r\nTo: council@cedarbend.example\r\nSubject: {subject}\r\n\r\nText {nth}\r\n"
        );
        fs::write(at.join("export").join(format!("{nth}.eml")), message).expect("written");
    }
    assert_eq!(run(at, &["init", "repository", "--exercise", "--city", "Cedar Bend"]).0, 0);
    assert_eq!(run(at, &["ingest", "export"]).0, 0);

    let (code, opened) = json(at, &["request", "open", "--kind", "public", "--what", "Ridgeview"]);
    assert_eq!((code, opened["request"].as_str()), (0, Some("Q-1")));
    // Ten business days from Monday 2 March 2026; no holiday falls between.
    assert_eq!(opened["due_on"], "2026-03-16");
    assert!(opened["due_basis"].as_str().is_some_and(|basis| basis.contains("13.03")), "{opened}");
    assert_eq!(run(at, &["request", "open", "--kind", "nonsense", "--what", "x"]).0, 64);
    assert_eq!(run(at, &["request", "open", "--kind", "data-subject", "--what", "mine"]).0, 3, "it needs a name");

    assert_eq!(json(at, &["produce", "Q-1", "out"]).1["error"]["code"], "refused", "nothing is collected yet");
    let (_, collected) = json(at, &["request", "collect", "Q-1"]);
    assert_eq!((&collected["families"], &collected["undecided"]), (&2.into(), &2.into()));
    let (_, narrower) = json(at, &["request", "collect", "Q-1", "--query", "ridgeview"]);
    assert_eq!(
        (&narrower["added"], &narrower["not_searchable"], &narrower["not_indexed"]),
        (&0.into(), &0.into(), &0.into())
    );
    assert_eq!(run(at, &["request", "collect", "Q-1", "--query", "(ridgeview"]).0, 64, "the query is not closed");
    let (code, refused) = json(at, &["produce", "Q-1", "out"]);
    assert_eq!((code, refused["error"]["code"].as_str()), (3, Some("undecided")));

    let (_, listed) = json(at, &["review", "list", "Q-1", "--undecided"]);
    assert_eq!(listed["count"], 2);
    let lunch =
        listed["items"].as_array().expect("items").iter().find(|item| item["subject"] == "Lunch").expect("there");
    let lunch = lunch["id"].as_str().expect("an id");
    let withheld = ["review", "decide", "Q-1", "--item", lunch, "--decision", "withheld"];
    assert_eq!(json(at, &withheld).0, 3, "withholding needs its basis");
    assert_eq!(json(at, &[&withheld[..], &["--basis", "Minn. Stat. § 13.43, subd. 4"]].concat()).0, 0);
    assert_eq!(run(at, &["review", "decide", "Q-1", "--decision", "responsive"]).0, 64, "nobody is named");
    let (_, rest) = json(at, &["review", "decide", "Q-1", "--query", "subject:ridgeview", "--decision", "responsive"]);
    assert_eq!((&rest["items"], &rest["undecided"]), (&1.into(), &0.into()));

    assert_eq!(run(at, &["produce", "Q-1"]).0, 64);
    let (code, produced) = json(at, &["produce", "Q-1", "out"]);
    assert_eq!(code, 0, "{produced}");
    for (member, expected) in [
        ("production", Value::from("P-1")),
        ("first_number", "CITY-00000001".into()),
        ("last_number", "CITY-00000001".into()),
        ("documents", 1.into()),
        ("withheld", 1.into()),
        ("exercise", true.into()),
    ] {
        assert_eq!(produced[member], expected, "{member}");
    }
    assert!(produced["directory"].as_str().is_some_and(|path| Path::new(path).join("data/index.html").is_file()));
    assert_eq!(json(at, &["request", "show", "Q-1"]).1["productions"], Value::from(vec!["P-1"]));
    assert_eq!(json(at, &["produce", "--again", "P-1", "again"]).1["manifest_sha256"], produced["manifest_sha256"]);

    let (code, checked) = json(at, &["verify", "out"]);
    assert_eq!((code, &checked["ok"], &checked["checked"]), (0, &true.into(), &16.into()), "{checked}");
    let told = run(at, &["verify", "out"]).1;
    assert!(told.starts_with("EXERCISE") && told.contains("Who signed it is not checked"), "{told}");
    fs::write(at.join("out/data/VOL001/TEXT/0001/CITY-00000001.txt"), "other").expect("written");
    let (code, found) = json(at, &["verify", "out"]);
    assert_eq!((code, &found["ok"]), (4, &false.into()));
    let subjects: Vec<_> = found["findings"].as_array().expect("findings").iter().map(|one| &one["subject"]).collect();
    assert!(subjects.contains(&&Value::from("data/VOL001/TEXT/0001/CITY-00000001.txt")), "{found}");
    // On a machine where there is no repository the check is the same.
    let elsewhere = Command::new(env!("CARGO_BIN_EXE_recordroom"))
        .args(["verify", "again"])
        .current_dir(at)
        .status()
        .expect("the program runs");
    assert_eq!(elsewhere.code(), Some(0));
    assert_eq!(run(at, &["request", "close", "Q-1", "--reason", "answered"]).0, 0);
    assert_eq!(run(at, &["produce", "Q-1", "late"]).0, 3, "a closed request is not produced");
}
