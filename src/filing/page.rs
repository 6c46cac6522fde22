//! How a record looks in the document system: the whole of it, with the transactional information that belongs to a message
//! ("dates and times that messages were sent, received, opened, deleted", Otsego Information Technology Policy).

use crate::base::id::FamilyId;
use crate::catalog::{CatalogError, FamilyRow};
use crate::model::item::{ParsedAttachment, ParsedItem};
use crate::model::production::PublicText;
use crate::model::record::{Party, RecordKind, Role, SourceTime, ZoneBasis};
use crate::render::{Content, EXERCISE, Properties, Rendition};
use crate::repository::{Repository, StoredFacts};
use crate::text::{safe, safe_lines};
use chrono_tz::Tz;

/// Above the text of an attached file that has no pages of its own.
const TEXT_ONLY: &str = "The text of this file as the program read it; the file itself is filed beside this page.";
const ROLES: [(Role, &str); 7] = [
    (Role::From, "From"),
    (Role::Sender, "Sent by"),
    (Role::To, "To"),
    (Role::Cc, "Copied to"),
    (Role::Bcc, "Blind copied to"),
    (Role::ReplyTo, "Answers to"),
    (Role::Member, "In the conversation"),
];

/// What is known of a record, in words for fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    pub(super) title: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) cc: String,
    pub(super) bcc: String,
    pub(super) subject: String,
    pub(super) sent: String,
    pub(super) received: String,
    pub(super) series: String,
    pub(super) series_title: String,
    pub(super) custodians: String,
}

/// A party as written.
fn party(party: &Party) -> String {
    match (party.name.is_empty(), party.address.is_empty()) {
        (false, false) => format!("{} <{}>", party.name, party.address),
        (true, _) => party.address.clone(),
        (false, true) => party.name.clone(),
    }
}

fn parties(item: &ParsedItem, role: Role) -> String {
    let all: Vec<String> = item.parties.iter().filter(|one| one.role == role).map(party).collect();
    safe(&all.join("; "))
}

fn time(known: Option<&SourceTime>, zone: Tz) -> String {
    let Some(one) = known else { return String::new() };
    let told = one.at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S %:z").to_string();
    if one.zone == ZoneBasis::AssumedLocal { format!("{told} (the city's time zone is assumed)") } else { told }
}

/// What is known of a record.
pub(super) fn told(
    repository: &Repository,
    row: &FamilyRow,
    item: &ParsedItem,
    title: &str,
) -> Result<Told, CatalogError> {
    let zone = repository.zone();
    let reading = repository.catalog().reading();
    let ids = reading.custodians_of(row.id)?;
    let names = reading.custodians()?;
    let custodians: Vec<&str> =
        names.iter().filter(|(id, ..)| ids.contains(id)).map(|(_, name, _)| name.as_str()).collect();
    let subject = safe(&item.subject);
    Ok(Told {
        title: match (subject.trim(), item.kind) {
            ("", RecordKind::Email) => "Message without a subject".to_owned(),
            ("", RecordKind::Text) => "Text message".to_owned(),
            ("", kind) => kind.word().to_owned(),
            (subject, _) => subject.to_owned(),
        },
        from: parties(item, Role::From),
        to: parties(item, Role::To),
        cc: parties(item, Role::Cc),
        bcc: parties(item, Role::Bcc),
        sent: time(item.sent_at.as_ref(), zone),
        received: time(item.received_at.as_ref(), zone),
        series: row.standing.series.clone(),
        series_title: title.to_owned(),
        custodians: safe(&custodians.join("; ")),
        subject,
    })
}

/// The properties of the PDF, from which a document system fills its fields without any list.
pub(super) fn properties(told: &Told, family: FamilyId) -> Properties {
    let own = |text: &str| PublicText::released(text);
    let words = [told.series.as_str(), told.series_title.as_str(), told.custodians.as_str(), told.sent.as_str()];
    let mut keywords: Vec<PublicText> = words.into_iter().filter(|word| !word.is_empty()).map(own).collect();
    keywords.push(PublicText::released(family.to_string()));
    Properties { subject: own(&format!("{} ({})", told.series_title, told.series)), author: own(&told.from), keywords }
}

