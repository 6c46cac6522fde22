//! The answer of a web server, as a capture has it (RFC 9112): status, names and values, body.

use crate::base::limits;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use std::io::Read;

/// What a server answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status (`200`), empty when there is none.
    pub status: String,
    /// Names in small letters, and values.
    pub fields: Vec<(String, String)>,
    /// The body without its packing, as far as it could be unpacked.
    pub body: Vec<u8>,
    /// What kept the body from being unpacked.
    pub trouble: Option<String>,
}

impl Answer {
    /// The first value under a name; empty when there is none.
    pub fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|field| field.0 == name).map(|field| field.1.as_str()).unwrap_or_default()
    }
}

/// Reads an answer.
pub fn read(bytes: &[u8]) -> Answer {
    let (status_line, fields, body) = split_head(bytes);
    let status = status_line.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let mut answer = Answer { status, fields, ..Answer::default() };
    let mut body = body.to_vec();
    if answer.field("transfer-encoding").to_ascii_lowercase().contains("chunked")
        && let Some(whole) = unchunked(&body)
    {
        // Some programs capture the body without its chunks and keep the field.
        body = whole;
    }
    let codings = answer.field("content-encoding").to_ascii_lowercase();
    for coding in codings.split(',').map(str::trim).rev().filter(|coding| !coding.is_empty()) {
        let unpacked = match coding {
            "identity" => continue,
            "gzip" | "x-gzip" if body.starts_with(&[0x1F, 0x8B]) => unpack(MultiGzDecoder::new(body.as_slice())),
            // Captured unpacked, with the field left as it was.
            "gzip" | "x-gzip" => continue,
            "deflate" => unpack(ZlibDecoder::new(body.as_slice())),
            other => Err(format!("its body is packed in a way that is not read here ({other})")),
        };
        match unpacked {
            Ok(whole) => body = whole,
            Err(sentence) => {
                answer.trouble = Some(sentence);
                break;
            }
        }
    }
    answer.body = body;
    answer
}

/// The first line, the names and values, and what follows the blank line.
pub fn split_head(bytes: &[u8]) -> (String, Vec<(String, String)>, &[u8]) {
    let mut lines = Vec::new();
    let mut at = 0;
    while let Some(end) = bytes[at..].iter().position(|byte| *byte == b'\n') {
        let line = bytes[at..at + end].trim_ascii_end();
        at += end + 1;
        if line.is_empty() {
            break;
        }
        if line.len() <= limits::LINE_BYTES {
            lines.push(String::from_utf8_lossy(line).into_owned());
        }
    }
    let mut lines = lines.into_iter();
    let first = lines.next().unwrap_or_default();
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in lines {
        match line.split_once(':') {
            Some((name, value)) if !line.starts_with([' ', '\t']) => {
                fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
            }
            // A folded line goes on with the value before it.
            _ => {
                if let Some(last) = fields.last_mut() {
                    last.1.push(' ');
                    last.1.push_str(line.trim());
                }
            }
        }
    }
    (first, fields, &bytes[at..])
}

/// The body out of its chunks; `None` when it is not in chunks.
fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = rest.iter().take(64).position(|byte| *byte == b'\n')?;
        let line = std::str::from_utf8(&rest[..end]).ok()?.trim();
        let size = usize::from_str_radix(line.split(';').next().unwrap_or_default().trim(), 16).ok()?;
        rest = &rest[end + 1..];
        if size == 0 {
            return Some(whole);
        }
        // A capture may end inside its last chunk.
        let taken = size.min(rest.len());
        whole.extend_from_slice(&rest[..taken]);
        rest = &rest[taken..];
        if rest.is_empty() {
            return Some(whole);
        }
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"))?;
    }
}

fn unpack(decoder: impl Read) -> Result<Vec<u8>, String> {
    let mut whole = Vec::new();
    let most = limits::ITEM_IN_MEMORY_BYTES;
    match decoder.take(most + 1).read_to_end(&mut whole) {
        Ok(_) if whole.len() as u64 > most => Err(format!("its body unpacks to more than {most} bytes")),
        Ok(_) => Ok(whole),
        Err(error) => Err(format!("its body cannot be unpacked: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn bodies_come_out_of_their_chunks_and_packing() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(b"hello").expect("memory");
        let packed = packer.finish().expect("memory");
        let with = |fields: &str, body: &[u8]| [format!("HTTP/1.1 200 OK\r\n{fields}\r\n").as_bytes(), body].concat();
        let cases: [(&str, Vec<u8>, &[u8], bool); 8] = [
            ("plain", with("", b"hello"), b"hello", false),
            (
                "chunks",
                with("Transfer-Encoding: chunked\r\n", b"3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n"),
                b"hello",
                false,
            ),
            ("captured without its chunks", with("Transfer-Encoding: chunked\r\n", b"hello"), b"hello", false),
            ("a chunk cut off", with("Transfer-Encoding: chunked\r\n", b"9\r\nhel"), b"hel", false),
            ("packed", with("Content-Encoding: gzip\r\n", &packed), b"hello", false),
            ("captured unpacked", with("Content-Encoding: gzip\r\n", b"hello"), b"hello", false),
            ("packed otherwise", with("Content-Encoding: br\r\n", b"\x0b\x02\x80"), b"\x0b\x02\x80", true),
            ("a bare line feed", b"HTTP/1.0 404 Not Found\nA: b\n c\n\nhello".to_vec(), b"hello", false),
        ];
        for (why, bytes, body, trouble) in cases {
            let answer = read(&bytes);
            assert_eq!((answer.body.as_slice(), answer.trouble.is_some()), (body, trouble), "{why}");
        }
        let answer = read(b"HTTP/1.0 404 Not Found\nA: b\n c\n\nhello");
        assert_eq!((answer.status.as_str(), answer.field("a")), ("404", "b c"));
    }
}
