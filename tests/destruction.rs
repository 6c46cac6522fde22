//! There is no second path that destroys: who may erase keys, release bytes or take rows out, held by a scan of the
//! sources as `tidy` does.

use std::fs;
use std::path::{Path, PathBuf};

/// Calls that destroy, and the only files that may make them. The vault and the catalog define them.
const DESTROYERS: &[(&str, &[&str])] = &[
    // Keys: the destruction itself, and what an interrupted run never catalogued.
    (".erase(", &["disposition/run.rs", "vault/", "base/durable.rs"]),
    // After a restore: keys that no row names, given up by a person.
    (".remove_unlisted(", &["repository/recover.rs", "repository/restored.rs", "vault/"]),
    // Bytes: likewise; a compacted pack goes after its living stretches have moved.
    (".release(", &["disposition/run.rs", "vault/"]),
    (".erase_pack(", &["repository/recover.rs", "repository/compact.rs", "vault/"]),
    (".truncate_to(", &["repository/recover.rs", "vault/"]),
    // Rows: the intent, which is the point of no return, and its end. After a restore rows are marked whose keys are gone
    // already; that they are is asserted there.
    (".intend_destruction(", &["disposition/run.rs"]),
    (".intend_what_is_gone(", &["disposition/gone.rs"]),
    (".finish_destruction(", &["disposition/run.rs"]),
    // Words.
    ("index.remove(", &["disposition/run.rs", "index/"]),
    // Files that hold items. A reader erases the unpacked copy it made for itself.
    ("durable::erase(", &["vault/", "index/", "source/container/content.rs"]),
    ("durable::release_ranges(", &["vault/"]),
    ("durable::zero_range(", &["vault/"]),
];

/// Statements that take rows away, and where they stand.
const STATEMENTS: &[(&str, &[&str])] = &[
    ("DELETE FROM family", &[]),
    ("DELETE FROM tombstone", &[]),
    ("DELETE FROM event", &[]),
    ("DELETE FROM hold", &[]),
    ("DELETE FROM exception", &[]),
    ("DELETE FROM production", &[]),
    ("DELETE FROM copy", &[]),
    ("DELETE FROM record", &["catalog/disposals.rs"]),
    ("DELETE FROM protection", &["catalog/disposals.rs", "catalog/guards.rs"]),
    ("state = 'destroyed',", &["catalog/disposals.rs"]),
    ("state = 'intended'", &["catalog/disposals.rs"]),
];

fn sources(directory: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(path);
        }
    }
}

/// Every line of program (no comments, no tests) that has a word: file and line.
fn lines_with(word: &str) -> Vec<(String, usize)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    sources(&root, &mut all);
    assert!(all.len() > 20, "the sources were found");
    let mut found = Vec::new();
    for path in all {
        let name = path.strip_prefix(&root).expect("under src").to_string_lossy().replace('\\', "/");
        if name.ends_with("tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("readable");
        for (number, line) in text.lines().enumerate().take_while(|(_, line)| !line.starts_with("#[cfg(test)]")) {
            if !line.trim_start().starts_with("//") && line.contains(word) {
                found.push((name.clone(), number + 1));
            }
        }
    }
    found
}

#[test]
fn only_the_disposition_room_and_the_recovery_of_what_was_never_catalogued_destroy() {
    for (word, allowed) in DESTROYERS {
        let found = lines_with(word);
        assert!(
            !found.is_empty() || word.starts_with("durable::"),
            "{word} is called somewhere, or has another name now"
        );
        for (name, line) in found {
            // A hold is released too, and nothing is destroyed by it.
            let is_hold = *word == ".release(" && name.starts_with("hold/");
            let is_allowed = allowed.iter().any(|one| name == *one || (one.ends_with('/') && name.starts_with(one)));
            assert!(is_allowed || is_hold, "src/{name}:{line} calls {word}");
        }
    }
}

#[test]
fn rows_are_taken_away_in_one_place() {
    for (statement, allowed) in STATEMENTS {
        for (name, line) in lines_with(statement) {
            assert!(allowed.contains(&name.as_str()), "src/{name}:{line} has {statement}");
        }
    }
}
