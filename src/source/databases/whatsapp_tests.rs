//! The databases of WhatsApp on both systems.

use super::tests::told;
use crate::model::exception::ProblemCode;
use crate::model::provenance::ContainerFormat;
use crate::model::record::{Direction, RecordKind};
use rusqlite::Connection;
use std::path::Path;

const APPLE: &str = "
    CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY, ZISFROMME INTEGER, ZMESSAGETYPE INTEGER, ZCHATSESSION INTEGER,
        ZGROUPMEMBER INTEGER, ZMEDIAITEM INTEGER, ZMESSAGEDATE TIMESTAMP, ZSENTDATE TIMESTAMP, ZFROMJID VARCHAR,
        ZTOJID VARCHAR, ZTEXT VARCHAR, ZSTANZAID VARCHAR, ZPUSHNAME VARCHAR, ZSTARRED INTEGER, ZGROUPEVENTTYPE INTEGER,
        ZMESSAGESTATUS INTEGER);
    CREATE TABLE ZWACHATSESSION (Z_PK INTEGER PRIMARY KEY, ZCONTACTJID VARCHAR, ZPARTNERNAME VARCHAR, ZSESSIONTYPE INTEGER);
    CREATE TABLE ZWAGROUPMEMBER (Z_PK INTEGER PRIMARY KEY, ZCHATSESSION INTEGER, ZMEMBERJID VARCHAR, ZCONTACTNAME VARCHAR,
        ZFIRSTNAME VARCHAR);
    CREATE TABLE ZWAMEDIAITEM (Z_PK INTEGER PRIMARY KEY, ZMESSAGE INTEGER, ZMEDIALOCALPATH VARCHAR, ZTITLE VARCHAR,
        ZVCARDSTRING VARCHAR, ZVCARDNAME VARCHAR, ZLATITUDE FLOAT, ZLONGITUDE FLOAT);
    CREATE TABLE ZWAPROFILEPUSHNAME (Z_PK INTEGER PRIMARY KEY, ZJID VARCHAR, ZPUSHNAME VARCHAR);
    INSERT INTO ZWACHATSESSION VALUES (1, '17635550142@s.whatsapp.net', 'Lee Vang', 0), (2, '17635550142-99@g.us', 'Plow crew', 1);
    INSERT INTO ZWAGROUPMEMBER VALUES (1, 2, '17635550142@s.whatsapp.net', 'Lee Vang', 'Lee'),
        (2, 2, '17635550143@s.whatsapp.net', NULL, NULL);
    INSERT INTO ZWAPROFILEPUSHNAME VALUES (1, '17635550143@s.whatsapp.net', 'Mai');
    INSERT INTO ZWAMEDIAITEM VALUES (1, 3, 'Media/17635550142-99@g.us/a/b/photo.jpg', 'the ditch', 'image/jpeg', NULL, 0, 0),
        (2, 5, NULL, NULL, NULL, NULL, 45.25, -93.5);
    INSERT INTO ZWAMESSAGE (Z_PK, ZISFROMME, ZMESSAGETYPE, ZCHATSESSION, ZGROUPMEMBER, ZMEDIAITEM, ZMESSAGEDATE, ZTEXT,
        ZSTANZAID, ZSTARRED) VALUES
        (1, 0, 0, 1, NULL, NULL, 770472000.5, 'Is the culvert open?', 'A1', 1),
        (2, 1, 0, 1, NULL, NULL, 770472060, 'Not yet', 'A2', 0),
        (3, 0, 1, 2, 2, 1, 770472120, NULL, 'A3', 0),
        (4, 0, 14, 1, NULL, NULL, 770472180, NULL, 'A4', 0),
        (5, 1, 5, 2, NULL, 2, 770472240, NULL, 'A5', 0),
        (6, 0, 6, 2, NULL, NULL, 770472300, NULL, 'A6', 0),
        (7, 0, 77, NULL, NULL, 99, NULL, 'of nobody', NULL, 0);";

fn apple(folder: &Path) {
    Connection::open(folder.join("ChatStorage.sqlite")).expect("made").execute_batch(APPLE).expect("filled");
    let media = folder.join("Message/Media/17635550142-99@g.us/a/b");
    std::fs::create_dir_all(&media).expect("made");
    std::fs::write(media.join("photo.jpg"), b"\xFF\xD8\xFF\xE0 ditch").expect("written");
}

