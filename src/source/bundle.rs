//! Originals that lie in several files: the item itself and the files beside it, written as one.
//!
//! Every piece goes behind its length, so that nothing is lost and the same files always give the same bytes.

/// The first line of a bundle.
const MARK: &[u8] = b"recordroom-bundle/1\n";

/// A file that lies beside an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileBeside {
    /// Its path, as the format of the item tells it.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Writes an item and the files beside it as one original.
pub fn bundle(item: &[u8], files: &[FileBeside]) -> Vec<u8> {
    let mut out = MARK.to_vec();
    let mut push = |name: &str, bytes: &[u8]| {
        for part in [name.as_bytes(), bytes] {
            out.extend_from_slice(&(part.len() as u64).to_be_bytes());
            out.extend_from_slice(part);
        }
    };
    push("", item);
    for file in files {
        push(&file.path, &file.bytes);
    }
    out
}

/// The item and the files of a bundle.
pub fn unbundled(bytes: &[u8]) -> Option<(Vec<u8>, Vec<FileBeside>)> {
    let mut rest = bytes.strip_prefix(MARK)?;
    let mut take = || {
        let (length, after) = rest.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
        let found = after.get(..length)?;
        rest = &after[length..];
        Some(found.to_vec())
    };
    let (_, item) = (take()?, take()?);
    let mut files = Vec::new();
    while let Some(path) = take() {
        files.push(FileBeside { path: String::from_utf8(path).ok()?, bytes: take()? });
    }
    Some((item, files))
}
