//! Letters: filled from templates that a city may make its own, drawn as PDF, and kept sealed. Nothing is mailed.
//!
//! A template is plain text. Its first line is the title; `{{word}}` stands for what the matter says. A line that has
//! nothing but words without a value is left out. The shipped templates are used until a city copies them into its
//! repository (`templates/`) and changes them there.
//!
//! A letter tells who asked for what, or what a lawsuit is about, so the repository keeps it sealed under a key of the
//! key set; a clear copy is written where the clerk says.

use crate::base::digest::Sha256Digest;
use crate::base::durable;
use crate::model::production::PublicText;
use crate::render::{Content, EXERCISE, Rendition, draw};
use crate::repository::{Repository, RepositoryError};
use crate::vault::{FamilyKey, open_small, seal_small};
use std::path::{Path, PathBuf};

/// Bytes of the longest template that is read.
const TEMPLATE_BYTES: u64 = 256 * 1024;
/// What the key of the letters is derived from.
const LABEL: &str = "letters/1";
/// Bytes before a sealed letter's text: its length.
const LENGTH: usize = 8;
/// Characters of a line of a broken paragraph.
const WIDTH_CHARS: usize = 96;

/// A letter could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// A file could not be read or written.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// A template cannot be filled.
    #[error("the letter {name} cannot be written: {message}")]
    Template {
        /// Which template.
        name: String,
        /// What is wrong with it.
        message: String,
    },
    /// A sealed letter does not open.
    #[error("the letter {name} that the repository keeps cannot be opened: {message}")]
    Sealed {
        /// Which letter.
        name: String,
        /// Why.
        message: String,
    },
}

/// A filled letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The whole text.
    pub text: String,
    /// The same as a PDF file.
    pub pdf: Vec<u8>,
}

impl Letter {
    /// The digests of both forms, as an event tells them.
    pub fn digests(&self) -> (Sha256Digest, Sha256Digest) {
        (Sha256Digest::of(self.text.as_bytes()), Sha256Digest::of(&self.pdf))
    }
}

/// Shipped templates: the name of the file, and its text.
pub type Shipped = [(&'static str, &'static str)];

fn folder(repository: &Repository) -> PathBuf {
    repository.layout().templates()
}

/// Copies shipped templates into the repository, to be edited there; one that is there already is left alone. Returns
/// the files that were written.
pub fn copy_templates(repository: &Repository, shipped: &Shipped) -> Result<Vec<PathBuf>, LetterError> {
    let folder = folder(repository);
    durable::create_dir_all(&folder).map_err(|error| RepositoryError::io(&folder, error))?;
    let mut written = Vec::new();
    for (name, text) in shipped {
        let path = folder.join(name);
        if !path.exists() {
            durable::create_new(&path, text.as_bytes()).map_err(|error| RepositoryError::io(&path, error))?;
            written.push(path);
        }
    }
    Ok(written)
}

/// The city's own template, else the shipped one.
fn template(repository: &Repository, shipped: &Shipped, name: &str) -> Result<String, LetterError> {
    let path = folder(repository).join(name);
    let wrong = |message: String| LetterError::Template { name: name.to_owned(), message };
    if let Ok(about) = std::fs::metadata(&path) {
        if about.len() > TEMPLATE_BYTES {
            return Err(wrong(format!("its template is longer than {TEMPLATE_BYTES} bytes")));
        }
        return std::fs::read_to_string(&path).map_err(|error| RepositoryError::io(&path, error).into());
    }
    let own = shipped.iter().find(|(one, _)| *one == name).map(|(_, text)| (*text).to_owned());
    own.ok_or_else(|| wrong("there is no such template".to_owned()))
}

/// Writes a letter out of its template.
pub fn write(
    repository: &Repository,
    shipped: &Shipped,
    name: &str,
    values: &[(&str, String)],
) -> Result<Letter, LetterError> {
    let wrong = |message: String| LetterError::Template { name: name.to_owned(), message };
    let text = filled(&template(repository, shipped, name)?, values).map_err(wrong)?;
    let glued = glued(&text);
    let (title, body) = glued.split_once('\n').unwrap_or((&glued, ""));
    let label = if repository.profile().exercise { EXERCISE } else { "" };
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
    let text = wrapped(&glued).replace(GLUE, " ");
    let text = if label.is_empty() { text } else { format!("{label}\n\n{text}") };
    Ok(Letter { text, pdf })
}

