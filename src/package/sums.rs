//! Checksum files: `hex`, two spaces, path, LF. `sha256sum -c` and `b3sum -c` read them, and a manifest of a bag has
//! the same lines.

/// A line cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is not a digest and a path")]
pub struct SumsError {
    /// The line, counted from 1.
    pub line: usize,
}

/// One line: digest in lowercase hexadecimal, and path.
pub type Sum = (String, String);

/// Writes a checksum file, sorted by path so that the same files always give the same bytes.
///
/// # Panics
/// When a path needs an escape: we name every file ourselves, from letters, digits, `.`, `-`, `_` and `/`.
pub fn write(mut sums: Vec<Sum>) -> String {
    sums.sort_by(|one, other| one.1.cmp(&other.1));
    let mut out = String::new();
    for (digest, path) in sums {
        assert!(is_plain(&path), "a produced file has a plain name: {path:?}");
        out.push_str(&format!("{digest}  {path}\n"));
    }
    out
}

fn is_plain(path: &str) -> bool {
    !path.is_empty() && path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'/'))
}

/// Reads a checksum file: any blanks between digest and path, `*` before the path for binary mode, LF or CRLF.
pub fn read(text: &str) -> Result<Vec<Sum>, SumsError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| one(line).ok_or(SumsError { line: at + 1 })).collect()
}

fn one(line: &str) -> Option<Sum> {
    let (digest, path) = line.split_once([' ', '\t'])?;
    let path = path.trim_start_matches([' ', '\t']);
    let path = path.strip_prefix('*').unwrap_or(path);
    let hexadecimal = !digest.is_empty() && digest.len().is_multiple_of(2);
    let hexadecimal = hexadecimal && digest.bytes().all(|b| b.is_ascii_hexdigit());
    (hexadecimal && !path.is_empty()).then(|| (digest.to_ascii_lowercase(), path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_in_order_of_paths() {
        let sums = vec![("ff".to_owned(), "data/b".to_owned()), ("00".to_owned(), "data/a-1.txt".to_owned())];
        let text = write(sums.clone());
        assert_eq!(text, "00  data/a-1.txt\nff  data/b\n");
        assert_eq!(read(&text), Ok(vec![sums[1].clone(), sums[0].clone()]));
        assert_eq!(read("FF *x y\r\n"), Ok(vec![("ff".to_owned(), "x y".to_owned())]));
        for wrong in ["xyz", "zz  a", "f  a", "00", "00  "] {
            assert_eq!(read(wrong), Err(SumsError { line: 1 }), "{wrong:?}");
        }
    }

    #[test]
    #[should_panic(expected = "plain name")]
    fn a_name_that_needs_an_escape_is_never_written() {
        write(vec![("00".to_owned(), "data/100%".to_owned())]);
    }
}
