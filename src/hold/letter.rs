//! The letters of a hold as text and PDF, from templates that a city may make its own. Nothing is mailed.
//!
//! A template is plain text. Its first line is the title; `{{word}}` stands for what the hold says. The shipped ones are
//! used until a city copies them into its repository (`templates/`) and changes them there.

use super::HoldError;
use crate::letters::{self, Letter, Shipped};
use crate::model::hold::{Hold, HoldBasis};
use crate::model::provenance::words;
use crate::repository::Repository;
use chrono::NaiveDate;
use std::path::PathBuf;

words!(
    /// Whom a letter is for.
    LetterKind {
        /// Somebody whose records are held.
        Custodian = "custodian",
        /// Whoever runs the mail system, the phones and the device management.
        It = "it",
        /// Whoever was told of a hold that is released.
        Release = "release",
    }
);

/// The shipped templates, by the name of their file.
const SHIPPED: &Shipped = &[
    ("hold-custodian.txt", include_str!("../../assets/letters/hold-custodian.txt")),
    ("hold-it.txt", include_str!("../../assets/letters/hold-it.txt")),
    ("hold-reminder.txt", include_str!("../../assets/letters/hold-reminder.txt")),
    ("hold-release.txt", include_str!("../../assets/letters/hold-release.txt")),
];

/// Which template a letter is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Template {
    /// The first letter.
    First(LetterKind),
    /// A reminder of it.
    Reminder,
}

/// What a letter tells beside the hold itself.
pub(super) struct Telling<'t> {
    pub(super) hold: &'t Hold,
    pub(super) reaches: &'t str,
    pub(super) to: &'t str,
    pub(super) number: u64,
    pub(super) first_written: NaiveDate,
    /// In the notice of a release: what was let go.
    pub(super) let_go: LetGo,
}

/// What the notice of a release tells beside the hold.
#[derive(Default)]
pub(super) struct LetGo {
    /// Why, as recorded.
    pub(super) reason: String,
    /// The day of the release.
    pub(super) on: Option<NaiveDate>,
    /// The last day of the city's cooling period.
    pub(super) protected_until: Option<NaiveDate>,
    /// Whether IT was told of the hold, and what it suspended.
    pub(super) suspended: Option<String>,
}

impl LetGo {
    fn told(&self) -> [(&'static str, String); 4] {
        let until = self.protected_until.map(|day| {
            format!(
                "Recordroom itself destroys nothing of it up to and including {}, and after that only by an approved plan.",
                letter_day(day)
            )
        });
        let suspended = self.suspended.as_ref().map(|jobs| match jobs.trim() {
            "" => "You may start again what you suspended for this hold, as far as no other hold needs it.".to_owned(),
            jobs => format!(
                "You may start again what you suspended for this hold, as far as no other hold needs it: {}.",
                jobs.trim_end_matches('.')
            ),
        });
        [
            ("release_reason", format!("{}.", self.reason.trim().trim_end_matches('.'))),
            ("released_on", self.on.map(letter_day).unwrap_or_default()),
            ("protected_until", until.unwrap_or_default()),
            ("suspended", suspended.unwrap_or_default()),
        ]
    }
}

/// A day as a letter writes it.
fn letter_day(day: NaiveDate) -> String {
    day.format("%B %-d, %Y").to_string()
}

/// Copies the shipped templates into the repository, to be edited there; one that is there already is left alone.
/// Returns the files that were written.
pub fn copy_templates(repository: &Repository) -> Result<Vec<PathBuf>, HoldError> {
    Ok(letters::copy_templates(repository, SHIPPED)?)
}

/// Writes a letter out of its template.
pub(super) fn letter(repository: &Repository, which: Template, telling: &Telling<'_>) -> Result<Letter, HoldError> {
    let name = match which {
        Template::First(LetterKind::Custodian) => "hold-custodian.txt",
        Template::First(LetterKind::It) => "hold-it.txt",
        Template::First(LetterKind::Release) => "hold-release.txt",
        Template::Reminder => "hold-reminder.txt",
    };
    let hold = telling.hold;
    let values = [
        ("city", repository.profile().city.clone()),
        ("date", letter_day(repository.today())),
        ("hold", hold.id.to_string()),
        ("matter", hold.matter.clone()),
        ("basis", basis_words(hold.basis).to_owned()),
        ("reason", hold.reason.clone()),
        ("issuer", hold.issued_by.clone()),
        ("reaches", with_document_system(repository, telling.reaches)),
        ("to", telling.to.to_owned()),
        ("number", telling.number.to_string()),
        ("first_written", letter_day(telling.first_written)),
    ];
    let values: Vec<(&str, String)> = values.into_iter().chain(telling.let_go.told()).collect();
    Ok(letters::write(repository, SHIPPED, name, &values)?)
}

/// What a hold reaches, with the document system: official records are there, and their mailbox copies may be gone.
fn with_document_system(repository: &Repository, reaches: &str) -> String {
    match repository.profile().policy.document_system.trim() {
        "" => reaches.to_owned(),
        system => format!("{reaches}; the same in {system}, where official records are filed"),
    }
}

/// The basis as a letter says it.
fn basis_words(basis: HoldBasis) -> &'static str {
    match basis {
        HoldBasis::PendingLitigation => "litigation is pending",
        HoldBasis::AnticipatedLitigation => "litigation is reasonably anticipated",
        HoldBasis::Order => "it was ordered",
        HoldBasis::Audit => "there is an audit or investigation",
        HoldBasis::NotStated => "legal hold",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_letter_names_what_deletes_by_itself() {
        // The release takes all of it back.
        for (name, text) in SHIPPED.iter().filter(|one| one.0 != "hold-release.txt") {
            for words in ["{{matter}}", "{{reaches}}", "{{to}}", "auto-delete", "wipe"] {
                assert!(text.contains(words), "{name} says {words}");
            }
        }
        for words in ["mailbox auto-delete", "phone auto-delete", "remote wipe"] {
            assert!(SHIPPED[1].1.to_lowercase().contains(words), "IT is told of {words}");
        }
    }
}
