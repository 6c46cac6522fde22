//! `ledger prove`, `ledger verify`, `ledger key`: what is carried away, and what was carried away held against the ledger.

use super::output::{Failure, Output, counted};
use super::repository::INTEGRITY;
use super::{DONE, verify};
use crate::base::durable;
use crate::base::id::EventId;
use crate::repository::{Repository, RepositoryError};
use crate::verify::checkpoint;
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Bytes of the longest checkpoint or key that is read.
const CHECKPOINT_BYTES: u64 = 16 * 1024;
/// Characters of a public key in hexadecimal.
const KEY_CHARS: usize = 64;

// Arguments of `ledger prove`.
#[derive(Debug, Args)]
pub struct Prove {
    /// The event, such as E-12
    pub event: EventId,
    /// Write the proof to this file (default: to standard output)
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
    /// Prove it in the ledger that this kept checkpoint signs (default: the ledger as it is now)
    #[arg(long, value_name = "CHECKPOINT")]
    pub against: Option<PathBuf>,
}

// Arguments of `ledger verify`.
#[derive(Debug, Args)]
pub struct VerifyLedger {
    /// A checkpoint that was kept outside of the repository (may be given several times)
    #[arg(long, value_name = "CHECKPOINT")]
    pub against: Vec<PathBuf>,
    /// The key that was noted when the first checkpoint was kept: in hexadecimal, or a file with it
    #[arg(long, value_name = "KEY|FILE")]
    pub pin: Option<String>,
}

// Arguments of `ledger key`.
#[derive(Debug, Args)]
pub struct Key {
    /// Also write it to this file
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
}

/// The text of a checkpoint that was kept.
pub(super) fn text_of(path: &Path) -> Result<String, Failure> {
    let about = std::fs::metadata(path).map_err(|error| RepositoryError::io(path, error))?;
    if about.len() > CHECKPOINT_BYTES {
        return Err(Failure::usage(format!("{} is too long for a checkpoint", path.display()), "Name the right file."));
    }
    Ok(std::fs::read_to_string(path).map_err(|error| RepositoryError::io(path, error))?)
}

/// A key as it is typed, or the first line of a file that has it.
pub(super) fn key_of(given: &str) -> Result<String, Failure> {
    let typed = given.trim().to_ascii_lowercase();
    let is_key = |text: &str| text.len() == KEY_CHARS && text.bytes().all(|b| b.is_ascii_hexdigit());
    if is_key(&typed) {
        return Ok(typed);
    }
    let path = Path::new(given);
    if path.is_file() {
        let line = text_of(path)?.lines().next().unwrap_or_default().trim().to_ascii_lowercase();
        if is_key(&line) {
            return Ok(line);
        }
    }
    let hint = "A key is 64 hexadecimal characters, as recordroom ledger key prints them.";
    Err(Failure::usage(format!("{given:?} is no key and no file with one in its first line"), hint))
}

pub(super) fn prove(opened: &Repository, arguments: &Prove, output: &Output) -> Result<u8, Failure> {
    let kept = arguments.against.as_deref().map(text_of).transpose()?;
    let proof = checkpoint::prove(opened, arguments.event, kept.as_deref())?;
    let value = json!(proof);
    let Some(path) = &arguments.export else {
        let text = format!("{value:#}\n");
        output.result(value, &text)?;
        return Ok(DONE);
    };
    durable::replace(path, format!("{value:#}\n").as_bytes()).map_err(|error| RepositoryError::io(path, error))?;
    let text = format!(
        "The proof of {} is in {}.\nAnybody checks it, without this repository, with: recordroom verify {} --key KEY\n",
        arguments.event,
        path.display(),
        path.display()
    );
    output.result(value, &text)?;
    Ok(DONE)
}

pub(super) fn verify(opened: &Repository, arguments: &VerifyLedger, output: &Output) -> Result<u8, Failure> {
    let pin = arguments.pin.as_deref().map(key_of).transpose()?;
    let mut given = Vec::new();
    for path in &arguments.against {
        given.push((path.display().to_string(), text_of(path)?));
    }
    let report = checkpoint::verify_ledger(opened, &given, pin.as_deref())?;
    let ok = report.findings.is_empty();
    let value = json!({
        "ok": ok, "events": report.events, "checkpoints": report.checkpoints, "against": arguments.against,
        "public_key": report.public_key, "pinned": pin.is_some(), "findings": report.findings,
    });
    let mut text = if ok {
        format!(
            "The ledger holds: {}, each bound to the one before it, and {} fit it.\n",
            counted(report.events, "event"),
            counted(report.checkpoints, "checkpoint")
        )
    } else {
        format!(
            "The ledger is not the one that was signed:\n\n{}\nChange nothing, keep the checkpoints as they are, and ask \
             for help.\n",
            verify::listed(&report.findings)
        )
    };
    if ok {
        text.push_str(match (arguments.against.is_empty(), pin.is_some()) {
            (false, true) => {
                "That is proved by what was kept outside: neither the checkpoint nor the key came from this repository.\n"
            }
            (true, _) => {
                "Whoever can write to the repository and has its keys could have written all of it anew. Hold a checkpoint \
                 against it that was kept elsewhere: --against FILE --pin KEY\n"
            }
            (false, false) => {
                "The key was taken from this repository, so somebody who changed both would not be found. Name the key that \
                 was noted elsewhere: --pin KEY\n"
            }
        });
    }
    output.result(value, &text)?;
    Ok(if ok { DONE } else { INTEGRITY })
}

pub(super) fn key(opened: &Repository, arguments: &Key, output: &Output) -> Result<u8, Failure> {
    let key = opened.signer().public_key_hex();
    let mut text = format!("{key}\n");
    if let Some(path) = &arguments.export {
        durable::replace(path, text.as_bytes()).map_err(|error| RepositoryError::io(path, error))?;
        text.push_str(&format!("Written to {}\n", path.display()));
    }
    output.result(json!({ "public_key": key, "written": arguments.export }), &text)?;
    Ok(DONE)
}
