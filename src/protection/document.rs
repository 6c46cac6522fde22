//! One family as it is searched: by the index, by holds and by requests alike.
//!
//! Every text of an item is a text of its own, so that no phrase runs from one into another. What a source says
//! beside them (the place a call went to, a meeting's summary) is searched with the body; what a program says about
//! its own handling is not, or every text message would answer `delivered`.

use crate::base::clock::local_date;
use crate::base::id::{CustodianId, FamilyId};
use crate::catalog::Standing;
use crate::model::item::{ParsedAttachment, ParsedItem};
use crate::model::record::{Party, Role};
use crate::query::{Document, Field};
use crate::text::asked;
use chrono_tz::Tz;

/// Facts about how an item was handled and not what it says, by the names the readers give them.
const OF_HANDLING: &[&str] = &[
    "date as written",
    "delivery",
    "media type",
    "message kind",
    "outcome",
    "sent time is",
    "status",
    "calendar method",
    "calendar start",
    "calendar end",
    "calendar status",
    "calendar uid",
    "ct_t",
    "date_format",
    "m_type",
    "protocol",
    "service_center",
    "sub_id",
    "toa",
    "tr_id",
    "v",
];

/// Facts that name who belongs to a conversation.
const OF_PEOPLE: &[&str] = &["group", "names of the group"];

/// How names of facts of recordings and photos end whose values are our own words, or numbers nobody looks for.
const OF_MEDIA: &[&str] =
    &["zone", "basis", "codec", "channels", "samples a second", "duration in seconds", "orientation"];

fn is_of_media(name: &str) -> bool {
    OF_MEDIA.contains(&name.rsplit(": ").next().unwrap_or(name))
}

/// The searched value of an item.
///
/// `custodians` are those of all copies. The day is the city's own (`zone`): sent, else received.
pub fn document(
    family: Option<FamilyId>,
    item: &ParsedItem,
    custodians: &[(CustodianId, String)],
    standing: &Standing,
    zone: Tz,
) -> Document {
    let moment = item.sent_at.as_ref().or(item.received_at.as_ref());
    Document {
        family,
        kind: item.kind,
        status: standing.status,
        series: standing.series.clone(),
        custodians: custodians.to_vec(),
        day: moment.map(|time| local_date(time.at, zone)),
        searchable: item.family_searchable(),
        attachment_types: item.attachments.iter().map(media_type).collect(),
        texts: texts(item),
    }
}

fn texts(item: &ParsedItem) -> Vec<(Field, String)> {
    let mut texts = vec![(Field::Subject, item.subject.clone()), (Field::Body, item.body.clone())];
    for party in &item.parties {
        add_party(party, &mut texts);
    }
    for (name, value) in &item.facts {
        let name = name.as_str();
        if OF_PEOPLE.contains(&name) {
            texts.push((Field::To, value.clone()));
        } else if !OF_HANDLING.contains(&name) && !is_of_media(name) {
            let of_attachment = name.starts_with("attachment ");
            texts.push((if of_attachment { Field::Attachment } else { Field::Body }, value.clone()));
        }
    }
    for attachment in &item.attachments {
        texts.push((Field::FileName, attachment.name.clone()));
        texts.push((Field::Attachment, attachment.text.clone()));
    }
    texts.retain(|(_, text)| !text.trim().is_empty());
    texts
}

/// The name with the address as written; and the normal form where it is not found by the same words (a number
/// written without its area code, an address in an older spelling).
fn add_party(party: &Party, texts: &mut Vec<(Field, String)>) {
    let field = match party.role {
        Role::From | Role::Sender | Role::ReplyTo => Field::From,
        Role::To | Role::Member => Field::To,
        Role::Cc => Field::Cc,
        Role::Bcc => Field::Bcc,
    };
    let written = if party.name.trim() == party.address.trim() {
        party.address.clone()
    } else {
        format!("{} {}", party.name, party.address)
    };
    texts.push((field, written));
    if let Some(normal) = &party.normal
        && asked(normal) != asked(&party.address)
    {
        texts.push((field, normal.clone()));
    }
}

