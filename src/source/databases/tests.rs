//! Databases built here, each with the traps of its format.

use crate::base::digest::Sha256Digest;
use crate::model::exception::ProblemCode;
use crate::model::item::{Found, Original, ParsedItem, RawItem, Shape};
use crate::model::provenance::ContainerFormat;
use crate::model::record::{Direction, Role};
use crate::source::apple::typedstream::tests::archive;
use crate::source::{ReadOptions, part_bytes, read, shape_word};
use rusqlite::{Connection, params};
use std::io::Write;
use std::path::Path;

#[derive(Default)]
pub(super) struct Told {
    pub formats: Vec<ContainerFormat>,
    /// The format of the container of each item.
    pub items: Vec<(ContainerFormat, RawItem)>,
    pub exceptions: Vec<(String, ProblemCode)>,
    pub remarks: Vec<String>,
}

impl Told {
    pub fn parsed(&self) -> Vec<&ParsedItem> {
        self.items
            .iter()
            .filter_map(|(_, item)| if let Shape::Parsed(parsed) = &item.shape { Some(&**parsed) } else { None })
            .collect()
    }

    pub fn place(&self, place: &str) -> &ParsedItem {
        let found = self.items.iter().find(|(_, item)| item.place == place);
        match found.map(|(_, item)| &item.shape) {
            Some(Shape::Parsed(parsed)) => parsed,
            other => panic!("no row {place}: {other:?}"),
        }
    }

    pub fn remarked(&self, words: &str) -> bool {
        self.remarks.iter().any(|one| one.contains(words))
    }
}

pub(super) fn told(path: &Path) -> Told {
    let options = ReadOptions::of(chrono_tz::America::Chicago);
    let mut told = Told::default();
    let mut open: Vec<(ContainerFormat, u64)> = Vec::new();
    let mut sink = |found: Found| {
        match found {
            Found::Open { format, .. } => {
                told.formats.push(format);
                open.push((format, 0));
            }
            Found::Close => assert!(open.pop().is_some(), "what is closed was open"),
            Found::Item(item) => {
                let (format, next) = open.last_mut().expect("inside a container");
                assert_eq!(item.ordinal, *next, "no gap");
                *next += 1;
                told.items.push((*format, item));
            }
            Found::Exception(exception) => {
                let (_, next) = open.last_mut().expect("inside a container");
                assert_eq!(exception.ordinal, *next, "no gap");
                *next += 1;
                told.exceptions.push((exception.place, exception.problem.code));
            }
            Found::Remark(problem) => told.remarks.push(problem.message),
            Found::Declared(_) => {}
        }
        Ok(())
    };
    read(path, &options, &mut sink).expect("it can be opened");
    assert!(open.is_empty());
    for (format, item) in &told.items {
        let (Shape::Parsed(parsed), Original::Bytes(bytes)) = (&item.shape, &item.original) else { continue };
        for one in &parsed.attachments {
            let found = part_bytes(bytes, shape_word(&item.shape, *format), one.part);
            assert_eq!(found.as_deref().map(Sha256Digest::of), one.sha256, "{}: {}", item.place, one.name);
        }
    }
    told
}

/// 2025-06-01 12:00:00 UTC in Apple's seconds.
const NOON: i64 = 770_472_000;
const NANO: i64 = 1_000_000_000;

const APPLE: &str = "
    CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, text TEXT, subject TEXT,
        attributedBody BLOB, handle_id INTEGER DEFAULT 0, service TEXT, account TEXT, error INTEGER DEFAULT 0,
        date INTEGER, date_read INTEGER, date_delivered INTEGER, date_edited INTEGER, date_retracted INTEGER,
        is_from_me INTEGER DEFAULT 0, is_read INTEGER DEFAULT 0, is_sent INTEGER DEFAULT 0,
        is_delivered INTEGER DEFAULT 0, item_type INTEGER DEFAULT 0, other_handle INTEGER DEFAULT 0, group_title TEXT,
        group_action_type INTEGER DEFAULT 0, associated_message_guid TEXT, associated_message_type INTEGER DEFAULT 0,
        associated_message_emoji TEXT, thread_originator_guid TEXT, reply_to_guid TEXT, message_summary_info BLOB,
        destination_caller_id TEXT);
    CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, guid TEXT, style INTEGER, chat_identifier TEXT, display_name TEXT);
    CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT, service TEXT);
    CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY, guid TEXT, filename TEXT, transfer_name TEXT, mime_type TEXT,
        total_bytes INTEGER, created_date INTEGER, is_sticker INTEGER DEFAULT 0);
    CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER, message_date INTEGER);
    CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER);
    CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER);
    CREATE TABLE chat_recoverable_message_join (chat_id INTEGER, message_id INTEGER, delete_date INTEGER);
    CREATE TABLE deleted_messages (ROWID INTEGER PRIMARY KEY, guid TEXT);
    INSERT INTO handle VALUES (1, '+16125550101', 'iMessage'), (2, 'pat@cedarbend.example', 'iMessage'),
        (3, '+16125550103', 'SMS');
    INSERT INTO chat VALUES (1, 'iMessage;-;+16125550101', 45, '+16125550101', ''),
        (2, 'iMessage;+;chat77', 43, 'chat77', 'Plow crew');
    INSERT INTO chat_handle_join VALUES (1, 1), (2, 1), (2, 2);
    INSERT INTO deleted_messages VALUES (1, 'gone');";

