//! What telephones, their backups and the bills say: texts, calls, voicemail, contacts.

use super::packed::zip;
use super::sample::{Sample, one};
use super::workbook::xlsx;
use rusqlite::Connection;

/// A database with these tables and rows.
fn database(sql: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let base = Connection::open(&path).expect("made");
    base.execute_batch("PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;").expect("quick");
    base.execute_batch(sql).expect("filled");
    drop(base);
    std::fs::read(&path).expect("read")
}

/// Messages of an Apple telephone: one in, one out with a file that lies beside.
fn apple_messages(word: &str) -> Vec<u8> {
    database(&format!(
        "CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, guid TEXT UNIQUE NOT NULL, text TEXT, attributedBody BLOB,
            handle_id INTEGER DEFAULT 0, service TEXT, error INTEGER DEFAULT 0, date INTEGER, date_read INTEGER, date_delivered INTEGER,
            is_from_me INTEGER DEFAULT 0, is_read INTEGER DEFAULT 0, is_sent INTEGER DEFAULT 0, is_delivered INTEGER DEFAULT 0);
         CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, guid TEXT, style INTEGER, chat_identifier TEXT, display_name TEXT);
         CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT, service TEXT);
         CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY, guid TEXT, filename TEXT, transfer_name TEXT, mime_type TEXT, total_bytes INTEGER);
         CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER);
         CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER);
         CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER);
         INSERT INTO handle VALUES (1, '+16125550101', 'iMessage');
         INSERT INTO chat VALUES (1, 'iMessage;-;+16125550101', 45, '+16125550101', '');
         INSERT INTO chat_handle_join VALUES (1, 1);
         INSERT INTO message (guid, text, handle_id, service, date, is_read) VALUES ('G1-{word}', 'is the {word} road open', 1, 'iMessage', 770472000000000000, 1);
         INSERT INTO message (guid, text, service, date, is_from_me, is_sent) VALUES ('G2-{word}', 'see the list', 'iMessage', 770472060000000000, 1, 1);
         INSERT INTO chat_message_join VALUES (1, 1), (1, 2);
         INSERT INTO attachment VALUES (1, 'A1', '~/Library/Messages/Attachments/aa/00/A1/list.txt', 'list.txt', 'text/plain', 14);
         INSERT INTO message_attachment_join VALUES (2, 1);"
    ))
}

fn apple_calls(number: &str) -> Vec<u8> {
    database(&format!(
        "CREATE TABLE ZCALLRECORD (Z_PK INTEGER PRIMARY KEY, ZANSWERED INTEGER, ZCALLTYPE INTEGER, ZORIGINATED INTEGER, ZDATE TIMESTAMP,
            ZDURATION FLOAT, ZADDRESS, ZNAME TEXT, ZSERVICE_PROVIDER TEXT, ZUNIQUE_ID TEXT);
         INSERT INTO ZCALLRECORD VALUES (1, 1, 1, 0, 770472000.5, 61.9, '{number}', NULL, 'com.apple.Telephony', 'U{number}');"
    ))
}

fn voicemail(number: &str) -> Vec<u8> {
    database(&format!(
        "CREATE TABLE voicemail (ROWID INTEGER PRIMARY KEY, date INTEGER, sender TEXT, callback_num TEXT, receiver TEXT, duration INTEGER,
            trashed_date INTEGER, flags INTEGER);
         INSERT INTO voicemail VALUES (1, 1748779200, '{number}', '{number}', NULL, 9, 0, 75);"
    ))
}

fn android_messages(word: &str) -> Vec<u8> {
    database(&format!(
        "CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, date INTEGER, date_sent INTEGER, read INTEGER, status INTEGER,
            type INTEGER, subject TEXT, body TEXT);
         CREATE TABLE threads (_id INTEGER PRIMARY KEY, recipient_ids TEXT);
         CREATE TABLE canonical_addresses (_id INTEGER PRIMARY KEY, address TEXT);
         INSERT INTO canonical_addresses VALUES (1, '612-555-0101');
         INSERT INTO threads VALUES (1, '1');
         INSERT INTO sms VALUES (1, 1, '612-555-0101', 1748779200000, 1748779199000, 1, -1, 1, NULL, 'the {word} is closed');"
    ))
}

