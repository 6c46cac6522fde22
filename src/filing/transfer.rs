//! Archival items offered to the archives: a bag (RFC 8493) with a signed statement, and what came of it.
//!
//! Nothing of an archival series is destroyed before the archives have it or have declined it. The offer changes nothing; only
//! the receipt does, and it has to name the digest of the manifest of the very bag that was written.

use super::export::natives;
use super::page;
use super::{FilingError, must_be_new};
use crate::base::clock::local_date;
use crate::base::digest::Sha256Digest;
use crate::base::durable;
use crate::base::id::{EventId, FamilyId, TransferId};
use crate::base::limits::SECTION_IN_MEMORY_BYTES;
use crate::catalog::{CatalogError, FamilyFilter, FamilyRow, FamilyState, Sequence, TransferState};
use crate::ledger::{MerkleBuilder, leaf_hash};
use crate::model::disposition::ReasonCode;
use crate::model::event::Act;
use crate::model::production::PublicText;
use crate::package::bag;
use crate::package::sums;
use crate::report::{Cell, Column, Table};
use crate::repository::Repository;
use crate::retention::{Adopted, DECLINED, TRANSFERRED};
use crate::verify::documents::{TRANSFER_DOMAIN, signed};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Families read in one step.
const STEP: u64 = 1_000;
/// The signed statement of a bag.
const STATEMENT: &str = "transfer.json";
/// The columns of the list in a bag.
const COLUMNS: [&str; 12] = [
    "item",
    "kind",
    "file",
    "sent",
    "from",
    "to",
    "cc",
    "subject",
    "custodians",
    "series",
    "series_title",
    "sha256_of_original",
];

/// What is offered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// These families, due or not; `None` means all of archival series whose period has ended.
    pub families: Option<Vec<FamilyId>>,
    /// Only those of this series.
    pub series: Option<String>,
}

/// An offer that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Its number.
    pub transfer: TransferId,
    /// The bag.
    pub directory: PathBuf,
    /// The items in it.
    pub families: Vec<FamilyId>,
    /// SHA-256 of its manifest: the receipt names it.
    pub manifest_sha256: String,
    /// Items that are too large to be written out in one piece; they are not offered.
    pub left_out: Vec<FamilyId>,
}

/// What came of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// The archives have it; the digest is the one they computed over the manifest they received.
    Received {
        /// SHA-256 of the manifest, hexadecimal.
        manifest_sha256: String,
    },
    /// They do not want it.
    Declined,
}

/// Writes a bag with archival items into a new folder, and records the offer.
pub fn offer(
    repository: &mut Repository,
    wanted: &Wanted,
    directory: &Path,
    actor: &str,
) -> Result<Offered, FilingError> {
    must_be_new(directory)?;
    let adopted = Adopted::load(repository)?;
    let (mut rows, mut left_out) = (Vec::new(), Vec::new());
    for row in archival(repository, &adopted, wanted)? {
        if repository.facts(&row)?.bytes > SECTION_IN_MEMORY_BYTES {
            left_out.push(row.id);
        } else {
            rows.push(row);
        }
    }
    if rows.is_empty() {
        let message = "nothing is to be offered: of archival series nothing has reached the end of its period that was not \
                       offered already";
        return Err(FilingError::Refused(message.to_owned()));
    }
    let transfer = repository.catalog_mut().write::<_, FilingError>(|writing| {
        let transfer = writing.reading().next_transfer()?;
        // Its number stands in the bag before the offer is recorded.
        writing.give(Sequence::Transfer.word().to_owned(), transfer.get());
        Ok(transfer)
    })?;
    let manifest =
        Bag { repository, directory, sums: Vec::new(), bytes: 0 }.written(transfer, &rows, &adopted, actor)?;
    let families: Vec<FamilyId> = rows.iter().map(|row| row.id).collect();
    let (at, digest) = (repository.now(), repository.keys().digest_secret().name(manifest.as_bytes()));
    repository.catalog_mut().write::<_, FilingError>(|writing| {
        if writing.reading().next_transfer()? != transfer {
            return Err(FilingError::Refused("another transfer was offered meanwhile; offer again".to_owned()));
        }
        let mut tree = MerkleBuilder::default();
        for row in &rows {
            tree.push(leaf_hash(format!("{} {} offered", row.id, row.name).as_bytes()));
        }
        let details = serde_json::json!({
            "items": families.len(), "families": families, "merkle_root": tree.root(), "manifest": digest,
        });
        let event = writing.record_event(at, actor, Act::TransferOffered, &transfer.to_string(), &details)?;
        Ok(writing.add_transfer(transfer, &digest, &families, event.id)?)
    })?;
    Ok(Offered { transfer, directory: directory.to_owned(), families, manifest_sha256: manifest, left_out })
}

