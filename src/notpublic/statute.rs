//! Sections of law under which a city's data are not public, with what is known of each: whether somebody has read the text
//! for this table, and whether it wants a person's determination. The presumption is that data are public (Minn. Stat.
//! § 13.03, subd. 1): whatever is not closed by a section is given.
//!
//! *Invariant:* a section that nobody has read for this table is never printed as a reason before counsel confirmed it.

use crate::model::redaction::DataClass;

/// A section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statute {
    /// As it is cited.
    pub citation: &'static str,
    /// What it is about.
    pub subject: &'static str,
    /// Data on individuals.
    pub of_individuals: DataClass,
    /// Other data; `None` where the section speaks of individuals alone.
    pub of_others: Option<DataClass>,
    /// Whether its text was read for this table.
    pub is_verified: bool,
    /// Whether it closes data only after a person determined something.
    pub wants_determination: bool,
}

const fn row(
    citation: &'static str,
    subject: &'static str,
    of_individuals: DataClass,
    of_others: Option<DataClass>,
    is_verified: bool,
    wants_determination: bool,
) -> Statute {
    Statute { citation, subject, of_individuals, of_others, is_verified, wants_determination }
}

use DataClass::{Confidential, Nonpublic, Private, Privileged, ProtectedNonpublic};

/// Every section of the table. Subdivisions stand before the section they belong to.
pub const STATUTES: &[Statute] = &[
    row("Minn. Stat. § 13.355", "Social Security numbers", Private, None, false, false),
    row("Minn. Stat. § 13.37, subd. 1(a)", "security information", Private, Some(Nonpublic), true, true),
    row("Minn. Stat. § 13.37, subd. 1(b)", "trade secret information", Private, Some(Nonpublic), true, true),
    row("Minn. Stat. § 13.37, subd. 1(c)", "labor relations information", Private, Some(Nonpublic), true, false),
    row("Minn. Stat. § 13.37, subd. 1(d)", "parking space leasing data", Private, Some(Nonpublic), true, false),
    row("Minn. Stat. § 13.37", "general nonpublic data", Private, Some(Nonpublic), true, true),
    row("Minn. Stat. § 13.356", "contact data given for notifications", Private, None, true, false),
    row("Minn. Stat. § 13.15", "electronic access data", Private, Some(Nonpublic), true, false),
    row("Minn. Stat. § 13.045", "Safe at Home participants", Private, None, false, false),
    row("Minn. Stat. § 13.10", "data on decedents", Private, None, false, false),
    row(
        "Minn. Stat. § 13.39, subd. 2",
        "pending civil legal action",
        Confidential,
        Some(ProtectedNonpublic),
        true,
        true,
    ),
    row("Minn. Stat. § 13.39", "civil investigation", Confidential, Some(ProtectedNonpublic), false, true),
    row("Minn. Stat. § 13.393", "attorneys' data", Privileged, Some(Privileged), true, false),
    row("Minn. Stat. § 13.392", "internal audit data", Confidential, Some(ProtectedNonpublic), false, false),
    row("Minn. Stat. § 6.715", "state auditor's data", Confidential, Some(ProtectedNonpublic), false, false),
    row(
        "Minn. Stat. § 13.43, subd. 2",
        "personnel data, complaints before their final disposition",
        Private,
        None,
        true,
        false,
    ),
    row("Minn. Stat. § 13.43, subd. 3", "applicants for employment", Private, None, true, false),
    row("Minn. Stat. § 13.43, subd. 4", "personnel data that no other line makes public", Private, None, true, false),
    row("Minn. Stat. § 13.43, subd. 5", "undercover law enforcement officers", Private, None, true, false),
    row("Minn. Stat. § 13.43, subd. 11", "personnel data released for safety", Private, None, true, false),
    row("Minn. Stat. § 13.43, subd. 17", "continuity of operations", Private, None, true, false),
    row("Minn. Stat. § 13.43", "personnel data", Private, None, true, false),
    row("Minn. Stat. § 13.435", "salary benefit survey data", Private, Some(Nonpublic), true, false),
    row("Minn. Stat. § 13.203", "service cooperative claims data", Private, Some(Nonpublic), true, false),
    row("Minn. Stat. § 176.231", "workers' compensation reports", Private, None, false, false),
    row("Minn. Stat. § 13.34", "examination data", Private, Some(Nonpublic), false, false),
    row("Minn. Stat. § 13.601, subd. 2", "correspondence with elected officials", Private, None, true, false),
    row("Minn. Stat. § 13.601, subd. 3", "applicants for appointment", Private, None, true, false),
    row("Minn. Stat. § 13.44, subd. 1", "identity of a complainant on real property", Confidential, None, true, false),
    row(
        "Minn. Stat. § 13.44, subd. 3",
        "real property appraisals",
        Confidential,
        Some(ProtectedNonpublic),
        true,
        false,
    ),
    row("Minn. Stat. § 13.44", "property complaint data", Confidential, None, true, false),
    row("Minn. Stat. § 13.51", "assessor's data", Private, Some(Nonpublic), true, false),
    row("Minn. Stat. § 13.52", "deferred assessment data", Private, None, false, false),
    row("Minn. Stat. § 13.681, subd. 6", "utility disconnection notices", Private, Some(Nonpublic), true, false),
    row("Minn. Stat. § 13.685", "municipal electric utility customer data", Private, Some(Nonpublic), true, false),
    row("Minn. Stat. § 13.548", "social recreational data", Private, None, false, false),
    row("Minn. Stat. § 13.462", "benefit data", Private, None, false, false),
    row("Minn. Stat. § 13.54", "housing agency data", Private, Some(Nonpublic), false, false),
    row("Minn. Stat. § 13.585", "housing agency data", Private, Some(Nonpublic), false, false),
    row("Minn. Stat. § 13.59", "redevelopment data", Private, Some(Nonpublic), false, false),
    row("Minn. Stat. § 13.591", "business and vendor data", Private, Some(Nonpublic), true, false),
    row("Minn. Stat. § 13.495", "lodging tax data", Private, Some(Nonpublic), false, false),
    row("Minn. Stat. § 13.87", "criminal justice and firearms data", Private, None, false, false),
    row("Minn. Stat. § 13.384", "medical data", Private, None, false, false),
    row("Minn. Stat. § 13.3805", "public health data", Private, None, false, false),
    row("Minn. Stat. § 13.46", "welfare data", Private, Some(Nonpublic), false, false),
    row("Minn. Stat. § 13.32", "educational data", Private, None, false, false),
    row("Minn. Stat. § 13.40", "library data", Private, None, false, false),
    row("Minn. Stat. ch. 260E", "maltreatment of minors", Confidential, None, false, false),
    row("Minn. Stat. § 626.557", "maltreatment of vulnerable adults", Confidential, None, false, false),
    row(
        "Minn. Stat. § 13.82, subd. 7",
        "active criminal investigative data",
        Confidential,
        Some(ProtectedNonpublic),
        true,
        false,
    ),
    row("Minn. Stat. § 13.82, subd. 17", "protected identities", Private, None, true, true),
    row("Minn. Stat. § 13.82, subd. 4", "911 audio recordings", Private, None, true, false),
    row("Minn. Stat. § 13.82", "law enforcement data", Private, Some(Nonpublic), false, false),
    row("Minn. Stat. § 13.824", "automated license plate reader data", Private, Some(Nonpublic), false, false),
    row("Minn. Stat. § 13.825", "body camera data", Private, Some(Nonpublic), true, false),
    row("Minn. Stat. § 626.19", "drone data", Private, Some(Nonpublic), true, false),
    row("Minn. Stat. § 13.86", "investigative detention data", Confidential, None, true, false),
    row("Minn. Stat. § 13.871, subd. 13", "orders for protection", Private, None, true, false),
    row("Minn. Stat. § 626.89, subd. 6", "peace officer discipline", Confidential, None, true, false),
    row("Minn. Stat. § 260B.171, subd. 5", "juvenile peace officer records", Private, None, true, false),
    row("Minn. Stat. § 171.12", "driver and vehicle data", Private, None, false, false),
    row("Minn. Stat. ch. 270B", "tax return information", Private, Some(Nonpublic), false, false),
    row("Minn. Stat. § 13D.05", "closed meetings", Private, Some(Nonpublic), false, false),
];

