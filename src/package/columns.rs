//! The columns of the load file, and the values of one document.

use super::names;
use crate::base::digest::to_hex;
use crate::model::production::{BatesNumber, ProducedItem, PublicText};
use md5::{Digest, Md5};

/// The columns in order. Names as the FTC and SEC guides use them; dates are `MM/DD/YYYY`, times `HH:MM:SS` in the
/// zone of TIMEZONE.
pub const COLUMNS: &[&str] = &[
    "BEGBATES",
    "ENDBATES",
    "BEGATTACH",
    "ENDATTACH",
    "PARENTID",
    "PGCOUNT",
    "CUSTODIAN",
    "ALLCUSTODIANS",
    "FROM",
    "TO",
    "CC",
    "BCC",
    "SUBJECT",
    "DATESENT",
    "TIMESENT",
    "TIMEZONE",
    "DATERCVD",
    "TIMERCVD",
    "MESSAGEID",
    "INREPLYTO",
    "FILENAME",
    "FILEEXT",
    "DOCTYPE",
    "SHA256HASH",
    "MD5HASH",
    "EDRMMIH",
    "WITHHELD",
    "WITHHOLDINGBASIS",
    "PDFPATH",
    "TEXTPATH",
    "NATIVEPATH",
    "PRODVOL",
];

/// Columns that tell of the item itself; they are empty for what is withheld.
pub const TELLING: &[&str] = &[
    "FROM",
    "TO",
    "CC",
    "BCC",
    "SUBJECT",
    "DATESENT",
    "TIMESENT",
    "DATERCVD",
    "TIMERCVD",
    "MESSAGEID",
    "INREPLYTO",
    "FILENAME",
    "FILEEXT",
    "SHA256HASH",
    "MD5HASH",
    "EDRMMIH",
    "NATIVEPATH",
];

/// The values of one document, in the order of [`COLUMNS`].
pub fn values(item: &ProducedItem, volume: &str) -> Vec<PublicText> {
    let number = |number: &BatesNumber| PublicText::released(number.to_string());
    let path = |path: &str| PublicText::released(names::in_volume(volume, path));
    let (day, time, zone) = parts(&item.sent);
    let (day_received, time_received, _) = parts(&item.received);
    let withheld = item.withheld.clone();
    vec![
        number(&item.first),
        number(&item.last),
        number(&item.family_first),
        number(&item.family_last),
        item.parent.as_ref().map(number).unwrap_or_default(),
        PublicText::released(item.pages.to_string()),
        item.custodian.clone(),
        item.all_custodians.clone(),
        item.from.clone(),
        item.to.clone(),
        item.cc.clone(),
        item.bcc.clone(),
        item.subject.clone(),
        day,
        time,
        zone,
        day_received,
        time_received,
        item.message_id.clone(),
        item.answers.clone(),
        item.file_name.clone(),
        ending(&item.file_name),
        item.kind.clone(),
        item.original_sha256.clone(),
        item.original_md5.clone(),
        message_identification_hash(&item.message_id),
        PublicText::released(if withheld.is_some() { "Y" } else { "N" }),
        withheld.unwrap_or_default(),
        path(&item.pdf_path),
        path(&item.text_path),
        item.native_path.as_deref().map(path).unwrap_or_default(),
        PublicText::released(volume),
    ]
}

/// The hash by which the products of several makers tell one message from another: MD5 of its Message-ID with the angle
/// brackets, in small hexadecimal (EDRM MIH 1.0, 11 January 2023). It identifies and proves nothing.
fn message_identification_hash(id: &PublicText) -> PublicText {
    match id.as_str().trim().trim_start_matches('<').trim_end_matches('>') {
        "" => PublicText::default(),
        id => PublicText::released(to_hex(&Md5::digest(format!("<{id}>")))),
    }
}

