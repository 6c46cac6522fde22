//! One member as it may be shown, before it has numbers.

use super::ProductionError;
use super::partial::redacted_file;
use super::plan::{Give, Plan, PlannedFamily, PlannedMember};
use super::redacted::{INTERNAL, LeftOut};
use super::rich_body;
use super::talk::{self, Line};
use super::words::{self, Field, released};
use crate::base::digest::{Blake3Digest, to_hex};
use crate::base::id::{FamilyId, RecordId};
use crate::base::limits::SECTION_IN_MEMORY_BYTES;
use crate::catalog::FamilyRow;
use crate::model::item::{ParsedAttachment, ParsedItem, Searchable};
use crate::model::production::{BatesNumber, PublicText};
use crate::model::record::{RecordKind, Role};
use crate::model::redaction::Version;
use crate::package::{NOT_RESPONSIVE_WORDS, withheld_words};
use crate::redaction::Cut;
use crate::render::{self, Content, EXERCISE, Rendition, Rich};
use crate::repository::{RepositoryError, StoredFacts, location_of, read_item};
use crate::source;
use crate::source::native::{self, Native};
use crate::vault::{KeyReader, Section, Vault};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use md5::{Digest, Md5};

/// What every worker needs to draft.
pub(super) struct Desk<'r> {
    pub(super) keys: &'r KeyReader,
    pub(super) vault: &'r Vault,
    pub(super) zone: Tz,
    pub(super) exercise: bool,
    pub(super) city: PublicText,
    pub(super) plan: &'r Plan,
    pub(super) left_out: &'r LeftOut,
}

/// What a load file tells of a member; empty for what is kept back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) subject: PublicText,
    pub(super) from: PublicText,
    pub(super) to: PublicText,
    pub(super) cc: PublicText,
    pub(super) bcc: PublicText,
    pub(super) sent: PublicText,
    pub(super) received: PublicText,
    pub(super) answers: PublicText,
    pub(super) file_name: PublicText,
    pub(super) message_id: PublicText,
    pub(super) sha256: PublicText,
    pub(super) md5: PublicText,
}

/// How a member is drawn.
#[derive(Debug, Clone)]
pub(super) enum Sheet {
    /// A slip sheet with these words.
    Slip(String),
    /// The item itself; its number is set when it is known.
    Shown(Box<Rendition>),
}

impl Sheet {
    /// The rendition that begins at a number.
    pub(super) fn at(&self, first: &BatesNumber, exercise: bool, made_at: DateTime<Utc>) -> Rendition {
        match self {
            Self::Slip(words) => render::slip_sheet(first, words, exercise, Some(made_at)),
            Self::Shown(rendition) => Rendition { first: Some(first.clone()), ..(**rendition).clone() },
        }
    }
}

/// A member ready to be drawn.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) family: FamilyId,
    pub(super) record: RecordId,
    pub(super) kind: RecordKind,
    pub(super) sheet: Sheet,
    pub(super) text: String,
    /// The original as a file, or a rendition of it, where it is given.
    pub(super) native: Option<Native>,
    pub(super) told: Told,
    pub(super) withheld: Option<PublicText>,
    /// Whether it is left out because it does not belong to the request.
    pub(super) left_out: bool,
    /// When a withheld member was sent, by whom and to whom, for the log of a litigation; empty otherwise.
    pub(super) logged: [PublicText; 4],
    pub(super) remarks: Vec<PublicText>,
    /// The item as a line of a conversation or of a table of calls.
    pub(super) line: Option<Line>,
    /// What was left out of it.
    pub(super) cuts: Vec<Cut>,
}

/// The label on every page.
pub(super) fn label(desk: &Desk<'_>) -> PublicText {
    let internal = if desk.plan.version == Version::CityAttorney { INTERNAL } else { "" };
    let both = [if desk.exercise { EXERCISE } else { "" }, internal];
    PublicText::released(both.into_iter().filter(|one| !one.is_empty()).collect::<Vec<_>>().join(" - "))
}

