//! What a photo tells beside its picture: when it was taken and how that is known, by which camera, and where.
//!
//! A camera writes its own clock without a zone (Exif 2.3, DateTimeOriginal); only newer ones write the offset beside
//! it (Exif 2.31, OffsetTimeOriginal). The zone is never guessed: the facts say whether it was written, follows from
//! the satellite time, or is not known. Where a photo was taken is location data of a person: the fact itself says that
//! it is possibly not public.

use super::Extracted;
use super::audio::WORD_CHARS;
use crate::model::exception::ProblemCode;
use crate::model::item::{POSSIBLY_NOT_PUBLIC, Searchable};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use exif::{Exif, In, Tag, Value};
use std::collections::BTreeMap;
use std::io::Cursor;

/// Who decides about the place. No section makes every location not public: the responsible authority determines whether
/// this one is security information, whose definition names GPS locations (Minn. Stat. 13.37, subd. 1(a) and 2).
const PLACE_BASIS: &str = "a location of a person or an object; it is public unless the responsible authority determines \
                           that it is security information (Minn. Stat. 13.37, subd. 1(a) and 2) or another section applies";
/// Minutes by which a zone may differ from UTC (IANA: from -12:00 to +14:00).
const OFFSETS: std::ops::RangeInclusive<i64> = -12 * 60..=14 * 60;
/// Seconds by which a camera's clock may be wrong where its zone is found by the satellites'.
const CLOCK_ERROR: i64 = 120;

/// Whether a media type may have facts of a camera in it.
pub fn is_photo(found: &str) -> bool {
    matches!(found, "image/jpeg" | "image/tiff" | "image/heic" | "image/avif" | "image/png" | "image/webp")
}

/// What a photo tells: facts, and no text.
pub fn extract(bytes: &[u8], found: &str) -> Extracted {
    let mut extracted = Extracted::nothing(found);
    let mut damaged = false;
    let read = exif::Reader::new()
        .continue_on_error(true)
        .read_from_container(&mut Cursor::new(bytes))
        .or_else(|error| error.distill_partial_result(|errors| damaged = !errors.is_empty()));
    match read {
        Ok(exif) => tell(&exif, &mut extracted.facts),
        // A picture without such facts, as every scan and every screenshot.
        Err(exif::Error::NotFound(_) | exif::Error::BlankValue(_)) => {}
        Err(_) => damaged = true,
    }
    if damaged {
        let sentence = "what the camera wrote into the picture is damaged and could be read only in part";
        extracted = extracted.but(Searchable::Not, ProblemCode::Malformed, sentence);
    }
    extracted
}

fn tell(exif: &Exif, facts: &mut BTreeMap<String, String>) {
    const WORDS: [(Tag, &str); 9] = [
        (Tag::Make, "camera maker"),
        (Tag::Model, "camera"),
        (Tag::LensModel, "lens"),
        (Tag::BodySerialNumber, "camera serial number"),
        (Tag::CameraOwnerName, "camera owner"),
        (Tag::Software, "software"),
        (Tag::Artist, "artist"),
        (Tag::Copyright, "copyright"),
        (Tag::ImageDescription, "description"),
    ];
    for (tag, name) in WORDS {
        if let Some(text) = ascii(exif, tag) {
            facts.insert(name.to_owned(), text);
        }
    }
    if let Some(orientation) = exif.get_field(Tag::Orientation, In::PRIMARY) {
        facts.insert("orientation".to_owned(), orientation.display_value().to_string());
    }
    let satellite = satellite_time(exif);
    let moments = [
        (Tag::DateTimeOriginal, Tag::OffsetTimeOriginal, Tag::SubSecTimeOriginal, "taken"),
        (Tag::DateTimeDigitized, Tag::OffsetTimeDigitized, Tag::SubSecTimeDigitized, "digitized"),
        (Tag::DateTime, Tag::OffsetTime, Tag::SubSecTime, "file changed"),
    ];
    for (tag, offset, fraction, name) in moments {
        let Some(written) = ascii(exif, tag) else { continue };
        let Some(moment) = moment(&written) else {
            // Cameras whose clock was never set write blanks or noughts.
            facts.insert(format!("{name} (not a date)"), written);
            continue;
        };
        let fraction = ascii(exif, fraction).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
        let fraction = fraction.map_or(String::new(), |digits| format!(".{digits}"));
        let shown = format!("{}{fraction}", moment.format("%Y-%m-%d %H:%M:%S"));
        let (shown, basis) = match ascii(exif, offset).filter(|text| is_offset(text)) {
            Some(offset) => (format!("{shown} {offset}"), "the camera wrote the offset beside the time".to_owned()),
            None => (shown, without_offset(moment, name, satellite)),
        };
        facts.insert(name.to_owned(), shown);
        facts.insert(format!("{name}: zone"), basis);
    }
    if let Some(satellite) = satellite {
        facts.insert("satellite time".to_owned(), format!("{} UTC", satellite.format("%Y-%m-%d %H:%M:%S")));
    }
    if let (Some(latitude), Some(longitude)) = (
        degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, "S", 90.0),
        degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, "W", 180.0),
    ) {
        say_place(&format!("{latitude:.6}, {longitude:.6}"), facts);
    }
}

