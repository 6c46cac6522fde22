//! `redaction-log.csv`: one row for everything that was left out of a document, with its basis, and never its words
//! (Minn. Stat. § 13.03, subd. 3(f); § 13.37, subd. 2 wants a short description of a determination).

use super::listing;
use crate::base::id::RedactionId;
use crate::model::production::{BatesNumber, PublicText};
use crate::model::redaction::{DataClass, Place};

/// Something left out of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The first number of the document.
    pub number: BatesNumber,
    /// The redaction; its number tells nothing.
    pub redaction: RedactionId,
    /// The statute or other basis.
    pub basis: PublicText,
    /// Who may see it.
    pub class: DataClass,
    /// Where it stands.
    pub place: Place,
    /// Whether it repeats words that are withheld in another document.
    pub follows: bool,
    /// The determination the statute wants, in a person's words.
    pub determination: PublicText,
}

/// The whole log.
pub fn log(rows: &[Row]) -> String {
    let own = |text: &str| PublicText::released(text);
    let head = ["number", "redaction", "basis", "classification", "where", "why here", "determination"];
    let mut out = format!("\u{feff}{}", listing::row(&head.map(own)));
    for one in rows {
        let place = match one.place {
            Place::Text => "text",
            Place::Subject => "subject or file name",
            Place::People => "names and addresses",
            Place::Facts => "further facts",
            Place::Region => "a part of a picture or page",
        };
        let why =
            if one.follows { "repeats what is withheld in another document" } else { "decided for this document" };
        out.push_str(&listing::row(&[
            own(&one.number.to_string()),
            own(&one.redaction.to_string()),
            one.basis.clone(),
            own(one.class.word()),
            own(if one.follows { "where the words stand" } else { place }),
            own(why),
            one.determination.clone(),
        ]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_its_basis_and_no_words() {
        let row = Row {
            number: "CB-00000003".parse().expect("a number"),
            redaction: RedactionId::new(4),
            basis: PublicText::released("Minn. Stat. § 13.44, subd. 1"),
            class: DataClass::Confidential,
            place: Place::Text,
            follows: false,
            determination: PublicText::default(),
        };
        let rows = listing::read(log(&[row.clone(), Row { follows: true, ..row }]).as_bytes()).expect("CSV");
        assert_eq!(rows.len(), 3);
        let basis = "Minn. Stat. § 13.44, subd. 1";
        assert_eq!(rows[1], ["CB-00000003", "W-4", basis, "confidential", "text", "decided for this document", ""]);
        assert_eq!(rows[2][5], "repeats what is withheld in another document");
    }
}