/// Drafts a family, member by member. Of what is kept back only its kind is looked at, and in litigation who wrote to
/// whom and when, for the log alone.
pub(super) fn family(desk: &Desk<'_>, planned: &PlannedFamily, row: &FamilyRow) -> Result<Vec<Draft>, ProductionError> {
    let facts = read_item(desk.keys, desk.vault, row)?;
    let original = original(desk, row, &facts)?;
    // From here on nobody sees the words that are left out.
    let records = planned.members.iter().map(|one| (one.part, one.record)).collect();
    let redacted = desk.left_out.redactor.item(&facts.item, &records);
    let facts = StoredFacts { item: redacted.item, ..facts };
    let cuts = |member: &PlannedMember| desk.left_out.cuts(member.record, redacted.cuts.get(&member.part));
    let is_touched = planned.members.iter().any(|member| !cuts(member).is_empty());
    let draft = |member: &PlannedMember| match &member.give {
        Give::Withheld(basis) => Draft {
            logged: words::logged(desk.plan.request.kind, &facts.item, desk.zone),
            ..slip(planned.family, member, withheld_words(basis), Some(released(basis)))
        },
        Give::NotResponsive => Draft {
            left_out: true,
            remarks: vec![PublicText::released(NOT_RESPONSIVE_WORDS)],
            ..slip(planned.family, member, NOT_RESPONSIVE_WORDS.to_owned(), None)
        },
        Give::Whole | Give::Partly => {
            let cuts = cuts(member);
            let drafted = match member.part {
                None => parent(desk, planned, member, &facts, original.as_deref(), is_touched, !cuts.is_empty()),
                Some(part) => attachment(desk, planned, member, &facts, original.as_deref(), part, !cuts.is_empty()),
            };
            Draft { cuts, ..drafted }
        }
    };
    Ok(planned.members.iter().map(draft).collect())
}

/// The original, checked against its digest (I1); `None` when it is too large for memory.
fn original(desk: &Desk<'_>, row: &FamilyRow, facts: &StoredFacts) -> Result<Option<Vec<u8>>, RepositoryError> {
    if facts.bytes > SECTION_IN_MEMORY_BYTES {
        return Ok(None);
    }
    let location = location_of(&row.at)?;
    let key = desk.keys.key(location.month, row.id)?.ok_or(RepositoryError::KeyMissing { family: row.id })?;
    let bytes = desk.vault.read(&location, &key, Section::Original, 0)?;
    if Blake3Digest::of(&bytes) != facts.blake3 {
        let message = "its original does not hash to the digest in its facts".to_owned();
        return Err(RepositoryError::Facts { family: row.id, message });
    }
    Ok(Some(bytes))
}

fn slip(family: FamilyId, member: &PlannedMember, words: String, withheld: Option<PublicText>) -> Draft {
    Draft {
        family,
        record: member.record,
        kind: member.kind,
        text: format!("{words}\n"),
        sheet: Sheet::Slip(words),
        native: None,
        told: Told::default(),
        withheld,
        left_out: false,
        logged: Default::default(),
        remarks: Vec::new(),
        line: None,
        cuts: Vec::new(),
    }
}

fn parent(
    desk: &Desk<'_>,
    planned: &PlannedFamily,
    member: &PlannedMember,
    facts: &StoredFacts,
    original: Option<&[u8]>,
    is_family_touched: bool,
    is_touched: bool,
) -> Draft {
    let item = &facts.item;
    let open = planned.is_open();
    let mut fields = words::fields(item, desk.zone, open);
    if let Some(list) = attachment_list(planned, item) {
        fields.push((PublicText::released("Attachments"), list));
    }
    let mut remarks = words::problems(item, open);
    let shown = match item.kind {
        RecordKind::File if is_touched => {
            let regions = desk.left_out.regions(member.record);
            redacted_file(&found_type(item), original, &item.body, &regions, member.record, &desk.left_out.redactor)
        }
        RecordKind::File => by_type(&found_type(item), original, &item.body),
        // What its source says is not redacted, so a message of a family of which words are left out is drawn from the words
        // that stay.
        _ if is_family_touched => message_body(item, desk.zone, || None),
        _ => message_body(item, desk.zone, || rich_body::of(item, original, &facts.shape, open)),
    };
    // The original of a parent holds its attachments, so it is given only where nothing of the family is kept back.
    let whole = planned.is_whole() && !is_family_touched;
    let litigation = desk.plan.request.kind.is_discovery() && whole;
    let has_native = matches!(item.kind, RecordKind::Email | RecordKind::File);
    let native = original
        .filter(|_| desk.plan.natives && litigation && has_native)
        .and_then(|bytes| native::of_item(item, bytes, &facts.shape));
    if desk.plan.natives && has_native && native.is_none() {
        let why = match (whole, original) {
            (false, _) => "it holds a part that is kept back",
            (true, None) => "it is too large",
            (true, Some(_)) => "it is no file of its own in its source",
        };
        remarks.push(PublicText::released(format!("The original file is not given: {why}.")));
    }
    remarks.extend(rendered(native.as_ref(), &facts.sha256.to_string()));
    let sent = item.sent_at.as_ref().map(|sent| words::time(sent, desk.zone)).unwrap_or_default();
    let received = item.received_at.as_ref().map(|at| words::time(at, desk.zone)).unwrap_or_default();
    let told = Told {
        subject: if item.kind == RecordKind::File { PublicText::default() } else { released(&item.subject) },
        file_name: if item.kind == RecordKind::File { released(&item.subject) } else { PublicText::default() },
        from: words::parties(item, Role::From),
        to: words::parties(item, Role::To),
        cc: words::parties(item, Role::Cc),
        bcc: words::parties(item, Role::Bcc),
        sent: PublicText::released(sent),
        received: PublicText::released(received),
        answers: released(item.references.last().map_or("", String::as_str)),
        message_id: released(&item.message_id),
        sha256: if litigation { PublicText::released(facts.sha256.to_string()) } else { PublicText::default() },
        md5: md5_of(native.as_ref()),
    };
    let title = title(&item.subject, item.kind);
    let line = talk::line(item, &fields, desk.zone, open);
    let draft = assemble(desk, planned.family, member, title, fields, shown, remarks, told, native);
    Draft { line, ..draft }
}

