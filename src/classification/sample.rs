//! Confirming a class in bulk: a recorded random sample, looked at item by item, before the rest may follow.
//!
//! With 59 items drawn at random and none of them wrong, one can say with 95 % confidence that fewer than 5 % of the
//! class are wrong (0.95^59 = 0.048). One disagreement refuses the class. The next sample of that class under the same
//! rules is twice as large, so that trying again and again does not talk a bad class through: the chances of all tries
//! together stay near 5 %. A sample that was left open until a reclassification voided it counts as a try.

use super::decide::{Said, write_decisions};
use super::edition::Editions;
use super::list::{list_digest, ranges};
use super::{ClassificationError, refused};
use crate::base::digest::{DigestSecret, KeyedDigest, to_hex};
use crate::base::id::{EventId, FamilyId};
use crate::base::{limits, random};
use crate::catalog::{FamilyFilter, FamilyState, Reading, SampleRow, Standing, Writing};
use crate::classify::Rules;
use crate::model::classification::{RecordStatus, StatusBasis};
use crate::model::event::Act;
use crate::protection::catch_up;
use crate::repository::Repository;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// Items of the smallest sample a city may choose: none wrong among 29 means fewer than 10 % wrong with 95 % confidence
/// (0.90^29 = 0.047).
const SMALLEST_SAMPLE: u32 = 29;
/// How often the sample doubles at most; by then it is 16 times the city's own.
const DOUBLINGS: u32 = 4;

/// A sample to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drawn {
    /// Its number.
    pub sample: i64,
    /// The status it is to confirm.
    pub status: RecordStatus,
    /// The families to look at, in order of number.
    pub families: Vec<FamilyId>,
    /// How many families it was drawn from.
    pub population: u64,
    /// Families of that status that were proposed under older rules and stay out.
    pub under_older_rules: u64,
    /// The seed: the families with the smallest BLAKE3 of their number, keyed with it, were drawn.
    pub seed: String,
    /// The event of the drawing.
    pub event: EventId,
}

/// A sampled family of which a person says something else than the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Disagreement {
    /// The family.
    pub family: FamilyId,
    /// What the person says.
    pub status: RecordStatus,
}

/// How a sample was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Settled {
    /// All agree: the class is confirmed.
    Confirmed {
        /// Families confirmed because the sample was.
        confirmed: u64,
        /// Families of the sample, confirmed by a person.
        looked_at: u64,
        /// The event.
        event: EventId,
    },
    /// Not all agree: the class is not confirmed; what a person said of the sampled items stands.
    Refused {
        /// Where the person says something else.
        disagreements: Vec<Disagreement>,
        /// Families of the sample, settled by a person.
        looked_at: u64,
        /// The event.
        event: EventId,
    },
}

/// Draws a random sample of the proposed, unconfirmed families of a status.
pub fn draw_sample(
    repository: &mut Repository,
    status: RecordStatus,
    actor: &str,
) -> Result<Drawn, ClassificationError> {
    if status == RecordStatus::Undetermined {
        let hint = "Settle undetermined items from the queue, by correspondent or conversation.";
        return Err(refused("undetermined is no status that can be confirmed", hint));
    }
    let rules = Rules::shipped();
    let at = repository.now();
    let chosen = repository.profile().policy.confirmation_sample.max(SMALLEST_SAMPLE);
    let seed = random::bytes::<32>();
    repository.catalog_mut().write(|writing| {
        let reading = writing.reading();
        let mut left_open = 0;
        for open in reading.samples_of(status)?.iter().filter(|sample| sample.settled.is_none()) {
            if stale(&reading, open, &rules)?.is_none() {
                let message = format!("sample {} of {status} is not settled yet", open.id);
                return Err(refused(message, "Settle that one; drawing until a sample pleases proves nothing."));
            }
            left_open += u32::from(rules_of(&reading, open)? == rules.version());
        }
        let through = reading.last_event_number()?;
        let (population, under_older_rules) = population(&reading, status, through, &rules)?;
        if population.is_empty() {
            let message = format!("nothing is proposed to be {status} under the present rules and unconfirmed");
            return Err(refused(message, "If items stand under older rules, reclassify first."));
        }
        // A sample that was drawn, perhaps looked at, and voided by a reclassification counts like one that failed.
        let doublings = failures(&reading, status, &rules)?.saturating_add(left_open).min(DOUBLINGS);
        let size = (chosen as usize) << doublings;
        let families = pick(&population, size, &seed);
        let id = reading.next_sample()?;
        let details = serde_json::json!({
            "status": status, "seed": to_hex(&seed), "size": families.len(), "population": population.len(),
            "population_digest": list_digest(&population), "through": through, "rules": rules.version(),
            "families": ranges(&families),
        });
        let event = writing.record_event(at, actor, Act::Sampled, &subject(id), &details)?;
        let numbers: Vec<i64> = families.iter().map(|family| family.get()).collect();
        let given = writing.add_sample(status.word(), &to_hex(&seed), &numbers, population.len() as u64, event.id)?;
        assert!(given == id, "a sample has the number its event names");
        let population = population.len() as u64;
        Ok(Drawn { sample: id, status, families, population, under_older_rules, seed: to_hex(&seed), event: event.id })
    })
}

