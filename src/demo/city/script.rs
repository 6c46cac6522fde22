//! The hand-written stories: threads of messages in a small, readable form.
//!
//! ```text
//! # a remark
//! === Subject of the thread
//! --- 2024-05-02 09:14 dale > tom, maren; cc priya; attach bid-tab.xlsx
//! The text, until the next line that begins with three signs.
//! ```
//! Each message of a thread answers the one before it, unless it says `fresh`.

use super::error::CityError;
use super::people::{self, Person};
use chrono::NaiveDateTime;

/// A thread of the story.
#[derive(Debug, Clone)]
pub struct Thread {
    /// The subject of its first message.
    pub subject: String,
    /// Its messages in the order in which they were written.
    pub notes: Vec<Note>,
}

/// One message of a thread.
#[derive(Debug, Clone)]
pub struct Note {
    /// When it was written, by the clock on the wall.
    pub at: NaiveDateTime,
    /// Who wrote it.
    pub from: &'static Person,
    /// To whom.
    pub to: Vec<&'static Person>,
    /// Who got a copy.
    pub cc: Vec<&'static Person>,
    /// What else is said of it: a word, and what follows the word.
    pub options: Vec<(String, String)>,
    /// The text.
    pub body: String,
}

impl Note {
    /// Whether an option is there.
    pub fn has(&self, word: &str) -> bool {
        self.options.iter().any(|(name, _)| name == word)
    }

    /// The values of an option.
    pub fn values<'n>(&'n self, word: &'n str) -> impl Iterator<Item = &'n str> {
        self.options.iter().filter(move |(name, _)| name == word).map(|(_, value)| value.as_str())
    }
}

/// Reads a carried text of threads.
///
/// # Errors
/// When the text does not follow the form, or names somebody who is not in the city.
pub fn threads(file: &'static str, text: &str) -> Result<Vec<Thread>, CityError> {
    let mut threads: Vec<Thread> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let wrong = |message: String| CityError::Story { file, line: number + 1, message };
        if let Some(subject) = line.strip_prefix("=== ") {
            threads.push(Thread { subject: subject.trim().to_owned(), notes: Vec::new() });
        } else if let Some(head) = line.strip_prefix("--- ") {
            let thread = threads.last_mut().ok_or_else(|| wrong("a message before its subject".to_owned()))?;
            thread.notes.push(note(head).map_err(wrong)?);
        } else if !line.starts_with("# ") {
            let note = threads.last_mut().and_then(|thread| thread.notes.last_mut());
            match note {
                Some(note) => {
                    note.body.push_str(line);
                    note.body.push('\n');
                }
                None if line.trim().is_empty() => {}
                None => return Err(wrong("a text before its message".to_owned())),
            }
        }
    }
    for note in threads.iter_mut().flat_map(|thread| &mut thread.notes) {
        note.body.truncate(note.body.trim_end().len());
        note.body.push('\n');
    }
    Ok(threads)
}

fn note(head: &str) -> Result<Note, String> {
    let mut words = head.split(';').map(str::trim);
    let first = words.next().unwrap_or_default();
    let time = first.get(..16).ok_or("a date is missing")?;
    let at = NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M").map_err(|error| error.to_string())?;
    let (from, to) = first[16..].split_once('>').ok_or("there is no `>` between sender and recipients")?;
    let mut note =
        Note { at, from: one(from)?, to: several(to)?, cc: Vec::new(), options: Vec::new(), body: String::new() };
    for word in words {
        let (name, value) = word.split_once(' ').unwrap_or((word, ""));
        match name {
            "cc" => note.cc = several(value)?,
            _ => note.options.push((name.to_owned(), value.trim().to_owned())),
        }
    }
    Ok(note)
}

/// One person by key.
pub fn one(key: &str) -> Result<&'static Person, String> {
    people::find(key.trim()).ok_or_else(|| format!("nobody is called {:?}", key.trim()))
}

fn several(keys: &str) -> Result<Vec<&'static Person>, String> {
    keys.split(',').map(str::trim).filter(|key| !key.is_empty()).map(one).collect()
}
