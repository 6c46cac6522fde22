//! Multimedia messages of Android: a row of `pdu` with its addresses (`addr`), parts (`part`) and files.

use super::messages;
use crate::model::item::ParsedItem;
use crate::model::record::{Direction, RecordKind, Role};
use crate::source::beside::{Beside, Named};
use crate::source::database::{Database, Row};
use crate::source::identity::Identity;
use crate::source::number;
use crate::source::rows::Rows;
use crate::source::taken::Taken;
use crate::source::texts::message;
use std::collections::{BTreeMap, HashMap};

/// How Android writes the phone's own number among the addresses of a message it sent.
const OWN_NUMBER: &str = "insert-address-token";
/// Rows of a table beside the messages that are held.
const HELD_ROWS: usize = 5_000_000;

/// What the tables around the messages say.
pub struct Around {
    threads: BTreeMap<i64, Row>,
    people: BTreeMap<i64, Row>,
    /// Numbers of the rows of `addr` and `part` of each message.
    addresses: HashMap<i64, Vec<i64>>,
    parts: HashMap<i64, Vec<i64>>,
}

impl Around {
    /// Reads them.
    pub fn of(database: &mut Database) -> Self {
        let by_number = |rows: Vec<Row>| rows.into_iter().map(|row| (row.rowid, row)).collect();
        Self {
            threads: by_number(database.all("threads", HELD_ROWS)),
            people: by_number(database.all("canonical_addresses", HELD_ROWS)),
            addresses: numbers(database, "addr", "msg_id"),
            parts: numbers(database, "part", "mid"),
        }
    }

    fn thread(&self, row: &Row) -> Option<&Row> {
        self.threads.get(&row.integer("thread_id")?)
    }

    fn members(&self, row: &Row) -> Vec<&Row> {
        let ids = self.thread(row).map(|thread| thread.text("recipient_ids")).unwrap_or_default();
        ids.split_whitespace().filter_map(|id| self.people.get(&id.parse().ok()?)).collect()
    }

    /// The numbers of the conversation of a message.
    pub fn recipients(&self, row: &Row) -> Vec<String> {
        self.members(row).into_iter().map(|one| one.text("address")).filter(|one| !one.is_empty()).collect()
    }

    /// The rows that a message shares with others: its conversation and who is in it.
    pub fn shared_rows(&self, row: &Row) -> Vec<&Row> {
        self.thread(row).into_iter().chain(self.members(row)).collect()
    }
}

fn numbers(database: &mut Database, table: &str, column: &str) -> HashMap<i64, Vec<i64>> {
    let mut found: HashMap<i64, Vec<i64>> = HashMap::new();
    let result = database.each(table, |row| -> Result<(), std::convert::Infallible> {
        if let Some(message) = row.integer(column) {
            found.entry(message).or_default().push(row.rowid);
        }
        Ok(())
    });
    let Ok(broken) = result;
    database.remarks.extend(broken);
    found
}

