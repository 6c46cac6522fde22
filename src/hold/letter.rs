//! The letters of a hold as text and PDF, from templates that a city may make its own. Nothing is mailed.
//!
//! A template is plain text. Its first line is the title; `{{word}}` stands for what the hold says. The shipped ones are
//! used until a city copies them into its repository (`templates/`) and changes them there.

use super::HoldError;
use crate::base::durable;
use crate::model::hold::{Hold, HoldBasis};
use crate::model::production::PublicText;
use crate::model::provenance::words;
use crate::render::{Content, Rendition, draw};
use crate::repository::{Repository, RepositoryError};
use chrono::NaiveDate;
use std::path::PathBuf;

/// Bytes of the longest template that is read.
const TEMPLATE_BYTES: u64 = 256 * 1024;

words!(
    /// Whom a letter is for.
    LetterKind {
        /// Somebody whose records are held.
        Custodian = "custodian",
        /// Whoever runs the mail system, the phones and the device management.
        It = "it",
    }
);

/// The shipped templates, by the name of their file.
const SHIPPED: [(&str, &str); 3] = [
    ("hold-custodian.txt", include_str!("../../assets/letters/hold-custodian.txt")),
    ("hold-it.txt", include_str!("../../assets/letters/hold-it.txt")),
    ("hold-reminder.txt", include_str!("../../assets/letters/hold-reminder.txt")),
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
}

/// A filled letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Letter {
    /// The whole text.
    pub(super) text: String,
    /// The same as a PDF file.
    pub(super) pdf: Vec<u8>,
}

fn folder(repository: &Repository) -> PathBuf {
    repository.layout().root().join("templates")
}

/// Copies the shipped templates into the repository, to be edited there; one that is there already is left alone.
/// Returns the files that were written.
pub fn copy_templates(repository: &Repository) -> Result<Vec<PathBuf>, HoldError> {
    let folder = folder(repository);
    durable::create_dir_all(&folder).map_err(|error| RepositoryError::io(&folder, error))?;
    let mut written = Vec::new();
    for (name, text) in SHIPPED {
        let path = folder.join(name);
        if !path.exists() {
            durable::create_new(&path, text.as_bytes()).map_err(|error| RepositoryError::io(&path, error))?;
            written.push(path);
        }
    }
    Ok(written)
}

/// The city's own template, else the shipped one.
fn template(repository: &Repository, which: Template) -> Result<(String, String), HoldError> {
    let name = match which {
        Template::First(LetterKind::Custodian) => "hold-custodian.txt",
        Template::First(LetterKind::It) => "hold-it.txt",
        Template::Reminder => "hold-reminder.txt",
    };
    let path = folder(repository).join(name);
    if let Ok(about) = std::fs::metadata(&path) {
        if about.len() > TEMPLATE_BYTES {
            let message = format!("its template is longer than {TEMPLATE_BYTES} bytes");
            return Err(HoldError::Letter { name: name.to_owned(), message });
        }
        let text = std::fs::read_to_string(&path).map_err(|error| RepositoryError::io(&path, error))?;
        return Ok((name.to_owned(), text));
    }
    let shipped = SHIPPED.iter().find(|(shipped, _)| *shipped == name).map_or("", |(_, text)| text);
    Ok((name.to_owned(), shipped.to_owned()))
}

/// Writes a letter out of its template.
pub(super) fn letter(repository: &Repository, which: Template, telling: &Telling<'_>) -> Result<Letter, HoldError> {
    let (name, template) = template(repository, which)?;
    let wrong = |message: String| HoldError::Letter { name: name.clone(), message };
    let hold = telling.hold;
    let values = [
        ("city", repository.profile().city.clone()),
        ("date", repository.today().to_string()),
        ("hold", hold.id.to_string()),
        ("matter", hold.matter.clone()),
        ("basis", basis_words(hold.basis).to_owned()),
        ("reason", hold.reason.clone()),
        ("issuer", hold.issued_by.clone()),
        ("reaches", telling.reaches.to_owned()),
        ("to", telling.to.to_owned()),
        ("number", telling.number.to_string()),
        ("first_written", telling.first_written.to_string()),
    ];
    let text = filled(&template, &values).map_err(wrong)?;
    let (title, body) = text.split_once('\n').unwrap_or((&text, ""));
    let label = if repository.profile().exercise { crate::render::EXERCISE } else { "" };
    let rendition = Rendition {
        title: PublicText::released(title.trim()),
        fields: Vec::new(),
        remark: PublicText::released(""),
        content: Content::Text(PublicText::released(body.trim_start())),
        first: None,
        made_at: Some(repository.now()),
        label: PublicText::released(label),
    };
    let pdf = draw(&rendition).map_err(|error| wrong(error.to_string()))?.pdf;
    let text = if label.is_empty() { text } else { format!("{label}\n\n{text}") };
    Ok(Letter { text, pdf })
}

/// Puts values into a template. What is put in is never looked at for further words, and an unknown word is an error: a
/// letter that says `{{matter}}` to a custodian preserves nothing.
fn filled(template: &str, values: &[(&str, String)]) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find("{{") {
        out.push_str(&rest[..at]);
        let inside = &rest[at + 2..];
        let end = inside.find("}}").ok_or("a {{ has no }}")?;
        let word = inside[..end].trim();
        let value = values.iter().find(|(name, _)| *name == word).map(|(_, value)| value);
        let known: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
        let value =
            value.ok_or_else(|| format!("{{{{{word}}}}} is no word it knows; they are {}", known.join(", ")))?;
        out.push_str(&crate::text::safe(value));
        rest = &inside[end + 2..];
    }
    out.push_str(rest);
    Ok(out)
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
        for (name, text) in SHIPPED {
            for words in ["{{matter}}", "{{reaches}}", "{{to}}", "auto-delete", "wipe"] {
                assert!(text.contains(words), "{name} says {words}");
            }
        }
        for words in ["mailbox auto-delete", "phone auto-delete", "remote wipe"] {
            assert!(SHIPPED[1].1.to_lowercase().contains(words), "IT is told of {words}");
        }
    }

    #[test]
    fn values_are_put_in_once_and_unknown_words_are_named() {
        let values = [("matter", "{{to}} v. City".to_owned()), ("to", "Anna".to_owned())];
        assert_eq!(filled("{{ matter }}: {{to}}.", &values).as_deref(), Ok("{{to}} v. City: Anna."));
        assert!(filled("{{mater}}", &values).expect_err("unknown").contains("matter, to"));
        assert!(filled("{{to", &values).is_err());
    }
}
