//! Who is told that their data was given to somebody who may not have it.
//!
//! The notice follows a claw-back whose assessment found a breach in the security of data (Minn. Stat. § 13.055): in
//! writing, without unreasonable delay, and it says that a report will be made, how to get it, and that it can be had by
//! mail or e-mail. It tells what kind of data it was and never the data.

use super::ProductionError;
use super::claw_back::{claw_backs, letter_day, of_letter};
use crate::base::clock::local_date;
use crate::base::id::{EventId, ProductionId};
use crate::catalog::{CatalogError, Reading};
use crate::citation::{self, In};
use crate::letters::{self, Letter, Shipped};
use crate::model::event::Act;
use crate::repository::Repository;
use serde_json::{Value, json};

pub(super) const SHIPPED: &Shipped = &[("breach.txt", include_str!("../../assets/letters/breach.txt"))];

/// A person to be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BreachNotice {
    /// Who is told. It stands in the sealed letter alone.
    pub to: String,
    /// Where the letter goes. It stands in the sealed letter alone.
    pub address: String,
    /// What kind of data it was, without quoting it: your date of birth and your address.
    pub data: String,
    /// What was done since, and what the person can do.
    pub done: String,
}

/// A notice that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreachTold {
    /// Counted from 1 for each claw-back.
    pub number: u64,
    /// The event.
    pub event: EventId,
    /// The name under which the repository keeps the letter.
    pub name: String,
    /// The letter.
    pub letter: Letter,
}

/// How many notices of the breach of a claw-back were written.
pub fn breach_notices(reading: &Reading<'_>, id: ProductionId, claw_back: u64) -> Result<u64, CatalogError> {
    let of_it = |details: &str| {
        let details: Value = serde_json::from_str(details).unwrap_or_default();
        details.get("claw_back").and_then(Value::as_u64) == Some(claw_back)
    };
    let events = reading.events_about(&id.to_string())?;
    Ok(events.iter().filter(|event| event.act == Act::BreachNoticed && of_it(&event.details)).count() as u64)
}

/// Writes the notice of a breach to one person, keeps it sealed and records it. Sending it is the city's own act.
///
/// # Errors
/// When the assessment is not finished, or found no breach: nobody is told of a breach that was none.
pub fn tell_of_breach(
    repository: &mut Repository,
    id: ProductionId,
    claw_back: u64,
    notice: &BreachNotice,
    actor: &str,
) -> Result<BreachTold, ProductionError> {
    if notice.to.trim().is_empty() || notice.data.trim().is_empty() {
        let message = "a notice needs the person it is for, and what kind of data it was";
        return Err(ProductionError::refused(message, "Give them with --to and --data."));
    }
    let reading = repository.catalog().reading();
    let rows = claw_backs(&reading, id)?;
    let row = rows.iter().find(|row| row.number == claw_back);
    let row = row.ok_or_else(|| {
        ProductionError::refused(
            format!("{id} has no claw-back {claw_back}"),
            "List them: recordroom produce claw-backs",
        )
    })?;
    if !row.assessed.as_ref().is_some_and(|one| one.breach) {
        let message = format!("the claw-back {claw_back} of {id} was not found to be a breach");
        let hint =
            format!("Finish its assessment first: recordroom produce assess {id} --number {claw_back} --breach ...");
        return Err(ProductionError::refused(message, hint));
    }
    let made = letter_day(local_date(reading.production(id)?.0.production.made_at, repository.zone()));
    let found = letter_day(local_date(row.at, repository.zone()));
    let letter = written(repository, (&made, &found), notice, actor)?;
    if let Some(message) = citation::refusal(&reading, &letter.text, In::Letter)? {
        return Err(ProductionError::refused(message, "Nothing was recorded."));
    }
    let number = breach_notices(&reading, id, claw_back)? + 1;
    let name = format!("{id}-breach-{claw_back}-{number}");
    letters::keep(repository, &name, &letter).map_err(of_letter)?;
    let (sha256, pdf_sha256) = letter.digests();
    let at = repository.now();
    repository.catalog_mut().write::<_, ProductionError>(|writing| {
        if breach_notices(&writing.reading(), id, claw_back)? + 1 != number {
            return Err(ProductionError::refused("another notice was just written", "Run the same command again."));
        }
        // Whose data it was is told by the sealed letter alone.
        let details = json!({
            "claw_back": claw_back, "number": number, "letter": name, "sha256": sha256, "pdf_sha256": pdf_sha256,
        });
        let event = writing.record_event(at, actor, Act::BreachNoticed, &id.to_string(), &details)?;
        Ok(BreachTold { number, event: event.id, name, letter })
    })
}

fn written(
    repository: &Repository,
    (made, found): (&str, &str),
    notice: &BreachNotice,
    actor: &str,
) -> Result<Letter, ProductionError> {
    let profile = repository.profile();
    let city = if profile.city.trim().is_empty() { "The city" } else { &profile.city };
    let the_city = if city.starts_with("City of") { format!("the {city}") } else { city.to_owned() };
    let contact = match profile.compliance_official.trim() {
        "" => format!("If you have questions, write to {the_city}."),
        official => format!("If you have questions, ask {official}, data practices compliance official of {the_city}."),
    };
    let values = [
        ("city", city.to_owned()),
        ("to", notice.to.clone()),
        ("address", notice.address.clone()),
        ("clerk", actor.to_owned()),
        ("date", letter_day(repository.today())),
        ("made", made.to_owned()),
        ("found", found.to_owned()),
        ("data", notice.data.trim().trim_end_matches('.').to_owned()),
        ("done", notice.done.clone()),
        ("contact", contact),
    ];
    letters::write(repository, SHIPPED, "breach.txt", &values).map_err(of_letter)
}
