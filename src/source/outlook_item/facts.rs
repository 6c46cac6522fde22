//! What else an item of Outlook tells: times, flags, and what appointments, tasks and contacts have of their own.

use crate::extract::mapi::bag::{APPOINTMENT, Bag, COMMON, Guid, PUBLIC_STRINGS, Property, TASK, moment_of, number_of};
use crate::extract::mapi::object::Object;
use crate::model::provenance::CopyFacts;
use std::collections::BTreeMap;

/// Characters of one fact that are kept.
const FACT_CHARS: usize = 1_000;

/// Properties with a number, and what they are called here (MS-OXPROPS).
const NUMBERED: [(u16, &str); 35] = [
    (0x001A, "outlook class"),
    (0x0017, "importance"),
    (0x0036, "sensitivity"),
    (0x0070, "conversation topic"),
    (0x3007, "created"),
    (0x3008, "changed"),
    (0x3FFA, "last changed by"),
    (0x0015, "expires"),
    (0x0032, "reported at"),
    (0x1001, "report text"),
    (0x0060, "meeting start"),
    (0x0061, "meeting end"),
    (0x3A06, "given name"),
    (0x3A11, "surname"),
    (0x3A16, "company"),
    (0x3A17, "title"),
    (0x3A18, "department"),
    (0x3A19, "office"),
    (0x3A08, "business phone"),
    (0x3A09, "home phone"),
    (0x3A1C, "mobile phone"),
    (0x3A24, "business fax"),
    (0x3A26, "country"),
    (0x3A27, "city"),
    (0x3A28, "state"),
    (0x3A29, "street"),
    (0x3A2A, "postal code"),
    (0x3A15, "postal address"),
    (0x3A42, "birthday"),
    (0x3A44, "middle name"),
    (0x3A4F, "nickname"),
    (0x3A51, "web page"),
    (0x3A30, "assistant"),
    (0x3A4E, "manager"),
    (0x0004, "forwarded automatically"),
];

/// Named properties of Outlook.
const NAMED: [(Guid, u32, &str); 25] = [
    (APPOINTMENT, 0x820D, "calendar start"),
    (APPOINTMENT, 0x820E, "calendar end"),
    (APPOINTMENT, 0x8208, "calendar location"),
    (APPOINTMENT, 0x8232, "calendar recurrence"),
    (APPOINTMENT, 0x8234, "calendar zone"),
    (APPOINTMENT, 0x8215, "calendar all day"),
    (APPOINTMENT, 0x8218, "calendar answer"),
    (APPOINTMENT, 0x8217, "calendar state"),
    (APPOINTMENT, 0x8238, "calendar attendees"),
    (APPOINTMENT, 0x8205, "calendar busy"),
    (TASK, 0x8101, "task status"),
    (TASK, 0x8102, "task complete"),
    (TASK, 0x8104, "task start"),
    (TASK, 0x8105, "task due"),
    (TASK, 0x810F, "task completed"),
    (TASK, 0x811C, "task is complete"),
    (TASK, 0x811F, "task owner"),
    (TASK, 0x8121, "task assigner"),
    (COMMON, 0x8516, "common start"),
    (COMMON, 0x8517, "common end"),
    (COMMON, 0x8502, "reminder time"),
    (COMMON, 0x8503, "reminder set"),
    (COMMON, 0x8530, "flag request"),
    (COMMON, 0x8539, "companies"),
    (COMMON, 0x8586, "billing"),
];

/// The facts of an item by name.
pub fn of_item(object: &Object) -> BTreeMap<String, String> {
    let bag = &object.bag;
    let mut facts = BTreeMap::new();
    let mut tell = |name: &str, said: String| {
        if !said.trim().is_empty() {
            facts.entry(name.to_owned()).or_insert_with(|| said.trim().chars().take(FACT_CHARS).collect());
        }
    };
    for (id, name) in NUMBERED {
        if let Some(found) = bag.all.iter().find(|one| one.id == id && !one.values.is_empty()) {
            tell(name, said(bag, found));
        }
    }
    for (set, number, name) in NAMED {
        if let Some(found) = bag.named(set, number) {
            tell(name, said(bag, found));
        }
    }
    if let Some(found) = bag.named_text(PUBLIC_STRINGS, "Keywords") {
        tell("categories", said(bag, found));
    }
    facts
}

/// The facts of the copy: what Outlook changes when the item is read, answered, flagged.
pub fn of_copy(object: &Object) -> CopyFacts {
    let bag = &object.bag;
    // PidTagMessageFlags: read 1, unsent 8. PidTagLastVerbExecuted: 102 and 103 answer. PidTagFlagStatus: 2 is flagged.
    let flags = bag.number(0x0E07);
    CopyFacts {
        read: flags.map(|flags| flags & 1 != 0),
        draft: flags.map(|flags| flags & 8 != 0),
        answered: bag.number(0x1081).map(|verb| matches!(verb, 102 | 103)),
        flagged: bag.number(0x1090).map(|status| status == 2),
        ..CopyFacts::default()
    }
}

/// Whether an item was never sent.
pub fn is_unsent(object: &Object) -> bool {
    object.bag.number(0x0E07).is_some_and(|flags| flags & 8 != 0)
}

fn said(bag: &Bag, property: &Property) -> String {
    let texts: Vec<String> = bag.said_of(property).into_iter().map(|said| said.text).collect();
    if !texts.is_empty() {
        return texts.join("; ");
    }
    match property.kind {
        0x0040 => moment_of(property).map(|at| at.to_rfc3339()).unwrap_or_default(),
        0x000B => number_of(property).map(|yes| if yes == 0 { "no" } else { "yes" }.to_owned()).unwrap_or_default(),
        0x0005 => {
            let bytes = property.values.first().and_then(|bytes| bytes.first_chunk());
            bytes.map(|bytes| f64::from_le_bytes(*bytes).to_string()).unwrap_or_default()
        }
        _ => number_of(property).map(|number| number.to_string()).unwrap_or_default(),
    }
}
