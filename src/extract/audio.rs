//! What a recording tells beside its sound: how long it is, how it is coded, and what its container has written down.
//!
//! Nothing is decoded and no word is heard, so a recording is *not searchable* and says so. Durations are seconds,
//! counted from the container's own tables or by walking its frames; a recording that breaks off says so.

use super::Extracted;
use super::audio_name;
use super::media_box;
use super::{mp3, ogg};
use crate::model::exception::ProblemCode;
use crate::model::item::Searchable;
use std::collections::BTreeMap;

/// Characters of one written word of metadata that are kept.
pub const WORD_CHARS: usize = 500;
/// Speech frames of 20 ms (RFC 4867 section 4.1).
const AMR_FRAMES_A_SECOND: u64 = 50;
/// Samples in one block of WAV49 (RFC 2361 appendix A.24: 65 bytes, two GSM frames of 160 samples).
const GSM_SAMPLES: u64 = 320;

/// How long a recording is and how it is coded, as far as its container tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recording {
    /// The coding in words.
    pub codec: String,
    /// Milliseconds; `None` when nothing tells.
    pub milliseconds: Option<u64>,
    /// Channels; 0 when not told.
    pub channels: u32,
    /// Samples a second; 0 when not told.
    pub rate: u32,
    /// Words the container has written down, by name.
    pub words: BTreeMap<String, String>,
    /// Whether it breaks off before its container says it ends.
    pub is_cut: bool,
}

impl Recording {
    /// Sets the duration from samples at a rate.
    pub fn last(&mut self, samples: u64, rate: u64) {
        let half = rate / 2;
        self.milliseconds = samples.saturating_mul(1000).saturating_add(half).checked_div(rate);
    }

    /// Keeps a word, bounded, when it says something.
    pub fn word(&mut self, name: &str, written: &str) {
        let written: String = written.trim_matches(['\0', ' ', '\r', '\n', '\t']).chars().take(WORD_CHARS).collect();
        if !written.is_empty() {
            self.words.entry(name.to_owned()).or_insert(written);
        }
    }
}

/// Whether a media type is a recording that is looked into.
pub fn is_recording(found: &str) -> bool {
    found.starts_with("audio/") || matches!(found, "video/mp4" | "video/quicktime" | "video/3gpp")
}

/// What a recording tells: facts, and no text.
pub fn extract(bytes: &[u8], found: &str, name: &str) -> Extracted {
    let recording = match found {
        "audio/amr" => amr(bytes),
        "audio/wav" => wave(bytes),
        "audio/mpeg" => mp3::read(bytes),
        "audio/ogg" => ogg::read(bytes),
        "audio/flac" => flac(bytes),
        "audio/mp4" | "video/mp4" | "video/quicktime" | "video/3gpp" => media_box::read(bytes),
        _ => None,
    };
    let mut extracted = Extracted::nothing(found);
    match recording {
        Some(recording) => {
            if recording.is_cut {
                let sentence = "the recording breaks off before its end; its duration is that of what is there";
                extracted = extracted.but(Searchable::Not, ProblemCode::Truncated, sentence);
            }
            tell(recording, &mut extracted.facts);
        }
        None if bytes.len() > 12 => {
            let sentence = "the recording is damaged or of a kind that is not known; it is kept whole";
            extracted = extracted.but(Searchable::Not, ProblemCode::Malformed, sentence);
        }
        None => {}
    }
    audio_name::tell(name, &mut extracted.facts);
    extracted
}

fn tell(recording: Recording, facts: &mut BTreeMap<String, String>) {
    facts.extend(recording.words);
    let mut say = |name: &str, value: String| {
        facts.insert(name.to_owned(), value);
    };
    if !recording.codec.is_empty() {
        say("codec", recording.codec);
    }
    if let Some(milliseconds) = recording.milliseconds {
        say("duration in seconds", format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000));
    }
    if recording.channels > 0 {
        say("channels", recording.channels.to_string());
    }
    if recording.rate > 0 {
        say("samples a second", recording.rate.to_string());
    }
}

