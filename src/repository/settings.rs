//! The agency profile on the disk: read, checked, written.

use super::{Layout, RepositoryError, profile_text};
use crate::base::durable;
use crate::model::production::BatesPrefix;
use crate::model::profile::Profile;
use chrono_tz::Tz;

/// The newest repository format this program reads and writes.
///
/// *Reader rule:* a program reads its own format and every older one; a newer one is refused before a byte is changed.
pub const FORMAT: u32 = 1;

/// Bytes of the largest profile that is read.
const PROFILE_BYTES: u64 = 4 * 1024 * 1024;

/// Reads and checks the profile of a repository.
pub fn load(layout: &Layout) -> Result<(Profile, Tz), RepositoryError> {
    let path = layout.profile();
    let size = match std::fs::metadata(&path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(RepositoryError::NotARepository { directory: layout.root().to_owned() });
        }
        Err(error) => return Err(RepositoryError::io(&path, error)),
    };
    if size > PROFILE_BYTES {
        return Err(RepositoryError::Profile { message: "it is larger than 4 MiB".to_owned() });
    }
    let text = std::fs::read_to_string(&path).map_err(|error| RepositoryError::io(&path, error))?;
    let profile = match toml::from_str::<Profile>(&text) {
        Ok(profile) if profile.format == FORMAT => profile,
        // The format is looked at before anything else: a newer profile may have entries this program does not know.
        read => {
            check_format(&text)?;
            read.map_err(|error| RepositoryError::Profile { message: wrong_line(&text, &error) })?
        }
    };
    let zone = check(&profile)?;
    Ok((profile, zone))
}

/// What is wrong with a profile, after the number of its line.
pub fn wrong_line(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(String::new(), |before| format!("line {}: ", before.matches('\n').count() + 1));
    format!("{line}{}", error.message().trim())
}

/// Refuses a profile without a format, and one of a newer format.
fn check_format(text: &str) -> Result<(), RepositoryError> {
    let wrong = |message: String| RepositoryError::Profile { message };
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| wrong(wrong_line(text, &error)))?;
    let format = table.get("format").and_then(toml::Value::as_integer);
    match format.and_then(|format| u32::try_from(format).ok()) {
        None => Err(wrong("the line `format = 1` is missing".to_owned())),
        Some(found) if found > FORMAT => Err(RepositoryError::Newer { found, known: FORMAT }),
        Some(_) => Ok(()),
    }
}

/// Checks what the types cannot say, and returns the time zone.
pub fn check(profile: &Profile) -> Result<Tz, RepositoryError> {
    let wrong = |message: String| Err(RepositoryError::Profile { message });
    let Ok(zone) = profile.time_zone.parse::<Tz>() else {
        return wrong(format!(
            "time_zone {:?} is not the IANA name of a zone of the United States, such as America/Chicago",
            profile.time_zone
        ));
    };
    if let Err(error) = BatesPrefix::new(&profile.production_prefix) {
        return wrong(error.to_string());
    }
    if profile.policy.protect_days_after_close == 0 {
        return wrong("protect_days_after_close must be at least 1".to_owned());
    }
    if profile.policy.hold_cooling_days == 0 || profile.policy.hold_reminder_days == 0 {
        return wrong("hold_cooling_days and hold_reminder_days must be at least 1".to_owned());
    }
    if profile.policy.confirmation_sample == 0 {
        return wrong("confirmation_sample must be at least 1".to_owned());
    }
    if profile.policy.fees.page_cents > 25 {
        // Minn. Stat. § 13.03, subd. 3(c).
        return wrong("page_cents must be at most 25: the law allows no more for a page".to_owned());
    }
    let mut names: Vec<&str> = profile.custodians.iter().map(|custodian| custodian.name.as_str()).collect();
    names.sort_unstable();
    if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return wrong(format!("two custodians have the name {:?}", pair[0]));
    }
    Ok(zone)
}

/// Writes the profile, whole.
pub fn store(layout: &Layout, profile: &Profile) -> Result<(), RepositoryError> {
    let text =
        profile_text::written(profile).map_err(|error| RepositoryError::Profile { message: error.to_string() })?;
    let path = layout.profile();
    durable::replace(&path, text.as_bytes()).map_err(|error| RepositoryError::io(&path, error))
}