/// MD5 of an original file that is given as it is: it proves nothing, and review platforms compare by it.
fn md5_of(native: Option<&Native>) -> PublicText {
    let exact = native.filter(|one| !one.is_rendition);
    exact.map(|one| PublicText::released(to_hex(&Md5::digest(&one.bytes)))).unwrap_or_default()
}

/// What the receiver is told where the file is not the original itself.
fn rendered(native: Option<&Native>, sha256: &str) -> Option<PublicText> {
    native.filter(|one| one.is_rendition)?;
    let words = format!(
        "The file given is a rendition as an Internet message: the source has no such file. The original, whose SHA-256 is {sha256}, is kept."
    );
    Some(PublicText::released(words))
}

/// An item as it is filed, whole; `None` for a PDF file, which is its own best page.
pub(super) fn for_filing(
    facts: &StoredFacts,
    original: &[u8],
    zone: Tz,
    exercise: bool,
    made_at: DateTime<Utc>,
) -> Option<Rendition> {
    let item = &facts.item;
    let mut fields = words::fields(item, zone, true);
    if !item.attachments.is_empty() {
        let names: Vec<String> = item.attachments.iter().map(|one| name_of(Some(one))).collect();
        fields.push((PublicText::released("Attachments"), released(&names.join("; "))));
    }
    let shown = match item.kind {
        RecordKind::File => by_type(&found_type(item), Some(original), &item.body),
        _ => message_body(item, zone, || rich_body::of(item, Some(original), &facts.shape, true)),
    };
    (!matches!(shown.content, Content::Pages(_))).then(|| Rendition {
        title: title(&item.subject, item.kind),
        fields,
        remark: PublicText::released(shown.remark),
        content: shown.content,
        first: None,
        made_at: Some(made_at),
        label: PublicText::released(if exercise { EXERCISE } else { "" }),
    })
}

/// The names of the attachments that are given, and how many are kept back.
fn attachment_list(planned: &PlannedFamily, item: &ParsedItem) -> Option<PublicText> {
    let mut list = Vec::new();
    for member in &planned.members {
        let Some(part) = member.part else { continue };
        list.push(match member.give {
            Give::Whole | Give::Partly => name_of(item.attachments.iter().find(|one| one.part == part)),
            Give::Withheld(_) => "one withheld".to_owned(),
            Give::NotResponsive => "one not included".to_owned(),
        });
    }
    (!list.is_empty()).then(|| released(&list.join("; ")))
}

fn name_of(attachment: Option<&ParsedAttachment>) -> String {
    let name = attachment.map(|one| one.name.trim()).filter(|name| !name.is_empty());
    name.unwrap_or("a file without a name").to_owned()
}

