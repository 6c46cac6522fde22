//! Recordings made here byte by byte; what others wrote is in the test over the corpora.

use super::*;
use proptest::prelude::*;

fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = id.to_vec();
    out.extend((body.len() as u32).to_le_bytes());
    out.extend(body);
    if body.len() % 2 == 1 {
        out.push(0);
    }
    out
}

fn wav(tag: u16, channels: u16, rate: u32, average: u32, block: u16, bits: u16, rest: &[Vec<u8>]) -> Vec<u8> {
    let mut format = Vec::new();
    format.extend(tag.to_le_bytes());
    format.extend(channels.to_le_bytes());
    format.extend(rate.to_le_bytes());
    format.extend(average.to_le_bytes());
    format.extend(block.to_le_bytes());
    format.extend(bits.to_le_bytes());
    let body = [vec![chunk(b"fmt ", &format)], rest.to_vec()].concat().concat();
    chunk(b"RIFF", &[b"WAVE".to_vec(), body].concat())
}

fn piece(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes()[..], kind, body].concat()
}

/// An M4A of 8 kHz mono with a header of version 0: 4,000 of 1,000 parts of a second, made 2025-11-03 14:01:00 UTC.
fn m4a() -> Vec<u8> {
    let created = (1_762_178_460_i64 + 2_082_844_800) as u32;
    let head = [[0; 4], created.to_be_bytes(), [0; 4], 1000_u32.to_be_bytes(), 4000_u32.to_be_bytes()].concat();
    let entry = [&[0; 16][..], &[0, 1, 0, 16, 0, 0, 0, 0], &8000_u16.to_be_bytes(), &[0, 0]].concat();
    let table = [&[0, 0, 0, 0, 0, 0, 0, 1][..], &piece(b"mp4a", &entry)].concat();
    let handler = [&[0; 8][..], b"soun", &[0; 12]].concat();
    let media = [piece(b"hdlr", &handler), piece(b"minf", &piece(b"stbl", &piece(b"stsd", &table)))];
    let title = piece(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0][..], b"Water bill"].concat());
    let meta = [&[0; 4][..], &piece(b"ilst", &piece(b"\xA9nam", &title))].concat();
    let movie = [
        piece(b"mvhd", &head),
        piece(b"trak", &piece(b"mdia", &media.concat())),
        piece(b"udta", &piece(b"meta", &meta)),
    ];
    [piece(b"ftyp", b"M4A \0\0\0\0"), piece(b"mdat", &[0; 32]), piece(b"moov", &movie.concat())].concat()
}

fn mp3(frames: usize) -> Vec<u8> {
    // MPEG 1 layer III, 128 kbit/s, 44.1 kHz, joint stereo: 417 bytes and 1,152 samples.
    let mut frame = vec![0xFF, 0xFB, 0x90, 0x40];
    frame.resize(417, 0);
    frame.repeat(frames)
}

fn page(flags: u8, granule: u64, body: &[u8]) -> Vec<u8> {
    let mut out = b"OggS\0".to_vec();
    out.push(flags);
    out.extend(granule.to_le_bytes());
    out.extend(7_u32.to_le_bytes());
    out.extend([0; 8]);
    let mut sizes = vec![255; body.len() / 255];
    sizes.push((body.len() % 255) as u8);
    out.push(sizes.len() as u8);
    out.extend(sizes);
    out.extend(body);
    out
}

fn opus() -> Vec<u8> {
    let head = [&b"OpusHead\x01\x01"[..], &312_u16.to_le_bytes(), &16_000_u32.to_le_bytes(), &[0, 0, 0]].concat();
    let comment = b"TITLE=Pot hole";
    let tags =
        [&b"OpusTags"[..], &0_u32.to_le_bytes(), &1_u32.to_le_bytes(), &(comment.len() as u32).to_le_bytes(), comment]
            .concat();
    [page(2, 0, &head), page(0, 0, &tags), page(4, 312 + 96_000, &[1; 40])].concat()
}

fn told(bytes: &[u8], name: &str) -> Extracted {
    super::super::text(bytes, name, "")
}

fn fact<'a>(extracted: &'a Extracted, name: &str) -> &'a str {
    extracted.facts.get(name).map_or("", String::as_str)
}

