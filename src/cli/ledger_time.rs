//! `ledger timestamp`: an outside authority's word on when a signed file was there.

use super::output::{Failure, Output};
use super::repository::{INTEGRITY, capitalised};
use super::{DONE, USAGE};
use crate::repository::Repository;
use crate::verify::timestamp::{self, NOT_CHECKED, StampError};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

// Arguments of `ledger timestamp`.
#[derive(Debug, Args)]
pub struct Timestamp {
    /// The signed file: a certificate or a checkpoint
    pub file: PathBuf,
    /// The authority's answer
    #[arg(long, value_name = "TSR")]
    pub response: Option<PathBuf>,
}

impl From<StampError> for Failure {
    fn from(error: StampError) -> Self {
        let said = capitalised(&error.to_string());
        match error {
            StampError::Repository(error) => error.into(),
            StampError::NotAsked(_) => {
                Self::new("not-asked", said, "Write the request with: recordroom ledger timestamp FILE")
                    .with_exit(USAGE)
            }
            StampError::FileChanged | StampError::Response(_) => {
                Self::new("timestamp", said, "Nothing was kept. Ask again, and give the answer to just that request.")
                    .with_exit(INTEGRITY)
            }
        }
    }
}

pub(super) fn run(opened: Repository, actor: &str, asked: &Timestamp, output: &Output) -> Result<u8, Failure> {
    let Some(response) = &asked.response else {
        let path = timestamp::ask(&asked.file)?;
        let text = format!(
            "The request is {0}\nSend it to a time-stamping authority from any machine:\n  curl -H \"Content-Type: \
             application/timestamp-query\" --data-binary @{0} URL > answer.tsr\nand give the answer back: recordroom ledger \
             timestamp {1} --response answer.tsr\nOnly a digest leaves the building.\n",
            path.display(),
            asked.file.display()
        );
        output.result(json!({ "file": asked.file, "request": path }), &text)?;
        return Ok(DONE);
    };
    let mut opened = opened;
    let stamp = timestamp::take(&mut opened, &asked.file, response, actor)?;
    let kept = timestamp::beside(&asked.file, ".tsr");
    let text = format!(
        "{0} was there at {1}, says the authority (serial {2}, policy {3}).\nKept as {4}\n{NOT_CHECKED}\n  openssl ts \
         -verify -in {4} -queryfile {5} -CAfile THEIR-ROOT.pem -untrusted THEIR-CERTIFICATES.pem\n",
        asked.file.display(),
        stamp.at.format("%Y-%m-%d %H:%M:%S UTC"),
        stamp.serial,
        stamp.policy,
        kept.display(),
        timestamp::beside(&asked.file, ".tsq").display()
    );
    let value = json!({
        "file": asked.file, "response": kept, "stamped_at": stamp.at, "serial": stamp.serial, "policy": stamp.policy,
        "signature_checked": false,
    });
    output.result(value, &text)?;
    Ok(DONE)
}
