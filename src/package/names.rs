//! Where the files of a production lie. Every name is made here from numbers, so none can tell content, leave the
//! folder, or need an escape in a manifest.

use crate::model::production::{BatesNumber, Extra};
use std::collections::BTreeSet;

/// The folder of a bag that holds what is delivered (RFC 8493 section 2.1.2).
pub const PAYLOAD: &str = "data";
/// The listing for people.
pub const INDEX_HTML: &str = "data/index.html";
/// The listing for spreadsheets.
pub const INDEX_CSV: &str = "data/index.csv";
/// What was withheld, and on what basis.
pub const WITHHOLDING_LOG: &str = "data/withholding-log.csv";
/// What was left out of documents, and on what basis; only where something was.
pub const REDACTION_LOG: &str = "data/redaction-log.csv";
/// What could not be shown as it is.
pub const REMARKS: &str = "data/remarks.csv";
/// What was withheld, counted by its basis and its kind.
pub const WITHHOLDING_SUMMARY: &str = "data/withholding-summary.csv";
/// The minisign signature of the account, and the key that made it.
pub const MINISIGN: [&str; 2] = ["production.json.minisig", "minisign.pub"];
/// The SSH signature of the account, and the line that allows its key.
pub const SSH: [&str; 2] = ["production.json.sig", "allowed_signers"];
/// What the folder is and how to check it.
pub const README: &str = "README.txt";
/// The signed account of the production.
pub const STATEMENT: &str = "production.json";
/// BLAKE3 of everything under `data`, as `b3sum -c` reads it.
pub const BLAKE3_SUMS: &str = "BLAKE3SUMS";

/// Documents in one folder: file managers and review platforms slow down above a thousand or so.
pub const FOLDER_DOCUMENTS: u64 = 1_000;

/// The name of the n-th volume of an answer, counted from 1.
pub fn volume(nth: usize) -> String {
    format!("VOL{nth:03}")
}

/// The number of a volume; `None` for what is no volume.
pub fn volume_number(volume: &str) -> Option<usize> {
    volume.strip_prefix("VOL").and_then(|digits| digits.parse().ok())
}

/// The folder of a volume inside the bag.
pub fn volume_folder(volume: &str) -> String {
    format!("{PAYLOAD}/{volume}")
}

/// The Concordance load file of a volume.
pub fn dat(volume: &str) -> String {
    format!("{PAYLOAD}/{volume}/DATA/{volume}.dat")
}

/// The Opticon load file of a volume.
pub fn opt(volume: &str) -> String {
    format!("{PAYLOAD}/{volume}/DATA/{volume}.opt")
}

/// The IPRO load file of a volume.
pub fn lfp(volume: &str) -> String {
    format!("{PAYLOAD}/{volume}/DATA/{volume}.lfp")
}

/// The EDRM XML load file of a volume.
pub fn edrm(volume: &str) -> String {
    format!("{PAYLOAD}/{volume}/DATA/{volume}.xml")
}

/// The `nth` file (counted from 0) beside the documents, named by the number with which it begins: a conversation for
/// review platforms or for people, or a table of calls.
pub fn beside(volume: &str, kind: Beside, nth: u64, first: &BatesNumber) -> String {
    let (folder, ending) = kind.place();
    format!("{PAYLOAD}/{volume}/{folder}/{:04}/{first}.{ending}", nth / FOLDER_DOCUMENTS + 1)
}

/// What lies beside the documents of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// A conversation for review platforms.
    Rsmf,
    /// A conversation for people.
    Thread,
    /// A table of calls.
    Calls,
}

impl Beside {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rsmf, Self::Thread, Self::Calls];

    fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Rsmf => ("RSMF", "rsmf"),
            Self::Thread => ("THREADS", "pdf"),
            Self::Calls => ("CALLS", "pdf"),
        }
    }

    /// What is asked for to have it.
    pub fn extra(self) -> Extra {
        match self {
            Self::Rsmf => Extra::Rsmf,
            Self::Thread => Extra::Threads,
            Self::Calls => Extra::CallTables,
        }
    }

    /// Which of them a path of a volume is.
    pub fn of(volume: &str, path: &str) -> Option<Self> {
        let inside = path.strip_prefix(&format!("{PAYLOAD}/{volume}/"))?;
        Self::ALL.into_iter().find(|one| inside.starts_with(&format!("{}/", one.place().0)))
    }
}

