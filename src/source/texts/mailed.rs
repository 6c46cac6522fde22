//! Texts and calls that an archive wrote as mail: SMS Backup+, Smarsh, TeleMessage, Global Relay.
//!
//! The original stays the message and so does its identity; only what it says is read anew. Nothing is taken for a
//! text because of its subject alone: a header field of the archive has to say so.

use crate::extract::header_block;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::ParsedItem;
use crate::model::record::{CallDuration, Direction, DurationBasis, RecordKind, Role};
use crate::source::number;
use crate::source::texts::handset_time;
use std::collections::BTreeMap;

/// Header fields of one message that are looked at.
const FIELDS: usize = 2_000;
/// Beginnings of the names of the archives' fields, lowercase.
const ARCHIVES: [(&str, &str); 6] = [
    ("x-smssync-", "SMS Backup+"),
    ("x-globalrelay-", "Global Relay"),
    ("x-telemessage-", "TeleMessage"),
    ("x-smarsh-", "Smarsh"),
    ("x-mobileguard-", "MobileGuard"),
    ("x-actiance-", "Smarsh (Actiance)"),
];

/// What a message says, read as the text or call that its header says it is.
pub fn told(bytes: &[u8], mut parsed: ParsedItem) -> ParsedItem {
    let fields = fields(bytes);
    voicemail(&fields, &mut parsed);
    let Some((_, archive)) = ARCHIVES.iter().find(|(start, _)| fields.keys().any(|name| name.starts_with(start)))
    else {
        return parsed;
    };
    parsed.facts.insert("archive".to_owned(), (*archive).to_owned());
    for (name, value) in fields.iter().filter(|(name, _)| ARCHIVES.iter().any(|(start, _)| name.starts_with(start))) {
        parsed.facts.insert(name.clone(), value.clone());
    }
    if fields.contains_key("x-smssync-datatype") {
        sms_backup_plus(&fields, &mut parsed);
    } else {
        archived(&fields, &mut parsed);
    }
    parsed
}

/// A message left on a telephone that Exchange delivered as mail ([MS-OXCMAIL] section 2.1.3.2): who called, and how long.
fn voicemail(fields: &BTreeMap<String, String>, parsed: &mut ParsedItem) {
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    let number = field("x-callingtelephonenumber");
    let seconds = field("x-voicemessageduration").trim().parse().ok();
    if number.is_empty() && seconds.is_none() {
        return;
    }
    parsed.kind = RecordKind::Voicemail;
    parsed.direction = Direction::In;
    if let Some(seconds) = seconds {
        parsed.duration = Some(CallDuration { seconds, basis: DurationBasis::Exact });
    }
    if !number.is_empty() && parsed.parties.iter().all(|one| one.address != number) {
        parsed.parties.push(number::party(Role::From, field("x-voicemessagesendername"), number, None));
    }
    for name in ["x-callid", "x-voicemessagesendername", "x-faxnumberofpages"] {
        if !field(name).is_empty() {
            parsed.facts.insert(name.to_owned(), field(name).to_owned());
        }
    }
}

/// The fields of a header, names lowercase, values unfolded; of several of one name the first.
fn fields(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let mut last: Option<String> = None;
    for line in header_block::lines(header_block::skip_blank_start(bytes)).take(FIELDS) {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            break;
        }
        match (text.starts_with([' ', '\t']), text.split_once(':')) {
            (true, _) => {
                if let Some(value) = last.as_ref().and_then(|name| fields.get_mut(name)) {
                    let value: &mut String = value;
                    value.push(' ');
                    value.push_str(text.trim());
                }
            }
            (false, Some((name, value))) => {
                let name = name.trim().to_lowercase();
                last = (!fields.contains_key(&name)).then(|| name.clone());
                fields.entry(name).or_insert_with(|| value.trim().to_owned());
            }
            (false, None) => last = None,
        }
    }
    fields
}

