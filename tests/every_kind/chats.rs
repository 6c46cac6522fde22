//! What chat programs, social networks and captures of the web give.

use super::archives::gzip;
use super::packed::{base64, zip};
use super::sample::{Sample, one};

fn named(files: &[(&str, &[u8])]) -> Vec<(String, Vec<u8>)> {
    files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect()
}

fn warc(word: &str) -> String {
    let record = |kind: &str, extra: &str, block: &str| {
        format!(
            "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{word}-{kind}>\r\nWARC-Date: 2024-03-01T15:00:00Z\r\n{extra}Content-Length: {}\r\n\r\n{block}\r\n\r\n",
            block.len()
        )
    };
    let uri =
        "WARC-Target-URI: <https://cedarbend.example/council>\r\nContent-Type: application/http; msgtype=response\r\n";
    let page = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><head><title>Council</title></head><body>The <b>{word}</b></body></html>"
    );
    record("warcinfo", "", "software: x") + &record("response", uri, &page)
}

const MANIFEST: &str = r#"{ "version": "2.0.0", "participants": [
  {"id": "1", "display": "Ana Berg", "email": "ana@cedarbend.example"}, {"id": "2", "display": "Ben", "account_id": "+16125550143"}],
 "conversations": [ {"id": "c", "platform": "sms", "type": "direct", "participants": ["1", "2"]} ],
 "events": [ {"id":"e1","type":"message","participant":"1","conversation":"c","timestamp":"2024-03-05T15:00:00Z","body":"plow the rosemary lot",
   "direction":"outgoing","attachments":[{"id":"AT1","display":"road.txt"}]} ] }"#;

/// A vCon with a text and a recording.
const VCON: &[u8] = br#"{"vcon":"0.0.2","uuid":"0190-1","created_at":"2024-03-01T15:10:00Z","subject":"Hydrant","parties":[{"tel":"+16125550142","name":"Ann"},{"mailto":"bo@cedarbend.example","name":"Bo"}],
 "dialog":[{"type":"text","start":"2024-03-01T15:00:00Z","parties":[0,1],"body":"is the wisteria open?","encoding":"none"},
  {"type":"recording","start":"2024-03-01T15:01:00Z","duration":4.72,"parties":[1,0],"mediatype":"text/plain","filename":"call.txt","encoding":"base64url","body":"aGVsbG8"}],
 "analysis":[],"attachments":[]}"#;

const TEAMS: &[u8] = br#"{"@odata.context":"https://graph.example/v1.0/$metadata#Collection(chatMessage)","@odata.count":2,"value":[
 {"id":"1","messageType":"message","createdDateTime":"2024-03-01T15:00:00.5Z","chatId":"19:abc@thread.v2","from":{"user":{"id":"u1","displayName":"Ann Olson","email":"ann@cedarbend.example"}},"body":{"contentType":"html","content":"<p>See the <b>trillium</b> plan</p>"},"attachments":[]},
 {"id":"2","messageType":"message","createdDateTime":"2024-03-01T15:05:00Z","chatId":"19:abc@thread.v2","from":{"user":{"id":"u2","displayName":"Bo Lind"}},"body":{"contentType":"text","content":"yes"},"attachments":[]}]}"#;

fn rsmf() -> Vec<u8> {
    let package = zip(&[("rsmf_manifest.json", MANIFEST.as_bytes()), ("AT1", b"words of the road")]);
    format!(
        "X-RSMF-Version: 2.0.0\r\nX-RSMF-EventCount: 1\r\nFrom: a@cedarbend.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: application/zip; name=rsmf.zip\r\nContent-Disposition: attachment; filename=rsmf.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        base64(&package)
    )
    .into_bytes()
}

