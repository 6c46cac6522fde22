//! `hold amend`, `add`, `exclude`, `release`: what changes a hold, with the second person where one is needed.

use super::dispose::{Passphrase, read_passphrase};
use super::hold::listed;
use super::output::{Failure, Output, counted};
use super::scope::{self, ScopeArgs};
use super::{DONE, repository};
use crate::base::id::{FamilyId, HoldId};
use crate::disposition::signer_of;
use crate::hold::{self, Amended, Confirmation};
use crate::ledger::sign_json;
use crate::repository::Repository;
use crate::verify::documents::CONFIRMATION_DOMAIN;
use clap::Args;
use serde_json::{Value, json};

// The second person who confirms what lets items go.
#[derive(Debug, Args)]
pub struct Second {
    /// The registered person who confirms it, and is somebody else
    #[arg(long, value_name = "NAME")]
    pub confirmed_by: Option<String>,
    /// How that person's passphrase is read.
    #[command(flatten)]
    pub passphrase: Passphrase,
}

impl Second {
    fn confirmation(
        &self,
        opened: &Repository,
        hold: HoldId,
        (act, what): (&str, &Value),
        reason: &str,
        actor: &str,
    ) -> Result<Option<Confirmation>, Failure> {
        let Some(by) = &self.confirmed_by else { return Ok(None) };
        let registered = opened.catalog().reading().approver(by)?.is_some();
        let passphrase = if registered { Some(read_passphrase(&self.passphrase, by, false)?) } else { None };
        let signer = signer_of(opened, by, passphrase.as_deref())?;
        let statement = hold::statement(opened, hold, act, what, reason, actor, by);
        let document = sign_json(CONFIRMATION_DOMAIN, &statement, &signer).map_err(|error| {
            Failure::new("confirmation", repository::capitalised(&error.to_string()), "Nothing was changed.")
        })?;
        Ok(Some(Confirmation { by: by.clone(), document }))
    }
}

// Arguments of `hold amend`.
#[derive(Debug, Args)]
pub struct Amend {
    /// The hold, such as H-1
    pub hold: HoldId,
    /// What it is to reach from now on; items named before stay in it.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Reach everything (needed when nothing narrows it)
    #[arg(long)]
    pub everything: bool,
    /// Why
    #[arg(long)]
    pub reason: String,
    /// Only say what would change
    #[arg(long)]
    pub preview: bool,
    /// The second person, where the issuer does not do it.
    #[command(flatten)]
    pub second: Second,
}

// Arguments of `hold add` and `hold exclude`.
#[derive(Debug, Args)]
pub struct Items {
    /// The hold, such as H-1
    pub hold: HoldId,
    /// The items, such as R-12 or F-7; the family of each
    #[arg(required = true)]
    pub items: Vec<String>,
    /// Why, without quoting the items
    #[arg(long)]
    pub reason: String,
    /// The second person, without whom nothing is excluded.
    #[command(flatten)]
    pub second: Second,
}

// Arguments of `hold release`.
#[derive(Debug, Args)]
pub struct Release {
    /// The hold, such as H-1
    pub hold: HoldId,
    /// Why it is released
    #[arg(long)]
    pub reason: String,
    /// The second person, where the issuer does not do it.
    #[command(flatten)]
    pub second: Second,
}

/// `recordroom hold amend`
pub fn amend(opened: &mut Repository, amend: &Amend, actor: &str, output: &Output) -> Result<u8, Failure> {
    if amend.scope.is_empty() && !amend.everything {
        return Err(Failure::usage(
            "This hold would cover everything",
            "Narrow it with --custodian, --party, --from, --to, --query or --item, or add --everything.",
        ));
    }
    let scope = amend.scope.scope(opened)?;
    let id = amend.hold;
    if amend.preview {
        let changed = hold::preview_amendment(opened, id, &scope)?;
        let value = json!({ "hold": id, "added": changed.added, "let_go": changed.let_go });
        let text = format!(
            "Nothing was changed. {id} would cover {} more{}\nIt would let {} go{}\n",
            counted(changed.added.len() as u64, "item"),
            listed(&changed.added),
            counted(changed.let_go.len() as u64, "item"),
            listed(&changed.let_go)
        );
        output.result(value, &text)?;
        return Ok(DONE);
    }
    let confirmation = amend.second.confirmation(opened, id, ("amend", &json!(scope)), &amend.reason, actor)?;
    let done = hold::amend(opened, id, &scope, &amend.reason, actor, confirmation.as_ref())?;
    told(opened, id, &done, output)
}

/// `recordroom hold add`
pub fn add(opened: &mut Repository, items: &Items, actor: &str, output: &Output) -> Result<u8, Failure> {
    let families = named(opened, &items.items)?;
    let done = hold::add(opened, items.hold, &families, &items.reason, actor)?;
    told(opened, items.hold, &done, output)
}

/// `recordroom hold exclude`
pub fn exclude(opened: &mut Repository, items: &Items, actor: &str, output: &Output) -> Result<u8, Failure> {
    let families = named(opened, &items.items)?;
    let confirmation =
        items.second.confirmation(opened, items.hold, ("exclude", &json!(families)), &items.reason, actor)?;
    let Some(confirmation) = confirmation else {
        let hint = "Name a registered person, who is not the issuer, with --confirmed-by.";
        return Err(Failure::usage("A second person has to confirm that items are excluded", hint));
    };
    let done = hold::exclude(opened, items.hold, &families, &items.reason, actor, &confirmation)?;
    told(opened, items.hold, &done, output)
}

/// `recordroom hold release`
pub fn release(opened: &mut Repository, release: &Release, actor: &str, output: &Output) -> Result<u8, Failure> {
    let id = release.hold;
    let confirmation = release.second.confirmation(opened, id, ("release", &Value::Null), &release.reason, actor)?;
    let done = hold::release_confirmed(opened, id, &release.reason, actor, confirmation.as_ref())?;
    let value = json!({ "hold": id, "released": done.items, "protected_until": done.protected_until });
    let text = format!(
        "{id} is released. It covered {}. Nothing was destroyed by that, and nothing of it will be through {}: only a plan \
         that is made after that day may name what is due then. Tell whoever was told of it: recordroom hold notice {id} \
         --released\n",
        counted(done.items, "item"),
        done.protected_until
    );
    output.result(value, &text)?;
    Ok(DONE)
}

fn named(opened: &Repository, items: &[String]) -> Result<Vec<FamilyId>, Failure> {
    items.iter().map(|id| scope::family_named(opened, id)).collect()
}

fn told(opened: &Repository, id: HoldId, done: &Amended, output: &Output) -> Result<u8, Failure> {
    let hold = opened.catalog().reading().hold(id)?;
    let value = json!({
        "hold": id, "covered": done.covered, "added": done.added, "let_go": done.let_go, "scope": hold.scope,
        "protected_until": (done.let_go > 0).then_some(done.protected_until),
    });
    let mut text = format!(
        "{id} reaches {} from now on. It covers {}, {} of them new.\n",
        scope::told(opened, &hold.scope)?,
        counted(done.covered, "item"),
        done.added
    );
    if done.let_go > 0 {
        text.push_str(&format!(
            "It lets {} go, which stay protected all the same through {}.\n",
            counted(done.let_go, "item"),
            done.protected_until
        ));
    }
    text.push_str("Its earlier scopes stay in its history: recordroom hold show ");
    text.push_str(&format!("{id}\n"));
    output.result(value, &text)?;
    Ok(DONE)
}
