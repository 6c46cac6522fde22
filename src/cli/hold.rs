//! `hold`

use super::hold_change::{self, Amend, Items, Release};
use super::hold_letters::{self, Acknowledge, NoticeTo, Package, Reminders};
use super::output::{Failure, Output, counted, table};
use super::scope::{self, ScopeArgs};
use super::{DONE, args::Common, repository};
use crate::base::id::{FamilyId, HoldId};
use crate::catalog::Guard;
use crate::hold::{self, HistoryLine, NewHold};
use crate::model::hold::{Hold, HoldBasis, HoldState};
use crate::protection::ProtectionError;
use crate::repository::Repository;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Items of a hold that the text lists; JSON has them all.
const ITEMS_SHOWN: usize = 20;

// Legal holds: what they cover is not destroyed until they are released.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
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
    /// Give a hold another scope; only its issuer does, and every earlier scope stays readable
    ///
    /// Example: recordroom --as "Ines Ferraro" hold amend H-1 --query "ice OR salt" --from 2024-11-01 --reason "amended complaint"
    Amend(Box<Amend>),
    /// Add items to a hold by name; anybody may
    ///
    /// Example: recordroom hold add H-1 R-12 R-15 --reason "named in the deposition"
    Add(Items),
    /// Exclude items from a hold by name: its issuer, and a second registered person
    ///
    /// Example: recordroom --as "Ines Ferraro" hold exclude H-1 R-12 --reason "another street" --confirmed-by "Tom Halvorsen"
    Exclude(Items),
    /// Release a hold; nothing is destroyed by it, and nothing it covered before its cooling period is over
    ///
    /// Example: recordroom --as "Ines Ferraro" hold release H-1 --reason "settled and paid"
    Release(Release),
    /// Write the notice of a hold to a custodian, or to IT, as text and PDF; nothing is mailed
    ///
    /// Example: recordroom hold notice H-1 --to "Maren Olstad"; once it is released: recordroom hold notice H-1 --released
    Notice(NoticeTo),
    /// Record that a notice was acknowledged
    ///
    /// Example: recordroom hold acknowledge H-1 --from "Maren Olstad" --how "signed on paper"
    Acknowledge(Acknowledge),
    /// Notices that nobody has acknowledged within the city's days
    ///
    /// Example: recordroom hold reminders --write
    Reminders(Reminders),
    /// Copy the templates of the letters into the repository, to be changed there
    ///
    /// Example: recordroom hold templates
    Templates,
    /// Write the record of the matter: holds, notices, plans, refusals and certificates, signed
    ///
    /// Example: recordroom hold package H-1 lund-record --since 2025-08-20
    Package(Package),
}

// Arguments of `hold place`.
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
    /// Who issues it, who alone may let anything go later (default: the acting person)
    #[arg(long, value_name = "NAME")]
    pub issuer: Option<String>,
    /// pending-litigation, anticipated-litigation, order or audit
    #[arg(long, default_value = "not-stated", hide_default_value = true)]
    pub basis: String,
}

// One hold.
#[derive(Debug, Args)]
pub struct Which {
    /// The hold, such as H-1
    pub hold: HoldId,
}

