//! Files in UTF-16: read as the same characters in UTF-8, with originals as they were found.
//!
//! The readers of backups and cards look at bytes of UTF-8. A file in UTF-16, as some programs of Windows save it, is
//! given to them in UTF-8. The original of each item and the bytes of each exception are turned back: the mark of the
//! file's order of bytes, then exactly the 16-bit units that stand in the file. The place of an item counts bytes of
//! UTF-8. Units that are no UTF-16 (half a pair) become U+FFFD, which the readers say; the whole
//! file is then kept beside them as an exception, so that nothing is lost.

use crate::base::limits;
use crate::extract::charset;
use crate::model::item::{Found, Original, Sink, Stopped};
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_16BE};
use std::borrow::Cow;
use std::io::{self, BufRead, Read};

/// Bytes decoded at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// The order of bytes of a file in UTF-16, by its mark or because nearly every second byte is zero.
pub fn encoding_of(head: &[u8]) -> Option<&'static Encoding> {
    charset::utf16(head)
}

/// The bytes in UTF-8, if they are UTF-16.
pub fn narrowed(bytes: &[u8]) -> Cow<'_, [u8]> {
    match encoding_of(bytes) {
        Some(encoding) => Cow::Owned(encoding.decode_with_bom_removal(bytes).0.into_owned().into_bytes()),
        None => Cow::Borrowed(bytes),
    }
}

/// The same characters in UTF-16 behind the mark of its order of bytes.
pub fn widened(utf8: &[u8], encoding: &'static Encoding) -> Vec<u8> {
    let text = String::from_utf8_lossy(utf8);
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    let bytes = |unit: u16| if encoding == UTF_16BE { unit.to_be_bytes() } else { unit.to_le_bytes() };
    units.flat_map(bytes).collect()
}

/// A stream of UTF-16 as one of UTF-8, without the mark at its head.
pub struct Narrow<'a> {
    inner: &'a mut dyn BufRead,
    decoder: Decoder,
    ready: Vec<u8>,
    at: usize,
    ended: bool,
    /// Whether units were met that are no UTF-16.
    pub is_broken: bool,
}

impl<'a> Narrow<'a> {
    /// Reads `inner`, which is in `encoding`.
    pub fn new(inner: &'a mut dyn BufRead, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { inner, decoder, ready: Vec::new(), at: 0, ended: false, is_broken: false }
    }

    fn decode(&mut self) -> io::Result<()> {
        let chunk = self.inner.fill_buf()?;
        let chunk = &chunk[..chunk.len().min(CHUNK_BYTES)];
        self.ended = chunk.is_empty();
        let room = self.decoder.max_utf8_buffer_length(chunk.len()).unwrap_or(CHUNK_BYTES * 3 + 16);
        self.ready.resize(room, 0);
        self.at = 0;
        let (result, read, written, broken) = self.decoder.decode_to_utf8(chunk, &mut self.ready, self.ended);
        assert!(result == CoderResult::InputEmpty, "the room was computed for all of the chunk");
        self.ready.truncate(written);
        self.is_broken |= broken;
        self.inner.consume(read);
        Ok(())
    }
}

impl BufRead for Narrow<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.ready.len() && !self.ended {
            self.decode()?;
        }
        Ok(&self.ready[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.at = (self.at + count).min(self.ready.len());
    }
}

impl Read for Narrow<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let count = ready.len().min(out.len());
        out[..count].copy_from_slice(&ready[..count]);
        self.consume(count);
        Ok(count)
    }
}

/// Gives on what a stream gives and keeps it, at most [`limits::ITEM_IN_MEMORY_BYTES`].
pub struct Kept<'a> {
    inner: &'a mut dyn BufRead,
    bytes: Vec<u8>,
    is_whole: bool,
}

impl<'a> Kept<'a> {
    /// Keeps what is read of `inner`.
    pub fn new(inner: &'a mut dyn BufRead) -> Self {
        Self { inner, bytes: Vec::new(), is_whole: true }
    }

    /// What was read, and whether it is all of it.
    pub fn into_bytes(self) -> (Vec<u8>, bool) {
        (self.bytes, self.is_whole)
    }
}

impl BufRead for Kept<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        let room = (limits::ITEM_IN_MEMORY_BYTES as usize).saturating_sub(self.bytes.len());
        // What is consumed lies in the buffer, so looking again reads nothing.
        if let Ok(ready) = self.inner.fill_buf() {
            let taken = &ready[..count.min(ready.len())];
            self.bytes.extend_from_slice(&taken[..taken.len().min(room)]);
            self.is_whole &= taken.len() <= room;
        }
        self.inner.consume(count);
    }
}

impl Read for Kept<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let count = ready.len().min(out.len());
        out[..count].copy_from_slice(&ready[..count]);
        self.consume(count);
        Ok(count)
    }
}

/// Turns originals back into UTF-16 before they are told, and counts the finds.
pub struct Widening<'a> {
    sink: &'a mut dyn Sink,
    encoding: &'static Encoding,
    /// Items and exceptions that were told.
    pub told: u64,
}

impl<'a> Widening<'a> {
    /// Tells `sink` what is in a file in `encoding`.
    pub fn new(sink: &'a mut dyn Sink, encoding: &'static Encoding) -> Self {
        Self { sink, encoding, told: 0 }
    }
}

impl Sink for Widening<'_> {
    fn found(&mut self, found: Found) -> Result<(), Stopped> {
        let found = match found {
            Found::Item(mut item) => {
                self.told += 1;
                if let Original::Bytes(bytes) = &mut item.original {
                    *bytes = widened(bytes, self.encoding);
                }
                Found::Item(item)
            }
            Found::Exception(mut exception) => {
                self.told += 1;
                exception.raw = widened(&exception.raw, self.encoding);
                Found::Exception(exception)
            }
            other => other,
        };
        self.sink.found(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::UTF_16LE;
    use proptest::prelude::*;
    use std::io::BufReader;

    fn through(bytes: &[u8], encoding: &'static Encoding, chunk: usize) -> (Vec<u8>, bool) {
        let mut inner = BufReader::with_capacity(chunk, bytes);
        let mut narrow = Narrow::new(&mut inner, encoding);
        let mut out = Vec::new();
        narrow.read_to_end(&mut out).expect("memory can be read");
        (out, narrow.is_broken)
    }

    #[test]
    fn half_a_pair_is_said() {
        assert_eq!(through(&[0xFF, 0xFE, 0x3D, 0xD8, b'a', 0], UTF_16LE, 3), ("\u{fffd}a".as_bytes().to_vec(), true));
        assert!(through(&[0xFE, 0xFF, 0, b'a', 0], UTF_16BE, 8).1, "an odd byte at the end");
    }

    proptest! {
        #[test]
        fn what_is_sound_comes_back_byte_for_byte(text in ".*", chunk in 1_usize..9, big in any::<bool>()) {
            let encoding = if big { UTF_16BE } else { UTF_16LE };
            let text = text.replace('\u{feff}', "");
            let wide = widened(text.as_bytes(), encoding);
            prop_assert_eq!(through(&wide, encoding, chunk), (text.clone().into_bytes(), false));
            prop_assert_eq!(&*narrowed(&wide), text.as_bytes());
        }
    }
}
