//! A directory opened as one thing: profile, key set, vault, catalog and index, with the order in which they are
//! written.
//!
//! *Write order.* Add: bytes and keys durable, then catalog and event in one transaction, then index. Opening for
//! work first erases every key and byte that has no catalog row. Destroy: intent event, key erased, words gone from
//! the index, bytes released, tombstone and completion event. Whatever is written: the numbers it gives out are durable
//! beside the keys before its transaction ends.

mod changed_profile;
mod compact;
mod error;
mod layout;
mod lock;
mod numbers;
mod profile_text;
mod recover;
mod restored;
mod settings;
mod stored;
mod work;

pub use error::RepositoryError;
pub use layout::Layout;
pub use lock::WorkLock;
pub use restored::Difference;
pub use settings::{FORMAT, wrong_line};
pub use stored::{
    FACTS_SCHEMA, StoredCopy, StoredException, StoredFacts, StoredProduction, put_texts, read_texts, take_texts,
    write_texts,
};
pub use work::{Store, Work, stretch_digests};

use crate::base::clock::Clock;
use crate::base::id::{CustodianId, FamilyId};
use crate::base::monitor::Monitor;
use crate::base::{digest, durable, random};
use crate::catalog::{Catalog, CopyRow, ExceptionRow, FamilyRow, SealedAt};
use crate::ledger::Signer;
use crate::model::item::ParsedItem;
use crate::model::profile::Profile;
use crate::vault::{FamilyKey, KeyReader, KeySet, Location, Month, SealId, Section, Vault, open_small};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use std::path::Path;
use std::sync::Arc;

/// The label under which the facts of a copy are sealed.
pub const COPY_LABEL: &str = "copy";

/// Under which the catalog remembers whether this is an exercise.
const EXERCISE: &str = "exercise";

/// An open repository. Reading needs no lock; work that writes bytes goes through [`Work`].
pub struct Repository {
    layout: Layout,
    profile: Profile,
    zone: Tz,
    clock: Clock,
    keys: Arc<KeyReader>,
    vault: Vault,
    catalog: Catalog,
    signer: Signer,
}

/// A family read back: its row, its sealed facts, its texts put back in their places.
#[derive(Debug, Clone)]
pub struct StoredFamily {
    /// Its row.
    pub row: FamilyRow,
    /// Its sealed facts; `facts.item` is whole.
    pub facts: StoredFacts,
}

impl Repository {
    /// Creates a repository with its key set in both places. The directory must be new or empty.
    pub fn create(directory: &Path, profile: &Profile, at: Clock) -> Result<Self, RepositoryError> {
        let layout = Layout::new(directory);
        settings::check(profile)?;
        let empty = std::fs::read_dir(directory).map(|mut entries| entries.next().is_none()).unwrap_or(true);
        if !empty {
            return Err(RepositoryError::NotEmpty { directory: directory.to_owned() });
        }
        for path in layout.directories() {
            durable::create_dir_all(&path).map_err(|error| RepositoryError::io(&path, error))?;
        }
        let keys = KeySet::create(&profile.key_set, &profile.key_set_second, &profile.repository)?.reader();
        let vault = Vault::create(&layout.vault())?;
        let mut catalog = Catalog::create(&layout.catalog())?;
        numbers::keep(&mut catalog, profile);
        catalog.write::<_, RepositoryError>(|writing| {
            writing.sync_custodians(&profile.custodians)?;
            writing.set_meta("repository", &profile.repository)?;
            writing.set_meta(EXERCISE, &profile.exercise.to_string())?;
            changed_profile::remember(writing, profile)?;
            let details = serde_json::json!({
                "repository": profile.repository, "format": FORMAT, "exercise": profile.exercise,
            });
            writing.record_event(
                at.now(),
                &profile.responsible_authority,
                crate::model::event::Act::RepositoryCreated,
                "repository",
                &details,
            )?;
            Ok(())
        })?;
        // The profile is written last: without it the directory is not yet a repository.
        settings::store(&layout, profile)?;
        let signer = Signer::from_seed(keys.signing_seed());
        let (profile, zone) = settings::load(&layout)?;
        Ok(Self { layout, profile, zone, clock: at, keys, vault, catalog, signer })
    }

