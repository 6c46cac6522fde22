//! The probe (I13): words that stand in one item alone are looked for in everything under the repository, in decoded
//! form, with every key there was: all of them before the destruction, none of the destroyed ones after.

use crate::support::*;
use recordroom::base::fault::{FaultKind, arm, disarm};
use recordroom::base::id::PlanId;
use recordroom::index::Index;
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

    fn file(&mut self, path: &Path) {
        every_frame(path, &mut |bytes| self.look(bytes));
    }

    /// Everything under a directory.
    fn directory(&mut self, directory: &Path) {
        for path in files(directory) {
            self.file(&path);
        }
    }

    /// Words as the index holds them: every term dictionary and store of every directory, decoded by the engine.
    fn index(&mut self, directory: &Path) {
        let index = Index::open(directory).expect("opened");
        let count = index.every_term(&mut |term| self.look(term.as_bytes())).expect("read");
        assert!(count.unreadable.is_empty(), "{count:?}");
        assert!(count.terms > 0 || count.directories == 0, "{count:?}");
    }
}

/// A file as it lies there, and every zstd frame that begins anywhere in it.
pub fn every_frame(path: &Path, look: &mut dyn FnMut(&[u8])) {
    let bytes = fs::read(path).expect("readable");
    look(&bytes);
    let starts = bytes.windows(4).enumerate().filter(|(_, window)| *window == ZSTD).map(|(at, _)| at);
    for start in starts.collect::<Vec<_>>() {
        let mut decoded = Vec::new();
        if let Ok(decoder) = zstd::Decoder::new(Cursor::new(&bytes[start..])) {
            let _ = decoder.take(FRAME).read_to_end(&mut decoded);
        }
        look(&decoded);
    }
}

/// Every number `n` whose word `qx{n}zq` stands in the bytes.
pub fn words_of_pattern(bytes: &[u8], found: &mut BTreeSet<usize>) {
    let mut at = 0;
    while let Some(next) = bytes[at..].iter().position(|byte| *byte == b'q') {
        at += next + 1;
        let Some(rest) = bytes[at..].strip_prefix(b"x") else { continue };
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = std::str::from_utf8(&rest[..digits]).ok().and_then(|text| text.parse().ok());
        if let (Some(number), true) = (number, rest[digits..].starts_with(b"zq")) {
            found.insert(number);
        }
    }
}

