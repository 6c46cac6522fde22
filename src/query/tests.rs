//! Goldens, errors and laws of the search language.

mod errors;
mod golden;
mod laws;
mod readings;

use super::{Document, Field};
use crate::base::id::CustodianId;
use crate::model::classification::RecordStatus;
use crate::model::item::Searchable;
use crate::model::record::RecordKind;

/// An e-mail of the fictional city, with a plan attached.
fn mail() -> Document {
    let texts = [
        (Field::Subject, "RE: Oak Street resurfacing (PR-1)"),
        (
            Field::Body,
            "Anna, the council voted on the annual budget. Credit and market risk are small. \
             Call (763) 555-0142 about parcel 12-345, section 13.43, or R&D. Don’t wait: café at 10:30. \
             The road crew repairs the road. Costs: $1,250.00.\n> 東京都の予算 👍🏽\nwww.cedarbend.example",
        ),
        (Field::From, "Lee Olson lee.olson@cedarbend.example"),
        (Field::To, "Anna Vang anna@cedarbend.example"),
        (Field::To, "Road Crew crew@cedarbend.example"),
        (Field::Cc, "Pat Berg +17635550142"),
        (Field::Bcc, "clerk@cedarbend.example"),
        (Field::FileName, "Site_Plan-v2.pdf"),
        (Field::Attachment, "Drainage easement. Agreements agreed by all parties"),
        (Field::FileName, "photo.jpg"),
        (Field::Attachment, ""),
    ];
    Document {
        family: None,
        kind: RecordKind::Email,
        status: RecordStatus::Official,
        series: "STREETS-04".to_owned(),
        custodians: vec![(CustodianId::new(3), "Vang, Ánna".to_owned())],
        day: "2025-03-14".parse().ok(),
        searchable: Searchable::Partly,
        attachment_types: vec!["application/pdf".to_owned(), "image/jpeg".to_owned()],
        texts: texts.map(|(field, text)| (field, text.to_owned())).to_vec(),
    }
}

/// A text message without a date.
fn sms() -> Document {
    Document {
        family: None,
        kind: RecordKind::Text,
        status: RecordStatus::Undetermined,
        series: String::new(),
        custodians: Vec::new(),
        day: None,
        searchable: Searchable::Fully,
        attachment_types: Vec::new(),
        texts: vec![
            (Field::Body, "ok see you at the road and not later".to_owned()),
            (Field::From, "763.555.0142".to_owned()),
            (Field::To, "+16125550199".to_owned()),
        ],
    }
}
