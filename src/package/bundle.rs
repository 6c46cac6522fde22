//! A folder as one stream, which is how the repository seals the production it keeps.
//!
//! ```text
//! "recordroom bundle 1\n"
//! for each file, in byte order of the paths, none twice:
//!   length of the path (32 bits, little endian), the path (UTF-8, `/` between folders)
//!   length of the file (64 bits, little endian), its bytes
//! ```
//! There are no times, owners or modes in it, so the same files always give the same bytes. It has no end mark: who
//! seals it seals its digest beside it.

use super::bag::unsafe_path;
use std::io::{self, Write};

/// What every bundle begins with.
pub const BEGINNING: &[u8] = b"recordroom bundle 1\n";
/// Bytes of the longest path; ours have less than a hundred.
const PATH_BYTES: usize = 1_024;
/// Bytes before a path, and between a path and its file.
const LENGTHS: (usize, usize) = (4, 8);

/// What stands before the bytes of a file.
///
/// # Panics
/// When the path is longer than 1,024 bytes: every produced file is named by us.
pub fn head(path: &str, bytes: u64) -> Vec<u8> {
    assert!(path.len() <= PATH_BYTES, "a produced file has a short name: {path:?}");
    let mut head = Vec::with_capacity(LENGTHS.0 + path.len() + LENGTHS.1);
    head.extend_from_slice(&(path.len() as u32).to_le_bytes());
    head.extend_from_slice(path.as_bytes());
    head.extend_from_slice(&bytes.to_le_bytes());
    head
}

/// Takes the files of a bundle as they come by.
pub trait Take {
    /// A file begins; its path stays inside the folder.
    fn begin(&mut self, path: &str) -> io::Result<()>;
    /// Its next bytes.
    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// It is whole.
    fn end(&mut self) -> io::Result<()>;
}

/// Takes a bundle apart while it is written, in the memory of one path. A bundle that is not one is an error of kind
/// `InvalidData`; what was handed on before it is not to be used.
pub struct Unbundle<'t> {
    take: &'t mut dyn Take,
    /// The beginning of the bundle, or what stands before a file, as far as it came.
    head: Vec<u8>,
    begun: bool,
    /// Bytes that the open file still has to come; `None` between files.
    left: Option<u64>,
    last: String,
}

impl<'t> Unbundle<'t> {
    /// Hands the files of a bundle to `take`.
    pub fn new(take: &'t mut dyn Take) -> Self {
        Self { take, head: Vec::new(), begun: false, left: None, last: String::new() }
    }

    /// Says that nothing more comes.
    pub fn finish(self) -> io::Result<()> {
        let whole = self.begun && self.left.is_none() && self.head.is_empty();
        if whole { Ok(()) } else { Err(wrong("it ends inside a file")) }
    }

    /// Moves bytes to what stands before a file until it has `wanted`; false while it has fewer.
    fn gather(&mut self, wanted: usize, from: &mut &[u8]) -> bool {
        let (now, later) = from.split_at(from.len().min(wanted.saturating_sub(self.head.len())));
        self.head.extend_from_slice(now);
        *from = later;
        self.head.len() >= wanted
    }

    fn begin(&mut self, from: &mut &[u8]) -> io::Result<()> {
        if !self.begun {
            if self.gather(BEGINNING.len(), from) {
                if self.head != BEGINNING {
                    return Err(wrong("it does not begin like one"));
                }
                self.begun = true;
                self.head.clear();
            }
            return Ok(());
        }
        if !self.gather(LENGTHS.0, from) {
            return Ok(());
        }
        let length = self.head.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize);
        if length > PATH_BYTES {
            return Err(wrong("a path in it is too long"));
        }
        if !self.gather(LENGTHS.0 + length + LENGTHS.1, from) {
            return Ok(());
        }
        let path = std::str::from_utf8(&self.head[LENGTHS.0..LENGTHS.0 + length]);
        let path = path.map_err(|_| wrong("a path in it is not text"))?.to_owned();
        if path.is_empty() || path.split('/').any(|part| matches!(part, "" | ".")) {
            return Err(wrong("a path in it is not one"));
        }
        if let Some(why) = unsafe_path(&path) {
            return Err(wrong(why));
        }
        if path <= self.last {
            return Err(wrong("its files are not in order"));
        }
        self.left = self.head.last_chunk().map(|bytes| u64::from_le_bytes(*bytes));
        self.take.begin(&path)?;
        self.last = path;
        self.head.clear();
        Ok(())
    }
}

