use crate::model::record::{Direction, RecordKind, Role};
use crate::source::texts::trial_tests::{self as trial, Told};

fn field(name: &str, value: &str) -> String {
    format!("<field name=\"{name}\" type=\"String\"><value type=\"String\"><![CDATA[{value}]]></value></field>")
}

fn party(field_name: &str, id: &str, is_owner: bool) -> String {
    let owner = if is_owner { "True" } else { "False" };
    format!(
        "<modelField name=\"{field_name}\" type=\"Party\"><model type=\"Party\" id=\"p\">{}{}<field name=\"Name\" type=\"String\"><empty/></field></model></modelField>",
        field("Identifier", id),
        field("IsPhoneOwner", owner)
    )
}

fn message(id: &str, state: &str, inside: &str) -> String {
    format!("<model type=\"InstantMessage\" id=\"{id}\" deleted_state=\"{state}\">{inside}</model>")
}

fn stamp(at: &str) -> String {
    format!(
        "<field name=\"TimeStamp\" type=\"TimeStamp\"><value type=\"TimeStamp\" formattedTimestamp=\"x\">{at}</value></field>"
    )
}

fn report() -> String {
    let attachment = format!(
        "<multiModelField name=\"Attachments\" type=\"Attachment\"><model type=\"Attachment\" id=\"a1\">{}{}<jumptargets name=\"\">\
         <targetid ismodel=\"false\">f1</targetid></jumptargets></model></multiModelField>",
        field("Filename", "road.jpg"),
        field("ContentType", "image/jpeg")
    );
    let at = stamp("2024-03-05T15:00:00.073+00:00");
    let first = message(
        "m1",
        "Intact",
        &(party("From", "+16125550142", false) + &field("Body", "a > b ]] c") + &at + &attachment),
    );
    let second = message("m2", "Deleted", &(party("From", "+16125550100", true) + &field("Body", "gone & back") + &at));
    let chat = format!(
        "<model type=\"Chat\" id=\"c1\" deleted_state=\"Intact\">{}<multiModelField name=\"Messages\" type=\"InstantMessage\">{first}\n{second}</multiModelField>\
         <multiModelField name=\"Participants\" type=\"Party\"><model type=\"Party\" id=\"p1\">{}{}</model><model type=\"Party\" id=\"p2\">{}</model></multiModelField></model>",
        field("Source", "WhatsApp"),
        field("Identifier", "+16125550100"),
        field("IsPhoneOwner", "True"),
        field("Identifier", "+16125550142"),
    );
    let call = format!(
        "<model type=\"Call\" id=\"k1\" deleted_state=\"Intact\">{}{}{}{}</model>",
        field("Direction", "Incoming"),
        field("Status", "Missed"),
        field("Duration", "00:01:05.1234567"),
        stamp("2024-03-05T16:00:00.000-06:00")
    );
    let place =
        format!("<model type=\"Location\" id=\"l1\" deleted_state=\"Unknown\">{}</model>", field("Name", "City hall"));
    let person = format!(
        "<model type=\"Contact\" id=\"x1\">{}<multiModelField name=\"Entries\" type=\"ContactEntry\"><model type=\"PhoneNumber\" id=\"x2\">{}</model></multiModelField></model>",
        field("Name", "Ana Berg"),
        field("Value", "+16125550142")
    );
    format!(
        "<?xml version=\"1.0\"?>\n<project id=\"1\" name=\"n\" xmlns=\"http://pa.cellebrite.com/report/2.0\">\n<!-- a > comment -->\n\
         <taggedFiles><file id=\"f1\" path=\"/private/x.jpg\"><metadata section=\"File\"><item name=\"Local Path\"><![CDATA[files\\Image\\x.jpg]]></item></metadata></file></taggedFiles>\n\
         <decodedData><modelType type=\"Chat\">{chat}</modelType><modelType type=\"InstantMessage\">{first}</modelType>\
         <modelType type=\"Call\">{call}</modelType><modelType type=\"Location\">{place}</modelType><modelType type=\"Contact\">{person}</modelType></decodedData>\n</project>\n"
    )
}

fn of(told: &Told, kind: RecordKind) -> Vec<usize> {
    (0..told.items.len()).filter(|at| told.parsed[*at].kind == kind).collect()
}

#[test]
fn a_report_is_taken_apart_and_nothing_is_dropped() {
    let told = trial::read(&[("report.xml", report().as_bytes()), ("files/Image/x.jpg", b"\xFF\xD8\xFFroad")]);
    assert_eq!((told.items.len(), told.exceptions.len()), (6, 0), "{:?}", told.exceptions);
    let texts = of(&told, RecordKind::Text);
    assert_eq!(texts.len(), 3, "one message stands in its chat and by itself");
    assert_eq!(told.items[texts[0]].identity, told.items[texts[2]].identity, "and is one message");
    let one = &told.parsed[texts[0]];
    assert_eq!((one.body.as_str(), one.direction), ("a > b ]] c", Direction::In));
    assert_eq!(one.sent_at.as_ref().expect("dated").at.to_rfc3339(), "2024-03-05T15:00:00.073+00:00");
    assert_eq!((one.attachments[0].name.as_str(), one.attachments[0].bytes), ("road.jpg", 7));
    let parts: Vec<(Role, &str)> = one.parties.iter().map(|one| (one.role, one.address.as_str())).collect();
    assert_eq!(parts, [(Role::From, "+16125550142"), (Role::Member, "+16125550100")]);
    let two = &told.parsed[texts[1]];
    assert_eq!(
        (two.body.as_str(), two.direction, two.facts["state"].as_str()),
        ("gone & back", Direction::Out, "Deleted")
    );
    assert_eq!(told.items[texts[1]].copy.deleted, Some(true));
    let call = &told.parsed[of(&told, RecordKind::Call)[0]];
    assert_eq!((call.direction, call.duration.expect("told").seconds), (Direction::MissedIn, 65));
    let other = &told.parsed[of(&told, RecordKind::File)[0]];
    assert_eq!(
        (other.subject.as_str(), other.body.as_str()),
        ("Location in a report of Cellebrite", "Name: City hall")
    );
    let person = &told.parsed[of(&told, RecordKind::Contact)[0]];
    assert_eq!((person.subject.as_str(), person.parties[0].address.as_str()), ("Ana Berg", "+16125550142"));
    told.every_attachment_is_found_again();
}

#[test]
fn a_report_that_breaks_off_keeps_what_was_whole() {
    let whole = report();
    let cut = &whole[..whole.find("gone & back").expect("is there")];
    let told = trial::read(&[("report.xml", cut.as_bytes())]);
    assert_eq!((told.items.len(), told.exceptions.len()), (1, 1), "the first message, and what had not ended");
    assert_eq!(told.parsed[0].body, "a > b ]] c");
    assert!(told.exceptions[0].contains("breaks off"));
}

#[test]
fn a_dump_of_a_database_is_kept_whole_and_answered() {
    let told = trial::read(&[("DbData/database.db", b"PGDMP\x01\x0e"), ("DbData/database.json", b"{}")]);
    assert_eq!(told.items.len(), 2);
    assert!(told.remarks[0].contains("ask for the report"));
}

#[test]
fn damaged_reports_never_fail() {
    trial::mutate("report.xml", report().as_bytes());
}
