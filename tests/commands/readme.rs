//! The tour of the README, typed as it stands on the folder that the demonstration leaves.

use std::fs;
use std::path::Path;
use std::process::Command;

/// One line to type, and what is told about it.
struct Step {
    typed: String,
    told: String,
}

/// The indented lines that begin with the program's name, each with the paragraph below it.
fn steps(readme: &str) -> Vec<Step> {
    let tour = readme.split("## A tour").nth(1).expect("the README has a tour");
    let tour = tour.split("\n## ").next().unwrap_or(tour);
    let mut steps: Vec<Step> = Vec::new();
    for line in tour.lines() {
        if let Some(typed) = line.strip_prefix("    ") {
            if typed.starts_with("recordroom ") {
                steps.push(Step { typed: typed.to_owned(), told: String::new() });
            }
        } else if let Some(step) = steps.last_mut() {
            step.told.push_str(line);
            step.told.push('\n');
        }
    }
    steps
}

/// Types a line in a shell, with the program on the path and the repository named as the tour says.
fn typed(directory: &Path, line: &str) -> (Option<i32>, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_recordroom"));
    let path = format!(
        "{}:{}",
        program.parent().expect("the program lies in a folder").display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let done = Command::new("sh")
        .args(["-c", line])
        .current_dir(directory)
        .env("PATH", path)
        .env("RECORDROOM_REPOSITORY", "exercise-demo/repository")
        .output()
        .expect("a shell runs");
    let said = [done.stdout, done.stderr].concat();
    (done.status.code(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn the_tour_shows_what_it_promises() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("the README");
    let place = tempfile::tempdir().expect("a temporary directory");
    let (code, said) = typed(place.path(), "recordroom demo");
    assert_eq!(code, Some(0), "{said}");

    let steps = steps(&readme);
    assert!(steps.len() >= 10, "a tour of {} steps", steps.len());
    for step in steps {
        let (code, said) = typed(place.path(), &step.typed);
        assert_eq!(code, Some(0), "{}\n{said}", step.typed);
        // What stands between backquotes is to be seen.
        for promised in step.told.split('`').skip(1).step_by(2) {
            assert!(said.contains(promised), "{}: {promised:?} is not in\n{said}", step.typed);
        }
    }
}
