//! What a calendar part says (RFC 5545, RFC 5546): its first event or task as facts, everybody it names as parties.

use crate::model::item::ParsedItem;
use crate::model::record::{Party, Role};
use std::collections::BTreeMap;

/// Characters of one value that are kept.
const VALUE_CHARS: usize = 1000;
/// Attendees of one calendar that are kept.
const ATTENDEES: usize = 2_000;

/// What a calendar says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Facts of the first event, task, journal entry or free-busy answer, by name.
    pub facts: BTreeMap<String, String>,
    /// Organiser and attendees of all of them, each once.
    pub people: Vec<Person>,
    /// Whether a file is packed into it, whose words are not among its text.
    pub has_file: bool,
}

/// Somebody a calendar names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name as written, or empty.
    pub name: String,
    /// The address without `mailto:`.
    pub address: String,
}

/// Property and the name of its fact.
const WANTED: [(&str, &str); 17] = [
    ("METHOD", "calendar method"),
    ("DTSTART", "calendar start"),
    ("DTEND", "calendar end"),
    ("DURATION", "calendar duration"),
    ("DUE", "calendar due"),
    ("COMPLETED", "calendar completed"),
    ("SUMMARY", "calendar summary"),
    ("LOCATION", "calendar location"),
    ("ORGANIZER", "calendar organizer"),
    ("RRULE", "calendar recurrence"),
    ("RDATE", "calendar further dates"),
    ("EXDATE", "calendar left out"),
    ("RECURRENCE-ID", "calendar occurrence"),
    ("STATUS", "calendar status"),
    ("SEQUENCE", "calendar sequence"),
    ("CLASS", "calendar class"),
    ("UID", "calendar uid"),
];

/// Reads a calendar.
pub fn read(text: &str) -> Calendar {
    let mut found = Calendar::default();
    let mut component: Vec<String> = Vec::new();
    let (mut entries, mut attendees) = (0_usize, Vec::new());
    for line in unfolded(text) {
        let Some((head, value)) = split(&line) else { continue };
        let words = parameters(head);
        let name = words.first().map(|word| word.to_ascii_uppercase()).unwrap_or_default();
        match name.as_str() {
            "BEGIN" => {
                component.push(value.to_ascii_uppercase());
                entries += usize::from(component.last().is_some_and(|kind| is_entry(kind)));
                continue;
            }
            "END" => {
                component.pop();
                continue;
            }
            _ => {}
        }
        // Time zone rules and alarms have starts and attendees of their own.
        let inside = component.last().map_or("", String::as_str);
        if inside != "VCALENDAR" && !is_entry(inside) {
            continue;
        }
        let parameter = |wanted: &str| words.iter().skip(1).find_map(|word| parameter_of(word, wanted));
        match name.as_str() {
            "ATTENDEE" | "ORGANIZER" => {
                found.meet(value, parameter("CN").unwrap_or_default());
                if name == "ATTENDEE" && entries <= 1 && attendees.len() < ATTENDEES {
                    let answer = parameter("PARTSTAT").map(|answer| format!(" ({answer})")).unwrap_or_default();
                    attendees.push(format!("{}{answer}", address_of(value)));
                }
            }
            "ATTACH" => found.has_file |= parameter("VALUE").is_some_and(|kind| kind.eq_ignore_ascii_case("BINARY")),
            _ => {}
        }
        let wanted = WANTED.iter().find(|(wanted, _)| *wanted == name);
        if let Some((_, fact)) = wanted.filter(|_| entries <= 1) {
            let mut text: String = unescape(value).chars().take(VALUE_CHARS).collect();
            if let Some(zone) = parameter("TZID") {
                text = format!("{text} {zone}");
            }
            found.facts.entry((*fact).to_owned()).or_insert(text);
        }
    }
    if entries > 1 {
        found.facts.insert("calendar entries".to_owned(), entries.to_string());
    }
    if !attendees.is_empty() {
        found.facts.insert("calendar attendees".to_owned(), attendees.join(", "));
    }
    found
}

impl Calendar {
    /// Adds what the calendar says to an item; people who are parties already are not added again.
    pub fn tell(self, parsed: &mut ParsedItem) {
        for (name, value) in self.facts {
            parsed.facts.entry(name).or_insert(value);
        }
        for one in self.people {
            let normal = one.address.contains('@').then(|| one.address.to_lowercase());
            if normal.is_none() || !parsed.parties.iter().any(|party| party.normal == normal) {
                parsed.parties.push(Party { role: Role::Member, name: one.name, address: one.address, normal });
            }
        }
    }

