//! Files that must not change: the frozen copies of adopted schedules, and the certificates.

use super::{Check, VerifyError};
use crate::base::digest::Sha256Digest;
use crate::base::id::{EventId, PlanId};
use crate::catalog::PlanState;
use crate::model::event::Act;
use crate::verify::certificate;
use crate::verify::timestamp;
use std::collections::BTreeMap;

pub(super) fn check(check: &mut Check<'_>) -> Result<(), VerifyError> {
    let reading = check.reading();
    let editions = reading.editions()?;
    for (key, digest) in &editions {
        match std::fs::read(check.repository.layout().edition(key)) {
            Ok(bytes) if Sha256Digest::of(&bytes).to_string() == *digest => {}
            Ok(_) => check.find("schedule-changed", key, "the frozen copy is not the edition that was adopted"),
            Err(error) => check.find("schedule-missing", key, format!("the frozen copy cannot be read: {error}")),
        }
    }
    check.looked_at("Verifying schedules", editions.len() as u64)?;
    let mut issued: BTreeMap<String, String> = BTreeMap::new();
    reading.each_event::<VerifyError>(EventId::new(0), |event| {
        if event.act == Act::Executed {
            let details: serde_json::Value = serde_json::from_str(&event.details).unwrap_or_default();
            issued.insert(event.subject, details["certificate_sha256"].as_str().unwrap_or_default().to_owned());
        }
        Ok(())
    })?;
    for plan in reading.plans()? {
        let executed = reading.plan(plan)?.1 == PlanState::Executed;
        match (executed, issued.get(&plan.to_string())) {
            (true, Some(digest)) => one(check, plan, digest)?,
            (false, None) => {}
            _ => check.find("plan-state-differs", plan, "the ledger and the catalog differ on whether it was executed"),
        }
    }
    Ok(())
}

fn one(check: &mut Check<'_>, plan: PlanId, digest: &str) -> Result<(), VerifyError> {
    check.looked_at("Verifying certificates", 1)?;
    let path = check.repository.layout().certificates().join(format!("{plan}.json"));
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            check.find("certificate-missing", plan, format!("its certificate cannot be read: {error}"));
            return Ok(());
        }
    };
    let key = check.repository.signer().public_key_hex();
    let document = serde_json::from_slice(&bytes).unwrap_or_default();
    let certificate = match certificate::check(&document, Some(&key)) {
        Ok(certificate) => certificate,
        Err(error) => {
            check.find("certificate-changed", plan, format!("the certificate is not as it was signed: {error}"));
            return Ok(());
        }
    };
    let found = Sha256Digest::of(&bytes).to_string();
    if found != digest {
        check.find("certificate-changed", plan, "the certificate is not the one that was issued");
    }
    let told = std::fs::read_to_string(path.with_extension("txt")).unwrap_or_default();
    if told != certificate.told(&found) {
        check.find("certificate-changed", plan, "the text of the certificate does not say what the signed one says");
    }
    // The page of a certificate is drawn the same way on every machine, so it is drawn again and compared.
    let page = certificate.particulars.as_ref().map(|_| certificate.pdf(&found).ok());
    if page.is_some_and(|page| page != std::fs::read(path.with_extension("pdf")).ok()) {
        check.find("certificate-changed", plan, "the PDF of the certificate does not show what the signed one says");
    }
    if let Some(Err(finding)) = timestamp::of_file(&path, &bytes) {
        check.report.findings.push(finding);
    }
    let mut listed = Vec::new();
    let reading = check.reading();
    for destruction in reading.destructions()?.into_iter().filter(|one| one.plan == plan) {
        for tombstone in reading.tombstones(destruction.id)? {
            let Some(row) = check.family(tombstone.family)? else { continue };
            listed.push((row.id, row.name.to_string()));
        }
    }
    listed.sort();
    if listed != certificate.items {
        check.find("certificate-differs", plan, "the certificate lists other items than were destroyed under its plan");
    }
    Ok(())
}
