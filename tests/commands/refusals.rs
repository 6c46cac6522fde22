//! Everything that can be wrong before a command starts: each ends with a plain sentence, a word on what to do next,
//! the right exit code, and a repository that verifies once the trouble is mended.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Byte of a SQLite file at which its user version begins (the file format page of sqlite.org, section 1.3).
const USER_VERSION_AT: usize = 60;

/// A folder with an exercise repository, its keys and some exports.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a temporary directory") };
        for (name, id, sent) in [("first", 1, "Mon, 3 Mar 2025"), ("later", 2, "Tue, 4 Mar 2025")] {
            fs::create_dir(place.at(name)).expect("a folder");
            let message = format!(
                "Message-ID: <{id}@cedarbend.example>\r\nDate: {sent} 09:30:00 -0600\r\nFrom: ana@cedarbend.example\r\n\
                 To: lee@cedarbend.example\r\nSubject: Road {id}\r\n\r\nThe road is closed.\r\n"
            );
            fs::write(place.at(name).join("message.eml"), message).expect("written");
        }
        place.works(&["init", "city", "--exercise", "--city", "Cedar Bend"]);
        place.works(&["ingest", "first"]);
        place
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_recordroom"))
            .current_dir(self.folder.path())
            .env("RECORDROOM_REPOSITORY", "city")
            .args(arguments)
            .output()
            .expect("the program runs")
    }

    fn works(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        assert_eq!(done.status.code(), Some(0), "{arguments:?}: {said}");
        said
    }

    /// Runs a command that has to fail, as text and as JSON.
    fn refuses(&self, what: &str, arguments: &[&str], exit: i32, words: &[&str]) {
        let done = self.run(arguments);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(exit), "{what}: {said}");
        for word in words {
            assert!(said.contains(word), "{what}: {word:?} is not in: {said}");
        }
        for jargon in ["os error", "panicked", "RUST_BACKTRACE", "Err(", "Some(", "  "] {
            assert!(exit == 64 || !said.contains(jargon), "{what}: {jargon:?} is in: {said}");
        }

        let done = self.run(&[arguments, &["--json"]].concat());
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{what}: {error}: {text}"));
        assert_eq!(done.status.code(), Some(exit), "{what}: {text}");
        assert_eq!(value["schema"], 1, "{what}");
        for field in ["code", "message", "hint"] {
            let said = value["error"][field].as_str().unwrap_or_default();
            assert!(!said.is_empty(), "{what}: no {field} in {value}");
        }
    }

    /// The same while a file holds other bytes.
    fn refuses_with(&self, what: &str, file: &str, bytes: &[u8], arguments: &[&str], exit: i32, words: &[&str]) {
        let path = self.at(file);
        let before = fs::read(&path).expect("it is there");
        fs::write(&path, bytes).expect("written");
        self.refuses(what, arguments, exit, words);
        fs::write(&path, before).expect("written");
        self.works(&["verify"]);
    }

    /// The same while something has another name.
    fn refuses_without(&self, what: &str, name: &str, arguments: &[&str], exit: i32, words: &[&str]) {
        fs::rename(self.at(name), self.at("away")).expect("renamed");
        self.refuses(what, arguments, exit, words);
        assert!(!self.at(name).exists(), "{what}: nothing is made in its place");
        fs::rename(self.at("away"), self.at(name)).expect("renamed");
        self.works(&["verify"]);
    }
}

