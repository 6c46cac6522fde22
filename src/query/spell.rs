//! A query written back as text. Reading the text gives the same query.

use super::tree::{Field, Flag, Pattern, Query};
use crate::text::is_unspaced;
use std::fmt::{Display, Formatter, Result, Write};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Everything => Ok(()),
            Self::Word(field, pattern) => {
                write_field(*field, f)?;
                write_words(std::slice::from_ref(pattern), f)
            }
            Self::Phrase(field, patterns) => {
                write_field(*field, f)?;
                write_words(patterns, f)
            }
            Self::Near { field, within, ordered, left, right } => {
                let field = *field;
                write_field(field, f)?;
                if field != Field::Any {
                    f.write_char('(')?;
                }
                write_side(left, f)?;
                write!(f, " {}/{within} ", if *ordered { "pre" } else { "w" })?;
                write_side(right, f)?;
                if field == Field::Any { Ok(()) } else { f.write_char(')') }
            }
            Self::Kind(kind) => write!(f, "kind:{}", kind.word()),
            Self::Status(status) => write!(f, "status:{}", status.word()),
            Self::Series(series) => write_value("series", series, f),
            Self::Custodian(name) => write_value("custodian", name, f),
            Self::Person(name) => write_value("person", name, f),
            Self::Family(family) => write!(f, "family:{family}"),
            Self::Date(from, to) => {
                f.write_str("date:")?;
                from.iter().try_for_each(|day| write!(f, "{day}"))?;
                f.write_str("..")?;
                to.iter().try_for_each(|day| write!(f, "{day}"))
            }
            Self::AttachmentType(kind) => write_value("type", kind, f),
            Self::Is(Flag::Unsearchable) => f.write_str("is:unsearchable"),
            Self::Is(Flag::Undated) => f.write_str("is:undated"),
            Self::Is(Flag::SetAside) => f.write_str("is:set-aside"),
            Self::Is(Flag::HasAttachment) => f.write_str("has:attachment"),
            Self::And(all) => write_joined(all, " AND ", f),
            Self::Or(all) => write_joined(all, " OR ", f),
            Self::Not(inner) => {
                f.write_str("NOT ")?;
                write_inner(inner, f)
            }
        }
    }
}

/// The name of a field in queries; `Any` has none.
pub const fn field_name(field: Field) -> &'static str {
    match field {
        Field::Any => "",
        Field::Subject => "subject",
        Field::Body => "body",
        Field::Attachment => "attachment",
        Field::FileName => "file",
        Field::From => "from",
        Field::To => "to",
        Field::Cc => "cc",
        Field::Bcc => "bcc",
    }
}

fn write_field(field: Field, f: &mut Formatter<'_>) -> Result {
    match field {
        Field::Any => Ok(()),
        _ => write!(f, "{}:", field_name(field)),
    }
}

fn write_joined(all: &[Query], between: &str, f: &mut Formatter<'_>) -> Result {
    for (index, one) in all.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        write_inner(one, f)?;
    }
    Ok(())
}

fn write_inner(query: &Query, f: &mut Formatter<'_>) -> Result {
    match query {
        Query::And(_) | Query::Or(_) => write!(f, "({query})"),
        _ => write!(f, "{query}"),
    }
}

fn write_side(alternatives: &[Vec<Pattern>], f: &mut Formatter<'_>) -> Result {
    if let [one] = alternatives {
        return write_words(one, f);
    }
    f.write_char('(')?;
    for (index, one) in alternatives.iter().enumerate() {
        if index > 0 {
            f.write_str(" OR ")?;
        }
        write_words(one, f)?;
    }
    f.write_char(')')
}

/// One word bare, several between quotation marks. Pairs of letters that share one are written as they were.
fn write_words(patterns: &[Pattern], f: &mut Formatter<'_>) -> Result {
    if let [one] = patterns {
        return write_pattern(one, f);
    }
    // Groups of digits with spaces between them would be read as a telephone number.
    let all_digits = patterns.iter().all(|one| matches!(one, Pattern::Exact(word) if is_digits(word)));
    let between = if all_digits { ", " } else { " " };
    f.write_char('"')?;
    let mut last: Option<char> = None;
    for (index, pattern) in patterns.iter().enumerate() {
        let pair = pair_of(pattern);
        match (last, pattern) {
            // The second letter of the pair before is the first of this one.
            (Some(open), Pattern::Exact(word)) if pair.is_some_and(|(first, _)| first == open) => {
                f.write_str(&word[open.len_utf8()..])?;
            }
            (Some(open), Pattern::Exact(word)) if word.chars().eq([open]) => {}
            _ => {
                if index > 0 {
                    f.write_str(between)?;
                }
                write_pattern(pattern, f)?;
            }
        }
        last = pair.map(|(_, second)| second);
    }
    f.write_char('"')
}

fn is_digits(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The two letters of a pair in a script without spaces.
fn pair_of(pattern: &Pattern) -> Option<(char, char)> {
    let Pattern::Exact(word) = pattern else { return None };
    let mut chars = word.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some(first), Some(second), None) if is_unspaced(first) && is_unspaced(second) => Some((first, second)),
        _ => None,
    }
}

fn write_pattern(pattern: &Pattern, f: &mut Formatter<'_>) -> Result {
    match pattern {
        Pattern::Exact(word) | Pattern::Wildcard(word) => f.write_str(word),
        Pattern::Stem(word) => write!(f, "{word}~"),
    }
}

fn write_value(name: &str, value: &str, f: &mut Formatter<'_>) -> Result {
    let plain = value.chars().all(|c| c.is_alphanumeric() || "-._/+".contains(c));
    // A telephone number among the values would be read as one.
    if plain && !value.starts_with('+') && !value.starts_with(|c: char| c.is_ascii_digit()) {
        write!(f, "{name}:{value}")
    } else {
        write!(f, "{name}:\"{value}\"")
    }
}