fn summary() -> Vec<u8> {
    let version = |seconds: f64, text: &str| {
        let mut one = plist::Dictionary::new();
        one.insert("d".into(), plist::Value::Real(seconds));
        one.insert("t".into(), plist::Value::Data(archive(text)));
        plist::Value::Dictionary(one)
    };
    let mut parts = plist::Dictionary::new();
    let (first, last) = (version(770_472_000.25, "Meet at the dump"), version(770_472_060.0, "Meet at the park"));
    parts.insert("0".into(), plist::Value::Array(vec![first, last]));
    let mut root = plist::Dictionary::new();
    root.insert("ec".into(), plist::Value::Dictionary(parts));
    root.insert("rp".into(), plist::Value::Array(vec![plist::Value::Integer(1.into())]));
    let mut bytes = Vec::new();
    plist::Value::Dictionary(root).to_writer_binary(&mut bytes).expect("written");
    bytes
}

fn fill_apple(path: &Path) -> Connection {
    let base = Connection::open(path).expect("made");
    base.execute_batch("PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;").expect("quick");
    base.execute_batch(APPLE).expect("tables");
    let at = NOON * NANO;
    base.execute(
        "INSERT INTO message (ROWID, guid, text, handle_id, service, date, date_read, date_delivered, is_read, destination_caller_id)
         VALUES (1, 'G1', 'Is the road open?', 1, 'iMessage', ?1, ?2, ?3, 1, '+16125550199')",
        params![at, NOON + 60, at + 5 * NANO],
    )
    .expect("a received message, read in seconds");
    base.execute(
        "INSERT INTO message (ROWID, guid, attributedBody, service, date, is_from_me, is_sent, is_delivered, thread_originator_guid, reply_to_guid)
         VALUES (2, 'G2', ?1, 'iMessage', ?2, 1, 1, 1, 'G1', 'G0')",
        params![archive("Open since nine\u{fffc}"), at - 1],
    )
    .expect("a sent message of the formatted kind, earlier than the one before");
    base.execute(
        "INSERT INTO message (ROWID, guid, text, attributedBody, handle_id, service, date, date_edited, message_summary_info)
         VALUES (3, 'G3', NULL, ?1, 2, 'iMessage', ?2, ?3, ?4)",
        params![archive("Meet at the park"), at, at + 60 * NANO, summary()],
    )
    .expect("an edited message in a group");
    base.execute(
        "INSERT INTO message (ROWID, guid, text, handle_id, service, date, associated_message_guid, associated_message_type)
         VALUES (4, 'G4', 'Loved \u{201c}Open\u{201d}', 1, 'iMessage', ?1, 'p:0/G2', 2000),
                (5, 'G5', NULL, 1, 'iMessage', ?1, 'bp:G2', 3001)",
        params![at],
    )
    .expect("reactions");
    base.execute(
        "INSERT INTO message (ROWID, guid, handle_id, service, date, item_type, group_title, group_action_type, other_handle)
         VALUES (6, 'G6', 1, 'iMessage', ?1, 2, 'Plow crew', 0, 0), (7, 'G7', 1, 'iMessage', ?1, 1, NULL, 1, 3)",
        params![at],
    )
    .expect("changes of the group");
    base.execute(
        "INSERT INTO message (ROWID, guid, text, service, date, is_from_me, error) VALUES (8, 'G8', 'lost', 'SMS', 0, 1, 22)",
        [],
    )
    .expect("a message without a time, in no conversation, that failed");
    base.execute(
        "INSERT INTO message (ROWID, guid, text, handle_id, service, date, attributedBody) VALUES (9, 'G9', NULL, 1, 'iMessage', ?1, X'6270'), (10, 'G10', 'old words', 1, 'iMessage', ?1, ?2)",
        params![at, archive("new words")],
    )
    .expect("a damaged text; two texts that differ");
    base.execute_batch(
        "INSERT INTO chat_message_join VALUES (1, 1, 0), (1, 2, 0), (2, 3, 0), (1, 4, 0), (1, 5, 0), (2, 6, 0), (2, 7, 0), (1, 10, 0), (2, 10, 0);
         INSERT INTO chat_recoverable_message_join VALUES (1, 9, 770472120000000000);
         INSERT INTO attachment (ROWID, guid, filename, transfer_name, mime_type, total_bytes) VALUES
            (1, 'A1', '~/Library/Messages/Attachments/aa/00/A1/road.jpg', 'road.jpg', 'image/jpeg', 4),
            (2, 'A2', '/var/mobile/Library/SMS/Attachments/bb/00/A2/gone.mov', NULL, 'video/quicktime', 99),
            (3, 'A3', NULL, NULL, NULL, 0);
         INSERT INTO message_attachment_join VALUES (2, 1), (2, 2), (3, 3), (3, 77);",
    )
    .expect("joins");
    base
}