#[test]
fn what_cannot_be_done_is_told_with_what_to_do() {
    let place = Place::new();
    fs::write(place.at("bad.toml"), "key = \"x\"\ntitle = \"y\"\ncolour = 1\n").expect("written");
    place.works(&["init", "real", "--city", "Cedar Bend"]);
    place.works(&["--as", "Priya", "dispose", "plan"]);
    // (situation, command, exit code, words of the message)
    let cases: &[(&str, &[&str], i32, &[&str])] = &[
        ("a wrong path", &["ingest", "nowhere"], 1, &["nowhere", "there is no", "Check"]),
        ("its own files", &["ingest", "."], 64, &["would be sealed into itself", "in a folder of its own"]),
        ("no repository", &["--repository", "first", "status"], 1, &["no repository in first", "recordroom init"]),
        ("a full folder", &["init", "first"], 1, &["folder first is not empty", "Name"]),
        ("keys inside", &["init", "new", "--keys", "new/keys"], 64, &["outside the repository"]),
        ("a clock", &["--repository", "real", "--now", "2026-01-01", "status"], 64, &["exercise", "--now"]),
        ("no moment", &["--now", "tomorrow", "status"], 64, &["tomorrow", "2026-03-01"]),
        ("no custodian", &["ingest", "first", "--custodian", "Nobody"], 64, &["Nobody", "recordroom.toml"]),
        ("no call profile", &["ingest", "first", "--call-profile", "abc"], 64, &["abc", "generic"]),
        ("a schedule's line", &["schedule", "check", "bad.toml"], 1, &["line 3", "colour"]),
        ("a schedule adopted", &["schedule", "adopt", "bad.toml"], 1, &["line 3", "colour"]),
        ("no schedule", &["schedule", "show", "abc"], 1, &["abc", "otsego-2024"]),
        ("a query's column", &["search", "road AND"], 64, &["at character 6", "after it"]),
        ("a hold's query", &["hold", "place", "--matter", "m", "--reason", "r", "--query", "(x"], 64, &["character 1"]),
        ("a hold of all", &["hold", "place", "--matter", "m", "--reason", "r"], 64, &["everything", "--everything"]),
        ("no item", &["show", "R-99"], 1, &["There is no item R-99", "search"]),
        ("no family", &["show", "F-99", "--why"], 1, &["There is no family F-99"]),
        ("no exception", &["show", "X-99"], 1, &["There is no exception X-99", "status --exceptions"]),
        ("no number", &["show", "twelve"], 64, &["R-12"]),
        ("no hold", &["hold", "release", "H-9", "--reason", "r"], 1, &["There is no hold H-9", "hold list"]),
        ("no request", &["request", "collect", "Q-9"], 1, &["There is no request Q-9", "request list"]),
        ("no plan", &["dispose", "run", "D-9"], 1, &["D-9", "dispose list"]),
        ("one's own plan", &["--as", "Priya", "dispose", "approve", "D-1"], 3, &["somebody else"]),
        ("no approval", &["dispose", "run", "D-1"], 3, &["not approved", "Nothing was"]),
        ("no delivery", &["verify", "first"], 1, &["no delivered production", "certificate"]),
        ("nothing to verify", &["verify", "nowhere"], 1, &["no file or folder nowhere"]),
        ("no command", &["serch"], 64, &["serch"]),
    ];
    for (what, command, exit, words) in cases {
        place.refuses(what, command, *exit, words);
    }
    place.works(&["verify"]);
}

#[test]
fn a_repository_that_is_not_whole_is_left_as_it_is() {
    let place = Place::new();
    let profile = fs::read_to_string(place.at("city/recordroom.toml")).expect("the profile");
    let newer = profile.replace("format = 1", "format = 9");
    place.refuses_with(
        "a newer profile",
        "city/recordroom.toml",
        newer.as_bytes(),
        &["status"],
        1,
        &["has format 9", "Install the newer program"],
    );
    let odd = profile.replace("time_zone =", "time_zoom =");
    place.refuses_with(
        "an odd profile",
        "city/recordroom.toml",
        odd.as_bytes(),
        &["status"],
        1,
        &["time_zoom", "line"],
    );

    let mut catalog = fs::read(place.at("city/catalog.sqlite")).expect("the catalog");
    catalog[USER_VERSION_AT..USER_VERSION_AT + 4].copy_from_slice(&9_u32.to_be_bytes());
    let file = "city/catalog.sqlite";
    place.refuses_with("a newer catalog", file, &catalog, &["ingest", "later"], 1, &["format 9", "newer program"]);
    let noise = b"This is no database at all, and nothing that could be taken for one.".repeat(100);
    place.refuses_with("no database", file, &noise, &["status"], 4, &["no sound database", "backup"]);
    place.refuses_without("no catalog", file, &["status"], 1, &["is missing", "backup"]);

    place.refuses_without("lost keys", "city-keys", &["search", "road"], 4, &["no root key", "key_set_second"]);
    place.refuses_without("no second place", "city-keys-second", &["ingest", "later"], 1, &["second place", "Bring"]);
    place.works(&["init", "other"]);
    fs::rename(place.at("city-keys"), place.at("away")).expect("renamed");
    fs::rename(place.at("other-keys"), place.at("city-keys")).expect("renamed");
    place.refuses("keys of another", &["status"], 1, &["belongs to repository", "key_set"]);
    fs::rename(place.at("city-keys"), place.at("other-keys")).expect("renamed");
    fs::rename(place.at("away"), place.at("city-keys")).expect("renamed");

    // The second place is lost for good: the first one is copied, as the message says.
    fs::remove_dir_all(place.at("city-keys-second")).expect("removed");
    copy(&place.at("city-keys"), &place.at("city-keys-second"));
    place.works(&["ingest", "later"]);
    place.works(&["verify"]);
}

#[test]
fn two_ingests_do_not_run_at_once() {
    let place = Place::new();
    let lock = fs::File::options().append(true).create(true).open(place.at("city/work.lock")).expect("the lock file");
    lock.lock().expect("locked");
    place.refuses("two at once", &["ingest", "later"], 3, &["Another ingest", "Wait"]);
    place.works(&["hold", "place", "--matter", "m", "--reason", "r", "--query", "road"]);
    assert!(place.works(&["search", "road"]).contains("1 item"));
    drop(lock);
    place.works(&["ingest", "later"]);
    place.works(&["verify"]);
}