/// Keeps where something was recorded, marked as possibly not public.
pub fn say_place(written: &str, facts: &mut BTreeMap<String, String>) {
    let written: String = written.trim_matches(['\0', ' ', '/']).chars().take(WORD_CHARS).collect();
    if !written.is_empty() {
        facts.insert(format!("place {POSSIBLY_NOT_PUBLIC}"), written);
        facts.insert("place: basis".to_owned(), PLACE_BASIS.to_owned());
    }
}

/// What is known of the zone of a time that was written without one.
fn without_offset(moment: NaiveDateTime, name: &str, satellite: Option<NaiveDateTime>) -> String {
    let unknown = "not written; the time is the camera's own clock".to_owned();
    // Only the moment of taking is the moment the satellites were heard.
    let Some(satellite) = satellite.filter(|_| name == "taken") else { return unknown };
    let seconds = (moment - satellite).num_seconds();
    let quarters = (seconds as f64 / 900.0).round() as i64;
    let minutes = quarters * 15;
    if (seconds - quarters * 900).abs() > CLOCK_ERROR || !OFFSETS.contains(&minutes) {
        return format!("{unknown}, which does not fit the satellite time");
    }
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    format!("not written; UTC{sign}{hours:02}:{rest:02} follows from the satellite time")
}

/// GPSDateStamp and GPSTimeStamp, which are UTC (Exif 2.3 section 4.6.6).
fn satellite_time(exif: &Exif) -> Option<NaiveDateTime> {
    let date = ascii(exif, Tag::GPSDateStamp)?;
    let date = NaiveDate::parse_from_str(&date, "%Y:%m:%d").ok()?;
    let parts = rationals(exif, Tag::GPSTimeStamp)?;
    let [hours, minutes, seconds] = parts[..] else { return None };
    let total = hours * 3600.0 + minutes * 60.0 + seconds;
    let within = total.is_finite() && (0.0..=86_400.0).contains(&total);
    date.and_hms_opt(0, 0, 0)?.checked_add_signed(TimeDelta::try_seconds(if within {
        total as i64
    } else {
        return None;
    })?)
}

/// Degrees, minutes and seconds as one number; `None` where they are no place on the Earth.
fn degrees(exif: &Exif, tag: Tag, reference: Tag, negative: &str, limit: f64) -> Option<f64> {
    let parts = rationals(exif, tag)?;
    let [degrees, minutes, seconds] = parts[..] else { return None };
    let reference = ascii(exif, reference)?;
    let value = degrees + minutes / 60.0 + seconds / 3600.0;
    let value = if reference.eq_ignore_ascii_case(negative) { -value } else { value };
    (value.is_finite() && value.abs() <= limit).then_some(value)
}

fn rationals(exif: &Exif, tag: Tag) -> Option<Vec<f64>> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Rational(parts) if parts.iter().all(|part| part.denom != 0) => {
            Some(parts.iter().map(exif::Rational::to_f64).collect())
        }
        _ => None,
    }
}

/// A written word, bounded, when it says something.
fn ascii(exif: &Exif, tag: Tag) -> Option<String> {
    let Value::Ascii(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let text = parts.iter().map(|part| super::audio::letters(part)).collect::<Vec<_>>().join(" ");
    let text: String = text.trim().chars().take(WORD_CHARS).collect();
    (!text.is_empty()).then_some(text)
}

fn moment(written: &str) -> Option<NaiveDateTime> {
    // Some programs write hyphens for the colons of the date.
    ["%Y:%m:%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(written, form).ok())
}

/// `+01:00`, `-06:00` (Exif 2.31 section 4.6.5); a Z is written by some programs.
fn is_offset(text: &str) -> bool {
    let bytes = text.as_bytes();
    text == "Z"
        || bytes.len() == 6
            && matches!(bytes[0], b'+' | b'-')
            && bytes[3] == b':'
            && [1, 2, 4, 5].iter().all(|at| bytes[*at].is_ascii_digit())
}

#[cfg(test)]
#[path = "photo_tests.rs"]
mod tests;