fn attachments_beside(folder: &Path) {
    let place = folder.join("Attachments/aa/00/A1");
    std::fs::create_dir_all(&place).expect("made");
    std::fs::write(place.join("road.jpg"), b"road").expect("written");
}

/// Every trap of the format in one database.
#[test]
fn apple_messages_say_all_they_have() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(fill_apple(&dir.path().join("chat.db")));
    attachments_beside(dir.path());
    let told = told(dir.path());
    assert_eq!(told.formats, [ContainerFormat::AppleMessages]);
    assert_eq!(told.items.len(), 10, "the picture and the database are part of what was read");
    assert!(told.exceptions.is_empty());

    let one = told.place("message 1");
    assert_eq!((one.direction, one.body.as_str()), (Direction::In, "Is the road open?"));
    let time = |time: &Option<crate::model::record::SourceTime>| time.as_ref().map(|time| time.at.to_rfc3339());
    assert_eq!(time(&one.sent_at).as_deref(), Some("2025-06-01T12:00:00+00:00"));
    assert_eq!(time(&one.received_at).as_deref(), Some("2025-06-01T12:00:05+00:00"));
    assert_eq!(one.facts["read at"], "2025-06-01T12:01:00.000Z", "seconds beside nanoseconds");
    let parties: Vec<(Role, &str)> = one.parties.iter().map(|one| (one.role, one.address.as_str())).collect();
    assert_eq!(parties, [(Role::From, "+16125550101"), (Role::To, "+16125550199")]);

    let two = told.place("message 2");
    assert_eq!((two.direction, two.body.as_str()), (Direction::Out, "Open since nine"));
    assert_eq!((two.facts["status"].as_str(), two.facts["answers"].as_str()), ("delivered", "G1"));
    assert_eq!(two.references, ["G1"], "the message before is no answer");
    let files: Vec<(&str, u64, bool)> =
        two.attachments.iter().map(|one| (one.name.as_str(), one.bytes, one.sha256.is_some())).collect();
    assert_eq!(files, [("road.jpg", 4, true), ("gone.mov", 0, false)]);
    assert!(two.problems.iter().any(|one| one.code == ProblemCode::Missing && one.message.contains("gone.mov")));

    let three = told.place("message 3");
    assert_eq!(three.body, "Meet at the park\n[version of 2025-06-01T12:00:00.250Z] Meet at the dump");
    assert_eq!(three.facts["version 001 (part 0)"], "2025-06-01T12:00:00.250Z: Meet at the dump");
    assert_eq!((three.facts["unsent parts"].as_str(), three.facts["group"].as_str()), ("1", "chat77"));
    assert_eq!(three.facts["conversation name"], "Plow crew");
    let members: Vec<(Role, &str)> = three.parties.iter().map(|one| (one.role, one.address.as_str())).collect();
    assert_eq!(members, [(Role::From, "pat@cedarbend.example"), (Role::Member, "+16125550101")]);

    assert_eq!(told.place("message 4").facts["reaction"], "loved (part 0)");
    assert_eq!(told.place("message 5").facts["reaction"], "taken back: liked");
    assert_eq!(told.place("message 5").references, ["G2"]);
    assert_eq!(told.place("message 6").facts["group change"], "the group was named \u{201c}Plow crew\u{201d}");
    assert_eq!(told.place("message 7").facts["group change"], "+16125550103 was removed");
    let eight = told.place("message 8");
    assert_eq!((eight.sent_at.is_none(), eight.facts["status"].as_str()), (true, "sending failed"));
    assert!(eight.problems.iter().any(|one| one.code == ProblemCode::DateUnknown));
    let nine = told.place("message 9");
    assert_eq!(nine.facts["deleted at"], "2025-06-01T12:02:00.000Z");
    assert_eq!(nine.facts["conversation"], "iMessage;-;+16125550101", "the deleted one has its conversation still");
    assert_ne!(nine.searchable, crate::model::item::Searchable::Fully);
    assert_eq!(told.place("message 10").body, "old words\nnew words");
    assert_eq!(told.place("message 10").facts["in conversations"], "2");
    for words in ["1 of 10 messages are in no conversation", "names 1 more messages", "2 attachments do not lie"] {
        assert!(told.remarked(words), "{words}: {:?}", told.remarks);
    }
    let RawItem { original: Original::Bytes(original), .. } = &told.items[2].1 else { panic!("held") };
    let original = String::from_utf8_lossy(original);
    for table in ["message", "chat_message_join", "message_attachment_join", "attachment", "chat", "handle"] {
        assert!(original.contains(&format!("\"table\":\"{table}\"")), "{table}: {original}");
    }
}

