//! Whether bytes begin an Internet message: a block of header fields, enough of them known to mail.

const STRONG: [&[u8]; 8] = [
    b"received",
    b"message-id",
    b"return-path",
    b"delivered-to",
    b"mime-version",
    b"x-mozilla-status",
    b"dkim-signature",
    b"in-reply-to",
];
const KNOWN: [&[u8]; 10] =
    [b"from", b"to", b"cc", b"bcc", b"date", b"subject", b"reply-to", b"sender", b"content-type", b"references"];

/// Whether the bytes begin an Internet message (RFC 5322).
///
/// One strong field (`Received`, `Message-ID` ...) or two known ones are enough; a single known one only
/// together with a name ending `.eml`.
pub fn is_message(head: &[u8], file_name: &str) -> bool {
    let mut known = 0;
    let mut strong = false;
    let mut fields = 0;
    for line in lines(skip_blank_start(head)).take(400) {
        let Some(first) = line.first() else { break };
        if matches!(first, b' ' | b'\t') {
            if fields == 0 {
                return false;
            }
            continue;
        }
        let Some(name) = header_name(line) else {
            // A few exporters write one stray line inside the header; prose has them at once.
            if fields < 3 {
                return false;
            }
            continue;
        };
        fields += 1;
        strong |= STRONG.iter().any(|one| one.eq_ignore_ascii_case(name));
        known += usize::from(KNOWN.iter().any(|one| one.eq_ignore_ascii_case(name)));
    }
    let named = file_name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("eml"));
    strong || known >= 2 || (known == 1 && named)
}

/// Whether the first line that is not blank begins a header field.
pub fn begins_with_field(bytes: &[u8]) -> bool {
    let head = skip_blank_start(bytes);
    lines(&head[..head.len().min(1024)]).next().is_some_and(|line| header_name(line).is_some())
}

/// The name of a header field that begins on this line (RFC 5322 section 2.2).
pub fn header_name(line: &[u8]) -> Option<&[u8]> {
    let colon = line.iter().take(128).position(|byte| *byte == b':')?;
    let name = line[..colon].trim_ascii_end();
    let valid = !name.is_empty() && name.iter().all(|byte| matches!(byte, 33..=57 | 59..=126));
    valid.then_some(name)
}

/// The bytes after a byte order mark and blank lines.
pub fn skip_blank_start(head: &[u8]) -> &[u8] {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let blank = head.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    &head[blank..]
}

/// Lines without their endings.
pub fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}
