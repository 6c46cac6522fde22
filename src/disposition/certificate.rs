//! Issuing the certificate of destruction: as JSON for programs and as text and PDF for people.

use super::DispositionError;
use super::signed_document;
use crate::base::clock::local_date;
use crate::base::digest::Sha256Digest;
use crate::base::durable;
use crate::base::id::{ContainerId, EventId, FamilyId};
use crate::catalog::{CatalogError, DestructionRow, FamilyRow, Reading, TombstoneRow};
use crate::ledger::ProvenEvent;
use crate::model::disposition::{DispositionPlan, RuleRef};
use crate::model::event::Act;
use crate::model::retention::Authority;
use crate::repository::{Repository, RepositoryError};
use crate::retention::Adopted;
use crate::schedule::english;
use crate::verify::certificate::{
    Batch, COVERED, Certificate, METHOD, NOT_COVERED, OlderKeys, Particulars, SeriesTotal, destroyed_root,
};
use crate::verify::checkpoint::{ExportError, signed_head};
use crate::verify::documents::CERTIFICATE_DOMAIN;
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The version of the document that is issued.
const SCHEMA: u32 = 2;
/// Characters of the repository's id in the number of a certificate.
const NUMBER_CHARS: usize = 12;

/// An issued certificate.
pub(super) struct Issued {
    pub(super) certificate: Certificate,
    pub(super) path: PathBuf,
    pub(super) sha256: Sha256Digest,
}

/// What is asked for a certificate beside the rows.
pub(super) struct Occasion<'a> {
    pub(super) plan: &'a DispositionPlan,
    pub(super) adopted: &'a Adopted,
    pub(super) approved_by: &'a str,
    pub(super) actor: &'a str,
    pub(super) dropped: &'a BTreeMap<String, u64>,
    pub(super) at: DateTime<Utc>,
}

