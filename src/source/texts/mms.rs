//! What an `mms` element says: a message with parts and addresses (OMA MMS Encapsulation; Android `Telephony.Mms`).

use super::element::{self, Element};
use super::message::{self, Backup, Taken};
use crate::base::base64;
use crate::base::digest::Sha256Digest;
use crate::base::limits;
use crate::extract::charset;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedAttachment, ParsedItem};
use crate::model::record::{Direction, Party, RecordKind, Role};
use crate::source::attached;
use crate::source::container::reading::file_name;
use crate::source::identity::Identity;
use crate::source::number;
use std::collections::BTreeSet;

/// How Android writes the phone's own number among the addresses of a message it sent.
const OWN_NUMBER: &str = "insert-address-token";

/// Reads an `mms` element.
///
/// Identity (`mms/1`): numbers as written, in order of their letters; moment in milliseconds; box; subject; the
/// addresses with their parts; the type and digest of every part but the layout (`application/smil`).
pub fn mms(element: &Element, backup: &Backup) -> Taken {
    let mut parsed = ParsedItem::new(RecordKind::Text);
    let kind = box_of(element);
    parsed.direction = message::direction(&kind);
    parsed.subject = element.text("sub");
    parsed.message_id = element.text("m_id").trim_matches(['<', '>']).to_owned();
    set_parties(element, &mut parsed);
    message::set_times(element, backup, &mut parsed);
    parsed.facts.insert("message kind".to_owned(), "mms".to_owned());
    message::set_status(&kind, &mut parsed);
    message::rest_as_facts(element, &["address", "date", "date_sent", "msg_box", "sub", "m_id"], &mut parsed);
    let mut identity = identity_of(element, &kind, &parsed);
    let mut texts = Vec::new();
    for (at, part) in parts(element).enumerate() {
        let claimed = part.text("ct").trim().to_ascii_lowercase();
        if claimed == "application/smil" {
            continue;
        }
        let bytes = bytes_of(part);
        let digest = bytes.as_deref().map(Sha256Digest::of);
        identity.field("part", format!("{claimed} {}", digest.map_or(String::new(), |one| one.to_string())).as_bytes());
        if claimed == "text/plain" {
            texts.push(text_of(part, bytes.as_deref(), &mut parsed));
        } else if parsed.attachments.len() < limits::MESSAGE_PARTS {
            let attachment = attachment(part, at, claimed, bytes.as_deref(), &mut parsed.problems);
            parsed.attachments.push(attachment);
        }
    }
    message::set_body(texts.join("\n"), &mut parsed);
    if parts(element).count() > limits::MESSAGE_PARTS {
        let sentence = "it has more parts than are listed; all are kept in it";
        message::note(ProblemCode::LimitReached, sentence.to_owned(), &mut parsed);
    }
    message::note_hidden(element, &["parts", "addrs"], &mut parsed);
    Taken { parsed, identity: identity.into_bytes(), copy: message::copy_facts(element, backup, &kind) }
}

/// The decoded bytes of one part, counted from 0 over all `part` elements.
pub fn part_bytes(element: &Element, part: u32) -> Option<Vec<u8>> {
    bytes_of(parts(element).nth(part as usize)?)
}

fn parts(element: &Element) -> impl Iterator<Item = &Element> {
    element.inside("parts", "part")
}

/// The box; where the backup does not say, the type of the message tells (128 send request, 132 retrieved).
fn box_of(element: &Element) -> String {
    let told = element.text("msg_box");
    match (told.as_str(), element.raw("m_type")) {
        ("", Some("128")) => "2".to_owned(),
        ("", Some("132")) => "1".to_owned(),
        _ => told,
    }
}

/// Sets who took part: the addresses with their parts, and the members of the group that are not among them.
fn set_parties(element: &Element, parsed: &mut ParsedItem) {
    let address = element.text("address");
    let name = message::contact_name(element);
    let alone = message::numbers(&address).count() == 1;
    let told: Vec<Party> = element.inside("addrs", "addr").filter_map(addressed).collect();
    let key = |party: &Party| party.normal.clone().unwrap_or_else(|| party.address.clone());
    let known: BTreeSet<String> = told.iter().map(key).collect();
    let had_roles = !told.is_empty();
    parsed.parties = told;
    for one in message::numbers(&address) {
        let role = match (had_roles, alone, parsed.direction) {
            (false, true, Direction::In) => Role::From,
            (false, _, Direction::Out) | (false, true, _) => Role::To,
            _ => Role::Member,
        };
        let party = number::party(role, "", one, None);
        if !known.contains(&key(&party)) {
            parsed.parties.push(party);
        }
    }
    if alone {
        let other = number::party(Role::Member, "", address.trim(), None);
        for party in parsed.parties.iter_mut().filter(|party| key(party) == key(&other)) {
            party.name.clone_from(&name);
        }
    } else if !name.is_empty() {
        // The order of the names is not promised to be the order of the numbers.
        parsed.facts.insert("names of the group".to_owned(), name);
    }
    let members: BTreeSet<&str> = message::numbers(&address).collect();
    if members.len() > 1 {
        parsed.facts.insert("group".to_owned(), members.into_iter().collect::<Vec<_>>().join(" "));
    }
}

