//! The text of one place of an item, as a reviewer sees it and counts its characters.

use crate::model::item::ParsedItem;
use crate::model::record::{Party, Role};
use crate::model::redaction::Place;
use std::ops::Range;

/// The text of a place of the member that is this part (`None` for the parent).
pub fn text_of(item: &ParsedItem, part: Option<u32>, place: Place) -> String {
    let attached = part.and_then(|part| item.attachments.iter().find(|one| one.part == part));
    match (place, part) {
        (Place::Text, None) => item.body.clone(),
        (Place::Text, Some(_)) => attached.map_or_else(String::new, |one| one.text.clone()),
        (Place::Subject, None) => item.subject.clone(),
        (Place::Subject, Some(_)) => attached.map_or_else(String::new, |one| one.name.clone()),
        (Place::People, None) => item.parties.iter().map(|one| format!("{}\n", line(one))).collect(),
        (Place::Facts, None) => item.facts.iter().map(|(name, value)| format!("{name}: {value}\n")).collect(),
        (Place::People | Place::Facts, Some(_)) | (Place::Region, _) => String::new(),
    }
}

fn line(party: &Party) -> String {
    let role = match party.role {
        Role::From => "From",
        Role::Sender => "Sender",
        Role::To => "To",
        Role::Cc => "Cc",
        Role::Bcc => "Bcc",
        Role::ReplyTo => "Reply to",
        Role::Member => "Member",
    };
    match (party.name.is_empty(), party.address.is_empty()) {
        (false, false) => format!("{role}: {} <{}>", party.name, party.address),
        (true, _) => format!("{role}: {}", party.address),
        (false, true) => format!("{role}: {}", party.name),
    }
}

/// The bytes of the characters `start` to `end`; `None` when the text is shorter or nothing lies between them.
pub fn chars_of(text: &str, start: u64, end: u64) -> Option<Range<usize>> {
    let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
    let byte = |nth: usize| text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(nth);
    let (first, behind) = (byte(start)?, byte(end)?);
    (first < behind).then_some(first..behind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::RecordKind;

    #[test]
    fn places_are_texts_and_characters_are_counted_in_them() {
        let mut item = ParsedItem::new(RecordKind::Email);
        item.body = "Straße 🚧 12".to_owned();
        item.subject = "Permit".to_owned();
        item.parties.push(Party {
            role: Role::To,
            name: "A".into(),
            address: "a@cedarbend.example".into(),
            normal: None,
        });
        assert_eq!(text_of(&item, None, Place::People), "To: A <a@cedarbend.example>\n");
        assert_eq!(text_of(&item, Some(3), Place::Text), "");
        let range = chars_of(&item.body, 7, 8).expect("a range");
        assert_eq!(&item.body[range], "🚧");
        assert_eq!(chars_of(&item.body, 9, 11).map(|range| &item.body[range]), Some("12"));
        assert_eq!(chars_of(&item.body, 9, 12), None);
        assert_eq!(chars_of(&item.body, 3, 3), None);
    }
}