/// Settles a sample by the decisions of a person. Items of it that a person has set one by one since the drawing count as
/// decided; those that were settled together with their group were not looked at, and still have to be.
pub fn settle_sample(
    repository: &mut Repository,
    sample: i64,
    decisions: &[(FamilyId, RecordStatus)],
    reason: &str,
    actor: &str,
) -> Result<Settled, ClassificationError> {
    if reason.trim().is_empty() {
        return Err(refused("settling a sample needs the reason", "Say who looked at it and how."));
    }
    let rules = Rules::shipped();
    let at = repository.now();
    let given: BTreeMap<FamilyId, RecordStatus> = decisions.iter().copied().collect();
    let fresh: Vec<(FamilyId, RecordStatus)> = given.into_iter().collect();
    let settled = repository.catalog_mut().write(|writing| {
        let reading = writing.reading();
        let row = reading.sample(sample)?;
        if row.settled.is_some() {
            return Err(refused(format!("sample {sample} is settled already"), "Draw a new one."));
        }
        if let Some(why) = stale(&reading, &row, &rules)? {
            return Err(refused(format!("sample {sample} no longer counts: {why}"), "Draw a new one."));
        }
        let said = all_decisions(&reading, &row, decisions)?;
        if !fresh.is_empty() {
            let one_by_one = Said { basis: StatusBasis::Person, series: None, reason, actor };
            write_decisions(writing, &fresh, &one_by_one, at)?;
        }
        let disagreements: Vec<Disagreement> = said
            .iter()
            .filter(|(_, status)| **status != row.status)
            .map(|(family, status)| Disagreement { family: *family, status: *status })
            .collect();
        let looked_at = said.len() as u64;
        if disagreements.is_empty() {
            confirm(writing, &row, &rules, looked_at, reason, actor, at)
        } else {
            refuse(writing, &row, &rules, disagreements, looked_at, reason, actor, at)
        }
    })?;
    catch_up(repository)?;
    Ok(settled)
}

/// What was said of every sampled family, or a refusal that names those of which nothing was said.
fn all_decisions(
    reading: &Reading<'_>,
    row: &SampleRow,
    decisions: &[(FamilyId, RecordStatus)],
) -> Result<BTreeMap<FamilyId, RecordStatus>, ClassificationError> {
    let mut said: BTreeMap<FamilyId, RecordStatus> = BTreeMap::new();
    for (family, status) in decisions {
        if !row.families.contains(family) {
            return Err(refused(format!("{family} is not in sample {}", row.id), "Set its status by itself."));
        }
        if said.insert(*family, *status).is_some_and(|before| before != *status) {
            return Err(refused(format!("{family} was given two statuses"), "Say one of them."));
        }
    }
    let mut missing: Vec<FamilyId> = Vec::new();
    for family in &row.families {
        if said.contains_key(family) {
            continue;
        }
        let standing = reading.family(*family)?.standing;
        if standing.basis == StatusBasis::Person {
            said.insert(*family, standing.status);
        } else {
            missing.push(*family);
        }
    }
    if missing.is_empty() {
        return Ok(said);
    }
    let named: Vec<String> = missing.iter().take(5).map(ToString::to_string).collect();
    let more = if missing.len() > named.len() { ", ..." } else { "" };
    Err(refused(
        format!(
            "{} of the {} sampled items were not decided ({}{more})",
            missing.len(),
            row.families.len(),
            named.join(", ")
        ),
        "A person looks at every one of them: agree, or say what it is. Nothing was confirmed.",
    ))
}

fn confirm(
    writing: &Writing<'_>,
    row: &SampleRow,
    rules: &Rules,
    looked_at: u64,
    reason: &str,
    actor: &str,
    at: DateTime<Utc>,
) -> Result<Settled, ClassificationError> {
    let reading = writing.reading();
    // What was sealed at the drawing or before; a person may have settled some of it one by one since.
    let (rest, _) = population(&reading, row.status, row.drawn, rules)?;
    let details = serde_json::json!({
        "outcome": "confirmed", "status": row.status, "looked_at": looked_at, "confirmed": rest.len(),
        "drawn": row.drawn, "population": row.population, "rules": rules.version(), "reason": reason,
    });
    let event = writing.record_event(at, actor, Act::Sampled, &subject(row.id), &details)?;
    for batch in rest.chunks(limits::BATCH_ITEMS) {
        let details = serde_json::json!({
            "sample": row.id, "status": row.status, "basis": StatusBasis::Sample, "count": batch.len(),
            "digest": list_digest(batch), "families": ranges(batch),
        });
        let confirmed = writing.record_event(at, actor, Act::Classified, &subject(row.id), &details)?;
        for family in batch {
            let standing = reading.family(*family)?.standing;
            writing.set_standing(*family, &Standing { basis: StatusBasis::Sample, ..standing }, confirmed.id)?;
        }
    }
    writing.settle_sample(row.id, event.id)?;
    Ok(Settled::Confirmed { confirmed: rest.len() as u64, looked_at, event: event.id })
}

