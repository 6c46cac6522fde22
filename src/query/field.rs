//! The fields of the language, and the values of those that are no text.

use super::tree::{Field, Flag, Query};
use super::{QueryError, dates};
use crate::model::classification::RecordStatus;
use crate::model::record::RecordKind;
use crate::text::asked;

/// What a field name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// Words in one of these fields.
    Text(&'static [Field]),
    /// A fact.
    Value(Value),
}

/// A field that holds a fact rather than text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    Custodian,
    Person,
    Family,
    Kind,
    Status,
    Series,
    Type,
    Is,
    Has,
    Date,
    After,
    Before,
}

/// Every field name with what it stands for, in the order of the manual.
const NAMES: &[(&str, Target)] = &[
    ("subject", Target::Text(&[Field::Subject])),
    ("body", Target::Text(&[Field::Body])),
    ("attachment", Target::Text(&[Field::Attachment])),
    ("file", Target::Text(&[Field::FileName])),
    ("from", Target::Text(&[Field::From])),
    ("to", Target::Text(&[Field::To])),
    ("cc", Target::Text(&[Field::Cc])),
    ("bcc", Target::Text(&[Field::Bcc])),
    ("recipient", Target::Text(&[Field::To, Field::Cc, Field::Bcc])),
    ("party", Target::Text(PARTY)),
    ("participant", Target::Text(PARTY)),
    ("custodian", Target::Value(Value::Custodian)),
    ("person", Target::Value(Value::Person)),
    ("family", Target::Value(Value::Family)),
    ("kind", Target::Value(Value::Kind)),
    ("status", Target::Value(Value::Status)),
    ("series", Target::Value(Value::Series)),
    ("type", Target::Value(Value::Type)),
    ("is", Target::Value(Value::Is)),
    ("has", Target::Value(Value::Has)),
    ("date", Target::Value(Value::Date)),
    ("after", Target::Value(Value::After)),
    ("before", Target::Value(Value::Before)),
];
const PARTY: &[Field] = &[Field::From, Field::To, Field::Cc, Field::Bcc];

impl Target {
    /// The field of a name, in whatever case it is written.
    pub(super) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, target)| *target)
    }
}

/// The name before the first colon of a word, if it can be one.
pub(super) fn name_of(word: &str) -> Option<&str> {
    let (name, _) = word.split_once(':')?;
    let letters = name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    (letters && !name.is_empty()).then_some(name)
}

/// The error for a field that is not there.
pub(super) fn unknown(name: &str, column: usize) -> QueryError {
    let all: Vec<String> = NAMES.iter().map(|(one, _)| format!("{one}:")).collect();
    let hint = format!("the fields are {}; to search the text itself put it in quotation marks", all.join(" "));
    QueryError::new(column, format!("there is no field `{name}:`"), hint)
}

/// The query for one value of a fact.
pub(super) fn value(field: Value, text: &str, column: usize) -> Result<Query, QueryError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(QueryError::new(column, "the quotation marks are empty", "write a value between them"));
    }
    if text.contains(['*', '?']) {
        let hint = match field {
            Value::Custodian | Value::Person => "a part of the name is enough, without a wildcard",
            _ => "write the whole value",
        };
        return Err(QueryError::new(column, "this field takes no wildcards", hint));
    }
    let lower = text.to_lowercase();
    match field {
        Value::Kind => {
            let words: Vec<&str> = RecordKind::ALL.iter().map(|kind| kind.word()).collect();
            RecordKind::parse(&lower).map(Query::Kind).ok_or_else(|| not_among("kind", text, &words, column))
        }
        Value::Status => {
            let words: Vec<&str> = RecordStatus::ALL.iter().map(|status| status.word()).collect();
            RecordStatus::parse(&lower).map(Query::Status).ok_or_else(|| not_among("status", text, &words, column))
        }
        Value::Is => match lower.as_str() {
            "unsearchable" => Ok(Query::Is(Flag::Unsearchable)),
            "undated" => Ok(Query::Is(Flag::Undated)),
            _ => Err(not_among("is", text, &["unsearchable", "undated"], column)),
        },
        Value::Has => match lower.as_str() {
            "attachment" | "attachments" => Ok(Query::Is(Flag::HasAttachment)),
            _ => Err(not_among("has", text, &["attachment"], column)),
        },
        Value::Type => {
            let kind = lower.trim_start_matches('.');
            let known = |c: char| c.is_ascii_alphanumeric() || "/.+-".contains(c);
            if kind.is_empty() || !kind.chars().all(known) {
                let hint = "write a kind (pdf, image, word), an ending (docx) or a media type (application/pdf)";
                return Err(QueryError::new(column, format!("`{text}` is no type of attachment"), hint));
            }
            Ok(Query::AttachmentType(kind.to_owned()))
        }
        Value::Custodian | Value::Person if asked(text).is_empty() => {
            let message = format!("`{text}` has no letters or digits to look for");
            Err(QueryError::new(column, message, "write a part of the name"))
        }
        Value::Custodian => Ok(Query::Custodian(text.to_owned())),
        Value::Person => Ok(Query::Person(text.to_owned())),
        Value::Family => text.parse().map(Query::Family).map_err(|_| {
            QueryError::new(
                column,
                format!("`{text}` is no number of a family"),
                "write it as it is listed: family:F-12",
            )
        }),
        Value::Series => Ok(Query::Series(text.to_owned())),
        Value::Date => dates::range(text, column).map(|(from, to)| Query::Date(from, to)),
        Value::After => dates::after(text, column).map(|from| Query::Date(Some(from), None)),
        Value::Before => dates::before(text, column).map(|to| Query::Date(None, Some(to))),
    }
}

fn not_among(field: &str, text: &str, words: &[&str], column: usize) -> QueryError {
    let hint = format!("write one of {}", words.join(", "));
    QueryError::new(column, format!("`{text}` is not known to `{field}:`"), hint)
}
