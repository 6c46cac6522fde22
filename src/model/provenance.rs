//! Where a record came from: containers, copies, accounts.

use super::exception::Problem;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }
        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The word in lists and stores.
            pub const fn word(self) -> &'static str { match self { $(Self::$variant => $word),+ } }
            /// Reads the word back.
            pub fn parse(word: &str) -> Option<Self> { Self::ALL.iter().copied().find(|one| one.word() == word) }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.word()) }
        }
    };
}
pub(crate) use words;

words!(
    /// The format of a container, found by content.
    ContainerFormat {
        /// One Internet message.
        Eml = "eml",
        /// A file of messages separated by `From ` lines.
        Mbox = "mbox",
        /// A Maildir folder tree.
        Maildir = "maildir",
        /// One message of Apple Mail.
        Emlx = "emlx",
        /// A mailbox folder of Apple Mail.
        AppleMail = "apple-mail",
        /// A message of Outlook (MSG, OFT).
        Msg = "msg",
        /// A message of Outlook packed for transport (TNEF, `winmail.dat`).
        Tnef = "tnef",
        /// A folder of Outlook Express (DBX).
        OutlookExpress = "outlook-express",
        /// An archive of Outlook for Mac (OLM).
        OutlookMac = "outlook-mac",
        /// A plain folder of files.
        Folder = "folder",
        /// A ZIP archive.
        Zip = "zip",
        /// A gzip stream.
        Gzip = "gzip",
        /// An xz stream.
        Xz = "xz",
        /// A bzip2 stream.
        Bzip2 = "bzip2",
        /// A Google Vault export (mbox, `metadata.xml`, count file).
        GoogleVault = "google-vault",
        /// SMS Backup & Restore messages.
        SmsBackupRestore = "sms-backup-restore",
        /// SMS Backup & Restore calls.
        SmsBackupRestoreCalls = "sms-backup-restore-calls",
        /// Call detail in a delimited file, read by a mapping profile.
        CallDetail = "call-detail",
        /// Call detail in a workbook, read by a mapping profile.
        CallDetailWorkbook = "call-detail-workbook",
        /// Contact cards.
        VCard = "vcard",
        /// iMazing: messages of an iPhone in CSV or XLSX.
        Imazing = "imazing",
        /// WhatsApp: a chat exported as text.
        WhatsApp = "whatsapp",
        /// Google Voice (Takeout): a page for each conversation or call.
        GoogleVoice = "google-voice",
        /// Google Chat (Takeout): messages of each group.
        GoogleChat = "google-chat",
        /// Relativity Short Message Format 1.0 and 2.0.
        Rsmf = "rsmf",
        /// A report of Cellebrite UFED: `report.xml`, alone or in its package.
        Cellebrite = "cellebrite",
        /// A delivery of Smarsh: messages as mail with a manifest.
        Smarsh = "smarsh",
        /// Messages of Microsoft Teams as Graph gives them.
        TeamsGraph = "teams-graph",
        /// A person's own chats out of personal Teams or Skype.
        SkypeExport = "skype-export",
        /// A workspace export of Slack.
        SlackExport = "slack-export",
        /// A download of Facebook or Instagram.
        MetaDownload = "meta-download",
        /// An archive of X (formerly Twitter).
        XArchive = "x-archive",
        /// Captured web pages.
        Warc = "warc",
        /// A conversation as vCon.
        VCon = "vcon",
        /// A store of Outlook (PST).
        Pst = "pst",
        /// An offline store of Outlook (OST).
        Ost = "ost",
        /// Messages of an Apple phone or computer (`chat.db`, `sms.db`).
        AppleMessages = "apple-messages",
        /// The call history of an iPhone.
        AppleCalls = "apple-calls",
        /// The voicemail of an iPhone.
        AppleVoicemail = "apple-voicemail",
        /// A backup of an iPhone or iPad made by iTunes or Finder.
        AppleBackup = "apple-backup",
        /// Messages of an Android phone (`mmssms.db`).
        AndroidMessages = "android-messages",
        /// The call log of an Android phone.
        AndroidCalls = "android-calls",
        /// The contacts of an iPhone.
        AppleContacts = "apple-contacts",
        /// The contacts of an Android phone, and its calls where they lie in the same file.
        AndroidContacts = "android-contacts",
        /// The messages and calls of WhatsApp, from its own database.
        WhatsAppDatabase = "whatsapp-database",
        /// The database of an application whose rows are not read; it is kept whole.
        AppDatabase = "app-database",
        /// A file of another kind, kept whole.
        File = "file",
    }
);

words!(
    /// What became of one found item.
    Outcome {
        /// A new record.
        Kept = "kept",
        /// Another copy of a record that is already here.
        Duplicate = "duplicate",
        /// Destroyed earlier, and not taken in again.
        DestroyedBefore = "destroyed-before",
        /// Could not become a record; quarantined and listed.
        Exception = "exception",
    }
);

/// Facts of one copy of an item: they differ from export to export and never change its identity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyFacts {
    /// Folder or labels the copy lay in, as written; sealed.
    pub folder: String,
    /// Marked as read in the export. It never satisfies *until read*.
    pub read: Option<bool>,
    /// Marked as answered.
    pub answered: Option<bool>,
    /// Marked as deleted.
    pub deleted: Option<bool>,
    /// Marked as draft.
    pub draft: Option<bool>,
    /// Marked as flagged.
    pub flagged: Option<bool>,
    /// The envelope line or other wrapping that is not part of the item, as written.
    pub envelope: String,
}

/// The account of one container (I11): found = kept + duplicates + destroyed before + exceptions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What the container itself says it holds, where it says so.
    pub declared: Option<u64>,
    /// Top-level items and exceptions found.
    pub found: u64,
    /// New records.
    pub kept: u64,
    /// Further copies of records that are here.
    pub duplicates: u64,
    /// Items destroyed earlier and not taken in again.
    pub destroyed_before: u64,
    /// Items that could not become records.
    pub exceptions: u64,
    /// Problems of kept records, counted apart.
    pub problems: u64,
}

impl Account {
    /// Whether every found item has exactly one outcome.
    pub const fn adds_up(&self) -> bool {
        self.found == self.kept + self.duplicates + self.destroyed_before + self.exceptions
    }

    /// Adds another account to this one; what is declared is added where both declare.
    pub fn add(&mut self, other: &Self) {
        self.declared = match (self.declared, other.declared) {
            (Some(one), Some(two)) => Some(one + two),
            (one, two) => one.or(two),
        };
        self.found += other.found;
        self.kept += other.kept;
        self.duplicates += other.duplicates;
        self.destroyed_before += other.destroyed_before;
        self.exceptions += other.exceptions;
        self.problems += other.problems;
    }
}

/// A container with its account and those nested in it, as reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContainerReport {
    /// What the clerk named, or the name inside the outer container.
    pub path: String,
    /// Its format.
    pub format: ContainerFormat,
    /// Its account, nested containers included.
    #[serde(flatten)]
    pub account: Account,
    /// Remarks on the container as a whole.
    pub remarks: Vec<Problem>,
    /// Containers nested in it.
    pub inside: Vec<ContainerReport>,
}
