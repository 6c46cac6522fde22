//! Character references of HTML (HTML Living Standard, 13.2.5.72 to 13.2.5.80).

use mail_parser::decoders::html::add_html_token;

/// Bytes of the longest name in the standard's table (`CounterClockwiseContourIntegral`) and a little more.
const NAME_BYTES: usize = 40;

/// Names that browsers understand without a semicolon and that occur in mail.
const BARE: [&str; 6] = ["nbsp", "amp", "lt", "gt", "quot", "copy"];

/// Appends a text with its character references decoded. What is no reference stays as it stands.
pub(super) fn decode(text: &str, out: &mut impl FnMut(char)) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        rest[..at].chars().for_each(&mut *out);
        rest = &rest[at..];
        let length = reference(rest, out);
        if length == 0 {
            out('&');
            rest = &rest[1..];
        } else {
            rest = &rest[length..];
        }
    }
    rest.chars().for_each(out);
}

/// A text with its references decoded.
pub(super) fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    decode(text, &mut |c| out.push(c));
    out
}

/// Decodes the reference at the start; answers its bytes, 0 where there is none.
fn reference(text: &str, out: &mut impl FnMut(char)) -> usize {
    let bytes = text.as_bytes();
    if bytes.get(1) == Some(&b'#') {
        return numeric(bytes, out);
    }
    let name = bytes[1..].iter().take(NAME_BYTES).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    if bytes.get(name + 1) == Some(&b';') && name > 0 {
        let reference = &text[..name + 2];
        let mut decoded = String::new();
        add_html_token(&mut decoded, reference.as_bytes(), false);
        if decoded != reference {
            decoded.chars().for_each(out);
            return reference.len();
        }
        return 0;
    }
    let name = &text[1..=name];
    match BARE.iter().find(|bare| **bare == name) {
        Some(bare) => {
            let mut decoded = String::new();
            add_html_token(&mut decoded, format!("&{bare};").as_bytes(), false);
            decoded.chars().for_each(out);
            bare.len() + 1
        }
        None => 0,
    }
}

fn numeric(bytes: &[u8], out: &mut impl FnMut(char)) -> usize {
    /// Digits of a reference that is still read.
    const DIGITS: usize = 12;
    let hex = matches!(bytes.get(2), Some(b'x' | b'X'));
    let (first, radix) = if hex { (3, 16) } else { (2, 10) };
    let digits: Vec<u32> = bytes[first.min(bytes.len())..]
        .iter()
        .take(DIGITS)
        .map_while(|byte| char::from(*byte).to_digit(radix))
        .collect();
    if digits.is_empty() {
        return 0;
    }
    let code = digits.iter().fold(0_u32, |code, digit| code.saturating_mul(radix).saturating_add(*digit));
    out(char_of(code));
    let end = first + digits.len();
    end + usize::from(bytes.get(end) == Some(&b';'))
}

/// The character of a code; 0x80 to 0x9F mean Windows-1252 (the table in 13.2.5.80).
fn char_of(code: u32) -> char {
    match code {
        0 => '\u{fffd}',
        0x80..=0x9f => WINDOWS_1252.chars().nth((code - 0x80) as usize).unwrap_or('\u{fffd}'),
        _ => char::from_u32(code).unwrap_or('\u{fffd}'),
    }
}

const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_decoded_and_other_ampersands_stay() {
        let table = [
            ("caf&eacute;", "café", "a name"),
            ("&Eacute;cole &euro;5", "École €5", "capital and currency"),
            ("&#233;&#xE9;&#Xe9;", "ééé", "decimal and hexadecimal"),
            ("&#150;&#x93;q&#148;", "–“q”", "Windows-1252 in numbers"),
            ("&#128077;", "👍", "beyond the Basic Multilingual Plane"),
            ("R&D, AT&T", "R&D, AT&T", "no reference"),
            ("a &amp;lt; b", "a &lt; b", "decoded once only"),
            ("&nosuchname;", "&nosuchname;", "an unknown name stays"),
            ("a&nbsp b &lt 5", "a\u{a0} b < 5", "known without a semicolon"),
            ("?a=1&copyright=2", "?a=1&copyright=2", "a longer name is not cut"),
            ("&#0;&#xD800;&#99999999999;", "\u{fffd}\u{fffd}\u{fffd}", "no characters"),
            ("&#;&#x;&;&", "&#;&#x;&;&", "empty ones"),
        ];
        for (text, out, why) in table {
            assert_eq!(decoded(text), out, "{why}");
        }
    }
}
