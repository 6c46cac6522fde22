//! `hold`

use super::output::{Failure, Output, counted, table};
use super::scope::{self, ScopeArgs};
use super::{DONE, args::Common, repository};
use crate::base::id::{FamilyId, HoldId};
use crate::catalog::Guard;
use crate::hold::{self, HoldError};
use crate::model::hold::{Hold, HoldState};
use crate::protection::ProtectionError;
use crate::repository::Repository;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Items of a hold that the text lists; JSON has them all.
const ITEMS_SHOWN: usize = 20;

/// Legal holds: what they cover is not destroyed until they are released.
#[derive(Debug, Subcommand)]
pub enum HoldCommand {
    /// Place a hold; it also covers what is taken in later and fits
    ///
    /// Example: recordroom hold place --matter "Larson v. City" --reason "notice of claim" --query "ice AND sidewalk" --from 2025-01-01
    Place(Place),
    /// Every hold, released ones included
    ///
    /// Example: recordroom hold list
    List,
    /// One hold and what it covers
    ///
    /// Example: recordroom hold show H-1
    Show(Which),
    /// What a hold covers and what its release would let go, or what a new one would cover
    ///
    /// Example: recordroom hold preview --query "ice AND sidewalk"
    Preview(Preview),
    /// Release a hold; nothing is destroyed by it
    ///
    /// Example: recordroom hold release H-1 --reason "settled and paid"
    Release(Release),
}

/// Arguments of `hold place`.
#[derive(Debug, Args)]
pub struct Place {
    /// The matter, such as "Larson v. City"
    #[arg(long)]
    pub matter: String,
    /// Why: the demand letter, the claim, the order
    #[arg(long)]
    pub reason: String,
    /// What it reaches.
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Cover everything (needed when nothing narrows the hold)
    #[arg(long)]
    pub everything: bool,
}

/// One hold.
#[derive(Debug, Args)]
pub struct Which {
    /// The hold, such as H-1
    pub hold: HoldId,
}

/// Arguments of `hold preview`.
#[derive(Debug, Args)]
pub struct Preview {
    /// The hold, such as H-1; without it the scope of a new hold
    pub hold: Option<HoldId>,
    /// What a new hold would reach.
    #[command(flatten)]
    pub scope: ScopeArgs,
}

/// Arguments of `hold release`.
#[derive(Debug, Args)]
pub struct Release {
    /// The hold, such as H-1
    pub hold: HoldId,
    /// Why it is released
    #[arg(long)]
    pub reason: String,
}

impl From<HoldError> for Failure {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::Protection(error) => error.into(),
            HoldError::Catalog(error) => error.into(),
            HoldError::Incomplete(message) => Self::usage(repository::capitalised(message), "No hold was placed."),
        }
    }
}

impl From<ProtectionError> for Failure {
    fn from(error: ProtectionError) -> Self {
        match error {
            ProtectionError::Repository(error) => error.into(),
            ProtectionError::Catalog(error) => error.into(),
            ProtectionError::Query { error, .. } => {
                let message =
                    format!("The query cannot be understood at character {}: {}", error.column, error.message);
                Self::usage(message, error.hint)
            }
        }
    }
}

/// `recordroom hold`
pub fn run(common: &Common, command: &HoldCommand, output: &Output) -> Result<u8, Failure> {
    let mut opened = repository::open(common, output)?;
    match command {
        HoldCommand::Place(place) => placed(&mut opened, place, &repository::actor(common), output),
        HoldCommand::List => list(&opened, output),
        HoldCommand::Show(which) => show(&opened, which.hold, output),
        HoldCommand::Preview(preview) => previewed(&opened, preview, output),
        HoldCommand::Release(release) => {
            let items = hold::release(&mut opened, release.hold, &release.reason, &repository::actor(common))?;
            let value = json!({ "hold": release.hold, "released": items });
            let text = format!(
                "{} is released. It covered {}. Nothing was destroyed by that: a plan that is made from now on may \
                 name what is due.",
                release.hold,
                counted(items, "item")
            );
            output.result(value, &text)?;
            Ok(DONE)
        }
    }
}

