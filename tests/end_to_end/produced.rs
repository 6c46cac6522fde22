//! What was produced stays producible: its items are destroyed and their pack compacted, and the sealed copy is
//! delivered again byte for byte.

use crate::support::*;
use recordroom::base::monitor::VoidMonitor;
use recordroom::model::hold::Scope;
use recordroom::model::request::RequestKind;
use recordroom::model::review::Decision;
use recordroom::production::{Outcome, ProduceOptions, again, produce};
use recordroom::request::{self, NewRequest};
use recordroom::review::{self, Members};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).expect("read");
                all.insert(path.strip_prefix(root).expect("below").to_owned(), bytes);
            }
        }
    }
    all
}

#[test]
fn what_was_produced_is_delivered_again_after_its_items_were_destroyed() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-10");
    let big: String = (0..40_000).map(|n| format!("{:x} ", n * 7919 % 65_521)).collect();
    let mut messages = vec![Message::new("mill", "2025-02-05", "mill", "The permit of the mill.")];
    messages.extend((0..4).map(|n| Message::new(&n.to_string(), "2025-02-06", "go", &format!("{n} {big}"))));
    take_in(&mut repository, &city.export("alarson.mbox", &messages));
    confirm_all(&mut repository);
    let new = NewRequest {
        kind: RequestKind::Public,
        requester: String::new(),
        description: "the mill".to_owned(),
        received_on: None,
        litigation_days: None,
        scope: Scope { query: Some("mill".to_owned()), ..Scope::default() },
    };
    let id = request::open(&mut repository, new, "clerk").expect("opened").id;
    request::collect(&mut repository, id, None, "clerk").expect("collected");
    review::decide(&mut repository, id, &Members::Undecided, Decision::Responsive, "", "clerk").expect("decided");
    let (out, options) = (city.room.path().join("out"), ProduceOptions::default());
    let outcome = produce(&mut repository, id, &out, &options, "clerk", &VoidMonitor).expect("produced");
    let Outcome::Produced(produced) = outcome else { panic!("nothing was produced: {outcome:?}") };
    let production = produced.production.id;
    let mill = family_of(&repository, "mill");
    request::close(&mut repository, id, "answered", "clerk").expect("closed");
    assert_clean(&repository);
    drop(repository);

    // Sealed in the month of its making, which is the month of the items: their pack is compacted around it.
    let month = city.repository_path().join("vault/2025-02");
    assert!(month.join("0001.pack").exists());
    let mut repository = city.open("2028-02-10");
    let done = purge(&mut repository);
    assert_eq!(done.destroyed, 5);
    assert!(!month.join("0001.pack").exists() && month.join("0002.pack").exists(), "it was compacted");
    assert_clean(&repository);
    assert!(repository.family(mill).is_err(), "the item is gone");
    let certificate = fs::read_to_string(city.repository_path().join("certificates/D-1.txt")).expect("a certificate");
    assert!(certificate.contains(&production.to_string()), "the certificate names it: {certificate}");

    let twice = city.room.path().join("twice");
    let delivered = again(&repository, production, &twice, &VoidMonitor).expect("delivered again");
    assert_eq!(delivered.production, produced.production);
    assert_eq!((delivered.pages, delivered.withheld, delivered.adds_to), (produced.pages, 0, None));
    let (before, after) = (tree(&out), tree(&twice));
    assert!(before.len() > 10 && before == after, "the same files with the same bytes");

    // More goes in behind it, and the next destruction leaves it where it is.
    take_in(&mut repository, &city.export("creed.mbox", &[Message::new("n", "2025-02-07", "new", "New.")]));
    assert_clean(&repository);
}