/// SMS Backup+ for Android: the moment is that of `X-smssync-date`, in milliseconds; `Date` has the phone's offset and
/// no fractions.
fn sms_backup_plus(fields: &BTreeMap<String, String>, parsed: &mut ParsedItem) {
    let field = |name: &str| fields.get(&format!("x-smssync-{name}")).map_or("", String::as_str);
    let is_call = field("datatype").eq_ignore_ascii_case("CALLLOG");
    parsed.kind = if is_call { RecordKind::Call } else { RecordKind::Text };
    // Types of Android: of messages 1 received, the others sent or to be sent; of calls 1 in, 2 out, 3 missed.
    parsed.direction = match (is_call, field("type")) {
        (_, "1") => Direction::In,
        (_, "2") | (false, "3" | "4" | "5" | "6") => Direction::Out,
        (true, "3") => Direction::MissedIn,
        (true, "5") => Direction::RejectedIn,
        (true, "6") => Direction::BlockedIn,
        _ => Direction::Unknown,
    };
    if !field("date").is_empty() {
        match handset_time::read(field("date"), None) {
            Ok(time) => parsed.sent_at = Some(time),
            Err(sentence) => parsed.problems.push(Problem::new(ProblemCode::DateUnknown, sentence)),
        }
    }
    if is_call && let Ok(seconds) = field("duration").parse() {
        parsed.duration = Some(CallDuration { seconds, basis: DurationBasis::Exact });
    }
    // The addresses of the mail are made up (`number@unknown.email`), but names stand in them.
    let address = field("address");
    for party in &mut parsed.parties {
        if let Some(written) = party.address.strip_suffix("@unknown.email") {
            let (name, written) = (party.name.clone(), written.to_owned());
            let shown = if name == written { "" } else { name.as_str() };
            *party = number::party(party.role, shown, &written, None);
        }
    }
    let role = if parsed.direction == Direction::Out { Role::To } else { Role::From };
    let has = parsed.parties.iter().any(|one| one.address == address);
    if !address.is_empty() && !has {
        parsed.parties.push(number::party(role, "", address, None));
    }
}