fn placed(opened: &mut Repository, place: &Place, actor: &str, output: &Output) -> Result<u8, Failure> {
    if place.scope.is_empty() && !place.everything {
        return Err(Failure::usage(
            "This hold would cover everything",
            "Narrow it with --custodian, --party, --from, --to, --query or --item, or add --everything.",
        ));
    }
    let scope = place.scope.scope(opened)?;
    let placed = hold::place(opened, &place.matter, &place.reason, &scope, actor)?;
    let value = json!({ "hold": placed.hold, "covered": placed.covered });
    let text = format!(
        "{} is in force for {:?}. It covers {} now, each with what is attached to it, and what is taken in later and \
         fits.\n\
         Tell the custodians and IT as well: mailbox auto-delete, phone auto-delete and remote wipe are outside this \
         program.",
        placed.hold,
        place.matter,
        counted(placed.covered, "item")
    );
    output.result(value, &text)?;
    Ok(DONE)
}

fn list(opened: &Repository, output: &Output) -> Result<u8, Failure> {
    let all = hold::list(opened)?;
    let value = json!({ "holds": all.iter().map(|(hold, covered)| shape(hold, *covered)).collect::<Vec<_>>() });
    let mut rows = Vec::new();
    for (hold, covered) in &all {
        rows.push(vec![
            hold.id.to_string(),
            standing(hold),
            crate::text::safe(&hold.matter),
            scope::told(opened, &hold.scope)?,
            covered.to_string(),
        ]);
    }
    let text = if rows.is_empty() {
        "There is no hold. Place one with: recordroom hold place".to_owned()
    } else {
        table(&["hold", "state", "matter", "reaches", "covers"], &rows)
    };
    output.result(value, &text)?;
    Ok(DONE)
}

fn show(opened: &Repository, id: HoldId, output: &Output) -> Result<u8, Failure> {
    let reading = opened.catalog().reading();
    let held = reading.hold(id)?;
    let families = reading.families_guarded_by(Guard::Hold(id))?;
    let mut value = shape(&held, families.len() as u64);
    value["families"] = json!(families);
    let text = format!(
        "{id}  {}\nMatter   {}\nReason   {}\nIssued   {} by {}\nReaches  {}\nCovers   {}{}\n",
        standing(&held),
        crate::text::safe(&held.matter),
        crate::text::safe(&held.reason),
        held.issued_at.format("%Y-%m-%d %H:%M UTC"),
        crate::text::safe(&held.issued_by),
        scope::told(opened, &held.scope)?,
        counted(families.len() as u64, "item"),
        listed(&families),
    );
    output.result(value, &text)?;
    Ok(DONE)
}

fn previewed(opened: &Repository, preview: &Preview, output: &Output) -> Result<u8, Failure> {
    let Some(id) = preview.hold else {
        let families = hold::preview(opened, &preview.scope.scope(opened)?)?;
        let value = json!({ "covered": families.len(), "families": families });
        output.result(
            value,
            &format!("It would cover {}{}", counted(families.len() as u64, "item"), listed(&families)),
        )?;
        return Ok(DONE);
    };
    let families = opened.catalog().reading().families_guarded_by(Guard::Hold(id))?;
    let freed = crate::disposition::freed_by_release(opened, id)?;
    let value =
        json!({ "covered": families.len(), "freed": freed.len(), "families": families, "freed_families": freed });
    let text = format!(
        "{id} covers {}. If it were released, a plan made today could name {} of them{}",
        counted(families.len() as u64, "item"),
        freed.len(),
        listed(&freed)
    );
    output.result(value, &text)?;
    Ok(DONE)
}

fn listed(families: &[FamilyId]) -> String {
    let shown: Vec<String> = families.iter().take(ITEMS_SHOWN).map(ToString::to_string).collect();
    match families.len() {
        0 => ".".to_owned(),
        count if count > ITEMS_SHOWN => format!(": {} and {} more.", shown.join(", "), count - ITEMS_SHOWN),
        _ => format!(": {}.", shown.join(", ")),
    }
}

fn standing(hold: &Hold) -> String {
    match &hold.state {
        HoldState::Active => "in force".to_owned(),
        HoldState::Released { at, .. } => format!("released {}", at.format("%Y-%m-%d")),
    }
}

fn shape(hold: &Hold, covered: u64) -> Value {
    json!({
        "hold": hold.id, "matter": hold.matter, "issued_by": hold.issued_by, "issued_at": hold.issued_at,
        "reason": hold.reason, "scope": hold.scope, "state": hold.state, "covered": covered,
    })
}
