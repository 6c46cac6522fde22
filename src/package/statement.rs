//! `production.json`: the signed account of a production, and `README.txt`, the same for people.

use crate::base::id::{ProductionId, RequestId};
use crate::model::production::{BatesNumber, PublicText};
use crate::model::redaction::Version;
use crate::model::request::RequestKind;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the signature is made for.
pub const DOMAIN: &str = "production";
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
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Who made it.
    pub made_by: String,
    /// The program and its version.
    pub program: String,
    /// SHA-256 of `manifest-sha256.txt`, which names every delivered file.
    pub manifest_sha256: String,
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
    let supplement = statement
        .adds_to
        .map_or(String::new(), |earlier| format!("It adds to the production {earlier} and holds only what is new.\n"));
    let redacted = match statement.redactions {
        0 => "",
        _ => "\x20 data/redaction-log.csv     what was left out of documents, and on what legal basis\n",
    };
    PublicText::released(format!(
        "{exercise}PRODUCTION {} of {}\n\nAnswer to request {}: {} documents, whose pages are numbered {} to {}.\n{supplement}\n\
         To read it, open data/index.html in a web browser. No network is needed.\n\n\
         What is here\n\
         \x20 data/index.html            the list of documents, with links\n\
         \x20 data/index.csv             the same list for a spreadsheet\n\
         \x20 data/withholding-log.csv   what was withheld, and on what legal basis\n\
         {redacted}\x20 data/remarks.csv           what could not be shown as it is\n\
         \x20 data/{volume}/PDF            one PDF for each document, named by its first number\n\
         \x20 data/{volume}/TEXT           the text of each document\n\
         {originals}\x20 data/{volume}/DATA           load files for review software: Concordance (.dat), Opticon (.opt)\n\
         \x20 production.json            the signed account of this production\n\n\
         How to check that nothing was changed, taken out or added\n\
         \x20 with the program:      recordroom verify FOLDER\n\
         \x20 on Linux:              sha256sum -c manifest-sha256.txt && sha256sum -c tagmanifest-sha256.txt\n\
         \x20 on macOS:              shasum -a 256 -c manifest-sha256.txt && shasum -a 256 -c tagmanifest-sha256.txt\n\
         \x20 with BLAKE3:           b3sum -c BLAKE3SUMS\n\
         \x20 on Windows:            Get-FileHash -Algorithm SHA256 FILE   and compare with manifest-sha256.txt\n\
         \x20 with a BagIt tool:     this folder is a bag as RFC 8493 describes\n\n\
         Signed with the key\n  {public_key}\nAsk {} for its key by another way than this folder, and compare.\n",
        statement.production,
        statement.city.as_str(),
        statement.request,
        statement.documents,
        statement.first_number,
        statement.last_number,
        statement.city.as_str(),
        volume = statement.volume,
    ))
}