/// The items of archival series that were neither transferred nor declined: those that are named, or those whose period has
/// ended and that wait for nothing else.
fn archival(repository: &Repository, adopted: &Adopted, wanted: &Wanted) -> Result<Vec<FamilyRow>, FilingError> {
    let (reading, today) = (repository.catalog().reading(), repository.today());
    let evaluator = adopted.evaluator();
    let of_series = |row: &FamilyRow| wanted.series.as_ref().is_none_or(|series| row.standing.series == *series);
    let codes = |row: &FamilyRow| -> Result<Vec<ReasonCode>, CatalogError> {
        let verdict = adopted.verdict_without_guards(&evaluator, &reading, row, today)?;
        Ok(verdict.reasons.iter().map(|reason| reason.code).collect())
    };
    if let Some(families) = &wanted.families {
        let mut rows = Vec::new();
        for family in families.iter().collect::<BTreeSet<_>>() {
            let row = reading.family(*family)?;
            if row.state != FamilyState::Live || !codes(&row)?.contains(&ReasonCode::Archival) {
                let message =
                    format!("{family} is not offered: it is of no archival series, or was transferred or declined");
                return Err(FilingError::Refused(message));
            }
            rows.push(row);
        }
        rows.retain(of_series);
        return Ok(rows);
    }
    let mut rows = Vec::new();
    for page in reading.families_in_steps(FamilyFilter { ordinary: true, ..FamilyFilter::default() }, STEP) {
        for row in page?.into_iter().filter(|row| row.state == FamilyState::Live && of_series(row)) {
            // The deciding reason stands first: with this one the period has ended and an authority is there.
            let is_due = codes(&row)?.first() == Some(&ReasonCode::Archival);
            let waits = reading.transfer_of(row.id)?.is_some_and(|(_, state)| state == TransferState::Offered);
            if is_due && !waits {
                rows.push(row);
            }
        }
    }
    Ok(rows)
}

/// A bag being written.
struct Bag<'a> {
    repository: &'a Repository,
    directory: &'a Path,
    sums: Vec<(String, String)>,
    bytes: u64,
}

impl Bag<'_> {
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<String, FilingError> {
        let path = self.directory.join(name);
        if let Some(folder) = path.parent() {
            durable::create_dir_all(folder).map_err(|error| FilingError::io(folder, error))?;
        }
        durable::create_new(&path, bytes).map_err(|error| FilingError::io(&path, error))?;
        Ok(Sha256Digest::of(bytes).to_string())
    }

    fn payload(&mut self, name: &str, bytes: &[u8]) -> Result<(), FilingError> {
        let name = format!("data/{name}");
        let digest = self.put(&name, bytes)?;
        self.bytes += bytes.len() as u64;
        self.sums.push((digest, name));
        Ok(())
    }

    /// Writes everything, and gives the digest of the manifest.
    fn written(
        mut self,
        transfer: TransferId,
        rows: &[FamilyRow],
        adopted: &Adopted,
        actor: &str,
    ) -> Result<String, FilingError> {
        let mut table = Table::new("", COLUMNS.map(Column::words));
        for row in rows {
            self.item(row, adopted, &mut table)?;
        }
        self.payload("items.csv", table.to_csv().as_bytes())?;
        let files = self.sums.len();
        let manifest = sums::write(std::mem::take(&mut self.sums));
        let manifest_sha256 = Sha256Digest::of(manifest.as_bytes()).to_string();
        let mut tags = vec![(self.put(bag::MANIFEST, manifest.as_bytes())?, bag::MANIFEST.to_owned())];
        let profile = self.repository.profile();
        let statement = serde_json::json!({
            "schema": 1, "transfer": transfer, "repository": profile.repository, "city": profile.city,
            "exercise": profile.exercise, "offered_at": self.repository.now(), "offered_by": actor,
            "items": rows.iter().map(|row| row.id).collect::<Vec<_>>(), "manifest_sha256": manifest_sha256,
        });
        let document = signed(TRANSFER_DOMAIN, &statement, self.repository.signer())
            .map_err(|error| FilingError::Refused(format!("the statement could not be signed: {error}")))?;
        let day = local_date(self.repository.now(), self.repository.zone());
        let own = |text: String| PublicText::released(crate::text::safe(&text));
        let mut info = vec![
            ("Source-Organization", own(profile.city.clone())),
            ("External-Identifier", own(format!("{transfer} {}", profile.repository))),
            ("Bagging-Date", own(day.to_string())),
            ("Bag-Software-Agent", own(format!("Recordroom {}", env!("CARGO_PKG_VERSION")))),
            ("Payload-Oxum", own(format!("{}.{files}", self.bytes))),
        ];
        if profile.exercise {
            info.push(("Internal-Sender-Description", own("EXERCISE: nothing is really offered".to_owned())));
        }
        for (name, text) in [
            (bag::DECLARATION, bag::DECLARATION_TEXT.to_owned()),
            (bag::INFO, bag::info(&info)),
            ("README.txt", readme(profile.exercise, transfer, &profile.city, &manifest_sha256)),
            (STATEMENT, format!("{document:#}\n")),
        ] {
            tags.push((self.put(name, text.as_bytes())?, name.to_owned()));
        }
        let tags = sums::write(tags);
        self.put(bag::TAG_MANIFEST, tags.as_bytes())?;
        Ok(manifest_sha256)
    }

    /// One item: its file, or where it is none of its own, the exact original and what was read of it as JSON.
    fn item(&mut self, row: &FamilyRow, adopted: &Adopted, table: &mut Table) -> Result<(), FilingError> {
        let (facts, files) = natives(self.repository, row)?;
        let rules = adopted.editions.iter().flat_map(|edition| &edition.rules);
        let rule = rules.into_iter().find(|rule| rule.series == row.standing.series);
        let title = rule.map_or("", |rule| rule.title.as_str());
        let told = page::told(self.repository, row, &facts.item, title)?;
        for (suffix, bytes) in files {
            let name = format!("{}{suffix}", row.id);
            self.payload(&name, &bytes)?;
            table.push(
                [
                    row.id.to_string(),
                    row.kind.word().to_owned(),
                    name,
                    told.sent.clone(),
                    told.from.clone(),
                    told.to.clone(),
                    told.cc.clone(),
                    told.subject.clone(),
                    told.custodians.clone(),
                    told.series.clone(),
                    told.series_title.clone(),
                    facts.sha256.to_string(),
                ]
                .map(Cell::new),
            );
        }
        Ok(())
    }
}