/// Looks in the index alone.
fn probe_index(city: &City, words: &[String]) -> BTreeSet<String> {
    let mut probe = Probe { words, found: BTreeSet::new() };
    probe.index(&city.repository_path().join("index"));
    probe.found
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

pub fn files(directory: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(directory).expect("readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

/// Looks with every key there ever was. The catalog is read as it lies on the disk: pages in use, free pages and log.
pub fn probe(city: &City, keys: &[FamilyKey], words: &[String]) -> BTreeSet<String> {
    let repository = city.open("2025-02-01");
    let mut probe = Probe { words, found: BTreeSet::new() };
    let mut found = Vec::new();
    let count = decrypt_everything(&repository.layout().vault(), keys, &mut |bytes| found.push(bytes.to_vec()));
    count.expect("scanned");
    // One section comes in pieces; a word may lie across two.
    probe.look(&found.concat());
    probe.index(&repository.layout().index());
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

/// A directory with its files, kept in memory: names and bytes.
type Kept = (String, Vec<(String, Vec<u8>)>);

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

/// A city with six marked items, of which a hold keeps two, and an approved plan for the others.
struct Marked {
    city: City,
    /// By item.
    words: Vec<Vec<String>>,
    keys: Vec<FamilyKey>,
    plan: PlanId,
}

/// The items that stay, by number: one with its text in an archive, one with it in a table.
const STAY: [usize; 2] = [4, 5];

impl Marked {
    fn new() -> Self {
        let city = City::exercise();
        let mut repository = city.open("2025-02-01");
        let (mut words, messages): (Vec<Vec<String>>, Vec<Message>) = (0..6).map(marked).unzip();
        // Each as a file of its own in a folder: the file's name is a word of the item too.
        let folder = city.room.path().join("exports/alarson");
        fs::create_dir(&folder).expect("a folder");
        for (n, message) in messages.iter().enumerate() {
            let name = format!("qxfile{n}zq");
            fs::write(folder.join(format!("{name}.eml")), message.eml()).expect("written");
            words[n].push(name);
        }
        take_in(&mut repository, &folder);
        confirm_all(&mut repository);
        let families = STAY.map(|n| family_of(&repository, &messages[n].subject)).to_vec();
        let scope = recordroom::model::hold::Scope { families, ..Default::default() };
        recordroom::hold::place(&mut repository, "Case 3", "because", &scope, "attorney").expect("placed");
        let keys = repository.key_reader().export_all().expect("keys").into_iter().map(|(_, _, key)| key).collect();
        let plan = approved_plan(&mut repository);
        Self { city, words, keys, plan }
    }

    /// The same in a city of its own.
    fn copied(&self) -> Self {
        Self { city: self.city.copied(), words: self.words.clone(), keys: self.keys.clone(), plan: self.plan }
    }

    fn staying(&self) -> BTreeSet<String> {
        STAY.iter().flat_map(|n| self.words[*n].iter().cloned()).collect()
    }

    fn probe(&self) -> BTreeSet<String> {
        probe(&self.city, &self.keys, &self.words.concat())
    }
}

#[test]
fn every_word_is_found_before_and_none_of_the_destroyed_ones_after() {
    let marked = Marked::new();
    let all: BTreeSet<String> = marked.words.concat().into_iter().collect();
    assert_eq!(marked.probe(), all, "before, every word is found somewhere");
    // The dictionaries of the index alone have every word that is searched: subject, text, address, name of the attached
    // file, and what stands in it (or, in an archive, the name of its member).
    let searched: Vec<String> = marked.words.iter().flat_map(|of| of[1..6].iter().cloned()).collect();
    let found = probe_index(&marked.city, &searched);
    let missing: Vec<&String> = searched.iter().filter(|word| !found.contains(*word)).collect();
    assert_eq!(missing, Vec::<&String>::new(), "in the dictionaries");
    let mut repository = marked.city.open("2025-02-01");
    assert_eq!(run(&mut repository, marked.plan).expect("executed").destroyed, 4);
    assert_clean(&repository);
    drop(repository);
    assert_eq!(marked.probe(), marked.staying(), "after, only those of the items that stay");
    let kept: Vec<String> = STAY.iter().flat_map(|n| marked.words[*n][1..6].iter().cloned()).collect();
    assert_eq!(probe_index(&marked.city, &searched), kept.into_iter().collect(), "and so in the dictionaries");
}

#[test]
fn nothing_is_left_by_a_run_that_was_cut_off_and_finished_later() {
    // Cut off at points all along the way, each on a city of its own. The full tier takes every point.
    let step = if crate::is_full() { 1 } else { 13 };
    let (prepared, mut nth, mut cut_off) = (Marked::new(), 5, 0);
    loop {
        let marked = prepared.copied();
        let mut repository = marked.city.open("2025-02-01");
        arm(FaultKind::Crash, nth);
        let result = run(&mut repository, marked.plan);
        let passed = disarm();
        drop(repository);
        if result.is_ok() && passed < nth {
            break;
        }
        cut_off += u32::from(result.is_err());
        let mut repository = marked.city.open("2025-02-01");
        let again = run(&mut repository, marked.plan);
        assert!(again.is_ok() || result.is_ok(), "at point {nth}: {again:?}");
        assert_clean(&repository);
        drop(repository);
        assert_eq!(marked.probe(), marked.staying(), "cut off at point {nth}");
        nth += step;
    }
    assert!(cut_off >= 3, "{cut_off} runs cut off");
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
    let parts: Vec<Kept> = fs::read_dir(city.repository_path().join("index"))
        .expect("readable")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .map(|part| {
            let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
            (name(&part), files(&part).iter().map(|file| (name(file), fs::read(file).expect("readable"))).collect())
        })
        .collect();
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
    fs::remove_file(&log).expect("removed");
    let index = city.repository_path().join("index");
    fs::create_dir_all(&index).expect("a folder");
    for (directory, files) in &parts {
        fs::create_dir_all(index.join(directory)).expect("a folder");
        for (name, bytes) in files {
            fs::write(index.join(directory).join(name), bytes).expect("put back");
        }
    }
    let found = probe_index(&city, &words);
    assert!(words[1..6].iter().all(|word| found.contains(word)), "a directory that nobody names: {found:?}");
}
