//! Gzip streams (RFC 1952), read as they unpack.

use super::content::Content;
use super::loose_file::{Unpacking, is_limit};
use super::reading::{Reading, file_name};
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::source::ReadStop;
use crate::source::detect::{self, HEAD_BYTES, Kind};
use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufReader, Cursor, Read};

/// Reads a gzip file as a container of what is packed in it.
pub fn read_nested(name: String, content: Content, copy: CopyFacts, reading: &mut Reading<'_>) -> Result<(), Stopped> {
    let inner = inner_name(file_name(&name)).to_owned();
    reading.nested(name, ContainerFormat::Gzip, |reading| {
        let head = match head(&content) {
            Ok(head) => head,
            Err(error) => return keep_whole(inner, content, &error, copy, reading),
        };
        match detect::kind(&head, &inner, reading.options) {
            Kind::Container(format) if !matches!(format, ContainerFormat::Zip | ContainerFormat::Gzip) => {
                stream(inner, format, &content, reading)
            }
            // A file of another kind is kept as it lies there, packed: those are the bytes the city holds.
            Kind::File(media) if media == "application/octet-stream" => {
                Ok(reading.file(inner, content, "application/gzip".to_owned(), copy)?)
            }
            _ => {
                let mut left = reading.unpack_left;
                let unpacked = {
                    let packed = content.length()?;
                    let decoder = MultiGzDecoder::new(content.open()?);
                    Content::unpack(&mut Unpacking::new(decoder, packed, &mut left))
                };
                reading.unpack_left = left;
                match unpacked {
                    Ok(unpacked) => Ok(reading.member(inner, unpacked, copy)?),
                    Err(error) => keep_whole(inner, content, &error, copy, reading),
                }
            }
        }
    })
}

/// What cannot be unpacked is kept as it lies there, and said.
fn keep_whole(
    inner: String,
    content: Content,
    error: &io::Error,
    copy: CopyFacts,
    reading: &mut Reading<'_>,
) -> Result<(), ReadStop> {
    let code = if is_limit(error) { ProblemCode::LimitReached } else { ProblemCode::Malformed };
    let sentence = format!("the file cannot be unpacked and was kept as it is: {error}");
    reading.tell(Found::Remark(Problem::new(code, sentence)))?;
    Ok(reading.file(inner, content, "application/gzip".to_owned(), copy)?)
}

fn stream(name: String, format: ContainerFormat, content: &Content, reading: &mut Reading<'_>) -> Result<(), ReadStop> {
    let packed = content.length()?;
    let decoder = MultiGzDecoder::new(content.open()?);
    let mut left = reading.unpack_left;
    let mut stream = BufReader::new(Unpacking::new(decoder, packed, &mut left));
    let short = name.clone();
    reading.nested(name, format, |reading| {
        reading.or_keep_whole(&short, content, |reading| reading.stream(format, &short, &mut stream, None))
    })?;
    drop(stream);
    reading.unpack_left = left;
    Ok(())
}

fn head(content: &Content) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    // The first bytes of a damaged stream still tell what it is.
    let result = MultiGzDecoder::new(Cursor::new(content.head()?)).take(HEAD_BYTES as u64).read_to_end(&mut head);
    match result {
        Err(error) if head.is_empty() => Err(error),
        _ => Ok(head),
    }
}

/// The name without `.gz`.
fn inner_name(name: &str) -> &str {
    match name.len().checked_sub(3).filter(|at| name.is_char_boundary(*at)) {
        Some(at) if name[at..].eq_ignore_ascii_case(".gz") && at > 0 => &name[..at],
        _ => name,
    }
}