fn android_calls(number: &str) -> Vec<u8> {
    database(&format!(
        "CREATE TABLE calls (_id INTEGER PRIMARY KEY, number TEXT, date INTEGER, duration INTEGER, type INTEGER, presentation INTEGER, name TEXT);
         INSERT INTO calls VALUES (1, '{number}', 1748779200000, 61, 2, 1, 'Pat Willow');"
    ))
}

fn apple_contacts(name: &str) -> Vec<u8> {
    database(&format!(
        "CREATE TABLE ABPerson (ROWID INTEGER PRIMARY KEY, First TEXT, Last TEXT, Organization TEXT, Note TEXT);
         CREATE TABLE ABMultiValue (UID INTEGER PRIMARY KEY, record_id INTEGER, property INTEGER, label INTEGER, value TEXT);
         INSERT INTO ABPerson VALUES (1, 'Ada', '{name}', NULL, 'crew');
         INSERT INTO ABMultiValue VALUES (1, 1, 3, NULL, '612-555-0171');"
    ))
}

fn android_contacts(name: &str) -> Vec<u8> {
    database(&format!(
        "CREATE TABLE raw_contacts (_id INTEGER PRIMARY KEY, deleted INTEGER, display_name TEXT);
         CREATE TABLE mimetypes (_id INTEGER PRIMARY KEY, mimetype TEXT);
         CREATE TABLE data (_id INTEGER PRIMARY KEY, mimetype_id INTEGER, raw_contact_id INTEGER, data1 TEXT, data2 TEXT);
         CREATE TABLE calls (_id INTEGER PRIMARY KEY, number TEXT, date INTEGER, duration INTEGER, type INTEGER, name TEXT);
         INSERT INTO mimetypes VALUES (1, 'vnd.android.cursor.item/phone_v2');
         INSERT INTO raw_contacts VALUES (1, 0, 'Max {name}');
         INSERT INTO data VALUES (1, 1, 1, '612-555-0172', '2');
         INSERT INTO calls VALUES (1, '612-555-0172', 1748779200000, 61, 2, 'Max {name}');"
    ))
}

fn whatsapp(word: &str) -> Vec<u8> {
    database(&format!(
        "CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY, ZISFROMME INTEGER, ZMESSAGETYPE INTEGER, ZCHATSESSION INTEGER,
            ZMESSAGEDATE TIMESTAMP, ZTEXT VARCHAR, ZSTANZAID VARCHAR);
         CREATE TABLE ZWACHATSESSION (Z_PK INTEGER PRIMARY KEY, ZCONTACTJID VARCHAR, ZPARTNERNAME VARCHAR);
         INSERT INTO ZWACHATSESSION VALUES (1, '16125550173@s.whatsapp.net', 'Ana Berg');
         INSERT INTO ZWAMESSAGE VALUES (1, 0, 0, 1, 770472000, 'the {word} is cut', 'W1');"
    ))
}

/// A backup of an iPhone: its list, and the messages with their file.
fn backup(word: &str) -> Vec<(String, Vec<u8>)> {
    let files = [
        ("3d0d7e5fb2ce288813306e4d4636395e047a3d28", "HomeDomain", "Library/SMS/sms.db", apple_messages(word)),
        (
            "aa00000000000000000000000000000000000001",
            "MediaDomain",
            "Library/SMS/Attachments/aa/00/A1/list.txt",
            b"words of a list".to_vec(),
        ),
    ];
    let rows: String = files
        .iter()
        .map(|(id, domain, path, _)| format!("INSERT INTO Files VALUES ('{id}', '{domain}', '{path}', 1, NULL);"))
        .collect();
    let list = format!(
        "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB); {rows}"
    );
    let plain = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><plist version=\"1.0\"><dict><key>IsEncrypted</key><false/></dict></plist>";
    let mut all = vec![
        ("Backup/Manifest.db".to_owned(), database(&list)),
        ("Backup/Manifest.plist".to_owned(), plain.as_bytes().to_vec()),
    ];
    for (id, _, _, bytes) in files {
        all.push((format!("Backup/{}/{id}", &id[..2]), bytes));
    }
    all
}

const IMAZING: [&str; 17] = [
    "Chat Session",
    "Message Date",
    "Delivered Date",
    "Read Date",
    "Edited Date",
    "Deleted Date",
    "Service",
    "Type",
    "Sender ID",
    "Sender Name",
    "Status",
    "Replying to",
    "Subject",
    "Text",
    "Reactions",
    "Attachment",
    "Attachment type",
];

