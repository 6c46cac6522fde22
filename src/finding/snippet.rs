//! The words around the first hit in an item.

use crate::model::item::{ParsedAttachment, ParsedItem};
use crate::query::{Field, Pattern, Query, fits};
use crate::text::{each_token, stem};

/// Characters of a snippet, about.
const SNIPPET_CHARS: usize = 160;
/// Characters before the hit, about.
const BEFORE_CHARS: usize = 50;

/// The words around a hit, and where they stand.
pub(super) struct Around {
    /// The stretch of text.
    pub(super) text: String,
    /// The names of the files on the way to it, outermost first.
    pub(super) way: Vec<String>,
}

/// A stretch of the body, or else of an attachment, around the first word of the query; the beginning of the body
/// when no word of the query stands in either.
pub(super) fn snippet(query: &Query, item: &ParsedItem) -> Around {
    let mut wanted = Vec::new();
    collect(query, &mut wanted);
    let texts = std::iter::once((Field::Body, &item.body, None))
        .chain(item.attachments.iter().map(|one| (Field::Attachment, &one.text, Some(one))));
    for (field, text, attachment) in texts {
        let patterns: Vec<&Chosen> =
            wanted.iter().filter(|(one, _)| *one == Field::Any || *one == field).map(|(_, chosen)| chosen).collect();
        if let Some(at) = first_hit(&patterns, text) {
            return Around { text: around(text, at), way: way(item, attachment, at) };
        }
    }
    Around { text: around(&item.body, 0), way: Vec::new() }
}

/// The way to a byte of the body or of an attachment's text: the innermost file whose words reach over it.
fn way(item: &ParsedItem, attachment: Option<&ParsedAttachment>, at: usize) -> Vec<String> {
    let part = attachment.map(|one| one.part);
    let own = attachment.map(|one| match one.name.is_empty() {
        true => format!("part {}", one.part),
        false => one.name.clone(),
    });
    // An outer file stands before those in it, so that the last one is the innermost.
    let inner = item.ways.iter().rev().find(|way| way.part == part && way.start <= at && at < way.end);
    own.into_iter().chain(inner.map(|way| way.names.clone()).unwrap_or_default()).collect()
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
    let written = Written::of(wanted, text);
    // No word goes on in the next line, and nothing behind the first hit is looked at.
    let mut before = 0;
    while before < text.len() {
        if let Some(written) = &written {
            before = written.line_from(before)?;
        }
        let line = text[before..].split_inclusive('\n').next()?;
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

/// Words that stand in a text as they are looked for, but for capitals: finding those letters is much quicker than cutting
/// every line into words, and a line without them has none of the words.
struct Written<'w> {
    words: Vec<&'w str>,
    lowered: String,
}

impl<'w> Written<'w> {
    /// `None` where a word may be written otherwise: a shape or a stem, letters that fold, a telephone number with signs
    /// between its digits.
    fn of(wanted: &[&'w Chosen], text: &str) -> Option<Self> {
        let word = |chosen: &&'w Chosen| match chosen {
            Chosen::Same(word) if word.is_ascii() && !word.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(word.as_str())
            }
            _ => None,
        };
        let words = wanted.iter().map(word).collect::<Option<Vec<_>>>()?;
        text.is_ascii().then(|| Self { words, lowered: text.to_ascii_lowercase() })
    }

    /// Where the next line begins, from the beginning of a line on, in which the letters of a word stand.
    fn line_from(&self, before: usize) -> Option<usize> {
        let rest = &self.lowered[before..];
        let at = self.words.iter().filter_map(|word| rest.find(word)).min()?;
        Some(rest[..at].rfind('\n').map_or(before, |newline| before + newline + 1))
    }
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
        snippet(&parse(query).expect("a query"), &item).text
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
    fn a_word_is_found_where_cutting_the_whole_text_finds_it() {
        let text =
            "Roads, crossroads.\nOn-road\nbroad\nCall (763) 555-0142 or O'Brien@cedarbend.example about the ROAD\n";
        for (wanted, expected) in [
            ("road", Some("road\nbroad")),
            ("on-road", Some("On-road")),
            ("broad", Some("broad")),
            ("7635550142", Some("(763) 555")),
            ("555", Some("555-0142")),
            ("o'brien@cedarbend.example", Some("O'Brien@")),
            ("cedarbend.example", Some("cedarbend.example")),
            ("cross", None),
        ] {
            let at = first_hit(&[&Chosen::Same(wanted.to_owned())], text);
            assert_eq!(at, expected.and_then(|begin| text.find(begin)), "{wanted}");
        }
        let two = [&Chosen::Same("broad".to_owned()), &Chosen::Same("roads".to_owned())];
        assert_eq!(first_hit(&two, text), Some(0), "the first of several");
        assert_eq!(first_hit(&[&Chosen::Same("road".to_owned())], &format!("é\n{text}")), Some(3 + 22));
    }

    #[test]
    fn a_hit_in_a_file_inside_a_file_names_the_way() {
        let mut item = ParsedItem::new(RecordKind::Email);
        let message =
            b"From: a@cedarbend.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nroad\r\n--x\r\n\
            Content-Type: text/plain; name=letter.eml\r\nContent-Disposition: attachment; filename=letter.eml\r\n\r\n\
            Received: x\r\nSubject: Plans\r\nFrom: b@cedarbend.example\r\n\r\nculvert\r\n--x--\r\n";
        let options = crate::source::ReadOptions::of(chrono_tz::America::Chicago);
        let read = crate::source::mail::message::parse(message, &options);
        item.body = "road".to_owned();
        item.attachments = read.attachments;
        let start = item.attachments[0].text.find("culvert").expect("the word");
        let names = |names: &[&str]| names.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        for (part, end, inside) in [(Some(item.attachments[0].part), start + 7, "memo.docx"), (None, 4, "wrong")] {
            item.ways.push(crate::model::item::Way { part, start: 0, end, names: names(&["plans.zip", inside]) });
        }
        let of = |query: &str| snippet(&parse(query).expect("a query"), &item).way;
        assert_eq!(of("culvert"), names(&["letter.eml", "plans.zip", "memo.docx"]));
        item.ways.clear();
        assert_eq!(snippet(&parse("culvert").expect("a query"), &item).way, names(&["letter.eml"]));
        assert!(snippet(&parse("road").expect("a query"), &item).way.is_empty());
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
