//! What other people's readers found in the files of a corpus, and the account of comparing it with what we find.

use std::collections::{BTreeMap, BTreeSet};
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

impl Fact {
    /// The name without what stands in brackets, and the number there, 0 where it is none: `message[4]` is the fifth message.
    pub fn numbered(&self) -> (&str, usize) {
        match self.name.split_once('[') {
            Some((name, rest)) => {
                let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
                (name, digits.parse().unwrap_or(0))
            }
            None => (&self.name, 0),
        }
    }
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

/// A difference that is known, with its reason: the file or its folder, the fact, what we find, why.
pub type Known = (&'static str, &'static str, &'static str, &'static str);

/// The account of a comparison: each fact agrees, differs, or is of a kind of which we say nothing.
pub struct Account {
    known: &'static [Known],
    met: BTreeSet<usize>,
    table: BTreeMap<String, [u64; 3]>,
    unexplained: Vec<String>,
}

impl Account {
    pub fn new(known: &'static [Known]) -> Self {
        Self { known, met: BTreeSet::new(), table: BTreeMap::new(), unexplained: Vec::new() }
    }

    /// Counts a fact among those of its kind; `asked` is the expectation in the words in which we answer.
    pub fn take(&mut self, kind: &str, fact: &Fact, asked: &str, ours: Option<String>) {
        let row = self.table.entry(format!("{kind} {}", fact.numbered().0)).or_default();
        match ours {
            None => row[2] += 1,
            Some(found) if found == asked => row[0] += 1,
            Some(found) => {
                row[1] += 1;
                let lies_in = |place: &str| {
                    fact.file.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                };
                let is_it = |one: &Known| lies_in(one.0) && one.1 == fact.name && one.2 == found;
                match self.known.iter().position(is_it) {
                    Some(known) => drop(self.met.insert(known)),
                    None => {
                        self.unexplained.push(format!("{} {}: expected {asked}, found {found}", fact.file, fact.name))
                    }
                }
            }
        }
    }

    /// Tells the table; every difference is known, and everything that is known differs still. Returns how many agree.
    pub fn close(self) -> u64 {
        println!("{:<60} {:>6} {:>6} {:>11}", "corpus and fact", "agree", "differ", "not covered");
        for (kind, [agree, differ, silent]) in self.table.iter().filter(|(_, row)| row[0] + row[1] > 0) {
            println!("{kind:<60} {agree:>6} {differ:>6} {silent:>11}");
        }
        let total = |at: usize| self.table.values().map(|row| row[at]).sum::<u64>();
        println!("{:<60} {:>6} {:>6} {:>11}", "all", total(0), total(1), total(2));
        let unexplained = &self.unexplained;
        assert!(unexplained.is_empty(), "{} without a reason:\n{}", unexplained.len(), unexplained.join("\n"));
        for (at, (file, name, _, why)) in self.known.iter().enumerate() {
            assert!(self.met.contains(&at), "{file} {name} differs no longer, take the reason away: {why}");
        }
        total(0)
    }
}
