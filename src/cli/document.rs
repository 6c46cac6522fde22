//! `verify FILE`: signed documents, checked where there is only the file and a key.

use super::args::Common;
use super::output::{Failure, Output};
use super::repository::INTEGRITY;
use super::{DONE, repository, verify};
use crate::repository::{Repository, RepositoryError};
use crate::verify::{Finding, certificate, checkpoint, documents};
use serde_json::{Value, json};
use std::path::Path;

/// Bytes of the largest signed document that is read.
const DOCUMENT_BYTES: u64 = 1024 * 1024 * 1024;

/// Checks a certificate, a plan or a checkpoint. Without a key that of the repository is expected, where there is one.
pub fn run(common: &Common, path: &Path, key: Option<&str>, output: &Output) -> Result<u8, Failure> {
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
        let opened = opened.ok_or_else(|| {
            let hint = "A checkpoint is held against its repository: name that with --repository.";
            Failure::usage(format!("{name} is no signed JSON document"), hint)
        })?;
        return tell(&checkpoint::check(&opened, &text, key.as_deref())?, &name, "checkpoint", key.as_deref(), output);
    };
    let domain = document.pointer("/signature/domain").and_then(Value::as_str).unwrap_or_default();
    let (what, checked) = match domain {
        documents::CERTIFICATE_DOMAIN => ("certificate", certificate::check(&document, key.as_deref()).map(|_| ())),
        documents::PLAN_DOMAIN => ("plan", documents::check_plan(&text, key.as_deref()).map(|_| ())),
        _ => {
            let hint = "Certificates, plans, checkpoints and delivered productions can be checked.";
            return Err(Failure::usage(format!("{name} is not signed as anything this program checks"), hint));
        }
    };
    output.about(document.get("exercise").and_then(Value::as_bool).unwrap_or(false));
    let findings: Vec<Finding> =
        checked.err().into_iter().map(|error| Finding::new("document-changed", &name, error.to_string())).collect();
    tell(&findings, &name, what, key.as_deref(), output)
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
