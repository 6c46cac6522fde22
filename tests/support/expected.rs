//! What other people's readers found in the files of a corpus.

use std::path::Path;

/// One fact of `EXPECTED.csv`.
pub struct Fact {
    /// The file, from the folder of the corpus.
    pub file: String,
    /// What was asked.
    pub name: String,
    /// What the other reader found.
    pub value: String,
}

/// The facts of the files below some folders; of all files where none is named.
pub fn facts(root: &Path, folders: &[&str]) -> Vec<Fact> {
    let mut reader = csv::Reader::from_path(root.join("EXPECTED.csv")).expect("the expectations");
    let lies_there = |file: &str| {
        let below = |folder: &&str| file.starts_with(&format!("{}/", folder.trim_end_matches('/')));
        folders.is_empty() || folders.iter().any(below)
    };
    reader
        .records()
        .map(|record| record.expect("a row"))
        .map(|row| Fact { file: row[0].to_owned(), name: row[1].to_owned(), value: row[2].to_owned() })
        .filter(|fact| lies_there(&fact.file))
        .collect()
}
