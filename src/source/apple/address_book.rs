//! The contacts of an iPhone: `AddressBook.sqlitedb`.
//!
//! A row of `ABPerson` is a contact; its numbers and addresses are rows of `ABMultiValue`, the parts of a postal address
//! rows of `ABMultiValueEntry`. What a value is, is told by the number of its property: those of Apple's framework
//! AddressBook (`kABPersonPhoneProperty` 3, `kABPersonEmailProperty` 4, ...), as in databases of iOS 4 to 17.

use super::moment;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::provenance::CopyFacts;
use crate::source::contacts::entry::Entry;
use crate::source::container::reading::Reading;
use crate::source::database::{Database, Row};
use chrono::DateTime;
use std::collections::BTreeMap;

/// Rows of a table around the contacts that are held.
const ROWS: usize = 1_000_000;
/// Columns of a contact that are its name, in the order in which a name is written.
const NAME: [&str; 5] = ["Prefix", "First", "Middle", "Last", "Suffix"];
/// Columns that are told as lines, and the word for each.
const LINES: [(&str, &str); 5] = [
    ("Organization", "ORG"),
    ("Department", "DEPARTMENT"),
    ("JobTitle", "TITLE"),
    ("Nickname", "NICKNAME"),
    ("Note", "NOTE"),
];
/// Properties of many values, and the word for each.
const PROPERTIES: [(i64, &str); 6] =
    [(5, "ADR"), (12, "DATE"), (13, "IM"), (22, "URL"), (23, "RELATED"), (46, "PROFILE")];
const PHONE: i64 = 3;
const EMAIL: i64 = 4;

/// Whether the database is one of contacts.
pub fn is_contacts(database: &Database) -> bool {
    database.has("abperson", &["First", "Last"]) && database.has("abmultivalue", &["record_id", "property", "value"])
}

/// What the tables around the contacts say.
struct Around {
    /// The values of each contact.
    values: BTreeMap<i64, Vec<Row>>,
    /// The parts of each value.
    parts: BTreeMap<i64, Vec<Row>>,
    labels: BTreeMap<i64, String>,
    keys: BTreeMap<i64, String>,
    /// The groups of each contact: the row that joins it, and the group.
    groups: BTreeMap<i64, Vec<(Row, Option<Row>)>>,
}

impl Around {
    fn of(database: &mut Database) -> Self {
        let mut by = |table: &str, column: &str| {
            let mut all: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
            for row in database.all(table, ROWS) {
                all.entry(row.integer(column).unwrap_or_default()).or_default().push(row);
            }
            all
        };
        let values = by("abmultivalue", "record_id");
        let parts = by("abmultivalueentry", "parent_id");
        let joins = by("abgroupmembers", "member_id");
        let mut words = |table: &str| -> BTreeMap<i64, String> {
            database.all(table, ROWS).into_iter().map(|row| (row.rowid, label(&row.text("value")))).collect()
        };
        let (labels, keys) = (words("abmultivaluelabel"), words("abmultivalueentrykey"));
        let known: BTreeMap<i64, Row> = database.all("abgroup", ROWS).into_iter().map(|row| (row.rowid, row)).collect();
        let group = |join: Row| {
            let group = join.integer("group_id").and_then(|number| known.get(&number).cloned());
            (join, group)
        };
        let groups =
            joins.into_iter().map(|(member, joins)| (member, joins.into_iter().map(group).collect())).collect();
        Self { values, parts, labels, keys, groups }
    }
}

/// Reads every contact; values whose contact is gone are kept as what is left of one.
///
/// # Errors
/// When the sink asked to stop; what is wrong inside is told to it.
pub fn read(database: &mut Database, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let mut around = Around::of(database);
    let broken = database.each("abperson", |row| {
        let number = row.integer("ROWID").unwrap_or(row.rowid);
        let values = around.values.remove(&number).unwrap_or_default();
        let taken = contact(Some(&row), number, &values, &around);
        reading.row_item(format!("contact {number}"), taken.finish(CopyFacts::default()))
    })?;
    for (number, values) in std::mem::take(&mut around.values) {
        let mut left = contact(None, number, &values, &around);
        left.problem(ProblemCode::Missing, "the row of the contact itself is gone; these values are left of it");
        reading.row_item(format!("left of contact {number}"), left.finish(CopyFacts::default()))?;
    }
    match broken {
        Some(sentence) => reading.tell(Found::Remark(Problem::new(ProblemCode::Malformed, sentence))),
        None => Ok(()),
    }
}

