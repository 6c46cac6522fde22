//! The metadata of a filing: a CSV for people, the form of the receipt, and the list file from a template that the city
//! makes its own.

use super::FilingError;
use super::page::Told;
use crate::base::durable;
use crate::base::id::FamilyId;
use crate::report::{Cell, Column, Table};
use crate::repository::{Repository, RepositoryError};
use std::path::PathBuf;

/// The name of the template, shipped and in the repository.
const TEMPLATE: &str = "filing.xml";
const SHIPPED: &str = include_str!("../../assets/filing/laserfiche.xml");
/// Where the part of the template begins and ends that is written for each file.
const BEGIN: &str = "{{#file}}";
const END: &str = "{{/file}}";
/// Bytes of the longest template that is read.
const TEMPLATE_BYTES: u64 = 256 * 1024;
/// The columns of the list for people, and the words of the template.
const WORDS: [&str; 16] = [
    "file",
    "sha256",
    "bytes",
    "item",
    "part",
    "title",
    "from",
    "to",
    "cc",
    "bcc",
    "subject",
    "sent",
    "received",
    "series",
    "series_title",
    "custodians",
];

/// One file of a filing with what is known of it.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) family: FamilyId,
    /// What of the record it is: the message, an attachment, the original.
    pub(super) part: String,
    /// Its path below the folder, with `/`.
    pub(super) path: String,
    pub(super) sha256: String,
    pub(super) bytes: u64,
    pub(super) title: String,
    pub(super) told: Told,
}

impl Line {
    fn word(&self, word: &str) -> Option<String> {
        let told = &self.told;
        Some(match word {
            "file" => self.path.clone(),
            "sha256" => self.sha256.clone(),
            "bytes" => self.bytes.to_string(),
            "item" => self.family.to_string(),
            "part" => self.part.clone(),
            "title" => self.title.clone(),
            "from" => told.from.clone(),
            "to" => told.to.clone(),
            "cc" => told.cc.clone(),
            "bcc" => told.bcc.clone(),
            "subject" => told.subject.clone(),
            "sent" => told.sent.clone(),
            "received" => told.received.clone(),
            "series" => told.series.clone(),
            "series_title" => told.series_title.clone(),
            "custodians" => told.custodians.clone(),
            _ => return None,
        })
    }
}

/// The list for people.
pub(super) fn csv(lines: &[Line]) -> String {
    let mut table = Table::new("", WORDS.map(Column::words));
    for line in lines {
        table.push(WORDS.map(|word| Cell::new(line.word(word).unwrap_or_default())));
    }
    table.to_csv()
}

/// The form of the receipt: the city fills entry and digest in, both from the document system.
pub(super) fn receipt_form(lines: &[Line]) -> String {
    let mut table = Table::new("", ["file", "entry", "sha256"].map(Column::words));
    for line in lines {
        table.push([Cell::new(line.path.clone()), Cell::new(""), Cell::new("")]);
    }
    table.to_csv()
}

/// Copies the shipped template into the repository, to be edited there; one that is there already is left alone.
pub fn copy_templates(repository: &Repository) -> Result<Vec<PathBuf>, FilingError> {
    let folder = repository.layout().root().join("templates");
    let path = folder.join(TEMPLATE);
    durable::create_dir_all(&folder).map_err(|error| RepositoryError::io(&folder, error))?;
    if path.exists() {
        return Ok(Vec::new());
    }
    durable::create_new(&path, SHIPPED.as_bytes()).map_err(|error| RepositoryError::io(&path, error))?;
    Ok(vec![path])
}

/// The city's own template, else the shipped one.
pub(super) fn template(repository: &Repository) -> Result<String, FilingError> {
    let path = repository.layout().root().join("templates").join(TEMPLATE);
    match std::fs::metadata(&path) {
        Ok(about) if about.len() > TEMPLATE_BYTES => Err(wrong("it is too long".to_owned())),
        Ok(_) => Ok(std::fs::read_to_string(&path).map_err(|error| RepositoryError::io(&path, error))?),
        Err(_) => Ok(SHIPPED.to_owned()),
    }
}

fn wrong(message: String) -> FilingError {
    FilingError::Template { name: TEMPLATE.to_owned(), message }
}