/// The same guid on both ends and in every version: none passes for another, and an export twice is the same.
#[test]
fn versions_and_ends_of_a_message_are_told_apart() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("sms.db");
    let identities = |change: &str| {
        let _ = std::fs::remove_file(&path);
        let base = fill_apple(&path);
        base.execute_batch(change).expect("changed");
        drop(base);
        told(&path).items.into_iter().map(|(_, item)| item.identity).collect::<Vec<_>>()
    };
    let before = identities("");
    assert_eq!(before, identities("UPDATE message SET is_read = 1, date_read = 5 WHERE ROWID = 1"), "read later");
    let cases = [
        ("UPDATE message SET text = NULL WHERE ROWID = 1", "unsent later"),
        ("UPDATE message SET is_from_me = 1 WHERE ROWID = 1", "the other end"),
        ("UPDATE message SET guid = 'other' WHERE ROWID = 1", "another message"),
    ];
    for (change, why) in cases {
        let after = identities(change);
        assert_ne!(before[0], after[0], "{why}");
        assert_eq!(before[1..], after[1..], "{why}");
    }
    attachments_beside(dir.path());
    assert_ne!(before[1], identities("")[1], "a picture that was missing and is here now is not lost");
}

/// The newest rows stand in the log alone; the original and its folder stay as they are.
#[test]
fn the_log_is_read_and_nothing_is_written() {
    let dir = tempfile::tempdir().expect("a folder");
    let live = dir.path().join("live.db");
    let export = dir.path().join("export");
    std::fs::create_dir(&export).expect("made");
    let base = fill_apple(&live);
    base.execute_batch("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;").expect("a log");
    base.execute("INSERT INTO message (guid, text, date) VALUES ('LATE', 'only in the log', ?1)", [NOON * NANO])
        .expect("written");
    for (from, to) in [("live.db", "chat.db"), ("live.db-wal", "chat.db-wal"), ("live.db-shm", "chat.db-shm")] {
        std::fs::copy(dir.path().join(from), export.join(to)).expect("copied");
    }
    drop(base);
    let listing = || {
        let mut all: Vec<(String, Vec<u8>)> = std::fs::read_dir(&export)
            .expect("listed")
            .map(|entry| entry.expect("an entry").path())
            .map(|path| (path.display().to_string(), std::fs::read(path).expect("read")))
            .collect();
        all.sort();
        all
    };
    let before = listing();
    let whole = told(&export);
    assert_eq!(whole.items.len(), 11, "log and shared memory are no items of their own");
    assert!(whole.parsed().iter().any(|one| one.body == "only in the log"));
    let alone = told(&export.join("chat.db"));
    assert_eq!(alone.items.len(), 11, "named by itself it finds its log beside it");
    assert!(before == listing(), "nothing was written");

    std::fs::remove_file(export.join("chat.db-wal")).expect("removed");
    let without = told(&export.join("chat.db"));
    assert_eq!(without.items.len(), 10);
    assert!(without.remarked("does not lie beside it"), "{:?}", without.remarks);
}

/// In an archive the database is read with what lies beside it there.
#[test]
fn an_archive_reads_as_its_folder() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(fill_apple(&dir.path().join("chat.db")));
    let mut zip = zip::ZipWriter::new(std::fs::File::create(dir.path().join("x.zip")).expect("made"));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in [
        ("Messages/chat.db", std::fs::read(dir.path().join("chat.db")).expect("read")),
        ("Messages/Attachments/aa/00/A1/road.jpg", b"road".to_vec()),
        ("notes.txt", b"handed over by the clerk".to_vec()),
    ] {
        zip.start_file(name, options).expect("begun");
        zip.write_all(&bytes).expect("written");
    }
    zip.finish().expect("closed");
    let told = told(&dir.path().join("x.zip"));
    assert_eq!(told.items.len(), 11, "ten messages and the note");
    assert_eq!(told.place("message 2").attachments[0].bytes, 4);
}

