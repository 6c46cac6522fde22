//! Production: what was decided is numbered, drawn, packed, checked and recorded; then it may leave the building.
//!
//! ```text
//! plan      who gets what: families in order, member by member, refused while anything is undecided
//! repeats   withheld words that another item would give out, refused until somebody has looked
//! redacted  what is left out of the members that are given in part, for whom the production is made
//! draft     one member as it may be shown: fields, text, picture, pages, or a slip sheet
//! talk      texts and calls as conversations and tables, beside the documents
//! sheets    those as pages
//! extras    what a production holds only when it is asked for
//! images    the same of an image to a page
//! build     the folder: drawn twice (once to count the pages, once with its numbers), written as it goes
//! archival  one item as it is filed, with its original inside
//! proof     manifests, bag, signed statement
//! sealed    the copy that the repository keeps, under a key of its own; it is delivered from again
//! encrypt   a delivered folder as one file that only its receiver opens
//! claw_back what was given by mistake is asked for again
//! breach    who is told when that was a breach
//! record    checked by `verify`, sealed, then numbers, event and final name in one transaction
//! ```
//!
//! *Invariants:* numbers are used only by the transaction that records a verified production, under a lease (I8); every
//! file matches its manifests, and nothing of a withheld member is read into any of them (I9); the same production
//! delivered again has the same bytes, also when items of it were destroyed since.
//!
//! *Blind copies.* A Bcc line is government data like the rest of a message, and leaving it out would be withholding
//! without a citation (Minn. Stat. § 13.03, subd. 3(f)); so it is shown where the produced copy has it, and a reviewer
//! who finds it not public withholds the message. Natives carry more than a reviewer sees (hidden sheets, tracked
//! changes, whole headers) and are given in litigation alone, when asked for.

mod archival;
mod breach;
mod build;
mod certificate;
mod claw_back;
mod decisions;
mod draft;
mod encrypt;
mod extras;
mod folder;
mod images;
mod lease;
mod partial;
mod plan;
mod proof;
mod record;
mod redacted;
mod repeats;
mod rich_body;
mod sealed;
mod sheets;
mod talk;
mod words;

pub use crate::package::listing::Withheld;
pub use archival::archival;
pub use breach::{BreachNotice, BreachTold, breach_notices, tell_of_breach};
pub use certificate::certificate_draft;
pub use claw_back::{
    Assessed, ClawBackRow, ClawedBack, Wanted, all_claw_backs, assess, claw_back, claw_backs, copy_templates,
};
pub use encrypt::{Encrypted, For, encrypt, encrypt_with};
pub use plan::{Give, Plan, PlannedFamily, PlannedMember, not_collected, plan};
pub use record::{again, again_with, produce, produce_with};
pub use redacted::{Preview, look_through, preview};
pub use repeats::Repeat;

use crate::base::id::{ProductionId, RecordId};
use crate::catalog::CatalogError;
use crate::model::production::{Extra, NumberError, Production};
use crate::model::redaction::Version;
use crate::render::RenderError;
use crate::repository::RepositoryError;
use crate::verify::Finding;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// Why there is no production. Nothing is recorded, no number is used, and no folder stays.
#[derive(Debug, thiserror::Error)]
pub enum ProductionError {
    /// The repository failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The catalog failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The prefix cannot be used.
    #[error(transparent)]
    Prefix(#[from] NumberError),
    /// Members without a decision.
    #[error("{} collected items have no decision yet: {}", .0.len(), some_of(.0))]
    Undecided(Vec<RecordId>),
    /// Members to be given in part, of which nobody said which part.
    #[error("{} items are withheld in part, and nobody said which part: {}", .0.len(), some_of(.0))]
    Partly(Vec<RecordId>),
    /// Items to be given that repeat words of withheld ones (I9).
    #[error("{} items to be given repeat words of withheld ones: {}", given(.0), repeats_told(.0))]
    Repeats(Vec<Repeat>),
    /// The step does not fit where the request or the folder stands.
    #[error("{message}")]
    Refused {
        /// Why.
        message: String,
        /// What to do next.
        hint: String,
    },
    /// A file could not be written.
    #[error("{}: {error}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// The error of the operating system.
        error: io::Error,
    },
    /// Not even a slip sheet could be drawn.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The built folder did not pass the check.
    #[error("the production did not pass its own check: {}", findings_told(.0))]
    NotClean(Vec<Finding>),
    /// The statement could not be signed.
    #[error("the statement could not be signed: {0}")]
    Signing(#[from] crate::ledger::JsonSignatureError),
    /// The user asked to stop.
    #[error("the production was stopped; nothing was recorded")]
    Stopped,
}

impl ProductionError {
    fn refused(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Refused { message: message.into(), hint: hint.into() }
    }

    fn io(path: &Path, error: io::Error) -> Self {
        Self::Io { path: path.to_owned(), error }
    }
}

/// Items named in one sentence; the rest are listed by `review list`.
const NAMED: usize = 10;

fn some_of(records: &[RecordId]) -> String {
    let named: Vec<String> = records.iter().take(NAMED).map(ToString::to_string).collect();
    let more = if records.len() > NAMED { ", and more" } else { "" };
    format!("{}{more}", named.join(", "))
}

fn given(repeats: &[Repeat]) -> usize {
    repeats.iter().map(|one| one.given).collect::<BTreeSet<_>>().len()
}

/// Every pair: whoever decides has to look at each of them.
fn repeats_told(repeats: &[Repeat]) -> String {
    let told: Vec<String> = repeats.iter().map(|one| format!("{} repeats {}", one.given, one.withheld)).collect();
    told.join(", ")
}

fn findings_told(findings: &[Finding]) -> String {
    let told: Vec<String> =
        findings.iter().take(NAMED).map(|one| format!("{}: {}", one.subject, one.message)).collect();
    told.join("; ")
}

/// How to produce.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProduceOptions {
    /// The prefix of the numbers; `None` means the profile's.
    pub prefix: Option<String>,
    /// Also give the original files, in litigation.
    pub natives: bool,
    /// What to give beside the usual files.
    pub extras: BTreeSet<Extra>,
    /// Somebody looked at every item that repeats words of a withheld one, and those words may be given.
    pub repeats_reviewed: bool,
    /// For whom it is made; `None` means whom the request says.
    pub version: Option<Version>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A production was delivered.
    Produced(Box<Produced>),
    /// Nothing that was collected belongs to the request: the answer is that there is no such data.
    NothingResponsive,
    /// Everything that belongs to the request is withheld: the answer is a denial with these citations.
    AllWithheld(Vec<Withheld>),
}

/// A delivered production.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Produced {
    /// As recorded.
    pub production: Production,
    /// Where it was written.
    pub directory: PathBuf,
    /// Its pages.
    pub pages: u64,
    /// Rows of its withholding log.
    pub withheld: u64,
    /// Rows of its remarks: what could not be shown as it is.
    pub remarks: u64,
    /// The production it adds to.
    pub adds_to: Option<ProductionId>,
    /// For whom it was made.
    pub version: Version,
    /// Rows of its redaction log.
    pub redactions: u64,
}
