//! The folder through the real program: one command, one table, every word found, every original given back.

use super::sample::{Sample, write};
use super::samples;
use recordroom::model::exception::ProblemCode;
use recordroom::model::provenance::ContainerFormat;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

pub fn program(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_recordroom"))
        .current_dir(directory)
        .args(["--repository", "repository", "--now", "2026-03-02", "--as", "clerk"])
        .args(arguments)
        .output()
        .expect("the program runs")
}

pub fn json(directory: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = program(directory, &[arguments, &["--json"]].concat());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let value: Value = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text} {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap_or(-1), value)
}

fn count(container: &Value, name: &str) -> u64 {
    container[name].as_u64().unwrap_or_else(|| panic!("{name} of {container}"))
}

/// Checks that a container's account, and that of each nested in it, adds up; gives what was found.
pub fn check_sums(container: &Value) -> u64 {
    let of = |name| count(container, name);
    assert_eq!(of("found"), of("kept") + of("duplicates") + of("destroyed_before") + of("exceptions"), "{container}");
    let nested: u64 = inside(container).iter().map(check_sums).sum();
    assert!(nested <= of("found"), "{container}");
    of("found")
}

/// Checks that the accounts add up without an exception.
fn check_accounts(container: &Value) {
    check_sums(container);
    assert_eq!(count(container, "exceptions"), 0, "{container}");
}

/// Counts the remarks that ask for a look; others only tell something.
fn count_remarks(container: &Value, count: &mut usize) {
    let remarks = container["remarks"].as_array().map(Vec::as_slice).unwrap_or_default();
    let code = |one: &Value| ProblemCode::parse(one["code"].as_str().expect("a word")).expect("a code");
    *count += remarks.iter().filter(|one| code(one).asks_for_a_look()).count();
    inside(container).iter().for_each(|one| count_remarks(one, count));
}

fn collect_formats<'t>(table: &'t Value, formats: &mut BTreeSet<&'t str>) {
    formats.insert(table["format"].as_str().expect("a word"));
    inside(table).iter().for_each(|one| collect_formats(one, formats));
}

fn inside(container: &Value) -> &[Value] {
    container["inside"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The container of a sample, as the table names it.
fn row<'t>(table: &'t Value, sample: &Sample) -> Option<&'t Value> {
    inside(table).iter().find(|one| one["path"].as_str() == Some(sample.place))
}

/// A repository and, beside it, the folder with one of every kind.
fn city() -> tempfile::TempDir {
    let city = tempfile::tempdir().expect("a temporary directory");
    assert!(program(city.path(), &["init", "repository", "--exercise", "--city", "Cedar Bend"]).status.success());
    for sample in samples() {
        write(&city.path().join("export"), &sample.files);
    }
    city
}

#[test]
fn one_command_takes_in_one_of_every_kind() {
    let city = city();
    let at = city.path();
    let (code, report) = json(at, &["ingest", "export"]);
    let containers = report["containers"].as_array().expect("containers");
    assert_eq!((containers.len(), &containers[0]["format"]), (1, &Value::from("folder")), "{report:#}");
    let table = &containers[0];
    check_accounts(table);
    let mut remarks = 0;
    count_remarks(table, &mut remarks);
    // A remark about what may be missing asks for a look, as an exception does.
    assert_eq!(code, if remarks > 0 { 2 } else { 0 }, "{report:#}");
    let totals = &report["totals"];
    assert_eq!((&totals["duplicates"], &totals["problems"]), (&0.into(), &0.into()), "all of it is sound: {report:#}");
    let mut formats = BTreeSet::from(["eml", "file"]);
    collect_formats(table, &mut formats);
    let missing: Vec<_> = ContainerFormat::ALL.iter().filter(|one| !formats.contains(one.word())).collect();
    assert!(missing.is_empty(), "no sample is of the formats {missing:?}");
    for sample in samples() {
        let row = row(table, &sample);
        let told = row.map_or(("folder", 1), |row| (row["format"].as_str().expect("a word"), count(row, "found")));
        assert_eq!(told, (sample.format, sample.found), "{}: {row:?}", sample.place);
    }
    for sample in samples() {
        check_sample(at, &sample);
    }
    let (code, verified) = json(at, &["verify"]);
    assert_eq!((code, &verified["ok"]), (0, &Value::from(true)), "{verified:#}");
    // The same folder once more brings nothing new.
    let (_, again) = json(at, &["ingest", "export"]);
    assert_eq!((&again["totals"]["kept"], &again["totals"]["exceptions"]), (&0.into(), &0.into()), "{again:#}");
}