/// AMR and AMR-WB in the storage format of RFC 4867 section 5: a mark, then frames with a header octet each.
fn amr(bytes: &[u8]) -> Option<Recording> {
    // Octets behind the header octet by frame type (RFC 4867 section 5.3 with 3GPP TS 26.101 table 1a and 26.201
    // table 1a, rounded up to octets); types that no writer may store end the walk.
    const NARROW: [Option<usize>; 16] = [
        Some(12),
        Some(13),
        Some(15),
        Some(17),
        Some(19),
        Some(20),
        Some(26),
        Some(31),
        Some(5),
        None,
        None,
        None,
        None,
        None,
        None,
        Some(0),
    ];
    const WIDE: [Option<usize>; 16] = [
        Some(17),
        Some(23),
        Some(32),
        Some(36),
        Some(40),
        Some(46),
        Some(50),
        Some(58),
        Some(60),
        Some(5),
        None,
        None,
        None,
        None,
        Some(0),
        Some(0),
    ];
    type Mark = (&'static [u8], &'static [Option<usize>; 16], bool, &'static str, u32);
    const MARKS: [Mark; 4] = [
        (b"#!AMR-WB\n", &WIDE, false, "AMR-WB", 16_000),
        (b"#!AMR\n", &NARROW, false, "AMR", 8000),
        (b"#!AMR-WB_MC1.0\n", &WIDE, true, "AMR-WB", 16_000),
        (b"#!AMR_MC1.0\n", &NARROW, true, "AMR", 8000),
    ];
    let (mark, sizes, many, codec, rate) = MARKS.into_iter().find(|(mark, ..)| bytes.starts_with(mark))?;
    let mut at = mark.len();
    let mut channels = 1;
    if many {
        // Section 5.2: 28 reserved bits, then four that count the channels.
        channels = u32::from(*bytes.get(at + 3)? & 0x0F).max(1);
        at += 4;
    }
    let mut recording = Recording { codec: codec.to_owned(), channels, rate, ..Recording::default() };
    let mut frames = 0_u64;
    while let Some(header) = bytes.get(at) {
        let size = sizes[usize::from(header >> 3 & 0x0F)];
        match size.map(|size| at + 1 + size) {
            Some(next) if next <= bytes.len() => at = next,
            _ => {
                recording.is_cut = true;
                break;
            }
        }
        frames += 1;
    }
    recording.last(frames / u64::from(channels), AMR_FRAMES_A_SECOND);
    Some(recording)
}

/// The coding of a WAV file by its format tag (RFC 2361).
fn wave_codec(tag: u16, bits: u16) -> String {
    match tag {
        0x0001 => format!("PCM, {bits} bits"),
        0x0002 => "Microsoft ADPCM".to_owned(),
        0x0003 => format!("PCM, {bits} bits, floating point"),
        0x0006 => "A-law".to_owned(),
        0x0007 => "mu-law".to_owned(),
        0x0011 => "IMA ADPCM".to_owned(),
        0x0031 => "GSM 6.10".to_owned(),
        0x0040 => "G.721 ADPCM".to_owned(),
        0x0045 => "G.726 ADPCM".to_owned(),
        0x0050 => "MPEG layer 1 or 2".to_owned(),
        0x0055 => "MP3".to_owned(),
        0x0022 => "TrueSpeech".to_owned(),
        0x0083 => "G.729".to_owned(),
        0x0111 => "G.723.1".to_owned(),
        other => format!("format tag {other}"),
    }
}

/// A WAV file: chunks of four letters, a length and the bytes, padded to even lengths.
fn wave(bytes: &[u8]) -> Option<Recording> {
    let mut recording = Recording::default();
    let (mut tag, mut average, mut block, mut samples) = (0_u16, 0_u64, 0_u64, None);
    let mut data = None;
    let mut at = 12;
    while let (Some(id), Some(length)) = (bytes.get(at..at + 4), u32_le(bytes, at + 4)) {
        let start = at + 8;
        let rest = bytes.len() - start;
        let chunk = &bytes[start..start + rest.min(length as usize)];
        match id {
            b"fmt " => {
                tag = u16_le(chunk, 0)?;
                if tag == 0xFFFE {
                    // WAVEFORMATEXTENSIBLE: the first half word of the sub-format is the tag.
                    tag = u16_le(chunk, 24)?;
                }
                recording.channels = u32::from(u16_le(chunk, 2)?);
                recording.rate = u32_le(chunk, 4)?;
                average = u64::from(u32_le(chunk, 8)?);
                block = u64::from(u16_le(chunk, 12)?);
                recording.codec = wave_codec(tag, u16_le(chunk, 14).unwrap_or(0));
            }
            b"fact" => samples = u32_le(chunk, 0).map(u64::from).filter(|samples| *samples > 0),
            b"data" => {
                // A recorder that was cut off, or that streams, leaves 0 or the largest length.
                let open = length == 0 || length == u32::MAX;
                recording.is_cut = !open && length as usize > rest;
                data = Some(if length == 0 { rest as u64 } else { chunk.len() as u64 });
                if open {
                    break;
                }
            }
            b"LIST" if chunk.starts_with(b"INFO") => wave_words(&chunk[4..], &mut recording),
            b"bext" => broadcast(chunk, &mut recording),
            _ => {}
        }
        at = start.saturating_add(length as usize).saturating_add(length as usize % 2);
    }
    if recording.codec.is_empty() {
        return None;
    }
    let (data, rate) = (data?, u64::from(recording.rate));
    match tag {
        0x0001 | 0x0003 | 0x0006 | 0x0007 if block > 0 => recording.last(data / block, rate),
        0x0031 if block > 0 => recording.last(data / block * GSM_SAMPLES, rate),
        _ => match samples {
            Some(samples) if !recording.is_cut => recording.last(samples, rate),
            _ => recording.last(data, average),
        },
    }
    Some(recording)
}

/// The words of a LIST chunk (Multimedia Programming Interface 1.0, chapter 2, INFO list).
fn wave_words(mut list: &[u8], recording: &mut Recording) {
    const NAMES: [(&[u8], &str); 6] = [
        (b"INAM", "title"),
        (b"IART", "artist"),
        (b"ICRD", "date as written"),
        (b"ICMT", "comment"),
        (b"ISFT", "software"),
        (b"ISBJ", "subject"),
    ];
    while let (Some(id), Some(length)) = (list.get(..4), u32_le(list, 4)) {
        let rest = &list[8..];
        let chunk = &rest[..rest.len().min(length as usize)];
        if let Some((_, name)) = NAMES.iter().find(|(wanted, _)| *wanted == id) {
            recording.word(name, &letters(chunk));
        }
        let next = (length as usize).saturating_add(length as usize % 2);
        list = rest.get(next..).unwrap_or_default();
    }
}

/// The broadcast extension (EBU Tech 3285 section 2.3): description, originator, date and time without a zone.
fn broadcast(chunk: &[u8], recording: &mut Recording) {
    let at = |from: usize, length: usize| chunk.get(from..from + length).map(letters).unwrap_or_default();
    recording.word("description", &at(0, 256));
    recording.word("originator", &at(256, 32));
    let begun = format!("{} {}", at(320, 10).trim_matches('\0'), at(330, 8).trim_matches('\0'));
    recording.word("recorded (no zone written)", &begun);
}

/// A FLAC file: the first block tells rate, channels and samples (RFC 9639 section 8.2).
fn flac(bytes: &[u8]) -> Option<Recording> {
    let info = bytes.get(8..42)?;
    let packed = u64::from_be_bytes(info.get(10..18)?.try_into().ok()?);
    let rate = u32::try_from(packed >> 44).ok()?;
    let channels = (packed >> 41 & 7) as u32 + 1;
    let mut recording = Recording { codec: "FLAC".to_owned(), channels, rate, ..Recording::default() };
    let samples = packed & 0xF_FFFF_FFFF;
    if samples > 0 {
        recording.last(samples, u64::from(rate));
    }
    Some(recording)
}

/// Metadata of old containers as text: UTF-8, else one character for each byte.
pub fn letters(bytes: &[u8]) -> String {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

fn u16_le(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
#[path = "audio_tests.rs"]
mod tests;