#[test]
fn a_destroyed_item_says_when_it_went() {
    let place = Place::new();
    place.works(&["schedule", "adopt", "otsego-2024"]);
    place.works(&["classify", "set", "R-1", "--status", "transitory", "--reason", "an errand"]);
    // One of the plan's inputs, the second place of the keys, is away when it is run.
    place.works(&["--as", "Priya", "--now", "2026-06-17", "dispose", "plan"]);
    place.works(&["--as", "Tom", "--now", "2026-06-17", "dispose", "approve", "D-1"]);
    let run = ["--as", "job", "--now", "2026-06-17", "dispose", "run", "D-1"];
    place.refuses_without("no second place", "city-keys-second", &run, 3, &["nothing is destroyed", "Nothing was"]);
    place.works(&run);
    place.refuses("destroyed", &["show", "F-1"], 1, &["F-1 was destroyed", "2026-06-17", "D-1", "otsego-2024"]);
    place.refuses("destroyed", &["show", "R-1"], 1, &["There is no item R-1"]);
    place.refuses("run twice", &run, 3, &["executed already"]);
    // Whoever registers after having approved in an exercise does not spoil the approval.
    fs::write(place.at("passphrase"), "a long enough passphrase\n").expect("written");
    place.works(&["dispose", "register", "Tom", "--passphrase-file", "passphrase"]);
    place.works(&["verify"]);
}

#[test]
fn what_cannot_be_read_is_quarantined_and_can_be_taken_out() {
    let place = Place::new();
    fs::create_dir(place.at("broken")).expect("a folder");
    // A gzip member (RFC 1952) whose compressed data ends at once.
    let broken = [b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03".as_slice(), &[0xff; 40]].concat();
    fs::write(place.at("broken/mail.mbox.gz"), &broken).expect("written");
    fs::write(place.at("broken/cut.vcf"), "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:L")
        .expect("written");
    let done = place.run(&["ingest", "broken"]);
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(said.contains("status --exceptions"), "{said}");
    let listed = place.works(&["status", "--exceptions"]);
    assert!(listed.contains("X-1") && listed.contains("cut.vcf"), "{listed}");

    let status: Value = serde_json::from_str(&place.works(&["status", "--json"])).expect("JSON");
    let quarantined = status["quarantined"].as_array().expect("a list");
    assert_eq!(status["exceptions"], quarantined.len());
    for one in quarantined {
        for field in ["id", "code", "message", "container", "place"] {
            assert!(one[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {one}");
        }
        let id = one["id"].as_str().expect("an id");
        let shown: Value = serde_json::from_str(&place.works(&["show", id, "--json"])).expect("JSON");
        let bytes = place.run(&["show", id, "--original"]).stdout;
        assert_eq!(shown["original"]["bytes"], bytes.len(), "{shown}");
        assert!(!bytes.is_empty(), "{id}");
    }
    place.works(&["verify"]);
}

/// A full disk and a read-only one, on a small file system of its own.
#[test]
fn a_full_disk_and_a_read_only_one() {
    let place = Place::new();
    let disk = place.at("disk");
    fs::create_dir(&disk).expect("a folder");
    let mount = |arguments: &[&str]| Command::new("mount").args(arguments).arg(&disk).output();
    if !mount(&["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).is_ok_and(|done| done.status.success()) {
        eprintln!("skipped: this user cannot mount a small disk");
        return;
    }
    let unmount = Unmount(disk.clone());
    let here = ["--repository", "disk/city"];
    let on = |arguments: &[&'static str]| [here.as_slice(), arguments].concat();
    place.works(&["init", "disk/city", "--exercise", "--keys", "k1", "--keys-second", "k2"]);
    place.works(&on(&["ingest", "first"]));
    fs::create_dir(place.at("big")).expect("a folder");
    // Bytes of a linear congruential generator, so that they do not shrink when they are compressed.
    let mut state = 1_u64;
    let noise: String = (0..6_000_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'a' + (state >> 59) as u8 % 26)
        })
        .collect();
    fs::write(place.at("big/big.eml"), format!("Message-ID: <9@cedarbend.example>\r\nSubject: Big\r\n\r\n{noise}"))
        .expect("written");
    place.refuses("a full disk", &on(&["ingest", "big"]), 1, &["o room", "the same command again"]);

    assert!(mount(&["-o", "remount,ro"]).is_ok_and(|done| done.status.success()), "made read-only");
    place.refuses("a read-only disk", &on(&["ingest", "later"]), 1, &["cannot be", "writable"]);

    assert!(mount(&["-o", "remount,rw,size=64m"]).is_ok_and(|done| done.status.success()), "made larger");
    place.works(&on(&["ingest", "big"]));
    place.works(&on(&["verify"]));
    drop(unmount);
}

/// Takes the small disk away again, however the test ends.
struct Unmount(PathBuf);

impl Drop for Unmount {
    fn drop(&mut self) {
        let done = Command::new("umount").arg(&self.0).status();
        assert!(done.is_ok_and(|status| status.success()) || std::thread::panicking(), "the small disk is taken away");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder");
    for entry in fs::read_dir(from).expect("readable") {
        let entry = entry.expect("readable");
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
        }
    }
}