/// The archives of vendors. Which fields they write differs with the customer's settings, so only what is certain is
/// read: that it is a text or call, and the numbers that stand in place of mail addresses.
fn archived(fields: &BTreeMap<String, String>, parsed: &mut ParsedItem) {
    const KINDS: [&str; 6] = ["-msgtype", "-messagetype", "-message-type", "-type", "-channel", "-network"];
    let kind = fields
        .iter()
        .filter(|(name, _)| ARCHIVES.iter().any(|(start, _)| name.starts_with(start)))
        .find(|(name, _)| KINDS.iter().any(|end| name.ends_with(end)))
        .map(|(_, value)| value.to_lowercase())
        .unwrap_or_default();
    // Global Relay writes `<platform>: <subtype>: <number of users>` in the subject.
    let subject = parsed.subject.to_lowercase();
    let mut platform = subject.split(": ");
    let platform = match (platform.next(), platform.next(), platform.next()) {
        (Some(first), Some(_), Some(users))
            if users.split_whitespace().next().is_some_and(|n| n.parse::<u32>().is_ok()) =>
        {
            first
        }
        _ => "",
    };
    let says = |words: &[&str]| words.iter().any(|word| kind.contains(word) || platform.contains(word));
    parsed.kind = if says(&["call", "voice"]) {
        RecordKind::Call
    } else if says(&[
        "sms", "mms", "rcs", "text", "imessage", "whatsapp", "chat", "wechat", "signal", "telegram", "mobile",
    ]) {
        RecordKind::Text
    } else {
        return;
    };
    let way = fields.iter().find(|(name, _)| name.ends_with("-direction")).map(|(_, way)| way.to_lowercase());
    parsed.direction = match way.as_deref() {
        Some("incoming" | "inbound" | "in" | "received" | "mt") => Direction::In,
        Some("outgoing" | "outbound" | "out" | "sent" | "mo") => Direction::Out,
        _ => Direction::Unknown,
    };
    for party in &mut parsed.parties {
        // `First Last Mobile <16125550142@sms.example>`: a number in place of a mailbox.
        let local = party.address.split('@').next().unwrap_or_default().to_owned();
        let is_number = local.len() > 6 && local.bytes().all(|byte| byte.is_ascii_digit() || b"+-".contains(&byte));
        if let (true, Ok(normal)) = (is_number, number::normal(&local)) {
            party.normal = Some(normal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::texts::trial_tests as trial;

    fn one(eml: &str) -> ParsedItem {
        let told = trial::read(&[("a.eml", eml.as_bytes())]);
        assert_eq!((told.items.len(), told.exceptions.len()), (1, 0));
        told.parsed.into_iter().next().expect("an item")
    }

    #[test]
    fn a_message_that_exchange_delivers_from_a_telephone_is_voicemail() {
        let left = one(
            "Subject: Voice Mail (9 seconds)\r\nFrom: Lee Vang <lee@mill.example>\r\nTo: clerk@cedarbend.example\r\n\
             Date: Sun, 01 Jun 2025 07:00:00 -0500\r\nX-CallingTelephoneNumber: 763-555-0142\r\n\
             X-VoiceMessageDuration: 9\r\nX-VoiceMessageSenderName: Lee Vang\r\n\r\nplease call back\r\n",
        );
        assert_eq!((left.kind, left.direction), (RecordKind::Voicemail, Direction::In));
        assert_eq!(left.duration.map(|one| one.seconds), Some(9));
        let caller = left.parties.iter().find(|one| one.address == "763-555-0142").expect("the number");
        assert_eq!((caller.name.as_str(), caller.normal.as_deref()), ("Lee Vang", Some("+17635550142")));
        let plain = one("Subject: a\r\nFrom: a@cedarbend.example\r\nTo: b@cedarbend.example\r\n\r\nhello\r\n");
        assert_eq!(plain.kind, RecordKind::Email);
    }

    #[test]
    fn sms_backup_plus_tells_texts_and_calls() {
        let text =
            one("Subject: SMS with Ana\r\nFrom: Ana <+16125550142@unknown.email>\r\nTo: clerk@cedarbend.example\r\n\
             Date: Thu, 08 Jan 2015 18:24:16 -0500\r\nX-smssync-datatype: SMS\r\nX-smssync-type: 1\r\n\
             X-smssync-address: +16125550142\r\nX-smssync-date: 1420759456762\r\n\r\nhello\r\n");
        assert_eq!((text.kind, text.direction), (RecordKind::Text, Direction::In));
        assert_eq!(text.sent_at.expect("dated").at.to_rfc3339(), "2015-01-08T23:24:16.762+00:00");
        let from: Vec<(&str, &str)> = text
            .parties
            .iter()
            .filter(|one| one.role == Role::From)
            .map(|one| (one.name.as_str(), one.address.as_str()))
            .collect();
        assert_eq!(from, [("Ana", "+16125550142")]);
        let call = one(
            "Subject: Call with Ana\nFrom: x@cedarbend.example\nTo: y@cedarbend.example\nX-smssync-datatype: CALLLOG\n\
             X-smssync-type: 3\nX-smssync-address: 6125550142\nX-smssync-duration: 17\nX-smssync-date: bad\n\n",
        );
        assert_eq!((call.kind, call.direction), (RecordKind::Call, Direction::MissedIn));
        assert_eq!(call.duration.expect("told").seconds, 17);
        assert!(call.problems.iter().any(|one| one.code == ProblemCode::DateUnknown));
    }

    #[test]
    fn a_header_of_the_archive_decides_and_a_subject_alone_does_not() {
        let cases: [(&str, RecordKind, Direction); 5] = [
            ("X-GlobalRelay-MsgType: SMS\nX-GlobalRelay-Direction: inbound\n", RecordKind::Text, Direction::In),
            ("X-TeleMessage-Type: WhatsApp\n", RecordKind::Text, Direction::Unknown),
            ("X-TeleMessage-Type: Voice Call\nX-TeleMessage-Direction: outgoing\n", RecordKind::Call, Direction::Out),
            ("X-Smarsh-Policy: 12\n", RecordKind::Email, Direction::Unknown),
            ("", RecordKind::Email, Direction::Unknown),
        ];
        for (header, kind, direction) in cases {
            let found = one(&format!(
                "Subject: sms about texts\nFrom: Ana Mobile <16122345678@sms.example>\nTo: b@cedarbend.example\n{header}\nhi\n"
            ));
            assert_eq!((found.kind, found.body.trim()), (kind, "hi"), "{header}");
            if kind != RecordKind::Email {
                assert_eq!(found.direction, direction, "{header}");
                assert_eq!(found.parties[0].normal.as_deref(), Some("+16122345678"));
            }
        }
    }
}
