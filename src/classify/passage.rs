//! What of an item is read: its subject, its own words, and what it quotes, each bounded and folded to lower case with
//! single spaces, in one buffer.

use crate::model::item::ParsedItem;

/// Bytes of a body that are read. What an item is shows at its beginning; a cue behind this is not looked for.
const BODY_BYTES: usize = 16 * 1024;
/// Bytes of a subject that are read.
const SUBJECT_BYTES: usize = 1024;
/// Lines after a line `From:` or `To:` in which the other lines of a quoted header are looked for.
const HEADER_LINES: usize = 6;

/// Which part of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Subject,
    Own,
    Quoted,
}

/// The words of an item as the rules read them.
#[derive(Debug, Default)]
pub(super) struct Passage {
    /// Subject, own words and quoted words, one after the other, each followed by a line break.
    pub(super) text: String,
    own: usize,
    quoted: usize,
}

impl Passage {
    /// Reads an item.
    pub(super) fn of(item: &ParsedItem) -> Self {
        let mut passage = Self::default();
        let body = prefix(&item.body, BODY_BYTES);
        passage.text.reserve(body.len() + 256);
        fold(&mut passage.text, prefix(&item.subject, SUBJECT_BYTES));
        passage.text.push('\n');
        passage.own = passage.text.len();
        let lines: Vec<&str> = body.lines().collect();
        let mut quoted: Vec<&str> = Vec::new();
        let mut at = skip_printed_header(&lines);
        while at < lines.len() {
            let line = lines[at].trim();
            if line.starts_with('>') {
                quoted.push(line.trim_start_matches(['>', ' ']));
            } else if begins_quote(&lines, at) {
                quoted.extend(&lines[at..]);
                break;
            } else {
                fold(&mut passage.text, line);
                passage.text.push(' ');
            }
            at += 1;
        }
        passage.text.push('\n');
        passage.quoted = passage.text.len();
        for line in quoted {
            fold(&mut passage.text, line);
            passage.text.push(' ');
        }
        passage
    }

    /// The part in which a byte lies.
    pub(super) fn part_at(&self, at: usize) -> Part {
        if at < self.own {
            Part::Subject
        } else if at < self.quoted {
            Part::Own
        } else {
            Part::Quoted
        }
    }

    /// Whether a part begins at a byte.
    pub(super) fn begins_at(&self, at: usize) -> bool {
        let before = &self.text[..at];
        matches!(self.part_at(at), Part::Subject) && before.trim().is_empty()
            || matches!(self.part_at(at), Part::Own) && self.text[self.own..at].trim().is_empty()
    }

    /// Characters of its own words.
    pub(super) fn own_length(&self) -> usize {
        self.text[self.own..self.quoted].trim().chars().count()
    }

    /// Whether it quotes something.
    pub(super) fn has_quote(&self) -> bool {
        !self.text[self.quoted..].trim().is_empty()
    }

    /// What was matched, as it is kept with the evidence.
    pub(super) fn excerpt(&self, start: usize, end: usize) -> String {
        self.text[start..end].trim().to_owned()
    }
}

