//! The signed octets inside a CMS structure (RFC 5652), in BER with or without lengths.

/// Depth of constructed values that is followed.
const DEPTH: usize = 16;

/// The object identifier of plain data, 1.2.840.113549.1.7.1, as it stands encoded.
const DATA: [u8; 11] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01];

/// What a structure with signatures holds of what was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signed {
    /// The octets themselves.
    Content(Vec<u8>),
    /// Nothing: the signature stands apart from them, or there are certificates only (RFC 5652 section 5.2).
    Apart,
    /// This could not be told.
    Unreadable,
}

/// The octets that were signed, where the structure holds them.
pub fn signed(bytes: &[u8]) -> Signed {
    // encapContentInfo is an identifier of what was signed, mostly that of data, followed by [0] with an octet string.
    let Some(at) = bytes.windows(DATA.len()).position(|window| window == DATA) else { return Signed::Unreadable };
    let mut rest = &bytes[at + DATA.len()..];
    match take(&mut rest) {
        Some(wrapper) if wrapper.tag == 0xA0 => {
            let mut out = Vec::new();
            gather(wrapper.content, &mut out, 0);
            // Certificates alone are wrapped in [0] too.
            if out.is_empty() { Signed::Apart } else { Signed::Content(out) }
        }
        _ => Signed::Apart,
    }
}

/// The octets that were signed; `None` when the signature stands apart from them.
pub fn signed_content(bytes: &[u8]) -> Option<Vec<u8>> {
    match signed(bytes) {
        Signed::Content(content) => Some(content),
        Signed::Apart | Signed::Unreadable => None,
    }
}

/// As [`signed_content`], for bytes of any kind: only a structure with signatures has one.
pub fn signed_message(bytes: &[u8]) -> Option<Vec<u8>> {
    (super::media_type(bytes, "") == "application/pkcs7-mime").then(|| signed_content(bytes)).flatten()
}

struct Value<'a> {
    tag: u8,
    content: &'a [u8],
}

/// Gathers the octets of strings, which may be cut into pieces (X.690 section 8.7.3).
fn gather(mut bytes: &[u8], out: &mut Vec<u8>, depth: usize) {
    while depth < DEPTH && !bytes.is_empty() {
        let Some(value) = take(&mut bytes) else { return };
        match value.tag {
            0x04 => out.extend_from_slice(value.content),
            0x24 | 0xA0 => gather(value.content, out, depth + 1),
            _ => return,
        }
    }
}

fn take<'a>(bytes: &mut &'a [u8]) -> Option<Value<'a>> {
    take_at(bytes, 0)
}

/// Takes one value; of one without a length, what stands before its end mark.
fn take_at<'a>(bytes: &mut &'a [u8], depth: usize) -> Option<Value<'a>> {
    let (tag, first) = (*bytes.first()?, *bytes.get(1)?);
    let mut rest = bytes.get(2..)?;
    if first == 0x80 {
        let start = rest;
        loop {
            if depth > DEPTH {
                return None;
            }
            if rest.starts_with(&[0, 0]) || rest.is_empty() {
                let content = &start[..start.len() - rest.len()];
                *bytes = rest.get(2..).unwrap_or_default();
                return Some(Value { tag, content });
            }
            take_at(&mut rest, depth + 1)?;
        }
    }
    let length = if first < 0x80 {
        usize::from(first)
    } else {
        let count = usize::from(first & 0x7F);
        let digits = rest.get(..count).filter(|_| count <= 4)?;
        rest = &rest[count..];
        digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit))
    };
    // A cut-off structure gives what there is of it.
    let content = &rest[..length.min(rest.len())];
    *bytes = &rest[content.len()..];
    Some(Value { tag, content })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_octets_are_found_whole_and_in_pieces() {
        let mut whole = vec![0x30, 0x80];
        whole.extend(DATA);
        whole.extend([0xA0, 0x05, 0x04, 0x03, b'a', b'b', b'c']);
        assert_eq!(signed_content(&whole).as_deref(), Some(&b"abc"[..]));
        let mut pieces = DATA.to_vec();
        pieces.extend([0xA0, 0x80, 0x24, 0x80, 0x04, 0x01, b'a', 0x04, 0x02, b'b', b'c', 0, 0, 0, 0]);
        assert_eq!(signed_content(&pieces).as_deref(), Some(&b"abc"[..]));
        assert_eq!(signed_content(&DATA), None);
        assert_eq!(signed_content(&[0x30, 0x80].repeat(10_000)), None);
    }
}
