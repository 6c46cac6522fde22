//! Deliberately broken and odd files, with what is expected of each.
//!
//! The small ones lie in `fixtures/broken` and are carried in the program; those that are only large are made here.
//! `fixtures/EXPECTED.toml` says for each what must be found, and why; the tests and the demonstration read it.

use super::documents;
use super::error::CityError;
use super::folder::Folder;
use crate::base::limits;
use serde::Deserialize;

/// The table of what is expected.
const EXPECTED: &str = include_str!("../../../fixtures/EXPECTED.toml");
/// Where the odd files lie below the folder of exports.
pub const PLACE: &str = "odd";

macro_rules! carried {
    ($($name:literal),+ $(,)?) => {
        /// The files that are carried, with their bytes.
        const CARRIED: &[(&str, &[u8])] =
            &[$(($name, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/broken/", $name)))),+];
    };
}

carried![
    "CSV_Calls_3205550198.csv",
    "address-garbage.eml",
    "asterisk-not-utf-8.csv",
    "att-subtotals.csv",
    "attachment-lies.eml",
    "attachment-path-name.eml",
    "bare-carriage-returns.eml",
    "broken-base64.eml",
    "broken-quoted-printable.eml",
    "broken.pdf",
    "byte-order-mark.mbox",
    "calendar-without-end.eml",
    "calls-odd-types.xml",
    "cucm-short-row.csv",
    "cut-short.mbox.gz",
    "damaged.zip",
    "date-1970.eml",
    "date-future.eml",
    "date-missing.eml",
    "date-nonsense.eml",
    "deep-nesting.eml",
    "duplicate-ids.mbox",
    "eight-bit-header.eml",
    "empty.eml",
    "encoded-word-broken.eml",
    "gb18030.eml",
    "header-only.eml",
    "iso-2022-jp.eml",
    "latin-1.txt",
    "locked-member.zip",
    "lying-size.zip",
    "message-in-message.eml",
    "missing-boundary.eml",
    "mixed-line-endings.mbox",
    "mms-bad-base64.xml",
    "not-a-document.pdf",
    "nul-bytes.eml",
    "pgp-part.eml",
    "prose-first.mbox",
    "prose.eml",
    "right-to-left-name.txt",
    "rotten-member.zip",
    "same-message-twice.mbox",
    "same-names.zip",
    "script-and-pixel.eml",
    "smime-encrypted.eml",
    "sms-count-differs.xml",
    "sms-empty.xml",
    "sms-entity-bomb.xml",
    "sms-lone-surrogate.xml",
    "sms-null-date.xml",
    "sms-repeated.xml",
    "sms-seconds.xml",
    "sms-surrogates.xml",
    "sms-truncated.xml",
    "teams-utf-16.csv",
    "truncated-mime.eml",
    "two-equal-calls.csv",
    "unescaped-from.mbox",
    "unknown-charset.eml",
    "unknown.bin",
    "utf-16-body.eml",
    "vcard-double-begin.vcf",
    "vcard-mixed-versions.vcf",
    "vcard-unclosed.vcf",
    "wrong-charset.eml",
    "wrong-content-length.mbox",
    "zip-slip.zip",
];

/// A broken or odd file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Odd {
    /// Its name in the table.
    pub name: String,
    /// Its name on the disk, which may be odd too.
    pub file_name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What is expected of one file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The name of the file.
    pub name: String,
    /// What is odd about it, and why this is the right outcome.
    pub why: String,
    /// The format of the container it is read as.
    pub format: String,
    /// What the container says that it holds, where that matters.
    #[serde(default)]
    pub declared: Option<u64>,
    /// Items and exceptions, nested ones included.
    #[serde(default = "one")]
    pub found: u64,
    /// Distinct items.
    #[serde(default = "one")]
    pub kept: u64,
    /// Further copies of these.
    #[serde(default)]
    pub duplicates: u64,
    /// Codes of the exceptions, sorted.
    #[serde(default)]
    pub exceptions: Vec<String>,
    /// Codes of the problems of kept items, sorted, each once.
    #[serde(default)]
    pub problems: Vec<String>,
    /// Codes of the remarks on containers, sorted, each once.
    #[serde(default)]
    pub remarks: Vec<String>,
    /// How much of the least searchable item can be found.
    #[serde(default = "fully")]
    pub searchable: String,
    /// Words that must be found.
    #[serde(default)]
    pub finds: Vec<String>,
    /// Words that must not be found.
    #[serde(default)]
    pub hides: Vec<String>,
}

fn one() -> u64 {
    1
}

fn fully() -> String {
    "fully".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    file: Vec<Expected>,
}

/// The table of what is expected, in its order.
///
/// # Errors
/// When the carried table has a mistake.
pub fn expected() -> Result<Vec<Expected>, CityError> {
    let table: Result<Table, _> = toml::from_str(EXPECTED);
    let wrong = |error: toml::de::Error| CityError::Story {
        file: "EXPECTED.toml",
        line: error.span().map_or(0, |span| EXPECTED[..span.start].lines().count() + 1),
        message: error.message().to_owned(),
    };
    Ok(table.map_err(wrong)?.file)
}

/// All odd files.
///
/// # Errors
/// When an archive cannot be packed.
pub fn all() -> Result<Vec<Odd>, CityError> {
    let carried = CARRIED.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()));
    let odd = |(name, bytes): (String, Vec<u8>)| {
        // U+202E turns the letters after it around where names are shown: it reads as `invoice_txt.pdf`.
        let file_name = match name.as_str() {
            "right-to-left-name.txt" => "invoice_\u{202e}fdp.txt".to_owned(),
            _ => name.clone(),
        };
        Odd { name, file_name, bytes }
    };
    Ok(carried.chain(made()?).map(odd).collect())
}