/// Makes, signs and writes the certificate of an executed plan.
pub(super) fn issue(repository: &Repository, occasion: &Occasion<'_>) -> Result<Issued, DispositionError> {
    let reading = repository.catalog().reading();
    let plan = occasion.plan;
    let mut certificate = Certificate {
        schema: SCHEMA,
        repository: plan.repository.clone(),
        city: repository.profile().city.clone(),
        exercise: plan.exercise,
        plan: plan.plan,
        planned_by: plan.planned_by.clone(),
        approved_by: occasion.approved_by.to_owned(),
        executed_by: occasion.actor.to_owned(),
        executed_at: occasion.at,
        destroyed: 0,
        by_rule: BTreeMap::new(),
        dropped: occasion.dropped.clone(),
        merkle_root: String::new(),
        items: Vec::new(),
        productions: Vec::new(),
        ledger: (EventId::new(0), String::new()),
        not_covered: NOT_COVERED.to_owned(),
        particulars: None,
    };
    let mut tally = Tally::new(occasion);
    for destruction in reading.destructions()?.into_iter().filter(|one| one.plan == plan.plan) {
        let tombstones = reading.tombstones(destruction.id)?;
        tally.batch(&reading, &destruction, &tombstones)?;
        for tombstone in tombstones {
            let row = reading.family(tombstone.family)?;
            let rule = format!("{} / {}", tombstone.rule.edition, tombstone.rule.series);
            *certificate.by_rule.entry(rule).or_default() += 1;
            certificate.productions.extend(reading.productions_with(tombstone.family)?);
            certificate.items.push((tombstone.family, row.name.to_string()));
            tally.item(&reading, &tombstone, &row)?;
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
    certificate.particulars = Some(Box::new(tally.particulars(repository)?));
    write(repository, certificate)
}

fn write(repository: &Repository, certificate: Certificate) -> Result<Issued, DispositionError> {
    let unreadable = |message: String| DispositionError::Unreadable { what: "certificate", message };
    let value = serde_json::to_value(&certificate).map_err(|error| unreadable(error.to_string()))?;
    let signed = signed_document(CERTIFICATE_DOMAIN, &value, repository.signer())?;
    let path = repository.layout().certificates().join(format!("{}.json", certificate.plan));
    let document = format!("{signed:#}\n");
    let sha256 = Sha256Digest::of(document.as_bytes());
    let pdf = certificate.pdf(&sha256.to_string()).map_err(|error| unreadable(error.to_string()))?;
    let put =
        |path: &Path, bytes: &[u8]| durable::replace(path, bytes).map_err(|error| RepositoryError::io(path, error));
    // The signed document comes last: with it the others are there.
    put(&path.with_extension("txt"), certificate.told(&sha256.to_string()).as_bytes())?;
    put(&path.with_extension("pdf"), &pdf)?;
    put(&path, document.as_bytes())?;
    Ok(Issued { certificate, path, sha256 })
}

/// What is counted while the tombstones are gone through.
struct Tally<'a> {
    occasion: &'a Occasion<'a>,
    since: BTreeMap<FamilyId, NaiveDate>,
    series: BTreeMap<(String, String), SeriesTotal>,
    by_kind: BTreeMap<String, u64>,
    batches: Vec<Batch>,
    containers: BTreeSet<ContainerId>,
    filed: u64,
}

impl<'a> Tally<'a> {
    fn new(occasion: &'a Occasion<'a>) -> Self {
        Self {
            occasion,
            since: occasion.plan.items.iter().map(|item| (item.family, item.since)).collect(),
            series: BTreeMap::new(),
            by_kind: BTreeMap::new(),
            batches: Vec::new(),
            containers: BTreeSet::new(),
            filed: 0,
        }
    }

    fn total(&mut self, rule: &RuleRef) -> &mut SeriesTotal {
        let adopted = self.occasion.adopted;
        let key = (rule.edition.clone(), rule.series.clone());
        self.series.entry(key).or_insert_with(|| heading(adopted, rule))
    }

    /// A batch: its two events, and the attachments and bytes that only the first of them still tells.
    fn batch(
        &mut self,
        reading: &Reading<'_>,
        destruction: &DestructionRow,
        tombstones: &[TombstoneRow],
    ) -> Result<(), CatalogError> {
        let Some(finished) = destruction.finished else { return Ok(()) };
        let (intent, done) = (reading.event(destruction.intent)?, reading.event(finished)?);
        let details: Value = serde_json::from_str(&intent.details).unwrap_or_default();
        for one in details["volume"].as_array().into_iter().flatten() {
            let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
            let total = self.total(&RuleRef { edition: text("edition"), series: text("series") });
            total.attachments += one["attachments"].as_u64().unwrap_or(0);
            total.stored_bytes += one["bytes"].as_u64().unwrap_or(0);
        }
        self.batches.push(Batch {
            intent: intent.id,
            checked_at: intent.at,
            in_force: details["in_force"].as_u64().unwrap_or(0),
            destroyed: done.id,
            destroyed_at: done.at,
            families: tombstones.iter().map(|one| one.family).collect(),
        });
        Ok(())
    }

    fn item(&mut self, reading: &Reading<'_>, tombstone: &TombstoneRow, row: &FamilyRow) -> Result<(), CatalogError> {
        *self.by_kind.entry(row.kind.word().to_owned()).or_default() += 1;
        self.filed += u64::from(row.filed.is_some());
        self.containers.extend(reading.copies(row.id)?.into_iter().map(|copy| copy.container));
        let since = self.since.get(&tombstone.family).copied();
        let total = self.total(&tombstone.rule);
        total.items += 1;
        match row.sent_on {
            Some(day) => widen(&mut total.sent_from, &mut total.sent_to, day),
            None => total.undated += 1,
        }
        if let Some(day) = since {
            widen(&mut total.eligible_from, &mut total.eligible_to, day);
        }
        Ok(())
    }

    fn particulars(self, repository: &Repository) -> Result<Particulars, DispositionError> {
        let (plan, profile) = (self.occasion.plan, repository.profile());
        let reading = repository.catalog().reading();
        let about = reading.events_about(&plan.plan.to_string())?;
        let last = |act: Act| about.iter().rfind(|event| event.act == act);
        let (planned, approved) = (last(Act::Planned), last(Act::Approved));
        let details: Value = approved.and_then(|event| serde_json::from_str(&event.details).ok()).unwrap_or_default();
        let mut told: Vec<_> = planned.into_iter().chain(approved).cloned().collect();
        for batch in &self.batches {
            told.push(reading.event(batch.intent)?);
            told.push(reading.event(batch.destroyed)?);
        }
        told.sort_by_key(|event| event.id);
        let (checkpoint, leaves) = signed_head(repository).map_err(unsigned)?;
        let kept_days = profile.policy.key_copy_days;
        let day = local_date(self.occasion.at, repository.zone());
        let series: Vec<SeriesTotal> = self.series.into_values().collect();
        let number: String = profile.repository.chars().take(NUMBER_CHARS).collect();
        Ok(Particulars {
            number: format!("{number}-{}", plan.plan),
            responsible_authority: profile.responsible_authority.clone(),
            planned_at: Some(plan.planned_at),
            approved_at: approved.map(|event| event.at),
            approver_key: details["public_key"].as_str().unwrap_or_default().to_owned(),
            by_kind: self.by_kind,
            attachments: series.iter().map(|one| one.attachments).sum(),
            stored_bytes: series.iter().map(|one| one.stored_bytes).sum(),
            series,
            batches: self.batches,
            method: METHOD.map(str::to_owned).to_vec(),
            hardware_wording: profile.policy.hardware_wording.clone(),
            covered: COVERED.map(str::to_owned).to_vec(),
            sources_left: sources_left(&reading, &self.containers)?,
            filed: self.filed,
            older_keys: OlderKeys {
                kept_days,
                expires_on: kept_days.and_then(|days| day.checked_add_days(Days::new(u64::from(days)))),
            },
            events: told.into_iter().filter_map(|event| ProvenEvent::of(event, &leaves)).collect(),
            checkpoint,
            program: format!("Recordroom {}", env!("CARGO_PKG_VERSION")),
        })
    }
}

fn unsigned(error: ExportError) -> DispositionError {
    match error {
        ExportError::Repository(error) => error.into(),
        ExportError::Catalog(error) => error.into(),
        other => DispositionError::Refused(format!("{other}; nothing is signed over a ledger that does not hold")),
    }
}

fn widen(from: &mut Option<NaiveDate>, to: &mut Option<NaiveDate>, day: NaiveDate) {
    *from = Some(from.map_or(day, |from| from.min(day)));
    *to = Some(to.map_or(day, |to| to.max(day)));
}

/// What a series is called, how long it is kept and by what authority it goes.
fn heading(adopted: &Adopted, rule: &RuleRef) -> SeriesTotal {
    let mut total =
        SeriesTotal { edition: rule.edition.clone(), series: rule.series.clone(), ..SeriesTotal::default() };
    let edition = adopted.editions.iter().find(|edition| edition.key == rule.edition);
    let Some(edition) = edition else {
        total.title.clone_from(&rule.series);
        total.authority = "no record of the city: decided to be personal by whoever sorted it".to_owned();
        return total;
    };
    total.authority = match &edition.authority {
        Authority::ApprovedSchedule { citation, adoption_acknowledged_on, .. } => {
            format!("approved schedule: {citation}; adoption acknowledged on {adoption_acknowledged_on}")
        }
        Authority::Pr1 { citation, approved_on } => format!("PR-1: {citation}, approved on {approved_on}"),
        Authority::Policy { citation } => format!("policy, no authority by itself: {citation}"),
        Authority::Starter { citation } => format!("starter set, no authority: {citation}"),
    };
    let is_authority = matches!(edition.authority, Authority::ApprovedSchedule { .. } | Authority::Pr1 { .. });
    if !is_authority {
        // Nothing is destroyed under these outside of an exercise.
        total.authority = format!("EXERCISE, authority assumed for practice; {}", total.authority);
    }
    if let Some(line) = edition.rules.iter().find(|line| line.series == rule.series) {
        total.code.clone_from(&line.code);
        total.title.clone_from(&line.title);
        total.retention = english(line);
        total.as_written.clone_from(&line.as_written);
        total.classification.clone_from(&line.classification);
    }
    total
}

/// The files of the intake register that had some of the items and are not recorded as disposed of.
fn sources_left(reading: &Reading<'_>, containers: &BTreeSet<ContainerId>) -> Result<u64, CatalogError> {
    let mut with_outer = BTreeSet::new();
    for container in containers {
        let mut one = Some(*container);
        while let Some(id) = one.filter(|id| with_outer.insert(*id)) {
            one = reading.outer_container(id)?;
        }
    }
    let left = reading.source_files()?.into_iter().filter(|row| row.disposed.is_none());
    let left: BTreeSet<_> = left.map(|row| row.container).filter(|one| with_outer.contains(one)).collect();
    Ok(left.len() as u64)
}