fn attachment(
    desk: &Desk<'_>,
    planned: &PlannedFamily,
    member: &PlannedMember,
    facts: &StoredFacts,
    original: Option<&[u8]>,
    part: u32,
    is_touched: bool,
) -> Draft {
    let Some(attached) = facts.item.attachments.iter().find(|one| one.part == part) else {
        let words = "This attachment is listed and could not be found in the message again.".to_owned();
        let mut draft = slip(planned.family, member, words.clone(), None);
        draft.remarks.push(PublicText::released(words));
        return draft;
    };
    let bytes = original.and_then(|original| source::part_bytes(original, &facts.shape, part));
    let regions = desk.left_out.regions(member.record);
    let shown = match is_touched {
        true => {
            let redactor = &desk.left_out.redactor;
            redacted_file(&attached.found_type, bytes.as_deref(), &attached.text, &regions, member.record, redactor)
        }
        false => by_type(&attached.found_type, bytes.as_deref(), &attached.text),
    };
    let name = name_of(Some(attached));
    let fields = vec![
        (PublicText::released("File"), released(&name)),
        (PublicText::released("Type"), released(&attached.found_type)),
        (PublicText::released("Size"), PublicText::released(words::size(attached.bytes))),
    ];
    let mut remarks = Vec::new();
    if attached.searchable == Searchable::Partly {
        remarks.push(PublicText::released("Part of this file could not be read."));
    }
    // The digest of a file from which something was left out would tell whoever guesses it.
    let litigation = desk.plan.request.kind.is_discovery() && !is_touched;
    let sha256 = attached.sha256.filter(|_| litigation).map(|digest| digest.to_string()).unwrap_or_default();
    let mut told = Told { file_name: released(&name), sha256: PublicText::released(sha256), ..Told::default() };
    if desk.plan.natives && is_touched {
        remarks.push(PublicText::released("The original file is not given: a part of it is withheld."));
    } else if desk.plan.natives && bytes.is_none() {
        remarks.push(PublicText::released("The original file is not given: it could not be decoded or is too large."));
    }
    let native = bytes.filter(|_| litigation && desk.plan.natives).map(|bytes| native::of_part(attached, bytes));
    told.md5 = md5_of(native.as_ref());
    remarks.extend(rendered(native.as_ref(), told.sha256.as_str()));
    assemble(desk, planned.family, member, released(&name), fields, shown, remarks, told, native)
}

/// What is drawn of an item, its text, and a line above it.
pub(super) struct Shown {
    pub(super) content: Content,
    pub(super) text: PublicText,
    pub(super) remark: &'static str,
    /// Whether the receiver has to be told that the page is not the whole item.
    pub(super) listed: bool,
}

const TEXT_ONLY: &str =
    "The text of this file as the program read it, hidden parts included; its layout and pictures are not shown.";
const NO_TEXT: &str = "This message has no text.";
const TRANSCRIPT: &str =
    "Voicemail. These words are the transcript that its source has of the recording; nobody has compared the two.";
const NO_TRANSCRIPT: &str = "Voicemail. Its source has no transcript; what was said is in the recording alone.";
const NO_RECORDING: &str = "Voicemail. Its source has neither a transcript nor the recording.";
/// How a slip sheet ends whose file the receiver may ask for.
const ASK: &str = " Ask for it in its own format.";

fn message_body(item: &ParsedItem, zone: Tz, rich: impl FnOnce() -> Option<Rich>) -> Shown {
    let text = words::body(item, zone);
    let empty = item.body.trim().is_empty();
    if item.kind == RecordKind::Voicemail {
        let remark = match (empty, item.attachments.is_empty()) {
            (false, _) => TRANSCRIPT,
            (true, false) => NO_TRANSCRIPT,
            (true, true) => NO_RECORDING,
        };
        return Shown { content: Content::Text(text.clone()), text, remark, listed: empty };
    }
    if empty && item.searchable != Searchable::Fully {
        let words = PublicText::released("The text of this item could not be read.");
        return Shown { content: Content::Slip(words.clone()), text: words, remark: "", listed: true };
    }
    let remark = if empty && item.kind != RecordKind::Call { NO_TEXT } else { "" };
    let rich = if item.kind == RecordKind::Email && !empty { rich() } else { None };
    let content = rich.map_or_else(|| Content::Text(text.clone()), Content::Rich);
    Shown { content, text, remark, listed: false }
}