// Arguments of `hold preview`.
#[derive(Debug, Args)]
pub struct Preview {
    /// The hold, such as H-1; without it the scope of a new hold
    pub hold: Option<HoldId>,
    /// What a new hold would reach.
    #[command(flatten)]
    pub scope: ScopeArgs,
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
    let actor = repository::actor(common);
    match command {
        HoldCommand::Place(place) => placed(&mut opened, place, &actor, output),
        HoldCommand::List => list(&opened, output),
        HoldCommand::Show(which) => show(&opened, which.hold, output),
        HoldCommand::Preview(preview) => previewed(&opened, preview, output),
        HoldCommand::Amend(one) => hold_change::amend(&mut opened, one, &actor, output),
        HoldCommand::Add(one) => hold_change::add(&mut opened, one, &actor, output),
        HoldCommand::Exclude(one) => hold_change::exclude(&mut opened, one, &actor, output),
        HoldCommand::Release(one) => hold_change::release(&mut opened, one, &actor, output),
        HoldCommand::Notice(one) => hold_letters::notice(&mut opened, one, &actor, output),
        HoldCommand::Acknowledge(one) => hold_letters::acknowledge(&mut opened, one, &actor, output),
        HoldCommand::Reminders(one) => hold_letters::reminders(&mut opened, one, &actor, output),
        HoldCommand::Templates => hold_letters::templates(&opened, output),
        HoldCommand::Package(one) => hold_letters::package(&mut opened, one, &actor, output),
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
    let basis = HoldBasis::parse(&place.basis).ok_or_else(|| {
        let hint = "Write pending-litigation, anticipated-litigation, order or audit.";
        Failure::usage(format!("{:?} is no basis of a hold", place.basis), hint)
    })?;
    let issuer = place.issuer.as_deref().unwrap_or(actor);
    let new = NewHold { matter: &place.matter, basis, reason: &place.reason, issuer, scope: &scope };
    let placed = hold::issue(opened, &new, actor)?;
    let (further, line) = super::file::further(opened, &scope)?;
    let value = json!({
        "hold": placed.hold, "covered": placed.covered, "issued_by": issuer, "further_places": further,
    });
    let text = format!(
        "{} is in force for {:?}. It covers {} now, each with what is attached to it, and what is taken in later and \
         fits.\n\
         Tell the custodians and IT as well: mailbox auto-delete, phone auto-delete and remote wipe are outside this \
         program. Write the letters with: recordroom hold notice {0} --to NAME, and: recordroom hold notice {0} --to NAME --it\n\
         {line}",
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
    let (history, notices) = (hold::history(&reading, id)?, hold::notices(&reading, id)?);
    let mut value = shape(&held, families.len() as u64);
    value["families"] = json!(families);
    value["history"] = json!(history);
    value["notices"] = json!(notices);
    let mut text = format!(
        "{id}  {}\nMatter   {}\nBasis    {}\nReason   {}\nIssued   {} by {}\nReaches  {}\nCovers   {}{}\nHistory\n",
        standing(&held),
        crate::text::safe(&held.matter),
        held.basis,
        crate::text::safe(&held.reason),
        held.issued_at.format("%Y-%m-%d %H:%M UTC"),
        crate::text::safe(&held.issued_by),
        scope::told(opened, &held.scope)?,
        counted(families.len() as u64, "item"),
        listed(&families),
    );
    for line in &history {
        text.push_str(&told_line(opened, line)?);
    }
    let (further, line) = super::file::further(opened, &held.scope)?;
    value["further_places"] = further;
    text.push_str(&line);
    if !notices.is_empty() {
        text.push_str("Notices\n");
        notices.iter().for_each(|notice| text.push_str(&hold_letters::line(notice)));
    }
    output.result(value, &text)?;
    Ok(DONE)
}

/// One act of the history of a hold.
fn told_line(opened: &Repository, line: &HistoryLine) -> Result<String, Failure> {
    let when = line.at.with_timezone(&opened.zone()).format("%Y-%m-%d %H:%M");
    let mut text = format!("    {when}  {} by {}", line.act, crate::text::safe(&line.by));
    if let Some(second) = &line.confirmed_by {
        text.push_str(&format!(", confirmed by {}", crate::text::safe(second)));
    }
    if !line.reason.is_empty() {
        text.push_str(&format!(": {}", crate::text::safe(&line.reason)));
    }
    if let Some(items) = line.items {
        text.push_str(&format!(" ({})", counted(items, "item")));
    }
    if let Some(until) = line.protected_until {
        text.push_str(&format!("; protected through {until}"));
    }
    if let Some(scope) = &line.scope {
        text.push_str(&format!("\n                      reaches {}", scope::told(opened, scope)?));
    }
    text.push('\n');
    Ok(text)
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
    let reading = opened.catalog().reading();
    let families = reading.families_guarded_by(Guard::Hold(id))?;
    let freed = crate::disposition::freed_by_release(opened, id)?;
    let mut by_series: BTreeMap<String, u64> = BTreeMap::new();
    for family in &freed {
        let standing = reading.family(*family)?.standing;
        let series =
            if standing.series.is_empty() { format!("no series, {}", standing.status) } else { standing.series };
        *by_series.entry(series).or_default() += 1;
    }
    let value = json!({
        "covered": families.len(), "freed": freed.len(), "freed_by_series": by_series, "families": families,
        "freed_families": freed,
    });
    let mut text = format!(
        "{id} covers {}. If it were released, a plan made today could name {} of them, but for the cooling period of {} \
         days{}\n",
        counted(families.len() as u64, "item"),
        freed.len(),
        opened.profile().policy.hold_cooling_days,
        listed(&freed)
    );
    for (series, count) in &by_series {
        text.push_str(&format!("{count:>9}  {}\n", crate::text::safe(series)));
    }
    output.result(value, &text)?;
    Ok(DONE)
}

/// The first of a list of families, after a number.
pub fn listed(families: &[FamilyId]) -> String {
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
        HoldState::Released { at, protected_until: None, .. } => format!("released {}", at.format("%Y-%m-%d")),
        HoldState::Released { at, protected_until: Some(until), .. } => {
            format!("released {}, cooling through {until}", at.format("%Y-%m-%d"))
        }
    }
}

fn shape(hold: &Hold, covered: u64) -> Value {
    json!({
        "hold": hold.id, "matter": hold.matter, "issued_by": hold.issued_by, "issued_at": hold.issued_at,
        "basis": hold.basis, "reason": hold.reason, "scope": hold.scope, "state": hold.state, "covered": covered,
    })
}