/// Writes all odd files.
pub fn write(folder: &mut Folder<'_>) -> Result<(), CityError> {
    all()?.iter().try_for_each(|odd| folder.file(&format!("{PLACE}/{}", odd.file_name), &odd.bytes))
}

const HEAD: &str = "From: Dale Brekke <dale.brekke@cedarbend.example>\nTo: Tom Halvorsen <tom.halvorsen@cedarbend.example>\nDate: Tue, 14 Jan 2025 08:31:00 -0600\n";

/// The files that are only large, or only deep.
fn made() -> Result<Vec<(String, Vec<u8>)>, CityError> {
    let message = |name: &str, head: &str, body: &str| {
        let stem = name.trim_end_matches(".eml");
        let text = format!("{HEAD}Subject: {stem}\nMessage-ID: <{stem}@odd.cedarbend.example>\n{head}\n{body}");
        (name.to_owned(), text.into_bytes())
    };
    let bomb: String = (0..20_000).map(|at| format!("X-Filler-{at}: nothing at all\n")).collect();
    let line = "x".repeat(limits::LINE_BYTES + 1000);
    let parts = "--p\nContent-Disposition: attachment\n\nsmall\n".repeat(limits::MESSAGE_PARTS + 10);
    let mut nested = documents::zip(&[("core.eml", &message("core.eml", "", "the core is a walnut\n").1)])?;
    for _ in 0..limits::NESTING_DEPTH + 4 {
        nested = documents::zip(&[("inner.zip", &nested)])?;
    }
    let zeros = vec![b'0'; 24_000_000];
    let good = message("good.eml", "", "the honest member speaks of parsnips\n").1;
    Ok(vec![
        message("header-bomb.eml", &bomb, "after twenty thousand fields a cucumber\n"),
        message("huge-line.eml", "", &format!("before the line an artichoke\n{line}\nafter the line a radish\n")),
        message(
            "many-parts.eml",
            "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=p\n",
            &format!("--p\nContent-Type: text/plain\n\nmany parts and one leek\n{parts}--p--\n"),
        ),
        ("nested-archives.zip".to_owned(), nested),
        ("bomb.zip".to_owned(), documents::zip(&[("zeros.txt", &zeros), ("good.eml", &good)])?),
    ])
}