/// A word of it is found, the item is shown, and the originals of it and of its parts are given back.
fn check_sample(at: &Path, sample: &Sample) {
    let place = sample.place;
    let (code, found) = json(at, &["search", sample.word]);
    assert!(code == 0 && found["count"].as_u64() >= Some(1), "{place}: {} is found: {found:#}", sample.word);
    let id = found["hits"][0]["id"].as_str().expect("an id");
    let (code, shown) = json(at, &["show", id]);
    assert_eq!(code, 0, "{place}");
    let copy = &shown["copies"][0];
    let path = format!("{}/{}", copy["container"].as_str().expect("a path"), copy["place"].as_str().expect("a place"));
    assert!(path.contains(place), "{place}: it lies in {path}");
    let original = program(at, &["show", id, "--original"]);
    assert_eq!(original.status.code(), Some(0), "{place}");
    assert_eq!(Some(original.stdout.len() as u64), shown["original"]["bytes"].as_u64(), "{place}");
    if sample.format == "folder" {
        assert_eq!(original.stdout, sample.files[0].1, "{place}: the original is the file");
    }
    let facts = shown["facts"]["attachments"].as_array().expect("attachments");
    for member in shown["family"]["members"].as_array().expect("members").iter().skip(1) {
        let part = program(at, &["show", member["id"].as_str().expect("an id"), "--original"]);
        assert_eq!(part.status.code(), Some(0), "{place}: {member}");
        let fact = facts.iter().find(|one| one["part"] == member["part"]).expect("a fact of each");
        assert_eq!(Some(part.stdout.len() as u64), fact["bytes"].as_u64(), "{place}: {member}");
    }
}

#[test]
fn a_file_named_by_itself_is_told_in_its_own_format() {
    let city = city();
    let at = city.path();
    let files: Vec<String> = samples()
        .iter()
        .filter(|sample| sample.files.len() == 1 && sample.files[0].0 == sample.place)
        .map(|sample| format!("export/{}", sample.place))
        .collect();
    let (code, report) =
        json(at, &[&["ingest"], files.iter().map(String::as_str).collect::<Vec<_>>().as_slice()].concat());
    assert!(code == 0 || code == 2, "{report:#}");
    let formats: BTreeSet<&str> = report["containers"]
        .as_array()
        .expect("containers")
        .iter()
        .map(|one| {
            check_accounts(one);
            one["format"].as_str().expect("a word")
        })
        .collect();
    for sample in samples().iter().filter(|sample| sample.files.len() == 1 && sample.format != "folder") {
        assert!(formats.contains(sample.format) || sample.files[0].0 != sample.place, "{}: {formats:?}", sample.place);
    }
    assert!(formats.contains("eml") && formats.contains("file"), "{formats:?}");
}

#[test]
fn the_way_to_a_word_is_shown_through_every_file_around_it() {
    let city = city();
    let at = city.path();
    let files = ["export/box.pst", "export/box.ost", "export/note.msg", "export/attached.eml"];
    assert_eq!(json(at, &[&["ingest"], &files[..]].concat()).0, 0);
    for (word, subject, way) in [
        ("deeppeony", "RE: Straße", &["Bridge", "plans.zip", "plans/memo.docx"][..]),
        ("deeporchid", "RE: Straße", &["Bridge", "plans.zip", "plans/memo.docx"]),
        ("deepmarigold", "Culvert", &["Bridge.msg", "plans.zip", "plans/memo.docx"]),
        ("deepeglantine", "eglantine", &["plans.zip", "memo.docx"]),
    ] {
        let (_, found) = json(at, &["search", word]);
        assert_eq!(found["count"], 1, "{word}: {found:#}");
        let hit = &found["hits"][0];
        assert_eq!((&hit["subject"], &hit["way"]), (&Value::from(subject), &Value::from(way)), "{word}");
        let text = String::from_utf8_lossy(&program(at, &["search", word]).stdout).into_owned();
        assert!(text.contains(&format!("in {}", way.join(" > "))), "{word}: {text}");
    }
    assert!(fs::metadata(at.join("export")).is_ok());
}