    /// Opens a repository. `now` is a moment chosen for an exercise; any other repository refuses it.
    pub fn open(directory: &Path, now: Option<DateTime<Utc>>) -> Result<Self, RepositoryError> {
        let mut opened = Self::open_put_back(directory, now)?;
        let Self { catalog, profile, clock, .. } = &mut opened;
        let listed: Vec<(String, String)> =
            catalog.reading().custodians()?.into_iter().map(|(_, name, department)| (name, department)).collect();
        let all_listed = profile
            .custodians
            .iter()
            .all(|one| listed.iter().any(|(name, department)| *name == one.name && *department == one.department));
        if !all_listed {
            catalog.write::<_, RepositoryError>(|writing| Ok(writing.sync_custodians(&profile.custodians)?))?;
        }
        changed_profile::notice(catalog, profile, clock.now())?;
        Ok(opened)
    }

    /// As [`Self::open`], for a repository that is just being put back: nothing is recorded by opening it, because it does
    /// not know yet which numbers were given out.
    pub fn open_put_back(directory: &Path, now: Option<DateTime<Utc>>) -> Result<Self, RepositoryError> {
        let layout = Layout::new(directory);
        let (profile, zone) = settings::load(&layout)?;
        let clock = match now {
            None => Clock::System,
            Some(at) if profile.exercise => Clock::Exercise(at),
            Some(_) => return Err(RepositoryError::NotAnExercise),
        };
        let keys = Arc::new(KeyReader::open(&profile.key_set, &profile.repository)?);
        let vault = Vault::open(&layout.vault())?;
        let mut catalog = Catalog::open(&layout.catalog())?;
        numbers::keep(&mut catalog, &profile);
        let known = catalog.reading().meta("repository")?;
        if known.as_deref() != Some(profile.repository.as_str()) {
            return Err(RepositoryError::Profile {
                message: "its `repository` line is not the one this repository was created with".to_owned(),
            });
        }
        // An exercise needs no authority to destroy: nobody makes one of a city's records by editing a line.
        if catalog.reading().meta(EXERCISE)?.as_deref() != Some(profile.exercise.to_string().as_str()) {
            let message = "its `exercise` line is not the one this repository was created with".to_owned();
            return Err(RepositoryError::Profile { message });
        }
        let signer = Signer::from_seed(keys.signing_seed());
        Ok(Self { layout, profile, zone, clock, keys, vault, catalog, signer })
    }

    /// The profile of a repository whose keys may be lost.
    pub fn profile_of(directory: &Path) -> Result<Profile, RepositoryError> {
        settings::load(&Layout::new(directory)).map(|(profile, _)| profile)
    }

    /// Writes the profile of a repository that is being put back.
    pub fn store_profile(directory: &Path, profile: &Profile) -> Result<(), RepositoryError> {
        settings::check(profile)?;
        settings::store(&Layout::new(directory), profile)
    }

    /// Takes the lock of the nightly work, or says that another one runs.
    pub fn nightly_lock(&self) -> Result<WorkLock, RepositoryError> {
        lock::take_file(&self.layout.nightly_lock())
    }

    /// A profile for a new repository, with a random id and the key set beside the directory.
    pub fn new_profile(city: &str, key_set: &Path, key_set_second: &Path) -> Profile {
        Profile {
            format: FORMAT,
            repository: digest::to_hex(&random::bytes::<16>()),
            exercise: false,
            city: city.to_owned(),
            responsible_authority: String::new(),
            compliance_official: String::new(),
            time_zone: "America/Chicago".to_owned(),
            domains: Vec::new(),
            counsel_domains: Vec::new(),
            production_prefix: "CITY-".to_owned(),
            key_set: key_set.to_owned(),
            key_set_second: key_set_second.to_owned(),
            schedules: Vec::new(),
            holidays: crate::model::profile::HolidayChoice::default(),
            policy: crate::model::profile::Policy::default(),
            nightly: crate::model::profile::Nightly::default(),
            custodians: Vec::new(),
        }
    }

