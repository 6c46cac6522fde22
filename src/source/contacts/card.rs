//! What one card says.

use super::property::{self, Property};
use crate::base::digest::Sha256Digest;
use crate::base::limits;
use crate::extract::budget::Budget;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedAttachment, ParsedItem, Searchable};
use crate::model::provenance::CopyFacts;
use crate::model::record::{Party, RecordKind, Role};
use crate::source::attached;
use crate::source::identity::Identity;
use crate::source::number;

/// Properties that programs rewrite whenever they export: facts of the copy.
const OF_THE_COPY: [&str; 4] = ["VERSION", "REV", "PRODID", "UID"];

/// A card that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// What it says.
    pub parsed: ParsedItem,
    /// What makes it the same card in another export.
    pub identity: Vec<u8>,
    /// What differs from export to export.
    pub copy: CopyFacts,
}

/// Reads a card; `None` when it says nothing.
///
/// Identity (`vcard/1`): names and values of the properties in order, decoded, without [`OF_THE_COPY`] and without
/// parameters, which the versions of the format write differently.
pub fn read(bytes: &[u8]) -> Option<Card> {
    let properties = property::read(bytes);
    let says = |one: &Property| !OF_THE_COPY.contains(&one.name.as_str()) && !one.raw.trim().is_empty();
    if !properties.all.iter().any(says) {
        return None;
    }
    let mut parsed = ParsedItem::new(RecordKind::Contact);
    let own: Vec<&Property> = properties.all.iter().filter(|one| one.depth == 0).collect();
    let name = display_name(&own);
    set_parties(&own, &name, &mut parsed);
    parsed.subject =
        if name.is_empty() { parsed.parties.first().map_or(String::new(), |one| one.address.clone()) } else { name };
    let mut identity = Identity::new("vcard/1");
    let mut copy = CopyFacts::default();
    let mut body = Vec::new();
    let mut unlisted = 0_usize;
    for (at, one) in properties.all.iter().enumerate() {
        if OF_THE_COPY.contains(&one.name.as_str()) {
            copy.envelope.push_str(&format!("{}:{}\n", one.name, one.raw));
            continue;
        }
        let file = if one.is_file() { Some(one.file()) } else { None };
        let value = match &file {
            Some(decoded) => decoded.as_ref().map_or(one.raw.clone(), |bytes| Sha256Digest::of(bytes).to_string()),
            None => one.fields().join(";"),
        };
        identity.field(&one.name, value.as_bytes());
        match file {
            Some(decoded) if parsed.attachments.len() < limits::MESSAGE_PARTS => {
                let attachment = attachment(one, at, decoded.as_deref(), &mut parsed.problems);
                parsed.attachments.push(attachment);
            }
            Some(_) => unlisted += 1,
            None => body.push(line(one)),
        }
    }
    let (text, whole) =
        Budget::new().take_text(body.into_iter().filter(|one| !one.is_empty()).collect::<Vec<_>>().join("\n"));
    parsed.body = text;
    note_hidden(&properties, unlisted, whole, &mut parsed);
    Some(Card { parsed, identity: identity.into_bytes(), copy })
}

/// Says what of a card may hide words; it is then searchable in part only, so that a hold does not miss it.
fn note_hidden(properties: &property::Properties, unlisted: usize, whole: bool, parsed: &mut ParsedItem) {
    let mut note = |code, sentence: String| {
        parsed.searchable = parsed.searchable.max(Searchable::Partly);
        parsed.problems.push(Problem::new(code, sentence));
    };
    if properties.damaged > 0 {
        let sentence =
            format!("{} lines of the card are no properties; they are kept in its original", properties.damaged);
        note(ProblemCode::Malformed, sentence);
    }
    if !properties.sound || properties.all.iter().any(|one| !one.is_sound(properties.guessed)) {
        note(ProblemCode::Undecodable, "characters of the card could not be decoded".to_owned());
    }
    if unlisted > 0 {
        let sentence = format!("{unlisted} more files of the card are kept in it and not listed");
        note(ProblemCode::LimitReached, sentence);
    }
    if !whole {
        note(ProblemCode::LimitReached, "the text is longer than what is searchable".to_owned());
    }
}

/// The decoded file of one property, counted from 0 over all of the card.
pub fn part_bytes(bytes: &[u8], part: u32) -> Option<Vec<u8>> {
    property::read(bytes).all.get(part as usize)?.file()
}

/// The name as the card shows it, else its parts, else the organisation.
fn display_name(own: &[&Property]) -> String {
    let text = |name: &str| own.iter().find(|one| one.name == name).map(|one| one.text().trim().to_owned());
    let shown = text("FN").filter(|name| !name.is_empty());
    let parts = || {
        let fields = own.iter().find(|one| one.name == "N")?.fields();
        // Family name; given; additional; before; after (RFC 2426 section 3.1.2).
        let order = [3, 1, 2, 0, 4];
        let said: Vec<&str> = order.iter().filter_map(|at| fields.get(*at)).map(String::as_str).collect();
        Some(said.into_iter().filter(|field| !field.is_empty()).collect::<Vec<_>>().join(" "))
            .filter(|name| !name.is_empty())
    };
    let organisation = || own.iter().find(|one| one.name == "ORG").and_then(|one| one.fields().into_iter().next());
    shown.or_else(parts).or_else(organisation).unwrap_or_default()
}

fn set_parties(own: &[&Property], name: &str, parsed: &mut ParsedItem) {
    for one in own {
        let written = one.text().trim().to_owned();
        if written.is_empty() {
            continue;
        }
        match one.name.as_str() {
            "TEL" => parsed.parties.push(number::party(Role::Member, name, &written, None)),
            "EMAIL" => {
                let bare = written.strip_prefix("mailto:").unwrap_or(&written);
                let normal = bare.contains('@').then(|| bare.to_lowercase());
                parsed.parties.push(Party { role: Role::Member, name: name.to_owned(), address: written, normal });
            }
            _ => {}
        }
    }
    if parsed.parties.is_empty() && !name.is_empty() {
        let (name, address) = (name.to_owned(), String::new());
        parsed.parties.push(Party { role: Role::Member, name, address, normal: None });
    }
}

/// A property as a line for a person.
fn line(one: &Property) -> String {
    let fields: Vec<String> = match one.name.as_str() {
        "N" | "ADR" | "ORG" => one.fields().into_iter().filter(|field| !field.is_empty()).collect(),
        _ => vec![one.text().trim().to_owned()],
    };
    let value = fields.join(", ");
    if value.is_empty() {
        return String::new();
    }
    let types = one.types();
    let about = if types.is_empty() { String::new() } else { format!(" ({types})") };
    let whose = if one.depth > 0 { "AGENT " } else { "" };
    format!("{whose}{}{about}: {value}", one.name)
}

fn attachment(one: &Property, at: usize, bytes: Option<&[u8]>, problems: &mut Vec<Problem>) -> ParsedAttachment {
    let claimed = one.media_type();
    let name = one.name.to_lowercase();
    if bytes.is_none() {
        let sentence = format!("attachment {name}: it could not be decoded and is kept as written");
        problems.push(Problem::new(ProblemCode::Undecodable, sentence));
    }
    let part = u32::try_from(at).unwrap_or(u32::MAX);
    ParsedAttachment { inline: true, ..attached::listed(name, &claimed, bytes, part) }
}