/// A file by what it is: a picture or pages as they are, else its text, else a slip sheet that says so.
fn by_type(found_type: &str, bytes: Option<&[u8]>, text: &str) -> Shown {
    let said = !text.trim().is_empty();
    let text = released(text);
    let slip = |words: &str, text: PublicText| {
        let words = PublicText::released(words);
        let text = if text.is_empty() { words.clone() } else { text };
        Shown { content: Content::Slip(words), text, remark: "", listed: true }
    };
    match (found_type, bytes) {
        ("image/jpeg" | "image/png" | "image/gif" | "image/webp", Some(bytes)) => {
            let text = if said { text } else { PublicText::released("A picture without text.") };
            Shown { content: Content::Picture(bytes.to_vec()), text, remark: "", listed: false }
        }
        ("application/pdf", Some(bytes)) => {
            let text = if said { text } else { PublicText::released("Pages without text that could be read.") };
            Shown { content: Content::Pages(bytes.to_vec()), text, remark: "", listed: false }
        }
        // Of plain text nothing is lost on a page.
        ("text/plain" | "text/csv" | "text/tab-separated-values", Some(_)) if said => {
            Shown { content: Content::Text(text.clone()), text, remark: "", listed: false }
        }
        _ if said => Shown { content: Content::Text(text.clone()), text, remark: TEXT_ONLY, listed: true },
        (_, None) => slip("This file could not be decoded or is too large to be shown as pages.", text),
        (_, Some([])) => slip("This file is empty.", text),
        (heard, Some(_)) if heard.starts_with("audio/") || heard.starts_with("video/") => {
            slip(&format!("This file is a recording, which no page can show.{ASK}"), text)
        }
        (_, Some(_)) => slip(&format!("This file has no text and cannot be shown as pages.{ASK}"), text),
    }
}

/// A slip sheet of what is given in its own format alone says which file that is.
fn in_its_format(shown: Shown, native: Option<&Native>, told: &Told) -> Shown {
    let (Content::Slip(why), Some(native)) = (&shown.content, native) else { return shown };
    let what = if native.is_rendition { "as a rendition" } else { "in its own format" };
    let why = why.as_str().trim_end_matches(ASK);
    let mut words = format!("{why}\nProduced {what}.");
    for (label, value) in [("File", &told.file_name), ("SHA-256 of the original", &told.sha256)] {
        if !value.is_empty() {
            words.push_str(&format!("\n{label}: {}", value.as_str()));
        }
    }
    let words = PublicText::released(words);
    // What could be read of it stays its text; where nothing could, the text says the same as the sheet.
    let text =
        if matches!(&shown.content, Content::Slip(old) if *old == shown.text) { words.clone() } else { shown.text };
    Shown { content: Content::Slip(words), text, ..shown }
}

#[expect(clippy::too_many_arguments, reason = "the parts of a draft, named where they are made")]
fn assemble(
    desk: &Desk<'_>,
    family: FamilyId,
    member: &PlannedMember,
    title: PublicText,
    fields: Vec<Field>,
    shown: Shown,
    mut remarks: Vec<PublicText>,
    told: Told,
    native: Option<Native>,
) -> Draft {
    let shown = in_its_format(shown, native.as_ref(), &told);
    if shown.listed {
        let sentence = match &shown.content {
            Content::Slip(words) => words.clone(),
            _ => PublicText::released(shown.remark),
        };
        remarks.push(sentence);
    }
    let mut text = String::new();
    for (label, value) in &fields {
        text.push_str(&format!("{}: {}\n", label.as_str(), value.as_str()));
    }
    if !shown.remark.is_empty() {
        text.push_str(&format!("\n{}\n", shown.remark));
    }
    text.push_str(&format!("\n{}\n", shown.text.as_str().trim_end()));
    let rendition = Rendition {
        title,
        fields,
        remark: PublicText::released(shown.remark),
        content: shown.content,
        first: None,
        made_at: Some(desk.plan.made_at),
        label: label(desk),
    };
    let sheet = Sheet::Shown(Box::new(rendition));
    let (record, kind) = (member.record, member.kind);
    let logged = Default::default();
    Draft {
        family,
        record,
        kind,
        sheet,
        text,
        native,
        told,
        withheld: None,
        left_out: false,
        logged,
        remarks,
        line: None,
        cuts: Vec::new(),
    }
}

fn title(subject: &str, kind: RecordKind) -> PublicText {
    match (subject.trim(), kind) {
        ("", RecordKind::Email) => PublicText::released("Message without a subject"),
        ("", RecordKind::Text) => PublicText::released("Text message"),
        ("", RecordKind::Call) => PublicText::released("Call"),
        ("", RecordKind::Voicemail) => PublicText::released("Voicemail"),
        ("", kind) => PublicText::released(kind.word()),
        (subject, _) => released(subject),
    }
}

fn found_type(item: &ParsedItem) -> String {
    item.facts.get("media type").cloned().unwrap_or_default()
}
