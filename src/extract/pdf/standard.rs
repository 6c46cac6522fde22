//! What a PDF need not say, because every reader knows it: encodings, names of glyphs, widths of the standard fonts.

use lopdf::{Document, Object, dictionary};

/// Widths of Helvetica from the space on, in thousandths (Adobe font metrics of the core fonts).
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];
/// Widths of Times Roman from the space on, in thousandths.
const TIMES: [u16; 95] = [
    250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889,
    722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500,
    444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480,
    200, 480, 541,
];
/// The Greek letters in the places of the Latin ones in the font Symbol (ISO 32000-1, annex D.5).
const GREEK: &str = "αβχδεφγηιϕκλμνοπθρστυϖωξψζ";
/// The Greek capitals.
const GREEK_CAPITALS: &str = "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ";

/// The characters of the 256 codes of an encoding (ISO 32000-1, annex D.2); the standard one where the name is unknown.
pub fn encoding(name: &str) -> Vec<String> {
    const KNOWN: [&str; 4] = ["MacRomanEncoding", "MacExpertEncoding", "WinAnsiEncoding", "PDFDocEncoding"];
    let name = if KNOWN.contains(&name) { name } else { "StandardEncoding" };
    let font = dictionary! { "Type" => "Font", "Encoding" => name };
    let document = Document::new();
    let read = font.get_font_encoding(&document);
    let text = |code: u8| match &read {
        Ok(encoding) => encoding.bytes_to_string(&[code]).unwrap_or_default(),
        Err(_) => String::new(),
    };
    (0..=255).map(|code| shown(text(code))).collect()
}

/// The characters of the font Symbol.
pub fn symbol() -> Vec<String> {
    let mut table = encoding("StandardEncoding");
    for (first, letters) in [(b'a', GREEK), (b'A', GREEK_CAPITALS)] {
        for (code, letter) in (usize::from(first)..).zip(letters.chars()) {
            table[code] = letter.to_string();
        }
    }
    table[0xB7] = "\u{2022}".to_owned();
    table
}

/// The characters that the name of a glyph stands for (Adobe Glyph List; ISO 32000-1, 9.10.2).
pub fn glyph(name: &str) -> Option<String> {
    let plain = name.split('.').next().filter(|plain| !plain.is_empty())?;
    if let Some(text) = listed(plain) {
        return Some(text);
    }
    if let Some(digits) = plain.strip_prefix("uni")
        && digits.len() >= 4
        && digits.is_ascii()
    {
        let units = digits.as_bytes().chunks_exact(4).map(|four| {
            let four = std::str::from_utf8(four).unwrap_or_default();
            u16::from_str_radix(four, 16)
        });
        return units.collect::<Result<Vec<u16>, _>>().ok().map(|units| String::from_utf16_lossy(&units));
    }
    if let Some(digits) = plain.strip_prefix('u')
        && (4..=6).contains(&digits.len())
    {
        return u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).map(String::from);
    }
    if plain.contains('_') {
        return plain.split('_').map(listed).collect();
    }
    None
}

fn listed(name: &str) -> Option<String> {
    if name == "nbspace" {
        return Some(" ".to_owned());
    }
    let differences = dictionary! { "Differences" => vec![Object::from(0), Object::from(name)] };
    let font = dictionary! { "Type" => "Font", "Encoding" => differences };
    let document = Document::new();
    let read = font.get_font_encoding(&document).ok()?;
    let text = shown(read.bytes_to_string(&[0]).ok()?);
    // A name that is not in the list makes the library fall back to an encoding, in which the code 0 is nothing.
    (!text.is_empty()).then_some(text)
}

/// Characters as they are searched: without control characters, hard spaces as spaces.
fn shown(text: String) -> String {
    text.chars().filter(|one| !one.is_control()).map(|one| if one == '\u{a0}' { ' ' } else { one }).collect()
}

/// The width of a code of a font that does not say its widths, in parts of its size.
pub fn width(base_font: &str, code: u8) -> f64 {
    let widths = match base_font {
        name if name.contains("Courier") => return 0.6,
        name if name.contains("Times") => &TIMES,
        _ => &HELVETICA,
    };
    let width = code.checked_sub(32).and_then(|at| widths.get(usize::from(at))).copied().unwrap_or(556);
    f64::from(width) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_glyphs_become_characters() {
        let cases = [
            ("A", Some("A")),
            ("eacute", Some("é")),
            ("fi", Some("\u{fb01}")),
            ("uni00DF", Some("ß")),
            ("u1F600", Some("\u{1f600}")),
            ("one.oldstyle", Some("1")),
            ("T_h", Some("Th")),
            ("space", Some(" ")),
            (".notdef", None),
            ("g123", None),
        ];
        for (name, expected) in cases {
            assert_eq!(glyph(name).as_deref(), expected, "{name}");
        }
        assert_eq!((&*encoding("WinAnsiEncoding")[0xE9], &*encoding("MacRomanEncoding")[0x8E]), ("é", "é"));
        assert_eq!((&*symbol()[usize::from(b'p')], &*encoding("none such")[65]), ("π", "A"));
    }
}