#[expect(clippy::too_many_arguments, reason = "what is recorded of a refusal is these facts, in one place")]
fn refuse(
    writing: &Writing<'_>,
    row: &SampleRow,
    rules: &Rules,
    disagreements: Vec<Disagreement>,
    looked_at: u64,
    reason: &str,
    actor: &str,
    at: DateTime<Utc>,
) -> Result<Settled, ClassificationError> {
    let details = serde_json::json!({
        "outcome": "refused", "status": row.status, "looked_at": looked_at, "disagreements": disagreements,
        "drawn": row.drawn, "rules": rules.version(), "reason": reason,
    });
    let event = writing.record_event(at, actor, Act::Sampled, &subject(row.id), &details)?;
    let failures = failures(&writing.reading(), row.status, rules)? + 1;
    writing.set_meta(&failures_key(row.status), &format!("{} {failures}", rules.version()))?;
    writing.settle_sample(row.id, event.id)?;
    Ok(Settled::Refused { disagreements, looked_at, event: event.id })
}

/// Why a sample no longer says anything about its class; `None` while it does.
fn stale(reading: &Reading<'_>, row: &SampleRow, rules: &Rules) -> Result<Option<String>, ClassificationError> {
    if rules_of(reading, row)? != rules.version() {
        return Ok(Some("the rules have changed since it was drawn".to_owned()));
    }
    let mut reclassified = false;
    reading.each_event::<ClassificationError>(row.drawn, |event| {
        reclassified |= event.act == Act::Classified && event.subject == super::reclassify::SUBJECT;
        Ok(())
    })?;
    Ok(reclassified.then(|| "items were reclassified since it was drawn".to_owned()))
}

/// The edition of the rules a sample was drawn under.
fn rules_of(reading: &Reading<'_>, row: &SampleRow) -> Result<String, ClassificationError> {
    let details: serde_json::Value = serde_json::from_str(&reading.event(row.drawn)?.details).unwrap_or_default();
    Ok(details["rules"].as_str().unwrap_or_default().to_owned())
}

/// The families that a sample may speak for, in order of number, and how many stand under other rules.
fn population(
    reading: &Reading<'_>,
    status: RecordStatus,
    through: EventId,
    rules: &Rules,
) -> Result<(Vec<FamilyId>, u64), ClassificationError> {
    let filter = FamilyFilter { status: Some(status), ordinary: true, ..FamilyFilter::default() };
    let mut editions = Editions::load(*reading)?;
    let mut population = Vec::new();
    let mut older = 0;
    reading.each_family::<ClassificationError>(filter, |row| {
        let open = row.standing.basis == StatusBasis::Proposed && row.state == FamilyState::Live;
        if open && row.event <= through {
            if editions.of(&row)? == rules.version() {
                population.push(row.id);
            } else {
                older += 1;
            }
        }
        Ok(())
    })?;
    Ok((population, older))
}

/// A simple random sample without replacement: the smallest keyed digests. With the seed anybody draws the same one.
fn pick(population: &[FamilyId], size: usize, seed: &[u8; 32]) -> Vec<FamilyId> {
    let secret = DigestSecret::new(*seed);
    let mut ranked: Vec<(KeyedDigest, FamilyId)> =
        population.iter().map(|family| (secret.name(family.to_string().as_bytes()), *family)).collect();
    ranked.sort_unstable();
    let mut families: Vec<FamilyId> = ranked.into_iter().take(size).map(|(_, family)| family).collect();
    families.sort_unstable();
    families
}

fn failures(reading: &Reading<'_>, status: RecordStatus, rules: &Rules) -> Result<u32, ClassificationError> {
    let kept = reading.meta(&failures_key(status))?;
    let counted =
        kept.as_deref().and_then(|text| text.split_once(' ')).filter(|(edition, _)| *edition == rules.version());
    Ok(counted.and_then(|(_, count)| count.parse().ok()).unwrap_or(0))
}

fn failures_key(status: RecordStatus) -> String {
    format!("sample failures {status}")
}

fn subject(sample: i64) -> String {
    format!("sample {sample}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_sample_again_and_every_item_is_as_likely() {
        let population: Vec<FamilyId> = (1..=40).map(FamilyId::new).collect();
        assert_eq!(pick(&population, 5, &[7; 32]), pick(&population, 5, &[7; 32]));
        let mut drawn = [0_u32; 40];
        for seed in 0..=255_u8 {
            for family in pick(&population, 10, &[seed; 32]) {
                drawn[family.get() as usize - 1] += 1;
            }
        }
        // 256 draws of a quarter: 64 each in expectation, standard deviation 6.9.
        assert!(drawn.iter().all(|count| (30..=98).contains(count)), "{drawn:?}");
    }
}