fn imazing_row(words: &str) -> [&str; 17] {
    [
        "Ana Berg",
        "2024-07-10 15:20:00",
        "",
        "2024-07-10 15:21:00",
        "",
        "",
        "iMessage",
        "Incoming",
        "+16125550142",
        "Ana Berg",
        "Read",
        "",
        "",
        words,
        "",
        "",
        "",
    ]
}

/// A page of Google Voice.
fn google_voice(word: &str) -> Vec<(String, Vec<u8>)> {
    let page = format!(
        "<?xml version=\"1.0\" ?><html><head><title>x</title></head><body><div class=\"hChatLog hfeed\"><div class=\"message\">\
         <abbr class=\"dt\" title=\"2024-03-05T09:00:00.123-06:00\">x</abbr>:\n<cite class=\"sender vcard\"><a class=\"tel\" href=\"tel:+16125550142\">\
         <span class=\"fn\">Ana</span></a></cite>:\n<q>{word} at nine</q>\n</div></div>\
         <div class=\"tags\">Labels: <a rel=\"tag\" href=\"http://www.google.com/voice#sms\">Text</a></div></body></html>"
    );
    vec![("GoogleVoice/Takeout/Voice/Calls/Ana - Text - 2024-03-05T15_00_00Z.html".to_owned(), page.into_bytes())]
}

/// A report of Physical Analyzer: one chat with one message that has a file.
pub fn report(word: &str) -> String {
    let field = |name: &str, value: &str| {
        format!("<field name=\"{name}\" type=\"String\"><value type=\"String\"><![CDATA[{value}]]></value></field>")
    };
    let message = format!(
        "<model type=\"InstantMessage\" id=\"m1\" deleted_state=\"Intact\"><modelField name=\"From\" type=\"Party\"><model type=\"Party\" id=\"p\">{}{}</model></modelField>\
         {}<field name=\"TimeStamp\" type=\"TimeStamp\"><value type=\"TimeStamp\" formattedTimestamp=\"x\">2024-03-05T15:00:00.073+00:00</value></field>\
         <multiModelField name=\"Attachments\" type=\"Attachment\"><model type=\"Attachment\" id=\"a1\">{}<jumptargets name=\"\"><targetid ismodel=\"false\">f1</targetid></jumptargets></model></multiModelField></model>",
        field("Identifier", "+16125550142"),
        field("IsPhoneOwner", "False"),
        field("Body", &format!("bring the {word}")),
        field("Filename", "road.txt"),
    );
    format!(
        "<?xml version=\"1.0\"?>\n<project id=\"1\" name=\"n\" xmlns=\"http://pa.cellebrite.com/report/2.0\">\n\
         <taggedFiles><file id=\"f1\" path=\"/private/x.txt\"><metadata section=\"File\"><item name=\"Local Path\"><![CDATA[files\\Text\\x.txt]]></item></metadata></file></taggedFiles>\n\
         <decodedData><modelType type=\"Chat\"><model type=\"Chat\" id=\"c1\" deleted_state=\"Intact\">{}<multiModelField name=\"Messages\" type=\"InstantMessage\">{message}</multiModelField></model></modelType></decodedData>\n</project>\n",
        field("Source", "WhatsApp")
    )
}

const CARRIER: &str = "Date Time,Number,Destination,Minutes,Type\r\n02/18/2022 09:47 AM,(612) 555-0142,\"DULUTH, MN\",1 Min,--\r\n\
                       02/18/2022 03:29 PM,(651) 555-0143,HUCKLEBERRY,12 Min,Wi-Fi call\r\n";

