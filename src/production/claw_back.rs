//! Claw back: what was given by mistake is asked for again, and whether it was a breach is assessed.
//!
//! The notice names numbers and pages and never what stands on them. The production itself stays as it was recorded: what
//! was delivered to whom has to stay answerable.

use super::ProductionError;
use crate::base::clock::local_date;
use crate::base::id::{EventId, ProductionId, RecordId};
use crate::catalog::{ProductionRow, Reading};
use crate::citation::{self, In};
use crate::letters::{self, Letter, LetterError, Shipped};
use crate::model::event::Act;
use crate::model::production::BatesNumber;
use crate::repository::Repository;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::{Value, json};

const SHIPPED: &Shipped = &[("claw-back.txt", include_str!("../../assets/letters/claw-back.txt"))];

/// What is asked for again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// These items.
    pub records: Vec<RecordId>,
    /// The documents on which these numbers stand.
    pub numbers: Vec<BatesNumber>,
    /// Why; it stands in the letter, so it quotes nothing.
    pub reason: String,
    /// Who received it; empty means the requester.
    pub to: String,
    /// Where the letter goes. It stands in the sealed letter alone.
    pub address: String,
}

/// A claw-back that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClawedBack {
    /// Counted from 1 for each production; the breach assessment has the same number.
    pub number: u64,
    /// The event.
    pub event: EventId,
    /// The documents, first and last number of each.
    pub documents: Vec<(BatesNumber, BatesNumber)>,
    /// The name under which the repository keeps the letter.
    pub name: String,
    /// The letter.
    pub letter: Letter,
}

/// How an assessment ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assessed {
    /// When it was finished.
    pub at: DateTime<Utc>,
    /// Who answers for it.
    pub by: String,
    /// Whether it was a breach in the security of the data (Minn. Stat. § 13.055).
    pub breach: bool,
    /// How many people it concerns.
    pub people: u64,
    /// Why, and what was done.
    pub reason: String,
}

/// A claw-back as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClawBackRow {
    /// The production.
    pub production: ProductionId,
    /// Counted from 1 for each production.
    pub number: u64,
    /// When it was asked for.
    pub at: DateTime<Utc>,
    /// Who asked.
    pub by: String,
    /// The items.
    pub records: Vec<RecordId>,
    /// Their numbers, as the letter tells them.
    pub documents: Vec<String>,
    /// Why.
    pub reason: String,
    /// How the assessment ended; `None` while it is open.
    pub assessed: Option<Assessed>,
}

/// The claw-backs of a production.
pub fn claw_backs(reading: &Reading<'_>, id: ProductionId) -> Result<Vec<ClawBackRow>, ProductionError> {
    let mut all: Vec<ClawBackRow> = Vec::new();
    for event in reading.events_about(&id.to_string())? {
        let details: Value = serde_json::from_str(&event.details).unwrap_or_default();
        let text = |name: &str| details.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let whole = |name: &str| details.get(name).and_then(Value::as_u64).unwrap_or_default();
        let list = |name: &str| details.get(name).cloned().unwrap_or_default();
        match event.act {
            Act::ClawedBack => all.push(ClawBackRow {
                production: id,
                number: whole("number"),
                at: event.at,
                by: event.actor,
                records: serde_json::from_value(list("records")).unwrap_or_default(),
                documents: serde_json::from_value(list("documents")).unwrap_or_default(),
                reason: text("reason"),
                assessed: None,
            }),
            Act::BreachAssessed if text("state") == "finished" => {
                if let Some(row) = all.iter_mut().find(|row| row.number == whole("number")) {
                    row.assessed = Some(Assessed {
                        at: event.at,
                        by: event.actor,
                        breach: details.get("breach").and_then(Value::as_bool).unwrap_or_default(),
                        people: whole("people"),
                        reason: text("reason"),
                    });
                }
            }
            _ => {}
        }
    }
    Ok(all)
}

/// Every claw-back of the repository, oldest production first.
pub fn all_claw_backs(reading: &Reading<'_>) -> Result<Vec<ClawBackRow>, ProductionError> {
    let mut all = Vec::new();
    for (id, ..) in reading.production_ranges()? {
        all.extend(claw_backs(reading, id)?);
    }
    Ok(all)
}

/// Asks for documents of a production again: writes the notice, keeps it sealed, records it, and opens the assessment
/// whether it was a breach. Sending it is the city's own act.
pub fn claw_back(
    repository: &mut Repository,
    id: ProductionId,
    wanted: &Wanted,
    actor: &str,
) -> Result<ClawedBack, ProductionError> {
    if wanted.reason.trim().is_empty() {
        return Err(ProductionError::refused("asking for documents again needs the reason", "Give it with --reason."));
    }
    let reading = repository.catalog().reading();
    let (row, _) = reading.production(id)?;
    let (records, documents) = chosen(&row, wanted)?;
    let number = claw_backs(&reading, id)?.len() as u64 + 1;
    let told: Vec<String> = documents.iter().map(|(first, last)| span(first, last)).collect();
    let letter = written(repository, &row, wanted, &told, actor)?;
    if let Some(message) = citation::refusal(&reading, &letter.text, In::Letter)? {
        return Err(ProductionError::refused(message, "Nothing was recorded."));
    }
    let name = format!("{id}-claw-back-{number}");
    letters::keep(repository, &name, &letter).map_err(of_letter)?;
    let (sha256, pdf_sha256) = letter.digests();
    let at = repository.now();
    repository.catalog_mut().write::<_, ProductionError>(|writing| {
        if claw_backs(&writing.reading(), id)?.len() as u64 + 1 != number {
            return Err(ProductionError::refused("another claw-back was just written", "Run the same command again."));
        }
        let details = json!({
            "number": number, "request": row.production.request, "records": records, "documents": told,
            "reason": wanted.reason, "letter": name, "sha256": sha256, "pdf_sha256": pdf_sha256,
        });
        let event = writing.record_event(at, actor, Act::ClawedBack, &id.to_string(), &details)?;
        let details = json!({ "number": number, "state": "open", "records": records.len() });
        writing.record_event(at, actor, Act::BreachAssessed, &id.to_string(), &details)?;
        Ok(ClawedBack { number, event: event.id, documents, name, letter })
    })
}