    /// Takes the work lock, and clears away what an interrupted run left behind.
    pub fn work(&mut self) -> Result<Work<'_>, RepositoryError> {
        let lock = lock::take(&self.layout)?;
        Work::begin(self, lock)
    }

    /// As [`Self::work`], but waits until the lock is free; `None` when the user asked to stop before.
    pub fn work_when_free(&mut self, monitor: &dyn Monitor) -> Result<Option<Work<'_>>, RepositoryError> {
        match lock::wait(&self.layout, monitor)? {
            Some(lock) => Work::begin(self, lock).map(Some),
            None => Ok(None),
        }
    }

    /// Where things lie.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }
    /// The agency profile.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }
    /// The city's time zone.
    pub fn zone(&self) -> Tz {
        self.zone
    }
    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
    /// The present civil day in the city.
    pub fn today(&self) -> NaiveDate {
        self.clock.today(self.zone)
    }
    /// The catalog, for reading.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }
    /// The catalog, for decisions that need only a short transaction.
    pub fn catalog_mut(&mut self) -> &mut Catalog {
        &mut self.catalog
    }
    /// The keys, for reading.
    pub fn keys(&self) -> &KeyReader {
        &self.keys
    }
    /// The vault.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }
    /// Signs plans, certificates and checkpoints.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// The custodian of this name in the profile.
    pub fn custodian_named(&self, name: &str) -> Result<CustodianId, RepositoryError> {
        let all = self.catalog.reading().custodians()?;
        let found = all.iter().find(|(_, one, _)| one.eq_ignore_ascii_case(name));
        found.map(|(id, ..)| *id).ok_or_else(|| RepositoryError::NoCustodian { name: name.to_owned() })
    }

    /// The key of a family that is here.
    pub fn key_of(&self, family: FamilyId, at: &SealedAt) -> Result<FamilyKey, RepositoryError> {
        let month = month_of(at)?;
        self.keys.key(month, family)?.ok_or(RepositoryError::KeyMissing { family })
    }

    /// Reads a family with its facts and texts.
    pub fn family(&self, id: FamilyId) -> Result<StoredFamily, RepositoryError> {
        let row = self.catalog.reading().family(id)?;
        if row.state == crate::catalog::FamilyState::Destroyed {
            return Err(RepositoryError::Destroyed { family: id, how: self.destruction_of(id)? });
        }
        let facts = read_item(&self.keys, &self.vault, &row)?;
        Ok(StoredFamily { row, facts })
    }

    /// When a destroyed family went, under which plan and rule.
    fn destruction_of(&self, id: FamilyId) -> Result<String, RepositoryError> {
        let reading = self.catalog.reading();
        let unfinished = || "its destruction is decided and not finished".to_owned();
        let Some(batch) = reading.destruction_of(id)? else { return Ok(unfinished()) };
        let stone = reading.tombstones(batch.id)?.into_iter().find(|stone| stone.family == id);
        let entries: std::collections::BTreeSet<String> =
            reading.filed_files_of(id)?.into_iter().filter_map(|file| file.entry).map(|(entry, _)| entry).collect();
        let filed = if entries.is_empty() {
            String::new()
        } else {
            let entries: Vec<String> = entries.into_iter().collect();
            format!("; its record is in the document system, entry {}", entries.join(", "))
        };
        Ok(stone.map_or_else(unfinished, |stone| {
            let day = stone.destroyed_at.with_timezone(&self.zone).format("%Y-%m-%d");
            format!(
                "on {day}, under the plan {} and the rule {} / {}{filed}",
                batch.plan, stone.rule.edition, stone.rule.series
            )
        }))
    }

    /// Opens the sealed facts of an exception.
    pub fn exception(&self, row: &ExceptionRow) -> Result<StoredException, RepositoryError> {
        let bytes = self.exception_section(row, Section::Facts)?;
        serde_json::from_slice(&bytes)
            .map_err(|error| RepositoryError::Facts { family: row.family, message: error.to_string() })
    }

    /// Reads the quarantined bytes of an exception.
    pub fn exception_original(&self, row: &ExceptionRow) -> Result<Vec<u8>, RepositoryError> {
        self.exception_section(row, Section::Original)
    }

    fn exception_section(&self, row: &ExceptionRow, section: Section) -> Result<Vec<u8>, RepositoryError> {
        let key = self.key_of(row.family, &row.at)?;
        Ok(self.vault.read(&location_of(&row.at)?, &key, section, 0)?)
    }

    /// Reads the sealed facts of a family, without its texts.
    pub fn facts(&self, row: &FamilyRow) -> Result<StoredFacts, RepositoryError> {
        let bytes = self.section(row, Section::Facts)?;
        let facts: StoredFacts = serde_json::from_slice(&bytes)
            .map_err(|error| RepositoryError::Facts { family: row.id, message: error.to_string() })?;
        if facts.schema > FACTS_SCHEMA {
            return Err(RepositoryError::Newer { found: facts.schema, known: FACTS_SCHEMA });
        }
        Ok(facts)
    }

    /// Reads the texts of a family: the body, then one for each attachment.
    pub fn texts(&self, row: &FamilyRow) -> Result<Vec<String>, RepositoryError> {
        let bytes = self.section(row, Section::Text)?;
        read_texts(&bytes).ok_or_else(|| RepositoryError::Facts {
            family: row.id,
            message: "its texts are not framed as they were written".to_owned(),
        })
    }

    /// Reads the exact original of a family, and checks it against the digest in its facts (I1).
    pub fn original(&self, row: &FamilyRow) -> Result<Vec<u8>, RepositoryError> {
        let facts = self.facts(row)?;
        let bytes = self.section(row, Section::Original)?;
        if digest::Blake3Digest::of(&bytes) != facts.blake3 {
            return Err(RepositoryError::Facts {
                family: row.id,
                message: "its original does not hash to the digest in its facts".to_owned(),
            });
        }
        Ok(bytes)
    }

    /// Opens the sealed facts of a copy.
    pub fn open_copy(&self, row: &FamilyRow, copy: &CopyRow) -> Result<StoredCopy, RepositoryError> {
        let key = self.key_of(row.id, &row.at)?;
        let bytes = open_small(&key, COPY_LABEL, &copy.sealed)?;
        serde_json::from_slice(&bytes)
            .map_err(|error| RepositoryError::Facts { family: row.id, message: error.to_string() })
    }

    fn section(&self, row: &FamilyRow, section: Section) -> Result<Vec<u8>, RepositoryError> {
        let key = self.key_of(row.id, &row.at)?;
        Ok(self.vault.read(&location_of(&row.at)?, &key, section, 0)?)
    }
}