/// The record itself: everything it says of itself, of its copies and of its files, and its text.
pub(super) fn parent(
    repository: &Repository,
    row: &FamilyRow,
    facts: &StoredFacts,
    told: &Told,
) -> Result<Rendition, crate::repository::RepositoryError> {
    let item = &facts.item;
    let own = |text: &str| PublicText::released(text);
    let mut fields: Vec<(PublicText, PublicText)> = Vec::new();
    let mut field = |label: &str, value: &str| {
        if !value.is_empty() {
            fields.push((own(label), own(&safe_lines(value))));
        }
    };
    for (role, label) in ROLES {
        field(label, &parties(item, role));
    }
    field(if item.kind == RecordKind::Call { "Began" } else { "Sent" }, or_unknown(&told.sent));
    field("Received", &told.received);
    if let Some(lasted) = item.duration {
        field("Lasted", &format!("{} seconds", lasted.seconds));
    }
    field("Subject", &told.subject);
    field("Message-ID", &item.message_id);
    for (name, value) in &item.facts {
        field(name, value);
    }
    let files: Vec<String> = item
        .attachments
        .iter()
        .map(|one| format!("{} ({}, {} bytes)", named(one), one.found_type, one.bytes))
        .collect();
    field("Attachments", &files.join("\n"));
    field("Copies", &copies(repository, row)?.join("\n"));
    field("Series", &format!("{} ({})", told.series_title, told.series));
    field("Item", &row.id.to_string());
    field("SHA-256 of the original", &facts.sha256.to_string());
    for problem in &item.problems {
        field("Remark", &problem.message);
    }
    Ok(Rendition {
        title: own(&told.title),
        fields,
        remark: own(""),
        content: Content::Text(own(&safe_lines(&item.body))),
        first: None,
        made_at: None,
        label: label(repository),
    })
}

/// Where each copy lay and how it was marked: read, answered, deleted.
fn copies(repository: &Repository, row: &FamilyRow) -> Result<Vec<String>, crate::repository::RepositoryError> {
    let reading = repository.catalog().reading();
    let mut copies = Vec::new();
    for copy in reading.copies(row.id)? {
        let opened = repository.open_copy(row, &copy)?;
        let marks = [
            ("read", opened.facts.read),
            ("answered", opened.facts.answered),
            ("deleted", opened.facts.deleted),
            ("draft", opened.facts.draft),
            ("flagged", opened.facts.flagged),
        ];
        let marks: Vec<String> = marks
            .into_iter()
            .filter_map(|(name, mark)| mark.map(|yes| if yes { name.to_owned() } else { format!("not {name}") }))
            .collect();
        copies.push(format!(
            "{} {} {}",
            safe(&reading.container_path(copy.container)?),
            safe(&opened.facts.folder),
            marks.join(", ")
        ));
    }
    Ok(copies)
}

fn or_unknown(text: &str) -> &str {
    if text.is_empty() { "not known" } else { text }
}

/// The name of an attached file.
pub(super) fn named(attached: &ParsedAttachment) -> String {
    if attached.name.trim().is_empty() { "a file without a name".to_owned() } else { safe(attached.name.trim()) }
}

/// An attached file as pages; `None` where it is a PDF file already, or cannot be drawn.
pub(super) fn attachment(
    repository: &Repository,
    row: &FamilyRow,
    attached: &ParsedAttachment,
    bytes: &[u8],
) -> Option<Rendition> {
    let own = |text: &str| PublicText::released(text);
    let said = !attached.text.trim().is_empty();
    let (content, remark) = match attached.found_type.as_str() {
        "application/pdf" => return None,
        "image/jpeg" | "image/png" | "image/gif" | "image/webp" => (Content::Picture(bytes.to_vec()), ""),
        _ if said => (Content::Text(own(&safe_lines(&attached.text))), TEXT_ONLY),
        _ => return None,
    };
    let fields = vec![
        (own("File"), own(&named(attached))),
        (own("Type"), own(&safe(&attached.found_type))),
        (own("Attached to"), own(&row.id.to_string())),
    ];
    Some(Rendition {
        title: own(&named(attached)),
        fields,
        remark: own(remark),
        content,
        first: None,
        made_at: None,
        label: label(repository),
    })
}

fn label(repository: &Repository) -> PublicText {
    PublicText::released(if repository.profile().exercise { EXERCISE } else { "" })
}