/// The ending of a file name, without its dot; empty where it has none of the usual length.
fn ending(name: &PublicText) -> PublicText {
    const LETTERS: usize = 8;
    let ending = name.as_str().rsplit_once('.').map_or("", |(_, ending)| ending);
    let usual = (1..=LETTERS).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    PublicText::released(if usual { ending.to_ascii_lowercase() } else { String::new() })
}

/// Day, time and zone out of `YYYY-MM-DD HH:MM:SS ±HH:MM`; three empty values when the time is not known.
fn parts(sent: &PublicText) -> (PublicText, PublicText, PublicText) {
    let mut words = sent.as_str().split(' ');
    let (day, time, zone) = (words.next().unwrap_or(""), words.next().unwrap_or(""), words.next().unwrap_or(""));
    let day = match day.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] => format!("{month}/{day}/{year}"),
        _ => String::new(),
    };
    let zone = if zone.is_empty() { String::new() } else { format!("UTC{zone}") };
    (PublicText::released(day), PublicText::released(time), PublicText::released(zone))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::base::id::RecordId;

    /// A document for the tests of this room.
    pub(crate) fn sample(first: u32, pages: u32) -> ProducedItem {
        let number =
            |page| BatesNumber::new(crate::model::production::BatesPrefix::new("CB-").expect("a prefix"), page);
        let text = PublicText::released;
        ProducedItem {
            record: RecordId::new(7),
            first: number(first),
            last: number(first + pages - 1),
            family_first: number(first),
            family_last: number(first + pages - 1),
            parent: None,
            pages,
            kind: text("email"),
            subject: text("Ridgeview, \"phase 2\"\n=cost"),
            from: text("Ana Muñoz <ana@cedarbend.example>"),
            to: text("council@cedarbend.example"),
            cc: text(""),
            bcc: text(""),
            sent: text("2025-03-02 14:05:11 -06:00"),
            received: text("2025-03-02 14:05:14 -06:00"),
            answers: text(""),
            file_name: text(""),
            custodian: text("Muñoz, Ana"),
            all_custodians: text("Muñoz, Ana; Boyd, J."),
            message_id: text("a1@cedarbend.example"),
            original_sha256: text(""),
            original_md5: text(""),
            withheld: None,
            left_out: false,
            news: text(""),
            pdf_path: format!("data/VOL001/PDF/0001/{}.pdf", number(first)),
            text_path: format!("data/VOL001/TEXT/0001/{}.txt", number(first)),
            native_path: None,
        }
    }

    #[test]
    fn the_message_identification_hash_is_that_of_the_standard() {
        // The vector that EDRM published, with and without the brackets that our facts leave away.
        for id in ["<CALckR-a8UDkRjO4xJyjd_s0GPxQWw@mail.gmail.com>", "CALckR-a8UDkRjO4xJyjd_s0GPxQWw@mail.gmail.com"] {
            let hash = message_identification_hash(&PublicText::released(id));
            assert_eq!(hash.as_str(), "1de319c276884bd0c9e2f1621ada26cc");
        }
        assert!(message_identification_hash(&PublicText::default()).is_empty());
    }

    #[test]
    fn a_document_has_a_value_for_each_column() {
        let values = values(&sample(1, 2), "VOL001");
        assert_eq!(values.len(), COLUMNS.len());
        let of = |name: &str| {
            let at = COLUMNS.iter().position(|one| *one == name).expect("a column");
            values[at].as_str()
        };
        for (name, value) in [
            ("BEGBATES", "CB-00000001"),
            ("ENDBATES", "CB-00000002"),
            ("DATESENT", "03/02/2025"),
            ("TIMESENT", "14:05:11"),
            ("TIMEZONE", "UTC-06:00"),
            ("TIMERCVD", "14:05:14"),
            ("FILEEXT", ""),
            ("WITHHELD", "N"),
            ("PDFPATH", "PDF\\0001\\CB-00000001.pdf"),
            ("NATIVEPATH", ""),
        ] {
            assert_eq!(of(name), value, "{name}");
        }
        assert!(TELLING.iter().all(|name| COLUMNS.contains(name)));
    }
}
