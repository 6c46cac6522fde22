//! Productions: numbered, hashed, and never renumbered.

use crate::base::id::{ProductionId, RecordId, RequestId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A production prefix or number was not well formed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// The prefix has other characters, or is too long.
    #[error("the prefix {0:?} must be 1 to 12 of the letters A-Z, the digits and '-', beginning with a letter")]
    Prefix(String),
    /// The number is not prefix and eight digits.
    #[error("{0:?} is not a production number: those are written like OTS-00000012")]
    Number(String),
}

/// Letters before the digits of a production number: ASCII, no spaces (FTC production guide).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BatesPrefix(String);

impl BatesPrefix {
    /// Checks a prefix.
    pub fn new(text: &str) -> Result<Self, NumberError> {
        let fits = (1..=12).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(NumberError::Prefix(text.to_owned())) }
    }
    /// The prefix as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A production number: prefix and a page counter, always eight digits wide.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BatesNumber {
    prefix: BatesPrefix,
    page: u32,
}

impl BatesNumber {
    /// The number of a page, counted from 1.
    ///
    /// # Panics
    /// When the counter is 0 or has more than eight digits: numbers are never reused or wrapped (I8).
    pub fn new(prefix: BatesPrefix, page: u32) -> Self {
        assert!((1..=99_999_999).contains(&page), "production numbers run from 1 to 99,999,999");
        Self { prefix, page }
    }
    /// The prefix.
    pub fn prefix(&self) -> &BatesPrefix {
        &self.prefix
    }
    /// The page counter.
    pub fn page(&self) -> u32 {
        self.page
    }
    /// The number `pages` further on.
    pub fn plus(&self, pages: u32) -> Self {
        Self::new(self.prefix.clone(), self.page + pages)
    }
}

impl fmt::Display for BatesNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:08}", self.prefix.0, self.page)
    }
}

impl FromStr for BatesNumber {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let error = || NumberError::Number(text.to_owned());
        let at = text.len().checked_sub(8).filter(|at| text.is_char_boundary(*at)).ok_or_else(error)?;
        let (prefix, digits) = text.split_at(at);
        let page: u32 = digits.parse().map_err(|_| error())?;
        if page == 0 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(error());
        }
        Ok(Self { prefix: BatesPrefix::new(prefix)?, page })
    }
}

impl Serialize for BatesNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for BatesNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Text that may leave the building: made only from what a reviewer released. Load files, file names, indexes and
/// logs are fed from this type and from no other.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PublicText(String);

impl PublicText {
    /// Vouches that this text was released: called where review decisions are applied, and for the program's own words.
    pub fn released(text: impl Into<String>) -> Self {
        Self(text.into())
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a production holds only when it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extra {
    /// An IPRO load file.
    Lfp,
    /// An EDRM XML load file.
    Edrm,
    /// Conversations for review platforms, as RSMF 2.0.
    Rsmf,
    /// Conversations for people: a PDF file for each day of each.
    Threads,
    /// Calls for people: tables as PDF files.
    CallTables,
    /// An image to a page, as PDF files; the image load file names them.
    PagePdf,
    /// An image to a page, as TIFF files (CCITT Group 4); the image load file names them.
    Tiff,
    /// A minisign signature.
    Minisign,
    /// An SSH signature.
    Ssh,
}

impl Extra {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 9] = [
        Self::Lfp,
        Self::Edrm,
        Self::Rsmf,
        Self::Threads,
        Self::CallTables,
        Self::PagePdf,
        Self::Tiff,
        Self::Minisign,
        Self::Ssh,
    ];

    /// The word by which it is asked for.
    pub fn word(self) -> &'static str {
        match self {
            Self::Lfp => "lfp",
            Self::Edrm => "edrm",
            Self::Rsmf => "rsmf",
            Self::Threads => "threads",
            Self::CallTables => "call-tables",
            Self::PagePdf => "page-pdf",
            Self::Tiff => "tiff",
            Self::Minisign => "minisign",
            Self::Ssh => "ssh",
        }
    }
}

impl FromStr for Extra {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let words = || Self::ALL.map(Self::word).join(", ");
        Self::ALL.into_iter().find(|one| one.word() == text).ok_or_else(|| format!("it is one of: {}", words()))
    }
}

/// Why the families of a supplement are in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// Families that no earlier production of the request told of.
    pub added: u64,
    /// Families that an earlier one told of, and that were decided otherwise since.
    pub decided_otherwise: u64,
}

/// One produced document: a member of a family with its numbers, or the slip sheet that stands for a withheld one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProducedItem {
    /// The record; ids tell nothing.
    pub record: RecordId,
    /// First page number.
    pub first: BatesNumber,
    /// Last page number.
    pub last: BatesNumber,
    /// First number of the family.
    pub family_first: BatesNumber,
    /// Last number of the family.
    pub family_last: BatesNumber,
    /// First number of the parent, for attachments.
    pub parent: Option<BatesNumber>,
    /// Pages of the rendition.
    pub pages: u32,
    /// The kind, as a word.
    pub kind: PublicText,
    /// Subject or title.
    pub subject: PublicText,
    /// Author or caller.
    pub from: PublicText,
    /// Main recipients, joined by `; `.
    pub to: PublicText,
    /// Copied recipients.
    pub cc: PublicText,
    /// Blind-copied recipients, where the produced copy has them.
    pub bcc: PublicText,
    /// Sent time in the city's zone, `YYYY-MM-DD HH:MM:SS ±HH:MM`, or empty.
    pub sent: PublicText,
    /// Received time, in the same form, or empty.
    pub received: PublicText,
    /// The Message-ID that it answers, or empty.
    pub answers: PublicText,
    /// The file name of an attachment.
    pub file_name: PublicText,
    /// Custodian of the produced copy.
    pub custodian: PublicText,
    /// All custodians.
    pub all_custodians: PublicText,
    /// Message-ID.
    pub message_id: PublicText,
    /// SHA-256 of the original in hexadecimal, in litigation productions.
    pub original_sha256: PublicText,
    /// MD5 of the original file in hexadecimal, where it is given as it is: review platforms compare by it.
    pub original_md5: PublicText,
    /// The basis when the document is withheld.
    pub withheld: Option<PublicText>,
    /// Whether a slip sheet says that it does not belong to the request.
    pub left_out: bool,
    /// In a supplement: why it is in it; else empty.
    pub news: PublicText,
    /// Paths inside the production, `/` separated.
    pub pdf_path: String,
    /// Path of the text.
    pub text_path: String,
    /// Path of the native, in litigation productions.
    pub native_path: Option<String>,
}

/// A production as recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Production {
    /// Its number.
    pub id: ProductionId,
    /// The request it answers.
    pub request: RequestId,
    /// Volume name.
    pub volume: String,
    /// First page number.
    pub first: BatesNumber,
    /// Last page number.
    pub last: BatesNumber,
    /// Documents in it.
    pub documents: u64,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Who made it.
    pub made_by: String,
    /// SHA-256 of its manifest.
    pub manifest_sha256: String,
}