/// Schemas that would do something if anything in them ran, and tables that are none.
#[test]
fn a_hostile_schema_does_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let cases = [
        (
            "ALTER TABLE handle RENAME TO h; CREATE VIEW handle AS WITH RECURSIVE x(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM x) SELECT id, id AS guid FROM x;",
            "a table that is an endless view",
            0,
        ),
        (
            "ALTER TABLE message ADD COLUMN bomb TEXT GENERATED ALWAYS AS (hex(zeroblob(400000000))) VIRTUAL;",
            "a computed column",
            10,
        ),
        (
            "CREATE INDEX lie ON message(length(hex(zeroblob(1000))) , guid); CREATE TRIGGER t AFTER INSERT ON message BEGIN DELETE FROM message; END;",
            "an index over an expression, a trigger",
            10,
        ),
        ("CREATE VIRTUAL TABLE words USING fts5(text);", "a virtual table", 10),
        ("CREATE TABLE \"we\"\"ird; DROP TABLE message\" (\"a\"\"b\" TEXT);", "names with quotes", 10),
    ];
    for (at, (change, why, count)) in cases.into_iter().enumerate() {
        let path = dir.path().join(format!("{at}.db"));
        let base = fill_apple(&path);
        base.execute_batch(change).unwrap_or_else(|error| panic!("{why}: {error}"));
        drop(base);
        assert_eq!(told(&path).parsed().len(), count, "{why}");
    }
}

const ANDROID: &str = "
    CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, date INTEGER, date_sent INTEGER, read INTEGER, status INTEGER, type INTEGER, subject TEXT, body TEXT);
    CREATE TABLE pdu (_id INTEGER PRIMARY KEY, thread_id INTEGER, date INTEGER, date_sent INTEGER, msg_box INTEGER, read INTEGER, m_id TEXT, sub TEXT, m_type INTEGER, tr_id TEXT);
    CREATE TABLE addr (_id INTEGER PRIMARY KEY, msg_id INTEGER, address TEXT, type INTEGER);
    CREATE TABLE part (_id INTEGER PRIMARY KEY, mid INTEGER, seq INTEGER, ct TEXT, name TEXT, cl TEXT, _data TEXT, text TEXT);
    CREATE TABLE threads (_id INTEGER PRIMARY KEY, recipient_ids TEXT);
    CREATE TABLE canonical_addresses (_id INTEGER PRIMARY KEY, address TEXT);
    INSERT INTO canonical_addresses VALUES (1, '612-555-0101'), (2, '612-555-0102');
    INSERT INTO threads VALUES (1, '1'), (2, '1 2');
    INSERT INTO sms VALUES (1, 1, '612-555-0101', 1748779200000, 1748779199000, 1, -1, 1, NULL, 'null'),
        (2, 1, '612-555-0101', 1748779260000, 0, 1, 64, 5, NULL, 'not gone'),
        (3, 2, NULL, 1748779320000, 0, 1, -1, 3, NULL, 'a draft');
    INSERT INTO pdu VALUES (1, 2, 1748779380, 1748779379, 1, 0, 'M1', 'Pothole', 132, 'T1'), (2, 1, 1748779440, 0, 2, 1, NULL, NULL, 128, 'T2');
    INSERT INTO addr VALUES (1, 1, '612-555-0102', 137), (2, 1, 'insert-address-token', 151), (3, 1, '612-555-0101', 151);
    INSERT INTO part VALUES (1, 1, 0, 'application/smil', NULL, NULL, NULL, '<smil/>'), (3, 1, 2, 'text/plain', NULL, NULL, NULL, 'second'),
        (2, 1, 1, 'text/plain', NULL, NULL, NULL, 'first'), (4, 1, 3, 'image/jpeg', NULL, 'hole.jpg', '/data/user_de/0/com.android.providers.telephony/app_parts/PART_1', NULL),
        (5, 2, 0, 'image/jpeg', 'lost.jpg', NULL, '/data/user_de/0/com.android.providers.telephony/app_parts/PART_2', NULL);";

#[test]
fn android_messages_say_all_they_have() {
    let dir = tempfile::tempdir().expect("a folder");
    let base = Connection::open(dir.path().join("mmssms.db")).expect("made");
    base.execute_batch(ANDROID).expect("filled");
    drop(base);
    std::fs::create_dir(dir.path().join("app_parts")).expect("made");
    std::fs::write(dir.path().join("app_parts/PART_1"), b"hole").expect("written");
    let told = told(dir.path());
    assert_eq!(told.formats, [ContainerFormat::AndroidMessages]);
    assert_eq!(told.items.len(), 5);
    assert_eq!(told.place("sms 1").body, "null", "a word is a word here");
    assert_eq!(told.place("sms 1").sent_at.as_ref().map(|time| time.at.timestamp()), Some(1_748_779_199));
    assert_eq!(told.place("sms 2").facts["status"], "sending failed");
    let draft = told.place("sms 3");
    assert_eq!((draft.direction, draft.parties.len()), (Direction::Unknown, 2));
    let group = told.place("mms 1");
    assert_eq!(group.body, "first\nsecond", "in the order of the parts");
    assert_eq!(group.received_at.as_ref().map(|time| time.at.timestamp()), Some(1_748_779_380), "seconds");
    let parties: Vec<(Role, &str)> = group.parties.iter().map(|one| (one.role, one.address.as_str())).collect();
    assert_eq!(parties, [(Role::From, "612-555-0102"), (Role::To, "612-555-0101")]);
    assert_eq!((group.attachments[0].name.as_str(), group.attachments[0].bytes), ("hole.jpg", 4));
    assert!(told.place("mms 2").problems.iter().any(|one| one.message.contains("lost.jpg")));
    assert!(told.remarked("1 files of messages do not lie beside"));
}

