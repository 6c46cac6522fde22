//! Issuing the certificate of destruction: as JSON for programs and as text for people.

use super::DispositionError;
use super::signed_document;
use crate::base::digest::Sha256Digest;
use crate::base::durable;
use crate::base::id::EventId;
use crate::model::disposition::DispositionPlan;
use crate::repository::{Repository, RepositoryError};
use crate::verify::certificate::{Certificate, NOT_COVERED, destroyed_root};
use crate::verify::documents::CERTIFICATE_DOMAIN;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Makes, signs and writes the certificate of an executed plan.
pub(super) fn issue(
    repository: &Repository,
    plan: &DispositionPlan,
    approved_by: &str,
    actor: &str,
    dropped: &BTreeMap<String, u64>,
    at: DateTime<Utc>,
) -> Result<(Certificate, PathBuf, Sha256Digest), DispositionError> {
    let reading = repository.catalog().reading();
    let mut certificate = Certificate {
        schema: 1,
        repository: plan.repository.clone(),
        city: repository.profile().city.clone(),
        exercise: plan.exercise,
        plan: plan.plan,
        planned_by: plan.planned_by.clone(),
        approved_by: approved_by.to_owned(),
        executed_by: actor.to_owned(),
        executed_at: at,
        destroyed: 0,
        by_rule: BTreeMap::new(),
        dropped: dropped.clone(),
        merkle_root: String::new(),
        items: Vec::new(),
        productions: Vec::new(),
        ledger: (EventId::new(0), String::new()),
        not_covered: NOT_COVERED.to_owned(),
    };
    for destruction in reading.destructions()?.into_iter().filter(|one| one.plan == plan.plan) {
        for tombstone in reading.tombstones(destruction.id)? {
            let name = reading.family(tombstone.family)?.name.to_string();
            let rule = format!("{} / {}", tombstone.rule.edition, tombstone.rule.series);
            *certificate.by_rule.entry(rule).or_default() += 1;
            certificate.productions.extend(reading.productions_with(tombstone.family)?);
            certificate.items.push((tombstone.family, name));
        }
    }
    certificate.destroyed = certificate.items.len() as u64;
    certificate.items.sort();
    certificate.merkle_root = destroyed_root(&certificate.items);
    certificate.productions.sort();
    certificate.productions.dedup();
    if let Some(event) = reading.last_event()? {
        certificate.ledger = (event.id, event.hash);
    }
    let (path, digest) = write(repository, &certificate)?;
    Ok((certificate, path, digest))
}

fn write(repository: &Repository, certificate: &Certificate) -> Result<(PathBuf, Sha256Digest), DispositionError> {
    let value = serde_json::to_value(certificate)
        .map_err(|error| DispositionError::Unreadable { what: "certificate", message: error.to_string() })?;
    let signed = signed_document(CERTIFICATE_DOMAIN, &value, repository.signer())?;
    let path = repository.layout().certificates().join(format!("{}.json", certificate.plan));
    let io = |path: &std::path::Path| {
        let path = path.to_owned();
        move |error| RepositoryError::Io { path, error }
    };
    let document = format!("{signed:#}\n");
    durable::replace(&path, document.as_bytes()).map_err(io(&path))?;
    let text = path.with_extension("txt");
    durable::replace(&text, certificate.told().as_bytes()).map_err(io(&text))?;
    Ok((path, Sha256Digest::of(document.as_bytes())))
}
