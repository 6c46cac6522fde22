//! Files packed by themselves (gzip, xz, bzip2), read as they unpack.

use super::content::Content;
use super::loose_file::{Unpacking, is_limit};
use super::reading::{Reading, file_name};
use crate::extract::packed::Packing;
use crate::model::exception::{Problem, ProblemCode};
use crate::model::item::{Found, Stopped};
use crate::model::provenance::{ContainerFormat, CopyFacts};
use crate::source::ReadStop;
use crate::source::detect::{self, HEAD_BYTES, Kind};
use std::io::{self, BufRead, BufReader, Cursor, Read};

/// The packing of a container.
pub fn packing_of(format: ContainerFormat) -> Option<Packing> {
    match format {
        ContainerFormat::Gzip => Some(Packing::Gzip),
        ContainerFormat::Xz => Some(Packing::Xz),
        ContainerFormat::Bzip2 => Some(Packing::Bzip2),
        _ => None,
    }
}

/// The container of a packing.
pub const fn format_of(packing: Packing) -> ContainerFormat {
    match packing {
        Packing::Gzip => ContainerFormat::Gzip,
        Packing::Xz => ContainerFormat::Xz,
        Packing::Bzip2 => ContainerFormat::Bzip2,
    }
}

/// Reads a packed file as a container of what is packed in it.
pub fn read_nested(
    name: String,
    packing: Packing,
    content: Content,
    copy: CopyFacts,
    reading: &mut Reading<'_>,
) -> Result<(), Stopped> {
    let inner = packing.inner_name(file_name(&name));
    reading.nested(name, format_of(packing), |reading| {
        let head = match head(packing, &content) {
            Ok(head) => head,
            Err(error) => return keep_whole(inner, packing, content, &error, copy, reading),
        };
        match detect::kind(&head, &inner, reading.options) {
            Kind::Container(format) if format != ContainerFormat::Zip && packing_of(format).is_none() => {
                stream(inner, packing, format, &content, reading)
            }
            // A file of another kind is kept as it lies there, packed: those are the bytes the city holds.
            Kind::File(media) if media == "application/octet-stream" => {
                Ok(reading.file(inner, content, packing.media_type().to_owned(), copy)?)
            }
            _ => {
                let mut left = reading.unpack_left;
                let unpacked = {
                    let packed = content.length()?;
                    let decoder = packing.unpacked(content.open()?);
                    Content::unpack(&mut Unpacking::new(decoder, packed, &mut left))
                };
                reading.unpack_left = left;
                match unpacked {
                    Ok(unpacked) => Ok(reading.member(inner, unpacked, copy)?),
                    Err(error) => keep_whole(inner, packing, content, &error, copy, reading),
                }
            }
        }
    })
}

/// What cannot be unpacked is kept as it lies there, and said.
fn keep_whole(
    inner: String,
    packing: Packing,
    content: Content,
    error: &io::Error,
    copy: CopyFacts,
    reading: &mut Reading<'_>,
) -> Result<(), ReadStop> {
    let code = if is_limit(error) { ProblemCode::LimitReached } else { ProblemCode::Malformed };
    let sentence = format!("the file cannot be unpacked and was kept as it is: {error}");
    reading.tell(Found::Remark(Problem::new(code, sentence)))?;
    Ok(reading.file(inner, content, packing.media_type().to_owned(), copy)?)
}

fn stream(
    name: String,
    packing: Packing,
    format: ContainerFormat,
    content: &Content,
    reading: &mut Reading<'_>,
) -> Result<(), ReadStop> {
    let packed = content.length()?;
    let decoder = packing.unpacked(content.open()?);
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

fn head(packing: Packing, content: &Content) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    // A block of bzip2 has up to 900,000 bytes and gives nothing before its end.
    let bytes: Box<dyn BufRead> = match packing {
        Packing::Bzip2 => Box::new(content.open()?),
        Packing::Gzip | Packing::Xz => Box::new(Cursor::new(content.head()?)),
    };
    // The first bytes of a damaged stream still tell what it is.
    let result = packing.unpacked(bytes).take(HEAD_BYTES as u64).read_to_end(&mut head);
    match result {
        Err(error) if head.is_empty() => Err(error),
        _ => Ok(head),
    }
}
