//! A report as a workbook, written here by the layouts that other people's programs read.

use crate::model::provenance::ContainerFormat;
use crate::model::record::{Direction, RecordKind, Role};
use crate::source::texts::trial_tests as trial;
use std::io::{Cursor, Write as _};

/// A workbook of sheets with words in their cells (ECMA-376, inline strings).
fn xlsx(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: &str, text: &str| {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).expect("begun");
        writer.write_all(text.as_bytes()).expect("written");
    };
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    put("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>");
    let (mut list, mut relations) = (String::new(), String::new());
    for (at, (name, rows)) in sheets.iter().enumerate() {
        list.push_str(&format!("<sheet name=\"{name}\" sheetId=\"{0}\" r:id=\"r{0}\"/>", at + 1));
        let target = format!(
            "<Relationship Id=\"r{0}\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet{0}.xml\"/>",
            at + 1
        );
        relations.push_str(&target);
        let mut body = String::new();
        for (line, row) in rows.iter().enumerate() {
            body.push_str(&format!("<row r=\"{}\">", line + 1));
            for (column, cell) in row.iter().enumerate() {
                let letter = char::from(b'A' + u8::try_from(column).expect("few columns"));
                let cell = cell.replace('&', "&amp;").replace('<', "&lt;");
                body.push_str(&format!(
                    "<c r=\"{letter}{}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{cell}</t></is></c>",
                    line + 1
                ));
            }
            body.push_str("</row>");
        }
        put(
            &format!("xl/worksheets/sheet{}.xml", at + 1),
            &format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{body}</sheetData></worksheet>"),
        );
    }
    put(
        "xl/workbook.xml",
        &format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>{list}</sheets></workbook>"),
    );
    put(
        "xl/styles.xml",
        &format!("<styleSheet xmlns=\"{MAIN}\"><cellXfs count=\"1\"><xf numFmtId=\"0\"/></cellXfs></styleSheet>"),
    );
    put(
        "_rels/.rels",
        &format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" \
             Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        ),
    );
    put(
        "xl/_rels/workbook.xml.rels",
        &format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{relations}</Relationships>"
        ),
    );
    writer.finish().expect("closed").into_inner()
}

const PEOPLE: &str = "16125550142@s.whatsapp.net Lee Vang_x000D_\n16125550101@s.whatsapp.net Ann (owner)";

fn report() -> Vec<u8> {
    let chats: [&[&str]; 5] = [
        &["Chats (3)"],
        &[
            "#",
            "Chat #",
            "Name",
            "Participants",
            "Source",
            "From",
            "Body",
            "Timestamp: Time",
            "Deleted",
            "Attachment #1",
        ],
        &[
            "1",
            "1",
            "",
            PEOPLE,
            "WhatsApp",
            "16125550142@s.whatsapp.net Lee Vang",
            "Is the culvert open?",
            "6/13/2025 12:00:00 PM(UTC-5)",
            "",
            "",
        ],
        &[
            "2",
            "1",
            "",
            PEOPLE,
            "WhatsApp",
            "16125550101@s.whatsapp.net Ann (owner)",
            "Not yet",
            "6/1/2025 1:00:00 PM(UTC-5)",
            "Yes",
            "files\\Image\\ditch.jpg",
        ],
        &["3", "1", "", PEOPLE, "WhatsApp", "System Message", "Lee Vang left", "sometime", "", ""],
    ];
    let calls: [&[&str]; 3] = [
        &["Call Log (1)"],
        &["#", "Parties", "Timestamp: Date", "Timestamp: Time", "Duration", "Direction", "Status", "Source"],
        &[
            "1",
            "From:  +16125550142 Lee Vang",
            "6/2/2025",
            "8:00:00 AM(UTC-5)",
            "00:00:00",
            "Incoming",
            "Missed",
            "Phone",
        ],
    ];
    let contacts: [&[&str]; 3] = [
        &["Contacts (1)"],
        &["#", "Name", "Entries", "Source"],
        &["1", "Lee Vang", "Phone-Mobile: +16125550142\nEmail-Home: lee@mill.example", "Phone"],
    ];
    let places: [&[&str]; 2] = [&["#", "Position", "Time", "Source"], &["1", "(45.1, -93.2)", "6/3/2025", "Maps"]];
    let summary: [&[&str]; 2] = [&["Device", "Example Phone"], &["Examiner", "Bo Berg"]];
    xlsx(&[
        ("Summary", &summary),
        ("Chats", &chats),
        ("Call Log", &calls),
        ("Contacts", &contacts),
        ("Locations", &places),
    ])
}

