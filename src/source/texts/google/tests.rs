use super::page;
use crate::model::record::{Direction, Role};
use crate::source::texts::trial_tests as trial;

fn message(time: &str, number: &str, name: &str, text: &str, more: &str) -> String {
    let name = if name == "Me" {
        "<abbr class=\"fn\" title=\"\">Me</abbr>".to_owned()
    } else {
        format!("<span class=\"fn\">{name}</span>")
    };
    format!(
        "<div class=\"message\"><abbr class=\"dt\" title=\"{time}\">visible&#8239;PM</abbr>:\n<cite class=\"sender vcard\">\
         <a class=\"tel\" href=\"tel:{number}\">{name}</a></cite>:\n<q>{text}</q>\n{more}</div> "
    )
}

fn conversation(participants: &str, messages: &str) -> String {
    format!(
        "<?xml version=\"1.0\" ?><html><head><title>x</title></head><body><div class=\"hChatLog hfeed\">{participants}{messages}</div>\
         <div class=\"tags\">Labels: <a rel=\"tag\" href=\"http://www.google.com/voice#sms\">Text</a></div>\
         <div class=\"deletedStatusContainer\">User Deleted:\nFalse</div></body></html>"
    )
}

fn call(label: &str, number: &str, more: &str) -> String {
    format!(
        "<title>Call</title><body><div class=\"haudio\"><div class=\"contributor vcard\"><a class=\"tel\" href=\"tel:{number}\">\
         <span class=\"fn\"></span></a></div><abbr class=\"published\" title=\"2024-03-05T09:23:31.000-06:00\">x</abbr>{more}\
         <div class=\"tags\">Labels: <a rel=\"tag\" href=\"http://www.google.com/voice#{label}\">x</a></div></div></body></html>"
    )
}

#[test]
fn conversations_keep_every_message_with_its_people_and_files() {
    let picture = "<div><img src=\"Ana - Text - 2024-03-05T15_00_00Z-2-1\" alt=\"Image MMS Attachment\" /></div>";
    let text = conversation(
        "",
        &(message("2024-03-05T09:00:00.123-06:00", "+16125550142", "Ana", "a &lt;b&gt; &amp; c<br>d", "")
            + &message("2024-03-05T09:01:00.123-06:00", "+16125550100", "Me", "ok", picture)),
    );
    let group = conversation(
        "<div class=\"participants\">Group conversation with: <a class=\"tel\" href=\"tel:+16125550142\"><span class=\"fn\">Ana</span></a>,\
         <a class=\"tel\" href=\"tel:+16125550143\"><span class=\"fn\">Ben</span></a></div>",
        &message("2024-03-05T10:00:00.123-06:00", "+16125550142", "Ana", "all", ""),
    );
    let alone = conversation("", &message("2024-03-05T11:00:00.000-06:00", "+16125550100", "Me", "hello?", ""));
    let told = trial::read(&[
        ("Takeout/Voice/Calls/Ana - Text - 2024-03-05T15_00_00Z.html", text.as_bytes()),
        ("Takeout/Voice/Calls/Ana - Text - 2024-03-05T15_00_00Z-2-1.jpg", b"\xFF\xD8\xFFx"),
        ("Takeout/Voice/Calls/Group Conversation - 2024-03-05T16_00_00Z.html", group.as_bytes()),
        ("Takeout/Voice/Calls/+16125550144 - Text - 2024-03-05T17_00_00Z.html", alone.as_bytes()),
        ("Takeout/Voice/Phones.vcf", b"BEGIN:VCARD\nVERSION:3.0\nFN:Owner\nTEL:+16125550100\nEND:VCARD\n"),
    ]);
    assert_eq!((told.items.len(), told.exceptions.len()), (5, 0), "four messages, one card, no loose picture");
    let of = |body: &str| told.understood().find(|one| one.body == body).unwrap_or_else(|| panic!("{body} is there"));
    let one = of("a <b> & c\nd");
    assert_eq!(one.sent_at.as_ref().expect("dated").at.to_rfc3339(), "2024-03-05T15:00:00.123+00:00");
    assert_eq!((one.direction, one.parties[0].address.as_str()), (Direction::In, "+16125550142"));
    let two = of("ok");
    assert_eq!((two.direction, two.attachments.len(), two.attachments[0].bytes), (Direction::Out, 1, 4));
    assert_eq!(two.parties.iter().filter(|one| one.role == Role::To).count(), 1);
    let members: Vec<&str> = of("all").parties.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(members, ["Ana", "Ben"]);
    let lonely = of("hello?");
    assert_eq!(lonely.parties[1].address, "+16125550144", "the page hides the other number, the file tells it");
    told.every_attachment_is_found_again();
}

