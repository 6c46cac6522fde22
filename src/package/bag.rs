//! BagIt (RFC 8493): a folder that says what belongs in it.

use super::sums;
use crate::model::production::PublicText;
use std::collections::{BTreeMap, BTreeSet};

/// The declaration.
pub const DECLARATION: &str = "bagit.txt";
/// Facts about the bag.
pub const INFO: &str = "bag-info.txt";
/// Digests of everything under `data`.
pub const MANIFEST: &str = "manifest-sha256.txt";
/// Digests of everything else but itself.
pub const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";

/// The bytes of `bagit.txt` (section 2.1.1).
pub const DECLARATION_TEXT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// A tag file is not as the format wants it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BagError {
    /// The declaration is wrong.
    #[error("bagit.txt: {0}")]
    Declaration(&'static str),
    /// A manifest has a line that is none.
    #[error("line {line}: {what}")]
    Line {
        /// The line, counted from 1; 0 for the manifest as a whole.
        line: usize,
        /// What is wrong.
        what: String,
    },
}

/// What `bagit.txt` declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Major and minor version.
    pub version: (u32, u32),
    /// The encoding of the tag files, as written.
    pub encoding: String,
}

/// Reads `bagit.txt`: no byte order mark, two lines, label and value apart by a colon and one blank (section 2.1.1;
/// versions before 1.0 were not strict about blanks).
pub fn declaration(bytes: &[u8]) -> Result<Declaration, BagError> {
    let wrong = BagError::Declaration;
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(wrong("it begins with a byte order mark"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8"))?;
    let lines: Vec<&str> = text.lines().collect();
    let [version, encoding] = lines[..] else {
        return Err(wrong("it does not have exactly two lines"));
    };
    let (label, value) = version.split_once(':').ok_or(wrong("it does not name the version"))?;
    let number = value.trim().split_once('.');
    let number = number.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    let number = number.ok_or(wrong("its version is not a number like 1.0"))?;
    if label.trim_end() != "BagIt-Version" {
        return Err(wrong("it does not name the version"));
    }
    let strict = number >= (1, 0);
    if strict && version != format!("BagIt-Version: {}.{}", number.0, number.1) {
        return Err(wrong("the version line has blanks where none belong"));
    }
    let (label, value) = encoding.split_once(':').ok_or(wrong("it does not name the encoding"))?;
    if label.trim_end() != "Tag-File-Character-Encoding" {
        return Err(wrong("it does not name the encoding"));
    }
    if strict && encoding != format!("Tag-File-Character-Encoding: {}", value.trim()) {
        return Err(wrong("the encoding line has blanks where none belong"));
    }
    Ok(Declaration { version: number, encoding: value.trim().to_owned() })
}

/// Writes `bag-info.txt`; a value is one line.
pub fn info(entries: &[(&str, PublicText)]) -> String {
    let mut out = String::new();
    for (label, value) in entries {
        let value: Vec<&str> = value.as_str().split_whitespace().collect();
        out.push_str(&format!("{label}: {}\n", value.join(" ")));
    }
    out
}

/// The `Payload-Oxum` of a `bag-info.txt`: bytes and files of the payload (section 2.2.2).
pub fn oxum(text: &str) -> Option<(u64, u64)> {
    let line = text.lines().find_map(|line| {
        let (label, value) = line.split_once(':')?;
        label.trim().eq_ignore_ascii_case("payload-oxum").then(|| value.trim())
    })?;
    let (bytes, files) = line.split_once('.')?;
    Some((bytes.parse().ok()?, files.parse().ok()?))
}

/// A path as a manifest writes it: `%`, CR and LF percent-encoded (section 2.1.3).
pub fn encoded(path: &str) -> String {
    path.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A manifest's path read back. Version 1.0 encodes `%`; older bags, and most programs, leave it as it is, so an
/// escape other than those three stays.
pub fn decoded(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3).map(str::to_ascii_uppercase);
        let letter = match code.as_deref() {
            Some("25") => '%',
            Some("0D") => '\r',
            Some("0A") => '\n',
            _ => {
                out.push('%');
                rest = &rest[at + 1..];
                continue;
            }
        };
        out.push(letter);
        rest = &rest[at + 3..];
    }
    out + rest
}

/// Why a manifest's path cannot be followed; `None` when it stays inside the bag (section 5.1).
pub fn unsafe_path(path: &str) -> Option<&'static str> {
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    if path.starts_with('/') || path.starts_with('\\') || drive {
        Some("the path is absolute")
    } else if path.starts_with('~') {
        Some("the path begins with ~")
    } else if path.split(['/', '\\']).any(|part| part == "..") {
        Some("the path leaves the bag")
    } else if path.contains('\0') {
        Some("the path has a NUL in it")
    } else {
        None
    }
}