/// The PDF of the `nth` document (counted from 0) that begins at `first`.
pub fn pdf(volume: &str, nth: u64, first: &BatesNumber) -> String {
    format!("{PAYLOAD}/{volume}/PDF/{:04}/{first}.pdf", nth / FOLDER_DOCUMENTS + 1)
}

/// The ending of the images of pages, where a production has an image to a page.
pub fn image_ending(extras: &BTreeSet<Extra>) -> Option<&'static str> {
    [(Extra::Tiff, "tif"), (Extra::PagePdf, "pdf")].into_iter().find(|one| extras.contains(&one.0)).map(|one| one.1)
}

/// The image of the page with a number, in a production that begins at `start`.
pub fn image(volume: &str, start: &BatesNumber, page: &BatesNumber, ending: &str) -> String {
    let nth = u64::from(page.page().saturating_sub(start.page()));
    format!("{PAYLOAD}/{volume}/IMAGES/{:04}/{page}.{ending}", nth / FOLDER_DOCUMENTS + 1)
}

/// Whether a path of a volume is that of the image of a page.
pub fn is_image(volume: &str, path: &str) -> bool {
    path.starts_with(&format!("{PAYLOAD}/{volume}/IMAGES/"))
}

/// The text of the `nth` document that begins at `first`.
pub fn text(volume: &str, nth: u64, first: &BatesNumber) -> String {
    format!("{PAYLOAD}/{volume}/TEXT/{:04}/{first}.txt", nth / FOLDER_DOCUMENTS + 1)
}

/// The native of the `nth` document. The ending is kept only where it is a short plain one.
pub fn native(volume: &str, nth: u64, first: &BatesNumber, ending: &str) -> String {
    format!("{PAYLOAD}/{volume}/NATIVES/{:04}/{first}.{}", nth / FOLDER_DOCUMENTS + 1, plain_ending(ending))
}

/// What stands in the name of a file that was written from an original and is not the original.
const RENDITION: &str = ".rendition.";

/// The rendition that is given in place of the native of the `nth` document.
pub fn rendition(volume: &str, nth: u64, first: &BatesNumber, ending: &str) -> String {
    native(volume, nth, first, ending).replacen(&format!("{first}."), &format!("{first}{RENDITION}"), 1)
}

/// Whether a path is that of a rendition.
pub fn is_rendition(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.contains(RENDITION))
}

/// Letters of the longest ending that is kept.
const ENDING_LETTERS: usize = 8;

fn plain_ending(ending: &str) -> String {
    let ending = ending.to_ascii_lowercase();
    let plain = (1..=ENDING_LETTERS).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    if plain { ending } else { "bin".to_owned() }
}

/// A path inside the bag as load files write it: from the volume's own folder, with backslashes.
pub fn in_volume(volume: &str, path: &str) -> String {
    let folder = format!("{PAYLOAD}/{volume}/");
    path.strip_prefix(&folder).unwrap_or(path).replace('/', "\\")
}

/// A load file's path back to the path inside the bag; `None` when it would leave the volume.
pub fn from_volume(volume: &str, path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    let safe = !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | "..")) && !path.contains(':');
    safe.then(|| format!("{PAYLOAD}/{volume}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbers_and_a_strangers_ending_is_kept_only_when_plain() {
        let number: BatesNumber = "CITY-00001234".parse().expect("a number");
        assert_eq!(pdf("VOL001", 999, &number), "data/VOL001/PDF/0001/CITY-00001234.pdf");
        assert_eq!(text("VOL001", 1_000, &number), "data/VOL001/TEXT/0002/CITY-00001234.txt");
        for (ending, kept) in [("DOCX", "docx"), ("../x", "bin"), ("", "bin"), ("b%41", "bin"), ("longending", "bin")] {
            assert_eq!(native("VOL001", 0, &number, ending), format!("data/VOL001/NATIVES/0001/CITY-00001234.{kept}"));
        }
    }

    #[test]
    fn load_file_paths_come_back_and_never_leave_the_volume() {
        let path = "data/VOL002/PDF/0001/A00000001.pdf";
        assert_eq!(in_volume("VOL002", path), "PDF\\0001\\A00000001.pdf");
        assert_eq!(from_volume("VOL002", "PDF\\0001\\A00000001.pdf").as_deref(), Some(path));
        for wrong in ["", "..\\x", "PDF\\..\\..\\x", "\\x", "C:\\x", "a\\\\b"] {
            assert_eq!(from_volume("VOL002", wrong), None, "{wrong:?}");
        }
    }
}
