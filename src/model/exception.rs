//! What went wrong with an item: it is counted, listed and kept, and never stops the batch.

use serde::{Deserialize, Serialize};

/// Stable codes for what can be wrong with an item or container. Codes are added, never renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemCode {
    /// The file or member could not be read from the disk or archive.
    Unreadable,
    /// The item ends before it is complete.
    Truncated,
    /// The item does not follow its format.
    Malformed,
    /// The item is encrypted or protected.
    Encrypted,
    /// A named limit of size, depth, count or ratio was reached.
    LimitReached,
    /// The format is known and not supported.
    Unsupported,
    /// Bytes could not be decoded (charset, base64).
    Undecodable,
    /// A date is missing or implausible and was left unknown.
    DateUnknown,
    /// The declared count and the found count differ.
    CountDiffers,
    /// A named file that should lie beside the item is not there.
    Missing,
    /// An archive member's name would leave the archive.
    UnsafeName,
    /// The same row or item appears more than once in one container.
    Repeated,
    /// The item is larger than what is parsed in memory; it is kept whole and found by its headers.
    TooLargeToParse,
    /// An export has nothing in it that its format speaks of.
    NothingFound,
    /// Something to know about a container: nothing of it is missing, and nothing has to be done.
    Told,
    /// Items destroyed earlier still exist at the source.
    DestroyedBefore,
    /// Items were kept that are possibly the same as destroyed ones: the message is, the exact bytes are not.
    PossiblyDestroyedBefore,
}

impl ProblemCode {
    /// Every code.
    pub const ALL: [Self; 17] = [
        Self::Unreadable,
        Self::Truncated,
        Self::Malformed,
        Self::Encrypted,
        Self::LimitReached,
        Self::Unsupported,
        Self::Undecodable,
        Self::DateUnknown,
        Self::CountDiffers,
        Self::Missing,
        Self::UnsafeName,
        Self::Repeated,
        Self::TooLargeToParse,
        Self::NothingFound,
        Self::Told,
        Self::DestroyedBefore,
        Self::PossiblyDestroyedBefore,
    ];

