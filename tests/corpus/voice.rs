//! Recordings and photos of real devices: what they tell is compared with what others found in the same files.
//!
//! The corpora are not part of the project. Where they are is told by `RECORDROOM_CORPORA`, else they are looked for
//! beside the project; where there are none the test says so and passes.

use crate::expected::facts;
use crate::held::Held;
use crate::place::corpora;
use recordroom::extract;
use std::collections::BTreeMap;

/// Folders whose every fact is compared.
const FOLDERS: [&str; 2] = ["voicemail_audio", "photo_exif"];

/// Facts that are not ours to tell, each with the reason.
const NOT_COVERED: [(&str, &str); 1] = [("magic_hex", "the first bytes are in the original")];

/// Differences that are known, each with its reason: (file, fact, what we find, why).
const KNOWN: &[(&str, &str, &str, &str)] = &[];

/// A fact of a file in the words of the expectations; `None` where we tell nothing of the kind.
fn ours(name: &str, bytes: &[u8], facts: &BTreeMap<String, String>) -> Option<String> {
    let fact = |name: &str| facts.get(name).cloned();
    let seconds = || fact("duration in seconds")?.parse::<f64>().ok();
    let place = || {
        let place = fact("place (possibly not public)")?;
        let (latitude, longitude) = place.split_once(", ")?;
        Some((latitude.parse::<f64>().ok()?, longitude.parse::<f64>().ok()?))
    };
    // Degrees, minutes and seconds as the other reader has them, made of its own text, compared as one number.
    Some(match name {
        "size" => bytes.len().to_string(),
        "frames_20ms" => format!("{:.0}", seconds()? * 50.0),
        "duration_s" => seconds()?.to_string(),
        "wave" => {
            let (channels, rate) = (fact("channels")?, fact("samples a second")?);
            format!("{channels}ch {rate}Hz {:.3}s", seconds()?)
        }
        "Image Make" => fact("camera maker")?,
        "Image Model" => fact("camera")?,
        "EXIF DateTimeOriginal" => fact("taken")?,
        "Image DateTime" => fact("file changed")?,
        "GPS GPSLatitude" => format!("{:.4}", place()?.0.abs()),
        "GPS GPSLongitude" => format!("{:.4}", place()?.1.abs()),
        "GPS GPSLatitudeRef" => if place()?.0 < 0.0 { "S" } else { "N" }.to_owned(),
        "GPS GPSLongitudeRef" => if place()?.1 < 0.0 { "W" } else { "E" }.to_owned(),
        "GPS GPSDate" => fact("satellite time")?.split(' ').next()?.to_owned(),
        "GPS GPSTimeStamp" => fact("satellite time")?.split(' ').nth(1)?.to_owned(),
        "lat_lon_decimal" => place().map(|(one, two)| format!("{one:.6},{two:.6}"))?,
        "Image Orientation" => fact("orientation")?,
        _ => return None,
    })
}

/// The expectation in our words: dates with hyphens, degrees as one number, the orientation by the same name.
fn theirs(name: &str, value: &str) -> String {
    let numbers = || -> Vec<f64> {
        let parts = value.trim_matches(['[', ']']).split(", ");
        let number = |part: &str| match part.split_once('/') {
            Some((over, under)) => over.parse::<f64>().unwrap_or(0.0) / under.parse::<f64>().unwrap_or(1.0),
            None => part.parse().unwrap_or(0.0),
        };
        parts.map(number).collect()
    };
    match name {
        "EXIF DateTimeOriginal" | "Image DateTime" => value.replacen(':', "-", 2),
        "GPS GPSDate" => value.replace(':', "-"),
        "GPS GPSLatitude" | "GPS GPSLongitude" => {
            let [degrees, minutes, seconds] = numbers()[..] else { return value.to_owned() };
            format!("{:.4}", degrees + minutes / 60.0 + seconds / 3600.0)
        }
        "GPS GPSTimeStamp" => {
            let [hours, minutes, seconds] = numbers()[..] else { return value.to_owned() };
            format!("{hours:02}:{minutes:02}:{:02}", seconds.floor())
        }
        "duration_s" => format!("{}", value.parse::<f64>().map_or(0.0, |one| (one * 1000.0).round() / 1000.0)),
        "Image Orientation" if value.starts_with("Horizontal") => "row 0 at top and column 0 at left".to_owned(),
        // The number of frames is the duration again, and we tell that in milliseconds.
        "wave" => {
            let words: Vec<&str> = value.split(' ').filter(|word| *word != "frames").collect();
            let [channels, rate, _, seconds] = words[..] else { return value.to_owned() };
            format!("{channels} {rate} {seconds}")
        }
        _ => value.to_owned(),
    }
}

#[test]
fn every_fact_of_recordings_and_photos_is_compared() {
    let Some(root) = corpora("mobile") else { return };
    let (mut agree, mut differ, mut not_covered, mut wrong) = (0, 0, 0, Vec::new());
    for fact in facts(&root, &FOLDERS) {
        let (file, name, value) = (fact.file.as_str(), fact.name.as_str(), fact.value.as_str());
        let bytes = std::fs::read(root.join(file)).expect("a file of the corpus");
        let facts = extract::text(&bytes, file, "").facts;
        let (theirs, ours) = (theirs(name, value), ours(name, &bytes, &facts));
        let known = KNOWN.iter().find(|one| (one.0, one.1) == (file, name));
        match (ours, known) {
            (Some(ours), None) if ours == theirs => agree += 1,
            (Some(ours), Some(known)) if ours == known.2 => differ += 1,
            (None, _) if NOT_COVERED.iter().any(|(one, _)| *one == name) => not_covered += 1,
            (ours, _) => wrong.push(format!("{file} {name}: {ours:?}, expected {theirs:?}")),
        }
    }
    println!(
        "recordings and photos: {agree} facts agree, {differ} differ for a known reason, {not_covered} are not covered"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(agree >= 20, "{agree}");
}

#[test]
fn recordings_and_photos_are_taken_in_whole_with_their_facts() {
    let Some(root) = corpora("mobile") else { return };
    for folder in FOLDERS {
        let held = Held::of(&root.join(folder));
        let files = std::fs::read_dir(root.join(folder)).expect("a folder").count();
        assert_eq!((held.items.len(), held.exceptions.len()), (files, 0), "{folder}");
        for (item, parsed) in held.items.iter().zip(held.parsed()) {
            assert!(parsed.facts.contains_key("codec") || parsed.facts.contains_key("camera"), "{}", item.place);
            assert!(parsed.problems.is_empty(), "{}: {:?}", item.place, parsed.problems);
        }
    }
}

#[test]
fn a_real_recording_or_photo_changed_anywhere_never_panics() {
    let Some(root) = corpora("mobile") else { return };
    for folder in FOLDERS {
        for entry in std::fs::read_dir(root.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            let bytes = std::fs::read(&path).expect("a file");
            let name = path.to_string_lossy().into_owned();
            // Every byte of the head takes three other values, and the file is cut at every power of two.
            for at in 0..bytes.len().min(600) {
                for change in [0x01, 0x80, 0xFF] {
                    let mut changed = bytes[..bytes.len().min(20_000)].to_vec();
                    changed[at] ^= change;
                    let _ = extract::text(&changed, &name, "");
                }
            }
            for power in 0..bytes.len().ilog2() {
                let _ = extract::text(&bytes[..1 << power], &name, "");
            }
        }
    }
}
