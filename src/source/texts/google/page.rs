//! One page of Google Voice: a conversation of texts, or one call.
//!
//! Only what programs read is used (`title`, `href`, `class`): the visible dates are in the language and zone of the
//! person who asked for the export. Everything a stranger wrote is escaped in these pages, so the marks that are
//! looked for cannot be forged by a text.

use crate::text::html_to_text;

/// The mark before each message.
const MESSAGE: &str = "<div class=\"message\">";
/// Marks that end the last message.
const ENDS: [&str; 3] = ["<div class=\"tags\">", "<div class=\"deletedStatusContainer\">", "</body>"];

/// Somebody with a number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// The number as written behind `tel:`; empty when it was withheld.
    pub number: String,
    /// The name.
    pub name: String,
    /// Whether it is the owner of the account: *Me* stands in an `abbr`, other names in a `span`.
    pub is_owner: bool,
}

/// What kind of page it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Texts.
    Conversation,
    /// A call, a voicemail or a recording.
    Call,
}

/// The kind of a page, told by its head.
pub fn kind(head: &[u8]) -> Option<Kind> {
    let has = |mark: &str| head.windows(mark.len()).any(|window| window == mark.as_bytes());
    if has("class=\"hChatLog hfeed\"") {
        return Some(Kind::Conversation);
    }
    (has("<div class=\"haudio\">") && has("class=\"published\"")).then_some(Kind::Call)
}

/// The stretches of the messages in a page, in order.
pub fn messages(page: &str) -> Vec<std::ops::Range<usize>> {
    let starts: Vec<usize> = page.match_indices(MESSAGE).map(|(at, _)| at).collect();
    let Some(last) = starts.last() else { return Vec::new() };
    let end = ENDS.iter().filter_map(|mark| page[*last..].find(mark)).min().map_or(page.len(), |at| last + at);
    let ends = starts.iter().skip(1).copied().chain([end]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

/// The text between two marks behind a first one.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let start = text.find(before)? + before.len();
    Some(&text[start..start + text[start..].find(after)?])
}

/// The `title` of the first `abbr` of a class.
pub fn title<'a>(text: &'a str, class: &str) -> Option<&'a str> {
    let tag = between(text, &format!("<abbr class=\"{class}\""), ">")?;
    between(tag, "title=\"", "\"")
}

/// The people of a stretch, in order.
pub fn people(text: &str) -> Vec<Person> {
    let person = |(at, mark): (usize, &str)| {
        let rest = &text[at + mark.len()..];
        let number = rest.split('"').next().unwrap_or_default();
        let until = rest.find("</a>").unwrap_or(rest.len());
        let is_owner = rest[..until].contains("<abbr class=\"fn\"");
        let name =
            between(&rest[..until], "class=\"fn\"", "</").and_then(|tag| tag.split_once('>')).map(|(_, name)| name);
        Person { number: plain(number), name: name.map(plain).unwrap_or_default(), is_owner }
    };
    text.match_indices("href=\"tel:").map(person).collect()
}

/// The files that a stretch names, each once, in order.
pub fn files(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for mark in ["src=\"", "href=\""] {
        for (at, _) in text.match_indices(mark) {
            let written = plain(text[at + mark.len()..].split('"').next().unwrap_or_default());
            let is_file = !written.is_empty()
                && !["tel:", "http:", "https:", "mailto:", "#"].iter().any(|one| written.starts_with(one));
            if is_file && !found.contains(&written) {
                found.push(written);
            }
        }
    }
    found
}

/// The labels of a page: the last word of each link, which is the same in every language, or the label itself.
pub fn labels(page: &str) -> Vec<String> {
    let tags = between(page, "<div class=\"tags\">", "</div>").unwrap_or_default();
    let label = |(at, mark): (usize, &str)| {
        let rest = &tags[at + mark.len()..];
        plain(rest.split('"').next().unwrap_or_default()).rsplit(['#', '/']).next().unwrap_or_default().to_lowercase()
    };
    tags.match_indices("rel=\"tag\" href=\"").map(label).collect()
}

/// The labels of a page as a person sees them.
pub fn shown_labels(page: &str) -> Vec<String> {
    let tags = between(page, "<div class=\"tags\">", "</div>").unwrap_or_default();
    let pieces = tags.split("<a ").skip(1);
    pieces.filter_map(|piece| between(piece, ">", "</a>")).map(plain).collect()
}

/// Markup as text on one line or more.
pub fn plain(markup: &str) -> String {
    html_to_text(markup).trim().to_owned()
}

/// Seconds of a duration as ISO 8601 writes it (`PT1H2M3S`).
pub fn seconds(written: &str) -> Option<u64> {
    let mut rest = written.strip_prefix("PT")?;
    let mut seconds = 0_u64;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count: u64 = rest.get(..digits)?.parse().ok()?;
        let unit = match rest.as_bytes().get(digits)? {
            b'H' => 3600,
            b'M' => 60,
            b'S' => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(count.checked_mul(unit)?)?;
        rest = &rest[digits + 1..];
    }
    Some(seconds)
}