/// An address with its part (the field numbers of OMA MMS, Android `PduHeaders`).
fn addressed(addr: &Element) -> Option<Party> {
    let address = addr.text("address");
    if address.is_empty() || address == OWN_NUMBER {
        return None;
    }
    let role = match addr.raw("type") {
        Some("137") => Role::From,
        Some("151") => Role::To,
        Some("130") => Role::Cc,
        Some("129") => Role::Bcc,
        _ => Role::Member,
    };
    Some(number::party(role, "", &address, None))
}

fn identity_of(element: &Element, kind: &str, parsed: &ParsedItem) -> Identity {
    let address = element.text("address");
    let mut numbers: Vec<&str> = message::numbers(&address).collect();
    numbers.sort_unstable();
    let mut roles: Vec<String> =
        element.inside("addrs", "addr").map(|one| format!("{} {}", one.text("type"), one.text("address"))).collect();
    roles.sort_unstable();
    let mut identity = Identity::new("mms/1");
    identity.field("address", numbers.join("~").as_bytes()).field("date", message::moment(element).as_bytes());
    identity.field("box", kind.as_bytes()).field("subject", parsed.subject.as_bytes());
    for role in roles {
        identity.field("addr", role.as_bytes());
    }
    identity
}

/// What a part holds: its data decoded, or its text; `None` when the data is damaged or there is neither.
fn bytes_of(part: &Element) -> Option<Vec<u8>> {
    match part.raw("data").filter(|data| *data != "null") {
        Some(data) if data.contains('&') => base64::decode(element::resolve(data).text.as_bytes()),
        Some(data) => base64::decode(data.as_bytes()),
        None => part.value("text").map(|value| value.text.into_bytes()),
    }
}

fn text_of(part: &Element, bytes: Option<&[u8]>, parsed: &mut ParsedItem) -> String {
    if part.value("text").is_some() {
        return part.text("text");
    }
    let Some(bytes) = bytes else {
        if part.raw("data").is_some_and(|data| data != "null") {
            let sentence = "its text could not be decoded and is kept as written";
            message::note(ProblemCode::Undecodable, sentence.to_owned(), parsed);
        }
        return String::new();
    };
    let written = part.text("chset");
    let label = charset_of(&written);
    let decoded = charset::decode(bytes, label);
    // A character set that is named and not known here may have been read as another one.
    if !decoded.sound || label.is_none() && !matches!(written.as_str(), "" | "0") && !bytes.is_ascii() {
        let sentence = "characters of its text could not be decoded";
        message::note(ProblemCode::Undecodable, sentence.to_owned(), parsed);
    }
    decoded.text
}

/// The numbers of IANA's character sets (<https://www.iana.org/assignments/character-sets>), as MMS names them.
fn charset_of(number: &str) -> Option<&'static str> {
    Some(match number {
        "3" | "4" | "2252" => "windows-1252",
        "17" => "shift_jis",
        "18" => "euc-jp",
        "38" => "euc-kr",
        "39" => "iso-2022-jp",
        "106" => "utf-8",
        "113" | "2025" => "gbk",
        "114" => "gb18030",
        "1000" | "1013" => "utf-16be",
        "1014" | "1015" => "utf-16le",
        "2026" => "big5",
        _ => return None,
    })
}

fn attachment(
    part: &Element,
    at: usize,
    claimed: String,
    bytes: Option<&[u8]>,
    problems: &mut Vec<Problem>,
) -> ParsedAttachment {
    let named = ["name", "fn", "cl"].iter().map(|one| part.text(one)).find(|name| !name.is_empty());
    let written = named.unwrap_or_default();
    let name = file_name(&written).to_owned();
    let shown = if name.is_empty() { format!("part {at}") } else { name.clone() };
    if name != written {
        let sentence = format!("attachment {shown}: its name would leave the folder and was cut to its last part");
        problems.push(Problem::new(ProblemCode::UnsafeName, sentence));
    }
    if bytes.is_none() {
        let (code, sentence) = match part.raw("data").filter(|data| *data != "null") {
            Some(_) => (ProblemCode::Undecodable, "it could not be decoded and is kept as written"),
            None => (ProblemCode::Missing, "the backup names it and does not hold it"),
        };
        problems.push(Problem::new(code, format!("attachment {shown}: {sentence}")));
    }
    attached::listed(name, &claimed, bytes, u32::try_from(at).unwrap_or(u32::MAX))
}
