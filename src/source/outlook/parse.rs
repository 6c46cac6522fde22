//! What one item says, whatever store it came out of.

use super::item::Message;
use super::property::{Value, shown};
use super::{body, facts, files, people, set, tag};
use crate::extract::budget::Budget;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{ParsedItem, Searchable};
use crate::model::provenance::CopyFacts;
use crate::model::record::{RecordKind, SourceTime, ZoneBasis};
use crate::source::ReadOptions;
use crate::source::mail::{dates, headers};
use chrono::{DateTime, Duration, SecondsFormat, Utc};

/// Days a sent date may lie after the delivery: clocks go wrong.
const DAYS_AFTER_DELIVERY: i64 = 31;
/// Lost properties that are named one by one.
const NAMED_LOSSES: usize = 20;
/// Bit of the message flags of an item that was never sent.
const UNSENT: i64 = 8;

/// What an item says. Never fails: what cannot be read is a problem of it.
pub fn parse(message: &Message, options: &ReadOptions) -> ParsedItem {
    let mut parsed = ParsedItem::new(kind_of(message));
    let mut budget = Budget::new();
    parsed.subject = subject(message);
    let header = header_of(message, &mut parsed);
    parsed.parties = people::parties(message, &header.parties);
    set_ids(message, &mut parsed, &header);
    set_times(message, header.date.as_deref(), options, &mut parsed);
    let told = facts::told(message);
    parsed.parties.extend(told.members);
    let text = body::text(message);
    parsed.body = text.text;
    parsed.problems.extend(text.problems);
    parsed.searchable = parsed.searchable.max(text.searchable.unwrap_or(Searchable::Fully));
    for (name, value) in &told.of_class {
        if !parsed.body.is_empty() && !parsed.body.ends_with('\n') {
            parsed.body.push('\n');
        }
        parsed.body.push_str(&format!("{name}: {value}\n"));
    }
    parsed.facts.insert("class".to_owned(), message.class());
    for (name, value) in told.common.into_iter().chain(told.of_class) {
        parsed.facts.insert(name.to_owned(), value);
    }
    let (body, whole) = budget.take_text(std::mem::take(&mut parsed.body));
    parsed.body = body;
    if !whole {
        parsed.searchable = parsed.searchable.max(Searchable::Partly);
        parsed.problems.push(Problem::new(ProblemCode::LimitReached, "the text is longer than what is searchable"));
    }
    note_losses(message, &mut parsed);
    files::fill(message, &mut parsed, &mut budget);
    parsed
}

/// Flags of this copy; the folder is the caller's to say.
pub fn copy_facts(message: &Message, folder: &str) -> CopyFacts {
    let flags = message.properties.number(tag::MESSAGE_FLAGS);
    let verb = message.properties.number(tag::LAST_VERB);
    let flag = message.properties.number(tag::FLAG_STATUS);
    CopyFacts {
        folder: folder.to_owned(),
        read: flags.map(|flags| flags & 1 != 0),
        draft: flags.map(|flags| flags & UNSENT != 0),
        // Replied, or replied to all ([MS-OXOMSG] section 2.2.1.17).
        answered: verb.map(|verb| matches!(verb, 102 | 103)),
        flagged: flag.map(|flag| flag == 2),
        ..CopyFacts::default()
    }
}

/// The kind of record an item is, by its class. Appointments, tasks, notes and journal entries are items of the mailbox
/// and count as e-mail, as those of Outlook for Mac do.
pub fn kind_of(message: &Message) -> RecordKind {
    let class = message.class().to_ascii_lowercase();
    let is = |family: &str| class == family || class.starts_with(&format!("{family}."));
    if is("ipm.contact") || is("ipm.distlist") || is("ipm.abchperson") {
        RecordKind::Contact
    } else if is("ipm.skypeteams") || is("ipm.note.mobile.sms") || is("ipm.note.mobile.mms") {
        RecordKind::Text
    } else {
        RecordKind::Email
    }
}

/// The subject without the mark before it: U+0001 and a character that tells how long the prefix is
/// ([MS-PST] section 2.5.3.1.1.1).
pub fn subject(message: &Message) -> String {
    let page = message.code_page();
    let written = message.properties.get(tag::SUBJECT).and_then(|one| one.text(page)).map(|(text, _)| text);
    let written = written.unwrap_or_default();
    let bare = match written.strip_prefix('\u{1}') {
        Some(marked) => marked.char_indices().nth(1).map_or("", |(at, _)| &marked[at..]),
        None => &written,
    };
    let bare = bare.trim();
    if !bare.is_empty() {
        return bare.to_owned();
    }
    let other = message.properties.text(tag::NORMALIZED_SUBJECT, page);
    if other.is_empty() && kind_of(message) == RecordKind::Contact {
        return message.properties.text(tag::DISPLAY_NAME, page);
    }
    other
}

/// What the mail header of an item says, where it has one.
#[derive(Default)]
struct Header {
    parties: Vec<crate::model::record::Party>,
    message_id: String,
    references: Vec<String>,
    date: Option<String>,
}