#[test]
fn every_message_of_an_iphone_is_read() {
    let dir = tempfile::tempdir().expect("a folder");
    apple(dir.path());
    let told = told(dir.path());
    assert_eq!((told.formats.as_slice(), told.items.len()), ([ContainerFormat::WhatsAppDatabase].as_slice(), 7));
    let first = told.place("message 1");
    assert_eq!(
        (first.kind, first.direction, first.body.as_str()),
        (RecordKind::Text, Direction::In, "Is the culvert open?")
    );
    assert_eq!(
        first.sent_at.as_ref().map(|time| time.at.to_rfc3339()).as_deref(),
        Some("2025-06-01T12:00:00.500+00:00")
    );
    let party = &first.parties[0];
    assert_eq!(
        (party.name.as_str(), party.normal.as_deref()),
        ("Lee Vang", Some("+17635550142")),
        "the number before the server"
    );
    assert_eq!(told.place("message 2").direction, Direction::Out);
    let photo = told.place("message 3");
    assert_eq!((photo.body.as_str(), photo.attachments[0].found_type.as_str()), ("the ditch", "image/jpeg"));
    let names: Vec<&str> = photo.parties.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(
        names,
        ["Mai", "Lee Vang"],
        "who wrote it, by the name they gave themselves, then who else is in the group"
    );
    assert_eq!(photo.facts["conversation name"], "Plow crew");
    assert_eq!(told.place("message 4").facts["deleted"], "for everybody");
    assert_eq!(told.place("message 5").facts["place (possibly not public)"], "45.250000, -93.500000");
    assert_eq!(told.place("message 6").direction, Direction::Unknown, "a line of the program");
    let last = told.place("message 7");
    let codes: Vec<ProblemCode> = last.problems.iter().map(|one| one.code).collect();
    assert_eq!(codes, [ProblemCode::DateUnknown, ProblemCode::Missing]);
    assert_eq!(last.facts["message kind"], "whatsapp kind 77", "a kind that is not known is told by its number");
}

const ANDROID: &str = "
    CREATE TABLE message (_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, sender_jid_row_id INTEGER,
        status INTEGER, timestamp INTEGER, received_timestamp INTEGER, message_type INTEGER, text_data TEXT, starred INTEGER);
    CREATE TABLE chat (_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT);
    CREATE TABLE jid (_id INTEGER PRIMARY KEY, user TEXT, server TEXT, raw_string TEXT);
    CREATE TABLE jid_map (lid_row_id INTEGER PRIMARY KEY, jid_row_id INTEGER);
    CREATE TABLE group_participant_user (_id INTEGER PRIMARY KEY, group_jid_row_id INTEGER, user_jid_row_id INTEGER);
    CREATE TABLE message_media (message_row_id INTEGER PRIMARY KEY, file_path TEXT, mime_type TEXT, media_name TEXT,
        media_caption TEXT);
    CREATE TABLE message_revoked (message_row_id INTEGER PRIMARY KEY, revoked_key_id TEXT);
    CREATE TABLE message_edit_info (message_row_id INTEGER PRIMARY KEY, edited_timestamp INTEGER);
    CREATE TABLE message_quoted (message_row_id INTEGER PRIMARY KEY, key_id TEXT);
    CREATE TABLE message_add_on (_id INTEGER PRIMARY KEY, parent_message_row_id INTEGER, from_me INTEGER, sender_jid_row_id INTEGER);
    CREATE TABLE message_add_on_reaction (message_add_on_row_id INTEGER PRIMARY KEY, reaction TEXT);
    CREATE TABLE call_log (_id INTEGER PRIMARY KEY, jid_row_id INTEGER, from_me INTEGER, call_id TEXT, timestamp INTEGER,
        video_call INTEGER, duration INTEGER, call_result INTEGER);
    INSERT INTO jid VALUES (1, '17635550142', 's.whatsapp.net', '17635550142@s.whatsapp.net'), (2, '99', 'lid', '99@lid'),
        (3, '17635550142-1', 'g.us', '17635550142-1@g.us'), (4, '17635550143', 's.whatsapp.net', '17635550143@s.whatsapp.net');
    INSERT INTO jid_map VALUES (2, 4);
    INSERT INTO chat VALUES (1, 1, NULL), (2, 3, 'Plow crew');
    INSERT INTO group_participant_user VALUES (1, 3, 1), (2, 3, 2);
    INSERT INTO message VALUES (1, -1, 0, '-1', -1, -1, 0, 0, -1, NULL, 0),
        (2, 1, 0, 'B1', 0, 0, 1748779200000, 1748779201000, 0, 'Is the hydrant open?', 0),
        (3, 2, 0, 'B2', 2, 0, 1748779260000, 1748779261000, 1, NULL, 0),
        (4, 2, 1, 'B3', 0, 13, 1748779320000, 0, 0, 'Seen it', 0),
        (5, 1, 0, 'B4', 0, 0, 1748779380000, 0, 15, NULL, 0);
    INSERT INTO message_media VALUES (3, 'Media/WhatsApp Images/IMG-1.jpg', 'image/jpeg', NULL, 'the hydrant');
    INSERT INTO message_revoked VALUES (5, 'B4');
    INSERT INTO message_edit_info VALUES (4, 1748779330000);
    INSERT INTO message_quoted VALUES (4, 'B2');
    INSERT INTO message_add_on VALUES (7, 4, 0, 2);
    INSERT INTO message_add_on_reaction VALUES (7, '👍');
    INSERT INTO call_log VALUES (1, 1, 0, 'C1', 1748779400000, 0, 0, 2), (2, 1, 1, 'C2', 1748779500000, 1, 65, 5);";

