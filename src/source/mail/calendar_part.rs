//! What a calendar part says: method, start, summary and the like (RFC 5545), as facts of the message.

use std::collections::BTreeMap;

/// Characters of one value that are kept.
const VALUE_CHARS: usize = 1000;

/// Adds the facts of the first event or task of a calendar.
pub fn facts(calendar: &str, facts: &mut BTreeMap<String, String>) {
    const WANTED: [(&str, &str); 8] = [
        ("METHOD", "calendar method"),
        ("DTSTART", "calendar start"),
        ("DTEND", "calendar end"),
        ("DUE", "calendar due"),
        ("SUMMARY", "calendar summary"),
        ("LOCATION", "calendar location"),
        ("ORGANIZER", "calendar organizer"),
        ("UID", "calendar uid"),
    ];
    let mut component: Vec<String> = Vec::new();
    for line in unfolded(calendar) {
        let Some((head, value)) = split(&line) else { continue };
        let mut words = head.split(';');
        let name = words.next().unwrap_or_default().to_ascii_uppercase();
        match name.as_str() {
            "BEGIN" => component.push(value.to_ascii_uppercase()),
            "END" => {
                component.pop();
            }
            _ => {
                // Time zone rules have starts of their own.
                let inside = component.last().map_or("", String::as_str);
                if !matches!(inside, "VCALENDAR" | "VEVENT" | "VTODO" | "VJOURNAL") {
                    continue;
                }
                let Some((_, fact)) = WANTED.iter().find(|(wanted, _)| *wanted == name) else { continue };
                let zone = words.find_map(|word| word.strip_prefix("TZID="));
                let mut text: String = unescape(value).chars().take(VALUE_CHARS).collect();
                if let Some(zone) = zone {
                    text = format!("{text} {}", zone.trim_matches('"'));
                }
                facts.entry((*fact).to_owned()).or_insert(text);
            }
        }
    }
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
        let mut found = BTreeMap::new();
        facts(calendar, &mut found);
        let expected = [
            ("calendar method", "REQUEST"),
            ("calendar organizer", "mailto:c@d.us"),
            ("calendar start", "20190416T120000 America/Chicago"),
            ("calendar summary", "Council, special meeting"),
        ];
        let expected: BTreeMap<String, String> = expected.map(|(name, value)| (name.into(), value.into())).into();
        assert_eq!(found, expected);
    }
}