/// At most so many bytes of a text, cut between characters.
fn prefix(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Appends a text in lower case with single spaces and plain apostrophes.
pub(super) fn fold(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(byte) = rest.as_bytes().first() {
        // A run of plain letters is copied at once: nearly every word is one.
        let run = rest.bytes().position(|byte| !(byte.is_ascii_graphic())).unwrap_or(rest.len());
        if run > 0 {
            let from = out.len();
            out.push_str(&rest[..run]);
            out[from..].make_ascii_lowercase();
            rest = &rest[run..];
            continue;
        }
        let c = if byte.is_ascii() { char::from(*byte) } else { rest.chars().next().unwrap_or_default() };
        rest = &rest[c.len_utf8()..];
        match c {
            c if c.is_whitespace() => {
                if !out.ends_with([' ', '\n']) {
                    out.push(' ');
                }
            }
            '\u{2018}' | '\u{2019}' => out.push('\''),
            c if c.is_ascii() => out.push(c),
            c => out.extend(c.to_lowercase()),
        }
    }
}

fn begins(line: &str, word: &str) -> bool {
    line.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

/// A message printed with its header at the top (and nothing above it) is that message: its header is passed over.
fn skip_printed_header(lines: &[&str]) -> usize {
    let first = lines.iter().position(|line| !line.trim().is_empty()).unwrap_or(0);
    let printed = lines.get(first).is_some_and(|line| begins(line.trim_start_matches(['\u{2022}', ' ']), "from:"))
        && lines[first..].iter().take(HEADER_LINES).any(|line| begins(line.trim(), "sent:"));
    if !printed {
        return 0;
    }
    let subject = lines[first..].iter().take(HEADER_LINES * 3).position(|line| begins(line.trim(), "subject"));
    subject.map_or(0, |at| {
        let next = first + at + 1;
        let attached = lines.get(next).is_some_and(|line| begins(line.trim(), "attachments:"));
        next + usize::from(attached)
    })
}

/// Whether the rest, from this line on, is another message.
fn begins_quote(lines: &[&str], at: usize) -> bool {
    let line = lines[at].trim();
    let bare = line.trim_start_matches(['-', '_', ' ']);
    if begins(bare, "original message") || begins(bare, "forwarded by") || begins(bare, "forwarded message") {
        return true;
    }
    if begins(line, "begin forwarded message") || begins(line, "original message") {
        return true;
    }
    if begins(line, "on ") && line.ends_with("wrote:") || line.ends_with(" wrote:") && line.contains('@') {
        return true;
    }
    let near = |word: &str| lines[at + 1..].iter().take(HEADER_LINES).any(|line| begins(line.trim(), word));
    begins(line, "from:") && (near("sent:") || near("date:") || near("to:"))
        || begins(line, "to:") && (near("cc:") || near("subject:"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::RecordKind;
    use proptest::prelude::*;

    fn passage(body: &str) -> Passage {
        let mut item = ParsedItem::new(RecordKind::Email);
        item.subject = "RE: Well 4".to_owned();
        item.body = body.to_owned();
        Passage::of(&item)
    }

    fn parts(passage: &Passage) -> (&str, &str) {
        (passage.text[passage.own..passage.quoted].trim(), passage.text[passage.quoted..].trim())
    }

    #[test]
    fn own_words_are_told_from_quoted_ones() {
        let rows = [
            // Outlook's separator.
            ("Will do.\n\n-----Original Message-----\nFrom: a\nPay it.", "will do.", "pay it."),
            // Angle brackets, answers in between.
            ("> When?\nNoon.\n> Where?\nHere.", "noon. here.", "where?"),
            // The header block of Outlook without a separator.
            ("Yes\nFrom: Ann\nSent: Monday\nTo: Bo\nSubject: x\nMay I?", "yes", "may i?"),
            // Apple Mail and Gmail.
            ("OK\nOn Mon, Ann <a@x.example> wrote:\nhello", "ok", "hello"),
            // Notes prints the addressee of the older message without a separator.
            ("Fine.\nTo: Bo Lund\ncc:\nSubject: x\nold", "fine.", "old"),
            // A message printed to text is that message.
            ("From: Ann\nSent: Monday\nTo: Bo\nSubject: x\n\nThe Budget", "the budget", ""),
        ];
        for (body, own, quoted) in rows {
            let passage = passage(body);
            let found = parts(&passage);
            assert_eq!(found.0, own, "{body:?}");
            assert!(found.1.ends_with(quoted), "{body:?}: {found:?}");
        }
        assert!(passage("Thanks\u{2019}  \n a").text.contains("thanks' a"));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(body in "(?s).{0,400}", subject in "(?s).{0,60}") {
            let mut item = ParsedItem::new(RecordKind::Text);
            item.body = body;
            item.subject = subject;
            let passage = Passage::of(&item);
            prop_assert!(passage.own_length() <= passage.text.chars().count());
        }
    }
}
