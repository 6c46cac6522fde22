//! The words around the first hit in an item.

use crate::model::item::ParsedItem;
use crate::query::{Field, Pattern, Query, fits};
use crate::text::{each_token, stem};

/// Characters of a snippet, about.
const SNIPPET_CHARS: usize = 160;
/// Characters before the hit, about.
const BEFORE_CHARS: usize = 50;

/// A stretch of the body, or else of an attachment, around the first word of the query; the beginning of the body
/// when no word of the query stands in either.
pub(super) fn snippet(query: &Query, item: &ParsedItem) -> String {
    let mut wanted = Vec::new();
    collect(query, &mut wanted);
    let texts = std::iter::once((Field::Body, &item.body))
        .chain(item.attachments.iter().map(|one| (Field::Attachment, &one.text)));
    for (field, text) in texts {
        let patterns: Vec<&Chosen> =
            wanted.iter().filter(|(one, _)| *one == Field::Any || *one == field).map(|(_, chosen)| chosen).collect();
        if let Some(at) = first_hit(&patterns, text) {
            return around(text, at);
        }
    }
    around(&item.body, 0)
}

enum Chosen {
    Same(String),
    Shaped(String),
    Stemmed(String),
}

impl Chosen {
    fn includes(&self, word: &str) -> bool {
        match self {
            Self::Same(wanted) => wanted == word,
            Self::Shaped(shape) => fits(shape, word),
            Self::Stemmed(wanted) => stem(word) == *wanted,
        }
    }
}

/// The words a query looks for, with their fields; what must not be there is not looked for.
fn collect(query: &Query, all: &mut Vec<(Field, Chosen)>) {
    let mut take = |field: Field, pattern: &Pattern| {
        let chosen = match pattern {
            Pattern::Exact(word) => Chosen::Same(word.clone()),
            Pattern::Wildcard(shape) => Chosen::Shaped(shape.clone()),
            Pattern::Stem(word) => Chosen::Stemmed(stem(word)),
        };
        all.push((field, chosen));
    };
    match query {
        Query::Word(field, pattern) => take(*field, pattern),
        Query::Phrase(field, words) => words.iter().for_each(|pattern| take(*field, pattern)),
        Query::Near { field, left, right, .. } => {
            left.iter().chain(right).flatten().for_each(|pattern| take(*field, pattern));
        }
        Query::And(several) | Query::Or(several) => several.iter().for_each(|one| collect(one, all)),
        _ => {}
    }
}

/// The byte at which the first wanted word begins.
fn first_hit(wanted: &[&Chosen], text: &str) -> Option<usize> {
    if wanted.is_empty() {
        return None;
    }
    // No word goes on in the next line, and nothing behind the first hit is looked at.
    let mut before = 0;
    for line in text.split_inclusive('\n') {
        let mut found = None;
        each_token(line, &mut |word, _, start, _| {
            if found.is_none() && wanted.iter().any(|chosen| chosen.includes(word)) {
                found = Some(before + start);
            }
        });
        if found.is_some() {
            return found;
        }
        before += line.len();
    }
    None
}

/// A stretch around a byte, cut at spaces, on one line, with marks where something is left out.
fn around(text: &str, at: usize) -> String {
    let before = text[..at].char_indices().rev().nth(BEFORE_CHARS - 1).map_or(0, |(start, _)| start);
    let start = match text[before..at].find(char::is_whitespace) {
        Some(space) if before > 0 => before + space,
        _ => before,
    };
    let rest = &text[start..];
    let mut end = rest.char_indices().nth(SNIPPET_CHARS).map_or(rest.len(), |(end, _)| end);
    if end < rest.len()
        && let Some(space) = rest[..end].rfind(char::is_whitespace).filter(|space| start + space > at)
    {
        end = space;
    }
    let words: Vec<&str> = rest[..end].split_whitespace().collect();
    let open = if start > 0 { "… " } else { "" };
    let close = if end < rest.trim_end().len() { " …" } else { "" };
    format!("{open}{}{close}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::RecordKind;
    use crate::query::parse;

    fn of(query: &str, body: &str) -> String {
        let mut item = ParsedItem::new(RecordKind::Email);
        item.body = body.to_owned();
        snippet(&parse(query).expect("a query"), &item)
    }

    #[test]
    fn a_snippet_shows_the_first_hit_with_words_around_it() {
        let long = format!("{}the Road\nis closed {}", "before ".repeat(30), "after ".repeat(60));
        let cut = of("road", &long);
        assert!(cut.starts_with("… before ") && cut.ends_with(" after …"), "{cut}");
        assert!(cut.contains("the Road is closed after"), "{cut}");
        assert!(cut.chars().count() <= SNIPPET_CHARS + 4, "{cut}");
        assert_eq!(of("permit OR road", "A road."), "A road.");
        assert_eq!(of("\"closed road\"", "the closed road"), "the closed road");
        assert_eq!(of("subject:road", "no such word"), "no such word", "the beginning when the hit is elsewhere");
        assert_eq!(of("road NOT permit", "permit and road"), "permit and road");
        assert_eq!(of("r*d", ""), "");
    }

    #[test]
    fn a_snippet_is_cut_between_characters() {
        let body = format!("{}道路{}", "é".repeat(500), "ü".repeat(500));
        for query in ["道路", "éé*", "nothing"] {
            let cut = of(query, &body);
            assert!(cut.chars().count() <= SNIPPET_CHARS + 4, "{cut}");
        }
    }
}