/// The same row and the same element of the program that backs it up are one message.
#[test]
fn a_backup_of_these_rows_is_the_same_message() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("mmssms.db");
    let base = Connection::open(&path).expect("made");
    base.execute_batch(ANDROID).expect("filled");
    base.execute_batch(
        "CREATE TABLE calls (_id INTEGER PRIMARY KEY, number TEXT, date INTEGER, duration INTEGER, type INTEGER);
         INSERT INTO calls VALUES (1, '612-555-0101', 1748779200000, 61, 2);",
    )
    .expect("filled");
    drop(base);
    let rows = told(&path);
    let xml = dir.path().join("sms.xml");
    std::fs::write(&xml, "<smses count=\"1\"><sms address=\"612-555-0101\" date=\"1748779260000\" type=\"5\" subject=\"null\" body=\"not gone\" read=\"1\"/></smses>").expect("written");
    assert_eq!(told(&xml).items[0].1.identity, rows.items[1].1.identity);

    let calls = dir.path().join("calllog.db");
    let base = Connection::open(&calls).expect("made");
    base.execute_batch(
        "CREATE TABLE calls (_id INTEGER PRIMARY KEY, number TEXT, date INTEGER, duration INTEGER, type INTEGER, presentation INTEGER, name TEXT, transcription TEXT);
         INSERT INTO calls VALUES (1, '612-555-0101', 1748779200000, 61, 2, 1, 'Pat', NULL), (2, '', 1748779200000, 0, 3, 2, NULL, NULL), (3, '612-555-0102', 5, -1, 4, 1, NULL, 'Call me');",
    )
    .expect("filled");
    drop(base);
    let log = told(&calls);
    std::fs::write(
        &xml,
        "<calls count=\"1\"><call number=\"612-555-0101\" date=\"1748779200000\" duration=\"61\" type=\"2\"/></calls>",
    )
    .expect("written");
    assert_eq!(told(&xml).items[0].1.identity, log.items[0].1.identity);
    assert_eq!(log.place("call 1").duration.map(|one| one.seconds), Some(61));
    assert_eq!(log.place("call 2").direction, Direction::MissedIn);
    assert_eq!(log.place("call 2").facts["caller's number"], "withheld");
    let third = log.place("call 3");
    assert_eq!((third.sent_at.is_none(), third.duration, third.body.as_str()), (true, None, "Call me"));
}

fn calls_of_apple(path: &Path) {
    let base = Connection::open(path).expect("made");
    base.execute_batch(
        "CREATE TABLE ZCALLRECORD (Z_PK INTEGER PRIMARY KEY, ZANSWERED INTEGER, ZCALLTYPE INTEGER, ZORIGINATED INTEGER, ZDATE TIMESTAMP, ZDURATION FLOAT, ZADDRESS, ZNAME TEXT, ZSERVICE_PROVIDER TEXT, ZUNIQUE_ID TEXT);
         CREATE TABLE ZHANDLE (Z_PK INTEGER PRIMARY KEY, ZVALUE TEXT);
         CREATE TABLE Z_2REMOTEPARTICIPANTHANDLES (Z_2REMOTEPARTICIPANTCALLS INTEGER, Z_4REMOTEPARTICIPANTHANDLES INTEGER);
         INSERT INTO ZCALLRECORD VALUES (1, 1, 1, 0, 770472000.5, 61.9, CAST('+16125550101' AS BLOB), NULL, 'com.apple.Telephony', 'U1'),
             (2, 0, 1, 0, 770472060, 0, '+16125550102', NULL, 'com.apple.Telephony', 'U2'), (3, 0, 8, 1, 770472120, 5, NULL, NULL, 'com.apple.FaceTime', 'U3');
         INSERT INTO ZHANDLE VALUES (1, 'pat@cedarbend.example'); INSERT INTO Z_2REMOTEPARTICIPANTHANDLES VALUES (3, 1);",
    )
    .expect("filled");
}