/// The list file. Values are escaped for XML, and never looked at for further words; a word that is not known is an error,
/// because a document system would file under it.
pub(super) fn filled(template: &str, lines: &[Line]) -> Result<String, FilingError> {
    let (head, rest) = template.split_once(BEGIN).ok_or_else(|| wrong(format!("it has no {BEGIN}")))?;
    let (each, tail) = rest.split_once(END).ok_or_else(|| wrong(format!("it has no {END}")))?;
    let each = each.strip_prefix("\r\n").or(each.strip_prefix('\n')).unwrap_or(each);
    let tail = tail.strip_prefix("\r\n").or(tail.strip_prefix('\n')).unwrap_or(tail);
    if head.contains("{{") || tail.contains("{{") {
        return Err(wrong("outside of the part for each file no word can be filled in".to_owned()));
    }
    let mut out = head.to_owned();
    for line in lines {
        let mut rest = each;
        while let Some(at) = rest.find("{{") {
            out.push_str(&rest[..at]);
            let inside = &rest[at + 2..];
            let end = inside.find("}}").ok_or_else(|| wrong("a {{ has no }}".to_owned()))?;
            let word = inside[..end].trim();
            let value = line
                .word(word)
                .ok_or_else(|| wrong(format!("{{{{{word}}}}} is no word it knows; they are {}", WORDS.join(", "))))?;
            out.push_str(&escaped(&value));
            rest = &inside[end + 2..];
        }
        out.push_str(rest);
    }
    out.push_str(tail);
    Ok(out)
}

/// Text as XML 1.0 carries it: markup escaped, characters that XML does not have replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            control if control.is_control() => out.push('\u{FFFD}'),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(subject: &str) -> Line {
        let told =
            Told { subject: subject.to_owned(), from: "Ana <ana@cedarbend.example>".to_owned(), ..Told::default() };
        let (title, path) = (subject.to_owned(), "2025/letters/F-1.pdf".to_owned());
        Line {
            family: FamilyId::new(1),
            part: "the message".to_owned(),
            path,
            sha256: "00".repeat(32),
            bytes: 7,
            title,
            told,
        }
    }

    #[test]
    fn the_shipped_template_is_filled_for_each_file_and_is_well_formed() {
        let text = filled(SHIPPED, &[line("Roads & \"bridges\" <2025>"), line("{{bcc}}")]).expect("filled");
        assert_eq!(text.matches("<LF:document ").count(), 2);
        assert!(text.contains("name=\"Roads &amp; &quot;bridges&quot; &lt;2025&gt;\""), "{text}");
        assert!(text.contains(">{{bcc}}</LF:field>"), "a value is never looked at for words");
        assert!(text.contains("Ana &lt;ana@cedarbend.example&gt;"));
        let mut reader = quick_xml::Reader::from_str(&text);
        loop {
            match reader.read_event().expect("well-formed") {
                quick_xml::events::Event::Eof => break,
                _ => continue,
            }
        }
    }

    #[test]
    fn a_template_with_a_wrong_word_or_without_its_part_is_named() {
        let told = |template: &str| filled(template, &[line("x")]).expect_err("refused").to_string();
        assert!(told("{{#file}}{{sender}}{{/file}}").contains("{{sender}} is no word it knows; they are file, sha256"));
        assert!(told("<x/>").contains("{{#file}}"));
        assert!(told("{{#file}}").contains("{{/file}}"));
        assert!(told("{{city}}{{#file}}{{/file}}").contains("outside"));
        assert_eq!(filled("a{{#file}}{{item}};{{/file}}b", &[line("x"), line("y")]).expect("filled"), "aF-1;F-1;b");
    }

    proptest! {
        #[test]
        fn whatever_a_stranger_wrote_the_list_stays_well_formed(subject in "\\PC*|[\\x00-\\x1f<>&\"'{}]{0,20}") {
            let text = filled(SHIPPED, &[line(&subject)]).expect("filled");
            let mut reader = quick_xml::Reader::from_str(&text);
            loop {
                match reader.read_event() {
                    Ok(quick_xml::events::Event::Eof) => break,
                    Ok(_) => continue,
                    Err(error) => prop_assert!(false, "{error}"),
                }
            }
            prop_assert_eq!(text.matches("<LF:document ").count(), 1);
        }
    }
}
