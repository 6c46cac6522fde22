//! Contacts of telephones, with the traps of both systems.

use super::tests::told;
use crate::model::exception::ProblemCode;
use crate::model::provenance::ContainerFormat;
use crate::model::record::RecordKind;
use rusqlite::{Connection, params};

const APPLE: &str = "
    CREATE TABLE ABPerson (ROWID INTEGER PRIMARY KEY, First TEXT, Last TEXT, Middle TEXT, Prefix TEXT, Suffix TEXT,
        Organization TEXT, Department TEXT, JobTitle TEXT, Nickname TEXT, Note TEXT, Birthday TEXT, Kind INTEGER,
        CreationDate INTEGER, ModificationDate INTEGER);
    CREATE TABLE ABMultiValue (UID INTEGER PRIMARY KEY, record_id INTEGER, property INTEGER, identifier INTEGER,
        label INTEGER, value TEXT);
    CREATE TABLE ABMultiValueLabel (value TEXT UNIQUE);
    CREATE TABLE ABMultiValueEntry (parent_id INTEGER, key INTEGER, value TEXT);
    CREATE TABLE ABMultiValueEntryKey (value TEXT UNIQUE);
    CREATE TABLE ABGroup (ROWID INTEGER PRIMARY KEY, Name TEXT);
    CREATE TABLE ABGroupMembers (UID INTEGER PRIMARY KEY, group_id INTEGER, member_type INTEGER, member_id INTEGER);
    INSERT INTO ABMultiValueLabel VALUES ('_$!<Mobile>!$_'), ('_$!<Work>!$_'), ('plow line');
    INSERT INTO ABMultiValueEntryKey VALUES ('CountryCode'), ('Street'), ('City');
    INSERT INTO ABPerson (ROWID, First, Last, Note, Birthday, CreationDate) VALUES
        (1, 'Lee', 'Vang', 'knows the culvert', '-978307200', 770472000);
    INSERT INTO ABPerson (ROWID, Organization) VALUES (2, 'Mill Gravel');
    INSERT INTO ABPerson (ROWID) VALUES (3);
    INSERT INTO ABMultiValue VALUES
        (1, 1, 3, 0, 1, '(763) 555-0142'), (2, 1, 3, 1, 3, '555-0143'), (3, 1, 4, 0, 2, 'Lee@Mill.example'),
        (4, 1, 5, 0, 2, NULL), (5, 1, 99, 0, NULL, 'a thing of later systems'), (6, 2, 3, 0, 1, '763-555-0144'),
        (7, 9, 3, 0, 1, '763-555-0149');
    INSERT INTO ABMultiValueEntry VALUES (4, 1, 'us'), (4, 2, '12 Mill Rd'), (4, 3, 'Cedar Bend');
    INSERT INTO ABGroup VALUES (1, 'Plow crew');
    INSERT INTO ABGroupMembers VALUES (1, 1, 0, 1);";

#[test]
fn the_contacts_of_an_iphone_become_people() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("AddressBook.sqlitedb");
    Connection::open(&path).expect("made").execute_batch(APPLE).expect("filled");
    for place in [path.as_path(), dir.path()] {
        let told = told(place);
        assert_eq!(told.formats, [ContainerFormat::AppleContacts], "alone and in its folder");
        assert_eq!(told.items.len(), 4, "three contacts and what is left of a fourth");
    }
    let told = told(&path);
    let lee = told.place("contact 1");
    assert_eq!((lee.kind, lee.subject.as_str()), (RecordKind::Contact, "Lee Vang"));
    let parties: Vec<(&str, &str, Option<&str>)> =
        lee.parties.iter().map(|one| (one.name.as_str(), one.address.as_str(), one.normal.as_deref())).collect();
    assert_eq!(
        parties,
        [
            ("Lee Vang", "(763) 555-0142", Some("+17635550142")),
            ("Lee Vang", "555-0143", None),
            ("Lee Vang", "Lee@Mill.example", Some("lee@mill.example")),
        ],
        "a number without its area code stays as it is written"
    );
    assert_eq!(
        lee.body.lines().collect::<Vec<_>>(),
        [
            "NOTE: knows the culvert",
            "BDAY: 1970-01-01",
            "TEL (Mobile): (763) 555-0142",
            "TEL (plow line): 555-0143",
            "EMAIL (Work): Lee@Mill.example",
            "ADR (Work): 12 Mill Rd, Cedar Bend",
            "OTHER: a thing of later systems",
        ]
    );
    assert_eq!(lee.facts["group"], "Plow crew");
    assert_eq!(lee.facts["created at"], "2025-06-01T12:00:00.000Z");
    assert_eq!(told.place("contact 2").subject, "Mill Gravel", "a firm is a name");
    assert!(told.place("contact 3").parties.is_empty(), "an empty contact is kept and says nothing");
    let left = told.place("left of contact 9");
    assert_eq!((left.parties[0].address.as_str(), left.problems[0].code), ("763-555-0149", ProblemCode::Missing));
}

