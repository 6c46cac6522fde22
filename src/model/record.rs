//! What a record is: its kind, its times with how each is known, and who took part.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What kind of thing an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordKind {
    /// An e-mail message.
    Email,
    /// A text message: SMS, MMS, RCS or an application's message.
    Text,
    /// One call, from a bill, a phone system or a handset.
    Call,
    /// A message left on a telephone: what was said, where a call tells only that there was one.
    Voicemail,
    /// A contact card.
    Contact,
    /// A file attached to another item.
    Attachment,
    /// A loose file that is none of the others.
    File,
}

impl RecordKind {
    /// Every kind, in the order the program lists them.
    pub const ALL: [Self; 7] =
        [Self::Email, Self::Text, Self::Call, Self::Voicemail, Self::Contact, Self::Attachment, Self::File];

    /// The word used on the command line, in queries and in stores.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Text => "text",
            Self::Call => "call",
            Self::Voicemail => "voicemail",
            Self::Contact => "contact",
            Self::Attachment => "attachment",
            Self::File => "file",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// How the time zone of a moment is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ZoneBasis {
    /// The source wrote an offset beside the time.
    OffsetInSource,
    /// The format defines its times as UTC (epoch counts and the like).
    FormatIsUtc,
    /// The source has no zone; the city's own was assumed, as the profile says.
    AssumedLocal,
    /// Derived from another fact in the same item (an epoch beside a local time).
    Derived,
}

/// A moment as a source gave it: never one of the four times without saying how its zone is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceTime {
    /// The moment, in UTC.
    pub at: DateTime<Utc>,
    /// As it was written in the source.
    pub as_written: String,
    /// How the zone is known.
    pub zone: ZoneBasis,
}

/// The part a party plays in an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Author or caller.
    From,
    /// Transmitting agent where it differs from the author (RFC 5322 `Sender`).
    Sender,
    /// Main recipient, or the number called.
    To,
    /// Copied recipient.
    Cc,
    /// Blind-copied recipient.
    Bcc,
    /// Where answers go (RFC 5322 `Reply-To`).
    ReplyTo,
    /// Member of a group conversation whose part is not told further.
    Member,
}

/// A participant: what was written, and what it was normalised to where that is safe.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Party {
    /// The part played.
    pub role: Role,
    /// The display name as written, or empty.
    pub name: String,
    /// The e-mail address or number exactly as written, or empty.
    pub address: String,
    /// Lowercased e-mail address, or E.164 number where the written one is valid.
    pub normal: Option<String>,
}

/// Which way a text or call went, seen from the custodian. Never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Received by the custodian.
    In,
    /// Sent or placed by the custodian.
    Out,
    /// Came in and was not answered.
    MissedIn,
    /// Came in and was rejected.
    RejectedIn,
    /// Came in and was blocked.
    BlockedIn,
    /// Between two lines of the same system.
    Internal,
    /// The source does not say.
    Unknown,
}

/// How exact a duration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DurationBasis {
    /// Counted in seconds by the source.
    Exact,
    /// A bill's whole minutes, rounded up.
    RoundedUpMinutes,
}

/// How long a call lasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallDuration {
    /// Seconds.
    pub seconds: u64,
    /// How exact they are.
    pub basis: DurationBasis,
}
