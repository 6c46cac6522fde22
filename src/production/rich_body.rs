//! The rich text of a message, when it says what the reviewer read.
//!
//! A reviewer decides on the text of a message, and a page may say nothing else: the HTML is drawn only when it has every
//! word of that text and no other, and of its pictures only those that are members of the family and are given. Otherwise
//! the text itself is drawn, as it always can be.

use crate::base::digest::Sha256Digest;
use crate::model::item::ParsedItem;
use crate::render::Rich;
use crate::source::rich;
use crate::text::{html_to_blocks, say_the_same_words, words_of};

/// What stands in a text before the lines that only the HTML version has.
const OWN_LINES: &str = "[only in the HTML version]";
/// Digits of the longest number of a list's item: the text writes those out, the blocks count them.
const SIGN_DIGITS: usize = 3;

/// The rich text to be drawn; `open` says that every member of the family is given.
pub(super) fn of(item: &ParsedItem, original: Option<&[u8]>, shape: &str, open: bool) -> Option<Rich> {
    let found = rich::of_item(original?, shape)?;
    let blocks = html_to_blocks(&found.html);
    let sign = |word: &str| word.len() <= SIGN_DIGITS && word.bytes().all(|b| b.is_ascii_digit());
    if !say_the_same_words(&read(&item.body), &words_of(&blocks), &sign) {
        return None;
    }
    let given = |bytes: &[u8]| {
        let digest = Sha256Digest::of(bytes);
        open && item.attachments.iter().any(|one| one.sha256 == Some(digest))
    };
    let pictures = found.pictures.into_iter().filter(|one| given(&one.1)).collect();
    Some(Rich::released(blocks, pictures))
}

/// The text without the program's own words and without the ids that mail programs write in place of pictures.
fn read(body: &str) -> String {
    let mut out = String::new();
    let mut rest = body;
    while let Some(at) = rest.find("[cid:") {
        out.push_str(&rest[..at]);
        rest = rest[at..].find(']').map_or("", |end| &rest[at + end + 1..]);
    }
    out.push_str(rest);
    out.replace(OWN_LINES, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::RecordKind;

    #[test]
    fn a_page_says_nothing_that_the_reviewer_did_not_read() {
        let mail = |html: &str| format!("Content-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n");
        for (body, html, drawn, why) in [
            ("Dear all,\n\n1. salt\n2. sand\n", "<p>Dear all,<ol><li>salt<li>sand</ol>", true, "the same words"),
            ("Dear all", "<p>Dear all, <b>sue them</b>", false, "a word more on the page"),
            ("Dear all, sue them", "<p>Dear all", false, "a word less on the page"),
            ("Map: [cid:m@x] [only in the HTML version]", "Map: <img src='cid:m@x'>", true, "ids and own words"),
            (
                "here <https://cedarbend.example/a>",
                "<a href='https://cedarbend.example/a'>here</a>",
                true,
                "links are shown",
            ),
        ] {
            let mut item = ParsedItem::new(RecordKind::Email);
            item.body = body.to_owned();
            assert_eq!(of(&item, Some(mail(html).as_bytes()), "message", true).is_some(), drawn, "{why}");
        }
    }
}
