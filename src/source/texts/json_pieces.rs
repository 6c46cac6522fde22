//! The elements of one array in a JSON document, each with its exact bytes.

use serde::de::IgnoredAny;

/// The stretches of the elements of the array that stands under a key of the outermost object (RFC 8259).
///
/// # Errors
/// A plain sentence where the document is damaged, with what was whole before.
pub fn elements<'a>(document: &'a [u8], key: &str) -> (Vec<&'a [u8]>, Option<String>) {
    let mut found = Vec::new();
    let mut at = Cursor { document, at: 0 };
    let result = walk(&mut at, key, &mut found);
    (found, result.err())
}

fn walk<'a>(at: &mut Cursor<'a>, wanted: &str, found: &mut Vec<&'a [u8]>) -> Result<(), String> {
    at.expect(b'{')?;
    if at.take(b'}') {
        return Ok(());
    }
    loop {
        let name: String = serde_json::from_slice(at.value()?).map_err(|error| error.to_string())?;
        at.expect(b':')?;
        if name == wanted && at.take(b'[') {
            while !at.take(b']') {
                found.push(at.value()?);
                if !at.take(b',') {
                    at.expect(b']')?;
                    break;
                }
            }
        } else {
            at.value()?;
        }
        if !at.take(b',') {
            return at.expect(b'}');
        }
    }
}

struct Cursor<'a> {
    document: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn skip_blanks(&mut self) {
        while self.document.get(self.at).is_some_and(|byte| b" \t\r\n".contains(byte)) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        self.skip_blanks();
        let is = self.document.get(self.at) == Some(&byte);
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        let missing = || format!("the document is damaged at byte {}", self.at);
        if self.document.get(self.at..).is_none() {
            return Err(missing());
        }
        if self.take(byte) { Ok(()) } else { Err(format!("the document is damaged at byte {}", self.at)) }
    }

    /// The bytes of the next value.
    fn value(&mut self) -> Result<&'a [u8], String> {
        self.skip_blanks();
        let rest = &self.document[self.at.min(self.document.len())..];
        let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<IgnoredAny>();
        match values.next() {
            Some(Ok(_)) => {
                let length = values.byte_offset();
                self.at += length;
                Ok(&rest[..length])
            }
            Some(Err(error)) => Err(format!("the document is damaged behind byte {}: {error}", self.at)),
            None => Err(format!("the document ends at byte {}", self.at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_have_their_exact_bytes() {
        let cases: [(&str, &[&str], bool); 8] = [
            (r#"{"a": 1, "m": [ {"x":1.0 }, "s" ,3], "b": []}"#, &["{\"x\":1.0 }", "\"s\"", "3"], true),
            (r#"{"m": []}"#, &[], true),
            (r#"{}"#, &[], true),
            (r#"{"m": 5}"#, &[], true),
            (r#"{"o": {"m": [1]}, "m": [2]}"#, &["2"], true),
            (r#"{"m": [1, 2"#, &["1", "2"], false),
            (r#"{"m": [{"a":1}, {"a""#, &["{\"a\":1}"], false),
            ("[1]", &[], false),
        ];
        for (document, expected, is_whole) in cases {
            let (found, error) = elements(document.as_bytes(), "m");
            let found: Vec<&str> = found.into_iter().map(|one| std::str::from_utf8(one).expect("text")).collect();
            assert_eq!((found.as_slice(), error.is_none()), (expected, is_whole), "{document}");
        }
    }
}
