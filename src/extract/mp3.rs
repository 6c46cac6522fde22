//! MP3: frames are counted from a table of the encoder where there is one, else one by one.

use super::audio::{Recording, letters};
use super::charset;

/// Frames that are walked; at 26 ms each more than three days.
const FRAMES: u64 = 10_000_000;

/// One frame's header (ISO/IEC 11172-3 section 2.4.1.3).
struct Frame {
    rate: u32,
    channels: u32,
    samples: u64,
    length: usize,
    /// Bytes from the frame's start to where an encoder puts its table.
    table: usize,
}

/// What an MP3 file tells.
pub fn read(bytes: &[u8]) -> Option<Recording> {
    let mut recording = Recording { codec: "MP3".to_owned(), ..Recording::default() };
    let mut at = tags(bytes, &mut recording);
    // Some writers leave blank bytes behind their tags.
    at += bytes.get(at..)?.iter().take_while(|byte| **byte == 0).count();
    let first = frame(bytes.get(at..)?)?;
    recording.channels = first.channels;
    recording.rate = first.rate;
    if let Some(frames) = told(&bytes[at..], &first) {
        recording.last(frames.saturating_mul(first.samples), u64::from(first.rate));
        return Some(recording);
    }
    let (mut samples, mut count) = (0_u64, 0);
    while let Some(one) = bytes.get(at..).and_then(frame).filter(|_| count < FRAMES) {
        if at + one.length > bytes.len() {
            recording.is_cut = true;
            break;
        }
        samples += one.samples;
        count += 1;
        at += one.length;
    }
    recording.last(samples, u64::from(first.rate));
    Some(recording)
}

/// The frame that begins here; only layer III.
fn frame(bytes: &[u8]) -> Option<Frame> {
    const ONE: [u32; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const TWO: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let header = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?);
    let (version, layer) = (header >> 19 & 3, header >> 17 & 3);
    if header >> 21 != 0x7FF || version == 1 || layer != 1 {
        return None;
    }
    let first = version == 3;
    let kilobits = *if first { &ONE } else { &TWO }.get((header >> 12 & 15) as usize)?;
    let base = *[44_100_u32, 48_000, 32_000].get((header >> 10 & 3) as usize)?;
    let rate = match version {
        3 => base,
        2 => base / 2,
        _ => base / 4,
    };
    let padding = header >> 9 & 1;
    let mono = header >> 6 & 3 == 3;
    let samples = if first { 1152 } else { 576 };
    // A free bit rate has no length of its own; nobody can walk it.
    let length = (samples as u32 / 8 * kilobits * 1000).checked_div(rate)? + padding;
    let side = match (first, mono) {
        (true, false) => 32,
        (true, true) | (false, false) => 17,
        (false, true) => 9,
    };
    (kilobits > 0).then_some(Frame {
        rate,
        channels: if mono { 1 } else { 2 },
        samples,
        length: length as usize,
        table: 4 + side,
    })
}

/// How many frames the encoder's own table counts: Xing/Info (LAME), or VBRI (Fraunhofer).
fn told(bytes: &[u8], frame: &Frame) -> Option<u64> {
    let number = |at: usize| Some(u64::from(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)));
    let table = bytes.get(frame.table..)?;
    if table.starts_with(b"Xing") || table.starts_with(b"Info") {
        let has_frames = number(frame.table + 4)? & 1 == 1;
        return if has_frames { number(frame.table + 8) } else { None };
    }
    if bytes.get(36..40) == Some(b"VBRI") { number(50) } else { None }
}

/// Passes over the ID3v2 tags at the head and keeps what they say (id3.org, ID3v2.3 and 2.4).
fn tags(bytes: &[u8], recording: &mut Recording) -> usize {
    let mut at = 0;
    while let Some(head) = bytes.get(at..at + 10).filter(|head| head.starts_with(b"ID3")) {
        let length = synchsafe(&head[6..10]);
        let version = head[3];
        let tag = &bytes[at + 10..bytes.len().min(at + 10 + length)];
        // Tags that are unsynchronised or begin with an extended header are rare; their words are passed over.
        if (version == 3 || version == 4) && head[5] & 0xC0 == 0 {
            words(tag, version, recording);
        }
        at += 10 + length;
    }
    at.min(bytes.len())
}

fn words(mut tag: &[u8], version: u8, recording: &mut Recording) {
    const NAMES: [(&[u8], &str); 5] = [
        (b"TIT2", "title"),
        (b"TPE1", "artist"),
        (b"TDRC", "date as written"),
        (b"TYER", "date as written"),
        (b"TSSE", "software"),
    ];
    while let Some(head) = tag.get(..10).filter(|head| head[0] != 0) {
        let length = match version {
            4 => synchsafe(&head[4..8]),
            _ => u32::from_be_bytes([head[4], head[5], head[6], head[7]]) as usize,
        };
        let rest = &tag[10..];
        let Some(body) = rest.get(..length) else { return };
        if let Some((_, name)) = NAMES.iter().find(|(wanted, _)| *wanted == &head[..4])
            && let Some((encoding, text)) = body.split_first()
        {
            let text = match encoding {
                1 if text.starts_with(&[0xFE, 0xFF]) => charset::decode(&text[2..], Some("utf-16be")).text,
                1 => charset::decode(text.strip_prefix(&[0xFF, 0xFE]).unwrap_or(text), Some("utf-16le")).text,
                2 => charset::decode(text, Some("utf-16be")).text,
                _ => letters(text),
            };
            recording.word(name, &text);
        }
        tag = &rest[length..];
    }
}

/// A number of four bytes of seven bits each.
fn synchsafe(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7F))
}