    /// The word in lists and stores.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Truncated => "truncated",
            Self::Malformed => "malformed",
            Self::Encrypted => "encrypted",
            Self::LimitReached => "limit-reached",
            Self::Unsupported => "unsupported",
            Self::Undecodable => "undecodable",
            Self::DateUnknown => "date-unknown",
            Self::CountDiffers => "count-differs",
            Self::Missing => "missing",
            Self::UnsafeName => "unsafe-name",
            Self::Repeated => "repeated",
            Self::TooLargeToParse => "too-large-to-parse",
            Self::NothingFound => "nothing-found",
            Self::Told => "told",
            Self::DestroyedBefore => "destroyed-before",
            Self::PossiblyDestroyedBefore => "possibly-destroyed-before",
        }
    }

    /// What it means, in one plain sentence for a clerk.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Unreadable => "The disk, the archive or the computer did not give the bytes.",
            Self::Truncated => "It ends before it is complete; what was whole before the break was taken in.",
            Self::Malformed => {
                "It does not follow the rules of its format and could be read only in part, or not at all."
            }
            Self::Encrypted => "It is protected by a password or a key, and nothing in it can be read or found.",
            Self::LimitReached => {
                "It is larger, deeper or more than what is read for safety; the rest was not looked into."
            }
            Self::Unsupported => "What it is was recognised, and this program does not read it.",
            Self::Undecodable => {
                "Bytes could not be turned into letters or into a file; they are kept as they were written."
            }
            Self::DateUnknown => {
                "Nobody can tell when it was: the date is missing, cannot be right, or can be read in two ways."
            }
            Self::CountDiffers => "The source says that it holds another number of items than was found in it.",
            Self::Missing => "A file or row that the source names does not lie there.",
            Self::UnsafeName => "Its name or link leads out of the folder or archive, and was not followed.",
            Self::Repeated => "The same thing stands in the source more than once, and only one of them was reached.",
            Self::TooLargeToParse => "It is too large to be read at once; it is kept whole, or as far as is said.",
            Self::NothingFound => "A file of a known kind has nothing of that kind in it.",
            Self::Told => "Something to know about the source; nothing of it is missing.",
            Self::DestroyedBefore => "What was destroyed here under an approved plan still lies at the source.",
            Self::PossiblyDestroyedBefore => "It may be the same as something destroyed here before; it was taken in.",
        }
    }

    /// What to do about it, in one sentence for a clerk.
    pub const fn next_step(self) -> &'static str {
        match self {
            Self::Unreadable => "Copy the export again from where it came, and take it in once more.",
            Self::Truncated => {
                "Ask for the export again and compare the sizes; taken in once more, only what is new is added."
            }
            Self::Malformed => {
                "Ask for the export again; where it is the same, take the bytes out and open them with the program that made them."
            }
            Self::Encrypted => {
                "Ask its owner for it without a password, or for the password, and take in what was in it."
            }
            Self::LimitReached => "Unpack or split it, and take in the parts.",
            Self::Unsupported => "Do as its sentence says: ask for another kind of export, and take that in as well.",
            Self::Undecodable => {
                "Look at the item; where the words matter, open the original with the program that made it."
            }
            Self::DateUnknown => {
                "Nothing: it is kept until somebody settles it; where its sentence asks, take it in again with --date-order."
            }
            Self::CountDiffers => "Ask who made the export why; what was found is kept.",
            Self::Missing => "Hand over the folder or file it names, together with the export, and take it in again.",
            Self::UnsafeName => "Take in what it points to by its own name, where that belongs to the city.",
            Self::Repeated => "Unpack the archive with another program, and take in what it gives.",
            Self::TooLargeToParse => {
                "Unpack or split it and take in the parts, where every word of it has to be found."
            }
            Self::NothingFound => "Look into the file; where there should be something, ask for the export again.",
            Self::Told => "Nothing.",
            Self::DestroyedBefore => "Dispose of it at the source too, unless it is held or asked for.",
            Self::PossiblyDestroyedBefore => "Compare it with the certificate, and settle what it is.",
        }
    }

    /// Whether somebody has to look at what a remark with this code is about: something could not be read, differs from
    /// what was declared, or may be missing. What is only told (items destroyed before that still exist at the source are
    /// told too) is nothing that went wrong.
    pub const fn asks_for_a_look(self) -> bool {
        !matches!(self, Self::Told | Self::DestroyedBefore | Self::PossiblyDestroyedBefore)
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.word() == word)
    }
}

/// A problem with a record that is kept, or a remark on a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The stable code.
    pub code: ProblemCode,
    /// One plain sentence; it may quote the item, so it is sealed with it.
    pub message: String,
}

impl Problem {
    /// A problem with its sentence.
    pub fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Something found in a container that could not become a record. Its bytes are quarantined under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemException {
    /// Position among the finds of the container, from 0 (shared with its items).
    pub ordinal: u64,
    /// The place inside the container.
    pub place: String,
    /// What is wrong.
    pub problem: Problem,
    /// The bytes as far as they could be had.
    pub raw: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind is explained in one line, says what to do, and stands so in the manual.
    #[test]
    fn every_kind_of_problem_has_a_plain_sentence_and_a_next_step() {
        let manual = include_str!("../manual/problems.md");
        for code in ProblemCode::ALL {
            for sentence in [code.meaning(), code.next_step()] {
                assert!(sentence.ends_with('.') && sentence.len() <= 130, "{}: {sentence}", code.word());
                assert!(sentence.starts_with(char::is_uppercase), "{}: {sentence}", code.word());
                assert!(!sentence[..sentence.len() - 1].contains(". "), "one sentence: {sentence}");
                let jargon = ["parse", "byte offset", "UTF", "MIME", "stack", "null", "exception", "malformed"];
                assert!(jargon.iter().all(|word| !sentence.contains(word)), "{}: {sentence}", code.word());
            }
            let row = format!("| `{}` | {} | {} |", code.word(), code.meaning(), code.next_step());
            assert!(manual.contains(&row), "the manual has the row {row}");
            assert_eq!(ProblemCode::parse(code.word()), Some(code));
        }
        assert_eq!(manual.matches("\n| `").count(), ProblemCode::ALL.len(), "and no other");
    }
}
