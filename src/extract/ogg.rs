//! Ogg: Opus, Vorbis and Speex, from the first page and the last (RFC 3533, RFC 7845, Vorbis I section 4.2.2).

use super::audio::Recording;

/// Comments of one file that are looked at.
const COMMENTS: u32 = 200;
/// Opus counts its samples at this rate, whatever it was recorded at (RFC 7845 section 4).
const OPUS_RATE: u64 = 48_000;

/// What an Ogg file tells.
pub fn read(bytes: &[u8]) -> Option<Recording> {
    let serial = bytes.get(14..18)?;
    let packet = page_body(bytes, 0)?;
    let mut recording = Recording::default();
    let mut skipped = 0;
    let rate;
    if packet.starts_with(b"OpusHead") {
        recording.codec = "Opus".to_owned();
        recording.channels = u32::from(*packet.get(9)?);
        skipped = u64::from(u16::from_le_bytes(packet.get(10..12)?.try_into().ok()?));
        recording.rate = number(packet, 12)?;
        rate = OPUS_RATE;
    } else if packet.starts_with(b"\x01vorbis") {
        recording.codec = "Vorbis".to_owned();
        recording.channels = u32::from(*packet.get(11)?);
        recording.rate = number(packet, 12)?;
        rate = u64::from(recording.rate);
    } else if packet.starts_with(b"Speex   ") {
        recording.codec = "Speex".to_owned();
        recording.rate = number(packet, 36)?;
        recording.channels = number(packet, 48)?;
        rate = u64::from(recording.rate);
    } else {
        return None;
    }
    comments(bytes, &mut recording);
    let (granule, is_last) = last_granule(bytes, serial)?;
    recording.is_cut = !is_last;
    recording.last(granule.saturating_sub(skipped), rate);
    Some(recording)
}

/// The bytes of the page that begins at `at`.
fn page_body(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let head = bytes.get(at..at + 27).filter(|head| head.starts_with(b"OggS"))?;
    let segments = usize::from(head[26]);
    let length: usize = bytes.get(at + 27..at + 27 + segments)?.iter().map(|one| usize::from(*one)).sum();
    let start = at + 27 + segments;
    bytes.get(start..bytes.len().min(start + length))
}

/// The position in samples of the last page of a stream, and whether that page says it is the last.
fn last_granule(bytes: &[u8], serial: &[u8]) -> Option<(u64, bool)> {
    let mut end = bytes.len();
    while let Some(at) = bytes[..end].windows(4).rposition(|four| four == b"OggS") {
        if let Some(head) = bytes.get(at..at + 27)
            && &head[14..18] == serial
        {
            let granule = u64::from_le_bytes(head[6..14].try_into().ok()?);
            // All ones: no packet ends on this page (RFC 3533 section 6).
            if granule != u64::MAX {
                return Some((granule, head[5] & 4 == 4));
            }
        }
        end = at;
    }
    None
}

/// The words of the second page (Vorbis comments; RFC 7845 section 5.2).
fn comments(bytes: &[u8], recording: &mut Recording) {
    const NAMES: [(&str, &str); 5] = [
        ("title", "title"),
        ("artist", "artist"),
        ("date", "date as written"),
        ("comment", "comment"),
        ("encoder", "software"),
    ];
    let Some(first) = page_body(bytes, 0) else { return };
    let second = 27 + usize::from(bytes.get(26).copied().unwrap_or(0)) + first.len();
    let Some(packet) = page_body(bytes, second) else { return };
    let Some(mut list) = packet.strip_prefix(b"OpusTags").or_else(|| packet.strip_prefix(b"\x03vorbis")) else {
        return;
    };
    let Some(vendor) = number(list, 0) else { return };
    list = list.get(4 + vendor as usize..).unwrap_or_default();
    let count = number(list, 0).unwrap_or(0).min(COMMENTS);
    list = list.get(4..).unwrap_or_default();
    for _ in 0..count {
        let Some(length) = number(list, 0) else { return };
        let Some(comment) = list.get(4..4 + length as usize) else { return };
        let text = String::from_utf8_lossy(comment);
        if let Some((key, value)) = text.split_once('=')
            && let Some((_, name)) = NAMES.iter().find(|(wanted, _)| key.eq_ignore_ascii_case(wanted))
        {
            recording.word(name, value);
        }
        list = &list[4 + length as usize..];
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
