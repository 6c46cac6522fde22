//! The shape of the house, held by a test: who may import whom, and which knowledge lives in one room only.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each room may import, in the reading order of the house. A room may always import itself.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("manual", &[]),
    ("model", &["base"]),
    ("calendar", &["base"]),
    ("text", &["base"]),
    ("query", &["base", "model", "text"]),
    ("source", &["base", "model", "text", "extract"]),
    ("extract", &["base", "model", "text"]),
    ("schedule", &["base", "model", "calendar"]),
    ("classify", &["base", "model", "text"]),
    ("ledger", &["base", "model"]),
    // Words are left out of values, and looked for in made files as any reader of such files would find them.
    ("redaction", &["base", "model", "text", "extract"]),
    ("notpublic", &["base", "model", "text", "redaction"]),
    ("render", &["base", "model", "text", "redaction"]),
    ("report", &["base", "model"]),
    ("package", &["base", "model"]),
    ("vault", &["base"]),
    ("catalog", &["base", "model", "ledger"]),
    ("index", &["base", "model", "text", "query"]),
    ("repository", &["base", "model", "ledger", "vault", "catalog", "index"]),
    ("access", &["base", "model", "ledger", "catalog", "repository"]),
    ("citation", &["base", "model", "catalog", "repository"]),
    ("letters", &["base", "model", "text", "render", "vault", "repository"]),
    (
        "finding",
        &[
            "base",
            "model",
            "text",
            "query",
            "report",
            "vault",
            "catalog",
            "index",
            "repository",
            "protection",
            // A search may ask for a person, by whatever address or number.
            "people",
        ],
    ),
    ("gaps", &["base", "model", "catalog", "repository"]),
    // A schedule comes as a clerk's workbook; its cells are read where all workbooks are.
    ("retention", &["base", "model", "extract", "schedule", "calendar", "catalog", "repository"]),
    (
        "classification",
        &["base", "model", "text", "query", "classify", "catalog", "repository", "finding", "protection", "retention"],
    ),
    // What came from personal devices is sorted by correspondent and conversation, as the queue is.
    ("screening", &["base", "model", "catalog", "repository", "classification"]),
    // The directory is read from sealed facts each time; numbers have their one normal form in `source`.
    ("people", &["base", "model", "text", "source", "vault", "catalog", "repository"]),
    ("grouping", &["base", "model", "text", "report", "vault", "catalog", "repository", "people"]),
    ("timeline", &["base", "model", "text", "report", "vault", "catalog", "repository", "people"]),
    (
        "verify",
        &[
            "base",
            "model",
            "calendar",
            "text",
            "query",
            // The name of a message is computed from its canonical form again.
            "source",
            "ledger",
            "package",
            "render",
            "vault",
            "catalog",
            "index",
            "repository",
            // Every letter that was written still opens.
            "letters",
            // A hold is asked again with the one predicate there is; another would prove nothing about it.
            "protection",
        ],
    ),
    (
        "protection",
        &["base", "model", "text", "query", "schedule", "calendar", "vault", "catalog", "index", "repository"],
    ),
    (
        "ingest",
        &[
            "base",
            "model",
            "text",
            "query",
            "source",
            "extract",
            "classify",
            "schedule",
            "ledger",
            "vault",
            "catalog",
            "index",
            "repository",
            "protection",
            "retention",
        ],
    ),
    (
        "hold",
        &[
            "base",
            "model",
            "text",
            "query",
            "ledger",
            "render",
            "catalog",
            "index",
            "repository",
            "protection",
            "letters",
            // The record of a matter is written here and read there, as certificates are.
            "verify",
        ],
    ),
    (
        "disposition",
        &[
            "base",
            "model",
            "text",
            "ledger",
            "schedule",
            "calendar",
            "classify",
            "report",
            "vault",
            "catalog",
            "index",
            "repository",
            "protection",
            "verify",
            "retention",
        ],
    ),
    (
        "filing",
        &[
            "base",
            "model",
            "text",
            "source",
            "ledger",
            "render",
            "report",
            "package",
            "vault",
            "catalog",
            "repository",
            "retention",
            "verify",
        ],
    ),
    ("ranking", &["base", "model", "text", "vault", "catalog", "repository"]),
    (
        "request",
        &[
            "base",
            "model",
            "text",
            "query",
            "calendar",
            "catalog",
            "index",
            "repository",
            "protection",
            "citation",
            "letters",
        ],
    ),
    // What a duplicate or a quotation is, is read from sealed facts.
    (
        "review",
        &[
            "base",
            "model",
            "text",
            "query",
            // Where words are drawn is read from the file itself.
            "source",
            "notpublic",
            "redaction",
            "grouping",
            "vault",
            "catalog",
            "index",
            "repository",
            "request",
            "citation",
        ],
    ),
    (
        "production",
        &[
            "base",
            "model",
            "text",
            "source",
            "extract",
            "ledger",
            "redaction",
            "render",
            "report",
            "package",
            "vault",
            "catalog",
            "repository",
            "request",
            "review",
            "verify",
            "citation",
            "letters",
            // The document system is named in an answer as a further place to search.
            "filing",
        ],
    ),
    // A backup is put back with what was destroyed since: that is recorded by the room that destroys.
    (
        "backup",
        &[
            "base",
            "model",
            "ledger",
            "report",
            "vault",
            "catalog",
            "repository",
            "protection",
            "ingest",
            "disposition",
            "verify",
        ],
    ),
    (
        "nightly",
        &[
            "base",
            "model",
            "text",
            "report",
            "catalog",
            "repository",
            "access",
            "protection",
            "ingest",
            "disposition",
            "verify",
        ],
    ),
    (
        "demo",
        &[
            "base",
            "model",
            "text",
            "calendar",
            "classify",
            "schedule",
            "report",
            "catalog",
            "repository",
            "ingest",
            "hold",
            "disposition",
            "request",
            "review",
            "production",
            "protection",
            "verify",
            "retention",
            "finding",
            "classification",
            "citation",
            "letters",
        ],
    ),
    (
        "cli",
        &[
            "base",
            "model",
            "text",
            "query",
            "calendar",
            "classify",
            "schedule",
            "report",
            "ledger",
            "source",
            "vault",
            "catalog",
            "index",
            "repository",
            "ingest",
            "hold",
            "disposition",
            "request",
            "review",
            "notpublic",
            "redaction",
            "production",
            "backup",
            "nightly",
            "protection",
            "verify",
            "retention",
            "finding",
            "gaps",
            "classification",
            "screening",
            "people",
            "timeline",
            "grouping",
            "ranking",
            "access",
            "filing",
            "demo",
            "citation",
            "letters",
        ],
    ),
];

