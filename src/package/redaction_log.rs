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

/// A row as it is told, for checking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The first number of the document.
    pub number: BatesNumber,
    /// The redaction.
    pub redaction: RedactionId,
    /// The statute or other basis, as the log shows it.
    pub basis: String,
    /// Who may see it.
    pub class: DataClass,
    /// Whether it repeats words that are withheld in another document.
    pub follows: bool,
}

/// Why a row follows another document's redaction.
const FOLLOWS: &str = "repeats what is withheld in another document";
/// Why a row stands by itself.
const OWN: &str = "decided for this document";

/// The rows of a log; the number of the first row that is none, when one is not.
///
/// # Errors
/// The line of a row that cannot be read; 1 when it is no such log at all.
pub fn read(bytes: &[u8]) -> Result<Vec<Told>, usize> {
    let rows = listing::read(bytes).ok_or(1usize)?;
    if rows.first().is_none_or(|head| head.len() != 7 || head[0] != "number") {
        return Err(1);
    }
    (2..).zip(rows.into_iter().skip(1)).map(|(line, cells)| told(&cells).ok_or(line)).collect()
}

fn told(cells: &[String]) -> Option<Told> {
    let [number, redaction, basis, class, _, why, _] = cells else { return None };
    Some(Told {
        number: number.parse().ok()?,
        redaction: redaction.parse().ok()?,
        basis: Some(basis.clone()).filter(|basis| !basis.trim().is_empty())?,
        class: DataClass::parse(class)?,
        follows: match why.as_str() {
            FOLLOWS => true,
            OWN => false,
            _ => return None,
        },
    })
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
        let why = if one.follows { FOLLOWS } else { OWN };
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
        let rows = listing::read(log(&[row.clone(), Row { follows: true, ..row.clone() }]).as_bytes()).expect("CSV");
        assert_eq!(rows.len(), 3);
        let basis = "Minn. Stat. § 13.44, subd. 1";
        assert_eq!(rows[1], ["CB-00000003", "W-4", basis, "confidential", "text", "decided for this document", ""]);
        assert_eq!(rows[2][5], "repeats what is withheld in another document");
        let told = read(log(&[row.clone(), Row { follows: true, ..row.clone() }]).as_bytes()).expect("a log");
        assert_eq!(
            (told[0].number.clone(), told[0].redaction, told[0].class),
            (row.number.clone(), row.redaction, row.class)
        );
        assert_eq!((told[0].follows, told[1].follows, told[1].basis.as_str()), (false, true, basis));
        let broken = log(&[row.clone(), row]).replace("confidential", "secret");
        assert_eq!((read(broken.as_bytes()), read(b"number\n")), (Err(2), Err(1)));
    }
}
