//! The probe (I13): words that stand in one item alone are looked for in everything under the repository, in decoded
//! form, with every key there was: all of them before the destruction, none of the destroyed ones after.

use crate::support::*;
use recordroom::repository::Repository;
use recordroom::vault::{FamilyKey, decrypt_everything};
use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

/// The beginning of a zstd frame.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Decoded bytes of one frame that are looked at.
const FRAME: u64 = 64 * 1024 * 1024;

/// Which of the words are somewhere.
struct Probe<'w> {
    words: &'w [String],
    found: BTreeSet<String>,
}

impl Probe<'_> {
    fn look(&mut self, bytes: &[u8]) {
        let lower = bytes.to_ascii_lowercase();
        for word in self.words {
            if !self.found.contains(word) && contains(&lower, word.as_bytes()) {
                self.found.insert(word.clone());
            }
        }
    }

    /// A file as it lies there, and every zstd frame that begins anywhere in it.
    fn file(&mut self, path: &Path) {
        let bytes = fs::read(path).expect("readable");
        self.look(&bytes);
        let starts = bytes.windows(4).enumerate().filter(|(_, window)| *window == ZSTD).map(|(at, _)| at);
        for start in starts.collect::<Vec<_>>() {
            let mut decoded = Vec::new();
            if let Ok(decoder) = zstd::Decoder::new(Cursor::new(&bytes[start..])) {
                let _ = decoder.take(FRAME).read_to_end(&mut decoded);
            }
            self.look(&decoded);
        }
    }

    /// Everything under a directory.
    fn directory(&mut self, directory: &Path) {
        for path in files(directory) {
            self.file(&path);
        }
    }

    /// Words as the index holds them: its term dictionaries and stores, decoded. Until the index room tells them, its
    /// files are looked at like all others.
    fn index(&mut self, repository: &Repository) {
        self.directory(&repository.layout().index());
    }
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    let Some(first) = word.first() else { return true };
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|byte| byte == first) {
        at += next;
        if bytes[at..].starts_with(word) {
            return true;
        }
        at += 1;
    }
    false
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(directory).expect("readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

/// Looks with every key there ever was. The catalog is read as it lies on the disk: pages in use, free pages and log.
fn probe(city: &City, keys: &[FamilyKey], words: &[String]) -> BTreeSet<String> {
    let repository = city.open("2025-02-01");
    let mut probe = Probe { words, found: BTreeSet::new() };
    let mut found = Vec::new();
    let count = decrypt_everything(&repository.layout().vault(), keys, &mut |bytes| found.push(bytes.to_vec()));
    count.expect("scanned");
    // One section comes in pieces; a word may lie across two.
    probe.look(&found.concat());
    probe.index(&repository);
    drop(repository);
    probe.directory(&city.repository_path());
    for place in ["keys", "keys-second"] {
        probe.directory(&city.room.path().join(place));
    }
    // What copies say of themselves is sealed in the catalog under the same keys.
    let connection = rusqlite::Connection::open(city.repository_path().join("catalog.sqlite")).expect("opened");
    let mut statement = connection.prepare("SELECT sealed FROM copy").expect("a query");
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
    for sealed in rows {
        let sealed = sealed.expect("a copy");
        for key in keys {
            if let Ok(plain) = recordroom::vault::open_small(key, recordroom::repository::COPY_LABEL, &sealed) {
                probe.look(&plain);
            }
        }
    }
    probe.found
}

fn archive(member: &str, text: &str) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    writer.start_file(member, options).expect("a member");
    writer.write_all(text.as_bytes()).expect("written");
    writer.finish().expect("finished").into_inner()
}