/// Everything of telephones.
pub fn samples() -> Vec<Sample> {
    let texts = "<?xml version='1.0'?><smses count=\"1\"><sms protocol=\"0\" address=\"+16125550142\" date=\"1748779260000\" type=\"1\" subject=\"null\" \
                 body=\"the snapdragon is out\" read=\"1\" status=\"-1\"/></smses>";
    let calls = "<?xml version='1.0'?><calls count=\"1\"><call number=\"612-555-0167\" date=\"1748779200000\" duration=\"61\" type=\"2\" contact_name=\"Forsythia Lane\"/></calls>";
    let csv = [IMAZING.join(","), imazing_row("see the iris bed").join(",")].join("\r\n") + "\r\n";
    let row = imazing_row("the workbook of hibiscus");
    let sheet: [&[&str]; 2] = [&IMAZING, &row];
    let bill: [&[&str]; 3] = [
        &["Date", "Time", "Number", "Rate", "Usage Type", "Origination", "Destination", "Min.", "Total"],
        &["11/03/2025", "08:01 AM", "651-555-0143", "Peak", "Plan", "Edina MN", "Incoming CL", "2", "0.10"],
        &["11/03/2025", "08:05 AM", "651-555-0144", "Peak", "Plan", "Edina MN", "Columbine MN", "3", "0.25"],
    ];
    let ufdr = zip(&[("report.xml", report("hollyhock").as_bytes()), ("files/Text/x.txt", b"words of a file")]);
    let folder = vec![
        ("ufed/report.xml".to_owned(), report("hellebore").into_bytes()),
        ("ufed/files/Text/x.txt".to_owned(), b"words of another file".to_vec()),
    ];
    let messages = vec![
        ("chat.db".to_owned(), apple_messages("crocus")),
        ("Attachments/aa/00/A1/list.txt".to_owned(), b"words of a list".to_vec()),
    ];
    let left = vec![
        ("voicemail/voicemail.db".to_owned(), voicemail("+16125550162")),
        ("voicemail/1.amr".to_owned(), super::documents::amr()),
    ];
    let delivery = vec![
        ("delivery/1.eml".to_owned(), super::mail::letter("bergamot")),
        ("delivery/export.mf".to_owned(), b"Name: bergamot delivery\r\nCount: 1\r\n".to_vec()),
    ];
    vec![
        one("sms-20250601.xml", "sms-backup-restore", 1, "snapdragon", texts.into()),
        one("calls-20250601.xml", "sms-backup-restore-calls", 1, "forsythia", calls.into()),
        Sample { place: "chat.db", format: "apple-messages", found: 2, word: "crocus", files: messages },
        one("calls.storedata", "apple-calls", 1, "\"612-555-0161\"", apple_calls("+16125550161")),
        Sample { place: "voicemail", format: "apple-voicemail", found: 1, word: "\"612-555-0162\"", files: left },
        Sample { place: "Backup", format: "apple-backup", found: 4, word: "cyclamen", files: backup("cyclamen") },
        one("mmssms.sqlite", "android-messages", 1, "anemone", android_messages("anemone")),
        one("calllog.sqlite", "android-calls", 1, "willow", android_calls("612-555-0163")),
        one("contacts.sqlitedb", "apple-contacts", 1, "Baneberry", apple_contacts("Baneberry")),
        one("people2.db", "android-contacts", 2, "Elderflower", android_contacts("Elderflower")),
        one("wa.sqlite", "whatsapp-database", 1, "milkweed", whatsapp("milkweed")),
        one(
            "signalstore.sqlite",
            "app-database",
            1,
            "signalstore",
            database("CREATE TABLE messages (id TEXT PRIMARY KEY, conversationId TEXT, json TEXT); INSERT INTO messages VALUES ('1', 'a', 'not read');"),
        ),
        Sample { place: "delivery", format: "smarsh", found: 2, word: "bergamot", files: delivery },
        one("Messages - Ana Berg.csv", "imazing", 1, "iris", csv.into_bytes()),
        one("Messages - Ben.xlsx", "imazing", 1, "hibiscus", xlsx("Messages", &sheet)),
        Sample { place: "GoogleVoice", format: "google-voice", found: 1, word: "gentian", files: google_voice("gentian") },
        one("phone.ufdr", "cellebrite", 1, "hollyhock", ufdr),
        Sample { place: "ufed", format: "cellebrite", found: 1, word: "hellebore", files: folder },
        one("CSV_Calls_7635550144.csv", "call-detail", 2, "huckleberry", CARRIER.into()),
        one("usage.xlsx", "call-detail-workbook", 2, "columbine", xlsx("Usage", &bill)),
        one(
            "people.vcf",
            "vcard",
            2,
            "verbena",
            b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Verbena Holt\r\nTEL:+16125550142\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ben Lind\r\nTEL:+16125550143\r\nEND:VCARD\r\n".to_vec(),
        ),
    ]
}
