//! `init` and `status`, and what every command does first: open the repository.

use super::DONE;
use super::args::{Common, Init};
use super::output::{Failure, Output};
use crate::base::clock::Clock;
use crate::catalog::CatalogError;
use crate::model::profile::Profile;
use crate::repository::{Repository, RepositoryError, wrong_line};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use std::path::{Path, PathBuf};

/// Refused: a hold, an approval, a stale plan, a lock.
pub const REFUSED: u8 = 3;
/// An integrity problem was found.
pub const INTEGRITY: u8 = 4;

impl From<RepositoryError> for Failure {
    fn from(error: RepositoryError) -> Self {
        let (code, exit) = match &error {
            RepositoryError::Busy => ("busy", REFUSED),
            RepositoryError::NotAnExercise => ("not-an-exercise", super::USAGE),
            RepositoryError::NotARepository { .. } => ("not-a-repository", 1),
            RepositoryError::Newer { .. } | RepositoryError::Catalog(CatalogError::Newer { .. }) => ("newer-format", 1),
            RepositoryError::Catalog(CatalogError::Missing(_)) => ("not-found", 1),
            RepositoryError::Destroyed { .. } => ("destroyed", 1),
            RepositoryError::NoCustodian { .. } => ("no-such-custodian", super::USAGE),
            error if error.is_integrity() => ("integrity", INTEGRITY),
            _ => ("failed", 1),
        };
        Self::new(code, capitalised(&error.to_string()), error.hint()).with_exit(exit)
    }
}

impl From<CatalogError> for Failure {
    fn from(error: CatalogError) -> Self {
        RepositoryError::Catalog(error).into()
    }
}

/// A fragment as the beginning of a sentence; a path at its start stays as it is.
pub fn capitalised(fragment: &str) -> String {
    let mut letters = fragment.chars();
    match letters.next() {
        Some(first) if first.is_ascii_lowercase() => first.to_uppercase().chain(letters).collect(),
        _ => fragment.to_owned(),
    }
}

/// Opens the repository that the options name; from then on everything printed says whether it is an exercise.
pub fn open(common: &Common, output: &Output) -> Result<Repository, Failure> {
    let now = common.now.as_deref().map(moment).transpose()?;
    let opened = Repository::open(&common.repository, now)?;
    output.about(opened.profile().exercise);
    Ok(opened)
}

/// The moment it is meant to be, for an exercise.
pub fn now(common: &Common) -> Result<Option<DateTime<Utc>>, Failure> {
    common.now.as_deref().map(moment).transpose()
}

/// The acting person: `--as`, else the user of this computer. It is a label, not a proof.
pub fn actor(common: &Common) -> String {
    let named = common.acting.clone().or_else(|| std::env::var("USER").ok()).or_else(|| std::env::var("LOGNAME").ok());
    named.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

/// A moment as typed: a day means noon, so that it is that day in every American zone.
fn moment(text: &str) -> Result<DateTime<Utc>, Failure> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.to_utc());
    }
    let noon = NaiveTime::from_hms_opt(18, 0, 0).unwrap_or_default();
    match text.parse::<NaiveDate>() {
        Ok(day) => Ok(Utc.from_utc_datetime(&day.and_time(noon))),
        Err(_) => Err(Failure::usage(
            format!("{text:?} is not a moment"),
            "Write a day like 2026-03-01, or a moment like 2026-03-01T02:00:00Z.",
        )),
    }
}

/// `recordroom init`
pub fn init(common: &Common, init: &Init, output: &Output) -> Result<u8, Failure> {
    let profile = new_profile(init)?;
    let now = common.now.as_deref().map(moment).transpose()?;
    let clock = match now {
        None => Clock::System,
        Some(at) if profile.exercise => Clock::Exercise(at),
        Some(_) => return Err(RepositoryError::NotAnExercise.into()),
    };
    let repository = Repository::create(&init.directory, &profile, clock)?;
    let profile = repository.profile();
    let value = serde_json::json!({
        "repository": init.directory, "id": profile.repository, "exercise": profile.exercise,
        "key_set": profile.key_set, "key_set_second": profile.key_set_second,
    });
    output.about(profile.exercise);
    let text = format!(
        "Created the repository {0}.\n\nIts keys are in       {1}\nand a second copy in  {2}\n\
         Without the keys nothing in it can be read.\n\nNext:\n\
         1. Move the second copy of the keys to another disk, and write its new place into {3}.\n\
         2. Write the city, its mail domains and its custodians there as well; every entry is explained in it.\n\
         3. Take in a first export: recordroom --repository {0} ingest EXPORT\n",
        init.directory.display(),
        profile.key_set.display(),
        profile.key_set_second.display(),
        repository.layout().profile().display(),
    );
    output.result(value, &text)?;
    Ok(DONE)
}

fn new_profile(init: &Init) -> Result<Profile, Failure> {
    let directory =
        std::path::absolute(&init.directory).map_err(|error| RepositoryError::io(&init.directory, error))?;
    let beside = |ending: &str| -> PathBuf {
        let mut name = directory.file_name().unwrap_or_default().to_owned();
        name.push(ending);
        directory.with_file_name(name)
    };
    let absolute = |path: &Path| std::path::absolute(path).map_err(|error| RepositoryError::io(path, error));
    let keys = init.keys.as_deref().map(absolute).transpose()?.unwrap_or_else(|| beside("-keys"));
    let second = init.keys_second.as_deref().map(absolute).transpose()?.unwrap_or_else(|| beside("-keys-second"));
    let inside = [&keys, &second].into_iter().any(|path| path.starts_with(&directory));
    if inside || keys == second {
        return Err(Failure::usage(
            "The keys must lie outside the repository, in two different places",
            "A copy of the repository with its keys in it could be read by anybody who finds it.",
        ));
    }
    let mut profile = Repository::new_profile(&init.city, &keys, &second);
    if let Some(path) = &init.profile {
        let text = std::fs::read_to_string(path).map_err(|error| RepositoryError::io(path, error))?;
        let given: toml::Table = text.parse().map_err(|error| wrong_profile(&text, &error))?;
        let mut table =
            toml::Table::try_from(&profile).map_err(|error| Failure::new("profile", error.to_string(), ""))?;
        for (key, value) in given {
            // These belong to the repository that is being made, not to the one the profile came from.
            if !matches!(key.as_str(), "format" | "repository" | "key_set" | "key_set_second" | "exercise") {
                table.insert(key, value);
            }
        }
        profile = table.try_into().map_err(|error| wrong_profile("", &error))?;
    }
    profile.exercise = init.exercise;
    if init.exercise && init.profile.is_none() {
        // An exercise plays weeks in minutes.
        profile.policy.breakers.settle_days = 0;
    }
    profile.domains.extend(init.domains.iter().cloned());
    Ok(profile)
}

fn wrong_profile(text: &str, error: &toml::de::Error) -> Failure {
    Failure::new(
        "profile",
        format!("The profile cannot be used: {}", wrong_line(text, error)),
        "Correct that line, and run the command again.",
    )
}
