//! The contacts of Android: `contacts2.db`, in which a row of `raw_contacts` is one account's entry for a person and each
//! row of `data` one thing that it says.
//!
//! Columns: <https://developer.android.com/reference/android/provider/ContactsContract.Data>; what a row of `data` is,
//! is told by its media type (`ContactsContract.CommonDataKinds`). Before Android 7 the log of calls lies in the same file.

use super::calls;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::provenance::CopyFacts;
use crate::source::contacts::entry::Entry;
use crate::source::container::reading::Reading;
use crate::source::database::{Database, Row};
use crate::source::identity::Identity;
use std::collections::BTreeMap;

/// Rows of a table around the contacts that are held.
const ROWS: usize = 1_000_000;
/// What stands before the kind in a media type of Android's own.
const OWN: &str = "vnd.android.cursor.item/";
/// Columns of `data` that say something; what is in each depends on the media type.
const COLUMNS: [&str; 14] = [
    "data1", "data2", "data3", "data4", "data5", "data6", "data7", "data8", "data9", "data10", "data11", "data12",
    "data13", "data14",
];

/// Whether the database is one of contacts.
pub fn is_contacts(database: &Database) -> bool {
    database.has("raw_contacts", &["_id"])
        && database.has("data", &["raw_contact_id", "mimetype_id", "data1"])
        && database.has("mimetypes", &["_id", "mimetype"])
}

/// What the tables around the contacts say.
struct Around {
    /// The rows of `data` of each contact.
    data: BTreeMap<i64, Vec<Row>>,
    types: BTreeMap<i64, String>,
    groups: BTreeMap<i64, Row>,
    accounts: BTreeMap<i64, Row>,
}

impl Around {
    fn of(database: &mut Database) -> Self {
        let mut data: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
        for row in database.all("data", ROWS) {
            data.entry(row.integer("raw_contact_id").unwrap_or_default()).or_default().push(row);
        }
        let mut by_number = |table: &str| -> BTreeMap<i64, Row> {
            database.all(table, ROWS).into_iter().map(|row| (row.integer("_id").unwrap_or(row.rowid), row)).collect()
        };
        let types = by_number("mimetypes").into_iter().map(|(number, row)| (number, row.text("mimetype"))).collect();
        Self { data, types, groups: by_number("groups"), accounts: by_number("accounts") }
    }

    fn kind<'a>(&'a self, row: &Row) -> &'a str {
        let found = row.integer("mimetype_id").and_then(|number| self.types.get(&number));
        found.map_or("", |kind| kind.strip_prefix(OWN).unwrap_or(kind))
    }
}

/// Reads every contact, then the calls where the database has them; rows whose contact is gone are kept as what is left
/// of one.
///
/// # Errors
/// When the sink asked to stop; what is wrong inside is told to it.
pub fn read(database: &mut Database, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let mut around = Around::of(database);
    let broken = database.each("raw_contacts", |row| {
        let number = row.integer("_id").unwrap_or(row.rowid);
        let data = around.data.remove(&number).unwrap_or_default();
        let copy = CopyFacts {
            deleted: row.is_set("deleted").then_some(true),
            flagged: row.is_set("starred").then_some(true),
            ..CopyFacts::default()
        };
        reading.row_item(format!("contact {number}"), contact(Some(&row), &data, &around).finish(copy))
    })?;
    for (number, data) in std::mem::take(&mut around.data) {
        let mut left = contact(None, &data, &around);
        left.problem(ProblemCode::Missing, "the row of the contact itself is gone; these rows are left of it");
        reading.row_item(format!("left of contact {number}"), left.finish(CopyFacts::default()))?;
    }
    if let Some(sentence) = broken {
        reading.tell(Found::Remark(Problem::new(ProblemCode::Malformed, sentence)))?;
    }
    if calls::is_calls(database) { calls::read(database, reading) } else { Ok(()) }
}