fn slack() -> Vec<(String, Vec<u8>)> {
    named(&[
        ("slack/users.json", br#"[{"id":"U0000001","name":"ann","real_name":"Ann Olson"},{"id":"U0000002","name":"bo","real_name":"Bo Lind"}]"#),
        ("slack/channels.json", br#"[{"id":"C0000001","name":"water","members":["U0000001","U0000002"],"topic":{"value":""},"purpose":{"value":""}}]"#),
        ("slack/water/2024-03-01.json", br#"[{"type":"message","user":"U0000001","text":"the sweetpea valve","ts":"1709305200.000100"}]"#),
    ])
}

fn facebook() -> Vec<(String, Vec<u8>)> {
    let thread = br#"{"participants":[{"name":"Cedar Bend City"},{"name":"Zo\u00c3\u00ab Berg"}],"messages":[
 {"sender_name":"Zo\u00c3\u00ab Berg","timestamp_ms":1709305300000,"content":"foxglove caf\u00c3\u00a9","type":"Generic","files":[{"uri":"your_facebook_activity/messages/inbox/zoe_1/files/1.txt","creation_timestamp":1709305300}]}],
 "title":"Zo\u00c3\u00ab Berg","thread_path":"inbox/zoe_1","is_still_participant":true}"#;
    named(&[
        ("facebook/your_facebook_activity/messages/inbox/zoe_1/message_1.json", thread),
        ("facebook/your_facebook_activity/messages/inbox/zoe_1/files/1.txt", b"words of a file"),
    ])
}

fn x_archive() -> Vec<(String, Vec<u8>)> {
    let posts = br#"window.YTD.tweets.part0 = [ {"tweet":{"id_str":"77","id":"77","full_text":"Main break at yarrow","created_at":"Fri Mar 01 15:00:00 +0000 2024","entities":{"urls":[],"user_mentions":[]}}} ]"#;
    let account = br#"window.YTD.account.part0 = [{"account":{"accountId":"1","username":"cedarbend","accountDisplayName":"Cedar Bend","email":"clerk@cedarbend.example"}}]"#;
    named(&[("twitter/data/account.js", account), ("twitter/data/tweets.js", posts)])
}

fn google_chat() -> Vec<(String, Vec<u8>)> {
    let messages = "{\"messages\": [ {\"creator\": {\"name\": \"Ana\", \"email\": \"ana@cedarbend.example\"}, \"created_date\": \"Wednesday, April 15, 2015 at 12:51:08\u{202f}AM UTC\", \
                    \"text\": \"look at the goldenrod\", \"topic_id\": \"t\", \"message_id\": \"m\"}]}";
    let info = br#"{"members": [{"name": "Ana", "email": "ana@cedarbend.example"}, {"name": "Ben", "email": "ben@cedarbend.example"}]}"#;
    named(&[
        ("GoogleChat/Takeout/Google Chat/Groups/DM 1/messages.json", messages.as_bytes()),
        ("GoogleChat/Takeout/Google Chat/Groups/DM 1/group_info.json", info),
    ])
}

/// Chats and captures of every kind.
/// A download of personal Teams with one message.
const SKYPE: &str = r#"{"userId": "8:live:ann", "exportDate": "2025-06-02T10:00", "conversations": [{"id": "8:live:lee",
    "displayName": "Lee Vang", "threadProperties": null, "MessageList": [{"id": "17", "displayName": "Lee Vang",
    "originalarrivaltime": "2025-06-01T12:00:00Z", "messagetype": "RichText", "content": "the woodruff is up",
    "conversationid": "8:live:lee", "from": "8:live:lee", "properties": null}]}]}"#;

pub fn samples() -> Vec<Sample> {
    let whatsapp = "1/30/24, 08:00 - Messages and calls are end-to-end encrypted. Tap to learn more.\n1/30/24, 08:01 - Ana Berg: the lupine is in flower\n";
    vec![
        one("messages.json", "skype-export", 1, "woodruff", SKYPE.as_bytes().to_vec()),
        one("WhatsApp Chat with Ana Berg.txt", "whatsapp", 2, "lupine", whatsapp.into()),
        Sample { place: "GoogleChat", format: "google-chat", found: 2, word: "goldenrod", files: google_chat() },
        one("case.rsmf", "rsmf", 1, "rosemary", rsmf()),
        one("teams.json", "teams-graph", 2, "trillium", TEAMS.to_vec()),
        Sample { place: "slack", format: "slack-export", found: 3, word: "sweetpea", files: slack() },
        Sample { place: "facebook", format: "meta-download", found: 1, word: "foxglove", files: facebook() },
        Sample { place: "twitter", format: "x-archive", found: 2, word: "yarrow", files: x_archive() },
        one("site.warc", "warc", 1, "heather", warc("heather").into_bytes()),
        one("site.warc.gz", "warc", 1, "hyssop", gzip(warc("hyssop").as_bytes())),
        one("call.vcon", "vcon", 1, "wisteria", VCON.to_vec()),
    ]
}