/// Reads a row of the table `pdu`.
///
/// Identity (`android-mms/1`): the moment in milliseconds, box, subject, the message's own id and the network's, the
/// addresses with their parts, and of every part but the layout its type with its text, or the digest of its file or
/// that it is missing.
pub fn read(row: &Row, around: &Around, database: &Database, beside: &mut Beside<'_>) -> Taken {
    let mut parsed = ParsedItem::new(RecordKind::Text);
    let number = row.integer("_id").unwrap_or(row.rowid);
    let joined = |table: &str, numbers: &HashMap<i64, Vec<i64>>| -> Vec<Row> {
        numbers.get(&number).into_iter().flatten().filter_map(|one| database.row(table, *one)).collect()
    };
    let (addresses, mut parts) = (joined("addr", &around.addresses), joined("part", &around.parts));
    parts.sort_by_key(|part| (part.integer("seq").unwrap_or(0), part.rowid));
    let kind = box_of(row);
    parsed.direction = message::direction(&kind);
    parsed.subject = row.text("sub");
    parsed.message_id = row.text("m_id").trim_matches(['<', '>']).to_owned();
    set_parties(&addresses, &around.recipients(row), &mut parsed);
    let moment = messages::set_times(row, &mut parsed);
    parsed.facts.insert("message kind".to_owned(), "mms".to_owned());
    message::set_status(&kind, &mut parsed);
    messages::set_facts(
        row,
        &["thread_id", "tr_id", "ct_t", "m_type", "st", "resp_st", "creator", "sub_id"],
        &mut parsed,
    );
    let mut rows = Rows::default();
    let all = std::iter::once(row).chain(&addresses).chain(&parts).chain(around.shared_rows(row));
    all.for_each(|one| rows.row(one));
    let mut identity = Identity::new("android-mms/1");
    identity.field("date", moment.as_bytes()).field("box", kind.as_bytes());
    identity.field("subject", parsed.subject.as_bytes());
    identity.field("message id", row.text("m_id").as_bytes()).field("transaction", row.text("tr_id").as_bytes());
    let mut roles: Vec<String> =
        addresses.iter().map(|one| format!("{} {}", one.text("type"), one.text("address"))).collect();
    roles.sort_unstable();
    for role in roles {
        identity.field("addr", role.as_bytes());
    }
    let mut texts = Vec::new();
    for part in &parts {
        let claimed = part.text("ct").trim().to_lowercase();
        if claimed == "application/smil" {
            continue;
        }
        identity.field("part", claimed.as_bytes());
        let (text, path) = (part.text("text"), part.text("_data"));
        if claimed.starts_with("text/plain") && path.is_empty() {
            identity.field("text", text.as_bytes());
            texts.push(text);
            continue;
        }
        let told = beside.attach(&named(part, claimed, path), &mut rows, &mut parsed);
        identity.field("file", told.as_bytes());
        if !text.is_empty() {
            identity.field("text", text.as_bytes());
            texts.push(text);
        }
    }
    message::set_body(texts.join("\n"), &mut parsed);
    let copy = messages::copy_facts(row, &kind);
    Taken { parsed, original: rows.into_bytes(), identity: identity.into_bytes(), copy }
}

/// The box; where the row does not say, the type of the message tells (128 send request, 132 retrieved).
fn box_of(row: &Row) -> String {
    match (row.integer("msg_box"), row.integer("m_type")) {
        (None | Some(0), Some(128)) => "2".to_owned(),
        (None | Some(0), Some(132)) => "1".to_owned(),
        _ => row.text("msg_box"),
    }
}

fn named(part: &Row, claimed_type: String, path: String) -> Named {
    let names = ["name", "fn", "cl"].map(|column| part.text(column));
    let shown = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    Named { written: path, shown, claimed_type, inline: false }
}

/// Who took part: the addresses with their parts, and those of the conversation that are not among them.
fn set_parties(addresses: &[Row], recipients: &[String], parsed: &mut ParsedItem) {
    for one in addresses {
        let written = one.text("address");
        // The field numbers of OMA MMS, Android `PduHeaders`.
        let role = match one.integer("type") {
            Some(137) => Role::From,
            Some(151) => Role::To,
            Some(130) => Role::Cc,
            Some(129) => Role::Bcc,
            _ => Role::Member,
        };
        if !written.is_empty() && written != OWN_NUMBER {
            parsed.parties.push(number::party(role, "", &written, None));
        }
    }
    let had_roles = !parsed.parties.is_empty();
    for written in recipients {
        let role = match (had_roles, recipients.len(), parsed.direction) {
            (false, 1, Direction::In) => Role::From,
            (false, _, Direction::Out) => Role::To,
            _ => Role::Member,
        };
        let party = number::party(role, "", written, None);
        let is_same = |one: &crate::model::record::Party| {
            one.address == party.address || one.normal.is_some() && one.normal == party.normal
        };
        if !parsed.parties.iter().any(is_same) {
            parsed.parties.push(party);
        }
    }
    if recipients.len() > 1 {
        parsed.facts.insert("group".to_owned(), recipients.join(" "));
    }
}