fn header_of(message: &Message, parsed: &mut ParsedItem) -> Header {
    let Some((text, _)) = message.properties.get(tag::TRANSPORT_HEADERS).and_then(|one| one.text(message.code_page()))
    else {
        return Header::default();
    };
    // Exchange writes a line of its own before the header.
    let text = text.trim_start();
    let bare = match text.strip_prefix("Microsoft Mail Internet Headers") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, header)| header),
        None => text,
    };
    let bytes = format!("{}\r\n\r\n", bare.trim_end());
    let Some(mail) = headers::parser().parse_headers(bytes.as_bytes()) else { return Header::default() };
    let mut scratch = ParsedItem::new(RecordKind::Email);
    let fields = headers::fill(&mail, &mut scratch);
    parsed.headers = scratch.headers;
    parsed.problems.extend(scratch.problems);
    parsed.searchable = parsed.searchable.max(scratch.searchable);
    Header {
        parties: scratch.parties,
        message_id: scratch.message_id,
        references: scratch.references,
        date: fields.date,
    }
}

fn set_ids(message: &Message, parsed: &mut ParsedItem, header: &Header) {
    let page = message.code_page();
    let bare = |text: String| text.trim().trim_start_matches('<').trim_end_matches('>').to_owned();
    parsed.message_id = bare(message.properties.text(tag::MESSAGE_ID, page));
    if parsed.message_id.is_empty() {
        parsed.message_id.clone_from(&header.message_id);
    }
    parsed.references.clone_from(&header.references);
    for tag in [tag::REFERENCES, tag::IN_REPLY_TO] {
        for id in message.properties.text(tag, page).split_whitespace() {
            let id = bare(id.to_owned());
            if !id.is_empty() && !parsed.references.contains(&id) {
                parsed.references.push(id);
            }
        }
    }
    // Fields of the mail header that the store took apart ([MS-OXPROPS], PS_INTERNET_HEADERS).
    for property in message.properties.all() {
        if let super::property::PropertyName::Word { set, word } = &property.name
            && *set == set::INTERNET_HEADERS
            && let Some((text, _)) = property.text(page)
            && headers::is_kept(word)
        {
            parsed.headers.entry(word.to_ascii_lowercase()).or_insert_with(|| headers::unfold(text.as_bytes()));
        }
    }
}

/// Sets when it was sent and delivered; a date that cannot be is left unknown, and said.
fn set_times(message: &Message, date: Option<&str>, options: &ReadOptions, parsed: &mut ParsedItem) {
    let at = |tag| message.properties.time(tag).map(source_time);
    let unsent = message.properties.number(tag::MESSAGE_FLAGS).is_some_and(|flags| flags & UNSENT != 0);
    parsed.received_at = if unsent { None } else { at(tag::DELIVERY_TIME).filter(dates::is_plausible) };
    let sent = at(tag::SUBMIT_TIME).or_else(|| dates::read(date?, options.zone));
    let doubt = match &sent {
        None if unsent || parsed.kind == RecordKind::Contact => return,
        None => Some("the item does not say when it was sent".to_owned()),
        Some(sent) if !dates::is_plausible(sent) => Some(format!("the date cannot be right: {}", sent.as_written)),
        Some(sent) => {
            let delivered = parsed.received_at.as_ref().map(|time| time.at);
            let late = delivered.is_some_and(|delivered| sent.at > delivered + Duration::days(DAYS_AFTER_DELIVERY));
            late.then(|| format!("the date is far behind the delivery of the item: {}", sent.as_written))
        }
    };
    match doubt {
        None => parsed.sent_at = sent,
        Some(sentence) => {
            if let Some(sent) = sent {
                parsed.facts.insert("date as written".to_owned(), sent.as_written);
            }
            // Only mail is sent; a task or a note without a date is whole.
            if is_mail_class(message) {
                parsed.problems.push(Problem::new(ProblemCode::DateUnknown, sentence));
            }
        }
    }
}

fn is_mail_class(message: &Message) -> bool {
    let class = message.class().to_ascii_lowercase();
    class == "ipm.note" || ["ipm.note.", "ipm.schedule.", "report."].iter().any(|family| class.starts_with(family))
}

fn source_time(at: DateTime<Utc>) -> SourceTime {
    let as_written = at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    SourceTime { at, as_written, zone: ZoneBasis::FormatIsUtc }
}

/// Says what of an item could not be had; it is then searchable in part only, so that a hold does not miss it.
fn note_losses(message: &Message, parsed: &mut ParsedItem) {
    let mut note = |sentence: String| {
        parsed.searchable = parsed.searchable.max(Searchable::Partly);
        parsed.problems.push(Problem::new(ProblemCode::Malformed, sentence));
    };
    message.lost.iter().for_each(|sentence| note(sentence.clone()));
    let bags = [("", &message.properties)]
        .into_iter()
        .chain(message.recipients.iter().map(|bag| ("of a recipient ", bag)))
        .chain(message.attachments.iter().map(|one| ("of an attachment ", &one.properties)));
    let mut losses = 0;
    for (whose, bag) in bags {
        for property in bag.all() {
            if let Value::Lost(reason) = &property.value {
                losses += 1;
                if losses <= NAMED_LOSSES {
                    note(format!("property {} {whose}could not be read: {reason}", shown(&property.name)));
                }
            }
        }
    }
    if losses > NAMED_LOSSES {
        note(format!("{} more properties could not be read", losses - NAMED_LOSSES));
    }
}