#[test]
fn every_message_and_call_of_android_is_read() {
    let dir = tempfile::tempdir().expect("a folder");
    Connection::open(dir.path().join("msgstore.db")).expect("made").execute_batch(ANDROID).expect("filled");
    let told = told(dir.path());
    assert_eq!(told.formats, [ContainerFormat::WhatsAppDatabase]);
    assert_eq!(told.items.len(), 6, "four messages and two calls; the row that holds a place is neither");
    let photo = told.place("message 3");
    assert_eq!(
        photo.parties[0].normal.as_deref(),
        Some("+17635550143"),
        "the number behind an identifier that hides it"
    );
    assert_eq!(
        (photo.body.as_str(), photo.problems[0].code),
        ("the hydrant", ProblemCode::Missing),
        "its file is not there"
    );
    assert!(told.remarked("hand over its folder Media"), "{:?}", told.remarks);
    let answer = told.place("message 4");
    assert_eq!((answer.direction, answer.references.as_slice()), (Direction::Out, ["B2".to_owned()].as_slice()));
    assert_eq!(answer.facts["edited at"], "2025-06-01T12:02:10.000Z");
    assert_eq!(answer.facts["reactions"], "👍 by 17635550143@s.whatsapp.net");
    assert_eq!(answer.parties.len(), 2, "everybody in the group");
    assert_eq!(told.place("message 5").facts["deleted"], "for everybody");
    let missed = told.place("call 1");
    assert_eq!(
        (missed.kind, missed.direction, missed.facts["outcome"].as_str()),
        (RecordKind::Call, Direction::MissedIn, "missed")
    );
    let placed = told.place("call 2");
    assert_eq!((placed.direction, placed.duration.map(|one| one.seconds)), (Direction::Out, Some(65)));
}

#[test]
fn the_older_form_of_android_is_read() {
    const OLD: &str = "
        CREATE TABLE messages (_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER, key_id TEXT, status INTEGER,
            data TEXT, timestamp INTEGER, received_timestamp INTEGER, media_wa_type TEXT, media_name TEXT, media_caption TEXT,
            media_mime_type TEXT, remote_resource TEXT, latitude REAL, longitude REAL);
        CREATE TABLE chat_list (_id INTEGER PRIMARY KEY, key_remote_jid TEXT, subject TEXT);
        INSERT INTO chat_list VALUES (1, '17635550142-1@g.us', 'Plow crew');
        INSERT INTO messages VALUES
            (1, '-1', 0, '-1', -1, NULL, 0, -1, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
            (2, '17635550142-1@g.us', 0, 'D1', 0, 'The salt is in', 1748779200000, 1748779201000, '0', NULL, NULL, NULL,
                '17635550143@s.whatsapp.net', 0.0, 0.0),
            (3, '17635550142@s.whatsapp.net', 1, 'D2', 5, NULL, 1748779260000, -1, '1', 'a.jpg', 'the pile', 'image/jpeg',
                NULL, NULL, NULL),
            (4, '17635550142-1@g.us', 1, 'D3', 6, 'Plow crew', 1748779300000, -1, '0', NULL, NULL, NULL, NULL, NULL, NULL);";
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("msgstore.db");
    Connection::open(&path).expect("made").execute_batch(OLD).expect("filled");
    let told = told(&path);
    assert_eq!((told.formats.as_slice(), told.items.len()), ([ContainerFormat::WhatsAppDatabase].as_slice(), 3));
    let group = told.place("message 2");
    assert_eq!(
        (group.facts["conversation name"].as_str(), group.parties[0].normal.as_deref()),
        ("Plow crew", Some("+17635550143"))
    );
    let photo = told.place("message 3");
    assert_eq!((photo.body.as_str(), photo.attachments[0].name.as_str()), ("the pile", "a.jpg"));
    assert_eq!(told.place("message 4").direction, Direction::Unknown, "a line of the program");
}
