use crate::model::exception::ProblemCode;
use crate::model::record::{Direction, Role};
use crate::source::texts::trial_tests as trial;
use std::io::{Cursor, Write};

const MANIFEST: &str = r#"{ "version": "2.0.0", "participants": [
  {"id": "1", "display": "Ana Berg", "email": "Ana@cedarbend.example"}, {"id": 2, "display": "Ben", "account_id": "+16122345678"}],
 "conversations": [ {"id": "c", "platform": "sms", "type": "direct", "participants": ["1", 2]} ],
 "events": [
  {"id":"e1","type":"message","participant":"1","conversation":"c","timestamp":"2024-03-05T15:00:00Z","body":"plow now",
   "direction":"outgoing","attachments":[{"id":"AT1","display":"road.jpg"},{"id":"AT2","display":"gone.jpg"}],
   "edits":[{"participant":"1","timestamp":"2024-03-05T15:01:00Z","previous":"plow","new":"plow now"}],
   "reactions":[{"value":"+1","count":1,"participants":[2]}],
   "read_receipts":[{"participant":2,"timestamp":"2024-03-05T15:02:00Z","action":"read"}]},
  {"id":"e2","type":"join","participant":"9","conversation":"c","timestamp":"2024-03-05T15:00:00","deleted":true},
  5 ] }"#;

fn package(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("begun");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("closed").into_inner()
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let value = group.iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for at in 0..4 {
            let letter = LETTERS[(value >> (18 - 6 * at) & 63) as usize] as char;
            out.push(if at <= group.len() { letter } else { '=' });
        }
    }
    out
}

#[test]
fn the_mail_the_archive_and_the_manifest_give_the_same_events() {
    let zip = package(&[
        ("rsmf_manifest.json", MANIFEST.as_bytes()),
        ("AT1", b"\xFF\xD8\xFFroad"),
        ("AV1", b"\x89PNG\r\n\x1a\n"),
    ]);
    let mail = format!(
        "X-RSMF-Version: 1.0.0\r\nX-RSMF-EventCount: 3\r\nX-RSMF-Custodian: Ana\r\nFrom: a@cedarbend.example\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/zip; name=rsmf.zip\r\n\
         Content-Disposition: attachment; filename=rsmf.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        base64(&zip)
    );
    let mut identities = Vec::new();
    for (name, bytes) in
        [("a.rsmf", mail.as_bytes()), ("rsmf.zip", zip.as_slice()), ("rsmf_manifest.json", MANIFEST.as_bytes())]
    {
        let told = trial::read(&[(name, bytes)]);
        assert_eq!(told.exceptions.len(), 1, "{name}: the number that is no event");
        let events: Vec<_> = told.understood().collect();
        assert_eq!(events.len(), 2, "{name}");
        let one = events[0];
        assert_eq!((one.body.as_str(), one.direction), ("plow now", Direction::Out));
        assert_eq!(one.parties[0].normal.as_deref(), Some("ana@cedarbend.example"));
        assert_eq!((one.parties[1].role, one.parties[1].normal.as_deref()), (Role::Member, Some("+16122345678")));
        assert!(one.facts["edit 1"].contains("\"plow\" became"), "{:?}", one.facts);
        assert_eq!(
            (one.facts["reactions"].as_str(), one.facts["receipts"].as_str()),
            ("+1 (1) Ben", "read by Ben at 2024-03-05T15:02:00Z")
        );
        assert_eq!(one.attachments.len(), 2);
        let has_files = name != "rsmf_manifest.json";
        assert_eq!(one.attachments[0].bytes, if has_files { 7 } else { 0 });
        assert!(one.problems.iter().any(|one| one.code == ProblemCode::Missing && one.message.contains("gone.jpg")));
        let two = events[1];
        assert_eq!((two.facts["event"].as_str(), two.facts["deleted"].as_str()), ("join", "yes"));
        assert!(two.problems.iter().any(|one| one.message.contains("participant 9")));
        assert_eq!(
            two.sent_at.as_ref().expect("dated").at.to_rfc3339(),
            "2024-03-05T21:00:00+00:00",
            "no offset: local"
        );
        identities.push(
            told.items.iter().filter(|one| one.identity.is_some()).map(|one| one.identity.clone()).collect::<Vec<_>>(),
        );
        if name == "a.rsmf" {
            assert_eq!(told.declared, Some(3));
            assert!(told.items[0].copy.envelope.contains("X-RSMF-Custodian: Ana"));
            assert!(told.remarks.iter().any(|one| one.contains("says version 1.0.0")));
        }
        told.every_attachment_is_found_again();
    }
    assert!(identities.windows(2).all(|pair| pair[0] == pair[1]), "the wrapping is no part of an event");
}

#[test]
fn damaged_manifests_never_fail() {
    trial::mutate("rsmf_manifest.json", MANIFEST.as_bytes());
}
