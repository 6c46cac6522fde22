//! What the name of a recording tells, where somebody has documented how it is made.
//!
//! A name is not the recording: every fact says that it is from the name.

use chrono::NaiveDateTime;
use std::collections::BTreeMap;

/// Facts of the name of a file.
///
/// Known is Google Takeout's: `<name or number> - Voicemail - 2016-11-22T17_57_49Z.mp3`, also `Recorded`; the moment
/// is UTC by its `Z` (Google Voice in Google Takeout).
pub fn tell(name: &str, facts: &mut BTreeMap<String, String>) {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let Some((stem, _)) = name.rsplit_once('.') else { return };
    for (word, kind) in [("Voicemail", "voicemail"), ("Recorded", "recorded call")] {
        let Some((who, when)) = stem.rsplit_once(&format!(" - {word} - ")) else { continue };
        // A second file of the same moment has `(1)` or `-1` behind it.
        let Some(moment) = when.get(..20) else { continue };
        let Ok(moment) = NaiveDateTime::parse_from_str(moment, "%Y-%m-%dT%H_%M_%SZ") else { continue };
        let mut say = |name: &str, value: String| {
            facts.insert(format!("{name} (from the file's name)"), value);
        };
        say("kind of recording", kind.to_owned());
        say("recorded", format!("{} UTC", moment.format("%Y-%m-%d %H:%M:%S")));
        if !who.trim().is_empty() {
            say("caller", who.trim().chars().take(super::audio::WORD_CHARS).collect());
        }
    }
}
