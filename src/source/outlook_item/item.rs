//! What an item of Outlook says, whichever file it came in.

use super::{facts, parties};
use crate::base::digest::Sha256Digest;
use crate::extract;
use crate::extract::budget::Budget;
use crate::extract::compressed_rtf;
use crate::extract::mapi::object::{Attached, AttachedKind, Object};
use crate::extract::mapi::text::subject;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedAttachment, ParsedItem, Searchable};
use crate::model::record::{RecordKind, SourceTime, ZoneBasis};
use crate::source::ReadOptions;
use crate::source::identity::Identity;
use crate::source::mail::{dates, headers, inside};
use chrono::{DateTime, SecondsFormat, Utc};

/// What an item says. The words of its attachments are left to be read later, on any core.
pub fn parse(object: &Object, options: &ReadOptions) -> ParsedItem {
    let class = object.bag.text(0x001A).to_ascii_uppercase();
    let is_card = ["IPM.CONTACT", "IPM.DISTLIST", "IPM.ABCHPERSON"].iter().any(|one| class.starts_with(one));
    let mut parsed = ParsedItem::new(if is_card { RecordKind::Contact } else { RecordKind::Email });
    let header = transport_header(object, &mut parsed);
    parsed.subject = subject(object).trim().to_owned();
    if is_card {
        let name = object.bag.text(0x3001);
        let name = if name.trim().is_empty() { parsed.subject.clone() } else { name.trim().to_owned() };
        parsed.parties = parties::of_contact(object, &name);
        if parsed.subject.is_empty() {
            parsed.subject = name;
        }
    } else {
        parsed.parties = parties::of_message(object, std::mem::take(&mut parsed.parties));
    }
    set_ids(object, &mut parsed);
    set_times(object, header, options, &mut parsed);
    let is_mail = class.is_empty() || class.starts_with("IPM.NOTE") || class.starts_with("IPM.SCHEDULE");
    if is_mail && parsed.sent_at.is_none() && !facts::is_unsent(object) {
        parsed.problems.push(Problem::new(ProblemCode::DateUnknown, "the message has no date"));
    }
    parsed.facts = facts::of_item(object);
    let body = object.body();
    for problem in object.problems.iter().cloned().chain(body.problems) {
        parsed.searchable = Searchable::Partly;
        parsed.problems.push(problem);
    }
    parsed.body = body.text;
    if !is_mail {
        add_other_words(object, &mut parsed);
    }
    let mut budget = Budget::new();
    let (text, whole) = budget.take_text(std::mem::take(&mut parsed.body));
    parsed.body = text;
    if !whole {
        parsed.searchable = Searchable::Partly;
        parsed.problems.push(Problem::new(ProblemCode::LimitReached, "the text is longer than what is searchable"));
    }
    for (part, one) in object.attachments.iter().enumerate() {
        add_attachment(one, part, &mut parsed);
    }
    unwrap_signed(object, &mut parsed, &mut budget);
    parsed
}

/// The decoded bytes of a part of an item.
pub fn part_bytes(object: Object, part: u32) -> Option<Vec<u8>> {
    if let Some((outer, inner)) = inside::split(part) {
        let attached = object.attachments.get(outer as usize)?;
        return inside::part_of(&inside::wrapped(&attached.content, &attached.claimed_type())?, inner);
    }
    let attached = object.attachments.into_iter().nth(part as usize)?;
    has_content(&attached).then_some(attached.content)
}