/// The items and their numbers, in order; whatever is not in the production is refused.
#[expect(clippy::type_complexity, reason = "items, and the two numbers of each")]
fn chosen(
    row: &ProductionRow,
    wanted: &Wanted,
) -> Result<(Vec<RecordId>, Vec<(BatesNumber, BatesNumber)>), ProductionError> {
    let one = &row.production;
    let not_in = |what: String| {
        let hint = format!("What is in it: recordroom request delivered {}", one.request);
        ProductionError::refused(format!("{what} is not in {}", one.id), hint)
    };
    let mut items = Vec::new();
    for record in &wanted.records {
        let found = row.items.iter().find(|item| item.0 == *record);
        items.push(*found.ok_or_else(|| not_in(record.to_string()))?);
    }
    for number in &wanted.numbers {
        let prefix = number.prefix() == one.first.prefix();
        let found = row.items.iter().find(|item| prefix && (item.2..=item.3).contains(&number.page()));
        items.push(*found.ok_or_else(|| not_in(number.to_string()))?);
    }
    if items.is_empty() {
        return Err(ProductionError::refused("nothing is named", "Name items with --item or numbers with --number."));
    }
    items.sort_by_key(|item| item.2);
    items.dedup();
    let number = |page: u32| BatesNumber::new(one.first.prefix().clone(), page);
    let documents = items.iter().map(|item| (number(item.2), number(item.3))).collect();
    Ok((items.iter().map(|item| item.0).collect(), documents))
}

fn span(first: &BatesNumber, last: &BatesNumber) -> String {
    if first == last { first.to_string() } else { format!("{first} to {last}") }
}

fn written(
    repository: &Repository,
    row: &ProductionRow,
    wanted: &Wanted,
    told: &[String],
    actor: &str,
) -> Result<Letter, ProductionError> {
    let one = &row.production;
    let request = repository.catalog().reading().request(one.request)?;
    let to = [&wanted.to, &request.requester].into_iter().find(|name| !name.trim().is_empty());
    let law = if request.kind.is_of_the_act() {
        "The law does not make data public because it was given by mistake; the city has to protect it (Minn. Stat. § 13.05, \
         subd. 5)."
    } else {
        "The city does not waive a privilege or a protection by having given them, and asserts it now."
    };
    let items: Vec<String> = told.iter().map(|one| format!("- {one}")).collect();
    let values = [
        ("city", repository.profile().city.clone()),
        ("date", letter_day(repository.today())),
        ("production", one.id.to_string()),
        ("request", one.request.to_string()),
        ("made", letter_day(local_date(one.made_at, repository.zone()))),
        ("to", to.map_or_else(|| "whoever received it".to_owned(), Clone::clone)),
        ("address", wanted.address.clone()),
        ("clerk", actor.to_owned()),
        ("items", items.join("\n")),
        ("reason", format!("{}.", wanted.reason.trim().trim_end_matches('.'))),
        ("law", law.to_owned()),
        (
            "assessment",
            "The city now assesses whether this was a breach in the security of data, and tells those whom it concerns (Minn. \
             Stat. § 13.055)."
                .to_owned(),
        ),
    ];
    letters::write(repository, SHIPPED, "claw-back.txt", &values).map_err(of_letter)
}

/// A day as a letter writes it.
pub(super) fn letter_day(day: NaiveDate) -> String {
    day.format("%B %-d, %Y").to_string()
}

/// Copies the shipped templates into the repository, to be edited there.
pub fn copy_templates(repository: &Repository) -> Result<Vec<std::path::PathBuf>, ProductionError> {
    let mut written = letters::copy_templates(repository, SHIPPED).map_err(of_letter)?;
    written.extend(letters::copy_templates(repository, super::breach::SHIPPED).map_err(of_letter)?);
    Ok(written)
}

pub(super) fn of_letter(error: LetterError) -> ProductionError {
    match error {
        LetterError::Repository(error) => error.into(),
        error => ProductionError::refused(error.to_string(), "Correct the template in the folder templates."),
    }
}

/// Finishes the assessment of a claw-back.
pub fn assess(
    repository: &mut Repository,
    id: ProductionId,
    number: u64,
    (breach, people, reason): (bool, u64, &str),
    actor: &str,
) -> Result<(), ProductionError> {
    if reason.trim().is_empty() {
        return Err(ProductionError::refused("an assessment needs its reason", "Give it with --reason."));
    }
    let at = repository.now();
    repository.catalog_mut().write::<_, ProductionError>(|writing| {
        let rows = claw_backs(&writing.reading(), id)?;
        match rows.iter().find(|row| row.number == number) {
            None => Err(ProductionError::refused(format!("{id} has no claw-back {number}"), "List them first.")),
            Some(row) if row.assessed.is_some() => {
                Err(ProductionError::refused(format!("the assessment {number} of {id} is finished already"), ""))
            }
            Some(_) => {
                let details = json!({
                    "number": number, "state": "finished", "breach": breach, "people": people, "reason": reason,
                });
                writing.record_event(at, actor, Act::BreachAssessed, &id.to_string(), &details)?;
                Ok(())
            }
        }
    })
}