/// A row of `ABPerson` with the values of it.
///
/// Identity (`apple-contact/1`): the columns of the name and [`LINES`], the birthday, then property, label and value of
/// each of many values with its parts, in their order.
fn contact(row: Option<&Row>, number: i64, values: &[Row], around: &Around) -> Entry {
    let column = |name: &str| row.map(|row| row.text(name)).unwrap_or_default();
    let name: Vec<String> = NAME.iter().map(|one| column(one)).filter(|one| !one.trim().is_empty()).collect();
    let name = if name.is_empty() { column("Organization") } else { name.join(" ") };
    let mut entry = Entry::new("apple-contact/1", name);
    if let Some(row) = row {
        entry.row(row);
    }
    for name in NAME.iter().chain(LINES.iter().map(|(name, _)| name)).chain([&"Birthday"]) {
        entry.identity.field(name, column(name).as_bytes());
    }
    for (name, word) in LINES {
        entry.line(word, "", &column(name));
    }
    if let Some(birthday) = row.and_then(|row| day(row, "Birthday")) {
        entry.line("BDAY", "", &birthday);
    }
    for (name, fact) in [("CreationDate", "created at"), ("ModificationDate", "changed at")] {
        if let Some(time) = row.and_then(|row| moment::of_seconds(row.real(name)).ok().flatten()) {
            entry.fact(fact, &moment::words(&time));
        }
    }
    for value in values {
        add(value, around, &mut entry);
    }
    for (join, group) in around.groups.get(&number).map(Vec::as_slice).unwrap_or_default() {
        entry.row(join);
        if let Some(group) = group {
            entry.row(group);
            entry.fact("group", &group.text("Name"));
        }
    }
    entry
}

fn add(value: &Row, around: &Around, entry: &mut Entry) {
    entry.row(value);
    let kind = value.integer("label").and_then(|number| around.labels.get(&number)).cloned().unwrap_or_default();
    let parts =
        value.integer("UID").and_then(|number| around.parts.get(&number)).map(Vec::as_slice).unwrap_or_default();
    let mut words = vec![value.text("value")];
    for part in parts {
        entry.row(part);
        let key = part.integer("key").and_then(|number| around.keys.get(&number)).cloned().unwrap_or_default();
        let text = part.text("value");
        // A country's code says nothing that its name does not.
        if key != "CountryCode" {
            words.push(text.clone());
        }
        entry.identity.field(&format!("part {key}"), text.as_bytes());
    }
    let text = words.into_iter().filter(|word| !word.trim().is_empty()).collect::<Vec<_>>().join(", ");
    let property = value.integer("property");
    entry.identity.field(&format!("property {}", property.unwrap_or(-1)), format!("{kind}\0{text}").as_bytes());
    match property {
        Some(PHONE) => entry.number(&kind, &text),
        Some(EMAIL) => entry.address(&kind, &text),
        other => {
            let word = PROPERTIES.iter().find(|(number, _)| Some(*number) == other).map_or("OTHER", |(_, word)| word);
            entry.line(word, &kind, &text);
        }
    }
}

/// A label as a person reads it: Apple writes its own as `_$!<Mobile>!$_`.
fn label(written: &str) -> String {
    written.strip_prefix("_$!<").and_then(|rest| rest.strip_suffix(">!$_")).unwrap_or(written).to_owned()
}

/// A day that is written as seconds since 2001; nothing where it is written otherwise.
fn day(row: &Row, column: &str) -> Option<String> {
    const EPOCH: i64 = 978_307_200;
    let seconds = row.real(column).or_else(|| row.text(column).trim().parse().ok())?;
    let at = DateTime::from_timestamp(EPOCH.checked_add(seconds as i64)?, 0)?;
    Some(at.date_naive().to_string())
}