/// A backup as Finder writes it: everything by its real name, the messages with their pictures.
#[test]
fn a_backup_of_a_phone_is_read_by_its_list() {
    let dir = tempfile::tempdir().expect("a folder");
    let backup = dir.path().join("backup");
    std::fs::create_dir(&backup).expect("made");
    let files = [
        ("3d0d7e5fb2ce288813306e4d4636395e047a3d28", "HomeDomain", "Library/SMS/sms.db"),
        ("5a4935c78a5255723f707230a451d79c540d2741", "HomeDomain", "Library/CallHistoryDB/CallHistory.storedata"),
        ("992df473bbb9e132f4b3b6e4d33f72171e97bc7a", "HomeDomain", "Library/Voicemail/voicemail.db"),
        ("aa00000000000000000000000000000000000001", "MediaDomain", "Library/SMS/Attachments/aa/00/A1/road.jpg"),
        ("aa00000000000000000000000000000000000002", "HomeDomain", "Library/Voicemail/1.amr"),
        ("aa00000000000000000000000000000000000003", "CameraRollDomain", "Media/DCIM/note.txt"),
        ("aa00000000000000000000000000000000000004", "CameraRollDomain", "Media/DCIM/gone.jpg"),
        ("../../../../etc/passwd", "HomeDomain", "evil"),
    ];
    let list = Connection::open(backup.join("Manifest.db")).expect("made");
    list.execute_batch(
        "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB)",
    )
    .expect("made");
    list.execute("INSERT INTO Files VALUES ('ff', 'HomeDomain', 'Library', 2, NULL)", []).expect("a folder");
    for (id, domain, path) in files {
        list.execute("INSERT INTO Files VALUES (?1, ?2, ?3, 1, NULL)", [id, domain, path]).expect("listed");
        let place = backup.join(&id[..2]).join(id);
        if !id.contains('.') {
            std::fs::create_dir_all(place.parent().expect("has one")).expect("made");
        }
        match path.rsplit('/').next() {
            Some("sms.db") => drop(fill_apple(&place)),
            Some("CallHistory.storedata") => calls_of_apple(&place),
            Some("voicemail.db") => Connection::open(&place)
                .expect("made")
                .execute_batch(
                    "CREATE TABLE voicemail (ROWID INTEGER PRIMARY KEY, date INTEGER, sender TEXT, callback_num TEXT, receiver TEXT, duration INTEGER, trashed_date INTEGER, flags INTEGER);
                     INSERT INTO voicemail VALUES (1, 1748779200, '+16125550101', '+16125550101', NULL, 9, 770472120, 75);",
                )
                .expect("filled"),
            Some("road.jpg") => std::fs::write(&place, b"road").expect("written"),
            Some("1.amr") => std::fs::write(&place, b"#!AMR\n\x04").expect("written"),
            Some("note.txt") => std::fs::write(&place, b"a note").expect("written"),
            _ => {}
        }
    }
    drop(list);
    let mut plist = plist::Dictionary::new();
    plist.insert("IsEncrypted".into(), plist::Value::Boolean(false));
    plist::Value::Dictionary(plist.clone()).to_file_xml(backup.join("Manifest.plist")).expect("written");
    let whole = told(&backup);
    assert_eq!(whole.formats[0], ContainerFormat::AppleBackup);
    assert!(
        whole.formats.contains(&ContainerFormat::AppleCalls)
            && whole.formats.contains(&ContainerFormat::AppleVoicemail)
    );
    assert_eq!(whole.place("message 2").attachments[0].bytes, 4);
    let calls: Vec<(Direction, u64, &str)> = ["call 1", "call 2", "call 3"]
        .map(|place| whole.place(place))
        .map(|one| (one.direction, one.duration.map_or(0, |one| one.seconds), one.parties[0].address.as_str()))
        .to_vec();
    assert_eq!(
        calls,
        [
            (Direction::In, 61, "+16125550101"),
            (Direction::MissedIn, 0, "+16125550102"),
            (Direction::Out, 5, "pat@cedarbend.example")
        ]
    );
    let voicemail = whole.place("voicemail 1");
    assert_eq!(
        (voicemail.attachments[0].bytes, voicemail.facts["deleted at"].as_str()),
        (7, "2025-06-01T12:02:00.000Z")
    );
    assert_eq!(
        whole.exceptions,
        [
            ("CameraRollDomain/Media/DCIM/gone.jpg".to_owned(), ProblemCode::Missing),
            ("HomeDomain/evil".to_owned(), ProblemCode::Missing),
        ]
    );
    let mut others: Vec<&str> = whole
        .items
        .iter()
        .filter(|(_, one)| matches!(one.shape, Shape::File { .. }))
        .map(|(_, one)| one.place.as_str())
        .collect();
    others.sort_unstable();
    assert_eq!(others, ["CameraRollDomain/Media/DCIM/note.txt", "Manifest.db", "Manifest.plist"]);

    plist.insert("IsEncrypted".into(), plist::Value::Boolean(true));
    plist::Value::Dictionary(plist).to_file_xml(backup.join("Manifest.plist")).expect("written");
    let locked = told(&backup);
    assert!(locked.remarked("Ask for a backup made with"), "{:?}", locked.remarks);
    assert!(locked.items.iter().any(|(_, one)| one.place.ends_with("aa00000000000000000000000000000000000003")));
}

