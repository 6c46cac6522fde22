//! `production.json`: the signed account of a production, and `README.txt`, the same for people.

use super::supplement_words;
use crate::base::id::{ProductionId, RequestId};
use crate::model::production::{BatesNumber, Extra, News, PublicText};
use crate::model::redaction::Version;
use crate::model::request::RequestKind;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What the signature is made for.
pub const DOMAIN: &str = "production";
/// Who signs, in an SSH signature.
pub const SSH_PRINCIPAL: &str = "recordroom";
/// What an SSH signature is made for.
pub const SSH_NAMESPACE: &str = "recordroom-production";
/// Version of the statement.
pub const SCHEMA: u32 = 1;

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The account of a production. Its `signature` member is added by signing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Version of this value.
    pub schema: u32,
    /// The production.
    pub production: ProductionId,
    /// The request it answers.
    pub request: RequestId,
    /// The kind of the request.
    pub kind: RequestKind,
    /// The production it adds to, when it is a supplement.
    pub adds_to: Option<ProductionId>,
    /// For whom it was made, where that differs from what the kind of the request says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// Rows of the redaction log.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub redactions: u64,
    /// The city.
    pub city: PublicText,
    /// The id of the repository it comes from.
    pub repository: String,
    /// Whether it comes from an exercise.
    pub exercise: bool,
    /// The volume.
    pub volume: String,
    /// First number.
    pub first_number: BatesNumber,
    /// Last number.
    pub last_number: BatesNumber,
    /// Documents, slip sheets included.
    pub documents: u64,
    /// Pages.
    pub pages: u64,
    /// Rows of the withholding log.
    pub withheld: u64,
    /// Rows of the remarks.
    pub remarks: u64,
    /// In a supplement: why its families are in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub news: Option<News>,
    /// What was asked for beside the usual files.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub extras: BTreeSet<Extra>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Who made it.
    pub made_by: String,
    /// The program and its version.
    pub program: String,
    /// Places beside this repository in which records that belong to the request may be, each in a sentence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further_places: Vec<PublicText>,
    /// SHA-256 of `manifest-sha256.txt`, which names every delivered file.
    pub manifest_sha256: String,
    /// Merkle root (RFC 6962) over the lines of that manifest, so that one file can be proved to belong to it alone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub merkle_root: String,
    /// SHA-256 of every other file beside `data` but this one and the tag manifest.
    pub files_sha256: BTreeMap<String, String>,
}

/// The words of `README.txt`.
pub fn readme(statement: &Statement, natives: bool, public_key: &str) -> PublicText {
    let originals = if natives {
        format!(
            "  data/{}/NATIVES        original files, each named by the first number of its document; one named\n\
             \x20                            .rendition.eml was written from an item that is no file in its source\n",
            statement.volume
        )
    } else {
        String::new()
    };
    let exercise = if statement.exercise { "EXERCISE: this is not a real production.\n\n" } else { "" };
    let supplement = statement.adds_to.map_or(String::new(), |earlier| {
        format!("{}\n", supplement_words(&earlier.to_string(), statement.news.unwrap_or_default()))
    });
    let redacted = match statement.redactions {
        0 => "",
        _ => "\x20 data/redaction-log.csv     what was left out of documents, and on what legal basis\n",
    };
    let further: String = statement.further_places.iter().map(|one| format!("{}\n", one.as_str())).collect();
    PublicText::released(format!(
        "{exercise}PRODUCTION {} of {}\n\nAnswer to request {}: {} documents, whose pages are numbered {} to {}.\n{supplement}{further}\n\
         To read it, open data/index.html in a web browser. No network is needed.\n\n\
         What is here\n\
         \x20 data/index.html            the list of documents, with links\n\
         \x20 data/index.csv             the same list for a spreadsheet\n\
         \x20 data/withholding-log.csv   what was withheld, and on what legal basis\n\
         \x20 data/withholding-summary.csv   the same, counted by basis and kind\n\
         {redacted}\x20 data/remarks.csv           what could not be shown as it is, and what is given in its place\n\
         \x20 data/{volume}/PDF            one PDF for each document, named by its first number\n\
         \x20 data/{volume}/TEXT           the text of each document\n\
         {originals}\x20 data/{volume}/DATA           load files for review software: Concordance (.dat), Opticon (.opt)\n\
         {extras}\
         \x20 production.json            the signed account of this production\n\n\
         How to check that nothing was changed, taken out or added\n\
         \x20 with the program:      recordroom verify FOLDER\n\
         \x20 on Linux:              sha256sum -c manifest-sha256.txt && sha256sum -c tagmanifest-sha256.txt\n\
         \x20 on macOS:              shasum -a 256 -c manifest-sha256.txt && shasum -a 256 -c tagmanifest-sha256.txt\n\
         \x20 with BLAKE3:           b3sum -c BLAKE3SUMS\n\
         \x20 on Windows:            Get-FileHash -Algorithm SHA256 FILE   and compare with manifest-sha256.txt\n\
         \x20 with a BagIt tool:     this folder is a bag as RFC 8493 describes\n\
         {signatures}\n\
         One file alone: the root of the Merkle tree (RFC 6962, SHA-256) over the lines of manifest-sha256.txt is\n\
         \x20 {root}\n\n\
         Signed with the key\n  {public_key}\nAsk {} for its key by another way than this folder, and compare.\n",
        statement.production,
        statement.city.as_str(),
        statement.request,
        statement.documents,
        statement.first_number,
        statement.last_number,
        statement.city.as_str(),
        volume = statement.volume,
        extras = extras(statement),
        signatures = signatures(statement),
        root = statement.merkle_root,
    ))
}

/// What else lies in the volume because it was asked for.
fn extras(statement: &Statement) -> String {
    let volume = &statement.volume;
    let line = |extra: &Extra| match extra {
        Extra::Lfp => Some(format!("  data/{volume}/DATA/{volume}.lfp   load file for IPRO\n")),
        Extra::Edrm => Some(format!("  data/{volume}/DATA/{volume}.xml   load file as EDRM XML 1.2\n")),
        Extra::Rsmf => Some(format!("  data/{volume}/RSMF           conversations for review software (RSMF 2.0)\n")),
        Extra::Threads => {
            Some(format!("  data/{volume}/THREADS        conversations for people, a PDF for each day\n"))
        }
        Extra::CallTables => Some(format!("  data/{volume}/CALLS          tables of the calls\n")),
        Extra::PagePdf => Some(format!("  data/{volume}/IMAGES         an image to a page, as PDF\n")),
        Extra::Tiff => Some(format!("  data/{volume}/IMAGES         an image to a page, as TIFF (CCITT Group 4)\n")),
        Extra::Minisign | Extra::Ssh => None,
    };
    statement.extras.iter().filter_map(line).collect()
}

/// How the signatures that were asked for are checked.
fn signatures(statement: &Statement) -> String {
    let line = |extra: &Extra| match extra {
        Extra::Minisign => Some("  with minisign:         minisign -V -p minisign.pub -m production.json\n".to_owned()),
        Extra::Ssh => Some(format!(
            "  with OpenSSH:          ssh-keygen -Y verify -f allowed_signers -I {SSH_PRINCIPAL} -n {SSH_NAMESPACE} \
             -s production.json.sig < production.json\n"
        )),
        _ => None,
    };
    statement.extras.iter().filter_map(line).collect()
}
