//! Base64 (RFC 4648 section 4) as exports and signatures write it: line breaks and missing padding are read, wrong
//! letters are not.

/// The decoded bytes, or `None` when the text is no base64: what is damaged is never passed on as a file.
pub fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut group, mut letters, mut padding) = (0_u32, 0_u32, 0_u32);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                continue;
            }
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        group = group << 6 | u32::from(value);
        letters += 1;
        if letters == 4 {
            out.extend_from_slice(&group.to_be_bytes()[1..]);
            (group, letters) = (0, 0);
        }
    }
    match (letters, padding) {
        (0, 0) => {}
        (2, 0 | 2) => out.push((group >> 4) as u8),
        (3, 0 | 1) => out.extend_from_slice(&((group >> 2) as u16).to_be_bytes()),
        _ => return None,
    }
    Some(out)
}

/// Bytes as base64, in one line.
pub fn encode(bytes: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let value = group.iter().fold(0_u32, |value, byte| value << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let letter = LETTERS[(value >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= group.len() { letter } else { b'=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_4648_section_10_and_what_is_damaged() {
        let vectors: [(&str, Option<&str>); 15] = [
            ("", Some("")),
            ("Zg==", Some("f")),
            ("Zm8=", Some("fo")),
            ("Zm9v", Some("foo")),
            ("Zm9vYg==", Some("foob")),
            ("Zm9vYmE=", Some("fooba")),
            ("Zm9vYmFy", Some("foobar")),
            ("Zm9v\r\n YmFy", Some("foobar")),
            ("Zm9vYg", Some("foob")),
            ("Zm9vY", None),
            ("Zm9v=", None),
            ("Zg==Zg==", None),
            ("Zm9-", None),
            ("not base64!", None),
            ("====", None),
        ];
        for (text, expected) in vectors {
            assert_eq!(decode(text.as_bytes()).as_deref(), expected.map(str::as_bytes), "{text}");
        }
    }
}