    fn meet(&mut self, value: &str, name: String) {
        let address = address_of(value).to_owned();
        let is_known = self.people.iter().any(|one| one.address.eq_ignore_ascii_case(&address));
        if !address.is_empty() && !is_known && self.people.len() < ATTENDEES {
            self.people.push(Person { name, address });
        }
    }
}

/// The kinds of entries a calendar has.
fn is_entry(component: &str) -> bool {
    matches!(component, "VEVENT" | "VTODO" | "VJOURNAL" | "VFREEBUSY")
}

/// A calendar address without its scheme.
fn address_of(value: &str) -> &str {
    let value = value.trim();
    match value.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => value[7..].trim(),
        _ => value,
    }
}

/// The name of a property and its parameters: semicolons outside quotes divide them.
fn parameters(head: &str) -> Vec<&str> {
    let mut quoted = false;
    head.split(|one: char| {
        quoted ^= one == '"';
        one == ';' && !quoted
    })
    .collect()
}

/// The value of a parameter of a name, without quotes; `^` escapes of RFC 6868 are read.
fn parameter_of(word: &str, wanted: &str) -> Option<String> {
    let (name, value) = word.split_once('=')?;
    let value = value.trim_matches('"').replace("^'", "\"").replace("^n", " ").replace("^^", "^");
    name.eq_ignore_ascii_case(wanted).then_some(value)
}

/// Name and parameters, and the value: the first colon outside quotes divides them.
fn split(line: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let colon = line.char_indices().find(|(_, one)| {
        quoted ^= *one == '"';
        *one == ':' && !quoted
    })?;
    Some((&line[..colon.0], line[colon.0 + 1..].trim_end()))
}

/// Lines with their continuations (RFC 5545 section 3.1).
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// Text values escape line breaks, commas and semicolons (RFC 5545 section 3.3.11).
fn unescape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut escaped = false;
    for one in value.chars() {
        match (escaped, one) {
            (false, '\\') => escaped = true,
            (true, 'n' | 'N') => {
                out.push(' ');
                escaped = false;
            }
            _ => {
                out.push(one);
                escaped = false;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_is_told_and_the_zone_rules_are_not() {
        let calendar = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTIMEZONE\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nDTSTART;TZID=\"America/Chicago\":20190416T120000\r\nSUMMARY:Council\\, special\r\n  meeting\r\nORGANIZER;CN=\"a:b\":mailto:c@d.us\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:second\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let found = read(calendar);
        let expected = [
            ("calendar entries", "2"),
            ("calendar method", "REQUEST"),
            ("calendar organizer", "mailto:c@d.us"),
            ("calendar start", "20190416T120000 America/Chicago"),
            ("calendar summary", "Council, special meeting"),
        ];
        let expected: BTreeMap<String, String> = expected.map(|(name, value)| (name.into(), value.into())).into();
        assert_eq!(found.facts, expected);
        assert_eq!(found.people, [Person { name: "a:b".into(), address: "c@d.us".into() }]);
        assert!(!found.has_file);
    }

    #[test]
    fn people_become_parties_once_and_answers_are_told() {
        let calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nORGANIZER:MAILTO:Clerk@CedarBend.example\nATTENDEE;CN=\"Lind; Ann\";PARTSTAT=ACCEPTED:mailto:ann@cedarbend.example\nattendee;cn=Bo:mailto:bo@x.example\nRRULE:FREQ=WEEKLY;COUNT=4\nATTACH;VALUE=BINARY;ENCODING=BASE64:Zm9v\nBEGIN:VALARM\nATTENDEE:mailto:alarm@x.example\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n";
        let found = read(calendar);
        assert!(found.has_file);
        assert_eq!(found.facts["calendar attendees"], "ann@cedarbend.example (ACCEPTED), bo@x.example");
        assert_eq!(found.facts["calendar recurrence"], "FREQ=WEEKLY;COUNT=4");
        let mut parsed = ParsedItem::new(crate::model::record::RecordKind::Email);
        let clerk = Party {
            role: Role::From,
            name: String::new(),
            address: "clerk@cedarbend.example".into(),
            normal: Some("clerk@cedarbend.example".into()),
        };
        parsed.parties.push(clerk);
        found.tell(&mut parsed);
        let parties: Vec<_> =
            parsed.parties.iter().map(|one| (one.role, one.name.as_str(), one.address.as_str())).collect();
        let expected = [
            (Role::From, "", "clerk@cedarbend.example"),
            (Role::Member, "Lind; Ann", "ann@cedarbend.example"),
            (Role::Member, "Bo", "bo@x.example"),
        ];
        assert_eq!(parties, expected);
    }
}