/// Knowledge that one room, or a few, have to themselves: the word, and where it may stand.
const EXCLUSIVE: &[(&str, &[&str])] = &[
    // The catalog is the only SQL of ours. Databases of telephones are opened, under guard, in one file alone.
    ("rusqlite", &["catalog", "source/database.rs"]),
    ("tantivy", &["index"]),
    ("clap", &["cli", "main.rs"]),
    ("mail_parser", &["source", "extract", "text"]),
    ("encoding_rs", &["source", "extract", "text"]),
    ("krilla", &["render"]),
    ("lopdf", &["render", "extract", "demo"]),
    ("ed25519_dalek", &["ledger"]),
    ("Utc::now", &["base/clock.rs"]),
    ("Instant::now", &["base/clock.rs"]),
    ("SystemTime::now", &["base/clock.rs"]),
    ("getrandom", &["base/random.rs"]),
    ("fs::write", &["base/durable.rs"]),
    ("fs::rename", &["base/durable.rs"]),
    ("fs::remove_file", &["base/durable.rs"]),
    ("fs::remove_dir", &["base/durable.rs"]),
    ("fs::create_dir", &["base/durable.rs"]),
    ("File::create", &["base/durable.rs"]),
    ("OpenOptions::new", &["base/durable.rs"]),
    ("println!", &["cli"]),
    ("eprintln!", &["cli"]),
    ("std::io::stdout", &["cli"]),
];

/// Lines of one file; a room that outgrows this is split along a noun.
const FILE_LINES: usize = 500;
/// Files that may be longer, with the lines they may have: statements of one kind, tables of words, tests of a whole room.
const LONGER_FILES: &[(&str, usize)] = &[
    ("catalog/disposals.rs", 600),
    ("production/draft.rs", 600),
    ("render/tests.rs", 700),
    ("schedule/file.rs", 600),
    ("source/chats/tests.rs", 700),
    ("source/databases/tests.rs", 700),
];
/// Lines of one function, its doc comment left out.
const FUNCTION_LINES: usize = 70;
/// Functions that may be longer, with the lines they may have.
const LONGER_FUNCTIONS: &[(&str, &str, usize)] = &[];

fn sources(directory: &Path, all: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(directory)
        .expect("the sources are readable")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(path);
        }
    }
}

fn every_source() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    sources(&root, &mut all);
    assert!(all.len() > 20, "the sources were found");
    all.into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).expect("under src").to_string_lossy().replace('\\', "/");
            (name, fs::read_to_string(&path).expect("a source file is readable"))
        })
        .collect()
}

/// The lines that are program: comments, and the tests at the end of a file, are left out.
fn program(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(number, line)| (number + 1, line))
}

