//! What an item tells besides its text: the fields of appointments, contacts, tasks, journal entries and reports.

use super::item::Message;
use super::property::{Guid, Property, kind};
use super::{set, tag};
use crate::model::record::{Party, Role};
use crate::source::number;
use chrono::SecondsFormat;

/// Characters of one value that become a fact; the whole of it is in the original.
const VALUE_CHARS: usize = 4_000;
/// Members of a distribution list that become parties.
const MEMBERS: usize = 5_000;

/// Where a fact stands.
#[derive(Clone, Copy)]
enum At {
    Tag(u16),
    Named(&'static Guid, u32),
    Word(&'static Guid, &'static str),
}

/// A fact: where it stands, what it is called, and words for its numbers from 0.
type Row = (At, &'static str, &'static [&'static str]);

/// Facts of every item.
const COMMON: &[Row] = &[
    (At::Tag(tag::IMPORTANCE), "importance", &["low", "", "high"]),
    (At::Tag(tag::SENSITIVITY), "sensitivity", &["", "personal", "private", "confidential"]),
    (At::Word(&set::PUBLIC_STRINGS, "Keywords"), "categories", &[]),
    (At::Named(&set::COMMON, 0x8530), "follow up", &[]),
    (At::Named(&set::COMMON, 0x8502), "reminder time", &[]),
    (At::Named(&set::COMMON, 0x853A), "contacts", &[]),
    (At::Tag(tag::CREATION_TIME), "created", &[]),
    (At::Tag(tag::MODIFICATION_TIME), "changed", &[]),
    (At::Tag(tag::CONVERSATION_TOPIC), "conversation topic", &[]),
    (At::Tag(tag::CONVERSATION_INDEX), "conversation index", &[]),
];

/// Facts of appointments and meetings ([MS-OXOCAL] section 2.2).
const CALENDAR: &[Row] = &[
    (At::Named(&set::APPOINTMENT, 0x820D), "start", &[]),
    (At::Named(&set::APPOINTMENT, 0x820E), "end", &[]),
    (At::Named(&set::APPOINTMENT, 0x8208), "location", &[]),
    (At::Named(&set::APPOINTMENT, 0x8215), "all day", &["", "yes"]),
    (At::Named(&set::APPOINTMENT, 0x8205), "shown as", &["free", "tentative", "busy", "out of office", "elsewhere"]),
    (At::Named(&set::APPOINTMENT, 0x8223), "recurring", &["", "yes"]),
    (At::Named(&set::APPOINTMENT, 0x8232), "recurrence", &[]),
    (At::Named(&set::APPOINTMENT, 0x8234), "time zone", &[]),
    (
        At::Named(&set::APPOINTMENT, 0x8218),
        "response",
        &["", "organizer", "tentative", "accepted", "declined", "not answered"],
    ),
    (At::Named(&set::APPOINTMENT, 0x8238), "attendees", &[]),
    (At::Named(&set::MEETING, 0x0002), "where", &[]),
    (At::Named(&set::MEETING, 0x0003), "meeting id", &[]),
];

/// Facts of tasks ([MS-OXOTASK] section 2.2.2).
const TASK: &[Row] = &[
    (
        At::Named(&set::TASK, 0x8101),
        "task status",
        &["not started", "in progress", "complete", "waiting for somebody", "deferred"],
    ),
    (At::Named(&set::TASK, 0x8102), "part done", &[]),
    (At::Named(&set::TASK, 0x8104), "start", &[]),
    (At::Named(&set::TASK, 0x8105), "due", &[]),
    (At::Named(&set::TASK, 0x810F), "completed", &[]),
    (At::Named(&set::TASK, 0x811F), "owner", &[]),
    (At::Named(&set::TASK, 0x8121), "assigner", &[]),
    (At::Named(&set::TASK, 0x8110), "actual minutes", &[]),
    (At::Named(&set::TASK, 0x8111), "estimated minutes", &[]),
    (At::Named(&set::COMMON, 0x8539), "companies", &[]),
    (At::Named(&set::COMMON, 0x8534), "mileage", &[]),
    (At::Named(&set::COMMON, 0x8535), "billing", &[]),
];

/// Facts of journal entries ([MS-OXOJRNL] section 2.2).
const JOURNAL: &[Row] = &[
    (At::Named(&set::LOG, 0x8700), "entry type", &[]),
    (At::Named(&set::LOG, 0x8712), "entry description", &[]),
    (At::Named(&set::LOG, 0x8706), "start", &[]),
    (At::Named(&set::LOG, 0x8708), "end", &[]),
    (At::Named(&set::LOG, 0x8707), "minutes", &[]),
    (At::Named(&set::COMMON, 0x8539), "companies", &[]),
];

/// Facts of reports ([MS-OXOMSG] section 2.2.2).
const REPORT: &[Row] = &[
    (At::Tag(tag::REPORT_TIME), "report time", &[]),
    (At::Tag(tag::ORIGINAL_SUBJECT), "original subject", &[]),
    (At::Tag(0x0074), "original recipients", &[]),
    (At::Tag(0x0073), "original copied", &[]),
    (At::Tag(0x004E), "original sent", &[]),
    (At::Tag(0x1046), "original message id", &[]),
];

/// Facts of contacts and lists of them ([MS-OXOCNTC] section 2.2).
const CONTACT: &[Row] = &[
    (At::Tag(tag::DISPLAY_NAME), "name", &[]),
    (At::Named(&set::ADDRESS, 0x8005), "filed as", &[]),
    (At::Tag(0x3A4F), "nickname", &[]),
    (At::Tag(tag::COMPANY), "company", &[]),
    (At::Tag(tag::TITLE), "job title", &[]),
    (At::Tag(tag::DEPARTMENT), "department", &[]),
    (At::Tag(0x3A19), "office", &[]),
    (At::Tag(0x3A46), "profession", &[]),
    (At::Tag(0x3A4E), "manager", &[]),
    (At::Tag(0x3A30), "assistant", &[]),
    (At::Tag(0x3A48), "spouse", &[]),
    (At::Tag(0x3A58), "children", &[]),
    (At::Tag(0x3A42), "birthday", &[]),
    (At::Tag(0x3A41), "anniversary", &[]),
    (At::Named(&set::ADDRESS, 0x801B), "work address", &[]),
    (At::Named(&set::ADDRESS, 0x801A), "home address", &[]),
    (At::Named(&set::ADDRESS, 0x801C), "other address", &[]),
    (At::Tag(0x3A15), "postal address", &[]),
    (At::Named(&set::ADDRESS, 0x802B), "web page", &[]),
    (At::Tag(0x3A51), "business web page", &[]),
    (At::Tag(0x3A50), "personal web page", &[]),
    (At::Named(&set::ADDRESS, 0x8062), "instant messaging", &[]),
    (At::Named(&set::ADDRESS, 0x8053), "list name", &[]),
    (At::Named(&set::ADDRESS, 0x804F), "user field 1", &[]),
    (At::Named(&set::ADDRESS, 0x8050), "user field 2", &[]),
    (At::Named(&set::ADDRESS, 0x8051), "user field 3", &[]),
    (At::Named(&set::ADDRESS, 0x8052), "user field 4", &[]),
];

/// Telephone numbers of a contact.
const PHONES: &[(u16, &str)] = &[
    (tag::BUSINESS_PHONE, "telephone at work"),
    (0x3A1B, "second telephone at work"),
    (0x3A57, "telephone of the company"),
    (tag::HOME_PHONE, "telephone at home"),
    (0x3A2F, "second telephone at home"),
    (tag::MOBILE_PHONE, "mobile telephone"),
    (0x3A1A, "main telephone"),
    (0x3A1F, "other telephone"),
    (0x3A1D, "radio telephone"),
    (0x3A1E, "car telephone"),
    (0x3A02, "callback number"),
    (0x3A2E, "telephone of the assistant"),
    (0x3A21, "pager"),
    (0x3A24, "fax at work"),
    (0x3A25, "fax at home"),
    (0x3A23, "main fax"),
    (0x3A2D, "ISDN number"),
    (0x3A4B, "text telephone"),
];

/// What an item tells, in a fixed order: facts of every item, and those of its class, which its readers see as text.
pub struct Told {
    /// Facts that every item may have.
    pub common: Vec<(&'static str, String)>,
    /// Facts of its class.
    pub of_class: Vec<(&'static str, String)>,
    /// People and numbers a contact or list names.
    pub members: Vec<Party>,
}

/// Reads the facts of an item.
pub fn told(message: &Message) -> Told {
    let class = message.class().to_ascii_lowercase();
    let page = message.code_page();
    let is = |family: &str| class == family || class.starts_with(&format!("{family}."));
    let mut of_class = Vec::new();
    let mut members = Vec::new();
    if is("ipm.appointment") || is("ipm.schedule.meeting") || class.starts_with("ipm.ole.class.") {
        rows(CALENDAR, message, page, &mut of_class);
    } else if is("ipm.task") || is("ipm.taskrequest") {
        rows(TASK, message, page, &mut of_class);
    } else if is("ipm.activity") {
        rows(JOURNAL, message, page, &mut of_class);
    } else if is("report") {
        rows(REPORT, message, page, &mut of_class);
        of_recipients(message, page, &mut of_class);
    } else if is("ipm.contact") || is("ipm.distlist") {
        rows(CONTACT, message, page, &mut of_class);
        members = contact_people(message, page, &mut of_class);
    }
    let mut common = Vec::new();
    rows(COMMON, message, page, &mut common);
    Told { common, of_class, members }
}

fn rows(rows: &[Row], message: &Message, page: u32, into: &mut Vec<(&'static str, String)>) {
    for (at, name, words) in rows {
        let bag = &message.properties;
        let property = match at {
            At::Tag(tag) => bag.get(*tag),
            At::Named(set, number) => bag.numbered(set, *number),
            At::Word(set, word) => bag.worded(set, word),
        };
        let value = property.map_or(String::new(), |one| said(one, page, words));
        if !value.is_empty() {
            into.push((name, value));
        }
    }
}

/// A value for a person; empty when it says nothing.
fn said(property: &Property, page: u32, words: &[&str]) -> String {
    let whole = match property.kind & !kind::MULTIPLE {
        kind::TEXT | kind::TEXT8 => property
            .texts(page)
            .iter()
            .map(|text| text.trim())
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("; "),
        kind::TIME => property.time().map_or(String::new(), |at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        kind::FLOAT32 | kind::FLOAT64 => property.fraction().map_or(String::new(), |number| number.to_string()),
        kind::BINARY => property.bytes().map_or(String::new(), crate::base::digest::to_hex),
        _ => match property.number() {
            Some(number) => match usize::try_from(number).ok().and_then(|at| words.get(at)) {
                Some(word) => (*word).to_owned(),
                None => number.to_string(),
            },
            None => String::new(),
        },
    };
    whole.chars().take(VALUE_CHARS).collect()
}

/// What a mail system said about each recipient of a report.
fn of_recipients(message: &Message, page: u32, into: &mut Vec<(&'static str, String)>) {
    let mut said = Vec::new();
    for recipient in &message.recipients {
        let about = recipient.text(tag::SUPPLEMENTARY_INFO, page);
        if !about.is_empty() {
            said.push(format!("{}: {about}", recipient.text(tag::DISPLAY_NAME, page)));
        }
    }
    if !said.is_empty() {
        into.push(("reported", said.join("; ").chars().take(VALUE_CHARS).collect()));
    }
}

fn contact_people(message: &Message, page: u32, into: &mut Vec<(&'static str, String)>) -> Vec<Party> {
    let bag = &message.properties;
    let name = bag.text(tag::DISPLAY_NAME, page);
    let mut people = Vec::new();
    // The three addresses stand 16 numbers apart ([MS-OXOCNTC] section 2.2.1.2).
    for (first, label) in [(0x8080, "e-mail"), (0x8090, "second e-mail"), (0x80A0, "third e-mail")] {
        let text = |at: u32| bag.numbered(&set::ADDRESS, first + at).map_or(String::new(), |one| said(one, page, &[]));
        let (kind, address, original) = (text(2), text(3), text(4));
        let address = if kind.eq_ignore_ascii_case("EX") && original.contains('@') { original } else { address };
        if !address.is_empty() {
            let normal = (address.contains('@') && !address.starts_with('/')).then(|| address.to_lowercase());
            into.push((label, address.clone()));
            people.push(Party { role: Role::Member, name: name.clone(), address, normal });
        }
    }
    for (tag, label) in PHONES {
        let written = bag.get(*tag).map_or(String::new(), |one| said(one, page, &[]));
        if !written.is_empty() {
            people.push(number::party(Role::Member, &name, &written, None));
            into.push((label, written));
        }
    }
    let members = list_members(message);
    if !members.is_empty() {
        let shown: Vec<String> = members.iter().map(|one| format!("{} <{}>", one.name, one.address)).collect();
        into.push(("members", shown.join("; ").chars().take(VALUE_CHARS).collect()));
    }
    people.extend(members);
    if people.is_empty() && !name.is_empty() {
        people.push(Party { role: Role::Member, name, address: String::new(), normal: None });
    }
    people
}

/// Members of a distribution list that stand in it with name and address ([MS-OXOCNTC] section 2.2.2.2.2).
fn list_members(message: &Message) -> Vec<Party> {
    let Some(property) = message.properties.numbered(&set::ADDRESS, 0x8054) else { return Vec::new() };
    let super::property::Value::Many(values) = &property.value else { return Vec::new() };
    values.iter().take(MEMBERS).filter_map(|value| one_off(value, message.code_page())).collect()
}

/// A person written out in an entry id ([MS-OXCDATA] section 2.2.5.1).
fn one_off(entry: &[u8], page: u32) -> Option<Party> {
    const PROVIDER: [u8; 16] =
        [0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02];
    if entry.get(4..20)? != PROVIDER {
        return None;
    }
    let is_wide = entry.get(23)? & 0x80 != 0;
    let mut rest = entry.get(24..)?;
    let mut next = || -> Option<String> {
        let kind = if is_wide { kind::TEXT } else { kind::TEXT8 };
        let length = if is_wide {
            rest.chunks_exact(2).position(|pair| pair == [0, 0])? * 2
        } else {
            rest.iter().position(|byte| *byte == 0)?
        };
        let (text, after) = rest.split_at_checked(length)?;
        rest = after.get(if is_wide { 2 } else { 1 }..)?;
        let property = Property::one(super::property::PropertyName::Tag(0), kind, text.to_vec());
        property.text(page).map(|(text, _)| text)
    };
    let (name, _, address) = (next()?, next()?, next()?);
    let normal = (address.contains('@') && !address.starts_with('/')).then(|| address.to_lowercase());
    Some(Party { role: Role::Member, name, address, normal })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_written_out_is_read() {
        let mut entry = vec![0; 4];
        entry.extend([0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02]);
        entry.extend([0, 0, 1, 0x80]);
        for text in ["Ann Lind", "SMTP", "Ann@cedarbend.example"] {
            entry.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            entry.extend([0, 0]);
        }
        let party = one_off(&entry, 1252).expect("a person");
        assert_eq!((party.name.as_str(), party.normal.as_deref()), ("Ann Lind", Some("ann@cedarbend.example")));
        for end in 0..entry.len() {
            assert_eq!(one_off(&entry[..end], 1252), None, "cut at {end}");
        }
    }
}