/// The type found by content; what the source claims where nothing was found.
fn media_type(attachment: &ParsedAttachment) -> String {
    let found = &attachment.found_type;
    if found.is_empty() { attachment.claimed_type.clone() } else { found.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::classification::{RecordStatus, StatusBasis};
    use crate::model::item::Searchable;
    use crate::model::record::{RecordKind, SourceTime, ZoneBasis};
    use crate::query::{matches, parse};

    fn party(role: Role, name: &str, address: &str, normal: &str) -> Party {
        let normal = Some(normal).filter(|normal| !normal.is_empty()).map(str::to_owned);
        Party { role, name: name.to_owned(), address: address.to_owned(), normal }
    }

    fn group_text() -> Document {
        let mut item = ParsedItem::new(RecordKind::Text);
        item.body = "see you at Oak Street".to_owned();
        item.subject = " \n".to_owned();
        item.parties = vec![
            party(Role::From, "Ánna Vang", "763.555.0142", "+17635550142"),
            party(Role::Member, "Lee", "555-0199", "+16125550199"),
            party(Role::Sender, "gateway@cedarbend.example", "gateway@cedarbend.example", ""),
            party(Role::Bcc, "Pat", "PAT@CedarBend.example", "pat@cedarbend.example"),
        ];
        for (name, value) in [
            ("names of the group", "Road Crew"),
            ("delivery", "delivered"),
            ("calendar summary", "Plat review"),
            ("media type", "text/x-thing"),
            ("recording: codec", "opus"),
            ("attachment 1: author", "Surveyor Kim"),
        ] {
            item.facts.insert(name.to_owned(), value.to_owned());
        }
        item.attachments = vec![ParsedAttachment {
            name: "Site_Plan.PDF".to_owned(),
            claimed_type: "application/pdf".to_owned(),
            found_type: String::new(),
            bytes: 10,
            sha256: None,
            inline: false,
            text: "Drainage easement".to_owned(),
            searchable: Searchable::Not,
            part: 1,
        }];
        let mut picture = item.attachments[0].clone();
        (picture.found_type, picture.text) = ("image/png".to_owned(), String::new());
        item.attachments.push(picture);
        let at = "2025-03-15T03:30:00Z".parse().expect("a moment");
        item.received_at = Some(SourceTime { at, as_written: String::new(), zone: ZoneBasis::FormatIsUtc });
        let standing = Standing {
            status: RecordStatus::Transitory,
            basis: StatusBasis::Proposed,
            series: "TEXTS".to_owned(),
            confidence: 50,
        };
        let custodians = [(CustodianId::new(1), "Vang, Anna".to_owned())];
        document(None, &item, &custodians, &standing, chrono_tz::America::Chicago)
    }

    #[test]
    fn everything_a_searcher_would_expect_is_in_its_field() {
        let document = group_text();
        let table = [
            ("body:oak", true, "the body"),
            ("from:anna", true, "the sender's name"),
            ("from:(763) 555-0142", true, "the sender's number, however it is typed"),
            ("from:+17635550142", true, "in its normal form"),
            ("to:555-0199", true, "a member's number as it was written"),
            ("to:612-555-0199", true, "and in its normal form"),
            ("to:\"lee 555\"", true, "the name stands with what was written"),
            ("from:(gateway w/5 gateway)", false, "an address that repeats its name is one text"),
            ("bcc:pat@cedarbend.example", true, "an address in capitals"),
            ("to:\"road crew\"", true, "the name of the group"),
            ("\"plat review\"", true, "what the calendar says"),
            ("delivered", false, "what the network says about its handling is no word of the item"),
            ("thing", false, "nor a media type"),
            ("opus", false, "nor how a recording is coded"),
            ("attachment:surveyor", true, "what is said of an attachment stands with it"),
            ("body:surveyor", false, "and not with the body"),
            ("body:\"plat review\"", true, "what is said of the item stands with the body"),
            ("attachment:\"plat review\"", false, "and not with an attachment"),
            ("file:site_plan*", true, "a file name"),
            ("attachment:easement", true, "its text"),
            ("\"pdf drainage\"", false, "which is not the same text"),
            ("type:pdf", true, "the claimed type where nothing was found"),
            ("type:png", true, "and the type that was found, whatever is claimed"),
            ("date:2025-03-14", true, "the day in the city's zone: 03:30 UTC is the evening before"),
            ("is:unsearchable", true, "the attachment is not searchable"),
            ("status:transitory series:texts custodian:vang kind:text", true, "facts of the catalog"),
        ];
        for (query, expected, why) in table {
            let parsed = parse(query).unwrap_or_else(|error| panic!("{query}: {}", error.message));
            assert_eq!(matches(&parsed, &document), expected, "{query}: {why}");
        }
        assert!(document.texts.iter().all(|(_, text)| !text.trim().is_empty()), "empty texts are left out");
        // An address that is found by the same words stands once.
        let bcc = document.texts.iter().filter(|(field, _)| *field == Field::Bcc).count();
        assert_eq!(bcc, 1, "{:?}", document.texts);
    }
}