/// What stands of a basis of one or more citations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// A citation in it is not one that was read for the table.
    pub is_unverified: bool,
    /// A section in it wants a person's determination.
    pub wants_determination: bool,
}

/// What stands of a basis; citations are divided by `;`. Words without a number (a privilege in litigation) are no citation.
pub fn standing(basis: &str) -> Standing {
    let mut standing = Standing::default();
    for part in basis.split(';').filter(|part| part.contains(|c: char| c.is_ascii_digit())) {
        match of(part) {
            Some(statute) => {
                standing.is_unverified |= !statute.is_verified;
                standing.wants_determination |= statute.wants_determination;
            }
            None => standing.is_unverified = true,
        }
    }
    standing
}

/// The line of the table for a citation: the one of its subdivision, else the one of its section.
pub fn of(citation: &str) -> Option<&'static Statute> {
    let asked = key(citation);
    let fits = |statute: &&Statute| asked.starts_with(&key(statute.citation));
    STATUTES.iter().filter(fits).max_by_key(|statute| key(statute.citation).len())
}

/// Section and subdivision of a citation, `13.37`, `1`, `a`.
fn key(citation: &str) -> Vec<String> {
    let words = citation.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    let words = words.map(|word| word.trim_matches('.').to_ascii_lowercase());
    words
        .filter(|word| {
            !matches!(
                word.as_str(),
                "" | "minn" | "stat" | "ch" | "chapter" | "section" | "sec" | "subd" | "subdivision"
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citations_are_known_however_they_are_written() {
        let rows = [
            ("Minn. Stat. § 13.43, subd. 4", Some("Minn. Stat. § 13.43, subd. 4")),
            ("13.43 subd 4", Some("Minn. Stat. § 13.43, subd. 4")),
            ("Minn. Stat. § 13.43, subd. 4(b)", Some("Minn. Stat. § 13.43, subd. 4")),
            ("Minn. Stat. § 13.43, subd. 44", Some("Minn. Stat. § 13.43")),
            ("Minn. Stat. § 13.37, subd. 1(a)", Some("Minn. Stat. § 13.37, subd. 1(a)")),
            ("Minn. Stat. § 13.4", None),
            ("Minn. Stat. § 13.999", None),
            ("5 U.S.C. § 552a", None),
        ];
        for (written, known) in rows {
            assert_eq!(of(written).map(|one| one.citation), known, "{written}");
        }
    }

    #[test]
    fn what_nobody_has_read_is_not_verified() {
        let unread = |basis| standing(basis).is_unverified;
        assert!(!unread("Minn. Stat. § 13.44, subd. 1") && !unread("attorney-client privilege"));
        assert!(unread("Minn. Stat. § 13.355") && unread("Minn. Stat. § 99.99"));
        assert!(unread("Minn. Stat. § 13.44, subd. 1; Minn. Stat. § 13.384"), "each citation has to be verified");
        assert!(standing("Minn. Stat. § 13.37, subd. 1(a)").wants_determination);
        assert!(!standing("Minn. Stat. § 13.43, subd. 4").wants_determination);
        for one in STATUTES {
            assert_eq!(of(one.citation), Some(one), "every line finds itself");
        }
    }
}