/// Identity (`outlook/1`): class, id, subject, when it was sent, by whom to whom, its text, and its files. Not what
/// differs from store to store: entry ids, times of the copy, flags, and how an embedded message is packed.
pub fn identity(object: &Object, parsed: &ParsedItem) -> Vec<u8> {
    let mut identity = Identity::new("outlook/1");
    let bag = &object.bag;
    identity.field("class", bag.text(0x001A).to_ascii_uppercase().as_bytes());
    identity.field("message id", parsed.message_id.as_bytes());
    identity.field("subject", parsed.subject.as_bytes());
    let written = |time: &Option<SourceTime>| time.as_ref().map(|time| stamp(time.at)).unwrap_or_default();
    identity.field("sent", written(&parsed.sent_at).as_bytes());
    for one in &parsed.parties {
        identity.field("party", format!("{:?}\0{}\0{}", one.role, one.name, one.address).as_bytes());
    }
    let plain = bag.text(0x1000);
    if !plain.trim().is_empty() {
        let words: Vec<&str> = plain.split_whitespace().collect();
        identity.field("text", words.join(" ").as_bytes());
    } else if let Some(html) = bag.bytes(0x1013) {
        identity.field("html", html);
    } else if let Some(rtf) = bag.bytes(0x1009).and_then(|packed| compressed_rtf::decompress(packed).ok()) {
        identity.field("rtf", &rtf);
    }
    for one in &object.attachments {
        identity.field("attachment", one.name().as_bytes());
        if one.kind == AttachedKind::File {
            identity.field("sha256", Sha256Digest::of(&one.content).to_string().as_bytes());
        }
    }
    identity.into_bytes()
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Reads the header a message came with, where it has one: the fields that classification reads, ids and people.
fn transport_header(object: &Object, parsed: &mut ParsedItem) -> headers::Fields {
    let written = object.bag.text(0x007D);
    if written.trim().is_empty() {
        return headers::Fields::default();
    }
    let bytes = format!("{}\r\n\r\n", written.trim());
    match headers::parser().parse_headers(bytes.as_bytes()) {
        Some(message) => headers::fill(&message, parsed),
        None => headers::Fields::default(),
    }
}

fn set_ids(object: &Object, parsed: &mut ParsedItem) {
    let clean = |id: &str| id.trim().trim_matches(['<', '>', ' ']).to_owned();
    if parsed.message_id.is_empty() {
        parsed.message_id = clean(&object.bag.text(0x1035));
    }
    // PidTagInternetReferences, PidTagInReplyToId.
    for id in [0x1039, 0x1042] {
        for one in object.bag.text(id).split_whitespace().map(clean).filter(|one| one.contains('@')) {
            if !parsed.references.contains(&one) {
                parsed.references.push(one);
            }
        }
    }
}

/// When it was sent (PidTagClientSubmitTime, else the header) and received (PidTagMessageDeliveryTime, else the header).
fn set_times(object: &Object, header: headers::Fields, options: &ReadOptions, parsed: &mut ParsedItem) {
    let own = |id: u16| {
        let at = object.bag.moment(id)?;
        let time = SourceTime { at, as_written: stamp(at), zone: ZoneBasis::FormatIsUtc };
        dates::is_plausible(&time).then_some(time)
    };
    let date = || header.date.as_deref().and_then(|date| dates::read(date, options.zone)).filter(dates::is_plausible);
    let received = || {
        header.received.iter().filter_map(|field| dates::read_received(field, options.zone)).max_by_key(|time| time.at)
    };
    parsed.sent_at = own(0x0039).or_else(date);
    parsed.received_at = own(0x0E06).or_else(received);
}

/// Appointments, tasks, contacts and notes say words in properties of their own: each text is added once.
fn add_other_words(object: &Object, parsed: &mut ParsedItem) {
    // Header, class, address kinds, search keys and the like are no words of the item.
    const NOT_SAID: [u16; 12] =
        [0x007D, 0x001A, 0x0064, 0x0C1E, 0x3002, 0x1000, 0x1013, 0x0037, 0x0E1D, 0x003D, 0x0070, 0x6001];
    let mut lines: Vec<String> = Vec::new();
    for (id, text) in object.texts() {
        let text = text.trim().to_owned();
        let is_new = !text.is_empty() && !parsed.body.contains(&text) && !lines.contains(&text);
        if is_new && !NOT_SAID.contains(&id) && lines.len() < 1_000 {
            lines.push(text);
        }
    }
    if !lines.is_empty() {
        let start =
            if parsed.body.trim().is_empty() { String::new() } else { format!("{}\n\n", parsed.body.trim_end()) };
        parsed.body = format!("{start}{}", lines.join("\n"));
    }
}

fn has_content(one: &Attached) -> bool {
    !matches!(one.kind, AttachedKind::Elsewhere | AttachedKind::Nothing)
}

fn add_attachment(one: &Attached, part: usize, parsed: &mut ParsedItem) {
    let name = one.name();
    let shown = if name.is_empty() { format!("part {part}") } else { name.clone() };
    if one.kind == AttachedKind::Elsewhere {
        let sentence =
            format!("attachment {shown}: it is not in the message, which only tells where it lay: {}", one.place());
        parsed.problems.push(Problem::new(ProblemCode::Missing, sentence));
    } else if one.kind == AttachedKind::Nothing {
        let sentence = format!("attachment {shown}: there is nothing in it");
        parsed.problems.push(Problem::new(ProblemCode::Missing, sentence));
    }
    parsed.attachments.push(ParsedAttachment {
        found_type: extract::media_type(&one.content, &name),
        name,
        claimed_type: one.claimed_type(),
        bytes: one.content.len() as u64,
        sha256: has_content(one).then(|| Sha256Digest::of(&one.content)),
        inline: one.is_inline(),
        text: String::new(),
        searchable: Searchable::Not,
        part: u32::try_from(part).unwrap_or(u32::MAX),
    });
}

/// A signed message of Outlook has one attachment: the message as it was sent, with its signature. Its words are the
/// body, its attachments are attachments of the item (MS-OXOSMIME 2.1). One that is encrypted stays as it is.
fn unwrap_signed(object: &Object, parsed: &mut ParsedItem, budget: &mut Budget) {
    for (outer, one) in object.attachments.iter().enumerate() {
        let Ok(outer) = u32::try_from(outer) else { return };
        if let Some(content) = inside::wrapped(&one.content, &one.claimed_type()) {
            inside::fill_from(&content, outer, parsed, budget);
        } else if extract::media_type(&one.content, "") == "application/pkcs7-enveloped" {
            parsed.problems.push(Problem::new(ProblemCode::Encrypted, "the message is encrypted"));
            let has_words = !parsed.body.trim().is_empty();
            parsed.searchable = parsed.searchable.max(if has_words { Searchable::Partly } else { Searchable::Not });
        }
    }
}