/// Reads a manifest into path and digest. Listing a path twice is an error, as is a path outside of the bag.
pub fn manifest(text: &str) -> Result<BTreeMap<String, String>, BagError> {
    let wrong = |line: usize, what: String| BagError::Line { line, what };
    let all = sums::read(text).map_err(|error| wrong(error.line, "it is not a digest and a path".to_owned()))?;
    let mut listed = BTreeMap::new();
    let mut folded = BTreeSet::new();
    for (at, (digest, path)) in all.into_iter().enumerate() {
        let path = decoded(path.strip_prefix("./").unwrap_or(&path));
        if let Some(why) = unsafe_path(&path) {
            return Err(wrong(at + 1, why.to_owned()));
        }
        if listed.insert(path.clone(), digest).is_some() {
            return Err(wrong(at + 1, format!("{path} is listed twice")));
        }
        if !folded.insert(path.to_lowercase()) {
            return Err(wrong(at + 1, format!("{path} differs from another path by upper and lower case alone")));
        }
    }
    Ok(listed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn declarations_are_strict_from_version_1() {
        let read = |text: &str| declaration(text.as_bytes()).map(|found| found.version);
        assert_eq!(read(DECLARATION_TEXT), Ok((1, 0)));
        assert_eq!(read("BagIt-Version : 0.97\nTag-File-Character-Encoding : UTF-8\n"), Ok((0, 97)));
        for wrong in [
            "BagIt-Version : 1.0\nTag-File-Character-Encoding : UTF-8\n",
            "BagIt-Version: 1.0 \nTag-File-Character-Encoding: UTF-8\n",
            "BagIt-Version: 1.0\n",
            "BagIt-Version: one\nTag-File-Character-Encoding: UTF-8\n",
            "\u{feff}BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "",
        ] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn paths_that_leave_the_bag_are_refused() {
        for path in ["../x", "data/../../x", "/etc/x", "~/x", "C:\\x", "\\\\host\\x", "data\\..\\x"] {
            assert!(unsafe_path(path).is_some(), "{path}");
        }
        assert_eq!(unsafe_path("data/a..b/.hidden"), None);
        let twice = "00  data/a\n00  ./data/a\n";
        assert!(matches!(manifest(twice), Err(BagError::Line { line: 2, .. })));
        assert!(manifest("00  data/a\n00  data/A\n").is_err());
    }

    #[test]
    fn facts_are_one_line_each() {
        let text = info(&[
            ("Source-Organization", PublicText::released("Cedar\nBend")),
            ("Payload-Oxum", PublicText::released("77.1")),
        ]);
        assert_eq!(text, "Source-Organization: Cedar Bend\nPayload-Oxum: 77.1\n");
        assert_eq!(oxum(&text), Some((77, 1)));
        assert_eq!(oxum("Payload-Oxum: x.1"), None);
    }

    proptest! {
        #[test]
        fn any_path_comes_back(path in "([a-zA-Zé/%\r\n 0-9]|%25|%0[aD])*") {
            prop_assert_eq!(decoded(&encoded(&path)), path);
        }
    }
}
