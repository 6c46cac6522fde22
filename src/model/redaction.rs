//! Redactions: words of one item that are left out of what is given, each with its statute. The words themselves are
//! nowhere in it: a redaction says where they stand, and by their keyed digest that they are still the same.

use super::provenance::words;
use crate::base::digest::KeyedDigest;
use crate::base::id::{RecordId, RedactionId, RequestId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

words!(
    /// Where in an item the words stand.
    Place {
        /// The body of a message or the text of a file.
        Text = "text",
        /// The subject of a message or the name of a file.
        Subject = "subject",
        /// Names, addresses and numbers of those who took part, one to a line.
        People = "people",
        /// What the source tells beside these, one fact to a line.
        Facts = "facts",
        /// A part of a picture or of a page, which has no words to point at.
        Region = "region",
    }
);

words!(
    /// How far a redaction goes.
    Reach {
        /// The same words wherever they stand in what is given with it: quoted copies, subjects, file names, lists.
        Everywhere = "everywhere",
        /// This place alone; somebody looked at the others.
        Here = "here",
    }
);

words!(
    /// Who may see data that is not public (Minn. Stat. § 13.02, subds. 3, 9, 12 and 13).
    DataClass {
        /// Data on individuals that their subject may see.
        Private = "private",
        /// Data on individuals that not even their subject may see.
        Confidential = "confidential",
        /// Data not on individuals that their subject may see.
        Nonpublic = "nonpublic",
        /// Data not on individuals that nobody outside may see.
        ProtectedNonpublic = "protected-nonpublic",
        /// What an attorney's privilege covers (Minn. Stat. § 13.393).
        Privileged = "privileged",
    }
);

impl DataClass {
    /// Whether the subject of the data may see it (Minn. Stat. § 13.04, subd. 3).
    pub const fn is_open_to_its_subject(self) -> bool {
        matches!(self, Self::Private | Self::Nonpublic)
    }
}

words!(
    /// For whom a production is made; one review serves them all.
    Version {
        /// For the public: everything that is not public is left out.
        Public = "public",
        /// For the subject of the data: what is private about that person is given (Minn. Stat. § 13.04, subd. 3).
        DataSubject = "data-subject",
        /// For the city's own attorney: nothing is left out, and nothing of it leaves the building.
        CityAttorney = "city-attorney",
        /// For the other side of a lawsuit: privileged and not-public data are left out, but for what a court ordered.
        OpposingParty = "opposing-party",
    }
);

/// A box on a page, in thousandths of its width and height, from the top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Region {
    /// The page, counted from 1; a picture has one.
    pub page: u32,
    /// Left edge.
    pub left: u32,
    /// Top edge.
    pub top: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// A region was not well formed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a region: write PAGE:LEFT,TOP,WIDTH,HEIGHT in thousandths of the page, such as 1:100,250,400,60")]
pub struct RegionError(String);

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{},{},{},{}", self.page, self.left, self.top, self.width, self.height)
    }
}

impl FromStr for Region {
    type Err = RegionError;
    fn from_str(text: &str) -> Result<Self, RegionError> {
        let error = || RegionError(text.to_owned());
        let (page, rest) = text.split_once(':').ok_or_else(error)?;
        let numbers: Vec<u32> =
            rest.split(',').map(|one| one.trim().parse()).collect::<Result<_, _>>().map_err(|_| error())?;
        let page: u32 = page.trim().parse().map_err(|_| error())?;
        let &[left, top, width, height] = numbers.as_slice() else { return Err(error()) };
        let fits = |at: u32, size: u32| size > 0 && at <= 1_000 && size <= 1_000 - at;
        if page == 0 || !fits(left, width) || !fits(top, height) {
            return Err(error());
        }
        Ok(Self { page, left, top, width, height })
    }
}