#[test]
fn duration_and_coding_are_told_by_every_container() {
    let data = |bytes: usize| chunk(b"data", &vec![0; bytes]);
    let samples = |count: u32| chunk(b"fact", &count.to_le_bytes());
    let extensible = {
        let mut format = [&0xFFFE_u16.to_le_bytes()[..], &1_u16.to_le_bytes(), &8000_u32.to_le_bytes()].concat();
        format.extend([&16_000_u32.to_le_bytes()[..], &2_u16.to_le_bytes(), &16_u16.to_le_bytes(), &[22, 0]].concat());
        format.extend([0; 6]);
        format.extend([1, 0, 0, 0, 0, 0, 0x10, 0]);
        chunk(b"RIFF", &[b"WAVE".to_vec(), chunk(b"fmt ", &format), data(16_000)].concat())
    };
    // Frame type 0 of AMR is 12 octets behind its header, type 8 of AMR-WB is 60, type 15 has none.
    let narrow = [b"#!AMR\n".to_vec(), [&[0x04_u8][..], &[0; 12]].concat().repeat(50), vec![0x7C; 25]].concat();
    let broad = [b"#!AMR-WB\n".to_vec(), [&[0x44_u8][..], &[0; 60]].concat().repeat(100)].concat();
    let stereo = [&b"#!AMR_MC1.0\n\0\0\0\x02"[..], &[&[0x04_u8][..], &[0; 12]].concat().repeat(100)].concat();
    let xing = {
        let mut first = mp3(1);
        first[36..48].copy_from_slice(b"Xing\0\0\0\x01\0\0\x03\xE8");
        [first, mp3(3)].concat()
    };
    let tagged = [b"ID3\x03\0\0\0\0\0\x15TIT2\0\0\0\x0B\0\0\0Pot hole. ".to_vec(), mp3(100)].concat();
    let flac = {
        let packed = (8000_u64 << 44) | (15 << 36) | 24_000;
        [&b"fLaC\0\0\0\x22"[..], &[0; 10], &packed.to_be_bytes(), &[0; 16]].concat()
    };
    let cases: [(Vec<u8>, &str, &str, &str); 16] = [
        (wav(1, 1, 8000, 16_000, 2, 16, &[data(24_000)]), "PCM, 16 bits", "1.500", "24,000 bytes of 2 at 8 kHz"),
        (wav(7, 1, 8000, 8000, 1, 8, &[samples(4000), data(4000)]), "mu-law", "0.500", "a byte for a sample"),
        (wav(6, 1, 8000, 8000, 1, 8, &[data(4000)]), "A-law", "0.500", "a byte for a sample"),
        (wav(0x31, 1, 8000, 1625, 65, 0, &[data(65 * 25)]), "GSM 6.10", "1.000", "25 blocks of 320 samples"),
        (wav(2, 1, 8000, 4055, 256, 4, &[samples(16_000), data(8110)]), "Microsoft ADPCM", "2.000", "the fact chunk"),
        (wav(0x83, 1, 8000, 1000, 10, 0, &[data(3000)]), "G.729", "3.000", "without one, bytes a second"),
        (wav(0x999, 1, 8000, 0, 0, 0, &[data(3)]), "format tag 2457", "", "nothing tells, nothing is guessed"),
        (extensible, "PCM, 16 bits", "1.000", "the tag stands in the sub-format"),
        (narrow, "AMR", "1.500", "50 frames of speech and 25 without data, 20 ms each"),
        (broad, "AMR-WB", "2.000", "100 frames"),
        (stereo, "AMR", "1.000", "100 frames of two channels"),
        (m4a(), "AAC", "4.000", "the movie header"),
        (tagged, "MP3", "2.612", "100 frames of 1,152 samples, walked"),
        (xing, "MP3", "26.122", "1,000 frames, as the encoder counted"),
        (opus(), "Opus", "2.000", "96,000 samples at 48 kHz behind the 312 that are skipped"),
        (flac, "FLAC", "3.000", "24,000 samples at 8 kHz"),
    ];
    for (bytes, codec, duration, why) in cases {
        let extracted = told(&bytes, "x");
        assert_eq!((fact(&extracted, "codec"), fact(&extracted, "duration in seconds")), (codec, duration), "{why}");
        assert_eq!((extracted.searchable, extracted.problems), (Searchable::Not, Vec::new()), "{why}");
    }
}

