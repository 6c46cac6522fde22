//! One export of one kind, as the table of an intake shows it.

use std::fs;
use std::path::Path;

/// One export.
pub struct Sample {
    /// Its place in the folder: the name in the table, or of an item of the folder itself.
    pub place: &'static str,
    /// The format in the table; `folder` where it is an item and no container.
    pub format: &'static str,
    /// Items found in it, those of nested containers included.
    pub found: u64,
    /// A word that stands in it alone.
    pub word: &'static str,
    /// Its files, by their paths.
    pub files: Vec<(String, Vec<u8>)>,
}

/// An export that is one file.
pub fn one(place: &'static str, format: &'static str, found: u64, word: &'static str, bytes: Vec<u8>) -> Sample {
    Sample { place, format, found, word, files: vec![(place.to_owned(), bytes)] }
}

/// Writes the files of an export below a folder.
pub fn write(folder: &Path, files: &[(String, Vec<u8>)]) {
    for (path, bytes) in files {
        let place = folder.join(path);
        fs::create_dir_all(place.parent().expect("has one")).expect("made");
        fs::write(place, bytes).expect("written");
    }
}