fn room(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

#[test]
fn a_room_imports_only_what_its_line_allows() {
    let table: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    for (name, text) in every_source() {
        let room = room(&name);
        if room == "lib.rs" || room == "main.rs" {
            continue;
        }
        let allowed = table.get(room).unwrap_or_else(|| panic!("the room {room} has no line in the import table"));
        for (number, line) in program(&text) {
            for found in imported(line) {
                if found != room && table.contains_key(found) && !allowed.contains(&found) {
                    wrong.push(format!("src/{name}:{number}: {room} imports {found}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Rooms named after `crate::` in a line; `use crate::{a, b}` is not written in this house.
fn imported(line: &str) -> Vec<&str> {
    assert!(!line.contains("crate::{"), "name one room in each import: {line}");
    line.match_indices("crate::")
        .map(|(at, word)| {
            let rest = &line[at + word.len()..];
            rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("")
        })
        .collect()
}

#[test]
fn exclusive_knowledge_stays_in_its_room() {
    let mut wrong = Vec::new();
    for (name, text) in every_source().into_iter().filter(|(name, _)| !name.ends_with("tests.rs")) {
        for (number, line) in program(&text) {
            for (word, rooms) in EXCLUSIVE {
                let here = rooms.iter().any(|one| name == *one || room(&name) == *one);
                if !here && mentions(line, word) {
                    wrong.push(format!("src/{name}:{number}: {word} belongs to {}", rooms.join(", ")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a line has the word, not as the end of a longer one (`println!` inside `eprintln!`).
fn mentions(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_')
    })
}

#[test]
fn files_stay_small() {
    let limit = |name: &str| LONGER_FILES.iter().find(|(one, _)| *one == name).map_or(FILE_LINES, |(_, lines)| *lines);
    let long: Vec<String> = every_source()
        .into_iter()
        .map(|(name, text)| (text.lines().count(), name))
        .filter(|(lines, name)| *lines > limit(name))
        .map(|(lines, name)| format!("src/{name}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// The name and the length of each function of a formatted text: it ends with the brace that stands below its first word.
fn functions(text: &str) -> Vec<(&str, usize)> {
    let mut all = Vec::new();
    let mut open: Vec<(&str, &str, usize)> = Vec::new();
    for (number, line) in program(text) {
        let indent = &line[..line.len() - line.trim_start().len()];
        if let Some((_, rest)) = line.split_once("fn ")
            && line.trim_start().split(' ').take_while(|word| *word != "fn").all(|word| FUNCTION_WORDS.contains(&word))
        {
            open.push((rest.split(['(', '<']).next().unwrap_or(rest), indent, number));
        }
        let ends = line.trim_start() == "}" || line.ends_with([';', '}']);
        if let Some((name, at, first)) = open.last().copied()
            && ends
            && at == indent
        {
            open.pop();
            all.push((name, number - first + 1));
        }
    }
    all
}

/// Words that may stand before `fn`.
const FUNCTION_WORDS: [&str; 5] = ["pub", "pub(super)", "pub(crate)", "const", "async"];

#[test]
fn functions_stay_short() {
    let sources =
        every_source().into_iter().filter(|(name, _)| !name.contains("tests") && !name.ends_with("goldens.rs"));
    let (mut long, mut count) = (Vec::new(), 0);
    for (name, text) in sources {
        let all = functions(&text);
        count += all.len();
        let limit = |function: &str| {
            let named = LONGER_FUNCTIONS.iter().find(|(file, one, _)| *file == name && *one == function);
            named.map_or(FUNCTION_LINES, |(.., lines)| *lines)
        };
        let too_long = all.into_iter().filter(|(function, lines)| *lines > limit(function));
        long.extend(too_long.map(|(function, lines)| format!("src/{name}: {function} has {lines} lines")));
    }
    assert!(count > 3_000, "{count} functions were found");
    assert!(long.is_empty(), "{}", long.join("\n"));
    let two =
        "fn one() {}\n\npub(super) fn two(\n    a: u8,\n) -> u8 {\n    let b = || {\n        a\n    };\n    b()\n}\n";
    assert_eq!(functions(two), [("one", 1), ("two", 8)]);
}

#[test]
fn nothing_is_left_unwritten_or_silently_allowed() {
    let mut wrong = Vec::new();
    for (name, text) in every_source() {
        for (number, line) in program(&text) {
            for word in ["todo!(", "unimplemented!(", "#[allow(", "#![allow(", "super::super::super::"] {
                if line.contains(word) {
                    wrong.push(format!("src/{name}:{number}: {word}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_readme_names_the_two_commands() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("a README");
    for command in ["cargo run --release -- demo", "cargo test"] {
        assert!(readme.contains(command), "the README names `{command}`");
    }
}