const ANDROID: &str = "
    CREATE TABLE raw_contacts (_id INTEGER PRIMARY KEY, account_id INTEGER, contact_id INTEGER, deleted INTEGER,
        starred INTEGER, display_name TEXT);
    CREATE TABLE data (_id INTEGER PRIMARY KEY, mimetype_id INTEGER, raw_contact_id INTEGER, data1 TEXT, data2 TEXT,
        data3 TEXT, data4 TEXT, data5 TEXT, data15 BLOB);
    CREATE TABLE mimetypes (_id INTEGER PRIMARY KEY, mimetype TEXT);
    CREATE TABLE accounts (_id INTEGER PRIMARY KEY, account_name TEXT, account_type TEXT);
    CREATE TABLE groups (_id INTEGER PRIMARY KEY, title TEXT);
    CREATE TABLE calls (_id INTEGER PRIMARY KEY, number TEXT, date INTEGER, duration INTEGER, type INTEGER, name TEXT);
    INSERT INTO mimetypes VALUES (1, 'vnd.android.cursor.item/name'), (2, 'vnd.android.cursor.item/phone_v2'),
        (3, 'vnd.android.cursor.item/email_v2'), (4, 'vnd.android.cursor.item/photo'),
        (5, 'vnd.android.cursor.item/group_membership'), (6, 'vnd.android.cursor.item/vnd.example.chat.profile');
    INSERT INTO accounts VALUES (1, 'ann@cedarbend.example', 'com.google');
    INSERT INTO groups VALUES (4, 'Council');
    INSERT INTO raw_contacts VALUES (1, 1, 1, 0, 1, 'Lee Vang'), (2, 1, 2, 1, 0, 'Old Name');
    INSERT INTO data (_id, mimetype_id, raw_contact_id, data1, data2, data3) VALUES
        (1, 1, 1, 'Lee Vang', 'Lee', 'Vang'), (2, 2, 1, '763-555-0142', '2', NULL),
        (3, 2, 1, '763-555-0143', '0', 'plow line'), (4, 3, 1, 'Lee@Mill.example', '2', NULL),
        (6, 5, 1, '4', NULL, NULL), (7, 6, 1, '17635550142@s.example', NULL, 'Message 763-555-0142'),
        (8, 2, 2, '763-555-0144', '1', NULL), (9, 2, 77, '763-555-0149', '1', NULL);
    INSERT INTO calls VALUES (1, '7635550142', 1748779200000, 60, 1, 'Lee Vang');";

#[test]
fn the_contacts_of_android_become_people_with_the_calls_beside_them() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("contacts2.db");
    let base = Connection::open(&path).expect("made");
    base.execute_batch(ANDROID).expect("filled");
    let picture = b"\xFF\xD8\xFF\xE0 a picture".as_slice();
    base.execute("INSERT INTO data (_id, mimetype_id, raw_contact_id, data15) VALUES (5, 4, 1, ?1)", params![picture])
        .expect("written");
    drop(base);
    let told = told(&path);
    assert_eq!(told.formats, [ContainerFormat::AndroidContacts]);
    assert_eq!(told.items.len(), 4, "two contacts, what is left of a third, one call");
    let lee = told.place("contact 1");
    assert_eq!(
        lee.body.lines().collect::<Vec<_>>(),
        [
            "TEL (mobile): 763-555-0142",
            "TEL (plow line): 763-555-0143",
            "EMAIL (work): Lee@Mill.example",
            "vnd.example.chat.profile: 17635550142@s.example, Message 763-555-0142",
        ]
    );
    assert_eq!(lee.facts["group"], "Council");
    assert_eq!(lee.facts["account"], "ann@cedarbend.example com.google");
    assert_eq!((lee.attachments.len(), lee.attachments[0].found_type.as_str()), (1, "image/jpeg"));
    let (_, deleted) = told.items.iter().find(|(_, one)| one.place == "contact 2").expect("kept");
    assert_eq!(deleted.copy.deleted, Some(true), "what the telephone marks as deleted is kept and marked");
    assert_eq!(told.place("left of contact 77").problems[0].code, ProblemCode::Missing);
    assert_eq!(told.place("call 1").kind, RecordKind::Call);
}

/// The same person on another day is the same item; one more number makes another.
#[test]
fn a_contact_is_recognised_again_by_what_it_says() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("AddressBook.sqlitedb");
    let base = Connection::open(&path).expect("made");
    base.execute_batch(APPLE).expect("filled");
    let identity = || told(&path).items[0].1.identity.clone();
    let first = identity();
    base.execute_batch("UPDATE ABPerson SET ModificationDate = 770479999, Kind = 0;").expect("changed");
    assert_eq!(first, identity(), "when it was changed is no part of what it says");
    base.execute_batch("INSERT INTO ABMultiValue VALUES (80, 1, 3, 2, 1, '763-555-0150');").expect("changed");
    assert_ne!(first, identity());
}