/// The words that only the item `n` has, and the item.
fn marked(n: usize) -> (Vec<String>, Message) {
    let word = |place: &str| format!("qx{place}{}zq", ["alba", "bruma", "corvid", "dulse", "ember", "fjord"][n]);
    let mut message = Message::new(
        &word("id"),
        "2024-01-10",
        &format!("About {}", word("subject")),
        &format!("See {}.", word("body")),
    );
    message.from = format!("{}@cedarbend.example", word("address"));
    let (name, inside) = (word("name"), word("inside"));
    let text = format!("A plain attachment says {inside}. ").repeat(30);
    message.attachment = Some(match n % 3 {
        0 => (format!("{name}.txt"), "text/plain".to_owned(), text.into_bytes()),
        1 => (format!("{name}.csv"), "text/csv".to_owned(), format!("a,{inside}\n").into_bytes()),
        _ => (format!("{name}.zip"), "application/zip".to_owned(), archive(&format!("{}.txt", word("member")), &text)),
    });
    let mut words: Vec<String> = ["id", "subject", "body", "address", "name"].map(word).to_vec();
    // What is packed inside an archive is found by the name of its member, whatever is read out of it.
    words.push(if n % 3 == 2 { word("member") } else { inside });
    (words, message)
}

#[test]
fn every_word_is_found_before_and_none_of_the_destroyed_ones_after() {
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let (words, messages): (Vec<Vec<String>>, Vec<Message>) = (0..6).map(marked).unzip();
    // Each as a file of its own in a folder: the file's name is a word of the item too.
    let mut words = words;
    let folder = city.room.path().join("exports/alarson");
    fs::create_dir(&folder).expect("a folder");
    for (n, message) in messages.iter().enumerate() {
        let name = format!("qxfile{n}zq");
        fs::write(folder.join(format!("{name}.eml")), message.eml()).expect("written");
        words[n].push(name);
    }
    take_in(&mut repository, &folder);
    confirm_all(&mut repository);
    // The last one stays.
    let kept = family_of(&repository, &messages[5].subject);
    let scope = recordroom::model::hold::Scope { families: vec![kept], ..Default::default() };
    recordroom::hold::place(&mut repository, "Case 3", "because", &scope, "attorney").expect("placed");
    let keys: Vec<FamilyKey> =
        repository.key_reader().export_all().expect("keys").into_iter().map(|(_, _, key)| key).collect();
    let id = approved_plan(&mut repository);
    drop(repository);
    let all: Vec<String> = words.concat();
    let missing: Vec<String> = {
        let found = probe(&city, &keys, &all);
        all.iter().filter(|word| !found.contains(*word)).cloned().collect()
    };
    assert_eq!(missing, Vec::<String>::new(), "before, every word is found somewhere");
    let mut repository = city.open("2025-02-01");
    assert_eq!(run(&mut repository, id).expect("executed").destroyed, 5);
    assert_clean(&repository);
    drop(repository);
    let found = probe(&city, &keys, &all);
    let stays: BTreeSet<String> = words[5].iter().cloned().collect();
    assert_eq!(found, stays, "after, only those of the item that stays");
}

#[test]
fn the_probe_finds_what_a_careless_destruction_would_leave() {
    // A probe that finds nothing proves something only when it finds what is there: each leak is planted and caught.
    let city = City::exercise();
    let mut repository = city.open("2025-02-01");
    let (words, message) = marked(0);
    take_in(&mut repository, &city.export("alarson.mbox", std::slice::from_ref(&message)));
    confirm_all(&mut repository);
    let keys: Vec<FamilyKey> =
        repository.key_reader().export_all().expect("keys").into_iter().map(|(_, _, key)| key).collect();
    let pack = city.repository_path().join("vault/2024-01/0001.pack");
    let bytes = fs::read(&pack).expect("a pack");
    purge(&mut repository);
    drop(repository);
    assert!(probe(&city, &keys, &words).is_empty());
    fs::create_dir_all(pack.parent().expect("a month")).expect("a month");
    fs::write(&pack, &bytes).expect("put back");
    assert!(!probe(&city, &keys, &words).is_empty(), "bytes that were not released, with a saved key");
    fs::remove_file(&pack).expect("removed");
    let log = city.repository_path().join("trace.log");
    fs::write(&log, format!("read {}", words[2])).expect("written");
    assert_eq!(probe(&city, &keys, &words).len(), 1, "a word in a log");
    fs::write(&log, zstd::encode_all(words[1].as_bytes(), 3).expect("packed")).expect("written");
    assert_eq!(probe(&city, &keys, &words).len(), 1, "a packed word");
}