impl Write for Unbundle<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        loop {
            match self.left {
                Some(0) => {
                    self.take.end()?;
                    self.left = None;
                }
                _ if rest.is_empty() => return Ok(bytes.len()),
                None => self.begin(&mut rest)?,
                Some(left) => {
                    let (now, later) = rest.split_at(rest.len().min(usize::try_from(left).unwrap_or(usize::MAX)));
                    self.take.bytes(now)?;
                    self.left = Some(left - now.len() as u64);
                    rest = later;
                }
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not a whole bundle: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    type Files = BTreeMap<String, Vec<u8>>;

    #[derive(Default)]
    struct Gather {
        files: Files,
        open: String,
    }

    impl Take for Gather {
        fn begin(&mut self, path: &str) -> io::Result<()> {
            self.open = path.to_owned();
            self.files.insert(path.to_owned(), Vec::new());
            Ok(())
        }
        fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
            self.files.get_mut(&self.open).expect("begun").extend_from_slice(bytes);
            Ok(())
        }
        fn end(&mut self) -> io::Result<()> {
            self.open.clear();
            Ok(())
        }
    }

    fn bundle(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = BEGINNING.to_vec();
        for (path, bytes) in files {
            out.extend(head(path, bytes.len() as u64));
            out.extend_from_slice(bytes);
        }
        out
    }

    fn unbundle(bytes: &[u8], step: usize) -> io::Result<Files> {
        let mut gather = Gather::default();
        let mut unbundle = Unbundle::new(&mut gather);
        for piece in bytes.chunks(step) {
            unbundle.write_all(piece)?;
        }
        unbundle.finish()?;
        assert!(gather.open.is_empty(), "every file that began has ended");
        Ok(gather.files)
    }

    proptest! {
        #[test]
        fn what_was_bundled_comes_back_in_pieces_of_any_size(
            files in prop::collection::btree_map("[a-z]{1,3}(/[a-z]{1,3}){0,2}", prop::collection::vec(any::<u8>(), 0..40), 0..5),
            step in 1usize..60,
        ) {
            let listed: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
            prop_assert_eq!(unbundle(&bundle(&listed), step).expect("whole"), files);
        }

        #[test]
        fn any_bytes_are_refused_or_read_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), step in 1usize..9) {
            let _ = unbundle(&[BEGINNING, &bytes].concat(), step);
            prop_assert!(unbundle(&bytes, step).is_err(), "it does not begin like a bundle");
        }
    }

    #[test]
    fn a_bundle_that_is_cut_off_or_leaves_its_folder_is_refused() {
        let whole = bundle(&[("a", b"one"), ("b/c", b"")]);
        for end in 0..whole.len() {
            // Between two files it looks whole; its digest, sealed beside it, says otherwise.
            let between = end == BEGINNING.len() || end == BEGINNING.len() + head("a", 3).len() + 3;
            assert_eq!(unbundle(&whole[..end], 7).is_ok(), between, "cut off at {end}");
        }
        for path in ["", ".", "../x", "/x", "a//b", "a/./b", "a/", "C:\\x", "a\\..\\b"] {
            assert!(unbundle(&bundle(&[(path, b"x")]), 7).is_err(), "{path:?}");
        }
        for (files, why) in [(["b", "a"], "out of order"), (["a", "a"], "twice")] {
            assert!(unbundle(&bundle(&files.map(|path| (path, b"x".as_slice()))), 7).is_err(), "{why}");
        }
        let long = [BEGINNING, &u32::MAX.to_le_bytes(), b"x"].concat();
        assert!(unbundle(&long, 7).is_err(), "a path that would not fit into memory");
    }
}
