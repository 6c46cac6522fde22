//! A file packed by itself: gzip (RFC 1952), xz (<https://tukaani.org/xz/xz-file-format.txt>) and bzip2.

use super::archive::bounded;
use super::budget::Budget;
use super::{Extracted, text_within};
use crate::model::item::Searchable;
use std::io::{BufRead, Read};

/// Memory that unpacking one xz file may take, in kibibytes: the most that the program `xz` asks for is 65 MiB, at its
/// highest level.
const XZ_KIBIBYTES: u32 = 128 * 1024;

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// gzip.
    Gzip,
    /// xz.
    Xz,
    /// bzip2.
    Bzip2,
}

impl Packing {
    /// Every packing.
    pub const ALL: [Self; 3] = [Self::Gzip, Self::Xz, Self::Bzip2];

    /// The media type, as it is found by content.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Gzip => "application/gzip",
            Self::Xz => "application/x-xz",
            Self::Bzip2 => "application/x-bzip2",
        }
    }

    /// The packing of a media type.
    pub fn of(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.media_type() == media_type)
    }

    /// How names end, and what stands in their place when it is unpacked.
    const fn endings(self) -> [(&'static str, &'static str); 2] {
        match self {
            Self::Gzip => [(".gz", ""), (".tgz", ".tar")],
            Self::Xz => [(".xz", ""), (".txz", ".tar")],
            Self::Bzip2 => [(".bz2", ""), (".tbz2", ".tar")],
        }
    }

    /// The name of what is packed in a file of a name.
    pub fn inner_name(self, name: &str) -> String {
        let found = self.endings().into_iter().find_map(|(ending, instead)| {
            let at = name.len().checked_sub(ending.len()).filter(|at| *at > 0 && name.is_char_boundary(*at))?;
            name[at..].eq_ignore_ascii_case(ending).then(|| format!("{}{instead}", &name[..at]))
        });
        found.unwrap_or_else(|| name.to_owned())
    }

    /// Unpacks a stream, and what was put behind it by the same program.
    pub fn unpacked<'a>(self, stream: impl BufRead + 'a) -> Box<dyn Read + 'a> {
        match self {
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(stream)),
            Self::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(stream, true, XZ_KIBIBYTES)),
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(stream)),
        }
    }
}

/// What is packed in a file; its name is that of the file without the ending.
pub fn extract(bytes: &[u8], packing: Packing, name: &str, budget: &mut Budget) -> Extracted {
    match bounded(packing.unpacked(bytes), bytes.len() as u64, budget) {
        Ok(inside) => {
            let inner = packing.inner_name(name.rsplit('/').next().unwrap_or_default());
            let mut extracted = text_within(&inside, &inner, "", budget);
            packing.media_type().clone_into(&mut extracted.found_type);
            extracted
        }
        Err(problem) => Extracted::nothing(packing.media_type()).but(Searchable::Not, problem.code, problem.message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::exception::ProblemCode;

    /// `printf 'the tarragon memo\n' | xz -9`, and `bzip2`.
    const XZ: &str = "fd377a585a000004e6d6b446020021011c00000010cf58cc010011746865207461727261676f6e206d656d6f0a0000004f079e3117e1d21600012a124b0854bc1fb6f37d010000000004595a";
    const BZIP2: &str = "425a6839314159265359efa2a753000008d1800010400022c3940020003100d34d04006201851468e8c43b578bb9229c284877d153a980";

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hexadecimal")).collect()
    }

    #[test]
    fn what_is_packed_is_found() {
        for (hex, name, media) in
            [(XZ, "memo.txt.xz", "application/x-xz"), (BZIP2, "memo.txt.bz2", "application/x-bzip2")]
        {
            let packed = bytes(hex);
            let extracted = crate::extract::text(&packed, name, "");
            assert_eq!(
                (extracted.text.trim(), extracted.searchable),
                ("the tarragon memo", Searchable::Fully),
                "{name}"
            );
            assert_eq!(extracted.found_type, media);
            let twice = [packed.as_slice(), packed.as_slice()].concat();
            let twice = crate::extract::text(&twice, name, "").text;
            assert_eq!(twice.matches("tarragon").count(), 2, "{name}: what was put behind it is found too");
            for at in 0..packed.len() {
                let cut = crate::extract::text(&packed[..at], name, "");
                assert!(at < 7 || !cut.problems.is_empty(), "{name}: a file of {at} bytes is said to be damaged");
            }
        }
    }

    /// A dictionary of 1.5 GiB is asked for in one byte of the header (0x25, section 5.3.1 of the format).
    #[test]
    fn a_file_that_wants_too_much_memory_is_not_unpacked() {
        let mut packed = bytes(XZ);
        let at = packed.windows(3).position(|window| window[..2] == [0x21, 0x01]).expect("the filter LZMA2") + 2;
        packed[at] = 0x25;
        let end = 12 + (usize::from(packed[12]) + 1) * 4 - 4;
        let mut sum = flate2::Crc::new();
        sum.update(&packed[12..end]);
        packed[end..end + 4].copy_from_slice(&sum.sum().to_le_bytes());
        let extracted = crate::extract::text(&packed, "a.xz", "");
        assert_eq!(extracted.searchable, Searchable::Not);
        assert_eq!(extracted.problems[0].code, ProblemCode::Malformed, "{:?}", extracted.problems);
    }

    #[test]
    fn a_name_loses_its_ending() {
        let cases = [
            (Packing::Gzip, "old.mbox.GZ", "old.mbox"),
            (Packing::Gzip, "a.tgz", "a.tar"),
            (Packing::Xz, "a.tar.xz", "a.tar"),
            (Packing::Bzip2, "a.tbz2", "a.tar"),
            (Packing::Bzip2, ".bz2", ".bz2"),
            (Packing::Gzip, "\u{f6}gz", "\u{f6}gz"),
        ];
        for (packing, name, expected) in cases {
            assert_eq!(packing.inner_name(name), expected);
        }
    }
}