/// Puts values into a template. What is put in is never looked at for further words, and an unknown word is an error: a
/// letter that says `{{matter}}` to a custodian preserves nothing.
fn filled(template: &str, values: &[(&str, String)]) -> Result<String, String> {
    let mut out = String::new();
    for line in template.split_inclusive('\n') {
        let (mut told, mut rest, mut empty) = (String::new(), line, true);
        let mut words = 0;
        while let Some(at) = rest.find("{{") {
            told.push_str(&rest[..at]);
            empty = empty && rest[..at].trim().is_empty();
            let inside = &rest[at + 2..];
            let end = inside.find("}}").ok_or("a {{ has no }}")?;
            let word = inside[..end].trim();
            let value = values.iter().find(|(name, _)| *name == word).map(|(_, value)| value);
            let known: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
            let value =
                value.ok_or_else(|| format!("{{{{{word}}}}} is no word it knows; they are {}", known.join(", ")))?;
            told.push_str(&crate::text::safe_lines(value));
            empty = empty && value.trim().is_empty();
            words += 1;
            rest = &inside[end + 2..];
        }
        told.push_str(rest);
        if words > 0 && empty && rest.trim().is_empty() {
            continue;
        }
        out.push_str(&told);
    }
    // Lines that were left out leave no gap behind.
    while out.contains("\n\n\n") {
        out = out.replace("\n\n\n", "\n\n");
    }
    Ok(out)
}

/// What holds the words of a citation together while lines are broken: U+00A0.
const GLUE: char = '\u{a0}';
/// Words that do not stand at the end of a line, away from the number they belong to.
const HELD: [&str; 6] = ["Minn.", "Stat.", "§", "§§", "subd.", "subds."];

/// The text with citations held together: `Minn. Stat. § 13.03, subd. 3` is not broken after any of its signs.
fn glued(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut pieces = text.split(' ').peekable();
    while let Some(piece) = pieces.next() {
        out.push_str(piece);
        if pieces.peek().is_some() {
            let word = piece.rsplit('\n').next().unwrap_or(piece).trim_start_matches('(');
            out.push(if HELD.contains(&word) { GLUE } else { ' ' });
        }
    }
    out
}

/// The text with its long lines broken, for whoever reads it in a terminal or an e-mail. The page breaks its own.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        if line.trim_end().chars().count() <= WIDTH_CHARS {
            out.push_str(line);
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let hanging = indent + sign(line.trim_start());
        let mut width = 0;
        for word in line.trim_end().split(' ') {
            let length = word.chars().count();
            if width > hanging && width + 1 + length > WIDTH_CHARS {
                out.push('\n');
                out.push_str(&" ".repeat(hanging));
                width = hanging;
            } else if width > 0 || word.is_empty() {
                out.push(' ');
                width += 1;
            }
            out.push_str(word);
            width += length;
        }
        if line.ends_with('\n') {
            out.push('\n');
        }
    }
    out
}

/// Characters of the sign or number of a list before its words: `- `, `12. `.
fn sign(line: &str) -> usize {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    match &line[digits..] {
        rest if digits == 0 && rest.starts_with("- ") => 2,
        rest if digits > 0 && rest.starts_with(". ") => digits + 2,
        _ => 0,
    }
}

fn key(repository: &Repository) -> FamilyKey {
    // It lies in the key set, as the digest secret it is derived from does.
    FamilyKey::from_bytes(*repository.keys().digest_secret().name(LABEL.as_bytes()).as_bytes())
}

fn place(repository: &Repository, name: &str) -> PathBuf {
    repository.layout().letters().join(format!("{name}.sealed"))
}