/// What is known and not read is kept whole, with a sentence.
#[test]
fn databases_of_other_applications_are_kept_whole() {
    let dir = tempfile::tempdir().expect("a folder");
    let cases = [
        ("CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY, ZWORDS TEXT)", "WhatsApp in a form"),
        ("CREATE TABLE message (_id INTEGER PRIMARY KEY, chat_row_id INTEGER, key_id TEXT)", "WhatsApp in a form"),
        ("CREATE TABLE messages (id TEXT PRIMARY KEY, conversationId TEXT, json TEXT)", "Signal"),
        (
            "CREATE TABLE message (ROWID INTEGER PRIMARY KEY, address TEXT, date INTEGER, text TEXT, flags INTEGER)",
            "iOS 5",
        ),
    ];
    for (at, (schema, name)) in cases.into_iter().enumerate() {
        let path = dir.path().join(format!("{at}.sqlite"));
        Connection::open(&path).expect("made").execute_batch(schema).expect("made");
        let told = told(&path);
        assert_eq!(
            (told.formats.as_slice(), told.items.len()),
            ([ContainerFormat::AppDatabase].as_slice(), 1),
            "{name}"
        );
        assert!(told.remarked(name) && told.remarked("kept whole"), "{:?}", told.remarks);
        assert_eq!(told.items[0].1.original.length(), std::fs::metadata(&path).expect("there").len());
    }
    let path = dir.path().join("other.db");
    Connection::open(&path).expect("made").execute_batch("CREATE TABLE notes (text TEXT)").expect("made");
    assert_eq!(told(&path).formats, [ContainerFormat::File], "a database of nobody known is a file");
    std::fs::write(dir.path().join("msgstore.db.crypt15"), [7_u8; 64]).expect("written");
    assert!(told(&dir.path().join("msgstore.db.crypt15")).remarked("encrypted backup of WhatsApp"));
    for name in ["signal-2025-06-01-10-00-00.backup", "signal.sqlite"] {
        std::fs::write(dir.path().join(name), [[0_u8, 0xA7, 0x13], [0xFE, 1, 0x80]].concat()).expect("written");
        let kept = told(&dir.path().join(name));
        assert!(kept.remarked("encrypted store of Signal") && kept.remarked("ask for a report"), "{:?}", kept.remarks);
        assert_eq!(kept.items.len(), 1, "{name}: it is kept whole");
    }
    std::fs::write(dir.path().join("signal.sqlite"), b"notes on traffic signals\n").expect("written");
    assert!(told(&dir.path().join("signal.sqlite")).remarks.is_empty(), "a text is no encrypted store");
}

/// Damage anywhere: no panic, no endless reading, and what can be had is had.
#[test]
fn damaged_databases_give_what_can_be_had() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("many.db");
    let base = fill_apple(&path);
    for at in 0..2_000 {
        let text = format!("{at} {}", "salt ".repeat(40));
        base.execute(
            "INSERT INTO message (guid, text, date) VALUES (?1, ?2, ?3)",
            params![format!("M{at}"), text, NOON * NANO],
        )
        .expect("written");
    }
    drop(base);
    let whole = std::fs::read(&path).expect("read");
    let page = usize::from(u16::from_be_bytes([whole[16], whole[17]]));
    let damaged = dir.path().join("damaged.db");
    let mut middle = whole.clone();
    let at = whole.len() / page / 2 * page;
    middle[at..at + page].fill(0xff);
    std::fs::write(&damaged, &middle).expect("written");
    let rescued = told(&damaged);
    assert!(rescued.parsed().len() > 1_900 && rescued.parsed().len() < 2_010, "{}", rescued.parsed().len());
    assert!(rescued.remarked("is damaged"), "{:?}", rescued.remarks);

    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    let small = {
        let path = dir.path().join("small.db");
        drop(fill_apple(&path));
        std::fs::read(&path).expect("read")
    };
    let mut found = 0;
    for round in 0..300 {
        let mut turned = small.clone();
        if round % 3 == 0 {
            turned.truncate(usize::try_from(next()).unwrap_or(0) % turned.len());
        }
        for _ in 0..1 + round % 7 {
            let (spot, bits) = (next(), next());
            let spot = if round % 2 == 0 { spot % 4_096 } else { spot };
            if let Some(length) = std::num::NonZero::new(turned.len() as u64) {
                turned[usize::try_from(spot % length).expect("small")] ^= u8::try_from(bits % 255 + 1).expect("a byte");
            }
        }
        std::fs::write(&damaged, &turned).expect("written");
        let told = told(&damaged);
        found += told.items.len();
        assert!(
            !told.items.is_empty() || !told.remarks.is_empty() || !told.exceptions.is_empty(),
            "round {round}: in silence"
        );
    }
    assert!(found > 300, "{found}");
}
