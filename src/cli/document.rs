//! `verify FILE`: signed documents, checked where there is only the file and a key.

use super::args::Common;
use super::output::{Failure, Output};
use super::repository::INTEGRITY;
use super::{DONE, repository, verify};
use crate::ledger::{Checkpoint, CheckpointError};
use crate::repository::{Repository, RepositoryError};
use crate::verify::{Finding, certificate, checkpoint, documents, timestamp};
use serde_json::{Value, json};
use std::path::Path;

/// Bytes of the largest signed document that is read.
const DOCUMENT_BYTES: u64 = 1024 * 1024 * 1024;

/// Checks a certificate, a plan or a checkpoint. Without a key that of the repository is expected, where there is one.
pub fn run(
    common: &Common,
    path: &Path,
    key: Option<&str>,
    against: Option<&Path>,
    output: &Output,
) -> Result<u8, Failure> {
    let size = std::fs::metadata(path).map_err(|error| RepositoryError::io(path, error))?.len();
    if size > DOCUMENT_BYTES {
        return Err(Failure::usage("That file is too large for a signed document", "Name the right file."));
    }
    let text = std::fs::read_to_string(path).map_err(|error| RepositoryError::io(path, error))?;
    let opened = Repository::open(&common.repository, None).ok();
    let own = opened.as_ref().map(|opened| opened.signer().public_key_hex());
    let key = key.map(str::to_owned).or(own);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Ok(document) = serde_json::from_str::<Value>(&text) else {
        return match opened {
            Some(opened) => {
                let findings = checkpoint::check(&opened, &text, key.as_deref())?;
                tell(&findings, &name, "checkpoint", key.as_deref(), output)
            }
            None => lone_checkpoint(&text, &name, key.as_deref(), output),
        };
    };
    if document.get("document").is_some() {
        return proof(&document, &name, key.as_deref(), against, output);
    }
    let domain = document.pointer("/signature/domain").and_then(Value::as_str).unwrap_or_default();
    let (what, checked) = match domain {
        documents::CERTIFICATE_DOMAIN => ("certificate", certificate::check(&document, key.as_deref()).map(|_| ())),
        documents::PLAN_DOMAIN => ("plan", documents::check_plan(&text, key.as_deref()).map(|_| ())),
        _ => {
            let hint = "Certificates, plans, checkpoints, proofs and delivered productions can be checked.";
            return Err(Failure::usage(format!("{name} is not signed as anything this program checks"), hint));
        }
    };
    output.about(document.get("exercise").and_then(Value::as_bool).unwrap_or(false));
    let mut findings: Vec<Finding> =
        checked.err().into_iter().map(|error| Finding::new("document-changed", &name, error.to_string())).collect();
    let stamp = match timestamp::of_file(path, text.as_bytes()) {
        Some(Ok(stamp)) => Some(stamp),
        Some(Err(finding)) => {
            findings.push(finding);
            None
        }
        None => None,
    };
    let code = tell(&findings, &name, what, key.as_deref(), output)?;
    if let Some(stamp) = stamp.filter(|_| !output.is_json()) {
        let when = stamp.at.format("%Y-%m-%d %H:%M:%S UTC");
        let said = format!("An outside authority says that it was there at {when}. {}\n", timestamp::NOT_CHECKED);
        output.bytes(said.as_bytes())?;
    }
    Ok(code)
}

/// A checkpoint where there is no repository: only whether it is as it was signed.
fn lone_checkpoint(text: &str, name: &str, key: Option<&str>, output: &Output) -> Result<u8, Failure> {
    match Checkpoint::read(text, key) {
        Ok((one, _)) => {
            tell(&[], name, "checkpoint", key, output)?;
            if !output.is_json() {
                let said = format!(
                    "It signs {} events of the repository {}; to hold it against that one, name it with --repository.\n",
                    one.events, one.repository
                );
                output.bytes(said.as_bytes())?;
            }
            Ok(DONE)
        }
        Err(CheckpointError::Form(_)) => {
            let hint = "Certificates, plans, checkpoints, proofs and delivered productions can be checked.";
            Err(Failure::usage(format!("{name} is no signed document"), hint))
        }
        Err(error) => {
            tell(&[Finding::new("checkpoint-changed", name, error.to_string())], name, "checkpoint", key, output)
        }
    }
}

/// A proof that was carried away.
fn proof(
    document: &Value,
    name: &str,
    key: Option<&str>,
    against: Option<&Path>,
    output: &Output,
) -> Result<u8, Failure> {
    let kept = against.map(super::ledger_proof::text_of).transpose()?;
    match checkpoint::check_proof(document, key, kept.as_deref(), name) {
        Ok(proved) => {
            let mut text = format!("Proved: {proved}.\n");
            if key.is_none() {
                text.push_str(
                    "Who signed it is not checked: anybody can make such a file and sign it. Ask the city for its key by \
                     another way, and give it with --key.\n",
                );
            }
            let value =
                json!({ "ok": true, "checked": 1, "findings": [], "proved": proved, "signer_checked": key.is_some() });
            output.result(value, &text)?;
            Ok(DONE)
        }
        Err(finding) => tell(&[finding], name, "proof", key, output),
    }
}

fn tell(findings: &[Finding], name: &str, what: &str, key: Option<&str>, output: &Output) -> Result<u8, Failure> {
    let ok = findings.is_empty();
    let text = if ok {
        let by = match key {
            Some(key) => format!("with the key {key}"),
            None => "with the key it names; that proves who made it once the city has told its key by another way"
                .to_owned(),
        };
        format!("The {what} {name} is as it was signed, {by}.\n")
    } else {
        format!("The {what} {name} is not as it was signed:\n\n{}", verify::listed(findings))
    };
    output.result(json!({ "ok": ok, "checked": 1, "findings": findings }), &repository::capitalised(&text))?;
    Ok(if ok { DONE } else { INTEGRITY })
}