/// Reads a family back with its texts in their places, for threads that share the keys and the vault.
pub fn read_item(keys: &KeyReader, vault: &Vault, row: &FamilyRow) -> Result<StoredFacts, RepositoryError> {
    let location = location_of(&row.at)?;
    let key = keys.key(location.month, row.id)?.ok_or(RepositoryError::KeyMissing { family: row.id })?;
    let wrong = |message: String| RepositoryError::Facts { family: row.id, message };
    let [facts, texts] = vault.read_two(&location, &key, [Section::Facts, Section::Text])?;
    let mut facts: StoredFacts = serde_json::from_slice(&facts).map_err(|error| wrong(error.to_string()))?;
    if facts.schema > FACTS_SCHEMA {
        return Err(RepositoryError::Newer { found: facts.schema, known: FACTS_SCHEMA });
    }
    let texts = read_texts(&texts).ok_or_else(|| wrong("its texts are not framed as they were written".to_owned()))?;
    put_texts(&mut facts.item, texts);
    Ok(facts)
}

/// The partition that a stored place names.
pub fn month_of(at: &SealedAt) -> Result<Month, RepositoryError> {
    at.month.parse().map_err(|_| {
        RepositoryError::Catalog(crate::catalog::CatalogError::Damaged { what: "a month", value: at.month.clone() })
    })
}

/// A stored place as the vault knows it.
pub fn location_of(at: &SealedAt) -> Result<Location, RepositoryError> {
    Ok(Location {
        month: month_of(at)?,
        pack: at.pack,
        offset: at.offset,
        length: at.length,
        seal: SealId::from_bytes(at.seal),
    })
}

/// A place of the vault as it is stored.
pub fn sealed_at(location: &Location) -> SealedAt {
    SealedAt {
        month: location.month.to_string(),
        pack: location.pack,
        offset: location.offset,
        length: location.length,
        seal: *location.seal.as_bytes(),
    }
}

/// The texts of an item as one, for a reader that does not care which part a word is in.
pub fn whole_text(item: &ParsedItem) -> String {
    let mut out = item.body.clone();
    for attachment in &item.attachments {
        out.push('\n');
        out.push_str(&attachment.text);
    }
    out
}