#[test]
fn every_row_of_every_sheet_is_an_item() {
    let told = trial::read(&[("Report.xlsx", &report()), ("files/Image/ditch.jpg", b"\xFF\xD8\xFF\xE0 ditch")]);
    assert!(told.formats.iter().filter(|one| **one == ContainerFormat::Cellebrite).count() >= 7, "{:?}", told.formats);
    let kinds: Vec<RecordKind> = told.parsed.iter().map(|one| one.kind).collect();
    let count = |kind: RecordKind| kinds.iter().filter(|one| **one == kind).count();
    assert_eq!((count(RecordKind::Text), count(RecordKind::Call), count(RecordKind::Contact)), (3, 1, 1), "{kinds:?}");
    told.every_attachment_is_found_again();
    let of = |word: &str| told.parsed.iter().find(|one| one.body.contains(word)).unwrap_or_else(|| panic!("no {word}"));
    let question = of("culvert");
    assert_eq!(
        question.sent_at.as_ref().map(|time| time.at.to_rfc3339()).as_deref(),
        Some("2025-06-13T17:00:00+00:00")
    );
    assert_eq!(question.direction, Direction::In, "the owner is the other");
    let from = question.parties.iter().find(|one| one.role == Role::From).expect("told");
    assert_eq!((from.name.as_str(), from.normal.as_deref()), ("Lee Vang", Some("+16125550142")));
    let answer = of("Not yet");
    assert_eq!(answer.direction, Direction::Out);
    assert_eq!(
        answer.sent_at.as_ref().map(|time| time.at.to_rfc3339()).as_deref(),
        Some("2025-06-01T18:00:00+00:00"),
        "decided over the workbook"
    );
    assert_eq!((answer.attachments.len(), answer.attachments[0].found_type.as_str()), (1, "image/jpeg"));
    assert!(of("Lee Vang left").sent_at.is_none(), "a date that cannot be read is kept as it is written");
    let call = told.parsed.iter().find(|one| one.kind == RecordKind::Call).expect("a call");
    assert_eq!(
        (call.direction, call.sent_at.as_ref().map(|time| time.at.to_rfc3339()).as_deref()),
        (Direction::MissedIn, Some("2025-06-02T13:00:00+00:00"))
    );
    let contact = told.parsed.iter().find(|one| one.kind == RecordKind::Contact).expect("a contact");
    let addresses: Vec<&str> = contact.parties.iter().map(|one| one.address.as_str()).collect();
    assert_eq!(addresses, ["+16125550142", "lee@mill.example"]);
    assert!(of("(45.1, -93.2)").subject.contains("Locations"), "a thing of another kind is a file of words");
    assert!(of("Examiner").body.contains("Bo Berg"), "and so is a sheet that is no table");
}

#[test]
fn a_workbook_of_another_is_left_alone() {
    let rows: [&[&str]; 2] = [&["Date", "Time", "Number", "Body shop"], &["6/1/2025", "1:00 PM", "1", "x"]];
    let told = trial::read(&[("Other.xlsx", &xlsx(&[("Sheet1", &rows)]))]);
    assert!(told.formats.iter().all(|one| *one != ContainerFormat::Cellebrite), "{:?}", told.formats);
}