fn readme(exercise: bool, transfer: TransferId, city: &str, manifest: &str) -> String {
    let exercise = if exercise { "EXERCISE\n\n" } else { "" };
    format!(
        "{exercise}TRANSFER {transfer}\n{}\n\nRecords of archival series, offered to the archives. This folder is a bag (RFC \
         8493): any bag program checks it. What is in it is listed in data/items.csv. The records are whole and nothing in \
         them is redacted.\n\nWhoever receives it computes SHA-256 of the file manifest-sha256.txt and writes it into the \
         receipt; here it is {manifest}\n\nThe city then: recordroom transfer receipt {transfer} --reference \"...\" --sha256 \
         DIGEST --on DAY, or: recordroom transfer declined {transfer} --reference \"...\" --on DAY\nUntil then nothing of it is \
         destroyed.\n",
        crate::text::safe(city)
    )
}

/// Records what came of an offer: from the day named on, the archival gate of its items is open.
pub fn settle(
    repository: &mut Repository,
    transfer: TransferId,
    settlement: &Settlement,
    reference: &str,
    on: NaiveDate,
    actor: &str,
) -> Result<EventId, FilingError> {
    let result = settle_unrecorded(repository, transfer, settlement, reference, on, actor);
    if let Err(FilingError::Refused(message)) = &result {
        let at = repository.now();
        repository.catalog_mut().write::<_, FilingError>(|writing| {
            let details = serde_json::json!({ "reason": message });
            writing.record_event(at, actor, Act::Refused, &transfer.to_string(), &details)?;
            Ok(())
        })?;
    }
    result
}

fn settle_unrecorded(
    repository: &mut Repository,
    transfer: TransferId,
    settlement: &Settlement,
    reference: &str,
    on: NaiveDate,
    actor: &str,
) -> Result<EventId, FilingError> {
    let refused = |message: String| Err(FilingError::Refused(message));
    let reading = repository.catalog().reading();
    let Some(row) = reading.transfers()?.into_iter().find(|row| row.id == transfer) else {
        return refused(format!("there is no transfer {transfer}"));
    };
    let offered_on = local_date(reading.event(row.event)?.at, repository.zone());
    if row.state != TransferState::Offered {
        return refused(format!("the transfer {transfer} is {} already", row.state));
    }
    if reference.trim().is_empty() {
        return refused("name the receipt or letter of the archives".to_owned());
    }
    if on < offered_on || on > repository.today() {
        return refused(format!("{on} is before the offer of {offered_on}, or lies in the future"));
    }
    let (state, name) = match settlement {
        Settlement::Declined => (TransferState::Declined, DECLINED),
        Settlement::Received { manifest_sha256 } => {
            let digest = manifest_sha256.trim().to_lowercase().parse::<Sha256Digest>().ok().map(|one| one.to_string());
            let secret = repository.keys().digest_secret();
            if digest.is_none_or(|digest| secret.name(digest.as_bytes()) != row.manifest) {
                return refused("the digest is not that of the manifest of the bag that was offered".to_owned());
            }
            (TransferState::Received, TRANSFERRED)
        }
    };
    let (at, families) = (repository.now(), reading.transfer_items(transfer)?);
    repository.catalog_mut().write::<_, FilingError>(|writing| {
        let details = serde_json::json!({
            "state": state, "reason": reference.trim(), "on": on, "items": families.len(), "event": name,
        });
        let event = writing.record_event(at, actor, Act::TransferSettled, &transfer.to_string(), &details)?;
        writing.settle_transfer(transfer, state, event.id)?;
        for family in &families {
            if writing.reading().family(*family)?.state == FamilyState::Live {
                writing.set_retention_event(*family, name, Some(on), event.id)?;
            }
        }
        Ok(event.id)
    })
}