#[test]
fn written_words_are_kept_with_the_basis_of_their_times() {
    let told_m4a = told(&m4a(), "x");
    assert_eq!(fact(&told_m4a, "recorded (UTC by the format)"), "2025-11-03 14:01:00 UTC");
    assert_eq!((fact(&told_m4a, "title"), fact(&told_m4a, "samples a second")), ("Water bill", "8000"));
    assert_eq!(fact(&told(&opus(), "x"), "title"), "Pot hole");
    let info = [b"INFO".to_vec(), chunk(b"IART", b"(612) 555-0142\0"), chunk(b"ICRD", b"2025-11-03")].concat();
    let list = wav(7, 1, 8000, 8000, 1, 8, &[chunk(b"LIST", &info), chunk(b"data", &[0; 8])]);
    let told_list = told(&list, "x");
    assert_eq!((fact(&told_list, "artist"), fact(&told_list, "date as written")), ("(612) 555-0142", "2025-11-03"));
    let mut extension = vec![0; 602];
    extension[..9].copy_from_slice(b"Voicemail");
    extension[320..338].copy_from_slice(b"2025-11-0308:01:00");
    let broadcast = wav(1, 1, 8000, 16_000, 2, 16, &[chunk(b"bext", &extension), chunk(b"data", &[0; 8])]);
    assert_eq!(fact(&told(&broadcast, "x"), "recorded (no zone written)"), "2025-11-03 08:01:00");
}

#[test]
fn a_recording_that_breaks_off_says_so_and_tells_what_is_there() {
    let whole = wav(1, 1, 8000, 16_000, 2, 16, &[chunk(b"data", &[0; 16_000])]);
    let cases: [(Vec<u8>, &str, &str); 4] = [
        (whole[..whole.len() - 8000].to_vec(), "0.500", "half of the data is missing"),
        ([&b"#!AMR\n"[..], &[0x04], &[0; 12], &[0x04], &[0; 5]].concat(), "0.020", "the second frame is not whole"),
        (mp3(2)[..600].to_vec(), "0.026", "the second frame is not whole"),
        ([piece(b"ftyp", b"M4A \0\0\0\0"), piece(b"mdat", &[0; 32])].concat(), "", "the table was never written"),
    ];
    for (bytes, duration, why) in cases {
        let extracted = told(&bytes, "x");
        assert_eq!(fact(&extracted, "duration in seconds"), duration, "{why}");
        assert_eq!(extracted.problems.first().map(|one| one.code), Some(ProblemCode::Truncated), "{why}");
    }
    let streamed = [&whole[..40], &u32::MAX.to_le_bytes(), &[0; 8000]].concat();
    let extracted = told(&streamed, "x");
    assert_eq!(
        (fact(&extracted, "duration in seconds"), extracted.problems.len()),
        ("0.500", 0),
        "a stream has no length"
    );
    assert_eq!(told(b"RIFF\0\0\0\0WAVEjunkjunk", "x").problems[0].code, ProblemCode::Malformed);
}

#[test]
fn a_name_tells_only_what_somebody_documented() {
    let cases: [(&str, &[&str]); 5] = [
        (
            "+16125550142 - Voicemail - 2016-11-22T17_57_49Z.mp3",
            &["+16125550142", "voicemail", "2016-11-22 17:57:49 UTC"],
        ),
        (
            "Calls/Ann Lind - Recorded - 2016-11-22T17_57_49Z-1.mp3",
            &["Ann Lind", "recorded call", "2016-11-22 17:57:49 UTC"],
        ),
        (" - Voicemail - 2016-11-22T17_57_49Z.mp3", &["voicemail", "2016-11-22 17:57:49 UTC"]),
        ("Voicemail from Ann.mp3", &[]),
        ("20161122_175749.mp3", &[]),
    ];
    for (name, expected) in cases {
        let extracted = told(&mp3(1), name);
        let facts: Vec<&str> = extracted
            .facts
            .iter()
            .filter(|(name, _)| name.ends_with("(from the file's name)"))
            .map(|(_, value)| value.as_str())
            .collect();
        assert_eq!(facts, expected, "{name}");
    }
}

proptest! {
    #[test]
    fn whatever_is_changed_in_a_recording_nothing_panics(
        which in 0_usize..7,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = match which {
            0 => wav(7, 1, 8000, 8000, 1, 8, &[chunk(b"LIST", b"INFOIART\x04\0\0\0abcd"), chunk(b"data", &[0; 64])]),
            1 => wav(0x31, 1, 8000, 1625, 65, 0, &[chunk(b"data", &[0; 65])]),
            2 => [&b"#!AMR\n"[..], &[0x04], &[0; 12]].concat(),
            3 => m4a(),
            4 => mp3(2),
            5 => opus(),
            _ => [&b"fLaC\0\0\0\x22"[..], &[9; 34]].concat(),
        };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        // Without the guard of the room: these parsers are our own and have to hold by themselves.
        for found in ["audio/wav", "audio/amr", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/flac"] {
            let _ = extract(&bytes, found, "x");
        }
    }
}
