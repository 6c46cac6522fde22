//! Text out of a typed stream, the archive in which Apple Messages keeps formatted text (`attributedBody`).
//!
//! A stream is a version (4), the word `streamtyped`, a system version, and then groups of values: each group begins
//! with the types of its values. New strings, classes and objects are written out once and are then named by their
//! number, from 0x92 on. The text is the bytes of the first `NSString` of the archived object; the runs of formatting
//! behind it are kept in the original and not read.

/// Objects inside each other that are followed.
const DEPTH: usize = 32;
/// The start of the numbers of what was written before.
const FIRST_REFERENCE: i64 = 0x92;
const NEW: u8 = 0x84;
const NIL: u8 = 0x85;
const END: u8 = 0x86;

/// The plain text of an archived string; `None` when the bytes are no such archive.
pub fn text(bytes: &[u8]) -> Option<String> {
    let mut stream = Stream { rest: bytes, strings: Vec::new(), objects: Vec::new() };
    let is_head = stream.byte()? == 4 && stream.unshared()? == b"streamtyped";
    if !is_head {
        return None;
    }
    stream.integer()?;
    let types = stream.shared()??;
    stream.values(types, &[], 0)?.map(|text| String::from_utf8_lossy(text).into_owned())
}

struct Stream<'a> {
    rest: &'a [u8],
    /// Types and names of classes, by number.
    strings: Vec<&'a [u8]>,
    /// Objects and classes share one row of numbers; of a class the names of it and what it is derived from.
    objects: Vec<Vec<&'a [u8]>>,
}

impl<'a> Stream<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// One byte, or two or four behind a mark, the least significant first.
    fn integer(&mut self) -> Option<i64> {
        let first = self.byte()?;
        self.integer_from(first)
    }

    fn integer_from(&mut self, first: u8) -> Option<i64> {
        Some(match first {
            0x81 => i64::from(i16::from_le_bytes(self.take(2)?.try_into().ok()?)),
            0x82 => i64::from(i32::from_le_bytes(self.take(4)?.try_into().ok()?)),
            other => i64::from(other),
        })
    }

    fn length(&mut self) -> Option<usize> {
        Some(match self.byte()? {
            // A length has no sign: two bytes reach 65,535.
            0x81 => usize::from(u16::from_le_bytes(self.take(2)?.try_into().ok()?)),
            0x82 => usize::try_from(u32::from_le_bytes(self.take(4)?.try_into().ok()?)).ok()?,
            other => usize::from(other),
        })
    }

    fn unshared(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        self.take(length)
    }

    /// A string that is written once; inside, `None` is nil.
    fn shared(&mut self) -> Option<Option<&'a [u8]>> {
        match self.byte()? {
            NIL => Some(None),
            NEW => {
                let string = self.unshared()?;
                self.strings.push(string);
                Some(Some(string))
            }
            first => {
                let number = self.integer_from(first)? - FIRST_REFERENCE;
                Some(Some(*self.strings.get(usize::try_from(number).ok()?)?))
            }
        }
    }

    /// A class with what it is derived from: their names.
    fn class(&mut self, depth: usize) -> Option<Vec<&'a [u8]>> {
        if depth > DEPTH {
            return None;
        }
        match self.byte()? {
            NIL => Some(Vec::new()),
            NEW => {
                let name = self.shared()??;
                self.integer()?;
                let number = self.objects.len();
                self.objects.push(Vec::new());
                let mut names = vec![name];
                names.extend(self.class(depth + 1)?);
                self.objects[number].clone_from(&names);
                Some(names)
            }
            first => {
                let number = self.integer_from(first)? - FIRST_REFERENCE;
                self.objects.get(usize::try_from(number).ok()?).cloned()
            }
        }
    }

    /// An object; gives the text as soon as it is met.
    fn object(&mut self, depth: usize) -> Option<Option<&'a [u8]>> {
        if depth > DEPTH {
            return None;
        }
        match self.byte()? {
            NIL => Some(None),
            NEW => {
                self.objects.push(Vec::new());
                let class = self.class(0)?;
                while *self.rest.first()? != END {
                    let types = self.shared()??;
                    if let Some(text) = self.values(types, &class, depth + 1)? {
                        return Some(Some(text));
                    }
                }
                self.byte()?;
                Some(None)
            }
            first => self.integer_from(first).map(|_| None),
        }
    }

    /// The values of a group inside an object of a class.
    fn values(&mut self, types: &[u8], class: &[&[u8]], depth: usize) -> Option<Option<&'a [u8]>> {
        for one in types {
            match one {
                b'@' => {
                    if let Some(text) = self.object(depth)? {
                        return Some(Some(text));
                    }
                }
                b'+' => {
                    let bytes = self.unshared()?;
                    if class.contains(&b"NSString".as_slice()) {
                        return Some(Some(bytes));
                    }
                }
                b'*' => {
                    self.objects.push(Vec::new());
                    self.shared()?;
                }
                b'c' | b'C' | b'B' => {
                    self.byte()?;
                }
                b'i' | b'I' | b'l' | b'L' | b's' | b'S' | b'q' | b'Q' => {
                    self.integer()?;
                }
                // Other types do not come before the text.
                _ => return None,
            }
        }
        Some(None)
    }
}

#[cfg(test)]
pub mod tests {
    //! Archives as macOS writes them, for other tests too.
    use super::*;

    /// An archive as macOS writes it: `NSAttributedString` over `NSObject`, holding one `NSString`.
    pub fn archive(text: &str) -> Vec<u8> {
        let mut bytes = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x12NSAttributedString\0".to_vec();
        bytes.extend_from_slice(b"\x84\x84\x08NSObject\0\x85\x92\x84\x84\x84\x08NSString\x01\x94\x84\x01+");
        match u8::try_from(text.len()) {
            Ok(length) if length < 0x80 => bytes.push(length),
            _ => {
                bytes.push(0x81);
                bytes.extend_from_slice(&u16::try_from(text.len()).expect("short").to_le_bytes());
            }
        }
        bytes.extend_from_slice(text.as_bytes());
        bytes.extend_from_slice(b"\x86\x86");
        bytes
    }

    #[test]
    fn text_of_every_length_is_found() {
        let long = "\u{e9}".repeat(20_000);
        for expected in ["", "Noon at the park \u{1f355}", &"a".repeat(0x7f), &"a".repeat(0x80), &long] {
            assert_eq!(text(&archive(expected)).as_deref(), Some(expected));
        }
    }

    #[test]
    fn what_is_no_archive_has_no_text() {
        let whole = archive("Noon at the park");
        let end = whole.len() - 2;
        for cut in 0..end {
            assert_eq!(text(&whole[..cut]), None, "cut at {cut}");
        }
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut turned = whole.clone();
                turned[at] ^= 1 << bit;
                let _ = text(&turned);
            }
        }
        // A class that is derived from itself, over and over.
        let mut deep = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84".to_vec();
        deep.extend(b"\x84\x84\x01A\0".repeat(10_000));
        assert_eq!(text(&deep), None);
        assert_eq!(text(b"bplist00NSString\x01\x94\x84\x01+\x03abc"), None, "another kind of archive");
    }
}
