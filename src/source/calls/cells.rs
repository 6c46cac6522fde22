//! The cells of one row: decoded, without quotes, and without what a spreadsheet puts around a number.

use super::rows::Encoding;
use crate::extract::charset;

/// The text of a row without its line ending.
pub fn text(bytes: &[u8], encoding: Encoding) -> String {
    let text = match encoding {
        Encoding::Utf16Le => charset::decode(bytes, Some("utf-16le")).text,
        Encoding::Utf16Be => charset::decode(bytes, Some("utf-16be")).text,
        Encoding::Bytes | Encoding::Cells => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            // Carriers and phone systems of the United States write windows-1252 where they do not write UTF-8.
            Err(_) => charset::decode(bytes, Some("windows-1252")).text,
        },
    };
    let ending = text.strip_suffix('\n').map_or(text.as_str(), |rest| rest.strip_suffix('\r').unwrap_or(rest));
    ending.strip_suffix('\r').unwrap_or(ending).to_owned()
}

/// Splits the text of a row at a delimiter (RFC 4180 section 2); a quote inside a cell is a character like any other.
pub fn split(text: &str, delimiter: char) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut characters = text.chars().peekable();
    let (mut begins, mut quoted) = (true, false);
    while let Some(c) = characters.next() {
        if quoted {
            match c {
                '"' if characters.peek() == Some(&'"') => {
                    characters.next();
                    cell.push('"');
                }
                '"' => quoted = false,
                c => cell.push(c),
            }
        } else if c == delimiter {
            cells.push(std::mem::take(&mut cell));
            begins = true;
            continue;
        } else if c == '"' && begins {
            quoted = true;
        } else {
            cell.push(c);
        }
        begins = false;
    }
    cells.push(cell);
    cells
}

/// What a cell says without the guard that keeps a spreadsheet from changing it: `="0612"`, `'0612`.
pub fn plain(cell: &str) -> &str {
    let cell = cell.trim();
    if let Some(guarded) = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return guarded.trim();
    }
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '(') => rest.trim(),
        _ => cell,
    }
}

/// A column's name as it is compared: without case, quotes, doubled blanks and the dot at its end.
pub fn name(cell: &str) -> String {
    let words: Vec<&str> = cell.trim_matches(['"', '\u{feff}', '.', ':', ' ']).split_whitespace().collect();
    words.join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_split_as_rfc_4180_says_and_as_people_write() {
        let cases: [(&str, char, &[&str]); 9] = [
            ("a,b,c", ',', &["a", "b", "c"]),
            ("\"HILO, HI\",1 Min", ',', &["HILO, HI", "1 Min"]),
            ("\"a \"\"q\"\" b\",2", ',', &["a \"q\" b", "2"]),
            ("\"\"\"\"\" <client1>\",\"x\"", ',', &["\"\" <client1>", "x"]),
            ("5\" pipe,x", ',', &["5\" pipe", "x"]),
            ("a\t\tb", '\t', &["a", "", "b"]),
            ("1,5;2", ';', &["1,5", "2"]),
            ("\"x\"y,z", ',', &["xy", "z"]),
            ("", ',', &[""]),
        ];
        for (text, delimiter, expected) in cases {
            assert_eq!(split(text, delimiter), expected, "{text}");
        }
    }

    #[test]
    fn the_guards_of_spreadsheets_are_taken_off() {
        let cases: [(&str, &str); 6] = [
            ("=\"06125550142\"", "06125550142"),
            ("'6125550142", "6125550142"),
            ("'+16125550142", "+16125550142"),
            ("'tis a note", "'tis a note"),
            (" x ", "x"),
            ("=SUM(A1)", "=SUM(A1)"),
        ];
        for (cell, expected) in cases {
            assert_eq!(plain(cell), expected);
        }
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_windows_1252() {
        assert_eq!(text(b"caf\xe9,1\r\n", Encoding::Bytes), "caf\u{e9},1");
        assert_eq!(text("caf\u{e9},1\r".as_bytes(), Encoding::Bytes), "caf\u{e9},1");
        assert_eq!(text(b"a\0\n\0", Encoding::Utf16Le), "a");
    }
}