/// A redaction as decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redaction {
    /// Its number.
    pub id: RedactionId,
    /// The request under review.
    pub request: RequestId,
    /// The member of a family.
    pub record: RecordId,
    /// Where the words stand.
    pub place: Place,
    /// The first character, counted from 0 in the text of that place.
    pub start: u64,
    /// The character behind the last one.
    pub end: u64,
    /// Keyed digest of the words: they are still these, or nothing is given.
    pub digest: KeyedDigest,
    /// The box, where there are no words.
    pub region: Option<Region>,
    /// The statute or other basis.
    pub statute: String,
    /// What stands in the box.
    pub label: String,
    /// Who may see the words.
    pub class: DataClass,
    /// Whether they are about the person who asks.
    pub about_requester: bool,
    /// The determination the statute wants of a person, in that person's words; empty where it wants none.
    pub determination: String,
    /// How far it goes.
    pub reach: Reach,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A court's order to give data of one request that a statute closes (Minn. Stat. § 13.03, subd. 6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CourtOrder {
    /// The request.
    pub request: RequestId,
    /// The court.
    pub court: String,
    /// The number of its file.
    pub file_number: String,
    /// The day of the order.
    pub dated: NaiveDate,
    /// The statutes whose data it opens, as they stand at the decisions.
    pub releases: Vec<String>,
}

impl CourtOrder {
    /// Whether the order opens what is closed under a basis: it names the section and, where it names one, the
    /// subdivision. A basis of several citations is opened only when each of them is.
    pub fn opens(&self, basis: &str) -> bool {
        let named: Vec<Vec<String>> = self.releases.iter().map(|one| citation(one)).collect();
        let mut parts = basis.split(';').map(str::trim).filter(|one| !one.is_empty()).peekable();
        parts.peek().is_some()
            && parts.all(|part| {
                let closed = citation(part);
                named.iter().any(|open| !open.is_empty() && closed.starts_with(open))
            })
    }
}

/// The words of a citation that tell one section from another.
fn citation(text: &str) -> Vec<String> {
    let words =
        text.split(|c: char| !c.is_alphanumeric() && c != '.').map(|word| word.trim_matches('.').to_lowercase());
    words
        .filter(|word| !matches!(word.as_str(), "" | "minn" | "stat" | "section" | "sec" | "subd" | "subdivision"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_come_back_and_stay_on_the_page() {
        let region: Region = "2:100,250,400,60".parse().expect("a region");
        assert_eq!(region, Region { page: 2, left: 100, top: 250, width: 400, height: 60 });
        assert_eq!(region.to_string().parse(), Ok(region));
        for wrong in
            ["", "1", "0:1,1,1,1", "1:1,1,1", "1:900,0,200,10", "1:0,0,0,10", "1:a,0,1,1", "1:0,0,4294967295,1"]
        {
            assert!(wrong.parse::<Region>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_order_opens_what_it_names_and_nothing_else() {
        let order = |names: &[&str]| CourtOrder {
            request: RequestId::new(1),
            court: "Fictional District Court".into(),
            file_number: "27-CV-25-0000".into(),
            dated: NaiveDate::default(),
            releases: names.iter().map(|one| (*one).to_owned()).collect(),
        };
        let rows = [
            (&["Minn. Stat. § 13.43"][..], "Minn. Stat. § 13.43, subd. 4", true, "the whole section"),
            (&["13.43 subd. 4"], "Minn. Stat. § 13.43, subd. 4", true, "written in another way"),
            (&["Minn. Stat. § 13.43, subd. 4"], "Minn. Stat. § 13.43", false, "only one subdivision"),
            (&["Minn. Stat. § 13.43, subd. 4"], "Minn. Stat. § 13.43, subd. 41", false, "another subdivision"),
            (&["Minn. Stat. § 13.4"], "Minn. Stat. § 13.43", false, "another section"),
            (&["13.43"], "Minn. Stat. § 13.43, subd. 4; Minn. Stat. § 13.393", false, "the privilege is not named"),
            (&["13.43", "13.393"], "Minn. Stat. § 13.43; Minn. Stat. § 13.393", true, "each is named"),
            (&["13.43"], "", false, "no basis"),
            (&[""], "Minn. Stat. § 13.43", false, "an empty name"),
        ];
        for (names, basis, opens, why) in rows {
            assert_eq!(order(names).opens(basis), opens, "{why}");
        }
    }
}
