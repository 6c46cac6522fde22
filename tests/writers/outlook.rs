//! Writes messages of Outlook as files (MS-OXMSG, MS-OXTNEF) for tests.

use cfb::CompoundFile;
use std::io::{Cursor, Write as _};
use std::time::SystemTime;

type File = CompoundFile<Cursor<Vec<u8>>>;

/// 2025-06-21 12:00:00 UTC in steps of 100 nanoseconds since 1601.
pub const NOON: u64 = 133_949_808_000_000_000;

/// A message as it is written.
pub struct Letter<'a> {
    pub subject: &'a str,
    pub body: &'a str,
    /// Name, media type and bytes of each file.
    pub files: &'a [(&'a str, &'a str, &'a [u8])],
    /// Messages inside it.
    pub inside: &'a [Letter<'a>],
}

/// A `.msg` file.
pub fn msg(letter: &Letter<'_>) -> Vec<u8> {
    let mut file = CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).expect("made");
    write(&mut file, "/", letter);
    file.create_storage("/__nameid_version1.0").expect("made");
    without_times(&mut file);
    file.flush().expect("written");
    file.into_inner().into_inner()
}

/// Takes out the moments of writing, so that the same message is always the same bytes.
fn without_times(file: &mut File) {
    let storages: Vec<_> =
        file.walk().filter(|entry| entry.is_storage()).map(|entry| entry.path().to_owned()).collect();
    for path in storages {
        file.set_created_time(&path, SystemTime::UNIX_EPOCH).expect("set");
        file.set_modified_time(&path, SystemTime::UNIX_EPOCH).expect("set");
    }
}

fn write(file: &mut File, at: &str, letter: &Letter<'_>) {
    let header = if at == "/" { 32 } else { 24 };
    put(file, &format!("{at}__properties_version1.0"), &properties(header, &[(0x0039_0040, NOON), (0x0E07_0003, 1)]));
    let id = format!("<{}@cedarbend.example>", letter.subject.replace(' ', "."));
    let own = [
        (0x001A, "IPM.Note"),
        (0x0037, letter.subject),
        (0x1000, letter.body),
        (0x0C1A, "Ann Lind"),
        (0x0C1E, "SMTP"),
        (0x0C1F, "ann@cedarbend.example"),
        (0x1035, &id),
    ];
    texts(file, at, &own);
    let recipient = format!("{at}__recip_version1.0_#00000000/");
    file.create_storage(&recipient).expect("made");
    put(file, &format!("{recipient}__properties_version1.0"), &properties(8, &[(0x0C15_0003, 1)]));
    texts(file, &recipient, &[(0x3001, "Bo Berg"), (0x3002, "SMTP"), (0x3003, "bo@cedarbend.example")]);
    let place = |number: usize| format!("{at}__attach_version1.0_#{number:08X}/");
    for (number, (name, kind, bytes)) in letter.files.iter().enumerate() {
        let place = place(number);
        file.create_storage(&place).expect("made");
        put(file, &format!("{place}__properties_version1.0"), &properties(8, &[(0x3705_0003, 1)]));
        texts(file, &place, &[(0x3707, name), (0x370E, kind)]);
        put(file, &format!("{place}__substg1.0_37010102"), bytes);
    }
    for (number, inner) in letter.inside.iter().enumerate() {
        let place = place(letter.files.len() + number);
        file.create_storage(&place).expect("made");
        put(file, &format!("{place}__properties_version1.0"), &properties(8, &[(0x3705_0003, 5)]));
        let below = format!("{place}__substg1.0_3701000D/");
        file.create_storage(&below).expect("made");
        write(file, &below, inner);
    }
}

fn put(file: &mut File, path: &str, bytes: &[u8]) {
    file.create_stream(path).expect("made").write_all(bytes).expect("written");
}

/// A stream of properties: a header, and entries of tag and value (MS-OXMSG 2.4).
fn properties(header: usize, entries: &[(u32, u64)]) -> Vec<u8> {
    let mut out = vec![0; header];
    for (tag, value) in entries {
        out.extend_from_slice(&tag.to_le_bytes());
        out.extend_from_slice(&6_u32.to_le_bytes());
        out.extend_from_slice(&value.to_le_bytes());
    }
    out
}

fn texts(file: &mut File, at: &str, all: &[(u16, &str)]) {
    for (id, text) in all {
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        put(file, &format!("{at}__substg1.0_{id:04X}001F"), &wide);
    }
}

/// A `winmail.dat` with one file.
pub fn tnef(subject: &str, body: &str, name: &str, content: &[u8]) -> Vec<u8> {
    let with_end = |text: &str| format!("{text}\0").into_bytes();
    let mut out = vec![0x78, 0x9F, 0x3E, 0x22, 1, 0];
    out.extend(attribute(1, 0x0006_9007, &1252_u64.to_le_bytes()));
    out.extend(attribute(1, 0x0001_8004, &with_end(subject)));
    out.extend(attribute(1, 0x0002_800C, &with_end(body)));
    out.extend(attribute(2, 0x0006_9002, &[0; 14]));
    out.extend(attribute(2, 0x0001_8010, &with_end(name)));
    out.extend(attribute(2, 0x0006_800F, content));
    out
}

/// One attribute of a TNEF stream with its checksum.
fn attribute(level: u8, id: u32, data: &[u8]) -> Vec<u8> {
    let sum = data.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    [&[level][..], &id.to_le_bytes(), &(data.len() as u32).to_le_bytes(), data, &sum.to_le_bytes()].concat()
}
