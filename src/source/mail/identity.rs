//! What makes a message the same message in another export.
//!
//! The identity of a message is its bytes with everything taken away that mail stores add or change:
//! the header fields in [`is_of_the_copy`], the kind of line ending, blank lines at the end, and the `>` that
//! mbox files put before lines beginning `From `. Since nobody can tell from one file how many `>` an
//! exporter added, all of them are taken away, in every format alike. So a message has one identity whether it
//! comes as EML, from a Maildir, or from any dialect of mbox; the exact bytes are kept beside it.

use super::envelope;

/// The identity of a message, or `None` when the bytes are their own identity.
pub fn canonical(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out: Option<Vec<u8>> = None;
    let mut in_header = true;
    let mut skipping = false;
    let mut start = 0;
    while start < bytes.len() {
        let end = line_end(bytes, start);
        let raw = &bytes[start..end];
        let content = envelope::without_ending(raw);
        let kept = if in_header && !content.is_empty() {
            let continues = matches!(content.first(), Some(b' ' | b'\t'));
            if !continues {
                skipping = envelope::header_name(content).is_some_and(is_of_the_copy);
            }
            !skipping
        } else {
            in_header = false;
            true
        };
        let unquoted = if in_header { content } else { unquote(content) };
        let unchanged = kept && unquoted.len() == content.len() && raw.len() == content.len() + 1;
        match &mut out {
            None if unchanged => {}
            None => {
                let mut copy = Vec::with_capacity(bytes.len());
                copy.extend_from_slice(&bytes[..start]);
                push_line(&mut copy, unquoted, kept);
                out = Some(copy);
            }
            Some(copy) => push_line(copy, unquoted, kept),
        }
        start = end;
    }
    match out {
        Some(mut copy) => {
            trim_end(&mut copy);
            Some(copy)
        }
        None if bytes.ends_with(b"\n\n") => {
            let mut copy = bytes.to_vec();
            trim_end(&mut copy);
            Some(copy)
        }
        None => None,
    }
}

/// Whether a header field belongs to the copy in one mail store and not to the message.
fn is_of_the_copy(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 8] = [
        b"status",
        b"x-status",
        b"x-keywords",
        b"x-uid",
        b"content-length",
        b"lines",
        b"x-gmail-labels",
        b"x-gm-thrid",
    ];
    const BEGINNINGS: [&[u8]; 2] = [b"x-mozilla-", b"x-imap"];
    NAMES.iter().any(|one| one.eq_ignore_ascii_case(name))
        || BEGINNINGS.iter().any(|one| name.get(..one.len()).is_some_and(|head| head.eq_ignore_ascii_case(one)))
}

/// A line without the `>` before `From `.
fn unquote(line: &[u8]) -> &[u8] {
    if line.first() != Some(&b'>') {
        return line;
    }
    let quotes = line.iter().take_while(|byte| **byte == b'>').count();
    if envelope::begins(&line[quotes..]) { &line[quotes..] } else { line }
}

fn push_line(out: &mut Vec<u8>, line: &[u8], kept: bool) {
    if kept {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
}

fn trim_end(bytes: &mut Vec<u8>) {
    while bytes.ends_with(b"\n\n") {
        bytes.pop();
    }
}

fn line_end(bytes: &[u8], start: usize) -> usize {
    bytes[start..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| start + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(bytes: &[u8]) -> Vec<u8> {
        canonical(bytes).unwrap_or_else(|| bytes.to_vec())
    }

    #[test]
    fn one_message_has_one_identity_in_every_export() {
        let eml = b"Subject: a\nTo: b\n\nFrom here on\n>> From there\nend\n";
        let exports: [&[u8]; 7] = [
            b"Subject: a\r\nTo: b\r\n\r\nFrom here on\r\n>> From there\r\nend\r\n",
            b"Subject: a\nTo: b\n\n>From here on\n>> From there\nend\n\n",
            b"Subject: a\nTo: b\n\n>>>From here on\n>> From there\nend",
            b"Status: RO\nSubject: a\nTo: b\nX-Mozilla-Status: 0001\n\nFrom here on\n>> From there\nend\n\n\n",
            b"Subject: a\nX-Gmail-Labels: Inbox,\n Unread\nTo: b\nContent-Length: 12\n\nFrom here on\n>> From there\nend\n",
            b"X-UID: 7\nX-IMAPbase: 1 2\nSubject: a\nTo: b\nLines: 3\n\n>From here on\n>> From there\nend\n",
            b"X-GM-THRID: 9\nSubject: a\nTo: b\n\nFrom here on\n>> From there\nend\n",
        ];
        assert_eq!(canonical(eml), None, "it is its own identity");
        for export in exports {
            assert_eq!(identity(export), eml, "{}", String::from_utf8_lossy(export));
        }
    }

    #[test]
    fn what_differs_in_the_message_differs_in_the_identity() {
        let one = identity(b"Subject: a\n\nb\n");
        let others: [&[u8]; 4] =
            [b"Subject: A\n\nb\n", b"Subject: a\n\nb \n", b"Subject: a\n\n\nb\n", b"Subject: a\n\nStatus: RO\nb\n"];
        for other in others {
            assert_ne!(identity(other), one);
        }
    }

    #[test]
    fn the_identity_of_an_identity_is_itself() {
        let odd: [&[u8]; 5] = [b"", b"\n", b"\r\n\r\n", b"Status: x", b"a\rb\n\n>From x\n"];
        for bytes in odd {
            let once = identity(bytes);
            assert_eq!(identity(&once), once, "{bytes:?}");
        }
    }
}
