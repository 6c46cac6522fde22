//! What proves a production: manifests, bag files, and the signed statement over them.

use super::ProductionError;
use super::build::Built;
use super::folder::{Folder, Written};
use super::plan::Plan;
use super::redacted::usual_version;
use super::words::released;
use crate::base::clock::local_date;
use crate::base::digest::Sha256Digest;
use crate::ledger::{minisign, sign_json, sshsig};
use crate::model::production::{BatesNumber, Extra, PublicText};
use crate::package::statement::{DOMAIN, SCHEMA, SSH_NAMESPACE, SSH_PRINCIPAL, Statement, readme};
use crate::package::{bag, names, sums};
use crate::repository::Repository;
use crate::verify::delivery::merkle_root;
use std::collections::BTreeMap;

/// Writes everything beside the payload, and returns the statement; `folder.written` then has every file, by path.
pub(super) fn write(
    repository: &Repository,
    plan: &Plan,
    built: &Built,
    made_by: &str,
    folder: &mut Folder,
) -> Result<Statement, ProductionError> {
    let payload = std::mem::take(&mut folder.written);
    let line = |digest: &String, one: &Written| (digest.clone(), one.path.clone());
    let sha256 = sums::write(payload.iter().map(|one| line(&one.sha256, one)).collect());
    let blake3 = sums::write(payload.iter().map(|one| line(&one.blake3, one)).collect());
    folder.write(bag::MANIFEST, sha256.as_bytes())?;
    folder.write(names::BLAKE3_SUMS, blake3.as_bytes())?;
    folder.write(bag::DECLARATION, bag::DECLARATION_TEXT.as_bytes())?;
    folder.write(bag::INFO, info(repository, plan, &payload).as_bytes())?;
    let profile = repository.profile();
    let mut statement = Statement {
        schema: SCHEMA,
        production: plan.production,
        request: plan.request.id,
        kind: plan.request.kind,
        adds_to: plan.adds_to,
        version: (plan.version != usual_version(plan.request.kind)).then_some(plan.version),
        redactions: built.redactions.len() as u64,
        city: released(&profile.city),
        repository: profile.repository.clone(),
        exercise: profile.exercise,
        volume: plan.volume.clone(),
        first_number: BatesNumber::new(plan.prefix.clone(), plan.first),
        last_number: built.last.clone(),
        documents: built.items.len() as u64,
        pages: built.pages,
        withheld: built.withheld.len() as u64,
        remarks: built.remarks.len() as u64,
        news: plan.news(),
        extras: plan.extras.clone(),
        made_at: plan.made_at,
        made_by: made_by.to_owned(),
        program: plan.program.clone(),
        further_places: plan.further.iter().map(|one| released(one)).collect(),
        manifest_sha256: Sha256Digest::of(sha256.as_bytes()).to_string(),
        merkle_root: merkle_root(&sha256),
        files_sha256: BTreeMap::new(),
    };
    let readme = readme(&statement, plan.natives, &repository.signer().public_key_hex());
    folder.write(names::README, readme.as_str().as_bytes())?;
    keys(repository, plan, folder)?;
    let others = folder.written.iter().filter(|one| one.path != bag::MANIFEST);
    statement.files_sha256 = others.map(|one| (one.path.clone(), one.sha256.clone())).collect();
    let signed = sign_json(DOMAIN, &serde_json::json!(statement), repository.signer())?;
    let signed = format!("{signed:#}\n");
    folder.write(names::STATEMENT, signed.as_bytes())?;
    if plan.extras.contains(&Extra::Minisign) {
        let comment = format!("{} of {}", plan.production, profile.repository);
        let signature = minisign::sign(repository.signer(), signed.as_bytes(), &comment);
        folder.write(names::MINISIGN[0], signature.as_bytes())?;
    }
    if plan.extras.contains(&Extra::Ssh) {
        let signature = sshsig::sign(repository.signer(), signed.as_bytes(), SSH_NAMESPACE);
        folder.write(names::SSH[0], signature.as_bytes())?;
    }
    let tags = sums::write(folder.written.iter().map(|one| line(&one.sha256, one)).collect());
    folder.write(bag::TAG_MANIFEST, tags.as_bytes())?;
    folder.sync()?;
    folder.written.extend(payload);
    folder.written.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(statement)
}

/// The keys of the signatures that were asked for.
fn keys(repository: &Repository, plan: &Plan, folder: &mut Folder) -> Result<(), ProductionError> {
    for (extra, path, key) in [
        (Extra::Minisign, names::MINISIGN[1], minisign::public_key(repository.signer())),
        (Extra::Ssh, names::SSH[1], ssh_line(repository)),
    ] {
        if plan.extras.contains(&extra) {
            folder.write(path, key.as_bytes())?;
        }
    }
    Ok(())
}

fn ssh_line(repository: &Repository) -> String {
    sshsig::allowed_signer(repository.signer(), SSH_PRINCIPAL, SSH_NAMESPACE)
}

fn info(repository: &Repository, plan: &Plan, payload: &[Written]) -> String {
    let bytes: u64 = payload.iter().map(|one| one.bytes).sum();
    let exercise = if repository.profile().exercise { "EXERCISE: not a real production" } else { "" };
    let mut entries = vec![
        ("Source-Organization", released(&repository.profile().city)),
        (
            "External-Identifier",
            PublicText::released(format!("{} {}", plan.production, repository.profile().repository)),
        ),
        ("Bagging-Date", PublicText::released(local_date(plan.made_at, repository.zone()).to_string())),
        ("Bag-Software-Agent", PublicText::released(plan.program.clone())),
        ("Payload-Oxum", PublicText::released(format!("{bytes}.{}", payload.len()))),
    ];
    if !exercise.is_empty() {
        entries.push(("Internal-Sender-Description", PublicText::released(exercise)));
    }
    bag::info(&entries)
}