/// Keeps a letter in the repository, sealed.
pub fn keep(repository: &Repository, name: &str, letter: &Letter) -> Result<(), LetterError> {
    let folder = repository.layout().letters();
    durable::create_dir_all(&folder).map_err(|error| RepositoryError::io(&folder, error))?;
    let mut bytes = (letter.text.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(letter.text.as_bytes());
    bytes.extend_from_slice(&letter.pdf);
    let sealed = seal_small(&key(repository), &format!("{LABEL} {name}"), &bytes);
    let path = place(repository, name);
    durable::replace(&path, &sealed).map_err(|error| RepositoryError::io(&path, error).into())
}

/// Opens a letter that the repository keeps.
pub fn kept(repository: &Repository, name: &str) -> Result<Letter, LetterError> {
    let path = place(repository, name);
    let sealed = std::fs::read(&path).map_err(|error| RepositoryError::io(&path, error))?;
    let wrong = |message: String| LetterError::Sealed { name: name.to_owned(), message };
    let bytes = open_small(&key(repository), &format!("{LABEL} {name}"), &sealed).map_err(|e| wrong(e.to_string()))?;
    let cut = || wrong("it is shorter than it says".to_owned());
    let length = bytes.get(..LENGTH).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes).ok_or_else(cut)?;
    let end = usize::try_from(length).ok().and_then(|length| length.checked_add(LENGTH)).ok_or_else(cut)?;
    let text = bytes.get(LENGTH..end).ok_or_else(cut)?;
    let text = String::from_utf8(text.to_vec()).map_err(|_| wrong("its text is no text".to_owned()))?;
    Ok(Letter { text, pdf: bytes[end..].to_vec() })
}

/// Writes the clear copies of a letter, to be sent or handed over: text and PDF. They are no longer under the
/// repository's keys.
pub fn hand_out(letter: &Letter, folder: &Path, name: &str) -> Result<(PathBuf, PathBuf), LetterError> {
    durable::create_dir_all(folder).map_err(|error| RepositoryError::io(folder, error))?;
    let (text, pdf) = (folder.join(format!("{name}.txt")), folder.join(format!("{name}.pdf")));
    durable::replace(&text, letter.text.as_bytes()).map_err(|error| RepositoryError::io(&text, error))?;
    durable::replace(&pdf, &letter.pdf).map_err(|error| RepositoryError::io(&pdf, error))?;
    Ok((text, pdf))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_once_and_unknown_words_are_named() {
        let values = [("matter", "{{to}} v. City".to_owned()), ("to", "Anna".to_owned()), ("none", String::new())];
        assert_eq!(filled("{{ matter }}: {{to}}.", &values).as_deref(), Ok("{{to}} v. City: Anna."));
        assert!(filled("{{mater}}", &values).expect_err("unknown").contains("matter, to"));
        assert!(filled("{{to", &values).is_err());
    }

    #[test]
    fn a_line_without_a_value_is_left_out_and_leaves_no_gap() {
        let values = [("to", "Anna".to_owned()), ("none", String::new())];
        assert_eq!(filled("A\n\n{{none}}\n\n{{to}}\n{{ none }}\nB\n", &values).as_deref(), Ok("A\n\nAnna\nB\n"));
        assert_eq!(filled("Fee: {{none}}\n", &values).as_deref(), Ok("Fee: \n"));
    }

    #[test]
    fn a_citation_is_not_broken_after_its_signs() {
        let words = "word ".repeat(16);
        let text = format!("{words}an answer (Minn. Stat. § 13.03, subd. 3). It ends here, with more words.\n");
        let text = wrapped(&glued(&text)).replace(GLUE, " ");
        let broken: Vec<&str> = text.lines().filter(|line| line.ends_with('§') || line.ends_with("subd.")).collect();
        assert!(broken.is_empty() && text.lines().count() > 1, "{text}");
        assert!(text.contains("(Minn. Stat. § 13.03,"), "{text}");
    }

    #[test]
    fn long_lines_of_the_text_are_broken_and_hang_under_their_sign() {
        let words = "word ".repeat(40);
        let text = wrapped(&format!("To: Anna\n- {}\nend\n", words.trim()));
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH_CHARS), "{text}");
        assert!(lines[2].starts_with("  word"), "{text}");
        assert_eq!((lines[0], lines[lines.len() - 1], text.matches("word").count()), ("To: Anna", "end", 40));
    }
}