#[test]
fn calls_voicemails_and_withheld_numbers() {
    let voicemail = "<span class=\"full-text\">Call me back.</span><audio src=\"v.mp3\"><a rel=\"enclosure\" href=\"v.mp3\">Audio</a></audio>\
                     <abbr class=\"duration\" title=\"PT1H2M3S\">(01:02:03)</abbr>";
    let told = trial::read(&[
        ("Calls/Ana - Voicemail - 2024-03-05T15_23_31Z.html", call("voicemail", "+16125550142", voicemail).as_bytes()),
        ("Calls/v.mp3", b"ID3\x04sound"),
        ("Calls/ - Missed - 2024-03-05T15_23_31Z.html", call("missed", "", "").as_bytes()),
        ("Calls/Ana - Placed - 2024-03-05T15_23_31Z.html", call("placed", "+16125550142", "").as_bytes()),
    ]);
    assert_eq!(told.items.len(), 3);
    let of = |outcome: &str| told.parsed.iter().find(|one| one.facts["outcome"] == outcome).expect("is there");
    let one = of("voicemail");
    assert_eq!((one.body.as_str(), one.duration.expect("told").seconds), ("Call me back.", 3723));
    assert_eq!((one.attachments.len(), one.attachments[0].bytes), (1, 9));
    assert_eq!((of("missed").direction, of("missed").parties.len()), (Direction::MissedIn, 0));
    assert_eq!((of("outgoing").direction, of("outgoing").parties[0].role), (Direction::Out, Role::To));
    told.every_attachment_is_found_again();
}

#[test]
fn durations_are_those_of_iso_8601() {
    let cases = [("PT18S", Some(18)), ("PT12M51S", Some(771)), ("PT1H", Some(3600)), ("18", None), ("PT5", None)];
    for (written, expected) in cases {
        assert_eq!(page::seconds(written), expected, "{written}");
    }
}

#[test]
fn damaged_pages_never_fail() {
    let text =
        conversation("", &message("2024-03-05T09:00:00.123-06:00", "+16125550142", "Ana", "a", "<img src=\"x\"/>"));
    trial::mutate("Ana - Text - 2024-03-05T15_00_00Z.html", text.as_bytes());
}

#[test]
fn google_chat_keeps_messages_members_and_files() {
    let messages = "{\"messages\": [ {\"creator\": {\"name\": \"Ana\", \"email\": \"Ana@cedarbend.example\"}, \
         \"created_date\": \"Wednesday, April 15, 2015 at 12:51:08\u{202f}AM UTC\", \"text\": \"look\", \"topic_id\": \"t\", \
         \"message_id\": \"m\", \"attached_files\": [{\"original_name\": \"why?.jpg\", \"export_name\": \"File-why?.jpg\"}]}, \
         {\"creator\": {\"name\": \"Ben\"}, \"created_date\": \"some day\", \"message_state\": \"DELETED\"}, 7]}";
    let info = br#"{"members": [{"name": "Ana", "email": "ana@cedarbend.example"}, {"name": "Ben", "email": "ben@cedarbend.example"}]}"#;
    let folder = "Takeout/Google Chat/Groups/DM 1";
    let told = trial::read(&[
        (&format!("{folder}/messages.json"), messages.as_bytes()),
        (&format!("{folder}/group_info.json"), info),
        (&format!("{folder}/File-why_.jpg"), b"\xFF\xD8\xFFx"),
    ]);
    let all: Vec<_> = told.understood().collect();
    assert_eq!(
        (all.len(), told.items.len(), told.exceptions.len()),
        (2, 3, 1),
        "and the list of members as a file, and a number that is no message"
    );
    assert_eq!(all[0].sent_at.as_ref().expect("dated").at.to_rfc3339(), "2015-04-15T00:51:08+00:00");
    let people: Vec<(Role, &str)> = all[0].parties.iter().map(|one| (one.role, one.name.as_str())).collect();
    assert_eq!(people, [(Role::From, "Ana"), (Role::Member, "Ben")]);
    assert_eq!((all[0].attachments[0].name.as_str(), all[0].attachments[0].bytes), ("why?.jpg", 4));
    assert!(all[1].sent_at.is_none() && all[1].facts["date as written"] == "some day");
    told.every_attachment_is_found_again();
}
