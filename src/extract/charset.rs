//! Bytes to text in any charset.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes read as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text.
    pub text: String,
    /// Whether every byte was a character of the charset.
    pub sound: bool,
}

/// Reads bytes as text: by a byte order mark, else by the named charset, else as UTF-8 or UTF-16 where they
/// are that, else as windows-1252, in which every byte says something.
pub fn decode(bytes: &[u8], label: Option<&str>) -> Decoded {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return decode_as(encoding, &bytes[length..]);
    }
    let named = label.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    if let Some(encoding) = named {
        let decoded = decode_as(encoding, bytes);
        // A wrong label is common; bytes that are sound UTF-8 by themselves are believed before it.
        if decoded.sound {
            return decoded;
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Decoded { text: text.to_owned(), sound: true };
        }
        // `us-ascii` is read as windows-1252 and always sound; a broken UTF-8 keeps what can be kept.
        return decoded;
    }
    // Every second byte zero is sound UTF-8 too, so this comes first.
    if let Some(encoding) = utf16_without_mark(bytes) {
        return decode_as(encoding, bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Decoded { text: text.to_owned(), sound: label.is_none() || text.is_ascii() },
        Err(_) => Decoded { sound: label.is_none(), ..decode_as(WINDOWS_1252, bytes) },
    }
}

/// Whether a charset of this name is known.
pub fn is_known(label: &str) -> bool {
    Encoding::for_label(label.trim().as_bytes()).is_some()
}

/// Reads bytes of a numbered Windows code page, for RTF; an unknown one is read as windows-1252 and is not sound.
pub fn decode_code_page(bytes: &[u8], code_page: u32) -> Decoded {
    let label = match code_page {
        65001 => "utf-8".to_owned(),
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        10000 => "macintosh".to_owned(),
        page => format!("windows-{page}"),
    };
    match Encoding::for_label(label.as_bytes()) {
        Some(encoding) => decode_as(encoding, bytes),
        // In nearly every code page the letters of ASCII are the same.
        None => Decoded { sound: bytes.is_ascii(), ..decode_as(WINDOWS_1252, bytes) },
    }
}

/// Whether bytes are text of some kind: no zero bytes but those of UTF-16, and hardly a control character.
pub fn is_text(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(64 * 1024)];
    if Encoding::for_bom(sample).is_some() || utf16_without_mark(sample).is_some() {
        return true;
    }
    let control = |byte: &&u8| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127);
    let count = sample.iter().filter(control).count();
    !sample.contains(&0) && count * 100 <= sample.len()
}

/// Text without what stands between PGP armour lines.
pub fn without_armour(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("-----BEGIN PGP MESSAGE-----") {
        out.push_str(before);
        rest = after.split_once("-----END PGP MESSAGE-----").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let (text, broken) = encoding.decode_without_bom_handling(bytes);
    Decoded { text: text.into_owned(), sound: !broken }
}

/// The kind of UTF-16 that bytes are: by their mark, or because nearly every second byte is zero.
pub fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match Encoding::for_bom(bytes) {
        Some((encoding, _)) => Some(encoding).filter(|encoding| *encoding != UTF_8),
        None => utf16_without_mark(bytes),
    }
}

/// UTF-16 of a western text: nearly every second byte is zero.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096) / 2 * 2];
    if sample.len() < 8 {
        return None;
    }
    let zeros = |first: usize| sample.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let half = sample.len() / 2;
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 10 > half * 7 && even * 20 < half {
        Some(UTF_16LE)
    } else if even * 10 > half * 7 && odd * 20 < half {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// UTF-8, for readers that know that it must be.
pub fn utf8(bytes: &[u8]) -> String {
    UTF_8.decode_with_bom_removal(bytes).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_every_charset() {
        let cases: [(&[u8], Option<&str>, &str, bool); 12] = [
            (b"caf\xC3\xA9", None, "café", true),
            (b"caf\xE9", None, "café", true),
            (b"caf\xE9", Some("iso-8859-1"), "café", true),
            (b"caf\xC3\xA9", Some("shift_jis"), "cafﾃｩ", true),
            (b"caf\xE9", Some("x-nonsense"), "café", false),
            (b"plain", Some("x-nonsense"), "plain", true),
            (b"caf\xE9 ", Some("utf-8"), "caf\u{fffd} ", false),
            (b"\xEF\xBB\xBFa", Some("iso-8859-1"), "a", true),
            (b"\xFF\xFEa\0b\0", None, "ab", true),
            (b"h\0e\0l\0l\0o\0", None, "hello", true),
            (b"\0h\0e\0l\0l\0o", None, "hello", true),
            (b"\x1b$B%F%9%H\x1b(B", Some("iso-2022-jp"), "テスト", true),
        ];
        for (bytes, label, text, sound) in cases {
            assert_eq!(decode(bytes, label), Decoded { text: text.into(), sound }, "{bytes:?} {label:?}");
        }
        assert!(!is_text(b"\x00\x01\x02\x03abc") && is_text(b"a\tb\r\n\x1b(B"));
    }
}
