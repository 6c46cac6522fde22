//! MP4, M4A, 3GP and QuickTime: boxes of a length, four letters and a body (ISO/IEC 14496-12).

use super::audio::Recording;
use super::photo;
use chrono::{DateTime, TimeDelta, Utc};

/// Boxes that are looked at in one file.
const BOXES: usize = 10_000;
/// Seconds from 1904-01-01, from which the format counts (ISO/IEC 14496-12 section 8.2.2), to 1970-01-01.
const SINCE_1904: i64 = 2_082_844_800;

/// One box.
#[derive(Clone, Copy)]
struct Part<'a> {
    kind: &'a [u8],
    body: &'a [u8],
}

/// The boxes in a stretch; one whose length is wrong ends at the end of the stretch.
fn parts(bytes: &[u8]) -> (Vec<Part<'_>>, bool) {
    let mut found = Vec::new();
    let mut rest = bytes;
    let mut is_cut = false;
    while let Some((head, kind)) = rest.get(..4).zip(rest.get(4..8)) {
        let short = u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]));
        let (start, length) = match short {
            0 => (8, rest.len() as u64),
            1 => match rest.get(8..16).and_then(|long| Some(u64::from_be_bytes(long.try_into().ok()?))) {
                Some(long) => (16, long),
                None => break,
            },
            _ => (8, short),
        };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length < start || found.len() >= BOXES {
            is_cut = true;
            break;
        }
        is_cut |= length > rest.len();
        let end = length.min(rest.len());
        found.push(Part { kind, body: &rest[start..end] });
        rest = &rest[end..];
    }
    (found, is_cut)
}

/// The first box on a path.
fn at<'a>(bytes: &'a [u8], path: &[&[u8]]) -> Option<&'a [u8]> {
    let (first, rest) = path.split_first()?;
    let found = parts(bytes).0.into_iter().find(|part| part.kind == *first)?.body;
    if rest.is_empty() { Some(found) } else { at(found, rest) }
}

/// What an MP4 file tells.
pub fn read(bytes: &[u8]) -> Option<Recording> {
    let (top, is_cut) = parts(bytes);
    let mut recording = Recording { is_cut, ..Recording::default() };
    let Some(movie) = top.iter().find(|part| part.kind == b"moov").map(|part| part.body) else {
        // Recorders write the table last; a recording without one was cut off.
        recording.is_cut = true;
        return top.iter().any(|part| part.kind == b"mdat").then_some(recording);
    };
    if let Some(head) = at(movie, &[b"mvhd"]) {
        head_facts(head, &mut recording);
    }
    let mut codecs = Vec::new();
    for track in parts(movie).0.into_iter().filter(|part| part.kind == b"trak") {
        track_facts(track.body, &mut codecs, &mut recording);
    }
    recording.codec = codecs.join(", ");
    for path in [&[b"udta".as_slice(), b"meta".as_slice()][..], &[b"meta".as_slice()][..]] {
        if let Some(meta) = at(movie, path) {
            words(meta, &mut recording);
        }
    }
    // The older form: the place stands in a box of its own (QuickTime File Format, user data).
    if let Some(place) = at(movie, &[b"udta", b"\xA9xyz"]) {
        let text = String::from_utf8_lossy(place.get(4..).unwrap_or_default());
        photo::say_place(&text, &mut recording.words);
    }
    Some(recording)
}

/// The movie header (section 8.2.2): when it was made, in UTC, and how long it is.
fn head_facts(head: &[u8], recording: &mut Recording) {
    let long = head.first() == Some(&1);
    let number = |from: usize, wide: bool| -> Option<u64> {
        Some(match wide {
            true => u64::from_be_bytes(head.get(from..from + 8)?.try_into().ok()?),
            false => u64::from(u32::from_be_bytes(head.get(from..from + 4)?.try_into().ok()?)),
        })
    };
    let (created, scale, duration) = match long {
        true => (number(4, true), number(20, false), number(24, true)),
        false => (number(4, false), number(12, false), number(16, false)),
    };
    let unknown = if long { u64::MAX } else { u64::from(u32::MAX) };
    if let (Some(scale), Some(duration)) = (scale, duration)
        && duration > 0
        && duration != unknown
    {
        recording.last(duration, scale);
    }
    // Nought is not told; what lies before 1970 is a clock that was never set.
    let seconds = created.and_then(|created| i64::try_from(created).ok()).map(|created| created - SINCE_1904);
    let moment = seconds
        .filter(|seconds| *seconds > 0)
        .and_then(|seconds| DateTime::<Utc>::UNIX_EPOCH.checked_add_signed(TimeDelta::try_seconds(seconds)?));
    if let Some(moment) = moment {
        recording.word("recorded (UTC by the format)", &moment.format("%Y-%m-%d %H:%M:%S UTC").to_string());
    }
}

