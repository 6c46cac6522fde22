//! Approval: by a person who did not make the plan, with a key that only that person's passphrase opens.

use super::DispositionError;
use super::plan::read_plan;
use super::planner;
use super::signed_document;
use crate::base::digest::{Sha256Digest, from_hex, to_hex};
use crate::base::id::PlanId;
use crate::base::random;
use crate::catalog::{CatalogError, PlanState, Reading};
use crate::ledger::Signer;
use crate::model::event::Act;
use crate::repository::Repository;
pub(super) use crate::text::is_same_person;
use crate::vault::{FamilyKey, open_small, seal_small};
use crate::verify::documents::APPROVAL_DOMAIN;
use argon2::Argon2;

/// Characters a passphrase has at least.
const PASSPHRASE_CHARS: usize = 12;
/// Bytes of salt before the sealed key.
const SALT: usize = 16;
/// What the sealed key of an approver is bound to.
const LABEL: &str = "approver";

/// Registers a person who may approve: a fresh signing key, sealed under the person's passphrase (Argon2id with the
/// parameters of RFC 9106's second choice, the defaults of the crate). The passphrase is kept nowhere.
pub fn register_approver(
    repository: &mut Repository,
    name: &str,
    passphrase: &str,
    actor: &str,
) -> Result<(), DispositionError> {
    if passphrase.chars().count() < PASSPHRASE_CHARS {
        let message = format!("the passphrase needs at least {PASSPHRASE_CHARS} characters");
        return Err(DispositionError::Refused(message));
    }
    if repository.catalog().reading().approver(name)?.is_some() {
        return Err(DispositionError::Refused(format!("{name} is registered already")));
    }
    let seed = random::bytes::<32>();
    let salt = random::bytes::<SALT>();
    let mut sealed = salt.to_vec();
    sealed.extend(seal_small(&passphrase_key(passphrase, &salt)?, LABEL, &seed));
    let public = Signer::from_seed(&seed).public_key_hex();
    let at = repository.now();
    repository.catalog_mut().write::<_, DispositionError>(|writing| {
        let details = serde_json::json!({ "public_key": public });
        let event = writing.record_event(at, actor, Act::ApproverRegistered, name, &details)?;
        Ok(writing.add_approver(name, &public, &to_hex(&sealed), event.id)?)
    })
}

/// Approves a plan. Outside exercises `passphrase` opens the key of the registered person who approves.
pub fn approve(
    repository: &mut Repository,
    id: PlanId,
    approver: &str,
    passphrase: Option<&str>,
) -> Result<(), DispositionError> {
    let result = approve_unrecorded(repository, id, approver, passphrase);
    if let Err(DispositionError::Refused(message)) = &result {
        super::record_refusal(repository, id, approver, message)?;
    }
    result
}

fn approve_unrecorded(
    repository: &mut Repository,
    id: PlanId,
    approver: &str,
    passphrase: Option<&str>,
) -> Result<(), DispositionError> {
    let plan = read_plan(repository, id)?;
    let (document, state) = repository.catalog().reading().plan(id)?;
    if state != PlanState::Planned {
        return Err(DispositionError::Refused(format!("the plan {id} is {state} already")));
    }
    if is_same_person(&plan.planned_by, approver) {
        let message = format!("{approver} made the plan {id}, and somebody else has to approve it");
        return Err(DispositionError::Refused(message));
    }
    let signer = signer_of(repository, approver, passphrase)?;
    if let Some(message) = planner::not_proved(&repository.catalog().reading(), &plan, &document)? {
        return Err(DispositionError::Refused(message));
    }
    let value = serde_json::json!({
        "plan": id, "plan_sha256": Sha256Digest::of(document.as_bytes()), "approved_by": approver,
        "approved_at": repository.now(), "exercise": plan.exercise,
    });
    let approval = signed_document(APPROVAL_DOMAIN, &value, &signer)?.to_string();
    let at = repository.now();
    repository.catalog_mut().write::<_, DispositionError>(|writing| {
        if writing.reading().plan(id)?.1 != PlanState::Planned {
            return Err(DispositionError::Refused(format!("the plan {id} was approved meanwhile")));
        }
        let details = serde_json::json!({ "public_key": signer.public_key_hex() });
        let event = writing.record_event(at, approver, Act::Approved, &id.to_string(), &details)?;
        Ok(writing.approve_plan(id, &approval, approver, event.id)?)
    })
}

/// The key a person approves with, or confirms the exclusion from a hold: the person's own, or in an exercise the
/// repository's.
pub fn signer_of(repository: &Repository, who: &str, passphrase: Option<&str>) -> Result<Signer, DispositionError> {
    let registered = repository.catalog().reading().approver(who)?;
    let Some((public, sealed)) = registered else {
        if repository.profile().exercise {
            return Ok(repository.signer().clone());
        }
        let message = format!("{who} is not registered to approve; register with: recordroom dispose register NAME");
        return Err(DispositionError::Refused(message));
    };
    if !is_registered_by_ledger(&repository.catalog().reading(), who, &public)? {
        let message = format!("the key of {who} is not the one whose registration stands in the ledger");
        return Err(DispositionError::Refused(message));
    }
    let Some(passphrase) = passphrase else {
        return Err(DispositionError::Refused(format!("the passphrase of {who} is needed to approve")));
    };
    let sealed = from_hex(&sealed).filter(|bytes| bytes.len() > SALT);
    let Some(sealed) = sealed else {
        let message = "the sealed key is not hexadecimal".to_owned();
        return Err(DispositionError::Unreadable { what: "approver's key", message });
    };
    let (salt, sealed) = sealed.split_at(SALT);
    let seed = open_small(&passphrase_key(passphrase, salt)?, LABEL, sealed)
        .ok()
        .and_then(|seed| <[u8; 32]>::try_from(seed.as_slice()).ok());
    match seed {
        Some(seed) => Ok(Signer::from_seed(&seed)),
        None => Err(DispositionError::Refused(format!("that is not the passphrase of {who}"))),
    }
}

/// Whether the ledger tells of this person with this key: a row alone registers nobody.
pub(super) fn is_registered_by_ledger(
    reading: &Reading<'_>,
    who: &str,
    public_key: &str,
) -> Result<bool, CatalogError> {
    let about = reading.events_about(who)?;
    let last = about.iter().rfind(|event| event.act == Act::ApproverRegistered);
    Ok(last.is_some_and(|event| {
        let details: serde_json::Value = serde_json::from_str(&event.details).unwrap_or_default();
        details["public_key"] == public_key
    }))
}

fn passphrase_key(passphrase: &str, salt: &[u8]) -> Result<FamilyKey, DispositionError> {
    let mut key = [0; 32];
    Argon2::default()
        .hash_password_into(passphrase.as_bytes(), salt, &mut key)
        .map_err(|error| DispositionError::Unreadable { what: "passphrase", message: error.to_string() })?;
    Ok(FamilyKey::from_bytes(key))
}
