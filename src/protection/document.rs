//! One family as it is searched.

use crate::base::clock::local_date;
use crate::base::id::{CustodianId, FamilyId};
use crate::catalog::Standing;
use crate::model::item::ParsedItem;
use crate::model::record::Role;
use crate::query::{Document, Field};
use chrono_tz::Tz;

/// The searched value of an item.
pub fn document(
    family: Option<FamilyId>,
    item: &ParsedItem,
    custodians: &[(CustodianId, String)],
    standing: &Standing,
    zone: Tz,
) -> Document {
    let mut texts = vec![(Field::Subject, item.subject.clone()), (Field::Body, item.body.clone())];
    for party in &item.parties {
        let field = match party.role {
            Role::From | Role::Sender | Role::ReplyTo => Field::From,
            Role::To | Role::Member => Field::To,
            Role::Cc => Field::Cc,
            Role::Bcc => Field::Bcc,
        };
        texts.push((field, format!("{} {}", party.name, party.address)));
    }
    for attachment in &item.attachments {
        texts.push((Field::FileName, attachment.name.clone()));
        texts.push((Field::Attachment, attachment.text.clone()));
    }
    let moment = item.sent_at.as_ref().or(item.received_at.as_ref());
    Document {
        family,
        kind: item.kind,
        status: standing.status,
        series: standing.series.clone(),
        custodians: custodians.to_vec(),
        day: moment.map(|time| local_date(time.at, zone)),
        searchable: item.family_searchable(),
        attachment_types: item.attachments.iter().map(|one| one.found_type.clone()).collect(),
        texts,
    }
}