/// A row of `raw_contacts` with its rows of `data`.
///
/// Identity (`android-contact/1`): type and name of the account, then media type and columns of each row of `data` in
/// their order, without the numbers by which they name other rows.
fn contact(row: Option<&Row>, data: &[Row], around: &Around) -> Entry {
    let named = data.iter().find(|one| around.kind(one) == "name");
    let shown = |row: &Row, column: &str| Some(row.text(column)).filter(|name| !name.trim().is_empty());
    let name = named.and_then(|one| shown(one, "data1")).or_else(|| row.and_then(|row| shown(row, "display_name")));
    let mut entry = Entry::new("android-contact/1", name.unwrap_or_default());
    let account = row.and_then(|row| row.integer("account_id")).and_then(|number| around.accounts.get(&number));
    let told = account.or(row).map(|row| (row.text("account_type"), row.text("account_name"))).unwrap_or_default();
    entry.identity.field("account", format!("{}\0{}", told.0, told.1).as_bytes());
    for one in row.into_iter().chain(account) {
        entry.row(one);
    }
    entry.fact("account", [told.1, told.0].join(" ").trim());
    for one in data {
        entry.row(one);
        add(one, around.kind(one), around, &mut entry);
    }
    entry
}

fn add(row: &Row, kind: &str, around: &Around, entry: &mut Entry) {
    let text = |column: &str| row.text(column);
    identify(row, kind, &mut entry.identity);
    match kind {
        "phone_v2" => entry.number(&kind_of(row, &PHONES), &text("data1")),
        "email_v2" => entry.address(&kind_of(row, &EMAILS), &text("data1")),
        "name" => {}
        "photo" => {
            if let Some(bytes) = row.bytes("data15") {
                entry.picture(bytes);
            }
        }
        "group_membership" => {
            if let Some(group) = row.integer("data1").and_then(|number| around.groups.get(&number)) {
                entry.row(group);
                entry.fact("group", &group.text("title"));
            }
        }
        "organization" => {
            entry.line("ORG", "", &text("data1"));
            entry.line("DEPARTMENT", "", &text("data5"));
            entry.line("TITLE", "", &text("data4"));
        }
        "postal-address_v2" => entry.line("ADR", &kind_of(row, &EMAILS), &text("data1")),
        "note" => entry.line("NOTE", "", &text("data1")),
        "nickname" => entry.line("NICKNAME", "", &text("data1")),
        "website" => entry.line("URL", "", &text("data1")),
        "contact_event" => entry.line(if text("data2") == "3" { "BDAY" } else { "DATE" }, "", &text("data1")),
        other => {
            let words: Vec<String> =
                COLUMNS[..4].iter().map(|column| text(column)).filter(|word| !word.is_empty()).collect();
            entry.line(other.rsplit('/').next().unwrap_or_default(), "", &words.join(", "));
        }
    }
}

fn identify(row: &Row, kind: &str, identity: &mut Identity) {
    identity.field("type", kind.as_bytes());
    match kind {
        "photo" => {
            identity.field("data15", row.bytes("data15").unwrap_or_default());
        }
        // Its only column is the number of a row.
        "group_membership" => {}
        _ => {
            for column in COLUMNS {
                identity.field(column, row.text(column).as_bytes());
            }
        }
    }
}

/// `ContactsContract.CommonDataKinds.Phone`.
const PHONES: [(i64, &str); 9] = [
    (1, "home"),
    (2, "mobile"),
    (3, "work"),
    (4, "work fax"),
    (5, "home fax"),
    (6, "pager"),
    (7, "other"),
    (12, "main"),
    (17, "work mobile"),
];
/// `ContactsContract.CommonDataKinds.Email`, and those of postal addresses up to 3.
const EMAILS: [(i64, &str); 4] = [(1, "home"), (2, "work"), (3, "other"), (4, "mobile")];

/// The kind of a number or address; type 0 has a word of the person's own.
fn kind_of(row: &Row, kinds: &[(i64, &str)]) -> String {
    match row.integer("data2") {
        Some(0) | None => row.text("data3"),
        Some(kind) => {
            kinds.iter().find(|(number, _)| *number == kind).map_or(String::new(), |(_, word)| (*word).to_owned())
        }
    }
}
