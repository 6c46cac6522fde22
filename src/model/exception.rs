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
