//! `citation`: which citations of law may stand in a letter or a log.

use super::output::{Failure, Output, table};
use super::{DONE, args::Common, repository};
use crate::base::clock::local_date;
use crate::citation::{self, CitationError, In};
use crate::text::safe;
use clap::Subcommand;
use serde_json::json;

// Citations of law: known, verified, confirmed by counsel.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum CitationCommand {
    /// Record that counsel compared a citation with the law in force; the acting person answers for it
    ///
    /// Example: recordroom --as "Elaine Hegdahl" citation confirm "Minn. Stat. § 13.355" --reason "revisor.mn.gov of 2 March 2026"
    Confirm {
        /// One citation
        citation: String,
        /// What it was compared with
        #[arg(long)]
        reason: String,
    },
    /// Every citation that this program knows, with what counsel has confirmed
    ///
    /// Example: recordroom citation list --unverified
    List {
        /// Only those that counsel has to confirm before they are used
        #[arg(long)]
        unverified: bool,
    },
    /// Whether the citations in some words may stand in a letter or a log
    ///
    /// Example: recordroom citation check "Minn. Stat. § 13.43, subd. 4"
    Check {
        /// The words
        text: String,
    },
}

impl From<CitationError> for Failure {
    fn from(error: CitationError) -> Self {
        match error {
            CitationError::Catalog(error) => error.into(),
            CitationError::Refused(message) => Self::usage(repository::capitalised(&message), "Nothing was recorded."),
        }
    }
}

/// `recordroom citation`
pub fn run(common: &Common, command: &CitationCommand, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    match command {
        CitationCommand::Confirm { citation, reason } => {
            let done = citation::confirm(&mut opened, citation, reason, &repository::actor(common))?;
            let day = local_date(done.at, opened.zone());
            let text = format!("{} is confirmed by {} on {day}.\n", done.citation, safe(&done.by));
            output.result(json!(done), &text)?;
        }
        CitationCommand::List { unverified } => {
            let confirmed = citation::confirmed(&opened.catalog().reading())?;
            let mut rows = Vec::new();
            let mut values = Vec::new();
            for one in citation::known() {
                let by = confirmed.get(&one.citation);
                if *unverified && (one.verified || by.is_some()) {
                    continue;
                }
                let standing = match (by, one.verified) {
                    (Some(by), _) => format!("confirmed by {} on {}", safe(&by.by), local_date(by.at, opened.zone())),
                    (None, true) => "verified".to_owned(),
                    (None, false) => "to be confirmed".to_owned(),
                };
                rows.push(vec![one.citation.to_string(), standing, one.about.to_owned(), one.source.to_owned()]);
                values.push(json!({ "known": one, "confirmed": by }));
            }
            for (citation, by) in confirmed.iter().filter(|(one, _)| citation::about(one).is_none()) {
                let day = local_date(by.at, opened.zone());
                let standing = format!("confirmed by {} on {day}", safe(&by.by));
                rows.push(vec![citation.to_string(), standing, String::new(), safe(&by.reason)]);
                values.push(json!({ "known": null, "confirmed": by }));
            }
            output
                .result(json!({ "citations": values }), &table(&["citation", "standing", "about", "seen in"], &rows))?;
        }
        CitationCommand::Check { text } => {
            let reading = opened.catalog().reading();
            let found = citation::citations(text, In::Basis);
            let open = citation::unconfirmed(&reading, text, In::Basis)?;
            let told = match citation::refusal(&reading, text, In::Basis)? {
                Some(message) => format!("{}\n", repository::capitalised(&message)),
                None if found.is_empty() => "There is no citation of law in it.\n".to_owned(),
                None => "All of it may stand in a letter or a log.\n".to_owned(),
            };
            output.result(json!({ "citations": found, "unconfirmed": open }), &told)?;
        }
    }
    Ok(DONE)
}