/// The coding of a track: the first entry of its sample table (section 8.5.2).
fn track_facts(track: &[u8], codecs: &mut Vec<String>, recording: &mut Recording) {
    let Some(entries) = at(track, &[b"mdia", b"minf", b"stbl", b"stsd"]) else { return };
    let Some(entry) = entries.get(8..).map(parts).and_then(|(parts, _)| parts.first().copied()) else { return };
    let sound = at(track, &[b"mdia", b"hdlr"]).and_then(|handler| handler.get(8..12)) == Some(b"soun");
    let name = match entry.kind {
        b"mp4a" => "AAC",
        b"samr" => "AMR",
        b"sawb" => "AMR-WB",
        b"alac" => "Apple Lossless",
        b"ulaw" => "mu-law",
        b"alaw" => "A-law",
        b"Opus" => "Opus",
        b".mp3" => "MP3",
        b"avc1" | b"avc3" => "H.264",
        b"hvc1" | b"hev1" => "H.265",
        b"mp4v" => "MPEG-4 video",
        b"s263" => "H.263",
        _ => "",
    };
    let name = if name.is_empty() { super::audio::letters(entry.kind) } else { name.to_owned() };
    // Texts, chapters and timecodes are tracks too, and no coding of sound or picture.
    let picture = at(track, &[b"mdia", b"hdlr"]).and_then(|handler| handler.get(8..12)) == Some(b"vide");
    if (sound || picture) && !codecs.contains(&name) {
        codecs.push(name);
    }
    if sound && let Some(told) = entry.body.get(16..28) {
        // Section 12.2.3: channels, bits, and the rate as a fixed-point number.
        recording.channels = u32::from(u16::from_be_bytes([told[0], told[1]]));
        recording.rate = u32::from(u16::from_be_bytes([told[8], told[9]]));
    }
}

/// The words of a metadata box: those of iTunes, and those of QuickTime with keys.
fn words(meta: &[u8], recording: &mut Recording) {
    const NAMES: [(&[u8], &str); 6] = [
        (b"\xA9nam", "title"),
        (b"\xA9ART", "artist"),
        (b"\xA9day", "date as written"),
        (b"\xA9cmt", "comment"),
        (b"\xA9too", "software"),
        (b"\xA9des", "description"),
    ];
    const KEYS: [(&str, &str); 6] = [
        ("com.apple.quicktime.creationdate", "recorded as written"),
        ("com.apple.quicktime.make", "camera maker"),
        ("com.apple.quicktime.model", "camera"),
        ("com.apple.quicktime.software", "software"),
        ("com.apple.quicktime.title", "title"),
        ("com.apple.quicktime.location.ISO6709", "place"),
    ];
    // In MP4 the box has a version before its parts, in QuickTime it has none.
    let bodies = [meta.get(4..).unwrap_or_default(), meta];
    let Some(body) = bodies.into_iter().find(|body| at(body, &[b"ilst"]).is_some()) else { return };
    let keys: Vec<String> = at(body, &[b"keys"])
        .and_then(|keys| keys.get(8..))
        .map(|keys| parts(keys).0.iter().map(|part| String::from_utf8_lossy(part.body).into_owned()).collect())
        .unwrap_or_default();
    let Some(list) = at(body, &[b"ilst"]) else { return };
    for part in parts(list).0 {
        let Some(value) = at(part.body, &[b"data"]).and_then(|data| data.get(8..)) else { continue };
        let text = String::from_utf8_lossy(value);
        let index = part.kind.try_into().map_or(0, u32::from_be_bytes) as usize;
        let by_key = index.checked_sub(1).and_then(|index| keys.get(index));
        let name = match by_key {
            Some(key) => KEYS.iter().find(|(wanted, _)| wanted == key).map(|(_, name)| *name),
            None => NAMES.iter().find(|(wanted, _)| *wanted == part.kind).map(|(_, name)| *name),
        };
        match name {
            Some("place") => photo::say_place(&text, &mut recording.words),
            Some(name) => recording.word(name, &text),
            None => {}
        }
    }
}
