//! Flags and labels that mail stores write into the header: facts of one copy, never of the message.

use super::envelope;
use super::headers::decode_words;
use crate::model::provenance::CopyFacts;

/// Fills in what the header says about this copy: mbox status letters, Mozilla's bits, Gmail's labels.
pub fn from_header(message: &[u8], copy: &mut CopyFacts) {
    for (name, value) in fields(message) {
        if name.eq_ignore_ascii_case(b"status") {
            copy.read = Some(value.contains(&b'R'));
        } else if name.eq_ignore_ascii_case(b"x-status") {
            copy.answered = Some(value.contains(&b'A'));
            copy.flagged = Some(value.contains(&b'F'));
            copy.deleted = Some(value.contains(&b'D'));
            copy.draft = Some(value.contains(&b'T'));
        } else if name.eq_ignore_ascii_case(b"x-mozilla-status") {
            from_mozilla(&value, copy);
        } else if name.eq_ignore_ascii_case(b"x-gmail-labels") {
            from_labels(&decode_words(&value), copy);
        }
    }
}

/// The bits of `X-Mozilla-Status` (nsMsgMessageFlags.idl): read 1, replied 2, marked 4, expunged 8.
fn from_mozilla(value: &[u8], copy: &mut CopyFacts) {
    let text = String::from_utf8_lossy(value);
    if let Ok(bits) = u32::from_str_radix(text.trim(), 16) {
        copy.read = Some(bits & 1 != 0);
        copy.answered = Some(bits & 2 != 0);
        copy.flagged = Some(bits & 4 != 0);
        copy.deleted = Some(bits & 8 != 0);
    }
}

/// Labels as Google Takeout writes them.
pub fn from_labels(labels: &str, copy: &mut CopyFacts) {
    let labels = labels.trim();
    if !copy.folder.is_empty() {
        copy.folder.push_str(" / ");
    }
    copy.folder.push_str(labels);
    for label in labels.split(',').map(|label| label.trim().trim_matches('"').trim_start_matches('^')) {
        match label.to_ascii_lowercase().as_str() {
            "unread" => copy.read = Some(false),
            "opened" => copy.read = Some(true),
            "starred" => copy.flagged = Some(true),
            "draft" | "drafts" => copy.draft = Some(true),
            "trash" => copy.deleted = Some(true),
            _ => {}
        }
    }
}

/// The fields of a header that concern the copy, unfolded; other fields are passed over quickly.
fn fields(message: &[u8]) -> Vec<(&[u8], Vec<u8>)> {
    let mut found: Vec<(&[u8], Vec<u8>)> = Vec::new();
    let mut wanted = false;
    for line in message.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        if matches!(line[0], b' ' | b'\t') {
            if wanted && let Some((_, value)) = found.last_mut() {
                value.push(b' ');
                value.extend_from_slice(line.trim_ascii());
            }
            continue;
        }
        // Only names that begin with S or X can be of interest.
        wanted = matches!(line[0] | 32, b's' | b'x');
        if wanted && let Some(name) = envelope::header_name(line) {
            wanted = [&b"status"[..], b"x-status", b"x-mozilla-status", b"x-gmail-labels"]
                .iter()
                .any(|one| one.eq_ignore_ascii_case(name));
            if wanted {
                let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len() - 1);
                found.push((name, line[colon + 1..].trim_ascii().to_vec()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_every_store_are_read() {
        let cases: [(&[u8], CopyFacts); 5] = [
            (b"Status: RO\n\nStatus: x", CopyFacts { read: Some(true), ..CopyFacts::default() }),
            (b"Status: O\n\n", CopyFacts { read: Some(false), ..CopyFacts::default() }),
            (
                b"X-Status: AF\n\n",
                CopyFacts {
                    answered: Some(true),
                    flagged: Some(true),
                    deleted: Some(false),
                    draft: Some(false),
                    ..CopyFacts::default()
                },
            ),
            (
                b"X-Mozilla-Status: 0009\r\n\r\n",
                CopyFacts {
                    read: Some(true),
                    answered: Some(false),
                    flagged: Some(false),
                    deleted: Some(true),
                    ..CopyFacts::default()
                },
            ),
            (
                b"Subject: s\nX-Gmail-Labels: =?UTF-8?Q?Inbox,Unread,?=\n =?UTF-8?Q?B=C3=A4ume?=\n\n",
                CopyFacts { folder: "Inbox,Unread,B\u{e4}ume".into(), read: Some(false), ..CopyFacts::default() },
            ),
        ];
        for (message, expected) in cases {
            let mut copy = CopyFacts::default();
            from_header(message, &mut copy);
            assert_eq!(copy, expected, "{}", String::from_utf8_lossy(message));
        }
    }
}
